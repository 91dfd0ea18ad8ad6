/* vector_exp.h, in float: against the C library's double. */
#define REAL_F
#include "ground.h"
#include "vector_exp.h"

#include <math.h>
#include <stdint.h>

/* |found − exact| in units of the last place of a float near `exact`. */
static double units(float found, double exact)
{
  int exponent;
  frexp(exact, &exponent);
  return fabs((double)found - exact) / ldexp(1.0, exponent - 24);
}

/* Every 97th float of each sign whose size is from 2^-30 to 87. */
START_TEST(test_near)
{
  union float_bits x = { .value = 0x1p-30f };
  double worst = 0, worst_less = 0;
  for (; x.value <= 87.0f; x.bits += 97)
    for (int sign = -1; sign <= 1; sign += 2) {
      const float at = (float)sign * x.value;
      const double e = units(vector_exp(at), exp((double)at));
      const double less = units(vector_expm1(at), expm1((double)at));
      worst = e > worst ? e : worst;
      worst_less = less > worst_less ? less : worst_less;
    }
  ck_assert_double_lt(worst, 1.1);
  ck_assert_double_lt(worst_less, 2.0);
}
END_TEST

START_TEST(test_ends)
{
  ck_assert(vector_exp(0.0f) == 1.0f);
  ck_assert(vector_expm1(0.0f) == 0.0f);
  ck_assert(vector_exp(1e30f) == vector_exp(87.0f));
  ck_assert(vector_exp(-1e30f) == vector_exp(-87.0f));
  ck_assert(vector_expm1(-INFINITY) == -1.0f);
  ck_assert(isfinite(vector_exp(INFINITY)));
  ck_assert(vector_exp(-INFINITY) > 0);
  ck_assert(isnan(vector_exp(NAN)));
}
END_TEST

TCase *ground_exp(void)
{
  TCase *t = tcase_create("vector_exp");
  tcase_add_test(t, test_near);
  tcase_add_test(t, test_ends);
  return t;
}
