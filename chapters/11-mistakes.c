/* Chapter 11: how far the published mistakes are off, which simple check would
   have objected, and what training makes of them.  The numbers are those of
   the chapter. */
#include "activation.h"
#include "cli.h"
#include "cross_entropy.h"
#include "dataset.h"
#include "derivatives.h"
#include "linear.h"
#include "record.h"
#include "rng.h"
#include "softmax.h"
#include "table.h"

#include <complex.h>
#undef I
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST = 512 }; /* numbers of a point */

/* 1. The functions whose gradients were published wrong, in three number types
   T.  x holds the n variables, and after them what is constant. */

typedef double _Complex complex_double;
#define LOSS(name, ...)                                                    \
  static float name##_float(size_t n, const float x[])                     \
  {                                                                        \
    typedef float T;                                                       \
    __VA_ARGS__                                                            \
  }                                                                        \
  static double name##_double(size_t n, const double x[])                  \
  {                                                                        \
    typedef double T;                                                      \
    __VA_ARGS__                                                            \
  }                                                                        \
  static complex_double name##_complex(size_t n, const complex_double x[]) \
  {                                                                        \
    typedef complex_double T;                                              \
    __VA_ARGS__                                                            \
  }

/* One body, three functions.
   NOLINTBEGIN(bugprone-macro-repeated-side-effects) */

/* Σ g (W x + b), by b.   Constants: g, W: n×2, x: 2. */
LOSS(bias, {
  const T *g = x + n, *W = g + n, *input = W + 2 * n;
  T sum = 0;
  for (size_t i = 0; i < n; i++)
    sum += g[i] * (W[2 * i] * input[0] + W[2 * i + 1] * input[1] + x[i]);
  return sum;
})

/* −Σ t log softmax(z), by z.   Constants: t. */
LOSS(fused, {
  T sum = 0, loss = 0;
  for (size_t i = 0; i < n; i++)
    sum += exp(x[i]);
  for (size_t i = 0; i < n; i++)
    loss += x[n + i] * (log(sum) - x[i]);
  return loss;
})

/* Σ g x / y, by y.   Constants: x, g. */
LOSS(quotient, {
  T sum = 0;
  for (size_t i = 0; i < n; i++)
    sum += x[2 * n + i] * x[n + i] / x[i];
  return sum;
})

/* −log y_0, by y. */
LOSS(surprise, {
  const T first = x[0];
  return n ? -log(first) : first;
})

LOSS(relu, {
  T sum = 0;
  for (size_t i = 0; i < n; i++)
    if (creal(x[i]) > 0)
      sum += x[n + i] * x[i];
  return sum;
})

LOSS(leaky, {
  T sum = 0;
  for (size_t i = 0; i < n; i++)
    sum += x[n + i] * x[i] * (creal(x[i]) > 0 ? 1 : (T)LEAKY_SLOPE);
  return sum;
})

LOSS(hyperbolic, {
  T sum = 0;
  for (size_t i = 0; i < n; i++)
    sum += x[n + i] * tanh(x[i]);
  return sum;
})

LOSS(length, {
  T sum = 0;
  for (size_t i = 0; i < n; i++)
    sum += x[i] * x[i];
  return sqrt(sum);
})

/* Σ g x / ‖x‖, by x.   Constants: g. */
LOSS(unit, {
  T sum = 0, squares = 0;
  for (size_t i = 0; i < n; i++) {
    squares += x[i] * x[i];
    sum += x[n + i] * x[i];
  }
  return sum / sqrt(squares);
})

/* Σ g (x − μ) / (√v + 1e-6), v with n − 1, by x.   Constants: g. */
LOSS(column, {
  T mean = 0, squares = 0, sum = 0;
  for (size_t i = 0; i < n; i++)
    mean += x[i] / (T)n;
  for (size_t i = 0; i < n; i++) {
    squares += (x[i] - mean) * (x[i] - mean);
    sum += x[n + i] * (x[i] - mean);
  }
  return sum / (sqrt(squares / (T)(n - 1)) + (T)1e-6);
})

/* tr(V X W), all 3×3, by X.   Constants: V, W. */
LOSS(product_trace, {
  const T *V = x + n, *W = V + n;
  T sum = 0;
  for (size_t i = 0; i < 3; i++)
    for (size_t j = 0; j < 3; j++)
      for (size_t k = 0; k < 3; k++)
        sum += V[3 * i + j] * x[3 * j + k] * W[3 * k + i];
  return sum;
})

/* The mean of n samples' −Σ t log softmax(z + b), by b.
   Constants: Z, t: n×n. */
LOSS(batch_bias, {
  T loss = 0;
  for (size_t s = 0; s < n; s++) {
    T sum = 0;
    for (size_t i = 0; i < n; i++)
      sum += exp(x[n + n * s + i] + x[i]);
    for (size_t i = 0; i < n; i++)
      loss += x[n + n * n + n * s + i] / (T)n *
              (log(sum) - x[n + n * s + i] - x[i]);
  }
  return loss;
})

/* NOLINTEND(bugprone-macro-repeated-side-effects) */

/* 2. Their gradients, right and as published.  x as above. */

typedef void gradient(size_t n, real dx[], const real x[]);

static void bias_right(size_t n, real dx[], const real x[])
{
  memcpy(dx, x + n, n * sizeof *dx);
}

/* The Jacobian of ones, multiplied as a matrix. */
static void bias_ones(size_t n, real dx[], const real x[])
{
  real sum = R(0.0);
  for (size_t i = 0; i < n; i++)
    sum += x[n + i];
  for (size_t i = 0; i < n; i++)
    dx[i] = sum;
}

static void fused_right(size_t n, real dx[], const real x[])
{
  real p[MOST];
  softmax_forward(1, n, (void *)p, (const void *)x);
  softmax_cross_entropy_backward(1, n, (void *)dx, (const void *)p,
                                 (const void *)(x + n));
}

