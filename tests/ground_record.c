#define _POSIX_C_SOURCE 200809L
#include "ground.h"
#include "child.h"
#include "cli.h"
#include "record.h"
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define ck_assert_refused(outcome, ...) \
  ck_assert_ptr_null(child_refused(&(outcome), __VA_ARGS__))

static void start(void)
{
  char *argv[] = { "build/program", "--seed", "5", "--out", "x", NULL };
  cli_parse(5, argv, "A test.", NULL);
}

static struct record *begin(const char *dir)
{
  start();
  struct record *record = record_open(dir, "loss.tsv");
  record_line(record, "step\tloss");
  record_line(record, "%d\t%.17g", 1, 0.1);
  return record;
}

static void write_record(void *dir) { record_close(begin(dir)); }

static void write_then_fail(void *dir)
{
  begin(dir);
  fail("enough");
}

static void write_then_return(void *dir) { begin(dir); }

static void write_then_terminate(void *dir)
{
  begin(dir);
  raise(SIGTERM);
}

static void write_then_interrupt(void *dir)
{
  begin(dir);
  raise(SIGINT);
}

static void write_then_kill(void *dir)
{
  fflush(NULL);
  begin(dir);
  raise(SIGKILL);
}

static void write_a_lot(void *dir)
{
  struct record *record = begin(dir);
  for (int i = 0; i < 100000; i++)
    record_line(record, "%d\t%d", i, i);
  record_close(record);
}

static void write_eighteen(void *dir)
{
  char name[16];
  start();
  for (int i = 0; i < 18; i++) {
    snprintf(name, sizeof name, "%d.tsv", i);
    record_open(dir, name);
  }
}

static void read_file(const char *path, char *text, size_t size)
{
  FILE *file = fopen(path, "rb");
  ck_assert_ptr_nonnull(file);
  text[fread(text, 1, size - 1, file)] = '\0';
  fclose(file);
}

static const char whole[] = "# program --seed 5\n# seed 5\n# real double\n"
                            "step\tloss\n1\t0.10000000000000001\n";

static void ck_assert_whole(const char *path)
{
  char text[512];
  read_file(path, text, sizeof text);
  ck_assert_str_eq(text, whole);
}

START_TEST(bytes_of_a_record)
{
  const struct outcome run = child_run(write_record, (void *)scratch());
  ck_assert_int_eq(run.status, 0);
  ck_assert_whole(scratch_file("loss.tsv"));
  ck_assert_int_eq(scratch_count(), 1);
}
END_TEST

START_TEST(directory_is_made_one_level_deep)
{
  const char *deep = scratch_file("new/deep");
  struct outcome run = child_run(write_record, (void *)scratch_file("new"));
  ck_assert_int_eq(run.status, 0);
  ck_assert_whole(scratch_file("new/loss.tsv"));
  remove(scratch_file("new/loss.tsv"));
  rmdir(scratch_file("new"));
  run = child_run(write_record, (void *)deep);
  ck_assert_refused(run, 1, deep, "No such file or directory", NULL);
}
END_TEST

static void (*const broken_off[])(void *) = { write_then_fail,
                                              write_then_return,
                                              write_then_terminate,
                                              write_then_interrupt };
static const int status_of[] = { 1, 0, -SIGTERM, -SIGINT };

START_TEST(broken_off_leaves_the_old_record_and_no_part)
{
  child_run(write_record, (void *)scratch());
  const struct outcome run = child_run(broken_off[_i], (void *)scratch());
  ck_assert_int_eq(run.status, status_of[_i]);
  ck_assert_whole(scratch_file("loss.tsv"));
  ck_assert_int_eq(scratch_count(), 1);
}
END_TEST

START_TEST(part_of_a_killed_run_does_no_harm)
{
  struct outcome run = child_run(write_then_kill, (void *)scratch());
  ck_assert_int_eq(run.status, -SIGKILL);
  ck_assert_int_eq(access(scratch_file("loss.tsv"), F_OK), -1);
  run = child_run(write_record, (void *)scratch());
  ck_assert_int_eq(run.status, 0);
  ck_assert_whole(scratch_file("loss.tsv"));
  ck_assert_int_eq(scratch_count(), 1);
}
END_TEST

/* Few lines meet the full disk at the close, many while they are written. */
START_TEST(full_disk)
{
  ck_assert_int_eq(symlink("/dev/full", scratch_file("loss.tsv.part")), 0);
  const struct outcome run =
      child_run(_i ? write_a_lot : write_record, (void *)scratch());
  ck_assert_refused(run, 1, scratch_file("loss.tsv: "), "No space left", NULL);
  ck_assert_int_eq(scratch_count(), 0);
}
END_TEST

START_TEST(places_that_cannot_be_written)
{
  struct outcome run = child_run(write_record, "/proc/no such place");
  ck_assert_refused(run, 1, "/proc/no such place", NULL);
  run = child_run(write_record, "/dev/null");
  ck_assert_refused(run, 1, "/dev/null/loss.tsv", "Not a directory", NULL);
  mkdir(scratch_file("loss.tsv"), 0777);
  run = child_run(write_record, (void *)scratch());
  ck_assert_refused(run, 1, scratch_file("loss.tsv: "), "directory", NULL);
  ck_assert_int_eq(scratch_count(), 1);
}
END_TEST

START_TEST(too_many_at_once)
{
  const struct outcome run = child_run(write_eighteen, (void *)scratch());
  ck_assert_refused(run, 1, "16 records", NULL);
  ck_assert_int_eq(scratch_count(), 0);
}
END_TEST

static void exit_in_a_child(void *unused) { (void)unused; }

static void fork_while_writing(void *dir)
{
  struct record *record = begin(dir);
  child_run(exit_in_a_child, NULL);
  record_close(record);
}

START_TEST(forked_child_does_not_remove_its_parents_part)
{
  const struct outcome run = child_run(fork_while_writing, (void *)scratch());
  ck_assert_str_eq(run.err, "");
  ck_assert_int_eq(run.status, 0);
  ck_assert_whole(scratch_file("loss.tsv"));
}
END_TEST

TCase *ground_record(void)
{
  TCase *record = tcase_create("record");
  tcase_add_checked_fixture(record, scratch_make, scratch_remove);
  tcase_add_test(record, bytes_of_a_record);
  tcase_add_test(record, directory_is_made_one_level_deep);
  tcase_add_loop_test(record, broken_off_leaves_the_old_record_and_no_part, 0,
                      (int)(sizeof broken_off / sizeof broken_off[0]));
  tcase_add_test(record, part_of_a_killed_run_does_no_harm);
  tcase_add_loop_test(record, full_disk, 0, 2);
  tcase_add_test(record, places_that_cannot_be_written);
  tcase_add_test(record, too_many_at_once);
  tcase_add_test(record, forked_child_does_not_remove_its_parents_part);
  return record;
}
