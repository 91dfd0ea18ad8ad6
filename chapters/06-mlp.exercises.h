/* The functions of the exercises of chapter 6: write them in 06-mlp.try.c,
   then `make try-mlp`.  S: samples, M: inputs, K: hidden units, N: classes.
   A gradient of an input is written (=), whatever its buffer held; those of
   parameters are added to what is there (+=). */
#ifndef EXERCISES_MLP_H
#define EXERCISES_MLP_H

#include "mlp.h"
#include "real.h"
#include <stddef.h>

/* ex:mlp-symmetry.  Makes a network of 2 inputs, 3 hidden sigmoids and 2
   classes, and every parameter, biases too, equal to `weight`.  Then trains
   it for `steps` steps of gradient descent at the rate 0.5.  Each step takes
   the same two samples: (1, −1) of the first class and (0.5, 2) of the
   second.  Writes W⁽¹⁾, as it is after the last step, to W.  train_step of
   train.h makes a step. */
void train_equal(real weight, size_t steps, real W[3][2]);

/* ex:mlp-plain.  The backward of Z⁽²⁾ = A Vᵀ + 1 cᵀ, A = σ(X Wᵀ + 1 bᵀ), by
   loops alone.   G = dL/dZ⁽²⁾: S×N, A: S×K, X: S×M, dW: K×M, db: K,
   V, dV: N×K, dc: N. */
void plain_backward(size_t S, size_t M, size_t K, size_t N, real dW[K][M],
                    real db[K], real dV[N][K], real dc[N], const real G[S][N],
                    const real V[N][K], const real A[S][K],
                    const real X[S][M]);

/* ex:mlp-module.  The forward and the backward of a module (struct module of
   mlp.h) that takes tanh of each entry.   X, dX, G and l->Y: S×l->N, row
   after row.  Forward writes l->Y.  Backward follows a forward with the same
   X, and does nothing where dX is NULL. */
void tanh_up(const struct layer *l, size_t S, const real *X);
void tanh_down(const struct layer *l, size_t S, real *dX, const real *G,
               const real *X);

#endif