/* One row of the Jacobian, times its own factor. */
static void fused_row(size_t n, real dx[], const real x[])
{
  real p[MOST], sum = R(0.0);
  softmax_forward(1, n, (void *)p, (const void *)x);
  for (size_t i = 0; i < n; i++)
    sum += p[i];
  for (size_t i = 0; i < n; i++)
    dx[i] = -x[n + i] * (1 - sum);
}

/* o_d[c] = -1.   t is one-hot. */
static void fused_assigned(size_t n, real dx[], const real x[])
{
  softmax_forward(1, n, (void *)dx, (const void *)x);
  for (size_t i = 0; i < n; i++)
    if (x[n + i] > 0)
      dx[i] = -1;
}

static void quotient_right(size_t n, real dx[], const real x[])
{
  real dnumerator[MOST];
  divide_backward(1, n, (void *)dnumerator, (void *)dx,
                  (const void *)(x + 2 * n), (const void *)(x + n),
                  (const void *)x);
}

static void quotient_unsigned(size_t n, real dx[], const real x[])
{
  for (size_t i = 0; i < n; i++)
    dx[i] = x[2 * n + i] * x[n + i] / (x[i] * x[i]);
}

static void surprise_right(size_t n, real dx[], const real x[])
{
  for (size_t i = 0; i < n; i++)
    dx[i] = i == 0 ? -1 / x[i] : R(0.0);
}

static void surprise_everywhere(size_t n, real dx[], const real x[])
{
  for (size_t i = 0; i < n; i++)
    dx[i] = -1 / x[i];
}

static void relu_right(size_t n, real dx[], const real x[])
{
  relu_backward(1, n, (void *)dx, (const void *)(x + n), (const void *)x);
}

static void relu_reversed(size_t n, real dx[], const real x[])
{
  for (size_t i = 0; i < n; i++)
    dx[i] = x[i] < 0 ? x[n + i] : R(0.0);
}

/* y (1 − y), whatever made y. */
static void sigmoid_rule(size_t n, real dx[], const real g[], const real y[])
{
  sigmoid_backward(1, n, (void *)dx, (const void *)g, (const void *)y);
}

static void relu_sigmoid(size_t n, real dx[], const real x[])
{
  real y[MOST];
  relu_forward(1, n, (void *)y, (const void *)x);
  sigmoid_rule(n, dx, x + n, y);
}

static void leaky_right(size_t n, real dx[], const real x[])
{
  leaky_relu_backward(1, n, (void *)dx, (const void *)(x + n), (const void *)x,
                      LEAKY_SLOPE);
}

static void leaky_sigmoid(size_t n, real dx[], const real x[])
{
  real y[MOST];
  leaky_relu_forward(1, n, (void *)y, (const void *)x, LEAKY_SLOPE);
  sigmoid_rule(n, dx, x + n, y);
}

static void hyperbolic_right(size_t n, real dx[], const real x[])
{
  real y[MOST];
  tanh_forward(1, n, (void *)y, (const void *)x);
  tanh_backward(1, n, (void *)dx, (const void *)(x + n), (const void *)y);
}

static void hyperbolic_sigmoid(size_t n, real dx[], const real x[])
{
  real y[MOST];
  tanh_forward(1, n, (void *)y, (const void *)x);
  sigmoid_rule(n, dx, x + n, y);
}

static void length_right(size_t n, real dx[], const real x[])
{
  norm_backward(n, dx, R(1.0), x);
}

static void length_squared(size_t n, real dx[], const real x[])
{
  const real length = norm(n, x);
  for (size_t i = 0; i < n; i++)
    dx[i] = x[i] / (length * length);
}

static void unit_right(size_t n, real dx[], const real x[])
{
  const real length = norm(n, x), *g = x + n;
  real along = R(0.0);
  for (size_t i = 0; i < n; i++)
    along += x[i] / length * g[i];
  for (size_t i = 0; i < n; i++)
    dx[i] = (g[i] - x[i] / length * along) / length;
}

static void unit_unchanged(size_t n, real dx[], const real x[])
{
  memcpy(dx, x + n, n * sizeof *dx);
}

/* The mean, and the variance with S − 1. */
static void column_moments(size_t S, const real x[], real *mean, real *v)
{
  *mean = *v = R(0.0);
  for (size_t s = 0; s < S; s++)
    *mean += x[s] / (real)S;
  for (size_t s = 0; s < S; s++)
    *v += (x[s] - *mean) * (x[s] - *mean) / (real)(S - 1);
}

/* Divides by √v + 1e-6, as the forward does. */
static void column_right(size_t S, real dx[], const real x[])
{
  const real *g = x + S;
  real mean, v, sum = R(0.0), dot = R(0.0);
  column_moments(S, x, &mean, &v);
  const real root = sqrt(v), r = 1 / (root + R(1e-6));
  for (size_t s = 0; s < S; s++) {
    sum += g[s];
    dot += g[s] * (x[s] - mean);
  }
  const real dv = -dot * r * r / (2 * root);
  for (size_t s = 0; s < S; s++)
    dx[s] =
        r * (g[s] - sum / (real)S) + 2 * dv * (x[s] - mean) / (real)(S - 1);
}

/* As if the forward had divided by √(v + 1e-5), and v by S. */
static void column_mismatched(size_t S, real dx[], const real x[])
{
  const real *g = x + S;
  real mean, v, sum = R(0.0), dot = R(0.0);
  column_moments(S, x, &mean, &v);
  const real r = 1 / sqrt(v + R(1e-5));
  for (size_t s = 0; s < S; s++) {
    sum += g[s];
    dot += g[s] * (x[s] - mean);
  }
  const real dv = -dot * r * r * r / 2;
  for (size_t s = 0; s < S; s++)
    dx[s] = r * (g[s] - sum / (real)S) + 2 * dv * (x[s] - mean) / (real)S;
}

static void trace_right(size_t n, real dx[], const real x[])
{
  trace_product_backward(3, 3, 3, (void *)dx, R(1.0), (const void *)(x + n),
                         (const void *)(x + 2 * n));
}

