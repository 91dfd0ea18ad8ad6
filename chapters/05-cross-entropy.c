/* Chapter 5: the worked example, and what is left of the gradient's digits
   when the loss is chained to the softmax instead of fused with it. */
#include "05-cross-entropy.exercises.h"
#include "cli.h"
#include "cross_entropy.h"
#include "record.h"
#include "rng.h"
#include "softmax.h"

#include <stdio.h>

enum { CLASSES = 5, DRAWS = 20 };

static void print_rows(const char *name, size_t S, size_t N,
                       const real A[S][N])
{
  for (size_t s = 0; s < S; s++) {
    printf("%-6s", s ? "" : name);
    for (size_t n = 0; n < N; n++)
      printf(" %8.4f", (double)A[s][n] + 0.0); /* −0 is shown as 0 */
    printf("\n");
  }
}

static void example(void)
{
  const real Z[2][3] = { { 1, 2, 3 }, { 0, 2, -1 } };
  const real T[2][3] = { { 0, 1, 0 }, { 0.5, 0.25, 0.5 } };
  real P[2][3], dP[2][3], chained[2][3], dZ[2][3];
  const real L = softmax_cross_entropy_forward(2, 3, P, Z, T);
  softmax_cross_entropy_backward(2, 3, dZ, (const void *)P, T);
  cross_entropy_backward(2, 3, dP, (const void *)P, T);
  softmax_backward(2, 3, chained, (const void *)dP, (const void *)P);
  print_rows("Z", 2, 3, Z);
  print_rows("T", 2, 3, T);
  print_rows("P", 2, 3, (const void *)P);
  printf("L      %8.4f\n", (double)L);
  print_rows("dL/dP", 2, 3, (const void *)dP);
  print_rows("dL/dZ", 2, 3, (const void *)dZ);
  print_rows("chain", 2, 3, (const void *)chained);
}

/* dL/dz of one sample of class c, four times: through dL/dp, where the
   logarithm's argument is p + epsilon, and fused; in double and in float. */

static void chain(const real z[CLASSES], size_t c, real epsilon,
                  real dz[CLASSES])
{
  real p[1][CLASSES], t[1][CLASSES] = { { 0 } }, dp[1][CLASSES];
  t[0][c] = 1;
  softmax_forward(1, CLASSES, p, (const void *)z);
  real q[1][CLASSES]; /* what the logarithm is taken of */
  for (size_t k = 0; k < CLASSES; k++)
    q[0][k] = p[0][k] + epsilon;
  cross_entropy_backward(1, CLASSES, dp, (const void *)q, (const void *)t);
  softmax_backward(1, CLASSES, (void *)dz, (const void *)dp, (const void *)p);
}

static void fused(const real z[CLASSES], size_t c, real dz[CLASSES])
{
  real p[1][CLASSES], t[1][CLASSES] = { { 0 } };
  t[0][c] = 1;
  softmax_cross_entropy_forward(1, CLASSES, p, (const void *)z,
                                (const void *)t);
  softmax_cross_entropy_backward(1, CLASSES, (void *)dz, (const void *)p,
                                 (const void *)t);
}

static void float_softmax(const float z[CLASSES], float p[CLASSES])
{
  float max = z[0], sum = 0;
  for (size_t k = 1; k < CLASSES; k++)
    max = z[k] > max ? z[k] : max;
  for (size_t k = 0; k < CLASSES; k++)
    sum += p[k] = exp(z[k] - max);
  for (size_t k = 0; k < CLASSES; k++)
    p[k] /= sum;
}

static void float_chain(const float z[CLASSES], size_t c, float epsilon,
                        float dz[CLASSES])
{
  float p[CLASSES], dp[CLASSES], mean = 0;
  float_softmax(z, p);
  for (size_t k = 0; k < CLASSES; k++) {
    dp[k] = -(k == c ? 1.0f : 0.0f) / (p[k] + epsilon);
    mean += dp[k] * p[k];
  }
  for (size_t k = 0; k < CLASSES; k++)
    dz[k] = p[k] * (dp[k] - mean);
}

