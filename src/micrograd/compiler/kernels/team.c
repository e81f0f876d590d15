/* Python's own threads and locks exist wherever Python does, and need no interpreter lock. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "team.h"

#include <stdlib.h>

#if defined(_WIN32)
#include <windows.h>
#define step_aside() SwitchToThread()
static double seconds(void) {
    LARGE_INTEGER ticks, ticks_a_second;
    QueryPerformanceCounter(&ticks);
    QueryPerformanceFrequency(&ticks_a_second);
    return (double)ticks.QuadPart / (double)ticks_a_second.QuadPart;
}
#else
#include <sched.h>
#include <time.h>
#define step_aside() sched_yield()
static double seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}
#endif

#if defined(_MSC_VER)
#include <intrin.h>
typedef volatile int64_t Shared;
#define shared_load(p) _InterlockedCompareExchange64((p), 0, 0)
#define shared_exchange(p, x) _InterlockedExchange64((p), (x))
#define shared_add(p, x) _InterlockedExchangeAdd64((p), (x))
static int shared_replace(Shared *p, int64_t old, int64_t new) { return _InterlockedCompareExchange64(p, new, old) == old; }
#else
typedef int64_t Shared;
#define shared_load(p) __atomic_load_n((p), __ATOMIC_SEQ_CST)
#define shared_exchange(p, x) __atomic_exchange_n((p), (x), __ATOMIC_SEQ_CST)
#define shared_add(p, x) __atomic_fetch_add((p), (x), __ATOMIC_SEQ_CST)
static int shared_replace(Shared *p, int64_t old, int64_t new) {
    return __atomic_compare_exchange_n(p, &old, new, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
}
#endif

#if defined(__x86_64__) && defined(__GNUC__)
#define breathe() __builtin_ia32_pause()
#else
#define breathe() ((void)0)
#endif

#define MOST_MEMBERS 64
/* How often a thread looks, without a break, for work or whether others are done: some ten microseconds. */
#define LOOKS 400
/* For so long it then goes on looking for work, letting others have the processor in between, before it goes to sleep: to be
   woken takes some microseconds, more than many a step has. */
#define SECONDS_AWAKE 100e-6
/* Another thread had the processor where it took so long to get it back. */
#define SECONDS_ASIDE 10e-6
/* So much longer than an item takes the caller, it waits for one that another thread has begun. */
#define PATIENCE 1.5

typedef struct {
    Team *team;
    int number;
    PyThread_type_lock go, gone;
    Shared sleeping;
} Member;

struct Team {
    TeamWork work;
    void *context;
    int members; /* threads besides the caller's */
    int64_t given_in_common; /* how many items there have been in common memory, */
    double item; /* how many seconds an item took the caller of late */
    char apart[CACHE_LINE]; /* what all look at, again and again, lies in lines of its own */
    Shared stop;
    Shared items;
    Shared next; /* which piece of work (the upper half) and which of its items is to be taken next (the lower) */
    char from[CACHE_LINE];
    Shared done_in_common; /* and how many of them whoever took them has come back from */
    Shared state[MOST_ITEMS]; /* of each item: the piece of work and, when it is done, its owner's number plus one */
    Member member[MOST_MEMBERS];
};

/* The number of a piece of work tells of which kind it is, to those that come late too. */
static int kind_of(int64_t piece) { return (int)(piece & 1); }

/* Take the next item and return it with its piece of work, or -1. A thread that comes late finds nothing left; it can
   take nothing by mistake, because an item is only taken by replacing the very number that was looked at. */
static int64_t take(Team *team) {
    for (;;) {
        int64_t next = shared_load(&team->next);
        if ((next & 0xffffffff) >= shared_load(&team->items)) return -1;
        if (shared_replace(&team->next, next, next + 1)) return next;
    }
}

static void do_item(Team *team, int member, int64_t piece, int64_t item) {
    team->work(team->context, kind_of(piece), member, piece, item);
    shared_replace(&team->state[item], piece << 8, piece << 8 | (member + 1));
}

static int work_some(Team *team, int member) {
    int64_t taken = take(team);
    if (taken < 0) return 0;
    for (; taken >= 0; taken = take(team)) {
        do_item(team, member, taken >> 32, taken & 0xffffffff);
        if (kind_of(taken >> 32) == COMMON) shared_add(&team->done_in_common, 1);
    }
    return 1;
}

int team_wants(Team *team, int64_t piece, int64_t item) { return shared_load(&team->state[item]) == piece << 8; }

int team_owner(Team *team, int64_t item) { return (int)(shared_load(&team->state[item]) & 0xff) - 1; }

static int anything_to_do(Team *team) {
    return shared_load(&team->stop) || (shared_load(&team->next) & 0xffffffff) < shared_load(&team->items);
}

