# The C types of engine.py. They are here so that engine.py reads as plain Python.
from micrograd._stack cimport Stack


cdef class Value

cdef int LEAF, CONSTANT, ELEMENTARY, WITH_NUMBER, FUSED, CUSTOM
cdef int WHOLE_DATA, WHOLE_GRAD, WHOLE_NUMBER, WATCHED, SWEPT, TRACKED
cdef int _generation, _listeners
cdef long long _changes
cdef double _LARGEST_WHOLE


cdef class Value:
    cdef double _data
    cdef double _grad
    cdef Value _first  # the operands ...
    cdef Value _second
    cdef double _by_first  # ... and the derivative of the node by each of them
    cdef double _by_second
    cdef str _name  # of the operation
    cdef dict _extra  # what few nodes have: label, operands and function of a CUSTOM node, overwritten data
    cdef int _pending  # gradients that the node has still to receive in this sweep
    cdef unsigned short _born  # the generation of that sweep
    cdef unsigned char _kind
    cdef unsigned char _marks

    cdef _announce(self, Stack waiting, list leaves, list batches)
    cdef _pass_on(self, Stack waiting)
    cdef _pass_on_custom(self, Stack waiting)
    cdef _unfold(self)
    cdef _as_dot(self)
    cdef _set_data(self, given)
    cdef dict _note(self)


cdef object _number(Value node)
cdef object _slope(Value node)
cdef _clear(Value node)
cdef _begin(Value node, int tracked)
cdef _track(Value node)
cdef Value _unary(str name, double data, Value first, double by_first)
cdef Value _binary(str name, double data, Value first, double by_first, Value second, double by_second)
cdef Value _with_number(str name, double data, Value first, double by_first, double by_second, number)
cdef Value _to_power(Value first, number)
cdef Value _constant(number)
cdef Value _keep_whole(Value node, int whole)
cdef _plain(given, where)
cdef Value _value(given, where, Py_ssize_t position)
cdef long long _changes_so_far() noexcept
cdef _free_in_turn(kind)

cdef _expect(Value node, Stack waiting, list leaves)
cdef _release(Value node, Stack waiting)
cdef bint _is_awaited(Value node)
cdef _zero(Value node)
cdef _settle(Value leaf)
cdef _restore(Value leaf)
cdef _inherit(Value operand, Value node, double derivative)
