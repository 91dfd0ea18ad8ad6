/* Softmax over each row, and its logarithm.  Chapter 4. */
#ifndef SOFTMAX_H
#define SOFTMAX_H

#include "real.h"
#include <stddef.h>

/* Y_sn = e^X_sn / Σ_k e^X_sk.   X, Y: S×N, N at least 1. */
void softmax_forward(size_t S, size_t N, real Y[S][N], const real X[S][N]);

/* dX = Y ∘ (G − (G∘Y) 1 1ᵀ).   G = dL/dY: S×N, Y: the forward's. */
void softmax_backward(size_t S, size_t N, real dX[S][N], const real G[S][N],
                      const real Y[S][N]);

/* Y_sn = X_sn − log Σ_k e^X_sk.   Finite where softmax is 0. */
void log_softmax_forward(size_t S, size_t N, real Y[S][N], const real X[S][N]);

/* dX = G − e^Y ∘ (G 1 1ᵀ).   G = dL/dY: S×N, Y: log_softmax_forward's. */
void log_softmax_backward(size_t S, size_t N, real dX[S][N],
                          const real G[S][N], const real Y[S][N]);

#endif
