// A few rows of blocks times a few registers of samples, with all sums in registers.
#pragma once

#include "../../activations/functions.h"
#include "block_inputs.h"

// As many sums as the registers hold beside a weight and the activations.
#if defined(ESPALIER_TARGET_AVX512)
enum { EIGHT_ROW_STRIPS = 1, MOST_QUAD_REGISTERS = 4 };
#elif defined(ESPALIER_TARGET_AVX2)
enum { EIGHT_ROW_STRIPS = 0, MOST_QUAD_REGISTERS = 3 };
#else
enum { EIGHT_ROW_STRIPS = 0, MOST_QUAD_REGISTERS = 2 };
#endif
enum { MOST_EIGHT_REGISTERS = 3, MOST_REGISTERS = 4, MOST_SUMS = 24 };

/// A few registers of samples. The last may overlap the one before, whose results it repeats bit for bit: only batches
/// smaller than a register need part of one.
typedef struct {
  float *y;
  ptrdiff_t stride;
  const float *x;
  ptrdiff_t x_stride;
  ptrdiff_t last;   // where the last register begins
  ptrdiff_t lanes;  // of each register
  const float *bias;
  EspalierActivation activation;
  float parameter;
} SampleTile;

INLINE ptrdiff_t register_offset(const SampleTile *tile, int registers, int v) {
  return v + 1 < registers ? (ptrdiff_t)v * REGISTER_LANES : tile->last;
}

/// sums[(chain * rows + r) * registers + v] += the rows from `values` on of a row of blocks, times the tile; `chains` columns
/// at a time, a chain each, so that few sums do not wait for each other.
INLINE void add_blocks(
    int rows, int registers, int chains, const EspalierBlockLayout *layout, ptrdiff_t row, const float *values,
    const SampleTile *tile, vregister *sums) {
  const int32_t distance = layout->block_rows, columns = layout->block_columns;
  for (int64_t block = layout->starts[row]; block < layout->starts[row + 1]; block++) {
    const float *x = tile->x + first_column(layout->wide, layout->first_columns, block) * tile->x_stride;
    for (int32_t k = 0; k < columns; k += chains) {
      for (int chain = 0; chain < chains; chain++) {
        vregister inputs[MOST_REGISTERS];
        for (int v = 0; v < registers; v++) {
          inputs[v] = load_register(x + register_offset(tile, registers, v), tile->lanes);
        }
        for (int r = 0; r < rows; r++) {
          for (int v = 0; v < registers; v++) {
            sums[(chain * rows + r) * registers + v] += values[r] * inputs[v];
          }
        }
        x += tile->x_stride;
        values += distance;
      }
    }
  }
}

INLINE void activate_registers(EspalierActivation constant, vregister *sums, int count, float parameter) {
  for (int i = 0; i < count; i++) {
    sums[i] = narrow_lanes(activate(constant, widen_register(sums[i]), parameter));
  }
}

/// Writes f(sums + bias) to `rows` rows of y. Out of line and on a copy: sums whose address is taken would lie in memory
/// while they are added to.
static __attribute__((noinline)) void finish_strip(
    const SampleTile *tile, int rows, int registers, ptrdiff_t first, vregister *sums) {
  if (tile->bias) {
    for (int i = 0; i < rows * registers; i++) sums[i] += (vregister)tile->bias[first + i / registers];
  }
  if (tile->activation != ESPALIER_IDENTITY) {
    WITH_CONSTANT_ACTIVATION(tile->activation, activate_registers, sums, rows * registers, tile->parameter)
  }
  for (int r = 0; r < rows; r++) {
    float *y = tile->y + (first + r) * tile->stride;
    for (int v = 0; v < registers; v++) {
      store_register(y + register_offset(tile, registers, v), sums[r * registers + v], tile->lanes);
    }
  }
}

/// The rows from `strip` on of a row of blocks.
INLINE void multiply_strip(
    int rows, int registers, const EspalierBlockLayout *layout, ptrdiff_t row, ptrdiff_t strip,
    const SampleTile *tile) {
  const ptrdiff_t first = row * layout->block_rows + strip, left = layout->rows - first;
  const int64_t weights = layout->block_rows * layout->block_columns;
  const float *values = layout->values + layout->starts[row] * weights + strip;
  vregister sums[MOST_SUMS], results[MOST_SUMS];
  const int count = rows * registers;
  for (int i = 0; i < (count < 8 ? 2 * count : count); i++) sums[i] = (vregister)0;
  if (count < 8 && layout->block_columns > 1) {
    add_blocks(rows, registers, 2, layout, row, values, tile, sums);
  } else {
    add_blocks(rows, registers, 1, layout, row, values, tile, sums);
  }
  for (int i = 0; i < count; i++) results[i] = count < 8 ? sums[i] + sums[count + i] : sums[i];
  finish_strip(tile, left < rows ? (int)left : rows, registers, first, results);
}

INLINE void multiply_strips(
    int rows, int registers, const EspalierBlockLayout *layout, ptrdiff_t first, ptrdiff_t last,
    const SampleTile *tile) {
  for (ptrdiff_t row = first; row < last; row++) {
    for (ptrdiff_t strip = 0; strip < layout->block_rows; strip += rows) {
      if (row * layout->block_rows + strip < layout->rows) {
        multiply_strip(rows, registers, layout, row, strip, tile);
      }
    }
  }
}
