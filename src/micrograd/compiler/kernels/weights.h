/* The gradient of a layer's weights: a tile of it, several neurons by several inputs, is kept in registers while the
   samples pass by. */

/* The sum of a row's vectors: four side by side, since one alone would wait for each addition before the next. */
INLINE vec row_total(const real *row, int64_t lanes) {
    vec total[4];
    int64_t l = 0;
    UNROLL for (int k = 0; k < 4; k++) total[k] = v_splat(0);
    for (; l + 4 * WIDTH <= lanes; l += 4 * WIDTH)
        UNROLL for (int k = 0; k < 4; k++) total[k] += v_load(row + l + k * WIDTH);
    for (; l < lanes; l += WIDTH) total[0] += v_load(row + l);
    return (total[0] + total[1]) + (total[2] + total[3]);
}

static real row_sum(const real *row, int64_t lanes) { return v_sum(row_total(row, lanes)); }

/* Sums over the lanes of the products of a few gradient rows with a few input rows, added to the weights' gradients. */
INLINE void weight_tile(const real *rows, const int64_t *g, const int64_t *x, real *out, int64_t row_stride,
                        int64_t lanes, const int fresh, const int neurons, const int inputs) {
    vec total[16];
    UNROLL for (int k = 0; k < 16; k++) total[k] = v_splat(0);
    const real *gradient[4], *input[8];
    UNROLL for (int j = 0; j < neurons; j++) gradient[j] = rows + g[j];
    UNROLL for (int i = 0; i < inputs; i++) input[i] = rows + x[i];
    for (int64_t l = 0; l < lanes; l += WIDTH) {
        vec value[8];
        UNROLL for (int i = 0; i < inputs; i++) value[i] = v_load(input[i] + l);
        UNROLL for (int j = 0; j < neurons; j++) {
            vec slope = v_load(gradient[j] + l);
            UNROLL for (int i = 0; i < inputs; i++) total[j * inputs + i] = v_fma(slope, value[i], total[j * inputs + i]);
        }
    }
    real sums[16];
    UNROLL for (int k = 0; k < neurons * inputs; k += WIDTH) v_store(sums + k, v_sums(total + k));
    UNROLL for (int j = 0; j < neurons; j++)
        UNROLL for (int i = 0; i < inputs; i++) {
            real *here = out + j * row_stride + i;
            *here = sums[j * inputs + i] + (fresh ? 0 : *here);
        }
}

#define WEIGHTS(count, most)                                                                                   \
    static void weights_##count(const real *rows, const int64_t *g, const int64_t *x, int64_t width,         \
                                real *out, int64_t row_stride, int64_t lanes, int fresh) {                   \
        int64_t i = 0;                                                                                         \
        if (most >= 8)                                                                                         \
            for (; i + 8 <= width; i += 8) weight_tile(rows, g, x + i, out + i, row_stride, lanes, fresh, count, most >= 8 ? 8 : 1); \
        if (most >= 4)                                                                                         \
            for (; i + 4 <= width; i += 4) weight_tile(rows, g, x + i, out + i, row_stride, lanes, fresh, count, most >= 4 ? 4 : 1); \
        for (; i + 2 <= width; i += 2) weight_tile(rows, g, x + i, out + i, row_stride, lanes, fresh, count, 2);      \
        for (; i < width; i++) weight_tile(rows, g, x + i, out + i, row_stride, lanes, fresh, count, 1);              \
    }

#if TILE_REGISTERS >= 32
WEIGHTS(4, 4)
WEIGHTS(2, 8)
#else
WEIGHTS(4, 2)
WEIGHTS(2, 4)
#endif
WEIGHTS(1, 8)

/* A gradient's first contribution is written, the others are added. */
INLINE void add_to(real *gradient, real part, int fresh) { *gradient = fresh ? part : *gradient + part; }

