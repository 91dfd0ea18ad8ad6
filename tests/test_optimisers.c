#include "../chapters/09-optimisers.exercises.h"
#include "claims.h"
#include "optimisers.h"
#include "rng.h"

#include <float.h>
#include <string.h>

/* A run: T random gradients of N parameters, and all constants */

enum { T, N };
enum { THETA, GRADIENTS, ALPHA, BETA1, BETA2, EPSILON, OMEGA, M0, V0, U0, C };
enum { MOST = 16 }; /* parameters of any run below */

static const struct op run = {
  .name = "a run of random gradients",
  .dim = { { "T", 3, 7 }, { "N", 2, 6 } },
  .in = { { "θ", SHAPE(N), NORMAL, .role = INPUT },
          { "g", SHAPE(T, N), NORMAL, .role = INPUT },
          { "α", SCALAR, UNIFORM, 0.1L, 1, .role = INPUT },
          { "β1", SCALAR, UNIFORM, 0.1L, 0.9L, .role = INPUT },
          { "β2", SCALAR, UNIFORM, 0.1L, 0.9L, .role = INPUT },
          { "ε", SCALAR, UNIFORM, 0.01L, 0.5L, .role = INPUT },
          { "ω", SCALAR, UNIFORM, 0.1L, 0.5L, .role = INPUT },
          { "m", SHAPE(N), NORMAL, .role = INPUT },
          { "v", SHAPE(N), UNIFORM, 0.1L, 2, .role = INPUT },
          { "u", SHAPE(N), UNIFORM, 0.1L, 2, .role = INPUT },
          { "c", SCALAR, UNIFORM, 0.2L, 5, .role = INPUT } },
  .out = SHAPE(N),
};

struct run {
  size_t T, N;
  const real *theta, *gradients, *m, *v, *u;
  real a, c;
  struct constants k;
};

static struct run run_at(const size_t d[], const void *const in[])
{
  const real *a = in[ALPHA], *b1 = in[BETA1], *b2 = in[BETA2], *c = in[C];
  const real *e = in[EPSILON], *o = in[OMEGA];
  return (struct run){
    d[T],   d[N], in[THETA], in[GRADIENTS],       in[M0], in[V0],
    in[U0], *a,   *c,        { *b1, *b2, *e, *o }
  };
}

/* Entry n of g_i, i = 1 … T. */
static real gradient(const struct run *r, size_t i, size_t n)
{
  return r->gradients[(i - 1) * r->N + n];
}

static real power(real x, size_t n)
{
  real product = R(1.0);
  for (size_t k = 0; k < n; k++)
    product *= x;
  return product;
}

static real magnitude(real x) { return re(x) < 0 ? -x : x; }
static real sign(real x) { return re(x) < 0 ? R(-1.0) : R(1.0); }

/* Σ_{i=1}^t β^(t−i) g_i, and the same of g_i² */
static real sum_of(const struct run *r, real beta, size_t t, size_t n)
{
  real sum = R(0.0);
  for (size_t i = 1; i <= t; i++)
    sum += power(beta, t - i) * gradient(r, i, n);
  return sum;
}

static real sum_of_squares(const struct run *r, real beta, size_t t, size_t n)
{
  real sum = R(0.0);
  for (size_t i = 1; i <= t; i++)
    sum += power(beta, t - i) * gradient(r, i, n) * gradient(r, i, n);
  return sum;
}

/* Σ_{i=1}^t β^(t−i) */
static real sum_of_powers(real beta, size_t t)
{
  real sum = R(0.0);
  for (size_t i = 1; i <= t; i++)
    sum += power(beta, t - i);
  return sum;
}

/* The module's T steps from θ, with the state that is there, to w. */
static void go_on(const struct rule *rule, const struct run *r, real w[],
                  real state[])
{
  struct optimiser o = { rule, r->k, r->N, state, 0 };
  memcpy(w, r->theta, r->N * sizeof *w);
  for (size_t t = 0; t < r->T; t++)
    optimiser_step(&o, w, r->gradients + t * r->N, r->a);
}

/* The same from an empty state. */
static void take(const struct rule *rule, const struct run *r, real w[],
                 real state[])
{
  for (size_t n = 0; n < 2 * r->N; n++)
    state[n] = R(0.0);
  go_on(rule, r, w, state);
}

/* The module's step t = T, with g_T, from θ and a state of two arrays. */
static void one_step(const struct rule *rule, const struct run *r,
                     const real first[], const real second[], real w[],
                     real state[])
{
  memcpy(w, r->theta, r->N * sizeof *w);
  memcpy(state, first, r->N * sizeof *w);
  memcpy(state + r->N, second, r->N * sizeof *w);
  rule->step(&r->k, r->N, w, r->gradients + (r->T - 1) * r->N, state, r->a,
             (long)r->T);
}

/* Plain descent */

/* θ_t = θ_{t−1} − α g_t */
static void sgd_step(const size_t d[], const void *const in[], void *left,
                     void *right)
{
  struct run r = run_at(d, in);
  real *module = left, *page = right, state[2 * MOST];
  one_step(&rule_sgd, &r, r.m, r.v, module, state);
  for (size_t n = 0; n < r.N; n++)
    page[n] = r.theta[n] - r.a * gradient(&r, r.T, n);
}

/* θ_T = θ_0 − α Σ_i g_i */
static void sgd_unrolled(const size_t d[], const void *const in[], void *left,
                         void *right)
{
  struct run r = run_at(d, in);
  real *module = left, *page = right, state[2 * MOST];
  take(&rule_sgd, &r, module, state);
  for (size_t n = 0; n < r.N; n++)
    page[n] = r.theta[n] - r.a * sum_of(&r, R(1.0), r.T, n);
}

/* The quadratic ½ (θ − θ*)ᵀ H (θ − θ*), for any H, and for one that the
   forward makes symmetric */

enum { SIZE };
enum { AT, STAR, HESSIAN };

static real half_form(size_t n, const real H[n][n], const real x[],
                      const real star[])
{
  real sum = R(0.0);
  for (size_t i = 0; i < n; i++)
    for (size_t j = 0; j < n; j++)
      sum += H[i][j] * (x[i] - star[i]) * (x[j] - star[j]);
  return sum / 2;
}

/* Below the diagonal as above it. */
static void mirrored(size_t n, real H[n][n], const real A[n][n])
{
  for (size_t i = 0; i < n; i++)
    for (size_t j = 0; j < n; j++)
      H[i][j] = i < j ? A[i][j] : A[j][i];
}

static void quadratic_forward(const size_t d[], const void *const in[],
                              void *L)
{
  *(real *)L = half_form(d[SIZE], in[HESSIAN], in[AT], in[STAR]);
}

static void symmetric_forward(const size_t d[], const void *const in[],
                              void *L)
{
  real H[d[SIZE]][d[SIZE]];
  mirrored(d[SIZE], H, in[HESSIAN]);
  *(real *)L = half_form(d[SIZE], (const void *)H, in[AT], in[STAR]);
}

#define QUADRATIC                                              \
  .dim = { { "n", 2, 6 } },                                    \
  .in = { { "θ", SHAPE(SIZE), NORMAL, .role = INPUT },         \
          { "θ*", SHAPE(SIZE), NORMAL, .role = INPUT },        \
          { "H", SHAPE(SIZE, SIZE), NORMAL, .role = INPUT } }, \
  .out = SCALAR

static const struct op quadratic = {
  .name = "a quadratic",
  QUADRATIC,
  .forward = quadratic_forward,
};
static const struct op symmetric = {
  .name = "a quadratic, H symmetric",
  QUADRATIC,
  .forward = symmetric_forward,
};

static real delta(size_t i, size_t j) { return i == j ? R(1.0) : R(0.0); }

/* ∂L/∂θ_k = ½ Σ_i Σ_j H_ij (δ_ik e_j + e_i δ_jk), e = θ − θ* */
static void quadratic_product(const size_t d[], const void *const in[],
                              const void *upstream, void *out)
{
  const size_t n = d[SIZE];
  const real *x = in[AT], *star = in[STAR], G = *(const real *)upstream;
  const real(*H)[n] = in[HESSIAN];
  real *g = out;
  for (size_t k = 0; k < n; k++) {
    g[k] = R(0.0);
    for (size_t i = 0; i < n; i++)
      for (size_t j = 0; j < n; j++)
        g[k] +=
            G / 2 * H[i][j] *
            (delta(i, k) * (x[j] - star[j]) + (x[i] - star[i]) * delta(j, k));
  }
}

/* ∂L/∂θ_k = ½ Σ_j H_kj e_j + ½ Σ_i H_ik e_i */
static void quadratic_contracted(const size_t d[], const void *const in[],
                                 const void *upstream, void *out)
{
  const size_t n = d[SIZE];
  const real *x = in[AT], *star = in[STAR], G = *(const real *)upstream;
  const real(*H)[n] = in[HESSIAN];
  real *g = out;
  for (size_t k = 0; k < n; k++) {
    real row = R(0.0), column = R(0.0);
    for (size_t j = 0; j < n; j++)
      row += H[k][j] * (x[j] - star[j]);
    for (size_t i = 0; i < n; i++)
      column += H[i][k] * (x[i] - star[i]);
    g[k] = G * (row / 2 + column / 2);
  }
}

/* ∇L = ½ (H + Hᵀ)(θ − θ*) */
static void quadratic_gradient(const size_t d[], const void *const in[],
                               const void *upstream, void *out)
{
  const size_t n = d[SIZE];
  const real *x = in[AT], *star = in[STAR], G = *(const real *)upstream;
  const real(*H)[n] = in[HESSIAN];
  real *g = out;
  for (size_t k = 0; k < n; k++) {
    g[k] = R(0.0);
    for (size_t j = 0; j < n; j++)
      g[k] += G * R(0.5) * (H[k][j] + H[j][k]) * (x[j] - star[j]);
  }
}

/* ∇L = H (θ − θ*), H = Hᵀ */
static void quadratic_symmetric(const size_t d[], const void *const in[],
                                const void *upstream, void *out)
{
  const size_t n = d[SIZE];
  const real *x = in[AT], *star = in[STAR], G = *(const real *)upstream;
  const real(*H)[n] = in[HESSIAN];
  real *g = out;
  real S[n][n];
  mirrored(n, S, H);
  for (size_t k = 0; k < n; k++) {
    g[k] = R(0.0);
    for (size_t j = 0; j < n; j++)
      g[k] += G * S[k][j] * (x[j] - star[j]);
  }
}

/* A symmetric quadratic with its eigenvectors: H = Q Λ Qᵀ, where Q is the
   product of two reflections, I − 2 p pᵀ / pᵀp */

enum { START, GOAL, LAMBDA, MIRROR1, MIRROR2, RATE, BETA };

static const struct op valley = {
  .name = "a valley",
  .dim = { { "T", 3, 7 }, { "N", 2, 5 } },
  .in = { { "θ", SHAPE(N), NORMAL, .role = INPUT },
          { "θ*", SHAPE(N), NORMAL, .role = INPUT },
          { "λ", SHAPE(N), UNIFORM, 0.3L, 3, .role = INPUT },
          { "p", SHAPE(N), NORMAL, .role = INPUT },
          { "p'", SHAPE(N), NORMAL, .role = INPUT },
          { "α", SCALAR, UNIFORM, 0.05L, 0.6L, .role = INPUT },
          { "β1", SCALAR, UNIFORM, 0.1L, 0.9L, .role = INPUT } },
  .out = SHAPE(N),
};

struct valley {
  size_t T, N;
  const real *theta, *star, *lambda;
  real a, beta, Q[8][8], H[8][8]; /* column i of Q is q_i */
};

static void reflect(size_t n, real Q[8][8], const real p[])
{
  real square = R(0.0);
  for (size_t i = 0; i < n; i++)
    square += p[i] * p[i];
  for (size_t k = 0; k < n; k++) {
    real dot = R(0.0);
    for (size_t i = 0; i < n; i++)
      dot += Q[k][i] * p[i];
    for (size_t i = 0; i < n; i++)
      Q[k][i] -= 2 * dot * p[i] / square;
  }
}

static void shape_valley(struct valley *v, const real p[], const real p2[])
{
  for (size_t k = 0; k < v->N; k++)
    for (size_t l = 0; l < v->N; l++)
      v->Q[k][l] = delta(k, l);
  reflect(v->N, v->Q, p);
  reflect(v->N, v->Q, p2);
  for (size_t k = 0; k < v->N; k++)
    for (size_t l = 0; l < v->N; l++) {
      v->H[k][l] = R(0.0);
      for (size_t i = 0; i < v->N; i++)
        v->H[k][l] += v->lambda[i] * v->Q[k][i] * v->Q[l][i];
    }
}

static struct valley valley_at(const size_t d[], const void *const in[])
{
  struct valley v = { .T = d[T],
                      .N = d[N],
                      .theta = in[START],
                      .star = in[GOAL],
                      .lambda = in[LAMBDA] };
  v.a = *(const real *)in[RATE];
  v.beta = *(const real *)in[BETA];
  shape_valley(&v, in[MIRROR1], in[MIRROR2]);
  return v;
}

/* g = H (w − θ*) */
static void slope(const struct valley *v, const real w[], real g[])
{
  for (size_t k = 0; k < v->N; k++) {
    g[k] = R(0.0);
    for (size_t l = 0; l < v->N; l++)
      g[k] += v->H[k][l] * (w[l] - v->star[l]);
  }
}

/* `steps` steps of the module from θ to w; m: what it keeps. */
static void roll(const struct rule *rule, const struct valley *v, size_t steps,
                 real w[], real m[])
{
  const struct constants k = { .beta1 = v->beta };
  struct optimiser o = { rule, k, v->N, m, 0 };
  memcpy(w, v->theta, v->N * sizeof *w);
  for (size_t n = 0; n < v->N; n++)
    m[n] = R(0.0);
  for (size_t t = 0; t < steps; t++) {
    real g[8];
    slope(v, w, g);
    optimiser_step(&o, w, g, v->a);
  }
}

