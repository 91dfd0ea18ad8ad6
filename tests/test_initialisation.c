/* The claims of chapter 8.  Three instruments: quadrature, for a density;
   every outcome of a few random weights, for an expectation; and samples, from
   streams that are the same in every run. */
#include "../chapters/08-initialisation.exercises.h"
#include "activation.h"
#include "claims.h"
#include "initialisation.h"
#include "linear.h"
#include "quadrature.h"

#include <float.h>

/* What quadrature is held to, of σ to the power at hand. */
#define CLOSE (LDBL_MANT_DIG > DBL_MANT_DIG ? 1e-15L : 1e-12L)

/* ---- densities, by their standard deviation s ---- */

static long double normal(long double t, long double s)
{
  return exp(-t * t / (2 * s * s)) / (s * sqrt(2 * (long double)re(PI)));
}

static long double uniform(long double t, long double s)
{
  const long double c = s * sqrt(3.0L);
  return t > -c && t < c ? 1 / (2 * c) : 0;
}

static long double laplace(long double t, long double s)
{
  const long double b = s / sqrt(2.0L);
  return exp((t > 0 ? -t : t) / b) / (2 * b);
}

/* The exponential density, moved to mean 0: not symmetric. */
static long double skewed(long double t, long double s)
{
  return t > -s ? exp(-(t + s) / s) / s : 0;
}

/* The same, moved to mean 3/4 s. */
static long double moved(long double t, long double s)
{
  return skewed(t - 0.75L * s, s);
}

/* By name, with the ends of where they are not 0 in units of s; less than
   1e-30 of E[f²] lies beyond.  The ends keep 0, where ReLU has its kink, away
   from the panels' ends (quadrature.h): it is at 39/77 of a panel for −71 and
   83, and at 16/21 for −1 and 83, of which no halving comes nearer to an end
   than 1/77 and 1/21.  For the uniform density it is an end itself. */
enum { GAUSS, FLAT, LAPLACE, SYMMETRIC, SKEWED = SYMMETRIC, ALL, MOVED = ALL };
struct density {
  int name;
  long double s;
};
static const struct {
  long double (*p)(long double t, long double s);
  long double low, high;
} densities[] = { { normal, -71, 83 },
                  { uniform, -1.73205080756887729352744634150587237L,
                    1.73205080756887729352744634150587237L },
                  { laplace, -71, 83 },
                  { skewed, -1, 83 },
                  { moved, -0.25L, 83 } };

/* A number drawn from one of the first three. */
static long double sample(int which, long double s, struct rng *rng)
{
  const long double u = (long double)rng_uniform(rng);
  if (which == 0)
    return s * (long double)rng_normal(rng);
  if (which == 1)
    return s * sqrt(3.0L) * (2 * u - 1);
  const long double size = -s / sqrt(2.0L) * log(u);
  return rng_below(rng, 2) ? size : -size;
}

/* Functions whose expectations the chapter takes; c is a power, or what is
   subtracted, or a slope. */
static long double power(long double t, long double c)
{
  long double product = 1;
  for (; c > 0; c--)
    product *= t;
  return product;
}
static long double relu_power(long double t, long double c)
{
  return t > 0 ? power(t, c) : 0;
}
static long double abs_power(long double t, long double c)
{
  return power(t > 0 ? t : -t, c);
}
static long double centred(long double t, long double c)
{
  return (t - c) * (t - c);
}
static long double relu_centred(long double t, long double c)
{
  return centred(t > 0 ? t : 0, c);
}
static long double leaky_power(long double t, long double c)
{
  return centred(t > 0 ? t : c * t, 0);
}
static long double leaky_fourth(long double t, long double c)
{
  return power(t > 0 ? t : c * t, 4);
}
static long double leaky_slope(long double t, long double c)
{
  return t > 0 ? 1 : c * c;
}
static long double tanh_power(long double t, long double c)
{
  return power(tanh(t), c);
}
static long double sigmoid_centred(long double t, long double c)
{
  return centred(1 / (1 + exp(-t)), c);
}

typedef long double function(long double t, long double c);
struct weighted {
  struct density f;
  function *h;
  long double c;
};

static long double times_p(long double t, const void *context)
{
  const struct weighted *w = context;
  return w->h(t, w->c) * densities[w->f.name].p(t, w->f.s);
}

static long double times_mirrored(long double t, const void *context)
{
  const struct weighted *w = context;
  return w->h(t, w->c) * densities[w->f.name].p(-t, w->f.s);
}

/* ∫ h(t) p(t) dt over the whole line, over (a σ, b σ), and with p(−t) over
   (0, ∞). */
#define FAR 79.0L

static long double between(struct density f, function *h, long double c,
                           long double a, long double b)
{
  const struct weighted w = { f, h, c };
  const long double low = densities[f.name].low, high = densities[f.name].high;
  a = a > low ? a : low;
  b = b < high ? b : high;
  return a < b ? integral(times_p, &w, a * f.s, b * f.s) : 0;
}

static long double line(struct density f, function *h, long double c)
{
  return between(f, h, c, densities[f.name].low, densities[f.name].high);
}

static long double mirrored(struct density f, function *h, long double c)
{
  const struct weighted w = { f, h, c };
  const long double low = densities[f.name].low;
  return integral(times_mirrored, &w, 0, (-low < FAR ? -low : FAR) * f.s);
}

/* Both sides of an equation for one density; returns their scale. */
typedef long double sides_of(struct density f, long double side[2]);

/* An equation for the first `count` densities, each with five σ from 1/4 to
   4. */
static void each(struct finding *f, int count, sides_of *sides)
{
  struct rng rng = rng_stream(f->seed, "initialisation-densities");
  f->error = 0;
  f->tolerance = CLOSE;
  for (int k = 0; k < 5 * count; k++) {
    const struct density p = { k % count,
                               exp2(4 * (long double)rng_uniform(&rng) - 2) };
    long double side[2];
    const long double scale = sides(p, side);
    f->error = worse(f->error, side[0] / scale, side[1] / scale);
    f->entries++;
  }
}
#define FOR_DENSITIES(count, sides) \
  static void each_##sides(struct finding *f) { each(f, count, sides); }

/* A finding of a function that takes more. */
#define FINDING(name, by, ...) \
  static void name(struct finding *f) { by(f, __VA_ARGS__); }

/* ---- samples ---- */

struct mean {
  long double n, sum, squares;
};

static void add(struct mean *m, long double x)
{
  m->n += 1;
  m->sum += x;
  m->squares += x * x;
}

/* Holds a mean against what is expected, within four of its standard errors,
   as the sample itself shows them.  Kept: the pair that came nearest to
   failing. */
static void hold(struct finding *f, const struct mean *m, long double expected)
{
  const long double mean = m->sum / m->n;
  const long double variance =
      (m->squares / m->n - mean * mean) * m->n / (m->n - 1);
  const long double error = worse(0, mean, expected);
  const long double tolerance = 4 * sqrt(variance / m->n);
  const int lost = f->error != f->error && f->entries > 0; /* NaN stays */
  if (!lost &&
      (f->entries == 0 || !(error / tolerance <= f->error / f->tolerance))) {
    f->error = error;
    f->tolerance = tolerance;
  }
  f->entries++;
}

/* ---- ReLU keeps half ---- */

/* ∫ t p(t) dt = 0 */
static long double no_mean(struct density f, long double side[2])
{
  side[0] = line(f, power, 1);
  side[1] = 0;
  return f.s;
}
FOR_DENSITIES(ALL, no_mean)

/* ∫ max(0, t)² p(t) dt = ∫_0^∞ t² p(t) dt */
static long double split(struct density f, long double side[2])
{
  side[0] = line(f, relu_power, 2);
  side[1] = between(f, power, 2, 0, FAR);
  return f.s * f.s;
}
FOR_DENSITIES(ALL, split)

/* ∫_−∞^0 t² p(t) dt = ∫_0^∞ u² p(−u) du */
static long double substitute(struct density f, long double side[2])
{
  side[0] = between(f, power, 2, -FAR, 0);
  side[1] = mirrored(f, power, 2);
  return f.s * f.s;
}
FOR_DENSITIES(ALL, substitute)

/* ∫_0^∞ u² p(−u) du = ∫_0^∞ u² p(u) du */
static long double evenness(struct density f, long double side[2])
{
  side[0] = mirrored(f, power, 2);
  side[1] = between(f, power, 2, 0, FAR);
  return f.s * f.s;
}
FOR_DENSITIES(SYMMETRIC, evenness)

