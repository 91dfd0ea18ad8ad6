/* Chapter 7: a deep network with and without batch norm.  Every run is an
   invocation of its own, so that make can run them side by side
   (07-batch-norm.mk):

     batch-norm --run train --out DIR    one training run (experiment.h), and
                                         --densities, --modes: see observe
     batch-norm --run early --out DIR    the gradients of a fresh network, and
                                         its first steps in both modes
     batch-norm --run report --out DIR   the tables, from DIR/runs

   Trained in float. */
#include "cli.h"
#include "experiment.h"
#include "record.h"
#include "table.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct cli cli;
static struct experiment e = EXPERIMENT;
static const char *run = "report";
static int densities, modes;

/* 1. What is measured of a network.  Forwards of training change what batch
   norm keeps, its running statistics among it; a measurement must not. */

static size_t kept_by(const struct network *net, const struct layer *l)
{
  return l->module->keeps ? l->module->keeps(l->N, net->batch) : 0;
}

static real *kept_save(const struct network *net)
{
  size_t total = 1, used = 0;
  for (size_t i = 0; i < net->depth; i++)
    total += kept_by(net, &net->layers[i]);
  real *saved = allocate(total, sizeof *saved);
  for (size_t i = 0; i < net->depth; i++) {
    const struct layer *l = &net->layers[i];
    memcpy(saved + used, l->kept, kept_by(net, l) * sizeof(real));
    used += kept_by(net, l);
  }
  return saved;
}

static void kept_restore(struct network *net, real *saved)
{
  size_t used = 0;
  for (size_t i = 0; i < net->depth; i++) {
    const struct layer *l = &net->layers[i];
    memcpy(l->kept, saved + used, kept_by(net, l) * sizeof(real));
    used += kept_by(net, l);
  }
  free(saved);
}

static const real *forward(struct network *net, const struct samples *set,
                           size_t S, const size_t index[])
{
  for (size_t s = 0; s < S; s++)
    train_gather(net, set, s, index[s]);
  return network_forward(net, S, net->X);
}

static size_t right(size_t S, size_t N, const real Z[S][N],
                    const unsigned char label[], const size_t index[])
{
  size_t count = 0;
  for (size_t s = 0; s < S; s++)
    count += train_largest(N, Z[s]) == label[index[s]];
  return count;
}

/* The share of the samples that is right where each batch of S is normalised
   by its own mean and variance; what is left over of a batch is left out. */
static double accuracy_by_batch(struct network *net, const struct samples *set,
                                size_t S, size_t count, const size_t index[])
{
  real *saved = kept_save(net);
  size_t at = 0, good = 0;
  for (; at + S <= count; at += S) {
    const real *Z = forward(net, set, S, index + at);
    good += right(S, net->outputs, (const void *)Z, set->label, index + at);
  }
  kept_restore(net, saved);
  return at ? (double)good / (double)at : 0;
}

static double accuracy(struct network *net, const struct images *im)
{
  const struct score s =
      train_score(net, &im->fit, im->first, im->last, NULL, NULL);
  return s.count ? (double)s.right / (double)s.count : 0;
}

/* The validation images in their order. */
static size_t *validation(const struct images *im)
{
  size_t *index = allocate(im->last - im->first + 1, sizeof *index);
  for (size_t i = im->first; i < im->last; i++)
    index[i - im->first] = i;
  return index;
}

/* The same, class by class, as many of each as fill batches of S; how many. */
static size_t by_class(const struct images *im, size_t classes, size_t S,
                       size_t index[])
{
  size_t count = 0;
  for (size_t c = 0; c < classes; c++) {
    for (size_t i = im->first; i < im->last; i++)
      if (im->fit.label[i] == c)
        index[count++] = i;
    count -= count % S;
  }
  return count;
}

/* 2. Observed before training and after each epoch. */

