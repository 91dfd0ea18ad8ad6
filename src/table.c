#include "table.h"

#include "fail.h"
#include "record.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LINE = 1024, PATH = 1024 };

static FILE *open_record(char path[PATH], const char *dir, const char *run,
                         const char *name)
{
  if (snprintf(path, PATH, "%s/%s/%s", dir, run, name) >= PATH)
    fail("%s/%s/%s: the path is too long", dir, run, name);
  FILE *file = fopen(path, "r");
  if (!file)
    fail("%s: cannot open the record of a run", path);
  return file;
}

/* The next line that is no comment, without its end; 0 at the end. */
static int next_line(FILE *file, char line[LINE])
{
  while (fgets(line, LINE, file))
    if (line[0] != '#') {
      line[strcspn(line, "\n")] = '\0';
      return 1;
    }
  return 0;
}

/* Cuts a line at its tabs; how many cells. */
static int split(char *line, char *cell[TABLE_COLUMNS], const char *path)
{
  int n = 0;
  for (char *at = line; at;) {
    if (n == TABLE_COLUMNS)
      fail("%s: more than %d columns", path, TABLE_COLUMNS);
    cell[n++] = at;
    at = strchr(at, '\t');
    if (at)
      *at++ = '\0';
  }
  return n;
}

static void *grown(void *old, int count, size_t size)
{
  void *p = realloc(old, (size_t)count * size);
  if (!p)
    fail("no memory for a record of %d rows", count);
  return p;
}

static void add_row(struct table *t, char *cell[], const char *path, int n)
{
  if (n != t->columns)
    fail("%s: row %d has %d cells, expected %d", path, t->rows + 1, n,
         t->columns);
  if ((t->rows & (t->rows - 1)) == 0) { /* 0, or a power of two: full */
    const int room = t->rows ? 2 * t->rows : 1;
    t->label = grown(t->label, room, sizeof *t->label);
    t->cell = grown(t->cell, room, sizeof *t->cell);
  }
  snprintf(t->label[t->rows], TABLE_NAME, "%s", cell[0]);
  for (int c = 0; c < n; c++)
    t->cell[t->rows][c] = strtod(cell[c], NULL);
  t->rows++;
}

struct table *table_read(const char *dir, const char *run, const char *name)
{
  char path[PATH], line[LINE], *cell[TABLE_COLUMNS] = { NULL };
  FILE *file = open_record(path, dir, run, name);
  struct table *t = allocate(1, sizeof *t);
  *t = (struct table){ 0 };
  if (next_line(file, line))
    t->columns = split(line, cell, path);
  for (int c = 0; c < t->columns; c++)
    snprintf(t->header[c], TABLE_NAME, "%s", cell[c]);
  while (next_line(file, line)) {
    const int n = split(line, cell, path);
    add_row(t, cell, path, n);
  }
  fclose(file);
  if (t->rows == 0)
    fail("%s: no rows, expected the record of a run", path);
  return t;
}

void table_free(struct table *t)
{
  free(t->label);
  free(t->cell);
  free(t);
}

double table_at(const struct table *t, int row, const char *column)
{
  for (int c = 0; c < t->columns; c++)
    if (!strcmp(t->header[c], column))
      return t->cell[row < 0 ? t->rows - 1 : row][c];
  fail("the record of a run has no column %s", column);
}

double table_last(const char *dir, const char *run, const char *name,
                  const char *column)
{
  struct table *t = table_read(dir, run, name);
  const double value = table_at(t, -1, column);
  table_free(t);
  return value;
}

double table_value(const char *dir, const char *run, const char *name,
                   const char *label)
{
  struct table *t = table_read(dir, run, name);
  for (int i = 0; i < t->rows; i++)
    if (!strcmp(t->label[i], label)) {
      const double value = table_at(t, i, "value");
      table_free(t);
      return value;
    }
  fail("%s/%s/%s: no row %s", dir, run, name, label);
}

struct spread spread_of(const double x[], int n)
{
  struct spread s = { 0, 0 };
  for (int i = 0; i < n; i++)
    s.mean += x[i] / n;
  for (int i = 0; i < n && n > 1; i++)
    s.std += (x[i] - s.mean) * (x[i] - s.mean) / (n - 1);
  s.std = sqrt(s.std);
  return s;
}

int ascending(const void *a, const void *b)
{
  const double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

static void join_row(struct record *r, int n, struct table *const t[], int row)
{
  char line[2 * LINE];
  size_t used = (size_t)snprintf(line, sizeof line, "%s", t[0]->label[row]);
  for (int c = 1; c < t[0]->columns; c++) {
    double x[n];
    for (int i = 0; i < n; i++)
      x[i] = t[i]->cell[row][c];
    const struct spread s = spread_of(x, n);
    used += (size_t)snprintf(line + used, sizeof line - used, "\t%.6g\t%.6g",
                             s.mean, s.std);
  }
  record_line(r, "%s", line);
}

void table_join(const char *dir, const char *joined, int n,
                const char *const run[], const char *name)
{
  struct table *t[n];
  char header[2 * LINE];
  t[0] = table_read(dir, run[0], name);
  int rows = t[0]->rows;
  for (int i = 1; i < n; i++) {
    t[i] = table_read(dir, run[i], name);
    rows = rows < t[i]->rows ? rows : t[i]->rows;
    if (t[i]->columns != t[0]->columns)
      fail("%s/%s/%s: %d columns, expected %d", dir, run[i], name,
           t[i]->columns, t[0]->columns);
  }
  size_t used = (size_t)snprintf(header, sizeof header, "%s", t[0]->header[0]);
  for (int c = 1; c < t[0]->columns; c++)
    used += (size_t)snprintf(header + used, sizeof header - used,
                             "\t%s\t%s-std", t[0]->header[c], t[0]->header[c]);
  struct record *r = record_open(dir, joined);
  record_line(r, "%s", header);
  for (int row = 0; row < rows; row++)
    join_row(r, n, t, row);
  record_close(r);
  for (int i = 0; i < n; i++)
    table_free(t[i]);
}

void table_copy(const char *dir, const char *run, const char *name)
{
  char path[PATH], line[LINE];
  FILE *from = open_record(path, dir, run, name);
  struct record *to = record_open(dir, name);
  while (next_line(from, line))
    record_line(to, "%s", line);
  record_close(to);
  fclose(from);
}
