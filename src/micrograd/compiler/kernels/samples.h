/* The first layer of wide networks reads the samples where they lie, and nobody lays them out in rows: there, the vectors go
   along the neurons, whose weights are packed once a step. A panel has the weights of a few vectors of neurons: their
   biases first, then those of the first input, of the second, and so on. */

#if TILE_REGISTERS >= 32
#define TILE_SAMPLES 8
#else
#define TILE_SAMPLES 4
#endif
/* So many inputs of a group, or of a panel, stay in the first-level cache. */
#define INPUTS_AT_A_TIME ((int64_t)(2048 / sizeof(real)))
/* So many packed weights, a megabyte, are not fetched anew for each group of samples. */
#define MANY_PACKED ((int64_t)((1 << 20) / sizeof(real)))

static int64_t padded_neurons(int64_t count) { return (count + WIDTH - 1) / WIDTH * WIDTH; }

static void pack_biases(const Pack *p, const real *slots, real *packed) {
    int vectors;
    real *panel = packed + p->out;
    for (int64_t neuron = 0; neuron < p->count; neuron += vectors * WIDTH) {
        vectors = next_vectors(p->count - neuron);
        for (int64_t k = 0; k < vectors * WIDTH; k++)
            panel[k] = p->bias >= 0 && k < p->count - neuron ? slots[p->bias + (neuron + k) * p->bias_stride] : 0;
        panel += (1 + p->width) * vectors * WIDTH;
    }
}

/* A panel's rows for inputs `from` to `to`: WIDTH neurons and WIDTH inputs are transposed at a time. */
static void pack_panel(const Pack *p, const real *slots, real *panel, int64_t neuron, int vectors, int64_t from, int64_t to) {
    const real *weights = slots + p->weights;
    for (int v = 0; v < vectors; v++, neuron += WIDTH) {
        const int64_t left = p->count - neuron;
        real *out = panel + ((1 + from) * vectors + v) * WIDTH;
        if (p->column_stride != 1) {
            for (int64_t i = from; i < to; i++, out += vectors * WIDTH)
                for (int k = 0; k < WIDTH; k++)
                    out[k] = k < left ? weights[(neuron + k) * p->row_stride + i * p->column_stride] : 0;
            continue;
        }
        for (int64_t i = from; i < to; i += WIDTH) {
            vec part[WIDTH];
            UNROLL for (int k = 0; k < WIDTH; k++)
                part[k] = k < left ? v_load_first(weights + (neuron + k) * p->row_stride + i, to - i) : v_splat(0);
            v_transpose(part);
            for (int k = 0; k < WIDTH && i + k < to; k++, out += vectors * WIDTH) v_store(out, part[k]);
        }
    }
}

static void pack_inputs(const Pack *p, const real *slots, real *packed, int64_t from, int64_t to) {
    int vectors;
    real *panel = packed + p->out;
    for (int64_t neuron = 0; neuron < p->count; neuron += vectors * WIDTH) {
        vectors = next_vectors(p->count - neuron);
        pack_panel(p, slots, panel, neuron, vectors, from, to);
        panel += (1 + p->width) * vectors * WIDTH;
    }
}

static int64_t packed_numbers(const Pack *p) { return padded_neurons(p->count) * (1 + p->width); }

/* The way back; no weights are stored twice in slots whose places differ by `column_stride` 1. */
static void unpack(const Pack *p, const real *packed, real *slots) {
    int vectors;
    const real *panel = packed + p->out;
    for (int64_t neuron = 0; neuron < p->count; neuron += vectors * WIDTH) {
        vectors = next_vectors(p->count - neuron);
        const int64_t some = p->count - neuron < vectors * WIDTH ? p->count - neuron : vectors * WIDTH;
        for (int64_t k = 0; k < some && p->bias >= 0; k++) slots[p->bias + (neuron + k) * p->bias_stride] = panel[k];
        panel += vectors * WIDTH;
        for (int64_t k = 0; k < some; k += WIDTH)
            for (int64_t i = 0; i < p->width; i += WIDTH) {
                vec part[WIDTH];
                for (int j = 0; j < WIDTH; j++)
                    part[j] = i + j < p->width ? v_load(panel + (i + j) * vectors * WIDTH + k) : v_splat(0);
                v_transpose(part);
                for (int j = 0; j < WIDTH && k + j < some; j++)
                    v_store_first(slots + p->weights + (neuron + k + j) * p->row_stride + i, p->width - i, part[j]);
            }
        panel += p->width * vectors * WIDTH;
    }
}

static void pack(const Pack *p, const real *slots, real *packed) {
    pack_biases(p, slots, packed);
    pack_inputs(p, slots, packed, 0, p->width);
}

