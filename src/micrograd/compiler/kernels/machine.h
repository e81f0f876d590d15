/* A program in memory, and one run of it over many samples on one or several threads. */
#ifndef MICROGRAD_MACHINE_H
#define MICROGRAD_MACHINE_H

#include "program.h"
#include "team.h"

#define NONE (-1)

typedef struct {
    int64_t parameters, captured, features, targets, slots, rows;
    int64_t lanes;  /* samples in a block; also the stride between rows */
    int64_t seed;   /* the row of the loss's own gradient, or NONE */
    int64_t results;
    const int64_t *result; /* for each result a row and a slot, either may be NONE */
    const double *initial; /* the slots before the first run */
    Instructions shared, forward, backward;
    const int64_t *shared_starts;
    int64_t shared_count;
    const InstructionSet *set;
    int debug; /* fill rows and slots with NaN before they are used */
} Machine;

typedef struct {
    const Machine *machine;
    const double *X, *Y;
    const int64_t *order; /* which samples, or NULL for all of them in their own order */
    int64_t count;
    const double *weights; /* of the samples in the loss, or NULL: all alike */
    double total;          /* the sum of the weights of this step's samples */
    double *out;     /* where the results of each sample go, or NULL for loss and gradient */
    double *slots;   /* as many as the machine has */
    double *gradients; /* by slots, the sum over all samples */
    double *rows;    /* one set of rows for each thread */
    double *partial; /* for each thread the gradients of the chunks, where there are several */
    double *losses;  /* for each thread the sums of the chunks' losses */
    unsigned char *left;  /* for each thread, whether a sample of a block left an operation's domain */
    unsigned char *left_chunk; /* for each thread, whether one of a chunk did */
    int64_t most_blocks;
    unsigned char *flags; /* the same after a step, of the blocks; any_left tells whether there is one */
    int any_left;
    int64_t blocks, chunks; /* of this step */
    int threads;
    int loaded; /* the samples in the rows are those of this step already */
    Team *team;
} Run;

/* The samples are cut into blocks and the blocks into at most 16 chunks. Both depend on the number of samples alone,
   and chunks are added up in their order, so that the number of threads has no influence on the result. */
#define MOST_CHUNKS MOST_ITEMS

/* Returns 0 when there is not enough memory. `most` is the largest number of samples of a step. */
int run_start(Run *run, const Machine *machine, int64_t most, int threads);
void run_end(Run *run);

/* Compute loss and gradient, or the results of each sample; returns the mean loss. */
double run_step(Run *run);

#endif
