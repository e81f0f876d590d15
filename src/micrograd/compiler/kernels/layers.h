/* A layer: a tile of its results, several neurons by several vectors of lanes, is kept in registers while the inputs pass
   by. With the gradient of its weights (weights.h) this is what takes the time. */

typedef struct {
    const real *rows;
    const int64_t *inputs; /* offsets of the input rows */
    int64_t width;         /* how many */
    const real *weights;
    int64_t row_stride, column_stride;
    const real *bias; /* or NULL */
    int64_t bias_stride;
    int ending;
    real *out;
    const real *slope; /* the rows of the derivatives that the sums are multiplied by; like out where there are none */
    int64_t stride;      /* from row to row */
} LayerTile;

/* What becomes of a sum before it is stored: nothing, ReLU, or a product with the derivative of ReLU or of another
   activation. It is decided outside of the loops: EACH_ENDING compiles its statement once for each. */
enum { AS_IT_IS, THROUGH_RELU, TIMES_RELU_SLOPE, TIMES_SLOPE };

#define EACH_ENDING(which, statement)                                                          \
    switch (which) {                                                                           \
    case AS_IT_IS: { const int ending = AS_IT_IS; statement; break; }                          \
    case THROUGH_RELU: { const int ending = THROUGH_RELU; statement; break; }                  \
    case TIMES_RELU_SLOPE: { const int ending = TIMES_RELU_SLOPE; statement; break; }          \
    case TIMES_SLOPE: { const int ending = TIMES_SLOPE; statement; break; }                    \
    }

INLINE vec ended(vec sum, const real *slope, const int ending) {
    switch (ending) {
    case THROUGH_RELU: return relu_of(sum);
    case TIMES_RELU_SLOPE: return relu_gradient_of(sum, v_load(slope));
    case TIMES_SLOPE: return sum * v_load(slope);
    default: return sum;
    }
}

INLINE void layer_store(const LayerTile *t, int64_t place, vec total[8][8], const int neurons, const int vectors,
                        const int ending) {
    UNROLL for (int j = 0; j < neurons; j++, place += t->stride)
        UNROLL for (int v = 0; v < vectors; v++) {
            const int64_t here = place + v * WIDTH;
            v_store(t->out + here, ended(total[j][v], t->slope + here, ending));
        }
}

INLINE void layer_tile(const LayerTile *t, int64_t neuron, int64_t lane, const int neurons, const int vectors) {
    vec total[8][8];
    const real *weights = t->weights + neuron * t->row_stride;
    UNROLL for (int j = 0; j < neurons; j++) {
        vec start = v_splat(t->bias ? t->bias[(neuron + j) * t->bias_stride] : 0);
        UNROLL for (int v = 0; v < vectors; v++) total[j][v] = start;
    }
    for (int64_t i = 0; i < t->width; i++) {
        const real *x = t->rows + t->inputs[i] + lane;
        const real *w = weights + i * t->column_stride;
        vec input[8];
        UNROLL for (int v = 0; v < vectors; v++) input[v] = v_load(x + v * WIDTH);
        UNROLL for (int j = 0; j < neurons; j++) {
            vec weight = v_splat(w[j * t->row_stride]);
            UNROLL for (int v = 0; v < vectors; v++) total[j][v] = v_fma(weight, input[v], total[j][v]);
        }
    }
    EACH_ENDING(t->ending, layer_store(t, neuron * t->stride + lane, total, neurons, vectors, ending))
}

/* With one or two inputs, the weights stay in registers and the lanes pass by. */
INLINE void narrow_tile(const LayerTile *t, int64_t neuron, int64_t lanes, const int neurons, const int width,
                        const int ending) {
    vec start[4], weight[4][2];
    const real *input[2];
    real *out = t->out + neuron * t->stride;
    const real *slope = t->slope + neuron * t->stride;
    const int64_t stride = t->stride;
    UNROLL for (int i = 0; i < width; i++) input[i] = t->rows + t->inputs[i];
    UNROLL for (int j = 0; j < neurons; j++) {
        const real *w = t->weights + (neuron + j) * t->row_stride;
        start[j] = v_splat(t->bias ? t->bias[(neuron + j) * t->bias_stride] : 0);
        UNROLL for (int i = 0; i < width; i++) weight[j][i] = v_splat(w[i * t->column_stride]);
    }
    for (int64_t lane = 0; lane < lanes; lane += WIDTH) {
        UNROLL for (int j = 0; j < neurons; j++) {
            vec sum = start[j];
            UNROLL for (int i = 0; i < width; i++) sum = v_fma(weight[j][i], v_load(input[i] + lane), sum);
            v_store(out + j * stride + lane, ended(sum, slope + j * stride + lane, ending));
        }
    }
}

#define NARROW(neurons)                                                                                \
    if (t->width == 1) EACH_ENDING(t->ending, narrow_tile(t, neuron, lanes, neurons, 1, ending))       \
    else EACH_ENDING(t->ending, narrow_tile(t, neuron, lanes, neurons, 2, ending))
