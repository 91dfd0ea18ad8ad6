/* The published_ functions are the mistakes: formulas as they were handed in
   or shipped, in the letters of this book.  Their claims are .wrong: they pass
   where the witnesses refute them. */
#include "../chapters/11-mistakes.exercises.h"
#include "activation.h"
#include "claims.h"
#include "cross_entropy.h"
#include "quadrature.h"
#include "rng.h"
#include "softmax.h"

#include <float.h>
#include <string.h>

static real delta(size_t i, size_t j) { return i == j ? R(1.0) : R(0.0); }

/* A loss is one number, and so is its upstream: gradients are times it. */
static void times(size_t n, real *g, const void *upstream)
{
  for (size_t i = 0; i < n; i++)
    g[i] *= *(const real *)upstream;
}

static real sum_of(size_t n, const real x[n])
{
  real sum = R(0.0);
  for (size_t i = 0; i < n; i++)
    sum += x[i];
  return sum;
}

static real dot(size_t n, const real x[n], const real y[n])
{
  real sum = R(0.0);
  for (size_t i = 0; i < n; i++)
    sum += x[i] * y[i];
  return sum;
}

enum { ONLY_N }; /* the dimension of an operation on one vector */

#define ONE_VECTOR(letter, lowest, distribution) \
  .dim = { { "N", lowest, 6 } },                 \
  .in = { { letter, SHAPE(ONLY_N), distribution, .role = INPUT } }

/* --- A lost sign: the quotient, Q = X ⊘ Y ----------------------------- */

enum { S, N };
enum { QX, QY, QG };

static void quotient_forward(const size_t d[], const void *const in[], void *Q)
{
  for (size_t i = 0; i < d[S] * d[N]; i++)
    ((real *)Q)[i] = ((const real *)in[QX])[i] / ((const real *)in[QY])[i];
}

static const struct op quotient = {
  .name = "X over Y",
  .dim = { { "S", 3, 6 }, { "N", 2, 6 } },
  .in = { { "X", SHAPE(S, N), NORMAL, .role = INPUT },
          { "Y", SHAPE(S, N), UNIFORM, 0.5L, 2, INPUT },
          { "G", SHAPE(S, N), NORMAL, .role = CONSTANT } },
  .out = SHAPE(S, N),
  .forward = quotient_forward,
};

static void published_quotient(size_t S, size_t N, real dY[S][N],
                               const real G[S][N], const real X[S][N],
                               const real Y[S][N])
{
  for (size_t s = 0; s < S; s++)
    for (size_t n = 0; n < N; n++)
      dY[s][n] = G[s][n] * X[s][n] / (Y[s][n] * Y[s][n]);
}

/* ∂L/∂Y = G ∘ X ⊘ (Y ∘ Y) */
static void quotient_wrong(const size_t d[], const void *const in[],
                           const void *G, void *g)
{
  published_quotient(d[S], d[N], g, G, in[QX], in[QY]);
}

/* ∂L/∂Y = −G ∘ X ⊘ (Y ∘ Y) */
static void quotient_right(const size_t d[], const void *const in[],
                           const void *G_, void *g)
{
  const real *X = in[QX], *Y = in[QY], *G = G_;
  for (size_t i = 0; i < d[S] * d[N]; i++)
    ((real *)g)[i] = -G[i] * X[i] / (Y[i] * Y[i]);
}

/* G ∘ X ⊘ (Y ∘ Y) = −G ∘ X ⊘ (Y ∘ Y) at X = 0 */
static void quotient_blind(const size_t d[], const void *const in[],
                           void *left, void *right)
{
  real X[d[S]][d[N]];
  for (size_t s = 0; s < d[S]; s++)
    for (size_t n = 0; n < d[N]; n++)
      X[s][n] = R(0.0);
  const void *at[] = { X, in[QY] };
  quotient_wrong(d, at, in[QG], left);
  quotient_right(d, at, in[QG], right);
}

/* --- A lost delta: l = −log p_c ---------------------------------------- */

static size_t class(const size_t d[]) { return d[ONLY_N] / 2; }

static void log_forward(const size_t d[], const void *const in[], void *l)
{
  *(real *)l = -log(((const real *)in[0])[class(d)]);
}

static const struct op log_loss = {
  .name = "minus the logarithm of the probability of one class",
  ONE_VECTOR("p", 2, PROBABILITIES),
  .out = SCALAR,
  .forward = log_forward,
};

static void published_logarithm(size_t N, real dp[N], const real p[N])
{
  for (size_t i = 0; i < N; i++)
    dp[i] = R(-1.0) / p[i];
}

/* ∂l/∂p_i = −1/p_i */
static void log_wrong(const size_t d[], const void *const in[], void *J)
{
  published_logarithm(d[ONLY_N], J, in[0]);
}

/* ∂l/∂p_i = −δ_ic / p_c */
static void log_right(const size_t d[], const void *const in[], void *J)
{
  const real *p = in[0];
  for (size_t i = 0; i < d[ONLY_N]; i++)
    ((real *)J)[i] = -delta(i, class(d)) / p[class(d)];
}

/* −1/p_i − (−δ_ic / p_c) = −(1 − δ_ic) / p_i */
static void log_error(const size_t d[], const void *const in[], void *left,
                      void *right)
{
  const real *p = in[0];
  real wrong[d[ONLY_N]], is[d[ONLY_N]], *off = left, *page = right;
  log_wrong(d, in, wrong);
  log_right(d, in, is);
  for (size_t i = 0; i < d[ONLY_N]; i++) {
    off[i] = wrong[i] - is[i];
    page[i] = -(R(1.0) - delta(i, class(d))) / p[i];
  }
}

/* The same loss behind a softmax. */

static void softmax_one(size_t N, real p[N], const real z[N])
{
  softmax_forward(1, N, (void *)p, (const void *)z);
}

static void class_forward(const size_t d[], const void *const in[], void *l)
{
  real p[d[ONLY_N]];
  softmax_one(d[ONLY_N], p, in[0]);
  *(real *)l = -log(p[class(d)]);
}

static const struct op class_loss = {
  .name = "softmax and the loss of one class",
  ONE_VECTOR("z", 3, NORMAL),
  .out = SCALAR,
  .forward = class_forward,
};

/* ∂l/∂z_i = N p_i − 1 */
static void chained_wrong(const size_t d[], const void *const in[], void *J)
{
  real p[d[ONLY_N]];
  softmax_one(d[ONLY_N], p, in[0]);
  for (size_t i = 0; i < d[ONLY_N]; i++)
    ((real *)J)[i] = (real)d[ONLY_N] * p[i] - R(1.0);
}

/* Σ_k (−1/p_k) p_k (δ_ki − p_i) = N p_i − 1 */
static void chained(const size_t d[], const void *const in[], void *left,
                    void *right)
{
  const size_t n = d[ONLY_N];
  real p[n], dp[n], *sum = left;
  softmax_one(n, p, in[0]);
  published_logarithm(n, dp, p);
  for (size_t i = 0; i < n; i++) {
    sum[i] = R(0.0);
    for (size_t k = 0; k < n; k++)
      sum[i] += dp[k] * p[k] * (delta(k, i) - p[i]);
  }
  chained_wrong(d, in, right);
}

/* ∂l/∂z_i = p_i − δ_ic */
static void chained_right(const size_t d[], const void *const in[], void *J)
{
  real p[d[ONLY_N]];
  softmax_one(d[ONLY_N], p, in[0]);
  for (size_t i = 0; i < d[ONLY_N]; i++)
    ((real *)J)[i] = p[i] - delta(i, class(d));
}

