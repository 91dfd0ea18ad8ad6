#include "../chapters/07-batch-norm.exercises.h"
#include "batch_norm.h"
#include "claims.h"
#include "cross_entropy.h"
#include "layer_norm.h"
#include "linear.h"
#include "mlp.h"
#include "rng.h"

#include <float.h>
#include <stdlib.h>

enum { S, N, M };
enum { X, GAMMA, BETA, EPS };
enum { MU = 4, V = 5 };          /* the nodes, where they are free */
enum { UP = 4, DIRECTION = 5 };  /* an upstream gradient as an input */
enum { FACTOR = 4, OFFSET = 5 }; /* of the invariances */
enum { W = 4, B = 5, UP_W = 6 }; /* a linear layer before */
enum { RUN_MU = 4, RUN_V = 5, RATE = 6 };
enum { MOST = 8 }; /* no dimension of a layer is larger */

static real delta(size_t i, size_t j) { return i == j ? R(1.0) : R(0.0); }

/* Everything of the forward, by the definitions of the page and without the
   module.  Columns for batch norm; for layer norm mu, v, r are the rows'. */
struct seen {
  size_t S, N;
  real x[MOST][MOST], xhat[MOST][MOST], g[MOST][MOST];
  real mu[MOST], v[MOST], r[MOST], gamma[MOST], beta[MOST], eps;
};

/* G may be NULL; mu and v too: then they are the batch's own. */
static struct seen look(const size_t d[], const void *const in[],
                        const void *G, const real *mu, const real *v)
{
  struct seen c = { .S = d[S], .N = d[N], .eps = *(const real *)in[EPS] };
  const real(*x)[c.N] = in[X], (*g)[c.N] = G;
  for (size_t n = 0; n < c.N; n++) {
    c.gamma[n] = ((const real *)in[GAMMA])[n];
    c.beta[n] = ((const real *)in[BETA])[n];
    real sum = R(0.0), squares = R(0.0);
    for (size_t s = 0; s < c.S; s++) {
      c.x[s][n] = x[s][n];
      c.g[s][n] = G ? g[s][n] : R(0.0);
      sum += x[s][n];
    }
    c.mu[n] = mu ? mu[n] : sum / (real)c.S;
    for (size_t s = 0; s < c.S; s++)
      squares += (x[s][n] - c.mu[n]) * (x[s][n] - c.mu[n]);
    c.v[n] = v ? v[n] : squares / (real)c.S;
    c.r[n] = R(1.0) / sqrt(c.v[n] + c.eps);
    for (size_t s = 0; s < c.S; s++)
      c.xhat[s][n] = (x[s][n] - c.mu[n]) * c.r[n];
  }
  return c;
}

static struct seen batch(const size_t d[], const void *const in[],
                         const void *G)
{
  return look(d, in, G, NULL, NULL);
}

/* Σ_s G_sn  and  Σ_s G_sn Xhat_sn */
static real sum_g(const struct seen *c, size_t n)
{
  real sum = R(0.0);
  for (size_t s = 0; s < c->S; s++)
    sum += c->g[s][n];
  return sum;
}

static real sum_gx(const struct seen *c, size_t n)
{
  real sum = R(0.0);
  for (size_t s = 0; s < c->S; s++)
    sum += c->g[s][n] * c->xhat[s][n];
  return sum;
}

/* The layer */

static void norm_forward(const size_t d[], const void *const in[], void *Y)
{
  real Xhat[d[S]][d[N]], mean[d[N]], variance[d[N]];
  batch_norm_forward(d[S], d[N], Y, Xhat, mean, variance, in[X], in[GAMMA],
                     in[BETA], *(const real *)in[EPS]);
}

static void norm_backward(const size_t d[], const void *const in[],
                          const void *G, void *const g[])
{
  const real epsilon = *(const real *)in[EPS];
  real Y[d[S]][d[N]], Xhat[d[S]][d[N]], mean[d[N]], variance[d[N]];
  batch_norm_forward(d[S], d[N], Y, Xhat, mean, variance, in[X], in[GAMMA],
                     in[BETA], epsilon);
  batch_norm_backward(d[S], d[N], g[X], g[GAMMA], g[BETA], G,
                      (const void *)Xhat, variance, in[GAMMA], epsilon);
}

/* First the parameters with no dX, then dX with the parameters to spare:
   the second may not depend on the first. */
#define APART(backward)                                                  \
  static void backward##_apart(const size_t d[], const void *const in[], \
                               const void *G, void *const g[])           \
  {                                                                      \
    real dgamma_[MOST], dbeta_[MOST];                                    \
    for (size_t n = 0; n < d[N]; n++)                                    \
      dgamma_[n] = dbeta_[n] = R(1.0);                                   \
    backward(d, in, G, (void *[]){ NULL, g[GAMMA], g[BETA], NULL });     \
    backward(d, in, G, (void *[]){ g[X], dgamma_, dbeta_, NULL });       \
  }
APART(norm_backward)

/* The gradient of X by the module, where G is an input. */
static void module_dx(const size_t d[], const void *const in[], const void *G,
                      void *dX)
{
  real dgamma[d[N]], dbeta[d[N]];
  for (size_t n = 0; n < d[N]; n++)
    dgamma[n] = dbeta[n] = R(0.0);
  norm_backward(d, in, G, (void *[]){ dX, dgamma, dbeta, NULL });
}

/* What every operation here is drawn from; N between lo and hi, ε too. */
#define SIZES(lo, hi) .dim = { { "S", 4, 7 }, { "N", lo, hi } }
#define LAYER(lo, hi)                               \
  { "X", SHAPE(S, N), NORMAL, .role = INPUT },      \
      { "γ", SHAPE(N), NORMAL, .role = PARAMETER }, \
      { "β", SHAPE(N), NORMAL, .role = PARAMETER }, \
  {                                                 \
    "ε", SCALAR, UNIFORM, lo, hi, .role = CONSTANT  \
  }
#define UPSTREAM                            \
  {                                         \
    "G", SHAPE(S, N), NORMAL, .role = INPUT \
  }

static const struct op norm = {
  .name = "batch norm",
  SIZES(2, 5),
  .in = { LAYER(0.1L, 1) },
  .out = SHAPE(S, N),
  .forward = norm_forward,
  .backward = norm_backward,
};
static const struct op norm_small = {
  .name = "batch norm with a small ε",
  SIZES(2, 5),
  .in = { LAYER(1e-5L, 1e-5L) },
  .out = SHAPE(S, N),
  .forward = norm_forward,
  .backward = norm_backward_apart,
};
static const struct op norm_column = {
  .name = "batch norm of one column",
  SIZES(1, 1),
  .in = { LAYER(0.1L, 1) },
  .out = SHAPE(S, N),
  .forward = norm_forward,
};
static const struct op norm_g = {
  .name = "batch norm and an upstream gradient",
  SIZES(2, 5),
  .in = { LAYER(0.1L, 1),
          UPSTREAM,
          { "u", SHAPE(S, N), NORMAL, 0, 0, INPUT } },
  .out = SHAPE(S, N),
  .forward = norm_forward,
};

/* The forward: the module on the left, the page on the right */

static void mean_sides(const size_t d[], const void *const in[], void *left,
                       void *right)
{
  const struct seen c = batch(d, in, NULL);
  real Y[d[S]][d[N]], Xhat[d[S]][d[N]], variance[d[N]];
  batch_norm_forward(d[S], d[N], Y, Xhat, left, variance, in[X], in[GAMMA],
                     in[BETA], c.eps);
  for (size_t n = 0; n < c.N; n++)
    ((real *)right)[n] = c.mu[n];
}

static void variance_sides(const size_t d[], const void *const in[],
                           void *left, void *right)
{
  const struct seen c = batch(d, in, NULL);
  real Y[d[S]][d[N]], Xhat[d[S]][d[N]], mean[d[N]];
  batch_norm_forward(d[S], d[N], Y, Xhat, mean, left, in[X], in[GAMMA],
                     in[BETA], c.eps);
  for (size_t n = 0; n < c.N; n++)
    ((real *)right)[n] = c.v[n];
}

static void xhat_sides(const size_t d[], const void *const in[], void *left,
                       void *right)
{
  const struct seen c = batch(d, in, NULL);
  real Y[d[S]][d[N]], mean[d[N]], variance[d[N]], (*out)[d[N]] = right;
  batch_norm_forward(d[S], d[N], Y, left, mean, variance, in[X], in[GAMMA],
                     in[BETA], c.eps);
  for (size_t s = 0; s < c.S; s++)
    for (size_t n = 0; n < c.N; n++)
      out[s][n] = (c.x[s][n] - c.mu[n]) * c.r[n];
}

static void forward_sides(const size_t d[], const void *const in[], void *left,
                          void *right)
{
  const struct seen c = batch(d, in, NULL);
  real(*out)[d[N]] = right;
  norm_forward(d, in, left);
  for (size_t s = 0; s < c.S; s++)
    for (size_t n = 0; n < c.N; n++)
      out[s][n] = c.gamma[n] * c.xhat[s][n] + c.beta[n];
}

/* Σ_s Xhat_sn = 0, of the module's */
static void xhat_sum(const size_t d[], const void *const in[], void *left,
                     void *right)
{
  real Xhat[d[S]][d[N]], page[d[S]][d[N]], *sum = left, *zero = right;
  xhat_sides(d, in, Xhat, page);
  for (size_t n = 0; n < d[N]; n++) {
    sum[n] = zero[n] = R(0.0);
    for (size_t s = 0; s < d[S]; s++)
      sum[n] += Xhat[s][n];
  }
}

/* 1/S Σ_s Xhat_sn² = v_n / (v_n + ε) */
static void xhat_square(const size_t d[], const void *const in[], void *left,
                        void *right)
{
  const struct seen c = batch(d, in, NULL);
  real *sum = left;
  for (size_t n = 0; n < c.N; n++) {
    sum[n] = R(0.0);
    for (size_t s = 0; s < c.S; s++)
      sum[n] += c.xhat[s][n] * c.xhat[s][n] / (real)c.S;
    ((real *)right)[n] = c.v[n] / (c.v[n] + c.eps);
  }
}

/* The nodes of the graph, each with what it reads as free inputs */

static void affine_forward(const size_t d[], const void *const in[], void *Y_)
{
  const real(*xhat)[d[N]] = in[X], *gamma = in[GAMMA], *beta = in[BETA];
  real(*Y)[d[N]] = Y_;
  for (size_t s = 0; s < d[S]; s++)
    for (size_t n = 0; n < d[N]; n++)
      Y[s][n] = gamma[n] * xhat[s][n] + beta[n];
}

/* xhat from x, mu and v */
static void normalise_forward(const size_t d[], const void *const in[],
                              void *xhat_)
{
  const struct seen c = look(d, in, NULL, in[MU], in[V]);
  real(*xhat)[d[N]] = xhat_;
  for (size_t s = 0; s < c.S; s++)
    for (size_t n = 0; n < c.N; n++)
      xhat[s][n] = c.xhat[s][n];
}

/* y from x, mu and v */
static void from_v_forward(const size_t d[], const void *const in[], void *Y)
{
  real xhat[d[S]][d[N]];
  const void *inner[] = { xhat, in[GAMMA], in[BETA] };
  normalise_forward(d, in, xhat);
  affine_forward(d, inner, Y);
}

/* v from x and mu */
static void spread_forward(const size_t d[], const void *const in[], void *v)
{
  const struct seen c = look(d, in, NULL, in[MU], NULL);
  for (size_t n = 0; n < c.N; n++)
    ((real *)v)[n] = c.v[n];
}

/* y from x and mu, with v from both */
static void from_mu_forward(const size_t d[], const void *const in[], void *Y)
{
  real v[d[N]];
  const void *inner[] = { in[X], in[GAMMA], in[BETA], in[EPS], in[MU], v };
  spread_forward(d, in, v);
  from_v_forward(d, inner, Y);
}

/* the same, with mu the mean plus an offset, which is 0 */
static void at_mean_forward(const size_t d[], const void *const in[], void *Y)
{
  struct seen c = batch(d, in, NULL);
  const void *inner[] = { in[X], in[GAMMA], in[BETA], in[EPS], c.mu };
  for (size_t n = 0; n < c.N; n++)
    c.mu[n] += ((const real *)in[MU])[n];
  from_mu_forward(d, inner, Y);
}

static void mean_forward(const size_t d[], const void *const in[], void *mu)
{
  const struct seen c = batch(d, in, NULL);
  for (size_t n = 0; n < c.N; n++)
    ((real *)mu)[n] = c.mu[n];
}

static void r_forward(const size_t d[], const void *const in[], void *r)
{
  const struct seen c = batch(d, in, NULL);
  for (size_t n = 0; n < c.N; n++)
    ((real *)r)[n] = c.r[n];
}

static void variance_forward(const size_t d[], const void *const in[], void *v)
{
  const struct seen c = batch(d, in, NULL);
  for (size_t n = 0; n < c.N; n++)
    ((real *)v)[n] = c.v[n];
}

static void centre_forward(const size_t d[], const void *const in[], void *Y)
{
  const struct seen c = batch(d, in, NULL);
  real(*y)[d[N]] = Y;
  for (size_t s = 0; s < c.S; s++)
    for (size_t n = 0; n < c.N; n++)
      y[s][n] = c.x[s][n] - c.mu[n];
}

