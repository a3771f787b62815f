// Both gradients of one block of a packed matrix for a narrow batch, in one pass over its positions: those of
// the weights are dot products of a few samples, those of the inputs are scattered.
#pragma once

#include "narrow.h"

/// The streams of a block, and its columns' rows of x and dx.
typedef struct {
  const uint16_t *offsets;
  const float *values, *x;
  float *gradient, *dx;
} NarrowGradients;

/// A group of rows at work.
typedef struct {
  ptrdiff_t first_slot;
  vquadint counts;
  vquad dy[GROUP_ROWS];
} NarrowGroup;

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

/// The steps first ..< last of a group; with `ragged` some of their slots are padding, whose gradient is 0.
INLINE void narrow_gradients_of_steps(
    int columns, bool for_weights, bool for_inputs, bool ragged, const NarrowGroup *group, int32_t first,
    int32_t last, const NarrowGradients *task) {
  for (int32_t step = first; step < last; step++) {
    const ptrdiff_t slot = group->first_slot + (ptrdiff_t)step * GROUP_ROWS;
    size_t starts[GROUP_ROWS];
    step_starts(columns, task->offsets + slot, starts);
    if (for_weights) {
      vquad sums = dots_of_step(columns, group->dy, task->x, starts);
      if (ragged) sums = (vquadint)step < group->counts ? sums : (vquad)0;
      memcpy(task->gradient + slot, &sums, sizeof sums);
    }
    if (for_inputs) scatter_step(columns, task->values + slot, group->dy, task->dx, starts);
  }
}

INLINE void narrow_gradients_of_groups(
    int columns, bool for_weights, bool for_inputs, const EspalierSparseBlock *block, const float *dy,
    const NarrowGradients *task) {
  NarrowGroup group = {.first_slot = 0};
  for (ptrdiff_t g = 0; g < block->group_count; g++) {
    const uint16_t *counts = block->groups[g].counts;
    if (counts[0] == 0) break;  // so have all that follow
    group.counts = (vquadint){counts[0], counts[1], counts[2], counts[3]};
    load_narrow_gradient_rows(columns, block->groups + g, dy, group.dy);
    narrow_gradients_of_steps(columns, for_weights, for_inputs, false, &group, 0, counts[3], task);
    narrow_gradients_of_steps(columns, for_weights, for_inputs, true, &group, counts[3], counts[0], task);
    group.first_slot += (ptrdiff_t)counts[0] * GROUP_ROWS;
  }
}

INLINE void narrow_gradients(
    int columns, const EspalierSparseBlock *block, const float *dy, const NarrowGradients *task) {
  if (task->gradient && task->dx) {
    narrow_gradients_of_groups(columns, true, true, block, dy, task);
  } else if (task->gradient) {
    narrow_gradients_of_groups(columns, true, false, block, dy, task);
  } else if (task->dx) {
    narrow_gradients_of_groups(columns, false, true, block, dy, task);
  }
}

static void sparse_narrow_gradients(
    const EspalierSparseBlock *block, const float *values, const float *x, const float *dy, ptrdiff_t columns,
    float *gradient, float *dx) {
  const NarrowGradients task = {block->offsets, values, x, gradient, dx};
  WITH_CONSTANT_COLUMNS(columns, narrow_gradients, block, dy, &task)
}
