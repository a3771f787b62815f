#pragma once

#include <stdbool.h>

#include "../vectors/lanes.h"
#include "../vectors/mask_bits.h"

/// The bit pattern of |x|, which orders magnitudes as integers do; 0 for a NaN.
INLINE uint32_t magnitude_key(float x) {
  uint32_t bits;
  memcpy(&bits, &x, sizeof bits);
  bits &= 0x7FFFFFFFu;
  return bits > 0x7F800000u ? 0 : bits;
}

/// Four histograms in turn, so that equal neighbours do not wait for each other's increment.
INLINE void histogram_of(
    const float *x, const uint64_t *mask, ptrdiff_t count, uint32_t prefix, uint32_t shift, uint32_t bins,
    uint64_t *counts) {
  enum { MOST_BINS = 2048, COPIES = 4 };
  uint32_t partial[COPIES][MOST_BINS];
  const uint32_t prefix_shift = shift + (uint32_t)__builtin_ctz(bins);
  const ptrdiff_t chunk = (ptrdiff_t)1 << 30;  // keeps the 32-bit counts from overflowing
  for (ptrdiff_t start = 0; start < count; start += chunk) {
    const ptrdiff_t end = count - start < chunk ? count : start + chunk;
    memset(partial, 0, sizeof partial);
    for (ptrdiff_t i = start; i < end; i++) {
      if (mask && !(mask[i >> 6] >> (i & 63) & 1)) continue;
      const uint32_t key = magnitude_key(x[i]);
      if (prefix_shift < 31 && key >> prefix_shift != prefix) continue;
      partial[i % COPIES][key >> shift & (bins - 1)]++;
    }
    for (int copy = 0; copy < COPIES; copy++) {
      for (uint32_t bin = 0; bin < bins; bin++) counts[bin] += partial[copy][bin];
    }
  }
}

static void magnitude_histogram(
    const float *x, const uint64_t *mask, ptrdiff_t count, uint32_t prefix, uint32_t shift, uint32_t bins,
    uint64_t *counts) {
  if (mask) histogram_of(x, mask, count, prefix, shift, bins, counts);
  else histogram_of(x, NULL, count, prefix, shift, bins, counts);
}

/// The keys of up to sixteen elements.
INLINE vint magnitude_keys(const float *x, ptrdiff_t n) {
  const vint bits = (vint)load(x, n) & (vint)0x7FFFFFFF;
  return bits > (vint)0x7F800000 ? (vint)0 : bits;
}

static ptrdiff_t mask_by_rank(const float *x, uint64_t *mask, ptrdiff_t count, uint32_t key, ptrdiff_t ties) {
  ptrdiff_t met = 0;
  for (ptrdiff_t word = 0; word * 64 < count; word++) {
    uint64_t kept = 0, equal = 0;
    for (ptrdiff_t piece = 0; piece < 64 && word * 64 + piece < count; piece += LANES) {
      const ptrdiff_t first = word * 64 + piece, n = count - first < LANES ? count - first : LANES;
      const vint keys = magnitude_keys(x + first, n);
      kept |= (uint64_t)bits_from_lanes(keys >= (vint)(int32_t)key) << piece;
      equal |= (uint64_t)bits_from_lanes(keys == (vint)(int32_t)key) << piece;
    }
    mask[word] &= kept;
    for (uint64_t left = equal & mask[word]; left && met < ties; left &= left - 1, met++) mask[word] &= ~(left & -left);
  }
  return met;
}
