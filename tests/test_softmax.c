#include "../chapters/04-softmax.exercises.h"
#include "claims.h"
#include "rng.h"
#include "softmax.h"

#include <float.h>

enum { S, N };
enum { X };
enum { C = 1, V = 1, TAU = 1 }; /* the second input, by its letter */
enum { ROW_N };                 /* the one dimension of a single sample */

/* A batch, and its logarithm */

static void rows_forward(const size_t d[], const void *const in[], void *Y)
{
  softmax_forward(d[S], d[N], Y, in[X]);
}

static void rows_backward(const size_t d[], const void *const in[],
                          const void *G, void *const g[])
{
  real Y[d[S]][d[N]];
  softmax_forward(d[S], d[N], Y, in[X]);
  softmax_backward(d[S], d[N], g[X], G, (const void *)Y);
}

static void log_rows_forward(const size_t d[], const void *const in[], void *Y)
{
  log_softmax_forward(d[S], d[N], Y, in[X]);
}

static void log_rows_backward(const size_t d[], const void *const in[],
                              const void *G, void *const g[])
{
  real Y[d[S]][d[N]];
  log_softmax_forward(d[S], d[N], Y, in[X]);
  log_softmax_backward(d[S], d[N], g[X], G, (const void *)Y);
}

static const struct op rows = {
  .name = "softmax",
  .dim = { { "S", 3, 6 }, { "N", 2, 6 } },
  .in = { { "X", SHAPE(S, N), NORMAL, .role = INPUT } },
  .out = SHAPE(S, N),
  .forward = rows_forward,
  .backward = rows_backward,
};

static const struct op log_rows = {
  .name = "log-softmax",
  .dim = { { "S", 3, 6 }, { "N", 2, 6 } },
  .in = { { "X", SHAPE(S, N), NORMAL, .role = INPUT } },
  .out = SHAPE(S, N),
  .forward = log_rows_forward,
  .backward = log_rows_backward,
};

/* One sample, and the parts of its quotient */

static void one_forward(const size_t d[], const void *const in[], void *y)
{
  softmax_forward(1, d[ROW_N], y, in[X]);
}

static void log_one_forward(const size_t d[], const void *const in[], void *y)
{
  log_softmax_forward(1, d[ROW_N], y, in[X]);
}

static void numerator_forward(const size_t d[], const void *const in[],
                              void *y)
{
  const real *x = in[X];
  for (size_t i = 0; i < d[ROW_N]; i++)
    ((real *)y)[i] = exp(x[i]);
}

static real sum_of_exps(size_t n, const real *x)
{
  real zeta = R(0.0);
  for (size_t k = 0; k < n; k++)
    zeta += exp(x[k]);
  return zeta;
}

static void denominator_forward(const size_t d[], const void *const in[],
                                void *zeta)
{
  *(real *)zeta = sum_of_exps(d[ROW_N], in[X]);
}

#define ONE_SAMPLE          \
  .dim = { { "N", 2, 7 } }, \
  .in = { { "x", SHAPE(ROW_N), NORMAL, .role = INPUT } }

static const struct op one = {
  .name = "softmax of one sample",
  ONE_SAMPLE,
  .out = SHAPE(ROW_N),
  .forward = one_forward,
};
static const struct op log_one = {
  .name = "log-softmax of one sample",
  ONE_SAMPLE,
  .out = SHAPE(ROW_N),
  .forward = log_one_forward,
};
static const struct op numerator = {
  .name = "numerator",
  ONE_SAMPLE,
  .out = SHAPE(ROW_N),
  .forward = numerator_forward,
};
static const struct op denominator = {
  .name = "denominator",
  ONE_SAMPLE,
  .out = SCALAR,
  .forward = denominator_forward,
};
static const struct op two = {
  .name = "softmax of two classes",
  .dim = { { "N", 2, 2 } },
  .in = { { "x", SHAPE(ROW_N), NORMAL, .role = INPUT } },
  .out = SHAPE(ROW_N),
  .forward = one_forward,
};
static const struct op shifted = {
  .name = "softmax and a shift",
  .dim = { { "N", 2, 7 } },
  .in = { { "x", SHAPE(ROW_N), NORMAL, .role = INPUT },
          { "c", SCALAR, UNIFORM, -8, 8, .role = INPUT } },
  .out = SHAPE(ROW_N),
  .forward = one_forward,
};
static const struct op direction = {
  .name = "softmax and a direction",
  .dim = { { "N", 2, 7 } },
  .in = { { "x", SHAPE(ROW_N), NORMAL, .role = INPUT },
          { "v", SHAPE(ROW_N), NORMAL, .role = INPUT } },
  .out = SHAPE(ROW_N),
  .forward = one_forward,
};