/* q_iᵀ (w − θ*) */
static real component(const struct valley *v, const real w[], size_t i)
{
  real sum = R(0.0);
  for (size_t k = 0; k < v->N; k++)
    sum += v->Q[k][i] * (w[k] - v->star[k]);
  return sum;
}

/* e ← (I − αH) e */
static void contract(const struct valley *v, real e[])
{
  real old[8];
  memcpy(old, e, v->N * sizeof *e);
  for (size_t k = 0; k < v->N; k++) {
    e[k] = R(0.0);
    for (size_t l = 0; l < v->N; l++)
      e[k] += (delta(k, l) - v->a * v->H[k][l]) * old[l];
  }
}

/* θ_t − θ* = (I − αH)(θ_{t−1} − θ*) */
static void descent_error(const size_t d[], const void *const in[], void *left,
                          void *right)
{
  const struct valley v = valley_at(d, in);
  real *module = left, *page = right, kept[8];
  real w[8];
  roll(&rule_sgd, &v, v.T, w, kept);
  for (size_t n = 0; n < v.N; n++)
    module[n] = w[n] - v.star[n];
  roll(&rule_sgd, &v, v.T - 1, w, kept);
  for (size_t n = 0; n < v.N; n++)
    page[n] = w[n] - v.star[n];
  contract(&v, page);
}

/* θ_t − θ* = (I − αH)^t (θ_0 − θ*) */
static void descent_power(const size_t d[], const void *const in[], void *left,
                          void *right)
{
  const struct valley v = valley_at(d, in);
  real *module = left, *page = right, kept[8];
  real w[8];
  roll(&rule_sgd, &v, v.T, w, kept);
  for (size_t n = 0; n < v.N; n++) {
    module[n] = w[n] - v.star[n];
    page[n] = v.theta[n] - v.star[n];
  }
  for (size_t t = 0; t < v.T; t++)
    contract(&v, page);
}

/* q_iᵀ (I − αH) = (1 − αλ_i) q_iᵀ */
static void component_step(const size_t d[], const void *const in[],
                           void *left_, void *right_)
{
  const struct valley v = valley_at(d, in);
  real(*left)[d[N]] = left_, (*right)[d[N]] = right_;
  for (size_t i = 0; i < v.N; i++)
    for (size_t l = 0; l < v.N; l++) {
      left[i][l] = R(0.0);
      for (size_t k = 0; k < v.N; k++)
        left[i][l] += v.Q[k][i] * (delta(k, l) - v.a * v.H[k][l]);
      right[i][l] = (R(1.0) - v.a * v.lambda[i]) * v.Q[l][i];
    }
}

/* q_iᵀ (θ_t − θ*) = (1 − αλ_i)^t q_iᵀ (θ_0 − θ*) */
static void components(const size_t d[], const void *const in[], void *left,
                       void *right)
{
  const struct valley v = valley_at(d, in);
  real *module = left, *page = right, kept[8];
  real w[8];
  roll(&rule_sgd, &v, v.T, w, kept);
  for (size_t i = 0; i < v.N; i++) {
    module[i] = component(&v, w, i);
    page[i] =
        power(R(1.0) - v.a * v.lambda[i], v.T) * component(&v, v.theta, i);
  }
}

static real largest(size_t n, const real x[])
{
  real max = x[0];
  for (size_t i = 1; i < n; i++)
    max = re(x[i]) > re(max) ? x[i] : max;
  return max;
}

static real smallest(size_t n, const real x[])
{
  real min = x[0];
  for (size_t i = 1; i < n; i++)
    min = re(x[i]) < re(min) ? x[i] : min;
  return min;
}

/* max_i |1 − αλ_i|, over all of them */
static real worst_factor(size_t n, const real lambda[], real a)
{
  real factor[8] = { R(0.0) };
  for (size_t i = 0; i < n; i++)
    factor[i] = magnitude(R(1.0) - a * lambda[i]);
  return largest(n, factor);
}

/* max_i |1 − αλ_i| = max(|1 − αλ_max|, |1 − αλ_min|) */
static void worst_ends(const size_t d[], const void *const in[], void *left,
                       void *right)
{
  const struct valley v = valley_at(d, in);
  real *module = left, *page = right;
  const real end[2] = { magnitude(R(1.0) - v.a * largest(v.N, v.lambda)),
                        magnitude(R(1.0) - v.a * smallest(v.N, v.lambda)) };
  *module = worst_factor(v.N, v.lambda, v.a);
  *page = largest(2, end);
}

static real best_rate(const struct valley *v)
{
  return R(2.0) / (largest(v->N, v->lambda) + smallest(v->N, v->lambda));
}

/* 1 − αλ_min = −(1 − αλ_max), at the best rate */
static void balance(const size_t d[], const void *const in[], void *left,
                    void *right)
{
  const struct valley v = valley_at(d, in);
  real *module = left, *page = right;
  *module = R(1.0) - best_rate(&v) * smallest(v.N, v.lambda);
  *page = -(R(1.0) - best_rate(&v) * largest(v.N, v.lambda));
}

/* ρ = (κ − 1)/(κ + 1), at the best rate */
static void best_factor(const size_t d[], const void *const in[], void *left,
                        void *right)
{
  const struct valley v = valley_at(d, in);
  real *module = left, *page = right;
  const real kappa = largest(v.N, v.lambda) / smallest(v.N, v.lambda);
  *module = worst_factor(v.N, v.lambda, best_rate(&v));
  *page = (kappa - 1) / (kappa + 1);
}

/* Valleys of a statement: four eigenvalues as given, a random place */

struct place {
  real theta[4], star[4], lambda[4];
  struct valley valley;
};

static void draw_place(struct place *p, struct rng *rng,
                       const long double lambda[4])
{
  real mirror[2][4];
  p->valley = (struct valley){
    .N = 4, .theta = p->theta, .star = p->star, .lambda = p->lambda
  };
  for (int i = 0; i < 4; i++) {
    p->theta[i] = (real)rng_normal(rng);
    p->star[i] = (real)rng_normal(rng);
    mirror[0][i] = (real)rng_normal(rng);
    mirror[1][i] = (real)rng_normal(rng);
    p->lambda[i] = (real)lambda[i];
  }
  shape_valley(&p->valley, mirror[0], mirror[1]);
}

/* ‖θ_T − θ*‖ / ‖θ_0 − θ*‖, by the module */
static long double shrinkage(const struct place *p, const struct rule *rule,
                             size_t steps)
{
  real w[8], m[8], end = R(0.0), start = R(0.0);
  roll(rule, &p->valley, steps, w, m);
  for (int i = 0; i < 4; i++) {
    end += (w[i] - p->star[i]) * (w[i] - p->star[i]);
    start += (p->theta[i] - p->star[i]) * (p->theta[i] - p->star[i]);
  }
  return (long double)re(sqrt(end / start));
}

static const long double spread[4] = { 3, 2.1L, 0.9L, 0.3L };

/* Both sides of a rate: each of `fractions` of it shrinks the distance, or
   makes it grow, to a millionth or a millionfold. */
static void settles_below(struct finding *f, const struct rule *rule,
                          long double rate, long double beta, int grows)
{
  struct rng rng = rng_stream(f->seed, grows ? "grows" : "settles");
  const long double under[] = { 0.05L, 0.5L, 1 - 1 / 256.0L };
  const long double over[] = { 1 + 1 / 256.0L, 1.05L, 1.1L };
  f->tolerance = 1e-6L;
  for (int k = 0; k < 30; k++) {
    struct place p;
    draw_place(&p, &rng, spread);
    p.valley.a = (real)(rate * (grows ? over : under)[k % 3]);
    p.valley.beta = (real)beta;
    const long double s = shrinkage(&p, rule, 4000);
    f->error = worse(f->error, grows ? 1 / s : s, 0);
    f->entries++;
  }
}

/* lim ‖θ_t − θ*‖ = 0 for 0 < α < 2/λ_max */
static void settles(struct finding *f)
{
  f->error = 0;
  settles_below(f, &rule_sgd, 2 / spread[0], 0, 0);
}

/* lim ‖θ_t − θ*‖ = ∞ for α > 2/λ_max */
static void diverges(struct finding *f)
{
  f->error = 0;
  settles_below(f, &rule_sgd, 2 / spread[0], 0, 1);
}

/* lim (−1)^t (θ_t − θ*) = (q_maxᵀ (θ_0 − θ*)) q_max for α = 2/λ_max */
static void flips(struct finding *f)
{
  struct rng rng = rng_stream(f->seed, "flips");
  f->error = 0;
  f->tolerance = 20000 * (long double)LDBL_EPSILON; /* 1,000 roundings */
  for (int k = 0; k < 20; k++) {
    struct place p;
    real w[8], m[8];
    draw_place(&p, &rng, spread);
    p.valley.a = R(2.0) / (real)spread[0];
    const real xi = component(&p.valley, p.theta, 0);
    for (size_t t = 1000; t < 1002; t++) {
      roll(&rule_sgd, &p.valley, t, w, m);
      for (size_t i = 0; i < 4; i++, f->entries++)
        f->error = worse(
            f->error, (long double)re(power(R(-1.0), t) * (w[i] - p.star[i])),
            (long double)re(xi * p.valley.Q[i][0]));
    }
  }
}

/* lim |q_iᵀ (θ_t − θ*)| = ∞ for λ_i < 0, at every rate α > 0 */
static void climbs(struct finding *f)
{
  struct rng rng = rng_stream(f->seed, "climbs");
  const long double saddle[4] = { 3, 2.1L, 0.9L, -0.3L };
  f->error = 0;
  f->tolerance = 1e-6L;
  for (int k = 0; k < 40; k++, f->entries++) {
    const long double rates[] = { 0.001L, 0.01L, 0.1L, 0.6L };
    const size_t steps = k % 4 == 0 ? 200000 : 20000;
    struct place p;
    real w[8], m[8];
    draw_place(&p, &rng, saddle);
    p.valley.a = (real)rates[k % 4];
    roll(&rule_sgd, &p.valley, steps / (k % 4 == 3 ? 20 : 1), w, m);
    const long double grown = (long double)re(magnitude(
        component(&p.valley, w, 3) / component(&p.valley, p.theta, 3)));
    f->error = worse(f->error, 1 / grown, 0);
  }
}

/* α = 2/(λ_max + λ_min) has the smallest worst factor: found by halving a
   bracket of the minimum, and no random rate is better */
static void best_rate_found(struct finding *f)
{
  struct rng rng = rng_stream(f->seed, "best-rate");
  f->error = 0;
  f->tolerance = 100 * (long double)LDBL_EPSILON;
  for (int k = 0; k < 50; k++) {
    real lambda[4];
    for (int i = 0; i < 4; i++)
      lambda[i] = (real)(0.1 + rng_uniform(&rng));
    long double from = 0, to = 20;
    for (int j = 0; j < 200; j++) {
      const long double a = from + (to - from) / 3, b = to - (to - from) / 3;
      if (re(worst_factor(4, lambda, (real)a)) <
          re(worst_factor(4, lambda, (real)b)))
        to = b;
      else
        from = a;
    }
    const long double page =
        (long double)re(R(2.0) / (largest(4, lambda) + smallest(4, lambda)));
    f->error = worse(f->error, from / page, 1);
    f->entries++;
  }
}

/* lim (1/κ) / −log((κ − 1)/(κ + 1)) = ½ as κ → ∞: what is left is 1/(6κ²),
   1.7e-13 at a million */
static void ravine(struct finding *f)
{
  const long double kappa = 1e6L;
  const long double steps = -1 / log1p(-2 / (kappa + 1));
  const long double off = 0.5L - steps / kappa;
  f->error = worse(0, steps / kappa, 0.5L);
  f->tolerance = 2e-13L;
  f->entries = LDBL_MANT_DIG == DBL_MANT_DIG || off > 1.6e-13L;
}

/* κ = 100: α = 0.0198, ρ = 0.9802, 115 steps a digit */
static void worked_plain(struct finding *f)
{
  const long double lambda[4] = { 100, 70, 30, 1 };
  struct rng rng = rng_stream(f->seed, "worked-plain");
  struct place p;
  draw_place(&p, &rng, lambda);
  p.valley.a = R(2.0) / R(101.0);
  const long double rho =
      (long double)re(worst_factor(4, p.lambda, p.valley.a));
  f->error = worse(0, (long double)re(p.valley.a), 0.0198L);
  f->error = worse(f->error, rho, 0.9802L);
  f->error = worse(f->error, 1e-4L * (-1 / log10(rho)), 0.0115L);
  /* and so does the module, once the middle directions are gone */
  const long double ratio =
      shrinkage(&p, &rule_sgd, 600) / shrinkage(&p, &rule_sgd, 500);
  f->error = worse(f->error, exp(log(ratio) / 100), rho);
  f->tolerance = 0.5e-4L;
  f->entries = 4;
}

/* Momentum */

/* m_t = β1 m_{t−1} + g_t */
static void momentum_moment(const size_t d[], const void *const in[],
                            void *left, void *right)
{
  struct run r = run_at(d, in);
  real *module = left, *page = right, state[2 * MOST];
  real w[MOST];
  one_step(&rule_momentum, &r, r.m, r.v, w, state);
  for (size_t n = 0; n < r.N; n++) {
    module[n] = state[n];
    page[n] = r.k.beta1 * r.m[n] + gradient(&r, r.T, n);
  }
}

/* θ_t = θ_{t−1} − α m_t */
static void momentum_step(const size_t d[], const void *const in[], void *left,
                          void *right)
{
  struct run r = run_at(d, in);
  real *module = left, *page = right, state[2 * MOST];
  one_step(&rule_momentum, &r, r.m, r.v, module, state);
  for (size_t n = 0; n < r.N; n++) {
    const real m = r.k.beta1 * r.m[n] + gradient(&r, r.T, n);
    page[n] = r.theta[n] - r.a * m;
  }
}

/* m_t = Σ_i β1^(t−i) g_i */
static void momentum_unrolled(const size_t d[], const void *const in[],
                              void *left, void *right)
{
  struct run r = run_at(d, in);
  real *module = left, *page = right, state[2 * MOST];
  real w[MOST];
  take(&rule_momentum, &r, w, state);
  for (size_t n = 0; n < r.N; n++) {
    module[n] = state[n];
    page[n] = sum_of(&r, r.k.beta1, r.T, n);
  }
}

