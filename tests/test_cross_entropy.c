#include "../chapters/05-cross-entropy.exercises.h"
#include "claims.h"
#include "cross_entropy.h"
#include "rng.h"
#include "softmax.h"

#include <float.h>

enum { S, N };
enum { P, T };
enum { Z, EPSILON = 1 };
enum { ROW_N }; /* the one dimension of a single sample */

/* The loss is one number, and so is its upstream: backwards multiply by it. */
static void times(size_t n, real *g, const void *upstream)
{
  for (size_t i = 0; i < n; i++)
    g[i] *= *(const real *)upstream;
}

/* On probabilities */

static void probabilities_forward(const size_t d[], const void *const in[],
                                  void *L)
{
  *(real *)L = cross_entropy_forward(d[S], d[N], in[P], in[T]);
}

static void probabilities_backward(const size_t d[], const void *const in[],
                                   const void *upstream, void *const g[])
{
  cross_entropy_backward(d[S], d[N], g[P], in[P], in[T]);
  times(d[S] * d[N], g[P], upstream);
}

static const struct op probabilities = {
  .name = "cross-entropy",
  .dim = { { "S", 3, 6 }, { "N", 2, 6 } },
  .in = { { "P", SHAPE(S, N), PROBABILITIES, .role = INPUT },
          { "T", SHAPE(S, N), TARGETS, .role = CONSTANT } },
  .out = SCALAR,
  .forward = probabilities_forward,
  .backward = probabilities_backward,
};

static void log_forward(const size_t d[], const void *const in[], void *Y)
{
  for (size_t i = 0; i < d[S] * d[N]; i++)
    ((real *)Y)[i] = log(((const real *)in[P])[i]);
}

static const struct op logarithm = {
  .name = "logarithm",
  .dim = { { "S", 3, 6 }, { "N", 2, 6 } },
  .in = { { "P", SHAPE(S, N), PROBABILITIES, .role = INPUT } },
  .out = SHAPE(S, N),
  .forward = log_forward,
};

/* The class of a single sample with a one-hot target */
static size_t class(const size_t d[]) { return d[ROW_N] / 2; }

static void one_hot_forward(const size_t d[], const void *const in[], void *l)
{
  *(real *)l = -log(((const real *)in[P])[class(d)]);
}

static const struct op one_hot = {
  .name = "cross-entropy of one class",
  .dim = { { "N", 2, 6 } },
  .in = { { "p", SHAPE(ROW_N), PROBABILITIES, .role = INPUT } },
  .out = SCALAR,
  .forward = one_hot_forward,
};

static real delta(size_t i, size_t j) { return i == j ? R(1.0) : R(0.0); }

/* ∂ log P_pk/∂P_sn = δ_ps δ_kn / P_pk */
static void d_log(const size_t d[], const void *const in[], void *J_)
{
  real(*J)[d[N]][d[S]][d[N]] = J_;
  const real(*x)[d[N]] = in[P];
  for (size_t p = 0; p < d[S]; p++)
    for (size_t k = 0; k < d[N]; k++)
      for (size_t s = 0; s < d[S]; s++)
        for (size_t n = 0; n < d[N]; n++)
          J[p][k][s][n] = delta(p, s) * delta(k, n) / x[p][k];
}

/* ∂L/∂P_sn = −(1/S) Σ_p Σ_k T_pk δ_ps δ_kn / P_pk */
static void dp_chain(const size_t d[], const void *const in[],
                     const void *upstream, void *g)
{
  const real(*x)[d[N]] = in[P], (*t)[d[N]] = in[T];
  real(*dP)[d[N]] = g;
  for (size_t s = 0; s < d[S]; s++)
    for (size_t n = 0; n < d[N]; n++) {
      real sum = R(0.0);
      for (size_t p = 0; p < d[S]; p++)
        for (size_t k = 0; k < d[N]; k++)
          sum += t[p][k] * delta(p, s) * delta(k, n) / x[p][k];
      dP[s][n] = -(R(1.0) / (real)d[S]) * sum;
    }
  times(d[S] * d[N], g, upstream);
}

/* ∂L/∂P_sn = −T_sn / (S P_sn) */
static void dp_index(const size_t d[], const void *const in[],
                     const void *upstream, void *g)
{
  const real(*x)[d[N]] = in[P], (*t)[d[N]] = in[T];
  real(*dP)[d[N]] = g;
  for (size_t s = 0; s < d[S]; s++)
    for (size_t n = 0; n < d[N]; n++)
      dP[s][n] = -t[s][n] / ((real)d[S] * x[s][n]);
  times(d[S] * d[N], g, upstream);
}

/* ∂l/∂p_i = −δ_ic / p_c */
static void one_hot_jacobian(const size_t d[], const void *const in[], void *J)
{
  const real *p = in[P];
  for (size_t i = 0; i < d[ROW_N]; i++)
    ((real *)J)[i] = -delta(i, class(d)) / p[class(d)];
}

