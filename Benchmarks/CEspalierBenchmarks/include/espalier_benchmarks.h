// What the benchmarks need and Swift cannot express.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

/// Gives memory that was freed back to the system, where the allocator can.
void espalier_give_back_freed_memory(void);

/// Reads `count` floats once, as fast as memory gives them, and returns the exclusive or of their bits.
uint32_t espalier_read_once(const float *values, ptrdiff_t count);

/// Whether this processor can run `espalier_plain_adam`.
bool espalier_plain_adam_is_available(void);

/// The plain loop that an Adam update is compared with: AVX-512, one vector at a time, no mask, no decay.
/// rate = learning rate / (1 - beta1^t), root_scale = 1 / sqrt(1 - beta2^t); count is a multiple of 16 or the
/// remainder is left alone. Traps without AVX-512.
void espalier_plain_adam(
    float *weight, const float *gradient, float *first_moment, float *second_moment, ptrdiff_t count,
    float rate, float beta1, float beta2, float root_scale, float epsilon);

#pragma clang assume_nonnull end