/* σ² = ∫_−∞^0 t² p(t) dt + ∫_0^∞ t² p(t) dt: σ as it went into p */
static long double two_halves(struct density f, long double side[2])
{
  side[0] = f.s * f.s;
  side[1] = between(f, power, 2, -FAR, 0) + between(f, power, 2, 0, FAR);
  return f.s * f.s;
}
FOR_DENSITIES(ALL, two_halves)

/* σ² = 2 ∫_0^∞ t² p(t) dt */
static long double doubled(struct density f, long double side[2])
{
  side[0] = f.s * f.s;
  side[1] = 2 * between(f, power, 2, 0, FAR);
  return f.s * f.s;
}
FOR_DENSITIES(SYMMETRIC, doubled)

/* E[max(0, f)²] = σ²/2 */
static long double half_passes(struct density f, long double side[2])
{
  side[0] = line(f, relu_power, 2);
  side[1] = f.s * f.s / 2;
  return f.s * f.s;
}
FOR_DENSITIES(SYMMETRIC, half_passes)

/* |1/n Σ_i max(0, f_i)² − σ²/2| <= 4 s/√n */
static void monte_carlo(struct finding *f)
{
  enum { DRAWS = 400000 };
  const long double sigma = 1.5L;
  for (int k = 0; k < SYMMETRIC; k++) {
    struct rng rng = rng_stream((uint64_t)k, "initialisation-monte-carlo");
    struct mean m = { 0, 0, 0 };
    for (int i = 0; i < DRAWS; i++)
      add(&m, relu_power(sample(k, sigma, &rng), 2));
    hold(f, &m, sigma * sigma / 2);
  }
}

/* 1/π ∫_−A^A t²/(1 + t²) dt = 2/π (A − arctan A) */
static long double cauchy_square(long double t, const void *context)
{
  (void)context;
  return t * t / (1 + t * t) / (long double)re(PI);
}

static void cauchy(struct finding *f)
{
  const long double pi = (long double)re(PI);
  f->error = 0;
  f->tolerance = CLOSE;
  for (long double A = 0.5L; A < 2e4L; A *= 3) {
    const long double right = 2 / pi * (A - atan(A));
    f->error =
        worse(f->error, integral(cauchy_square, NULL, -A, A) / right, 1);
    f->entries++;
  }
}

/* p(t) = e^−(t+1) for t > −1: E f = 0, Var f = 1, E[max(0, f)²] = 2/e */
static void skewed_half(struct finding *f)
{
  const struct density p = { SKEWED, 1 };
  f->error = worse(0, line(p, power, 1), 0);
  f->error = worse(f->error, line(p, power, 2), 1);
  f->error = worse(f->error, line(p, relu_power, 2), 2 * exp(-1.0L));
  f->tolerance = CLOSE;
  f->entries = 3;
}

/* ---- what σ does not tell ---- */

/* E[max(0, f)] = ½ E|f| */
static long double relu_mean(struct density f, long double side[2])
{
  side[0] = line(f, relu_power, 1);
  side[1] = line(f, abs_power, 1) / 2;
  return f.s;
}
FOR_DENSITIES(ALL, relu_mean) /* mean 0 is enough here */

/* E|f| = σ √(2/π), √3/2 σ, σ/√2 */
static long double abs_mean(struct density f)
{
  if (f.name == GAUSS)
    return f.s * sqrt(2 / (long double)re(PI));
  return f.name == FLAT ? sqrt(3.0L) / 2 * f.s : f.s / sqrt(2.0L);
}

static long double abs_values(struct density f, long double side[2])
{
  side[0] = line(f, abs_power, 1);
  side[1] = abs_mean(f);
  return f.s;
}
FOR_DENSITIES(SYMMETRIC, abs_values)

/* E[(f−μ)²] = E[f²] − 2μ E[f] + μ², μ any number */
static void variance_expand(struct finding *f)
{
  f->error = 0;
  f->tolerance = CLOSE;
  for (int k = -4; k <= 4; k++) {
    const struct density p = { MOVED, 1.25L };
    const long double mu = 0.3L * k;
    f->error = worse(f->error, line(p, centred, mu),
                     line(p, power, 2) - 2 * mu * line(p, power, 1) + mu * mu);
    f->entries++;
  }
}

/* E[(f − E f)²] = E[f²] − (E f)², for a mean that is not 0 */
static void variance(struct finding *f)
{
  f->error = 0;
  f->tolerance = CLOSE;
  for (int k = 0; k < 6; k++) {
    const struct density p = { MOVED, 1 + 0.5L * k };
    const long double mean = line(p, power, 1), square = p.s * p.s;
    if (!(mean > 0.5L * p.s)) /* a mean of 0 would hide the sign */
      f->error = 1;
    f->error = worse(f->error, line(p, centred, mean) / square,
                     (line(p, power, 2) - mean * mean) / square);
    f->entries++;
  }
}

/* Var max(0, f) = σ²/2 − (E|f|)²/4 */
static long double relu_variance(struct density f, long double side[2])
{
  side[0] = line(f, relu_centred, line(f, relu_power, 1));
  side[1] = f.s * f.s / 2 - line(f, abs_power, 1) * line(f, abs_power, 1) / 4;
  return f.s * f.s;
}
FOR_DENSITIES(SYMMETRIC, relu_variance)

/* (½ − 1/(2π)) σ², 5/16 σ², 3/8 σ² */
static long double relu_variance_values(struct density f, long double side[2])
{
  const long double pi = (long double)re(PI);
  side[0] = line(f, relu_centred, line(f, relu_power, 1));
  side[1] = f.name == GAUSS  ? 0.5L - 1 / (2 * pi)
            : f.name == FLAT ? 5.0L / 16
                             : 3.0L / 8;
  side[1] *= f.s * f.s;
  return f.s * f.s;
}
FOR_DENSITIES(SYMMETRIC, relu_variance_values)

/* max(0, f) = ½ (f + |f|): left by the module */
enum { S, M, N }; /* dimensions */

static const struct op numbers = {
  .name = "numbers",
  .dim = { { "S", 3, 6 }, { "M", 2, 6 } },
  .in = { { "f", SHAPE(S, M), NORMAL, .role = INPUT } },
  .out = SHAPE(S, M),
};

static void relu_abs(const size_t d[], const void *const in[], void *left,
                     void *right)
{
  const real *f = in[0];
  relu_forward(d[S], d[M], left, in[0]);
  for (size_t i = 0; i < d[S] * d[M]; i++)
    ((real *)right)[i] = R(0.5) * (f[i] + (re(f[i]) > 0 ? f[i] : -f[i]));
}

/* ---- every outcome of a few random weights ---- */

/* A weight of variance w² takes four values, ±u w and ±v w, with chances ρ
   and 1 − ρ for the sizes: symmetric, and otherwise of any shape. */
enum { VALUES = 4, MOST = 8 };
struct law {
  real value[VALUES], chance[VALUES];
};

static struct law law_of(real w2, real u, real rho)
{
  const real v = sqrt((R(1.0) - rho * u * u) / (R(1.0) - rho)), w = sqrt(w2);
  return (struct law){ { u * w, -u * w, v * w, -v * w },
                       { rho / 2, rho / 2, (R(1.0) - rho) / 2,
                         (R(1.0) - rho) / 2 } };
}

/* The number of outcomes of n weights; the weights of one, and its chance. */
static size_t outcomes(size_t n) { return (size_t)1 << (2 * n); }

static real outcome(size_t code, size_t n, const struct law law[], real W[])
{
  real chance = R(1.0);
  for (size_t i = 0; i < n; i++, code /= VALUES) {
    W[i] = law[i].value[code % VALUES];
    chance *= law[i].chance[code % VALUES];
  }
  return chance;
}

static real delta(size_t i, size_t j) { return i == j ? R(1.0) : R(0.0); }
static real relu(real f) { return re(f) > 0 ? f : R(0.0); }

/* One unit of M inputs: its weights, and x with V possible values, drawn
   together and independent of the weights. */
enum { INPUTS, ATOMS };
enum { AT, CHANCE, W2, U, RHO, BIAS };
struct unit {
  size_t M, V;
  const real *x; /* V×M */
  real chance[MOST], w2;
  struct law law[MOST];
};

static const struct op unit = {
  .name = "one unit",
  .dim = { { "M", 2, 5 }, { "V", 2, 4 } },
  .in = { { "x", SHAPE(ATOMS, INPUTS), NORMAL, .role = INPUT },
          { "chances", SHAPE(ATOMS), PROBABILITIES, .role = INPUT },
          { "w²", SCALAR, UNIFORM, 0.25L, 2, .role = INPUT },
          { "u", SHAPE(INPUTS), UNIFORM, 0.25L, 0.875L, .role = INPUT },
          { "ρ", SHAPE(INPUTS), UNIFORM, 0.25L, 0.75L, .role = INPUT },
          { "v", SCALAR, UNIFORM, 0.25L, 2, .role = INPUT } },
  .out = SCALAR,
};

