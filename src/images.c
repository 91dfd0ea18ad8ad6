#include "images.h"

#include "fail.h"

enum { LEAST = 1000 }; /* images to train on beside those held back */

struct images images_read(const char *dir, size_t validate)
{
  struct images im = { .train = dataset_read(dir, TRAIN),
                       .test = dataset_read(dir, TEST) };
  const size_t M = im.train.rows * im.train.columns;
  const char *name = dir ? dir : "Fashion-MNIST";
  if (M != im.test.rows * im.test.columns)
    fail("%s: test images of another size than the training images", name);
  if (im.train.count <= validate + LEAST)
    fail("%s: %zu training images, need more than %zu", name, im.train.count,
         validate + LEAST);
  im.fit = (struct samples){ im.train.count, M, im.train.pixels, NULL,
                             im.train.labels };
  im.tested = (struct samples){ im.test.count, M, im.test.pixels, NULL,
                                im.test.labels };
  im.last = im.train.count;
  im.first = im.last - validate;
  return im;
}

void images_free(struct images *im)
{
  dataset_free(&im->train);
  dataset_free(&im->test);
}
