#pragma once

#include <math.h>

#include "../vectors/functions.h"

/// The natural logarithm, lane by lane with the C library: once a column, not once an element.
ESPALIER_INLINE f32x16 logarithm_of(f32x16 x) {
  for (int lane = 0; lane < WIDTH; lane++) x[lane] = logf(x[lane]);
  return x;
}

/// Up to sixteen columns of a matrix: all rows of them, `lanes` wide.
typedef struct {
  ptrdiff_t stride, lanes;
} Columns;

ESPALIER_INLINE f32x16 load_row(const float *base, ptrdiff_t row, Columns columns) {
  const float *from = base + row * columns.stride;
  return columns.lanes == WIDTH ? load(from) : load_part(from, columns.lanes);
}

ESPALIER_INLINE void store_row(float *base, ptrdiff_t row, Columns columns, f32x16 value) {
  float *to = base + row * columns.stride;
  if (columns.lanes == WIDTH) store(to, value);
  else store_part(to, value, columns.lanes);
}

ESPALIER_INLINE f32x16 largest_of(const float *x, ptrdiff_t rows, Columns columns) {
  f32x16 best = load_row(x, 0, columns);
  for (ptrdiff_t row = 1; row < rows; row++) best = larger(best, load_row(x, row, columns));
  return best;
}

ESPALIER_INLINE void softmax_columns(float *y, const float *x, ptrdiff_t rows, Columns columns, bool logarithm) {
  const f32x16 best = largest_of(x, rows, columns);
  f32x16 sum = {0};
  for (ptrdiff_t row = 0; row < rows; row++) {
    const f32x16 shifted = load_row(x, row, columns) - best;
    const f32x16 power = exponential(shifted);
    store_row(y, row, columns, logarithm ? shifted : power);
    sum += power;
  }
  const f32x16 scale = logarithm ? logarithm_of(sum) : 1.0f / sum;
  for (ptrdiff_t row = 0; row < rows; row++) {
    const f32x16 value = load_row(y, row, columns);
    store_row(y, row, columns, logarithm ? value - scale : value * scale);
  }
}

static void softmax(float *y, const float *x, ptrdiff_t rows, ptrdiff_t columns, ptrdiff_t stride, bool logarithm) {
  if (rows <= 0) return;
  for (ptrdiff_t i = 0; i < columns; i += WIDTH) {
    const Columns part = {stride, columns - i < WIDTH ? columns - i : WIDTH};
    softmax_columns(y + i, x + i, rows, part, logarithm);
  }
}

ESPALIER_INLINE void softmax_gradient_columns(
    float *dx, const float *dy, const float *y, ptrdiff_t rows, Columns columns, bool logarithm) {
  f32x16 sum = {0};
  for (ptrdiff_t row = 0; row < rows; row++) {
    const f32x16 gradient = load_row(dy, row, columns);
    sum += logarithm ? gradient : gradient * load_row(y, row, columns);
  }
  for (ptrdiff_t row = 0; row < rows; row++) {
    const f32x16 gradient = load_row(dy, row, columns), output = load_row(y, row, columns);
    store_row(
        dx, row, columns, logarithm ? gradient - exponential(output) * sum : output * (gradient - sum));
  }
}

static void softmax_gradient(
    float *dx, const float *dy, const float *y, ptrdiff_t rows, ptrdiff_t columns, ptrdiff_t stride,
    bool logarithm) {
  for (ptrdiff_t i = 0; i < columns; i += WIDTH) {
    const Columns part = {stride, columns - i < WIDTH ? columns - i : WIDTH};
    softmax_gradient_columns(dx + i, dy + i, y + i, rows, part, logarithm);
  }
}
