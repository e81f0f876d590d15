# cython: language_level=3, cdivision=True, boundscheck=False
"""Scalars that remember how they were made, so that gradients can flow back through them.

Read it from top to bottom. In ``Value``, each operation is one method in which the value and the local
derivatives stand side by side. A node keeps its local derivatives, so ``Value.backward`` knows no
operations at all: it walks from the result back to the leaves, and does at each node what the chain rule
says, ``operand.grad += local_derivative * node.grad``.

The same file runs as it is and is compiled by Cython, with the same results to the last bit; ``engine.pxd``
beside it holds the C types. ``fused.py`` keeps whole layers of neurons as one node.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from micrograd import _looks, _numbers

try:
    import cython
except ImportError:
    from micrograd import _cython as cython

if cython.compiled:
    from cython.cimports.libc.math import cos, exp, fabs, isinf, log, sin, sqrt, tanh
    from cython.cimports.micrograd._functions import logistic, logistic_slope, power, power_slope, tanh_slope
    from cython.cimports.micrograd._nodes import (
        PyObject_GC_IsTracked,
        PyObject_GC_Track,
        PyObject_GC_UnTrack,
        new_node,
        take_over,
        take_over_other,
    )
    from cython.cimports.micrograd._stack import Stack
else:
    from micrograd._functions import logistic, logistic_slope, power, power_slope, tanh_slope
    from micrograd._libm import cos, exp, fabs, isinf, log, sin, sqrt, tanh
    from micrograd._stack import Stack

if TYPE_CHECKING:
    from typing import TypeAlias

    Number: TypeAlias = float
    Operand: TypeAlias = "Value | float"

COMPILED: bool = cython.compiled

# What a node is. From ELEMENTARY on it has operands, and its gradient starts afresh at each sweep.
LEAF = 0  # made by the user: a parameter, an input
CONSTANT = 1  # a number that met a Value in an operation
ELEMENTARY = 2  # one operation on one or two Values
WITH_NUMBER = 3  # one operation on a Value and a number, which becomes a CONSTANT when it is looked at
FUSED = 4  # many operations in one, which unfolds when it is looked at
CUSTOM = 5  # the user's own operation

# What else is to be remembered of a node (bits of ``_marks``).
WHOLE_DATA = 1  # the data is an int, and shown without a decimal point
WHOLE_GRAD = 2  # the gradient is an int
WHOLE_NUMBER = 4  # the number of a WITH_NUMBER node is an int, or the exponent of a power
WATCHED = 8  # a fused layer has read the data, and must know when it changes
SWEPT = 16  # the gradient is from a backward sweep
TRACKED = 32  # an operation of the user's is below, so cycles are possible (see _backward)

_LARGEST_WHOLE = 2**53

# How often the data of a WATCHED node has changed.
_changes = 0

# How many threads have somebody who listens for looks at numbers (see _looks.py).
_listeners = 0

# A sweep that is broken off leaves counts behind in its nodes; a new generation makes them void.
_generation = 0


@cython.cclass
class Value:
    """A scalar that remembers how it was made, and the gradient of a result with respect to it.

    ``data`` is a real number. ``_children`` and ``_op`` are for operations of your own: give the operands
    and a name, then assign to ``_backward`` a function that adds to each operand's ``grad``. ``label`` is
    the name that drawings show. Raises ``TypeError`` when ``data`` is not one real number.
    """

    __array_ufunc__ = None  # NumPy then leaves ``number - value`` to __rsub__

    def __init__(
        self, data: Number, _children: Iterable[Value] = (), _op: str = "", label: str | None = None
    ) -> None:
        _clear(self)
        self._name = _op
        self._set_data(data)
        operands = tuple(_children)
        for operand in operands:
            if not isinstance(operand, Value):
                _numbers.refuse(operand, "_children of a Value")
        if operands:
            self._kind = CUSTOM
            self._extra = {"operands": operands}
        if operands or _op:
            self._marks |= TRACKED
        elif cython.compiled and type(self) is Value:
            PyObject_GC_UnTrack(self)
        if label is not None:
            self.label = label

    @property
    def data(self) -> float:
        """The number. Overwrite it freely: operations that have used it keep what they computed."""
        if _listeners:
            _looks.seen(self, ".data")
        return _number(self)

    @data.setter
    def data(self, value: Number) -> None:
        computed: cython.double = self._data
        self._set_data(value)
        if self._kind >= ELEMENTARY:
            self._note().setdefault("computed", computed)

    @property
    def grad(self) -> float:
        """The derivative of the result, on which ``backward()`` was called, by this node."""
        if _listeners:
            _looks.seen(self, ".grad")
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
        return None if self._extra is None else self._extra.get("label")

    @label.setter
    def label(self, name: str | None) -> None:
        if name is not None and not isinstance(name, str):
            raise TypeError(f"label: expected a str or None, got {type(name).__name__}: {name!r}")
        self._note()["label"] = name

    # -- Operations: the value, and beside it the derivative by each operand --------------------------------

    # _binary(name, value, operand, derivative by it, other operand, derivative by it) makes the node; _unary is
    # the same with a single operand, _with_number with a number, which becomes a node when someone looks.

    def __add__(self, other: Operand) -> Value:
        if isinstance(other, Value):
            b = cython.cast(Value, other)
            return _binary("+", self._data + b._data, self, 1.0, b, 1.0)
        number = _plain(other, "+")
        c: cython.double = float(number)
        return _with_number("+", self._data + c, self, 1.0, c, number)

    def __mul__(self, other: Operand) -> Value:
        if isinstance(other, Value):
            b = cython.cast(Value, other)
            return _binary("*", self._data * b._data, self, b._data, b, self._data)
        number = _plain(other, "*")
        c: cython.double = float(number)
        return _with_number("*", self._data * c, self, c, self._data, number)

    def __pow__(self, other: Operand, modulus: None = None) -> Value:
        a: cython.double = self._data
        if isinstance(other, Value):
            b = cython.cast(Value, other)
            out: cython.double = power(a, b._data)
            if a < 0:
                _numbers.negative_base(_number(self), _number(b))
            # The limit of a**b * log(a) is 0 as a goes to 0.
            return _binary("**", out, self, power_slope(a, b._data), b, out * log(a) if a > 0 else 0.0)
        return _to_power(self, _plain(other, "**"))

    def __rpow__(self, other: Operand, modulus: None = None) -> Value:
        return _constant(_plain(other, "**")) ** self

    def __radd__(self, other: Operand) -> Value:
        if isinstance(other, Value):  # Python asks the right one first, where it is of a subclass
            return _binary("+", cython.cast(Value, other)._data + self._data, other, 1.0, self, 1.0)
        return self + other

    def __rmul__(self, other: Operand) -> Value:
        if isinstance(other, Value):  # as in __radd__
            a = cython.cast(Value, other)
            return _binary("*", a._data * self._data, a, self._data, self, a._data)
        return self * other

    def __neg__(self) -> Value:
        return _with_number("*", -self._data, self, -1.0, self._data, -1)

    def __sub__(self, other: Operand) -> Value:
        if isinstance(other, Value):
            return self + (-other)
        return self + (-_plain(other, "-"))

    def __rsub__(self, other: Operand) -> Value:
        if isinstance(other, Value):  # as in __radd__
            return other + (-self)
        return -self + _plain(other, "-")

    def __truediv__(self, other: Operand) -> Value:
        if isinstance(other, Value):
            b = cython.cast(Value, other)
            if b._data == 0:
                _numbers.division_by_zero(_number(self), _number(b))
            return self * _to_power(b, -1)
        number = _plain(other, "/")
        if number == 0:
            _numbers.division_by_zero(_number(self), number)
        return self * (1.0 / float(number))

    def __rtruediv__(self, other: Operand) -> Value:
        number = _number(other) if isinstance(other, Value) else _plain(other, "/")
        if self._data == 0:
            _numbers.division_by_zero(number, _number(self))
        if isinstance(other, Value):  # as in __radd__
            return other * _to_power(self, -1)
        return _to_power(self, -1) * number

    def __abs__(self) -> Value:
        x: cython.double = self._data
        node: Value = _unary("abs", fabs(x), self, 1.0 if x > 0 else -1.0 if x < 0 else 0.0)
        return _keep_whole(node, self._marks)

    def maximum(self, other: Operand) -> Value:
        """Return the larger of the two, which gets the gradient; where they are equal, each gets half of it."""
        b: Value = other if isinstance(other, Value) else _constant(_plain(other, "maximum"))
        # Written so that a NaN in either operand comes out as a NaN.
        if self._data > b._data or self._data != self._data:
            return _binary("max", self._data, self, 1.0, b, 0.0)
        if self._data == b._data:
            return _binary("max", self._data, self, 0.5, b, 0.5)
        return _binary("max", b._data, self, 0.0, b, 1.0)

    def minimum(self, other: Operand) -> Value:
        """Return the smaller of the two, which gets the gradient; where they are equal, each gets half of it."""
        b: Value = other if isinstance(other, Value) else _constant(_plain(other, "minimum"))
        if self._data < b._data or self._data != self._data:
            return _binary("min", self._data, self, 1.0, b, 0.0)
        if self._data == b._data:
            return _binary("min", self._data, self, 0.5, b, 0.5)
        return _binary("min", b._data, self, 0.0, b, 1.0)

    def relu(self) -> Value:
        """Return max(0, x), the rectified linear unit. Its derivative at 0 is taken as 0."""
        if self._data < 0:
            return _keep_whole(_unary("ReLU", 0.0, self, 0.0), WHOLE_DATA)
        return _keep_whole(_unary("ReLU", self._data, self, 1.0 if self._data > 0 else 0.0), self._marks)

    def exp(self) -> Value:
        """Return e**x. Raises ``OverflowError`` where that is larger than any float (x > 709.78)."""
        out: cython.double = exp(self._data)
        if isinf(out) and not isinf(self._data):
            _numbers.overflow(f"exp({_number(self)!r})")
        return _unary("exp", out, self, out)

    def log(self) -> Value:
        """Return the natural logarithm. Raises ``ValueError`` unless x > 0."""
        if self._data <= 0:
            _numbers.outside_domain("log", _number(self), "numbers above 0")
        return _unary("log", log(self._data), self, 1.0 / self._data)

    def sqrt(self) -> Value:
        """Return the square root; its derivative at 0 is infinite. Raises ``ValueError`` unless x >= 0."""
        if self._data < 0:
            _numbers.outside_domain("sqrt", _number(self), "0 and numbers above")
        out: cython.double = sqrt(self._data)
        return _unary("sqrt", out, self, 0.5 / out if out > 0 else 0.5 * power_slope(0.0, 0.5))

    def sin(self) -> Value:
        """Return the sine of an angle in radians. Raises ``ValueError`` for an infinite one."""
        if isinf(self._data):
            _numbers.outside_domain("sin", _number(self), "finite angles")
        return _unary("sin", sin(self._data), self, cos(self._data))

    def cos(self) -> Value:
        """Return the cosine of an angle in radians. Raises ``ValueError`` for an infinite one."""
        if isinf(self._data):
            _numbers.outside_domain("cos", _number(self), "finite angles")
        return _unary("cos", cos(self._data), self, -sin(self._data))

    def tanh(self) -> Value:
        """Return the hyperbolic tangent."""
        return _unary("tanh", tanh(self._data), self, tanh_slope(self._data))

    def sigmoid(self) -> Value:
        """Return 1 / (1 + e**-x), the logistic function."""
        return _unary("sigmoid", logistic(self._data), self, logistic_slope(self._data))

    def detach(self) -> Value:
        """Return the value without its gradient: the derivative of the result by the operand is 0."""
        held: cython.double = _looks.held(self._data) if _listeners else self._data
        return _keep_whole(_unary("detach", held, self, 0.0), self._marks)

    def __float__(self) -> float:
        if _listeners:
            _looks.seen(self, "float()")
        return float(self._data)

    def __repr__(self) -> str:
        if _listeners:
            _looks.seen(self, "repr()")
        return f"Value(data={_number(self)}, grad={_slope(self)})"

    # -- Inspection: how the node was made ------------------------------------------------------------------

    @property
    def _op(self) -> str:
        """The name of the operation that made the node; empty for a leaf."""
        if self._kind == ELEMENTARY and self._second is None and self._name == "**":
            return f"**{int(self._by_second) if self._marks & WHOLE_NUMBER else self._by_second}"
        return self._name

    @property
    def _prev(self) -> set[Value]:
        """The operands, as a set."""
        return set(self._operands)

    @property
    def _operands(self) -> tuple[Value, ...]:
        """The operands, in order. A look unfolds a fused node into elementary ones, once and for all."""
        self._unfold()
        if self._second is not None:
            return (self._first, self._second)
        if self._first is not None:
            return (self._first,)
        return () if self._extra is None else self._extra.get("operands", ())

    @property
    def _local_derivatives(self) -> tuple[float, ...]:
        """The derivative of this node by each operand; empty for leaves and for the user's own operations."""
        if _listeners:
            _looks.seen(self, "._local_derivatives")
        self._unfold()
        if self._kind != ELEMENTARY:
            return ()
        if self._second is None:
            return (self._by_first,)
        return (self._by_first, self._by_second)

    @property
    def _computed(self) -> float | None:
        """What the operation had computed, where ``data`` was overwritten since; else None."""
        if _listeners:
            _looks.seen(self, "._computed")
        return None if self._extra is None else self._extra.get("computed")

    @property
    def _is_custom(self) -> bool:
        """Whether the user assigned ``_backward``."""
        return self._extra is not None and "function" in self._extra

    @property
    def _dot(self) -> tuple[tuple[Value, ...], tuple[Value, ...], Value | None, str] | None:
        """(weights, inputs, bias, activation) of a fused neuron not yet unfolded; else None."""
        return self._as_dot()

    @property
    def _backward(self) -> Callable[[], None]:
        """The function that passes this node's gradient on to its operands; assign one of your own."""
        return self._extra["function"] if self._is_custom else self._propagate

    @_backward.setter
    def _backward(self, function: Callable[[], None]) -> None:
        if not callable(function):
            raise TypeError(
                f"_backward: expected a function without arguments, got {type(function).__name__}"
            )
        self._unfold()
        self._note()["function"] = function
        self._kind = CUSTOM
        # Nodes point at older nodes only, so graphs have no cycles and the garbage collector need not know
        # them. But this function usually refers to the node, and the node to it: here is one.
        self._marks |= TRACKED
        if cython.compiled and not PyObject_GC_IsTracked(self):
            PyObject_GC_Track(self)

    def _propagate(self) -> None:
        """Add to each operand's gradient this node's, times the local derivative: the chain rule, once."""
        self._unfold()
        if self._first is not None:
            self._first.grad += self._by_first * self._grad
        if self._second is not None:
            self._second.grad += self._by_second * self._grad

    def __reduce__(self) -> Any:
        if self._kind >= ELEMENTARY:
            raise TypeError(
                f"cannot copy or pickle a Value that an operation made ({self._op!r}): "
                "copy the parameters, and compute it again"
            )
        if _listeners:
            _looks.seen(self, "copy or pickle")
        return _leaf, (type(self), _number(self), _slope(self), self.label)

    def _peek(self) -> float:
        """The number, for a check that does nothing but raise an error: nobody is told of the look."""
        return _number(self)

    # -- The backward sweep ---------------------------------------------------------------------------------

    def backward(self) -> None:
        """Compute the derivative of this node by every node that it depends on, into their ``grad``.

        A node passes its gradient on once all nodes that use it have passed theirs on to it. What a leaf
        receives is added to the gradient that it had, so set that to 0 between two steps of gradient
        descent; the nodes in between, and the numbers that have become nodes, start afresh, so that a
        second call adds exactly the same once more (micrograd counts twice through the nodes in between).
        The order depends on the graph alone, and so do the results, to the last bit. If a ``_backward``
        of the user's raises, the leaves keep the gradients that they had.
        """
        global _generation
        if _listeners:
            _looks.seen(self, ".backward()")
        leaves: list = []
        batches: list = []  # of gradients that fused nodes keep together until the end
        waiting = Stack()
        try:
            _expect(self, waiting, leaves)
            while waiting.count:
                node: Value = waiting.pop()
                node._announce(waiting, leaves, batches)
            self._grad = 1.0
            self._marks |= WHOLE_GRAD
            if self._kind >= ELEMENTARY:
                waiting.push(self)
            while waiting.count:
                node = waiting.pop()
                node._pending = 0
                node._pass_on(waiting)
        except BaseException:
            _generation = (_generation + 1) & 0xFFFF
            for leaf in leaves:
                _restore(leaf)
            for batch in batches:
                batch.discard()
            raise
        for batch in batches:
            batch.deliver()
        for leaf in leaves:
            _settle(leaf)

    def _announce(self, waiting: Stack, leaves: list, batches: list) -> None:
        """Let the operands expect a gradient from this node."""
        if self._first is not None:
            _expect(self._first, waiting, leaves)
            if self._second is not None:
                _expect(self._second, waiting, leaves)
        elif self._extra is not None:
            for operand in self._extra.get("operands", ()):
                _expect(operand, waiting, leaves)

    def _pass_on(self, waiting: Stack) -> None:
        """Give each operand its part of the gradient."""
        if self._kind == CUSTOM:
            self._pass_on_custom(waiting)
        else:
            self._first._grad += self._by_first * self._grad
            _release(self._first, waiting)
            if self._second is not None:
                self._second._grad += self._by_second * self._grad
                _release(self._second, waiting)

    def _pass_on_custom(self, waiting: Stack) -> None:
        if self._is_custom:
            self._extra["function"]()
        for operand in self._operands:
            _release(operand, waiting)

    # -- Behind the scenes ----------------------------------------------------------------------------------

    def _unfold(self) -> None:
        """Give the node its operands, where it has kept them in a shorter form."""
        if self._kind == WITH_NUMBER:
            product = self._name == "*"
            number: cython.double = self._by_first if product else self._by_second
            if not product:
                self._by_second = 1.0
            self._second = _constant(int(number) if self._marks & WHOLE_NUMBER else number)
            _inherit(self._second, self, self._by_second)
            self._kind = ELEMENTARY

    def _as_dot(self) -> Any:
        return None

    def _set_data(self, given: Any) -> None:
        global _changes
        checked = _plain(given, "data of a Value")
        if _listeners:
            _looks.written(self, _number(self))
        if self._marks & WATCHED:
            _changes += 1
        self._data = float(checked)
        self._marks = self._marks | WHOLE_DATA if isinstance(checked, int) else self._marks & ~WHOLE_DATA

    def _note(self) -> dict[str, Any]:
        if self._extra is None:
            self._extra = {}
        return self._extra


