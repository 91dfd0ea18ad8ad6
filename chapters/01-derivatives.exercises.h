/* The functions of the exercises of chapter 1: write them in
   01-derivatives.try.c, then `make try-derivatives`.  Vectors have N entries;
   no two arrays share memory. */
#ifndef EXERCISES_DERIVATIVES_H
#define EXERCISES_DERIVATIVES_H

#include "real.h"
#include <stddef.h>

/* ex:derivatives-unit.  The backward pass of y = w / ‖w‖, for w ≠ 0: G = dL/dy
   is given, dw = dL/dw is written (=), whatever its buffer held. */
void unit_backward(size_t N, real dw[N], const real G[N], const real w[N]);

/* ex:derivatives-remainder.  |R(h)|, the Taylor remainder of the loss at w
   along v; g is claimed to be its gradient at w.  loss(N, w) is the loss. */
real remainder_of(size_t N, real loss(size_t N, const real w[]),
                  const real w[N], const real v[N], const real g[N], real h);

#endif
