#include "cross_entropy.h"

#include "softmax.h"

real cross_entropy_forward(size_t S, size_t N, const real P[S][N],
                           const real T[S][N])
{
  real sum = R(0.0);
  for (size_t s = 0; s < S; s++)
    for (size_t n = 0; n < N; n++)
      sum += T[s][n] * log(P[s][n]);
  return -sum / (real)S;
}

void cross_entropy_backward(size_t S, size_t N, real dP[S][N],
                            const real P[S][N], const real T[S][N])
{
  for (size_t s = 0; s < S; s++)
    for (size_t n = 0; n < N; n++)
      dP[s][n] = -T[s][n] / P[s][n] / (real)S;
}

real softmax_cross_entropy_forward(size_t S, size_t N, real P[S][N],
                                   const real Z[S][N], const real T[S][N])
{
  real sum = R(0.0);
  log_softmax_forward(S, N, P, Z);
  for (size_t s = 0; s < S; s++)
    for (size_t n = 0; n < N; n++) {
      sum += T[s][n] * P[s][n]; /* P holds log P up to here */
      P[s][n] = exp(P[s][n]);
    }
  return -sum / (real)S;
}

void softmax_cross_entropy_backward(size_t S, size_t N, real dZ[S][N],
                                    const real P[S][N], const real T[S][N])
{
  for (size_t s = 0; s < S; s++) {
    real row = R(0.0);
    for (size_t n = 0; n < N; n++)
      row += T[s][n];
    for (size_t n = 0; n < N; n++)
      dZ[s][n] = (P[s][n] * row - T[s][n]) / (real)S;
  }
}
