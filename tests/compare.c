#include "compare.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>

/* Everything known of one segment at one point.  A "functional" is what is
   differentiated: L = Σ_i G_i Y_i, or each Y_i for a JACOBIAN.  Gradients are
   functionals × n, Jacobians out × n. */
struct comparison {
  const struct family *f;
  const struct point *p;
  int segment;
  size_t n, out, functionals;
  long double *J;             /* by the complex step, out × n */
  long double *D6, *D8;       /* RUNGS × out × n */
  long double *w, *w_lower;   /* the witness's gradient; in double */
  long double *g, *g_lower;   /* the claim's; in double */
  long double *noise;         /* n: rounding of a functional, as j moves it */
  long double each;           /* rounding of one output */
  long double scale, terms;   /* max |w|; the largest sum of |terms| of w */
  long double round, w_round; /* rounding of g and of w */
};

/* u_ki of functional k. */
static long double upstream(const struct comparison *c, size_t k, size_t i)
{
  if (c->f->as[TYPE_L]->kind == JACOBIAN)
    return k == i;
  return (long double)c->p->upstream[i];
}

/* Σ_i u_ki J_ij; outputs that entry j does not reach may be NaN × 0. */
static void contract(const struct comparison *c, const long double *J,
                     long double *g)
{
  for (size_t k = 0; k < c->functionals; k++)
    for (size_t j = 0; j < c->n; j++) {
      long double sum = 0;
      for (size_t i = 0; i < c->out; i++)
        if (upstream(c, k, i) != 0)
          sum += upstream(c, k, i) * J[i * c->n + j];
      g[k * c->n + j] = sum;
    }
}

void run_backward(const struct family *f, enum type type,
                  const struct point *p, void *const g[])
{
  struct arrays a = arrays_new(type, p);
  void *G = must_allocate(p->out, type_size[type]);
  for (size_t i = 0; i < p->out; i++)
    put(type, G, i, (long double)p->upstream[i]);
  f->as[type]->op->backward(p->d, (const void *const *)a.in, G, g);
  free(G);
  arrays_free(&a);
}

/* The claim's gradient in one real type: by the equation, or by the code. */
static void claimed(const struct comparison *c, enum type type, long double *g)
{
  const struct claim *claim = c->f->as[type];
  const size_t size = c->functionals * c->n;
  void *raw[MAX_SEGMENTS] = { NULL };
  for (int k = 0; k < c->p->segments; k++) {
    const enum role role = claim->op->in[k].role;
    const size_t entries = k == c->segment ? size : c->p->size[k];
    if (claim->kind == BACKWARD ? role == CONSTANT : k != c->segment)
      continue;
    raw[k] = must_allocate(entries, type_size[type]);
    const int adds = claim->kind == BACKWARD && role == PARAMETER;
    for (size_t i = 0; i < entries; i++)
      put(type, raw[k], i, adds ? 0 : nanl(""));
  }
  if (claim->kind == BACKWARD) {
    run_backward(c->f, type, c->p, raw);
  } else {
    struct arrays a = arrays_new(type, c->p);
    void *G = must_allocate(c->out, type_size[type]);
    for (size_t i = 0; i < c->out; i++)
      put(type, G, i, (long double)c->p->upstream[i]);
    if (claim->kind == JACOBIAN)
      claim->jacobian(c->p->d, (const void *const *)a.in, raw[c->segment]);
    else
      claim->gradient(c->p->d, (const void *const *)a.in, G, raw[c->segment]);
    free(G);
    arrays_free(&a);
  }
  for (size_t i = 0; i < size; i++)
    g[i] = get(type, raw[c->segment], i);
  for (int k = 0; k < c->p->segments; k++)
    free(raw[k]);
}

/* Does output i move with entry j?  Where terms cancel it may move by their
   rounding alone, which the complex step takes for 0. */
static int reaches(const struct comparison *c, size_t i, size_t j)
{
  int moved = c->J[i * c->n + j] != 0;
  for (size_t r = 0; r < RUNGS && !moved; r++)
    moved = c->D8[(r * c->out + i) * c->n + j] != 0;
  return moved;
}

/* What the rounding of Y may add to a difference quotient, before division by
   the step: the largest rounding of an output, for each that j reaches. */
