/* The instructions on slots: what all samples share is computed once a step, number by number. */
#ifndef MICROGRAD_SHARED_H
#define MICROGRAD_SHARED_H

#include "program.h"

#define shared_forward PRECISE(shared_forward)
#define shared_backward PRECISE(shared_backward)
#define fill_computed_slots PRECISE(fill_computed_slots)

/* Fill with NaN what is to be computed. */
void fill_computed_slots(const Instructions *instructions, real *slots);
/* Returns whether an operation left its domain. */
int shared_forward(const InstructionSet *set, const Instructions *instructions, real *slots, real *packed);
/* `starts` are the places of the `count` instructions in the code, for going backwards. */
void shared_backward(const InstructionSet *set, const Instructions *instructions, const int64_t *starts, int64_t count,
                     const real *slots, real *gradients);

#endif
