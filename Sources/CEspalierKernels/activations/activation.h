#pragma once

#include "../vectors/lanes.h"
#include "functions.h"

INLINE void activation_lanes(
    EspalierActivation constant, float *y, const float *x, ptrdiff_t n, float parameter) {
  store(y, activate(constant, load(x, n), parameter), n);
}

INLINE void activation_range(
    EspalierActivation constant, float *y, const float *x, ptrdiff_t count, float parameter) {
  ptrdiff_t i = 0;
  for (; i + LANES <= count; i += LANES) activation_lanes(constant, y + i, x + i, LANES, parameter);
  if (i < count) activation_lanes(constant, y + i, x + i, count - i, parameter);
}

static void activation(
    float *y, const float *x, ptrdiff_t count, EspalierActivation activation, float parameter) {
  WITH_CONSTANT_ACTIVATION(activation, activation_range, y, x, count, parameter)
}

INLINE void bias_activation_lanes(
    EspalierActivation constant, float *y, float bias, ptrdiff_t n, float parameter) {
  store(y, activate(constant, load(y, n) + bias, parameter), n);
}

INLINE void bias_activation_rows(
    EspalierActivation constant, float *y, ptrdiff_t rows, ptrdiff_t columns, ptrdiff_t stride,
    const float *bias, float parameter) {
  for (ptrdiff_t r = 0; r < rows; r++) {
    float *row = y + r * stride;
    const float b = bias ? bias[r] : -0.0f;  // x + -0 is x, also for x = -0
    ptrdiff_t c = 0;
    for (; c + LANES <= columns; c += LANES) bias_activation_lanes(constant, row + c, b, LANES, parameter);
    if (c < columns) bias_activation_lanes(constant, row + c, b, columns - c, parameter);
  }
}

/// Lane l is the number of row (16 v + l) / columns of sixteen rows.
INLINE vfloat spread_over_rows(int columns, int v, vfloat numbers) {
#define SPREAD(...) __builtin_shufflevector(numbers, numbers, __VA_ARGS__)
  if (columns == 2) {
    return v == 0 ? SPREAD(0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7)
                  : SPREAD(8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13, 14, 14, 15, 15);
  }
  if (columns == 3) {
    return v == 0   ? SPREAD(0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4, 5)
           : v == 1 ? SPREAD(5, 5, 6, 6, 6, 7, 7, 7, 8, 8, 8, 9, 9, 9, 10, 10)
                    : SPREAD(10, 11, 11, 11, 12, 12, 12, 13, 13, 13, 14, 14, 14, 15, 15, 15);
  }
  if (columns == 4) {
    return v == 0   ? SPREAD(0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3)
           : v == 1 ? SPREAD(4, 4, 4, 4, 5, 5, 5, 5, 6, 6, 6, 6, 7, 7, 7, 7)
           : v == 2 ? SPREAD(8, 8, 8, 8, 9, 9, 9, 9, 10, 10, 10, 10, 11, 11, 11, 11)
                    : SPREAD(12, 12, 12, 12, 13, 13, 13, 13, 14, 14, 14, 14, 15, 15, 15, 15);
  }
  return numbers;
#undef SPREAD
}

/// Rows of a few samples side by side, sixteen at a time, so that the vectors are full.
INLINE void bias_activation_narrow_rows(
    EspalierActivation constant, int columns, float *y, ptrdiff_t rows, const float *bias, float parameter) {
  for (ptrdiff_t r = 0; r < rows; r += LANES) {
    const ptrdiff_t high = rows - r < LANES ? rows - r : LANES;
    const vfloat biases = bias ? load(bias + r, high) : fill(-0.0f);
    for (int v = 0; v < columns; v++) {
      const ptrdiff_t left = high * columns - v * LANES, n = left < LANES ? left : LANES;
      if (n <= 0) break;
      float *at = y + r * columns + v * LANES;
      store(at, activate(constant, load(at, n) + spread_over_rows(columns, v, biases), parameter), n);
    }
  }
}

INLINE void bias_activation_narrow(
    EspalierActivation constant, float *y, ptrdiff_t rows, ptrdiff_t columns, const float *bias,
    float parameter) {
  switch (columns) {
    case 1: bias_activation_narrow_rows(constant, 1, y, rows, bias, parameter); break;
    case 2: bias_activation_narrow_rows(constant, 2, y, rows, bias, parameter); break;
    case 3: bias_activation_narrow_rows(constant, 3, y, rows, bias, parameter); break;
    case 4: bias_activation_narrow_rows(constant, 4, y, rows, bias, parameter); break;
  }
}

static void bias_activation(
    float *y, ptrdiff_t rows, ptrdiff_t columns, ptrdiff_t stride, const float *bias,
    EspalierActivation activation, float parameter) {
  if (columns > 0 && columns <= ESPALIER_NARROW_COLUMNS && stride == columns) {
    WITH_CONSTANT_ACTIVATION(activation, bias_activation_narrow, y, rows, columns, bias, parameter)
    return;
  }
  WITH_CONSTANT_ACTIVATION(activation, bias_activation_rows, y, rows, columns, stride, bias, parameter)
}
