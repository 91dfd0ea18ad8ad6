/* Chapter 9: update rules, on valleys of two parameters and on images.  Every
   run is an invocation of its own (09-optimisers.mk):

     optimisers --run train --optimiser adam --rate 2e-3 --out DIR
                               one training run (experiment.h)
     optimisers --run valley --out DIR     paths, and the limit of the rate
     optimisers --run scale --optimiser adam --out DIR
                               inputs divided by 255, and as bytes
     optimisers --run report --names "adam-2e-3 …" --out DIR
                               the tables, from DIR/runs/adam-2e-3-SEED …

   Trained in float. */
#include "experiment.h"
#include "fail.h"
#include "learning_rate.h"
#include "optimisers.h"
#include "record.h"
#include "table.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RULES = 7, SEEDS = 3 };

static const struct rule *const rules[RULES] = {
  &rule_sgd,     &rule_momentum, &rule_nesterov, &rule_adadelta,
  &rule_rmsprop, &rule_adam,     &rule_adamw
};

static struct cli cli;
static const char *run = "report", *names = "";
static struct experiment e = EXPERIMENT;

/* 1. Valleys: a loss of two parameters, least at `least`.  A ravine has the
   eigenvalues 1 and KAPPA, its axes turned by an angle; the curved one is
   Rosenbrock's, (1 − x)² + 100 (y − x²)². */

enum { KAPPA = 100, RATES = 71, STARTS = 10, VALLEYS = 3 };
enum { TAIL = 20, RACE_STEPS = 200 };

struct valley {
  const char *name;
  int curved, steps;
  double turn;     /* degrees */
  real first[2];   /* of the starts, less `least`, unturned */
  double least[2]; /* a ravine's is no float, so that no rule lands on it */
};

static const struct valley valleys[VALLEYS] = {
  { "ravine", 0, 200, 0, { R(-8.0), R(1.0) }, { 4.1, 1.1 } },
  { "turned", 0, 200, 30, { R(-8.0), R(1.0) }, { 4.1, 1.1 } },
  { "curved", 1, 1000, 0, { R(-2.2), R(0.0) }, { 1, 1 } },
};

static void turn(double degrees, const real from[2], real to[2])
{
  const double angle = degrees * acos(-1) / 180;
  const real c = (real)cos(angle), s = (real)sin(angle);
  const real x = from[0], y = from[1];
  to[0] = c * x - s * y;
  to[1] = s * x + c * y;
}

/* The loss at w, and its gradient. */
static double slope(const struct valley *v, const real w[2], real g[2])
{
  if (v->curved) {
    const real across = w[1] - w[0] * w[0], along = R(1.0) - w[0];
    g[0] = R(-2.0) * along - R(400.0) * across * w[0];
    g[1] = R(200.0) * across;
    return (double)(along * along + R(100.0) * across * across);
  }
  real x[2] = { (real)((double)w[0] - v->least[0]),
                (real)((double)w[1] - v->least[1]) };
  turn(-v->turn, x, x);
  const real h[2] = { x[0], (real)KAPPA * x[1] };
  turn(v->turn, h, g);
  return (double)(x[0] * h[0] + x[1] * h[1]) / 2;
}

static double distance(const struct valley *v, const real w[2])
{
  return hypot((double)w[0] - v->least[0], (double)w[1] - v->least[1]);
}

/* Start 0 is the one that figures show; the others are drawn, in a ravine on
   the circle of radius 8 around the least point. */
static void start(const struct valley *v, int which, real w[2])
{
  struct rng rng = rng_stream(cli.seed, "starts");
  real x[2] = { v->first[0], v->first[1] };
  for (int i = 0; i < which; i++) {
    const double a = rng_uniform(&rng), b = rng_uniform(&rng);
    x[0] = v->curved ? (real)(3 * a - 2.5) : (real)(8 * cos(2 * acos(-1) * a));
    x[1] = v->curved ? (real)(3 * b - 1.5) : (real)(8 * sin(2 * acos(-1) * a));
  }
  turn(v->turn, x, x);
  w[0] = (real)(v->least[0] + (double)x[0]);
  w[1] = (real)(v->least[1] + (double)x[1]);
}

static void write_place(struct record *r, const struct valley *v, int step,
                        const real w[2])
{
  real g[2];
  record_line(r, "%d\t%.6g\t%.6g\t%.6g\t%.6g", step, (double)w[0],
              (double)w[1], slope(v, w, g), distance(v, w));
}

