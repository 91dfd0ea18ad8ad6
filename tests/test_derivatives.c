#include "../chapters/01-derivatives.exercises.h"
#include "claims.h"
#include "derivatives.h"
#include "rng.h"

#include <float.h>

/* --- Vectors to scalars: xᵀBx, ‖w‖ ----------------------------------- */

enum { N };

static real delta(size_t i, size_t j) { return i == j ? R(1.0) : R(0.0); }

enum { QX, QB };

static void quadratic_op(const size_t d[], const void *const in[], void *Y)
{
  *(real *)Y = quadratic_form(d[N], in[QX], in[QB]);
}

static void quadratic_back(const size_t d[], const void *const in[],
                           const void *G, void *const g[])
{
  quadratic_form_backward(d[N], g[QX], *(const real *)G, in[QX], in[QB]);
}

static const struct op quadratic = {
  .name = "quadratic form",
  .dim = { { "N", 2, 6 } },
  .in = { { "x", SHAPE(N), NORMAL, .role = INPUT },
          { "B", SHAPE(N, N), NORMAL, .role = CONSTANT } },
  .out = SCALAR,
  .forward = quadratic_op,
  .backward = quadratic_back,
};

/* Two ways to a number, both held to a third: the first in entry 0, the other
   in all entries after it, of an array of n. */
static void both_to(size_t n, real left[], real right[], real first,
                    real other, real third)
{
  for (size_t i = 0; i < n; i++) {
    left[i] = i ? other : first;
    right[i] = third;
  }
}

/* xᵀ (B x), and the value by the code, against Σ_i Σ_j x_i B_ij x_j */
static void quadratic_sum(const size_t d[], const void *const in[], void *left,
                          void *right)
{
  const real *x = in[QX];
  const real(*B)[d[N]] = in[QB];
  real sum = R(0.0), product = R(0.0), code;
  quadratic_op(d, in, &code);
  for (size_t i = 0; i < d[N]; i++)
    for (size_t j = 0; j < d[N]; j++)
      sum += x[i] * B[i][j] * x[j];
  for (size_t i = 0; i < d[N]; i++) { /* xᵀ (B x) */
    real row = R(0.0);
    for (size_t j = 0; j < d[N]; j++)
      row += B[i][j] * x[j];
    product += x[i] * row;
  }
  both_to(d[N], left, right, product, code, sum);
}

/* Σ_i Σ_j (δ_ik B_ij x_j + x_i B_ij δ_jk) */
static void quadratic_delta(const size_t d[], const void *const in[], void *J)
{
  const real *x = in[QX];
  const real(*B)[d[N]] = in[QB];
  real *df = J;
  for (size_t k = 0; k < d[N]; k++) {
    df[k] = R(0.0);
    for (size_t i = 0; i < d[N]; i++)
      for (size_t j = 0; j < d[N]; j++)
        df[k] += delta(i, k) * B[i][j] * x[j] + x[i] * B[i][j] * delta(j, k);
  }
}

/* Σ_j B_kj x_j + Σ_i x_i B_ik */
static void quadratic_contract(const size_t d[], const void *const in[],
                               void *J)
{
  const real *x = in[QX];
  const real(*B)[d[N]] = in[QB];
  real *df = J;
  for (size_t k = 0; k < d[N]; k++) {
    df[k] = R(0.0);
    for (size_t j = 0; j < d[N]; j++)
      df[k] += B[k][j] * x[j];
    for (size_t i = 0; i < d[N]; i++)
      df[k] += x[i] * B[i][k];
  }
}

/* (B + Bᵀ) x */
static void quadratic_matrix(const size_t d[], const void *const in[], void *J)
{
  const real *x = in[QX];
  const real(*B)[d[N]] = in[QB];
  real *df = J;
  for (size_t k = 0; k < d[N]; k++) {
    df[k] = R(0.0);
    for (size_t j = 0; j < d[N]; j++)
      df[k] += (B[k][j] + B[j][k]) * x[j];
  }
}

static void norm_op(const size_t d[], const void *const in[], void *Y)
{
  *(real *)Y = norm(d[N], in[0]);
}

static void norm_back(const size_t d[], const void *const in[], const void *G,
                      void *const g[])
{
  norm_backward(d[N], g[0], *(const real *)G, in[0]);
}

static const struct op norm_of_w = {
  .name = "norm",
  .dim = { { "N", 2, 6 } },
  .in = { { "w", SHAPE(N), NORMAL, .role = INPUT } },
  .out = SCALAR,
  .forward = norm_op,
  .backward = norm_back,
};

static real square(size_t n, const real w[]) /* wᵀw */
{
  real sum = R(0.0);
  for (size_t i = 0; i < n; i++)
    sum += w[i] * w[i];
  return sum;
}

/* 1/(2 √(wᵀw)) Σ_i ∂(w_i²)/∂w_k, the inner derivative as 2 w_i δ_ik */
static void norm_delta(const size_t d[], const void *const in[], void *J)
{
  const real *w = in[0];
  real *df = J;
  for (size_t k = 0; k < d[N]; k++) {
    real inner = R(0.0);
    for (size_t i = 0; i < d[N]; i++)
      inner += R(2.0) * w[i] * delta(i, k);
    df[k] = R(1.0) / (R(2.0) * sqrt(square(d[N], w))) * inner;
  }
}

/* (wᵀw) by w: Σ_i 2 w_i δ_ik */
static void square_op(const size_t d[], const void *const in[], void *Y)
{
  *(real *)Y = square(d[N], in[0]);
}

static const struct op square_of_w = {
  .name = "square of the norm",
  .dim = { { "N", 2, 6 } },
  .in = { { "w", SHAPE(N), NORMAL, .role = INPUT } },
  .out = SCALAR,
  .forward = square_op,
};

static void square_delta(const size_t d[], const void *const in[], void *J)
{
  const real *w = in[0];
  real *df = J;
  for (size_t k = 0; k < d[N]; k++) {
    df[k] = R(0.0);
    for (size_t i = 0; i < d[N]; i++)
      df[k] += R(2.0) * w[i] * delta(i, k);
  }
}

/* w_k / √(wᵀw); as a vector w / ‖w‖ */
static void norm_contract(const size_t d[], const void *const in[], void *J)
{
  const real *w = in[0];
  real *df = J;
  for (size_t k = 0; k < d[N]; k++)
    df[k] = w[k] / sqrt(square(d[N], w));
}

static void norm_matrix(const size_t d[], const void *const in[], void *J)
{
  const real *w = in[0];
  const real length = norm(d[N], w);
  real *df = J;
  for (size_t k = 0; k < d[N]; k++)
    df[k] = w[k] / length;
}

/* --- δ ---------------------------------------------------------------- */

static void identity_op(const size_t d[], const void *const in[], void *Y)
{
  const real *x = in[0];
  real *y = Y;
  for (size_t i = 0; i < d[N]; i++)
    y[i] = x[i];
}

static const struct op identity = {
  .name = "identity",
  .dim = { { "N", 2, 6 } },
  .in = { { "x", SHAPE(N), NORMAL, .role = INPUT } },
  .out = SHAPE(N),
  .forward = identity_op,
};

static void identity_jacobian(const size_t d[], const void *const in[],
                              void *J)
{
  real(*j)[d[N]] = J;
  (void)in;
  for (size_t p = 0; p < d[N]; p++)
    for (size_t q = 0; q < d[N]; q++)
      j[p][q] = delta(p, q);
}

/* Σ_j δ_ij x_j = x_i */
static void contraction(const size_t d[], const void *const in[], void *left,
                        void *right)
{
  const real *x = in[0];
  real *l = left, *r = right;
  for (size_t i = 0; i < d[N]; i++) {
    l[i] = R(0.0);
    for (size_t j = 0; j < d[N]; j++)
      l[i] += delta(i, j) * x[j];
    r[i] = x[i];
  }
}

/* --- w / ‖w‖: the chain rule, and an exercise -------------------------- */

static void unit_op(const size_t d[], const void *const in[], void *Y)
{
  unit_forward(d[N], Y, in[0]);
}

static void unit_back(const size_t d[], const void *const in[], const void *G,
                      void *const g[])
{
  unit_backward(d[N], g[0], G, in[0]);
}

static const struct op unit = {
  .name = "unit vector",
  .dim = { { "N", 2, 6 } },
  .in = { { "w", SHAPE(N), NORMAL, .role = INPUT } },
  .out = SHAPE(N),
  .forward = unit_op,
  .backward = unit_back,
};

/* (δ_ik − y_i y_k) / ‖w‖ */
static real unit_entry(size_t n, const real w[], size_t i, size_t k)
{
  const real length = norm(n, w);
  return (delta(i, k) - w[i] / length * (w[k] / length)) / length;
}

static void unit_jacobian(const size_t d[], const void *const in[], void *J)
{
  real(*j)[d[N]] = J;
  for (size_t i = 0; i < d[N]; i++)
    for (size_t k = 0; k < d[N]; k++)
      j[i][k] = unit_entry(d[N], in[0], i, k);
}

/* δ_ik / ‖w‖ − w_i / ‖w‖² · w_k / ‖w‖ */
static void unit_product(const size_t d[], const void *const in[], void *J)
{
  const real *w = in[0];
  const real length = norm(d[N], w);
  real(*j)[d[N]] = J;
  for (size_t i = 0; i < d[N]; i++)
    for (size_t k = 0; k < d[N]; k++)
      j[i][k] =
          delta(i, k) / length - w[i] / (length * length) * (w[k] / length);
}

