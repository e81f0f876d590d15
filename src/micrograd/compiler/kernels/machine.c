#include "machine.h"
#include "shared.h"

#include <math.h>
#include <string.h>

/* Of the sum of the chunks' gradients, so much at a time. */
#define ADDED_TOGETHER 1024

/* Lay the targets of samples first..first+count-1 out in rows. Lanes beyond the last sample repeat it. */
static void load_columns(const real *samples, int64_t width, const int64_t *order, real *rows, int64_t stride,
                         int64_t first, int64_t count, int64_t lanes) {
    for (int64_t f = 0; f < width; f++, rows += stride) {
        const real *column = samples + f;
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

/* The first block of a chunk. Most often each has one block: a small step would feel the division. */
static int64_t block_of(int64_t chunk, int64_t blocks, int64_t chunks) {
    if (blocks == chunks) return chunk;
    /* Those that have one more come first: at the end, nobody waits for a large one. */
    const int64_t more = blocks % chunks;
    return chunk * (blocks / chunks) + (chunk < more ? chunk : more);
}

static void fill(real *numbers, int64_t count) {
    for (int64_t i = 0; i < count; i++) numbers[i] = (real)NAN;
}

/* Where the samples of a block are, their targets, and their weights in the loss: none for lanes that repeat one. */
static void load_block(const Run *run, const int64_t *order, int64_t samples, const real **where, real *rows, int64_t first,
                       int64_t count, int64_t lanes) {
    const Machine *m = run->machine;
    if (order != NULL || m->points) {
        for (int64_t l = 0; l < count; l++) where[l] = run->X + (order == NULL ? first + l : order[first + l]) * m->features;
        for (int64_t l = count; l < lanes; l++) where[l] = where[count - 1];
    }
    load_columns(run->Y, m->targets, order, rows + m->features * m->lanes, m->lanes, first, count, lanes);
    if (m->seed != NONE) {
        real *seed = rows + m->seed * m->lanes;
        const real share = (real)(1.0 / (double)samples);
        if (run->weights == NULL)
            for (int64_t l = 0; l < count; l++) seed[l] = share;
        else
            for (int64_t l = 0; l < count; l++) seed[l] = (real)(weight_of(run, order, first + l) / run->total);
        for (int64_t l = count; l < lanes; l++) seed[l] = 0;
    }
}

static void store_results(const Run *run, const real *rows, int64_t first, int64_t count) {
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
static double sum_of(const real *numbers, int64_t count) {
    double part[8] = {0.0}, rest = 0.0;
    int64_t l = 0;
    for (; l + 8 <= count; l += 8)
        for (int k = 0; k < 8; k++) part[k] += numbers[l + k];
    for (; l < count; l++) rest += numbers[l];
    for (int k = 0; k < 4; k++) part[k] += part[k + 4];
    return ((part[0] + part[2]) + (part[1] + part[3])) + rest;
}

static double weighted_sum_of(const Run *run, const int64_t *order, const real *numbers, int64_t first, int64_t count) {
    double total = 0.0;
    for (int64_t l = 0; l < count; l++) total += numbers[l] * weight_of(run, order, first + l);
    return total;
}

static void set_to_zero(const Machine *m, real *gradients) {
    if (!m->once) memset(gradients, 0, (size_t)m->slots * sizeof(real));
    for (int64_t k = 0; k < m->zeroed_count; k++)
        memset(gradients + m->zeroed[2 * k], 0, (size_t)m->zeroed[2 * k + 1] * sizeof(real));
}

/* Where a thread's gradients of a chunk are. */
static real *row_of(const Run *run, int64_t member, int64_t chunk) {
    return run->partial + (member * run->parts + chunk) * run->stride;
}

/* Whether this step's work is shared with other threads. */
static int helped_by_team(const Run *run) { return run->team != NULL && run->chunks > 1; }

/* Where a block's samples, and what is kept of it, are. Only with a wide layer are there places for all blocks of a round. */
static int64_t place_of(const Run *run, int64_t member, int64_t block) {
    return member * run->at_once + (run->at_once > 1 ? block : 0);
}

/* Compute a chunk's blocks; its gradient is written to `gradients`, or, if `goes_on`, added to what is there. */
static void run_chunk(Run *run, int member, int64_t piece, int64_t chunk, real *gradients, int goes_on) {
    const Machine *m = run->machine;
    const int helped = helped_by_team(run);
    /* Looked at once, before it is made sure that the chunk is still wanted: what a late thread has read of the next
       step, it never uses. */
    const int64_t *order = run->order;
    const int64_t samples = run->count, chunks = run->chunks, some = run->some, most = run->lanes, start = run->first;
    Block block = {.rows = run->rows + member * m->rows * m->lanes,
                   .stride = m->lanes,
                   .features = m->features,
                   .slots = run->slots,
                   .packed = run->packed,
                   .gradients = gradients,
                   .late = m->wide.instruction,
                   .scratch = run->scratch + member * m->scratch};
    unsigned char *left = run->left + member * PADDED(run->most_blocks);
    double loss = 0.0;
    unsigned char any_left = 0;
    if (helped && !team_wants(run->team, piece, chunk)) return;
    if (run->out == NULL && !goes_on) set_to_zero(m, gradients);
    block.fresh = m->once && !goes_on;
    for (int64_t b = start + block_of(chunk, some, chunks), end = start + block_of(chunk + 1, some, chunks); b < end; b++) {
        const int64_t place = place_of(run, member, b - start);
        const real **where = run->samples + place * m->lanes;
        int64_t first = b * most;
        int64_t count = samples - first < most ? samples - first : most;
        block.lanes = (count + LANES - 1) / LANES * LANES;
        if (helped && !team_wants(run->team, piece, chunk)) return;
        if (m->debug) {
            fill(block.rows, m->rows * m->lanes), fill(block.scratch, m->scratch);
            fill(run->kept + place * m->kept, m->kept);
        }
        block.count = count;
        block.samples = where;
        block.kept = run->kept + place * m->kept;
        block.together = order == NULL ? run->X + first * m->features : NULL;
        block.loaded = run->loaded && !m->debug;
        if (!block.loaded) load_block(run, order, samples, where, block.rows, first, count, block.lanes);
        left[b] = (unsigned char)m->set->run(&m->forward, &block);
        any_left |= left[b];
        if (run->out != NULL) {
            store_results(run, block.rows, first, count);
            continue;
        }
        const real *losses = block.rows + m->result[0] * m->lanes;
        loss += run->weights == NULL ? sum_of(losses, count) : weighted_sum_of(run, order, losses, first, count);
        m->set->run(&m->backward, &block);
        block.fresh = 0;
    }
    run->losses[member * MOST_CHUNKS + chunk] = loss;
    run->left_chunk[member * CACHE_LINE + chunk] = any_left;
}

/* A slice of the sum of all chunks' gradients, in the order of the chunks; those of a wide layer are not among them. */
static void add_slice(const Run *run, int64_t slice, real *total) {
    const Machine *m = run->machine;
    const int64_t end = run->slice * (slice + 1) < m->slots ? run->slice * (slice + 1) : m->slots;
    /* So much at a time that it stays in the first-level cache. */
    for (int64_t first = run->slice * slice; first < end; first += ADDED_TOGETHER) {
        const int64_t count = end - first < ADDED_TOGETHER ? end - first : ADDED_TOGETHER;
        if (first >= m->wide.begin && first + count <= m->wide.end) continue;
        if (run->first == 0) memcpy(total + first, row_of(run, run->owner[0], 0) + first, (size_t)count * sizeof(real));
        for (int64_t chunk = run->first == 0; chunk < run->chunks; chunk++)
            m->set->add(total + first, row_of(run, run->owner[chunk], chunk) + first, count);
    }
}

/* A part of the wide gradient, or of the new weights, by one of the team. */
static void wide_item(Run *run, int64_t member, int64_t item) {
    Block blocks[MOST_ITEMS];
    WideWork work = run->work;
    const int64_t some = run->some;
    memcpy(blocks, run->round, (size_t)some * sizeof(Block));
    work.strip = run->scratch + member * run->machine->scratch;
    work.item = item;
    run->item_finite[item] = run->machine->set->wide(&run->machine->wide, blocks, some, &work);
}

void run_item(void *context, int kind, int member, int64_t piece, int64_t item) {
    Run *run = context;
    if (kind == APART) run_chunk(run, member, piece, item, row_of(run, member, item), 0);
    else if (run->of_wide) wide_item(run, member, item);
    else add_slice(run, item, run->common);
}

/* The thread whose gradients, loss and flags of a chunk are those that count. */
static int64_t owner_of(const Run *run, int64_t chunk) { return helped_by_team(run) ? run->owner[chunk] : 0; }

/* Alone: where a block is a chunk and gives each gradient one contribution, adding that to the sum is what adding up the
   chunks is. With a wide layer it is so in each round. */
static void run_alone(Run *run) {
    const Machine *m = run->machine;
    const int straight = m->once && run->chunks == run->some;
    run->gradients = run->own;
    for (int64_t chunk = 0; chunk < run->chunks; chunk++) {
        const int apart = chunk > 0 && !straight && run->out == NULL;
        run_chunk(run, 0, 0, chunk, apart ? run->partial : run->gradients, run->first > 0 || (chunk > 0 && straight));
        if (apart) m->set->add(run->gradients, run->partial, m->slots);
    }
}

static void run_together(Run *run) {
    team_run(run->team, run->chunks);
    for (int64_t chunk = 0; chunk < run->chunks; chunk++) run->owner[chunk] = team_owner(run->team, chunk);
    if (run->out != NULL) return;
    /* Beside a wide layer's weights there are few others. */
    run->of_wide = 0;
    if (run->common != NULL && run->machine->wide.instruction == NULL && team_run_in_common(run->team, SLICES)) {
        run->gradients = run->common;
        return;
    }
    run->gradients = run->own;
    for (int64_t slice = 0; slice < SLICES; slice++) add_slice(run, slice, run->gradients);
}

/* What has been kept of a round's blocks. */
static void find_kept(Run *run) {
    const Machine *m = run->machine;
    for (int64_t k = 0; k < run->some; k++) {
        const int64_t place = place_of(run, owner_of(run, k), k), first = (run->first + k) * run->lanes;
        const int64_t count = run->count - first < run->lanes ? run->count - first : run->lanes;
        run->round[k] = (Block){.kept = run->kept + place * m->kept,
                                .count = count,
                                .lanes = (count + LANES - 1) / LANES * LANES,
                                .samples = run->samples + place * m->lanes};
    }
}

/* Returns 0 where it could not be done together. A thread that has been put aside may then come back at any time, and do
   what `run->work` says: that is always about the team's memory. */
static int wide_together(Run *run, const WideWork *work) {
    run->work = *work;
    run->work.sums = run->team_sums, run->work.items = MOST_ITEMS;
    if (work->update != NULL) {
        run->team_update = *work->update;
        run->team_update.weights = run->team_packed;
        run->work.update = &run->team_update;
    }
    run->of_wide = 1;
    if (!team_run_in_common(run->team, run->work.items)) return 0;
    exchange(&run->sums, &run->team_sums);
    if (work->update != NULL) exchange(&run->packed_spare, &run->team_packed);
    for (int64_t item = 0; item < MOST_ITEMS; item++) run->finite &= run->item_finite[item];
    return 1;
}

/* The wide gradient after a round, or the new weights. */
static void run_wide(Run *run, int updates) {
    const Machine *m = run->machine;
    const Update *u = updates ? run->update : NULL;
    /* Moments are changed where they are, which is not to be done a second time: the team leaves that to one. */
    const int in_place = u != NULL && (u->kind != SGD || u->momentum != 0), last = run->first + run->some == run->blocks;
    const WideWork work = {.before = run->first ? run->sums : NULL, .sums = run->sums, .strip = run->scratch, .update = u,
                           .items = 1};
    run->finite = 1;
    run->updated = updates;
    find_kept(run);
    if (in_place || !helped_by_team(run) || !wide_together(run, &work))
        run->finite = m->set->wide(&m->wide, run->round, run->some, &work);
    if (!updates && last) m->set->unpack(m->wide.pack, run->sums, run->gradients);
}

static void gather_flags(Run *run, int left_for_all) {
    for (int64_t chunk = 0; chunk < run->chunks; chunk++) {
        const unsigned char *left = run->left + owner_of(run, chunk) * PADDED(run->most_blocks);
        const int64_t end = run->first + block_of(chunk + 1, run->some, run->chunks);
        for (int64_t b = run->first + block_of(chunk, run->some, run->chunks); b < end; b++)
            run->flags[b] = left_for_all || left[b];
    }
}

/* Cut the samples of a step into blocks and chunks; most steps have as many as the one before. */
static void divide(Run *run) {
    const Machine *m = run->machine;
    run->divided = run->count;
    run->lanes = block_lanes(m->lanes, LANES, run->count);
    run->blocks = blocks_for(run->lanes, run->count);
    run->some = m->wide.instruction != NULL && run->blocks > run->at_once ? run->at_once : run->blocks;
    run->chunks = chunks_of(m, run->some);
}

/* The blocks from `first` on: as many as in the round before, or what is left. */
static void begin_round(Run *run, int64_t first) {
    run->first = first;
    if (run->blocks - first < run->some) run->some = run->chunks = run->blocks - first;
}

/* Returns `loss` and the sum of the losses, added one after another whatever the rounds. */
static double run_round(Run *run, int left_for_all, double loss) {
    if (helped_by_team(run)) run_together(run);
    else run_alone(run);
    for (int64_t chunk = 0; chunk < run->chunks; chunk++) {
        const int64_t owner = owner_of(run, chunk);
        run->any_left |= run->left_chunk[owner * CACHE_LINE + chunk];
        loss += run->losses[owner * MOST_CHUNKS + chunk];
    }
    if (run->any_left || run->some < run->blocks) gather_flags(run, left_for_all);
    return loss;
}

static double mean_of(const Run *run, double loss) {
    const Machine *m = run->machine;
    loss /= run->weights == NULL ? (double)run->count : run->total;
    return m->result[1] == NONE ? loss : loss + run->slots[m->result[1]];
}

/* All samples' part of the step. Returns the mean loss. */
static double run_samples(Run *run, int left_for_all) {
    const Machine *m = run->machine;
    double loss = 0.0;
    for (int64_t first = 0; first < run->blocks; first += run->some) {
        begin_round(run, first);
        loss = run_round(run, left_for_all, loss);
        if (m->wide.instruction == NULL || run->out != NULL) continue;
        const int last = first + run->some == run->blocks, fails = run->any_left && run->watches_domains;
        run_wide(run, last && run->update != NULL && !fails && isfinite(mean_of(run, loss)));
    }
    if (run->first > 0) run->divided = NONE; /* the last round may have had fewer blocks */
    return run->out == NULL ? mean_of(run, loss) : 0.0;
}

double run_step(Run *run) {
    const Machine *m = run->machine;
    int64_t row = m->results ? m->result[0] : NONE, slot = m->results ? m->result[1] : NONE;
    double loss = 0.0;
    int left = 0;
    if (!run->is_packed) {
        if (m->debug) fill_computed_slots(&m->shared, run->slots), fill(run->packed, m->packed);
        left = shared_forward(m->set, &m->shared, run->slots, run->packed);
    }
    if (run->divided != run->count) divide(run);
    if (run->weights != NULL) {
        run->total = 0.0;
        for (int64_t k = 0; k < run->count; k++) run->total += weight_of(run, run->order, k);
    }
    run->any_left = left;
    run->updated = 0;
    if (run->out != NULL || row != NONE) {
        loss = run_samples(run, left);
    } else {
        if (left) memset(run->flags, 1, (size_t)run->blocks);
        if (slot != NONE) loss = run->slots[slot];
    }
    if (run->out != NULL || run->updated) return loss;
    if (row == NONE) memset(run->gradients, 0, (size_t)m->slots * sizeof(real));
    if (slot != NONE) run->gradients[slot] += 1;
    shared_backward(m->set, &m->shared, m->shared_starts, m->shared_count, run->slots, run->gradients);
    return loss;
}
