// Dropout whose pattern is a function of (key, element number) alone, so nothing is stored between the
// passes.
#pragma once

#include "../vectors/lanes.h"

/// A bijective mixing of 64 bits: the finaliser of SplitMix64 (G. Steele, D. Lea and C. Flood, 2014).
INLINE uint64_t mix64(uint64_t x) {
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
  return x ^ (x >> 31);
}

/// The 32-bit finaliser of MurmurHash3 (A. Appleby): every input bit flips every output bit with probability
/// 1/2.
INLINE vuint mix32(vuint x) {
  x = (x ^ (x >> 16)) * 0x85ebca6bu;
  x = (x ^ (x >> 13)) * 0xc2b2ae35u;
  return x ^ (x >> 16);
}

typedef struct {
  vuint whitening, stirring;  // the two halves of the mixed key
  vuint last_dropped;         // the largest hash that drops its element
  float scale;                // 1 / (1 - probability)
} DropoutPattern;

INLINE void dropout_lanes(
    float *y, const float *x, ptrdiff_t n, uint32_t number, const DropoutPattern *pattern) {
  const vuint numbers = (vuint)lane_numbers() + number;
  const vuint hash = mix32(mix32(numbers ^ pattern->whitening) + pattern->stirring);
  const vint kept = (vint)(hash > pattern->last_dropped);
  store(y, kept ? load(x, n) * pattern->scale : fill(0), n);
}

/// Elements whose numbers share the upper 32 bits; `key` has them mixed in.
INLINE void dropout_range(
    float *y, const float *x, ptrdiff_t count, uint64_t key, uint32_t first, DropoutPattern pattern) {
  pattern.whitening = (vuint)(uint32_t)key;
  pattern.stirring = (vuint)(uint32_t)(key >> 32);
  ptrdiff_t i = 0;
  for (; i + LANES <= count; i += LANES) dropout_lanes(y + i, x + i, LANES, first + (uint32_t)i, &pattern);
  if (i < count) dropout_lanes(y + i, x + i, count - i, first + (uint32_t)i, &pattern);
}

static void dropout(
    float *y, const float *x, ptrdiff_t count, uint64_t key, uint64_t first, float probability) {
  // An element is dropped when its hash is below probability * 2^32.
  const double threshold = (double)probability * 0x1p32;
  if (!(threshold >= 1)) {
    if (y != x && count > 0) memcpy(y, x, (size_t)count * sizeof(float));
    return;
  }
  DropoutPattern pattern;
  pattern.last_dropped = (vuint)(threshold >= 0x1p32 ? UINT32_MAX : (uint32_t)threshold - 1);
  pattern.scale = 1 / (1 - probability);
  while (count > 0) {
    const uint64_t left = (UINT64_C(1) << 32) - (uint32_t)first;
    const ptrdiff_t part = (uint64_t)count < left ? count : (ptrdiff_t)left;
    dropout_range(y, x, part, mix64(key + mix64(first >> 32)), (uint32_t)first, pattern);
    y += part;
    x += part;
    first += (uint64_t)part;
    count -= part;
  }
}
