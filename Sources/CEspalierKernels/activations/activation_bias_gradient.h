#pragma once

#include "../vectors/lanes.h"
#include "functions.h"

/// The new dy, stored unless the activation is the identity.
INLINE vfloat bias_gradient_lanes(
    EspalierActivation constant, float *dy, const float *y, ptrdiff_t n, float parameter) {
  vfloat d = load(dy, n);
  if (constant == ESPALIER_IDENTITY) return d;
  d = activation_derivative(constant, d, load(y, n), parameter);
  store(dy, d, n);
  return d;
}

INLINE float bias_gradient_row(
    EspalierActivation constant, float *dy, const float *y, ptrdiff_t columns, float parameter) {
  // Four sums, because one alone would wait for the latency of its addition.
  vfloat sum[4] = {fill(0), fill(0), fill(0), fill(0)};
  ptrdiff_t c = 0;
  for (; c + 4 * LANES <= columns; c += 4 * LANES) {
    for (int j = 0; j < 4; j++) {
      const ptrdiff_t i = c + j * LANES;
      sum[j] += bias_gradient_lanes(constant, dy + i, y ? y + i : NULL, LANES, parameter);
    }
  }
  for (; c + LANES <= columns; c += LANES) {
    sum[0] += bias_gradient_lanes(constant, dy + c, y ? y + c : NULL, LANES, parameter);
  }
  if (c < columns) {
    const vfloat d = bias_gradient_lanes(constant, dy + c, y ? y + c : NULL, columns - c, parameter);
    sum[1] += first_lanes(columns - c) ? d : fill(0);
  }
  return sum_of_lanes((sum[0] + sum[2]) + (sum[1] + sum[3]));
}

INLINE void bias_gradient_rows(
    EspalierActivation constant, float *dy, const float *y, ptrdiff_t rows, ptrdiff_t columns,
    ptrdiff_t stride, float parameter, float *bias_gradient) {
  for (ptrdiff_t r = 0; r < rows; r++) {
    const ptrdiff_t i = r * stride;
    const float sum = bias_gradient_row(constant, dy + i, y ? y + i : NULL, columns, parameter);
    if (bias_gradient) bias_gradient[r] = sum;
  }
}

/// Rows of a few samples side by side: the derivatives of many rows fill the vectors, then each row is summed.
INLINE void bias_gradient_narrow_rows(
    EspalierActivation constant, int columns, float *dy, const float *y, ptrdiff_t rows, float parameter,
    float *bias_gradient) {
  enum { ROWS = 16 * LANES };  // so many that they stay in the first-level cache
  for (ptrdiff_t first = 0; first < rows; first += ROWS) {
    const ptrdiff_t last = first + ROWS < rows ? first + ROWS : rows;
    if (constant != ESPALIER_IDENTITY) {
      const ptrdiff_t end = last * columns;
      for (ptrdiff_t i = first * columns; i < end; i += LANES) {
        bias_gradient_lanes(constant, dy + i, y + i, i + LANES <= end ? LANES : end - i, parameter);
      }
    }
    for (ptrdiff_t r = first; bias_gradient && r < last; r++) {
      float sum = dy[r * columns];
      for (int c = 1; c < columns; c++) sum += dy[r * columns + c];
      bias_gradient[r] = sum;
    }
  }
}

INLINE void bias_gradient_narrow(
    EspalierActivation constant, float *dy, const float *y, ptrdiff_t rows, ptrdiff_t columns,
    float parameter, float *bias_gradient) {
  switch (columns) {
    case 1: bias_gradient_narrow_rows(constant, 1, dy, y, rows, parameter, bias_gradient); break;
    case 2: bias_gradient_narrow_rows(constant, 2, dy, y, rows, parameter, bias_gradient); break;
    case 3: bias_gradient_narrow_rows(constant, 3, dy, y, rows, parameter, bias_gradient); break;
    case 4: bias_gradient_narrow_rows(constant, 4, dy, y, rows, parameter, bias_gradient); break;
  }
}

static void activation_bias_gradient(
    float *dy, const float *y, ptrdiff_t rows, ptrdiff_t columns, ptrdiff_t stride,
    EspalierActivation activation, float parameter, float *bias_gradient) {
  if (columns > 0 && columns <= ESPALIER_NARROW_COLUMNS && stride == columns) {
    WITH_CONSTANT_ACTIVATION(
        activation, bias_gradient_narrow, dy, y, rows, columns, parameter, bias_gradient)
    return;
  }
  WITH_CONSTANT_ACTIVATION(
      activation, bias_gradient_rows, dy, y, rows, columns, stride, parameter, bias_gradient)
}
