/* CBLAS's product of floats by oneDNN, which writes code for the processor
   and the sizes at hand; all else comes from the BLAS that is linked.  Row-
   major only, which is all that gemm.c asks for.

   A program that is linked with this file and -ldnnl calls it in the place of
   its BLAS's cblas_sgemm. */
#include <cblas.h>
#include <oneapi/dnnl/dnnl.h>
#include <stdlib.h>

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
  if (order != CblasRowMajor ||
      dnnl_sgemm(ta == CblasTrans ? 'T' : 'N', tb == CblasTrans ? 'T' : 'N', m,
                 n, k, alpha, A, lda, B, ldb, beta, C, ldc) != dnnl_success)
    abort();
}