/* V Wᵀ instead of Vᵀ Wᵀ. */
static void trace_untransposed(size_t n, real dx[], const real x[])
{
  const real *V = x + n, *W = V + n;
  for (size_t i = 0; i < 3; i++)
    for (size_t j = 0; j < 3; j++) {
      dx[3 * i + j] = R(0.0);
      for (size_t k = 0; k < 3; k++)
        dx[3 * i + j] += V[3 * i + k] * W[3 * j + k];
    }
}

static void shifted_gradient(size_t n, real G[n][n], const real x[])
{
  real Z[n][n], P[n][n];
  for (size_t i = 0; i < n * n; i++)
    Z[i / n][i % n] = x[n + i] + x[i % n];
  softmax_forward(n, n, P, (const void *)Z);
  softmax_cross_entropy_backward(n, n, G, (const void *)P,
                                 (const void *)(x + n + n * n));
}

static void batch_bias_right(size_t n, real dx[], const real x[])
{
  real G[n][n];
  shifted_gradient(n, G, x);
  for (size_t i = 0; i < n; i++) {
    dx[i] = R(0.0);
    for (size_t s = 0; s < n; s++)
      dx[i] += G[s][i];
  }
}

/* The sum over the classes instead of the samples. */
static void batch_bias_classes(size_t n, real dx[], const real x[])
{
  real G[n][n];
  shifted_gradient(n, G, x);
  for (size_t s = 0; s < n; s++) {
    dx[s] = R(0.0);
    for (size_t i = 0; i < n; i++)
      dx[s] += G[s][i];
  }
}

/* 3. Points, and what a check says there. */

struct mistake {
  const char *name, *key;
  size_t n, constants;
  enum { NORMAL, POSITIVE, PROBABILITIES, TARGETS, ONE_HOT, MANY_HOT } draw;
  float (*in_float)(size_t n, const float x[]);
  double (*in_double)(size_t n, const double x[]);
  complex_double (*in_complex)(size_t n, const complex_double x[]);
  gradient *right, *wrong;
};
#define OF(loss) loss##_float, loss##_double, loss##_complex

static const struct mistake mistakes[] = {
  { "1 bias, the step alone", "bias-step", 4, 14, NORMAL, OF(bias), bias_right,
    bias_ones },
  { "1 bias, the end", "bias-end", 4, 14, NORMAL, OF(bias), bias_right,
    bias_right },
  { "2 softmax and loss", "fused", 4, 4, TARGETS, OF(fused), fused_right,
    fused_row },
  { "3 quotient", "quotient", 4, 8, POSITIVE, OF(quotient), quotient_right,
    quotient_unsigned },
  { "4 -1/p for every i", "surprise", 4, 0, PROBABILITIES, OF(surprise),
    surprise_right, surprise_everywhere },
  { "5 = for -=", "assigned", 4, 4, ONE_HOT, OF(fused), fused_right,
    fused_assigned },
  { "6 ReLU reversed", "reversed", 4, 4, NORMAL, OF(relu), relu_right,
    relu_reversed },
  { "7 norm, the step alone", "length", 4, 0, NORMAL, OF(length), length_right,
    length_squared },
  { "9 batch norm, S = 4", "column-4", 4, 4, NORMAL, OF(column), column_right,
    column_mismatched },
  { "9 batch norm, S = 32", "column-32", 32, 32, NORMAL, OF(column),
    column_right, column_mismatched },
  { "9 batch norm, S = 128", "column-128", 128, 128, NORMAL, OF(column),
    column_right, column_mismatched },
  { "10 y(1 - y) for tanh", "tanh", 4, 4, NORMAL, OF(hyperbolic),
    hyperbolic_right, hyperbolic_sigmoid },
  { "10 y(1 - y) for ReLU", "relu", 4, 4, NORMAL, OF(relu), relu_right,
    relu_sigmoid },
  { "10 y(1 - y) for leaky", "leaky", 4, 4, NORMAL, OF(leaky), leaky_right,
    leaky_sigmoid },
  { "11 trace of a product", "trace", 9, 18, NORMAL, OF(product_trace),
    trace_right, trace_untransposed },
  { "12 batched bias", "batch-bias", 4, 32, MANY_HOT, OF(batch_bias),
    batch_bias_right, batch_bias_classes },
  { "13 unit length", "unit", 4, 4, NORMAL, OF(unit), unit_right,
    unit_unchanged },
};
enum { MISTAKES = sizeof mistakes / sizeof *mistakes };

static void draw(const struct mistake *m, struct rng *rng, real x[])
{
  const size_t n = m->n, all = n + m->constants;
  for (size_t i = 0; i < all; i++)
    x[i] = rng_normal(rng);
  switch (m->draw) {
  case NORMAL:
    break;
  case POSITIVE: /* what is divided by, away from 0 */
    for (size_t i = 0; i < n; i++)
      x[i] = R(0.5) + R(1.5) * rng_uniform(rng);
    break;
  case PROBABILITIES:
    softmax_forward(1, n, (void *)x, (const void *)x);
    break;
  case TARGETS:
    softmax_forward(1, n, (void *)(x + n), (const void *)(x + n));
    break;
  case ONE_HOT:
    memset(x + n, 0, n * sizeof *x);
    x[n + rng_below(rng, n)] = 1;
    break;
  case MANY_HOT:
    memset(x + n + n * n, 0, n * n * sizeof *x);
    for (size_t s = 0; s < n; s++)
      x[n + n * n + n * s + rng_below(rng, n)] = 1;
    break;
  }
}

enum check { FLOAT, DOUBLE, SKIPPING, COMPLEX, CHECKS };
static const char *const check_names[CHECKS] = { "float", "double", "skipping",
                                                 "complex" };
static const double tolerance[CHECKS] = { 1e-2, 1e-4, 1e-4, 1e-10 };

/* dx by the central difference with h = 1e-3 in float, 1e-6 in double, or by
   the complex step. */

