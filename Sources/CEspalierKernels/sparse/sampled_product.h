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
    for (int j = 0; j < vectors; j++) {
      const ptrdiff_t n = lanes_of_vector(vectors, j, columns);
      d[r][j] = row == ESPALIER_NO_ROW ? fill(0) : load(dy + row * stride + j * LANES, n);
    }
  }
}

/// The sixteen lanes whose sum is the dot product of one slot.
INLINE vfloat slot_product(int vectors, const vfloat d[TILE_VECTORS], const float *tile, uint16_t offset) {
  const float *x = tile_row(vectors, tile, offset);
  vfloat product = d[0] * load(x, LANES);
  for (int j = 1; j < vectors; j++) product += d[j] * load(x + j * LANES, LANES);
  return product;
}

INLINE void store_sums(bool accumulate, float *gradient, const float *sums, int count) {
  for (int i = 0; i < count; i++) gradient[i] = accumulate ? gradient[i] + sums[i] : sums[i];
}

#if defined(ESPALIER_TARGET_AVX512) || defined(__aarch64__)

/// Four steps are sixteen consecutive slots, whose sums are made together.
INLINE void sampled_group(
    int vectors, bool accumulate, const EspalierSparseGroup *group, const uint16_t *offsets,
    const float *tile, const float *dy, ptrdiff_t stride, ptrdiff_t columns, float *gradient) {
  vfloat d[ROWS_AT_ONCE][TILE_VECTORS];
  load_gradient_rows(vectors, group, 0, dy, stride, columns, d);
  const ptrdiff_t slots = group->counts[0] * GROUP_ROWS;
  ptrdiff_t slot = 0;
  for (; slot + LANES <= slots; slot += LANES) {
    vfloat product[LANES];
    for (int i = 0; i < LANES; i++) {
      product[i] = slot_product(vectors, d[i % GROUP_ROWS], tile, offsets[slot + i]);
    }
    vfloat sums = sums_of_sixteen(product);
    if (accumulate) sums += load(gradient + slot, LANES);
    store(gradient + slot, sums, LANES);
  }
  for (; slot < slots; slot += GROUP_ROWS) {
    vfloat product[GROUP_ROWS];
    for (int i = 0; i < GROUP_ROWS; i++) {
      product[i] = slot_product(vectors, d[i], tile, offsets[slot + i]);
    }
    const vquad sums = sums_of_four(product);
    store_sums(accumulate, gradient + slot, (const float *)&sums, GROUP_ROWS);
  }
}

#else

/// Two steps of two rows are summed together.
INLINE void sampled_group(
    int vectors, bool accumulate, const EspalierSparseGroup *group, const uint16_t *offsets,
    const float *tile, const float *dy, ptrdiff_t stride, ptrdiff_t columns, float *gradient) {
  for (int first = 0; first < GROUP_ROWS; first += ROWS_AT_ONCE) {
    vfloat d[ROWS_AT_ONCE][TILE_VECTORS];
    load_gradient_rows(vectors, group, first, dy, stride, columns, d);
    const ptrdiff_t end = group->counts[0] * GROUP_ROWS + first;
    for (ptrdiff_t slot = first; slot < end; slot += 2 * GROUP_ROWS) {
      const ptrdiff_t next = slot + GROUP_ROWS < end ? slot + GROUP_ROWS : slot;
      const vfloat product[4] = {
          slot_product(vectors, d[0], tile, offsets[slot]),
          slot_product(vectors, d[1], tile, offsets[slot + 1]),
          slot_product(vectors, d[0], tile, offsets[next]),
          slot_product(vectors, d[1], tile, offsets[next + 1]),
      };
      const vquad sums = sums_of_four(product);
      store_sums(accumulate, gradient + slot, (const float *)&sums, 2);
      if (next != slot) store_sums(accumulate, gradient + next, (const float *)&sums + 2, 2);
    }
  }
}

#endif

INLINE void sampled_groups(
    int vectors, bool accumulate, const EspalierSparseBlock *block, const float *tile, const float *dy,
    ptrdiff_t stride, ptrdiff_t columns, float *gradient) {
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
    int vectors, bool accumulate, const EspalierSparseBlock *block, const float *tile, const float *dy,
    ptrdiff_t stride, ptrdiff_t columns, float *gradient) {
  if (accumulate) {
    sampled_groups(vectors, true, block, tile, dy, stride, columns, gradient);
  } else {
    sampled_groups(vectors, false, block, tile, dy, stride, columns, gradient);
  }
}

static void sparse_sampled_product(
    const EspalierSparseBlock *block, const float *tile, const float *dy, ptrdiff_t stride,
    ptrdiff_t columns, bool accumulate, float *gradient) {
  WITH_CONSTANT_TILE(
      columns, sampled_product_of_tile, accumulate, block, tile, dy, stride, columns, gradient)
}
