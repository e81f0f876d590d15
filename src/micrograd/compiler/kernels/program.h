/* What the module and the instruction sets agree on: the words of instructions (see encode.py, whose lists of names
   are compared with these when the module is imported). */
#ifndef MICROGRAD_PROGRAM_H
#define MICROGRAD_PROGRAM_H

#include "operations.h"
#include "precision.h"

#include <stdint.h>

#define FUNCTION_CODE(name, leaves) FUNCTION_##name,
enum { NO_FUNCTION, FUNCTIONS(FUNCTION_CODE) FUNCTIONS_END };
enum { BINARY_FUNCTIONS(FUNCTION_CODE) BINARY_FUNCTIONS_END };

/* The fields of each instruction. Rows are offsets of their first lane; -1 where there is none. */
#define LAYER_FIELDS(F) \
    F(out) F(count) F(width) F(weights) F(row_stride) F(column_stride) F(bias) F(bias_stride) F(activation) F(slope) F(slope_of)
#define SAMPLE_LAYER_FIELDS(F) F(out) F(count) F(width) F(first) F(packed) F(activation) F(slope)
#define WEIGHT_GRADIENT_FIELDS(F) F(count) F(width) F(weights) F(row_stride) F(bias) F(bias_stride)
#define SAMPLE_GRADIENT_FIELDS(F) F(count) F(width) F(first) F(weights) F(row_stride) F(bias) F(bias_stride)
#define SUM_FIELDS(F) F(out) F(numbers) F(linear) F(products)
#define MAP_FIELDS(F) F(out) F(function) F(operand) F(exponent) F(slope)
#define MAP_GRADIENT_FIELDS(F) F(out) F(function) F(gradient) F(operand) F(result) F(exponent)
#define BINARY_FIELDS(F) F(out) F(function) F(first) F(second)
#define BINARY_GRADIENT_FIELDS(F) F(out) F(function) F(by) F(gradient) F(first) F(second) F(result)
#define SPLAT_FIELDS(F) F(out) F(slot)
#define SPLAT_GRADIENT_FIELDS(F) F(slot) F(gradient)
#define LOAD_FIELDS(F) F(out) F(count) F(first)
#define GATHER_FIELDS(F) F(out) F(count)
#define PACK_FIELDS(F) F(out) F(count) F(width) F(weights) F(row_stride) F(column_stride) F(bias) F(bias_stride)
#define DOT_FIELDS(F) F(out) F(runs)

#define INSTRUCTIONS(I)                                 \
    I(LAYER, Layer, LAYER_FIELDS)                       \
    I(SAMPLE_LAYER, SampleLayer, SAMPLE_LAYER_FIELDS)   \
    I(WEIGHT_GRADIENT, WeightGradient, WEIGHT_GRADIENT_FIELDS) \
    I(SAMPLE_GRADIENT, SampleGradient, SAMPLE_GRADIENT_FIELDS) \
    I(SUM, Sum, SUM_FIELDS)                             \
    I(MAP, Map, MAP_FIELDS)                             \
    I(MAP_GRADIENT, MapGradient, MAP_GRADIENT_FIELDS)   \
    I(BINARY, Binary, BINARY_FIELDS)                    \
    I(BINARY_GRADIENT, BinaryGradient, BINARY_GRADIENT_FIELDS) \
    I(SPLAT, Splat, SPLAT_FIELDS)                       \
    I(SPLAT_GRADIENT, SplatGradient, SPLAT_GRADIENT_FIELDS) \
    I(LOAD, Load, LOAD_FIELDS)                          \
    I(GATHER, Gather, GATHER_FIELDS)                    \
    I(PACK, Pack, PACK_FIELDS)                          \
    I(DOT, Dot, DOT_FIELDS)

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

typedef struct {
    const int64_t *code;   /* instructions, each beginning with its kind and its length */
    int64_t length;
    const double *numbers; /* the coefficients and exponents that instructions refer to */
} Instructions;

