/* The two instructions that take the time: a layer, and the gradient of its weights. Both keep a tile of results in
   registers: several neurons by several vectors of lanes, or by several inputs. */

INLINE vec relu_of(vec x) { return v_larger(v_splat(0.0), x); } /* NaN stays NaN */

/* A gradient times the derivative of ReLU, known from its result. */
INLINE vec relu_gradient_of(vec g, vec y) { return v_where_less(v_splat(0.0), y, g, v_splat(0.0)); }

typedef struct {
    const int64_t *inputs; /* offsets of the input rows */
    int64_t width;         /* how many */
    const double *weights;
    int64_t row_stride, column_stride;
    const double *bias; /* or NULL */
    int64_t bias_stride;
    int64_t activation;
    double *rows;
    int64_t out, slope_of; /* offsets of the first row; slope_of is negative where there is none */
    int64_t stride;
} LayerTile;

/* What becomes of a sum before it is stored. */
INLINE void layer_store(const LayerTile *t, int64_t neuron, int64_t lane, vec total) {
    const int64_t place = neuron * t->stride + lane;
    if (t->slope_of >= 0) {
        vec slope = v_load(t->rows + t->slope_of + place);
        total = t->activation == RELU ? relu_gradient_of(total, slope) : total * slope;
    } else if (t->activation == RELU) {
        total = relu_of(total);
    }
    v_store(t->rows + t->out + place, total);
}

INLINE void layer_tile(const LayerTile *t, int64_t neuron, int64_t lane, const int neurons, const int vectors) {
    vec total[8][8];
    const double *weights = t->weights + neuron * t->row_stride;
    UNROLL for (int j = 0; j < neurons; j++) {
        vec start = v_splat(t->bias ? t->bias[(neuron + j) * t->bias_stride] : 0.0);
        UNROLL for (int v = 0; v < vectors; v++) total[j][v] = start;
    }
    for (int64_t i = 0; i < t->width; i++) {
        const double *x = t->rows + t->inputs[i] + lane;
        const double *w = weights + i * t->column_stride;
        vec input[8];
        UNROLL for (int v = 0; v < vectors; v++) input[v] = v_load(x + v * WIDTH);
        UNROLL for (int j = 0; j < neurons; j++) {
            vec weight = v_splat(w[j * t->row_stride]);
            UNROLL for (int v = 0; v < vectors; v++) total[j][v] = v_fma(weight, input[v], total[j][v]);
        }
    }
    UNROLL for (int j = 0; j < neurons; j++)
        UNROLL for (int v = 0; v < vectors; v++) layer_store(t, neuron + j, lane + v * WIDTH, total[j][v]);
}

/* With one or two inputs, the weights stay in registers and the lanes pass by. */
INLINE void narrow_tile(const LayerTile *t, int64_t neuron, int64_t lanes, const int neurons, const int width) {
    vec start[4], weight[4][2];
    UNROLL for (int j = 0; j < neurons; j++) {
        const double *w = t->weights + (neuron + j) * t->row_stride;
        start[j] = v_splat(t->bias ? t->bias[(neuron + j) * t->bias_stride] : 0.0);
        UNROLL for (int i = 0; i < width; i++) weight[j][i] = v_splat(w[i * t->column_stride]);
    }
    for (int64_t lane = 0; lane < lanes; lane += WIDTH) {
        vec input[2];
        UNROLL for (int i = 0; i < width; i++) input[i] = v_load(t->rows + t->inputs[i] + lane);
        UNROLL for (int j = 0; j < neurons; j++) {
            vec total = start[j];
            UNROLL for (int i = 0; i < width; i++) total = v_fma(weight[j][i], input[i], total);
            layer_store(t, neuron + j, lane, total);
        }
    }
}

#define NARROW(width)                                                                                       \
    static void narrow_##width(const LayerTile *t, int64_t count, int64_t lanes) {                         \
        int64_t neuron = 0;                                                                                 \
        for (; neuron + 4 <= count; neuron += 4) narrow_tile(t, neuron, lanes, 4, width);                   \
        for (; neuron < count; neuron++) narrow_tile(t, neuron, lanes, 1, width);                           \
    }
