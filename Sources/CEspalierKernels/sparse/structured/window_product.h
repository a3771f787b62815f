// Y = f(W X + b) for a W with as many slots in every window of sixteen columns, and few columns of X: a lane a row, and the
// window in a register per column, so that an input is picked by a permute. See EspalierWindowLayout.
#pragma once

#include "../../activations/functions.h"
#include "../../data/transpose.h"
#include "../../vectors/lanes.h"
#include "espalier_structured.h"

enum {
  SLOTS_A_STEP = 8,
  PACKED_INPUTS = 4096,  // of all samples: they stay in the first cache
  PANEL_GROUPS = 16,     // whose sums wait for the next columns
  MOST_SAMPLES = 8,
};

/// The columns packed at a time: a multiple of what a step covers, at most 8 windows.
INLINE ptrdiff_t packed_columns(ptrdiff_t samples) { return PACKED_INPUTS / samples / 128 * 128; }

/// x[positions & 15] of a window.
INLINE vfloat pick_of_window(const float *window, vint positions) {
#if defined(ESPALIER_TARGET_AVX512)
  return (vfloat)_mm512_permutexvar_ps((__m512i)positions, _mm512_loadu_ps(window));
#elif defined(ESPALIER_TARGET_AVX2)
  const __m256 low = _mm256_loadu_ps(window), high = _mm256_loadu_ps(window + 8);
  const vint upper = (vint)((vuint)positions << 28);  // bit 3 of the position as the sign
  vfloat picked;
  picked.lo = _mm256_blendv_ps(
      _mm256_permutevar8x32_ps(low, (__m256i)positions.lo), _mm256_permutevar8x32_ps(high, (__m256i)positions.lo),
      (__m256)upper.lo);
  picked.hi = _mm256_blendv_ps(
      _mm256_permutevar8x32_ps(low, (__m256i)positions.hi), _mm256_permutevar8x32_ps(high, (__m256i)positions.hi),
      (__m256)upper.hi);
  return picked;
#else
  vfloat picked;
  for (int lane = 0; lane < LANES; lane++) picked[lane] = window[positions[lane] & 15];
  return picked;
#endif
}

/// sums[s] += the products of a group's steps first ..< last with column s of the packed inputs, which begin there.
INLINE void add_window_steps(
    int slots, int samples, const EspalierWindowLayout *layout, ptrdiff_t group, ptrdiff_t first,
    ptrdiff_t last, const float *packed, vfloat *sums) {
  // One or two columns take several sums each, so that none waits for the one before.
  const int chains = samples == 1 ? 4 : samples == 2 ? 2 : 1;
  vfloat parts[4][MOST_SAMPLES];
  for (int chain = 0; chain < chains; chain++) {
    for (int s = 0; s < samples; s++) parts[chain][s] = chain == 0 ? sums[s] : fill(0);
  }
  const float *values = layout->values + (group * layout->steps + first) * SLOTS_A_STEP * LANES;
  const uint32_t *positions = layout->positions + (group * layout->steps + first) * LANES;
  for (ptrdiff_t step = first; step < last; step++) {
    vuint all;
    memcpy(&all, positions, sizeof all);
    for (int slot = 0; slot < SLOTS_A_STEP; slot++) {
      const vfloat weights = load(values + slot * LANES, LANES);
      const vint low = (vint)(all >> (uint32_t)(4 * slot));
      for (int s = 0; s < samples; s++) {
        const float *window = packed + s * packed_columns(samples) + slot / slots * LANES;
        parts[slot % chains][s] += weights * pick_of_window(window, low);
      }
    }
    values += SLOTS_A_STEP * LANES;
    positions += LANES;
    packed += SLOTS_A_STEP / slots * LANES;
  }
  for (int s = 0; s < samples; s++) {
    sums[s] = parts[0][s];
    for (int chain = 1; chain < chains; chain++) sums[s] += parts[chain][s];
  }
}

typedef void (*WindowSteps)(
    const EspalierWindowLayout *, ptrdiff_t, ptrdiff_t, ptrdiff_t, const float *, vfloat *);

#define DEFINE_WINDOW_STEPS(SLOTS, SAMPLES)                                                                \
  static void window_steps_##SLOTS##_##SAMPLES(                                                            \
      const EspalierWindowLayout *layout, ptrdiff_t group, ptrdiff_t first, ptrdiff_t last,                \
      const float *packed, vfloat *sums) {                                                                 \
    add_window_steps(SLOTS, SAMPLES, layout, group, first, last, packed, sums);                            \
  }

#define DEFINE_WINDOW_STEPS_OF(SLOTS)                                                                      \
  DEFINE_WINDOW_STEPS(SLOTS, 1)                                                                            \
  DEFINE_WINDOW_STEPS(SLOTS, 2)                                                                            \
  DEFINE_WINDOW_STEPS(SLOTS, 3)                                                                            \
  DEFINE_WINDOW_STEPS(SLOTS, 4)                                                                            \
  DEFINE_WINDOW_STEPS(SLOTS, 5)                                                                            \
  DEFINE_WINDOW_STEPS(SLOTS, 6)                                                                            \
  DEFINE_WINDOW_STEPS(SLOTS, 7)                                                                            \
  DEFINE_WINDOW_STEPS(SLOTS, 8)                                                                            \
  static const WindowSteps window_steps_##SLOTS[MOST_SAMPLES] = {                                          \
      window_steps_##SLOTS##_1, window_steps_##SLOTS##_2, window_steps_##SLOTS##_3,                        \
      window_steps_##SLOTS##_4, window_steps_##SLOTS##_5, window_steps_##SLOTS##_6,                        \
      window_steps_##SLOTS##_7, window_steps_##SLOTS##_8};

