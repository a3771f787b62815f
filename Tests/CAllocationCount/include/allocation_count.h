// A count of allocations, for tests and benchmarks of what must not allocate.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

/// Whether this C library lets a program count its allocations (glibc does).
bool espalier_allocations_can_be_counted(void);

/// Sets the count of allocations to 0 and starts counting, over all threads and all libraries of the process.
void espalier_start_counting_allocations(void);

/// Stops counting and returns the count: every call of malloc, calloc, realloc and their aligned relatives.
int64_t espalier_stop_counting_allocations(void);

/// The bytes of the largest of the allocations that were counted last.
size_t espalier_largest_counted_allocation(void);

#pragma clang assume_nonnull end
