/* Chapter 6: trains networks and reports.  Every run is an invocation of its
   own, so that make can run them side by side (06-mlp.mk):

     mlp --run synthetic --out DIR      2-3-2 on the synthetic set
     mlp --run images --out DIR         784-300-10 on images
     mlp --run choose --out DIR         the rate best on validation
     mlp --run report --out DIR         the tables, from DIR/runs

   Trained in float.  OPENBLAS_NUM_THREADS=1 keeps the sums of a product in
   one order, which is that of the kernel OpenBLAS takes for the processor. */
#include "06-mlp.exercises.h"
#include "cli.h"
#include "fast.h"
#include "images.h"
#include "learning_rate.h"
#include "record.h"
#include "table.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { HIDDEN = 300, CLASSES = 10, WORST = 24, PIECE = 500 };

static struct cli cli;
static const char *run = "report";
static double rate = 1.0, std = 0; /* 0: 1 / √inputs */
static long epochs = 30, batch = 50, validate = 5000, block = 5000;
static int constant, timing, fast;

static void network_or_fail(struct network *net, size_t count,
                            const size_t sizes[], size_t most)
{
  if (!network_new(net, count, sizes, &module_sigmoid, most))
    fail("no memory for the network");
}

static size_t *in_order(size_t count)
{
  size_t *order = allocate(count, sizeof *order);
  for (size_t i = 0; i < count; i++)
    order[i] = i;
  return order;
}

/* 1. The synthetic set: one sample a step, and a rate that follows the loss.
 */

struct adaptive {
  double rate, sum, before; /* of the block: the sum so far, the last mean */
  long steps, block;
};

static void adaptive_add(struct adaptive *a, double loss)
{
  a->sum += loss;
  if (++a->steps % a->block)
    return;
  const double mean = a->sum / (double)a->block;
  if (a->before > 0)
    a->rate = (double)rate_ratio((real)a->rate, (real)mean, (real)a->before);
  a->before = mean;
  a->sum = 0;
}

/* The probability of class 1 over the square |x| ≤ 3. */
static void write_regions(struct network *net)
{
  enum { SIDE = 61 };
  struct record *r = record_open(cli.out, "regions.tsv");
  record_line(r, "x0\tx1\tp");
  for (int i = 0; i < SIDE; i++)
    for (int j = 0; j < SIDE; j++) {
      const real x[2] = { R(0.1) * (real)(j - 30), R(0.1) * (real)(i - 30) };
      const real *Z = network_forward(net, 1, x);
      record_line(r, "%.6g\t%.6g\t%.6g", (double)x[0], (double)x[1],
                  1 / (1 + exp((double)(Z[0] - Z[1]))));
    }
  record_close(r);
}

static void run_synthetic(void)
{
  const size_t count = cli.quick ? 14000 : 70000, train = count / 7 * 6;
  double(*x)[2] = allocate(count, sizeof *x);
  unsigned char *label = allocate(count, 1);
  real *numbers = allocate(2 * count, sizeof *numbers);
  dataset_synthetic(cli.seed, count, x, label);
  for (size_t i = 0; i < 2 * count; i++)
    numbers[i] = (real)x[i / 2][i % 2];
  const struct samples set = { count, 2, NULL, numbers, label };

  struct network net;
  const size_t sizes[] = { 2, 3, 2 };
  network_or_fail(&net, 3, sizes, PIECE);
  struct rng weights = rng_stream(cli.seed, "weights");
  network_draw(&net, &weights, 1);
  struct rng shuffle = rng_stream(cli.seed, "shuffle");
  size_t *order = in_order(train);
  struct adaptive a = { .rate = 0.1, .block = 100 };

  struct record *r = record_open(cli.out, "epochs.tsv");
  record_line(r, "epoch\tloss\tblock\trate\taccuracy");
  for (int epoch = 1; epoch <= 5; epoch++) {
    double sum = 0;
    rng_shuffle(&shuffle, train, order);
    for (size_t i = 0; i < train; i++) {
      const double loss =
          (double)train_step(&net, &set, 1, order + i, (real)a.rate);
      sum += loss;
      adaptive_add(&a, loss);
    }
    const struct score score =
        train_score(&net, &set, train, count, NULL, NULL);
    record_line(r, "%d\t%.6g\t%.6g\t%.6g\t%.6g", epoch, sum / (double)train,
                a.before, a.rate, (double)score.right / (double)score.count);
  }
  record_close(r);
  write_regions(&net);
  network_free(&net);
  free(order), free(numbers), free(label), free(x);
}

