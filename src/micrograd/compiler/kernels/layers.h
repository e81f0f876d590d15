/* A layer: a tile of its results, several neurons by several vectors of lanes, is kept in registers while the inputs pass
   by. With the gradient of its weights (weights.h) this is what takes the time. */

typedef struct {
    const double *rows;
    const int64_t *inputs; /* offsets of the input rows */
    int64_t width;         /* how many */
    const double *weights;
    int64_t row_stride, column_stride;
    const double *bias; /* or NULL */
    int64_t bias_stride;
    int ending;
    double *out;
    const double *slope; /* the rows of the derivatives that the sums are multiplied by; like out where there are none */
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

INLINE vec ended(vec sum, const double *slope, const int ending) {
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
    EACH_ENDING(t->ending, layer_store(t, neuron * t->stride + lane, total, neurons, vectors, ending))
}

/* With one or two inputs, the weights stay in registers and the lanes pass by. */
INLINE void narrow_tile(const LayerTile *t, int64_t neuron, int64_t lanes, const int neurons, const int width,
                        const int ending) {
    vec start[4], weight[4][2];
    const double *input[2];
    double *out = t->out + neuron * t->stride;
    const double *slope = t->slope + neuron * t->stride;
    const int64_t stride = t->stride;
    UNROLL for (int i = 0; i < width; i++) input[i] = t->rows + t->inputs[i];
    UNROLL for (int j = 0; j < neurons; j++) {
        const double *w = t->weights + (neuron + j) * t->row_stride;
        start[j] = v_splat(t->bias ? t->bias[(neuron + j) * t->bias_stride] : 0.0);
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
#define MOST_NEURONS 6
NEURONS(6, 2)
NEURONS(4, 2)
NEURONS(2, 4)
NEURONS(1, 8)
#endif

/* A smooth activation and, where `slope` is not NULL, its derivative. */
#define ACTIVATE(name, leaves)                                   \
    case FUNCTION_##name:                                        \
        for (int64_t l = 0; l < lanes; l += WIDTH) {             \
            v_store(out + l, name##_of(v_load(a + l), &derivative)); \
            if (slope != NULL) v_store(slope + l, derivative);   \
        }                                                        \
        break;
static void activate(double *out, double *slope, const double *a, int64_t activation, int64_t lanes) {
    vec derivative;
    switch (activation) { SMOOTH_FUNCTIONS(ACTIVATE) }
}

static void layer(const Layer *i, double *rows, int64_t stride, int64_t lanes, const double *slots) {
    int64_t count = i->count;
    const int has_slope = i->slope_of >= 0, is_relu = i->activation == FUNCTION_relu;
    LayerTile t = {.rows = rows,
                   .inputs = i->operands,
                   .width = i->width,
                   .weights = slots + i->weights,
                   .row_stride = i->row_stride,
                   .column_stride = i->column_stride,
                   .bias = i->bias < 0 ? NULL : slots + i->bias,
                   .bias_stride = i->bias_stride,
                   .ending = has_slope ? (is_relu ? TIMES_RELU_SLOPE : TIMES_SLOPE) : is_relu ? THROUGH_RELU : AS_IT_IS,
                   .out = rows + i->out,
                   .slope = rows + (has_slope ? i->slope_of : i->out),
                   .stride = stride};
    if (t.width <= 2) {
        narrow_layer(&t, count, lanes);
    } else {
        /* Few lanes of many inputs stay in the cache while all neurons go through them. */
        int64_t strip = t.width * count >= 1024 ? 16 : lanes;
        for (int64_t lane = 0; lane < lanes; lane += strip) {
            int64_t end = lane + strip < lanes ? lane + strip : lanes, neuron = 0;
#if MOST_NEURONS == 8
            for (; neuron + 8 <= count; neuron += 8) neurons_8(&t, neuron, lane, end);
#else
            for (; neuron + 6 <= count; neuron += 6) neurons_6(&t, neuron, lane, end);
#endif
            for (; neuron + 4 <= count; neuron += 4) neurons_4(&t, neuron, lane, end);
            for (; neuron + 2 <= count; neuron += 2) neurons_2(&t, neuron, lane, end);
            for (; neuron < count; neuron++) neurons_1(&t, neuron, lane, end);
        }
    }
    if (!has_slope && !is_relu && i->activation != NO_FUNCTION)
        for (int64_t j = 0; j < count; j++) {
            double *out = t.out + j * stride;
            activate(out, i->slope < 0 ? NULL : rows + i->slope + j * stride, out, i->activation, lanes);
        }
}