static real delta(size_t i, size_t j) { return i == j ? R(1.0) : R(0.0); }

/* The quotient rule, step by step */

/* ∂e^x_i/∂x_j = δ_ij e^x_i */
static void d_numerator(const size_t d[], const void *const in[], void *J_)
{
  const real *x = in[X];
  real(*J)[d[ROW_N]] = J_;
  for (size_t i = 0; i < d[ROW_N]; i++)
    for (size_t j = 0; j < d[ROW_N]; j++)
      J[i][j] = delta(i, j) * exp(x[i]);
}

/* ∂ζ/∂x_j = Σ_k δ_kj e^x_k */
static void d_denominator_sum(const size_t d[], const void *const in[],
                              void *J_)
{
  const real *x = in[X];
  real *J = J_;
  for (size_t j = 0; j < d[ROW_N]; j++) {
    J[j] = R(0.0);
    for (size_t k = 0; k < d[ROW_N]; k++)
      J[j] += delta(k, j) * exp(x[k]);
  }
}

/* ∂ζ/∂x_j = e^x_j */
static void d_denominator(const size_t d[], const void *const in[], void *J_)
{
  const real *x = in[X];
  for (size_t j = 0; j < d[ROW_N]; j++)
    ((real *)J_)[j] = exp(x[j]);
}

/* ∂y_i/∂x_j = (δ_ij e^x_i ζ − e^x_i e^x_j) / ζ² */
static void quotient(const size_t d[], const void *const in[], void *J_)
{
  const real *x = in[X];
  real(*J)[d[ROW_N]] = J_;
  const real zeta = sum_of_exps(d[ROW_N], x);
  for (size_t i = 0; i < d[ROW_N]; i++)
    for (size_t j = 0; j < d[ROW_N]; j++)
      J[i][j] = (delta(i, j) * exp(x[i]) * zeta - exp(x[i]) * exp(x[j])) /
                (zeta * zeta);
}

/* ∂y_i/∂x_j = δ_ij e^x_i / ζ − e^x_i / ζ · e^x_j / ζ */
static void split(const size_t d[], const void *const in[], void *J_)
{
  const real *x = in[X];
  real(*J)[d[ROW_N]] = J_;
  const real zeta = sum_of_exps(d[ROW_N], x);
  for (size_t i = 0; i < d[ROW_N]; i++)
    for (size_t j = 0; j < d[ROW_N]; j++)
      J[i][j] = delta(i, j) * exp(x[i]) / zeta -
                exp(x[i]) / zeta * (exp(x[j]) / zeta);
}

/* ∂y_i/∂x_j = y_i (δ_ij − y_j) */
static void jacobian(const size_t d[], const void *const in[], void *J_)
{
  real(*J)[d[ROW_N]] = J_;
  real y[d[ROW_N]];
  one_forward(d, in, y);
  for (size_t i = 0; i < d[ROW_N]; i++)
    for (size_t j = 0; j < d[ROW_N]; j++)
      J[i][j] = y[i] * (delta(i, j) - y[j]);
}

/* y_i (1 − y_i) for i = j, −y_i y_j otherwise */
static void jacobian_cases(const size_t d[], const void *const in[], void *J_)
{
  real(*J)[d[ROW_N]] = J_;
  real y[d[ROW_N]];
  one_forward(d, in, y);
  for (size_t i = 0; i < d[ROW_N]; i++)
    for (size_t j = 0; j < d[ROW_N]; j++)
      J[i][j] = i == j ? y[i] * (R(1.0) - y[i]) : -y[i] * y[j];
}

/* diag(y) − y yᵀ */
static void jacobian_matrix(const size_t d[], const void *const in[], void *J_)
{
  real(*J)[d[ROW_N]] = J_;
  real y[d[ROW_N]];
  one_forward(d, in, y);
  for (size_t i = 0; i < d[ROW_N]; i++)
    for (size_t j = 0; j < d[ROW_N]; j++)
      J[i][j] = -y[i] * y[j];
  for (size_t i = 0; i < d[ROW_N]; i++)
    J[i][i] += y[i];
}

/* What the Jacobian does to constants */

