// Batches of one to four samples, read and written in place: a sample more costs a lane, not a vector. The
// samples of the four slots of a step lie side by side in one or more vectors of four lanes.
#pragma once

#include "horizontal_sums.h"
#include "layout.h"

/// How many slots share a vector of four lanes, and how many vectors a step takes.
#define SLOTS_A_QUAD(columns) ((columns) == 1 ? 4 : (columns) == 2 ? 2 : 1)
#define QUADS(columns) (GROUP_ROWS / SLOTS_A_QUAD(columns))

typedef float vpair __attribute__((ext_vector_type(2)));
typedef int32_t vquadint __attribute__((ext_vector_type(4)));

/// Where the rows of the four slots of a step begin. In registers: compilers would load them as a vector, and
/// take it apart again.
INLINE void step_starts(int columns, const uint16_t *offsets, size_t starts[GROUP_ROWS]) {
  for (int r = 0; r < GROUP_ROWS; r++) {
    starts[r] = offsets[r];
    __asm__("" : "+r"(starts[r]));
    starts[r] *= (size_t)columns;
  }
}

/// Three floats and a 0; in one load where there are masks.
INLINE vquad load_three(const float *p) {
#if defined(ESPALIER_TARGET_AVX512) || defined(ESPALIER_TARGET_AVX2)
  return (vquad)_mm_maskload_ps(p, _mm_setr_epi32(-1, -1, -1, 0));
#else
  vquad x = (vquad)0;
  memcpy(&x, p, 3 * sizeof(float));
  return x;
#endif
}

/// The `columns` samples of each slot of quad q, whose rows begin at rows[0 ..< 4]; lanes beyond them are 0.
INLINE vquad load_narrow_quad(int columns, int q, const float *const rows[GROUP_ROWS]) {
  vquad x = (vquad)0;
  if (columns == 1) {
    x = (vquad){*rows[0], *rows[1], *rows[2], *rows[3]};
  } else if (columns == 2) {
    vpair low, high;
    memcpy(&low, rows[2 * q], sizeof low);
    memcpy(&high, rows[2 * q + 1], sizeof high);
    x = __builtin_shufflevector(low, high, 0, 1, 2, 3);
  } else if (columns == 3) {
    x = load_three(rows[q]);
  } else {
    memcpy(&x, rows[q], sizeof x);
  }
  return x;
}

/// The number of each slot of quad q in the lanes of its samples.
INLINE vquad spread_to_lanes(int columns, int q, vquad numbers) {
  if (columns == 1) return numbers;
  if (columns > 2) return (vquad)numbers[q];
  return q == 0 ? __builtin_shufflevector(numbers, numbers, 0, 0, 1, 1)
                : __builtin_shufflevector(numbers, numbers, 2, 2, 3, 3);
}

/// The samples of slot r out of the quads of a step, written to `y`.
INLINE void store_narrow_row(int columns, int r, const vquad *quads, float *y) {
  const vquad x = quads[r / SLOTS_A_QUAD(columns)];
  if (columns == 1) {
    *y = x[r];
  } else if (columns == 2) {
    const vpair pair = r % 2 == 0 ? x.lo : x.hi;
    memcpy(y, &pair, sizeof pair);
  } else {
    memcpy(y, &x, (size_t)columns * sizeof(float));
  }
}

/// Lane r is the sum over the samples of slot r.
INLINE vquad sums_of_narrow_rows(int columns, const vquad *quads) {
  if (columns == 1) return quads[0];
  const vquad even = __builtin_shufflevector(quads[0], quads[1], 0, 2, 4, 6);
  const vquad odd = __builtin_shufflevector(quads[0], quads[1], 1, 3, 5, 7);
  if (columns == 2) return even + odd;
  const vquad low = even + odd;
  const vquad high = __builtin_shufflevector(quads[2], quads[3], 0, 2, 4, 6) +
                     __builtin_shufflevector(quads[2], quads[3], 1, 3, 5, 7);
  return __builtin_shufflevector(low, high, 0, 2, 4, 6) + __builtin_shufflevector(low, high, 1, 3, 5, 7);
}

INLINE vquad load_quad(const float *p) {
  vquad x;
  memcpy(&x, p, sizeof x);
  return x;
}

/// Calls FUNCTION(columns, ...) with the number of samples as a constant.
#define WITH_CONSTANT_COLUMNS(columns, FUNCTION, ...) \
  switch (columns) {                                  \
    case 1: FUNCTION(1, __VA_ARGS__); break;          \
    case 2: FUNCTION(2, __VA_ARGS__); break;          \
    case 3: FUNCTION(3, __VA_ARGS__); break;          \
    case 4: FUNCTION(4, __VA_ARGS__); break;          \
  }
