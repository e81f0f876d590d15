/* The training loop: one step after another, without Python between them. */
#include "training.h"

#include <math.h>
#include <string.h>

/* The new weights go into the spare slots, which then become the slots. */
static int update(Training *t, Run *run, double rate, real *first, real *second) {
    const Machine *m = run->machine;
    const real *old = run->slots, *gradient = run->gradients;
    real *weights = run->spare;
    run->spare = run->slots;
    run->slots = weights;
    t->step++;
    if (t->kind == ADAM) {
        double settings[] = {t->beta1, t->beta2, t->epsilon, 1.0 - pow(t->beta1, (double)t->step),
                             1.0 - pow(t->beta2, (double)t->step)};
        return m->set->adam(weights, old, gradient, first, second, settings, (real)rate, m->parameters);
    }
    if (t->momentum != 0.0)
        return m->set->momentum(weights, old, gradient, first, (real)t->momentum, t->nesterov != 0, (real)rate, m->parameters);
    return m->set->descend(weights, old, gradient, (real)rate, m->parameters);
}

/* Only the parameters: what is computed from them is computed anew at each step. */
static void take_back(Run *run) {
    memcpy(run->slots, run->spare, (size_t)run->machine->parameters * sizeof(real));
}

static int64_t steps(Run *run, Training *t, const Schedule *a, real *first, real *second) {
    const Machine *m = run->machine;
    /* In a single block the samples and the weights stay where they are from step to step. */
    for (int64_t k = 0; k < a->steps; k++) {
        run->order = a->order == NULL ? NULL : a->order + a->starts[k];
        run->count = a->order == NULL ? t->samples : a->starts[k + 1] - a->starts[k];
        run->loaded = a->order == NULL && k > 0 && t->samples <= m->lanes;
        double loss = run_step(run);
        t->done = k;
        if (run->any_left && a->watches_domains) return OUTSIDE_DOMAIN;
        if (!isfinite(loss)) {
            take_back(run);
            return LOSS_NOT_FINITE;
        }
        a->losses[k] = loss;
        t->done = k + 1;
        if (!update(t, run, a->rates[k], first, second)) {
            take_back(run);
            return WEIGHTS_NOT_FINITE;
        }
        if (loss < t->best - t->tolerance) {
            t->best = loss;
            t->since_best = 0;
        } else {
            t->since_best++;
        }
        if (t->patience && t->since_best >= t->patience) return NO_PROGRESS;
    }
    return RUNNING;
}

void train(Run *run, Training *training, const Schedule *schedule, real *first, real *second) {
    training->done = 0;
    training->state = steps(run, training, schedule, first, second);
}
