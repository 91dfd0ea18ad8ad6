/* e^x and e^x − 1 of a float, in operations that a compiler turns into
   vector code where a loop calls them; within 2 units in the last place of
   the exact value for |x| ≤ 87, and held to that range: e^x neither
   overflows nor becomes denormal.  The other types call exp and real_expm1.

   x = k log 2 + r with k whole and |r| ≤ ½ log 2, so that
     e^x = 2^k + 2^k (e^r − 1),
   and e^r − 1 by its Taylor series up to r⁷.  Adding 1.5·2²³ rounds to a
   whole number, which then stands in the low bits; log 2 is subtracted in two
   parts, of which the first has so few bits that k times it is exact (Cody
   and Waite 1980). */
#ifndef VECTOR_EXP_H
#define VECTOR_EXP_H

#include "real.h"

#ifdef REAL_F

#include <stdint.h>

union float_bits {
  float value;
  uint32_t bits;
};

/* e^r − 1; *power = 2^k. */
static inline float exp_parts(float x, float *power)
{
  const float shift = 12582912.0f, log2_high = 0.693145751953125f,
              log2_low = 1.42860677e-6f;
  const uint32_t shift_bits = 0x4B400000, bias = 127;
  x = x < -87.0f ? -87.0f : x;
  x = x > 87.0f ? 87.0f : x;
  const union float_bits k = { .value = x * 1.44269504f + shift };
  const float whole = k.value - shift;
  const float r = (x - whole * log2_high) - whole * log2_low;
  float p = 1.0f / 5040;
  p = p * r + 1.0f / 720;
  p = p * r + 1.0f / 120;
  p = p * r + 1.0f / 24;
  p = p * r + 1.0f / 6;
  p = p * r + 0.5f;
  const union float_bits scale = { .bits = (k.bits - shift_bits + bias)
                                           << 23 };
  *power = scale.value;
  return p * r * r + r;
}

static inline float vector_exp(float x)
{
  float power;
  const float p = exp_parts(x, &power);
  return power * p + power;
}

static inline float vector_expm1(float x)
{
  float power;
  const float p = exp_parts(x, &power);
  return power * p + (power - 1.0f);
}

#else

#define vector_exp(x) exp(x)
#define vector_expm1(x) real_expm1(x)

#endif
#endif
