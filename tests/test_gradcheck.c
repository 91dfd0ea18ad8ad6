/* The checker's own tests: right gradients pass, planted mistakes never do,
   and points that would hide a mistake are refused. */
#include "gradcheck.h"

#include <check.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

extern const struct claim claims_planted_f[], claims_planted_d[],
    claims_planted_l[], claims_planted_zd[], claims_planted_zl[];

static struct family planted(int k)
{
  return (struct family){ { &claims_planted_f[k], &claims_planted_d[k],
                            &claims_planted_l[k], &claims_planted_zd[k],
                            &claims_planted_zl[k] } };
}

static int count(void)
{
  int n = 0;
  while (claims_planted_l[n].name)
    n++;
  return n;
}

static int is_right(const struct family *f)
{
  return strncmp(f->as[TYPE_L]->name, "right", 5) == 0;
}

/* Right at most points: see test_undeclared_kink and test_many_points. */
static int is_mixed(const struct family *f)
{
  return strcmp(f->as[TYPE_L]->name, "sharp") == 0 ||
         strcmp(f->as[TYPE_L]->name, "sometimes") == 0;
}

/* The index of a planted claim. */
static int named(const char *name)
{
  for (int k = 0; claims_planted_l[k].name; k++)
    if (strcmp(claims_planted_l[k].name, name) == 0)
      return k;
  ck_abort_msg("no planted claim %s", name);
  return -1;
}

START_TEST(test_random_points)
{
  const struct family f = planted(_i);
  if (is_mixed(&f))
    return;
  for (uint64_t seed = 1; seed <= 5; seed++) {
    const struct result r = gradcheck(&f, seed, is_right(&f) ? 3 : 1);
    ck_assert_msg((r.verdict == PASSED) == is_right(&f), "%s, seed %d: %s",
                  f.as[TYPE_L]->name, (int)seed,
                  r.verdict == PASSED ? "passed" : r.why);
  }
}
END_TEST

static void ones_upstream(struct point *p)
{
  for (size_t i = 0; i < p->out; i++)
    p->upstream[i] = 1;
}

static void equal_inputs(struct point *p)
{
  for (int k = 0; k < p->segments; k++)
    for (size_t i = 0; i < p->size[k]; i++)
      if (p->op->in[k].role != CONSTANT)
        p->in[k][i] = 0.75;
}

static void one_hot_targets(struct point *p)
{
  for (int k = 0; k < p->segments; k++)
    for (size_t i = 0; i < p->size[k]; i++)
      if (p->op->in[k].draw == TARGETS)
        p->in[k][i] = i % p->d[2] == 1;
}

static void distinct_indices(struct point *p)
{
  for (int k = 0; k < p->segments; k++)
    for (size_t i = 0; i < p->size[k]; i++)
      if (p->op->in[k].draw == INDICES)
        p->in[k][i] = (double)(i % 4);
}

static void nothing(struct point *p) { (void)p; }

static const struct bad_point {
  const char *name;
  size_t d[3]; /* S, M, N; 0: as drawn */
  void (*spoil)(struct point *p);
} bad_points[] = {
  { "all-ones upstream", { 5, 4, 3 }, ones_upstream },
  { "a batch of 1", { 1, 4, 3 }, nothing },
  { "a batch of 2", { 2, 4, 3 }, nothing },
  { "square shapes", { 4, 4, 4 }, nothing },
  { "equal inputs", { 5, 4, 3 }, equal_inputs },
  { "one-hot targets", { 5, 4, 3 }, one_hot_targets },
  { "distinct indices", { 4, 5, 3 }, distinct_indices },
};

/* What a spoilt point hides may pass only where the spoiling does not concern
   the operation: a softmax has no targets. */
START_TEST(test_bad_points)
{
  const struct family f = planted(_i);
  const struct op *op = f.as[TYPE_L]->op;
  if (f.as[TYPE_L]->kind != BACKWARD)
    return;
  for (size_t b = 0; b < sizeof bad_points / sizeof *bad_points; b++) {
    struct rng rng = rng_stream(b, op->name);
    struct point p = point_new(op, bad_points[b].d);
    point_fill(&p, &rng);
    bad_points[b].spoil(&p);
    const struct result r = gradcheck_at(&f, &p, 1);
    if (is_right(&f))
      ck_assert_msg(r.verdict != FAILED, "%s at %s: %s", op->name,
                    bad_points[b].name, r.why);
    else
      ck_assert_msg(r.verdict != PASSED || is_mixed(&f), "%s passed at %s",
                    op->name, bad_points[b].name);
    point_free(&p);
  }
}
END_TEST

