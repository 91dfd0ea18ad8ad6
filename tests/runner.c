/* Runs the claims of some chapters, and the suites of plain functions, as one
   Check run; prints a line a claim and writes build/claims/STEM.tsv.

   Compiled with -DSTEMS='X(linear) X(softmax)' and -DSUITES='X(ground)'. */
#define _POSIX_C_SOURCE 200809L

#include "gradcheck.h"
#include "rivals.h"

#include <check.h>
#include <errno.h>
#include <glob.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifndef STEMS
#define STEMS
#endif
#ifndef SUITES
#define SUITES
#endif

#define X(stem)                                                       \
  extern const struct claim claims_##stem##_f[], claims_##stem##_d[], \
      claims_##stem##_l[], claims_##stem##_zd[], claims_##stem##_zl[];
STEMS
#undef X
#define X(suite) Suite *suite##_suite(void);
SUITES
#undef X

struct table {
  const char *stem;
  const struct claim *as[TYPES];
  void (*begin)(void); /* makes it the current one */
};

#define X(stem) static void begin_##stem(void);
STEMS
#undef X

static const struct table tables[] = {
#define X(stem)                                                \
  { #stem,                                                     \
    { claims_##stem##_f, claims_##stem##_d, claims_##stem##_l, \
      claims_##stem##_zd, claims_##stem##_zl },                \
    begin_##stem },
  STEMS
#undef X
  { NULL, { NULL }, NULL }
};

#ifdef TRY
/* Code compiled with -finstrument-functions calls these, and a reader's
   answers are (exercises.mk): names each function once on descriptor 3, by its
   distance from the first of these two. */
void __cyg_profile_func_enter(void *function, void *site);
void __cyg_profile_func_exit(void *function, void *site);

void __cyg_profile_func_enter(void *function, void *site)
{
  enum { MOST = 200 };
  static void *seen[MOST];
  int k = 0;
  (void)site;
  while (k < MOST && seen[k] && seen[k] != function)
    k++;
  if (k < MOST && !seen[k]) {
    seen[k] = function;
    dprintf(3, "%lld\n",
            (long long)function - (long long)&__cyg_profile_func_enter);
  }
}

void __cyg_profile_func_exit(void *function, void *site)
{
  (void)function, (void)site;
}
#endif

static const char *out_dir, *only; /* the one claim to check, or NULL */
static uint64_t seed = 1;
static int cases = 3, quiet, list, rivals;
static long total_cases, total_entries;
static const struct table *current;
static FILE *records;

_Noreturn static void stop(const char *path, const char *what)
{
  fprintf(stderr, "check: %s: %s\n", path, what);
  exit(1);
}

static void cell(char *text, size_t size, const char *format, long double x)
{
  if (isnan(x))
    snprintf(text, size, "-");
  else
    snprintf(text, size, format, x);
}

static const char *const kinds[] = { "gradient", "jacobian", "backward",
                                     "identity", "value",    "statement" };

/* The C name at a path's end as a stem: x/cross_entropy, x/cross-entropy. */
static void hyphenate(char *path)
{
  for (char *c = strrchr(path, '/'); *c; c++)
    if (*c == '_')
      *c = '-';
}

/* The chapter's text, chapters/02-linear.md, where we run beside it. */
static FILE *open_chapter(char *path, size_t size)
{
  char pattern[256];
  glob_t found;
  FILE *file = NULL;
  snprintf(pattern, sizeof pattern, "chapters/[0-9][0-9]-%s.md",
           current->stem);
  hyphenate(pattern);
  if (glob(pattern, 0, NULL, &found) == 0) {
    snprintf(path, size, "%s", found.gl_pathv[0]);
    file = fopen(path, "r");
    globfree(&found);
  }
  return file;
}

/* The equation's place among those of the chapter's text, as the weave counts
   them, and its line there; 0 where it is not found. */
static int place_of(FILE *file, const char *name, int *line)
{
  char text[4096], label[160];
  int place = 0, fenced = 0;
  snprintf(label, sizeof label, "{#eq:%s", name);
  const size_t length = strlen(label);
  for (*line = 1; fgets(text, sizeof text, file); ++*line) {
    fenced ^= strncmp(text, "```", 3) == 0;
    for (char *at = fenced ? NULL : strstr(text, "{#eq:"); at;
         at = strstr(at + 1, "{#eq:")) {
      place++;
      if (strncmp(at, label, length) == 0 && strchr(" }", at[length]))
        return place;
    }
  }
  return 0;
}

/* Says which equation does not hold, why, and where to read it. */
static void name_equation(const char *name, const char *why)
{
  char path[4096];
  int line = 0, place = 0;
  FILE *file = open_chapter(path, sizeof path);
  if (file) {
    place = place_of(file, name, &line);
    fclose(file);
  }
  if (!place) {
    printf("✗ eq:%s does not hold: %s\n    tests/test_%s.c\n", name, why,
           current->stem);
    return;
  }
  const char *page = path + strlen("chapters/");
  printf("✗ equation (%d.%d), eq:%s, does not hold:\n    %s\n    %s:%d, "
         "build/book/%.*s.html#eq:%s\n",
         atoi(page), place, name, why, path, line, (int)strlen(page) - 3, page,
         name);
}

/* One line to the table on stdout and one to the record, at once: a crash
   leaves what was reached. */
static void report(const struct claim *claim, const struct result *r)
{
  char number[6][32], order[32];
  const long double value[] = { r->error, r->error_cs, r->error_fd,
                                r->tolerance, r->resolution };
  for (int k = 0; k < 5; k++)
    cell(number[k], sizeof number[k], "%.1Le", value[k]);
  cell(order, sizeof order, r->order == 0 ? "linear" : "%.3Lf", r->order);
  const char *word = r->verdict != PASSED ? "FAIL"
                     : claim->wrong       ? "refuted"
                                          : "pass";
  const int own = !isnan(r->error_cs);
  if (!quiet || r->verdict != PASSED)
    printf("%-44s %8s %8s %8s %8s %7s %5d  %s\n", claim->name,
           own ? number[1] : number[0], number[2], number[3], number[4], order,
           r->cases, word);
  if (r->verdict != PASSED)
    name_equation(claim->name, r->why);
  fflush(stdout);
  if (!records)
    return;
  fprintf(records, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%ld\t%d\t%d\t%llu\t%s\n",
          claim->name, kinds[claim->kind], number[0], number[1], number[2],
          number[3], number[4], order, r->entries, r->cases, r->redrawn,
          (unsigned long long)r->seed, word);
  fflush(records);
}

/* A published mistake passes where the witnesses refute it: by a number that
   is off, and not because nothing could be said. */
static void turn(struct result *r)
{
  if (r->verdict == FAILED && isfinite(r->error) && r->error > r->tolerance) {
    r->verdict = PASSED;
  } else if (r->verdict == PASSED) {
    r->verdict = FAILED;
    snprintf(r->why, sizeof r->why, "a published mistake was not refuted");
  }
}

START_TEST(test_claim)
{
  struct family f;
  for (int t = 0; t < TYPES; t++)
    f.as[t] = &current->as[t][_i];
  struct result r = gradcheck(&f, seed, cases);
  if (f.as[TYPE_L]->wrong)
    turn(&r);
  total_cases += r.cases;
  total_entries += r.entries;
  report(f.as[TYPE_L], &r);
  ck_assert_msg(r.verdict == PASSED, "eq:%s: %s", f.as[TYPE_L]->name, r.why);
}
END_TEST

static void path_of(char *path, size_t size, const char *stem,
                    const char *suffix)
{
  snprintf(path, size, "%s/%s.tsv%s", out_dir, stem, suffix);
  hyphenate(path);
}

static void records_open(void)
{
  char path[4096];
  if (!out_dir)
    return;
  path_of(path, sizeof path, current->stem, ".part");
  records = fopen(path, "w");
  if (!records)
    stop(path, strerror(errno));
  fprintf(records,
          "# make check-%s; seed %llu; %d cases a claim; errors, "
          "tolerance and resolution relative to the gradient's "
          "largest entry\n",
          current->stem, (unsigned long long)seed, cases);
  fprintf(records, "name\tkind\terror\terror_cs\terror_fd\ttolerance\t"
                   "resolution\torder\tentries\tcases\tredrawn\tseed\t"
                   "verdict\n");
}

static void records_close(void)
{
  char part[4096], path[4096];
  if (!records)
    return;
  path_of(part, sizeof part, current->stem, ".part");
  path_of(path, sizeof path, current->stem, "");
  const int bad = ferror(records);
  if (fclose(records) != 0 || bad || rename(part, path) != 0)
    stop(part, "cannot be written");
  records = NULL;
}

/* Check calls these around a chapter's claims (unchecked fixtures); it skips
   chapters where CK_RUN_SUITE names another. */
static void begin(const char *stem)
{
  current = tables;
  while (strcmp(current->stem, stem) != 0)
    current++;
  records_open();
}
#define X(stem) \
  static void begin_##stem(void) { begin(#stem); }
STEMS
#undef X
static void finish(void) { records_close(); }

static Suite *claims_suite(const struct table *table)
{
  const struct claim *claims = table->as[TYPE_L];
  int n = 0, first = 0;
  while (claims[n].name)
    n++;
  if (n == 0)
    stop(table->stem, "has no claims");
  if (only) {
    while (claims[first].name && strcmp(claims[first].name, only) != 0)
      first++;
    n = first < n ? first + 1 : first;
  }
  Suite *suite = suite_create(table->stem);
  TCase *tcase = tcase_create("claims");
  tcase_set_timeout(tcase, 0);
  tcase_add_unchecked_fixture(tcase, table->begin, finish);
  if (first < n)
    tcase_add_loop_test(tcase, test_claim, first, n);
  suite_add_tcase(suite, tcase);
  return suite;
}

/* A whole number in digits alone: 1e4 is none. */
static int whole(const char *text, unsigned long long max,
                 unsigned long long *number)
{
  if (!*text || strspn(text, "0123456789") != strlen(text))
    return 0;
  errno = 0;
  *number = strtoull(text, NULL, 10);
  return errno == 0 && *number <= max;
}

/* --out DIR, --seed N, --cases N, --claim NAME, --quiet, --list, --rivals */
static void arguments(int argc, char **argv)
{
  for (int k = 1; k < argc; k++) {
    const char *value = k + 1 < argc ? argv[k + 1] : NULL;
    unsigned long long number = 0;
    if (strcmp(argv[k], "--quiet") == 0 || strcmp(argv[k], "--list") == 0) {
      *(argv[k][2] == 'q' ? &quiet : &list) = 1;
      continue;
    }
    if (strcmp(argv[k], "--rivals") == 0) {
      rivals = 1;
      continue;
    }
    if (value && strcmp(argv[k], "--out") == 0)
      out_dir = value;
    else if (value && strcmp(argv[k], "--claim") == 0)
      only = value;
    else if (value && strcmp(argv[k], "--seed") == 0 &&
             whole(value, UINT64_MAX, &number))
      seed = number;
    else if (value && strcmp(argv[k], "--cases") == 0 &&
             whole(value, INT_MAX, &number) && number > 0)
      cases = (int)number;
    else {
      fprintf(stderr,
              "check: %s: usage: [--out DIR] [--seed N] [--cases N] "
              "[--claim NAME] [--quiet] [--list] [--rivals]\n",
              argv[k]);
      exit(2);
    }
    k++;
  }
}

static void print_failures(SRunner *runner)
{
  const int n = srunner_ntests_failed(runner);
  TestResult **failed = srunner_failures(runner);
  for (int k = 0; k < n; k++)
    if (strcmp(tr_tcname(failed[k]), "claims") != 0) /* in the table */
      printf("✗ %s:%d: %s\n", tr_lfile(failed[k]), tr_lno(failed[k]),
             tr_msg(failed[k]));
  free(failed);
}

/* The claims' names and kinds, of all chapters or of the one in CK_RUN_SUITE.
 */
static int print_names(void)
{
  const char *stem = getenv("CK_RUN_SUITE");
  for (const struct table *t = tables; t->stem; t++)
    if (!stem || strcmp(stem, t->stem) == 0)
      for (const struct claim *c = t->as[TYPE_L]; c->name; c++)
        printf("%s\t%s\n", c->name, c->wrong ? "wrong" : kinds[c->kind]);
  return fflush(stdout) != 0;
}

/* Of every BACKWARD claim, how often each rule of other tools fails it. */
static int print_rivals(void)
{
  const char *stem = getenv("CK_RUN_SUITE");
  printf("claim\tcases");
  for (int k = 0; k <= RIVALS; k++)
    printf("\t%s", rival_name[k]);
  printf("\tvalues\tbuffers");
  for (const struct table *t = tables; t->stem; t++)
    for (int c = 0; t->as[TYPE_L][c].name; c++) {
      const struct claim *claim = &t->as[TYPE_L][c];
      if (claim->kind != BACKWARD || claim->wrong ||
          (stem && strcmp(stem, t->stem) != 0) ||
          (only && strcmp(only, claim->name) != 0))
        continue;
      struct family f;
      for (int type = 0; type < TYPES; type++)
        f.as[type] = &t->as[type][c];
      const struct trials tried = rivals_try(&f, seed, cases);
      printf("\n%s\t%d", claim->name, cases);
      for (int k = 0; k <= RIVALS; k++)
        printf("\t%d", tried.failed[k]);
      printf("\t%016llx\t%016llx", (unsigned long long)tried.values,
             (unsigned long long)tried.buffers);
      fflush(stdout);
    }
  printf("\n");
  return fflush(stdout) != 0 || ferror(stdout);
}

int main(int argc, char **argv)
{
  arguments(argc, argv);
  if (rivals)
    return print_rivals();
  if (list)
    return print_names();
  SRunner *runner = srunner_create(NULL);
  srunner_set_fork_status(runner, CK_NOFORK);
  if (tables[0].stem && !quiet)
    printf("%-44s %8s %8s %8s %8s %7s %5s\n", "claim", "error", "differ.",
           "toler.", "resolves", "order", "cases");
  for (const struct table *t = tables; t->stem; t++)
    srunner_add_suite(runner, claims_suite(t));
#define X(suite) \
  if (!only)     \
    srunner_add_suite(runner, suite##_suite());
  SUITES
#undef X
  srunner_run_all(runner, CK_SILENT);
  const int run = srunner_ntests_run(runner);
  const int failed = srunner_ntests_failed(runner);
  print_failures(runner);
  printf("%ld random cases, %ld numbers compared, seed %llu\n", total_cases,
         total_entries, (unsigned long long)seed);
  srunner_print(runner, CK_MINIMAL);
  srunner_free(runner);
  if (run == 0)
    stop(only ? only : "nothing", "no check was run");
  return failed != 0 || fflush(stdout) != 0 || ferror(stdout);
}
