/* Cross-entropy of targets T and predictions, a mean over the batch: on
   probabilities, and fused with the softmax before it.  Chapter 5. */
#ifndef CROSS_ENTROPY_H
#define CROSS_ENTROPY_H

#include "real.h"
#include <stddef.h>

/* L = −(1/S) Σ_sn T_sn log P_sn.   P: S×N, positive, T: S×N, any. */
real cross_entropy_forward(size_t S, size_t N, const real P[S][N],
                           const real T[S][N]);

/* dP = −(1/S) T ⊘ P. */
void cross_entropy_backward(size_t S, size_t N, real dP[S][N],
                            const real P[S][N], const real T[S][N]);

/* P = softmax(Z) and L = −(1/S) Σ_sn T_sn log P_sn.   Z: S×N, any finite
   logits; L is finite even where P is 0. */
real softmax_cross_entropy_forward(size_t S, size_t N, real P[S][N],
                                   const real Z[S][N], const real T[S][N]);

/* dZ = (1/S) (P ∘ (T 1 1ᵀ) − T), which is (P − T)/S where the rows of T
   sum to 1.   P: the forward's. */
void softmax_cross_entropy_backward(size_t S, size_t N, real dZ[S][N],
                                    const real P[S][N], const real T[S][N]);

#endif
