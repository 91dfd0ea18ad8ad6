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

/* Sample `index` into row s of the batch: its inputs into net->X, and into
   net->T its target, 1 at its class and 0 elsewhere. */
void train_gather(struct network *net, const struct samples *set, size_t s,
                  size_t index);

/* The place of the largest entry, the first of equal ones. */
size_t train_largest(size_t N, const real Z[N]);

/* The mean loss of S samples of `set`, S at most net->batch, and its gradients
   in net->gradients (written, not added).  Allocates nothing. */
real train_gradient(struct network *net, const struct samples *set, size_t S,
                    const size_t index[]);

/* The same, and one step of gradient descent at rate a. */
real train_step(struct network *net, const struct samples *set, size_t S,
                const size_t index[], real a);

struct score {
  double loss; /* the mean */
  size_t right, count;
};

/* The samples `from` … `to` − 1, with the network as it is once training is
   over.  guess: to − from classes of the largest
   logit, sure: their probabilities; either may be NULL. */
struct score train_score(struct network *net, const struct samples *set,
                         size_t from, size_t to, unsigned char guess[],
                         double sure[]);

#endif
