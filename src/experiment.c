#include "experiment.h"

#include "fail.h"
#include "initialisation.h"
#include "learning_rate.h"
#include "optimisers.h"
#include "record.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SCORED = 5000, PIECE = 500, MOST_SIZES = 102 };

/* What a setting that is a name may be. */
static const char *const activations[] = { "relu", "sigmoid", NULL };
static const char *const norms[] = { "none", "batch", NULL };
static const char *const inits[] = { "std", "he", "xavier", "lecun", NULL };
static const char *const schedules[] = { "constant", "linear", "step",
                                         "cosine",   "ratio",  NULL };
enum { CONSTANT, LINEAR, STEP, COSINE, RATIO };

/* The name's place in its list, or a usage error. */
static int choice(const char *option, const char *name,
                  const char *const names[])
{
  for (int i = 0; names[i]; i++)
    if (!strcmp(names[i], name))
      return i;
  usage("--%s %s: unknown, see --help", option, name);
}

static void check_names(const struct experiment *e)
{
  choice("activation", e->activation, activations);
  choice("norm", e->norm, norms);
  choice("init", e->init, inits);
  choice("schedule", e->schedule, schedules);
  if (!rule_named(e->optimiser))
    usage("--optimiser %s: unknown, see --help", e->optimiser);
}

static void draw(struct network *net, const struct experiment *e,
                 uint64_t seed)
{
  static real (*const variances[])(
      size_t, size_t) = { variance_he, variance_xavier, variance_lecun };
  struct rng rng = rng_stream(seed, "weights");
  const int init = choice("init", e->init, inits);
  if (init)
    network_initialise(net, &rng, variances[init - 1]);
  else
    network_draw(net, &rng, e->std);
}

struct network experiment_network(const struct experiment *e, size_t inputs,
                                  size_t outputs, uint64_t seed)
{
  const struct module *between[3] = { NULL };
  size_t sizes[MOST_SIZES];
  int used = 0;
  if (choice("norm", e->norm, norms) == 1)
    between[used++] = &module_batch_norm;
  between[used] = choice("activation", e->activation, activations)
                      ? &module_sigmoid
                      : &module_relu;
  const size_t count = (size_t)e->layers + 2;
  sizes[0] = inputs;
  for (size_t i = 1; i < count - 1; i++)
    sizes[i] = (size_t)e->hidden;
  sizes[count - 1] = outputs;
  struct network net;
  if (!network_stack(&net, count, sizes, between,
                     e->batch > PIECE ? (size_t)e->batch : PIECE))
    fail("no memory for the network");
  draw(&net, e, seed);
  return net;
}

/* What a run holds between steps. */
struct run {
  const struct experiment *e;
  struct images im;
  struct network net;
  struct optimiser optimiser;
  int schedule;
  size_t *order, fit;
  long step, steps, diverged;
  double rate;             /* of the next step, for the schedule ratio */
  double before, block;    /* that schedule's losses: last mean, and sum */
  double used;             /* the rate of the last step */
  double sum, epoch_sum;   /* of losses: of a row, of an epoch */
  long since, epoch_since; /* steps in these */
  double last;             /* the last row's loss */
  double best, valid_loss, valid;
  long best_epoch;
  struct record *rows, *epochs;
};

static real rate_at(const struct run *r)
{
  const struct experiment *e = r->e;
  const real a = (real)e->rate;
  real now = a;
  if (r->schedule == LINEAR)
    now = rate_linear(a, r->step, r->steps);
  else if (r->schedule == STEP)
    now = rate_step(a, r->step, e->every, R(0.1));
  else if (r->schedule == COSINE)
    now = rate_cosine(a, r->step, r->steps);
  else if (r->schedule == RATIO)
    now = (real)r->rate;
  return e->warm ? rate_warm(now, r->step, e->warm) : now;
}

/* After a step: the rate of the schedule ratio follows the loss. */
static void follow(struct run *r, double loss)
{
  r->block += loss;
  if (r->step % r->e->every)
    return;
  const double mean = r->block / (double)r->e->every;
  if (r->before > 0)
    r->rate = (double)rate_ratio((real)r->rate, (real)mean, (real)r->before);
  r->before = mean;
  r->block = 0;
}

static void write_row(struct run *r)
{
  r->last = r->diverged ? (double)INFINITY : r->sum / (double)r->since;
  record_line(r->rows, "%ld\t%.6g\t%.6g", r->step, r->last, r->used);
  r->sum = 0, r->since = 0;
}

static void one_step(struct run *r, size_t S, const size_t index[])
{
  const real a = rate_at(r);
  r->used = (double)a;
  const double loss = (double)train_gradient(&r->net, &r->im.fit, S, index);
  r->step++;
  if (!isfinite(loss)) {
    r->diverged = r->step;
    write_row(r);
    return;
  }
  optimiser_step(&r->optimiser, r->net.parameters, r->net.gradients, a);
  r->sum += loss, r->since++;
  r->epoch_sum += loss, r->epoch_since++;
  follow(r, loss);
  if (r->since == r->e->block)
    write_row(r);
}

