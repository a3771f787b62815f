// The floating-point control register: what a thread does with denormal numbers.
#include "espalier_platform.h"

#if defined(__x86_64__)
#include <immintrin.h>

// MXCSR: bit 15 flushes denormal results to zero, bit 6 reads denormal operands as zero.
uint64_t espalier_flush_denormals(void) {
  const uint32_t before = _mm_getcsr();
  _mm_setcsr(before | 0x8040);
  return before;
}

void espalier_restore_denormals(uint64_t before) { _mm_setcsr((uint32_t)before); }

#elif defined(__aarch64__)

// FPCR: bit 24 flushes denormal operands and results to zero.
uint64_t espalier_flush_denormals(void) {
  uint64_t before;
  __asm__ volatile("mrs %0, fpcr" : "=r"(before));
  __asm__ volatile("msr fpcr, %0" : : "r"(before | (uint64_t)1 << 24));
  return before;
}

void espalier_restore_denormals(uint64_t before) { __asm__ volatile("msr fpcr, %0" : : "r"(before)); }

#else

uint64_t espalier_flush_denormals(void) { return 0; }

void espalier_restore_denormals(uint64_t before) { (void)before; }

#endif
