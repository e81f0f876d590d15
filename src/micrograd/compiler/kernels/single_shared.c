/* shared.c for float32. */
#define SINGLE
#include "shared.c"
