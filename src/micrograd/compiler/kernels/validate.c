#include "validate.h"

#include <stddef.h>

/* What an instruction may refer to. Every check is written so that no number, however large, overflows in it. */
typedef struct {
    int64_t rows;   /* how many */
    int64_t stride; /* from row to row */
    int64_t slots, numbers, features, packed;
    int on_slots; /* rows are slots */
} Bounds;

static int row(const Bounds *b, int64_t offset) {
    return offset >= 0 && offset % b->stride == 0 && offset / b->stride < b->rows;
}

static int rows_from(const Bounds *b, int64_t offset, int64_t count) {
    return row(b, offset) && count >= 0 && count <= b->rows - offset / b->stride;
}

static int optional_rows(const Bounds *b, int64_t offset, int64_t count) {
    return offset == NONE || rows_from(b, offset, count);
}

static int all_rows(const Bounds *b, const int64_t *offsets, int64_t count) {
    for (int64_t k = 0; k < count; k++)
        if (!row(b, offsets[k])) return 0;
    return 1;
}

static int number(const Bounds *b, int64_t first, int64_t count) {
    return first >= 0 && count >= 0 && first <= b->numbers && count <= b->numbers - first;
}

/* count numbers, `stride` apart, from slot `first` on. */
static int slots_from(const Bounds *b, int64_t first, int64_t count, int64_t stride) {
    if (first < 0 || first >= b->slots || stride < 0 || count < 1) return 0;
    return stride == 0 || count - 1 <= (b->slots - 1 - first) / stride;
}

static int matrix(const Bounds *b, int64_t first, int64_t count, int64_t row_stride, int64_t width, int64_t column_stride) {
    if (!slots_from(b, first, count, row_stride) || !slots_from(b, first, width, column_stride)) return 0;
    return slots_from(b, first + (count - 1) * row_stride, width, column_stride);
}

static int function(int64_t code) { return code > NO_FUNCTION && code < FUNCTIONS_END; }

#define SMOOTH_CASE(name, leaves) \
    case FUNCTION_##name:
static int activation(int64_t code) {
    switch (code) {
    case NO_FUNCTION:
    case FUNCTION_relu: SMOOTH_FUNCTIONS(SMOOTH_CASE) return 1;
    }
    return 0;
}

/* How many words an instruction has before its operands, and how many operands; -1 for an unknown one. */
#define FIELD_SIZE(name) +1
#define INSTRUCTION_SIZE(code, name, fields) \
    case code: return 2 fields(FIELD_SIZE);
static int64_t head(int64_t kind) {
    switch (kind) { INSTRUCTIONS(INSTRUCTION_SIZE) }
    return -1;
}

static int has_operands(const int64_t *word, int64_t count, int64_t more) {
    int64_t left = word[1] - head(word[0]);
    return count >= 0 && more >= 0 && count <= left && more <= left && count + more == left;
}

static int layer(const Bounds *b, const Layer *i) {
    return has_operands(&i->kind, i->width, 0) && i->count > 0 && i->width > 0 && rows_from(b, i->out, i->count) &&
           matrix(b, i->weights, i->count, i->row_stride, i->width, i->column_stride) &&
           (i->bias == NONE || slots_from(b, i->bias, i->count, i->bias_stride)) && activation(i->activation) &&
           optional_rows(b, i->slope, i->count) && optional_rows(b, i->slope_of, i->count) &&
           all_rows(b, i->operands, i->width);
}

static int weight_gradient(const Bounds *b, const WeightGradient *i) {
    return has_operands(&i->kind, i->count, i->width) && i->count > 0 && i->width > 0 &&
           matrix(b, i->weights, i->count, i->row_stride, i->width, 1) &&
           (i->bias == NONE || slots_from(b, i->bias, i->count, i->bias_stride)) &&
           all_rows(b, i->operands, i->count + i->width);
}

static int features_from(const Bounds *b, int64_t first, int64_t count) {
    return first >= 0 && count > 0 && first <= b->features && count <= b->features - first;
}

/* The packed weights of a layer: a panel's neurons fill vectors, and their biases are a row of their own. */
static int panels(const Bounds *b, int64_t first, int64_t count, int64_t width) {
    if (first < 0 || first > b->packed || count < 1 || width < 1 || count > b->slots || width > b->slots) return 0;
    int64_t neurons = (count + PACKED_NEURONS - 1) / PACKED_NEURONS * PACKED_NEURONS;
    return width < (b->packed - first) / neurons;
}

static int sample_layer(const Bounds *b, const SampleLayer *i) {
    return has_operands(&i->kind, 0, 0) && rows_from(b, i->out, i->count) && features_from(b, i->first, i->width) &&
           panels(b, i->packed, i->count, i->width) && activation(i->activation) && optional_rows(b, i->slope, i->count);
}

static int sample_gradient(const Bounds *b, const SampleGradient *i) {
    return has_operands(&i->kind, i->count, 0) && i->count > 0 && features_from(b, i->first, i->width) &&
           matrix(b, i->weights, i->count, i->row_stride, i->width, 1) &&
           (i->bias == NONE || slots_from(b, i->bias, i->count, i->bias_stride)) && all_rows(b, i->operands, i->count);
}

static int load(const Bounds *b, const Load *i) {
    return has_operands(&i->kind, 0, 0) && rows_from(b, i->out, i->count) && features_from(b, i->first, i->count);
}

static int pack(const Bounds *b, const Pack *i) {
    return has_operands(&i->kind, 0, 0) && panels(b, i->out, i->count, i->width) &&
           matrix(b, i->weights, i->count, i->row_stride, i->width, i->column_stride) &&
           (i->bias == NONE || slots_from(b, i->bias, i->count, i->bias_stride));
}

