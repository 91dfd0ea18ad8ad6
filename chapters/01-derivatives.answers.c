/* The answers to the exercises of chapter 1. */
#include "01-derivatives.exercises.h"
#include "derivatives.h"

/* dw = (G − y (yᵀG)) / ‖w‖ */
void unit_backward(size_t N, real dw[N], const real G[N], const real w[N])
{
  const real length = norm(N, w);
  real along = R(0.0); /* yᵀG */
  for (size_t i = 0; i < N; i++)
    along += w[i] / length * G[i];
  for (size_t i = 0; i < N; i++)
    dw[i] = (G[i] - w[i] / length * along) / length;
}

/* |L(w + hv) − L(w) − h gᵀv| for a gradient g that may be wrong. */
real remainder_of(size_t N, real loss(size_t, const real[]), const real w[N],
                  const real v[N], const real g[N], real h)
{
  real moved[N], slope = R(0.0);
  for (size_t i = 0; i < N; i++) {
    moved[i] = w[i] + h * v[i];
    slope += g[i] * v[i];
  }
  const real r = loss(N, moved) - loss(N, w) - h * slope;
  return re(r) < 0 ? -r : r;
}
