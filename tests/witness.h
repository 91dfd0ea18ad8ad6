/* The two witnesses of a derivative: the complex step and finite
   differences.  Both give dY_i/dx_j of one segment, as a matrix. */
#ifndef WITNESS_H
#define WITNESS_H

#include "point.h"

/* One claim as compiled for each number type. */
struct family {
  const struct claim *as[TYPES];
};

enum { RUNGS = 13 }; /* steps 2^-3 … 2^-15 */

/* J[i × n + j] = Im f_i(x + ih e_j) / h with h = 2^-4000 (long double) or
   2^-400 (double).  n: size of the segment. */
void complex_step(const struct family *f, enum type type,
                  const struct point *p, int segment, long double *J);

/* Central differences of orders 6 and 8 on every rung, each RUNGS × out × n.
   A rung that leaves the finite numbers holds NaN. */
void differences(const struct family *f, const struct point *p, int segment,
                 long double *D6, long double *D8);

/* Y of the real types, as long double. */
void forward(const struct family *f, enum type type, const struct point *p,
             long double *Y);

#endif
