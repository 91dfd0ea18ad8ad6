#include "../chapters/06-mlp.exercises.h"
#include "activation.h"
#include "claims.h"
#include "cross_entropy.h"
#include "gemm.h"
#include "learning_rate.h"
#include "linear.h"
#include "mlp.h"
#include "rng.h"
#include "train.h"

#include <stdlib.h>

/* Sizes that never meet: a square matrix would hide a transpose. */
#define DIMS                                                    \
  {                                                             \
    { "S", 3, 4 }, { "M", 5, 6 }, { "K", 7, 8 }, { "N", 9, 10 } \
  }
enum { S, M, K, N };
enum { Z };          /* of the operation from Z⁽²⁾ up */
enum { A, V, C, T }; /* from A or Z⁽¹⁾ up: W⁽²⁾, b⁽²⁾ */
enum { X, W1, B1, W2, B2, T_ALL }; /* the whole network */

/* The loss is one number, and so is its upstream u = dL/dL: every gradient
   has it as a factor. */
static real first(const void *upstream) { return *(const real *)upstream; }

static real delta(size_t i, size_t j) { return i == j ? R(1.0) : R(0.0); }

/* The parts that the operations are made of */

static real from_z2(const size_t d[], real *P, const void *z, const void *t)
{
  return softmax_cross_entropy_forward(d[S], d[N], (void *)P, z, t);
}

static real from_a(const size_t d[], real *P, const void *a,
                   const void *const in[])
{
  real z[d[S]][d[N]];
  linear_forward(d[S], d[K], d[N], z, a, in[V], in[C]);
  return from_z2(d, P, z, in[T]);
}

static real from_z1(const size_t d[], real *P, real *a, const void *z,
                    const void *const in[])
{
  sigmoid_forward(d[S], d[K], (void *)a, z);
  return from_a(d, P, a, in);
}

static void head_forward(const size_t d[], const void *const in[], void *L)
{
  real P[d[S]][d[N]];
  *(real *)L = from_z2(d, *P, in[Z], in[1]);
}

static void upper_forward(const size_t d[], const void *const in[], void *L)
{
  real P[d[S]][d[N]];
  *(real *)L = from_a(d, *P, in[A], in);
}

static void middle_forward(const size_t d[], const void *const in[], void *L)
{
  real P[d[S]][d[N]], a[d[S]][d[K]];
  *(real *)L = from_z1(d, *P, *a, in[A], in);
}

static void second_forward(const size_t d[], const void *const in[], void *Y)
{
  linear_forward(d[S], d[K], d[N], Y, in[A], in[V], in[C]);
}

static void sigmoid_only(const size_t d[], const void *const in[], void *Y)
{
  sigmoid_forward(d[S], d[K], Y, in[0]);
}

#define TARGET_SEGMENT                          \
  {                                             \
    "T", SHAPE(S, N), TARGETS, .role = CONSTANT \
  }

static const struct op head = {
  .name = "from Z2",
  .dim = DIMS,
  .in = { { "Z2", SHAPE(S, N), NORMAL, .role = INPUT }, TARGET_SEGMENT },
  .out = SCALAR,
  .forward = head_forward,
};
static const struct op upper = {
  .name = "from A",
  .dim = DIMS,
  .in = { { "A", SHAPE(S, K), NORMAL, .role = INPUT },
          { "W2", SHAPE(N, K), NORMAL, .role = PARAMETER },
          { "b2", SHAPE(N), NORMAL, .role = PARAMETER },
          TARGET_SEGMENT },
  .out = SCALAR,
  .forward = upper_forward,
};
static const struct op middle = {
  .name = "from Z1",
  .dim = DIMS,
  .in = { { "Z1", SHAPE(S, K), NORMAL, .role = INPUT },
          { "W2", SHAPE(N, K), NORMAL, .role = PARAMETER },
          { "b2", SHAPE(N), NORMAL, .role = PARAMETER },
          TARGET_SEGMENT },
  .out = SCALAR,
  .forward = middle_forward,
};
static const struct op second = {
  .name = "Z2 of A",
  .dim = DIMS,
  .in = { { "A", SHAPE(S, K), NORMAL, .role = INPUT },
          { "W2", SHAPE(N, K), NORMAL, .role = PARAMETER },
          { "b2", SHAPE(N), NORMAL, .role = PARAMETER } },
  .out = SHAPE(S, N),
  .forward = second_forward,
};
static const struct op hidden = {
  .name = "A of Z1",
  .dim = DIMS,
  .in = { { "Z1", SHAPE(S, K), NORMAL, .role = INPUT } },
  .out = SHAPE(S, K),
  .forward = sigmoid_only,
};

/* The network of src/mlp.c as an operation on X and its parameters */

/* Fills a network with in[1], in[2], …: W and b of each linear layer. */
static struct network filled(size_t count, const size_t sizes[],
                             const struct module *activation, size_t batch,
                             const void *const in[])
{
  struct network net;
  if (!network_new(&net, count, sizes, activation, batch))
    abort();
  real *next = net.parameters;
  for (size_t i = 1; i < count; i++) {
    const real *W = in[2 * i - 1], *b = in[2 * i];
    for (size_t j = 0; j < sizes[i] * sizes[i - 1]; j++)
      *next++ = W[j];
    for (size_t j = 0; j < sizes[i]; j++)
      *next++ = b[j];
  }
  return net;
}

static real net_loss(struct network *net, size_t samples, const void *x,
                     const void *t)
{
  const real *z = network_forward(net, samples, x);
  return softmax_cross_entropy_forward(samples, net->outputs, (void *)net->P,
                                       (const void *)z, t);
}

/* The backward as a training step does it, with u between loss and network;
   g holds what the gradients are added to. */
static void net_backward(struct network *net, size_t count,
                         const size_t sizes[], size_t samples, const void *x,
                         const void *t, real u, void *const g[])
{
  net_loss(net, samples, x, t);
  softmax_cross_entropy_backward(samples, net->outputs, (void *)net->G,
                                 (const void *)net->P, t);
  for (size_t i = 0; i < samples * net->outputs; i++)
    net->G[i] *= u;
  for (int back = 0; back < 2; back++) {
    real *next = net->gradients;
    for (size_t i = 1; i < count; i++)
      for (size_t part = 0; part < 2; part++) {
        real *at = g[2 * i - 1 + part];
        const size_t size = sizes[i] * (part ? 1 : sizes[i - 1]);
        for (size_t j = 0; j < size; j++, next++)
          *(back ? &at[j] : next) = back ? *next : at[j];
      }
    if (!back)
      network_backward(net, samples, g[X], net->G, x);
  }
}

static void whole_forward_with(const struct module *activation,
                               const size_t d[], const void *const in[],
                               void *L)
{
  const size_t sizes[] = { d[M], d[K], d[N] };
  struct network net = filled(3, sizes, activation, d[S], in);
  *(real *)L = net_loss(&net, d[S], in[X], in[T_ALL]);
  network_free(&net);
}

static void whole_backward_with(const struct module *activation,
                                const size_t d[], const void *const in[],
                                const void *upstream, void *const g[])
{
  const size_t sizes[] = { d[M], d[K], d[N] };
  struct network net = filled(3, sizes, activation, d[S], in);
  net_backward(&net, 3, sizes, d[S], in[X], in[T_ALL], first(upstream), g);
  network_free(&net);
}

