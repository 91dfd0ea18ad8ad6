/* Exercises of chapter 13. `make try-speed` copies this file to
   13-speed.try.c, once; write your answers there. It then compiles yours, and
   says which of the equations of each exercise hold.

   What each function must do stands in 13-speed.exercises.h. The file is
   compiled for five number types, two of them complex, and sgd_in_product
   meets them all. Functions of your own are welcome. */
#include "13-speed.exercises.h"

/* ex:speed-batch */
long double intensity(size_t S, size_t M, size_t N) { return 0; }

size_t least_batch(size_t M, size_t N, long double ridge) { return 0; }

/* ex:speed-fused */
void sgd_in_product(size_t S, size_t M, size_t N, real W[N][M], real b[N],
                    const real G[S][N], const real X[S][M], real a)
{
}

/* ex:speed-chunks */
float sum_of_chunks(size_t n, const float x[n], size_t chunk,
                    const size_t done[], float partial[])
{
  return 0;
}