static void one_epoch(struct run *r)
{
  const size_t batch = (size_t)r->e->batch;
  r->epoch_sum = 0, r->epoch_since = 0;
  for (size_t at = 0; at < r->fit && r->step < r->steps && !r->diverged;
       at += batch)
    one_step(r, r->fit - at < batch ? r->fit - at : batch, r->order + at);
}

static void write_epoch(struct run *r, long epoch)
{
  const struct images *im = &r->im;
  const size_t n = r->fit < SCORED ? r->fit : SCORED;
  const struct score fit = train_score(&r->net, &im->fit, 0, n, NULL, NULL);
  const struct score valid =
      train_score(&r->net, &im->fit, im->first, im->last, NULL, NULL);
  r->valid_loss = valid.loss;
  r->valid = (double)valid.right / (double)valid.count;
  if (r->valid > r->best || epoch == 0)
    r->best = r->valid, r->best_epoch = epoch;
  record_line(
      r->epochs, "%ld\t%ld\t%.6g\t%.6g\t%.6g\t%.6g\t%.6g", epoch, r->step,
      epoch ? r->epoch_sum / (double)r->epoch_since : fit.loss, fit.loss,
      (double)fit.right / (double)fit.count, r->valid_loss, r->valid);
  if (r->e->observe)
    r->e->observe(&r->net, im, epoch);
}

static void write_result(struct run *r, const char *out)
{
  const struct score test =
      train_score(&r->net, &r->im.tested, 0, r->im.tested.count, NULL, NULL);
  struct record *o = record_open(out, "result.tsv");
  record_line(o, "name\tvalue");
  record_line(o, "steps\t%ld\ndiverged\t%ld\nloss\t%.6g", r->step, r->diverged,
              r->last);
  record_line(o, "valid-loss\t%.6g\nvalid-accuracy\t%.6g", r->valid_loss,
              r->valid);
  record_line(o, "best-valid-accuracy\t%.6g\nbest-epoch\t%ld", r->best,
              r->best_epoch);
  record_line(o, "test-loss\t%.6g\ntest-accuracy\t%.6g", test.loss,
              (double)test.right / (double)test.count);
  record_close(o);
}

static void prepare(struct run *r, const struct cli *cli,
                    const struct experiment *e)
{
  *r = (struct run){ .e = e, .rate = e->rate, .last = (double)NAN };
  check_names(e);
  r->schedule = choice("schedule", e->schedule, schedules);
  r->im = images_read(cli->data, (size_t)e->validate);
  r->net = experiment_network(e, r->im.fit.M, 10, cli->seed);
  if (!optimiser_new(&r->optimiser, rule_named(e->optimiser), r->net.count))
    fail("no memory for the optimiser");
  size_t most =
      (size_t)e->images < r->im.first ? (size_t)e->images : r->im.first;
  r->fit = cli->quick && most > SCORED ? SCORED : most;
  const long epochs = cli->quick && e->epochs > 2 ? 2 : e->epochs;
  r->steps =
      epochs * (long)((r->fit + (size_t)e->batch - 1) / (size_t)e->batch);
  r->steps = cli->steps && cli->steps < r->steps ? cli->steps : r->steps;
  r->order = allocate(r->fit, sizeof *r->order);
  for (size_t i = 0; i < r->fit; i++)
    r->order[i] = i;
}

void experiment_run(const struct cli *cli, const struct experiment *e)
{
  struct run r;
  prepare(&r, cli, e);
  struct rng shuffle = rng_stream(cli->seed, "shuffle");
  r.rows = record_open(cli->out, "steps.tsv");
  record_line(r.rows, "step\tloss\trate");
  r.epochs = record_open(cli->out, "epochs.tsv");
  record_line(r.epochs, "epoch\tstep\tloss\tfit-loss\tfit-accuracy\t"
                        "valid-loss\tvalid-accuracy");
  write_epoch(&r, 0);
  for (long epoch = 1; r.step < r.steps && !r.diverged; epoch++) {
    rng_shuffle(&shuffle, r.fit, r.order);
    one_epoch(&r);
    if (!r.diverged)
      write_epoch(&r, epoch);
    progress("training", r.step, r.steps);
  }
  if (r.since)
    write_row(&r);
  write_result(&r, cli->out);
  record_close(r.epochs);
  record_close(r.rows);
  optimiser_free(&r.optimiser);
  network_free(&r.net);
  free(r.order);
  images_free(&r.im);
}

size_t experiment_units_on(struct network *net, const struct samples *set,
                           size_t from, size_t to)
{
  const struct layer *last = &net->layers[net->depth - 2];
  const size_t S = to - from;
  size_t on = 0;
  train_score(net, set, from, to, NULL, NULL);
  for (size_t n = 0; n < last->N; n++) {
    size_t s = 0;
    while (s < S && !(re(last->Y[s * last->N + n]) > 0))
      s++;
    on += s < S;
  }
  return on;
}
