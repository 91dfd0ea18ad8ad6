/* The appendix: who noticed the planted mistakes, and what the rules of other
   tools would have noticed; counted from the tables that `make mutants`
   leaves.  What was not run is said to be so. */
#define _POSIX_C_SOURCE 200809L
#include "cli.h"
#include "record.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CELLS = 16, FILES = 64 };

static const char *mutants = "build/mutants";
static const char *alarms = "build/false-alarms.tsv";
static const char not_run[] = "not run in this build";
static struct record *values;

/* A table of tab-separated text, a line at a time. */
struct reader {
  FILE *file;
  char path[4096], head[4096], line[16384];
  char *name[CELLS], *cell[CELLS];
  int columns;
};

static int split(char *line, char *cell[])
{
  int n = 0;
  line[strcspn(line, "\n")] = '\0';
  for (char *at = line; at && n < CELLS; n++) {
    cell[n] = at;
    at = strchr(at, '\t');
    if (at)
      *at++ = '\0';
  }
  return n;
}

/* 0 where there is no such file. */
static int reader_open(struct reader *r, const char *path)
{
  snprintf(r->path, sizeof r->path, "%s", path);
  r->file = fopen(path, "r");
  if (!r->file && errno == ENOENT)
    return 0;
  if (!r->file || !fgets(r->head, sizeof r->head, r->file))
    fail("%s: cannot be read, or is empty", path);
  r->columns = split(r->head, r->name);
  return 1;
}

static int reader_open_mutants(struct reader *r, const char *name)
{
  char path[4096];
  snprintf(path, sizeof path, "%s/%s", mutants, name);
  return reader_open(r, path);
}

static int reader_next(struct reader *r)
{
  if (fgets(r->line, sizeof r->line, r->file)) {
    if (split(r->line, r->cell) != r->columns)
      fail("%s: a line has not %d cells", r->path, r->columns);
    return 1;
  }
  fclose(r->file);
  return 0;
}

static const char *text(const struct reader *r, const char *column)
{
  for (int k = 0; k < r->columns; k++)
    if (strcmp(r->name[k], column) == 0)
      return r->cell[k];
  fail("%s: no column %s", r->path, column);
}

static long number(const struct reader *r, const char *column)
{
  return strtol(text(r, column), NULL, 10);
}

/* The mutants of one file: by a claim (or a test), by a crash or the time
   limit, equivalent, not noticed. */
struct kills {
  char file[64];
  long made, claim, crash, equivalent, survived;
};

static void count(struct kills *k, const char *result)
{
  k->made++;
  if (strcmp(result, "claim") == 0)
    k->claim++;
  else if (strcmp(result, "equivalent") == 0)
    k->equivalent++;
  else if (strcmp(result, "survived") == 0)
    k->survived++;
  else
    k->crash++;
}

static struct kills *kills_of(struct kills list[], int *n, const char *file)
{
  for (int k = 0; k < *n; k++)
    if (strcmp(list[k].file, file) == 0)
      return &list[k];
  if (*n == FILES)
    fail("more than %d files of mutants", FILES);
  snprintf(list[*n].file, sizeof list[*n].file, "%s", file);
  return &list[(*n)++];
}

static int by_name(const void *a, const void *b)
{
  return strcmp(((const struct kills *)a)->file,
                ((const struct kills *)b)->file);
}

static void print_kills(const struct kills *k)
{
  printf("%-36s %7ld %10ld %10ld %10ld %6ld\n", k->file, k->made, k->claim,
         k->crash, k->equivalent, k->survived);
}

static void value(const char *job, const char *what, int ran, long x)
{
  if (ran)
    record_line(values, "%s-%s\t%ld", job, what, x);
  else
    record_line(values, "%s-%s\t(%s)", job, what, not_run);
}

/* The table of one job, and its totals as values. */
static void job(const char *name, const char *title, int by_file)
{
  static struct kills list[FILES];
  struct kills all = { .file = "all" };
  struct reader r;
  char file[64];
  int n = 0;
  memset(list, 0, sizeof list);
  snprintf(file, sizeof file, "%s.tsv", name);
  const int ran = reader_open_mutants(&r, file);
  printf("%s%s%s\n", title, ran ? "" : ": ", ran ? "" : not_run);
  while (ran && reader_next(&r)) {
    count(kills_of(list, &n, text(&r, "file")), text(&r, "result"));
    count(&all, text(&r, "result"));
  }
  if (ran) {
    printf("%-36s %7s %10s %10s %10s %6s\n", "file", "planted", "by a claim",
           "by a crash", "equivalent", "missed");
    qsort(list, (size_t)n, sizeof *list, by_name);
    for (int k = 0; k < n && by_file; k++)
      print_kills(&list[k]);
    print_kills(&all);
  }
  printf("\n");
  value(name, "planted", ran, all.made);
  value(name, "noticed", ran, all.claim + all.crash);
  value(name, "equivalent", ran, all.equivalent);
  value(name, "missed", ran, all.survived);
}

static void false_alarms(void)
{
  struct reader r;
  long cases = 0, failed = 0;
  const int ran = reader_open(&r, alarms);
  while (ran && reader_next(&r)) {
    cases += number(&r, "cases");
    failed += number(&r, "failed");
  }
  if (ran)
    printf("right gradients at random points: %ld cases, %ld false alarms\n\n",
           cases, failed);
  else
    printf("right gradients at random points: %s\n\n", not_run);
  value("false-alarms", "cases", ran, cases);
  value("false-alarms", "failed", ran, failed);
}

