#pragma once

#include "functions_by_name.h"

ESPALIER_INLINE void bias_activation_of(
    float *y, ptrdiff_t rows, ptrdiff_t columns, ptrdiff_t stride, const float *bias,
    EspalierActivation activation, float parameter) {
  for (ptrdiff_t row = 0; row < rows; row++) {
    float *line = y + row * stride;
    const f32x16 shift = splat(bias ? bias[row] : 0);
    ptrdiff_t i = 0;
    for (; i + WIDTH <= columns; i += WIDTH) store(line + i, activate(load(line + i) + shift, activation, parameter));
    if (i < columns) {
      const f32x16 sum = load_part(line + i, columns - i) + shift;
      store_part(line + i, activate(sum, activation, parameter), columns - i);
    }
  }
}

static void bias_activation(
    float *y, ptrdiff_t rows, ptrdiff_t columns, ptrdiff_t stride, const float *bias,
    EspalierActivation activation, float parameter) {
#define CALL(name) bias_activation_of(y, rows, columns, stride, bias, name, parameter)
  FOR_ACTIVATION(activation, CALL)
#undef CALL
}

ESPALIER_INLINE void activation_bias_gradient_of(
    float *dy, const float *y, ptrdiff_t rows, ptrdiff_t columns, ptrdiff_t stride,
    EspalierActivation activation, float parameter, float *bias_gradient) {
  const bool changes = activation != ESPALIER_IDENTITY;
  for (ptrdiff_t row = 0; row < rows; row++) {
    float *line = dy + row * stride;
    const float *output = changes ? y + row * stride : line;
    f32x16 sum = {0};
    ptrdiff_t i = 0;
    for (; i + WIDTH <= columns; i += WIDTH) {
      f32x16 gradient = load(line + i);
      if (changes) store(line + i, gradient *= derivative(load(output + i), activation, parameter));
      sum += gradient;
    }
    if (i < columns) {
      f32x16 gradient = load_part(line + i, columns - i);
      if (changes) {
        gradient *= derivative(load_part(output + i, columns - i), activation, parameter);
        store_part(line + i, gradient, columns - i);
      }
      sum += gradient;
    }
    if (bias_gradient) bias_gradient[row] = horizontal_sum(sum);
  }
}

static void activation_bias_gradient(
    float *dy, const float *y, ptrdiff_t rows, ptrdiff_t columns, ptrdiff_t stride,
    EspalierActivation activation, float parameter, float *bias_gradient) {
#define CALL(name) activation_bias_gradient_of(dy, y, rows, columns, stride, name, parameter, bias_gradient)
  FOR_ACTIVATION(activation, CALL)
#undef CALL
}
