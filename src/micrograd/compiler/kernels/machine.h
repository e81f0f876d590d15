/* A program in memory, and one run of it over many samples on one or several threads. */
#ifndef MICROGRAD_MACHINE_H
#define MICROGRAD_MACHINE_H

#include "program.h"
#include "team.h"

#define NONE (-1)

typedef struct {
    int64_t parameters, captured, features, targets, slots, rows;
    int64_t lanes;  /* the most samples in a block; also the stride between rows */
    int64_t seed;   /* the row of the loss's own gradient, or NONE */
    int64_t packed; /* how many numbers the packed weights are */
    int64_t results;
    const int64_t *result; /* for each result a row and a slot, either may be NONE */
    const double *initial; /* the slots before the first run */
    Instructions shared, forward, backward;
    const InstructionSet *set;
    int debug; /* fill rows and slots with NaN before they are used */
    /* What prepare_machine finds out. */
    int64_t *shared_starts; /* the places of the instructions on slots, for going backwards */
    int64_t shared_count;
    int once;        /* every gradient gets one contribution from a block, so that its first one needs no zeros */
    int shares_blocks; /* a block's gradients added to those of the blocks before are what they would be had it added them */
    int64_t *zeroed; /* the first and the number of slots side by side that get none */
    int64_t zeroed_count;
    int points;      /* some instruction asks where the features of a lane are */
    int64_t scratch; /* how many numbers an instruction may need while it runs */
    int64_t most_chunks;
    int in_pairs;     /* blocks are so large that an odd number of them would be no even share for two threads */
    Wide wide;        /* the layer whose gradient is computed for several blocks at once: */
    int64_t at_once;  /* for so many at most, if threads share them; without one, for 1 */
    int64_t kept;     /* how many numbers are kept of each */
    int stays_packed; /* nothing but that layer reads its weights: a training can leave them packed */
} Machine;

typedef struct {
    const Machine *machine;
    const real *X, *Y;
    const int64_t *order; /* which samples, or NULL for all of them in their own order */
    int64_t count;
    const double *weights; /* of the samples in the loss, or NULL: all alike */
    double total;          /* the sum of the weights of this step's samples */
    double *out;     /* where the results of each sample go, or NULL for loss and gradient */
    real *slots;     /* as many as the machine has */
    real *spare;     /* the same once more: where the next weights go, and the last ones are */
    real *packed;    /* weights as the first layers read them */
    real *gradients; /* by slots, the sum over all samples: one of the next two */
    real *own;       /* what the calling thread alone writes */
    real *common;    /* what the team writes together, or NULL */
    real *rows;      /* one set of rows for each thread */
    real *scratch;
    /* For the wide layer: for each thread, of each block of a round, what the gradient needs; the gradient; and what is packed
       while it is trained: the last weights (as in `spare`) and the moments. The team writes into memory of its own. */
    real *kept, *sums, *team_sums, *packed_spare, *team_packed, *packed_moment[2];
    const real **samples; /* for each thread, and each block of a round, where the features of each lane are */
    real *partial;   /* the gradients of chunks: of one; or for each thread of all, and of the blocks with which it helps, */
    int64_t parts;   /* so many for each thread, */
    int64_t stride;  /* so far apart */
    int64_t slice;   /* how many slots of their sum are an item of the team's */
    double *losses;  /* for each thread the sums of the losses: of the chunks, and of the blocks with which it helps */
    unsigned char *left;  /* for each thread, whether a sample of a block left an operation's domain */
    unsigned char *left_chunk; /* for each thread, whether one of a chunk did, or of a block with which it helps */
    int64_t most_blocks;
    unsigned char *flags; /* the same after a step, of the blocks; any_left tells whether there is one */
    int any_left;
    int64_t divided; /* the number of samples that these are for: */
    int64_t lanes, blocks;
    /* A step has one round; or several, where the gradient of a wide layer is computed after each of them. */
    int64_t first, some, chunks; /* the first block of this round, how many blocks and how many chunks it has */
    int64_t at_once; /* how many blocks a round has at most, with a wide layer */
    WideWork work;
    Update team_update;
    Block round[MOST_ITEMS]; /* what has been kept of its blocks */
    int of_wide;             /* the team is at the wide gradient: */
    int item_finite[MOST_ITEMS];
    const Update *update; /* what is to be done with the wide gradient after the last round, if the loss is finite */
    int watches_domains; /* and, if this is set, no operation has left its domain; or NULL */
    int updated;         /* that was done, */
    int finite;          /* and all of its weights are finite */
    int is_packed;       /* the weights have been packed for this step already */
    int shares_blocks;             /* a chunk's last blocks may be computed by others than its owner: */
    int64_t parts_of[MOST_ITEMS];  /* into so many parts it can be divided, */
    Outcome outcome[MOST_ITEMS];   /* and these are whose results count */
    int threads;
    int loaded; /* the samples in the rows are those of this step already */
    Team *team;
} Run;

/* The samples are cut into blocks and the blocks into at most 16 chunks. Both depend on the program and the number of samples
   alone, and chunks are added up in their order, so that the number of threads has no influence on the result. */
#define MOST_CHUNKS MOST_ITEMS
/* For so many chunks, and blocks with which it helps, each thread has losses and flags. */
#define MOST_PARTS (MOST_CHUNKS + PLACES)
/* From so many slots on, threads share the work of adding up the chunks' gradients. */
#define SHARED_SLOTS 1024
/* Their sum is then cut into so many slices. */
#define SLICES 8
/* What one thread writes lies in cache lines of its own: others that wrote there too would take turns with it. */
#define PADDED(count) (((count) + CACHE_LINE - 1) / CACHE_LINE * CACHE_LINE)

#define prepare_machine PRECISE(prepare_machine)
#define release_machine PRECISE(release_machine)
#define chunks_of PRECISE(chunks_of)
#define run_start PRECISE(run_start)
#define run_end PRECISE(run_end)
#define run_step PRECISE(run_step)
#define run_item PRECISE(run_item)

/* Into how many blocks of `most` samples at most so many go, and how many each has: as many in one as in the other, as far as
   that goes. Large blocks come in pairs, for two threads. */
int64_t blocks_of(int64_t most, int64_t count, int in_pairs);
int64_t block_lanes(int64_t most, int64_t group, int64_t count, int in_pairs);

/* Into how many chunks so many blocks go. */
int64_t chunks_of(const Machine *machine, int64_t blocks);

/* Look through a program that validate.c has found right. Returns 0 when there is not enough memory. */
int prepare_machine(Machine *machine);
void release_machine(Machine *machine);

/* Returns 0 when there is not enough memory. `most` is the largest number of samples of a step. */
int run_start(Run *run, const Machine *machine, int64_t most, int threads);
void run_end(Run *run);

static inline void exchange(real **one, real **other) {
    real *kept = *one;
    *one = *other, *other = kept;
}

/* What a team does for a run, which is its context (see team.h). */
void run_item(void *context, const Task *task);

/* Compute loss and gradient, or the results of each sample; returns the mean loss. */
double run_step(Run *run);

#endif
