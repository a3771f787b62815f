#pragma once

#include "../vectors/lanes.h"
#include "../vectors/mask_bits.h"

/// Bit i is set where |x[i]| >= threshold, i < n; a comparison with a NaN is false.
INLINE uint64_t magnitude_bits(const float *x, ptrdiff_t n, float threshold) {
  const vint survives = magnitude(load(x, n)) >= threshold;
  return bits_from_lanes(n == LANES ? survives : survives & first_lanes(n));
}

static ptrdiff_t mask_by_magnitude(const float *x, uint64_t *mask, ptrdiff_t count, float threshold) {
  ptrdiff_t left = 0;
  ptrdiff_t i = 0;
  for (; i + 64 <= count; i += 64) {
    uint64_t word = 0;
    for (ptrdiff_t j = 0; j < 64; j += LANES) word |= magnitude_bits(x + i + j, LANES, threshold) << j;
    word &= mask[i / 64];
    mask[i / 64] = word;
    left += __builtin_popcountll(word);
  }
  if (i < count) {
    uint64_t word = 0;
    for (ptrdiff_t j = 0; i + j < count; j += LANES) {
      const ptrdiff_t n = count - i - j < LANES ? count - i - j : LANES;
      word |= magnitude_bits(x + i + j, n, threshold) << j;
    }
    word &= mask[i / 64];
    mask[i / 64] = word;
    left += __builtin_popcountll(word);
  }
  return left;
}