static void forward_noise(struct comparison *c)
{
  long double *Y = must_allocate(c->out, sizeof *Y);
  long double *lower = must_allocate(c->out, sizeof *lower);
  forward(c->f, TYPE_L, c->p, Y);
  forward(c->f, TYPE_D, c->p, lower);
  c->each = rounding(Y, lower, c->out, largest(Y, c->out));
  for (size_t j = 0; j < c->n; j++)
    for (size_t k = 0; k < c->functionals; k++) {
      long double sum = 0;
      for (size_t i = 0; i < c->out; i++)
        if (reaches(c, i, j))
          sum += c->each * fabsl(upstream(c, k, i));
      c->noise[j] = worse(c->noise[j], sum, 0);
    }
  free(Y);
  free(lower);
}

/* The largest Σ_i |u_ki J_ij| of an entry: no sum of such terms is rounded
   more finely than ε times that, however small the sum. */
static long double largest_terms(const struct comparison *c)
{
  long double terms = 0;
  for (size_t k = 0; k < c->functionals; k++)
    for (size_t j = 0; j < c->n; j++) {
      long double sum = 0;
      for (size_t i = 0; i < c->out; i++)
        sum += fabsl(upstream(c, k, i) * c->J[i * c->n + j]);
      terms = worse(terms, sum, 0);
    }
  return terms;
}

/* A gradient whose terms cancel says nothing about them.  Judged by the
   witness's gradient: the code's may be 0 because it is wrong. */
static int cancels(const struct comparison *c)
{
  return !(c->scale > 0) || c->scale < 1e-4L * c->terms;
}

/* J and the gradients at the point, wide and one precision lower. */
static void evaluate(const struct comparison *c)
{
  complex_step(c->f, TYPE_ZD, c->p, c->segment, c->J);
  contract(c, c->J, c->w_lower);
  complex_step(c->f, TYPE_ZL, c->p, c->segment, c->J);
  contract(c, c->J, c->w);
  claimed(c, TYPE_L, c->g);
  claimed(c, TYPE_D, c->g_lower);
}

/* Rounding at the point and at three neighbours: a segment of one or two
   entries may be rounded well by luck once, but not four times. */
static void measure_rounding(struct comparison *c)
{
  const size_t size = c->functionals * c->n;
  c->round = rounding(c->g, c->g_lower, size, c->terms);
  c->w_round = rounding(c->w, c->w_lower, size, c->terms);
  struct comparison near = *c;
  long double **const own[] = { &near.w, &near.w_lower, &near.g,
                                &near.g_lower };
  for (int k = 0; k < 4; k++)
    *own[k] = must_allocate(size, sizeof(long double));
  near.J = must_allocate(c->out * c->n, sizeof(long double));
  for (int k = 1; k <= NEIGHBOURS; k++) {
    struct point q = point_near(c->p, k);
    near.p = &q;
    evaluate(&near);
    c->round =
        worse(c->round, rounding(near.g, near.g_lower, size, c->terms), 0);
    c->w_round =
        worse(c->w_round, rounding(near.w, near.w_lower, size, c->terms), 0);
    point_free(&q);
  }
  for (int k = 0; k < 4; k++)
    free(*own[k]);
  free(near.J);
}

/* A gradient that is wrong in double alone looks like much rounding, and must
   not be what its own points are refused for: where the witness is a thousand
   times sharper, it is a mistake. */
static int wrong_in_double(const struct comparison *c)
{
  return 4 * c->round > 1e-12L * c->scale && c->round > 1000 * c->w_round;
}

static void measure(struct comparison *c)
{
  const size_t jacobian = c->out * c->n, gradient = c->functionals * c->n;
  long double **const wide[] = { &c->w, &c->w_lower, &c->g, &c->g_lower };
  for (int k = 0; k < 4; k++)
    *wide[k] = must_allocate(gradient, sizeof(long double));
  c->J = must_allocate(jacobian, sizeof *c->J);
  c->D6 = must_allocate(RUNGS * jacobian, sizeof *c->D6);
  c->D8 = must_allocate(RUNGS * jacobian, sizeof *c->D8);
  c->noise = must_allocate(c->n, sizeof *c->noise);

  evaluate(c);
  differences(c->f, c->p, c->segment, c->D6, c->D8);
  c->scale = largest(c->w, gradient);
  c->terms = largest_terms(c);
  measure_rounding(c);
  forward_noise(c);
}

static void forget(struct comparison *c)
{
  long double *const all[] = { c->J,       c->D6, c->D8,      c->w,
                               c->w_lower, c->g,  c->g_lower, c->noise };
  for (size_t k = 0; k < sizeof all / sizeof *all; k++)
    free(all[k]);
}

