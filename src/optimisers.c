#include "optimisers.h"

#include <stdlib.h>
#include <string.h>

/* θ ← θ − α g */
static void sgd(const struct constants *c, size_t count, real w[restrict],
                const real g[restrict], real state[restrict], real a, long t)
{
  (void)c, (void)state, (void)t;
  for (size_t i = 0; i < count; i++)
    w[i] -= a * g[i];
}

/* m ← β1 m + g,  θ ← θ − α m.   Polyak 1964. */
static void momentum(const struct constants *c, size_t count, real w[restrict],
                     const real g[restrict], real m[restrict], real a, long t)
{
  (void)t;
  for (size_t i = 0; i < count; i++) {
    m[i] = c->beta1 * m[i] + g[i];
    w[i] -= a * m[i];
  }
}

/* m ← β1 m + g,  θ ← θ − α (g + β1 m).   Nesterov 1983, with the gradient at
   the parameters themselves, not at a point ahead of them. */
static void nesterov(const struct constants *c, size_t count, real w[restrict],
                     const real g[restrict], real m[restrict], real a, long t)
{
  (void)t;
  for (size_t i = 0; i < count; i++) {
    m[i] = c->beta1 * m[i] + g[i];
    w[i] -= a * (g[i] + c->beta1 * m[i]);
  }
}

/* v ← β2 v + (1 − β2) g²,  d = g √(u + ε) / √(v + ε),
   u ← β2 u + (1 − β2) d²,  θ ← θ − α d.   Zeiler 2012, who has no α. */
static void adadelta(const struct constants *c, size_t count, real w[restrict],
                     const real g[restrict], real state[restrict], real a,
                     long t)
{
  (void)t;
  real *restrict v = state, *restrict u = state + count;
  for (size_t i = 0; i < count; i++) {
    v[i] = c->beta2 * v[i] + (R(1.0) - c->beta2) * g[i] * g[i];
    const real d = g[i] * sqrt(u[i] + c->epsilon) / sqrt(v[i] + c->epsilon);
    u[i] = c->beta2 * u[i] + (R(1.0) - c->beta2) * d * d;
    w[i] -= a * d;
  }
}

/* v ← β2 v + (1 − β2) g²,  θ ← θ − α g / (√v + ε).   Tieleman and Hinton
   2012, whose slide has no ε. */
static void rmsprop(const struct constants *c, size_t count, real w[restrict],
                    const real g[restrict], real v[restrict], real a, long t)
{
  (void)t;
  for (size_t i = 0; i < count; i++) {
    v[i] = c->beta2 * v[i] + (R(1.0) - c->beta2) * g[i] * g[i];
    w[i] -= a * g[i] / (sqrt(v[i]) + c->epsilon);
  }
}

/* 1 − β^t, as −(e^(t log β) − 1): where β^t is near 1, 1 − pow(β, t) would
   lose digits, three of a float's seven for 0.999². */
real sum_of_weights(real beta, long t)
{
  return -real_expm1(re((real)t) * log(beta));
}

/* m ← β1 m + (1 − β1) g,  v ← β2 v + (1 − β2) g²,
   θ ← θ − α m̂ / (√v̂ + ε),  m̂ = m / (1 − β1^t),  v̂ = v / (1 − β2^t).
   Kingma and Ba 2015. */
static void adam(const struct constants *c, size_t count, real w[restrict],
                 const real g[restrict], real state[restrict], real a, long t)
{
  real *restrict m = state, *restrict v = state + count;
  const real weight1 = sum_of_weights(c->beta1, t);
  const real weight2 = sum_of_weights(c->beta2, t);
  for (size_t i = 0; i < count; i++) {
    m[i] = c->beta1 * m[i] + (R(1.0) - c->beta1) * g[i];
    v[i] = c->beta2 * v[i] + (R(1.0) - c->beta2) * g[i] * g[i];
    w[i] -= a * (m[i] / weight1) / (sqrt(v[i] / weight2) + c->epsilon);
  }
}

/* θ ← θ − α ω θ, then Adam's step, to which g does not bring ω θ.
   Loshchilov and Hutter 2019. */
static void adamw(const struct constants *c, size_t count, real w[restrict],
                  const real g[restrict], real state[restrict], real a, long t)
{
  for (size_t i = 0; i < count; i++)
    w[i] -= a * c->decay * w[i];
  adam(c, count, w, g, state, a, t);
}

#define BETA1 .beta1 = R(0.9)
#define ADAM BETA1, .beta2 = R(0.999), .epsilon = R(1e-8)

const struct rule rule_sgd = { "sgd", 0, { .decay = R(0.0) }, sgd };
const struct rule rule_momentum = { "momentum", 1, { BETA1 }, momentum };
const struct rule rule_nesterov = { "nesterov", 1, { BETA1 }, nesterov };
const struct rule rule_adadelta = {
  "adadelta", 2, { .beta2 = R(0.95), .epsilon = R(1e-6) }, adadelta
};
const struct rule rule_rmsprop = {
  "rmsprop", 1, { .beta2 = R(0.9), .epsilon = R(1e-8) }, rmsprop
};
const struct rule rule_adam = { "adam", 2, { ADAM }, adam };
const struct rule rule_adamw = {
  "adamw", 2, { ADAM, .decay = R(0.01) }, adamw
};

const struct rule *rule_named(const char *name)
{
  static const struct rule *const rules[] = { &rule_sgd,      &rule_momentum,
                                              &rule_nesterov, &rule_adadelta,
                                              &rule_rmsprop,  &rule_adam,
                                              &rule_adamw,    NULL };
  for (size_t k = 0; rules[k]; k++)
    if (strcmp(rules[k]->name, name) == 0)
      return rules[k];
  return NULL;
}

int optimiser_new(struct optimiser *o, const struct rule *rule, size_t count)
{
  *o = (struct optimiser){ rule, rule->usual, count, NULL, 0 };
  if (rule->states * count == 0)
    return 1;
  o->state = calloc(rule->states * count, sizeof *o->state);
  return o->state != NULL;
}

void optimiser_step(struct optimiser *o, real w[], const real g[], real a)
{
  o->rule->step(&o->constants, o->count, w, g, o->state, a, ++o->t);
}

void optimiser_free(struct optimiser *o)
{
  free(o->state);
  o->state = NULL;
}
