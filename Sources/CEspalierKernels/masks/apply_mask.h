#pragma once

#include "../vectors/lanes.h"
#include "../vectors/mask_bits.h"

INLINE void apply_mask_lanes(float *y, const float *x, uint32_t bits, ptrdiff_t n) {
  store(y, keep_where(lanes_from_bits(bits), load(x, n)), n);
}

static void apply_mask(float *y, const float *x, const uint64_t *mask, ptrdiff_t count) {
  ptrdiff_t i = 0;
  for (; i + 64 <= count; i += 64) {
    const uint64_t word = mask[i / 64];
    for (ptrdiff_t j = 0; j < 64; j += LANES) {
      apply_mask_lanes(y + i + j, x + i + j, word >> j & 0xffff, LANES);
    }
  }
  for (; i < count; i += LANES) {
    const ptrdiff_t n = count - i < LANES ? count - i : LANES;
    apply_mask_lanes(y + i, x + i, mask[i / 64] >> i % 64 & 0xffff, n);
  }
}
