#include "../chapters/03-activation.exercises.h"
#include "activation.h"
#include "claims.h"

#include <float.h>

enum { S, N, K };
enum { X, A };

typedef void pass_forward(size_t S, size_t N, real Y[S][N],
                          const real X[S][N]);
typedef void pass_backward(size_t S, size_t N, real dX[S][N],
                           const real G[S][N], const real XY[S][N]);
typedef real scalar(real x, real a);

static void arctan_forward(size_t S, size_t N, real Y[S][N],
                           const real X[S][N])
{
  for (size_t s = 0; s < S; s++)
    for (size_t n = 0; n < N; n++)
      Y[s][n] = atan(X[s][n]);
}

/* The operations. */

static void elementwise(const size_t d[], const void *const in[], void *Y,
                        scalar h, real a)
{
  const real(*x)[d[N]] = in[X];
  real(*y)[d[N]] = Y;
  for (size_t s = 0; s < d[S]; s++)
    for (size_t n = 0; n < d[N]; n++)
      y[s][n] = h(x[s][n], a);
}

static long double from_zero(const size_t d[], const void *const in[])
{
  const real *x = in[X];
  long double least = 4;
  for (size_t i = 0; i < d[S] * d[N]; i++) {
    const long double v = (long double)re(x[i]);
    least = v < least && -v < least ? (v < 0 ? -v : v) : least;
  }
  return least;
}

#define SIZES                    \
  {                              \
    { "S", 3, 6 }, { "N", 2, 6 } \
  }
#define RANGE                               \
  {                                         \
    "X", SHAPE(S, N), UNIFORM, -4, 4, INPUT \
  }

/* An operation whose backward reads its output Y, or its input X. */
#define THROUGH_OUTPUT(stem, kinks)                                       \
  static void stem##_f(const size_t d[], const void *const in[], void *Y) \
  {                                                                       \
    stem##_forward(d[S], d[N], Y, in[X]);                                 \
  }                                                                       \
  static void stem##_b(const size_t d[], const void *const in[],          \
                       const void *G, void *const g[])                    \
  {                                                                       \
    real Y[d[S]][d[N]];                                                   \
    stem##_forward(d[S], d[N], Y, in[X]);                                 \
    stem##_backward(d[S], d[N], g[X], G, (const void *)Y);                \
  }                                                                       \
  static const struct op op_##stem = { #stem,       SIZES,    { RANGE },  \
                                       SHAPE(S, N), stem##_f, stem##_b,   \
                                       kinks,       0,        NULL };

#define THROUGH_INPUT(stem)                                               \
  static void stem##_f(const size_t d[], const void *const in[], void *Y) \
  {                                                                       \
    stem##_forward(d[S], d[N], Y, in[X]);                                 \
  }                                                                       \
  static void stem##_b(const size_t d[], const void *const in[],          \
                       const void *G, void *const g[])                    \
  {                                                                       \
    stem##_backward(d[S], d[N], g[X], G, in[X]);                          \
  }                                                                       \
  static const struct op op_##stem = { #stem,       SIZES,    { RANGE },  \
                                       SHAPE(S, N), stem##_f, stem##_b,   \
                                       NULL,        0,        NULL };

/* The same with a parameter a, drawn between lo and hi. */
#define WITH_A(stem, lo, hi)                                              \
  static void stem##_f(const size_t d[], const void *const in[], void *Y) \
  {                                                                       \
    stem##_forward(d[S], d[N], Y, in[X], *(const real *)in[A]);           \
  }                                                                       \
  static void stem##_b(const size_t d[], const void *const in[],          \
                       const void *G, void *const g[])                    \
  {                                                                       \
    const real a = *(const real *)in[A];                                  \
    real Y[d[S]][d[N]];                                                   \
    stem##_forward(d[S], d[N], Y, in[X], a);                              \
    stem##_backward(d[S], d[N], g[X], G, (const void *)Y, a);             \
  }                                                                       \
  static const struct op op_##stem = {                                    \
    #stem,                                                                \
    SIZES,                                                                \
    { RANGE, { "a", SCALAR, UNIFORM, lo, hi, CONSTANT } },                \
    SHAPE(S, N),                                                          \
    stem##_f,                                                             \
    stem##_b,                                                             \
    from_zero,                                                            \
    0,                                                                    \
    NULL                                                                  \
  };

THROUGH_OUTPUT(relu, from_zero)
WITH_A(leaky_relu, 0.01L, 0.5L)
WITH_A(elu_scaled, 0.5L, 2)
THROUGH_OUTPUT(elu, from_zero)
THROUGH_OUTPUT(sigmoid, NULL)
THROUGH_OUTPUT(tanh, NULL)
THROUGH_INPUT(gelu)
THROUGH_INPUT(gelu_tanh)
THROUGH_OUTPUT(softplus, NULL)
THROUGH_INPUT(silu)
THROUGH_OUTPUT(arctan, NULL)

