#include "gradcheck.h"

#include "compare.h"

#include <float.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct result result_new(uint64_t seed)
{
  return (struct result){ .error = nanl(""),
                          .error_cs = nanl(""),
                          .error_fd = nanl(""),
                          .tolerance = nanl(""),
                          .resolution = nanl(""),
                          .order = nanl(""),
                          .seed = seed };
}

void verdict(struct result *r, enum verdict v, const char *format, ...)
{
  if (r->verdict == FAILED || (r->verdict == REFUSED && v == REFUSED))
    return; /* the first reason stands, and a failure outranks a refusal */
  va_list args;
  va_start(args, format);
  vsnprintf(r->why, sizeof r->why, format, args);
  va_end(args);
  r->verdict = v;
}

long double largest(const long double *a, size_t n)
{
  long double max = 0;
  for (size_t i = 0; i < n; i++)
    max = worse(max, a[i], 0);
  return max;
}

/* What long double arithmetic rounds off, from what double does: the largest
   difference, plus one rounding of the scale, times the ratio of the ε. */
long double rounding(const long double *l, const long double *d, size_t n,
                     long double scale)
{
  long double difference = 0;
  for (size_t i = 0; i < n; i++)
    difference = worse(difference, l[i], d[i]);
  return (difference + (long double)DBL_EPSILON * scale) * LDBL_EPSILON /
         (long double)DBL_EPSILON;
}

static long double larger(long double a, long double b)
{
  return a > b || isnan(a) ? a : b;
}

/* The order further from 2; a linear segment (0) has none to report. */
long double worse_order(long double a, long double b)
{
  if (isnan(a) || a == 0)
    return isnan(b) ? a : b;
  return b != 0 && fabsl(b - 2) > fabsl(a - 2) ? b : a;
}

/* Both sides of an identity in one type, as long double. */
static void both_sides(const struct family *f, enum type type,
                       const struct point *p, long double *side[2])
{
  const size_t n = shape_size(&f->as[type]->side, p->d);
  struct arrays a = arrays_new(type, p);
  void *raw[2];
  for (int k = 0; k < 2; k++) {
    raw[k] = must_allocate(n, type_size[type]);
    for (size_t i = 0; i < n; i++) /* what is not written is seen */
      put(type, raw[k], i, nanl(""));
  }
  f->as[type]->sides(p->d, (const void *const *)a.in, raw[0], raw[1]);
  for (int k = 0; k < 2; k++) {
    for (size_t i = 0; i < n; i++)
      side[k][i] = get(type, raw[k], i);
    free(raw[k]);
  }
  arrays_free(&a);
}

/* The rounding of both sides together; l: both sides in long double, left as
   they are at this point. */
static long double sides_rounding(const struct family *f,
                                  const struct point *p, size_t n,
                                  long double scale, long double *l[2])
{
  long double *d[2], sum = 0;
  for (int k = 0; k < 2; k++)
    d[k] = must_allocate(n, sizeof(long double));
  both_sides(f, TYPE_L, p, l);
  both_sides(f, TYPE_D, p, d);
  if (!(scale > 0))
    scale = larger(largest(l[0], n), largest(l[1], n));
  for (int k = 0; k < 2; k++) {
    sum += rounding(l[k], d[k], n, scale);
    free(d[k]);
  }
  return sum;
}

static void identity_at(const struct family *f, const struct point *p,
                        struct result *r)
{
  const struct claim *claim = f->as[TYPE_L];
  const size_t n = shape_size(&claim->side, p->d);
  long double *side[2], round = 0;
  for (int k = 0; k < 2; k++)
    side[k] = must_allocate(n, sizeof(long double));
  for (int k = NEIGHBOURS; k >= 1; k--) {
    struct point q = point_near(p, k);
    round = worse(round, sides_rounding(f, &q, n, claim->scale, side), 0);
    point_free(&q);
  }
  round = worse(round, sides_rounding(f, p, n, claim->scale, side), 0);
  const long double scale =
      larger(claim->scale, larger(largest(side[0], n), largest(side[1], n)));
  const long double tolerance = 4 * round / scale;
  long double error = 0;
  for (size_t i = 0; i < n; i++) {
    const long double e = worse(0, side[0][i], side[1][i]) / scale;
    error = worse(error, e, 0);
    if (!(e <= tolerance))
      verdict(r, FAILED, "entry %zu: left side %.21Lg, right side %.21Lg", i,
              side[0][i], side[1][i]);
  }
  if (!(scale > 0))
    verdict(r, isnan(scale) ? FAILED : REFUSED,
            "both sides are %Lg: give the claim a scale", scale);
  else if (!(tolerance <= 1e-15L))
    verdict(r, REFUSED, "rounding of %.2Lg hides small errors", tolerance);
  r->error = error;
  r->tolerance = r->resolution = tolerance;
  r->entries += (long)n;
  for (int k = 0; k < 2; k++)
    free(side[k]);
}

