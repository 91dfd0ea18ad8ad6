/* Images to train on, to validate on and to test on, as samples. */
#ifndef IMAGES_H
#define IMAGES_H

#include "dataset.h"
#include "train.h"

struct images {
  struct dataset train, test;
  struct samples fit, tested;
  size_t first, last; /* fit on 0 … first − 1, validate up to last − 1 */
};

/* Reads dir, or Fashion-MNIST where it is NULL; the last `validate` training
   images are held back.  Failures end the program (dataset.h). */
struct images images_read(const char *dir, size_t validate);
void images_free(struct images *im);

#endif
