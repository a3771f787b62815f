// How sure a softmax over a few logits is of the largest.
#pragma once

#include "../mathematics/exponential.h"
#include "../vectors/lanes.h"
#include "espalier_columns.h"

/// With S = sum e^(z - max z): probability 1 / S. A NaN among the logits, or an infinity as the largest, makes S a NaN.
static EspalierConfidence confidence(const float *logits, ptrdiff_t count) {
  float largest = -__builtin_inff(), second = largest;
  for (ptrdiff_t i = 0; i < count; i++) {
    const float z = logits[i];
    second = z > largest ? largest : z > second ? z : second;
    largest = z > largest ? z : largest;
  }
  float sum = 0;
  for (ptrdiff_t i = 0; i < count; i += LANES) {
    const ptrdiff_t n = count - i < LANES ? count - i : LANES;
    const vfloat e = exponential(load(logits + i, n) - largest);
    sum += sum_of_lanes(first_lanes(n) ? e : fill(0));
  }
  const float none = __builtin_nanf("");
  if (sum != sum) return (EspalierConfidence){none, none};
  return (EspalierConfidence){1 / sum, largest - second};
}
