// Stochastic gradient descent with momentum (I. Sutskever et al., ICML 2013), in the form of torch.optim.SGD.
#pragma once

#include "../vectors/lanes.h"
#include "../vectors/mask_bits.h"
#include "espalier_kernels.h"

/// What a loop is compiled for: constants where it is inlined.
typedef struct {
  bool masked, momentum, first_step;
} SGDVariant;

typedef struct {
  float learning_rate, weight_decay;
  float momentum, share;  // share = 1 - dampening
  float along_gradient, along_velocity;  // the step's direction in both
} SGDFactors;

INLINE SGDFactors sgd_factors(const EspalierSGD *constants) {
  return (SGDFactors){
      .learning_rate = constants->learning_rate,
      .weight_decay = constants->weight_decay,
      .momentum = constants->momentum,
      .share = (float)(1 - (double)constants->dampening),
      .along_gradient = constants->nesterov ? 1 : 0,
      .along_velocity = constants->nesterov ? constants->momentum : 1,
  };
}

INLINE void sgd_lanes(
    float *weight, const float *gradient, float *velocity, ptrdiff_t n, SGDVariant variant,
    uint32_t bits, SGDFactors factors) {
  const vint kept = lanes_from_bits(bits);
  vfloat w = load(weight, n);
  const vfloat g = w * factors.weight_decay + load(gradient, n);
  vfloat direction = g;
  if (variant.momentum) {
    vfloat v = variant.first_step ? g : load(velocity, n) * factors.momentum + factors.share * g;
    direction = factors.along_gradient * g + factors.along_velocity * v;
    if (variant.masked) v = keep_where(kept, v);
    store(velocity, v, n);
  }
  w -= factors.learning_rate * direction;
  if (variant.masked) w = keep_where(kept, w);
  store(weight, w, n);
}

INLINE void sgd_range(
    float *w, const float *g, float *v, const uint64_t *mask, ptrdiff_t count,
    SGDVariant variant, SGDFactors factors) {
  ptrdiff_t i = 0;
  for (; i + LANES <= count; i += LANES) {
    const uint32_t bits = variant.masked ? mask[i / 64] >> i % 64 & 0xffff : 0;
    sgd_lanes(w + i, g + i, v ? v + i : NULL, LANES, variant, bits, factors);
  }
  if (i < count) {
    const uint32_t bits = variant.masked ? mask[i / 64] >> i % 64 & 0xffff : 0;
    sgd_lanes(w + i, g + i, v ? v + i : NULL, count - i, variant, bits, factors);
  }
}

INLINE void sgd_velocity(
    float *w, const float *g, float *v, const uint64_t *mask, bool masked,
    ptrdiff_t count, const EspalierSGD *constants) {
  const SGDFactors factors = sgd_factors(constants);
  if (constants->momentum == 0) {
    sgd_range(w, g, NULL, mask, count, (SGDVariant){masked, false, false}, factors);
  } else if (constants->first_step) {
    sgd_range(w, g, v, mask, count, (SGDVariant){masked, true, true}, factors);
  } else {
    sgd_range(w, g, v, mask, count, (SGDVariant){masked, true, false}, factors);
  }
}

static void sgd(
    float *weight, const float *gradient, float *velocity, const uint64_t *mask,
    ptrdiff_t count, const EspalierSGD *constants) {
  if (mask) {
    sgd_velocity(weight, gradient, velocity, mask, true, count, constants);
  } else {
    sgd_velocity(weight, gradient, velocity, NULL, false, count, constants);
  }
}
