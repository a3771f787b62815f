// Packed weight matrices whose masks have a structure: what the kernels of sparse/structured read.
//
// A slot without a survivor holds the value 0 and some valid position, so an infinity or NaN among the activations may
// reach other outputs, as it does in a dense product.
#pragma once

#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

/// A matrix of wholly surviving blocks of `block_rows` x `block_columns` on a grid: one position serves them all.
///
/// The blocks of a row of blocks come in ascending columns. Where sixteen lanes hold several blocks, blocks of zeros fill
/// the last lanes of a row of blocks. Rows beyond the matrix hold zeros; the last block of the grid is moved to end with
/// the matrix, with zeros in the columns that are not its own.
typedef struct {
  ptrdiff_t rows;
  ptrdiff_t columns;
  int32_t block_rows;         // 4, 8 or 16
  int32_t block_columns;      // 1, 2, 4 or 8; at most `columns`
  const int64_t *starts;      // the first block of each row of blocks, and the end of the last
  const void *first_columns;  // a block: uint16_t, or uint32_t where `wide`
  const float *values;        // a block: the weights of its first column, then those of the next
  int32_t wide;
} EspalierBlockLayout;

/// A matrix with at most `slots` survivors of a row in each window of sixteen columns: groups of sixteen rows, a lane for
/// each, that take as many slots from every window, so that nothing is counted.
///
/// A step is eight slots, of 8 / `slots` windows. Bits 4k ..< 4k + 4 of word l of its positions are the position of slot
/// k, lane l, in its window. Rows and windows beyond the matrix hold zeros.
typedef struct {
  ptrdiff_t rows;
  ptrdiff_t columns;
  int32_t slots;              // 1, 2, 4 or 8
  ptrdiff_t steps;            // of each group
  const uint32_t *positions;  // a step: 16
  const float *values;        // a step: 8 slots of 16
} EspalierWindowLayout;

#pragma clang assume_nonnull end
