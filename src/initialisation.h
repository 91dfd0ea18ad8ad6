/* Where the weights start: the variance w² of fresh weights, weights of that
   variance, and what a layer makes of a second moment.  Chapter 8.

   A layer has M inputs and N outputs, each at least 1. */
#ifndef INITIALISATION_H
#define INITIALISATION_H

#include "real.h"
#include "rng.h"
#include <stddef.h>

/* 1/M, 2/(M+N), 2/M and 2/((1+slope²) M): LeCun et al. (1998), Glorot and
   Bengio (2010), He et al. (2015), and He's for the LeakyReLU. */
real variance_lecun(size_t M, size_t N);
real variance_xavier(size_t M, size_t N);
real variance_he(size_t M, size_t N);
real variance_leaky(size_t M, size_t N, real slope);

/* W_nm ~ N(0, w²), or uniform in (−c, c), c = w √3, which has the variance w²
   too.   W: N×M, written; w² = variance. */
void weights_normal(size_t N, size_t M, real W[N][M], struct rng *rng,
                    real variance);
void weights_uniform(size_t N, size_t M, real W[N][M], struct rng *rng,
                     real variance);

/* E[x²] after a linear layer of M inputs, biases 0, and a ReLU, from that of
   its inputs, q:   ½ M w² q. */
real recursion_forward(real q, size_t M, real w2);

/* E[(∂L/∂f)²] below a linear layer of N outputs and the ReLU beneath it, from
   that above, g:   ½ N w² g. */
real recursion_backward(real g, size_t N, real w2);

#endif
