#include "rng.h"
#include <Random123/philox.h>
#include <math.h>

/* FNV-1a, 64 bits: Fowler, Noll and Vo; draft-eastlake-fnv. */
static uint64_t hash(const char *name)
{
  uint64_t h = 0xcbf29ce484222325u;
  for (; *name; name++)
    h = (h ^ (unsigned char)*name) * 0x100000001b3u;
  return h;
}

struct rng rng_stream(uint64_t seed, const char *name)
{
  return (struct rng){ .key = { seed, hash(name) } };
}

/* Block number c of a stream is Philox 4x64-10 of the counter (c, 0, 0, 0):
   Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as
   1, 2, 3", SC11. */
static void next_block(struct rng *rng)
{
  const philox4x64_ctr_t counter = { { rng->count++, 0, 0, 0 } };
  const philox4x64_key_t key = { { rng->key[0], rng->key[1] } };
  const philox4x64_ctr_t block = philox4x64(counter, key);
  for (int i = 0; i < 4; i++)
    rng->block[i] = block.v[i];
  rng->left = 4;
}

uint64_t rng_bits(struct rng *rng)
{
  if (rng->left == 0)
    next_block(rng);
  return rng->block[4 - rng->left--];
}

/* k 2⁻⁵³ for k = 1 … 2⁵³ − 1: exact, and symmetric about ½. */
double rng_uniform(struct rng *rng)
{
  uint64_t k;
  do
    k = rng_bits(rng) >> 11;
  while (k == 0);
  return (double)k * 0x1p-53;
}

/* Box and Muller (1958): √(−2 ln u) cos 2πv.  Their second number, with the
   sine, is dropped, so that nothing waits in the stream for the next call. */
double rng_normal(struct rng *rng)
{
  const double two_pi = 6.28318530717958647692528676655900577;
  const double u = rng_uniform(rng), v = rng_uniform(rng);
  return sqrt(-2 * log(u)) * cos(two_pi * v);
}

/* The lowest 2⁶⁴ mod n numbers are drawn again: what is left is a whole
   multiple of n. */
size_t rng_below(struct rng *rng, size_t n)
{
  const uint64_t surplus = (0 - (uint64_t)n) % n;
  uint64_t bits;
  do
    bits = rng_bits(rng);
  while (bits < surplus);
  return (size_t)(bits % n);
}

/* Fisher and Yates, in Durstenfeld's form (1964). */
void rng_shuffle(struct rng *rng, size_t n, size_t order[])
{
  for (size_t i = n; i > 1; i--) {
    const size_t j = rng_below(rng, i), last = order[i - 1];
    order[i - 1] = order[j];
    order[j] = last;
  }
}
