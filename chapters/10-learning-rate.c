/* Chapter 10: learning rates and their schedules, on images.  Every run is an
   invocation of its own, so that make can run them side by side
   (10-learning-rate.mk):

     learning-rate --run train --grid I    one run (experiment.h) at the I-th
                                           of nine rates; or --rate A
     learning-rate --run choose --out DIR  which of the nine is best on
                                           validation, from DIR/runs
     learning-rate --run report --out DIR  the tables, from DIR/runs

   Trained in float. */
#include "experiment.h"
#include "learning_rate.h"
#include "record.h"
#include "table.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SEEDS = 3, GRID = 9, SIX = 6, SCHEDULES = 6, HIGHER = 3, TEN = 10 };

static struct cli cli;
static struct experiment e = EXPERIMENT;
static const char *run = "report";
static long grid = -1;
static double times = 1;

static double nth_rate(long i)
{
  return (double)rate_grid(R(1e-6), R(100.0), i, GRID);
}

/* 1. A run. */

static double dead;

/* The share of the hidden units that are 0 for each of `n` images. */
static void count_dead(struct network *net, const struct images *im,
                       long epoch)
{
  const size_t held = im->last - im->first, n = held < 500 ? held : 500;
  const size_t units = net->layers[net->depth - 2].N;
  const size_t on =
      experiment_units_on(net, &im->fit, im->first, im->first + n);
  dead = (double)(units - on) / (double)units;
  (void)epoch;
}

static void run_train(void)
{
  if (grid >= 0)
    e.rate = nth_rate(grid);
  e.rate *= times;
  e.observe = count_dead;
  experiment_run(&cli, &e);
  struct record *r = record_open(cli.out, "dead.tsv");
  record_line(r, "name\tvalue\ndead\t%.6g", dead);
  record_close(r);
}

/* 2. Runs that differ in their seed only: runs/NAME-1, runs/NAME-2, ... */

struct runs {
  int n;
  char name[SEEDS][64];
  const char *dir[SEEDS];
};

__attribute__((format(printf, 3, 4))) static void runs_of(struct runs *r,
                                                          int n,
                                                          const char *format,
                                                          ...)
{
  char name[40];
  va_list values;
  va_start(values, format);
  vsnprintf(name, sizeof name, format, values);
  va_end(values);
  r->n = n;
  for (int s = 0; s < n; s++) {
    snprintf(r->name[s], sizeof r->name[s], "runs/%s-%d", name, s + 1);
    r->dir[s] = r->name[s];
  }
}

/* Of each a value of result.tsv, or the last of a column of epochs.tsv. */
static struct spread of_result(const struct runs *r, const char *label)
{
  double x[SEEDS];
  for (int s = 0; s < r->n; s++)
    x[s] = table_value(cli.out, r->dir[s], "result.tsv", label);
  return spread_of(x, r->n);
}

static struct spread of_epochs(const struct runs *r, const char *column)
{
  double x[SEEDS];
  for (int s = 0; s < r->n; s++)
    x[s] = table_last(cli.out, r->dir[s], "epochs.tsv", column);
  return spread_of(x, r->n);
}

static void write_spread(struct record *values, const char *name,
                         struct spread x)
{
  record_line(values, "%s\t%.6g\n%s-std\t%.6g", name, x.mean, name, x.std);
}

static void grid_runs(struct runs *r, int i)
{
  runs_of(r, cli.quick ? 1 : SEEDS, "grid-%d", i);
}

/* 3. Nine rates. */

static int best_of_grid(void)
{
  int best = 0;
  double most = -1;
  for (int i = 0; i < GRID; i++) {
    struct runs r;
    grid_runs(&r, i);
    const double mean = of_result(&r, "best-valid-accuracy").mean;
    if (mean > most)
      most = mean, best = i;
  }
  return best;
}

static void run_choose(void)
{
  struct record *r = record_open(cli.out, "chosen.tsv");
  record_line(r, "grid");
  record_line(r, "%d", best_of_grid());
  record_close(r);
}

