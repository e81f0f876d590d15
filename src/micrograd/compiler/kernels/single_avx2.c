/* avx2.c for float32. */
#define SINGLE
#include "avx2.c"
