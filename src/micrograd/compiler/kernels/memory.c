/* The memory of a run. */
#include "machine.h"
#include "spare.h"

#include <stdlib.h>
#include <string.h>

static real *aligned_numbers(int64_t count) { return aligned_memory((size_t)count * sizeof(real)); }

/* Of memory that is never touched, the system gives none. Returns 0 without memory. */
static int start_wide(Run *run) {
    const Machine *m = run->machine;
    real **wanted[] = {&run->sums, &run->team_sums, &run->packed_spare, &run->team_packed, run->packed_moment,
                       run->packed_moment + 1};
    run->kept = aligned_numbers(run->threads * run->at_once * m->kept);
    int got = run->kept != NULL;
    for (int k = 0; k < 6; k++) {
        *wanted[k] = aligned_numbers(m->packed);
        got &= *wanted[k] != NULL;
    }
    if (!got) return 0;
    /* Where no neuron's numbers are written, they are zero. */
    const int64_t written = m->wide.bias < 0 ? 0 : (1 + m->wide.width) * m->wide.count;
    for (int k = 0; k < 6; k++) memset(*wanted[k] + written, 0, (size_t)(m->packed - written) * sizeof(real));
    memset(run->packed + written, 0, (size_t)(m->packed - written) * sizeof(real));
    return 1;
}

static void end_wide(Run *run) {
    real *const got[] = {run->kept, run->sums, run->team_sums, run->packed_spare, run->team_packed, run->packed_moment[0],
                         run->packed_moment[1]};
    for (int k = 0; k < 7; k++) aligned_free(got[k]);
}

int run_start(Run *run, const Machine *machine, int64_t most, int threads) {
    const Machine *m = machine;
    const int64_t blocks = blocks_of(m->lanes, most, m->in_pairs), chunks = chunks_of(m, blocks);
    memset(run, 0, sizeof *run);
    run->machine = m;
    run->threads = threads < chunks ? threads : (int)chunks;
    if (run->threads < 1) run->threads = 1;
    const int64_t members = run->threads;
    run->at_once = members == 1 ? 1 : blocks < m->at_once ? blocks : m->at_once;
    run->stride = PADDED(m->slots);
    /* A step of fewer blocks may have more chunks. */
    run->parts = (blocks < m->most_chunks ? blocks : m->most_chunks) + (m->shares_blocks ? PLACES : 0);
    run->slice = PADDED((m->slots - 1) / SLICES + 1);
    run->slots = aligned_numbers(m->slots + LANES);
    run->spare = aligned_numbers(m->slots + LANES);
    run->packed = aligned_numbers(m->packed + LANES);
    run->own = run->gradients = aligned_numbers(m->slots + LANES);
    run->rows = aligned_numbers(members * m->rows * m->lanes + LANES);
    run->scratch = aligned_numbers(members * m->scratch + LANES);
    run->samples = malloc((size_t)(members * run->at_once * m->lanes) * sizeof(real *));
    run->losses = aligned_memory((size_t)(members * MOST_PARTS) * sizeof(double));
    run->most_blocks = blocks;
    run->left = aligned_memory((size_t)(members * PADDED(blocks)));
    run->left_chunk = aligned_memory((size_t)members * CACHE_LINE);
    run->flags = calloc((size_t)blocks + 1, 1);
    run->partial = chunks > 1 ? aligned_numbers((members > 1 ? members * run->parts : 1) * run->stride + LANES) : NULL;
    if (members > 1 && m->slots >= SHARED_SLOTS) run->common = aligned_numbers(run->stride);
    if (m->wide.instruction != NULL && (run->packed == NULL || !start_wide(run))) {
        run_end(run);
        return 0;
    }
    if (run->slots == NULL || run->spare == NULL || run->packed == NULL || run->losses == NULL || run->gradients == NULL ||
        run->rows == NULL || run->scratch == NULL || run->samples == NULL || run->left == NULL || run->left_chunk == NULL ||
        run->flags == NULL || (chunks > 1 && run->partial == NULL) ||
        (members > 1 && m->slots >= SHARED_SLOTS && run->common == NULL)) {
        run_end(run);
        return 0;
    }
    for (int64_t slot = 0; slot < m->slots; slot++) run->slots[slot] = run->spare[slot] = (real)m->initial[slot];
    if (run->threads > 1) {
        run->team = team_start(run->threads, run_item, run);
        if (run->team == NULL) run->threads = 1;
    }
    return 1;
}

void run_end(Run *run) {
    team_end(run->team);
    aligned_free(run->slots);
    aligned_free(run->spare);
    aligned_free(run->packed);
    aligned_free(run->own);
    aligned_free(run->common);
    end_wide(run);
    aligned_free(run->rows);
    aligned_free(run->scratch);
    aligned_free(run->partial);
    free(run->samples);
    aligned_free(run->losses);
    aligned_free(run->left);
    aligned_free(run->left_chunk);
    free(run->flags);
}
