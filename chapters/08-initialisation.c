/* Chapter 8: what fresh weights do to signals, and then to training.  Every
   run is an invocation of its own (08-initialisation.mk):

     initialisation --run train --init he --out DIR     experiment.h
     initialisation --run choose --init he --out DIR    the rate best on
                                                        validation, of DIR/runs
     initialisation --run signals --out DIR     50 layers, forward and backward
     initialisation --run scatter --out DIR     one sample, many networks
     initialisation --run moments --out DIR     E[max(0, f)²], and E[f²] where
                                                there is none
     initialisation --run report --out DIR      the tables, from DIR/runs

   In float, as training is. */
#include "activation.h"
#include "experiment.h"
#include "initialisation.h"
#include "linear.h"
#include "record.h"
#include "table.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LAYERS = 50, WIDTH = 100, BATCH = 50, NETWORKS = 10, LINE = 128 };

static struct cli cli;
static const char *run = "report";
static struct experiment e = EXPERIMENT;

static double mean_square(size_t count, const real x[])
{
  double sum = 0;
  for (size_t i = 0; i < count; i++)
    sum += (double)x[i] * (double)x[i];
  return sum / (double)count;
}

/* 1. Signals through 50 layers. */

enum kind { RELU, LEAKY, TANH, SIGMOID };

struct signal {
  const char *name, *title;
  enum kind kind;
  int fixed;          /* w² = gain in every layer; otherwise it is gain/M */
  double slope, gain; /* slope: of LEAKY */
};

static const struct signal signals[] = {
  { "relu-0.5", "ReLU, 0.5/M", RELU, 0, 0, 0.5 },
  { "relu-1", "ReLU, 1/M", RELU, 0, 0, 1 },
  { "relu-2", "ReLU, 2/M", RELU, 0, 0, 2 },
  { "relu-2.5", "ReLU, 2.5/M", RELU, 0, 0, 2.5 },
  { "relu-4", "ReLU, 4/M", RELU, 0, 0, 4 },
  { "leaky-0.02", "slope 0.02, 2/M", LEAKY, 0, 0.02, 2 },
  { "leaky-0.3", "slope 0.3, 2/M", LEAKY, 0, 0.3, 2 },
  { "leaky-1", "slope 1, 2/M", LEAKY, 0, 1, 2 },
  { "tanh-1", "tanh, 1/M", TANH, 0, 0, 1 },
  { "sigmoid-1", "sigmoid, 1/M", SIGMOID, 0, 0, 1 },
  { "std-0.01", "", RELU, 1, 0, 0.0001 },
  { "std-1", "", RELU, 1, 0, 1 },
};
enum { SIGNALS = sizeof signals / sizeof *signals };

static double variance_of(const struct signal *s, size_t M)
{
  return s->fixed ? s->gain : s->gain / (double)M;
}

static void up(const struct signal *s, real *Y)
{
  real(*A)[WIDTH] = (void *)Y;
  const real(*X)[WIDTH] = (const void *)Y;
  if (s->kind == RELU)
    relu_forward(BATCH, WIDTH, A, X);
  else if (s->kind == LEAKY)
    leaky_relu_forward(BATCH, WIDTH, A, X, (real)s->slope);
  else if (s->kind == TANH)
    tanh_forward(BATCH, WIDTH, A, X);
  else
    sigmoid_forward(BATCH, WIDTH, A, X);
}

static void down(const struct signal *s, real *G, const real *Y)
{
  real(*dX)[WIDTH] = (void *)G;
  const real(*U)[WIDTH] = (const void *)G, (*A)[WIDTH] = (const void *)Y;
  if (s->kind == RELU)
    relu_backward(BATCH, WIDTH, dX, U, A);
  else if (s->kind == LEAKY)
    leaky_relu_backward(BATCH, WIDTH, dX, U, A, (real)s->slope);
  else if (s->kind == TANH)
    tanh_backward(BATCH, WIDTH, dX, U, A);
  else
    sigmoid_backward(BATCH, WIDTH, dX, U, A);
}

/* E[h(f)²] and E[h′(f)²] for f ~ N(0, σ²), by a sum over a fine grid. */
static void expected(enum kind kind, double variance, double *value,
                     double *slope)
{
  const double step = 0.01;
  *value = *slope = 0;
  for (int i = -900; i <= 900; i++) {
    const double z = i * step, f = sqrt(variance) * z;
    const double p = step * exp(-z * z / 2) / sqrt(2 * (double)PI);
    const double h = kind == TANH ? tanh(f) : 1 / (1 + exp(-f));
    const double dh = kind == TANH ? 1 - h * h : h * (1 - h);
    *value += p * h * h;
    *slope += p * dh * dh;
  }
}

