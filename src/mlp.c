#include "mlp.h"

#include "initialisation.h"

#include <stdint.h>
#include <stdlib.h>

/* Adds a × b to *total; 0 where a size_t cannot hold it. */
static int add_product(size_t *total, size_t a, size_t b)
{
  if (b && a > (SIZE_MAX - *total) / b)
    return 0;
  *total += a * b;
  return 1;
}

static size_t parameters_of(const struct layer *l)
{
  return l->module->parameters ? l->module->parameters(l->M, l->N) : 0;
}

static size_t kept_by(const struct layer *l, size_t batch)
{
  return l->module->keeps ? l->module->keeps(l->N, batch) : 0;
}

/* Arrays begin where a line of the cache does, all parameters being one array:
   vectors of numbers then lie in one line each, not in two. */
static size_t whole_lines(size_t count)
{
  return (count + LINE_NUMBERS - 1) / LINE_NUMBERS * LINE_NUMBERS;
}

static real *take(real **next, size_t count)
{
  real *const array = *next;
  *next += whole_lines(count);
  return array;
}

/* Numbers of all kinds that the layers of `net` need, or 0. */
static size_t network_measure(struct network *net, size_t *widest)
{
  size_t total = 0, values = 0;
  *widest = net->inputs;
  for (size_t i = 0; i < net->depth; i++) {
    const struct layer *l = &net->layers[i];
    size_t most = 0;
    if (!add_product(&most, l->M + 1, l->N + 1) ||
        !add_product(&most, net->batch + 4, l->N) ||
        !add_product(&total, kept_by(l, net->batch), 1))
      return 0;
    net->count += parameters_of(l);
    values += l->N;
    *widest = l->N > *widest ? l->N : *widest;
  }
  values += net->inputs + 2 * *widest + 3 * net->outputs;
  if (!add_product(&total, net->count, 2) ||
      !add_product(&total, net->batch, values) ||
      !add_product(&total, 2 * net->depth + 9, LINE_NUMBERS) ||
      total > SIZE_MAX / sizeof(real))
    return 0;
  return total;
}

static void network_place(struct network *net, size_t widest)
{
  const size_t S = net->batch, past = (uintptr_t)net->memory % CACHE_LINE;
  real *next = net->memory + (past ? (CACHE_LINE - past) / sizeof(real) : 0);
  net->parameters = take(&next, net->count);
  net->gradients = take(&next, net->count);
  for (size_t i = 0, used = 0; i < net->depth; i++) {
    struct layer *l = &net->layers[i];
    l->parameters = net->parameters + used;
    l->gradients = net->gradients + used;
    used += parameters_of(l);
    l->Y = take(&next, S * l->N);
    l->kept = take(&next, kept_by(l, S));
  }
  net->flow[0] = take(&next, S * widest);
  net->flow[1] = take(&next, S * widest);
  net->X = take(&next, S * net->inputs);
  net->T = take(&next, S * net->outputs);
  net->P = take(&next, S * net->outputs);
  net->G = take(&next, S * net->outputs);
}

int network_stack(struct network *net, size_t count, const size_t sizes[],
                  const struct module *const between[], size_t batch)
{
  size_t block = 1; /* layers from one linear layer to the next */
  while (between[block - 1])
    block++;
  *net = (struct network){ .inputs = sizes[0],
                           .outputs = sizes[count - 1],
                           .batch = batch,
                           .depth = block * (count - 2) + 1 };
  net->layers = calloc(net->depth, sizeof *net->layers);
  if (!net->layers)
    return 0;
  for (size_t i = 0; i < net->depth; i++) {
    struct layer *l = &net->layers[i];
    l->module = i % block ? between[i % block - 1] : &module_linear;
    l->N = sizes[i / block + 1];
    l->M = i % block ? l->N : sizes[i / block];
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

int network_new(struct network *net, size_t count, const size_t sizes[],
                const struct module *activation, size_t batch)
{
  const struct module *const between[] = { activation, NULL };
  return network_stack(net, count, sizes, between, batch);
}

void network_free(struct network *net)
{
  free(net->memory);
  free(net->layers);
  *net = (struct network){ 0 };
}

void network_initialise(struct network *net, struct rng *rng,
                        real (*variance)(size_t M, size_t N))
{
  for (size_t i = 0; i < net->depth; i++) {
    const struct layer *l = &net->layers[i];
    if (l->module->draw)
      l->module->draw(l, rng, variance(l->M, l->N));
  }
}

void network_draw(struct network *net, struct rng *rng, double std)
{
  if (std <= 0) {
    network_initialise(net, rng, variance_lecun);
    return;
  }
  for (size_t i = 0; i < net->depth; i++)
    if (net->layers[i].module->draw)
      net->layers[i].module->draw(&net->layers[i], rng, (real)(std * std));
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

const real *network_evaluate(struct network *net, size_t S, const real *X)
{
  for (size_t i = 0; i < net->depth; i++) {
    const struct layer *l = &net->layers[i];
    const struct module *m = l->module;
    (m->evaluate ? m->evaluate : m->forward)(l, S, X);
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
