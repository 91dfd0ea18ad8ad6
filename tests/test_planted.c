/* Operations small enough to be certainly right, and mistakes planted in
   their gradients: what the checker is tried on (test_gradcheck.c).  Claims
   whose name begins with "right" must pass; those with "wrong" must not. */
#include "claims.h"

enum { S, M, N };

enum mistake {
  NONE,
  SIGN,
  TRANSPOSE,
  NO_MEAN, /* the 1/S is missing */
  TWICE_MEAN,
  DROPPED_TERM,
  DROPPED_MEAN_PATH,
  OFF_BY_ONE,
  ASSIGNED, /* = for += */
  ADDED,    /* += for = */
  NOT_SUMMED,
  EPSILON,
  UNBIASED,
  REVERSED,
  ARGMAX,
  DIAGONAL,
  SIXTH_DIGIT,
  SKIPPED_ENTRY,
  GIVES_NAN,
  GIVES_ZERO,
  WRITES_INPUT,
  WRITES_UPSTREAM,
  COARSE_FLOAT,
  ADDED_IN_FLOAT,     /* += for =, in float alone */
  ASSIGNED_IN_DOUBLE, /* = for +=, in double alone */
  SIGN_IN_DOUBLE,
  ASSIGNED_IN_LONG, /* = for +=, in long double alone */
  SIXTEENTH_DIGIT,
  SOMETIMES, /* where the first bias is above 1 */
};

/* --- Y = X Wᵀ + 1 bᵀ --------------------------------------------------- */

static void affine(const size_t d[], const void *const in[], void *out)
{
  const real(*X)[d[M]] = in[0], (*W)[d[M]] = in[1], *b = in[2];
  real(*Y)[d[N]] = out;
  for (size_t s = 0; s < d[S]; s++)
    for (size_t n = 0; n < d[N]; n++) {
      Y[s][n] = b[n];
      for (size_t m = 0; m < d[M]; m++)
        Y[s][n] += X[s][m] * W[n][m];
    }
}

static void affine_back(const size_t d[], const void *const in[],
                        const void *up, void *const g[], enum mistake wrong)
{
  const real(*X)[d[M]] = in[0], (*W)[d[M]] = in[1], (*G)[d[N]] = up;
  real(*dX)[d[M]] = g[0], (*dW)[d[M]] = g[1], *db = g[2];
  const size_t last = d[S] - (wrong == OFF_BY_ONE);
  for (size_t s = 0; s < d[S]; s++)
    for (size_t m = 0; m < d[M]; m++) {
      if (wrong != ADDED &&
          !(wrong == ADDED_IN_FLOAT && sizeof(real) == sizeof(float)))
        dX[s][m] = R(0.0);
      for (size_t n = 0; n < d[N]; n++) /* the wrong one reads W as N×M flat */
        dX[s][m] +=
            G[s][n] * (wrong == TRANSPOSE ? ((const real *)in[1])[m * d[N] + n]
                                          : W[n][m]);
    }
  for (size_t n = 0; n < d[N]; n++)
    for (size_t m = 0; m < d[M]; m++) {
      real sum = R(0.0);
      for (size_t s = 0; s < last; s++)
        sum += G[s][n] * X[s][m];
      if (wrong == SIXTH_DIGIT)
        sum *= R(1.000001);
      if (wrong == SIXTEENTH_DIGIT)
        sum *= R(1.0) + R(1e-16);
      if (wrong == SKIPPED_ENTRY && n == d[N] - 1 && m == d[M] - 1)
        sum = R(0.0);
      if (wrong == SIGN_IN_DOUBLE && sizeof(real) == sizeof(double))
        sum = -sum;
      if (wrong == COARSE_FLOAT && sizeof(real) == sizeof(float))
        sum *= R(1.001);
      const int assigned =
          wrong == ASSIGNED ||
          (wrong == ASSIGNED_IN_DOUBLE && sizeof(real) == sizeof(double)) ||
          (wrong == ASSIGNED_IN_LONG && sizeof(real) > sizeof(double));
      dW[n][m] = assigned ? sum : dW[n][m] + sum;
    }
  for (size_t n = 0; n < d[N]; n++)
    for (size_t s = 0; s < (wrong == NOT_SUMMED ? 1 : d[S]); s++)
      db[n] += wrong == SIGN ||
                       (wrong == SOMETIMES && re(((const real *)in[2])[0]) > 1)
                   ? -G[s][n]
                   : G[s][n];
  if (wrong == GIVES_NAN)
    db[0] = db[0] / R(0.0) * R(0.0);
  if (wrong == GIVES_ZERO)
    for (size_t n = 0; n < d[N]; n++)
      db[n] = R(0.0);
  if (wrong == WRITES_UPSTREAM)
    ((real *)(size_t)up)[0] += R(1.0);
  if (wrong == WRITES_INPUT)
    ((real *)(size_t)in[0])[0] += R(1.0);
}

