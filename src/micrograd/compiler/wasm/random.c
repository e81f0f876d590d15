/* Python's own random numbers: after `random.seed(seed)` with an int, `random.random()` gives these, to the last bit. It
   is the Mersenne Twister (Matsumoto and Nishimura, 1998), seeded from an array of 32-bit words (their init_by_array). */
#include <stdint.h>

#define WORDS 624
#define MIDDLE 397

static uint32_t state[WORDS];
static int position;

static void seed_with_number(uint32_t seed) {
    state[0] = seed;
    for (int i = 1; i < WORDS; i++) state[i] = 1812433253u * (state[i - 1] ^ (state[i - 1] >> 30)) + (uint32_t)i;
}

static void seed_with_words(const uint32_t *key, int length) {
    int i = 1, j = 0;
    seed_with_number(19650218u);
    for (int k = WORDS > length ? WORDS : length; k; k--) {
        state[i] = (state[i] ^ ((state[i - 1] ^ (state[i - 1] >> 30)) * 1664525u)) + key[j] + (uint32_t)j;
        if (++i >= WORDS) state[0] = state[WORDS - 1], i = 1;
        if (++j >= length) j = 0;
    }
    for (int k = WORDS - 1; k; k--) {
        state[i] = (state[i] ^ ((state[i - 1] ^ (state[i - 1] >> 30)) * 1566083941u)) - (uint32_t)i;
        if (++i >= WORDS) state[0] = state[WORDS - 1], i = 1;
    }
    state[0] = 0x80000000u;
    position = WORDS;
}

static void refill(void) {
    for (int i = 0; i < WORDS; i++) {
        uint32_t y = (state[i] & 0x80000000u) | (state[(i + 1) % WORDS] & 0x7fffffffu);
        state[i] = state[(i + MIDDLE) % WORDS] ^ (y >> 1) ^ (y & 1 ? 0x9908b0dfu : 0);
    }
    position = 0;
}

static uint32_t next_word(void) {
    if (position >= WORDS) refill();
    uint32_t y = state[position++];
    y ^= y >> 11;
    y ^= (y << 7) & 0x9d2c5680u;
    y ^= (y << 15) & 0xefc60000u;
    return y ^ (y >> 18);
}

static double next_number(void) {
    uint32_t high = next_word() >> 5, low = next_word() >> 6;
    return (high * 67108864.0 + low) / 9007199254740992.0;
}

/* `random.seed(seed)`, then `count` times `random.uniform(low, high)`. */
__attribute__((export_name("uniform"))) void uniform(uint32_t seed, double low, double high, int32_t count, double *out) {
    seed_with_words(&seed, 1);
    for (int32_t i = 0; i < count; i++) out[i] = low + (high - low) * next_number();
}

/* `random.seed(seed)`, then `random.shuffle(order)` on 0, 1, ..., count - 1: the order of the samples of an epoch. */
__attribute__((export_name("shuffled"))) void shuffled(uint32_t seed, int32_t count, int64_t *out) {
    seed_with_words(&seed, 1);
    for (int32_t i = 0; i < count; i++) out[i] = i;
    for (int32_t i = count - 1; i > 0; i--) {
        /* Python's _randbelow(i + 1): as many bits as the number has, drawn again while they are too many. */
        int bits = 32 - __builtin_clz((uint32_t)i + 1);
        uint32_t chosen;
        do chosen = next_word() >> (32 - bits);
        while (chosen > (uint32_t)i);
        int64_t kept = out[i];
        out[i] = out[chosen];
        out[chosen] = kept;
    }
}