/* J_ij = J_ji, with J by the quotient rule */
static void symmetric(const size_t d[], const void *const in[], void *left,
                      void *right)
{
  real(*J)[d[ROW_N]] = left, (*Jt)[d[ROW_N]] = right;
  real copy[d[ROW_N]][d[ROW_N]];
  quotient(d, in, J);
  split(d, in, copy);
  for (size_t i = 0; i < d[ROW_N]; i++)
    for (size_t j = 0; j < d[ROW_N]; j++)
      Jt[i][j] = copy[j][i];
}

/* Σ_j J_ij = 0 */
static void row_sums(const size_t d[], const void *const in[], void *left,
                     void *right)
{
  real J[d[ROW_N]][d[ROW_N]], *sum = left, *zero = right;
  jacobian(d, in, J);
  for (size_t i = 0; i < d[ROW_N]; i++) {
    sum[i] = zero[i] = R(0.0);
    for (size_t j = 0; j < d[ROW_N]; j++)
      sum[i] += J[i][j];
  }
}

/* Σ_i J_ij = 0 */
static void column_sums(const size_t d[], const void *const in[], void *left,
                        void *right)
{
  real J[d[ROW_N]][d[ROW_N]], *sum = left, *zero = right;
  jacobian(d, in, J);
  for (size_t j = 0; j < d[ROW_N]; j++) {
    sum[j] = zero[j] = R(0.0);
    for (size_t i = 0; i < d[ROW_N]; i++)
      sum[j] += J[i][j];
  }
}

/* y(x + c 1) = y(x), both by the definition, without the module's shift */
static void shift(const size_t d[], const void *const in[], void *left,
                  void *right)
{
  const real *x = in[X], *c = in[C];
  real moved[d[ROW_N]], *with = left, *without = right;
  for (size_t i = 0; i < d[ROW_N]; i++)
    moved[i] = x[i] + *c;
  for (size_t i = 0; i < d[ROW_N]; i++) {
    with[i] = exp(moved[i]) / sum_of_exps(d[ROW_N], moved);
    without[i] = exp(x[i]) / sum_of_exps(d[ROW_N], x);
  }
}

static real form(const size_t d[], const void *const in[])
{
  const real *v = in[V];
  real J[d[ROW_N]][d[ROW_N]], sum = R(0.0);
  jacobian(d, in, J);
  for (size_t i = 0; i < d[ROW_N]; i++)
    for (size_t j = 0; j < d[ROW_N]; j++)
      sum += v[i] * J[i][j] * v[j];
  return sum;
}

/* vᵀ J v = Σ_i y_i v_i² − (Σ_i y_i v_i)² */
static void form_moments(const size_t d[], const void *const in[], void *left,
                         void *right)
{
  const real *v = in[V];
  real y[d[ROW_N]], square = R(0.0), mean = R(0.0);
  one_forward(d, in, y);
  for (size_t i = 0; i < d[ROW_N]; i++) {
    square += y[i] * v[i] * v[i];
    mean += y[i] * v[i];
  }
  *(real *)left = form(d, in);
  *(real *)right = square - mean * mean;
}

/* vᵀ J v = Σ_i y_i (v_i − Σ_k y_k v_k)² */
static void form_variance(const size_t d[], const void *const in[], void *left,
                          void *right)
{
  const real *v = in[V];
  real y[d[ROW_N]], variance = R(0.0), mean = R(0.0);
  one_forward(d, in, y);
  for (size_t k = 0; k < d[ROW_N]; k++)
    mean += y[k] * v[k];
  for (size_t i = 0; i < d[ROW_N]; i++)
    variance += y[i] * (v[i] - mean) * (v[i] - mean);
  *(real *)left = form(d, in);
  *(real *)right = variance;
}

/* The batch */

/* ∂Y_pk/∂X_sn = δ_ps Y_pk (δ_kn − Y_pn) */
static void batch_jacobian(const size_t d[], const void *const in[], void *J_)
{
  real(*J)[d[N]][d[S]][d[N]] = J_;
  real Y[d[S]][d[N]];
  rows_forward(d, in, Y);
  for (size_t p = 0; p < d[S]; p++)
    for (size_t k = 0; k < d[N]; k++)
      for (size_t s = 0; s < d[S]; s++)
        for (size_t n = 0; n < d[N]; n++)
          J[p][k][s][n] = delta(p, s) * Y[p][k] * (delta(k, n) - Y[p][n]);
}

