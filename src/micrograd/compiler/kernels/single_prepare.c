/* prepare.c for float32. */
#define SINGLE
#include "prepare.c"
