// y = f(W x + b) for a sparse W by its inputs: see EspalierColumnLayout in espalier_columns.h.
//
// One survivor at a time: the rows of a column are far apart, and a load, a multiply-add and a store take no longer than
// a lane of a gather and a scatter.
#pragma once

#include "../../activations/activation.h"
#include "espalier_columns.h"

enum { SURVIVORS_AT_ONCE = 4 };

/// y[row] += value x for the survivors of a column. Their rows differ, so all are loaded before any is stored.
#define DEFINE_ADD_COLUMN(NAME, POSITION)                                                                   \
  INLINE void NAME(float *y, const POSITION *rows, const float *values, ptrdiff_t count, float x) {         \
    ptrdiff_t i = 0;                                                                                        \
    for (; i + SURVIVORS_AT_ONCE <= count; i += SURVIVORS_AT_ONCE) {                                        \
      float sums[SURVIVORS_AT_ONCE];                                                                        \
      for (int s = 0; s < SURVIVORS_AT_ONCE; s++) sums[s] = y[rows[i + s]] + values[i + s] * x;             \
      for (int s = 0; s < SURVIVORS_AT_ONCE; s++) y[rows[i + s]] = sums[s];                                 \
    }                                                                                                       \
    for (; i < count; i++) y[rows[i]] += values[i] * x;                                                     \
  }

DEFINE_ADD_COLUMN(add_narrow_column, uint16_t)
DEFINE_ADD_COLUMN(add_wide_column, uint32_t)

static ptrdiff_t sparse_column_product(
    float *y, const EspalierColumnLayout *layout, const EspalierActiveInputs *inputs, const float *bias,
    EspalierActivation name, float parameter) {
  if (bias) memcpy(y, bias, (size_t)layout->rows * sizeof(float));
  else memset(y, 0, (size_t)layout->rows * sizeof(float));
  ptrdiff_t read = 0;
  for (ptrdiff_t i = 0; i < inputs->count; i++) {
    const int64_t *start = layout->starts + inputs->positions[i];
    const ptrdiff_t count = start[1] - start[0];
    read += count;
    const float *values = layout->values + start[0], x = inputs->values[i];
    if (layout->wide) add_wide_column(y, (const uint32_t *)layout->row_positions + start[0], values, count, x);
    else add_narrow_column(y, (const uint16_t *)layout->row_positions + start[0], values, count, x);
  }
  if (name != ESPALIER_IDENTITY) activation(y, y, layout->rows, name, parameter);
  return read;
}
