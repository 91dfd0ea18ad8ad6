/* The claims of the appendix on speed.  What it counts is counted here: by
   loops whose every operation, load and store goes through a function, and by
   a small model of a cache. */
#include "../chapters/13-speed.exercises.h"
#include "claims.h"
#include "fast_claims.h"
#include "gemm.h"
#include "linear.h"
#include "optimisers.h"
#include "rng.h"

#include <float.h>
#include <math.h>
#include <string.h>

/* --- Operations, loads and stores, counted --------------------------------
 */

struct tally {
  long operations, loads, stores;
};

static real add(struct tally *t, real a, real b)
{
  t->operations++;
  return a + b;
}

static real subtract(struct tally *t, real a, real b)
{
  t->operations++;
  return a - b;
}

static real multiply(struct tally *t, real a, real b)
{
  t->operations++;
  return a * b;
}

static real divide(struct tally *t, real a, real b)
{
  t->operations++;
  return a / b;
}

static real root(struct tally *t, real a)
{
  t->operations++;
  return sqrt(a);
}

static real load(struct tally *t, const real *at)
{
  t->loads++;
  return *at;
}

static void store(struct tally *t, real *at, real x)
{
  t->stores++;
  *at = x;
}

static void draw(struct rng *rng, size_t n, real x[n])
{
  for (size_t i = 0; i < n; i++)
    x[i] = (real)rng_normal(rng);
}

static void compare_all(struct finding *f, size_t n, const real a[n],
                        const real b[n])
{
  for (size_t i = 0; i < n; i++)
    finding_compare(f, (long double)re(a[i]), (long double)re(b[i]));
}

/* Y_sn = b_n + Σ_m X_sm W_nm */
static void forward(struct tally *t, size_t S, size_t M, size_t N,
                    real Y[S][N], const real X[S][M], const real W[N][M],
                    const real b[N])
{
  for (size_t s = 0; s < S; s++)
    for (size_t n = 0; n < N; n++) {
      Y[s][n] = b[n];
      for (size_t m = 0; m < M; m++)
        Y[s][n] = add(t, Y[s][n], multiply(t, X[s][m], W[n][m]));
    }
}

/* dW_nm += Σ_s G_sn X_sm */
static void backward_w(struct tally *t, size_t S, size_t M, size_t N,
                       real dW[N][M], const real G[S][N], const real X[S][M])
{
  for (size_t n = 0; n < N; n++)
    for (size_t m = 0; m < M; m++)
      for (size_t s = 0; s < S; s++)
        dW[n][m] = add(t, dW[n][m], multiply(t, G[s][n], X[s][m]));
}

/* dX_sm = 0 + Σ_n G_sn W_nm */
static void backward_x(struct tally *t, size_t S, size_t M, size_t N,
                       real dX[S][M], const real G[S][N], const real W[N][M])
{
  for (size_t s = 0; s < S; s++)
    for (size_t m = 0; m < M; m++) {
      dX[s][m] = R(0.0);
      for (size_t n = 0; n < N; n++)
        dX[s][m] = add(t, dX[s][m], multiply(t, G[s][n], W[n][m]));
    }
}

enum { DRAWS = 20, MOST = 7 }; /* of random cases; the largest size there */

static size_t size(struct rng *rng) { return 1 + rng_below(rng, MOST); }

/* A layer whose products are counted, and are those of src/linear.c. */
struct widths {
  size_t S, M, N;
  real X[MOST * MOST], W[MOST * MOST], b[MOST], G[MOST * MOST];
  real Y[MOST * MOST], dW[MOST * MOST], db[MOST], dX[MOST * MOST];
};

static struct widths layer_drawn(struct rng *rng)
{
  struct widths l = { .S = size(rng), .M = size(rng), .N = size(rng) };
  draw(rng, l.S * l.M, l.X);
  draw(rng, l.N * l.M, l.W);
  draw(rng, l.N, l.b);
  draw(rng, l.S * l.N, l.G);
  return l;
}

/* C_Y = 2 S M N */
static void flops_forward(struct finding *f)
{
  struct rng rng = rng_stream(f->seed, "flops forward");
  finding_begin(f, 100 * LDBL_EPSILON);
  for (int k = 0; k < DRAWS; k++) {
    struct widths l = layer_drawn(&rng);
    struct tally t = { 0 };
    real Y[l.S * l.N];
    forward(&t, l.S, l.M, l.N, (void *)l.Y, (void *)l.X, (void *)l.W, l.b);
    finding_compare(f, t.operations, 2 * (long double)(l.S * l.M * l.N));
    linear_forward(l.S, l.M, l.N, (void *)Y, (void *)l.X, (void *)l.W, l.b);
    compare_all(f, l.S * l.N, l.Y, Y);
  }
}

/* C_W = C_X = 2 S M N */
static void flops_backward(struct finding *f)
{
  struct rng rng = rng_stream(f->seed, "flops backward");
  finding_begin(f, 100 * LDBL_EPSILON);
  for (int k = 0; k < DRAWS; k++) {
    struct widths l = layer_drawn(&rng);
    struct tally w = { 0 }, x = { 0 };
    real dW[MOST * MOST] = { R(0.0) }, dX[l.S * l.M];
    backward_w(&w, l.S, l.M, l.N, (void *)l.dW, (void *)l.G, (void *)l.X);
    backward_x(&x, l.S, l.M, l.N, (void *)l.dX, (void *)l.G, (void *)l.W);
    finding_compare(f, w.operations, 2 * (long double)(l.S * l.M * l.N));
    finding_compare(f, x.operations, 2 * (long double)(l.S * l.M * l.N));
    linear_backward(l.S, l.M, l.N, (void *)dX, (void *)dW, l.db, (void *)l.G,
                    (void *)l.X, (void *)l.W);
    compare_all(f, l.N * l.M, l.dW, dW);
    compare_all(f, l.S * l.M, l.dX, dX);
  }
}

