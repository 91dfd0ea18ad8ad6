/* The worked examples, the central differences.  Chapter 1.

   g or G is dL/dy, the gradient of the loss by the function's value; each
   backward writes dL/d(its argument), in that argument's shape. */
#ifndef DERIVATIVES_H
#define DERIVATIVES_H

#include "real.h"
#include <stddef.h>

/* xᵀ B x.   x: N, B: N×N. */
real quadratic_form(size_t N, const real x[N], const real B[N][N]);

/* dx = g (B + Bᵀ) x. */
void quadratic_form_backward(size_t N, real dx[N], real g, const real x[N],
                             const real B[N][N]);

/* tr(V X W).   V: a×b, X: b×c, W: c×a. */
real trace_product(size_t a, size_t b, size_t c, const real V[a][b],
                   const real X[b][c], const real W[c][a]);

/* dX = g Vᵀ Wᵀ. */
void trace_product_backward(size_t a, size_t b, size_t c, real dX[b][c],
                            real g, const real V[a][b], const real W[c][a]);

/* ‖w‖ = √(wᵀw). */
real norm(size_t N, const real w[N]);

/* dw = g w / ‖w‖, for w ≠ 0. */
void norm_backward(size_t N, real dw[N], real g, const real w[N]);

/* tr(A).   A: N×N. */
real trace(size_t N, const real A[N][N]);

/* dA = g I. */
void trace_backward(size_t N, real dA[N][N], real g);

/* Q = X ⊘ Y, entry by entry.   All S×N. */
void divide_forward(size_t S, size_t N, real Q[S][N], const real X[S][N],
                    const real Y[S][N]);

/* dX = G ⊘ Y,  dY = −G ∘ X ⊘ (Y ∘ Y). */
void divide_backward(size_t S, size_t N, real dX[S][N], real dY[S][N],
                     const real G[S][N], const real X[S][N],
                     const real Y[S][N]);

/* Y = f(X), entry by entry.   Both S×N. */
void elementwise_forward(size_t S, size_t N, real Y[S][N], real f(real),
                         const real X[S][N]);

/* dX = G ∘ df(X), where df is the derivative of f. */
void elementwise_backward(size_t S, size_t N, real dX[S][N], real df(real),
                          const real G[S][N], const real X[S][N]);

/* Y = X W.   X: S×M, W: M×N, Y: S×N. */
void matmul_forward(size_t S, size_t M, size_t N, real Y[S][N],
                    const real X[S][M], const real W[M][N]);

/* dX = G Wᵀ,  dW += Xᵀ G. */
void matmul_backward(size_t S, size_t M, size_t N, real dX[S][M],
                     real dW[M][N], const real G[S][N], const real X[S][M],
                     const real W[M][N]);

/* Y = x 1ᵀ: K columns, each equal to x.   x: N, Y: N×K. */
void expand_forward(size_t N, size_t K, real Y[N][K], const real x[N]);

/* dx = G 1. */
void expand_backward(size_t N, size_t K, real dx[N], const real G[N][K]);

/* y = w / ‖w‖, for w ≠ 0. */
void unit_forward(size_t N, real y[N], const real w[N]);

/* The weight c_k of the central difference of order 2m; 1 ≤ k ≤ m ≤ 4. */
real central_weight(size_t m, size_t k);

/* f'(x) to order 2m from 2m values of f, a step h apart. */
real central_difference(size_t m, real f(real), real x, real h);

#endif
