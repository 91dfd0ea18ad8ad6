/* Matrix products.  CBLAS for float and double; a plain loop for the long
   double and the complex builds, and with -DNO_CBLAS. */
#ifndef GEMM_H
#define GEMM_H

#include "real.h"
#include <stddef.h>

enum transpose { AS_IS, TRANSPOSED };

/* C = op(A) op(B) + beta C, all row-major and without gaps.
   op(A): m×k, op(B): k×n, C: m×n; A is stored k×m where it is TRANSPOSED,
   B is stored n×k.  beta is 0 (C is written) or 1 (C is added to). */
void gemm(enum transpose transpose_a, enum transpose transpose_b, size_t m,
          size_t n, size_t k, const real *A, const real *B, int beta, real *C);

/* C = a op(A) op(B) + beta C on parts of wider arrays, whose rows as stored
   are lda, ldb and ldc numbers long; beta is any number, and where it is 0, C
   is not read. */
void gemm_part(enum transpose transpose_a, enum transpose transpose_b,
               size_t m, size_t n, size_t k, real a, const real *A, size_t lda,
               const real *B, size_t ldb, real beta, real *C, size_t ldc);

#endif
