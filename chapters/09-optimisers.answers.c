/* The answers to the exercises of chapter 9. */
#include "09-optimisers.exercises.h"
#include "optimisers.h"

/* Does the rule, from 1, stay near the minimum of ½ λ θ² at rate a? */
int stays(const struct rule *rule, long double lambda, long double beta,
          long double a)
{
  const struct constants c = { .beta1 = (real)beta };
  real w = R(1.0), m = R(0.0);
  for (long t = 1; t <= 20000; t++) {
    const real g = (real)lambda * w;
    rule->step(&c, 1, &w, &g, &m, (real)a, t);
    if (!(fabs((long double)re(w)) < 1e6L))
      return 0;
  }
  return 1;
}

/* The largest rate at which it does, by halving. */
long double largest_rate(const struct rule *rule, long double lambda,
                         long double beta)
{
  long double low = 0, high = 100 / lambda;
  for (int k = 0; k < 40; k++) {
    const long double middle = (low + high) / 2;
    if (stays(rule, lambda, beta, middle))
      low = middle;
    else
      high = middle;
  }
  return low;
}

/* AMSGrad: the second moment never falls.  m ← β1 m + (1 − β1) g,
   v ← β2 v + (1 − β2) g², u ← max(u, v), θ ← θ − α m / (√u + ε). */
void amsgrad(const struct constants *c, size_t count, real w[], const real g[],
             real state[], real a, long t)
{
  real *m = state, *v = state + count, *u = state + 2 * count;
  (void)t;
  for (size_t i = 0; i < count; i++) {
    m[i] = c->beta1 * m[i] + (R(1.0) - c->beta1) * g[i];
    v[i] = c->beta2 * v[i] + (R(1.0) - c->beta2) * g[i] * g[i];
    u[i] = re(v[i]) > re(u[i]) ? v[i] : u[i];
    w[i] -= a * m[i] / (sqrt(u[i]) + c->epsilon);
  }
}

/* How far a rule moves in its last cycle of the gradients 3, −1, −1. */
long double cycle(const struct rule *rule)
{
  const struct constants c = { .beta1 = R(0.0), .beta2 = R(0.1) };
  real w = R(0.0), old = R(0.0), state[3] = { R(0.0), R(0.0), R(0.0) };
  for (long t = 1; t <= 300; t++) {
    const real g = t % 3 == 1 ? R(3.0) : R(-1.0);
    if (t == 298)
      old = w;
    rule->step(&c, 1, &w, &g, state, R(1.0), t);
  }
  return (long double)re(w - old);
}
