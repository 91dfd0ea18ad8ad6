#include "real.h"

#ifdef REAL_IS_COMPLEX

#ifdef REAL_ZL
typedef long double part; /* of which a real has two */
#else
typedef double part;
#endif

#define INV_SQRT_PI R(0.564189583547756286948079451560772586)

static real rectangular(part a, part b)
{
  return (real)a + (real)b * (real)_Complex_I;
}

/* e^(a+ib) − 1 = expm1(a) cos b + (cos b − 1) + i e^a sin b, with
   cos b − 1 = −2 sin²(b/2).  Euler's formula. */
real REAL(real_expm1)(real x)
{
  const part a = creal(x), b = cimag(x);
  const part half = sin(b / 2);
  return rectangular(expm1(a) * cos(b) - 2 * half * half, exp(a) * sin(b));
}

/* log(1 + a + ib): modulus ½ log1p(2a + a² + b²), argument atan2(b, 1 + a). */
real REAL(real_log1p)(real x)
{
  const part a = creal(x), b = cimag(x);
  return rectangular(log1p(a * (2 + a) + b * b) / 2, atan2(b, 1 + a));
}

/* erf(a + ib) to first order in b, by erf′(a) = 2/√π e^(−a²) (DLMF 7.2.1):
   the derivative is put in, so the complex step is no witness of erf. */
real REAL(real_erf)(real x)
{
  const part a = creal(x), b = cimag(x);
  return rectangular(erf(a), b * 2 * INV_SQRT_PI * exp(-a * a));
}

#else

real REAL(real_expm1)(real x) { return expm1(x); }
real REAL(real_log1p)(real x) { return log1p(x); }
real REAL(real_erf)(real x) { return erf(x); }

#endif
