/* The layers, a block of units at a time: columns `from` … `to` − 1 of what
   linear.h, activation.h and batch_norm.h compute, to the same formulas.  What
   a block writes no other block does, so that threads may each take one.
   Appendix speed.

   In an activation Y may be X; there and in a batch norm dX may be G. */
#ifndef UNITS_H
#define UNITS_H

#include "real.h"
#include <stddef.h>

struct block {
  size_t from, to;
};

/* Block k of K of N units, whole vectors of 16 where rows are, and else of 8
   but for the last: what a library's products like. */
struct block block_of(size_t N, size_t k, size_t K);

/* The columns of Y = X Wᵀ + 1 bᵀ.   X: S×M, W: N×M, Y: S×N. */
void linear_forward_units(size_t S, size_t M, size_t N, struct block units,
                          real Y[S][N], const real X[S][M], const real W[N][M],
                          const real b[N]);
/* What the columns `inputs` of X add to X Wᵀ: P = X′ W′ᵀ, 0 where there are
   none.   P: S×N, all of it. */
void linear_forward_part(size_t S, size_t M, size_t N, struct block inputs,
                         real P[S][N], const real X[S][M], const real W[N][M]);
/* The rows `samples` and columns `units` of Y = P_0 + … + P_{K−1} + 1 bᵀ,
   added in that order. */
void linear_forward_sum(size_t S, size_t N, size_t K, struct block samples,
                        struct block units, real Y[S][N],
                        const real P[K][S][N], const real b[N]);
/* The columns of dX = G W: `inputs` counts columns of X. */
void linear_backward_inputs(size_t S, size_t M, size_t N, struct block inputs,
                            real dX[S][M], const real G[S][N],
                            const real W[N][M]);
/* Rows `units`, columns `inputs` of W += a Gᵀ X: with a = −α and G = dL/dY a
   step of gradient descent, of which dW is never stored. */
void linear_descend(size_t S, size_t M, size_t N, struct block units,
                    struct block inputs, real W[N][M], real a,
                    const real G[S][N], const real X[S][M]);
/* A step of gradient descent after one sample, then the forward pass of the
   next, in one pass over the rows `units` of W:
     W += a g xᵀ, then y = W x′ + b. */
void linear_descend_forward(size_t M, size_t N, struct block units, real y[N],
                            real W[N][M], real a, const real g[N],
                            const real x[M], const real next[M],
                            const real b[N]);
/* The same rows and columns of dW = Gᵀ X, packed into D. */
void linear_gradient(size_t S, size_t M, size_t N, struct block units,
                     struct block inputs,
                     real D[units.to - units.from][inputs.to - inputs.from],
                     const real G[S][N], const real X[S][M]);
/* db = Gᵀ 1 for the units; written, not added. */
void linear_bias_gradient(size_t S, size_t N, struct block units, real db[N],
                          const real G[S][N]);

void relu_forward_units(size_t S, size_t N, struct block units, real Y[S][N],
                        const real X[S][N]);
void relu_backward_units(size_t S, size_t N, struct block units, real dX[S][N],
                         const real G[S][N], const real Y[S][N]);
void elu_forward_units(size_t S, size_t N, struct block units, real Y[S][N],
                       const real X[S][N]);
void elu_backward_units(size_t S, size_t N, struct block units, real dX[S][N],
                        const real G[S][N], const real Y[S][N]);
void sigmoid_forward_units(size_t S, size_t N, struct block units,
                           real Y[S][N], const real X[S][N]);
void sigmoid_backward_units(size_t S, size_t N, struct block units,
                            real dX[S][N], const real G[S][N],
                            const real Y[S][N]);

/* X̂ is not kept: the backward pass computes it again, which takes less time
   than to write it and to read it. */
void batch_norm_forward_units(size_t S, size_t N, struct block units,
                              real Y[S][N], real mean[N], real variance[N],
                              const real X[S][N], const real gamma[N],
                              const real beta[N], real epsilon);
/* dgamma and dbeta are written, not added. */
void batch_norm_backward_units(size_t S, size_t N, struct block units,
                               real dX[S][N], real dgamma[N], real dbeta[N],
                               const real G[S][N], const real X[S][N],
                               const real mean[N], const real variance[N],
                               const real gamma[N], real epsilon);

#endif
