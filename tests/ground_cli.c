#define _XOPEN_SOURCE 700 /* posix_openpt */
#include "ground.h"
#include "child.h"
#include "cli.h"
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define ck_assert_refused(outcome, ...) \
  ck_assert_ptr_null(child_refused(&(outcome), __VA_ARGS__))

/* Parses the words, the program's name first, and prints what came out. */
static void parse(void *words)
{
  char **argv = words;
  int argc = 0, loud = 0;
  long width = 7;
  double rate = 0.25;
  const char *name = "none";
  const struct cli_option more[] = {
    { "width", "how wide", CLI_LONG, &width, 1, 100 },
    { "rate", "the rate", CLI_DOUBLE, &rate, 0, 1 },
    { "name", "a name", CLI_TEXT, &name, 0, 0 },
    { "loud", "say more", CLI_FLAG, &loud, 0, 0 },
    { .name = NULL },
  };
  while (argv[argc])
    argc++;
  const struct cli cli = cli_parse(argc, argv, "A test.", more);
  printf("%llu %ld %s %s %d, %ld %g %s %d\n", (unsigned long long)cli.seed,
         cli.steps, cli.data ? cli.data : "-", cli.out, cli.quick, width, rate,
         name, loud);
  printf("%s\n%llu %s\n", cli_command(), (unsigned long long)cli_seed(),
         cli_real());
}

#define WORDS(...) ((char *[]){ "build/bin/program", __VA_ARGS__, NULL })
#define parsed(...) child_run(parse, WORDS(__VA_ARGS__))

START_TEST(defaults)
{
  const struct outcome run =
      child_run(parse, (char *[]){ "build/bin/program", NULL });
  ck_assert_int_eq(run.status, 0);
  ck_assert_str_eq(run.out, "1 0 - . 0, 7 0.25 none 0\n"
                            "program\n1 double\n");
  ck_assert_str_eq(run.err, "");
}
END_TEST

START_TEST(good_arguments)
{
  const struct outcome run =
      parsed("--seed", "18446744073709551615", "--steps=20", "--data", "a b",
             "--out", "there", "--quick", "--width", "100", "--rate=1e-3",
             "--name=--x", "--loud");
  ck_assert_int_eq(run.status, 0);
  ck_assert_str_eq(
      run.out,
      "18446744073709551615 20 a b there 1, 100 0.001 --x 1\n"
      "program --seed 18446744073709551615 --steps=20 --data 'a b' --quick "
      "--width 100 --rate=1e-3 --name=--x --loud\n"
      "18446744073709551615 double\n");
}
END_TEST

START_TEST(command_does_not_tell_where_the_build_stands)
{
  const struct outcome here =
      child_run(parse, (char *[]){ "/here/program", "--out=/here/x", "--steps",
                                   "2", NULL });
  const struct outcome there =
      child_run(parse, (char *[]){ "../program", "--out", "/over there/x",
                                   "--steps", "2", NULL });
  ck_assert_ptr_nonnull(strstr(here.out, "\nprogram --steps 2\n"));
  ck_assert_ptr_nonnull(strstr(there.out, "\nprogram --steps 2\n"));
}
END_TEST

START_TEST(help_goes_to_stdout)
{
  const struct outcome run = parsed("--steps", "x", "--help");
  ck_assert_int_eq(run.status, 0);
  ck_assert_ptr_nonnull(strstr(run.out, "A test."));
  ck_assert_ptr_nonnull(strstr(run.out, "--rate NUMBER"));
  ck_assert_ptr_nonnull(strstr(run.out, "--seed N"));
  ck_assert_str_eq(run.err, "");
}
END_TEST

static const struct {
  const char *words[3], *message;
} wrong[] = {
  { { "--steps", "-1" },
    "--steps: '-1' was given, a whole number of at "
    "least 1 was expected" },
  { { "--steps", "0" }, "at least 1" },
  { { "--steps", "x" }, "'x'" },
  { { "--steps", "5x" }, "'5x'" },
  { { "--steps=" }, "''" },
  { { "--steps", "99999999999999999999" }, "whole number" },
  { { "--steps" }, "--steps: no value was given" },
  { { "--steps", "--quick" }, "--steps: no value was given" },
  { { "--seed", "-1" }, "from 0 to 18446744073709551615" },
  { { "--seed", "18446744073709551616" }, "from 0 to" },
  { { "--seed", " 1" }, "from 0 to" },
  { { "--width", "101" }, "a whole number from 1 to 100" },
  { { "--rate", "1.5" }, "a number from 0 to 1" },
  { { "--rate", "nan" }, "a number from 0 to 1" },
  { { "--rate", "1e999" }, "a number" },
  { { "--rate", "fast" }, "'fast'" },
  { { "--out", "" }, "--out: ''" },
  { { "--quick=1" }, "--quick: takes no value" },
  { { "--fast" }, "--fast: no such option" },
  { { "--step", "1" }, "--step: no such option" },
  { { "--stepsx", "1" }, "--stepsx: no such option" },
  { { "-s" }, "'-s': not an option" },
  { { "file" }, "'file': not an option" },
  { { "" }, "'': not an option" },
  { { "two\nlines" }, "'two?lines'" },
};

