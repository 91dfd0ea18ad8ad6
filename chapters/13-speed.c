/* The appendix on speed: what the operations and the bytes of a step allow on
   the machine that `make bench` measured, beside what was measured there.  It
   reads records and measures nothing; what was not run is said to be so. */
#include "cli.h"
#include "record.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
  ROWS = 512,
  COLUMNS = 16,
  TEXT = 1 << 17,
  LAYERS = 4,
  THREADS = 2,
  COMMENTS = 32
};

static const char *bench = "build/bench", *committed = "bench/record";
static int stale;
static const char *source; /* one of the two, or NULL where nothing was run */
static const char not_run[] = "not run";
static struct record *values;

/* --- The records ----------------------------------------------------------
 */

/* One record, whole; rows is 0 where there is none. */
struct sheet {
  int rows, columns, comments;
  const char *comment[COMMENTS], *date, *processor; /* NULL: not named */
  char *name[COLUMNS], *cell[ROWS][COLUMNS], text[TEXT];
};
static struct sheet speed, ratios, products, staircase, roofline, layers,
    reader, build;

static int split(char *line, char *cell[COLUMNS], const char *path)
{
  int n = 0;
  for (char *at = line; at; n++) {
    if (n == COLUMNS)
      fail("%s: more than %d columns", path, COLUMNS);
    cell[n] = at;
    at = strchr(at, '\t');
    if (at)
      *at++ = '\0';
  }
  return n;
}

static void take_line(struct sheet *s, char *line, const char *path)
{
  if (strncmp(line, "# date: ", 8) == 0)
    s->date = line + 8;
  else if (strncmp(line, "# processor: ", 13) == 0)
    s->processor = line + 13;
  if (*line == '#' && s->comments < COMMENTS)
    s->comment[s->comments++] = line;
  if (*line == '#' || !*line)
    return;
  if (!s->columns) {
    s->columns = split(line, s->name, path);
    return;
  }
  if (s->rows == ROWS)
    fail("%s: more than %d rows", path, ROWS);
  if (split(line, s->cell[s->rows++], path) != s->columns)
    fail("%s: row %d has not %d cells", path, s->rows, s->columns);
}

/* dir/name.tsv, if it is there. */
static void read_sheet(struct sheet *s, const char *dir, const char *name)
{
  char path[4096];
  snprintf(path, sizeof path, "%s/%s.tsv", dir, name);
  FILE *file = fopen(path, "r");
  if (!file && errno == ENOENT)
    return;
  if (!file)
    fail("%s: cannot be read", path);
  const size_t size = fread(s->text, 1, TEXT, file);
  fclose(file);
  if (size == TEXT)
    fail("%s: %d bytes or more", path, TEXT);
  for (char *at = s->text, *end; at && *at; at = end) {
    end = strchr(at, '\n');
    if (end)
      *end++ = '\0';
    take_line(s, at, path);
  }
  if (!s->columns)
    fail("%s: no header, expected the record of a benchmark", path);
}

/* The records of one place: this build's, or else the committed ones. */
static void read_records(void)
{
  const char *const places[] = { bench, committed };
  for (int k = 0; k < 2 && !source; k++) {
    read_sheet(&speed, places[k], "speed");
    if (!speed.rows)
      continue;
    if (!speed.date || !speed.processor)
      fail("%s/speed.tsv: '# date: ...' and '# processor: ...' were expected",
           places[k]);
    source = places[k];
    read_sheet(&ratios, source, "ratios");
    read_sheet(&products, source, "products");
    read_sheet(&staircase, source, "staircase");
    read_sheet(&roofline, source, "roofline");
    read_sheet(&layers, source, "layers");
    read_sheet(&reader, source, "reader");
    read_sheet(&build, source, "build");
  }
}

static const char *text(const struct sheet *s, int row, const char *column)
{
  for (int c = 0; c < s->columns; c++)
    if (strcmp(s->name[c], column) == 0)
      return s->cell[row][c];
  fail("%s: no column %s in the record that begins with %s", source, column,
       s->name[0]);
}

