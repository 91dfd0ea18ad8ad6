/* Update rules: what a step of training does with a gradient.  Chapter 9.
   Gradient g_t is taken at θ_{t−1}; the step makes θ_t of it; t = 1, 2, … */
#ifndef OPTIMISERS_H
#define OPTIMISERS_H

#include "real.h"
#include <stddef.h>

/* β1: of the first moment, and momentum's; β2: of the second moment, of
   RMSProp and Adadelta too; ε; the weight decay ω, which only AdamW has. */
struct constants {
  real beta1, beta2, epsilon, decay;
};

/* An update rule: one step of the `count` parameters w with their gradients
   g, at rate a.  state: what it keeps between steps, `states` arrays of count
   numbers one after the other, all 0 before step t = 1. */
struct rule {
  const char *name;       /* "sgd", "momentum", "nesterov", "adadelta", … */
  size_t states;          /* 0, 1 or 2 */
  struct constants usual; /* the published defaults; 0 where it has none */
  void (*step)(const struct constants *c, size_t count, real w[count],
               const real g[count], real state[], real a, long t);
};

extern const struct rule rule_sgd, rule_momentum, rule_nesterov, rule_adadelta,
    rule_rmsprop, rule_adam, rule_adamw;

/* The rule of that name, or NULL. */
const struct rule *rule_named(const char *name);

/* 1 − β^t, the sum of the weights of a running mean after t steps. */
real sum_of_weights(real beta, long t);

/* A rule at work on `count` parameters. */
struct optimiser {
  const struct rule *rule;
  struct constants constants;
  size_t count;
  real *state; /* rule->states × count */
  long t;      /* steps taken */
};

/* Constants as usual, state 0, no step taken; 0: no memory. */
int optimiser_new(struct optimiser *o, const struct rule *rule, size_t count);
/* One step.  w, g: count, not overlapping.  Allocates nothing. */
void optimiser_step(struct optimiser *o, real w[], const real g[], real a);
void optimiser_free(struct optimiser *o);

#endif
