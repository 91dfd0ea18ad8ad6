/* Training as it runs: a step allocates nothing, the same seed gives the
   same bytes, and a network without memory says so.  In double; the linker
   puts __wrap_malloc in the place of malloc. */
#include "batch_norm.h"
#include "fast.h"
#include "train.h"

#include <check.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#ifdef _OPENMP
#include <omp.h>
#endif

enum { SAMPLES = 12, BATCH = 4 };

static long allocations;
static long fail_at = -1; /* the call that is refused; -1: none */

void *__real_malloc(size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_malloc(size_t size)
{
  return allocations++ == fail_at ? NULL : __real_malloc(size);
}
void *__real_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size)
{
  return allocations++ == fail_at ? NULL : __real_calloc(count, size);
}

static const size_t sizes[] = { 5, 7, 3 };
static real numbers[SAMPLES * 5];
static unsigned char labels[SAMPLES];

static struct samples samples(void)
{
  struct rng rng = rng_stream(4, "samples");
  for (size_t i = 0; i < SAMPLES * 5; i++)
    numbers[i] = (real)rng_normal(&rng);
  for (size_t s = 0; s < SAMPLES; s++)
    labels[s] = (unsigned char)rng_below(&rng, 3);
  return (struct samples){
    .count = SAMPLES, .M = 5, .numbers = numbers, .label = labels
  };
}

/* 20 steps from seed 9; the last loss. */
static real train(struct network *net, const struct samples *set)
{
  struct rng rng = rng_stream(9, "weights");
  network_draw(net, &rng, 0);
  real loss = R(0.0);
  for (size_t step = 0; step < 20; step++) {
    size_t index[BATCH];
    for (size_t k = 0; k < BATCH; k++)
      index[k] = (step * BATCH + k) % SAMPLES;
    loss = train_step(net, set, BATCH, index, R(0.5));
  }
  return loss;
}

START_TEST(test_a_step_allocates_nothing)
{
  const struct samples set = samples();
  struct network net;
  ck_assert(network_new(&net, 3, sizes, &module_sigmoid, BATCH));
  const long before = allocations;
  train(&net, &set);
  const long during = allocations - before;
  ck_assert_int_eq(during, 0);
  network_free(&net);
}
END_TEST

START_TEST(test_same_seed_same_bytes)
{
  const struct samples set = samples();
  struct network a, b;
  ck_assert(network_new(&a, 3, sizes, &module_sigmoid, BATCH));
  ck_assert(network_new(&b, 3, sizes, &module_sigmoid, BATCH));
  const real loss_a = train(&a, &set), loss_b = train(&b, &set);
  ck_assert(loss_a == loss_b && loss_a < R(1.2));
  ck_assert(memcmp(a.parameters, b.parameters, a.count * sizeof(real)) == 0);
  network_free(&a);
  network_free(&b);
}
END_TEST

/* linear, batch norm, ReLU, linear: training goes on without allocating, and
   what it says of a sample afterwards does not depend on the samples beside
   it, as it does while it trains. */
START_TEST(test_batch_norm_evaluates_alone)
{
  const struct module *const between[] = { &module_batch_norm, &module_relu,
                                           NULL };
  const struct samples set = samples();
  struct network net;
  ck_assert(network_stack(&net, 3, sizes, between, BATCH));
  ck_assert_int_eq(net.depth, 4);
  ck_assert_int_eq(net.count, 7 * 5 + 7 + 2 * 7 + 3 * 7 + 3);
  const long before = allocations;
  const real loss = train(&net, &set);
  const long during = allocations - before;
  ck_assert_int_eq(during, 0);
  ck_assert(loss < R(0.8));

  real together[BATCH * 3], training[BATCH * 3];
  memcpy(training, network_forward(&net, BATCH, numbers), sizeof training);
  memcpy(together, network_evaluate(&net, BATCH, numbers), sizeof together);
  int differ = 0;
  for (size_t s = 0; s < BATCH; s++) {
    const real *alone = network_evaluate(&net, 1, numbers + 5 * s);
    for (size_t n = 0; n < 3; n++) {
      ck_assert_double_eq_tol(alone[n], together[3 * s + n], 1e-12);
      differ += fabs(training[3 * s + n] - together[3 * s + n]) > R(1e-3);
    }
  }
  ck_assert_int_gt(differ, 0);
  network_free(&net);
}
END_TEST

