# The door of compiled methods: they look at their self. See _guard.h.
cdef extern from "_guard.h":
    int guard_methods(object kind) except -1