static void whole_forward(const size_t d[], const void *const in[], void *L)
{
  whole_forward_with(&module_sigmoid, d, in, L);
}

static void whole_backward(const size_t d[], const void *const in[],
                           const void *upstream, void *const g[])
{
  whole_backward_with(&module_sigmoid, d, in, upstream, g);
}

static void relu_net_forward(const size_t d[], const void *const in[], void *L)
{
  whole_forward_with(&module_relu, d, in, L);
}

static void relu_net_backward(const size_t d[], const void *const in[],
                              const void *upstream, void *const g[])
{
  whole_backward_with(&module_relu, d, in, upstream, g);
}

/* The kinks are where an entry of Z⁽¹⁾ is 0. */
static long double nearest_zero(size_t n, const real z[])
{
  long double nearest = 1;
  for (size_t i = 0; i < n; i++) {
    const long double at = (long double)re(z[i]);
    const long double size = at < 0 ? -at : at;
    nearest = size < nearest ? size : nearest;
  }
  return nearest;
}

static long double relu_distance(const size_t d[], const void *const in[])
{
  real z[d[S]][d[K]];
  linear_forward(d[S], d[M], d[K], z, in[X], in[W1], in[B1]);
  return nearest_zero(d[S] * d[K], *z);
}

#define NETWORK_SEGMENTS                                              \
  {                                                                   \
    { "X", SHAPE(S, M), NORMAL, .role = INPUT },                      \
        { "W1", SHAPE(K, M), NORMAL, .role = PARAMETER },             \
        { "b1", SHAPE(K), NORMAL, .role = PARAMETER },                \
        { "W2", SHAPE(N, K), NORMAL, .role = PARAMETER },             \
        { "b2", SHAPE(N), NORMAL, .role = PARAMETER }, TARGET_SEGMENT \
  }

static const struct op whole = {
  .name = "mlp",
  .dim = DIMS,
  .in = NETWORK_SEGMENTS,
  .out = SCALAR,
  .forward = whole_forward,
  .backward = whole_backward,
};
static const struct op relu_net = {
  .name = "mlp-relu",
  .dim = DIMS,
  .in = NETWORK_SEGMENTS,
  .out = SCALAR,
  .forward = relu_net_forward,
  .backward = relu_net_backward,
  .distance = relu_distance,
};

/* The same from Z⁽¹⁾ up: the ReLU in place of the sigmoid of `middle` */
static real from_relu(const size_t d[], real *P, const void *const in[])
{
  real a[d[S]][d[K]];
  relu_forward(d[S], d[K], a, in[A]);
  return from_a(d, P, a, in);
}

static void relu_middle_forward(const size_t d[], const void *const in[],
                                void *L)
{
  real P[d[S] * d[N]];
  *(real *)L = from_relu(d, P, in);
}

static long double relu_middle_distance(const size_t d[],
                                        const void *const in[])
{
  return nearest_zero(d[S] * d[K], in[A]);
}

static const struct op relu_middle = {
  .name = "from Z1, ReLU",
  .dim = DIMS,
  .in = { { "Z1", SHAPE(S, K), NORMAL, .role = INPUT },
          { "W2", SHAPE(N, K), NORMAL, .role = PARAMETER },
          { "b2", SHAPE(N), NORMAL, .role = PARAMETER },
          TARGET_SEGMENT },
  .out = SCALAR,
  .forward = relu_middle_forward,
  .distance = relu_middle_distance,
};

/* Two hidden layers, of K and of J units */

enum { J = 4 };
enum { W3 = 5, B3, T_DEEP };

static void deep_forward(const size_t d[], const void *const in[], void *L)
{
  const size_t sizes[] = { d[M], d[K], d[J], d[N] };
  struct network net = filled(4, sizes, &module_sigmoid, d[S], in);
  *(real *)L = net_loss(&net, d[S], in[X], in[T_DEEP]);
  network_free(&net);
}

static void deep_backward(const size_t d[], const void *const in[],
                          const void *upstream, void *const g[])
{
  const size_t sizes[] = { d[M], d[K], d[J], d[N] };
  struct network net = filled(4, sizes, &module_sigmoid, d[S], in);
  net_backward(&net, 4, sizes, d[S], in[X], in[T_DEEP], first(upstream), g);
  network_free(&net);
}

static const struct op deep = {
  .name = "mlp-deep",
  .dim = { { "S", 3, 4 },
           { "M", 5, 6 },
           { "K", 7, 8 },
           { "N", 9, 10 },
           { "J", 11, 12 } },
  .in = { { "X", SHAPE(S, M), NORMAL, .role = INPUT },
          { "W1", SHAPE(K, M), NORMAL, .role = PARAMETER },
          { "b1", SHAPE(K), NORMAL, .role = PARAMETER },
          { "W2", SHAPE(J, K), NORMAL, .role = PARAMETER },
          { "b2", SHAPE(J), NORMAL, .role = PARAMETER },
          { "W3", SHAPE(N, J), NORMAL, .role = PARAMETER },
          { "b3", SHAPE(N), NORMAL, .role = PARAMETER },
          TARGET_SEGMENT },
  .out = SCALAR,
  .forward = deep_forward,
  .backward = deep_backward,
};

/* The same from Z⁽¹⁾ up: Z1, W2, b2, W3, b3, T */
enum { Z_FIRST, U2, C2, U3, C3, T_FROM };

static real from_first(const size_t d[], const void *const in[], real *a1,
                       real *a2, real *P)
{
  real z2[d[S]][d[J]], z3[d[S]][d[N]];
  sigmoid_forward(d[S], d[K], (void *)a1, in[Z_FIRST]);
  linear_forward(d[S], d[K], d[J], z2, (void *)a1, in[U2], in[C2]);
  sigmoid_forward(d[S], d[J], (void *)a2, (void *)z2);
  linear_forward(d[S], d[J], d[N], z3, (void *)a2, in[U3], in[C3]);
  return from_z2(d, P, z3, in[T_FROM]);
}

static void tower_forward(const size_t d[], const void *const in[], void *L)
{
  real a1[d[S] * d[K]], a2[d[S] * d[J]], P[d[S] * d[N]];
  *(real *)L = from_first(d, in, a1, a2, P);
}

static const struct op tower = {
  .name = "from Z1 of three layers",
  .dim = { { "S", 3, 4 },
           { "M", 1, 1 },
           { "K", 7, 8 },
           { "N", 9, 10 },
           { "J", 11, 12 } },
  .in = { { "Z1", SHAPE(S, K), NORMAL, .role = INPUT },
          { "W2", SHAPE(J, K), NORMAL, .role = PARAMETER },
          { "b2", SHAPE(J), NORMAL, .role = PARAMETER },
          { "W3", SHAPE(N, J), NORMAL, .role = PARAMETER },
          { "b3", SHAPE(N), NORMAL, .role = PARAMETER },
          TARGET_SEGMENT },
  .out = SCALAR,
  .forward = tower_forward,
};

/* The chain, step by step.  Each step takes the gradient above it. */

/* ∂L/∂Z⁽²⁾_sn = (1/S) (P_sn Σ_p T_sp − T_sn) */
static void dz2_from(const size_t d[], real u, const real *p, const void *t,
                     real *g)
{
  const real(*P)[d[N]] = (const void *)p;
  const real(*targets)[d[N]] = t;
  real(*G)[d[N]] = (void *)g;
  for (size_t s = 0; s < d[S]; s++)
    for (size_t n = 0; n < d[N]; n++) {
      real sum = R(0.0);
      for (size_t i = 0; i < d[N]; i++)
        sum += targets[s][i];
      G[s][n] = u * (P[s][n] * sum - targets[s][n]) / (real)d[S];
    }
}

