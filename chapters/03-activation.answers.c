/* The answers to the exercises of chapter 3. */
#include "03-activation.exercises.h"
#include "activation.h"

/* h(x) = log(1 + e^x).  The larger exponential is taken out of the sum. */
void softplus_forward(size_t S, size_t N, real Y[S][N], const real X[S][N])
{
  for (size_t s = 0; s < S; s++)
    for (size_t n = 0; n < N; n++) {
      const real x = X[s][n];
      Y[s][n] = re(x) > 0 ? x + real_log1p(exp(-x)) : real_log1p(exp(x));
    }
}

void softplus_backward(size_t S, size_t N, real dX[S][N], const real G[S][N],
                       const real Y[S][N])
{
  for (size_t s = 0; s < S; s++)
    for (size_t n = 0; n < N; n++)
      dX[s][n] = -G[s][n] * real_expm1(-Y[s][n]);
}

/* h(x) = x σ(x).  Y holds σ(X) between the two lines, so it may not be X. */
void silu_forward(size_t S, size_t N, real Y[S][N], const real X[S][N])
{
  sigmoid_forward(S, N, Y, X);
  for (size_t s = 0; s < S; s++)
    for (size_t n = 0; n < N; n++)
      Y[s][n] *= X[s][n];
}

/* dX holds σ(X) between the two lines, so it may be neither X nor G. */
void silu_backward(size_t S, size_t N, real dX[S][N], const real G[S][N],
                   const real X[S][N])
{
  sigmoid_forward(S, N, dX, X);
  for (size_t s = 0; s < S; s++)
    for (size_t n = 0; n < N; n++) {
      const real p = dX[s][n];
      dX[s][n] = G[s][n] * (p + X[s][n] * p * (R(1.0) - p));
    }
}

/* e^−|x| / (1 + e^−|x|)²: nothing is subtracted, so that no digit is lost. */
real sigmoid_slope(real x)
{
  const real e = exp(re(x) > 0 ? -x : x);
  return e / ((R(1.0) + e) * (R(1.0) + e));
}

/* Where Y = arctan X, the slope is cos² Y. */
void arctan_backward(size_t S, size_t N, real dX[S][N], const real G[S][N],
                     const real Y[S][N])
{
  for (size_t s = 0; s < S; s++)
    for (size_t n = 0; n < N; n++)
      dX[s][n] = G[s][n] * cos(Y[s][n]) * cos(Y[s][n]);
}