/* Fused with softmax */

static void fused_forward(const size_t d[], const void *const in[], void *L)
{
  real p[d[S]][d[N]];
  *(real *)L = softmax_cross_entropy_forward(d[S], d[N], p, in[Z], in[T]);
}

static void fused_backward(const size_t d[], const void *const in[],
                           const void *upstream, void *const g[])
{
  real p[d[S]][d[N]];
  softmax_cross_entropy_forward(d[S], d[N], p, in[Z], in[T]);
  softmax_cross_entropy_backward(d[S], d[N], g[Z], (const void *)p, in[T]);
  times(d[S] * d[N], g[Z], upstream);
}

static const struct op fused = {
  .name = "softmax and cross-entropy",
  .dim = { { "S", 3, 6 }, { "N", 2, 6 } },
  .in = { { "Z", SHAPE(S, N), NORMAL, .role = INPUT },
          { "T", SHAPE(S, N), TARGETS, .role = CONSTANT } },
  .out = SCALAR,
  .forward = fused_forward,
  .backward = fused_backward,
};

/* Targets whose rows sum to 1 in the type at hand, which doubles that were
   divided by their sum do not: they are drawn free and divided here. */
static void sum_to_one(const size_t d[], const void *const in[],
                       real t[d[S]][d[N]])
{
  const real(*a)[d[N]] = in[T];
  for (size_t s = 0; s < d[S]; s++) {
    real sum = R(0.0);
    for (size_t k = 0; k < d[N]; k++)
      sum += a[s][k];
    for (size_t n = 0; n < d[N]; n++)
      t[s][n] = a[s][n] / sum;
  }
}

static void normalised_forward(const size_t d[], const void *const in[],
                               void *L)
{
  real t[d[S]][d[N]];
  sum_to_one(d, in, t);
  fused_forward(d, (const void *[]){ in[Z], t }, L);
}

static const struct op normalised = {
  .name = "softmax and cross-entropy, targets that sum to 1",
  .dim = { { "S", 3, 6 }, { "N", 2, 6 } },
  .in = { { "Z", SHAPE(S, N), NORMAL, .role = INPUT },
          { "T before its rows are divided", SHAPE(S, N), TARGETS,
            .role = CONSTANT } },
  .out = SCALAR,
  .forward = normalised_forward,
};

/* One sample: the loss of class c, and log Σ_k e^z_k */

static real log_sum_exp(size_t n, const real *z)
{
  real sum = R(0.0);
  for (size_t k = 0; k < n; k++)
    sum += exp(z[k]);
  return log(sum);
}

static void log_sum_exp_forward(const size_t d[], const void *const in[],
                                void *y)
{
  *(real *)y = log_sum_exp(d[ROW_N], in[Z]);
}

static void class_forward(const size_t d[], const void *const in[], void *l)
{
  real p[1][d[ROW_N]];
  softmax_forward(1, d[ROW_N], p, in[Z]);
  *(real *)l = -log(p[0][class(d)]);
}

#define ONE_SAMPLE          \
  .dim = { { "N", 2, 7 } }, \
  .in = { { "z", SHAPE(ROW_N), NORMAL, .role = INPUT } }, .out = SCALAR

static const struct op lse = {
  .name = "log-sum-exp",
  ONE_SAMPLE,
  .forward = log_sum_exp_forward,
};
static const struct op class_loss = {
  .name = "softmax and the loss of one class",
  ONE_SAMPLE,
  .forward = class_forward,
};

static void softmax_of(const size_t d[], const void *const in[],
                       real p[d[S]][d[N]])
{
  softmax_forward(d[S], d[N], p, in[Z]);
}

/* ∂L/∂Z_sn = Σ_p Σ_k (−T_pk / (S P_pk)) δ_ps P_pk (δ_kn − P_pn) */
static void chain(const size_t d[], const void *const in[],
                  const void *upstream, void *g)
{
  const real(*t)[d[N]] = in[T];
  real(*dZ)[d[N]] = g, p[d[S]][d[N]];
  softmax_of(d, in, p);
  for (size_t s = 0; s < d[S]; s++)
    for (size_t n = 0; n < d[N]; n++) {
      dZ[s][n] = R(0.0);
      for (size_t q = 0; q < d[S]; q++)
        for (size_t k = 0; k < d[N]; k++)
          dZ[s][n] += -t[q][k] / ((real)d[S] * p[q][k]) * delta(q, s) *
                      p[q][k] * (delta(k, n) - p[q][n]);
    }
  times(d[S] * d[N], g, upstream);
}