static struct optimiser fresh(const struct rule *rule)
{
  struct optimiser o;
  if (!optimiser_new(&o, rule, 2))
    fail("no memory for the optimiser");
  return o;
}

/* Goes down from w, into r where it is not NULL; the largest loss of the last
   TAIL steps, infinite where one was not finite. */
static double descend(const struct valley *v, const struct rule *rule, real a,
                      real w[2], struct record *r)
{
  struct optimiser o = fresh(rule);
  double most = 0;
  real g[2];
  if (r)
    write_place(r, v, 0, w);
  for (int step = 1; step <= v->steps && isfinite(most); step++) {
    slope(v, w, g);
    optimiser_step(&o, w, g, a);
    const double now = slope(v, w, g);
    if (!isfinite(now))
      most = (double)INFINITY;
    else if (step > v->steps - TAIL && now > most)
      most = now;
    if (r)
      write_place(r, v, step, w);
  }
  optimiser_free(&o);
  return most;
}

/* Of all starts, the mean logarithm of that loss. */
static double depth(const struct valley *v, const struct rule *rule, real a)
{
  double sum = 0;
  for (int i = 0; i < STARTS; i++) {
    real w[2];
    start(v, i, w);
    sum += log10(descend(v, rule, a, w, NULL) + 1e-16) / STARTS;
  }
  return sum;
}

static real best_rate(const struct valley *v, const struct rule *rule)
{
  double least = (double)INFINITY;
  real best = R(0.0);
  for (long i = 0; i < RATES; i++) {
    const real a = rate_grid(R(1e-4), R(1e3), i, RATES);
    const double now = depth(v, rule, a);
    if (now < least)
      least = now, best = a;
  }
  return best;
}

/* The path from start 0, and the distance of all starts at the end. */
static void run_path(const struct valley *v, const struct rule *rule, real a,
                     const char *mark, struct record *all)
{
  double end[STARTS];
  char name[64];
  snprintf(name, sizeof name, "%s-%s%s.tsv", v->name, rule->name, mark);
  struct record *r = record_open(cli.out, name);
  record_line(r, "step\tx\ty\tloss\tdistance");
  for (int i = 0; i < STARTS; i++) {
    real w[2];
    start(v, i, w);
    descend(v, rule, a, w, i ? NULL : r);
    const double far = distance(v, w);
    end[i] = log10(far > 1e-8 ? far : 1e-8);
  }
  record_close(r);
  const struct spread s = spread_of(end, STARTS);
  record_line(all, "%s-%s%s\t%.6g\t%.6g\t%.6g", v->name, rule->name, mark,
              (double)a, s.mean, s.std);
}

static void run_paths(void)
{
  struct record *all = record_open(cli.out, "paths.tsv");
  record_line(all, "path\trate\tlog-distance\tstd");
  for (int i = 0; i < VALLEYS * RULES; i++) {
    const struct valley *v = &valleys[i / RULES];
    const struct rule *rule = rules[i % RULES];
    run_path(v, rule, best_rate(v, rule), "", all);
  }
  run_path(&valleys[0], &rule_adadelta, R(1.0), "-published", all);
  record_close(all);
}

/* Distances from the least point, step by step, of rules side by side.  That
   point is 0, so that floats can tell small distances. */
static void run_race(const char *name, const char *header, int n,
                     struct optimiser o[], const real a[])
{
  const struct valley ravine = { .first = { R(1.0), R(1.0) } }, *v = &ravine;
  struct record *r = record_open(cli.out, name);
  real w[n][2], g[2];
  record_line(r, "%s", header);
  for (int i = 0; i < n; i++)
    start(v, 0, w[i]);
  for (int step = 0; step <= RACE_STEPS; step++) {
    char line[256];
    int used = snprintf(line, sizeof line, "%d", step);
    for (int i = 0; i < n; i++) {
      used += snprintf(line + used, sizeof line - (size_t)used, "\t%.6g",
                       distance(v, w[i]));
      slope(v, w[i], g);
      optimiser_step(&o[i], w[i], g, a[i]);
    }
    record_line(r, "%s", line);
  }
  record_close(r);
  for (int i = 0; i < n; i++)
    optimiser_free(&o[i]);
}

/* Plain descent just under 2/λ_max, at it and just over; then plain descent
   and momentum, each with the constants that are best for the ravine. */
