/* The number type.  The same source is compiled for each of five types:

     -DREAL_F   float                  what training runs on
     -DREAL_D   double                 the default
     -DREAL_L   long double            what the checks evaluate
     -DREAL_ZD  double _Complex        the complex step, one precision lower
     -DREAL_ZL  long double _Complex   the complex step

   real        the type
   R(0.1)      a literal of that type; a bare 0.1 would widen a float
   re(x)       the real part, for choices: re(x) > 0 ? x : R(0.0)
   REAL_NAME   f, d, l, zd or zl
   REAL(name)  name_f, name_d, ...: the symbol of this type's build

   <tgmath.h> picks expf, exp, expl, cexp or cexpl for exp(x).  C has no
   complex expm1, log1p, erf: real_expm1, real_log1p and real_erf below. */
#ifndef REAL_H
#define REAL_H

#include <tgmath.h>
#undef I /* a letter the mathematics needs */

#define REAL_CAT_(a, b) a##b
#define REAL_CAT(a, b) REAL_CAT_(a, b)
#define REAL(name) REAL_CAT(name##_, REAL_NAME)

#if defined REAL_F
typedef float real;
#define REAL_NAME f
#define R(x) x##f
#elif defined REAL_L
typedef long double real;
#define REAL_NAME l
#define R(x) x##L
#elif defined REAL_ZD
typedef double _Complex real;
#define REAL_NAME zd
#define R(x) x
#define REAL_IS_COMPLEX 1
#elif defined REAL_ZL
typedef long double _Complex real;
#define REAL_NAME zl
#define R(x) x##L
#define REAL_IS_COMPLEX 1
#else
typedef double real;
#define REAL_NAME d
#define R(x) x
#endif

#ifdef REAL_IS_COMPLEX
#define re(x) creal(x)
#else
#define re(x) (x)
#endif

#define PI R(3.14159265358979323846264338327950288)

/* exp(x) − 1, log(1 + x) and the error function, without the cancellation
   near 0; on complex numbers, exact to first order in the imaginary part,
   which is all the complex step reads (see real.c for the sources). */
real REAL(real_expm1)(real x);
real REAL(real_log1p)(real x);
real REAL(real_erf)(real x);
#define real_expm1(x) REAL(real_expm1)(x)
#define real_log1p(x) REAL(real_log1p)(x)
#define real_erf(x) REAL(real_erf)(x)

#endif