/* The products of a step, layer by layer; the numbers do not matter. */
static long operations_of_step(size_t S, size_t K, const size_t width[])
{
  static real zero[784 * 300], out[784 * 300];
  struct tally t = { 0 };
  for (size_t l = 1; l <= K; l++) {
    const size_t M = width[l - 1], N = width[l];
    forward(&t, S, M, N, (void *)out, (void *)zero, (void *)zero, zero);
    backward_w(&t, S, M, N, (void *)out, (void *)zero, (void *)zero);
    if (l > 1)
      backward_x(&t, S, M, N, (void *)out, (void *)zero, (void *)zero);
  }
  return t.operations;
}

/* 6 S Σ_l N_(l−1) N_l − 2 S N_0 N_1 */
static void flops_step(struct finding *f)
{
  struct rng rng = rng_stream(f->seed, "flops step");
  finding_begin(f, 0);
  for (int k = 0; k < DRAWS; k++) {
    size_t width[MOST + 1], weights = 0;
    const size_t S = size(&rng), K = size(&rng);
    for (size_t l = 0; l <= K; l++)
      width[l] = size(&rng);
    for (size_t l = 1; l <= K; l++)
      weights += width[l - 1] * width[l];
    finding_compare(f, operations_of_step(S, K, width),
                    (long double)(6 * S * weights) -
                        (long double)(2 * S * width[0] * width[1]));
  }
}

static void flops_example(struct finding *f)
{
  const size_t width[] = { 784, 300, 10 };
  finding_begin(f, 0);
  finding_compare(f, 6 * (784 * 300 + 300 * 10) - 2 * 784 * 300, 958800);
  finding_compare(f, operations_of_step(1, 2, width), 958800);
}

/* --- Bytes and intensity --------------------------------------------------
 */

/* Each product goes over the same triples, and touches of each triple one
   entry of each of its three matrices: the bytes of all that are touched. */
static size_t bytes_touched(size_t S, size_t M, size_t N)
{
  unsigned char x[S][M], w[N][M], y[S][N];
  size_t bytes = 0;
  memset(x, 0, sizeof x);
  memset(w, 0, sizeof w);
  memset(y, 0, sizeof y);
  for (size_t s = 0; s < S; s++)
    for (size_t m = 0; m < M; m++)
      for (size_t n = 0; n < N; n++) {
        bytes += sizeof(float) * (size_t)(!x[s][m] + !w[n][m] + !y[s][n]);
        x[s][m] = w[n][m] = y[s][n] = 1;
      }
  return bytes;
}

/* Q = 4 (S M + N M + S N) */
static void bytes(struct finding *f)
{
  struct rng rng = rng_stream(f->seed, "bytes");
  finding_begin(f, 0);
  for (int k = 0; k < DRAWS; k++) {
    const size_t S = size(&rng), M = size(&rng), N = size(&rng);
    finding_compare(f, bytes_touched(S, M, N), 4 * (S * M + N * M + S * N));
  }
}

/* Counted, both. */
static long double counted_intensity(size_t S, size_t M, size_t N)
{
  static real zero[64 * 64], Y[64 * 64];
  struct tally t = { 0 };
  forward(&t, S, M, N, (void *)Y, (void *)zero, (void *)zero, zero);
  return t.operations / (long double)bytes_touched(S, M, N);
}

/* By 1/I = 2 (1/S + 1/M + 1/N), for sizes that nobody wants to count. */
static long double formula(long double S, long double M, long double N)
{
  return 1 / (2 * (1 / S + 1 / M + 1 / N));
}

static void intensity_inverse(struct finding *f)
{
  struct rng rng = rng_stream(f->seed, "intensity");
  finding_begin(f, 16 * LDBL_EPSILON);
  for (int k = 0; k < DRAWS; k++) {
    const size_t S = size(&rng), M = size(&rng), N = size(&rng);
    finding_compare(f, counted_intensity(S, M, N),
                    formula((long double)S, (long double)M, (long double)N));
  }
}

/* min/6 ≤ I < min/2: equal where all are equal, near where two are large */
static void intensity_bounds(struct finding *f)
{
  struct rng rng = rng_stream(f->seed, "bounds");
  finding_begin(f, 1e-3L);
  for (int k = 0; k < DRAWS; k++) {
    const size_t S = size(&rng), M = size(&rng), N = size(&rng);
    const size_t two = S < M ? S : M;
    const long double least = (long double)(two < N ? two : N);
    const long double I = counted_intensity(S, M, N);
    finding_exceeds(f, least / 6, I * (1 + 4 * LDBL_EPSILON));
    finding_exceeds(f, I, least / 2 * (1 - LDBL_EPSILON));
  }
  for (long double n = 1; n < 1e4L; n *= 10) {
    finding_compare(f, formula(n, n, n) / (n / 6), 1);
    finding_compare(f, formula(n, 1e9L, 1e8L) / (n / 2), 1);
  }
}

