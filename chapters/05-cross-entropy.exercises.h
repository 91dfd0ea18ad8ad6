/* The functions of the exercises of chapter 5: write them in
   05-cross-entropy.try.c, then `make try-cross-entropy`.  S: samples,
   N: classes; P: S×N, probabilities that a softmax made.  Each function
   writes its gradient (=), whatever the buffer held. */
#ifndef EXERCISES_CROSS_ENTROPY_H
#define EXERCISES_CROSS_ENTROPY_H

#include "real.h"
#include <stddef.h>

/* ex:cross-entropy-labels.  dZ: S×N, the gradient by the logits of the mean
   loss of S samples.  label[s], below N, is the class of sample s: its target
   is 1 there and 0 elsewhere. */
void label_backward(size_t S, size_t N, real dZ[S][N], const real P[S][N],
                    const size_t label[S]);

/* ex:cross-entropy-careful.  dz: N, the gradient by the logits of the loss of
   one sample of class c.  p: N, its probabilities.  No entry may lose its
   digits, however near p[c] is to 1. */
void careful_backward(size_t N, real dz[N], const real p[N], size_t c);

#endif
