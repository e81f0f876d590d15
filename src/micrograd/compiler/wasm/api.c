/* The kernels' door for JavaScript. Addresses and counts are 32-bit numbers, which JavaScript has as they are; words and
   orders are 64-bit ones in memory. The page owns what it allocates, and machine.js is the only one that calls. */
#include "training.h"
#include "validate.h"

#include <stdlib.h>
#include <string.h>

#define EXPORT(name) __attribute__((export_name(name)))

typedef struct {
    Machine machine;
    Run run;
    int64_t most; /* the largest number of samples that `run` has room for; 0: it was not started */
} Program;

static const char *problem = "";

EXPORT("allocate") void *allocate(int32_t bytes) { return malloc((size_t)bytes); }
EXPORT("release") void release(void *memory) { free(memory); }

/* Where the words are that say why the last program was refused, and how many bytes. */
EXPORT("problem") const char *problem_text(void) { return problem; }
EXPORT("problem_length") int32_t problem_length(void) { return (int32_t)strlen(problem); }

/* `sizes`: parameters, captured, features, targets, rows, lanes, seed, and the lengths of results, initial, numbers,
   shared, forward and backward, and of the packed weights. The arrays stay the caller's, and have to stay. Returns 0 where it is no program. */
enum { PARAMETERS, CAPTURED, FEATURES, TARGETS, ROWS, BLOCK, SEED, RESULTS, INITIAL, NUMBERS, SHARED, FORWARD, BACKWARD, PACKED };

EXPORT("program_new")
Program *program_new(const int32_t *sizes, const int64_t *results, const double *initial, const double *numbers,
                     const int64_t *shared, const int64_t *forward, const int64_t *backward) {
    Program *p = calloc(1, sizeof *p);
    if (p == NULL) {
        problem = "there is not enough memory";
        return NULL;
    }
    Machine *m = &p->machine;
    m->set = &micrograd_baseline_double;
    m->parameters = sizes[PARAMETERS], m->captured = sizes[CAPTURED];
    m->features = sizes[FEATURES], m->targets = sizes[TARGETS];
    m->rows = sizes[ROWS], m->lanes = sizes[BLOCK], m->seed = sizes[SEED], m->packed = sizes[PACKED];
    m->result = results, m->results = sizes[RESULTS] / 2;
    m->initial = initial, m->slots = sizes[INITIAL];
    m->shared = (Instructions){shared, sizes[SHARED], numbers};
    m->forward = (Instructions){forward, sizes[FORWARD], numbers};
    m->backward = (Instructions){backward, sizes[BACKWARD], numbers};
    const char *wrong = m->lanes < LANES || m->lanes > 4096 || m->lanes % LANES ? "a block has from 8 to 4096 lanes"
                                                                                : wrong_with(m, sizes[NUMBERS]);
    if (wrong != NULL || !prepare_machine(m)) {
        problem = wrong == NULL ? "there is not enough memory" : wrong;
        free(p);
        return NULL;
    }
    return p;
}

EXPORT("program_end") void program_end(Program *p) {
    if (p->most) run_end(&p->run);
    release_machine(&p->machine);
    free(p);
}

/* The memory of a run is kept for the next one; whoever has more samples gets a larger one. */
static Run *ready(Program *p, int64_t samples, const double *weights, const double *captured) {
    if (p->most < samples) {
        if (p->most) run_end(&p->run);
        p->most = run_start(&p->run, &p->machine, samples, 1) ? samples : 0;
        if (!p->most) return NULL;
    }
    Run *run = &p->run;
    const Machine *m = &p->machine;
    memcpy(run->slots, weights, (size_t)m->parameters * sizeof(double));
    if (m->captured) {
        memcpy(run->slots + m->parameters, captured, (size_t)m->captured * sizeof(double));
        memcpy(run->spare + m->parameters, captured, (size_t)m->captured * sizeof(double));
    }
    run->out = NULL, run->order = NULL, run->weights = NULL, run->loaded = 0, run->count = samples;
    return run;
}

/* The results of each sample, shape (samples, results). Returns 0 without memory, 1, or 2 where an operation left its
   domain. */
EXPORT("evaluate")
int32_t evaluate(Program *p, const double *weights, const double *captured, const double *X, int32_t samples,
                 double *out) {
    Run *run = ready(p, samples, weights, captured);
    if (run == NULL) return 0;
    run->X = X, run->Y = NULL, run->out = out;
    run_step(run);
    return run->any_left ? 2 : 1;
}

/* The mean loss, into loss[0], and its gradient by the parameters. Returns as evaluate does. */
EXPORT("gradient")
int32_t gradient(Program *p, const double *weights, const double *captured, const double *X, const double *Y,
                 int32_t samples, double *loss, double *by_parameters) {
    Run *run = ready(p, samples, weights, captured);
    if (run == NULL) return 0;
    run->X = X, run->Y = Y;
    loss[0] = run_step(run);
    memcpy(by_parameters, run->gradients, (size_t)p->machine.parameters * sizeof(double));
    return run->any_left ? 2 : 1;
}

/* The rows of the first block after `gradient` or `evaluate`: values and gradients of one sample are a lane apart. */
EXPORT("rows") const double *rows(const Program *p) { return p->run.rows; }

/* Train as Python's machine does; `arrays` holds weights, previous, first and second, `order` may be 0: all samples, in
   their own order. Returns 0 without memory, else 1; the record says how it went. */
EXPORT("train")
int32_t train_program(Program *p, Training *training, double *const *arrays, const double *captured, const double *X,
                      const double *Y, const int64_t *order, const int64_t *starts, const double *rates, int32_t steps,
                      double *losses) {
    int64_t most = training->samples;
    if (order != NULL)
        for (int32_t k = most = 0; k < steps; k++)
            if (starts[k + 1] - starts[k] > most) most = starts[k + 1] - starts[k];
    Run *run = ready(p, most, arrays[0], captured);
    if (run == NULL) return 0;
    run->X = X, run->Y = Y;
    const size_t bytes = (size_t)p->machine.parameters * sizeof(double);
    Schedule schedule = {order, starts, rates, steps, losses, 1};
    memcpy(run->spare, arrays[1], bytes);
    train(run, training, &schedule, arrays[2], arrays[3]);
    memcpy(arrays[0], run->slots, bytes);
    memcpy(arrays[1], run->spare, bytes);
    return 1;
}

/* The names of the record's fields, in their order; each has 8 bytes, and a whole number's name ends in "i". */
#define WHOLE_NAME(name) #name " i,"
#define REAL_NAME(name) #name " f,"
EXPORT("training_fields") const char *training_fields(void) { return TRAINING_FIELDS(WHOLE_NAME, REAL_NAME); }
EXPORT("training_fields_length") int32_t training_fields_length(void) { return (int32_t)strlen(training_fields()); }
EXPORT("training_size") int32_t training_size(void) { return (int32_t)sizeof(Training); }
