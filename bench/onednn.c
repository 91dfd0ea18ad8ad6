/* CBLAS's product of floats by oneDNN, which writes code for the processor
   and the sizes at hand; all else comes from the BLAS that is linked.  Row-
   major only, which is all that gemm.c asks for.

   A program that is linked with this file and -ldnnl calls it in the place of
   its BLAS's cblas_sgemm.

   Before oneDNN multiplies by Bᵀ it copies B into an order of its own, PANEL
   rows side by side.  A line's address modulo a power of two decides in which
   few places of a cache it may be.  PANEL rows that lie a multiple of KIB
   apart share too few, and each line is fetched again and again.  So such a B
   is copied before, piece by piece, into rows that are a line further
   apart. */
#include "mlp.h"

#include <cblas.h>
#include <oneapi/dnnl/dnnl.h>
#include <stdlib.h>
#include <string.h>

enum {
  PANEL = 48,
  FEWEST = 4 * PANEL, /* rows of A: with fewer the copy costs what it saves */
  KIB = 1024 / sizeof(float),
  LINE = CACHE_LINE / sizeof(float),
  ROWS = 3 * PANEL, /* of a piece at most, and */
  COLUMNS = 768
};

static int least(int a, int b) { return a < b ? a : b; }

/* C = β C, C: m×n: a product of no terms, where oneDNN leaves C as it was. */
static void scale(int m, int n, float beta, float *C, int ldc)
{
  for (int i = 0; i < m; i++)
    for (int j = 0; j < n; j++)
      C[i * ldc + j] = beta == 0 ? 0 : beta * C[i * ldc + j];
}

/* C = α op(A) op(B) + β C, C: m×n. */
static void product(char ta, char tb, int m, int n, int k, float alpha,
                    const float *A, int lda, const float *B, int ldb,
                    float beta, float *C, int ldc)
{
  if (dnnl_sgemm(ta, tb, m, n, k, alpha, A, lda, B, ldb, beta, C, ldc) !=
      dnnl_success)
    abort();
}

/* C = α A Bᵀ + β C, A: m×k, B: n×k. */
static void product_of_copies(int m, int n, int k, float alpha, const float *A,
                              int lda, const float *B, int ldb, float beta,
                              float *C, int ldc)
{
  static _Thread_local float piece[ROWS][COLUMNS + LINE];
  for (int i = 0; i < n; i += ROWS)
    for (int j = 0; j < k; j += COLUMNS) {
      const int rows = least(ROWS, n - i), columns = least(COLUMNS, k - j);
      for (int r = 0; r < rows; r++)
        memcpy(piece[r], B + (size_t)(i + r) * (size_t)ldb + j,
               (size_t)columns * sizeof **piece);
      product('N', 'T', m, rows, columns, alpha, A + j, lda, *piece,
              COLUMNS + LINE, j ? 1 : beta, C + i, ldc);
    }
}

void cblas_sgemm(OPENBLAS_CONST enum CBLAS_ORDER order,
                 OPENBLAS_CONST enum CBLAS_TRANSPOSE ta,
                 OPENBLAS_CONST enum CBLAS_TRANSPOSE tb,
                 OPENBLAS_CONST blasint m, OPENBLAS_CONST blasint n,
                 OPENBLAS_CONST blasint k, OPENBLAS_CONST float alpha,
                 OPENBLAS_CONST float *A, OPENBLAS_CONST blasint lda,
                 OPENBLAS_CONST float *B, OPENBLAS_CONST blasint ldb,
                 OPENBLAS_CONST float beta, float *C,
                 OPENBLAS_CONST blasint ldc)
{
  if (order != CblasRowMajor)
    abort();
  if (k == 0)
    scale(m, n, beta, C, ldc);
  else if (ta == CblasNoTrans && tb == CblasTrans && ldb % KIB == 0 &&
           n >= PANEL && m >= FEWEST)
    product_of_copies(m, n, k, alpha, A, lda, B, ldb, beta, C, ldc);
  else
    product(ta == CblasTrans ? 'T' : 'N', tb == CblasTrans ? 'T' : 'N', m, n,
            k, alpha, A, lda, B, ldb, beta, C, ldc);
}
