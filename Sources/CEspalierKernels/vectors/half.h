// IEEE binary16 and float. The portable ways never make a denormal float, so that they are right where those count as
// zero.
#pragma once

#include "lanes.h"

typedef uint16_t vhalf __attribute__((ext_vector_type(16)));

INLINE vhalf load_halves(const uint16_t *p) {
  vhalf h;
  memcpy(&h, p, sizeof h);
  return h;
}

#if defined(ESPALIER_TARGET_AVX512)

INLINE vfloat floats_from_halves(vhalf h) { return (vfloat)_mm512_cvtph_ps((__m256i)h); }

#elif defined(ESPALIER_TARGET_AVX2)

INLINE vfloat floats_from_halves(vhalf h) {
  vfloat x;
  x.lo = _mm256_cvtph_ps((__m128i)h.lo);
  x.hi = _mm256_cvtph_ps((__m128i)h.hi);
  return x;
}

#else

INLINE vfloat floats_from_halves(vhalf h) {
  const vint bits = __builtin_convertvector(h, vint), magnitude = (bits & 0x7fff) << 13;
  // Rebias the exponent; a denormal gets the exponent of 2^-14 and loses the one that this implies.
  const vint normal = magnitude + ((127 - 15) << 23);
  const vfloat denormal = (vfloat)(magnitude + (113 << 23)) - (vfloat)(vint)(113 << 23);
  const vint special = magnitude | 0x7f800000;
  const vint finite = magnitude < (1 << 23) ? (vint)denormal : normal;
  return (vfloat)((magnitude >= (31 << 23) ? special : finite) | ((bits & 0x8000) << 16));
}

#endif

/// Rounded to nearest, ties to even; from 65520 on infinite. A NaN stays a quiet one.
INLINE vhalf halves_from_floats(vfloat x) {
  const vint bits = (vint)x, magnitude = bits & 0x7fffffff;
  // A sum with 2^k whose last place is that of the result rounds as the result must: 2^-1 for denormals.
  const vint denormal = (vint)((vfloat)magnitude + 0.5f) - (vint)fill(0.5f);
  const vint odd = (magnitude >> 13) & 1;
  const vint normal = (magnitude - ((127 - 15) << 23) + 0xfff + odd) >> 13;
  const vint finite = magnitude < (113 << 23) ? denormal : normal;
  const vint overflow = magnitude > 0x7f800000 ? (vint)0x7e00 : (vint)0x7c00;
  const vint half = magnitude >= 0x477ff000 ? overflow : finite;
  return __builtin_convertvector(half | ((bits >> 16) & 0x8000), vhalf);
}
