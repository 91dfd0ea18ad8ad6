/* Data sets: IDX files (MNIST and Fashion-MNIST), plain or .gz, and the
   synthetic sets.  Every failure ends the program with one line that names
   the file, what is wrong and what was expected. */
#ifndef DATASET_H
#define DATASET_H

#include <stddef.h>
#include <stdint.h>

struct dataset {
  size_t count, rows, columns; /* count images of rows × columns */
  unsigned char *pixels;       /* count × rows × columns */
  unsigned char *labels;       /* count, each below classes */
  size_t classes;
};

enum part { TRAIN, TEST };

/* Reads <prefix>-images-idx3-ubyte[.gz] and -labels-idx1-ubyte[.gz] of dir,
   prefix "train" or "t10k".  dir NULL: Debian's dataset-fashion-mnist, or
   $FASHION_MNIST.  10 classes. */
struct dataset dataset_read(const char *dir, enum part part);
void dataset_free(struct dataset *set);

/* x ~ N(0, I₂), class xᵀQx > 0.6 with Q = [[1, −0.05], [1, 0.4]]. */
void dataset_synthetic(uint64_t seed, size_t count, double x[][2],
                       unsigned char label[]);

#endif