def topological_order(root: Value) -> list[Value]:
    """Return every node that ``root`` depends on, and ``root``: operands before the nodes that use them."""
    order: list[Value] = []
    seen = {root}
    path = [(root, iter(root._operands))]
    while path:
        node, operands = path[-1]
        fresh = next((operand for operand in operands if operand not in seen), None)
        if fresh is None:
            order.append(node)
            path.pop()
        else:
            seen.add(fresh)
            path.append((fresh, iter(fresh._operands)))
    return order


# -- Making nodes -------------------------------------------------------------------------------------------


def _listen(more):
    """Count one listener more (1) or less (-1); see _looks.py."""
    global _listeners
    _listeners += more


def _number(node):
    return int(node._data) if node._marks & WHOLE_DATA else node._data


def _slope(node):
    return int(node._grad) if node._marks & WHOLE_GRAD else node._grad


def _clear(node):
    node._data = node._grad = node._by_first = node._by_second = 0.0
    node._first = node._second = node._extra = None
    node._name = ""
    node._pending = node._born = 0
    node._kind = LEAF
    node._marks = WHOLE_GRAD


def _begin(node, tracked):
    """Make a node that was just allocated ready for use."""
    if not cython.compiled:
        _clear(node)
    elif not tracked:
        PyObject_GC_UnTrack(node)
    node._marks = WHOLE_GRAD | tracked


