// y = f(W x + b) for a dense W by its inputs: panels of 64 rows, and in a panel the weights of one input after those of
// the last, so that an input which is skipped costs nothing.
#pragma once

#include "../../activations/functions.h"
#include "../../vectors/lanes.h"
#include "espalier_columns.h"

// Vectors of rows at a time, and as many sums as hide the latency of an addition.
#if defined(ESPALIER_TARGET_AVX512)
enum { MOST_COLUMN_VECTORS = 4, COLUMN_SUMS = 8 };
#elif defined(ESPALIER_TARGET_AVX2)
enum { MOST_COLUMN_VECTORS = 4, COLUMN_SUMS = 4 };
#else
enum { MOST_COLUMN_VECTORS = 2, COLUMN_SUMS = 2 };
#endif

enum { COLUMN_PANEL_VECTORS = 4 };

typedef struct {
  const float *weights;  // of the first input
  ptrdiff_t stride;      // from one input's weights to the next's
  float *y;
  ptrdiff_t rows;  // that there are from the first one on
  const float *bias;
  EspalierActivation activation;
  float parameter;
} ColumnPanel;

INLINE void activate_panel(EspalierActivation constant, int width, vfloat *sums, float parameter) {
  for (int v = 0; v < width; v++) sums[v] = activate(constant, sums[v], parameter);
}

/// `width` vectors of rows. Narrow ones take several sums each, so that none waits for the one before.
INLINE void column_vectors(int width, const ColumnPanel *panel, const EspalierActiveInputs *inputs) {
  const int chains = COLUMN_SUMS / width > 1 ? COLUMN_SUMS / width : 1;
  vfloat sums[COLUMN_SUMS][COLUMN_PANEL_VECTORS];
  for (int chain = 0; chain < chains; chain++) {
    for (int v = 0; v < width; v++) sums[chain][v] = fill(0);
  }
  ptrdiff_t i = 0;
  for (; i + chains <= inputs->count; i += chains) {
    for (int chain = 0; chain < chains; chain++) {
      const float *column = panel->weights + inputs->positions[i + chain] * panel->stride;
      const float x = inputs->values[i + chain];
      for (int v = 0; v < width; v++) sums[chain][v] += load(column + v * LANES, LANES) * x;
    }
  }
  for (; i < inputs->count; i++) {
    const float *column = panel->weights + inputs->positions[i] * panel->stride;
    for (int v = 0; v < width; v++) sums[0][v] += load(column + v * LANES, LANES) * inputs->values[i];
  }
  for (int v = 0; v < width; v++) {
    const ptrdiff_t left = panel->rows - v * LANES, n = left < LANES ? left : LANES;
    for (int chain = 1; chain < chains; chain++) sums[0][v] += sums[chain][v];
    if (panel->bias) sums[0][v] += load(panel->bias + v * LANES, n);
  }
  WITH_CONSTANT_ACTIVATION(panel->activation, activate_panel, width, sums[0], panel->parameter)
  for (int v = 0; v < width; v++) {
    const ptrdiff_t left = panel->rows - v * LANES, n = left < LANES ? left : LANES;
    store(panel->y + v * LANES, sums[0][v], n);
  }
}

#define DEFINE_COLUMN_VECTORS(WIDTH)                                                                      \
  static void column_vectors_##WIDTH(const ColumnPanel *panel, const EspalierActiveInputs *inputs) {      \
    column_vectors(WIDTH, panel, inputs);                                                                 \
  }

DEFINE_COLUMN_VECTORS(1)
DEFINE_COLUMN_VECTORS(2)
#if defined(ESPALIER_TARGET_AVX512) || defined(ESPALIER_TARGET_AVX2)
DEFINE_COLUMN_VECTORS(3)
DEFINE_COLUMN_VECTORS(4)
#endif

INLINE void column_panel(const ColumnPanel *panel, ptrdiff_t vectors, const EspalierActiveInputs *inputs) {
  switch (vectors) {
    case 1: column_vectors_1(panel, inputs); break;
    case 2: column_vectors_2(panel, inputs); break;
#if defined(ESPALIER_TARGET_AVX512) || defined(ESPALIER_TARGET_AVX2)
    case 3: column_vectors_3(panel, inputs); break;
    case 4: column_vectors_4(panel, inputs); break;
#endif
  }
}

static void dense_column_product(
    float *y, const float *weights, ptrdiff_t rows, ptrdiff_t columns, ptrdiff_t first, ptrdiff_t last,
    const EspalierActiveInputs *inputs, const float *bias, EspalierActivation activation, float parameter) {
  enum { PANEL_ROWS = COLUMN_PANEL_VECTORS * LANES };
  for (ptrdiff_t row = first * PANEL_ROWS; row < last * PANEL_ROWS && row < rows; row += PANEL_ROWS) {
    const ptrdiff_t left = (rows - row + LANES - 1) / LANES;
    const ptrdiff_t vectors = left < COLUMN_PANEL_VECTORS ? left : COLUMN_PANEL_VECTORS;
    for (ptrdiff_t v = 0; v < vectors; v += MOST_COLUMN_VECTORS) {
      const ptrdiff_t at = row + v * LANES, width = vectors - v;
      const ColumnPanel panel = {
          .weights = weights + row * columns + v * LANES, .stride = vectors * LANES, .y = y + at,
          .rows = rows - at, .bias = bias ? bias + at : NULL, .activation = activation, .parameter = parameter};
      column_panel(&panel, width < MOST_COLUMN_VECTORS ? width : MOST_COLUMN_VECTORS, inputs);
    }
  }
}
