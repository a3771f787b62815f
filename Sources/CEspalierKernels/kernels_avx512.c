// The kernels for AVX-512.
#if defined(__x86_64__)
#define ESPALIER_TABLE espalier_kernels_avx512
#define ESPALIER_REGISTER_BYTES 64

#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "include/espalier_kernels.h"

#pragma clang attribute push(                                                                   \
    __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,fma,f16c,bmi,bmi2,popcnt"), min_vector_width(512))), apply_to = function)
#include "table.h"
#pragma clang attribute pop
#endif