/* One network by the running statistics, and by those of batches. */
static void write_modes(struct network *net, const struct images *im)
{
  static const size_t sizes[] = { 2, 5, 10, 50, 500 };
  const size_t count = im->last - im->first;
  size_t *index = validation(im);
  struct record *r = record_open(cli.out, "modes.tsv");
  record_line(r, "name\tvalue\nrunning\t%.6g", accuracy(net, im));
  for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
    record_line(r, "batch-%zu\t%.6g", sizes[i],
                accuracy_by_batch(net, &im->fit, sizes[i], count, index));
  const size_t sorted = by_class(im, net->outputs, 50, index);
  record_line(r, "class-50\t%.6g",
              accuracy_by_batch(net, &im->fit, 50, sorted, index));
  record_close(r);
  free(index);
}

enum { BINS = 100, LAYERS = 100, PIECE = 500 };
static const double edge = 10; /* bins from −edge to edge */

struct density {
  double sum, squares, positive, count, bin[BINS];
  double weights; /* root mean square of those of the layer */
};

static void density_add(struct density *d, size_t count, const real x[])
{
  for (size_t i = 0; i < count; i++) {
    const double v = (double)x[i], at = (v + edge) / (2 * edge) * BINS;
    d->sum += v, d->squares += v * v, d->positive += v > 0, d->count += 1;
    if (at >= 0 && at < BINS)
      d->bin[(int)at] += 1;
  }
}

static void density_write(const struct density d[], long layers,
                          const char *when)
{
  char name[64], line[32 * LAYERS];
  snprintf(name, sizeof name, "densities-%s.tsv", when);
  struct record *r = record_open(cli.out, name);
  size_t used = (size_t)snprintf(line, sizeof line, "x");
  for (long l = 0; l < layers; l++)
    used += (size_t)snprintf(line + used, 32, "\tlayer-%ld", l + 1);
  record_line(r, "%s", line);
  for (int b = 0; b < BINS; b++) {
    used = (size_t)snprintf(line, sizeof line, "%.6g",
                            (b + 0.5) * 2 * edge / BINS - edge);
    for (long l = 0; l < layers; l++)
      used += (size_t)snprintf(line + used, 32, "\t%.6g",
                               d[l].bin[b] / d[l].count * BINS / (2 * edge));
    record_line(r, "%s", line);
  }
  record_close(r);
  snprintf(name, sizeof name, "layers-%s.tsv", when);
  r = record_open(cli.out, name);
  record_line(r, "layer\tmean\tspread\tpositive\tweights");
  for (long l = 0; l < layers; l++) {
    const double mean = d[l].sum / d[l].count;
    record_line(r, "%ld\t%.6g\t%.6g\t%.6g\t%.6g", l + 1, mean,
                sqrt(d[l].squares / d[l].count - mean * mean),
                d[l].positive / d[l].count, d[l].weights);
  }
  record_close(r);
}

static double weight_size(const struct layer *l)
{
  double squares = 0;
  for (size_t i = 0; i < l->N * l->M; i++)
    squares += (double)l->parameters[i] * (double)l->parameters[i];
  return sqrt(squares / (double)(l->N * l->M));
}

/* What goes into each activation, of validation images in batches of PIECE,
   which batch norm normalises by the batch. */
static void write_densities(struct network *net, const struct images *im,
                            const char *when)
{
  struct density *d = allocate((size_t)e.layers, sizeof *d);
  memset(d, 0, (size_t)e.layers * sizeof *d);
  size_t *index = validation(im);
  real *saved = kept_save(net);
  const size_t step = net->depth / (size_t)e.layers; /* 2, or 3 */
  for (size_t at = 0; at + PIECE <= im->last - im->first; at += PIECE) {
    forward(net, &im->fit, PIECE, index + at);
    for (size_t l = 0; l < (size_t)e.layers; l++) {
      const struct layer *layer = &net->layers[l * step + step - 2];
      density_add(&d[l], PIECE * layer->N, layer->Y);
    }
  }
  for (size_t l = 0; l < (size_t)e.layers; l++)
    d[l].weights = weight_size(&net->layers[l * step]);
  kept_restore(net, saved);
  density_write(d, e.layers, when);
  free(index), free(d);
}

static void observe(struct network *net, const struct images *im, long epoch)
{
  if (modes)
    write_modes(net, im);
  if (densities)
    write_densities(net, im, epoch ? "after" : "before");
}

/* 3. Early in training. */

