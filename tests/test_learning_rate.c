#include "../chapters/10-learning-rate.exercises.h"
#include "claims.h"
#include "learning_rate.h"
#include "rng.h"

#include <float.h>

static const long double EPS = LDBL_EPSILON;

static real dot(size_t n, const real a[], const real b[])
{
  real sum = R(0.0);
  for (size_t i = 0; i < n; i++)
    sum += a[i] * b[i];
  return sum;
}

static real power(real x, size_t n)
{
  real product = R(1.0);
  for (size_t i = 0; i < n; i++)
    product *= x;
  return product;
}

static real square(real x) { return x * x; }

/* How far the observed order of two errors, at h and h/2, is from `order`. */
static long double off_order(long double at_h, long double at_half,
                             long double order)
{
  return worse(0, log2(fabs(at_h / at_half)), order);
}

/* A bound that must hold: what is above it, relative to it. */
static long double above(long double error, long double value,
                         long double bound)
{
  if (value <= bound)
    return error;
  return worse(error, value / bound, 1);
}

/* ∫_a^b f(x, p) dx: 64 panels of Gauss and Legendre's five points. */
static long double integral(long double (*f)(long double, const void *),
                            const void *p, long double a, long double b)
{
  const long double root = 2 * sqrt(10.0L / 7);
  const long double x[] = { 0, sqrt(5 - root) / 3, sqrt(5 + root) / 3 };
  const long double w[] = { 128.0L / 225, (322 + 13 * sqrt(70.0L)) / 900,
                            (322 - 13 * sqrt(70.0L)) / 900 };
  const long double h = (b - a) / 128;
  long double sum = 0;
  for (int panel = 0; panel < 64; panel++) {
    const long double middle = a + (2 * panel + 1) * h;
    sum += w[0] * f(middle, p);
    for (int k = 1; k < 3; k++)
      sum += w[k] * (f(middle - x[k] * h, p) + f(middle + x[k] * h, p));
  }
  return sum * h;
}

/* --- The loss of a linear classifier ------------------------------------ */

enum { S, M, MOST = 4 };    /* M is at most MOST */
enum { THETA, X, T, A, V }; /* α, and the direction g */

static real sigmoid(real z) { return R(1.0) / (R(1.0) + exp(-z)); }

/* L(θ) = (1/S) Σ_s (log(1 + e^z_s) − t_s z_s),  z_s = Σ_i X_si θ_i */
static real loss(const size_t d[], const void *const in[], const real *theta)
{
  const real(*x)[d[M]] = in[X], *t = in[T];
  real sum = R(0.0);
  for (size_t s = 0; s < d[S]; s++) {
    const real z = dot(d[M], x[s], theta);
    sum += log(R(1.0) + exp(z)) - t[s] * z;
  }
  return sum / (real)d[S];
}

/* ∂L_s/∂θ_i of the samples from … to − 1, summed:  Σ_s (h(z_s) − t_s) X_si */
static void slopes(const size_t d[], const void *const in[], const real *theta,
                   size_t from, size_t to, real *g)
{
  const real(*x)[d[M]] = in[X], *t = in[T];
  for (size_t i = 0; i < d[M]; i++)
    g[i] = R(0.0);
  for (size_t s = from; s < to; s++)
    for (size_t i = 0; i < d[M]; i++)
      g[i] += (sigmoid(dot(d[M], x[s], theta)) - t[s]) * x[s][i];
}

/* ∂L/∂θ_i = (1/S) Σ_s (h(z_s) − t_s) X_si */
static void grad(const size_t d[], const void *const in[], const real *theta,
                 real *g)
{
  slopes(d, in, theta, 0, d[S], g);
  for (size_t i = 0; i < d[M]; i++)
    g[i] /= (real)d[S];
}

/* H_ij = (1/S) Σ_s h(z_s) (1 − h(z_s)) X_si X_sj */
static real hessian(const size_t d[], const void *const in[],
                    const real *theta, size_t i, size_t j)
{
  const real(*x)[d[M]] = in[X];
  real sum = R(0.0);
  for (size_t s = 0; s < d[S]; s++) {
    const real p = sigmoid(dot(d[M], x[s], theta));
    sum += p * (R(1.0) - p) * x[s][i] * x[s][j];
  }
  return sum / (real)d[S];
}

/* Σ_ij g_i H_ij g_j */
static real form(const size_t d[], const void *const in[], const real *theta,
                 const real *g)
{
  real sum = R(0.0);
  for (size_t i = 0; i < d[M]; i++)
    for (size_t j = 0; j < d[M]; j++)
      sum += g[i] * hessian(d, in, theta, i, j) * g[j];
  return sum;
}

/* θ − α g */
static void step(size_t n, real *to, const real *theta, real a, const real *g)
{
  for (size_t i = 0; i < n; i++)
    to[i] = theta[i] - a * g[i];
}

static void loss_op(const size_t d[], const void *const in[], void *Y)
{
  *(real *)Y = loss(d, in, in[THETA]);
}

static void sum_op(const size_t d[], const void *const in[], void *Y)
{
  *(real *)Y = (real)d[S] * loss(d, in, in[THETA]);
}

static void grad_op(const size_t d[], const void *const in[], void *Y)
{
  grad(d, in, in[THETA], Y);
}

static real along(const size_t d[], const void *const in[], const real *g)
{
  real at[MOST] = { R(0.0) };
  step(d[M], at, in[THETA], *(const real *)in[A], g);
  return loss(d, in, at);
}

static void ray_op(const size_t d[], const void *const in[], void *Y)
{
  *(real *)Y = along(d, in, in[V]);
}

static void downhill_op(const size_t d[], const void *const in[], void *Y)
{
  real g[MOST];
  grad(d, in, in[THETA], g);
  *(real *)Y = along(d, in, g);
}

/* dψ/dα = −Σ_i g_i ∂L/∂θ_i(θ − αg) */
static void slope(const size_t d[], const void *const in[], void *J)
{
  real at[MOST] = { R(0.0) }, g[MOST];
  step(d[M], at, in[THETA], *(const real *)in[A], in[V]);
  grad(d, in, at, g);
  *(real *)J = -dot(d[M], in[V], g);
}

/* q(α) = L(θ) − α‖g‖² + ½ α² gᵀHg */
static real model(const size_t d[], const void *const in[], real a)
{
  real g[MOST];
  grad(d, in, in[THETA], g);
  return loss(d, in, in[THETA]) - a * dot(d[M], g, g) +
         R(0.5) * a * a * form(d, in, in[THETA], g);
}

static void model_op(const size_t d[], const void *const in[], void *Y)
{
  *(real *)Y = model(d, in, *(const real *)in[A]);
}

#define SAMPLES                                   \
  { "X", SHAPE(S, M), NORMAL, .role = CONSTANT }, \
  {                                               \
    "t", SHAPE(S), TARGETS, .role = CONSTANT      \
  }
#define POINT                                            \
  { "θ", SHAPE(M), NORMAL, .role = PARAMETER }, SAMPLES, \
      { "α", SCALAR, UNIFORM, 0.1L, 1, PARAMETER },      \
  {                                                      \
    "g", SHAPE(M), NORMAL, .role = CONSTANT              \
  }
#define SIZES                     \
  {                               \
    { "S", 5, 7 }, { "M", 2, 4 }, \
  }

static const struct op classifier = {
  .name = "loss of a linear classifier",
  .dim = SIZES,
  .in = { POINT },
  .out = SCALAR,
  .forward = loss_op,
};
static const struct op summed = {
  .name = "sum of its samples' losses",
  .dim = SIZES,
  .in = { POINT },
  .out = SCALAR,
  .forward = sum_op,
};
static const struct op gradient_of = {
  .name = "its gradient",
  .dim = SIZES,
  .in = { POINT },
  .out = SHAPE(M),
  .forward = grad_op,
};
static const struct op ray = {
  .name = "its loss along a ray",
  .dim = SIZES,
  .in = { POINT },
  .out = SCALAR,
  .forward = ray_op,
};
static const struct op ray_slope = {
  .name = "its slope along a ray",
  .dim = SIZES,
  .in = { POINT },
  .out = SCALAR,
  .forward = slope,
};
static const struct op downhill = {
  .name = "its loss against the gradient",
  .dim = SIZES,
  .in = { { "θ", SHAPE(M), NORMAL, .role = PARAMETER },
          SAMPLES,
          { "α", SCALAR, UNIFORM, 0, 0, PARAMETER } },
  .out = SCALAR,
  .forward = downhill_op,
};
static const struct op parabola = {
  .name = "its quadratic model",
  .dim = SIZES,
  .in = { POINT },
  .out = SCALAR,
  .forward = model_op,
};

static void logistic_gradient(const size_t d[], const void *const in[],
                              const void *G, void *g)
{
  grad(d, in, in[THETA], g);
  for (size_t i = 0; i < d[M]; i++)
    ((real *)g)[i] *= *(const real *)G;
}

static void logistic_hessian(const size_t d[], const void *const in[], void *J)
{
  real(*H)[d[M]] = J;
  for (size_t i = 0; i < d[M]; i++)
    for (size_t j = 0; j < d[M]; j++)
      H[i][j] = hessian(d, in, in[THETA], i, j);
}

/* ∂(Σ_s L_s)/∂θ_i = S ∂L/∂θ_i */
static void batch_sum(const size_t d[], const void *const in[], const void *G,
                      void *g)
{
  logistic_gradient(d, in, G, g);
  for (size_t i = 0; i < d[M]; i++)
    ((real *)g)[i] *= (real)d[S];
}

/* −Σ_i g_i² at α = 0 */
static void slope_zero(const size_t d[], const void *const in[], void *J)
{
  real g[MOST];
  grad(d, in, in[THETA], g);
  *(real *)J = -dot(d[M], g, g);
}

/* d²ψ/dα² = Σ_ij g_i H_ij(θ − αg) g_j */
static void curvature(const size_t d[], const void *const in[], void *J)
{
  real at[MOST] = { R(0.0) };
  step(d[M], at, in[THETA], *(const real *)in[A], in[V]);
  *(real *)J = form(d, in, at, in[V]);
}

/* ‖g‖² and gᵀHg of the gradient at θ */
static void norms(const size_t d[], const void *const in[], real *gg,
                  real *gHg)
{
  real g[MOST];
  grad(d, in, in[THETA], g);
  *gg = dot(d[M], g, g);
  *gHg = form(d, in, in[THETA], g);
}

/* dq/dα = −‖g‖² + α gᵀHg */
static void model_slope(const size_t d[], const void *const in[], void *J)
{
  real gg, gHg;
  norms(d, in, &gg, &gHg);
  *(real *)J = -gg + *(const real *)in[A] * gHg;
}