/* Σ_i G_i ∂y_i/∂w_k */
static void chain(const size_t d[], const void *const in[],
                  const void *upstream, void *g)
{
  const real *G = upstream;
  real *dw = g;
  for (size_t k = 0; k < d[N]; k++) {
    dw[k] = R(0.0);
    for (size_t i = 0; i < d[N]; i++)
      dw[k] += G[i] * unit_entry(d[N], in[0], i, k);
  }
}

/* --- The remainder of wᵀw: an exercise ----------------------------------- */

enum { LW, LV, LE, LH };

static void line_op(const size_t d[], const void *const in[], void *Y)
{
  *(real *)Y = square(d[N], in[LW]);
}

/* A step h along v, and the error e of a gradient. */
static const struct op line = {
  .name = "square along a line",
  .dim = { { "N", 2, 6 } },
  .in = { { "w", SHAPE(N), NORMAL, .role = INPUT },
          { "v", SHAPE(N), NORMAL, .role = CONSTANT },
          { "e", SHAPE(N), NORMAL, .role = CONSTANT },
          { "h", SCALAR, UNIFORM, 1.0L / 32, 1.0L / 16, .role = CONSTANT } },
  .out = SCALAR,
  .forward = line_op,
};

/* |R(h)| = |h² vᵀv − h eᵀv| for g = 2w + e, and for −e in its place in turn:
   as the steps are small, R(h) is then negative in one of the two */
static void remainder_square(const size_t d[], const void *const in[],
                             void *left, void *right)
{
  const real *w = in[LW], *v = in[LV], *e = in[LE];
  const real h = *(const real *)in[LH];
  real *l = left, *r = right;
  for (size_t i = 0; i < d[N]; i++) {
    const real sign = i % 2 ? R(-1.0) : R(1.0);
    real g[d[N]], along = R(0.0);
    for (size_t j = 0; j < d[N]; j++) {
      g[j] = R(2.0) * w[j] + sign * e[j];
      along += sign * e[j] * v[j];
    }
    const real rest = h * h * square(d[N], v) - h * along;
    l[i] = remainder_of(d[N], square, w, v, g, h);
    r[i] = re(rest) < 0 ? -rest : rest;
  }
}

/* --- tr(VXW) and aᵀXb -------------------------------------------------- */

enum { TA, TB, TC };
enum { TV, TX, TW };

static void trace_product_op(const size_t d[], const void *const in[], void *Y)
{
  *(real *)Y = trace_product(d[TA], d[TB], d[TC], in[TV], in[TX], in[TW]);
}

static void trace_product_back(const size_t d[], const void *const in[],
                               const void *G, void *const g[])
{
  trace_product_backward(d[TA], d[TB], d[TC], g[TX], *(const real *)G, in[TV],
                         in[TW]);
}

static const struct op trace_of_product = {
  .name = "trace of VXW",
  .dim = { { "a", 2, 6 }, { "b", 2, 6 }, { "c", 2, 6 } },
  .in = { { "V", SHAPE(TA, TB), NORMAL, .role = CONSTANT },
          { "X", SHAPE(TB, TC), NORMAL, .role = INPUT },
          { "W", SHAPE(TC, TA), NORMAL, .role = CONSTANT } },
  .out = SCALAR,
  .forward = trace_product_op,
  .backward = trace_product_back,
};

/* tr(VXW), by the products (VX) W and by the code, against
   Σ_r Σ_p Σ_q V_rp X_pq W_qr */
static void trace_product_sum(const size_t d[], const void *const in[],
                              void *left, void *right)
{
  const real(*V)[d[TB]] = in[TV];
  const real(*x)[d[TC]] = in[TX];
  const real(*W)[d[TA]] = in[TW];
  real product = R(0.0), sum = R(0.0), code;
  trace_product_op(d, in, &code);
  for (size_t r = 0; r < d[TA]; r++)
    for (size_t q = 0; q < d[TC]; q++) {
      real vx = R(0.0);
      for (size_t p = 0; p < d[TB]; p++)
        vx += V[r][p] * x[p][q];
      product += vx * W[q][r];
    }
  for (size_t r = 0; r < d[TA]; r++)
    for (size_t p = 0; p < d[TB]; p++)
      for (size_t q = 0; q < d[TC]; q++)
        sum += V[r][p] * x[p][q] * W[q][r];
  both_to(d[TA], left, right, product, code, sum);
}

/* Σ_r Σ_p Σ_q V_rp δ_pi δ_qj W_qr */
static void trace_product_delta(const size_t d[], const void *const in[],
                                void *J)
{
  const real(*V)[d[TB]] = in[TV];
  const real(*W)[d[TA]] = in[TW];
  real(*df)[d[TC]] = J;
  for (size_t i = 0; i < d[TB]; i++)
    for (size_t j = 0; j < d[TC]; j++) {
      df[i][j] = R(0.0);
      for (size_t r = 0; r < d[TA]; r++)
        for (size_t p = 0; p < d[TB]; p++)
          for (size_t q = 0; q < d[TC]; q++)
            df[i][j] += V[r][p] * delta(p, i) * delta(q, j) * W[q][r];
    }
}

/* Σ_r V_ri W_jr */
static void trace_product_contract(const size_t d[], const void *const in[],
                                   void *J)
{
  const real(*V)[d[TB]] = in[TV];
  const real(*W)[d[TA]] = in[TW];
  real(*df)[d[TC]] = J;
  for (size_t i = 0; i < d[TB]; i++)
    for (size_t j = 0; j < d[TC]; j++) {
      df[i][j] = R(0.0);
      for (size_t r = 0; r < d[TA]; r++)
        df[i][j] += V[r][i] * W[j][r];
    }
}

/* Σ_r (Vᵀ)_ir (Wᵀ)_rj, with the transposes made */
static void trace_product_matrix(const size_t d[], const void *const in[],
                                 void *J)
{
  const real(*V)[d[TB]] = in[TV];
  const real(*W)[d[TA]] = in[TW];
  real Vt[d[TB]][d[TA]], Wt[d[TA]][d[TC]];
  real(*df)[d[TC]] = J;
  for (size_t r = 0; r < d[TA]; r++) {
    for (size_t i = 0; i < d[TB]; i++)
      Vt[i][r] = V[r][i];
    for (size_t j = 0; j < d[TC]; j++)
      Wt[r][j] = W[j][r];
  }
  for (size_t i = 0; i < d[TB]; i++)
    for (size_t j = 0; j < d[TC]; j++) {
      df[i][j] = R(0.0);
      for (size_t r = 0; r < d[TA]; r++)
        df[i][j] += Vt[i][r] * Wt[r][j];
    }
}

enum { BN, BM };
enum { BA, BX, BB };

static void bilinear_op(const size_t d[], const void *const in[], void *Y)
{
  const real *a = in[BA], *b = in[BB];
  const real(*x)[d[BM]] = in[BX];
  real sum = R(0.0);
  for (size_t p = 0; p < d[BN]; p++)
    for (size_t q = 0; q < d[BM]; q++)
      sum += a[p] * x[p][q] * b[q];
  *(real *)Y = sum;
}

static const struct op bilinear = {
  .name = "bilinear form",
  .dim = { { "N", 2, 6 }, { "M", 2, 6 } },
  .in = { { "a", SHAPE(BN), NORMAL, .role = CONSTANT },
          { "X", SHAPE(BN, BM), NORMAL, .role = INPUT },
          { "b", SHAPE(BM), NORMAL, .role = CONSTANT } },
  .out = SCALAR,
  .forward = bilinear_op,
};

/* Σ_p Σ_q a_p δ_pi δ_qj b_q */
static void bilinear_delta(const size_t d[], const void *const in[], void *J)
{
  const real *a = in[BA], *b = in[BB];
  real(*df)[d[BM]] = J;
  for (size_t i = 0; i < d[BN]; i++)
    for (size_t j = 0; j < d[BM]; j++) {
      df[i][j] = R(0.0);
      for (size_t p = 0; p < d[BN]; p++)
        for (size_t q = 0; q < d[BM]; q++)
          df[i][j] += a[p] * delta(p, i) * delta(q, j) * b[q];
    }
}

/* a bᵀ */
static void bilinear_matrix(const size_t d[], const void *const in[], void *J)
{
  const real *a = in[BA], *b = in[BB];
  real(*df)[d[BM]] = J;
  for (size_t i = 0; i < d[BN]; i++)
    for (size_t j = 0; j < d[BM]; j++)
      df[i][j] = a[i] * b[j];
}

/* --- tr(A) ------------------------------------------------------------- */

static void trace_op(const size_t d[], const void *const in[], void *Y)
{
  *(real *)Y = trace(d[N], in[0]);
}

static void trace_back(const size_t d[], const void *const in[], const void *G,
                       void *const g[])
{
  (void)in;
  trace_backward(d[N], g[0], *(const real *)G);
}

static const struct op trace_of_a = {
  .name = "trace",
  .dim = { { "N", 2, 6 } },
  .in = { { "A", SHAPE(N, N), NORMAL, .role = INPUT } },
  .out = SCALAR,
  .forward = trace_op,
  .backward = trace_back,
};

