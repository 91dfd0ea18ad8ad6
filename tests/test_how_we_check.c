#include "../chapters/12-how-we-check.exercises.h"
#include "claims.h"
#include "derivatives.h"
#include "rng.h"

#include <complex.h>
#include <float.h>
#include <math.h>
#include <stdlib.h>

/* --- Weights, orders, the ladder ------------------------------------------
 */

static const long double six[] = { 3.0L / 4, -3.0L / 20, 1.0L / 60 };
static const long double eight[] = { 4.0L / 5, -1.0L / 5, 4.0L / 105,
                                     -1.0L / 280 };

/* Are these the weights of order 2m, by the formula of the first chapter? */
static void are_weights(struct finding *f, size_t m, const long double c[])
{
  finding_begin(f, 4 * LDBL_EPSILON);
  for (size_t k = 1; k <= m; k++)
    finding_compare(f, c[k - 1], (long double)re(central_weight(m, k)));
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
  finding_begin(f, 0.05L);
  for (int k = 0; k < 8; k++) {
    const long double x = (long double)k / 8;
    long double left[2];
    for (int half = 0; half < 2; half++) {
      const long double h = ldexpl(1, -2 - half);
      left[half] = of_exp(m, c, x, h) - expl(x) -
                   C * powl(h, 2 * (long double)m) * expl(x);
    }
    finding_compare(f, log2l(fabsl(left[0] / left[1])),
                    2 * (long double)m + 2);
  }
}

static void error_six(struct finding *f) { has_error(f, 3, six, 1.0L / 140); }

static void error_eight(struct finding *f)
{
  has_error(f, 4, eight, -1.0L / 630);
}

static void noise_sum(struct finding *f)
{
  finding_begin(f, 4 * LDBL_EPSILON);
  finding_compare(f, 2 * (4.0L / 5 + 1.0L / 5 + 4.0L / 105 + 1.0L / 280),
                  25.0L / 12);
}

static long double ramp(long double x) { return x > 0 ? x : 0; }

/* Powers of two throughout, so that the left side is nearly exact. */
static void tie(struct finding *f)
{
  finding_begin(f, 16 * LDBL_EPSILON);
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
        finding_compare(f, sum / h, 0.5L + x / h * weights);
      }
}

/* --- Rounding --------------------------------------------------------------
 */

static void ratio(struct finding *f)
{
  finding_begin(f, 0);
  finding_compare(f, LDBL_EPSILON / (long double)DBL_EPSILON, ldexpl(1, -11));
}

/* The bound, and products of whole numbers of 26 bits in both types. */
static void short_products(struct finding *f)
{
  struct rng rng = rng_stream(f->seed, "short products");
  finding_begin(f, 0);
  finding_exceeds(f, powl(ldexpl(1, 26) - 1, 2), ldexpl(1, 53) - 1);
  for (int k = 0; k < 1000; k++) {
    const double a = (double)rng_below(&rng, 1u << 26);
    const double b = (double)rng_below(&rng, 1u << 26);
    const volatile double product = a * b;
    finding_compare(f, (long double)product, (long double)a * (long double)b);
  }
}

/* --- What one witness, or few points, would miss ---------------------------
 */

/* y = (z² + z re z) / 2: x² on real numbers, and not analytic. */
static void conjugate(struct finding *f)
{
  finding_begin(f, 8 * LDBL_EPSILON);
  const long double h = ldexpl(1, -4000);
  for (int k = 1; k <= 8; k++) {
    const long double x = (long double)k / 3;
    const long double _Complex z = x + h * (long double _Complex)_Complex_I;
    finding_compare(f, cimagl((z * z + z * creall(z)) / 2) / h, 3 * x / 2);
  }
}

static void three_points(struct finding *f)
{
  finding_begin(f, 0.005L);
  const long double above = erfcl(1 / sqrtl(2)) / 2;
  finding_compare(f, powl(1 - above, 3), 0.60L);
}

/* --- The rules of other tools ----------------------------------------------
 */

