/* Random numbers: Philox 4x64 of Random123, counter-based, so that a stream
   gives the same numbers whatever else was drawn before it. */
#ifndef RNG_H
#define RNG_H

#include <stddef.h>
#include <stdint.h>

struct rng {
  uint64_t key[2]; /* the seed and the stream's name */
  uint64_t count;  /* blocks drawn so far */
  uint64_t block[4];
  int left; /* numbers of the block not yet used */
};

/* A stream of its own for each seed and name; never fails. */
struct rng rng_stream(uint64_t seed, const char *name);

uint64_t rng_bits(struct rng *rng);  /* 64 random bits */
double rng_uniform(struct rng *rng); /* in (0, 1), 53 bits */
double rng_normal(struct rng *rng);  /* mean 0, variance 1 */
/* 0 … n−1, unbiased; n at least 1. */
size_t rng_below(struct rng *rng, size_t n);
/* Every order of the n entries that are there, equally likely. */
void rng_shuffle(struct rng *rng, size_t n, size_t order[]);

#endif
