// The inputs within a window of columns, picked by a position a lane.
#pragma once

#include "../../vectors/lanes.h"

#if defined(ESPALIER_TARGET_AVX512)

// The window lies in registers: two-register permutes pick among 32 columns by the low five bits of a position and
// ignore the others, which choose among the permutes. No load depends on a position.
typedef struct {
  __m512 part[8];
} ColumnWindow;

INLINE ColumnWindow load_window(int width, const float *x) {
  ColumnWindow window;
  for (int i = 0; i < width / LANES; i++) window.part[i] = _mm512_loadu_ps(x + i * LANES);
  return window;
}

/// Lanes whose position has `bit` set, for slot `slot` of four.
INLINE __mmask16 position_bit(__m512i positions, int slot, int bit) {
  return _mm512_test_epi32_mask(positions, _mm512_set1_epi32((int)((unsigned)bit << (8 * slot))));
}

INLINE vfloat pick_columns(int width, const ColumnWindow *window, vint positions, int slot) {
  const __m512i all = (__m512i)positions, low = _mm512_srli_epi32(all, (unsigned)(8 * slot));
  const __m512 *part = window->part;
  __m512 picked = _mm512_permutex2var_ps(part[0], low, part[1]);
  if (width >= 64) {
    const __mmask16 upper = position_bit(all, slot, 32);
    const __m512 second = _mm512_permutex2var_ps(part[2], low, part[3]);
    picked = _mm512_mask_mov_ps(picked, upper, second);
    if (width == 128) {
      const __m512 third = _mm512_permutex2var_ps(part[4], low, part[5]);
      const __m512 fourth = _mm512_permutex2var_ps(part[6], low, part[7]);
      const __m512 later = _mm512_mask_mov_ps(third, upper, fourth);
      picked = _mm512_mask_mov_ps(picked, position_bit(all, slot, 64), later);
    }
  }
  return (vfloat)picked;
}

INLINE vfloat gather_lanes(const float *x, vint indices) {
  return (vfloat)_mm512_i32gather_ps((__m512i)indices, x, 4);
}

#else

#if defined(ESPALIER_TARGET_AVX2)

INLINE vfloat gather_lanes(const float *x, vint indices) {
  vfloat picked;
  picked.lo = _mm256_i32gather_ps(x, (__m256i)indices.lo, 4);
  picked.hi = _mm256_i32gather_ps(x, (__m256i)indices.hi, 4);
  return picked;
}

#else

INLINE vfloat gather_lanes(const float *x, vint indices) {
  vfloat picked;
  for (int lane = 0; lane < LANES; lane++) picked[lane] = x[indices[lane]];
  return picked;
}

#endif

typedef struct {
  const float *x;
} ColumnWindow;

INLINE ColumnWindow load_window(int width, const float *x) { return (ColumnWindow){x}; }

INLINE vfloat pick_columns(int width, const ColumnWindow *window, vint positions, int slot) {
  return gather_lanes(window->x, (vint)((vuint)positions >> (uint32_t)(8 * slot)) & 0xff);
}

#endif
