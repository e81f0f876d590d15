/* What the module and the instruction sets agree on: the encoding of instructions (see kernel_machine.py). */
#ifndef MICROGRAD_PROGRAM_H
#define MICROGRAD_PROGRAM_H

#include <stdint.h>

enum { LAYER, WEIGHT_GRADIENT, SUM, MAP, MAP_GRADIENT, BINARY, BINARY_GRADIENT, SPLAT, SPLAT_GRADIENT, GATHER };

enum { RELU = 1, TANH, SIGMOID, EXP, LOG, SQRT, SIN, COS, ABS, CONSTANT_POWER };

enum { POWER, MAXIMUM, MINIMUM };

/* Rows are stored at multiples of a fixed stride; lanes are computed in groups of this many. */
#define LANES 8

typedef struct {
    const int64_t *code;   /* instructions, each beginning with its kind and its length */
    int64_t length;
    const double *numbers; /* the coefficients and exponents that instructions refer to */
} Instructions;

typedef struct {
    const char *name;
    /* Run instructions over the first `lanes` lanes of the rows, a multiple of LANES. */
    void (*run)(const Instructions *instructions, double *rows, int64_t stride, int64_t lanes,
                const double *slots, double *gradients);
    /* w -= rate * g; returns whether all weights are finite. */
    int (*descend)(double *weights, const double *gradient, double rate, int64_t count);
    int (*momentum)(double *weights, const double *gradient, double *velocity, double momentum, int nesterov,
                    double rate, int64_t count);
    int (*adam)(double *weights, const double *gradient, double *first, double *second, const double *settings,
                double rate, int64_t count);
    /* A plain loop of independent multiply-adds, `rounds` times OPERATIONS_A_ROUND of them: the machine's peak. */
    double (*peak)(int64_t rounds);
} InstructionSet;

#define OPERATIONS_A_ROUND 1024

extern const InstructionSet micrograd_baseline;

#if defined(__x86_64__) && defined(__GNUC__)
#define MICROGRAD_HAS_AVX 1
extern const InstructionSet micrograd_avx2;
extern const InstructionSet micrograd_avx512;
#endif

#endif
