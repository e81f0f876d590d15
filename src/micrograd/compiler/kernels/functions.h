/* The operations on vectors, accurate to one or two units in the last place.

   A function of one operand is NAME_of(x, &slope), the value and the derivative side by side; whichever is not used, the
   compiler leaves out. Where operations.py says that the derivative comes from the result, it is NAME_of(x), and
   NAME_gradient_of(gradient, result) times the derivative. One of two operands is NAME_of(a, b), and its derivative by the
   first or the second NAME_slope(a, b, result, by). */

#ifdef SINGLE
#define LN2_HIGH 0x1.62e4p-1f /* ln 2 to 15 bits: its product with an exponent is exact */
#define LN2_LOW 0x1.7f7d1cp-20f
#define ROUNDER 0x1.8p23f /* adding it rounds to a whole number, which is then in the low bits */
#define MANTISSA 23       /* bits after the point */
#define BIAS 127          /* of the exponent */
#define LARGEST 0x1.fffffep127f
#define SMALLEST 0x1p-126f /* of the normal numbers */
#define ROOT_HALF 0x3f3504f3
#define ONE 0x3f800000
#define EXPONENT_IN 0x4b000000 /* 2**MANTISSA, whose low bits are a whole number's */
#define MOST_EXPONENT ((real)110.0)
#else
#define LN2_HIGH 0x1.62e42fefa0000p-1 /* ln 2 to 33 bits: its product with an exponent is exact */
#define LN2_LOW 0x1.cf79abc9e3b3ap-40
#define ROUNDER 0x1.8p52 /* adding it rounds to a whole number, which is then in the low bits */
#define MANTISSA 52      /* bits after the point */
#define BIAS 1023        /* of the exponent */
#define LARGEST 0x1.fffffffffffffp1023
#define SMALLEST 0x1p-1022 /* of the normal numbers */
#define ROOT_HALF 0x3fe6a09e667f3bcd
#define ONE 0x3ff0000000000000
#define EXPONENT_IN 0x4330000000000000 /* 2**MANTISSA, whose low bits are a whole number's */
#define MOST_EXPONENT 800.0
#endif
/* The terms of a series that a precision needs. */
#ifdef SINGLE
#define EXPONENTIAL_TERMS 6
#define ARTANH_TERM 11
#else
#define EXPONENTIAL_TERMS 12
#define ARTANH_TERM 23
#endif

#if V_BYTES == 64 && WIDTH > 1
INLINE vec times_power_of_two(vec x, vec k) { return (vec)V_NAME(_mm512_scalef)(V_512(x), V_512(k)); }
#else
/* 2**k for a whole number k within the exponents of normal numbers. */
INLINE vec power_of_two(vec k) {
    return v_number(v_shift_left(v_bits(k + (ROUNDER + (real)BIAS)), MANTISSA));
}

/* In two factors, so that neither leaves the normal numbers. */
INLINE vec times_power_of_two(vec x, vec k) {
    vec half = v_fma(k, v_splat((real)0.5), v_splat(ROUNDER)) - ROUNDER;
    return x * power_of_two(half) * power_of_two(k - half);
}
#endif

/* The whole number k, and what is left, r, with exp(x) = 2**k * exp(r). */
INLINE vec whole_exponent(vec x, vec *r) {
    vec k = v_fma(x, v_splat((real)0x1.71547652b82fep0), v_splat(ROUNDER)) - ROUNDER; /* x / ln 2, rounded */
    *r = v_fma(k, v_splat(-LN2_LOW), v_fma(k, v_splat(-LN2_HIGH), x));
    return k;
}

/* exp(x) of a number that is not too large for it. */
INLINE vec exponential_below(vec x) {
    vec r, k = whole_exponent(v_larger(v_splat(-MOST_EXPONENT), x), &r); /* below, the result is 0 anyway; NaN stays */
    /* |r| <= ln(2)/2: the series of exp(r) to r**13 is exact to 5e-18, to r**7 to 6e-9. */
    static const real series[] = {(real)(1.0 / 6227020800.0), (real)(1.0 / 479001600.0), (real)(1.0 / 39916800.0),
                                  (real)(1.0 / 3628800.0),    (real)(1.0 / 362880.0),    (real)(1.0 / 40320.0),
                                  (real)(1.0 / 5040.0),       (real)(1.0 / 720.0),       (real)(1.0 / 120.0),
                                  (real)(1.0 / 24.0),         (real)(1.0 / 6.0),         (real)0.5};
    vec p = v_splat(series[12 - EXPONENTIAL_TERMS]);
    UNROLL for (int i = 13 - EXPONENTIAL_TERMS; i < 12; i++) p = v_fma(p, r, v_splat(series[i]));
    return times_power_of_two(v_fma(p * r, r, r) + (real)1.0, k);
}

INLINE vec exponential(vec x) {
    vec most = v_splat(MOST_EXPONENT); /* above, the result is infinite anyway; NaN stays */
    return exponential_below(v_where_less(most, x, most, x));
}

