#include "batch_norm.h"

void batch_norm_forward(size_t S, size_t N, real Y[S][N], real Xhat[S][N],
                        real mean[N], real variance[N], const real X[S][N],
                        const real gamma[N], const real beta[N], real epsilon)
{
  real r[N];
  for (size_t n = 0; n < N; n++)
    mean[n] = variance[n] = R(0.0);
  for (size_t s = 0; s < S; s++)
    for (size_t n = 0; n < N; n++)
      mean[n] += X[s][n];
  for (size_t n = 0; n < N; n++)
    mean[n] /= (real)S;
  for (size_t s = 0; s < S; s++)
    for (size_t n = 0; n < N; n++)
      variance[n] += (X[s][n] - mean[n]) * (X[s][n] - mean[n]);
  for (size_t n = 0; n < N; n++) {
    variance[n] /= (real)S;
    r[n] = R(1.0) / sqrt(variance[n] + epsilon);
  }
  for (size_t s = 0; s < S; s++)
    for (size_t n = 0; n < N; n++) {
      Xhat[s][n] = (X[s][n] - mean[n]) * r[n];
      Y[s][n] = gamma[n] * Xhat[s][n] + beta[n];
    }
}

void batch_norm_backward(size_t S, size_t N, real dX[S][N], real dgamma[N],
                         real dbeta[N], const real G[S][N],
                         const real Xhat[S][N], const real variance[N],
                         const real gamma[N], real epsilon)
{
  real sum_G[N], sum_GXhat[N];
  for (size_t n = 0; n < N; n++)
    sum_G[n] = sum_GXhat[n] = R(0.0);
  for (size_t s = 0; s < S; s++)
    for (size_t n = 0; n < N; n++) {
      sum_G[n] += G[s][n];
      sum_GXhat[n] += G[s][n] * Xhat[s][n];
    }
  for (size_t n = 0; n < N; n++) {
    dbeta[n] += sum_G[n];
    dgamma[n] += sum_GXhat[n];
  }
  if (!dX)
    return;
  real scale[N]; /* γ r / S */
  for (size_t n = 0; n < N; n++)
    scale[n] = gamma[n] / sqrt(variance[n] + epsilon) / (real)S;
  for (size_t s = 0; s < S; s++)
    for (size_t n = 0; n < N; n++)
      dX[s][n] = scale[n] *
                 ((real)S * G[s][n] - sum_G[n] - Xhat[s][n] * sum_GXhat[n]);
}

void batch_norm_track(size_t S, size_t N, real running_mean[N],
                      real running_variance[N], const real mean[N],
                      const real variance[N], real rate)
{
  for (size_t n = 0; n < N; n++)
    running_mean[n] += rate * (mean[n] - running_mean[n]);
  if (S == 1)
    return;
  const real unbiased = (real)S / (real)(S - 1);
  for (size_t n = 0; n < N; n++)
    running_variance[n] +=
        rate * (unbiased * variance[n] - running_variance[n]);
}

void batch_norm_evaluate(size_t S, size_t N, real Y[S][N], const real X[S][N],
                         const real gamma[N], const real beta[N],
                         const real running_mean[N],
                         const real running_variance[N], real epsilon)
{
  real r[N];
  for (size_t n = 0; n < N; n++)
    r[n] = R(1.0) / sqrt(running_variance[n] + epsilon);
  for (size_t s = 0; s < S; s++)
    for (size_t n = 0; n < N; n++)
      Y[s][n] = gamma[n] * ((X[s][n] - running_mean[n]) * r[n]) + beta[n];
}
