// How the kernels walk over a block of a packed matrix: see EspalierSparseBlock in espalier_kernels.h.
#pragma once

#include "../vectors/lanes.h"
#include "espalier_kernels.h"

enum { GROUP_ROWS = 4 };

// How many rows of a group share one pass over its steps, and how many vectors wide the widest tile is: as
// many accumulators as fit the registers beside a value and an operand.
#if defined(ESPALIER_TARGET_AVX512)
enum { ROWS_AT_ONCE = 4, TILE_VECTORS = 4 };
#elif defined(ESPALIER_TARGET_AVX2)
enum { ROWS_AT_ONCE = 2, TILE_VECTORS = 2 };
#elif defined(__aarch64__)
enum { ROWS_AT_ONCE = 4, TILE_VECTORS = 1 };
#else
enum { ROWS_AT_ONCE = 2, TILE_VECTORS = 1 };
#endif

// Where a masked access costs no more than a whole one there is no branch.
#if defined(ESPALIER_TARGET_AVX512)
#define LOAD_LAST load_part
#define STORE_LAST store_part
#else
#define LOAD_LAST load
#define STORE_LAST store
#endif

/// The offsets of the ROWS_AT_ONCE slots from `offsets` on, the first in the lowest 16 bits.
INLINE uint64_t load_offsets(const uint16_t *offsets) {
  uint64_t word = 0;
  memcpy(&word, offsets, ROWS_AT_ONCE * sizeof(uint16_t));
  return word;
}

/// The rows that a block's offsets number: those of a tile, `row_bytes` apart and filled up to whole vectors with zeros, or,
/// where `starts` is not NULL, rows anywhere that end with their last sample.
typedef struct {
  const float *base;
  size_t row_bytes;
  const ptrdiff_t *starts;
} TileRows;

/// The row at offset number `i` of a word.
INLINE const float *tile_row(TileRows tile, uint64_t word, int i) {
  const uint16_t offset = (uint16_t)(word >> 16 * i);
  const float *row = tile.starts ? tile.base + tile.starts[offset]
                                 : (const float *)((const char *)tile.base + offset * tile.row_bytes);
  // An address in a register of its own: with an index in it, x86 splits a multiply-add from its load.
  __asm__("" : "+r"(row));
  return row;
}

/// The lanes of a tile's last vector that belong to the batch, `columns` of which lie in the tile.
INLINE ptrdiff_t last_lanes(int vectors, ptrdiff_t columns) { return columns - (vectors - 1) * LANES; }

/// Vector j of a row of a batch matrix, of which the tile's last one may have only `last` lanes.
INLINE vfloat load_samples(int vectors, int j, const float *row, ptrdiff_t last) {
  return j + 1 < vectors ? load(row + j * LANES, LANES) : LOAD_LAST(row + j * LANES, last);
}

/// Vector j of a row of a tile.
INLINE vfloat load_tile_vector(TileRows tile, int vectors, int j, const float *row, ptrdiff_t last) {
  return tile.starts ? load_samples(vectors, j, row, last) : load(row + j * LANES, LANES);
}

INLINE void store_samples(int vectors, int j, float *row, vfloat x, ptrdiff_t last) {
  if (j + 1 < vectors) {
    store(row + j * LANES, x, LANES);
  } else {
    STORE_LAST(row + j * LANES, x, last);
  }
}

/// Writes 0 into the slots of a group that hold no survivor.
INLINE void clear_padding(const EspalierSparseGroup *group, float *slots) {
  const ptrdiff_t steps = group->counts[0];
  if (group->counts[GROUP_ROWS - 1] == steps) return;
  for (int r = 1; r < GROUP_ROWS; r++) {
#pragma clang loop vectorize(disable) unroll(disable)
    for (ptrdiff_t s = group->counts[r]; s < steps; s++) slots[s * GROUP_ROWS + r] = 0;
  }
}

/// Calls FUNCTION(vectors, ...) with the number of a tile's vectors as a constant.
#define WITH_CONSTANT_TILE(columns, FUNCTION, ...)                             \
  switch (((columns) + LANES - 1) / LANES) {                                   \
    case 1: FUNCTION(1, __VA_ARGS__); break;                                   \
    case 2: FUNCTION(TILE_VECTORS < 2 ? TILE_VECTORS : 2, __VA_ARGS__); break; \
    case 3: FUNCTION(TILE_VECTORS < 3 ? TILE_VECTORS : 3, __VA_ARGS__); break; \
    case 4: FUNCTION(TILE_VECTORS < 4 ? TILE_VECTORS : 4, __VA_ARGS__); break; \
  }
