#pragma once

/// The floats of a thread's memory: 128 KB.
enum { THREAD_MEMORY = 32768 };

/// Memory of the calling thread, THREAD_MEMORY floats aligned to 64 bytes, for what a kernel needs while it runs: made when a
/// thread first asks, freed when it ends. Ends the process where there is none.
float *espalier_thread_memory(void);
