/* The updates of the weights; the rules are those of training_state.py. The new weights go elsewhere than the old ones lie, which
   are still there if the new ones are not finite. A weight times zero is zero exactly when it is finite. */

static int descend(real *weights, const real *old, const real *gradient, real rate, int64_t count) {
    vec wrong = v_splat(0);
    real rest = 0;
    int64_t i = 0;
    for (; i + WIDTH <= count; i += WIDTH) {
        vec w = v_load(old + i) - rate * v_load(gradient + i);
        v_store(weights + i, w);
        wrong += w * (real)0.0;
    }
    for (; i < count; i++) {
        weights[i] = old[i] - rate * gradient[i];
        rest += weights[i] * 0;
    }
    return rest == 0 && !v_any_nan(wrong);
}

static int momentum(real *weights, const real *old, const real *gradient, real *velocity, real factor, int nesterov,
                    real rate, int64_t count) {
    vec wrong = v_splat(0);
    real rest = 0;
    int64_t i = 0;
    for (; i + WIDTH <= count; i += WIDTH) {
        vec g = v_load(gradient + i), v = factor * v_load(velocity + i) + g;
        vec w = v_load(old + i) - rate * (nesterov ? g + factor * v : v);
        v_store(velocity + i, v);
        v_store(weights + i, w);
        wrong += w * (real)0.0;
    }
    for (; i < count; i++) {
        velocity[i] = factor * velocity[i] + gradient[i];
        weights[i] = old[i] - rate * (nesterov ? gradient[i] + factor * velocity[i] : velocity[i]);
        rest += weights[i] * 0;
    }
    return rest == 0 && !v_any_nan(wrong);
}

/* settings: beta1, beta2, epsilon, 1 - beta1**t, 1 - beta2**t. */
static int adam(real *weights, const real *old, const real *gradient, real *first, real *second, const double *settings,
                real rate, int64_t count) {
    const real beta1 = (real)settings[0], beta2 = (real)settings[1], epsilon = (real)settings[2];
    const real rest1 = (real)(1.0 - settings[0]), rest2 = (real)(1.0 - settings[1]);
    const real grown1 = (real)settings[3], grown2 = (real)settings[4];
    vec wrong = v_splat(0);
    real rest = 0;
    int64_t i = 0;
    for (; i + WIDTH <= count; i += WIDTH) {
        vec g = v_load(gradient + i);
        vec mean = beta1 * v_load(first + i) + rest1 * g;
        vec square = beta2 * v_load(second + i) + rest2 * g * g;
        vec w = v_load(old + i) - rate * (mean / grown1) / (v_sqrt(square / grown2) + epsilon);
        v_store(first + i, mean);
        v_store(second + i, square);
        v_store(weights + i, w);
        wrong += w * (real)0.0;
    }
    for (; i < count; i++) {
        real g = gradient[i];
        first[i] = beta1 * first[i] + rest1 * g;
        second[i] = beta2 * second[i] + rest2 * g * g;
        weights[i] = old[i] - rate * (first[i] / grown1) / (V_SQRT(second[i] / grown2) + epsilon);
        rest += weights[i] * 0;
    }
    return rest == 0 && !v_any_nan(wrong);
}
