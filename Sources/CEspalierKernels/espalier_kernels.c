// Which table this processor can run.
#include "espalier_kernels.h"

#include "tables.h"

bool espalier_instruction_set_available(EspalierInstructionSet set) {
  switch (set) {
    case ESPALIER_PORTABLE: return true;
#if defined(__x86_64__)
    // The operating system's part, saving the wide registers, is included in these checks.
    case ESPALIER_AVX2:
      return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
             __builtin_cpu_supports("f16c") && __builtin_cpu_supports("bmi") &&
             __builtin_cpu_supports("bmi2") && __builtin_cpu_supports("popcnt");
    case ESPALIER_AVX512:
      return espalier_instruction_set_available(ESPALIER_AVX2) && __builtin_cpu_supports("avx512f") &&
             __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
             __builtin_cpu_supports("avx512vl");
#endif
    default: return false;
  }
}

const EspalierKernels *espalier_kernels(EspalierInstructionSet set) {
  if (!espalier_instruction_set_available(set)) __builtin_trap();
  switch (set) {
#if defined(__x86_64__)
    case ESPALIER_AVX2: return &avx2_kernels;
    case ESPALIER_AVX512: return &avx512_kernels;
#endif
    default: return &portable_kernels;
  }
}