/* θ_T = θ_0 − α Σ_{t=1}^T Σ_{i=1}^t β1^(t−i) g_i */
static void momentum_double(const size_t d[], const void *const in[],
                            void *left, void *right)
{
  struct run r = run_at(d, in);
  real *module = left, *page = right, state[2 * MOST];
  take(&rule_momentum, &r, module, state);
  for (size_t n = 0; n < r.N; n++) {
    real sum = R(0.0);
    for (size_t t = 1; t <= r.T; t++)
      for (size_t i = 1; i <= t; i++)
        sum += power(r.k.beta1, t - i) * gradient(&r, i, n);
    page[n] = r.theta[n] - r.a * sum;
  }
}

/* θ_T = θ_0 − α Σ_{i=1}^T g_i Σ_{t=i}^T β1^(t−i) */
static void momentum_swapped(const size_t d[], const void *const in[],
                             void *left, void *right)
{
  struct run r = run_at(d, in);
  real *module = left, *page = right, state[2 * MOST];
  take(&rule_momentum, &r, module, state);
  for (size_t n = 0; n < r.N; n++) {
    real sum = R(0.0);
    for (size_t i = 1; i <= r.T; i++) {
      real weight = R(0.0);
      for (size_t t = i; t <= r.T; t++)
        weight += power(r.k.beta1, t - i);
      sum += gradient(&r, i, n) * weight;
    }
    page[n] = r.theta[n] - r.a * sum;
  }
}

/* s = Σ_{j=0}^{t−1} β^j:  s − β s = 1 − β^t */
static void geometric_difference(const size_t d[], const void *const in[],
                                 void *left, void *right)
{
  struct run r = run_at(d, in);
  real *module = left, *page = right;
  const real b = r.k.beta1;
  real s = R(0.0);
  for (size_t j = 0; j < r.T; j++)
    s += power(b, j);
  *module = s - b * s;
  *page = R(1.0) - power(b, r.T);
}

/* Σ_{j=0}^{t−1} β^j = (1 − β^t)/(1 − β) */
static void geometric(const size_t d[], const void *const in[], void *left,
                      void *right)
{
  struct run r = run_at(d, in);
  real *module = left, *page = right;
  const real b = r.k.beta1;
  *module = R(0.0);
  for (size_t j = 0; j < r.T; j++)
    *module += power(b, j);
  *page = (R(1.0) - power(b, r.T)) / (R(1.0) - b);
}

/* θ_T = θ_0 − α Σ_i (1 − β1^(T−i+1))/(1 − β1) g_i */
static void momentum_closed(const size_t d[], const void *const in[],
                            void *left, void *right)
{
  struct run r = run_at(d, in);
  real *module = left, *page = right, state[2 * MOST];
  const real b = r.k.beta1;
  take(&rule_momentum, &r, module, state);
  for (size_t n = 0; n < r.N; n++) {
    real sum = R(0.0);
    for (size_t i = 1; i <= r.T; i++)
      sum +=
          (R(1.0) - power(b, r.T - i + 1)) / (R(1.0) - b) * gradient(&r, i, n);
    page[n] = r.theta[n] - r.a * sum;
  }
}

/* The last θ as a function of every gradient, by the module. */
static void momentum_forward(const size_t d[], const void *const in[], void *Y)
{
  const struct run r = run_at(d, in);
  real state[2 * MOST];
  take(&rule_momentum, &r, Y, state);
}

static const struct op momentum_run = {
  .name = "a run of momentum",
  .dim = { { "T", 3, 7 }, { "N", 2, 6 } },
  .in = { { "θ", SHAPE(N), NORMAL, .role = INPUT },
          { "g", SHAPE(T, N), NORMAL, .role = INPUT },
          { "α", SCALAR, UNIFORM, 0.1L, 1, .role = INPUT },
          { "β1", SCALAR, UNIFORM, 0.1L, 0.9L, .role = INPUT },
          { "β2", SCALAR, UNIFORM, 0.1L, 0.9L, .role = CONSTANT },
          { "ε", SCALAR, UNIFORM, 0.1L, 0.9L, .role = CONSTANT },
          { "ω", SCALAR, UNIFORM, 0.1L, 0.9L, .role = CONSTANT },
          { "m", SHAPE(N), NORMAL, .role = CONSTANT },
          { "v", SHAPE(N), NORMAL, .role = CONSTANT },
          { "u", SHAPE(N), NORMAL, .role = CONSTANT },
          { "c", SCALAR, UNIFORM, 0.1L, 0.9L, .role = CONSTANT } },
  .out = SHAPE(N),
  .forward = momentum_forward,
};

/* ∂θ_Tp/∂g_iq = −δ_pq α (1 − β1^(T−i+1))/(1 − β1) */
static void momentum_share(const size_t d[], const void *const in[], void *J_)
{
  const struct run r = run_at(d, in);
  real(*J)[d[T]][d[N]] = J_;
  for (size_t p = 0; p < r.N; p++)
    for (size_t i = 1; i <= r.T; i++)
      for (size_t q = 0; q < r.N; q++)
        J[p][i - 1][q] = -delta(p, q) * r.a *
                         (R(1.0) - power(r.k.beta1, r.T - i + 1)) /
                         (R(1.0) - r.k.beta1);
}

/* The same gradient g in every step: m_t = (1 − β1^t)/(1 − β1) g */
static void momentum_constant(const size_t d[], const void *const in[],
                              void *left, void *right)
{
  struct run r = run_at(d, in);
  real *module = left, *page = right, state[2 * MOST];
  real w[MOST], same[7 * 6];
  for (size_t i = 0; i < r.T * r.N; i++)
    same[i] = r.theta[i % r.N];
  r.gradients = same;
  take(&rule_momentum, &r, w, state);
  for (size_t n = 0; n < r.N; n++) {
    module[n] = state[n];
    page[n] =
        (R(1.0) - power(r.k.beta1, r.T)) / (R(1.0) - r.k.beta1) * r.theta[n];
  }
}

/* lim m_t = g/(1 − β1) */
static void momentum_steady(struct finding *f)
{
  f->error = 0;
  f->tolerance = 1e-15L;
  for (int k = 1; k <= 19; k++, f->entries++) {
    const struct constants c = { .beta1 = (real)k / R(20.0) };
    real w = R(0.0), m = R(0.0), g = R(-0.7);
    for (long t = 1; t <= 1000; t++)
      rule_momentum.step(&c, 1, &w, &g, &m, R(0.1), t);
    f->error = worse(f->error, (long double)re(m),
                     (long double)re(g / (R(1.0) - c.beta1)));
  }
}

/* θ_t = θ_{t−1} − α g_t + β1 (θ_{t−1} − θ_{t−2}) */
static void heavy_ball(const size_t d[], const void *const in[], void *left,
                       void *right)
{
  struct run r = run_at(d, in);
  real *module = left, *page = right, state[2 * MOST];
  real w[2][MOST];
  take(&rule_momentum, &r, module, state);
  r.T -= 2;
  take(&rule_momentum, &r, w[0], state);
  r.T += 1;
  take(&rule_momentum, &r, w[1], state);
  r.T += 1;
  for (size_t n = 0; n < r.N; n++)
    page[n] =
        w[1][n] - r.a * gradient(&r, r.T, n) + r.k.beta1 * (w[1][n] - w[0][n]);
}

/* One step of momentum on ½ λ ξ², as a map of (ξ, m) */

enum { PAIR };
enum { XI_M, LINE_LAMBDA, LINE_RATE, LINE_BETA, LINE_Z };

static void line_forward(const size_t d[], const void *const in[], void *out)
{
  const real *from = in[XI_M], *lambda = in[LINE_LAMBDA];
  const struct constants k = { .beta1 = *(const real *)in[LINE_BETA] };
  real xi = from[0], m = from[1], g = *lambda * xi, *next = out;
  (void)d;
  rule_momentum.step(&k, 1, &xi, &g, &m, *(const real *)in[LINE_RATE], 1);
  next[0] = xi;
  next[1] = m;
}

static const struct op line = {
  .name = "a step of momentum",
  .dim = { { "2", 2, 2 } },
  .in = { { "ξ, m", SHAPE(PAIR), NORMAL, .role = INPUT },
          { "λ", SCALAR, UNIFORM, 0.3L, 3, .role = INPUT },
          { "α", SCALAR, UNIFORM, 0.1L, 1, .role = INPUT },
          { "β1", SCALAR, UNIFORM, 0.1L, 0.9L, .role = INPUT },
          { "z", SCALAR, NORMAL, .role = INPUT } },
  .out = SHAPE(PAIR),
  .forward = line_forward,
};

/* A = (1 − αλ, −αβ1; λ, β1) */
static void line_jacobian(const size_t d[], const void *const in[], void *J_)
{
  const real l = *(const real *)in[LINE_LAMBDA];
  const real a = *(const real *)in[LINE_RATE];
  const real b = *(const real *)in[LINE_BETA];
  real(*A)[2] = J_;
  (void)d;
  A[0][0] = R(1.0) - a * l;
  A[0][1] = -a * b;
  A[1][0] = l;
  A[1][1] = b;
}

/* det(z I − A) = z² − (1 + β1 − αλ) z + β1 */
static void line_polynomial(const size_t d[], const void *const in[],
                            void *left, void *right)
{
  const real l = *(const real *)in[LINE_LAMBDA];
  const real a = *(const real *)in[LINE_RATE];
  const real b = *(const real *)in[LINE_BETA];
  const real z = *(const real *)in[LINE_Z];
  real A[2][2];
  line_jacobian(d, in, A);
  *(real *)left = (z - A[0][0]) * (z - A[1][1]) - A[0][1] * A[1][0];
  *(real *)right = z * z - (R(1.0) + b - a * l) * z + b;
}

/* p(z) as on the page, at a number z */
static void polynomial_at(const void *const in[], real z, real *p)
{
  const real l = *(const real *)in[LINE_LAMBDA];
  const real a = *(const real *)in[LINE_RATE];
  const real b = *(const real *)in[LINE_BETA];
  *p = z * z - (R(1.0) + b - a * l) * z + b;
}

/* p(1) = αλ */
static void line_plus(const size_t d[], const void *const in[], void *left,
                      void *right)
{
  (void)d;
  polynomial_at(in, R(1.0), left);
  *(real *)right =
      *(const real *)in[LINE_RATE] * *(const real *)in[LINE_LAMBDA];
}

/* p(−1) = 2(1 + β1) − αλ */
static void line_minus(const size_t d[], const void *const in[], void *left,
                       void *right)
{
  (void)d;
  polynomial_at(in, R(-1.0), left);
  *(real *)right =
      2 * (R(1.0) + *(const real *)in[LINE_BETA]) -
      *(const real *)in[LINE_RATE] * *(const real *)in[LINE_LAMBDA];
}

/* ξ_t = (1 + β1 − αλ) ξ_{t−1} − β1 ξ_{t−2}, in each direction q_i */
static void momentum_recurrence(const size_t d[], const void *const in[],
                                void *left, void *right)
{
  const struct valley v = valley_at(d, in);
  real *module = left, *page = right, kept[8];
  real w[3][8];
  for (size_t k = 0; k < 3; k++)
    roll(&rule_momentum, &v, v.T - k, w[k], kept);
  for (size_t i = 0; i < v.N; i++) {
    module[i] = component(&v, w[0], i);
    page[i] = (R(1.0) + v.beta - v.a * v.lambda[i]) * component(&v, w[1], i) -
              v.beta * component(&v, w[2], i);
  }
}

/* z = ½ (τ ± √(τ² − 4β)) */
typedef long double _Complex wide;

static void roots(long double tau, long double beta, wide z[2])
{
  const wide root = sqrt((wide)(tau * tau - 4 * beta));
  z[0] = (tau + root) / 2;
  z[1] = (tau - root) / 2;
}

static long double radius(long double al, long double beta)
{
  wide z[2];
  roots(1 + beta - al, beta, z);
  return fabs(z[0]) > fabs(z[1]) ? fabs(z[0]) : fabs(z[1]);
}

/* z = ½ (τ ± √(τ² − 4β1)), τ = 1 + β1 − αλ: det(zI − A) = 0 for both */
static void line_roots(struct finding *f)
{
  struct rng rng = rng_stream(f->seed, "roots");
  f->error = 0;
  f->tolerance = 1e-17L;
  if (LDBL_MANT_DIG == DBL_MANT_DIG)
    f->tolerance = 1e-14L;
  for (int k = 0; k < 1000; k++) {
    const long double b = (long double)rng_uniform(&rng);
    const long double a = (long double)rng_uniform(&rng);
    const long double l = 6 * (long double)rng_uniform(&rng);
    wide z[2];
    roots(1 + b - a * l, b, z);
    for (int j = 0; j < 2; j++, f->entries++)
      f->error = worse(f->error,
                       fabs((z[j] - (1 - a * l)) * (z[j] - b) + a * b * l), 0);
  }
}

/* z₊ z₋ = β1 */
static void line_product(struct finding *f)
{
  struct rng rng = rng_stream(f->seed, "product");
  f->error = 0;
  f->tolerance = 1e-17L;
  if (LDBL_MANT_DIG == DBL_MANT_DIG)
    f->tolerance = 1e-14L;
  for (int k = 0; k < 1000; k++, f->entries++) {
    const long double b = (long double)rng_uniform(&rng);
    wide z[2];
    roots(1 + b - 6 * (long double)rng_uniform(&rng), b, z);
    f->error = worse(f->error, fabs(z[0] * z[1] - b), 0);
  }
}

/* |z| = √β1 for both where (1 − √β1)² <= αλ <= (1 + √β1)², and the larger is
   more outside */
