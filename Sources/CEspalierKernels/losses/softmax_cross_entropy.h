// Cross-entropy of a softmax over the rows, sixteen columns at a time.
#pragma once

#include "../mathematics/exponential.h"
#include "../mathematics/logarithm.h"
#include "../vectors/lanes.h"
#include "../vectors/mask_bits.h"
#include "espalier_kernels.h"

typedef struct {
  vfloat largest;
  vint row;       // of the largest; -1 when there is none but NaN
  vfloat target;  // the logit of the target
} LargestLogit;

INLINE LargestLogit largest_logit(
    const float *logits, ptrdiff_t rows, ptrdiff_t stride, vint targets, ptrdiff_t n) {
  const vfloat first = load(logits, n);
  LargestLogit found;
  found.row = first == first ? (vint)0 : (vint)(-1);
  found.largest = first == first ? first : fill(-__builtin_inff());
  found.target = first;
  for (ptrdiff_t r = 1; r < rows; r++) {
    const vfloat logit = load(logits + r * stride, n);
    const vint row = (vint)(int32_t)r;
    found.row = logit > found.largest ? row : found.row;
    found.largest = larger(logit, found.largest);
    found.target = targets == row ? logit : found.target;
  }
  return found;
}

/// With z = logit - largest and S = sum e^z:
/// loss = ln S - (1 - smoothing) z[target] - smoothing / rows * sum z, gradient = scale (e^z / S - q).
INLINE EspalierClassification cross_entropy_columns(
    const float *logits, float *gradient, ptrdiff_t rows, ptrdiff_t stride, const int32_t *target,
    float smoothing, float scale, ptrdiff_t n) {
  const vint targets = load_integers(target, n);
  const LargestLogit found = largest_logit(logits, rows, stride, targets, n);

  vfloat sum = fill(0), sum_below = fill(0);
  for (ptrdiff_t r = 0; r < rows; r++) {
    const vfloat below = load(logits + r * stride, n) - found.largest;
    const vfloat e = exponential(below);
    if (gradient) store(gradient + r * stride, e, n);
    sum += e;
    sum_below += below;
  }

  const float uniform = smoothing / (float)rows;
  vfloat loss = logarithm(sum) - (1 - smoothing) * (found.target - found.largest);
  if (smoothing != 0) loss -= uniform * sum_below;  // a logit of -infinity would make 0 * infinity of it

  if (gradient) {
    const vfloat factor = scale / sum;
    const vfloat away = fill(uniform * scale);
    const vfloat away_target = fill((1 - smoothing + uniform) * scale);
    for (ptrdiff_t r = 0; r < rows; r++) {
      const vfloat e = load(gradient + r * stride, n);
      const vfloat q = targets == (vint)(int32_t)r ? away_target : away;
      store(gradient + r * stride, e * factor - q, n);
    }
  }

  const vint wanted = first_lanes(n);
  EspalierClassification result;
  result.loss = double_sum_of_lanes(widen(keep_where(wanted, loss)));
  result.correct = __builtin_popcount(bits_from_lanes(wanted & (found.row == targets)));
  return result;
}

INLINE EspalierClassification cross_entropy_matrix(
    const float *logits, float *gradient, ptrdiff_t rows, ptrdiff_t columns, ptrdiff_t stride,
    const int32_t *targets, float smoothing, float scale) {
  EspalierClassification total = {0, 0};
  for (ptrdiff_t c = 0; c + LANES <= columns; c += LANES) {
    const EspalierClassification part = cross_entropy_columns(
        logits + c, gradient ? gradient + c : NULL, rows, stride, targets + c, smoothing, scale, LANES);
    total.loss += part.loss;
    total.correct += part.correct;
  }
  const ptrdiff_t n = columns % LANES;
  if (n != 0) {
    const ptrdiff_t c = columns - n;
    const EspalierClassification part = cross_entropy_columns(
        logits + c, gradient ? gradient + c : NULL, rows, stride, targets + c, smoothing, scale, n);
    total.loss += part.loss;
    total.correct += part.correct;
  }
  return total;
}

static EspalierClassification softmax_cross_entropy(
    const float *logits, float *gradient, ptrdiff_t rows, ptrdiff_t columns, ptrdiff_t stride,
    const int32_t *targets, float smoothing, float scale) {
  if (rows <= 0 || columns <= 0) return (EspalierClassification){0, 0};
  if (!gradient) return cross_entropy_matrix(logits, NULL, rows, columns, stride, targets, smoothing, scale);
  return cross_entropy_matrix(logits, gradient, rows, columns, stride, targets, smoothing, scale);
}