/* I → M N / (2 (M + N)), and what is missing falls as 1/S. */
static void intensity_large(struct finding *f)
{
  finding_begin(f, 0.01L);
  for (size_t M = 2; M < 8; M++)
    for (size_t N = 2; N < 8; N++) {
      const long double m = (long double)M, n = (long double)N;
      const long double limit = m * n / (2 * (m + n));
      finding_compare(f, counted_intensity(4096 / MOST, M, N) / limit, 1);
      finding_compare(f, formula(1e12L, m, n) / limit, 1);
      finding_compare(
          f,
          log2l((limit - formula(1e6L, m, n)) / (limit - formula(2e6L, m, n))),
          1);
    }
}

/* S = 1: I = M N / (2 (M + N M + N)) < 1/2 */
static void intensity_one(struct finding *f)
{
  finding_begin(f, 4 * LDBL_EPSILON);
  for (size_t M = 1; M < 40; M += 3)
    for (size_t N = 1; N < 40; N += 3) {
      const long double m = (long double)M, n = (long double)N;
      const long double I = counted_intensity(1, M, N);
      finding_compare(f, I, m * n / (2 * (m + n * m + n)));
      finding_exceeds(f, I, 0.5L * (1 - LDBL_EPSILON));
    }
}

/* --- The roofline ---------------------------------------------------------
 */

static long double between(struct rng *rng, long double lo, long double hi)
{
  return lo * powl(hi / lo, (long double)rng_uniform(rng));
}

/* C/t = min(F, I B), where the work is done in a thousand pieces, the bytes of
   the next piece moving while one is computed. */
static void roofline(struct finding *f)
{
  enum { PIECES = 1000 };
  struct rng rng = rng_stream(f->seed, "roofline");
  finding_begin(f, 2.0L / PIECES);
  for (int k = 0; k < DRAWS; k++) {
    const long double C = between(&rng, 1e3L, 1e9L), F = 1e11L;
    const long double Q = between(&rng, 1e3L, 1e9L), B = 1e10L;
    long double moved = 0, computed = 0; /* when */
    for (int piece = 0; piece < PIECES; piece++) {
      moved += Q / B / PIECES;
      computed = (moved > computed ? moved : computed) + C / F / PIECES;
    }
    const long double slope = C / Q * B;
    finding_compare(f, C / computed / (F < slope ? F : slope), 1);
  }
}

/* Where min(F, I B) stops rising, by bisection. */
static void ridge(struct finding *f)
{
  struct rng rng = rng_stream(f->seed, "ridge");
  finding_begin(f, 16 * LDBL_EPSILON);
  for (int k = 0; k < DRAWS; k++) {
    const long double F = between(&rng, 1e9L, 1e12L);
    const long double B = between(&rng, 1e9L, 1e12L);
    long double lo = 0, hi = 1e4L;
    for (int i = 0; i < 200; i++) {
      const long double I = (lo + hi) / 2;
      *(I * B < F ? &lo : &hi) = I;
    }
    finding_compare(f, lo / (F / B), 1);
  }
}

/* Σ max(C/F, Q/B) ≥ max(Σ C/F, Σ Q/B): equal where one side is always the
   larger, greater where it changes. */
static void step_bound(struct finding *f)
{
  enum { PRODUCTS = 5 };
  struct rng rng = rng_stream(f->seed, "step");
  finding_begin(f, 16 * LDBL_EPSILON);
  for (int k = 0; k < 3 * DRAWS; k++) {
    long double sum = 0, compute = 0, move = 0;
    int sides = 0;
    for (int p = 0; p < PRODUCTS; p++) {
      const long double c = between(&rng, k % 3 == 1 ? 2 : 0.5L, 3);
      const long double q =
          between(&rng, k % 3 == 2 ? 3 : 0.5L, 4) / (k % 3 == 1 ? 2 : 1);
      sum += c > q ? c : q;
      compute += c;
      move += q;
      sides |= c > q ? 1 : 2;
    }
    const long double most = compute > move ? compute : move;
    finding_exceeds(f, most, sum * (1 + 16 * LDBL_EPSILON));
    if (sides != 3)
      finding_compare(f, sum / most, 1);
    else
      finding_exceeds(f, most * (1 + 16 * LDBL_EPSILON), sum);
  }
}

/* --- The update -----------------------------------------------------------
 */

enum { PARAMETERS = 16 };

static void sgd(struct tally *t, real w[], const real g[], real a)
{
  for (int i = 0; i < PARAMETERS; i++)
    store(t, &w[i],
          subtract(t, load(t, &w[i]), multiply(t, a, load(t, &g[i]))));
}

static void momentum(struct tally *t, real w[], const real g[], real m[],
                     real a, real beta1)
{
  for (int i = 0; i < PARAMETERS; i++) {
    const real v = add(t, multiply(t, beta1, load(t, &m[i])), load(t, &g[i]));
    store(t, &m[i], v);
    store(t, &w[i], subtract(t, load(t, &w[i]), multiply(t, a, v)));
  }
}

/* step 1: the sums of weights are 1 − β1 and 1 − β2 */
static void adam(struct tally *t, real w[], const real g[], real state[],
                 real a, const struct constants *c)
{
  const real keep1 = R(1.0) - c->beta1, keep2 = R(1.0) - c->beta2;
  real *m = state, *v = state + PARAMETERS;
  for (int i = 0; i < PARAMETERS; i++) {
    const real G = load(t, &g[i]);
    const real one =
        add(t, multiply(t, c->beta1, load(t, &m[i])), multiply(t, keep1, G));
    const real two = add(t, multiply(t, c->beta2, load(t, &v[i])),
                         multiply(t, multiply(t, keep2, G), G));
    store(t, &m[i], one);
    store(t, &v[i], two);
    const real below = add(t, root(t, divide(t, two, keep2)), c->epsilon);
    const real above = multiply(t, a, divide(t, one, keep1));
    store(t, &w[i], subtract(t, load(t, &w[i]), divide(t, above, below)));
  }
}

