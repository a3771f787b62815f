// Eight rows of sums, one register of columns wide: where they begin, and where they go.
#pragma once

#include "../../activations/functions.h"
#include "../../vectors/register.h"

enum { GROUP_OF_ROWS = 8 };

typedef struct {
  float *y;
  ptrdiff_t stride;
  ptrdiff_t lanes;
  const float *bias;
  EspalierActivation activation;
  float parameter;
  bool begins;  // the sums start with the bias instead of y
  bool ends;    // the activation is applied
} RowTarget;

INLINE void begin_rows(const RowTarget *target, const int32_t *rows, vregister *sums) {
  for (int r = 0; r < GROUP_OF_ROWS; r++) {
    sums[r] = (vregister)0;
    if (rows[r] < 0) continue;
    if (!target->begins) {
      sums[r] = load_register(target->y + rows[r] * target->stride, target->lanes);
    } else if (target->bias) {
      sums[r] = (vregister)target->bias[rows[r]];
    }
  }
}

INLINE void activate_rows(EspalierActivation constant, vregister *sums, float parameter) {
  for (int r = 0; r < GROUP_OF_ROWS; r++) {
    sums[r] = narrow_lanes(activate(constant, widen_register(sums[r]), parameter));
  }
}

INLINE void finish_rows(const RowTarget *target, const int32_t *rows, vregister *sums) {
  if (target->ends) WITH_CONSTANT_ACTIVATION(target->activation, activate_rows, sums, target->parameter)
  for (int r = 0; r < GROUP_OF_ROWS; r++) {
    if (rows[r] >= 0) store_register(target->y + rows[r] * target->stride, sums[r], target->lanes);
  }
}