def _track(node):
    if not node._marks & TRACKED:
        node._marks |= TRACKED
        if cython.compiled:
            PyObject_GC_Track(node)


def _unary(name, data, first, by_first):
    node: Value = new_node(name, first)
    node._kind = ELEMENTARY
    node._marks = WHOLE_GRAD
    node._data = data
    node._by_first = by_first
    if first._marks & TRACKED:
        _track(node)
    return node


def _binary(name, data, first, by_first, second, by_second):
    node: Value = _unary(name, data, first, by_first)
    node._second = second
    node._by_second = by_second
    both: cython.int = first._marks & second._marks
    if both & WHOLE_DATA:
        _keep_whole(node, both)
    if second._marks & TRACKED:
        _track(node)
    return node


def _with_number(name, data, first, by_first, by_second, number):
    node: Value = _unary(name, data, first, by_first)
    node._kind = WITH_NUMBER
    node._by_second = by_second
    if isinstance(number, int):
        node._marks |= WHOLE_NUMBER
        _keep_whole(node, first._marks)
    return node


def _to_power(first, number):
    k: cython.double = float(number)
    node: Value = _unary("**", power(first._data, k), first, power_slope(first._data, k))
    node._by_second = k
    if isinstance(number, int):
        node._marks |= WHOLE_NUMBER
        if k >= 0:
            _keep_whole(node, first._marks)
    return node