/* ∂L/∂W of one linear layer, over BATCHES batches of S: the root mean square
   of its entries; and each unit's row having one too, the median of those. */
enum { BATCHES = 50 };

static void measure_gradient(struct network *net, const struct layer *l,
                             const struct samples *set, size_t S,
                             const size_t order[], double *rms, double *median)
{
  double *row = allocate(BATCHES * l->N, sizeof *row), sum = 0;
  for (size_t b = 0; b < BATCHES; b++) {
    train_gradient(net, set, S, order + b * S);
    const real(*dW)[l->M] = (const void *)l->gradients;
    for (size_t n = 0; n < l->N; n++) {
      double squares = 0;
      for (size_t m = 0; m < l->M; m++)
        squares += (double)dW[n][m] * (double)dW[n][m] / (double)l->M;
      row[b * l->N + n] = sqrt(squares);
      sum += squares;
    }
  }
  qsort(row, BATCHES * l->N, sizeof *row, ascending);
  *rms = sqrt(sum / (double)(BATCHES * l->N));
  *median = row[BATCHES * l->N / 2];
  free(row);
}

static void write_gradients(struct network *net, const struct samples *set,
                            const size_t order[])
{
  static const size_t sizes[] = { 1, 2, 3, 5, 50 };
  real *saved = kept_save(net);
  struct record *r[2] = { record_open(cli.out, "gradients-rms.tsv"),
                          record_open(cli.out, "gradients-median.tsv") };
  for (int k = 0; k < 2; k++)
    record_line(r[k], "layer\tb1\tb2\tb3\tb5\tb50");
  for (size_t i = 0, number = 1; i < net->depth; i++) {
    if (net->layers[i].module != &module_linear)
      continue;
    double x[2][5];
    for (int c = 0; c < 5; c++)
      measure_gradient(net, &net->layers[i], set, sizes[c], order, &x[0][c],
                       &x[1][c]);
    for (int k = 0; k < 2; k++)
      record_line(r[k], "%zu\t%.6g\t%.6g\t%.6g\t%.6g\t%.6g", number, x[k][0],
                  x[k][1], x[k][2], x[k][3], x[k][4]);
    number++;
  }
  record_close(r[0]), record_close(r[1]);
  kept_restore(net, saved);
}

/* The running statistics after 100 batches without a step. */
static double accuracy_refreshed(struct network *net, const struct images *im,
                                 const size_t order[])
{
  real *saved = kept_save(net);
  for (size_t b = 0; b < 100; b++)
    forward(net, &im->fit, 50, order + 50 * b);
  const double share = accuracy(net, im);
  kept_restore(net, saved);
  return share;
}

static void write_early(struct network *net, const struct images *im,
                        const size_t order[], long steps)
{
  static const long marks[] = { 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 0 };
  const size_t batch = (size_t)e.batch;
  size_t *index = validation(im);
  struct record *r = record_open(cli.out, "early.tsv");
  record_line(r, "step\trunning\tbatch\trefreshed");
  for (long step = 1, mark = 0; step <= steps; step++) {
    train_step(net, &im->fit, batch, order + (size_t)(step - 1) * batch,
               (real)e.rate);
    if (step != marks[mark])
      continue;
    record_line(
        r, "%ld\t%.6g\t%.6g\t%.6g", step, accuracy(net, im),
        accuracy_by_batch(net, &im->fit, 50, im->last - im->first, index),
        accuracy_refreshed(net, im, order));
    mark++;
  }
  record_close(r);
  free(index);
}

static void run_early(void)
{
  struct images im = images_read(cli.data, (size_t)e.validate);
  struct network net = experiment_network(&e, im.fit.M, 10, cli.seed);
  struct rng shuffle = rng_stream(cli.seed, "shuffle");
  const long most = (long)(im.first / (size_t)e.batch);
  const long wanted = cli.steps ? cli.steps : cli.quick ? 100 : 1000;
  if (im.first < 5000)
    fail("%zu images to train on, need 5000", im.first);
  size_t *order = allocate(im.first, sizeof *order);
  for (size_t i = 0; i < im.first; i++)
    order[i] = i;
  rng_shuffle(&shuffle, im.first, order);
  write_gradients(&net, &im.fit, order);
  write_early(&net, &im, order, wanted < most ? wanted : most);
  free(order);
  network_free(&net);
  images_free(&im);
}