/* ∂L/∂Z_sn = Σ_k (−T_sk / (S P_sk)) P_sk (δ_kn − P_sn) */
static void chain_sample(const size_t d[], const void *const in[],
                         const void *upstream, void *g)
{
  const real(*t)[d[N]] = in[T];
  real(*dZ)[d[N]] = g, p[d[S]][d[N]];
  softmax_of(d, in, p);
  for (size_t s = 0; s < d[S]; s++)
    for (size_t n = 0; n < d[N]; n++) {
      dZ[s][n] = R(0.0);
      for (size_t k = 0; k < d[N]; k++)
        dZ[s][n] += -t[s][k] / ((real)d[S] * p[s][k]) * p[s][k] *
                    (delta(k, n) - p[s][n]);
    }
  times(d[S] * d[N], g, upstream);
}

/* ∂L/∂Z_sn = −(1/S) Σ_k T_sk (δ_kn − P_sn) */
static void chain_cancel(const size_t d[], const void *const in[],
                         const void *upstream, void *g)
{
  const real(*t)[d[N]] = in[T];
  real(*dZ)[d[N]] = g, p[d[S]][d[N]];
  softmax_of(d, in, p);
  for (size_t s = 0; s < d[S]; s++)
    for (size_t n = 0; n < d[N]; n++) {
      real sum = R(0.0);
      for (size_t k = 0; k < d[N]; k++)
        sum += t[s][k] * (delta(k, n) - p[s][n]);
      dZ[s][n] = -(R(1.0) / (real)d[S]) * sum;
    }
  times(d[S] * d[N], g, upstream);
}

/* ∂L/∂Z_sn = −(1/S) Σ_k T_sk δ_kn + (1/S) P_sn Σ_k T_sk */
static void chain_split(const size_t d[], const void *const in[],
                        const void *upstream, void *g)
{
  const real(*t)[d[N]] = in[T];
  real(*dZ)[d[N]] = g, p[d[S]][d[N]];
  softmax_of(d, in, p);
  for (size_t s = 0; s < d[S]; s++)
    for (size_t n = 0; n < d[N]; n++) {
      real picked = R(0.0), all = R(0.0);
      for (size_t k = 0; k < d[N]; k++) {
        picked += t[s][k] * delta(k, n);
        all += t[s][k];
      }
      dZ[s][n] = -(R(1.0) / (real)d[S]) * picked +
                 R(1.0) / (real)d[S] * p[s][n] * all;
    }
  times(d[S] * d[N], g, upstream);
}

/* ∂L/∂Z_sn = (1/S) (P_sn Σ_k T_sk − T_sn) */
static void dz_index(const size_t d[], const void *const in[],
                     const void *upstream, void *g)
{
  const real(*t)[d[N]] = in[T];
  real(*dZ)[d[N]] = g, p[d[S]][d[N]];
  softmax_of(d, in, p);
  for (size_t s = 0; s < d[S]; s++)
    for (size_t n = 0; n < d[N]; n++) {
      real sum = R(0.0);
      for (size_t k = 0; k < d[N]; k++)
        sum += t[s][k];
      dZ[s][n] = R(1.0) / (real)d[S] * (p[s][n] * sum - t[s][n]);
    }
  times(d[S] * d[N], g, upstream);
}

/* ∂L/∂Z = (1/S) (P ∘ (T 1 1ᵀ) − T), with the all-ones matrix written out */
static void dz_matrix(const size_t d[], const void *const in[],
                      const void *upstream, void *g)
{
  const real(*t)[d[N]] = in[T];
  real(*dZ)[d[N]] = g, p[d[S]][d[N]], ones[d[N]][d[N]];
  softmax_of(d, in, p);
  for (size_t n = 0; n < d[N]; n++)
    for (size_t k = 0; k < d[N]; k++)
      ones[n][k] = R(1.0);
  for (size_t s = 0; s < d[S]; s++)
    for (size_t n = 0; n < d[N]; n++) {
      real product = R(0.0);
      for (size_t k = 0; k < d[N]; k++)
        product += t[s][k] * ones[k][n];
      dZ[s][n] = R(1.0) / (real)d[S] * (p[s][n] * product - t[s][n]);
    }
  times(d[S] * d[N], g, upstream);
}

/* ∂L/∂Z = (1/S) (P − T), where the rows of T sum to 1 */
static void dz_normalised(const size_t d[], const void *const in[],
                          const void *upstream, void *g)
{
  real(*dZ)[d[N]] = g, p[d[S]][d[N]], t[d[S]][d[N]];
  sum_to_one(d, in, t);
  softmax_of(d, in, p);
  for (size_t s = 0; s < d[S]; s++)
    for (size_t n = 0; n < d[N]; n++)
      dZ[s][n] = R(1.0) / (real)d[S] * (p[s][n] - t[s][n]);
  times(d[S] * d[N], g, upstream);
}

/* ∂l/∂z_i = p_i − δ_ic */
static void dz_one_hot(const size_t d[], const void *const in[], void *J)
{
  real p[1][d[ROW_N]];
  softmax_forward(1, d[ROW_N], p, in[Z]);
  for (size_t i = 0; i < d[ROW_N]; i++)
    ((real *)J)[i] = p[0][i] - delta(i, class(d));
}

