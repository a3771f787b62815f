// One block of a packed matrix times one tile of activations.
#pragma once

#include "layout.h"

typedef struct {
  float *y;
  ptrdiff_t stride;
  ptrdiff_t last;  // the lanes of a row's last vector
  const float *bias;
  float floor;
  const ptrdiff_t *starts;  // where not NULL, row r is at y + starts[r], may overlap others and is added to
} ProductTarget;

/// What the sums of one row start from: the bias in the first block of a panel, else what the blocks before
/// made.
INLINE void start_row(
    int vectors, EspalierSparseStage stage, const ProductTarget *target, uint16_t row, vfloat *sums) {
  const bool first = stage & ESPALIER_SPARSE_FIRST;
  for (int j = 0; j < vectors; j++) sums[j] = fill(0);
  if (row == ESPALIER_NO_ROW || target->starts) return;
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
  float *y = target->y + (target->starts ? target->starts[row] : row * target->stride);
  for (int j = 0; j < vectors; j++) {
    if (target->starts) {
      store_samples(vectors, j, y, load_samples(vectors, j, y, target->last) + sums[j], target->last);
      continue;
    }
    const vfloat sum = stage & ESPALIER_SPARSE_LAST ? larger(fill(target->floor), sums[j]) : sums[j];
    store_samples(vectors, j, y, sum, target->last);
  }
}

/// Adds the survivors of ROWS_AT_ONCE rows of a group, from their first slots on.
INLINE void add_group(
    int vectors, ptrdiff_t steps, const uint16_t *offsets, const float *values, TileRows tile, ptrdiff_t last,
    vfloat sums[ROWS_AT_ONCE][TILE_VECTORS]) {
  uint64_t next = load_offsets(offsets);
  for (ptrdiff_t slot = 0; slot < steps * GROUP_ROWS; slot += GROUP_ROWS) {
    const uint64_t word = next;
    next = load_offsets(offsets + slot + GROUP_ROWS);
    for (int r = 0; r < ROWS_AT_ONCE; r++) {
      const float *x = tile_row(tile, word, r);
      const vfloat value = fill(values[slot + r]);
      for (int j = 0; j < vectors; j++) {
        sums[r][j] += value * load_tile_vector(tile, vectors, j, x, last);
      }
    }
  }
}

INLINE void product_of_groups(
    int vectors, EspalierSparseStage stage, const EspalierSparseBlock *block, const float *values,
    TileRows tile, ProductTarget target) {
  const uint16_t *offsets = block->offsets;
  for (ptrdiff_t g = 0; g < block->group_count; g++) {
    const EspalierSparseGroup *group = block->groups + g;
    const ptrdiff_t steps = group->counts[0];
    if (target.starts && steps == 0) continue;  // nothing to add
    for (int first = 0; first < GROUP_ROWS; first += ROWS_AT_ONCE) {
      const uint16_t *rows = group->rows + first;
      vfloat sums[ROWS_AT_ONCE][TILE_VECTORS];
      for (int r = 0; r < ROWS_AT_ONCE; r++) start_row(vectors, stage, &target, rows[r], sums[r]);
      add_group(vectors, steps, offsets + first, values + first, tile, target.last, sums);
      for (int r = 0; r < ROWS_AT_ONCE; r++) finish_row(vectors, stage, &target, rows[r], sums[r]);
    }
    offsets += steps * GROUP_ROWS;
    values += steps * GROUP_ROWS;
  }
}

INLINE void product_of_tile(
    int vectors, EspalierSparseStage stage, const EspalierSparseBlock *block, const float *values,
    TileRows tile, ptrdiff_t columns, ProductTarget target) {
  target.last = last_lanes(vectors, columns);
  switch (stage) {
    case ESPALIER_SPARSE_MIDDLE:
      product_of_groups(vectors, ESPALIER_SPARSE_MIDDLE, block, values, tile, target);
      break;
    case ESPALIER_SPARSE_FIRST:
      product_of_groups(vectors, ESPALIER_SPARSE_FIRST, block, values, tile, target);
      break;
    case ESPALIER_SPARSE_LAST: product_of_groups(vectors, ESPALIER_SPARSE_LAST, block, values, tile, target); break;
    case ESPALIER_SPARSE_ONLY: product_of_groups(vectors, ESPALIER_SPARSE_ONLY, block, values, tile, target); break;
  }
}

INLINE void product_of_rows(
    int vectors, const EspalierSparseBlock *block, const float *values, TileRows tile, ptrdiff_t columns,
    ProductTarget target) {
  target.last = last_lanes(vectors, columns);
  product_of_groups(vectors, ESPALIER_SPARSE_MIDDLE, block, values, tile, target);
}

static void sparse_product(
    const EspalierSparseBlock *block, const float *values, const float *tile, ptrdiff_t tile_stride, float *y,
    ptrdiff_t stride, ptrdiff_t columns, EspalierSparseStage stage, const float *bias, float floor) {
  const TileRows rows = {tile, (size_t)tile_stride * sizeof(float), NULL};
  const ProductTarget target = {y, stride, 0, bias, floor, NULL};
  WITH_CONSTANT_TILE(columns, product_of_tile, stage, block, values, rows, columns, target)
}

static void sparse_shifted_product(
    const EspalierSparseBlock *block, const float *values, const float *x, const ptrdiff_t *x_rows, float *y,
    ptrdiff_t stride, ptrdiff_t columns, EspalierSparseStage stage, const float *bias, float floor) {
  const TileRows rows = {x, 0, x_rows};
  const ProductTarget target = {y, stride, 0, bias, floor, NULL};
  WITH_CONSTANT_TILE(columns, product_of_tile, stage, block, values, rows, columns, target)
}

static void sparse_shifted_sum(
    const EspalierSparseBlock *block, const float *values, const float *x, const ptrdiff_t *x_rows, float *y,
    const ptrdiff_t *y_rows, ptrdiff_t columns) {
  const TileRows rows = {x, 0, x_rows};
  const ProductTarget target = {y, 0, 0, NULL, 0, y_rows};
  WITH_CONSTANT_TILE(columns, product_of_rows, block, values, rows, columns, target)
}
