// Copies between an image and a part of it, with zeros for what lies outside: see EspalierImagePart.
#pragma once

#include "../vectors/lanes.h"
#include "espalier_kernels.h"

typedef struct {
  ptrdiff_t first, end;
} PixelRange;

/// The positions of a part that lie inside an image of `length`.
INLINE PixelRange inside(ptrdiff_t first, ptrdiff_t step, ptrdiff_t count, ptrdiff_t length) {
  PixelRange range = {first < 0 ? (-first + step - 1) / step : 0, 0};
  if (first < length) range.end = (length - first + step - 1) / step;
  if (range.end > count) range.end = count;
  if (range.first > range.end) range.first = range.end;
  return range;
}

/// Runs are often of a few floats, for which a call costs more than the copy.
INLINE void copy_floats(float *y, const float *x, ptrdiff_t count) {
  if (count > 16 * LANES) {
    memcpy(y, x, (size_t)count * sizeof(float));
    return;
  }
  ptrdiff_t i = 0;
  for (; i + LANES <= count; i += LANES) store(y + i, load(x + i, LANES), LANES);
  if (i < count) store(y + i, load(x + i, count - i), count - i);
}

INLINE void clear_floats(float *y, ptrdiff_t count) {
  if (count > 16 * LANES) {
    memset(y, 0, (size_t)count * sizeof(float));
    return;
  }
  ptrdiff_t i = 0;
  for (; i + LANES <= count; i += LANES) store(y + i, fill(0), LANES);
  if (i < count) store(y + i, fill(0), count - i);
}

/// Every second float.
INLINE void copy_every_second(float *y, const float *x, ptrdiff_t count) {
  for (ptrdiff_t i = 0; i < count; i += LANES) {
    const ptrdiff_t n = count - i < LANES ? count - i : LANES, low = 2 * n - 1 < LANES ? 2 * n - 1 : LANES;
    const vfloat first = load(x + 2 * i, low);
    const vfloat second = 2 * n - 1 > LANES ? load(x + 2 * i + LANES, 2 * n - 1 - LANES) : fill(0);
    store(
        y + i,
        __builtin_shufflevector(first, second, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30), n);
  }
}

/// The pixels `range` of one row of the part, from or to the image's row.
INLINE void copy_pixels(
    bool from_image, float *part, float *image, const EspalierImagePart *p, PixelRange range) {
  const ptrdiff_t batch = p->batch, step = p->column_step * batch;
  float *outside = image + (p->first_column + range.first * p->column_step) * batch;
  float *inside = part + range.first * batch;
  if (p->column_step == 1) {
    const ptrdiff_t count = (range.end - range.first) * batch;
    copy_floats(from_image ? inside : outside, from_image ? outside : inside, count);
  } else if (batch == 1 && step == 2 && from_image) {
    copy_every_second(inside, outside, range.end - range.first);
  } else if (batch == 1) {
    for (ptrdiff_t q = 0; q < range.end - range.first; q++) {
      if (from_image) inside[q] = outside[q * step];
      else outside[q * step] = inside[q];
    }
  } else {
    for (ptrdiff_t q = range.first; q < range.end; q++) {
      copy_floats(from_image ? inside : outside, from_image ? outside : inside, batch);
      inside += batch;
      outside += step;
    }
  }
}

static void image_part(float *part, const float *image, const EspalierImagePart *p) {
  const PixelRange rows = inside(p->first_row, p->row_step, p->rows, p->image_rows);
  const PixelRange columns = inside(p->first_column, p->column_step, p->columns, p->image_columns);
  const ptrdiff_t length = p->columns * p->batch, left = columns.first * p->batch;
  for (ptrdiff_t r = 0; r < p->rows; r++) {
    float *row = part + r * length;
    if (r < rows.first || r >= rows.end) {
      clear_floats(row, length);
      continue;
    }
    // The image is only read.
    float *line = (float *)image + (p->first_row + r * p->row_step) * p->image_columns * p->batch;
    clear_floats(row, left);
    copy_pixels(true, row, line, p, columns);
    clear_floats(row + columns.end * p->batch, length - columns.end * p->batch);
  }
}

static void image_from_part(float *image, const float *part, const EspalierImagePart *p) {
  const PixelRange rows = inside(p->first_row, p->row_step, p->rows, p->image_rows);
  const PixelRange columns = inside(p->first_column, p->column_step, p->columns, p->image_columns);
  for (ptrdiff_t r = rows.first; r < rows.end; r++) {
    // The part is only read.
    float *row = (float *)part + r * p->columns * p->batch;
    copy_pixels(
        false, row, image + (p->first_row + r * p->row_step) * p->image_columns * p->batch, p, columns);
  }
}

static void copy_lines(
    float *y, ptrdiff_t y_row, ptrdiff_t y_line, const float *x, ptrdiff_t x_row, ptrdiff_t x_line,
    ptrdiff_t rows, ptrdiff_t lines, ptrdiff_t columns) {
  for (ptrdiff_t r = 0; r < rows; r++) {
    for (ptrdiff_t l = 0; l < lines; l++) {
      copy_floats(y + r * y_row + l * y_line, x + r * x_row + l * x_line, columns);
    }
  }
}
