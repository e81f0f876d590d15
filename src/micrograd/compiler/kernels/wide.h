/* The gradient of a first layer with many weights, laid out as the weights are packed (samples.h): the vectors go along the
   neurons, and a tile of it, several inputs by a panel's neurons, is kept in registers while the samples of several blocks
   pass by. So the gradients of all weights, which are more than the cache has room for, are not read and written for each
   block; and the weights can be updated where they are, and stay packed from step to step. */

/* What the gradient needs of a block is kept: those of the neurons, panel by panel, sample by sample. */
static void keep(const SampleGradient *i, const Block *b) {
    int vectors;
    real *panel = b->kept;
    for (int64_t neuron = 0; neuron < i->count; neuron += vectors * WIDTH) {
        vectors = next_vectors(i->count - neuron);
        for (int v = 0; v < vectors; v++)
            for (int64_t l = 0; l < b->lanes; l += WIDTH) {
                vec part[WIDTH];
                const int64_t first = neuron + v * WIDTH;
                UNROLL for (int k = 0; k < WIDTH; k++)
                    part[k] = first + k < i->count ? v_load(b->rows + i->operands[first + k] + l) : v_splat(0);
                v_transpose(part);
                UNROLL for (int k = 0; k < WIDTH; k++) v_store(panel + ((l + k) * vectors + v) * WIDTH, part[k]);
            }
        panel += b->lanes * vectors * WIDTH;
    }
}

/* So many inputs at a time are copied from where the samples lie, far apart, to where they are side by side: a tile's inputs
   of all samples, then those of the next tile. */
#define STRIP_TILES 4
#define STRIP_INPUTS (STRIP_TILES * TILE_SAMPLES)
static int64_t wide_scratch(int64_t lanes) { return STRIP_INPUTS * lanes; }

/* Those of the next strip are fetched ahead: of samples that are far apart, the processor does not see what comes next. */
static void copy_strip(const Wide *w, const Block *b, int64_t from, int64_t to, real *strip) {
    const int64_t ahead = to + STRIP_INPUTS < w->width ? to + STRIP_INPUTS : w->width;
    for (int64_t l = 0; l < b->count; l++, strip += TILE_SAMPLES) {
        const real *x = b->samples[l] + w->first;
        real *out = strip;
        int64_t i = from;
        for (int64_t j = to; j < ahead; j += 64 / REAL_BYTES) PREFETCH_READ(x + j);
        for (; i + TILE_SAMPLES <= to; i += TILE_SAMPLES, out += b->lanes * TILE_SAMPLES)
            memcpy(out, x + i, TILE_SAMPLES * sizeof(real));
        for (int64_t j = 0; i + j < to; j++) out[j] = x[i + j];
    }
}

/* Where a tile is: the first of its numbers in what is packed, its inputs in the strip, and its panel's first neuron. */
typedef struct {
    int64_t packed, neuron;
    const real *inputs;
} Place;

/* What becomes of a tile's sums, which lie one after another in what is packed. */
INLINE void finish(const WideWork *work, int64_t at, vec *total, const int count, int *finite) {
    const Update *u = work->update;
    if (work->before != NULL)
        UNROLL for (int k = 0; k < count; k++) total[k] += v_load(work->before + at + k * WIDTH);
    if (u != NULL && u->kind == SGD && u->momentum == 0) {
        /* The most frequent rule takes the gradient from where it is. */
        vec wrong = v_splat(0);
        UNROLL for (int k = 0; k < count; k++) {
            vec w = descended(v_load(u->old + at + k * WIDTH), total[k], u->rate);
            v_store(u->weights + at + k * WIDTH, w);
            wrong = v_either(wrong, w * (real)0.0); /* in one cycle: a sum would wait for four */
        }
        *finite &= !v_any_nan(wrong);
        return;
    }
    UNROLL for (int k = 0; k < count; k++) v_store(work->sums + at + k * WIDTH, total[k]);
    if (u != NULL) *finite &= update(u, work->sums + at, at, count * WIDTH);
}

/* While the samples pass by, what `finish` reads and writes comes into the first-level cache, a vector for each sample. */
INLINE void wide_tile(const Block *b, const WideWork *work, const Place *p, const int inputs, const int vectors, int *finite) {
    vec total[TILE_SAMPLES * TILE_VECTORS];
    const real *x = p->inputs, *gradient = b->kept + p->neuron * b->lanes;
    UNROLL for (int k = 0; k < inputs * vectors; k++) total[k] = v_splat(0);
    const real *written = (work->update != NULL ? work->update->weights : work->sums) + p->packed;
    const real *read = work->update != NULL ? work->update->old + p->packed : written;
    for (int64_t l = 0; l < b->count; l++, gradient += vectors * WIDTH, x += TILE_SAMPLES) {
        if (l < inputs * vectors) PREFETCH(written + l * WIDTH), PREFETCH_READ(read + l * WIDTH);
        vec slope[TILE_VECTORS];
        UNROLL for (int v = 0; v < vectors; v++) slope[v] = v_load(gradient + v * WIDTH);
        UNROLL for (int i = 0; i < inputs; i++) {
            vec value = v_splat(x[i]);
            UNROLL for (int v = 0; v < vectors; v++) total[i * vectors + v] = v_fma(value, slope[v], total[i * vectors + v]);
        }
    }
    finish(work, p->packed, total, inputs * vectors, finite);
}

