#include "03-activation.exercises.h"
#include "activation.h"
#include "cli.h"
#include "record.h"

#include <float.h>
#include <stdio.h>

typedef void pass_forward(size_t S, size_t N, real Y[S][N],
                          const real X[S][N]);
typedef void pass_backward(size_t S, size_t N, real dX[S][N],
                           const real G[S][N], const real XY[S][N]);

static void leaky_forward(size_t S, size_t N, real Y[S][N], const real X[S][N])
{
  leaky_relu_forward(S, N, Y, X, LEAKY_SLOPE);
}

static void leaky_backward(size_t S, size_t N, real dX[S][N],
                           const real G[S][N], const real Y[S][N])
{
  leaky_relu_backward(S, N, dX, G, Y, LEAKY_SLOPE);
}

/* The derivatives through the input, to hold those through the output to;
   that of the sigmoid is an exercise. */

static real relu_slope(real x) { return x > 0 ? R(1.0) : R(0.0); }
static real leaky_slope(real x) { return x > 0 ? R(1.0) : LEAKY_SLOPE; }
static real elu_slope(real x) { return x > 0 ? R(1.0) : exp(x); }
static real tanh_slope(real x) { return R(1.0) / (cosh(x) * cosh(x)); }

static const struct function {
  const char *name;
  pass_forward *forward;
  pass_backward *backward;
  real (*slope)(real x); /* NULL: the backward reads X, not Y */
} functions[] = {
  { "relu", relu_forward, relu_backward, relu_slope },
  { "leaky", leaky_forward, leaky_backward, leaky_slope },
  { "elu", elu_forward, elu_backward, elu_slope },
  { "sigmoid", sigmoid_forward, sigmoid_backward, sigmoid_slope },
  { "tanh", tanh_forward, tanh_backward, tanh_slope },
  { "gelu", gelu_forward, gelu_backward, NULL },
  { "gelu (tanh)", gelu_tanh_forward, gelu_tanh_backward, NULL },
};
enum { FUNCTIONS = sizeof functions / sizeof *functions };

/* h(x), and h′(x) by the backward with an upstream of 1. */
static double at(const struct function *f, double point, double *slope)
{
  const real X[1][1] = { { (real)point } }, G[1][1] = { { R(1.0) } };
  real Y[1][1], dX[1][1];
  f->forward(1, 1, Y, X);
  f->backward(1, 1, dX, G, f->slope ? (const void *)Y : X);
  if (slope)
    *slope = (double)dX[0][0];
  return (double)Y[0][0];
}

static double distance(double a, double b) { return a > b ? a - b : b - a; }

static void print_table(void)
{
  static const double points[] = { -4, -1, 0, 1, 4 };
  enum { POINTS = sizeof points / sizeof *points };
  printf("%-16s", "x");
  for (int k = 0; k < POINTS; k++)
    printf("%10.0f", points[k]);
  for (int f = 0; f < FUNCTIONS; f++) {
    double value, slope[POINTS];
    printf("\n%-12s h  ", functions[f].name);
    for (int k = 0; k < POINTS; k++) {
      value = at(&functions[f], points[k], &slope[k]);
      printf("%10.5f", value);
    }
    printf("\n%-12s h' ", "");
    for (int k = 0; k < POINTS; k++)
      printf("%10.5f", slope[k]);
  }
  printf("\n");
}

/* The largest relative difference between h′ through Y and through X. */
static void print_differences(struct record *values)
{
  printf("\nh' through the output against h' through the input,\n"
         "largest relative difference for -4 <= x <= 4:\n");
  for (int f = 0; f < FUNCTIONS && functions[f].slope; f++) {
    double worst = 0, where = 0;
    for (int i = -4096; i <= 4096; i++) {
      double slope;
      at(&functions[f], i / 1024.0, &slope);
      const double exact = (double)functions[f].slope((real)(i / 1024.0));
      const double off = exact == 0 ? slope : distance(slope / exact, 1);
      if (off > worst) {
        worst = off;
        where = i / 1024.0;
      }
    }
    if (worst > 0)
      printf("%-12s %.1e  at x = %.3f\n", functions[f].name, worst, where);
    else
      printf("%-12s 0\n", functions[f].name);
    record_line(values, "through-%s\t%.17g", functions[f].name, worst);
  }
}