/* Σ_i u_ki D_ij on one rung. */
static long double on_rung(const struct comparison *c, const long double *D,
                           int rung, size_t k, size_t j)
{
  long double sum = 0;
  for (size_t i = 0; i < c->out; i++)
    if (upstream(c, k, i) != 0)
      sum += upstream(c, k, i) * D[((size_t)rung * c->out + i) * c->n + j];
  return sum;
}

/* The rung of least estimated error: truncation as the larger of what the
   order and what the step changes, plus rounding / h.  Returns the
   difference there, *estimate its error; NaN where every rung is NaN. */
static long double best_difference(const struct comparison *c, size_t k,
                                   size_t j, long double *estimate)
{
  long double best = nanl("");
  *estimate = nanl("");
  for (int r = 0; r + 1 < RUNGS; r++) {
    const long double d8 = on_rung(c, c->D8, r, k, j);
    const long double d6 = on_rung(c, c->D6, r, k, j);
    const long double next = on_rung(c, c->D8, r + 1, k, j);
    const long double truncation = worse(worse(0, d8, d6), d8, next);
    const long double e = truncation + 2.1L * c->noise[j] * ldexpl(1, 3 + r);
    if (isfinite(e) && !(e >= *estimate)) {
      *estimate = e;
      best = d8;
    }
  }
  return best;
}

/* The differences: a tolerance for each entry. */
static long double against_differences(const struct comparison *c,
                                       long double w_tolerance,
                                       struct result *r)
{
  const char *name = c->f->as[TYPE_L]->op->in[c->segment].name;
  long double error = 0, blunt = 0;
  for (size_t k = 0; k < c->functionals; k++)
    for (size_t j = 0; j < c->n; j++) {
      const size_t e = k * c->n + j;
      long double estimate;
      const long double d = best_difference(c, k, j, &estimate);
      const long double tolerance = 4 * (estimate + c->round);
      blunt = worse(blunt, tolerance, 0);
      error = worse(error, c->g[e], d);
      if (!(tolerance <= 1e-12L * c->scale))
        continue; /* not sure: refused below */
      if (!(worse(0, c->w[e], d) <= 4 * estimate + w_tolerance))
        verdict(r, FAILED,
                "the witnesses disagree on %s: complex step %.21Lg, "
                "differences %.21Lg",
                entry_name(c->p, c->segment, j), c->w[e], d);
      else if (!(worse(0, c->g[e], d) <= tolerance))
        verdict(r, FAILED, "%s is %.21Lg; the differences say %.21Lg",
                entry_name(c->p, c->segment, j), c->g[e], d);
    }
  if (!(blunt <= 1e-12L * c->scale))
    verdict(r, REFUSED, "the differences of d%s resolve only %.2Lg", name,
            blunt / c->scale);
  return error;
}

static long double against_complex_step(const struct comparison *c,
                                        long double tolerance,
                                        struct result *r)
{
  long double error = 0;
  for (size_t e = 0; e < c->functionals * c->n; e++) {
    error = worse(error, c->g[e], c->w[e]);
    if (!(worse(0, c->g[e], c->w[e]) <= tolerance))
      verdict(r, FAILED, "%s is %.21Lg; the complex step says %.21Lg",
              entry_name(c->p, c->segment, e % c->n), c->g[e], c->w[e]);
  }
  return error;
}

/* L at the point moved by h along v in this segment, minus L at the point. */
static long double change(const struct comparison *c, long double h,
                          const double *v)
{
  const struct op *op = c->f->as[TYPE_L]->op;
  struct arrays a = arrays_new(TYPE_L, c->p);
  long double *Y = must_allocate(c->out, sizeof *Y), sum = 0;
  op->forward(c->p->d, (const void *const *)a.in, a.out);
  for (size_t i = 0; i < c->out; i++)
    Y[i] = get(TYPE_L, a.out, i);
  for (size_t j = 0; j < c->n; j++)
    ((long double *)a.in[c->segment])[j] += h * (long double)v[j];
  op->forward(c->p->d, (const void *const *)a.in, a.out);
  for (size_t i = 0; i < c->out; i++)
    sum += (long double)c->p->upstream[i] * (get(TYPE_L, a.out, i) - Y[i]);
  free(Y);
  arrays_free(&a);
  return sum;
}

