// How the kernels walk over a block of a packed matrix: see EspalierSparseBlock in espalier_kernels.h.
#pragma once

#include "../vectors/lanes.h"
#include "espalier_kernels.h"

enum { GROUP_ROWS = 4 };

// How many rows of a group share one pass over its steps, and how many vectors wide the widest tile is: as many
// accumulators as fit the registers beside a value and an operand.
#if defined(ESPALIER_TARGET_AVX512)
enum { ROWS_AT_ONCE = 4, TILE_VECTORS = 4 };
#elif defined(ESPALIER_TARGET_AVX2)
enum { ROWS_AT_ONCE = 2, TILE_VECTORS = 2 };
#elif defined(__aarch64__)
enum { ROWS_AT_ONCE = 4, TILE_VECTORS = 1 };
#else
enum { ROWS_AT_ONCE = 2, TILE_VECTORS = 1 };
#endif

/// The bytes of one row of a tile: a power of two, so that an offset becomes an address by a shift.
INLINE size_t tile_row_bytes(int vectors) { return (vectors == 3 ? 4 : (size_t)vectors) * LANES * sizeof(float); }

INLINE const float *tile_row(int vectors, const float *tile, uint16_t offset) {
  return (const float *)((const char *)tile + offset * tile_row_bytes(vectors));
}

/// The lanes of vector j that belong to the batch, `columns` of which lie in the tile.
INLINE ptrdiff_t lanes_of_vector(int vectors, int j, ptrdiff_t columns) {
  return j + 1 < vectors ? LANES : columns - (vectors - 1) * LANES;
}

/// Writes 0 into the slots of a group that hold no survivor.
INLINE void clear_padding(const EspalierSparseGroup *group, float *slots) {
  const ptrdiff_t steps = group->counts[0];
  for (int r = 1; r < GROUP_ROWS; r++) {
    for (ptrdiff_t s = group->counts[r]; s < steps; s++) slots[s * GROUP_ROWS + r] = 0;
  }
}

/// Calls FUNCTION(vectors, ...) with the number of a tile's vectors as a constant.
#define WITH_CONSTANT_TILE(columns, FUNCTION, ...)                           \
  switch (((columns) + LANES - 1) / LANES) {                                 \
    case 1: FUNCTION(1, __VA_ARGS__); break;                                 \
    case 2: FUNCTION(TILE_VECTORS < 2 ? TILE_VECTORS : 2, __VA_ARGS__); break; \
    case 3: FUNCTION(TILE_VECTORS < 3 ? TILE_VECTORS : 3, __VA_ARGS__); break; \
    case 4: FUNCTION(TILE_VECTORS < 4 ? TILE_VECTORS : 4, __VA_ARGS__); break; \
  }
