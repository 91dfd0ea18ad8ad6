/* Chapter 2: one small layer, printed; its gradients against central
   differences; and a linear regression whose speed is known beforehand. */
#include "cli.h"
#include "linear.h"
#include "record.h"
#include "rng.h"

#include <stdio.h>
#include <string.h>

/* ---- a layer to redo by hand ---- */

static void print_row(size_t columns, const real a[], const char *end)
{
  for (size_t j = 0; j < columns; j++)
    printf(" %4g", (double)a[j]);
  printf("%s", end);
}

static void print_layer(void)
{
  enum { S = 4, M = 3, N = 2 };
  const real X[S][M] = { { R(1.0), R(2.0), R(3.0) },
                         { R(0.0), R(1.0), R(-1.0) },
                         { R(2.0), R(0.0), R(1.0) },
                         { R(-1.0), R(1.0), R(0.0) } };
  const real W[N][M] = { { R(1.0), R(0.0), R(-1.0) },
                         { R(2.0), R(1.0), R(0.0) } };
  const real b[N] = { R(0.5), R(-1.0) };
  const real G[S][N] = { { R(2.0), R(-1.0) },
                         { R(0.0), R(1.0) },
                         { R(1.0), R(3.0) },
                         { R(-2.0), R(0.5) } };
  real Y[S][N], dX[S][M], dW[N][M], db[N];
  memset(dW, 0, sizeof dW);
  memset(db, 0, sizeof db);
  linear_forward(S, M, N, Y, X, W, b);
  linear_backward(S, M, N, dX, dW, db, G, X, W);

  printf("S = %d samples, M = %d inputs, N = %d outputs\n\n", S, M, N);
  printf("        X 4x3         Y 4x2         G 4x2            dX 4x3\n");
  for (size_t s = 0; s < S; s++) {
    print_row(M, X[s], "    ");
    print_row(N, Y[s], "    ");
    print_row(N, G[s], "    ");
    print_row(M, dX[s], "\n");
  }
  printf("\n        W 2x3      b 2            dW 2x3     db 2\n");
  for (size_t n = 0; n < N; n++) {
    print_row(M, W[n], "    ");
    print_row(1, &b[n], "    ");
    print_row(M, dW[n], "    ");
    print_row(1, &db[n], "\n");
  }
}

/* ---- the gradients against central differences ---- */

enum { CHECK_S = 7, CHECK_M = 5, CHECK_N = 3 };

struct layer {
  real X[CHECK_S][CHECK_M], W[CHECK_N][CHECK_M], b[CHECK_N];
  real G[CHECK_S][CHECK_N];
};

static void fill(struct rng *rng, size_t count, real a[])
{
  for (size_t i = 0; i < count; i++)
    a[i] = (real)rng_normal(rng);
}

/* L = Σ_s Σ_n G_sn Y_sn, whose upstream gradient is G */
static double weighted_loss(const struct layer *l)
{
  real Y[CHECK_S][CHECK_N];
  double sum = 0;
  linear_forward(CHECK_S, CHECK_M, CHECK_N, Y, l->X, l->W, l->b);
  for (size_t s = 0; s < CHECK_S; s++)
    for (size_t n = 0; n < CHECK_N; n++)
      sum += (double)l->G[s][n] * (double)Y[s][n];
  return sum;
}

/* The largest error of (L(p + step) − L(p − step)) / (2 step) over the
   entries p of a segment of l, relative to its largest gradient. */
static double difference_error(struct layer *l, size_t count, real segment[],
                               const real gradient[], double step)
{
  double error = 0, scale = 0;
  for (size_t p = 0; p < count; p++) {
    const real kept = segment[p];
    segment[p] = (real)((double)kept + step);
    const double above = weighted_loss(l);
    segment[p] = (real)((double)kept - step);
    const double below = weighted_loss(l);
    segment[p] = kept;
    const double off =
        fabs((above - below) / (2 * step) - (double)gradient[p]);
    error = off > error ? off : error;
    scale =
        fabs((double)gradient[p]) > scale ? fabs((double)gradient[p]) : scale;
  }
  return error / scale;
}

