/* Chapter 1: the V-curves of the differences, the flat line of the complex
   step, the Taylor remainder test.  Built as float, double and long double;
   each build writes its own v-curve. */
#include "01-derivatives.exercises.h"
#include "cli.h"
#include "derivatives.h"
#include "record.h"

#include <float.h>
#include <stddef.h>
#include <stdio.h>

#if defined REAL_F
typedef float _Complex cplx;
#define EPSILON ((long double)FLT_EPSILON)
#define TYPE "float"
#elif defined REAL_L
typedef long double _Complex cplx;
#define EPSILON LDBL_EPSILON
#define TYPE "long double"
#else
typedef double _Complex cplx;
#define EPSILON ((long double)DBL_EPSILON)
#define TYPE "double"
#endif

#define TEXT_(x) #x
#define TEXT(x) TEXT_(x)

/* One formula, for real and for complex x: <tgmath.h> picks exp and sin. */
#define F(x) (exp(x) * sin(3 * (x)))

static real f(real x) { return F(x); }

static cplx f_complex(cplx x) { return F(x); }

/* The n-th derivative of eˣ sin 3x = Im e^(cx), c = 1 + 3i, is Im cⁿ e^(cx).
   In long double: the reference for every type. */
static long double derivative(int n, long double x)
{
  const long double _Complex i = (long double _Complex)_Complex_I;
  const long double _Complex c = 1.0L + 3.0L * i;
  long double _Complex power = 1.0L;
  for (int k = 0; k < n; k++)
    power *= c;
  return cimag(power * cexpl(c * x));
}

static real forward_difference(real g(real), real x, real h)
{
  return (g(x + h) - g(x)) / h;
}

static real complex_step(cplx g(cplx), real x, real h)
{
  const cplx i = (cplx)_Complex_I;
  const cplx y = g(x + h * i);
  return cimag(y) / h;
}

/* Points that every type holds exactly: 9/16 ± 8/128. */
enum { POINTS = 17 };
#define MIDDLE 0.5625L

static real point(int i) { return R(0.5) + (real)i / R(128.0); }

/* Methods: 0 the forward difference, 1 … 4 the central ones of order
   2, 4, 6, 8, 5 the complex step. */
enum { FORWARD, COMPLEX = 5, METHODS };
static const int order_of[METHODS] = { 1, 2, 4, 6, 8, 0 };

/* The largest error over the points; −1 where the step is lost in x + h. */
static long double worst_error(int method, real h)
{
  long double worst = 0;
  for (int i = 0; i < POINTS; i++) {
    const real x = point(i);
    const real step = method == COMPLEX ? h : (x + h) - x;
    if (step == 0)
      return -1;
    const real d = method == COMPLEX ? complex_step(f_complex, x, step)
                   : method == FORWARD
                       ? forward_difference(f, x, step)
                       : central_difference((size_t)method, f, x, step);
    const long double e =
        fabsl((long double)d - derivative(1, (long double)x));
    worst = e > worst ? e : worst;
  }
  return worst;
}

/* The least of the bound C hᵖ |f⁽ᵖ⁺¹⁾| + A ε|f| / h, taken at *step. */
static long double predicted(int method, long double *step)
{
  const long double C = (long double[]){ 1.0L / 2, 1.0L / 6, 1.0L / 30,
                                         1.0L / 140, 1.0L / 630 }[method];
  const int p = order_of[method];
  long double A = method == FORWARD ? 2 : 0;
  for (int k = 1; k <= method; k++)
    A += 2 * fabsl((long double)central_weight((size_t)method, (size_t)k));
  const long double truncation = C * fabsl(derivative(p + 1, MIDDLE));
  const long double noise = A * EPSILON * fabsl(derivative(0, MIDDLE));
  *step = powl(noise / ((long double)p * truncation), 1.0L / (p + 1));
  return truncation * powl(*step, p) + noise / *step;
}

/* What the V-curve comes to. */
struct best {
  long double step[METHODS], error[METHODS];
};

enum { OCTAVES = 80, PER_OCTAVE = 4 };