/* 2. Images. */

static const char *class_name(unsigned char n)
{
  static const char *const fashion[] = { "T-shirt", "trouser", "pullover",
                                         "dress",   "coat",    "sandal",
                                         "shirt",   "sneaker", "bag",
                                         "boot" };
  static const char *const digit[] = { "0", "1", "2", "3", "4",
                                       "5", "6", "7", "8", "9" };
  return cli.data ? digit[n] : fashion[n];
}

/* The WORST test images that it is surest of, and wrong, surest first. */
static void write_mistakes(const struct samples *set,
                           const unsigned char guess[], const double sure[])
{
  struct record *r = record_open(cli.out, "mistakes.tsv");
  struct record *names = record_open(cli.out, "mistakes-names.tsv");
  char *taken = allocate(set->count, 1);
  memset(taken, 0, set->count);
  record_line(r, "tile\tx\ty\tshade");
  record_line(names, "tile\ttrue\tguess\tprobability");
  for (int tile = 0; tile < WORST; tile++) {
    size_t worst = set->count;
    for (size_t i = 0; i < set->count; i++)
      if (guess[i] != set->label[i] && !taken[i] &&
          (worst == set->count || sure[i] > sure[worst]))
        worst = i;
    if (worst == set->count)
      break;
    taken[worst] = 1;
    record_line(names, "%d\t%s\t%s\t%.6g", tile, class_name(set->label[worst]),
                class_name(guess[worst]), sure[worst]);
    for (size_t m = 0; m < set->M; m++)
      record_line(r, "%d\t%zu\t%zu\t%d", tile, m % 28, m / 28,
                  set->bytes[worst * set->M + m]);
  }
  free(taken);
  record_close(names);
  record_close(r);
}

static void write_confusion(const struct samples *set,
                            const unsigned char guess[])
{
  long count[CLASSES][CLASSES] = { { 0 } };
  for (size_t i = 0; i < set->count; i++)
    count[set->label[i]][guess[i]]++;
  struct record *r = record_open(cli.out, "confusion.tsv");
  record_line(r, "true\tguess\tcount");
  for (int t = 0; t < CLASSES; t++)
    for (int g = 0; g < CLASSES; g++)
      record_line(r, "%d\t%d\t%ld", t, g, count[t][g]);
  record_close(r);
}

/* The spread of Z⁽¹⁾ before training, and its mean slope h′ = A (1 − A). */
static void write_start(struct network *net, const struct samples *set,
                        struct record *r)
{
  const size_t S = PIECE, K = net->layers[0].N;
  double squares = 0, slope = 0;
  train_score(net, set, 0, S, NULL, NULL);
  for (size_t i = 0; i < S * K; i++) {
    const double z = (double)net->layers[0].Y[i];
    const double a = (double)net->layers[1].Y[i];
    squares += z * z;
    slope += a * (1 - a);
  }
  record_line(r, "z-std\t%.6g", sqrt(squares / (double)(S * K)));
  record_line(r, "slope\t%.6g", slope / (double)(S * K));
}

/* The last row of a run: the test images, which choose nothing. */
static void test_images(struct network *net, const struct images *im,
                        struct record *r)
{
  unsigned char *guess = allocate(im->test.count, 1);
  double *sure = allocate(im->test.count, sizeof *sure);
  const struct score score =
      train_score(net, &im->tested, 0, im->test.count, guess, sure);
  record_line(r, "test-loss\t%.6g", score.loss);
  record_line(r, "test-accuracy\t%.6g",
              (double)score.right / (double)score.count);
  write_confusion(&im->tested, guess);
  if (im->tested.M == 784)
    write_mistakes(&im->tested, guess, sure);
  free(sure), free(guess);
}

