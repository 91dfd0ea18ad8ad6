/* Exercises of chapter 11. `make try-mistakes` copies this file to
   11-mistakes.try.c, once; write your answers there. It then compiles yours,
   and says which of the equations of each exercise hold.

   What each function must do stands in 11-mistakes.exercises.h. It is
   compiled for five number types, two of them complex: write R(0.5) for 0.5,
   and compare re(x) (src/real.h). Divide by (real)N; log1p, expm1 and erf are
   real_log1p, real_expm1 and real_erf. Functions of your own and other
   headers of src/ are welcome. A function of the book that you define too,
   say softmax_forward, takes the place of the book's: every equation of the
   chapter is then held against yours. */
#include "11-mistakes.exercises.h"

/* ex:mistakes-judge */
enum ruling judge(size_t n, const long double g[n], const long double w[n],
                  long double terms, long double tolerance)
{
  return PASSES;
}

/* ex:mistakes-slope */
real slope_from_output(enum activation h, real y) { return R(0.0); }
