#pragma once

#include "../vectors/lanes.h"
#include "../vectors/transpose16.h"

INLINE void transpose_block(
    float *destination, ptrdiff_t destination_stride, const float *source, ptrdiff_t source_stride,
    ptrdiff_t rows, ptrdiff_t columns) {
  vfloat block[LANES];
  // Without a branch: past the last row it is read once more, and not stored.
  for (ptrdiff_t r = 0; r < LANES; r++) {
    block[r] = load(source + (r < rows ? r : rows - 1) * source_stride, columns);
  }
  transpose16(block);
  for (ptrdiff_t c = 0; c < LANES; c++) {
    if (c < columns) store(destination + c * destination_stride, block[c], rows);
  }
}

// Out of line: where both sides end is one block.
static __attribute__((noinline)) void transpose_corner(
    float *destination, ptrdiff_t destination_stride, const float *source, ptrdiff_t source_stride,
    ptrdiff_t rows, ptrdiff_t columns) {
  transpose_block(destination, destination_stride, source, source_stride, rows, columns);
}

static void transpose(
    float *destination, ptrdiff_t destination_stride, const float *source, ptrdiff_t source_stride,
    ptrdiff_t rows, ptrdiff_t columns) {
  // Panels of source rows, so that the pages of one panel stay in the translation buffer while its columns go
  // by.
  const ptrdiff_t panel = 256;
  for (ptrdiff_t top = 0; top < rows; top += panel) {
    const ptrdiff_t bottom = top + panel < rows ? top + panel : rows;
    for (ptrdiff_t c = 0; c < columns; c += LANES) {
      const ptrdiff_t wide = columns - c < LANES ? columns - c : LANES;
      for (ptrdiff_t r = top; r < bottom; r += LANES) {
        const ptrdiff_t high = bottom - r < LANES ? bottom - r : LANES;
        float *to = destination + c * destination_stride + r;
        const float *from = source + r * source_stride + c;
        if (high == LANES && wide == LANES) {
          transpose_block(to, destination_stride, from, source_stride, LANES, LANES);
        } else if (wide == LANES) {
          transpose_block(to, destination_stride, from, source_stride, high, LANES);
        } else if (high == LANES) {
          transpose_block(to, destination_stride, from, source_stride, LANES, wide);
        } else {
          transpose_corner(to, destination_stride, from, source_stride, high, wide);
        }
      }
    }
  }
}
