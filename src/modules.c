/* The modules of mlp.h. */
#include "activation.h"
#include "batch_norm.h"
#include "initialisation.h"
#include "linear.h"
#include "modules.h"

/* The flat arrays of a layer, handed on with their shapes. */

static size_t linear_count(size_t M, size_t N) { return N * M + N; }

static void linear_up(const struct layer *l, size_t S, const real *X)
{
  const real *W = l->parameters, *b = W + l->N * l->M;
  linear_forward(S, l->M, l->N, (void *)l->Y, (const void *)X, (const void *)W,
                 b);
}

static void linear_down(const struct layer *l, size_t S, real *dX,
                        const real *G, const real *X)
{
  const real *W = l->parameters;
  real *dW = l->gradients, *db = dW + l->N * l->M;
  linear_backward(S, l->M, l->N, (void *)dX, (void *)dW, db, (const void *)G,
                  (const void *)X, (const void *)W);
}

static void linear_draw(const struct layer *l, struct rng *rng, real variance)
{
  real *W = l->parameters, *b = W + l->N * l->M;
  weights_normal(l->N, l->M, (void *)W, rng, variance);
  for (size_t n = 0; n < l->N; n++)
    b[n] = R(0.0);
}

static void sigmoid_up(const struct layer *l, size_t S, const real *X)
{
  sigmoid_forward(S, l->N, (void *)l->Y, (const void *)X);
}

static void sigmoid_down(const struct layer *l, size_t S, real *dX,
                         const real *G, const real *X)
{
  (void)X;
  if (dX)
    sigmoid_backward(S, l->N, (void *)dX, (const void *)G, (const void *)l->Y);
}

static void relu_up(const struct layer *l, size_t S, const real *X)
{
  relu_forward(S, l->N, (void *)l->Y, (const void *)X);
}

static void relu_down(const struct layer *l, size_t S, real *dX, const real *G,
                      const real *X)
{
  (void)X;
  if (dX)
    relu_backward(S, l->N, (void *)dX, (const void *)G, (const void *)l->Y);
}

static void elu_up(const struct layer *l, size_t S, const real *X)
{
  elu_forward(S, l->N, (void *)l->Y, (const void *)X);
}

static void elu_down(const struct layer *l, size_t S, real *dX, const real *G,
                     const real *X)
{
  (void)X;
  if (dX)
    elu_backward(S, l->N, (void *)dX, (const void *)G, (const void *)l->Y);
}

static size_t norm_count(size_t M, size_t N)
{
  (void)M;
  return 2 * N;
}

static size_t norm_keeps(size_t N, size_t batch) { return (batch + 4) * N; }

struct norm norm_of(const struct layer *l)
{
  real *next = l->kept;
  struct norm n = { .gamma = l->parameters, .beta = l->parameters + l->N };
  n.mean = next, next += l->N;
  n.variance = next, next += l->N;
  n.running_mean = next, next += l->N;
  n.running_variance = next, next += l->N;
  n.Xhat = next;
  return n;
}

static void norm_up(const struct layer *l, size_t S, const real *X)
{
  const struct norm n = norm_of(l);
  batch_norm_forward(S, l->N, (void *)l->Y, (void *)n.Xhat, n.mean, n.variance,
                     (const void *)X, n.gamma, n.beta, NORM_EPSILON);
  batch_norm_track(S, l->N, n.running_mean, n.running_variance, n.mean,
                   n.variance, NORM_RATE);
}

static void norm_evaluate(const struct layer *l, size_t S, const real *X)
{
  const struct norm n = norm_of(l);
  batch_norm_evaluate(S, l->N, (void *)l->Y, (const void *)X, n.gamma, n.beta,
                      n.running_mean, n.running_variance, NORM_EPSILON);
}

static void norm_down(const struct layer *l, size_t S, real *dX, const real *G,
                      const real *X)
{
  (void)X;
  const struct norm n = norm_of(l);
  batch_norm_backward(S, l->N, (void *)dX, l->gradients, l->gradients + l->N,
                      (const void *)G, (const void *)n.Xhat, n.variance,
                      n.gamma, NORM_EPSILON);
}

static void norm_draw(const struct layer *l, struct rng *rng, real variance)
{
  (void)rng, (void)variance;
  const struct norm n = norm_of(l);
  for (size_t k = 0; k < l->N; k++) {
    l->parameters[k] = n.running_variance[k] = R(1.0);
    l->parameters[l->N + k] = n.running_mean[k] = R(0.0);
  }
}

const struct module module_linear = {
  .name = "linear",
  .parameters = linear_count,
  .forward = linear_up,
  .backward = linear_down,
  .draw = linear_draw,
};
const struct module module_sigmoid = {
  .name = "sigmoid",
  .forward = sigmoid_up,
  .backward = sigmoid_down,
};
const struct module module_relu = {
  .name = "relu",
  .forward = relu_up,
  .backward = relu_down,
};
const struct module module_elu = {
  .name = "elu",
  .forward = elu_up,
  .backward = elu_down,
};
const struct module module_batch_norm = {
  .name = "batch norm",
  .parameters = norm_count,
  .keeps = norm_keeps,
  .forward = norm_up,
  .evaluate = norm_evaluate,
  .backward = norm_down,
  .draw = norm_draw,
};