/* Inputs `from` to `to` of a few samples by the neurons of a panel; the sums go on from what they were. */
INLINE void sample_tile(const real *const *samples, int64_t first, const real *panel, int64_t from, int64_t to, real *sums,
                        int64_t stride, const int vectors) {
    vec total[TILE_SAMPLES][TILE_VECTORS];
    const real *x[TILE_SAMPLES];
    UNROLL for (int s = 0; s < TILE_SAMPLES; s++) {
        x[s] = samples[s] + first;
        UNROLL for (int v = 0; v < vectors; v++) total[s][v] = v_load((from ? sums + s * stride : panel) + v * WIDTH);
    }
    panel += (1 + from) * vectors * WIDTH;
    for (int64_t i = from; i < to; i++, panel += vectors * WIDTH) {
        vec weight[TILE_VECTORS];
        UNROLL for (int v = 0; v < vectors; v++) weight[v] = v_load(panel + v * WIDTH);
        UNROLL for (int s = 0; s < TILE_SAMPLES; s++) {
            vec value = v_splat(x[s][i]);
            UNROLL for (int v = 0; v < vectors; v++) total[s][v] = v_fma(value, weight[v], total[s][v]);
        }
    }
    UNROLL for (int s = 0; s < TILE_SAMPLES; s++)
        UNROLL for (int v = 0; v < vectors; v++) v_store(sums + s * stride + v * WIDTH, total[s][v]);
}

/* A group of LANES samples, of which so many are left, one at least; what lies beyond the last one repeats its sums. */
static void sample_tiles(const real *const *samples, int64_t left, int64_t first, const real *panel, int64_t from, int64_t to,
                         real *sums, int64_t stride, int vectors) {
    for (int s = 0; s < LANES; s += TILE_SAMPLES, samples += TILE_SAMPLES, sums += TILE_SAMPLES * stride) {
        if (s >= left) {
            const real *last = sums + (left - 1 - s) * stride;
            for (int k = 0; k < TILE_SAMPLES; k++)
                for (int v = 0; v < vectors; v++) v_store(sums + k * stride + v * WIDTH, v_load(last + v * WIDTH));
            continue;
        }
        switch (vectors) {
        case 3: sample_tile(samples, first, panel, from, to, sums, stride, 3); break;
        case 2: sample_tile(samples, first, panel, from, to, sums, stride, 2); break;
        default: sample_tile(samples, first, panel, from, to, sums, stride, 1);
        }
    }
}

/* The sums of a group of LANES samples, by the neurons of a panel, become rows. */
static void store_group(const SampleLayer *i, const Block *b, const real *sums, int64_t stride, int64_t neuron,
                        int vectors, int64_t lane) {
    const int relu = i->activation == FUNCTION_relu;
    for (int v = 0; v < vectors; v++, neuron += WIDTH)
        for (int64_t s = 0; s < LANES; s += WIDTH) {
            vec part[WIDTH];
            real *out = b->rows + i->out + neuron * b->stride + lane + s;
            UNROLL for (int k = 0; k < WIDTH; k++) part[k] = v_load(sums + (s + k) * stride + v * WIDTH);
            v_transpose(part);
            for (int k = 0; k < WIDTH && neuron + k < i->count; k++, out += b->stride)
                v_store(out, relu ? relu_of(part[k]) : part[k]);
        }
}

/* Where packed weights are too many for the second-level cache, all samples of the block pass by a panel before the next
   one, so that each weight is fetched once for all of them; else a group of samples passes by all panels, so that its
   inputs are. */
static int64_t samples_at_a_time(const SampleLayer *i, int64_t lanes) {
    return (1 + i->width) * padded_neurons(i->count) > MANY_PACKED ? lanes : LANES;
}

static void sample_layer(const SampleLayer *i, const Block *b) {
    const int64_t stride = padded_neurons(i->count), step = samples_at_a_time(i, b->lanes);
    const int64_t parts = (i->width + INPUTS_AT_A_TIME - 1) / INPUTS_AT_A_TIME, at_a_time = (i->width + parts - 1) / parts;
    for (int64_t start = 0; start < b->lanes; start += step)
        for (int64_t from = 0, to; from < i->width; from = to) {
            const real *panel = b->packed + i->packed;
            int vectors;
            to = from + at_a_time < i->width ? from + at_a_time : i->width;
            for (int64_t neuron = 0; neuron < i->count; neuron += vectors * WIDTH) {
                vectors = next_vectors(i->count - neuron);
                for (int64_t lane = start; lane < start + step; lane += LANES) {
                    real *sums = b->scratch + (lane - start) * stride + neuron;
                    sample_tiles(b->samples + lane, b->count - lane, i->first, panel, from, to, sums, stride, vectors);
                    if (to == i->width) store_group(i, b, sums, stride, neuron, vectors, lane);
                }
                panel += (1 + i->width) * vectors * WIDTH;
            }
        }
    activate_all(b, i->out, i->slope, i->count, i->activation);
}