/* One update of 0, 1 or 2 states, counted, and the same as that of
   src/optimisers.c. */
static struct tally counted_update(struct finding *f, size_t states)
{
  static const struct rule *const rules[] = { &rule_sgd, &rule_momentum,
                                              &rule_adam };
  const struct rule *rule = rules[states];
  struct rng rng = rng_stream(f->seed, "update");
  struct tally t = { 0 };
  real w[2][PARAMETERS], g[PARAMETERS];
  real state[2][2 * PARAMETERS];
  memset(state, 0, sizeof state);
  draw(&rng, PARAMETERS, w[0]);
  draw(&rng, PARAMETERS, g);
  memcpy(w[1], w[0], sizeof w[0]);
  if (states == 0)
    sgd(&t, w[0], g, R(0.25));
  else if (states == 1)
    momentum(&t, w[0], g, state[0], R(0.25), rule->usual.beta1);
  else
    adam(&t, w[0], g, state[0], R(0.25), &rule->usual);
  rule->step(&rule->usual, PARAMETERS, w[1], g, state[1], R(0.25), 1);
  compare_all(f, PARAMETERS, w[0], w[1]);
  compare_all(f, states * PARAMETERS, state[0], state[1]);
  return t;
}

/* Q = 4 (3 + 2k) a parameter */
static void bytes_update(struct finding *f)
{
  finding_begin(f, 64 * LDBL_EPSILON);
  for (size_t k = 0; k <= 2; k++) {
    const struct tally t = counted_update(f, k);
    finding_compare(f, (long double)((t.loads + t.stores) * 4) / PARAMETERS,
                    4 * (3 + 2 * (long double)k));
  }
}

/* 2/12, 4/20, 14/28 */
static void intensity_update(struct finding *f)
{
  static const long double page[] = { 2 / 12.0L, 4 / 20.0L, 14 / 28.0L };
  finding_begin(f, 64 * LDBL_EPSILON);
  for (size_t k = 0; k <= 2; k++) {
    const struct tally t = counted_update(f, k);
    finding_compare(f, t.operations / (long double)(4 * (t.loads + t.stores)),
                    page[k]);
  }
}

/* --- A cache --------------------------------------------------------------
 */

enum { ROOM = 64, WEIGHTS = 256, BLOCK = 8 };
enum array { W_, DW, M_, V_, SCRATCH };

/* Holds the ROOM floats that were used last, the latest first. */
struct cache {
  size_t used, at[ROOM];
  int dirty[ROOM];
  long moved; /* bytes from memory and to it */
};

static void touch(struct cache *c, enum array array, size_t i, int reads,
                  int writes)
{
  const size_t at = (size_t)array * WEIGHTS + i;
  size_t k = 0;
  while (k < c->used && c->at[k] != at)
    k++;
  int dirty = k < c->used ? c->dirty[k] : 0;
  if (k == c->used && reads)
    c->moved += 4;
  if (k == ROOM)
    c->moved += c->dirty[--k] ? 4 : 0;
  else if (k == c->used)
    c->used++;
  for (; k > 0; k--) {
    c->at[k] = c->at[k - 1];
    c->dirty[k] = c->dirty[k - 1];
  }
  c->at[0] = at;
  c->dirty[0] = dirty || writes;
}

/* Bytes a weight; what is left is written, but for what nobody reads. */
static long double moved(const struct cache *c)
{
  long bytes = c->moved;
  for (size_t k = 0; k < c->used; k++)
    bytes += c->dirty[k] && c->at[k] / WEIGHTS != SCRATCH ? 4 : 0;
  return (long double)bytes / WEIGHTS;
}

static void read_weights(struct cache *c)
{
  for (size_t i = 0; i < WEIGHTS; i++)
    touch(c, W_, i, 1, 0);
}

static void update(struct cache *c, size_t states, size_t i)
{
  touch(c, W_, i, 1, 1);
  if (states > 0)
    touch(c, M_, i, 1, 1);
  if (states > 1)
    touch(c, V_, i, 1, 1);
}

/* Three passes: dW is set to 0, added to, and read by the update. */
static void plain(struct cache *c, size_t states)
{
  for (size_t i = 0; i < WEIGHTS; i++)
    touch(c, DW, i, 0, 1);
  for (size_t i = 0; i < WEIGHTS; i++)
    touch(c, DW, i, 1, 1);
  for (size_t i = 0; i < WEIGHTS; i++) {
    touch(c, DW, i, 1, 0);
    update(c, states, i);
  }
}

/* The same, block by block, in one scratch that stays in the cache. */
static void fused(struct cache *c, size_t states)
{
  for (size_t first = 0; first < WEIGHTS; first += BLOCK) {
    for (size_t i = 0; i < BLOCK; i++)
      touch(c, SCRATCH, i, 0, 1);
    for (size_t i = 0; i < BLOCK; i++)
      touch(c, SCRATCH, i, 1, 1);
    for (size_t i = 0; i < BLOCK; i++) {
      touch(c, SCRATCH, i, 1, 0);
      update(c, states, first + i);
    }
  }
}

/* 4 + 8 + 4 (3 + 2k) = 24 + 8k */
static void bytes_plain(struct finding *f)
{
  finding_begin(f, 0);
  for (size_t k = 0; k <= 2; k++) {
    struct cache c = { 0 };
    const long double K = (long double)k;
    plain(&c, k);
    finding_compare(f, moved(&c), 24 + 8 * K);
    finding_compare(f, 4 + 8 + 4 * (3 + 2 * K), 24 + 8 * K);
  }
}

