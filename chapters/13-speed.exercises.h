/* The functions of the exercises of chapter 13: write them in 13-speed.try.c,
   then `make try-speed`.  Only sgd_in_product is of the book's number types;
   the others are the same for each of them. */
#ifndef EXERCISES_SPEED_H
#define EXERCISES_SPEED_H

#include "real.h"
#include <stddef.h>

/* ex:speed-batch.  Operations a byte of a layer's product, each entry of its
   three matrices of floats moved once.   X: S×M, W: N×M, Y: S×N. */
long double intensity(size_t S, size_t M, size_t N);

/* ex:speed-batch.  The least batch S at which that reaches `ridge`, or 0 where
   none does. */
size_t least_batch(size_t M, size_t N, long double ridge);

/* ex:speed-fused.  W −= a Gᵀ X, and b −= a Gᵀ 1.  No array of the size of W
   besides W itself.   G: S×N, X: S×M, W: N×M, b: N. */
void sgd_in_product(size_t S, size_t M, size_t N, real W[N][M], real b[N],
                    const real G[S][N], const real X[S][M], real a);

/* ex:speed-chunks.  The sum of x, cut into chunks of `chunk` numbers, the last
   one perhaps shorter: chunk c begins at c × chunk.  done[k] is the chunk that
   is worked on as the k-th; partial has room for a number a chunk, and what it
   holds before is of no use.  The result has the same bits whatever the order
   in `done` is.   x: n; done, partial: n / chunk, rounded up. */
float sum_of_chunks(size_t n, const float x[n], size_t chunk,
                    const size_t done[], float partial[]);

#endif
