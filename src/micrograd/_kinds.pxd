# The constants of _kinds.py as numbers of C, which cost nothing to compare with. A test compares the two.
cdef enum:
    LEAF = 0
    CONSTANT = 1
    ELEMENTARY = 2
    WITH_NUMBER = 3
    FUSED = 4
    CUSTOM = 5

cdef enum:
    WHOLE_DATA = 1
    WHOLE_GRAD = 2
    WHOLE_NUMBER = 4
    WATCHED = 8
    SWEPT = 16
    TRACKED = 32
