/* A team of threads that share the items of one piece of work after another.

   Nobody waits for a thread that the system has put aside: the caller does the work of such a thread once more. A thread that
   comes back late may still read what the next piece of work is changing; what it makes of it is never used. There are two
   kinds of work. APART, each member writes into memory of its own, and whoever takes an item is its owner. It does the parts
   of the item one after another; whoever finds no item any more helps with one of the last parts, in places of its own. In
   COMMON, all write into the same memory, each item into another part; there is no such work as long as somebody may still
   be on an item of an earlier one. */
#ifndef MICROGRAD_TEAM_H
#define MICROGRAD_TEAM_H

#include <stdint.h>

typedef struct Team Team;

#define CACHE_LINE 64
#define MOST_ITEMS 16
/* How many parts of an item helpers may do, and how many places each member has for those with which it helps. */
#define MOST_HELP 5
#define PLACES 8

typedef enum { APART, HELP, ALONE, COMMON } Kind;

/* What a member is to do: an item, asking before each part whether it goes on; one part of it, to HELP; or, ALONE, all of an
   item that somebody else has not come back from. */
typedef struct {
    Kind kind;
    int member; /* the number of the thread, 0 for the one that calls */
    int64_t piece, item, part;
    int place; /* where it helps */
} Task;

typedef void (*TeamWork)(void *context, const Task *task);

/* Who has done an item. */
typedef struct {
    int owner;
    int64_t parts; /* which has done parts 0..parts-1; the last one was done by helper[0], the one before by helper[1] ... */
    int helped;
    struct {
        int member, place;
    } helper[MOST_HELP];
} Outcome;

/* As many threads as the system gives, `threads` at most, the caller's own included; NULL without memory. */
Team *team_start(int threads, TeamWork work, void *context);
void team_end(Team *team);

/* Do items 0..items-1 apart, at most MOST_ITEMS, in any order and on any thread; returns when all are done. `parts` says how
   many parts each has. */
void team_run(Team *team, int64_t items, const int64_t *parts, Outcome *outcome);

/* Do items in common memory. Returns 0 where somebody has been put aside: then all of it is to be done by the caller alone,
   in memory that was no target of this work. */
int team_run_in_common(Team *team, int64_t items);

/* Whether this member is to do the next part of its item, or still the one that it helps with. */
int team_goes_on(Team *team, const Task *task);

#endif
