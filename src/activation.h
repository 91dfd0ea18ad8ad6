/* Elementwise activation functions, Y = h(X) and dX = G ∘ h′(X).  Chapter 3.

   Every array is S×N and G = dL/dY.  An entry is read before it is written,
   and no other entry is: Y may be X, and dX may be G. */
#ifndef ACTIVATION_H
#define ACTIVATION_H

#include "real.h"
#include <stddef.h>

/* h(x) = x for x > 0, else 0.  h′(0) is 0 by convention.  NaN gives 0. */
void relu_forward(size_t S, size_t N, real Y[S][N], const real X[S][N]);
void relu_backward(size_t S, size_t N, real dX[S][N], const real G[S][N],
                   const real Y[S][N]);

/* h(x) = x for x > 0, else slope x, with slope > 0: the backward reads the
   sign of x in Y.  h′(0) is slope by convention. */
#define LEAKY_SLOPE R(0.02)
void leaky_relu_forward(size_t S, size_t N, real Y[S][N], const real X[S][N],
                        real slope);
void leaky_relu_backward(size_t S, size_t N, real dX[S][N], const real G[S][N],
                         const real Y[S][N], real slope);

/* h(x) = x for x > 0, else a (e^x − 1), with a > 0.  h′(0) is a by
   convention.  elu_forward and elu_backward are those of a = 1. */
void elu_scaled_forward(size_t S, size_t N, real Y[S][N], const real X[S][N],
                        real a);
void elu_scaled_backward(size_t S, size_t N, real dX[S][N], const real G[S][N],
                         const real Y[S][N], real a);
void elu_forward(size_t S, size_t N, real Y[S][N], const real X[S][N]);
void elu_backward(size_t S, size_t N, real dX[S][N], const real G[S][N],
                  const real Y[S][N]);

/* h(x) = 1 / (1 + e^−x), without overflow at either end. */
void sigmoid_forward(size_t S, size_t N, real Y[S][N], const real X[S][N]);
void sigmoid_backward(size_t S, size_t N, real dX[S][N], const real G[S][N],
                      const real Y[S][N]);

void tanh_forward(size_t S, size_t N, real Y[S][N], const real X[S][N]);
void tanh_backward(size_t S, size_t N, real dX[S][N], const real G[S][N],
                   const real Y[S][N]);

/* h(x) = x Φ(x), Φ the normal distribution function.  Two inputs share an
   output, so that the backward needs X. */
void gelu_forward(size_t S, size_t N, real Y[S][N], const real X[S][N]);
void gelu_backward(size_t S, size_t N, real dX[S][N], const real G[S][N],
                   const real X[S][N]);

/* The approximation ½ x (1 + tanh(√(2/π) (x + 0.044715 x³))), within 5e-4 of
   gelu everywhere (Hendrycks and Gimpel, 2016). */
void gelu_tanh_forward(size_t S, size_t N, real Y[S][N], const real X[S][N]);
void gelu_tanh_backward(size_t S, size_t N, real dX[S][N], const real G[S][N],
                        const real X[S][N]);

#endif
