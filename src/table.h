/* The records of finished runs, read back: what a report joins and averages.
   Every failure ends the program with one line that names the file. */
#ifndef TABLE_H
#define TABLE_H

enum { TABLE_COLUMNS = 32, TABLE_NAME = 32 };

struct table {
  int rows, columns;
  char header[TABLE_COLUMNS][TABLE_NAME];
  char (*label)[TABLE_NAME];     /* rows: the first cell of each, as text */
  double (*cell)[TABLE_COLUMNS]; /* rows: each cell as a number; text is 0 */
};

/* dir/run/name, as record.h wrote it; at least one row. */
struct table *table_read(const char *dir, const char *run, const char *name);
void table_free(struct table *t);

/* The column of that name in row `row`; −1: the last row. */
double table_at(const struct table *t, int row, const char *column);

/* Of dir/run/name: the column's last value; and of a record with the columns
   name and value, the value of `label`. */
double table_last(const char *dir, const char *run, const char *name,
                  const char *column);
double table_value(const char *dir, const char *run, const char *name,
                   const char *label);

/* The record `name` of n runs, dir/run[i]/name, becomes one, dir/joined: the
   first column, then of each other its mean and its standard deviation,
   named  loss  and  loss-std, as far as all runs have rows. */
void table_join(const char *dir, const char *joined, int n,
                const char *const run[], const char *name);

/* dir/run/name, copied to dir/name. */
void table_copy(const char *dir, const char *run, const char *name);

struct spread {
  double mean, std; /* std: of a sample, over n − 1; 0 for n = 1 */
};
struct spread spread_of(const double x[], int n);

/* For qsort: doubles, the smallest first. */
int ascending(const void *a, const void *b);

#endif
