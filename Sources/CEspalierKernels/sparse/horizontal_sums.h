// The sums of the lanes of several vectors, made together: a merge of two vectors costs two shuffles and an
// addition and halves what is left to do.
#pragma once

#include "../vectors/transpose16.h"

typedef float vquad __attribute__((ext_vector_type(4)));
typedef float veight __attribute__((ext_vector_type(8)));

#define LOW_OF_EIGHT 0, 8, 1, 9, 4, 12, 5, 13
#define HIGH_OF_EIGHT 2, 10, 3, 11, 6, 14, 7, 15
#define LOW_PAIRS_OF_EIGHT 0, 1, 8, 9, 4, 5, 12, 13
#define HIGH_PAIRS_OF_EIGHT 2, 3, 10, 11, 6, 7, 14, 15

#define MERGE(a, b, ONES, OTHERS) \
  (__builtin_shufflevector(a, b, ONES) + __builtin_shufflevector(a, b, OTHERS))

/// Lane i is the sum of the lanes of p[i].
INLINE vquad sums_of_four(const vfloat p[4]) {
  veight half[4];
  for (int i = 0; i < 4; i++) half[i] = p[i].lo + p[i].hi;
  const veight a = MERGE(half[0], half[1], LOW_OF_EIGHT, HIGH_OF_EIGHT);
  const veight b = MERGE(half[2], half[3], LOW_OF_EIGHT, HIGH_OF_EIGHT);
  const veight sums = MERGE(a, b, LOW_PAIRS_OF_EIGHT, HIGH_PAIRS_OF_EIGHT);
  return sums.lo + sums.hi;
}

/// Lane 4 * k + i holds a part of the sum of p[i]; the four k make the whole.
INLINE vfloat interleaved_parts(const vfloat p[4]) {
  const vfloat a = MERGE(p[0], p[1], LOW_HALVES_32, HIGH_HALVES_32);
  const vfloat b = MERGE(p[2], p[3], LOW_HALVES_32, HIGH_HALVES_32);
  return MERGE(a, b, LOW_HALVES_64, HIGH_HALVES_64);
}

/// Lane 4 * i + j is the sum of the lanes of vector j of the four that parts[i] was made of.
INLINE vfloat sums_of_parts(const vfloat parts[4]) {
  const vfloat a = MERGE(parts[0], parts[1], EVEN_QUARTERS, ODD_QUARTERS);
  const vfloat b = MERGE(parts[2], parts[3], EVEN_QUARTERS, ODD_QUARTERS);
  return MERGE(a, b, EVEN_QUARTERS, ODD_QUARTERS);
}
