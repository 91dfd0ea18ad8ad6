#include "mlp.h"

#include "activation.h"
#include "linear.h"

#include <stdint.h>
#include <stdlib.h>

/* The modules: the flat arrays of a layer, handed on with their shapes. */

static size_t linear_count(size_t M, size_t N) { return N * M + N; }

static void linear_up(const struct layer *l, size_t S, const real *X)
{
  const real *W = l->parameters, *b = W + l->N * l->M;
  linear_forward(S, l->M, l->N, (void *)l->Y, (const void *)X, (const void *)W,
                 b);
}

static void linear_down(const struct layer *l, size_t S, real *dX,
                        const real *G, const real *X)
{
  const real *W = l->parameters;
  real *dW = l->gradients, *db = dW + l->N * l->M;
  linear_backward(S, l->M, l->N, (void *)dX, (void *)dW, db, (const void *)G,
                  (const void *)X, (const void *)W);
}

static void linear_draw(const struct layer *l, struct rng *rng, double std)
{
  real *W = l->parameters, *b = W + l->N * l->M;
  const double width = std > 0 ? std : 1 / sqrt((double)l->M);
  for (size_t i = 0; i < l->N * l->M; i++)
    W[i] = (real)(width * rng_normal(rng));
  for (size_t n = 0; n < l->N; n++)
    b[n] = R(0.0);
}

static size_t no_parameters(size_t M, size_t N)
{
  (void)M, (void)N;
  return 0;
}

static void sigmoid_up(const struct layer *l, size_t S, const real *X)
{
  sigmoid_forward(S, l->N, (void *)l->Y, (const void *)X);
}

static void sigmoid_down(const struct layer *l, size_t S, real *dX,
                         const real *G, const real *X)
{
  (void)X;
  if (dX)
    sigmoid_backward(S, l->N, (void *)dX, (const void *)G, (const void *)l->Y);
}

static void relu_up(const struct layer *l, size_t S, const real *X)
{
  relu_forward(S, l->N, (void *)l->Y, (const void *)X);
}

static void relu_down(const struct layer *l, size_t S, real *dX, const real *G,
                      const real *X)
{
  (void)X;
  if (dX)
    relu_backward(S, l->N, (void *)dX, (const void *)G, (const void *)l->Y);
}

const struct module module_linear = { "linear", linear_count, linear_up,
                                      linear_down, linear_draw };
const struct module module_sigmoid = { "sigmoid", no_parameters, sigmoid_up,
                                       sigmoid_down, NULL };
const struct module module_relu = { "relu", no_parameters, relu_up, relu_down,
                                    NULL };

/* The network. */

/* Adds a × b to *total; 0 where a size_t cannot hold it. */
static int add_product(size_t *total, size_t a, size_t b)
{
  if (b && a > (SIZE_MAX - *total) / b)
    return 0;
  *total += a * b;
  return 1;
}

/* Numbers of all kinds that the layers of `net` need, or 0. */
static size_t network_measure(struct network *net, size_t *widest)
{
  size_t total = 0, values = 0;
  *widest = net->inputs;
  for (size_t i = 0; i < net->depth; i++) {
    const struct layer *l = &net->layers[i];
    size_t most = 0;
    if (!add_product(&most, l->M + 1, l->N + 1))
      return 0;
    net->count += l->module->parameters(l->M, l->N);
    values += l->N;
    *widest = l->N > *widest ? l->N : *widest;
  }
  values += net->inputs + 2 * *widest + 3 * net->outputs;
  if (!add_product(&total, net->count, 2) ||
      !add_product(&total, net->batch, values) ||
      total > SIZE_MAX / sizeof(real))
    return 0;
  return total;
}

static void network_place(struct network *net, size_t widest)
{
  real *next = net->memory;
  net->parameters = next, next += net->count;
  net->gradients = next, next += net->count;
  for (size_t i = 0, used = 0; i < net->depth; i++) {
    struct layer *l = &net->layers[i];
    l->parameters = net->parameters + used;
    l->gradients = net->gradients + used;
    used += l->module->parameters(l->M, l->N);
    l->Y = next, next += net->batch * l->N;
  }
  net->flow[0] = next, next += net->batch * widest;
  net->flow[1] = next, next += net->batch * widest;
  net->X = next, next += net->batch * net->inputs;
  net->T = next, next += net->batch * net->outputs;
  net->P = next, next += net->batch * net->outputs;
  net->G = next;
}

int network_new(struct network *net, size_t count, const size_t sizes[],
                const struct module *activation, size_t batch)
{
  *net = (struct network){ .inputs = sizes[0],
                           .outputs = sizes[count - 1],
                           .batch = batch,
                           .depth = 2 * (count - 1) - 1 };
  net->layers = calloc(net->depth, sizeof *net->layers);
  if (!net->layers)
    return 0;
  for (size_t i = 0; i < net->depth; i++) {
    struct layer *l = &net->layers[i];
    l->module = i % 2 ? activation : &module_linear;
    l->M = sizes[(i + 1) / 2];
    l->N = sizes[i / 2 + 1];
  }
  size_t widest;
  const size_t total = network_measure(net, &widest);
  net->memory = total ? malloc(total * sizeof(real)) : NULL;
  if (!net->memory) {
    network_free(net);
    return 0;
  }
  network_place(net, widest);
  network_clear(net);
  return 1;
}

void network_free(struct network *net)
{
  free(net->memory);
  free(net->layers);
  *net = (struct network){ 0 };
}

void network_draw(struct network *net, struct rng *rng, double std)
{
  for (size_t i = 0; i < net->depth; i++)
    if (net->layers[i].module->draw)
      net->layers[i].module->draw(&net->layers[i], rng, std);
}

const real *network_forward(struct network *net, size_t S, const real *X)
{
  for (size_t i = 0; i < net->depth; i++) {
    const struct layer *l = &net->layers[i];
    l->module->forward(l, S, X);
    X = l->Y;
  }
  return X;
}

void network_backward(struct network *net, size_t S, real *dX, const real *G,
                      const real *X)
{
  for (size_t i = net->depth; i-- > 0;) {
    const struct layer *l = &net->layers[i];
    const real *input = i ? net->layers[i - 1].Y : X;
    real *down = i ? net->flow[i % 2] : dX;
    l->module->backward(l, S, down, G, input);
    G = down;
  }
}

void network_clear(struct network *net)
{
  for (size_t i = 0; i < net->count; i++)
    net->gradients[i] = R(0.0);
}

void network_descend(struct network *net, real a)
{
  real *restrict w = net->parameters;
  const real *restrict g = net->gradients;
  for (size_t i = 0; i < net->count; i++)
    w[i] -= a * g[i];
}