/* α* = ‖g‖² / (gᵀHg), and where the parabola through q(0), q(8), q(16) has
   its vertex */
static void best(const size_t d[], const void *const in[], void *left,
                 void *right)
{
  real gg, gHg;
  norms(d, in, &gg, &gHg);
  const real q0 = model(d, in, R(0.0)), q1 = model(d, in, R(8.0)),
             q2 = model(d, in, R(16.0));
  *(real *)left =
      R(4.0) * (R(4.0) * q1 - R(3.0) * q0 - q2) / (R(2.0) * q1 - q0 - q2);
  *(real *)right = gg / gHg;
}

/* q(0) − q(α*) = ‖g‖⁴ / (2 gᵀHg) */
static void best_gain(const size_t d[], const void *const in[], void *left,
                      void *right)
{
  real gg, gHg;
  norms(d, in, &gg, &gHg);
  *(real *)left = model(d, in, R(0.0)) - model(d, in, gg / gHg);
  *(real *)right = square(gg) / (R(2.0) * gHg);
}

/* q(α) − q(0) = −α‖g‖² (1 − α / (2α*)) */
static void model_change(const size_t d[], const void *const in[], void *left,
                         void *right)
{
  const real a = *(const real *)in[A];
  real gg, gHg;
  norms(d, in, &gg, &gHg);
  *(real *)left = model(d, in, a) - model(d, in, R(0.0));
  *(real *)right = -a * gg * (R(1.0) - a / (R(2.0) * (gg / gHg)));
}

/* A point of the classifier that a STATEMENT draws for itself */
enum { ROWS = 6, COLUMNS = 3 };
struct drawn {
  size_t d[2];
  real x[ROWS][COLUMNS], t[ROWS], theta[COLUMNS], g[COLUMNS];
  const void *in[3];
};

static void draw_point(struct drawn *p, struct rng *rng)
{
  p->d[S] = ROWS;
  p->d[M] = COLUMNS;
  p->in[THETA] = p->theta;
  p->in[X] = p->x;
  p->in[T] = p->t;
  for (size_t s = 0; s < ROWS; s++) {
    p->t[s] = (real)rng_uniform(rng);
    for (size_t i = 0; i < COLUMNS; i++)
      p->x[s][i] = (real)rng_normal(rng);
  }
  for (size_t i = 0; i < COLUMNS; i++)
    p->theta[i] = (real)rng_normal(rng);
  grad(p->d, p->in, p->theta, p->g);
}

/* ψ(α) on the real line */
static long double psi(const struct drawn *p, long double a)
{
  real at[COLUMNS];
  step(COLUMNS, at, p->theta, (real)a, p->g);
  return (long double)re(loss(p->d, p->in, at));
}

/* g · ∇L(θ − ug) */
static long double meets(long double u, const void *point)
{
  const struct drawn *p = point;
  real at[COLUMNS], g[COLUMNS];
  step(COLUMNS, at, p->theta, (real)u, p->g);
  grad(p->d, p->in, at, g);
  return (long double)re(dot(COLUMNS, p->g, g));
}

/* g · (∇L(θ) − ∇L(θ − ug)) */
static long double changes(long double u, const void *point)
{
  const struct drawn *p = point;
  real at[COLUMNS], g[COLUMNS];
  step(COLUMNS, at, p->theta, (real)u, p->g);
  grad(p->d, p->in, at, g);
  for (size_t i = 0; i < COLUMNS; i++)
    g[i] = p->g[i] - g[i];
  return (long double)re(dot(COLUMNS, p->g, g));
}

/* L(θ − αg) = L(θ) − α‖g‖² + ½ α² gᵀHg + O(α³); what is left of 20 points
   together, for at some points it is nearly 0 */
static void taylor(struct finding *f)
{
  struct rng rng = rng_stream(f->seed, "learning-rate-taylor");
  long double rest[2] = { 0, 0 };
  for (int draw = 0; draw < 20; draw++, f->entries++) {
    struct drawn p;
    draw_point(&p, &rng);
    const long double first = (long double)re(loss(p.d, p.in, p.theta)),
                      gg = (long double)re(dot(COLUMNS, p.g, p.g)),
                      gHg = (long double)re(form(p.d, p.in, p.theta, p.g));
    for (int k = 0; k < 2; k++) {
      const long double a = k ? 0x1p-11L : 0x1p-10L;
      rest[k] = rest[k] + fabs(psi(&p, a) - first + a * gg - a * a * gHg / 2);
    }
  }
  f->error = off_order(rest[0], rest[1], 3);
  f->tolerance = 0.02L;
}

/* A symmetric matrix of known eigenvalues: a reflection on either side of a
   diagonal matrix.  Column j of the reflection is an eigenvector. */
struct spectrum {
  long double H[4][4], eigenvector[4], highest;
};

static struct spectrum draw_spectrum(struct rng *rng)
{
  struct spectrum m = { .highest = 0 };
  long double v[4], Q[4][4], lambda[4], vv = 0;
  size_t top = 0;
  for (size_t i = 0; i < 4; i++) {
    v[i] = (long double)rng_normal(rng);
    vv += v[i] * v[i];
    lambda[i] = 0.1L + 3 * (long double)rng_uniform(rng);
    top = lambda[i] > lambda[top] ? i : top;
  }
  for (size_t i = 0; i < 4; i++)
    for (size_t j = 0; j < 4; j++)
      Q[i][j] = (i == j) - 2 * v[i] * v[j] / vv;
  for (size_t i = 0; i < 4; i++)
    for (size_t j = 0; j < 4; j++)
      for (size_t k = 0; k < 4; k++)
        m.H[i][j] += Q[i][k] * lambda[k] * Q[j][k];
  for (size_t i = 0; i < 4; i++)
    m.eigenvector[i] = Q[i][top];
  m.highest = lambda[top];
  return m;
}

static void forms(const struct spectrum *m, const long double g[4],
                  long double *gg, long double *gHg)
{
  *gg = *gHg = 0;
  for (size_t i = 0; i < 4; i++) {
    *gg += g[i] * g[i];
    for (size_t j = 0; j < 4; j++)
      *gHg += g[i] * m->H[i][j] * g[j];
  }
}

/* gᵀHg <= λ_max ‖g‖²; equal where g is the eigenvector */
static void rayleigh(struct finding *f)
{
  struct rng rng = rng_stream(f->seed, "learning-rate-rayleigh");
  f->error = 0;
  f->tolerance = 64 * EPS;
  for (int draw = 0; draw < 200; draw++, f->entries++) {
    const struct spectrum m = draw_spectrum(&rng);
    long double g[4], gg, gHg;
    for (size_t i = 0; i < 4; i++)
      g[i] = (long double)rng_normal(&rng);
    forms(&m, g, &gg, &gHg);
    f->error = above(f->error, gHg, m.highest * gg);
    forms(&m, m.eigenvector, &gg, &gHg);
    f->error = worse(f->error, gHg, m.highest * gg);
  }
}

/* 2‖g‖² / (gᵀHg) >= 2 / λ_max; equal where g is the eigenvector */
static void bound(struct finding *f)
{
  struct rng rng = rng_stream(f->seed, "learning-rate-bound");
  f->error = 0;
  f->tolerance = 64 * EPS;
  for (int draw = 0; draw < 200; draw++, f->entries++) {
    const struct spectrum m = draw_spectrum(&rng);
    long double g[4], gg, gHg;
    for (size_t i = 0; i < 4; i++)
      g[i] = (long double)rng_normal(&rng);
    forms(&m, g, &gg, &gHg);
    f->error = above(f->error, 2 / m.highest, 2 * gg / gHg);
    forms(&m, m.eigenvector, &gg, &gHg);
    f->error = worse(f->error, 2 * gg / gHg, 2 / m.highest);
  }
}

/* L = ½ (θ_1² + 10 θ_2²) from (1, 0.01) at rate 1 */
static void worked(struct finding *f)
{
  const long double page[] = { 0.5005L, 0.0405L, 3.2805L };
  long double x = 1, y = 0.01L;
  f->error = 0;
  f->tolerance = 1e-17L;
  for (int k = 0; k < 3; k++, f->entries++) {
    f->error = worse(f->error, (x * x + 10 * y * y) / 2, page[k]);
    x -= 1 * x;
    y -= 1 * (10 * y);
  }
  if (LDBL_MANT_DIG == DBL_MANT_DIG)
    f->tolerance = 1e-14L;
}

/* 2‖g‖² / (gᵀHg) there: g = (1, 0.1) */
static void worked_bound(struct finding *f)
{
  const long double g[] = { 1, 0.1L }, H[] = { 1, 10 };
  const long double gg = g[0] * g[0] + g[1] * g[1],
                    gHg = g[0] * H[0] * g[0] + g[1] * H[1] * g[1];
  f->error = worse(0, 2 * gg / gHg, 1.836L);
  f->tolerance = 5e-4L;
  if (!(worse(0, 2 / H[1], 0.2L) <= 4 * EPS)) /* 0.2 is not rounded */
    f->error = 1;
  f->entries = 2;
}

/* --- The descent lemma -------------------------------------------------- */

/* A Lipschitz constant: h(1 − h) <= 1/4, and λ_max <= the trace */
static long double lipschitz(const struct drawn *p)
{
  long double sum = 0;
  for (size_t s = 0; s < ROWS; s++)
    sum += (long double)re(dot(COLUMNS, p->x[s], p->x[s]));
  return sum / (4 * ROWS);
}

static void lemma_integral(struct finding *f)
{
  struct rng rng = rng_stream(f->seed, "learning-rate-lemma-integral");
  f->error = 0;
  f->tolerance = 200 * EPS;
  for (int draw = 0; draw < 20; draw++, f->entries++) {
    struct drawn p;
    draw_point(&p, &rng);
    const long double a = 4 * (long double)rng_uniform(&rng);
    f->error =
        worse(f->error, psi(&p, a), psi(&p, 0) - integral(meets, &p, 0, a));
  }
}

static void lemma_split(struct finding *f)
{
  struct rng rng = rng_stream(f->seed, "learning-rate-lemma-split");
  f->error = 0;
  f->tolerance = 200 * EPS;
  for (int draw = 0; draw < 20; draw++, f->entries++) {
    struct drawn p;
    draw_point(&p, &rng);
    const long double a = 4 * (long double)rng_uniform(&rng),
                      gg = (long double)re(dot(COLUMNS, p.g, p.g));
    f->error = worse(f->error, psi(&p, a),
                     psi(&p, 0) - a * gg + integral(changes, &p, 0, a));
  }
}