/* Σ_n (1/S) (P_sn Σ_k T_sk − T_sn) = 0 */
static void row_sums(const size_t d[], const void *const in[], void *left,
                     void *right)
{
  const real one = R(1.0);
  real dZ[d[S]][d[N]], *sum = left, *zero = right;
  dz_index(d, in, &one, dZ);
  for (size_t s = 0; s < d[S]; s++) {
    sum[s] = zero[s] = R(0.0);
    for (size_t n = 0; n < d[N]; n++)
      sum[s] += dZ[s][n];
  }
}

/* The direct route */

/* L = −(1/S) Σ_sn T_sn Z_sn + (1/S) Σ_s (Σ_n T_sn) log Σ_k e^Z_sk,
   against the definition */
static void expanded(const size_t d[], const void *const in[], void *left,
                     void *right)
{
  const real(*z)[d[N]] = in[Z], (*t)[d[N]] = in[T];
  real p[d[S]][d[N]], linear = R(0.0), logs = R(0.0);
  softmax_of(d, in, p);
  for (size_t s = 0; s < d[S]; s++) {
    real sum = R(0.0);
    for (size_t n = 0; n < d[N]; n++) {
      linear += t[s][n] * z[s][n];
      sum += t[s][n];
    }
    logs += sum * log_sum_exp(d[N], z[s]);
  }
  *(real *)left = cross_entropy_forward(d[S], d[N], (const void *)p, in[T]);
  *(real *)right = -linear / (real)d[S] + logs / (real)d[S];
}

/* ∂ log Σ_k e^z_k/∂z_n = e^z_n / Σ_k e^z_k */
static void d_log_sum_exp(const size_t d[], const void *const in[], void *J)
{
  const real *z = in[Z];
  for (size_t n = 0; n < d[ROW_N]; n++) {
    real sum = R(0.0);
    for (size_t k = 0; k < d[ROW_N]; k++)
      sum += exp(z[k]);
    ((real *)J)[n] = exp(z[n]) / sum;
  }
}

/* ∂L/∂Z_sn = −T_sn/S + (1/S) (Σ_k T_sk) e^Z_sn / Σ_k e^Z_sk */
static void direct(const size_t d[], const void *const in[],
                   const void *upstream, void *g)
{
  const real(*z)[d[N]] = in[Z], (*t)[d[N]] = in[T];
  real(*dZ)[d[N]] = g;
  for (size_t s = 0; s < d[S]; s++)
    for (size_t n = 0; n < d[N]; n++) {
      real all = R(0.0), sum = R(0.0);
      for (size_t k = 0; k < d[N]; k++) {
        all += t[s][k];
        sum += exp(z[s][k]);
      }
      dZ[s][n] = -t[s][n] / (real)d[S] +
                 R(1.0) / (real)d[S] * all * (exp(z[s][n]) / sum);
    }
  times(d[S] * d[N], g, upstream);
}

/* log Σ_k e^z_k = z_max + log Σ_k e^(z_k − z_max) */
static void shifted(const size_t d[], const void *const in[], void *left,
                    void *right)
{
  const real *z = in[Z];
  real z_max = z[0], sum = R(0.0);
  for (size_t k = 1; k < d[ROW_N]; k++)
    z_max = re(z[k]) > re(z_max) ? z[k] : z_max;
  for (size_t k = 0; k < d[ROW_N]; k++)
    sum += exp(z[k] - z_max);
  *(real *)left = log_sum_exp(d[ROW_N], z);
  *(real *)right = z_max + log(sum);
}

/* max z <= log Σ_k e^z_k <= max z + log N */
static void log_sum_exp_bounds(struct finding *f)
{
  struct rng rng = rng_stream(f->seed, "cross-entropy-bounds");
  f->error = 0;
  f->tolerance = 16 * (long double)LDBL_EPSILON;
  for (int t = 0; t < 1000; t++) {
    const size_t n = 1 + rng_below(&rng, 20);
    long double z[20], max = -LDBL_MAX, sum = 0;
    const long double size = exp(6.0L * (long double)rng_uniform(&rng));
    for (size_t k = 0; k < n; k++) {
      z[k] = size * (long double)rng_normal(&rng);
      max = z[k] > max ? z[k] : max;
    }
    for (size_t k = 0; k < n; k++)
      sum += exp(z[k]); /* |z| stays far below 11356 */
    const long double value = log(sum);
    const long double ceiling = max + log((long double)n);
    const long double scale = 1 + (max > 0 ? max : -max);
    if (!(value >= max))
      f->error = worse(f->error, value / scale, max / scale);
    if (!(value <= ceiling))
      f->error = worse(f->error, value / scale, ceiling / scale);
    f->entries += 2;
  }
}

static void random_rows(struct rng *rng, size_t n, real p[n])
{
  real sum = R(0.0);
  for (size_t k = 0; k < n; k++) {
    p[k] = (real)rng_uniform(rng);
    sum += p[k];
  }
  for (size_t k = 0; k < n; k++)
    p[k] /= sum;
}