/* --- L = 1/(2S) Σ (X − T)² ---------------------------------------------- */

static void square(const size_t d[], const void *const in[], void *out)
{
  const real *X = in[0], *T = in[1];
  real sum = R(0.0);
  for (size_t i = 0; i < d[S] * d[N]; i++)
    sum += (X[i] - T[i]) * (X[i] - T[i]);
  *(real *)out = sum / (R(2.0) * (real)d[S]);
}

static void square_back(const size_t d[], const void *const in[],
                        const void *up, void *const g[], enum mistake wrong)
{
  const real *X = in[0], *T = in[1], *G = up;
  const real count = (real)d[S];
  real *dX = g[0];
  for (size_t i = 0; i < d[S] * d[N]; i++)
    dX[i] = *G * (X[i] - T[i]) *
            (wrong == NO_MEAN      ? R(1.0)
             : wrong == TWICE_MEAN ? R(1.0) / (count * count)
                                   : R(1.0) / count);
}

/* --- Y = max(X, 0) ------------------------------------------------------ */

static void relu(const size_t d[], const void *const in[], void *out)
{
  const real *X = in[0];
  real *Y = out;
  for (size_t i = 0; i < d[S] * d[N]; i++)
    Y[i] = re(X[i]) > 0 ? X[i] : R(0.0);
}

static void relu_back(const size_t d[], const void *const in[], const void *up,
                      void *const g[], enum mistake wrong)
{
  const real *X = in[0], *G = up;
  real *dX = g[0];
  for (size_t i = 0; i < d[S] * d[N]; i++)
    dX[i] = (re(X[i]) > 0) != (wrong == REVERSED) ? G[i] : R(0.0);
}

static long double from_zero(const size_t d[], const void *const in[])
{
  const real *X = in[0];
  long double distance = 1;
  for (size_t i = 0; i < d[S] * d[N]; i++) {
    const long double x = (long double)re(X[i]);
    distance = (x < 0 ? -x : x) < distance ? (x < 0 ? -x : x) : distance;
  }
  return distance;
}

/* --- Y = softmax(X), row by row; L = −1/S Σ T log softmax(X) ------------ */

static void softmax(const size_t d[], const void *const in[], void *out)
{
  const real(*X)[d[N]] = in[0];
  real(*Y)[d[N]] = out;
  for (size_t s = 0; s < d[S]; s++) {
    real sum = R(0.0);
    for (size_t n = 0; n < d[N]; n++)
      sum += exp(X[s][n]);
    for (size_t n = 0; n < d[N]; n++)
      Y[s][n] = exp(X[s][n]) / sum;
  }
}

static void softmax_back(const size_t d[], const void *const in[],
                         const void *up, void *const g[], enum mistake wrong)
{
  const real(*G)[d[N]] = up;
  real(*dX)[d[N]] = g[0], Y[d[S]][d[N]];
  softmax(d, in, Y);
  for (size_t s = 0; s < d[S]; s++) {
    real mean = R(0.0);
    for (size_t n = 0; n < d[N]; n++)
      mean += G[s][n] * Y[s][n];
    for (size_t n = 0; n < d[N]; n++)
      dX[s][n] = wrong == DIAGONAL       ? G[s][n] * Y[s][n] * (1 - Y[s][n])
                 : wrong == DROPPED_TERM ? Y[s][n] * G[s][n]
                                         : Y[s][n] * (G[s][n] - mean);
  }
}

