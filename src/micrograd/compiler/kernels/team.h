/* A team of threads that share the items of one piece of work after another.

   Nobody waits for a thread that the system has put aside: the caller does the item of such a thread once more. Each
   member therefore works in memory of its own, and whoever is done first is the item's owner. A thread that comes back
   late may still read what the next piece of work is changing; what it makes of it is never used. */
#ifndef MICROGRAD_TEAM_H
#define MICROGRAD_TEAM_H

#include <stdint.h>

typedef struct Team Team;

#define MOST_ITEMS 16

/* Do item number `item` of a piece of work; `member` is the number of the thread, 0 for the one that calls team_run. */
typedef void (*TeamWork)(void *context, int member, int64_t piece, int64_t item);

/* As many threads as the system gives, `threads` at most, the caller's own included; NULL without memory. */
Team *team_start(int threads, TeamWork work, void *context);
void team_end(Team *team);

/* Do items 0..items-1, at most MOST_ITEMS, in any order and on any thread; returns when all are done. */
void team_run(Team *team, int64_t items);

/* Whether an item still has to be done, and, after team_run, which member's result counts. */
int team_wants(Team *team, int64_t piece, int64_t item);
int team_owner(Team *team, int64_t item);

#endif