/* The sums of as many rows as a vector is wide are brought together at once. */
static void bias_gradient(const Block *b, const int64_t *g, int64_t count, real *out, int64_t stride) {
    const real *rows = b->rows;
    const int64_t lanes = b->lanes;
    for (int64_t j = 0; j < count; j += WIDTH) {
        vec total[WIDTH];
        real sums[WIDTH];
        int64_t here = count - j < WIDTH ? count - j : WIDTH;
        if (here < WIDTH) {
            for (int64_t k = 0; k < here; k++) add_to(out + (j + k) * stride, row_sum(rows + g[j + k], lanes), b->fresh);
            return;
        }
        UNROLL for (int k = 0; k < WIDTH; k++) total[k] = v_splat(0);
        for (int64_t l = 0; l < lanes; l += WIDTH)
            UNROLL for (int k = 0; k < WIDTH; k++) total[k] += v_load(rows + g[j + k] + l);
        v_store(sums, v_sums(total));
        UNROLL for (int k = 0; k < WIDTH; k++) add_to(out + (j + k) * stride, sums[k], b->fresh);
    }
}

/* Where there are many inputs, a strip of them, a few vectors wide, is laid out sample by sample: then the vectors go along
   the inputs, and no sum over the elements of a vector is left at the end. The strip stays in the cache while all neurons
   pass by. Where inputs lie sample by sample anyway, they are read there, from number `at` of each sample on, or copied. */
INLINE void strip_tile(const Block *b, const int64_t *g, int64_t at, int64_t left, real *out, int64_t row_stride,
                       const int neurons, const int vectors, const int in_place) {
    vec total[TILE_NEURONS][TILE_VECTORS];
    const real *gradient[TILE_NEURONS];
    const int fresh = b->fresh; /* which no store below changes */
    UNROLL for (int j = 0; j < neurons; j++) {
        gradient[j] = b->rows + g[j];
        UNROLL for (int v = 0; v < vectors; v++) total[j][v] = v_splat(0);
        PREFETCH(out + j * row_stride);
    }
    const real *const *samples = b->samples, *strip = b->scratch;
    for (int64_t l = 0; l < b->count; l++) {
        vec value[TILE_VECTORS];
        const real *x = in_place ? samples[l] + at : strip + l * vectors * WIDTH;
        UNROLL for (int v = 0; v < vectors; v++) value[v] = v_load(x + v * WIDTH);
        UNROLL for (int j = 0; j < neurons; j++) {
            vec slope = v_splat(gradient[j][l]);
            UNROLL for (int v = 0; v < vectors; v++) total[j][v] = v_fma(slope, value[v], total[j][v]);
        }
    }
    UNROLL for (int j = 0; j < neurons; j++)
        UNROLL for (int v = 0; v < vectors; v++) {
            real *here = out + j * row_stride + v * WIDTH;
            const int64_t some = left - v * WIDTH;
            v_store_first(here, some, fresh ? total[j][v] : total[j][v] + v_load_first(here, some));
        }
}

/* All neurons pass by a strip. Most often all of its inputs are there: then nothing asks how many are left. */
#define STRIP_TILES_OF(left, vectors, in_place)                                                                          \
    for (; j + TILE_NEURONS <= count; j += TILE_NEURONS)                                                                 \
        strip_tile(b, g + j, at, left, out + j * stride, stride, TILE_NEURONS, vectors, in_place);                       \
    for (; j + 2 <= count; j += 2) strip_tile(b, g + j, at, left, out + j * stride, stride, 2, vectors, in_place);       \
    for (; j < count; j++) strip_tile(b, g + j, at, left, out + j * stride, stride, 1, vectors, in_place);
#define STRIP(vectors)                                                                                                   \
    static void strip_##vectors(const Block *b, const int64_t *g, int64_t count, int64_t at, int64_t left, real *out,    \
                                int64_t stride) {                                                                        \
        int64_t j = 0;                                                                                                   \
        if (at >= 0) { STRIP_TILES_OF(vectors * WIDTH, vectors, 1) }                                                     \
        else if (left >= vectors * WIDTH) { STRIP_TILES_OF(vectors * WIDTH, vectors, 0) }                                \
        else { STRIP_TILES_OF(left, vectors, 0) }                                                                        \
    }
STRIP(3)
STRIP(2)
STRIP(1)