/* (N p_i − 1) − (p_i − δ_ic) = (N − 1) p_i − 1 + δ_ic */
static void chained_error(const size_t d[], const void *const in[], void *left,
                          void *right)
{
  const size_t n = d[ONLY_N];
  real p[n], wrong[n], is[n], *off = left, *page = right;
  softmax_one(n, p, in[0]);
  chained_wrong(d, in, wrong);
  chained_right(d, in, is);
  for (size_t i = 0; i < n; i++) {
    off[i] = wrong[i] - is[i];
    page[i] = ((real)n - R(1.0)) * p[i] - R(1.0) + delta(i, class(d));
  }
}

/* --- A listing that did not run: -= 1 printed as = -1 ------------------- */

static void published_listing(size_t N, real dz[N], const real p[N], size_t c)
{
  for (size_t i = 0; i < N; i++)
    dz[i] = p[i];
  dz[c] = R(-1.0);
}

/* ∂l/∂z_i = (1 − δ_ic) p_i − δ_ic */
static void listing_wrong(const size_t d[], const void *const in[], void *J)
{
  real p[d[ONLY_N]];
  softmax_one(d[ONLY_N], p, in[0]);
  published_listing(d[ONLY_N], J, p, class(d));
}

/* ((1 − δ_ic) p_i − δ_ic) − (p_i − δ_ic) = −δ_ic p_c */
static void listing_error(const size_t d[], const void *const in[], void *left,
                          void *right)
{
  const size_t n = d[ONLY_N], c = class(d);
  real p[n], is[n], *off = left, *page = right;
  softmax_one(n, p, in[0]);
  listing_wrong(d, in, off);
  chained_right(d, in, is);
  for (size_t i = 0; i < n; i++) {
    off[i] -= is[i];
    page[i] = -delta(i, c) * p[c];
  }
}

/* lim −1 − (p_c − 1) = 0 as z_c → −∞; at z_c = −60, p_c < 1e-20 */
static void listing_blind(struct finding *f)
{
  struct rng rng = rng_stream(f->seed, "mistakes-listing-blind");
  f->error = 0;
  f->tolerance = (long double)LDBL_EPSILON;
  for (int t = 0; t < 100; t++) {
    const size_t d[] = { 2 + rng_below(&rng, 5) }, n = d[ONLY_N];
    real z[6], wrong[6], is[6];
    for (size_t i = 0; i < n; i++)
      z[i] = (real)rng_normal(&rng);
    z[class(d)] = R(-60.0);
    listing_wrong(d, (const void *[]){ z }, wrong);
    chained_right(d, (const void *[]){ z }, is);
    for (size_t i = 0; i < n; i++, f->entries++)
      f->error =
          worse(f->error, (long double)re(wrong[i]), (long double)re(is[i]));
  }
}

/* --- Elementwise functions: ReLU, tanh, sigmoid ------------------------- */

static long double nearest_to_0(const size_t d[], const void *const in[])
{
  long double least = LDBL_MAX;
  for (size_t i = 0; i < d[ONLY_N]; i++) {
    const long double x = (long double)re(((const real *)in[0])[i]);
    least = x < least && -x < least ? (x < 0 ? -x : x) : least;
  }
  return least;
}

typedef void elementwise(size_t S, size_t N, real Y[S][N], const real X[S][N]);

static void map(const size_t d[], const void *const in[], void *Y,
                elementwise *h)
{
  h(1, d[ONLY_N], Y, in[0]);
}

static void relu_of(const size_t d[], const void *const in[], void *Y)
{
  map(d, in, Y, relu_forward);
}

static void tanh_of(const size_t d[], const void *const in[], void *Y)
{
  map(d, in, Y, tanh_forward);
}

static void sigmoid_of(const size_t d[], const void *const in[], void *Y)
{
  map(d, in, Y, sigmoid_forward);
}

static const struct op relu = {
  .name = "ReLU",
  ONE_VECTOR("x", 2, NORMAL),
  .out = SHAPE(ONLY_N),
  .forward = relu_of,
  .distance = nearest_to_0,
};
static const struct op tanh_op = {
  .name = "tanh",
  ONE_VECTOR("x", 2, NORMAL),
  .out = SHAPE(ONLY_N),
  .forward = tanh_of,
};
static const struct op sigmoid = {
  .name = "sigmoid",
  ONE_VECTOR("x", 2, NORMAL),
  .out = SHAPE(ONLY_N),
  .forward = sigmoid_of,
};

static real published_relu_slope(real x)
{
  return re(x) >= 0 ? R(0.0) : R(1.0);
}

static real relu_slope(real x) { return re(x) > 0 ? R(1.0) : R(0.0); }

/* The Jacobian of an elementwise function, by its slope at v_i. */
static void diagonal(size_t n, real J[n][n], const real v[n],
                     real slope(real v))
{
  for (size_t i = 0; i < n; i++)
    for (size_t j = 0; j < n; j++)
      J[i][j] = delta(i, j) * slope(v[i]);
}

/* ∂y_i/∂x_j = δ_ij 1[x_i < 0] */
static void relu_wrong(const size_t d[], const void *const in[], void *J)
{
  diagonal(d[ONLY_N], J, in[0], published_relu_slope);
}

/* ∂y_i/∂x_j = δ_ij 1[x_i > 0] */
static void relu_right(const size_t d[], const void *const in[], void *J)
{
  diagonal(d[ONLY_N], J, in[0], relu_slope);
}

/* (1[x < 0] − 1[x > 0])² = 1 */
static void relu_everywhere(const size_t d[], const void *const in[],
                            void *left, void *right)
{
  const real *x = in[0];
  for (size_t i = 0; i < d[ONLY_N]; i++) {
    const real off = published_relu_slope(x[i]) - relu_slope(x[i]);
    ((real *)left)[i] = off * off;
    ((real *)right)[i] = R(1.0);
  }
}

/* Any activation in the forward pass, and in the backward pass: */
static real published_slope(real y) { return y * (R(1.0) - y); }

static real tanh_slope(real y) { return R(1.0) - y * y; }

/* ∂y_i/∂x_j = δ_ij y_i (1 − y_i), for three functions */
static void any_of(const size_t d[], const void *const in[], void *J,
                   elementwise *h)
{
  real y[1][d[ONLY_N]];
  h(1, d[ONLY_N], y, in[0]);
  diagonal(d[ONLY_N], J, y[0], published_slope);
}

static void any_tanh(const size_t d[], const void *const in[], void *J)
{
  any_of(d, in, J, tanh_forward);
}

static void any_relu(const size_t d[], const void *const in[], void *J)
{
  any_of(d, in, J, relu_forward);
}

static void any_sigmoid(const size_t d[], const void *const in[], void *J)
{
  any_of(d, in, J, sigmoid_forward);
}

/* ∂y_i/∂x_j = δ_ij (1 − y_i²) */
static void any_right(const size_t d[], const void *const in[], void *J)
{
  real y[1][d[ONLY_N]];
  tanh_forward(1, d[ONLY_N], y, in[0]);
  diagonal(d[ONLY_N], J, y[0], tanh_slope);
}

/* y (1 − y) − (1 − y²) = −(1 − y) */
static void any_error(const size_t d[], const void *const in[], void *left,
                      void *right)
{
  real y[1][d[ONLY_N]];
  tanh_forward(1, d[ONLY_N], y, in[0]);
  for (size_t i = 0; i < d[ONLY_N]; i++) {
    ((real *)left)[i] = published_slope(y[0][i]) - tanh_slope(y[0][i]);
    ((real *)right)[i] = -(R(1.0) - y[0][i]);
  }
}

