/* Threads that fall asleep in the middle of their work, now and then: what a team makes is right all the same. Prints how many
   pieces of work in common memory were done by all, how many the caller had to do alone, and with how many parts somebody
   helped; ends with 1 where a number is wrong. */
#include "team.c"

#include <stdio.h>
#include <unistd.h>

#define NUMBERS 256
#define SLICES 8
#define MOST_PARTS 9
/* Each member has memory for all items, and for the parts with which it helps. */
#define ROWS (MOST_ITEMS + PLACES)

typedef struct {
    Shared step, row[MOST_ITEMS][ROWS][NUMBERS], sum[NUMBERS], from[MOST_ITEMS][MOST_PARTS];
    Team *team;
} Context;

static __thread unsigned state;

static unsigned chance(void) {
    if (state == 0) state = (unsigned)(uintptr_t)&state | 1;
    state = state * 1664525u + 1013904223u;
    return state >> 8;
}

static void fall_asleep(int member) {
    if (chance() % 40 == 0) usleep(chance() % (member ? 3000 : 100));
}

/* Steps differ in their numbers of parts, too. */
static int64_t parts_of(int64_t step, int64_t item) { return 1 + (step + item) % MOST_PARTS; }

static int64_t right(int64_t step, int64_t item, int64_t part, int i) {
    return step * 1000003 + item * 7919 + part * 104729 + i;
}

/* The numbers of a part have places of their own. */
static int begin_of(int64_t part, int64_t parts) { return (int)(part * NUMBERS / parts); }

static void work(void *given, const Task *task) {
    Context *c = given;
    const int64_t item = task->item;
    if (task->kind != COMMON) {
        const int64_t step = shared_load(&c->step), parts = parts_of(step, item);
        Shared *row = c->row[task->member][task->kind == HELP ? MOST_ITEMS + task->place : item];
        int64_t part = task->part;
        while (team_goes_on(c->team, task)) {
            for (int i = begin_of(part, parts), end = begin_of(part + 1, parts); i < end; i++) {
                if (i == begin_of(part, parts) + 4) fall_asleep(task->member);
                shared_exchange(&row[i], right(step, item, part, i));
            }
            if (task->kind == HELP || (task->kind == ALONE && part == parts - 1)) break;
            part++;
        }
        return;
    }
    const int64_t step = shared_load(&c->step);
    for (int i = (int)item * NUMBERS / SLICES, end = i + NUMBERS / SLICES; i < end; i++) {
        int64_t sum = 0;
        for (int k = 0; k < MOST_ITEMS; k++) {
            int64_t part = 0, parts = parts_of(step, k);
            while (begin_of(part + 1, parts) <= i) part++;
            const int64_t from = shared_load(&c->from[k][part]);
            sum += shared_load(&c->row[from / ROWS][from % ROWS][i]);
        }
        if (i == end - 2) fall_asleep(task->member);
        shared_exchange(&c->sum[i], sum);
    }
}

/* Where each part's numbers are: of which member, and in which of its rows. Returns how many others have helped. */
static int find_parts(Context *c, int64_t step, const Outcome *outcome) {
    int helped = 0;
    for (int64_t k = 0; k < MOST_ITEMS; k++) {
        const Outcome *o = &outcome[k];
        if (o->parts < 1 || o->parts + o->helped != parts_of(step, k)) exit(1);
        for (int64_t part = 0; part < o->parts; part++) shared_exchange(&c->from[k][part], o->owner * ROWS + k);
        for (int i = 0; i < o->helped; i++)
            shared_exchange(&c->from[k][o->parts + o->helped - 1 - i],
                            o->helper[i].member * ROWS + MOST_ITEMS + o->helper[i].place);
        helped += o->helped;
    }
    return helped;
}

int main(int count, char **words) {
    const int steps = count > 1 ? atoi(words[1]) : 300;
    int together = 0, alone = 0, helped = 0;
    for (int threads = 1; threads <= 5; threads++) {
        Context *c = calloc(1, sizeof *c);
        c->team = team_start(threads, work, c);
        for (int step = 0; step < steps; step++) {
            Outcome outcome[MOST_ITEMS];
            int64_t parts[MOST_ITEMS];
            for (int64_t k = 0; k < MOST_ITEMS; k++) parts[k] = parts_of(step, k);
            shared_exchange(&c->step, step);
            team_run(c->team, MOST_ITEMS, parts, outcome);
            helped += find_parts(c, step, outcome);
            for (int64_t k = 0; k < MOST_ITEMS; k++)
                for (int64_t part = 0; part < parts[k]; part++)
                    for (int i = begin_of(part, parts[k]); i < begin_of(part + 1, parts[k]); i++) {
                        const int64_t from = shared_load(&c->from[k][part]);
                        if (shared_load(&c->row[from / ROWS][from % ROWS][i]) != right(step, k, part, i)) return 1;
                    }
            if (!team_run_in_common(c->team, SLICES)) {
                alone++;
                continue;
            }
            together++;
            for (int i = 0; i < NUMBERS; i++) {
                int64_t sum = 0;
                for (int64_t k = 0; k < MOST_ITEMS; k++) {
                    int64_t part = 0;
                    while (begin_of(part + 1, parts[k]) <= i) part++;
                    sum += right(step, k, part, i);
                }
                if (shared_load(&c->sum[i]) != sum) return 1;
            }
        }
        team_end(c->team);
        free(c);
    }
    printf("%d %d %d\n", together, alone, helped);
    return 0;
}
