// Elementary functions on vectors, by range reduction and polynomials.
#pragma once

#include "vector.h"

ESPALIER_INLINE f32x16 larger(f32x16 a, f32x16 b) { return __builtin_elementwise_max(a, b); }
ESPALIER_INLINE f32x16 smaller(f32x16 a, f32x16 b) { return __builtin_elementwise_min(a, b); }
ESPALIER_INLINE f32x16 magnitude(f32x16 x) { return __builtin_elementwise_abs(x); }
ESPALIER_INLINE f32x16 square_root(f32x16 x) { return __builtin_elementwise_sqrt(x); }

/// e^x to about 2 ulp: x = n ln 2 + r with |r| <= ln 2 / 2, and a polynomial of degree 7 for e^r.
/// Below -87.33 the result is 0 (no subnormal results), above 88.72 infinity; a NaN stays one.
/// Source of the polynomial: S. Moshier, Cephes, expf.
ESPALIER_INLINE f32x16 exponential(f32x16 x) {
  const f32x16 inside = smaller(larger(x, splat(-87.33f)), splat(88.73f));
  const f32x16 shifter = splat(12582912.0f);  // 1.5 * 2^23: adding it rounds to an integer
  const f32x16 n = (inside * 1.44269504088896341f + shifter) - shifter;
  const f32x16 r = (inside - n * 0.693359375f) - n * -2.12194440e-4f;
  f32x16 p = r * 1.9875691500e-4f + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  p = p * (r * r) + r + 1.0f;
  // 2^n in two factors, since n may be 128.
  const i32x16 power = __builtin_convertvector(n, i32x16);
  const i32x16 half = power >> 1;
  const f32x16 scale1 = (f32x16)((half + 127) << 23);
  const f32x16 scale2 = (f32x16)((power - half + 127) << 23);
  f32x16 result = p * scale1 * scale2;
  result = choose(x < -87.33f, splat(0), result);
  result = choose(x > 88.72284f, splat(__builtin_inff()), result);
  return choose(x != x, x, result);
}

/// 1 / (1 + e^-x)
ESPALIER_INLINE f32x16 logistic(f32x16 x) { return 1.0f / (1.0f + exponential(-x)); }

/// tanh x: an odd polynomial for |x| < 0.625, else 1 - 2 / (e^2|x| + 1) with x's sign; about 2 ulp.
/// Source of the polynomial: S. Moshier, Cephes, tanhf.
ESPALIER_INLINE f32x16 hyperbolic_tangent(f32x16 x) {
  const f32x16 z = x * x;
  f32x16 p = z * -5.70498872745e-3f + 2.06390887954e-2f;
  p = p * z - 5.37397155531e-2f;
  p = p * z + 1.33314422036e-1f;
  p = p * z - 3.33332819422e-1f;
  const f32x16 small = p * z * x + x;
  const f32x16 size = magnitude(x);
  const f32x16 large = 1.0f - 2.0f / (exponential(size + size) + 1.0f);
  const i32x16 sign = (i32x16)x & (int32_t)0x80000000;
  return choose(size < 0.625f, small, (f32x16)((i32x16)large | sign));
}

/// The distribution function of the standard normal distribution, Phi(x) = erfc(-x / sqrt 2) / 2, with a relative error
/// of a few 1e-6 also in the lower tail (to where e^x underflows).
/// Source of the approximation of erfc: W. Press et al., Numerical Recipes, section 6.2 (fractional error 1.2e-7).
ESPALIER_INLINE f32x16 normal_distribution(f32x16 x) {
  const f32x16 z = magnitude(x) * 0.70710678118654752f;
  const f32x16 t = 1.0f / (1.0f + 0.5f * z);
  f32x16 p = t * 0.17087277f - 0.82215223f;
  p = p * t + 1.48851587f;
  p = p * t - 1.13520398f;
  p = p * t + 0.27886807f;
  p = p * t - 0.18628806f;
  p = p * t + 0.09678418f;
  p = p * t + 0.37409196f;
  p = p * t + 1.00002368f;
  p = p * t - 1.26551223f;
  const f32x16 tail = 0.5f * t * exponential(p - z * z);
  return choose(x < 0.0f, tail, 1.0f - tail);
}

/// The density of the standard normal distribution, e^(-x^2 / 2) / sqrt(2 pi).
ESPALIER_INLINE f32x16 normal_density(f32x16 x) { return 0.39894228040143268f * exponential(-0.5f * x * x); }
