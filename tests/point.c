#include "point.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void *must_allocate(size_t count, size_t size)
{
  void *p = calloc(count ? count : 1, size);
  if (!p) {
    fprintf(stderr, "gradcheck: no memory for %zu × %zu bytes\n", count, size);
    exit(1);
  }
  return p;
}

size_t shape_size(const struct shape *shape, const size_t d[])
{
  size_t n = 1;
  for (int k = 0; k < shape->rank; k++)
    n *= d[shape->dim[k]];
  return n;
}

/* Sizes drawn between the bounds, all different unless the operation says
   that it is square by nature. */
static void draw_sizes(const struct op *op, struct rng *rng, size_t d[])
{
  int again = 1;
  for (int tries = 0; again && tries < 1000; tries++) {
    again = 0;
    for (int k = 0; k < MAX_DIMS && op->dim[k].name; k++) {
      const int lowest = op->dim[k].lowest, highest = op->dim[k].highest;
      d[k] = (size_t)lowest + rng_below(rng, (size_t)(highest - lowest + 1));
      for (int j = 0; j < k && !(op->waived & EQUAL_DIMENSIONS); j++)
        again |= d[j] == d[k];
    }
  }
}

struct point point_new(const struct op *op, const size_t d[])
{
  struct point p = { .op = op };
  for (int k = 0; k < MAX_DIMS && op->dim[k].name; k++)
    p.d[k] = d[k];
  while (p.segments < MAX_SEGMENTS && op->in[p.segments].name) {
    const int k = p.segments++;
    p.size[k] = shape_size(&op->in[k].shape, p.d);
    p.in[k] = must_allocate(p.size[k], sizeof(double));
  }
  p.out = shape_size(&op->out, p.d);
  p.upstream = must_allocate(p.out, sizeof(double));
  return p;
}

static double draw(const struct segment *s, struct rng *rng)
{
  switch (s->draw) {
  case UNIFORM:
    return (double)(s->lo + (s->hi - s->lo) * (long double)rng_uniform(rng));
  case PROBABILITIES:
  case TARGETS:
    return rng_uniform(rng);
  case INDICES:
    return (double)rng_below(rng, (size_t)s->hi);
  default:
    return rng_normal(rng);
  }
}

/* Rows of the last dimension that sum to 1, each entry at least 0.02. */
static void normalise_rows(double *x, size_t size, size_t columns)
{
  for (size_t row = 0; row + columns <= size; row += columns) {
    double sum = 0;
    for (size_t j = 0; j < columns; j++)
      sum += x[row + j];
    for (size_t j = 0; j < columns; j++)
      x[row + j] = 0.02 + (1 - 0.02 * (double)columns) * x[row + j] / sum;
  }
}

void point_fill(struct point *p, struct rng *rng)
{
  for (int k = 0; k < p->segments; k++) {
    const struct segment *s = &p->op->in[k];
    for (size_t i = 0; i < p->size[k]; i++)
      p->in[k][i] = draw(s, rng);
    if (s->draw == PROBABILITIES)
      normalise_rows(p->in[k], p->size[k],
                     p->d[s->shape.dim[s->shape.rank - 1]]);
  }
  for (size_t i = 0; i < p->out; i++)
    p->upstream[i] = rng_normal(rng);
}

struct point point_draw(const struct op *op, struct rng *rng)
{
  size_t d[MAX_DIMS] = { 0 };
  draw_sizes(op, rng, d);
  struct point p = point_new(op, d);
  point_fill(&p, rng);
  return p;
}

struct point point_near(const struct point *p, int k)
{
  struct point q = *p;
  struct rng rng = rng_stream((uint64_t)k, "neighbour");
  for (int i = 0; i < p->segments; i++) {
    const int moves = p->op->in[i].role != CONSTANT;
    q.in[i] = must_allocate(p->size[i], sizeof(double));
    for (size_t j = 0; j < p->size[i]; j++)
      q.in[i][j] = p->in[i][j] * (1 + moves * ldexp(rng_uniform(&rng), -20));
  }
  q.upstream = must_allocate(p->out, sizeof(double));
  for (size_t i = 0; i < p->out; i++)
    q.upstream[i] = p->upstream[i] * (1 + ldexp(rng_uniform(&rng), -20));
  return q;
}

const char *entry_name(const struct point *p, int k, size_t i)
{
  static char ring[4][128];
  static int next;
  char *text = ring[next++ % 4];
  const struct shape *shape = &p->op->in[k].shape;
  size_t used =
      (size_t)snprintf(text, sizeof ring[0], "d%.40s", p->op->in[k].name);
  size_t rest = p->size[k];
  for (int r = 0; r < shape->rank; r++) {
    rest /= p->d[shape->dim[r]];
    used += (size_t)snprintf(text + used, sizeof ring[0] - used, "[%zu]",
                             i / rest % p->d[shape->dim[r]]);
  }
  return text;
}

