// The sums of the lanes of several vectors, made together: a merge of two vectors costs two shuffles and an
// addition and halves what is left to do.
#pragma once

#include "../vectors/transpose16.h"

typedef float vquad __attribute__((ext_vector_type(4)));

#define MERGE(a, b, ONES, OTHERS) \
  (__builtin_shufflevector(a, b, ONES) + __builtin_shufflevector(a, b, OTHERS))

/// Lane 4 * k + i holds a part of the sum of p[i]; the four k make the whole.
INLINE vfloat interleaved_parts(const vfloat p[4]) {
  const vfloat a = MERGE(p[0], p[1], LOW_HALVES_32, HIGH_HALVES_32);
  const vfloat b = MERGE(p[2], p[3], LOW_HALVES_32, HIGH_HALVES_32);
  return MERGE(a, b, LOW_HALVES_64, HIGH_HALVES_64);
}

/// Lane i is the sum of the lanes of p[i].
INLINE vquad sums_of_four(const vfloat p[4]) {
  const vfloat parts = interleaved_parts(p);
  const __typeof__(parts.lo) halves = parts.lo + parts.hi;
  return halves.lo + halves.hi;
}

/// Lane 4 * i + j is the sum of the lanes of vector j of the four that parts[i] was made of.
INLINE vfloat sums_of_parts(const vfloat parts[4]) {
  const vfloat a = MERGE(parts[0], parts[1], EVEN_QUARTERS, ODD_QUARTERS);
  const vfloat b = MERGE(parts[2], parts[3], EVEN_QUARTERS, ODD_QUARTERS);
  return MERGE(a, b, EVEN_QUARTERS, ODD_QUARTERS);
}
