/* Runs instructions over lanes. Included once for each instruction set, which defines WIDTH and TILE_REGISTERS. */
#include "program.h"
#include "vectors.h"
#include "functions.h"
#include "layers.h"
#include "weights.h"

#define EACH(l) for (int64_t l = 0; l < lanes; l += WIDTH)

static void sum_row(const int64_t *c, const double *numbers, double *rows, int64_t lanes) {
    double *out = rows + c[2];
    const double *number = numbers + c[3];
    int64_t linear = c[4], products = c[5];
    const int64_t *operand = c + 6;
    if (linear == 2 && products == 0) {
        const double *a = rows + operand[0], *b = rows + operand[1];
        vec constant = v_splat(number[0]), first = v_splat(number[1]), second = v_splat(number[2]);
        EACH(l) v_store(out + l, v_fma(second, v_load(b + l), v_fma(first, v_load(a + l), constant)));
        return;
    }
    EACH(l) {
        vec total = v_splat(number[0]);
        for (int64_t t = 0; t < linear; t++) total = v_fma(v_splat(number[1 + t]), v_load(rows + operand[t] + l), total);
        for (int64_t t = 0; t < products; t++) {
            const int64_t *pair = operand + linear + 2 * t;
            vec a = v_load(rows + pair[0] + l), b = v_load(rows + pair[1] + l);
            total = v_fma(v_splat(number[1 + linear + t]) * a, b, total);
        }
        v_store(out + l, total);
    }
}

static void map_row(double *out, double *slope, const double *a, int64_t function, double exponent, int64_t lanes) {
    switch (function) {
    case RELU: EACH(l) v_store(out + l, relu_of(v_load(a + l))); break;
    case TANH: activate(out, slope, a, TANH, lanes); break;
    case SIGMOID: activate(out, slope, a, SIGMOID, lanes); break;
    case EXP: EACH(l) v_store(out + l, exp_of(v_load(a + l))); break;
    case LOG: EACH(l) v_store(out + l, log_of(v_load(a + l))); break;
    case SQRT: EACH(l) v_store(out + l, v_sqrt(v_load(a + l))); break;
    case ABS: EACH(l) v_store(out + l, v_abs(v_load(a + l))); break;
    case SIN: for (int64_t l = 0; l < lanes; l++) out[l] = sin(a[l]); break;
    case COS: for (int64_t l = 0; l < lanes; l++) out[l] = cos(a[l]); break;
    case CONSTANT_POWER: power_row(out, a, exponent, lanes); break;
    }
}

/* out = gradient * derivative. */
static void map_gradient_row(double *out, const double *g, const double *a, const double *y, int64_t function,
                             double exponent, int64_t lanes) {
    switch (function) {
    case RELU: EACH(l) v_store(out + l, relu_gradient_of(v_load(g + l), v_load(y + l))); break;
    case EXP: EACH(l) v_store(out + l, v_load(g + l) * v_load(y + l)); break;
    case LOG: EACH(l) v_store(out + l, v_load(g + l) / v_load(a + l)); break;
    case SQRT: EACH(l) v_store(out + l, v_load(g + l) * (0.5 / v_load(y + l))); break;
    case ABS:
        EACH(l) {
            vec x = v_load(a + l), one = v_splat(1.0), zero = v_splat(0.0);
            vec sign = v_where_less(x, zero, -one, v_where_less(zero, x, one, zero));
            v_store(out + l, v_load(g + l) * sign);
        }
        break;
    case SIN: for (int64_t l = 0; l < lanes; l++) out[l] = g[l] * cos(a[l]); break;
    case COS: for (int64_t l = 0; l < lanes; l++) out[l] = g[l] * -sin(a[l]); break;
    case CONSTANT_POWER:
        if (exponent == 2.0) {
            EACH(l) v_store(out + l, v_load(g + l) * (2.0 * v_load(a + l)));
            break;
        }
        power_row(out, a, exponent - 1.0, lanes);
        EACH(l) v_store(out + l, v_load(g + l) * (exponent * v_load(out + l)));
        break;
    }
}

static void binary_row(double *out, const double *a, const double *b, int64_t function, int64_t lanes) {
    switch (function) {
    case POWER: for (int64_t l = 0; l < lanes; l++) out[l] = pow(a[l], b[l]); break;
    /* A NaN compares with nothing, not even with itself: it is taken. */
    case MAXIMUM:
        EACH(l) {
            vec x = v_load(a + l), y = v_load(b + l);
            v_store(out + l, v_where_at_most(y, x, x, v_where_at_most(x, x, y, x)));
        }
        break;
    case MINIMUM:
        EACH(l) {
            vec x = v_load(a + l), y = v_load(b + l);
            v_store(out + l, v_where_at_most(x, y, x, v_where_at_most(x, x, y, x)));
        }
        break;
    }
}