/* An operation that only a step of a derivation needs: its h is given. */
#define STEP(stem, h)                                                     \
  static void stem##_f(const size_t d[], const void *const in[], void *Y) \
  {                                                                       \
    elementwise(d, in, Y, h, R(1.0));                                     \
  }                                                                       \
  static const struct op op_##stem = { #stem,       SIZES,    { RANGE },  \
                                       SHAPE(S, N), stem##_f, NULL,       \
                                       NULL,        0,        NULL };

/* An equation h'(x) = …, held as dX_sn = G_sn h'(X_sn). */
#define SLOPE(name)                                              \
  static void name##_g(const size_t d[], const void *const in[], \
                       const void *upstream, void *g)            \
  {                                                              \
    const real(*G)[d[N]] = upstream;                             \
    real(*dX)[d[N]] = g;                                         \
    elementwise(d, in, g, name, A_OF(in));                       \
    for (size_t s = 0; s < d[S]; s++)                            \
      for (size_t n = 0; n < d[N]; n++)                          \
        dX[s][n] *= G[s][n];                                     \
  }

/* An equation left(x) = right(x), entry by entry. */
#define SIDES(name, left, right)                                      \
  static void name(const size_t d[], const void *const in[], void *l, \
                   void *r)                                           \
  {                                                                   \
    elementwise(d, in, l, left, A_OF(in));                            \
    elementwise(d, in, r, right, A_OF(in));                           \
  }

#define A_OF(in) R(1.0)

/* h(x) by the code of src/, of one number. */
static real one(pass_forward forward, real x)
{
  const real in[1][1] = { { x } };
  real out[1][1];
  forward(1, 1, out, in);
  return out[0][0];
}

/* Any h: the claims take h(x) = sin x + x²/2, h'(x) = cos x + x. */

static real any_h(real x, real a) { return sin(x) + R(0.5) * x * x * a; }
static real any_slope(real x, real a) { return cos(x) + x * a; }
static real itself(real x, real a) { return (void)a, x; }
STEP(any, any_h)
STEP(copy, itself)

static real delta(size_t i, size_t j) { return i == j ? R(1.0) : R(0.0); }

static void entries(const size_t d[], const void *const in[], void *out)
{
  real(*J)[d[N]][d[S]][d[N]] = out;
  (void)in;
  for (size_t s = 0; s < d[S]; s++)
    for (size_t n = 0; n < d[N]; n++)
      for (size_t i = 0; i < d[S]; i++)
        for (size_t j = 0; j < d[N]; j++)
          J[s][n][i][j] = delta(s, i) * delta(n, j);
}

static void local_chain(const size_t d[], const void *const in[], void *out)
{
  const real(*x)[d[N]] = in[X];
  real(*J)[d[N]][d[S]][d[N]] = out;
  for (size_t s = 0; s < d[S]; s++)
    for (size_t n = 0; n < d[N]; n++)
      for (size_t i = 0; i < d[S]; i++)
        for (size_t j = 0; j < d[N]; j++) {
          const real dX = s == i && n == j ? R(1.0) : R(0.0);
          J[s][n][i][j] = any_slope(x[s][n], R(1.0)) * dX;
        }
}

static void jacobian(const size_t d[], const void *const in[], void *out)
{
  const real(*x)[d[N]] = in[X];
  real(*J)[d[N]][d[S]][d[N]] = out;
  for (size_t s = 0; s < d[S]; s++)
    for (size_t n = 0; n < d[N]; n++)
      for (size_t i = 0; i < d[S]; i++)
        for (size_t j = 0; j < d[N]; j++)
          J[s][n][i][j] =
              delta(s, i) * delta(n, j) * any_slope(x[s][n], R(1.0));
}

static void chain(const size_t d[], const void *const in[],
                  const void *upstream, void *g)
{
  const real(*x)[d[N]] = in[X];
  const real(*G)[d[N]] = upstream;
  real(*dX)[d[N]] = g;
  for (size_t i = 0; i < d[S]; i++)
    for (size_t j = 0; j < d[N]; j++) {
      dX[i][j] = R(0.0);
      for (size_t s = 0; s < d[S]; s++)
        for (size_t n = 0; n < d[N]; n++) {
          const real dY =
              s == i && n == j ? any_slope(x[s][n], R(1.0)) : R(0.0);
          dX[i][j] += G[s][n] * dY;
        }
    }
}

static void substituted(const size_t d[], const void *const in[],
                        const void *upstream, void *g)
{
  const real(*x)[d[N]] = in[X];
  const real(*G)[d[N]] = upstream;
  real(*dX)[d[N]] = g;
  for (size_t i = 0; i < d[S]; i++)
    for (size_t j = 0; j < d[N]; j++) {
      dX[i][j] = R(0.0);
      for (size_t s = 0; s < d[S]; s++)
        for (size_t n = 0; n < d[N]; n++)
          dX[i][j] +=
              G[s][n] * delta(s, i) * delta(n, j) * any_slope(x[s][n], R(1.0));
    }
}

