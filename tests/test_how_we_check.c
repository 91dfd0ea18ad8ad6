#include "claims.h"
#include "derivatives.h"
#include "rng.h"

#include <complex.h>
#include <float.h>
#include <math.h>

/* What exceeds a bound, in an inequality. */
static void exceeds(struct finding *f, long double left, long double right)
{
  if (!(left <= right))
    f->error = worse(f->error, left, right);
  f->entries++;
}

static void compare(struct finding *f, long double a, long double b)
{
  f->error = worse(f->error, a, b);
  f->entries++;
}

static void begin(struct finding *f, long double tolerance)
{
  f->error = 0;
  f->tolerance = tolerance;
}

/* --- Weights, orders, the ladder ------------------------------------------
 */

static const long double six[] = { 3.0L / 4, -3.0L / 20, 1.0L / 60 };
static const long double eight[] = { 4.0L / 5, -1.0L / 5, 4.0L / 105,
                                     -1.0L / 280 };

/* Are these the weights of order 2m, by the formula of the first chapter? */
static void are_weights(struct finding *f, size_t m, const long double c[])
{
  begin(f, 4 * LDBL_EPSILON);
  for (size_t k = 1; k <= m; k++)
    compare(f, c[k - 1], (long double)re(central_weight(m, k)));
}

static void weights_six(struct finding *f) { are_weights(f, 3, six); }

static void weights_eight(struct finding *f) { are_weights(f, 4, eight); }

/* The difference of order 2m of e^x at x. */
static long double of_exp(size_t m, const long double c[], long double x,
                          long double h)
{
  long double sum = 0;
  for (size_t k = 1; k <= m; k++)
    sum += c[k - 1] *
           (expl(x + (long double)k * h) - expl(x - (long double)k * h));
  return sum / h;
}

/* All derivatives of e^x are e^x: what is left beside the term that the
   equation states, C h^2m e^x, must fall as h^(2m+2). */
static void has_error(struct finding *f, size_t m, const long double c[],
                      long double C)
{
  begin(f, 0.05L);
  for (int k = 0; k < 8; k++) {
    const long double x = (long double)k / 8;
    long double left[2];
    for (int half = 0; half < 2; half++) {
      const long double h = ldexpl(1, -2 - half);
      left[half] = of_exp(m, c, x, h) - expl(x) -
                   C * powl(h, 2 * (long double)m) * expl(x);
    }
    compare(f, log2l(fabsl(left[0] / left[1])), 2 * (long double)m + 2);
  }
}

static void error_six(struct finding *f) { has_error(f, 3, six, 1.0L / 140); }

static void error_eight(struct finding *f)
{
  has_error(f, 4, eight, -1.0L / 630);
}

static void noise_sum(struct finding *f)
{
  begin(f, 4 * LDBL_EPSILON);
  compare(f, 2 * (4.0L / 5 + 1.0L / 5 + 4.0L / 105 + 1.0L / 280), 25.0L / 12);
}

static long double ramp(long double x) { return x > 0 ? x : 0; }

/* Powers of two throughout, so that the left side is nearly exact. */
static void tie(struct finding *f)
{
  begin(f, 16 * LDBL_EPSILON);
  for (size_t m = 3; m <= 4; m++)
    for (int rung = 3; rung <= 15; rung++)
      for (int at = -4; at <= 4; at++) {
        const long double h = ldexpl(1, -rung), *c = m == 3 ? six : eight;
        const long double x = h * (long double)at / 4;
        long double sum = 0, weights = 0;
        for (size_t k = 1; k <= m; k++) {
          const long double kh = (long double)k * h;
          sum += c[k - 1] * (ramp(x + kh) - ramp(x - kh));
          weights += c[k - 1];
        }
        compare(f, sum / h, 0.5L + x / h * weights);
      }
}

/* --- Rounding --------------------------------------------------------------
 */

static void ratio(struct finding *f)
{
  begin(f, 0);
  compare(f, LDBL_EPSILON / (long double)DBL_EPSILON, ldexpl(1, -11));
}

/* The bound, and products of whole numbers of 26 bits in both types. */
static void short_products(struct finding *f)
{
  struct rng rng = rng_stream(f->seed, "short products");
  begin(f, 0);
  exceeds(f, powl(ldexpl(1, 26) - 1, 2), ldexpl(1, 53) - 1);
  for (int k = 0; k < 1000; k++) {
    const double a = (double)rng_below(&rng, 1u << 26);
    const double b = (double)rng_below(&rng, 1u << 26);
    const volatile double product = a * b;
    compare(f, (long double)product, (long double)a * (long double)b);
  }
}

/* --- What one witness, or few points, would miss ---------------------------
 */

/* y = (z² + z re z) / 2: x² on real numbers, and not analytic. */
static void conjugate(struct finding *f)
{
  begin(f, 8 * LDBL_EPSILON);
  const long double h = ldexpl(1, -4000);
  for (int k = 1; k <= 8; k++) {
    const long double x = (long double)k / 3;
    const long double _Complex z = x + h * (long double _Complex)_Complex_I;
    compare(f, cimagl((z * z + z * creall(z)) / 2) / h, 3 * x / 2);
  }
}