static void measure_float(const struct mistake *m, double dx[], const real x[])
{
  const float h = 1e-3f;
  float at[MOST] = { 0 };
  for (size_t k = 0; k < m->n + m->constants; k++)
    at[k] = (float)x[k];
  for (size_t i = 0; i < m->n; i++) {
    const float here = at[i];
    at[i] = here + h;
    const float above = m->in_float(m->n, at);
    at[i] = here - h;
    dx[i] = (double)((above - m->in_float(m->n, at)) / (2 * h));
    at[i] = here;
  }
}

static void measure_double(const struct mistake *m, double dx[],
                           const real x[])
{
  const double h = 1e-6;
  double at[MOST] = { 0 };
  memcpy(at, x, (m->n + m->constants) * sizeof *at);
  for (size_t i = 0; i < m->n; i++) {
    at[i] = x[i] + h;
    const double above = m->in_double(m->n, at);
    at[i] = x[i] - h;
    dx[i] = (above - m->in_double(m->n, at)) / (2 * h);
    at[i] = x[i];
  }
}

static void measure_complex(const struct mistake *m, double dx[],
                            const real x[])
{
  const double h = 1e-100;
  complex_double at[MOST] = { 0 };
  for (size_t k = 0; k < m->n + m->constants; k++)
    at[k] = x[k];
  for (size_t i = 0; i < m->n; i++) {
    at[i] = x[i] + h * (complex_double)_Complex_I;
    dx[i] = cimag(m->in_complex(m->n, at)) / h;
    at[i] = x[i];
  }
}

/* Whether an entry is off by more than the tolerance, relative to the largest
   that was measured.  SKIPPING leaves out entries that the code says are 0. */
static int objects(size_t n, enum check check, const real dx[],
                   const double measured[])
{
  double scale = 0, worst = 0;
  for (size_t i = 0; i < n; i++) {
    const double e = fabs(measured[i] - dx[i]);
    scale = fabs(measured[i]) > scale ? fabs(measured[i]) : scale;
    if (check != SKIPPING || fabs(dx[i]) > 1e-7)
      worst = e <= worst ? worst : e;
  }
  return !(worst <= tolerance[check] * scale);
}

static double dot(size_t n, const real a[], const real b[])
{
  double sum = 0;
  for (size_t i = 0; i < n; i++)
    sum += a[i] * b[i];
  return sum;
}

/* a / b; 0 / 0 is taken for `none`, so that numbers can be sorted. */
static double quotient_or(double a, double b, double none)
{
  return a > 0 || b > 0 ? a / b : none;
}

/* ‖wrong − right‖ / ‖right‖. */
static double relative(size_t n, const real wrong[], const real right[])
{
  double sum = 0;
  for (size_t i = 0; i < n; i++)
    sum += (wrong[i] - right[i]) * (wrong[i] - right[i]);
  return quotient_or(sqrt(sum), sqrt(dot(n, right, right)), 0);
}

static double quantile(size_t count, const double sorted[], double share)
{
  const double at = share * (double)(count - 1);
  const size_t k = (size_t)at;
  const double next = sorted[k + 1 < count ? k + 1 : k];
  return sorted[k] + (at - (double)k) * (next - sorted[k]);
}

static double median(size_t count, double numbers[])
{
  qsort(numbers, count, sizeof *numbers, ascending);
  return quantile(count, numbers, 0.5);
}

static void write_percent(long part, long whole)
{
  const double percent = 100.0 * (double)part / (double)whole;
  if (part != 0 && part != whole)
    printf(" %7.1f", percent);
  else
    printf(" %7.0f", percent);
}

enum { DRAWS = 1000 };
struct survey {
  double error[DRAWS], ratio[DRAWS], cosine[DRAWS];
  long caught[CHECKS], alarms[CHECKS];
};

/* At one random point: how far off, and who objects. */
static void survey_at(struct survey *s, long k, const struct mistake *m,
                      struct rng *rng)
{
  real x[MOST], right[MOST], wrong[MOST];
  draw(m, rng, x);
  m->right(m->n, right, x);
  m->wrong(m->n, wrong, x);
  const double a = sqrt(dot(m->n, wrong, wrong));
  const double b = sqrt(dot(m->n, right, right));
  s->error[k] = relative(m->n, wrong, right);
  s->ratio[k] = quotient_or(a, b, 1);
  s->cosine[k] =
      a > 1e-12 && b > 1e-12 ? dot(m->n, wrong, right) / (a * b) : 0;
  double measured[CHECKS][MOST];
  measure_float(m, measured[FLOAT], x);
  measure_double(m, measured[DOUBLE], x);
  memcpy(measured[SKIPPING], measured[DOUBLE], sizeof *measured);
  measure_complex(m, measured[COMPLEX], x);
  for (enum check c = FLOAT; c < CHECKS; c++) {
    s->caught[c] += objects(m->n, c, wrong, measured[c]);
    if (m->wrong != m->right)
      s->alarms[c] += objects(m->n, c, right, measured[c]);
  }
}

static void survey_print(struct survey *s, long draws, const struct mistake *m,
                         struct record *values)
{
  const double error = median((size_t)draws, s->error);
  const double ratio = median((size_t)draws, s->ratio);
  const double cosine = median((size_t)draws, s->cosine);
  printf("%-23s %7.2g %6.2g ", m->name, error < 1e-12 ? 0 : error,
         ratio < 1e-12 ? 0 : ratio);
  if (ratio < 1e-12)
    printf("     -");
  else
    printf("%6.3f", fabs(cosine) < 5e-4 ? 0 : cosine);
  record_line(values, "error-%s\t%.4g", m->key, error);
  record_line(values, "cosine-%s\t%.4g", m->key, cosine);
  for (enum check c = FLOAT; c < CHECKS; c++) {
    write_percent(s->caught[c], draws);
    record_line(values, "caught-%s-%s\t%.4g", check_names[c], m->key,
                100.0 * (double)s->caught[c] / (double)draws);
  }
  printf("\n");
}