def _constant(number):
    node: Value = Value(number)
    node._kind = CONSTANT
    return node


def _leaf(kind: type[Value], data: Number, grad: Number, label: str | None) -> Value:
    node = kind(data, label=label)
    node.grad = grad
    return node


def _keep_whole(node, whole):
    # Above 2**53 doubles have gaps, and a whole number could be a wrong one.
    if whole & WHOLE_DATA and fabs(node._data) <= _LARGEST_WHOLE:
        node._marks |= WHOLE_DATA
        node._data += 0.0  # no int is -0.0
    return node


def _plain(given, where):
    if type(given) is float:
        return given
    if type(given) is int:
        size: cython.double = float(given)
        if fabs(size) <= _LARGEST_WHOLE:
            return given
    return _numbers.number(given, where)


def _value(given, where, position):
    """Return what has to be a Value: the one door through which a user's objects become nodes.

    ``position``, unless it is -1, is that of the object in the list that ``where`` names.
    """
    if isinstance(given, Value):
        return given
    raise _numbers.no_value(given, where, position)


def _changes_so_far():
    return _changes


# -- Steps of a sweep ---------------------------------------------------------------------------------------


def _expect(node, waiting, leaves):
    """Count one more gradient that ``node`` will receive; before the first, make it ready."""
    if node._pending == 0 or node._born != _generation:
        node._pending = 0
        node._born = _generation
        if node._kind >= ELEMENTARY:
            waiting.push(node)
        else:
            # A leaf has no operands: what is kept for them holds the gradient of before.
            leaves.append(node)
            node._by_first = node._grad if node._kind == LEAF else 0.0
            node._by_second = node._marks
        node._grad = 0.0
        node._marks = (node._marks & ~WHOLE_GRAD) | SWEPT
    node._pending += 1


