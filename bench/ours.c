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
  real (*step)(struct ours *o, const real *X, const real *T);
  long t;
};

static real fast(struct ours *o, const real *X, const real *T)
{
  return fast_step(&o->fast, o->work->batch, X, T, (real)o->work->rate);
}

/* As chapters 6 and 9 have it. */
static real plain(struct ours *o, const real *X, const real *T)
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

static double next_step(struct ours *o)
{
  const size_t S = o->work->batch;
  const size_t at = (size_t)o->t++ * S % o->pool;
  return (double)o->step(o, o->X + at * o->net.inputs,
                         o->T + at * o->net.outputs);
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

static double time_of(struct ours *o, long steps)
{
  const double start = work_seconds();
  for (long k = 0; k < steps; k++)
    next_step(o);
  return work_seconds() - start;
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
  o.step = plainly ? plain : fast;
#ifdef _OPENMP
  omp_set_num_threads((int)threads);
#endif
  prepare(&o, cli.data ? cli.data : ".");
  for (int t = 1; t <= HALF; t++)
    printf("loss\t%d\t%.*g\n", t, WORK_DIGITS, next_step(&o));
  const double start = work_seconds();
  for (int t = HALF + 1; t <= PROOF; t++)
    printf("loss\t%d\t%.*g\n", t, WORK_DIGITS, next_step(&o));
  const double each = (work_seconds() - start) / HALF;
  const long steps = seconds / each > FEWEST ? (long)(seconds / each) : FEWEST;
  for (long r = 0; r < repeats; r++)
    printf("rate\t%.6g\n",
           (double)steps * (double)o.work->batch / time_of(&o, steps));
  fast_free(&o.fast);
  optimiser_free(&o.optimiser);
  network_free(&o.net);
  free(o.X);
  free(o.T);
  return 0;
}
