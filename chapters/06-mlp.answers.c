/* The answers to the exercises of chapter 6. */
#include "06-mlp.exercises.h"
#include "activation.h"
#include "fail.h"
#include "train.h"

/* A network whose parameters are all alike, and what training makes of them */
void train_equal(real weight, size_t steps, real W[3][2])
{
  const size_t sizes[] = { 2, 3, 2 };
  const real numbers[] = { R(1.0), R(-1.0), R(0.5), R(2.0) };
  const unsigned char label[] = { 0, 1 };
  const size_t index[] = { 0, 1 };
  const struct samples set = { 2, 2, NULL, numbers, label };
  struct network net;
  if (!network_new(&net, 3, sizes, &module_sigmoid, 2))
    fail("no memory for the network");
  for (size_t i = 0; i < net.count; i++)
    net.parameters[i] = weight;
  for (size_t step = 0; step < steps; step++)
    train_step(&net, &set, 2, index, R(0.5));
  for (size_t k = 0; k < 3; k++)
    for (size_t m = 0; m < 2; m++)
      W[k][m] = net.parameters[2 * k + m];
  network_free(&net);
}

/* The whole backward of one sigmoid layer between two linear ones, without
   modules */
void plain_backward(size_t S, size_t M, size_t K, size_t N, real dW[K][M],
                    real db[K], real dV[N][K], real dc[N], const real G[S][N],
                    const real V[N][K], const real A[S][K], const real X[S][M])
{
  for (size_t s = 0; s < S; s++) {
    for (size_t n = 0; n < N; n++) {
      dc[n] += G[s][n];
      for (size_t k = 0; k < K; k++)
        dV[n][k] += G[s][n] * A[s][k];
    }
    for (size_t k = 0; k < K; k++) {
      real dA = R(0.0);
      for (size_t n = 0; n < N; n++)
        dA += G[s][n] * V[n][k];
      const real dZ = dA * A[s][k] * (R(1.0) - A[s][k]);
      db[k] += dZ;
      for (size_t m = 0; m < M; m++)
        dW[k][m] += dZ * X[s][m];
    }
  }
}

void tanh_up(const struct layer *l, size_t S, const real *X)
{
  tanh_forward(S, l->N, (void *)l->Y, (const void *)X);
}

void tanh_down(const struct layer *l, size_t S, real *dX, const real *G,
               const real *X)
{
  (void)X;
  if (dX)
    tanh_backward(S, l->N, (void *)dX, (const void *)G, (const void *)l->Y);
}