static void run_valley(void)
{
  const real limit = R(2.0) / (real)KAPPA, root = sqrt((real)KAPPA);
  struct optimiser plain[3] = { fresh(&rule_sgd), fresh(&rule_sgd),
                                fresh(&rule_sgd) };
  const real rates[3] = { R(0.98) * limit, limit, R(1.02) * limit };
  run_paths();
  run_race("limit.tsv", "step\tunder\tat\tover", 3, plain, rates);
  const real ratio = (root - R(1.0)) / (root + R(1.0));
  struct optimiser two[2] = { fresh(&rule_sgd), fresh(&rule_momentum) };
  const real best[2] = { R(2.0) / (real)(1 + KAPPA),
                         R(4.0) / ((root + R(1.0)) * (root + R(1.0))) };
  two[1].constants.beta1 = ratio * ratio;
  run_race("speed.tsv", "step\tplain\tmomentum", 2, two, best);
}

/* 2. The scale of the inputs: images less their mean image, divided by 255 or
   left as bytes.  No run of experiment.h: it divides by 255. */

enum { SCALE_RATES = 3 };
static const double scale_rates[SCALE_RATES] = { 2e-4, 2e-3, 2e-2 };

static void centred(const struct samples *set, size_t fit, double divisor,
                    real *X)
{
  const size_t M = set->M;
  double *mean = allocate(M, sizeof *mean);
  for (size_t m = 0; m < M; m++)
    mean[m] = 0;
  for (size_t i = 0; i < fit * M; i++)
    mean[i % M] += set->bytes[i] / (double)fit;
  for (size_t i = 0; i < set->count * M; i++)
    X[i] = (real)((set->bytes[i] - mean[i % M]) / divisor);
  free(mean);
}

/* The share of the samples from `fit` on that are right after training on
   those before it; −1 where the loss was not finite. */
static double scaled_run(const struct samples *set, size_t fit, double rate,
                         uint64_t seed)
{
  const size_t batch = (size_t)e.batch;
  struct network net = experiment_network(&e, set->M, 10, seed);
  struct optimiser o;
  if (!optimiser_new(&o, rule_named(e.optimiser), net.count))
    fail("no memory for the optimiser");
  struct rng shuffle = rng_stream(seed, "shuffle");
  size_t *order = allocate(fit, sizeof *order);
  for (size_t i = 0; i < fit; i++)
    order[i] = i;
  double loss = 0;
  for (long epoch = 0; epoch < e.epochs; epoch++) {
    rng_shuffle(&shuffle, fit, order);
    for (size_t at = 0; at + batch <= fit && isfinite(loss); at += batch) {
      loss = (double)train_gradient(&net, set, batch, order + at);
      if (isfinite(loss))
        optimiser_step(&o, net.parameters, net.gradients, (real)rate);
    }
  }
  const struct score valid =
      train_score(&net, set, fit, set->count, NULL, NULL);
  free(order);
  optimiser_free(&o);
  network_free(&net);
  return isfinite(loss) ? (double)valid.right / (double)valid.count : -1;
}

static void run_scale(void)
{
  if (!rule_named(e.optimiser))
    usage("--optimiser %s: unknown, see --help", e.optimiser);
  struct images im = images_read(cli.data, (size_t)e.validate);
  const size_t most = cli.quick ? 1000 : (size_t)e.images;
  const size_t fit = im.first < most ? im.first : most;
  struct samples set = im.fit;
  set.count =
      fit + (size_t)e.validate < im.last ? fit + (size_t)e.validate : im.last;
  real *X = allocate(set.count * set.M, sizeof *X);
  const struct samples real_set = { set.count, set.M, NULL, X, set.label };
  struct record *r = record_open(cli.out, "scale.tsv");
  record_line(r, "divisor\trate\tseed\taccuracy");
  for (int bytes = 0; bytes < 2; bytes++) {
    centred(&set, fit, bytes ? 1 : 255, X);
    for (int i = 0; i < SCALE_RATES * SEEDS; i++) {
      const uint64_t seed = (uint64_t)(i % SEEDS) + 1;
      const double rate = scale_rates[i / SEEDS];
      record_line(r, "%d\t%.6g\t%d\t%.6g", bytes ? 1 : 255, rate,
                  i % SEEDS + 1, scaled_run(&real_set, fit, rate, seed));
    }
  }
  record_close(r);
  free(X);
  images_free(&im);
}

