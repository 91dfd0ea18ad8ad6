/* Exercises of chapter 6. `make try-mlp` copies this file to 06-mlp.try.c,
   once; write your answers there. It then compiles yours, and says which of
   the equations of each exercise hold.

   What each function must do stands in 06-mlp.exercises.h. It is compiled for
   five number types, two of them complex: write R(0.5) for 0.5, and compare
   re(x) (src/real.h). Divide by (real)N; log1p, expm1 and erf are real_log1p,
   real_expm1 and real_erf. Functions of your own and other headers of src/
   are welcome. A function of the book that you define too, say
   linear_backward, takes the place of the book's: every equation of the
   chapter is then held against yours. */
#include "06-mlp.exercises.h"
#include "activation.h"
#include "fail.h"
#include "train.h"

/* ex:mlp-symmetry */
void train_equal(real weight, size_t steps, real W[3][2]) {}

/* ex:mlp-plain */
void plain_backward(size_t S, size_t M, size_t K, size_t N, real dW[K][M],
                    real db[K], real dV[N][K], real dc[N], const real G[S][N],
                    const real V[N][K], const real A[S][K], const real X[S][M])
{
}

/* ex:mlp-module */
void tanh_up(const struct layer *l, size_t S, const real *X) {}

void tanh_down(const struct layer *l, size_t S, real *dX, const real *G,
               const real *X)
{
}