static void check_layer(uint64_t seed, struct record *values)
{
  struct layer l;
  struct rng rng = rng_stream(seed, "check");
  real dX[CHECK_S][CHECK_M], dW[CHECK_N][CHECK_M], db[CHECK_N];
  double worst[2] = { 0, 0 };
  const double step[2] = { 1, 1e-5 };
  fill(&rng, CHECK_S * CHECK_M, *l.X);
  fill(&rng, CHECK_N * CHECK_M, *l.W);
  fill(&rng, CHECK_N, l.b);
  fill(&rng, CHECK_S * CHECK_N, *l.G);
  memset(dW, 0, sizeof dW);
  memset(db, 0, sizeof db);
  linear_backward(CHECK_S, CHECK_M, CHECK_N, dX, dW, db, l.G, l.X, l.W);

  const struct {
    const char *name;
    size_t count;
    real *at, *gradient;
  } part[] = { { "dX", CHECK_S * CHECK_M, *l.X, *dX },
               { "dW", CHECK_N * CHECK_M, *l.W, *dW },
               { "db", CHECK_N, l.b, db } };
  printf("\nagainst central differences, S = %d, M = %d, N = %d\n", CHECK_S,
         CHECK_M, CHECK_N);
  printf("      step 1    step 1e-5\n");
  for (size_t k = 0; k < sizeof part / sizeof *part; k++) {
    printf("  %s", part[k].name);
    for (size_t i = 0; i < 2; i++) {
      const double e = difference_error(&l, part[k].count, part[k].at,
                                        part[k].gradient, step[i]);
      worst[i] = e > worst[i] ? e : worst[i];
      printf("  %7.1e", e);
    }
    printf("\n");
  }
  record_line(values, "worst-error\t%.3e", worst[0]);
  record_line(values, "small-step-error\t%.3e", worst[1]);
}

/* ---- the fit ---- */

enum { S = 50, M = 2, N = 2, STEPS = 200 };

struct fit {
  real X[S][M], T[S][N];
  real W[N][M], b[N];
  real goal_W[N][M], goal_b[N];
};

static void fit_new(struct fit *f, uint64_t seed)
{
  struct rng rng = rng_stream(seed, "fit");
  const real W[N][M] = { { R(2.0), R(-1.0) }, { R(0.5), R(1.5) } };
  const real b[N] = { R(1.0), R(-2.0) };
  memset(f, 0, sizeof *f);
  memcpy(f->goal_W, W, sizeof W);
  memcpy(f->goal_b, b, sizeof b);
  for (size_t s = 0; s < S; s++) {
    f->X[s][0] = (real)(2 * rng_normal(&rng));
    f->X[s][1] = (real)(1 + 0.5 * rng_normal(&rng));
  }
  linear_forward(S, M, N, f->T, f->X, W, b);
}

enum bias { RIGHT, ONES, DIVIDED_TWICE };

/* Makes of a right bias gradient one of two wrong ones. */
static void spoil(enum bias bias, real db[N])
{
  real sum = R(0.0);
  for (size_t n = 0; n < N; n++)
    sum += db[n];
  for (size_t n = 0; n < N && bias != RIGHT; n++)
    db[n] = bias == ONES ? sum : db[n] / (real)S;
}

/* One step down the gradient; returns the loss before it. */
static double descend(struct fit *f, real rate, enum bias bias)
{
  real Y[S][N], G[S][N];
  real dX[S][M], dW[N][M] = { { R(0.0) } }, db[N] = { R(0.0) };
  linear_forward(S, M, N, Y, f->X, f->W, f->b);
  squares_backward(S, N, G, Y, f->T);
  linear_backward(S, M, N, dX, dW, db, G, f->X, f->W);
  spoil(bias, db);
  for (size_t n = 0; n < N; n++) {
    for (size_t m = 0; m < M; m++)
      f->W[n][m] -= rate * dW[n][m];
    f->b[n] -= rate * db[n];
  }
  return (double)squares_forward(S, N, Y, f->T);
}

/* The Euclidean distance of W and b from the true ones. */
static double distance(const struct fit *f)
{
  double sum = 0;
  for (size_t n = 0; n < N; n++) {
    for (size_t m = 0; m < M; m++)
      sum += pow((double)(f->W[n][m] - f->goal_W[n][m]), 2);
    sum += pow((double)(f->b[n] - f->goal_b[n]), 2);
  }
  return sqrt(sum);
}

/* The largest eigenvalue of ±XᵀX/S + shift, X with its column of ones, by
   power iteration. */
static double eigenvalue(const struct fit *f, double sign, double shift)
{
  double v[M + 1] = { 1, 0.7, 0.4 }, lambda = 0;
  for (int k = 0; k < 2000; k++) {
    double u[M + 1] = { 0 }, length = 0;
    for (size_t s = 0; s < S; s++) {
      double along = v[M];
      for (size_t m = 0; m < M; m++)
        along += (double)f->X[s][m] * v[m];
      for (size_t m = 0; m < M; m++)
        u[m] += (double)f->X[s][m] * along / S;
      u[M] += along / S;
    }
    for (size_t m = 0; m <= M; m++) {
      u[m] = sign * u[m] + shift * v[m];
      length += u[m] * u[m];
    }
    lambda = sqrt(length);
    for (size_t m = 0; m <= M; m++)
      v[m] = u[m] / lambda;
  }
  return lambda;
}