/* ∂L/∂Z⁽²⁾ at a point of `upper`. */
static void dz2_at_a(const size_t d[], const void *const in[], real u,
                     real *G2)
{
  real P[d[S] * d[N]];
  from_a(d, P, in[A], in);
  dz2_from(d, u, P, in[T], G2);
}

static void dz2(const size_t d[], const void *const in[], const void *upstream,
                void *g)
{
  real P[d[S] * d[N]];
  from_z2(d, P, in[Z], in[1]);
  dz2_from(d, first(upstream), P, in[1], g);
}

/* Σ_s G_sn A_sk, the weights' gradient of any linear layer */
static void weights_index(size_t s_count, size_t m_count, size_t n_count,
                          const real *g, const void *x, void *out)
{
  const real(*G)[n_count] = (const void *)g;
  const real(*x_)[m_count] = x;
  real(*dW)[m_count] = out;
  for (size_t n = 0; n < n_count; n++)
    for (size_t m = 0; m < m_count; m++) {
      dW[n][m] = R(0.0);
      for (size_t s = 0; s < s_count; s++)
        dW[n][m] += G[s][n] * x_[s][m];
    }
}

static void bias_index(size_t s_count, size_t n_count, const real *g, real *db)
{
  for (size_t n = 0; n < n_count; n++) {
    db[n] = R(0.0);
    for (size_t s = 0; s < s_count; s++)
      db[n] += g[s * n_count + n];
  }
}

/* ∂Z⁽²⁾_pi / ∂W⁽²⁾_nk = δ_in A_pk */
static void dz2_dw2(const size_t d[], const void *const in[], void *out)
{
  const real(*a)[d[K]] = in[A];
  real *J_ = out;
  for (size_t p = 0; p < d[S]; p++)
    for (size_t i = 0; i < d[N]; i++)
      for (size_t n = 0; n < d[N]; n++)
        for (size_t k = 0; k < d[K]; k++)
          *J_++ = delta(i, n) * a[p][k];
}

static void dw2(const size_t d[], const void *const in[], const void *upstream,
                void *g)
{
  real G2[d[S] * d[N]];
  dz2_at_a(d, in, first(upstream), G2);
  weights_index(d[S], d[K], d[N], G2, in[A], g);
}

static void db2(const size_t d[], const void *const in[], const void *upstream,
                void *g)
{
  real G2[d[S] * d[N]];
  dz2_at_a(d, in, first(upstream), G2);
  bias_index(d[S], d[N], G2, g);
}

/* ∂Z⁽²⁾_pn / ∂A_sk = δ_ps W⁽²⁾_nk */
static void dz2_da(const size_t d[], const void *const in[], void *out)
{
  const real(*w)[d[K]] = in[V];
  real *J_ = out;
  for (size_t p = 0; p < d[S]; p++)
    for (size_t n = 0; n < d[N]; n++)
      for (size_t s = 0; s < d[S]; s++)
        for (size_t k = 0; k < d[K]; k++)
          *J_++ = delta(p, s) * w[n][k];
}

/* ∂L/∂A_sk = Σ_p Σ_n ∂L/∂Z⁽²⁾_pn ∂Z⁽²⁾_pn/∂A_sk */
static void da_chain(const size_t d[], const void *const in[],
                     const void *upstream, void *g)
{
  const size_t rows = d[S] * d[N], columns = d[S] * d[K];
  real G2[rows], J_[rows][columns], *dA = g;
  dz2_at_a(d, in, first(upstream), G2);
  dz2_da(d, in, J_);
  for (size_t sk = 0; sk < columns; sk++) {
    dA[sk] = R(0.0);
    for (size_t pn = 0; pn < rows; pn++)
      dA[sk] += G2[pn] * J_[pn][sk];
  }
}

/* ∂L/∂A_sk = Σ_n ∂L/∂Z⁽²⁾_sn W⁽²⁾_nk */
static void da_from(const size_t d[], void *g2, const void *w2, real *out)
{
  const real(*G2)[d[N]] = g2;
  const real(*w)[d[K]] = w2;
  real(*dA)[d[K]] = (void *)out;
  for (size_t s = 0; s < d[S]; s++)
    for (size_t k = 0; k < d[K]; k++) {
      dA[s][k] = R(0.0);
      for (size_t n = 0; n < d[N]; n++)
        dA[s][k] += G2[s][n] * w[n][k];
    }
}

static void da(const size_t d[], const void *const in[], const void *upstream,
               void *g)
{
  real G2[d[S] * d[N]];
  dz2_at_a(d, in, first(upstream), G2);
  da_from(d, G2, in[V], g);
}

/* ∂A_pj / ∂Z⁽¹⁾_sk = δ_ps δ_jk A_sk (1 − A_sk) */
static void da_dz1(const size_t d[], const void *const in[], void *out)
{
  real a[d[S]][d[K]], *J_ = out;
  sigmoid_forward(d[S], d[K], a, in[0]);
  for (size_t p = 0; p < d[S]; p++)
    for (size_t j = 0; j < d[K]; j++)
      for (size_t s = 0; s < d[S]; s++)
        for (size_t k = 0; k < d[K]; k++)
          *J_++ = delta(p, s) * delta(j, k) * a[s][k] * (R(1.0) - a[s][k]);
}

/* ∂L/∂Z⁽¹⁾_sk = ∂L/∂A_sk A_sk (1 − A_sk), at a point of `middle` */
static void dz1_from(const size_t d[], const void *z1, const void *const in[],
                     real u, real *g)
{
  real P[d[S] * d[N]], a[d[S] * d[K]], G2[d[S] * d[N]], dA[d[S] * d[K]];
  from_z1(d, P, a, z1, in);
  dz2_from(d, u, P, in[T], G2);
  da_from(d, G2, in[V], dA);
  for (size_t i = 0; i < d[S] * d[K]; i++)
    g[i] = dA[i] * a[i] * (R(1.0) - a[i]);
}

static void dz1(const size_t d[], const void *const in[], const void *upstream,
                void *g)
{
  dz1_from(d, in[A], in, first(upstream), g);
}

/* ∂L/∂Z⁽¹⁾ at a point of `whole`: its W2, b2, T lie two places on. */
static void dz1_at_x(const size_t d[], const void *const in[], real u,
                     real *G1)
{
  real z1[d[S]][d[K]];
  linear_forward(d[S], d[M], d[K], z1, in[X], in[W1], in[B1]);
  dz1_from(d, z1, in + 2, u, G1);
}

static void dw1(const size_t d[], const void *const in[], const void *upstream,
                void *g)
{
  real G1[d[S] * d[K]];
  dz1_at_x(d, in, first(upstream), G1);
  weights_index(d[S], d[M], d[K], G1, in[X], g);
}

static void db1(const size_t d[], const void *const in[], const void *upstream,
                void *g)
{
  real G1[d[S] * d[K]];
  dz1_at_x(d, in, first(upstream), G1);
  bias_index(d[S], d[K], G1, g);
}

