/* machine.c for float32. */
#define SINGLE
#include "machine.c"