static void xhat_forward(const size_t d[], const void *const in[], void *Y)
{
  real page[d[S]][d[N]];
  xhat_sides(d, in, Y, page);
}

#define FREE_MU                          \
  {                                      \
    "μ", SHAPE(N), NORMAL, .role = INPUT \
  }
#define FREE_V                                     \
  {                                                \
    "v", SHAPE(N), UNIFORM, 0.5L, 2, .role = INPUT \
  }
#define NODE(NAME, LO, HI, OUT, FORWARD, ...)                           \
  {                                                                     \
    .name = NAME, SIZES(LO, HI), .in = { LAYER(0.1L, 1), __VA_ARGS__ }, \
    .out = OUT, .forward = FORWARD                                      \
  }
static const struct op affine =
    NODE("scale and shift", 2, 5, SHAPE(S, N), affine_forward, { 0 });
static const struct op affine_1 =
    NODE("scale and shift", 1, 1, SHAPE(S, N), affine_forward, { 0 });
static const struct op normalise_1 =
    NODE("xhat from x, μ and v", 1, 1, SHAPE(S, N), normalise_forward, FREE_MU,
         FREE_V);
static const struct op from_v =
    NODE("from v on", 2, 5, SHAPE(S, N), from_v_forward, FREE_MU, FREE_V);
static const struct op spread_1 =
    NODE("v from x and μ", 1, 1, SHAPE(N), spread_forward, FREE_MU);
static const struct op spread =
    NODE("v from x and μ", 2, 5, SHAPE(N), spread_forward, FREE_MU);
static const struct op from_mu =
    NODE("from μ on", 2, 5, SHAPE(S, N), from_mu_forward, FREE_MU);
static const struct op mean_1 =
    NODE("the mean of a column", 1, 1, SHAPE(N), mean_forward, { 0 });
static const struct op variance_1 =
    NODE("the variance of a column", 1, 1, SHAPE(N), variance_forward, { 0 });
static const struct op r_1 =
    NODE("r of a column", 1, 1, SHAPE(N), r_forward, { 0 });
static const struct op centre_1 = NODE("a column without its mean", 1, 1,
                                       SHAPE(S, N), centre_forward, { 0 });
static const struct op xhat_1 =
    NODE("a normalised column", 1, 1, SHAPE(S, N), xhat_forward, { 0 });
static const struct op at_mean = {
  .name = "from the mean on",
  SIZES(2, 5),
  .in = { LAYER(0.1L, 1), { "μ", SHAPE(N), UNIFORM, 0, 0, INPUT } },
  .out = SHAPE(S, N),
  .forward = at_mean_forward,
  .waived = REPEATED_INPUTS,
  .because = "the offset from the mean is 0 in every column",
};

/* Steps 1 to 3: y */

/* ∂y_s/∂β = 1 */
static void dy_dbeta(const size_t d[], const void *const in[], void *J)
{
  (void)in;
  for (size_t s = 0; s < d[S]; s++)
    ((real *)J)[s] = R(1.0);
}

/* ∂L/∂β = Σ_s g_s */
static void dbeta(const size_t d[], const void *const in[], const void *G,
                  void *g)
{
  const struct seen c = batch(d, in, G);
  for (size_t n = 0; n < c.N; n++)
    ((real *)g)[n] = sum_g(&c, n);
}

/* ∂y_s/∂γ = xhat_s */
static void dy_dgamma(const size_t d[], const void *const in[], void *J)
{
  for (size_t s = 0; s < d[S]; s++)
    ((real *)J)[s] = ((const real *)in[X])[s];
}

/* ∂L/∂γ = Σ_s g_s xhat_s */
static void dgamma(const size_t d[], const void *const in[], const void *G,
                   void *g)
{
  const struct seen c = batch(d, in, G);
  for (size_t n = 0; n < c.N; n++)
    ((real *)g)[n] = sum_gx(&c, n);
}

/* ∂y_p/∂xhat_s = δ_ps γ */
static void dy_dxhat(const size_t d[], const void *const in[], void *J_)
{
  real(*J)[d[S]] = J_;
  for (size_t p = 0; p < d[S]; p++)
    for (size_t s = 0; s < d[S]; s++)
      J[p][s] = delta(p, s) * *(const real *)in[GAMMA];
}

/* ∂L/∂xhat_s = Σ_p g_p δ_ps γ */
static void dxhat_chain(const size_t d[], const void *const in[],
                        const void *upstream, void *g)
{
  const real(*G)[d[N]] = upstream, *gamma = in[GAMMA];
  real(*dxhat)[d[N]] = g;
  for (size_t s = 0; s < d[S]; s++)
    for (size_t n = 0; n < d[N]; n++) {
      dxhat[s][n] = R(0.0);
      for (size_t p = 0; p < d[S]; p++)
        dxhat[s][n] += G[p][n] * delta(p, s) * gamma[n];
    }
}

/* ∂L/∂xhat_s = γ g_s */
static void dxhat(const size_t d[], const void *const in[],
                  const void *upstream, void *g)
{
  const real(*G)[d[N]] = upstream, *gamma = in[GAMMA];
  real(*out)[d[N]] = g;
  for (size_t s = 0; s < d[S]; s++)
    for (size_t n = 0; n < d[N]; n++)
      out[s][n] = gamma[n] * G[s][n];
}

/* Step 4: v */

/* ∂xhat_s/∂v = −½ (x_s − μ) (v + ε)^(−3/2) */
static void dxhat_dv(const size_t d[], const void *const in[], void *J)
{
  const struct seen c = look(d, in, NULL, in[MU], in[V]);
  for (size_t s = 0; s < c.S; s++)
    ((real *)J)[s] =
        -R(0.5) * (c.x[s][0] - c.mu[0]) * pow(c.v[0] + c.eps, R(-1.5));
}

/* ∂L/∂v = −½ (v + ε)^(−3/2) Σ_s ∂L/∂xhat_s (x_s − μ) */
static real dv_chain_n(const struct seen *c, size_t n)
{
  real sum = R(0.0);
  for (size_t s = 0; s < c->S; s++)
    sum += c->gamma[n] * c->g[s][n] * (c->x[s][n] - c->mu[n]);
  return -R(0.5) * pow(c->v[n] + c->eps, R(-1.5)) * sum;
}

static void dv_chain(const size_t d[], const void *const in[], const void *G,
                     void *g)
{
  const struct seen c = look(d, in, G, in[MU], in[V]);
  for (size_t n = 0; n < c.N; n++)
    ((real *)g)[n] = dv_chain_n(&c, n);
}

/* ∂L/∂v = −½ γ r² Σ_s g_s xhat_s */
static void dv(const size_t d[], const void *const in[], const void *G,
               void *g)
{
  const struct seen c = look(d, in, G, in[MU], in[V]);
  for (size_t n = 0; n < c.N; n++)
    ((real *)g)[n] = -R(0.5) * c.gamma[n] * c.r[n] * c.r[n] * sum_gx(&c, n);
}

/* Step 5: μ */

/* ∂xhat_s/∂μ = −r */
static void dxhat_dmu(const size_t d[], const void *const in[], void *J)
{
  const struct seen c = look(d, in, NULL, in[MU], in[V]);
  for (size_t s = 0; s < c.S; s++)
    ((real *)J)[s] = -c.r[0];
}

/* −(2/S) Σ_s (x_s − μ) */
static real dv_dmu_n(const struct seen *c, size_t n)
{
  real sum = R(0.0);
  for (size_t s = 0; s < c->S; s++)
    sum += c->x[s][n] - c->mu[n];
  return -R(2.0) / (real)c->S * sum;
}

static void dv_dmu(const size_t d[], const void *const in[], void *J)
{
  const struct seen c = look(d, in, NULL, in[MU], NULL);
  *(real *)J = dv_dmu_n(&c, 0);
}

/* Σ_s (x_s − μ) = 0 at the mean */
static void deviations(const size_t d[], const void *const in[], void *left,
                       void *right)
{
  const struct seen c = batch(d, in, NULL);
  real *sum = left, *zero = right;
  for (size_t n = 0; n < c.N; n++) {
    sum[n] = zero[n] = R(0.0);
    for (size_t s = 0; s < c.S; s++)
      sum[n] += c.x[s][n] - c.mu[n];
  }
}

/* 1/S Σ_s (x_s − c)² = v + (c − μ)² */
static void around(const size_t d[], const void *const in[], void *left,
                   void *right)
{
  const struct seen c = batch(d, in, NULL);
  const real *at = in[MU];
  real *sum = left;
  for (size_t n = 0; n < c.N; n++) {
    sum[n] = R(0.0);
    for (size_t s = 0; s < c.S; s++)
      sum[n] += (c.x[s][n] - at[n]) * (c.x[s][n] - at[n]) / (real)c.S;
    ((real *)right)[n] = c.v[n] + (at[n] - c.mu[n]) * (at[n] - c.mu[n]);
  }
}

/* ∂L/∂μ = −r Σ_s ∂L/∂xhat_s − ∂L/∂v (2/S) Σ_s (x_s − μ), wherever μ is */
static void dmu_two(const size_t d[], const void *const in[], const void *G,
                    void *g)
{
  const struct seen c = look(d, in, G, in[MU], NULL);
  for (size_t n = 0; n < c.N; n++) {
    real direct = R(0.0);
    for (size_t s = 0; s < c.S; s++)
      direct += c.gamma[n] * c.g[s][n];
    ((real *)g)[n] = -c.r[n] * direct + dv_chain_n(&c, n) * dv_dmu_n(&c, n);
  }
}

/* ∂L/∂μ = −γ r Σ_s g_s, at the mean */
static real dmu_n(const struct seen *c, size_t n)
{
  return -c->gamma[n] * c->r[n] * sum_g(c, n);
}

static void dmu(const size_t d[], const void *const in[], const void *G,
                void *g)
{
  const struct seen c = batch(d, in, G);
  for (size_t n = 0; n < c.N; n++)
    ((real *)g)[n] = dmu_n(&c, n);
}

/* Step 6: x */

/* ∂xhat_p/∂x_s = δ_ps r, μ and v held */
static void dxhat_dx(const size_t d[], const void *const in[], void *J_)
{
  const struct seen c = look(d, in, NULL, in[MU], in[V]);
  real(*J)[d[S]] = J_;
  for (size_t p = 0; p < c.S; p++)
    for (size_t s = 0; s < c.S; s++)
      J[p][s] = delta(p, s) * c.r[0];
}

/* ∂v/∂x_s = (2/S) (x_s − μ), μ held */
static void dv_dx(const size_t d[], const void *const in[], void *J)
{
  const struct seen c = look(d, in, NULL, in[MU], NULL);
  for (size_t s = 0; s < c.S; s++)
    ((real *)J)[s] = R(2.0) / (real)c.S * (c.x[s][0] - c.mu[0]);
}

/* ∂μ/∂x_s = 1/S */
static void dmu_dx(const size_t d[], const void *const in[], void *J)
{
  (void)in;
  for (size_t s = 0; s < d[S]; s++)
    ((real *)J)[s] = R(1.0) / (real)d[S];
}

/* ∂L/∂x_s = r ∂L/∂xhat_s + (2/S) (x_s − μ) ∂L/∂v + (1/S) ∂L/∂μ */
static void dx_three(const size_t d[], const void *const in[], const void *G,
                     void *g)
{
  const struct seen c = batch(d, in, G);
  real(*dx)[d[N]] = g;
  for (size_t s = 0; s < c.S; s++)
    for (size_t n = 0; n < c.N; n++)
      dx[s][n] =
          c.r[n] * (c.gamma[n] * c.g[s][n]) +
          R(2.0) / (real)c.S * (c.x[s][n] - c.mu[n]) * dv_chain_n(&c, n) +
          R(1.0) / (real)c.S * dmu_n(&c, n);
}

/* γ r g_s − (1/S) γ r² (x_s − μ) Σ_p g_p xhat_p − (1/S) γ r Σ_p g_p */
static void dx_inserted(const size_t d[], const void *const in[],
                        const void *G, void *g)
{
  const struct seen c = batch(d, in, G);
  real(*dx)[d[N]] = g;
  for (size_t s = 0; s < c.S; s++)
    for (size_t n = 0; n < c.N; n++)
      dx[s][n] = c.gamma[n] * c.r[n] * c.g[s][n] -
                 R(1.0) / (real)c.S * c.gamma[n] * c.r[n] * c.r[n] *
                     (c.x[s][n] - c.mu[n]) * sum_gx(&c, n) -
                 R(1.0) / (real)c.S * c.gamma[n] * c.r[n] * sum_g(&c, n);
}

/* (γ r / S) (S g_s − Σ_p g_p − xhat_s Σ_p g_p xhat_p) */
static real dx_n(const struct seen *c, size_t s, size_t n)
{
  return c->gamma[n] * c->r[n] / (real)c->S *
         ((real)c->S * c->g[s][n] - sum_g(c, n) -
          c->xhat[s][n] * sum_gx(c, n));
}

static void dx_index(const size_t d[], const void *const in[], const void *G,
                     void *g)
{
  const struct seen c = batch(d, in, G);
  real(*dx)[d[N]] = g;
  for (size_t s = 0; s < c.S; s++)
    for (size_t n = 0; n < c.N; n++)
      dx[s][n] = dx_n(&c, s, n);
}