static void narrow_layer(const LayerTile *t, int64_t count, int64_t lanes) {
    int64_t neuron = 0;
    for (; neuron + 4 <= count; neuron += 4) NARROW(4)
    for (; neuron + 2 <= count; neuron += 2) NARROW(2)
    for (; neuron < count; neuron++) NARROW(1)
}

/* Lanes `lane` to `lanes` of a few neurons: the widest tiles first, then what is left over. */
#define NEURONS(count, most)                                                                                \
    static void neurons_##count(const LayerTile *t, int64_t neuron, int64_t lane, int64_t lanes) {         \
        if (most >= 8)                                                                                      \
            for (; lane + 8 * WIDTH <= lanes; lane += 8 * WIDTH) layer_tile(t, neuron, lane, count, most >= 8 ? 8 : 1); \
        if (most >= 4)                                                                                      \
            for (; lane + 4 * WIDTH <= lanes; lane += 4 * WIDTH) layer_tile(t, neuron, lane, count, most >= 4 ? 4 : 1); \
        if (most == 3)                                                                                      \
            /* Of four vectors that are left, one alone would be slow. */                                   \
            for (; lane + 3 * WIDTH <= lanes && lane + 4 * WIDTH != lanes; lane += 3 * WIDTH)               \
                layer_tile(t, neuron, lane, count, most == 3 ? 3 : 1);                                      \
        for (; lane + 2 * WIDTH <= lanes; lane += 2 * WIDTH) layer_tile(t, neuron, lane, count, 2);         \
        for (; lane < lanes; lane += WIDTH) layer_tile(t, neuron, lane, count, 1);                          \
    }

#if TILE_REGISTERS >= 32
#define TILE_NEURONS 8
NEURONS(8, 3)
NEURONS(4, 4)
NEURONS(2, 8)
NEURONS(1, 8)
#else
#define TILE_NEURONS 4
NEURONS(4, 3)
NEURONS(2, 4)
NEURONS(1, 8)
#endif
#define TILE_VECTORS 3

/* A smooth activation and, where `slope` is not NULL, its derivative. */
#define ACTIVATE(name, leaves)                                   \
    case FUNCTION_##name:                                        \
        for (int64_t l = 0; l < lanes; l += WIDTH) {             \
            v_store(out + l, name##_of(v_load(a + l), &derivative)); \
            if (slope != NULL) v_store(slope + l, derivative);   \
        }                                                        \
        break;
static void activate(real *out, real *slope, const real *a, int64_t activation, int64_t lanes) {
    vec derivative;
    switch (activation) { SMOOTH_FUNCTIONS(ACTIVATE) }
}

/* A smooth activation of the sums of some neurons; of ReLU there is nothing left to do. */
static void activate_all(const Block *b, int64_t out, int64_t slope, int64_t count, int64_t activation) {
    if (activation == FUNCTION_relu || activation == NO_FUNCTION) return;
    for (int64_t j = 0; j < count; j++) {
        real *row = b->rows + out + j * b->stride;
        activate(row, slope < 0 ? NULL : b->rows + slope + j * b->stride, row, activation, b->lanes);
    }
}

static void layer(const Layer *i, const Block *b) {
    int64_t count = i->count;
    const int64_t lanes = b->lanes;
    const int has_slope = i->slope_of >= 0, is_relu = i->activation == FUNCTION_relu;
    LayerTile t = {.rows = b->rows,
                   .inputs = i->operands,
                   .width = i->width,
                   .weights = b->slots + i->weights,
                   .row_stride = i->row_stride,
                   .column_stride = i->column_stride,
                   .bias = i->bias < 0 ? NULL : b->slots + i->bias,
                   .bias_stride = i->bias_stride,
                   .ending = has_slope ? (is_relu ? TIMES_RELU_SLOPE : TIMES_SLOPE) : is_relu ? THROUGH_RELU : AS_IT_IS,
                   .out = b->rows + i->out,
                   .slope = b->rows + (has_slope ? i->slope_of : i->out),
                   .stride = b->stride};
    if (t.width <= 2) {
        narrow_layer(&t, count, lanes);
    } else {
        /* Few lanes of many inputs stay in the cache while all neurons go through them. */
        int64_t strip = t.width * count >= 1024 ? TILE_VECTORS * WIDTH : lanes;
        for (int64_t lane = 0, end; lane < lanes; lane = end) {
            int64_t neuron = 0;
            end = lane + strip < lanes ? lane + strip : lanes;
            if (strip < lanes && lanes - lane == (TILE_VECTORS + 1) * WIDTH) end = lane + 2 * WIDTH; /* not three and one */
#if TILE_NEURONS == 8
            for (; neuron + 8 <= count; neuron += 8) neurons_8(&t, neuron, lane, end);
#endif
            for (; neuron + 4 <= count; neuron += 4) neurons_4(&t, neuron, lane, end);
            for (; neuron + 2 <= count; neuron += 2) neurons_2(&t, neuron, lane, end);
            for (; neuron < count; neuron++) neurons_1(&t, neuron, lane, end);
        }
    }
    if (!has_slope) activate_all(b, i->out, i->slope, count, i->activation);
}
