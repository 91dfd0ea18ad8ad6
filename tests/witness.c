#include "witness.h"

#include <math.h>
#include <stdlib.h>

void forward(const struct family *f, enum type type, const struct point *p,
             long double *Y)
{
  struct arrays a = arrays_new(type, p);
  f->as[type]->op->forward(p->d, (const void *const *)a.in, a.out);
  for (size_t i = 0; i < p->out; i++)
    Y[i] = get(type, a.out, i);
  arrays_free(&a);
}

/* Squire and Trapp, "Using complex variables to estimate derivatives of real
   functions" (1998): nothing is subtracted, so the step can be tiny. */
void complex_step(const struct family *f, enum type type,
                  const struct point *p, int segment, long double *J)
{
  const struct op *op = f->as[type]->op;
  const long double h = ldexpl(1, type == TYPE_ZL ? -4000 : -400);
  const size_t n = p->size[segment];
  struct arrays a = arrays_new(type, p);
  for (size_t j = 0; j < n; j++) {
    const long double x = (long double)p->in[segment][j];
    put_complex(type, a.in[segment], j, x, h);
    op->forward(p->d, (const void *const *)a.in, a.out);
    put_complex(type, a.in[segment], j, x, 0);
    for (size_t i = 0; i < p->out; i++)
      J[i * n + j] = get_imaginary(type, a.out, i) / h;
  }
  arrays_free(&a);
}

/* f'(x) ≈ Σ_k w_k (f(x + kh) − f(x − kh)) / h.  Fornberg, "Generation of
   finite difference formulas on arbitrarily spaced grids" (1988). */
static const long double weight6[4] = { 3.0L / 4, -3.0L / 20, 1.0L / 60, 0 };
static const long double weight8[4] = { 4.0L / 5, -1.0L / 5, 4.0L / 105,
                                        -1.0L / 280 };

/* The column of entry j on one rung. */
static void difference(const struct op *op, const struct point *p,
                       struct arrays *a, int segment, size_t j, long double h,
                       long double *D6, long double *D8, long double *above)
{
  const size_t n = p->size[segment];
  long double *entry = (long double *)a->in[segment] + j;
  const long double *Y = a->out, x = *entry;
  for (size_t i = 0; i < p->out; i++)
    D6[i * n + j] = D8[i * n + j] = 0;
  for (int k = 1; k <= 4; k++) {
    const long double right = x + k * h, left = x - k * h;
    const long double step = (right - left) / (2 * k); /* h, as rounded */
    *entry = right;
    op->forward(p->d, (const void *const *)a->in, a->out);
    for (size_t i = 0; i < p->out; i++)
      above[i] = Y[i];
    *entry = left;
    op->forward(p->d, (const void *const *)a->in, a->out);
    for (size_t i = 0; i < p->out; i++) {
      const long double change = (above[i] - Y[i]) / step;
      D6[i * n + j] += k < 4 ? weight6[k - 1] * change : 0;
      D8[i * n + j] += weight8[k - 1] * change;
    }
  }
  *entry = x;
  for (size_t i = 0; i < p->out; i++)
    if (!isfinite(D8[i * n + j]))
      D6[i * n + j] = D8[i * n + j] = nanl("");
}

void differences(const struct family *f, const struct point *p, int segment,
                 long double *D6, long double *D8)
{
  const struct op *op = f->as[TYPE_L]->op;
  const size_t n = p->size[segment];
  struct arrays a = arrays_new(TYPE_L, p);
  long double *above = must_allocate(p->out, sizeof *above);
  for (int r = 0; r < RUNGS; r++)
    for (size_t j = 0; j < n; j++)
      difference(op, p, &a, segment, j, ldexpl(1, -3 - r),
                 D6 + (size_t)r * p->out * n, D8 + (size_t)r * p->out * n,
                 above);
  free(above);
  arrays_free(&a);
}
