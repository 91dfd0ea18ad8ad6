#include "gemm.h"

#if (defined REAL_F || defined REAL_D) && !defined NO_CBLAS

#include <cblas.h>

#ifdef REAL_F
#define cblas_gemm cblas_sgemm
#else
#define cblas_gemm cblas_dgemm
#endif

static CBLAS_TRANSPOSE cblas(enum transpose t)
{
  return t == TRANSPOSED ? CblasTrans : CblasNoTrans;
}

/* CBLAS counts with int: the largest array here has fewer than 2^31 rows. */
void gemm(enum transpose ta, enum transpose tb, size_t m, size_t n, size_t k,
          const real *A, const real *B, int beta, real *C)
{
  const int lda = (int)(ta == TRANSPOSED ? m : k);
  const int ldb = (int)(tb == TRANSPOSED ? k : n);
  cblas_gemm(CblasRowMajor, cblas(ta), cblas(tb), (int)m, (int)n, (int)k,
             R(1.0), A, lda, B, ldb, (real)beta, C, (int)n);
}

#else

void gemm(enum transpose ta, enum transpose tb, size_t m, size_t n, size_t k,
          const real *A, const real *B, int beta, real *C)
{
  for (size_t i = 0; i < m; i++)
    for (size_t j = 0; j < n; j++) {
      real sum = R(0.0);
      for (size_t l = 0; l < k; l++)
        sum += (ta == TRANSPOSED ? A[l * m + i] : A[i * k + l]) *
               (tb == TRANSPOSED ? B[j * k + l] : B[l * n + j]);
      C[i * n + j] = beta ? C[i * n + j] + sum : sum;
    }
}

#endif
