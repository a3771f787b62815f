#pragma once

#include "../vectors/half.h"

static void half_precision(uint16_t *y, const float *x, ptrdiff_t count) {
  for (ptrdiff_t i = 0; i < count; i += LANES) {
    const ptrdiff_t n = count - i < LANES ? count - i : LANES;
    const vhalf h = halves_from_floats(load(x + i, n));
    memcpy(y + i, &h, (size_t)n * sizeof(uint16_t));
  }
}
