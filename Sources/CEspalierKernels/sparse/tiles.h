// What the packed products read: activations in tiles, values in the order of a transposed layout.
#pragma once

#include "layout.h"

INLINE void pack_rows(
    int vectors, float *tile, const float *x, ptrdiff_t stride, ptrdiff_t rows, ptrdiff_t columns) {
  for (ptrdiff_t r = 0; r < rows; r++) {
    float *row = tile + r * vectors * LANES;
    for (int j = 0; j < vectors; j++) {
      store(row + j * LANES, load_samples(vectors, j, x + r * stride, last_lanes(vectors, columns)), LANES);
    }
  }
}

static void pack_tile(
    float *tile, const float *x, ptrdiff_t stride, ptrdiff_t rows, ptrdiff_t columns) {
  WITH_CONSTANT_TILE(columns, pack_rows, tile, x, stride, rows, columns)
}

INLINE vfloat values_at(const float *values, const uint32_t *positions) {
#if defined(ESPALIER_TARGET_AVX512)
  return (vfloat)_mm512_i32gather_ps(_mm512_loadu_si512(positions), values, sizeof(float));
#else
  vfloat x;
  for (int i = 0; i < LANES; i++) x[i] = values[positions[i]];
  return x;
#endif
}

/// The values of a block of a transposed layout, from those of the same block of the other; 0 for padding.
static void sparse_gather_values(
    const EspalierSparseBlock *block, float *y, const float *values, const uint32_t *positions,
    ptrdiff_t count) {
  ptrdiff_t i = 0;
  for (; i + LANES <= count; i += LANES) store(y + i, values_at(values, positions + i), LANES);
  for (; i < count; i++) y[i] = values[positions[i]];
  for (ptrdiff_t g = 0; g < block->group_count; g++) {
    clear_padding(block->groups + g, y);
    y += block->groups[g].counts[0] * GROUP_ROWS;
  }
}
