/* Batch normalisation: every column has, over the S samples of a batch, mean 0
   and variance nearly 1, then a scale and a shift of its own.  Chapter 7. */
#ifndef BATCH_NORM_H
#define BATCH_NORM_H

#include "real.h"
#include <stddef.h>

/* In training.  Column by column, over the S samples:
     mean = Σ X / S,   variance = Σ (X − mean)² / S,
     Xhat = (X − mean) / √(variance + epsilon),   Y = gamma Xhat + beta.
   S at least 1, epsilon > 0 (0 will do where no column is constant). */
void batch_norm_forward(size_t S, size_t N, real Y[S][N], real Xhat[S][N],
                        real mean[N], real variance[N], const real X[S][N],
                        const real gamma[N], const real beta[N], real epsilon);

/* dX = γ r (G − Σ G / S − Xhat Σ G Xhat / S),  r = 1 / √(variance + epsilon),
   dgamma += Σ G Xhat,  dbeta += Σ G, sums over the samples.   G = dL/dY: S×N;
   Xhat, variance: the forward's.  dX may be NULL. */
void batch_norm_backward(size_t S, size_t N, real dX[S][N], real dgamma[N],
                         real dbeta[N], const real G[S][N],
                         const real Xhat[S][N], const real variance[N],
                         const real gamma[N], real epsilon);

/* running = (1 − rate) running + rate × the batch's; of the variance its
   unbiased estimate, S/(S − 1) variance.  One sample has no such estimate:
   where S is 1, running_variance stays as it was. */
void batch_norm_track(size_t S, size_t N, real running_mean[N],
                      real running_variance[N], const real mean[N],
                      const real variance[N], real rate);

/* In evaluation: Y = γ (X − running_mean) / √(running_variance + epsilon) + β,
   each sample for itself. */
void batch_norm_evaluate(size_t S, size_t N, real Y[S][N], const real X[S][N],
                         const real gamma[N], const real beta[N],
                         const real running_mean[N],
                         const real running_variance[N], real epsilon);

#endif