/* (24 + 8k) − 8 (1 + k) = 16 */
static void bytes_saved(struct finding *f)
{
  finding_begin(f, 0);
  for (size_t k = 0; k <= 2; k++) {
    struct cache three = { 0 }, one = { 0 };
    const long double K = (long double)k;
    plain(&three, k);
    fused(&one, k);
    finding_compare(f, moved(&one), 8 * (1 + K));
    finding_compare(f, moved(&three) - moved(&one), 16);
    finding_compare(f, 24 + 8 * K - 8 * (1 + K), 16);
  }
}

/* (4 + 24) / (4 + 8) = 7/3: a forward, then the update of SGD */
static void batch_one(struct finding *f)
{
  struct cache three = { 0 }, one = { 0 };
  finding_begin(f, 4 * LDBL_EPSILON);
  read_weights(&three);
  plain(&three, 0);
  read_weights(&one);
  fused(&one, 0);
  finding_compare(f, moved(&three) / moved(&one), 7 / 3.0L);
  finding_compare(f, (4 + 24) / (long double)(4 + 8), 7 / 3.0L);
}

/* (4 + 24) / 8 = 7/2: each update with the forward pass of the next sample */
static void batch_late(struct finding *f)
{
  struct cache three = { 0 }, one = { 0 };
  finding_begin(f, 4 * LDBL_EPSILON);
  read_weights(&three);
  plain(&three, 0);
  for (size_t i = 0; i < WEIGHTS; i++) {
    update(&one, 0, i);
    touch(&one, W_, i, 1, 0);
  }
  finding_compare(f, moved(&three) / moved(&one), 7 / 2.0L);
  finding_compare(f, (4 + 24) / 8.0L, 7 / 2.0L);
}

/* --- The second core ------------------------------------------------------
 */

/* Pieces of one tick each: `alone` are done by one, the rest by p. */
static long ticks(long alone, long shared, long p)
{
  long t = 0;
  for (; alone > 0; alone--)
    t++;
  for (; shared > 0; shared -= p)
    t++;
  return t;
}

enum { ALL = 1200 };

/* U = 1 / (σ + (1 − σ)/p) < 1/σ */
static void amdahl(struct finding *f)
{
  finding_begin(f, 16 * LDBL_EPSILON);
  for (long p = 1; p <= 6; p++)
    for (long shared = 0; shared <= ALL; shared += 60) {
      const long double sigma = (ALL - shared) / (long double)ALL;
      const long double U = ALL / (long double)ticks(ALL - shared, shared, p);
      finding_compare(f, U, 1 / (sigma + (1 - sigma) / (long double)p));
      if (shared > 0 && shared < ALL)
        finding_exceeds(f, U, 1 / sigma * (1 - LDBL_EPSILON));
    }
}

/* σ = 2/U − 1 */
static void amdahl_inverse(struct finding *f)
{
  finding_begin(f, 16 * LDBL_EPSILON);
  for (long shared = 0; shared <= ALL; shared += 60) {
    const long double U = ALL / (long double)ticks(ALL - shared, shared, 2);
    finding_compare(f, 2 / U - 1, (ALL - shared) / (long double)ALL);
  }
}

/* --- Cutting by units and by samples --------------------------------------
 */

enum { S, M, N };
enum { X, W, G };

static void product(const size_t d[], const void *const in[], void *Y)
{
  gemm(AS_IS, TRANSPOSED, d[S], d[N], d[M], in[X], in[W], 0, Y);
}

static const struct op cut = {
  .name = "speed-cut",
  .dim = { { "S", 3, 9 }, { "M", 2, 8 }, { "N", 2, 8 } },
  .in = { { "X", SHAPE(S, M), NORMAL, .role = INPUT },
          { "W", SHAPE(N, M), NORMAL, .role = PARAMETER },
          { "G", SHAPE(S, N), NORMAL, .role = CONSTANT } },
  .out = SHAPE(S, N),
  .forward = product,
};

/* Columns from … to−1 of a matrix, as a matrix of their own; and back. */
static void take(size_t rows, size_t all, size_t from, size_t to,
                 real part[rows][to - from], const real whole[rows][all])
{
  for (size_t r = 0; r < rows; r++)
    memcpy(part[r], whole[r] + from, sizeof part[r]);
}

static void put(size_t rows, size_t all, size_t from, size_t to,
                real whole[rows][all], const real part[rows][to - from])
{
  for (size_t r = 0; r < rows; r++)
    memcpy(whole[r] + from, part[r], sizeof part[r]);
}

/* X (W_a over W_b)ᵀ = (X W_aᵀ  X W_bᵀ) */
static void units_forward(const size_t d[], const void *const in[], void *left,
                          void *right)
{
  const real(*w)[d[M]] = in[W];
  const size_t from[] = { 0, d[N] / 2, d[N] };
  product(d, in, left);
  for (int k = 0; k < 2; k++) {
    const size_t units = from[k + 1] - from[k];
    real part[d[S]][units];
    gemm(AS_IS, TRANSPOSED, d[S], units, d[M], in[X], *w + from[k] * d[M], 0,
         *part);
    put(d[S], d[N], from[k], from[k + 1], right, (const void *)part);
  }
}

