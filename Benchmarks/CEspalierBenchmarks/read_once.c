// The least that any pass over memory costs: reading it.
#include "espalier_benchmarks.h"

typedef uint32_t Wide __attribute__((vector_size(64), aligned(4)));

uint32_t espalier_read_once(const float *values, ptrdiff_t count) {
  Wide found[4] = {0};
  ptrdiff_t i = 0;
  for (; i + 64 <= count; i += 64) {
    for (int j = 0; j < 4; j++) found[j] ^= *(const Wide *)(values + i + 16 * j);
  }
  found[0] ^= found[1] ^ found[2] ^ found[3];
  uint32_t bits = 0;
  for (int j = 0; j < 16; j++) bits ^= found[0][j];
  for (; i < count; i++) bits ^= *(const uint32_t *)(values + i);
  return bits;
}