INLINE vec logarithm(vec x) {
    /* Numbers below the normal ones are scaled up first. */
    vec tiny = v_splat(SMALLEST);
    vec scaled = v_where_less(x, tiny, x * (real)0x1p54, x);
    vec shift = v_where_less(x, tiny, v_splat(BIAS + (real)54.0), v_splat(BIAS));
    /* x = 2**k * (1 + f) with 1 + f between sqrt(1/2) and sqrt(2). */
    const whole root_half = ROOT_HALF, one = ONE;
    ivec pattern = v_bits(scaled);
    ivec exponent = v_shift_right(pattern + (one - root_half), MANTISSA);
    vec k = v_number(exponent | (whole)EXPONENT_IN) - (real)((int64_t)1 << MANTISSA) - shift;
    vec f = v_number(pattern - v_shift_left(exponent, MANTISSA) + one) - (real)1.0;
    /* log(1 + f) = 2 artanh(s), s = f / (2 + f), |s| < 0.172. */
    vec s = f / (f + (real)2.0);
    vec z = s * s;
    vec p = v_splat((real)(2.0 / ARTANH_TERM));
    UNROLL for (int n = ARTANH_TERM - 2; n >= 3; n -= 2) p = v_fma(p, z, v_splat((real)(2.0 / n)));
    vec y = v_fma(k, v_splat(LN2_HIGH), f - v_fma(s, v_fma(-p, z, f), -(k * LN2_LOW)));
    /* Outside of the domain, and at infinity. */
    y = v_where_less(v_splat(0), x, y, v_splat((real)NAN));
    y = v_where_less(v_splat(LARGEST), x, x, y);
    y = v_where_less(x, v_splat(0), v_splat((real)NAN), v_where_at_most(v_abs(x), v_splat(0), v_splat((real)-INFINITY), y));
    return y;
}

/* The derivatives come from the same exponential; from the result alone they would lose their digits near 1. */
INLINE vec sigmoid_of(vec x, vec *slope) {
    vec e = exponential_below(-v_abs(x)); /* of a negative number: nothing overflows */
    vec r = (real)1.0 / (e + (real)1.0);
    *slope = e * r * r;
    return v_where_at_most(v_splat(0), x, r, e * r);
}

INLINE vec tanh_of(vec x, vec *slope) {
    /* exp(-2|x|) is s(c + r)/(c - r): s a power of two, r what is left of the exponent, |r| <= ln(2)/2, and c the series of
       r coth(r/2), whose terms have Bernoulli's numbers. The fraction (1 - e)/(1 + e) of it needs one division, and near
       zero, where s is 1, it is r/c, of which nothing cancels. */
    vec e = v_larger(v_splat(-MOST_EXPONENT), v_abs(x) * (real)-2.0), r;
    vec k = whole_exponent(e, &r), z = r * r, z2 = z * z;
    vec c = v_fma(v_splat((real)(1.0 / 15120.0)), z, v_splat((real)(-1.0 / 360.0)));
#ifndef SINGLE
    vec last = v_fma(v_splat(1.0 / 23950080.0), z, v_splat(-1.0 / 604800.0));
    c = v_fma(v_fma(v_splat(-691.0 / 653837184000.0), z2, last), z2, c);
#endif
    c = v_fma(c, z2, v_fma(v_splat((real)(1.0 / 6.0)), z, v_splat((real)2.0)));
    vec s = times_power_of_two(v_splat((real)1.0), k), less = (real)1.0 - s, more = (real)1.0 + s;
    vec above = v_fma(less, c, -(more * r)), below = v_fma(more, c, -(less * r));
    vec inverse = (real)1.0 / below, y = above * inverse;
    y = v_fma(v_fma(-y, below, above), inverse, y); /* as the division itself would have rounded it */
    /* 1 - y*y is 4e/(1 + e)**2, of which nothing cancels anywhere. */
    vec twice = inverse + inverse;
    *slope = twice * twice * (s * v_fma(c, c, -z));
    return v_with_sign(y, x);
}

INLINE vec softplus_of(vec x, vec *slope) {
    vec e = exponential_below(-v_abs(x)); /* log(1 + exp(x)) = max(x, 0) + log(1 + e) */
    vec u = e + (real)1.0, r = (real)1.0 / u;
    *slope = v_where_at_most(v_splat(0), x, r, e * r);
    /* What rounding took from u is put back: else, for a small e, nothing were left of it. */
    return v_larger(v_splat(0), x) + (logarithm(u) + (e - (u - (real)1.0)) * r);
}

INLINE vec relu_of(vec x) { return v_larger(v_splat(0), x); } /* NaN stays NaN */
INLINE vec exp_of(vec x) { return exponential(x); }
INLINE vec sqrt_of(vec x) { return v_sqrt(x); }

