// Rows of a product in blocks of registers: see EspalierShiftedProduct.
#pragma once

#include <stdbool.h>

#include "../vectors/register.h"
#include "espalier_kernels.h"

// As many sums as fit the registers beside a weight and the operands.
#if defined(ESPALIER_TARGET_AVX512)
enum { SHIFTED_ROWS = 8, SHIFTED_VECTORS = 3 };
#else
enum { SHIFTED_ROWS = 4, SHIFTED_VECTORS = 3 };
#endif

/// What the vectors of a block are: whole ones, the last with fewer lanes, or two short lines each.
typedef enum { WHOLE_VECTORS, LAST_IN_PART, PAIRED_LINES } StripKind;

/// Where the vectors of one block are, and how a block begins and ends.
typedef struct {
  float *y;
  const float *x;
  ptrdiff_t y_step;  // from one vector to the next
  ptrdiff_t x_step;
  ptrdiff_t last;    // the lanes of the last vector
  ptrdiff_t y_pair;  // from the first line of a pair to the second
  ptrdiff_t x_pair;
  const float *bias;
  float floor;
} ShiftedStrip;

INLINE ptrdiff_t strip_lanes(StripKind kind, int vectors, int j, ptrdiff_t last) {
  return kind == LAST_IN_PART && j + 1 == vectors ? last : REGISTER_LANES;
}

INLINE vregister load_strip(StripKind kind, const float *p, ptrdiff_t pair, ptrdiff_t lanes) {
  if (kind != PAIRED_LINES) return load_register(p, lanes);
  vregister x;
  __typeof__(x.lo) low, high;
  memcpy(&low, p, sizeof low);
  memcpy(&high, p + pair, sizeof high);
  x.lo = low;
  x.hi = high;
  return x;
}

INLINE void store_strip(StripKind kind, float *p, vregister x, ptrdiff_t pair, ptrdiff_t lanes) {
  if (kind != PAIRED_LINES) return store_register(p, x, lanes);
  const __typeof__(x.lo) low = x.lo, high = x.hi;
  memcpy(p, &low, sizeof low);
  memcpy(p + pair, &high, sizeof high);
}

INLINE void add_shifted_rows(
    int rows, int vectors, StripKind kind, const EspalierShiftedProduct *p, const float *weights,
    const ShiftedStrip *strip, vregister sums[SHIFTED_ROWS][SHIFTED_VECTORS]) {
  const ptrdiff_t x_step = strip->x_step, step = p->step, last = strip->last, pair = strip->x_pair;
  const ptrdiff_t *x_rows = p->x_rows;
  for (ptrdiff_t k = p->inputs; k > 0; k--) {
    const float *row = strip->x + *x_rows++;
    vregister x[SHIFTED_VECTORS];
    for (int j = 0; j < vectors; j++) {
      x[j] = load_strip(kind, row + j * x_step, pair, strip_lanes(kind, vectors, j, last));
    }
    for (int r = 0; r < rows; r++) {
      const vregister weight = (vregister)weights[r];
      for (int j = 0; j < vectors; j++) sums[r][j] += weight * x[j];
    }
    weights += step;
  }
}

INLINE void shifted_block(
    bool accumulate, int rows, int vectors, StripKind kind, const EspalierShiftedProduct *p, ptrdiff_t first,
    const ShiftedStrip *strip) {
  vregister sums[SHIFTED_ROWS][SHIFTED_VECTORS];
  for (int r = 0; r < rows; r++) {
    const float start = !accumulate && strip->bias ? strip->bias[first + r] : 0;
    for (int j = 0; j < vectors; j++) sums[r][j] = (vregister)start;
  }
  const float *weights = p->weights + first / 8 * p->panel + first % 8;
  add_shifted_rows(rows, vectors, kind, p, weights, strip, sums);
  const vregister floor = (vregister)strip->floor;
  // Rows of y may overlap where they accumulate, so each is finished before the next.
  for (int r = 0; r < rows; r++) {
    float *y = strip->y + p->y_rows[first + r];
    for (int j = 0; j < vectors; j++) {
      float *at = y + j * strip->y_step;
      const ptrdiff_t lanes = strip_lanes(kind, vectors, j, strip->last);
      vregister sum = sums[r][j];
      if (accumulate) {
        sum += load_strip(kind, at, strip->y_pair, lanes);
      } else {
        sum = floor > sum ? floor : sum;  // a NaN stays
      }
      store_strip(kind, at, sum, strip->y_pair, lanes);
    }
  }
}

