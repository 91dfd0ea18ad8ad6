/* The works of the benchmark, and their data (see data.c). */
#ifndef WORK_H
#define WORK_H

#include "mlp.h"

struct work {
  const char *name, *files; /* whose data files it reads: "W1" */
  size_t count, sizes[6];   /* of the layers */
  const struct module *between[3];
  size_t batch, pool; /* samples of a step, and in the files */
  const char *rule;   /* "sgd" or "adam", at this rate: */
  double rate;
};

#ifdef REAL_F
#define WORK_DIGITS 9
#else
#define WORK_DIGITS 17
#endif

enum { WORKS = 4 };
extern const struct work works[WORKS];

/* The work of that name, or NULL. */
const struct work *work_named(const char *name);

/* pool×inputs; pool×outputs, 1 at a sample's class.  Free them. */
real *work_inputs(const struct work *w, const char *dir);
real *work_targets(const struct work *w, const char *dir);
/* W and b of every linear layer of net. */
void work_parameters(const struct work *w, const char *dir,
                     struct network *net);

/* Of a clock that only goes forward. */
double work_seconds(void);

#endif
