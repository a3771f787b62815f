#pragma once

#include "../vectors/vector.h"

static void apply_mask(float *y, const float *x, const uint64_t *mask, ptrdiff_t count) {
  ptrdiff_t i = 0;
  for (; i + WIDTH <= count; i += WIDTH) {
    store(y + i, choose(lanes_of(mask_bits(mask, i)), load(x + i), splat(0)));
  }
  if (i < count) {
    store_part(y + i, choose(lanes_of(mask_bits(mask, i)), load_part(x + i, count - i), splat(0)), count - i);
  }
}