/* tr(A) = Σ_p A_pp */
static void trace_sum(const size_t d[], const void *const in[], void *left,
                      void *right)
{
  const real(*a)[d[N]] = in[0];
  real sum = R(0.0);
  trace_op(d, in, left);
  for (size_t p = 0; p < d[N]; p++)
    sum += a[p][p];
  *(real *)right = sum;
}

/* Σ_p δ_pi δ_pj */
static void trace_delta(const size_t d[], const void *const in[], void *J)
{
  real(*df)[d[N]] = J;
  (void)in;
  for (size_t i = 0; i < d[N]; i++)
    for (size_t j = 0; j < d[N]; j++) {
      df[i][j] = R(0.0);
      for (size_t p = 0; p < d[N]; p++)
        df[i][j] += delta(p, i) * delta(p, j);
    }
}

/* --- X ⊘ Y ------------------------------------------------------------- */

enum { DS, DN };
enum { DX, DY };

static void divide_op(const size_t d[], const void *const in[], void *Q)
{
  divide_forward(d[DS], d[DN], Q, in[DX], in[DY]);
}

static void divide_back(const size_t d[], const void *const in[],
                        const void *G, void *const g[])
{
  divide_backward(d[DS], d[DN], g[DX], g[DY], G, in[DX], in[DY]);
}

static const struct op divide = {
  .name = "elementwise quotient",
  .dim = { { "S", 3, 6 }, { "N", 2, 6 } },
  .in = { { "X", SHAPE(DS, DN), NORMAL, .role = INPUT },
          { "Y", SHAPE(DS, DN), UNIFORM, 0.5L, 2.0L, INPUT } },
  .out = SHAPE(DS, DN),
  .forward = divide_op,
  .backward = divide_back,
};

/* δ_pi δ_qj / Y_pq */
static void divide_x_jacobian(const size_t d[], const void *const in[],
                              void *J)
{
  const real(*y)[d[DN]] = in[DY];
  real(*j)[d[DN]][d[DS]][d[DN]] = J;
  for (size_t p = 0; p < d[DS]; p++)
    for (size_t q = 0; q < d[DN]; q++)
      for (size_t k = 0; k < d[DS]; k++)
        for (size_t l = 0; l < d[DN]; l++)
          j[p][q][k][l] = delta(p, k) * delta(q, l) / y[p][q];
}

/* −X_pq / Y_pq² δ_pi δ_qj */
static void divide_y_jacobian(const size_t d[], const void *const in[],
                              void *J)
{
  const real(*x)[d[DN]] = in[DX];
  const real(*y)[d[DN]] = in[DY];
  real(*j)[d[DN]][d[DS]][d[DN]] = J;
  for (size_t p = 0; p < d[DS]; p++)
    for (size_t q = 0; q < d[DN]; q++)
      for (size_t k = 0; k < d[DS]; k++)
        for (size_t l = 0; l < d[DN]; l++)
          j[p][q][k][l] =
              -x[p][q] / (y[p][q] * y[p][q]) * delta(p, k) * delta(q, l);
}

/* Σ_p Σ_q G_pq δ_pi δ_qj / Y_pq */
static void divide_x_sum(const size_t d[], const void *const in[],
                         const void *upstream, void *g)
{
  const real(*y)[d[DN]] = in[DY];
  const real(*G)[d[DN]] = upstream;
  real(*dX)[d[DN]] = g;
  for (size_t i = 0; i < d[DS]; i++)
    for (size_t j = 0; j < d[DN]; j++) {
      dX[i][j] = R(0.0);
      for (size_t p = 0; p < d[DS]; p++)
        for (size_t q = 0; q < d[DN]; q++)
          dX[i][j] += G[p][q] * (delta(p, i) * delta(q, j) / y[p][q]);
    }
}

/* G_ij / Y_ij */
static void divide_x_matrix(const size_t d[], const void *const in[],
                            const void *upstream, void *g)
{
  const real(*y)[d[DN]] = in[DY];
  const real(*G)[d[DN]] = upstream;
  real(*dX)[d[DN]] = g;
  for (size_t i = 0; i < d[DS]; i++)
    for (size_t j = 0; j < d[DN]; j++)
      dX[i][j] = G[i][j] / y[i][j];
}

/* −Σ_p Σ_q G_pq X_pq / Y_pq² δ_pi δ_qj */
static void divide_y_sum(const size_t d[], const void *const in[],
                         const void *upstream, void *g)
{
  const real(*x)[d[DN]] = in[DX];
  const real(*y)[d[DN]] = in[DY];
  const real(*G)[d[DN]] = upstream;
  real(*dY)[d[DN]] = g;
  for (size_t i = 0; i < d[DS]; i++)
    for (size_t j = 0; j < d[DN]; j++) {
      dY[i][j] = R(0.0);
      for (size_t p = 0; p < d[DS]; p++)
        for (size_t q = 0; q < d[DN]; q++)
          dY[i][j] -= G[p][q] * (x[p][q] / (y[p][q] * y[p][q])) * delta(p, i) *
                      delta(q, j);
    }
}

/* −G_ij X_ij / Y_ij² */
static void divide_y_matrix(const size_t d[], const void *const in[],
                            const void *upstream, void *g)
{
  const real(*x)[d[DN]] = in[DX];
  const real(*y)[d[DN]] = in[DY];
  const real(*G)[d[DN]] = upstream;
  real(*dY)[d[DN]] = g;
  for (size_t i = 0; i < d[DS]; i++)
    for (size_t j = 0; j < d[DN]; j++)
      dY[i][j] = -G[i][j] * x[i][j] / (y[i][j] * y[i][j]);
}

/* --- Elementwise f, here x sin x --------------------------------------- */

static real wave(real x) { return x * sin(x); }

static real wave_slope(real x) { return sin(x) + x * cos(x); }

static void elementwise_op(const size_t d[], const void *const in[], void *Y)
{
  elementwise_forward(d[DS], d[DN], Y, wave, in[0]);
}

static void elementwise_back(const size_t d[], const void *const in[],
                             const void *G, void *const g[])
{
  elementwise_backward(d[DS], d[DN], g[0], wave_slope, G, in[0]);
}

static const struct op elementwise = {
  .name = "elementwise function",
  .dim = { { "S", 3, 6 }, { "N", 2, 6 } },
  .in = { { "X", SHAPE(DS, DN), NORMAL, .role = INPUT } },
  .out = SHAPE(DS, DN),
  .forward = elementwise_op,
  .backward = elementwise_back,
};

/* f'(X_pq) δ_pi δ_qj */
static void elementwise_jacobian(const size_t d[], const void *const in[],
                                 void *J)
{
  const real(*x)[d[DN]] = in[0];
  real(*j)[d[DN]][d[DS]][d[DN]] = J;
  for (size_t p = 0; p < d[DS]; p++)
    for (size_t q = 0; q < d[DN]; q++)
      for (size_t k = 0; k < d[DS]; k++)
        for (size_t l = 0; l < d[DN]; l++)
          j[p][q][k][l] = wave_slope(x[p][q]) * delta(p, k) * delta(q, l);
}

/* Σ_p Σ_q G_pq f'(X_pq) δ_pi δ_qj */
static void elementwise_sum(const size_t d[], const void *const in[],
                            const void *upstream, void *g)
{
  const real(*x)[d[DN]] = in[0];
  const real(*G)[d[DN]] = upstream;
  real(*dX)[d[DN]] = g;
  for (size_t i = 0; i < d[DS]; i++)
    for (size_t j = 0; j < d[DN]; j++) {
      dX[i][j] = R(0.0);
      for (size_t p = 0; p < d[DS]; p++)
        for (size_t q = 0; q < d[DN]; q++)
          dX[i][j] +=
              G[p][q] * wave_slope(x[p][q]) * delta(p, i) * delta(q, j);
    }
}

/* G_ij f'(X_ij) */
static void elementwise_matrix(const size_t d[], const void *const in[],
                               const void *upstream, void *g)
{
  const real(*x)[d[DN]] = in[0];
  const real(*G)[d[DN]] = upstream;
  real(*dX)[d[DN]] = g;
  for (size_t i = 0; i < d[DS]; i++)
    for (size_t j = 0; j < d[DN]; j++)
      dX[i][j] = G[i][j] * wave_slope(x[i][j]);
}

/* --- XW ---------------------------------------------------------------- */

enum { MS, MM, MN };
enum { MX, MW };

static void matmul_op(const size_t d[], const void *const in[], void *Y)
{
  matmul_forward(d[MS], d[MM], d[MN], Y, in[MX], in[MW]);
}

static void matmul_back(const size_t d[], const void *const in[],
                        const void *G, void *const g[])
{
  matmul_backward(d[MS], d[MM], d[MN], g[MX], g[MW], G, in[MX], in[MW]);
}

static const struct op matmul = {
  .name = "matrix product",
  .dim = { { "S", 3, 6 }, { "M", 2, 6 }, { "N", 2, 6 } },
  .in = { { "X", SHAPE(MS, MM), NORMAL, .role = INPUT },
          { "W", SHAPE(MM, MN), NORMAL, .role = PARAMETER } },
  .out = SHAPE(MS, MN),
  .forward = matmul_op,
  .backward = matmul_back,
};

/* Y_pq = Σ_k X_pk W_kq */
static void matmul_sum(const size_t d[], const void *const in[], void *left,
                       void *right)
{
  const real(*x)[d[MM]] = in[MX];
  const real(*W)[d[MN]] = in[MW];
  real(*Y)[d[MN]] = right;
  matmul_op(d, in, left);
  for (size_t p = 0; p < d[MS]; p++)
    for (size_t q = 0; q < d[MN]; q++) {
      Y[p][q] = R(0.0);
      for (size_t k = 0; k < d[MM]; k++)
        Y[p][q] += x[p][k] * W[k][q];
    }
}