/* The Jacobian, straight through: one column */

/* ∂(x_p − μ)/∂x_s = δ_ps − 1/S */
static void centre(const size_t d[], const void *const in[], void *J_)
{
  real(*J)[d[S]] = J_;
  (void)in;
  for (size_t p = 0; p < d[S]; p++)
    for (size_t s = 0; s < d[S]; s++)
      J[p][s] = delta(p, s) - R(1.0) / (real)d[S];
}

/* ∂v/∂x_s = (2/S) Σ_p (x_p − μ) (δ_ps − 1/S) */
static void dv_total(const size_t d[], const void *const in[], void *J)
{
  const struct seen c = batch(d, in, NULL);
  for (size_t s = 0; s < c.S; s++) {
    real sum = R(0.0);
    for (size_t p = 0; p < c.S; p++)
      sum += (c.x[p][0] - c.mu[0]) * (delta(p, s) - R(1.0) / (real)c.S);
    ((real *)J)[s] = R(2.0) / (real)c.S * sum;
  }
}

/* ∂v/∂x_s = (2/S) (x_s − μ), nothing held */
static void dv_all(const size_t d[], const void *const in[], void *J)
{
  const struct seen c = batch(d, in, NULL);
  for (size_t s = 0; s < c.S; s++)
    ((real *)J)[s] = R(2.0) / (real)c.S * (c.x[s][0] - c.mu[0]);
}

/* ∂r/∂x_s = −½ (v + ε)^(−3/2) ∂v/∂x_s */
static void dr_chain(const size_t d[], const void *const in[], void *J)
{
  const struct seen c = batch(d, in, NULL);
  dv_all(d, in, J);
  for (size_t s = 0; s < c.S; s++)
    ((real *)J)[s] *= -R(0.5) * pow(c.v[0] + c.eps, R(-1.5));
}

/* ∂r/∂x_s = −(r²/S) xhat_s */
static void dr(const size_t d[], const void *const in[], void *J)
{
  const struct seen c = batch(d, in, NULL);
  for (size_t s = 0; s < c.S; s++)
    ((real *)J)[s] = -c.r[0] * c.r[0] / (real)c.S * c.xhat[s][0];
}

/* r (δ_ps − 1/S) − (x_p − μ) (r²/S) xhat_s */
static void dxhat_product(const size_t d[], const void *const in[], void *J_)
{
  const struct seen c = batch(d, in, NULL);
  real(*J)[d[S]] = J_;
  for (size_t p = 0; p < c.S; p++)
    for (size_t s = 0; s < c.S; s++)
      J[p][s] =
          c.r[0] * (delta(p, s) - R(1.0) / (real)c.S) -
          (c.x[p][0] - c.mu[0]) * (c.r[0] * c.r[0] / (real)c.S * c.xhat[s][0]);
}

/* r (δ_ps − 1/S − xhat_p xhat_s / S) */
static void dxhat_jacobian(const size_t d[], const void *const in[], void *J_)
{
  const struct seen c = batch(d, in, NULL);
  real(*J)[d[S]] = J_;
  for (size_t p = 0; p < c.S; p++)
    for (size_t s = 0; s < c.S; s++)
      J[p][s] = c.r[0] * (delta(p, s) - R(1.0) / (real)c.S -
                          c.xhat[p][0] * c.xhat[s][0] / (real)c.S);
}

/* ∂Y_pk/∂X_sn */
static real jacobian_entry(const struct seen *c, size_t p, size_t k, size_t s,
                           size_t n)
{
  return delta(k, n) * c->gamma[n] * c->r[n] *
         (delta(p, s) - R(1.0) / (real)c->S -
          c->xhat[p][n] * c->xhat[s][n] / (real)c->S);
}

static void jacobian(const size_t d[], const void *const in[], void *J_)
{
  const struct seen c = batch(d, in, NULL);
  real(*J)[d[N]][d[S]][d[N]] = J_;
  for (size_t p = 0; p < c.S; p++)
    for (size_t k = 0; k < c.N; k++)
      for (size_t s = 0; s < c.S; s++)
        for (size_t n = 0; n < c.N; n++)
          J[p][k][s][n] = jacobian_entry(&c, p, k, s, n);
}

/* ∂L/∂X_sn = Σ_p Σ_k G_pk ∂Y_pk/∂X_sn */
static void dx_chain(const size_t d[], const void *const in[], const void *G,
                     void *g)
{
  const struct seen c = batch(d, in, G);
  real(*dx)[d[N]] = g;
  for (size_t s = 0; s < c.S; s++)
    for (size_t n = 0; n < c.N; n++) {
      dx[s][n] = R(0.0);
      for (size_t p = 0; p < c.S; p++)
        for (size_t k = 0; k < c.N; k++)
          dx[s][n] += c.g[p][k] * jacobian_entry(&c, p, k, s, n);
    }
}

/* The matrix forms, with the column of ones written out */

/* Aᵀ 1: N numbers */
static void times_ones(const struct seen *c, real out[MOST],
                       const real A[MOST][MOST])
{
  real one[MOST];
  for (size_t s = 0; s < c->S; s++)
    one[s] = R(1.0);
  for (size_t n = 0; n < c->N; n++) {
    out[n] = R(0.0);
    for (size_t s = 0; s < c->S; s++)
      out[n] += A[s][n] * one[s];
  }
}

/* 1 aᵀ: S×N */
static void in_each_row(const struct seen *c, real out[MOST][MOST],
                        const real a[MOST])
{
  for (size_t s = 0; s < c->S; s++)
    for (size_t n = 0; n < c->N; n++)
      out[s][n] = R(1.0) * a[n];
}

/* G∘Xhat */
static void gx(const struct seen *c, real out[MOST][MOST])
{
  for (size_t s = 0; s < c->S; s++)
    for (size_t n = 0; n < c->N; n++)
      out[s][n] = c->g[s][n] * c->xhat[s][n];
}

/* ∂L/∂Xhat = G ∘ (1 γᵀ) */
static void dxhat_matrix(const size_t d[], const void *const in[],
                         const void *G, void *g)
{
  const struct seen c = batch(d, in, G);
  real gamma[MOST][MOST], (*out)[d[N]] = g;
  in_each_row(&c, gamma, c.gamma);
  for (size_t s = 0; s < c.S; s++)
    for (size_t n = 0; n < c.N; n++)
      out[s][n] = c.g[s][n] * gamma[s][n];
}

/* ∂L/∂v = −½ γ∘r∘r∘((G∘Xhat)ᵀ 1) */
static void dv_matrix(const size_t d[], const void *const in[], const void *G,
                      void *g)
{
  const struct seen c = look(d, in, G, in[MU], in[V]);
  real product[MOST][MOST], sums[MOST];
  gx(&c, product);
  times_ones(&c, sums, (const void *)product);
  for (size_t n = 0; n < c.N; n++)
    ((real *)g)[n] = -R(0.5) * c.gamma[n] * c.r[n] * c.r[n] * sums[n];
}

/* ∂L/∂μ = −γ∘r∘(Gᵀ 1) */
static void dmu_matrix(const size_t d[], const void *const in[], const void *G,
                       void *g)
{
  const struct seen c = batch(d, in, G);
  real sums[MOST];
  times_ones(&c, sums, c.g);
  for (size_t n = 0; n < c.N; n++)
    ((real *)g)[n] = -c.gamma[n] * c.r[n] * sums[n];
}

/* ∂L/∂X = ∂L/∂Xhat ∘ (1 rᵀ) + (2/S) (X − 1 μᵀ) ∘ (1 ∂L/∂vᵀ) + (1/S) 1 ∂L/∂μᵀ
 */
static void dx_three_matrix(const size_t d[], const void *const in[],
                            const void *G, void *g)
{
  const struct seen c = batch(d, in, G);
  real v[MOST], mu[MOST], row[4][MOST][MOST], dXhat[d[S]][d[N]];
  real(*dx)[d[N]] = g;
  for (size_t n = 0; n < c.N; n++) {
    v[n] = dv_chain_n(&c, n);
    mu[n] = dmu_n(&c, n);
  }
  dxhat_matrix(d, in, G, dXhat);
  in_each_row(&c, row[0], c.r);
  in_each_row(&c, row[1], c.mu);
  in_each_row(&c, row[2], v);
  in_each_row(&c, row[3], mu);
  for (size_t s = 0; s < c.S; s++)
    for (size_t n = 0; n < c.N; n++)
      dx[s][n] =
          dXhat[s][n] * row[0][s][n] +
          R(2.0) / (real)c.S * (c.x[s][n] - row[1][s][n]) * row[2][s][n] +
          R(1.0) / (real)c.S * row[3][s][n];
}

/* Gᵀ 1 */
static void dbeta_matrix(const size_t d[], const void *const in[],
                         const void *G, void *g)
{
  const struct seen c = batch(d, in, G);
  real sums[MOST];
  times_ones(&c, sums, c.g);
  for (size_t n = 0; n < c.N; n++)
    ((real *)g)[n] = sums[n];
}

/* (G∘Xhat)ᵀ 1 */
static void dgamma_matrix(const size_t d[], const void *const in[],
                          const void *G, void *g)
{
  const struct seen c = batch(d, in, G);
  real product[MOST][MOST], sums[MOST];
  gx(&c, product);
  times_ones(&c, sums, (const void *)product);
  for (size_t n = 0; n < c.N; n++)
    ((real *)g)[n] = sums[n];
}

/* 1/S (1 (γ∘r)ᵀ) ∘ (S G − 1 1ᵀ G − Xhat ∘ (1 1ᵀ (G∘Xhat))) */
static void dx_matrix(const size_t d[], const void *const in[], const void *G,
                      void *g)
{
  const struct seen c = batch(d, in, G);
  real product[MOST][MOST], sums[MOST], row[3][MOST][MOST], scale[MOST];
  real(*dx)[d[N]] = g;
  for (size_t n = 0; n < c.N; n++)
    scale[n] = c.gamma[n] * c.r[n];
  in_each_row(&c, row[0], scale);
  times_ones(&c, sums, c.g);
  in_each_row(&c, row[1], sums);
  gx(&c, product);
  times_ones(&c, sums, (const void *)product);
  in_each_row(&c, row[2], sums);
  for (size_t s = 0; s < c.S; s++)
    for (size_t n = 0; n < c.N; n++)
      dx[s][n] =
          R(1.0) / (real)c.S * row[0][s][n] *
          ((real)c.S * c.g[s][n] - row[1][s][n] - c.xhat[s][n] * row[2][s][n]);
}

/* Geometry: one column, C = I − 1 1ᵀ/S, P = C − xhat xhatᵀ/S */

static const struct op norm_g_column = {
  .name = "batch norm of one column and an upstream gradient",
  SIZES(1, 1),
  .in = { LAYER(0.1L, 1),
          UPSTREAM,
          { "u", SHAPE(S, N), NORMAL, 0, 0, INPUT } },
  .out = SHAPE(S, N),
  .forward = norm_forward,
};

/* C − k xhat xhatᵀ/S, times u */
static void times_p(const struct seen *c, int k, const real u[], real out[])
{
  for (size_t p = 0; p < c->S; p++) {
    out[p] = R(0.0);
    for (size_t s = 0; s < c->S; s++)
      out[p] += (delta(p, s) - R(1.0) / (real)c->S -
                 (real)k * c->xhat[p][0] * c->xhat[s][0] / (real)c->S) *
                u[s];
  }
}

/* C x = x − μ 1 */
static void centring(const size_t d[], const void *const in[], void *left,
                     void *right)
{
  const struct seen c = batch(d, in, NULL);
  times_p(&c, 0, in[X], left);
  for (size_t s = 0; s < c.S; s++)
    ((real *)right)[s] = c.x[s][0] - c.mu[0];
}

/* C C = C */
static void idempotent(const size_t d[], const void *const in[], void *left,
                       void *right)
{
  real(*square)[d[S]] = left, (*C)[d[S]] = right;
  centre(d, in, C);
  for (size_t p = 0; p < d[S]; p++)
    for (size_t s = 0; s < d[S]; s++) {
      square[p][s] = R(0.0);
      for (size_t k = 0; k < d[S]; k++)
        square[p][s] += C[p][k] * C[k][s];
    }
}

/* ∂y/∂x = γ r P */
static void p_jacobian(const size_t d[], const void *const in[], void *J_)
{
  const struct seen c = batch(d, in, NULL);
  real(*J)[d[S]] = J_, unit[MOST], column[MOST];
  for (size_t s = 0; s < c.S; s++) {
    for (size_t k = 0; k < c.S; k++)
      unit[k] = delta(k, s);
    times_p(&c, 1, unit, column);
    for (size_t p = 0; p < c.S; p++)
      J[p][s] = c.gamma[0] * c.r[0] * column[p];
  }
}

/* P 1 = 0 */
static void p_one(const size_t d[], const void *const in[], void *left,
                  void *right)
{
  const struct seen c = batch(d, in, NULL);
  real one[MOST];
  for (size_t s = 0; s < c.S; s++) {
    one[s] = R(1.0);
    ((real *)right)[s] = R(0.0);
  }
  times_p(&c, 1, one, left);
}

