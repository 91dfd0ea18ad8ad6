/* Exercises of chapter 2. `make try-linear` copies this file to
   02-linear.try.c, once; write your answers there. It then compiles yours,
   and says which of the equations of each exercise hold.

   What each function must do stands in 02-linear.exercises.h. It is compiled
   for five number types, two of them complex: write R(0.5) for 0.5, and
   compare re(x) (src/real.h). Divide by (real)N; log1p, expm1 and erf are
   real_log1p, real_expm1 and real_erf. Functions of your own and other
   headers of src/ are welcome. A function of the book that you define too,
   say linear_backward, takes the place of the book's: every equation of the
   chapter is then held against yours. */
#include "02-linear.exercises.h"
#include "gemm.h"
#include "linear.h"

/* ex:linear-outer */
void backward_outer(size_t S, size_t M, size_t N, real dX[S][M], real dW[N][M],
                    real db[N], const real G[S][N], const real X[S][M],
                    const real W[N][M])
{
}

/* ex:linear-transpose */
void transposed_backward(size_t S, size_t M, size_t N, real dX[S][M],
                         real dV[M][N], real db[N], const real G[S][N],
                         const real X[S][M], const real V[M][N])
{
}

/* ex:linear-tied */
void tied_backward(size_t S, size_t N, real dX[S][N], real dW[N][N],
                   real db[N], real dH[S][N], const real G[S][N],
                   const real H[S][N], const real X[S][N], const real W[N][N])
{
}