/* ∂L/∂X_sm = Σ_k ∂L/∂Z⁽¹⁾_sk W⁽¹⁾_km */
static void dx(const size_t d[], const void *const in[], const void *upstream,
               void *g)
{
  const real(*w)[d[M]] = in[W1];
  real G1[d[S]][d[K]], (*dX)[d[M]] = g;
  dz1_at_x(d, in, first(upstream), *G1);
  for (size_t s = 0; s < d[S]; s++)
    for (size_t m = 0; m < d[M]; m++) {
      dX[s][m] = R(0.0);
      for (size_t k = 0; k < d[K]; k++)
        dX[s][m] += G1[s][k] * w[k][m];
    }
}

/* ∂L/∂W⁽¹⁾_km = (1/S) Σ_s Σ_n (P_sn Σ_p T_sp − T_sn) W⁽²⁾_nk A_sk
   (1 − A_sk) X_sm */
static void dw1_full(const size_t d[], const void *const in[],
                     const void *upstream, void *g)
{
  const real(*x)[d[M]] = in[X], (*w2)[d[K]] = in[W2], (*t)[d[N]] = in[T_ALL];
  real z1[d[S]][d[K]], a[d[S]][d[K]], P[d[S]][d[N]], (*dW)[d[M]] = g;
  linear_forward(d[S], d[M], d[K], z1, in[X], in[W1], in[B1]);
  from_z1(d, *P, *a, z1, in + 2);
  for (size_t k = 0; k < d[K]; k++)
    for (size_t m = 0; m < d[M]; m++) {
      real sum = R(0.0);
      for (size_t s = 0; s < d[S]; s++)
        for (size_t n = 0; n < d[N]; n++) {
          real row = R(0.0);
          for (size_t p = 0; p < d[N]; p++)
            row += t[s][p];
          sum += (P[s][n] * row - t[s][n]) * w2[n][k] * a[s][k] *
                 (R(1.0) - a[s][k]) * x[s][m];
        }
      dW[k][m] = first(upstream) * sum / (real)d[S];
    }
}

/* The matrix forms: products of whole matrices, by gemm */

/* (1/S) (P ∘ (T 1 1ᵀ) − T) */
static void dz2_matrix_from(const size_t d[], real u, const real *P,
                            const void *t, real *G)
{
  const real *targets = t;
  real ones[d[N]], column[d[S]], all[d[S] * d[N]];
  for (size_t n = 0; n < d[N]; n++)
    ones[n] = R(1.0);
  gemm(AS_IS, AS_IS, d[S], 1, d[N], targets, ones, 0, column);
  gemm(AS_IS, TRANSPOSED, d[S], d[N], 1, column, ones, 0, all);
  for (size_t i = 0; i < d[S] * d[N]; i++)
    G[i] = u * (P[i] * all[i] - targets[i]) / (real)d[S];
}

static void dz2_matrix(const size_t d[], const void *const in[],
                       const void *upstream, void *g)
{
  real P[d[S] * d[N]];
  from_z2(d, P, in[Z], in[1]);
  dz2_matrix_from(d, first(upstream), P, in[1], g);
}

static void g2_at_a(const size_t d[], const void *const in[], real u, real *G2)
{
  real P[d[S] * d[N]];
  from_a(d, P, in[A], in);
  dz2_matrix_from(d, u, P, in[T], G2);
}

static void ones_of(size_t n, real *ones)
{
  for (size_t i = 0; i < n; i++)
    ones[i] = R(1.0);
}

static void dw2_matrix(const size_t d[], const void *const in[],
                       const void *upstream, void *g)
{
  real G2[d[S] * d[N]];
  g2_at_a(d, in, first(upstream), G2);
  gemm(TRANSPOSED, AS_IS, d[N], d[K], d[S], G2, in[A], 0, g);
}

static void db2_matrix(const size_t d[], const void *const in[],
                       const void *upstream, void *g)
{
  real G2[d[S] * d[N]], ones[d[S]];
  g2_at_a(d, in, first(upstream), G2);
  ones_of(d[S], ones);
  gemm(TRANSPOSED, AS_IS, d[N], 1, d[S], G2, ones, 0, g);
}

static void da_matrix(const size_t d[], const void *const in[],
                      const void *upstream, void *g)
{
  real G2[d[S] * d[N]];
  g2_at_a(d, in, first(upstream), G2);
  gemm(AS_IS, AS_IS, d[S], d[K], d[N], G2, in[V], 0, g);
}

/* (G⁽²⁾ W⁽²⁾) ∘ A ∘ (1 1ᵀ − A) */
static void g1_from(const size_t d[], const void *z1, const void *const in[],
                    real u, real *G1)
{
  real P[d[S] * d[N]], a[d[S] * d[K]], G2[d[S] * d[N]];
  from_z1(d, P, a, z1, in);
  dz2_matrix_from(d, u, P, in[T], G2);
  gemm(AS_IS, AS_IS, d[S], d[K], d[N], G2, in[V], 0, G1);
  for (size_t i = 0; i < d[S] * d[K]; i++)
    G1[i] *= a[i] * (R(1.0) - a[i]);
}

static void dz1_matrix(const size_t d[], const void *const in[],
                       const void *upstream, void *g)
{
  g1_from(d, in[A], in, first(upstream), g);
}

/* (G⁽²⁾ W⁽²⁾) ∘ 1[Z⁽¹⁾ > 0] */
static void dz1_relu(const size_t d[], const void *const in[],
                     const void *upstream, void *g)
{
  const real *z1 = in[A];
  real P[d[S] * d[N]], G2[d[S] * d[N]], *G1 = g;
  from_relu(d, P, in);
  dz2_matrix_from(d, first(upstream), P, in[T], G2);
  gemm(AS_IS, AS_IS, d[S], d[K], d[N], G2, in[V], 0, G1);
  for (size_t i = 0; i < d[S] * d[K]; i++)
    G1[i] *= re(z1[i]) > 0 ? R(1.0) : R(0.0);
}

static void g1_at_x(const size_t d[], const void *const in[], real u, real *G1)
{
  real z1[d[S]][d[K]];
  linear_forward(d[S], d[M], d[K], z1, in[X], in[W1], in[B1]);
  g1_from(d, z1, in + 2, u, G1);
}

static void dw1_matrix(const size_t d[], const void *const in[],
                       const void *upstream, void *g)
{
  real G1[d[S] * d[K]];
  g1_at_x(d, in, first(upstream), G1);
  gemm(TRANSPOSED, AS_IS, d[K], d[M], d[S], G1, in[X], 0, g);
}

static void db1_matrix(const size_t d[], const void *const in[],
                       const void *upstream, void *g)
{
  real G1[d[S] * d[K]], ones[d[S]];
  g1_at_x(d, in, first(upstream), G1);
  ones_of(d[S], ones);
  gemm(TRANSPOSED, AS_IS, d[K], 1, d[S], G1, ones, 0, g);
}

/* G⁽ˡ⁾ = (G⁽ˡ⁺¹⁾ W⁽ˡ⁺¹⁾) ∘ h′(Z⁽ˡ⁾), for l = 2 and then for l = 1 */
static void recursion(const size_t d[], const void *const in[],
                      const void *upstream, void *g)
{
  real a1[d[S] * d[K]], a2[d[S] * d[J]], P[d[S] * d[N]], G3[d[S] * d[N]];
  real G2[d[S] * d[J]], *G1 = g;
  from_first(d, in, a1, a2, P);
  dz2_matrix_from(d, first(upstream), P, in[T_FROM], G3);
  gemm(AS_IS, AS_IS, d[S], d[J], d[N], G3, in[U3], 0, G2);
  for (size_t i = 0; i < d[S] * d[J]; i++)
    G2[i] *= a2[i] * (R(1.0) - a2[i]);
  gemm(AS_IS, AS_IS, d[S], d[K], d[J], G2, in[U2], 0, G1);
  for (size_t i = 0; i < d[S] * d[K]; i++)
    G1[i] *= a1[i] * (R(1.0) - a1[i]);
}

