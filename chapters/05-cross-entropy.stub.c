/* Exercises of chapter 5. `make try-cross-entropy` copies this file to
   05-cross-entropy.try.c, once; write your answers there. It then compiles
   yours, and says which of the equations of each exercise hold.

   What each function must do stands in 05-cross-entropy.exercises.h. It is
   compiled for five number types, two of them complex: write R(0.5) for 0.5,
   and compare re(x) (src/real.h). Divide by (real)N; log1p, expm1 and erf are
   real_log1p, real_expm1 and real_erf. Functions of your own and other
   headers of src/ are welcome. A function of the book that you define too,
   say cross_entropy_backward, takes the place of the book's: every equation
   of the chapter is then held against yours. */
#include "05-cross-entropy.exercises.h"

/* ex:cross-entropy-labels */
void label_backward(size_t S, size_t N, real dZ[S][N], const real P[S][N],
                    const size_t label[S])
{
}

/* ex:cross-entropy-careful */
void careful_backward(size_t N, real dz[N], const real p[N], size_t c) {}