/* A network of 50 layers and one batch: x_0 … x_50, and a gradient. */
struct stack {
  size_t M; /* inputs; every layer has WIDTH outputs */
  real *W[LAYERS], *Y[LAYERS + 1];
  real *b, *dW, *db, *G, *dX;
};

static size_t fan_in(const struct stack *st, int layer)
{
  return layer == 1 ? st->M : WIDTH;
}

static struct stack stack_new(const struct samples *set)
{
  struct stack st = { .M = set->M };
  st.Y[0] = allocate(BATCH * st.M, sizeof(real));
  for (size_t i = 0; i < BATCH * st.M; i++)
    st.Y[0][i] = (real)set->bytes[i] / R(255.0);
  for (int l = 1; l <= LAYERS; l++) {
    st.W[l - 1] = allocate(WIDTH * fan_in(&st, l), sizeof(real));
    st.Y[l] = allocate((uint64_t)BATCH * WIDTH, sizeof(real));
  }
  st.b = calloc(WIDTH, sizeof(real));
  st.dW = calloc((size_t)WIDTH * WIDTH, sizeof(real));
  st.db = calloc(WIDTH, sizeof(real));
  st.G = allocate((uint64_t)BATCH * WIDTH, sizeof(real));
  st.dX = allocate((uint64_t)BATCH * WIDTH, sizeof(real));
  if (!st.b || !st.dW || !st.db)
    fail("no memory for the network");
  return st;
}

static void stack_free(struct stack *st)
{
  for (int l = 0; l <= LAYERS; l++)
    free(st->Y[l]);
  for (int l = 0; l < LAYERS; l++)
    free(st->W[l]);
  free(st->b), free(st->dW), free(st->db), free(st->G), free(st->dX);
}

/* q[l] = mean of x_l² over units and images; fresh weights in each layer. */
static void stack_forward(struct stack *st, const struct signal *s,
                          struct rng *rng, double q[LAYERS + 1])
{
  q[0] = mean_square(BATCH * st->M, st->Y[0]);
  for (int l = 1; l <= LAYERS; l++) {
    const size_t M = fan_in(st, l);
    weights_normal(WIDTH, M, (void *)st->W[l - 1], rng,
                   (real)variance_of(s, M));
    linear_forward(BATCH, M, WIDTH, (void *)st->Y[l],
                   (const void *)st->Y[l - 1], (const void *)st->W[l - 1],
                   st->b);
    up(s, st->Y[l]);
    q[l] = mean_square((size_t)BATCH * WIDTH, st->Y[l]);
  }
}

/* g[l] = mean of (∂L/∂f_l)², from ∂L/∂f_50 ~ N(0, 1) down to layer 1. */
static void stack_backward(struct stack *st, const struct signal *s,
                           struct rng *rng, double g[LAYERS + 1])
{
  const size_t count = (size_t)BATCH * WIDTH;
  for (size_t i = 0; i < count; i++)
    st->G[i] = (real)rng_normal(rng);
  g[LAYERS] = mean_square(count, st->G);
  for (int l = LAYERS; l > 1; l--) {
    linear_backward(BATCH, WIDTH, WIDTH, (void *)st->dX, (void *)st->dW,
                    st->db, (const void *)st->G, (const void *)st->Y[l - 1],
                    (const void *)st->W[l - 1]);
    down(s, st->dX, st->Y[l - 1]);
    real *swap = st->G;
    st->G = st->dX, st->dX = swap;
    g[l - 1] = mean_square(count, st->G);
  }
}

/* What the recursions make of q[0] and of g[50] = 1.  They are linear, and
   run on 1 here: float could not hold the squares. */
