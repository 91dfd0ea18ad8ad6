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
   allocates.  Batch norm (chapter 7) is a module that behaves differently
   once training is over: network_evaluate is the forward for that. */
#ifndef MLP_H
#define MLP_H

#include "real.h"
#include "rng.h"
#include <stddef.h>

/* A line of the cache, in bytes and in numbers. */
enum { CACHE_LINE = 64, LINE_NUMBERS = CACHE_LINE / sizeof(real) };

struct layer;

/* What a layer can do.  forward writes layer->Y; backward writes dX (unless
   it is NULL) and adds to layer->gradients.  X, dX: S×M; Y, G: S×N.  What is
   NULL is not needed. */
struct module {
  const char *name;
  size_t (*parameters)(size_t M, size_t N); /* how many */
  size_t (*keeps)(size_t N, size_t batch);  /* numbers besides Y */
  void (*forward)(const struct layer *layer, size_t S, const real *X);
  void (*evaluate)(const struct layer *layer, size_t S, const real *X);
  void (*backward)(const struct layer *layer, size_t S, real *dX,
                   const real *G, const real *X);
  /* Fresh parameters: weights of that variance, biases and β 0, γ 1. */
  void (*draw)(const struct layer *layer, struct rng *rng, real variance);
};

extern const struct module module_linear;     /* W: N×M, then b: N */
extern const struct module module_sigmoid;    /* M = N, no parameters */
extern const struct module module_relu;       /* M = N, no parameters */
extern const struct module module_elu;        /* M = N, no parameters */
extern const struct module module_batch_norm; /* M = N; γ: N, then β: N */

struct layer {
  const struct module *module;
  size_t M, N;
  real *parameters, *gradients; /* its part of the network's */
  real *kept;                   /* what the module keeps besides Y */
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

/* linear, between, linear, between, …, linear: one linear layer between each
   two of the `count` sizes, and after each but the last the modules of
   `between`, which ends with NULL.  Returns 0 where there is no memory. */
int network_stack(struct network *net, size_t count, const size_t sizes[],
                  const struct module *const between[], size_t batch);
/* The same with one activation between. */
int network_new(struct network *net, size_t count, const size_t sizes[],
                const struct module *activation, size_t batch);
void network_free(struct network *net);

/* Fresh parameters: weights N(0, w²) with w² a function of a layer's inputs M
   and outputs N (initialisation.h); biases and β 0, γ 1. */
void network_initialise(struct network *net, struct rng *rng,
                        real (*variance)(size_t M, size_t N));
/* The same with w² = std² in every layer, or 1/M where std is 0. */
void network_draw(struct network *net, struct rng *rng, double std);

/* The last layer's Y, S×outputs.   X: S×inputs, S at most net->batch. */
const real *network_forward(struct network *net, size_t S, const real *X);
/* The same once training is over. */
const real *network_evaluate(struct network *net, size_t S, const real *X);

/* After network_forward with the same X.  G = dL/dY of the last layer;
   dX: S×inputs, or NULL.  Adds to net->gradients. */
void network_backward(struct network *net, size_t S, real *dX, const real *G,
                      const real *X);

void network_clear(struct network *net);           /* gradients = 0 */
void network_descend(struct network *net, real a); /* one SGD step: rate a */

#endif