/* Running statistics of two columns: what lies after them stays. */
START_TEST(test_track_stays_inside)
{
  real mean[] = { 1, 2, 3 }, variance[] = { 4, 5, 6 };
  const real batch[] = { 7, 8, 9 };
  batch_norm_track(4, 2, mean, variance, batch, batch, R(0.5));
  ck_assert(mean[0] == 4 && mean[1] == 5 && mean[2] == 3);
  ck_assert(variance[1] != 5 && variance[2] == 6);
}
END_TEST

/* Every allocation is refused in turn: the network is not made, and nothing
   is lost (the sanitizers see to that). */
START_TEST(test_no_memory)
{
  struct network net;
  long n = allocations; /* Check allocates too: count before asking it */
  const int whole = network_new(&net, 3, sizes, &module_sigmoid, BATCH);
  n = allocations - n;
  ck_assert(whole && n > 0);
  network_free(&net);
  for (long k = 0; k < n; k++) {
    fail_at = allocations + k;
    const int made = network_new(&net, 3, sizes, &module_sigmoid, BATCH);
    fail_at = -1;
    ck_assert_msg(made == 0, "allocation %ld of %ld was not refused", k, n);
  }
}
END_TEST

/* A network whose numbers no size_t can count is refused, not wrapped. */
START_TEST(test_too_large)
{
  const size_t half = (size_t)1 << 32;
  const size_t wide[] = { half, half, 3 }, small[] = { 5, 7, 3 };
  struct network net;
  ck_assert(!network_new(&net, 3, wide, &module_relu, BATCH));
  ck_assert(!network_new(&net, 3, small, &module_relu, SIZE_MAX / 8));

  /* Numbers that come to little once they have wrapped: 2^32 × 2^32
     parameters, 2^63 × 4 inputs, (2^64 − 1)/3 × 3 of both, 2^61 × 7 values
     of 8 bytes. */
  const size_t product[] = { half - 1, half, 3 };
  const size_t long_row[] = { (size_t)1 << 63, 2, 3 }, one[] = { 1, 1 };
  const size_t third[] = { SIZE_MAX / 3, 3 };
  const long before = allocations;
  const int made = network_new(&net, 3, product, &module_relu, BATCH) +
                   network_new(&net, 3, long_row, &module_relu, BATCH) +
                   network_new(&net, 2, third, &module_relu, BATCH) +
                   network_new(&net, 2, one, &module_relu, (size_t)1 << 61);
  const long asked = allocations - before;
  ck_assert_int_eq(made, 0);
  ck_assert_int_eq(asked, 4); /* for the layers, not for their numbers */
  ck_assert_ptr_null(net.layers);
}
END_TEST

/* The list of modules between two linear layers ends at its NULL, and begins
   where it begins: what lies beside it is none of it. */
START_TEST(test_between)
{
  const struct module *const list[] = { NULL, &module_relu, NULL };
  struct network net;
  ck_assert(network_stack(&net, 3, sizes, list, BATCH));
  ck_assert_int_eq(net.depth, 2);
  network_free(&net);
  ck_assert(network_stack(&net, 3, sizes, list + 1, BATCH));
  ck_assert_int_eq(net.depth, 3);
  network_free(&net);
}
END_TEST

enum { WIDE = 500 };

/* A network, and how it is trained. */
struct training {
  size_t widths[4], S;
  const struct module *between[3];
  const struct rule *rule;
};

static void go(struct fast *f, int apart, size_t S, const real X[],
               const real T[], real losses[])
{
  if (!apart)
    fast_steps(f, 9 / S, S, X, T, R(0.01), losses);
  for (size_t k = 0; apart && k < 9 / S; k++)
    losses[k] = fast_step(f, S, X + k * S * f->net->inputs,
                          T + k * S * f->net->outputs, R(0.01));
}

/* It after five times nine samples with so many threads, nine to a call or
   each step in its own; the bytes of its parameters.  Free them. */
