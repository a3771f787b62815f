// Y = f(W X + b) for a W of blocks: a lane a sample, and each loaded register of activations meets all rows of a strip.
#pragma once

#include "block_strip.h"

#define DEFINE_STRIPS(ROWS, REGISTERS)                                                        \
  static void strips_##ROWS##_##REGISTERS(                                                    \
      const EspalierBlockLayout *layout, ptrdiff_t first, ptrdiff_t last, SampleTile tile) {  \
    tile.lanes = REGISTER_LANES;                                                              \
    multiply_strips(ROWS, REGISTERS, layout, first, last, &tile);                             \
  }

DEFINE_STRIPS(4, 1)
DEFINE_STRIPS(4, 2)
DEFINE_STRIPS(4, 3)
DEFINE_STRIPS(4, 4)
DEFINE_STRIPS(8, 1)
DEFINE_STRIPS(8, 2)
DEFINE_STRIPS(8, 3)

#define DEFINE_PARTIAL_STRIPS(ROWS)                                                           \
  static void partial_strips_##ROWS(                                                          \
      const EspalierBlockLayout *layout, ptrdiff_t first, ptrdiff_t last, SampleTile tile) {  \
    multiply_strips(ROWS, 1, layout, first, last, &tile);                                     \
  }

DEFINE_PARTIAL_STRIPS(4)
DEFINE_PARTIAL_STRIPS(8)

typedef void (*Strips)(const EspalierBlockLayout *, ptrdiff_t, ptrdiff_t, SampleTile);

INLINE Strips strips_of_four(ptrdiff_t registers) {
  if (registers == 1) return strips_4_1;
  if (registers == 2 || MOST_QUAD_REGISTERS == 2) return strips_4_2;
  return registers == 3 || MOST_QUAD_REGISTERS == 3 ? strips_4_3 : strips_4_4;
}

INLINE Strips strips_of_eight(ptrdiff_t registers) {
  return registers == 1 ? strips_8_1 : registers == 2 ? strips_8_2 : strips_8_3;
}

static void block_batch_product(
    float *y, ptrdiff_t stride, const EspalierBlockLayout *layout, ptrdiff_t first, ptrdiff_t last,
    const float *x, ptrdiff_t x_stride, ptrdiff_t columns, const float *bias, EspalierActivation activation,
    float parameter) {
  const bool eight = EIGHT_ROW_STRIPS && layout->block_rows > 4;
  SampleTile tile = {
      .y = y, .stride = stride, .x = x, .x_stride = x_stride, .lanes = columns, .bias = bias,
      .activation = activation, .parameter = parameter};
  if (columns < REGISTER_LANES) {
    (eight ? partial_strips_8 : partial_strips_4)(layout, first, last, tile);
    return;
  }
  const ptrdiff_t all = (columns + REGISTER_LANES - 1) / REGISTER_LANES;
  const ptrdiff_t most = eight ? MOST_EIGHT_REGISTERS : MOST_QUAD_REGISTERS;
  const ptrdiff_t tiles = (all + most - 1) / most;
  for (ptrdiff_t t = 0; t < tiles; t++) {
    // As equal as can be: narrow tiles load more for each product.
    const ptrdiff_t begin = t * all / tiles, end = (t + 1) * all / tiles, offset = begin * REGISTER_LANES;
    tile.y = y + offset;
    tile.x = x + offset;
    tile.last = (end == all ? columns - REGISTER_LANES : (end - 1) * REGISTER_LANES) - offset;
    (eight ? strips_of_eight : strips_of_four)(end - begin)(layout, first, last, tile);
  }
}