/* Σ_k δ_pi δ_kj W_kq */
static void matmul_x_delta(const size_t d[], const void *const in[], void *J)
{
  const real(*W)[d[MN]] = in[MW];
  real(*jac)[d[MN]][d[MS]][d[MM]] = J;
  for (size_t p = 0; p < d[MS]; p++)
    for (size_t q = 0; q < d[MN]; q++)
      for (size_t i = 0; i < d[MS]; i++)
        for (size_t j = 0; j < d[MM]; j++) {
          jac[p][q][i][j] = R(0.0);
          for (size_t k = 0; k < d[MM]; k++)
            jac[p][q][i][j] += delta(p, i) * delta(k, j) * W[k][q];
        }
}

/* δ_pi W_jq */
static void matmul_x_jacobian(const size_t d[], const void *const in[],
                              void *J)
{
  const real(*W)[d[MN]] = in[MW];
  real(*jac)[d[MN]][d[MS]][d[MM]] = J;
  for (size_t p = 0; p < d[MS]; p++)
    for (size_t q = 0; q < d[MN]; q++)
      for (size_t i = 0; i < d[MS]; i++)
        for (size_t j = 0; j < d[MM]; j++)
          jac[p][q][i][j] = delta(p, i) * W[j][q];
}

/* Σ_p Σ_q G_pq ∂Y_pq/∂X_ij */
static void chain_matrix(const size_t d[], const void *const in[],
                         const void *upstream, void *g)
{
  const real(*G)[d[MN]] = upstream;
  real(*dX)[d[MM]] = g;
  real dY[d[MS]][d[MN]][d[MS]][d[MM]];
  matmul_x_jacobian(d, in, dY);
  for (size_t i = 0; i < d[MS]; i++)
    for (size_t j = 0; j < d[MM]; j++) {
      dX[i][j] = R(0.0);
      for (size_t p = 0; p < d[MS]; p++)
        for (size_t q = 0; q < d[MN]; q++)
          dX[i][j] += G[p][q] * dY[p][q][i][j];
    }
}

/* Σ_p Σ_q G_pq δ_pi W_jq */
static void matmul_x_sum(const size_t d[], const void *const in[],
                         const void *upstream, void *g)
{
  const real(*W)[d[MN]] = in[MW];
  const real(*G)[d[MN]] = upstream;
  real(*dX)[d[MM]] = g;
  for (size_t i = 0; i < d[MS]; i++)
    for (size_t j = 0; j < d[MM]; j++) {
      dX[i][j] = R(0.0);
      for (size_t p = 0; p < d[MS]; p++)
        for (size_t q = 0; q < d[MN]; q++)
          dX[i][j] += G[p][q] * delta(p, i) * W[j][q];
    }
}

/* Σ_q G_iq W_jq, which is G Wᵀ */
static void matmul_x_contract(const size_t d[], const void *const in[],
                              const void *upstream, void *g)
{
  const real(*W)[d[MN]] = in[MW];
  const real(*G)[d[MN]] = upstream;
  real(*dX)[d[MM]] = g;
  for (size_t i = 0; i < d[MS]; i++)
    for (size_t j = 0; j < d[MM]; j++) {
      dX[i][j] = R(0.0);
      for (size_t q = 0; q < d[MN]; q++)
        dX[i][j] += G[i][q] * W[j][q];
    }
}

/* G Wᵀ, with the transpose made */
static void matmul_x_matrix(const size_t d[], const void *const in[],
                            const void *upstream, void *g)
{
  const real(*W)[d[MN]] = in[MW];
  const real(*G)[d[MN]] = upstream;
  real Wt[d[MN]][d[MM]];
  real(*dX)[d[MM]] = g;
  for (size_t q = 0; q < d[MN]; q++)
    for (size_t j = 0; j < d[MM]; j++)
      Wt[q][j] = W[j][q];
  for (size_t i = 0; i < d[MS]; i++)
    for (size_t j = 0; j < d[MM]; j++) {
      dX[i][j] = R(0.0);
      for (size_t q = 0; q < d[MN]; q++)
        dX[i][j] += G[i][q] * Wt[q][j];
    }
}

/* Σ_k X_pk δ_ki δ_qj */
static void matmul_w_delta(const size_t d[], const void *const in[], void *J)
{
  const real(*x)[d[MM]] = in[MX];
  real(*jac)[d[MN]][d[MM]][d[MN]] = J;
  for (size_t p = 0; p < d[MS]; p++)
    for (size_t q = 0; q < d[MN]; q++)
      for (size_t i = 0; i < d[MM]; i++)
        for (size_t j = 0; j < d[MN]; j++) {
          jac[p][q][i][j] = R(0.0);
          for (size_t k = 0; k < d[MM]; k++)
            jac[p][q][i][j] += x[p][k] * delta(k, i) * delta(q, j);
        }
}

/* X_pi δ_qj */
static void matmul_w_jacobian(const size_t d[], const void *const in[],
                              void *J)
{
  const real(*x)[d[MM]] = in[MX];
  real(*jac)[d[MN]][d[MM]][d[MN]] = J;
  for (size_t p = 0; p < d[MS]; p++)
    for (size_t q = 0; q < d[MN]; q++)
      for (size_t i = 0; i < d[MM]; i++)
        for (size_t j = 0; j < d[MN]; j++)
          jac[p][q][i][j] = x[p][i] * delta(q, j);
}

/* Σ_p Σ_q G_pq X_pi δ_qj */
static void matmul_w_sum(const size_t d[], const void *const in[],
                         const void *upstream, void *g)
{
  const real(*x)[d[MM]] = in[MX];
  const real(*G)[d[MN]] = upstream;
  real(*dW)[d[MN]] = g;
  for (size_t i = 0; i < d[MM]; i++)
    for (size_t j = 0; j < d[MN]; j++) {
      dW[i][j] = R(0.0);
      for (size_t p = 0; p < d[MS]; p++)
        for (size_t q = 0; q < d[MN]; q++)
          dW[i][j] += G[p][q] * x[p][i] * delta(q, j);
    }
}

/* Σ_p X_pi G_pj */
static void matmul_w_contract(const size_t d[], const void *const in[],
                              const void *upstream, void *g)
{
  const real(*x)[d[MM]] = in[MX];
  const real(*G)[d[MN]] = upstream;
  real(*dW)[d[MN]] = g;
  for (size_t i = 0; i < d[MM]; i++)
    for (size_t j = 0; j < d[MN]; j++) {
      dW[i][j] = R(0.0);
      for (size_t p = 0; p < d[MS]; p++)
        dW[i][j] += x[p][i] * G[p][j];
    }
}

/* Xᵀ G, with the transpose made */
static void matmul_w_matrix(const size_t d[], const void *const in[],
                            const void *upstream, void *g)
{
  const real(*x)[d[MM]] = in[MX];
  const real(*G)[d[MN]] = upstream;
  real Xt[d[MM]][d[MS]];
  real(*dW)[d[MN]] = g;
  for (size_t i = 0; i < d[MM]; i++)
    for (size_t p = 0; p < d[MS]; p++)
      Xt[i][p] = x[p][i];
  for (size_t i = 0; i < d[MM]; i++)
    for (size_t j = 0; j < d[MN]; j++) {
      dW[i][j] = R(0.0);
      for (size_t p = 0; p < d[MS]; p++)
        dW[i][j] += Xt[i][p] * G[p][j];
    }
}

/* --- K equal columns --------------------------------------------------- */

enum { EN, EK };

static void expand_op(const size_t d[], const void *const in[], void *Y)
{
  expand_forward(d[EN], d[EK], Y, in[0]);
}

static void expand_back(const size_t d[], const void *const in[],
                        const void *G, void *const g[])
{
  (void)in;
  expand_backward(d[EN], d[EK], g[0], G);
}

static const struct op expand = {
  .name = "expand",
  .dim = { { "N", 2, 6 }, { "K", 2, 6 } },
  .in = { { "x", SHAPE(EN), NORMAL, .role = INPUT } },
  .out = SHAPE(EN, EK),
  .forward = expand_op,
  .backward = expand_back,
};

/* δ_pi */
static void expand_jacobian(const size_t d[], const void *const in[], void *J)
{
  real(*j)[d[EK]][d[EN]] = J;
  (void)in;
  for (size_t p = 0; p < d[EN]; p++)
    for (size_t q = 0; q < d[EK]; q++)
      for (size_t i = 0; i < d[EN]; i++)
        j[p][q][i] = delta(p, i);
}

/* Σ_p Σ_q G_pq δ_pi */
static void expand_sum(const size_t d[], const void *const in[],
                       const void *upstream, void *g)
{
  const real(*G)[d[EK]] = upstream;
  real *dx = g;
  (void)in;
  for (size_t i = 0; i < d[EN]; i++) {
    dx[i] = R(0.0);
    for (size_t p = 0; p < d[EN]; p++)
      for (size_t q = 0; q < d[EK]; q++)
        dx[i] += G[p][q] * delta(p, i);
  }
}

