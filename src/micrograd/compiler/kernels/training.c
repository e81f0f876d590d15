/* The training loop: one step after another, without Python between them. */
#include "training.h"

#include <math.h>
#include <string.h>

static int update(Training *t, const TrainingArrays *a, const Machine *m, double *weights, const double *gradient,
                  double rate) {
    t->step++;
    memcpy(a->previous, weights, (size_t)m->parameters * sizeof(double));
    if (t->kind == ADAM) {
        double settings[] = {t->beta1, t->beta2, t->epsilon, 1.0 - pow(t->beta1, (double)t->step),
                             1.0 - pow(t->beta2, (double)t->step)};
        return m->set->adam(weights, gradient, a->first, a->second, settings, rate, m->parameters);
    }
    if (t->momentum != 0.0)
        return m->set->momentum(weights, gradient, a->first, t->momentum, t->nesterov != 0, rate, m->parameters);
    return m->set->descend(weights, gradient, rate, m->parameters);
}

static int64_t steps(Run *run, Training *t, const TrainingArrays *a) {
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
            memcpy(run->slots, a->previous, (size_t)m->parameters * sizeof(double));
            return LOSS_NOT_FINITE;
        }
        a->losses[k] = loss;
        t->done = k + 1;
        if (!update(t, a, m, run->slots, run->gradients, a->rates[k])) {
            memcpy(run->slots, a->previous, (size_t)m->parameters * sizeof(double));
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

void train(Run *run, Training *training, const TrainingArrays *arrays) {
    training->done = 0;
    training->state = steps(run, training, arrays);
}
