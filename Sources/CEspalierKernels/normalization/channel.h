// Batch normalisation of one channel, whose values lie side by side.
#pragma once

#include "../activations/functions.h"
#include "../vectors/lanes.h"

/// So many values are summed in lanes of floats before the sum goes on in double precision; they stay in the first-level
/// cache.
enum { CHANNEL_BLOCK = 64 * LANES };

INLINE vfloat block_sum(const float *x, ptrdiff_t count) {
  vfloat sum[4] = {fill(0), fill(0), fill(0), fill(0)};
  ptrdiff_t i = 0;
  for (; i + 4 * LANES <= count; i += 4 * LANES) {
    for (int k = 0; k < 4; k++) sum[k] += load(x + i + k * LANES, LANES);
  }
  for (; i + LANES <= count; i += LANES) sum[0] += load(x + i, LANES);
  if (i < count) sum[1] += load_part(x + i, count - i);
  return (sum[0] + sum[2]) + (sum[1] + sum[3]);
}

INLINE vfloat squared_distance(const float *x, float mean, ptrdiff_t n) {
  const vfloat distance = load(x, n) - mean;
  return distance * distance;
}

INLINE vfloat block_squares(const float *x, ptrdiff_t count, float mean) {
  vfloat sum[4] = {fill(0), fill(0), fill(0), fill(0)};
  ptrdiff_t i = 0;
  for (; i + 4 * LANES <= count; i += 4 * LANES) {
    for (int k = 0; k < 4; k++) sum[k] += squared_distance(x + i + k * LANES, mean, LANES);
  }
  for (; i + LANES <= count; i += LANES) sum[0] += squared_distance(x + i, mean, LANES);
  if (i < count) sum[1] += first_lanes(count - i) ? squared_distance(x + i, mean, count - i) : fill(0);
  return (sum[0] + sum[2]) + (sum[1] + sum[3]);
}

/// Blocks by two passes, put together by the formula of T. Chan, G. Golub and R. LeVeque (1979): exact also where the mean
/// is large against the deviation, and memory is read once.
static void channel_statistics(const float *x, ptrdiff_t count, float *mean, float *variance) {
  double total = 0, average = 0, squares = 0;
  for (ptrdiff_t first = 0; first < count; first += CHANNEL_BLOCK) {
    const ptrdiff_t n = count - first < CHANNEL_BLOCK ? count - first : CHANNEL_BLOCK;
    const double sum = double_sum_of_lanes(widen(block_sum(x + first, n))), center = sum / (double)n;
    const float rounded = (float)center;
    // The sum of squares about the rounded mean exceeds that about the mean by n times their squared distance.
    const double around = double_sum_of_lanes(widen(block_squares(x + first, n, rounded)));
    const double error = center - (double)rounded, distance = center - average;
    const double share = (double)n / (total + (double)n);
    squares += around - (double)n * error * error + distance * distance * total * share;
    average += distance * share;
    total += (double)n;
  }
  *mean = (float)average;
  *variance = total > 0 && !(squares < 0) ? (float)(squares / total) : 0;
}

INLINE void normalize_lanes(
    EspalierActivation constant, float *y, const float *x, ptrdiff_t n, float mean, float factor, float shift,
    float parameter) {
  store(y, activate(constant, (load(x, n) - mean) * factor + shift, parameter), n);
}

INLINE void normalize_range(
    EspalierActivation constant, float *y, const float *x, ptrdiff_t count, float mean, float factor,
    float shift, float parameter) {
  ptrdiff_t i = 0;
  for (; i + LANES <= count; i += LANES) {
    normalize_lanes(constant, y + i, x + i, LANES, mean, factor, shift, parameter);
  }
  if (i < count) normalize_lanes(constant, y + i, x + i, count - i, mean, factor, shift, parameter);
}

static void normalize_channel(
    float *y, const float *x, ptrdiff_t count, float mean, float factor, float shift,
    EspalierActivation activation, float parameter) {
  WITH_CONSTANT_ACTIVATION(activation, normalize_range, y, x, count, mean, factor, shift, parameter)
}

/// The sums of one block in lanes.
typedef struct {
  vfloat gradients, products;
} ChannelSums;

INLINE void add_gradient_lanes(
    EspalierActivation constant, ChannelSums *sums, float *dy, const float *y, const float *x, ptrdiff_t n,
    float mean, float parameter) {
  vfloat d = load(dy, n);
  if (constant != ESPALIER_IDENTITY) {
    d = activation_derivative(constant, d, load(y, n), parameter);
    store(dy, d, n);
  }
  if (n < LANES) d = first_lanes(n) ? d : fill(0);
  sums->gradients += d;
  sums->products += d * (load(x, n) - mean);
}

INLINE void channel_sums_range(
    EspalierActivation constant, float *dy, const float *y, const float *x, ptrdiff_t count, float mean,
    float parameter, double *sums) {
  sums[0] = sums[1] = 0;
  for (ptrdiff_t first = 0; first < count; first += CHANNEL_BLOCK) {
    const ptrdiff_t end = count - first < CHANNEL_BLOCK ? count : first + CHANNEL_BLOCK;
    ChannelSums part[2] = {{fill(0), fill(0)}, {fill(0), fill(0)}};
    ptrdiff_t i = first;
    for (; i + 2 * LANES <= end; i += 2 * LANES) {
      for (int k = 0; k < 2; k++) {
        const ptrdiff_t at = i + k * LANES;
        add_gradient_lanes(constant, &part[k], dy + at, y + at, x + at, LANES, mean, parameter);
      }
    }
    for (; i < end; i += LANES) {
      const ptrdiff_t n = end - i < LANES ? end - i : LANES;
      add_gradient_lanes(constant, &part[0], dy + i, y + i, x + i, n, mean, parameter);
    }
    sums[0] += double_sum_of_lanes(widen(part[0].gradients + part[1].gradients));
    sums[1] += double_sum_of_lanes(widen(part[0].products + part[1].products));
  }
}

static void channel_gradient_sums(
    float *dy, const float *y, const float *x, ptrdiff_t count, float mean, EspalierActivation activation,
    float parameter, double *sums) {
  WITH_CONSTANT_ACTIVATION(activation, channel_sums_range, dy, y, x, count, mean, parameter, sums)
}

INLINE void channel_gradient_lanes(
    float *dx, const float *dy, const float *x, ptrdiff_t n, float mean, float factor, float slope,
    float offset) {
  store(dx, load(dy, n) * factor + ((load(x, n) - mean) * slope + offset), n);
}

static void channel_gradient(
    float *dx, const float *dy, const float *x, ptrdiff_t count, float mean, float factor, float slope,
    float offset) {
  ptrdiff_t i = 0;
  for (; i + LANES <= count; i += LANES) {
    channel_gradient_lanes(dx + i, dy + i, x + i, LANES, mean, factor, slope, offset);
  }
  if (i < count) channel_gradient_lanes(dx + i, dy + i, x + i, count - i, mean, factor, slope, offset);
}