static void entropy(const size_t d[], const void *const in[], void *out)
{
  const real(*T)[d[N]] = in[1];
  real Y[d[S]][d[N]], sum = R(0.0);
  softmax(d, in, Y);
  for (size_t s = 0; s < d[S]; s++)
    for (size_t n = 0; n < d[N]; n++)
      sum -= T[s][n] * log(Y[s][n]);
  *(real *)out = sum / (real)d[S];
}

static void entropy_back(const size_t d[], const void *const in[],
                         const void *up, void *const g[], enum mistake wrong)
{
  const real(*T)[d[N]] = in[1], *G = up;
  real(*dX)[d[N]] = g[0], Y[d[S]][d[N]];
  softmax(d, in, Y);
  for (size_t s = 0; s < d[S]; s++) {
    real total = R(0.0);
    size_t c = 0;
    for (size_t n = 0; n < d[N]; n++) {
      total += T[s][n];
      c = re(T[s][n]) > re(T[s][c]) ? n : c;
    }
    if (wrong == ARGMAX || wrong == DROPPED_TERM)
      total = R(1.0);
    for (size_t n = 0; n < d[N]; n++)
      dX[s][n] =
          *G / (wrong == NO_MEAN ? R(1.0) : (real)d[S]) *
          (Y[s][n] * total - (wrong == ARGMAX ? (real)(n == c) : T[s][n]));
  }
}

/* --- X̂ = (X − μ) / √(v + ε), column by column --------------------------- */

static void standardise(const size_t d[], const void *const in[], void *out)
{
  const real(*X)[d[N]] = in[0];
  real(*Y)[d[N]] = out;
  for (size_t n = 0; n < d[N]; n++) {
    real mean = R(0.0), v = R(0.0);
    for (size_t s = 0; s < d[S]; s++)
      mean += X[s][n] / (real)d[S];
    for (size_t s = 0; s < d[S]; s++)
      v += (X[s][n] - mean) * (X[s][n] - mean) / (real)d[S];
    for (size_t s = 0; s < d[S]; s++)
      Y[s][n] = (X[s][n] - mean) / sqrt(v + R(1e-5));
  }
}

static void standardise_back(const size_t d[], const void *const in[],
                             const void *up, void *const g[],
                             enum mistake wrong)
{
  const real(*X)[d[N]] = in[0], (*G)[d[N]] = up, count = (real)d[S];
  const real epsilon = wrong == EPSILON ? R(1e-6) : R(1e-5);
  real(*dX)[d[N]] = g[0];
  for (size_t n = 0; n < d[N]; n++) {
    real mean = R(0.0), v = R(0.0), mean_g = R(0.0), mean_gx = R(0.0);
    for (size_t s = 0; s < d[S]; s++)
      mean += X[s][n] / count;
    for (size_t s = 0; s < d[S]; s++)
      v += (X[s][n] - mean) * (X[s][n] - mean) /
           (wrong == UNBIASED ? count - R(1.0) : count);
    const real root = sqrt(v + epsilon);
    for (size_t s = 0; s < d[S]; s++) {
      mean_g += G[s][n] / count;
      mean_gx += G[s][n] * (X[s][n] - mean) / root / count;
    }
    if (wrong == DROPPED_MEAN_PATH)
      mean_g = R(0.0);
    if (wrong == DROPPED_TERM)
      mean_gx = R(0.0);
    for (size_t s = 0; s < d[S]; s++)
      dX[s][n] = (G[s][n] - mean_g - (X[s][n] - mean) / root * mean_gx) / root;
  }
}

/* --- Y_sn = E_{k_s, n}: rows of a table, some more than once ------------- */

static void lookup(const size_t d[], const void *const in[], void *out)
{
  const real(*E)[d[N]] = in[0], *k = in[1];
  real(*Y)[d[N]] = out;
  for (size_t s = 0; s < d[S]; s++)
    for (size_t n = 0; n < d[N]; n++)
      Y[s][n] = E[(size_t)re(k[s])][n];
}

