#include "ground.h"
#include "rng.h"
#include <Random123/philox.h>
#include <math.h>
#include <string.h>

/* Statistics are held to this many standard errors; the seeds are fixed, so
   that the outcome is too. */
#define ERRORS 4.5
#define DRAWS 1000000

#define ck_assert_near(value, expected, standard_error) \
  ck_assert_double_le(fabs((value) - (expected)), ERRORS *(standard_error))

/* philox4x64 with 10 rounds, from tests/kat_vectors of Random123 1.14. */
static const struct {
  philox4x64_ctr_t counter;
  philox4x64_key_t key;
  uint64_t block[4];
} known[] = {
  { { { 0, 0, 0, 0 } },
    { { 0, 0 } },
    { 0x16554d9eca36314c, 0xdb20fe9d672d0fdc, 0xd7e772cee186176b,
      0x7e68b68aec7ba23b } },
  { { { UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX } },
    { { UINT64_MAX, UINT64_MAX } },
    { 0x87b092c3013fe90b, 0x438c3c67be8d0224, 0x9cc7d7c69cd777b6,
      0xa09caebf594f0ba0 } },
  { { { 0x243f6a8885a308d3, 0x13198a2e03707344, 0xa4093822299f31d0,
        0x082efa98ec4e6c89 } },
    { { 0x452821e638d01377, 0xbe5466cf34e90c6c } },
    { 0xa528f45403e61d95, 0x38c72dbd566e9788, 0xa5a1610e72fd18b5,
      0x57bd43b5e52b7fe6 } },
};

START_TEST(philox_gives_the_known_answers)
{
  for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
    const philox4x64_ctr_t block = philox4x64(known[i].counter, known[i].key);
    ck_assert_mem_eq(block.v, known[i].block, sizeof known[i].block);
  }
}
END_TEST

START_TEST(bits_are_philox_of_counter_and_key)
{
  struct rng zero = { .key = { 0, 0 } };
  for (int i = 0; i < 4; i++)
    ck_assert_uint_eq(rng_bits(&zero), known[0].block[i]);
  struct rng rng = rng_stream(7, "weights");
  for (uint64_t i = 0; i < 3; i++) {
    const philox4x64_ctr_t counter = { { i, 0, 0, 0 } };
    const philox4x64_key_t key = { { 7, rng.key[1] } };
    const philox4x64_ctr_t block = philox4x64(counter, key);
    for (int j = 0; j < 4; j++)
      ck_assert_uint_eq(rng_bits(&rng), block.v[j]);
  }
}
END_TEST

/* The test vectors of draft-eastlake-fnv, appendix C. */
START_TEST(names_are_hashed_by_fnv_1a)
{
  ck_assert_uint_eq(rng_stream(3, "").key[1], 0xcbf29ce484222325);
  ck_assert_uint_eq(rng_stream(3, "a").key[1], 0xaf63dc4c8601ec8c);
  ck_assert_uint_eq(rng_stream(3, "foobar").key[1], 0x85944171f73967e8);
  ck_assert_uint_eq(rng_stream(3, "a").key[0], 3);
}
END_TEST

START_TEST(streams_do_not_depend_on_each_other)
{
  double alone[10], mixed[10];
  struct rng a = rng_stream(1, "a");
  for (int i = 0; i < 10; i++)
    alone[i] = rng_normal(&a);
  struct rng b = rng_stream(1, "b"), again = rng_stream(1, "a");
  for (int i = 0; i < 10; i++) {
    rng_uniform(&b);
    mixed[i] = rng_normal(&again);
    rng_below(&b, 10);
  }
  ck_assert_mem_eq(alone, mixed, sizeof alone);
}
END_TEST

/* Correlation of two streams' normal numbers, in standard errors. */
static double correlation(struct rng a, struct rng b)
{
  double sum = 0;
  for (int i = 0; i < DRAWS; i++)
    sum += rng_normal(&a) * rng_normal(&b);
  return sum / sqrt(DRAWS);
}

START_TEST(streams_are_uncorrelated)
{
  const struct rng a = rng_stream(1, "a");
  ck_assert_near(correlation(a, rng_stream(1, "b")), 0, 1);
  ck_assert_near(correlation(a, rng_stream(2, "a")), 0, 1);
  ck_assert_near(correlation(a, a), sqrt(DRAWS), sqrt(2));
}
END_TEST

