// One block of a packed matrix times one tile of activations.
#pragma once

#include "layout.h"

typedef struct {
  float *y;
  ptrdiff_t stride;
  ptrdiff_t last;  // the lanes of a row's last vector
  const float *bias;
  float floor;
} ProductTarget;

/// What the sums of one row start from: the bias in the first block of a panel, else what the blocks before
/// made.
INLINE void start_row(
    int vectors, EspalierSparseStage stage, const ProductTarget *target, uint16_t row, vfloat *sums) {
  const bool first = stage & ESPALIER_SPARSE_FIRST;
  for (int j = 0; j < vectors; j++) sums[j] = fill(0);
  if (row == ESPALIER_NO_ROW) return;
  const float *y = target->y + row * target->stride;
  for (int j = 0; j < vectors; j++) {
    sums[j] = first ? fill(target->bias ? target->bias[row] : 0)
                    : load_samples(vectors, j, y, target->last);
  }
}

/// Stores the sums of one row, in the last block not below the floor.
INLINE void finish_row(
    int vectors, EspalierSparseStage stage, const ProductTarget *target, uint16_t row, const vfloat *sums) {
  if (row == ESPALIER_NO_ROW) return;
  float *y = target->y + row * target->stride;
  for (int j = 0; j < vectors; j++) {
    const vfloat sum = stage & ESPALIER_SPARSE_LAST ? larger(fill(target->floor), sums[j]) : sums[j];
    store_samples(vectors, j, y, sum, target->last);
  }
}

/// Adds the survivors of ROWS_AT_ONCE rows of a group, from their first slots on.
INLINE void add_group(
    int vectors, ptrdiff_t steps, const uint16_t *offsets, const float *values, const float *tile,
    size_t row_bytes, vfloat sums[ROWS_AT_ONCE][TILE_VECTORS]) {
  uint64_t next = load_offsets(offsets);
  for (ptrdiff_t slot = 0; slot < steps * GROUP_ROWS; slot += GROUP_ROWS) {
    const uint64_t word = next;
    next = load_offsets(offsets + slot + GROUP_ROWS);
    for (int r = 0; r < ROWS_AT_ONCE; r++) {
      const float *x = tile_row(tile, row_bytes, word, r);
      const vfloat value = fill(values[slot + r]);
      for (int j = 0; j < vectors; j++) sums[r][j] += value * load(x + j * LANES, LANES);
    }
  }
}

INLINE void product_of_groups(
    int vectors, EspalierSparseStage stage, const EspalierSparseBlock *block, const float *values,
    const float *tile, size_t row_bytes, ProductTarget target) {
  const uint16_t *offsets = block->offsets;
  for (ptrdiff_t g = 0; g < block->group_count; g++) {
    const EspalierSparseGroup *group = block->groups + g;
    const ptrdiff_t steps = group->counts[0];
    for (int first = 0; first < GROUP_ROWS; first += ROWS_AT_ONCE) {
      const uint16_t *rows = group->rows + first;
      vfloat sums[ROWS_AT_ONCE][TILE_VECTORS];
      for (int r = 0; r < ROWS_AT_ONCE; r++) start_row(vectors, stage, &target, rows[r], sums[r]);
      add_group(vectors, steps, offsets + first, values + first, tile, row_bytes, sums);
      for (int r = 0; r < ROWS_AT_ONCE; r++) finish_row(vectors, stage, &target, rows[r], sums[r]);
    }
    offsets += steps * GROUP_ROWS;
    values += steps * GROUP_ROWS;
  }
}

INLINE void product_of_tile(
    int vectors, EspalierSparseStage stage, const EspalierSparseBlock *block, const float *values,
    const float *tile, size_t row_bytes, float *y, ptrdiff_t stride, ptrdiff_t columns, const float *bias,
    float floor) {
  const ProductTarget target = {y, stride, last_lanes(vectors, columns), bias, floor};
  switch (stage) {
    case ESPALIER_SPARSE_MIDDLE:
      product_of_groups(vectors, ESPALIER_SPARSE_MIDDLE, block, values, tile, row_bytes, target);
      break;
    case ESPALIER_SPARSE_FIRST:
      product_of_groups(vectors, ESPALIER_SPARSE_FIRST, block, values, tile, row_bytes, target);
      break;
    case ESPALIER_SPARSE_LAST:
      product_of_groups(vectors, ESPALIER_SPARSE_LAST, block, values, tile, row_bytes, target);
      break;
    case ESPALIER_SPARSE_ONLY:
      product_of_groups(vectors, ESPALIER_SPARSE_ONLY, block, values, tile, row_bytes, target);
      break;
  }
}

static void sparse_product(
    const EspalierSparseBlock *block, const float *values, const float *tile, ptrdiff_t tile_stride, float *y,
    ptrdiff_t stride, ptrdiff_t columns, EspalierSparseStage stage, const float *bias, float floor) {
  const size_t row_bytes = (size_t)tile_stride * sizeof(float);
  WITH_CONSTANT_TILE(
      columns, product_of_tile, stage, block, values, tile, row_bytes, y, stride, columns, bias, floor)
}