/* g · (∇L(θ) − ∇L(θ − ug)) <= Λ u ‖g‖²; equal for L = ½ Λ θ² */
static void lemma_bound(struct finding *f)
{
  struct rng rng = rng_stream(f->seed, "learning-rate-lemma-bound");
  f->error = 0;
  f->tolerance = 64 * EPS;
  for (int draw = 0; draw < 200; draw++, f->entries++) {
    struct drawn p;
    draw_point(&p, &rng);
    const long double u = 4 * (long double)rng_uniform(&rng),
                      gg = (long double)re(dot(COLUMNS, p.g, p.g)),
                      Lambda = lipschitz(&p), x = (long double)re(p.theta[0]);
    f->error = above(f->error, changes(u, &p), Lambda * u * gg);
    const long double g = Lambda * x;
    f->error = worse(
        f->error, g * (Lambda * x - Lambda * (x - u * g)) / (g * g * Lambda),
        Lambda * u * (g * g) / (g * g * Lambda));
  }
}

/* L(θ − αg) <= L(θ) − α (1 − αΛ/2) ‖g‖²; equal for L = ½ Λ θ² */
static void lemma(struct finding *f)
{
  struct rng rng = rng_stream(f->seed, "learning-rate-lemma");
  f->error = 0;
  f->tolerance = 64 * EPS;
  for (int draw = 0; draw < 200; draw++, f->entries++) {
    struct drawn p;
    draw_point(&p, &rng);
    const long double Lambda = lipschitz(&p), x = (long double)re(p.theta[0]),
                      a = 3 / Lambda * (long double)rng_uniform(&rng),
                      gg = (long double)re(dot(COLUMNS, p.g, p.g));
    const long double right = psi(&p, 0) - a * (1 - a * Lambda / 2) * gg;
    if (!(psi(&p, a) <= right))
      f->error = worse(f->error, psi(&p, a), right);
    const long double g = Lambda * x, to = x - a * g,
                      unit = Lambda * x * x / 2;
    f->error = worse(f->error, Lambda * to * to / 2 / unit,
                     (unit - a * (1 - a * Lambda / 2) * g * g) / unit);
  }
}

/* (1/K) Σ_k ‖g_k‖² <= 2 (L(θ_0) − L(θ_K)) / (αK) for α <= 1/Λ; equal for
   L = ½ Λ θ² at α = 1/Λ */
static void lemma_sum(struct finding *f)
{
  struct rng rng = rng_stream(f->seed, "learning-rate-lemma-sum");
  f->error = 0;
  f->tolerance = 64 * EPS;
  for (int draw = 0; draw < 50; draw++, f->entries++) {
    const int K = 1 + draw;
    struct drawn p;
    draw_point(&p, &rng);
    const long double Lambda = lipschitz(&p), x = (long double)re(p.theta[0]),
                      a = (draw % 2 ? (long double)rng_uniform(&rng) : 1) /
                          Lambda,
                      first = psi(&p, 0);
    long double sum = 0;
    for (int k = 0; k < K; k++) {
      sum += (long double)re(dot(COLUMNS, p.g, p.g));
      step(COLUMNS, p.theta, p.theta, (real)a, p.g);
      grad(p.d, p.in, p.theta, p.g);
    }
    f->error = above(f->error, sum / K, 2 * (first - psi(&p, 0)) / (a * K));
    const long double g = Lambda * x, to = x - 1 / Lambda * g,
                      start = Lambda * x * x / 2, end = Lambda * to * to / 2;
    f->error =
        worse(f->error, 2 * (start - end) / (1 / Lambda * 1) / (g * g), 1);
  }
}

/* --- Noise -------------------------------------------------------------- */

enum { NK, NS }; /* steps; samples a batch */
enum { START, LAMBDA, RATE, NOISE, XI };

/* θ − α (λθ + sξ) */
static real noisy_step(const void *const in[], real theta, real xi)
{
  const real lambda = *(const real *)in[LAMBDA], a = *(const real *)in[RATE],
             s = *(const real *)in[NOISE];
  return theta - a * (lambda * theta + s * xi);
}

static void noisy_op(const size_t d[], const void *const in[], void *Y)
{
  const real *xi = in[XI];
  real theta = *(const real *)in[START];
  for (size_t k = 0; k < d[NK]; k++)
    theta = noisy_step(in, theta, xi[k]);
  *(real *)Y = theta;
}

static const struct op noisy = {
  .name = "noisy descent on a parabola",
  .dim = { { "K", 3, 6 }, { "S", 7, 8 } },
  .in = { { "θ0", SCALAR, NORMAL, .role = PARAMETER },
          { "λ", SCALAR, UNIFORM, 0.5L, 2, PARAMETER },
          { "α", SCALAR, UNIFORM, 0.1L, 0.9L, PARAMETER },
          { "s", SCALAR, UNIFORM, 0.3L, 1.5L, PARAMETER },
          { "ξ", SHAPE(NK), NORMAL, .role = PARAMETER } },
  .out = SCALAR,
  .forward = noisy_op,
};

static real sign(size_t path, size_t k)
{
  return path >> k & 1 ? R(1.0) : R(-1.0);
}

/* The mean and the variance of θ_k, over all 2^k equally likely ξ of ±1 */
static void moments(const void *const in[], size_t k, real *mean,
                    real *variance)
{
  const size_t paths = (size_t)1 << k;
  for (int pass = 0; pass < 2; pass++) {
    real sum = R(0.0);
    for (size_t path = 0; path < paths; path++) {
      real theta = *(const real *)in[START];
      for (size_t j = 0; j < k; j++)
        theta = noisy_step(in, theta, sign(path, j));
      sum += pass ? square(theta - *mean) : theta;
    }
    *(pass ? variance : mean) = sum / (real)paths;
  }
}

#define NOISY_LETTERS                                \
  const real lambda = *(const real *)in[LAMBDA];     \
  const real a = *(const real *)in[RATE];            \
  const real s = *(const real *)in[NOISE];           \
  const real shrinks = R(1.0) - a * lambda;          \
  real *left = left_side, *right = right_side, mean; \
  (void)s, (void)mean, (void)shrinks, (void)d

/* θ_k+1 = (1 − αλ) θ_k − α s ξ_k */
static void noisy_collect(const size_t d[], const void *const in[],
                          void *left_side, void *right_side)
{
  NOISY_LETTERS;
  const real theta = *(const real *)in[START], *xi = in[XI];
  *left = noisy_step(in, theta, xi[0]);
  *right = shrinks * theta - a * s * xi[0];
}

/* E θ_k = (1 − αλ)^k θ_0 */
static void noisy_mean(const size_t d[], const void *const in[],
                       void *left_side, void *right_side)
{
  NOISY_LETTERS;
  real v;
  for (size_t k = 0; k < d[NK]; k++) {
    moments(in, k, &left[k], &v);
    right[k] = power(shrinks, k) * *(const real *)in[START];
  }
}

/* v_k+1 = (1 − αλ)² v_k + α² s² */
static void noisy_variance(const size_t d[], const void *const in[],
                           void *left_side, void *right_side)
{
  NOISY_LETTERS;
  for (size_t k = 0; k < d[NK]; k++) {
    real v;
    moments(in, k, &mean, &v);
    moments(in, k + 1, &mean, &left[k]);
    right[k] = square(shrinks) * v + square(a) * square(s);
  }
}

/* v_k = α² s² Σ_{j<k} (1 − αλ)^2j */
static void noisy_sum(const size_t d[], const void *const in[],
                      void *left_side, void *right_side)
{
  NOISY_LETTERS;
  for (size_t k = 0; k < d[NK]; k++) {
    real sum = R(0.0);
    moments(in, k, &mean, &left[k]);
    for (size_t j = 0; j < k; j++)
      sum += power(shrinks, 2 * j);
    right[k] = square(a) * square(s) * sum;
  }
}

/* v_k = α² s² (1 − (1 − αλ)^2k) / (1 − (1 − αλ)²) */
static void noisy_closed(const size_t d[], const void *const in[],
                         void *left_side, void *right_side)
{
  NOISY_LETTERS;
  for (size_t k = 0; k < d[NK]; k++) {
    moments(in, k, &mean, &left[k]);
    right[k] = square(a) * square(s) * (R(1.0) - power(shrinks, 2 * k)) /
               (R(1.0) - square(shrinks));
  }
}

/* 1 − (1 − αλ)² = αλ (2 − αλ) */
static void noisy_denominator(const size_t d[], const void *const in[],
                              void *left_side, void *right_side)
{
  NOISY_LETTERS;
  *left = R(1.0) - square(shrinks);
  *right = a * lambda * (R(2.0) - a * lambda);
}

/* E θ_k² after many steps, by the law of the second moment alone */
static long double settled(long double a, long double lambda, long double s,
                           long double start)
{
  long double second = start * start;
  for (int k = 0; k < 20000; k++)
    second = (1 - a * lambda) * (1 - a * lambda) * second + a * a * s * s;
  return second;
}

/* v_∞ = α s² / (λ (2 − αλ)) */
static void stationary(struct finding *f)
{
  struct rng rng = rng_stream(f->seed, "learning-rate-stationary");
  f->error = 0;
  f->tolerance = 2000 * EPS;
  for (int draw = 0; draw < 50; draw++, f->entries++) {
    const long double lambda = 0.5L + (long double)rng_uniform(&rng),
                      a = (0.02L + 1.96L * (long double)rng_uniform(&rng)) /
                          lambda,
                      s = 0.3L + (long double)rng_uniform(&rng),
                      v = a * s * s / (lambda * (2 - a * lambda));
    f->error = worse(f->error, settled(a, lambda, s, 1) / v, 1);
  }
}

/* E L_∞ = α s² / (2 (2 − αλ)), L = ½ λ θ² */
static void floor_loss(struct finding *f)
{
  struct rng rng = rng_stream(f->seed, "learning-rate-floor");
  f->error = 0;
  f->tolerance = 2000 * EPS;
  for (int draw = 0; draw < 50; draw++, f->entries++) {
    const long double lambda = 0.5L + (long double)rng_uniform(&rng),
                      a = (0.02L + 1.96L * (long double)rng_uniform(&rng)) /
                          lambda,
                      s = 0.3L + (long double)rng_uniform(&rng),
                      L = a * s * s / (2 * (2 - a * lambda));
    f->error = worse(f->error, lambda * settled(a, lambda, s, -2) / 2 / L, 1);
  }
}

