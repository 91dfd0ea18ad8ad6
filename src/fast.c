#include "fast.h"

#include "batch_norm.h"
#include "linear.h"
#include "modules.h"
#include "units.h"
#include "vector_exp.h"

#include <stdlib.h>

/* A linear layer and the layers of one unit to one unit that follow it. */
struct group {
  struct layer *linear;
  size_t after;  /* how many follow */
  size_t blocks; /* of its units */
};

enum {
  UNITS = 256,  /* of a block or more, but for two blocks where there are few;
                   and of a piece of dW at most */
  INPUTS = 512, /* of a piece of dW at most: UNITS × INPUTS stay in cache */
  SAMPLES = 4,  /* blocks of samples, in the loss */
  PARTS = 4     /* blocks of inputs, in a lowest layer of few units or an only
                   one */
};

/* What a step does to its parameters. */
struct update {
  enum { DESCEND, ADAM, LATER } kind;
  real a;
  real beta1, beta2, epsilon; /* Adam's, and */
  real rate, root;            /* α / (1 − β1^t), 1 / √(1 − β2^t) */
};

/* --- Layers by blocks of units --- */

static void norm_up(const struct layer *l, size_t S, struct block units,
                    const real *X)
{
  const struct norm n = norm_of(l);
  const size_t from = units.from, count = units.to - units.from;
  batch_norm_forward_units(S, l->N, units, (void *)l->Y, n.mean, n.variance,
                           (const void *)X, n.gamma, n.beta, NORM_EPSILON);
  batch_norm_track(S, count, n.running_mean + from, n.running_variance + from,
                   n.mean + from, n.variance + from, NORM_RATE);
}

static void norm_down(const struct layer *l, size_t S, struct block units,
                      real *G, const real *X)
{
  const struct norm n = norm_of(l);
  batch_norm_backward_units(S, l->N, units, (void *)G, l->gradients,
                            l->gradients + l->N, (const void *)G,
                            (const void *)X, n.mean, n.variance, n.gamma,
                            NORM_EPSILON);
}

typedef void forward_units(size_t S, size_t N, struct block units,
                           real Y[S][N], const real X[S][N]);
typedef void backward_units(size_t S, size_t N, struct block units,
                            real dX[S][N], const real G[S][N],
                            const real Y[S][N]);

/* The modules that have a form by units; batch norm's are norm_up and
   norm_down. */
static const struct form {
  const struct module *module;
  forward_units *forward;
  backward_units *backward;
} forms[] = {
  { &module_sigmoid, sigmoid_forward_units, sigmoid_backward_units },
  { &module_relu, relu_forward_units, relu_backward_units },
  { &module_elu, elu_forward_units, elu_backward_units },
  { &module_batch_norm, NULL, NULL },
};

static const struct form *form_of(const struct layer *l)
{
  for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
    if (forms[i].module == l->module)
      return &forms[i];
  return NULL;
}

/* Y of X. */
static void layer_up(const struct layer *l, size_t S, struct block units,
                     const real *X)
{
  const struct form *form = form_of(l);
  if (form->forward)
    form->forward(S, l->N, units, (void *)l->Y, (const void *)X);
  else
    norm_up(l, S, units, X);
}

/* G = dL/dY becomes dL/dX; the layer's parameters' gradients are written. */
static void layer_down(const struct layer *l, size_t S, struct block units,
                       real *G, const real *X)
{
  const struct form *form = form_of(l);
  if (form->backward)
    form->backward(S, l->N, units, (void *)G, (const void *)G,
                   (const void *)l->Y);
  else
    norm_down(l, S, units, G, X);
}

/* --- Parameters --- */

/* Step t at rate a. */
static struct update update_of(const struct optimiser *o, long t, real a)
{
  const struct constants *c = &o->constants;
  struct update u = { LATER, a, c->beta1, c->beta2, c->epsilon, a, R(1.0) };
  if (o->rule == &rule_sgd) {
    u.kind = DESCEND;
  } else if (o->rule == &rule_adam) {
    u.kind = ADAM;
    u.rate = a / sum_of_weights(c->beta1, t);
    u.root = R(1.0) / sqrt(sum_of_weights(c->beta2, t));
  }
  return u;
}

