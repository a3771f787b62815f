#pragma once

#include "../vectors/vector.h"

static double squared_error(
    const float *y, const float *targets, float *gradient, ptrdiff_t count, float scale) {
  f64x8 sum = {0};
  for (ptrdiff_t i = 0; i < count; i += WIDTH) {
    const ptrdiff_t lanes = count - i < WIDTH ? count - i : WIDTH;
    const bool whole = lanes == WIDTH;
    const f32x16 error = whole ? load(y + i) - load(targets + i) : load_part(y + i, lanes) - load_part(targets + i, lanes);
    const f64x8 low = low_half_double(error), high = high_half_double(error);
    sum += low * low + high * high;
    if (!gradient) continue;
    if (whole) store(gradient + i, 2 * scale * error);
    else store_part(gradient + i, 2 * scale * error, lanes);
  }
  return horizontal_sum_double(sum);
}