static int is(const struct sheet *s, int row, const char *column,
              const char *what)
{
  return strcmp(text(s, row, column), what) == 0;
}

/* NaN where the cell holds no number. */
static double number(const struct sheet *s, int row, const char *column)
{
  const char *cell = text(s, row, column);
  char *end;
  const double x = strtod(cell, &end);
  return end == cell || *end ? nan("") : x;
}

static int at_threads(const struct sheet *s, int row, int threads)
{
  return number(s, row, "threads") == threads;
}

/* --- What a step asks for -------------------------------------------------
 */

/* The work of bench/: layers of width[0], width[1], ... */
static const struct network {
  const char *work, *what;
  int batch, layers, width[LAYERS + 1];
} networks[] = {
  { "W1", "784-300-10, sigmoid, SGD", 50, 2, { 784, 300, 10 } },
  { "W2", "3072-100-10, ELU, SGD", 200, 2, { 3072, 100, 10 } },
  { "W3",
    "3072-400-400-400-10, ReLU, batch norm, Adam",
    400,
    4,
    { 3072, 400, 400, 400, 10 } },
  { "W4", "as W1, one sample at a time", 1, 2, { 784, 300, 10 } },
};
enum { NETWORKS = sizeof networks / sizeof *networks };

/* Of a matrix product with these three sizes: operations, and the bytes of
   its three matrices as floats. */
struct product {
  double operations, bytes;
};

static struct product product(double m, double n, double k)
{
  return (struct product){ 2 * m * n * k, 4 * (m * n + n * k + m * k) };
}

static struct product product_of_layer(const struct network *w, int l)
{
  return product(w->batch, w->width[l - 1], w->width[l]);
}

/* Forward, dW and dX; nobody reads the dX of the data. */
static int products_of_layer(int l) { return l == 1 ? 2 : 3; }

/* The least time of a step's products at F operations and B bytes a second:
   each is done before the next begins. */
static double least_time(const struct network *w, double F, double B)
{
  double t = 0;
  for (int l = 1; l <= w->layers; l++) {
    const struct product p = product_of_layer(w, l);
    t += products_of_layer(l) * fmax(p.operations / F, p.bytes / B);
  }
  return t;
}

static struct product whole_step(const struct network *w)
{
  struct product sum = { 0, 0 };
  for (int l = 1; l <= w->layers; l++) {
    const struct product p = product_of_layer(w, l);
    sum.operations += products_of_layer(l) * p.operations;
    sum.bytes += products_of_layer(l) * p.bytes;
  }
  return sum;
}

static double megabytes_of_weights(const struct network *w)
{
  double bytes = 0;
  for (int l = 1; l <= w->layers; l++)
    bytes += 4.0 * w->width[l - 1] * w->width[l];
  return bytes / 1e6;
}

/* --- What was measured ----------------------------------------------------
 */

/* flops, memory or cache; NaN where it was not measured. */
static double roof(const char *name, int threads)
{
  for (int r = 0; r < roofline.rows; r++)
    if (is(&roofline, r, "name", name) && at_threads(&roofline, r, threads))
      return number(&roofline, r, "value");
  return nan("");
}

/* The row of the greatest median in this cell, or -1; of speed: of what
   agrees with the reference, of this book or of its peers. */
static int best(const struct sheet *s, const char *work, int threads, int ours)
{
  int found = -1;
  for (int r = 0; r < s->rows; r++) {
    const double median = number(s, r, "median");
    if (!is(s, r, "work", work) || !at_threads(s, r, threads) || isnan(median))
      continue;
    if (s == &speed &&
        (!is(s, r, "verdict", "agrees") ||
         (ours ? !is(s, r, "contestant", "ours")
               : strncmp(text(s, r, "contestant"), "ours", 4) == 0)))
      continue;
    if (found < 0 || median > number(s, found, "median"))
      found = r;
  }
  return found;
}

