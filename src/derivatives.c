#include "derivatives.h"

#include "gemm.h"

real quadratic_form(size_t N, const real x[N], const real B[N][N])
{
  real sum = R(0.0);
  for (size_t i = 0; i < N; i++)
    for (size_t j = 0; j < N; j++)
      sum += x[i] * B[i][j] * x[j];
  return sum;
}

void quadratic_form_backward(size_t N, real dx[N], real g, const real x[N],
                             const real B[N][N])
{
  for (size_t k = 0; k < N; k++) {
    real sum = R(0.0);
    for (size_t j = 0; j < N; j++)
      sum += (B[k][j] + B[j][k]) * x[j];
    dx[k] = g * sum;
  }
}

real trace_product(size_t a, size_t b, size_t c, const real V[a][b],
                   const real X[b][c], const real W[c][a])
{
  real sum = R(0.0);
  for (size_t r = 0; r < a; r++)
    for (size_t p = 0; p < b; p++)
      for (size_t q = 0; q < c; q++)
        sum += V[r][p] * X[p][q] * W[q][r];
  return sum;
}

void trace_product_backward(size_t a, size_t b, size_t c, real dX[b][c],
                            real g, const real V[a][b], const real W[c][a])
{
  gemm(TRANSPOSED, TRANSPOSED, b, c, a, *V, *W, 0, *dX);
  for (size_t i = 0; i < b; i++)
    for (size_t j = 0; j < c; j++)
      dX[i][j] *= g;
}

real norm(size_t N, const real w[N])
{
  real sum = R(0.0);
  for (size_t i = 0; i < N; i++)
    sum += w[i] * w[i];
  return sqrt(sum);
}

void norm_backward(size_t N, real dw[N], real g, const real w[N])
{
  const real length = norm(N, w);
  for (size_t k = 0; k < N; k++)
    dw[k] = g * w[k] / length;
}

real trace(size_t N, const real A[N][N])
{
  real sum = R(0.0);
  for (size_t p = 0; p < N; p++)
    sum += A[p][p];
  return sum;
}

void trace_backward(size_t N, real dA[N][N], real g)
{
  for (size_t i = 0; i < N; i++)
    for (size_t j = 0; j < N; j++)
      dA[i][j] = i == j ? g : R(0.0);
}

void divide_forward(size_t S, size_t N, real Q[S][N], const real X[S][N],
                    const real Y[S][N])
{
  for (size_t s = 0; s < S; s++)
    for (size_t n = 0; n < N; n++)
      Q[s][n] = X[s][n] / Y[s][n];
}

void divide_backward(size_t S, size_t N, real dX[S][N], real dY[S][N],
                     const real G[S][N], const real X[S][N],
                     const real Y[S][N])
{
  for (size_t s = 0; s < S; s++)
    for (size_t n = 0; n < N; n++) {
      dX[s][n] = G[s][n] / Y[s][n];
      dY[s][n] = -G[s][n] * X[s][n] / (Y[s][n] * Y[s][n]);
    }
}

void elementwise_forward(size_t S, size_t N, real Y[S][N], real f(real),
                         const real X[S][N])
{
  for (size_t s = 0; s < S; s++)
    for (size_t n = 0; n < N; n++)
      Y[s][n] = f(X[s][n]);
}

void elementwise_backward(size_t S, size_t N, real dX[S][N], real df(real),
                          const real G[S][N], const real X[S][N])
{
  for (size_t s = 0; s < S; s++)
    for (size_t n = 0; n < N; n++)
      dX[s][n] = G[s][n] * df(X[s][n]);
}

void matmul_forward(size_t S, size_t M, size_t N, real Y[S][N],
                    const real X[S][M], const real W[M][N])
{
  gemm(AS_IS, AS_IS, S, N, M, *X, *W, 0, *Y);
}

void matmul_backward(size_t S, size_t M, size_t N, real dX[S][M],
                     real dW[M][N], const real G[S][N], const real X[S][M],
                     const real W[M][N])
{
  gemm(AS_IS, TRANSPOSED, S, M, N, *G, *W, 0, *dX);
  gemm(TRANSPOSED, AS_IS, M, N, S, *X, *G, 1, *dW);
}

void expand_forward(size_t N, size_t K, real Y[N][K], const real x[N])
{
  for (size_t n = 0; n < N; n++)
    for (size_t k = 0; k < K; k++)
      Y[n][k] = x[n];
}

void expand_backward(size_t N, size_t K, real dx[N], const real G[N][K])
{
  for (size_t n = 0; n < N; n++) {
    dx[n] = R(0.0);
    for (size_t k = 0; k < K; k++)
      dx[n] += G[n][k];
  }
}

void unit_forward(size_t N, real y[N], const real w[N])
{
  const real length = norm(N, w);
  for (size_t i = 0; i < N; i++)
    y[i] = w[i] / length;
}

real central_weight(size_t m, size_t k)
{
  static const real weight[4][4] = {
    { R(1.0) / R(2.0) },
    { R(2.0) / R(3.0), R(-1.0) / R(12.0) },
    { R(3.0) / R(4.0), R(-3.0) / R(20.0), R(1.0) / R(60.0) },
    { R(4.0) / R(5.0), R(-1.0) / R(5.0), R(4.0) / R(105.0),
      R(-1.0) / R(280.0) },
  };
  return weight[m - 1][k - 1];
}

real central_difference(size_t m, real f(real), real x, real h)
{
  real sum = R(0.0);
  for (size_t k = 1; k <= m; k++) {
    const real kh = (real)k * h;
    sum += central_weight(m, k) * (f(x + kh) - f(x - kh));
  }
  return sum / h;
}