/* E L_∞ = α s² / 4 + O(α²) */
static void floor_small(struct finding *f)
{
  struct rng rng = rng_stream(f->seed, "learning-rate-floor-small");
  f->error = 0;
  f->tolerance = 0.02L;
  for (int draw = 0; draw < 20; draw++, f->entries++) {
    const long double lambda = 0.5L + (long double)rng_uniform(&rng),
                      s = 0.3L + (long double)rng_uniform(&rng);
    long double rest[2];
    for (int k = 0; k < 2; k++) {
      const long double a = k ? 0x1p-8L : 0x1p-7L;
      rest[k] = lambda * settled(a, lambda, s, 0) / 2 - a * s * s / 4;
    }
    f->error = worse(f->error, off_order(rest[0], rest[1], 2), 0);
  }
}

/* --- The rate 1/(k + 1) ------------------------------------------------- */

/* θ_k+1 = θ_k − (θ_k − x_k)/(k + 1), from θ_0; x are the ξ */
static real averaged(const void *const in[], const real *x, size_t steps)
{
  real theta = *(const real *)in[START];
  for (size_t k = 0; k < steps; k++)
    theta -= R(1.0) / (real)(k + 1) * (theta - x[k]);
  return theta;
}

/* (k + 1) θ_k+1 = k θ_k + x_k */
static void average_step(const size_t d[], const void *const in[],
                         void *left_side, void *right_side)
{
  real *left = left_side, *right = right_side;
  const real *x = in[XI];
  for (size_t k = 0; k < d[NK]; k++) {
    left[k] = (real)(k + 1) * averaged(in, x, k + 1);
    right[k] = (real)k * averaged(in, x, k) + x[k];
  }
}

/* θ_K = (1/K) Σ_k x_k */
static void average(const size_t d[], const void *const in[], void *left,
                    void *right)
{
  const real *x = in[XI];
  real sum = R(0.0);
  for (size_t k = 0; k < d[NK]; k++)
    sum += x[k];
  *(real *)left = averaged(in, x, d[NK]);
  *(real *)right = sum / (real)d[NK];
}

/* Var θ_K = s² / K, over all 2^K equally likely x of ±s */
static void average_variance(const size_t d[], const void *const in[],
                             void *left_side, void *right_side)
{
  NOISY_LETTERS;
  const size_t paths = (size_t)1 << d[NK];
  (void)lambda;
  (void)a;
  mean = R(0.0);
  for (int pass = 0; pass < 2; pass++) {
    real sum = R(0.0), x[d[NK]];
    for (size_t path = 0; path < paths; path++) {
      for (size_t k = 0; k < d[NK]; k++)
        x[k] = s * sign(path, k);
      const real theta = averaged(in, x, d[NK]);
      sum += pass ? square(theta - mean) : theta;
    }
    *(pass ? left : &mean) = sum / (real)paths;
  }
  *right = square(s) / (real)d[NK];
}

/* log(K + 1) <= Σ_{k<K} 1/(k + 1) <= 1 + log K; the first is equal at K = 0,
   the second at K = 1 */
static void harmonic(struct finding *f)
{
  long double sum = 0;
  f->tolerance = 4 * EPS;
  f->error = worse(0, log((long double)0 + 1), sum);
  for (int K = 1; K <= 5000; K++, f->entries += 2) {
    sum += 1 / (long double)K;
    if (K == 1)
      f->error = worse(f->error, sum, 1 + log((long double)K));
    f->error = above(f->error, log((long double)K + 1), sum);
    f->error = above(f->error, sum, 1 + log((long double)K));
  }
}

/* Σ_{k<K} 1/(k + 1)² <= 2 − 1/K, equal at K = 1 */
static void squares(struct finding *f)
{
  long double sum = 0;
  f->error = 0;
  f->tolerance = 4 * EPS;
  for (int K = 1; K <= 5000; K++, f->entries++) {
    sum += 1 / ((long double)K * K);
    if (K == 1)
      f->error = worse(f->error, sum, 2 - 1 / (long double)K);
    f->error = above(f->error, sum, 2 - 1 / (long double)K);
  }
}

/* --- Schedules ---------------------------------------------------------- */

enum { RK, RD, RW }; /* steps; period of the steps; warm-up */
enum { FIRST, FACTOR, BLOCKS, FLAT, SPREAD };

/* α_0 … α_K−1 by the loss-ratio rule */
static void ratio_rates(const size_t d[], const void *const in[], void *Y)
{
  const real *L = in[BLOCKS];
  real *a = Y;
  a[0] = *(const real *)in[FIRST];
  for (size_t k = 1; k < d[RK]; k++)
    a[k] = rate_ratio(a[k - 1], L[k], L[k - 1]);
}

static const struct op run = {
  .name = "a run",
  .dim = { { "K", 7, 12 }, { "D", 2, 3 }, { "w", 4, 5 } },
  .in = { { "α0", SCALAR, UNIFORM, 0.01L, 1, PARAMETER },
          { "c", SCALAR, UNIFORM, 0.1L, 0.9L, PARAMETER },
          { "L", SHAPE(RK), UNIFORM, 0.1L, 2, PARAMETER },
          { "λ", SCALAR, UNIFORM, 0.5L, 1, PARAMETER },
          { "s", SCALAR, UNIFORM, 0.3L, 1.5L, PARAMETER } },
  .out = SHAPE(RK),
  .forward = ratio_rates,
};

#define RUN_LETTERS                                             \
  const long K = (long)d[RK], D = (long)d[RD], w = (long)d[RW]; \
  const real a0 = *(const real *)in[FIRST];                     \
  const real c = *(const real *)in[FACTOR], *L = in[BLOCKS];    \
  real *left = left_side, *right = right_side;                  \
  (void)K, (void)D, (void)w, (void)a0, (void)c, (void)L;        \
  (void)left, (void)right

/* α_k = α_0 */
static void constant(const size_t d[], const void *const in[], void *left_side,
                     void *right_side)
{
  RUN_LETTERS;
  for (long k = 0; k < K; k++) {
    left[k] = rate_constant(a0, k, K);
    right[k] = a0;
  }
}

/* α_k = α_0 (1 − k/K) */
static void linear(const size_t d[], const void *const in[], void *left_side,
                   void *right_side)
{
  RUN_LETTERS;
  for (long k = 0; k < K; k++) {
    left[k] = rate_linear(a0, k, K);
    right[k] = a0 * (R(1.0) - (real)k / (real)K);
  }
}

/* 0.1 (1 − k/60), k = 0 … 9 */
static void linear_worked(struct finding *f)
{
  const long double page[] = { 0.1000L, 0.0983L, 0.0967L, 0.0950L, 0.0933L,
                               0.0917L, 0.0900L, 0.0883L, 0.0867L, 0.0850L };
  f->error = 0;
  f->tolerance = 5e-5L;
  for (int k = 0; k < 10; k++, f->entries++)
    f->error = worse(f->error, 0.1L * (1 - k / 60.0L), page[k]);
}

/* α_k = α_0 c^⌊k/D⌋ */
static void stairs(const size_t d[], const void *const in[], void *left_side,
                   void *right_side)
{
  RUN_LETTERS;
  for (long k = 0; k < K; k++) {
    left[k] = rate_step(a0, k, D, c);
    right[k] = a0 * power(c, (size_t)(k / D));
  }
}

/* α_k = (α_0/2) (1 + cos(πk/K)) */
static real cosine_at(real a0, real x)
{
  return a0 / R(2.0) * (R(1.0) + cos(PI * x));
}

static void cosine(const size_t d[], const void *const in[], void *left_side,
                   void *right_side)
{
  RUN_LETTERS;
  for (long k = 0; k < K; k++) {
    left[k] = rate_cosine(a0, k, K);
    right[k] = cosine_at(a0, (real)k / (real)K);
  }
}

/* α_k + α_K−k = α_0 */
static void cosine_symmetry(const size_t d[], const void *const in[],
                            void *left_side, void *right_side)
{
  RUN_LETTERS;
  for (long k = 0; k < K; k++) {
    left[k] = cosine_at(a0, (real)k / (real)K) +
              cosine_at(a0, (real)(K - k) / (real)K);
    right[k] = a0;
  }
}

static void cosine_op(const size_t d[], const void *const in[], void *Y)
{
  (void)d;
  *(real *)Y = cosine_at(*(const real *)in[1], *(const real *)in[0]);
}

static const struct op cosine_curve = {
  .name = "the cosine as a curve",
  .in = { { "x", SCALAR, UNIFORM, 0, 1, PARAMETER },
          { "α0", SCALAR, UNIFORM, 0.01L, 1, PARAMETER } },
  .out = SCALAR,
  .forward = cosine_op,
};

/* dα/dx = −(π α_0/2) sin πx */
static void cosine_slope(const size_t d[], const void *const in[], void *J)
{
  const real x = *(const real *)in[0], a0 = *(const real *)in[1];
  (void)d;
  *(real *)J = -PI * a0 / R(2.0) * sin(PI * x);
}

/* α_K−1 = π² α_0 / (4 K²) + O(K⁻⁴) */
static void cosine_tail(struct finding *f)
{
  long double rest[2];
  for (int half = 0; half < 2; half++) {
    const long K = half ? 128 : 64;
    const long double pi = (long double)re(PI);
    const real last = cosine_at(R(1.0), (real)(K - 1) / (real)K);
    rest[half] = (long double)re(last) -
                 pi * pi / (4 * (long double)K * (long double)K);
  }
  f->error = off_order(rest[0], rest[1], 4);
  f->tolerance = 0.02L;
  f->entries = 1;
}

/* α_k = a_k (k + 1)/w where k < w, else a_k */
static void warm(const size_t d[], const void *const in[], void *left_side,
                 void *right_side)
{
  RUN_LETTERS;
  for (long k = 0; k < K; k++) {
    const real a = cosine_at(a0, (real)k / (real)K);
    left[k] = rate_warm(a, k, w);
    right[k] = k < w ? a * (real)(k + 1) / (real)w : a;
  }
}

/* --- The sum over a run ------------------------------------------------- */

/* ‖θ_K − θ_0‖ <= Σ_k α_k ‖g_k‖; equal on a line that is walked one way */
static void distance(struct finding *f)
{
  struct rng rng = rng_stream(f->seed, "learning-rate-distance");
  f->error = 0;
  f->tolerance = 64 * EPS;
  for (int draw = 0; draw < 50; draw++, f->entries++) {
    struct drawn p;
    long double walked = 0, from = 0, x = 1, along_line = 0;
    real start[COLUMNS];
    draw_point(&p, &rng);
    step(COLUMNS, start, p.theta, R(0.0), p.g);
    for (long k = 0; k < 20; k++) {
      const real a = rate_linear(R(0.9), k, 20);
      const long double size = sqrt((long double)re(dot(COLUMNS, p.g, p.g)));
      walked += (long double)re(a) * size;
      along_line += (long double)re(a) * x;
      x -= (long double)re(a) * x;
      step(COLUMNS, p.theta, p.theta, a, p.g);
      grad(p.d, p.in, p.theta, p.g);
    }
    for (size_t i = 0; i < COLUMNS; i++)
      from += (long double)re(square(p.theta[i] - start[i]));
    f->error = above(f->error, sqrt(from), walked);
    f->error = worse(f->error, 1 - x, along_line);
  }
}