static void survey(const struct cli *cli, struct record *values)
{
  static struct survey s;
  const long draws = cli->quick ? 100 : DRAWS;
  printf("each mistake at %ld random points; median; %% of points where "
         "a check objects\n"
         "%-24s  error  ratio cosine   float  double skipping complex\n",
         draws, "");
  for (const struct mistake *m = mistakes; m < mistakes + MISTAKES; m++) {
    struct rng rng = rng_stream(cli->seed, m->key);
    memset(s.caught, 0, sizeof s.caught);
    for (long k = 0; k < draws; k++)
      survey_at(&s, k, m, &rng);
    survey_print(&s, draws, m, values);
  }
  const double percent = 100.0 / (double)(draws * (MISTAKES - 1));
  printf("%-45s", "the right gradients, all of them");
  for (enum check c = FLOAT; c < CHECKS; c++) {
    printf(" %7.2g", percent * (double)s.alarms[c]);
    record_line(values, "alarms-%s\t%.4g", check_names[c],
                percent * (double)s.alarms[c]);
  }
  record_line(values, "draws\t%ld", draws);
  printf("\n");
}

/* 4. Two mistakes that cancel: each step against what it should give from what
   it was given. */

static void cancel(uint64_t seed, struct record *values)
{
  enum { N = 3 };
  struct rng rng = rng_stream(seed, "cancel");
  real G[N], sum[N];
  for (size_t i = 0; i < N; i++)
    G[i] = rng_normal(&rng);
  bias_ones(N, sum, (const real[2 * N]){ 0, 0, 0, G[0], G[1], G[2] });
  /* The Jacobian of ones against the identity: N² − N entries of N², each 1.
   */
  const double jacobian = sqrt((N * N - N) / (double)N);
  const double product = relative(N, G, sum);
  const double repaired = relative(N, sum, G);
  printf("\n1, the bias, G = (%.4f, %.4f, %.4f)\n", G[0], G[1], G[2]);
  printf("  step 1, the Jacobian: ones for the identity     error %6.4f\n",
         jacobian);
  printf("  step 2, the product: entry by entry             error %6.4f\n",
         product);
  printf("  the end, both mistakes made                     error %6.4f\n",
         relative(N, G, G));
  printf("  the end, step 2 repaired and step 1 not         error %6.4f\n",
         repaired);
  record_line(values, "cancel-jacobian\t%.4g", jacobian);
  record_line(values, "cancel-product\t%.4g", product);
  record_line(values, "cancel-repaired\t%.4g", repaired);
}

/* 5. The mistakes near the point where they slip through. */

/* E f² for a normal f, by Simpson's rule over 12 deviations. */
static double second_moment(double mean, double deviation)
{
  enum { PARTS = 400 };
  double sum = 0;
  for (int i = 0; i <= PARTS; i++) {
    const double t = 24.0 * i / PARTS - 12, f = mean + deviation * t;
    const double weight = i == 0 || i == PARTS ? 1 : i % 2 ? 4 : 2;
    sum += weight * f * f * exp(-t * t / 2);
  }
  return sum * 24 / PARTS / 3 / sqrt(2 * (double)PI);
}

static double variance_error(double mean, double deviation)
{
  const double moment = second_moment(mean, deviation);
  const double right = moment - mean * mean, wrong = moment + mean * mean;
  return fabs(wrong - right) / right;
}

static void variance(struct record *values)
{
  static const double at[] = { 0, 0.01, 0.1, 0.5, 1, 2 };
  printf("\n8, the variance of a normal f with deviation 1, by quadrature\n"
         "  mean     E f^2 - mean^2   E f^2 + mean^2      error\n");
  for (size_t i = 0; i < sizeof at / sizeof *at; i++) {
    const double moment = second_moment(at[i], 1);
    printf("%6g %18.6f %16.6f %10.2g\n", at[i], moment - at[i] * at[i],
           moment + at[i] * at[i], variance_error(at[i], 1));
  }
  record_line(values, "variance-error\t%.4g", variance_error(0.1, 1));
}

static double slip(const struct mistake *m, const real x[])
{
  real right[MOST], wrong[MOST];
  m->right(m->n, right, x);
  m->wrong(m->n, wrong, x);
  return relative(m->n, wrong, right);
}

static const struct mistake *find(const char *key)
{
  for (const struct mistake *m = mistakes; m < mistakes + MISTAKES; m++)
    if (strcmp(m->key, key) == 0)
      return m;
  fail("no mistake %s", key);
}

/* d is, for the fused loss, how far p is from t; the quotient's numerator; the
   probability of the class that was assigned; how far a length is from 1, for
   the unit vector also the share of G along x; the mean, in deviations. */
static void slips(const char *out)
{
  struct record *r = record_open(out, "slips.tsv");
  record_line(r,
              "distance\tfused\tquotient\tassigned\tlength\tvariance\tunit");
  for (int i = 0; i < 160; i++) {
    const double d = pow(10, i / 40.0 - 4);
    const real fused[] = { log(R(0.5)), log(R(0.5)), R(0.5) + d / 2,
                           R(0.5) - d / 2 };
    const real quotient[] = { R(2.0), R(0.5), d, d, R(1.0), R(-1.0) };
    const real assigned[] = { log(d / (1 - d)), 0, 1, 0 };
    const real length[] = { R(0.6) * (1 + d), R(0.8) * (1 + d) };
    const real unit[] = { 1 + d, 0, d, 1 };
    struct mistake two[5] = { *find("fused"), *find("quotient"),
                              *find("assigned"), *find("length"),
                              *find("unit") };
    for (int k = 0; k < 5; k++)
      two[k].n = 2;
    record_line(r, "%.5g\t%.5g\t%.5g\t%.5g\t%.5g\t%.5g\t%.5g", d,
                slip(&two[0], fused), slip(&two[1], quotient),
                slip(&two[2], assigned), slip(&two[3], length),
                variance_error(d, 1), slip(&two[4], unit));
  }
  record_close(r);
}

/* 6. Sigmoid's derivative for other functions. */

