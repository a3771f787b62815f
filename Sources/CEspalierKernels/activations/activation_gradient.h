#pragma once

#include "../vectors/lanes.h"
#include "functions.h"

INLINE void gradient_lanes(
    EspalierActivation constant, float *dx, const float *dy, const float *reference, ptrdiff_t n,
    float parameter) {
  store(dx, activation_derivative(constant, load(dy, n), load(reference, n), parameter), n);
}

INLINE void gradient_range(
    EspalierActivation constant, float *dx, const float *dy, const float *reference, ptrdiff_t count,
    float parameter) {
  ptrdiff_t i = 0;
  for (; i + LANES <= count; i += LANES) {
    gradient_lanes(constant, dx + i, dy + i, reference + i, LANES, parameter);
  }
  if (i < count) gradient_lanes(constant, dx + i, dy + i, reference + i, count - i, parameter);
}

static void activation_gradient(
    float *dx, const float *dy, const float *reference, ptrdiff_t count, EspalierActivation activation,
    float parameter) {
  WITH_CONSTANT_ACTIVATION(activation, gradient_range, dx, dy, reference, count, parameter)
}