/* What one training run holds between steps. */
struct training {
  struct network *net;
  const struct images *im;
  size_t *order, fit; /* the images trained on */
  long step, steps;
  double sum;   /* of losses since the last row, each times its batch */
  size_t since; /* samples since then */
  double seconds;
  struct record *losses, *times;
  struct fast *fast; /* or NULL: the plain step */
};

/* --fast: the step of appendix speed, the same up to rounding. */
static real one_step(struct training *t, size_t S, const size_t index[],
                     real a)
{
  if (!t->fast)
    return train_step(t->net, &t->im->fit, S, index, a);
  for (size_t s = 0; s < S; s++)
    train_gather(t->net, &t->im->fit, s, index[s]);
  return fast_step(t->fast, S, t->net->X, t->net->T, a);
}

static void one_epoch(struct training *t)
{
  const clock_t start = clock();
  const double before = t->seconds;
  for (size_t at = 0; at < t->fit && t->step < t->steps; t->step++) {
    const size_t left = t->fit - at;
    const size_t S = left < (size_t)batch ? left : (size_t)batch;
    const real a =
        constant ? (real)rate : rate_linear((real)rate, t->step, t->steps);
    t->sum += (double)S * (double)one_step(t, S, t->order + at, a);
    at += S;
    t->since += S;
    if (t->since >= (size_t)block) {
      const double loss = t->sum / (double)t->since;
      t->seconds = before + (double)(clock() - start) / CLOCKS_PER_SEC;
      record_line(t->losses, "%ld\t%.6g", t->step + 1, loss);
      if (t->times)
        record_line(t->times, "%ld\t%.3f\t%.6g", t->step + 1, t->seconds,
                    loss);
      t->sum = 0, t->since = 0;
    }
  }
  t->seconds = before + (double)(clock() - start) / CLOCKS_PER_SEC;
}

static void write_epoch(struct training *t, struct record *r, long epoch)
{
  const struct images *im = t->im;
  const size_t held = im->last - im->first;
  const size_t n = im->first > 5000 ? 5000 : im->first;
  const struct score fit = train_score(t->net, &im->fit, 0, n, NULL, NULL);
  const struct score valid =
      held ? train_score(t->net, &im->fit, im->first, im->last, NULL, NULL)
           : train_score(t->net, &im->tested, 0, im->test.count, NULL, NULL);
  record_line(r, "%ld\t%ld\t%.6g\t%.6g\t%.6g\t%.6g", epoch, t->step, fit.loss,
              (double)fit.right / (double)fit.count, valid.loss,
              (double)valid.right / (double)valid.count);
}

static void run_images(void)
{
  struct images im = images_read(cli.data, (size_t)validate);
  if (im.test.count < WORST)
    fail("%s: %zu test images, need at least %d",
         cli.data ? cli.data : "Fashion-MNIST", im.test.count, WORST);
  const size_t sizes[] = { im.fit.M, HIDDEN, CLASSES };
  struct network net;
  network_or_fail(&net, 3, sizes, batch > PIECE ? (size_t)batch : PIECE);
  struct rng weights = rng_stream(cli.seed, "weights");
  network_draw(&net, &weights, std);
  struct rng shuffle = rng_stream(cli.seed, "shuffle");

  struct optimiser descent;
  struct fast step;
  optimiser_new(&descent, &rule_sgd, net.count); /* keeps nothing */
  if (fast && !fast_new(&step, &net, &descent))
    fail("no memory for the fast step");
  struct training t = { .net = &net, .im = &im, .fast = fast ? &step : NULL };
  t.fit = cli.quick && im.first > 5000 ? 5000 : im.first;
  const long most = cli.quick && epochs > 2 ? 2 : epochs;
  t.steps = most * (long)((t.fit + (size_t)batch - 1) / (size_t)batch);
  t.steps = cli.steps && cli.steps < t.steps ? cli.steps : t.steps;
  t.order = in_order(im.first);
  t.losses = record_open(cli.out, "steps.tsv");
  record_line(t.losses, "step\tloss");
  if (timing) {
    t.times = record_open(cli.out, "steps-timing.tsv");
    record_line(t.times, "step\tseconds\tloss");
  }
  struct record *result = record_open(cli.out, "result.tsv");
  record_line(result, "name\tvalue");
  write_start(&net, &im.fit, result);
  struct record *r = record_open(cli.out, "epochs.tsv");
  record_line(r, "epoch\tstep\ttrain-loss\ttrain-accuracy\tvalid-loss\t"
                 "valid-accuracy");
  for (long epoch = 1; t.step < t.steps; epoch++) {
    rng_shuffle(&shuffle, im.first, t.order);
    one_epoch(&t);
    write_epoch(&t, r, epoch);
    progress("training", t.step, t.steps);
  }
  test_images(&net, &im, result);
  record_close(r);
  record_close(result);
  record_close(t.losses);
  if (t.times)
    record_close(t.times);
  if (fast)
    fast_free(&step);
  network_free(&net);
  free(t.order);
  images_free(&im);
}