INLINE void shifted_rows(
    bool accumulate, int vectors, StripKind kind, const EspalierShiftedProduct *p, const ShiftedStrip *strip) {
  ptrdiff_t m = 0;
  for (; m + SHIFTED_ROWS <= p->outputs; m += SHIFTED_ROWS) {
    shifted_block(accumulate, SHIFTED_ROWS, vectors, kind, p, m, strip);
  }
  if (SHIFTED_ROWS > 4 && m + 4 <= p->outputs) {
    shifted_block(accumulate, 4, vectors, kind, p, m, strip);
    m += 4;
  }
  if (m + 2 <= p->outputs) {
    shifted_block(accumulate, 2, vectors, kind, p, m, strip);
    m += 2;
  }
  if (m < p->outputs) shifted_block(accumulate, 1, vectors, kind, p, m, strip);
}

INLINE void shifted_strip(
    bool accumulate, StripKind kind, ptrdiff_t vectors, const EspalierShiftedProduct *p,
    const ShiftedStrip *strip) {
  switch (vectors) {
    case 1: shifted_rows(accumulate, 1, kind, p, strip); break;
    case 2: shifted_rows(accumulate, 2, kind, p, strip); break;
    case 3: shifted_rows(accumulate, 3, kind, p, strip); break;
  }
}

/// Vectors one after another, `last` lanes in the last of them.
INLINE void shifted_vectors(
    bool accumulate, StripKind kind, ptrdiff_t vectors, ptrdiff_t last, const EspalierShiftedProduct *p,
    ShiftedStrip strip) {
  while (vectors > 0) {
    // Four are two and two rather than three and one.
    const ptrdiff_t next = vectors == 4 ? 2 : vectors < SHIFTED_VECTORS ? vectors : SHIFTED_VECTORS;
    strip.last = last;
    if (next == vectors && last < REGISTER_LANES) {
      shifted_strip(accumulate, LAST_IN_PART, next, p, &strip);
    } else {
      shifted_strip(accumulate, kind, next, p, &strip);
    }
    strip.x += next * strip.x_step;
    strip.y += next * strip.y_step;
    vectors -= next;
  }
}

/// Lines of half a vector, two by two.
INLINE void shifted_pairs(ptrdiff_t pairs, const EspalierShiftedProduct *p, ShiftedStrip strip) {
  strip.x_step = 2 * p->x_line;
  strip.y_step = 2 * p->y_line;
  shifted_vectors(false, PAIRED_LINES, pairs, REGISTER_LANES, p, strip);
}

INLINE void shifted_lines(
    bool accumulate, float *y, const float *x, const EspalierShiftedProduct *p, const float *bias, float floor) {
  ShiftedStrip strip = {y, x, p->y_line, p->x_line, REGISTER_LANES, p->y_line, p->x_line, bias, floor};
  // Lines of one vector are taken several at a time.
  if (p->columns == REGISTER_LANES && !accumulate) {
    shifted_vectors(accumulate, WHOLE_VECTORS, p->lines, REGISTER_LANES, p, strip);
    return;
  }
  ptrdiff_t l = 0;
  if (2 * p->columns == REGISTER_LANES && !accumulate) {
    shifted_pairs(p->lines / 2, p, strip);
    l = p->lines / 2 * 2;
  }
  strip.y_step = strip.x_step = REGISTER_LANES;
  const ptrdiff_t vectors = (p->columns + REGISTER_LANES - 1) / REGISTER_LANES;
  const ptrdiff_t last = p->columns - (vectors - 1) * REGISTER_LANES;
  for (; l < p->lines; l++) {
    strip.y = y + l * p->y_line;
    strip.x = x + l * p->x_line;
    shifted_vectors(accumulate, WHOLE_VECTORS, vectors, last, p, strip);
  }
}

static void shifted_product(
    float *y, const float *x, const EspalierShiftedProduct *product, const float *bias, float floor) {
  shifted_lines(false, y, x, product, bias, floor);
}

static void shifted_product_sum(float *y, const float *x, const EspalierShiftedProduct *product) {
  shifted_lines(true, y, x, product, NULL, 0);
}
