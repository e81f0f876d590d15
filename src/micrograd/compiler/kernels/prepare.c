/* What is found out about a program once, when it is made. */
#include "machine.h"

#include <stdlib.h>

#ifndef SINGLE
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

int64_t blocks_of(int64_t most, int64_t count, int in_pairs) {
    const int64_t blocks = (count + most - 1) / most;
    return in_pairs && blocks > 1 ? blocks + (blocks & 1) : blocks;
}
int64_t block_lanes(int64_t most, int64_t group, int64_t count, int in_pairs) {
    const int64_t blocks = blocks_of(most, count, in_pairs);
    return ((count + blocks - 1) / blocks + group - 1) / group * group;
}
#endif

/* Partial gradients of so many slots may lie about. */
#define PARTIAL_NUMBERS (1 << 20)
#define FEWEST_CHUNKS 6
/* Adding up the chunks' gradients takes time, the more so the more slots there are. Either each block is a chunk, and alone a
   thread adds to the sum at once, or there are few chunks: one for each so many blocks, an even share for two or four threads,
   who help each other in the end. With many slots, the first is best as long as it goes. */
#define STRAIGHT_BLOCKS 12
#define FEW_CHUNKS 4
#define BLOCKS_A_CHUNK 8
#define MANY_SLOTS (1 << 16)

int64_t chunks_of(const Machine *m, int64_t blocks) {
    int64_t most = m->most_chunks;
    const int few = m->shares_blocks || (m->slots >= SHARED_SLOTS && m->wide.instruction == NULL);
    if (few && m->slots < MANY_SLOTS && blocks > STRAIGHT_BLOCKS) {
        const int64_t fours = blocks / (BLOCKS_A_CHUNK * FEW_CHUNKS) * FEW_CHUNKS;
        if (most > fours) most = fours > FEW_CHUNKS ? fours : FEW_CHUNKS;
    }
    return blocks < most ? blocks : most;
}

static void count_weights(unsigned char *times, int64_t weights, int64_t count, int64_t row_stride, int64_t width,
                          int64_t bias, int64_t bias_stride) {
    for (int64_t j = 0; j < count; j++) {
        for (int64_t i = 0; i < width; i++) times[weights + j * row_stride + i] += times[weights + j * row_stride + i] < 2;
        if (bias >= 0) times[bias + j * bias_stride] += times[bias + j * bias_stride] < 2;
    }
}

/* How often a block contributes to each slot's gradient: 0, 1, or 2 for more often. */
static void count_contributions(const Instructions *backward, unsigned char *times) {
    const int64_t *word = backward->code, *end = word + backward->length;
    for (; word < end; word += word[1]) {
        const void *instruction = word;
        if (word[0] == WEIGHT_GRADIENT) {
            const WeightGradient *i = instruction;
            count_weights(times, i->weights, i->count, i->row_stride, i->width, i->bias, i->bias_stride);
        } else if (word[0] == SAMPLE_GRADIENT) {
            const SampleGradient *i = instruction;
            count_weights(times, i->weights, i->count, i->row_stride, i->width, i->bias, i->bias_stride);
        } else if (word[0] == SPLAT_GRADIENT) {
            const SplatGradient *i = instruction;
            times[i->slot] += times[i->slot] < 2;
        }
    }
}

static void find_zeroed(Machine *m, const unsigned char *times) {
    for (int64_t slot = 0; slot < m->slots; slot++) {
        if (times[slot]) continue;
        if (slot > 0 && !times[slot - 1]) {
            m->zeroed[2 * m->zeroed_count - 1]++;
        } else {
            m->zeroed[2 * m->zeroed_count] = slot, m->zeroed[2 * m->zeroed_count + 1] = 1;
            m->zeroed_count++;
        }
    }
}

static void find_scratch(Machine *m, const Instructions *instructions) {
    const int64_t *word = instructions->code, *end = word + instructions->length;
    for (; word < end; word += word[1]) {
        int64_t needed = m->set->scratch(word, m->lanes);
        if (needed > m->scratch) m->scratch = needed;
    }
    m->scratch = (m->scratch + LANES - 1) / LANES * LANES;
}

/* So many weights are worth it; so many numbers that are kept stay in the cache beside them. */
#define MANY_WEIGHTS (1 << 14)
#define MANY_KEPT ((int64_t)((3 << 18) / sizeof(real)))