static double rate(const struct sheet *s, int row)
{
  return row < 0 ? nan("") : number(s, row, "median");
}

/* What `make bench` makes of the rounds: ours over the best peer's rate, or
   the time of our step over that of its products; median, low or high. */
static double ratio(const char *work, int threads, const char *to,
                    const char *column)
{
  for (int r = 0; r < ratios.rows; r++)
    if (is(&ratios, r, "work", work) && at_threads(&ratios, r, threads) &&
        is(&ratios, r, "against", to))
      return number(&ratios, r, column);
  return nan("");
}

/* --- Output ---------------------------------------------------------------
 */

__attribute__((format(printf, 2, 3))) static void value(double x,
                                                        const char *format,
                                                        ...)
{
  char name[64];
  va_list list;
  va_start(list, format);
  vsnprintf(name, sizeof name, format, list);
  va_end(list);
  if (isnan(x))
    record_line(values, "%s\t(%s)", name, not_run);
  else
    record_line(values, "%s\t%.4g", name, x);
}

/* The title of a table; whether there is one. */
static int title(const struct sheet *s, const char *what)
{
  printf("\n%s", what);
  if (s->date && strcmp(s->date, speed.date) != 0)
    printf(" (of %s)", s->date);
  printf(s->rows ? "\n" : ": %s\n", not_run);
  return s->rows > 0;
}

/* A number as wide as its column; a dash where there is none. */
static void cell(int width, const char *format, double x)
{
  char shown[64];
  snprintf(shown, sizeof shown, format, x);
  printf(" %*s", width, isnan(x) ? "-" : shown);
}

/* Of the lines that say how a benchmark was run, those for a reader. */
static int worth_saying(const char *comment)
{
  static const char *const names[] = {
    "# date:",  "# processor:", "# compiler:", "# settings:",
    "# quiet:", "# left out:",  "# full:",     NULL
  };
  for (int k = 0; names[k]; k++)
    if (strncmp(comment, names[k], strlen(names[k])) == 0)
      return 1;
  return 0;
}

static void say_source(void)
{
  const char *run = "none: no benchmark was run in this build";
  if (source == bench)
    run = stale ? "this build's own, with code that has changed since"
                : "this build's own";
  else if (source)
    run = "not this build's: the committed record of one full run";
  printf("benchmark: %s\n", run);
  for (int k = 0; k < speed.comments; k++)
    if (worth_saying(speed.comment[k]))
      printf("%s\n", speed.comment[k]);
  record_line(values, "source\t%s", run);
  record_line(values, "date\t%.10s", source ? speed.date : "(not run)");
  record_line(values, "processor\t%s", source ? speed.processor : "(not run)");
}

static void machine(void)
{
  if (title(&roofline, "the machine"))
    printf("%7s %12s %12s %12s %13s %13s\n", "threads", "GFLOP/s",
           "memory GB/s", "cache GB/s", "ridge, memory", "ridge, cache");
  for (int p = 1; p <= THREADS; p++) {
    const double F = roof("flops", p), memory = roof("memory", p),
                 cache = roof("cache", p);
    if (roofline.rows) {
      printf("%7d", p);
      cell(12, "%.1f", F / 1e9);
      cell(12, "%.1f", memory / 1e9);
      cell(12, "%.1f", cache / 1e9);
      cell(13, "%.1f", F / memory);
      cell(13, "%.1f", F / cache);
      printf("\n");
    }
    value(F / 1e9, "flops-%d", p);
    value(memory / 1e9, "memory-%d", p);
    value(cache / 1e9, "cache-%d", p);
    value(F / memory, "ridge-memory-%d", p);
    value(F / cache, "ridge-cache-%d", p);
  }
}