/* ∂L/∂X_sn = Σ_p Σ_k G_pk δ_ps Y_pk (δ_kn − Y_pn) */
static void dx_chain(const size_t d[], const void *const in[],
                     const void *upstream, void *g)
{
  const real(*G)[d[N]] = upstream;
  real(*dX)[d[N]] = g, Y[d[S]][d[N]];
  rows_forward(d, in, Y);
  for (size_t s = 0; s < d[S]; s++)
    for (size_t n = 0; n < d[N]; n++) {
      dX[s][n] = R(0.0);
      for (size_t p = 0; p < d[S]; p++)
        for (size_t k = 0; k < d[N]; k++)
          dX[s][n] +=
              G[p][k] * delta(p, s) * Y[p][k] * (delta(k, n) - Y[p][n]);
    }
}

/* ∂L/∂X_sn = Σ_k G_sk Y_sk (δ_kn − Y_sn) */
static void dx_sample(const size_t d[], const void *const in[],
                      const void *upstream, void *g)
{
  const real(*G)[d[N]] = upstream;
  real(*dX)[d[N]] = g, Y[d[S]][d[N]];
  rows_forward(d, in, Y);
  for (size_t s = 0; s < d[S]; s++)
    for (size_t n = 0; n < d[N]; n++) {
      dX[s][n] = R(0.0);
      for (size_t k = 0; k < d[N]; k++)
        dX[s][n] += G[s][k] * Y[s][k] * (delta(k, n) - Y[s][n]);
    }
}

/* ∂L/∂X_sn = G_sn Y_sn − Σ_k G_sk Y_sk Y_sn */
static void dx_split(const size_t d[], const void *const in[],
                     const void *upstream, void *g)
{
  const real(*G)[d[N]] = upstream;
  real(*dX)[d[N]] = g, Y[d[S]][d[N]];
  rows_forward(d, in, Y);
  for (size_t s = 0; s < d[S]; s++)
    for (size_t n = 0; n < d[N]; n++) {
      real sum = R(0.0);
      for (size_t k = 0; k < d[N]; k++)
        sum += G[s][k] * Y[s][k] * Y[s][n];
      dX[s][n] = G[s][n] * Y[s][n] - sum;
    }
}

/* ∂L/∂X_sn = Y_sn (G_sn − Σ_k G_sk Y_sk) */
static void dx_index(const size_t d[], const void *const in[],
                     const void *upstream, void *g)
{
  const real(*G)[d[N]] = upstream;
  real(*dX)[d[N]] = g, Y[d[S]][d[N]];
  rows_forward(d, in, Y);
  for (size_t s = 0; s < d[S]; s++)
    for (size_t n = 0; n < d[N]; n++) {
      real sum = R(0.0);
      for (size_t k = 0; k < d[N]; k++)
        sum += G[s][k] * Y[s][k];
      dX[s][n] = Y[s][n] * (G[s][n] - sum);
    }
}

/* (A 1) 1ᵀ, the product with the all-ones matrix, entry by entry */
static void times_ones(const size_t d[], real out[d[S]][d[N]],
                       const real A[d[S]][d[N]])
{
  real ones[d[N]][d[N]];
  for (size_t n = 0; n < d[N]; n++)
    for (size_t k = 0; k < d[N]; k++)
      ones[n][k] = R(1.0);
  for (size_t s = 0; s < d[S]; s++)
    for (size_t n = 0; n < d[N]; n++) {
      out[s][n] = R(0.0);
      for (size_t k = 0; k < d[N]; k++)
        out[s][n] += A[s][k] * ones[k][n];
    }
}

/* ∂L/∂X = Y ∘ (G − (G∘Y) 1 1ᵀ) */
static void dx_matrix(const size_t d[], const void *const in[],
                      const void *upstream, void *g)
{
  const real(*G)[d[N]] = upstream;
  real(*dX)[d[N]] = g;
  real Y[d[S]][d[N]], product[d[S]][d[N]], sums[d[S]][d[N]];
  rows_forward(d, in, Y);
  for (size_t s = 0; s < d[S]; s++)
    for (size_t n = 0; n < d[N]; n++)
      product[s][n] = G[s][n] * Y[s][n];
  times_ones(d, sums, (const void *)product);
  for (size_t s = 0; s < d[S]; s++)
    for (size_t n = 0; n < d[N]; n++)
      dX[s][n] = Y[s][n] * (G[s][n] - sums[s][n]);
}

