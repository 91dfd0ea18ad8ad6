/* What the machine could do at most: the bare products of a step with a BLAS
   of the reader's choice, and how many bytes a second it moves.

   products --work W1 --library libopenblas.so.0 --threads 1 [--cut]
       the products of W1's step, forward, dW and dX of each layer, and
       nothing else:  rate <tab> samples a second
   products --work layers ...         each product of each work by itself:
       layer <tab> W1 <tab> 1 <tab> forward|dW|dX <tab> m <tab> n <tab> k
       <tab> FLOP/s
   products --work sgemm ...          1024³:  flops <tab> FLOP/s
   products --work triad-memory, triad-cache:  bytes <tab> bytes/s of
       a[i] = b[i] + 3 c[i], over 3 × 85 MB, and over 1 MB a thread

   Exit status 3 where there is no such library.  --threads are the library's
   own; with --cut the products are cut by units
   into 2 blocks, which OpenMP's threads share. */
#include "cli.h"
#include "gemm.h"
#include "table.h"
#include "units.h"
#include "work.h"

#include <cblas.h>
#include <dlfcn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#ifdef _OPENMP
#include <omp.h>
#endif

enum { FEWEST = 5, BLOCKS = 2, CUBE = 1024, REPEATS = 1000, MOST = 16 };

static void (*cblas)(enum CBLAS_ORDER, enum CBLAS_TRANSPOSE,
                     enum CBLAS_TRANSPOSE, blasint, blasint, blasint, float,
                     const float *, blasint, const float *, blasint, float,
                     float *, blasint);
static int (*onednn)(char, char, int64_t, int64_t, int64_t, float,
                     const float *, int64_t, const float *, int64_t, float,
                     float *, int64_t);

/* dlsym gives an object's pointer where it means a function's. */
static void find(void *library, const char *name, void *function, size_t size)
{
  void *symbol = dlsym(library, name);
  memcpy(function, &symbol, size);
}

static void open_library(const char *name)
{
  void *library = dlopen(name, RTLD_NOW);
  if (!library) {
    fprintf(stderr, "products: %s\n", dlerror());
    exit(3);
  }
  find(library, "dnnl_sgemm", &onednn, sizeof onednn);
  if (!onednn)
    find(library, "cblas_sgemm", &cblas, sizeof cblas);
  if (!onednn && !cblas)
    fail("%s: neither cblas_sgemm nor dnnl_sgemm", name);
}

/* C: m×n, += op(A) op(B); lda, ldb, ldc as they are stored. */
struct product {
  const char *name;
  size_t layer, m, n, k;
  int ta, tb;
  float *A, *B, *C;
};

/* Columns n0 … n1 − 1, or with by_rows those rows, of C. */
static void multiply(const struct product *p, struct block part, int by_rows)
{
  const size_t lda = p->ta ? p->m : p->k, ldb = p->tb ? p->k : p->n;
  const size_t m = by_rows ? part.to - part.from : p->m;
  const size_t n = by_rows ? p->n : part.to - part.from;
  const float *A = p->A + (by_rows ? part.from * (p->ta ? 1 : lda) : 0);
  const float *B = p->B + (by_rows ? 0 : part.from * (p->tb ? ldb : 1));
  float *C = p->C + part.from * (by_rows ? p->n : 1);
  if (p->m == 1 || p->k == 1) /* of one sample: no library's sgemm is for it */
    gemm_part(p->ta ? TRANSPOSED : AS_IS, p->tb ? TRANSPOSED : AS_IS, m, n,
              p->k, 1, A, lda, B, ldb, 1, C, p->n);
  else if (onednn)
    onednn(p->ta ? 'T' : 'N', p->tb ? 'T' : 'N', (int64_t)m, (int64_t)n,
           (int64_t)p->k, 1, A, (int64_t)lda, B, (int64_t)ldb, 1, C,
           (int64_t)p->n);
  else
    cblas(CblasRowMajor, p->ta ? CblasTrans : CblasNoTrans,
          p->tb ? CblasTrans : CblasNoTrans, (int)m, (int)n, (int)p->k, 1, A,
          (int)lda, B, (int)ldb, 1, C, (int)p->n);
}

static void multiply_all(const struct product p[], size_t count, int cut)
{
  for (size_t i = 0; i < count; i++) {
    const int by_rows = p[i].ta; /* dW's rows are units */
    const size_t units = by_rows ? p[i].m : p[i].n;
    if (!cut) {
      multiply(&p[i], (struct block){ 0, units }, by_rows);
      continue;
    }
#pragma omp parallel for schedule(static)
    for (size_t k = 0; k < BLOCKS; k++) {
      const struct block part = block_of(units, k, BLOCKS);
      if (part.from < part.to)
        multiply(&p[i], part, by_rows);
    }
  }
}

/* Numbers about 0, so that sums stay small. */
static float *numbers(size_t count)
{
  float *x = allocate(count, sizeof *x);
  for (size_t i = 0; i < count; i++)
    x[i] = 1e-3f * ((float)(i % 17) - 8);
  return x;
}

static struct product product(const char *name, size_t layer, int ta, int tb,
                              size_t m, size_t n, size_t k)
{
  return (struct product){
    name,           layer,         m, n, k, ta, tb, numbers(m * k),
    numbers(n * k), numbers(m * n)
  };
}

