/* A vector of WIDTH doubles and the few operations on it that C has no operator for. */
#include <math.h>
#include <stdint.h>
#include <string.h>

#if defined(__GNUC__)
#define INLINE static inline __attribute__((always_inline, unused))
#define APART static __attribute__((noinline, unused))
#if defined(__clang__)
#define UNROLL _Pragma("unroll")
#else
#define UNROLL _Pragma("GCC unroll 16")
#endif
#else
#define INLINE static __inline
#define APART static
#define UNROLL
#endif

#if WIDTH == 1

typedef double vec;
typedef int64_t ivec;
INLINE vec v_load(const double *p) { return *p; }
INLINE void v_store(double *p, vec x) { *p = x; }
INLINE vec v_splat(double x) { return x; }
INLINE vec v_fma(vec a, vec b, vec c) { return a * b + c; }
INLINE ivec v_bits(vec x) { ivec i; memcpy(&i, &x, sizeof i); return i; }
INLINE vec v_number(ivec i) { vec x; memcpy(&x, &i, sizeof x); return x; }
INLINE ivec v_shift_right(ivec i, int n) { return (ivec)((uint64_t)i >> n); }
INLINE ivec v_shift_left(ivec i, int n) { return (ivec)((uint64_t)i << n); }
INLINE vec v_where_less(vec a, vec b, vec x, vec y) { return a < b ? x : y; }
INLINE vec v_where_at_most(vec a, vec b, vec x, vec y) { return a <= b ? x : y; }
INLINE vec v_larger(vec a, vec b) { return a > b ? a : b; } /* b, where either is NaN */
INLINE vec v_sqrt(vec x) { return sqrt(x); }
INLINE double v_sum(vec x) { return x; }
INLINE vec v_sums(const vec *x) { return x[0]; }
INLINE int v_any_nan(vec x) { return x != x; }

#else

/* Rows and their lanes begin at multiples of the vector's size; slots do not. */
typedef double vec __attribute__((vector_size(8 * WIDTH)));
typedef double loose_vec __attribute__((vector_size(8 * WIDTH), aligned(8), may_alias));
typedef int64_t ivec __attribute__((vector_size(8 * WIDTH)));
typedef uint64_t uvec __attribute__((vector_size(8 * WIDTH)));
INLINE vec v_load(const double *p) { return *(const loose_vec *)p; }
INLINE void v_store(double *p, vec x) { *(loose_vec *)p = x; }
INLINE vec v_splat(double x) { return x - (vec){0}; }
INLINE ivec v_bits(vec x) { return (ivec)x; }
INLINE vec v_number(ivec i) { return (vec)i; }
INLINE ivec v_shift_right(ivec i, int n) { return (ivec)((uvec)i >> n); }
INLINE ivec v_shift_left(ivec i, int n) { return (ivec)((uvec)i << n); }

