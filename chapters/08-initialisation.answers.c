/* The answers to the exercises of chapter 8. */
#include "08-initialisation.exercises.h"
#include "initialisation.h"

/* The mean of (Σ_m ±W_m x_m)² over every pattern of signs. */
real average_over_signs(size_t inputs, const real W[inputs],
                        const real x[inputs])
{
  const size_t patterns = (size_t)1 << inputs;
  real sum = R(0.0);
  for (size_t pattern = 0; pattern < patterns; pattern++) {
    real f = R(0.0);
    for (size_t m = 0; m < inputs; m++)
      f += pattern >> m & 1 ? -W[m] * x[m] : W[m] * x[m];
    sum += f * f;
  }
  return sum / (real)patterns;
}

/* How many layers until E[x²], 1 at first, is below `floor` > 0; 0 for never
 */
size_t layers_until(size_t inputs, real w2, real floor)
{
  real q = R(1.0);
  if (!(re(recursion_forward(q, inputs, w2)) < 1))
    return 0;
  for (size_t l = 1;; l++) {
    q = recursion_forward(q, inputs, w2);
    if (re(q) < re(floor))
      return l;
  }
}

/* √(1 − 4 φ(2)/(2 Φ(2) − 1)), by a calculator */
real truncated_std(void) { return R(0.87962566103423978); }

/* Normal weights, none beyond two standard deviations of the normal that they
   are drawn from; of variance w² after that. */
void weights_truncated(size_t rows, size_t inputs, real W[rows][inputs],
                       struct rng *rng, real variance)
{
  const real w = sqrt(variance) / truncated_std();
  for (size_t n = 0; n < rows; n++)
    for (size_t m = 0; m < inputs; m++) {
      double z;
      do
        z = rng_normal(rng);
      while (z < -2 || z > 2);
      W[n][m] = w * (real)z;
    }
}
