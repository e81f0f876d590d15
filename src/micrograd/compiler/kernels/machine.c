#include "machine.h"
#include "shared.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define FUNCTION_LEAVES(name, leaves) \
    case FUNCTION_##name: return leaves;
int function_leaves(int64_t function) {
    switch (function) { FUNCTIONS(FUNCTION_LEAVES) }
    return 0;
}
int binary_leaves(int64_t function) {
    switch (function) { BINARY_FUNCTIONS(FUNCTION_LEAVES) }
    return 0;
}

static double *aligned_numbers(int64_t count) {
    /* The address that malloc gave is kept just before the first aligned number. */
    char *memory = malloc((size_t)count * sizeof(double) + 64 + sizeof(void *));
    if (memory == NULL) return NULL;
    uintptr_t start = ((uintptr_t)memory + sizeof(void *) + 63) & ~(uintptr_t)63;
    ((void **)start)[-1] = memory;
    return (double *)start;
}

static void aligned_free(double *numbers) {
    if (numbers != NULL) free(((void **)numbers)[-1]);
}

static int64_t blocks_of(const Machine *m, int64_t count) { return (count + m->lanes - 1) / m->lanes; }

static int64_t chunks_of(int64_t blocks) { return blocks < MOST_CHUNKS ? blocks : MOST_CHUNKS; }

/* The first block of a chunk. Most often each has one block: a small step would feel the division. */
static int64_t block_of(int64_t chunk, int64_t blocks, int64_t chunks) {
    return blocks == chunks ? chunk : chunk * blocks / chunks;
}

/* Lay the columns of samples first..first+count-1 out in rows. Lanes beyond the last sample repeat it. */
static void load_columns(const double *samples, int64_t width, const int64_t *order, double *rows, int64_t stride,
                         int64_t first, int64_t count, int64_t lanes) {
    for (int64_t f = 0; f < width; f++, rows += stride) {
        const double *column = samples + f;
        if (order == NULL)
            for (int64_t l = 0; l < count; l++) rows[l] = column[(first + l) * width];
        else
            for (int64_t l = 0; l < count; l++) rows[l] = column[order[first + l] * width];
        for (int64_t l = count; l < lanes; l++) rows[l] = rows[count - 1];
    }
}

static double weight_of(const Run *run, const int64_t *order, int64_t k) {
    return run->weights[order == NULL ? k : order[k]];
}

static void fill(double *numbers, int64_t count) {
    for (int64_t i = 0; i < count; i++) numbers[i] = NAN;
}

/* The samples of a block, features before targets, and their weights in the loss: none for lanes that repeat one. */
static void load_block(const Run *run, const int64_t *order, int64_t samples, double *rows, int64_t first,
                       int64_t count, int64_t lanes) {
    const Machine *m = run->machine;
    load_columns(run->X, m->features, order, rows, m->lanes, first, count, lanes);
    load_columns(run->Y, m->targets, order, rows + m->features * m->lanes, m->lanes, first, count, lanes);
    if (m->seed != NONE) {
        double *seed = rows + m->seed * m->lanes;
        if (run->weights == NULL)
            for (int64_t l = 0; l < count; l++) seed[l] = 1.0 / (double)samples;
        else
            for (int64_t l = 0; l < count; l++) seed[l] = weight_of(run, order, first + l) / run->total;
        for (int64_t l = count; l < lanes; l++) seed[l] = 0.0;
    }
}

static void store_results(const Run *run, const double *rows, int64_t first, int64_t count) {
    const Machine *m = run->machine;
    for (int64_t k = 0; k < m->results; k++) {
        int64_t row = m->result[2 * k], slot = m->result[2 * k + 1];
        double *out = run->out + first * m->results + k;
        double shared = slot == NONE ? 0.0 : run->slots[slot];
        for (int64_t l = 0; l < count; l++)
            out[l * m->results] = row == NONE ? shared : rows[row * m->lanes + l] + shared;
    }
}

