// The shuffled gather of samples into feature-major batches: blocks of 16 samples x 16 features, transposed
// in registers.
//
// Where the samples (or features) are no multiple of 16, the last block overlaps the one before and writes
// the same values again; only fewer than 16 need partial blocks.
#pragma once

#include "../vectors/lanes.h"
#include "../vectors/transpose16.h"

typedef uint8_t vbytes __attribute__((ext_vector_type(16)));

typedef struct {
  float *destination;
  ptrdiff_t stride;
  ptrdiff_t features;
  const int32_t *indices;
  ptrdiff_t samples;
  float scale, offset;
} Gather;

INLINE ptrdiff_t fewer(ptrdiff_t a, ptrdiff_t b) { return a < b ? a : b; }

/// Where the block before `end` begins that starts at `i` if it fits, and overlaps its predecessor if it does
/// not.
INLINE ptrdiff_t block_start(ptrdiff_t i, ptrdiff_t end) {
  return i + LANES <= end || end < LANES ? i : end - LANES;
}

/// The number of the sample in lane `s`; lanes beyond the last sample repeat it.
INLINE ptrdiff_t sample_at(const Gather *gather, ptrdiff_t first, ptrdiff_t s, ptrdiff_t n) {
  return gather->indices[first + (s < n ? s : n - 1)];
}

INLINE void store_feature(const Gather *gather, ptrdiff_t feature, ptrdiff_t first, vfloat x, ptrdiff_t n) {
  store(gather->destination + feature * gather->stride + first, x * gather->scale + gather->offset, n);
}

#define LOW_BYTES 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23
#define HIGH_BYTES 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31

/// Row i, lane j becomes row j, lane i: four perfect shuffles of the rows' bytes.
INLINE void transpose_bytes(vbytes row[LANES]) {
  for (int stage = 0; stage < 4; stage++) {
    vbytes t[LANES];
    for (int i = 0; i < LANES / 2; i++) {
      t[2 * i] = __builtin_shufflevector(row[i], row[i + 8], LOW_BYTES);
      t[2 * i + 1] = __builtin_shufflevector(row[i], row[i + 8], HIGH_BYTES);
    }
    for (int i = 0; i < LANES; i++) row[i] = t[i];
  }
}

INLINE void gather_bytes_block(
    const Gather *gather, const uint8_t *bytes, ptrdiff_t feature, ptrdiff_t first, ptrdiff_t wide,
    ptrdiff_t n) {
  vbytes row[LANES];
  for (ptrdiff_t s = 0; s < LANES; s++) {
    const uint8_t *sample = bytes + sample_at(gather, first, s, n) * gather->features + feature;
    row[s] = (vbytes)0;
    memcpy(&row[s], sample, (size_t)wide);
  }
  transpose_bytes(row);
  for (ptrdiff_t f = 0; f < LANES; f++) {
    if (f < wide) store_feature(gather, feature + f, first, __builtin_convertvector(row[f], vfloat), n);
  }
}

static __attribute__((noinline)) void gather_bytes_edge(
    const Gather *gather, const uint8_t *bytes, ptrdiff_t feature, ptrdiff_t first, ptrdiff_t wide,
    ptrdiff_t n) {
  gather_bytes_block(gather, bytes, feature, first, wide, n);
}

static void gather_bytes(
    float *destination, ptrdiff_t stride, const uint8_t *bytes, ptrdiff_t features, const int32_t *indices,
    ptrdiff_t samples, float scale, float offset) {
  const Gather gather = {destination, stride, features, indices, samples, scale, offset};
  for (ptrdiff_t f = 0; f < features; f += LANES) {
    const ptrdiff_t feature = block_start(f, features);
    for (ptrdiff_t s = 0; s < samples; s += LANES) {
      const ptrdiff_t first = block_start(s, samples);
      if (features >= LANES && samples >= LANES) {
        gather_bytes_block(&gather, bytes, feature, first, LANES, LANES);
      } else {
        gather_bytes_edge(&gather, bytes, feature, first, fewer(features, LANES), fewer(samples, LANES));
      }
    }
  }
}

INLINE void gather_floats_block(
    const Gather *gather, const float *source, ptrdiff_t feature, ptrdiff_t first, ptrdiff_t wide,
    ptrdiff_t n) {
  vfloat row[LANES];
  for (ptrdiff_t s = 0; s < LANES; s++) {
    row[s] = load(source + sample_at(gather, first, s, n) * gather->features + feature, wide);
  }
  transpose16(row);
  for (ptrdiff_t f = 0; f < LANES; f++) {
    if (f < wide) store_feature(gather, feature + f, first, row[f], n);
  }
}

static __attribute__((noinline)) void gather_floats_edge(
    const Gather *gather, const float *source, ptrdiff_t feature, ptrdiff_t first, ptrdiff_t wide,
    ptrdiff_t n) {
  gather_floats_block(gather, source, feature, first, wide, n);
}

static void gather_floats(
    float *destination, ptrdiff_t stride, const float *source, ptrdiff_t features, const int32_t *indices,
    ptrdiff_t samples, float scale, float offset) {
  const Gather gather = {destination, stride, features, indices, samples, scale, offset};
  for (ptrdiff_t f = 0; f < features; f += LANES) {
    const ptrdiff_t feature = block_start(f, features);
    for (ptrdiff_t s = 0; s < samples; s += LANES) {
      const ptrdiff_t first = block_start(s, samples);
      if (features >= LANES && samples >= LANES) {
        gather_floats_block(&gather, source, feature, first, LANES, LANES);
      } else {
        gather_floats_edge(&gather, source, feature, first, fewer(features, LANES), fewer(samples, LANES));
      }
    }
  }
}
