/* Exercises of chapter 12. `make try-how-we-check` copies this file to
   12-how-we-check.try.c, once; write your answers there. It then compiles
   yours, and says which of the equations of each exercise hold.

   What each function must do stands in 12-how-we-check.exercises.h. It is
   compiled for each of the book's five number types, but has none of them:
   long double throughout. Functions of your own are welcome. */
#include "12-how-we-check.exercises.h"
#include <float.h>

/* ex:how-we-check-conjugate */
long double _Complex two_faced(long double a, long double _Complex z)
{
  return 0;
}

/* ex:how-we-check-rule */
long double least_rate(long double L(long double h, const void *context),
                       const void *context, long double h, long double slope)
{
  return 0;
}

/* ex:how-we-check-tolerance */
long double measured_rounding(size_t n, const long double g[n],
                              const long double lower[n], long double terms)
{
  return 0;
}

int agree(size_t n, const long double g[n], const long double w[n],
          long double g_round, long double w_round)
{
  return 0;
}
