/* Chapter 4: where e^x overflows and the shift that avoids it, a Jacobian,
   and wrong backwards that an all-ones upstream cannot see. */
#include "04-softmax.exercises.h"
#include "cli.h"
#include "record.h"
#include "rng.h"
#include "softmax.h"

#include <stdio.h>

/* y_1 of x = (x_1, x_2) in a type, by the definition and with the shift. */
#define TWO_CLASSES(type)                        \
  static type type##_defined(type x_1, type x_2) \
  {                                              \
    return exp(x_1) / (exp(x_1) + exp(x_2));     \
  }                                              \
  static type type##_shifted(type x_1, type x_2) \
  {                                              \
    const type max = x_1 > x_2 ? x_1 : x_2;      \
    return type##_defined(x_1 - max, x_2 - max); \
  }

typedef long double long_double;
TWO_CLASSES(float)
TWO_CLASSES(double)
TWO_CLASSES(long_double)

/* Whatever sign the machine gives to "not a number", it is printed as nan. */
static void print_number(long double y)
{
  if (isnan(y))
    printf(" %11s", "nan");
  else
    printf(" %11.4Lg", y);
}

static void overflow(void)
{
  static const int at[] = { 80, 88, 89, 709, 710, 11356, 11357 };
  printf("y_1 of x = (x_1, 0); the right answer is 1 to all digits shown\n\n"
         "       by the definition                   with the shift\n"
         "  x_1       float      double long double       float      double "
         "long double\n");
  for (size_t i = 0; i < sizeof at / sizeof *at; i++) {
    const int x = at[i];
    printf("%5d", x);
    print_number((long double)float_defined((float)x, 0));
    print_number((long double)double_defined(x, 0));
    print_number(long_double_defined(x, 0));
    print_number((long double)float_shifted((float)x, 0));
    print_number((long double)double_shifted(x, 0));
    print_number(long_double_shifted(x, 0));
    printf("\n");
  }
  printf("\nx = (-800, -800) in double: by the definition");
  print_number((long double)double_defined(-800, -800));
  printf(", with the shift");
  print_number((long double)double_shifted(-800, -800));
  printf("\n");
}

static void print_row(const char *name, size_t n, const real x[n])
{
  printf("%-12s", name);
  for (size_t i = 0; i < n; i++)
    printf(" %8.4f", (double)x[i]);
  printf("\n");
}

/* One row of the Jacobian is the backward of a one-hot upstream. */
static void jacobian(size_t n, real J[n][n], const real y[1][n])
{
  for (size_t i = 0; i < n; i++) {
    real G[1][n];
    for (size_t j = 0; j < n; j++)
      G[0][j] = i == j ? R(1.0) : R(0.0);
    softmax_backward(1, n, (void *)J[i], (const void *)G, y);
  }
}

static void example(void)
{
  const real x[1][3] = { { 1, 2, 3 } }, G[1][3] = { { 1, -1, 2 } };
  const real ones[1][3] = { { 1, 1, 1 } };
  real y[1][3], J[3][3], dx[1][3];
  softmax_forward(1, 3, y, x);
  jacobian(3, J, (const void *)y);
  printf("\n");
  print_row("x", 3, x[0]);
  print_row("y", 3, y[0]);
  for (size_t i = 0; i < 3; i++) {
    printf("%-12s", i ? "" : "J");
    for (size_t j = 0; j < 3; j++)
      printf(" %8.4f", (double)J[i][j]);
    printf("   row sum %8.1e\n", (double)(J[i][0] + J[i][1] + J[i][2]));
  }
  softmax_backward(1, 3, dx, G, (const void *)y);
  print_row("upstream", 3, G[0]);
  print_row("gradient", 3, dx[0]);
  softmax_backward(1, 3, dx, ones, (const void *)y);
  print_row("upstream", 3, ones[0]);
  print_row("gradient", 3, dx[0]);
}

/* Wrong backwards, each with a mistake of its own. */

static void nothing(size_t n, real dx[n], const real g[n], const real y[n])
{
  for (size_t i = 0; i < n; i++)
    dx[i] = 0 * g[i] * y[i];
}

