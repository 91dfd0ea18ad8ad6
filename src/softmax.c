#include "softmax.h"

static real row_max(size_t N, const real x[N])
{
  real max = x[0];
  for (size_t n = 1; n < N; n++)
    max = re(x[n]) > re(max) ? x[n] : max;
  return max;
}

void softmax_forward(size_t S, size_t N, real Y[S][N], const real X[S][N])
{
  for (size_t s = 0; s < S; s++) {
    const real max = row_max(N, X[s]);
    real sum = R(0.0);
    for (size_t n = 0; n < N; n++) {
      Y[s][n] = exp(X[s][n] - max);
      sum += Y[s][n];
    }
    for (size_t n = 0; n < N; n++)
      Y[s][n] /= sum;
  }
}

void softmax_backward(size_t S, size_t N, real dX[S][N], const real G[S][N],
                      const real Y[S][N])
{
  for (size_t s = 0; s < S; s++) {
    real mean = R(0.0); /* of G, weighted by Y */
    for (size_t n = 0; n < N; n++)
      mean += G[s][n] * Y[s][n];
    for (size_t n = 0; n < N; n++)
      dX[s][n] = Y[s][n] * (G[s][n] - mean);
  }
}

void log_softmax_forward(size_t S, size_t N, real Y[S][N], const real X[S][N])
{
  for (size_t s = 0; s < S; s++) {
    const real max = row_max(N, X[s]);
    real sum = R(0.0);
    for (size_t n = 0; n < N; n++)
      sum += exp(X[s][n] - max);
    const real log_sum = log(sum);
    for (size_t n = 0; n < N; n++)
      Y[s][n] = X[s][n] - max - log_sum;
  }
}

void log_softmax_backward(size_t S, size_t N, real dX[S][N],
                          const real G[S][N], const real Y[S][N])
{
  for (size_t s = 0; s < S; s++) {
    real sum = R(0.0);
    for (size_t n = 0; n < N; n++)
      sum += G[s][n];
    for (size_t n = 0; n < N; n++)
      dX[s][n] = G[s][n] - exp(Y[s][n]) * sum;
  }
}
