/* What a training is told and what it tells at the end: one record that Python fills (TRAINING in kernel_machine.py). */
#ifndef MICROGRAD_TRAINING_H
#define MICROGRAD_TRAINING_H

#include "machine.h"

enum { RUNNING, LOSS_NOT_FINITE, WEIGHTS_NOT_FINITE, NO_PROGRESS, OUTSIDE_DOMAIN };

#define TRAINING_FIELDS(WHOLE, REAL)                                                         \
    WHOLE(kind) WHOLE(nesterov) WHOLE(step) WHOLE(patience) WHOLE(since_best)                \
    REAL(momentum) REAL(beta1) REAL(beta2) REAL(epsilon) REAL(tolerance) REAL(best)          \
    WHOLE(samples) WHOLE(threads) WHOLE(done) WHOLE(state)

#define WHOLE_FIELD(name) int64_t name;
#define REAL_FIELD(name) double name;
typedef struct { TRAINING_FIELDS(WHOLE_FIELD, REAL_FIELD) } Training;

/* The steps to be made. */
typedef struct {
    const int64_t *order, *starts; /* step k takes samples order[starts[k]]...; or NULL: all, always */
    const double *rates;
    int64_t steps;
    double *losses;
    int watches_domains; /* end before the update of a step in which an operation leaves its domain */
} Schedule;

#define train PRECISE(train)
/* Make the steps; sets done and state. The run is ready, with the weights in its slots, and in its spare ones those of the
   last step whose loss was finite; so it is at the end. `first` and `second`, the optimizer's moments, are as long as the
   parameters, `second` for Adam only. */
void train(Run *run, Training *training, const Schedule *schedule, real *first, real *second);

#endif