/* P xhat = ε/(v + ε) xhat */
static void p_xhat(const size_t d[], const void *const in[], void *left,
                   void *right)
{
  const struct seen c = batch(d, in, NULL);
  real xhat[MOST];
  for (size_t s = 0; s < c.S; s++) {
    xhat[s] = c.xhat[s][0];
    ((real *)right)[s] = c.eps / (c.v[0] + c.eps) * xhat[s];
  }
  times_p(&c, 1, xhat, left);
}

/* P u = u for u at right angles to 1 and xhat */
static void p_rest(const size_t d[], const void *const in[], void *left,
                   void *right)
{
  const struct seen c = batch(d, in, NULL);
  real *u = right, along = R(0.0), square = R(0.0);
  times_p(&c, 0, in[DIRECTION], u);
  for (size_t s = 0; s < c.S; s++) {
    along += u[s] * c.xhat[s][0];
    square += c.xhat[s][0] * c.xhat[s][0];
  }
  for (size_t s = 0; s < c.S; s++)
    u[s] -= along / square * c.xhat[s][0];
  times_p(&c, 1, u, left);
}

/* ∂L/∂x = γ r P g */
static void dx_p(const size_t d[], const void *const in[], const void *G,
                 void *g)
{
  const struct seen c = batch(d, in, NULL);
  times_p(&c, 1, G, g);
  for (size_t s = 0; s < c.S; s++)
    ((real *)g)[s] *= c.gamma[0] * c.r[0];
}

/* Σ_s dX_sn = 0, of the module's */
static void dx_sum(const size_t d[], const void *const in[], void *left,
                   void *right)
{
  real dX[d[S]][d[N]], *sum = left, *zero = right;
  module_dx(d, in, in[UP], dX);
  for (size_t n = 0; n < d[N]; n++) {
    sum[n] = zero[n] = R(0.0);
    for (size_t s = 0; s < d[S]; s++)
      sum[n] += dX[s][n];
  }
}

/* Σ_s Xhat_sn dX_sn = γ ε (v + ε)^(−3/2) Σ_s G_sn Xhat_sn */
static void dx_xhat(const size_t d[], const void *const in[], void *left,
                    void *right)
{
  const struct seen c = batch(d, in, in[UP]);
  real dX[d[S]][d[N]], *sum = left;
  module_dx(d, in, in[UP], dX);
  for (size_t n = 0; n < d[N]; n++) {
    sum[n] = R(0.0);
    for (size_t s = 0; s < d[S]; s++)
      sum[n] += c.xhat[s][n] * dX[s][n];
    ((real *)right)[n] =
        c.gamma[n] * c.eps * pow(c.v[n] + c.eps, R(-1.5)) * sum_gx(&c, n);
  }
}

static const struct op moved = {
  .name = "batch norm, a factor and an offset",
  SIZES(2, 5),
  .in = { LAYER(0.1L, 1),
          { "a", SCALAR, UNIFORM, 0.25L, 4, INPUT },
          { "c", SCALAR, UNIFORM, -8, 8, INPUT } },
  .out = SHAPE(S, N),
  .forward = norm_forward,
};

/* Xhat of a X + c, with another ε */
static void xhat_moved(const size_t d[], const void *const in[], real a,
                       real c, real epsilon, real (*out)[d[N]])
{
  const real(*x)[d[N]] = in[X];
  real other[d[S]][d[N]];
  const void *inner[] = { other, in[GAMMA], in[BETA], &epsilon };
  for (size_t s = 0; s < d[S]; s++)
    for (size_t n = 0; n < d[N]; n++)
      other[s][n] = a * x[s][n] + c;
  const struct seen b = batch(d, inner, NULL);
  for (size_t s = 0; s < d[S]; s++)
    for (size_t n = 0; n < d[N]; n++)
      out[s][n] = b.xhat[s][n];
}

/* xhat(x + c 1) = xhat(x) */
static void shift(const size_t d[], const void *const in[], void *left,
                  void *right)
{
  const real c = *(const real *)in[OFFSET], eps = *(const real *)in[EPS];
  xhat_moved(d, in, R(1.0), c, eps, left);
  xhat_moved(d, in, R(1.0), R(0.0), eps, right);
}

/* xhat_ε(a x) = xhat_(ε/a²)(x) */
static void scale(const size_t d[], const void *const in[], void *left,
                  void *right)
{
  const real a = *(const real *)in[FACTOR], eps = *(const real *)in[EPS];
  xhat_moved(d, in, a, R(0.0), eps, left);
  xhat_moved(d, in, R(1.0), R(0.0), eps / (a * a), right);
}

/* A linear layer before */

#define AFTER_LINEAR(LO, HI)                                   \
  .dim = { { "S", 4, 7 }, { "N", 2, 5 }, { "M", 2, 6 } },      \
  .in = { { "X", SHAPE(S, M), NORMAL, .role = INPUT },         \
          { "γ", SHAPE(N), NORMAL, .role = PARAMETER },        \
          { "β", SHAPE(N), NORMAL, .role = PARAMETER },        \
          { "ε", SCALAR, UNIFORM, LO, HI, .role = CONSTANT },  \
          { "W", SHAPE(N, M), NORMAL, .role = PARAMETER },     \
          { "b", SHAPE(N), NORMAL, .role = PARAMETER },        \
          { "G", SHAPE(S, N), NORMAL, .role = INPUT },         \
          { "a", SCALAR, UNIFORM, 0.25L, 4, .role = INPUT } }, \
  .out = SHAPE(S, N)
enum { A = 7 };

/* dW, db and dgamma through both layers, W and ε multiplied first. */
static void through(const size_t d[], const void *const in[], real w, real e,
                    void *dW, real *db, real *dgamma_, real *v)
{
  const real(*weights)[d[M]] = in[W], epsilon = e * *(const real *)in[EPS];
  real scaled[d[N]][d[M]], Z[d[S]][d[N]], dZ[d[S]][d[N]], dbeta_[d[N]];
  real(*out)[d[M]] = dW;
  for (size_t n = 0; n < d[N]; n++) {
    for (size_t m = 0; m < d[M]; m++) {
      scaled[n][m] = w * weights[n][m];
      out[n][m] = R(0.0);
    }
    db[n] = dgamma_[n] = dbeta_[n] = R(0.0);
  }
  linear_forward(d[S], d[M], d[N], Z, in[X], (const void *)scaled, in[B]);
  const void *inner[] = { Z, in[GAMMA], in[BETA], &epsilon };
  const struct seen c = batch(d, inner, NULL);
  for (size_t n = 0; n < d[N]; n++)
    v[n] = c.v[n];
  norm_backward(d, inner, in[UP_W], (void *[]){ dZ, dgamma_, dbeta_, NULL });
  linear_backward(d[S], d[M], d[N], NULL, dW, db, (const void *)dZ, in[X],
                  (const void *)scaled);
}

static void after_linear_forward(const size_t d[], const void *const in[],
                                 void *Y)
{
  real Z[d[S]][d[N]];
  const void *inner[] = { Z, in[GAMMA], in[BETA], in[EPS] };
  linear_forward(d[S], d[M], d[N], Z, in[X], in[W], in[B]);
  norm_forward(d, inner, Y);
}

static const struct op after_linear = {
  .name = "batch norm after a linear layer",
  AFTER_LINEAR(0.1L, 1),
  .forward = after_linear_forward,
};
static const struct op after_linear_0 = {
  .name = "batch norm without ε after a linear layer",
  AFTER_LINEAR(0, 0),
  .forward = after_linear_forward,
};

/* ∂L/∂b_n = Σ_s ∂L/∂Z_sn = 0 */
static void bias(const size_t d[], const void *const in[], void *left,
                 void *right)
{
  real dW[d[N]][d[M]], dg[d[N]], v[d[N]];
  through(d, in, R(1.0), R(1.0), dW, left, dg, v);
  for (size_t n = 0; n < d[N]; n++)
    ((real *)right)[n] = R(0.0);
}

/* Σ_m W_nm ∂L/∂W_nm = ε/(v_n + ε) γ_n ∂L/∂γ_n */
static void radial(const size_t d[], const void *const in[], void *left,
                   void *right)
{
  const real(*w)[d[M]] = in[W], *gamma = in[GAMMA];
  const real eps = *(const real *)in[EPS];
  real dW[d[N]][d[M]], db[d[N]], dg[d[N]], v[d[N]], *sum = left;
  through(d, in, R(1.0), R(1.0), dW, db, dg, v);
  for (size_t n = 0; n < d[N]; n++) {
    sum[n] = R(0.0);
    for (size_t m = 0; m < d[M]; m++)
      sum[n] += w[n][m] * dW[n][m];
    ((real *)right)[n] = eps / (v[n] + eps) * gamma[n] * dg[n];
  }
}

/* At a W and a² ε the gradient is 1/a of that at W and ε. */
static void weight_scale(const size_t d[], const void *const in[], void *left,
                         void *right)
{
  const real a = *(const real *)in[A];
  real(*unscaled)[d[M]] = right, db[d[N]], dg[d[N]], v[d[N]];
  through(d, in, a, a * a, left, db, dg, v);
  through(d, in, R(1.0), R(1.0), right, db, dg, v);
  for (size_t n = 0; n < d[N]; n++)
    for (size_t m = 0; m < d[M]; m++)
      unscaled[n][m] /= a;
}

/* Σ_m (W_nm − α dW_nm)² = Σ_m W_nm² + α² Σ_m dW_nm², for ε = 0 */
static void weight_growth(const size_t d[], const void *const in[], void *left,
                          void *right)
{
  const real(*w)[d[M]] = in[W], alpha = *(const real *)in[A];
  real dW[d[N]][d[M]], db[d[N]], dg[d[N]], v[d[N]];
  real *after = left, *sum = right;
  through(d, in, R(1.0), R(1.0), dW, db, dg, v);
  for (size_t n = 0; n < d[N]; n++) {
    after[n] = sum[n] = R(0.0);
    for (size_t m = 0; m < d[M]; m++) {
      const real stepped = w[n][m] - alpha * dW[n][m];
      after[n] += stepped * stepped;
      sum[n] += w[n][m] * w[n][m] + alpha * alpha * dW[n][m] * dW[n][m];
    }
  }
}

/* Evaluation */

#define RUNNING(ROLE)                                       \
  LAYER(0.1L, 1), { "mean", SHAPE(N), NORMAL, 0, 0, ROLE }, \
      { "variance", SHAPE(N), UNIFORM, 0.5L, 2, ROLE },     \
  {                                                         \
    "ρ", SCALAR, UNIFORM, 0.05L, 0.5L, ROLE                 \
  }
static void evaluate_forward(const size_t d[], const void *const in[], void *Y)
{
  batch_norm_evaluate(d[S], d[N], Y, in[X], in[GAMMA], in[BETA], in[RUN_MU],
                      in[RUN_V], *(const real *)in[EPS]);
}

static void evaluated_backward(const size_t d[], const void *const in[],
                               const void *G, void *const g[])
{
  evaluate_backward(d[S], d[N], g[X], g[GAMMA], g[BETA], G, in[X], in[GAMMA],
                    in[RUN_MU], in[RUN_V], *(const real *)in[EPS]);
}

static const struct op running = {
  .name = "batch norm with running statistics",
  SIZES(2, 5),
  .in = { RUNNING(CONSTANT) },
  .out = SHAPE(S, N),
  .forward = evaluate_forward,
  .backward = evaluated_backward,
};
static const struct op running_1 = {
  .name = "running statistics and a single sample",
  .dim = { { "S", 1, 1 }, { "N", 2, 5 } },
  .in = { RUNNING(INPUT) },
  .out = SHAPE(S, N),
  .forward = evaluate_forward,
  .waived = SMALL_BATCH,
  .because = "the claim is about a batch of one",
};

/* The module's track from the running values in the point. */
static void tracked(const size_t d[], const void *const in[], real m[MOST],
                    real v[MOST])
{
  const struct seen c = batch(d, in, NULL);
  for (size_t n = 0; n < d[N]; n++) {
    m[n] = ((const real *)in[RUN_MU])[n];
    v[n] = ((const real *)in[RUN_V])[n];
  }
  batch_norm_track(d[S], d[N], m, v, c.mu, c.v, *(const real *)in[RATE]);
}

/* running = (1 − ρ) running + ρ μ */
static void track_mean(const size_t d[], const void *const in[], void *left,
                       void *right)
{
  const struct seen c = batch(d, in, NULL);
  const real rho = *(const real *)in[RATE], *old = in[RUN_MU];
  real m[MOST], v[MOST];
  tracked(d, in, m, v);
  for (size_t n = 0; n < d[N]; n++) {
    ((real *)left)[n] = m[n];
    ((real *)right)[n] = (R(1.0) - rho) * old[n] + rho * c.mu[n];
  }
}

/* running = (1 − ρ) running + ρ S/(S − 1) v */
static void track_variance(const size_t d[], const void *const in[],
                           void *left, void *right)
{
  const struct seen c = batch(d, in, NULL);
  const real rho = *(const real *)in[RATE], *old = in[RUN_V];
  real m[MOST], v[MOST];
  tracked(d, in, m, v);
  for (size_t n = 0; n < d[N]; n++) {
    ((real *)left)[n] = v[n];
    ((real *)right)[n] = (R(1.0) - rho) * old[n] +
                         rho * ((real)d[S] / (real)(d[S] - 1)) * c.v[n];
  }
}

