/* Layer normalisation: every row has, over its N features, mean 0 and variance
   nearly 1, then each feature a scale and a shift.  Chapter 7. */
#ifndef LAYER_NORM_H
#define LAYER_NORM_H

#include "real.h"
#include <stddef.h>

/* Row by row, over the N features:
     mean = Σ X / N,   variance = Σ (X − mean)² / N,
     Xhat = (X − mean) / √(variance + epsilon),   Y = gamma Xhat + beta.
   The same in training and in evaluation. */
void layer_norm_forward(size_t S, size_t N, real Y[S][N], real Xhat[S][N],
                        real mean[S], real variance[S], const real X[S][N],
                        const real gamma[N], const real beta[N], real epsilon);

/* With D = G γ:  dX = r (D − Σ D / N − Xhat Σ D Xhat / N), sums over the
   features, r = 1 / √(variance + epsilon);  dgamma += Σ G Xhat,
   dbeta += Σ G, sums over the samples.   G = dL/dY: S×N; Xhat, variance: the
   forward's.  dX may be NULL. */
void layer_norm_backward(size_t S, size_t N, real dX[S][N], real dgamma[N],
                         real dbeta[N], const real G[S][N],
                         const real Xhat[S][N], const real variance[S],
                         const real gamma[N], real epsilon);

#endif