/* Several sums side by side, brought together in pairs: one alone would wait for each addition before the next. */
static double sum_of(const double *numbers, int64_t count) {
    double part[8] = {0.0}, rest = 0.0;
    int64_t l = 0;
    for (; l + 8 <= count; l += 8)
        for (int k = 0; k < 8; k++) part[k] += numbers[l + k];
    for (; l < count; l++) rest += numbers[l];
    for (int k = 0; k < 4; k++) part[k] += part[k + 4];
    return ((part[0] + part[2]) + (part[1] + part[3])) + rest;
}

static double weighted_sum_of(const Run *run, const int64_t *order, const double *numbers, int64_t first, int64_t count) {
    double total = 0.0;
    for (int64_t l = 0; l < count; l++) total += numbers[l] * weight_of(run, order, first + l);
    return total;
}

static void run_chunk(Run *run, int member, int64_t piece, int64_t chunk) {
    const Machine *m = run->machine;
    const int helped = run->team != NULL && run->chunks > 1;
    /* Looked at once, before it is made sure that the chunk is still wanted: what a late thread has read of the next
       step, it never uses. */
    const int64_t *order = run->order;
    const int64_t samples = run->count, chunks = run->chunks, blocks = run->blocks;
    const int64_t end = block_of(chunk + 1, blocks, chunks);
    double *rows = run->rows + member * m->rows * m->lanes;
    double *gradients = chunks == 1 ? run->gradients : run->partial + (member * MOST_CHUNKS + chunk) * m->slots;
    unsigned char *left = run->left + member * run->most_blocks;
    double loss = 0.0;
    unsigned char any_left = 0;
    if (helped && !team_wants(run->team, piece, chunk)) return;
    if (run->out == NULL) memset(gradients, 0, (size_t)m->slots * sizeof(double));
    for (int64_t b = block_of(chunk, blocks, chunks); b < end; b++) {
        int64_t first = b * m->lanes;
        int64_t count = samples - first < m->lanes ? samples - first : m->lanes;
        int64_t lanes = (count + LANES - 1) / LANES * LANES;
        if (helped && !team_wants(run->team, piece, chunk)) return;
        if (m->debug) fill(rows, m->rows * m->lanes);
        if (!run->loaded || m->debug) load_block(run, order, samples, rows, first, count, lanes);
        left[b] = (unsigned char)m->set->run(&m->forward, rows, m->lanes, lanes, run->slots, gradients);
        any_left |= left[b];
        if (run->out != NULL) {
            store_results(run, rows, first, count);
            continue;
        }
        const double *losses = rows + m->result[0] * m->lanes;
        loss += run->weights == NULL ? sum_of(losses, count) : weighted_sum_of(run, order, losses, first, count);
        m->set->run(&m->backward, rows, m->lanes, lanes, run->slots, gradients);
    }
    run->losses[member * MOST_CHUNKS + chunk] = loss;
    run->left_chunk[member * MOST_CHUNKS + chunk] = any_left;
}

static void run_item(void *context, int member, int64_t piece, int64_t chunk) {
    run_chunk(context, member, piece, chunk);
}

int run_start(Run *run, const Machine *machine, int64_t most, int threads) {
    int64_t chunks = chunks_of(blocks_of(machine, most));
    memset(run, 0, sizeof *run);
    run->machine = machine;
    run->threads = threads < chunks ? threads : (int)chunks;
    if (run->threads < 1) run->threads = 1;
    run->slots = aligned_numbers(machine->slots + LANES);
    run->gradients = aligned_numbers(machine->slots + LANES);
    run->rows = aligned_numbers(run->threads * machine->rows * machine->lanes + LANES);
    run->losses = aligned_numbers(run->threads * MOST_CHUNKS);
    run->most_blocks = blocks_of(machine, most);
    run->left = calloc((size_t)(run->threads * run->most_blocks) + 1, 1);
    run->left_chunk = calloc((size_t)run->threads * MOST_CHUNKS, 1);
    run->flags = calloc((size_t)run->most_blocks + 1, 1);
    run->partial = chunks > 1 ? aligned_numbers(run->threads * MOST_CHUNKS * machine->slots + LANES) : NULL;
    if (run->slots == NULL || run->losses == NULL || run->gradients == NULL || run->rows == NULL || run->left == NULL || run->left_chunk == NULL ||
        run->flags == NULL || (chunks > 1 && run->partial == NULL)) {
        run_end(run);
        return 0;
    }
    memcpy(run->slots, machine->initial, (size_t)machine->slots * sizeof(double));
    if (run->threads > 1) run->team = team_start(run->threads, run_item, run);
    return 1;
}