/* A gradient times the derivative of ReLU, known from its result. */
INLINE vec relu_gradient_of(vec g, vec y) { return v_where_less(v_splat(0), y, g, v_splat(0)); }
INLINE vec exp_gradient_of(vec g, vec y) { return g * y; }
INLINE vec sqrt_gradient_of(vec g, vec y) { return g * ((real)0.5 / y); }

INLINE vec log_of(vec x, vec *slope) {
    *slope = (real)1.0 / x;
    return logarithm(x);
}

INLINE vec abs_of(vec x, vec *slope) {
    vec one = v_splat(1), zero = v_splat(0);
    *slope = v_where_less(x, zero, -one, v_where_less(zero, x, one, zero));
    return v_abs(x);
}

/* What the C library computes number by number. */
#define V_EACH(out, expression)                             \
    do {                                                    \
        real each_[WIDTH];                                \
        for (int i = 0; i < WIDTH; i++) each_[i] = (real)(expression); \
        out = v_load(each_);                                \
    } while (0)

INLINE vec sin_of(vec x, vec *slope) {
    real number[WIDTH];
    vec y;
    v_store(number, x);
    V_EACH(*slope, cos(number[i]));
    V_EACH(y, sin(number[i]));
    return y;
}

INLINE vec cos_of(vec x, vec *slope) {
    real number[WIDTH];
    vec y;
    v_store(number, x);
    V_EACH(*slope, -sin(number[i]));
    V_EACH(y, cos(number[i]));
    return y;
}

/* Not a part of its callers: the calls in it would cost these their registers. */
APART vec any_power(vec x, vec exponent) {
    real base[WIDTH], k[WIDTH];
    vec y;
    v_store(base, x);
    v_store(k, exponent);
    V_EACH(y, pow(base[i], k[i]));
    return y;
}

/* The derivatives of a**b: none where it is constant, and the limits where the base is 0. */
INLINE vec power_of(vec a, vec b) {
    /* The engine has no power of a negative number by a Value, not even by a whole one. */
    return v_where_less(a, v_splat(0), v_splat(NAN), any_power(a, b));
}
INLINE vec power_slope(vec a, vec b, vec y, int64_t by) {
    vec zero = v_splat(0);
    if (by == 0) return v_where_at_most(v_abs(b), zero, zero, b * any_power(a, b - (real)1.0));
    return v_where_at_most(v_abs(a), zero, zero, y * logarithm(a));
}

/* A NaN compares with nothing, not even with itself: it is taken. A tie gives half to each. */
INLINE vec maximum_of(vec a, vec b) { return v_where_at_most(b, a, a, v_where_at_most(a, a, b, a)); }
INLINE vec maximum_slope(vec a, vec b, vec y, int64_t by) {
    vec one = v_splat(1), zero = v_splat(0);
    vec first = by == 0 ? b : a, second = by == 0 ? a : b;
    (void)y;
    return v_where_less(first, second, one, v_where_at_most(first, second, v_splat(0.5), zero));
}
INLINE vec minimum_of(vec a, vec b) { return v_where_at_most(a, b, a, v_where_at_most(a, a, b, a)); }
INLINE vec minimum_slope(vec a, vec b, vec y, int64_t by) { return maximum_slope(b, a, y, by); }

INLINE vec whole_power(vec x, int exponent) {
    int n = exponent < 0 ? -exponent : exponent;
    vec result = v_splat(1);
    for (; n; n >>= 1, x *= x)
        if (n & 1) result *= x;
    return exponent < 0 ? (real)1.0 / result : result;
}

/* How a power with a fixed exponent is computed is decided outside of the loop over the lanes: EACH_POWER compiles its
   statement once for each way. */
enum { SQUARE, ITSELF, ROOT, ONE_OVER_ROOT, WHOLE, ANY_POWER };

INLINE int way_to_power(double exponent) {
    if (exponent == 2.0) return SQUARE;
    if (exponent == 1.0) return ITSELF;
    if (exponent == 0.5) return ROOT;
    if (exponent == -0.5) return ONE_OVER_ROOT;
    return exponent == floor(exponent) && fabs(exponent) <= 16.0 ? WHOLE : ANY_POWER;
}

INLINE vec constant_power(vec x, double exponent, const int way) {
    switch (way) {
    case SQUARE: return x * x;
    case ITSELF: return x;
    case ROOT: return v_sqrt(x);
    case ONE_OVER_ROOT: return (real)1.0 / v_sqrt(x);
    case WHOLE: return whole_power(x, (int)exponent);
    default: return any_power(x, v_splat((real)exponent));
    }
}

#define EACH_POWER(exponent, statement)                                   \
    switch (way_to_power(exponent)) {                                     \
    case SQUARE: { const int way = SQUARE; statement; break; }            \
    case ITSELF: { const int way = ITSELF; statement; break; }            \
    case ROOT: { const int way = ROOT; statement; break; }                \
    case ONE_OVER_ROOT: { const int way = ONE_OVER_ROOT; statement; break; } \
    case WHOLE: { const int way = WHOLE; statement; break; }              \
    case ANY_POWER: { const int way = ANY_POWER; statement; break; }      \
    }
