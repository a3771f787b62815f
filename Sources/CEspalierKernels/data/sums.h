#pragma once

#include "../vectors/vector.h"

static void moments(const float *x, ptrdiff_t count, double shift, double *out) {
  f64x8 sum = {0}, squares = {0};
  ptrdiff_t i = 0;
  for (; i + WIDTH <= count; i += WIDTH) {
    const f32x16 value = load(x + i);
    const f64x8 low = low_half_double(value), high = high_half_double(value);
    sum += low + high;
    squares += (low - shift) * (low - shift) + (high - shift) * (high - shift);
  }
  out[0] = horizontal_sum_double(sum);
  out[1] = horizontal_sum_double(squares);
  for (; i < count; i++) {
    out[0] += x[i];
    out[1] += (x[i] - shift) * (x[i] - shift);
  }
}

static void sum(float *y, const float *a, const float *b, ptrdiff_t count) {
  ptrdiff_t i = 0;
  for (; i + WIDTH <= count; i += WIDTH) store(y + i, load(a + i) + load(b + i));
  for (; i < count; i++) y[i] = a[i] + b[i];
}
