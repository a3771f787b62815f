// The activations and their derivatives on one vector. `activation` is always a constant where these are
// inlined.
#pragma once

#include "../mathematics/hyperbolic.h"
#include "../mathematics/normal_distribution.h"
#include "espalier_kernels.h"

/// Calls FUNCTION(activation, ...) with the activation as a constant, so that each gets a loop of its own.
#define WITH_CONSTANT_ACTIVATION(activation, FUNCTION, ...)                                       \
  switch (activation) {                                                                           \
    case ESPALIER_IDENTITY: FUNCTION(ESPALIER_IDENTITY, __VA_ARGS__); break;                      \
    case ESPALIER_RELU: FUNCTION(ESPALIER_RELU, __VA_ARGS__); break;                              \
    case ESPALIER_LEAKY_RELU: FUNCTION(ESPALIER_LEAKY_RELU, __VA_ARGS__); break;                  \
    case ESPALIER_SIGMOID: FUNCTION(ESPALIER_SIGMOID, __VA_ARGS__); break;                        \
    case ESPALIER_TANH: FUNCTION(ESPALIER_TANH, __VA_ARGS__); break;                              \
    case ESPALIER_GELU: FUNCTION(ESPALIER_GELU, __VA_ARGS__); break;                              \
  }

/// Below -15 x Phi(x) is less than the smallest float, and -infinity must not meet Phi = 0; a NaN passes.
INLINE vfloat within_normal_range(vfloat x) { return smaller(fill(15), larger(fill(-15), x)); }

/// f(x). A NaN stays one.
INLINE vfloat activate(EspalierActivation activation, vfloat x, float parameter) {
  switch (activation) {
    case ESPALIER_IDENTITY: return x;
    case ESPALIER_RELU: return larger(fill(0), x);
    case ESPALIER_LEAKY_RELU: return x < 0 ? x * parameter : x;
    case ESPALIER_SIGMOID: return logistic(x);
    case ESPALIER_TANH: return hyperbolic_tangent(x);
    case ESPALIER_GELU:
      // x Phi(x), D. Hendrycks and K. Gimpel, "Gaussian error linear units" (2016).
      return larger(fill(-15), x) * normal_distribution(within_normal_range(x)).cumulative;
  }
  return x;
}

/// dy * f', with f' expressed by the output, for GELU by the input.
INLINE vfloat activation_derivative(
    EspalierActivation activation, vfloat dy, vfloat reference, float parameter) {
  switch (activation) {
    case ESPALIER_IDENTITY: return dy;
    case ESPALIER_RELU: return reference <= 0 ? fill(0) : dy;
    case ESPALIER_LEAKY_RELU: return reference <= 0 ? dy * parameter : dy;
    case ESPALIER_SIGMOID: return dy * (reference * (1 - reference));
    case ESPALIER_TANH: return dy * (1 - reference * reference);
    case ESPALIER_GELU: {
      const vfloat x = within_normal_range(reference);
      const Normal normal = normal_distribution(x);
      return dy * (normal.cumulative + x * normal.density);
    }
  }
  return dy;
}