static void collapse(const size_t d[], const void *const in[],
                     const void *upstream, void *g)
{
  const real(*x)[d[N]] = in[X];
  const real(*G)[d[N]] = upstream;
  real(*dX)[d[N]] = g;
  for (size_t i = 0; i < d[S]; i++)
    for (size_t j = 0; j < d[N]; j++) {
      dX[i][j] = R(0.0);
      for (size_t s = 0; s < d[S]; s++)
        dX[i][j] += G[s][j] * delta(s, i) * any_slope(x[s][j], R(1.0));
    }
}

static void by_index(const size_t d[], const void *const in[],
                     const void *upstream, void *g)
{
  const real(*x)[d[N]] = in[X];
  const real(*G)[d[N]] = upstream;
  real(*dX)[d[N]] = g;
  for (size_t i = 0; i < d[S]; i++)
    for (size_t j = 0; j < d[N]; j++)
      dX[i][j] = G[i][j] * any_slope(x[i][j], R(1.0));
}

SLOPE(any_slope)

/* The equations of each function, in the order of the chapter. */

static real step(real x, real a)
{
  (void)a;
  return re(x) > 0 ? R(1.0) : R(0.0);
}
SLOPE(step)

static real relu_h(real x, real a) { return (void)a, one(relu_forward, x); }
static real half_sum(real x, real a)
{
  const real size = re(x) > 0 ? x : -x;
  return (void)a, (x + size) / 2;
}
static real step_of_output(real x, real a)
{
  return step(one(relu_forward, x), a);
}
SIDES(relu_even, relu_h, half_sum)
SIDES(relu_sign, step_of_output, step)

#undef A_OF
#define A_OF(in) *(const real *)(in)[A]

static real leaky_slope(real x, real a) { return re(x) > 0 ? R(1.0) : a; }
SLOPE(leaky_slope)
static real leaky_output(real x, real a)
{
  const real in[1][1] = { { x } };
  real out[1][1];
  leaky_relu_forward(1, 1, out, in, a);
  return step(out[0][0], a);
}
SIDES(leaky_sign, leaky_output, step)

static real elu_slope(real x, real a)
{
  return re(x) > 0 ? R(1.0) : a * exp(x);
}
SLOPE(elu_slope)
static real elu_left(real x, real a) { return a * exp(x); }
static real elu_right(real x, real a) { return a * (exp(x) - 1) + a; }
SIDES(elu_add, elu_left, elu_right)

#undef A_OF
#define A_OF(in) R(1.0)

static real sigma(real x, real a)
{
  return (void)a, R(1.0) / (R(1.0) + exp(-x));
}
static real sigma_other(real x, real a)
{
  return (void)a, exp(x) / (R(1.0) + exp(x));
}
SIDES(sigmoid_branches, sigma, sigma_other)
static real sigmoid_quotient(real x, real a)
{
  const real below = R(1.0) + exp(-x);
  return (void)a, (R(0.0) * below - R(1.0) * -exp(-x)) / (below * below);
}
SLOPE(sigmoid_quotient)
static real sigmoid_simplified(real x, real a)
{
  const real below = R(1.0) + exp(-x);
  return (void)a, exp(-x) / (below * below);
}
SLOPE(sigmoid_simplified)
static real sigmoid_rest(real x, real a)
{
  return (void)a, exp(-x) / (R(1.0) + exp(-x));
}
static real sigmoid_split(real x, real a)
{
  return R(1.0) / (R(1.0) + exp(-x)) * sigmoid_rest(x, a);
}
SLOPE(sigmoid_split)
static real one_less(real x, real a)
{
  const real below = R(1.0) + exp(-x);
  return (void)a, (below - R(1.0)) / below;
}
static real complement(real x, real a) { return R(1.0) - sigma(x, a); }
SIDES(sigmoid_add, sigmoid_rest, one_less)
SIDES(sigmoid_complement, one_less, complement)
static real sigmoid_product(real x, real a)
{
  return sigma(x, a) * (R(1.0) - sigma(x, a));
}
SLOPE(sigmoid_product)
static real mirrored(real x, real a) { return sigma(-x, a); }
SIDES(sigmoid_mirror, mirrored, complement)
static real square_completed(real x, real a)
{
  const real off = sigma(x, a) - R(0.5);
  return R(0.25) - off * off;
}
SIDES(sigmoid_square, sigmoid_product, square_completed)
static real sigmoid_stable(real x, real a)
{
  return (void)a, sigmoid_slope(x);
}
SLOPE(sigmoid_stable)

static real tanh_quotient(real x, real a)
{
  const real p = exp(x) + exp(-x), m = exp(x) - exp(-x);
  return (void)a, (p * p - m * m) / (p * p);
}
SLOPE(tanh_quotient)
static real tanh_slope(real x, real a)
{
  return (void)a, R(1.0) - tanh(x) * tanh(x);
}
SLOPE(tanh_slope)
static real tanh_cosh(real x, real a)
{
  return (void)a, R(1.0) / (cosh(x) * cosh(x));
}
SLOPE(tanh_cosh)
static real tanh_h(real x, real a) { return (void)a, tanh(x); }
static real two_sigma(real x, real a)
{
  return R(2.0) * sigma(R(2.0) * x, a) - R(1.0);
}
SIDES(tanh_sigmoid, tanh_h, two_sigma)
static real four_slopes(real x, real a)
{
  return R(4.0) * sigmoid_product(R(2.0) * x, a);
}
SLOPE(four_slopes)
static real two_halves(real x, real a)
{
  return (void)a, R(4.0) * ((R(1.0) + tanh(x)) / 2) * ((R(1.0) - tanh(x)) / 2);
}
SLOPE(two_halves)

