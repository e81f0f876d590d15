# The C types of engine.py. They are here so that engine.py reads as plain Python.
from cpython.ref cimport PyObject
from micrograd._node cimport Node

cdef int _running


cdef class Value(Node):
    cdef _announce(self, Sweep sweep)
    cdef _pass_on(self, Sweep sweep)
    cdef _receive(self, int row, double gradient)
    cdef _unfold_row(self, Value node)
    cdef _dot_of(self, Value node)
    cdef _name_of(self, Value node)


cdef class Sweep:
    cdef PyObject** nodes  # that wait for their turn
    cdef Py_ssize_t count
    cdef Py_ssize_t room
    cdef PyObject** leaves
    cdef double* gradients  # that the leaves had before
    cdef unsigned char* marks  # likewise
    cdef Py_ssize_t leaf_count
    cdef Py_ssize_t leaf_room
    cdef list batches  # of gradients that fused nodes keep together until the end
    cdef bint undoing
    cdef bint only_awaited  # while undoing: nodes that wait for nothing are left alone
    cdef set seen  # while undoing
    cdef Value root

    cdef begin(self, Value root)
    cdef expect(self, Node node)
    cdef release(self, Node node)
    cdef Value next(self)
    cdef push(self, Node node)
    cdef Value pop(self)
    cdef keep_leaf(self, Node leaf)
    cdef finish(self)
    cdef undo(self)
    cdef forget_all(self, list nodes)
    cdef forget(self, Node node)


cdef bint _has_derivatives(Node node)
cdef _pass_on_otherwise(Value node, Sweep sweep)
cdef bint _is_awaited(Node node)
cdef _inherit(Node operand, Node node, double derivative)

cdef _start(Value node, given, children, operation, label)
cdef Value _unary(int kind, double data, Node first, double by_first)
cdef Value _binary(int kind, double data, Node first, double by_first, Node second, double by_second)
cdef Value _with_number(int kind, double data, Node first, double by_first, double by_second, number)
cdef Value _plus(Node first, number)
cdef Value _times(Node first, number)
cdef Value _minus(Node first)
cdef Value _to_power(Node first, number)
cdef Value _relu(Node first, double data, double by_first)
cdef _tell_of(Value node)
cdef Value _row_of(Value whole)
cdef Value _constant(number)
cdef Value _value(given, where, Py_ssize_t position)
cdef tuple _values(given, where)
cdef bint _is_array(given)

cdef Value _make_again(Value node)
cdef bint _as_written(node)
cdef bint _operations_as_written()
cdef bint _overrides(node)
cdef _free_in_turn(kind)
