/* The parts of the checker that compare gradients; see gradcheck.h. */
#ifndef COMPARE_H
#define COMPARE_H

#include "gradcheck.h"

/* One segment's gradient against both witnesses, and its Taylor remainder;
   returns the largest sum of |terms| that makes an entry of it. */
long double compare_segment(const struct family *f, const struct point *p,
                            int segment, struct result *r);

/* The backward on prefilled buffers: inputs' gradients must come out the
   same, parameters' must differ by the prefill; nothing else may change. */
void check_buffers(const struct family *f, const struct point *p,
                   struct result *r);

/* The float backward against the wide one, on the same rounded inputs. */
void check_float(const struct family *f, const struct point *p,
                 const long double terms[], struct result *r);

/* All segments' gradients by op->backward in one type.  g[k] are prefilled
   by the caller, in that type; NULL for a CONSTANT. */
void run_backward(const struct family *f, enum type type,
                  const struct point *p, void *const g[]);

/* Is the point nearer than 2^-10 to a kink, in the real build? */
int near_a_kink(const struct family *f, const struct point *p);

/* Gives the result its verdict, unless it has a worse one. */
void verdict(struct result *r, enum verdict v, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

long double worse_order(long double a, long double b);
long double largest(const long double *a, size_t n);
long double rounding(const long double *l, const long double *d, size_t n,
                     long double scale);

#endif