/* What the products of a step ask for: known without any measurement. */
static void demands(void)
{
  printf("\nthe products of a step\n%-4s %-44s %5s %8s %8s %9s\n", "", "",
         "batch", "MFLOP", "MB", "FLOP/byte");
  for (int k = 0; k < NETWORKS; k++) {
    const struct network *w = &networks[k];
    const struct product p = whole_step(w);
    printf("%-4s %-44s %5d %8.1f %8.2f %9.2f\n", w->work, w->what, w->batch,
           p.operations / 1e6, p.bytes / 1e6, p.operations / p.bytes);
    value(p.operations / 1e6, "%s-mflop", w->work);
    value(p.bytes / 1e6, "%s-mb", w->work);
    value(p.operations / p.bytes, "%s-intensity", w->work);
    value(megabytes_of_weights(w), "%s-weights", w->work);
  }
}

static void limits(void)
{
  if (title(&products, "thousands of samples a second: bounds, the bare "
                       "products, and whole steps"))
    printf("%-4s %7s %10s %10s %10s %-16s %10s %10s\n", "", "threads",
           "F, memory", "F, cache", "products", " by", "steps", "time/prod.");
  for (int k = 0; k < NETWORKS; k++)
    for (int p = 1; p <= THREADS; p++) {
      const struct network *w = &networks[k];
      const double F = roof("flops", p);
      const int bare = best(&products, w->work, p, 1);
      const double whole = rate(&speed, best(&speed, w->work, p, 1));
      const double bound[] = {
        w->batch / least_time(w, F, roof("memory", p)) / 1e3,
        w->batch / least_time(w, F, roof("cache", p)) / 1e3
      };
      if (products.rows) {
        printf("%-4s %7d", w->work, p);
        cell(10, "%.1f", bound[0]);
        cell(10, "%.1f", bound[1]);
        cell(10, "%.1f", rate(&products, bare) / 1e3);
        printf("  %-15s", bare < 0 ? "-" : text(&products, bare, "library"));
        cell(10, "%.1f", whole / 1e3);
        cell(10, "%.2f", ratio(w->work, p, "products", "ratio"));
        printf("\n");
      }
      value(bound[1], "%s-%d-bound", w->work, p);
      value(rate(&products, bare) / 1e3, "%s-%d-products", w->work, p);
      value(ratio(w->work, p, "products", "ratio"), "%s-%d-over-products",
            w->work, p);
    }
}

/* How wide a column of texts must be. */
static int widest(const struct sheet *s, const char *column)
{
  size_t most = strlen(column);
  for (int r = 0; r < s->rows; r++) {
    const size_t length = strlen(text(s, r, column));
    most = length > most ? length : most;
  }
  return (int)most;
}

static void contestants(void)
{
  if (!title(&speed, "thousands of samples a second, all contestants"))
    return;
  const int who = widest(&speed, "contestant"),
            how = widest(&speed, "variant");
  printf("%-4s %7s  %-*s %-*s %7s %7s %7s %7s  %s\n", "", "threads", who, "",
         how, "", "median", "low", "high", "losses", "verdict");
  for (int r = 0; r < speed.rows; r++) {
    printf("%-4s %7s  %-*s %-*s", text(&speed, r, "work"),
           text(&speed, r, "threads"), who, text(&speed, r, "contestant"), how,
           text(&speed, r, "variant"));
    cell(7, "%.1f", number(&speed, r, "median") / 1e3);
    cell(7, "%.1f", number(&speed, r, "low") / 1e3);
    cell(7, "%.1f", number(&speed, r, "high") / 1e3);
    cell(7, "%.0e", number(&speed, r, "losses"));
    printf("  %s\n", text(&speed, r, "verdict"));
  }
}

