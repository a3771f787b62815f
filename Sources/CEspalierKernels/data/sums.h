// Element-wise sums and the sums of a whole range.
#pragma once

#include "../vectors/lanes.h"

INLINE void sum_lanes(float *y, const float *a, const float *b, ptrdiff_t n) {
  store(y, load(a, n) + load(b, n), n);
}

static void sum(float *y, const float *a, const float *b, ptrdiff_t count) {
  ptrdiff_t i = 0;
  for (; i + LANES <= count; i += LANES) sum_lanes(y + i, a + i, b + i, LANES);
  if (i < count) sum_lanes(y + i, a + i, b + i, count - i);
}

static void moments(const float *x, ptrdiff_t count, double shift, double *out) {
  vdouble first = (vdouble)0, second = (vdouble)0;
  ptrdiff_t i = 0;
  for (; i + LANES <= count; i += LANES) {
    const vdouble value = widen(load(x + i, LANES));
    const vdouble distance = value - shift;
    first += value;
    second += distance * distance;
  }
  out[0] = double_sum_of_lanes(first);
  out[1] = double_sum_of_lanes(second);
  for (; i < count; i++) {
    const double distance = (double)x[i] - shift;
    out[0] += (double)x[i];
    out[1] += distance * distance;
  }
}
