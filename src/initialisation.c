#include "initialisation.h"

real variance_lecun(size_t M, size_t N)
{
  (void)N; /* the same parameters for each rule */
  return R(1.0) / (real)M;
}

real variance_xavier(size_t M, size_t N)
{
  return R(2.0) / ((real)M + (real)N);
}

real variance_he(size_t M, size_t N)
{
  (void)N;
  return R(2.0) / (real)M;
}

real variance_leaky(size_t M, size_t N, real slope)
{
  (void)N;
  return R(2.0) / ((R(1.0) + slope * slope) * (real)M);
}

void weights_normal(size_t N, size_t M, real W[N][M], struct rng *rng,
                    real variance)
{
  const real w = sqrt(variance);
  for (size_t n = 0; n < N; n++)
    for (size_t m = 0; m < M; m++)
      W[n][m] = w * (real)rng_normal(rng);
}

void weights_uniform(size_t N, size_t M, real W[N][M], struct rng *rng,
                     real variance)
{
  const real c = sqrt(R(3.0) * variance);
  for (size_t n = 0; n < N; n++)
    for (size_t m = 0; m < M; m++)
      W[n][m] = c * (real)(2 * rng_uniform(rng) - 1);
}

real recursion_forward(real q, size_t M, real w2)
{
  return R(0.5) * (real)M * w2 * q;
}

real recursion_backward(real g, size_t N, real w2)
{
  return R(0.5) * (real)N * w2 * g;
}
