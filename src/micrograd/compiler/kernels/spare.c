/* Memory of runs that have ended, kept for those that follow.
 *
 * What is given back to the system comes from it again in pages, each of which takes microseconds the first time that it
 * is written to: on wide networks that was most of what a call took besides its arithmetic. So large blocks are kept,
 * the last ones, up to MOST_SPARE bytes in a process. No thread waits for another here: where one is at it, the other
 * asks the system. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "spare.h"
#include "team.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define LEAST_BYTES ((size_t)1 << 16)
#define MOST_SPARE ((size_t)1 << 24)
#define MOST_BLOCKS 32

/* Stands just before the first aligned byte. */
typedef struct {
    void *whole; /* what malloc gave */
    size_t bytes;
} Header;

static struct {
    PyThread_type_lock lock;
    int count;
    size_t bytes;
    void *blocks[MOST_BLOCKS]; /* the oldest first */
} spare;

static Header *header_of(void *memory) { return (Header *)memory - 1; }

static int enter(void) { return spare.lock != NULL && PyThread_acquire_lock(spare.lock, NOWAIT_LOCK); }

static void leave(void) { PyThread_release_lock(spare.lock); }

static void *take_out(int k) {
    void *memory = spare.blocks[k];
    spare.count--;
    spare.bytes -= header_of(memory)->bytes;
    memmove(spare.blocks + k, spare.blocks + k + 1, (size_t)(spare.count - k) * sizeof(void *));
    return memory;
}

/* The smallest spare block that is large enough, but not more than twice as large; NULL where there is none. */
static void *spare_block(size_t bytes) {
    int best = -1;
    if (bytes < LEAST_BYTES || !enter()) return NULL;
    for (int k = 0; k < spare.count; k++) {
        const size_t has = header_of(spare.blocks[k])->bytes;
        if (has >= bytes && has / 2 <= bytes && (best < 0 || has < header_of(spare.blocks[best])->bytes)) best = k;
    }
    void *memory = best < 0 ? NULL : take_out(best);
    leave();
    return memory;
}

void *aligned_memory(size_t bytes) {
    void *memory = spare_block(bytes);
    if (memory != NULL) return memory;
    char *whole = malloc(bytes + CACHE_LINE + sizeof(Header));
    if (whole == NULL) return NULL;
    memory = (void *)(((uintptr_t)whole + sizeof(Header) + CACHE_LINE - 1) & ~(uintptr_t)(CACHE_LINE - 1));
    *header_of(memory) = (Header){whole, bytes};
    return memory;
}

void aligned_free(void *memory) {
    void *too_many[MOST_BLOCKS + 1];
    int count = 0;
    if (memory == NULL) return;
    const size_t bytes = header_of(memory)->bytes;
    if (bytes < LEAST_BYTES || bytes > MOST_SPARE / 2 || !enter()) {
        free(header_of(memory)->whole);
        return;
    }
    while (spare.count == MOST_BLOCKS || (spare.count > 0 && spare.bytes + bytes > MOST_SPARE))
        too_many[count++] = take_out(0);
    spare.blocks[spare.count++] = memory;
    spare.bytes += bytes;
    leave();
    while (count > 0) free(header_of(too_many[--count])->whole);
}

int start_spare(void) {
#if !defined(SPARE_NODES) || SPARE_NODES > 0 /* memory checkers see each block's end */
    if (spare.lock == NULL && (spare.lock = PyThread_allocate_lock()) == NULL) {
        PyErr_NoMemory();
        return -1;
    }
#endif
    return 0;
}
