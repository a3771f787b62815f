#pragma once

#include "vectors/vector.h"

/// One register of the instruction set.
typedef float register_vector __attribute__((vector_size(ESPALIER_REGISTER_BYTES)));

enum { CHAINS = 12 };

static double peak_fma(ptrdiff_t iterations, float *sink) {
  register_vector sums[CHAINS];
  for (int i = 0; i < CHAINS; i++) sums[i] = (register_vector){0} + (float)(i + 1);
  register_vector factor = (register_vector){0} + 0.999f, term = (register_vector){0} + *sink;
  for (ptrdiff_t iteration = 0; iteration < iterations; iteration++) {
#pragma clang loop unroll(full)
    for (int i = 0; i < CHAINS; i++) sums[i] = sums[i] * factor + term;
  }
  float total = 0;
  for (int i = 0; i < CHAINS; i++) total += sums[i][0];
  *sink = total;
  return 2.0 * CHAINS * (ESPALIER_REGISTER_BYTES / 4) * (double)iterations;
}