static int sum(const Bounds *b, const Sum *i) {
    return i->products <= i->length && has_operands(&i->kind, i->linear, 2 * i->products) && row(b, i->out) &&
           number(b, i->numbers, 1 + i->linear + i->products) && all_rows(b, i->operands, i->linear + 2 * i->products);
}

static int map(const Bounds *b, const Map *i) {
    return has_operands(&i->kind, 0, 0) && row(b, i->out) && function(i->function) && row(b, i->operand) &&
           number(b, i->exponent, 1) && (i->slope == NONE || (!b->on_slots && row(b, i->slope)));
}

static int map_gradient(const Bounds *b, const MapGradient *i) {
    return has_operands(&i->kind, 0, 0) && row(b, i->out) && function(i->function) && row(b, i->gradient) &&
           row(b, i->operand) && row(b, i->result) && number(b, i->exponent, 1);
}

static int binary(const Bounds *b, const Binary *i) {
    return has_operands(&i->kind, 0, 0) && row(b, i->out) && i->function >= 0 && i->function < BINARY_FUNCTIONS_END &&
           row(b, i->first) && row(b, i->second);
}

static int binary_gradient(const Bounds *b, const BinaryGradient *i) {
    return has_operands(&i->kind, 0, 0) && row(b, i->out) && i->function >= 0 && i->function < BINARY_FUNCTIONS_END &&
           (i->by == 0 || i->by == 1) && row(b, i->gradient) && row(b, i->first) && row(b, i->second) && row(b, i->result);
}

static int splat(const Bounds *b, const Splat *i) {
    return has_operands(&i->kind, 0, 0) && row(b, i->out) && slots_from(b, i->slot, 1, 0);
}

static int splat_gradient(const Bounds *b, const SplatGradient *i) {
    return has_operands(&i->kind, 0, 0) && row(b, i->gradient) && slots_from(b, i->slot, 1, 0);
}

static int gather(const Bounds *b, const Gather *i) {
    return has_operands(&i->kind, i->count, 0) && i->count > 0 && rows_from(b, i->out, i->count) &&
           all_rows(b, i->operands, i->count);
}

static int dot(const Bounds *b, const Dot *i) {
    if (i->runs > i->length || !has_operands(&i->kind, 3 * i->runs, 0) || !row(b, i->out)) return 0;
    for (int64_t k = 0; k < i->runs; k++) {
        const int64_t *run = i->operands + 3 * k;
        if (!slots_from(b, run[0], run[2], 1) || !slots_from(b, run[1], run[2], 1)) return 0;
    }
    return 1;
}

static int instruction(const Bounds *b, const int64_t *word) {
    const void *i = word;
    if (b->on_slots && word[0] != SUM && word[0] != MAP && word[0] != BINARY && word[0] != GATHER && word[0] != PACK &&
        word[0] != DOT)
        return 0;
    switch (word[0]) {
    case LAYER: return layer(b, i);
    case SAMPLE_LAYER: return sample_layer(b, i);
    case WEIGHT_GRADIENT: return weight_gradient(b, i);
    case SAMPLE_GRADIENT: return sample_gradient(b, i);
    case LOAD: return load(b, i);
    case PACK: return b->on_slots && pack(b, i);
    case DOT: return b->on_slots && dot(b, i);
    case SUM: return sum(b, i);
    case MAP: return map(b, i);
    case MAP_GRADIENT: return map_gradient(b, i);
    case BINARY: return binary(b, i);
    case BINARY_GRADIENT: return binary_gradient(b, i);
    case SPLAT: return splat(b, i);
    case SPLAT_GRADIENT: return splat_gradient(b, i);
    case GATHER: return b->on_slots && gather(b, i);
    }
    return 0;
}

static int words(const Bounds *b, const Instructions *instructions) {
    for (int64_t at = 0; at < instructions->length;) {
        int64_t left = instructions->length - at;
        const int64_t *word = instructions->code + at;
        if (left < 2 || head(word[0]) < 0 || word[1] < head(word[0]) || word[1] > left) return 0;
        if (!instruction(b, word)) return 0;
        at += word[1];
    }
    return 1;
}

const char *wrong_with(const Machine *m, int64_t numbers) {
    Bounds rows = {m->rows, m->lanes, m->slots, numbers, m->features, m->packed, 0};
    Bounds slots = {m->slots, 1, m->slots, numbers, m->features, m->packed, 1};
    if (m->parameters < 0 || m->captured < 0 || m->parameters > m->slots || m->captured > m->slots - m->parameters)
        return "there are fewer slots than parameters and captured leaves";
    if (m->features < 0 || m->targets < 0 || m->features > m->rows || m->targets > m->rows - m->features)
        return "there are fewer rows than features and targets";
    if (m->seed != NONE && (m->seed < 0 || m->seed >= m->rows)) return "the seed is no row";
    if (m->results < 1) return "there is no result";
    for (int64_t k = 0; k < m->results; k++) {
        int64_t row_of = m->result[2 * k], slot = m->result[2 * k + 1];
        if (row_of != NONE && (row_of < 0 || row_of >= m->rows)) return "a result is no row";
        if (slot != NONE && (slot < 0 || slot >= m->slots)) return "a result is no slot";
    }
    if (!words(&slots, &m->shared)) return "an instruction on slots refers to what is not there";
    if (!words(&rows, &m->forward)) return "an instruction of the forward pass refers to what is not there";
    if (!words(&rows, &m->backward)) return "an instruction of the backward pass refers to what is not there";
    return NULL;
}
