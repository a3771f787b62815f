// y = f(W x + b) for one vector x: see EspalierVectorLayout in espalier_small_batch.h.
#pragma once

#include "../../activations/functions.h"
#include "../../vectors/half.h"
#include "column_window.h"
#include "espalier_small_batch.h"

enum { STEP_SLOTS = 4, LARGEST_WINDOW = 128 };

/// The values of slot number `slot` of the whole stream.
INLINE vfloat slot_values(bool half, const void *values, int64_t slot) {
  if (half) return floats_from_halves(load_halves((const uint16_t *)values + slot * LANES));
  return load((const float *)values + slot * LANES, LANES);
}

/// The sums of a group's rows; each slot of a step adds to a sum of its own, so none waits for another.
INLINE vfloat window_sums(
    int width, bool half, const EspalierVectorLayout *layout, ptrdiff_t group, const float *x) {
  vfloat sums[STEP_SLOTS] = {fill(0), fill(0), fill(0), fill(0)};
  for (int64_t step = layout->first_steps[group]; step < layout->first_steps[group + 1]; step++) {
    const ColumnWindow window = load_window(width, x + layout->starts[step]);
    vint positions;
    memcpy(&positions, (const uint8_t *)layout->indices + step * sizeof positions, sizeof positions);
    for (int slot = 0; slot < STEP_SLOTS; slot++) {
      const vfloat values = slot_values(half, layout->values, step * STEP_SLOTS + slot);
      sums[slot] += values * pick_columns(width, &window, positions, slot);
    }
  }
  return (sums[0] + sums[1]) + (sums[2] + sums[3]);
}

/// The same where each step is a slot of whole columns.
INLINE vfloat column_sums(
    bool wide, bool half, const EspalierVectorLayout *layout, ptrdiff_t group, const float *x) {
  vfloat sum = fill(0);
  for (int64_t step = layout->first_steps[group]; step < layout->first_steps[group + 1]; step++) {
    vint columns;
    if (wide) {
      memcpy(&columns, (const uint32_t *)layout->indices + step * LANES, sizeof columns);
    } else {
      columns = __builtin_convertvector(load_halves((const uint16_t *)layout->indices + step * LANES), vint);
    }
    sum += slot_values(half, layout->values, step) * gather_lanes(x, columns);
  }
  return sum;
}

INLINE void activate_lanes(EspalierActivation constant, vfloat *x, float parameter) {
  *x = activate(constant, *x, parameter);
}

#if defined(ESPALIER_TARGET_AVX512)

INLINE vfloat add_bias_of_rows(vfloat sums, const float *bias, vint rows) {
  const __mmask16 real = _mm512_movepi32_mask((__m512i)~rows);
  const __m512 of_rows = _mm512_mask_i32gather_ps(_mm512_setzero_ps(), real, (__m512i)rows, bias, 4);
  return sums + (vfloat)of_rows;
}

INLINE void scatter_rows(float *y, vint rows, vfloat sums) {
  _mm512_mask_i32scatter_ps(y, _mm512_movepi32_mask((__m512i)~rows), (__m512i)rows, (__m512)sums, 4);
}

#else

INLINE vfloat add_bias_of_rows(vfloat sums, const float *bias, vint rows) {
  for (int lane = 0; lane < LANES; lane++) {
    if (rows[lane] >= 0) sums[lane] += bias[rows[lane]];
  }
  return sums;
}

INLINE void scatter_rows(float *y, vint rows, vfloat sums) {
  for (int lane = 0; lane < LANES; lane++) {
    if (rows[lane] >= 0) y[rows[lane]] = sums[lane];
  }
}

#endif

/// Writes f(sums + bias) to the rows of a group.
INLINE void finish_lanes(
    float *y, vint rows, vfloat sums, const float *bias, EspalierActivation activation, float parameter) {
  if (bias) sums = add_bias_of_rows(sums, bias, rows);
  WITH_CONSTANT_ACTIVATION(activation, activate_lanes, &sums, parameter)
  scatter_rows(y, rows, sums);
}

#define DEFINE_VECTOR_GROUPS(NAME, SUMS, WIDTH, HALF)                                                     \
  static void NAME(                                                                                       \
      float *y, const EspalierVectorLayout *layout, ptrdiff_t first, ptrdiff_t last, const float *x,      \
      const float *bias, EspalierActivation activation, float parameter) {                                \
    for (ptrdiff_t group = first; group < last; group++) {                                                \
      const vfloat sums = SUMS(WIDTH, HALF, layout, group, x);                                            \
      finish_lanes(                                                                                       \
          y, load_integers(layout->rows + group * LANES, LANES), sums, bias, activation, parameter);      \
    }                                                                                                     \
  }

DEFINE_VECTOR_GROUPS(window_32_groups, window_sums, 32, false)
DEFINE_VECTOR_GROUPS(window_64_groups, window_sums, 64, false)
DEFINE_VECTOR_GROUPS(window_128_groups, window_sums, 128, false)
DEFINE_VECTOR_GROUPS(columns_16_groups, column_sums, false, false)
DEFINE_VECTOR_GROUPS(columns_32_groups, column_sums, true, false)
DEFINE_VECTOR_GROUPS(half_window_32_groups, window_sums, 32, true)
DEFINE_VECTOR_GROUPS(half_window_64_groups, window_sums, 64, true)
DEFINE_VECTOR_GROUPS(half_window_128_groups, window_sums, 128, true)
DEFINE_VECTOR_GROUPS(half_columns_16_groups, column_sums, false, true)
DEFINE_VECTOR_GROUPS(half_columns_32_groups, column_sums, true, true)

#define CALL_VECTOR_GROUPS(NAME) \
  (layout->half_precision ? half_##NAME : NAME)(y, layout, first, last, x, bias, activation, parameter)

static void sparse_vector_product(
    float *y, const EspalierVectorLayout *layout, ptrdiff_t first, ptrdiff_t last, const float *x,
    const float *bias, EspalierActivation activation, float parameter) {
  float padded[LARGEST_WINDOW];
  if (layout->columns < (ptrdiff_t)layout->addressing) {
    // The one window is wider than the matrix.
    for (ptrdiff_t i = 0; i < (ptrdiff_t)layout->addressing; i += LANES) {
      const ptrdiff_t left = layout->columns - i, n = left < 0 ? 0 : left < LANES ? left : LANES;
      store(padded + i, load(x + i, n), LANES);
    }
    x = padded;
  }
  switch (layout->addressing) {
    case ESPALIER_WINDOW_32: CALL_VECTOR_GROUPS(window_32_groups); break;
    case ESPALIER_WINDOW_64: CALL_VECTOR_GROUPS(window_64_groups); break;
    case ESPALIER_WINDOW_128: CALL_VECTOR_GROUPS(window_128_groups); break;
    case ESPALIER_COLUMNS_16: CALL_VECTOR_GROUPS(columns_16_groups); break;
    case ESPALIER_COLUMNS_32: CALL_VECTOR_GROUPS(columns_32_groups); break;
  }
}