/* y (1 − y) = 1[x > 0] with y = max(0, x), at x < 0 */
static void any_dead(const size_t d[], const void *const in[], void *left,
                     void *right)
{
  const size_t n = d[ONLY_N];
  real x[1][n], y[1][n];
  for (size_t i = 0; i < n; i++) {
    const real given = ((const real *)in[0])[i];
    x[0][i] = re(given) > 0 ? -given : given;
  }
  relu_forward(1, n, y, (const void *)x);
  for (size_t i = 0; i < n; i++) {
    ((real *)left)[i] = published_slope(y[0][i]);
    ((real *)right)[i] = relu_slope(x[0][i]);
  }
}

/* Exercise: each activation its own slope, from its output:
   y_i = h(x_i), h = sigmoid, tanh, ReLU, sigmoid, … */
static void mixed_forward(const size_t d[], const void *const in[], void *Y)
{
  elementwise *const h[] = { sigmoid_forward, tanh_forward, relu_forward };
  const real *x = in[0];
  for (size_t i = 0; i < d[ONLY_N]; i++)
    h[i % ACTIVATIONS](1, 1, (void *)((real *)Y + i), (const void *)(x + i));
}

static const struct op mixed = {
  .name = "sigmoid, tanh and ReLU in turn",
  ONE_VECTOR("x", 3, NORMAL),
  .out = SHAPE(ONLY_N),
  .forward = mixed_forward,
  .distance = nearest_to_0,
};

static void mixed_jacobian(const size_t d[], const void *const in[], void *J_)
{
  const size_t n = d[ONLY_N];
  real y[n], (*J)[n] = J_;
  mixed_forward(d, in, y);
  for (size_t i = 0; i < n; i++)
    for (size_t j = 0; j < n; j++)
      J[i][j] = delta(i, j) *
                slope_from_output((enum activation)(i % ACTIVATIONS), y[i]);
}

/* Exercise: 1[max(0, x) > 0] + 1[max(0, −x) > 0] = 1 */
static void relu_pair(const size_t d[], const void *const in[], void *left,
                      void *right)
{
  const size_t n = d[ONLY_N];
  real x[2][n], y[2][n];
  for (size_t i = 0; i < n; i++) {
    x[0][i] = ((const real *)in[0])[i];
    x[1][i] = -x[0][i];
  }
  relu_forward(2, n, y, (const void *)x);
  for (size_t i = 0; i < n; i++) {
    ((real *)left)[i] =
        slope_from_output(RELU, y[0][i]) + slope_from_output(RELU, y[1][i]);
    ((real *)right)[i] = R(1.0);
  }
}

/* --- A wrong sign: Var f = E f² + μ² ------------------------------------ */

/* Gumbel's density, which is skewed: its mean is no centre of symmetry. */
struct gumbel {
  long double at, width, about; /* place, width; moments are taken about */
  int power;
};

static long double moment_at(long double t, const void *context)
{
  const struct gumbel *g = context;
  const long double u = (t - g->at) / g->width;
  long double y = exp(-u - exp(-u)) / g->width;
  for (int k = 0; k < g->power; k++)
    y *= t - g->about;
  return y;
}

/* E (f − about)^power; beyond these ends the density is below 1e-25. */
static long double moment(struct gumbel g, int power, long double about)
{
  g.power = power;
  g.about = about;
  return integral(moment_at, &g, g.at - 5 * g.width, g.at + 60 * g.width);
}

struct moments {
  long double mean, second, variance;
};

/* By quadrature.  The mean of a Gumbel density is at + width × 0.5772…: a
   place of minus that gives mean 0. */
static struct moments moments_of(struct rng *rng, int centred)
{
  const long double euler = 0.57721566490153286060651209008240243L;
  struct gumbel g = { .width = 0.5L + (long double)rng_uniform(rng) };
  g.at = centred ? -euler * g.width : 0.5L + (long double)rng_uniform(rng);
  const long double mean = moment(g, 1, 0);
  return (struct moments){ mean, moment(g, 2, 0), moment(g, 2, mean) };
}

static long double published_variance(long double mean, long double second)
{
  return second + mean * mean;
}

/* What a formula for the variance is off by, at five densities */
static void variance_finding(struct finding *f, int centred,
                             long double formula(long double, long double))
{
  struct rng rng = rng_stream(f->seed, "mistakes-variance");
  f->error = 0;
  f->tolerance = 1e-16L;
  for (int k = 0; k < 5; k++, f->entries++) {
    const struct moments m = moments_of(&rng, centred);
    f->error = worse(f->error, m.variance, formula(m.mean, m.second));
  }
}

/* Var f = E f² + μ² */
static void variance_wrong(struct finding *f)
{
  variance_finding(f, 0, published_variance);
}

static long double right_variance(long double mean, long double second)
{
  return second - mean * mean;
}

/* Var f = E f² − μ² */
static void variance_right(struct finding *f)
{
  variance_finding(f, 0, right_variance);
}

/* E f² + μ² = Var f at μ = 0 */
static void variance_blind(struct finding *f)
{
  variance_finding(f, 1, published_variance);
}

/* (E f² + μ²) − Var f = 2 μ² */
static void variance_error(struct finding *f)
{
  struct rng rng = rng_stream(f->seed, "mistakes-variance-error");
  f->error = 0;
  f->tolerance = 1e-16L;
  for (int k = 0; k < 5; k++, f->entries++) {
    const struct moments m = moments_of(&rng, 0);
    f->error =
        worse(f->error, published_variance(m.mean, m.second) - m.variance,
              2 * m.mean * m.mean);
  }
}

/* --- The bias of one sample: y = W x + b -------------------------------- */

enum { ON, OM };
enum { OX, OW, OB };

static void affine_forward(const size_t d[], const void *const in[], void *Y)
{
  const real(*W)[d[OM]] = in[OW], *x = in[OX], *b = in[OB];
  for (size_t i = 0; i < d[ON]; i++)
    ((real *)Y)[i] = dot(d[OM], W[i], x) + b[i];
}

static const struct op affine = {
  .name = "linear layer, one sample",
  .dim = { { "N", 2, 6 }, { "M", 2, 6 } },
  .in = { { "x", SHAPE(OM), NORMAL, .role = INPUT },
          { "W", SHAPE(ON, OM), NORMAL, .role = PARAMETER },
          { "b", SHAPE(ON), NORMAL, .role = PARAMETER } },
  .out = SHAPE(ON),
  .forward = affine_forward,
};

/* An upstream as a drawn point, for the products of both steps */
static const struct op upstream = {
  .name = "upstream gradient of one sample",
  ONE_VECTOR("g", 2, NORMAL),
  .out = SCALAR,
};

static void published_ones(size_t N, real J[N][N])
{
  for (size_t i = 0; i < N; i++)
    for (size_t j = 0; j < N; j++)
      J[i][j] = R(1.0);
}

/* ∂y_i/∂b_j = 1 */
static void ones_wrong(const size_t d[], const void *const in[], void *J)
{
  (void)in;
  published_ones(d[ON], J);
}

/* ∂y_i/∂b_j = δ_ij */
static void ones_right(const size_t d[], const void *const in[], void *J)
{
  (void)in;
  for (size_t i = 0; i < d[ON]; i++)
    for (size_t j = 0; j < d[ON]; j++)
      ((real *)J)[i * d[ON] + j] = delta(i, j);
}

