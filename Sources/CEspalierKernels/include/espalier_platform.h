// What the C library knows about the machine and Swift's overlay does not show.
#pragma once

#include <stdint.h>

/// The processors this process may run on (its affinity mask where the system has one), at least 1.
int32_t espalier_processor_count(void);

/// Makes the calling thread treat denormal numbers as zero, where the processor can; returns the state before.
uint64_t espalier_flush_denormals(void);

/// Puts back the state that `espalier_flush_denormals` returned.
void espalier_restore_denormals(uint64_t before);

/// Tells the processor that the calling thread is waiting actively, so that it saves power and yields to a sibling.
static inline void espalier_relax(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("isb");
#endif
}
