/* Written by setup.py from operations.py; change that. F(name, whether it can leave its domain) */

#define FUNCTIONS(F) \
    F(constant_power, 1) \
    F(relu, 0) \
    F(exp, 1) \
    F(log, 1) \
    F(sqrt, 1) \
    F(sin, 1) \
    F(cos, 1) \
    F(abs, 0) \
    F(tanh, 0) \
    F(sigmoid, 0) \
    F(softplus, 0) \
    F(detach, 0)

#define SMOOTH_FUNCTIONS(F) \
    F(tanh, 0) \
    F(sigmoid, 0) \
    F(softplus, 0)

#define FUNCTIONS_BY_OPERAND(F) \
    F(log, 1) \
    F(sin, 1) \
    F(cos, 1) \
    F(abs, 0)

#define FUNCTIONS_BY_RESULT(F) \
    F(relu, 0) \
    F(exp, 1) \
    F(sqrt, 1)

#define BINARY_FUNCTIONS(F) \
    F(power, 1) \
    F(maximum, 0) \
    F(minimum, 0)