static void lookup_back(const size_t d[], const void *const in[],
                        const void *up, void *const g[], enum mistake wrong)
{
  const real(*G)[d[N]] = up, *k = in[1];
  real(*dE)[d[N]] = g[0];
  for (size_t m = 0; wrong == ASSIGNED && m < d[M] * d[N]; m++)
    ((real *)g[0])[m] += R(0.0);
  for (size_t s = 0; s < d[S]; s++)
    for (size_t n = 0; n < d[N]; n++) {
      real *entry = &dE[(size_t)re(k[s])][n];
      *entry = wrong == ASSIGNED ? G[s][n] : *entry + G[s][n];
    }
}

/* --- Forwards that mislead a witness ------------------------------------- */

/* Not analytic: on complex numbers it is another function. */
static void conjugate(const size_t d[], const void *const in[], void *out)
{
  const real *X = in[0];
  real *Y = out;
  for (size_t i = 0; i < d[S] * d[N]; i++)
    Y[i] = R(0.5) * (X[i] * X[i] + re(X[i]) * X[i]);
}

static void conjugate_back(const size_t d[], const void *const in[],
                           const void *up, void *const g[], enum mistake wrong)
{
  const real *X = in[0], *G = up;
  real *dX = g[0]; /* wrong: what the complex step alone would accept */
  for (size_t i = 0; i < d[S] * d[N]; i++)
    dX[i] = (wrong == NONE ? R(2.0) : R(1.5)) * X[i] * G[i];
}

/* A gradient that vanishes identically: nothing to check. */
static void constant(const size_t d[], const void *const in[], void *out)
{
  const real *X = in[0];
  real *Y = out;
  for (size_t i = 0; i < d[S] * d[N]; i++)
    Y[i] = R(1.0) + R(0.0) * X[i];
}

static void constant_back(const size_t d[], const void *const in[],
                          const void *up, void *const g[], enum mistake wrong)
{
  const real *X = in[0], *G = up;
  real *dX = g[0];
  for (size_t i = 0; i < d[S] * d[N]; i++)
    dX[i] = wrong == NONE ? R(0.0) * X[i] : G[i];
}

/* The last output is never written, and the backward agrees. */
static void unwritten(const size_t d[], const void *const in[], void *out)
{
  const real *X = in[0];
  real *Y = out;
  for (size_t i = 0; i + 1 < d[S] * d[N]; i++)
    Y[i] = X[i] * X[i];
}

static void unwritten_back(const size_t d[], const void *const in[],
                           const void *up, void *const g[], enum mistake wrong)
{
  const real *X = in[0], *G = up;
  real *dX = g[0];
  (void)wrong;
  for (size_t i = 0; i < d[S] * d[N]; i++)
    dX[i] = i + 1 < d[S] * d[N] ? R(2.0) * X[i] * G[i] : R(0.0);
}

/* Digits lost on the way: no witness can see well. */
static void coarse(const size_t d[], const void *const in[], void *out)
{
  const real *X = in[0];
  real *Y = out;
  for (size_t i = 0; i < d[S] * d[N]; i++) {
    const real x = (X[i] + R(1e6)) - R(1e6);
    Y[i] = x * x;
  }
}

static void coarse_gradient(const size_t d[], const void *const in[],
                            const void *up, void *dX)
{
  const real *X = in[0], *G = up;
  for (size_t i = 0; i < d[S] * d[N]; i++)
    ((real *)dX)[i] = R(2.0) * ((X[i] + R(1e6)) - R(1e6)) * G[i];
}

/* The gradient of X vanishes and is refused; that of W is wrong. */
static void shadow(const size_t d[], const void *const in[], void *out)
{
  const real *X = in[0], *W = in[1];
  real *Y = out;
  for (size_t i = 0; i < d[S] * d[N]; i++)
    Y[i] = R(0.0) * X[i] + W[i] * W[i];
}

static void shadow_back(const size_t d[], const void *const in[],
                        const void *up, void *const g[], enum mistake wrong)
{
  const real *W = in[1], *G = up;
  real *dX = g[0], *dW = g[1];
  for (size_t i = 0; i < d[S] * d[N]; i++) {
    dX[i] = R(0.0);
    dW[i] += (wrong == SIGN ? -R(2.0) : R(2.0)) * W[i] * G[i];
  }
}

/* --- Right, and hard to see as right --------------------------------------
 */