/* Those of a step; their number. */
static size_t products_of(const struct work *w, struct product p[])
{
  size_t count = 0;
  const size_t S = w->batch;
  for (size_t l = 1; l < w->count; l++) {
    const size_t M = w->sizes[l - 1], N = w->sizes[l];
    p[count++] = product("forward", l, 0, 1, S, N, M);
    if (l > 1)
      p[count++] = product("dX", l, 0, 0, S, M, N);
    p[count++] = product("dW", l, 1, 0, N, M, S);
  }
  return count;
}

static double flops(const struct product *p)
{
  return 2.0 * (double)p->m * (double)p->n * (double)p->k;
}

static void release(const struct product p[], size_t count)
{
  for (size_t i = 0; i < count; i++)
    free(p[i].A), free(p[i].B), free(p[i].C);
}

struct settings {
  double seconds;
  long threads, repeats;
  int cut;
};

/* Seconds of one run of these products, one number a repetition. */
static void time_products(const struct settings *s, const struct product p[],
                          size_t count, double each[])
{
  multiply_all(p, count, s->cut);
  double start = work_seconds();
  for (int i = 0; i < FEWEST; i++)
    multiply_all(p, count, s->cut);
  const double guess = (work_seconds() - start) / FEWEST;
  const long runs =
      s->seconds / guess > FEWEST ? (long)(s->seconds / guess) : FEWEST;
  for (long r = 0; r < s->repeats; r++) {
    start = work_seconds();
    for (long i = 0; i < runs; i++)
      multiply_all(p, count, s->cut);
    each[r] = (work_seconds() - start) / (double)runs;
  }
}

static void print_layers(const struct settings *s, const struct work *w)
{
  struct product p[MOST];
  double each[REPEATS];
  const size_t count = products_of(w, p);
  for (size_t i = 0; i < count; i++) {
    time_products(s, &p[i], 1, each);
    for (long r = 0; r < s->repeats; r++)
      printf("layer\t%s\t%zu\t%s\t%zu\t%zu\t%zu\t%.6g\n", w->name, p[i].layer,
             p[i].name, p[i].m, p[i].n, p[i].k, flops(&p[i]) / each[r]);
  }
  release(p, count);
}

static void triad(const struct settings *s, size_t count)
{
  float *a = numbers(count), *b = numbers(count), *c = numbers(count);
  const long runs = 1 + (long)(s->seconds * 1e9 / (double)count);
  for (long r = -1; r < s->repeats; r++) {
    const double start = work_seconds();
    for (long i = 0; i < runs; i++)
#pragma omp parallel for schedule(static)
      for (size_t j = 0; j < count; j++)
        a[j] = b[j] + 3 * c[j];
    if (r >= 0) /* the first is a warm-up */
      printf("bytes\t%.6g\n",
             12.0 * (double)count * (double)runs / (work_seconds() - start));
  }
  free(a), free(b), free(c);
}

static void measure(const struct settings *s, const char *name)
{
  const struct work *w = work_named(name);
  struct product p[MOST];
  double each[REPEATS];
  size_t count = 1;
  if (w)
    count = products_of(w, p);
  else
    p[0] = product("sgemm", 1, 0, 0, CUBE, CUBE, CUBE);
  time_products(s, p, count, each);
  for (long r = 0; r < s->repeats; r++)
    printf(w ? "rate\t%.6g\n" : "flops\t%.6g\n",
           (w ? (double)w->batch : flops(p)) / each[r]);
  release(p, count);
}

int main(int argc, char **argv)
{
  const char *name = "W1", *library = "libopenblas.so.0";
  struct settings s = { 0.25, 1, 5, 0 };
  const struct cli_option more[] = {
    { "work", "W1 … W4, sgemm, layers, triad-memory or triad-cache", CLI_TEXT,
      &name, 0, 0 },
    { "library", "a BLAS, or oneDNN", CLI_TEXT, &library, 0, 0 },
    { "threads", "of the library, of OpenMP", CLI_LONG, &s.threads, 1, 1024 },
    { "cut", "by units, for OpenMP's threads", CLI_FLAG, &s.cut, 0, 0 },
    { "seconds", "of a repetition, about", CLI_DOUBLE, &s.seconds, 0, 3600 },
    { "repeats", "repetitions", CLI_LONG, &s.repeats, 1, REPEATS },
    { .name = NULL }
  };
  cli_parse(argc, argv, "The limits of the machine.", more);
#ifdef _OPENMP
  omp_set_num_threads((int)s.threads);
#endif
  if (!strcmp(name, "triad-memory")) {
    triad(&s, (size_t)256 << 18);
  } else if (!strcmp(name, "triad-cache")) {
    triad(&s, ((size_t)s.threads << 20) / 12);
  } else if (!strcmp(name, "layers")) {
    open_library(library);
    for (size_t i = 0; i < WORKS; i++)
      print_layers(&s, &works[i]);
  } else if (work_named(name) || !strcmp(name, "sgemm")) {
    open_library(library);
    measure(&s, name);
  } else {
    usage("--work %s: unknown", name);
  }
  return 0;
}
