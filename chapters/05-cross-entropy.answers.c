/* The answers to the exercises of chapter 5. */
#include "05-cross-entropy.exercises.h"

/* dZ from class labels, without a matrix of targets */
void label_backward(size_t S, size_t N, real dZ[S][N], const real P[S][N],
                    const size_t label[S])
{
  for (size_t s = 0; s < S; s++) {
    for (size_t n = 0; n < N; n++)
      dZ[s][n] = P[s][n] / (real)S;
    dZ[s][label[s]] -= 1 / (real)S;
  }
}

/* p_c − 1 as minus the sum of the other classes */
void careful_backward(size_t N, real dz[N], const real p[N], size_t c)
{
  real others = R(0.0);
  for (size_t k = 0; k < N; k++)
    if (k != c) {
      dz[k] = p[k];
      others += p[k];
    }
  dz[c] = -others;
}
