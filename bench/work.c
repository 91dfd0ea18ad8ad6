#define _POSIX_C_SOURCE 199309L
#include "work.h"

#include "fail.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define W1       \
  {              \
    784, 300, 10 \
  }
const struct work works[WORKS] = {
  { "W1", "W1", 3, W1, { &module_sigmoid }, 50, 2000, "sgd", 0.1 },
  { "W2",
    "W2",
    3,
    { 3072, 100, 10 },
    { &module_elu },
    200,
    4000,
    "sgd",
    0.01 },
  { "W3",
    "W3",
    5,
    { 3072, 400, 400, 400, 10 },
    { &module_relu, &module_batch_norm },
    400,
    4000,
    "adam",
    0.00001 },
  { "W4", "W1", 3, W1, { &module_sigmoid }, 1, 2000, "sgd", 0.01 },
};

const struct work *work_named(const char *name)
{
  for (size_t i = 0; i < WORKS; i++)
    if (!strcmp(works[i].name, name))
      return &works[i];
  return NULL;
}

/* The whole of dir/W1-what, which must hold count things of that size. */
static void *read_all(const struct work *w, const char *dir, const char *what,
                      size_t count, size_t size)
{
  char path[4096];
  if ((size_t)snprintf(path, sizeof path, "%s/%s-%s", dir, w->files, what) >=
      sizeof path)
    fail("%s: the path is too long", dir);
  FILE *file = fopen(path, "rb");
  if (!file)
    fail("%s: %s", path, strerror(errno));
  void *all = allocate(count, size);
  if (fread(all, size, count, file) != count || getc(file) != EOF)
    fail("%s: expected %zu bytes", path, count * size);
  fclose(file);
  return all;
}

/* From the start of a line of the cache, where vectors lie in one each. */
static real *widen(size_t count, float *numbers)
{
  const size_t line = 64, size = count * sizeof(real);
  real *wide = aligned_alloc(line, (size + line - 1) / line * line);
  if (!wide)
    fail("no memory for the data");
  for (size_t i = 0; i < count; i++)
    wide[i] = (real)numbers[i];
  free(numbers);
  return wide;
}

real *work_inputs(const struct work *w, const char *dir)
{
  const size_t count = w->pool * w->sizes[0];
  return widen(count, read_all(w, dir, "X.f32", count, sizeof(float)));
}

real *work_targets(const struct work *w, const char *dir)
{
  const size_t N = w->sizes[w->count - 1];
  unsigned char *label = read_all(w, dir, "labels.u8", w->pool, 1);
  real *T = allocate(w->pool * N, sizeof *T);
  for (size_t s = 0; s < w->pool; s++)
    for (size_t n = 0; n < N; n++)
      T[s * N + n] = label[s] == n ? R(1.0) : R(0.0);
  free(label);
  return T;
}

void work_parameters(const struct work *w, const char *dir,
                     struct network *net)
{
  size_t count = 0;
  for (size_t i = 0; i + 1 < w->count; i++)
    count += (w->sizes[i] + 1) * w->sizes[i + 1];
  float *all = read_all(w, dir, "parameters.f32", count, sizeof(float));
  const float *next = all;
  for (size_t i = 0; i < net->depth; i++) {
    const struct layer *l = &net->layers[i];
    if (l->module == &module_linear)
      for (size_t p = 0; p < (l->M + 1) * l->N; p++)
        l->parameters[p] = (real)*next++;
  }
  free(all);
}

double work_seconds(void)
{
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}
