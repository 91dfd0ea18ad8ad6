#include "layer_norm.h"

void layer_norm_forward(size_t S, size_t N, real Y[S][N], real Xhat[S][N],
                        real mean[S], real variance[S], const real X[S][N],
                        const real gamma[N], const real beta[N], real epsilon)
{
  for (size_t s = 0; s < S; s++) {
    mean[s] = variance[s] = R(0.0);
    for (size_t n = 0; n < N; n++)
      mean[s] += X[s][n];
    mean[s] /= (real)N;
    for (size_t n = 0; n < N; n++)
      variance[s] += (X[s][n] - mean[s]) * (X[s][n] - mean[s]);
    variance[s] /= (real)N;
    const real r = R(1.0) / sqrt(variance[s] + epsilon);
    for (size_t n = 0; n < N; n++) {
      Xhat[s][n] = (X[s][n] - mean[s]) * r;
      Y[s][n] = gamma[n] * Xhat[s][n] + beta[n];
    }
  }
}

void layer_norm_backward(size_t S, size_t N, real dX[S][N], real dgamma[N],
                         real dbeta[N], const real G[S][N],
                         const real Xhat[S][N], const real variance[S],
                         const real gamma[N], real epsilon)
{
  for (size_t s = 0; s < S; s++) {
    real sum_D = R(0.0), sum_DXhat = R(0.0); /* D = G γ */
    for (size_t n = 0; n < N; n++) {
      dbeta[n] += G[s][n];
      dgamma[n] += G[s][n] * Xhat[s][n];
      sum_D += G[s][n] * gamma[n];
      sum_DXhat += G[s][n] * gamma[n] * Xhat[s][n];
    }
    if (!dX)
      continue;
    const real scale = R(1.0) / sqrt(variance[s] + epsilon) / (real)N;
    for (size_t n = 0; n < N; n++)
      dX[s][n] = scale * ((real)N * G[s][n] * gamma[n] - sum_D -
                          Xhat[s][n] * sum_DXhat);
  }
}