/* The best of the peers in each cell, and what the second core gives. */
static void against(void)
{
  if (title(&speed, "against the best peer; the second core"))
    printf("%-4s %7s %8s %8s  %-12s %6s %6s %6s %9s %7s\n", "", "threads",
           "ours", "peer", "which", "ratio", "low", "high", "speed-up",
           "serial");
  for (int k = 0; k < NETWORKS; k++) {
    const char *work = networks[k].work;
    const double alone = rate(&speed, best(&speed, work, 1, 1));
    for (int p = 1; p <= THREADS; p++) {
      const double ours = rate(&speed, best(&speed, work, p, 1));
      const int other = best(&speed, work, p, 0);
      const double U = p > 1 ? ours / alone : nan(""),
                   peer = rate(&speed, other);
      const char *which = other < 0 ? "-" : text(&speed, other, "contestant");
      if (speed.rows) {
        printf("%-4s %7d", work, p);
        cell(8, "%.1f", ours / 1e3);
        cell(8, "%.1f", peer / 1e3);
        printf("  %-12s", which);
        cell(6, "%.2f", ratio(work, p, "peer", "ratio"));
        cell(6, "%.2f", ratio(work, p, "peer", "low"));
        cell(6, "%.2f", ratio(work, p, "peer", "high"));
        cell(9, "%.2f", U);
        cell(7, "%.2f", 2 / U - 1);
        printf("\n");
      }
      value(ours / 1e3, "%s-%d-ours", work, p);
      value(peer / 1e3, "%s-%d-peer", work, p);
      value(ratio(work, p, "peer", "ratio"), "%s-%d-ratio", work, p);
      record_line(values, "%s-%d-which\t%s", work, p,
                  other < 0 ? "(not run)" : which);
      if (p > 1)
        value(U, "%s-speedup", work);
    }
  }
}

/* A record as it stands, but for rows of fewer seconds than `least`. */
static void as_it_stands(const struct sheet *s, const char *what, double least)
{
  if (!title(s, what))
    return;
  for (int r = -1; r < s->rows; r++) {
    if (r >= 0 && number(s, r, "seconds") < least)
      continue;
    for (int c = 0; c < s->columns; c++) {
      const int last = c + 1 == s->columns;
      printf("%-*s%s", last ? 0 : widest(s, s->name[c]) + 2,
             r < 0 ? s->name[c] : s->cell[r][c], last ? "\n" : "");
    }
  }
}

/* --- What the figures draw ------------------------------------------------
 */

static void draw_roofline(const char *out)
{
  struct record *r = record_open(out, "roofs.tsv");
  record_line(r, "intensity\tmemory\tcache");
  const double F = roof("flops", 1);
  for (int k = -8; k <= 32; k++) {
    const double intensity = exp2(k / 4.0);
    record_line(r, "%.4g\t%.4g\t%.4g", intensity,
                fmin(F, intensity * roof("memory", 1)) / 1e9,
                fmin(F, intensity * roof("cache", 1)) / 1e9);
  }
  record_close(r);
  r = record_open(out, "points.tsv");
  record_line(r, "work\tlayer\tproduct\tintensity\tgflops");
  for (int k = 0; k < layers.rows; k++) {
    const struct product p =
        product(number(&layers, k, "m"), number(&layers, k, "n"),
                number(&layers, k, "k"));
    if (at_threads(&layers, k, 1))
      record_line(r, "%s\t%s\t%s\t%.4g\t%.4g", text(&layers, k, "work"),
                  text(&layers, k, "layer"), text(&layers, k, "product"),
                  p.operations / p.bytes,
                  number(&layers, k, "flops-per-second") / 1e9);
  }
  record_close(r);
}

/* Each form's rate over that of the plain loops, network by network. */
static void draw_staircase(const char *out)
{
  struct record *record = record_open(out, "stairs.tsv");
  const char *form = "";
  double at[NETWORKS], first[NETWORKS];
  int place = 0;
  record_line(record, "place\tform\tW1\tW2\tW3\tW4");
  for (int k = 0; k < NETWORKS; k++)
    first[k] = nan("");
  for (int r = 0; r < staircase.rows; r++) {
    if (!is(&staircase, r, "form", form))
      for (int k = 0; k < NETWORKS; k++)
        at[k] = nan("");
    form = text(&staircase, r, "form");
    for (int k = 0; k < NETWORKS; k++)
      if (is(&staircase, r, "work", networks[k].work)) {
        at[k] = number(&staircase, r, "median");
        first[k] = isnan(first[k]) ? at[k] : first[k];
      }
    if (r + 1 < staircase.rows && is(&staircase, r + 1, "form", form))
      continue;
    record_line(record, "%d\t%s\t%.4g\t%.4g\t%.4g\t%.4g", ++place, form,
                at[0] / first[0], at[1] / first[1], at[2] / first[2],
                at[3] / first[3]);
  }
  record_close(record);
}