static void line_window(struct finding *f)
{
  struct rng rng = rng_stream(f->seed, "window");
  f->error = 0;
  f->tolerance = 1e-17L;
  if (LDBL_MANT_DIG == DBL_MANT_DIG)
    f->tolerance = 1e-14L;
  for (int k = 0; k < 2000; k++, f->entries++) {
    const long double r = 0.1L + 0.8L * (long double)rng_uniform(&rng);
    const long double x = (long double)rng_uniform(&rng);
    const long double from = (1 - r) * (1 - r), to = (1 + r) * (1 + r);
    if (k % 2) {
      f->error = worse(f->error, radius(from + x * (to - from), r * r), r);
    } else {
      const long double out = k % 4 ? from * x : to * (1 + x);
      f->error = worse(f->error, radius(out, r * r) > r ? 0 : 1, 0);
    }
  }
}

/* Momentum settles below 2(1 + β1)/λ_max and diverges above it */
static void momentum_largest(struct finding *f)
{
  const long double betas[] = { 0.1L, 0.5L, 0.9L };
  f->error = 0;
  for (int k = 0; k < 3; k++)
    for (int grows = 0; grows < 2; grows++)
      settles_below(f, &rule_momentum, 2 * (1 + betas[k]) / spread[0],
                    betas[k], grows);
}

/* The best α and β1 of momentum, from λ_max and λ_min */

static real best_beta(real most, real least)
{
  const real root = sqrt(most / least);
  return (root - 1) / (root + 1) * (root - 1) / (root + 1);
}

static real best_momentum_rate(real most, real least)
{
  const real sum = sqrt(most) + sqrt(least);
  return R(4.0) / (sum * sum);
}

/* αλ_min = (1 − √β1)², αλ_max = (1 + √β1)² */
static void momentum_ends(const size_t d[], const void *const in[], void *left,
                          void *right)
{
  const struct valley v = valley_at(d, in);
  real *module = left, *page = right;
  const real most = largest(v.N, v.lambda), least = smallest(v.N, v.lambda);
  const real root = sqrt(best_beta(most, least));
  module[0] = best_momentum_rate(most, least) * least;
  module[1] = best_momentum_rate(most, least) * most;
  page[0] = (R(1.0) - root) * (R(1.0) - root);
  page[1] = (R(1.0) + root) * (R(1.0) + root);
  for (size_t n = 2; n < v.N; n++)
    module[n] = page[n] = R(0.0);
}

/* For any α and β1, the two ends of the window: λ_min and λ_max */
static void window_of(const struct valley *v, real *least, real *most)
{
  const real root = sqrt(v->beta);
  *least = (R(1.0) - root) * (R(1.0) - root) / v->a;
  *most = (R(1.0) + root) * (R(1.0) + root) / v->a;
}

/* √κ = (1 + √β1)/(1 − √β1) */
static void momentum_ratio(const size_t d[], const void *const in[],
                           void *left, void *right)
{
  const struct valley v = valley_at(d, in);
  real *module = left, *page = right;
  real least, most;
  window_of(&v, &least, &most);
  *module = sqrt(most / least);
  *page = (R(1.0) + sqrt(v.beta)) / (R(1.0) - sqrt(v.beta));
}

/* √β1 = (√κ − 1)/(√κ + 1) */
static void momentum_best_beta(const size_t d[], const void *const in[],
                               void *left, void *right)
{
  const struct valley v = valley_at(d, in);
  real *module = left, *page = right;
  real least, most;
  window_of(&v, &least, &most);
  *module = sqrt(v.beta);
  *page = (sqrt(most / least) - 1) / (sqrt(most / least) + 1);
}

/* √(αλ_max) + √(αλ_min) = 2 */
static void momentum_sum(const size_t d[], const void *const in[], void *left,
                         void *right)
{
  const struct valley v = valley_at(d, in);
  real *module = left, *page = right;
  real least, most;
  window_of(&v, &least, &most);
  *module = sqrt(v.a * most) + sqrt(v.a * least);
  *page = R(2.0);
}

/* α = 4/(√λ_max + √λ_min)² */
static void momentum_best_rate(const size_t d[], const void *const in[],
                               void *left, void *right)
{
  const struct valley v = valley_at(d, in);
  real *module = left, *page = right;
  real least, most;
  window_of(&v, &least, &most);
  *module = v.a;
  *page = best_momentum_rate(most, least);
}

/* max_i of the spectral radius is (√κ − 1)/(√κ + 1) there; a double root is
   as exact as the root of a rounding */
static void momentum_best(struct finding *f)
{
  struct rng rng = rng_stream(f->seed, "momentum-best");
  f->error = 0;
  f->tolerance = 1e-8L;
  for (int k = 0; k < 200; k++) {
    const long double kappa = 2 + 1000 * (long double)rng_uniform(&rng);
    const long double page = (sqrt(kappa) - 1) / (sqrt(kappa) + 1);
    const long double b = (long double)re(best_beta((real)kappa, R(1.0)));
    const long double a =
        (long double)re(best_momentum_rate((real)kappa, R(1.0)));
    long double most = 0;
    for (int i = 0; i <= 100; i++) {
      const long double r = radius(a * (1 + (kappa - 1) * i / 100), b);
      most = r > most ? r : most;
    }
    f->error = worse(f->error, most, page);
    f->entries++;
  }
}

/* κ = 100: α = 0.0331, β1 = 0.6694, r = 0.8182, 11.5 steps a digit */
static void worked_momentum(struct finding *f)
{
  const long double b = (long double)re(best_beta(R(100.0), R(1.0)));
  const long double a = (long double)re(best_momentum_rate(R(100.0), R(1.0)));
  f->error = worse(0, a, 0.0331L);
  f->error = worse(f->error, b, 0.6694L);
  f->error = worse(f->error, sqrt(b), 0.8182L);
  f->error = worse(f->error, -1e-3L / log10(sqrt(b)), 0.0115L);
  f->tolerance = 0.5e-4L;
  f->entries = 4;
}

/* Nesterov: the look-ahead form, on a bowl that is no quadratic */

static void curved_slope(const struct valley *v, const real w[], real g[])
{
  slope(v, w, g);
  for (size_t k = 0; k < v->N; k++)
    g[k] += sin(w[k]);
}

struct ahead {
  real phi[8], m[8];         /* after the step */
  real phi_old[8], m_old[8]; /* before it */
  real g[8]; /* the gradient at φ_{t−1} − αβ1 m_{t−1} */
};

/* m_t = β1 m_{t−1} + ∇L(φ_{t−1} − αβ1 m_{t−1}), φ_t = φ_{t−1} − α m_t */
static struct ahead look_ahead(const struct valley *v)
{
  struct ahead s = { .m = { R(0.0) } };
  memcpy(s.phi, v->theta, v->N * sizeof *s.phi);
  for (size_t t = 0; t < v->T; t++) {
    real point[8];
    memcpy(s.phi_old, s.phi, sizeof s.phi);
    memcpy(s.m_old, s.m, sizeof s.m);
    for (size_t n = 0; n < v->N; n++)
      point[n] = s.phi[n] - v->a * v->beta * s.m[n];
    curved_slope(v, point, s.g);
    for (size_t n = 0; n < v->N; n++) {
      s.m[n] = v->beta * s.m[n] + s.g[n];
      s.phi[n] -= v->a * s.m[n];
    }
  }
  return s;
}

/* θ_t = φ_{t−1} − α m_t − αβ1 m_t; left: θ_t = φ_t − αβ1 m_t */
static void nesterov_insert(const size_t d[], const void *const in[],
                            void *left, void *right)
{
  const struct valley v = valley_at(d, in);
  real *module = left, *page = right;
  const struct ahead s = look_ahead(&v);
  for (size_t n = 0; n < v.N; n++) {
    module[n] = s.phi[n] - v.a * v.beta * s.m[n];
    page[n] = s.phi_old[n] - v.a * s.m[n] - v.a * v.beta * s.m[n];
  }
}

/* θ_t = θ_{t−1} + αβ1 m_{t−1} − α m_t − αβ1 m_t */
static void nesterov_back(const size_t d[], const void *const in[], void *left,
                          void *right)
{
  const struct valley v = valley_at(d, in);
  real *module = left, *page = right;
  const struct ahead s = look_ahead(&v);
  for (size_t n = 0; n < v.N; n++) {
    const real before = s.phi_old[n] - v.a * v.beta * s.m_old[n];
    module[n] = s.phi[n] - v.a * v.beta * s.m[n];
    page[n] = before + v.a * v.beta * s.m_old[n] - v.a * s.m[n] -
              v.a * v.beta * s.m[n];
  }
}

/* θ_t = θ_{t−1} − α (g_t + β1 m_t) in the look-ahead form */
static void nesterov_changed(const size_t d[], const void *const in[],
                             void *left, void *right)
{
  const struct valley v = valley_at(d, in);
  real *module = left, *page = right;
  const struct ahead s = look_ahead(&v);
  for (size_t n = 0; n < v.N; n++) {
    const real before = s.phi_old[n] - v.a * v.beta * s.m_old[n];
    module[n] = s.phi[n] - v.a * v.beta * s.m[n];
    page[n] = before - v.a * (s.g[n] + v.beta * s.m[n]);
  }
}

/* θ_T = φ_T − αβ1 m_T: left the module, right the look-ahead form */
static void nesterov_same(const size_t d[], const void *const in[], void *left,
                          void *right)
{
  const struct valley v = valley_at(d, in);
  real *module = left, *page = right, kept[8];
  const struct constants k = { .beta1 = v.beta };
  const struct ahead s = look_ahead(&v);
  struct optimiser o = { &rule_nesterov, k, v.N, kept, 0 };
  memcpy(module, v.theta, v.N * sizeof *module);
  for (size_t n = 0; n < v.N; n++)
    kept[n] = R(0.0);
  for (size_t t = 0; t < v.T; t++) {
    real g[8];
    curved_slope(&v, module, g);
    optimiser_step(&o, module, g, v.a);
  }
  for (size_t n = 0; n < v.N; n++)
    page[n] = s.phi[n] - v.a * v.beta * s.m[n];
}

/* m_t = β1 m_{t−1} + g_t, θ_t = θ_{t−1} − α (g_t + β1 m_t): a row each */
static void nesterov_step(const size_t d[], const void *const in[],
                          void *left_, void *right_)
{
  struct run r = run_at(d, in);
  real(*left)[d[N]] = left_, (*right)[d[N]] = right_, state[2 * MOST];
  one_step(&rule_nesterov, &r, r.m, r.v, left[1], state);
  for (size_t n = 0; n < r.N; n++) {
    const real g = gradient(&r, r.T, n), m = r.k.beta1 * r.m[n] + g;
    left[0][n] = state[n];
    right[0][n] = m;
    right[1][n] = r.theta[n] - r.a * (g + r.k.beta1 * m);
    for (size_t row = 2; row < r.T; row++)
      left[row][n] = right[row][n] = R(0.0);
  }
}

/* θ_T = θ_0 − α Σ_i (1 − β1^(T−i+2))/(1 − β1) g_i */
static void nesterov_closed(const size_t d[], const void *const in[],
                            void *left, void *right)
{
  struct run r = run_at(d, in);
  real *module = left, *page = right, state[2 * MOST];
  const real b = r.k.beta1;
  take(&rule_nesterov, &r, module, state);
  for (size_t n = 0; n < r.N; n++) {
    real sum = R(0.0);
    for (size_t i = 1; i <= r.T; i++)
      sum +=
          (R(1.0) - power(b, r.T - i + 2)) / (R(1.0) - b) * gradient(&r, i, n);
    page[n] = r.theta[n] - r.a * sum;
  }
}

/* RMSProp */

/* v_t = β2 v_{t−1} + (1 − β2) g_t² */
static void rmsprop_moment(const size_t d[], const void *const in[],
                           void *left, void *right)
{
  struct run r = run_at(d, in);
  real *module = left, *page = right, state[2 * MOST];
  real w[MOST];
  one_step(&rule_rmsprop, &r, r.v, r.u, w, state);
  for (size_t n = 0; n < r.N; n++) {
    const real g = gradient(&r, r.T, n);
    module[n] = state[n];
    page[n] = r.k.beta2 * r.v[n] + (R(1.0) - r.k.beta2) * g * g;
  }
}

/* θ_t = θ_{t−1} − α g_t / (√v_t + ε) */
static void rmsprop_step(const size_t d[], const void *const in[], void *left,
                         void *right)
{
  struct run r = run_at(d, in);
  real *module = left, *page = right, state[2 * MOST];
  one_step(&rule_rmsprop, &r, r.v, r.u, module, state);
  for (size_t n = 0; n < r.N; n++) {
    const real g = gradient(&r, r.T, n);
    const real v = r.k.beta2 * r.v[n] + (R(1.0) - r.k.beta2) * g * g;
    page[n] = r.theta[n] - r.a * g / (sqrt(v) + r.k.epsilon);
  }
}

/* v_t = (1 − β2) Σ_i β2^(t−i) g_i² */
static void rmsprop_unrolled(const size_t d[], const void *const in[],
                             void *left, void *right)
{
  struct run r = run_at(d, in);
  real *module = left, *page = right, state[2 * MOST];
  real w[MOST];
  take(&rule_rmsprop, &r, w, state);
  for (size_t n = 0; n < r.N; n++) {
    module[n] = state[n];
    page[n] = (R(1.0) - r.k.beta2) * sum_of_squares(&r, r.k.beta2, r.T, n);
  }
}

/* θ_T = θ_0 − α Σ_t g_t / (√((1 − β2) Σ_{i<=t} β2^(t−i) g_i²) + ε) */
static void rmsprop_closed(const size_t d[], const void *const in[],
                           void *left, void *right)
{
  struct run r = run_at(d, in);
  real *module = left, *page = right, state[2 * MOST];
  take(&rule_rmsprop, &r, module, state);
  for (size_t n = 0; n < r.N; n++) {
    real sum = R(0.0);
    for (size_t t = 1; t <= r.T; t++)
      sum +=
          gradient(&r, t, n) /
          (sqrt((R(1.0) - r.k.beta2) * sum_of_squares(&r, r.k.beta2, t, n)) +
           r.k.epsilon);
    page[n] = r.theta[n] - r.a * sum;
  }
}