/* ∂L/∂W⁽¹⁾ = (1/S) Σ_s ∂L_s/∂W⁽¹⁾, L_s the loss of sample s by itself */
static void batch_mean(const size_t d[], const void *const in[],
                       const void *upstream, void *g)
{
  const real(*x)[d[M]] = in[X], (*t)[d[N]] = in[T_ALL];
  const size_t sizes[] = { d[M], d[K], d[N] };
  struct network net = filled(3, sizes, &module_sigmoid, 1, in);
  real *dW = g;
  for (size_t i = 0; i < d[K] * d[M]; i++)
    dW[i] = R(0.0);
  for (size_t s = 0; s < d[S]; s++) {
    network_clear(&net);
    net_loss(&net, 1, x[s], t[s]);
    softmax_cross_entropy_backward(1, d[N], (void *)net.G, (const void *)net.P,
                                   (const void *)t[s]);
    network_backward(&net, 1, NULL, net.G, x[s]);
    for (size_t i = 0; i < d[K] * d[M]; i++)
      dW[i] += net.gradients[i];
  }
  for (size_t i = 0; i < d[K] * d[M]; i++)
    dW[i] *= first(upstream) / (real)d[S];
  network_free(&net);
}

/* The worked examples: x = (1, −1), class 0, zero biases */

struct example {
  struct network net;
  const real *Z1, *A, *Z2, *dA;
  real loss, dZ1[3];
};

static const real example_x[2] = { R(1.0), R(-1.0) };

/* W⁽¹⁾ is 3×2 and W⁽²⁾ is 2×3. */
static struct example example_new(const real w1[6], const real w2[6])
{
  const size_t sizes[] = { 2, 3, 2 };
  const real zero[3] = { R(0.0), R(0.0), R(0.0) };
  const void *in[] = { example_x, w1, zero, w2, zero };
  const real t[1][2] = { { R(1.0), R(0.0) } };
  struct example e = { .net = filled(3, sizes, &module_sigmoid, 1, in) };
  e.loss = net_loss(&e.net, 1, example_x, t);
  softmax_cross_entropy_backward(1, 2, (void *)e.net.G, (const void *)e.net.P,
                                 t);
  network_backward(&e.net, 1, NULL, e.net.G, example_x);
  e.Z1 = e.net.layers[0].Y;
  e.A = e.net.layers[1].Y;
  e.Z2 = e.net.layers[2].Y;
  e.dA = e.net.flow[0]; /* layer 2 wrote it, layer 1 read it */
  for (int k = 0; k < 3; k++)
    e.dZ1[k] = e.net.layers[0].gradients[6 + k]; /* S = 1: db⁽¹⁾ */
  return e;
}

static struct example given(void)
{
  return example_new(
      (const real[]){ R(1.0), R(-1.0), R(1.0), R(-1.0), R(1.0), R(-1.0) },
      (const real[]){ R(1.0), R(-1.0), R(-1.0), R(1.0), R(-1.0), R(-1.0) });
}

static struct example ours(void)
{
  return example_new(
      (const real[]){ R(1.0), R(1.0), R(1.0), R(-1.0), R(-1.0), R(1.0) },
      (const real[]){ R(1.0), R(-1.0), R(0.0), R(0.0), R(1.0), R(-1.0) });
}

/* Half a unit of the last printed digit */
#define EXACTLY 1e-15L
#define FOUR_PLACES 0.5e-4L
#define TEN_PLACES 0.5e-10L

static void hold(struct finding *f, struct example *e, long double tolerance,
                 long n, const real got[], const long double printed[])
{
  f->tolerance = tolerance;
  f->entries = n;
  f->error = 0;
  for (long i = 0; i < n; i++)
    f->error = worse(f->error, (long double)re(got[i]), printed[i]);
  network_free(&e->net);
}

#define PRINTED(name, which, what, count, tolerance, ...) \
  static void name(struct finding *f)                     \
  {                                                       \
    struct example e = which();                           \
    const long double printed[] = { __VA_ARGS__ };        \
    hold(f, &e, tolerance, count, what, printed);         \
  }

PRINTED(hand_z1, given, e.Z1, 3, EXACTLY, 2, 2, 2)
PRINTED(hand_a, given, e.A, 3, FOUR_PLACES, 0.8808L, 0.8808L, 0.8808L)
PRINTED(hand_z2, given, e.Z2, 2, FOUR_PLACES, -0.8808L, -0.8808L)
PRINTED(hand_p, given, e.net.P, 2, EXACTLY, 0.5L, 0.5L)
PRINTED(hand_loss, given, &e.loss, 1, TEN_PLACES, 0.6931471806L)
PRINTED(hand_db2, given, e.net.layers[2].gradients + 6, 2, EXACTLY, -0.5L,
        0.5L)
PRINTED(hand_dw2, given, e.net.layers[2].gradients, 6, FOUR_PLACES, -0.4404L,
        -0.4404L, -0.4404L, 0.4404L, 0.4404L, 0.4404L)
PRINTED(hand_da, given, e.dA, 3, EXACTLY, 0, 0, 0)
PRINTED(hand_dw1, given, e.net.layers[0].gradients, 6, EXACTLY, 0, 0, 0, 0, 0,
        0)

PRINTED(ours_z1, ours, e.Z1, 3, EXACTLY, 0, 2, -2)
PRINTED(ours_a, ours, e.A, 3, FOUR_PLACES, 0.5L, 0.8808L, 0.1192L)
PRINTED(ours_z2, ours, e.Z2, 2, FOUR_PLACES, -0.3808L, 0.7616L)
PRINTED(ours_p, ours, e.net.P, 2, FOUR_PLACES, 0.2419L, 0.7581L)
PRINTED(ours_loss, ours, &e.loss, 1, FOUR_PLACES, 1.4193L)
PRINTED(ours_dz2, ours, e.net.G, 2, FOUR_PLACES, -0.7581L, 0.7581L)
PRINTED(ours_dw2, ours, e.net.layers[2].gradients, 6, FOUR_PLACES, -0.3791L,
        -0.6677L, -0.0904L, 0.3791L, 0.6677L, 0.0904L)
PRINTED(ours_da, ours, e.dA, 3, FOUR_PLACES, -0.7581L, 1.5162L, -0.7581L)
PRINTED(ours_dz1, ours, e.dZ1, 3, FOUR_PLACES, -0.1895L, 0.1592L, -0.0796L)
PRINTED(ours_dw1, ours, e.net.layers[0].gradients, 6, FOUR_PLACES, -0.1895L,
        0.1895L, 0.1592L, -0.1592L, -0.0796L, 0.0796L)

/* 300·784 + 300 + 10·300 + 10 */
static void count(struct finding *f)
{
  const size_t sizes[] = { 784, 300, 10 };
  struct network net;
  if (!network_new(&net, 3, sizes, &module_sigmoid, 1))
    abort();
  f->error = worse(0, (long double)net.count, 238510);
  f->error = worse(f->error, 238510, 300 * 784 + 300 + 10 * 300 + 10);
  f->tolerance = 0;
  f->entries = 2;
  network_free(&net);
}