void run_end(Run *run) {
    team_end(run->team);
    aligned_free(run->slots);
    aligned_free(run->gradients);
    aligned_free(run->rows);
    aligned_free(run->losses);
    aligned_free(run->partial);
    free(run->left);
    free(run->left_chunk);
    free(run->flags);
}

static void run_chunks(Run *run) {
    if (run->team != NULL && run->chunks > 1) {
        team_run(run->team, run->chunks);
        return;
    }
    for (int64_t chunk = 0; chunk < run->chunks; chunk++) run_chunk(run, 0, 0, chunk);
}

/* The thread whose gradients, loss and flags of a chunk are those that count. */
static int64_t owner_of(const Run *run, int64_t chunk) {
    return run->team != NULL && run->chunks > 1 ? team_owner(run->team, chunk) : 0;
}

static int64_t place_of(const Run *run, int64_t chunk) { return owner_of(run, chunk) * MOST_CHUNKS + chunk; }

static void gather_flags(Run *run, int left_for_all) {
    for (int64_t chunk = 0; chunk < run->chunks; chunk++) {
        const unsigned char *left = run->left + owner_of(run, chunk) * run->most_blocks;
        int64_t end = block_of(chunk + 1, run->blocks, run->chunks);
        for (int64_t b = block_of(chunk, run->blocks, run->chunks); b < end; b++) run->flags[b] = left_for_all || left[b];
    }
}

static void fill_computed_slots(Run *run) {
    const Machine *m = run->machine;
    for (int64_t k = 0; k < m->shared_count; k++) {
        const int64_t *word = m->shared.code + m->shared_starts[k];
        const Gather *gather = (const void *)word; /* whatever the kind, the first field is where the result goes */
        fill(run->slots + gather->out, word[0] == GATHER ? gather->count : 1);
    }
}

double run_step(Run *run) {
    const Machine *m = run->machine;
    int64_t row = m->results ? m->result[0] : NONE, slot = m->results ? m->result[1] : NONE;
    double loss = 0.0;
    if (m->debug) fill_computed_slots(run);
    int left = shared_forward(m->set, &m->shared, run->slots);
    run->blocks = blocks_of(m, run->count);
    run->chunks = chunks_of(run->blocks);
    if (run->weights != NULL) {
        run->total = 0.0;
        for (int64_t k = 0; k < run->count; k++) run->total += weight_of(run, run->order, k);
    }
    run->any_left = left;
    if (run->out != NULL || row != NONE) {
        run_chunks(run);
        for (int64_t chunk = 0; chunk < run->chunks; chunk++) run->any_left |= run->left_chunk[place_of(run, chunk)];
    }
    if (run->any_left) gather_flags(run, left);
    if (run->out != NULL) return 0.0;
    if (row == NONE) {
        memset(run->gradients, 0, (size_t)m->slots * sizeof(double));
    } else {
        if (run->chunks > 1) {
            memcpy(run->gradients, run->partial + place_of(run, 0) * m->slots, (size_t)m->slots * sizeof(double));
            for (int64_t chunk = 1; chunk < run->chunks; chunk++) {
                const double *partial = run->partial + place_of(run, chunk) * m->slots;
                for (int64_t i = 0; i < m->slots; i++) run->gradients[i] += partial[i];
            }
        }
        for (int64_t chunk = 0; chunk < run->chunks; chunk++) loss += run->losses[place_of(run, chunk)];
        loss /= run->weights == NULL ? (double)run->count : run->total;
    }
    if (slot != NONE) {
        loss += run->slots[slot];
        run->gradients[slot] += 1.0;
    }
    shared_backward(m->set, &m->shared, m->shared_starts, m->shared_count, run->slots, run->gradients);
    return loss;
}
