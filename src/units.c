#include "units.h"

#include "gemm.h"
#include "vector_exp.h"

enum {
  VECTOR = 16,
  HALF = 8,
  ROWS = 4 /* samples at a time, where a column is summed: written out */
};

/* A loop whose rounds do not touch one another's numbers: with many arrays,
   and where Y may be X, the compiler cannot know. */
#if defined REAL_F || defined REAL_D
#define EACH _Pragma("omp simd")
#define SUM _Pragma("omp simd reduction(+ : sum)") /* in any order */
#else
#define EACH /* no vectors of these */
#define SUM
#endif

static size_t edge(size_t N, size_t k, size_t K)
{
  const size_t step = N % VECTOR == 0 ? VECTOR : HALF;
  const size_t at = (N * k / K + step / 2) / step * step;
  return k == K || at > N ? N : at;
}

struct block block_of(size_t N, size_t k, size_t K)
{
  return (struct block){ edge(N, k, K), edge(N, k + 1, K) };
}

/* Sums of columns of X: each is read and written once for ROWS samples. */
static void sum_columns(size_t S, size_t N, struct block units, real sums[N],
                        const real X[S][N])
{
  size_t s = 0;
  EACH for (size_t n = units.from; n < units.to; n++) sums[n] = R(0.0);
  for (; s + ROWS <= S; s += ROWS)
    EACH for (size_t n = units.from; n < units.to; n++) sums[n] +=
        (X[s][n] + X[s + 1][n]) + (X[s + 2][n] + X[s + 3][n]);
  for (; s < S; s++)
    EACH for (size_t n = units.from; n < units.to; n++) sums[n] += X[s][n];
}

/* --- The linear layer --- */

void linear_forward_units(size_t S, size_t M, size_t N, struct block units,
                          real Y[S][N], const real X[S][M], const real W[N][M],
                          const real b[N])
{
  gemm_part(AS_IS, TRANSPOSED, S, units.to - units.from, M, R(1.0), *X, M,
            W[units.from], M, R(0.0), &Y[0][units.from], N);
  for (size_t s = 0; s < S; s++)
    EACH for (size_t n = units.from; n < units.to; n++) Y[s][n] += b[n];
}

void linear_forward_part(size_t S, size_t M, size_t N, struct block inputs,
                         real P[S][N], const real X[S][M], const real W[N][M])
{
  if (inputs.from < inputs.to)
    gemm_part(AS_IS, TRANSPOSED, S, N, inputs.to - inputs.from, R(1.0),
              &X[0][inputs.from], M, &W[0][inputs.from], M, R(0.0), *P, N);
  else
    for (size_t s = 0; s < S; s++)
      for (size_t n = 0; n < N; n++)
        P[s][n] = R(0.0);
}

void linear_forward_sum(size_t S, size_t N, size_t K, struct block samples,
                        struct block units, real Y[S][N],
                        const real P[K][S][N], const real b[N])
{
  for (size_t s = samples.from; s < samples.to; s++) {
    EACH for (size_t n = units.from; n < units.to; n++) Y[s][n] = P[0][s][n];
    for (size_t k = 1; k < K; k++)
      EACH for (size_t n = units.from; n < units.to; n++) Y[s][n] +=
          P[k][s][n];
    EACH for (size_t n = units.from; n < units.to; n++) Y[s][n] += b[n];
  }
}

void linear_backward_inputs(size_t S, size_t M, size_t N, struct block inputs,
                            real dX[S][M], const real G[S][N],
                            const real W[N][M])
{
  gemm_part(AS_IS, AS_IS, S, inputs.to - inputs.from, N, R(1.0), *G, N,
            &W[0][inputs.from], M, R(0.0), &dX[0][inputs.from], M);
}

void linear_descend(size_t S, size_t M, size_t N, struct block units,
                    struct block inputs, real W[N][M], real a,
                    const real G[S][N], const real X[S][M])
{
  gemm_part(TRANSPOSED, AS_IS, units.to - units.from, inputs.to - inputs.from,
            S, a, &G[0][units.from], N, &X[0][inputs.from], M, R(1.0),
            &W[units.from][inputs.from], M);
}

void linear_descend_forward(size_t M, size_t N, struct block units, real y[N],
                            real W[N][M], real a, const real g[N],
                            const real x[M], const real next[M],
                            const real b[N])
{
  for (size_t n = units.from; n < units.to; n++) {
    real *w = W[n], sum = R(0.0);
    const real ag = a * g[n];
    SUM for (size_t m = 0; m < M; m++)
    {
      w[m] += ag * x[m];
      sum += w[m] * next[m];
    }
    y[n] = sum + b[n];
  }
}

void linear_gradient(size_t S, size_t M, size_t N, struct block units,
                     struct block inputs,
                     real D[units.to - units.from][inputs.to - inputs.from],
                     const real G[S][N], const real X[S][M])
{
  gemm_part(TRANSPOSED, AS_IS, units.to - units.from, inputs.to - inputs.from,
            S, R(1.0), &G[0][units.from], N, &X[0][inputs.from], M, R(0.0), *D,
            inputs.to - inputs.from);
}

void linear_bias_gradient(size_t S, size_t N, struct block units, real db[N],
                          const real G[S][N])
{
  sum_columns(S, N, units, db, G);
}

/* --- Activations --- */

