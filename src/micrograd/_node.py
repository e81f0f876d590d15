# cython: language_level=3, cdivision=True, nonecheck=True
"""What a node of the graph is made of, and how its numbers and its history are shown.

``engine.Value`` adds the operations and the backward sweep. The same file runs as it is and is compiled by
Cython; ``_node.pxd`` beside it holds the C types.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from micrograd import _cycles, _looks, _numbers, _sources
from micrograd._kinds import NAMES

if TYPE_CHECKING:
    from micrograd import _cython as cython
else:
    try:
        import cython
    except ImportError:
        from micrograd import _cython as cython

if cython.compiled:
    from cython.cimports.libc.math import fabs, floor
    from cython.cimports.micrograd._attributes import (
        PyObject_GC_IsTracked,
        PyObject_GC_Track,
        PyObject_GC_UnTrack,
        PyObject_IS_GC,
        attribute,
        give_attributes,
        has_attributes,
        hear_comparisons,
        is_quick,
        set_any_attribute,
        set_attribute,
        set_quickly,
        share_nothing,
    )
    from cython.cimports.micrograd._guard import guard_methods
    from cython.cimports.micrograd._kinds import (
        ADD,
        CUSTOM,
        FUSED,
        LEAF,
        MULTIPLY,
        POWER,
        SWEPT,
        TRACKED,
        WATCHED,
        WHOLE_DATA,
        WHOLE_GRAD,
        WHOLE_NUMBER,
    )
else:
    from micrograd._kinds import (
        ADD,
        CUSTOM,
        FUSED,
        LEAF,
        MULTIPLY,
        POWER,
        SWEPT,
        TRACKED,
        WATCHED,
        WHOLE_DATA,
        WHOLE_GRAD,
        WHOLE_NUMBER,
    )
    from micrograd._libm import fabs, floor
    from micrograd._memory import attribute, has_attributes, set_attribute

if TYPE_CHECKING:
    from typing import TypeAlias

    from micrograd.engine import Value

    # Under names of their own, because Cython would make a float of an int, and refuse what micrograd takes for a name.
    Number: TypeAlias = float
    Text: TypeAlias = str

_LARGEST_WHOLE = 9007199254740992.0  # 2**53: above it, doubles have gaps

_NAMES: tuple[str, ...] = NAMES

# How often the data of a WATCHED node has changed.
_changes = 0

# How many threads have somebody who listens for looks at numbers (see _looks.py).
_listeners = 0


@cython.no_gc_clear  # a cycle always goes through a dictionary or a function, which break it
@cython.cclass
class Node:
    """The fields of a ``Value``, and what can be seen of them."""

    __slots__ = (
        "__dict__", "__weakref__", "_by_first", "_by_second", "_data", "_first", "_grad", "_kind",
        "_marks", "_pending", "_row", "_second",
    )  # fmt: skip

    # -- Numbers and names ----------------------------------------------------------------------------------

    @property
    def data(self) -> float:
        """The number. Overwrite it freely: operations that have used it keep what they computed."""
        if _listeners:
            _tell(self, ".data")
        return _number(self)

    @data.setter
    def data(self, value: Number) -> None:
        computed: cython.double = self._data
        _assign(self, value)
        if self._kind >= FUSED and attribute(self, "_computed") is None:
            set_attribute(self, "_computed", computed)

    @property
    def grad(self) -> float:
        """The derivative of the result, on which ``backward()`` was called, by this node."""
        if _listeners:
            _tell(self, ".grad")
        return _slope(self)

    @grad.setter
    def grad(self, value: Number) -> None:
        checked = _plain(value, "grad")
        self._grad = float(checked)
        self._marks &= ~(WHOLE_GRAD | SWEPT)
        if isinstance(checked, int):
            self._marks |= WHOLE_GRAD

    @property
    def label(self) -> str | None:
        """The name that drawings show, or None."""
        if not has_attributes(self):
            return None
        name = attribute(self, "label")
        return name if isinstance(name, str) else None

    @label.setter
    def label(self, name: Text | None) -> None:
        if name is not None and not isinstance(name, str):
            raise TypeError(f"label: expected a str or None, got {type(name).__name__}: {name!r}")
        set_attribute(self, "label", name)

    def __setattr__(self, name: str, value: Any) -> None:
        set_any_attribute(self, name, value)
        # An attribute of the user's may refer to anything, this very node included.
        if has_attributes(self) and not self._marks & TRACKED and PyObject_IS_GC(value):
            _track_late(self)

    def __float__(self) -> float:
        if _listeners:
            _tell(self, "float()")
        return float(self._data)

    def __repr__(self) -> str:
        if _listeners:
            _tell(self, "repr()")
        return f"Value(data={_number(self)}, grad={_slope(self)})"

    def __format__(self, specification: str) -> str:
        return format(self.data, specification) if specification else str(self)

    def _peek(self) -> float:
        """The number, for a check that does nothing but raise an error: nobody is told of the look."""
        return _number(self)

    # -- How the node was made ------------------------------------------------------------------------------

    @property
    def _op(self) -> str:
        """The name of the operation that made the node; empty for a leaf."""
        if self._kind != FUSED and self._kind != POWER and not has_attributes(self):
            return _NAMES[self._kind]
        return _sign(self)

    @_op.setter
    def _op(self, name: Text) -> None:
        set_attribute(self, "_op", name)

    @property
    def _prev(self) -> set[Value]:
        """The operands, as a set of its own; assign other Values to change them."""
        if cython.compiled and is_quick(self):
            self._unfold()
            return set(_operands_of(self))
        return set(self._operands)

    @_prev.setter
    def _prev(self, operands: Iterable[Value]) -> None:
        self._replace_operands(operands)

    @property
    def _operands(self) -> tuple[Value, ...]:
        """The operands, in order. A look unfolds a fused node into elementary ones, once and for all."""
        self._unfold()
        return _operands_of(self)

    @property
    def _local_derivatives(self) -> tuple[float, ...]:
        """The derivative of this node by each operand; empty for leaves and for the user's own operations."""
        if _listeners:
            _tell(self, "._local_derivatives")
        self._unfold()
        if self._kind < ADD:
            return ()
        if self._second is None:
            return (self._by_first,)
        return (self._by_first, self._by_second)

    @property
    def _computed(self) -> float | None:
        """What the operation had computed, where ``data`` was overwritten since; else None."""
        if _listeners:
            _tell(self, "._computed")
        return attribute(self, "_computed")

    @property
    def _dot(self) -> tuple[tuple[Value, ...], tuple[Value, ...], Value | None, str] | None:
        """(weights, inputs, bias, activation) of a fused neuron not yet unfolded; else None."""
        return self._as_dot()

    def _unfold(self) -> None:
        """Give the node its operands, where it has kept them in a shorter form."""

    def _replace_operands(self, operands: Any) -> None:
        """Let the node have other operands."""

    def _as_dot(self) -> Any:
        return None

    def _name_of_row(self) -> str:
        return ""

    # -- The user's own operations --------------------------------------------------------------------------

    @property
    def _is_custom(self) -> bool:
        """Whether the user assigned ``_backward``."""
        return self._kind == CUSTOM and attribute(self, "_function") is not None

    @property
    def _backward(self) -> Callable[[], None]:
        """The function that passes this node's gradient on to its operands; assign one of your own."""
        return attribute(self, "_function") if self._is_custom else self._propagate

    @_backward.setter
    def _backward(self, function: Callable[[], None]) -> None:
        if not callable(function):
            raise TypeError(
                f"_backward: expected a function without arguments, got {type(function).__name__}"
            )
        self._unfold()
        set_attribute(self, "_function", function)
        self._kind = CUSTOM
        _track_late(self)  # the function usually refers to the node, and the node to it

    def _propagate(self) -> None:
        """Add to each operand's gradient this node's, times the local derivative: the chain rule, once."""
        self._unfold()
        if self._kind == LEAF or isinstance(self._first, Several):
            return
        if self._first is not None:
            _add_by_hand(self, self._first, self._by_first, self._second)
        if self._second is not None:
            _add_by_hand(self, self._second, self._by_second, self._first)


