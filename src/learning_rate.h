/* Learning rates: the rate α_k of step k = 0, 1, ..., K − 1 of a run of K
   steps, from a first rate a0.  Chapter 10. */
#ifndef LEARNING_RATE_H
#define LEARNING_RATE_H

#include "real.h"

/* a0 */
real rate_constant(real a0, long k, long K);

/* a0 (1 − k/K), which would be 0 at step K */
real rate_linear(real a0, long k, long K);

/* a0, times factor after each `every` steps; every >= 1 */
real rate_step(real a0, long k, long every, real factor);

/* a0/2 (1 + cos(πk/K)) */
real rate_cosine(real a0, long k, long K);

/* a (k + 1)/warm for k < warm, then a: warms up the value a that any
   schedule has at step k. */
real rate_warm(real a, long k, long warm);

/* The loss-ratio rule: a · loss / loss_before, from the mean losses of a
   block of steps and of the block before it. */
real rate_ratio(real a, real loss, real loss_before);

/* The i-th, from 0, of n rates from lowest to highest, equally spaced in the
   logarithm: lowest^(1 − i/(n − 1)) · highest^(i/(n − 1)).  n >= 2, both
   rates positive; the first and the last are exact. */
real rate_grid(real lowest, real highest, long i, long n);

#endif
