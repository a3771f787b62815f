// Sixteen floats at a time, in compiler vector types: one 512-bit register, two of 256 bits or four of 128.
//
// Every kernel is written once on these and compiled for each instruction set (see table.h). All functions here are
// inlined into kernels of the same instruction set; nothing is exported.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define ESPALIER_INLINE static inline __attribute__((always_inline))

enum { WIDTH = 16 };

typedef float f32x16 __attribute__((vector_size(64)));
typedef int32_t i32x16 __attribute__((vector_size(64)));
typedef uint32_t u32x16 __attribute__((vector_size(64)));
typedef double f64x8 __attribute__((vector_size(64)));
typedef uint8_t u8x16 __attribute__((vector_size(16)));
typedef bool bits16 __attribute__((ext_vector_type(16)));

static const u32x16 LANES = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};

ESPALIER_INLINE f32x16 splat(float value) { return value - (f32x16){0}; }

ESPALIER_INLINE f32x16 load(const float *from) {
  f32x16 value;
  memcpy(&value, from, sizeof value);
  return value;
}

ESPALIER_INLINE void store(float *to, f32x16 value) { memcpy(to, &value, sizeof value); }

/// The first `lanes` values; 0 in the other lanes. Reads nothing beyond them.
ESPALIER_INLINE f32x16 load_part(const float *from, ptrdiff_t lanes) {
  f32x16 value = {0};
  for (ptrdiff_t lane = 0; lane < lanes; lane++) value[lane] = from[lane];
  return value;
}

/// Writes the first `lanes` values and nothing beyond them.
ESPALIER_INLINE void store_part(float *to, f32x16 value, ptrdiff_t lanes) {
  for (ptrdiff_t lane = 0; lane < lanes; lane++) to[lane] = value[lane];
}

/// Lane by lane: where the mask is all ones `a`, where it is 0 `b`.
ESPALIER_INLINE f32x16 choose(i32x16 mask, f32x16 a, f32x16 b) {
  return (f32x16)((mask & (i32x16)a) | (~mask & (i32x16)b));
}

/// Sixteen mask bits as lanes of all ones or 0.
ESPALIER_INLINE i32x16 lanes_of(uint16_t bits) {
  const i32x16 bit = (i32x16)(((u32x16){0} + 1) << LANES);
  return ((bit & (int32_t)bits) != 0);
}

/// Lanes of all ones or 0 as sixteen bits.
ESPALIER_INLINE uint16_t bits_of(i32x16 lanes) {
  bits16 bits = __builtin_convertvector(lanes, bits16);
  uint16_t packed;
  memcpy(&packed, &bits, sizeof packed);
  return packed;
}

/// The sixteen mask bits of the elements from `first`, a multiple of 16; all ones without a mask.
ESPALIER_INLINE uint16_t mask_bits(const uint64_t *mask, ptrdiff_t first) {
  return mask ? (uint16_t)(mask[first >> 6] >> (first & 63)) : 0xFFFF;
}

ESPALIER_INLINE float horizontal_sum(f32x16 value) {
  float sum = 0;
  for (int step = 8; step > 0; step >>= 1) {
    for (int lane = 0; lane < step; lane++) value[lane] += value[lane + step];
  }
  sum = value[0];
  return sum;
}

ESPALIER_INLINE double horizontal_sum_double(f64x8 value) {
  return ((value[0] + value[4]) + (value[2] + value[6])) + ((value[1] + value[5]) + (value[3] + value[7]));
}

typedef float f32x8 __attribute__((vector_size(32)));

ESPALIER_INLINE f64x8 low_half_double(f32x16 value) {
  return __builtin_convertvector(
      __builtin_shufflevector(value, value, 0, 1, 2, 3, 4, 5, 6, 7), f64x8);
}

ESPALIER_INLINE f64x8 high_half_double(f32x16 value) {
  return __builtin_convertvector(
      __builtin_shufflevector(value, value, 8, 9, 10, 11, 12, 13, 14, 15), f64x8);
}