/* Σ_i g_i J_ij, and what the sheet prints for it: g_j */
static void product(const size_t d[], const void *const in[], void *left,
                    void *right,
                    void jacobian(const size_t *, const void *const *, void *))
{
  const size_t n = d[ONLY_N];
  const real *g = in[0];
  real J[n][n], *sum = left;
  jacobian(d, in, J);
  for (size_t j = 0; j < n; j++) {
    sum[j] = R(0.0);
    for (size_t i = 0; i < n; i++)
      sum[j] += g[i] * J[i][j];
    ((real *)right)[j] = g[j];
  }
}

static void ones_product(const size_t d[], const void *const in[], void *left,
                         void *right)
{
  product(d, in, left, right, ones_wrong);
}

static void bias_product(const size_t d[], const void *const in[], void *left,
                         void *right)
{
  product(d, in, left, right, ones_right);
}

/* ∂l/∂b_j = Σ_i g_i · 1: the wrong step, and an honest product */
static void ones_honest(const size_t d[], const void *const in[],
                        const void *G, void *g)
{
  real J[d[ON]][d[ON]], *db = g;
  ones_wrong(d, in, J);
  for (size_t j = 0; j < d[ON]; j++) {
    db[j] = R(0.0);
    for (size_t i = 0; i < d[ON]; i++)
      db[j] += ((const real *)G)[i] * J[i][j];
  }
}

/* ∂l/∂b_j = g_j */
static void bias_end(const size_t d[], const void *const in[], const void *G,
                     void *g)
{
  (void)in;
  for (size_t j = 0; j < d[ON]; j++)
    ((real *)g)[j] = ((const real *)G)[j];
}

/* 1 = δ_ij with one output */
static void ones_blind(const size_t d[], const void *const in[], void *left,
                       void *right)
{
  (void)d;
  ones_wrong((const size_t[]){ 1 }, in, left);
  ones_right((const size_t[]){ 1 }, in, right);
}

/* --- The norm: a root lost for one line --------------------------------- */

static void norm_forward(const size_t d[], const void *const in[], void *y)
{
  *(real *)y = sqrt(dot(d[ONLY_N], in[0], in[0]));
}

static const struct op norm = {
  .name = "Euclidean norm",
  ONE_VECTOR("w", 2, NORMAL),
  .out = SCALAR,
  .forward = norm_forward,
};

static void published_norm(size_t N, real dw[N], const real w[N])
{
  const real square = dot(N, w, w);
  for (size_t k = 0; k < N; k++)
    dw[k] = w[k] / square;
}

/* ∂‖w‖/∂w_k = w_k / wᵀw */
static void norm_wrong(const size_t d[], const void *const in[], void *J)
{
  published_norm(d[ONLY_N], J, in[0]);
}

/* ∂‖w‖/∂w_k = w_k / √(wᵀw) */
static void norm_right(const size_t d[], const void *const in[], void *J)
{
  const real *w = in[0];
  for (size_t k = 0; k < d[ONLY_N]; k++)
    ((real *)J)[k] = w[k] / sqrt(dot(d[ONLY_N], w, w));
}

/* ∂‖w‖/∂w = w / ‖w‖ */
static void norm_end(const size_t d[], const void *const in[], void *J)
{
  real length;
  norm_forward(d, in, &length);
  for (size_t k = 0; k < d[ONLY_N]; k++)
    ((real *)J)[k] = ((const real *)in[0])[k] / length;
}

static void to_unit(size_t n, real y[n], const real x[n])
{
  const real length = sqrt(dot(n, x, x));
  for (size_t i = 0; i < n; i++)
    y[i] = x[i] / length;
}

/* w_k / wᵀw = w_k / √(wᵀw) at ‖w‖ = 1 */
static void norm_blind(const size_t d[], const void *const in[], void *left,
                       void *right)
{
  real w[d[ONLY_N]];
  to_unit(d[ONLY_N], w, in[0]);
  const void *at[] = { w };
  norm_wrong(d, at, left);
  norm_right(d, at, right);
}

/* --- Softmax and cross-entropy: the wrong factor, and zero -------------- */

enum { Z, T };

static void entropy_forward(const size_t d[], const void *const in[], void *l)
{
  real p[d[ONLY_N]];
  *(real *)l =
      softmax_cross_entropy_forward(1, d[ONLY_N], (void *)p, in[Z], in[T]);
}

static const struct op entropy = {
  .name = "softmax and cross-entropy, one sample",
  .dim = { { "N", 2, 6 } },
  .in = { { "z", SHAPE(ONLY_N), NORMAL, .role = INPUT },
          { "t", SHAPE(ONLY_N), TARGETS, .role = CONSTANT } },
  .out = SCALAR,
  .forward = entropy_forward,
};

/* ∂l/∂z_n = −(t_n/p_n) Σ_k p_n (δ_nk − p_k) */
static void softmax_step(const size_t d[], const void *const in[],
                         const void *G, void *g)
{
  const size_t N = d[ONLY_N];
  const real *t = in[T];
  real p[N], *dz = g;
  softmax_one(N, p, in[Z]);
  for (size_t n = 0; n < N; n++) {
    real row = R(0.0);
    for (size_t k = 0; k < N; k++)
      row += p[n] * (delta(n, k) - p[k]);
    dz[n] = -t[n] / p[n] * row;
  }
  times(N, g, G);
}

static void published_softmax(size_t N, real dz[N], const real p[N],
                              const real t[N])
{
  real sum = R(0.0);
  for (size_t i = 0; i < N; i++)
    sum += p[i];
  for (size_t n = 0; n < N; n++)
    dz[n] = -t[n] * (R(1.0) - sum);
}

/* ∂l/∂z_n = −t_n (1 − Σ_i p_i) */
static void softmax_wrong(const size_t d[], const void *const in[],
                          const void *G, void *g)
{
  real p[d[ONLY_N]];
  softmax_one(d[ONLY_N], p, in[Z]);
  published_softmax(d[ONLY_N], g, p, in[T]);
  times(d[ONLY_N], g, G);
}

/* −t_n (1 − Σ_i p_i) = 0 */
static void softmax_zero(const size_t d[], const void *const in[], void *left,
                         void *right)
{
  const real one = R(1.0);
  softmax_wrong(d, in, &one, left);
  for (size_t n = 0; n < d[ONLY_N]; n++)
    ((real *)right)[n] = R(0.0);
}

/* ∂l/∂z_n = Σ_k (−t_k/p_k) p_k (δ_kn − p_n) */
static void softmax_chain(const size_t d[], const void *const in[],
                          const void *G, void *g)
{
  const size_t N = d[ONLY_N];
  const real *t = in[T];
  real p[N], *dz = g;
  softmax_one(N, p, in[Z]);
  for (size_t n = 0; n < N; n++) {
    dz[n] = R(0.0);
    for (size_t k = 0; k < N; k++)
      dz[n] += -t[k] / p[k] * p[k] * (delta(k, n) - p[n]);
  }
  times(N, g, G);
}

static void right_softmax(size_t N, real dz[N], const real p[N],
                          const real t[N])
{
  for (size_t n = 0; n < N; n++)
    dz[n] = p[n] * sum_of(N, t) - t[n];
}

/* ∂l/∂z_n = p_n Σ_i t_i − t_n */
static void softmax_right(const size_t d[], const void *const in[],
                          const void *G, void *g)
{
  real p[d[ONLY_N]];
  softmax_one(d[ONLY_N], p, in[Z]);
  right_softmax(d[ONLY_N], g, p, in[T]);
  times(d[ONLY_N], g, G);
}

