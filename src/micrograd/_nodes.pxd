# What engine.py needs to make and free nodes fast, and to notice that a class was changed.
cdef extern from "_nodes.h":
    object new_node(int kind, double data, object first, double by_first)
    void track_like(object node, object operand)
    bint is_new(object node)
    void keep_whole(object node, int whole)
    int take_over(object kind, Py_ssize_t size, object look) except -1
    int own_properties(object kind) except -1
    int call_shortly(object kind) except -1
    int take_over_other(object kind) except -1
    bint is_as_written(object node) except -1
    bint makes_nodes_itself() except -1
    bint operations_as_written() except -1