/* (G_a  G_b)ᵀ X = (G_aᵀ X over G_bᵀ X) */
static void units_dw(const size_t d[], const void *const in[], void *left,
                     void *right)
{
  const size_t from[] = { 0, d[N] / 2, d[N] };
  gemm(TRANSPOSED, AS_IS, d[N], d[M], d[S], in[G], in[X], 0, left);
  for (int k = 0; k < 2; k++) {
    const size_t units = from[k + 1] - from[k];
    real part[d[S]][units];
    take(d[S], d[N], from[k], from[k + 1], part, in[G]);
    gemm(TRANSPOSED, AS_IS, units, d[M], d[S], *part, in[X], 0,
         (real *)right + from[k] * d[M]);
  }
}

/* G (W_a  W_b) = (G W_a  G W_b) */
static void units_dx(const size_t d[], const void *const in[], void *left,
                     void *right)
{
  const size_t from[] = { 0, d[M] / 2, d[M] };
  gemm(AS_IS, AS_IS, d[S], d[M], d[N], in[G], in[W], 0, left);
  for (int k = 0; k < 2; k++) {
    const size_t units = from[k + 1] - from[k];
    real w[d[N]][units], part[d[S]][units];
    take(d[N], d[M], from[k], from[k + 1], w, in[W]);
    gemm(AS_IS, AS_IS, d[S], units, d[N], in[G], *w, 0, *part);
    put(d[S], d[M], from[k], from[k + 1], right, (const void *)part);
  }
}

/* Gᵀ (X_a  X_b) = (Gᵀ X_a  Gᵀ X_b) */
static void units_columns(const size_t d[], const void *const in[], void *left,
                          void *right)
{
  const size_t from[] = { 0, d[M] / 2, d[M] };
  gemm(TRANSPOSED, AS_IS, d[N], d[M], d[S], in[G], in[X], 0, left);
  for (int k = 0; k < 2; k++) {
    const size_t inputs = from[k + 1] - from[k];
    real x[d[S]][inputs], part[d[N]][inputs];
    take(d[S], d[M], from[k], from[k + 1], x, in[X]);
    gemm(TRANSPOSED, AS_IS, d[N], inputs, d[S], in[G], *x, 0, *part);
    put(d[N], d[M], from[k], from[k + 1], right, (const void *)part);
  }
}

/* (X_a  X_b) (W_a  W_b)ᵀ = X_a W_aᵀ + X_b W_bᵀ */
static void inputs_forward(const size_t d[], const void *const in[],
                           void *left, void *right)
{
  const size_t from[] = { 0, d[M] / 2, d[M] };
  product(d, in, left);
  for (int k = 0; k < 2; k++) {
    const size_t inputs = from[k + 1] - from[k];
    real x[d[S]][inputs], w[d[N]][inputs];
    take(d[S], d[M], from[k], from[k + 1], x, in[X]);
    take(d[N], d[M], from[k], from[k + 1], w, in[W]);
    gemm(AS_IS, TRANSPOSED, d[S], d[N], inputs, *x, *w, k > 0, right);
  }
}

/* Gᵀ X = Σ_c G_cᵀ X_c, over chunks of two samples */
static void samples(const size_t d[], const void *const in[], void *left,
                    void *right)
{
  const real(*x)[d[M]] = in[X], (*g)[d[N]] = in[G];
  gemm(TRANSPOSED, AS_IS, d[N], d[M], d[S], in[G], in[X], 0, left);
  for (size_t s = 0; s < d[S]; s += 2)
    gemm(TRANSPOSED, AS_IS, d[N], d[M], s + 2 < d[S] ? 2 : d[S] - s, g[s],
         x[s], s > 0, right);
}

/* fl(fl(2^24 + 1) + 1) = 2^24, fl(2^24 + 2) = 2^24 + 2 */
static void float_order(struct finding *f)
{
  const volatile float large = 0x1p24F, one = 1;
  const volatile float first = large + one, left = first + one;
  const volatile float second = one + one, right = large + second;
  finding_begin(f, 0);
  finding_compare(f, (long double)left, ldexpl(1, 24));
  finding_compare(f, (long double)right, ldexpl(1, 24) + 2);
}

/* --- Exercises ------------------------------------------------------------
 */

/* I = 20.3 at S = 50, 34.2 at S = 100 */
static void ex_intensity(struct finding *f)
{
  finding_begin(f, 0.05L);
  finding_compare(f, formula(50, 784, 300), 20.3L);
  finding_compare(f, formula(100, 784, 300), 34.2L);
  finding_compare(f, 1 / (2 * (1 / 50.0L + 1 / 784.0L + 1 / 300.0L)), 20.3L);
}

/* σ = 3/17 and then, with four threads, U = 34/13 */
static void ex_amdahl(struct finding *f)
{
  finding_begin(f, 16 * LDBL_EPSILON);
  const long double sigma = 2 / 1.7L - 1;
  finding_compare(f, sigma, 3 / 17.0L);
  finding_compare(f, 1 / (3 / 17.0L + 14 / 68.0L), 34 / 13.0L);
  finding_compare(f, 1 / (sigma + (1 - sigma) / 4), 34 / 13.0L);
  finding_compare(f, 17 * 4 / (long double)ticks(3 * 4, 14 * 4, 4),
                  34 / 13.0L);
}