static void derivatives(const char *out)
{
  struct record *r = record_open(out, "derivatives.tsv");
  record_line(r, "x\ttanh\ttanh-used\trelu\trelu-used\tleaky\tleaky-used");
  for (int i = -150; i <= 150; i++) {
    const real x[] = { i / R(50.0), 1 };
    real d[6];
    hyperbolic_right(1, d, x);
    hyperbolic_sigmoid(1, d + 1, x);
    relu_right(1, d + 2, x);
    relu_sigmoid(1, d + 3, x);
    leaky_right(1, d + 4, x);
    leaky_sigmoid(1, d + 5, x);
    record_line(r, "%.5g\t%.5g\t%.5g\t%.5g\t%.5g\t%.5g\t%.5g", x[0], d[0],
                d[1], d[2], d[3], d[4], d[5]);
  }
  record_close(r);
}

/* 7. Batch norm by the size of the batch. */

static void batch_norm(const struct cli *cli, struct record *values)
{
  enum { NORM_DRAWS = 10000 };
  static double error[NORM_DRAWS];
  const size_t draws = cli->quick ? 1000 : NORM_DRAWS;
  struct record *r = record_open(cli->out, "batch-norm.tsv");
  record_line(r, "S\tlow\tmedian\thigh\tlargest");
  printf("\n9, batch norm, error of the gradient, %zu draws\n"
         "    S       5 %%    median      95 %%   largest\n",
         draws);
  for (size_t S = 2; S <= 128; S = S == 2 ? 3 : S == 3 ? 4 : 2 * S) {
    struct rng rng = rng_stream(cli->seed, "batch-norm-error");
    for (size_t k = 0; k < draws; k++) {
      real x[MOST], right[MOST], wrong[MOST];
      for (size_t i = 0; i < 2 * S; i++)
        x[i] = rng_normal(&rng);
      column_right(S, right, x);
      column_mismatched(S, wrong, x);
      error[k] = relative(S, wrong, right);
    }
    qsort(error, draws, sizeof *error, ascending);
    const double low = quantile(draws, error, 0.05);
    const double middle = quantile(draws, error, 0.5);
    const double high = quantile(draws, error, 0.95);
    printf("%5zu %9.2g %9.2g %9.2g %9.2g\n", S, low, middle, high,
           error[draws - 1]);
    record_line(r, "%zu\t%.5g\t%.5g\t%.5g\t%.5g", S, low, middle, high,
                error[draws - 1]);
    record_line(values, "median-%zu\t%.4g", S, middle);
    record_line(values, "low-%zu\t%.4g", S, low);
    record_line(values, "high-%zu\t%.4g", S, high);
    record_line(values, "largest-%zu\t%.4g", S, error[draws - 1]);
    size_t half = 0;
    for (size_t k = 0; k < draws; k++)
      half += error[k] > 0.5;
    record_line(values, "over-half-%zu\t%.4g", S,
                100.0 * (double)half / (double)draws);
  }
  record_close(r);
  record_line(values, "norm-draws\t%zu", draws);
}

/* 8. Training: 2-16-2 on the synthetic set, with the right gradient and with
   the wrong one. */

enum { INPUTS = 2, HIDDEN = 16, CLASSES = 2, TRAINED = 4000, HELD = 1024 };
enum { BLOCK = 100, SEEDS = 5, LARGEST = 32 };

struct parameters {
  real W1[HIDDEN][INPUTS], b1[HIDDEN], W2[CLASSES][HIDDEN], b2[CLASSES];
};

enum layer { RELU, LEAKY, TANH, NORM, UNIT };

struct variant {
  const char *name, *key;
  size_t S;
  gradient *hidden; /* instead of the layer's own, or NULL */
  enum layer layer;
  enum { RIGHT, ZERO, EVERYWHERE, ASSIGNED, NO_BIAS } wrong;
};

static const struct variant variants[] = {
  { "2 softmax and loss", "fused", 16, NULL, RELU, ZERO },
  { "4 -1/p for every i", "surprise", 16, NULL, RELU, EVERYWHERE },
  { "5 = for -=", "assigned", 16, NULL, RELU, ASSIGNED },
  { "6 ReLU reversed", "reversed", 16, relu_reversed, RELU, RIGHT },
  { "9 batch norm, S = 4", "column-4", 4, column_mismatched, NORM, RIGHT },
  { "9 batch norm, S = 32", "column-32", 32, column_mismatched, NORM, RIGHT },
  { "10 y(1 - y) for tanh", "tanh", 16, hyperbolic_sigmoid, TANH, RIGHT },
  { "10 y(1 - y) for ReLU", "relu", 16, relu_sigmoid, RELU, RIGHT },
  { "10 y(1 - y) for leaky", "leaky", 16, leaky_sigmoid, LEAKY, RIGHT },
  { "12 batched bias", "batch-bias", 16, NULL, RELU, NO_BIAS },
  { "13 unit length", "unit", 16, unit_unchanged, UNIT, RIGHT },
};
enum { VARIANTS = sizeof variants / sizeof *variants };

struct batch {
  real X[LARGEST][INPUTS], T[LARGEST][CLASSES];
  real A[LARGEST][HIDDEN], N[LARGEST][HIDDEN], H[LARGEST][HIDDEN];
  real Z[LARGEST][CLASSES], P[LARGEST][CLASSES];
};

/* The published forward: v with S − 1, divided by √v + 1e-6. */
static void published_norm(size_t S, real Y[S][HIDDEN],
                           const real X[S][HIDDEN])
{
  for (size_t n = 0; n < HIDDEN; n++) {
    real x[LARGEST], mean, v;
    for (size_t s = 0; s < S; s++)
      x[s] = X[s][n];
    column_moments(S, x, &mean, &v);
    for (size_t s = 0; s < S; s++)
      Y[s][n] = (x[s] - mean) / (sqrt(v) + R(1e-6));
  }
}

static void unit_rows(size_t S, real Y[S][HIDDEN], const real X[S][HIDDEN])
{
  for (size_t s = 0; s < S; s++)
    if (norm(HIDDEN, X[s]) > R(1e-9))
      unit_forward(HIDDEN, Y[s], X[s]);
    else
      memset(Y[s], 0, sizeof Y[s]);
}

