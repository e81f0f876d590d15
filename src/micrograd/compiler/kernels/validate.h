/* Whether a program may be run: everything that an instruction refers to is there. */
#ifndef MICROGRAD_VALIDATE_H
#define MICROGRAD_VALIDATE_H

#include "machine.h"

/* `numbers` is how many coefficients there are. Returns NULL, or what is wrong. */
const char *wrong_with(const Machine *machine, int64_t numbers);

#endif
