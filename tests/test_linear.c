/* The claims of chapter 2.  Letters as in the chapter; x, w, b, g are the
   arrays behind X, W, b and dL/d…, because S … B name dimensions and
   segments here. */
#include "../chapters/02-linear.exercises.h"
#include "claims.h"
#include "gemm.h"
#include "linear.h"

#include <string.h>

enum { S, M, N };
enum { X, W, B, UP };

static real delta(size_t i, size_t j) { return i == j ? R(1.0) : R(0.0); }

/* The derivative of one entry of X, W or b by another: they are independent
   variables, so 1 where both are the same entry. */
static real entry(int of, size_t row, size_t column, int by, size_t i,
                  size_t j)
{
  return of == by && row == i && column == j ? R(1.0) : R(0.0);
}

/* ---- the layer ---- */

static void forward(const size_t d[], const void *const in[], void *Y)
{
  linear_forward(d[S], d[M], d[N], Y, in[X], in[W], in[B]);
}

static void backward(const size_t d[], const void *const in[], const void *G,
                     void *const g[])
{
  linear_backward(d[S], d[M], d[N], g[X], g[W], g[B], G, in[X], in[W]);
}

static const struct op linear = {
  .name = "linear",
  .dim = { { "S", 3, 6 }, { "M", 2, 6 }, { "N", 2, 6 } },
  .in = { { "X", SHAPE(S, M), NORMAL, .role = INPUT },
          { "W", SHAPE(N, M), NORMAL, .role = PARAMETER },
          { "b", SHAPE(N), NORMAL, .role = PARAMETER } },
  .out = SHAPE(S, N),
  .forward = forward,
  .backward = backward,
};

/* The layer and its upstream gradient, for identities: L = Σ G ∘ Y. */
static void weighted_forward(const size_t d[], const void *const in[],
                             void *out)
{
  real Y[d[S]][d[N]], sum = R(0.0);
  const real(*G)[d[N]] = in[UP];
  forward(d, in, Y);
  for (size_t s = 0; s < d[S]; s++)
    for (size_t n = 0; n < d[N]; n++)
      sum += G[s][n] * Y[s][n];
  *(real *)out = sum;
}

static const struct op weighted = {
  .name = "linear-weighted",
  .dim = { { "S", 3, 6 }, { "M", 2, 6 }, { "N", 2, 6 } },
  .in = { { "X", SHAPE(S, M), NORMAL, .role = INPUT },
          { "W", SHAPE(N, M), NORMAL, .role = PARAMETER },
          { "b", SHAPE(N), NORMAL, .role = PARAMETER },
          { "G", SHAPE(S, N), NORMAL, .role = CONSTANT } },
  .out = SCALAR,
  .forward = weighted_forward,
};

static void forward_index(const size_t d[], const void *const in[], void *left,
                          void *right)
{
  const real(*x)[d[M]] = in[X], (*w)[d[M]] = in[W], *b = in[B];
  real(*Y)[d[N]] = right;
  forward(d, in, left);
  for (size_t s = 0; s < d[S]; s++)
    for (size_t n = 0; n < d[N]; n++) {
      real sum = R(0.0);
      for (size_t m = 0; m < d[M]; m++)
        sum += x[s][m] * w[n][m];
      Y[s][n] = sum + b[n];
    }
}

/* ---- the chain rule over every output ---- */

/* g_p = Σ_s Σ_n G_sn dY_sn/dp.  The layer is linear in each segment alone, so
   the derivative by an entry is the change of Y that a step of 1 makes. */
static void chain(const size_t d[], const void *const in[], const real *G,
                  int segment, size_t size, real *g)
{
  const size_t outputs = d[S] * d[N];
  real Y[outputs], stepped[outputs], moved[size];
  const void *at[] = { in[X], in[W], in[B] };
  forward(d, at, Y);
  memcpy(moved, in[segment], sizeof moved);
  at[segment] = moved;
  for (size_t p = 0; p < size; p++) {
    moved[p] += R(1.0);
    forward(d, at, stepped);
    moved[p] = ((const real *)in[segment])[p];
    g[p] = R(0.0);
    for (size_t o = 0; o < outputs; o++)
      g[p] += G[o] * (stepped[o] - Y[o]);
  }
}

static void dw_chain(const size_t d[], const void *const in[], const void *G,
                     void *g)
{
  chain(d, in, G, W, d[N] * d[M], g);
}

static void db_chain(const size_t d[], const void *const in[], const void *G,
                     void *g)
{
  chain(d, in, G, B, d[N], g);
}

static void dx_chain(const size_t d[], const void *const in[], const void *G,
                     void *g)
{
  chain(d, in, G, X, d[S] * d[M], g);
}

/* ---- the product rule ---- */

/* Σ_m (dX_sm/dp W_nm + X_sm dW_nm/dp) + db_n/dp, where p is entry i, j of
   the segment `by` */
static real product_rule(const size_t d[], const void *const in[], size_t s,
                         size_t n, int by, size_t i, size_t j)
{
  const real(*x)[d[M]] = in[X], (*w)[d[M]] = in[W];
  real sum = R(0.0);
  for (size_t m = 0; m < d[M]; m++)
    sum += entry(X, s, m, by, i, j) * w[n][m] +
           x[s][m] * entry(W, n, m, by, i, j);
  return sum + entry(B, n, 0, by, i, j);
}

static void dw_product(const size_t d[], const void *const in[],
                       void *jacobian)
{
  real(*J)[d[N]][d[N]][d[M]] = jacobian;
  for (size_t s = 0; s < d[S]; s++)
    for (size_t n = 0; n < d[N]; n++)
      for (size_t i = 0; i < d[N]; i++)
        for (size_t j = 0; j < d[M]; j++)
          J[s][n][i][j] = product_rule(d, in, s, n, W, i, j);
}

static void dx_product(const size_t d[], const void *const in[],
                       void *jacobian)
{
  real(*J)[d[N]][d[S]][d[M]] = jacobian;
  for (size_t s = 0; s < d[S]; s++)
    for (size_t n = 0; n < d[N]; n++)
      for (size_t i = 0; i < d[S]; i++)
        for (size_t j = 0; j < d[M]; j++)
          J[s][n][i][j] = product_rule(d, in, s, n, X, i, j);
}