/* 4. The report: reads the runs' tables, prints, and joins them for the
   figures. */

enum { ITEMS = 12, SEEDS = 10, NAME = 96 };

struct list {
  int count;
  char item[ITEMS][16];
};

static const char *relu_rates = "", *sigmoid_rates = "", *batches = "",
                  *other = "";
static const char *same = "0.03"; /* the rate at which curves are compared */
static long seeds = 3;
static struct record *values;

static struct list list_of(const char *text)
{
  struct list list = { 0 };
  int used;
  for (; list.count < ITEMS &&
         sscanf(text, "%15s%n", list.item[list.count], &used) == 1;
       text += used)
    list.count++;
  return list;
}

static void value(double x, const char *format, const char *a, const char *b,
                  const char *c)
{
  char name[2 * NAME];
  snprintf(name, sizeof name, format, a, b, c);
  record_line(values, "%s\t%.6g", name, x);
}

static void values_spread(struct spread s, const char *a, const char *b,
                          const char *c)
{
  value(s.mean, "%s-%s-%s-mean", a, b, c);
  value(s.std, "%s-%s-%s-std", a, b, c);
}

/* The folder of a run: runs/relu-batch-0.1-1. */
static void run_name(char name[NAME], const char *a, const char *b,
                     const char *c, long seed)
{
  snprintf(name, NAME, "runs/%s-%s-%s-%ld", a, b, c, seed);
}

/* A row of a record with the columns name and value, over the seeds. */
static struct spread over_seeds(const char *a, const char *b, const char *c,
                                const char *record, const char *row)
{
  char name[NAME];
  double x[SEEDS];
  for (long s = 0; s < seeds; s++) {
    run_name(name, a, b, c, s + 1);
    x[s] = table_value(cli.out, name, record, row);
  }
  return spread_of(x, (int)seeds);
}

static void join(const char *a, const char *b, const char *c,
                 const char *record, const char *joined)
{
  char name[SEEDS][NAME];
  const char *runs[SEEDS];
  for (long s = 0; s < seeds; s++) {
    run_name(name[s], a, b, c, s + 1);
    runs[s] = name[s];
  }
  table_join(cli.out, joined, (int)seeds, runs, record);
}

/* The seeds of one activation, norm and rate. */
struct setting {
  int diverged;
  struct spread valid, test; /* of the runs that did not diverge, or of all */
  double least;              /* validation accuracy */
};

static struct setting setting_read(const char *activation, const char *norm,
                                   const char *rate)
{
  struct setting s = { .least = 1 };
  double valid[SEEDS], test[SEEDS];
  int count = 0;
  for (int pass = 0; pass < 2 && !count; pass++)
    for (long seed = 1; seed <= seeds; seed++) {
      char name[NAME];
      run_name(name, activation, norm, rate, seed);
      const int failed =
          table_value(cli.out, name, "result.tsv", "diverged") > 0;
      s.diverged += failed && !pass;
      if (failed && !pass)
        continue;
      valid[count] =
          table_value(cli.out, name, "result.tsv", "valid-accuracy");
      test[count] = table_value(cli.out, name, "result.tsv", "test-accuracy");
      s.least = fmin(s.least, valid[count++]);
    }
  s.valid = spread_of(valid, count);
  s.test = spread_of(test, count);
  return s;
}

static const char *const norms[] = { "none", "batch" };

static void print_setting(const struct setting *s)
{
  char text[32];
  if (s->diverged == seeds)
    snprintf(text, sizeof text, "diverged");
  else if (s->diverged)
    snprintf(text, sizeof text, "%.4f  %d diverged", s->valid.mean,
             s->diverged);
  else
    snprintf(text, sizeof text, "%.4f  (%.4f)", s->valid.mean, s->valid.std);
  printf("  %18s", text);
}

static double cell(const char *record, int row, const char *column)
{
  struct table *t = table_read(cli.out, ".", record);
  const double x = table_at(t, row, column);
  table_free(t);
  return x;
}

