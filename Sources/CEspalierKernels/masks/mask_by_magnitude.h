#pragma once

#include "../vectors/functions.h"

static ptrdiff_t mask_by_magnitude(const float *x, uint64_t *mask, ptrdiff_t count, float threshold) {
  ptrdiff_t survivors = 0;
  for (ptrdiff_t word = 0; word * 64 < count; word++) {
    uint64_t kept = 0;
    for (ptrdiff_t piece = 0; piece < 4; piece++) {
      const ptrdiff_t first = word * 64 + piece * WIDTH, lanes = count - first;
      if (lanes <= 0) break;
      const f32x16 value = lanes >= WIDTH ? load(x + first) : load_part(x + first, lanes);
      uint16_t bits = bits_of(magnitude(value) >= threshold);
      if (lanes < WIDTH) bits &= (uint16_t)((1u << lanes) - 1);
      kept |= (uint64_t)bits << (piece * WIDTH);
    }
    mask[word] &= kept;
    survivors += __builtin_popcountll(mask[word]);
  }
  return survivors;
}
