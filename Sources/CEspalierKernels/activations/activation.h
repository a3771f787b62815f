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

static void bias_activation(
    float *y, ptrdiff_t rows, ptrdiff_t columns, ptrdiff_t stride, const float *bias,
    EspalierActivation activation, float parameter) {
  WITH_CONSTANT_ACTIVATION(activation, bias_activation_rows, y, rows, columns, stride, bias, parameter)
}