/* By what factor training made the weights of the hidden layers longer, the
   geometric mean over them and the seeds; 0 where a seed diverged. */
static double growth(const char *norm, const char *rate, int diverged)
{
  double sum = 0;
  int count = 0;
  for (long seed = 1; seed <= seeds && !diverged; seed++) {
    char name[NAME];
    run_name(name, "relu", norm, rate, seed);
    struct table *before = table_read(cli.out, name, "layers-before.tsv");
    struct table *after = table_read(cli.out, name, "layers-after.tsv");
    for (int l = 0; l < before->rows; l++, count++)
      sum +=
          log(table_at(after, l, "weights") / table_at(before, l, "weights"));
    table_free(before), table_free(after);
  }
  return count ? exp(sum / count) : 0;
}

static void report_growth(void)
{
  const struct list rates = list_of(relu_rates);
  puts("\nThe weights of the hidden layers, ReLU, grew in training by a factor"
       "\n  rate  without    with");
  for (int i = 0; i < rates.count; i++) {
    printf("%6s", rates.item[i]);
    for (int k = 0; k < 2; k++) {
      const struct setting s = setting_read("relu", norms[k], rates.item[i]);
      const double x = growth(norms[k], rates.item[i], s.diverged);
      if (x > 0)
        printf(" %8.2f", x);
      else
        printf(" %8s", "-");
      value(x, "growth-%s-%s%s", norms[k], rates.item[i], "");
    }
    puts("");
  }
}

/* Chooses a norm's rate: the best mean on validation of those where no seed
   diverged.  Writes its row, and the largest rate where every seed learned,
   that is, came to 0.8. */
static void choose(const char *activation, const char *norm,
                   const struct list *rates, const struct setting s[])
{
  int best = -1, top = -1;
  for (int i = 0; i < rates->count; i++) {
    if (s[i].diverged)
      continue;
    if (best < 0 || s[i].valid.mean > s[best].valid.mean)
      best = i;
    if (s[i].least >= 0.8)
      top = i;
  }
  best = best < 0 ? 0 : best;
  const char *rate = rates->item[best];
  printf("%-8s rate %s chosen: test accuracy %.4f  (%.4f)\n",
         strcmp(norm, "none") ? "with:" : "without:", rate, s[best].test.mean,
         s[best].test.std);
  value(strtod(rate, NULL), "%s-%s-%s", activation, norm, "rate");
  values_spread(s[best].valid, activation, norm, "valid");
  values_spread(s[best].test, activation, norm, "test");
  value(top < 0 ? 0 : strtod(rates->item[top], NULL), "%s-%s-%s", activation,
        norm, "top");
  char joined[NAME];
  snprintf(joined, sizeof joined, "steps-%s-%s.tsv", activation, norm);
  join(activation, norm, rate, "steps.tsv", joined);
}

static void report_rates(const char *activation, const char *title,
                         const char *text)
{
  const struct list rates = list_of(text);
  struct setting s[2][ITEMS];
  char name[NAME];
  memset(s, 0, sizeof s);
  printf("%s\n  rate  without batch norm                with\n", title);
  for (int i = 0; i < rates.count; i++) {
    printf("%6s", rates.item[i]);
    for (int k = 0; k < 2; k++) {
      s[k][i] = setting_read(activation, norms[k], rates.item[i]);
      print_setting(&s[k][i]);
      snprintf(name, sizeof name, "%s-%s", activation, norms[k]);
      values_spread(s[k][i].valid, name, rates.item[i], "valid");
    }
    puts("");
  }
  for (int k = 0; k < 2; k++) {
    choose(activation, norms[k], &rates, s[k]);
    snprintf(name, sizeof name, "rates-%s-%s.tsv", activation, norms[k]);
    struct record *r = record_open(cli.out, name);
    record_line(r, "rate\tvalid\tvalid-std\tdiverged");
    for (int i = 0; i < rates.count; i++)
      record_line(r, "%s\t%.6g\t%.6g\t%d", rates.item[i], s[k][i].valid.mean,
                  s[k][i].valid.std, s[k][i].diverged);
    record_close(r);
  }
}