/* −Σ_n t_n log p_n >= −Σ_n t_n log t_n, with equality at p = t */
static void gibbs(struct finding *f)
{
  struct rng rng = rng_stream(f->seed, "cross-entropy-gibbs");
  f->error = 0;
  f->tolerance = 16 * (long double)LDBL_EPSILON;
  for (int c = 0; c < 1000; c++) {
    const size_t n = 2 + rng_below(&rng, 9);
    real t[1][10], p[1][10];
    random_rows(&rng, n, t[0]);
    random_rows(&rng, n, p[0]);
    if (c % 2)
      for (size_t k = 0; k < n; k++)
        p[0][k] = t[0][k];
    long double entropy = 0;
    for (size_t k = 0; k < n; k++)
      entropy -= (long double)re(t[0][k]) * log((long double)re(t[0][k]));
    const long double loss = (long double)re(
        cross_entropy_forward(1, n, (const void *)p, (const void *)t));
    if (c % 2 || !(loss >= entropy))
      f->error = worse(f->error, loss, entropy);
    f->entries++;
  }
}

/* Two classes and the gap between them */

static void gap_forward(const size_t d[], const void *const in[], void *l)
{
  (void)d;
  const real z[1][2] = { { R(0.0), *(const real *)in[Z] } };
  const real t[1][2] = { { R(1.0), R(0.0) } };
  real p[1][2];
  *(real *)l = softmax_cross_entropy_forward(1, 2, p, z, t);
}

static const struct op gap = {
  .name = "loss of two classes by their gap",
  .dim = { { "N", 2, 2 } },
  .in = { { "u", SCALAR, NORMAL, .role = INPUT } },
  .out = SCALAR,
  .forward = gap_forward,
};

/* l = log(1 + e^u) */
static void gap_loss(const size_t d[], const void *const in[], void *left,
                     void *right)
{
  gap_forward(d, in, left);
  *(real *)right = log(R(1.0) + exp(*(const real *)in[Z]));
}

/* dl/du = 1 / (1 + e^−u) */
static void gap_slope(const size_t d[], const void *const in[], void *J)
{
  (void)d;
  *(real *)J = R(1.0) / (R(1.0) + exp(-*(const real *)in[Z]));
}

/* Two classes with the gap u, the first the right one: the loss and its slope
   by u, fused and by the chain from probabilities.  Where u is so large that
   a class's probability is 0, the chain has nothing to say. */
struct pair {
  long double loss[2], slope[2];
  int chained;
};

static struct pair pair_of(double u)
{
  const real z[1][2] = { { R(0.0), (real)u } };
  const real t[1][2] = { { R(1.0), R(0.0) } };
  real p[1][2], dZ[1][2], dP[1][2];
  const double end = 0.9 * log(2.0) * LDBL_MAX_EXP;
  struct pair pair = { .chained = -end < u && u < end };
  pair.loss[0] = (long double)re(softmax_cross_entropy_forward(1, 2, p, z, t));
  softmax_cross_entropy_backward(1, 2, dZ, (const void *)p, t);
  pair.slope[0] = (long double)re(dZ[0][1]);
  softmax_forward(1, 2, p, z);
  pair.loss[1] = (long double)re(cross_entropy_forward(1, 2, p, t));
  cross_entropy_backward(1, 2, dP, (const void *)p, t);
  softmax_backward(1, 2, dZ, (const void *)dP, (const void *)p);
  pair.slope[1] = (long double)re(dZ[0][1]);
  return pair;
}

/* max(0, u) <= l <= max(0, u) + log 2 */
static void gap_bounds(struct finding *f)
{
  struct rng rng = rng_stream(f->seed, "cross-entropy-gap-bounds");
  f->error = 0;
  f->tolerance = 16 * (long double)LDBL_EPSILON;
  for (int t = 0; t < 1000; t++) {
    const double u = exp(12 * rng_uniform(&rng)) * (t % 4 ? 1 : -1);
    const struct pair pair = pair_of(t ? u : 0);
    const long double low = t && u > 0 ? (long double)u : 0;
    const long double high = low + log(2.0L), scale = 1 + low;
    for (int i = 0; i < 1 + pair.chained; i++) {
      if (!(pair.loss[i] >= low))
        f->error = worse(f->error, pair.loss[i] / scale, low / scale);
      if (!(pair.loss[i] <= high))
        f->error = worse(f->error, pair.loss[i] / scale, high / scale);
      f->entries += 2;
    }
  }
}

/* 1/2 <= dl/du <= 1 for u >= 0 */
static void slope_bounds(struct finding *f)
{
  struct rng rng = rng_stream(f->seed, "cross-entropy-slope-bounds");
  f->error = 0;
  f->tolerance = 16 * (long double)LDBL_EPSILON;
  for (int t = 0; t < 1000; t++) {
    const double u = t ? exp(12 * rng_uniform(&rng)) - 1 : 0;
    const struct pair pair = pair_of(u);
    for (int i = 0; i < 1 + pair.chained; i++) {
      if (!(pair.slope[i] >= 0.5L))
        f->error = worse(f->error, pair.slope[i], 0.5L);
      if (!(pair.slope[i] <= 1))
        f->error = worse(f->error, pair.slope[i], 1);
      f->entries += 2;
    }
  }
}