/* 3. Of the last hidden layer, after an epoch: the share of the units that
   are on for one or more of the first 500 training images. */

static void observe(struct network *net, const struct images *im, long epoch)
{
  enum { LOOK = 500 };
  const size_t alive = experiment_units_on(net, &im->fit, 0, LOOK);
  struct record *r = record_open(cli.out, "alive.tsv");
  record_line(r, "epoch\talive");
  record_line(r, "%ld\t%.6g", epoch,
              (double)alive / (double)net->layers[net->depth - 2].N);
  record_close(r);
}

/* 4. The report: reads the runs' tables, prints, and joins them for the
   figures. */

/* The runs of a rule at a rate, one a seed. */
struct group {
  const struct rule *rule;
  double rate;
  char name[SEEDS][64]; /* runs/adam-2e-3-1 … */
  int diverged;         /* of the seeds */
  struct spread valid, test, loss, alive;
};

enum { MOST_GROUPS = 128 };
static struct group groups[MOST_GROUPS];
static int count;

/* Of three runs; a diverged one has learnt nothing, and guesses. */
static void read_seeds(struct group *g)
{
  double valid[SEEDS], test[SEEDS], loss[SEEDS], alive[SEEDS];
  for (int s = 0; s < SEEDS; s++) {
    const char *name = g->name[s];
    const int lost = table_value(cli.out, name, "result.tsv", "diverged") > 0;
    valid[s] = table_value(cli.out, name, "result.tsv", "valid-accuracy");
    test[s] = table_value(cli.out, name, "result.tsv", "test-accuracy");
    loss[s] = table_value(cli.out, name, "result.tsv", "loss");
    alive[s] = table_last(cli.out, name, "alive.tsv", "alive");
    if (lost)
      valid[s] = test[s] = 0.1, g->diverged++;
  }
  g->valid = spread_of(valid, SEEDS);
  g->test = spread_of(test, SEEDS);
  g->loss = spread_of(loss, SEEDS);
  g->alive = spread_of(alive, SEEDS);
}

/* "adam-2e-3" */
static void read_group(const char *name)
{
  char rule[32];
  if (count == MOST_GROUPS)
    usage("--names: more than %d", MOST_GROUPS);
  struct group *g = &groups[count++];
  const size_t length = strcspn(name, "-");
  snprintf(rule, sizeof rule, "%.*s", (int)length, name);
  g->rule = rule_named(rule);
  g->rate = name[length] ? strtod(name + length + 1, NULL) : 0;
  if (!g->rule || !(g->rate > 0))
    usage("--names: '%s' was given, expected RULE-RATE", name);
  for (int s = 0; s < SEEDS; s++)
    snprintf(g->name[s], sizeof g->name[s], "runs/%.44s-%d", name, s + 1);
  read_seeds(g);
}

/* Names with blanks between them. */
static void read_groups(void)
{
  for (const char *at = names + strspn(names, " "); *at;) {
    char name[64];
    const size_t length = strcspn(at, " ");
    snprintf(name, sizeof name, "%.*s", (int)length, at);
    read_group(name);
    at += length;
    at += strspn(at, " ");
  }
}

/* The rate best on validation. */
static const struct group *best_of(const struct rule *rule)
{
  const struct group *best = NULL;
  for (int i = 0; i < count; i++)
    if (groups[i].rule == rule &&
        (!best || groups[i].valid.mean > best->valid.mean))
      best = &groups[i];
  if (!best)
    fail("no run of %s, expected one or more in --names", rule->name);
  return best;
}

static const struct group *group_at(const struct rule *rule, double rate)
{
  for (int i = 0; i < count; i++)
    if (groups[i].rule == rule && fabs(groups[i].rate / rate - 1) < 1e-6)
      return &groups[i];
  return NULL;
}