/* Row by row the lowest, the middle and the highest loss of the seeds, into
   grid-I.tsv.  A run that stopped has an infinite loss.  start: mean loss of
   the untrained networks. */
static void write_curve(const struct runs *r, int i, double start)
{
  struct table *t[SEEDS] = { NULL };
  char name[32];
  int longest = 0;
  if (r->n < 1)
    fail("no run of grid rate %d", i);
  for (int s = 0; s < r->n; s++) {
    t[s] = table_read(cli.out, r->dir[s], "steps.tsv");
    longest = t[s]->rows > t[longest]->rows ? s : longest;
  }
  snprintf(name, sizeof name, "grid-%d.tsv", i);
  struct record *o = record_open(cli.out, name);
  record_line(o, "step\tlowest\tmiddle\thighest");
  record_line(o, "0\t%.6g\t%.6g\t%.6g", start, start, start);
  for (int row = 0; row < t[longest]->rows; row++) {
    double x[SEEDS];
    for (int s = 0; s < r->n; s++)
      x[s] = row < t[s]->rows ? table_at(t[s], row, "loss") : (double)INFINITY;
    qsort(x, (size_t)r->n, sizeof *x, ascending);
    record_line(o, "%s\t%.6g\t%.6g\t%.6g", t[longest]->label[row], x[0],
                x[r->n / 2], x[r->n - 1]);
  }
  record_close(o);
  for (int s = 0; s < r->n; s++)
    table_free(t[s]);
}

/* What became of the runs at one rate. */
struct fate {
  struct spread start, last, right;
  double highest; /* of the means of 100 steps */
  int diverged; /* runs whose loss was not finite, or ended above its start */
  int dead;     /* runs with no hidden unit left */
};

static struct fate fate_of(const struct runs *r)
{
  struct fate f = { .last = of_result(r, "loss"),
                    .right = of_result(r, "best-valid-accuracy") };
  double start[SEEDS];
  for (int s = 0; s < r->n; s++) {
    struct table *t = table_read(cli.out, r->dir[s], "epochs.tsv");
    start[s] = table_at(t, 0, "fit-loss");
    table_free(t);
    t = table_read(cli.out, r->dir[s], "steps.tsv");
    for (int row = 0; row < t->rows; row++)
      f.highest = fmax(f.highest, table_at(t, row, "loss"));
    f.diverged += !(table_at(t, -1, "loss") <= start[s]);
    table_free(t);
    f.dead += table_value(cli.out, r->dir[s], "dead.tsv", "dead") >= 1;
  }
  f.start = spread_of(start, r->n);
  return f;
}

static void report_grid(struct record *values)
{
  struct record *o = record_open(cli.out, "rates.tsv");
  const int best = best_of_grid();
  record_line(o, "rate\taccuracy\taccuracy-std\tdiverged\tdead\truns");
  puts("Nine rates, 50 images a step\n"
       " rate   loss: start   highest      last   best valid accuracy");
  for (int i = 0; i < GRID; i++) {
    struct runs r;
    grid_runs(&r, i);
    const struct fate f = fate_of(&r);
    char name[32];
    printf("%5.0e  %12.3f  %8.5g  %8.5g      %.4f ± %.4f", nth_rate(i),
           f.start.mean, f.highest, f.last.mean, f.right.mean, f.right.std);
    if (f.diverged)
      printf("  diverged %d/%d", f.diverged, r.n);
    if (f.dead)
      printf("  dead %d/%d", f.dead, r.n);
    puts(i == best ? "  best" : "");
    record_line(o, "%.6g\t%.6g\t%.6g\t%d\t%d\t%d", nth_rate(i), f.right.mean,
                f.right.std, f.diverged, f.dead, r.n);
    snprintf(name, sizeof name, "grid-%d", i);
    write_spread(values, name, f.right);
    record_line(values, "grid-%d-highest\t%.6g\ngrid-%d-last\t%.6g", i,
                f.highest, i, f.last.mean);
    record_line(values, "grid-%d-diverged\t%d\ngrid-%d-dead\t%d", i,
                f.diverged, i, f.dead);
    write_curve(&r, i, f.start.mean);
  }
  record_close(o);
  struct runs r;
  grid_runs(&r, best);
  record_line(values, "rate\t%.6g\nhigher-rate\t%.6g", nth_rate(best),
              HIGHER * nth_rate(best));
  record_line(values, "epochs\t%.0f\nsteps\t%.0f", of_epochs(&r, "epoch").mean,
              of_result(&r, "steps").mean);
  write_spread(values, "best-valid", of_result(&r, "valid-accuracy"));
  write_spread(values, "best-test", of_result(&r, "test-accuracy"));
  table_join(cli.out, "best.tsv", r.n, r.dir, "steps.tsv");
  table_join(cli.out, "best-epochs.tsv", r.n, r.dir, "epochs.tsv");
}

