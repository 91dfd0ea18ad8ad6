/* The functions of the exercises of chapter 10: write them in
   10-learning-rate.try.c, then `make try-learning-rate`. */
#ifndef EXERCISES_LEARNING_RATE_H
#define EXERCISES_LEARNING_RATE_H

#include "real.h"
#include <stdint.h>

/* ex:learning-rate-warm.  The rate of step k = 0, 1, …, K − 1: from a0/w at
   k = 0 along a line to a0 at k = w − 1; from k = w on along a cosine, a0 at
   k = w, which would be 0 at k = K.  1 <= w < K. */
real warm_then_cosine(real a0, long k, long w, long K);

/* ex:learning-rate-simulate.  The variance of θ after `steps` noisy steps at
   rate a: the mean of θ², for its expectation is 0, over `runs` runs from
   θ = 0, each with noise of its own.  All random numbers are normal ones, from
   the stream that the seed names (src/rng.h). */
long double simulate(uint64_t seed, int runs, int steps, long double a,
                     long double lambda, long double s);

#endif