/* Σ_q G_iq, which is G 1 */
static void expand_contract(const size_t d[], const void *const in[],
                            const void *upstream, void *g)
{
  const real(*G)[d[EK]] = upstream;
  real *dx = g;
  (void)in;
  for (size_t i = 0; i < d[EN]; i++) {
    dx[i] = R(0.0);
    for (size_t q = 0; q < d[EK]; q++)
      dx[i] += G[i][q];
  }
}

/* --- What a check does not see ----------------------------------------- */

static void share_op(const size_t d[], const void *const in[], void *Y)
{
  const real *x = in[0];
  real *y = Y, sum = R(0.0);
  for (size_t k = 0; k < d[N]; k++)
    sum += x[k];
  for (size_t i = 0; i < d[N]; i++)
    y[i] = x[i] / sum;
}

static const struct op share = {
  .name = "shares of a sum",
  .dim = { { "N", 2, 6 } },
  .in = { { "x", SHAPE(N), UNIFORM, 0.5L, 2.0L, INPUT } },
  .out = SHAPE(N),
  .forward = share_op,
};

/* δ_ij / s − x_i / s² */
static void share_jacobian(const size_t d[], const void *const in[], void *J)
{
  const real *x = in[0];
  real(*j)[d[N]] = J;
  real s = R(0.0);
  for (size_t k = 0; k < d[N]; k++)
    s += x[k];
  for (size_t p = 0; p < d[N]; p++)
    for (size_t q = 0; q < d[N]; q++)
      j[p][q] = delta(p, q) / s - x[p] / (s * s);
}

/* Σ_i ∂y_i/∂x_j = 0 */
static void share_blind(const size_t d[], const void *const in[], void *left,
                        void *right)
{
  real j[d[N]][d[N]];
  real *l = left, *r = right;
  share_jacobian(d, in, j);
  for (size_t q = 0; q < d[N]; q++) {
    l[q] = r[q] = R(0.0);
    for (size_t p = 0; p < d[N]; p++)
      l[q] += j[p][q];
  }
}

/* w_k / wᵀw = w_k / √(wᵀw), at w / ‖w‖ for the w drawn */
static void blind_unit(const size_t d[], const void *const in[], void *left,
                       void *right)
{
  real w[d[N]];
  real *l = left, *r = right;
  unit_forward(d[N], w, in[0]);
  for (size_t k = 0; k < d[N]; k++) {
    l[k] = w[k] / square(d[N], w);
    r[k] = w[k] / sqrt(square(d[N], w));
  }
}

/* V Wᵀ = Vᵀ Wᵀ for a symmetric V, here B + Bᵀ; W is B */
static void blind_symmetric(const size_t d[], const void *const in[],
                            void *left, void *right)
{
  const real(*B)[d[N]] = in[QB];
  real V[d[N]][d[N]];
  real(*l)[d[N]] = left, (*r)[d[N]] = right;
  for (size_t i = 0; i < d[N]; i++)
    for (size_t j = 0; j < d[N]; j++)
      V[i][j] = B[i][j] + B[j][i];
  for (size_t i = 0; i < d[N]; i++)
    for (size_t j = 0; j < d[N]; j++) {
      l[i][j] = r[i][j] = R(0.0);
      for (size_t k = 0; k < d[N]; k++) {
        l[i][j] += V[i][k] * B[j][k];
        r[i][j] += V[k][i] * B[j][k];
      }
    }
}

/* dY = 0 where X = 0, whatever the sign before it */
static void blind_zero(const size_t d[], const void *const in[], void *left,
                       void *right)
{
  real zero[d[DS]][d[DN]], G[d[DS]][d[DN]], dX[d[DS]][d[DN]];
  real(*r)[d[DN]] = right;
  const real(*x)[d[DN]] = in[DX];
  for (size_t i = 0; i < d[DS]; i++)
    for (size_t j = 0; j < d[DN]; j++) {
      zero[i][j] = R(0.0);
      G[i][j] = x[i][j];
      r[i][j] = R(0.0);
    }
  divide_backward(d[DS], d[DN], dX, left, (const void *)G, (const void *)zero,
                  in[DY]);
}

/* --- The best step ------------------------------------------------------ */

enum { M }; /* half the order */
enum { H, F, A };
#define EPSILON R(1e-3) /* of an imagined number type */

static real bound(real h, real f3, real f0)
{
  return h * h / R(6.0) * f3 + EPSILON * f0 / h;
}

static void bound_op(const size_t d[], const void *const in[], void *Y)
{
  (void)d;
  *(real *)Y =
      bound(*(const real *)in[H], *(const real *)in[F], *(const real *)in[A]);
}

/* h: step; F: the size of f''' or of another derivative; A: that of f */
static const struct op bound_of_h = {
  .name = "bound of the error",
  .dim = { { "m", 1, 4 } },
  .in = { { "h", SCALAR, UNIFORM, 0.05L, 0.5L, INPUT },
          { "F", SCALAR, UNIFORM, 0.5L, 2.0L, CONSTANT },
          { "A", SCALAR, UNIFORM, 0.5L, 2.0L, CONSTANT } },
  .out = SCALAR,
  .forward = bound_op,
};

/* h F / 3 − ε A / h² */
static void bound_slope(const size_t d[], const void *const in[], void *J)
{
  const real h = *(const real *)in[H], f3 = *(const real *)in[F];
  const real f0 = *(const real *)in[A];
  (void)d;
  *(real *)J = h * f3 / R(3.0) - EPSILON * f0 / (h * h);
}

static real best_step(const void *const in[])
{
  const real f3 = *(const real *)in[F], f0 = *(const real *)in[A];
  return pow(R(3.0) * EPSILON * f0 / f3, R(1.0) / R(3.0));
}

/* The slope vanishes at the best step: its two terms are equal. */
static void best_step_sides(const size_t d[], const void *const in[],
                            void *left, void *right)
{
  const real h = best_step(in);
  (void)d;
  *(real *)left = h * *(const real *)in[F] / R(3.0);
  *(real *)right = EPSILON * *(const real *)in[A] / (h * h);
}

/* The bound there: ½ F^(1/3) (3 ε A)^(2/3) */
static void best_error_sides(const size_t d[], const void *const in[],
                             void *left, void *right)
{
  const real f3 = *(const real *)in[F], f0 = *(const real *)in[A];
  (void)d;
  *(real *)left = bound(best_step(in), f3, f0);
  *(real *)right = pow(f3, R(1.0) / R(3.0)) *
                   pow(R(3.0) * EPSILON * f0, R(2.0) / R(3.0)) / R(2.0);
}

/* Forward difference: h F / 2 + 2 ε A / h; slope 0 at h = 2 √(ε A / F) */
static void forward_step_sides(const size_t d[], const void *const in[],
                               void *left, void *right)
{
  const real f2 = *(const real *)in[F], f0 = *(const real *)in[A];
  const real h = R(2.0) * sqrt(EPSILON * f0 / f2);
  (void)d;
  *(real *)left = f2 / R(2.0);
  *(real *)right = R(2.0) * EPSILON * f0 / (h * h);
}

/* and there it is 2 √(ε A F) */
static void forward_least_sides(const size_t d[], const void *const in[],
                                void *left, void *right)
{
  const real f2 = *(const real *)in[F], f0 = *(const real *)in[A];
  const real h = R(2.0) * sqrt(EPSILON * f0 / f2);
  (void)d;
  *(real *)left = h * f2 / R(2.0) + R(2.0) * EPSILON * f0 / h;
  *(real *)right = R(2.0) * sqrt(EPSILON * f0 * f2);
}

static real factorial(size_t n)
{
  real product = R(1.0);
  for (size_t k = 2; k <= n; k++)
    product *= (real)k;
  return product;
}

/* (m!)² / (2m + 1)! */
static real order_constant(size_t m)
{
  return factorial(m) * factorial(m) / factorial(2 * m + 1);
}

/* 2 Σ_k |c_k| ε A */
static real order_noise(size_t m, real f0)
{
  real sum = R(0.0);
  for (size_t k = 1; k <= m; k++) {
    const real c = central_weight(m, k);
    sum += R(2.0) * (re(c) < 0 ? -c : c);
  }
  return sum * EPSILON * f0;
}

static real order_step(const size_t d[], const void *const in[])
{
  const real f = *(const real *)in[F], f0 = *(const real *)in[A];
  const real twice = (real)(2 * d[M]);
  return pow(order_noise(d[M], f0) / (twice * order_constant(d[M]) * f),
             R(1.0) / (twice + R(1.0)));
}

/* 2m C F h^(2m−1) = noise / h² at the best step */
static void order_step_sides(const size_t d[], const void *const in[],
                             void *left, void *right)
{
  const real h = order_step(d, in), twice = (real)(2 * d[M]);
  *(real *)left = twice * order_constant(d[M]) * *(const real *)in[F] *
                  pow(h, twice - R(1.0));
  *(real *)right = order_noise(d[M], *(const real *)in[A]) / (h * h);
}

/* C F h^(2m) + noise / h = (2m + 1) C F h^(2m) at the best step */
static void order_least_sides(const size_t d[], const void *const in[],
                              void *left, void *right)
{
  const real h = order_step(d, in), twice = (real)(2 * d[M]);
  const real truncation =
      order_constant(d[M]) * *(const real *)in[F] * pow(h, twice);
  *(real *)left = truncation + order_noise(d[M], *(const real *)in[A]) / h;
  *(real *)right = (twice + R(1.0)) * truncation;
}

