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
#define shared_store(p, x) ((void)_InterlockedExchange64((p), (x)))
#define shared_exchange(p, x) _InterlockedExchange64((p), (x))
#define shared_add(p, x) _InterlockedExchangeAdd64((p), (x))
static int shared_replace(Shared *p, int64_t old, int64_t new) { return _InterlockedCompareExchange64(p, new, old) == old; }
#else
typedef int64_t Shared;
#define shared_load(p) __atomic_load_n((p), __ATOMIC_SEQ_CST)
/* Not in one order with all others: many of them need not wait for each other. */
#define shared_store(p, x) __atomic_store_n((p), (x), __ATOMIC_RELEASE)
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

/* In which places a member has helped with a piece of work. */
typedef struct {
    int64_t piece;
    int used;
} Places;

typedef struct {
    Team *team;
    int number;
    PyThread_type_lock go, gone;
    Shared sleeping;
    Places places;
    int64_t last; /* the piece of work that it saw last */
} Member;

/* An item of the current piece of work: each number begins with that of the piece, so that a thread that comes late changes
   nothing. */
typedef struct {
    Shared owner;           /* and, when the owner has done its parts, its number plus one */
    Shared parts;           /* how many parts helpers have taken, and how many nobody has begun */
    Shared all;             /* the number of parts (without that of the piece) */
    Shared help[MOST_HELP]; /* of each part that helpers have taken, when it is done: the place and the helper's number plus one */
} Item; /* a cache line */

struct Team {
    Item item[MOST_ITEMS];
    TeamWork work;
    void *context;
    int members; /* threads besides the caller's */
    int64_t given_in_common; /* how many items there have been in common memory, */
    double seconds_an_item;  /* how long an item took the caller of late */
    Places places;           /* the caller's, */
    int64_t last;            /* and the piece of work that it saw last */
    void *memory;            /* where this was allocated */
    char apart[CACHE_LINE]; /* what all look at, again and again, lies in lines of its own */
    Shared stop;
    Shared items;
    Shared next; /* which piece of work (the upper half) and which of its items is to be taken next (the lower) */
    char from[CACHE_LINE];
    Shared done_in_common; /* and how many of them whoever took them has come back from */
    Member member[MOST_MEMBERS];
};

/* The number of a piece of work tells of which kind it is, to those that come late too. */
static int64_t number_after(int64_t last, Kind kind) { return ((last | 1) + 1 + (kind == COMMON)) & 0x3fffffff; }
static Kind kind_of(int64_t piece) { return piece & 1 ? COMMON : APART; }

/* The numbers in an Item. */
#define OWNER(piece, member) ((piece) << 8 | ((member) + 1))
#define HELPED(piece, place, member) ((piece) << 16 | (place) << 8 | ((member) + 1))
#define PARTS(piece, helped, open) ((piece) << 33 | (helped) << 30 | (open))
#define NOBODY (-1)
static int64_t piece_of(int64_t parts) { return parts >> 33; }
static int64_t helped_of(int64_t parts) { return parts >> 30 & 7; }
static int64_t open_of(int64_t parts) { return parts & 0x3fffffff; }

/* Take the next item and return it with its piece of work, or -1. A thread that comes late finds nothing left; it can
   take nothing by mistake, because an item is only taken by replacing the very number that was looked at. */
static int64_t take(Team *team) {
    for (;;) {
        int64_t next = shared_load(&team->next);
        if ((next & 0xffffffff) >= shared_load(&team->items)) return -1;
        if (shared_replace(&team->next, next, next + 1)) return next;
    }
}

int team_goes_on(Team *team, const Task *task) {
    Item *item = &team->item[task->item];
    for (;;) {
        const int64_t parts = shared_load(&item->parts);
        if (piece_of(parts) != task->piece) return 0;
        if (task->kind != APART) return 1;
        if (open_of(parts) == 0) return 0;
        if (shared_replace(&item->parts, parts, parts - 1)) return 1;
    }
}

/* Of the items that their owners have begun, the one of which most is left to begin, or NULL. */
static Item *most_open(Team *team, int64_t piece, int64_t *found) {
    Item *best = NULL;
    int64_t most = 0;
    for (int64_t k = 0, items = shared_load(&team->items); k < items; k++) {
        Item *item = &team->item[k];
        const int64_t parts = shared_load(&item->parts), open = open_of(parts), helped = helped_of(parts);
        if (piece_of(parts) != piece) return NULL;
        if (open <= most || helped == MOST_HELP || open + helped == shared_load(&item->all)) continue;
        best = item, most = open, *found = parts;
    }
    return best;
}

/* Do parts that nobody has begun, as long as there are some. */
static void help(Team *team, int member, Places *places, int64_t piece) {
    if (places->piece != piece) *places = (Places){.piece = piece};
    Item *item;
    for (int64_t parts; places->used < PLACES && (item = most_open(team, piece, &parts)) != NULL;) {
        const int64_t helped = helped_of(parts);
        const Task task = {HELP, member, piece, item - team->item, shared_load(&item->all) - 1 - helped, places->used};
        if (!shared_replace(&item->parts, parts, PARTS(piece, helped + 1, open_of(parts) - 1))) continue;
        places->used++;
        team->work(team->context, &task);
        shared_replace(&item->help[helped], HELPED(piece, 0, NOBODY), HELPED(piece, (int64_t)task.place, member));
    }
}

static void do_item(Team *team, int member, int64_t piece, int64_t item) {
    const Task task = {kind_of(piece), member, piece, item, 0, 0};
    team->work(team->context, &task);
    shared_replace(&team->item[item].owner, OWNER(piece, NOBODY), OWNER(piece, member));
}