/* −t_n (1 − Σ_i p_i) = p_n Σ_i t_i − t_n at p = t */
static void softmax_blind(const size_t d[], const void *const in[], void *left,
                          void *right)
{
  real p[d[ONLY_N]];
  softmax_one(d[ONLY_N], p, in[Z]);
  published_softmax(d[ONLY_N], left, p, p);
  right_softmax(d[ONLY_N], right, p, p);
}

/* Exercise: Σ_i (p_i Σ_k t_k − t_i) = 0 */
static void ones_upstream(const size_t d[], const void *const in[], void *left,
                          void *right)
{
  real p[d[ONLY_N]], dz[d[ONLY_N]];
  softmax_one(d[ONLY_N], p, in[Z]);
  right_softmax(d[ONLY_N], dz, p, in[T]);
  *(real *)left = sum_of(d[ONLY_N], dz);
  *(real *)right = R(0.0);
}

static long double size_of(long double x) { return x < 0 ? -x : x; }

/* Exercise: max |g_n| = 0, max |w_n| = 0.5 for p = (1, 1, 2)/4 and
   t = (3, 0, 1)/4 */
static void judged(struct finding *f)
{
  const real p[] = { R(0.25), R(0.25), R(0.5) };
  const real t[] = { R(0.75), R(0.0), R(0.25) };
  real wrong[3], is[3];
  long double g[3], w[3];
  published_softmax(3, wrong, p, t);
  right_softmax(3, is, p, t);
  f->error = 0;
  f->tolerance = 0;
  for (int n = 0; n < 3; n++) {
    g[n] = (long double)re(wrong[n]);
    w[n] = (long double)re(is[n]);
    f->error = worse(f->error, g[n], 0);
  }
  f->error = worse(f->error, size_of(w[0]), 0.5L);
  f->error = worse(f->error, w[1] + w[2], 0.5L);
  /* By the witness it fails, by itself it would be excused; at p = t a
     witness of 0 has nothing to say, and the right gradient passes. */
  const long double zero[3] = { 0 };
  f->error = worse(f->error, judge(3, g, w, 1, 1e-15L), FAILS);
  f->error = worse(f->error, judge(3, g, g, 1, 1e-15L), SAYS_NOTHING);
  f->error = worse(f->error, judge(3, g, zero, 1, 1e-15L), SAYS_NOTHING);
  f->error = worse(f->error, judge(3, w, w, 1, 1e-15L), PASSES);
  f->entries = 9;
}

/* The verdict where max |w_i| is size and the terms are so many times that; g
   is off by `off` tolerances in entry i, and w_i has `more` added. */
static enum ruling ruling_of(size_t i, long double size, long double terms,
                             long double off, long double more)
{
  const long double tau = ldexp(1.0L, -30);
  long double w[] = { size / 2, -size / 4, -size, size / 8 }, g[4];
  memcpy(g, w, sizeof g);
  g[i] += off * tau * size;
  w[i] += more;
  return judge(4, g, w, terms * size, tau);
}

/* Exercise: max |w_i| ≥ 1e-4 a and max |g_i − w_i| ≤ τ max |w_i|, whatever
   the size; a comparison with NaN is false. */
static void verdicts(struct finding *f)
{
  const long double none = nanl("");
  const struct {
    long double terms, off, more;
    enum ruling ruling;
  } expected[] = {
    { 1, 0.0L, 0, PASSES },
    { 1, 0.999L, 0, PASSES },
    { 1, -0.999L, 0, PASSES },
    { 1, 1.001L, 0, FAILS },
    { 1, -1.001L, 0, FAILS },
    { 1, none, 0, FAILS },
    { 9999, 0.999L, 0, PASSES },
    { 9999, 1.001L, 0, FAILS },
    { 10001, 0.999L, 0, SAYS_NOTHING },
    { 10001, 1.001L, 0, SAYS_NOTHING },
    { 1, 0, none, SAYS_NOTHING },
    { none, 0, 0, SAYS_NOTHING },
  };
  f->error = 0;
  f->tolerance = 0;
  for (int power = -300; power <= 300; power += 100)
    for (size_t i = 0; i < 4; i++)
      for (size_t k = 0; k < sizeof expected / sizeof *expected; k++) {
        const enum ruling ruling =
            ruling_of(i, ldexp(1.0L, power), expected[k].terms,
                      expected[k].off, expected[k].more);
        f->error = worse(f->error, ruling, expected[k].ruling);
        f->entries++;
      }
}

/* --- The bias of a batch, summed over the classes ----------------------- */

enum { BZ, BT, BB };

/* O = (P − T) / S, the gradient by Z + 1 bᵀ; the rows of T sum to 1 */
static void output_gradient(size_t S, size_t N, real O[S][N],
                            const real Z[S][N], const real T[S][N],
                            const real b[N], real *loss)
{
  real z[S][N], t[S][N], p[S][N];
  for (size_t s = 0; s < S; s++)
    for (size_t n = 0; n < N; n++) {
      z[s][n] = Z[s][n] + b[n];
      t[s][n] = T[s][n] / sum_of(N, T[s]);
    }
  const real L =
      softmax_cross_entropy_forward(S, N, p, (const void *)z, (const void *)t);
  if (loss)
    *loss = L;
  for (size_t s = 0; s < S; s++)
    for (size_t n = 0; n < N; n++)
      O[s][n] = (p[s][n] - t[s][n]) / (real)S;
}

static void batch_loss(size_t S, size_t N, const void *const in[], real *L)
{
  real O[S][N];
  output_gradient(S, N, O, in[BZ], in[BT], in[BB], L);
}

static void batch_forward(const size_t d[], const void *const in[], void *L)
{
  batch_loss(d[S], d[N], in, L);
}

static void square_forward(const size_t d[], const void *const in[], void *L)
{
  batch_loss(d[ONLY_N], d[ONLY_N], in, L);
}

static const struct op batch = {
  .name = "bias, softmax and cross-entropy of a batch",
  .dim = { { "S", 3, 6 }, { "N", 2, 6 } },
  .in = { { "Z", SHAPE(S, N), NORMAL, .role = CONSTANT },
          { "T before its rows are divided", SHAPE(S, N), TARGETS,
            .role = CONSTANT },
          { "b", SHAPE(N), NORMAL, .role = PARAMETER } },
  .out = SCALAR,
  .forward = batch_forward,
};

/* As many samples as classes: elsewhere the shape alone gives it away. */
static const struct op square_batch = {
  .name = "the same, as many samples as classes",
  .dim = { { "N", 3, 6 } },
  .in = { { "Z", SHAPE(ONLY_N, ONLY_N), NORMAL, .role = CONSTANT },
          { "T before its rows are divided", SHAPE(ONLY_N, ONLY_N), TARGETS,
            .role = CONSTANT },
          { "b", SHAPE(ONLY_N), NORMAL, .role = PARAMETER } },
  .out = SCALAR,
  .forward = square_forward,
};

static void published_bias(size_t S, size_t N, real db[S], const real O[S][N])
{
  for (size_t s = 0; s < S; s++) {
    db[s] = R(0.0);
    for (size_t n = 0; n < N; n++)
      db[s] += O[s][n];
  }
}

static void right_bias(size_t S, size_t N, real db[N], const real O[S][N])
{
  for (size_t n = 0; n < N; n++) {
    db[n] = R(0.0);
    for (size_t s = 0; s < S; s++)
      db[n] += O[s][n];
  }
}

/* ∂L/∂b = O 1, S = N */
static void classes_wrong(const size_t d[], const void *const in[],
                          const void *G, void *g)
{
  const size_t n = d[ONLY_N];
  real O[n][n];
  output_gradient(n, n, O, in[BZ], in[BT], in[BB], NULL);
  published_bias(n, n, g, (const void *)O);
  times(n, g, G);
}