/* Σ_k α_0 (1 − k/K) */
static real line_summed(real a0, long K)
{
  real sum = R(0.0);
  for (long k = 0; k < K; k++)
    sum += a0 * (R(1.0) - (real)k / (real)K);
  return sum;
}

/* Σ_k α_0 (1 − k/K) = α_0 (K − (1/K) Σ_k k) */
static void linear_sum_split(const size_t d[], const void *const in[],
                             void *left_side, void *right_side)
{
  RUN_LETTERS;
  real steps = R(0.0);
  for (long k = 0; k < K; k++)
    steps += (real)k;
  *left = line_summed(a0, K);
  *right = a0 * ((real)K - R(1.0) / (real)K * steps);
}

/* Σ_k k = K (K − 1)/2 */
static void numbers_sum(const size_t d[], const void *const in[],
                        void *left_side, void *right_side)
{
  RUN_LETTERS;
  *left = R(0.0);
  for (long k = 0; k < K; k++)
    *left += (real)k;
  *right = (real)K * (real)(K - 1) / R(2.0);
}

/* Σ_k α_0 (1 − k/K) = α_0 (K + 1)/2 */
static void linear_sum(const size_t d[], const void *const in[],
                       void *left_side, void *right_side)
{
  RUN_LETTERS;
  *left = line_summed(a0, K);
  *right = a0 * (real)(K + 1) / R(2.0);
}

/* Σ_k cos(πk/K) = 1 */
static void cosine_pairs(const size_t d[], const void *const in[],
                         void *left_side, void *right_side)
{
  RUN_LETTERS;
  *left = R(0.0);
  for (long k = 0; k < K; k++)
    *left += cos(PI * (real)k / (real)K);
  *right = R(1.0);
}

/* Σ_k (α_0/2) (1 + cos(πk/K)) = α_0 (K + 1)/2 */
static void cosine_sum(const size_t d[], const void *const in[],
                       void *left_side, void *right_side)
{
  RUN_LETTERS;
  *left = R(0.0);
  for (long k = 0; k < K; k++)
    *left += cosine_at(a0, (real)k / (real)K);
  *right = a0 * (real)(K + 1) / R(2.0);
}

/* Σ_{k<K} α_0 c^⌊k/D⌋ = α_0 D (1 − c^(K/D)) / (1 − c), K a multiple of D */
static void stairs_sum(const size_t d[], const void *const in[],
                       void *left_side, void *right_side)
{
  RUN_LETTERS;
  const long steps = K * D;
  *left = R(0.0);
  for (long k = 0; k < steps; k++)
    *left += a0 * power(c, (size_t)(k / D));
  *right =
      a0 * (real)D * (R(1.0) - power(c, (size_t)(steps / D))) / (R(1.0) - c);
}

/* Σ_{k<w} α_0 (k + 1)/w = α_0 (w + 1)/2 */
static void warm_sum(const size_t d[], const void *const in[], void *left_side,
                     void *right_side)
{
  RUN_LETTERS;
  *left = R(0.0);
  for (long k = 0; k < w; k++)
    *left += a0 * (real)(k + 1) / (real)w;
  *right = a0 * (real)(w + 1) / R(2.0);
}

/* --- The loss-ratio rule ------------------------------------------------ */

/* α_k = α_k−1 L_k / L_k−1, as on the page */
static void recursion(const size_t d[], const void *const in[], real *a)
{
  const real *L = in[BLOCKS];
  a[0] = *(const real *)in[FIRST];
  for (size_t k = 1; k < d[RK]; k++)
    a[k] = a[k - 1] * L[k] / L[k - 1];
}

/* The code against it */
static void ratio(const size_t d[], const void *const in[], void *left_side,
                  void *right_side)
{
  RUN_LETTERS;
  ratio_rates(d, in, left);
  recursion(d, in, right);
}

/* α_k = α_0 Π_{j=1…k} L_j / L_j−1 */
static void ratio_product(const size_t d[], const void *const in[],
                          void *left_side, void *right_side)
{
  RUN_LETTERS;
  recursion(d, in, left);
  right[0] = a0;
  for (long k = 1; k < K; k++) {
    real product = R(1.0);
    for (long j = 1; j <= k; j++)
      product *= L[j] / L[j - 1];
    right[k] = a0 * product;
  }
}

/* α_k = (α_0 L_k−1 / L_0) (L_k / L_k−1) */
static void ratio_induction(const size_t d[], const void *const in[],
                            void *left_side, void *right_side)
{
  RUN_LETTERS;
  recursion(d, in, left);
  right[0] = a0;
  for (long k = 1; k < K; k++) {
    right[k] = a0 * L[k - 1] / L[0] * (L[k] / L[k - 1]);
  }
}

/* α_k = α_0 L_k / L_0 */
static void ratio_telescope(const size_t d[], const void *const in[],
                            void *left_side, void *right_side)
{
  RUN_LETTERS;
  recursion(d, in, left);
  for (long k = 0; k < K; k++)
    right[k] = a0 * L[k] / L[0];
}

/* ∂α_k/∂L_j = δ_jk α_0/L_0 − δ_j0 α_0 L_k/L_0² */
static void ratio_jacobian(const size_t d[], const void *const in[], void *J)
{
  const real a0 = *(const real *)in[FIRST], *L = in[BLOCKS];
  real(*to)[d[RK]] = J;
  for (size_t k = 0; k < d[RK]; k++)
    for (size_t j = 0; j < d[RK]; j++) {
      const real own = j == k ? R(1.0) : R(0.0);
      const real first = j == 0 ? R(1.0) : R(0.0);
      to[k][j] = own * a0 / L[0] - first * a0 * L[k] / square(L[0]);
    }
}

/* α_k = f α_k−1 / (1 − α_k−1 λ/2), f = α_0 s² / (4 L_0): the telescoped rule,
   where the block before has settled on its floor */
static void ratio_floor(const size_t d[], const void *const in[],
                        void *left_side, void *right_side)
{
  RUN_LETTERS;
  const real lambda = *(const real *)in[FLAT], s = *(const real *)in[SPREAD];
  const real a = c; /* α_k−1 */
  const real settled_loss = a * square(s) / (R(2.0) * (R(2.0) - a * lambda));
  const real f = a0 * square(s) / (R(4.0) * L[0]);
  *left = a0 * settled_loss / L[0];
  *right = f * a / (R(1.0) - a * lambda / R(2.0));
}

/* L_0 = α_0 L_k / α_k for two reports */
static void ratio_report(struct finding *f)
{
  f->error = worse(worse(0, 0.1L * 0.0599L / 0.0011L, 5.4L),
                   0.1L * 0.134L / 0.0067L, 2.0L);
  f->tolerance = 0.05L;
  f->entries = 2;
}

/* --- A grid of rates ---------------------------------------------------- */

enum { LOWEST, HIGHEST };

static void grid_op(const size_t d[], const void *const in[], void *Y)
{
  const real lowest = *(const real *)in[LOWEST];
  const real highest = *(const real *)in[HIGHEST];
  for (size_t i = 0; i < d[0]; i++)
    ((real *)Y)[i] = rate_grid(lowest, highest, (long)i, (long)d[0]);
}

static const struct op rates = {
  .name = "a grid of rates",
  .dim = { { "n", 5, 9 } },
  .in = { { "lowest", SCALAR, UNIFORM, 1e-6L, 1e-3L, PARAMETER },
          { "highest", SCALAR, UNIFORM, 1, 100, PARAMETER } },
  .out = SHAPE(0),
  .forward = grid_op,
};

#define GRID_LETTERS                                 \
  const real lowest = *(const real *)in[LOWEST];     \
  const real highest = *(const real *)in[HIGHEST];   \
  const size_t n = d[0];                             \
  real a[n], *left = left_side, *right = right_side; \
  grid_op(d, in, a)

/* log α_i = (1 − i/(n−1)) log α_low + i/(n−1) log α_high */
static void grid_log(const size_t d[], const void *const in[], void *left_side,
                     void *right_side)
{
  GRID_LETTERS;
  for (size_t i = 0; i < n; i++) {
    const real part = (real)i / (real)(n - 1);
    left[i] = log(a[i]);
    right[i] = (R(1.0) - part) * log(lowest) + part * log(highest);
  }
}

/* α_i = α_low^(1 − i/(n−1)) α_high^(i/(n−1)); as a quotient, so that the small
   rates are held as tightly as the large ones */
static void grid(const size_t d[], const void *const in[], void *left_side,
                 void *right_side)
{
  GRID_LETTERS;
  for (size_t i = 0; i < n; i++) {
    const real part = (real)i / (real)(n - 1);
    left[i] = a[i] / (pow(lowest, R(1.0) - part) * pow(highest, part));
    right[i] = R(1.0);
  }
}

/* α_i+1 / α_i = (α_high / α_low)^(1/(n−1)) */
static void grid_ratio(const size_t d[], const void *const in[],
                       void *left_side, void *right_side)
{
  GRID_LETTERS;
  for (size_t i = 0; i < n; i++) {
    const size_t at = i < n - 1 ? i : 0;
    left[i] = a[at + 1] / a[at];
    right[i] = pow(highest / lowest, R(1.0) / (real)(n - 1));
  }
}

/* Nine rates from 10⁻⁶ to 100 are the powers of ten. */
static void grid_nine(struct finding *f)
{
  const long double page[] = { 1e-6L, 1e-5L, 1e-4L, 1e-3L, 1e-2L,
                               1e-1L, 1,     10,    100 };
  f->error = 0;
  f->tolerance = 16 * EPS;
  for (long i = 0; i < 9; i++, f->entries++) {
    const real a = rate_grid(R(1e-6), R(100.0), i, 9);
    f->error = worse(f->error, (long double)re(a) / page[i], 1);
  }
}

/* min_i |log(α/α_i)| <= 1/(2 (n − 1)) log(α_high/α_low) for every α in the
   range; equal in the middle of two, on the logarithm */