/* Asks for the cache line at p, which comes while the program goes on. */
static void soon(const real *p) { __builtin_prefetch(p, 1, 2); }

/* Adam's step of `count` parameters: √(v / weight) is √v · root, one root
   and one division a parameter. */
static inline void adam(const struct update *u, size_t count, real w[restrict],
                        const real g[restrict], real m[restrict],
                        real v[restrict])
{
  const real beta1 = u->beta1, beta2 = u->beta2, epsilon = u->epsilon;
  const real rate = u->rate, root = u->root;
  for (size_t i = 0; i < count; i++) {
    m[i] = beta1 * m[i] + (R(1.0) - beta1) * g[i];
    v[i] = beta2 * v[i] + (R(1.0) - beta2) * g[i] * g[i];
    w[i] -= rate * m[i] / (sqrt(v[i]) * root + epsilon);
  }
}

/* The same, a line at a time, and with each the lines are asked for that lie
   `ahead` parameters on: the next row's. */
static void adam_row(const struct update *u, size_t count, size_t ahead,
                     real w[restrict], const real g[restrict],
                     real m[restrict], real v[restrict])
{
  size_t i = 0;
  for (; i + LINE_NUMBERS <= count; i += LINE_NUMBERS) {
    soon(w + i + ahead), soon(m + i + ahead), soon(v + i + ahead);
    adam(u, LINE_NUMBERS, w + i, g + i, m + i, v + i);
  }
  adam(u, count - i, w + i, g + i, m + i, v + i);
}

/* `count` parameters from w on, with their gradients g; the next in turn lie
   `ahead` parameters on, 0: they are the last. */
static void update_part(struct fast *f, const struct update *u, real *w,
                        const real *g, size_t count, size_t ahead)
{
  if (u->kind == ADAM) {
    real *m = f->optimiser->state + (w - f->net->parameters);
    adam_row(u, count, ahead, w, g, m, m + f->optimiser->count);
  } else if (u->kind == DESCEND) {
    for (size_t i = 0; i < count; i++)
      w[i] -= u->a * g[i];
  }
}

/* The same of a layer's parameters with those numbers. */
static void update_own(struct fast *f, const struct update *u,
                       const struct layer *l, size_t at, size_t count)
{
  update_part(f, u, l->parameters + at, l->gradients + at, count, 0);
}

/* Part k of K, as even as can be. */
static struct block part_of(struct block whole, size_t k, size_t K)
{
  const size_t from = whole.from, count = whole.to - from;
  return (struct block){ from + count * k / K, from + count * (k + 1) / K };
}

/* W's rows `units` and columns `inputs`, with Adam: piece by piece. */
static void adam_weights(struct fast *f, const struct update *u,
                         const struct layer *l, size_t S, struct block units,
                         struct block inputs, const real *G, const real *X,
                         real *piece)
{
  const size_t K = (units.to - units.from + UNITS - 1) / UNITS;
  const size_t J = (inputs.to - inputs.from + INPUTS - 1) / INPUTS;
  for (size_t k = 0; k < K; k++)
    for (size_t j = 0; j < J; j++) {
      const struct block rows = part_of(units, k, K);
      const struct block columns = part_of(inputs, j, J);
      const size_t count = columns.to - columns.from;
      linear_gradient(S, l->M, l->N, rows, columns, (void *)piece,
                      (const void *)G, (const void *)X);
      for (size_t n = rows.from; n < rows.to; n++)
        update_part(f, u, l->parameters + n * l->M + columns.from,
                    piece + (n - rows.from) * count, count,
                    n + 1 < rows.to ? l->M : 0);
    }
}

/* W's rows `units` and columns `inputs`. */
static void update_weights(struct fast *f, const struct update *u,
                           const struct layer *l, size_t S, struct block units,
                           struct block inputs, const real *G, const real *X,
                           real *piece)
{
  if (u->kind == ADAM)
    adam_weights(f, u, l, S, units, inputs, G, X, piece);
  else
    linear_descend(
        S, l->M, l->N, units, inputs,
        u->kind == DESCEND ? (void *)l->parameters : (void *)l->gradients,
        u->kind == DESCEND ? -u->a : R(1.0), (const void *)G, (const void *)X);
}