@cython.final
@cython.no_gc_clear
@cython.cclass
class Several(Node):
    """The operands of an operation of the user's that has more than two; stands where the first would."""

    __slots__ = ("operands",)


# -- Making and changing a node -------------------------------------------------------------------------------


def _clear(node):
    node._data = node._grad = node._by_first = node._by_second = 0.0
    node._first = node._second = None
    node._pending = node._row = 0
    node._kind = LEAF
    node._marks = WHOLE_GRAD


def _give_operands(node, operands):
    """Make a node the result of an operation of the user's."""
    node._kind = CUSTOM
    node._first = node._second = None
    if len(operands) > 2:
        several: Several = Several.__new__(Several)
        if not cython.compiled:
            _clear(several)
        several.operands = operands
        node._first = several
    elif operands:
        node._first = operands[0]
        node._second = operands[1] if len(operands) == 2 else None


def _operands_of(node):
    if isinstance(node._first, Several):
        return cython.cast(Several, node._first).operands
    if node._second is not None:
        return (node._first, node._second)
    if node._first is not None:
        return (node._first,)
    return ()


def _copy_fields(node: Node, operands: tuple) -> Node:
    """Return a node like this one over other operands, without the attributes."""
    kind = type(node)
    copied: Node = kind.__new__(kind)
    _clear(copied)
    copied._data, copied._grad = node._data, node._grad
    copied._by_first, copied._by_second = node._by_first, node._by_second
    if operands:
        _give_operands(copied, operands)
    copied._kind = node._kind
    copied._marks = node._marks & ~(WATCHED | TRACKED)
    if node._marks & TRACKED or kind.__name__ != "Value":
        _track(copied)
    else:
        _untrack(copied)
    return copied


def _attributes_of(node: Node) -> dict[str, Any]:
    """Return a copy of the instance's dictionary."""
    return dict(vars(node)) if has_attributes(node) else {}