static void float_fused(const float z[CLASSES], size_t c, float dz[CLASSES])
{
  float_softmax(z, dz);
  dz[c] -= 1;
}

/* The exact answer, in long double: p_k, and for class c minus the sum of the
   others, which does not cancel. */
static void exact(const float z[CLASSES], size_t c, long double dz[CLASSES])
{
  long double sum = 0, others = 0, max = (long double)z[0];
  for (size_t k = 1; k < CLASSES; k++)
    max = (long double)z[k] > max ? (long double)z[k] : max;
  for (size_t k = 0; k < CLASSES; k++)
    sum += dz[k] = exp((long double)z[k] - max);
  for (size_t k = 0; k < CLASSES; k++) {
    dz[k] /= sum;
    others += k == c ? 0 : dz[k];
  }
  dz[c] = -others;
}

enum method { FUSED, CHAINED, GUARDED, CAREFUL, METHODS };
enum type { FLOAT, DOUBLE, TYPES };
static const double guard[TYPES] = { 1e-7, 1e-12 };

static void gradient(enum type type, enum method method,
                     const float z[CLASSES], long double dz[CLASSES])
{
  real wide[CLASSES], result[CLASSES];
  float narrow[CLASSES];
  for (size_t k = 0; k < CLASSES; k++)
    wide[k] = (real)z[k];
  const double epsilon = method == GUARDED ? guard[type] : 0;
  if (method == CAREFUL) {
    real p[1][CLASSES];
    softmax_forward(1, CLASSES, p, (const void *)wide);
    careful_backward(CLASSES, result, p[0], 0);
  } else if (type == FLOAT && method == FUSED)
    float_fused(z, 0, narrow);
  else if (type == FLOAT)
    float_chain(z, 0, (float)epsilon, narrow);
  else if (method == FUSED)
    fused(wide, 0, result);
  else
    chain(wide, 0, epsilon, result);
  const int is_float = type == FLOAT && method != CAREFUL;
  for (size_t k = 0; k < CLASSES; k++)
    dz[k] = is_float ? (long double)narrow[k] : (long double)result[k];
}

/* The largest error of the gradient over some draws, relative to its largest
   entry, where the largest other logit is `gap` above that of the class. */
static double error_at(uint64_t seed, enum type type, enum method method,
                       double gap)
{
  struct rng rng = rng_stream(seed, "cross-entropy-digits");
  long double worst = 0;
  for (int draw = 0; draw < DRAWS; draw++) {
    float z[CLASSES], max = -99;
    for (size_t k = 1; k < CLASSES; k++) {
      z[k] = (float)rng_normal(&rng);
      max = z[k] > max ? z[k] : max;
    }
    z[0] = max - (float)gap;
    long double right[CLASSES], dz[CLASSES], scale = 0, error = 0;
    exact(z, 0, right);
    gradient(type, method, z, dz);
    for (size_t k = 0; k < CLASSES; k++) {
      const long double e = fabs(dz[k] - right[k]);
      scale = fabs(right[k]) > scale ? fabs(right[k]) : scale;
      error = e <= error ? error : e; /* NaN stays */
    }
    worst = error / scale <= worst ? worst : error / scale;
    if (!isfinite(worst))
      return (double)NAN;
  }
  return (double)worst;
}

static void print_error(double error)
{
  if (isnan(error))
    printf(" %9s", "nan");
  else
    printf(" %9.1e", error);
}

static void table(uint64_t seed)
{
  static const double at[] = { 1, 20, 30, 50, 80, 95, 200, 600, 700, 720 };
  static const double confident[] = { -5, -10, -20, -40 };
  printf("\nerror of dL/dz, the class's logit below the best by a gap\n"
         "        float                         double\n"
         "  gap     fused   chained   guarded     fused   chained   "
         "guarded\n");
  for (size_t i = 0; i < sizeof at / sizeof *at; i++) {
    printf("%5.0f", at[i]);
    for (enum type type = FLOAT; type < TYPES; type++)
      for (enum method m = FUSED; m < CAREFUL; m++)
        print_error(error_at(seed, type, m, at[i]));
    printf("\n");
  }
  printf("\nthe class's logit above all others, in double\n"
         "  gap     fused   chained   careful\n");
  for (size_t i = 0; i < sizeof confident / sizeof *confident; i++) {
    printf("%5.0f", confident[i]);
    print_error(error_at(seed, DOUBLE, FUSED, confident[i]));
    print_error(error_at(seed, DOUBLE, CHAINED, confident[i]));
    print_error(error_at(seed, DOUBLE, CAREFUL, confident[i]));
    printf("\n");
  }
}