START_TEST(uniform_has_the_moments_of_its_distribution)
{
  struct rng rng = rng_stream(1, "uniform");
  double sum = 0, squares = 0, lagged = 0, before = 0;
  for (int i = 0; i < DRAWS; i++) {
    const double u = rng_uniform(&rng) - 0.5;
    sum += u;
    squares += u * u;
    lagged += u * before;
    before = u;
  }
  ck_assert_near(sum / DRAWS, 0, sqrt(1 / 12. / DRAWS));
  ck_assert_near(squares / DRAWS, 1 / 12., sqrt((1 / 80. - 1 / 144.) / DRAWS));
  ck_assert_near(lagged / DRAWS, 0, 1 / 12. / sqrt(DRAWS));
}
END_TEST

START_TEST(uniform_stays_inside_and_uses_53_bits)
{
  struct rng low = { .block = { [2] = 0x7ff, [3] = 0x800 }, .left = 2 };
  ck_assert_double_eq(rng_uniform(&low), 0x1p-53);
  struct rng high = { .block = { [3] = UINT64_MAX }, .left = 1 };
  ck_assert_double_eq(rng_uniform(&high), 1 - 0x1p-53);
}
END_TEST

START_TEST(normal_has_the_moments_of_its_distribution)
{
  struct rng rng = rng_stream(1, "normal");
  double power[5] = { 0 }, lagged = 0, before = 0;
  int far = 0;
  for (int i = 0; i < DRAWS; i++) {
    const double z = rng_normal(&rng);
    for (int p = 1; p <= 4; p++)
      power[p] += pow(z, p) / DRAWS;
    lagged += z * before / DRAWS;
    before = z;
    far += fabs(z) > 3;
  }
  ck_assert_near(power[1], 0, sqrt(1. / DRAWS));
  ck_assert_near(power[2], 1, sqrt(2. / DRAWS));
  ck_assert_near(power[3], 0, sqrt(15. / DRAWS));
  ck_assert_near(power[4], 3, sqrt(96. / DRAWS));
  ck_assert_near(lagged, 0, sqrt(1. / DRAWS));
  const double tail = erfc(3 / sqrt(2));
  ck_assert_near(far / (double)DRAWS, tail, sqrt(tail / DRAWS));
}
END_TEST

/* Of 2⁶⁴ numbers, bits % n would favour the low third of n = 3 · 2⁶² by 2. */
START_TEST(below_is_unbiased)
{
  struct rng rng = rng_stream(1, "below");
  const size_t third = (size_t)1 << (sizeof third * 8 - 2);
  int low = 0;
  for (int i = 0; i < 100000; i++) {
    const size_t k = rng_below(&rng, 3 * third);
    ck_assert_uint_lt(k, 3 * third);
    low += k < third;
  }
  ck_assert_near(low / 1e5, 1 / 3., sqrt(2 / 9. / 1e5));
  for (int i = 0; i < 100; i++)
    ck_assert_uint_eq(rng_below(&rng, 1), 0);
}
END_TEST

START_TEST(shuffle_gives_every_order_equally_often)
{
  struct rng rng = rng_stream(1, "shuffle");
  const int draws = 240000;
  int seen[256] = { 0 }, orders = 0;
  for (int i = 0; i < draws; i++) {
    size_t order[4] = { 0, 1, 2, 3 };
    rng_shuffle(&rng, 4, order);
    seen[order[0] << 6 | order[1] << 4 | order[2] << 2 | order[3]]++;
  }
  double chi2 = 0;
  for (int i = 0; i < 256; i++)
    if (seen[i]) {
      orders++;
      chi2 += pow(seen[i] - draws / 24., 2) / (draws / 24.);
    }
  ck_assert_int_eq(orders, 24);
  ck_assert_near(chi2, 23, sqrt(2 * 23));
}
END_TEST

START_TEST(shuffle_of_none_or_one_changes_nothing)
{
  struct rng rng = rng_stream(1, "shuffle");
  size_t order[1] = { 5 };
  rng_shuffle(&rng, 0, NULL);
  rng_shuffle(&rng, 1, order);
  ck_assert_uint_eq(order[0], 5);
}
END_TEST

TCase *ground_rng(void)
{
  TCase *rng = tcase_create("rng");
  tcase_add_test(rng, philox_gives_the_known_answers);
  tcase_add_test(rng, bits_are_philox_of_counter_and_key);
  tcase_add_test(rng, names_are_hashed_by_fnv_1a);
  tcase_add_test(rng, streams_do_not_depend_on_each_other);
  tcase_add_test(rng, streams_are_uncorrelated);
  tcase_add_test(rng, uniform_has_the_moments_of_its_distribution);
  tcase_add_test(rng, uniform_stays_inside_and_uses_53_bits);
  tcase_add_test(rng, normal_has_the_moments_of_its_distribution);
  tcase_add_test(rng, below_is_unbiased);
  tcase_add_test(rng, shuffle_gives_every_order_equally_often);
  tcase_add_test(rng, shuffle_of_none_or_one_changes_nothing);
  return rng;
}
