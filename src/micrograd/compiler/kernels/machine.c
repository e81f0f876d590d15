#include "machine.h"
#include "shared.h"
#include "subnormals.h"

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

/* Where a thread's gradients are: of a chunk, or in one of its places for blocks with which it helps. */
static real *row_of(const Run *run, int64_t member, int64_t chunk) {
    return run->partial + (member * run->parts + chunk) * run->stride;
}

static int64_t row_of_place(const Run *run, int place) { return run->parts - PLACES + place; }

/* Whether this step's work is shared with other threads. */
static int helped_by_team(const Run *run) { return run->team != NULL && run->chunks > 1; }

/* Where a block's samples, and what is kept of it, are. Only with a wide layer are there places for all blocks of a round. */
static int64_t place_of(const Run *run, int64_t member, int64_t block) {
    return member * run->at_once + (run->at_once > 1 ? block : 0);
}

/* Which thread's results of a chunk's blocks count; `block` is its number in the chunk. */
static int64_t member_for(const Run *run, int64_t chunk, int64_t block) {
    if (!helped_by_team(run)) return 0;
    const Outcome *outcome = &run->outcome[chunk];
    return block < outcome->parts || !run->shares_blocks
               ? outcome->owner
               : outcome->helper[outcome->parts + outcome->helped - 1 - block].member;
}

/* Compute a chunk's blocks, or that with which to help; their gradient is written to `gradients`, or, if `goes_on`, added to
   what is there. Without a task, a thread is alone, and a small step feels what is asked for others. */
INLINE void run_chunk(Run *run, const Task *task, int64_t chunk, real *gradients, int goes_on) {
    const Machine *m = run->machine;
    /* Looked at once, before it is made sure that the chunk is still wanted: what a late thread has read of the next
       step, it never uses. */
    const int64_t *order = run->order;
    const int64_t samples = run->count, chunks = run->chunks, some = run->some, most = run->lanes, start = run->first;
    const int64_t member = task == NULL ? 0 : task->member;
    const int helps = task != NULL && task->kind == HELP, asks = task != NULL && run->shares_blocks;
    const int64_t result = helps ? MOST_CHUNKS + task->place : chunk;
    Block block = {.rows = run->rows + member * m->rows * m->lanes,
                   .stride = m->lanes,
                   .features = m->features,
                   .slots = run->slots,
                   .packed = run->packed,
                   .gradients = gradients,
                   .fresh = m->once && !goes_on,
                   .late = m->wide.instruction,
                   .scratch = run->scratch + member * m->scratch};
    unsigned char *left = run->left + member * PADDED(run->most_blocks), any_left = 0;
    int64_t b = start + block_of(chunk, some, chunks), end = start + block_of(chunk + 1, some, chunks);
    double loss = 0.0;
    if (helps) b += task->part, end = b + 1;
    if (task != NULL && !team_goes_on(run->team, task)) return;
    if (run->out == NULL && !goes_on) set_to_zero(m, gradients);
    for (;;) {
        const int64_t place = place_of(run, member, b - start), first = b * most;
        const int64_t count = samples - first < most ? samples - first : most;
        const real **where = run->samples + place * m->lanes;
        block.kept = run->kept + place * m->kept;
        block.lanes = (count + LANES - 1) / LANES * LANES;
        if (m->debug) {
            fill(block.rows, m->rows * m->lanes), fill(block.scratch, m->scratch);
            fill(block.kept, m->kept);
        }
        block.count = count;
        block.samples = where;
        block.together = order == NULL ? run->X + first * m->features : NULL;
        block.loaded = run->loaded && !m->debug;
        if (!block.loaded) load_block(run, order, samples, where, block.rows, first, count, block.lanes);
        const unsigned char leaves = (unsigned char)m->set->run(&m->forward, &block);
        left[b] = leaves;
        any_left |= leaves;
        if (run->out != NULL) {
            store_results(run, block.rows, first, count);
        } else {
            const real *losses = block.rows + m->result[0] * m->lanes;
            loss += run->weights == NULL ? sum_of(losses, count) : weighted_sum_of(run, order, losses, first, count);
            m->set->run(&m->backward, &block);
            block.fresh = 0;
        }
        if (++b == end || (asks && !team_goes_on(run->team, task))) break;
    }
    run->losses[member * MOST_PARTS + result] = loss;
    run->left_chunk[member * CACHE_LINE + result] = any_left;
}