/* Y_sn (1 − Σ_k 1 · Y_sk) = 0 */
static void ones_upstream(const size_t d[], const void *const in[], void *left,
                          void *right)
{
  real ones[d[S]][d[N]], (*zero)[d[N]] = right;
  for (size_t s = 0; s < d[S]; s++)
    for (size_t n = 0; n < d[N]; n++) {
      ones[s][n] = R(1.0);
      zero[s][n] = R(0.0);
    }
  dx_index(d, in, ones, left);
}

/* The logarithm */

/* log y_i = x_i − log Σ_k e^x_k: left by the module, which never makes y,
   right as written */
static void log_form(const size_t d[], const void *const in[], void *left,
                     void *right)
{
  const real *x = in[X];
  log_one_forward(d, in, left);
  for (size_t i = 0; i < d[ROW_N]; i++)
    ((real *)right)[i] = x[i] - log(sum_of_exps(d[ROW_N], x));
}

/* ∂ log y_i/∂x_j = δ_ij − y_j */
static void log_jacobian(const size_t d[], const void *const in[], void *J_)
{
  real(*J)[d[ROW_N]] = J_, y[d[ROW_N]];
  one_forward(d, in, y);
  for (size_t i = 0; i < d[ROW_N]; i++)
    for (size_t j = 0; j < d[ROW_N]; j++)
      J[i][j] = delta(i, j) - y[j];
}

/* ∂L/∂X_sn = Σ_k G_sk (δ_kn − Y_sn), Y the softmax */
static void log_dx_chain(const size_t d[], const void *const in[],
                         const void *upstream, void *g)
{
  const real(*G)[d[N]] = upstream;
  real(*dX)[d[N]] = g, Y[d[S]][d[N]];
  rows_forward(d, in, Y);
  for (size_t s = 0; s < d[S]; s++)
    for (size_t n = 0; n < d[N]; n++) {
      dX[s][n] = R(0.0);
      for (size_t k = 0; k < d[N]; k++)
        dX[s][n] += G[s][k] * (delta(k, n) - Y[s][n]);
    }
}

/* Numbers */

/* x = (1, 2, 3), its y, its Jacobian and J g for g = (1, −1, 2) */
static const real example[1][3] = { { R(1.0), R(2.0), R(3.0) } };

static void worked_y(struct finding *f)
{
  const long double page[3] = { 0.0900L, 0.2447L, 0.6652L };
  real y[1][3];
  softmax_forward(1, 3, y, example);
  f->error = 0;
  f->tolerance = 0.5e-4L;
  f->entries = 3;
  for (int i = 0; i < 3; i++)
    f->error = worse(f->error, (long double)re(y[0][i]), page[i]);
}

static void worked_jacobian(struct finding *f)
{
  const long double page[3][3] = { { 0.0819L, -0.0220L, -0.0599L },
                                   { -0.0220L, 0.1848L, -0.1628L },
                                   { -0.0599L, -0.1628L, 0.2227L } };
  const size_t d[] = { 3 };
  const void *const in[] = { example };
  real J[3][3];
  jacobian(d, in, J);
  f->error = 0;
  f->tolerance = 0.5e-4L;
  f->entries = 9;
  for (int i = 0; i < 3; i++)
    for (int j = 0; j < 3; j++)
      f->error = worse(f->error, (long double)re(J[i][j]), page[i][j]);
}

static void worked_dx(struct finding *f)
{
  const long double page[3] = { -0.0158L, -0.5325L, 0.5483L };
  const real G[1][3] = { { R(1.0), R(-1.0), R(2.0) } };
  real y[1][3], dx[1][3];
  softmax_forward(1, 3, y, example);
  softmax_backward(1, 3, dx, G, (const void *)y);
  f->error = 0;
  f->tolerance = 0.5e-4L;
  f->entries = 3;
  for (int i = 0; i < 3; i++)
    f->error = worse(f->error, (long double)re(dx[0][i]), page[i]);
}

/* log 2^128, log 2^1024, log 2^16384; and e^x is finite just below them and
   infinite just above, in the type that they belong to */
static void overflow(struct finding *f)
{
  const long double page[3] = { 88.72L, 709.78L, 11356.52L };
  const int power[3] = { 128, 1024, 16384 };
  volatile float xf[2] = { 88.0f, 89.0f };
  volatile double xd[2] = { 709.0, 710.0 };
  volatile long double xl[2] = { 11356.0L, 11357.0L };
  int as_said = exp(xf[0]) <= FLT_MAX && !(exp(xf[1]) <= FLT_MAX) &&
                exp(xd[0]) <= DBL_MAX && !(exp(xd[1]) <= DBL_MAX);
  if (LDBL_MAX_EXP == 16384)
    as_said &= exp(xl[0]) <= LDBL_MAX && !(exp(xl[1]) <= LDBL_MAX);
  f->error = 0;
  f->tolerance = 0.5e-2L;
  f->entries = as_said ? 9 : 0;
  for (int i = 0; i < 3; i++)
    f->error = worse(f->error, power[i] * log(2.0L), page[i]);
}

