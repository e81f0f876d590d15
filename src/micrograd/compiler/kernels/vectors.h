/* A vector of WIDTH numbers and the few operations on it that C has no operator for. */
#include <math.h>
#include <stdint.h>
#include <string.h>

#include "precision.h"

#if defined(__GNUC__)
#define APART static __attribute__((noinline, unused))
#if defined(__clang__)
#define UNROLL _Pragma("unroll")
#else
#define UNROLL _Pragma("GCC unroll 32")
#endif
#else
#define APART static
#define UNROLL
#endif

#if defined(__GNUC__)
#define PREFETCH(p) __builtin_prefetch((p), 1)
#define PREFETCH_READ(p) __builtin_prefetch(p)
#else
#define PREFETCH(p) ((void)0)
#define PREFETCH_READ(p) ((void)0)
#endif

/* The name of an instruction of the processor's, with the ending for the precision: V_NAME(_mm512_sqrt) */
#ifdef SINGLE
#define V_NAME(name) name##_ps
#define V_512(x) ((__m512)(x))
#define V_256(x) ((__m256)(x))
#define V_SQRT(x) sqrtf(x)
typedef unsigned short v_mask; /* a bit for each element of the widest vector */
#else
#define V_NAME(name) name##_pd
#define V_512(x) ((__m512d)(x))
#define V_256(x) ((__m256d)(x))
#define V_SQRT(x) sqrt(x)
typedef unsigned char v_mask;
#endif
#define V_BYTES (WIDTH * REAL_BYTES)

#if WIDTH == 1

typedef real vec;
typedef whole ivec;
INLINE vec v_load(const real *p) { return *p; }
INLINE void v_store(real *p, vec x) { *p = x; }
INLINE vec v_splat(real x) { return x; }
INLINE vec v_fma(vec a, vec b, vec c) { return a * b + c; }
INLINE ivec v_bits(vec x) { ivec i; memcpy(&i, &x, sizeof i); return i; }
INLINE vec v_number(ivec i) { vec x; memcpy(&x, &i, sizeof x); return x; }
INLINE ivec v_shift_right(ivec i, int n) { return (ivec)((bits)i >> n); }
INLINE ivec v_shift_left(ivec i, int n) { return (ivec)((bits)i << n); }
INLINE vec v_where_less(vec a, vec b, vec x, vec y) { return a < b ? x : y; }
INLINE vec v_where_at_most(vec a, vec b, vec x, vec y) { return a <= b ? x : y; }
INLINE vec v_larger(vec a, vec b) { return a > b ? a : b; } /* b, where either is NaN */
INLINE vec v_sqrt(vec x) { return V_SQRT(x); }
INLINE int v_any_nan(vec x) { return x != x; }

#else

/* Rows and their lanes begin at multiples of the vector's size; slots do not. */
typedef real vec __attribute__((vector_size(V_BYTES)));
typedef real loose_vec __attribute__((vector_size(V_BYTES), aligned(sizeof(real)), may_alias));
typedef whole ivec __attribute__((vector_size(V_BYTES)));
typedef bits uvec __attribute__((vector_size(V_BYTES)));
INLINE vec v_load(const real *p) { return *(const loose_vec *)p; }
INLINE void v_store(real *p, vec x) { *(loose_vec *)p = x; }
INLINE vec v_splat(real x) { return x - (vec){0}; }
INLINE ivec v_bits(vec x) { return (ivec)x; }
INLINE vec v_number(ivec i) { return (vec)i; }
INLINE ivec v_shift_right(ivec i, int n) { return (ivec)((uvec)i >> n); }
INLINE ivec v_shift_left(ivec i, int n) { return (ivec)((uvec)i << n); }