enum { RATES = 3 };

static void fit_rates(const struct cli *cli, struct record *values)
{
  static const double share[RATES] = { 0.1, 0.9, 1.02 };
  const long steps = cli->steps ? cli->steps : STEPS;
  const long half = steps / 2;
  struct fit f[RATES];
  double rho[RATES], before[RATES] = { 0 };
  struct record *record = record_open(cli->out, "fit.tsv");

  fit_new(&f[0], cli->seed);
  const double highest = eigenvalue(&f[0], 1, 0);
  const double lowest = highest - eigenvalue(&f[0], -1, highest);
  printf("\nfit of %d outputs to %d samples, %ld steps\n", N, S, steps);
  printf("eigenvalues %.4f to %.4f: rates up to %.4f converge\n", lowest,
         highest, 2 / highest);
  for (int k = 0; k < RATES; k++) {
    f[k] = f[0];
    rho[k] = fmax(fabs(1 - 2 * share[k]),
                  fabs(1 - 2 * share[k] / highest * lowest));
  }

  record_line(record, "step\tslow\tfast\tover");
  for (long step = 0; step <= steps; step++) {
    record_line(record, "%ld\t%.9g\t%.9g\t%.9g", step, distance(&f[0]),
                distance(&f[1]), distance(&f[2]));
    for (int k = 0; k < RATES; k++) {
      before[k] = step == half ? distance(&f[k]) : before[k];
      if (step < steps)
        descend(&f[k], (real)(share[k] * 2 / highest), RIGHT);
    }
  }
  record_close(record);

  /* The straight lines of slope rho through the last distances. */
  record = record_open(cli->out, "predicted.tsv");
  record_line(record, "step\tslow\tfast\tover");
  for (long step = 0; step <= steps; step += steps) {
    const double left = (double)(step - steps);
    record_line(record, "%ld\t%.9g\t%.9g\t%.9g", step,
                distance(&f[0]) * pow(rho[0], left),
                distance(&f[1]) * pow(rho[1], left),
                distance(&f[2]) * pow(rho[2], left));
  }
  record_close(record);

  printf("\n  rate/limit  distance  factor a step, late  predicted\n");
  for (int k = 0; k < RATES; k++) {
    const double end = distance(&f[k]);
    const double factor = pow(end / before[k], 1 / (double)(steps - half));
    printf("  %10.2f   %7.1e  %19.6f  %9.6f\n", share[k], end, factor, rho[k]);
    if (k == 1) {
      record_line(values, "rate-measured\t%.9g", factor);
      record_line(values, "rate-predicted\t%.9g", rho[k]);
    }
  }
}

/* The same fit with two wrong gradients of the bias. */
static void fit_mistakes(const struct cli *cli)
{
  static const char *const name[] = { "right", "ones", "divided twice" };
  const long steps = cli->steps ? cli->steps : STEPS;
  struct fit f[3];
  double loss[3] = { 0 }, first[3] = { 0 };
  int rose[3] = { 0 };
  struct record *record = record_open(cli->out, "mistakes.tsv");
  fit_new(&f[0], cli->seed);
  const real rate = (real)(1 / eigenvalue(&f[0], 1, 0));
  f[1] = f[2] = f[0];
  record_line(record, "step\tright\tones\ttwice");
  for (long step = 0; step <= steps; step++) {
    for (int k = 0; k < 3; k++) {
      const double now = descend(&f[k], rate, (enum bias)k);
      rose[k] |= step > 0 && now > loss[k];
      loss[k] = now;
      first[k] = step ? first[k] : now;
    }
    record_line(record, "%ld\t%.9g\t%.9g\t%.9g", step, loss[0], loss[1],
                loss[2]);
  }
  record_close(record);
  printf("\n  bias gradient   first loss  last loss  ever rose\n");
  for (int k = 0; k < 3; k++)
    printf("  %-13s   %10.4f    %7.1e  %9s\n", name[k], first[k], loss[k],
           rose[k] ? "yes" : "no");
}

int main(int argc, char **argv)
{
  const struct cli cli =
      cli_parse(argc, argv, "the linear layer and its gradients", NULL);
  struct record *values = record_open(cli.out, "values.tsv");
  record_line(values, "name\tvalue");
  record_line(values, "fit-outputs\t%d", N);
  record_line(values, "fit-samples\t%d", S);
  print_layer();
  check_layer(cli.seed, values);
  fit_rates(&cli, values);
  fit_mistakes(&cli);
  record_close(values);
  return 0;
}
