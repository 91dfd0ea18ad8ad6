/* The functions of the exercises of chapter 4: write them in
   04-softmax.try.c, then `make try-softmax`.  S: samples, N: classes.  No two
   arrays share memory. */
#ifndef EXERCISES_SOFTMAX_H
#define EXERCISES_SOFTMAX_H

#include "real.h"
#include <stddef.h>

/* ex:softmax-blind.  A wrong backward pass for one sample: from the upstream
   gradient g and the probabilities y it writes (=) dx.  All: N.  Right, but
   for rounding, where the entries of g are all the same; wrong under nearly
   every other g. */
void blind_backward(size_t N, real dx[N], const real g[N], const real y[N]);

/* ex:softmax-blind.  The largest |difference|, over the entries of dx, of what
   wrong(N, dx, g, y) and softmax_backward make of g and y.  Both: N. */
real largest_error(void wrong(size_t N, real dx[], const real g[],
                              const real y[]),
                   size_t N, const real g[N], const real y[N]);

/* ex:softmax-temperature.  The backward pass of Y = softmax(X / τ), from the
   input X and the output Y.   dX, G, X, Y: S×N.  dX is written (=), whatever
   its buffer held; *dtau, the gradient of a parameter, is added to (+=). */
void temperature_backward(size_t S, size_t N, real dX[S][N], real *dtau,
                          const real G[S][N], const real X[S][N],
                          const real Y[S][N], real tau);

#endif
