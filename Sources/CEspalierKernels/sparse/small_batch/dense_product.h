// Y = f(W X + b) for a dense W in panels of sixteen rows, a lane each, and few columns: for layers whose product takes no
// longer than the call of a BLAS. No horizontal sums, and every load of weights is a whole vector.
#pragma once

#include "../../activations/functions.h"
#include "../../vectors/lanes.h"
#include "../../vectors/transpose16.h"

// As many columns at a time as sums fit the registers, and as many sums as hide the latency of an addition.
#if defined(ESPALIER_TARGET_AVX512)
enum { MOST_DENSE_COLUMNS = 16, DENSE_SUMS = 8 };
#elif defined(ESPALIER_TARGET_AVX2)
enum { MOST_DENSE_COLUMNS = 4, DENSE_SUMS = 4 };
#else
enum { MOST_DENSE_COLUMNS = 2, DENSE_SUMS = 2 };
#endif

typedef struct {
  const float *weights;  // the panel: sixteen weights for each input
  ptrdiff_t inner;
  const float *x;
  float *y;
  ptrdiff_t columns;  // of x and y, also the distance between their rows
  ptrdiff_t rows;     // of the panel that there are
  const float *bias;
  EspalierActivation activation;
  float parameter;
} DensePanel;

/// sums[c] = the panel times column c of x. Few columns take several sums each, so that none waits for the one before.
INLINE void dense_sums(int width, const DensePanel *panel, const float *x, vfloat *sums) {
  const int chains = width >= DENSE_SUMS ? 1 : DENSE_SUMS / width;
  vfloat parts[DENSE_SUMS][LANES];
  for (int chain = 0; chain < chains; chain++) {
    for (int c = 0; c < width; c++) parts[chain][c] = fill(0);
  }
  ptrdiff_t k = 0;
  for (; k + chains <= panel->inner; k += chains) {
    for (int chain = 0; chain < chains; chain++) {
      const vfloat weights = load(panel->weights + (k + chain) * LANES, LANES);
      for (int c = 0; c < width; c++) parts[chain][c] += weights * x[(k + chain) * panel->columns + c];
    }
  }
  for (; k < panel->inner; k++) {
    const vfloat weights = load(panel->weights + k * LANES, LANES);
    for (int c = 0; c < width; c++) parts[0][c] += weights * x[k * panel->columns + c];
  }
  for (int c = 0; c < width; c++) {
    sums[c] = parts[0][c];
    for (int chain = 1; chain < chains; chain++) sums[c] += parts[chain][c];
  }
}

INLINE void activate_columns(EspalierActivation constant, int width, vfloat *sums, float parameter) {
  for (int c = 0; c < width; c++) sums[c] = activate(constant, sums[c], parameter);
}

/// `width` columns from `column` on.
INLINE void dense_columns(int width, const DensePanel *panel, ptrdiff_t column) {
  vfloat sums[LANES];
  dense_sums(width, panel, panel->x + column, sums);
  if (panel->bias) {
    const vfloat bias = load(panel->bias, panel->rows);
    for (int c = 0; c < width; c++) sums[c] += bias;
  }
  WITH_CONSTANT_ACTIVATION(panel->activation, activate_columns, width, sums, panel->parameter)
  if (panel->columns == 1) {
    store(panel->y, sums[0], panel->rows);
    return;
  }
  for (int c = width; c < LANES; c++) sums[c] = fill(0);
  transpose16(sums);
  float *y = panel->y + column;
  for (ptrdiff_t r = 0; r < LANES; r++) {
    if (r < panel->rows) store(y + r * panel->columns, sums[r], width);
  }
}

#define DEFINE_DENSE_COLUMNS(WIDTH)                                                  \
  static void dense_columns_##WIDTH(const DensePanel *panel, ptrdiff_t column) {     \
    dense_columns(WIDTH, panel, column);                                             \
  }

DEFINE_DENSE_COLUMNS(16)
DEFINE_DENSE_COLUMNS(8)
DEFINE_DENSE_COLUMNS(4)
DEFINE_DENSE_COLUMNS(2)
DEFINE_DENSE_COLUMNS(1)

/// All columns, the largest power of two that fits at a time.
INLINE void dense_panel(const DensePanel *panel) {
  for (ptrdiff_t column = 0; column < panel->columns;) {
    const ptrdiff_t left = panel->columns - column;
    if (left >= 16 && MOST_DENSE_COLUMNS >= 16) {
      dense_columns_16(panel, column);
      column += 16;
    } else if (left >= 8 && MOST_DENSE_COLUMNS >= 8) {
      dense_columns_8(panel, column);
      column += 8;
    } else if (left >= 4 && MOST_DENSE_COLUMNS >= 4) {
      dense_columns_4(panel, column);
      column += 4;
    } else if (left >= 2) {
      dense_columns_2(panel, column);
      column += 2;
    } else {
      dense_columns_1(panel, column);
      column += 1;
    }
  }
}

static void small_dense_product(
    float *y, const float *weights, ptrdiff_t rows, ptrdiff_t inner, const float *x, ptrdiff_t columns,
    const float *bias, EspalierActivation activation, float parameter) {
  for (ptrdiff_t r = 0; r < rows; r += LANES) {
    const DensePanel panel = {
        .weights = weights + r * inner, .inner = inner, .x = x, .y = y + r * columns, .columns = columns,
        .rows = rows - r < LANES ? rows - r : LANES, .bias = bias ? bias + r : NULL, .activation = activation,
        .parameter = parameter};
    dense_panel(&panel);
  }
}