/* θ_new = θ − α ∂L/∂θ: the second of two steps of training, each on two of
   three byte images, so that the first leaves its gradients and its batch
   behind; against the network's own gradient at the θ before the step. */
static void descend(struct finding *f)
{
  enum { INPUTS = 4, HIDDEN = 3, CLASSES = 2, COUNT = 23 };
  const size_t sizes[] = { INPUTS, HIDDEN, CLASSES };
  const unsigned char bytes[3 * INPUTS] = { 9,  255, 0,  31, 7,  77,
                                            99, 180, 64, 3,  50, 200 };
  const unsigned char label[3] = { 0, 0, 1 };
  const size_t old[2] = { 1, 2 }, index[2] = { 2, 0 };
  const struct samples set = { 3, INPUTS, bytes, NULL, label };
  const real t[2][CLASSES] = { { R(0.0), R(1.0) }, { R(1.0), R(0.0) } };
  const real rate = R(0.7);
  real x[2][INPUTS], before[COUNT], gradient[COUNT];
  struct rng rng = rng_stream(f->seed, "mlp-descend");
  struct network net;
  if (!network_new(&net, 3, sizes, &module_sigmoid, 2))
    abort();
  network_draw(&net, &rng, 1);
  for (int s = 0; s < 2; s++)
    for (int m = 0; m < INPUTS; m++)
      x[s][m] = bytes[index[s] * INPUTS + (size_t)m] / R(255.0);
  train_step(&net, &set, 2, old, rate);
  for (int i = 0; i < COUNT; i++)
    before[i] = net.parameters[i];
  const real loss = train_step(&net, &set, 2, index, rate);
  for (int i = 0; i < COUNT; i++) {
    const real after = net.parameters[i];
    net.parameters[i] = before[i];
    before[i] = after;
    gradient[i] = net.gradients[i];
  }
  f->error = worse((long double)net.count - COUNT, (long double)re(loss),
                   (long double)re(net_loss(&net, 2, x, t)));
  for (int i = 0; i < 2 * CLASSES; i++) /* nothing was written over them */
    f->error = worse(f->error, (long double)re(net.T[i]),
                     (long double)re(t[i / CLASSES][i % CLASSES]));
  const real beside = net.layers[0].Y[0]; /* lies behind the gradients */
  network_clear(&net);
  f->error = worse(f->error, (long double)re(beside),
                   (long double)re(net.layers[0].Y[0]));
  softmax_cross_entropy_backward(2, CLASSES, (void *)net.G,
                                 (const void *)net.P, t);
  network_backward(&net, 2, NULL, net.G, *x);
  for (int i = 0; i < COUNT; i++) {
    f->error =
        worse(f->error, (long double)re(before[i]),
              (long double)re(net.parameters[i] - rate * net.gradients[i]));
    f->error = worse(f->error, (long double)re(gradient[i]),
                     (long double)re(net.gradients[i]));
  }
  f->tolerance = EXACTLY;
  f->entries = 2 * COUNT + 3 + 2 * CLASSES;
  network_free(&net);
}

/* Seven samples in batches of three: 3, 3 and 1.  The reported numbers of
   samples 1 to 7 of nine, against each sample by itself. */

enum { SET = 9, SET_FROM = 1, SET_TO = 8, SET_IN = 3, SET_CLASSES = 4 };

struct scored {
  struct score score, full; /* full: without the last, in full batches */
  unsigned char guess[SET_TO - SET_FROM];
  double sure[SET_TO - SET_FROM];
  real Z[SET][SET_CLASSES], P[SET][SET_CLASSES], loss[SET];
  unsigned char label[SET];
};

static struct scored scored(uint64_t seed)
{
  const size_t sizes[] = { SET_IN, 5, SET_CLASSES };
  struct rng rng = rng_stream(seed, "mlp-score");
  real x[SET][SET_IN];
  struct scored r;
  struct network net;
  if (!network_new(&net, 3, sizes, &module_sigmoid, 3))
    abort();
  network_draw(&net, &rng, 2);
  for (int s = 0; s < SET; s++) {
    for (int m = 0; m < SET_IN; m++)
      x[s][m] = 2 * (real)rng_normal(&rng);
    const real *Z = network_forward(&net, 1, x[s]);
    size_t top = 0;
    for (size_t n = 0; n < SET_CLASSES; n++) {
      r.Z[s][n] = Z[n];
      top = re(Z[n]) > re(Z[top]) ? n : top;
    }
    r.label[s] = (unsigned char)((top + (size_t)(s % 2)) % SET_CLASSES);
    real t[1][SET_CLASSES] = { { R(0.0) } };
    t[0][r.label[s]] = R(1.0);
    r.loss[s] = softmax_cross_entropy_forward(1, SET_CLASSES, &r.P[s],
                                              (const void *)r.Z[s], t);
  }
  const struct samples set = { SET, SET_IN, NULL, *x, r.label };
  r.score = train_score(&net, &set, SET_FROM, SET_TO, r.guess, r.sure);
  r.full = train_score(&net, &set, SET_FROM, SET_TO - 1, NULL, NULL);
  network_free(&net);
  return r;
}

/* L = (1/S) Σ_B S_B L_B over the batches, which is the mean over samples */
static void score_loss(struct finding *f)
{
  const struct scored r = scored(f->seed);
  const size_t first_of[] = { 1, 4, 7, 8 }; /* batches, and the end */
  real sum = R(0.0);
  for (int b = 0; b < 3; b++) {
    const size_t size = first_of[b + 1] - first_of[b];
    real mean = R(0.0);
    for (size_t s = first_of[b]; s < first_of[b + 1]; s++)
      mean += r.loss[s] / (real)size;
    sum += (real)size * mean;
  }
  const real without = sum - r.loss[SET_TO - 1];
  f->error = worse((long double)r.score.count - (SET_TO - SET_FROM),
                   (long double)re(sum / R(7.0)), (long double)r.score.loss);
  f->error = worse(f->error, (long double)re(without / R(6.0)),
                   (long double)r.full.loss);
  f->tolerance = 0x1p-50L; /* the score is a double */
  f->entries = 3;
}

/* 1[arg max_n Z_sn = c_s] over the samples; the guess and its probability */
static void accuracy(struct finding *f)
{
  f->error = 0;
  for (uint64_t network = 0; network < 8; network++) {
    const struct scored r = scored(f->seed + network);
    int right = 0;
    for (int s = SET_FROM; s < SET_TO; s++) {
      size_t best = 0;
      for (size_t n = 1; n < SET_CLASSES; n++)
        best = re(r.Z[s][n]) > re(r.Z[s][best]) ? n : best;
      right += best == r.label[s];
      f->error = worse(f->error, r.guess[s - SET_FROM], (long double)best);
      f->error = worse(f->error, (long double)r.sure[s - SET_FROM],
                       (long double)re(r.P[s][best]));
    }
    f->error = worse(f->error, (long double)r.score.right, right);
    f->entries += 2 * (SET_TO - SET_FROM) + 1;
  }
  f->tolerance = 0x1p-50L;
}

/* Var Z_sk = w² Σ_m X_sm² for weights of variance w² and biases 0, at a fixed
   x: the mean square over many units of fresh networks, for a w of its own
   and for w² = 1/M; within 5 standard errors of a variance, √(2/n) of it */
