// Y = f(W X + b), sixteen columns at a time: see EspalierSmallBatchLayout in espalier_small_batch.h.
#pragma once

#include "../../platform/thread_memory.h"
#include "espalier_small_batch.h"
#include "finish_rows.h"

enum { TILE_COLUMNS = 16, LARGEST_BLOCK = 2048 };

_Static_assert(LARGEST_BLOCK * TILE_COLUMNS <= THREAD_MEMORY, "a block's activations are packed in a thread's memory");

/// The activations of a block: the first register of columns, and the distance between rows.
typedef struct {
  const float *base;
  ptrdiff_t stride;
  ptrdiff_t lanes;
} BlockInputs;

// Two neighbouring 16-bit numbers loaded as one of 32, in the order of memory.
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
#define FIRST_OF_PAIR(pair) ((pair) >> 16)
#define SECOND_OF_PAIR(pair) ((pair) & 0xffff)
#else
#define FIRST_OF_PAIR(pair) ((pair) & 0xffff)
#define SECOND_OF_PAIR(pair) ((pair) >> 16)
#endif

/// Four values, each in all lanes of a register: one load and cheap permutes, as broadcasts would take more loads than
/// the processor has.
INLINE void spread(const float *values, vregister spread[4]) {
#if defined(ESPALIER_TARGET_AVX512)
  __m512 quad = _mm512_broadcast_f32x4(_mm_loadu_ps(values));
  __asm__("" : "+v"(quad));  // keeps the compiler from making it four broadcasts again
  spread[0] = (vregister)_mm512_permute_ps(quad, 0x00);
  spread[1] = (vregister)_mm512_permute_ps(quad, 0x55);
  spread[2] = (vregister)_mm512_permute_ps(quad, 0xaa);
  spread[3] = (vregister)_mm512_permute_ps(quad, 0xff);
#elif defined(ESPALIER_TARGET_AVX2)
  __m256 quad = _mm256_broadcast_ps((const __m128 *)values);
  __asm__("" : "+x"(quad));
  spread[0] = (vregister)_mm256_permute_ps(quad, 0x00);
  spread[1] = (vregister)_mm256_permute_ps(quad, 0x55);
  spread[2] = (vregister)_mm256_permute_ps(quad, 0xaa);
  spread[3] = (vregister)_mm256_permute_ps(quad, 0xff);
#else
  vquad quad;
  memcpy(&quad, values, sizeof quad);
  spread[0] = quad.xxxx;
  spread[1] = quad.yyyy;
  spread[2] = quad.zzzz;
  spread[3] = quad.wwww;
#endif
}

/// Adds the products of a group's steps to its sums; the activations lie in rows of sixteen.
///
/// Two offsets are loaded at a time: four would take more shifts and moves than they save loads.
INLINE void add_steps(
    const uint16_t *offsets, const float *values, int32_t steps, const float *x, vregister *sums) {
  for (; steps > 0; steps--) {
    for (int quad = 0; quad < GROUP_OF_ROWS; quad += 4) {
      vregister value[4];
      spread(values + quad, value);
      for (int r = 0; r < 4; r += 2) {
        uint32_t pair;
        memcpy(&pair, offsets + quad + r, sizeof pair);
        sums[quad + r] += value[r] * load_register(x + FIRST_OF_PAIR(pair), REGISTER_LANES);
        sums[quad + r + 1] += value[r + 1] * load_register(x + SECOND_OF_PAIR(pair), REGISTER_LANES);
      }
    }
    offsets += GROUP_OF_ROWS;
    values += GROUP_OF_ROWS;
  }
}

/// The same for 32-bit columns and activations with any distance between rows.
INLINE void add_wide_steps(
    const uint32_t *columns, const float *values, int32_t steps, const BlockInputs *inputs, vregister *sums) {
  for (; steps > 0; steps--) {
    for (int r = 0; r < GROUP_OF_ROWS; r++) {
      const float *x = inputs->base + (ptrdiff_t)columns[r] * inputs->stride;
      sums[r] += values[r] * load_register(x, inputs->lanes);
    }
    columns += GROUP_OF_ROWS;
    values += GROUP_OF_ROWS;
  }
}