/* 4. Schedules, at the best rate and at HIGHER times it. */

static const char *const schedule[SCHEDULES] = {
  "constant", "linear", "step", "cosine", "warm", "ratio"
};

static void schedule_runs(struct runs *r, int i, int higher)
{
  if (i == 0 && !higher)
    grid_runs(r, best_of_grid());
  else
    runs_of(r, cli.quick ? 1 : SEEDS, "%s-%d", schedule[i],
            higher ? HIGHER : 1);
}

/* The mean over the rows of the rate, over the rate that was asked for. */
static double mean_rate(const struct runs *r, double asked)
{
  double sum = 0;
  for (int s = 0; s < r->n; s++) {
    struct table *t = table_read(cli.out, r->dir[s], "steps.tsv");
    for (int row = 0; row < t->rows; row++)
      sum += table_at(t, row, "rate") / asked / t->rows / r->n;
    table_free(t);
  }
  return sum;
}

/* The mean loss of block k, from 0, of `every` steps. */
static double block_loss(const struct table *t, int k)
{
  double sum = 0, rows = 0;
  for (int row = 0; row < t->rows; row++) {
    const long step = (long)table_at(t, row, "step") - 1;
    if (step / e.every == k)
      sum += table_at(t, row, "loss"), rows++;
  }
  return rows > 0 ? sum / rows : 0;
}

/* The last rate of the schedule ratio, and what the telescoped form makes of
   the first block and the last one that was over. */
static void report_telescope(struct record *values, double rate)
{
  struct table *t = table_read(cli.out, "runs/ratio-1-1", "steps.tsv");
  const long last = (long)table_at(t, -1, "step") - 1;
  const double first = block_loss(t, 0),
               later = block_loss(t, (int)(last / e.every) - 1),
               used = table_at(t, -1, "rate"),
               told = first > 0 ? rate * later / first : 0;
  printf("ratio from %.1g, seed 1: last rate %.5f; told by two blocks %.5f\n",
         rate, used, told);
  record_line(values, "ratio-used\t%.6g\nratio-told\t%.6g", used, told);
  record_line(values, "ratio-first\t%.6g\nratio-later\t%.6g", first, later);
  table_free(t);
}

/* The difference of a value of result.tsv, seed by seed. */
static struct spread difference(const struct runs *r, const struct runs *from,
                                const char *label)
{
  double x[SEEDS];
  for (int s = 0; s < r->n; s++)
    x[s] = table_value(cli.out, r->dir[s], "result.tsv", label) -
           table_value(cli.out, from->dir[s], "result.tsv", label);
  return spread_of(x, r->n);
}

