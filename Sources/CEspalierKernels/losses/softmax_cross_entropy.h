#pragma once

#include "../activations/softmax.h"
#include "../include/espalier_kernels.h"

/// The gradient of up to sixteen columns; the losses and hits of its lanes are added to `found`.
ESPALIER_INLINE void cross_entropy_columns(
    const float *logits, float *gradient, ptrdiff_t rows, Columns columns, const int32_t *targets,
    float smoothing, float scale, EspalierClassification *found) {
  f32x16 best = load_row(logits, 0, columns), total = best;
  i32x16 winner = {0}, target = {0};
  for (ptrdiff_t lane = 0; lane < columns.lanes; lane++) target[lane] = targets[lane];
  f32x16 chosen = choose(target == 0, best, splat(0));
  for (ptrdiff_t row = 1; row < rows; row++) {
    const f32x16 x = load_row(logits, row, columns);
    const i32x16 wins = x > best;
    winner = (wins & (int32_t)row) | (~wins & winner);
    best = larger(best, x);
    total += x;
    chosen = choose(target == (int32_t)row, x, chosen);
  }
  f32x16 sum = {0};
  for (ptrdiff_t row = 0; row < rows; row++) {
    const f32x16 power = exponential(load_row(logits, row, columns) - best);
    sum += power;
  }
  if (gradient) {
    const f32x16 inverse = 1.0f / sum;
    const float rest = smoothing / (float)rows;
    for (ptrdiff_t row = 0; row < rows; row++) {
      const f32x16 p = exponential(load_row(logits, row, columns) - best) * inverse;
      const f32x16 q = choose(target == (int32_t)row, splat(1 - smoothing + rest), splat(rest));
      store_row(gradient, row, columns, (p - q) * scale);
    }
  }
  // log(sum) + best - sum of q x, with the largest logit taken out first so that large logits cancel exactly.
  const f32x16 expected = (1 - smoothing) * (chosen - best) + (smoothing / (float)rows) * (total - best * (float)rows);
  const f32x16 loss = logarithm_of(sum) - expected;
  for (ptrdiff_t lane = 0; lane < columns.lanes; lane++) {
    found->loss += loss[lane];
    found->correct += winner[lane] == target[lane];
  }
}

static EspalierClassification softmax_cross_entropy(
    const float *logits, float *gradient, ptrdiff_t rows, ptrdiff_t columns, ptrdiff_t stride,
    const int32_t *targets, float smoothing, float scale) {
  EspalierClassification found = {0, 0};
  if (rows <= 0) return found;
  for (ptrdiff_t i = 0; i < columns; i += WIDTH) {
    const Columns part = {stride, columns - i < WIDTH ? columns - i : WIDTH};
    cross_entropy_columns(
        logits + i, gradient ? gradient + i : gradient, rows, part, targets + i, smoothing, scale, &found);
  }
  return found;
}