/* The biases' gradients are the sums of the neurons'. */
INLINE void bias_tile(const Block *b, const WideWork *work, const Place *p, const int vectors, int *finite) {
    vec total[TILE_VECTORS];
    const real *gradient = b->kept + p->neuron * b->lanes;
    UNROLL for (int v = 0; v < vectors; v++) total[v] = v_splat(0);
    for (int64_t l = 0; l < b->count; l++, gradient += vectors * WIDTH)
        UNROLL for (int v = 0; v < vectors; v++) total[v] += v_load(gradient + v * WIDTH);
    finish(work, p->packed, total, vectors, finite);
}

/* A strip's inputs, so many, by a panel's neurons; before the first ones the biases. */
#define WIDE_PANEL(vectors)                                                                                               \
    static int wide_panel_##vectors(const Block *b, const WideWork *work, Place p, int64_t inputs) {   \
        const int64_t far = b->lanes * TILE_SAMPLES;                                                        \
        int finite = 1;                                                                                                   \
        for (; inputs >= TILE_SAMPLES; inputs -= TILE_SAMPLES, p.inputs += far, p.packed += TILE_SAMPLES * vectors * WIDTH) \
            wide_tile(b, work, &p, TILE_SAMPLES, vectors, &finite);                                            \
        for (; inputs > 0; inputs--, p.inputs++, p.packed += vectors * WIDTH)                                             \
            wide_tile(b, work, &p, 1, vectors, &finite);                                                       \
        return finite;                                                                                                    \
    }                                                                                                                     \
    static int wide_biases_##vectors(const Block *b, const WideWork *work, Place p) {                  \
        int finite = 1;                                                                                                   \
        bias_tile(b, work, &p, vectors, &finite);                                                              \
        return finite;                                                                                                    \
    }
WIDE_PANEL(3)
WIDE_PANEL(2)
WIDE_PANEL(1)

static int wide_panel(const Block *b, const WideWork *work, Place p, int64_t inputs, int vectors) {
    switch (vectors) {
    case 3: return wide_panel_3(b, work, p, inputs);
    case 2: return wide_panel_2(b, work, p, inputs);
    default: return wide_panel_1(b, work, p, inputs);
    }
}

static int wide_biases(const Block *b, const WideWork *work, Place p, int vectors) {
    switch (vectors) {
    case 3: return wide_biases_3(b, work, p);
    case 2: return wide_biases_2(b, work, p);
    default: return wide_biases_1(b, work, p);
    }
}

/* The first input of an item's, or, of the number of items, all of them: strips are not cut. */
static int64_t first_input(const Wide *w, int64_t item, int64_t items) {
    const int64_t strips = (w->width + STRIP_INPUTS - 1) / STRIP_INPUTS, first = strips * item / items * STRIP_INPUTS;
    return first < w->width ? first : w->width;
}

/* Some inputs, no more than a strip has, by all neurons, of the samples of a block. */
static int wide_strip(const Wide *w, const Block *block, const WideWork *work, int64_t from, int64_t to) {
    int64_t panel = w->pack->out;
    int finite = 1, vectors;
    copy_strip(w, block, from, to, work->strip);
    for (int64_t neuron = 0; neuron < w->count; neuron += vectors * WIDTH) {
        vectors = next_vectors(w->count - neuron);
        /* Without biases, their place in what is packed stays zero. */
        if (from == 0 && w->bias >= 0) finite &= wide_biases(block, work, (Place){panel, neuron, NULL}, vectors);
        const Place p = {panel + (1 + from) * vectors * WIDTH, neuron, work->strip};
        finite &= wide_panel(block, work, p, to - from, vectors);
        panel += (1 + w->width) * vectors * WIDTH;
    }
    return finite;
}

/* Of a strip's sums, those of the block before are still in the cache. */
static int wide(const Wide *w, const Block *blocks, int64_t many, const WideWork *work) {
    const int64_t end = first_input(w, work->item + 1, work->items);
    int finite = 1;
    for (int64_t from = first_input(w, work->item, work->items), to; from < end; from = to) {
        to = from + STRIP_INPUTS < end ? from + STRIP_INPUTS : end;
        for (int64_t k = 0; k < many; k++) {
            WideWork part = *work;
            if (k > 0) part.before = work->sums;
            if (k + 1 < many) part.update = NULL;
            finite &= wide_strip(w, &blocks[k], &part, from, to);
        }
    }
    return finite;
}
