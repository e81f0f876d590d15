/* Python's own threads and locks exist wherever Python does, and need no interpreter lock. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "team.h"

#include <stdlib.h>

#if defined(_MSC_VER)
#include <intrin.h>
typedef volatile int64_t Shared;
#define shared_load(p) _InterlockedCompareExchange64((p), 0, 0)
#define shared_exchange(p, x) _InterlockedExchange64((p), (x))
static int shared_replace(Shared *p, int64_t old, int64_t new) { return _InterlockedCompareExchange64(p, new, old) == old; }
#else
typedef int64_t Shared;
#define shared_load(p) __atomic_load_n((p), __ATOMIC_SEQ_CST)
#define shared_exchange(p, x) __atomic_exchange_n((p), (x), __ATOMIC_SEQ_CST)
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
/* How often a thread looks for work before it goes to sleep, and how often the caller looks whether the others are done
   before it takes over: some ten microseconds. */
#define LOOKS 400

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
    Shared stop;
    Shared items;
    Shared next; /* which piece of work (the upper half) and which of its items is to be taken next (the lower) */
    Shared state[MOST_ITEMS]; /* of each item: the piece of work and, when it is done, its owner's number plus one */
    Member member[MOST_MEMBERS];
};

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
    team->work(team->context, member, piece, item);
    shared_replace(&team->state[item], piece << 8, piece << 8 | (member + 1));
}

static int work_some(Team *team, int member) {
    int64_t taken = take(team);
    if (taken < 0) return 0;
    for (; taken >= 0; taken = take(team)) do_item(team, member, taken >> 32, taken & 0xffffffff);
    return 1;
}

int team_wants(Team *team, int64_t piece, int64_t item) { return shared_load(&team->state[item]) == piece << 8; }

int team_owner(Team *team, int64_t item) { return (int)(shared_load(&team->state[item]) & 0xff) - 1; }

static int anything_to_do(Team *team) {
    return shared_load(&team->stop) || (shared_load(&team->next) & 0xffffffff) < shared_load(&team->items);
}

static void live(void *argument) {
    Member *self = argument;
    Team *team = self->team;
    while (!shared_load(&team->stop)) {
        int looks = 0;
        while (!work_some(team, self->number) && !shared_load(&team->stop) && looks < LOOKS) {
            looks++;
            breathe();
        }
        if (looks < LOOKS) continue;
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

void team_run(Team *team, int64_t items) {
    int64_t piece = ((shared_load(&team->next) >> 32) + 1) & 0x3fffffff;
    /* Nothing of the old piece is left to take, and nothing of the new one before `next` begins anew. */
    shared_exchange(&team->items, 0);
    for (int64_t item = 0; item < items; item++) shared_exchange(&team->state[item], piece << 8);
    shared_exchange(&team->next, piece << 32);
    shared_exchange(&team->items, items);
    for (int i = 0; i < team->members; i++) wake(&team->member[i]);
    work_some(team, 0);
    int64_t item = 0;
    for (int looks = 0; item < items; looks++) {
        if (!team_wants(team, piece, item)) item++;
        else if (looks < LOOKS) breathe();
        else do_item(team, 0, piece, item);
    }
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
