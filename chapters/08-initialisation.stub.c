/* Exercises of chapter 8. `make try-initialisation` copies this file to
   08-initialisation.try.c, once; write your answers there. It then compiles
   yours, and says which of the equations of each exercise hold.

   What each function must do stands in 08-initialisation.exercises.h. It is
   compiled for five number types, two of them complex: write R(0.5) for 0.5,
   and compare re(x) (src/real.h). Divide by (real)N; log1p, expm1 and erf are
   real_log1p, real_expm1 and real_erf. Functions of your own and other
   headers of src/ are welcome. A function of the book that you define too,
   say recursion_forward, takes the place of the book's: every equation of the
   chapter is then held against yours. */
#include "08-initialisation.exercises.h"
#include "initialisation.h"

/* ex:initialisation-signs */
real average_over_signs(size_t inputs, const real W[inputs],
                        const real x[inputs])
{
  return R(0.0);
}

/* ex:initialisation-default */
size_t layers_until(size_t inputs, real w2, real floor) { return 0; }

/* ex:initialisation-truncated */
real truncated_std(void) { return R(0.0); }

/* ex:initialisation-truncated */
void weights_truncated(size_t rows, size_t inputs, real W[rows][inputs],
                       struct rng *rng, real variance)
{
}
