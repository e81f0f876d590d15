/* The updates of the weights. A weight times zero is zero exactly when it is finite. Numbers that do not fill a vector are one
   all the same, so that it does not matter in which pieces the weights are updated. */

#define EACH_UPDATE(statement)                                   \
    for (; i + WIDTH <= count; i += WIDTH) {                     \
        const int64_t some = WIDTH;                              \
        statement                                                \
    }                                                            \
    if (i < count) {                                             \
        const int64_t some = count - i;                          \
        statement                                                \
    }

INLINE vec descended(vec old, vec gradient, real rate) { return v_fma(v_splat(-rate), gradient, old); }

static int update(const Update *u, const real *gradient, int64_t slot, int64_t count) {
    real *weights = u->weights + slot;
    const real *old = u->old + slot;
    const real rate = u->rate;
    vec wrong = v_splat(0);
    int64_t i = 0;
    if (u->kind == SGD && u->momentum == 0) {
        for (; i + WIDTH <= count; i += WIDTH) {
            vec w = descended(v_load(old + i), v_load(gradient + i), rate);
            v_store(weights + i, w);
            wrong += w * (real)0.0;
        }
        /* One by one: a few that have just been written are read sooner than a vector of them. */
        for (; i < count; i++) {
            vec w = descended(v_splat(old[i]), v_splat(gradient[i]), rate);
            memcpy(weights + i, &w, sizeof(real));
            wrong += w * (real)0.0;
        }
    } else if (u->kind == SGD) {
        real *velocity = u->first + slot;
        const real factor = u->momentum;
        EACH_UPDATE(
            vec g = v_load_first(gradient + i, some);
            vec v = factor * v_load_first(velocity + i, some) + g;
            vec w = descended(v_load_first(old + i, some), u->nesterov ? g + factor * v : v, rate);
            v_store_first(velocity + i, some, v);
            v_store_first(weights + i, some, w);
            wrong += w * (real)0.0;)
    } else {
        real *first = u->first + slot, *second = u->second + slot;
        EACH_UPDATE(
            vec g = v_load_first(gradient + i, some);
            vec mean = u->beta1 * v_load_first(first + i, some) + u->rest1 * g;
            vec square = u->beta2 * v_load_first(second + i, some) + u->rest2 * g * g;
            vec w = v_load_first(old + i, some) - rate * (mean / u->grown1) / (v_sqrt(square / u->grown2) + u->epsilon);
            v_store_first(first + i, some, mean);
            v_store_first(second + i, some, square);
            v_store_first(weights + i, some, w);
            wrong += w * (real)0.0;)
    }
    return !v_any_nan(wrong);
}
