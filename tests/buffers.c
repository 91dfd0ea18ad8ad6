#include "compare.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>

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

static const char *const in_type[] = { " in float", " in double", "" };

/* Did the backward write into the forward's inputs? */
static void check_untouched(const struct family *f, enum type type,
                            const struct point *p, struct result *r)
{
  void *g[MAX_SEGMENTS];
  gradients_new(p, type, g);
  struct arrays a = arrays_new(type, p), before = arrays_new(type, p);
  for (size_t i = 0; i < p->out; i++) { /* the upstream takes Y's place */
    put(type, a.out, i, (long double)p->upstream[i]);
    put(type, before.out, i, (long double)p->upstream[i]);
  }
  f->as[type]->op->backward(p->d, (const void *const *)a.in, a.out, g);
  for (int k = 0; k < p->segments; k++)
    for (size_t i = 0; i < p->size[k]; i++)
      if (!(get(type, a.in[k], i) == get(type, before.in[k], i)))
        verdict(r, FAILED, "the backward%s changed its input %s",
                in_type[type], p->op->in[k].name);
  for (size_t i = 0; i < p->out; i++)
    if (!(get(type, a.out, i) == get(type, before.out, i)))
      verdict(r, FAILED, "the backward%s changed the upstream gradient",
              in_type[type]);
  arrays_free(&a);
  arrays_free(&before);
  gradients_free(g);
}

/* Dirty against clean, entry by entry.  The sum into a prefilled parameter
   may round at each of its terms, each rounding relative to the largest
   partial sum, for which prefill + terms × max|g| stands. */
static void compare_dirty(const struct point *p, enum type type, int k,
                          void *const clean[], void *const dirty[],
                          struct result *r)
{
  static const long double epsilon[] = { (long double)FLT_EPSILON,
                                         (long double)DBL_EPSILON,
                                         LDBL_EPSILON };
  const struct segment *s = &p->op->in[k];
  long double scale = 0;
  for (size_t i = 0; i < p->size[k]; i++)
    scale = worse(scale, get(type, clean[k], i), 0);
  const long double terms = (long double)(p->out + 2);
  const long double allowed = terms * epsilon[type] * (3 + terms * scale);
  for (size_t i = 0; i < p->size[k]; i++) {
    const long double c = get(type, clean[k], i);
    const long double d = get(type, dirty[k], i);
    if (s->role == INPUT && !(c == d))
      verdict(r, FAILED,
              "%s%s depends on what its buffer held: %.17Lg, %.17Lg",
              entry_name(p, k, i), in_type[type], c, d);
    else if (s->role == PARAMETER &&
             !(worse(0, d, prefill(k, i) + c) <= allowed))
      verdict(r, FAILED, "%s%s is not added: %.17Lg + %.17Lg became %.17Lg",
              entry_name(p, k, i), in_type[type], prefill(k, i), c, d);
  }
}

static void check_buffers_in(const struct family *f, enum type type,
                             const struct point *p, struct result *r)
{
  void *clean[MAX_SEGMENTS], *dirty[MAX_SEGMENTS];
  gradients_new(p, type, clean);
  gradients_new(p, type, dirty);
  for (int k = 0; k < p->segments; k++)
    for (size_t i = 0; dirty[k] && i < p->size[k]; i++)
      put(type, dirty[k], i,
          p->op->in[k].role == PARAMETER ? prefill(k, i) : nanl(""));
  run_backward(f, type, p, clean);
  run_backward(f, type, p, dirty);
  for (int k = 0; k < p->segments; k++)
    if (clean[k])
      compare_dirty(p, type, k, clean, dirty, r);
  check_untouched(f, type, p, r);
  gradients_free(clean);
  gradients_free(dirty);
}

/* In every real type: float and double multiply matrices by other code. */
void check_buffers(const struct family *f, const struct point *p,
                   struct result *r)
{
  check_buffers_in(f, TYPE_L, p, r);
  check_buffers_in(f, TYPE_D, p, r);
  check_buffers_in(f, TYPE_F, p, r);
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

/* The largest difference of the narrow type's gradients from the wide ones',
   segment by segment, and the largest wide entry where it is larger. */
static void differ(const struct family *f, enum type narrow,
                   const struct point *q, long double error[],
                   long double scale[])
{
  void *g[MAX_SEGMENTS], *wide[MAX_SEGMENTS];
  gradients_new(q, narrow, g);
  gradients_new(q, TYPE_L, wide);
  run_backward(f, narrow, q, g);
  run_backward(f, TYPE_L, q, wide);
  for (int k = 0; k < q->segments; k++)
    for (size_t i = 0; g[k] && i < q->size[k]; i++) {
      const long double w = get(TYPE_L, wide[k], i);
      error[k] = worse(error[k], get(narrow, g[k], i), w);
      scale[k] = worse(scale[k], w, 0);
    }
  gradients_free(g);
  gradients_free(wide);
}

/* terms[k]: the largest sum of |terms| of an entry of segment k.  What double
   rounds off is measured at full doubles, for on numbers that a float holds it
   may round nothing; and at the neighbours too, for at one point it may round
   little by luck. */
void check_float(const struct family *f, const struct point *p,
                 const long double terms[], struct result *r)
{
  long double in_float[MAX_SEGMENTS] = { 0 }, in_double[MAX_SEGMENTS] = { 0 };
  long double scale[MAX_SEGMENTS] = { 0 };
  for (int k = 0; k < p->segments; k++)
    scale[k] = terms[k];
  struct point rounded = rounded_to_float(p);
  differ(f, TYPE_F, &rounded, in_float, scale);
  point_free(&rounded);
  differ(f, TYPE_D, p, in_double, scale);
  for (int n = 1; n <= NEIGHBOURS; n++) {
    struct point near = point_near(p, n);
    differ(f, TYPE_D, &near, in_double, scale);
    point_free(&near);
  }
  for (int k = 0; k < p->segments; k++) {
    const long double units = in_double[k] / (long double)DBL_EPSILON;
    const long double allowed =
        32 * (long double)FLT_EPSILON * (units > scale[k] ? units : scale[k]);
    if (!(in_float[k] <= allowed && isfinite(allowed)))
      verdict(r, FAILED, "d%s in float is off by %.2Lg, allowed %.2Lg",
              p->op->in[k].name, in_float[k], allowed);
  }
}
