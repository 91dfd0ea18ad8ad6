/* The claims of test_speed.c about src/fast.c: its step, held against both
   witnesses and against the plain step. */
#ifndef FAST_CLAIMS_H
#define FAST_CLAIMS_H

#include "claims.h"
#include "cross_entropy.h"
#include "fast.h"
#include "rng.h"

#include <stdlib.h>
#include <string.h>

/* Layers of two blocks, of which the second is no whole number of vectors. */
enum { FAST_S, FAST_M, FAST_K, FAST_N, FAST_J };
#define FAST_TWO                                                 \
  {                                                              \
    { "S", 5, 6 }, { "M", 3, 4 }, { "K", 11, 12 }, { "N", 7, 8 } \
  }

/* The network of those sizes, sizes[i] = d[dims[i]]. */
static struct network fast_network(const size_t d[], size_t count,
                                   const int dims[],
                                   const struct module *const between[])
{
  size_t sizes[4];
  for (size_t i = 0; i < count; i++)
    sizes[i] = d[dims[i]];
  struct network net;
  if (!network_stack(&net, count, sizes, between, d[FAST_S]))
    abort();
  return net;
}

/* Its parameters: the arrays in[1], in[2], …, one after the other. */
static void fast_fill(struct network *net, const void *const in[],
                      const size_t length[])
{
  real *next = net->parameters;
  for (size_t k = 0; length[k]; k++) {
    memcpy(next, in[k + 1], length[k] * sizeof(real));
    next += length[k];
  }
}

static real plain_loss(struct network *net, size_t S, const void *X,
                       const void *T)
{
  return softmax_cross_entropy_forward(
      S, net->outputs, (void *)net->P,
      (const void *)network_forward(net, S, X), T);
}

/* What a step of descent at rate `a` took from each parameter, divided by a:
   its gradient, times the upstream. */
static void fast_gradient(struct network *net, size_t S, const void *X,
                          const void *T, real upstream, const size_t length[],
                          void *const g[])
{
  const real a = R(1024.0);
  struct optimiser o;
  struct fast f;
  real *before = malloc(net->count * sizeof *before);
  if (!before || !optimiser_new(&o, &rule_sgd, net->count) ||
      !fast_new(&f, net, &o))
    abort();
  memcpy(before, net->parameters, net->count * sizeof *before);
  fast_step(&f, S, X, T, a);
  size_t at = 0;
  for (size_t k = 0; length[k]; at += length[k++])
    for (size_t i = 0; i < length[k]; i++)
      ((real *)g[k + 1])[i] +=
          upstream * ((before[at + i] - net->parameters[at + i]) / a);
  fast_free(&f);
  optimiser_free(&o);
  free(before);
}

/* Defines NAME_forward and NAME_backward; __VA_ARGS__: the lengths of the
   arrays of parameters, and T is the array after them. */
#define FAST_OPERATION(name, sizes, dims, between, t, ...)                 \
  static void name##_forward(const size_t d[], const void *const in[],     \
                             void *L)                                      \
  {                                                                        \
    const size_t length[] = { __VA_ARGS__, 0 };                            \
    struct network net = fast_network(d, sizes, dims, between);            \
    fast_fill(&net, in, length);                                           \
    *(real *)L = plain_loss(&net, d[FAST_S], in[0], in[t]);                \
    network_free(&net);                                                    \
  }                                                                        \
  static void name##_backward(const size_t d[], const void *const in[],    \
                              const void *G, void *const g[])              \
  {                                                                        \
    const size_t length[] = { __VA_ARGS__, 0 };                            \
    struct network net = fast_network(d, sizes, dims, between);            \
    fast_fill(&net, in, length);                                           \
    fast_gradient(&net, d[FAST_S], in[0], in[t], *(const real *)G, length, \
                  g);                                                      \
    network_free(&net);                                                    \
  }

static const int fast_two[] = { FAST_M, FAST_K, FAST_N };
static const int fast_three[] = { FAST_M, FAST_K, FAST_J, FAST_N };
static const struct module *const fast_sigmoid[] = { &module_sigmoid, NULL };
static const struct module *const fast_elu[] = { &module_elu, NULL };
static const struct module *const fast_norm[] = { &module_relu,
                                                  &module_batch_norm, NULL };

/* The lengths of the arrays of parameters, in order. */
#define SIGMOID_LENGTHS \
  d[FAST_K] * d[FAST_M], d[FAST_K], d[FAST_N] * d[FAST_K], d[FAST_N]
#define ELU_LENGTHS                                                   \
  d[FAST_K] * d[FAST_M], d[FAST_K], d[FAST_J] * d[FAST_K], d[FAST_J], \
      d[FAST_N] * d[FAST_J], d[FAST_N]
#define NORM_LENGTHS                                      \
  d[FAST_K] * d[FAST_M], d[FAST_K], d[FAST_K], d[FAST_K], \
      d[FAST_N] * d[FAST_K], d[FAST_N]

