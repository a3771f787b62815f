// The way back through pooling: each window sends its gradient to its largest pixel, or to all of its pixels alike.
#pragma once

#include "windows.h"

/// Where windows overlap gradients are added; otherwise each pixel is written by its only window.
INLINE void pool_gradient_window(
    const uint16_t *taps, bool overlap, float *dx, const float *dy, ptrdiff_t at, const EspalierWindows *w,
    TapRange rows, TapRange columns, ptrdiff_t n) {
  vfloat d = load(dy + at, n);
  vtap tap = (vtap)0;
  if (taps) {
    memcpy(&tap, taps + at, (size_t)n * sizeof(uint16_t));
  } else {
    d /= window_count(w, rows, columns);
  }
  const vint wanted = __builtin_convertvector(tap, vint);
  for (ptrdiff_t u = rows.first; u < rows.last; u++) {
    float *row = dx + ((rows.start + u) * w->width + columns.start) * w->batch;
    for (ptrdiff_t v = columns.first; v < columns.last; v++) {
      float *pixel = row + v * w->batch;
      vfloat share = d;
      if (taps) share = wanted == (vint)(int32_t)(u * w->columns + v) ? d : fill(0);
      store(pixel, overlap ? load(pixel, n) + share : share, n);
    }
  }
}

INLINE void pool_gradient_image(
    const uint16_t *taps, bool overlap, float *dx, const float *dy, const EspalierWindows *w) {
  for (ptrdiff_t i = 0; i < w->output_height; i++) {
    const TapRange rows = row_taps(w, i);
    for (ptrdiff_t j = 0; j < w->output_width; j++) {
      const TapRange columns = column_taps(w, j);
      const ptrdiff_t at = (i * w->output_width + j) * w->batch;
      ptrdiff_t s = 0;
      for (; s + LANES <= w->batch; s += LANES) {
        pool_gradient_window(taps, overlap, dx + s, dy, at + s, w, rows, columns, LANES);
      }
      if (s < w->batch) {
        pool_gradient_window(taps, overlap, dx + s, dy, at + s, w, rows, columns, w->batch - s);
      }
    }
  }
}

INLINE bool windows_overlap(const EspalierWindows *w) {
  return w->row_stride < w->rows || w->column_stride < w->columns;
}

/// Whether every pixel lies in a window.
INLINE bool windows_cover(const EspalierWindows *w) {
  return w->row_stride <= w->rows && w->column_stride <= w->columns &&
         (w->output_height - 1) * w->row_stride - w->row_padding + w->rows >= w->height &&
         (w->output_width - 1) * w->column_stride - w->column_padding + w->columns >= w->width;
}

INLINE void pool_gradient_channels(
    const uint16_t *taps, float *dx, const float *dy, ptrdiff_t channels, const EspalierWindows *windows) {
  const EspalierWindows w = *windows;
  const ptrdiff_t image = w.height * w.width * w.batch, output = w.output_height * w.output_width * w.batch;
  const bool overlap = windows_overlap(&w), clears = overlap || !windows_cover(&w);
  for (ptrdiff_t c = 0; c < channels; c++, dx += image, dy += output, taps = taps ? taps + output : taps) {
    if (clears) memset(dx, 0, (size_t)image * sizeof(float));
    if (overlap) {
      pool_gradient_image(taps, true, dx, dy, &w);
    } else {
      pool_gradient_image(taps, false, dx, dy, &w);
    }
  }
}

static void max_pool_gradient(
    float *dx, const float *dy, const uint16_t *taps, ptrdiff_t channels, const EspalierWindows *windows) {
  pool_gradient_channels(taps, dx, dy, channels, windows);
}

static void mean_pool_gradient(
    float *dx, const float *dy, ptrdiff_t channels, const EspalierWindows *windows) {
  pool_gradient_channels(NULL, dx, dy, channels, windows);
}
