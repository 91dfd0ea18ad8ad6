/* The functions of the exercises of chapter 12: write them in
   12-how-we-check.try.c, then `make try-how-we-check`.  All are of long
   double, as the checker is: the number types differ in nothing.  real.h
   takes away the name I: the imaginary unit is _Complex_I. */
#ifndef EXERCISES_HOW_WE_CHECK_H
#define EXERCISES_HOW_WE_CHECK_H

#include "real.h"
#include <stddef.h>

/* ex:how-we-check-conjugate.  On real numbers x², whatever a is; by the
   complex step its derivative is a x. */
long double _Complex two_faced(long double a, long double _Complex z);

/* ex:how-we-check-rule.  L(h, context) is the loss at x + h v; the context
   holds x and v.  With R_k = |L(h_k) − L(0) − h_k slope|, h_k = h / 2^k and
   k = 0 … 3: the least of log2(R_{k−1} / R_k), k = 1, 2, 3.
   Infinity, HUGE_VALL, which passes any bound, where an R_k is below 1e-15;
   but NaN, nanl(""), which passes none, where an R_k is infinite or NaN. */
long double least_rate(long double L(long double h, const void *context),
                       const void *context, long double h, long double slope);

/* ex:how-we-check-tolerance.  ϱ of a gradient g at one point, without its
   neighbours.  lower: the gradient in double; terms: T.   g, lower: n.
   NaN where g or lower has one. */
long double measured_rounding(size_t n, const long double g[n],
                              const long double lower[n], long double terms);

/* ex:how-we-check-tolerance.  1 where each entry of g agrees with that of a
   witness's w to τ, else 0.  A NaN agrees with nothing.   g_round, w_round:
   ϱ of either.   g, w: n. */
int agree(size_t n, const long double g[n], const long double w[n],
          long double g_round, long double w_round);

#endif