/* θ_1 = θ_0 − α g_1 / (√(1 − β2) |g_1| + ε) */
static void rmsprop_first(const size_t d[], const void *const in[], void *left,
                          void *right)
{
  struct run r = run_at(d, in);
  real *module = left, *page = right, state[2 * MOST];
  r.T = 1;
  take(&rule_rmsprop, &r, module, state);
  for (size_t n = 0; n < r.N; n++) {
    const real g = gradient(&r, 1, n);
    page[n] =
        r.theta[n] -
        r.a * g / (sqrt(R(1.0) - r.k.beta2) * magnitude(g) + r.k.epsilon);
  }
}

/* The same run with every gradient c times as large. */
static struct run scaled(const struct run *r, real c, real gradients[7 * 6])
{
  struct run s = *r;
  for (size_t i = 0; i < r->T * r->N; i++)
    gradients[i] = c * r->gradients[i];
  s.gradients = gradients;
  return s;
}

/* θ_T of the gradients c g_i is θ_T of the gradients g_i, at ε = 0 */
static void rmsprop_scale(const size_t d[], const void *const in[], void *left,
                          void *right)
{
  struct run r = run_at(d, in);
  real *module = left, *page = right, state[2 * MOST];
  real larger[7 * 6];
  r.k.epsilon = R(0.0);
  const struct run s = scaled(&r, r.c, larger);
  take(&rule_rmsprop, &s, module, state);
  take(&rule_rmsprop, &r, page, state);
}

/* |θ_t − θ_{t−1}| <= α/√(1 − β2), whatever the gradients; the first step
   attains it, at ε = 0 */
static void rmsprop_bound(struct finding *f)
{
  struct rng rng = rng_stream(f->seed, "rmsprop-bound");
  f->error = 0;
  f->tolerance = 1e-17L;
  if (LDBL_MANT_DIG == DBL_MANT_DIG)
    f->tolerance = 1e-14L;
  for (int k = 0; k < 300; k++) {
    const struct constants c = { .beta2 = (real)rng_uniform(&rng) };
    const real bound = R(1.0) / sqrt(R(1.0) - c.beta2);
    real w = R(0.0), v = R(0.0);
    for (long t = 1; t <= 20; t++, f->entries++) {
      const real old = w, size = (real)exp(6 * rng_normal(&rng));
      const real g = rng_uniform(&rng) < 0.5 ? -size : size;
      rule_rmsprop.step(&c, 1, &w, &g, &v, R(1.0), t);
      const long double part = (long double)re(magnitude(old - w) / bound);
      if (t == 1 || !(part <= 1))
        f->error = worse(f->error, part, 1);
    }
  }
}

/* Adadelta */

static real adadelta_v(const struct run *r, size_t n)
{
  const real g = gradient(r, r->T, n);
  return r->k.beta2 * r->v[n] + (R(1.0) - r->k.beta2) * g * g;
}

static real adadelta_d(const struct run *r, size_t n)
{
  return sqrt(r->u[n] + r->k.epsilon) / sqrt(adadelta_v(r, n) + r->k.epsilon) *
         gradient(r, r->T, n);
}

/* v_t = β2 v_{t−1} + (1 − β2) g_t² */
static void adadelta_moment(const size_t d[], const void *const in[],
                            void *left, void *right)
{
  struct run r = run_at(d, in);
  real *module = left, *page = right, state[2 * MOST];
  real w[MOST];
  one_step(&rule_adadelta, &r, r.v, r.u, w, state);
  for (size_t n = 0; n < r.N; n++) {
    module[n] = state[n];
    page[n] = adadelta_v(&r, n);
  }
}

/* d_t = √(u_{t−1} + ε)/√(v_t + ε) g_t; left: what the module took off θ */
static void adadelta_update(const size_t d[], const void *const in[],
                            void *left, void *right)
{
  struct run r = run_at(d, in);
  real *module = left, *page = right, state[2 * MOST];
  one_step(&rule_adadelta, &r, r.v, r.u, module, state);
  for (size_t n = 0; n < r.N; n++) {
    module[n] = (r.theta[n] - module[n]) / r.a;
    page[n] = adadelta_d(&r, n);
  }
}

/* u_t = β2 u_{t−1} + (1 − β2) d_t² */
static void adadelta_accumulate(const size_t d[], const void *const in[],
                                void *left, void *right)
{
  struct run r = run_at(d, in);
  real *module = left, *page = right, state[2 * MOST];
  real w[MOST];
  one_step(&rule_adadelta, &r, r.v, r.u, w, state);
  for (size_t n = 0; n < r.N; n++) {
    const real d = adadelta_d(&r, n);
    module[n] = state[r.N + n];
    page[n] = r.k.beta2 * r.u[n] + (R(1.0) - r.k.beta2) * d * d;
  }
}

/* θ_t = θ_{t−1} − α d_t */
static void adadelta_step(const size_t d[], const void *const in[], void *left,
                          void *right)
{
  struct run r = run_at(d, in);
  real *module = left, *page = right, state[2 * MOST];
  one_step(&rule_adadelta, &r, r.v, r.u, module, state);
  for (size_t n = 0; n < r.N; n++)
    page[n] = r.theta[n] - r.a * adadelta_d(&r, n);
}

/* u_t = (1 − β2) Σ_i β2^(t−i) d_i², with the d_i that the module took */
static void adadelta_unrolled(const size_t d[], const void *const in[],
                              void *left, void *right)
{
  struct run r = run_at(d, in);
  real *module = left, *page = right, state[2 * MOST];
  const size_t last = r.T;
  real w[8][MOST];
  memcpy(w[0], r.theta, r.N * sizeof **w);
  for (r.T = 1; r.T <= last; r.T++)
    take(&rule_adadelta, &r, w[r.T], state);
  for (size_t n = 0; n < r.N; n++) {
    module[n] = state[r.N + n];
    page[n] = R(0.0);
    for (size_t i = 1; i <= last; i++) {
      const real d = (w[i - 1][n] - w[i][n]) / r.a;
      page[n] += (R(1.0) - r.k.beta2) * power(r.k.beta2, last - i) * d * d;
    }
  }
}

/* θ_T = θ_0 − α Σ_t g_t √((1 − β2) Σ_{i<t} β2^(t−1−i) d_i² + ε) /
                         √((1 − β2) Σ_{i<=t} β2^(t−i) g_i² + ε) */
static void adadelta_closed(const size_t d[], const void *const in[],
                            void *left, void *right)
{
  struct run r = run_at(d, in);
  real *module = left, *page = right, state[2 * MOST];
  take(&rule_adadelta, &r, module, state);
  for (size_t n = 0; n < r.N; n++) {
    real d[8], sum = R(0.0);
    for (size_t t = 1; t <= r.T; t++) {
      real u = R(0.0);
      for (size_t i = 1; i < t; i++)
        u += power(r.k.beta2, t - 1 - i) * d[i] * d[i];
      d[t] = gradient(&r, t, n) *
             sqrt((R(1.0) - r.k.beta2) * u + r.k.epsilon) /
             sqrt((R(1.0) - r.k.beta2) * sum_of_squares(&r, r.k.beta2, t, n) +
                  r.k.epsilon);
      sum += d[t];
    }
    page[n] = r.theta[n] - r.a * sum;
  }
}

/* d_1 = g_1 √ε / √((1 − β2) g_1² + ε) */
static void adadelta_first(const size_t d[], const void *const in[],
                           void *left, void *right)
{
  struct run r = run_at(d, in);
  real *module = left, *page = right, state[2 * MOST];
  r.T = 1;
  take(&rule_adadelta, &r, module, state);
  for (size_t n = 0; n < r.N; n++) {
    const real g = gradient(&r, 1, n);
    module[n] = (r.theta[n] - module[n]) / r.a;
    page[n] = g * sqrt(r.k.epsilon) /
              sqrt((R(1.0) - r.k.beta2) * g * g + r.k.epsilon);
  }
}

/* √(ε/(1 − β2)) = 0.0045 with the usual constants, and the module's first
   step for a gradient of 1 */
static void adadelta_start(struct finding *f)
{
  const struct constants c = rule_adadelta.usual;
  real w = R(0.0), g = R(1.0), state[2] = { R(0.0), R(0.0) };
  rule_adadelta.step(&c, 1, &w, &g, state, R(1.0), 1);
  f->error = worse(0, (long double)re(-w), 0.0045L);
  f->error =
      worse(f->error, (long double)re(sqrt(c.epsilon / (R(1.0) - c.beta2))),
            0.0045L);
  f->tolerance = 0.5e-4L;
  f->entries = 2;
}

/* θ in a unit c times smaller: gradients g/c, u_0 times c², every d_t times
   c; at ε = 0 and α = 1 */
static void adadelta_units(const size_t d[], const void *const in[],
                           void *left, void *right)
{
  struct run r = run_at(d, in);
  real *module = left, *page = right, state[2 * MOST];
  real smaller[7 * 6], start[MOST];
  r.k.epsilon = R(0.0);
  struct run s = scaled(&r, R(1.0) / r.c, smaller);
  for (size_t n = 0; n < r.N; n++) {
    start[n] = r.c * r.theta[n];
    state[n] = R(0.0);
    state[r.N + n] = r.c * r.c * r.u[n];
  }
  s.theta = start;
  go_on(&rule_adadelta, &s, module, state);
  for (size_t n = 0; n < r.N; n++) {
    state[n] = R(0.0);
    state[r.N + n] = r.u[n];
  }
  go_on(&rule_adadelta, &r, page, state);
  for (size_t n = 0; n < r.N; n++)
    page[n] *= r.c;
}

/* Adam */

static real adam_m(const struct run *r, size_t n)
{
  return r->k.beta1 * r->m[n] + (R(1.0) - r->k.beta1) * gradient(r, r->T, n);
}

static real adam_v(const struct run *r, size_t n)
{
  const real g = gradient(r, r->T, n);
  return r->k.beta2 * r->v[n] + (R(1.0) - r->k.beta2) * g * g;
}

/* m_t = β1 m_{t−1} + (1 − β1) g_t */
static void adam_first_moment(const size_t d[], const void *const in[],
                              void *left, void *right)
{
  struct run r = run_at(d, in);
  real *module = left, *page = right, state[2 * MOST];
  real w[MOST];
  one_step(&rule_adam, &r, r.m, r.v, w, state);
  for (size_t n = 0; n < r.N; n++) {
    module[n] = state[n];
    page[n] = adam_m(&r, n);
  }
}

/* v_t = β2 v_{t−1} + (1 − β2) g_t² */
static void adam_second_moment(const size_t d[], const void *const in[],
                               void *left, void *right)
{
  struct run r = run_at(d, in);
  real *module = left, *page = right, state[2 * MOST];
  real w[MOST];
  one_step(&rule_adam, &r, r.m, r.v, w, state);
  for (size_t n = 0; n < r.N; n++) {
    module[n] = state[r.N + n];
    page[n] = adam_v(&r, n);
  }
}

/* m_t = (1 − β1) Σ_i β1^(t−i) g_i */
static void adam_unrolled(const size_t d[], const void *const in[], void *left,
                          void *right)
{
  struct run r = run_at(d, in);
  real *module = left, *page = right, state[2 * MOST];
  real w[MOST];
  take(&rule_adam, &r, w, state);
  for (size_t n = 0; n < r.N; n++) {
    module[n] = state[n];
    page[n] = (R(1.0) - r.k.beta1) * sum_of(&r, r.k.beta1, r.T, n);
  }
}

/* (1 − β2) Σ_{i=1}^t β2^(t−i) = (1 − β2) Σ_{j=0}^{t−1} β2^j */
static void adam_shift(const size_t d[], const void *const in[], void *left,
                       void *right)
{
  struct run r = run_at(d, in);
  real *module = left, *page = right;
  *module = (R(1.0) - r.k.beta2) * sum_of_powers(r.k.beta2, r.T);
  *page = R(0.0);
  for (size_t j = 0; j < r.T; j++)
    *page += (R(1.0) - r.k.beta2) * power(r.k.beta2, j);
}

/* (1 − β2) Σ_{i=1}^t β2^(t−i) = 1 − β2^t */
static void adam_weights(const size_t d[], const void *const in[], void *left,
                         void *right)
{
  struct run r = run_at(d, in);
  real *module = left, *page = right;
  *module = (R(1.0) - r.k.beta2) * sum_of_powers(r.k.beta2, r.T);
  *page = R(1.0) - power(r.k.beta2, r.T);
}

/* E[v_t] of the module over every sequence of a chain of three gradients: the
   next stays with probability ½, or is drawn anew, so that neighbours depend
   on each other; grow: gradient i is grow^i times as large.  E2: E[g_i²]. */
static long double expected_v(size_t t, real beta2, long double grow,
                              long double E2[])
{
  const long double value[3] = { -1, 2, 0.5L }, p[3] = { 0.5L, 0.2L, 0.3L };
  const struct constants c = { .beta2 = beta2, .epsilon = R(0.1) };
  size_t sequences = 1;
  long double mean = 0;
  for (size_t i = 1; i <= t; i++, sequences *= 3) {
    E2[i] = 0;
    for (int k = 0; k < 3; k++)
      E2[i] += p[k] * value[k] * value[k] * pow(grow, 2 * (long double)i);
  }
  for (size_t q = 0; q < sequences; q++) {
    real w = R(0.0), state[2] = { R(0.0), R(0.0) };
    long double probability = 1;
    for (size_t i = 1, digits = q, last = 3; i <= t; i++, digits /= 3) {
      const size_t k = digits % 3;
      const real g = (real)(value[k] * pow(grow, (long double)i));
      probability *= last == 3 ? p[k] : p[k] / 2 + (k == last) / 2.0L;
      last = k;
      rule_adam.step(&c, 1, &w, &g, state, R(0.1), (long)i);
    }
    mean += probability * (long double)re(state[1]);
  }
  return mean;
}

/* E[v_t] = (1 − β2) Σ_i β2^(t−i) E[g_i²], gradients that grow */
static void adam_expectation_sum(struct finding *f)
{
  const real beta2 = R(0.7);
  f->error = 0;
  f->tolerance = 200 * (long double)LDBL_EPSILON;
  for (size_t t = 1; t <= 6; t++, f->entries++) {
    long double E2[8], sum = 0;
    const long double mean = expected_v(t, beta2, 1.2L, E2);
    for (size_t i = 1; i <= t; i++)
      sum += (long double)re((R(1.0) - beta2) * power(beta2, t - i)) * E2[i];
    f->error = worse(f->error, mean, sum);
  }
}

