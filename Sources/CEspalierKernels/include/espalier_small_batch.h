// Packed weight matrices for batches of 1 to 16: what the kernels of sparse/small_batch read.
//
// Both layouts group rows with about as many survivors; a slot without a survivor holds the value 0 and some valid
// position, so an infinity or NaN among the activations may reach other outputs, as it does in a dense product.
#pragma once

#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

/// How the columns of a vector layout are addressed.
typedef enum : int32_t {
  ESPALIER_WINDOW_32 = 32,    // 8-bit positions within 32 columns: two registers of inputs
  ESPALIER_WINDOW_64 = 64,    // within 64
  ESPALIER_WINDOW_128 = 128,  // within 128
  ESPALIER_COLUMNS_16 = 16,   // whole columns in 16 bits, one slot a step
  ESPALIER_COLUMNS_32 = 0,    // whole columns in 32 bits, one slot a step
} EspalierAddressing;

/// A matrix for products with one vector: groups of sixteen rows, a lane for each, that take a slot (a survivor a
/// lane) at a time, in ascending columns.
///
/// In a window the slots come in steps of four. A step takes each row's next survivors as far as they lie in
/// `starts[step]` ..< start + window; byte k of 32-bit word l of its 64 `indices` is the position of slot k, lane l,
/// from the start on. The windows slide as the slowest row of a group allows, so rows need not meet at the borders of
/// blocks, and little is padded. Starts are multiples of 16 except the last ones, which end with the columns.
typedef struct {
  ptrdiff_t columns;
  EspalierAddressing addressing;
  const int32_t *rows;         // 16 a group: the lane's row, or -1
  const int64_t *first_steps;  // of each group, and the end of the last
  const uint32_t *starts;      // a step; windows only
  const void *indices;         // a step: 64 uint8_t in a window, otherwise 16 uint16_t or uint32_t
  const void *values;          // a step: 64 in a window, otherwise 16
  int32_t half_precision;      // values are IEEE binary16 instead of float
} EspalierVectorLayout;

/// The eight rows of a group of a small-batch layout.
typedef struct {
  int32_t steps;    // slots of each row
  int32_t rows[8];  // -1: none
} EspalierRowGroup;

/// A matrix for products with up to sixteen vectors at a time: the columns in blocks whose activations stay in the
/// first cache, the rows in panels, and in every panel of a block groups of eight rows with their slots interleaved:
/// a step has one slot for each row. A panel's first and last block list all its rows, the others those with
/// survivors.
typedef struct {
  ptrdiff_t columns;
  ptrdiff_t block_columns;      // at most 4096 where offsets have 16 bits
  ptrdiff_t blocks;
  const int64_t *first_groups;  // of chunk panel * blocks + block, and the end of the last
  const int64_t *first_slots;   // likewise
  const EspalierRowGroup *groups;
  const void *offsets;          // a slot: uint16_t 16 * (column within the block), or uint32_t column
  const float *values;          // a slot; these two are readable one step beyond the end
  int32_t wide;                 // offsets have 32 bits; one block
} EspalierSmallBatchLayout;

#pragma clang assume_nonnull end
