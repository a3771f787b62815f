// The normal distribution, for GELU.
#pragma once

#include "exponential.h"

typedef struct {
  vfloat cumulative;  // Phi(x)
  vfloat density;     // phi(x) = e^(-x^2 / 2) / sqrt(2 pi)
} Normal;

/// Phi and phi of x, |x| <= 15 or NaN: within 6e-7 relative to the value as long as it is a normal number,
/// also in the lower tail.
///
/// Phi(-t) = e^(-t^2 / 2) R(t) for t >= 0, where R(t) = erfcx(t / sqrt(2)) / 2 is smooth and decreases
/// slowly. With u = 1 / (1 + 0.35 t), the substitution of Abramowitz and Stegun 7.1.26, R = u P(u); P of
/// degree 8 is our own weighted minimax fit on 0 <= t <= 14.5 (relative error 3.2e-8).
INLINE Normal normal_distribution(vfloat x) {
  const vfloat t = magnitude(x);
  // The rounding error of t^2 would be a relative error of the exponential: 6e-8 * t^2. So find it, exactly,
  // by splitting t into a high part of 12 bits and the rest (T. J. Dekker, 1971), and correct to first order.
  const vfloat high = (vfloat)((vuint)t & 0xfffff000u);
  const vfloat low = t - high;
  const vfloat square = t * t;
  const vfloat rounded_off = ((high * high - square) + 2 * high * low) + low * low;
  const vfloat e = exponential(-0.5f * square);
  const vfloat gauss = e - e * (0.5f * rounded_off);

  const vfloat u = 1 / (1 + 0.35f * t);
  vfloat p = u * -0.0291582104f + 0.144032442f;
  p = p * u + -0.255841999f;
  p = p * u + 0.159322905f;
  p = p * u + -0.0232143897f;
  p = p * u + 0.105553281f;
  p = p * u + 0.119821113f;
  p = p * u + 0.139863537f;
  p = p * u + 0.139621306f;
  const vfloat tail = gauss * (u * p);

  Normal normal;
  normal.cumulative = x < 0 ? tail : 1 - tail;
  normal.density = gauss * 0.398942280f;
  return normal;
}