enum { STEPS = 1000 };

/* x, by way of two thousand roundings. */
static real winding(real x)
{
  real y = x * R(0.7); /* its last bits are not 0 */
  for (int k = 0; k < STEPS; k++)
    y = y * ((real)k + R(1.1)) / ((real)k + R(1.1));
  return y / R(0.7);
}

/* y = x; the rounding of the gradient depends on the upstream. */
static void plain(const size_t d[], const void *const in[], void *out)
{
  (void)d;
  *(real *)out = *(const real *)in[0];
}

static void plain_back(const size_t d[], const void *const in[],
                       const void *up, void *const g[], enum mistake wrong)
{
  (void)d, (void)in, (void)wrong;
  *(real *)g[0] = winding(*(const real *)up);
}

/* y = x²/2; here it depends on the input. */
static void half(const size_t d[], const void *const in[], void *out)
{
  const real x = *(const real *)in[0];
  (void)d;
  *(real *)out = x * x / R(2.0);
}

static void half_back(const size_t d[], const void *const in[], const void *up,
                      void *const g[], enum mistake wrong)
{
  (void)d, (void)wrong;
  *(real *)g[0] = *(const real *)up * winding(*(const real *)in[0]);
}

/* y_n = x / (n + 3): a gradient of terms that may nearly cancel. */
static void fan(const size_t d[], const void *const in[], void *out)
{
  for (size_t n = 0; n < d[N]; n++)
    ((real *)out)[n] = *(const real *)in[0] / (real)(n + 3);
}

static void fan_back(const size_t d[], const void *const in[], const void *up,
                     void *const g[], enum mistake wrong)
{
  const real *G = up;
  real *dx = g[0];
  (void)in, (void)wrong;
  *dx = R(0.0);
  for (size_t n = 0; n < d[N]; n++)
    *dx += G[n] / (real)(n + 3);
}

/* y_sn = x_sn, plus what x_s0 adds to the others by its rounding alone: there
   the complex step is 0, and the differences are not. */
static void idle(const size_t d[], const void *const in[], void *out)
{
  const real(*X)[d[N]] = in[0];
  real(*Y)[d[N]] = out;
  for (size_t s = 0; s < d[S]; s++)
    for (size_t n = 0; n < d[N]; n++) {
      const real x = X[s][0];
      Y[s][n] = n ? X[s][n] + (R(3.3) * x - x - R(2.3) * x) : x / R(1024.0);
    }
}

static void idle_back(const size_t d[], const void *const in[], const void *up,
                      void *const g[], enum mistake wrong)
{
  const real(*G)[d[N]] = up;
  real(*dX)[d[N]] = g[0];
  (void)in, (void)wrong;
  for (size_t s = 0; s < d[S]; s++)
    for (size_t n = 0; n < d[N]; n++)
      dX[s][n] = n ? G[s][n] : G[s][n] / R(1024.0);
}

/* --- The table ----------------------------------------------------------- */

#define S_N                                     \
  {                                             \
    { "S", 3, 6 }, { "M", 2, 2 }, { "N", 3, 6 } \
  }
#define X_ONLY                                \
  {                                           \
    {                                         \
      "X", SHAPE(S, N), NORMAL, .role = INPUT \
    }                                         \
  }
#define X_AND_T(draw)                            \
  {                                              \
    { "X", SHAPE(S, N), NORMAL, .role = INPUT }, \
    {                                            \
      "T", SHAPE(S, N), draw, .role = CONSTANT   \
    }                                            \
  }

#define AFFINE                                             \
  .forward = affine, .out = SHAPE(S, N),                   \
  .dim = { { "S", 3, 6 }, { "M", 2, 6 }, { "N", 2, 6 } },  \
  .in = { { "X", SHAPE(S, M), NORMAL, .role = INPUT },     \
          { "W", SHAPE(N, M), NORMAL, .role = PARAMETER }, \
          { "b", SHAPE(N), NORMAL, .role = PARAMETER } }
#define SQUARE \
  .forward = square, .out = SCALAR, .dim = S_N, .in = X_AND_T(NORMAL)
#define RELU                                                     \
  .forward = relu, .out = SHAPE(S, N), .dim = S_N, .in = X_ONLY, \
  .distance = from_zero
