// Windows that slide over images: what the kernels of pooling/ read.
#pragma once

#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

/// By what the sum of a window is divided.
typedef enum : int32_t {
  ESPALIER_BY_TAPS = 0,    // all of them: pixels outside the image are zeros that count
  ESPALIER_BY_PIXELS = 1,  // those inside the image
  ESPALIER_BY_ONE = 2,     // the sum itself
} EspalierDivisor;

/// Where windows lie on images whose pixels hold one value for each sample of a batch: pixel (i, j) of channel c, sample
/// s is at ((c * height + i) * width + j) * batch + s. Window (i, j) begins at row i * row_stride - row_padding, column
/// j * column_stride - column_padding; every window holds at least one pixel of the image.
typedef struct {
  ptrdiff_t batch;
  ptrdiff_t height, width;
  ptrdiff_t output_height, output_width;
  ptrdiff_t rows, columns;  // of a window; at most 65536 taps where indices are kept
  ptrdiff_t row_stride, column_stride;
  ptrdiff_t row_padding, column_padding;
  EspalierDivisor divisor;  // of means
} EspalierWindows;

#pragma clang assume_nonnull end
