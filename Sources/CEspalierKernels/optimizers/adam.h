#pragma once

#include "../include/espalier_kernels.h"
#include "../vectors/functions.h"

typedef struct {
  f32x16 weight, first, second;
} AdamLanes;

/// One step of sixteen weights. `keep` is all ones where a weight survives.
ESPALIER_INLINE AdamLanes adam_lanes(AdamLanes old, f32x16 gradient, const EspalierAdam *c, float rate, float root) {
  gradient += c->coupled_decay * old.weight;
  AdamLanes new;
  new.first = old.first * c->beta1 + gradient * (1 - c->beta1);
  new.second = old.second * c->beta2 + gradient * gradient * (1 - c->beta2);
  const f32x16 step = new.first / (square_root(new.second) * root + c->epsilon);
  new.weight = old.weight * (1 - c->learning_rate * c->decoupled_decay) - rate * step;
  return new;
}

ESPALIER_INLINE AdamLanes adam_kept(AdamLanes lanes, uint16_t bits) {
  const i32x16 keep = lanes_of(bits);
  lanes.weight = choose(keep, lanes.weight, splat(0));
  lanes.first = choose(keep, lanes.first, splat(0));
  lanes.second = choose(keep, lanes.second, splat(0));
  return lanes;
}

ESPALIER_INLINE void adam_range(
    float *weight, const float *gradient, float *first, float *second, const uint64_t *mask, ptrdiff_t count,
    const EspalierAdam *constants) {
  const EspalierAdam c = *constants;
  const float rate = c.learning_rate / c.bias_correction1;
  const float root = 1 / __builtin_sqrtf(c.bias_correction2);
  ptrdiff_t i = 0;
  for (; i + WIDTH <= count; i += WIDTH) {
    AdamLanes lanes = {load(weight + i), load(first + i), load(second + i)};
    lanes = adam_lanes(lanes, load(gradient + i), &c, rate, root);
    if (mask) lanes = adam_kept(lanes, mask_bits(mask, i));
    store(weight + i, lanes.weight);
    store(first + i, lanes.first);
    store(second + i, lanes.second);
  }
  if (i < count) {
    const ptrdiff_t rest = count - i;
    AdamLanes lanes = {load_part(weight + i, rest), load_part(first + i, rest), load_part(second + i, rest)};
    lanes = adam_lanes(lanes, load_part(gradient + i, rest), &c, rate, root);
    if (mask) lanes = adam_kept(lanes, mask_bits(mask, i));
    store_part(weight + i, lanes.weight, rest);
    store_part(first + i, lanes.first, rest);
    store_part(second + i, lanes.second, rest);
  }
}

static void adam(
    float *weight, const float *gradient, float *first_moment, float *second_moment, const uint64_t *mask,
    ptrdiff_t count, const EspalierAdam *constants) {
  if (mask) adam_range(weight, gradient, first_moment, second_moment, mask, count, constants);
  else adam_range(weight, gradient, first_moment, second_moment, NULL, count, constants);
}
