// The product of dY and the transpose of one tile of X, only where a block of a packed matrix has survivors:
// one dot product along the batch for each.
#pragma once

#include "horizontal_sums.h"
#include "layout.h"

/// dY of the rows at once of a group, 0 for a row that is not there and beyond the batch.
INLINE void load_gradient_rows(
    int vectors, const EspalierSparseGroup *group, int first, const float *dy, ptrdiff_t stride,
    ptrdiff_t columns, vfloat d[ROWS_AT_ONCE][TILE_VECTORS]) {
  for (int r = 0; r < ROWS_AT_ONCE; r++) {
    const uint16_t row = group->rows[first + r];
    for (int j = 0; j < vectors; j++) d[r][j] = fill(0);
    if (row == ESPALIER_NO_ROW) continue;
    for (int j = 0; j < vectors; j++) {
      d[r][j] = load_samples(vectors, j, dy + row * stride, last_lanes(vectors, columns));
    }
  }
}

/// For ROWS_AT_ONCE slots of one step: sixteen lanes whose sum is the slot's dot product.
INLINE void step_products(
    int vectors, const vfloat d[ROWS_AT_ONCE][TILE_VECTORS], TileRows tile, const uint16_t *offsets,
    ptrdiff_t last, vfloat *product) {
  const uint64_t word = load_offsets(offsets);
  for (int r = 0; r < ROWS_AT_ONCE; r++) {
    const float *x = tile_row(tile, word, r);
    product[r] = d[r][0] * load_tile_vector(tile, vectors, 0, x, last);
    for (int j = 1; j < vectors; j++) product[r] += d[r][j] * load_tile_vector(tile, vectors, j, x, last);
  }
}

INLINE void store_sums(bool accumulate, float *gradient, const float *sums, int count) {
  for (int i = 0; i < count; i++) gradient[i] = accumulate ? gradient[i] + sums[i] : sums[i];
}

#if defined(ESPALIER_TARGET_AVX512) || defined(__aarch64__)

/// The parts of the sums of the four slots of one step.
INLINE vfloat step_parts(
    int vectors, const vfloat d[ROWS_AT_ONCE][TILE_VECTORS], TileRows tile, const uint16_t *offsets,
    ptrdiff_t last) {
  vfloat product[GROUP_ROWS];
  step_products(vectors, d, tile, offsets, last, product);
  return interleaved_parts(product);
}

/// Four steps are sixteen consecutive slots, whose sums are made together.
INLINE void sampled_group(
    int vectors, bool accumulate, const EspalierSparseGroup *group, const uint16_t *offsets,
    TileRows tile, const float *dy, ptrdiff_t stride, ptrdiff_t columns,
    float *gradient) {
  const ptrdiff_t last = last_lanes(vectors, columns);
  vfloat d[ROWS_AT_ONCE][TILE_VECTORS];
  load_gradient_rows(vectors, group, 0, dy, stride, columns, d);
  const ptrdiff_t slots = group->counts[0] * GROUP_ROWS;
  ptrdiff_t slot = 0;
  for (; slot + LANES <= slots; slot += LANES) {
    // Merged step by step, so that no more than four products are alive.
    vfloat parts[4];
#pragma clang loop unroll(full)
    for (int step = 0; step < 4; step++) {
      parts[step] = step_parts(vectors, d, tile, offsets + slot + step * GROUP_ROWS, last);
    }
    vfloat sums = sums_of_parts(parts);
    if (accumulate) sums += load(gradient + slot, LANES);
    store(gradient + slot, sums, LANES);
  }
  const ptrdiff_t left = slots - slot;
  if (left == 0) return;
  vfloat parts[4] = {fill(0), fill(0), fill(0), fill(0)};
  for (ptrdiff_t i = 0; i < left; i += GROUP_ROWS) {
    parts[i / GROUP_ROWS] = step_parts(vectors, d, tile, offsets + slot + i, last);
  }
  vfloat sums = sums_of_parts(parts);
  if (accumulate) sums += load(gradient + slot, left);
  store(gradient + slot, sums, left);
}

#else

/// Two steps of two rows are summed together.
INLINE void sampled_group(
    int vectors, bool accumulate, const EspalierSparseGroup *group, const uint16_t *offsets,
    TileRows tile, const float *dy, ptrdiff_t stride, ptrdiff_t columns,
    float *gradient) {
  const ptrdiff_t last = last_lanes(vectors, columns);
  for (int first = 0; first < GROUP_ROWS; first += ROWS_AT_ONCE) {
    vfloat d[ROWS_AT_ONCE][TILE_VECTORS];
    load_gradient_rows(vectors, group, first, dy, stride, columns, d);
    const ptrdiff_t end = group->counts[0] * GROUP_ROWS + first;
    for (ptrdiff_t slot = first; slot < end; slot += 2 * GROUP_ROWS) {
      const ptrdiff_t next = slot + GROUP_ROWS < end ? slot + GROUP_ROWS : slot;
      vfloat product[4];
      step_products(vectors, d, tile, offsets + slot, last, product);
      step_products(vectors, d, tile, offsets + next, last, product + 2);
      const vquad sums = sums_of_four(product);
      store_sums(accumulate, gradient + slot, (const float *)&sums, 2);
      if (next != slot) store_sums(accumulate, gradient + next, (const float *)&sums + 2, 2);
    }
  }
}

#endif

INLINE void sampled_groups(
    int vectors, bool accumulate, const EspalierSparseBlock *block, TileRows tile,
    const float *dy, ptrdiff_t stride, ptrdiff_t columns, float *gradient) {
  const uint16_t *offsets = block->offsets;
  for (ptrdiff_t g = 0; g < block->group_count; g++) {
    const EspalierSparseGroup *group = block->groups + g;
    const ptrdiff_t steps = group->counts[0];
    if (steps == 0) break;  // so have all that follow
    sampled_group(vectors, accumulate, group, offsets, tile, dy, stride, columns, gradient);
    clear_padding(group, gradient);
    offsets += steps * GROUP_ROWS;
    gradient += steps * GROUP_ROWS;
  }
}

INLINE void sampled_product_of_tile(
    int vectors, bool accumulate, const EspalierSparseBlock *block, TileRows tile,
    const float *dy, ptrdiff_t stride, ptrdiff_t columns, float *gradient) {
  if (accumulate) {
    sampled_groups(vectors, true, block, tile, dy, stride, columns, gradient);
  } else {
    sampled_groups(vectors, false, block, tile, dy, stride, columns, gradient);
  }
}

static void sparse_sampled_product(
    const EspalierSparseBlock *block, const float *tile, ptrdiff_t tile_stride, const float *dy,
    ptrdiff_t stride, ptrdiff_t columns, bool accumulate, float *gradient) {
  const TileRows rows = {tile, (size_t)tile_stride * sizeof(float), NULL};
  WITH_CONSTANT_TILE(
      columns, sampled_product_of_tile, accumulate, block, rows, dy, stride, columns, gradient)
}

static void sparse_shifted_gradient(
    const EspalierSparseBlock *block, const float *x, const ptrdiff_t *x_rows, const float *dy,
    ptrdiff_t stride, ptrdiff_t columns, bool accumulate, float *gradient) {
  const TileRows rows = {x, 0, x_rows};
  WITH_CONSTANT_TILE(
      columns, sampled_product_of_tile, accumulate, block, rows, dy, stride, columns, gradient)
}