/* O 1 = 0 */
static void classes_zero(const size_t d[], const void *const in[], void *left,
                         void *right)
{
  real O[d[S]][d[N]];
  output_gradient(d[S], d[N], O, in[BZ], in[BT], in[BB], NULL);
  published_bias(d[S], d[N], left, (const void *)O);
  for (size_t s = 0; s < d[S]; s++)
    ((real *)right)[s] = R(0.0);
}

/* ∂L/∂b = Oᵀ 1 */
static void classes_right(const size_t d[], const void *const in[],
                          const void *G, void *g)
{
  real O[d[S]][d[N]];
  output_gradient(d[S], d[N], O, in[BZ], in[BT], in[BB], NULL);
  right_bias(d[S], d[N], g, (const void *)O);
  times(d[N], g, G);
}

/* O 1 = Oᵀ 1 where Σ_s P_sn = Σ_s T_sn, S = N: the targets of each sample are
   the probabilities of the next */
static void classes_blind(const size_t d[], const void *const in[], void *left,
                          void *right)
{
  const size_t n = d[ONLY_N];
  real p[n][n], O[n][n];
  softmax_forward(n, n, p, in[BZ]);
  for (size_t s = 0; s < n; s++)
    for (size_t k = 0; k < n; k++)
      O[s][k] = (p[s][k] - p[(s + 1) % n][k]) / (real)n;
  published_bias(n, n, left, (const void *)O);
  right_bias(n, n, right, (const void *)O);
}

/* --- Batch norm, a forward and a backward of two functions -------------- */

enum { FX, FG };

/* mean = Σ X / S, variance = Σ (X − mean)² / (S − 1) */
static void column(size_t S, size_t N, size_t n, const real X[S][N],
                   real *mean, real *variance)
{
  *mean = *variance = R(0.0);
  for (size_t s = 0; s < S; s++)
    *mean += X[s][n] / (real)S;
  for (size_t s = 0; s < S; s++)
    *variance += (X[s][n] - *mean) * (X[s][n] - *mean) / ((real)S - R(1.0));
}

static void framework_forward(size_t S, size_t N, real Y[S][N],
                              const real X[S][N], real epsilon)
{
  for (size_t n = 0; n < N; n++) {
    real mean, variance;
    column(S, N, n, X, &mean, &variance);
    for (size_t s = 0; s < S; s++)
      Y[s][n] = (X[s][n] - mean) / (sqrt(variance) + epsilon);
  }
}

static void framework_of(const size_t d[], const void *const in[], void *Y)
{
  framework_forward(d[S], d[N], Y, in[FX], R(1e-6));
}

#define BATCHES_OF(lowest, highest, N_lowest, N_highest)             \
  .dim = { { "S", lowest, highest }, { "N", N_lowest, N_highest } }, \
  .in = { { "X", SHAPE(S, N), NORMAL, .role = INPUT },               \
          { "G", SHAPE(S, N), NORMAL, .role = CONSTANT } },          \
  .out = SHAPE(S, N), .forward = framework_of

static const struct op framework = {
  .name = "batch norm as a framework has it",
  BATCHES_OF(3, 6, 2, 5),
};
static const struct op framework_4 = {
  .name = "batch norm as a framework has it, S = 4",
  BATCHES_OF(4, 4, 2, 3),
};
static const struct op framework_32 = {
  .name = "batch norm as a framework has it, S = 32",
  BATCHES_OF(32, 32, 2, 3),
};

static void published_batch_norm(size_t S, size_t N, real dX[S][N],
                                 const real G[S][N], const real X[S][N],
                                 real epsilon)
{
  for (size_t n = 0; n < N; n++) {
    real mean, variance, g = R(0.0), gx = R(0.0);
    column(S, N, n, X, &mean, &variance);
    const real r = R(1.0) / sqrt(variance + epsilon);
    for (size_t s = 0; s < S; s++) {
      g += G[s][n];
      gx += G[s][n] * r * (X[s][n] - mean);
    }
    for (size_t s = 0; s < S; s++)
      dX[s][n] =
          r * (G[s][n] - g / (real)S - r * (X[s][n] - mean) / (real)S * gx);
  }
}

/* ∂L/∂X_sn = r_n (G_sn − (1/S) Σ_p G_pn − (1/S) x̂_sn Σ_p G_pn x̂_pn),
   r = 1/√(v + 1e-5), x̂ = r (X − μ), and v the forward's */
static void framework_wrong(const size_t d[], const void *const in[],
                            const void *G, void *g)
{
  published_batch_norm(d[S], d[N], g, G, in[FX], R(1e-5));
}

static void framework_backward(size_t S, size_t N, real dX[S][N],
                               const real G[S][N], const real X[S][N],
                               real epsilon)
{
  for (size_t n = 0; n < N; n++) {
    real mean, variance, g = R(0.0), gx = R(0.0);
    column(S, N, n, X, &mean, &variance);
    const real q = sqrt(variance), r = R(1.0) / (q + epsilon);
    for (size_t s = 0; s < S; s++) {
      g += G[s][n];
      gx += G[s][n] * r * (X[s][n] - mean);
    }
    for (size_t s = 0; s < S; s++)
      dX[s][n] = r * (G[s][n] - g / (real)S -
                      (X[s][n] - mean) / (((real)S - R(1.0)) * q) * gx);
  }
}

/* ∂L/∂X_sn = r_n (G_sn − (1/S) Σ_p G_pn
              − (X_sn − μ_n) / ((S − 1) √v_n) Σ_p G_pn Y_pn),
   r = 1/(√v + 1e-6) */
static void framework_right(const size_t d[], const void *const in[],
                            const void *G, void *g)
{
  framework_backward(d[S], d[N], g, G, in[FX], R(1e-6));
}

/* ε = 0: published − right = x̂_sn / (S (S − 1) √v_n) Σ_p G_pn x̂_pn */
static void framework_error(const size_t d[], const void *const in[],
                            void *left, void *right)
{
  const size_t samples = d[S];
  const real(*X)[d[N]] = in[FX], (*G)[d[N]] = in[FG];
  real is[samples][d[N]], (*off)[d[N]] = left, (*page)[d[N]] = right;
  published_batch_norm(samples, d[N], off, G, X, R(0.0));
  framework_backward(samples, d[N], is, G, X, R(0.0));
  for (size_t n = 0; n < d[N]; n++) {
    real mean, variance, gx = R(0.0);
    column(samples, d[N], n, X, &mean, &variance);
    for (size_t p = 0; p < samples; p++)
      gx += G[p][n] * (X[p][n] - mean) / sqrt(variance);
    for (size_t s = 0; s < samples; s++) {
      off[s][n] -= is[s][n];
      page[s][n] =
          (X[s][n] - mean) / sqrt(variance) /
          ((real)samples * ((real)samples - R(1.0)) * sqrt(variance)) * gx;
    }
  }
}

/* With G = 1, published = right (both are 0) */
static void framework_blind(const size_t d[], const void *const in[],
                            void *left, void *right)
{
  real G[d[S]][d[N]];
  for (size_t s = 0; s < d[S]; s++)
    for (size_t n = 0; n < d[N]; n++)
      G[s][n] = R(1.0);
  framework_wrong(d, in, G, left);
  framework_right(d, in, G, right);
}

/* --- tr(VXW): shapes that hide ------------------------------------------ */

enum { TP, TQ, TR };
enum { TV, TX, TW };