/* 3. The report: reads the runs' tables, prints, and joins them for the
   figures. */

enum { SEEDS = 3, RATES = 3 };

static double last_epoch(const char *run_name, const char *column)
{
  return table_last(cli.out, run_name, "epochs.tsv", column);
}

static double result(const char *run_name, const char *label)
{
  return table_value(cli.out, run_name, "result.tsv", label);
}

static const char *const rate_dir[RATES] = { "runs/rate-0.1", "runs/rate-0.3",
                                             "runs/rate-1.0" };
static const double rate_of[RATES] = { 0.1, 0.3, 1.0 };

static int best_rate(void)
{
  int best = 0;
  double most = -1;
  for (int i = 0; i < RATES; i++) {
    const double right = last_epoch(rate_dir[i], "valid-accuracy");
    if (right > most)
      most = right, best = i;
  }
  return best;
}

static void run_choose(void)
{
  struct record *r = record_open(cli.out, "chosen.tsv");
  record_line(r, "rate");
  record_line(r, "%.1f", rate_of[best_rate()]);
  record_close(r);
}

static void report_synthetic(struct record *values)
{
  struct table *t = table_read(cli.out, "runs/synthetic", "epochs.tsv");
  puts("Synthetic set, 2-3-2, one sample a step, adaptive rate:\n"
       "epoch   mean loss   last block     rate   right");
  for (int i = 0; i < t->rows; i++) {
    const double *c = t->cell[i];
    printf("%5.0f   %9.4f   %10.4f   %6.4f   %.3f\n", c[0], c[1], c[2], c[3],
           c[4]);
    record_line(values, "synthetic-loss-%d\t%.6g", i + 1, c[1]);
  }
  record_line(values, "synthetic-block\t%.6g", table_at(t, -1, "block"));
  record_line(values, "synthetic-rate\t%.6g", table_at(t, -1, "rate"));
  record_line(values, "synthetic-accuracy\t%.6g", table_at(t, -1, "accuracy"));
  table_free(t);
}

static void report_rates(struct record *values)
{
  puts("\nFashion-MNIST, 784-300-10, batch 50, seed 1: the rate\n"
       "rate   train loss   valid loss   valid accuracy");
  for (int i = 0; i < RATES; i++) {
    struct table *t = table_read(cli.out, rate_dir[i], "epochs.tsv");
    printf("%4.1f   %10.4f   %10.4f   %14.4f%s\n", rate_of[i],
           table_at(t, -1, "train-loss"), table_at(t, -1, "valid-loss"),
           table_at(t, -1, "valid-accuracy"),
           i == best_rate() ? "  chosen" : "");
    record_line(values, "valid-at-%.1f\t%.6g", rate_of[i],
                table_at(t, -1, "valid-accuracy"));
    if (i == best_rate())
      record_line(values, "epochs\t%.0f", table_at(t, -1, "epoch"));
    table_free(t);
  }
  record_line(values, "rate\t%.6g", rate_of[best_rate()]);
}

static void write_spread(struct record *values, const char *name,
                         const double x[SEEDS])
{
  const struct spread s = spread_of(x, SEEDS);
  record_line(values, "%s-mean\t%.6g\n%s-std\t%.6g", name, s.mean, name,
              s.std);
}