/* The last epoch of the runs at one rate: the loss during it, by batches, and
   the loss after it on images trained on, by running statistics. */
static void report_same(void)
{
  static const char *const column[] = { "loss", "fit-loss" };
  printf("\nTraining loss in the last epoch, rate %s\n"
         "             during it           after it\n",
         same);
  for (int k = 0; k < 2; k++) {
    char record[NAME];
    snprintf(record, sizeof record, "steps-same-%s.tsv", norms[k]);
    join("relu", norms[k], same, "steps.tsv", record);
    printf("%-8s", k ? "with" : "without");
    for (int c = 0; c < 2; c++) {
      double x[SEEDS];
      for (long seed = 1; seed <= seeds; seed++) {
        char name[NAME];
        run_name(name, "relu", norms[k], same, seed);
        x[seed - 1] = table_last(cli.out, name, "epochs.tsv", column[c]);
      }
      const struct spread s = spread_of(x, (int)seeds);
      values_spread(s, "same", norms[k], column[c]);
      printf("   %.4f  (%.4f)", s.mean, s.std);
    }
    puts("");
  }
}

static void report_densities(void)
{
  printf("\nStandard deviation of the pre-activations in layers 1 and 6, rate "
         "%s\n"
         "          before: 1     6             after: 1      6\n",
         same);
  for (int k = 0; k < 2; k++) {
    struct spread x[4];
    for (int when = 0; when < 2; when++) {
      const char *const word[] = { "before", "after" };
      char record[NAME], joined[NAME];
      snprintf(record, sizeof record, "densities-%s.tsv", word[when]);
      snprintf(joined, sizeof joined, "densities-%s-%s.tsv", norms[k],
               word[when]);
      join("relu", norms[k], same, record, joined);
      snprintf(record, sizeof record, "layers-%s.tsv", word[when]);
      snprintf(joined, sizeof joined, "layers-%s-%s.tsv", norms[k],
               word[when]);
      join("relu", norms[k], same, record, joined);
      for (int last = 0; last < 2; last++) {
        struct spread *now = &x[2 * when + last];
        now->mean = cell(joined, -last, "spread");
        now->std = cell(joined, -last, "spread-std");
        value(now->mean, "spread-%s-%s-%s", norms[k], word[when],
              last ? "last" : "first");
      }
    }
    printf("%-8s", k ? "with" : "without");
    for (int c = 0; c < 4; c++)
      printf("  %.2f  (%.2f)", x[c].mean, x[c].std);
    puts("");
  }
}

static void report_early(void)
{
  join("early", "batch", "50", "early.tsv", "early.tsv");
  struct table *t = table_read(cli.out, ".", "early.tsv");
  printf("\nValidation accuracy after so many steps, rate %g, normalised by\n"
         "  step  running           batches of 50     refreshed\n",
         e.rate);
  for (int i = 0; i < t->rows; i++) {
    static const char *const column[] = { "running", "batch", "refreshed" };
    printf("%6s", t->label[i]);
    for (int c = 0; c < 3; c++) {
      const double *x = &t->cell[i][1 + 2 * c];
      printf("  %.4f  (%.4f)", x[0], x[1]);
      value(x[0], "early-%s-%s%s", column[c], t->label[i], "");
      value(x[1], "early-%s-%s%s-std", column[c], t->label[i], "");
    }
    puts("");
  }
  table_free(t);
}

static void print_row(const char *label, const char *format, int count,
                      const double x[])
{
  printf("%6s", label);
  for (int i = 0; i < count; i++)
    printf(format, x[i]);
  puts("");
}

static void report_gradients(void)
{
  static const char *const column[] = { "b1", "b2", "b3", "b5", "b50" };
  static const char *const kind[] = { "rms", "median" };
  puts("\nGradient of W in a fresh network with batch norm, batches of\n"
       " layer         1         2         3         5        50");
  for (int k = 0; k < 2; k++) {
    char record[NAME];
    snprintf(record, sizeof record, "gradients-%s.tsv", kind[k]);
    join("early", "batch", "50", record, record);
    struct table *t = table_read(cli.out, ".", record);
    puts(k ? "the row of the median unit, root mean square"
           : "all entries, root mean square");
    for (int i = 0; i < t->rows; i += 3) {
      double x[5];
      for (int c = 0; c < 5; c++) {
        x[c] = table_at(t, i, column[c]);
        value(x[c], "%s-%s-%s", kind[k], column[c], t->label[i]);
        char std[16];
        snprintf(std, sizeof std, "%s-std", column[c]);
        value(table_at(t, i, std), "%s-%s-%s-std", kind[k], column[c],
              t->label[i]);
      }
      print_row(t->label[i], "%10.1e", 5, x);
    }
    table_free(t);
  }
}

