/* The training loop: one step after another, without Python between them. */
#include "training.h"

#include <math.h>
#include <string.h>

/* What is the same in all steps. */
static Update rule_of(const Training *t, real *first, real *second) {
    return (Update){.kind = t->kind, .nesterov = t->nesterov != 0, .momentum = (real)t->momentum,
                    .beta1 = (real)t->beta1, .beta2 = (real)t->beta2, .epsilon = (real)t->epsilon,
                    .rest1 = (real)(1.0 - t->beta1), .rest2 = (real)(1.0 - t->beta2), .first = first, .second = second};
}

/* The new weights go into the spare slots, which then become the slots. */
static void set_update(const Training *t, Update *u, double rate, real *weights, const real *old) {
    u->rate = (real)rate, u->weights = weights, u->old = old;
    if (t->kind != ADAM) return;
    u->grown1 = (real)(1.0 - pow(t->beta1, (double)(t->step + 1)));
    u->grown2 = (real)(1.0 - pow(t->beta2, (double)(t->step + 1)));
}

/* Make the update, as far as the step has not done so. Returns whether all weights are finite. */
static int make_update(Training *t, Run *run, const Update *u) {
    const Machine *m = run->machine;
    const int64_t end = m->wide.end;
    int finite;
    if (run->updated) {
        finite = run->finite & m->set->update(u, run->gradients, 0, m->wide.begin);
        finite &= m->set->update(u, run->gradients + end, end, m->parameters - end);
        exchange(&run->packed, &run->packed_spare);
        run->is_packed = 1;
    } else {
        finite = m->set->update(u, run->gradients, 0, m->parameters);
    }
    exchange(&run->slots, &run->spare);
    t->step++;
    return finite;
}

/* Only the parameters: what is computed from them is computed anew at each step. */
static void take_back(Run *run) {
    memcpy(run->slots, run->spare, (size_t)run->machine->parameters * sizeof(real));
}

static int64_t steps(Run *run, Training *t, const Schedule *a, real *first, real *second) {
    const Machine *m = run->machine;
    Update update = rule_of(t, first, second), of_packed = rule_of(t, run->packed_moment[0], run->packed_moment[1]);
    run->update = m->stays_packed ? &of_packed : NULL;
    /* In a single block the samples and the weights stay where they are from step to step. */
    for (int64_t k = 0; k < a->steps; k++) {
        run->order = a->order == NULL ? NULL : a->order + a->starts[k];
        run->count = a->order == NULL ? t->samples : a->starts[k + 1] - a->starts[k];
        run->loaded = a->order == NULL && k > 0 && t->samples <= m->lanes;
        set_update(t, &update, a->rates[k], run->spare, run->slots);
        if (m->stays_packed) set_update(t, &of_packed, a->rates[k], run->packed_spare, run->packed);
        double loss = run_step(run);
        t->done = k;
        if (run->any_left && a->watches_domains) return OUTSIDE_DOMAIN;
        if (!isfinite(loss)) return LOSS_NOT_FINITE;
        a->losses[k] = loss;
        t->done = k + 1;
        if (!make_update(t, run, &update)) return WEIGHTS_NOT_FINITE;
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

/* What the training leaves packed, but for the weights, which the first step packs. */
static void pack_all(const Run *run, const Training *t, const real *first, const real *second) {
    const Machine *m = run->machine;
    m->set->pack(m->wide.pack, run->spare, run->packed_spare);
    if (t->kind == ADAM || t->momentum != 0.0) m->set->pack(m->wide.pack, first, run->packed_moment[0]);
    if (t->kind == ADAM) m->set->pack(m->wide.pack, second, run->packed_moment[1]);
}

static void unpack_all(Run *run, const Training *t, real *first, real *second) {
    const Machine *m = run->machine;
    m->set->unpack(m->wide.pack, run->packed, run->slots);
    m->set->unpack(m->wide.pack, run->packed_spare, run->spare);
    if (t->kind == ADAM || t->momentum != 0.0) m->set->unpack(m->wide.pack, run->packed_moment[0], first);
    if (t->kind == ADAM) m->set->unpack(m->wide.pack, run->packed_moment[1], second);
    run->is_packed = 0;
}

void train(Run *run, Training *training, const Schedule *schedule, real *first, real *second) {
    training->done = 0;
    run->watches_domains = schedule->watches_domains;
    if (run->machine->stays_packed) pack_all(run, training, first, second);
    training->state = steps(run, training, schedule, first, second);
    run->update = NULL; /* it has gone */
    if (run->is_packed) unpack_all(run, training, first, second);
    if (training->state == LOSS_NOT_FINITE || training->state == WEIGHTS_NOT_FINITE) take_back(run);
}
