/* How other tools would judge the same gradients: their rules, transcribed,
   on our operations, in double.  Only to be compared with: no claim of the
   book rests on them. */
#ifndef RIVALS_H
#define RIVALS_H

#include "witness.h"

enum { RIVALS = 5 };

/* Short names, as `make check-STEM`'s --rivals and the tables have them; the
   last is "ours". */
extern const char *const rival_name[RIVALS + 1];

/* What became of one BACKWARD claim.  failed[k]: how often rule k says that
   the gradient is wrong; failed[RIVALS]: 1 where our own check fails.  The
   sums are of all outputs and gradients, on buffers that held 0 and on
   prefilled ones: what does not change them, no check of these can see. */
struct trials {
  int failed[RIVALS + 1];
  uint64_t values, buffers;
};

/* At `cases` random points: those of our own check, as far as the drawn
   numbers alone decide about them. */
struct trials rivals_try(const struct family *f, uint64_t seed, int cases);

#endif