def _release(node, waiting):
    """Count one gradient as received; after the last, it is the node's turn (leaves wait for the end)."""
    if node._kind >= ELEMENTARY:
        if node._pending > 1:
            node._pending -= 1
        else:
            waiting.push(node)


def _is_awaited(node):
    """Whether a sweep is under way that has still to come through the node."""
    return node._pending != 0 and node._born == _generation


def _zero(node):
    """Set the gradient to 0."""
    node._grad = 0.0
    node._marks = (node._marks | WHOLE_GRAD) & ~SWEPT


def _settle(leaf):
    """Add what the sweep has brought to the gradient of before."""
    leaf._pending = 0
    leaf._grad = leaf._by_first + leaf._grad


def _restore(leaf):
    """Put the gradient of before back."""
    leaf._grad = leaf._by_first
    leaf._marks = int(leaf._by_second)


def _inherit(operand, node, derivative):
    """Give an operand that was made after a sweep the gradient that the sweep would have given it."""
    if node._marks & SWEPT:
        operand._grad = derivative * node._grad
        operand._marks = (operand._marks & ~WHOLE_GRAD) | SWEPT


def _free_in_turn(kind):
    """Let the objects of a class that extends Value be freed as Values are: in a loop, not by recursion."""
    if cython.compiled:
        take_over_other(kind)


if cython.compiled:
    take_over(Value, cython.sizeof(Value))
else:

    def new_node(name: str, first: Value) -> Value:
        """Return a node with nothing in it but its operation and first operand."""
        node = Value.__new__(Value)
        _clear(node)
        node._name = name
        node._first = first
        return node


from micrograd.fused import dot as dot  # noqa: E402