static void print_saturation(struct record *values)
{
  static const double points[] = { 0, 10, 20, 30, 36, 37, 40 };
  printf("\nsigmoid       y (1 - y)     e/(1+e)^2   relative error\n");
  for (size_t k = 0; k < sizeof points / sizeof *points; k++) {
    double slope;
    const double exact = (double)sigmoid_slope((real)points[k]);
    at(&functions[3], points[k], &slope);
    printf("x = %2.0f   %13.6e %13.6e   %.1e\n", points[k], slope, exact,
           distance(slope / exact, 1));
    record_line(values, "saturation-%.0f\t%.17g", points[k],
                distance(slope / exact, 1));
  }
  double x = 0, slope = 1;
  while (slope > 0)
    at(&functions[3], x += 1 / 64.0, &slope);
  record_line(values, "saturation-zero\t%.17g", x);
}

/* The gradient through k copies of one function, from x = 1. */
static double through_chain(const struct function *f, int k)
{
  double x = 1, product = 1;
  while (k-- > 0) {
    double slope;
    x = at(f, x, &slope);
    product *= slope;
  }
  return product;
}

static void print_chain(const char *dir)
{
  struct record *r = record_open(dir, "chain.tsv");
  record_line(r, "k\tsigmoid\tbound\ttanh\trelu");
  printf("\nk in a row     sigmoid        4^-k        tanh   relu\n");
  double bound = 1;
  for (int k = 1; k <= 16; k++) {
    bound /= 4;
    const double p = through_chain(&functions[3], k);
    const double t = through_chain(&functions[4], k);
    const double u = through_chain(&functions[0], k);
    record_line(r, "%d\t%.17g\t%.17g\t%.17g\t%.17g", k, p, bound, t, u);
    if ((k & (k - 1)) == 0)
      printf("%10d %11.3e %11.3e %11.3e %6.0f\n", k, p, bound, t, u);
  }
  record_close(r);
}

static void record_curves(const char *dir)
{
  struct record *h = record_open(dir, "functions.tsv");
  struct record *d = record_open(dir, "derivatives.tsv");
  record_line(h, "x\trelu\tleaky\telu\tsigmoid\ttanh\tgelu");
  record_line(d, "x\trelu\tleaky\telu\tsigmoid\ttanh\tgelu");
  for (int i = -256; i <= 256; i++) {
    double y[FUNCTIONS], slope[FUNCTIONS];
    for (int f = 0; f < FUNCTIONS; f++)
      y[f] = at(&functions[f], i / 64.0, &slope[f]);
    record_line(h, "%.6g\t%.9g\t%.9g\t%.9g\t%.9g\t%.9g\t%.9g", i / 64.0, y[0],
                y[1], y[2], y[3], y[4], y[5]);
    record_line(d, "%.6g\t%.9g\t%.9g\t%.9g\t%.9g\t%.9g\t%.9g", i / 64.0,
                slope[0], slope[1], slope[2], slope[3], slope[4], slope[5]);
  }
  record_close(h);
  record_close(d);
}

static void record_saturation(const char *dir)
{
  struct record *r = record_open(dir, "saturation.tsv");
  record_line(r, "x\terror\trounding");
  for (int i = 0; i <= 40 * 16; i++) {
    const double x = i / 16.0;
    double slope;
    at(&functions[3], x, &slope);
    const double exact = (double)sigmoid_slope((real)x);
    record_line(r, "%.6g\t%.6g\t%.6g", x, distance(slope / exact, 1),
                2 * DBL_EPSILON * exp(x));
  }
  record_close(r);
}

static void record_gelu(struct record *values)
{
  double gap = 0, least = 0, most = 0;
  for (int i = -8192; i <= 8192; i++) {
    double slope;
    const double x = i / 1024.0, y = at(&functions[5], x, &slope);
    const double off = distance(y, at(&functions[6], x, NULL));
    gap = off > gap ? off : gap;
    least = slope < least ? slope : least;
    most = slope > most ? slope : most;
  }
  record_line(values, "gelu-gap\t%.17g", gap);
  record_line(values, "gelu-least\t%.17g", least);
  record_line(values, "gelu-most\t%.17g", most);
}

int main(int argc, char **argv)
{
  const struct cli cli =
      cli_parse(argc, argv, "activation functions and their slopes", NULL);
  struct record *values = record_open(cli.out, "values.tsv");
  record_line(values, "name\tvalue");
  print_table();
  print_differences(values);
  print_saturation(values);
  print_chain(cli.out);
  record_gelu(values);
  record_close(values);
  record_curves(cli.out);
  record_saturation(cli.out);
  return 0;
}