/* How the weights of an instruction are packed; NULL where they are not. */
static const Pack *pack_of(const Machine *m, const SampleGradient *i) {
    const int64_t *word = m->shared.code, *end = word + m->shared.length;
    for (; word < end; word += word[1]) {
        const Pack *p = (const void *)word;
        if (word[0] == PACK && p->weights == i->weights && p->count == i->count && p->width == i->width &&
            p->row_stride == i->row_stride && p->column_stride == 1 && p->bias == i->bias && p->bias_stride == i->bias_stride)
            return p;
    }
    return NULL;
}

/* The layer of an instruction, if its weights and biases are many, and all slots from the first to the last of them. */
static Wide wide_of(const Machine *m, const SampleGradient *i) {
    Wide w = {i, pack_of(m, i), i->count, i->width, i->first, i->bias, i->weights, 0};
    const int64_t last_bias = i->bias + (i->count - 1) * i->bias_stride;
    w.end = i->weights + (i->count - 1) * i->row_stride + i->width;
    if (i->bias >= 0 && i->bias < w.begin) w.begin = i->bias;
    if (i->bias >= 0 && last_bias >= w.end) w.end = last_bias + 1;
    if (w.pack == NULL || w.count * w.width < MANY_WEIGHTS || w.end > m->parameters ||
        w.end - w.begin != w.count * (w.width + (w.bias >= 0)))
        w.instruction = NULL;
    return w;
}

/* The widest layer. */
static void find_wide(Machine *m) {
    const int64_t *word = m->backward.code, *end = word + m->backward.length;
    m->at_once = 1;
    for (; m->once && word < end; word += word[1]) {
        if (word[0] != SAMPLE_GRADIENT) continue;
        const Wide w = wide_of(m, (const void *)word);
        if (w.instruction != NULL && w.count * w.width > m->wide.count * m->wide.width) m->wide = w;
    }
    if (m->wide.instruction == NULL) return;
    const int64_t neurons = (m->wide.count + PACKED_NEURONS - 1) / PACKED_NEURONS * PACKED_NEURONS;
    m->kept = neurons * m->lanes;
    m->at_once = MANY_KEPT / m->kept & ~1;
    if (m->at_once < 2) m->at_once = 2;
    const int64_t scratch = m->set->wide_scratch(m->lanes);
    if (scratch > m->scratch) m->scratch = scratch;
    m->stays_packed = m->shared_count == 1 && m->result[1] == NONE;
}

static int asks_where(const Instructions *instructions) {
    const int64_t *word = instructions->code, *end = word + instructions->length;
    for (; word < end; word += word[1]) {
        const Load *i = (const void *)word;
        if (word[0] == SAMPLE_LAYER || word[0] == SAMPLE_GRADIENT || (word[0] == LOAD && i->count > FEW_FEATURES)) return 1;
    }
    return 0;
}

/* Blocks of so many samples come in pairs. */
#define LARGE_BLOCK 128

int prepare_machine(Machine *m) {
    unsigned char *times = calloc((size_t)m->slots + 1, 1);
    int64_t ranges = 0;
    m->shared_starts = malloc((size_t)(m->shared.length + 1) * sizeof(int64_t));
    if (times == NULL || m->shared_starts == NULL) {
        free(times);
        release_machine(m);
        return 0;
    }
    for (int64_t at = 0; at < m->shared.length; at += m->shared.code[at + 1]) m->shared_starts[m->shared_count++] = at;
    count_contributions(&m->backward, times);
    m->once = 1;
    for (int64_t slot = 0; slot < m->slots; slot++) {
        m->once &= times[slot] < 2;
        ranges += !times[slot] && (slot == 0 || times[slot - 1]);
    }
    m->zeroed = malloc((size_t)(2 * ranges + 2) * sizeof(int64_t));
    if (m->zeroed != NULL && m->once) find_zeroed(m, times);
    free(times);
    if (m->zeroed == NULL) {
        release_machine(m);
        return 0;
    }
    find_wide(m);
    m->in_pairs = m->wide.instruction != NULL || m->lanes >= LARGE_BLOCK;
    m->shares_blocks = m->once && m->wide.instruction == NULL;
    m->points = asks_where(&m->forward) || asks_where(&m->backward);
    find_scratch(m, &m->forward);
    find_scratch(m, &m->backward);
    m->most_chunks = m->slots ? PARTIAL_NUMBERS / m->slots : MOST_CHUNKS;
    if (m->most_chunks < FEWEST_CHUNKS) m->most_chunks = FEWEST_CHUNKS;
    if (m->most_chunks > MOST_CHUNKS) m->most_chunks = MOST_CHUNKS;
    if (m->at_once > m->most_chunks) m->at_once = m->most_chunks;
    return 1;
}

void release_machine(Machine *m) {
    free(m->shared_starts);
    free(m->zeroed);
    m->shared_starts = m->zeroed = NULL;
}
