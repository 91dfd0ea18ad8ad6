/* What the modules of mlp.h keep in a layer, for those who look inside. */
#ifndef MODULES_H
#define MODULES_H

#include "mlp.h"

/* Batch norm's numbers: γ, β of the layer's parameters; X̂: batch×N, and of N
   each the batch's mean and variance and the running ones, of what it keeps.
 */
struct norm {
  const real *gamma, *beta;
  real *Xhat, *mean, *variance, *running_mean, *running_variance;
};

#define NORM_EPSILON R(1e-5)
#define NORM_RATE R(0.1) /* of the running statistics */

struct norm norm_of(const struct layer *layer);

#endif