/* Σ_m d(X_sm W_nm)/db_i + db_n/db_i */
static void db_sum(const size_t d[], const void *const in[], void *jacobian)
{
  const real(*x)[d[M]] = in[X], (*w)[d[M]] = in[W];
  real(*J)[d[N]][d[N]] = jacobian;
  for (size_t s = 0; s < d[S]; s++)
    for (size_t n = 0; n < d[N]; n++)
      for (size_t i = 0; i < d[N]; i++) {
        J[s][n][i] = entry(B, n, 0, B, i, 0);
        for (size_t m = 0; m < d[M]; m++)
          J[s][n][i] += entry(X, s, m, B, i, 0) * w[n][m] +
                        x[s][m] * entry(W, n, m, B, i, 0);
      }
}

/* ---- entries are independent variables: the identity map's Jacobian ---- */

static void copy_w(const size_t d[], const void *const in[], void *out)
{
  memcpy(out, in[0], d[N] * d[M] * sizeof(real));
}

static void copy_b(const size_t d[], const void *const in[], void *out)
{
  memcpy(out, in[0], d[N] * sizeof(real));
}

static void copy_x(const size_t d[], const void *const in[], void *out)
{
  memcpy(out, in[0], d[S] * d[M] * sizeof(real));
}

static const struct op weights = {
  .name = "linear-weights",
  .dim = { { "S", 3, 3 }, { "M", 2, 6 }, { "N", 2, 6 } },
  .in = { { "W", SHAPE(N, M), NORMAL, .role = PARAMETER } },
  .out = SHAPE(N, M),
  .forward = copy_w,
};

static const struct op biases = {
  .name = "linear-biases",
  .dim = { { "S", 3, 3 }, { "M", 2, 2 }, { "N", 4, 6 } },
  .in = { { "b", SHAPE(N), NORMAL, .role = PARAMETER } },
  .out = SHAPE(N),
  .forward = copy_b,
};

static const struct op inputs = {
  .name = "linear-inputs",
  .dim = { { "S", 3, 6 }, { "M", 2, 6 } },
  .in = { { "X", SHAPE(S, M), NORMAL, .role = INPUT } },
  .out = SHAPE(S, M),
  .forward = copy_x,
};

/* dA_pq/dA_ij = δ_pi δ_qj for a matrix of that shape */
static void entries(size_t rows, size_t columns, void *jacobian)
{
  real(*J)[columns][rows][columns] = jacobian;
  for (size_t p = 0; p < rows; p++)
    for (size_t q = 0; q < columns; q++)
      for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < columns; j++)
          J[p][q][i][j] = delta(p, i) * delta(q, j);
}

static void dw_entry(const size_t d[], const void *const in[], void *J)
{
  (void)in;
  entries(d[N], d[M], J);
}

static void dx_entry(const size_t d[], const void *const in[], void *J)
{
  (void)in;
  entries(d[S], d[M], J);
}

static void db_entry(const size_t d[], const void *const in[], void *jacobian)
{
  (void)in;
  real(*J)[d[N]] = jacobian;
  for (size_t n = 0; n < d[N]; n++)
    for (size_t i = 0; i < d[N]; i++)
      J[n][i] = delta(n, i);
}

/* ---- the weights, step by step ---- */

/* Σ_m X_sm dW_nm/dW_ij */
static void dw_constant(const size_t d[], const void *const in[],
                        void *jacobian)
{
  const real(*x)[d[M]] = in[X];
  real(*J)[d[N]][d[N]][d[M]] = jacobian;
  for (size_t s = 0; s < d[S]; s++)
    for (size_t n = 0; n < d[N]; n++)
      for (size_t i = 0; i < d[N]; i++)
        for (size_t j = 0; j < d[M]; j++) {
          J[s][n][i][j] = R(0.0);
          for (size_t m = 0; m < d[M]; m++)
            J[s][n][i][j] += x[s][m] * entry(W, n, m, W, i, j);
        }
}

/* Σ_m X_sm δ_ni δ_mj */
static void dw_delta(const size_t d[], const void *const in[], void *jacobian)
{
  const real(*x)[d[M]] = in[X];
  real(*J)[d[N]][d[N]][d[M]] = jacobian;
  for (size_t s = 0; s < d[S]; s++)
    for (size_t n = 0; n < d[N]; n++)
      for (size_t i = 0; i < d[N]; i++)
        for (size_t j = 0; j < d[M]; j++) {
          J[s][n][i][j] = R(0.0);
          for (size_t m = 0; m < d[M]; m++)
            J[s][n][i][j] += x[s][m] * delta(n, i) * delta(m, j);
        }
}

/* δ_ni X_sj */
static void dw_local(const size_t d[], const void *const in[], void *jacobian)
{
  const real(*x)[d[M]] = in[X];
  real(*J)[d[N]][d[N]][d[M]] = jacobian;
  for (size_t s = 0; s < d[S]; s++)
    for (size_t n = 0; n < d[N]; n++)
      for (size_t i = 0; i < d[N]; i++)
        for (size_t j = 0; j < d[M]; j++)
          J[s][n][i][j] = delta(n, i) * x[s][j];
}

/* Σ_s Σ_n G_sn δ_ni X_sj */
static void dw_inserted(const size_t d[], const void *const in[],
                        const void *upstream, void *g)
{
  const real(*x)[d[M]] = in[X], (*G)[d[N]] = upstream;
  real(*dW)[d[M]] = g;
  for (size_t i = 0; i < d[N]; i++)
    for (size_t j = 0; j < d[M]; j++) {
      dW[i][j] = R(0.0);
      for (size_t s = 0; s < d[S]; s++)
        for (size_t n = 0; n < d[N]; n++)
          dW[i][j] += G[s][n] * delta(n, i) * x[s][j];
    }
}