static void binary_gradient_row(const int64_t *c, double *rows, int64_t lanes) {
    double *out = rows + c[2];
    const double *g = rows + c[5], *a = rows + c[6], *b = rows + c[7], *y = rows + c[8];
    int64_t by = c[4];
    if (c[3] == POWER) {
        for (int64_t l = 0; l < lanes; l++)
            if (by == 0) out[l] = b[l] == 0.0 ? 0.0 : g[l] * (b[l] * pow(a[l], b[l] - 1.0));
            else out[l] = a[l] == 0.0 ? 0.0 : g[l] * (y[l] * log(a[l]));
        return;
    }
    /* On a tie the first operand takes the whole gradient. */
    vec yes = v_splat(by == 0 ? 1.0 : 0.0), no = v_splat(by == 0 ? 0.0 : 1.0);
    if (c[3] == MAXIMUM) EACH(l) v_store(out + l, v_load(g + l) * v_where_at_most(v_load(b + l), v_load(a + l), yes, no));
    else EACH(l) v_store(out + l, v_load(g + l) * v_where_at_most(v_load(a + l), v_load(b + l), yes, no));
}

static void run(const Instructions *instructions, double *rows, int64_t stride, int64_t lanes, const double *slots,
                double *gradients) {
    const int64_t *c = instructions->code, *end = c + instructions->length;
    const double *numbers = instructions->numbers;
    for (; c < end; c += c[1]) {
        switch (c[0]) {
        case LAYER: layer(c, rows, stride, lanes, slots); break;
        case WEIGHT_GRADIENT: weight_gradient(c, rows, lanes, gradients); break;
        case SUM: sum_row(c, numbers, rows, lanes); break;
        case MAP:
            map_row(rows + c[2], c[6] < 0 ? NULL : rows + c[6], rows + c[4], c[3], numbers[c[5]], lanes);
            break;
        case MAP_GRADIENT:
            map_gradient_row(rows + c[2], rows + c[4], rows + c[5], rows + c[6], c[3], numbers[c[7]], lanes);
            break;
        case BINARY: binary_row(rows + c[2], rows + c[4], rows + c[5], c[3], lanes); break;
        case BINARY_GRADIENT: binary_gradient_row(c, rows, lanes); break;
        case SPLAT: EACH(l) v_store(rows + c[2] + l, v_splat(slots[c[3]])); break;
        case SPLAT_GRADIENT: gradients[c[2]] += row_sum(rows + c[3], lanes); break;
        }
    }
}

/* The update rules are those of optimizer.py. A weight times zero is zero exactly when it is finite. */
static int descend(double *weights, const double *gradient, double rate, int64_t count) {
    vec wrong = v_splat(0.0), zero = v_splat(0.0);
    double rest = 0.0;
    int64_t i = 0;
    for (; i + WIDTH <= count; i += WIDTH) {
        vec w = v_load(weights + i) - rate * v_load(gradient + i);
        v_store(weights + i, w);
        wrong += w * zero;
    }
    for (; i < count; i++) {
        weights[i] -= rate * gradient[i];
        rest += weights[i] * 0.0;
    }
    return v_sum(wrong) + rest == 0.0;
}

static int momentum(double *weights, const double *gradient, double *velocity, double factor, int nesterov,
                    double rate, int64_t count) {
    double wrong = 0.0;
    for (int64_t i = 0; i < count; i++) {
        velocity[i] = factor * velocity[i] + gradient[i];
        weights[i] -= rate * (nesterov ? gradient[i] + factor * velocity[i] : velocity[i]);
        wrong += weights[i] * 0.0;
    }
    return wrong == 0.0;
}

/* settings: beta1, beta2, epsilon, 1 - beta1**t, 1 - beta2**t. */
static int adam(double *weights, const double *gradient, double *first, double *second, const double *settings,
                double rate, int64_t count) {
    double beta1 = settings[0], beta2 = settings[1], epsilon = settings[2];
    vec wrong = v_splat(0.0), zero = v_splat(0.0);
    double rest = 0.0;
    int64_t i = 0;
    for (; i + WIDTH <= count; i += WIDTH) {
        vec g = v_load(gradient + i);
        vec mean = beta1 * v_load(first + i) + (1.0 - beta1) * g;
        vec square = beta2 * v_load(second + i) + (1.0 - beta2) * g * g;
        vec w = v_load(weights + i) - rate * (mean / settings[3]) / (v_sqrt(square / settings[4]) + epsilon);
        v_store(first + i, mean);
        v_store(second + i, square);
        v_store(weights + i, w);
        wrong += w * zero;
    }
    for (; i < count; i++) {
        double g = gradient[i];
        first[i] = beta1 * first[i] + (1.0 - beta1) * g;
        second[i] = beta2 * second[i] + (1.0 - beta2) * g * g;
        weights[i] -= rate * (first[i] / settings[3]) / (sqrt(second[i] / settings[4]) + epsilon);
        rest += weights[i] * 0.0;
    }
    return v_sum(wrong) + rest == 0.0;
}

/* Independent chains of multiply-adds, as many as hide their latency, with nothing loaded or stored. */
static double peak(int64_t rounds) {
    vec x[8];
    vec scale = v_splat(0.999999), shift = v_splat(1e-7);
    UNROLL for (int i = 0; i < 8; i++) x[i] = v_splat(1.0 + i);
    for (int64_t r = 0; r < rounds * (OPERATIONS_A_ROUND / 8 / WIDTH); r++) {
        UNROLL for (int i = 0; i < 8; i++) x[i] = v_fma(x[i], scale, shift);
    }
    vec total = v_splat(0.0);
    UNROLL for (int i = 0; i < 8; i++) total += x[i];
    return v_sum(total);
}

const InstructionSet INSTRUCTION_SET = {INSTRUCTION_SET_NAME, run, descend, momentum, adam, peak};
