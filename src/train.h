/* Training: samples, a step of stochastic gradient descent, and what a
   network gets right.  Chapter 6. */
#ifndef TRAIN_H
#define TRAIN_H

#include "mlp.h"

struct samples {
  size_t count, M;
  const unsigned char *bytes; /* count×M, byte / 255 is the input; or NULL: */
  const real *numbers;        /* count×M */
  const unsigned char *label; /* count, each below net->outputs */
};

/* One step at rate a on S samples of `set`, S at most net->batch; the mean
   loss of the batch before the step.  Allocates nothing. */
real train_step(struct network *net, const struct samples *set, size_t S,
                const size_t index[], real a);

struct score {
  double loss; /* the mean */
  size_t right, count;
};

/* The samples `from` … `to` − 1.  guess: to − from classes of the largest
   logit, sure: their probabilities; either may be NULL. */
struct score train_score(struct network *net, const struct samples *set,
                         size_t from, size_t to, unsigned char guess[],
                         double sure[]);

/* A straight line from a at step 0 to 0 at step `steps`. */
double train_decay(double a, long step, long steps);

/* The rate a, times the mean loss of a block of steps over that of the block
   before it. */
double train_adapt(double a, double loss, double loss_before);

#endif