static void update_bias(struct fast *f, const struct update *u,
                        const struct layer *l, size_t S, struct block units,
                        const real *G)
{
  const size_t b = l->N * l->M;
  linear_bias_gradient(S, l->N, units, l->gradients + b, (const void *)G);
  update_own(f, u, l, b + units.from, units.to - units.from);
}

/* --- The step --- */

/* What layer k of the group computes from: the Y below it; but an activation
   right above the linear layer computes in place. */
static real *input_of(const struct group *g, size_t k)
{
  const struct layer *l = &g->linear[k];
  return k == 1 && form_of(l)->forward ? l->Y : l[-1].Y;
}

static real *linear_Y(const struct group *g)
{
  return g->after ? input_of(g, 1) : g->linear->Y;
}

/* Whether the lowest layer is cut by inputs: since it is the only one, or
   since blocks of its units would be too narrow for a product to be fast.
   Forward and backward alike: its weights stay with the thread that has them
   in its cache. */
static int by_inputs(const struct fast *f)
{
  const struct layer *l = &f->net->layers[0];
  return f->groups == 1 || (l->N < UNITS && l->M >= 2 * l->N);
}

static const real *group_X(const struct fast *f, size_t i, const real *X)
{
  if (i == 0)
    return X;
  const struct group *below = &f->group[i - 1];
  return below->linear[below->after].Y;
}

/* How many parts make the Y of the last layer: one for each block of the units
   below it, whose thread has them at hand. */
static size_t last_parts(const struct fast *f)
{
  return f->groups > 1 ? f->group[f->groups - 2].blocks : PARTS;
}

static void last_part(struct fast *f, size_t S, size_t k, struct block inputs,
                      const real *X)
{
  const struct layer *l = f->group[f->groups - 1].linear;
  linear_forward_part(S, l->M, l->N, inputs, (void *)(f->last + k * S * l->N),
                      (const void *)group_X(f, f->groups - 1, X),
                      (const void *)l->parameters);
}

/* Group i's units of one block: Y from X up to the end of the group.  With
   u the lowest layer first makes the step of the sample before X. */
static void group_up(struct fast *f, const struct update *u, size_t i,
                     size_t S, struct block units, const real *X)
{
  const struct group *g = &f->group[i];
  const struct layer *l = g->linear;
  real *W = l->parameters, *b = W + l->N * l->M;
  const struct block all = { 0, S };
  if (i == 0 && u)
    linear_descend_forward(l->M, l->N, units, linear_Y(g), (void *)W, -u->a,
                           f->net->flow[0], X - l->M, X, b);
  else if (i == 0 && by_inputs(f))
    linear_forward_sum(S, l->N, PARTS, all, units, (void *)linear_Y(g),
                       (const void *)f->parts, b);
  else
    linear_forward_units(S, l->M, l->N, units, (void *)linear_Y(g),
                         (const void *)group_X(f, i, X), (const void *)W, b);
  for (size_t k = 1; k <= g->after; k++)
    layer_up(&l[k], S, units, input_of(g, k));
}

/* A sample's loss, and its row of dL/dZ of the mean over S samples. */
static real loss_of(size_t S, size_t N, real G[N], const real Z[N],
                    const real T[N])
{
  real max = Z[0], sum = R(0.0), row = R(0.0), loss = R(0.0);
  for (size_t n = 1; n < N; n++)
    max = re(Z[n]) > re(max) ? Z[n] : max;
  for (size_t n = 0; n < N; n++)
    G[n] = vector_exp(Z[n] - max);
  for (size_t n = 0; n < N; n++)
    sum += G[n];
  const real log_sum = log(sum);
  for (size_t n = 0; n < N; n++) {
    row += T[n];
    loss -= T[n] * (Z[n] - max - log_sum);
  }
  for (size_t n = 0; n < N; n++)
    G[n] = (G[n] / sum * row - T[n]) / (real)S;
  return loss;
}

/* The last layer's Y of its parts, the loss and dL/dZ, for a block of
   samples. */
static void top(struct fast *f, size_t S, struct block samples, const real *T,
                real *G)
{
  const struct layer *l = f->group[f->groups - 1].linear;
  const struct block all = { 0, l->N };
  linear_forward_sum(S, l->N, last_parts(f), samples, all, (void *)l->Y,
                     (const void *)f->last, l->parameters + l->N * l->M);
  for (size_t s = samples.from; s < samples.to; s++)
    f->loss[s] = loss_of(S, l->N, G + s * l->N, l->Y + s * l->N, T + s * l->N);
}

