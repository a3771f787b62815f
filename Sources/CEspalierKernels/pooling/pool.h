// The largest or the mean value of windows, sixteen samples of one window at a time, or sixteen neighbouring windows of a
// single sample.
#pragma once

#include "windows.h"

typedef enum { POOL_LARGEST, POOL_LARGEST_INDEXED, POOL_MEAN } Pool;

typedef struct {
  vfloat value;
  vint tap;
} Pooled;

/// Takes one tap in. A NaN wins, and the first of equal values.
INLINE void pool_tap(Pool pool, Pooled *pooled, vfloat x, ptrdiff_t tap, bool is_first) {
  if (pool == POOL_MEAN) {
    pooled->value += x;
  } else if (is_first) {
    *pooled = (Pooled){x, (vint)(int32_t)tap};
  } else {
    const vint wins = (x > pooled->value) | (x != x);
    pooled->value = wins ? x : pooled->value;
    if (pool == POOL_LARGEST_INDEXED) pooled->tap = wins ? (vint)(int32_t)tap : pooled->tap;
  }
}

/// The taps of one window, or with `lane_stride` > 0 of neighbouring windows that lie inside the image.
INLINE Pooled pool_window(
    Pool pool, const float *x, const EspalierWindows *w, TapRange rows, TapRange columns, ptrdiff_t lane_stride,
    ptrdiff_t n) {
  Pooled pooled = {fill(0), (vint)0};
  bool is_first = true;
  for (ptrdiff_t u = rows.first; u < rows.last; u++) {
    const float *row = x + ((rows.start + u) * w->width + columns.start) * w->batch;
    for (ptrdiff_t v = columns.first; v < columns.last; v++) {
      const float *at = row + v * w->batch;
      const vfloat value = lane_stride > 0 ? load_strided(at, lane_stride, n) : load(at, n);
      pool_tap(pool, &pooled, value, u * w->columns + v, is_first);
      is_first = false;
    }
  }
  if (pool == POOL_MEAN) pooled.value /= window_count(w, rows, columns);
  return pooled;
}

INLINE void pool_store(Pool pool, float *y, uint16_t *taps, ptrdiff_t at, Pooled pooled, ptrdiff_t n) {
  store(y + at, pooled.value, n);
  if (pool != POOL_LARGEST_INDEXED) return;
  const vtap tap = __builtin_convertvector(pooled.tap, vtap);
  memcpy(taps + at, &tap, (size_t)n * sizeof(uint16_t));
}

/// All samples of the windows first ..< last of a row.
INLINE void pool_batch(
    Pool pool, float *y, uint16_t *taps, const float *x, const EspalierWindows *w, TapRange rows, ptrdiff_t first,
    ptrdiff_t last) {
  for (ptrdiff_t j = first; j < last; j++) {
    const TapRange columns = column_taps(w, j);
    for (ptrdiff_t s = 0; s < w->batch; s += LANES) {
      const ptrdiff_t n = least(w->batch - s, LANES);
      const Pooled pooled = n == LANES ? pool_window(pool, x + s, w, rows, columns, 0, LANES)
                                       : pool_window(pool, x + s, w, rows, columns, 0, n);
      pool_store(pool, y, taps, j * w->batch + s, pooled, n);
    }
  }
}

/// The windows of a row for a single sample: those that lie inside the image sixteen at a time.
INLINE void pool_single(
    Pool pool, float *y, uint16_t *taps, const float *x, const EspalierWindows *w, TapRange rows) {
  const ptrdiff_t stride = w->column_stride, padding = w->column_padding;
  const ptrdiff_t first = least((padding + stride - 1) / stride, w->output_width);
  const ptrdiff_t room = w->width + padding - w->columns;
  const ptrdiff_t inside = room < 0 ? 0 : least(room / stride + 1, w->output_width);
  const ptrdiff_t last = inside < first ? first : inside;
  pool_batch(pool, y, taps, x, w, rows, 0, first);
  for (ptrdiff_t j = first; j < last; j += LANES) {
    const ptrdiff_t n = least(last - j, LANES);
    pool_store(pool, y, taps, j, pool_window(pool, x, w, rows, column_taps(w, j), stride, n), n);
  }
  pool_batch(pool, y, taps, x, w, rows, last, w->output_width);
}

INLINE void pool_channels(
    Pool pool, float *y, uint16_t *taps, const float *x, ptrdiff_t channels, const EspalierWindows *windows) {
  const EspalierWindows w = *windows;
  for (ptrdiff_t c = 0; c < channels; c++) {
    const float *image = x + c * w.height * w.width * w.batch;
    for (ptrdiff_t i = 0; i < w.output_height; i++) {
      const ptrdiff_t at = (c * w.output_height + i) * w.output_width * w.batch;
      uint16_t *row_taps_at = taps ? taps + at : taps;
      if (w.batch == 1) {
        pool_single(pool, y + at, row_taps_at, image, &w, row_taps(&w, i));
      } else {
        pool_batch(pool, y + at, row_taps_at, image, &w, row_taps(&w, i), 0, w.output_width);
      }
    }
  }
}

static void max_pool(
    float *y, uint16_t *taps, const float *x, ptrdiff_t channels, const EspalierWindows *windows) {
  if (taps) {
    pool_channels(POOL_LARGEST_INDEXED, y, taps, x, channels, windows);
  } else {
    pool_channels(POOL_LARGEST, y, NULL, x, channels, windows);
  }
}

static void mean_pool(float *y, const float *x, ptrdiff_t channels, const EspalierWindows *windows) {
  pool_channels(POOL_MEAN, y, NULL, x, channels, windows);
}
