// Y = f(W X + b) for small dense matrices and few columns, without packing: for layers whose product takes no longer
// than the call of a BLAS.
#pragma once

#include "finish_rows.h"

// Rows that share the loads of x in a product with one vector: as many sums as the latency of an addition needs.
#if defined(ESPALIER_TARGET_AVX512)
enum { DOT_ROWS = 8 };
#else
enum { DOT_ROWS = 4 };
#endif

/// The rows of a group that starts at `first` or, where `count` rows would not follow, earlier; beyond the last: -1.
INLINE void list_rows(int32_t *list, ptrdiff_t first, ptrdiff_t count, ptrdiff_t rows) {
  const ptrdiff_t start = first + count <= rows || rows < count ? first : rows - count;
  for (ptrdiff_t r = 0; r < count; r++) list[r] = start + r < rows ? (int32_t)(start + r) : -1;
}

INLINE const float *row_or_first(const float *w, ptrdiff_t inner, const int32_t *list, int r) {
  return w + (ptrdiff_t)(list[r] < 0 ? list[0] : list[r]) * inner;
}

/// The dot products of DOT_ROWS listed rows of W with x.
INLINE void dot_rows(const float *w, ptrdiff_t inner, const float *x, const int32_t *list, float *y) {
  vfloat sums[DOT_ROWS];
  const float *row[DOT_ROWS];
  for (int r = 0; r < DOT_ROWS; r++) {
    sums[r] = fill(0);
    row[r] = row_or_first(w, inner, list, r);
  }
  ptrdiff_t k = 0;
  for (; k + LANES <= inner; k += LANES) {
    const vfloat inputs = load(x + k, LANES);
    for (int r = 0; r < DOT_ROWS; r++) sums[r] += load(row[r] + k, LANES) * inputs;
  }
  if (k < inner) {
    const vfloat inputs = load(x + k, inner - k);
    for (int r = 0; r < DOT_ROWS; r++) sums[r] += load(row[r] + k, inner - k) * inputs;
  }
  for (int r = 0; r < DOT_ROWS; r++) {
    if (list[r] >= 0) y[list[r]] = sum_of_lanes(sums[r]);
  }
}

INLINE void activate_vector(
    EspalierActivation constant, float *y, ptrdiff_t count, const float *bias, float parameter) {
  for (ptrdiff_t i = 0; i < count; i += LANES) {
    const ptrdiff_t n = count - i < LANES ? count - i : LANES;
    const vfloat sums = load(y + i, n);
    store(y + i, activate(constant, bias ? sums + load(bias + i, n) : sums, parameter), n);
  }
}

/// Eight listed rows of W for one register of columns.
INLINE void dense_rows(
    const float *w, ptrdiff_t inner, const float *x, ptrdiff_t x_stride, const RowTarget *target,
    const int32_t *list) {
  const float *row[GROUP_OF_ROWS];
  vregister sums[GROUP_OF_ROWS];
  for (int r = 0; r < GROUP_OF_ROWS; r++) row[r] = row_or_first(w, inner, list, r);
  begin_rows(target, list, sums);
  for (ptrdiff_t k = 0; k < inner; k++) {
    const vregister inputs = load_register(x + k * x_stride, target->lanes);
    for (int r = 0; r < GROUP_OF_ROWS; r++) sums[r] += row[r][k] * inputs;
  }
  finish_rows(target, list, sums);
}

INLINE void dense_columns(
    const float *w, ptrdiff_t rows, ptrdiff_t inner, const float *x, ptrdiff_t x_stride, RowTarget target) {
  for (ptrdiff_t first = 0; first < rows; first += GROUP_OF_ROWS) {
    int32_t list[GROUP_OF_ROWS];
    list_rows(list, first, GROUP_OF_ROWS, rows);
    dense_rows(w, inner, x, x_stride, &target, list);
  }
}

static void dense_full_columns(
    const float *w, ptrdiff_t rows, ptrdiff_t inner, const float *x, ptrdiff_t x_stride, RowTarget target) {
  target.lanes = REGISTER_LANES;
  dense_columns(w, rows, inner, x, x_stride, target);
}

static void dense_partial_columns(
    const float *w, ptrdiff_t rows, ptrdiff_t inner, const float *x, ptrdiff_t x_stride, RowTarget target) {
  dense_columns(w, rows, inner, x, x_stride, target);
}

static void small_dense_product(
    float *y, const float *w, ptrdiff_t rows, ptrdiff_t inner, const float *x, ptrdiff_t columns,
    const float *bias, EspalierActivation activation, float parameter) {
  if (columns == 1) {
    for (ptrdiff_t first = 0; first < rows; first += DOT_ROWS) {
      int32_t list[DOT_ROWS];
      list_rows(list, first, DOT_ROWS, rows);
      dot_rows(w, inner, x, list, y);
    }
    WITH_CONSTANT_ACTIVATION(activation, activate_vector, y, rows, bias, parameter)
    return;
  }
  for (ptrdiff_t column = 0; column < columns; column += REGISTER_LANES) {
    const ptrdiff_t lanes = columns - column < REGISTER_LANES ? columns - column : REGISTER_LANES;
    const RowTarget target = {
        .y = y + column, .stride = columns, .lanes = lanes, .bias = bias, .activation = activation,
        .parameter = parameter, .begins = true, .ends = true};
    if (lanes == REGISTER_LANES) {
      dense_full_columns(w, rows, inner, x + column, columns, target);
    } else {
      dense_partial_columns(w, rows, inner, x + column, columns, target);
    }
  }
}
