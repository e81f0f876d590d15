/* Runs instructions over lanes. Included once for each instruction set, which defines WIDTH and TILE_REGISTERS. */
#include "program.h"
#include "vectors.h"
#include "functions.h"
#include "layers.h"
#include "updates.h"
#include "weights.h"
#include "samples.h"
#include "wide.h"

#define EACH(l) for (int64_t l = 0; l < lanes; l += WIDTH)

/* Features become rows: WIDTH of them and WIDTH samples are transposed at a time. */
static void load(const Load *i, const Block *b) {
    int64_t f = 0;
    if (b->together != NULL && i->count <= FEW_FEATURES) {
        for (; f < i->count; f++) {
            const real *column = b->together + i->first + f;
            real *row = b->rows + i->out + f * b->stride;
            for (int64_t l = 0; l < b->count; l++) row[l] = column[l * b->features];
            for (int64_t l = b->count; l < b->lanes; l++) row[l] = row[b->count - 1];
        }
        return;
    }
    for (; f + WIDTH <= i->count; f += WIDTH)
        for (int64_t l = 0; l < b->lanes; l += WIDTH) {
            vec part[WIDTH];
            UNROLL for (int k = 0; k < WIDTH; k++) part[k] = v_load(b->samples[l + k] + i->first + f);
            v_transpose(part);
            UNROLL for (int k = 0; k < WIDTH; k++) v_store(b->rows + i->out + (f + k) * b->stride + l, part[k]);
        }
#if V_BYTES == 64
    /* Its loads may leave out what is not there. Very few features are better taken one by one. */
    if (i->count - f > FEW_FEATURES) {
        for (int64_t l = 0; l < b->lanes; l += WIDTH) {
            vec part[WIDTH];
            UNROLL for (int k = 0; k < WIDTH; k++) part[k] = v_load_first(b->samples[l + k] + i->first + f, i->count - f);
            v_transpose(part);
            for (int k = 0; f + k < i->count; k++) v_store(b->rows + i->out + (f + k) * b->stride + l, part[k]);
        }
        return;
    }
#endif
    for (; f < i->count; f++)
        for (int64_t l = 0; l < b->lanes; l++) b->rows[i->out + f * b->stride + l] = b->samples[l][i->first + f];
}

static void sum_row(const Sum *i, const double *numbers, real *rows, int64_t lanes) {
    real *out = rows + i->out;
    const double *number = numbers + i->numbers;
    int64_t linear = i->linear, products = i->products;
    const int64_t *operand = i->operands;
    if (linear == 2 && products == 0) {
        const real *a = rows + operand[0], *b = rows + operand[1];
        vec constant = v_splat((real)number[0]), first = v_splat((real)number[1]), second = v_splat((real)number[2]);
        EACH(l) v_store(out + l, v_fma(second, v_load(b + l), v_fma(first, v_load(a + l), constant)));
        return;
    }
    EACH(l) {
        vec total = v_splat((real)number[0]);
        for (int64_t t = 0; t < linear; t++) total = v_fma(v_splat((real)number[1 + t]), v_load(rows + operand[t] + l), total);
        for (int64_t t = 0; t < products; t++) {
            const int64_t *pair = operand + linear + 2 * t;
            vec a = v_load(rows + pair[0] + l), b = v_load(rows + pair[1] + l);
            total = v_fma(v_splat((real)number[1 + linear + t]) * a, b, total);
        }
        v_store(out + l, total);
    }
}

/* The bits of the results' products with zero come together in `wrong`: a NaN where one is not finite. Such a result
   has left the domain, or was not finite before: the engine is asked which. */
#ifdef SINGLE
/* Of the smallest numbers only some digits are left: what their logarithm is, is in doubt. */
#define DOUBT(function, x) \
    ((function) == FUNCTION_log ? v_where_less(x, v_splat(SMALLEST), v_splat((real)NAN), v_splat(0)) : v_splat(0))
#else
#define DOUBT(function, x) v_splat(0)
#endif
#define VALUES(function, leaves, expression)                \
    EACH(l) {                                               \
        vec x = v_load(a + l), y = expression;              \
        v_store(out + l, y);                                \
        if (leaves) wrong = v_either(wrong, v_either(DOUBT(function, x), y * (real)0.0)); \
    }                                                       \
    return leaves && v_any_nan(wrong);
#define BY_OPERAND(name, leaves) case FUNCTION_##name: VALUES(FUNCTION_##name, leaves, name##_of(x, &slope_here))
#define BY_RESULT(name, leaves) case FUNCTION_##name: VALUES(FUNCTION_##name, leaves, name##_of(x))
#define SMOOTH(name, leaves)                                \
    case FUNCTION_##name:                                   \
        EACH(l) {                                           \
            vec y = name##_of(v_load(a + l), &slope_here);  \
            v_store(out + l, y);                            \
            if (slope != NULL) v_store(slope + l, slope_here); \
            if (leaves) wrong = v_either(wrong, y * (real)0.0); \
        }                                                   \
        return leaves && v_any_nan(wrong);

