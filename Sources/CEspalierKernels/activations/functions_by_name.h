// Activation functions and derivatives by name. Called with a constant name, so each kernel's inner loop holds one.
#pragma once

#include "../include/espalier_kernels.h"
#include "../vectors/functions.h"

ESPALIER_INLINE f32x16 activate(f32x16 x, EspalierActivation activation, float parameter) {
  switch (activation) {
    case ESPALIER_RELU: return choose(x < 0.0f, splat(0), x);
    case ESPALIER_LEAKY_RELU: return choose(x < 0.0f, x * parameter, x);
    case ESPALIER_SIGMOID: return logistic(x);
    case ESPALIER_TANH: return hyperbolic_tangent(x);
    case ESPALIER_GELU: {
      const f32x16 y = x * normal_distribution(x);
      return choose(x == -__builtin_inff(), splat(0), y);
    }
    case ESPALIER_IDENTITY: break;
  }
  return x;
}

/// The derivative, from the output (from the input for GELU).
ESPALIER_INLINE f32x16 derivative(f32x16 reference, EspalierActivation activation, float parameter) {
  switch (activation) {
    case ESPALIER_RELU: return choose(reference > 0.0f, splat(1), splat(0));
    case ESPALIER_LEAKY_RELU: return choose(reference > 0.0f, splat(1), splat(parameter));
    case ESPALIER_SIGMOID: return reference * (1.0f - reference);
    case ESPALIER_TANH: return 1.0f - reference * reference;
    case ESPALIER_GELU: return normal_distribution(reference) + reference * normal_density(reference);
    case ESPALIER_IDENTITY: break;
  }
  return splat(1);
}

/// Runs CALL(name) with the name as a constant.
#define FOR_ACTIVATION(activation, CALL)                        \
  switch (activation) {                                         \
    case ESPALIER_IDENTITY: CALL(ESPALIER_IDENTITY); break;     \
    case ESPALIER_RELU: CALL(ESPALIER_RELU); break;             \
    case ESPALIER_LEAKY_RELU: CALL(ESPALIER_LEAKY_RELU); break; \
    case ESPALIER_SIGMOID: CALL(ESPALIER_SIGMOID); break;       \
    case ESPALIER_TANH: CALL(ESPALIER_TANH); break;             \
    case ESPALIER_GELU: CALL(ESPALIER_GELU); break;             \
  }