/* E[v_t] = (1 − β2^t) E[g²], gradients whose mean square stays */
static void adam_expectation(struct finding *f)
{
  const real beta2 = R(0.7);
  f->error = 0;
  f->tolerance = 200 * (long double)LDBL_EPSILON;
  for (size_t t = 1; t <= 6; t++, f->entries++) {
    long double E2[8];
    const long double mean = expected_v(t, beta2, 1, E2);
    f->error = worse(f->error, mean,
                     (long double)re(R(1.0) - power(beta2, t)) * E2[1]);
  }
}

/* θ_t = θ_{t−1} − α m̂_t / (√v̂_t + ε), m̂_t = m_t/(1 − β1^t),
   v̂_t = v_t/(1 − β2^t) */
static void adam_step(const size_t d[], const void *const in[], void *left,
                      void *right)
{
  struct run r = run_at(d, in);
  real *module = left, *page = right, state[2 * MOST];
  one_step(&rule_adam, &r, r.m, r.v, module, state);
  for (size_t n = 0; n < r.N; n++) {
    const real m_hat = adam_m(&r, n) / (R(1.0) - power(r.k.beta1, r.T));
    const real v_hat = adam_v(&r, n) / (R(1.0) - power(r.k.beta2, r.T));
    page[n] = r.theta[n] - r.a * m_hat / (sqrt(v_hat) + r.k.epsilon);
  }
}

/* m̂_t = Σ_i β1^(t−i) g_i / Σ_i β1^(t−i) */
static void adam_mean(const size_t d[], const void *const in[], void *left,
                      void *right)
{
  struct run r = run_at(d, in);
  real *module = left, *page = right, state[2 * MOST];
  real w[MOST];
  take(&rule_adam, &r, w, state);
  for (size_t n = 0; n < r.N; n++) {
    module[n] = state[n] / (R(1.0) - power(r.k.beta1, r.T));
    page[n] = sum_of(&r, r.k.beta1, r.T, n) / sum_of_powers(r.k.beta1, r.T);
  }
}

/* v̂_t = Σ_i β2^(t−i) g_i² / Σ_i β2^(t−i) */
static void adam_mean_square(const size_t d[], const void *const in[],
                             void *left, void *right)
{
  struct run r = run_at(d, in);
  real *module = left, *page = right, state[2 * MOST];
  real w[MOST];
  take(&rule_adam, &r, w, state);
  for (size_t n = 0; n < r.N; n++) {
    module[n] = state[r.N + n] / (R(1.0) - power(r.k.beta2, r.T));
    page[n] =
        sum_of_squares(&r, r.k.beta2, r.T, n) / sum_of_powers(r.k.beta2, r.T);
  }
}

/* What Adam takes off in step t, over α, from all gradients up to g_t */
static real adam_update(const struct run *r, size_t t, size_t n)
{
  const real mean = sum_of(r, r->k.beta1, t, n) / sum_of_powers(r->k.beta1, t);
  const real square =
      sum_of_squares(r, r->k.beta2, t, n) / sum_of_powers(r->k.beta2, t);
  return mean / (sqrt(square) + r->k.epsilon);
}

/* θ_T = θ_0 − α Σ_t m̂_t/(√v̂_t + ε), each a mean over the gradients */
static void adam_closed(const size_t d[], const void *const in[], void *left,
                        void *right)
{
  struct run r = run_at(d, in);
  real *module = left, *page = right, state[2 * MOST];
  take(&rule_adam, &r, module, state);
  for (size_t n = 0; n < r.N; n++) {
    page[n] = r.theta[n];
    for (size_t t = 1; t <= r.T; t++)
      page[n] -= r.a * adam_update(&r, t, n);
  }
}

/* θ_1 = θ_0 − α g_1/(|g_1| + ε) */
static void adam_first(const size_t d[], const void *const in[], void *left,
                       void *right)
{
  struct run r = run_at(d, in);
  real *module = left, *page = right, state[2 * MOST];
  r.T = 1;
  take(&rule_adam, &r, module, state);
  for (size_t n = 0; n < r.N; n++) {
    const real g = gradient(&r, 1, n);
    page[n] = r.theta[n] - r.a * g / (magnitude(g) + r.k.epsilon);
  }
}

/* θ_t = θ_{t−1} − α sign(g) at ε = 0, if every gradient was g; for β2 up to
   1 − 2^−20, where a difference 1 − β2^t would have lost its digits */
static void adam_sign(struct finding *f)
{
  const real beta2[] = { R(0.5), R(0.999), R(1.0) - R(1.0) / R(1048576.0) };
  struct rng rng = rng_stream(f->seed, "sign");
  f->error = 0;
  f->tolerance = 200 * (long double)LDBL_EPSILON;
  for (int k = 0; k < 60; k++) {
    const struct constants c = { .beta1 = R(0.9), .beta2 = beta2[k % 3] };
    const real g = (real)rng_normal(&rng);
    real w = R(0.0), state[2] = { R(0.0), R(0.0) };
    for (long t = 1; t <= 20; t++, f->entries++) {
      const real old = w;
      rule_adam.step(&c, 1, &w, &g, state, R(0.25), t);
      f->error = worse(f->error, (long double)re(w),
                       (long double)re(old - R(0.25) * sign(g)));
    }
  }
}

/* m_1/√v_1 = (1 − β1)/√(1 − β2) sign(g_1), uncorrected */
static void adam_uncorrected(const size_t d[], const void *const in[],
                             void *left, void *right)
{
  struct run r = run_at(d, in);
  real *module = left, *page = right, state[2 * MOST];
  real w[MOST];
  r.T = 1;
  take(&rule_adam, &r, w, state);
  for (size_t n = 0; n < r.N; n++) {
    module[n] = state[n] / sqrt(state[r.N + n]);
    page[n] = (R(1.0) - r.k.beta1) / sqrt(R(1.0) - r.k.beta2) *
              sign(gradient(&r, 1, n));
  }
}

/* θ_T of the gradients c g_i with cε is θ_T of the g_i with ε */
static void adam_scale(const size_t d[], const void *const in[], void *left,
                       void *right)
{
  struct run r = run_at(d, in);
  real *module = left, *page = right, state[2 * MOST];
  real larger[7 * 6];
  struct run s = scaled(&r, r.c, larger);
  s.k.epsilon = r.c * r.k.epsilon;
  take(&rule_adam, &s, module, state);
  take(&rule_adam, &r, page, state);
}

/* Zeros, and then a gradient: |θ_t − θ_{t−1}| =
   α (1 − β1)/(1 − β1^t) |g| / (√((1 − β2)/(1 − β2^t)) |g| + ε) */
static void adam_sparse(const size_t d[], const void *const in[], void *left,
                        void *right)
{
  struct run r = run_at(d, in);
  real *module = left, *page = right, state[2 * MOST];
  real sparse[7 * 6] = { R(0.0) };
  memcpy(sparse + (r.T - 1) * r.N, r.theta, r.N * sizeof *sparse);
  r.gradients = sparse;
  take(&rule_adam, &r, module, state);
  for (size_t n = 0; n < r.N; n++) {
    const real g = magnitude(r.theta[n]);
    const real first = (R(1.0) - r.k.beta1) / (R(1.0) - power(r.k.beta1, r.T));
    const real second =
        (R(1.0) - r.k.beta2) / (R(1.0) - power(r.k.beta2, r.T));
    module[n] = magnitude(module[n] - r.theta[n]);
    page[n] = r.a * first * g / (sqrt(second) * g + r.k.epsilon);
  }
}

/* The last of T steps of Adam at rate 1, for gradients that grow by
   `growth` a step and end with 1; growth 0: zeros, and then 1. */
static long double last_step(const struct constants *c, long steps,
                             long double growth)
{
  real w = R(0.0), old = R(0.0), state[2] = { R(0.0), R(0.0) };
  for (long t = 1; t <= steps; t++) {
    const real g = t == steps   ? R(1.0)
                   : growth > 0 ? (real)pow(growth, (long double)(t - steps))
                                : R(0.0);
    old = w;
    rule_adam.step(c, 1, &w, &g, state, R(1.0), t);
  }
  return (long double)re(old - w);
}

/* (1 − β1)/√(1 − β2) = 3.162, and the module's step after 30,000 zeros */
static void adam_sparse_limit(struct finding *f)
{
  const struct constants c = rule_adam.usual;
  f->error = worse(
      0, (long double)re((R(1.0) - c.beta1) / sqrt(R(1.0) - c.beta2)), 3.162L);
  f->error = worse(f->error, last_step(&c, 30000, 0), 3.162L);
  f->tolerance = 0.5e-3L;
  f->entries = 2;
}

/* The last step of Adam at rate 1 after 30,000 zeros and k ones. */
static long double after_silence(const struct constants *c, long k)
{
  real w = R(0.0), old = R(0.0), state[2] = { R(0.0), R(0.0) };
  for (long t = 1; t <= 30000 + k; t++) {
    const real g = t > 30000 ? R(1.0) : R(0.0);
    old = w;
    rule_adam.step(c, 1, &w, &g, state, R(1.0), t);
  }
  return (long double)re(old - w);
}

/* (1 − β1^k)/√(1 − β2^k) = 6.569 for k = 12, and less for every other k; the
   module's step; and one longer than α with β2 = 0.95 */
static void adam_stays(struct finding *f)
{
  struct constants c = rule_adam.usual;
  real most = R(0.0), twelfth = R(0.0);
  for (size_t k = 1; k <= 1000; k++) {
    const real step =
        (R(1.0) - power(c.beta1, k)) / sqrt(R(1.0) - power(c.beta2, k));
    most = re(step) > re(most) ? step : most;
    twelfth = k == 12 ? step : twelfth;
  }
  f->error = worse(0, (long double)re(twelfth), 6.569L);
  f->error = worse(f->error, (long double)re(most), (long double)re(twelfth));
  f->error = worse(f->error, after_silence(&c, 12), 6.569L);
  c.beta2 = R(0.95);
  f->error = worse(f->error, after_silence(&c, 20) > 1.05L ? 0 : 1, 0);
  f->tolerance = 0.5e-3L;
  f->entries = 4;
}

/* B_t = (1 − β1)/(1 − β1^t) √((1 − β2^t)/(1 − β2))
         √((1 − x^t)/(1 − x)), x = β1²/β2 */
static real adam_most(real b1, real b2, size_t t)
{
  const real x = b1 * b1 / b2;
  return (R(1.0) - b1) / (R(1.0) - power(b1, t)) *
         sqrt((R(1.0) - power(b2, t)) / (R(1.0) - b2)) *
         sqrt((R(1.0) - power(x, t)) / (R(1.0) - x));
}

/* (Σ_i β1^(t−i) g_i)² <= Σ_i (β1²/β2)^(t−i) Σ_i β2^(t−i) g_i² */
static void adam_cauchy(struct finding *f)
{
  struct rng rng = rng_stream(f->seed, "cauchy");
  f->error = 0;
  f->tolerance = 100 * (long double)LDBL_EPSILON;
  for (int k = 0; k < 1000; k++, f->entries++) {
    const long double b1 = (long double)rng_uniform(&rng);
    const long double b2 = (long double)rng_uniform(&rng);
    long double sum = 0, weights = 0, squares = 0;
    for (int i = 0; i < 8; i++) { /* the last: equality */
      const long double g = k == 999 ? pow(b1 / b2, (long double)i)
                                     : (long double)rng_normal(&rng);
      sum += pow(b1, (long double)i) * g;
      weights += pow(b1 * b1 / b2, (long double)i);
      squares += pow(b2, (long double)i) * g * g;
    }
    const long double ratio = sum * sum / (weights * squares);
    if (k == 999 || !(ratio <= 1))
      f->error = worse(f->error, ratio, 1);
  }
}

/* |θ_t − θ_{t−1}| <= α B_t, for any gradients, β1² < β2 */
static void adam_bound(struct finding *f)
{
  struct rng rng = rng_stream(f->seed, "adam-bound");
  f->error = 0;
  f->tolerance = 100 * (long double)LDBL_EPSILON;
  for (int k = 0; k < 2000; k++) {
    const real b1 = (real)rng_uniform(&rng);
    const real b2 = b1 * b1 + (R(1.0) - b1 * b1) * (real)rng_uniform(&rng);
    const struct constants c = { .beta1 = b1, .beta2 = b2 };
    const double growth = rng_normal(&rng), noise = 1 + k % 3;
    real w = R(0.0), state[2] = { R(0.0), R(0.0) };
    for (size_t t = 1; t <= 12; t++, f->entries++) {
      const real old = w, g = (real)(exp(growth * (double)t) *
                                     (1 + (noise - 1) * rng_normal(&rng)));
      rule_adam.step(&c, 1, &w, &g, state, R(1.0), (long)t);
      const long double part =
          (long double)re(magnitude(w - old) / adam_most(b1, b2, t));
      if (!(part <= 1))
        f->error = worse(f->error, part, 1);
    }
  }
}

/* g_i = (β2/β1)^i attains it, at ε = 0 */
static void adam_attained(const size_t d[], const void *const in[], void *left,
                          void *right)
{
  struct run r = run_at(d, in);
  real *module = left, *page = right, state[2 * MOST];
  real growing[7 * 6];
  const size_t last = r.T;
  const real b1 = r.k.beta1 * sqrt(r.k.beta2); /* so that β1² < β2 */
  r.k.beta1 = b1;
  r.k.epsilon = R(0.0);
  for (size_t i = 1; i <= last; i++)
    for (size_t n = 0; n < r.N; n++)
      growing[(i - 1) * r.N + n] = power(r.k.beta2 / b1, i);
  r.gradients = growing;
  take(&rule_adam, &r, module, state);
  r.T = last - 1;
  take(&rule_adam, &r, page, state);
  for (size_t n = 0; n < r.N; n++) {
    module[n] = page[n] - module[n];
    page[n] = r.a * adam_most(b1, r.k.beta2, last);
  }
}

