// Bits of a mask word to lanes and back. On AVX-512 both compile to a move to or from a mask register, and a
// choice against zero to zero-masking.
#pragma once

#include <stdbool.h>

#include "vector.h"

typedef bool vbool __attribute__((ext_vector_type(16)));

/// Lane i is all ones where bit i is set, otherwise 0.
INLINE vint lanes_from_bits(uint32_t bits) {
  const vint bit = {1,      1 << 1, 1 << 2,  1 << 3,  1 << 4,  1 << 5,  1 << 6,  1 << 7,
                    1 << 8, 1 << 9, 1 << 10, 1 << 11, 1 << 12, 1 << 13, 1 << 14, 1 << 15};
  return ((vint)(int32_t)bits & bit) != 0;
}

/// Bit i is set where lane i is true.
INLINE uint32_t bits_from_lanes(vint lanes) {
  const vbool truth = __builtin_convertvector(lanes, vbool);
  uint16_t bits;
  memcpy(&bits, &truth, sizeof bits);
  return bits;
}

/// x where the lane is true, +0.0 elsewhere, whatever x holds there.
INLINE vfloat keep_where(vint lanes, vfloat x) { return lanes ? x : fill(0); }
