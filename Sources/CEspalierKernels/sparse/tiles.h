// What the packed products read: activations in tiles, values in the order of a transposed layout.
#pragma once

#include "layout.h"

INLINE void pack_rows(
    int vectors, float *tile, const float *x, ptrdiff_t stride, ptrdiff_t rows, ptrdiff_t columns) {
  for (ptrdiff_t r = 0; r < rows; r++) {
    float *row = (float *)((char *)tile + (size_t)r * tile_row_bytes(vectors));
    for (int j = 0; j < vectors; j++) {
      const ptrdiff_t n = lanes_of_vector(vectors, j, columns);
      store(row + j * LANES, load(x + r * stride + j * LANES, n), LANES);
    }
  }
}

static void pack_tile(
    float *tile, const float *x, ptrdiff_t stride, ptrdiff_t rows, ptrdiff_t columns) {
  WITH_CONSTANT_TILE(columns, pack_rows, tile, x, stride, rows, columns)
}

/// The values of a block of a transposed layout, from the one stream of them; 0 for padding.
static void sparse_gather_values(
    const EspalierSparseBlock *block, float *y, const float *values, const uint32_t *positions) {
  for (ptrdiff_t g = 0; g < block->group_count; g++) {
    const ptrdiff_t slots = block->groups[g].counts[0] * GROUP_ROWS;
    for (ptrdiff_t i = 0; i < slots; i++) y[i] = values[positions[i]];
    clear_padding(block->groups + g, y);
    y += slots;
    positions += slots;
  }
}
