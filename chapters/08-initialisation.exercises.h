/* The functions of the exercises of chapter 8: write them in
   08-initialisation.try.c, then `make try-initialisation`. */
#ifndef EXERCISES_INITIALISATION_H
#define EXERCISES_INITIALISATION_H

#include "real.h"
#include "rng.h"
#include <stddef.h>

/* ex:initialisation-signs.  The mean of f², f = Σ_m ±W_m x_m, over all
   2^inputs patterns of signs, each of them summed: there are at most a dozen
   inputs. */
real average_over_signs(size_t inputs, const real W[inputs],
                        const real x[inputs]);

/* ex:initialisation-default.  After how many layers of ReLU, with `inputs`
   inputs each and weights of variance w2, E[x²] is below `floor` for the first
   time; 0 if it never is.  E[x²] is 1 to begin with; 0 < floor < 1. */
size_t layers_until(size_t inputs, real w2, real floor);

/* ex:initialisation-truncated.  The standard deviation of those normal
   numbers, of variance 1 and mean 0, that lie between −2 and 2: to all digits
   of the type. */
real truncated_std(void);

/* ex:initialisation-truncated.  W_nm: normal numbers, each drawn again until
   it is no further from 0 than two standard deviations of the normal density
   that it comes from; of variance `variance` after that.   W: rows×inputs,
   written (=).  Draw with rng_normal(rng). */
void weights_truncated(size_t rows, size_t inputs, real W[rows][inputs],
                       struct rng *rng, real variance);

#endif