static real erf_h(real x, real a) { return (void)a, real_erf(x); }
STEP(error_function, erf_h)
static real erf_slope(real x, real a)
{
  return (void)a, R(2.0) / sqrt(PI) * exp(-x * x);
}
SLOPE(erf_slope)
static real phi(real x, real a)
{
  return (void)a, exp(-x * x / 2) / sqrt(2 * PI);
}
static real Phi(real x, real a)
{
  return (void)a, R(0.5) * (R(1.0) + real_erf(x / sqrt(R(2.0))));
}
STEP(distribution, Phi)
static real Phi_chain(real x, real a)
{
  const real z = x / sqrt(R(2.0));
  return (void)a,
         R(0.5) * (R(2.0) / sqrt(PI)) * exp(-z * z) * (R(1.0) / sqrt(R(2.0)));
}
SLOPE(Phi_chain)
SLOPE(phi)
static real gelu_slope(real x, real a)
{
  return R(1.0) * Phi(x, a) + x * phi(x, a);
}
SLOPE(gelu_slope)

static real gelu_u(real x, real a)
{
  return (void)a, sqrt(2 / PI) * (x + R(0.044715) * x * x * x);
}
static real gelu_du(real x, real a)
{
  return (void)a, sqrt(2 / PI) * (R(1.0) + 3 * R(0.044715) * x * x);
}
STEP(inner, gelu_u)
SLOPE(gelu_du)
static real gelu_tanh_slope(real x, real a)
{
  const real t = tanh(gelu_u(x, a));
  return (R(1.0) + t) / 2 + x / 2 * (R(1.0) - t * t) * gelu_du(x, a);
}
SLOPE(gelu_tanh_slope)

static real sigma_by_quotient(real x, real a) { return sigma_other(x, a); }
SLOPE(sigma_by_quotient)
static real one_less_exp(real x, real a)
{
  return (void)a, R(1.0) - exp(-one(softplus_forward, x));
}
SIDES(softplus_output, sigma, one_less_exp)
static real softplus_back(real x, real a)
{
  return (void)a, log(real_expm1(one(softplus_forward, x)));
}
STEP(softplus_and_back, softplus_back)
static real one_everywhere(real x, real a) { return (void)x, (void)a, R(1.0); }
SLOPE(one_everywhere)
static real silu_product(real x, real a)
{
  return R(1.0) * sigma(x, a) + x * (sigma(x, a) * (R(1.0) - sigma(x, a)));
}
SLOPE(silu_product)
static real silu_collected(real x, real a)
{
  const real y = x * sigma(x, a);
  return y + sigma(x, a) * (R(1.0) - y);
}
SLOPE(silu_collected)
static real arctan_slope(real x, real a)
{
  return (void)a, R(1.0) / (R(1.0) + x * x);
}
SLOPE(arctan_slope)
static real cos_squared(real x, real a)
{
  const real y = one(arctan_forward, x);
  return (void)a, cos(y) * cos(y);
}
SIDES(arctan_output, arctan_slope, cos_squared)

/* k sigmoids, one after the other. */

static void sigmoids_forward(const size_t d[], const void *const in[], void *Y)
{
  sigmoid_forward(d[S], d[N], Y, in[X]);
  for (size_t k = 1; k < d[K]; k++)
    sigmoid_forward(d[S], d[N], Y, Y);
}

/* Every step writes its gradient over the one it read. */
static void sigmoids_backward(const size_t d[], const void *const in[],
                              const void *upstream, void *const g[])
{
  const real(*G)[d[N]] = upstream;
  real(*dX)[d[N]] = g[X];
  real Y[d[K]][d[S]][d[N]];
  for (size_t k = 0; k < d[K]; k++)
    sigmoid_forward(d[S], d[N], Y[k], k ? (const void *)Y[k - 1] : in[X]);
  for (size_t s = 0; s < d[S]; s++)
    for (size_t n = 0; n < d[N]; n++)
      dX[s][n] = G[s][n];
  for (size_t k = d[K]; k-- > 0;)
    sigmoid_backward(d[S], d[N], dX, (const void *)dX, (const void *)Y[k]);
}

static const struct op op_sigmoids = {
  .name = "sigmoids",
  .dim = { { "S", 3, 6 }, { "N", 2, 6 }, { "K", 2, 4 } },
  .in = { RANGE },
  .out = SHAPE(S, N),
  .forward = sigmoids_forward,
  .backward = sigmoids_backward,
};

