# The C types of _node.py. They are here so that _node.py reads as plain Python.
from cpython.ref cimport PyObject

cdef int _listeners
cdef long long _changes
cdef double _LARGEST_WHOLE
cdef tuple _NAMES
cdef PyObject* _nothing  # the dictionary of nodes without attributes; see _attributes.h


cdef class Node:
    cdef double _data
    cdef double _grad
    cdef Node _first  # the operands, or what the node is a part of ...
    cdef Node _second
    cdef double _by_first  # ... and the derivative of the node by each operand
    cdef double _by_second
    cdef PyObject* _attributes  # the instance's dictionary; NULL where there is none, as for nearly all nodes
    cdef PyObject* _references  # weak ones, to the node
    cdef int _pending  # gradients that the node has still to receive in a sweep
    cdef unsigned short _row  # of a FUSED node: its row in the layer
    cdef unsigned char _kind
    cdef unsigned char _marks

    cdef _unfold(self)
    cdef _replace_operands(self, operands)
    cdef _as_dot(self)
    cdef _name_of_row(self)


cdef class Several(Node):
    cdef tuple operands


cdef _clear(Node node)
cdef _give_operands(Node node, tuple operands)
cdef _track(Node node)
cdef _track_late(Node node)
cdef _untrack(Node node)
cdef _add_by_hand(Node node, Node operand, double derivative, Node other)
cdef tuple _operands_of(Node node)
cdef _assign(Node node, given)
cdef _plain(given, where)
cdef Node _keep_whole(Node node, int whole)
cdef _sign(Node node)
cdef object _number(Node node)
cdef object _slope(Node node)
cdef _zero(tuple nodes)
cdef _tell(Node node, str look)
cdef long long _changes_so_far() noexcept
cdef _set_quickly(kind)
