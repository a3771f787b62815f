#pragma once

#include "../vectors/vector.h"

/// Sixteen rows at a time, so that the cache lines of the destination are filled while they are at hand.
static void transpose(
    float *destination, ptrdiff_t destination_stride, const float *source, ptrdiff_t source_stride, ptrdiff_t rows,
    ptrdiff_t columns) {
  for (ptrdiff_t first = 0; first < rows; first += WIDTH) {
    const ptrdiff_t end = first + WIDTH < rows ? first + WIDTH : rows;
    for (ptrdiff_t column = 0; column < columns; column++) {
      float *line = destination + column * destination_stride;
      for (ptrdiff_t row = first; row < end; row++) line[row] = source[row * source_stride + column];
    }
  }
}