DEFINE_WINDOW_STEPS_OF(1)
DEFINE_WINDOW_STEPS_OF(2)
DEFINE_WINDOW_STEPS_OF(4)
DEFINE_WINDOW_STEPS_OF(8)

INLINE WindowSteps window_steps_of(int32_t slots, ptrdiff_t samples) {
  const WindowSteps *of_samples = slots == 1   ? window_steps_1
                                  : slots == 2 ? window_steps_2
                                  : slots == 4 ? window_steps_4
                                               : window_steps_8;
  return of_samples[samples - 1];
}

/// packed[s * packed_columns(samples) + k] = x[k, s], and 0 up to `padded` columns.
INLINE void pack_windows(
    float *packed, const float *x, ptrdiff_t stride, ptrdiff_t columns, ptrdiff_t padded, ptrdiff_t samples) {
  const ptrdiff_t distance = packed_columns(samples);
  for (ptrdiff_t s = 0; s < samples; s++) {
    for (ptrdiff_t k = columns; k < padded; k++) packed[s * distance + k] = 0;
  }
  if (samples == 1 && stride == 1) {
    memcpy(packed, x, (size_t)columns * sizeof(float));
  } else {
    transpose(packed, distance, x, stride, columns, samples);
  }
}

INLINE void activate_samples(EspalierActivation constant, ptrdiff_t samples, vfloat *sums, float parameter) {
  for (ptrdiff_t s = 0; s < samples; s++) sums[s] = activate(constant, sums[s], parameter);
}

/// Writes f(sums + bias) to `rows` rows of y.
static void finish_group(
    float *y, ptrdiff_t stride, ptrdiff_t rows, ptrdiff_t samples, const vfloat *sums, const float *bias,
    EspalierActivation activation, float parameter) {
  vfloat results[LANES];
  const vfloat of_rows = bias ? load(bias, rows) : fill(-0.0f);  // x + -0 is x, also for x = -0
  for (ptrdiff_t s = 0; s < LANES; s++) results[s] = s < samples ? sums[s] + of_rows : fill(0);
  WITH_CONSTANT_ACTIVATION(activation, activate_samples, samples, results, parameter)
  if (samples == 1 && stride == 1) {
    store(y, results[0], rows);
    return;
  }
  transpose16(results);
  for (ptrdiff_t r = 0; r < LANES; r++) {
    if (r < rows) store(y + r * stride, results[r], samples);
  }
}

/// The groups first ..< last, at most PANEL_GROUPS, times at most MOST_SAMPLES columns.
INLINE void multiply_window_panel(
    float *y, ptrdiff_t stride, const EspalierWindowLayout *layout, ptrdiff_t first, ptrdiff_t last,
    const float *x, ptrdiff_t x_stride, ptrdiff_t samples, const float *bias, EspalierActivation activation,
    float parameter) {
  _Alignas(64) float packed[PACKED_INPUTS];
  vfloat sums[PANEL_GROUPS][MOST_SAMPLES];
  for (int g = 0; g < PANEL_GROUPS; g++) {
    for (int s = 0; s < MOST_SAMPLES; s++) sums[g][s] = fill(0);
  }
  const ptrdiff_t covered = SLOTS_A_STEP / layout->slots * LANES, most = packed_columns(samples) / covered;
  const WindowSteps add_steps_to = window_steps_of(layout->slots, samples);
  for (ptrdiff_t step = 0; step < layout->steps; step += most) {
    const ptrdiff_t end = layout->steps - step < most ? layout->steps : step + most;
    const ptrdiff_t begin = step * covered, padded = (end - step) * covered, rest = layout->columns - begin;
    pack_windows(packed, x + begin * x_stride, x_stride, rest < padded ? rest : padded, padded, samples);
    for (ptrdiff_t group = first; group < last; group++) {
      add_steps_to(layout, group, step, end, packed, sums[group - first]);
    }
  }
  for (ptrdiff_t group = first; group < last; group++) {
    const ptrdiff_t row = group * LANES, rows = layout->rows - row < LANES ? layout->rows - row : LANES;
    finish_group(
        y + row * stride, stride, rows, samples, sums[group - first], bias ? bias + row : NULL, activation,
        parameter);
  }
}

static void window_product(
    float *y, ptrdiff_t stride, const EspalierWindowLayout *layout, ptrdiff_t first, ptrdiff_t last,
    const float *x, ptrdiff_t x_stride, ptrdiff_t columns, const float *bias, EspalierActivation activation,
    float parameter) {
  for (ptrdiff_t column = 0; column < columns; column += MOST_SAMPLES) {
    const ptrdiff_t samples = columns - column < MOST_SAMPLES ? columns - column : MOST_SAMPLES;
    for (ptrdiff_t panel = first; panel < last; panel += PANEL_GROUPS) {
      const ptrdiff_t end = last - panel < PANEL_GROUPS ? last : panel + PANEL_GROUPS;
      multiply_window_panel(
          y + column, stride, layout, panel, end, x + column, x_stride, samples, bias, activation, parameter);
    }
  }
}
