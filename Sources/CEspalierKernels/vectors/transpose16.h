// The transpose of a 16 x 16 block in registers: log2(16) = 4 stages of pairwise interleaving.
#pragma once

#include "vector.h"

#define LOW_HALVES_32 0, 16, 1, 17, 4, 20, 5, 21, 8, 24, 9, 25, 12, 28, 13, 29
#define HIGH_HALVES_32 2, 18, 3, 19, 6, 22, 7, 23, 10, 26, 11, 27, 14, 30, 15, 31
#define LOW_HALVES_64 0, 1, 16, 17, 4, 5, 20, 21, 8, 9, 24, 25, 12, 13, 28, 29
#define HIGH_HALVES_64 2, 3, 18, 19, 6, 7, 22, 23, 10, 11, 26, 27, 14, 15, 30, 31
#define EVEN_QUARTERS 0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19, 24, 25, 26, 27
#define ODD_QUARTERS 4, 5, 6, 7, 12, 13, 14, 15, 20, 21, 22, 23, 28, 29, 30, 31

/// Row i, lane j becomes row j, lane i.
INLINE void transpose16(vfloat row[LANES]) {
  vfloat t[LANES];
  for (int i = 0; i < LANES; i += 2) {
    t[i] = __builtin_shufflevector(row[i], row[i + 1], LOW_HALVES_32);
    t[i + 1] = __builtin_shufflevector(row[i], row[i + 1], HIGH_HALVES_32);
  }
  // Quarter q of row[4 * i + j] now becomes column 4 * q + j of the rows 4 * i ..< 4 * i + 4.
  for (int i = 0; i < LANES; i += 4) {
    row[i] = __builtin_shufflevector(t[i], t[i + 2], LOW_HALVES_64);
    row[i + 1] = __builtin_shufflevector(t[i], t[i + 2], HIGH_HALVES_64);
    row[i + 2] = __builtin_shufflevector(t[i + 1], t[i + 3], LOW_HALVES_64);
    row[i + 3] = __builtin_shufflevector(t[i + 1], t[i + 3], HIGH_HALVES_64);
  }
  for (int j = 0; j < 4; j++) {
    const vfloat even_top = __builtin_shufflevector(row[j], row[4 + j], EVEN_QUARTERS);
    const vfloat odd_top = __builtin_shufflevector(row[j], row[4 + j], ODD_QUARTERS);
    const vfloat even_bottom = __builtin_shufflevector(row[8 + j], row[12 + j], EVEN_QUARTERS);
    const vfloat odd_bottom = __builtin_shufflevector(row[8 + j], row[12 + j], ODD_QUARTERS);
    t[j] = __builtin_shufflevector(even_top, even_bottom, EVEN_QUARTERS);
    t[4 + j] = __builtin_shufflevector(odd_top, odd_bottom, EVEN_QUARTERS);
    t[8 + j] = __builtin_shufflevector(even_top, even_bottom, ODD_QUARTERS);
    t[12 + j] = __builtin_shufflevector(odd_top, odd_bottom, ODD_QUARTERS);
  }
  for (int i = 0; i < LANES; i++) row[i] = t[i];
}
