// Loads and stores of the first `n` lanes. With a constant 16 they are one plain unaligned access; a smaller
// n touches exactly n elements, and the other lanes load as 0.
#pragma once

#include "vector.h"

#if defined(ESPALIER_TARGET_AVX512)

INLINE vfloat load_part(const float *p, ptrdiff_t n) {
  return (vfloat)_mm512_maskz_loadu_ps((__mmask16)((1u << n) - 1), p);
}

INLINE void store_part(float *p, vfloat x, ptrdiff_t n) {
  _mm512_mask_storeu_ps(p, (__mmask16)((1u << n) - 1), (__m512)x);
}

#elif defined(ESPALIER_TARGET_AVX2)

INLINE vfloat load_part(const float *p, ptrdiff_t n) {
  const vint wanted = lane_numbers() < (vint)(int32_t)n;
  vfloat x;
  x.lo = _mm256_maskload_ps(p, (__m256i)wanted.lo);
  x.hi = n > 8 ? _mm256_maskload_ps(p + 8, (__m256i)wanted.hi) : _mm256_setzero_ps();
  return x;
}

INLINE void store_part(float *p, vfloat x, ptrdiff_t n) {
  const vint wanted = lane_numbers() < (vint)(int32_t)n;
  _mm256_maskstore_ps(p, (__m256i)wanted.lo, x.lo);
  if (n > 8) _mm256_maskstore_ps(p + 8, (__m256i)wanted.hi, x.hi);
}

#else

INLINE vfloat load_part(const float *p, ptrdiff_t n) {
  vfloat x = fill(0);
  memcpy(&x, p, (size_t)n * sizeof(float));
  return x;
}

INLINE void store_part(float *p, vfloat x, ptrdiff_t n) { memcpy(p, &x, (size_t)n * sizeof(float)); }

#endif

INLINE vfloat load(const float *p, ptrdiff_t n) {
  if (n != LANES) return load_part(p, n);
  vfloat x;
  memcpy(&x, p, sizeof x);
  return x;
}

INLINE void store(float *p, vfloat x, ptrdiff_t n) {
  if (n != LANES) {
    store_part(p, x, n);
  } else {
    memcpy(p, &x, sizeof x);
  }
}

/// Integers load as floats do: only their bits move.
INLINE vint load_integers(const int32_t *p, ptrdiff_t n) {
  if (n == LANES) {
    vint x;
    memcpy(&x, p, sizeof x);
    return x;
  }
  vint x = (vint)0;
  memcpy(&x, p, (size_t)n * sizeof(int32_t));
  return x;
}

/// Lanes 0..<n are all ones, the others 0.
INLINE vint first_lanes(ptrdiff_t n) { return lane_numbers() < (vint)(int32_t)n; }