static void predict(const struct stack *st, const struct signal *s,
                    double q[LAYERS + 1], double g[LAYERS + 1])
{
  const int lines = s->kind == RELU || s->kind == LEAKY;
  const double leak = 1 + s->slope * s->slope;
  double slope[LAYERS + 1];
  for (int l = 1; l <= LAYERS; l++) {
    const size_t M = fan_in(st, l);
    const double w2 = variance_of(s, M);
    if (lines)
      q[l] = q[l - 1] * leak * (double)recursion_forward(1, M, (real)w2);
    else
      expected(s->kind, (double)M * w2 * q[l - 1], &q[l], &slope[l]);
  }
  const double w2 = variance_of(s, WIDTH);
  g[LAYERS] = 1;
  for (int l = LAYERS; l > 1; l--)
    g[l - 1] =
        g[l] * (lines ? leak * (double)recursion_backward(1, WIDTH, (real)w2)
                      : WIDTH * w2 * slope[l - 1]);
}

/* The mean of x[l + step]/x[l] over the layers where both are there. */
static double mean_factor(const double x[LAYERS + 1], int first, int step)
{
  double sum = 0;
  int steps = 0;
  for (int l = first; l + step >= 0 && l + step <= LAYERS; l += step) {
    const double next = x[l + step];
    if (l + step == 0 && step < 0)
      break; /* gradients end at layer 1 */
    if (isfinite(next) && isfinite(x[l]) && x[l] > 0 && next > 0)
      sum += next / x[l], steps++;
  }
  return steps ? sum / steps : (double)NAN;
}

/* "mean, least, most" over networks, of what mean_square gave: their roots. */
static int three(char *to, int networks, double x[][LAYERS + 1], int l)
{
  double sum = 0, least = x[0][l], most = x[0][l];
  for (int k = 0; k < networks; k++) {
    sum += x[k][l] / networks;
    least = x[k][l] < least ? x[k][l] : least;
    most = x[k][l] > most ? x[k][l] : most;
  }
  return sprintf(to, "%.6g\t%.6g\t%.6g", sqrt(sum), sqrt(least), sqrt(most));
}

/* The first layer where float has nothing left but 0, or too much for it. */
static int lost_at(const double q[LAYERS + 1])
{
  for (int l = 1; l <= LAYERS; l++)
    if (!isfinite(q[l]) || q[l] <= 0)
      return l;
  return 0;
}

static void write_signal(const struct signal *s, int networks,
                         double q[][LAYERS + 1], double g[][LAYERS + 1],
                         const double qp[LAYERS + 1],
                         const double gp[LAYERS + 1])
{
  char file[LINE], x[LINE], d[LINE];
  snprintf(file, sizeof file, "signal-%s.tsv", s->name);
  struct record *r = record_open(cli.out, file);
  record_line(r, "layer\tx\tx-least\tx-most\tx-predicted\t"
                 "g\tg-least\tg-most\tg-predicted");
  int end = LAYERS; /* a row as long as every network has one to give */
  for (int k = 0; k < networks; k++)
    if (lost_at(q[k]) && lost_at(q[k]) <= end)
      end = lost_at(q[k]) - 1;
  for (int l = 0; l <= LAYERS; l++) {
    strcpy(x, "NaN\tNaN\tNaN"), strcpy(d, "NaN\tNaN\tNaN");
    if (l <= end)
      three(x, networks, q, l);
    if (l > 0 && end == LAYERS)
      three(d, networks, g, l);
    record_line(r, "%d\t%s\t%.6g\t%s\t%.6g", l, x, sqrt(qp[l]), d,
                l > 0 ? sqrt(gp[l]) : (double)NAN);
  }
  record_close(r);
}

static void write_factors(struct record *r, const struct signal *s,
                          int networks, double q[][LAYERS + 1],
                          double g[][LAYERS + 1], const double qp[LAYERS + 1],
                          const double gp[LAYERS + 1])
{
  double x[NETWORKS], d[NETWORKS];
  int least = LAYERS + 1, most = 0;
  for (int k = 0; k < networks; k++) {
    const int lost = lost_at(q[k]) ? lost_at(q[k]) : LAYERS + 1;
    x[k] = mean_factor(q[k], s->fixed ? 1 : 0, 1);
    d[k] = mean_factor(g[k], LAYERS, -1);
    least = lost < least ? lost : least;
    most = lost > most ? lost : most;
  }
  const struct spread a = spread_of(x, networks), b = spread_of(d, networks);
  record_line(r, "%s\t%.6g\t%.6g\t%.6g\t%.6g\t%.6g\t%.6g\t%d\t%d", s->name,
              a.mean, a.std, mean_factor(qp, s->fixed ? 1 : 0, 1), b.mean,
              b.std, mean_factor(gp, LAYERS, -1), least, most);
}