static void report_paths(struct record *values)
{
  struct table *t = table_read(cli.out, "runs/valley", "paths.tsv");
  printf("Valleys: the best of %d rates, and the logarithm (base 10) of the\n"
         "distance at the end, mean and standard deviation of %d starts\n"
         "               ravine            turned by 30\302\260             "
         "curved\n         ",
         RATES, STARTS);
  for (int v = 0; v < VALLEYS; v++)
    printf("%14d steps%s", valleys[v].steps, v + 1 < VALLEYS ? "  " : "\n");
  for (int k = 0; k < RULES; k++) {
    printf("%-8s", rules[k]->name);
    for (int row = k; row < VALLEYS * RULES; row += RULES)
      printf("  %7.2g  %5.1f \302\261 %3.1f", table_at(t, row, "rate"),
             table_at(t, row, "log-distance"), table_at(t, row, "std"));
    puts("");
  }
  for (int row = 0; row < t->rows; row++) {
    const char *name = t->label[row];
    record_line(values, "%s-rate\t%.6g\n%s-mean\t%.6g\n%s-std\t%.6g", name,
                table_at(t, row, "rate"), name,
                table_at(t, row, "log-distance"), name,
                table_at(t, row, "std"));
  }
  table_free(t);
}

/* By what a step multiplies the distance, over the second half of a race. */
static double factor(const struct table *t, const char *column)
{
  const int half = t->rows / 2, last = t->rows - 1;
  return pow(table_at(t, last, column) / table_at(t, half, column),
             1.0 / (last - half));
}

static void report_limit(struct record *values)
{
  static const char *const rate[] = { "under", "at", "over" };
  static const char *const best[] = { "plain", "momentum" };
  static const char *const says[] = { "0.98", "1.00", "1.02" };
  struct table *t = table_read(cli.out, "runs/valley", "limit.tsv");
  struct table *u = table_read(cli.out, "runs/valley", "speed.tsv");
  const double root = sqrt((double)KAPPA);
  const double theory[] = { (KAPPA - 1.0) / (KAPPA + 1.0),
                            (root - 1) / (root + 1) };
  printf("\nThe ravine, distance at first and after %d steps, and what the\n"
         "second half of them multiply it by, each\n",
         RACE_STEPS);
  for (int i = 0; i < 3; i++) {
    printf("%s of 2/lambda_max  %9.4g  %9.4g  %7.4f\n", says[i],
           table_at(t, 0, rate[i]), table_at(t, -1, rate[i]),
           factor(t, rate[i]));
    record_line(values, "limit-%s\t%.6g\nlimit-%s-factor\t%.6g", rate[i],
                table_at(t, -1, rate[i]), rate[i], factor(t, rate[i]));
  }
  for (int i = 0; i < 2; i++) {
    printf("%-8s at its best  %9.4g  %9.4g  %7.4f, theory %.4f\n", best[i],
           table_at(u, 0, best[i]), table_at(u, -1, best[i]),
           factor(u, best[i]), theory[i]);
    record_line(values, "speed-%s\t%.6g\nspeed-%s-theory\t%.6g", best[i],
                factor(u, best[i]), best[i], theory[i]);
  }
  record_line(values, "speed-start\t%.6g\nkappa\t%d", table_at(u, 0, "plain"),
              KAPPA);
  table_free(u), table_free(t);
}

static const struct rule *const compared[] = { &rule_sgd, &rule_adam,
                                               &rule_adadelta };
enum { COMPARED = 3 };

static void write_spread(struct record *values, const char *name,
                         const char *what, struct spread s)
{
  record_line(values, "%s-%s-mean\t%.6g\n%s-%s-std\t%.6g", name, what, s.mean,
              name, what, s.std);
}

/* The rates of which the rule's accuracy is within 0.02 of its best; and the
   units that are on at that best, and at the highest rate. */
static void report_width(struct record *values, const struct rule *rule)
{
  const struct group *best = best_of(rule), *last = best;
  double lowest = best->rate, highest = best->rate;
  for (int i = 0; i < count; i++) {
    const struct group *g = &groups[i];
    if (g->rule == rule && g->valid.mean >= best->valid.mean - 0.02) {
      lowest = g->rate < lowest ? g->rate : lowest;
      highest = g->rate > highest ? g->rate : highest;
    }
    if (g->rule == rule && g->rate > last->rate)
      last = g;
  }
  printf("%-8s  %7g to %-7g    %.2f \302\261 %.2f    %.2f \302\261 %.2f\n",
         rule->name, lowest, highest, best->alive.mean, best->alive.std,
         last->alive.mean, last->alive.std);
  record_line(values, "%s-lowest\t%.6g\n%s-highest\t%.6g\n%s-last\t%.6g",
              rule->name, lowest, rule->name, highest, rule->name, last->rate);
  write_spread(values, rule->name, "alive", best->alive);
  write_spread(values, rule->name, "last-alive", last->alive);
}

