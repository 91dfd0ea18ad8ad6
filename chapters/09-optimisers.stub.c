/* Exercises of chapter 9. `make try-optimisers` copies this file to
   09-optimisers.try.c, once; write your answers there. It then compiles
   yours, and says which of the equations of each exercise hold.

   What each function must do stands in 09-optimisers.exercises.h. It is
   compiled for five number types, two of them complex: write R(0.5) for 0.5,
   and compare re(x) (src/real.h). Divide by (real)N; log1p, expm1 and erf are
   real_log1p, real_expm1 and real_erf. Functions of your own and other
   headers of src/ are welcome. A function of the book that you define too,
   say optimiser_step, takes the place of the book's: every equation of the
   chapter is then held against yours. */
#include "09-optimisers.exercises.h"
#include "optimisers.h"

/* ex:optimisers-measured */
int stays(const struct rule *rule, long double lambda, long double beta,
          long double a)
{
  return 0;
}

/* ex:optimisers-measured */
long double largest_rate(const struct rule *rule, long double lambda,
                         long double beta)
{
  return 0;
}

/* ex:optimisers-cycle */
void amsgrad(const struct constants *c, size_t count, real w[], const real g[],
             real state[], real a, long t)
{
}

/* ex:optimisers-cycle */
long double cycle(const struct rule *rule) { return 0; }
