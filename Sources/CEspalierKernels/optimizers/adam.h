// Adam (D. Kingma and J. Ba, ICLR 2015) with L2 decay, and AdamW (I. Loshchilov and F. Hutter, ICLR 2019).
#pragma once

#include "../vectors/lanes.h"
#include "../vectors/mask_bits.h"
#include "espalier_kernels.h"

typedef struct {
  float coupled_decay;
  float beta1, share1;  // share = 1 - beta
  float beta2, share2;
  float root_scale;  // 1 / sqrt(bias_correction2)
  float epsilon;
  float step;  // learning_rate / bias_correction1
  float kept;  // 1 - learning_rate * decoupled_decay
} AdamFactors;

INLINE AdamFactors adam_factors(const EspalierAdam *constants) {
  return (AdamFactors){
      .coupled_decay = constants->coupled_decay,
      .beta1 = constants->beta1,
      .share1 = (float)(1 - (double)constants->beta1),
      .beta2 = constants->beta2,
      .share2 = (float)(1 - (double)constants->beta2),
      .root_scale = (float)(1 / __builtin_sqrt((double)constants->bias_correction2)),
      .epsilon = constants->epsilon,
      .step = (float)((double)constants->learning_rate / (double)constants->bias_correction1),
      .kept = (float)(1 - (double)constants->learning_rate * (double)constants->decoupled_decay),
  };
}

INLINE void adam_lanes(
    float *weight, const float *gradient, float *first_moment, float *second_moment, ptrdiff_t n, bool masked,
    uint32_t bits, AdamFactors factors) {
  vfloat w = load(weight, n);
  const vfloat g = w * factors.coupled_decay + load(gradient, n);
  vfloat m = load(first_moment, n) * factors.beta1 + factors.share1 * g;
  vfloat v = load(second_moment, n) * factors.beta2 + factors.share2 * g * g;
  const vfloat denominator = __builtin_elementwise_sqrt(v) * factors.root_scale + factors.epsilon;
  w = w * factors.kept - factors.step * m / denominator;
  if (masked) {
    const vint kept = lanes_from_bits(bits);
    w = keep_where(kept, w);
    m = keep_where(kept, m);
    v = keep_where(kept, v);
  }
  store(weight, w, n);
  store(first_moment, m, n);
  store(second_moment, v, n);
}

INLINE void adam_range(
    float *w, const float *g, float *m, float *v, const uint64_t *mask, bool masked, ptrdiff_t count,
    AdamFactors factors) {
  ptrdiff_t i = 0;
  for (; i + 64 <= count; i += 64) {
    const uint64_t word = masked ? mask[i / 64] : 0;
    for (ptrdiff_t j = 0; j < 64; j += LANES) {
      adam_lanes(w + i + j, g + i + j, m + i + j, v + i + j, LANES, masked, word >> j & 0xffff, factors);
    }
  }
  for (; i < count; i += LANES) {
    const ptrdiff_t n = count - i < LANES ? count - i : LANES;
    const uint32_t bits = masked ? mask[i / 64] >> i % 64 & 0xffff : 0;
    adam_lanes(w + i, g + i, m + i, v + i, n, masked, bits, factors);
  }
}

static void adam(
    float *weight, const float *gradient, float *first_moment, float *second_moment,
    const uint64_t *mask, ptrdiff_t count, const EspalierAdam *constants) {
  const AdamFactors factors = adam_factors(constants);
  if (mask) {
    adam_range(weight, gradient, first_moment, second_moment, mask, true, count, factors);
  } else {
    adam_range(weight, gradient, first_moment, second_moment, NULL, false, count, factors);
  }
}
