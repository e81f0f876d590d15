/* training.c for float32. */
#define SINGLE
#include "training.c"