/* l = −log(p_c + ε) */
static void clamped_forward(const size_t d[], const void *const in[], void *l)
{
  real p[1][d[ROW_N]];
  softmax_forward(1, d[ROW_N], p, in[Z]);
  *(real *)l = -log(p[0][class(d)] + *(const real *)in[EPSILON]);
}

static const struct op clamped = {
  .name = "cross-entropy with a constant in its logarithm",
  .dim = { { "N", 2, 7 } },
  .in = { { "z", SHAPE(ROW_N), NORMAL, .role = INPUT },
          { "ε", SCALAR, UNIFORM, 0.01L, 0.1L, .role = CONSTANT } },
  .out = SCALAR,
  .forward = clamped_forward,
};

/* ∂l/∂z_i = p_c / (p_c + ε) · (p_i − δ_ic) */
static void clamped_jacobian(const size_t d[], const void *const in[], void *J)
{
  const real epsilon = *(const real *)in[EPSILON];
  const size_t c = class(d);
  real p[1][d[ROW_N]];
  softmax_forward(1, d[ROW_N], p, in[Z]);
  for (size_t i = 0; i < d[ROW_N]; i++)
    ((real *)J)[i] = p[0][c] / (p[0][c] + epsilon) * (p[0][i] - delta(i, c));
}

/* Numbers: the example of the page */

static const real example_z[2][3] = { { R(1.0), R(2.0), R(3.0) },
                                      { R(0.0), R(2.0), R(-1.0) } };
static const real example_t[2][3] = { { R(0.0), R(1.0), R(0.0) },
                                      { R(0.5), R(0.25), R(0.5) } };

static void worked_p(struct finding *f)
{
  const long double page[2][3] = { { 0.0900L, 0.2447L, 0.6652L },
                                   { 0.1142L, 0.8438L, 0.0420L } };
  real p[2][3];
  softmax_cross_entropy_forward(2, 3, p, example_z, example_t);
  f->error = 0;
  f->tolerance = 0.5e-4L;
  f->entries = 6;
  for (int s = 0; s < 2; s++)
    for (int n = 0; n < 3; n++)
      f->error = worse(f->error, (long double)re(p[s][n]), page[s][n]);
}

static void worked_loss(struct finding *f)
{
  real p[2][3];
  const real L = softmax_cross_entropy_forward(2, 3, p, example_z, example_t);
  f->error = worse(0, (long double)re(L), 2.0600L);
  f->tolerance = 0.5e-4L;
  f->entries = 1;
}

static void worked_dz(struct finding *f)
{
  const long double page[2][3] = { { 0.0450L, -0.3776L, 0.3326L },
                                   { -0.1786L, 0.4024L, -0.2237L } };
  real p[2][3], dZ[2][3];
  softmax_cross_entropy_forward(2, 3, p, example_z, example_t);
  softmax_cross_entropy_backward(2, 3, dZ, (const void *)p, example_t);
  f->error = 0;
  f->tolerance = 0.5e-4L;
  f->entries = 6;
  for (int s = 0; s < 2; s++)
    for (int n = 0; n < 3; n++)
      f->error = worse(f->error, (long double)re(dZ[s][n]), page[s][n]);
}

/* Exercises */

/* Ten equal logits, class 1: l = log 10 = 2.3026, ∂l/∂z = (−0.9, 0.1, …) */
static void uniform_loss(struct finding *f)
{
  const real z[1][10] = { { R(0.0) } }, t[1][10] = { { R(1.0) } };
  real p[1][10];
  const real l = softmax_cross_entropy_forward(1, 10, p, z, t);
  f->error = worse(0, (long double)re(l), 2.3026L);
  f->error = worse(f->error, log(10.0L), 2.3026L);
  f->tolerance = 0.5e-4L;
  f->entries = 2;
}

static void uniform_dz(struct finding *f)
{
  const real z[1][10] = { { R(0.0) } }, t[1][10] = { { R(1.0) } };
  real p[1][10], dz[1][10];
  softmax_cross_entropy_forward(1, 10, p, z, t);
  softmax_cross_entropy_backward(1, 10, dz, (const void *)p, t);
  f->error = 0;
  f->tolerance = 16 * (long double)LDBL_EPSILON;
  f->entries = 10;
  for (int i = 0; i < 10; i++)
    f->error = worse(f->error, (long double)re(dz[0][i]), i ? 0.1L : -0.9L);
}

