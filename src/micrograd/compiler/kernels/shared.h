/* The instructions on slots: what all samples share is computed once a step, number by number. */
#ifndef MICROGRAD_SHARED_H
#define MICROGRAD_SHARED_H

#include "program.h"

/* Returns whether an operation left its domain. */
int shared_forward(const InstructionSet *set, const Instructions *instructions, double *slots);
/* `starts` are the places of the `count` instructions in the code, for going backwards. */
void shared_backward(const InstructionSet *set, const Instructions *instructions, const int64_t *starts, int64_t count,
                     const double *slots, double *gradients);

#endif
