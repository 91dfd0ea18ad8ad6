#include "gemm.h"

void gemm(enum transpose ta, enum transpose tb, size_t m, size_t n, size_t k,
          const real *A, const real *B, int beta, real *C)
{
  gemm_part(ta, tb, m, n, k, R(1.0), A, ta == TRANSPOSED ? m : k, B,
            tb == TRANSPOSED ? k : n, (real)beta, C, n);
}

#if (defined REAL_F || defined REAL_D) && !defined NO_CBLAS

#include <cblas.h>

#ifdef REAL_F
#define cblas_gemm cblas_sgemm
#define cblas_gemv cblas_sgemv
#define cblas_ger cblas_sger
#else
#define cblas_gemm cblas_dgemm
#define cblas_gemv cblas_dgemv
#define cblas_ger cblas_dger
#endif

static CBLAS_TRANSPOSE cblas(enum transpose t)
{
  return t == TRANSPOSED ? CblasTrans : CblasNoTrans;
}

/* CBLAS counts with int: the largest array here has fewer than 2^31 rows.
   A product with a single row, and a sum of a single product, have functions
   of their own, which do not first copy the matrix into another order. */
void gemm_part(enum transpose ta, enum transpose tb, size_t m, size_t n,
               size_t k, real a, const real *A, size_t lda, const real *B,
               size_t ldb, real beta, real *C, size_t ldc)
{
  const int a_step = ta == TRANSPOSED ? (int)lda : 1;
  const int b_step = tb == TRANSPOSED ? (int)ldb : 1;
  if (m == 1 && k > 0 && tb == TRANSPOSED)
    cblas_gemv(CblasRowMajor, CblasNoTrans, (int)n, (int)k, a, B, (int)ldb, A,
               a_step, beta, C, 1);
  else if (m == 1 && k > 0)
    cblas_gemv(CblasRowMajor, CblasTrans, (int)k, (int)n, a, B, (int)ldb, A,
               a_step, beta, C, 1);
  else if (k == 1 && re(beta) == 1)
    cblas_ger(CblasRowMajor, (int)m, (int)n, a, A,
              ta == TRANSPOSED ? 1 : (int)lda, B, b_step, C, (int)ldc);
  else
    cblas_gemm(CblasRowMajor, cblas(ta), cblas(tb), (int)m, (int)n, (int)k, a,
               A, (int)lda, B, (int)ldb, beta, C, (int)ldc);
}

#else

void gemm_part(enum transpose ta, enum transpose tb, size_t m, size_t n,
               size_t k, real a, const real *A, size_t lda, const real *B,
               size_t ldb, real beta, real *C, size_t ldc)
{
  for (size_t i = 0; i < m; i++)
    for (size_t j = 0; j < n; j++) {
      real sum = R(0.0);
      for (size_t l = 0; l < k; l++)
        sum += (ta == TRANSPOSED ? A[l * lda + i] : A[i * lda + l]) *
               (tb == TRANSPOSED ? B[j * ldb + l] : B[l * ldb + j]);
      sum *= a;
      C[i * ldc + j] = re(beta) == 0 ? sum : beta * C[i * ldc + j] + sum;
    }
}

#endif
