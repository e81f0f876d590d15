/* What the module and the instruction sets agree on: the words of instructions (see encode.py, whose lists of names
   are compared with these when the module is imported). */
#ifndef MICROGRAD_PROGRAM_H
#define MICROGRAD_PROGRAM_H

#include "operations.h"

#include <stdint.h>

#define FUNCTION_CODE(name, leaves) FUNCTION_##name,
enum { NO_FUNCTION, FUNCTIONS(FUNCTION_CODE) FUNCTIONS_END };
enum { BINARY_FUNCTIONS(FUNCTION_CODE) BINARY_FUNCTIONS_END };

/* The fields of each instruction. Rows are offsets of their first lane; -1 where there is none. */
#define LAYER_FIELDS(F) \
    F(out) F(count) F(width) F(weights) F(row_stride) F(column_stride) F(bias) F(bias_stride) F(activation) F(slope) F(slope_of)
#define WEIGHT_GRADIENT_FIELDS(F) F(count) F(width) F(weights) F(row_stride) F(bias) F(bias_stride) F(scratch)
#define SUM_FIELDS(F) F(out) F(numbers) F(linear) F(products)
#define MAP_FIELDS(F) F(out) F(function) F(operand) F(exponent) F(slope)
#define MAP_GRADIENT_FIELDS(F) F(out) F(function) F(gradient) F(operand) F(result) F(exponent)
#define BINARY_FIELDS(F) F(out) F(function) F(first) F(second)
#define BINARY_GRADIENT_FIELDS(F) F(out) F(function) F(by) F(gradient) F(first) F(second) F(result)
#define SPLAT_FIELDS(F) F(out) F(slot)
#define SPLAT_GRADIENT_FIELDS(F) F(slot) F(gradient)
#define GATHER_FIELDS(F) F(out) F(count)

#define INSTRUCTIONS(I)                                 \
    I(LAYER, Layer, LAYER_FIELDS)                       \
    I(WEIGHT_GRADIENT, WeightGradient, WEIGHT_GRADIENT_FIELDS) \
    I(SUM, Sum, SUM_FIELDS)                             \
    I(MAP, Map, MAP_FIELDS)                             \
    I(MAP_GRADIENT, MapGradient, MAP_GRADIENT_FIELDS)   \
    I(BINARY, Binary, BINARY_FIELDS)                    \
    I(BINARY_GRADIENT, BinaryGradient, BINARY_GRADIENT_FIELDS) \
    I(SPLAT, Splat, SPLAT_FIELDS)                       \
    I(SPLAT_GRADIENT, SplatGradient, SPLAT_GRADIENT_FIELDS) \
    I(GATHER, Gather, GATHER_FIELDS)

#define INSTRUCTION_CODE(code, name, fields) code,
enum { INSTRUCTIONS(INSTRUCTION_CODE) INSTRUCTIONS_END };

/* Each instruction as a struct: its kind, how many words it has, its fields, and then its operands, as many as it says. */
#define FIELD(name) int64_t name;
#define INSTRUCTION_STRUCT(code, name, fields) \
    typedef struct {                           \
        int64_t kind, length;                  \
        fields(FIELD) int64_t operands[];      \
    } name;
INSTRUCTIONS(INSTRUCTION_STRUCT)

/* Rows are stored at multiples of a fixed stride; lanes are computed in groups of this many. */
#define LANES 8

typedef struct {
    const int64_t *code;   /* instructions, each beginning with its kind and its length */
    int64_t length;
    const double *numbers; /* the coefficients and exponents that instructions refer to */
} Instructions;

typedef struct {
    const char *name;
    /* Run instructions over the first `lanes` lanes of the rows, a multiple of LANES. Returns whether an operation left
       its domain, or overflowed, in one of them. */
    int (*run)(const Instructions *instructions, double *rows, int64_t stride, int64_t lanes, const double *slots,
               double *gradients);
    /* A function of numbers, and its derivatives. */
    double (*map_number)(int64_t function, double x, double exponent, double *slope);
    double (*binary_number)(int64_t function, double a, double b, double *slopes);
    /* w -= rate * g; returns whether all weights are finite. */
    int (*descend)(double *weights, const double *gradient, double rate, int64_t count);
    int (*momentum)(double *weights, const double *gradient, double *velocity, double momentum, int nesterov,
                    double rate, int64_t count);
    int (*adam)(double *weights, const double *gradient, double *first, double *second, const double *settings,
                double rate, int64_t count);
    /* A plain loop of independent multiply-adds, `rounds` times OPERATIONS_A_ROUND of them: the machine's peak. */
    double (*peak)(int64_t rounds);
} InstructionSet;

/* Whether a function can leave its domain, by its code. */
int function_leaves(int64_t function);
int binary_leaves(int64_t function);

#define OPERATIONS_A_ROUND 1024

extern const InstructionSet micrograd_baseline;

#if defined(__x86_64__) && defined(__GNUC__)
#define MICROGRAD_HAS_AVX 1
extern const InstructionSet micrograd_avx2;
extern const InstructionSet micrograd_avx512;
#endif

#endif
