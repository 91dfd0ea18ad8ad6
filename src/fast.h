/* A step of training at the machine's limit: what train_gradient and
   optimiser_step (train.h, optimisers.h) compute, in another order.  Appendix
   speed.

     struct fast f;
     if (!fast_new(&f, &net, &optimiser))
       ...                          no memory, or a module it does not know
     L = fast_step(&f, S, X, T, a);

   - The units of a layer are cut into blocks, two of them below 1024 units,
   and threads take blocks: each computes its columns of Y and of dX and
   updates its own parameters.  The last layer, and a lowest layer of few
   units, are cut by their inputs, into parts whose sums are added in a fixed
   order, and the loss is cut by samples.  No cut depends on the number of
   threads: one thread or many, the results have the same bits.  Threads are
   OpenMP's; OMP_NUM_THREADS says how many.  The BLAS should use one thread of
   its own, OPENBLAS_NUM_THREADS=1.
   - Plain gradient descent adds −a Gᵀ X to W and never stores dW.  Adam
     updates a piece of W while its piece of dW is still in the cache, and asks
     for the next row of W and of its own states meanwhile.  Other rules get
     all gradients, then make their step.
   - With one sample to a step, many steps in one call and plain gradient
     descent, the lowest layer's update and the next sample's forward pass are
     one pass over W, unless it is cut by its inputs or is the only layer.
   - Activations are computed in place, with the exponential of vector_exp.h.

   After a step net->gradients hold nothing of use, and two things are not
   written: the Y of a linear layer below an activation, and X̂. */
#ifndef FAST_H
#define FAST_H

#include "mlp.h"
#include "optimisers.h"

struct fast {
  struct network *net;
  struct optimiser *optimiser;
  size_t groups; /* linear layers, each with what follows it */
  struct group *group;
  real *loss;   /* batch: of each sample */
  real *pieces; /* of dW, one a block, for Adam */
  real *parts;  /* of the lowest layer's Y, where it is cut by inputs */
  real *last;   /* parts of the last layer's Y */
};

/* 0: no memory, or a layer of a module that has no form by units, or a
   network without a linear layer at its end, or an optimiser of another
   number of parameters. */
int fast_new(struct fast *f, struct network *net, struct optimiser *optimiser);
void fast_free(struct fast *f);

/* One step at rate a; returns the mean loss before it.   X: S×inputs, T:
   S×outputs, S at least 1 and at most net->batch.  Allocates nothing. */
real fast_step(struct fast *f, size_t S, const real *X, const real *T, real a);

/* `count` such steps, each on the next S rows of X and T; losses: of each.
   X: (count S)×inputs, T: (count S)×outputs. */
void fast_steps(struct fast *f, size_t count, size_t S, const real *X,
                const real *T, real a, real losses[]);

#endif
