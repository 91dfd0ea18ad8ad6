/* The command line of every program of the book. */
#ifndef CLI_H
#define CLI_H

#include "fail.h"
#include <stdint.h>

struct cli {
  uint64_t seed;    /* --seed N, default 1 */
  long steps;       /* --steps N, at least 1; 0: the program's own choice */
  const char *data; /* --data DIR or NULL: the program's own choice */
  const char *out;  /* --out DIR, default "." */
  int quick;        /* --quick: a short run, for CI */
};

/* What a program takes besides; ends with a NULL name.  Given as
   --name VALUE or --name=VALUE; what *value holds before is the default. */
struct cli_option {
  const char *name; /* "rate", given as --rate 0.5 */
  const char *help;
  enum { CLI_LONG, CLI_DOUBLE, CLI_TEXT, CLI_FLAG, CLI_UINT64 } type;
  void *value; /* long *, double *, const char **, int *, uint64_t * */
  double lowest, highest; /* of a number; both 0: any; highest < lowest: no
                             highest */
};

/* The number type that the program is compiled for (see real.h). */
#if defined REAL_F
#define CLI_REAL "float"
#elif defined REAL_L
#define CLI_REAL "long double"
#else
#define CLI_REAL "double"
#endif

/* Parses the arguments; `about` is one line for --help; `more` may be NULL.
   Ends the program: status 0 after --help, 2 with one line on stderr after
   wrong usage.  Calls program_start (fail.h). */
#define cli_parse(argc, argv, about, more) \
  cli_parse_as(CLI_REAL, argc, argv, about, more)
struct cli cli_parse_as(const char *real_type, int argc, char **argv,
                        const char *about, const struct cli_option *more);

/* How records and outputs name their run: "program ARG ARG" without the
   program's directory and without --out, so that it does not depend on where
   a build stands; the seed; the number type. */
const char *cli_command(void);
uint64_t cli_seed(void);
const char *cli_real(void);

/* A line on stderr with the time left, where stderr is a terminal; silent
   otherwise.  Call with done = total to end it: the line is wiped. */
void progress(const char *what, long done, long total);
void progress_wipe(void);

#endif