/* --- Findings: eˣ sin 3x and its derivatives, x in [1/2, 9/16] ---------- */

typedef long double wide;
typedef long double _Complex wide_complex;
#define IMAGINARY ((wide_complex)_Complex_I)

static real wiggle(real x) { return exp(x) * sin(R(3.0) * x); }

static wide_complex wiggle_complex(wide_complex z)
{
  return cexpl(z) * csinl(3.0L * z);
}

/* Im (1 + 3i)ⁿ e^((1 + 3i) x) */
static wide derivative(int n, wide x)
{
  const wide_complex c = 1.0L + 3.0L * IMAGINARY;
  wide_complex power = 1.0L;
  for (int k = 0; k < n; k++)
    power *= c;
  return cimagl(power * cexpl(c * x));
}

static wide central(size_t m, wide x, wide h)
{
  return (wide)re(central_difference(m, wiggle, (real)x, (real)h));
}

static wide weight(size_t m, size_t k)
{
  return (wide)re(central_weight(m, k));
}

static wide draw(struct rng *rng) { return (wide)rng_uniform(rng); }

static wide draw_x(struct rng *rng) { return 0.5L + draw(rng) / 16; }

enum { DRAWS = 20 };

/* A remainder that must fall as h to the power: the observed rate at drawn
   x, between h and h / 2. */
static void falls(struct finding *f, int power, wide h,
                  wide left(wide x, wide h))
{
  struct rng rng = rng_stream(f->seed, "falls");
  f->error = 0;
  f->tolerance = 0.1L;
  for (int i = 0; i < DRAWS; i++, f->entries++) {
    const wide x = draw_x(&rng);
    const wide r = left(x, h) / left(x, h / 2);
    f->error = worse(f->error, log2l(fabsl(r)), power);
  }
}

static wide taylor_remainder(wide x, wide h)
{
  return derivative(0, x + h) -
         (derivative(0, x) + h * derivative(1, x) +
          h * h / 2 * derivative(2, x) + h * h * h / 6 * derivative(3, x));
}

static void find_taylor(struct finding *f)
{
  falls(f, 4, 0x1p-10L, taylor_remainder);
}

static wide taylor_minus_remainder(wide x, wide h)
{
  return derivative(0, x - h) -
         (derivative(0, x) - h * derivative(1, x) +
          h * h / 2 * derivative(2, x) - h * h * h / 6 * derivative(3, x));
}

static void find_taylor_minus(struct finding *f)
{
  falls(f, 4, 0x1p-10L, taylor_minus_remainder);
}

static wide forward_remainder(wide x, wide h)
{
  const wide d = (derivative(0, x + h) - derivative(0, x)) / h;
  return d - derivative(1, x) - h / 2 * derivative(2, x);
}

static void find_forward(struct finding *f)
{
  falls(f, 2, 0x1p-12L, forward_remainder);
}

static wide subtracted_remainder(wide x, wide h)
{
  return derivative(0, x + h) - derivative(0, x - h) -
         (2 * h * derivative(1, x) + h * h * h / 3 * derivative(3, x));
}

static void find_subtracted(struct finding *f)
{
  falls(f, 5, 0x1p-8L, subtracted_remainder);
}

static wide central_remainder(wide x, wide h)
{
  const wide d = (derivative(0, x + h) - derivative(0, x - h)) / (2 * h);
  return d - derivative(1, x) - h * h / 6 * derivative(3, x);
}

static void find_central(struct finding *f)
{
  falls(f, 4, 0x1p-8L, central_remainder);
}

static wide complex_remainder(wide x, wide h)
{
  const wide_complex i = IMAGINARY;
  return cabsl(wiggle_complex(x + i * h) -
               (derivative(0, x) + i * h * derivative(1, x) -
                h * h / 2 * derivative(2, x) -
                i * (h * h * h / 6) * derivative(3, x)));
}

static void find_complex_taylor(struct finding *f)
{
  falls(f, 4, 0x1p-10L, complex_remainder);
}

static wide complex_step_remainder(wide x, wide h)
{
  const wide y = cimagl(wiggle_complex(x + IMAGINARY * h));
  return y / h - (derivative(1, x) - h * h / 6 * derivative(3, x));
}

static void find_complex_error(struct finding *f)
{
  falls(f, 4, 0x1p-8L, complex_step_remainder);
}

/* By how much a size exceeds its bound, relative to it: 0 where it holds. */
static wide excess(wide size, wide bound_of_it)
{
  return size <= bound_of_it ? 0 : size / bound_of_it - 1;
}

/* The error of a computed f, against ε |f| */
static void find_rounding(struct finding *f)
{
  struct rng rng = rng_stream(f->seed, "rounding");
  f->error = 0;
  f->tolerance = 0;
  for (int i = 0; i < 1000; i++, f->entries += 2) {
    const float a = (float)draw_x(&rng);
    const double b = (double)draw_x(&rng);
    const wide fa = derivative(0, (wide)a), fb = derivative(0, (wide)b);
    const wide ea = (wide)(expf(a) * sinf(3 * a)) - fa;
    const wide eb = (wide)(exp(b) * sin(3 * b)) - fb;
    f->error = worse(f->error, excess(fabsl(ea / fa), (wide)FLT_EPSILON), 0);
    f->error = worse(f->error, excess(fabsl(eb / fb), (wide)DBL_EPSILON), 0);
  }
}

/* The largest size of the n-th derivative between x − h and x + h. */
static wide largest(int n, wide x, wide h)
{
  wide most = 0;
  for (int i = -32; i <= 32; i++) {
    const wide size = fabsl(derivative(n, x + h * (wide)i / 32));
    most = size > most ? size : most;
  }
  return most;
}

/* The error of the computed central difference, against its bound */
static void find_total(struct finding *f)
{
  struct rng rng = rng_stream(f->seed, "total");
  f->error = 0;
  f->tolerance = 0;
  for (int i = 0; i < 64; i++)
    for (int k = 1; k <= 40; k++, f->entries++) {
      const double x = 0.5 + (double)rng_below(&rng, 64) / 1024;
      const wide h = ldexpl(1.0L, -k), slope = derivative(1, (wide)x);
      const double p = x + (double)h, q = x - (double)h;
      const float s = (float)p, t = (float)q; /* exact for k <= 18 */
      const int narrow = k <= 18 && i % 2;
      const wide difference =
          narrow ? (wide)(expf(s) * sinf(3 * s) - expf(t) * sinf(3 * t))
                 : (wide)(exp(p) * sin(3 * p) - exp(q) * sin(3 * q));
      const wide epsilon = narrow ? (wide)FLT_EPSILON : (wide)DBL_EPSILON;
      const wide most = h * h / 6 * largest(3, (wide)x, h) +
                        epsilon * largest(0, (wide)x, h) / h;
      const wide e = difference / (2 * h) - slope;
      f->error = worse(f->error, excess(fabsl(e), most), 0);
    }
}

/* Σ_k 2k c_k = 1 */
static void find_weights_first(struct finding *f)
{
  f->error = 0;
  f->tolerance = 8 * LDBL_EPSILON;
  for (size_t m = 1; m <= 4; m++, f->entries++) {
    wide sum = 0;
    for (size_t k = 1; k <= m; k++)
      sum += 2 * (wide)k * weight(m, k);
    f->error = worse(f->error, sum, 1);
  }
}

/* Σ_k k^(2j+1) c_k = 0, relative to its terms */
static void find_weights_vanish(struct finding *f)
{
  f->error = 0;
  f->tolerance = 8 * LDBL_EPSILON;
  for (size_t m = 2; m <= 4; m++)
    for (size_t j = 1; j < m; j++, f->entries++) {
      wide sum = 0, terms = 0;
      for (size_t k = 1; k <= m; k++) {
        const wide term = powl((wide)k, 2 * (wide)j + 1) * weight(m, k);
        sum += term;
        terms += fabsl(term);
      }
      f->error = worse(f->error, sum / terms, 0);
    }
}

/* c_k = (−1)^(k+1) (m!)² / (k (m − k)! (m + k)!) */
static void find_weights_formula(struct finding *f)
{
  f->error = 0;
  f->tolerance = 4 * LDBL_EPSILON;
  for (size_t m = 1; m <= 4; m++)
    for (size_t k = 1; k <= m; k++, f->entries++) {
      const wide above = (wide)re(factorial(m) * factorial(m));
      const wide below = (wide)re(factorial(m - k) * factorial(m + k));
      const wide c = above / ((wide)k * below);
      f->error = worse(f->error, weight(m, k), k % 2 ? c : -c);
    }
}

/* D_2m − f' is (−1)^(m+1) (m!)² / (2m + 1)! h^2m times the derivative of
   order 2m + 1, and more: its rate, and its ratio to that term. */
static void find_order_error(struct finding *f)
{
  struct rng rng = rng_stream(f->seed, "order");
  f->error = 0;
  f->tolerance = 0.1L;
  for (int i = 0; i < DRAWS; i++)
    for (size_t m = 1; m <= 4; m++, f->entries += 2) {
      const wide x = draw_x(&rng), h = m < 3 ? 0x1p-8L : 0x1p-5L;
      const wide e = central(m, x, h) - derivative(1, x);
      const wide half = central(m, x, h / 2) - derivative(1, x);
      const wide term = (wide)re(order_constant(m)) * powl(h, 2 * (wide)m) *
                        derivative(2 * (int)m + 1, x);
      f->error = worse(f->error, log2l(fabsl(e / half)), 2 * (wide)m);
      f->error = worse(f->error, e / term, m % 2 ? 1 : -1);
    }
}

