/* Threads that fall asleep in the middle of their work, now and then: what a team makes is right all the same. Prints how many
   pieces of work in common memory were done by all, and how many the caller had to do alone; ends with 1 where a number is wrong. */
#include "team.c"

#include <stdio.h>
#include <unistd.h>

#define NUMBERS 256
#define SLICES 8

typedef struct {
    Shared step, row[MOST_ITEMS][MOST_ITEMS][NUMBERS], sum[NUMBERS], owner[MOST_ITEMS];
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

static int64_t right(int64_t step, int64_t item, int i) { return step * 1000003 + item * 7919 + i; }

static void work(void *given, int kind, int member, int64_t piece, int64_t item) {
    Context *c = given;
    if (kind == APART) {
        const int64_t step = shared_load(&c->step);
        if (!team_wants(c->team, piece, item)) return;
        for (int i = 0; i < NUMBERS; i++) {
            if (i == NUMBERS / 2) fall_asleep(member);
            shared_exchange(&c->row[member][item][i], right(step, item, i));
        }
        return;
    }
    for (int i = (int)item * NUMBERS / SLICES, end = i + NUMBERS / SLICES; i < end; i++) {
        int64_t sum = 0;
        for (int k = 0; k < MOST_ITEMS; k++) sum += shared_load(&c->row[shared_load(&c->owner[k])][k][i]);
        if (i == end - 2) fall_asleep(member);
        shared_exchange(&c->sum[i], sum);
    }
}

int main(int count, char **words) {
    const int steps = count > 1 ? atoi(words[1]) : 300;
    int together = 0, alone = 0;
    for (int threads = 1; threads <= 5; threads++) {
        Context *c = calloc(1, sizeof *c);
        c->team = team_start(threads, work, c);
        for (int step = 0; step < steps; step++) {
            shared_exchange(&c->step, step);
            team_run(c->team, MOST_ITEMS);
            for (int k = 0; k < MOST_ITEMS; k++) shared_exchange(&c->owner[k], team_owner(c->team, k));
            for (int k = 0; k < MOST_ITEMS; k++)
                for (int i = 0; i < NUMBERS; i++)
                    if (shared_load(&c->row[shared_load(&c->owner[k])][k][i]) != right(step, k, i)) return 1;
            if (!team_run_in_common(c->team, SLICES)) {
                alone++;
                continue;
            }
            together++;
            for (int i = 0; i < NUMBERS; i++) {
                int64_t sum = 0;
                for (int k = 0; k < MOST_ITEMS; k++) sum += right(step, k, i);
                if (shared_load(&c->sum[i]) != sum) return 1;
            }
        }
        team_end(c->team);
        free(c);
    }
    printf("%d %d\n", together, alone);
    return 0;
}