static void report_seeds(struct record *values, const char *const dir[SEEDS])
{
  double fit[SEEDS], valid[SEEDS], test[SEEDS];
  puts("\nAt that rate, accuracy by seed\n"
       "seed    train    valid     test");
  for (int s = 0; s < SEEDS; s++) {
    struct table *t = table_read(cli.out, dir[s], "epochs.tsv");
    fit[s] = table_at(t, -1, "train-accuracy");
    valid[s] = table_at(t, -1, "valid-accuracy");
    test[s] = result(dir[s], "test-accuracy");
    printf("%4d   %.4f   %.4f   %.4f\n", s + 1, fit[s], valid[s], test[s]);
    table_free(t);
  }
  printf("mean   %.4f   %.4f   %.4f\n std   %.4f   %.4f   %.4f\n",
         spread_of(fit, SEEDS).mean, spread_of(valid, SEEDS).mean,
         spread_of(test, SEEDS).mean, spread_of(fit, SEEDS).std,
         spread_of(valid, SEEDS).std, spread_of(test, SEEDS).std);
  write_spread(values, "train", fit);
  write_spread(values, "valid", valid);
  write_spread(values, "test", test);
  record_line(values, "z-std\t%.6g\nslope\t%.6g", result(dir[0], "z-std"),
              result(dir[0], "slope"));
  record_line(values, "wide-z-std\t%.6g\nwide-slope\t%.6g\nwide-test\t%.6g",
              result("runs/wide", "z-std"), result("runs/wide", "slope"),
              result("runs/wide", "test-accuracy"));
  printf("Weights N(0, 1) instead, seed 1: test %.4f\n",
         result("runs/wide", "test-accuracy"));
}

static void report_confusion(struct record *values,
                             const char *const dir[SEEDS])
{
  long count[CLASSES][CLASSES] = { { 0 } };
  for (int s = 0; s < SEEDS; s++) {
    struct table *t = table_read(cli.out, dir[s], "confusion.tsv");
    for (int i = 0; i < t->rows && i < CLASSES * CLASSES; i++)
      count[i / CLASSES][i % CLASSES] += (long)t->cell[i][2];
    table_free(t);
  }
  puts("\nTest images of three seeds; a row is what it is, a column what the\n"
       "network says: T-shirt trouser pullover dress coat sandal shirt\n"
       "sneaker bag boot");
  for (int i = 0; i < CLASSES; i++) {
    printf("%-9s", class_name((unsigned char)i));
    long all = 0;
    for (int j = 0; j < CLASSES; j++)
      printf("%6ld", count[i][j]), all += count[i][j];
    puts("");
    record_line(values, "recall-%d\t%.6g", i,
                (double)count[i][i] / (double)(all ? all : 1));
  }
}

static void report_batches(struct record *values)
{
  static const char *const dir[] = { "runs/batch-1", "runs/batch-50" };
  puts("\nOne pass, the same rate per sample\n"
       "batch    steps   last loss   valid accuracy");
  for (int i = 0; i < 2; i++) {
    struct table *t = table_read(cli.out, dir[i], "epochs.tsv");
    struct table *u = table_read(cli.out, dir[i], "steps.tsv");
    printf("%5d   %6.0f   %9.4f   %14.4f\n", i ? 50 : 1,
           table_at(t, -1, "step"), table_at(u, -1, "loss"),
           table_at(t, -1, "valid-accuracy"));
    record_line(values, "batch-%d-steps\t%.0f\nbatch-%d-valid\t%.6g",
                i ? 50 : 1, table_at(t, -1, "step"), i ? 50 : 1,
                table_at(t, -1, "valid-accuracy"));
    table_free(u), table_free(t);
  }
}

/* 4. The exercises. */

/* A network whose weights are all alike, and what training makes of them: the
   largest difference between two rows of W⁽¹⁾. */
static double symmetry(real weight)
{
  real W[3][2];
  train_equal(weight, 100, W);
  double most = 0;
  for (int k = 1; k < 3; k++)
    for (int m = 0; m < 2; m++)
      most = fmax(most, fabs((double)(W[k][m] - W[0][m])));
  return most;
}