void point_free(struct point *p)
{
  for (int k = 0; k < p->segments; k++)
    free(p->in[k]);
  free(p->upstream);
}

static int repeats(const double *x, size_t n)
{
  for (size_t i = 0; i < n; i++)
    for (size_t j = 0; j < i; j++)
      if (x[i] == x[j])
        return 1;
  return 0;
}

static int one_hot(const double *x, size_t n)
{
  for (size_t i = 0; i < n; i++)
    if (x[i] != 0 && x[i] != 1)
      return 0;
  return n > 0;
}

static const char *refused_sizes(const struct point *p)
{
  const struct op *op = p->op;
  for (int k = 0; k < MAX_DIMS && op->dim[k].name; k++) {
    if (strcmp(op->dim[k].name, "S") == 0 && p->d[k] < 3 &&
        !(op->waived & SMALL_BATCH))
      return "a batch below 3 hides the mean over it";
    for (int j = 0; j < k && !(op->waived & EQUAL_DIMENSIONS); j++)
      if (p->d[j] == p->d[k])
        return "equal dimensions hide a transpose";
  }
  return NULL;
}

const char *point_refused(const struct point *p)
{
  const unsigned waived = p->op->waived;
  if (refused_sizes(p))
    return refused_sizes(p);
  if (repeats(p->upstream, p->out) && !(waived & REPEATED_UPSTREAM))
    return "repeated upstream entries hide terms that cancel";
  for (int k = 0; k < p->segments; k++) {
    const struct segment *s = &p->op->in[k];
    if (s->role == CONSTANT) {
      if (s->draw == INDICES && !repeats(p->in[k], p->size[k]) &&
          !(waived & DISTINCT_INDICES))
        return "indices without a duplicate hide = for +=";
      if ((s->draw == TARGETS || s->draw == PROBABILITIES) &&
          one_hot(p->in[k], p->size[k]) && !(waived & ONE_HOT_TARGETS))
        return "one-hot targets hide those that do not sum to 1";
    } else if (repeats(p->in[k], p->size[k]) && !(waived & REPEATED_INPUTS)) {
      return "repeated inputs hide an index";
    }
  }
  return NULL;
}

const size_t type_size[TYPES] = { sizeof(float), sizeof(double),
                                  sizeof(long double), sizeof(double _Complex),
                                  sizeof(long double _Complex) };

long double get(enum type type, const void *a, size_t i)
{
  switch (type) {
  case TYPE_F:
    return (long double)((const float *)a)[i];
  case TYPE_D:
    return (long double)((const double *)a)[i];
  case TYPE_L:
    return ((const long double *)a)[i];
  case TYPE_ZD:
    return (long double)((const double *)a)[2 * i];
  default:
    return ((const long double *)a)[2 * i];
  }
}

/* C11 6.2.5: a complex number is laid out as an array of its two parts. */
long double get_imaginary(enum type type, const void *a, size_t i)
{
  return type == TYPE_ZD ? (long double)((const double *)a)[2 * i + 1]
                         : ((const long double *)a)[2 * i + 1];
}

void put_complex(enum type type, void *a, size_t i, long double x,
                 long double y)
{
  if (type == TYPE_ZD) {
    ((double *)a)[2 * i] = (double)x;
    ((double *)a)[2 * i + 1] = (double)y;
  } else {
    ((long double *)a)[2 * i] = x;
    ((long double *)a)[2 * i + 1] = y;
  }
}

void put(enum type type, void *a, size_t i, long double x)
{
  if (type == TYPE_F)
    ((float *)a)[i] = (float)x;
  else if (type == TYPE_D)
    ((double *)a)[i] = (double)x;
  else if (type == TYPE_L)
    ((long double *)a)[i] = x;
  else
    put_complex(type, a, i, x, 0);
}

struct arrays arrays_new(enum type type, const struct point *p)
{
  struct arrays a = { .type = type, .segments = p->segments };
  for (int k = 0; k < p->segments; k++) {
    a.in[k] = must_allocate(p->size[k], type_size[type]);
    for (size_t i = 0; i < p->size[k]; i++)
      put(type, a.in[k], i, (long double)p->in[k][i]);
  }
  a.out = must_allocate(p->out, type_size[type]);
  for (size_t i = 0; i < p->out; i++) /* what is not written is seen */
    if (type == TYPE_ZD || type == TYPE_ZL)
      put_complex(type, a.out, i, nanl(""), nanl(""));
    else
      put(type, a.out, i, nanl(""));
  return a;
}

void arrays_free(struct arrays *a)
{
  for (int k = 0; k < a->segments; k++)
    free(a->in[k]);
  free(a->out);
}