static void run_signals(void)
{
  const int networks = cli.quick ? 3 : NETWORKS;
  struct images im = images_read(cli.data, 1);
  if (im.fit.count < BATCH)
    fail("%zu images, need at least %d", im.fit.count, BATCH);
  struct stack st = stack_new(&im.fit);
  struct record *r = record_open(cli.out, "factors.tsv");
  record_line(r, "name\tx\tx-std\tx-predicted\tg\tg-std\tg-predicted\t"
                 "lost-first\tlost-last");
  for (int i = 0; i < SIGNALS; i++) {
    double q[NETWORKS][LAYERS + 1], g[NETWORKS][LAYERS + 1];
    double qp[LAYERS + 1], gp[LAYERS + 1];
    for (int k = 0; k < networks; k++) {
      char stream[LINE];
      snprintf(stream, sizeof stream, "%s, network %d", signals[i].name, k);
      struct rng rng = rng_stream(cli.seed, stream);
      stack_forward(&st, &signals[i], &rng, q[k]);
      stack_backward(&st, &signals[i], &rng, g[k]);
      progress("signals", i * networks + k + 1, SIGNALS * networks);
    }
    qp[0] = q[0][0];
    predict(&st, &signals[i], qp, gp);
    write_signal(&signals[i], networks, q, g, qp, gp);
    write_factors(r, &signals[i], networks, q, g, qp, gp);
  }
  record_close(r);
  stack_free(&st);
  images_free(&im);
}

/* 2. One sample through many networks with He's weights. */

enum { WIDTHS = 4, MOST = 200 };
static const int widths[WIDTHS] = { 25, 50, 100, 200 };

/* q_l / q_0 of one network of that width. */
static void one_sample(size_t M, struct rng *rng, real *W, double q[])
{
  real x[2][1][200], b[200] = { 0 };
  for (size_t m = 0; m < M; m++)
    x[0][0][m] = (real)rng_normal(rng);
  const double start = mean_square(M, x[0][0]);
  q[0] = 1;
  for (int l = 1; l <= LAYERS; l++) {
    real *X = x[(l - 1) % 2][0], *Y = x[l % 2][0];
    weights_normal(M, M, (void *)W, rng, variance_he(M, M));
    linear_forward(1, M, M, (void *)Y, (const void *)X, (const void *)W, b);
    relu_forward(1, M, (void *)Y, (const void *)Y);
    q[l] = mean_square(M, Y) / start;
  }
}

struct layer_spread {
  double mean, error, low, median, high, log_mean, log_std;
};

/* Of q_l over networks; x is sorted. */
static struct layer_spread spread_at(int l, int networks,
                                     double q[][LAYERS + 1])
{
  double x[MOST], logs[MOST];
  for (int k = 0; k < networks; k++) {
    x[k] = q[k][l];
    logs[k] = log(q[k][l]);
  }
  qsort(x, (size_t)networks, sizeof *x, ascending);
  const struct spread s = spread_of(x, networks);
  const struct spread ln = spread_of(logs, networks);
  return (struct layer_spread){
    .mean = s.mean,
    .error = s.std / sqrt(networks),
    .low = x[(networks - 1) / 10],
    .median = (x[(networks - 1) / 2] + x[networks / 2]) / 2,
    .high = x[networks - 1 - (networks - 1) / 10],
    .log_mean = ln.mean,
    .log_std = ln.std
  };
}

/* M times the relative variance of q_l/q_(l−1): over networks in each layer,
   then its mean over layers, and that mean's standard error. */
static struct spread layer_variance(size_t M, int networks,
                                    double q[][LAYERS + 1])
{
  double v[LAYERS], x[MOST];
  for (int l = 1; l <= LAYERS; l++) {
    for (int k = 0; k < networks; k++)
      x[k] = q[k][l] / q[k][l - 1];
    const double std = spread_of(x, networks).std;
    v[l - 1] = (double)M * std * std;
  }
  struct spread s = spread_of(v, LAYERS);
  s.std /= sqrt(LAYERS);
  return s;
}

/* If ln q_l were normal with the mean −5l/(2M) and the variance 5l/M: its
   quantile z standard deviations above the median. */
static double quantile(int M, int l, double z)
{
  const double v = 5.0 * l / M;
  return exp(z * sqrt(v) - v / 2);
}