/* What follows the linear layer, downwards, for a block of its units: G =
   dL/dY becomes that of the linear layer's own output. */
static void group_down(struct fast *f, const struct update *u, size_t i,
                       size_t S, struct block units, real *G)
{
  const struct layer *l = f->group[i].linear;
  for (size_t k = f->group[i].after; k > 0; k--) {
    const struct layer *after = &l[k];
    layer_down(after, S, units, G, input_of(&f->group[i], k));
    for (size_t p = 0; after->module->parameters && p < 2; p++)
      update_own(f, u, after, p * l->N + units.from, units.to - units.from);
  }
  update_bias(f, u, l, S, units, G);
}

/* Through group i's linear layer for a block of its inputs, which are the
   units of the group below. */
static void between(struct fast *f, const struct update *u, size_t i, size_t S,
                    struct block inputs, real *dX, const real *G,
                    const real *X, real *piece)
{
  const struct layer *l = f->group[i].linear;
  const struct block all = { 0, l->N };
  linear_backward_inputs(S, l->M, l->N, inputs, (void *)dX, (const void *)G,
                         (const void *)l->parameters);
  update_weights(f, u, l, S, all, inputs, G, group_X(f, i, X), piece);
  group_down(f, u, i - 1, S, inputs, dX);
}

/* The weights of the lowest layer, which needs no dX. */
static void bottom(struct fast *f, const struct update *u, size_t S,
                   struct block units, struct block inputs, const real *X,
                   real *piece)
{
  update_weights(f, u, f->group[0].linear, S, units, inputs, f->net->flow[0],
                 X, piece);
}

/* Loops over blocks, whose rounds the threads of a team share.  In all loops
   of as many rounds a block is the same thread's.  Between two such loops,
   what only that thread reads next needs no wait: so the last loop of a step
   and the first of the next, both over the units of the lowest layer or both
   over its inputs. */

/* With late_u, see group_up. */
static void forward(struct fast *f, const struct update *late_u, size_t S,
                    const real *X)
{
  const struct layer *l = f->group[0].linear;
  if (by_inputs(f)) {
#pragma omp for schedule(static)
    for (size_t k = 0; k < PARTS; k++) {
      const struct block inputs = block_of(l->M, k, PARTS);
      if (f->groups == 1)
        last_part(f, S, k, inputs, X);
      else
        linear_forward_part(S, l->M, l->N, inputs,
                            (void *)(f->parts + k * S * l->N), (const void *)X,
                            (const void *)l->parameters);
    }
  }
  for (size_t i = 0; i + 1 < f->groups; i++) {
    const size_t N = f->group[i].linear->N, K = f->group[i].blocks;
#pragma omp for schedule(static)
    for (size_t k = 0; k < K; k++) {
      const struct block units = block_of(N, k, K);
      group_up(f, late_u, i, S, units, X);
      if (i + 2 == f->groups)
        last_part(f, S, k, units, X);
    }
  }
}

static void loss(struct fast *f, size_t S, const real *T)
{
  real *G = f->net->flow[(f->groups - 1) % 2];
#pragma omp for schedule(static)
  for (size_t k = 0; k < SAMPLES; k++) {
    const struct block all = { 0, S };
    top(f, S, part_of(all, k, SAMPLES), T, G);
  }
}

/* late: the lowest layer's step is left to the next forward pass. */
static void backward(struct fast *f, const struct update *u, int late,
                     size_t S, const real *X)
{
  real *const *flow = f->net->flow;
  const size_t M = f->net->inputs, size = u->kind == ADAM ? UNITS * INPUTS : 0;
  const size_t last = f->groups - 1;
  const int rows = !by_inputs(f);
#pragma omp single nowait /* its bias is not read again in this step */
  update_bias(f, u, f->group[last].linear, S,
              (struct block){ 0, f->net->outputs }, flow[last % 2]);
  for (size_t i = last; i > 0; i--) {
    const struct group *below = &f->group[i - 1];
    const size_t N = below->linear->N, K = below->blocks;
#pragma omp for schedule(static) nowait
    for (size_t k = 0; k < K; k++) {
      const struct block units = block_of(N, k, K);
      real *piece = f->pieces + k * size;
      between(f, u, i, S, units, flow[(i - 1) % 2], flow[i % 2], X, piece);
      if (i == 1 && rows && !late)
        bottom(f, u, S, units, (struct block){ 0, M }, X, piece);
    }
    if (i > 1 || !rows) {
#pragma omp barrier
    }
  }
  if (rows)
    return;
  const struct block all = { 0, f->group[0].linear->N };
#pragma omp for schedule(static) nowait
  for (size_t k = 0; k < PARTS; k++)
    bottom(f, u, S, all, block_of(M, k, PARTS), X, f->pieces + k * size);
}