void relu_forward_units(size_t S, size_t N, struct block units, real Y[S][N],
                        const real X[S][N])
{
  for (size_t s = 0; s < S; s++)
    EACH for (size_t n = units.from; n < units.to; n++) Y[s][n] =
        re(X[s][n]) > 0 ? X[s][n] : R(0.0);
}

void relu_backward_units(size_t S, size_t N, struct block units, real dX[S][N],
                         const real G[S][N], const real Y[S][N])
{
  for (size_t s = 0; s < S; s++)
    EACH for (size_t n = units.from; n < units.to; n++)
    {
      const real g = G[s][n];
      dX[s][n] = re(Y[s][n]) > 0 ? g : R(0.0);
    }
}

void elu_forward_units(size_t S, size_t N, struct block units, real Y[S][N],
                       const real X[S][N])
{
  for (size_t s = 0; s < S; s++)
    EACH for (size_t n = units.from; n < units.to; n++)
    {
      const real x = X[s][n], below = vector_expm1(x);
      Y[s][n] = re(x) > 0 ? x : below;
    }
}

void elu_backward_units(size_t S, size_t N, struct block units, real dX[S][N],
                        const real G[S][N], const real Y[S][N])
{
  for (size_t s = 0; s < S; s++)
    EACH for (size_t n = units.from; n < units.to; n++)
    {
      const real g = G[s][n], below = g * (Y[s][n] + R(1.0));
      dX[s][n] = re(Y[s][n]) > 0 ? g : below;
    }
}

void sigmoid_forward_units(size_t S, size_t N, struct block units,
                           real Y[S][N], const real X[S][N])
{
  for (size_t s = 0; s < S; s++)
    EACH for (size_t n = units.from; n < units.to; n++) Y[s][n] =
        R(1.0) / (R(1.0) + vector_exp(-X[s][n]));
}

void sigmoid_backward_units(size_t S, size_t N, struct block units,
                            real dX[S][N], const real G[S][N],
                            const real Y[S][N])
{
  for (size_t s = 0; s < S; s++)
    EACH for (size_t n = units.from; n < units.to; n++) dX[s][n] =
        G[s][n] * Y[s][n] * (R(1.0) - Y[s][n]);
}

/* --- Batch norm --- */

static real square(real x) { return x * x; }

void batch_norm_forward_units(size_t S, size_t N, struct block units,
                              real Y[S][N], real mean[N], real variance[N],
                              const real X[S][N], const real gamma[N],
                              const real beta[N], real epsilon)
{
  const size_t from = units.from, to = units.to;
  real r[to - from + 1];
  size_t s = 0;
  sum_columns(S, N, units, mean, X);
  EACH for (size_t n = from; n < to; n++)
  {
    mean[n] /= (real)S;
    variance[n] = R(0.0);
  }
  for (; s + ROWS <= S; s += ROWS)
    EACH for (size_t n = from; n < to; n++) variance[n] +=
        square(X[s][n] - mean[n]) + square(X[s + 1][n] - mean[n]) +
        (square(X[s + 2][n] - mean[n]) + square(X[s + 3][n] - mean[n]));
  for (; s < S; s++)
    EACH for (size_t n = from; n < to; n++) variance[n] +=
        square(X[s][n] - mean[n]);
  EACH for (size_t n = from; n < to; n++)
  {
    variance[n] /= (real)S;
    r[n - from] = R(1.0) / sqrt(variance[n] + epsilon);
  }
  for (s = 0; s < S; s++)
    EACH for (size_t n = from; n < to; n++) Y[s][n] =
        gamma[n] * ((X[s][n] - mean[n]) * r[n - from]) + beta[n];
}

void batch_norm_backward_units(size_t S, size_t N, struct block units,
                               real dX[S][N], real dgamma[N], real dbeta[N],
                               const real G[S][N], const real X[S][N],
                               const real mean[N], const real variance[N],
                               const real gamma[N], real epsilon)
{
  const size_t from = units.from, to = units.to;
  real r[to - from + 1], scale[to - from + 1]; /* γ r / S */
  size_t s = 0;
  sum_columns(S, N, units, dbeta, G);
  EACH for (size_t n = from; n < to; n++)
  {
    dgamma[n] = R(0.0);
    r[n - from] = R(1.0) / sqrt(variance[n] + epsilon);
    scale[n - from] = gamma[n] * r[n - from] / (real)S;
  }
  for (; s + ROWS <= S; s += ROWS)
    EACH for (size_t n = from; n < to; n++) dgamma[n] +=
        G[s][n] * (X[s][n] - mean[n]) + G[s + 1][n] * (X[s + 1][n] - mean[n]) +
        (G[s + 2][n] * (X[s + 2][n] - mean[n]) +
         G[s + 3][n] * (X[s + 3][n] - mean[n]));
  for (; s < S; s++)
    EACH for (size_t n = from; n < to; n++) dgamma[n] +=
        G[s][n] * (X[s][n] - mean[n]);
  EACH for (size_t n = from; n < to; n++) dgamma[n] *= r[n - from];
  for (s = 0; s < S; s++)
    EACH for (size_t n = from; n < to; n++)
    {
      const real xhat = (X[s][n] - mean[n]) * r[n - from];
      dX[s][n] =
          scale[n - from] * ((real)S * G[s][n] - dbeta[n] - xhat * dgamma[n]);
    }
}