static void write_width(int M, int networks, double q[][LAYERS + 1])
{
  const double tenth = 1.2815515655446004; /* Φ(−z) = 0.1 */
  char file[LINE];
  snprintf(file, sizeof file, "scatter-%d.tsv", M);
  struct record *r = record_open(cli.out, file);
  record_line(r, "layer\tmean\tlow\tmedian\thigh\tlow-predicted\t"
                 "median-predicted\thigh-predicted");
  for (int l = 0; l <= LAYERS; l++) {
    const struct layer_spread s = spread_at(l, networks, q);
    record_line(r, "%d\t%.6g\t%.6g\t%.6g\t%.6g\t%.6g\t%.6g\t%.6g", l, s.mean,
                s.low, s.median, s.high, quantile(M, l, -tenth),
                quantile(M, l, 0), quantile(M, l, tenth));
  }
  record_close(r);
}

static void run_scatter(void)
{
  struct record *r = record_open(cli.out, "scatter.tsv");
  record_line(r, "width\tnetworks\tvariance\tvariance-error\tmean\t"
                 "mean-error\tmedian\tmedian-predicted\tlog-std\t"
                 "log-std-predicted");
  real *W = allocate((uint64_t)200 * 200, sizeof *W);
  for (int i = 0; i < WIDTHS; i++) {
    const int M = widths[i];
    const int networks = cli.quick ? 20 : M > 100 ? 40 : MOST;
    static double q[MOST][LAYERS + 1];
    for (int k = 0; k < networks; k++) {
      char stream[LINE];
      snprintf(stream, sizeof stream, "width %d, network %d", M, k);
      struct rng rng = rng_stream(cli.seed, stream);
      one_sample((size_t)M, &rng, W, q[k]);
    }
    progress("scatter", i + 1, WIDTHS);
    write_width(M, networks, q);
    const struct layer_spread s = spread_at(LAYERS, networks, q);
    const struct spread v = layer_variance((size_t)M, networks, q);
    record_line(r, "%d\t%d\t%.6g\t%.6g\t%.6g\t%.6g\t%.6g\t%.6g\t%.6g\t%.6g", M,
                networks, v.mean, v.std, s.mean, s.error, s.median,
                quantile(M, LAYERS, 0), s.log_std, sqrt(5.0 * LAYERS / M));
  }
  free(W);
  record_close(r);
}

/* 3. Moments of a few densities, from samples. */

enum { DENSITIES = 7, SYMMETRIC = 3, SKEWED = 3, SEEDS = 3 };

/* The first four have mean 0 and variance 1; the last two have no variance. */
static const char *const density[DENSITIES] = { "normal", "uniform", "Laplace",
                                                "skewed", "normal",  "Student",
                                                "Cauchy" };

static double draw_from(int which, struct rng *rng)
{
  if (which == 0 || which == 4)
    return rng_normal(rng);
  const double u = rng_uniform(rng);
  if (which == 1)
    return sqrt(3) * (2 * u - 1);
  if (which == 2) /* b = σ/√2, each sign with the same probability */
    return (u < 0.5 ? log(2 * u) : -log(2 * (1 - u))) / sqrt(2);
  if (which == 3) /* exponential, moved to mean 0 */
    return -log(u) - 1;
  if (which == 5) /* two degrees of freedom */
    return (2 * u - 1) / sqrt(2 * u * (1 - u));
  return tan((double)PI * (u - 0.5));
}

/* The running mean of max(0, f)²/(σ²/2), or of f² for the last three, at
   steps of a twentieth of a decade. */
static double running(int which, int seed, long draws, struct record *r)
{
  char stream[LINE];
  snprintf(stream, sizeof stream, "moments %d", which);
  struct rng rng = rng_stream(cli.seed + (uint64_t)seed, stream);
  const int half = which < 4;
  double sum = 0, next = 10;
  for (long i = 1; i <= draws; i++) {
    const double f = draw_from(which, &rng);
    sum += half ? (f > 0 ? 2 * f * f : 0) : f * f;
    if ((double)i < next && i < draws)
      continue;
    record_line(r, "%d\t%d\t%ld\t%.6g", which, seed, i, sum / (double)i);
    while (next <= (double)i)
      next *= pow(10, 0.05);
  }
  return sum / (double)draws;
}

