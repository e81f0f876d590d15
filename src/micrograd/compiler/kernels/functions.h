/* The operations on vectors, accurate to about one unit in the last place.

   A function of one operand is NAME_of(x, &slope), the value and the derivative side by side; whichever is not used, the
   compiler leaves out. Where operations.py says that the derivative comes from the result, it is NAME_of(x), and
   NAME_gradient_of(gradient, result) times the derivative. One of two operands is NAME_of(a, b), and its derivative by the
   first or the second NAME_slope(a, b, result, by). */

#define LN2_HIGH 0x1.62e42fefa0000p-1 /* ln 2 to 33 bits: its product with an exponent is exact */
#define LN2_LOW 0x1.cf79abc9e3b3ap-40
#define ROUNDER 0x1.8p52 /* adding it rounds to a whole number, which is then in the low bits */

/* 2**k for a whole number k, |k| <= 1022. */
INLINE vec power_of_two(vec k) {
    return v_number(v_shift_left(v_bits(k + (ROUNDER + 1023.0)), 52));
}

INLINE vec exponential(vec x) {
    /* Beyond these the result is 0 or infinity anyway; NaN passes both comparisons. */
    x = v_where_less(v_splat(800.0), x, v_splat(800.0), x);
    x = v_where_less(x, v_splat(-800.0), v_splat(-800.0), x);
    vec k = v_fma(x, v_splat(0x1.71547652b82fep0), v_splat(ROUNDER)) - ROUNDER; /* x / ln 2, rounded */
    vec r = v_fma(k, v_splat(-LN2_HIGH), x);
    r = v_fma(k, v_splat(-LN2_LOW), r);
    /* |r| <= ln(2)/2: the series of exp(r) to r**13 is exact to 5e-18. */
    static const double series[] = {1.0 / 6227020800.0, 1.0 / 479001600.0, 1.0 / 39916800.0, 1.0 / 3628800.0,
                                    1.0 / 362880.0,     1.0 / 40320.0,     1.0 / 5040.0,     1.0 / 720.0,
                                    1.0 / 120.0,        1.0 / 24.0,        1.0 / 6.0,        0.5};
    vec p = v_splat(series[0]);
    UNROLL for (int i = 1; i < 12; i++) p = v_fma(p, r, v_splat(series[i]));
    p = v_fma(p * r, r, r) + 1.0;
    /* 2**k in two factors, so that neither leaves the normal numbers. */
    vec half = v_fma(k, v_splat(0.5), v_splat(ROUNDER)) - ROUNDER;
    return p * power_of_two(half) * power_of_two(k - half);
}

INLINE vec logarithm(vec x) {
    /* Numbers below the normal ones are scaled up first. */
    vec tiny = v_splat(0x1p-1022);
    vec scaled = v_where_less(x, tiny, x * 0x1p54, x);
    vec shift = v_where_less(x, tiny, v_splat(1023.0 + 54.0), v_splat(1023.0));
    /* x = 2**k * (1 + f) with 1 + f between sqrt(1/2) and sqrt(2). */
    const int64_t root_half = 0x3fe6a09e667f3bcd, one = 0x3ff0000000000000;
    ivec bits = v_bits(scaled);
    ivec exponent = v_shift_right(bits + (one - root_half), 52);
    vec k = v_number(exponent | 0x4330000000000000) - 0x1p52 - shift;
    vec f = v_number(bits - v_shift_left(exponent, 52) + one) - 1.0;
    /* log(1 + f) = 2 artanh(s), s = f / (2 + f), |s| < 0.172. */
    vec s = f / (f + 2.0);
    vec z = s * s;
    vec p = v_splat(2.0 / 23.0);
    UNROLL for (int n = 21; n >= 3; n -= 2) p = v_fma(p, z, v_splat(2.0 / n));
    vec y = v_fma(k, v_splat(LN2_HIGH), f - v_fma(s, v_fma(-p, z, f), -(k * LN2_LOW)));
    /* Outside of the domain, and at infinity. */
    y = v_where_less(v_splat(0.0), x, y, v_splat(NAN));
    y = v_where_less(v_splat(0x1.fffffffffffffp1023), x, x, y);
    y = v_where_less(x, v_splat(0.0), v_splat(NAN), v_where_at_most(v_abs(x), v_splat(0.0), v_splat(-INFINITY), y));
    return y;
}

/* The derivatives come from the same exponential; from the result alone they would lose their digits near 1. */
INLINE vec sigmoid_of(vec x, vec *slope) {
    vec e = exponential(-v_abs(x)); /* of a negative number: nothing overflows */
    vec r = 1.0 / (e + 1.0);
    *slope = e * r * r;
    return v_where_at_most(v_splat(0.0), x, r, e * r);
}

