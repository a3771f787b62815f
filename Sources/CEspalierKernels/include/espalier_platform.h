// What the C library knows about the machine and Swift's overlay does not show.
#pragma once

#include <stdint.h>

/// The processors this process may run on (its affinity mask where the system has one), at least 1.
int32_t espalier_processor_count(void);
