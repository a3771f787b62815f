// One register of floats: 16, 8 or 4 lanes, for kernels that keep many rows of accumulators.
#pragma once

#include "lanes.h"

#if defined(ESPALIER_TARGET_AVX512)
enum { REGISTER_LANES = 16 };
typedef vfloat vregister;
#elif defined(ESPALIER_TARGET_AVX2)
enum { REGISTER_LANES = 8 };
typedef float vregister __attribute__((ext_vector_type(8)));
#else
enum { REGISTER_LANES = 4 };
typedef float vregister __attribute__((ext_vector_type(4)));
#endif

typedef float vquad __attribute__((ext_vector_type(4)));

/// The first n lanes from memory, the others 0; exactly n elements are read.
INLINE vregister load_register(const float *p, ptrdiff_t n) {
  vregister x = (vregister)0;
  if (n == REGISTER_LANES) {
    memcpy(&x, p, sizeof x);
  } else {
#if defined(ESPALIER_TARGET_AVX512)
    x = load_part(p, n);
#elif defined(ESPALIER_TARGET_AVX2)
    x = load_part(p, n).lo;
#else
    memcpy(&x, p, (size_t)n * sizeof(float));
#endif
  }
  return x;
}

INLINE void store_register(float *p, vregister x, ptrdiff_t n) {
  if (n == REGISTER_LANES) {
    memcpy(p, &x, sizeof x);
  } else {
#if defined(ESPALIER_TARGET_AVX512)
    store_part(p, x, n);
#elif defined(ESPALIER_TARGET_AVX2)
    vfloat wide = fill(0);
    wide.lo = x;
    store_part(p, wide, n);
#else
    memcpy(p, &x, (size_t)n * sizeof(float));
#endif
  }
}

/// The register as the first lanes of sixteen, and back.
INLINE vfloat widen_register(vregister x) {
  vfloat wide = fill(0);
  memcpy(&wide, &x, sizeof x);
  return wide;
}

INLINE vregister narrow_lanes(vfloat wide) {
  vregister x;
  memcpy(&x, &wide, sizeof x);
  return x;
}
