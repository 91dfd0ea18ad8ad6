#include "ground.h"
#include "child.h"
#include "cli.h"
#include "table.h"
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define ck_assert_refused(outcome, ...) \
  ck_assert_ptr_null(child_refused(&(outcome), __VA_ARGS__))

static const char *const runs[] = { "one", "two", "three" };

static void remove_all(void)
{
  for (int i = 0; i < 3; i++) {
    char name[64];
    snprintf(name, sizeof name, "%s/loss.tsv", runs[i]);
    remove(scratch_file(name));
    remove(scratch_file(runs[i]));
  }
  scratch_remove();
}

/* run/loss.tsv below the scratch directory holds `text`. */
static void put(const char *run, const char *text)
{
  char name[64];
  mkdir(scratch_file(run), 0777);
  snprintf(name, sizeof name, "%s/loss.tsv", run);
  FILE *file = fopen(scratch_file(name), "w");
  ck_assert_ptr_nonnull(file);
  fputs(text, file);
  ck_assert_int_eq(fclose(file), 0);
}

START_TEST(test_rows_and_columns)
{
  put("one", "# a comment\nstep\tloss\n1\t0.5\n2\tinf\n# another\n3\t-1e-3\n");
  struct table *t = table_read(scratch(), "one", "loss.tsv");
  ck_assert_int_eq(t->rows, 3);
  ck_assert_int_eq(t->columns, 2);
  ck_assert_str_eq(t->label[2], "3");
  ck_assert(table_at(t, 0, "loss") == 0.5 && isinf(table_at(t, 1, "loss")));
  ck_assert(table_at(t, -1, "loss") == -1e-3 && table_at(t, -1, "step") == 3);
  table_free(t);
  ck_assert(table_last(scratch(), "one", "loss.tsv", "step") == 3);
}
END_TEST

START_TEST(test_value_by_name)
{
  put("one", "name\tvalue\nloss\t2\nloss-std\t3\n");
  ck_assert(table_value(scratch(), "one", "loss.tsv", "loss") == 2);
  ck_assert(table_value(scratch(), "one", "loss.tsv", "loss-std") == 3);
}
END_TEST

START_TEST(test_many_rows)
{
  char text[20000] = "step\tloss\n";
  size_t used = strlen(text);
  for (int i = 0; i < 1000; i++)
    used += (size_t)sprintf(text + used, "%d\t%d\n", i, 2 * i);
  put("one", text);
  struct table *t = table_read(scratch(), "one", "loss.tsv");
  ck_assert_int_eq(t->rows, 1000);
  for (int i = 0; i < 1000; i++)
    ck_assert(table_at(t, i, "loss") == 2 * i);
  table_free(t);
}
END_TEST

START_TEST(test_spread)
{
  const double x[] = { 1, 2, 4 };
  const struct spread three = spread_of(x, 3), one = spread_of(x + 2, 1);
  ck_assert_double_eq_tol(three.mean, 7.0 / 3, 1e-15);
  ck_assert_double_eq_tol(three.std, sqrt(7.0 / 3), 1e-15);
  ck_assert(one.mean == 4 && one.std == 0);
}
END_TEST

static void start(void)
{
  char *argv[] = { "build/program", NULL };
  cli_parse(1, argv, "A test.", NULL);
}

/* In a child, for a record needs a program. */
static void join(void *unused)
{
  (void)unused;
  start();
  table_join(scratch(), "joined.tsv", 3, runs, "loss.tsv");
  table_copy(scratch(), "two", "loss.tsv");
}

START_TEST(test_join_and_copy)
{
  put("one", "step\tloss\n10\t1\n20\t5\n30\t5\n");
  put("two", "# seed 2\nstep\tloss\n10\t2\n20\t5\n");
  put("three", "step\tloss\n10\t4\n20\t5\n30\t5\n");
  struct outcome o = child_run(join, NULL);
  ck_assert_int_eq(o.status, 0);
  struct table *t = table_read(scratch(), ".", "joined.tsv");
  ck_assert_int_eq(t->rows, 2); /* as far as all runs have rows */
  ck_assert_int_eq(t->columns, 3);
  ck_assert(table_at(t, 0, "step") == 10);
  ck_assert_double_eq_tol(table_at(t, 0, "loss"), 7.0 / 3, 1e-5);
  ck_assert_double_eq_tol(table_at(t, 0, "loss-std"), sqrt(7.0 / 3), 1e-5);
  ck_assert(table_at(t, 1, "loss") == 5 && table_at(t, 1, "loss-std") == 0);
  table_free(t);
  ck_assert(table_last(scratch(), ".", "loss.tsv", "loss") == 5);
}
END_TEST

static void read_it(void *unused)
{
  (void)unused;
  start();
  table_free(table_read(scratch(), "one", "loss.tsv"));
}

static void ask_for_a_row(void *unused)
{
  (void)unused;
  start();
  table_value(scratch(), "one", "loss.tsv", "accuracy");
}

static void ask_for_a_column(void *unused)
{
  (void)unused;
  start();
  table_last(scratch(), "one", "loss.tsv", "accuracy");
}

START_TEST(test_refusals)
{
  struct outcome o = child_run(read_it, NULL);
  ck_assert_refused(o, 1, "one/loss.tsv", "cannot open", NULL);
  put("one", "");
  o = child_run(read_it, NULL);
  ck_assert_refused(o, 1, "one/loss.tsv", "no rows", NULL);
  put("one", "step\tloss\n1\n");
  o = child_run(read_it, NULL);
  ck_assert_refused(o, 1, "row 1 has 1 cells, expected 2", NULL);
  put("one", "step\tloss\n1\t2\t3\n");
  o = child_run(read_it, NULL);
  ck_assert_refused(o, 1, "row 1 has 3 cells, expected 2", NULL);
  put("one",
      "a\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\n");
  o = child_run(read_it, NULL);
  ck_assert_refused(o, 1, "more than 32 columns", NULL);
  put("one", "name\tvalue\nloss\t2\n");
  o = child_run(ask_for_a_row, NULL);
  ck_assert_refused(o, 1, "one/loss.tsv", "no row accuracy", NULL);
  o = child_run(ask_for_a_column, NULL);
  ck_assert_refused(o, 1, "no column accuracy", NULL);
}
END_TEST

TCase *ground_table(void)
{
  TCase *t = tcase_create("table");
  tcase_add_checked_fixture(t, scratch_make, remove_all);
  tcase_add_test(t, test_rows_and_columns);
  tcase_add_test(t, test_value_by_name);
  tcase_add_test(t, test_many_rows);
  tcase_add_test(t, test_spread);
  tcase_add_test(t, test_join_and_copy);
  tcase_add_test(t, test_refusals);
  return t;
}