static const struct {
  const char *name, *what;
} rules[] = {
  { "every-entry", "every entry, 1e-6" },
  { "one-direction", "one direction, 1e-4" },
  { "five-point", "five points" },
  { "taylor", "Taylor rate 1.9" },
  { "relative", "relative 1e-7" },
  { "ours", "this book's" },
};
enum { KINDS = sizeof rules / sizeof *rules };

/* What one rule misses, by what the mistake changes. */
struct misses {
  long all, buffers, nobody, alarms;
};

/* Whether rule k sees the mistake of this row; KINDS - 1 is our own. */
static int caught(const struct reader *r, int k)
{
  return strcmp(text(r, rules[k].name), "caught") == 0;
}

/* Mistake by mistake; prints those that most of the other rules miss. */
static void count_misses(struct misses list[])
{
  struct reader r;
  long apart = 0, by_all_five = 0, buffers = 0, ours = 0;
  const int ran = reader_open_mutants(&r, "rivals-mutants.tsv");
  printf("mistakes in a value that most of the five miss, and we see%s%s\n",
         ran ? "" : ":\n", ran ? "" : not_run);
  while (ran && reader_next(&r)) {
    const int buffer = strcmp(text(&r, "changes"), "buffers") == 0;
    int missed = 0;
    if (strcmp(text(&r, "changes"), "nothing") == 0) {
      apart++;
      continue;
    }
    for (int k = 0; k < KINDS - 1; k++)
      missed += !caught(&r, k);
    const int we = caught(&r, KINDS - 1);
    for (int k = 0; k < KINDS; k++)
      if (!caught(&r, k)) {
        list[k].buffers += buffer;
        list[k].nobody += missed == KINDS - 1 && !we;
      }
    if (missed >= 3 && !buffer && we)
      printf("  %-32s %s\n", text(&r, "function"), text(&r, "what"));
    if (missed < KINDS - 1)
      continue;
    by_all_five++;
    buffers += buffer;
    ours += we;
  }
  printf("\n");
  value("rivals", "apart", ran, apart);
  value("rivals", "all-five", ran, by_all_five);
  value("rivals", "all-five-buffers", ran, buffers);
  value("rivals", "all-five-ours", ran, ours);
}

/* The rules side by side; the figure's record is there in any case. */
static void compare(const char *out)
{
  struct misses list[KINDS];
  long of = 0, cases = 0, every_claim = -1;
  struct reader r;
  memset(list, 0, sizeof list);
  count_misses(list);
  const int ran = reader_open_mutants(&r, "rivals.tsv");
  while (ran && reader_next(&r)) {
    if (strcmp(text(&r, "rule"), "ours-every-claim") == 0)
      every_claim = number(&r, "missed");
    for (int k = 0; k < KINDS; k++)
      if (strcmp(text(&r, "rule"), rules[k].name) == 0) {
        list[k].all = number(&r, "missed");
        list[k].alarms = number(&r, "false_alarms");
        of = number(&r, "of");
        cases = number(&r, "cases");
      }
  }
  printf("the rules of other tools on the same mistakes");
  if (ran)
    printf(": missed of %ld, and\nfalse alarms at %ld right gradients\n\n"
           "%-20s %7s   %8s %8s %8s %14s\n",
           of, cases, "rule", "missed", "buffers", "nobody", "others",
           "false alarms");
  else
    printf(": %s\n", not_run);
  struct record *record = record_open(out, "rules.tsv");
  record_line(record, "rule\tran\tplace\tmissed\talarms");
  for (int k = 0; k < KINDS; k++) {
    const struct misses *m = &list[k];
    if (ran)
      printf("%-20s %7ld   %8ld %8ld %8ld %14ld\n", rules[k].what, m->all,
             m->buffers, m->nobody, m->all - m->buffers - m->nobody,
             m->alarms);
    record_line(record, "%s\t%d\t%d\t%ld\t%g", rules[k].what, ran, KINDS - k,
                m->all,
                cases ? 1000 * (double)m->alarms / (double)cases : 0.0);
    value(rules[k].name, "missed", ran, m->all);
    value(rules[k].name, "alarms", ran, m->alarms);
  }
  record_close(record);
  if (every_claim >= 0)
    printf("%-20s %7ld\n", "with every claim", every_claim);
  value("rivals", "of", ran, of);
  value("rivals", "cases", ran, cases);
}

int main(int argc, char **argv)
{
  const struct cli_option more[] = {
    { "mutants", "the folder of the mutants' tables", CLI_TEXT, &mutants, 0,
      0 },
    { "alarms", "the count of false alarms", CLI_TEXT, &alarms, 0, 0 },
    { NULL, NULL, CLI_TEXT, NULL, 0, 0 },
  };
  const struct cli cli =
      cli_parse(argc, argv, "Who noticed the planted mistakes.", more);
  values = record_open(cli.out, "values.tsv");
  record_line(values, "name\tvalue");
  job("hand", "mistakes written by hand", 1);
  job("generated", "every single-token edit of src/", 1);
  job("transcribed", "edits of the equations' transcriptions", 0);
  job("checker", "the checker itself, broken", 0);
  false_alarms();
  compare(cli.out);
  record_close(values);
  return 0;
}