#define SOFTMAX \
  .forward = softmax, .out = SHAPE(S, N), .dim = S_N, .in = X_ONLY
#define ENTROPY \
  .forward = entropy, .out = SCALAR, .dim = S_N, .in = X_AND_T(TARGETS)
#define STANDARDISE \
  .forward = standardise, .out = SHAPE(S, N), .dim = S_N, .in = X_ONLY
#define LOOKUP                                             \
  .forward = lookup, .out = SHAPE(S, N),                   \
  .dim = { { "S", 5, 8 }, { "M", 4, 4 }, { "N", 2, 3 } },  \
  .in = { { "E", SHAPE(M, N), NORMAL, .role = PARAMETER }, \
          { "k", SHAPE(S), INDICES, 0, 4, CONSTANT } }
#define CONJUGATE \
  .forward = conjugate, .out = SHAPE(S, N), .dim = S_N, .in = X_ONLY
#define VANISHING \
  .forward = constant, .out = SHAPE(S, N), .dim = S_N, .in = X_ONLY

#define UNWRITTEN \
  .forward = unwritten, .out = SHAPE(S, N), .dim = S_N, .in = X_ONLY
#define SHADOW                                         \
  .forward = shadow, .out = SHAPE(S, N), .dim = S_N,   \
  .in = { { "X", SHAPE(S, N), NORMAL, .role = INPUT }, \
          { "W", SHAPE(S, N), NORMAL, .role = PARAMETER } }

#define ONE_X(function, shape)                   \
  .forward = function, .out = shape, .dim = S_N, \
  .in = { { "x", SCALAR, NORMAL, .role = INPUT } }
#define PLAIN ONE_X(plain, SCALAR)
#define HALF ONE_X(half, SCALAR)
#define FAN ONE_X(fan, SHAPE(N))
#define IDLE .forward = idle, .out = SHAPE(S, N), .dim = S_N, .in = X_ONLY

#define COARSE .forward = coarse, .out = SHAPE(S, N), .dim = S_N, .in = X_ONLY

