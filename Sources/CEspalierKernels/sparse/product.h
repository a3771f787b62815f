// One block of a packed matrix times one tile of activations.
#pragma once

#include "layout.h"

typedef struct {
  float *y;
  ptrdiff_t stride;
  ptrdiff_t columns;
  const float *bias;
  float floor;
} ProductTarget;

/// Stores the sums of one row, or adds them; in the last block with the bias, and not below the floor.
INLINE void finish_row(
    int vectors, EspalierSparseStage stage, const ProductTarget *target, uint16_t row, const vfloat *sums) {
  if (row == ESPALIER_NO_ROW) return;
  float *y = target->y + row * target->stride;
  const bool last = stage & ESPALIER_SPARSE_LAST;
  const float bias = last && target->bias ? target->bias[row] : -0.0f;  // x + -0 is x, also for x = -0
  for (int j = 0; j < vectors; j++) {
    const ptrdiff_t n = lanes_of_vector(vectors, j, target->columns);
    vfloat sum = sums[j];
    if (!(stage & ESPALIER_SPARSE_FIRST)) sum += load(y + j * LANES, n);
    if (last) sum = larger(fill(target->floor), sum + bias);
    store(y + j * LANES, sum, n);
  }
}

/// The sums of ROWS_AT_ONCE rows of a group, from their first slots on.
INLINE void group_sums(
    int vectors, ptrdiff_t steps, const uint16_t *offsets, const float *values, const float *tile,
    vfloat sums[ROWS_AT_ONCE][TILE_VECTORS]) {
  for (int r = 0; r < ROWS_AT_ONCE; r++) {
    for (int j = 0; j < vectors; j++) sums[r][j] = fill(0);
  }
  for (ptrdiff_t slot = 0; slot < steps * GROUP_ROWS; slot += GROUP_ROWS) {
    for (int r = 0; r < ROWS_AT_ONCE; r++) {
      const float *x = tile_row(vectors, tile, offsets[slot + r]);
      for (int j = 0; j < vectors; j++) sums[r][j] += values[slot + r] * load(x + j * LANES, LANES);
    }
  }
}

INLINE void product_of_groups(
    int vectors, EspalierSparseStage stage, const EspalierSparseBlock *block, const float *values,
    const float *tile, ProductTarget target) {
  const uint16_t *offsets = block->offsets;
  for (ptrdiff_t g = 0; g < block->group_count; g++) {
    const EspalierSparseGroup *group = block->groups + g;
    const ptrdiff_t steps = group->counts[0];
    for (int first = 0; first < GROUP_ROWS; first += ROWS_AT_ONCE) {
      vfloat sums[ROWS_AT_ONCE][TILE_VECTORS];
      group_sums(vectors, steps, offsets + first, values + first, tile, sums);
      for (int r = 0; r < ROWS_AT_ONCE; r++) {
        finish_row(vectors, stage, &target, group->rows[first + r], sums[r]);
      }
    }
    offsets += steps * GROUP_ROWS;
    values += steps * GROUP_ROWS;
  }
}

INLINE void product_of_tile(
    int vectors, EspalierSparseStage stage, const EspalierSparseBlock *block, const float *values,
    const float *tile, ProductTarget target) {
  switch (stage) {
    case ESPALIER_SPARSE_MIDDLE:
      product_of_groups(vectors, ESPALIER_SPARSE_MIDDLE, block, values, tile, target);
      break;
    case ESPALIER_SPARSE_FIRST:
      product_of_groups(vectors, ESPALIER_SPARSE_FIRST, block, values, tile, target);
      break;
    case ESPALIER_SPARSE_LAST:
      product_of_groups(vectors, ESPALIER_SPARSE_LAST, block, values, tile, target);
      break;
    case ESPALIER_SPARSE_ONLY:
      product_of_groups(vectors, ESPALIER_SPARSE_ONLY, block, values, tile, target);
      break;
  }
}

static void sparse_product(
    const EspalierSparseBlock *block, const float *values, const float *tile, float *y, ptrdiff_t stride,
    ptrdiff_t columns, EspalierSparseStage stage, const float *bias, float floor) {
  const ProductTarget target = {y, stride, columns, bias, floor};
  WITH_CONSTANT_TILE(columns, product_of_tile, stage, block, values, tile, target)
}