/* The chances of the V values, which sum to 1 in the type at hand. */
static void chances(size_t V, const real drawn[], real chance[])
{
  real sum = R(0.0);
  for (size_t k = 0; k < V; k++)
    sum += drawn[k];
  for (size_t k = 0; k < V; k++)
    chance[k] = drawn[k] / sum;
}

static struct unit unit_at(const size_t d[], const void *const in[])
{
  struct unit unit = { .M = d[INPUTS], .V = d[ATOMS], .x = in[AT] };
  unit.w2 = *(const real *)in[W2];
  chances(unit.V, in[CHANCE], unit.chance);
  for (size_t m = 0; m < unit.M; m++)
    unit.law[m] =
        law_of(unit.w2, ((const real *)in[U])[m], ((const real *)in[RHO])[m]);
  return unit;
}

static real dot(size_t n, const real a[], const real b[])
{
  real sum = R(0.0);
  for (size_t i = 0; i < n; i++)
    sum += a[i] * b[i];
  return sum;
}

/* E[h(f)], f = Σ_m W_m x_m, over every outcome of W and x. */
static real unit_mean(const struct unit *unit, real (*h)(real f, real c),
                      real c)
{
  real W[MOST], sum = R(0.0);
  for (size_t i = 0; i < outcomes(unit->M); i++) {
    const real chance = outcome(i, unit->M, unit->law, W);
    for (size_t k = 0; k < unit->V; k++)
      sum += chance * unit->chance[k] *
             h(dot(unit->M, W, unit->x + k * unit->M), c);
  }
  return sum;
}

static real as_it_is(real f, real c) { return f + c; }
static real squared(real f, real c) { return (f + c) * (f + c); }
static real relu_squared(real f, real c) { return relu(f + c) * relu(f + c); }
static real above(real f, real c) { return re(f) > re(c) ? R(1.0) : R(0.0); }
static real below(real f, real c) { return above(-f, c); }

/* E[W_m W_k] over every outcome of W, and E[x_m x_k]. */
static real weights_product(const struct unit *unit, size_t m, size_t k)
{
  real W[MOST], sum = R(0.0);
  for (size_t i = 0; i < outcomes(unit->M); i++) {
    const real chance = outcome(i, unit->M, unit->law, W);
    sum += chance * W[m] * W[k];
  }
  return sum;
}

static real inputs_product(const struct unit *unit, size_t m, size_t k)
{
  real sum = R(0.0);
  for (size_t i = 0; i < unit->V; i++)
    sum +=
        unit->chance[i] * unit->x[i * unit->M + m] * unit->x[i * unit->M + k];
  return sum;
}

/* q = 1/M Σ_m E[x_m²] */
static real second_moment(const struct unit *unit)
{
  real sum = R(0.0);
  for (size_t m = 0; m < unit->M; m++)
    sum += inputs_product(unit, m, m);
  return sum / (real)unit->M;
}

/* E[f²] = Σ_m Σ_k E[W_m W_k] E[x_m x_k] */
static real products(const struct unit *unit)
{
  real sum = R(0.0);
  for (size_t m = 0; m < unit->M; m++)
    for (size_t k = 0; k < unit->M; k++)
      sum += weights_product(unit, m, k) * inputs_product(unit, m, k);
  return sum;
}

static void independence(const size_t d[], const void *const in[], void *left,
                         void *right)
{
  const struct unit u = unit_at(d, in);
  *(real *)left = unit_mean(&u, squared, R(0.0));
  *(real *)right = products(&u);
}

/* E[W_m W_k] = w² δ_mk */
static void cross(const size_t d[], const void *const in[], void *left,
                  void *right)
{
  const struct unit u = unit_at(d, in);
  real(*a)[d[INPUTS]] = left, (*b)[d[INPUTS]] = right;
  for (size_t m = 0; m < u.M; m++)
    for (size_t k = 0; k < u.M; k++) {
      a[m][k] = weights_product(&u, m, k);
      b[m][k] = u.w2 * delta(m, k);
    }
}

/* E[f²] = w² Σ_m E[x_m²] */
static void picked(const size_t d[], const void *const in[], void *left,
                   void *right)
{
  const struct unit u = unit_at(d, in);
  real sum = R(0.0);
  for (size_t m = 0; m < u.M; m++)
    sum += inputs_product(&u, m, m);
  *(real *)left = unit_mean(&u, squared, R(0.0));
  *(real *)right = u.w2 * sum;
}

/* E[f²] = M w² q */
static void forward_moment(const size_t d[], const void *const in[],
                           void *left, void *right)
{
  const struct unit u = unit_at(d, in);
  *(real *)left = unit_mean(&u, squared, R(0.0));
  *(real *)right = (real)u.M * u.w2 * second_moment(&u);
}

/* E f = 0 */
static void zero_mean(const size_t d[], const void *const in[], void *left,
                      void *right)
{
  const struct unit u = unit_at(d, in);
  *(real *)left = unit_mean(&u, as_it_is, R(0.0));
  *(real *)right = R(0.0);
}

/* P(f > t) = P(f < −t), for V numbers t */
static void symmetric(const size_t d[], const void *const in[], void *left,
                      void *right)
{
  const struct unit u = unit_at(d, in);
  for (size_t k = 0; k < u.V; k++) {
    const real t = u.x[k * u.M];
    ((real *)left)[k] = unit_mean(&u, above, t);
    ((real *)right)[k] = unit_mean(&u, below, t);
  }
}

/* q_l = ½ M w² q_l−1 */
static void recursion(const size_t d[], const void *const in[], void *left,
                      void *right)
{
  const struct unit u = unit_at(d, in);
  *(real *)left = unit_mean(&u, relu_squared, R(0.0));
  *(real *)right = R(0.5) * (real)u.M * u.w2 * second_moment(&u);
}

/* f² = Σ_m Σ_k W_m W_k x_m x_k: at one W and one x */
static const struct op fixed_unit = {
  .name = "one unit, nothing random",
  .dim = { { "M", 2, 7 } },
  .in = { { "W", SHAPE(INPUTS), NORMAL, .role = INPUT },
          { "x", SHAPE(INPUTS), NORMAL, .role = INPUT } },
  .out = SCALAR,
};

static void square(const size_t d[], const void *const in[], void *left,
                   void *right)
{
  const size_t M = d[INPUTS];
  const real *W = in[0], *x = in[1], f = dot(M, W, x);
  real sum = R(0.0);
  for (size_t m = 0; m < M; m++)
    for (size_t k = 0; k < M; k++)
      sum += W[m] * W[k] * x[m] * x[k];
  *(real *)left = f * f;
  *(real *)right = sum;
}

/* q_2 = q_0 (½ M_1 w_1²)(½ M_2 w_2²): every outcome of 2×3 and 1×2 weights */
enum { FIRST, SECOND };
static const struct op two_layers = {
  .name = "two layers",
  .dim = { { "M", 3, 3 }, { "N", 2, 2 }, { "weights", 8, 8 } },
  .in = { { "w₁²", SCALAR, UNIFORM, 0.25L, 2, .role = INPUT },
          { "w₂²", SCALAR, UNIFORM, 0.25L, 2, .role = INPUT },
          { "x", SHAPE(0), NORMAL, .role = INPUT },
          { "u", SHAPE(2), UNIFORM, 0.25L, 0.875L, .role = INPUT },
          { "ρ", SHAPE(2), UNIFORM, 0.25L, 0.75L, .role = INPUT } },
  .out = SCALAR,
};

static void layers(const size_t d[], const void *const in[], void *left,
                   void *right)
{
  enum { IN = 3, HIDDEN = 2, WEIGHTS = 8 };
  const real w1 = *(const real *)in[FIRST], w2 = *(const real *)in[SECOND];
  const real *x = in[2], *u = in[3], *rho = in[4];
  struct law law[WEIGHTS];
  real W[WEIGHTS], sum = R(0.0), q = R(0.0);
  for (size_t i = 0; i < d[2]; i++)
    law[i] = law_of(i < IN * HIDDEN ? w1 : w2, u[i], rho[i]);
  for (size_t i = 0; i < outcomes(WEIGHTS); i++) {
    const real chance = outcome(i, WEIGHTS, law, W);
    real hidden[HIDDEN];
    for (size_t n = 0; n < HIDDEN; n++)
      hidden[n] = relu(dot(IN, W + n * IN, x));
    const real y = relu(dot(HIDDEN, W + IN * HIDDEN, hidden));
    sum += chance * y * y;
  }
  for (size_t m = 0; m < IN; m++)
    q += x[m] * x[m] / IN;
  *(real *)left = sum;
  *(real *)right = q * (R(0.5) * IN * w1) * (R(0.5) * HIDDEN * w2);
}

