#pragma once

#include "functions_by_name.h"

ESPALIER_INLINE void activation_of(
    float *y, const float *x, ptrdiff_t count, EspalierActivation activation, float parameter) {
  ptrdiff_t i = 0;
  for (; i + WIDTH <= count; i += WIDTH) store(y + i, activate(load(x + i), activation, parameter));
  if (i < count) store_part(y + i, activate(load_part(x + i, count - i), activation, parameter), count - i);
}

static void activation(
    float *y, const float *x, ptrdiff_t count, EspalierActivation activation, float parameter) {
#define CALL(name) activation_of(y, x, count, name, parameter)
  FOR_ACTIVATION(activation, CALL)
#undef CALL
}

ESPALIER_INLINE void activation_gradient_of(
    float *dx, const float *dy, const float *reference, ptrdiff_t count, EspalierActivation activation,
    float parameter) {
  ptrdiff_t i = 0;
  for (; i + WIDTH <= count; i += WIDTH) {
    store(dx + i, load(dy + i) * derivative(load(reference + i), activation, parameter));
  }
  if (i < count) {
    const ptrdiff_t rest = count - i;
    const f32x16 slope = derivative(load_part(reference + i, rest), activation, parameter);
    store_part(dx + i, load_part(dy + i, rest) * slope, rest);
  }
}

static void activation_gradient(
    float *dx, const float *dy, const float *reference, ptrdiff_t count, EspalierActivation activation,
    float parameter) {
#define CALL(name) activation_gradient_of(dx, dy, reference, count, name, parameter)
  FOR_ACTIVATION(activation, CALL)
#undef CALL
}
