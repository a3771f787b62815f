#include "include/espalier_kernels.h"

extern const EspalierKernels espalier_kernels_portable;
#if defined(__x86_64__)
extern const EspalierKernels espalier_kernels_avx2, espalier_kernels_avx512;
#endif

bool espalier_instruction_set_available(EspalierInstructionSet set) {
  switch (set) {
    case ESPALIER_PORTABLE: return true;
#if defined(__x86_64__)
    case ESPALIER_AVX2:
      return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("f16c") &&
             __builtin_cpu_supports("bmi2");
    case ESPALIER_AVX512:
      return espalier_instruction_set_available(ESPALIER_AVX2) && __builtin_cpu_supports("avx512f") &&
             __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
             __builtin_cpu_supports("avx512vl");
#endif
    default: return false;
  }
}

const EspalierKernels *espalier_kernels(EspalierInstructionSet set) {
#if defined(__x86_64__)
  if (set == ESPALIER_AVX512) return &espalier_kernels_avx512;
  if (set == ESPALIER_AVX2) return &espalier_kernels_avx2;
#endif
  return &espalier_kernels_portable;
}