NARROW(1)
NARROW(2)

/* Lanes `lane` to `lanes` of a few neurons: the widest tiles first, then what is left over. */
#define NEURONS(count, most)                                                                                \
    static void neurons_##count(const LayerTile *t, int64_t neuron, int64_t lane, int64_t lanes) {         \
        if (most >= 8)                                                                                      \
            for (; lane + 8 * WIDTH <= lanes; lane += 8 * WIDTH) layer_tile(t, neuron, lane, count, most >= 8 ? 8 : 1); \
        if (most >= 4)                                                                                      \
            for (; lane + 4 * WIDTH <= lanes; lane += 4 * WIDTH) layer_tile(t, neuron, lane, count, most >= 4 ? 4 : 1); \
        for (; lane + 2 * WIDTH <= lanes; lane += 2 * WIDTH) layer_tile(t, neuron, lane, count, 2);         \
        for (; lane < lanes; lane += WIDTH) layer_tile(t, neuron, lane, count, 1);                          \
    }

#if TILE_REGISTERS >= 32
#define MOST_NEURONS 8
NEURONS(8, 2)
NEURONS(4, 4)
NEURONS(2, 8)
NEURONS(1, 8)
#else
#define MOST_NEURONS 4
NEURONS(4, 2)
NEURONS(2, 4)
NEURONS(1, 8)
#endif

/* A smooth activation and, where `slope` is not NULL, its derivative. */
static void activate(double *out, double *slope, const double *a, int64_t activation, int64_t lanes) {
    vec derivative;
    for (int64_t l = 0; l < lanes; l += WIDTH) {
        vec x = v_load(a + l);
        v_store(out + l, activation == TANH ? tanh_of(x, &derivative) : sigmoid_of(x, &derivative));
        if (slope != NULL) v_store(slope + l, derivative);
    }
}

/* code: kind, length, out, count, width, weights, row stride, column stride, bias, bias stride, activation,
   slope, slope_of, inputs... */
static void layer(const int64_t *c, double *rows, int64_t stride, int64_t lanes, const double *slots) {
    LayerTile t = {c + 13, c[4], slots + c[5], c[6], c[7], c[8] < 0 ? NULL : slots + c[8], c[9],
                   c[10],  rows, c[2],         c[12], stride};
    int64_t count = c[3];
    if (t.width == 1) {
        narrow_1(&t, count, lanes);
    } else if (t.width == 2) {
        narrow_2(&t, count, lanes);
    } else {
        /* Few lanes of many inputs stay in the cache while all neurons go through them. */
        int64_t strip = t.width * count >= 1024 ? 2 * WIDTH : lanes;
        for (int64_t lane = 0; lane < lanes; lane += strip) {
            int64_t end = lane + strip < lanes ? lane + strip : lanes, neuron = 0;
#if MOST_NEURONS == 8
            for (; neuron + 8 <= count; neuron += 8) neurons_8(&t, neuron, lane, end);
#endif
            for (; neuron + 4 <= count; neuron += 4) neurons_4(&t, neuron, lane, end);
            for (; neuron + 2 <= count; neuron += 2) neurons_2(&t, neuron, lane, end);
            for (; neuron < count; neuron++) neurons_1(&t, neuron, lane, end);
        }
    }
    if (t.slope_of < 0 && (t.activation == TANH || t.activation == SIGMOID))
        for (int64_t j = 0; j < count; j++) {
            double *out = rows + c[2] + j * stride;
            activate(out, c[11] < 0 ? NULL : rows + c[11] + j * stride, out, t.activation, lanes);
        }
}

