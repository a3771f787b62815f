// Where the blocks of an EspalierBlockLayout lie, and the inputs of a block with a lane a weight.
#pragma once

#include "../../vectors/lanes.h"
#include "../../vectors/register.h"
#include "espalier_structured.h"

typedef float vpair __attribute__((ext_vector_type(2)));

INLINE ptrdiff_t first_column(bool wide, const void *first_columns, int64_t block) {
  return wide ? (ptrdiff_t)((const uint32_t *)first_columns)[block]
              : (ptrdiff_t)((const uint16_t *)first_columns)[block];
}

/// Each of 16 / `rows` inputs in `rows` lanes.
INLINE vfloat spread_inputs(int rows, const float *x) {
  if (rows == 16) return fill(*x);
  if (rows == 8) {
    vpair pair;
    memcpy(&pair, x, sizeof pair);
    return __builtin_shufflevector(pair, pair, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1);
  }
  vquad quad;
  memcpy(&quad, x, sizeof quad);
  return __builtin_shufflevector(quad, quad, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3);
}

/// The inputs of sixteen weights: of vector number `part` of a block, or of several blocks where they are smaller.
INLINE vfloat block_inputs(
    int rows, int columns, bool wide, const void *first_columns, int64_t block, int part, const float *x) {
  const int count = LANES / rows;
  if (columns >= count) return spread_inputs(rows, x + first_column(wide, first_columns, block) + part * count);
  float inputs[4];
  for (int i = 0; i < count; i++) {
    inputs[i] = x[first_column(wide, first_columns, block + i / columns) + i % columns];
  }
  return spread_inputs(rows, inputs);
}