/* ---- the rules ---- */

enum { RULES = 4 };
static const struct op rules = {
  .name = "rules",
  .dim = { { "M", 2, 90 }, { "N", 2, 90 }, { "rules", RULES, RULES } },
  .in = { { "a", SCALAR, UNIFORM, 0.02L, 0.98L, .role = INPUT },
          { "q", SCALAR, UNIFORM, 0.25L, 4, .role = INPUT },
          { "w²", SCALAR, UNIFORM, 0.25L, 4, .role = INPUT } },
  .out = SCALAR,
};

/* ½ M w² = 1 for w² = 2/M */
static void he(const size_t d[], const void *const in[], void *left,
               void *right)
{
  (void)in;
  const real M = (real)d[0], w2 = R(2.0) / M;
  *(real *)left = R(0.5) * M * w2;
  *(real *)right = R(1.0);
}

/* ½ (1+a²) M w² = 1 for w² = 2/((1+a²) M) */
static void leaky_rule(const size_t d[], const void *const in[], void *left,
                       void *right)
{
  const real M = (real)d[0], a = *(const real *)in[0];
  const real w2 = R(2.0) / ((R(1.0) + a * a) * M);
  *(real *)left = R(0.5) * (R(1.0) + a * a) * M * w2;
  *(real *)right = R(1.0);
}

/* ½ (M w² + N w²) = 1 for w² = 2/(M+N) */
static void xavier(const size_t d[], const void *const in[], void *left,
                   void *right)
{
  (void)in;
  const real M = (real)d[0], N = (real)d[1], w2 = R(2.0) / (M + N);
  *(real *)left = R(0.5) * (M * w2 + N * w2);
  *(real *)right = R(1.0);
}

/* The module's four variances: 1/M, 2/(M+N), 2/M, 2/((1+a²) M) */
static void variances(const size_t d[], const void *const in[], void *left,
                      void *right)
{
  const real M = (real)d[0], N = (real)d[1], a = *(const real *)in[0];
  const real module[RULES] = {
    variance_lecun(d[0], d[1]),
    variance_xavier(d[0], d[1]),
    variance_he(d[0], d[1]),
    variance_leaky(d[0], d[1], a),
  };
  const real page[RULES] = {
    R(1.0) / M,
    R(2.0) / (M + N),
    R(2.0) / M,
    R(2.0) / ((R(1.0) + a * a) * M),
  };
  for (int k = 0; k < RULES; k++) {
    ((real *)left)[k] = module[k];
    ((real *)right)[k] = page[k];
  }
}

/* The module's recursions: ½ M w² q, ½ N w² g */
static void recursions(const size_t d[], const void *const in[], void *left,
                       void *right)
{
  const real q = *(const real *)in[1], w2 = *(const real *)in[2];
  for (int k = 0; k < RULES; k++) { /* at four q, or g */
    const real at = q + (real)k;
    const size_t M = d[0], N = d[1];
    ((real *)left)[k] =
        k % 2 ? recursion_forward(at, M, w2) : recursion_backward(at, N, w2);
    ((real *)right)[k] = R(0.5) * (k % 2 ? (real)M : (real)N) * w2 * at;
  }
}

/* Π_l ½ N_l w_l² = N_K/N_1 for w_l² = 2/M_l, M_l = N_l−1 */
static const struct op widths = {
  .name = "widths",
  .dim = { { "K", 3, 9 } },
  .in = { { "N", SHAPE(0), UNIFORM, 1, 500, .role = INPUT } },
  .out = SCALAR,
};

static void telescope(const size_t d[], const void *const in[], void *left,
                      void *right)
{
  const real *N = in[0];
  real product = R(1.0);
  for (size_t l = 1; l < d[0]; l++)
    product *= R(0.5) * N[l] * (R(2.0) / N[l - 1]);
  *(real *)left = product;
  *(real *)right = N[d[0] - 1] / N[0];
}

/* ---- other activations ---- */

/* E[h(f)²] = ∫_0^∞ t² p(t) dt + a² ∫_−∞^0 t² p(t) dt */
static long double leaky_split(struct density f, long double side[2])
{
  const long double a = f.s / 5;
  side[0] = line(f, leaky_power, a);
  side[1] =
      between(f, power, 2, 0, FAR) + a * a * between(f, power, 2, -FAR, 0);
  return f.s * f.s;
}
FOR_DENSITIES(ALL, leaky_split)

/* E[h(f)²] = ½ (1 + a²) σ² */
static long double leaky(struct density f, long double side[2])
{
  const long double a = f.s / 5;
  side[0] = line(f, leaky_power, a);
  side[1] = (1 + a * a) / 2 * f.s * f.s;
  return f.s * f.s;
}
FOR_DENSITIES(SYMMETRIC, leaky)

/* E[h′(f)²] = ½ (1 + a²) */
static long double leaky_back(struct density f, long double side[2])
{
  const long double a = f.s / 5;
  side[0] = line(f, leaky_slope, a);
  side[1] = (1 + a * a) / 2;
  return 1;
}
FOR_DENSITIES(SYMMETRIC, leaky_back)

/* tanh′(0) = 1, from chapter 3's code */
static void tanh_slope(struct finding *f)
{
  const real x[1][1] = { { R(0.0) } }, G[1][1] = { { R(1.0) } };
  real y[1][1], dx[1][1];
  tanh_forward(1, 1, y, x);
  tanh_backward(1, 1, dx, G, (const void *)y);
  f->error = worse(0, (long double)re(dx[0][0]), 1);
  f->tolerance = CLOSE;
  f->entries = 1;
}

/* h′(0) = ¼ for the sigmoid */
static void sigmoid_slope(struct finding *f)
{
  const real x[1][1] = { { R(0.0) } }, G[1][1] = { { R(1.0) } };
  real y[1][1], dx[1][1];
  sigmoid_forward(1, 1, y, x);
  sigmoid_backward(1, 1, dx, G, (const void *)y);
  f->error = worse(0, (long double)re(dx[0][0]), 0.25L);
  f->tolerance = CLOSE;
  f->entries = 1;
}

/* A limit for h → 0 of a function with a series in h: each column removes one
   more power (Richardson), from values at h, h/2, h/4, ... */
static long double limit(int count, long double value[])
{
  long double factor = 2;
  for (int n = count - 1; n > 0; n--, factor *= 2)
    for (int i = 0; i < n; i++)
      value[i] = (factor * value[i + 1] - value[i]) / (factor - 1);
  return value[0];
}

/* lim_σ→0 (σ² − E[tanh(f)²]) / E[f⁴] = 2/3 */
static void tanh_limit(struct finding *f)
{
  enum { STEPS = 6 };
  f->error = 0;
  f->tolerance = 1e-6L;
  for (int k = 0; k < SYMMETRIC; k++) {
    long double value[STEPS], s2 = 1.0L / 64;
    for (int i = 0; i < STEPS; i++, s2 /= 2) { /* the series is in σ² */
      const struct density p = { k, sqrt(s2) };
      value[i] = (s2 - line(p, tanh_power, 2)) / line(p, power, 4);
    }
    f->error = worse(f->error, limit(STEPS, value), 2.0L / 3);
    f->entries++;
  }
}

/* E[h(f)²] = ¼ + E[(h(f) − ½)²], h the sigmoid */
static long double sigmoid_power(long double t, long double c)
{
  (void)c;
  return sigmoid_centred(t, 0);
}
static long double sigmoid_floor(struct density f, long double side[2])
{
  side[0] = line(f, sigmoid_power, 0);
  side[1] = 0.25L + line(f, sigmoid_centred, 0.5L);
  return 1;
}
FOR_DENSITIES(SYMMETRIC, sigmoid_floor)

/* lim_σ→0 E[(h(f) − ½)²]/σ² = 1/16 */
static void sigmoid_limit(struct finding *f)
{
  enum { STEPS = 6 };
  f->error = 0;
  f->tolerance = 1e-6L;
  for (int k = 0; k < SYMMETRIC; k++) {
    long double value[STEPS], s2 = 1.0L / 16;
    for (int i = 0; i < STEPS; i++, s2 /= 2) {
      const struct density p = { k, sqrt(s2) };
      value[i] = line(p, sigmoid_centred, 0.5L) / s2;
    }
    f->error = worse(f->error, limit(STEPS, value), 1.0L / 16);
    f->entries++;
  }
}

/* ---- backward ---- */

