#include "rivals.h"

#include "compare.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const rival_name[RIVALS + 1] = { "every-entry", "one-direction",
                                             "five-point",  "taylor",
                                             "relative",    "ours" };

/* One operation at one point, in double: x all its arrays, v a direction (0 in
   the constants), g the code's gradient by the point's upstream. */
struct trial {
  const struct family *f;
  const struct point *p;
  struct arrays x;
  double *v[MAX_SEGMENTS], *g[MAX_SEGMENTS];
};

static int has_gradient(const struct trial *t, int k)
{
  return t->p->op->in[k].role != CONSTANT;
}

/* The forward where the trial's arrays stand now. */
static void value(const struct trial *t, double *Y)
{
  t->f->as[TYPE_D]->op->forward(t->p->d, (const void *const *)t->x.in,
                                t->x.out);
  memcpy(Y, t->x.out, t->p->out * sizeof *Y);
}

/* L = Σ_i G_i Y_i there. */
static double loss(const struct trial *t)
{
  double *Y = must_allocate(t->p->out, sizeof *Y), sum = 0;
  value(t, Y);
  for (size_t i = 0; i < t->p->out; i++)
    sum += t->p->upstream[i] * Y[i];
  free(Y);
  return sum;
}

/* Puts the arrays at x + h v. */
static void move(const struct trial *t, double h)
{
  for (int k = 0; k < t->p->segments; k++)
    for (size_t j = 0; j < t->p->size[k]; j++)
      ((double *)t->x.in[k])[j] = t->p->in[k][j] + h * t->v[k][j];
}

static double slope(const struct trial *t) /* g · v */
{
  double sum = 0;
  for (int k = 0; k < t->p->segments; k++)
    for (size_t j = 0; has_gradient(t, k) && j < t->p->size[k]; j++)
      sum += t->g[k][j] * t->v[k][j];
  return sum;
}

/* The code's gradient with the upstream given, on buffers that hold 0. */
static void backward(const struct trial *t, double *upstream, double *g[])
{
  struct point p = *t->p;
  p.upstream = upstream;
  for (int k = 0; k < p.segments; k++)
    memset(g[k], 0, p.size[k] * sizeof *g[k]);
  void *wanted[MAX_SEGMENTS] = { NULL };
  for (int k = 0; k < p.segments; k++)
    wanted[k] = has_gradient(t, k) ? g[k] : NULL;
  run_backward(t->f, TYPE_D, &p, wanted);
}

static void rooms_new(const struct point *p, double *room[])
{
  for (int k = 0; k < p->segments; k++)
    room[k] = must_allocate(p->size[k], sizeof(double));
}

static void rooms_free(const struct point *p, double *room[])
{
  for (int k = 0; k < p->segments; k++)
    free(room[k]);
}

/* out × n of segment k: the central difference of each output. */
static double *central(const struct trial *t, int k, double h)
{
  const size_t n = t->p->size[k], out = t->p->out;
  double *J = must_allocate(out * n, sizeof *J), *x = t->x.in[k];
  double *right = must_allocate(out, sizeof *right);
  double *left = must_allocate(out, sizeof *left);
  for (size_t j = 0; j < n; j++) {
    const double at = x[j];
    x[j] = at + h;
    value(t, right);
    x[j] = at - h;
    value(t, left);
    x[j] = at;
    for (size_t i = 0; i < out; i++)
      J[i * n + j] = (right[i] - left[i]) / (2 * h);
  }
  free(right);
  free(left);
  return J;
}

/* PyTorch 2, torch.autograd.gradcheck as it stands by default: every entry of
   the Jacobian, |a − n| ≤ 1e-5 + 1e-3 |n| with n the central difference at
   1e-6, a the backward of one output's unit vector at a time. */
static int every_entry(const struct trial *t)
{
  const size_t out = t->p->out;
  double *unit = must_allocate(out, sizeof *unit), *a[MAX_SEGMENTS];
  double *n[MAX_SEGMENTS] = { NULL };
  int passes = 1;
  rooms_new(t->p, a);
  for (int k = 0; k < t->p->segments; k++)
    n[k] = has_gradient(t, k) ? central(t, k, 1e-6) : NULL;
  for (size_t i = 0; i < out; i++) {
    unit[i] = 1;
    backward(t, unit, a);
    unit[i] = 0;
    for (int k = 0; k < t->p->segments; k++)
      for (size_t j = 0; n[k] && j < t->p->size[k]; j++) {
        const double numeric = n[k][i * t->p->size[k] + j];
        passes &= fabs(a[k][j] - numeric) <= 1e-5 + 1e-3 * fabs(numeric);
      }
  }
  for (int k = 0; k < t->p->segments; k++)
    free(n[k]);
  rooms_free(t->p, a);
  free(unit);
  return passes;
}