/* `at` is -1 where the strip has been laid out. */
static void use_strip(const Block *b, const int64_t *g, int64_t count, int64_t at, int64_t left, real *out, int64_t stride,
                      int vectors) {
    switch (vectors) {
    case 3: strip_3(b, g, count, at, left, out, stride); break;
    case 2: strip_2(b, g, count, at, left, out, stride); break;
    default: strip_1(b, g, count, at, left, out, stride);
    }
}

/* How many of the vectors that are left the next strip takes: of four, two and not three. */
static int next_vectors(int64_t left) {
    int64_t vectors = (left + WIDTH - 1) / WIDTH;
    return vectors == 4 ? 2 : vectors < TILE_VECTORS ? (int)vectors : TILE_VECTORS;
}

/* Inputs that lie in rows: WIDTH of them and WIDTH lanes are transposed at a time. */
static void strip_of_rows(const Block *b, const int64_t *x, int64_t left, int vectors) {
    for (int v = 0; v < vectors; v++)
        for (int64_t l = 0; l < b->lanes; l += WIDTH) {
            vec part[WIDTH];
            UNROLL for (int k = 0; k < WIDTH; k++)
                part[k] = v * WIDTH + k < left ? v_load(b->rows + x[v * WIDTH + k] + l) : v_splat(0);
            v_transpose(part);
            UNROLL for (int k = 0; k < WIDTH; k++) v_store(b->scratch + ((l + k) * vectors + v) * WIDTH, part[k]);
        }
}

static void strip_of_samples(const Block *b, int64_t first, int64_t left, int vectors) {
    real *out = b->scratch;
    for (int64_t l = 0; l < b->count; l++)
        for (int v = 0; v < vectors; v++, out += WIDTH)
            v_store(out, v_load_first(b->samples[l] + first + v * WIDTH, left - v * WIDTH));
}

static void weight_gradient(const WeightGradient *i, const Block *b) {
    int64_t count = i->count, width = i->width, stride = i->row_stride, j = 0;
    const int64_t *g = i->operands, *x = g + count;
    real *out = b->gradients + i->weights;
    if (count >= 8 && width >= 7) {
        int vectors;
        for (int64_t at = 0; at < width; at += vectors * WIDTH) {
            vectors = next_vectors(width - at);
            strip_of_rows(b, x + at, width - at, vectors);
            use_strip(b, g, count, -1, width - at, out + at, stride, vectors);
        }
        j = count;
    }
    for (; j + 4 <= count; j += 4) weights_4(b->rows, g + j, x, width, out + j * stride, stride, b->lanes, b->fresh);
    for (; j + 2 <= count; j += 2) weights_2(b->rows, g + j, x, width, out + j * stride, stride, b->lanes, b->fresh);
    for (; j < count; j++) weights_1(b->rows, g + j, x, width, out + j * stride, stride, b->lanes, b->fresh);
    if (i->bias >= 0) bias_gradient(b, g, count, b->gradients + i->bias, i->bias_stride);
}

/* Whether a strip of samples stays in the first-level cache where it is: as long as they are near to one another, and not so
   many of them as far apart as a power of two that they take more than 8 of the 12 lines which have room at any address
   modulo 4096. */
static int stays_in_place(const Block *b) {
    const int64_t apart = b->features * REAL_BYTES, power = apart & -apart;
    return apart < 512 && b->count * power <= 8 * 4096;
}

static void sample_gradient(const SampleGradient *i, const Block *b) {
    real *out = b->gradients + i->weights;
    const int in_place = stays_in_place(b);
    int vectors;
    for (int64_t at = 0; at < i->width; at += vectors * WIDTH) {
        const int64_t left = i->width - at;
        vectors = next_vectors(left);
        /* Beyond the last feature of the last sample nothing may be read. */
        const int whole = in_place && left >= vectors * WIDTH;
        if (!whole) strip_of_samples(b, i->first + at, left, vectors);
        use_strip(b, i->operands, i->count, whole ? i->first + at : -1, left, out + at, i->row_stride, vectors);
    }
    if (i->bias >= 0) bias_gradient(b, i->operands, i->count, b->gradients + i->bias, i->bias_stride);
}