/* S_* = 1 / (1/(2 I_*) − 1/M − 1/N): the first whole batch that reaches it. */
static void ex_batch(struct finding *f)
{
  finding_begin(f, 16 * LDBL_EPSILON);
  for (size_t m = 2; m < 60; m += 7)
    for (size_t n = 3; n < 60; n += 8) {
      finding_compare(f, intensity(3, m, n), counted_intensity(3, m, n));
      for (int k = 1; k <= 20; k++) {
        const long double wanted = (long double)k / sqrtl(2);
        const long double left =
            1 / (2 * wanted) - 1 / (long double)m - 1 / (long double)n;
        if (left > 0)
          finding_compare(f, formula(1 / left, (long double)m, (long double)n),
                          wanted);
        finding_compare(f, (long double)least_batch(m, n, wanted),
                        left > 0 ? ceill(1 / left) : 0);
      }
    }
}

enum { BIAS = 3, RATE };

/* The plain forms: dW and db, and then the step. */
static void plain_step(const size_t d[], const void *const in[], void *w)
{
  const real *a = in[RATE];
  const real(*old)[d[M]] = in[W];
  real dW[d[N]][d[M]], (*next)[d[M]] = w;
  gemm(TRANSPOSED, AS_IS, d[N], d[M], d[S], in[G], in[X], 0, *dW);
  for (size_t n = 0; n < d[N]; n++)
    for (size_t m = 0; m < d[M]; m++)
      next[n][m] = old[n][m] - *a * dW[n][m];
}

static const struct op step = {
  .name = "speed-step",
  .dim = { { "S", 3, 6 }, { "M", 2, 6 }, { "N", 2, 6 } },
  .in = { { "X", SHAPE(S, M), NORMAL, .role = INPUT },
          { "W", SHAPE(N, M), NORMAL, .role = PARAMETER },
          { "G", SHAPE(S, N), NORMAL, .role = CONSTANT },
          { "b", SHAPE(N), NORMAL, .role = PARAMETER },
          { "a", SCALAR, UNIFORM, 0.1L, 0.9L, CONSTANT } },
  .out = SHAPE(N, M),
  .forward = plain_step,
};

/* W − α Gᵀ X */
static void ex_fused(const size_t d[], const void *const in[], void *left,
                     void *right)
{
  real b[d[N]];
  memcpy(b, in[BIAS], sizeof b);
  memcpy(left, in[W], d[N] * d[M] * sizeof(real));
  sgd_in_product(d[S], d[M], d[N], left, b, in[G], in[X],
                 *(const real *)in[RATE]);
  plain_step(d, in, right);
}

/* b − α Gᵀ 1 */
static void ex_fused_bias(const size_t d[], const void *const in[], void *left,
                          void *right)
{
  const real(*g)[d[N]] = in[G], *a = in[RATE];
  real w[d[N]][d[M]], *b = right;
  memcpy(w, in[W], sizeof w);
  memcpy(left, in[BIAS], d[N] * sizeof(real));
  sgd_in_product(d[S], d[M], d[N], w, left, in[G], in[X], *a);
  memcpy(b, in[BIAS], d[N] * sizeof(real));
  for (size_t n = 0; n < d[N]; n++)
    for (size_t s = 0; s < d[S]; s++)
      b[n] -= *a * g[s][n];
}

/* Σ_i x_i = Σ_c Σ_(i in c) x_i: to rounding; and the same bits in any order
   of the chunks. */
static void ex_chunks(struct finding *f)
{
  enum { LENGTH = 103, ORDERS = 20 };
  struct rng rng = rng_stream(f->seed, "chunks");
  finding_begin(f, LENGTH * (long double)FLT_EPSILON);
  for (size_t chunk = 1; chunk <= 17; chunk += 4) {
    const size_t chunks = (LENGTH + chunk - 1) / chunk;
    float x[LENGTH], partial[LENGTH], first = 0;
    long double sum = 0, sizes = 0;
    size_t done[LENGTH];
    for (size_t i = 0; i < LENGTH; i++) {
      x[i] = (float)rng_normal(&rng);
      sum += (long double)x[i];
      sizes += fabsl((long double)x[i]);
    }
    for (int k = 0; k < ORDERS; k++) {
      for (size_t c = 0; c < chunks; c++) {
        done[c] = c;
        partial[c] = (float)rng_normal(&rng);
      }
      if (k)
        rng_shuffle(&rng, chunks, done);
      const float got = sum_of_chunks(LENGTH, x, chunk, done, partial);
      first = k ? first : got;
      finding_compare(f, (long double)got / sizes, sum / sizes);
      finding_compare(f, memcmp(&got, &first, sizeof got) != 0, 0);
    }
  }
}

/* ---- the fast step, against rules as they are written ---- */

/* θ ← θ − α g */
static void descent_written(size_t count, real w[], const real g[],
                            real state[], real a, long t)
{
  (void)state, (void)t;
  for (size_t i = 0; i < count; i++)
    w[i] -= a * g[i];
}

static void descent_agrees(struct finding *f)
{
  paths_agree(f, &rule_sgd, descent_written, 1e-16L);
}

/* m ← β1 m + g,  θ ← θ − α m */
static void momentum_written(size_t count, real w[], const real g[], real m[],
                             real a, long t)
{
  (void)t;
  for (size_t i = 0; i < count; i++) {
    m[i] = R(0.9) * m[i] + g[i];
    w[i] -= a * m[i];
  }
}

static void momentum_agrees(struct finding *f)
{
  paths_agree(f, &rule_momentum, momentum_written, 1e-16L);
}

/* m ← β1 m + (1 − β1) g,  v ← β2 v + (1 − β2) g²,
   θ ← θ − α m̂ / (√v̂ + ε) */