/* V: R×P, X: P×Q, W: Q×R */
static real trace_product(size_t R_, size_t P, size_t Q, const real V[R_][P],
                          const real X[P][Q], const real W[Q][R_])
{
  real sum = R(0.0);
  for (size_t r = 0; r < R_; r++)
    for (size_t p = 0; p < P; p++)
      for (size_t q = 0; q < Q; q++)
        sum += V[r][p] * X[p][q] * W[q][r];
  return sum;
}

static void trace_forward(const size_t d[], const void *const in[], void *y)
{
  *(real *)y = trace_product(d[TR], d[TP], d[TQ], in[TV], in[TX], in[TW]);
}

static void square_trace_forward(const size_t d[], const void *const in[],
                                 void *y)
{
  *(real *)y = trace_product(d[TP], d[TP], d[TQ], in[TV], in[TX], in[TW]);
}

static const struct op trace = {
  .name = "trace of VXW",
  .dim = { { "P", 2, 5 }, { "Q", 2, 5 }, { "R", 2, 5 } },
  .in = { { "V", SHAPE(TR, TP), NORMAL, .role = INPUT },
          { "X", SHAPE(TP, TQ), NORMAL, .role = INPUT },
          { "W", SHAPE(TQ, TR), NORMAL, .role = INPUT } },
  .out = SCALAR,
  .forward = trace_forward,
};

/* V square: elsewhere the product with Wᵀ does not exist. */
static const struct op square_trace = {
  .name = "trace of VXW, V square",
  .dim = { { "P", 2, 5 }, { "Q", 2, 5 } },
  .in = { { "V", SHAPE(TP, TP), NORMAL, .role = INPUT },
          { "X", SHAPE(TP, TQ), NORMAL, .role = INPUT },
          { "W", SHAPE(TQ, TP), NORMAL, .role = INPUT } },
  .out = SCALAR,
  .forward = square_trace_forward,
};

/* V W^⊤: V is P×P, W is Q×P */
static void published_trace(size_t P, size_t Q, real dX[P][Q],
                            const real V[P][P], const real W[Q][P])
{
  for (size_t i = 0; i < P; i++)
    for (size_t j = 0; j < Q; j++) {
      dX[i][j] = R(0.0);
      for (size_t k = 0; k < P; k++)
        dX[i][j] += V[i][k] * W[j][k];
    }
}

/* ∂ tr(VXW)/∂X = V Wᵀ */
static void trace_wrong(const size_t d[], const void *const in[], void *J)
{
  published_trace(d[TP], d[TQ], J, in[TV], in[TW]);
}

/* ∂ tr(VXW)/∂X_ij = Σ_k V_ki W_jk */
static void trace_index(const size_t d[], const void *const in[], void *J_)
{
  const real(*V)[d[TP]] = in[TV], (*W)[d[TR]] = in[TW];
  real(*J)[d[TQ]] = J_;
  for (size_t i = 0; i < d[TP]; i++)
    for (size_t j = 0; j < d[TQ]; j++) {
      J[i][j] = R(0.0);
      for (size_t k = 0; k < d[TR]; k++)
        J[i][j] += V[k][i] * W[j][k];
    }
}

/* Vᵀ Wᵀ, with both transposes written out: V is R×P, W is Q×R */
static void transposed_product(size_t R_, size_t P, size_t Q, real J[P][Q],
                               const real V[R_][P], const real W[Q][R_])
{
  real Vt[P][R_], Wt[R_][Q];
  for (size_t r = 0; r < R_; r++) {
    for (size_t p = 0; p < P; p++)
      Vt[p][r] = V[r][p];
    for (size_t q = 0; q < Q; q++)
      Wt[r][q] = W[q][r];
  }
  for (size_t p = 0; p < P; p++)
    for (size_t q = 0; q < Q; q++) {
      J[p][q] = R(0.0);
      for (size_t r = 0; r < R_; r++)
        J[p][q] += Vt[p][r] * Wt[r][q];
    }
}

/* ∂ tr(VXW)/∂X = Vᵀ Wᵀ */
static void trace_right(const size_t d[], const void *const in[], void *J)
{
  transposed_product(d[TR], d[TP], d[TQ], J, in[TV], in[TW]);
}

/* V Wᵀ = Vᵀ Wᵀ where V = Vᵀ */
static void trace_blind(const size_t d[], const void *const in[], void *left,
                        void *right)
{
  const real(*given)[d[TP]] = in[TV];
  real V[d[TP]][d[TP]];
  for (size_t i = 0; i < d[TP]; i++)
    for (size_t j = 0; j < d[TP]; j++)
      V[i][j] = given[i][j] + given[j][i];
  published_trace(d[TP], d[TQ], left, (const void *)V, in[TW]);
  transposed_product(d[TP], d[TP], d[TQ], right, (const void *)V, in[TW]);
}

/* --- Unit length: the upstream handed through --------------------------- */

enum { UX, UG };

static void unit_forward(const size_t d[], const void *const in[], void *Y)
{
  to_unit(d[ONLY_N], Y, in[UX]);
}

static const struct op unit = {
  .name = "unit length",
  .dim = { { "N", 2, 6 } },
  .in = { { "x", SHAPE(ONLY_N), NORMAL, .role = INPUT },
          { "G", SHAPE(ONLY_N), NORMAL, .role = CONSTANT } },
  .out = SHAPE(ONLY_N),
  .forward = unit_forward,
};

static void published_unit(size_t N, real dx[N], const real G[N])
{
  for (size_t i = 0; i < N; i++)
    dx[i] = G[i];
}

/* ∂L/∂x = G */
static void unit_wrong(const size_t d[], const void *const in[], const void *G,
                       void *g)
{
  (void)in;
  published_unit(d[ONLY_N], g, G);
}

/* ∂L/∂x = (G − x̂ (x̂ᵀG)) / ‖x‖ */
static void unit_right(const size_t d[], const void *const in[],
                       const void *G_, void *g)
{
  const size_t n = d[ONLY_N];
  const real *x = in[UX], *G = G_;
  real xhat[n];
  to_unit(n, xhat, x);
  for (size_t i = 0; i < n; i++)
    ((real *)g)[i] = (G[i] - xhat[i] * dot(n, xhat, G)) / sqrt(dot(n, x, x));
}

/* G = (G − x̂ (x̂ᵀG)) / ‖x‖ where ‖x‖ = 1 and x̂ᵀG = 0 */
static void unit_blind(const size_t d[], const void *const in[], void *left,
                       void *right)
{
  const size_t n = d[ONLY_N];
  const real *given = in[UG];
  real x[n], G[n];
  to_unit(n, x, in[UX]);
  for (size_t i = 0; i < n; i++)
    G[i] = given[i] - x[i] * dot(n, x, given);
  const void *at[] = { x };
  unit_wrong(d, at, G, left);
  unit_right(d, at, G, right);
}

/* Exercise: xᵀ (G − x̂ (x̂ᵀG)) / ‖x‖ = 0 */
static void unit_orthogonal(const size_t d[], const void *const in[],
                            void *left, void *right)
{
  real dx[d[ONLY_N]];
  unit_right(d, in, in[UG], dx);
  *(real *)left = dot(d[ONLY_N], in[UX], dx);
  *(real *)right = R(0.0);
}