#define PLANTED(X)                                                     \
  X(right_affine, AFFINE, affine_back, NONE)                           \
  X(right_square, SQUARE, square_back, NONE)                           \
  X(right_relu, RELU, relu_back, NONE)                                 \
  X(right_softmax, SOFTMAX, softmax_back, NONE)                        \
  X(right_entropy, ENTROPY, entropy_back, NONE)                        \
  X(right_standardise, STANDARDISE, standardise_back, NONE)            \
  X(right_lookup, LOOKUP, lookup_back, NONE)                           \
  X(right_plain, PLAIN, plain_back, NONE)                              \
  X(right_half, HALF, half_back, NONE)                                 \
  X(right_fan, FAN, fan_back, NONE)                                    \
  X(right_idle, IDLE, idle_back, NONE)                                 \
  X(wrong_sign, AFFINE, affine_back, SIGN)                             \
  X(wrong_transpose, AFFINE, affine_back, TRANSPOSE)                   \
  X(wrong_off_by_one, AFFINE, affine_back, OFF_BY_ONE)                 \
  X(wrong_assigned, AFFINE, affine_back, ASSIGNED)                     \
  X(wrong_added, AFFINE, affine_back, ADDED)                           \
  X(wrong_not_summed, AFFINE, affine_back, NOT_SUMMED)                 \
  X(wrong_sixth_digit, AFFINE, affine_back, SIXTH_DIGIT)               \
  X(wrong_skipped_entry, AFFINE, affine_back, SKIPPED_ENTRY)           \
  X(wrong_nan, AFFINE, affine_back, GIVES_NAN)                         \
  X(wrong_zero, AFFINE, affine_back, GIVES_ZERO)                       \
  X(wrong_writes_input, AFFINE, affine_back, WRITES_INPUT)             \
  X(wrong_in_float, AFFINE, affine_back, COARSE_FLOAT)                 \
  X(wrong_added_in_float, AFFINE, affine_back, ADDED_IN_FLOAT)         \
  X(wrong_assigned_in_double, AFFINE, affine_back, ASSIGNED_IN_DOUBLE) \
  X(wrong_in_double, AFFINE, affine_back, SIGN_IN_DOUBLE)              \
  X(wrong_assigned_in_long, AFFINE, affine_back, ASSIGNED_IN_LONG)     \
  X(sometimes, AFFINE, affine_back, SOMETIMES)                         \
  X(wrong_sixteenth_digit, AFFINE, affine_back, SIXTEENTH_DIGIT)       \
  X(wrong_unwritten, UNWRITTEN, unwritten_back, NONE)                  \
  X(wrong_writes_upstream, AFFINE, affine_back, WRITES_UPSTREAM)       \
  X(wrong_shadow, SHADOW, shadow_back, SIGN)                           \
  X(wrong_no_mean, SQUARE, square_back, NO_MEAN)                       \
  X(wrong_twice_mean, SQUARE, square_back, TWICE_MEAN)                 \
  X(wrong_reversed, RELU, relu_back, REVERSED)                         \
  X(wrong_diagonal, SOFTMAX, softmax_back, DIAGONAL)                   \
  X(wrong_softmax_term, SOFTMAX, softmax_back, DROPPED_TERM)           \
  X(wrong_argmax, ENTROPY, entropy_back, ARGMAX)                       \
  X(wrong_target_sum, ENTROPY, entropy_back, DROPPED_TERM)             \
  X(wrong_entropy_mean, ENTROPY, entropy_back, NO_MEAN)                \
  X(wrong_epsilon, STANDARDISE, standardise_back, EPSILON)             \
  X(wrong_unbiased, STANDARDISE, standardise_back, UNBIASED)           \
  X(wrong_mean_path, STANDARDISE, standardise_back, DROPPED_MEAN_PATH) \
  X(wrong_variance_path, STANDARDISE, standardise_back, DROPPED_TERM)  \
  X(wrong_lookup, LOOKUP, lookup_back, ASSIGNED)                       \
  X(wrong_conjugate, CONJUGATE, conjugate_back, NONE)                  \
  X(wrong_conjugate_alone, CONJUGATE, conjugate_back, DROPPED_TERM)    \
  X(wrong_vanishing, VANISHING, constant_back, NONE)                   \
  X(wrong_vanishing_code, VANISHING, constant_back, DROPPED_TERM)

#define DEFINE(label, operation, function, mistake)                           \
  static void label(const size_t d[], const void *const in[], const void *up, \
                    void *const g[])                                          \
  {                                                                           \
    function(d, in, up, g, mistake);                                          \
  }                                                                           \
  static const struct op op_##label = { .name = #label,                       \
                                        operation,                            \
                                        .backward = label };
PLANTED(DEFINE)