#if WIDTH == 8
INLINE vec v_fma(vec a, vec b, vec c) { return (vec)_mm512_fmadd_pd((__m512d)a, (__m512d)b, (__m512d)c); }
INLINE vec v_sqrt(vec x) { return (vec)_mm512_sqrt_pd((__m512d)x); }
INLINE vec v_larger(vec a, vec b) { return (vec)_mm512_max_pd((__m512d)a, (__m512d)b); } /* b, where either is NaN */
INLINE vec v_where_less(vec a, vec b, vec x, vec y) {
    return (vec)_mm512_mask_blend_pd(_mm512_cmp_pd_mask((__m512d)a, (__m512d)b, _CMP_LT_OQ), (__m512d)y, (__m512d)x);
}
INLINE vec v_where_at_most(vec a, vec b, vec x, vec y) {
    return (vec)_mm512_mask_blend_pd(_mm512_cmp_pd_mask((__m512d)a, (__m512d)b, _CMP_LE_OQ), (__m512d)y, (__m512d)x);
}
INLINE int v_any_nan(vec x) { return _mm512_cmp_pd_mask((__m512d)x, (__m512d)x, _CMP_UNORD_Q) != 0; }
#elif WIDTH == 4
INLINE int v_any_nan(vec x) { return _mm256_movemask_pd(_mm256_cmp_pd((__m256d)x, (__m256d)x, _CMP_UNORD_Q)) != 0; }
INLINE vec v_fma(vec a, vec b, vec c) { return (vec)_mm256_fmadd_pd((__m256d)a, (__m256d)b, (__m256d)c); }
INLINE vec v_sqrt(vec x) { return (vec)_mm256_sqrt_pd((__m256d)x); }
INLINE vec v_larger(vec a, vec b) { return (vec)_mm256_max_pd((__m256d)a, (__m256d)b); } /* b, where either is NaN */
INLINE vec v_where_less(vec a, vec b, vec x, vec y) {
    return (vec)_mm256_blendv_pd((__m256d)y, (__m256d)x, _mm256_cmp_pd((__m256d)a, (__m256d)b, _CMP_LT_OQ));
}
INLINE vec v_where_at_most(vec a, vec b, vec x, vec y) {
    return (vec)_mm256_blendv_pd((__m256d)y, (__m256d)x, _mm256_cmp_pd((__m256d)a, (__m256d)b, _CMP_LE_OQ));
}
#else
INLINE int v_any_nan(vec x) {
    int any = 0;
    for (int i = 0; i < WIDTH; i++) any |= x[i] != x[i];
    return any;
}
INLINE vec v_fma(vec a, vec b, vec c) { return a * b + c; }
INLINE vec v_sqrt(vec x) {
    for (int i = 0; i < WIDTH; i++) x[i] = sqrt(x[i]);
    return x;
}
INLINE vec v_select(ivec mask, vec x, vec y) { return (vec)((mask & (ivec)x) | (~mask & (ivec)y)); }
INLINE vec v_where_less(vec a, vec b, vec x, vec y) { return v_select(a < b, x, y); }
INLINE vec v_where_at_most(vec a, vec b, vec x, vec y) { return v_select(a <= b, x, y); }
INLINE vec v_larger(vec a, vec b) { return v_select(a > b, a, b); } /* b, where either is NaN */
#endif

INLINE double v_sum(vec x) {
    double total = 0.0;
    for (int i = 0; i < WIDTH; i++) total += x[i];
    return total;
}

/* The sums of WIDTH vectors as one vector: halves are folded onto each other while they are brought together. */
#if defined(__has_builtin)
#if __has_builtin(__builtin_shufflevector)
#define HAS_SHUFFLE 1
#endif
#endif
#if defined(HAS_SHUFFLE) && WIDTH == 8
INLINE vec v_fold_1(vec a, vec b) {
    return __builtin_shufflevector(a, b, 0, 8, 2, 10, 4, 12, 6, 14) +
           __builtin_shufflevector(a, b, 1, 9, 3, 11, 5, 13, 7, 15);
}
INLINE vec v_fold_2(vec a, vec b) {
    return __builtin_shufflevector(a, b, 0, 1, 8, 9, 4, 5, 12, 13) +
           __builtin_shufflevector(a, b, 2, 3, 10, 11, 6, 7, 14, 15);
}
INLINE vec v_fold_4(vec a, vec b) {
    return __builtin_shufflevector(a, b, 0, 1, 2, 3, 8, 9, 10, 11) +
           __builtin_shufflevector(a, b, 4, 5, 6, 7, 12, 13, 14, 15);
}
INLINE vec v_sums(const vec *x) {
    return v_fold_4(v_fold_2(v_fold_1(x[0], x[1]), v_fold_1(x[2], x[3])),
                    v_fold_2(v_fold_1(x[4], x[5]), v_fold_1(x[6], x[7])));
}