static void init_variance(struct finding *f)
{
  enum { INPUTS = 40, UNITS = 50, DRAWS = 2000 };
  const size_t sizes[] = { INPUTS, UNITS };
  struct rng rng = rng_stream(f->seed, "mlp-init-variance");
  struct network net;
  real x[INPUTS];
  long double squares = 0;
  if (!network_new(&net, 2, sizes, &module_sigmoid, 1))
    abort();
  for (int m = 0; m < INPUTS; m++) {
    x[m] = (real)rng_uniform(&rng);
    squares += (long double)re(x[m] * x[m]);
  }
  f->error = 0;
  for (int classic = 0; classic < 2; classic++) {
    const long double w2 = classic ? 1.0L / INPUTS : 0.09L;
    long double mean = 0;
    for (size_t i = 0; i < net.count; i++)
      net.parameters[i] = R(9.0);
    for (int i = 0; i < DRAWS; i++) {
      network_draw(&net, &rng, classic ? 0 : 0.3);
      const real *z = network_forward(&net, 1, x);
      for (int k = 0; k < UNITS; k++)
        mean += (long double)re(z[k] * z[k]) / (DRAWS * UNITS);
    }
    f->error = worse(f->error, mean / (w2 * squares), 1);
  }
  f->tolerance = 5 * sqrtl(2.0L / (DRAWS * UNITS));
  f->entries = 2;
  network_free(&net);
}

/* α_k = α_0 L̄_k / L̄_0 after k applications of the rule */
static void telescope(struct finding *f)
{
  enum { BLOCKS = 50 };
  struct rng rng = rng_stream(f->seed, "mlp-telescope");
  const double rate = 0.1, start = 0.1 + rng_uniform(&rng);
  real a = R(0.1);
  double before = start;
  f->error = 0;
  for (int k = 1; k <= BLOCKS; k++) {
    const double loss = 0.1 + rng_uniform(&rng);
    a = rate_ratio(a, (real)loss, (real)before);
    f->error = worse(
        f->error, (long double)re(a) / (long double)(rate * loss / start), 1);
    before = loss;
  }
  f->tolerance = 2 * BLOCKS * 0x1p-52L;
  f->entries = BLOCKS;
}

/* Exercises */

/* Z⁽²⁾ of the two layers; the inputs have no gradient here. */
static void logits_forward(const size_t d[], const void *const in[], void *Y)
{
  real z1[d[S]][d[K]], a[d[S]][d[K]];
  linear_forward(d[S], d[M], d[K], z1, in[X], in[W1], in[B1]);
  sigmoid_forward(d[S], d[K], a, (const void *)z1);
  linear_forward(d[S], d[K], d[N], Y, (const void *)a, in[W2], in[B2]);
}

static void logits_backward(const size_t d[], const void *const in[],
                            const void *G, void *const g[])
{
  real z1[d[S]][d[K]], a[d[S]][d[K]];
  linear_forward(d[S], d[M], d[K], z1, in[X], in[W1], in[B1]);
  sigmoid_forward(d[S], d[K], a, (const void *)z1);
  plain_backward(d[S], d[M], d[K], d[N], g[W1], g[B1], g[W2], g[B2], G, in[W2],
                 (const void *)a, in[X]);
}

static const struct op logits = {
  .name = "the logits by plain loops",
  .dim = DIMS,
  .in = { { "X", SHAPE(S, M), NORMAL, .role = CONSTANT },
          { "W1", SHAPE(K, M), NORMAL, .role = PARAMETER },
          { "b1", SHAPE(K), NORMAL, .role = PARAMETER },
          { "W2", SHAPE(N, K), NORMAL, .role = PARAMETER },
          { "b2", SHAPE(N), NORMAL, .role = PARAMETER } },
  .out = SHAPE(S, N),
  .forward = logits_forward,
  .backward = logits_backward,
};

/* ∂L/∂Z⁽¹⁾_sk = A_sk (1 − A_sk) Σ_n G⁽²⁾_sn W⁽²⁾_nk */
static void dz1_inserted(const size_t d[], const void *const in[],
                         const void *upstream, void *g)
{
  const real(*w2)[d[K]] = in[V];
  real a[d[S]][d[K]], P[d[S]][d[N]], G2[d[S]][d[N]], (*G1)[d[K]] = g;
  from_z1(d, *P, *a, in[A], in);
  dz2_from(d, first(upstream), *P, in[T], *G2);
  for (size_t s = 0; s < d[S]; s++)
    for (size_t k = 0; k < d[K]; k++) {
      real sum = R(0.0);
      for (size_t n = 0; n < d[N]; n++)
        sum += G2[s][n] * w2[n][k];
      G1[s][k] = a[s][k] * (R(1.0) - a[s][k]) * sum;
    }
}

static const struct module module_tanh = {
  .name = "tanh",
  .forward = tanh_up,
  .backward = tanh_down,
};

static void tanh_net_forward(const size_t d[], const void *const in[], void *L)
{
  real z1[d[S]][d[K]], a[d[S]][d[K]], P[d[S]][d[N]];
  linear_forward(d[S], d[M], d[K], z1, in[X], in[W1], in[B1]);
  tanh_forward(d[S], d[K], a, (const void *)z1);
  *(real *)L = from_a(d, *P, a, in + 2);
}

static void tanh_net_backward(const size_t d[], const void *const in[],
                              const void *upstream, void *const g[])
{
  const struct layer unread = { .module = &module_tanh, .N = d[K] };
  tanh_down(&unread, d[S], NULL, NULL, NULL);
  whole_backward_with(&module_tanh, d, in, upstream, g);
}

static const struct op tanh_net = {
  .name = "mlp-tanh",
  .dim = DIMS,
  .in = NETWORK_SEGMENTS,
  .out = SCALAR,
  .forward = tanh_net_forward,
  .backward = tanh_net_backward,
};

/* The same from Z⁽¹⁾ up */
static real from_tanh(const size_t d[], real *P, real *a,
                      const void *const in[])
{
  tanh_forward(d[S], d[K], (void *)a, in[A]);
  return from_a(d, P, a, in);
}

static void tanh_middle_forward(const size_t d[], const void *const in[],
                                void *L)
{
  real a[d[S] * d[K]], P[d[S] * d[N]];
  *(real *)L = from_tanh(d, P, a, in);
}

static const struct op tanh_middle = {
  .name = "from Z1, tanh",
  .dim = DIMS,
  .in = { { "Z1", SHAPE(S, K), NORMAL, .role = INPUT },
          { "W2", SHAPE(N, K), NORMAL, .role = PARAMETER },
          { "b2", SHAPE(N), NORMAL, .role = PARAMETER },
          TARGET_SEGMENT },
  .out = SCALAR,
  .forward = tanh_middle_forward,
};

/* (G⁽²⁾ W⁽²⁾) ∘ (1 1ᵀ − A ∘ A) */
static void dz1_tanh(const size_t d[], const void *const in[],
                     const void *upstream, void *g)
{
  real a[d[S] * d[K]], P[d[S] * d[N]], G2[d[S] * d[N]], *G1 = g;
  from_tanh(d, P, a, in);
  dz2_matrix_from(d, first(upstream), P, in[T], G2);
  gemm(AS_IS, AS_IS, d[S], d[K], d[N], G2, in[V], 0, G1);
  for (size_t i = 0; i < d[S] * d[K]; i++)
    G1[i] *= R(1.0) - a[i] * a[i];
}