/// One panel in one block, for one register of columns.
INLINE void multiply_chunk(
    const EspalierSmallBatchLayout *layout, ptrdiff_t chunk, RowTarget target, BlockInputs inputs) {
  int64_t slot = layout->first_slots[chunk];
  for (int64_t g = layout->first_groups[chunk]; g < layout->first_groups[chunk + 1]; g++) {
    const EspalierRowGroup *group = layout->groups + g;
    vregister sums[GROUP_OF_ROWS];
    begin_rows(&target, group->rows, sums);
    if (layout->wide) {
      add_wide_steps(
          (const uint32_t *)layout->offsets + slot, layout->values + slot, group->steps, &inputs, sums);
    } else {
      add_steps(
          (const uint16_t *)layout->offsets + slot, layout->values + slot, group->steps, inputs.base, sums);
    }
    finish_rows(&target, group->rows, sums);
    slot += (int64_t)group->steps * GROUP_OF_ROWS;
  }
}

static void multiply_full_chunk(
    const EspalierSmallBatchLayout *layout, ptrdiff_t chunk, RowTarget target, BlockInputs inputs) {
  target.lanes = inputs.lanes = REGISTER_LANES;
  multiply_chunk(layout, chunk, target, inputs);
}

static void multiply_partial_chunk(
    const EspalierSmallBatchLayout *layout, ptrdiff_t chunk, RowTarget target, BlockInputs inputs) {
  multiply_chunk(layout, chunk, target, inputs);
}

/// The panels first ..< last in one block, for at most sixteen columns.
INLINE void multiply_block(
    const EspalierSmallBatchLayout *layout, ptrdiff_t block, ptrdiff_t first, ptrdiff_t last, RowTarget target,
    BlockInputs inputs, ptrdiff_t columns) {
  for (ptrdiff_t panel = first; panel < last; panel++) {
    for (ptrdiff_t column = 0; column < columns; column += REGISTER_LANES) {
      RowTarget part = target;
      BlockInputs part_inputs = inputs;
      part.y += column;
      part_inputs.base += column;
      part.lanes = part_inputs.lanes = columns - column;
      if (columns - column >= REGISTER_LANES) {
        multiply_full_chunk(layout, panel * layout->blocks + block, part, part_inputs);
      } else {
        multiply_partial_chunk(layout, panel * layout->blocks + block, part, part_inputs);
      }
    }
  }
}

/// Lays `rows` rows of `columns` activations side by side in rows of sixteen.
INLINE void pack_activations(
    float *packed, const float *x, ptrdiff_t stride, ptrdiff_t rows, ptrdiff_t columns) {
  for (ptrdiff_t r = 0; r < rows; r++) {
    store(packed + r * TILE_COLUMNS, load(x + r * stride, columns), TILE_COLUMNS);
  }
}

static void sparse_small_batch_product(
    float *y, ptrdiff_t stride, const EspalierSmallBatchLayout *layout, ptrdiff_t first, ptrdiff_t last,
    const float *x, ptrdiff_t x_stride, ptrdiff_t columns, const float *bias, EspalierActivation activation,
    float parameter) {
  float *const packed = espalier_thread_memory();
  for (ptrdiff_t tile = 0; tile < columns; tile += TILE_COLUMNS) {
    const ptrdiff_t wide = columns - tile < TILE_COLUMNS ? columns - tile : TILE_COLUMNS;
    for (ptrdiff_t block = 0; block < layout->blocks; block++) {
      const ptrdiff_t begin = block * layout->block_columns, rest = layout->columns - begin;
      const ptrdiff_t rows = rest < layout->block_columns ? rest : layout->block_columns;
      BlockInputs inputs = {x + begin * x_stride + tile, x_stride, wide};
      if (!layout->wide && !(x_stride == TILE_COLUMNS && wide == TILE_COLUMNS)) {
        pack_activations(packed, inputs.base, x_stride, rows, wide);
        inputs = (BlockInputs){packed, TILE_COLUMNS, wide};
      }
      const RowTarget target = {
          .y = y + tile, .stride = stride, .lanes = wide, .bias = bias, .activation = activation,
          .parameter = parameter, .begins = block == 0, .ends = block + 1 == layout->blocks};
      multiply_block(layout, block, first, last, target, inputs, wide);
    }
  }
}