static void sigmoids_product(const size_t d[], const void *const in[],
                             const void *upstream, void *g)
{
  const real(*x)[d[N]] = in[X];
  const real(*G)[d[N]] = upstream;
  real(*dX)[d[N]] = g;
  for (size_t s = 0; s < d[S]; s++)
    for (size_t n = 0; n < d[N]; n++) {
      real y = x[s][n], product = R(1.0);
      for (size_t k = 1; k <= d[K]; k++) {
        y = sigma(y, R(1.0));
        product *= y * (R(1.0) - y);
      }
      dX[s][n] = G[s][n] * product;
    }
}

/* Statements: the code of src/ at chosen points. */

static long double part(real x) { return (long double)re(x); }

static long double value(pass_forward forward, long double x)
{
  return part(one(forward, (real)x));
}

/* The gradient by the code, for an upstream of 1; reads Y or X. */
static long double through_output(pass_forward forward, pass_backward backward,
                                  long double x)
{
  const real G[1][1] = { { R(1.0) } };
  const real Y[1][1] = { { one(forward, (real)x) } };
  real dX[1][1];
  backward(1, 1, dX, G, Y);
  return part(dX[0][0]);
}

static long double through_input(pass_backward backward, long double x)
{
  const real G[1][1] = { { R(1.0) } };
  const real in[1][1] = { { (real)x } };
  real dX[1][1];
  backward(1, 1, dX, G, in);
  return part(dX[0][0]);
}

static void compare(struct finding *f, long double found, long double expected)
{
  f->error = worse(f->entries++ ? f->error : 0, found, expected);
}

/* A condition that holds or not; NaN compares as not. */
static void require(struct finding *f, int holds)
{
  compare(f, holds ? 0 : 1, 0);
}

static void leaky_forward(size_t S, size_t N, real Y[S][N], const real X[S][N])
{
  leaky_relu_forward(S, N, Y, X, LEAKY_SLOPE);
}

static void leaky_backward(size_t S, size_t N, real dX[S][N],
                           const real G[S][N], const real Y[S][N])
{
  leaky_relu_backward(S, N, dX, G, Y, LEAKY_SLOPE);
}

static void elu_half_forward(size_t S, size_t N, real Y[S][N],
                             const real X[S][N])
{
  elu_scaled_forward(S, N, Y, X, R(0.5));
}

static void elu_half_backward(size_t S, size_t N, real dX[S][N],
                              const real G[S][N], const real Y[S][N])
{
  elu_scaled_backward(S, N, dX, G, Y, R(0.5));
}

/* (h(η) − h(0)) / η for η = ±2^-4 … ±2^-20; exact for pieces of lines. */
static void one_sided(struct finding *f, pass_forward h, int sign,
                      long double expected)
{
  for (int k = 4; k <= 20; k++) {
    const long double eta = sign * ldexp(1.0L, -k);
    compare(f, (value(h, eta) - value(h, 0)) / eta, expected);
  }
}

static void relu_right(struct finding *f)
{
  one_sided(f, relu_forward, 1, 1);
  f->tolerance = 0;
}

static void relu_left(struct finding *f)
{
  one_sided(f, relu_forward, -1, 0);
  f->tolerance = 0;
}

static void relu_convention(struct finding *f)
{
  compare(f, value(relu_forward, 0), 0);
  compare(f, through_output(relu_forward, relu_backward, 0), 0);
  compare(f, through_output(relu_forward, relu_backward, -0.0L), 0);
  f->tolerance = 0;
}

/* The central differences of orders 2 to 8 at 0, on steps 2^-3 … 2^-15. */
static void relu_tie(struct finding *f)
{
  static const long double c[4][4] = {
    { 1 / 2.0L },
    { 2 / 3.0L, -1 / 12.0L },
    { 3 / 4.0L, -3 / 20.0L, 1 / 60.0L },
    { 4 / 5.0L, -1 / 5.0L, 4 / 105.0L, -1 / 280.0L },
  };
  for (int q = 1; q <= 4; q++) {
    long double sum = 0;
    for (int k = 1; k <= q; k++)
      sum += k * c[q - 1][k - 1];
    compare(f, sum, 0.5L);
    for (int rung = 3; rung <= 15; rung++) {
      const long double eta = ldexp(1.0L, -rung);
      long double D = 0;
      for (int k = 1; k <= q; k++)
        D += c[q - 1][k - 1] *
             (value(relu_forward, k * eta) - value(relu_forward, -k * eta));
      compare(f, D / eta, 0.5L);
    }
  }
  f->tolerance = 4 * LDBL_EPSILON;
}

static void relu_worked(struct finding *f)
{
  const real x[1][4] = { { R(-1.0), R(2.0), R(0.0), R(0.5) } };
  const real G[1][4] = { { R(3.0), R(5.0), R(7.0), R(-2.0) } };
  static const long double expected[4] = { 0, 5, 0, -2 };
  real Y[1][4], dX[1][4];
  relu_forward(1, 4, Y, x);
  relu_backward(1, 4, dX, G, (const void *)Y);
  for (int n = 0; n < 4; n++)
    compare(f, part(dX[0][n]), expected[n]);
  f->tolerance = 0;
}