/* A = X W1ᵀ + b1,  H = h(A),  Z = H W2ᵀ + b2. */
static real forward(enum layer layer, size_t S, struct batch *b,
                    const struct parameters *p)
{
  linear_forward(S, INPUTS, HIDDEN, b->A, (const void *)b->X,
                 (const void *)p->W1, p->b1);
  switch (layer) {
  case RELU:
    relu_forward(S, HIDDEN, b->H, (const void *)b->A);
    break;
  case LEAKY:
    leaky_relu_forward(S, HIDDEN, b->H, (const void *)b->A, LEAKY_SLOPE);
    break;
  case TANH:
    tanh_forward(S, HIDDEN, b->H, (const void *)b->A);
    break;
  case NORM:
    published_norm(S, b->N, (const void *)b->A);
    relu_forward(S, HIDDEN, b->H, (const void *)b->N);
    break;
  case UNIT:
    relu_forward(S, HIDDEN, b->N, (const void *)b->A);
    unit_rows(S, b->H, (const void *)b->N);
    break;
  }
  linear_forward(S, HIDDEN, CLASSES, b->Z, (const void *)b->H,
                 (const void *)p->W2, p->b2);
  return softmax_cross_entropy_forward(S, CLASSES, b->P, (const void *)b->Z,
                                       (const void *)b->T);
}

static void output_backward(const struct variant *v, int wrong, size_t S,
                            real G[S][CLASSES], const struct batch *b)
{
  softmax_cross_entropy_backward(S, CLASSES, G, b->P, b->T);
  if (!wrong)
    return;
  for (size_t s = 0; s < S; s++)
    for (size_t n = 0; n < CLASSES; n++)
      if (v->wrong == ZERO)
        G[s][n] = R(0.0);
      else if (v->wrong == EVERYWHERE)
        G[s][n] = (CLASSES * b->P[s][n] - 1) / (real)S;
      else if (v->wrong == ASSIGNED)
        G[s][n] = (b->T[s][n] > 0 ? R(-1.0) : b->P[s][n]) / (real)S;
}

/* Applies a gradient of n numbers to each row, or to each column, of A. */
static void along(size_t S, real dA[S][HIDDEN], gradient *backward,
                  const real G[S][HIDDEN], const real A[S][HIDDEN],
                  int columns)
{
  const size_t n = columns ? S : HIDDEN, many = columns ? HIDDEN : S;
  for (size_t k = 0; k < many; k++) {
    real x[2 * (HIDDEN + LARGEST)], dx[HIDDEN + LARGEST];
    for (size_t i = 0; i < n; i++) {
      x[i] = columns ? A[i][k] : A[k][i];
      x[n + i] = columns ? G[i][k] : G[k][i];
    }
    backward(n, dx, x);
    for (size_t i = 0; i < n; i++)
      *(columns ? &dA[i][k] : &dA[k][i]) = dx[i];
  }
}

static void hidden_backward(const struct variant *v, int wrong, size_t S,
                            real dA[S][HIDDEN], const real G[S][HIDDEN],
                            const struct batch *b)
{
  gradient *const right[] = { relu_right, leaky_right, hyperbolic_right,
                              column_right, unit_right };
  gradient *const own = wrong && v->hidden ? v->hidden : right[v->layer];
  real dN[LARGEST][HIDDEN];
  if (v->layer == NORM) {
    along(S, dN, relu_right, G, b->N, 0);
    along(S, dA, own, (const void *)dN, b->A, 1);
  } else if (v->layer == UNIT) {
    along(S, dN, own, G, b->N, 0);
    along(S, dA, relu_right, (const void *)dN, b->A, 0);
  } else
    along(S, dA, own, G, b->A, 0);
}

static void step(const struct variant *v, int wrong, struct batch *b,
                 struct parameters *p, real rate)
{
  const size_t S = v->S;
  struct parameters d = { 0 };
  real G[LARGEST][CLASSES], dH[LARGEST][HIDDEN], dA[LARGEST][HIDDEN];
  output_backward(v, wrong, S, G, b);
  linear_backward(S, HIDDEN, CLASSES, dH, d.W2, d.b2, (const void *)G, b->H,
                  (const void *)p->W2);
  hidden_backward(v, wrong, S, dA, (const void *)dH, b);
  linear_backward(S, INPUTS, HIDDEN, NULL, d.W1, d.b1, (const void *)dA, b->X,
                  (const void *)p->W1);
  if (wrong && v->wrong == NO_BIAS) {
    memset(d.b1, 0, sizeof d.b1);
    memset(d.b2, 0, sizeof d.b2);
  }
  real *const to = (real *)p, *const by = (real *)&d;
  for (size_t i = 0; i < sizeof *p / sizeof(real); i++)
    to[i] -= rate * by[i];
}

struct data {
  double x[TRAINED + HELD][INPUTS];
  unsigned char label[TRAINED + HELD];
};

static void fill(struct batch *b, size_t s, const struct data *data, size_t i)
{
  for (size_t k = 0; k < INPUTS; k++)
    b->X[s][k] = data->x[i][k];
  for (size_t k = 0; k < CLASSES; k++)
    b->T[s][k] = k == data->label[i];
}

static double held_out(const struct variant *v, struct batch *b,
                       const struct data *data, const struct parameters *p)
{
  double sum = 0;
  for (size_t i = 0; i < HELD; i += v->S) {
    for (size_t s = 0; s < v->S; s++)
      fill(b, s, data, TRAINED + i + s);
    sum += forward(v->layer, v->S, b, p) * (double)v->S;
  }
  return sum / HELD;
}