/* ReLU, then a linear layer without bias: Y = max(0, F) Wᵀ. */
static void relu_linear(const size_t d[], const void *const in[], void *Y)
{
  real x[d[S]][d[M]], b[d[N]];
  for (size_t n = 0; n < d[N]; n++)
    b[n] = R(0.0);
  relu_forward(d[S], d[M], x, in[0]);
  linear_forward(d[S], d[M], d[N], Y, (const void *)x, in[1], b);
}

static void linear_alone(const size_t d[], const void *const in[], void *Y)
{
  real b[d[N]];
  for (size_t n = 0; n < d[N]; n++)
    b[n] = R(0.0);
  linear_forward(d[S], d[M], d[N], Y, in[0], in[1], b);
}

static long double from_kink(const size_t d[], const void *const in[])
{
  const real *F = in[0];
  long double nearest = 1;
  for (size_t i = 0; i < d[S] * d[M]; i++) {
    const long double f = (long double)re(F[i]), size = f > 0 ? f : -f;
    nearest = size < nearest ? size : nearest;
  }
  return nearest;
}

#define LAYER(input)                                         \
  .dim = { { "S", 3, 6 }, { "M", 2, 6 }, { "N", 2, 6 } },    \
  .in = { { input, SHAPE(S, M), NORMAL, .role = INPUT },     \
          { "W", SHAPE(N, M), NORMAL, .role = PARAMETER } }, \
  .out = SHAPE(S, N)

static const struct op linear = { .name = "linear",
                                  LAYER("X"),
                                  .forward = linear_alone };
static const struct op rectified = { .name = "ReLU and linear",
                                     LAYER("F"),
                                     .forward = relu_linear,
                                     .distance = from_kink };

/* ∂L/∂X_sm = Σ_n G_sn W_nm */
static void dx(const size_t d[], const void *const in[], const void *upstream,
               void *g)
{
  const real(*G)[d[N]] = upstream, (*W)[d[M]] = in[1];
  real(*dX)[d[M]] = g;
  for (size_t s = 0; s < d[S]; s++)
    for (size_t m = 0; m < d[M]; m++) {
      dX[s][m] = R(0.0);
      for (size_t n = 0; n < d[N]; n++)
        dX[s][m] += G[s][n] * W[n][m];
    }
}

/* ∂L/∂F_sm = 1[F_sm > 0] Σ_n G_sn W_nm */
static void df(const size_t d[], const void *const in[], const void *upstream,
               void *g)
{
  const real(*F)[d[M]] = in[0];
  real(*dF)[d[M]] = g;
  dx(d, in, upstream, g);
  for (size_t s = 0; s < d[S]; s++)
    for (size_t m = 0; m < d[M]; m++)
      dF[s][m] *= re(F[s][m]) > 0 ? R(1.0) : R(0.0);
}

/* Σ_n G_n W_nm for each of M inputs: G with V possible values, drawn together;
   and the sign of f_m, of a law of its own. */
enum { COLUMN_N, COLUMN_V, COLUMN_M };
enum { GRADIENTS, G_CHANCE, C_W2, C_U, C_RHO, F_U, F_RHO };
static const struct op columns = {
  .name = "columns of weights",
  .dim = { { "N", 2, 4 }, { "V", 2, 4 }, { "M", 2, 5 } },
  .in = { { "G", SHAPE(COLUMN_V, COLUMN_N), NORMAL, .role = INPUT },
          { "chances", SHAPE(COLUMN_V), PROBABILITIES, .role = INPUT },
          { "w²", SCALAR, UNIFORM, 0.25L, 2, .role = INPUT },
          { "u", SHAPE(COLUMN_N, COLUMN_M), UNIFORM, 0.25L, 0.875L,
            .role = INPUT },
          { "ρ", SHAPE(COLUMN_N, COLUMN_M), UNIFORM, 0.25L, 0.75L,
            .role = INPUT },
          { "u of f", SHAPE(COLUMN_M), UNIFORM, 0.25L, 0.875L, .role = INPUT },
          { "ρ of f", SHAPE(COLUMN_M), UNIFORM, 0.25L, 0.75L,
            .role = INPUT } },
  .out = SCALAR,
};

/* Column m of W and G, as one unit of N inputs. */
static struct unit column(const size_t d[], const void *const in[], size_t m)
{
  const real(*u)[d[COLUMN_M]] = in[C_U], (*rho)[d[COLUMN_M]] = in[C_RHO];
  struct unit unit = { .M = d[COLUMN_N], .V = d[COLUMN_V] };
  unit.x = in[GRADIENTS];
  unit.w2 = *(const real *)in[C_W2];
  chances(unit.V, in[G_CHANCE], unit.chance);
  for (size_t n = 0; n < unit.M; n++)
    unit.law[n] = law_of(unit.w2, u[n][m], rho[n][m]);
  return unit;
}

/* E[(∂L/∂x_m)²] = Σ_n Σ_k E[G_n G_k] E[W_nm W_km] */
static void back_square(const size_t d[], const void *const in[], void *left,
                        void *right)
{
  for (size_t m = 0; m < d[COLUMN_M]; m++) {
    const struct unit c = column(d, in, m);
    ((real *)left)[m] = unit_mean(&c, squared, R(0.0));
    ((real *)right)[m] = products(&c);
  }
}

/* E[(∂L/∂x_m)²] = N w² g,  g = 1/N Σ_n E[G_n²] */
static void back_picked(const size_t d[], const void *const in[], void *left,
                        void *right)
{
  for (size_t m = 0; m < d[COLUMN_M]; m++) {
    const struct unit c = column(d, in, m);
    ((real *)left)[m] = unit_mean(&c, squared, R(0.0));
    ((real *)right)[m] = (real)d[COLUMN_N] * c.w2 * second_moment(&c);
  }
}

/* E[(∂L/∂f_m)²] = ½ N w² g, the sign of f_m independent of the rest */
static void back(const size_t d[], const void *const in[], void *left,
                 void *right)
{
  for (size_t m = 0; m < d[COLUMN_M]; m++) {
    const struct unit c = column(d, in, m);
    const struct law f =
        law_of(c.w2, ((const real *)in[F_U])[m], ((const real *)in[F_RHO])[m]);
    real sum = R(0.0);
    for (int k = 0; k < VALUES; k++)
      if (re(f.value[k]) > 0) /* the indicator */
        sum += f.chance[k] * unit_mean(&c, squared, R(0.0));
    ((real *)left)[m] = sum;
    ((real *)right)[m] = R(0.5) * (real)d[COLUMN_N] * c.w2 * second_moment(&c);
  }
}

/* E[1[f > 0]] = ½ */
static long double half_open(struct density f, long double side[2])
{
  side[0] = line(f, relu_power, 0);
  side[1] = 0.5L;
  return 1;
}
FOR_DENSITIES(SYMMETRIC, half_open)

/* E[W_nm W_nk 1[f_n > 0]] = ½ E[W_nm W_nk], f_n = Σ_m W_nm x_m, x fixed */
static void row_flip(const size_t d[], const void *const in[], void *left,
                     void *right)
{
  const struct unit u = unit_at(d, in);
  real(*a)[d[INPUTS]] = left, (*b)[d[INPUTS]] = right, W[MOST];
  for (size_t m = 0; m < u.M; m++)
    for (size_t k = 0; k < u.M; k++) {
      a[m][k] = R(0.0);
      b[m][k] = R(0.5) * weights_product(&u, m, k);
    }
  for (size_t i = 0; i < outcomes(u.M); i++) {
    const real chance = outcome(i, u.M, u.law, W);
    if (re(dot(u.M, W, u.x)) > 0)
      for (size_t m = 0; m < u.M; m++)
        for (size_t k = 0; k < u.M; k++)
          a[m][k] += chance * W[m] * W[k];
  }
}

/* E[∂L/∂x_m ∂L/∂x_k] = ½ N w² β δ_mk for G_n = 1[f_n > 0] B_n and
   E[B_n B_k] = β δ_nk: here B_n = ±√β.  Every outcome of W and B. */
static const struct op masked = {
  .name = "a gradient that depends on the weights",
  .dim = { { "N", 2, 3 }, { "M", 2, 3 } },
  .in = { { "x", SHAPE(1), NORMAL, .role = INPUT },
          { "w²", SCALAR, UNIFORM, 0.25L, 2, .role = INPUT },
          { "β", SCALAR, UNIFORM, 0.25L, 2, .role = INPUT },
          { "u", SHAPE(0, 1), UNIFORM, 0.25L, 0.875L, .role = INPUT },
          { "ρ", SHAPE(0, 1), UNIFORM, 0.25L, 0.75L, .role = INPUT } },
  .out = SCALAR,
};

