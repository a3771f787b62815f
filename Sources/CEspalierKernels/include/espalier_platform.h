// What the C library knows about the machine and Swift's overlay does not show.
#pragma once

#include <stdint.h>

/// The processors this process may run on (its affinity mask where the system has one), at least 1.
int32_t espalier_processor_count(void);

/// Makes the calling thread treat denormal numbers as zero, where the processor can; returns the state before.
uint64_t espalier_flush_denormals(void);

/// Puts back the state that `espalier_flush_denormals` returned.
void espalier_restore_denormals(uint64_t before);
