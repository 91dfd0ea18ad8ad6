/* The benchmark's steps in KANN (github.com/attractivechaos/kann): its graph,
   its cost and its threads; the update of plain gradient descent is ours, for
   KANN has none.  Its cross-entropy takes max(p, 1e-9) for p, which changes
   nothing here, and its gradient is that of the mean over the batch. */
#define _POSIX_C_SOURCE 200809L
#include "cli.h"
#include <cblas.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <errno.h>
#include <kann.h>

#define CLASSES 10
#define PROOF 50 /* steps whose losses are printed */
#define ROUGH 25 /* the last of them, roughly timed */

static kad_node_t *sigmoid(kad_node_t *x) { return kad_sigm(x); }

/* ELU of KANN's operators: with r = max(x, 0), r − (1 − exp(x − r)). */
static kad_node_t *elu(kad_node_t *x)
{
  kad_node_t *r = kad_relu(x);
  return kad_sub(r, kad_1minus(kad_exp(kad_sub(x, r))));
}

struct work {
  const char *name, *files;
  int inputs, hidden, batch, pool;
  kad_node_t *(*activation)(kad_node_t *);
  float rate;
};
static const struct work works[] = {
  { "W1", "W1", 784, 300, 50, 2000, sigmoid, 0.1F },
  { "W2", "W2", 3072, 100, 200, 4000, elu, 0.01F },
  { "W4", "W1", 784, 300, 1, 2000, sigmoid, 0.01F },
};

static const struct work *work_named(const char *name)
{
  for (size_t i = 0; i < sizeof works / sizeof works[0]; i++)
    if (strcmp(works[i].name, name) == 0)
      return &works[i];
  if (strcmp(name, "W3") != 0)
    usage("--work: '%s' was given, W1 to W4 was expected", name);
  fprintf(stderr, "%s: W3: KANN has no batch norm over a batch, and no Adam\n",
          program_name());
  exit(3);
}

/* A whole file, which must be so many bytes. */
static void *read_file(const char *dir, const char *work, const char *name,
                       size_t size)
{
  char path[4096];
  if (snprintf(path, sizeof path, "%s/%s-%s", dir, work, name) >=
      (int)sizeof path)
    fail("%s: this path is too long", dir);
  char *bytes = allocate(size + 1, 1);
  FILE *file = fopen(path, "rb");
  if (!file)
    fail("%s: cannot be read: %s", path, strerror(errno));
  const size_t count = fread(bytes, 1, size + 1, file);
  if (ferror(file))
    fail("%s: cannot be read: %s", path, strerror(errno));
  fclose(file);
  if (count != size)
    fail("%s: %s%zu bytes, %zu were expected", path,
         count > size ? "more than " : "", count > size ? size : count, size);
  return bytes;
}

/* The network with the file's parameters: KANN too keeps W N×M, row by row. */
static kann_t *network(const struct work *work, const char *dir)
{
  kad_node_t *t = work->activation(
      kann_layer_dense(kann_layer_input(work->inputs), work->hidden));
  kann_t *net = kann_new(kann_layer_cost(t, CLASSES, KANN_C_CEM), 0);
  const size_t count = (size_t)kann_size_var(net);
  float *values =
      read_file(dir, work->files, "parameters.f32", count * sizeof *values);
  const float *from = values;
  const int sizes[] = { work->hidden * work->inputs, work->hidden,
                        CLASSES * work->hidden, CLASSES };
  int next = 0;
  for (int i = 0; i < net->n; i++)
    if (kad_is_var(net->v[i])) {
      if (next == 4 || kad_len(net->v[i]) != sizes[next])
        fail("KANN orders the parameters otherwise than was expected");
      memcpy(net->v[i]->x, from, (size_t)sizes[next] * sizeof *from);
      from += sizes[next++];
    }
  free(values);
  return net;
}

/* One-hot, pool × 10. */
static float *read_targets(const struct work *work, const char *dir)
{
  const size_t pool = (size_t)work->pool;
  unsigned char *labels = read_file(dir, work->files, "labels.u8", pool);
  float *targets = allocate(pool * CLASSES, sizeof *targets);
  memset(targets, 0, pool * CLASSES * sizeof *targets);
  for (size_t s = 0; s < pool; s++) {
    if (labels[s] >= CLASSES)
      fail("%s/%s-labels.u8: class %d, 0 to 9 were expected", dir, work->files,
           labels[s]);
    targets[s * CLASSES + labels[s]] = 1;
  }
  free(labels);
  return targets;
}

struct run {
  const struct work *work;
  kann_t *net;
  float *X, *targets;
  int parameters;
};

static float step(const struct run *run, long t)
{
  const struct work *work = run->work;
  const size_t s = (size_t)(t * work->batch % work->pool);
  float *x = run->X + s * (size_t)work->inputs;
  float *target = run->targets + s * CLASSES;
  kann_feed_bind(run->net, KANN_F_IN, 0, &x);
  kann_feed_bind(run->net, KANN_F_TRUTH, 0, &target);
  const float loss = kann_cost(run->net, 0, 1);
  cblas_saxpy(run->parameters, -work->rate, run->net->g, 1, run->net->x, 1);
  return loss;
}

static double now(void)
{
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void measure(const struct run *run, double seconds, long repeats)
{
  double begin = now();
  long t = 0;
  for (; t < PROOF; t++) {
    if (t == PROOF - ROUGH)
      begin = now();
    const float loss = step(run, t);
    printf("loss\t%ld\t%.9g\n", t + 1, (double)loss);
  }
  const double one = (now() - begin) / ROUGH;
  const long count = (long)fmax(20, ceil(seconds / one));
  while (repeats-- > 0) {
    begin = now();
    for (long k = 0; k < count; k++)
      step(run, t++);
    printf("rate\t%.9g\n",
           (double)(count * run->work->batch) / (now() - begin));
  }
}

int main(int argc, char **argv)
{
  const char *name = "W1";
  long threads = 1, repeats = 5;
  double seconds = 0.25;
  const struct cli_option options[] = {
    { "work", "W1 (the default), W2 or W4", CLI_TEXT, &name, 0, 0 },
    { "threads", "how many threads", CLI_LONG, &threads, 1, 64 },
    { "seconds", "the least time of a repetition", CLI_DOUBLE, &seconds, 0,
      3600 },
    { "repeats", "how many repetitions", CLI_LONG, &repeats, 1, 1000 },
    { .name = NULL },
  };
  const struct cli cli =
      cli_parse(argc, argv, "The benchmark's steps in KANN.", options);
  const struct work *work = work_named(name);
  if (!cli.data)
    usage("--data: no value was given, a directory was expected");
  struct run run = { .work = work, .net = network(work, cli.data) };
  run.X = read_file(cli.data, work->files, "X.f32",
                    sizeof(float) * (size_t)work->pool * (size_t)work->inputs);
  run.targets = read_targets(work, cli.data);
  run.parameters = kann_size_var(run.net);
  kann_set_batch_size(run.net, work->batch);
  kann_mt(run.net, (int)threads, work->batch);
  measure(&run, seconds, repeats);
  kann_delete(run.net);
  free(run.X);
  free(run.targets);
  return 0;
}
