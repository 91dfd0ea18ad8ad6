/* The functions of the exercises of chapter 9: write them in
   09-optimisers.try.c, then `make try-optimisers`. */
#ifndef EXERCISES_OPTIMISERS_H
#define EXERCISES_OPTIMISERS_H

#include "optimisers.h"
#include "real.h"
#include <stddef.h>

/* ex:optimisers-measured.  Starts at θ = 1 with an empty state, and takes
   20,000 steps of the rule on ½ λ θ² at rate a; its β1 is beta, its other
   constants are 0, and its state is at most one number.  1 if |θ| stayed below
   a million, else 0; NaN is not below a million. */
int stays(const struct rule *rule, long double lambda, long double beta,
          long double a);

/* ex:optimisers-measured.  The largest rate between 0 and 100/λ at which θ
   stays, to ten digits: θ stays at smaller rates, and at no larger one. */
long double largest_rate(const struct rule *rule, long double lambda,
                         long double beta);

/* ex:optimisers-cycle.  The step of a rule (src/optimisers.h) that keeps
   Adam's m and v, and the largest v so far, u: state is m, v, u, `count`
   numbers each.  Nothing is corrected for the start, so that t is of no use,
   and ε is added to the root. */
void amsgrad(const struct constants *c, size_t count, real w[], const real g[],
             real state[], real a, long t);

/* ex:optimisers-cycle.  How far the rule moves θ in the last of 100 cycles of
   the gradients 3, −1, −1: θ after it minus θ before it.  Steps are counted
   from t = 1; the rate is 1, β2 is 0.1 and the other constants are 0; θ is 0
   at first, and so is the state, of up to three numbers. */
long double cycle(const struct rule *rule);

#endif