/* Returns whether a power left its domain. */
static int power_row(real *out, const real *a, double exponent, int64_t lanes) {
    vec wrong = v_splat(0);
    EACH_POWER(exponent, EACH(l) {
        vec y = constant_power(v_load(a + l), exponent, way);
        v_store(out + l, y);
        wrong = v_either(wrong, y * (real)0.0);
    })
    return v_any_nan(wrong);
}

/* Returns whether the function left its domain. */
static int map_row(real *out, real *slope, const real *a, int64_t function, double exponent, int64_t lanes) {
    vec slope_here, wrong = v_splat(0);
    switch (function) {
        FUNCTIONS_BY_OPERAND(BY_OPERAND)
        FUNCTIONS_BY_RESULT(BY_RESULT)
        SMOOTH_FUNCTIONS(SMOOTH)
    case FUNCTION_constant_power: return power_row(out, a, exponent, lanes);
    case FUNCTION_detach: memmove(out, a, (size_t)lanes * sizeof(real)); break;
    }
    return 0;
}

#define GRADIENT_BY_OPERAND(name, leaves)                   \
    case FUNCTION_##name:                                   \
        EACH(l) {                                           \
            (void)name##_of(v_load(a + l), &slope);         \
            v_store(out + l, v_load(g + l) * slope);        \
        }                                                   \
        break;
#define GRADIENT_BY_RESULT(name, leaves) \
    case FUNCTION_##name: EACH(l) v_store(out + l, name##_gradient_of(v_load(g + l), v_load(y + l))); break;

static void power_gradient_row(real *out, const real *g, const real *a, double exponent, int64_t lanes) {
    EACH_POWER(exponent - 1.0, EACH(l) {
        vec power = constant_power(v_load(a + l), exponent - 1.0, way);
        v_store(out + l, v_load(g + l) * ((real)exponent * power));
    })
}

/* out = gradient * derivative. */
static void map_gradient_row(real *out, const real *g, const real *a, const real *y, int64_t function,
                             double exponent, int64_t lanes) {
    vec slope;
    switch (function) {
        FUNCTIONS_BY_OPERAND(GRADIENT_BY_OPERAND)
        FUNCTIONS_BY_RESULT(GRADIENT_BY_RESULT)
        SMOOTH_FUNCTIONS(GRADIENT_BY_OPERAND)
    case FUNCTION_constant_power: power_gradient_row(out, g, a, exponent, lanes); break;
    }
}

#define BINARY_VALUES(name, leaves)                                   \
    case FUNCTION_##name:                                             \
        EACH(l) {                                                     \
            vec y = name##_of(v_load(a + l), v_load(b + l));          \
            v_store(out + l, y);                                      \
            if (leaves) wrong = v_either(wrong, y * (real)0.0);        \
        }                                                             \
        return leaves && v_any_nan(wrong);
#define BINARY_SLOPES(name, leaves)                                                                            \
    case FUNCTION_##name:                                                                                      \
        EACH(l) {                                                                                              \
            vec slope = name##_slope(v_load(a + l), v_load(b + l), v_load(y + l), i->by);                      \
            v_store(out + l, v_load(g + l) * slope);                                                           \
        }                                                                                                      \
        break;

static int binary_row(const Binary *i, real *rows, int64_t lanes) {
    real *out = rows + i->out;
    const real *a = rows + i->first, *b = rows + i->second;
    vec wrong = v_splat(0);
    switch (i->function) { BINARY_FUNCTIONS(BINARY_VALUES) }
    return 0;
}

static void binary_gradient_row(const BinaryGradient *i, real *rows, int64_t lanes) {
    real *out = rows + i->out;
    const real *g = rows + i->gradient, *a = rows + i->first, *b = rows + i->second, *y = rows + i->result;
    switch (i->function) { BINARY_FUNCTIONS(BINARY_SLOPES) }
}

/* A function of numbers: of a row of a few equal ones. */
static real map_number(int64_t function, real x, real exponent, real *slope) {
    real a[WIDTH], y[WIDTH], one[WIDTH], slopes[WIDTH];
    for (int k = 0; k < WIDTH; k++) a[k] = x, one[k] = 1, slopes[k] = 0, y[k] = 0;
    map_row(y, NULL, a, function, exponent, WIDTH);
    map_gradient_row(slopes, one, a, y, function, exponent, WIDTH);
    *slope = slopes[0];
    return y[0];
}

