// The kernels for AVX2.
#if defined(__x86_64__)
#define ESPALIER_TABLE espalier_kernels_avx2
#define ESPALIER_REGISTER_BYTES 32

#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "include/espalier_kernels.h"

#pragma clang attribute push(                                                                   \
    __attribute__((target("avx2,fma,f16c,bmi,bmi2,popcnt"), min_vector_width(256))), apply_to = function)
#include "table.h"
#pragma clang attribute pop
#endif