/* Add a chunk's gradients to `total`, or, if it is the first, write them there. */
static void add_chunk(const Run *run, int64_t chunk, real *total, int64_t first, int64_t count) {
    const Outcome *outcome = &run->outcome[chunk];
    void (*const add)(real *, const real *, int64_t) = run->machine->set->add;
    const real *row = row_of(run, outcome->owner, chunk) + first;
    real sum[ADDED_TOGETHER], *into = chunk == 0 && run->first == 0 ? total : sum;
    if (into == total || outcome->helped) memcpy(into, row, (size_t)count * sizeof(real)), row = into;
    for (int k = outcome->helped - 1; k >= 0; k--)
        add(into, row_of(run, outcome->helper[k].member, row_of_place(run, outcome->helper[k].place)) + first, count);
    if (into != total) add(total, row, count);
}

/* A slice of the sum of all chunks' gradients, in the order of the chunks; those of a wide layer are not among them. */
static void add_slice(const Run *run, int64_t slice, real *total) {
    const Machine *m = run->machine;
    const int64_t end = run->slice * (slice + 1) < m->slots ? run->slice * (slice + 1) : m->slots;
    /* So much at a time that it stays in the first-level cache. */
    for (int64_t first = run->slice * slice; first < end; first += ADDED_TOGETHER) {
        const int64_t count = end - first < ADDED_TOGETHER ? end - first : ADDED_TOGETHER;
        if (first >= m->wide.begin && first + count <= m->wide.end) continue;
        for (int64_t chunk = 0; chunk < run->chunks; chunk++) add_chunk(run, chunk, total + first, first, count);
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

void run_item(void *context, const Task *task) {
    Run *run = context;
    const int64_t row = task->kind == HELP ? row_of_place(run, task->place) : task->item;
    const unsigned before = flush_subnormals();
    if (task->kind != COMMON) run_chunk(run, task, task->item, row_of(run, task->member, row), 0);
    else if (run->of_wide) wide_item(run, task->member, task->item);
    else add_slice(run, task->item, run->common);
    restore_subnormals(before);
}

/* Alone: where a block is a chunk and gives each gradient one contribution, adding that to the sum is what adding up the
   chunks is. With a wide layer it is so in each round. */
static void run_alone(Run *run) {
    const Machine *m = run->machine;
    const int straight = m->once && run->chunks == run->some;
    run->gradients = run->own;
    for (int64_t chunk = 0; chunk < run->chunks; chunk++) {
        const int apart = chunk > 0 && !straight && run->out == NULL;
        run_chunk(run, NULL, chunk, apart ? run->partial : run->gradients, run->first > 0 || (chunk > 0 && straight));
        if (apart) m->set->add(run->gradients, run->partial, m->slots);
    }
}

static void run_together(Run *run) {
    team_run(run->team, run->chunks, run->parts_of, run->outcome);
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
        const int64_t place = place_of(run, member_for(run, k, 0), k), first = (run->first + k) * run->lanes;
        const int64_t count = run->count - first < run->lanes ? run->count - first : run->lanes;
        run->round[k] = (Block){.kept = run->kept + place * m->kept,
                                .count = count,
                                .lanes = (count + LANES - 1) / LANES * LANES,
                                .samples = run->samples + place * m->lanes};
    }
}

/* Moments are changed where they are, which is not to be done a second time: the team leaves that to one. */
static int changes_moments(const Update *u) { return u->kind != SGD || u->momentum != 0; }

/* Returns 0 where it could not be done together. A thread that has been put aside may then come back at any time, and do
   what `run->work` says: that is always about the team's memory. */
static int wide_together(Run *run, const WideWork *work) {
    const Machine *m = run->machine;
    const Update *u = work->update;
    const int updates = u != NULL && !changes_moments(u);
    run->work = *work;
    run->work.sums = run->team_sums, run->work.items = MOST_ITEMS;
    if (updates) {
        run->team_update = *u;
        run->team_update.weights = run->team_packed;
    }
    run->work.update = updates ? &run->team_update : NULL;
    run->of_wide = 1;
    if (!team_run_in_common(run->team, run->work.items)) return 0;
    exchange(&run->sums, &run->team_sums);
    if (updates) exchange(&run->packed_spare, &run->team_packed);
    for (int64_t item = 0; item < MOST_ITEMS; item++) run->finite &= run->item_finite[item];
    if (u != NULL && !updates) run->finite &= m->set->update(u, run->sums, 0, m->set->packed_numbers(m->wide.pack));
    return 1;
}

/* The wide gradient after a round, or the new weights. */
static void run_wide(Run *run, int updates) {
    const Machine *m = run->machine;
    const Update *u = updates ? run->update : NULL;
    const int last = run->first + run->some == run->blocks;
    const WideWork work = {.before = run->first ? run->sums : NULL, .sums = run->sums, .strip = run->scratch, .update = u,
                           .items = 1};
    run->finite = 1;
    run->updated = updates;
    find_kept(run);
    if (!helped_by_team(run) || !wide_together(run, &work))
        run->finite = m->set->wide(&m->wide, run->round, run->some, &work);
    if (!updates && last) m->set->unpack(m->wide.pack, run->sums, run->gradients);
}

static void gather_flags(Run *run, int left_for_all) {
    for (int64_t chunk = 0; chunk < run->chunks; chunk++) {
        const int64_t begin = run->first + block_of(chunk, run->some, run->chunks);
        const int64_t end = run->first + block_of(chunk + 1, run->some, run->chunks);
        for (int64_t b = begin; b < end; b++)
            run->flags[b] = left_for_all || run->left[member_for(run, chunk, b - begin) * PADDED(run->most_blocks) + b];
    }
}

/* Returns the sum of a chunk's losses, one block's added after another's whoever computed them. */
static double gather_losses(Run *run, int64_t chunk) {
    const int64_t owner = member_for(run, chunk, 0);
    double loss = run->losses[owner * MOST_PARTS + chunk];
    run->any_left |= run->left_chunk[owner * CACHE_LINE + chunk];
    if (!helped_by_team(run)) return loss;
    const Outcome *outcome = &run->outcome[chunk];
    for (int k = outcome->helped - 1; k >= 0; k--) {
        const int64_t member = outcome->helper[k].member, result = MOST_CHUNKS + outcome->helper[k].place;
        loss += run->losses[member * MOST_PARTS + result];
        run->any_left |= run->left_chunk[member * CACHE_LINE + result];
    }
    return loss;
}

/* Cut the samples of a step into blocks and chunks; most steps have as many as the one before. */
static void divide(Run *run) {
    const Machine *m = run->machine;
    run->divided = run->count;
    run->lanes = block_lanes(m->lanes, LANES, run->count, m->in_pairs);
    run->blocks = blocks_of(run->lanes, run->count, 0);
    run->some = m->wide.instruction != NULL && run->blocks > run->at_once ? run->at_once : run->blocks;
    run->chunks = chunks_of(m, run->some);
    run->shares_blocks = run->team != NULL && m->shares_blocks && run->chunks < run->some;
    for (int64_t chunk = 0; run->team != NULL && chunk < run->chunks; chunk++)
        run->parts_of[chunk] =
            run->shares_blocks ? block_of(chunk + 1, run->some, run->chunks) - block_of(chunk, run->some, run->chunks) : 1;
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
    for (int64_t chunk = 0; chunk < run->chunks; chunk++) loss += gather_losses(run, chunk);
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
    if (!run->is_packed && m->shared_count > 0) {
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
    if (m->shared_count > 0)
        shared_backward(m->set, &m->shared, m->shared_starts, m->shared_count, run->slots, run->gradients);
    return loss;
}