/* ∂L/∂W_nm = Σ_s G_sn X_sm */
static void dw_index(const size_t d[], const void *const in[],
                     const void *upstream, void *g)
{
  const real(*x)[d[M]] = in[X], (*G)[d[N]] = upstream;
  real(*dW)[d[M]] = g;
  for (size_t n = 0; n < d[N]; n++)
    for (size_t m = 0; m < d[M]; m++) {
      dW[n][m] = R(0.0);
      for (size_t s = 0; s < d[S]; s++)
        dW[n][m] += G[s][n] * x[s][m];
    }
}

static void transpose(size_t rows, size_t columns, real At[columns][rows],
                      const void *a)
{
  const real(*A)[columns] = a;
  for (size_t p = 0; p < rows; p++)
    for (size_t q = 0; q < columns; q++)
      At[q][p] = A[p][q];
}

/* Σ_s (Gᵀ)_ns X_sm */
static void dw_transpose(const size_t d[], const void *const in[],
                         const void *G, void *g)
{
  const real(*x)[d[M]] = in[X];
  real(*dW)[d[M]] = g, Gt[d[N]][d[S]];
  transpose(d[S], d[N], Gt, G);
  for (size_t n = 0; n < d[N]; n++)
    for (size_t m = 0; m < d[M]; m++) {
      dW[n][m] = R(0.0);
      for (size_t s = 0; s < d[S]; s++)
        dW[n][m] += Gt[n][s] * x[s][m];
    }
}

/* Gᵀ X */
static void dw(const size_t d[], const void *const in[], const void *G,
               void *g)
{
  gemm(TRANSPOSED, AS_IS, d[N], d[M], d[S], G, in[X], 0, g);
}

/* ---- the bias ---- */

/* δ_ni */
static void db_local(const size_t d[], const void *const in[], void *jacobian)
{
  (void)in;
  real(*J)[d[N]][d[N]] = jacobian;
  for (size_t s = 0; s < d[S]; s++)
    for (size_t n = 0; n < d[N]; n++)
      for (size_t i = 0; i < d[N]; i++)
        J[s][n][i] = delta(n, i);
}

/* Σ_s Σ_n G_sn δ_ni */
static void db_inserted(const size_t d[], const void *const in[],
                        const void *upstream, void *g)
{
  (void)in;
  const real(*G)[d[N]] = upstream;
  real *db = g;
  for (size_t i = 0; i < d[N]; i++) {
    db[i] = R(0.0);
    for (size_t s = 0; s < d[S]; s++)
      for (size_t n = 0; n < d[N]; n++)
        db[i] += G[s][n] * delta(n, i);
  }
}

/* Σ_s G_sn */
static void db_index(const size_t d[], const void *const in[],
                     const void *upstream, void *g)
{
  (void)in;
  const real(*G)[d[N]] = upstream;
  real *db = g;
  for (size_t n = 0; n < d[N]; n++) {
    db[n] = R(0.0);
    for (size_t s = 0; s < d[S]; s++)
      db[n] += G[s][n];
  }
}

static void fill_ones(size_t size, real one[])
{
  for (size_t i = 0; i < size; i++)
    one[i] = R(1.0);
}

/* Σ_s (Gᵀ)_ns 1_s */
static void db_ones(const size_t d[], const void *const in[], const void *G,
                    void *g)
{
  (void)in;
  real *db = g, Gt[d[N]][d[S]], one[d[S]];
  transpose(d[S], d[N], Gt, G);
  fill_ones(d[S], one);
  for (size_t n = 0; n < d[N]; n++) {
    db[n] = R(0.0);
    for (size_t s = 0; s < d[S]; s++)
      db[n] += Gt[n][s] * one[s];
  }
}

/* Gᵀ 1 */
static void db(const size_t d[], const void *const in[], const void *G,
               void *g)
{
  (void)in;
  real one[d[S]];
  fill_ones(d[S], one);
  gemm(TRANSPOSED, AS_IS, d[N], 1, d[S], G, one, 0, g);
}

/* ---- the input ---- */

/* Σ_m dX_sm/dX_ij W_nm */
static void dx_constant(const size_t d[], const void *const in[],
                        void *jacobian)
{
  const real(*w)[d[M]] = in[W];
  real(*J)[d[N]][d[S]][d[M]] = jacobian;
  for (size_t s = 0; s < d[S]; s++)
    for (size_t n = 0; n < d[N]; n++)
      for (size_t i = 0; i < d[S]; i++)
        for (size_t j = 0; j < d[M]; j++) {
          J[s][n][i][j] = R(0.0);
          for (size_t m = 0; m < d[M]; m++)
            J[s][n][i][j] += entry(X, s, m, X, i, j) * w[n][m];
        }
}

/* Σ_m δ_si δ_mj W_nm */
static void dx_delta(const size_t d[], const void *const in[], void *jacobian)
{
  const real(*w)[d[M]] = in[W];
  real(*J)[d[N]][d[S]][d[M]] = jacobian;
  for (size_t s = 0; s < d[S]; s++)
    for (size_t n = 0; n < d[N]; n++)
      for (size_t i = 0; i < d[S]; i++)
        for (size_t j = 0; j < d[M]; j++) {
          J[s][n][i][j] = R(0.0);
          for (size_t m = 0; m < d[M]; m++)
            J[s][n][i][j] += delta(s, i) * delta(m, j) * w[n][m];
        }
}

/* δ_si W_nj */
static void dx_local(const size_t d[], const void *const in[], void *jacobian)
{
  const real(*w)[d[M]] = in[W];
  real(*J)[d[N]][d[S]][d[M]] = jacobian;
  for (size_t s = 0; s < d[S]; s++)
    for (size_t n = 0; n < d[N]; n++)
      for (size_t i = 0; i < d[S]; i++)
        for (size_t j = 0; j < d[M]; j++)
          J[s][n][i][j] = delta(s, i) * w[n][j];
}

/* Σ_s Σ_n G_sn δ_si W_nj */
static void dx_inserted(const size_t d[], const void *const in[],
                        const void *upstream, void *g)
{
  const real(*w)[d[M]] = in[W], (*G)[d[N]] = upstream;
  real(*dX)[d[M]] = g;
  for (size_t i = 0; i < d[S]; i++)
    for (size_t j = 0; j < d[M]; j++) {
      dX[i][j] = R(0.0);
      for (size_t s = 0; s < d[S]; s++)
        for (size_t n = 0; n < d[N]; n++)
          dX[i][j] += G[s][n] * delta(s, i) * w[n][j];
    }
}

