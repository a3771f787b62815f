// The tables, each defined by the file of its instruction set; those of x86-64 do not exist elsewhere.
#pragma once

#include "espalier_kernels.h"

#define INTERNAL __attribute__((visibility("hidden")))

extern const EspalierKernels portable_kernels INTERNAL;
#if defined(__x86_64__)
extern const EspalierKernels avx2_kernels INTERNAL;
extern const EspalierKernels avx512_kernels INTERNAL;
#endif