/* W⁽¹⁾ of the 2-3-2 network of the exercise after training, by the backward of
   the network as an operation */
static void trained_equal(real w, size_t steps, real W[3][2])
{
  const size_t d[] = { 2, 2, 3, 2 }, size[] = { 4, 6, 3, 6, 2 };
  const real x[] = { R(1.0), R(-1.0), R(0.5), R(2.0) };
  const real t[] = { R(1.0), R(0.0), R(0.0), R(1.0) }, u = R(1.0);
  real at[5][6], gradient[5][6];
  for (int i = 0; i < 30; i++)
    at[i / 6][i % 6] = w;
  const void *const in[] = { x, at[W1], at[B1], at[W2], at[B2], t };
  void *const g[] = { gradient[X], gradient[W1], gradient[B1], gradient[W2],
                      gradient[B2] };
  for (size_t step = 0; step < steps; step++) {
    for (int i = 0; i < 30; i++)
      gradient[i / 6][i % 6] = R(0.0);
    whole_backward(d, in, &u, g);
    for (int array = W1; array <= B2; array++)
      for (size_t i = 0; i < size[array]; i++)
        at[array][i] -= R(0.5) * gradient[array][i];
  }
  for (int i = 0; i < 6; i++)
    W[i / 2][i % 2] = at[W1][i];
}

/* W⁽¹⁾_km = W⁽¹⁾_jm after any number of steps from parameters that are all w,
   and W⁽¹⁾ is what training makes of them. */
static void equal_units(struct finding *f)
{
  const size_t steps[] = { 0, 1, 2, 100 };
  struct rng rng = rng_stream(f->seed, "mlp-ex-symmetry");
  f->error = 0;
  f->tolerance = EXACTLY;
  for (int run = 0; run < 20; run++) {
    const real w = run < 4 ? R(0.3) : (real)rng_normal(&rng);
    real right[3][2], W[3][2];
    for (int i = 0; i < 6; i++)
      W[i / 2][i % 2] = R(9.0) + (real)i;
    trained_equal(w, steps[run % 4], right);
    train_equal(w, steps[run % 4], W);
    for (int m = 0; m < 2; m++)
      for (int k = 0; k < 3; k++)
        for (int j = 0; j < 3; j++) {
          f->error = worse(f->error, (long double)re(W[k][m]),
                           (long double)re(W[j][m]));
          f->error = worse(f->error, (long double)re(W[k][m]),
                           (long double)re(right[j][m]));
          f->entries += 2;
        }
  }
}

const struct claim CLAIMS(mlp)[] = {
  { "mlp-dz2", GRADIENT, &head, Z, .gradient = dz2 },
  { "mlp-dz2-dw2", JACOBIAN, &second, V, .linear = 1, .jacobian = dz2_dw2 },
  { "mlp-dw2", GRADIENT, &upper, V, .gradient = dw2 },
  { "mlp-db2", GRADIENT, &upper, C, .gradient = db2 },
  { "mlp-da-chain", GRADIENT, &upper, A, .gradient = da_chain },
  { "mlp-dz2-da", JACOBIAN, &second, A, .linear = 1, .jacobian = dz2_da },
  { "mlp-da", GRADIENT, &upper, A, .gradient = da },
  { "mlp-da-dz1", JACOBIAN, &hidden, 0, .jacobian = da_dz1 },
  { "mlp-dz1", GRADIENT, &middle, A, .gradient = dz1 },
  { "mlp-dw1", GRADIENT, &whole, W1, .gradient = dw1 },
  { "mlp-db1", GRADIENT, &whole, B1, .gradient = db1 },
  { "mlp-dw1-full", GRADIENT, &whole, W1, .gradient = dw1_full },
  { "mlp-dx", GRADIENT, &whole, X, .gradient = dx },
  { "mlp-dz2-matrix", GRADIENT, &head, Z, .gradient = dz2_matrix },
  { "mlp-dw2-matrix", GRADIENT, &upper, V, .gradient = dw2_matrix },
  { "mlp-db2-matrix", GRADIENT, &upper, C, .gradient = db2_matrix },
  { "mlp-da-matrix", GRADIENT, &upper, A, .gradient = da_matrix },
  { "mlp-dz1-matrix", GRADIENT, &middle, A, .gradient = dz1_matrix },
  { "mlp-dw1-matrix", GRADIENT, &whole, W1, .gradient = dw1_matrix },
  { "mlp-db1-matrix", GRADIENT, &whole, B1, .gradient = db1_matrix },
  { "mlp-backward", BACKWARD, &whole, .linear = 0 },
  { "mlp-dz1-relu", GRADIENT, &relu_middle, A, .gradient = dz1_relu },
  { "mlp-backward-relu", BACKWARD, &relu_net, .linear = 0 },
  { "mlp-recursion", GRADIENT, &tower, Z_FIRST, .gradient = recursion },
  { "mlp-backward-deep", BACKWARD, &deep, .linear = 0 },
  { "mlp-batch-mean", GRADIENT, &whole, W1, .gradient = batch_mean },
  { "mlp-hand-z1", VALUE, .finding = hand_z1 },
  { "mlp-hand-a", VALUE, .finding = hand_a },
  { "mlp-hand-z2", VALUE, .finding = hand_z2 },
  { "mlp-hand-p", VALUE, .finding = hand_p },
  { "mlp-hand-loss", VALUE, .finding = hand_loss },
  { "mlp-hand-db2", VALUE, .finding = hand_db2 },
  { "mlp-hand-dw2", VALUE, .finding = hand_dw2 },
  { "mlp-hand-da", VALUE, .finding = hand_da },
  { "mlp-hand-dw1", VALUE, .finding = hand_dw1 },
  { "mlp-ours-z1", VALUE, .finding = ours_z1 },
  { "mlp-ours-a", VALUE, .finding = ours_a },
  { "mlp-ours-z2", VALUE, .finding = ours_z2 },
  { "mlp-ours-p", VALUE, .finding = ours_p },
  { "mlp-ours-loss", VALUE, .finding = ours_loss },
  { "mlp-ours-dz2", VALUE, .finding = ours_dz2 },
  { "mlp-ours-dw2", VALUE, .finding = ours_dw2 },
  { "mlp-ours-da", VALUE, .finding = ours_da },
  { "mlp-ours-dz1", VALUE, .finding = ours_dz1 },
  { "mlp-ours-dw1", VALUE, .finding = ours_dw1 },
  { "mlp-count", VALUE, .finding = count },
  { "mlp-descend", STATEMENT, .finding = descend },
  { "mlp-score-loss", STATEMENT, .finding = score_loss },
  { "mlp-accuracy", STATEMENT, .finding = accuracy },
  { "mlp-init-variance", STATEMENT, .finding = init_variance },
  { "mlp-telescope", STATEMENT, .finding = telescope },
  { "mlp-ex-symmetry", STATEMENT, .finding = equal_units },
  { "mlp-ex-dz1", GRADIENT, &middle, A, .gradient = dz1_inserted },
  { "mlp-ex-plain", BACKWARD, &logits, .linear = 0 },
  { "mlp-ex-dz1-tanh", GRADIENT, &tanh_middle, A, .gradient = dz1_tanh },
  { "mlp-ex-tanh", BACKWARD, &tanh_net, .linear = 0 },
  END,
};
