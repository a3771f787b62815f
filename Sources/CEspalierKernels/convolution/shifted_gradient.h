// The gradient of the weights of shifted products: dot products of rows, several at a time. See EspalierShiftedGradient.
#pragma once

#include "../sparse/horizontal_sums.h"
#include "../vectors/register.h"
#include "espalier_kernels.h"

#if defined(ESPALIER_TARGET_AVX512)
enum { GRADIENT_OUTPUTS = 4, GRADIENT_INPUTS = 4 };
#else
enum { GRADIENT_OUTPUTS = 4, GRADIENT_INPUTS = 2 };
#endif

INLINE void add_gradient_products(
    int outputs, int inputs, const float *dy, ptrdiff_t dy_row, const float *const x[GRADIENT_INPUTS],
    ptrdiff_t j, ptrdiff_t lanes, vregister sums[GRADIENT_OUTPUTS][GRADIENT_INPUTS]) {
  vregister in[GRADIENT_INPUTS];
  for (int k = 0; k < inputs; k++) in[k] = load_register(x[k] + j, lanes);
  for (int m = 0; m < outputs; m++) {
    const vregister d = load_register(dy + m * dy_row + j, lanes);
    for (int k = 0; k < inputs; k++) sums[m][k] += d * in[k];
  }
}

INLINE void finish_gradient(
    int outputs, int inputs, vregister sums[GRADIENT_OUTPUTS][GRADIENT_INPUTS], float *gradient, ptrdiff_t row) {
#if defined(ESPALIER_TARGET_AVX512)
  // Blocks of fewer sums take the same way, so that a sum does not depend on the block it is in.
  vfloat parts[4];
  for (int m = 0; m < 4; m++) {
    vfloat products[4] = {fill(0), fill(0), fill(0), fill(0)};
    for (int k = 0; m < outputs && k < inputs; k++) products[k] = sums[m][k];
    parts[m] = interleaved_parts(products);
  }
  const vfloat all = sums_of_parts(parts);
#endif
  for (int m = 0; m < outputs; m++) {
    for (int k = 0; k < inputs; k++) {
#if defined(ESPALIER_TARGET_AVX512)
      gradient[m * row + k] += all[4 * m + k];
#else
      gradient[m * row + k] += sum_of_lanes(widen_register(sums[m][k]));
#endif
    }
  }
}

INLINE void shifted_gradient_block(
    int outputs, int inputs, float *gradient, const float *dy, const float *x, const EspalierShiftedGradient *p,
    const ptrdiff_t *x_rows) {
  vregister sums[GRADIENT_OUTPUTS][GRADIENT_INPUTS];
  for (int m = 0; m < outputs; m++) {
    for (int k = 0; k < inputs; k++) sums[m][k] = (vregister)0.0f;
  }
  for (ptrdiff_t l = 0; l < p->lines; l++) {
    const float *rows[GRADIENT_INPUTS];
    for (int k = 0; k < inputs; k++) rows[k] = x + x_rows[k] + l * p->x_line;
    const float *line = dy + l * p->dy_line;
    ptrdiff_t j = 0;
    for (; j + REGISTER_LANES <= p->columns; j += REGISTER_LANES) {
      add_gradient_products(outputs, inputs, line, p->dy_row, rows, j, REGISTER_LANES, sums);
    }
    if (j < p->columns) {
      add_gradient_products(outputs, inputs, line, p->dy_row, rows, j, p->columns - j, sums);
    }
  }
  finish_gradient(outputs, inputs, sums, gradient, p->gradient_row);
}

/// All outputs for some inputs, whose rows stay in the first cache.
INLINE void shifted_gradient_inputs(
    int inputs, float *gradient, const float *dy, const float *x, const EspalierShiftedGradient *p, ptrdiff_t k) {
  ptrdiff_t m = 0;
  for (; m + GRADIENT_OUTPUTS <= p->outputs; m += GRADIENT_OUTPUTS) {
    shifted_gradient_block(
        GRADIENT_OUTPUTS, inputs, gradient + m * p->gradient_row + k, dy + m * p->dy_row, x, p, p->x_rows + k);
  }
  for (; m < p->outputs; m++) {
    shifted_gradient_block(
        1, inputs, gradient + m * p->gradient_row + k, dy + m * p->dy_row, x, p, p->x_rows + k);
  }
}

static void shifted_gradient(
    float *gradient, const float *dy, const float *x, const EspalierShiftedGradient *product) {
  ptrdiff_t k = 0;
  for (; k + GRADIENT_INPUTS <= product->inputs; k += GRADIENT_INPUTS) {
    shifted_gradient_inputs(GRADIENT_INPUTS, gradient, dy, x, product, k);
  }
  for (; k < product->inputs; k++) shifted_gradient_inputs(1, gradient, dy, x, product, k);
}
