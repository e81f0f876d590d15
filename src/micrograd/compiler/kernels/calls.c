#include "calls.h"
#include "subnormals.h"

#include <stdlib.h>
#include <string.h>

static const InstructionSet *const instruction_sets[] = {
#ifdef MICROGRAD_HAS_AVX
    &PRECISE(micrograd_avx512), &PRECISE(micrograd_avx2),
#endif
    &PRECISE(micrograd_baseline)};
#define INSTRUCTION_SETS ((int)(sizeof instruction_sets / sizeof instruction_sets[0]))

static const char *name(int set) { return set < INSTRUCTION_SETS ? instruction_sets[set]->name : NULL; }

static int runs_here(const InstructionSet *set) {
#ifdef MICROGRAD_HAS_AVX
    __builtin_cpu_init();
    if (set == &PRECISE(micrograd_avx512))
        return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("fma");
    if (set == &PRECISE(micrograd_avx2)) return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
#endif
    return set == &PRECISE(micrograd_baseline);
}

static int find_set(const char *wanted) {
    for (int i = 0; i < INSTRUCTION_SETS; i++)
        if (runs_here(instruction_sets[i]) && (wanted == NULL || strcmp(wanted, instruction_sets[i]->name) == 0)) return i;
    return -1;
}

static int prepare(Machine *machine, int set) {
    machine->set = instruction_sets[set];
    return prepare_machine(machine);
}

static double peak(int set, int64_t rounds) { return instruction_sets[set]->peak(rounds); }

static void to_real(real *to, const double *from, int64_t count) {
    for (int64_t i = 0; i < count; i++) to[i] = (real)from[i];
}

static void to_double(double *to, const real *from, int64_t count) {
    for (int64_t i = 0; i < count; i++) to[i] = from[i];
}

static void begin(Run *run, const Machine *m, const Data *data) {
    to_real(run->slots, data->parameters, m->parameters);
    if (m->captured) {
        to_real(run->slots + m->parameters, data->captured, m->captured);
        memcpy(run->spare + m->parameters, run->slots + m->parameters, (size_t)m->captured * sizeof(real));
    }
    run->X = data->X, run->Y = data->Y, run->weights = data->weights, run->count = data->samples;
}

/* A run for the calls after this one: most calls are small, and getting hold of memory would take longer than they do. */
typedef struct {
    Run run;
    int64_t most; /* samples */
} Kept;
#define MOST_KEPT_BYTES (8 << 20)

static void forget(void *kept) {
    if (kept == NULL) return;
    run_end(&((Kept *)kept)->run);
    free(kept);
}

static int is_worth_keeping(const Kept *kept) {
    const Machine *m = kept->run.machine;
    const int64_t numbers = m->rows * m->lanes + 4 * m->slots + m->packed + m->scratch;
    return kept->run.threads == 1 && numbers < (int64_t)(MOST_KEPT_BYTES / sizeof(real));
}

/* Take the run that was kept, or start one. NULL without memory. */
static Kept *take(const Machine *m, const Data *data) {
    Kept *kept = *data->kept;
    *data->kept = NULL;
    if (kept != NULL && (kept->most < data->samples || data->threads > 1)) {
        forget(kept);
        kept = NULL;
    }
    if (kept == NULL) {
        kept = malloc(sizeof *kept);
        if (kept == NULL) return NULL;
        if (!run_start(&kept->run, m, data->samples, data->threads)) {
            free(kept);
            return NULL;
        }
        kept->most = data->samples;
    }
    begin(&kept->run, m, data);
    kept->run.out = NULL;
    return kept;
}

static void keep_flags(const Run *run, const Data *data) {
    if (data->flags != NULL && run->any_left) memcpy(data->flags, run->flags, (size_t)run->blocks);
}

/* What is found in the run goes where the caller wants it. */
static int give_back(Kept *kept, const Data *data) {
    const int left = kept->run.any_left ? LEFT : 0;
    keep_flags(&kept->run, data);
    if (is_worth_keeping(kept)) *data->kept = kept;
    else forget(kept);
    return STARTED | left;
}

static int evaluate(const Machine *machine, const Data *data, double *out) {
    Kept *kept = take(machine, data);
    if (kept == NULL) return 0;
    kept->run.out = out;
    const unsigned before = flush_subnormals();
    run_step(&kept->run);
    restore_subnormals(before);
    return give_back(kept, data);
}

static int gradient(const Machine *machine, const Data *data, double *loss, double *by_parameters) {
    Kept *kept = take(machine, data);
    if (kept == NULL) return 0;
    const unsigned before = flush_subnormals();
    *loss = run_step(&kept->run);
    restore_subnormals(before);
    to_double(by_parameters, kept->run.gradients, machine->parameters);
    return give_back(kept, data);
}

static int train_all(const Machine *m, const Data *data, Training *training, const State *state, const Schedule *schedule) {
    Run run;
    const int64_t moments = training->kind == ADAM ? 2 : training->momentum != 0.0;
    real *moment[2] = {NULL, NULL};
    double *const given[2] = {state->first, state->second};
    if (!run_start(&run, m, data->samples, data->threads)) return 0;
    begin(&run, m, data);
    to_real(run.spare, state->previous, m->parameters);
    for (int k = 0; k < moments; k++) {
        moment[k] = malloc((size_t)m->parameters * sizeof(real) + 1);
        if (moment[k] == NULL) {
            free(moment[0]);
            run_end(&run);
            return 0;
        }
        to_real(moment[k], given[k], m->parameters);
    }
    const unsigned before = flush_subnormals();
    train(&run, training, schedule, moment[0], moment[1]);
    restore_subnormals(before);
    to_double(state->weights, run.slots, m->parameters);
    to_double(state->previous, run.spare, m->parameters);
    for (int k = 0; k < moments; k++) {
        to_double(given[k], moment[k], m->parameters);
        free(moment[k]);
    }
    if (training->state == OUTSIDE_DOMAIN) keep_flags(&run, data);
    run_end(&run);
    return 1;
}

#ifdef SINGLE
#define DTYPE "float32"
#else
#define DTYPE "float64"
#endif
const Calls PRECISE(calls) = {DTYPE,           sizeof(real), LANES,    name,     find_set,  prepare,
                              release_machine, evaluate,     gradient, forget,   train_all, peak};
