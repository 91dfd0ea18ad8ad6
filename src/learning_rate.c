#include "learning_rate.h"

real rate_constant(real a0, long k, long K)
{
  (void)k;
  (void)K;
  return a0;
}

real rate_linear(real a0, long k, long K)
{
  return a0 * (R(1.0) - (real)k / (real)K);
}

real rate_step(real a0, long k, long every, real factor)
{
  real a = a0;
  for (long at = every; at <= k; at += every)
    a *= factor;
  return a;
}

real rate_cosine(real a0, long k, long K)
{
  return a0 / R(2.0) * (R(1.0) + cos(PI * (real)k / (real)K));
}

real rate_warm(real a, long k, long warm)
{
  return k < warm ? a * (real)(k + 1) / (real)warm : a;
}

real rate_ratio(real a, real loss, real loss_before)
{
  return a * loss / loss_before;
}

real rate_grid(real lowest, real highest, long i, long n)
{
  const real part = (real)i / (real)(n - 1);
  return pow(lowest, R(1.0) - part) * pow(highest, part);
}