/* Some samples on their way through the instructions. */
typedef struct {
    real *rows;
    int64_t stride; /* from row to row */
    int64_t lanes;  /* how many are computed, a multiple of LANES; those beyond the last sample repeat it */
    const real *const *samples; /* of each lane, where its features are, if an instruction asks for that */
    const real *together;       /* the first of the samples, where they lie one after another; or NULL */
    int64_t count, features;    /* how many samples these are, and how far they are apart */
    const real *slots, *packed; /* what all samples share; weights as the first layers read them */
    real *gradients;            /* by slots */
    int fresh;                  /* the gradients are to be written, not added to */
    int loaded;                 /* the features that are read from rows are there already */
    const void *late;           /* the instruction that is not run here: its gradient rows are kept for wide.h; or NULL */
    real *kept;                 /* (count + WIDTH - 1) / WIDTH * WIDTH numbers for each lane */
    real *scratch;
} Block;

enum { SGD, ADAM };

/* How the weights change: the rules are those of training_state.py. The new weights go elsewhere than the old ones lie, which
   are still there if the new ones are not finite. */
typedef struct {
    int64_t kind;
    int nesterov;
    real rate, momentum, beta1, beta2, rest1, rest2, grown1, grown2, epsilon;
    real *weights;
    const real *old;
    real *first, *second; /* the moments */
} Update;

/* A first layer with many weights, whose gradient is computed for several blocks at once (wide.h). */
typedef struct {
    const void *instruction; /* what computes it in other programs; NULL: there is no such layer */
    const Pack *pack;        /* how its weights are packed; its gradient is laid out in the same way */
    int64_t count, width, first, bias;
    int64_t begin, end;      /* its slots: from here to there, and no others */
} Wide;

/* What becomes of the gradient: it is added to what is at `before`, or, if that is NULL, to nothing. */
typedef struct {
    const real *before;
    real *sums;
    real *strip; /* scratch */
    const Update *update; /* if not NULL, only new weights are wanted */
    int64_t item, items;  /* which part of the inputs */
} WideWork;

/* So few features are read column by column where samples lie one after another; else, each lane is asked where it is. */
#define FEW_FEATURES 4

/* Packed weights have room for a multiple of this many neurons, whatever the instruction set. */
#define PACKED_NEURONS 16

typedef struct {
    const char *name;
    /* Run instructions over a block. Returns whether an operation left its domain, or overflowed, in one of the lanes. */
    int (*run)(const Instructions *instructions, const Block *block);
    /* Lay the weights of a layer out as samples pass by them. */
    void (*pack)(const Pack *pack, const real *slots, real *packed);
    void (*unpack)(const Pack *pack, const real *packed, real *slots);
    int64_t (*packed_numbers)(const Pack *pack); /* how many these are */
    /* How many numbers of scratch an instruction needs. */
    int64_t (*scratch)(const int64_t *instruction, int64_t lanes);
    /* And the wide gradient, of blocks that have so many lanes. */
    int64_t (*wide_scratch)(int64_t lanes);
    /* A function of numbers, and its derivatives. */
    real (*map_number)(int64_t function, real x, real exponent, real *slope);
    real (*binary_number)(int64_t function, real a, real b, real *slopes);
    /* New weights for `count` gradients, which belong to those from number `first` on; returns whether they are finite. */
    int (*update)(const Update *update, const real *gradient, int64_t first, int64_t count);
    /* The wide gradient over blocks of which has been kept what it needs; returns whether all new weights are finite. */
    int (*wide)(const Wide *wide, const Block *blocks, int64_t many, const WideWork *work);
    /* total += part; total += factor * part; the sum of products. */
    void (*add)(real *total, const real *part, int64_t count);
    void (*add_multiple)(real *total, const real *part, real factor, int64_t count);
    double (*dot)(const real *a, const real *b, int64_t count);
    /* A plain loop of independent multiply-adds, `rounds` times OPERATIONS_A_ROUND of them: the machine's peak. */
    double (*peak)(int64_t rounds);
} InstructionSet;

/* Whether a function can leave its domain, by its code. */
int function_leaves(int64_t function);
int binary_leaves(int64_t function);

#define OPERATIONS_A_ROUND 1024

extern const InstructionSet PRECISE(micrograd_baseline);

#if defined(__x86_64__) && defined(__GNUC__)
#define MICROGRAD_HAS_AVX 1
extern const InstructionSet PRECISE(micrograd_avx2);
extern const InstructionSet PRECISE(micrograd_avx512);
#endif

#endif