static void grid_near(struct finding *f)
{
  struct rng rng = rng_stream(f->seed, "learning-rate-grid-near");
  f->error = 0;
  f->tolerance = 64 * EPS;
  for (int draw = 0; draw < 1000; draw++, f->entries++) {
    const long n = 2 + (long)rng_below(&rng, 9);
    const long double low = log(1e-6L), range = log(100.0L) - low,
                      part = draw % 2 ? (long double)rng_uniform(&rng)
                                      : 0.5L / (n - 1),
                      half = range / (n - 1) / 2;
    long double nearest = range;
    for (long i = 0; i < n; i++) {
      const real a = rate_grid(R(1e-6), R(100.0), i, n);
      const long double off =
          worse(0, low + part * range, log((long double)re(a)));
      nearest = off < nearest ? off : nearest;
    }
    f->error = above(f->error, nearest, half);
    if (draw % 2 == 0)
      f->error = worse(f->error, nearest / half, 1);
  }
}

/* --- Batches ------------------------------------------------------------ */

/* Var (1/S) Σ_i sξ_i = s²/S, over all 2^S equally likely ξ of ±1 */
static void batch_variance(const size_t d[], const void *const in[],
                           void *left_side, void *right_side)
{
  NOISY_LETTERS;
  (void)lambda;
  (void)a;
  real sum = R(0.0);
  for (size_t path = 0; path < (size_t)1 << d[NS]; path++) {
    real of_batch = R(0.0);
    for (size_t j = 0; j < d[NS]; j++)
      of_batch += s * sign(path, j);
    sum += square(of_batch / (real)d[NS]);
  }
  *left = sum / (real)((size_t)1 << d[NS]);
  *right = square(s) / (real)d[NS];
}

/* E L_∞ = α s² / (2 S (2 − αλ)) */
static void batch_floor(struct finding *f)
{
  struct rng rng = rng_stream(f->seed, "learning-rate-batch-floor");
  f->error = 0;
  f->tolerance = 2000 * EPS;
  for (int draw = 0; draw < 20; draw++, f->entries++) {
    const int size = 1 + draw;
    const long double lambda = 0.5L + (long double)rng_uniform(&rng),
                      a = (0.02L + 1.96L * (long double)rng_uniform(&rng)) /
                          lambda,
                      s = 0.3L + (long double)rng_uniform(&rng),
                      of_batch = s / sqrt((long double)size),
                      L = a * s * s / (2 * size * (2 - a * lambda));
    f->error =
        worse(f->error, lambda * settled(a, lambda, of_batch, 1) / 2 / L, 1);
  }
}

/* S steps at α, a sample each, and one at Sα on their mean: off by O(α²) */
static void batch_scaling(struct finding *f)
{
  struct rng rng = rng_stream(f->seed, "learning-rate-batch-scaling");
  f->error = 0;
  f->tolerance = 0.02L;
  for (int draw = 0; draw < 20; draw++, f->entries++) {
    struct drawn p;
    long double off[2] = { 0, 0 };
    draw_point(&p, &rng);
    for (int k = 0; k < 2; k++) {
      const long double a = k ? 0x1p-13L : 0x1p-12L;
      real one[COLUMNS], all[COLUMNS], g[COLUMNS];
      step(COLUMNS, all, p.theta, (real)(ROWS * a), p.g);
      step(COLUMNS, one, p.theta, R(0.0), p.g);
      for (size_t s = 0; s < ROWS; s++) {
        slopes(p.d, p.in, one, s, s + 1, g);
        step(COLUMNS, one, one, (real)a, g);
      }
      for (size_t i = 0; i < COLUMNS; i++)
        off[k] += (long double)re(square(one[i] - all[i]));
    }
    f->error = worse(f->error, off_order(sqrt(off[0]), sqrt(off[1]), 2), 0);
  }
}

/* --- The spread of a block's mean --------------------------------------- */

enum { BN, BM };
enum { LOSSES, CHANCE, VALUES, RHO };

static void mean_op(const size_t d[], const void *const in[], void *Y)
{
  const real *x = in[LOSSES];
  real sum = R(0.0);
  for (size_t i = 0; i < d[BN]; i++)
    sum += x[i];
  *(real *)Y = sum / (real)d[BN];
}

/* m outcomes; each gives all n losses of a block, with its probability. */
static const struct op block = {
  .name = "the losses of a block",
  .dim = { { "n", 3, 5 }, { "m", 6, 8 } },
  .in = { { "outcomes", SHAPE(BM, BN), NORMAL, .role = PARAMETER },
          { "p", SHAPE(BM), PROBABILITIES, .role = CONSTANT },
          { "x", SHAPE(BN), NORMAL, .role = PARAMETER },
          { "ρ", SHAPE(BN), UNIFORM, -0.9L, 0.9L, PARAMETER } },
  .out = SCALAR,
  .forward = mean_op,
};

/* E f − over the m outcomes */
static real expect(size_t m, const real p[], const real f[])
{
  return dot(m, p, f);
}

/* Cov(l_i, l_j) */
static real covariance(const size_t d[], const void *const in[], size_t i,
                       size_t j)
{
  const real(*l)[d[BN]] = in[LOSSES], *p = in[CHANCE];
  real a[d[BM]], b[d[BM]], product[d[BM]];
  for (size_t o = 0; o < d[BM]; o++) {
    a[o] = l[o][i];
    b[o] = l[o][j];
  }
  const real mean_a = expect(d[BM], p, a), mean_b = expect(d[BM], p, b);
  for (size_t o = 0; o < d[BM]; o++)
    product[o] = (a[o] - mean_a) * (b[o] - mean_b);
  return expect(d[BM], p, product);
}

/* Var L̄ = (1/n²) Σ_ij Cov(l_i, l_j) */
static void block_double(const size_t d[], const void *const in[],
                         void *left_side, void *right_side)
{
  const real(*l)[d[BN]] = in[LOSSES], *p = in[CHANCE];
  const size_t n = d[BN];
  real mean[d[BM]], sum = R(0.0);
  for (size_t o = 0; o < d[BM]; o++) {
    mean[o] = R(0.0);
    for (size_t i = 0; i < n; i++)
      mean[o] += l[o][i] / (real)n;
  }
  const real all = expect(d[BM], p, mean);
  for (size_t o = 0; o < d[BM]; o++)
    mean[o] = square(mean[o] - all);
  for (size_t i = 0; i < n; i++)
    for (size_t j = 0; j < n; j++)
      sum += covariance(d, in, i, j);
  *(real *)left_side = expect(d[BM], p, mean);
  *(real *)right_side = sum / square((real)n);
}

/* Var L̄ = σ²/n: over all 3^n outcomes of n independent losses, each one of
   three values */
static void block_independent(const size_t d[], const void *const in[],
                              void *left_side, void *right_side)
{
  const real *y = in[VALUES], *chance = in[CHANCE];
  const size_t n = d[BN];
  const real whole = chance[0] + chance[1] + chance[2];
  real p[3], mean = R(0.0), variance = R(0.0), of_mean = R(0.0);
  size_t outcomes = 1;
  for (size_t o = 0; o < 3; o++) {
    p[o] = chance[o] / whole;
    mean += p[o] * y[o];
  }
  for (size_t o = 0; o < 3; o++)
    variance += p[o] * square(y[o] - mean);
  for (size_t i = 0; i < n; i++)
    outcomes *= 3;
  for (size_t o = 0; o < outcomes; o++) {
    real sum = R(0.0), product = R(1.0);
    for (size_t i = 0, digits = o; i < n; i++, digits /= 3) {
      sum += y[digits % 3];
      product *= p[digits % 3];
    }
    of_mean += product * square(sum / (real)n - mean);
  }
  *(real *)left_side = of_mean;
  *(real *)right_side = variance / (real)n;
}

/* √1000 / √100 = 3.162 */
static void block_ratio(struct finding *f)
{
  const long double hundred = 1 / sqrt(100.0L), thousand = 1 / sqrt(1000.0L);
  f->error = worse(0, hundred / thousand, 3.162L);
  f->tolerance = 5e-4L;
  f->entries = 1;
}

/* (1/n²) Σ_ij σ² ρ_|i−j| = (σ²/n) (1 + 2 Σ_{j=1…n−1} (1 − j/n) ρ_j) */
static void block_correlated(const size_t d[], const void *const in[],
                             void *left_side, void *right_side)
{
  const real *rho = in[RHO], variance = square(*(const real *)in[VALUES]);
  const size_t n = d[BN];
  real sum = R(0.0), twice = R(0.0);
  for (size_t i = 0; i < n; i++)
    for (size_t j = 0; j < n; j++) {
      const size_t apart = i > j ? i - j : j - i;
      sum += variance * (apart ? rho[apart] : R(1.0));
    }
  for (size_t j = 1; j < n; j++)
    twice += (R(1.0) - (real)j / (real)n) * rho[j];
  *(real *)left_side = sum / square((real)n);
  *(real *)right_side = variance / (real)n * (R(1.0) + R(2.0) * twice);
}

/* 1 + 2 Σ_{j=1…n−1} (1 − j/n) ρ^j → (1 + ρ)/(1 − ρ).  What is left falls as
   1/n up to ρ^n: twice the value at 2n, less that at n, is the limit. */
static void block_geometric(struct finding *f)
{
  f->error = 0;
  f->tolerance = 2000 * EPS;
  for (int percent = -90; percent <= 90; percent += 10, f->entries++) {
    const long double rho = percent / 100.0L;
    long double value[2];
    for (int k = 0; k < 2; k++) {
      const int n = k ? 4000 : 2000;
      long double sum = 0, factor = 1;
      for (int j = 1; j < n; j++)
        sum += (1 - (long double)j / n) * (factor *= rho);
      value[k] = 1 + 2 * sum;
    }
    f->error = worse(f->error,
                     (2 * value[1] - value[0]) / ((1 + rho) / (1 - rho)), 1);
  }
}

/* Var L̄ = τ² + σ²/n: m equally likely runs with means of their own, and in
   each n losses of ±σ about its mean */
static void block_seeds(const size_t d[], const void *const in[],
                        void *left_side, void *right_side)
{
  const real *runs = in[LOSSES]; /* m of the numbers there */
  const real sd = *(const real *)in[VALUES];
  const size_t n = d[BN], m = d[BM], paths = (size_t)1 << n;
  real middle = R(0.0), between = R(0.0), total = R(0.0);
  for (size_t r = 0; r < m; r++)
    middle += runs[r] / (real)m;
  for (size_t r = 0; r < m; r++) {
    between += square(runs[r] - middle) / (real)m;
    for (size_t path = 0; path < paths; path++) {
      real sum = R(0.0);
      for (size_t j = 0; j < n; j++)
        sum += runs[r] + sd * sign(path, j);
      total += square(sum / (real)n - middle) / (real)m / (real)paths;
    }
  }
  *(real *)left_side = total;
  *(real *)right_side = between + square(sd) / (real)n;
}