/* The refusal that must stand for each bad point. */
START_TEST(test_refusals)
{
  static const struct {
    const char *claim, *why;
    int point;
  } expected[] = {
    { "right_softmax", "repeated upstream", 0 },
    { "right_affine", "batch below 3", 1 },
    { "right_standardise", "batch below 3", 2 },
    { "right_affine", "equal dimensions", 3 },
    { "right_softmax", "repeated inputs", 4 },
    { "right_entropy", "one-hot", 5 },
    { "right_lookup", "without a duplicate", 6 },
  };
  const struct family f = planted(named(expected[_i].claim));
  const struct bad_point *bad = &bad_points[expected[_i].point];
  struct rng rng = rng_stream(7, "refusals");
  struct point p = point_new(f.as[TYPE_L]->op, bad->d);
  point_fill(&p, &rng);
  bad->spoil(&p);
  const struct result r = gradcheck_at(&f, &p, 1);
  ck_assert_int_eq(r.verdict, REFUSED);
  ck_assert_msg(strstr(r.why, expected[_i].why) != NULL, "%s", r.why);
  point_free(&p);
}
END_TEST

START_TEST(test_kink_is_refused)
{
  const struct family f = planted(named("right_relu"));
  struct rng rng = rng_stream(7, "kink");
  const size_t d[] = { 5, 2, 3 };
  struct point p = point_new(f.as[TYPE_L]->op, d);
  point_fill(&p, &rng);
  p.in[0][1] = 0.0009;
  ck_assert_int_eq(gradcheck_at(&f, &p, 1).verdict, REFUSED);
  p.in[0][1] = 0.0010; /* 2^-10 is 0.00098: the ladder must find a rung */
  const struct result r = gradcheck_at(&f, &p, 1);
  ck_assert_msg(r.verdict == PASSED, "%s", r.why);
  point_free(&p);
}
END_TEST

/* Where no step stays on one side, the differences must say so. */
START_TEST(test_undeclared_kink)
{
  const struct family f = planted(named("sharp"));
  struct rng rng = rng_stream(7, "kink");
  const size_t d[] = { 5, 2, 3 };
  struct point p = point_new(f.as[TYPE_L]->op, d);
  point_fill(&p, &rng);
  p.in[0][1] = 1e-6;
  const struct result r = gradcheck_at(&f, &p, 1);
  ck_assert_int_ne(r.verdict, PASSED);
  ck_assert_msg(strstr(r.why, "resolve only") != NULL, "%s", r.why);
  point_free(&p);
}
END_TEST

/* Why a planted mistake was found: by the part that is there for it. */
START_TEST(test_reasons)
{
  static const struct {
    const char *claim, *why;
  } expected[] = {
    { "wrong_sign", "complex step says" },
    { "wrong_assigned", "is not added" },
    { "wrong_added", "is nan" },
    { "wrong_nan", "nan" },
    { "wrong_writes_input", "changed its input X" },
    { "wrong_in_float", "in float" },
    { "wrong_added_in_float", "dX[0][0] in float depends" },
    { "wrong_assigned_in_double", "in double is not added" },
    { "wrong_in_double", "dW in double is off" },
    { "wrong_assigned_in_long", "is not added" },
    { "wrong_sixteenth_digit", "complex step says" },
    { "wrong_unwritten", "complex step" },
    { "wrong_shadow", "dW[0][0] is" },
    { "wrong_skipped_entry", "complex step says" },
    { "wrong_writes_upstream", "changed the upstream" },
    { "wrong_coarse", "rounding of dX hides" },
    { "wrong_identity_coarse", "rounding of" },
    { "wrong_jacobian", "complex step says" },
    { "wrong_called_linear", "called linear" },
    { "wrong_identity", "left side" },
    { "wrong_identity_nan", "left side" },
    { "wrong_identity_of_nothing", "nothing was compared" },
    { "wrong_value", "off by" },
    { "wrong_value_unbounded", "tolerance" },
    { "wrong_value_negative", "off by" },
    { "wrong_value_of_nothing", "nothing was compared" },
    { "wrong_conjugate", "says" },
    { "wrong_conjugate_alone", "witnesses disagree" },
    { "wrong_vanishing", "no informative point" },
    { "wrong_vanishing_code", "no informative point" },
  };
  const struct family f = planted(named(expected[_i].claim));
  const struct result r = gradcheck(&f, 1, 1);
  ck_assert_int_eq(r.verdict, FAILED);
  ck_assert_msg(strstr(r.why, expected[_i].why) != NULL, "%s: %s",
                expected[_i].claim, r.why);
}
END_TEST

/* Each witness must resolve what the design promises, at every right point. */
START_TEST(test_resolution)
{
  const struct family f = planted(_i);
  if (!is_right(&f) || f.as[TYPE_L]->kind != BACKWARD)
    return;
  const struct result r = gradcheck(&f, 3, 5);
  ck_assert_msg(r.verdict == PASSED, "%s", r.why);
  ck_assert(r.resolution <= 1e-15L && r.error_cs <= r.tolerance);
  ck_assert(r.error_fd <= 1e-12L);
  ck_assert(r.order == 0 || fabsl(r.order - 2) <= 0.15L);
}
END_TEST

