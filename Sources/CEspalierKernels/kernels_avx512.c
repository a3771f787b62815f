// The kernels on AVX-512. System headers come first: the attribute must not reach them.
#include <string.h>

#include "espalier_kernels.h"
#include "platform/thread_memory.h"
#include "tables.h"

#if defined(__x86_64__)
#include <immintrin.h>

#define ESPALIER_TARGET_AVX512

#pragma clang attribute push( \
    __attribute__((                                                            \
        target("avx512f,avx512bw,avx512dq,avx512vl,fma,f16c,bmi,bmi2,popcnt"), \
        min_vector_width(512))),                                               \
    apply_to = function)
#include "kernels.h"
#pragma clang attribute pop

const EspalierKernels avx512_kernels = KERNEL_TABLE;
#endif
