#define _POSIX_C_SOURCE 200809L
#include "cli.h"
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *real_type = CLI_REAL;
static char *command;
static uint64_t seed = 1;

const char *cli_command(void) { return command ? command : program_name(); }
uint64_t cli_seed(void) { return seed; }
const char *cli_real(void) { return real_type; }

static int read_long(const char *text, long *value)
{
  char *end;
  errno = 0;
  *value = strtol(text, &end, 10);
  return isdigit((unsigned char)text[text[0] == '-']) && !*end && !errno;
}

static int read_uint64(const char *text, uint64_t *value)
{
  char *end;
  errno = 0;
  const unsigned long long number = strtoull(text, &end, 10);
  *value = number;
  return isdigit((unsigned char)text[0]) && !*end && !errno &&
         number <= UINT64_MAX;
}

static int read_double(const char *text, double *value)
{
  char *end;
  errno = 0;
  *value = strtod(text, &end);
  return !isspace((unsigned char)text[0]) && end != text && !*end && !errno &&
         isfinite(*value);
}

static int in_range(const struct cli_option *option, double value)
{
  const double low = option->lowest, high = option->highest;
  if (low == 0 && high == 0)
    return 1;
  return value >= low && (high < low || value <= high);
}

/* "a whole number from 1 to 9" */
static const char *expected(const struct cli_option *option)
{
  static char text[128];
  const double low = option->lowest, high = option->highest;
  const char *kind = option->type == CLI_DOUBLE ? "a number"
                     : option->type == CLI_TEXT ? "a text that is not empty"
                                                : "a whole number";
  if (option->type == CLI_UINT64)
    snprintf(text, sizeof text, "%s from 0 to %" PRIu64, kind, UINT64_MAX);
  else if (option->type == CLI_TEXT || (low == 0 && high == 0))
    snprintf(text, sizeof text, "%s", kind);
  else if (high < low || isinf(high))
    snprintf(text, sizeof text, "%s of at least %g", kind, low);
  else
    snprintf(text, sizeof text, "%s from %g to %g", kind, low, high);
  return text;
}

static void store(const struct cli_option *option, const char *text)
{
  union {
    long whole;
    double number;
    uint64_t wide;
  } value;
  int good = 0;
  if (option->type == CLI_LONG &&
      (good = read_long(text, &value.whole) &&
              in_range(option, (double)value.whole)))
    *(long *)option->value = value.whole;
  if (option->type == CLI_DOUBLE && (good = read_double(text, &value.number) &&
                                            in_range(option, value.number)))
    *(double *)option->value = value.number;
  if (option->type == CLI_UINT64 && (good = read_uint64(text, &value.wide)))
    *(uint64_t *)option->value = value.wide;
  if (option->type == CLI_TEXT && (good = *text != '\0'))
    *(const char **)option->value = text;
  if (!good)
    usage("--%s: '%s' was given, %s was expected", option->name, text,
          expected(option));
}

static const struct cli_option *find(const struct cli_option *options,
                                     const char *name, size_t length)
{
  for (; options && options->name; options++)
    if (strlen(options->name) == length &&
        strncmp(options->name, name, length) == 0)
      return options;
  return NULL;
}

static void print_options(const struct cli_option *options)
{
  static const char *const kind[] = { [CLI_LONG] = "N",
                                      [CLI_DOUBLE] = "NUMBER",
                                      [CLI_TEXT] = "TEXT",
                                      [CLI_FLAG] = "",
                                      [CLI_UINT64] = "N" };
  for (; options && options->name; options++) {
    char name[64];
    snprintf(name, sizeof name, "%s %s", options->name, kind[options->type]);
    printf("  --%-16s %s\n", name, options->help);
  }
}

static _Noreturn void help(const char *about, const struct cli_option *more,
                           const struct cli_option *standard)
{
  printf("usage: %s [--option VALUE]...\n%s\n\n", program_name(), about);
  print_options(more);
  print_options(standard);
  printf("  --%-16s %s\n", "help", "print this and do nothing");
  exit(0);
}

/* Reads argv[i] and, where it has one, its value; returns the next i. */
static int take(int i, int argc, char **argv, const struct cli_option *more,
                const struct cli_option *standard)
{
  const char *name = argv[i] + 2, *value = strchr(argv[i], '=');
  if (strncmp(argv[i], "--", 2) != 0)
    usage("'%s': not an option; --help lists them", argv[i]);
  const size_t length = strcspn(name, "=");
  const struct cli_option *option = find(more, name, length);
  if (!option && !(option = find(standard, name, length)))
    usage("--%.*s: no such option; --help lists them", (int)length, name);
  if (option->type == CLI_FLAG && value)
    usage("--%s: takes no value", option->name);
  if (option->type == CLI_FLAG) {
    *(int *)option->value = 1;
    return i + 1;
  }
  if (value)
    value++;
  else if (i + 1 < argc && strncmp(argv[i + 1], "--", 2) != 0)
    value = argv[++i];
  else
    usage("--%s: no value was given, %s was expected", option->name,
          expected(option));
  store(option, value);
  return i + 1;
}

/* Adds a space and the argument, quoted where a shell would need it. */
static char *add_word(char *end, const char *word)
{
  const char *plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                      "0123456789-_=+.,:/@%";
  const int quoted = word[strspn(word, plain)] != '\0';
  *end++ = ' ';
  if (quoted)
    *end++ = '\'';
  for (; *word; word++)
    *end++ =
        (char)(iscntrl((unsigned char)*word) || *word == '\'' ? '?' : *word);
  if (quoted)
    *end++ = '\'';
  *end = '\0';
  return end;
}

static void remember_command(int argc, char **argv)
{
  const char *program = program_name();
  size_t size = strlen(program) + 1;
  for (int i = 1; i < argc; i++)
    size += strlen(argv[i]) + 3;
  free(command);
  command = allocate(size, 1);
  strcpy(command, program);
  char *end = command + strlen(command);
  for (int i = 1; i < argc; i++)
    if (strcmp(argv[i], "--out") == 0)
      i++;
    else if (strncmp(argv[i], "--out=", 6) != 0)
      end = add_word(end, argv[i]);
}

struct cli cli_parse_as(const char *type, int argc, char **argv,
                        const char *about, const struct cli_option *more)
{
  struct cli cli = { .seed = 1, .out = "." };
  const struct cli_option standard[] = {
    { .name = "seed",
      .type = CLI_UINT64,
      .value = &cli.seed,
      .help = "the seed of all random numbers (1)" },
    { .name = "steps",
      .type = CLI_LONG,
      .value = &cli.steps,
      .lowest = 1,
      .help = "how many steps to take" },
    { .name = "data",
      .type = CLI_TEXT,
      .value = &cli.data,
      .help = "the directory to read data files from" },
    { .name = "out",
      .type = CLI_TEXT,
      .value = &cli.out,
      .help = "the directory to write records into (.)" },
    { .name = "quick",
      .type = CLI_FLAG,
      .value = &cli.quick,
      .help = "a short run" },
    { .name = NULL },
  };
  program_start(argv[0]);
  real_type = type;
  for (int i = 1; i < argc; i++)
    if (strcmp(argv[i], "--help") == 0)
      help(about, more, standard);
  for (int i = 1; i < argc;)
    i = take(i, argc, argv, more, standard);
  remember_command(argc, argv);
  seed = cli.seed;
  return cli;
}
