#pragma once

#include "exponential.h"

/// tanh x within 4 ulp, also near 0; odd, +-1 at the infinities, NaN for NaN.
///
/// tanh |x| = -t / (2 + t) with t = e^(-2|x|) - 1, which cancels nowhere (W. Kahan, "Branch cuts for complex
/// elementary functions", 1987, uses the same form).
INLINE vfloat hyperbolic_tangent(vfloat x) {
  const vfloat t = exponential_minus_one(-2 * magnitude(x));
  return with_sign(t / (2 + t), x);
}

/// 1 / (1 + e^-x) within 4 ulp in both tails; NaN for NaN.
INLINE vfloat logistic(vfloat x) {
  const vfloat e = exponential(-magnitude(x));
  return (x < 0 ? e : fill(1)) / (1 + e);
}
