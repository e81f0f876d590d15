/* A team of threads that share the items of one piece of work after another.

   Nobody waits for a thread that the system has put aside: the caller does the work of such a thread once more. A thread that
   comes back late may still read what the next piece of work is changing; what it makes of it is never used. There are two
   kinds of work. APART, each member writes into memory of its own, and whoever is done first is the item's owner. In COMMON,
   all write into the same memory, each item into another part; there is no such work as long as somebody may still be on an
   item of an earlier one. */
#ifndef MICROGRAD_TEAM_H
#define MICROGRAD_TEAM_H

#include <stdint.h>

typedef struct Team Team;

#define MOST_ITEMS 16
#define CACHE_LINE 64

enum { APART, COMMON };

/* Do item number `item` of a piece of work; `member` is the number of the thread, 0 for the one that calls. */
typedef void (*TeamWork)(void *context, int kind, int member, int64_t piece, int64_t item);

/* As many threads as the system gives, `threads` at most, the caller's own included; NULL without memory. */
Team *team_start(int threads, TeamWork work, void *context);
void team_end(Team *team);

/* Do items 0..items-1 apart, at most MOST_ITEMS, in any order and on any thread; returns when all are done. */
void team_run(Team *team, int64_t items);

/* Do items in common memory. Returns 0 where somebody has been put aside: then all of it is to be done by the caller alone,
   in memory that was no target of this work. */
int team_run_in_common(Team *team, int64_t items);

/* Whether an item still has to be done, and, after team_run, which member's result counts. */
int team_wants(Team *team, int64_t piece, int64_t item);
int team_owner(Team *team, int64_t item);

#endif
