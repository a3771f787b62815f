// The kernels on the platform's baseline: SSE2 on x86-64, NEON on arm64.
#include "kernels.h"
#include "tables.h"

const EspalierKernels portable_kernels = KERNEL_TABLE;
