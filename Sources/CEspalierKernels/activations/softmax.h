// Softmax over the rows, sixteen columns at a time: the largest logit is subtracted first, so nothing
// overflows.
#pragma once

#include "../mathematics/exponential.h"
#include "../mathematics/logarithm.h"
#include "../vectors/lanes.h"

INLINE void softmax_columns(
    float *y, const float *x, ptrdiff_t rows, ptrdiff_t stride, ptrdiff_t n, bool logarithmic) {
  vfloat largest = fill(-__builtin_inff());
  for (ptrdiff_t r = 0; r < rows; r++) largest = larger(load(x + r * stride, n), largest);

  vfloat sum = fill(0);
  for (ptrdiff_t r = 0; r < rows; r++) {
    const vfloat below = load(x + r * stride, n) - largest;
    const vfloat e = exponential(below);
    store(y + r * stride, logarithmic ? below : e, n);
    sum += e;
  }

  const vfloat shift = logarithmic ? logarithm(sum) : fill(0);
  const vfloat factor = 1 / sum;
  for (ptrdiff_t r = 0; r < rows; r++) {
    const vfloat value = load(y + r * stride, n);
    store(y + r * stride, logarithmic ? value - shift : value * factor, n);
  }
}

INLINE void softmax_matrix(
    float *y, const float *x, ptrdiff_t rows, ptrdiff_t columns, ptrdiff_t stride, bool logarithmic) {
  ptrdiff_t c = 0;
  for (; c + LANES <= columns; c += LANES) softmax_columns(y + c, x + c, rows, stride, LANES, logarithmic);
  if (c < columns) softmax_columns(y + c, x + c, rows, stride, columns - c, logarithmic);
}

static void softmax(
    float *y, const float *x, ptrdiff_t rows, ptrdiff_t columns, ptrdiff_t stride, bool logarithm) {
  if (logarithm) {
    softmax_matrix(y, x, rows, columns, stride, true);
  } else {
    softmax_matrix(y, x, rows, columns, stride, false);
  }
}
