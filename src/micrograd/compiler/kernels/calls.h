/* The three ways in which Python runs a program, once for each precision: module.c knows of numbers only how large they are. */
#ifndef MICROGRAD_CALLS_H
#define MICROGRAD_CALLS_H

#include "training.h"

#include <stddef.h>

/* What a run begins with. Parameters, leaves and weights of samples are doubles, whatever the precision. */
typedef struct {
    const double *parameters, *captured;
    const void *X, *Y;
    const double *weights; /* or NULL */
    unsigned char *flags;  /* or NULL: filled where an operation left its domain */
    int64_t samples;       /* the most of a step */
    int threads;
    void **kept; /* a run that was kept for the next call, or NULL; and where this one is kept */
} Data;

/* An optimizer's numbers, which the training changes; `second` for Adam only. */
typedef struct {
    double *weights, *previous, *first, *second;
} State;

enum { STARTED = 1, LEFT = 2 };

typedef struct {
    const char *dtype;
    int size;  /* of a number, in bytes */
    int group; /* a block's lanes are a multiple of this */
    const char *(*name)(int set); /* NULL after the last one */
    int (*find_set)(const char *name); /* that runs on this processor; NULL: the best one; -1 if there is none */
    int (*prepare)(Machine *machine, int set); /* returns 0 without memory, as train does */
    void (*release)(Machine *machine);
    /* These two return STARTED, and LEFT too where an operation left its domain; 0 without memory. */
    int (*evaluate)(const Machine *machine, const Data *data, double *out);
    int (*gradient)(const Machine *machine, const Data *data, double *loss, double *gradient);
    void (*forget)(void *kept);
    int (*train)(const Machine *machine, const Data *data, Training *training, const State *state, const Schedule *schedule);
    double (*peak)(int set, int64_t rounds);
} Calls;

extern const Calls calls_double, calls_single;

#endif