const struct claim CLAIMS(mistakes)[] = {
  { "mistakes-quotient", GRADIENT, &quotient, QY, .gradient = quotient_wrong,
    .wrong = 1 },
  { "mistakes-quotient-right", GRADIENT, &quotient, QY,
    .gradient = quotient_right },
  { "mistakes-quotient-blind", IDENTITY, &quotient, .sides = quotient_blind,
    .side = SHAPE(S, N), .scale = 1 },
  { "mistakes-logarithm", JACOBIAN, &log_loss, .jacobian = log_wrong,
    .wrong = 1 },
  { "mistakes-logarithm-right", JACOBIAN, &log_loss, .jacobian = log_right },
  { "mistakes-logarithm-error", IDENTITY, &log_loss, .sides = log_error,
    .side = SHAPE(ONLY_N), .scale = 1 },
  { "mistakes-logarithm-chain", IDENTITY, &class_loss, .sides = chained,
    .side = SHAPE(ONLY_N), .scale = 1 },
  { "mistakes-logarithm-chained", JACOBIAN, &class_loss,
    .jacobian = chained_wrong, .wrong = 1 },
  { "mistakes-logarithm-end", JACOBIAN, &class_loss,
    .jacobian = chained_right },
  { "mistakes-relu", JACOBIAN, &relu, .jacobian = relu_wrong, .wrong = 1 },
  { "mistakes-relu-right", JACOBIAN, &relu, .jacobian = relu_right },
  { "mistakes-relu-everywhere", IDENTITY, &relu, .sides = relu_everywhere,
    .side = SHAPE(ONLY_N) },
  { "mistakes-variance", STATEMENT, .finding = variance_wrong, .wrong = 1 },
  { "mistakes-variance-right", STATEMENT, .finding = variance_right },
  { "mistakes-variance-error", STATEMENT, .finding = variance_error },
  { "mistakes-variance-blind", STATEMENT, .finding = variance_blind },
  { "mistakes-ones", JACOBIAN, &affine, OB, .jacobian = ones_wrong,
    .wrong = 1 },
  { "mistakes-ones-product", IDENTITY, &upstream, .sides = ones_product,
    .side = SHAPE(ONLY_N), .scale = 1, .wrong = 1 },
  { "mistakes-ones-honest", GRADIENT, &affine, OB, .gradient = ones_honest,
    .wrong = 1 },
  { "mistakes-bias-end", GRADIENT, &affine, OB, .gradient = bias_end },
  { "mistakes-bias-jacobian", JACOBIAN, &affine, OB, .jacobian = ones_right },
  { "mistakes-bias-product", IDENTITY, &upstream, .sides = bias_product,
    .side = SHAPE(ONLY_N) },
  { "mistakes-ones-blind", IDENTITY, &upstream, .sides = ones_blind,
    .side = SCALAR },
  { "mistakes-norm", JACOBIAN, &norm, .jacobian = norm_wrong, .wrong = 1 },
  { "mistakes-norm-end", JACOBIAN, &norm, .jacobian = norm_end },
  { "mistakes-norm-right", JACOBIAN, &norm, .jacobian = norm_right },
  { "mistakes-norm-blind", IDENTITY, &norm, .sides = norm_blind,
    .side = SHAPE(ONLY_N), .scale = 1 },
  { "mistakes-softmax-step", GRADIENT, &entropy, Z, .gradient = softmax_step,
    .wrong = 1 },
  { "mistakes-softmax", GRADIENT, &entropy, Z, .gradient = softmax_wrong,
    .wrong = 1 },
  { "mistakes-softmax-zero", IDENTITY, &entropy, .sides = softmax_zero,
    .side = SHAPE(ONLY_N), .scale = 1 },
  { "mistakes-softmax-chain", GRADIENT, &entropy, Z,
    .gradient = softmax_chain },
  { "mistakes-softmax-right", GRADIENT, &entropy, Z,
    .gradient = softmax_right },
  { "mistakes-softmax-blind", IDENTITY, &entropy, .sides = softmax_blind,
    .side = SHAPE(ONLY_N), .scale = 1 },
  { "mistakes-classes", GRADIENT, &square_batch, BB, .gradient = classes_wrong,
    .wrong = 1 },
  { "mistakes-classes-zero", IDENTITY, &batch, .sides = classes_zero,
    .side = SHAPE(S), .scale = 1 },
  { "mistakes-classes-right", GRADIENT, &batch, BB,
    .gradient = classes_right },
  { "mistakes-classes-blind", IDENTITY, &square_batch, .sides = classes_blind,
    .side = SHAPE(ONLY_N), .scale = 1 },
  { "mistakes-framework-four", GRADIENT, &framework_4, FX,
    .gradient = framework_wrong, .wrong = 1 },
  { "mistakes-framework-thirty-two", GRADIENT, &framework_32, FX,
    .gradient = framework_wrong, .wrong = 1 },
  { "mistakes-framework-right", GRADIENT, &framework, FX,
    .gradient = framework_right },
  { "mistakes-framework-error", IDENTITY, &framework, .sides = framework_error,
    .side = SHAPE(S, N), .scale = 1 },
  { "mistakes-framework-blind", IDENTITY, &framework, .sides = framework_blind,
    .side = SHAPE(S, N), .scale = 1 },
  { "mistakes-any-tanh", JACOBIAN, &tanh_op, .jacobian = any_tanh,
    .wrong = 1 },
  { "mistakes-any-relu", JACOBIAN, &relu, .jacobian = any_relu, .wrong = 1 },
  { "mistakes-any-sigmoid", JACOBIAN, &sigmoid, .jacobian = any_sigmoid },
  { "mistakes-any-right", JACOBIAN, &tanh_op, .jacobian = any_right },
  { "mistakes-any-error", IDENTITY, &tanh_op, .sides = any_error,
    .side = SHAPE(ONLY_N), .scale = 1 },
  { "mistakes-any-dead", IDENTITY, &relu, .sides = any_dead,
    .side = SHAPE(ONLY_N), .scale = 1 },
  { "mistakes-unit", GRADIENT, &unit, UX, .gradient = unit_wrong, .wrong = 1 },
  { "mistakes-unit-right", GRADIENT, &unit, UX, .gradient = unit_right },
  { "mistakes-unit-blind", IDENTITY, &unit, .sides = unit_blind,
    .side = SHAPE(ONLY_N), .scale = 1 },
  { "mistakes-trace-index", JACOBIAN, &trace, TX, 1, .jacobian = trace_index },
  { "mistakes-trace", JACOBIAN, &square_trace, TX, .jacobian = trace_wrong,
    .wrong = 1 },
  { "mistakes-trace-right", JACOBIAN, &trace, TX, 1, .jacobian = trace_right },
  { "mistakes-trace-blind", IDENTITY, &square_trace, .sides = trace_blind,
    .side = SHAPE(TP, TQ) },
  { "mistakes-listing", JACOBIAN, &class_loss, .jacobian = listing_wrong,
    .wrong = 1 },
  { "mistakes-listing-error", IDENTITY, &class_loss, .sides = listing_error,
    .side = SHAPE(ONLY_N), .scale = 1 },
  { "mistakes-listing-blind", STATEMENT, .finding = listing_blind },
  { "mistakes-ex-ones", IDENTITY, &entropy, .sides = ones_upstream,
    .side = SCALAR, .scale = 1 },
  { "mistakes-ex-judge", VALUE, .finding = judged },
  { "mistakes-ex-verdict", STATEMENT, .finding = verdicts },
  { "mistakes-ex-slope", JACOBIAN, &mixed, .jacobian = mixed_jacobian },
  { "mistakes-ex-slope-pair", IDENTITY, &relu, .sides = relu_pair,
    .side = SHAPE(ONLY_N) },
  { "mistakes-ex-chained", IDENTITY, &class_loss, .sides = chained_error,
    .side = SHAPE(ONLY_N), .scale = 1 },
  { "mistakes-ex-orthogonal", IDENTITY, &unit, .sides = unit_orthogonal,
    .side = SCALAR, .scale = 1 },
  END,
};
