/* memory.c for float32. */
#define SINGLE
#include "memory.c"