/* Σ_n G_sn W_nm */
static void dx_index(const size_t d[], const void *const in[],
                     const void *upstream, void *g)
{
  const real(*w)[d[M]] = in[W], (*G)[d[N]] = upstream;
  real(*dX)[d[M]] = g;
  for (size_t s = 0; s < d[S]; s++)
    for (size_t m = 0; m < d[M]; m++) {
      dX[s][m] = R(0.0);
      for (size_t n = 0; n < d[N]; n++)
        dX[s][m] += G[s][n] * w[n][m];
    }
}

/* G W */
static void dx(const size_t d[], const void *const in[], const void *G,
               void *g)
{
  gemm(AS_IS, AS_IS, d[S], d[M], d[N], G, in[W], 0, g);
}

/* ---- one sample ---- */

static const struct op one = {
  .name = "linear-one",
  .dim = { { "1", 1, 1 }, { "M", 2, 6 }, { "N", 2, 6 } },
  .in = { { "x", SHAPE(M), NORMAL, .role = INPUT },
          { "W", SHAPE(N, M), NORMAL, .role = PARAMETER },
          { "b", SHAPE(N), NORMAL, .role = PARAMETER } },
  .out = SHAPE(N),
  .forward = forward,
  .backward = backward,
};

/* W x + b */
static void one_forward(const size_t d[], const void *const in[], void *left,
                        void *right)
{
  const real *b = in[B];
  real *y = right;
  forward(d, in, left);
  gemm(AS_IS, AS_IS, d[N], 1, d[M], in[W], in[X], 0, y);
  for (size_t n = 0; n < d[N]; n++)
    y[n] += b[n];
}

/* W_nm */
static void one_x_index(const size_t d[], const void *const in[],
                        void *jacobian)
{
  const real(*w)[d[M]] = in[W];
  real(*J)[d[M]] = jacobian;
  for (size_t n = 0; n < d[N]; n++)
    for (size_t m = 0; m < d[M]; m++)
      J[n][m] = w[n][m];
}

/* W */
static void one_x(const size_t d[], const void *const in[], void *J)
{
  memcpy(J, in[W], d[N] * d[M] * sizeof(real));
}

/* I */
static void one_b(const size_t d[], const void *const in[], void *J)
{
  db_entry(d, in, J);
}

/* (1 1ᵀ) g = (Σ_n g_n) 1, with g the first row of G */
static void one_ones(const size_t d[], const void *const in[], void *left,
                     void *right)
{
  const real *g = in[UP];
  real ones[d[N]][d[N]], sum = R(0.0), *r = right;
  fill_ones(d[N] * d[N], *ones);
  gemm(AS_IS, AS_IS, d[N], 1, d[N], *ones, g, 0, left);
  for (size_t n = 0; n < d[N]; n++)
    sum += g[n];
  for (size_t n = 0; n < d[N]; n++)
    r[n] = sum * R(1.0);
}

/* δ_ni x_j */
static void one_w_index(const size_t d[], const void *const in[],
                        void *jacobian)
{
  const real *x = in[X];
  real(*J)[d[N]][d[M]] = jacobian;
  for (size_t n = 0; n < d[N]; n++)
    for (size_t i = 0; i < d[N]; i++)
      for (size_t j = 0; j < d[M]; j++)
        J[n][i][j] = delta(n, i) * x[j];
}

/* e_n xᵀ, one product for each n */
static void one_w(const size_t d[], const void *const in[], void *jacobian)
{
  real(*J)[d[N]][d[M]] = jacobian, e[d[N]];
  for (size_t n = 0; n < d[N]; n++) {
    for (size_t i = 0; i < d[N]; i++)
      e[i] = R(0.0);
    e[n] = R(1.0);
    gemm(AS_IS, AS_IS, d[N], d[M], 1, e, in[X], 0, *J[n]);
  }
}

/* Σ_n g_n δ_ni x_j */
static void one_contraction(const size_t d[], const void *const in[],
                            const void *upstream, void *gradient)
{
  const real *x = in[X], *g = upstream;
  real(*dW)[d[M]] = gradient;
  for (size_t i = 0; i < d[N]; i++)
    for (size_t j = 0; j < d[M]; j++) {
      dW[i][j] = R(0.0);
      for (size_t n = 0; n < d[N]; n++)
        dW[i][j] += g[n] * delta(n, i) * x[j];
    }
}

/* g_i x_j */
static void one_outer_index(const size_t d[], const void *const in[],
                            const void *upstream, void *gradient)
{
  const real *x = in[X], *g = upstream;
  real(*dW)[d[M]] = gradient;
  for (size_t i = 0; i < d[N]; i++)
    for (size_t j = 0; j < d[M]; j++)
      dW[i][j] = g[i] * x[j];
}

/* g xᵀ */
static void one_outer(const size_t d[], const void *const in[], const void *g,
                      void *dW)
{
  gemm(AS_IS, AS_IS, d[N], d[M], 1, g, in[X], 0, dW);
}

/* Wᵀ g */
static void one_dx(const size_t d[], const void *const in[], const void *g,
                   void *dx)
{
  gemm(TRANSPOSED, AS_IS, d[M], 1, d[N], in[W], g, 0, dx);
}

/* g */
static void one_db(const size_t d[], const void *const in[], const void *g,
                   void *db)
{
  (void)in;
  memcpy(db, g, d[N] * sizeof(real));
}

/* g xᵀ in numbers; the code's own gradient must print the same */
static void one_example(struct finding *f)
{
  const real x[1][3] = { { R(1.0), R(2.0), R(3.0) } };
  const real g[1][2] = { { R(2.0), R(-1.0) } };
  const real w[2][3] = { { R(0.0) } };
  const long double printed[2][3] = { { 2, 4, 6 }, { -1, -2, -3 } };
  real dx[1][3], dW[2][3] = { { R(0.0) } }, db[2] = { R(0.0) };
  linear_backward(1, 3, 2, dx, dW, db, g, x, w);
  f->error = 0;
  for (int n = 0; n < 2; n++)
    for (int m = 0; m < 3; m++, f->entries += 2) {
      const real product = g[0][n] * x[0][m];
      f->error = worse(f->error, (long double)re(product), printed[n][m]);
      f->error = worse(f->error, (long double)re(dW[n][m]), printed[n][m]);
    }
  f->tolerance = 0;
}