static void masked_outcome(const size_t d[], const real x[], const real W[],
                           real beta, real chance, real *sum)
{
  const size_t rows = d[0], inputs = d[1];
  for (size_t signs = 0; signs < (size_t)1 << rows; signs++) {
    real down[MOST];
    for (size_t m = 0; m < inputs; m++) {
      down[m] = R(0.0);
      for (size_t n = 0; n < rows; n++) {
        const real B = signs >> n & 1 ? sqrt(beta) : -sqrt(beta);
        if (re(dot(inputs, W + n * inputs, x)) > 0)
          down[m] += B * W[n * inputs + m];
      }
    }
    for (size_t i = 0; i < inputs * inputs; i++)
      sum[i] += chance / (real)((size_t)1 << rows) * down[i / inputs] *
                down[i % inputs];
  }
}

static void back_masked(const size_t d[], const void *const in[], void *left,
                        void *right)
{
  const size_t weights = d[0] * d[1];
  const real w2 = *(const real *)in[1], beta = *(const real *)in[2];
  struct law law[MOST];
  real W[MOST], *sum = left;
  for (size_t i = 0; i < weights; i++)
    law[i] = law_of(w2, ((const real *)in[3])[i], ((const real *)in[4])[i]);
  for (size_t i = 0; i < d[1] * d[1]; i++) {
    sum[i] = R(0.0);
    ((real *)right)[i] =
        R(0.5) * (real)d[0] * w2 * beta * delta(i / d[1], i % d[1]);
  }
  for (size_t i = 0; i < outcomes(weights); i++) {
    const real chance = outcome(i, weights, law, W);
    masked_outcome(d, in[0], W, beta, chance, sum);
  }
}

/* E[(∂L/∂x_m)²] = w² E[G²] + (E[W_m⁴] − w⁴) x_m² for one output y = Σ_m W_m
   x_m and G = y − T; T here is the unit's v. */
static void back_loss(const size_t d[], const void *const in[], void *left,
                      void *right)
{
  const struct unit u = unit_at(d, in);
  const real *x = u.x, T = *(const real *)in[BIAS];
  real W[MOST], G2 = R(0.0), fourth[MOST], *sum = left;
  for (size_t m = 0; m < u.M; m++)
    sum[m] = fourth[m] = R(0.0);
  for (size_t i = 0; i < outcomes(u.M); i++) {
    const real chance = outcome(i, u.M, u.law, W);
    const real G = dot(u.M, W, x) - T;
    G2 += chance * G * G;
    for (size_t m = 0; m < u.M; m++) {
      sum[m] += chance * G * W[m] * G * W[m];
      fourth[m] += chance * W[m] * W[m] * W[m] * W[m];
    }
  }
  for (size_t m = 0; m < u.M; m++)
    ((real *)right)[m] = u.w2 * G2 + (fourth[m] - u.w2 * u.w2) * x[m] * x[m];
}

/* ---- networks, by the modules of src ---- */

enum { LAYERS = 4, WIDEST = 20 };

/* One network of LAYERS linear layers with a ReLU between each two: the second
   moments of what the last ReLU passes on, q, and of the gradient by the first
   pre-activation, g, for c = dL/dY. */
struct moments {
  long double q, g;
};

static long double mean_square(size_t n, const real x[])
{
  long double sum = 0;
  for (size_t i = 0; i < n; i++)
    sum += (long double)re(x[i] * x[i]);
  return sum / (long double)n;
}

static struct moments network(const size_t width[], const real variance[],
                              const real x0[], const real c[], struct rng *rng)
{
  real W[LAYERS][WIDEST * WIDEST] = { { 0 } };
  real x[LAYERS + 1][1][WIDEST], f[1][WIDEST];
  real b[WIDEST], G[1][WIDEST], down[1][WIDEST], db[WIDEST] = { 0 };
  real dW[WIDEST * WIDEST] = { 0 };
  struct moments moments = { 0, 0 };
  for (size_t i = 0; i < WIDEST; i++) {
    b[i] = R(0.0);
    x[0][0][i] = i < width[0] ? x0[i] : R(0.0);
    G[0][i] = i < width[LAYERS] ? c[i] : R(0.0);
  }
  for (size_t l = 0; l < LAYERS; l++) {
    const size_t m = width[l], n = width[l + 1];
    weights_normal(n, m, (void *)W[l], rng, variance[l]);
    linear_forward(1, m, n, (void *)f, (void *)x[l], (void *)W[l], b);
    if (l + 1 < LAYERS)
      relu_forward(1, n, (void *)x[l + 1], (void *)f);
  }
  for (size_t l = LAYERS; l-- > 1;) {
    const size_t m = width[l], n = width[l + 1];
    linear_backward(1, m, n, (void *)down, (void *)dW, db, (void *)G,
                    (void *)x[l], (void *)W[l]);
    relu_backward(1, m, (void *)G, (void *)down, (void *)x[l]);
  }
  moments.q = mean_square(width[LAYERS - 1], x[LAYERS - 1][0]);
  moments.g = mean_square(width[1], G[0]);
  return moments;
}

static const size_t width[LAYERS + 1] = { 12, 20, 16, 18, 5 };

/* q_3 or g_1 over what the recursions give, mean of 8,000 networks: 1 */
static void networks(struct finding *f, int backward)
{
  enum { NETWORKS = 8000 };
  const real variance[LAYERS] = { R(0.125), R(0.2), R(0.075), R(0.3) };
  struct rng rng = rng_stream(1, "initialisation-networks");
  real x[WIDEST], c[WIDEST];
  for (size_t i = 0; i < WIDEST; i++) {
    x[i] = (real)rng_normal(&rng);
    c[i] = (real)rng_normal(&rng);
  }
  long double q = mean_square(width[0], x), g = mean_square(width[LAYERS], c);
  for (size_t l = 0; l + 1 < LAYERS; l++)
    q *= 0.5L * (long double)width[l] * (long double)re(variance[l]);
  for (size_t l = 1; l < LAYERS; l++)
    g *= 0.5L * (long double)width[l + 1] * (long double)re(variance[l]);
  struct mean mean = { 0, 0, 0 };
  for (int i = 0; i < NETWORKS; i++) {
    const struct moments m = network(width, variance, x, c, &rng);
    add(&mean, backward ? m.g / g : m.q / q);
  }
  hold(f, &mean, 1);
}
FINDING(forward_networks, networks, 0)
FINDING(backward_networks, networks, 1)

/* ---- one network ---- */

/* E[max(0, f)⁴] = 3/2 σ⁴, f normal */
static long double fourth_moment(struct density f, long double side[2])
{
  side[0] = line(f, relu_power, 4);
  side[1] = 1.5L * power(f.s, 4);
  return power(f.s, 4);
}
FOR_DENSITIES(1, fourth_moment)

/* Var q′ / (E q′)² = 5/N for q′ = 1/N Σ_n max(0, f_n)²: an integral over N
   normal variables, by a product of Gauss's rules, N = 1, 2, 3. */
enum { CELLS = 12, GRID = CELLS * NODES };

static void one_layer(struct finding *f)
{
  const struct gauss rule = gauss_rule();
  const long double end = 14, cell = 2 * end / CELLS;
  long double x2[GRID], w[GRID], moment[2][3] = { { 0 } };
  for (int i = 0; i < GRID; i++) {
    const long double left = -end + cell * (long double)(i / NODES);
    const long double t = left + cell * (1 + rule.x[i % NODES]) / 2;
    x2[i] = relu_power(t, 2);
    w[i] = cell / 2 * rule.w[i % NODES] * normal(t, 1);
  }
  for (int i = 0; i < GRID; i++)
    for (int j = 0; j < GRID; j++)
      for (int k = 0; k < GRID; k++) {
        const long double q[3] = { x2[i], (x2[i] + x2[j]) / 2,
                                   (x2[i] + x2[j] + x2[k]) / 3 };
        for (int n = 0; n < 3; n++) {
          moment[0][n] += w[i] * w[j] * w[k] * q[n];
          moment[1][n] += w[i] * w[j] * w[k] * q[n] * q[n];
        }
      }
  f->error = 0;
  f->tolerance = 100 * CLOSE; /* 7 million terms */
  for (int n = 0; n < 3; n++) {
    const long double mean2 = moment[0][n] * moment[0][n];
    f->error = worse(f->error, (moment[1][n] - mean2) / mean2, 5.0L / (n + 1));
    f->entries++;
  }
}