static void print_cell(const struct group *g)
{
  if (!g)
    printf("  %16s ", "");
  else if (g->diverged == SEEDS)
    printf("  %16s ", "diverged");
  else
    printf("  %.4f \302\261 %.4f%s%s", g->valid.mean, g->valid.std,
           g == best_of(g->rule) ? "*" : " ", g->diverged ? "!" : " ");
}

/* Rates in rising order, each once: the next above `rate`, or 0. */
static double next_rate(double rate)
{
  double next = 0;
  for (int k = 0; k < COMPARED; k++)
    for (int i = 0; i < count; i++)
      if (groups[i].rule == compared[k] && groups[i].rate > rate * 1.001 &&
          (next == 0 || groups[i].rate < next))
        next = groups[i].rate;
  return next;
}

static void report_grid(struct record *values)
{
  printf("\nFashion-MNIST, 784-%ld-%ld-10, %ld images a step: accuracy on the "
         "validation\nimages, mean and standard deviation of %d seeds; * best"
         "\n   rate            sgd                adam             adadelta\n",
         e.hidden, e.hidden, e.batch, SEEDS);
  double rate = next_rate(0);
  while (rate > 0) {
    printf("%7g", rate);
    for (int k = 0; k < COMPARED; k++)
      print_cell(group_at(compared[k], rate));
    puts("");
    rate = next_rate(rate);
  }
  puts(
      "          within 0.02 of      units of the last hidden layer that are\n"
      "rule        its best rate     on: at that rate, at the highest one");
  for (int k = 0; k < COMPARED; k++)
    report_width(values, compared[k]);
  int diverged = 0;
  for (int i = 0; i < count; i++)
    diverged += groups[i].diverged;
  printf("%d of %d runs diverged: their loss was not finite\n", diverged,
         SEEDS * count);
  record_line(values, "runs\t%d\ndiverged\t%d", SEEDS * count, diverged);
}

static void write_grid(const struct rule *rule)
{
  char name[64];
  snprintf(name, sizeof name, "grid-%s.tsv", rule->name);
  struct record *r = record_open(cli.out, name);
  record_line(r, "rate\tvalid\tvalid-std\tloss\tloss-std\tdiverged");
  for (int i = 0; i < count; i++)
    if (groups[i].rule == rule)
      record_line(r, "%.6g\t%.6g\t%.6g\t%.6g\t%.6g\t%d", groups[i].rate,
                  groups[i].valid.mean, groups[i].valid.std,
                  groups[i].loss.mean, groups[i].loss.std, groups[i].diverged);
  record_close(r);
}

static void report_best(struct record *values)
{
  struct record *r = record_open(cli.out, "best.tsv");
  record_line(r, "rule\trate\tvalid\tvalid-std\ttest\ttest-std");
  puts("\nEach rule at its best rate, accuracies of three seeds\n"
       "rule         rate         validation               test");
  for (int k = 0; k < RULES; k++) {
    const char *name = rules[k]->name;
    const struct group *g = best_of(rules[k]);
    printf("%-8s  %7g  %.4f \302\261 %.4f    %.4f \302\261 %.4f\n", name,
           g->rate, g->valid.mean, g->valid.std, g->test.mean, g->test.std);
    record_line(r, "%s\t%.6g\t%.6g\t%.6g\t%.6g\t%.6g", name, g->rate,
                g->valid.mean, g->valid.std, g->test.mean, g->test.std);
    record_line(values, "%s-rate\t%.6g", name, g->rate);
    write_spread(values, name, "valid", g->valid);
    write_spread(values, name, "test", g->test);
    char joined[64];
    snprintf(joined, sizeof joined, "steps-%s.tsv", name);
    const char *const runs[SEEDS] = { g->name[0], g->name[1], g->name[2] };
    table_join(cli.out, joined, SEEDS, runs, "steps.tsv");
  }
  record_close(r);
}

static void report_depth(struct record *values)
{
  puts("\nAdam at 0.02 by hidden layers");
  for (int layers = 1; layers <= 3; layers++) {
    struct group deep = { .rule = &rule_adam, .rate = 0.02 };
    for (int s = 0; s < SEEDS; s++)
      snprintf(deep.name[s], sizeof deep.name[s], "runs/deep-%d-%d", layers,
               s + 1);
    const struct group *two = group_at(&rule_adam, 0.02);
    if (layers == 2 && !two)
      continue;
    if (layers == 2)
      deep = *two;
    else
      read_seeds(&deep);
    char what[32];
    snprintf(what, sizeof what, "deep-%d", layers);
    printf("%d  %.4f \302\261 %.4f\n", layers, deep.valid.mean,
           deep.valid.std);
    write_spread(values, "adam", what, deep.valid);
  }
}

