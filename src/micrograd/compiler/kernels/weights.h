/* The gradient of a layer's weights: a tile of it, several neurons by several inputs, is kept in registers while the
   samples pass by. */

/* The sum of a row's vectors: four side by side, since one alone would wait for each addition before the next. */
INLINE vec row_total(const double *row, int64_t lanes) {
    vec total[4];
    int64_t l = 0;
    UNROLL for (int k = 0; k < 4; k++) total[k] = v_splat(0.0);
    for (; l + 4 * WIDTH <= lanes; l += 4 * WIDTH)
        UNROLL for (int k = 0; k < 4; k++) total[k] += v_load(row + l + k * WIDTH);
    for (; l < lanes; l += WIDTH) total[0] += v_load(row + l);
    return (total[0] + total[1]) + (total[2] + total[3]);
}

static double row_sum(const double *row, int64_t lanes) { return v_sum(row_total(row, lanes)); }

/* Sums over the lanes of the products of a few gradient rows with a few input rows, added to the weights' gradients. */
INLINE void weight_tile(const double *rows, const int64_t *g, const int64_t *x, double *out, int64_t row_stride,
                        int64_t lanes, const int neurons, const int inputs) {
    vec total[16];
    UNROLL for (int k = 0; k < 16; k++) total[k] = v_splat(0.0);
    const double *gradient[4], *input[8];
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
    double sums[16];
    UNROLL for (int k = 0; k < neurons * inputs; k += WIDTH) v_store(sums + k, v_sums(total + k));
    UNROLL for (int j = 0; j < neurons; j++)
        UNROLL for (int i = 0; i < inputs; i++) out[j * row_stride + i] += sums[j * inputs + i];
}

#define WEIGHTS(count, most)                                                                                   \
    static void weights_##count(const double *rows, const int64_t *g, const int64_t *x, int64_t width,         \
                                double *out, int64_t row_stride, int64_t lanes) {                              \
        int64_t i = 0;                                                                                         \
        if (most >= 8)                                                                                         \
            for (; i + 8 <= width; i += 8) weight_tile(rows, g, x + i, out + i, row_stride, lanes, count, most >= 8 ? 8 : 1); \
        if (most >= 4)                                                                                         \
            for (; i + 4 <= width; i += 4) weight_tile(rows, g, x + i, out + i, row_stride, lanes, count, most >= 4 ? 4 : 1); \
        for (; i + 2 <= width; i += 2) weight_tile(rows, g, x + i, out + i, row_stride, lanes, count, 2);      \
        for (; i < width; i++) weight_tile(rows, g, x + i, out + i, row_stride, lanes, count, 1);              \
    }

#if TILE_REGISTERS >= 32
WEIGHTS(4, 4)
WEIGHTS(2, 8)
#else
WEIGHTS(4, 2)
WEIGHTS(2, 4)
#endif
WEIGHTS(1, 8)

/* The sums of as many rows as a vector is wide are brought together at once. */
static void bias_gradient(const double *rows, const int64_t *g, int64_t count, double *out, int64_t stride,
                          int64_t lanes) {
    for (int64_t j = 0; j < count; j += WIDTH) {
        vec total[WIDTH];
        double sums[WIDTH];
        int64_t here = count - j < WIDTH ? count - j : WIDTH;
        if (here < WIDTH) {
            for (int64_t k = 0; k < here; k++) out[(j + k) * stride] += row_sum(rows + g[j + k], lanes);
            return;
        }
        UNROLL for (int k = 0; k < WIDTH; k++) total[k] = v_splat(0.0);
        for (int64_t l = 0; l < lanes; l += WIDTH)
            UNROLL for (int k = 0; k < WIDTH; k++) total[k] += v_load(rows + g[j + k] + l);
        v_store(sums, v_sums(total));
        UNROLL for (int k = 0; k < WIDTH; k++) out[(j + k) * stride] += sums[k];
    }
}

#ifdef HAS_TRANSPOSE
/* Where there are many inputs, these are first laid out sample by sample: then the vectors go along the inputs, and no
   sum over the elements of a vector is left at the end. Samples are an odd number of cache lines apart, so that they
   do not compete for the same places in the cache. */