/* ---- a batch ---- */

/* Every sample with weights of its own. */
static void copies_forward(const size_t d[], const void *const in[], void *out)
{
  const real(*x)[d[M]] = in[X], (*w)[d[N]][d[M]] = in[W];
  real(*Y)[d[N]] = out;
  for (size_t s = 0; s < d[S]; s++)
    linear_forward(1, d[M], d[N], &Y[s], &x[s], w[s], in[B]);
}

static const struct op copies = {
  .name = "linear-copies",
  .dim = { { "S", 3, 6 }, { "M", 2, 6 }, { "N", 2, 6 } },
  .in = { { "X", SHAPE(S, M), NORMAL, .role = INPUT },
          { "W^(s)", SHAPE(S, N, M), NORMAL, .role = PARAMETER },
          { "b", SHAPE(N), NORMAL, .role = PARAMETER } },
  .out = SHAPE(S, N),
  .forward = copies_forward,
};

/* g^(s) (x^(s))ᵀ for every s */
static void batch_copy(const size_t d[], const void *const in[],
                       const void *upstream, void *g)
{
  const real(*x)[d[M]] = in[X], (*G)[d[N]] = upstream;
  real(*dW)[d[N]][d[M]] = g;
  for (size_t s = 0; s < d[S]; s++)
    gemm(AS_IS, AS_IS, d[N], d[M], 1, G[s], x[s], 0, *dW[s]);
}

/* Σ_s of the copies' gradients */
static void batch_sum(const size_t d[], const void *const in[], const void *G,
                      void *g)
{
  real(*dW)[d[M]] = g, copy[d[S]][d[N]][d[M]];
  batch_copy(d, in, G, copy);
  for (size_t n = 0; n < d[N]; n++)
    for (size_t m = 0; m < d[M]; m++) {
      dW[n][m] = R(0.0);
      for (size_t s = 0; s < d[S]; s++)
        dW[n][m] += copy[s][n][m];
    }
}

/* Gᵀ X = Σ_s g^(s) (x^(s))ᵀ */
static void batch_outer(const size_t d[], const void *const in[], void *left,
                        void *right)
{
  const real(*x)[d[M]] = in[X], (*G)[d[N]] = in[UP];
  dw(d, in, in[UP], left);
  for (size_t s = 0; s < d[S]; s++)
    gemm(AS_IS, AS_IS, d[N], d[M], 1, G[s], x[s], s > 0, right);
}

/* Gᵀ 1 = Σ_s g^(s) */
static void batch_bias(const size_t d[], const void *const in[], void *left,
                       void *right)
{
  db(d, in, in[UP], left);
  db_index(d, in, in[UP], right);
}

/* Row s of G W, as a column, is Wᵀ g^(s). */
static void batch_input(const size_t d[], const void *const in[], void *left,
                        void *right)
{
  const real(*G)[d[N]] = in[UP];
  real(*r)[d[M]] = right;
  dx(d, in, in[UP], left);
  for (size_t s = 0; s < d[S]; s++)
    one_dx(d, in, G[s], r[s]);
}

/* Gᵀ X = G₁ᵀ X₁ + G₂ᵀ X₂, the right side by two calls of the backward */
static void batch_split(const size_t d[], const void *const in[], void *left,
                        void *right)
{
  const real(*x)[d[M]] = in[X], (*G)[d[N]] = in[UP];
  const size_t half = d[S] / 2;
  real unused[d[N]];
  dw(d, in, in[UP], left);
  memset(right, 0, d[N] * d[M] * sizeof(real));
  memset(unused, 0, sizeof unused);
  linear_backward(half, d[M], d[N], NULL, right, unused, G, x, in[W]);
  linear_backward(d[S] - half, d[M], d[N], NULL, right, unused, G + half,
                  x + half, in[W]);
}

/* Σ_s (½ g^(s) (x^(s))ᵀ + ½ g^(s) (x^(s))ᵀ) = Gᵀ X */
static void repeated(const size_t d[], const void *const in[], void *left,
                     void *right)
{
  const real(*x)[d[M]] = in[X], (*G)[d[N]] = in[UP];
  real(*l)[d[M]] = left;
  for (size_t n = 0; n < d[N]; n++)
    for (size_t m = 0; m < d[M]; m++) {
      l[n][m] = R(0.0);
      for (size_t s = 0; s < d[S]; s++)
        l[n][m] += R(0.5) * G[s][n] * x[s][m] + R(0.5) * G[s][n] * x[s][m];
    }
  dw(d, in, in[UP], right);
}

/* ---- the squared error ---- */

enum { Y_, T_ };

static void squares(const size_t d[], const void *const in[], void *L)
{
  *(real *)L = squares_forward(d[S], d[N], in[Y_], in[T_]);
}

static void squares_all(const size_t d[], const void *const in[],
                        const void *upstream, void *const g[])
{
  real *G = g[Y_];
  squares_backward(d[S], d[N], g[Y_], in[Y_], in[T_]);
  for (size_t i = 0; i < d[S] * d[N]; i++)
    G[i] *= *(const real *)upstream;
}

static const struct op squared_error = {
  .name = "linear-squares",
  .dim = { { "S", 3, 6 }, { "M", 2, 2 }, { "N", 4, 7 } },
  .in = { { "Y", SHAPE(S, N), NORMAL, .role = INPUT },
          { "T", SHAPE(S, N), NORMAL, .role = CONSTANT } },
  .out = SCALAR,
  .forward = squares,
  .backward = squares_all,
};

/* 1/(2·2) (2² + (−1)² + 0² + 2²) = 9/4, and by the code */
static void loss_value(struct finding *f)
{
  const real Y[2][2] = { { R(3.0), R(1.0) }, { R(0.0), R(4.0) } };
  const real T[2][2] = { { R(1.0), R(2.0) }, { R(0.0), R(2.0) } };
  const long double squares = 2 * 2 + (-1) * (-1) + 0 * 0 + 2 * 2;
  const real L = squares_forward(2, 2, Y, T);
  f->error = worse(worse(0, squares / (2 * 2), 9 / 4.0L), (long double)re(L),
                   9 / 4.0L);
  f->entries = 2;
  f->tolerance = 0;
}

