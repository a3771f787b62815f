#pragma once

#include "../mathematics/exponential.h"
#include "../vectors/lanes.h"

/// Softmax: dx = y (dy - sum dy y). Its logarithm: dx = dy - e^y sum dy.
INLINE void softmax_gradient_columns(
    float *dx, const float *dy, const float *y, ptrdiff_t rows, ptrdiff_t stride, ptrdiff_t n,
    bool logarithmic) {
  vfloat sum = fill(0);
  for (ptrdiff_t r = 0; r < rows; r++) {
    const vfloat d = load(dy + r * stride, n);
    sum += logarithmic ? d : d * load(y + r * stride, n);
  }
  for (ptrdiff_t r = 0; r < rows; r++) {
    const vfloat d = load(dy + r * stride, n);
    const vfloat value = load(y + r * stride, n);
    store(dx + r * stride, logarithmic ? d - exponential(value) * sum : value * (d - sum), n);
  }
}

INLINE void softmax_gradient_matrix(
    float *dx, const float *dy, const float *y, ptrdiff_t rows, ptrdiff_t columns, ptrdiff_t stride,
    bool logarithmic) {
  ptrdiff_t c = 0;
  for (; c + LANES <= columns; c += LANES) {
    softmax_gradient_columns(dx + c, dy + c, y + c, rows, stride, LANES, logarithmic);
  }
  if (c < columns) {
    softmax_gradient_columns(dx + c, dy + c, y + c, rows, stride, columns - c, logarithmic);
  }
}

static void softmax_gradient(
    float *dx, const float *dy, const float *y, ptrdiff_t rows, ptrdiff_t columns, ptrdiff_t stride,
    bool logarithm) {
  if (logarithm) {
    softmax_gradient_matrix(dx, dy, y, rows, columns, stride, true);
  } else {
    softmax_gradient_matrix(dx, dy, y, rows, columns, stride, false);
  }
}