INLINE vec tanh_of(vec x, vec *slope) {
    vec a = v_abs(x);
    /* Far from zero 1 - 2e/(1 + e) with e = exp(-2a); near zero the continued fraction x/(1 + x²/(3 + x²/(5 + ...))),
       cut off after 17, as x + x*x²*p(x²)/q(x²). One division serves both. */
    vec e = exponential(a * -2.0);
    vec z = x * x;
    vec p = v_fma(v_fma(v_fma(v_splat(-44.0), z, v_splat(-12870.0)), z, v_splat(-810810.0)), z, v_splat(-11486475.0));
    vec q = v_fma(v_splat(45.0), z, v_splat(13860.0));
    q = v_fma(v_fma(v_fma(q, z, v_splat(945945.0)), z, v_splat(16216200.0)), z, v_splat(34459425.0));
    vec limit = v_splat(0.55);
    vec quotient = v_where_less(a, limit, z * p, e * -2.0) / v_where_less(a, limit, q, e + 1.0);
    vec y = v_where_less(a, limit, v_fma(x, quotient, x), v_with_sign(quotient + 1.0, x));
    /* 1 - y*y near zero; far from it the same as 4e/(1 + e)², of which nothing cancels. */
    *slope = v_where_less(a, limit, 1.0 - y * y, -quotient * (quotient + 2.0));
    return y;
}

INLINE vec softplus_of(vec x, vec *slope) {
    vec e = exponential(-v_abs(x)); /* log(1 + exp(x)) = max(x, 0) + log(1 + e) */
    vec u = e + 1.0, r = 1.0 / u;
    *slope = v_where_at_most(v_splat(0.0), x, r, e * r);
    /* What rounding took from u is put back: else, for a small e, nothing were left of it. */
    return v_larger(v_splat(0.0), x) + (logarithm(u) + (e - (u - 1.0)) * r);
}

INLINE vec relu_of(vec x) { return v_larger(v_splat(0.0), x); } /* NaN stays NaN */
INLINE vec exp_of(vec x) { return exponential(x); }
INLINE vec sqrt_of(vec x) { return v_sqrt(x); }

/* A gradient times the derivative of ReLU, known from its result. */
INLINE vec relu_gradient_of(vec g, vec y) { return v_where_less(v_splat(0.0), y, g, v_splat(0.0)); }
INLINE vec exp_gradient_of(vec g, vec y) { return g * y; }
INLINE vec sqrt_gradient_of(vec g, vec y) { return g * (0.5 / y); }

INLINE vec log_of(vec x, vec *slope) {
    *slope = 1.0 / x;
    return logarithm(x);
}

INLINE vec abs_of(vec x, vec *slope) {
    vec one = v_splat(1.0), zero = v_splat(0.0);
    *slope = v_where_less(x, zero, -one, v_where_less(zero, x, one, zero));
    return v_abs(x);
}

/* What the C library computes number by number. */
#define V_EACH(out, expression)                             \
    do {                                                    \
        double each_[WIDTH];                                \
        for (int i = 0; i < WIDTH; i++) each_[i] = expression; \
        out = v_load(each_);                                \
    } while (0)

INLINE vec sin_of(vec x, vec *slope) {
    double number[WIDTH];
    vec y;
    v_store(number, x);
    V_EACH(*slope, cos(number[i]));
    V_EACH(y, sin(number[i]));
    return y;
}

INLINE vec cos_of(vec x, vec *slope) {
    double number[WIDTH];
    vec y;
    v_store(number, x);
    V_EACH(*slope, -sin(number[i]));
    V_EACH(y, cos(number[i]));
    return y;
}

/* Not a part of its callers: the calls in it would cost these their registers. */
APART vec any_power(vec x, vec exponent) {
    double base[WIDTH], k[WIDTH];
    vec y;
    v_store(base, x);
    v_store(k, exponent);
    V_EACH(y, pow(base[i], k[i]));
    return y;
}

/* The derivatives of a**b: none where it is constant, and the limits where the base is 0. */
INLINE vec power_of(vec a, vec b) {
    /* The engine has no power of a negative number by a Value, not even by a whole one. */
    return v_where_less(a, v_splat(0.0), v_splat(NAN), any_power(a, b));
}
INLINE vec power_slope(vec a, vec b, vec y, int64_t by) {
    vec zero = v_splat(0.0);
    if (by == 0) return v_where_at_most(v_abs(b), zero, zero, b * any_power(a, b - 1.0));
    return v_where_at_most(v_abs(a), zero, zero, y * logarithm(a));
}

/* A NaN compares with nothing, not even with itself: it is taken. A tie gives half to each. */
INLINE vec maximum_of(vec a, vec b) { return v_where_at_most(b, a, a, v_where_at_most(a, a, b, a)); }
INLINE vec maximum_slope(vec a, vec b, vec y, int64_t by) {
    vec one = v_splat(1.0), zero = v_splat(0.0);
    vec first = by == 0 ? b : a, second = by == 0 ? a : b;
    (void)y;
    return v_where_less(first, second, one, v_where_at_most(first, second, v_splat(0.5), zero));
}
INLINE vec minimum_of(vec a, vec b) { return v_where_at_most(a, b, a, v_where_at_most(a, a, b, a)); }
INLINE vec minimum_slope(vec a, vec b, vec y, int64_t by) { return maximum_slope(b, a, y, by); }

INLINE vec whole_power(vec x, int exponent) {
    int n = exponent < 0 ? -exponent : exponent;
    vec result = v_splat(1.0);
    for (; n; n >>= 1, x *= x)
        if (n & 1) result *= x;
    return exponent < 0 ? 1.0 / result : result;
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
    case ONE_OVER_ROOT: return 1.0 / v_sqrt(x);
    case WHOLE: return whole_power(x, (int)exponent);
    default: return any_power(x, v_splat(exponent));
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