static void report_batches(void)
{
  static const char *const mode[] = { "running",  "batch-2",   "batch-5",
                                      "batch-50", "batch-500", "class-50" };
  const struct list sizes = list_of(batches), more = list_of(other);
  puts(
      "\nValidation accuracy by the batch trained on.  With batch norm, it "
      "is\n"
      "normalised by running statistics or by those of batches of\n"
      " train  without  running        2        5       50      500  1 class");
  for (int i = 0; i < sizes.count; i++) {
    const char *b = sizes.item[i];
    double mean[7], std[7];
    for (int m = 0; m < 7; m++) {
      const struct spread s =
          m ? over_seeds("size", "batch", b, "modes.tsv", mode[m - 1])
            : over_seeds("size", "none", b, "result.tsv", "valid-accuracy");
      values_spread(s, "size", b, m ? mode[m - 1] : "none");
      mean[m] = s.mean, std[m] = s.std;
    }
    print_row(b, "   %.4f", 7, mean);
    print_row("       ", " (%.4f)", 7, std);
  }
  for (int i = 0; i < more.count; i++) {
    const struct spread s = over_seeds("size", "batch", more.item[i],
                                       "result.tsv", "valid-accuracy");
    values_spread(s, "size", more.item[i], "running");
    printf("%6s            %.4f  (%.4f)\n", more.item[i], s.mean, s.std);
  }
}

static void run_report(void)
{
  char name[NAME];
  run_name(name, "relu", "none", same, 1);
  const double epochs = table_last(cli.out, name, "epochs.tsv", "epoch");
  values = record_open(cli.out, "values.tsv");
  record_line(values, "name\tvalue\nepochs\t%g", epochs);
  printf("Validation accuracy: mean (standard deviation) of %ld seeds\n\n",
         seeds);
  report_rates("relu", "ReLU", relu_rates);
  report_same();
  report_rates("sigmoid", "\nSigmoid", sigmoid_rates);
  report_densities();
  report_growth();
  report_early();
  report_gradients();
  report_batches();
  record_close(values);
}

int main(int argc, char **argv)
{
  const struct cli_option more[] = {
    { "run", "train, early or report", CLI_TEXT, &run, 0, 0 },
    EXPERIMENT_OPTIONS(e),
    { "densities", "write those of the pre-activations", CLI_FLAG, &densities,
      0, 0 },
    { "modes", "write the accuracy by the statistics used", CLI_FLAG, &modes,
      0, 0 },
    { "relu", "rates that the report finds, with ReLU", CLI_TEXT, &relu_rates,
      0, 0 },
    { "sigmoid", "the same with the sigmoid", CLI_TEXT, &sigmoid_rates, 0, 0 },
    { "batches", "sizes that it finds", CLI_TEXT, &batches, 0, 0 },
    { "same", "the rate at which it compares", CLI_TEXT, &same, 0, 0 },
    { "other", "other rates of the smallest", CLI_TEXT, &other, 0, 0 },
    { "seeds", "that it finds", CLI_LONG, &seeds, 1, SEEDS },
    { NULL, NULL, CLI_FLAG, NULL, 0, 0 },
  };
  e.layers = 6, e.epochs = 2, e.schedule = "linear", e.observe = observe;
  cli = cli_parse(argc, argv, "Trains deep networks with batch norm.", more);
  if (!strcmp(run, "train"))
    experiment_run(&cli, &e);
  else if (!strcmp(run, "early"))
    run_early();
  else if (!strcmp(run, "report"))
    run_report();
  else
    usage("--run %s: expected train, early or report", run);
  return 0;
}