#if V_BYTES == 64
INLINE vec v_fma(vec a, vec b, vec c) { return (vec)V_NAME(_mm512_fmadd)(V_512(a), V_512(b), V_512(c)); }
INLINE vec v_sqrt(vec x) { return (vec)V_NAME(_mm512_sqrt)(V_512(x)); }
INLINE vec v_larger(vec a, vec b) { return (vec)V_NAME(_mm512_max)(V_512(a), V_512(b)); } /* b, where either is NaN */
#ifdef SINGLE
#define V_COMPARE(a, b, how) _mm512_cmp_ps_mask(V_512(a), V_512(b), how)
#define V_BLEND(mask, no, yes) _mm512_mask_blend_ps(mask, V_512(no), V_512(yes))
#else
#define V_COMPARE(a, b, how) _mm512_cmp_pd_mask(V_512(a), V_512(b), how)
#define V_BLEND(mask, no, yes) _mm512_mask_blend_pd(mask, V_512(no), V_512(yes))
#endif
INLINE vec v_where_less(vec a, vec b, vec x, vec y) { return (vec)V_BLEND(V_COMPARE(a, b, _CMP_LT_OQ), y, x); }
INLINE vec v_where_at_most(vec a, vec b, vec x, vec y) { return (vec)V_BLEND(V_COMPARE(a, b, _CMP_LE_OQ), y, x); }
INLINE int v_any_nan(vec x) { return V_COMPARE(x, x, _CMP_UNORD_Q) != 0; }
#elif V_BYTES == 32
INLINE vec v_fma(vec a, vec b, vec c) { return (vec)V_NAME(_mm256_fmadd)(V_256(a), V_256(b), V_256(c)); }
INLINE vec v_sqrt(vec x) { return (vec)V_NAME(_mm256_sqrt)(V_256(x)); }
INLINE vec v_larger(vec a, vec b) { return (vec)V_NAME(_mm256_max)(V_256(a), V_256(b)); } /* b, where either is NaN */
#define V_COMPARE(a, b, how) V_NAME(_mm256_cmp)(V_256(a), V_256(b), how)
INLINE vec v_where_less(vec a, vec b, vec x, vec y) {
    return (vec)V_NAME(_mm256_blendv)(V_256(y), V_256(x), V_COMPARE(a, b, _CMP_LT_OQ));
}
INLINE vec v_where_at_most(vec a, vec b, vec x, vec y) {
    return (vec)V_NAME(_mm256_blendv)(V_256(y), V_256(x), V_COMPARE(a, b, _CMP_LE_OQ));
}
INLINE int v_any_nan(vec x) { return V_NAME(_mm256_movemask)(V_COMPARE(x, x, _CMP_UNORD_Q)) != 0; }
#else
INLINE int v_any_nan(vec x) {
    int any = 0;
    for (int i = 0; i < WIDTH; i++) any |= x[i] != x[i];
    return any;
}
INLINE vec v_fma(vec a, vec b, vec c) { return a * b + c; }
INLINE vec v_sqrt(vec x) {
    for (int i = 0; i < WIDTH; i++) x[i] = V_SQRT(x[i]);
    return x;
}
INLINE vec v_select(ivec mask, vec x, vec y) { return (vec)((mask & (ivec)x) | (~mask & (ivec)y)); }
INLINE vec v_where_less(vec a, vec b, vec x, vec y) { return v_select(a < b, x, y); }
INLINE vec v_where_at_most(vec a, vec b, vec x, vec y) { return v_select(a <= b, x, y); }
INLINE vec v_larger(vec a, vec b) { return v_select(a > b, a, b); } /* b, where either is NaN */
#endif

#endif

#include "shuffles.h"

INLINE vec v_abs(vec x) { return v_number(v_bits(x) & (v_bits(v_splat((real)-0.0)) ^ -1)); }
/* The bits of both: zero where both are zero, and NaN where one is. */
INLINE vec v_either(vec x, vec y) { return v_number(v_bits(x) | v_bits(y)); }
/* The magnitude of x with the sign of y. */
INLINE vec v_with_sign(vec x, vec y) {
    ivec sign = v_bits(v_splat((real)-0.0));
    return v_number((v_bits(x) & (sign ^ -1)) | (v_bits(y) & sign));
}

/* The first `count` elements (or all, when count is larger) of what lies at p: the others are zero, or are not touched. */
#if V_BYTES == 64 && WIDTH > 1
#define V_FIRST(count) ((v_mask)((count) >= WIDTH ? (1 << WIDTH) - 1 : (1 << (count)) - 1))
/* Where the compiler knows that all are meant, it needs no mask. */
#define V_ALL(count) (__builtin_constant_p((count) >= WIDTH) && (count) >= WIDTH)
INLINE vec v_load_first(const real *p, int64_t count) {
    return V_ALL(count) ? v_load(p) : (vec)V_NAME(_mm512_maskz_loadu)(V_FIRST(count), p);
}
INLINE void v_store_first(real *p, int64_t count, vec x) {
    if (V_ALL(count)) v_store(p, x);
    else V_NAME(_mm512_mask_storeu)(p, V_FIRST(count), V_512(x));
}
#else
INLINE vec v_load_first(const real *p, int64_t count) {
    if (count >= WIDTH) return v_load(p);
    real few[WIDTH] = {0};
    for (int64_t i = 0; i < count; i++) few[i] = p[i];
    return v_load(few);
}
INLINE void v_store_first(real *p, int64_t count, vec x) {
    real few[WIDTH];
    if (count >= WIDTH) {
        v_store(p, x);
        return;
    }
    v_store(few, x);
    for (int64_t i = 0; i < count; i++) p[i] = few[i];
}
#endif
