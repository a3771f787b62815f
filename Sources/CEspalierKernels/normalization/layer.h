// Layer normalisation: each sample over all of its features, sixteen samples at a time.
#pragma once

#include "../vectors/lanes.h"
#include "channel.h"

/// The mean of n samples' features and 1 / sqrt(variance + epsilon), by two passes.
INLINE void layer_statistics(
    const float *x, ptrdiff_t rows, ptrdiff_t stride, ptrdiff_t n, float epsilon, float *mean,
    float *inverse) {
  vfloat sum[2] = {fill(0), fill(0)}, squares[2] = {fill(0), fill(0)};
  for (ptrdiff_t r = 0; r < rows; r++) sum[r & 1] += load(x + r * stride, n);
  const vfloat center = (sum[0] + sum[1]) / (float)rows;
  for (ptrdiff_t r = 0; r < rows; r++) {
    const vfloat distance = load(x + r * stride, n) - center;
    squares[r & 1] += distance * distance;
  }
  const vfloat variance = (squares[0] + squares[1]) / (float)rows;
  store(mean, center, n);
  store(inverse, 1 / __builtin_elementwise_sqrt(variance + epsilon), n);
}

INLINE void layer_norm_lanes(
    float *y, const float *x, ptrdiff_t rows, ptrdiff_t stride, ptrdiff_t n, const float *scale,
    const float *shift, float epsilon, float *mean, float *inverse) {
  layer_statistics(x, rows, stride, n, epsilon, mean, inverse);
  const vfloat center = load(mean, n), factor = load(inverse, n);
  for (ptrdiff_t r = 0; r < rows; r++) {
    const float times = scale ? scale[r] : 1, plus = shift ? shift[r] : 0;
    store(y + r * stride, (load(x + r * stride, n) - center) * factor * times + plus, n);
  }
}

/// A single sample's features lie side by side.
INLINE void layer_norm_single(
    float *y, const float *x, ptrdiff_t rows, const float *scale, const float *shift, float epsilon,
    float *mean, float *inverse) {
  float variance;
  channel_statistics(x, rows, mean, &variance);
  *inverse = 1 / __builtin_sqrtf(variance + epsilon);
  for (ptrdiff_t r = 0; r < rows; r += LANES) {
    const ptrdiff_t n = rows - r < LANES ? rows - r : LANES;
    const vfloat times = scale ? load(scale + r, n) : fill(1), plus = shift ? load(shift + r, n) : fill(0);
    store(y + r, (load(x + r, n) - *mean) * *inverse * times + plus, n);
  }
}

static void layer_norm(
    float *y, const float *x, ptrdiff_t rows, ptrdiff_t columns, ptrdiff_t stride, const float *scale,
    const float *shift, float epsilon, float *mean, float *inverse) {
  if (stride == 1) {
    layer_norm_single(y, x, rows, scale, shift, epsilon, mean, inverse);
    return;
  }
  ptrdiff_t c = 0;
  for (; c + LANES <= columns; c += LANES) {
    layer_norm_lanes(y + c, x + c, rows, stride, LANES, scale, shift, epsilon, mean + c, inverse + c);
  }
  if (c < columns) {
    layer_norm_lanes(y + c, x + c, rows, stride, columns - c, scale, shift, epsilon, mean + c, inverse + c);
  }
}

INLINE void layer_norm_gradient_lanes(
    float *dx, const float *dy, const float *x, ptrdiff_t rows, ptrdiff_t stride, ptrdiff_t n,
    const float *scale, const float *mean, const float *inverse) {
  const vfloat center = load(mean, n), factor = load(inverse, n);
  vfloat gradients = fill(0), products = fill(0);
  for (ptrdiff_t r = 0; r < rows; r++) {
    const vfloat d = load(dy + r * stride, n) * (scale ? scale[r] : 1);
    gradients += d;
    products += d * ((load(x + r * stride, n) - center) * factor);
  }
  gradients /= (float)rows;
  products /= (float)rows;
  for (ptrdiff_t r = 0; r < rows; r++) {
    const vfloat d = load(dy + r * stride, n) * (scale ? scale[r] : 1);
    const vfloat normal = (load(x + r * stride, n) - center) * factor;
    store(dx + r * stride, (d - gradients - normal * products) * factor, n);
  }
}

static void layer_norm_gradient(
    float *dx, const float *dy, const float *x, ptrdiff_t rows, ptrdiff_t columns, ptrdiff_t stride,
    const float *scale, const float *mean, const float *inverse) {
  ptrdiff_t c = 0;
  for (; c + LANES <= columns; c += LANES) {
    layer_norm_gradient_lanes(dx + c, dy + c, x + c, rows, stride, LANES, scale, mean + c, inverse + c);
  }
  if (c < columns) {
    layer_norm_gradient_lanes(
        dx + c, dy + c, x + c, rows, stride, columns - c, scale, mean + c, inverse + c);
  }
}

static void layer_norm_parameter_gradients(
    float *scale_gradient, float *shift_gradient, const float *dy, const float *x, ptrdiff_t rows,
    ptrdiff_t columns, ptrdiff_t stride, const float *mean, const float *inverse) {
  for (ptrdiff_t r = 0; r < rows; r++) {
    vfloat gradients = fill(0), products = fill(0);
    for (ptrdiff_t c = 0; c < columns; c += LANES) {
      const ptrdiff_t n = columns - c < LANES ? columns - c : LANES;
      const vfloat d = load(dy + r * stride + c, n);
      gradients += d;
      products += d * ((load(x + r * stride + c, n) - load(mean + c, n)) * load(inverse + c, n));
    }
    scale_gradient[r] = sum_of_lanes(products);
    shift_gradient[r] = sum_of_lanes(gradients);
  }
}