static void run_moments(void)
{
  const long draws = cli.quick ? 10000 : 1000000;
  struct record *r = record_open(cli.out, "running.tsv");
  struct record *ends = record_open(cli.out, "moments.tsv");
  record_line(r, "density\tseed\tn\tmean");
  record_line(ends, "density\tone\ttwo\tthree\tdraws");
  for (int which = 0; which < DENSITIES; which++) {
    double end[SEEDS];
    for (int seed = 0; seed < SEEDS; seed++)
      end[seed] = running(which, seed, draws, r);
    record_line(ends, "%s\t%.6g\t%.6g\t%.6g\t%ld", density[which], end[0],
                end[1], end[2], draws);
  }
  record_close(ends);
  record_close(r);
}

/* 4. Training: three starts, a deep and a shallow network. */

enum { STARTS = 3, RATES = 4, DEPTHS = 2 };
static const char *const depth_name[DEPTHS] = { "deep", "shallow" };
static const char *const start_name[STARTS] = { "std", "xavier", "he" };
static const char *const rate_name[DEPTHS][RATES] = {
  { "0.003", "0.01", "0.03", "0.1" }, { "0.03", "0.1", "0.3", "1" }
};

/* Before training: the last hidden layer's root mean square, and that of the
   loss's gradient by the weights of the first layer and of the last. */
static void observe(struct network *net, const struct images *im, long epoch)
{
  enum { S = 50 };
  if (epoch != 0 || im->first < S)
    return;
  size_t index[S];
  for (size_t i = 0; i < S; i++)
    index[i] = i;
  train_gradient(net, &im->fit, S, index);
  const struct layer *first = net->layers, *last = first + net->depth - 1;
  struct record *r = record_open(cli.out, "start.tsv");
  record_line(r, "name\tvalue");
  record_line(r, "x\t%.6g", sqrt(mean_square(S * last->M, last[-1].Y)));
  record_line(r, "first\t%.6g",
              sqrt(mean_square(first->N * first->M, first->gradients)));
  record_line(r, "last\t%.6g",
              sqrt(mean_square(last->N * last->M, last->gradients)));
  record_close(r);
}

static void rate_dir(char to[LINE], int depth, int start, int i)
{
  snprintf(to, LINE, "runs/%s-%s-%s", depth_name[depth], start_name[start],
           rate_name[depth][i]);
}

/* A run that diverged is worse than any that did not. */
static double accuracy_of(const char *dir, const char *name)
{
  return table_value(cli.out, dir, "result.tsv", "diverged") > 0
             ? -1
             : table_value(cli.out, dir, "result.tsv", name);
}

/* With --quick only the two rates in the middle are run. */
static int rate_first(void) { return cli.quick ? 1 : 0; }
static int rate_last(void) { return cli.quick ? 2 : RATES - 1; }

static int best_rate(int depth, int start)
{
  int best = rate_first();
  double most = -2;
  for (int i = rate_first(); i <= rate_last(); i++) {
    char dir[LINE];
    rate_dir(dir, depth, start, i);
    const double valid = accuracy_of(dir, "valid-accuracy");
    if (valid > most)
      most = valid, best = i;
  }
  return best;
}

static void run_choose(void)
{
  const int depth = e.layers == 1;
  int start = 0;
  while (start < STARTS && strcmp(start_name[start], e.init) != 0)
    start++;
  if (start == STARTS)
    usage("--init %s: expected std, xavier or he", e.init);
  char file[LINE];
  snprintf(file, sizeof file, "chosen-%s-%s.tsv", depth_name[depth], e.init);
  struct record *r = record_open(cli.out, file);
  record_line(r, "rate");
  record_line(r, "%s", rate_name[depth][best_rate(depth, start)]);
  record_close(r);
}

/* 5. The report. */

static const char *const start_long[STARTS] = { "N(0, 0.01^2)", "Xavier",
                                                "He" };

