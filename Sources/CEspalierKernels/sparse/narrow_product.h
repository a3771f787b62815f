// One block of a packed matrix times a narrow batch.
#pragma once

#include "narrow.h"

/// Stores the sums of the rows of a group, or adds them; in the last block with the bias, and not below the
/// floor.
INLINE void finish_narrow_group(
    int columns, EspalierSparseStage stage, const EspalierSparseGroup *group, vquad *sums, float *y,
    const float *bias, float floor) {
  static const float zeros[GROUP_ROWS];
  const float *rows[GROUP_ROWS];
  vquad biases = (vquad)0;
  for (int r = 0; r < GROUP_ROWS; r++) {
    const uint16_t row = group->rows[r];
    rows[r] = row == ESPALIER_NO_ROW ? zeros : y + (size_t)row * (size_t)columns;
    if (stage & ESPALIER_SPARSE_LAST && bias && row != ESPALIER_NO_ROW) biases[r] = bias[row];
  }
  for (int q = 0; q < QUADS(columns); q++) {
    if (!(stage & ESPALIER_SPARSE_FIRST)) sums[q] += load_narrow_quad(columns, q, rows);
    if (stage & ESPALIER_SPARSE_LAST) {
      if (bias) sums[q] += spread_to_lanes(columns, q, biases);
      sums[q] = (vquad)floor > sums[q] ? (vquad)floor : sums[q];  // a NaN stays
    }
  }
  for (int r = 0; r < GROUP_ROWS; r++) {
    const uint16_t row = group->rows[r];
    if (row != ESPALIER_NO_ROW) store_narrow_row(columns, r, sums, y + (size_t)row * (size_t)columns);
  }
}

INLINE void narrow_product_of_groups(
    int columns, EspalierSparseStage stage, const EspalierSparseBlock *block, const float *values,
    const float *x, float *y, const float *bias, float floor) {
  const uint16_t *offsets = block->offsets;
  for (ptrdiff_t g = 0; g < block->group_count; g++) {
    const EspalierSparseGroup *group = block->groups + g;
    const ptrdiff_t slots = (ptrdiff_t)group->counts[0] * GROUP_ROWS;
    vquad sums[GROUP_ROWS] = {0};
    for (ptrdiff_t slot = 0; slot < slots; slot += GROUP_ROWS) {
      size_t starts[GROUP_ROWS];
      step_starts(columns, offsets + slot, starts);
      const float *const rows[] = {x + starts[0], x + starts[1], x + starts[2], x + starts[3]};
      const vquad weights = load_quad(values + slot);
      for (int q = 0; q < QUADS(columns); q++) {
        sums[q] += spread_to_lanes(columns, q, weights) * load_narrow_quad(columns, q, rows);
      }
    }
    finish_narrow_group(columns, stage, group, sums, y, bias, floor);
    offsets += slots;
    values += slots;
  }
}

INLINE void narrow_product(
    int columns, EspalierSparseStage stage, const EspalierSparseBlock *block, const float *values,
    const float *x, float *y, const float *bias, float floor) {
  switch (stage) {
    case ESPALIER_SPARSE_MIDDLE:
      narrow_product_of_groups(columns, ESPALIER_SPARSE_MIDDLE, block, values, x, y, bias, floor);
      break;
    case ESPALIER_SPARSE_FIRST:
      narrow_product_of_groups(columns, ESPALIER_SPARSE_FIRST, block, values, x, y, bias, floor);
      break;
    case ESPALIER_SPARSE_LAST:
      narrow_product_of_groups(columns, ESPALIER_SPARSE_LAST, block, values, x, y, bias, floor);
      break;
    case ESPALIER_SPARSE_ONLY:
      narrow_product_of_groups(columns, ESPALIER_SPARSE_ONLY, block, values, x, y, bias, floor);
      break;
  }
}

static void sparse_narrow_product(
    const EspalierSparseBlock *block, const float *values, const float *x, float *y, ptrdiff_t columns,
    EspalierSparseStage stage, const float *bias, float floor) {
  WITH_CONSTANT_COLUMNS(columns, narrow_product, stage, block, values, x, y, bias, floor)
}
