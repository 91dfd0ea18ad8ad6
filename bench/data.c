/* Writes the files that every contestant of the benchmark reads, raw and
   little-endian, for each work:

     W1-X.f32           float32, samples × inputs
     W1-labels.u8       the class of each sample, 0 … 9
     W1-parameters.f32  float32, of each linear layer W (N × M), then b (N)

   Files are written beside and renamed when all are whole. */
#define _POSIX_C_SOURCE 200809L
#include "cli.h"
#include "rng.h"
#include "work.h"
#include <errno.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "the files are little-endian, and so must the machine be"
#endif

#define CLASSES 10

/* So many labels are drawn again: a loss that falls to nothing would be the
   logarithm of a float next to 1, which no two programs agree on. */
#define WRONG 0.3

struct output {
  FILE *file;
  char path[4096], part[4104];
};
static struct output outputs[3 * WORKS];
static volatile sig_atomic_t opened, renamed;

/* Async-signal-safe: unlink only. */
static void remove_parts(void)
{
  for (int i = renamed; i < opened; i++)
    unlink(outputs[i].part);
}

/* SA_RESETHAND: raised again, the signal ends the program as it would have. */
static void on_signal(int signal)
{
  remove_parts();
  raise(signal);
}

/* SIGXFSZ is ignored: a file that grows too large is an error of write. */
static void remove_parts_at_the_end(void)
{
  static const int signals[] = { SIGINT, SIGTERM, SIGHUP, SIGPIPE };
  struct sigaction action = { .sa_handler = on_signal,
                              .sa_flags = (int)SA_RESETHAND };
  if (atexit(remove_parts) != 0)
    fail("atexit: no room for another function");
  sigemptyset(&action.sa_mask);
  for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++)
    sigaction(signals[i], &action, NULL);
  signal(SIGXFSZ, SIG_IGN);
}

static _Noreturn void cannot_write(const struct output *output)
{
  fail("%s: cannot be written: %s", output->path, strerror(errno));
}

static void open_output(const char *dir, const char *work, const char *name)
{
  struct output *output = &outputs[opened];
  char *path = output->path, *part = output->part;
  const size_t size = sizeof output->path;
  const int length = snprintf(path, size, "%s/%s-%s", dir, work, name);
  if (length < 0 || (size_t)length >= size)
    fail("%s: this path is too long", dir);
  snprintf(part, sizeof output->part, "%s/%s-%s.part", dir, work, name);
  opened++;
  output->file = fopen(part, "wb");
  if (!output->file)
    cannot_write(output);
}

/* Of the output opened last. */
static void write_bytes(const void *bytes, size_t size, size_t count)
{
  const struct output *output = &outputs[opened - 1];
  if (fwrite(bytes, size, count, output->file) != count)
    cannot_write(output);
}

static void close_output(void)
{
  struct output *output = &outputs[opened - 1];
  if (fflush(output->file) != 0 || fsync(fileno(output->file)) != 0 ||
      fclose(output->file) != 0)
    cannot_write(output);
}

/* X = ½ pattern[class] + ½ noise, both uniform in (−1, 1): inputs about 0,
   so that no unit of ReLU is off for all of a batch. */
static void write_samples(const struct work *work, const char *dir,
                          uint64_t seed, const unsigned char class[])
{
  const size_t M = work->sizes[0];
  struct rng rng = rng_stream(seed, work->name);
  double *pattern = allocate(CLASSES * M, sizeof *pattern);
  float *x = allocate(M, sizeof *x);
  for (size_t i = 0; i < CLASSES * M; i++)
    pattern[i] = 2 * rng_uniform(&rng) - 1;
  open_output(dir, work->name, "X.f32");
  for (size_t s = 0; s < work->pool; s++) {
    for (size_t m = 0; m < M; m++)
      x[m] =
          (float)(0.5 * pattern[class[s] * M + m] + rng_uniform(&rng) - 0.5);
    write_bytes(x, sizeof *x, M);
  }
  close_output();
  free(pattern);
  free(x);
}

/* W ~ N(0, 1/M), b = 0. */
static void write_parameters(const struct work *work, const char *dir,
                             struct rng rng)
{
  open_output(dir, work->name, "parameters.f32");
  for (size_t l = 0; l + 1 < work->count; l++) {
    const size_t M = work->sizes[l], N = work->sizes[l + 1];
    const size_t count = N * M + N;
    float *w = allocate(count, sizeof *w);
    for (size_t i = 0; i < count; i++)
      w[i] = i < N * M ? (float)(rng_normal(&rng) / sqrt((double)M)) : 0;
    write_bytes(w, sizeof *w, count);
    free(w);
  }
  close_output();
}

static void write_work(const struct work *work, const char *dir, uint64_t seed)
{
  char stream[32];
  snprintf(stream, sizeof stream, "%s labels", work->name);
  struct rng rng = rng_stream(seed, stream);
  unsigned char *class = allocate(work->pool, 1);
  unsigned char *labels = allocate(work->pool, 1);
  for (size_t s = 0; s < work->pool; s++) {
    class[s] = (unsigned char)rng_below(&rng, CLASSES);
    labels[s] = rng_uniform(&rng) < WRONG
                    ? (unsigned char)rng_below(&rng, CLASSES)
                    : class[s];
  }
  open_output(dir, work->name, "labels.u8");
  write_bytes(labels, 1, work->pool);
  close_output();
  write_samples(work, dir, seed, class);
  snprintf(stream, sizeof stream, "%s parameters", work->name);
  write_parameters(work, dir, rng_stream(seed, stream));
  free(class);
  free(labels);
}

int main(int argc, char **argv)
{
  const struct cli cli = cli_parse(
      argc, argv, "Writes the data files of the benchmark into --out.", NULL);
  if (mkdir(cli.out, 0777) != 0 && errno != EEXIST)
    fail("%s: cannot be made a directory: %s", cli.out, strerror(errno));
  remove_parts_at_the_end();
  for (size_t i = 0; i < WORKS; i++)
    if (!strcmp(works[i].name, works[i].files)) /* not another's */
      write_work(&works[i], cli.out, cli.seed);
  for (; renamed < opened; renamed++)
    if (rename(outputs[renamed].part, outputs[renamed].path) != 0)
      cannot_write(&outputs[renamed]);
  return 0;
}