static real *fast_bytes(int threads, int apart,
                        const struct training *training, size_t *count,
                        long *during)
{
  const size_t M = training->widths[0], S = training->S;
  struct network net;
  struct optimiser o;
  struct fast f;
  real X[9 * WIDE], T[9 * 3], losses[9];
  struct rng rng = rng_stream(6, "fast");
#ifdef _OPENMP
  omp_set_num_threads(threads);
#else
  (void)threads;
#endif
  ck_assert(network_stack(&net, 4, training->widths, training->between, 9));
  network_draw(&net, &rng, 0);
  for (size_t i = 0; i < 9 * M; i++)
    X[i] = (real)rng_normal(&rng);
  for (size_t i = 0; i < 9 * 3; i++)
    T[i] = (real)rng_uniform(&rng);
  ck_assert(optimiser_new(&o, training->rule, net.count));
  ck_assert(fast_new(&f, &net, &o));
  go(&f, apart, S, X, T, losses);
  *during = allocations;
  real least = R(1.0);
  for (int t = 0; t < 4; t++) {
    go(&f, apart, S, X, T, losses);
    for (size_t k = 0; k < 9 / S; k++)
      least = losses[k] < least ? losses[k] : least;
  }
  *during = allocations - *during;
  ck_assert(least > 0);
  real *bytes = malloc(net.count * sizeof *bytes);
  ck_assert_ptr_nonnull(bytes);
  memcpy(bytes, net.parameters, net.count * sizeof *bytes);
  *count = net.count;
  fast_free(&f);
  optimiser_free(&o);
  network_free(&net);
  return bytes;
}

/* Blocks do not depend on the number of threads, and so bits do not: with
   many blocks of units, with a lowest layer that is cut by inputs, and with
   one sample to a step.  Nor do they depend on how many steps are in a call,
   but for one sample to a step, where an update and a forward pass are one. */
START_TEST(test_fast_bits)
{
  const struct training trainings[] = {
    { { 7, 1100, 120, 3 },
      9,
      { &module_relu, &module_batch_norm },
      &rule_adam },
    { { WIDE, 100, 120, 3 },
      3,
      { &module_relu, &module_batch_norm },
      &rule_adam },
    { { WIDE, 300, 120, 3 }, 1, { &module_sigmoid }, &rule_sgd },
    { { 7, 1100, 120, 3 }, 3, { &module_sigmoid }, &rule_momentum },
  };
  for (int k = 0; k < 4; k++) {
    size_t count;
    long during;
    real *one = fast_bytes(1, 0, &trainings[k], &count, &during);
    ck_assert_int_eq(during, 0);
    for (int threads = 2; threads <= 5; threads++) {
      real *many = fast_bytes(threads, 0, &trainings[k], &count, &during);
      ck_assert_mem_eq(one, many, count * sizeof *one);
      free(many);
    }
    if (trainings[k].S > 1) {
      real *apart = fast_bytes(2, 1, &trainings[k], &count, &during);
      ck_assert_mem_eq(one, apart, count * sizeof *one);
      free(apart);
    }
    free(one);
  }
#ifdef _OPENMP
  omp_set_num_threads(1);
#endif
}
END_TEST

/* Without memory, and with a layer that it does not know. */
START_TEST(test_fast_refuses)
{
  static const struct module strange = { .name = "strange" };
  struct network net;
  struct optimiser o;
  struct fast f;
  ck_assert(network_new(&net, 3, sizes, &module_relu, BATCH));
  ck_assert(optimiser_new(&o, &rule_sgd, net.count));
  for (long k = 0; k < 5; k++) {
    fail_at = allocations + k;
    const int made = fast_new(&f, &net, &o);
    fail_at = -1;
    ck_assert_int_eq(made, 0);
    ck_assert_ptr_null(f.group);
  }
  net.layers[1].module = &strange;
  ck_assert(!fast_new(&f, &net, &o));
  net.layers[1].module = &module_relu;
  net.depth = 2; /* ends with an activation */
  ck_assert(!fast_new(&f, &net, &o));
  net.depth = 3;
  ck_assert(fast_new(&f, &net, &o));
  fast_free(&f);
  optimiser_free(&o);
  network_free(&net);
}
END_TEST

Suite *training_suite(void);
Suite *training_suite(void)
{
  Suite *suite = suite_create("training");
  TCase *t = tcase_create("training");
  tcase_add_test(t, test_a_step_allocates_nothing);
  tcase_add_test(t, test_same_seed_same_bytes);
  tcase_add_test(t, test_batch_norm_evaluates_alone);
  tcase_add_test(t, test_track_stays_inside);
  tcase_add_test(t, test_too_large);
  tcase_add_test(t, test_between);
  tcase_add_test(t, test_fast_bits);
  tcase_add_test(t, test_fast_refuses);
  tcase_add_test(t, test_no_memory);
  suite_add_tcase(suite, t);
  return suite;
}
