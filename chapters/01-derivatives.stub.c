/* Exercises of chapter 1. `make try-derivatives` copies this file to
   01-derivatives.try.c, once; write your answers there. It then compiles
   yours, and says which of the equations of each exercise hold.

   What each function must do stands in 01-derivatives.exercises.h. It is
   compiled for five number types, two of them complex: write R(0.5) for 0.5,
   and compare re(x) (src/real.h). Divide by (real)N; log1p, expm1 and erf are
   real_log1p, real_expm1 and real_erf. Functions of your own and other
   headers of src/ are welcome. A function of the book that you define too,
   say norm_backward, takes the place of the book's: every equation of the
   chapter is then held against yours. */
#include "01-derivatives.exercises.h"
#include "derivatives.h"

/* ex:derivatives-unit */
void unit_backward(size_t N, real dw[N], const real G[N], const real w[N]) {}

/* ex:derivatives-remainder */
real remainder_of(size_t N, real loss(size_t N, const real w[]),
                  const real w[N], const real v[N], const real g[N], real h)
{
  return R(0.0);
}
