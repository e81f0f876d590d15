/* The kernels for any machine: vectors of two where the compiler knows vectors, plain numbers where not. */
#define INSTRUCTION_SET micrograd_baseline
#define INSTRUCTION_SET_NAME "baseline"
#if defined(__GNUC__) && !defined(MICROGRAD_PLAIN_C)
#define WIDTH (16 / REAL_BYTES)
#else
#define WIDTH 1
#endif
#define TILE_REGISTERS 16
#include "lanes.h"