/* A schedule's line, its row of schedules.tsv and its values. */
static void report_schedule(struct record *values, struct record *o, int i,
                            double rate)
{
  struct runs r[2], constant[2];
  struct spread valid[2];
  char name[40];
  for (int h = 0; h < 2; h++) {
    schedule_runs(&r[h], i, h);
    schedule_runs(&constant[h], 0, h);
    valid[h] = of_result(&r[h], "valid-accuracy");
    snprintf(name, sizeof name, "%s-%d", schedule[i], h ? HIGHER : 1);
    write_spread(values, name, valid[h]);
    snprintf(name, sizeof name, "%s-%d-more", schedule[i], h ? HIGHER : 1);
    write_spread(values, name,
                 difference(&r[h], &constant[h], "valid-accuracy"));
  }
  const struct spread gain = difference(&r[1], &r[0], "valid-accuracy");
  const double mean = mean_rate(&r[0], rate);
  printf("%-8s  %.2f  %.4f ± %.4f   %.4f ± %.4f   %7.4f ± %.4f\n", schedule[i],
         mean, valid[0].mean, valid[0].std, valid[1].mean, valid[1].std,
         gain.mean, gain.std);
  snprintf(name, sizeof name, "%s-gain", schedule[i]);
  write_spread(values, name, gain);
  record_line(values, "%s-rate\t%.6g", schedule[i], mean);
  record_line(o, "%s\t%.6g\t%.6g\t%.6g\t%.6g", schedule[i], valid[0].mean,
              valid[0].std, valid[1].mean, valid[1].std);
  snprintf(name, sizeof name, "schedule-%s.tsv", schedule[i]);
  table_join(cli.out, name, r[0].n, r[0].dir, "steps.tsv");
}

static void report_schedules(struct record *values)
{
  const double rate = nth_rate(best_of_grid());
  double most = -1;
  int best = 0;
  struct record *o = record_open(cli.out, "schedules.tsv");
  record_line(o, "schedule\tlower\tlower-std\thigher\thigher-std");
  printf("\nSchedules: mean rate as a share of the first; validation accuracy"
         " at the end\n          mean  from %-6.1g          from %-6.1g       "
         "   by seed, the gain\n",
         rate, HIGHER * rate);
  for (int i = 0; i < SCHEDULES; i++)
    report_schedule(values, o, i, rate);
  record_close(o);
  struct runs r;
  for (int i = 0; i < 2 * SCHEDULES; i++) {
    schedule_runs(&r, i / 2, i % 2);
    const double valid = of_result(&r, "valid-accuracy").mean;
    if (valid > most)
      most = valid, best = i;
  }
  schedule_runs(&r, best / 2, best % 2);
  const struct spread test = of_result(&r, "test-accuracy");
  printf("The best of these, %s from %.1g, on test images: %.4f ± %.4f\n",
         schedule[best / 2], rate * (best % 2 ? HIGHER : 1), test.mean,
         test.std);
  write_spread(values, "schedule-test", test);
  report_telescope(values, rate);
}

/* 5. Six rates, one image a step; at the second of them epoch by epoch. */

static const char *const six[SIX] = { "0.1",   "0.03",  "0.01",
                                      "0.003", "0.001", "0.0001" };
enum { CLOSER = 1 };

static void six_runs(struct runs *r, int i)
{
  runs_of(r, cli.quick ? 2 : SEEDS, "six-%s", six[i]);
}

static void report_six(struct record *values)
{
  struct record *o = record_open(cli.out, "six.tsv");
  record_line(o, "rate\ttrain\ttrain-std\tvalid\tvalid-std");
  puts("\nSix rates, 1 image a step, last epoch\n"
       "  rate     train loss       valid loss       valid accuracy");
  for (int i = 0; i < SIX; i++) {
    struct runs r;
    char name[40];
    six_runs(&r, i);
    const struct spread train = of_epochs(&r, "loss"),
                        valid = of_epochs(&r, "valid-loss"),
                        right = of_epochs(&r, "valid-accuracy");
    printf("%-7s  %.3f ± %.3f    %.3f ± %.3f    %.3f ± %.3f\n", six[i],
           train.mean, train.std, valid.mean, valid.std, right.mean,
           right.std);
    record_line(o, "%s\t%.6g\t%.6g\t%.6g\t%.6g", six[i], train.mean, train.std,
                valid.mean, valid.std);
    snprintf(name, sizeof name, "six-train-%s", six[i]);
    write_spread(values, name, train);
    snprintf(name, sizeof name, "six-valid-%s", six[i]);
    write_spread(values, name, valid);
  }
  record_close(o);
}

