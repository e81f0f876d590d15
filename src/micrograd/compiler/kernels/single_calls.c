/* calls.c for float32. */
#define SINGLE
#include "calls.c"