/* D₄(h) = (4 D₂(h) − D₂(2h)) / 3 */
static void find_richardson(struct finding *f)
{
  struct rng rng = rng_stream(f->seed, "richardson");
  f->error = 0;
  f->tolerance = 256 * LDBL_EPSILON;
  for (int i = 0; i < DRAWS; i++, f->entries++) {
    const wide x = draw_x(&rng), h = 0.25L;
    f->error = worse(f->error, central(2, x, h),
                     (4 * central(1, x, h) - central(1, x, 2 * h)) / 3);
  }
}

/* Im f(x + ih) / h = f'(x) for h = 2⁻⁴⁰⁰⁰, relative */
static void find_complex_tiny(struct finding *f)
{
  struct rng rng = rng_stream(f->seed, "tiny");
  const wide h = ldexpl(1.0L, LDBL_MAX_EXP > 4000 ? -4000 : -400);
  f->error = 0;
  f->tolerance = 8 * LDBL_EPSILON;
  for (int i = 0; i < DRAWS; i++, f->entries++) {
    const wide x = draw_x(&rng);
    const wide y = cimagl(wiggle_complex(x + IMAGINARY * h));
    f->error = worse(f->error, y / h / derivative(1, x), 1);
  }
}

/* (a + ihb)(c + ihd) = ac + ih(ad + bc) − h²bd */
static void find_complex_product(struct finding *f)
{
  struct rng rng = rng_stream(f->seed, "product");
  const wide_complex i = IMAGINARY;
  f->error = 0;
  f->tolerance = 16 * LDBL_EPSILON;
  for (int k = 0; k < DRAWS; k++, f->entries += 2) {
    const wide a = draw(&rng), b = draw(&rng), c = draw(&rng);
    const wide d = draw(&rng), h = draw(&rng);
    const wide_complex l = (a + i * h * b) * (c + i * h * d);
    const wide_complex r = a * c + i * h * (a * d + b * c) - h * h * b * d;
    f->error = worse(f->error, creall(l), creall(r));
    f->error = worse(f->error, cimagl(l), cimagl(r));
  }
}

/* Im |x + ih| / h = 0, where |z| has the slope 1 */
static void find_complex_blind(struct finding *f)
{
  f->error = 0;
  f->tolerance = 4 * LDBL_EPSILON;
  for (int k = 1; k <= DRAWS; k++, f->entries++) {
    const wide h = ldexpl(1.0L, -k);
    const wide_complex z = 2.0L + IMAGINARY * h;
    const wide_complex size = csqrtl(z * conjl(z));
    f->error = worse(f->error, cimagl(size) / h, 0);
  }
}

/* Im conj(x + ih) / h = −1, where it has the slope 1 on the real line */
static void find_complex_conjugate(struct finding *f)
{
  f->error = 0;
  f->tolerance = 4 * LDBL_EPSILON;
  for (int k = 1; k <= DRAWS; k++, f->entries++) {
    const wide h = ldexpl(1.0L, -k);
    f->error = worse(f->error, cimagl(conjl(2.0L + IMAGINARY * h)) / h, -1);
  }
}

/* (|x + h| − |x − h|) / 2h = x / h for |x| ≤ h */
static void find_difference_kink(struct finding *f)
{
  struct rng rng = rng_stream(f->seed, "kink");
  f->error = 0;
  f->tolerance = 8 * LDBL_EPSILON;
  for (int i = 0; i < DRAWS; i++, f->entries++) {
    const wide h = 0.125L, x = h * (2 * draw(&rng) - 1);
    f->error = worse(f->error, (fabsl(x + h) - fabsl(x - h)) / (2 * h), x / h);
  }
}

/* --- Findings: L = ‖w‖, from a drawn w along a drawn v ------------------ */

enum { LENGTH = 4 };

static wide length_at(const wide w[], const wide v[], wide h)
{
  real moved[LENGTH];
  for (int i = 0; i < LENGTH; i++)
    moved[i] = (real)(w[i] + h * v[i]);
  return (wide)re(norm(LENGTH, moved));
}

/* w and v neither parallel nor, wᵀv being 1/4 or more, orthogonal: there the
   second-order or the third-order term would vanish. */
static void draw_line(struct rng *rng, wide w[], wide v[], wide e[])
{
  for (int i = 0; i < LENGTH; i++) {
    const wide sign = i ? 1 : -1;
    w[i] = 1 + draw(rng);
    v[i] = sign * (0.75L + draw(rng) / 4);
    e[i] = sign * (0.25L + draw(rng));
  }
}

/* L(w + hv) − L(w) − h Σ_j g_j v_j for g = ∂L/∂w + part e */
static wide remainder_at(const wide w[], const wide v[], const wide e[],
                         wide part, wide h)
{
  real at[LENGTH], g[LENGTH];
  wide slope = 0;
  for (int j = 0; j < LENGTH; j++)
    at[j] = (real)w[j];
  norm_backward(LENGTH, g, R(1.0), at);
  for (int j = 0; j < LENGTH; j++)
    slope += ((wide)re(g[j]) + part * e[j]) * v[j];
  return length_at(w, v, h) - length_at(w, v, 0) - h * slope;
}

/* Σ_i Σ_j v_i H_ij v_j for the second derivatives H of ‖w‖ */
static wide curvature(const wide w[], const wide v[])
{
  real at[LENGTH];
  wide sum = 0;
  for (int i = 0; i < LENGTH; i++)
    at[i] = (real)w[i];
  for (size_t i = 0; i < LENGTH; i++)
    for (size_t j = 0; j < LENGTH; j++)
      sum += v[i] * (wide)re(unit_entry(LENGTH, at, i, j)) * v[j];
  return sum;
}

/* What is left of the remainder after −h Σ_j e_j v_j, and, where `curved`,
   after ½ h² Σ_i Σ_j v_i H_ij v_j: it must fall as h to the power. */
static void lines(struct finding *f, int power, wide part, int curved)
{
  struct rng rng = rng_stream(f->seed, "lines");
  f->error = 0;
  f->tolerance = 0.1L;
  for (int i = 0; i < DRAWS; i++, f->entries++) {
    wide w[LENGTH], v[LENGTH], e[LENGTH], left[2], wrong = 0;
    draw_line(&rng, w, v, e);
    for (int j = 0; j < LENGTH; j++)
      wrong += part * e[j] * v[j];
    for (int k = 0; k < 2; k++) {
      const wide h = ldexpl(1.0L, -10 - k);
      left[k] = remainder_at(w, v, e, part, h) + h * wrong;
      if (curved)
        left[k] -= h * h / 2 * curvature(w, v);
    }
    f->error = worse(f->error, log2l(fabsl(left[0] / left[1])), power);
  }
}

static void find_linearisation(struct finding *f) { lines(f, 2, 0, 0); }

static void find_remainder_right(struct finding *f) { lines(f, 3, 0, 1); }

static void find_remainder_wrong(struct finding *f) { lines(f, 2, 1, 0); }

/* (‖0 + hv‖ − ‖0‖) / h = ‖v‖ at every h > 0 */
static void find_norm_kink(struct finding *f)
{
  struct rng rng = rng_stream(f->seed, "norm kink");
  f->error = 0;
  f->tolerance = 8 * LDBL_EPSILON;
  for (int i = 0; i < DRAWS; i++, f->entries++) {
    const wide zero[LENGTH] = { 0 }, h = ldexpl(1.0L, -i);
    wide w[LENGTH], v[LENGTH], e[LENGTH];
    draw_line(&rng, w, v, e);
    const wide slope = (length_at(zero, v, h) - length_at(zero, v, 0)) / h;
    f->error = worse(f->error, slope / length_at(zero, v, 1), 1);
  }
}

/* x = (1, 2), B = [[1, 3], [0, 2]]: (B + Bᵀ) x = (8, 11) */
static void find_quadratic_value(struct finding *f)
{
  const real x[2] = { R(1.0), R(2.0) };
  const real B[2][2] = { { R(1.0), R(3.0) }, { R(0.0), R(2.0) } };
  real dx[2];
  quadratic_form_backward(2, dx, R(1.0), x, B);
  f->error = worse(worse(0, (wide)re(dx[0]), 8), (wide)re(dx[1]), 11);
  f->tolerance = 0;
  f->entries = 2;
}

