/* onednn.c's product against the loops of gemm.c: all transposes, sizes on
   both sides of where it copies and of its pieces, rows as tight as may be and
   further apart.  All numbers are small and whole, or halves: in floats such
   sums are exact in any order, and every entry must be equal. */
#include "gemm.h"

#include <cblas.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* m, n, k, and how much further apart rows are than they are long. */
static const struct shape {
  int m, n, k, further;
} shapes[] = {
  { 1, 1, 1, 0 },         { 7, 5, 3, 2 },       { 191, 48, 256, 0 },
  { 192, 47, 256, 0 },    { 192, 48, 256, 0 },  { 193, 144, 768, 0 },
  { 192, 48, 0, 256 },    { 192, 145, 1, 255 }, { 192, 300, 800, 224 },
  { 200, 50, 1537, 255 },
};

static float *numbers(int rows, int ld)
{
  const int count = rows * ld;
  float *x = calloc((size_t)count, sizeof *x);
  if (!x)
    abort();
  for (int i = 0; i < count; i++)
    x[i] = (float)(i % 17 + i / ld % 5 - 10);
  return x;
}

/* How many entries of C, or beside it, are not what they should be. */
static int wrong(const struct shape *s, int ta, int tb, float beta)
{
  const int lda = (ta ? s->m : s->k) + s->further;
  const int ldb = (tb ? s->k : s->n) + s->further, ldc = s->n + s->further;
  const float alpha = -1.5f;
  float *A = numbers(ta ? s->k : s->m, lda),
        *B = numbers(tb ? s->n : s->k, ldb);
  float *C = numbers(s->m, ldc), *expected = numbers(s->m, ldc);
  int count = 0;
  for (int i = 0; beta == 0 && i < s->m; i++)
    for (int j = 0; j < s->n; j++)
      C[i * ldc + j] = NAN; /* must not be read */
  cblas_sgemm(CblasRowMajor, ta ? CblasTrans : CblasNoTrans,
              tb ? CblasTrans : CblasNoTrans, s->m, s->n, s->k, alpha, A, lda,
              B, ldb, beta, C, ldc);
  gemm_part(ta ? TRANSPOSED : AS_IS, tb ? TRANSPOSED : AS_IS, (size_t)s->m,
            (size_t)s->n, (size_t)s->k, alpha, A, (size_t)lda, B, (size_t)ldb,
            beta, expected, (size_t)ldc);
  for (int i = 0; i < s->m * ldc; i++)
    count += !(C[i] == expected[i]);
  free(A), free(B), free(C), free(expected);
  return count;
}

int main(void)
{
  int failures = 0;
  for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++)
    for (int t = 0; t < 4; t++)
      for (int b = 0; b < 3; b++) {
        const struct shape *s = &shapes[i];
        const float beta = 0.5f * (float)b;
        const int count = wrong(s, t & 1, t >> 1, beta);
        failures += count > 0;
        if (count)
          printf("FAIL  oneDNN's product: m %d, n %d, k %d, rows %d further, "
                 "transposes %d %d, beta %g: %d entries\n",
                 s->m, s->n, s->k, s->further, t & 1, t >> 1, (double)beta,
                 count);
      }
  if (!failures)
    printf("PASS  oneDNN's product, exactly, for all sizes and transposes\n");
  return failures > 0;
}
