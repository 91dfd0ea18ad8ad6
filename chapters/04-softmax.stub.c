/* Exercises of chapter 4. `make try-softmax` copies this file to
   04-softmax.try.c, once; write your answers there. It then compiles yours,
   and says which of the equations of each exercise hold.

   What each function must do stands in 04-softmax.exercises.h. It is compiled
   for five number types, two of them complex: write R(0.5) for 0.5, and
   compare re(x) (src/real.h). Divide by (real)N; log1p, expm1 and erf are
   real_log1p, real_expm1 and real_erf. Functions of your own and other
   headers of src/ are welcome. A function of the book that you define too,
   say softmax_backward, takes the place of the book's: every equation of the
   chapter is then held against yours. */
#include "04-softmax.exercises.h"
#include "softmax.h"

/* ex:softmax-blind */
void blind_backward(size_t N, real dx[N], const real g[N], const real y[N]) {}

/* ex:softmax-blind */
real largest_error(void wrong(size_t N, real dx[], const real g[],
                              const real y[]),
                   size_t N, const real g[N], const real y[N])
{
  return R(0.0);
}

/* ex:softmax-temperature */
void temperature_backward(size_t S, size_t N, real dX[S][N], real *dtau,
                          const real G[S][N], const real X[S][N],
                          const real Y[S][N], real tau)
{
}