/* Element i of vector k becomes element k of vector i. */
#define HAS_TRANSPOSE 1
INLINE void v_transpose(vec *x) {
    vec pair[8], four[8];
    UNROLL for (int k = 0; k < 8; k += 2) {
        pair[k] = __builtin_shufflevector(x[k], x[k + 1], 0, 8, 2, 10, 4, 12, 6, 14);
        pair[k + 1] = __builtin_shufflevector(x[k], x[k + 1], 1, 9, 3, 11, 5, 13, 7, 15);
    }
    /* four[4*h + i]: vectors 4h..4h+3, elements i and i + 4. */
    UNROLL for (int h = 0; h < 2; h++)
        UNROLL for (int odd = 0; odd < 2; odd++) {
            vec a = pair[4 * h + odd], b = pair[4 * h + 2 + odd];
            four[4 * h + odd] = __builtin_shufflevector(a, b, 0, 1, 8, 9, 4, 5, 12, 13);
            four[4 * h + 2 + odd] = __builtin_shufflevector(a, b, 2, 3, 10, 11, 6, 7, 14, 15);
        }
    UNROLL for (int i = 0; i < 4; i++) {
        x[i] = __builtin_shufflevector(four[i], four[4 + i], 0, 1, 2, 3, 8, 9, 10, 11);
        x[i + 4] = __builtin_shufflevector(four[i], four[4 + i], 4, 5, 6, 7, 12, 13, 14, 15);
    }
}

/* Add the first `count` elements of x (or all, when count is larger) to the numbers at p; the others are not touched. */
INLINE void v_add_first(double *p, int64_t count, vec x) {
    __mmask8 mask = count >= 8 ? 255 : (__mmask8)((1 << count) - 1);
    _mm512_mask_storeu_pd(p, mask, _mm512_maskz_loadu_pd(mask, p) + (__m512d)x);
}
#elif defined(HAS_SHUFFLE) && WIDTH == 4
INLINE vec v_fold_1(vec a, vec b) {
    return __builtin_shufflevector(a, b, 0, 4, 2, 6) + __builtin_shufflevector(a, b, 1, 5, 3, 7);
}
INLINE vec v_sums(const vec *x) {
    vec a = v_fold_1(x[0], x[1]), b = v_fold_1(x[2], x[3]);
    return __builtin_shufflevector(a, b, 0, 1, 4, 5) + __builtin_shufflevector(a, b, 2, 3, 6, 7);
}
#define HAS_TRANSPOSE 1
INLINE void v_transpose(vec *x) {
    vec pair[4];
    UNROLL for (int k = 0; k < 4; k += 2) {
        pair[k] = __builtin_shufflevector(x[k], x[k + 1], 0, 4, 2, 6);
        pair[k + 1] = __builtin_shufflevector(x[k], x[k + 1], 1, 5, 3, 7);
    }
    UNROLL for (int i = 0; i < 2; i++) {
        x[i] = __builtin_shufflevector(pair[i], pair[2 + i], 0, 1, 4, 5);
        x[i + 2] = __builtin_shufflevector(pair[i], pair[2 + i], 2, 3, 6, 7);
    }
}
/* Add the first `count` elements of x (or all, when count is larger) to the numbers at p; the others are not touched. */
INLINE void v_add_first(double *p, int64_t count, vec x) {
    if (count >= 4) {
        v_store(p, v_load(p) + x);
        return;
    }
    for (int64_t i = 0; i < count; i++) p[i] += x[i];
}
#else
INLINE vec v_sums(const vec *x) {
    vec sums;
    for (int i = 0; i < WIDTH; i++) sums[i] = v_sum(x[i]);
    return sums;
}
#endif

#endif

INLINE vec v_abs(vec x) { return v_number(v_bits(x) & (v_bits(v_splat(-0.0)) ^ -1)); }
/* The bits of both: zero where both are zero, and NaN where one is. */
INLINE vec v_either(vec x, vec y) { return v_number(v_bits(x) | v_bits(y)); }
/* The magnitude of x with the sign of y. */
INLINE vec v_with_sign(vec x, vec y) {
    ivec sign = v_bits(v_splat(-0.0));
    return v_number((v_bits(x) & (sign ^ -1)) | (v_bits(y) & sign));
}
