/* The answers to the exercises of chapter 12. */
#include "12-how-we-check.exercises.h"
#include <float.h>

long double _Complex two_faced(long double a, long double _Complex z)
{
  return (a - 1) * z * z + (2 - a) * z * creall(z);
}

long double least_rate(long double L(long double h, const void *context),
                       const void *context, long double h, long double slope)
{
  const long double here = L(0, context);
  long double R[4], least = HUGE_VALL;
  int excused = 0;
  for (int k = 0; k < 4; k++) {
    const long double step = ldexpl(h, -k);
    R[k] = fabsl(L(step, context) - here - step * slope);
    if (!isfinite(R[k]))
      return nanl("");
    excused |= R[k] < 1e-15L;
  }
  for (int k = 1; k < 4 && !excused; k++) {
    const long double rate = log2l(R[k - 1] / R[k]);
    least = rate < least ? rate : least;
  }
  return least;
}

long double measured_rounding(size_t n, const long double g[n],
                              const long double lower[n], long double terms)
{
  const long double double_epsilon = (long double)DBL_EPSILON;
  long double most = 0;
  for (size_t j = 0; j < n; j++) {
    const long double off = fabsl(g[j] - lower[j]);
    most = off > most || isnan(off) ? off : most;
  }
  return (most + double_epsilon * terms) * (LDBL_EPSILON / double_epsilon);
}

int agree(size_t n, const long double g[n], const long double w[n],
          long double g_round, long double w_round)
{
  int all = 1;
  for (size_t j = 0; j < n; j++)
    all &= fabsl(g[j] - w[j]) <= 4 * (g_round + w_round);
  return all;
}
