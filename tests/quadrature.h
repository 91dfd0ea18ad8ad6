/* Integrals in long double, for the claims: Gauss's rule of 16 points on
   panels that are halved until nothing changes. */
#ifndef QUADRATURE_H
#define QUADRATURE_H

#include "claims.h"

#include <float.h>
#include <math.h>

typedef long double integrand(long double t, const void *context);

enum { NODES = 16, PANELS = 64, HALVINGS = 70 };
struct gauss {
  long double x[NODES], w[NODES]; /* on (−1, 1) */
};

/* The roots of the Legendre polynomial of degree 16 by Newton's method, and
   their weights 2 / ((1 − x²) P′(x)²).  DLMF 3.5(v). */
static inline struct gauss gauss_rule(void)
{
  struct gauss rule;
  for (int i = 0; i < NODES; i++) {
    long double x = cosl(3.14159265358979323846264338327950288L * (i + 0.75L) /
                         (NODES + 0.5L));
    long double slope = 1;
    for (int step = 0; step < 10; step++) {
      long double before = 1, P = x;
      for (int n = 2; n <= NODES; n++) {
        const long double next = ((2 * n - 1) * x * P - (n - 1) * before) / n;
        before = P;
        P = next;
      }
      slope = NODES * (x * P - before) / (x * x - 1);
      x -= P / slope;
    }
    rule.x[i] = x;
    rule.w[i] = 2 / ((1 - x * x) * slope * slope);
  }
  return rule;
}

static inline long double panel(const struct gauss *rule, integrand *F,
                                const void *context, long double a,
                                long double b)
{
  long double sum = 0;
  for (int i = 0; i < NODES; i++)
    sum += rule->w[i] * F((a + b) / 2 + (b - a) / 2 * rule->x[i], context);
  return (b - a) / 2 * sum;
}

/* Halves a panel until its halves agree with it: at a kink or a jump that is
   never, but there the panel shrinks to nothing.  No node lies within 1/377 of
   a panel's end, and a kink or a jump there is not seen: split the integral at
   it, or choose ends from which halving comes no nearer.  NaN ends it. */
static inline long double refine(const struct gauss *rule, integrand *F,
                                 const void *context, long double a,
                                 long double b, long double whole,
                                 long double allowed, int halvings)
{
  const long double m = (a + b) / 2;
  const long double left = panel(rule, F, context, a, m);
  const long double right = panel(rule, F, context, m, b);
  if (halvings == 0 || !(worse(0, left + right, whole) > allowed))
    return left + right;
  return refine(rule, F, context, a, m, left, allowed, halvings - 1) +
         refine(rule, F, context, m, b, right, allowed, halvings - 1);
}

/* ∫_a^b F(t) dt, to a few ε of the sum of its panels' sizes.  F is bounded,
   and at rest on a panel of (b − a)/64 but for kinks and jumps, of which the
   comment above tells. */
static inline long double integral(integrand *F, const void *context,
                                   long double a, long double b)
{
  const struct gauss rule = gauss_rule();
  const long double width = (b - a) / PANELS;
  long double coarse[PANELS], size = 0, sum = 0;
  for (int i = 0; i < PANELS; i++) {
    coarse[i] = panel(&rule, F, context, a + i * width, a + (i + 1) * width);
    size += worse(0, coarse[i], 0);
  }
  for (int i = 0; i < PANELS; i++)
    sum += refine(&rule, F, context, a + i * width, a + (i + 1) * width,
                  coarse[i], 8 * (long double)LDBL_EPSILON * size, HALVINGS);
  return sum;
}

#endif
