/* The linear layer, Y = X Wᵀ + 1 bᵀ, and the squared error of a linear
   regression.  Chapter 2. */
#ifndef LINEAR_H
#define LINEAR_H

#include "real.h"
#include <stddef.h>

/* Y = X Wᵀ + 1 bᵀ.   X: S×M, W: N×M, b: N, Y: S×N. */
void linear_forward(size_t S, size_t M, size_t N, real Y[S][N],
                    const real X[S][M], const real W[N][M], const real b[N]);

/* dX = G W,  dW += Gᵀ X,  db += Gᵀ 1.   G = dL/dY: S×N.
   dX may be NULL where nothing lies below the layer. */
void linear_backward(size_t S, size_t M, size_t N, real dX[S][M],
                     real dW[N][M], real db[N], const real G[S][N],
                     const real X[S][M], const real W[N][M]);

/* L = 1/(2S) Σ_s Σ_n (Y_sn − T_sn)².   Y, T: S×N. */
real squares_forward(size_t S, size_t N, const real Y[S][N],
                     const real T[S][N]);

/* G = dL/dY = (Y − T)/S. */
void squares_backward(size_t S, size_t N, real G[S][N], const real Y[S][N],
                      const real T[S][N]);

#endif
