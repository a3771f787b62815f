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

/// Where the vectors of one block are, and how a block begins and ends.
typedef struct {
  float *y;
  const float *x;
  ptrdiff_t y_step;  // from one vector to the next
  ptrdiff_t x_step;
  ptrdiff_t last;    // the lanes of the last vector
  const float *bias;
  float floor;
} ShiftedStrip;

/// Vector j of a block, of which the last one may have fewer lanes unless the block is `whole`.
INLINE ptrdiff_t strip_lanes(bool whole, int vectors, int j, ptrdiff_t last) {
  return whole || j + 1 < vectors ? REGISTER_LANES : last;
}

INLINE void add_shifted_rows(
    int rows, int vectors, bool whole, const EspalierShiftedProduct *p, const float *weights,
    const ShiftedStrip *strip, vregister sums[SHIFTED_ROWS][SHIFTED_VECTORS]) {
  const ptrdiff_t x_step = strip->x_step, step = p->step, last = strip->last;
  const ptrdiff_t *x_rows = p->x_rows;
  for (ptrdiff_t k = p->inputs; k > 0; k--) {
    const float *row = strip->x + *x_rows++;
    vregister x[SHIFTED_VECTORS];
    for (int j = 0; j < vectors; j++) {
      x[j] = load_register(row + j * x_step, strip_lanes(whole, vectors, j, last));
    }
    for (int r = 0; r < rows; r++) {
      const vregister weight = (vregister)weights[r];
      for (int j = 0; j < vectors; j++) sums[r][j] += weight * x[j];
    }
    weights += step;
  }
}

INLINE void shifted_block(
    bool accumulate, int rows, int vectors, bool whole, const EspalierShiftedProduct *p, ptrdiff_t first,
    const ShiftedStrip *strip) {
  vregister sums[SHIFTED_ROWS][SHIFTED_VECTORS];
  for (int r = 0; r < rows; r++) {
    const float start = !accumulate && strip->bias ? strip->bias[first + r] : 0;
    for (int j = 0; j < vectors; j++) sums[r][j] = (vregister)start;
  }
  const float *weights = p->weights + first / 8 * p->panel + first % 8;
  add_shifted_rows(rows, vectors, whole, p, weights, strip, sums);
  const vregister floor = (vregister)strip->floor;
  // Rows of y may overlap where they accumulate, so each is finished before the next.
  for (int r = 0; r < rows; r++) {
    float *y = strip->y + p->y_rows[first + r];
    for (int j = 0; j < vectors; j++) {
      float *at = y + j * strip->y_step;
      const ptrdiff_t lanes = strip_lanes(whole, vectors, j, strip->last);
      vregister sum = sums[r][j];
      if (accumulate) {
        sum += load_register(at, lanes);
      } else {
        sum = floor > sum ? floor : sum;  // a NaN stays
      }
      store_register(at, sum, lanes);
    }
  }
}

INLINE void shifted_rows(
    bool accumulate, int vectors, bool whole, const EspalierShiftedProduct *p, const ShiftedStrip *strip) {
  ptrdiff_t m = 0;
  for (; m + SHIFTED_ROWS <= p->outputs; m += SHIFTED_ROWS) {
    shifted_block(accumulate, SHIFTED_ROWS, vectors, whole, p, m, strip);
  }
  if (SHIFTED_ROWS > 4 && m + 4 <= p->outputs) {
    shifted_block(accumulate, 4, vectors, whole, p, m, strip);
    m += 4;
  }
  if (m + 2 <= p->outputs) {
    shifted_block(accumulate, 2, vectors, whole, p, m, strip);
    m += 2;
  }
  if (m < p->outputs) shifted_block(accumulate, 1, vectors, whole, p, m, strip);
}

INLINE void shifted_strip(
    bool accumulate, ptrdiff_t vectors, const EspalierShiftedProduct *p, const ShiftedStrip *strip) {
  const bool whole = strip->last == REGISTER_LANES;
  switch (2 * vectors + whole) {
    case 2: shifted_rows(accumulate, 1, false, p, strip); break;
    case 3: shifted_rows(accumulate, 1, true, p, strip); break;
    case 4: shifted_rows(accumulate, 2, false, p, strip); break;
    case 5: shifted_rows(accumulate, 2, true, p, strip); break;
    case 6: shifted_rows(accumulate, 3, false, p, strip); break;
    case 7: shifted_rows(accumulate, 3, true, p, strip); break;
  }
}

/// Vectors one after another, `last` lanes in the last of them.
INLINE void shifted_vectors(
    bool accumulate, ptrdiff_t vectors, ptrdiff_t last, const EspalierShiftedProduct *p, ShiftedStrip strip) {
  while (vectors > 0) {
    // Four are two and two rather than three and one.
    const ptrdiff_t next = vectors == 4 ? 2 : vectors < SHIFTED_VECTORS ? vectors : SHIFTED_VECTORS;
    strip.last = next == vectors ? last : REGISTER_LANES;
    shifted_strip(accumulate, next, p, &strip);
    strip.x += next * strip.x_step;
    strip.y += next * strip.y_step;
    vectors -= next;
  }
}

INLINE void shifted_lines(
    bool accumulate, float *y, const float *x, const EspalierShiftedProduct *p, const float *bias, float floor) {
  ShiftedStrip strip = {y, x, p->y_line, p->x_line, REGISTER_LANES, bias, floor};
  // Lines of one vector are taken several at a time.
  if (p->columns == REGISTER_LANES && !accumulate) {
    shifted_vectors(accumulate, p->lines, REGISTER_LANES, p, strip);
    return;
  }
  strip.y_step = strip.x_step = REGISTER_LANES;
  const ptrdiff_t vectors = (p->columns + REGISTER_LANES - 1) / REGISTER_LANES;
  for (ptrdiff_t l = 0; l < p->lines; l++) {
    strip.y = y + l * p->y_line;
    strip.x = x + l * p->x_line;
    shifted_vectors(accumulate, vectors, p->columns - (vectors - 1) * REGISTER_LANES, p, strip);
  }
}

static void shifted_product(
    float *y, const float *x, const EspalierShiftedProduct *product, const float *bias, float floor) {
  shifted_lines(false, y, x, product, bias, floor);
}

static void shifted_product_sum(float *y, const float *x, const EspalierShiftedProduct *product) {
  shifted_lines(true, y, x, product, NULL, 0);
}