FAST_OPERATION(sigmoid_net, 3, fast_two, fast_sigmoid, 5, SIGMOID_LENGTHS)
FAST_OPERATION(elu_net, 4, fast_three, fast_elu, 7, ELU_LENGTHS)
FAST_OPERATION(norm_net, 3, fast_two, fast_norm, 7, NORM_LENGTHS)

/* The least |z| of the units before the kink. */
static long double fast_least(const size_t d[], const int dims[], size_t count,
                              const struct module *const between[],
                              const void *const in[], const size_t length[])
{
  struct network net = fast_network(d, count, dims, between);
  fast_fill(&net, in, length);
  network_forward(&net, d[FAST_S], in[0]);
  long double least = 1;
  for (size_t i = 0; i + 1 < net.depth; i++) {
    const struct layer *l = &net.layers[i];
    for (size_t k = 0; l->module == &module_linear && k < d[FAST_S] * l->N;
         k++) {
      const long double z = (long double)re(l->Y[k]);
      least = z * z < least * least ? (z < 0 ? -z : z) : least;
    }
  }
  network_free(&net);
  return least;
}

static long double elu_net_distance(const size_t d[], const void *const in[])
{
  const size_t length[] = { ELU_LENGTHS, 0 };
  return fast_least(d, fast_three, 4, fast_elu, in, length);
}

static long double norm_net_distance(const size_t d[], const void *const in[])
{
  const size_t length[] = { NORM_LENGTHS, 0 };
  return fast_least(d, fast_two, 3, fast_norm, in, length);
}

#define FAST_PARAMETER(name, ...)                       \
  {                                                     \
    name, SHAPE(__VA_ARGS__), NORMAL, .role = PARAMETER \
  }
#define FAST_X                                           \
  {                                                      \
    "X", SHAPE(FAST_S, FAST_M), NORMAL, .role = CONSTANT \
  }
#define FAST_T                                            \
  {                                                       \
    "T", SHAPE(FAST_S, FAST_N), TARGETS, .role = CONSTANT \
  }

static const struct op sigmoid_net = {
  .name = "fast-sigmoid",
  .dim = FAST_TWO,
  .in = { FAST_X, FAST_PARAMETER("W1", FAST_K, FAST_M),
          FAST_PARAMETER("b1", FAST_K), FAST_PARAMETER("W2", FAST_N, FAST_K),
          FAST_PARAMETER("b2", FAST_N), FAST_T },
  .out = SCALAR,
  .forward = sigmoid_net_forward,
  .backward = sigmoid_net_backward,
};
static const struct op elu_net = {
  .name = "fast-elu",
  .dim = { { "S", 5, 6 },
           { "M", 34, 35 }, /* many inputs of few units: cut by inputs */
           { "K", 3, 4 },
           { "N", 7, 8 },
           { "J", 11, 12 } },
  .in = { FAST_X, FAST_PARAMETER("W1", FAST_K, FAST_M),
          FAST_PARAMETER("b1", FAST_K), FAST_PARAMETER("W2", FAST_J, FAST_K),
          FAST_PARAMETER("b2", FAST_J), FAST_PARAMETER("W3", FAST_N, FAST_J),
          FAST_PARAMETER("b3", FAST_N), FAST_T },
  .out = SCALAR,
  .forward = elu_net_forward,
  .backward = elu_net_backward,
  .distance = elu_net_distance,
};
static const struct op norm_net = {
  .name = "fast-norm",
  .dim = FAST_TWO,
  .in = { FAST_X, FAST_PARAMETER("W1", FAST_K, FAST_M),
          FAST_PARAMETER("b1", FAST_K), FAST_PARAMETER("gamma", FAST_K),
          FAST_PARAMETER("beta", FAST_K), FAST_PARAMETER("W2", FAST_N, FAST_K),
          FAST_PARAMETER("b2", FAST_N), FAST_T },
  .out = SCALAR,
  .forward = norm_net_forward,
  .backward = norm_net_backward,
  .distance = norm_net_distance,
};

/* --- Fast and plain steps from the same start --- */

enum { STEPS = 3, MOST_S = 6, MOST_M = 530, OUTPUTS = 7 };

/* Widths, what lies between, and the samples of each step. */
static const struct path {
  size_t count, sizes[4];
  const struct module *const *between;
  size_t S[STEPS];
} paths[] = {
  { 4, { MOST_M, 400, 390, OUTPUTS }, fast_norm, { 6, 6, 6 } }, /* pieces */
  { 3, { 70, 20, OUTPUTS }, fast_sigmoid, { 6, 2, 1 } },        /* by inputs */
  { 3, { 20, 5, OUTPUTS }, fast_elu, { 5, 2, 1 } }, /* with an empty part */
  { 2, { 12, OUTPUTS }, fast_elu, { 6, 3, 1 } },    /* one layer */
  { 3, { 5, 40, OUTPUTS }, fast_sigmoid, { 6, 2, 1 } },
  { 4, { 5, 1100, 40, OUTPUTS }, fast_sigmoid, { 6, 2, 1 } }, /* 4 blocks */
};

