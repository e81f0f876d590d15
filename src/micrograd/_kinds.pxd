# The constants of _kinds.py as numbers of C, which cost nothing to compare with. A test compares the two.
cdef enum:
    LEAF = 0
    CONSTANT = 1
    FUSED = 2
    CUSTOM = 3
    ADD = 4
    MULTIPLY = 5
    POWER = 6
    MAXIMUM = 7
    MINIMUM = 8
    ABSOLUTE = 9
    RELU = 10
    TANH = 11
    SIGMOID = 12
    SOFTPLUS = 13
    EXP = 14
    LOG = 15
    SQRT = 16
    SIN = 17
    COS = 18
    DETACH = 19

cdef enum:
    WHOLE_DATA = 1
    WHOLE_GRAD = 2
    WHOLE_NUMBER = 4
    WATCHED = 8
    SWEPT = 16
    TRACKED = 32
    WITH_NUMBER = 64
