/* The instrument: holds one claim against both witnesses, with tolerances
   that are measured at the point and not chosen. */
#ifndef GRADCHECK_H
#define GRADCHECK_H

#include "witness.h"

enum verdict { PASSED, FAILED, REFUSED };

/* Errors, tolerance and resolution are relative to the scale: the largest
   entry of the segment's gradient.  NaN: not measured for this kind. */
struct result {
  enum verdict verdict;
  char why[256];          /* of a failure or refusal, for a reader */
  long double error;      /* the sharper witness's */
  long double error_cs;   /* against the complex step */
  long double error_fd;   /* against the finite differences */
  long double tolerance;  /* of the sharper witness */
  long double resolution; /* the smallest error that would have been seen */
  long double order;      /* of the Taylor remainder; 0: linear */
  long entries;           /* numbers compared, over all cases */
  int cases, redrawn;
  uint64_t seed;
};

struct result result_new(uint64_t seed);

/* The claim at one point: no redraw. */
struct result gradcheck_at(const struct family *f, const struct point *p,
                           uint64_t seed);

/* The claim at `cases` random points; a refused point is drawn again, at most
   50 times, then the claim fails.  A disagreement is never drawn again. */
struct result gradcheck(const struct family *f, uint64_t seed, int cases);

#endif