/* (1 − β1)/√(1 − β2) / √(1 − β1²/β2) = 7.270, and the module after 30,000
   gradients that grow by β2/β1 */
static void adam_worst(struct finding *f)
{
  struct constants c = rule_adam.usual;
  const real page = (R(1.0) - c.beta1) / sqrt(R(1.0) - c.beta2) /
                    sqrt(R(1.0) - c.beta1 * c.beta1 / c.beta2);
  c.epsilon = R(0.0);
  f->error = worse(0, (long double)re(page), 7.270L);
  f->error =
      worse(f->error, last_step(&c, 30000, (long double)re(c.beta2 / c.beta1)),
            7.270L);
  f->tolerance = 0.5e-3L;
  f->entries = 2;
}

/* The published constants, and what optimiser_new makes of a name: its rule,
   those constants, a state of zeros and no step taken, for one parameter as
   for more. */
static void usual(struct finding *f)
{
  static const struct {
    const char *name;
    size_t states;
    long double beta1, beta2, epsilon, decay;
  } page[] = { { "sgd", 0, 0, 0, 0, 0 },
               { "momentum", 1, 0.9L, 0, 0, 0 },
               { "nesterov", 1, 0.9L, 0, 0, 0 },
               { "adadelta", 2, 0, 0.95L, 1e-6L, 0 },
               { "rmsprop", 1, 0, 0.9L, 1e-8L, 0 },
               { "adam", 2, 0.9L, 0.999L, 1e-8L, 0 },
               { "adamw", 2, 0.9L, 0.999L, 1e-8L, 0.01L } };
  f->error = rule_named("no such rule") ? 1 : 0;
  f->tolerance = (long double)DBL_EPSILON;
  for (size_t j = 0; j < 3 * sizeof page / sizeof *page; j++) {
    const size_t k = j / 3, count = j % 3 + 1;
    const struct rule *rule = rule_named(page[k].name);
    struct optimiser o;
    if (!rule || !optimiser_new(&o, rule, count) ||
        (rule->states > 0) != (o.state != NULL)) {
      f->entries = 0;
      return;
    }
    const struct constants *c = &o.constants;
    f->error = worse(f->error, (long double)re(c->beta1), page[k].beta1);
    f->error = worse(f->error, (long double)re(c->beta2), page[k].beta2);
    f->error = worse(f->error, (long double)re(c->epsilon), page[k].epsilon);
    f->error = worse(f->error, (long double)re(c->decay), page[k].decay);
    f->error = worse(f->error, (long double)rule->states,
                     (long double)page[k].states);
    f->error = worse(f->error, (long double)o.t, 0);
    for (size_t i = 0; i < count * rule->states; i++)
      f->error = worse(f->error, (long double)re(o.state[i]), 0);
    optimiser_free(&o);
    f->error = worse(f->error, o.state ? 1 : 0, 0);
    f->entries += 7 + (long)(count * rule->states);
  }
}

/* Weight decay */

enum { W, LINEAR, WEIGHT };

/* Σ sin(c_i θ_i) + ½ ω θᵀθ, a loss and its penalty */
static void penalised_forward(const size_t d[], const void *const in[],
                              void *L)
{
  const real *w = in[W], *c = in[LINEAR], *omega = in[WEIGHT];
  real sum = R(0.0);
  for (size_t i = 0; i < d[SIZE]; i++)
    sum += sin(c[i] * w[i]) + *omega / 2 * w[i] * w[i];
  *(real *)L = sum;
}

static const struct op penalised = {
  .name = "a loss with a penalty",
  .dim = { { "n", 2, 6 } },
  .in = { { "θ", SHAPE(SIZE), NORMAL, .role = INPUT },
          { "c", SHAPE(SIZE), NORMAL, .role = INPUT },
          { "ω", SCALAR, UNIFORM, 0.1L, 1, .role = INPUT } },
  .out = SCALAR,
  .forward = penalised_forward,
};

/* ∇(L + ½ ω θᵀθ) = ∇L + ω θ, for L = Σ sin(c_i θ_i) */
static void l2_gradient(const size_t d[], const void *const in[],
                        const void *upstream, void *out)
{
  const real *w = in[W], *c = in[LINEAR], G = *(const real *)upstream;
  const real omega = *(const real *)in[WEIGHT];
  for (size_t i = 0; i < d[SIZE]; i++)
    ((real *)out)[i] = G * (c[i] * cos(c[i] * w[i]) + omega * w[i]);
}

/* T steps of the module on g_t + ω θ_{t−1}; path[t] is θ_t. */
static void with_penalty(const struct rule *rule, const struct run *r,
                         real path[][MOST])
{
  real state[2 * MOST] = { R(0.0) };
  struct optimiser o = { rule, r->k, r->N, state, 0 };
  memcpy(path[0], r->theta, r->N * sizeof **path);
  for (size_t t = 1; t <= r->T; t++) {
    real g[MOST];
    for (size_t n = 0; n < r->N; n++)
      g[n] = gradient(r, t, n) + r->k.decay * path[t - 1][n];
    memcpy(path[t], path[t - 1], r->N * sizeof **path);
    optimiser_step(&o, path[t], g, r->a);
  }
}

/* SGD on g_t + ω θ_{t−1}: θ_t = (1 − αω) θ_{t−1} − α g_t */
static void l2_sgd(const size_t d[], const void *const in[], void *left,
                   void *right)
{
  struct run r = run_at(d, in);
  real *module = left, *page = right;
  real path[8][MOST];
  with_penalty(&rule_sgd, &r, path);
  for (size_t n = 0; n < r.N; n++) {
    module[n] = path[r.T][n];
    page[n] = r.theta[n];
    for (size_t t = 1; t <= r.T; t++)
      page[n] =
          (R(1.0) - r.a * r.k.decay) * page[n] - r.a * gradient(&r, t, n);
  }
}

/* Adam on g_t + ω θ_{t−1}: m̂'_t = m̂_t + ω Σ_i β1^(t−i) θ_{i−1} /
   Σ_i β1^(t−i); left: the module's m over 1 − β1^t */
static void l2_moment(const size_t d[], const void *const in[], void *left,
                      void *right)
{
  struct run r = run_at(d, in);
  real *module = left, *page = right, state[2 * MOST];
  real w[MOST], path[8][MOST];
  const real *gradients = r.gradients;
  real penalised_g[7 * 6];
  with_penalty(&rule_adam, &r, path);
  for (size_t i = 0; i < r.T * r.N; i++)
    penalised_g[i] = gradients[i] + r.k.decay * path[i / r.N][i % r.N];
  r.gradients = penalised_g;
  take(&rule_adam, &r, w, state);
  r.gradients = gradients;
  for (size_t n = 0; n < r.N; n++) {
    real mean = R(0.0);
    for (size_t i = 1; i <= r.T; i++)
      mean += power(r.k.beta1, r.T - i) * path[i - 1][n];
    module[n] = state[n] / (R(1.0) - power(r.k.beta1, r.T));
    page[n] = sum_of(&r, r.k.beta1, r.T, n) / sum_of_powers(r.k.beta1, r.T) +
              r.k.decay * mean / sum_of_powers(r.k.beta1, r.T);
  }
}

/* θ_t = θ_{t−1} − α m̂_t/(√v̂'_t + ε) − α ω θ̄_t/(√v̂'_t + ε) */
static void l2_step(const size_t d[], const void *const in[], void *left,
                    void *right)
{
  struct run r = run_at(d, in);
  real *module = left, *page = right;
  real path[8][MOST];
  with_penalty(&rule_adam, &r, path);
  for (size_t n = 0; n < r.N; n++) {
    real mean = R(0.0), square = R(0.0);
    for (size_t i = 1; i <= r.T; i++) {
      const real g = gradient(&r, i, n) + r.k.decay * path[i - 1][n];
      mean += power(r.k.beta1, r.T - i) * path[i - 1][n] /
              sum_of_powers(r.k.beta1, r.T);
      square +=
          power(r.k.beta2, r.T - i) * g * g / sum_of_powers(r.k.beta2, r.T);
    }
    const real m_hat =
        sum_of(&r, r.k.beta1, r.T, n) / sum_of_powers(r.k.beta1, r.T);
    module[n] = path[r.T][n];
    page[n] = path[r.T - 1][n] - r.a * m_hat / (sqrt(square) + r.k.epsilon) -
              r.a * r.k.decay * mean / (sqrt(square) + r.k.epsilon);
  }
}

/* Adam's first step on g_1 + ω θ_0 is −α sign(g_1) where ω |θ_0| < |g_1|, at
   ε = 0: the penalty does nothing */
static void l2_first(const size_t d[], const void *const in[], void *left,
                     void *right)
{
  struct run r = run_at(d, in);
  real *module = left, *page = right;
  real path[8][MOST], larger[7 * 6];
  r.T = 1;
  r.k.epsilon = R(0.0);
  for (size_t n = 0; n < r.N; n++) {
    const real g = gradient(&r, 1, n);
    larger[n] = g + sign(g) * r.k.decay * magnitude(r.theta[n]);
  }
  r.gradients = larger;
  with_penalty(&rule_adam, &r, path);
  for (size_t n = 0; n < r.N; n++) {
    module[n] = path[1][n];
    page[n] = r.theta[n] - r.a * sign(larger[n]);
  }
}

/* θ_t = (1 − αω) θ_{t−1} − α m̂_t/(√v̂_t + ε) */
static void adamw_step(const size_t d[], const void *const in[], void *left,
                       void *right)
{
  struct run r = run_at(d, in);
  real *module = left, *page = right, state[2 * MOST];
  one_step(&rule_adamw, &r, r.m, r.v, module, state);
  for (size_t n = 0; n < r.N; n++) {
    const real m_hat = adam_m(&r, n) / (R(1.0) - power(r.k.beta1, r.T));
    const real v_hat = adam_v(&r, n) / (R(1.0) - power(r.k.beta2, r.T));
    page[n] = (R(1.0) - r.a * r.k.decay) * r.theta[n] -
              r.a * m_hat / (sqrt(v_hat) + r.k.epsilon);
  }
}

/* θ_T = (1 − αω)^T θ_0 − α Σ_t (1 − αω)^(T−t) m̂_t/(√v̂_t + ε) */
static void adamw_closed(const size_t d[], const void *const in[], void *left,
                         void *right)
{
  struct run r = run_at(d, in);
  real *module = left, *page = right, state[2 * MOST];
  const real keep = R(1.0) - r.a * r.k.decay;
  take(&rule_adamw, &r, module, state);
  for (size_t n = 0; n < r.N; n++) {
    page[n] = power(keep, r.T) * r.theta[n];
    for (size_t t = 1; t <= r.T; t++)
      page[n] -= r.a * power(keep, r.T - t) * adam_update(&r, t, n);
  }
}

/* Exercises */

/* m̃_t = β1 m̃_{t−1} + (1 − β1) g_t, θ_t = θ_{t−1} − α̃ m̃_t, with α̃ =
   α/(1 − β1): the same path */
static void mean_momentum(const size_t d[], const void *const in[], void *left,
                          void *right)
{
  struct run r = run_at(d, in);
  real *module = left, *page = right, state[2 * MOST];
  const real rate = r.a / (R(1.0) - r.k.beta1);
  take(&rule_momentum, &r, module, state);
  for (size_t n = 0; n < r.N; n++) {
    real m = R(0.0);
    page[n] = r.theta[n];
    for (size_t t = 1; t <= r.T; t++) {
      m = r.k.beta1 * m + (R(1.0) - r.k.beta1) * gradient(&r, t, n);
      page[n] -= rate * m;
    }
  }
}

/* 1 − 0.9^22 = 0.9015, and the share of g_1 that the module has used then */
static void share_used(struct finding *f)
{
  const struct constants c = { .beta1 = R(0.9) };
  real w = R(0.0), m = R(0.0);
  for (long t = 1; t <= 22; t++) {
    const real g = t == 1 ? R(1.0) : R(0.0);
    rule_momentum.step(&c, 1, &w, &g, &m, R(1.0), t);
  }
  f->error = worse(0, (long double)re(-w * (R(1.0) - c.beta1)), 0.9015L);
  f->error =
      worse(f->error, (long double)re(R(1.0) - power(c.beta1, 22)), 0.9015L);
  f->tolerance = 0.5e-4L;
  f->entries = 2;
}

/* `stays` holds a hundredth below the limit, and not a hundredth above. */
static void judge_near(struct finding *f, const struct rule *rule,
                       long double lambda, long double beta, long double limit)
{
  if (!stays(rule, lambda, beta, 0.99L * limit) ||
      stays(rule, lambda, beta, 1.01L * limit))
    f->error = HUGE_VALL;
}

/* α = 2/λ, 2(1 + β1)/λ and 2(1 + β1)/((1 + 2β1)λ), by measurement */
static void measured_rates(struct finding *f)
{
  f->error = 0;
  f->tolerance = 0.002L;
  for (int k = 1; k < 10; k += 4) {
    const long double b = k / 10.0L, l = 0.5L * k;
    f->error = worse(f->error, largest_rate(&rule_sgd, l, b) * l / 2, 1);
    f->error = worse(f->error,
                     largest_rate(&rule_momentum, l, b) * l / (2 + 2 * b), 1);
    f->error = worse(
        f->error,
        largest_rate(&rule_nesterov, l, b) * l * (1 + 2 * b) / (2 + 2 * b), 1);
    judge_near(f, &rule_sgd, l, b, 2 / l);
    judge_near(f, &rule_momentum, l, b, (2 + 2 * b) / l);
    judge_near(f, &rule_nesterov, l, b, (2 + 2 * b) / ((1 + 2 * b) * l));
    f->entries += 3;
  }
}

/* ξ_t = (1 − αλ) ((1 + β1) ξ_{t−1} − β1 ξ_{t−2}) */
static void nesterov_recurrence(const size_t d[], const void *const in[],
                                void *left, void *right)
{
  const struct valley v = valley_at(d, in);
  real *module = left, *page = right, kept[8];
  real w[3][8];
  for (size_t k = 0; k < 3; k++)
    roll(&rule_nesterov, &v, v.T - k, w[k], kept);
  for (size_t i = 0; i < v.N; i++) {
    module[i] = component(&v, w[0], i);
    page[i] = (R(1.0) - v.a * v.lambda[i]) *
              ((R(1.0) + v.beta) * component(&v, w[1], i) -
               v.beta * component(&v, w[2], i));
  }
}