/* Σ_i (x_i − x̄)² = (x_1 − x_2)²/2 + (x_1 + x_2 − 2 x_3)²/6 */
static void three_squares(const size_t d[], const void *const in[],
                          void *left_side, void *right_side)
{
  const real *x = in[VALUES];
  const real mean = (x[0] + x[1] + x[2]) / R(3.0);
  (void)d;
  *(real *)left_side =
      square(x[0] - mean) + square(x[1] - mean) + square(x[2] - mean);
  *(real *)right_side = square(x[0] - x[1]) / R(2.0) +
                        square(x[0] + x[1] - R(2.0) * x[2]) / R(6.0);
}

/* r e^(−r²/2): the density of the length of two independent normals */
static long double rayleigh_density(long double r, const void *p)
{
  (void)p;
  return r * exp(-r * r / 2);
}

static long double rayleigh_mean(long double r, const void *p)
{
  return r * rayleigh_density(r, p);
}

/* E ŝ = (√π/2) σ, ŝ = σ r/√2 */
static void three_mean(struct finding *f)
{
  const long double pi = (long double)re(PI);
  f->error = worse(0, integral(rayleigh_mean, NULL, 0, 16) / sqrt(2.0L),
                   sqrt(pi) / 2);
  f->tolerance = 64 * EPS;
  f->entries = 1;
}

/* P(0.159 σ < ŝ < 1.921 σ) = 0.95 */
static void three_range(struct finding *f)
{
  const long double root = sqrt(2.0L);
  f->error =
      worse(0, integral(rayleigh_density, NULL, 0.159L * root, 1.921L * root),
            0.95L);
  f->tolerance = 5e-4L;
  f->entries = 1;
}

/* --- An epoch ----------------------------------------------------------- */

enum { DECAY, LOSS0 };

static void epoch_op(const size_t d[], const void *const in[], void *Y)
{
  (void)d;
  *(real *)Y = *(const real *)in[LOSS0] * exp(-*(const real *)in[DECAY]);
}

static const struct op epoch = {
  .name = "a loss that falls exponentially",
  .in = { { "κ", SCALAR, UNIFORM, 0.2L, 3, PARAMETER },
          { "l0", SCALAR, UNIFORM, 0.2L, 3, PARAMETER } },
  .out = SCALAR,
  .forward = epoch_op,
};

/* ∫_0^1 l_0 e^(−κu) du, in the number type */
static real during(real kappa, real l0)
{
  const real root = R(2.0) * sqrt(R(10.0) / R(7.0));
  const real x[] = { R(0.0), sqrt(R(5.0) - root) / R(3.0),
                     sqrt(R(5.0) + root) / R(3.0) };
  const real w[] = { R(128.0) / R(225.0),
                     (R(322.0) + R(13.0) * sqrt(R(70.0))) / R(900.0),
                     (R(322.0) - R(13.0) * sqrt(R(70.0))) / R(900.0) };
  real sum = R(0.0);
  for (int panel = 0; panel < 32; panel++) {
    const real middle = (real)(2 * panel + 1) / R(64.0);
    sum += w[0] * exp(-kappa * middle);
    for (int k = 1; k < 3; k++)
      sum += w[k] * (exp(-kappa * (middle - x[k] / R(64.0))) +
                     exp(-kappa * (middle + x[k] / R(64.0))));
  }
  return l0 * sum / R(64.0);
}

#define EPOCH_LETTERS                          \
  const real kappa = *(const real *)in[DECAY]; \
  const real l0 = *(const real *)in[LOSS0];    \
  (void)d

/* ∫_0^1 l_0 e^(−κu) du = l_0 (1 − e^(−κ))/κ */
static void epoch_mean(const size_t d[], const void *const in[],
                       void *left_side, void *right_side)
{
  EPOCH_LETTERS;
  *(real *)left_side = during(kappa, l0);
  *(real *)right_side = l0 * (R(1.0) - exp(-kappa)) / kappa;
}

/* mean over the epoch / loss at its end = (e^κ − 1)/κ */
static void epoch_ratio(const size_t d[], const void *const in[],
                        void *left_side, void *right_side)
{
  EPOCH_LETTERS;
  *(real *)left_side = during(kappa, l0) / (l0 * exp(-kappa));
  *(real *)right_side = (exp(kappa) - R(1.0)) / kappa;
}

/* = l_0 e^(−κ/2) sinh(κ/2)/(κ/2) */
static void epoch_middle(const size_t d[], const void *const in[],
                         void *left_side, void *right_side)
{
  EPOCH_LETTERS;
  const real half = kappa / R(2.0);
  *(real *)left_side = during(kappa, l0);
  *(real *)right_side = l0 * exp(-half) * (sinh(half) / half);
}

/* (e^κ − 1)/κ = 0.852/0.422 at κ = 1.27 */
static void epoch_report(struct finding *f)
{
  f->error =
      worse(worse(0, 0.852L / 0.422L, 2.02L), expm1(1.27L) / 1.27L, 2.02L);
  f->tolerance = 5e-3L;
  f->entries = 2;
}

/* --- The best of many --------------------------------------------------- */

static real normal_density(real x)
{
  return exp(-x * x / R(2.0)) / sqrt(R(2.0) * PI);
}

static real normal_below(real x)
{
  return (R(1.0) + real_erf(x / sqrt(R(2.0)))) / R(2.0);
}

static void largest_op(const size_t d[], const void *const in[], void *Y)
{
  *(real *)Y = power(normal_below(*(const real *)in[0]), d[0]);
}

static const struct op largest_below = {
  .name = "the largest of n normal numbers",
  .dim = { { "n", 2, 6 } },
  .in = { { "x", SCALAR, UNIFORM, -1.5L, 3, PARAMETER } },
  .out = SCALAR,
  .forward = largest_op,
};

/* dΦ^n/dx = n φ(x) Φ(x)^(n−1) */
static void max_density(const size_t d[], const void *const in[], void *J)
{
  const real x = *(const real *)in[0];
  *(real *)J =
      (real)d[0] * normal_density(x) * power(normal_below(x), d[0] - 1);
}

/* E max = ∫ x n φ Φ^(n−1) dx; of smooth functions that vanish at both ends,
   the plain sum is exact to rounding. */
static long double expected_max(int n)
{
  long double sum = 0;
  for (int k = -1600; k <= 1600; k++) {
    const long double x = k / 128.0L;
    const long double below = (long double)re(normal_below((real)x));
    sum += x * n * (long double)re(normal_density((real)x)) *
           pow(below, (long double)(n - 1));
  }
  return sum / 128;
}

/* E max = n (n − 1) ∫ φ² Φ^(n−2) dx */
static void max_parts(struct finding *f)
{
  f->error = 0;
  f->tolerance = 200 * EPS;
  for (int n = 2; n <= 12; n++, f->entries++) {
    long double sum = 0;
    for (int k = -1600; k <= 1600; k++) {
      const real x = (real)(k / 128.0L);
      sum += (long double)re(square(normal_density(x)) *
                             power(normal_below(x), (size_t)n - 2));
    }
    f->error = worse(f->error, n * (n - 1) * sum / 128 / expected_max(n), 1);
  }
}

/* E max(x_1, x_2) = 1/√π */
static void max_two(struct finding *f)
{
  const long double pi = (long double)re(PI);
  f->error = worse(0, expected_max(2), 1 / sqrt(pi));
  f->tolerance = 64 * EPS;
  f->entries = 1;
}

/* E max(x_1, x_2, x_3) = 3/(2√π) */
static void max_three(struct finding *f)
{
  const long double pi = (long double)re(PI);
  f->error = worse(0, expected_max(3), 3 / (2 * sqrt(pi)));
  f->tolerance = 64 * EPS;
  f->entries = 1;
}

/* E max of 2, 3, 9, 54 and 486 */
static void max_table(struct finding *f)
{
  const int n[] = { 2, 3, 9, 54, 486 };
  const long double page[] = { 0.564L, 0.846L, 1.485L, 2.279L, 3.028L };
  f->error = 0;
  f->tolerance = 5e-4L;
  for (int k = 0; k < 5; k++, f->entries++)
    f->error = worse(f->error, expected_max(n[k]), page[k]);
}

/* --- Exercises ---------------------------------------------------------- */

/* (0.1/2) (1 + cos(πk/60)) at k = 15, 30, 45 */
static void ex_cosine(struct finding *f)
{
  const long double page[] = { 0.0854L, 0.0500L, 0.0146L };
  f->error = 0;
  f->tolerance = 5e-5L;
  for (int k = 0; k < 3; k++, f->entries++)
    f->error = worse(
        f->error, 0.05L * (1 + cos((long double)re(PI) * 15 * (k + 1) / 60)),
        page[k]);
}

/* α_k = α_0 (k + 1)/w for k < w, else α_0/2 (1 + cos(π(k − w)/(K − w))) */
static void ex_warm_rate(const size_t d[], const void *const in[],
                         void *left_side, void *right_side)
{
  RUN_LETTERS;
  for (long k = 0; k < K; k++) {
    left[k] = warm_then_cosine(a0, k, w, K);
    right[k] = k < w ? a0 * (real)(k + 1) / (real)w
                     : cosine_at(a0, (real)(k - w) / (real)(K - w));
  }
}

/* Σ_k α_k = α_0 (K + 2)/2 */
static void ex_warm_sum(const size_t d[], const void *const in[],
                        void *left_side, void *right_side)
{
  RUN_LETTERS;
  *left = R(0.0);
  for (long k = 0; k < K; k++)
    *left += warm_then_cosine(a0, k, w, K);
  *right = a0 * (real)(K + 2) / R(2.0);
}

/* E θ_k+1² = ((1 − αλ)² + α² r²) E θ_k² for θ_k+1 = θ_k − α(λ + rξ_k) θ_k,
   over all paths; r is the s of the noise */
static void ex_relative(const size_t d[], const void *const in[],
                        void *left_side, void *right_side)
{
  NOISY_LETTERS;
  for (size_t k = 0; k < d[NK]; k++) {
    real second[2];
    for (size_t after = 0; after < 2; after++) {
      const size_t paths = (size_t)1 << (k + after);
      second[after] = R(0.0);
      for (size_t path = 0; path < paths; path++) {
        real theta = *(const real *)in[START];
        for (size_t j = 0; j < k + after; j++)
          theta -= a * (lambda + s * sign(path, j)) * theta;
        second[after] += square(theta) / (real)paths;
      }
    }
    left[k] = second[1];
    right[k] = (square(shrinks) + square(a) * square(s)) * second[0];
  }
}

