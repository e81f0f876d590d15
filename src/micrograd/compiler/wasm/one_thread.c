/* The team of threads where there is but one: a page's kernels run in the thread that calls them. Memory that is freed is
   the page's own all the same. */
#include "spare.h"
#include "team.h"

#include <stddef.h>
#include <stdlib.h>

void *aligned_memory(size_t bytes) { return aligned_alloc(CACHE_LINE, (bytes + CACHE_LINE) / CACHE_LINE * CACHE_LINE); }

void aligned_free(void *memory) { free(memory); }

Team *team_start(int threads, TeamWork work, void *context) {
    (void)threads, (void)work, (void)context;
    return NULL;
}

void team_end(Team *team) { (void)team; }

void team_run(Team *team, int64_t items, const int64_t *parts, Outcome *outcome) {
    (void)team, (void)items, (void)parts, (void)outcome;
}

int team_run_in_common(Team *team, int64_t items) {
    (void)team, (void)items;
    return 0;
}

int team_goes_on(Team *team, const Task *task) { return (void)team, (void)task, 1; }