/* E[q_K²]/q_0² = Π_l (1 + 5/N_l) under He's rule, two layers of 8 and 6 */
static void spread(struct finding *f)
{
  enum { NETWORKS = 60000 };
  const size_t size[3] = { 3, 8, 6 };
  struct rng rng = rng_stream(1, "initialisation-spread");
  struct mean mean = { 0, 0, 0 };
  for (int i = 0; i < NETWORKS; i++) {
    real x[8] = { R(0.6), R(-1.1), R(0.9) }, W[8 * 8] = { 0 };
    const long double q0 = mean_square(size[0], x);
    for (size_t l = 0; l < 2; l++) {
      const size_t m = size[l], n = size[l + 1];
      real next[8];
      weights_normal(n, m, (void *)W, &rng, R(2.0) / (real)m);
      for (size_t j = 0; j < n; j++)
        next[j] = relu(dot(m, W + j * m, x));
      for (size_t j = 0; j < n; j++)
        x[j] = next[j];
    }
    const long double q = mean_square(size[2], x);
    add(&mean, q * q / (q0 * q0));
  }
  hold(f, &mean, (1 + 5.0L / 8) * (1 + 5.0L / 6));
}

/* The mean and variance of log(q_l/q_l−1) under He's rule, a layer of N normal
   units of which at least one is on.  k of them are on, with binomial chances;
   the sum of their squares over σ² is χ² with k degrees of freedom, whose log
   has mean ψ(k/2) + log 2 and variance ψ′(k/2).  DLMF 5.4, 5.5.2 (ψ). */
static void log_moments(int n, long double *mean, long double *variance)
{
  const long double pi = (long double)re(PI);
  const long double gamma = 0.577215664901532860606512090082402431L;
  long double psi[2] = { -gamma, -gamma - 2 * log(2.0L) }; /* ψ(1), ψ(½) */
  long double slope[2] = { pi * pi / 6, pi * pi / 2 };     /* ψ′ */
  long double total = 0, first = 0, second = 0;
  for (int k = 1; k <= n; k++) {
    const long double half = k / 2.0L;
    const long double chance = exp(lgamma(n + 1.0L) - lgamma(k + 1.0L) -
                                   lgamma(n - k + 1.0L) - n * log(2.0L));
    const long double m = psi[k % 2] + log(4.0L / n);
    total += chance;
    first += chance * m;
    second += chance * (slope[k % 2] + m * m);
    psi[k % 2] += 1 / half; /* of half + 1 */
    slope[k % 2] -= 1 / (half * half);
  }
  *mean = first / total;
  *variance = second / total - *mean * *mean;
}

/* lim N Var log = 5 and lim N E log = −5/2 for N → ∞ */
static void log_limit(struct finding *f, int of_variance, long double page)
{
  enum { STEPS = 6 };
  long double value[STEPS];
  for (int i = 0; i < STEPS; i++) {
    const int n = 100 << i; /* the series is in 1/N */
    long double mean, variance;
    log_moments(n, &mean, &variance);
    value[i] = n * (of_variance ? variance : mean);
  }
  f->error = worse(0, limit(STEPS, value), page);
  f->tolerance = 1e-5L;
  f->entries = 1;
}
FINDING(log_variance, log_limit, 1, 5)
FINDING(log_mean, log_limit, 0, -2.5L)

/* ---- the weights of the module ---- */

/* ∫_−c^c t²/(2c) dt = w² for c = w √3 */
static long double uniform_variance(struct density f, long double side[2])
{
  const struct density p = { FLAT, f.s };
  side[0] = between(p, power, 2, -sqrt(3.0L), sqrt(3.0L));
  side[1] = f.s * f.s;
  return f.s * f.s;
}
FOR_DENSITIES(1, uniform_variance)

typedef void draw_weights(size_t rows, size_t inputs, real W[rows][inputs],
                          struct rng *rng, real variance);

/* E[W] = 0, E[W²] = w², E[W⁴] = 3 w⁴ or 9/5 w⁴, and no two neighbours in a row
   or column go together; an entry beyond `last` standard deviations
   is an error. */
static void hold_weights(struct finding *f, draw_weights *fill,
                         const char *stream, long double fourth,
                         long double last)
{
  enum { ROWS = 300, COLUMNS = 400 };
  static real W[ROWS][COLUMNS];
  const long double w2 = 0.04L, end = last * sqrt(w2);
  struct rng rng = rng_stream(1, stream);
  struct mean mean[5] = { { 0, 0, 0 } };
  int outside = 0;
  for (int n = 0; n < ROWS; n++) /* what is not written is seen */
    for (int m = 0; m < COLUMNS; m++)
      W[n][m] = (real)nan("");
  fill(ROWS, COLUMNS, W, &rng, R(0.04));
  for (int n = 0; n < ROWS; n++)
    for (int m = 0; m < COLUMNS; m++) {
      const long double w = (long double)re(W[n][m]);
      add(&mean[0], w);
      add(&mean[1], w * w);
      add(&mean[2], w * w * w * w);
      add(&mean[3], w * (long double)re(W[n][(m + 1) % COLUMNS]));
      add(&mean[4], w * (long double)re(W[(n + 1) % ROWS][m]));
      outside += w > end || w < -end;
    }
  const long double expected[5] = { 0, w2, fourth * w2 * w2, 0, 0 };
  for (int k = 0; k < 5; k++)
    hold(f, &mean[k], expected[k]);
  if (outside)
    f->error = HUGE_VALL; /* an error of 1 standard error would pass */
}

/* The uniform weights are c (2 u − 1), c = w √3: to the last digit, which no
   moment shows. */
static void hold_ends(struct finding *f)
{
  enum { INPUTS = 50 };
  struct rng rng = rng_stream(f->seed, "initialisation-ends"), same = rng;
  real W[1][INPUTS];
  weights_uniform(1, INPUTS, W, &rng, R(0.04));
  for (int m = 0; m < INPUTS; m++) {
    const long double u = (long double)rng_uniform(&same);
    const long double w = sqrt(0.04L) * sqrt(3.0L) * (2 * u - 1);
    if (!(worse(0, (long double)re(W[0][m]), w) < 1e-15L))
      f->error = HUGE_VALL;
    f->entries++;
  }
}

static void weights(struct finding *f)
{
  hold_weights(f, weights_normal, "initialisation-normal", 3, 99);
  hold_weights(f, weights_uniform, "initialisation-uniform", 1.8L, sqrt(3.0L));
  hold_ends(f);
}

/* ---- numbers in the text ---- */

static void close_to(struct finding *f, long double value, long double page,
                     long double digits)
{
  f->error = worse(f->error > 0 ? f->error : 0, value / page, 1);
  f->tolerance = digits;
  f->entries++;
}

/* 2^−50 = 8.9e-16 and 1.1^50 = 117 */
static void fifty(struct finding *f)
{
  long double half = 1, more = 1;
  for (int l = 0; l < 50; l++) {
    half *= 0.5L;
    more *= 1.1L;
  }
  close_to(f, half, 8.9e-16L, 0.005L);
  close_to(f, more, 117, 0.005L);
}

/* −5/2 50/100 = −1.25 and √(5 50/100) = 1.58 */
static void typical(struct finding *f)
{
  close_to(f, -2.5L * 50 / 100, -1.25L, 0.003L);
  close_to(f, sqrt(5.0L * 50 / 100), 1.58L, 0.003L);
}

/* (½ / (½ − 1/(2π)))^50 = 2.1e8 */
static void wrong_moment(struct finding *f)
{
  const long double pi = (long double)re(PI);
  const long double factor = 0.5L / (0.5L - 1 / (2 * pi));
  close_to(f, factor, 1.467L, 0.0004L);
  close_to(f, exp(50 * log(factor)), 2.1e8L, 0.025L);
}

/* ---- exercises ---- */

/* ∫_−A^A t² (2+t²)^−3/2 dt = 2 (asinh(A/√2) − A/√(A²+2)) */
static long double student_square(long double t, const void *context)
{
  (void)context;
  return t * t / ((2 + t * t) * sqrt(2 + t * t));
}

static void student(struct finding *f)
{
  f->error = 0;
  f->tolerance = 10 * CLOSE; /* the right side cancels for a small A */
  for (long double A = 0.5L; A < 2e4L; A *= 3) {
    const long double right =
        2 * (asinh(A / sqrt(2.0L)) - A / sqrt(A * A + 2));
    f->error =
        worse(f->error, integral(student_square, NULL, -A, A) / right, 1);
    f->entries++;
  }
}

/* E[max(0, f + b)²] = ½ (M w² q + v), b = ±√v */
static void ex_bias(const size_t d[], const void *const in[], void *left,
                    void *right)
{
  const struct unit u = unit_at(d, in);
  const real v = *(const real *)in[BIAS], root = sqrt(v);
  *(real *)left = R(0.5) * (unit_mean(&u, relu_squared, root) +
                            unit_mean(&u, relu_squared, -root));
  *(real *)right = R(0.5) * ((real)u.M * u.w2 * second_moment(&u) + v);
}

