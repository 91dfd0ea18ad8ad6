/* Points: where a claim is tried, and its arrays in every number type. */
#ifndef POINT_H
#define POINT_H

#include "rng.h"
#include "claims.h"

enum type { TYPE_F, TYPE_D, TYPE_L, TYPE_ZD, TYPE_ZL, TYPES };

/* One point of an operation, in full doubles (53 random bits: products of
   shorter numbers are exact, and the rounding to be measured would be 0). */
struct point {
  const struct op *op;
  size_t d[MAX_DIMS];
  int segments;
  size_t size[MAX_SEGMENTS]; /* entries of each segment */
  size_t out;                /* entries of Y */
  double *in[MAX_SEGMENTS];
  double *upstream; /* G = dL/dY */
};

size_t shape_size(const struct shape *shape, const size_t d[]);

/* "dW[2][1]": entry i of segment k's gradient.  Valid until the fourth call
   after. */
const char *entry_name(const struct point *p, int k, size_t i);

/* Memory that is certainly there: tests stop without. */
void *must_allocate(size_t count, size_t size);

/* A random point: sizes, inputs and upstream. */
struct point point_draw(const struct op *op, struct rng *rng);
/* Room for a point of the given sizes; the entries are 0. */
struct point point_new(const struct op *op, const size_t d[]);
void point_fill(struct point *p, struct rng *rng);
void point_free(struct point *p);

/* The k-th neighbour: the upstream and every entry that has a gradient moved
   by about 2^-20 of themselves, where rounding is another but the gradient
   much the same. */
enum { NEIGHBOURS = 3 };
struct point point_near(const struct point *p, int k);

/* Why the point would hide a mistake, or NULL. */
const char *point_refused(const struct point *p);

/* The point's arrays as one number type: in[] of exact size, and Y. */
struct arrays {
  enum type type;
  int segments;
  void *in[MAX_SEGMENTS];
  void *out;
};
struct arrays arrays_new(enum type type, const struct point *p);
void arrays_free(struct arrays *a);

extern const size_t type_size[TYPES];
long double get(enum type type, const void *a, size_t i); /* the real part */
long double get_imaginary(enum type type, const void *a, size_t i);
void put(enum type type, void *a, size_t i, long double x);
void put_complex(enum type type, void *a, size_t i, long double x,
                 long double y);

#endif