@cython.nonecheck(False)
def _assign(node, given):
    """Overwrite the data."""
    global _changes
    checked = given if type(given) is float else _plain(given, "data of a Value")
    if _listeners:
        _looks.written(node, _number(node))
    if node._marks & WATCHED:
        _changes += 1
    node._data = float(checked)
    node._marks = node._marks | WHOLE_DATA if isinstance(checked, int) else node._marks & ~WHOLE_DATA


def _zero(nodes):
    """Set the gradients of the nodes in a tuple, which holds nothing else, to 0."""
    for one in nodes:
        node = cython.cast(Node, one)
        node._grad = 0.0
        node._marks = (node._marks | WHOLE_GRAD) & ~SWEPT


def _tell(node, look):
    """Tell those who listen that somebody looks at the node's numbers."""
    _looks.seen(node, look)


def _changes_so_far():
    return _changes


def _listen(more: int) -> None:
    """Count one listener more (1) or less (-1); see _looks.py."""
    global _listeners
    _listeners += more


# -- Numbers: whole ones are shown without a decimal point ----------------------------------------------------


def _plain(given, where):
    """Return ``given`` as a float or an int that a double can hold; ``where`` is for the error."""
    if type(given) is float:
        return given
    if type(given) is int:
        size: cython.double = float(given)
        if fabs(size) <= _LARGEST_WHOLE:
            return given
    return _numbers.number(given, where)


def _keep_whole(node, whole):
    # Above 2**53 doubles have gaps, and a whole number could be a wrong one.
    if whole & WHOLE_DATA and fabs(node._data) <= _LARGEST_WHOLE:
        node._marks |= WHOLE_DATA
        node._data += 0.0  # no int is -0.0
    return node


# What these are handed is a self.


@cython.nonecheck(False)
@cython.boundscheck(False)
@cython.wraparound(False)
def _sign(node):
    """Return the name of the operation that made the node."""
    if has_attributes(node):
        given = attribute(node, "_op")
        if given is not None:
            return given
    if node._kind == FUSED:
        return node._name_of_row()
    if node._kind == POWER and node._second is None:
        return f"**{int(node._by_second) if node._marks & WHOLE_NUMBER else node._by_second}"
    return _NAMES[node._kind]


@cython.nonecheck(False)
def _number(node):
    return int(node._data) if node._marks & WHOLE_DATA else node._data


@cython.nonecheck(False)
def _slope(node):
    return int(node._grad) if node._marks & WHOLE_GRAD else node._grad


def _add_by_hand(node, operand, derivative, other):
    """Add to an operand's gradient, which stays an int where all that it is made of are ints, as in micrograd."""
    whole: cython.bint = bool(node._marks & operand._marks & WHOLE_GRAD) and derivative == floor(derivative)
    if node._kind == MULTIPLY:
        whole = whole and bool(other._marks & WHOLE_DATA)
    elif node._kind == POWER:
        number: cython.bint = other is None and bool(node._marks & WHOLE_NUMBER)
        whole = whole and number and node._by_second >= 1 and bool(operand._marks & WHOLE_DATA)
    operand._grad += derivative * node._grad + 0.0
    if not whole or fabs(operand._grad) > _LARGEST_WHOLE:
        operand._marks &= ~WHOLE_GRAD
    operand._marks &= ~SWEPT


# -- Nodes that may be part of a cycle ------------------------------------------------------------------------

# Nodes point at older nodes only, so graphs have no cycles and the garbage collector need not know them. But
# a function or an attribute of the user's may refer to any node.


def _track(node):
    if not node._marks & TRACKED:
        node._marks |= TRACKED
        if cython.compiled and not PyObject_GC_IsTracked(node):
            PyObject_GC_Track(node)


def _track_late(node):
    """Track a node that others may use already, which are not tracked."""
    if not node._marks & TRACKED:
        _track(node)
        if cython.compiled:
            _cycles.remember(node)


def _untrack(node):
    if cython.compiled and not node._marks & TRACKED and not has_attributes(node):
        PyObject_GC_UnTrack(node)


def _let_collector_know(node: Node) -> None:
    """Track a node that was found to be within a user's function or attribute (see _cycles.py).

    It is not marked: what uses it need not be known for that, and what is attached to it later has to be remembered.
    """
    if cython.compiled and not PyObject_GC_IsTracked(node):
        PyObject_GC_Track(node)


def _set_quickly(kind):
    """Let data and grad of this class's objects be set without a search for the properties."""
    if cython.compiled:
        set_quickly(kind)


if cython.compiled:
    guard_methods(Node)
    guard_methods(Several)
    share_nothing(cython.address(_nothing))  # type: ignore[name-defined]  # noqa: F821
    give_attributes(Node, cython.sizeof(Node), _cycles.remember)
    hear_comparisons(Node, cython.address(_listeners), _looks.compared)
    _sources.show(__name__)
else:
    del Node.__setattr__

    def _equal(node: Node, other: object) -> Any:
        if _listeners:
            _looks.compared(node, other)
        return object.__eq__(node, other)

    Node.__eq__ = _equal
    Node.__hash__ = object.__hash__