/* −T_sn (1 − Σ_k P_sk) = 0 */
static void always_zero(const size_t d[], const void *const in[], void *left,
                        void *right)
{
  const real(*t)[d[N]] = in[T];
  real(*zero)[d[N]] = right, (*wrong)[d[N]] = left, p[d[S]][d[N]];
  softmax_of(d, in, p);
  for (size_t s = 0; s < d[S]; s++) {
    real sum = R(0.0);
    for (size_t k = 0; k < d[N]; k++)
      sum += p[s][k];
    for (size_t n = 0; n < d[N]; n++) {
      wrong[s][n] = -t[s][n] * (R(1.0) - sum);
      zero[s][n] = R(0.0);
    }
  }
}

/* p_c − 1 = −Σ_(k≠c) p_k */
static void careful(const size_t d[], const void *const in[], void *left,
                    void *right)
{
  const size_t c = class(d);
  real p[1][d[ROW_N]], others = R(0.0);
  softmax_forward(1, d[ROW_N], p, in[Z]);
  for (size_t k = 0; k < d[ROW_N]; k++)
    if (k != c)
      others += p[0][k];
  *(real *)left = p[0][c] - R(1.0);
  *(real *)right = -others;
}

/* The loss of labels: a softmax, and −(1/S) Σ_s log P_s,c_s */
enum { LABEL = 1 };

static void labels_of(const size_t d[], const void *const in[],
                      size_t label[d[S]])
{
  for (size_t s = 0; s < d[S]; s++)
    label[s] = (size_t)re(((const real *)in[LABEL])[s]);
}

static void labelled_forward(const size_t d[], const void *const in[], void *L)
{
  size_t label[d[S]];
  real p[d[S]][d[N]], sum = R(0.0);
  labels_of(d, in, label);
  softmax_of(d, in, p);
  for (size_t s = 0; s < d[S]; s++)
    sum += log(p[s][label[s]]);
  *(real *)L = -sum / (real)d[S];
}

static void labelled_backward(const size_t d[], const void *const in[],
                              const void *upstream, void *const g[])
{
  size_t label[d[S]];
  real p[d[S]][d[N]];
  labels_of(d, in, label);
  softmax_of(d, in, p);
  label_backward(d[S], d[N], g[Z], (const void *)p, label);
  times(d[S] * d[N], g[Z], upstream);
}

static const struct op labelled = {
  .name = "softmax and the loss of labels",
  .dim = { { "S", 3, 6 }, { "N", 4, 7 } },
  .in = { { "Z", SHAPE(S, N), NORMAL, .role = INPUT },
          { "c", SHAPE(S), INDICES, 0, 4, CONSTANT } },
  .out = SCALAR,
  .forward = labelled_forward,
  .backward = labelled_backward,
};

static void class_backward(const size_t d[], const void *const in[],
                           const void *upstream, void *const g[])
{
  real p[1][d[ROW_N]];
  softmax_forward(1, d[ROW_N], p, in[Z]);
  careful_backward(d[ROW_N], g[Z], p[0], class(d));
  times(d[ROW_N], g[Z], upstream);
}

static const struct op careful_loss = {
  .name = "softmax and the loss of one class, carefully",
  ONE_SAMPLE,
  .forward = class_forward,
  .backward = class_backward,
};

/* ∂l/∂z_c = −Σ_(k≠c) e^(z_k − z_c) / (1 + Σ_(k≠c) e^(z_k − z_c)), in digits
   of its own: z_c is up to 100 above the largest other logit. */
static void careful_digits(struct finding *f)
{
  enum { MOST = 10 };
  struct rng rng = rng_stream(f->seed, "cross-entropy-careful-digits");
  f->error = 0;
  f->tolerance = 64 * (long double)LDBL_EPSILON;
  for (int t = 0; t <= 1000; t++) {
    const size_t n = 2 + rng_below(&rng, MOST - 1), c = rng_below(&rng, n);
    real z[1][MOST], p[1][MOST], dz[MOST], max = R(-99.0), sum = R(0.0);
    for (size_t k = 0; k < n; k++) {
      z[0][k] = (real)rng_normal(&rng);
      max = k != c && re(z[0][k]) > re(max) ? z[0][k] : max;
    }
    z[0][c] = max + (real)t / R(10.0);
    for (size_t k = 0; k < n; k++)
      sum += k == c ? R(0.0) : exp(z[0][k] - z[0][c]);
    softmax_forward(1, n, (void *)p, (const void *)z);
    careful_backward(n, dz, p[0], c);
    const real right = -(sum / (R(1.0) + sum));
    f->error = worse(f->error, (long double)re(dz[c] / right), 1);
    f->entries++;
  }
}

/* The gradient as a function of z, for a target that does not sum to 1 */
static void slope_forward(const size_t d[], const void *const in[], void *y)
{
  real p[1][d[ROW_N]];
  softmax_forward(1, d[ROW_N], p, in[Z]);
  softmax_cross_entropy_backward(1, d[ROW_N], y, (const void *)p, in[T]);
}

