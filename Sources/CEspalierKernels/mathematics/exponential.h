// exp and its relatives.
//
// x = n ln 2 + r with integral n and |r| <= ln(2) / 2, the logarithm split into a short high and a low part
// so that n * high is exact (Cody and Waite, "Software Manual for the Elementary Functions", 1980); then e^r
// = 1 + r + r^2 Q(r), with Q of degree 4 fitted for the least relative error (3.3e-9, our own weighted
// minimax fit).
#pragma once

#include "../vectors/vector.h"

static const float log2_of_e = 1.44269504f;
static const float ln2_high = 0.693359375f;  // 355 / 512: nine bits, so n * ln2_high is exact
static const float ln2_low = -2.12194440e-4f;
// Adding it rounds |x| < 2^22 to an integer, which then stands in the low bits of the mantissa.
static const float rounding_shift = 0x1.8p23f;

typedef struct {
  vfloat power;   // n
  vuint integer;  // n as two's complement
  vfloat excess;  // e^r - 1
} ReducedExponential;

INLINE ReducedExponential reduce_exponential(vfloat x) {
  const vfloat shifted = x * log2_of_e + rounding_shift;
  ReducedExponential e;
  e.power = shifted - rounding_shift;
  e.integer = (vuint)shifted - (vuint)fill(rounding_shift);
  const vfloat r = (x - e.power * ln2_high) - e.power * ln2_low;
  vfloat q = r * 0.00138131441f + 0.00836941881f;
  q = q * r + 0.0416684568f;
  q = q * r + 0.166665148f;
  q = q * r + 0.499999931f;
  e.excess = r + r * r * q;
  return e;
}

/// 2^n for -126 <= n <= 127.
INLINE vfloat power_of_two(vuint n) { return (vfloat)((n + 127u) << 23); }

/// e^x within 2 ulp (gradual underflow included), infinity above 88.73, 0 below -103.98, NaN for NaN.
INLINE vfloat exponential(vfloat x) {
  // Beyond these bounds the result is 0 or infinity anyway; a NaN passes both.
  x = smaller(fill(90), larger(fill(-105), x));
  const ReducedExponential e = reduce_exponential(x);
#if defined(ESPALIER_TARGET_AVX512)
  return (vfloat)_mm512_scalef_ps((__m512)(1 + e.excess), (__m512)e.power);
#else
  // In two steps, because 2^n alone may overflow or underflow where the result does not.
  const vuint half = (vuint)((vint)e.integer >> 1);
  return (1 + e.excess) * power_of_two(half) * power_of_two(e.integer - half);
#endif
}

/// e^x - 1 for x <= 0 within 3 ulp, without cancellation near 0.
INLINE vfloat exponential_minus_one(vfloat x) {
  const ReducedExponential e = reduce_exponential(larger(fill(-60), x));
  const vfloat power = power_of_two(e.integer);
  return power * e.excess + (power - 1);
}