#define BINARY_NUMBER(name, leaves)                                   \
    case FUNCTION_##name:                                             \
        y = name##_of(first, second);                                 \
        v_store(by_first, name##_slope(first, second, y, 0));         \
        v_store(by_second, name##_slope(first, second, y, 1));        \
        break;
static real binary_number(int64_t function, real a, real b, real *slopes) {
    real by_first[WIDTH], by_second[WIDTH], value[WIDTH];
    vec first = v_splat(a), second = v_splat(b), y = first;
    switch (function) { BINARY_FUNCTIONS(BINARY_NUMBER) }
    v_store(value, y);
    slopes[0] = by_first[0], slopes[1] = by_second[0];
    return value[0];
}

static int run(const Instructions *instructions, const Block *b) {
    const int64_t *word = instructions->code, *end = word + instructions->length;
    const double *numbers = instructions->numbers;
    real *rows = b->rows;
    const int64_t lanes = b->lanes;
    int left = 0;
    for (; word < end; word += word[1]) {
        const void *instruction = word;
        if (instruction == b->late) {
            keep(instruction, b);
            continue;
        }
        switch (word[0]) {
        case LAYER: layer(instruction, b); break;
        case SAMPLE_LAYER: sample_layer(instruction, b); break;
        case WEIGHT_GRADIENT: weight_gradient(instruction, b); break;
        case SAMPLE_GRADIENT: sample_gradient(instruction, b); break;
        case LOAD:
            if (!b->loaded) load(instruction, b);
            break;
        case SUM: sum_row(instruction, numbers, rows, lanes); break;
        case MAP: {
            const Map *i = instruction;
            left |= map_row(rows + i->out, i->slope < 0 ? NULL : rows + i->slope, rows + i->operand, i->function,
                            numbers[i->exponent], lanes);
            break;
        }
        case MAP_GRADIENT: {
            const MapGradient *i = instruction;
            map_gradient_row(rows + i->out, rows + i->gradient, rows + i->operand, rows + i->result, i->function,
                             numbers[i->exponent], lanes);
            break;
        }
        case BINARY: left |= binary_row(instruction, rows, lanes); break;
        case BINARY_GRADIENT: binary_gradient_row(instruction, rows, lanes); break;
        case SPLAT: {
            const Splat *i = instruction;
            EACH(l) v_store(rows + i->out + l, v_splat(b->slots[i->slot]));
            break;
        }
        case SPLAT_GRADIENT: {
            const SplatGradient *i = instruction;
            b->gradients[i->slot] = row_sum(rows + i->gradient, lanes) + (b->fresh ? 0 : b->gradients[i->slot]);
            break;
        }
        }
    }
    return left;
}

/* How many numbers an instruction needs while it runs: for a strip, or for sums. */
static int64_t scratch(const int64_t *instruction, int64_t lanes) {
    const SampleLayer *layer = (const void *)instruction;
    switch (instruction[0]) {
    case WEIGHT_GRADIENT:
    case SAMPLE_GRADIENT: return TILE_VECTORS * WIDTH * lanes;
    case SAMPLE_LAYER: return samples_at_a_time(layer, lanes) * padded_neurons(layer->count);
    }
    return 0;
}

static void add(real *total, const real *part, int64_t count) {
    for (int64_t i = 0; i < count; i++) total[i] += part[i];
}

static void add_multiple(real *total, const real *part, real factor, int64_t count) {
    for (int64_t i = 0; i < count; i++) total[i] += factor * part[i];
}

/* Of a few thousand products at a time, so that float32 loses nothing to speak of in a long sum. */
static double dot(const real *a, const real *b, int64_t count) {
    double sum = 0.0;
    int64_t i = 0;
    while (i + 4 * WIDTH <= count) {
        vec total[4];
        const int64_t end = i + 4096 < count ? i + 4096 : count;
        UNROLL for (int k = 0; k < 4; k++) total[k] = v_splat(0);
        for (; i + 4 * WIDTH <= end; i += 4 * WIDTH)
            UNROLL for (int k = 0; k < 4; k++) total[k] = v_fma(v_load(a + i + k * WIDTH), v_load(b + i + k * WIDTH), total[k]);
        sum += v_sum((total[0] + total[1]) + (total[2] + total[3]));
    }
    for (; i < count; i++) sum += (double)a[i] * (double)b[i];
    return sum;
}

/* Independent chains of multiply-adds, as many as hide their latency, with nothing loaded or stored. */
static double peak(int64_t rounds) {
    vec x[8];
    vec scale = v_splat((real)0.999999), shift = v_splat((real)1e-7);
    UNROLL for (int i = 0; i < 8; i++) x[i] = v_splat((real)(1.0 + i));
    for (int64_t r = 0; r < rounds * (OPERATIONS_A_ROUND / 8 / WIDTH); r++) {
        UNROLL for (int i = 0; i < 8; i++) x[i] = v_fma(x[i], scale, shift);
    }
    vec total = v_splat(0);
    UNROLL for (int i = 0; i < 8; i++) total += x[i];
    return v_sum(total);
}

const InstructionSet PRECISE(INSTRUCTION_SET) = {
    INSTRUCTION_SET_NAME, run, pack, unpack, packed_numbers, scratch, wide_scratch, map_number, binary_number, update, wide, add,
    add_multiple, dot, peak};
