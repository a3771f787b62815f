#pragma once

#include "../vectors/functions.h"

/// The bit pattern of |x|, which orders magnitudes as integers do; 0 for a NaN.
ESPALIER_INLINE uint32_t magnitude_key(float x) {
  uint32_t bits;
  memcpy(&bits, &x, sizeof bits);
  bits &= 0x7FFFFFFFu;
  return bits > 0x7F800000u ? 0 : bits;
}

/// Four histograms in turn, so that equal neighbours do not wait for each other's increment.
ESPALIER_INLINE void histogram_of(
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

static ptrdiff_t mask_by_rank(const float *x, uint64_t *mask, ptrdiff_t count, uint32_t key, ptrdiff_t ties) {
  ptrdiff_t met = 0;
  for (ptrdiff_t word = 0; word * 64 < count; word++) {
    uint64_t kept = 0, equal = 0;
    for (ptrdiff_t piece = 0; piece < 4; piece++) {
      const ptrdiff_t first = word * 64 + piece * WIDTH, lanes = count - first;
      if (lanes <= 0) break;
      const f32x16 value = lanes >= WIDTH ? load(x + first) : load_part(x + first, lanes);
      const i32x16 bits = (i32x16)value & (int32_t)0x7FFFFFFF;
      const i32x16 keys = bits & ~(bits > (int32_t)0x7F800000);
      kept |= (uint64_t)bits_of(keys >= (int32_t)key) << (piece * WIDTH);
      equal |= (uint64_t)bits_of(keys == (int32_t)key) << (piece * WIDTH);
    }
    mask[word] &= kept;
    for (uint64_t left = equal & mask[word]; left && met < ties; left &= left - 1, met++) mask[word] &= ~(left & -left);
  }
  return met;
}
