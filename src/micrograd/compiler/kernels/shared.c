#include "shared.h"

#include <math.h>

/* Four sums side by side: one alone would wait for each addition before the next. */
static double sum_of(const Sum *i, const double *numbers, const real *slots) {
    const double *number = numbers + i->numbers;
    const int64_t *a = i->operands, *pair = a + i->linear;
    double total[4] = {number[0], 0.0, 0.0, 0.0};
    for (int64_t t = 0; t < i->linear; t++) total[t & 3] += number[1 + t] * slots[a[t]];
    number += 1 + i->linear;
    for (int64_t t = 0; t < i->products; t++) total[t & 3] += number[t] * slots[pair[2 * t]] * slots[pair[2 * t + 1]];
    return (total[0] + total[1]) + (total[2] + total[3]);
}

void fill_computed_slots(const Instructions *instructions, real *slots) {
    const int64_t *word = instructions->code, *end = word + instructions->length;
    for (; word < end; word += word[1]) {
        const Gather *gather = (const void *)word; /* whatever the kind, the first field is where the result goes */
        if (word[0] == PACK) continue;
        for (int64_t k = 0; k < (word[0] == GATHER ? gather->count : 1); k++) slots[gather->out + k] = (real)NAN;
    }
}

int shared_forward(const InstructionSet *set, const Instructions *instructions, real *slots, real *packed) {
    const int64_t *word = instructions->code, *end = word + instructions->length;
    real unused[2];
    int left = 0;
    for (; word < end; word += word[1]) {
        const void *instruction = word;
        switch (word[0]) {
        case SUM: {
            const Sum *i = instruction;
            slots[i->out] = (real)sum_of(i, instructions->numbers, slots);
            break;
        }
        case MAP: {
            const Map *i = instruction;
            slots[i->out] = set->map_number(i->function, slots[i->operand], (real)instructions->numbers[i->exponent], unused);
            left |= function_leaves(i->function) && !isfinite(slots[i->out]);
            break;
        }
        case BINARY: {
            const Binary *i = instruction;
            slots[i->out] = set->binary_number(i->function, slots[i->first], slots[i->second], unused);
            left |= binary_leaves(i->function) && !isfinite(slots[i->out]);
            break;
        }
        case PACK: set->pack(instruction, slots, packed); break;
        case DOT: {
            const Dot *i = instruction;
            double total = 0.0;
            for (const int64_t *run = i->operands, *last = run + 3 * i->runs; run < last; run += 3)
                total += set->dot(slots + run[0], slots + run[1], run[2]);
            slots[i->out] = (real)total;
            break;
        }
        case GATHER: {
            const Gather *i = instruction;
            for (int64_t k = 0; k < i->count; k++) slots[i->out + k] = slots[i->operands[k]];
            break;
        }
        }
    }
    return left;
}

static void sum_backward(const Sum *i, const double *numbers, const real *slots, real *gradients) {
    const double *number = numbers + i->numbers + 1;
    const int64_t *a = i->operands, *pair = a + i->linear;
    real gradient = gradients[i->out];
    for (int64_t t = 0; t < i->linear; t++) gradients[a[t]] += gradient * (real)number[t];
    number += i->linear;
    for (int64_t t = 0; t < i->products; t++) {
        real g = gradient * (real)number[t];
        gradients[pair[2 * t]] += g * slots[pair[2 * t + 1]];
        gradients[pair[2 * t + 1]] += g * slots[pair[2 * t]];
    }
}

void shared_backward(const InstructionSet *set, const Instructions *instructions, const int64_t *starts, int64_t count,
                     const real *slots, real *gradients) {
    for (int64_t k = count - 1; k >= 0; k--) {
        const void *instruction = instructions->code + starts[k];
        switch (instructions->code[starts[k]]) {
        case SUM: sum_backward(instruction, instructions->numbers, slots, gradients); break;
        case MAP: {
            const Map *i = instruction;
            real slope;
            set->map_number(i->function, slots[i->operand], (real)instructions->numbers[i->exponent], &slope);
            gradients[i->operand] += gradients[i->out] * slope;
            break;
        }
        case BINARY: {
            const Binary *i = instruction;
            real slopes[2];
            set->binary_number(i->function, slots[i->first], slots[i->second], slopes);
            gradients[i->first] += gradients[i->out] * slopes[0];
            gradients[i->second] += gradients[i->out] * slopes[1];
            break;
        }
        case DOT: {
            const Dot *i = instruction;
            const real gradient = gradients[i->out];
            for (const int64_t *run = i->operands, *last = run + 3 * i->runs; run < last; run += 3) {
                if (run[0] == run[1]) {
                    set->add_multiple(gradients + run[0], slots + run[0], 2 * gradient, run[2]);
                    continue;
                }
                set->add_multiple(gradients + run[0], slots + run[1], gradient, run[2]);
                set->add_multiple(gradients + run[1], slots + run[0], gradient, run[2]);
            }
            break;
        }
        case GATHER: {
            const Gather *i = instruction;
            for (int64_t t = 0; t < i->count; t++) gradients[i->operands[t]] += gradients[i->out + t];
            break;
        }
        }
    }
}
