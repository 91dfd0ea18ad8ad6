/* The answers to the exercises of chapter 7. */
#include "07-batch-norm.exercises.h"

/* dX = G ∘ 1 (γ∘r)ᵀ, dγ += Σ G xhat, dβ += Σ G with the running statistics,
   which do not depend on X. */
void evaluate_backward(size_t S, size_t N, real dX[S][N], real dgamma[N],
                       real dbeta[N], const real G[S][N], const real X[S][N],
                       const real gamma[N], const real running_mean[N],
                       const real running_variance[N], real epsilon)
{
  for (size_t s = 0; s < S; s++)
    for (size_t n = 0; n < N; n++) {
      const real r = R(1.0) / sqrt(running_variance[n] + epsilon);
      dX[s][n] = G[s][n] * gamma[n] * r;
      dgamma[n] += G[s][n] * (X[s][n] - running_mean[n]) * r;
      dbeta[n] += G[s][n];
    }
}

/* 1/S Σ x² − (1/S Σ x)², in one pass over the numbers and in float */
float one_pass_variance(size_t count, const float x[count])
{
  float sum = 0, squares = 0;
  for (size_t s = 0; s < count; s++) {
    sum += x[s];
    squares += x[s] * x[s];
  }
  const float mean = sum / (float)count;
  return squares / (float)count - mean * mean;
}

/* dX = r (D − Xhat Σ_k D_k Xhat_k / N),  D = G γ,  Xhat = r X;
   dγ += Σ_s G Xhat. */
void rms_norm_backward(size_t S, size_t N, real dX[S][N], real dgamma[N],
                       const real G[S][N], const real X[S][N],
                       const real gamma[N], real epsilon)
{
  for (size_t s = 0; s < S; s++) {
    real square = R(0.0), along = R(0.0);
    for (size_t n = 0; n < N; n++) {
      square += X[s][n] * X[s][n];
      along += G[s][n] * gamma[n] * X[s][n];
    }
    const real r = R(1.0) / sqrt(square / (real)N + epsilon);
    for (size_t n = 0; n < N; n++) {
      dX[s][n] =
          r * (G[s][n] * gamma[n] - r * X[s][n] * (r * along) / (real)N);
      dgamma[n] += G[s][n] * r * X[s][n];
    }
  }
}