static void report_factors(struct record *values)
{
  struct table *t = table_read(cli.out, "runs/signals", "factors.tsv");
  printf(
      "Factor of a layer, %d layers of %d: mean and std of %d networks\n"
      "                       up: E[x^2]              down: E[(dL/df)^2]\n"
      "h, w^2            predicted  measured          predicted  measured\n",
      LAYERS, WIDTH, cli.quick ? 3 : NETWORKS);
  for (int i = 0; i < t->rows && i < SIGNALS; i++) {
    const double *c = t->cell[i];
    const char *name = t->label[i];
    if (!signals[i].fixed)
      printf("%-16s   %7.4f   %.4f ± %.4f    %7.4f   %.4f ± %.4f\n",
             signals[i].title, c[3], c[1], c[2], c[6], c[4], c[5]);
    record_line(values, "up-%s\t%.6g\nup-std-%s\t%.6g\nup-predicted-%s\t%.6g",
                name, c[1], name, c[2], name, c[3]);
    record_line(values,
                "down-%s\t%.6g\ndown-std-%s\t%.6g\n"
                "down-predicted-%s\t%.6g",
                name, c[4], name, c[5], name, c[6]);
    record_line(values, "lost-first-%s\t%.0f\nlost-last-%s\t%.0f", name, c[7],
                name, c[8]);
  }
  const double *small = t->cell[SIGNALS - 2], *large = t->cell[SIGNALS - 1];
  printf("N(0, 1) in every layer: beyond float from layer %.0f to %.0f on\n"
         "N(0, 0.01^2) in every layer: all 0 from layer %.0f to %.0f on\n",
         large[7], large[8], small[7], small[8]);
  table_free(t);
}

static void report_scatter(struct record *values)
{
  struct table *t = table_read(cli.out, "runs/scatter", "scatter.tsv");
  puts("\nOne sample, w^2 = 2/M, layer 50: q is the mean of x^2 over that of "
       "the "
       "input;\nmeans with standard errors; in brackets what is predicted\n"
       "                 N Var of\n"
       "width networks   a factor        mean q        median        std of "
       "ln q");
  for (int i = 0; i < t->rows; i++) {
    const double *c = t->cell[i];
    printf("%5.0f %8.0f   %4.2f ± %.2f   %5.2f ± %.2f   %5.3f (%.3f)   "
           "%.2f (%.2f)\n",
           c[0], c[1], c[2], c[3], c[4], c[5], c[6], c[7], c[8], c[9]);
    record_line(values,
                "variance-%.0f\t%.6g\nvariance-error-%.0f\t%.6g\n"
                "mean-%.0f\t%.6g\nmean-error-%.0f\t%.6g\n"
                "median-%.0f\t%.6g\nmedian-predicted-%.0f\t%.6g\n"
                "log-std-%.0f\t%.6g\nlog-std-predicted-%.0f\t%.6g\n"
                "networks-%.0f\t%.0f",
                c[0], c[2], c[0], c[3], c[0], c[4], c[0], c[5], c[0], c[6],
                c[0], c[7], c[0], c[8], c[0], c[9], c[0], c[1]);
  }
  table_free(t);
}

static void report_moments(struct record *values)
{
  struct table *t = table_read(cli.out, "runs/moments", "moments.tsv");
  printf(
      "\nMean of max(0, f)^2 over sigma^2/2, %.0f draws: mean and standard\n"
      "deviation of three seeds\n",
      t->cell[0][4]);
  for (int i = 0; i < t->rows && i < DENSITIES; i++) {
    const struct spread s = spread_of(&t->cell[i][1], SEEDS);
    if (i < 4)
      printf("%-8s %.4f ± %.4f\n", t->label[i], s.mean, s.std);
    else if (i > 4)
      printf("%s%-8s %.3g, %.3g, %.3g\n",
             i == 5 ? "and of f^2, where there is no variance, seed by seed\n"
                    : "",
             t->label[i], t->cell[i][1], t->cell[i][2], t->cell[i][3]);
    record_line(values, "moment-%d-%s\t%.6g\nmoment-std-%d-%s\t%.6g", i,
                t->label[i], s.mean, i, t->label[i], s.std);
  }
  table_free(t);
}

static void report_rates(struct record *values, int depth)
{
  printf("\n%s: validation accuracy by rate, seed 1\nrate        ",
         depth ? "1 hidden layer of 100" : "20 hidden layers of 100");
  for (int i = rate_first(); i <= rate_last(); i++)
    printf("%9s ", rate_name[depth][i]);
  for (int start = 0; start < STARTS; start++) {
    printf("\n%-12s", start_long[start]);
    for (int i = rate_first(); i <= rate_last(); i++) {
      char dir[LINE];
      rate_dir(dir, depth, start, i);
      const double valid = accuracy_of(dir, "valid-accuracy");
      if (valid < 0)
        printf(" diverged ");
      else
        printf("%9.4f%c", valid, i == best_rate(depth, start) ? '*' : ' ');
    }
    record_line(values, "rate-%s-%s\t%s", depth_name[depth], start_name[start],
                rate_name[depth][best_rate(depth, start)]);
  }
  puts("");
}