/* Look for work for a while; returns whether there is some. */
static int find_work(Team *team) {
    for (int looks = 0; looks < LOOKS; looks++) {
        if (anything_to_do(team)) return 1;
        breathe();
    }
    double now = seconds(), before = now;
    const double until = now + SECONDS_AWAKE;
    /* Where another thread had the processor meanwhile, perhaps the caller: a thread that is woken gets one that is free. */
    while (now < until && now - before < SECONDS_ASIDE) {
        if (anything_to_do(team)) return 1;
        step_aside();
        before = now;
        now = seconds();
    }
    return 0;
}

static void live(void *argument) {
    Member *self = argument;
    Team *team = self->team;
    PyThread_acquire_lock(self->go, WAIT_LOCK);
    while (!shared_load(&team->stop)) {
        work_some(team, self->number);
        if (find_work(team)) continue;
        shared_exchange(&self->sleeping, 1);
        /* Work may have come just before: whoever takes the mark back has to deal with the lock. */
        if (anything_to_do(team) && shared_exchange(&self->sleeping, 0)) continue;
        PyThread_acquire_lock(self->go, WAIT_LOCK);
    }
    PyThread_release_lock(self->gone);
}

static void wake(Member *member) {
    if (shared_exchange(&member->sleeping, 0)) PyThread_release_lock(member->go);
}

static void free_locks(Member *member) {
    if (member->go != NULL) PyThread_free_lock(member->go);
    if (member->gone != NULL) PyThread_free_lock(member->gone);
}

Team *team_start(int threads, TeamWork work, void *context) {
    Team *team = calloc(1, sizeof *team);
    if (team == NULL) return NULL;
    team->work = work;
    team->context = context;
    for (int number = 1; number < threads && number <= MOST_MEMBERS; number++) {
        Member *member = &team->member[team->members];
        member->team = team;
        member->number = number;
        member->go = PyThread_allocate_lock();
        member->gone = PyThread_allocate_lock();
        if (member->go != NULL && member->gone != NULL) {
            PyThread_acquire_lock(member->go, WAIT_LOCK);
            PyThread_acquire_lock(member->gone, WAIT_LOCK);
            member->sleeping = 1;
            if (PyThread_start_new_thread(live, member) != PYTHREAD_INVALID_THREAD_ID) {
                team->members++;
                continue;
            }
        }
        free_locks(member);
        break;
    }
    return team;
}

/* Offer the items to all; returns the number of the piece of work. */
static int64_t offer(Team *team, int kind, int64_t items) {
    const int64_t last = shared_load(&team->next) >> 32, piece = ((last | 1) + 1 + kind) & 0x3fffffff;
    /* Nothing of the old piece is left to take, and nothing of the new one before `next` begins anew. */
    shared_exchange(&team->items, 0);
    for (int64_t item = 0; item < items; item++) shared_exchange(&team->state[item], piece << 8);
    shared_exchange(&team->next, piece << 32);
    shared_exchange(&team->items, items);
    for (int i = 0; i < team->members; i++) wake(&team->member[i]);
    return piece;
}

/* Do what is left to take, then wait for the others, as long as they should take. Returns the first item that is still not
   done, or `items`. */
static int64_t finish(Team *team, int64_t piece, int64_t item, int64_t items) {
    double until = 0.0;
    for (int64_t looks = 0; item < items; looks++) {
        if (!team_wants(team, piece, item)) item++;
        else if (looks < LOOKS) breathe();
        else if (until == 0.0) until = seconds() + PATIENCE * team->item;
        else if (seconds() > until) break;
    }
    return item;
}

void team_run(Team *team, int64_t items) {
    const int64_t piece = offer(team, APART, items);
    const double began = seconds();
    int64_t done = 0;
    for (int64_t taken = take(team); taken >= 0; taken = take(team), done++) do_item(team, 0, piece, taken & 0xffffffff);
    if (done) team->item = (seconds() - began) / (double)done;
    for (int64_t item = 0; (item = finish(team, piece, item, items)) < items;) do_item(team, 0, piece, item);
}

int team_run_in_common(Team *team, int64_t items) {
    if (shared_load(&team->done_in_common) != team->given_in_common) return 0;
    team->given_in_common += items;
    const int64_t piece = offer(team, COMMON, items);
    work_some(team, 0);
    return finish(team, piece, 0, items) == items;
}

void team_end(Team *team) {
    if (team == NULL) return;
    shared_exchange(&team->stop, 1);
    for (int i = 0; i < team->members; i++) {
        Member *member = &team->member[i];
        wake(member);
        PyThread_acquire_lock(member->gone, WAIT_LOCK);
        free_locks(member);
    }
    free(team);
}
