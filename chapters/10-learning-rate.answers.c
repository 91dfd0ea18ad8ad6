/* The answers to the exercises of chapter 10. */
#include "10-learning-rate.exercises.h"
#include "learning_rate.h"
#include "rng.h"

/* Up to a0 in w steps, then along a cosine that would be 0 at step K */
real warm_then_cosine(real a0, long k, long w, long K)
{
  if (k < w)
    return rate_warm(a0, k, w);
  return rate_cosine(a0, k - w, K - w);
}

/* The variance of θ after `steps` noisy steps, over `runs` runs from 0 */
long double simulate(uint64_t seed, int runs, int steps, long double a,
                     long double lambda, long double s)
{
  struct rng rng = rng_stream(seed, "learning-rate-simulate");
  long double sum = 0;
  for (int r = 0; r < runs; r++) {
    long double theta = 0;
    for (int k = 0; k < steps; k++)
      theta -= a * (lambda * theta + s * (long double)rng_normal(&rng));
    sum += theta * theta;
  }
  return sum / runs;
}
