// Adam (D. Kingma and J. Ba, ICLR 2015) as anybody would write it with AVX-512: the yardstick of the update.
#include "espalier_benchmarks.h"

#if defined(__x86_64__)

#include <immintrin.h>

bool espalier_plain_adam_is_available(void) { return __builtin_cpu_supports("avx512f"); }

__attribute__((target("avx512f"))) void espalier_plain_adam(
    float *weight, const float *gradient, float *first_moment, float *second_moment, ptrdiff_t count,
    float rate, float beta1, float beta2, float root_scale, float epsilon) {
  const __m512 b1 = _mm512_set1_ps(beta1), b2 = _mm512_set1_ps(beta2);
  const __m512 share1 = _mm512_set1_ps(1 - beta1), share2 = _mm512_set1_ps(1 - beta2);
  const __m512 scale = _mm512_set1_ps(root_scale), small = _mm512_set1_ps(epsilon);
  const __m512 step = _mm512_set1_ps(rate);
  for (ptrdiff_t i = 0; i + 16 <= count; i += 16) {
    const __m512 g = _mm512_loadu_ps(gradient + i);
    const __m512 m = _mm512_fmadd_ps(b1, _mm512_loadu_ps(first_moment + i), _mm512_mul_ps(share1, g));
    const __m512 v = _mm512_fmadd_ps(
        b2, _mm512_loadu_ps(second_moment + i), _mm512_mul_ps(share2, _mm512_mul_ps(g, g)));
    const __m512 denominator = _mm512_fmadd_ps(_mm512_sqrt_ps(v), scale, small);
    const __m512 change = _mm512_div_ps(_mm512_mul_ps(step, m), denominator);
    _mm512_storeu_ps(weight + i, _mm512_sub_ps(_mm512_loadu_ps(weight + i), change));
    _mm512_storeu_ps(first_moment + i, m);
    _mm512_storeu_ps(second_moment + i, v);
  }
}

#else

bool espalier_plain_adam_is_available(void) { return false; }

void espalier_plain_adam(
    float *weight, const float *gradient, float *first_moment, float *second_moment, ptrdiff_t count,
    float rate, float beta1, float beta2, float root_scale, float epsilon) {
  __builtin_trap();
}

#endif
