/* Exercises of chapter 7. `make try-batch-norm` copies this file to
   07-batch-norm.try.c, once; write your answers there. It then compiles
   yours, and says which of the equations of each exercise hold.

   What each function must do stands in 07-batch-norm.exercises.h. It is
   compiled for five number types, two of them complex: write R(0.5) for 0.5,
   and compare re(x) (src/real.h). Divide by (real)N; log1p, expm1 and erf are
   real_log1p, real_expm1 and real_erf. Functions of your own and other
   headers of src/ are welcome. A function of the book that you define too,
   say batch_norm_backward, takes the place of the book's: every equation of
   the chapter is then held against yours. */
#include "07-batch-norm.exercises.h"

/* ex:batch-norm-evaluate */
void evaluate_backward(size_t S, size_t N, real dX[S][N], real dgamma[N],
                       real dbeta[N], const real G[S][N], const real X[S][N],
                       const real gamma[N], const real running_mean[N],
                       const real running_variance[N], real epsilon)
{
}

/* ex:batch-norm-one-pass */
float one_pass_variance(size_t count, const float x[count]) { return 0; }

/* ex:batch-norm-rms */
void rms_norm_backward(size_t S, size_t N, real dX[S][N], real dgamma[N],
                       const real G[S][N], const real X[S][N],
                       const real gamma[N], real epsilon)
{
}