/* q* = v/(2 − M w²): one more layer leaves it as it is */
static void ex_fixed(const size_t d[], const void *const in[], void *left,
                     void *right)
{
  const struct unit u = unit_at(d, in);
  const real v = *(const real *)in[BIAS], M = (real)u.M;
  const real w2 = u.w2 / M; /* so that M w² lies below 2 */
  const real q = v / (R(2.0) - M * w2);
  *(real *)left = R(0.5) * (M * w2 * q + v);
  *(real *)right = q;
}

/* 2^−M Σ_signs (Σ_m ±W_m x_m)² = Σ_m W_m² x_m² */
static void ex_signs(const size_t d[], const void *const in[], void *left,
                     void *right)
{
  const real *W = in[0], *x = in[1];
  real sum = R(0.0);
  for (size_t m = 0; m < d[INPUTS]; m++)
    sum += W[m] * W[m] * x[m] * x[m];
  *(real *)left = average_over_signs(d[INPUTS], W, x);
  *(real *)right = sum;
}

/* 6^−48 > 2^−126 > 6^−49, and the function says 49; for LeCun's rule 127 */
static void ex_default(struct finding *f)
{
  const real floor = (real)FLT_MIN;
  const long double log_floor = -126 * log(2.0L);
  f->error = 0;
  f->tolerance = 0;
  if (!(-48 * log(6.0L) > log_floor && log_floor > -49 * log(6.0L)))
    f->error = 1;
  for (size_t inputs = 3; inputs < 1000; inputs *= 7) {
    const real w2 = variance_lecun(inputs, 1) / R(3.0);
    if (layers_until(inputs, w2, floor) != 49)
      f->error = 1;
    f->entries++;
  }
  if (layers_until(128, variance_lecun(128, 1), floor) != 127 ||
      layers_until(128, variance_he(128, 1), floor) != 0)
    f->error = 1;
}

/* ∫_−2^2 t² φ(t) dt / ∫_−2^2 φ(t) dt = 1 − 4 φ(2)/(2 Φ(2) − 1) = 0.7737, and
   its root is what the code divides by */
static void ex_truncated(struct finding *f)
{
  const struct density p = { GAUSS, 1 };
  const long double left =
      between(p, power, 2, -2, 2) / between(p, power, 0, -2, 2);
  const long double right = 1 - 4 * normal(2, 1) / erf(sqrt(2.0L));
  const long double std = (long double)re(truncated_std());
  f->error = worse(worse(0, left, right), std * std, right);
  f->tolerance = CLOSE;
  if (!(worse(0, right, 0.7737L) <= 0.5e-4L))
    f->error = 1;
  f->entries = 3;
}

/* E[W²] = w² for that code */
static void ex_truncated_weights(struct finding *f)
{
  /* the fourth moment: ∫ t⁴ φ / ∫ φ over (−2, 2), in units of the variance */
  const struct density p = { GAUSS, 1 };
  const long double all = between(p, power, 0, -2, 2);
  const long double square = between(p, power, 2, -2, 2) / all;
  const long double fourth = between(p, power, 4, -2, 2) / all;
  hold_weights(f, weights_truncated, "initialisation-truncated",
               fourth / (square * square), 2 / sqrt(square) * (1 + 1e-15L));
}

/* Var q′/(E q′)² = (1/N) (6 (1+a⁴)/(1+a²)² − 1) for LeakyReLU: N times it is
   that of one unit */
static long double ex_leaky_spread(struct density f, long double side[2])
{
  const long double a = f.s / 5, a2 = a * a;
  const long double mean = line(f, leaky_power, a);
  side[0] = (line(f, leaky_fourth, a) - mean * mean) / (mean * mean);
  side[1] = 6 * (1 + a2 * a2) / ((1 + a2) * (1 + a2)) - 1;
  return side[1];
}
FOR_DENSITIES(1, ex_leaky_spread)

/* ---- the table ---- */

#define DENSITIES(label, sides)                                 \
  {                                                             \
    "initialisation-" label, STATEMENT, .finding = each_##sides \
  }
#define STATES(label, function)                             \
  {                                                         \
    "initialisation-" label, STATEMENT, .finding = function \
  }
#define WORKED(label, function)                         \
  {                                                     \
    "initialisation-" label, VALUE, .finding = function \
  }
#define EQUAL(label, of, function, ...)                         \
  {                                                             \
    "initialisation-" label, IDENTITY, &of, .sides = function,  \
                                            .side = __VA_ARGS__ \
  }

const struct claim CLAIMS(initialisation)[] = {
  DENSITIES("mean", no_mean),
  STATES("cauchy", cauchy),
  DENSITIES("split", split),
  DENSITIES("substitute", substitute),
  DENSITIES("evenness", evenness),
  DENSITIES("halves", two_halves),
  DENSITIES("doubled", doubled),
  DENSITIES("half", half_passes),
  STATES("monte-carlo", monte_carlo),
  STATES("skewed", skewed_half),
  EQUAL("relu-abs", numbers, relu_abs, SHAPE(S, M), .scale = 1),
  DENSITIES("relu-mean", relu_mean),
  DENSITIES("abs-values", abs_values),
  STATES("variance-expand", variance_expand),
  STATES("variance", variance),
  DENSITIES("relu-variance", relu_variance),
  DENSITIES("relu-variance-values", relu_variance_values),
  EQUAL("square", fixed_unit, square, SCALAR, .scale = 1),
  EQUAL("independence", unit, independence, SCALAR),
  EQUAL("cross", unit, cross, SHAPE(INPUTS, INPUTS)),
  EQUAL("picked", unit, picked, SCALAR),
  EQUAL("forward", unit, forward_moment, SCALAR),
  EQUAL("zero-mean", unit, zero_mean, SCALAR, .scale = 1),
  EQUAL("symmetric", unit, symmetric, SHAPE(ATOMS), .scale = 1),
  EQUAL("recursion", unit, recursion, SCALAR),
  EQUAL("layers", two_layers, layers, SCALAR),
  STATES("networks", forward_networks),
  WORKED("fifty", fifty),
  EQUAL("he", rules, he, SCALAR),
  DENSITIES("leaky-split", leaky_split),
  DENSITIES("leaky", leaky),
  EQUAL("leaky-rule", rules, leaky_rule, SCALAR),
  WORKED("tanh-slope", tanh_slope),
  STATES("tanh-limit", tanh_limit),
  WORKED("sigmoid-slope", sigmoid_slope),
  DENSITIES("sigmoid-floor", sigmoid_floor),
  STATES("sigmoid-limit", sigmoid_limit),
  { "initialisation-dx", GRADIENT, &linear, 0, 1, .gradient = dx },
  { "initialisation-df", GRADIENT, &rectified, 0, 1, .gradient = df },
  EQUAL("back-square", columns, back_square, SHAPE(COLUMN_M)),
  EQUAL("back-picked", columns, back_picked, SHAPE(COLUMN_M)),
  DENSITIES("open", half_open),
  EQUAL("back", columns, back, SHAPE(COLUMN_M)),
  DENSITIES("leaky-back", leaky_back),
  STATES("back-networks", backward_networks),
  EQUAL("telescope", widths, telescope, SCALAR),
  EQUAL("xavier", rules, xavier, SCALAR),
  EQUAL("row-flip", unit, row_flip, SHAPE(INPUTS, INPUTS), .scale = 1),
  EQUAL("back-masked", masked, back_masked, SHAPE(1, 1)),
  EQUAL("back-loss", unit, back_loss, SHAPE(INPUTS)),
  DENSITIES("fourth", fourth_moment),
  STATES("one-layer", one_layer),
  STATES("spread", spread),
  STATES("log-mean", log_mean),
  STATES("log-variance", log_variance),
  WORKED("typical", typical),
  EQUAL("variances", rules, variances, SHAPE(2)),
  EQUAL("recursions", rules, recursions, SHAPE(2)),
  DENSITIES("uniform-variance", uniform_variance),
  STATES("weights", weights),
  WORKED("wrong-moment", wrong_moment),
  STATES("ex-student", student),
  EQUAL("ex-bias", unit, ex_bias, SCALAR),
  EQUAL("ex-fixed", unit, ex_fixed, SCALAR),
  EQUAL("ex-signs", fixed_unit, ex_signs, SCALAR),
  WORKED("ex-default", ex_default),
  STATES("ex-truncated", ex_truncated),
  STATES("ex-truncated-weights", ex_truncated_weights),
  DENSITIES("ex-leaky-spread", ex_leaky_spread),
  END,
};