static void report_start(struct record *values, int depth, int start)
{
  char dir[LINE];
  const char *d = depth_name[depth], *s = start_name[start];
  rate_dir(dir, depth, start, best_rate(depth, start));
  const double x = table_value(cli.out, dir, "start.tsv", "x");
  const double g = table_value(cli.out, dir, "start.tsv", "first");
  const double G = table_value(cli.out, dir, "start.tsv", "last");
  printf("   %7.1e   %7.1e   %7.1e\n", x, g, G);
  record_line(values, "x-%s-%s\t%.6g\ndw-first-%s-%s\t%.6g", d, s, x, d, s, g);
  record_line(values, "dw-last-%s-%s\t%.6g", d, s, G);
}

static void report_seeds(struct record *values, int depth)
{
  puts("* chosen; with it, mean and standard deviation of three seeds.  "
       "Right: root\n"
       "mean squares before the first step, of the last hidden layer and of "
       "the\n"
       "gradients of the first and the last weights\n"
       "                 test accuracy       x      dW first    dW last");
  for (int start = 0; start < STARTS; start++) {
    char name[SEEDS][LINE];
    const char *dir[SEEDS];
    double test[SEEDS], loss[SEEDS];
    int diverged = 0;
    for (int s = 0; s < SEEDS; s++) {
      dir[s] = name[s];
      if (s == 0)
        rate_dir(name[s], depth, start, best_rate(depth, start));
      else
        snprintf(name[s], LINE, "runs/%s-%s-seed-%d", depth_name[depth],
                 start_name[start], s + 1);
      test[s] = accuracy_of(dir[s], "test-accuracy");
      loss[s] = table_value(cli.out, dir[s], "result.tsv", "loss");
      diverged += test[s] < 0;
    }
    const struct spread a = spread_of(test, SEEDS), b = spread_of(loss, SEEDS);
    printf("%-12s", start_long[start]);
    if (diverged)
      printf("  diverged: %d of %d", diverged, SEEDS);
    else
      printf("   %.4f ± %.4f", a.mean, a.std);
    report_start(values, depth, start);
    record_line(values, "test-%s-%s\t%.6g\ntest-std-%s-%s\t%.6g",
                depth_name[depth], start_name[start], a.mean,
                depth_name[depth], start_name[start], a.std);
    record_line(values, "loss-%s-%s\t%.6g\nloss-std-%s-%s\t%.6g",
                depth_name[depth], start_name[start], b.mean,
                depth_name[depth], start_name[start], b.std);
    char joined[LINE];
    snprintf(joined, LINE, "steps-%s-%s.tsv", depth_name[depth],
             start_name[start]);
    table_join(cli.out, joined, SEEDS, dir, "steps.tsv");
  }
}

static void run_report(void)
{
  struct record *values = record_open(cli.out, "values.tsv");
  record_line(values, "name\tvalue");
  report_factors(values);
  report_scatter(values);
  report_moments(values);
  for (int depth = 0; depth < DEPTHS; depth++) {
    report_rates(values, depth);
    report_seeds(values, depth);
  }
  record_line(values, "epochs\t%.0f",
              table_last(cli.out, "runs/deep-he-0.03", "epochs.tsv", "epoch"));
  record_close(values);
}

int main(int argc, char **argv)
{
  e.layers = 20, e.epochs = 2, e.block = 50, e.std = 0.01;
  e.observe = observe;
  const struct cli_option more[] = {
    { "run", "train, choose, signals, scatter, moments or report", CLI_TEXT,
      &run, 0, 0 },
    EXPERIMENT_OPTIONS(e),
    { NULL, NULL, CLI_FLAG, NULL, 0, 0 },
  };
  cli = cli_parse(argc, argv, "What fresh weights do to signals and training.",
                  more);
  static const struct {
    const char *name;
    void (*run)(void);
  } runs[] = { { "choose", run_choose },
               { "signals", run_signals },
               { "scatter", run_scatter },
               { "moments", run_moments },
               { "report", run_report } };
  if (!strcmp(run, "train")) {
    experiment_run(&cli, &e);
    return 0;
  }
  for (size_t i = 0; i < sizeof runs / sizeof *runs; i++)
    if (!strcmp(run, runs[i].name)) {
      runs[i].run();
      return 0;
    }
  usage(
      "--run %s: expected train, choose, signals, scatter, moments or report",
      run);
}
