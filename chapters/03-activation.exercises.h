/* The functions of the exercises of chapter 3: write them in
   03-activation.try.c, then `make try-activation`.  All arrays are S×N, S
   samples of N entries, and no two of them share memory.  G = dL/dY; Y and dX
   are written (=), whatever their buffers held. */
#ifndef EXERCISES_ACTIVATION_H
#define EXERCISES_ACTIVATION_H

#include "real.h"
#include <stddef.h>

/* ex:activation-softplus.  Y = log(1 + e^X), for every X whose result the type
   can hold; the backward pass from the output Y alone. */
void softplus_forward(size_t S, size_t N, real Y[S][N], const real X[S][N]);
void softplus_backward(size_t S, size_t N, real dX[S][N], const real G[S][N],
                       const real Y[S][N]);

/* ex:activation-silu.  Y = X σ(X), and its backward pass from the input X. */
void silu_forward(size_t S, size_t N, real Y[S][N], const real X[S][N]);
void silu_backward(size_t S, size_t N, real dX[S][N], const real G[S][N],
                   const real X[S][N]);

/* ex:activation-stable.  The slope σ'(x) of the sigmoid at x, with all its
   digits, as far out as the type can hold it. */
real sigmoid_slope(real x);

/* ex:activation-inverse.  The backward pass of Y = arctan X from the output Y
   alone. */
void arctan_backward(size_t S, size_t N, real dX[S][N], const real G[S][N],
                     const real Y[S][N]);

#endif
