/* The functions of the exercises of chapter 2: write them in
   02-linear.try.c, then `make try-linear`.  S: samples, M: inputs, N: outputs;
   G = dL/dY: S×N.  A gradient of X is written (=), whatever its buffer held;
   those of parameters are added to what is there (+=). */
#ifndef EXERCISES_LINEAR_H
#define EXERCISES_LINEAR_H

#include "real.h"
#include <stddef.h>

/* ex:linear-outer.  What linear_backward does, one sample at a time and
   without gemm.   X, dX: S×M, W, dW: N×M, db: N.  dX is never NULL. */
void backward_outer(size_t S, size_t M, size_t N, real dX[S][M], real dW[N][M],
                    real db[N], const real G[S][N], const real X[S][M],
                    const real W[N][M]);

/* ex:linear-transpose.  The backward pass of Y = X V + 1 bᵀ.
   X, dX: S×M, V, dV: M×N, db: N. */
void transposed_backward(size_t S, size_t M, size_t N, real dX[S][M],
                         real dV[M][N], real db[N], const real G[S][N],
                         const real X[S][M], const real V[M][N]);

/* ex:linear-tied.  The backward pass of Y = H Wᵀ + 1 bᵀ, H = X Wᵀ + 1 bᵀ, by
   linear_backward.   X, H, dX, dH: S×N, W, dW: N×N, db: N.  dH is yours to
   write in: what it holds at the end does not matter. */
void tied_backward(size_t S, size_t N, real dX[S][N], real dW[N][N],
                   real db[N], real dH[S][N], const real G[S][N],
                   const real H[S][N], const real X[S][N], const real W[N][N]);

#endif
