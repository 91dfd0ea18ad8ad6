/* How a test file states what its chapter claims.

   tests/test_linear.c is compiled once per number type (see real.h), and
   holds three things: the operations, seen as functions of flat arrays; the
   displayed equations, transcribed as they stand on the page; and a table
   CLAIMS(linear) that gives each equation label its test.  The runner draws
   the points, asks the witnesses and reports (gradcheck.h). */
#ifndef CLAIMS_H
#define CLAIMS_H

#include "real.h"
#include <stddef.h>
#include <stdint.h>

enum { MAX_DIMS = 8, MAX_SEGMENTS = 16, MAX_RANK = 4 };

/* The shape of an array, as indices into the operation's dimensions;
   SCALAR is one number. */
struct shape {
  int rank;
  int dim[MAX_RANK];
};
#define SHAPE(...)                                                \
  {                                                               \
    sizeof((int[]){ __VA_ARGS__ }) / sizeof(int), { __VA_ARGS__ } \
  }
#define SCALAR \
  {            \
    0, { 0 }   \
  }

enum draw {
  NORMAL,        /* the standard normal distribution */
  UNIFORM,       /* between lo and hi */
  PROBABILITIES, /* rows that sum to 1, every entry at least 0.02 */
  TARGETS,       /* rows in (0, 1) that do not sum to 1 */
  INDICES,       /* whole numbers below hi */
};

enum role {
  INPUT,     /* its gradient is written: = */
  PARAMETER, /* its gradient is accumulated: += */
  CONSTANT,  /* has no gradient here (targets, say) */
};

struct segment {
  const char *name; /* its letter in the book */
  struct shape shape;
  enum draw draw;
  long double lo, hi; /* for UNIFORM and INDICES */
  enum role role;
};

/* What the checker refuses a point for; an operation may waive one, with
   its reason. */
enum refusal {
  EQUAL_DIMENSIONS = 1, /* hide a transpose */
  SMALL_BATCH = 2,      /* a dimension called S below 3 */
  REPEATED_UPSTREAM = 4,
  REPEATED_INPUTS = 8,
  ONE_HOT_TARGETS = 16,
  CANCELLED_GRADIENT = 32, /* max|g| < 1e-4 of the sum of |terms| */
  DISTINCT_INDICES = 64,   /* hide = for += */
};

/* An operation: Y = f(in[0], in[1], ...).  d[k] is the size of dimension k.
   Arrays are flat, row-major, of their exact size. */
struct op {
  const char *name;
  struct {
    const char *name;              /* "S" */
    int lowest, highest;           /* sizes are drawn between; both included */
  } dim[MAX_DIMS];                 /* ends at the first without a name */
  struct segment in[MAX_SEGMENTS]; /* likewise */
  struct shape out;
  void (*forward)(const size_t d[], const void *const in[], void *Y);
  /* Every segment's gradient by the code of src/; G = dL/dY, g[k] is NULL for
     a CONSTANT.  It may allocate what the forward would have kept. */
  void (*backward)(const size_t d[], const void *const in[], const void *G,
                   void *const g[]);
  /* The distance of the point from the nearest kink, or NULL without kinks;
     points nearer than 2^-10 are drawn again.  Works on the real build. */
  long double (*distance)(const size_t d[], const void *const in[]);
  unsigned waived;     /* of enum refusal */
  const char *because; /* the reason, where one is waived */
};

enum kind { GRADIENT, JACOBIAN, BACKWARD, IDENTITY, VALUE, STATEMENT };

/* What a STATEMENT or a VALUE found. */
struct finding {
  uint64_t seed;         /* in: draw from this, if you draw */
  long double error;     /* out; NaN never passes */
  long double tolerance; /* out */
  long entries;          /* out: numbers compared; 0 is a failure */
};

struct claim {
  const char *name; /* the equation's label, without "eq:" */
  enum kind kind;
  const struct op *op;
  int segment; /* GRADIENT, JACOBIAN: whose gradient the equation gives */
  int linear;  /* f has no second-order remainder in that segment */
  int wrong;   /* a published mistake: it must be refuted, and not by NaN, by
                  nothing compared or for want of a point */

  /* GRADIENT: the equation as on the page.  G: upstream, shape of Y;
     g: shape of the segment, written (=), not accumulated. */
  void (*gradient)(const size_t d[], const void *const in[], const void *G,
                   void *g);
  /* JACOBIAN: J[i][j] = dY_i / d segment_j, both indices flattened. */
  void (*jacobian)(const size_t d[], const void *const in[], void *J);
  /* IDENTITY: both sides of the equation, each of the given shape, at a drawn
     point of op.  Where a side is a sum that cancels to 0, `scale` says how
     large its terms are. */
  void (*sides)(const size_t d[], const void *const in[], void *left,
                void *right);
  struct shape side;
  long double scale;
  /* VALUE, STATEMENT: anything else; run in the long double build only. */
  void (*finding)(struct finding *f);
};

/* The table of a chapter:  const struct claim CLAIMS(linear)[] = {..., END};
   BACKWARD claims check op->backward: every segment, dirty buffers, float. */
#define CLAIMS(stem) REAL(claims_##stem)
#define END      \
  {              \
    .name = NULL \
  }

/* The larger of error and |a − b|; a NaN is the worst of all and stays. */
static inline long double worse(long double error, long double a,
                                long double b)
{
  const long double e = a > b ? a - b : b - a;
  return e > error || e != e ? e : error; /* NaN stays */
}

/* What a finding is made of: its tolerance, then numbers that must be equal,
   and numbers of which the left must not be above the right. */
static inline void finding_begin(struct finding *f, long double tolerance)
{
  f->error = 0;
  f->tolerance = tolerance;
}

static inline void finding_compare(struct finding *f, long double a,
                                   long double b)
{
  f->error = worse(f->error, a, b);
  f->entries++;
}

static inline void finding_exceeds(struct finding *f, long double left,
                                   long double right)
{
  if (!(left <= right))
    f->error = worse(f->error, left, right);
  f->entries++;
}

#endif