#define ROW(label, operation, function, mistake) \
  { #label, BACKWARD, &op_##label, .linear = 0 },

/* --- Claims without a gradient ------------------------------------------- */

static void empty_sides(const size_t d[], const void *const in[], void *left,
                        void *right)
{
  (void)d, (void)in, (void)left, (void)right;
}

/* Σ_n softmax(X)_sn = 1, or = 1 + 10⁻⁹. */
static void sums(const size_t d[], const void *const in[], void *left,
                 void *right, real one)
{
  real P[d[S]][d[N]], *l = left, *r = right;
  softmax(d, in, P);
  for (size_t s = 0; s < d[S]; s++) {
    l[s] = R(0.0);
    r[s] = one;
    for (size_t n = 0; n < d[N]; n++)
      l[s] += P[s][n];
  }
}

static void right_sums(const size_t d[], const void *const in[], void *left,
                       void *right)
{
  sums(d, in, left, right, R(1.0));
}

static void wrong_sums(const size_t d[], const void *const in[], void *left,
                       void *right)
{
  sums(d, in, left, right, R(1.000000001));
}

static void nan_sums(const size_t d[], const void *const in[], void *left,
                     void *right)
{
  sums(d, in, left, right, R(1.0));
  ((real *)left)[1] = ((real *)right)[1] = R(0.0) / (R(1.0) - R(1.0));
}

/* The right side is 0 where the left one is not written. */
static void half_sums(const size_t d[], const void *const in[], void *left,
                      void *right)
{
  real *l = left, *r = right;
  (void)in;
  r[0] = R(0.0);
  for (size_t s = 1; s < d[S]; s++)
    l[s] = r[s] = R(1.0);
}

/* Two sides that are equal as far as their coarse rounding shows. */
static void coarse_sides(const size_t d[], const void *const in[], void *left,
                         void *right)
{
  const real *X = in[0];
  real *l = left, *r = right;
  for (size_t s = 0; s < d[S]; s++) {
    l[s] = (X[s] + R(1e6)) - R(1e6);
    r[s] = l[s];
  }
}

static void jacobian(const size_t d[], const void *const in[], void *out,
                     size_t rows)
{
  const size_t n = d[S] * d[N];
  const real *X = in[0];
  real(*J)[n] = out;
  for (size_t i = 0; i < n; i++)
    for (size_t j = 0; j < n; j++)
      J[i][j] = i == j && i < rows && re(X[i]) > 0 ? R(1.0) : R(0.0);
}

static void right_jacobian(const size_t d[], const void *const in[], void *J)
{
  jacobian(d, in, J, d[S] * d[N]);
}

static void wrong_jacobian(const size_t d[], const void *const in[], void *J)
{
  jacobian(d, in, J, 1); /* the first row alone is right */
}

static const struct op op_coarse = { .name = "coarse",
                                     .forward = coarse,
                                     .out = SHAPE(S, N),
                                     .dim = S_N,
                                     .in = X_ONLY };

/* A ReLU that does not declare its kink. */
static const struct op op_sharp = { .name = "sharp",
                                    .forward = relu,
                                    .out = SHAPE(S, N),
                                    .dim = S_N,
                                    .in = X_ONLY,
                                    .backward = right_relu };

/* Findings: error, tolerance, entries. */
#define FINDING(label, e, t, n)        \
  static void label(struct finding *f) \
  {                                    \
    f->error = e;                      \
    f->tolerance = t;                  \
    f->entries = n;                    \
  }
FINDING(right_value, 1e-18L, 1e-17L, 1)
FINDING(wrong_value, 1e-16L, 1e-17L, 1)
FINDING(wrong_value_nan, 0.0L / (1.0L - 1.0L), 1e-17L, 1)
FINDING(wrong_value_unbounded, 1.0L, 1.0L / (1.0L - 1.0L), 1)
FINDING(wrong_value_negative, -1.0L, 1e-17L, 1)
FINDING(wrong_value_of_nothing, 0, 0, 0)

#define VALUE_ROW(label)            \
  {                                 \
#label, VALUE, .finding = label \
  }
#define SUMS_ROW(label, function, ...)                            \
  {                                                               \
#label, IDENTITY, &op_right_softmax,                          \
        .sides = function, .side = SHAPE(__VA_ARGS__), .scale = 1 \
  }

const struct claim CLAIMS(planted)[] = {
  PLANTED(ROW) SUMS_ROW(right_identity, right_sums, S),
  SUMS_ROW(wrong_identity, wrong_sums, S),
  SUMS_ROW(wrong_identity_nan, nan_sums, S),
  SUMS_ROW(wrong_identity_unwritten, half_sums, S),
  SUMS_ROW(wrong_identity_of_nothing, empty_sides, MAX_DIMS - 1),
  SUMS_ROW(wrong_identity_coarse, coarse_sides, S),
  { "right_jacobian", JACOBIAN, &op_right_relu, .linear = 1,
    .jacobian = right_jacobian },
  { "wrong_jacobian", JACOBIAN, &op_right_relu, .linear = 1,
    .jacobian = wrong_jacobian },
  { "wrong_coarse", GRADIENT, &op_coarse, .gradient = coarse_gradient },
  { "wrong_called_linear", BACKWARD, &op_right_softmax, .linear = 1 },
  { "sharp", BACKWARD, &op_sharp, .linear = 1 },
  VALUE_ROW(right_value),
  VALUE_ROW(wrong_value),
  VALUE_ROW(wrong_value_nan),
  VALUE_ROW(wrong_value_unbounded),
  VALUE_ROW(wrong_value_negative),
  VALUE_ROW(wrong_value_of_nothing),
  END,
};