static double row_sum(const double *row, int64_t lanes) {
    vec total = v_splat(0.0);
    for (int64_t l = 0; l < lanes; l += WIDTH) total += v_load(row + l);
    return v_sum(total);
}

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
        UNROLL for (int k = 0; k < WIDTH; k++) total[k] = v_splat(0.0);
        if (here == WIDTH) {
            for (int64_t l = 0; l < lanes; l += WIDTH)
                UNROLL for (int k = 0; k < WIDTH; k++) total[k] += v_load(rows + g[j + k] + l);
        } else {
            for (int64_t k = 0; k < here; k++)
                for (int64_t l = 0; l < lanes; l += WIDTH) total[k] += v_load(rows + g[j + k] + l);
        }
        v_store(sums, v_sums(total));
        for (int64_t k = 0; k < here; k++) out[(j + k) * stride] += sums[k];
    }
}

#ifdef HAS_TRANSPOSE
/* Where there are many inputs, these are first laid out sample by sample: then the vectors go along the inputs, and no
   sum over the elements of a vector is left at the end. Samples are an odd number of cache lines apart, so that they
   do not compete for the same places in the cache. */
static void transpose(const double *rows, const int64_t *x, int64_t width, int64_t padded, double *out, int64_t lanes) {
    for (int64_t i = 0; i < width; i += 8)
        for (int64_t l = 0; l < lanes; l += 8) {
            vec block[8];
            UNROLL for (int k = 0; k < 8; k++) block[k] = i + k < width ? v_load(rows + x[i + k] + l) : v_splat(0.0);
            v_transpose(block);
            UNROLL for (int k = 0; k < 8; k++) v_store(out + (l + k) * padded + i, block[k]);
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
        UNROLL for (int v = 0; v < vectors; v++) value[v] = v_load(x + l * padded + 8 * v);
        UNROLL for (int j = 0; j < neurons; j++) {
            vec slope = v_splat(gradient[j][l]);
            UNROLL for (int v = 0; v < vectors; v++) total[j][v] = v_fma(slope, value[v], total[j][v]);
        }
    }
    UNROLL for (int v = 0; v < vectors; v++) {
        int64_t inputs = left - 8 * v;
        __mmask8 mask = inputs >= 8 ? 255 : (__mmask8)((1 << inputs) - 1);
        UNROLL for (int j = 0; j < neurons; j++) {
            double *to = out + j * row_stride + 8 * v;
            _mm512_mask_storeu_pd(to, mask, _mm512_maskz_loadu_pd(mask, to) + (__m512d)total[j][v]);
        }
    }
}

#define LONG(vectors)                                                                                          \
    static void long_##vectors(const double *rows, const int64_t *g, int64_t count, const double *x,           \
                               int64_t padded, int64_t left, double *out, int64_t stride, int64_t lanes) {     \
        int64_t j = 0;                                                                                         \
        for (; j + 8 <= count; j += 8)                                                                         \
            long_tile(rows, g + j, x, padded, left, out + j * stride, stride, lanes, 8, vectors);              \
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
    for (; i + 8 < width; i += 16) long_2(rows, g, count, scratch + i, padded, width - i, out + i, stride, lanes);
    for (; i < width; i += 8) long_1(rows, g, count, scratch + i, padded, width - i, out + i, stride, lanes);
}
#endif

/* code: kind, length, count, width, weights, row stride, bias, bias stride, scratch rows, gradients..., inputs... */
static void weight_gradient(const int64_t *c, double *rows, int64_t lanes, double *gradients) {
    int64_t count = c[2], width = c[3], stride = c[5], j = 0;
    const int64_t *g = c + 9, *x = g + count;
    double *out = gradients + c[4];
#ifdef HAS_TRANSPOSE
    if (count >= 8 && width >= 7) {
        long_weight_gradient(rows, g, count, x, width, out, stride, rows + c[8], lanes);
        j = count;
    }
#endif
    for (; j + 4 <= count; j += 4) weights_4(rows, g + j, x, width, out + j * stride, stride, lanes);
    for (; j + 2 <= count; j += 2) weights_2(rows, g + j, x, width, out + j * stride, stride, lanes);
    for (; j < count; j++) weights_1(rows, g + j, x, width, out + j * stride, stride, lanes);
    if (c[6] >= 0) bias_gradient(rows, g, count, gradients + c[6], c[7], lanes);
}