/* For S = 1 the running variance stays. */
static void track_one(const size_t d[], const void *const in[], void *left,
                      void *right)
{
  real m[MOST], v[MOST];
  tracked(d, in, m, v);
  for (size_t n = 0; n < d[N]; n++) {
    ((real *)left)[n] = v[n];
    ((real *)right)[n] = ((const real *)in[RUN_V])[n];
  }
}

static real power(real a, size_t k)
{
  real product = R(1.0);
  while (k--)
    product *= a;
  return product;
}

/* The rows of X as the means of t = S batches of one, one after the other:
   (1 − ρ)^t running_0 + ρ Σ_j (1 − ρ)^(t − j) μ_j */
static void unrolled(const size_t d[], const void *const in[], void *left,
                     void *right)
{
  const real(*means)[d[N]] = in[X], rho = *(const real *)in[RATE];
  const real *old = in[RUN_MU];
  const size_t t = d[S];
  real *m = left, *sum = right, v[d[N]];
  for (size_t n = 0; n < d[N]; n++) {
    m[n] = old[n];
    v[n] = R(1.0);
    sum[n] = power(R(1.0) - rho, t) * old[n];
    for (size_t j = 1; j <= t; j++)
      sum[n] += rho * power(R(1.0) - rho, t - j) * means[j - 1][n];
  }
  for (size_t j = 1; j <= t; j++)
    batch_norm_track(1, d[N], m, v, means[j - 1], in[RUN_V], rho);
}

/* ρ Σ_j (1 − ρ)^(t − j) = 1 − (1 − ρ)^t */
static void weights_sum(const size_t d[], const void *const in[], void *left,
                        void *right)
{
  const real rho = *(const real *)in[RATE];
  const size_t t = d[S];
  real sum = R(0.0);
  for (size_t j = 1; j <= t; j++)
    sum += power(R(1.0) - rho, t - j);
  *(real *)left = rho * sum;
  *(real *)right = R(1.0) - power(R(1.0) - rho, t);
}

/* v = 1/S Σ_s x_s² − μ² */
static void two_moments(const size_t d[], const void *const in[], void *left,
                        void *right)
{
  const struct seen c = batch(d, in, NULL);
  for (size_t n = 0; n < c.N; n++) {
    real squares = R(0.0);
    for (size_t s = 0; s < c.S; s++)
      squares += c.x[s][n] * c.x[s][n];
    ((real *)left)[n] = c.v[n];
    ((real *)right)[n] = squares / (real)c.S - c.mu[n] * c.mu[n];
  }
}

/* Each of the K^S batches of S that can be drawn from K numbers, once:
   the mean of their μ² is E[x]² + σ²/S, that of their v is (1 − 1/S) σ². */
enum { POPULATION = 4, DRAWN = 3 };
static void all_batches(struct finding *f, int wanted)
{
  struct rng rng = rng_stream(f->seed, "batch-norm-expected-variance");
  long double x[POPULATION], expected = 0, variance = 0, mu2 = 0, v_mean = 0;
  for (int k = 0; k < POPULATION; k++) {
    x[k] = 1 + (long double)rng_normal(&rng);
    expected += x[k] / POPULATION;
  }
  for (int k = 0; k < POPULATION; k++)
    variance += (x[k] - expected) * (x[k] - expected) / POPULATION;
  long batches = 1;
  for (int s = 0; s < DRAWN; s++)
    batches *= POPULATION;
  for (long b = 0; b < batches; b++) {
    const long double of[DRAWN] = { x[b % 4], x[b / 4 % 4], x[b / 16] };
    const long double mu = (of[0] + of[1] + of[2]) / DRAWN;
    long double v = 0;
    for (int s = 0; s < DRAWN; s++)
      v += (of[s] - mu) * (of[s] - mu) / DRAWN;
    mu2 += mu * mu / (long double)batches;
    v_mean += v / (long double)batches;
  }
  f->tolerance = 32 * (long double)LDBL_EPSILON;
  f->error = wanted == 0
                 ? worse(0, mu2, expected * expected + variance / DRAWN)
                 : worse(0, v_mean, (1 - 1.0L / DRAWN) * variance);
  f->entries = batches;
}

static void expected_square(struct finding *f) { all_batches(f, 0); }
static void expected_variance(struct finding *f) { all_batches(f, 1); }

/* Y = γ (X − running mean) / √(running variance + ε) + β */
static void evaluate_sides(const size_t d[], const void *const in[],
                           void *left, void *right)
{
  const struct seen c = look(d, in, NULL, in[RUN_MU], in[RUN_V]);
  real(*Y)[d[N]] = right;
  evaluate_forward(d, in, left);
  for (size_t s = 0; s < c.S; s++)
    for (size_t n = 0; n < c.N; n++)
      Y[s][n] = c.gamma[n] * (c.x[s][n] - c.mu[n]) / sqrt(c.v[n] + c.eps) +
                c.beta[n];
}

/* ∂Y_pk/∂X_sn = δ_ps δ_kn γ_n / √(running variance + ε) */
static void evaluate_jacobian(const size_t d[], const void *const in[],
                              void *J_)
{
  const struct seen c = look(d, in, NULL, in[RUN_MU], in[RUN_V]);
  real(*J)[d[N]][d[S]][d[N]] = J_;
  for (size_t p = 0; p < c.S; p++)
    for (size_t k = 0; k < c.N; k++)
      for (size_t s = 0; s < c.S; s++)
        for (size_t n = 0; n < c.N; n++)
          J[p][k][s][n] =
              delta(p, s) * delta(k, n) * c.gamma[n] / sqrt(c.v[n] + c.eps);
}

/* ∂L/∂X_sn = γ_n G_sn / √(running variance + ε) */
static void evaluate_dx(const size_t d[], const void *const in[],
                        const void *G, void *g)
{
  const struct seen c = look(d, in, G, in[RUN_MU], in[RUN_V]);
  real(*dx)[d[N]] = g;
  for (size_t s = 0; s < c.S; s++)
    for (size_t n = 0; n < c.N; n++)
      dx[s][n] = c.gamma[n] * c.g[s][n] / sqrt(c.v[n] + c.eps);
}

/* In the network of src/mlp.c: linear to N, batch norm, ReLU, linear to K */

enum { K = 3 };
enum { NET_W = 1, NET_B, NET_GAMMA, NET_BETA, NET_W2, NET_B2, NET_LAST };
enum { NET_PARTS = NET_LAST - NET_W };

struct part {
  size_t size[NET_PARTS];
};

static struct part parts(const size_t d[])
{
  return (struct part){ .size = { d[N] * d[M], d[N], d[N], d[N], d[K] * d[N],
                                  d[K] } };
}

/* A fresh network with the weights of the point.  A fresh γ is 1, and β and
   the biases are 0: multiplied and added, they turn out to be the point's. */
static struct network filled(const size_t d[], const void *const in[])
{
  const size_t sizes[] = { d[M], d[N], d[K] };
  const struct module *const between[] = { &module_batch_norm, &module_relu,
                                           NULL };
  const struct part part = parts(d);
  struct rng rng = rng_stream(1, "batch-norm-network");
  struct network net;
  if (!network_stack(&net, 3, sizes, between, d[S]))
    abort();
  network_draw(&net, &rng, 0);
  real *next = net.parameters;
  for (int k = NET_W; k < NET_LAST; k++) {
    const real *from = in[k];
    for (size_t i = 0; i < part.size[k - NET_W]; i++, next++)
      *next = k == NET_W || k == NET_W2 ? from[i]
              : k == NET_GAMMA          ? *next * from[i]
                                        : *next + from[i];
  }
  return net;
}

static real network_loss(struct network *net, const size_t d[],
                         const void *const in[])
{
  const real *z = network_forward(net, d[S], in[X]);
  return softmax_cross_entropy_forward(d[S], d[K], (void *)net->P,
                                       (const void *)z, in[NET_LAST]);
}

static void whole_forward(const size_t d[], const void *const in[], void *L)
{
  struct network net = filled(d, in);
  *(real *)L = network_loss(&net, d, in);
  network_free(&net);
}

/* b is a constant here, so g has no room for its gradient. */
static void whole_backward(const size_t d[], const void *const in[],
                           const void *upstream, void *const g[])
{
  struct network net = filled(d, in);
  const struct part part = parts(d);
  network_loss(&net, d, in);
  softmax_cross_entropy_backward(d[S], d[K], (void *)net.G,
                                 (const void *)net.P, in[NET_LAST]);
  for (size_t i = 0; i < d[S] * d[K]; i++)
    net.G[i] *= *(const real *)upstream;
  for (int back = 0; back < 2; back++) {
    real *next = net.gradients;
    for (int k = NET_W; k < NET_LAST; k++) {
      const size_t size = part.size[k - NET_W];
      real *at = g[k];
      for (size_t i = 0; at && i < size; i++)
        *(back ? &at[i] : &next[i]) = back ? next[i] : at[i];
      next += size;
    }
    if (!back)
      network_backward(&net, d[S], g[X], net.G, in[X]);
  }
  network_free(&net);
}

/* The kinks of the ReLU are where an output of batch norm is 0. */
static long double whole_distance(const size_t d[], const void *const in[])
{
  struct network net = filled(d, in);
  long double nearest = 1;
  network_forward(&net, d[S], in[X]);
  for (size_t i = 0; i < d[S] * d[N]; i++) {
    const long double y = (long double)re(net.layers[1].Y[i]);
    nearest = y < nearest && -y < nearest ? (y < 0 ? -y : y) : nearest;
  }
  network_free(&net);
  return nearest;
}

#define NETWORK(...)                                                     \
  .dim = { { "S", 4, 5 }, { "N", 2, 3 }, { "M", 6, 7 }, { "K", 8, 9 } }, \
  .in = { { "X", SHAPE(S, M), NORMAL, .role = INPUT },                   \
          { "W", SHAPE(N, M), NORMAL, .role = PARAMETER },               \
          { "b", SHAPE(N), NORMAL, .role = CONSTANT },                   \
          { "γ", SHAPE(N), NORMAL, .role = PARAMETER },                  \
          { "β", SHAPE(N), NORMAL, .role = PARAMETER },                  \
          { "V", SHAPE(K, N), NORMAL, .role = PARAMETER },               \
          { "b2", SHAPE(K), NORMAL, .role = PARAMETER },                 \
          __VA_ARGS__ }

static const struct op whole = {
  .name = "linear, batch norm, ReLU, linear and the loss",
  NETWORK({ "T", SHAPE(S, K), TARGETS, .role = CONSTANT }),
  .out = SCALAR,
  .forward = whole_forward,
  .backward = whole_backward,
  .distance = whole_distance,
};

/* What batch norm puts out for X once training, on X and then on a second
   batch, is over.  The evaluation between must leave no trace. */
static void trained_forward(const size_t d[], const void *const in[], void *Y)
{
  struct network net = filled(d, in);
  network_forward(&net, d[S], in[X]);
  network_forward(&net, d[S], in[NET_LAST]);
  network_evaluate(&net, d[S] - 1, in[NET_LAST]);
  network_evaluate(&net, d[S], in[X]);
  for (size_t i = 0; i < d[S] * d[N]; i++)
    ((real *)Y)[i] = net.layers[1].Y[i];
  network_free(&net);
}

static const struct op trained = {
  .name = "the network after two batches",
  NETWORK({ "X2", SHAPE(S, M), NORMAL, .role = INPUT }),
  .out = SHAPE(S, N),
  .forward = trained_forward,
};

/* Z = X Wᵀ + 1 bᵀ, and its moments */
static struct seen first_layer(const size_t d[], const void *const in[],
                               const void *batch_)
{
  const real(*x)[d[M]] = batch_, (*w)[d[M]] = in[NET_W], *b = in[NET_B];
  const real epsilon = R(1e-5);
  real Z[d[S]][d[N]];
  const void *inner[] = { Z, in[NET_GAMMA], in[NET_BETA], &epsilon };
  for (size_t s = 0; s < d[S]; s++)
    for (size_t n = 0; n < d[N]; n++) {
      Z[s][n] = b[n];
      for (size_t m = 0; m < d[M]; m++)
        Z[s][n] += x[s][m] * w[n][m];
    }
  return batch(d, inner, NULL);
}

/* γ (Z − ρ(1 − ρ) μ − ρ μ′) / √((1 − ρ)² + ρ S/(S − 1) ((1 − ρ) v + v′) + ε)
   + β, for ρ = 0.1 and ε = 1e-5 */
static void network_evaluated(const size_t d[], const void *const in[],
                              void *left, void *right)
{
  const struct seen a = first_layer(d, in, in[X]);
  const struct seen b = first_layer(d, in, in[NET_LAST]);
  const real rho = R(0.1), q = R(1.0) - rho;
  real(*Y)[d[N]] = right;
  trained_forward(d, in, left);
  for (size_t s = 0; s < d[S]; s++)
    for (size_t n = 0; n < d[N]; n++)
      Y[s][n] = a.gamma[n] * (a.x[s][n] - rho * q * a.mu[n] - rho * b.mu[n]) /
                    sqrt(q * q +
                         rho * (real)d[S] / (real)(d[S] - 1) *
                             (q * a.v[n] + b.v[n]) +
                         a.eps) +
                a.beta[n];
}

