/* Exercises of chapter 3. `make try-activation` copies this file to
   03-activation.try.c, once; write your answers there. It then compiles
   yours, and says which of the equations of each exercise hold.

   What each function must do stands in 03-activation.exercises.h. It is
   compiled for five number types, two of them complex: write R(0.5) for 0.5,
   and compare re(x) (src/real.h). Divide by (real)N; log1p, expm1 and erf are
   real_log1p, real_expm1 and real_erf. Functions of your own and other
   headers of src/ are welcome. A function of the book that you define too,
   say sigmoid_backward, takes the place of the book's: every equation of the
   chapter is then held against yours. */
#include "03-activation.exercises.h"
#include "activation.h"

/* ex:activation-softplus */
void softplus_forward(size_t S, size_t N, real Y[S][N], const real X[S][N]) {}

/* ex:activation-softplus */
void softplus_backward(size_t S, size_t N, real dX[S][N], const real G[S][N],
                       const real Y[S][N])
{
}

/* ex:activation-silu */
void silu_forward(size_t S, size_t N, real Y[S][N], const real X[S][N]) {}

/* ex:activation-silu */
void silu_backward(size_t S, size_t N, real dX[S][N], const real G[S][N],
                   const real X[S][N])
{
}

/* ex:activation-stable */
real sigmoid_slope(real x) { return R(0.0); }

/* ex:activation-inverse */
void arctan_backward(size_t S, size_t N, real dX[S][N], const real G[S][N],
                     const real Y[S][N])
{
}
