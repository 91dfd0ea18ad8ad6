/* The functions of the exercises of chapter 7: write them in
   07-batch-norm.try.c, then `make try-batch-norm`.  S: samples, N: features;
   G = dL/dY: S×N.  A gradient of X is written (=), whatever its buffer held;
   those of parameters are added to what is there (+=). */
#ifndef EXERCISES_BATCH_NORM_H
#define EXERCISES_BATCH_NORM_H

#include "real.h"
#include <stddef.h>

/* ex:batch-norm-evaluate.  The backward of batch_norm_evaluate
   (batch_norm.h).  The running statistics are constants.   X, dX: S×N, gamma,
   dgamma, dbeta, running_mean, running_variance: N. */
void evaluate_backward(size_t S, size_t N, real dX[S][N], real dgamma[N],
                       real dbeta[N], const real G[S][N], const real X[S][N],
                       const real gamma[N], const real running_mean[N],
                       const real running_variance[N], real epsilon);

/* ex:batch-norm-one-pass.  The variance of `count` numbers, with the divisor
   `count`, by one loop over x and with sums that are float. */
float one_pass_variance(size_t count, const float x[count]);

/* ex:batch-norm-rms.  The backward of root-mean-square norm.   X, dX: S×N,
   gamma, dgamma: N. */
void rms_norm_backward(size_t S, size_t N, real dX[S][N], real dgamma[N],
                       const real G[S][N], const real X[S][N],
                       const real gamma[N], real epsilon);

#endif