static void three_points(struct finding *f)
{
  begin(f, 0.005L);
  const long double above = erfcl(1 / sqrtl(2)) / 2;
  compare(f, powl(1 - above, 3), 0.60L);
}

/* --- The rules of other tools ----------------------------------------------
 */

static void zero_passes(struct finding *f)
{
  begin(f, 0);
  const long double bound = 1e-5L / (1 - 1e-3L);
  for (int k = -50; k <= 50; k++) {
    const long double n = bound * (1 + (long double)(2 * k + 1) / 1000);
    compare(f, n <= 1e-5L + 1e-3L * n, n <= bound);
    compare(f, -n >= -1e-5L - 1e-3L * n, n <= bound);
  }
}

/* e·v is normal with the deviation ‖e‖: the bound holds, is nearly attained,
   and what is drawn agrees to five standard errors. */
static void one_direction(struct finding *f)
{
  enum { DRAWS = 20000 };
  static const long double e[] = { 0.3L, -1.1L, 0.7L, 0.2L };
  struct rng rng = rng_stream(f->seed, "one direction");
  long double norm = 0, inside = 0;
  begin(f, 0);
  for (int j = 0; j < 4; j++)
    norm = hypotl(norm, e[j]);
  for (int k = 0; k <= 20; k++) {
    const long double t = ldexpl(1, -k), p = erfl(t / sqrtl(2));
    exceeds(f, p, sqrtl(0.5L / atanl(1)) * t * (1 + LDBL_EPSILON));
    exceeds(f, sqrtl(0.5L / atanl(1)) * t * (1 - t * t / 6), p);
  }
  for (int k = 0; k < DRAWS; k++) {
    long double sum = 0;
    for (int j = 0; j < 4; j++)
      sum += e[j] * (long double)rng_normal(&rng);
    inside += fabsl(sum) <= 0.25L * norm;
  }
  const long double p = erfl(0.25L / sqrtl(2));
  exceeds(f, fabsl(inside / DRAWS - p), 5 * sqrtl(p * (1 - p) / DRAWS));
}

static void rate_passes(struct finding *f)
{
  begin(f, 0);
  const long double bound = (1 - exp2l(-0.1L)) / (exp2l(0.9L) - 1);
  for (int k = -50; k <= 50; k++) {
    const long double r = bound * (1 + (long double)(2 * k + 1) / 1000);
    compare(f, log2l((1 + r) / (0.25L + r / 2)) > 1.9L, r < bound);
  }
}

static void rate_bound(struct finding *f)
{
  begin(f, 0.0005L);
  compare(f, (1 - exp2l(-0.1L)) / (exp2l(0.9L) - 1), 0.077L);
}

static void small_entries(struct finding *f)
{
  begin(f, 0.05e-4L);
  compare(f, (long double)DBL_EPSILON / (1e-5L * 1e-7L), 2.2e-4L);
}

/* --- Exercises --------------------------------------------------------------
 */

static void ex_points(struct finding *f)
{
  begin(f, 0.05L);
  const long double above = erfcl(1 / sqrtl(2)) / 2;
  compare(f, logl(0.01L) / logl(1 - above), 26.7L);
}

static void ex_rate(struct finding *f)
{
  begin(f, 0.05e-7L);
  compare(f, ldexpl(1, -16) / 2 * (1 - exp2l(-0.15L)) / (exp2l(0.85L) - 1),
          9.4e-7L);
}

const struct claim CLAIMS(how_we_check)[] = {
  { "how-we-check-weights-six", VALUE, .finding = weights_six },
  { "how-we-check-weights-eight", VALUE, .finding = weights_eight },
  { "how-we-check-error-six", STATEMENT, .finding = error_six },
  { "how-we-check-error-eight", STATEMENT, .finding = error_eight },
  { "how-we-check-noise-sum", VALUE, .finding = noise_sum },
  { "how-we-check-tie", VALUE, .finding = tie },
  { "how-we-check-ratio", VALUE, .finding = ratio },
  { "how-we-check-short-products", STATEMENT, .finding = short_products },
  { "how-we-check-conjugate", VALUE, .finding = conjugate },
  { "how-we-check-three-points", VALUE, .finding = three_points },
  { "how-we-check-zero-passes", STATEMENT, .finding = zero_passes },
  { "how-we-check-one-direction", STATEMENT, .finding = one_direction },
  { "how-we-check-rate-passes", STATEMENT, .finding = rate_passes },
  { "how-we-check-rate-bound", VALUE, .finding = rate_bound },
  { "how-we-check-small-entries", VALUE, .finding = small_entries },
  { "how-we-check-ex-points", VALUE, .finding = ex_points },
  { "how-we-check-ex-rate", VALUE, .finding = ex_rate },
  END,
};
