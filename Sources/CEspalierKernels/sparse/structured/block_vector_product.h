// y = f(W x + b) for one vector x and a W of blocks: a lane a row, sixteen weights to one load of them.
#pragma once

#include "../../activations/functions.h"
#include "block_inputs.h"

// Sums that do not wait for each other.
enum { BLOCK_CHAINS = 4 };

/// The sums of a row of blocks, in lanes of `rows` for each of the columns that share a vector.
INLINE vfloat block_row_lanes(
    int rows, int columns, bool wide, const EspalierBlockLayout *layout, ptrdiff_t row, const float *x) {
  const int weights = rows * columns;
  const int blocks = weights < LANES ? LANES / weights : 1, vectors = weights < LANES ? 1 : weights / LANES;
  const int units = vectors < BLOCK_CHAINS ? BLOCK_CHAINS / vectors : 1;
  int64_t block = layout->starts[row];
  const int64_t end = layout->starts[row + 1];
  const float *values = layout->values + block * weights;
  vfloat sums[BLOCK_CHAINS];
  for (int i = 0; i < BLOCK_CHAINS; i++) sums[i] = fill(0);
  for (; block + units * blocks <= end; block += units * blocks) {
    for (int unit = 0; unit < units; unit++) {
      for (int part = 0; part < vectors; part++) {
        sums[(unit * vectors + part) % BLOCK_CHAINS] +=
            load(values + (unit * vectors + part) * LANES, LANES) *
            block_inputs(rows, columns, wide, layout->first_columns, block + unit * blocks, part, x);
      }
    }
    values += units * vectors * LANES;
  }
  for (; block < end; block += blocks) {
    for (int part = 0; part < vectors; part++) {
      sums[part % BLOCK_CHAINS] +=
          load(values, LANES) * block_inputs(rows, columns, wide, layout->first_columns, block, part, x);
      values += LANES;
    }
  }
  return (sums[0] + sums[1]) + (sums[2] + sums[3]);
}

/// Adds the lanes of a row and stores the first `left` rows.
INLINE void store_block_row(int rows, float *y, vfloat lanes, ptrdiff_t left) {
  if (rows == 8) lanes.lo += lanes.hi;
  if (rows == 4) {
    lanes.lo += lanes.hi;
    lanes.lo.lo += lanes.lo.hi;
  }
  if (left < rows) {
    store_part(y, lanes, left);
  } else {
    memcpy(y, &lanes, (size_t)rows * sizeof(float));
  }
}

#define DEFINE_BLOCK_ROWS(ROWS, COLUMNS, WIDE)                                                              \
  static void block_rows_##ROWS##x##COLUMNS##_##WIDE(                                                       \
      float *y, const EspalierBlockLayout *layout, ptrdiff_t first, ptrdiff_t last, const float *x) {       \
    for (ptrdiff_t row = first; row < last; row++) {                                                        \
      const vfloat lanes = block_row_lanes(ROWS, COLUMNS, WIDE, layout, row, x);                            \
      store_block_row(ROWS, y + row * ROWS, lanes, layout->rows - row * ROWS);                              \
    }                                                                                                       \
  }

#define DEFINE_BLOCK_ROWS_OF(ROWS)  \
  DEFINE_BLOCK_ROWS(ROWS, 1, false) \
  DEFINE_BLOCK_ROWS(ROWS, 2, false) \
  DEFINE_BLOCK_ROWS(ROWS, 4, false) \
  DEFINE_BLOCK_ROWS(ROWS, 8, false) \
  DEFINE_BLOCK_ROWS(ROWS, 1, true)  \
  DEFINE_BLOCK_ROWS(ROWS, 2, true)  \
  DEFINE_BLOCK_ROWS(ROWS, 4, true)  \
  DEFINE_BLOCK_ROWS(ROWS, 8, true)

DEFINE_BLOCK_ROWS_OF(4)
DEFINE_BLOCK_ROWS_OF(8)
DEFINE_BLOCK_ROWS_OF(16)

#define CALL_BLOCK_ROWS(ROWS, COLUMNS)                                                          \
  (layout->wide ? block_rows_##ROWS##x##COLUMNS##_true : block_rows_##ROWS##x##COLUMNS##_false)( \
      y, layout, first, last, x)

#define CALL_BLOCK_ROWS_OF(ROWS)                \
  switch (layout->block_columns) {              \
    case 1: CALL_BLOCK_ROWS(ROWS, 1); break;    \
    case 2: CALL_BLOCK_ROWS(ROWS, 2); break;    \
    case 4: CALL_BLOCK_ROWS(ROWS, 4); break;    \
    default: CALL_BLOCK_ROWS(ROWS, 8); break;   \
  }

INLINE void finish_vector(
    EspalierActivation constant, float *y, const float *bias, ptrdiff_t count, float parameter) {
  for (ptrdiff_t i = 0; i < count; i += LANES) {
    const ptrdiff_t n = count - i < LANES ? count - i : LANES;
    const vfloat sums = bias ? load(y + i, n) + load(bias + i, n) : load(y + i, n);
    store(y + i, activate(constant, sums, parameter), n);
  }
}

static void block_vector_product(
    float *y, const EspalierBlockLayout *layout, ptrdiff_t first, ptrdiff_t last, const float *x,
    const float *bias, EspalierActivation activation, float parameter) {
  switch (layout->block_rows) {
    case 4: CALL_BLOCK_ROWS_OF(4) break;
    case 8: CALL_BLOCK_ROWS_OF(8) break;
    default: CALL_BLOCK_ROWS_OF(16) break;
  }
  const ptrdiff_t begin = first * layout->block_rows, rest = layout->rows - begin;
  const ptrdiff_t rows = (last - first) * layout->block_rows < rest ? (last - first) * layout->block_rows : rest;
  if (!bias && activation == ESPALIER_IDENTITY) return;
  const float *of_rows = bias ? bias + begin : NULL;
  WITH_CONSTANT_ACTIVATION(activation, finish_vector, y + begin, of_rows, rows, parameter)
}
