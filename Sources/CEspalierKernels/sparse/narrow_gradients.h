// Both gradients of one block of a packed matrix for a narrow batch, in one pass over its positions: those of
// the weights are dot products of a few samples, those of the inputs are scattered.
#pragma once

#include "narrow.h"

/// dY of the rows of a group, 0 for a row that is not there.
INLINE void load_narrow_gradient_rows(
    int columns, const EspalierSparseGroup *group, const float *dy, vquad *d) {
  static const float zeros[GROUP_ROWS];
  const float *rows[GROUP_ROWS];
  for (int r = 0; r < GROUP_ROWS; r++) {
    rows[r] = group->rows[r] == ESPALIER_NO_ROW ? zeros : dy + (size_t)group->rows[r] * (size_t)columns;
  }
  for (int q = 0; q < QUADS(columns); q++) d[q] = load_narrow_quad(columns, q, rows);
}

/// Lane r is the dot product of slot r of a step.
INLINE vquad dots_of_step(
    int columns, const vquad *d, const float *x, const size_t starts[GROUP_ROWS]) {
  const float *const rows[] = {x + starts[0], x + starts[1], x + starts[2], x + starts[3]};
  vquad products[GROUP_ROWS];
  for (int q = 0; q < QUADS(columns); q++) products[q] = d[q] * load_narrow_quad(columns, q, rows);
  return sums_of_narrow_rows(columns, products);
}

/// dx += values * dy, one slot after the other: two rows of a group may have a survivor in the same column.
INLINE void scatter_step(
    int columns, const float *values, const vquad *d, float *dx, const size_t starts[GROUP_ROWS]) {
  for (int r = 0; r < GROUP_ROWS; r++) {
    vquad own = d[r / SLOTS_A_QUAD(columns)];
    if (columns == 1) own = (vquad)own[r];
    if (columns == 2 && r % 2 == 1) own = __builtin_shufflevector(own, own, 2, 3, 2, 3);
    vquad sum = (vquad)0;
    memcpy(&sum, dx + starts[r], (size_t)columns * sizeof(float));
    sum += values[r] * own;
    memcpy(dx + starts[r], &sum, (size_t)columns * sizeof(float));
  }
}

INLINE void narrow_gradients_of_groups(
    int columns, bool for_weights, bool for_inputs, const EspalierSparseBlock *block, const float *values,
    const float *x, const float *dy, float *gradient, float *dx) {
  const uint16_t *offsets = block->offsets;
  ptrdiff_t first = 0;
  for (ptrdiff_t g = 0; g < block->group_count; g++) {
    const EspalierSparseGroup *group = block->groups + g;
    const ptrdiff_t end = first + (ptrdiff_t)group->counts[0] * GROUP_ROWS;
    if (end == first) break;  // so have all that follow
    const vquadint counts = {group->counts[0], group->counts[1], group->counts[2], group->counts[3]};
    vquad d[GROUP_ROWS];
    load_narrow_gradient_rows(columns, group, dy, d);
    int32_t step = 0;
    for (ptrdiff_t slot = first; slot < end; slot += GROUP_ROWS, step++) {
      size_t starts[GROUP_ROWS];
      step_starts(columns, offsets + slot, starts);
      if (for_weights) {
        // Padding, the slots beyond the count of their row, becomes 0.
        const vquad sums = dots_of_step(columns, d, x, starts);
        const vquad kept = (vquadint)step < counts ? sums : (vquad)0;
        memcpy(gradient + slot, &kept, sizeof kept);
      }
      if (for_inputs) scatter_step(columns, values + slot, d, dx, starts);
    }
    first = end;
  }
}

INLINE void narrow_gradients(
    int columns, const EspalierSparseBlock *block, const float *values, const float *x, const float *dy,
    float *gradient, float *dx) {
  if (gradient && dx) {
    narrow_gradients_of_groups(columns, true, true, block, values, x, dy, gradient, dx);
  } else if (gradient) {
    narrow_gradients_of_groups(columns, true, false, block, values, x, dy, gradient, dx);
  } else if (dx) {
    narrow_gradients_of_groups(columns, false, true, block, values, x, dy, gradient, dx);
  }
}

static void sparse_narrow_gradients(
    const EspalierSparseBlock *block, const float *values, const float *x, const float *dy, ptrdiff_t columns,
    float *gradient, float *dx) {
  WITH_CONSTANT_COLUMNS(columns, narrow_gradients, block, values, x, dy, gradient, dx)
}
