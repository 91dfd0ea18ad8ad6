#include "linear.h"

#include "gemm.h"

void linear_forward(size_t S, size_t M, size_t N, real Y[S][N],
                    const real X[S][M], const real W[N][M], const real b[N])
{
  for (size_t s = 0; s < S; s++)
    for (size_t n = 0; n < N; n++)
      Y[s][n] = b[n];
  gemm(AS_IS, TRANSPOSED, S, N, M, *X, *W, 1, *Y);
}

void linear_backward(size_t S, size_t M, size_t N, real dX[S][M],
                     real dW[N][M], real db[N], const real G[S][N],
                     const real X[S][M], const real W[N][M])
{
  if (dX)
    gemm(AS_IS, AS_IS, S, M, N, *G, *W, 0, *dX);
  gemm(TRANSPOSED, AS_IS, N, M, S, *G, *X, 1, *dW);
  for (size_t s = 0; s < S; s++)
    for (size_t n = 0; n < N; n++)
      db[n] += G[s][n];
}

real squares_forward(size_t S, size_t N, const real Y[S][N],
                     const real T[S][N])
{
  real sum = R(0.0);
  for (size_t s = 0; s < S; s++)
    for (size_t n = 0; n < N; n++)
      sum += (Y[s][n] - T[s][n]) * (Y[s][n] - T[s][n]);
  return sum / (R(2.0) * (real)S);
}

void squares_backward(size_t S, size_t N, real G[S][N], const real Y[S][N],
                      const real T[S][N])
{
  for (size_t s = 0; s < S; s++)
    for (size_t n = 0; n < N; n++)
      G[s][n] = (Y[s][n] - T[s][n]) / (real)S;
}