/* JAX, jax.test_util.check_vjp for float64: one random direction of all
   inputs together, one random upstream, steps of ±1e-4, |a − n| ≤ 1e-5 +
   1e-5 |n|. */
static int one_direction(const struct trial *t)
{
  move(t, 1e-4);
  const double right = loss(t);
  move(t, -1e-4);
  const double numeric = (right - loss(t)) * (0.5 / 1e-4);
  move(t, 0);
  return fabs(slope(t) - numeric) <= 1e-5 + 1e-5 * fabs(numeric);
}

/* Y at x + r h e_j for r = −3 … 3. */
static void along(const struct trial *t, double *entry, double h, double *Y)
{
  const double at = *entry;
  for (int r = -3; r <= 3; r++) {
    *entry = at + r * h;
    value(t, Y + (size_t)(r + 3) * t->p->out);
  }
  *entry = at;
}

/* The step of central_fdm(5, 1), FiniteDifferences.jl: (¼ C₁ / C₂)^⅕ with
   C₁ = 3/2 × the rounding of the largest |Y|, C₂ = 1/18 × the largest fifth
   derivative near x, itself a seven-point difference at a fixed step. */
static double five_point_step(const struct trial *t, double *entry, double *Y)
{
  static const double fifth[7] = { -0.5, 2, -2.5, 0, 2.5, -2, 0.5 };
  static const double sixth[7] = { 1, -6, 15, -20, 15, -6, 1 };
  const size_t out = t->p->out;
  const double usual = pow(0.25 * 1.5 * DBL_EPSILON / (10 / 18.0), 0.2);
  const double h = pow(2.5 * DBL_EPSILON / (2704 / 5040.0), 1 / 7.0);
  double steep = 0, high = 0;
  along(t, entry, h, Y);
  for (size_t i = 0; i < out; i++) {
    double d5 = 0, d6 = 0;
    for (size_t r = 0; r < 7; r++) {
      d5 += fifth[r] * Y[r * out + i];
      d6 += sixth[r] * Y[r * out + i];
      high = fmax(high, fabs(Y[r * out + i]));
    }
    steep = fmax(steep, (fabs(d5) + fabs(d6)) / pow(h, 5));
  }
  if (!(steep > 0 && high > 0 && isfinite(steep) && isfinite(high)))
    return usual;
  const double ulp = nextafter(high, INFINITY) - high;
  return fmin(pow(0.25 * 1.5 * ulp / (steep / 18), 0.2), 1000 * usual);
}

/* ChainRulesTestUtils.jl, test_rrule: each array's gradient against five-point
   differences of every entry, ‖a − n‖ ≤ max(1e-9, 1e-9 max(‖a‖, ‖n‖)). */
static int five_point(const struct trial *t)
{
  static const double weight[7] = { 0, 1, -8, 0, 8, -1, 0 }; /* twelfths */
  const size_t out = t->p->out;
  double *Y = must_allocate(7 * out, sizeof *Y);
  int passes = 1;
  for (int k = 0; k < t->p->segments; k++) {
    double off = 0, a = 0, n = 0;
    for (size_t j = 0; has_gradient(t, k) && j < t->p->size[k]; j++) {
      double *entry = (double *)t->x.in[k] + j, numeric = 0;
      const double h = five_point_step(t, entry, Y);
      along(t, entry, h, Y);
      for (size_t i = 0; i < out; i++)
        for (size_t r = 1; r < 6; r++)
          numeric += t->p->upstream[i] * weight[r] / 12 * Y[r * out + i] / h;
      off = hypot(off, t->g[k][j] - numeric);
      a = hypot(a, t->g[k][j]);
      n = hypot(n, numeric);
    }
    passes &= off <= fmax(1e-9, 1e-9 * fmax(a, n));
  }
  free(Y);
  return passes;
}

/* pyadjoint, taylor_test: |L(x + hv) − L(x) − h g·v| at h = 0.01 and three
   halvings; the least of the three rates must exceed 1.9.  It only warns where
   a remainder is below 1e-15: no rate is asked for there. */