static void zero_passes(struct finding *f)
{
  finding_begin(f, 0);
  const long double bound = 1e-5L / (1 - 1e-3L);
  for (int k = -50; k <= 50; k++) {
    const long double n = bound * (1 + (long double)(2 * k + 1) / 1000);
    finding_compare(f, n <= 1e-5L + 1e-3L * n, n <= bound);
    finding_compare(f, -n >= -1e-5L - 1e-3L * n, n <= bound);
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
  finding_begin(f, 0);
  for (int j = 0; j < 4; j++)
    norm = hypotl(norm, e[j]);
  for (int k = 0; k <= 20; k++) {
    const long double t = ldexpl(1, -k), p = erfl(t / sqrtl(2));
    finding_exceeds(f, p, sqrtl(0.5L / atanl(1)) * t * (1 + LDBL_EPSILON));
    finding_exceeds(f, sqrtl(0.5L / atanl(1)) * t * (1 - t * t / 6), p);
  }
  for (int k = 0; k < DRAWS; k++) {
    long double sum = 0;
    for (int j = 0; j < 4; j++)
      sum += e[j] * (long double)rng_normal(&rng);
    inside += fabsl(sum) <= 0.25L * norm;
  }
  const long double p = erfl(0.25L / sqrtl(2));
  finding_exceeds(f, fabsl(inside / DRAWS - p),
                  5 * sqrtl(p * (1 - p) / DRAWS));
}

static void rate_passes(struct finding *f)
{
  finding_begin(f, 0);
  const long double bound = (1 - exp2l(-0.1L)) / (exp2l(0.9L) - 1);
  for (int k = -50; k <= 50; k++) {
    const long double r = bound * (1 + (long double)(2 * k + 1) / 1000);
    finding_compare(f, log2l((1 + r) / (0.25L + r / 2)) > 1.9L, r < bound);
  }
}

static void rate_bound(struct finding *f)
{
  finding_begin(f, 0.0005L);
  finding_compare(f, (1 - exp2l(-0.1L)) / (exp2l(0.9L) - 1), 0.077L);
}

static void small_entries(struct finding *f)
{
  finding_begin(f, 0.05e-4L);
  finding_compare(f, (long double)DBL_EPSILON / (1e-5L * 1e-7L), 2.2e-4L);
}

/* --- Exercises --------------------------------------------------------------
 */

static void ex_points(struct finding *f)
{
  finding_begin(f, 0.05L);
  const long double above = erfcl(1 / sqrtl(2)) / 2;
  finding_compare(f, logl(0.01L) / logl(1 - above), 26.7L);
}

/* (a − 1) x² + (2 − a) x² = x² and Im y / h = a x: of the reader's function,
   and of the terms as the page has them.  All numbers are short. */
static void two_faces(struct finding *f, int complex_step)
{
  finding_begin(f, 8 * LDBL_EPSILON);
  const long double h = ldexpl(1, -4000);
  for (int j = -8; j <= 16; j++)
    for (int k = -8; k <= 8; k++) {
      const long double a = (long double)j / 4, x = (long double)k / 4;
      if (complex_step) {
        const long double _Complex z =
            x + h * (long double _Complex)_Complex_I;
        finding_compare(
            f, cimagl((a - 1) * z * z + (2 - a) * z * creall(z)) / h, a * x);
        finding_compare(f, cimagl(two_faced(a, z)) / h, a * x);
      } else {
        finding_compare(f, (a - 1) * x * x + (2 - a) * x * x, x * x);
        finding_compare(f, creall(two_faced(a, x)), x * x);
        finding_compare(f, cimagl(two_faced(a, x)), 0);
      }
    }
}

static void ex_real(struct finding *f) { two_faces(f, 0); }

static void ex_complex_step(struct finding *f) { two_faces(f, 1); }

/* L(x + h v) = offset + h slope + h² bend / 2 + max(h − kink, 0) */
struct line {
  long double offset, slope, bend, kink;
};

static long double on_line(long double h, const void *context)
{
  const struct line *l = context;
  return l->offset + h * l->slope + h * h * l->bend / 2 + ramp(h - l->kink);
}

/* min log2 R_(k−1)/R_k = log2 (1 + r) / (1/4 + r/2) with r = 8 e·v / (h v'Hv),
   where the slope is too small by e·v.  All numbers are short. */
static void ex_least(struct finding *f)
{
  finding_begin(f, 16 * LDBL_EPSILON);
  for (int j = 0; j <= 16; j++)
    for (int k = 1; k <= 4; k++) {
      const long double h = ldexpl(1, -2 * k), ev = (long double)j / 64;
      const struct line l = { 0.75L, -1.5L, k % 2 ? 0.5L : 3, 2 };
      const long double r = 8 * ev / (h * l.bend);
      finding_compare(f, least_rate(on_line, &l, h, l.slope - ev),
                      log2l((1 + r) / (0.25L + r / 2)));
    }
}

/* min log2 (2^(1−k) − 1/16) / (2^−k − 1/16) = log2 15/7 < 1.9 */
static void ex_kink(struct finding *f)
{
  finding_begin(f, 16 * LDBL_EPSILON);
  long double least = 1e9L;
  for (int k = 1; k <= 3; k++)
    least = fminl(least, log2l((ldexpl(1, 1 - k) - 1 / 16.0L) /
                               (ldexpl(1, -k) - 1 / 16.0L)));
  finding_compare(f, least, log2l(15 / 7.0L));
  finding_exceeds(f, log2l(15 / 7.0L), 1.9L);
  for (int rung = 0; rung <= 12; rung++) {
    const long double h = ldexpl(1, -rung);
    const struct line l = { .kink = h / 16 };
    finding_compare(f, least_rate(on_line, &l, h, 0), log2l(15 / 7.0L));
  }
}

/* A loss that is infinite at the first step, 0.01, and at no other. */
static long double overflows(long double h, const void *context)
{
  (void)context;
  return h > 0.006L ? HUGE_VALL : 0;
}

/* 0.01/8 |e·v| < 1e-15 where |e·v| < 8e-13: then no rate is asked for, and
   else it is 1.  What is NaN or infinite has no rate either, and passes not.
 */
static void ex_excused(struct finding *f)
{
  finding_begin(f, 0);
  const long double h = 0.01L, none = nanl("");
  const struct line still = { .kink = 2 };
  for (int k = -50; k <= 50; k++) {
    const long double ev = 8e-13L * (1 + (long double)(2 * k + 1) / 1000);
    finding_compare(f, h / 8 * ev < 1e-15L, ev < 8e-13L);
    finding_compare(f, least_rate(on_line, &still, h, ev) > 1.9L, ev < 8e-13L);
    finding_compare(f, least_rate(on_line, &still, h, -ev) > 1.9L,
                    ev < 8e-13L);
  }
  const struct line bad = { .slope = none, .kink = 2 };
  finding_compare(f, !isnan(least_rate(on_line, &bad, h, 0)), 0);
  finding_compare(f, !isnan(least_rate(overflows, NULL, h, 0)), 0);
  finding_compare(f, !isnan(least_rate(on_line, &still, h, none)), 0);
}

/* ϱ = (2^-54/3 + 2^-52/3) 2^-11 = 5/12 · 2^-63 of entries ±1/3 and ±1/4, in
   units of 2^-63.  What 1/3 is off in long double, 2^-65/3, adds 2^-13/3. */
static void ex_thirds(struct finding *f)
{
  finding_begin(f, ldexpl(1, -13));
  const long double unit = ldexpl(1, -63), third = 1 / 3.0L;
  finding_compare(
      f, (ldexpl(third, -54) + ldexpl(third, -52)) * ldexpl(1, -11) / unit,
      5 / 12.0L);
  finding_compare(f, fmal(3, third, -1) / 3 / unit, 1 / 12.0L);
  for (size_t j = 0; j < 3; j++)
    for (int sign = -1; sign <= 1; sign += 2) {
      long double g[] = { 0.25L, -0.25L, 0.25L }, lower[3];
      g[j] = (long double)sign * third;
      for (size_t k = 0; k < 3; k++)
        lower[k] = (long double)(double)g[k];
      finding_compare(f, measured_rounding(3, g, lower, third) / unit,
                      5 / 12.0L);
      lower[j] = nanl("");
      finding_compare(f, !isnan(measured_rounding(3, g, lower, third)), 0);
    }
}

/* |(g_j + δ) − (ĝ_j + δ)| = |g_j − ĝ_j|: the tolerance is 9 · 2^-60 with δ as
   without, and decides.  All numbers are short, and exact in double. */
static void ex_both(struct finding *f)
{
  finding_begin(f, 0);
  const long double bit = ldexpl(1, -50), none = nanl(""), d[] = { 1, -3, 2 };
  for (int k = -17; k <= 17; k++)
    for (size_t j = 0; j < 3; j++) {
      const long double delta =
          ldexpl(9 * (long double)k, k == 17 ? -20 : -63);
      long double w[] = { 3, -5, 7 }, g[3], lower[3];
      for (size_t i = 0; i < 3; i++) {
        g[i] = w[i] = ldexpl(w[i], -14);
        lower[i] = g[i] + d[i] * bit;
      }
      g[j] += delta;
      lower[j] += delta;
      finding_compare(f, (long double)(double)lower[j], lower[j]);
      finding_compare(f, fabsl(g[j] - lower[j]), fabsl(d[j]) * bit);
      const long double round = measured_rounding(3, g, lower, 1);
      finding_compare(f, round, 13 * ldexpl(1, -63));
      finding_compare(f, agree(3, g, w, round, 5 * ldexpl(1, -63)),
                      abs(k) <= 8);
      g[j] = none;
      finding_compare(f, agree(3, g, w, round, round), 0);
      finding_compare(f, agree(3, w, w, none, round), 0);
    }
}

static void ex_rate(struct finding *f)
{
  finding_begin(f, 0.05e-7L);
  finding_compare(
      f, ldexpl(1, -16) / 2 * (1 - exp2l(-0.15L)) / (exp2l(0.85L) - 1),
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
  { "how-we-check-ex-real", VALUE, .finding = ex_real },
  { "how-we-check-ex-complex-step", VALUE, .finding = ex_complex_step },
  { "how-we-check-ex-least", VALUE, .finding = ex_least },
  { "how-we-check-ex-kink", VALUE, .finding = ex_kink },
  { "how-we-check-ex-excused", STATEMENT, .finding = ex_excused },
  { "how-we-check-ex-thirds", VALUE, .finding = ex_thirds },
  { "how-we-check-ex-both", STATEMENT, .finding = ex_both },
  { "how-we-check-ex-rate", VALUE, .finding = ex_rate },
  END,
};
