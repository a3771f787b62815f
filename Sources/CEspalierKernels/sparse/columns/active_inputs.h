// Which inputs of a vector a product takes: those above a threshold, or the largest.
#pragma once

#include "../../vectors/lanes.h"
#include "../../vectors/mask_bits.h"

/// Appends the lanes of x whose bits are set to the list, and returns its new length. Whole vectors may be written.
INLINE ptrdiff_t append_lanes(
    uint32_t bits, vfloat x, ptrdiff_t first, int32_t *positions, float *values, ptrdiff_t length) {
#if defined(ESPALIER_TARGET_AVX512)
  const __m512i all = (__m512i)(lane_numbers() + (int32_t)first);
  // To a register first: a compressing store is slow on some processors.
  _mm512_storeu_si512(positions + length, _mm512_maskz_compress_epi32((__mmask16)bits, all));
  _mm512_storeu_ps(values + length, _mm512_maskz_compress_ps((__mmask16)bits, (__m512)x));
  return length + __builtin_popcount(bits);
#else
  float lanes[LANES];
  store(lanes, x, LANES);
  for (; bits; bits &= bits - 1, length++) {
    const int lane = __builtin_ctz(bits);
    positions[length] = (int32_t)first + lane;
    values[length] = lanes[lane];
  }
  return length;
#endif
}

/// Lanes of !(|x| <= threshold), so that a NaN is taken. What lies beyond the vector loads as 0 and is not.
INLINE ptrdiff_t append_above(
    const float *x, ptrdiff_t first, ptrdiff_t n, float threshold, int32_t *positions, float *values,
    ptrdiff_t length) {
  const vfloat lanes = load(x + first, n);
  const uint32_t bits = bits_from_lanes(~(magnitude(lanes) <= threshold));
  return append_lanes(bits, lanes, first, positions, values, length);
}

static ptrdiff_t inputs_above(
    const float *x, ptrdiff_t count, float threshold, int32_t *positions, float *values) {
  ptrdiff_t length = 0, i = 0;
  for (; i + LANES <= count; i += LANES) {
    length = append_above(x, i, LANES, threshold, positions, values, length);
  }
  if (i < count) length = append_above(x, i, count - i, threshold, positions, values, length);
  return length;
}

/// The bit patterns of magnitudes, which are in their order; that of a NaN is above that of infinity.
INLINE vint magnitude_bit_patterns(vfloat x) { return (vint)x & 0x7fffffff; }

/// How many patterns are at least `key`, which is above 0.
INLINE ptrdiff_t count_from(const float *x, ptrdiff_t count, int32_t key) {
  vint found = (vint)0;
  ptrdiff_t i = 0;
  for (; i + LANES <= count; i += LANES) found -= magnitude_bit_patterns(load(x + i, LANES)) >= key;
  if (i < count) found -= magnitude_bit_patterns(load(x + i, count - i)) >= key;
  return __builtin_reduce_add(found);
}

/// The largest key that at least `most` patterns reach, found bit by bit from the top; 1 where fewer are above 0.
INLINE int32_t key_of_largest(const float *x, ptrdiff_t count, ptrdiff_t most) {
  if (count_from(x, count, 1) <= most) return 1;
  int32_t key = 0;
  for (int32_t bit = 1 << 30; bit; bit >>= 1) {
    const ptrdiff_t reaching = count_from(x, count, key | bit);
    if (reaching >= most) key |= bit;
    if (reaching == most) break;
  }
  return key;
}

/// Keeps the lowest `most` bits that are set.
INLINE uint32_t lowest_bits(uint32_t bits, ptrdiff_t most) {
  uint32_t kept = 0;
  for (; bits && most > 0; most--) {
    kept |= bits & -bits;
    bits &= bits - 1;
  }
  return kept;
}

static ptrdiff_t largest_inputs(
    const float *x, ptrdiff_t count, ptrdiff_t most, int32_t *positions, float *values) {
  if (most <= 0) return 0;
  const int32_t key = key_of_largest(x, count, most);
  ptrdiff_t ties = most - (key == INT32_MAX ? 0 : count_from(x, count, key + 1)), length = 0;
  for (ptrdiff_t i = 0; i < count; i += LANES) {
    const vfloat lanes = load(x + i, count - i < LANES ? count - i : LANES);
    const vint keys = magnitude_bit_patterns(lanes);
    const uint32_t equal = lowest_bits(bits_from_lanes(keys == key), ties);
    ties -= __builtin_popcount(equal);
    length = append_lanes(bits_from_lanes(keys > key) | equal, lanes, i, positions, values, length);
  }
  return length;
}