/* Epoch `row` of each of the runs: a column of epochs.tsv, less another. */
static struct spread of_epoch(const struct runs *r, int row,
                              const char *column, const char *less)
{
  double x[SEEDS];
  for (int s = 0; s < r->n; s++) {
    struct table *t = table_read(cli.out, r->dir[s], "epochs.tsv");
    x[s] = table_at(t, row, column) - (less ? table_at(t, row, less) : 0);
    table_free(t);
  }
  return spread_of(x, r->n);
}

static void report_epochs(struct record *values)
{
  static const char *const column[] = { "loss", "fit-loss", "valid-loss" };
  struct runs r;
  six_runs(&r, CLOSER);
  table_join(cli.out, "epochs.tsv", r.n, r.dir, "epochs.tsv");
  const int epochs = (int)of_epochs(&r, "epoch").mean;
  printf("\nRate %s, 1 image a step, loss by epoch\n"
         "epoch   during it        after it, train    after it, valid\n",
         six[CLOSER]);
  for (int row = 1; row <= epochs; row++) {
    printf("%5d", row);
    for (int c = 0; c < 3; c++) {
      char name[40];
      const struct spread x = of_epoch(&r, row, column[c], NULL);
      printf("   %.3f ± %.3f%s", x.mean, x.std, c < 2 ? "  " : "\n");
      if (row > 1 && row < epochs)
        continue;
      const char *which = row == 1 ? "first" : "last";
      snprintf(name, sizeof name, "%s-%s", which, column[c]);
      write_spread(values, name, x);
      snprintf(name, sizeof name, "%s-over-%s", which, column[c]);
      write_spread(values, name, of_epoch(&r, row, "valid-loss", column[c]));
    }
  }
  record_line(values, "six-epochs\t%d\nsix-steps\t%.0f", epochs,
              of_epochs(&r, "step").mean);
}

/* 6. The spread over the seeds by blocks of 100 and of 1,000 steps. */

struct blocks {
  int rows, wide;              /* how many of 100 steps, of 1,000 */
  struct spread *fine, *broad; /* over the seeds */
};

static struct blocks blocks_of(const struct runs *r)
{
  struct table *t[SEEDS];
  struct blocks b = { 0 };
  for (int s = 0; s < r->n; s++) {
    t[s] = table_read(cli.out, r->dir[s], "steps.tsv");
    b.rows = s && b.rows < t[s]->rows ? b.rows : t[s]->rows;
  }
  b.wide = b.rows / TEN;
  b.fine = allocate((size_t)b.rows, sizeof *b.fine);
  b.broad = allocate((size_t)b.wide + 1, sizeof *b.broad);
  for (int row = 0; row < b.rows; row++) {
    double x[SEEDS], ten[SEEDS] = { 0 };
    for (int s = 0; s < r->n; s++) {
      x[s] = table_at(t[s], row, "loss");
      for (int i = 0; i < TEN && row % TEN == TEN - 1; i++)
        ten[s] += table_at(t[s], row - i, "loss") / TEN;
    }
    b.fine[row] = spread_of(x, r->n);
    if (row % TEN == TEN - 1)
      b.broad[row / TEN] = spread_of(ten, r->n);
  }
  for (int s = 0; s < r->n; s++)
    table_free(t[s]);
  return b;
}

/* The root of the mean variance of the blocks from ... to − 1. */
static double pooled(const struct spread x[], int from, int to)
{
  double sum = 0;
  for (int i = from; i < to; i++)
    sum += x[i].std * x[i].std / (to - from);
  return sqrt(sum);
}