/* 1 <= Σ_k e^(x_k − max x) <= N, however large x is: as written, and by the
   module, whose largest probability is one over that sum.  Two rows of their
   own size each, as the maximum is one of the row. */
static void shift_bounds(struct finding *f)
{
  struct rng rng = rng_stream(f->seed, "softmax-shift-bounds");
  f->error = 0;
  f->tolerance = (long double)LDBL_EPSILON;
  for (int t = 0; t < 1000; t++) {
    const size_t n = 1 + rng_below(&rng, 20);
    real x[40], y[40], logs[40];
    for (size_t s = 0; s < 2; s++) {
      const double size = exp(12 * rng_uniform(&rng));
      for (size_t k = 0; k < n; k++)
        x[s * n + k] = (real)(size * rng_normal(&rng));
    }
    softmax_forward(2, n, (void *)y, (const void *)x);
    log_softmax_forward(2, n, (void *)logs, (const void *)x);
    for (size_t s = 0; s < 2; s++) {
      const real *row = x + s * n;
      size_t top = 0;
      for (size_t k = 1; k < n; k++)
        top = re(row[k]) > re(row[top]) ? k : top;
      real sum = R(0.0);
      for (size_t k = 0; k < n; k++)
        sum += exp(row[k] - row[top]);
      const long double sums[3] = { (long double)re(sum),
                                    1 / (long double)re(y[s * n + top]),
                                    exp(-(long double)re(logs[s * n + top])) };
      for (int i = 0; i < 3; i++) {
        if (!(sums[i] >= 1))
          f->error = worse(f->error, sums[i], 1);
        if (!(sums[i] <= (long double)n))
          f->error = worse(f->error, sums[i], (long double)n);
        f->entries += 2;
      }
    }
  }
}

/* Exercises */

/* x = (0, log 3): y = (1/4, 3/4), J = 3/16 (1, −1; −1, 1) */
static void quarter(struct finding *f)
{
  const real x[1][2] = { { R(0.0), log(R(3.0)) } };
  const long double page[2][2] = { { 3, -3 }, { -3, 3 } };
  const size_t d[] = { 2 };
  const void *const in[] = { x };
  real J[2][2];
  jacobian(d, in, J);
  f->error = 0;
  f->tolerance = 1e-18L;
  if (LDBL_MANT_DIG == DBL_MANT_DIG)
    f->tolerance = 1e-15L;
  f->entries = 4;
  for (int i = 0; i < 2; i++)
    for (int j = 0; j < 2; j++)
      f->error = worse(f->error, (long double)re(J[i][j]), page[i][j] / 16);
}

/* y_1 = 1 / (1 + e^−(x_1 − x_2)) */
static void sigmoid(const size_t d[], const void *const in[], void *left,
                    void *right)
{
  const real *x = in[X];
  real y[d[ROW_N]];
  one_forward(d, in, y);
  *(real *)left = y[0];
  *(real *)right = R(1.0) / (R(1.0) + exp(-(x[0] - x[1])));
}

/* Y_sn (g_s − Σ_k w_k g_s) = 0, whatever the weights w_k that sum to 1; and
   under a random upstream somewhere not what softmax gives. */
static void blind(struct finding *f)
{
  struct rng rng = rng_stream(f->seed, "softmax-ex-blind");
  long double apart = 0;
  f->error = 0;
  f->tolerance = 16 * (long double)LDBL_EPSILON;
  for (int t = 0; t < 1000; t++) {
    const size_t d[] = { 1, 2 + rng_below(&rng, 6) };
    real x[8], y[8], g[8], constant[8], dx[8], right[8];
    const void *const in[] = { x };
    const real c = (real)rng_normal(&rng);
    for (size_t n = 0; n < d[N]; n++) {
      x[n] = (real)rng_normal(&rng);
      g[n] = (real)rng_normal(&rng);
      constant[n] = c;
      dx[n] = (real)NAN;
    }
    rows_forward(d, in, y);
    blind_backward(d[N], dx, constant, y);
    for (size_t n = 0; n < d[N]; n++)
      f->error = worse(f->error, (long double)re(dx[n] / c), 0);
    blind_backward(d[N], dx, g, y);
    dx_index(d, in, g, right);
    for (size_t n = 0; n < d[N]; n++)
      apart = worse(apart, (long double)re(dx[n]), (long double)re(right[n]));
    f->entries += (long)d[N];
  }
  if (!(apart > 1e-3L))
    f->error = worse(f->error, 1, 0);
}