static void step_of_rule(struct fast *f, real a, long t)
{
  struct optimiser *o = f->optimiser;
  o->rule->step(&o->constants, o->count, f->net->parameters, f->net->gradients,
                o->state, a, t);
  network_clear(f->net);
}

static real mean_loss(const struct fast *f, size_t S)
{
  real sum = R(0.0);
  for (size_t s = 0; s < S; s++)
    sum += f->loss[s];
  return sum / (real)S;
}

void fast_steps(struct fast *f, size_t count, size_t S, const real *X,
                const real *T, real a, real losses[])
{
  struct optimiser *o = f->optimiser;
  const struct network *net = f->net;
  if (update_of(o, 1, a).kind == LATER)
    network_clear(f->net);
#pragma omp parallel
  for (size_t k = 0; k < count; k++) {
    const long t = o->t + (long)k + 1;
    const struct update u = update_of(o, t, a);
    const int may = S == 1 && u.kind == DESCEND && !by_inputs(f);
    const real *x = X + k * S * net->inputs;
    forward(f, may && k > 0 ? &u : NULL, S, x);
    loss(f, S, T + k * S * net->outputs);
#pragma omp single nowait /* all wait in `forward` before losses change */
    losses[k] = mean_loss(f, S);
    backward(f, &u, may && k + 1 < count, S, x);
    if (u.kind == LATER) {
#pragma omp barrier
#pragma omp single
      step_of_rule(f, a, t);
    }
  }
  o->t += (long)count;
}

real fast_step(struct fast *f, size_t S, const real *X, const real *T, real a)
{
  real loss;
  fast_steps(f, 1, S, X, T, a, &loss);
  return loss;
}

/* --- Memory --- */

/* The groups of net's layers; 0 where a layer has no form here. */
static int find_groups(struct fast *f, size_t *most)
{
  const struct network *net = f->net;
  for (size_t i = 0; i < net->depth; i++) {
    struct layer *l = &net->layers[i];
    if (l->module == &module_linear) {
      const size_t pairs = l->N / (2 * UNITS); /* even: shared by two */
      const struct group g = { l, 0, pairs ? 2 * pairs : 2 };
      f->group[f->groups++] = g;
      *most = g.blocks > *most ? g.blocks : *most;
    } else if (f->groups && form_of(l)) {
      f->group[f->groups - 1].after++;
    } else {
      return 0;
    }
  }
  return f->groups && f->group[f->groups - 1].after == 0;
}

int fast_new(struct fast *f, struct network *net, struct optimiser *optimiser)
{
  *f = (struct fast){ .net = net, .optimiser = optimiser };
  f->group = calloc(net->depth, sizeof *f->group);
  size_t most = PARTS;
  if (f->group && optimiser->count == net->count && find_groups(f, &most)) {
    const size_t N = net->layers[0].N;
    const size_t piece = optimiser->rule == &rule_adam ? UNITS * INPUTS : 1;
    f->last = calloc(most * net->batch * net->outputs, sizeof *f->last);
    f->loss = calloc(net->batch, sizeof *f->loss);
    f->pieces = calloc(most, piece * sizeof *f->pieces);
    f->parts =
        calloc(by_inputs(f) ? PARTS * net->batch * N : 1, sizeof *f->parts);
  }
  if (f->loss && f->pieces && f->parts && f->last)
    return 1;
  fast_free(f);
  return 0;
}

void fast_free(struct fast *f)
{
  free(f->group);
  free(f->loss);
  free(f->pieces);
  free(f->parts);
  free(f->last);
  *f = (struct fast){ 0 };
}
