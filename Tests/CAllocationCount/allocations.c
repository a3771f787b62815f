// Counts allocations by replacing malloc and its relatives, which glibc allows any program to do; each forwards
// to glibc's own.
#include "allocation_count.h"

#if defined(__GLIBC__)

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>

static atomic_bool counting;
static atomic_llong allocations;
static atomic_size_t largest;

static inline void count_one(size_t size) {
  if (!atomic_load_explicit(&counting, memory_order_relaxed)) return;
  atomic_fetch_add_explicit(&allocations, 1, memory_order_relaxed);
  size_t before = atomic_load_explicit(&largest, memory_order_relaxed);
  while (size > before && !atomic_compare_exchange_weak(&largest, &before, size)) {
  }
}

bool espalier_allocations_can_be_counted(void) { return true; }

void espalier_start_counting_allocations(void) {
  atomic_store(&allocations, 0);
  atomic_store(&largest, 0);
  atomic_store(&counting, true);
}

int64_t espalier_stop_counting_allocations(void) {
  atomic_store(&counting, false);
  return atomic_load(&allocations);
}

size_t espalier_largest_counted_allocation(void) { return atomic_load(&largest); }

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *memory, size_t size);
extern void *__libc_memalign(size_t alignment, size_t size);

void *malloc(size_t size) {
  count_one(size);
  return __libc_malloc(size);
}

void *calloc(size_t count, size_t size) {
  count_one(count * size);
  return __libc_calloc(count, size);
}

void *realloc(void *memory, size_t size) {
  count_one(size);
  return __libc_realloc(memory, size);
}

void *memalign(size_t alignment, size_t size) {
  count_one(size);
  return __libc_memalign(alignment, size);
}

void *aligned_alloc(size_t alignment, size_t size) {
  count_one(size);
  return __libc_memalign(alignment, size);
}

int posix_memalign(void **memory, size_t alignment, size_t size) {
  if (alignment % sizeof(void *) != 0 || (alignment & (alignment - 1)) != 0 || alignment == 0) return EINVAL;
  count_one(size);
  void *found = __libc_memalign(alignment, size);
  if (!found) return ENOMEM;
  *memory = found;
  return 0;
}

#else

bool espalier_allocations_can_be_counted(void) { return false; }
void espalier_start_counting_allocations(void) {}
int64_t espalier_stop_counting_allocations(void) { return 0; }
size_t espalier_largest_counted_allocation(void) { return 0; }

#endif