struct side {
  struct network net;
  struct optimiser o;
  real X[MOST_S * MOST_M], T[MOST_S * OUTPUTS];
};

static struct side *side_new(const struct path *path, const struct rule *rule,
                             uint64_t seed)
{
  struct side *l = malloc(sizeof *l);
  struct rng rng = rng_stream(seed, "sides");
  if (!l ||
      !network_stack(&l->net, path->count, path->sizes, path->between,
                     MOST_S) ||
      !optimiser_new(&l->o, rule, l->net.count))
    abort();
  network_draw(&l->net, &rng, 0);
  for (size_t i = 0; i < MOST_S * MOST_M; i++)
    l->X[i] = (real)rng_normal(&rng);
  for (size_t i = 0; i < MOST_S * OUTPUTS; i++)
    l->T[i] = (real)rng_uniform(&rng);
  return l;
}

static void side_free(struct side *l)
{
  network_free(&l->net);
  optimiser_free(&l->o);
  free(l);
}

/* A rule's step as the book has it: `state` and t as in optimisers.h. */
typedef void written_rule(size_t count, real w[], const real g[], real state[],
                          real a, long t);

/* With the samples from the given one on. */
static real plain_step_of(struct side *l, size_t from, size_t S, real a,
                          written_rule *written)
{
  struct network *net = &l->net;
  const real *X = l->X + from * net->inputs, *T = l->T + from * OUTPUTS;
  const real L = plain_loss(net, S, X, T);
  softmax_cross_entropy_backward(S, OUTPUTS, (void *)net->G,
                                 (const void *)net->P, (const void *)T);
  network_clear(net);
  network_backward(net, S, NULL, net->G, X);
  written(net->count, net->parameters, net->gradients, l->o.state, a,
          ++l->o.t);
  return L;
}

static void compare_arrays(struct finding *f, size_t count, const real a[],
                           const real b[])
{
  for (size_t i = 0; i < count; i++)
    finding_compare(f, (long double)re(a[i]), (long double)re(b[i]));
}

/* The parameters and the optimiser's states. */
static void compare_sides(struct finding *f, const struct side *a,
                          const struct side *b)
{
  const size_t count = a->net.count;
  compare_arrays(f, count, a->net.parameters, b->net.parameters);
  compare_arrays(f, a->o.rule->states * count, a->o.state, b->o.state);
}

/* The losses, the parameters and the optimiser's states of fast and plain. */
static void path_agrees(struct finding *f, const struct path *path,
                        const struct rule *rule, written_rule *written)
{
  struct side *plain = side_new(path, rule, f->seed);
  struct side *fast = side_new(path, rule, f->seed);
  const real a = R(0.01);
  struct fast step;
  if (!fast_new(&step, &fast->net, &fast->o))
    abort();
  for (int t = 0; t < STEPS; t++) {
    const size_t S = path->S[t];
    const real left = plain_step_of(plain, 0, S, a, written);
    const real right = fast_step(&step, S, fast->X, fast->T, a);
    compare_arrays(f, 1, &left, &right);
    compare_sides(f, plain, fast);
  }
  fast_free(&step);
  side_free(plain);
  side_free(fast);
}

enum { PATHS = sizeof paths / sizeof *paths };

static void paths_agree(struct finding *f, const struct rule *rule,
                        written_rule *written, long double tolerance)
{
  finding_begin(f, tolerance);
  for (size_t k = 0; k < PATHS; k++)
    path_agrees(f, &paths[k], rule, written);
}

/* Twice as many steps of S samples as there are batches of S, in two calls:
   the losses, and what both have in the end. */
static void calls_agree(struct finding *f, const struct path *path, size_t S,
                        const struct rule *rule, written_rule *written)
{
  struct side *plain = side_new(path, rule, f->seed);
  struct side *fast = side_new(path, rule, f->seed);
  const size_t count = MOST_S / S;
  const real a = R(0.01);
  real left[2 * MOST_S], right[2 * MOST_S];
  struct fast steps;
  if (!fast_new(&steps, &fast->net, &fast->o))
    abort();
  for (size_t t = 0; t < 2 * count; t++)
    left[t] = plain_step_of(plain, t % count * S, S, a, written);
  for (size_t call = 0; call < 2; call++)
    fast_steps(&steps, count, S, fast->X, fast->T, a, right + call * count);
  compare_arrays(f, 2 * count, left, right);
  compare_sides(f, plain, fast);
  fast_free(&steps);
  side_free(plain);
  side_free(fast);
}

#endif
