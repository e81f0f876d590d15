#include "shared.h"

#include <math.h>

static double map_value(int64_t function, double x, double exponent) {
    switch (function) {
    case RELU: return x < 0.0 ? 0.0 : x;
    case TANH: return tanh(x);
    case SIGMOID: {
        double e = exp(-fabs(x));
        return (x >= 0.0 ? 1.0 : e) / (1.0 + e);
    }
    case EXP: return exp(x);
    case LOG: return log(x);
    case SQRT: return sqrt(x);
    case SIN: return sin(x);
    case COS: return cos(x);
    case ABS: return fabs(x);
    default: return pow(x, exponent);
    }
}

/* Not y * (1 - y), which loses its digits where y is close to 1. */
static double sigmoid_slope(double x) {
    double e = exp(-fabs(x));
    return e / ((1.0 + e) * (1.0 + e));
}

static double map_slope(int64_t function, double x, double y, double exponent) {
    switch (function) {
    case RELU: return y > 0.0 ? 1.0 : 0.0;
    case TANH: return 4.0 * sigmoid_slope(2.0 * x);
    case SIGMOID: return sigmoid_slope(x);
    case EXP: return y;
    case LOG: return 1.0 / x;
    case SQRT: return 0.5 / y;
    case SIN: return cos(x);
    case COS: return -sin(x);
    case ABS: return x > 0.0 ? 1.0 : x < 0.0 ? -1.0 : 0.0;
    default: return exponent * pow(x, exponent - 1.0);
    }
}

/* Four sums side by side: one alone would wait for each addition before the next. */
static double sum_of(const int64_t *c, const double *numbers, const double *slots) {
    const double *number = numbers + c[3];
    int64_t linear = c[4], products = c[5];
    const int64_t *a = c + 6, *pair = a + linear;
    double total[4] = {number[0], 0.0, 0.0, 0.0};
    for (int64_t t = 0; t < linear; t++) total[t & 3] += number[1 + t] * slots[a[t]];
    number += 1 + linear;
    for (int64_t t = 0; t < products; t++) total[t & 3] += number[t] * slots[pair[2 * t]] * slots[pair[2 * t + 1]];
    return (total[0] + total[1]) + (total[2] + total[3]);
}

void shared_forward(const Instructions *instructions, double *slots) {
    const int64_t *c = instructions->code, *end = c + instructions->length;
    const double *numbers = instructions->numbers;
    for (; c < end; c += c[1]) {
        switch (c[0]) {
        case SUM: slots[c[2]] = sum_of(c, numbers, slots); break;
        case MAP: slots[c[2]] = map_value(c[3], slots[c[4]], numbers[c[5]]); break;
        case BINARY: {
            double a = slots[c[4]], b = slots[c[5]];
            slots[c[2]] = c[3] == POWER ? pow(a, b) : c[3] == MAXIMUM ? (a >= b ? a : b) : (a <= b ? a : b);
            break;
        }
        case GATHER:
            for (int64_t i = 0; i < c[3]; i++) slots[c[2] + i] = slots[c[4 + i]];
            break;
        }
    }
}

static void binary_backward(const int64_t *c, const double *slots, double gradient, double *gradients) {
    double a = slots[c[4]], b = slots[c[5]], y = slots[c[2]];
    double by_first, by_second;
    if (c[3] == POWER) {
        by_first = b == 0.0 ? 0.0 : b * pow(a, b - 1.0);
        by_second = a == 0.0 ? 0.0 : y * log(a);
    } else {
        by_first = c[3] == MAXIMUM ? a >= b : a <= b;
        by_second = 1.0 - by_first;
    }
    gradients[c[4]] += gradient * by_first;
    gradients[c[5]] += gradient * by_second;
}

void shared_backward(const Instructions *instructions, const int64_t *starts, int64_t count, const double *slots,
                     double *gradients) {
    const double *numbers = instructions->numbers;
    for (int64_t k = count - 1; k >= 0; k--) {
        const int64_t *c = instructions->code + starts[k];
        double gradient = gradients[c[2]];
        switch (c[0]) {
        case SUM: {
            const double *number = numbers + c[3] + 1;
            const int64_t *a = c + 6, *pair = a + c[4];
            for (int64_t t = 0; t < c[4]; t++) gradients[a[t]] += gradient * number[t];
            number += c[4];
            for (int64_t t = 0; t < c[5]; t++) {
                double g = gradient * number[t];
                gradients[pair[2 * t]] += g * slots[pair[2 * t + 1]];
                gradients[pair[2 * t + 1]] += g * slots[pair[2 * t]];
            }
            break;
        }
        case MAP:
            gradients[c[4]] += gradient * map_slope(c[3], slots[c[4]], slots[c[2]], numbers[c[5]]);
            break;
        case BINARY: binary_backward(c, slots, gradient, gradients); break;
        case GATHER:
            for (int64_t i = 0; i < c[3]; i++) gradients[c[4 + i]] += gradients[c[2] + i];
            break;
        }
    }
}
