/* The answers to the exercises of chapter 2. */
#include "02-linear.exercises.h"
#include "gemm.h"
#include "linear.h"

/* dX = G W,  dW += Gᵀ X,  db += Gᵀ 1, one sample at a time */
void backward_outer(size_t S, size_t M, size_t N, real dX[S][M], real dW[N][M],
                    real db[N], const real G[S][N], const real X[S][M],
                    const real W[N][M])
{
  for (size_t s = 0; s < S; s++) {
    for (size_t m = 0; m < M; m++)
      dX[s][m] = R(0.0);
    for (size_t n = 0; n < N; n++) {
      for (size_t m = 0; m < M; m++) {
        dX[s][m] += W[n][m] * G[s][n];
        dW[n][m] += G[s][n] * X[s][m];
      }
      db[n] += G[s][n];
    }
  }
}

/* dX = G Vᵀ,  dV += Xᵀ G,  db += Gᵀ 1.   V: M×N. */
void transposed_backward(size_t S, size_t M, size_t N, real dX[S][M],
                         real dV[M][N], real db[N], const real G[S][N],
                         const real X[S][M], const real V[M][N])
{
  gemm(AS_IS, TRANSPOSED, S, M, N, *G, *V, 0, *dX);
  gemm(TRANSPOSED, AS_IS, M, N, S, *X, *G, 1, *dV);
  for (size_t s = 0; s < S; s++)
    for (size_t n = 0; n < N; n++)
      db[n] += G[s][n];
}

/* Y = H Wᵀ + 1 bᵀ with H = X Wᵀ + 1 bᵀ.   X, H, G, dH: S×N, W: N×N. */
void tied_backward(size_t S, size_t N, real dX[S][N], real dW[N][N],
                   real db[N], real dH[S][N], const real G[S][N],
                   const real H[S][N], const real X[S][N], const real W[N][N])
{
  linear_backward(S, N, N, dH, dW, db, G, H, W);
  linear_backward(S, N, N, dX, dW, db, dH, X, W);
}
