#pragma once

#include "../vectors/vector.h"

/// A 32-bit hash of a position and a 64-bit key: the finaliser of MurmurHash3 with the key's halves mixed in.
ESPALIER_INLINE u32x16 position_hash(uint64_t position, uint64_t key) {
  const uint32_t high = (uint32_t)(position >> 32) * 0x9E3779B1u;
  u32x16 x = (LANES + (uint32_t)position) ^ ((uint32_t)key + high);
  x = (x ^ (x >> 16)) * 0x85EBCA6Bu;
  x = (x ^ (x >> 13)) + (uint32_t)(key >> 32);
  x *= 0xC2B2AE35u;
  x = (x ^ (x >> 15)) * 0x27D4EB2Fu;
  return x ^ (x >> 16);
}

ESPALIER_INLINE f32x16 drop(f32x16 x, uint64_t position, uint64_t key, uint32_t limit, float scale) {
  return choose((i32x16)(position_hash(position, key) < limit), splat(0), x * scale);
}

static void dropout(
    float *y, const float *x, ptrdiff_t count, uint64_t key, uint64_t first, float probability) {
  const uint32_t limit = (uint32_t)(probability * 4294967296.0);
  const float scale = 1.0f / (1.0f - probability);
  ptrdiff_t i = 0;
  for (; i + WIDTH <= count; i += WIDTH) store(y + i, drop(load(x + i), first + (uint64_t)i, key, limit, scale));
  if (i < count) {
    store_part(y + i, drop(load_part(x + i, count - i), first + (uint64_t)i, key, limit, scale), count - i);
  }
}