static void leaky_kink(struct finding *f)
{
  const long double a = part(LEAKY_SLOPE);
  one_sided(f, leaky_forward, 1, 1);
  one_sided(f, leaky_forward, -1, a);
  compare(f, value(leaky_forward, 0), 0);
  compare(f, through_output(leaky_forward, leaky_backward, 0), a);
  f->tolerance = 0;
}

static void elu_right_slope(struct finding *f)
{
  one_sided(f, elu_forward, 1, 1);
  one_sided(f, elu_half_forward, 1, 1);
  f->tolerance = 0;
}

static void elu_left_slope(struct finding *f)
{
  for (int k = 4; k <= 20; k++) {
    const long double eta = ldexp(1.0L, -k);
    const long double one_ =
        (value(elu_forward, -eta) - value(elu_forward, 0)) / -eta;
    const long double half =
        (value(elu_half_forward, -eta) - value(elu_half_forward, 0)) / -eta;
    require(f, worse(0, one_, 1) <= eta / 2);
    require(f, worse(0, half, 0.5L) <= 0.5L * eta / 2);
  }
  f->tolerance = 0;
}

/* |h(−η) / (−aη) − 1| ≤ η/2 + 2ε for η = 2^-4 … 2^-200 */
static void elu_near(struct finding *f)
{
  for (int k = 4; k <= 200; k++) {
    const long double eta = ldexp(1.0L, -k);
    const long double most = eta / 2 + 2 * LDBL_EPSILON;
    require(f, worse(0, value(elu_forward, -eta) / -eta, 1) <= most);
    require(f,
            worse(0, value(elu_half_forward, -eta) / (-eta / 2), 1) <= most);
  }
  f->tolerance = 0;
}

/* |h(x) / e^x − 1| ≤ e^x / 2 + 2ε for x = −1/4 … −200 */
static void softplus_near(struct finding *f)
{
  for (int i = 1; i <= 800; i++) {
    const long double x = -i / 4.0L, power = exp(x);
    const long double most = power / 2 + 2 * LDBL_EPSILON;
    require(f, worse(0, value(softplus_forward, x) / power, 1) <= most);
  }
  f->tolerance = 0;
}

/* |h(x) / x − 1| ≤ e^−x / x + 2ε for x = 2^-4 … 2^20 */
static void softplus_far(struct finding *f)
{
  for (int k = -64; k <= 320; k++) {
    const long double x = exp2(k / 16.0L);
    const long double most = exp(-x) / x + 2 * LDBL_EPSILON;
    require(f, worse(0, value(softplus_forward, x) / x, 1) <= most);
  }
  f->tolerance = 0;
}

/* |σ'(x) / e^−|x| − 1| ≤ 2 e^−|x| + 4ε, as far as e^−|x| has all its digits */
static void sigmoid_tails(struct finding *f)
{
  const long double last = -log(LDBL_MIN);
  for (int i = 1; i < last; i++) {
    const long double power = exp(-(long double)i);
    const long double most = 2 * power + 4 * LDBL_EPSILON;
    for (int sign = -1; sign <= 1; sign += 2) {
      const real slope = sigmoid_slope((real)(sign * i));
      require(f, worse(0, part(slope) / power, 1) <= most);
    }
  }
  f->tolerance = 0;
}

static void elu_convention(struct finding *f)
{
  compare(f, value(elu_half_forward, 0), 0);
  compare(f, through_output(elu_half_forward, elu_half_backward, 0), 0.5L);
  compare(f, through_output(elu_forward, elu_backward, 0), 1);
  f->tolerance = 0;
}

/* The largest slope, by the code, on a grid that contains 0. */
static void largest(struct finding *f, pass_forward forward,
                    pass_backward backward, long double bound)
{
  compare(f, through_output(forward, backward, 0), bound);
  for (int i = -1024; i <= 1024; i++) {
    const long double at = through_output(forward, backward, i / 64.0L);
    require(f, at <= bound && at >= 0 && (i == 0 || at < bound));
  }
  f->tolerance = 0;
}

static void sigmoid_largest(struct finding *f)
{
  largest(f, sigmoid_forward, sigmoid_backward, 0.25L);
}

static void tanh_largest(struct finding *f)
{
  largest(f, tanh_forward, tanh_backward, 1);
}

static void gelu_falls(struct finding *f)
{
  compare(f, through_input(gelu_backward, -1), -0.0833L);
  compare(f, through_input(gelu_backward, 0), 0.5L);
  f->tolerance = 5e-5L;
}

static void gelu_near(struct finding *f)
{
  for (int i = -8192; i <= 8192; i++)
    require(f, worse(0, value(gelu_tanh_forward, i / 1024.0L),
                     value(gelu_forward, i / 1024.0L)) <= 5e-4L);
  f->tolerance = 0;
}

/* Times 4^k, a product may reach 1 and not pass it. */
static void sigmoids_bound(struct finding *f)
{
  for (int i = -256; i <= 256; i++) {
    long double y = i / 64.0L, ratio = 1;
    for (int k = 1; k <= 10; k++) {
      ratio *= 4 * through_output(sigmoid_forward, sigmoid_backward, y);
      y = value(sigmoid_forward, y);
      require(f, ratio > 0 && ratio <= 1);
    }
  }
  f->tolerance = 0;
}