static void transpose(const double *rows, const int64_t *x, int64_t width, int64_t padded, double *out, int64_t lanes) {
    for (int64_t i = 0; i < width; i += WIDTH)
        for (int64_t l = 0; l < lanes; l += WIDTH) {
            vec block[WIDTH];
            UNROLL for (int k = 0; k < WIDTH; k++) block[k] = i + k < width ? v_load(rows + x[i + k] + l) : v_splat(0.0);
            v_transpose(block);
            UNROLL for (int k = 0; k < WIDTH; k++) v_store(out + (l + k) * padded + i, block[k]);
        }
}

INLINE void long_tile(const double *rows, const int64_t *g, const double *x, int64_t padded, int64_t left, double *out,
                      int64_t row_stride, int64_t lanes, const int neurons, const int vectors) {
    vec total[8][2];
    const double *gradient[8];
    UNROLL for (int j = 0; j < neurons; j++) {
        gradient[j] = rows + g[j];
        UNROLL for (int v = 0; v < vectors; v++) total[j][v] = v_splat(0.0);
    }
    for (int64_t l = 0; l < lanes; l++) {
        vec value[2];
        UNROLL for (int v = 0; v < vectors; v++) value[v] = v_load(x + l * padded + WIDTH * v);
        UNROLL for (int j = 0; j < neurons; j++) {
            vec slope = v_splat(gradient[j][l]);
            UNROLL for (int v = 0; v < vectors; v++) total[j][v] = v_fma(slope, value[v], total[j][v]);
        }
    }
    UNROLL for (int v = 0; v < vectors; v++)
        UNROLL for (int j = 0; j < neurons; j++)
            v_add_first(out + j * row_stride + WIDTH * v, left - WIDTH * v, total[j][v]);
}

#define LONG(vectors)                                                                                          \
    static void long_##vectors(const double *rows, const int64_t *g, int64_t count, const double *x,           \
                               int64_t padded, int64_t left, double *out, int64_t stride, int64_t lanes) {     \
        int64_t j = 0;                                                                                         \
        for (; j + MOST_NEURONS <= count; j += MOST_NEURONS)                                                   \
            long_tile(rows, g + j, x, padded, left, out + j * stride, stride, lanes, MOST_NEURONS, vectors);   \
        for (; j + 4 <= count; j += 4)                                                                         \
            long_tile(rows, g + j, x, padded, left, out + j * stride, stride, lanes, 4, vectors);              \
        for (; j < count; j++) long_tile(rows, g + j, x, padded, left, out + j * stride, stride, lanes, 1, vectors); \
    }
LONG(2)
LONG(1)

/* A strip of the inputs is gone through for all neurons while it is in the cache. */
static void long_weight_gradient(const double *rows, const int64_t *g, int64_t count, const int64_t *x, int64_t width,
                                 double *out, int64_t stride, double *scratch, int64_t lanes) {
    int64_t i = 0, padded = ((width + 7) / 8 | 1) * 8;
    transpose(rows, x, width, padded, scratch, lanes);
    for (; i + WIDTH < width; i += 2 * WIDTH) long_2(rows, g, count, scratch + i, padded, width - i, out + i, stride, lanes);
    for (; i < width; i += WIDTH) long_1(rows, g, count, scratch + i, padded, width - i, out + i, stride, lanes);
}
#endif

static void weight_gradient(const WeightGradient *i, double *rows, int64_t lanes, double *gradients) {
    int64_t count = i->count, width = i->width, stride = i->row_stride, j = 0;
    const int64_t *g = i->operands, *x = g + count;
    double *out = gradients + i->weights;
#ifdef HAS_TRANSPOSE
    if (count >= 8 && width >= 7) {
        long_weight_gradient(rows, g, count, x, width, out, stride, rows + i->scratch, lanes);
        j = count;
    }
#endif
    for (; j + 4 <= count; j += 4) weights_4(rows, g + j, x, width, out + j * stride, stride, lanes);
    for (; j + 2 <= count; j += 2) weights_2(rows, g + j, x, width, out + j * stride, stride, lanes);
    for (; j < count; j++) weights_1(rows, g + j, x, width, out + j * stride, stride, lanes);
    if (i->bias >= 0) bias_gradient(rows, g, count, gradients + i->bias, i->bias_stride, lanes);
}