/* Where it fails */

static const struct op one_sample = {
  .name = "batch norm of one sample",
  .dim = { { "S", 1, 1 }, { "N", 2, 5 } },
  .in = { LAYER(0.1L, 1), UPSTREAM },
  .out = SHAPE(S, N),
  .forward = norm_forward,
  .waived = SMALL_BATCH,
  .because = "the claim is about a batch of one",
};
static const struct op two_samples = {
  .name = "batch norm of two samples",
  .dim = { { "S", 2, 2 }, { "N", 3, 5 } },
  .in = { LAYER(0.1L, 1) },
  .out = SHAPE(S, N),
  .forward = norm_forward,
  .waived = SMALL_BATCH,
  .because = "the claim is about a batch of two",
};

static void to_zero(const size_t d[], void *out)
{
  for (size_t i = 0; i < d[S] * d[N]; i++)
    ((real *)out)[i] = R(0.0);
}

/* Xhat_1n = 0 */
static void one_xhat(const size_t d[], const void *const in[], void *left,
                     void *right)
{
  real page[d[S]][d[N]];
  xhat_sides(d, in, left, page);
  to_zero(d, right);
}

/* ∂L/∂X_1n = 0 */
static void one_dx(const size_t d[], const void *const in[], void *left,
                   void *right)
{
  module_dx(d, in, in[UP], left);
  to_zero(d, right);
}

/* Xhat = ±d / √(d² + 4 ε), d = X_1n − X_2n */
static void two_xhat(const size_t d[], const void *const in[], void *left,
                     void *right)
{
  const real(*x)[d[N]] = in[X], eps = *(const real *)in[EPS];
  real page[d[S]][d[N]], (*out)[d[N]] = right;
  xhat_sides(d, in, left, page);
  for (size_t n = 0; n < d[N]; n++) {
    const real apart = x[0][n] - x[1][n];
    out[0][n] = apart / sqrt(apart * apart + R(4.0) * eps);
    out[1][n] = -out[0][n];
  }
}

/* ∂L/∂X_1n = 4 ε γ (d² + 4 ε)^(−3/2) (G_1n − G_2n) = −∂L/∂X_2n */
static void two_dx(const size_t d[], const void *const in[],
                   const void *upstream, void *g)
{
  const real(*x)[d[N]] = in[X], eps = *(const real *)in[EPS];
  const real(*G)[d[N]] = upstream, *gamma = in[GAMMA];
  real(*dx)[d[N]] = g;
  for (size_t n = 0; n < d[N]; n++) {
    const real apart = x[0][n] - x[1][n];
    dx[0][n] = R(4.0) * eps * gamma[n] *
               pow(apart * apart + R(4.0) * eps, R(-1.5)) *
               (G[0][n] - G[1][n]);
    dx[1][n] = -dx[0][n];
  }
}

/* The slope γ 4 ε (d² + 4 ε)^(−3/2) for γ = 1, ε = 1e-5, at d = 0 and 1 */
static void two_slopes(struct finding *f)
{
  const long double page[2] = { 158.1L, 4.000e-5L };
  const real x[2][2] = { { R(0.0), R(1.0) }, { R(0.0), R(0.0) } };
  const real G[2][2] = { { R(1.0), R(1.0) }, { R(0.0), R(0.0) } };
  const real gamma[2] = { R(1.0), R(1.0) }, epsilon = R(1e-5);
  const size_t d[] = { 2, 2 };
  const void *const in[] = { x, gamma, gamma, &epsilon };
  real dX[2][2];
  module_dx(d, in, G, dX);
  const long double eps = 1e-5L;
  const long double formula[2] = { 1 / (2 * sqrt(eps)),
                                   4 * eps / pow(1 + 4 * eps, 1.5L) };
  f->error = 0;
  f->tolerance = 1.25e-4L; /* half of the last of four digits, relative */
  f->entries = 4;
  for (int n = 0; n < 2; n++) {
    f->error = worse(f->error, (long double)re(dX[0][n]) / page[n], 1);
    f->error = worse(f->error, formula[n] / page[n], 1);
  }
}

/* X_sn = X_1n for each s:  ∂L/∂X_sn = γ_n/√ε (G_sn − 1/S Σ_p G_pn) */
static void constant_dx(const size_t d[], const void *const in[], void *left,
                        void *right)
{
  const real(*x)[d[N]] = in[X], *gamma = in[GAMMA];
  real same[d[S]][d[N]], (*dx)[d[N]] = right;
  const void *inner[] = { same, in[GAMMA], in[BETA], in[EPS] };
  for (size_t s = 0; s < d[S]; s++)
    for (size_t n = 0; n < d[N]; n++)
      same[s][n] = x[0][n];
  const struct seen c = batch(d, inner, in[UP]);
  module_dx(d, inner, in[UP], left);
  for (size_t s = 0; s < d[S]; s++)
    for (size_t n = 0; n < d[N]; n++)
      dx[s][n] = gamma[n] / sqrt(c.eps) *
                 (c.g[s][n] - R(1.0) / (real)c.S * sum_g(&c, n));
}

/* Σ_s Y_sn = S β_n */
static void output_sum(const size_t d[], const void *const in[], void *left,
                       void *right)
{
  const real *beta = in[BETA];
  real Y[d[S]][d[N]], *sum = left;
  norm_forward(d, in, Y);
  for (size_t n = 0; n < d[N]; n++) {
    sum[n] = R(0.0);
    for (size_t s = 0; s < d[S]; s++)
      sum[n] += Y[s][n];
    ((real *)right)[n] = (real)d[S] * beta[n];
  }
}

/* G = 1: S · 1 − Σ_p 1 − Xhat_sn Σ_p 1 Xhat_pn = 0 */
static void ones_upstream(const size_t d[], const void *const in[], void *left,
                          void *right)
{
  const struct seen c = batch(d, in, NULL);
  real(*bracket)[d[N]] = left;
  for (size_t n = 0; n < c.N; n++) {
    real ones = R(0.0), along = R(0.0);
    for (size_t p = 0; p < c.S; p++) {
      ones += R(1.0);
      along += R(1.0) * c.xhat[p][n];
    }
    for (size_t s = 0; s < c.S; s++)
      bracket[s][n] = (real)c.S * R(1.0) - ones - c.xhat[s][n] * along;
  }
  to_zero(d, right);
}

/* The module's dX for G = 1 */
static void ones_dx(const size_t d[], const void *const in[], void *left,
                    void *right)
{
  real ones[MOST * MOST] = { R(0.0) };
  for (size_t i = 0; i < MOST * MOST; i++)
    ones[i] = R(1.0);
  module_dx(d, in, ones, left);
  to_zero(d, right);
}

/* G = Y: ∂L/∂X_sn = γ² ε (v + ε)^(−3/2) Xhat_sn */
static void squares_upstream(const size_t d[], const void *const in[],
                             void *left, void *right)
{
  const struct seen c = batch(d, in, NULL);
  real Y[d[S]][d[N]], (*dx)[d[N]] = right;
  norm_forward(d, in, Y);
  module_dx(d, in, Y, left);
  for (size_t s = 0; s < d[S]; s++)
    for (size_t n = 0; n < d[N]; n++)
      dx[s][n] = c.gamma[n] * c.gamma[n] * c.eps *
                 pow(c.v[n] + c.eps, R(-1.5)) * c.xhat[s][n];
}

/* Layer norm */

enum { ROW_MU = 4, ROW_V = 5 };

static void layer_forward(const size_t d[], const void *const in[], void *Y)
{
  real Xhat[d[S]][d[N]], mean[d[S]], variance[d[S]];
  layer_norm_forward(d[S], d[N], Y, Xhat, mean, variance, in[X], in[GAMMA],
                     in[BETA], *(const real *)in[EPS]);
}

static void layer_backward(const size_t d[], const void *const in[],
                           const void *G, void *const g[])
{
  const real epsilon = *(const real *)in[EPS];
  real Y[d[S]][d[N]], Xhat[d[S]][d[N]], mean[d[S]], variance[d[S]];
  layer_norm_forward(d[S], d[N], Y, Xhat, mean, variance, in[X], in[GAMMA],
                     in[BETA], epsilon);
  layer_norm_backward(d[S], d[N], g[X], g[GAMMA], g[BETA], G,
                      (const void *)Xhat, variance, in[GAMMA], epsilon);
}

APART(layer_backward)

static struct seen rows(const size_t d[], const void *const in[],
                        const void *G, const real *mu, const real *v)
{
  struct seen c = { .S = d[S], .N = d[N], .eps = *(const real *)in[EPS] };
  const real(*x)[c.N] = in[X], (*g)[c.N] = G;
  for (size_t n = 0; n < c.N; n++) {
    c.gamma[n] = ((const real *)in[GAMMA])[n];
    c.beta[n] = ((const real *)in[BETA])[n];
  }
  for (size_t s = 0; s < c.S; s++) {
    real sum = R(0.0), squares = R(0.0);
    for (size_t n = 0; n < c.N; n++) {
      c.x[s][n] = x[s][n];
      c.g[s][n] = G ? g[s][n] : R(0.0);
      sum += x[s][n];
    }
    c.mu[s] = mu ? mu[s] : sum / (real)c.N;
    for (size_t n = 0; n < c.N; n++)
      squares += (x[s][n] - c.mu[s]) * (x[s][n] - c.mu[s]);
    c.v[s] = v ? v[s] : squares / (real)c.N;
    c.r[s] = R(1.0) / sqrt(c.v[s] + c.eps);
    for (size_t n = 0; n < c.N; n++)
      c.xhat[s][n] = (x[s][n] - c.mu[s]) * c.r[s];
  }
  return c;
}

/* y from x, and mu and v of each row */
static void row_from_v_forward(const size_t d[], const void *const in[],
                               void *Y_)
{
  const struct seen c = rows(d, in, NULL, in[ROW_MU], in[ROW_V]);
  real(*Y)[d[N]] = Y_;
  for (size_t s = 0; s < c.S; s++)
    for (size_t n = 0; n < c.N; n++)
      Y[s][n] = c.gamma[n] * c.xhat[s][n] + c.beta[n];
}

/* the same with v from x and mu, mu the mean plus an offset, which is 0 */
static void row_at_mean_forward(const size_t d[], const void *const in[],
                                void *Y)
{
  struct seen c = rows(d, in, NULL, NULL, NULL);
  for (size_t s = 0; s < c.S; s++)
    c.mu[s] += ((const real *)in[ROW_MU])[s];
  c = rows(d, in, NULL, c.mu, NULL);
  const void *inner[] = { in[X], in[GAMMA], in[BETA], in[EPS], c.mu, c.v };
  row_from_v_forward(d, inner, Y);
}

#define ROW_SIZES .dim = { { "S", 3, 6 }, { "N", 4, 7 } }
static const struct op layer = {
  .name = "layer norm",
  ROW_SIZES,
  .in = { LAYER(0.1L, 1) },
  .out = SHAPE(S, N),
  .forward = layer_forward,
  .backward = layer_backward,
};
static const struct op layer_small = {
  .name = "layer norm with a small ε",
  ROW_SIZES,
  .in = { LAYER(1e-5L, 1e-5L) },
  .out = SHAPE(S, N),
  .forward = layer_forward,
  .backward = layer_backward_apart,
};
static const struct op layer_g = {
  .name = "layer norm and an upstream gradient",
  ROW_SIZES,
  .in = { LAYER(0.1L, 1), UPSTREAM },
  .out = SHAPE(S, N),
  .forward = layer_forward,
};
static const struct op layer_from_v = {
  .name = "layer norm from v on",
  ROW_SIZES,
  .in = { LAYER(0.1L, 1),
          { "μ", SHAPE(S), NORMAL, .role = INPUT },
          { "v", SHAPE(S), UNIFORM, 0.5L, 2, INPUT } },
  .out = SHAPE(S, N),
  .forward = row_from_v_forward,
};
static const struct op layer_at_mean = {
  .name = "layer norm from the mean on",
  ROW_SIZES,
  .in = { LAYER(0.1L, 1), { "μ", SHAPE(S), UNIFORM, 0, 0, INPUT } },
  .out = SHAPE(S, N),
  .forward = row_at_mean_forward,
  .waived = REPEATED_INPUTS,
  .because = "the offset from the mean is 0 in every row",
};

/* Y_sn = γ_n r_s (X_sn − μ_s) + β_n, all of it as on the page */
static void layer_forward_sides(const size_t d[], const void *const in[],
                                void *left, void *right)
{
  const struct seen c = rows(d, in, NULL, NULL, NULL);
  real(*Y)[d[N]] = right;
  layer_forward(d, in, left);
  for (size_t s = 0; s < c.S; s++)
    for (size_t n = 0; n < c.N; n++)
      Y[s][n] = c.gamma[n] * c.r[s] * (c.x[s][n] - c.mu[s]) + c.beta[n];
}