/* Rows of scale.tsv: the three seeds at one rate; a diverged run guesses. */
static struct spread read_scaled(const struct table *t, int row, int *diverged)
{
  double x[SEEDS];
  *diverged = 0;
  for (int s = 0; s < SEEDS; s++) {
    x[s] = table_at(t, row * SEEDS + s, "accuracy");
    if (x[s] < 0)
      x[s] = 0.1, ++*diverged;
  }
  return spread_of(x, SEEDS);
}

/* One rule at the three rates of the sheet, with inputs of either scale. */
static void report_scaled(struct record *values, const char *rule)
{
  static const char *const inputs[] = { "/255", "bytes" };
  static const char *const names[] = { "scaled", "bytes" };
  char name[64];
  int lost;
  snprintf(name, sizeof name, "runs/scale-%s", rule);
  struct table *t = table_read(cli.out, name, "scale.tsv");
  for (int k = 0; k < 2; k++) {
    printf("%-8s  %-5s", k ? "" : rule, inputs[k]);
    for (int i = 0; i < SCALE_RATES; i++) {
      const struct spread s = read_scaled(t, k * SCALE_RATES + i, &lost);
      if (lost == SEEDS)
        printf("        diverged  ");
      else
        printf("    %.3f \302\261 %.3f%s", s.mean, s.std, lost ? "!" : " ");
      snprintf(name, sizeof name, "%s-%d", names[k], i + 1);
      write_spread(values, rule, name, s);
    }
    puts("");
  }
  snprintf(name, sizeof name, "scale-%s.tsv", rule);
  struct record *r = record_open(cli.out, name);
  record_line(r, "rate\tscaled\tscaled-std\tscaled-diverged\tbytes\t"
                 "bytes-std\tbytes-diverged");
  for (int i = 0; i < SCALE_RATES; i++) {
    int lost_bytes;
    const struct spread a = read_scaled(t, i, &lost);
    const struct spread b = read_scaled(t, SCALE_RATES + i, &lost_bytes);
    record_line(r, "%.6g\t%.6g\t%.6g\t%d\t%.6g\t%.6g\t%d", scale_rates[i],
                a.mean, a.std, lost, b.mean, b.std, lost_bytes);
  }
  record_close(r);
  table_free(t);
}

static void report_scale(struct record *values)
{
  puts(
      "\nFewer images and steps; inputs less their mean image, /255 or bytes\n"
      "                       2e-4              2e-3              2e-2");
  for (int k = 0; k < COMPARED; k++)
    report_scaled(values, compared[k]->name);
}

static void run_report(void)
{
  struct record *values = record_open(cli.out, "values.tsv");
  record_line(values, "name\tvalue");
  read_groups();
  report_paths(values);
  report_limit(values);
  report_grid(values);
  report_best(values);
  report_depth(values);
  report_scale(values);
  for (int k = 0; k < RULES; k++)
    write_grid(rules[k]);
  struct table *t = table_read(cli.out, groups[0].name[0], "result.tsv");
  record_line(values, "steps\t%.0f", table_at(t, 0, "value"));
  table_free(t);
  record_close(values);
}

int main(int argc, char **argv)
{
  e.layers = 2, e.batch = 100, e.epochs = 2, e.block = 20;
  const struct cli_option more[] = {
    EXPERIMENT_OPTIONS(e),
    { "run", "train, valley, scale or report", CLI_TEXT, &run, 0, 0 },
    { "names", "of the runs to report, without their seeds", CLI_TEXT, &names,
      0, 0 },
    { NULL, NULL, CLI_FLAG, NULL, 0, 0 },
  };
  cli = cli_parse(argc, argv, "Compares update rules.", more);
  e.observe = observe;
  if (!strcmp(run, "train"))
    experiment_run(&cli, &e);
  else if (!strcmp(run, "valley"))
    run_valley();
  else if (!strcmp(run, "scale"))
    run_scale();
  else if (!strcmp(run, "report"))
    run_report();
  else
    usage("--run %s: expected train, valley, scale or report", run);
  return 0;
}
