#include "activation.h"

#define SQRT_HALF R(0.707106781186547524400844362104849039)
#define INV_SQRT_2PI R(0.398942280401432677939946059934381868)
#define SQRT_2_OVER_PI R(0.797884560802865355879892119868763737)
#define GELU_CUBIC R(0.044715)

void relu_forward(size_t S, size_t N, real Y[S][N], const real X[S][N])
{
  for (size_t s = 0; s < S; s++)
    for (size_t n = 0; n < N; n++)
      Y[s][n] = re(X[s][n]) > 0 ? X[s][n] : R(0.0);
}

void relu_backward(size_t S, size_t N, real dX[S][N], const real G[S][N],
                   const real Y[S][N])
{
  for (size_t s = 0; s < S; s++)
    for (size_t n = 0; n < N; n++)
      dX[s][n] = re(Y[s][n]) > 0 ? G[s][n] : R(0.0);
}

void leaky_relu_forward(size_t S, size_t N, real Y[S][N], const real X[S][N],
                        real slope)
{
  for (size_t s = 0; s < S; s++)
    for (size_t n = 0; n < N; n++)
      Y[s][n] = re(X[s][n]) > 0 ? X[s][n] : slope * X[s][n];
}

void leaky_relu_backward(size_t S, size_t N, real dX[S][N], const real G[S][N],
                         const real Y[S][N], real slope)
{
  for (size_t s = 0; s < S; s++)
    for (size_t n = 0; n < N; n++)
      dX[s][n] = re(Y[s][n]) > 0 ? G[s][n] : slope * G[s][n];
}

void elu_scaled_forward(size_t S, size_t N, real Y[S][N], const real X[S][N],
                        real a)
{
  for (size_t s = 0; s < S; s++)
    for (size_t n = 0; n < N; n++)
      Y[s][n] = re(X[s][n]) > 0 ? X[s][n] : a * real_expm1(X[s][n]);
}

void elu_scaled_backward(size_t S, size_t N, real dX[S][N], const real G[S][N],
                         const real Y[S][N], real a)
{
  for (size_t s = 0; s < S; s++)
    for (size_t n = 0; n < N; n++)
      dX[s][n] = re(Y[s][n]) > 0 ? G[s][n] : G[s][n] * (Y[s][n] + a);
}

void elu_forward(size_t S, size_t N, real Y[S][N], const real X[S][N])
{
  elu_scaled_forward(S, N, Y, X, R(1.0));
}

void elu_backward(size_t S, size_t N, real dX[S][N], const real G[S][N],
                  const real Y[S][N])
{
  elu_scaled_backward(S, N, dX, G, Y, R(1.0));
}

void sigmoid_forward(size_t S, size_t N, real Y[S][N], const real X[S][N])
{
  for (size_t s = 0; s < S; s++)
    for (size_t n = 0; n < N; n++) {
      const real x = X[s][n];
      if (re(x) < 0) {
        const real e = exp(x);
        Y[s][n] = e / (R(1.0) + e);
      } else {
        Y[s][n] = R(1.0) / (R(1.0) + exp(-x));
      }
    }
}

void sigmoid_backward(size_t S, size_t N, real dX[S][N], const real G[S][N],
                      const real Y[S][N])
{
  for (size_t s = 0; s < S; s++)
    for (size_t n = 0; n < N; n++)
      dX[s][n] = G[s][n] * Y[s][n] * (R(1.0) - Y[s][n]);
}

void tanh_forward(size_t S, size_t N, real Y[S][N], const real X[S][N])
{
  for (size_t s = 0; s < S; s++)
    for (size_t n = 0; n < N; n++)
      Y[s][n] = tanh(X[s][n]);
}

void tanh_backward(size_t S, size_t N, real dX[S][N], const real G[S][N],
                   const real Y[S][N])
{
  for (size_t s = 0; s < S; s++)
    for (size_t n = 0; n < N; n++)
      dX[s][n] = G[s][n] * (R(1.0) - Y[s][n] * Y[s][n]);
}

void gelu_forward(size_t S, size_t N, real Y[S][N], const real X[S][N])
{
  for (size_t s = 0; s < S; s++)
    for (size_t n = 0; n < N; n++) {
      const real x = X[s][n];
      Y[s][n] = x * R(0.5) * (R(1.0) + real_erf(x * SQRT_HALF));
    }
}

void gelu_backward(size_t S, size_t N, real dX[S][N], const real G[S][N],
                   const real X[S][N])
{
  for (size_t s = 0; s < S; s++)
    for (size_t n = 0; n < N; n++) {
      const real x = X[s][n];
      const real below = R(0.5) * (R(1.0) + real_erf(x * SQRT_HALF));
      const real density = INV_SQRT_2PI * exp(R(-0.5) * x * x);
      dX[s][n] = G[s][n] * (below + x * density);
    }
}

void gelu_tanh_forward(size_t S, size_t N, real Y[S][N], const real X[S][N])
{
  for (size_t s = 0; s < S; s++)
    for (size_t n = 0; n < N; n++) {
      const real x = X[s][n];
      const real u = SQRT_2_OVER_PI * (x + GELU_CUBIC * x * x * x);
      Y[s][n] = R(0.5) * x * (R(1.0) + tanh(u));
    }
}

void gelu_tanh_backward(size_t S, size_t N, real dX[S][N], const real G[S][N],
                        const real X[S][N])
{
  for (size_t s = 0; s < S; s++)
    for (size_t n = 0; n < N; n++) {
      const real x = X[s][n];
      const real u = SQRT_2_OVER_PI * (x + GELU_CUBIC * x * x * x);
      const real du = SQRT_2_OVER_PI * (R(1.0) + 3 * GELU_CUBIC * x * x);
      const real t = tanh(u);
      dX[s][n] = G[s][n] * R(0.5) * (R(1.0) + t + x * (R(1.0) - t * t) * du);
    }
}