/* The module's Xhat is that of batch norm, by the page, of Xᵀ. */
static void transposed(const size_t d[], const void *const in[], void *left,
                       void *right)
{
  const size_t turned[] = { d[N], d[S] };
  const real(*x)[d[N]] = in[X];
  real Xt[d[N]][d[S]], none[MOST], Y[d[S]][d[N]], mean[MOST], variance[MOST];
  real(*out)[d[N]] = right;
  const void *inner[] = { Xt, none, none, in[EPS] };
  for (size_t s = 0; s < d[S]; s++) {
    none[s] = R(0.0);
    for (size_t n = 0; n < d[N]; n++)
      Xt[n][s] = x[s][n];
  }
  const struct seen c = batch(turned, inner, NULL);
  layer_norm_forward(d[S], d[N], Y, left, mean, variance, in[X], in[GAMMA],
                     in[BETA], c.eps);
  for (size_t s = 0; s < d[S]; s++)
    for (size_t n = 0; n < d[N]; n++)
      out[s][n] = c.xhat[n][s];
}

/* Σ_k γ_k G_sk  and  Σ_k γ_k G_sk Xhat_sk */
static real row_d(const struct seen *c, size_t s)
{
  real sum = R(0.0);
  for (size_t k = 0; k < c->N; k++)
    sum += c->gamma[k] * c->g[s][k];
  return sum;
}

static real row_dx(const struct seen *c, size_t s)
{
  real sum = R(0.0);
  for (size_t k = 0; k < c->N; k++)
    sum += c->gamma[k] * c->g[s][k] * c->xhat[s][k];
  return sum;
}

/* ∂L/∂v_s = −½ r_s² Σ_k γ_k G_sk Xhat_sk */
static void layer_dv(const size_t d[], const void *const in[], const void *G,
                     void *g)
{
  const struct seen c = rows(d, in, G, in[ROW_MU], in[ROW_V]);
  for (size_t s = 0; s < c.S; s++)
    ((real *)g)[s] = -R(0.5) * c.r[s] * c.r[s] * row_dx(&c, s);
}

/* ∂L/∂μ_s = −r_s Σ_k γ_k G_sk */
static void layer_dmu(const size_t d[], const void *const in[], const void *G,
                      void *g)
{
  const struct seen c = rows(d, in, G, NULL, NULL);
  for (size_t s = 0; s < c.S; s++)
    ((real *)g)[s] = -c.r[s] * row_d(&c, s);
}

/* r_s γ_n G_sn + (2/N) (X_sn − μ_s) ∂L/∂v_s + (1/N) ∂L/∂μ_s */
static void layer_dx_three(const size_t d[], const void *const in[],
                           const void *G, void *g)
{
  const struct seen c = rows(d, in, G, NULL, NULL);
  real(*dx)[d[N]] = g;
  for (size_t s = 0; s < c.S; s++) {
    const real by_v = -R(0.5) * c.r[s] * c.r[s] * row_dx(&c, s);
    const real by_mu = -c.r[s] * row_d(&c, s);
    for (size_t n = 0; n < c.N; n++)
      dx[s][n] = c.r[s] * c.gamma[n] * c.g[s][n] +
                 R(2.0) / (real)c.N * (c.x[s][n] - c.mu[s]) * by_v +
                 R(1.0) / (real)c.N * by_mu;
  }
}

/* (r_s/N) (N γ_n G_sn − Σ_k γ_k G_sk − Xhat_sn Σ_k γ_k G_sk Xhat_sk) */
static void layer_dx_index(const size_t d[], const void *const in[],
                           const void *G, void *g)
{
  const struct seen c = rows(d, in, G, NULL, NULL);
  real(*dx)[d[N]] = g;
  for (size_t s = 0; s < c.S; s++)
    for (size_t n = 0; n < c.N; n++)
      dx[s][n] = c.r[s] / (real)c.N *
                 ((real)c.N * c.gamma[n] * c.g[s][n] - row_d(&c, s) -
                  c.xhat[s][n] * row_dx(&c, s));
}

/* ∂Y_pk/∂X_sn = δ_ps γ_k r_s (δ_kn − 1/N − Xhat_sk Xhat_sn / N) */
static void layer_jacobian(const size_t d[], const void *const in[], void *J_)
{
  const struct seen c = rows(d, in, NULL, NULL, NULL);
  real(*J)[d[N]][d[S]][d[N]] = J_;
  for (size_t p = 0; p < c.S; p++)
    for (size_t k = 0; k < c.N; k++)
      for (size_t s = 0; s < c.S; s++)
        for (size_t n = 0; n < c.N; n++)
          J[p][k][s][n] = delta(p, s) * c.gamma[k] * c.r[s] *
                          (delta(k, n) - R(1.0) / (real)c.N -
                           c.xhat[s][k] * c.xhat[s][n] / (real)c.N);
}

/* (G∘Xhat)ᵀ 1, with the rows' Xhat */
static void layer_dgamma(const size_t d[], const void *const in[],
                         const void *G, void *g)
{
  const struct seen c = rows(d, in, G, NULL, NULL);
  real product[MOST][MOST], sums[MOST];
  gx(&c, product);
  times_ones(&c, sums, (const void *)product);
  for (size_t n = 0; n < c.N; n++)
    ((real *)g)[n] = sums[n];
}

/* D = G∘(1 γᵀ);  1/N (r 1ᵀ) ∘ (N D − D 1 1ᵀ − Xhat ∘ ((D∘Xhat) 1 1ᵀ)) */
static void layer_dx_matrix(const size_t d[], const void *const in[],
                            const void *G, void *g)
{
  const struct seen c = rows(d, in, G, NULL, NULL);
  real D[MOST][MOST], ones[MOST][MOST], gamma[MOST][MOST];
  real(*dx)[d[N]] = g;
  in_each_row(&c, gamma, c.gamma);
  for (size_t k = 0; k < c.N; k++)
    for (size_t n = 0; n < c.N; n++)
      ones[k][n] = R(1.0);
  for (size_t s = 0; s < c.S; s++)
    for (size_t n = 0; n < c.N; n++)
      D[s][n] = c.g[s][n] * gamma[s][n];
  for (size_t s = 0; s < c.S; s++)
    for (size_t n = 0; n < c.N; n++) {
      real first = R(0.0), second = R(0.0);
      for (size_t k = 0; k < c.N; k++) {
        first += D[s][k] * ones[k][n];
        second += D[s][k] * c.xhat[s][k] * ones[k][n];
      }
      dx[s][n] = R(1.0) / (real)c.N * c.r[s] *
                 ((real)c.N * D[s][n] - first - c.xhat[s][n] * second);
    }
}

/* Of the module's dX: its sum along the row is 0 */
static void layer_dx_sum(const size_t d[], const void *const in[], void *left,
                         void *right)
{
  real dX[d[S]][d[N]], dg[MOST], db[MOST], *sum = left, *zero = right;
  for (size_t n = 0; n < d[N]; n++)
    dg[n] = db[n] = R(0.0);
  layer_backward(d, in, in[UP], (void *[]){ dX, dg, db, NULL });
  for (size_t s = 0; s < d[S]; s++) {
    sum[s] = zero[s] = R(0.0);
    for (size_t n = 0; n < d[N]; n++)
      sum[s] += dX[s][n];
  }
}

/* G = 1: (r_s/N) (N γ_n − Σ_k γ_k − Xhat_sn Σ_k γ_k Xhat_sk) */
static void layer_ones(const size_t d[], const void *const in[], void *left,
                       void *right)
{
  const struct seen c = rows(d, in, NULL, NULL, NULL);
  real G[d[S]][d[N]], dg[MOST], db[MOST], (*dx)[d[N]] = right;
  for (size_t n = 0; n < d[N]; n++)
    dg[n] = db[n] = R(0.0);
  for (size_t s = 0; s < d[S]; s++)
    for (size_t n = 0; n < d[N]; n++)
      G[s][n] = R(1.0);
  layer_backward(d, in, G, (void *[]){ left, dg, db, NULL });
  for (size_t s = 0; s < c.S; s++) {
    real first = R(0.0), second = R(0.0);
    for (size_t k = 0; k < c.N; k++) {
      first += c.gamma[k];
      second += c.gamma[k] * c.xhat[s][k];
    }
    for (size_t n = 0; n < c.N; n++)
      dx[s][n] = c.r[s] / (real)c.N *
                 ((real)c.N * c.gamma[n] - first - c.xhat[s][n] * second);
  }
}

/* Numbers: x = (1, 2, 3, 6), ε = 1/2, γ = 2, β = 1, g = (1, −1, 0, 2) */

#define EXACT (8 * (long double)LDBL_EPSILON)

static void compared(struct finding *f, const real *found,
                     const long double *page, long n, long double tolerance)
{
  f->error = 0;
  f->tolerance = tolerance;
  f->entries = n;
  for (long i = 0; i < n; i++)
    f->error = worse(f->error, (long double)re(found[i]), page[i]);
}

struct worked {
  real Y[4], Xhat[4], mean[1], variance[1], dX[4], dgamma[1], dbeta[1];
};
static const real worked_x[] = { R(1.0), R(2.0), R(3.0), R(6.0) };
static const real worked_g[] = { R(1.0), R(-1.0), R(0.0), R(2.0) };
static const real worked_eps = R(0.5), worked_gamma[] = { R(2.0) };
static const real worked_beta[] = { R(1.0) };

static struct worked work(void)
{
  struct worked w = { .dgamma = { R(0.0) }, .dbeta = { R(0.0) } };
  batch_norm_forward(4, 1, (void *)w.Y, (void *)w.Xhat, w.mean, w.variance,
                     (const void *)worked_x, worked_gamma, worked_beta,
                     worked_eps);
  batch_norm_backward(4, 1, (void *)w.dX, w.dgamma, w.dbeta,
                      (const void *)worked_g, (const void *)w.Xhat, w.variance,
                      worked_gamma, worked_eps);
  return w;
}

static void worked_moments(struct finding *f)
{
  const struct worked w = work();
  const real r = R(1.0) / sqrt(w.variance[0] + worked_eps);
  compared(f, (real[]){ w.mean[0], w.variance[0], r },
           (long double[]){ 3, 3.5L, 0.5L }, 3, EXACT);
}

static void worked_xhat(struct finding *f)
{
  compared(f, work().Xhat, (long double[]){ -1, -0.5L, 0, 1.5L }, 4, EXACT);
}

static void worked_y(struct finding *f)
{
  compared(f, work().Y, (long double[]){ -1, 0, 1, 4 }, 4, EXACT);
}

/* ∂L/∂β, ∂L/∂γ by the module; ∂L/∂v, ∂L/∂μ by the equations of the page */
static void worked_nodes(struct finding *f)
{
  const size_t d[] = { 4, 1 };
  const void *const in[] = { worked_x, worked_gamma, worked_beta,
                             &worked_eps };
  const struct worked w = work();
  const struct seen c = batch(d, in, worked_g);
  compared(
      f, (real[]){ w.dbeta[0], w.dgamma[0], dv_chain_n(&c, 0), dmu_n(&c, 0) },
      (long double[]){ 2, 2.5L, -0.625L, -2 }, 4, EXACT);
}

static void worked_dx(struct finding *f)
{
  compared(f, work().dX, (long double[]){ 1.125L, -1.1875L, -0.5L, 0.5625L },
           4, EXACT);
}

/* The same row in layer norm, γ = (1, 2, 3, 2), G = 1 */
static void worked_layer(struct finding *f)
{
  const real gamma[] = { R(1.0), R(2.0), R(3.0), R(2.0) };
  const real G[] = { R(1.0), R(1.0), R(1.0), R(1.0) };
  const size_t d[] = { 1, 4 };
  const void *const in[] = { worked_x, gamma, gamma, &worked_eps };
  real dX[4], dg[4] = { R(0.0) }, db[4] = { R(0.0) };
  layer_backward(d, in, G, (void *[]){ dX, dg, db, NULL });
  compared(f, dX, (long double[]){ -0.375L, 0.0625L, 0.5L, -0.1875L }, 4,
           EXACT);
}

/* Exercises */

/* x = (0, 3, 6), ε = 3, γ = 3, g = (1, 2, 0) */
static void by_hand(struct finding *f)
{
  const real x[] = { R(0.0), R(3.0), R(6.0) }, eps = R(3.0);
  const real g[] = { R(1.0), R(2.0), R(0.0) }, gamma = R(3.0);
  const size_t d[] = { 3, 1 };
  const void *const in[] = { x, &gamma, &gamma, &eps };
  real dX[3];
  module_dx(d, in, g, dX);
  compared(f, dX, (long double[]){ -1 / 3.0L, 1, -2 / 3.0L }, 3, EXACT);
}

/* 0.9^43 > 0.01 > 0.9^44, and their values */
static void memory(struct finding *f)
{
  const real a[] = { power(R(0.9), 43), power(R(0.9), 44) };
  compared(f, a, (long double[]){ 0.0108L, 0.0097L }, 2, 0.5e-4L);
  if (!(re(a[0]) > R(0.01) && re(a[1]) < R(0.01)))
    f->entries = 0;
}

/* 1/S Σ (x − μ)², in float */
static float two_pass_variance(size_t count, const float x[count])
{
  float mean = 0, squares = 0;
  for (size_t s = 0; s < count; s++)
    mean += x[s] / (float)count;
  for (size_t s = 0; s < count; s++)
    squares += (x[s] - mean) * (x[s] - mean);
  return squares / (float)count;
}