static struct best v_curve(const char *out)
{
  struct best best = { .error[COMPLEX] = 0 };
  for (int method = 0; method < COMPLEX; method++)
    best.error[method] = LDBL_MAX;
  struct record *record = record_open(out, "v-curve-" TEXT(REAL_NAME) ".tsv");
  record_line(record, "step\torder1\torder2\torder4\torder6\torder8\tcomplex");
  for (int i = 0; i <= OCTAVES * PER_OCTAVE; i++) {
    const real h = (real)powl(2, -(long double)i / PER_OCTAVE);
    char line[METHODS][32];
    for (int method = 0; method < METHODS; method++) {
      const long double e = worst_error(method, h);
      snprintf(line[method], sizeof line[method], "%.4Le", e);
      if (e < 0)
        snprintf(line[method], sizeof line[method], "nan");
      else if (method != COMPLEX && e < best.error[method]) {
        best.error[method] = e;
        best.step[method] = (long double)h;
      } else if (method == COMPLEX && i >= OCTAVES / 2 * PER_OCTAVE)
        best.error[method] = e > best.error[method] ? e : best.error[method];
    }
    record_line(record, "%.6Le\t%s\t%s\t%s\t%s\t%s\t%s", (long double)h,
                line[0], line[1], line[2], line[3], line[4], line[5]);
  }
  record_close(record);
  return best;
}

static void print_best(const struct best *best)
{
  printf(TYPE ", epsilon %.1Le\n", EPSILON);
  printf("               measured            predicted\n");
  printf("             step     error      step     error\n");
  for (int method = 0; method < COMPLEX; method++) {
    long double step;
    const long double error = predicted(method, &step);
    printf("order %d   %.1Le   %.1Le   %.1Le   %.1Le\n", order_of[method],
           best->step[method], best->error[method], step, error);
  }
  printf("complex      any   %.1Le   (worst of 2^-40 ... 2^-80)\n\n",
         best->error[COMPLEX]);
}

#ifdef REAL_L

enum { WEIGHTS = 3 };
static const real at[WEIGHTS] = { 1.0L, 2.0L, 3.0L };
static const real along[WEIGHTS] = { 0.5L, -1.0L, 0.25L };

/* The loss is ‖w‖; `nearly` is off by 1e-6 of the first entry, `wrong` is
   w / wᵀw, a mistake that was once handed in. */
static void taylor(const char *out, struct record *values)
{
  real right[WEIGHTS], nearly[WEIGHTS], wrong[WEIGHTS];
  norm_backward(WEIGHTS, right, R(1.0), at);
  for (int i = 0; i < WEIGHTS; i++) {
    nearly[i] = right[i] * (i == 0 ? R(1.0) + R(1e-6) : R(1.0));
    wrong[i] = right[i] / norm(WEIGHTS, at);
  }
  struct record *record = record_open(out, "taylor.tsv");
  record_line(record, "step\tright\tnearly\twrong");
  real before[3] = { 0 }, now[3] = { 0 };
  for (int i = 2; i <= 28; i++) {
    const real h = powl(2, -i);
    for (int k = 0; k < 3; k++) {
      const real *g = k == 0 ? right : k == 1 ? nearly : wrong;
      before[k] = now[k];
      now[k] = remainder_of(WEIGHTS, norm, at, along, g, h);
    }
    record_line(record, "%.6Le\t%.6Le\t%.6Le\t%.6Le", h, now[0], now[1],
                now[2]);
    if (i == 16) {
      record_line(values, "rate-right\t%.6Lf", log2l(before[0] / now[0]));
      record_line(values, "rate-nearly\t%.6Lf", log2l(before[1] / now[1]));
      record_line(values, "rate-wrong\t%.6Lf", log2l(before[2] / now[2]));
    }
  }
  record_close(record);
}

static void write_values(const char *out, const struct best *best)
{
  struct record *values = record_open(out, "values.tsv");
  record_line(values, "name\tvalue");
  record_line(values, "epsilon\t%.6Le", EPSILON);
  for (int method = 0; method < COMPLEX; method++) {
    long double step;
    const long double error = predicted(method, &step);
    const int p = order_of[method];
    record_line(values, "best-step-%d\t%.6Le", p, best->step[method]);
    record_line(values, "best-error-%d\t%.6Le", p, best->error[method]);
    record_line(values, "predicted-step-%d\t%.6Le", p, step);
    record_line(values, "predicted-error-%d\t%.6Le", p, error);
  }
  record_line(values, "complex-error\t%.6Le", best->error[COMPLEX]);
  record_line(values, "tiny-error\t%.6Le",
              worst_error(COMPLEX, powl(2, -4000)));
  record_line(values, "derivative\t%.17Lf", derivative(1, MIDDLE));
  taylor(out, values);
  record_close(values);
}

#endif

int main(int argc, char **argv)
{
  const struct cli cli =
      cli_parse(argc, argv, "differences and the complex step", NULL);
  const struct best best = v_curve(cli.out);
  print_best(&best);
#ifdef REAL_L
  write_values(cli.out, &best);
#endif
  return 0;
}