/* The largest difference between plain_backward and the network. */
static double compare_plain(void)
{
  enum { S = 4, M = 5, K = 6, N = 3, COUNT = K * M + K + N * K + N };
  const size_t sizes[] = { M, K, N };
  struct rng rng = rng_stream(cli.seed, "plain");
  real X[S * M], G[S * N], g[COUNT] = { R(0.0) };
  struct network net;
  network_or_fail(&net, 3, sizes, S);
  network_draw(&net, &rng, 1);
  for (int i = 0; i < S * M; i++)
    X[i] = (real)rng_normal(&rng);
  for (int i = 0; i < S * N; i++)
    G[i] = (real)rng_normal(&rng);
  network_forward(&net, S, X);
  network_backward(&net, S, NULL, G, X);
  real *db = g + K * M, *dV = db + K, *dc = dV + N * K;
  plain_backward(S, M, K, N, (void *)g, db, (void *)dV, dc, (void *)G,
                 (void *)net.layers[2].parameters, (void *)net.layers[1].Y,
                 (void *)X);
  double most = 0;
  for (int i = 0; i < COUNT; i++)
    most = fmax(most, fabs((double)(g[i] - net.gradients[i])));
  network_free(&net);
  return most;
}

static void run_report(void)
{
  const char *const dir[SEEDS] = { rate_dir[best_rate()], "runs/seed-2",
                                   "runs/seed-3" };
  struct record *values = record_open(cli.out, "values.tsv");
  record_line(values, "name\tvalue");
  report_synthetic(values);
  report_rates(values);
  report_seeds(values, dir);
  report_confusion(values, dir);
  report_batches(values);
  record_line(values, "symmetry\t%.6g", symmetry(R(0.3)));
  record_line(values, "plain\t%.6g", compare_plain());
  printf("\nExercises: rows of equal weights differ by %.2g after 100 steps;\n"
         "the plain backward differs from the network by %.2g\n",
         symmetry(R(0.3)), compare_plain());
  record_close(values);
  table_join(cli.out, "steps.tsv", SEEDS, dir, "steps.tsv");
  table_join(cli.out, "epochs.tsv", SEEDS, dir, "epochs.tsv");
  table_copy(cli.out, dir[0], "mistakes.tsv");
  table_copy(cli.out, dir[0], "mistakes-names.tsv");
}

int main(int argc, char **argv)
{
  const struct cli_option more[] = {
    { "run", "synthetic, images, choose or report", CLI_TEXT, &run, 0, 0 },
    { "rate", "the learning rate", CLI_DOUBLE, &rate, 0, 1000 },
    { "constant", "hold the rate, instead of a line to 0", CLI_FLAG, &constant,
      0, 0 },
    { "epochs", "passes over the training images", CLI_LONG, &epochs, 1,
      10000 },
    { "batch", "samples a step", CLI_LONG, &batch, 1, 10000 },
    { "init-std", "of the weights; 0: one over the root of the inputs",
      CLI_DOUBLE, &std, 0, 1000 },
    { "validate", "training images held back; 0: none, use the test images",
      CLI_LONG, &validate, 0, 50000 },
    { "block", "samples a row of steps.tsv", CLI_LONG, &block, 1, 1000000 },
    { "fast", "the step of appendix speed, in OpenMP's threads", CLI_FLAG,
      &fast, 0, 0 },
    { "timing", "write steps-timing.tsv too", CLI_FLAG, &timing, 0, 0 },
    { NULL, NULL, CLI_FLAG, NULL, 0, 0 },
  };
  cli = cli_parse(argc, argv, "Trains a network by hand-written gradients.",
                  more);
  if (fast && timing)
    usage("--timing is the processor's time, of all threads: not with --fast");
  if (!strcmp(run, "synthetic"))
    run_synthetic();
  else if (!strcmp(run, "images"))
    run_images();
  else if (!strcmp(run, "choose"))
    run_choose();
  else if (!strcmp(run, "report"))
    run_report();
  else
    usage("--run %s: expected synthetic, images, choose or report", run);
  return 0;
}
