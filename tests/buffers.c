#include "compare.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static void gradients_new(const struct point *p, enum type type, void *g[])
{
  for (int k = 0; k < MAX_SEGMENTS; k++)
    g[k] = k < p->segments && p->op->in[k].role != CONSTANT
               ? must_allocate(p->size[k], type_size[type])
               : NULL;
}

static void gradients_free(void *g[])
{
  for (int k = 0; k < MAX_SEGMENTS; k++)
    free(g[k]);
}

/* What parameters are prefilled with. */
static long double prefill(int k, size_t i)
{
  return 1 + (long double)((i + 3 * (size_t)k) % 7) / 4;
}

/* Did the backward write into the forward's inputs? */
static void check_untouched(const struct family *f, const struct point *p,
                            struct result *r)
{
  void *g[MAX_SEGMENTS];
  gradients_new(p, TYPE_D, g);
  struct arrays a = arrays_new(TYPE_D, p);
  double *G = must_allocate(p->out, sizeof *G);
  memcpy(G, p->upstream, p->out * sizeof *G);
  f->as[TYPE_D]->op->backward(p->d, (const void *const *)a.in, G, g);
  for (int k = 0; k < p->segments; k++)
    if (memcmp(a.in[k], p->in[k], p->size[k] * sizeof(double)) != 0)
      verdict(r, FAILED, "the backward changed its input %s",
              p->op->in[k].name);
  if (memcmp(G, p->upstream, p->out * sizeof *G) != 0)
    verdict(r, FAILED, "the backward changed the upstream gradient");
  free(G);
  arrays_free(&a);
  gradients_free(g);
}

/* Dirty against clean, entry by entry.  The sum into a prefilled parameter
   may round at each of its terms, each rounding relative to the largest
   partial sum, for which prefill + terms × max|g| stands. */
static void compare_dirty(const struct point *p, int k, void *const clean[],
                          void *const dirty[], struct result *r)
{
  const struct segment *s = &p->op->in[k];
  long double scale = 0;
  for (size_t i = 0; i < p->size[k]; i++)
    scale = worse(scale, get(TYPE_L, clean[k], i), 0);
  const long double terms = (long double)(p->out + 2);
  const long double allowed = terms * LDBL_EPSILON * (3 + terms * scale);
  for (size_t i = 0; i < p->size[k]; i++) {
    const long double c = get(TYPE_L, clean[k], i);
    const long double d = get(TYPE_L, dirty[k], i);
    if (s->role == INPUT && !(c == d))
      verdict(r, FAILED,
              "d%s[%zu] depends on what its buffer held: %.17Lg, %.17Lg",
              s->name, i, c, d);
    else if (s->role == PARAMETER &&
             !(worse(0, d, prefill(k, i) + c) <= allowed))
      verdict(r, FAILED,
              "d%s[%zu] is not added: %.17Lg + %.17Lg became %.17Lg", s->name,
              i, prefill(k, i), c, d);
  }
}

void check_buffers(const struct family *f, const struct point *p,
                   struct result *r)
{
  void *clean[MAX_SEGMENTS], *dirty[MAX_SEGMENTS];
  gradients_new(p, TYPE_L, clean);
  gradients_new(p, TYPE_L, dirty);
  for (int k = 0; k < p->segments; k++)
    for (size_t i = 0; dirty[k] && i < p->size[k]; i++)
      put(TYPE_L, dirty[k], i,
          p->op->in[k].role == PARAMETER ? prefill(k, i) : nanl(""));
  run_backward(f, TYPE_L, p, clean);
  run_backward(f, TYPE_L, p, dirty);
  for (int k = 0; k < p->segments; k++)
    if (clean[k])
      compare_dirty(p, k, clean, dirty, r);
  check_untouched(f, p, r);
  gradients_free(clean);
  gradients_free(dirty);
}

static struct point rounded_to_float(const struct point *p)
{
  struct point q = point_new(p->op, p->d);
  for (int k = 0; k < p->segments; k++)
    for (size_t i = 0; i < p->size[k]; i++)
      q.in[k][i] = (double)(float)p->in[k][i];
  for (size_t i = 0; i < p->out; i++)
    q.upstream[i] = (double)(float)p->upstream[i];
  return q;
}

void check_float(const struct family *f, const struct point *p,
                 struct result *r)
{
  static const enum type type[3] = { TYPE_F, TYPE_D, TYPE_L };
  struct point q = rounded_to_float(p);
  void *g[3][MAX_SEGMENTS];
  for (int t = 0; t < 3; t++) {
    gradients_new(&q, type[t], g[t]);
    run_backward(f, type[t], &q, g[t]);
  }
  for (int k = 0; k < q.segments; k++) {
    long double scale = 0, in_double = 0, in_float = 0;
    for (size_t i = 0; g[0][k] && i < q.size[k]; i++) {
      const long double wide = get(TYPE_L, g[2][k], i);
      scale = worse(scale, wide, 0);
      in_double = worse(in_double, get(TYPE_D, g[1][k], i), wide);
      in_float = worse(in_float, get(TYPE_F, g[0][k], i), wide);
    }
    const long double units = in_double / (long double)DBL_EPSILON;
    const long double allowed =
        32 * (long double)FLT_EPSILON * (units > scale ? units : scale);
    if (!(in_float <= allowed))
      verdict(r, FAILED, "d%s in float is off by %.2Lg, allowed %.2Lg",
              q.op->in[k].name, in_float, allowed);
  }
  for (int t = 0; t < 3; t++)
    gradients_free(g[t]);
  point_free(&q);
}
