#pragma once

#include "../vectors/lanes.h"

/// (y - t)^2 in double precision; stores the gradient if there is one.
INLINE vdouble squared_error_lanes(
    const float *y, const float *targets, float *gradient, float twice_scale, ptrdiff_t n) {
  const vfloat difference = load(y, n) - load(targets, n);
  if (gradient) store(gradient, difference * twice_scale, n);
  const vdouble wide = widen(difference);
  return wide * wide;
}

static double squared_error(
    const float *y, const float *targets, float *gradient, ptrdiff_t count, float scale) {
  const float twice_scale = 2 * scale;
  vdouble sum = (vdouble)0;
  ptrdiff_t i = 0;
  for (; i + LANES <= count; i += LANES) {
    sum += squared_error_lanes(y + i, targets + i, gradient ? gradient + i : NULL, twice_scale, LANES);
  }
  if (i < count) {  // the lanes beyond load as 0 - 0
    sum += squared_error_lanes(y + i, targets + i, gradient ? gradient + i : NULL, twice_scale, count - i);
  }
  return double_sum_of_lanes(sum);
}
