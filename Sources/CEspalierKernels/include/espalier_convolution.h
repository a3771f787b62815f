// Products whose operands' rows lie anywhere, which is what convolutions come to: what the kernels of convolution read.
//
// A convolution sees its image under shifts: tap (u, v) of the kernel reads, for the outputs of a line, a run of the image
// that starts elsewhere. With the batch innermost such a run is contiguous, so that no matrix of shifted copies is made.
#pragma once

#include <stddef.h>

#pragma clang assume_nonnull begin

/// y[m, l, j] = sum over k of W(k, m) x[k, l, j] for m < outputs, k < inputs, l < lines, j < columns.
typedef struct {
  const float *weights;  // W(k, m) is at weights[m / 8 * panel + k * step + m % 8]
  ptrdiff_t panel;
  ptrdiff_t step;
  ptrdiff_t outputs;
  ptrdiff_t inputs;
  const ptrdiff_t *y_rows;  // y[m, l, j] is at y[y_rows[m] + l * y_line + j]
  const ptrdiff_t *x_rows;  // x[k, l, j] is at x[x_rows[k] + l * x_line + j]
  ptrdiff_t y_line;
  ptrdiff_t x_line;
  ptrdiff_t lines;
  ptrdiff_t columns;
} EspalierShiftedProduct;

/// gradient[m, k] += sum over l and j of dy[m, l, j] x[k, l, j], with the same ranges.
typedef struct {
  ptrdiff_t gradient_row;  // gradient[m, k] is at gradient[m * gradient_row + k]
  ptrdiff_t outputs;
  ptrdiff_t inputs;
  ptrdiff_t dy_row;         // dy[m, l, j] is at dy[m * dy_row + l * dy_line + j]
  const ptrdiff_t *x_rows;  // x[k, l, j] is at x[x_rows[k] + l * x_line + j]
  ptrdiff_t dy_line;
  ptrdiff_t x_line;
  ptrdiff_t lines;
  ptrdiff_t columns;
} EspalierShiftedGradient;

/// A part of an image: pixel (p, q) of `rows` x `columns` is the image's pixel (first_row + p * row_step, first_column +
/// q * column_step), where that lies inside. A pixel is `batch` floats.
typedef struct {
  ptrdiff_t image_rows;
  ptrdiff_t image_columns;
  ptrdiff_t batch;
  ptrdiff_t rows;
  ptrdiff_t columns;
  ptrdiff_t first_row;
  ptrdiff_t first_column;
  ptrdiff_t row_step;
  ptrdiff_t column_step;
} EspalierImagePart;

#pragma clang assume_nonnull end