static void digits(uint64_t seed, const char *out, struct record *values)
{
  static const char *const name[TYPES] = { "float", "double" };
  struct record *record = record_open(out, "digits.tsv");
  record_line(record, "gap\tfloat-fused\tfloat-chained\tfloat-guarded\t"
                      "double-fused\tdouble-chained\tdouble-guarded");
  for (int i = 0; i <= 180; i++) {
    const double gap = pow(10, i / 60.0);
    double e[TYPES][CAREFUL];
    for (enum type type = FLOAT; type < TYPES; type++)
      for (enum method m = FUSED; m < CAREFUL; m++)
        e[type][m] = error_at(seed, type, m, gap);
    record_line(record, "%.6g\t%.3g\t%.3g\t%.3g\t%.3g\t%.3g\t%.3g", gap,
                e[0][0], e[0][1], e[0][2], e[1][0], e[1][1], e[1][2]);
  }
  record_close(record);

  /* The smallest gap, by bisection, at which no digit is left. */
  record = record_open(out, "cliffs.tsv");
  record_line(record, "type\tgap\terror");
  for (enum type type = FLOAT; type < TYPES; type++) {
    double low = 1, high = 1000;
    while (high - low > 1e-3) {
      const double middle = (low + high) / 2;
      if (isnan(error_at(seed, type, CHAINED, middle)))
        high = middle;
      else
        low = middle;
    }
    record_line(record, "%s\t%.3f\t%.3g", name[type], high,
                error_at(seed, type, CHAINED, low));
    record_line(values, "cliff-%s\t%.3f", name[type], high);
    record_line(values, "guarded-%s\t%.3g", name[type],
                error_at(seed, type, GUARDED, 20));
  }
  record_close(record);
}

static void loss(const char *out)
{
  struct record *record = record_open(out, "loss.tsv");
  record_line(record, "gap\tloss\tslope");
  for (int i = -60; i <= 60; i++) {
    const real z[1][2] = { { 0, i / R(10.0) } }, t[1][2] = { { 1, 0 } };
    real p[1][2], dz[1][2];
    const real l = softmax_cross_entropy_forward(1, 2, p, z, t);
    softmax_cross_entropy_backward(1, 2, dz, (const void *)p, t);
    record_line(record, "%.17g\t%.17g\t%.17g", (double)z[0][1], (double)l,
                (double)dz[0][1]);
  }
  record_close(record);
}

/* Labels give what the one-hot matrix gives. */
static void labels(struct record *values)
{
  const real Z[2][3] = { { 1, 2, 3 }, { 0, 2, -1 } };
  const real T[2][3] = { { 0, 1, 0 }, { 1, 0, 0 } };
  const size_t label[2] = { 1, 0 };
  real P[2][3], dZ[2][3], by_label[2][3], worst = R(0.0);
  softmax_cross_entropy_forward(2, 3, P, Z, T);
  softmax_cross_entropy_backward(2, 3, dZ, (const void *)P, T);
  label_backward(2, 3, by_label, (const void *)P, label);
  for (size_t s = 0; s < 2; s++)
    for (size_t n = 0; n < 3; n++) {
      const real e = fabs(dZ[s][n] - by_label[s][n]);
      worst = e <= worst ? worst : e;
    }
  record_line(values, "label-difference\t%.3g", (double)worst);
}

int main(int argc, char **argv)
{
  const struct cli cli = cli_parse(
      argc, argv, "cross-entropy: an example, and lost digits", NULL);
  struct record *values = record_open(cli.out, "values.tsv");
  record_line(values, "name\tvalue");
  example();
  table(cli.seed);
  digits(cli.seed, cli.out, values);
  loss(cli.out);
  labels(values);
  record_close(values);
}