/* p(−1) = 2(1 + β1) − (1 + 2β1) αλ, p(z) = z² − (1 − αλ)((1 + β1) z − β1) */
static void nesterov_minus(const size_t d[], const void *const in[],
                           void *left, void *right)
{
  const real l = *(const real *)in[LINE_LAMBDA];
  const real a = *(const real *)in[LINE_RATE];
  const real b = *(const real *)in[LINE_BETA], z = R(-1.0);
  (void)d;
  *(real *)left = z * z - (R(1.0) - a * l) * ((R(1.0) + b) * z - b);
  *(real *)right = 2 * (R(1.0) + b) - (R(1.0) + 2 * b) * a * l;
}

/* 1 + β1 − r − β1/r = (1 − r)(1 − β1/r), and the same with −r: an r for z */
static void floor_factors(const size_t d[], const void *const in[], void *left,
                          void *right)
{
  const real b = *(const real *)in[LINE_BETA],
             r = *(const real *)in[LINE_RATE];
  (void)d;
  ((real *)left)[0] = R(1.0) + b - r - b / r;
  ((real *)right)[0] = (R(1.0) - r) * (R(1.0) - b / r);
  ((real *)left)[1] = R(1.0) + b + r + b / r;
  ((real *)right)[1] = (R(1.0) + r) * (R(1.0) + b / r);
}

/* κ <= (1 + r)(1 + β1/r) / ((1 − r)(1 − β1/r)) <= ((1 + r)/(1 − r))², r the
   larger of the spectral radii at λ = 1 and κ, for any α and β1 with r < 1;
   so no pair is better than the best one */
static void momentum_floor(struct finding *f)
{
  struct rng rng = rng_stream(f->seed, "floor");
  f->error = 0;
  f->tolerance = 1e-8L;
  while (f->entries < 20000) {
    const long double kappa = 1 + 50 * (long double)rng_uniform(&rng);
    const long double a = 4 * (long double)rng_uniform(&rng) / kappa;
    const long double b = (long double)rng_uniform(&rng);
    const long double one = radius(a, b), other = radius(a * kappa, b);
    const long double r = one > other ? one : other;
    if (!(r < 1))
      continue;
    const long double bound = (1 + r) * (1 + b / r) / ((1 - r) * (1 - b / r));
    const long double square = (1 + r) / (1 - r) * (1 + r) / (1 - r);
    const long double best = (sqrt(kappa) - 1) / (sqrt(kappa) + 1);
    f->error = worse(f->error, kappa <= bound ? 0 : kappa / bound, 0);
    f->error =
        worse(f->error, bound <= square * (1 + 1e-9L) ? 0 : bound / square, 0);
    f->error = worse(f->error, r >= best - 1e-9L ? 0 : best - r, 0);
    f->entries += 3;
  }
}

static const struct rule rule_amsgrad = {
  "amsgrad", 3, { R(0.0), R(0.1), R(0.0), R(0.0) }, amsgrad
};

/* One cycle of Adam: −3/√8.2072 + 1/√1.7207 + 1/√1.0721 = 0.681 */
static void adam_cycle(struct finding *f)
{
  f->error = worse(0, cycle(&rule_adam), 0.681L);
  f->error = worse(f->error,
                   -3 / sqrt(8.2072L) + 1 / sqrt(1.7207L) + 1 / sqrt(1.0721L),
                   0.681L);
  f->tolerance = 0.5e-3L;
  f->entries = 2;
}

/* u_t = max(u_{t−1}, v_t), θ_t = θ_{t−1} − α m_t/(√u_t + ε), T steps from the
   state that is there: u_T and θ_T, a row each */
static void amsgrad_step(const size_t d[], const void *const in[], void *left_,
                         void *right_)
{
  struct run r = run_at(d, in);
  real(*left)[d[N]] = left_, (*right)[d[N]] = right_, state[3 * MOST];
  memcpy(state, r.m, r.N * sizeof *state);
  memcpy(state + r.N, r.v, r.N * sizeof *state);
  memcpy(state + 2 * r.N, r.u, r.N * sizeof *state);
  go_on(&rule_amsgrad, &r, left[1], state);
  for (size_t n = 0; n < r.N; n++) {
    real m = r.m[n], v = r.v[n], u = r.u[n], theta = r.theta[n];
    for (size_t t = 1; t <= r.T; t++) {
      const real g = gradient(&r, t, n);
      m = r.k.beta1 * m + (R(1.0) - r.k.beta1) * g;
      v = r.k.beta2 * v + (R(1.0) - r.k.beta2) * g * g;
      if (re(u) < re(v))
        u = v;
      theta -= r.a * m / (sqrt(u) + r.k.epsilon);
    }
    left[0][n] = state[2 * r.N + n];
    right[0][n] = u;
    right[1][n] = theta;
    for (size_t row = 2; row < r.T; row++)
      left[row][n] = right[row][n] = R(0.0);
  }
}

/* One cycle of AMSGrad: (−3 + 1 + 1)/√8.2072 = −0.349 */
static void amsgrad_cycle(struct finding *f)
{
  f->error = worse(0, cycle(&rule_amsgrad), -0.349L);
  f->error = worse(f->error, (-3 + 1 + 1) / sqrt(8.2072L), -0.349L);
  f->tolerance = 0.5e-3L;
  f->entries = 2;
}

#define RUN(label, f, ...)                                               \
  {                                                                      \
    "optimisers-" label, IDENTITY, &run, .sides = f, .side = __VA_ARGS__ \
  }
#define VALLEY(label, f, ...)                                               \
  {                                                                         \
    "optimisers-" label, IDENTITY, &valley, .sides = f, .side = __VA_ARGS__ \
  }
#define LINE(label, f, ...)                                               \
  {                                                                       \
    "optimisers-" label, IDENTITY, &line, .sides = f, .side = __VA_ARGS__ \
  }
#define DERIVED(label, of, f)                            \
  {                                                      \
    "optimisers-" label, GRADIENT, &of, 0, .gradient = f \
  }
#define FOUND(label, how, f)               \
  {                                        \
    "optimisers-" label, how, .finding = f \
  }

const struct claim CLAIMS(optimisers)[] = {
  RUN("sgd-step", sgd_step, SHAPE(N)),
  RUN("sgd-unrolled", sgd_unrolled, SHAPE(N)),
  DERIVED("quadratic-product", quadratic, quadratic_product),
  DERIVED("quadratic-contracted", quadratic, quadratic_contracted),
  DERIVED("quadratic-gradient", quadratic, quadratic_gradient),
  DERIVED("quadratic-symmetric", symmetric, quadratic_symmetric),
  VALLEY("descent-error", descent_error, SHAPE(N)),
  VALLEY("descent-power", descent_power, SHAPE(N)),
  VALLEY("component-step", component_step, SHAPE(N, N)),
  VALLEY("components", components, SHAPE(N)),
  FOUND("settles", STATEMENT, settles),
  FOUND("flips", STATEMENT, flips),
  FOUND("diverges", STATEMENT, diverges),
  FOUND("climbs", STATEMENT, climbs),
  VALLEY("worst-ends", worst_ends, SCALAR),
  VALLEY("balance", balance, SCALAR),
  FOUND("best-rate", STATEMENT, best_rate_found),
  VALLEY("best-factor", best_factor, SCALAR),
  FOUND("ravine", STATEMENT, ravine),
  FOUND("worked-plain", VALUE, worked_plain),
  RUN("momentum-moment", momentum_moment, SHAPE(N)),
  RUN("momentum-step", momentum_step, SHAPE(N)),
  RUN("momentum-unrolled", momentum_unrolled, SHAPE(N)),
  RUN("momentum-double", momentum_double, SHAPE(N)),
  RUN("momentum-swapped", momentum_swapped, SHAPE(N)),
  RUN("geometric-difference", geometric_difference, SCALAR),
  RUN("geometric", geometric, SCALAR),
  RUN("momentum-closed", momentum_closed, SHAPE(N)),
  { "optimisers-momentum-share", JACOBIAN, &momentum_run, 1, .linear = 1,
    .jacobian = momentum_share },
  RUN("momentum-constant", momentum_constant, SHAPE(N)),
  FOUND("momentum-steady", STATEMENT, momentum_steady),
  RUN("heavy-ball", heavy_ball, SHAPE(N)),
  { "optimisers-momentum-matrix", JACOBIAN, &line, 0, .linear = 1,
    .jacobian = line_jacobian },
  LINE("momentum-polynomial", line_polynomial, SCALAR),
  VALLEY("momentum-recurrence", momentum_recurrence, SHAPE(N)),
  FOUND("momentum-roots", STATEMENT, line_roots),
  FOUND("momentum-product", STATEMENT, line_product),
  FOUND("momentum-window", STATEMENT, line_window),
  LINE("momentum-plus", line_plus, SCALAR),
  LINE("momentum-minus", line_minus, SCALAR),
  FOUND("momentum-largest", STATEMENT, momentum_largest),
  VALLEY("momentum-ends", momentum_ends, SHAPE(N)),
  VALLEY("momentum-ratio", momentum_ratio, SCALAR),
  VALLEY("momentum-best-beta", momentum_best_beta, SCALAR),
  VALLEY("momentum-sum", momentum_sum, SCALAR),
  VALLEY("momentum-best-rate", momentum_best_rate, SCALAR),
  FOUND("momentum-best", STATEMENT, momentum_best),
  FOUND("worked-momentum", VALUE, worked_momentum),
  VALLEY("nesterov-insert", nesterov_insert, SHAPE(N)),
  VALLEY("nesterov-back", nesterov_back, SHAPE(N)),
  VALLEY("nesterov-changed", nesterov_changed, SHAPE(N)),
  VALLEY("nesterov-same", nesterov_same, SHAPE(N)),
  RUN("nesterov-step", nesterov_step, SHAPE(T, N)),
  RUN("nesterov-closed", nesterov_closed, SHAPE(N)),
  RUN("rmsprop-moment", rmsprop_moment, SHAPE(N)),
  RUN("rmsprop-step", rmsprop_step, SHAPE(N)),
  RUN("rmsprop-unrolled", rmsprop_unrolled, SHAPE(N)),
  RUN("rmsprop-closed", rmsprop_closed, SHAPE(N)),
  RUN("rmsprop-first", rmsprop_first, SHAPE(N)),
  RUN("rmsprop-scale", rmsprop_scale, SHAPE(N)),
  FOUND("rmsprop-bound", STATEMENT, rmsprop_bound),
  RUN("adadelta-moment", adadelta_moment, SHAPE(N)),
  RUN("adadelta-update", adadelta_update, SHAPE(N)),
  RUN("adadelta-accumulate", adadelta_accumulate, SHAPE(N)),
  RUN("adadelta-step", adadelta_step, SHAPE(N)),
  RUN("adadelta-unrolled", adadelta_unrolled, SHAPE(N)),
  RUN("adadelta-closed", adadelta_closed, SHAPE(N)),
  RUN("adadelta-first", adadelta_first, SHAPE(N)),
  FOUND("adadelta-start", VALUE, adadelta_start),
  RUN("adadelta-units", adadelta_units, SHAPE(N)),
  RUN("adam-first-moment", adam_first_moment, SHAPE(N)),
  RUN("adam-second-moment", adam_second_moment, SHAPE(N)),
  RUN("adam-unrolled", adam_unrolled, SHAPE(N)),
  RUN("adam-shift", adam_shift, SCALAR),
  RUN("adam-weights", adam_weights, SCALAR),
  FOUND("adam-expectation-sum", STATEMENT, adam_expectation_sum),
  FOUND("adam-expectation", STATEMENT, adam_expectation),
  RUN("adam-step", adam_step, SHAPE(N)),
  FOUND("usual", VALUE, usual),
  RUN("adam-mean", adam_mean, SHAPE(N)),
  RUN("adam-mean-square", adam_mean_square, SHAPE(N)),
  RUN("adam-closed", adam_closed, SHAPE(N)),
  RUN("adam-first", adam_first, SHAPE(N)),
  FOUND("adam-sign", STATEMENT, adam_sign),
  RUN("adam-uncorrected", adam_uncorrected, SHAPE(N)),
  RUN("adam-scale", adam_scale, SHAPE(N)),
  RUN("adam-sparse", adam_sparse, SHAPE(N)),
  FOUND("adam-sparse-limit", VALUE, adam_sparse_limit),
  FOUND("adam-stays", VALUE, adam_stays),
  FOUND("adam-cauchy", STATEMENT, adam_cauchy),
  FOUND("adam-bound", STATEMENT, adam_bound),
  RUN("adam-attained", adam_attained, SHAPE(N)),
  FOUND("adam-worst", VALUE, adam_worst),
  DERIVED("l2-gradient", penalised, l2_gradient),
  RUN("l2-sgd", l2_sgd, SHAPE(N)),
  RUN("l2-moment", l2_moment, SHAPE(N)),
  RUN("l2-step", l2_step, SHAPE(N)),
  RUN("l2-first", l2_first, SHAPE(N)),
  RUN("adamw-step", adamw_step, SHAPE(N)),
  RUN("adamw-closed", adamw_closed, SHAPE(N)),
  RUN("ex-mean-momentum", mean_momentum, SHAPE(N)),
  FOUND("ex-share", VALUE, share_used),
  FOUND("ex-measured", STATEMENT, measured_rates),
  VALLEY("ex-nesterov", nesterov_recurrence, SHAPE(N)),
  LINE("ex-nesterov-minus", nesterov_minus, SCALAR),
  LINE("ex-floor-factors", floor_factors, SHAPE(PAIR)),
  FOUND("ex-floor", STATEMENT, momentum_floor),
  FOUND("ex-cycle", VALUE, adam_cycle),
  RUN("ex-amsgrad-step", amsgrad_step, SHAPE(T, N)),
  FOUND("ex-amsgrad", VALUE, amsgrad_cycle),
  END,
};