/* 1/S Σ_s Σ_n (Y_sn − T_sn) dY_sn/dY_ij */
static void loss_chain(const size_t d[], const void *const in[],
                       const void *upstream, void *g)
{
  const real(*Y)[d[N]] = in[Y_], (*T)[d[N]] = in[T_];
  real(*dY)[d[N]] = g;
  for (size_t i = 0; i < d[S]; i++)
    for (size_t j = 0; j < d[N]; j++) {
      real sum = R(0.0);
      for (size_t s = 0; s < d[S]; s++)
        for (size_t n = 0; n < d[N]; n++)
          sum += (Y[s][n] - T[s][n]) * entry(Y_, s, n, Y_, i, j);
      dY[i][j] = R(1.0) / (real)d[S] * sum * *(const real *)upstream;
    }
}

/* 1/S (Y_sn − T_sn) */
static void loss_index(const size_t d[], const void *const in[],
                       const void *upstream, void *g)
{
  const real(*Y)[d[N]] = in[Y_], (*T)[d[N]] = in[T_];
  real(*dY)[d[N]] = g;
  for (size_t s = 0; s < d[S]; s++)
    for (size_t n = 0; n < d[N]; n++)
      dY[s][n] =
          R(1.0) / (real)d[S] * (Y[s][n] - T[s][n]) * *(const real *)upstream;
}

/* ---- the fit ---- */

/* The last column of X is taken for the ones, that of W for the bias. */
static void unfold(size_t rows, size_t columns, const void *a,
                   real head[rows][columns - 1], real last[rows])
{
  const real(*A)[columns] = a;
  for (size_t p = 0; p < rows; p++) {
    for (size_t q = 0; q + 1 < columns; q++)
      head[p][q] = A[p][q];
    last[p] = A[p][columns - 1];
  }
}

static void with_ones(const size_t d[], const void *x, real Xt[d[S]][d[M]])
{
  memcpy(Xt, x, d[S] * d[M] * sizeof(real));
  for (size_t s = 0; s < d[S]; s++)
    Xt[s][d[M] - 1] = R(1.0);
}

static void folded_forward(const size_t d[], const void *const in[], void *Y)
{
  real x[d[S]][d[M] - 1], w[d[N]][d[M] - 1], unused[d[S]], b[d[N]];
  unfold(d[S], d[M], in[X], x, unused);
  unfold(d[N], d[M], in[W], w, b);
  linear_forward(d[S], d[M] - 1, d[N], Y, x, w, b);
}

static const struct op folded = {
  .name = "linear-folded",
  .dim = { { "S", 3, 6 }, { "M+1", 3, 6 }, { "N", 2, 6 } },
  .in = { { "X and unused", SHAPE(S, M), NORMAL, .role = CONSTANT },
          { "W and b", SHAPE(N, M), NORMAL, .role = PARAMETER } },
  .out = SHAPE(S, N),
  .forward = folded_forward,
};

/* X Wᵀ + 1 bᵀ = (X 1)(W b)ᵀ */
static void fold(const size_t d[], const void *const in[], void *left,
                 void *right)
{
  real Xt[d[S]][d[M]];
  with_ones(d, in[X], Xt);
  folded_forward(d, in, left);
  gemm(AS_IS, TRANSPOSED, d[S], d[N], d[M], *Xt, in[W], 0, right);
}

/* Gᵀ (X 1) */
static void fold_gradient(const size_t d[], const void *const in[],
                          const void *G, void *g)
{
  real Xt[d[S]][d[M]];
  with_ones(d, in[X], Xt);
  gemm(TRANSPOSED, AS_IS, d[N], d[M], d[S], G, *Xt, 0, g);
}

enum { GOAL = 2, RATE };

/* L of Y = X Wᵀ against T = X W_*ᵀ, and the upstream gradient in G */
static void fit_outputs(const size_t d[], const void *const in[],
                        real Y[d[S]][d[N]], real T[d[S]][d[N]])
{
  real zero[d[N]];
  memset(zero, 0, sizeof zero);
  linear_forward(d[S], d[M], d[N], Y, in[X], in[W], zero);
  linear_forward(d[S], d[M], d[N], T, in[X], in[GOAL], zero);
}

static void fit_forward(const size_t d[], const void *const in[], void *L)
{
  real Y[d[S]][d[N]], T[d[S]][d[N]];
  fit_outputs(d, in, Y, T);
  *(real *)L = squares_forward(d[S], d[N], Y, T);
}

static const struct op fit = {
  .name = "linear-fit",
  .dim = { { "S", 3, 6 }, { "M", 2, 6 }, { "N", 2, 6 } },
  .in = { { "X", SHAPE(S, M), NORMAL, .role = CONSTANT },
          { "W", SHAPE(N, M), NORMAL, .role = PARAMETER },
          { "W_*", SHAPE(N, M), NORMAL, .role = CONSTANT },
          { "alpha", SCALAR, UNIFORM, 0.1L, 1, .role = CONSTANT } },
  .out = SCALAR,
  .forward = fit_forward,
};

/* (W − W_*) A, for A: M×M */
static void times_error(const size_t d[], const void *const in[],
                        const real *A, real *out)
{
  const real *w = in[W], *goal = in[GOAL];
  real error[d[N] * d[M]];
  for (size_t i = 0; i < d[N] * d[M]; i++)
    error[i] = w[i] - goal[i];
  gemm(AS_IS, AS_IS, d[N], d[M], d[M], error, A, 0, out);
}

/* 1/S (W − W_*) Xᵀ X */
static void fit_gradient(const size_t d[], const void *const in[],
                         const void *upstream, void *g)
{
  real square[d[M]][d[M]], *dW = g;
  gemm(TRANSPOSED, AS_IS, d[M], d[M], d[S], in[X], in[X], 0, *square);
  times_error(d, in, *square, dW);
  for (size_t i = 0; i < d[N] * d[M]; i++)
    dW[i] *= R(1.0) / (real)d[S] * *(const real *)upstream;
}

