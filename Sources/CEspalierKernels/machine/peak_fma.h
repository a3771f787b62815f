#pragma once

#include "../vectors/lanes.h"

// Chains of vfloats that fit the registers with two operands beside them, and are enough to hide the latency
// of a multiply-add.
#if defined(ESPALIER_TARGET_AVX512)
enum { PEAK_CHAINS = 16 };
#elif defined(ESPALIER_TARGET_AVX2) || defined(__aarch64__)
enum { PEAK_CHAINS = 6 };
#else
enum { PEAK_CHAINS = 3 };
#endif

static double peak_fma(ptrdiff_t iterations, float *sink) {
  // The values converge to 1, so they never become slow denormals or infinities.
  vfloat chain[PEAK_CHAINS];
  for (int j = 0; j < PEAK_CHAINS; j++) chain[j] = __builtin_convertvector(lane_numbers() + j, vfloat);
  const vfloat factor = fill(0.75f), summand = fill(0.25f);
  for (ptrdiff_t i = 0; i < iterations; i++) {
    for (int j = 0; j < PEAK_CHAINS; j++) chain[j] = chain[j] * factor + summand;
  }
  vfloat sum = fill(0);
  for (int j = 0; j < PEAK_CHAINS; j++) sum += chain[j];
  *sink = sum_of_lanes(sum);
  return iterations > 0 ? (double)iterations * (2 * LANES * PEAK_CHAINS) : 0;
}