/* (1, 2, 3, 4), then the same 10,000 higher: both variances are 5/4 */
static void one_pass(struct finding *f)
{
  const long double page[] = { 1.25L, 1.25L, 1.25L, -8 };
  float x[2][4];
  for (int s = 0; s < 4; s++) {
    x[0][s] = (float)(s + 1);
    x[1][s] = (float)(s + 10001);
  }
  const float found[] = { two_pass_variance(4, x[0]),
                          two_pass_variance(4, x[1]),
                          one_pass_variance(4, x[0]),
                          one_pass_variance(4, x[1]) };
  f->error = 0;
  f->tolerance = 0;
  f->entries = 4;
  for (int i = 0; i < 4; i++)
    f->error = worse(f->error, (long double)found[i], page[i]);
}

/* Y with ṽ = 1/(S − 1) Σ (x − μ)² under the root */
static void unbiased_forward(const size_t d[], const void *const in[], void *Y)
{
  struct seen c = batch(d, in, NULL);
  const void *inner[] = { in[X], in[GAMMA], in[BETA], in[EPS], c.mu, c.v };
  for (size_t n = 0; n < c.N; n++)
    c.v[n] *= (real)c.S / (real)(c.S - 1);
  from_v_forward(d, inner, Y);
}

static const struct op unbiased =
    NODE("batch norm with an unbiased variance", 2, 5, SHAPE(S, N),
         unbiased_forward, { 0 });

/* γ r̃ (g_s − 1/S Σ_p g_p − x̃_s/(S − 1) Σ_p g_p x̃_p) */
static void unbiased_dx(const size_t d[], const void *const in[],
                        const void *G, void *g)
{
  struct seen c = batch(d, in, NULL);
  for (size_t n = 0; n < c.N; n++)
    c.v[n] *= (real)c.S / (real)(c.S - 1);
  const struct seen u = look(d, in, G, c.mu, c.v);
  real(*dx)[d[N]] = g;
  for (size_t s = 0; s < u.S; s++)
    for (size_t n = 0; n < u.N; n++)
      dx[s][n] = u.gamma[n] * u.r[n] *
                 (u.g[s][n] - R(1.0) / (real)u.S * sum_g(&u, n) -
                  u.xhat[s][n] / (real)(u.S - 1) * sum_gx(&u, n));
}

/* Y_sn = γ_n X_sn / √(1/N Σ_k X_sk² + ε) */
static void rms_norm_forward(size_t samples, size_t features,
                             real Y[samples][features],
                             const real x[samples][features],
                             const real gamma[features], real epsilon)
{
  for (size_t s = 0; s < samples; s++) {
    real square = R(0.0);
    for (size_t n = 0; n < features; n++)
      square += x[s][n] * x[s][n];
    const real r = R(1.0) / sqrt(square / (real)features + epsilon);
    for (size_t n = 0; n < features; n++)
      Y[s][n] = gamma[n] * (x[s][n] * r);
  }
}

enum { RMS_EPS = 2 };
static void rms_forward(const size_t d[], const void *const in[], void *Y)
{
  rms_norm_forward(d[S], d[N], Y, in[X], in[GAMMA],
                   *(const real *)in[RMS_EPS]);
}

static void rms_backward(const size_t d[], const void *const in[],
                         const void *G, void *const g[])
{
  rms_norm_backward(d[S], d[N], g[X], g[GAMMA], G, in[X], in[GAMMA],
                    *(const real *)in[RMS_EPS]);
}

static const struct op rms = {
  .name = "root-mean-square norm",
  ROW_SIZES,
  .in = { { "X", SHAPE(S, N), NORMAL, .role = INPUT },
          { "γ", SHAPE(N), NORMAL, .role = PARAMETER },
          { "ε", SCALAR, UNIFORM, 0.1L, 1, .role = CONSTANT } },
  .out = SHAPE(S, N),
  .forward = rms_forward,
  .backward = rms_backward,
};

/* ∂L/∂X_sn = (r_s/N) (N γ_n G_sn − Xhat_sn Σ_k γ_k G_sk Xhat_sk) */
static void rms_dx(const size_t d[], const void *const in[],
                   const void *upstream, void *g)
{
  const real(*x)[d[N]] = in[X], *gamma = in[GAMMA];
  const real(*G)[d[N]] = upstream, eps = *(const real *)in[RMS_EPS];
  real(*dx)[d[N]] = g;
  for (size_t s = 0; s < d[S]; s++) {
    real square = R(0.0), sum = R(0.0);
    for (size_t k = 0; k < d[N]; k++)
      square += x[s][k] * x[s][k] / (real)d[N];
    const real r = R(1.0) / sqrt(square + eps);
    for (size_t k = 0; k < d[N]; k++)
      sum += gamma[k] * G[s][k] * (r * x[s][k]);
    for (size_t n = 0; n < d[N]; n++)
      dx[s][n] = r / (real)d[N] *
                 ((real)d[N] * gamma[n] * G[s][n] - r * x[s][n] * sum);
  }
}

#define L_(name) "batch-norm-" name
#define TO(name, op_, segment_, f)                    \
  {                                                   \
    L_(name), GRADIENT, &op_, segment_, .gradient = f \
  }
#define JAC(name, op_, segment_, f)                   \
  {                                                   \
    L_(name), JACOBIAN, &op_, segment_, .jacobian = f \
  }
#define SAME(name, op_, f, ...)                                      \
  {                                                                  \
    L_(name), IDENTITY, &op_, .sides = f, .side = SHAPE(__VA_ARGS__) \
  }
#define ZERO(name, op_, f, ...)                                       \
  {                                                                   \
    L_(name), IDENTITY, &op_, .sides = f, .side = SHAPE(__VA_ARGS__), \
                              .scale = 1                              \
  }
#define NUMBERS(name, f)          \
  {                               \
    L_(name), VALUE, .finding = f \
  }

const struct claim CLAIMS(batch_norm)[] = {
  SAME("mean", norm, mean_sides, N),
  SAME("variance", norm, variance_sides, N),
  SAME("xhat", norm, xhat_sides, S, N),
  SAME("forward", norm, forward_sides, S, N),
  ZERO("xhat-sum", norm, xhat_sum, N),
  SAME("xhat-square", norm, xhat_square, N),
  NUMBERS("worked-moments", worked_moments),
  NUMBERS("worked-xhat", worked_xhat),
  NUMBERS("worked-y", worked_y),

  { "batch-norm-dy-dbeta", JACOBIAN, &affine_1, BETA, 1,
    .jacobian = dy_dbeta },
  { "batch-norm-dbeta", GRADIENT, &norm, BETA, 1, .gradient = dbeta },
  { "batch-norm-dy-dgamma", JACOBIAN, &affine_1, GAMMA, 1,
    .jacobian = dy_dgamma },
  { "batch-norm-dgamma", GRADIENT, &norm, GAMMA, 1, .gradient = dgamma },
  { "batch-norm-dy-dxhat", JACOBIAN, &affine_1, X, 1, .jacobian = dy_dxhat },
  { "batch-norm-dxhat-chain", GRADIENT, &affine, X, 1,
    .gradient = dxhat_chain },
  { "batch-norm-dxhat", GRADIENT, &affine, X, 1, .gradient = dxhat },
  JAC("dxhat-dv", normalise_1, V, dxhat_dv),
  TO("dv-chain", from_v, V, dv_chain),
  TO("dv", from_v, V, dv),
  JAC("dxhat-dmu", normalise_1, MU, dxhat_dmu),
  JAC("dv-dmu", spread_1, MU, dv_dmu),
  ZERO("deviations", norm, deviations, N),
  SAME("around", spread, around, N),
  TO("dmu-two", from_mu, MU, dmu_two),
  TO("dmu", at_mean, MU, dmu),
  JAC("dxhat-dx", normalise_1, X, dxhat_dx),
  JAC("dv-dx", spread_1, X, dv_dx),
  JAC("dmu-dx", mean_1, X, dmu_dx),
  TO("dx-three", norm, X, dx_three),
  TO("dx-inserted", norm, X, dx_inserted),
  TO("dx-column", norm, X, dx_index),
  NUMBERS("worked-nodes", worked_nodes),
  NUMBERS("worked-dx", worked_dx),

  JAC("centre", centre_1, X, centre),
  JAC("dv-total", variance_1, X, dv_total),
  JAC("dv-all", variance_1, X, dv_all),
  JAC("dr-chain", r_1, X, dr_chain),
  JAC("dr", r_1, X, dr),
  JAC("dxhat-product", xhat_1, X, dxhat_product),
  JAC("dxhat-jacobian", xhat_1, X, dxhat_jacobian),
  JAC("jacobian", norm, X, jacobian),
  TO("dx-chain", norm, X, dx_chain),
  TO("dx-index", norm, X, dx_index),

  TO("dxhat-matrix", affine, X, dxhat_matrix),
  TO("dv-matrix", from_v, V, dv_matrix),
  TO("dmu-matrix", at_mean, MU, dmu_matrix),
  TO("dx-three-matrix", norm, X, dx_three_matrix),
  TO("dbeta-matrix", norm, BETA, dbeta_matrix),
  TO("dgamma-matrix", norm, GAMMA, dgamma_matrix),
  TO("dx-matrix", norm, X, dx_matrix),
  { "batch-norm-backward", BACKWARD, .op = &norm },
  { "batch-norm-backward-small", BACKWARD, .op = &norm_small },
  { "batch-norm-network", BACKWARD, .op = &whole },

  SAME("centring", norm_g_column, centring, S),
  SAME("idempotent", norm_g_column, idempotent, S, S),
  JAC("p-jacobian", norm_column, X, p_jacobian),
  TO("dx-p", norm_column, X, dx_p),
  ZERO("p-one", norm_column, p_one, S),
  SAME("p-xhat", norm_column, p_xhat, S),
  SAME("p-rest", norm_g_column, p_rest, S),
  ZERO("dx-sum", norm_g, dx_sum, N),
  SAME("dx-xhat", norm_g, dx_xhat, N),
  SAME("shift", moved, shift, S, N),
  SAME("scale", moved, scale, S, N),
  ZERO("bias", after_linear, bias, N),
  SAME("radial", after_linear, radial, N),
  SAME("weight-scale", after_linear, weight_scale, N, M),
  SAME("weight-growth", after_linear_0, weight_growth, N),

  SAME("track-mean", running, track_mean, N),
  SAME("track-variance", running, track_variance, N),
  SAME("track-one", running_1, track_one, N),
  SAME("unrolled", running, unrolled, N),
  { "batch-norm-weights-sum", IDENTITY, &running, .sides = weights_sum,
    .side = SCALAR },
  SAME("two-moments", norm, two_moments, N),
  { "batch-norm-expected-square", STATEMENT, .finding = expected_square },
  { "batch-norm-expected-variance", STATEMENT, .finding = expected_variance },
  SAME("evaluate", running, evaluate_sides, S, N),
  JAC("evaluate-jacobian", running, X, evaluate_jacobian),
  TO("evaluate-dx", running, X, evaluate_dx),
  SAME("network-evaluate", trained, network_evaluated, S, N),

  ZERO("one-xhat", one_sample, one_xhat, S, N),
  ZERO("one-dx", one_sample, one_dx, S, N),
  SAME("two-xhat", two_samples, two_xhat, S, N),
  TO("two-dx", two_samples, X, two_dx),
  NUMBERS("two-slopes", two_slopes),
  SAME("constant-dx", norm_g, constant_dx, S, N),
  SAME("output-sum", norm, output_sum, N),
  ZERO("ones-upstream", norm, ones_upstream, S, N),
  ZERO("ones-dx", norm, ones_dx, S, N),
  SAME("squares-upstream", norm, squares_upstream, S, N),

  SAME("layer-forward", layer, layer_forward_sides, S, N),
  SAME("layer-transposed", layer, transposed, S, N),
  TO("layer-dxhat", affine, X, dxhat),
  TO("layer-dv", layer_from_v, ROW_V, layer_dv),
  TO("layer-dmu", layer_at_mean, ROW_MU, layer_dmu),
  TO("layer-dx-three", layer, X, layer_dx_three),
  TO("layer-dx-index", layer, X, layer_dx_index),
  JAC("layer-jacobian", layer, X, layer_jacobian),
  TO("layer-dgamma", layer, GAMMA, layer_dgamma),
  TO("layer-dx-matrix", layer, X, layer_dx_matrix),
  { "batch-norm-layer-backward", BACKWARD, .op = &layer },
  { "batch-norm-layer-backward-small", BACKWARD, .op = &layer_small },
  ZERO("layer-dx-sum", layer_g, layer_dx_sum, S),
  SAME("layer-ones", layer, layer_ones, S, N),
  NUMBERS("worked-layer", worked_layer),

  NUMBERS("ex-hand", by_hand),
  NUMBERS("ex-memory", memory),
  { "batch-norm-ex-evaluate", BACKWARD, .op = &running },
  NUMBERS("ex-one-pass", one_pass),
  TO("ex-unbiased", unbiased, X, unbiased_dx),
  TO("ex-rms-dx", rms, X, rms_dx),
  { "batch-norm-ex-rms", BACKWARD, .op = &rms },
  END,
};