/* Take items, then help. Returns how many items there were for this member; `last` becomes the piece of work that it saw last. */
static int64_t work_some(Team *team, int member, Places *places, int64_t *last) {
    int64_t done = 0, piece = shared_load(&team->next) >> 32;
    for (int64_t taken; (taken = take(team)) >= 0; done++) {
        piece = taken >> 32;
        do_item(team, member, piece, taken & 0xffffffff);
        if (kind_of(piece) == COMMON) shared_add(&team->done_in_common, 1);
    }
    if (kind_of(piece) == APART) help(team, member, places, piece);
    *last = piece;
    return done;
}

/* Whether a piece of work has been offered since the last one that this member saw. */
static int anything_to_do(const Member *self) {
    Team *team = self->team;
    return shared_load(&team->stop) || (shared_load(&team->items) && shared_load(&team->next) >> 32 != self->last);
}

/* Look for work for a while; returns whether there is some. */
static int find_work(const Member *self) {
    for (int looks = 0; looks < LOOKS; looks++) {
        if (anything_to_do(self)) return 1;
        breathe();
    }
    double now = seconds(), before = now;
    const double until = now + SECONDS_AWAKE;
    /* Where another thread had the processor meanwhile, perhaps the caller: a thread that is woken gets one that is free. */
    while (now < until && now - before < SECONDS_ASIDE) {
        if (anything_to_do(self)) return 1;
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
        work_some(team, self->number, &self->places, &self->last);
        if (find_work(self)) continue;
        shared_exchange(&self->sleeping, 1);
        /* Work may have come just before: whoever takes the mark back has to deal with the lock. */
        if (anything_to_do(self) && shared_exchange(&self->sleeping, 0)) continue;
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
    char *memory = calloc(1, sizeof(Team) + CACHE_LINE);
    if (memory == NULL) return NULL;
    Team *team = (Team *)(((uintptr_t)memory + CACHE_LINE - 1) & ~(uintptr_t)(CACHE_LINE - 1));
    team->memory = memory;
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
static int64_t offer(Team *team, Kind kind, int64_t items, const int64_t *parts) {
    const int64_t piece = number_after(shared_load(&team->next) >> 32, kind);
    /* Nothing of the old piece is left to take, and nothing of the new one before `next` begins anew. */
    shared_exchange(&team->items, 0);
    for (int64_t k = 0; k < items; k++) {
        Item *item = &team->item[k];
        const int64_t all = parts == NULL ? 0 : parts[k];
        shared_store(&item->owner, OWNER(piece, NOBODY));
        shared_store(&item->all, all);
        for (int i = 0; all > 1 && i < MOST_HELP; i++) shared_store(&item->help[i], HELPED(piece, 0, NOBODY));
        shared_store(&item->parts, PARTS(piece, 0, all));
    }
    shared_exchange(&team->next, piece << 32);
    shared_exchange(&team->items, items);
    for (int i = 0; i < team->members; i++) wake(&team->member[i]);
    return piece;
}

/* Whether an item is done; if so, `outcome` says by whom. */
static int is_done(Item *item, int64_t piece, Outcome *outcome) {
    const int64_t parts = shared_load(&item->parts), owner = shared_load(&item->owner);
    if (open_of(parts) || owner == OWNER(piece, NOBODY)) return 0;
    outcome->helped = (int)helped_of(parts);
    for (int k = 0; k < outcome->helped; k++) {
        const int64_t help = shared_load(&item->help[k]);
        if (help == HELPED(piece, 0, NOBODY)) return 0;
        outcome->helper[k].member = (int)(help & 0xff) - 1, outcome->helper[k].place = (int)(help >> 8 & 0xff);
    }
    outcome->owner = (int)(owner & 0xff) - 1;
    outcome->parts = shared_load(&item->all) - outcome->helped;
    return 1;
}

/* Wait for items that others do, as long as they should take. Returns the first from `item` on that is still not done, or
   `items`. */
static int64_t wait_for(Team *team, int64_t piece, int64_t item, int64_t items, Outcome *outcome) {
    double until = 0.0;
    for (int64_t looks = 0; item < items; looks++) {
        if (is_done(&team->item[item], piece, &outcome[item])) item++;
        else if (looks < LOOKS) breathe();
        else if (until == 0.0) until = seconds() + PATIENCE * team->seconds_an_item;
        else if (seconds() > until) break;
    }
    return item;
}

/* Do an item alone; nobody begins a part of it any more. */
static void do_alone(Team *team, int64_t piece, int64_t item, int64_t parts, Outcome *outcome) {
    const Task task = {ALONE, 0, piece, item, 0, 0};
    shared_exchange(&team->item[item].parts, PARTS(piece, 0, 0));
    team->work(team->context, &task);
    *outcome = (Outcome){.owner = 0, .parts = parts};
}

void team_run(Team *team, int64_t items, const int64_t *parts, Outcome *outcome) {
    const int64_t piece = offer(team, APART, items, parts);
    const double began = seconds();
    const int64_t done = work_some(team, 0, &team->places, &team->last);
    if (done) team->seconds_an_item = (seconds() - began) / (double)done;
    for (int64_t item = 0; (item = wait_for(team, piece, item, items, outcome)) < items; item++)
        do_alone(team, piece, item, parts[item], &outcome[item]);
}

int team_run_in_common(Team *team, int64_t items) {
    Outcome outcome[MOST_ITEMS];
    if (shared_load(&team->done_in_common) != team->given_in_common) return 0;
    team->given_in_common += items;
    const int64_t piece = offer(team, COMMON, items, NULL);
    work_some(team, 0, &team->places, &team->last);
    return wait_for(team, piece, 0, items, outcome) == items;
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
    free(team->memory);
}