/* Far out; and where e^−x overflows while e^x is not yet 0. */
static void sigmoid_ends(struct finding *f)
{
  const long double far = 2.0L * LDBL_MAX_EXP;
  const long double edge = -LDBL_MAX_EXP * log(2.0L) - 2;
  compare(f, value(sigmoid_forward, far), 1);
  compare(f, value(sigmoid_forward, -far), 0);
  compare(f, value(sigmoid_forward, edge) / exp(edge), 1);
  compare(f, through_output(sigmoid_forward, sigmoid_backward, far), 0);
  compare(f, through_output(sigmoid_forward, sigmoid_backward, -far), 0);
  f->tolerance = 0;
}

/* In double, transcribed; and the code of src/ in this build's type, as far
   out as its machine epsilon asks for. */
static void sigmoid_forty(struct finding *f)
{
  const double y = 1 / (1 + exp(-40.0));
  const long double far = -log(LDBL_EPSILON / 4);
  compare(f, (long double)(1 - y), 0);
  compare(f, through_output(sigmoid_forward, sigmoid_backward, far), 0);
  f->tolerance = 0;
}

static void sigmoid_true_forty(struct finding *f)
{
  const long double e = exp(-40.0L);
  compare(f, e / ((1 + e) * (1 + e)) / 4.248e-18L, 1);
  compare(f, e / ((1 + e) * (1 + e)) / e, 1);
  f->tolerance = 1e-4L;
}

static void sigmoid_growth(struct finding *f)
{
  for (int i = 0; i <= 36 * 64; i++) {
    const double x = i / 64.0, y = 1 / (1 + exp(-x));
    const long double power = exp((long double)x), e = 1 / power;
    const long double exact = e / ((1 + e) * (1 + e));
    const long double off = worse(0, (long double)(y * (1 - y)) / exact, 1);
    require(f, off <= 2 * (long double)DBL_EPSILON * power);
  }
  f->tolerance = 0;
}

static void elu_forty(struct finding *f)
{
  const double y = expm1(-40.0);
  const long double far = log(LDBL_EPSILON / 8);
  compare(f, (long double)(y + 1), 0);
  compare(f, through_output(elu_forward, elu_backward, far), 0);
  require(f, exp(far) > 0);
  f->tolerance = 0;
}

static void gelu_ten(struct finding *f)
{
  compare(f, through_input(gelu_tanh_backward, 10), 1);
  compare(f, through_input(gelu_tanh_backward, -10), 0);
  f->tolerance = 0;
}

/* The same slope at −10 with nothing subtracted: 1 + t = 2 σ(2u) and
   1 − t² = 4 σ(2u) σ(−2u). */
static void gelu_true_ten(struct finding *f)
{
  const long double x = -10, c = sqrt(2 / 3.14159265358979323846L);
  const long double u = c * (x + 0.044715L * x * x * x);
  const long double du = c * (1 + 3 * 0.044715L * x * x);
  const long double p = exp(2 * u) / (1 + exp(2 * u));
  compare(f, (p + 2 * x * p * (1 - p) * du) / -2.758e-36L, 1);
  f->tolerance = 1e-3L;
}

#define DISPLAY(label, slope, operation)                                     \
  {                                                                          \
    "activation-" label, GRADIENT, &op_##operation, X, .gradient = slope##_g \
  }
#define EQUAL(label, both, operation)                                   \
  {                                                                     \
    "activation-" label, IDENTITY, &op_##operation, .sides = both,      \
                                                    .side = SHAPE(S, N) \
  }
/* The same where both sides may be 0 at every entry. */
#define EQUAL_OR_ZERO(label, both, operation)          \
  {                                                    \
    "activation-" label, IDENTITY, &op_##operation,    \
        .sides = both, .side = SHAPE(S, N), .scale = 1 \
  }
#define FOUND(label, what, how)               \
  {                                           \
    "activation-" label, what, .finding = how \
  }
#define CODE(label, operation)                           \
  {                                                      \
    "activation-" label, BACKWARD, .op = &op_##operation \
  }