static void wrong_sign(size_t n, real dx[n], const real g[n], const real y[n])
{
  softmax_backward(1, n, (void *)dx, (const void *)g, (const void *)y);
  for (size_t i = 0; i < n; i++)
    dx[i] = -dx[i];
}

static void unweighted(size_t n, real dx[n], const real g[n], const real y[n])
{
  real mean = R(0.0);
  for (size_t k = 0; k < n; k++)
    mean += g[k] / (real)n;
  for (size_t i = 0; i < n; i++)
    dx[i] = y[i] * (g[i] - mean);
}

static void diagonal(size_t n, real dx[n], const real g[n], const real y[n])
{
  for (size_t i = 0; i < n; i++)
    dx[i] = g[i] * y[i] * (1 - y[i]);
}

typedef void backward(size_t n, real dx[n], const real g[n], const real y[n]);

static void blind(uint64_t seed, struct record *values)
{
  static const struct {
    const char *name;
    backward *wrong;
  } mistakes[] = { { "returns zeros", nothing },
                   { "wrong sign", wrong_sign },
                   { "mean without weights", unweighted },
                   { "diagonal only", diagonal } };
  enum { CLASSES = 5 };
  struct rng rng = rng_stream(seed, "softmax-blind");
  real x[1][CLASSES], y[1][CLASSES], ones[CLASSES], random[CLASSES];
  for (size_t i = 0; i < CLASSES; i++) {
    x[0][i] = (real)rng_normal(&rng);
    random[i] = (real)rng_normal(&rng);
    ones[i] = R(1.0);
  }
  softmax_forward(1, CLASSES, y, (const void *)x);
  printf("\nlargest error of a wrong backward   all-ones G    random G\n");
  for (size_t m = 0; m < sizeof mistakes / sizeof *mistakes; m++) {
    const real with_ones =
        largest_error(mistakes[m].wrong, CLASSES, ones, y[0]);
    const real with_random =
        largest_error(mistakes[m].wrong, CLASSES, random, y[0]);
    printf("  %-32s %11.1e %11.1e\n", mistakes[m].name, (double)with_ones,
           (double)with_random);
    if (mistakes[m].wrong == unweighted) {
      record_line(values, "unweighted-ones\t%.17g", (double)with_ones);
      record_line(values, "unweighted-random\t%.17g", (double)with_random);
    }
  }
}

static void probabilities(const char *out)
{
  struct record *record = record_open(out, "probabilities.tsv");
  record_line(record, "x_1\ty_1\ty_2\ty_3");
  for (int i = -60; i <= 80; i++) {
    const real x[1][3] = { { i / R(10.0), 1, 0 } };
    real y[1][3];
    softmax_forward(1, 3, y, x);
    record_line(record, "%.17g\t%.17g\t%.17g\t%.17g", (double)x[0][0],
                (double)y[0][0], (double)y[0][1], (double)y[0][2]);
  }
  record_close(record);
}

/* The Jacobian of eight classes, for the heat map, and its row sums. */
static void heat_map(const char *out, struct record *values)
{
  const real x[1][8] = { { 2, 0, 1.5, 3, -1, 2.5, 0.5, 1 } };
  real y[1][8], J[8][8], worst = R(0.0);
  struct record *record = record_open(out, "jacobian.tsv");
  softmax_forward(1, 8, y, x);
  jacobian(8, J, (const void *)y);
  record_line(record, "i\tj\tJ");
  for (int i = 0; i < 8; i++) {
    real sum = R(0.0);
    for (int j = 0; j < 8; j++) {
      record_line(record, "%d\t%d\t%.17g", i + 1, j + 1, (double)J[i][j]);
      sum += J[i][j];
    }
    worst = fabs(sum) > worst ? fabs(sum) : worst;
  }
  record_line(values, "largest-row-sum\t%.17g", (double)worst);
  record_close(record);
}

int main(int argc, char **argv)
{
  const struct cli cli = cli_parse(
      argc, argv, "softmax: overflow, a Jacobian, blind checks", NULL);
  struct record *values = record_open(cli.out, "values.tsv");
  record_line(values, "name\tvalue");
  overflow();
  example();
  blind(cli.seed, values);
  probabilities(cli.out);
  heat_map(cli.out, values);
  record_close(values);
}