START_TEST(wrong_arguments)
{
  char *words[] = { "program", (char *)wrong[_i].words[0],
                    (char *)wrong[_i].words[1], NULL };
  const struct outcome run = child_run(parse, words);
  ck_assert_refused(run, 2, wrong[_i].message, NULL);
}
END_TEST

static void parse_to_full_disk(void *words)
{
  dup2(open("/dev/full", O_WRONLY), STDOUT_FILENO);
  parse(words);
}

static void parse_to_nothing(void *words)
{
  close(STDOUT_FILENO);
  parse(words);
}

START_TEST(output_that_is_lost_fails)
{
  struct outcome run = child_run(parse_to_full_disk, WORDS("--quick"));
  ck_assert_refused(run, 1, "standard output", "No space left", NULL);
  run = child_run(parse_to_full_disk, WORDS("--help"));
  ck_assert_refused(run, 1, "standard output", "No space left", NULL);
  run = child_run(parse_to_nothing, WORDS("--quick"));
  ck_assert_refused(run, 1, "standard output", NULL);
}
END_TEST

static void print_and_fail(void *unused)
{
  (void)unused;
  parse_to_full_disk(WORDS("--quick"));
  fail("%s: %d", "no such thing", 3);
}

START_TEST(one_failure_is_one_line)
{
  const struct outcome run = child_run(print_and_fail, NULL);
  ck_assert_int_eq(run.status, 1);
  ck_assert_str_eq(run.err, "program: no such thing: 3\n");
}
END_TEST

static void ask_for(void *size)
{
  program_start("program");
  allocate(((uint64_t *)size)[0], ((uint64_t *)size)[1]);
}

START_TEST(memory_that_is_not_there)
{
  struct outcome run =
      child_run(ask_for, (uint64_t[]){ UINT64_MAX / 2 + 2, 2 });
  ck_assert_refused(run, 1, "out of memory", "times 2 bytes", NULL);
  void *nothing = allocate(0, 8);
  ck_assert_ptr_nonnull(nothing);
  free(nothing);
}
END_TEST

static void count_to_30(void *unused)
{
  const struct timespec pause = { .tv_nsec = 10000000 };
  (void)unused;
  for (long i = 0; i <= 30; i++) {
    progress("counting", i, 30);
    nanosleep(&pause, NULL);
  }
}

START_TEST(progress_is_silent_in_a_file)
{
  const struct outcome run = child_run(count_to_30, NULL);
  ck_assert_int_eq(run.status, 0);
  ck_assert_str_eq(run.err, "");
}
END_TEST

/* With a pseudo-terminal for stderr; prints what came out of it. */
static void watch_progress(void *unused)
{
  char text[4096];
  size_t length = 0;
  const int master = posix_openpt(O_RDWR | O_NOCTTY);
  if (master < 0 || grantpt(master) != 0 || unlockpt(master) != 0)
    abort();
  dup2(open(ptsname(master), O_RDWR | O_NOCTTY), STDERR_FILENO);
  count_to_30(unused);
  fcntl(master, F_SETFL, O_NONBLOCK);
  for (ssize_t n;
       (n = read(master, text + length, sizeof text - 1 - length)) > 0;)
    length += (size_t)n;
  text[length] = '\0';
  fputs(text, stdout);
}

START_TEST(progress_rewrites_one_line_on_a_terminal)
{
  const struct outcome run = child_run(watch_progress, NULL);
  int lines = 0;
  ck_assert_int_eq(run.status, 0);
  for (const char *c = run.out; (c = strstr(c, "\rcounting: ")); c++)
    lines++;
  ck_assert_int_ge(lines, 2);
  ck_assert_int_le(lines, 6);
  ck_assert_ptr_nonnull(strstr(run.out, " %, 0:00 left"));
  ck_assert_ptr_null(strchr(run.out, '\n'));
  ck_assert_int_eq(run.out[strlen(run.out) - 1], '\r');
}
END_TEST

TCase *ground_cli(void)
{
  TCase *cli = tcase_create("cli");
  tcase_add_test(cli, defaults);
  tcase_add_test(cli, good_arguments);
  tcase_add_test(cli, command_does_not_tell_where_the_build_stands);
  tcase_add_test(cli, help_goes_to_stdout);
  tcase_add_loop_test(cli, wrong_arguments, 0,
                      (int)(sizeof wrong / sizeof wrong[0]));
  tcase_add_test(cli, output_that_is_lost_fails);
  tcase_add_test(cli, one_failure_is_one_line);
  tcase_add_test(cli, memory_that_is_not_there);
  tcase_add_test(cli, progress_is_silent_in_a_file);
  tcase_add_test(cli, progress_rewrites_one_line_on_a_terminal);
  return cli;
}
