// Which taps of a window lie inside the image, and loads of neighbouring windows.
#pragma once

#include <stdbool.h>

#include "../vectors/lanes.h"
#include "espalier_pooling.h"

typedef uint16_t vtap __attribute__((ext_vector_type(16)));

/// The taps first ..< last of a window along one axis; the first tap is at `start`, which may lie before the image.
typedef struct {
  ptrdiff_t start, first, last;
} TapRange;

INLINE TapRange taps_inside(
    ptrdiff_t window, ptrdiff_t stride, ptrdiff_t padding, ptrdiff_t taps, ptrdiff_t length) {
  const ptrdiff_t start = window * stride - padding;
  return (TapRange){start, start < 0 ? -start : 0, start + taps > length ? length - start : taps};
}

INLINE TapRange row_taps(const EspalierWindows *w, ptrdiff_t window) {
  return taps_inside(window, w->row_stride, w->row_padding, w->rows, w->height);
}

INLINE TapRange column_taps(const EspalierWindows *w, ptrdiff_t window) {
  return taps_inside(window, w->column_stride, w->column_padding, w->columns, w->width);
}

/// By what the mean of a window divides.
INLINE float window_count(const EspalierWindows *w, TapRange rows, TapRange columns) {
  if (w->divisor == ESPALIER_BY_ONE) return 1;
  if (w->divisor == ESPALIER_BY_TAPS) return (float)(w->rows * w->columns);
  return (float)((rows.last - rows.first) * (columns.last - columns.first));
}

INLINE ptrdiff_t least(ptrdiff_t a, ptrdiff_t b) { return a < b ? a : b; }

#define EVEN_LANES 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30

/// Lane l is p[l * stride], for the first n lanes.
INLINE vfloat load_strided(const float *p, ptrdiff_t stride, ptrdiff_t n) {
  if (stride == 1) return load(p, n);
  if (stride == 2) {
    const ptrdiff_t count = 2 * n - 1;
    const vfloat low = load(p, least(count, LANES));
    const vfloat high = count > LANES ? load_part(p + LANES, count - LANES) : fill(0);
    return __builtin_shufflevector(low, high, EVEN_LANES);
  }
  vfloat x = fill(0);
  for (ptrdiff_t l = 0; l < n; l++) x[l] = p[l * stride];
  return x;
}