static void write_blocks(const char *name, const struct spread x[], int rows,
                         int steps)
{
  struct record *o = record_open(cli.out, name);
  record_line(o, "step\tloss\tloss-std");
  for (int i = 0; i < rows; i++)
    record_line(o, "%d\t%.6g\t%.6g", (i + 1) * steps, x[i].mean, x[i].std);
  record_close(o);
}

/* One line: the pooled deviations of the broad blocks from ... to − 1 and of
   the fine ones in them. */
static void print_ratio(struct record *values, const char *what,
                        const char *name, const struct blocks *b, int from,
                        int to)
{
  const double fine = pooled(b->fine, TEN * from, TEN * to);
  const double broad = pooled(b->broad, from, to);
  const double ratio = broad > 0 ? fine / broad : 0;
  printf("%-22s  %9.4f  %11.4f  %6.2f\n", what, fine, broad, ratio);
  record_line(values, "%s-fine\t%.6g\n%s-broad\t%.6g\n%s-ratio\t%.6g", name,
              fine, name, broad, name, ratio);
}

static void report_blocks(struct record *values)
{
  puts("\nStandard deviation over the seeds of a block's mean loss\n"
       "                        100 steps  1,000 steps   ratio");
  for (int i = 0; i < SIX; i++) {
    struct runs r;
    char what[40], name[40];
    six_runs(&r, i);
    struct blocks b = blocks_of(&r);
    const int epochs = (int)of_epochs(&r, "epoch").mean;
    const int each = b.wide / (epochs ? epochs : 1);
    snprintf(what, sizeof what, "%s, after epoch 1", six[i]);
    snprintf(name, sizeof name, "blocks-%s", six[i]);
    print_ratio(values, what, name, &b, each, b.wide);
    record_line(values, "%s-error\t%.6g", name,
                1 / sqrt(2.0 * (r.n - 1) * (b.wide - each)));
    for (int k = 0; i == CLOSER && k < epochs; k++) {
      snprintf(what, sizeof what, "%s, epoch %d", six[i], k + 1);
      snprintf(name, sizeof name, "blocks-epoch-%d", k + 1);
      if (k == 0 || k == epochs - 1)
        snprintf(name, sizeof name, "blocks-%s", k ? "last" : "first");
      print_ratio(values, what, name, &b, k * each, (k + 1) * each);
    }
    if (i == CLOSER) {
      write_blocks("blocks-100.tsv", b.fine, b.rows, 100);
      write_blocks("blocks-1000.tsv", b.broad, b.wide, 1000);
    }
    free(b.fine), free(b.broad);
  }
  printf("The root of ten: %.2f\n", sqrt(10));
}

static void run_report(void)
{
  struct record *values = record_open(cli.out, "values.tsv");
  record_line(values, "name\tvalue");
  report_grid(values);
  report_schedules(values);
  report_six(values);
  report_epochs(values);
  report_blocks(values);
  record_close(values);
}

int main(int argc, char **argv)
{
  e.epochs = 3;
  const struct cli_option more[] = {
    { "run", "train, choose or report", CLI_TEXT, &run, 0, 0 },
    { "grid", "the rate is this one, from 0, of the nine", CLI_LONG, &grid, 0,
      GRID - 1 },
    { "times", "the rate is multiplied by this", CLI_DOUBLE, &times, 0, 1000 },
    EXPERIMENT_OPTIONS(e),
    { NULL, NULL, CLI_FLAG, NULL, 0, 0 },
  };
  cli = cli_parse(argc, argv, "Trains at many rates and schedules.", more);
  if (!strcmp(run, "train"))
    run_train();
  else if (!strcmp(run, "choose"))
    run_choose();
  else if (!strcmp(run, "report"))
    run_report();
  else
    usage("--run %s: expected train, choose or report", run);
  return 0;
}