enum { SERIES = 6 };

/* The contestants' names in the order of the record, but for other builds of
   this book's own; how many. */
static int series(const char *name[SERIES])
{
  int n = 0;
  for (int r = 0; r < speed.rows; r++) {
    int k = 0;
    while (k < n && !is(&speed, r, "contestant", name[k]))
      k++;
    const int variant =
        strncmp(text(&speed, r, "contestant"), "ours-", 5) == 0;
    if (k == n && n < SERIES && !variant &&
        !isnan(number(&speed, r, "median")))
      name[n++] = text(&speed, r, "contestant");
  }
  return n;
}

/* A row a cell of the table; three columns a contestant. */
static int draw_peers(const char *out)
{
  const char *name[SERIES];
  const int n = series(name);
  struct record *record = record_open(out, "peers.tsv");
  char line[1024] = "place\tcell";
  size_t used = strlen(line);
  for (int k = 0; k < n; k++)
    used +=
        (size_t)snprintf(line + used, sizeof line - used,
                         "\t%s\t%s low\t%s high", name[k], name[k], name[k]);
  record_line(record, "%s", line);
  for (int c = 0; c < NETWORKS * THREADS; c++) {
    const char *work = networks[c / THREADS].work;
    used = (size_t)snprintf(line, sizeof line, "%d\t%s, %d",
                            NETWORKS * THREADS - c, work, c % THREADS + 1);
    for (int k = 0; k < n; k++) {
      double x[] = { nan(""), nan(""), nan("") };
      for (int r = 0; r < speed.rows; r++)
        if (is(&speed, r, "work", work) &&
            at_threads(&speed, r, c % THREADS + 1) &&
            is(&speed, r, "contestant", name[k])) {
          x[0] = number(&speed, r, "median") / 1e3;
          x[1] = number(&speed, r, "low") / 1e3;
          x[2] = number(&speed, r, "high") / 1e3;
        }
      used += (size_t)snprintf(line + used, sizeof line - used,
                               "\t%.4g\t%.4g\t%.4g", x[0], x[1], x[2]);
    }
    record_line(record, "%s", line);
  }
  record_close(record);
  return n;
}

static void draw(const char *out)
{
  draw_roofline(out);
  draw_staircase(out);
  const int n = draw_peers(out);
  struct record *r = record_open(out, "state.tsv");
  record_line(r, "roofline\tstaircase\tpeers\twords");
  record_line(r, "%d\t%d\t%d\t%s", roofline.rows && layers.rows,
              staircase.rows > 0, n,
              source ? "not run in this benchmark"
                     : "no benchmark was run in this build");
  record_close(r);
}

int main(int argc, char **argv)
{
  const struct cli_option more[] = {
    { "bench", "the folder of this build's records", CLI_TEXT, &bench, 0, 0 },
    { "record", "the folder of the committed record", CLI_TEXT, &committed, 0,
      0 },
    { "stale", "the code has changed since this build's benchmark", CLI_FLAG,
      &stale, 0, 0 },
    { NULL, NULL, CLI_TEXT, NULL, 0, 0 },
  };
  const struct cli cli = cli_parse(
      argc, argv, "What a step allows, and what was measured.", more);
  read_records();
  values = record_open(cli.out, "values.tsv");
  record_line(values, "name\tvalue");
  say_source();
  demands();
  machine();
  limits();
  against();
  contestants();
  as_it_stands(&reader, "the reader's time", 0);
  as_it_stands(&build, "the time of a build", 0.05);
  record_close(values);
  draw(cli.out);
  return 0;
}