/* The plain mean: dx_n = y_n (g_n − 1/N Σ_k g_k) */
static void plain_mean(size_t n, real dx[], const real g[], const real y[])
{
  real mean = R(0.0);
  for (size_t k = 0; k < n; k++)
    mean += g[k] / (real)n;
  for (size_t i = 0; i < n; i++)
    dx[i] = y[i] * (g[i] - mean);
}

/* The largest error of the plain mean = |μ_s − 1/N Σ_k G_sk| max_n Y_sn, for v
   and for −v in turn as the row of G */
static void blind_error(const size_t d[], const void *const in[], void *left,
                        void *right)
{
  const size_t n = d[ROW_N];
  const real *v = in[V];
  real *l = left, *r = right, y[n], g[n];
  one_forward(d, in, y);
  for (size_t i = 0; i < n; i++) {
    real most = y[0], mu = R(0.0), sum = R(0.0);
    for (size_t k = 0; k < n; k++) {
      g[k] = i % 2 ? -v[k] : v[k];
      mu += g[k] * y[k];
      sum += g[k];
      most = re(y[k]) > re(most) ? y[k] : most;
    }
    const real apart = mu - R(1.0) / (real)n * sum;
    l[i] = largest_error(plain_mean, n, g, y);
    r[i] = (re(apart) < 0 ? -apart : apart) * most;
  }
}

/* Y = softmax(X / τ) */
static void temperature_forward(size_t samples, size_t classes,
                                real Y[samples][classes],
                                const real X[samples][classes], real tau)
{
  for (size_t s = 0; s < samples; s++)
    for (size_t n = 0; n < classes; n++)
      Y[s][n] = X[s][n] / tau;
  softmax_forward(samples, classes, Y, (const void *)Y);
}

static void tempered_forward(const size_t d[], const void *const in[], void *Y)
{
  temperature_forward(d[S], d[N], Y, in[X], *(const real *)in[TAU]);
}

static void tempered_backward(const size_t d[], const void *const in[],
                              const void *G, void *const g[])
{
  const real tau = *(const real *)in[TAU];
  real Y[d[S]][d[N]];
  temperature_forward(d[S], d[N], Y, in[X], tau);
  temperature_backward(d[S], d[N], g[X], g[TAU], G, in[X], (const void *)Y,
                       tau);
}

static const struct op tempered = {
  .name = "softmax with a temperature",
  .dim = { { "S", 3, 6 }, { "N", 2, 6 } },
  .in = { { "X", SHAPE(S, N), NORMAL, .role = INPUT },
          { "τ", SCALAR, UNIFORM, 0.5L, 2, .role = PARAMETER } },
  .out = SHAPE(S, N),
  .forward = tempered_forward,
  .backward = tempered_backward,
};

/* ∂L/∂X_sn = (1/τ) Y_sn (G_sn − Σ_k G_sk Y_sk) */
static void tempered_dx(const size_t d[], const void *const in[],
                        const void *upstream, void *g)
{
  const real(*G)[d[N]] = upstream, tau = *(const real *)in[TAU];
  real(*dX)[d[N]] = g, Y[d[S]][d[N]];
  tempered_forward(d, in, Y);
  for (size_t s = 0; s < d[S]; s++)
    for (size_t n = 0; n < d[N]; n++) {
      real sum = R(0.0);
      for (size_t k = 0; k < d[N]; k++)
        sum += G[s][k] * Y[s][k];
      dX[s][n] = R(1.0) / tau * Y[s][n] * (G[s][n] - sum);
    }
}

/* vᵀ J v <= ½ vᵀ v, with equality at y = (½, ½), v = (1, −1) */
static void half(struct finding *f)
{
  struct rng rng = rng_stream(f->seed, "softmax-ex-half");
  f->error = 0;
  f->tolerance = 4 * (long double)LDBL_EPSILON;
  for (int t = 0; t < 1000; t++) {
    const size_t d[] = { t == 0 ? 2 : 2 + rng_below(&rng, 6) };
    real x[8], v[8], square = R(0.0);
    const void *const in[] = { x, v };
    for (size_t i = 0; i < d[ROW_N]; i++) {
      x[i] = t == 0 ? R(0.0) : (real)rng_normal(&rng);
      v[i] = t == 0 ? R(1.0) - 2 * (real)i : (real)rng_normal(&rng);
      square += v[i] * v[i];
    }
    const long double bound = (long double)re(square) / 2;
    const long double value = (long double)re(form(d, in));
    if (t == 0 || !(value <= bound))
      f->error = worse(f->error, value, bound);
    f->entries++;
  }
}

