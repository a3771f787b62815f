// The means of whole channels, each sample by itself.
#pragma once

#include "../vectors/lanes.h"

/// A single sample's pixels lie side by side; four sums, because one alone would wait for its additions.
INLINE float sum_of_pixels(const float *x, ptrdiff_t count) {
  vfloat sum[4] = {fill(0), fill(0), fill(0), fill(0)};
  ptrdiff_t i = 0;
  for (; i + 4 * LANES <= count; i += 4 * LANES) {
    for (int k = 0; k < 4; k++) sum[k] += load(x + i + k * LANES, LANES);
  }
  for (; i + LANES <= count; i += LANES) sum[0] += load(x + i, LANES);
  if (i < count) sum[1] += load_part(x + i, count - i);
  return sum_of_lanes((sum[0] + sum[2]) + (sum[1] + sum[3]));
}

INLINE void channel_means_lanes(float *y, const float *x, ptrdiff_t pixels, ptrdiff_t batch, ptrdiff_t n) {
  vfloat sum[2] = {fill(0), fill(0)};
  for (ptrdiff_t p = 0; p < pixels; p++) sum[p & 1] += load(x + p * batch, n);
  store(y, (sum[0] + sum[1]) / (float)pixels, n);
}

static void channel_means(float *y, const float *x, ptrdiff_t channels, ptrdiff_t pixels, ptrdiff_t batch) {
  for (ptrdiff_t c = 0; c < channels; c++, x += pixels * batch, y += batch) {
    if (batch == 1) {
      *y = sum_of_pixels(x, pixels) / (float)pixels;
      continue;
    }
    ptrdiff_t s = 0;
    for (; s + LANES <= batch; s += LANES) channel_means_lanes(y + s, x + s, pixels, batch, LANES);
    if (s < batch) channel_means_lanes(y + s, x + s, pixels, batch, batch - s);
  }
}

static void channel_means_gradient(
    float *dx, const float *dy, ptrdiff_t channels, ptrdiff_t pixels, ptrdiff_t batch) {
  for (ptrdiff_t c = 0; c < channels; c++, dx += pixels * batch, dy += batch) {
    // With one sample all pixels get the same number.
    const ptrdiff_t length = batch == 1 ? pixels : batch, times = batch == 1 ? 1 : pixels;
    for (ptrdiff_t s = 0; s < length; s += LANES) {
      const ptrdiff_t n = length - s < LANES ? length - s : LANES;
      const vfloat share = (batch == 1 ? fill(*dy) : load(dy + s, n)) / (float)pixels;
      for (ptrdiff_t p = 0; p < times; p++) store(dx + p * batch + s, share, n);
    }
  }
}