/* W − α dL/dW − W_* by the code's gradient = (W − W_*)(I − α/S Xᵀ X) */
static void fit_step(const size_t d[], const void *const in[], void *left,
                     void *right)
{
  const real *w = in[W], *goal = in[GOAL], alpha = *(const real *)in[RATE];
  real Y[d[S]][d[N]], T[d[S]][d[N]], G[d[S]][d[N]], dW[d[N]][d[M]], db[d[N]];
  real factor[d[M]][d[M]], *l = left;
  fit_outputs(d, in, Y, T);
  squares_backward(d[S], d[N], G, Y, T);
  memset(dW, 0, sizeof dW);
  memset(db, 0, sizeof db);
  linear_backward(d[S], d[M], d[N], NULL, dW, db, G, in[X], in[W]);
  for (size_t i = 0; i < d[N] * d[M]; i++)
    l[i] = w[i] - alpha * ((const real *)dW)[i] - goal[i];
  gemm(TRANSPOSED, AS_IS, d[M], d[M], d[S], in[X], in[X], 0, *factor);
  for (size_t p = 0; p < d[M]; p++)
    for (size_t q = 0; q < d[M]; q++)
      factor[p][q] = delta(p, q) - alpha / (real)d[S] * factor[p][q];
  times_error(d, in, *factor, right);
}

/* ---- the exercises: what calls the answers ---- */

static void outer_all(const size_t d[], const void *const in[], const void *G,
                      void *const g[])
{
  backward_outer(d[S], d[M], d[N], g[X], g[W], g[B], G, in[X], in[W]);
}

static const struct op outer = {
  .name = "linear-outer",
  .dim = { { "S", 3, 6 }, { "M", 2, 6 }, { "N", 2, 6 } },
  .in = { { "X", SHAPE(S, M), NORMAL, .role = INPUT },
          { "W", SHAPE(N, M), NORMAL, .role = PARAMETER },
          { "b", SHAPE(N), NORMAL, .role = PARAMETER } },
  .out = SHAPE(S, N),
  .forward = forward,
  .backward = outer_all,
};

static void transposed_forward(const size_t d[], const void *const in[],
                               void *out)
{
  const real *b = in[B];
  real(*Y)[d[N]] = out;
  for (size_t s = 0; s < d[S]; s++)
    memcpy(Y[s], b, d[N] * sizeof(real));
  gemm(AS_IS, AS_IS, d[S], d[N], d[M], in[X], in[W], 1, *Y);
}

static void transposed_all(const size_t d[], const void *const in[],
                           const void *G, void *const g[])
{
  transposed_backward(d[S], d[M], d[N], g[X], g[W], g[B], G, in[X], in[W]);
}

static const struct op transposed = {
  .name = "linear-transposed",
  .dim = { { "S", 3, 6 }, { "M", 2, 6 }, { "N", 2, 6 } },
  .in = { { "X", SHAPE(S, M), NORMAL, .role = INPUT },
          { "V", SHAPE(M, N), NORMAL, .role = PARAMETER },
          { "b", SHAPE(N), NORMAL, .role = PARAMETER } },
  .out = SHAPE(S, N),
  .forward = transposed_forward,
  .backward = transposed_all,
};

/* Σ_s Σ_n G_sn δ_nj X_si */
static void transposed_inserted(const size_t d[], const void *const in[],
                                const void *upstream, void *g)
{
  const real(*x)[d[M]] = in[X], (*G)[d[N]] = upstream;
  real(*dV)[d[N]] = g;
  for (size_t i = 0; i < d[M]; i++)
    for (size_t j = 0; j < d[N]; j++) {
      dV[i][j] = R(0.0);
      for (size_t s = 0; s < d[S]; s++)
        for (size_t n = 0; n < d[N]; n++)
          dV[i][j] += G[s][n] * delta(n, j) * x[s][i];
    }
}

/* Xᵀ G */
static void transposed_dv(const size_t d[], const void *const in[],
                          const void *G, void *g)
{
  gemm(TRANSPOSED, AS_IS, d[M], d[N], d[S], in[X], G, 0, g);
}

/* G Vᵀ */
static void transposed_dx(const size_t d[], const void *const in[],
                          const void *G, void *g)
{
  gemm(AS_IS, TRANSPOSED, d[S], d[M], d[N], G, in[W], 0, g);
}

/* Here dimension M is the chapter's N = M. */
static void tied_forward(const size_t d[], const void *const in[], void *Y)
{
  real H[d[S]][d[M]];
  linear_forward(d[S], d[M], d[M], H, in[X], in[W], in[B]);
  linear_forward(d[S], d[M], d[M], Y, H, in[W], in[B]);
}

static void tied_all(const size_t d[], const void *const in[], const void *G,
                     void *const g[])
{
  real H[d[S]][d[M]], dH[d[S]][d[M]];
  linear_forward(d[S], d[M], d[M], H, in[X], in[W], in[B]);
  tied_backward(d[S], d[M], g[X], g[W], g[B], dH, G, H, in[X], in[W]);
}

static const struct op tied = {
  .name = "linear-tied",
  .dim = { { "S", 3, 6 }, { "N", 2, 5 } },
  .in = { { "X", SHAPE(S, M), NORMAL, .role = INPUT },
          { "W", SHAPE(M, M), NORMAL, .role = PARAMETER },
          { "b", SHAPE(M), NORMAL, .role = PARAMETER } },
  .out = SHAPE(S, M),
  .forward = tied_forward,
  .backward = tied_all,
};

/* Gᵀ H + (G W)ᵀ X */
static void tied_dw(const size_t d[], const void *const in[], const void *G,
                    void *g)
{
  real H[d[S]][d[M]], GW[d[S]][d[M]];
  linear_forward(d[S], d[M], d[M], H, in[X], in[W], in[B]);
  gemm(AS_IS, AS_IS, d[S], d[M], d[M], G, in[W], 0, *GW);
  gemm(TRANSPOSED, AS_IS, d[M], d[M], d[S], G, *H, 0, g);
  gemm(TRANSPOSED, AS_IS, d[M], d[M], d[S], *GW, in[X], 1, g);
}

