#pragma once

#include "../vectors/vector.h"

#define INTERLEAVE_LOW(a, b) \
  __builtin_shufflevector(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23)
#define INTERLEAVE_HIGH(a, b) \
  __builtin_shufflevector(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31)

/// Transposes 16 x 16 bytes: four rounds, each of which interleaves row i with row i + 8.
ESPALIER_INLINE void transpose_bytes(u8x16 rows[16]) {
  u8x16 next[16];
  for (int round = 0; round < 4; round++) {
    for (int i = 0; i < 8; i++) {
      next[2 * i] = INTERLEAVE_LOW(rows[i], rows[i + 8]);
      next[2 * i + 1] = INTERLEAVE_HIGH(rows[i], rows[i + 8]);
    }
    for (int i = 0; i < 16; i++) rows[i] = next[i];
  }
}

static void gather_bytes(
    float *destination, ptrdiff_t stride, const uint8_t *bytes, ptrdiff_t features, const int32_t *indices,
    ptrdiff_t samples, float scale, float offset) {
  ptrdiff_t sample = 0;
  for (; sample + WIDTH <= samples; sample += WIDTH) {
    const uint8_t *from[16];
    for (int i = 0; i < 16; i++) from[i] = bytes + (ptrdiff_t)indices[sample + i] * features;
    ptrdiff_t feature = 0;
    for (; feature + 16 <= features; feature += 16) {
      u8x16 rows[16];
      for (int i = 0; i < 16; i++) memcpy(&rows[i], from[i] + feature, 16);
      transpose_bytes(rows);
      for (int i = 0; i < 16; i++) {
        store(
            destination + (feature + i) * stride + sample, __builtin_convertvector(rows[i], f32x16) * scale + offset);
      }
    }
    for (; feature < features; feature++) {
      float *line = destination + feature * stride + sample;
      for (int i = 0; i < 16; i++) line[i] = (float)from[i][feature] * scale + offset;
    }
  }
  for (; sample < samples; sample++) {
    const uint8_t *from = bytes + (ptrdiff_t)indices[sample] * features;
    for (ptrdiff_t feature = 0; feature < features; feature++) {
      destination[feature * stride + sample] = (float)from[feature] * scale + offset;
    }
  }
}

/// Sixteen samples at a time, so that the cache lines of the destination are filled while they are at hand.
static void gather_floats(
    float *destination, ptrdiff_t stride, const float *source, ptrdiff_t features, const int32_t *indices,
    ptrdiff_t samples, float scale, float offset) {
  for (ptrdiff_t first = 0; first < samples; first += WIDTH) {
    const ptrdiff_t end = first + WIDTH < samples ? first + WIDTH : samples;
    for (ptrdiff_t feature = 0; feature < features; feature++) {
      float *line = destination + feature * stride;
      for (ptrdiff_t sample = first; sample < end; sample++) {
        line[sample] = source[(ptrdiff_t)indices[sample] * features + feature] * scale + offset;
      }
    }
  }
}
