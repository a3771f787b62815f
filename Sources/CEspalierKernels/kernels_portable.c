// The kernels for the platform's baseline: SSE2 on x86-64, NEON on arm64.
#define ESPALIER_TABLE espalier_kernels_portable
#define ESPALIER_REGISTER_BYTES 16

#include "table.h"