/* Right gradients of one entry, whose rounding is small now and then by luck,
   in double or because terms cancel: none of many cases may fail. */
START_TEST(test_no_false_alarm)
{
  static const char *const claim[] = { "right_plain", "right_half",
                                       "right_fan", "right_idle" };
  const struct family f = planted(named(claim[_i]));
  const struct result r = gradcheck(&f, 1, 300);
  ck_assert_msg(r.verdict == PASSED, "%s: %s", claim[_i], r.why);
  ck_assert_int_eq(r.cases, 300);
}
END_TEST

/* The largest error of D on a rung, against the complex step. */
static long double off_by(const long double *D, int rung, const long double *J,
                          size_t n)
{
  long double error = 0;
  for (size_t i = 0; i < n; i++)
    error = worse(error, D[(size_t)rung * n + i], J[i]);
  return error;
}

/* Halving the step divides the error of D6 by 2⁶, and of D8 by 2⁸. */
START_TEST(test_orders)
{
  const struct family f = planted(named("right_softmax"));
  const size_t d[] = { 3, 2, 4 };
  enum { N = 12 * 12 };
  static long double J[N], D6[RUNGS * N], D8[RUNGS * N];
  struct rng rng = rng_stream(7, "orders");
  struct point p = point_new(f.as[TYPE_L]->op, d);
  point_fill(&p, &rng);
  complex_step(&f, TYPE_ZL, &p, 0, J);
  differences(&f, &p, 0, D6, D8);
  const long double six = log2l(off_by(D6, 1, J, N) / off_by(D6, 2, J, N));
  const long double eight = log2l(off_by(D8, 1, J, N) / off_by(D8, 2, J, N));
  ck_assert_msg(fabsl(six - 6) < 0.3L, "D6 has order %.2Lf", six);
  ck_assert_msg(fabsl(eight - 8) < 0.3L, "D8 has order %.2Lf", eight);
  point_free(&p);
}
END_TEST

/* A gradient that is wrong at one point in six: each case is a new point. */
START_TEST(test_many_points)
{
  const struct family f = planted(named("sometimes"));
  ck_assert_int_eq(gradcheck(&f, 1, 60).verdict, FAILED);
}
END_TEST

/* Terms near 2 that leave a gradient of 10⁻⁶. */
START_TEST(test_cancelling_is_refused)
{
  const struct family f = planted(named("right_fan"));
  const size_t d[] = { 4, 2, 3 };
  struct rng rng = rng_stream(7, "cancel");
  struct point p = point_new(f.as[TYPE_L]->op, d);
  point_fill(&p, &rng);
  p.upstream[0] = 3, p.upstream[1] = 4, p.upstream[2] = -10.000005;
  const struct result r = gradcheck_at(&f, &p, 1);
  ck_assert_int_eq(r.verdict, REFUSED);
  ck_assert_msg(strstr(r.why, "cancels") != NULL, "%s", r.why);
  point_free(&p);
}
END_TEST

START_TEST(test_no_case)
{
  const struct family f = planted(named("right_affine"));
  ck_assert_int_eq(gradcheck(&f, 1, 0).verdict, FAILED);
}
END_TEST

/* A NaN anywhere must survive to the verdict. */
START_TEST(test_worse_keeps_nan)
{
  const long double nan = nanl("");
  ck_assert(isnan(worse(0, nan, 1)));
  ck_assert(isnan(worse(nan, 1, 1)));
  ck_assert(worse(0.5L, 1, 3) == 2);
  ck_assert(worse(3, 1, 3) == 3);
}
END_TEST

Suite *gradcheck_suite(void)
{
  Suite *suite = suite_create("gradcheck");
  TCase *t = tcase_create("gradcheck"), *points = tcase_create("points");
  tcase_set_timeout(t, 0);
  tcase_set_timeout(points, 0);
  tcase_add_loop_test(points, test_random_points, 0, count());
  tcase_add_loop_test(t, test_bad_points, 0, count());
  tcase_add_loop_test(t, test_refusals, 0, 7);
  tcase_add_test(t, test_kink_is_refused);
  tcase_add_test(t, test_undeclared_kink);
  tcase_add_loop_test(t, test_reasons, 0, 30);
  tcase_add_loop_test(t, test_resolution, 0, count());
  tcase_add_loop_test(points, test_no_false_alarm, 0, 4);
  tcase_add_test(t, test_orders);
  tcase_add_test(t, test_many_points);
  tcase_add_test(t, test_cancelling_is_refused);
  tcase_add_test(t, test_no_case);
  tcase_add_test(t, test_worse_keeps_nan);
  suite_add_tcase(suite, t);
  suite_add_tcase(suite, points);
  return suite;
}
