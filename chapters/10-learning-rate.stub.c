/* Exercises of chapter 10. `make try-learning-rate` copies this file to
   10-learning-rate.try.c, once; write your answers there. It then compiles
   yours, and says which of the equations of each exercise hold.

   What each function must do stands in 10-learning-rate.exercises.h. It is
   compiled for five number types, two of them complex: write R(0.5) for 0.5,
   and compare re(x) (src/real.h). Divide by (real)N; log1p, expm1 and erf are
   real_log1p, real_expm1 and real_erf. Functions of your own and other
   headers of src/ are welcome. A function of the book that you define too,
   say rate_cosine, takes the place of the book's: every equation of the
   chapter is then held against yours. */
#include "10-learning-rate.exercises.h"
#include "learning_rate.h"
#include "rng.h"

/* ex:learning-rate-warm */
real warm_then_cosine(real a0, long k, long w, long K) { return R(0.0); }

/* ex:learning-rate-simulate */
long double simulate(uint64_t seed, int runs, int steps, long double a,
                     long double lambda, long double s)
{
  return 0;
}
