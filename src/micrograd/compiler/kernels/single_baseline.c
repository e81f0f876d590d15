/* baseline.c for float32. */
#define SINGLE
#include "baseline.c"