static void finding_at(const struct family *f, struct result *r)
{
  struct finding found = { .seed = r->seed,
                           .error = nanl(""),
                           .tolerance = 0 };
  f->as[TYPE_L]->finding(&found);
  r->error = found.error;
  r->tolerance = r->resolution = found.tolerance;
  r->entries += found.entries;
  if (found.entries <= 0)
    verdict(r, FAILED, "nothing was compared");
  else if (!isfinite(found.tolerance))
    verdict(r, FAILED, "the tolerance is %Lg", found.tolerance);
  else if (!(found.error >= 0 && found.error <= found.tolerance))
    verdict(r, FAILED, "off by %.3Lg, allowed %.3Lg", found.error,
            found.tolerance);
}

int near_a_kink(const struct family *f, const struct point *p)
{
  const struct op *op = f->as[TYPE_L]->op;
  if (!op->distance)
    return 0;
  struct arrays a = arrays_new(TYPE_L, p);
  const long double distance = op->distance(p->d, (const void *const *)a.in);
  arrays_free(&a);
  return !(distance >= ldexpl(1, -10));
}

struct result gradcheck_at(const struct family *f, const struct point *p,
                           uint64_t seed)
{
  const struct claim *claim = f->as[TYPE_L];
  struct result r = result_new(seed);
  long double terms[MAX_SEGMENTS] = { 0 };
  r.cases = 1;
  if (claim->kind == VALUE || claim->kind == STATEMENT) {
    finding_at(f, &r);
    return r;
  }
  if (point_refused(p))
    verdict(&r, REFUSED, "%s", point_refused(p));
  else if (near_a_kink(f, p))
    verdict(&r, REFUSED, "the point is nearer than 2^-10 to a kink");
  if (r.verdict == REFUSED)
    return r;
  if (claim->kind == IDENTITY)
    identity_at(f, p, &r);
  for (int k = 0; k < p->segments && claim->kind != IDENTITY; k++)
    if (claim->kind == BACKWARD ? claim->op->in[k].role != CONSTANT
                                : claim->segment == k)
      terms[k] = compare_segment(f, p, k, &r);
  if (claim->kind == BACKWARD) {
    check_buffers(f, p, &r);
    check_float(f, p, terms, &r);
  }
  if (r.entries == 0 && r.verdict == PASSED)
    verdict(&r, FAILED, "nothing was compared");
  return r;
}

/* The worst of both, case by case. */
static void merge(struct result *all, const struct result *one)
{
  long double *const a[] = { &all->error, &all->error_cs, &all->error_fd,
                             &all->tolerance, &all->resolution };
  const long double b[] = { one->error, one->error_cs, one->error_fd,
                            one->tolerance, one->resolution };
  for (int k = 0; k < 5; k++)
    if (isnan(*a[k]) || b[k] > *a[k])
      *a[k] = b[k];
  all->order = worse_order(all->order, one->order);
  all->entries += one->entries;
  all->cases += one->cases;
  if (one->verdict != PASSED) {
    all->verdict = one->verdict;
    memcpy(all->why, one->why, sizeof all->why);
  }
}

static struct result one_case(const struct family *f, uint64_t seed,
                              int number, int *redrawn)
{
  const struct claim *claim = f->as[TYPE_L];
  struct result r = result_new(seed);
  for (int draw = 0; draw < 50; draw++) {
    char name[160];
    snprintf(name, sizeof name, "%s/%d/%d", claim->name, number, draw);
    struct rng rng = rng_stream(seed, name);
    struct point p = point_draw(claim->op, &rng);
    r = gradcheck_at(f, &p, seed);
    point_free(&p);
    if (r.verdict != REFUSED)
      return r;
    (*redrawn)++;
  }
  char why[sizeof r.why];
  memcpy(why, r.why, sizeof why);
  verdict(&r, FAILED, "no informative point in 50 draws; the last: %.180s",
          why);
  return r;
}

struct result gradcheck(const struct family *f, uint64_t seed, int cases)
{
  const enum kind kind = f->as[TYPE_L]->kind;
  struct result all = result_new(seed);
  if (kind == VALUE || kind == STATEMENT)
    return gradcheck_at(f, NULL, seed);
  for (int k = 0; k < cases && all.verdict == PASSED; k++) {
    const struct result one = one_case(f, seed, k, &all.redrawn);
    merge(&all, &one);
  }
  if (all.cases == 0)
    verdict(&all, FAILED, "no case was drawn");
  return all;
}
