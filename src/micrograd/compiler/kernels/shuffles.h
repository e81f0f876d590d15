/* Sums and transposes of WIDTH vectors at once: log2(WIDTH) stages, in each of which pairs of vectors that are as far
   apart as the stage says exchange the elements that are as far apart. */

#if defined(__has_builtin)
#if __has_builtin(__builtin_shufflevector)
#define HAS_SHUFFLE 1
#endif
#endif

#if defined(HAS_SHUFFLE) && WIDTH > 1
/* EVEN: the elements e of a vector with (e & stage) == 0, each followed by the same of the other; ODD: the others. */
#if WIDTH == 2
#define EVEN_1(a, b) __builtin_shufflevector(a, b, 0, 2)
#define ODD_1(a, b) __builtin_shufflevector(a, b, 1, 3)
#define STAGES(S) S(1)
#elif WIDTH == 4
#define EVEN_1(a, b) __builtin_shufflevector(a, b, 0, 4, 2, 6)
#define ODD_1(a, b) __builtin_shufflevector(a, b, 1, 5, 3, 7)
#define EVEN_2(a, b) __builtin_shufflevector(a, b, 0, 1, 4, 5)
#define ODD_2(a, b) __builtin_shufflevector(a, b, 2, 3, 6, 7)
#define STAGES(S) S(1) S(2)
#elif WIDTH == 8
#define EVEN_1(a, b) __builtin_shufflevector(a, b, 0, 8, 2, 10, 4, 12, 6, 14)
#define ODD_1(a, b) __builtin_shufflevector(a, b, 1, 9, 3, 11, 5, 13, 7, 15)
#define EVEN_2(a, b) __builtin_shufflevector(a, b, 0, 1, 8, 9, 4, 5, 12, 13)
#define ODD_2(a, b) __builtin_shufflevector(a, b, 2, 3, 10, 11, 6, 7, 14, 15)
#define EVEN_4(a, b) __builtin_shufflevector(a, b, 0, 1, 2, 3, 8, 9, 10, 11)
#define ODD_4(a, b) __builtin_shufflevector(a, b, 4, 5, 6, 7, 12, 13, 14, 15)
#define STAGES(S) S(1) S(2) S(4)
#else
#define EVEN_1(a, b) __builtin_shufflevector(a, b, 0, 16, 2, 18, 4, 20, 6, 22, 8, 24, 10, 26, 12, 28, 14, 30)
#define ODD_1(a, b) __builtin_shufflevector(a, b, 1, 17, 3, 19, 5, 21, 7, 23, 9, 25, 11, 27, 13, 29, 15, 31)
#define EVEN_2(a, b) __builtin_shufflevector(a, b, 0, 1, 16, 17, 4, 5, 20, 21, 8, 9, 24, 25, 12, 13, 28, 29)
#define ODD_2(a, b) __builtin_shufflevector(a, b, 2, 3, 18, 19, 6, 7, 22, 23, 10, 11, 26, 27, 14, 15, 30, 31)
#define EVEN_4(a, b) __builtin_shufflevector(a, b, 0, 1, 2, 3, 16, 17, 18, 19, 8, 9, 10, 11, 24, 25, 26, 27)
#define ODD_4(a, b) __builtin_shufflevector(a, b, 4, 5, 6, 7, 20, 21, 22, 23, 12, 13, 14, 15, 28, 29, 30, 31)
#define EVEN_8(a, b) __builtin_shufflevector(a, b, 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23)
#define ODD_8(a, b) __builtin_shufflevector(a, b, 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31)
#define STAGES(S) S(1) S(2) S(4) S(8)
#endif

/* Neighbours first, then what is farther apart: one sum alone would wait for each addition before the next. */
#define SUM_OF_STAGE(far) x = EVEN_##far(x, x) + ODD_##far(x, x);
INLINE real v_sum(vec x) {
    STAGES(SUM_OF_STAGE)
    return x[0];
}

/* Element k of the result is the sum of the elements of vector k. */
#define SUM_STAGE(far) \
    UNROLL for (int k = 0; k < WIDTH; k += 2 * (far)) half[k] = EVEN_##far(half[k], half[k + (far)]) + ODD_##far(half[k], half[k + (far)]);
INLINE vec v_sums(const vec *x) {
    vec half[WIDTH];
    UNROLL for (int k = 0; k < WIDTH; k++) half[k] = x[k];
    STAGES(SUM_STAGE)
    return half[0];
}

/* Element i of vector k becomes element k of vector i. */
#define TRANSPOSE_STAGE(far)                                              \
    UNROLL for (int k = 0; k < WIDTH; k++)                                \
        if (!(k & (far))) {                                               \
            vec a = x[k], b = x[k + (far)];                               \
            x[k] = EVEN_##far(a, b), x[k + (far)] = ODD_##far(a, b);      \
        }
INLINE void v_transpose(vec *x) { STAGES(TRANSPOSE_STAGE) }

#elif WIDTH == 1

INLINE real v_sum(vec x) { return x; }
INLINE vec v_sums(const vec *x) { return x[0]; }
INLINE void v_transpose(vec *x) { (void)x; }

#else

INLINE real v_sum(vec x) {
    real total = 0;
    for (int i = 0; i < WIDTH; i++) total += x[i];
    return total;
}
INLINE vec v_sums(const vec *x) {
    vec sums;
    for (int i = 0; i < WIDTH; i++) sums[i] = v_sum(x[i]);
    return sums;
}
INLINE void v_transpose(vec *x) {
    for (int k = 0; k < WIDTH; k++)
        for (int i = 0; i < k; i++) {
            real kept = x[k][i];
            x[k][i] = x[i][k], x[i][k] = kept;
        }
}

#endif
