// The natural logarithm, for sums of exponentials.
#pragma once

#include "../vectors/vector.h"

/// ln x of a positive, normal x within 2 ulp (and 1e-7 absolute near 1); infinity for infinity, NaN for NaN.
///
/// x = 2^n m with sqrt(1/2) <= m < sqrt(2), and ln m = 2 artanh(s) = 2 (s + s^3 / 3 + s^5 / 5 + ...) with
/// s = (m - 1) / (m + 1), |s| <= 0.172 (Abramowitz and Stegun, 4.1.27): four terms beyond s leave 1e-9.
INLINE vfloat logarithm(vfloat x) {
  const vuint root_half = (vuint)0x3f3504f3u;  // the bits of sqrt(1/2)
  const vuint above = (vuint)x - root_half;
  const vfloat n = __builtin_convertvector((vint)above >> 23, vfloat);
  const vfloat m = (vfloat)((above & 0x007fffffu) + root_half);
  const vfloat f = m - 1;
  const vfloat s = f / (2 + f);
  const vfloat z = s * s;
  vfloat p = z * (2.0f / 9) + 2.0f / 7;
  p = p * z + 2.0f / 5;
  p = p * z + 2.0f / 3;
  const vfloat ln_m = 2 * s + s * z * p;
  const vfloat result = n * 0.693359375f + (n * -2.12194440e-4f + ln_m);
  return x < __builtin_inff() ? result : x;
}
