/* The book's own code in the benchmark: bench/run.js says what is measured,
   and compares it with others'.

   ours --work W1 --threads 2 --data DIR [--form fast|plain] [--seconds 0.25]
        [--repeats 5]

   prints `loss <tab> step <tab> value` for 50 steps, then `rate <tab> samples
   per second` for each repetition. */
#include "cli.h"
#include "cross_entropy.h"
#include "fail.h"
#include "fast.h"
#include "mlp.h"

#include "work.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#ifdef _OPENMP
#include <omp.h>
#endif

enum { PROOF = 50, HALF = PROOF / 2, FEWEST = 20 };

struct ours {
  const struct work *work;
  size_t pool;
  real *X, *T;
  struct network net;
  struct optimiser optimiser;
  struct fast fast;
  void (*steps)(struct ours *o, size_t count, const real *X, const real *T,
                real losses[]);
  size_t t;
};

static void fast(struct ours *o, size_t count, const real *X, const real *T,
                 real losses[])
{
  fast_steps(&o->fast, count, o->work->batch, X, T, (real)o->work->rate,
             losses);
}

/* As chapters 6 and 9 have it. */
static real plain_step(struct ours *o, const real *X, const real *T)
{
  struct network *net = &o->net;
  const size_t S = o->work->batch, N = net->outputs;
  const real *Z = network_forward(net, S, X);
  const real L = softmax_cross_entropy_forward(
      S, N, (void *)net->P, (const void *)Z, (const void *)T);
  softmax_cross_entropy_backward(S, N, (void *)net->G, (const void *)net->P,
                                 (const void *)T);
  network_clear(net);
  network_backward(net, S, NULL, net->G, X);
  optimiser_step(&o->optimiser, net->parameters, net->gradients,
                 (real)o->work->rate);
  return L;
}

static void plain(struct ours *o, size_t count, const real *X, const real *T,
                  real losses[])
{
  const size_t S = o->work->batch;
  for (size_t k = 0; k < count; k++)
    losses[k] =
        plain_step(o, X + k * S * o->net.inputs, T + k * S * o->net.outputs);
}

/* The next steps, to the end of the data and again from their beginning. */
static void go_on(struct ours *o, size_t count, real losses[])
{
  const size_t S = o->work->batch;
  for (size_t done = 0; done < count;) {
    const size_t at = o->t * S % o->pool, left = (o->pool - at) / S;
    const size_t some = left < count - done ? left : count - done;
    o->steps(o, some, o->X + at * o->net.inputs, o->T + at * o->net.outputs,
             losses + done);
    done += some;
    o->t += some;
  }
}

static void prepare(struct ours *o, const char *data)
{
  const struct work *w = o->work;
  if (!network_stack(&o->net, w->count, w->sizes, w->between, w->batch))
    fail("no memory for the network");
  network_draw(&o->net, &(struct rng){ 0 }, 0); /* γ 1, β 0 */
  o->pool = w->pool;
  o->X = work_inputs(w, data);
  o->T = work_targets(w, data);
  work_parameters(w, data, &o->net);
  if (!optimiser_new(&o->optimiser, rule_named(w->rule), o->net.count))
    fail("no memory for the optimiser");
  if (!fast_new(&o->fast, &o->net, &o->optimiser))
    fail("no memory for the fast step");
}

static double time_of(struct ours *o, size_t count, real losses[])
{
  const double start = work_seconds();
  go_on(o, count, losses);
  return work_seconds() - start;
}

/* The first steps, whose losses must be everybody's; seconds of a step. */
static double prove(struct ours *o)
{
  real losses[PROOF];
  go_on(o, HALF, losses);
  const double each = time_of(o, HALF, losses + HALF) / HALF;
  for (int t = 0; t < PROOF; t++)
    printf("loss\t%d\t%.*g\n", t + 1, WORK_DIGITS, (double)losses[t]);
  return each;
}

int main(int argc, char **argv)
{
  const char *name = "W1", *form = "fast";
  double seconds = 0.25;
  long threads = 1, repeats = 5;
  const struct cli_option more[] = {
    { "work", "W1 … W4, see work.c", CLI_TEXT, &name, 0, 0 },
    { "form", "fast or plain", CLI_TEXT, &form, 0, 0 },
    { "threads", "of OpenMP", CLI_LONG, &threads, 1, 1024 },
    { "seconds", "of a repetition, about", CLI_DOUBLE, &seconds, 0, 3600 },
    { "repeats", "repetitions", CLI_LONG, &repeats, 1, 1000 },
    { .name = NULL }
  };
  const struct cli cli =
      cli_parse(argc, argv, "One contestant of the benchmark.", more);
  struct ours o = { .work = work_named(name) };
  if (!o.work)
    usage("--work %s: unknown", name);
  const int plainly = strcmp(form, "plain") == 0;
  if (!plainly && strcmp(form, "fast") != 0)
    usage("--form %s: unknown", form);
  o.steps = plainly ? plain : fast;
#ifdef _OPENMP
  omp_set_num_threads((int)threads);
#endif
  prepare(&o, cli.data ? cli.data : ".");
  const double each = prove(&o);
  const size_t count =
      seconds / each > FEWEST ? (size_t)(seconds / each) : FEWEST;
  real *losses = malloc(count * sizeof *losses);
  if (!losses)
    fail("no memory for the losses");
  for (long r = 0; r < repeats; r++)
    printf("rate\t%.6g\n",
           (double)count * (double)o.work->batch / time_of(&o, count, losses));
  free(losses);
  fast_free(&o.fast);
  optimiser_free(&o.optimiser);
  network_free(&o.net);
  free(o.X);
  free(o.T);
  return 0;
}
