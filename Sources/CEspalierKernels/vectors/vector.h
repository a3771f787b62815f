// Sixteen lanes at a time. Every kernel is written once on these types and compiled once per instruction set:
// a `vfloat` is one register on AVX-512, two on AVX2, four on SSE2 and NEON.
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <string.h>

// Vectors are passed between inlined functions only, so no calling convention is at stake.
#pragma clang diagnostic ignored "-Wpsabi"

#define INLINE static inline __attribute__((always_inline))

enum { LANES = 16 };

typedef float vfloat __attribute__((ext_vector_type(16)));
typedef double vdouble __attribute__((ext_vector_type(16)));
typedef int32_t vint __attribute__((ext_vector_type(16)));
typedef uint32_t vuint __attribute__((ext_vector_type(16)));

INLINE vint lane_numbers(void) { return (vint){0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}; }

INLINE vfloat fill(float value) { return (vfloat)value; }

/// The larger lane; a NaN in `b` is returned, one in `a` is not (one instruction on x86).
INLINE vfloat larger(vfloat a, vfloat b) { return a > b ? a : b; }

/// The smaller lane; a NaN in `b` is returned, one in `a` is not.
INLINE vfloat smaller(vfloat a, vfloat b) { return a < b ? a : b; }

INLINE vfloat magnitude(vfloat x) { return __builtin_elementwise_abs(x); }

/// |x| with the sign of `sign`.
INLINE vfloat with_sign(vfloat x, vfloat sign) {
  const vuint sign_bit = (vuint)0x80000000u;
  return (vfloat)(((vuint)x & ~sign_bit) | ((vuint)sign & sign_bit));
}

INLINE vdouble widen(vfloat x) { return __builtin_convertvector(x, vdouble); }

INLINE float sum_of_lanes(vfloat x) {
  __typeof__(x.lo) eight = x.lo + x.hi;
  __typeof__(eight.lo) four = eight.lo + eight.hi;
  return (four[0] + four[2]) + (four[1] + four[3]);
}

INLINE double double_sum_of_lanes(vdouble x) {
  __typeof__(x.lo) eight = x.lo + x.hi;
  __typeof__(eight.lo) four = eight.lo + eight.hi;
  return (four[0] + four[2]) + (four[1] + four[3]);
}