static const struct op slope = {
  .name = "the gradient of one sample",
  .dim = { { "N", 2, 6 } },
  .in = { { "z", SHAPE(ROW_N), NORMAL, .role = INPUT },
          { "t", SHAPE(ROW_N), TARGETS, .role = CONSTANT } },
  .out = SHAPE(ROW_N),
  .forward = slope_forward,
};

/* ∂²l/∂z_i∂z_j = (Σ_k t_k) p_i (δ_ij − p_j) */
static void hessian(const size_t d[], const void *const in[], void *J_)
{
  const real *t = in[T];
  real(*J)[d[ROW_N]] = J_, p[1][d[ROW_N]], sum = R(0.0);
  for (size_t k = 0; k < d[ROW_N]; k++)
    sum += t[k];
  softmax_forward(1, d[ROW_N], p, in[Z]);
  for (size_t i = 0; i < d[ROW_N]; i++)
    for (size_t j = 0; j < d[ROW_N]; j++)
      J[i][j] = sum * p[0][i] * (delta(i, j) - p[0][j]);
}

const struct claim CLAIMS(cross_entropy)[] = {
  { "cross-entropy-local", JACOBIAN, &logarithm, P, .jacobian = d_log },
  { "cross-entropy-dp-chain", GRADIENT, &probabilities, P,
    .gradient = dp_chain },
  { "cross-entropy-dp-index", GRADIENT, &probabilities, P,
    .gradient = dp_index },
  { "cross-entropy-backward", BACKWARD, .op = &probabilities },
  { "cross-entropy-one-hot", JACOBIAN, &one_hot, P,
    .jacobian = one_hot_jacobian },
  { "cross-entropy-gibbs", STATEMENT, .finding = gibbs },
  { "cross-entropy-chain", GRADIENT, &fused, Z, .gradient = chain },
  { "cross-entropy-chain-sample", GRADIENT, &fused, Z,
    .gradient = chain_sample },
  { "cross-entropy-chain-cancel", GRADIENT, &fused, Z,
    .gradient = chain_cancel },
  { "cross-entropy-chain-split", GRADIENT, &fused, Z,
    .gradient = chain_split },
  { "cross-entropy-dz-index", GRADIENT, &fused, Z, .gradient = dz_index },
  { "cross-entropy-dz-matrix", GRADIENT, &fused, Z, .gradient = dz_matrix },
  { "cross-entropy-fused-backward", BACKWARD, .op = &fused },
  { "cross-entropy-dz-normalised", GRADIENT, &normalised, Z,
    .gradient = dz_normalised },
  { "cross-entropy-dz-one-hot", JACOBIAN, &class_loss, Z,
    .jacobian = dz_one_hot },
  { "cross-entropy-row-sums", IDENTITY, &fused, .sides = row_sums,
    .side = SHAPE(S), .scale = 1 },
  { "cross-entropy-expanded", IDENTITY, &fused, .sides = expanded,
    .side = SCALAR, .scale = 1 },
  { "cross-entropy-d-log-sum-exp", JACOBIAN, &lse, Z,
    .jacobian = d_log_sum_exp },
  { "cross-entropy-direct", GRADIENT, &fused, Z, .gradient = direct },
  { "cross-entropy-shifted", IDENTITY, &lse, .sides = shifted, .side = SCALAR,
    .scale = 1 },
  { "cross-entropy-bounds", STATEMENT, .finding = log_sum_exp_bounds },
  { "cross-entropy-gap", IDENTITY, &gap, .sides = gap_loss, .side = SCALAR },
  { "cross-entropy-gap-slope", JACOBIAN, &gap, Z, .jacobian = gap_slope },
  { "cross-entropy-gap-bounds", STATEMENT, .finding = gap_bounds },
  { "cross-entropy-slope-bounds", STATEMENT, .finding = slope_bounds },
  { "cross-entropy-clamped", JACOBIAN, &clamped, Z,
    .jacobian = clamped_jacobian },
  { "cross-entropy-worked-p", VALUE, .finding = worked_p },
  { "cross-entropy-worked-loss", VALUE, .finding = worked_loss },
  { "cross-entropy-worked-dz", VALUE, .finding = worked_dz },
  { "cross-entropy-ex-uniform", VALUE, .finding = uniform_loss },
  { "cross-entropy-ex-uniform-dz", VALUE, .finding = uniform_dz },
  { "cross-entropy-ex-zero", IDENTITY, &fused, .sides = always_zero,
    .side = SHAPE(S, N), .scale = 1 },
  { "cross-entropy-ex-labels", BACKWARD, .op = &labelled },
  { "cross-entropy-ex-careful", IDENTITY, &class_loss, .sides = careful,
    .side = SCALAR, .scale = 1 },
  { "cross-entropy-ex-careful-dz", BACKWARD, .op = &careful_loss },
  { "cross-entropy-ex-careful-digits", STATEMENT, .finding = careful_digits },
  { "cross-entropy-ex-hessian", JACOBIAN, &slope, Z, .jacobian = hessian },
  END,
};
