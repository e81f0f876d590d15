/* avx512.c for float32. */
#define SINGLE
#include "avx512.c"
