/* The answers to the exercises of chapter 4. */
#include "04-softmax.exercises.h"
#include "softmax.h"

/* All the weight of the mean is on the first class. */
void blind_backward(size_t N, real dx[N], const real g[N], const real y[N])
{
  for (size_t n = 0; n < N; n++)
    dx[n] = y[n] * (g[n] - g[0]);
}

/* The largest |error| of a backward under one upstream. */
real largest_error(void wrong(size_t N, real dx[], const real g[],
                              const real y[]),
                   size_t N, const real g[N], const real y[N])
{
  real right[N], dx[N], largest = R(0.0);
  softmax_backward(1, N, (void *)right, (const void *)g, (const void *)y);
  wrong(N, dx, g, y);
  for (size_t n = 0; n < N; n++) {
    const real off = dx[n] - right[n];
    const real error = re(off) < 0 ? -off : off;
    largest = re(error) > re(largest) ? error : largest;
  }
  return largest;
}

/* dX = Y ∘ (G − (G∘Y) 1 1ᵀ) / τ,  dτ += −(1/τ) Σ_sn X_sn dX_sn */
void temperature_backward(size_t S, size_t N, real dX[S][N], real *dtau,
                          const real G[S][N], const real X[S][N],
                          const real Y[S][N], real tau)
{
  softmax_backward(S, N, dX, G, Y);
  for (size_t s = 0; s < S; s++)
    for (size_t n = 0; n < N; n++) {
      dX[s][n] /= tau;
      *dtau -= X[s][n] * dX[s][n] / tau;
    }
}
