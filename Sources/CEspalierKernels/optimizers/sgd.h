#pragma once

#include "../include/espalier_kernels.h"
#include "../vectors/vector.h"

typedef struct {
  f32x16 weight, velocity;
} SGDLanes;

ESPALIER_INLINE SGDLanes sgd_lanes(SGDLanes lanes, f32x16 gradient, uint16_t bits, const EspalierSGD *c) {
  const i32x16 keep = lanes_of(bits);
  gradient += c->weight_decay * lanes.weight;
  f32x16 step = gradient;
  if (c->momentum != 0) {
    lanes.velocity = c->first_step ? gradient : lanes.velocity * c->momentum + gradient * (1 - c->dampening);
    step = c->nesterov ? gradient + c->momentum * lanes.velocity : lanes.velocity;
  }
  lanes.weight = choose(keep, lanes.weight - c->learning_rate * step, splat(0));
  lanes.velocity = choose(keep, lanes.velocity, splat(0));
  return lanes;
}

ESPALIER_INLINE void sgd_range(
    float *weight, const float *gradient, float *velocity, const uint64_t *mask, ptrdiff_t count,
    const EspalierSGD *constants) {
  const EspalierSGD c = *constants;
  for (ptrdiff_t i = 0; i < count; i += WIDTH) {
    const ptrdiff_t rest = count - i;
    const bool whole = rest >= WIDTH;
    SGDLanes lanes = {whole ? load(weight + i) : load_part(weight + i, rest), {0}};
    if (velocity && !c.first_step) lanes.velocity = whole ? load(velocity + i) : load_part(velocity + i, rest);
    lanes = sgd_lanes(lanes, whole ? load(gradient + i) : load_part(gradient + i, rest), mask_bits(mask, i), &c);
    if (whole) {
      store(weight + i, lanes.weight);
      if (velocity) store(velocity + i, lanes.velocity);
    } else {
      store_part(weight + i, lanes.weight, rest);
      if (velocity) store_part(velocity + i, lanes.velocity, rest);
    }
  }
}

static void sgd(
    float *weight, const float *gradient, float *velocity, const uint64_t *mask, ptrdiff_t count,
    const EspalierSGD *constants) {
  if (constants->momentum == 0) sgd_range(weight, gradient, NULL, mask, count, constants);
  else sgd_range(weight, gradient, velocity, mask, count, constants);
}