/* Gᵀ 1 + (G W)ᵀ 1 */
static void tied_db(const size_t d[], const void *const in[], const void *G,
                    void *g)
{
  real GW[d[S]][d[M]], one[d[S]];
  fill_ones(d[S], one);
  gemm(AS_IS, AS_IS, d[S], d[M], d[M], G, in[W], 0, *GW);
  gemm(TRANSPOSED, AS_IS, d[M], 1, d[S], G, one, 0, g);
  gemm(TRANSPOSED, AS_IS, d[M], 1, d[S], *GW, one, 1, g);
}

/* G W W */
static void tied_dx(const size_t d[], const void *const in[], const void *G,
                    void *g)
{
  real GW[d[S]][d[M]];
  gemm(AS_IS, AS_IS, d[S], d[M], d[M], G, in[W], 0, *GW);
  gemm(AS_IS, AS_IS, d[S], d[M], d[M], *GW, in[W], 0, g);
}

/* ---- the table, in the order of the chapter ---- */

#define DERIVED(label, op_, segment_, f)                   \
  {                                                        \
    .name = "linear-" label, .kind = GRADIENT, .op = &op_, \
    .segment = segment_, .linear = 1, .gradient = f        \
  }
#define LOCAL(label, op_, segment_, f)                     \
  {                                                        \
    .name = "linear-" label, .kind = JACOBIAN, .op = &op_, \
    .segment = segment_, .linear = 1, .jacobian = f        \
  }
#define EQUAL(label, op_, f, ...)                                      \
  {                                                                    \
    .name = "linear-" label, .kind = IDENTITY, .op = &op_, .sides = f, \
    .side = SHAPE(__VA_ARGS__)                                         \
  }

const struct claim CLAIMS(linear)[] = {
  EQUAL("forward-index", linear, forward_index, S, N),

  DERIVED("dw-chain", linear, W, dw_chain),
  LOCAL("dw-product", linear, W, dw_product),
  LOCAL("dw-constant", linear, W, dw_constant),
  LOCAL("dw-entry", weights, 0, dw_entry),
  LOCAL("dw-delta", linear, W, dw_delta),
  LOCAL("dw-local", linear, W, dw_local),
  DERIVED("dw-inserted", linear, W, dw_inserted),
  DERIVED("dw-index", linear, W, dw_index),
  DERIVED("dw-transpose", linear, W, dw_transpose),
  DERIVED("dw", linear, W, dw),

  DERIVED("db-chain", linear, B, db_chain),
  LOCAL("db-sum", linear, B, db_sum),
  LOCAL("db-entry", biases, 0, db_entry),
  LOCAL("db-local", linear, B, db_local),
  DERIVED("db-inserted", linear, B, db_inserted),
  DERIVED("db-index", linear, B, db_index),
  DERIVED("db-ones", linear, B, db_ones),
  DERIVED("db", linear, B, db),

  DERIVED("dx-chain", linear, X, dx_chain),
  LOCAL("dx-product", linear, X, dx_product),
  LOCAL("dx-constant", linear, X, dx_constant),
  LOCAL("dx-entry", inputs, 0, dx_entry),
  LOCAL("dx-delta", linear, X, dx_delta),
  LOCAL("dx-local", linear, X, dx_local),
  DERIVED("dx-inserted", linear, X, dx_inserted),
  DERIVED("dx-index", linear, X, dx_index),
  DERIVED("dx", linear, X, dx),

  { "linear-backward", BACKWARD, &linear, .linear = 1 },

  EQUAL("one-forward", one, one_forward, N),
  LOCAL("one-x-index", one, X, one_x_index),
  LOCAL("one-x", one, X, one_x),
  LOCAL("one-b", one, B, one_b),
  { "linear-one-ones", IDENTITY, &weighted, .linear = 1, .sides = one_ones,
    .side = SHAPE(N), .scale = 1 },
  LOCAL("one-w-index", one, W, one_w_index),
  LOCAL("one-w", one, W, one_w),
  DERIVED("one-contraction", one, W, one_contraction),
  DERIVED("one-outer-index", one, W, one_outer_index),
  DERIVED("one-outer", one, W, one_outer),
  { "linear-one-example", VALUE, .finding = one_example },
  DERIVED("one-dx", one, X, one_dx),
  DERIVED("one-db", one, B, one_db),

  DERIVED("batch-copy", copies, W, batch_copy),
  DERIVED("batch-sum", linear, W, batch_sum),
  EQUAL("batch-outer", weighted, batch_outer, N, M),
  EQUAL("batch-bias", weighted, batch_bias, N),
  EQUAL("batch-input", weighted, batch_input, S, M),
  EQUAL("batch-split", weighted, batch_split, N, M),

  { "linear-loss-value", VALUE, .finding = loss_value },
  { "linear-loss-chain", GRADIENT, &squared_error, Y_,
    .gradient = loss_chain },
  { "linear-loss-index", GRADIENT, &squared_error, Y_,
    .gradient = loss_index },
  { "linear-loss-gradient", BACKWARD, .op = &squared_error },

  EQUAL("fold", folded, fold, S, N),
  { "linear-fit-gradient", GRADIENT, &fit, W, .gradient = fit_gradient },
  EQUAL("fit-step", fit, fit_step, N, M),

  EQUAL("repeated", weighted, repeated, N, M),
  DERIVED("fold-gradient", folded, W, fold_gradient),
  { "linear-backward-outer", BACKWARD, &outer, .linear = 1 },
  DERIVED("transposed-inserted", transposed, W, transposed_inserted),
  DERIVED("transposed-dv", transposed, W, transposed_dv),
  DERIVED("transposed-dx", transposed, X, transposed_dx),
  { "linear-transposed-backward", BACKWARD, &transposed, .linear = 1 },
  { "linear-tied-dw", GRADIENT, &tied, W, .gradient = tied_dw },
  DERIVED("tied-db", tied, B, tied_db),
  DERIVED("tied-dx", tied, X, tied_dx),
  { "linear-tied-backward", BACKWARD, .op = &tied },
  END,
};