/* The held-out loss before and after each block of steps. */
static void train(const struct variant *v, int wrong, real rate, uint64_t seed,
                  size_t blocks, double loss[blocks + 1])
{
  static struct data data;
  static struct batch b;
  dataset_synthetic(seed, TRAINED + HELD, data.x, data.label);
  struct parameters p = { 0 };
  struct rng weights = rng_stream(seed, "mistakes-weights");
  for (size_t i = 0; i < HIDDEN * INPUTS; i++)
    p.W1[i / INPUTS][i % INPUTS] = rng_normal(&weights);
  for (size_t i = 0; i < CLASSES * HIDDEN; i++)
    p.W2[i / HIDDEN][i % HIDDEN] = rng_normal(&weights) / sqrt(R(16.0));
  struct rng order = rng_stream(seed, "mistakes-order");
  loss[0] = held_out(v, &b, &data, &p);
  for (size_t k = 0; k < blocks; k++) {
    for (int t = 0; t < BLOCK; t++) {
      for (size_t s = 0; s < v->S; s++)
        fill(&b, s, &data, rng_below(&order, TRAINED));
      forward(v->layer, v->S, &b, &p);
      step(v, wrong, &b, &p, rate);
    }
    loss[k + 1] = held_out(v, &b, &data, &p);
  }
}

enum { BLOCKS = 20 };
typedef double losses[2][SEEDS][BLOCKS + 1]; /* right and wrong */

static void write_curve(const char *out, const char *name, size_t blocks,
                        losses loss)
{
  struct record *r = record_open(out, name);
  record_line(r, "step\tright\tright-std\twrong\twrong-std");
  for (size_t t = 0; t <= blocks; t++) {
    struct spread s[2];
    for (int wrong = 0; wrong < 2; wrong++) {
      double at[SEEDS];
      for (size_t k = 0; k < SEEDS; k++)
        at[k] = loss[wrong][k][t];
      s[wrong] = spread_of(at, SEEDS);
    }
    record_line(r, "%zu\t%.5g\t%.5g\t%.5g\t%.5g", t * BLOCK, s[0].mean,
                s[0].std, s[1].mean, s[1].std);
  }
  record_close(r);
}

/* What is left at the end; beyond 10 it counts as diverged. */
static void print_end(const char *key, size_t blocks, losses loss, int last,
                      struct record *values)
{
  static const char *const name[] = { "right", "wrong" };
  double difference[SEEDS];
  for (int wrong = 0; wrong < 2; wrong++) {
    double at[SEEDS];
    int diverged = 0;
    for (size_t k = 0; k < SEEDS; k++) {
      at[k] = loss[wrong][k][blocks];
      diverged += !(at[k] < 10);
      difference[k] = at[k] - loss[0][k][blocks];
    }
    const struct spread s = spread_of(at, SEEDS);
    char end[32];
    snprintf(end, sizeof end, "%5.3f (%5.3f)", s.mean, s.std);
    if (diverged)
      snprintf(end, sizeof end, "%d diverged", diverged);
    printf(wrong && last ? " %s" : " %-13s", end);
    record_line(values, "%s-%s\t%.4g", name[wrong], key, s.mean);
    record_line(values, "%s-std-%s\t%.4g", name[wrong], key, s.std);
    record_line(values, "%s-diverged-%s\t%d", name[wrong], key, diverged);
  }
  const struct spread s = spread_of(difference, SEEDS);
  record_line(values, "difference-%s\t%.3g", key, s.mean);
  record_line(values, "difference-std-%s\t%.3g", key, s.std);
}

/* The loss of the share of class 1 given to every point. */
static double blind(uint64_t seed)
{
  static struct data data;
  dataset_synthetic(seed, TRAINED + HELD, data.x, data.label);
  double p = 0;
  for (size_t i = TRAINED; i < TRAINED + HELD; i++)
    p += data.label[i] / (double)HELD;
  return -p * log(p) - (1 - p) * log(1 - p);
}

static void training(const struct cli *cli, struct record *values)
{
  static losses loss[2];
  static const struct {
    const char *name;
    real rate;
  } rates[] = { { "0.1", R(0.1) }, { "0.01", R(0.01) } };
  const size_t blocks = cli->quick ? 2 : BLOCKS;
  printf("\nheld-out loss after %zu steps, mean (deviation) of %d seeds\n"
         "%-22s rate 0.1                    rate 0.01\n"
         "%-22s right         wrong         right         wrong\n",
         blocks * BLOCK, SEEDS, "", "");
  for (const struct variant *v = variants; v < variants + VARIANTS; v++) {
    printf("%-22s", v->name);
    for (size_t r = 0; r < 2; r++) {
      /* The right gradient's runs are those of the row above, where that
         has the same network. */
      const int again =
          v > variants && v->layer == v[-1].layer && v->S == v[-1].S;
      for (int wrong = again; wrong < 2; wrong++)
        for (size_t k = 0; k < SEEDS; k++)
          train(v, wrong, rates[r].rate, cli->seed + k, blocks,
                loss[r][wrong][k]);
      char key[64], file[80];
      snprintf(key, sizeof key, "%s-%s", v->key, rates[r].name);
      snprintf(file, sizeof file, "training-%s.tsv", key);
      write_curve(cli->out, file, blocks, loss[r]);
      print_end(key, blocks, loss[r], r == 1, values);
    }
    double first = 0;
    for (size_t k = 0; k < SEEDS; k++)
      first += loss[0][0][k][0] / SEEDS;
    record_line(values, "before-%s\t%.3f", v->key, first);
    printf("\n");
  }
  double chance = 0;
  for (size_t k = 0; k < SEEDS; k++)
    chance += blind(cli->seed + k) / SEEDS;
  record_line(values, "blind\t%.3f", chance);
  printf("%-22s %5.3f\n", "every point alike", chance);
}

int main(int argc, char **argv)
{
  const struct cli cli = cli_parse(
      argc, argv, "mistakes: how far off, who objects, what trains", NULL);
  struct record *values = record_open(cli.out, "values.tsv");
  record_line(values, "name\tvalue");
  survey(&cli, values);
  cancel(cli.seed, values);
  variance(values);
  slips(cli.out);
  derivatives(cli.out);
  batch_norm(&cli, values);
  training(&cli, values);
  record_close(values);
}
