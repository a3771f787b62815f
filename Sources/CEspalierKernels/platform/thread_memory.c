// Not on the stack, which in some C libraries has no more than this for all that a thread does, and not a thread-local
// array, which in others is taken from the stack.
#include "thread_memory.h"

#include <pthread.h>
#include <stdlib.h>

static pthread_key_t key;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static _Thread_local float *memory;

static void make_key(void) {
  if (pthread_key_create(&key, free) != 0) abort();
}

float *espalier_thread_memory(void) {
  if (memory) return memory;
  pthread_once(&once, make_key);
  memory = aligned_alloc(64, THREAD_MEMORY * sizeof(float));
  if (!memory) abort();
  pthread_setspecific(key, memory);
  return memory;
}