/* The remainder L(x+hv) − L(x) − h g·v falls as h² where g is right.  Returns
   the rate at h = 2^-16, or 0 where the remainder is only rounding. */
static long double taylor_rate(const struct comparison *c, const double *v)
{
  const int jacobian = c->f->as[TYPE_L]->kind == JACOBIAN;
  long double slope = 0, noise = 0, remainder[2];
  for (size_t k = 0; k < c->functionals; k++)
    for (size_t j = 0; j < c->n; j++) {
      const long double u = jacobian ? (long double)c->p->upstream[k] : 1;
      const long double term = u * c->g[k * c->n + j] * (long double)v[j];
      slope += term;
      noise += fabsl(term) * LDBL_EPSILON;
    }
  for (size_t i = 0; i < c->out; i++)
    noise += 2 * c->each * fabsl((long double)c->p->upstream[i]);
  for (int k = 0; k < 2; k++) {
    const long double h = ldexpl(1, -16 - k);
    remainder[k] = fabsl(change(c, h, v) - h * slope);
  }
  if (remainder[0] <= 64 * noise)
    return 0;
  return log2l(remainder[0] / remainder[1]);
}

static void check_order(const struct comparison *c, struct result *r)
{
  const struct claim *claim = c->f->as[TYPE_L];
  double *v = must_allocate(c->n, sizeof *v);
  long double rate = nanl("");
  for (int draw = 0; draw < 4; draw++) { /* v'Hv may vanish by chance */
    struct rng rng = rng_stream(r->seed + (uint64_t)draw, claim->name);
    for (size_t j = 0; j < c->n; j++)
      v[j] = rng_normal(&rng);
    rate = taylor_rate(c, v);
    if (rate == 0 || fabsl(rate - 2) <= 0.15L)
      break;
  }
  free(v);
  r->order = worse_order(r->order, rate);
  if (rate == 0 ? 0 : !(fabsl(rate - 2) <= 0.15L))
    verdict(r, FAILED, "d%s: the Taylor remainder falls as h^%.2Lf, not h^2",
            claim->op->in[c->segment].name, rate);
  else if (claim->linear && rate != 0)
    verdict(r, FAILED, "d%s is called linear and has a remainder",
            claim->op->in[c->segment].name);
}

long double compare_segment(const struct family *f, const struct point *p,
                            int segment, struct result *r)
{
  const struct claim *claim = f->as[TYPE_L];
  struct comparison c = { .f = f,
                          .p = p,
                          .segment = segment,
                          .n = p->size[segment],
                          .out = p->out,
                          .functionals =
                              claim->kind == JACOBIAN ? p->out : 1 };
  const char *name = claim->op->in[segment].name;
  measure(&c);
  const size_t size = c.functionals * c.n;
  const long double tolerance = 4 * (c.w_round + c.round);

  if (!isfinite(c.scale))
    verdict(r, FAILED, "the complex step of d%s is %Lg", name, c.scale);
  else if (!(claim->op->waived & CANCELLED_GRADIENT) && cancels(&c))
    verdict(r, REFUSED, "the gradient d%s cancels to %.1Lg", name, c.scale);
  if (!isfinite(c.scale) ||
      (!(claim->op->waived & CANCELLED_GRADIENT) && cancels(&c))) {
    forget(&c); /* whatever the segments before this one were */
    return c.terms;
  }
  if (wrong_in_double(&c))
    verdict(r, FAILED, "d%s in double is off by %.1Lg of its scale", name,
            c.round / c.scale * (long double)DBL_EPSILON / LDBL_EPSILON);
  else if (!(tolerance <= 1e-15L * c.scale) && !isnan(tolerance))
    verdict(r, REFUSED, "rounding of d%s hides errors below %.1Lg", name,
            tolerance / c.scale);
  const long double e_cs = against_complex_step(&c, tolerance, r);
  const long double e_fd = against_differences(&c, 4 * c.w_round, r);
  check_order(&c, r);

  r->error_cs = worse(isnan(r->error_cs) ? 0 : r->error_cs, e_cs / c.scale, 0);
  r->error_fd = worse(isnan(r->error_fd) ? 0 : r->error_fd, e_fd / c.scale, 0);
  r->error = r->error_cs;
  r->tolerance =
      worse(isnan(r->tolerance) ? 0 : r->tolerance, tolerance / c.scale, 0);
  r->resolution = r->tolerance;
  r->entries += (long)size;
  forget(&c);
  return c.terms;
}