const struct claim CLAIMS(derivatives)[] = {
  { "derivatives-linearisation", STATEMENT, .finding = find_linearisation },
  { "derivatives-delta-derivative", JACOBIAN, &identity, 0, 1,
    .jacobian = identity_jacobian },
  { "derivatives-contraction", IDENTITY, &identity, .sides = contraction,
    .side = SHAPE(N) },
  { "derivatives-chain", GRADIENT, &unit, .gradient = chain },
  { "derivatives-chain-matrix", GRADIENT, &matmul, MX, 1,
    .gradient = chain_matrix },

  { "derivatives-quadratic-sum", IDENTITY, &quadratic, .sides = quadratic_sum,
    .side = SHAPE(N) },
  { "derivatives-quadratic-delta", JACOBIAN, &quadratic, QX,
    .jacobian = quadratic_delta },
  { "derivatives-quadratic-contract", JACOBIAN, &quadratic, QX,
    .jacobian = quadratic_contract },
  { "derivatives-quadratic-matrix", JACOBIAN, &quadratic, QX,
    .jacobian = quadratic_matrix },
  { "derivatives-quadratic-backward", BACKWARD, .op = &quadratic },
  { "derivatives-quadratic-value", VALUE, .finding = find_quadratic_value },

  { "derivatives-trace-product-sum", IDENTITY, &trace_of_product,
    .sides = trace_product_sum, .side = SHAPE(TA) },
  { "derivatives-trace-product-delta", JACOBIAN, &trace_of_product, TX, 1,
    .jacobian = trace_product_delta },
  { "derivatives-trace-product-contract", JACOBIAN, &trace_of_product, TX, 1,
    .jacobian = trace_product_contract },
  { "derivatives-trace-product-matrix", JACOBIAN, &trace_of_product, TX, 1,
    .jacobian = trace_product_matrix },
  { "derivatives-trace-product-backward", BACKWARD, &trace_of_product,
    .linear = 1 },

  { "derivatives-square-delta", JACOBIAN, &square_of_w,
    .jacobian = square_delta },
  { "derivatives-norm-delta", JACOBIAN, &norm_of_w, .jacobian = norm_delta },
  { "derivatives-norm-contract", JACOBIAN, &norm_of_w,
    .jacobian = norm_contract },
  { "derivatives-norm-matrix", JACOBIAN, &norm_of_w, .jacobian = norm_matrix },
  { "derivatives-norm-backward", BACKWARD, .op = &norm_of_w },
  { "derivatives-norm-kink", STATEMENT, .finding = find_norm_kink },

  { "derivatives-trace-sum", IDENTITY, &trace_of_a, .sides = trace_sum,
    .side = SCALAR },
  { "derivatives-trace-delta", JACOBIAN, &trace_of_a, 0, 1,
    .jacobian = trace_delta },
  { "derivatives-trace-contract", JACOBIAN, &trace_of_a, 0, 1,
    .jacobian = identity_jacobian },
  { "derivatives-trace-backward", BACKWARD, &trace_of_a, .linear = 1 },

  { "derivatives-divide-x-jacobian", JACOBIAN, &divide, DX, 1,
    .jacobian = divide_x_jacobian },
  { "derivatives-divide-x-sum", GRADIENT, &divide, DX, 1,
    .gradient = divide_x_sum },
  { "derivatives-divide-x-contract", GRADIENT, &divide, DX, 1,
    .gradient = divide_x_matrix },
  { "derivatives-divide-x-matrix", GRADIENT, &divide, DX, 1,
    .gradient = divide_x_matrix },
  { "derivatives-divide-y-jacobian", JACOBIAN, &divide, DY,
    .jacobian = divide_y_jacobian },
  { "derivatives-divide-y-sum", GRADIENT, &divide, DY,
    .gradient = divide_y_sum },
  { "derivatives-divide-y-contract", GRADIENT, &divide, DY,
    .gradient = divide_y_matrix },
  { "derivatives-divide-backward", BACKWARD, .op = &divide },

  { "derivatives-elementwise-jacobian", JACOBIAN, &elementwise,
    .jacobian = elementwise_jacobian },
  { "derivatives-elementwise-sum", GRADIENT, &elementwise,
    .gradient = elementwise_sum },
  { "derivatives-elementwise-contract", GRADIENT, &elementwise,
    .gradient = elementwise_matrix },
  { "derivatives-elementwise-backward", BACKWARD, .op = &elementwise },

  { "derivatives-matmul-sum", IDENTITY, &matmul, .sides = matmul_sum,
    .side = SHAPE(MS, MN) },
  { "derivatives-matmul-x-delta", JACOBIAN, &matmul, MX, 1,
    .jacobian = matmul_x_delta },
  { "derivatives-matmul-x-jacobian", JACOBIAN, &matmul, MX, 1,
    .jacobian = matmul_x_jacobian },
  { "derivatives-matmul-x-sum", GRADIENT, &matmul, MX, 1,
    .gradient = matmul_x_sum },
  { "derivatives-matmul-x-contract", GRADIENT, &matmul, MX, 1,
    .gradient = matmul_x_contract },
  { "derivatives-matmul-x-matrix", GRADIENT, &matmul, MX, 1,
    .gradient = matmul_x_matrix },
  { "derivatives-matmul-w-delta", JACOBIAN, &matmul, MW, 1,
    .jacobian = matmul_w_delta },
  { "derivatives-matmul-w-jacobian", JACOBIAN, &matmul, MW, 1,
    .jacobian = matmul_w_jacobian },
  { "derivatives-matmul-w-sum", GRADIENT, &matmul, MW, 1,
    .gradient = matmul_w_sum },
  { "derivatives-matmul-w-contract", GRADIENT, &matmul, MW, 1,
    .gradient = matmul_w_contract },
  { "derivatives-matmul-w-matrix", GRADIENT, &matmul, MW, 1,
    .gradient = matmul_w_matrix },
  { "derivatives-matmul-backward", BACKWARD, &matmul, .linear = 1 },

  { "derivatives-expand-jacobian", JACOBIAN, &expand, 0, 1,
    .jacobian = expand_jacobian },
  { "derivatives-expand-sum", GRADIENT, &expand, 0, 1,
    .gradient = expand_sum },
  { "derivatives-expand-contract", GRADIENT, &expand, 0, 1,
    .gradient = expand_contract },
  { "derivatives-expand-backward", BACKWARD, &expand, .linear = 1 },

  { "derivatives-taylor", STATEMENT, .finding = find_taylor },
  { "derivatives-forward-error", STATEMENT, .finding = find_forward },
  { "derivatives-taylor-minus", STATEMENT, .finding = find_taylor_minus },
  { "derivatives-subtracted", STATEMENT, .finding = find_subtracted },
  { "derivatives-central-error", STATEMENT, .finding = find_central },
  { "derivatives-rounding", STATEMENT, .finding = find_rounding },
  { "derivatives-total-error", STATEMENT, .finding = find_total },
  { "derivatives-best-condition", JACOBIAN, &bound_of_h, H,
    .jacobian = bound_slope },
  { "derivatives-best-step", IDENTITY, &bound_of_h, .sides = best_step_sides,
    .side = SCALAR },
  { "derivatives-best-error", IDENTITY, &bound_of_h, .sides = best_error_sides,
    .side = SCALAR },
  { "derivatives-weights-first", STATEMENT, .finding = find_weights_first },
  { "derivatives-weights-vanish", STATEMENT, .finding = find_weights_vanish },
  { "derivatives-weights-formula", STATEMENT,
    .finding = find_weights_formula },
  { "derivatives-order-error", STATEMENT, .finding = find_order_error },
  { "derivatives-richardson", STATEMENT, .finding = find_richardson },
  { "derivatives-remainder-right", STATEMENT,
    .finding = find_remainder_right },
  { "derivatives-remainder-wrong", STATEMENT,
    .finding = find_remainder_wrong },

  { "derivatives-complex-taylor", STATEMENT, .finding = find_complex_taylor },
  { "derivatives-complex-error", STATEMENT, .finding = find_complex_error },
  { "derivatives-complex-tiny", STATEMENT, .finding = find_complex_tiny },
  { "derivatives-complex-product", STATEMENT,
    .finding = find_complex_product },
  { "derivatives-complex-blind", STATEMENT, .finding = find_complex_blind },
  { "derivatives-complex-conjugate", STATEMENT,
    .finding = find_complex_conjugate },
  { "derivatives-difference-kink", STATEMENT,
    .finding = find_difference_kink },

  { "derivatives-share-jacobian", JACOBIAN, &share,
    .jacobian = share_jacobian },
  { "derivatives-blind-ones", IDENTITY, &share, .sides = share_blind,
    .side = SHAPE(N), .scale = 1.0L },
  { "derivatives-blind-zero", IDENTITY, &divide, .sides = blind_zero,
    .side = SHAPE(DS, DN), .scale = 1.0L },
  { "derivatives-blind-symmetric", IDENTITY, &quadratic,
    .sides = blind_symmetric, .side = SHAPE(N, N) },
  { "derivatives-blind-unit", IDENTITY, &norm_of_w, .sides = blind_unit,
    .side = SHAPE(N) },

  { "derivatives-bilinear-delta", JACOBIAN, &bilinear, BX, 1,
    .jacobian = bilinear_delta },
  { "derivatives-bilinear-matrix", JACOBIAN, &bilinear, BX, 1,
    .jacobian = bilinear_matrix },
  { "derivatives-unit-product", JACOBIAN, &unit, .jacobian = unit_product },
  { "derivatives-unit-jacobian", JACOBIAN, &unit, .jacobian = unit_jacobian },
  { "derivatives-unit-backward", BACKWARD, .op = &unit },
  { "derivatives-forward-step", IDENTITY, &bound_of_h,
    .sides = forward_step_sides, .side = SCALAR },
  { "derivatives-forward-least", IDENTITY, &bound_of_h,
    .sides = forward_least_sides, .side = SCALAR },
  { "derivatives-remainder-square", IDENTITY, &line, .sides = remainder_square,
    .side = SHAPE(N), .scale = 1 },
  { "derivatives-order-step", IDENTITY, &bound_of_h, .sides = order_step_sides,
    .side = SCALAR },
  { "derivatives-order-least", IDENTITY, &bound_of_h,
    .sides = order_least_sides, .side = SCALAR },
  END,
};