const struct claim CLAIMS(softmax)[] = {
  { "softmax-numerator", JACOBIAN, &numerator, X, .jacobian = d_numerator },
  { "softmax-denominator-sum", JACOBIAN, &denominator, X,
    .jacobian = d_denominator_sum },
  { "softmax-denominator", JACOBIAN, &denominator, X,
    .jacobian = d_denominator },
  { "softmax-quotient", JACOBIAN, &one, X, .jacobian = quotient },
  { "softmax-split", JACOBIAN, &one, X, .jacobian = split },
  { "softmax-jacobian", JACOBIAN, &one, X, .jacobian = jacobian },
  { "softmax-jacobian-cases", JACOBIAN, &one, X, .jacobian = jacobian_cases },
  { "softmax-jacobian-matrix", JACOBIAN, &one, X,
    .jacobian = jacobian_matrix },
  { "softmax-worked-y", VALUE, .finding = worked_y },
  { "softmax-worked-jacobian", VALUE, .finding = worked_jacobian },
  { "softmax-worked-dx", VALUE, .finding = worked_dx },
  { "softmax-symmetric", IDENTITY, &one, .sides = symmetric,
    .side = SHAPE(ROW_N, ROW_N) },
  { "softmax-row-sums", IDENTITY, &one, .sides = row_sums,
    .side = SHAPE(ROW_N), .scale = 1 },
  { "softmax-column-sums", IDENTITY, &one, .sides = column_sums,
    .side = SHAPE(ROW_N), .scale = 1 },
  { "softmax-shift", IDENTITY, &shifted, .sides = shift,
    .side = SHAPE(ROW_N) },
  { "softmax-form-moments", IDENTITY, &direction, .sides = form_moments,
    .side = SCALAR, .scale = 1 },
  { "softmax-form-variance", IDENTITY, &direction, .sides = form_variance,
    .side = SCALAR, .scale = 1 },
  { "softmax-batch-jacobian", JACOBIAN, &rows, X, .jacobian = batch_jacobian },
  { "softmax-dx-chain", GRADIENT, &rows, X, .gradient = dx_chain },
  { "softmax-dx-sample", GRADIENT, &rows, X, .gradient = dx_sample },
  { "softmax-dx-split", GRADIENT, &rows, X, .gradient = dx_split },
  { "softmax-dx-index", GRADIENT, &rows, X, .gradient = dx_index },
  { "softmax-dx-matrix", GRADIENT, &rows, X, .gradient = dx_matrix },
  { "softmax-backward", BACKWARD, .op = &rows },
  { "softmax-ones-upstream", IDENTITY, &rows, .sides = ones_upstream,
    .side = SHAPE(S, N), .scale = 1 },
  { "softmax-log", IDENTITY, &log_one, .sides = log_form, .side = SHAPE(ROW_N),
    .scale = 1 },
  { "softmax-log-jacobian", JACOBIAN, &log_one, X, .jacobian = log_jacobian },
  { "softmax-log-dx-chain", GRADIENT, &log_rows, X, .gradient = log_dx_chain },
  { "softmax-log-backward", BACKWARD, .op = &log_rows },
  { "softmax-overflow", VALUE, .finding = overflow },
  { "softmax-shift-bounds", STATEMENT, .finding = shift_bounds },
  { "softmax-ex-quarter", VALUE, .finding = quarter },
  { "softmax-ex-sigmoid", IDENTITY, &two, .sides = sigmoid, .side = SCALAR },
  { "softmax-ex-blind", STATEMENT, .finding = blind },
  { "softmax-ex-blind-error", IDENTITY, &direction, .sides = blind_error,
    .side = SHAPE(ROW_N), .scale = 1 },
  { "softmax-ex-temperature-x", GRADIENT, &tempered, X,
    .gradient = tempered_dx },
  { "softmax-ex-temperature", BACKWARD, .op = &tempered },
  { "softmax-ex-half", STATEMENT, .finding = half },
  END,
};