static int taylor(const struct trial *t)
{
  const double here = loss(t), linear = slope(t);
  double remainder[4], least = INFINITY;
  for (int k = 0; k < 4; k++) {
    const double h = 0.01 / (1 << k);
    move(t, h);
    remainder[k] = fabs(loss(t) - here - h * linear);
    if (remainder[k] < 1e-15)
      least = NAN;
  }
  move(t, 0);
  if (isnan(least))
    return 1;
  for (int k = 1; k < 4; k++) {
    const double rate = log2(remainder[k - 1] / remainder[k]);
    least = rate < least || isnan(rate) ? rate : least;
  }
  return least > 1.9;
}

/* The notes of Stanford's CS231n: "relative error 1e-7 and less you should be
   happy", |a − n| / max(|a|, |n|) of every entry; both 0 passes; step 1e-5. */
static int relative(const struct trial *t)
{
  int passes = 1;
  for (int k = 0; k < t->p->segments; k++) {
    double *x = t->x.in[k];
    for (size_t j = 0; has_gradient(t, k) && j < t->p->size[k]; j++) {
      const double at = x[j], a = t->g[k][j];
      x[j] = at + 1e-5;
      const double right = loss(t);
      x[j] = at - 1e-5;
      const double n = (right - loss(t)) / 2e-5;
      x[j] = at;
      passes &= fabs(a - n) <= 1e-7 * fmax(fabs(a), fabs(n));
    }
  }
  return passes;
}

static int (*const rule[RIVALS])(const struct trial *t) = {
  every_entry, one_direction, five_point, taylor, relative
};

/* Fowler, Noll and Vo's sum over bytes; one NaN is like another. */
static void add_to(uint64_t *sum, const double *x, size_t n)
{
  for (size_t i = 0; i < n; i++) {
    unsigned char bytes[sizeof *x] = { 0 };
    if (!isnan(x[i]))
      memcpy(bytes, &x[i], sizeof bytes);
    else
      bytes[0] = 1;
    for (size_t k = 0; k < sizeof bytes; k++)
      *sum = (*sum ^ bytes[k]) * 1099511628211u;
  }
}

static void add_sums(const struct trial *t, struct trials *all)
{
  const struct point *p = t->p;
  double *Y = must_allocate(p->out, sizeof *Y), *g[MAX_SEGMENTS];
  void *wanted[MAX_SEGMENTS] = { NULL };
  value(t, Y);
  add_to(&all->values, Y, p->out);
  rooms_new(p, g);
  for (int k = 0; k < p->segments; k++) {
    add_to(&all->values, t->g[k], p->size[k]);
    for (size_t j = 0; j < p->size[k]; j++)
      g[k][j] = p->op->in[k].role == INPUT ? NAN : 1;
    wanted[k] = has_gradient(t, k) ? g[k] : NULL;
  }
  run_backward(t->f, TYPE_D, p, wanted);
  for (int k = 0; k < p->segments; k++)
    add_to(&all->buffers, g[k], p->size[k]);
  rooms_free(p, g);
  free(Y);
}

static void judge(const struct family *f, const struct point *p,
                  struct rng *rng, struct trials *all)
{
  struct trial t = { .f = f, .p = p, .x = arrays_new(TYPE_D, p) };
  rooms_new(p, t.v);
  rooms_new(p, t.g);
  for (int k = 0; k < p->segments; k++)
    for (size_t j = 0; has_gradient(&t, k) && j < p->size[k]; j++)
      t.v[k][j] = rng_normal(rng);
  backward(&t, p->upstream, t.g);
  add_sums(&t, all);
  for (int k = 0; k < RIVALS; k++)
    all->failed[k] += !rule[k](&t);
  rooms_free(p, t.v);
  rooms_free(p, t.g);
  arrays_free(&t.x);
}

struct trials rivals_try(const struct family *f, uint64_t seed, int cases)
{
  const struct claim *claim = f->as[TYPE_L];
  struct trials all = { .values = 14695981039346656037u,
                        .buffers = 14695981039346656037u };
  for (int number = 0; number < cases; number++)
    for (int draw = 0; draw < 50; draw++) {
      char name[160];
      snprintf(name, sizeof name, "%s/%d/%d", claim->name, number, draw);
      struct rng rng = rng_stream(seed, name);
      struct point p = point_draw(claim->op, &rng);
      const int taken = !point_refused(&p) && !near_a_kink(f, &p);
      if (taken)
        judge(f, &p, &rng, &all);
      point_free(&p);
      if (taken)
        break;
    }
  all.failed[RIVALS] = gradcheck(f, seed, cases).verdict != PASSED;
  return all;
}