static void adam_written(size_t count, real w[], const real g[], real state[],
                         real a, long t)
{
  real *m = state, *v = state + count;
  const real beta1 = R(0.9), beta2 = R(0.999);
  const real weight1 = R(1.0) - pow(beta1, (real)t);
  const real weight2 = R(1.0) - pow(beta2, (real)t);
  for (size_t i = 0; i < count; i++) {
    m[i] = beta1 * m[i] + (R(1.0) - beta1) * g[i];
    v[i] = beta2 * v[i] + (R(1.0) - beta2) * g[i] * g[i];
    w[i] -= a * (m[i] / weight1) / (sqrt(v[i] / weight2) + R(1e-8));
  }
}

/* Where a gradient is as small as ε, Adam divides its rounding by ε: α/ε =
   10^6 times what the others see. */
static void adam_agrees(struct finding *f)
{
  paths_agree(f, &rule_adam, adam_written, 1e-12L);
}

/* Many steps in a call, of one sample and of three, which are too few for a
   batch norm.  Where a step has more, a call of many has the bits of many
   calls, by any rule: test_training.c. */
static void calls_all_agree(struct finding *f)
{
  finding_begin(f, 1e-16L);
  for (size_t k = 0; k < PATHS; k++)
    for (size_t S = 1; paths[k].between != fast_norm && S <= 3; S += 2) {
      calls_agree(f, &paths[k], S, &rule_sgd, descent_written);
      calls_agree(f, &paths[k], S, &rule_momentum, momentum_written);
    }
}

/* ---- the exponential ---- */

enum { ARGUMENTS = 1000 };

static void exp_parted(struct finding *f)
{
  struct rng rng = rng_stream(f->seed, "exp");
  const long double log2 = (long double)log(2.0L);
  finding_begin(f,
                1e-17L); /* x has 7 bits before the point: 87 · 2^-64 of it */
  for (int i = 0; i < ARGUMENTS; i++) {
    const long double x = 174 * (long double)rng_uniform(&rng) - 87;
    const long double k = floorl(x / log2 + 0.5L), r = x - k * log2;
    finding_exceeds(f, r * r, log2 * log2 / 4 * (1 + 1e-15L));
    const long double right = exp2l(k) + exp2l(k) * expm1l(r);
    finding_compare(f, right / expl(x), 1);
  }
}

static void exp_series(struct finding *f)
{
  const long double half = logl(2.0L) / 2;
  finding_begin(f, 0);
  for (int i = 1; i <= ARGUMENTS; i++)
    for (int sign = -1; sign <= 1; sign += 2) {
      const long double r = sign * half * i / ARGUMENTS;
      long double term = 1, sum = 0;
      for (int j = 1; j <= 7; j++)
        sum += term *= r / j;
      finding_exceeds(f, fabsl(expm1l(r) - sum), 0x1p-25L * fabsl(expm1l(r)));
    }
}

/* ---- the table, in the order of the chapter ---- */

#define COUNTED(label, f)                               \
  {                                                     \
    .name = "speed-" label, .kind = VALUE, .finding = f \
  }
#define STATED(label, f)                                    \
  {                                                         \
    .name = "speed-" label, .kind = STATEMENT, .finding = f \
  }
#define EQUAL(label, op_, f, ...)                                     \
  {                                                                   \
    .name = "speed-" label, .kind = IDENTITY, .op = &op_, .sides = f, \
    .side = SHAPE(__VA_ARGS__)                                        \
  }

const struct claim CLAIMS(speed)[] = {
  COUNTED("flops-forward", flops_forward),
  COUNTED("flops-backward", flops_backward),
  COUNTED("flops-step", flops_step),
  COUNTED("flops-example", flops_example),
  COUNTED("bytes", bytes),
  COUNTED("intensity-inverse", intensity_inverse),
  STATED("intensity-bounds", intensity_bounds),
  STATED("intensity-large", intensity_large),
  STATED("intensity-one", intensity_one),
  STATED("roofline", roofline),
  COUNTED("ridge", ridge),
  STATED("step-bound", step_bound),
  COUNTED("bytes-update", bytes_update),
  COUNTED("intensity-update", intensity_update),
  COUNTED("bytes-plain", bytes_plain),
  COUNTED("bytes-saved", bytes_saved),
  COUNTED("batch-one", batch_one),
  COUNTED("batch-late", batch_late),
  STATED("amdahl", amdahl),
  COUNTED("amdahl-inverse", amdahl_inverse),
  EQUAL("units-forward", cut, units_forward, S, N),
  EQUAL("units-dw", cut, units_dw, N, M),
  EQUAL("units-dx", cut, units_dx, S, M),
  EQUAL("units-columns", cut, units_columns, N, M),
  EQUAL("samples", cut, samples, N, M),
  COUNTED("float-order", float_order),
  EQUAL("inputs", cut, inputs_forward, S, N),
  { "speed-fast-sigmoid", BACKWARD, &sigmoid_net, .linear = 0 },
  { "speed-fast-elu", BACKWARD, &elu_net, .linear = 0 },
  { "speed-fast-norm", BACKWARD, &norm_net, .linear = 0 },
  STATED("fast-descent", descent_agrees),
  STATED("fast-adam", adam_agrees),
  STATED("fast-later", momentum_agrees),
  STATED("fast-calls", calls_all_agree),
  STATED("exp", exp_parted),
  STATED("exp-series", exp_series),
  COUNTED("ex-intensity", ex_intensity),
  COUNTED("ex-amdahl", ex_amdahl),
  COUNTED("ex-batch", ex_batch),
  EQUAL("ex-fused", step, ex_fused, N, M),
  EQUAL("ex-fused-bias", step, ex_fused_bias, N),
  STATED("ex-chunks", ex_chunks),
  END,
};