const struct claim CLAIMS(activation)[] = {
  { "activation-local", JACOBIAN, &op_any, X, .jacobian = local_chain },
  { "activation-entry", JACOBIAN, &op_copy, X, .linear = 1,
    .jacobian = entries },
  { "activation-jacobian", JACOBIAN, &op_any, X, .jacobian = jacobian },
  { "activation-chain", GRADIENT, &op_any, X, .gradient = chain },
  { "activation-substituted", GRADIENT, &op_any, X, .gradient = substituted },
  { "activation-collapsed", GRADIENT, &op_any, X, .gradient = collapse },
  { "activation-index", GRADIENT, &op_any, X, .gradient = by_index },
  DISPLAY("matrix", any_slope, any),

  { "activation-relu-derivative", GRADIENT, &op_relu, X, .linear = 1,
    .gradient = step_g },
  FOUND("relu-right", STATEMENT, relu_right),
  FOUND("relu-left", STATEMENT, relu_left),
  EQUAL_OR_ZERO("relu-even", relu_even, relu),
  FOUND("relu-tie", STATEMENT, relu_tie),
  FOUND("relu-convention", STATEMENT, relu_convention),
  EQUAL_OR_ZERO("relu-sign", relu_sign, relu),
  { "activation-relu-backward", BACKWARD, &op_relu, .linear = 1 },

  { "activation-leaky-derivative", GRADIENT, &op_leaky_relu, X, .linear = 1,
    .gradient = leaky_slope_g },
  FOUND("leaky-kink", STATEMENT, leaky_kink),
  EQUAL_OR_ZERO("leaky-sign", leaky_sign, leaky_relu),
  { "activation-leaky-backward", BACKWARD, &op_leaky_relu, .linear = 1 },

  DISPLAY("elu-derivative", elu_slope, elu_scaled),
  EQUAL("elu-add", elu_add, elu_scaled),
  CODE("elu-backward", elu_scaled),
  CODE("elu-unit", elu),
  FOUND("elu-near", STATEMENT, elu_near),
  FOUND("elu-right", STATEMENT, elu_right_slope),
  FOUND("elu-left", STATEMENT, elu_left_slope),
  FOUND("elu-convention", STATEMENT, elu_convention),

  EQUAL("sigmoid-branches", sigmoid_branches, sigmoid),
  FOUND("sigmoid-ends", STATEMENT, sigmoid_ends),
  DISPLAY("sigmoid-quotient", sigmoid_quotient, sigmoid),
  DISPLAY("sigmoid-simplified", sigmoid_simplified, sigmoid),
  DISPLAY("sigmoid-split", sigmoid_split, sigmoid),
  EQUAL("sigmoid-add", sigmoid_add, sigmoid),
  EQUAL("sigmoid-complement", sigmoid_complement, sigmoid),
  DISPLAY("sigmoid-derivative", sigmoid_product, sigmoid),
  CODE("sigmoid-backward", sigmoid),
  EQUAL("sigmoid-mirror", sigmoid_mirror, sigmoid),
  EQUAL("sigmoid-square", sigmoid_square, sigmoid),
  FOUND("sigmoid-largest", STATEMENT, sigmoid_largest),

  DISPLAY("tanh-quotient", tanh_quotient, tanh),
  DISPLAY("tanh-derivative", tanh_slope, tanh),
  CODE("tanh-backward", tanh),
  DISPLAY("tanh-cosh", tanh_cosh, tanh),
  EQUAL("tanh-sigmoid", tanh_sigmoid, tanh),
  FOUND("tanh-largest", STATEMENT, tanh_largest),

  DISPLAY("gelu-erf", erf_slope, error_function),
  DISPLAY("gelu-inner", Phi_chain, distribution),
  DISPLAY("gelu-density", phi, distribution),
  DISPLAY("gelu-derivative", gelu_slope, gelu),
  CODE("gelu-backward", gelu),
  FOUND("gelu-falls", VALUE, gelu_falls),
  FOUND("gelu-near", STATEMENT, gelu_near),
  DISPLAY("gelu-tanh-inner", gelu_du, inner),
  DISPLAY("gelu-tanh-derivative", gelu_tanh_slope, gelu_tanh),
  CODE("gelu-tanh-backward", gelu_tanh),

  { "activation-sigmoids-product", GRADIENT, &op_sigmoids, X,
    .gradient = sigmoids_product },
  CODE("sigmoids-backward", sigmoids),
  FOUND("sigmoids-bound", STATEMENT, sigmoids_bound),
  FOUND("sigmoid-forty", STATEMENT, sigmoid_forty),
  FOUND("sigmoid-true-forty", VALUE, sigmoid_true_forty),
  FOUND("sigmoid-growth", STATEMENT, sigmoid_growth),
  FOUND("elu-forty", STATEMENT, elu_forty),
  FOUND("gelu-ten", STATEMENT, gelu_ten),
  FOUND("gelu-true-ten", VALUE, gelu_true_ten),

  FOUND("relu-worked", VALUE, relu_worked),
  DISPLAY("tanh-four", four_slopes, tanh),
  DISPLAY("tanh-halves", two_halves, tanh),
  DISPLAY("sigmoid-stable", sigmoid_stable, sigmoid),
  FOUND("sigmoid-tails", STATEMENT, sigmoid_tails),
  DISPLAY("softplus-derivative", sigma_by_quotient, softplus),
  EQUAL("softplus-output", softplus_output, softplus),
  { "activation-softplus-inverse", GRADIENT, &op_softplus_and_back, X,
    .linear = 1, .gradient = one_everywhere_g },
  CODE("softplus-backward", softplus),
  FOUND("softplus-near", STATEMENT, softplus_near),
  FOUND("softplus-far", STATEMENT, softplus_far),
  DISPLAY("silu-product", silu_product, silu),
  DISPLAY("silu-collected", silu_collected, silu),
  CODE("silu-backward", silu),
  DISPLAY("arctan-derivative", arctan_slope, arctan),
  EQUAL("arctan-output", arctan_output, arctan),
  CODE("arctan-backward", arctan),
  END,
};