/* (1 − αλ)² + α² r² − 1 = −α (2λ − α (λ² + r²)) */
static void ex_relative_rate(const size_t d[], const void *const in[],
                             void *left_side, void *right_side)
{
  NOISY_LETTERS;
  *left = square(shrinks) + square(a) * square(s) - R(1.0);
  *right = -a * (R(2.0) * lambda - a * (square(lambda) + square(s)));
}

/* v_2 = 45/64 at α = 1/4, λ = 2, s = 3, within four standard errors */
static void ex_simulate_early(struct finding *f)
{
  const int runs = 20000;
  const long double v = 45.0L / 64, half = 0.5L;
  const long double page = 0.75L * 0.75L * (1 + half * half);
  f->error = worse(0, simulate(1, runs, 2, 0.25L, 2, 3), v);
  if (!(worse(0, page, v) <= 4 * EPS)) /* the fraction itself is exact */
    f->error = 1;
  f->tolerance = 4 * v * sqrt(2.0L / runs);
  f->entries = 1;
}

/* v_∞ = 1/3 at α = 1/2, λ = s = 1, within four standard errors */
static void ex_simulate(struct finding *f)
{
  const int runs = 20000;
  const long double v = 1.0L / 3, page = 0.5L / (1 * (2 - 0.5L));
  f->error = worse(0, simulate(f->seed, runs, 40, 0.5L, 1, 1), v);
  if (!(worse(0, page, v) <= 4 * EPS)) /* the fraction itself is exact */
    f->error = 1;
  f->tolerance = 4 * v * sqrt(2.0L / runs);
  f->entries = 1;
}

/* Σ_k α_k² = α_0² (K + 1)(2K + 1)/(6K) */
static void ex_squares_linear(const size_t d[], const void *const in[],
                              void *left_side, void *right_side)
{
  RUN_LETTERS;
  *left = R(0.0);
  for (long k = 0; k < K; k++)
    *left += square(a0 * (R(1.0) - (real)k / (real)K));
  *right = square(a0) * (real)(K + 1) * (real)(2 * K + 1) / (real)(6 * K);
}

/* Σ_k α_k² = α_0² (3K/8 + 1/2) */
static void ex_squares_cosine(const size_t d[], const void *const in[],
                              void *left_side, void *right_side)
{
  RUN_LETTERS;
  *left = R(0.0);
  for (long k = 0; k < K; k++)
    *left += square(cosine_at(a0, (real)k / (real)K));
  *right = square(a0) * ((real)(3 * K) / R(8.0) + R(0.5));
}

/* Π_{k<K} (1 − 1/(2(k + 1))), as √(πK) times it → 1: off by O(1/K) */
static void ex_slow(struct finding *f)
{
  long double rest[2], product = 1;
  for (int k = 0; k < 4096; k++) {
    product *= 1 - 1 / (2 * (long double)(k + 1));
    if (k == 2047 || k == 4095)
      rest[k == 4095] = sqrt((long double)re(PI) * (k + 1)) * product - 1;
  }
  f->error = off_order(rest[0], rest[1], 1);
  f->tolerance = 0.02L;
  f->entries = 1;
}

/* A row of the table: the label without its stem, and what checks it. */
#define SIDES(label, op, function, shape, size)                             \
  {                                                                         \
    "learning-rate-" label, IDENTITY, op, .sides = function, .side = shape, \
                                          .scale = size                     \
  }
#define FOUND(label, kind, function)                  \
  {                                                   \
    "learning-rate-" label, kind, .finding = function \
  }
#define SLOPE(label, op, segment, function)                             \
  {                                                                     \
    "learning-rate-" label, JACOBIAN, op, segment, .jacobian = function \
  }
#define GRAD(label, op, segment, function)                              \
  {                                                                     \
    "learning-rate-" label, GRADIENT, op, segment, .gradient = function \
  }

const struct claim CLAIMS(learning_rate)[] = {
  GRAD("logistic-gradient", &classifier, THETA, logistic_gradient),
  SLOPE("logistic-hessian", &gradient_of, THETA, logistic_hessian),
  SLOPE("slope", &ray, A, slope),
  SLOPE("slope-zero", &downhill, A, slope_zero),
  SLOPE("curvature", &ray_slope, A, curvature),
  FOUND("taylor", STATEMENT, taylor),
  SLOPE("model-slope", &parabola, A, model_slope),
  SIDES("best", &parabola, best, SCALAR, 0),
  SIDES("best-gain", &parabola, best_gain, SCALAR, 0),
  SIDES("model-change", &parabola, model_change, SCALAR, 0),
  FOUND("rayleigh", STATEMENT, rayleigh),
  FOUND("bound", STATEMENT, bound),
  FOUND("worked", VALUE, worked),
  FOUND("worked-bound", VALUE, worked_bound),
  FOUND("lemma-integral", STATEMENT, lemma_integral),
  FOUND("lemma-split", STATEMENT, lemma_split),
  FOUND("lemma-bound", STATEMENT, lemma_bound),
  FOUND("lemma", STATEMENT, lemma),
  FOUND("lemma-sum", STATEMENT, lemma_sum),
  SIDES("noisy-collect", &noisy, noisy_collect, SCALAR, 1),
  SIDES("noisy-mean", &noisy, noisy_mean, SHAPE(NK), 0),
  SIDES("noisy-variance", &noisy, noisy_variance, SHAPE(NK), 0),
  SIDES("noisy-sum", &noisy, noisy_sum, SHAPE(NK), 0),
  SIDES("noisy-closed", &noisy, noisy_closed, SHAPE(NK), 0),
  SIDES("noisy-denominator", &noisy, noisy_denominator, SCALAR, 0),
  FOUND("stationary", STATEMENT, stationary),
  FOUND("floor", STATEMENT, floor_loss),
  FOUND("floor-small", STATEMENT, floor_small),
  SIDES("average-step", &noisy, average_step, SHAPE(NK), 0),
  SIDES("average", &noisy, average, SCALAR, 1),
  SIDES("average-variance", &noisy, average_variance, SCALAR, 0),
  FOUND("harmonic", STATEMENT, harmonic),
  FOUND("squares", STATEMENT, squares),
  SIDES("constant", &run, constant, SHAPE(RK), 0),
  SIDES("linear", &run, linear, SHAPE(RK), 0),
  FOUND("linear-worked", VALUE, linear_worked),
  SIDES("step", &run, stairs, SHAPE(RK), 0),
  SIDES("cosine", &run, cosine, SHAPE(RK), 0),
  SIDES("cosine-symmetry", &run, cosine_symmetry, SHAPE(RK), 0),
  SLOPE("cosine-slope", &cosine_curve, 0, cosine_slope),
  FOUND("cosine-tail", STATEMENT, cosine_tail),
  SIDES("warm", &run, warm, SHAPE(RK), 0),
  FOUND("distance", STATEMENT, distance),
  SIDES("linear-sum-split", &run, linear_sum_split, SCALAR, 0),
  SIDES("numbers-sum", &run, numbers_sum, SCALAR, 0),
  SIDES("linear-sum", &run, linear_sum, SCALAR, 0),
  SIDES("cosine-pairs", &run, cosine_pairs, SCALAR, 0),
  SIDES("cosine-sum", &run, cosine_sum, SCALAR, 0),
  SIDES("step-sum", &run, stairs_sum, SCALAR, 0),
  SIDES("warm-sum", &run, warm_sum, SCALAR, 0),
  SIDES("ratio", &run, ratio, SHAPE(RK), 0),
  SIDES("ratio-product", &run, ratio_product, SHAPE(RK), 0),
  SIDES("ratio-induction", &run, ratio_induction, SHAPE(RK), 0),
  SIDES("ratio-telescope", &run, ratio_telescope, SHAPE(RK), 0),
  SLOPE("ratio-jacobian", &run, BLOCKS, ratio_jacobian),
  SIDES("ratio-floor", &run, ratio_floor, SCALAR, 0),
  FOUND("ratio-report", VALUE, ratio_report),
  SIDES("grid-log", &rates, grid_log, SHAPE(0), 0),
  SIDES("grid", &rates, grid, SHAPE(0), 0),
  SIDES("grid-ratio", &rates, grid_ratio, SHAPE(0), 0),
  FOUND("grid-nine", VALUE, grid_nine),
  FOUND("grid-near", STATEMENT, grid_near),
  GRAD("batch-sum", &summed, THETA, batch_sum),
  SIDES("batch-variance", &noisy, batch_variance, SCALAR, 0),
  FOUND("batch-floor", STATEMENT, batch_floor),
  FOUND("batch-scaling", STATEMENT, batch_scaling),
  SIDES("block-double", &block, block_double, SCALAR, 0),
  SIDES("block-independent", &block, block_independent, SCALAR, 0),
  FOUND("block-ratio", VALUE, block_ratio),
  SIDES("block-correlated", &block, block_correlated, SCALAR, 0),
  FOUND("block-geometric", STATEMENT, block_geometric),
  SIDES("block-seeds", &block, block_seeds, SCALAR, 0),
  SIDES("three-squares", &block, three_squares, SCALAR, 0),
  FOUND("three-mean", STATEMENT, three_mean),
  FOUND("three-range", VALUE, three_range),
  SIDES("epoch-mean", &epoch, epoch_mean, SCALAR, 0),
  SIDES("epoch-ratio", &epoch, epoch_ratio, SCALAR, 0),
  SIDES("epoch-middle", &epoch, epoch_middle, SCALAR, 0),
  FOUND("epoch-report", VALUE, epoch_report),
  SLOPE("max-density", &largest_below, 0, max_density),
  FOUND("max-parts", STATEMENT, max_parts),
  FOUND("max-two", STATEMENT, max_two),
  FOUND("max-three", STATEMENT, max_three),
  FOUND("max-table", VALUE, max_table),
  FOUND("ex-cosine", VALUE, ex_cosine),
  SIDES("ex-warm-rate", &run, ex_warm_rate, SHAPE(RK), 0),
  SIDES("ex-warm-sum", &run, ex_warm_sum, SCALAR, 0),
  SIDES("ex-relative", &noisy, ex_relative, SHAPE(NK), 0),
  SIDES("ex-relative-rate", &noisy, ex_relative_rate, SCALAR, 1),
  FOUND("ex-simulate-early", STATEMENT, ex_simulate_early),
  FOUND("ex-simulate", STATEMENT, ex_simulate),
  SIDES("ex-squares-linear", &run, ex_squares_linear, SCALAR, 0),
  SIDES("ex-squares-cosine", &run, ex_squares_cosine, SCALAR, 0),
  FOUND("ex-slow", STATEMENT, ex_slow),
  END,
};
