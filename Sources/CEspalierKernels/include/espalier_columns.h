// Weight matrices by their inputs, for products that read only the columns of inputs that are not skipped: what the
// kernels of sparse/columns read.
#pragma once

#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

/// The inputs of one vector that a product takes: `count` of them, in ascending positions.
typedef struct {
  const int32_t *positions;
  const float *values;
  ptrdiff_t count;
} EspalierActiveInputs;

/// A sparse matrix column after column; no row twice in a column.
typedef struct {
  ptrdiff_t rows;
  const int64_t *starts;      // the first survivor of each column, and the end of the last
  const void *row_positions;  // a survivor: uint16_t, or uint32_t where `wide`
  const float *values;        // a survivor
  int32_t wide;
} EspalierColumnLayout;

/// How sure a classifier is of its answer.
typedef struct {
  float probability;  // the largest of the softmax
  float margin;       // the largest logit less the second largest; infinite with one
} EspalierConfidence;

#pragma clang assume_nonnull end
