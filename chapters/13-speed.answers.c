/* The answers to the exercises of chapter 13. */
#include "13-speed.exercises.h"

long double intensity(size_t S, size_t M, size_t N)
{
  return 0.5L / (1 / (long double)S + 1 / (long double)M + 1 / (long double)N);
}

size_t least_batch(size_t M, size_t N, long double ridge)
{
  const long double left =
      1 / (2 * ridge) - 1 / (long double)M - 1 / (long double)N;
  return left > 0 ? (size_t)ceill(1 / left) : 0;
}

void sgd_in_product(size_t S, size_t M, size_t N, real W[N][M], real b[N],
                    const real G[S][N], const real X[S][M], real a)
{
  for (size_t n = 0; n < N; n++)
    for (size_t s = 0; s < S; s++) {
      const real g = a * G[s][n];
      b[n] -= g;
      for (size_t m = 0; m < M; m++)
        W[n][m] -= g * X[s][m];
    }
}

float sum_of_chunks(size_t n, const float x[n], size_t chunk,
                    const size_t done[], float partial[])
{
  const size_t chunks = (n + chunk - 1) / chunk;
  float sum = 0;
  for (size_t k = 0; k < chunks; k++) {
    const size_t first = done[k] * chunk;
    partial[done[k]] = 0;
    for (size_t i = first; i < n && i < first + chunk; i++)
      partial[done[k]] += x[i];
  }
  for (size_t c = 0; c < chunks; c++)
    sum += partial[c];
  return sum;
}
