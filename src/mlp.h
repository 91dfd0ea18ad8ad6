/* A network: modules in a row, each fed by the one before it.  Chapter 6.

     struct network net;
     const size_t sizes[] = { 784, 300, 10 };
     if (!network_new(&net, 3, sizes, &module_sigmoid, 50))
       ...                          no memory
     struct rng rng = rng_stream(seed, "weights");
     network_draw(&net, &rng, 0);   weights N(0, 1/inputs), biases 0
     Z = network_forward(&net, S, X);

   All parameters lie in one array and all gradients in another, in the same
   order, so that an optimiser is one loop.  After network_new nothing
   allocates. */
#ifndef MLP_H
#define MLP_H

#include "real.h"
#include "rng.h"
#include <stddef.h>

struct layer;

/* What a layer can do.  forward writes layer->Y; backward writes dX (unless
   it is NULL) and adds to layer->gradients.  X, dX: S×M; Y, G: S×N. */
struct module {
  const char *name;
  size_t (*parameters)(size_t M, size_t N); /* how many */
  void (*forward)(const struct layer *layer, size_t S, const real *X);
  void (*backward)(const struct layer *layer, size_t S, real *dX,
                   const real *G, const real *X);
  /* The standard deviation of fresh weights is std; NULL: none to draw. */
  void (*draw)(const struct layer *layer, struct rng *rng, double std);
};

extern const struct module module_linear;  /* W: N×M, then b: N */
extern const struct module module_sigmoid; /* M = N, no parameters */
extern const struct module module_relu;    /* M = N, no parameters */

struct layer {
  const struct module *module;
  size_t M, N;
  real *parameters, *gradients; /* its part of the network's */
  real *Y;                      /* batch×N: the output, kept for backward */
};

struct network {
  size_t inputs, outputs, batch; /* batch: the most samples in one call */
  size_t depth;                  /* number of layers */
  struct layer *layers;
  size_t count; /* parameters in all */
  real *parameters, *gradients;
  real *flow[2];   /* batch × widest: dL/dY on its way down */
  real *X;         /* batch×inputs: room for a batch (train.h), and */
  real *T, *P, *G; /* batch×outputs: for its targets and its loss */
  real *memory;
};

/* linear, activation, linear, …, linear: one linear layer between each two
   of the `count` sizes.  Returns 0 where there is no memory for it. */
int network_new(struct network *net, size_t count, const size_t sizes[],
                const struct module *activation, size_t batch);
void network_free(struct network *net);

/* Weights N(0, std²), or N(0, 1/M) where std is 0; biases 0. */
void network_draw(struct network *net, struct rng *rng, double std);

/* The last layer's Y, S×outputs.   X: S×inputs, S at most net->batch. */
const real *network_forward(struct network *net, size_t S, const real *X);

/* After network_forward with the same X.  G = dL/dY of the last layer;
   dX: S×inputs, or NULL.  Adds to net->gradients. */
void network_backward(struct network *net, size_t S, real *dX, const real *G,
                      const real *X);

void network_clear(struct network *net);           /* gradients = 0 */
void network_descend(struct network *net, real a); /* one SGD step: rate a */

#endif
