# cython: language_level=3, cdivision=True, nonecheck=True
"""Scalars that remember how they were made, so that gradients can flow back through them.

Read it from top to bottom. In ``Value``, each operation is one method in which the value and the local
derivatives stand side by side. A node keeps its local derivatives, so ``Value.backward`` knows no
operations at all: it walks from the result back to the leaves, and does at each node what the chain rule
says, ``operand.grad += local_derivative * node.grad``.

The same file runs as it is and is compiled by Cython, with the same results to the last bit; ``engine.pxd``
beside it holds the C types. ``_node.py`` says what a node is made of and how it is shown; ``fused.py`` keeps
whole layers of neurons as one node.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from micrograd import _cycles, _looks, _node, _numbers, _sources
from micrograd._node import Node

if TYPE_CHECKING:  # a class that either of two decorators made would be of no type
    from micrograd import _cython as cython
else:
    try:
        import cython
    except ImportError:
        from micrograd import _cython as cython

# The plain files first: what a type checker reads is what it meets first.
if not cython.compiled:
    from micrograd._functions import logistic, logistic_slope, power, power_slope, tanh_slope
    from micrograd._libm import cos, exp, fabs, isinf, log, log1p, sin, sqrt, tanh
    from micrograd._node import _number, _plain
else:
    from cython.cimports.libc.math import cos, exp, fabs, isinf, log, log1p, sin, sqrt, tanh
    from cython.cimports.micrograd import _node
    from cython.cimports.micrograd._functions import logistic, logistic_slope, power, power_slope, tanh_slope
    from cython.cimports.micrograd._node import _number, _plain

if TYPE_CHECKING:
    from typing import TypeAlias

    from micrograd._node import Text
    from micrograd.fused import dot as dot

    Number: TypeAlias = float
    Operand: TypeAlias = "Value | float"

COMPILED: bool = cython.compiled


@cython.no_gc_clear
@cython.cclass
class Value(Node):
    """A scalar that remembers how it was made, and the gradient of a result with respect to it.

    ``data`` is a real number. ``_children`` and ``_op`` are for operations of your own: give the operands
    and a name, then assign to ``_backward`` a function that adds to each operand's ``grad``. ``label`` is
    the name that drawings show. Raises ``TypeError`` when ``data`` is not one real number.
    """

    __slots__ = ()

    def __init__(
        self, data: Number, _children: Iterable[Value] = (), _op: Text = "", label: Text | None = None
    ) -> None:
        _start(self, data, _children, _op, label)

    # -- Operations: the value, and beside it the derivative by each operand --------------------------------

    # _binary(name, value, operand, derivative by it, other operand, derivative by it) makes the node; _unary is
    # the same with a single operand, _with_number with a number, which becomes a node when someone looks.
    # NumPy goes through arrays element by element.

    def __add__(self, other: Operand) -> Value:
        if isinstance(other, Value):
            b = cython.cast(Value, other)
            return _binary(ADD, self._data + b._data, self, 1.0, b, 1.0)
        if _is_array(other):
            return NotImplemented
        number = _plain(other, "+")
        c: cython.double = float(number)
        return _with_number(ADD, self._data + c, self, 1.0, c, number)

    def __mul__(self, other: Operand) -> Value:
        if isinstance(other, Value):
            b = cython.cast(Value, other)
            return _binary(MULTIPLY, self._data * b._data, self, b._data, b, self._data)
        if _is_array(other):
            return NotImplemented
        number = _plain(other, "*")
        c: cython.double = float(number)
        return _with_number(MULTIPLY, self._data * c, self, c, self._data, number)

    def __pow__(self, other: Operand, modulus: None = None) -> Value:
        if modulus is not None:
            return NotImplemented
        if isinstance(other, Value):
            b = cython.cast(Value, other)
            a: cython.double = self._data
            out: cython.double = power(a, b._data)
            if a < 0:
                _numbers.negative_base(_number(self), _number(b))
            # The limit of a**b * log(a) is 0 as a goes to 0.
            return _binary(POWER, out, self, power_slope(a, b._data), b, out * log(a) if a > 0 else 0.0)
        if _is_array(other):
            return NotImplemented
        return _to_power(self, _plain(other, "**"))

    def relu(self) -> Value:
        """Return max(0, x), the rectified linear unit. Its derivative at 0 is taken as 0."""
        return _relu(self, 0.0 if self._data < 0 else self._data, 1.0 if self._data > 0 else 0.0)

    def tanh(self) -> Value:
        """Return the hyperbolic tangent."""
        return _unary(TANH, tanh(self._data), self, tanh_slope(self._data))

    def sigmoid(self) -> Value:
        """Return 1 / (1 + e**-x), the logistic function."""
        return _unary(SIGMOID, logistic(self._data), self, logistic_slope(self._data))

    def exp(self) -> Value:
        """Return e**x. Raises ``OverflowError`` where that is larger than any float (x > 709.78)."""
        out: cython.double = exp(self._data)
        if isinf(out) and not isinf(self._data):
            _numbers.overflow(f"exp({_number(self)!r})")
        return _unary(EXP, out, self, out)

    def log(self) -> Value:
        """Return the natural logarithm. Raises ``ValueError`` unless x > 0."""
        if self._data <= 0:
            _numbers.outside_domain("log", _number(self), "numbers above 0")
        return _unary(LOG, log(self._data), self, 1.0 / self._data)

    # -- Backpropagation ------------------------------------------------------------------------------------

    def backward(self) -> None:
        """Compute the derivative of this node by every node that it depends on, into their ``grad``.

        A node passes its gradient on once all nodes that use it have passed theirs on to it. What a leaf
        receives is added to the gradient that it had, so set that to 0 between two steps of gradient
        descent; the nodes in between, and the numbers that have become nodes, start afresh, so that a
        second call adds exactly the same once more (micrograd counts twice through the nodes in between).
        The order depends on the graph alone, and so do the results, to the last bit. If a ``_backward``
        of the user's raises, the leaves keep the gradients that they had.
        """
        sweep = Sweep()
        try:
            sweep.begin(self)
            while sweep.count:
                node: Value = sweep.next()
                node._pass_on(sweep)
        except BaseException:
            sweep.undo()
            raise
        sweep.finish()

    def _pass_on(self, sweep: Sweep) -> None:
        """Give each operand its part of the gradient: the chain rule."""
        if not _has_derivatives(self):
            _pass_on_otherwise(self, sweep)
            return
        self._first._grad += self._by_first * self._grad
        sweep.release(self._first)
        if self._second is not None:
            self._second._grad += self._by_second * self._grad
            sweep.release(self._second)

    # -- Conveniences ---------------------------------------------------------------------------------------

    # Where one of the operations above was overridden or patched, they go through it, as micrograd's do.

    def __neg__(self) -> Value:
        return _minus(self) if _as_written(self) else self * -1

    def __sub__(self, other: Operand) -> Value:
        if isinstance(other, Value):
            return self + (-other)
        if _is_array(other):
            return NotImplemented
        number = -_plain(other, "-")
        return _plus(self, number) if _as_written(self) else self + number

    def __truediv__(self, other: Operand) -> Value:
        if isinstance(other, Value):
            b = cython.cast(Value, other)
            if b._data == 0:
                _numbers.division_by_zero(_number(self), _number(b))
            return self * (_to_power(b, -1) if _as_written(b) else b**-1)
        if _is_array(other):
            return NotImplemented
        number = _plain(other, "/")
        if number == 0:
            _numbers.division_by_zero(_number(self), number)
        return _times(self, 1.0 / float(number)) if _as_written(self) else self * (1.0 / float(number))

    # With a number on the left; or with a Value, because Python asks the right operand first where it is of a
    # subclass.

    def __radd__(self, other: Operand) -> Value:
        if isinstance(other, Value):
            return _binary(ADD, cython.cast(Value, other)._data + self._data, other, 1.0, self, 1.0)
        return self + other

    def __rmul__(self, other: Operand) -> Value:
        if isinstance(other, Value):
            a = cython.cast(Value, other)
            return _binary(MULTIPLY, a._data * self._data, a, self._data, self, a._data)
        return self * other

    def __rsub__(self, other: Operand) -> Value:
        if isinstance(other, Value):
            return other + (-self)
        if _is_array(other):
            return NotImplemented
        number = _plain(other, "-")
        return _plus(_minus(self), number) if _as_written(self) else number + (-self)

    def __rtruediv__(self, other: Operand) -> Value:
        if _is_array(other):
            return NotImplemented
        number = _number(other) if isinstance(other, Value) else _plain(other, "/")
        if self._data == 0:
            _numbers.division_by_zero(number, _number(self))
        if not _as_written(self):
            return other * self**-1
        if isinstance(other, Value):
            return other * _to_power(self, -1)
        return _times(_to_power(self, -1), number)

    def __rpow__(self, other: Operand, modulus: None = None) -> Value:
        if modulus is not None or _is_array(other):
            return NotImplemented
        return _constant(_plain(other, "**")) ** self

    def __abs__(self) -> Value:
        x: cython.double = self._data
        node: Value = _unary(ABSOLUTE, fabs(x), self, 1.0 if x > 0 else -1.0 if x < 0 else 0.0)
        return _keep_whole(node, self._marks)

    def maximum(self, other: Operand) -> Value:
        """Return the larger of the two, which gets the gradient; where they are equal, each gets half of it."""
        b: Value = other if isinstance(other, Value) else _constant(_plain(other, "maximum"))
        # Written so that a NaN in either operand comes out as a NaN.
        if self._data > b._data or self._data != self._data:
            return _binary(MAXIMUM, self._data, self, 1.0, b, 0.0)
        if self._data == b._data:
            return _binary(MAXIMUM, self._data, self, 0.5, b, 0.5)
        return _binary(MAXIMUM, b._data, self, 0.0, b, 1.0)

    def minimum(self, other: Operand) -> Value:
        """Return the smaller of the two, which gets the gradient; where they are equal, each gets half of it."""
        b: Value = other if isinstance(other, Value) else _constant(_plain(other, "minimum"))
        if self._data < b._data or self._data != self._data:
            return _binary(MINIMUM, self._data, self, 1.0, b, 0.0)
        if self._data == b._data:
            return _binary(MINIMUM, self._data, self, 0.5, b, 0.5)
        return _binary(MINIMUM, b._data, self, 0.0, b, 1.0)

    def softplus(self) -> Value:
        """Return log(1 + e**x), the smooth form of ``relu``, without overflow for large x."""
        x: cython.double = self._data
        # For x > 0, log(1 + e**x) = x + log(1 + e**-x): the exponential never grows.
        out: cython.double = (x if x > 0 else 0.0) + log1p(exp(-fabs(x)))
        return _unary(SOFTPLUS, out, self, logistic(x))

    def sqrt(self) -> Value:
        """Return the square root; its derivative at 0 is infinite. Raises ``ValueError`` unless x >= 0."""
        if self._data < 0:
            _numbers.outside_domain("sqrt", _number(self), "0 and numbers above")
        out: cython.double = sqrt(self._data)
        return _unary(SQRT, out, self, 0.5 / out if out > 0 else 0.5 * power_slope(0.0, 0.5))

    def sin(self) -> Value:
        """Return the sine of an angle in radians. Raises ``ValueError`` for an infinite one."""
        if isinf(self._data):
            _numbers.outside_domain("sin", _number(self), "finite angles")
        return _unary(SIN, sin(self._data), self, cos(self._data))

    def cos(self) -> Value:
        """Return the cosine of an angle in radians. Raises ``ValueError`` for an infinite one."""
        if isinf(self._data):
            _numbers.outside_domain("cos", _number(self), "finite angles")
        return _unary(COS, cos(self._data), self, -sin(self._data))

    def detach(self) -> Value:
        """Return the value without its gradient: the derivative of the result by the operand is 0."""
        held: cython.double = _looks.held(self._data) if _node._listeners else self._data
        return _keep_whole(_unary(DETACH, held, self, 0.0), self._marks)

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
        """Do what a function of NumPy's does, element by element, with the operations of Values."""
        from micrograd import _arrays

        return _arrays.apply(ufunc, method, inputs, options)

    def __copy__(self) -> Value:
        from micrograd import _copies

        if _node._listeners:
            _looks.seen(self, "copy or pickle")
        return _copies.shallow(self)

    def __deepcopy__(self, memo: dict[int, Any]) -> Value:
        from micrograd import _copies

        if _node._listeners:
            _looks.seen(self, "copy or pickle")
        return _copies.deep(self, memo)

    def __reduce__(self) -> Any:
        if self._kind >= FUSED:
            raise TypeError(
                f"cannot pickle a Value that an operation made ({self._op!r}): "
                "pickle the parameters, and compute it again"
            )
        if _node._listeners:
            _looks.seen(self, "copy or pickle")
        return _leaf, (type(self), _number(self), _slope(self), self.label)

    # -- How a node takes part in a sweep, and what it does when someone looks at it ------------------------

    def _announce(self, sweep: Sweep) -> None:
        """Let the operands expect a gradient from this node."""
        if self._kind == CUSTOM:
            for operand in _operands_of(self):
                sweep.expect(operand)
            return
        sweep.expect(self._first)
        if self._second is not None:
            sweep.expect(self._second)

    def _unfold(self) -> None:
        """Give the node its operands, where it has kept them in a shorter form."""
        if self._marks & WITH_NUMBER:
            product = self._kind == MULTIPLY
            number: cython.double = self._by_first if product else self._by_second
            if not product:
                self._by_second = 1.0
            self._second = _constant(int(number) if self._marks & WHOLE_NUMBER else number)
            _inherit(self._second, self, self._by_second)
            self._marks &= ~WITH_NUMBER
        elif self._kind == FUSED:
            # Held until it is done: the row may be the last that refers to its layer, and lets go of it.
            layer: Value = cython.cast(Value, self._first, typecheck=True)
            layer._unfold_row(self)

    def _replace_operands(self, operands: Any) -> None:
        """Let the node have other operands, as ``_prev = ...`` asks: its step is done as before, to what it was for."""
        given: tuple = tuple(operands)
        for operand in given:
            if not isinstance(operand, Value):
                _numbers.refuse(operand, "_prev of a Value")
        self._unfold()
        if _running and self._first is not None:
            _parted.append(_operands_of(self))
        if _has_derivatives(self):
            step = functools.partial(_hand_on, self, self._operands, self._local_derivatives)
            self._op = self._op
            self._backward = step
        _give_operands(self, given)
        _track(self)
        if cython.compiled:
            _cycles.remember(self, operands=True)

    def _name_of_row(self) -> str:
        return cython.cast(Value, self._first)._name_of(self)

    def _as_dot(self) -> Any:
        return cython.cast(Value, self._first, typecheck=True)._dot_of(self) if self._kind == FUSED else None

    # What a node with many rows does for one of them, a FUSED node; see fused.py.

    def _receive(self, row: cython.int, gradient: cython.double) -> None:
        """Receive the gradient of a row."""

    def _unfold_row(self, node: Value) -> None:
        """Turn the node of a row into elementary ones."""

    def _name_of(self, node: Value) -> str:
        """Return the name of the operation of a row."""
        return ""

    def _dot_of(self, node: Value) -> Any:
        """Return the weights, inputs, bias and activation of a row."""


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


# -- Behind the scenes: the sweep, and the making of nodes --------------------------------------------------

if cython.compiled:
    from cython.cimports.micrograd._attributes import can_be_changed, share_nothing
    from cython.cimports.micrograd._guard import guard_methods
    from cython.cimports.micrograd._kinds import (
        ABSOLUTE,
        ADD,
        CONSTANT,
        COS,
        CUSTOM,
        DETACH,
        EXP,
        FUSED,
        LEAF,
        LOG,
        MAXIMUM,
        MINIMUM,
        MULTIPLY,
        POWER,
        RELU,
        SIGMOID,
        SIN,
        SOFTPLUS,
        SQRT,
        SWEPT,
        TANH,
        TRACKED,
        WHOLE_DATA,
        WHOLE_GRAD,
        WHOLE_NUMBER,
        WITH_NUMBER,
    )
    from cython.cimports.micrograd._memory import (
        allocate_bytes,
        allocate_nodes,
        allocate_numbers,
        enlarge,
        enlarge_bytes,
        enlarge_numbers,
        free_bytes,
        free_nodes,
        free_numbers,
        hand_over,
        keep,
    )
    from cython.cimports.micrograd._node import (
        _assign,
        _clear,
        _give_operands,
        _keep_whole,
        _operands_of,
        _set_quickly,
        _slope,
        _track,
        _untrack,
    )
    from cython.cimports.micrograd._nodes import (
        call_shortly,
        is_as_written,
        is_new,
        keep_whole,
        makes_nodes_itself,
        new_node,
        operations_as_written,
        own_properties,
        take_over,
        take_over_other,
        track_like,
    )
else:
    from micrograd._kinds import (
        ABSOLUTE,
        ADD,
        CONSTANT,
        COS,
        CUSTOM,
        DETACH,
        EXP,
        FUSED,
        LEAF,
        LOG,
        MAXIMUM,
        MINIMUM,
        MULTIPLY,
        POWER,
        RELU,
        SIGMOID,
        SIN,
        SOFTPLUS,
        SQRT,
        SWEPT,
        TANH,
        TRACKED,
        WHOLE_DATA,
        WHOLE_GRAD,
        WHOLE_NUMBER,
        WITH_NUMBER,
    )
    from micrograd._memory import (
        allocate_bytes,
        allocate_nodes,
        allocate_numbers,
        enlarge,
        enlarge_bytes,
        enlarge_numbers,
        hand_over,
        keep,
    )
    from micrograd._node import (
        _assign,
        _clear,
        _give_operands,
        _keep_whole,
        _operands_of,
        _slope,
        _track,
        _untrack,
    )
    from micrograd._node import _keep_whole as keep_whole

# How many sweeps are under way: more than one where a ``_backward`` of the user's begins another.
_running = 0

# The operands that nodes had which a ``_backward`` of the user's made anew meanwhile.
_parted: list[tuple[Any, ...]] = []


@cython.final
@cython.cclass
class Sweep:
    """One backward sweep: which nodes wait for their turn, and what the leaves had before.

    First it counts, for each node, how many gradients it is to receive; then it gives a node its turn when
    all of them have come. The nodes that wait are kept alive here, whatever a ``_backward`` of the user's does
    to the graph meanwhile.
    """

    def __init__(self) -> None:
        self.count = 0
        self.room = 64
        self.nodes = allocate_nodes(self.room)
        self.leaf_count = 0
        self.leaf_room = 64
        self.leaves = allocate_nodes(self.leaf_room)
        self.gradients = allocate_numbers(self.leaf_room)
        self.marks = allocate_bytes(self.leaf_room)
        self.batches: list[Any] = []
        self.undoing = self.only_awaited = False
        self.root = None
        self.seen = None

    def begin(self, root: Value) -> None:
        """Count from the result down, and give the result its gradient and the first turn."""
        global _running
        _running += 1
        self.root = root
        if _node._listeners:
            _looks.seen(root, ".backward()")
        self.expect(root)
        while self.count:
            node: Value = self.pop()
            node._announce(self)
        root._grad = 1.0
        root._marks |= WHOLE_GRAD
        if root._kind >= FUSED:
            self.push(root)

    @cython.nonecheck(False)
    def expect(self, node: Node) -> None:
        """Count one more gradient that ``node`` will receive; before the first, make it ready."""
        if self.undoing:
            self.forget(node)
            return
        if node._pending == 0:
            if node._kind >= FUSED:
                self.push(node)
            else:
                self.keep_leaf(node)
            node._grad = 0.0
            node._marks = (node._marks & ~WHOLE_GRAD) | SWEPT
        node._pending += 1

    @cython.nonecheck(False)
    def release(self, node: Node) -> None:
        """Count one gradient as received; after the last, it is the node's turn (leaves wait for the end)."""
        if node._kind >= FUSED:
            if node._pending > 1:
                node._pending -= 1
            elif node._pending == 1:
                self.push(node)

    @cython.nonecheck(False)
    def next(self) -> Value:
        """Return the node whose turn it is."""
        node = self.pop()
        node._pending = 0
        return node

    @cython.nonecheck(False)
    def push(self, node: Node) -> None:
        """Let a node wait; the last to come is the first to go."""
        if self.count == self.room:
            self.room *= 2
            self.nodes = enlarge(self.nodes, self.room)
        self.nodes[self.count] = keep(node)
        self.count += 1

    def pop(self) -> Value:
        """Take away the node that came last."""
        self.count -= 1
        return cython.cast(Value, hand_over(self.nodes[self.count]))

    @cython.nonecheck(False)
    def keep_leaf(self, leaf: Node) -> None:
        """Remember a leaf with the gradient that it had."""
        position: cython.Py_ssize_t = self.leaf_count
        if position == self.leaf_room:
            self.leaves = enlarge(self.leaves, 2 * self.leaf_room)
            self.gradients = enlarge_numbers(self.gradients, 2 * self.leaf_room)
            self.marks = enlarge_bytes(self.marks, 2 * self.leaf_room)
            self.leaf_room *= 2
        self.gradients[position] = leaf._grad if leaf._kind == LEAF else 0.0
        self.marks[position] = leaf._marks
        self.leaves[position] = keep(leaf)
        self.leaf_count += 1

    def finish(self) -> None:
        """Add what has come to the gradients that the leaves had."""
        global _running
        i: cython.Py_ssize_t
        _running -= 1
        for batch in self.batches:
            batch.deliver()
        for i in range(self.leaf_count):
            leaf = cython.cast(Value, self.leaves[i])
            leaf._pending = 0
            leaf._grad = self.gradients[i] + leaf._grad
        if _running == 0 and _parted:
            # What a node had for operands before it was made anew waits for gradients that do not come.
            self.only_awaited = True
            self.forget_all([operand for operands in _parted for operand in operands])
            _parted.clear()

    def undo(self) -> None:
        """Put back the gradients that the leaves had, and forget all counts: the sweep was broken off."""
        global _running
        i: cython.Py_ssize_t
        _running -= 1
        for i in range(self.leaf_count):
            leaf = cython.cast(Value, self.leaves[i])
            leaf._grad = self.gradients[i]
            leaf._marks = (leaf._marks & ~(WHOLE_GRAD | SWEPT)) | (self.marks[i] & (WHOLE_GRAD | SWEPT))
        for batch in self.batches:
            batch.discard()
        # The same way once more, down from the result and from all that waited.
        leaves = [cython.cast(Value, self.leaves[i]) for i in range(self.leaf_count)]
        waiting = [self.root, *leaves, *[operand for operands in _parted for operand in operands]]
        while self.count:
            waiting.append(self.pop())
        self.forget_all(waiting)
        if _running == 0:
            _parted.clear()

    def forget_all(self, nodes: list[Any]) -> None:
        """Forget how many gradients these nodes, and all below them, were to receive."""
        self.undoing = True
        self.seen = set()
        for one in nodes:
            self.forget(one)
        while self.count:
            node: Value = self.pop()
            node._announce(self)
        for batch in self.batches:
            batch.discard()

    def forget(self, node: Node) -> None:
        """Forget how many gradients a node was to receive."""
        if self.only_awaited and node._pending == 0:
            return
        key = id(node)
        if key not in self.seen:
            self.seen.add(key)
            node._pending = 0
            if node._kind >= FUSED:
                self.push(node)

    def __dealloc__(self) -> None:
        while self.count:
            self.pop()
        while self.leaf_count:
            self.leaf_count -= 1
            hand_over(self.leaves[self.leaf_count])
        free_nodes(self.nodes)
        free_nodes(self.leaves)
        free_numbers(self.gradients)
        free_bytes(self.marks)


def _has_derivatives(node):
    return node._kind >= ADD


def _pass_on_otherwise(node, sweep):
    """Pass on the gradient of a node that is a row of a layer, or of the user's own making."""
    if node._kind == FUSED:
        cython.cast(Value, node._first, typecheck=True)._receive(node._row, node._grad)
        sweep.release(node._first)
        return
    operands = _operands_of(node)
    if node._is_custom:
        node._backward()
    for operand in operands:
        sweep.release(operand)


def _is_awaited(node):
    """Whether a sweep is under way that has still to come through the node."""
    return node._pending != 0


def _inherit(operand, node, derivative):
    """Give an operand that was made after a sweep the gradient that the sweep would have given it."""
    if node._marks & SWEPT:
        operand._grad = derivative * node._grad
        operand._marks = (operand._marks & ~WHOLE_GRAD) | SWEPT


def _start(node, given, children, operation, label):
    """Make a node what ``Value(given, operands, operation, label)`` says."""
    operands: tuple = tuple(children)
    for operand in operands:
        if not isinstance(operand, Value):
            _numbers.refuse(operand, "_children of a Value")
    if isinstance(given, Value):
        if _node._listeners:
            _looks.seen(given, "Value()")
        given = _number(given)
    if _running and (cython.compiled or hasattr(node, "_first")) and node._first is not None:
        _parted.append(_operands_of(node) if node._kind != FUSED else (node._first,))
    checked = _plain(given, "data of a Value")
    again: cython.bint = cython.compiled and not is_new(node)
    _clear(node)
    _assign(node, checked)
    if operands:
        _give_operands(node, operands)
    if operation:
        node._op = operation
    if operands or operation:
        _track(node)
        if operands and again:
            _cycles.remember(node, operands=True)
    elif cython.compiled and type(node) is Value:
        _untrack(node)
    if label is not None:
        node.label = label


def _hand_on(node: Value, operands: tuple[Value, ...], derivatives: tuple[float, ...]) -> None:
    """Do the step of an operation whose node has been given other operands."""
    for operand, derivative in zip(operands, derivatives):
        operand.grad += derivative * node.grad


# What is handed to these is the self of a method, or has passed a door: a node, never None.


@cython.nonecheck(False)
def _unary(kind, data, first, by_first):
    node = cython.cast(Value, new_node(kind, data, first, by_first))
    if _node._listeners:
        _tell_of(node)
    return node if makes_nodes_itself() else _make_again(node)


@cython.nonecheck(False)
def _binary(kind, data, first, by_first, second, by_second):
    node = cython.cast(Value, new_node(kind, data, first, by_first))
    node._second = second
    node._by_second = by_second
    keep_whole(node, first._marks & second._marks)
    track_like(node, second)
    if _node._listeners:
        _tell_of(node)
    return node if makes_nodes_itself() else _make_again(node)


@cython.nonecheck(False)
def _with_number(kind, data, first, by_first, by_second, number):
    node = cython.cast(Value, new_node(kind, data, first, by_first))
    node._marks |= WITH_NUMBER
    node._by_second = by_second
    if isinstance(number, int):
        node._marks |= WHOLE_NUMBER
        keep_whole(node, first._marks)
    return node if makes_nodes_itself() else _make_again(node)


def _plus(first, number):
    c: cython.double = float(number)
    return _with_number(ADD, first._data + c, first, 1.0, c, number)


def _times(first, number):
    c: cython.double = float(number)
    return _with_number(MULTIPLY, first._data * c, first, c, first._data, number)


def _minus(first):
    return _with_number(MULTIPLY, -first._data, first, -1.0, first._data, -1)


@cython.nonecheck(False)
def _to_power(first, number):
    k: cython.double = float(number)
    node = cython.cast(Value, new_node(POWER, power(first._data, k), first, power_slope(first._data, k)))
    node._by_second = k
    if isinstance(number, int):
        node._marks |= WHOLE_NUMBER
        if k >= 0:
            keep_whole(node, first._marks)
    if _node._listeners:
        _tell_of(node)
    return node if makes_nodes_itself() else _make_again(node)


@cython.nonecheck(False)
def _relu(first, data, by_first):
    node = cython.cast(Value, new_node(RELU, data, first, by_first))
    keep_whole(node, WHOLE_DATA if first._data < 0 else first._marks)
    return node if makes_nodes_itself() else _make_again(node)


def _tell_of(node):
    """Tell whoever listens of a node whose operation has no result for some other operands."""
    if node._kind in (POWER, EXP, LOG, SQRT, SIN, COS):
        _looks.made(node)


def _row_of(whole):
    """Return a node for one row of ``whole``, a node that has many; its fields are still to be filled."""
    return cython.cast(Value, new_node(FUSED, 0.0, whole, 0.0))


def _constant(number):
    node: Value = Value(number)
    node._kind = CONSTANT
    return node


def _leaf(kind: type[Value], data: Number, grad: Number, label: str | None) -> Value:
    node = kind(data, label=label)
    node.grad = grad
    return node


def _value(given, where, position):
    """Return what has to be a Value: the one door through which a user's objects become nodes.

    ``position``, unless it is -1, is that of the object in the list that ``where`` names.
    """
    if isinstance(given, Value):
        return given
    raise _numbers.no_value(given, where, position)


def _values(given, where):
    """Return a tuple of our own, which nobody changes and which holds Values only, of what ``where`` names."""
    try:
        held: tuple = tuple(given)
    except TypeError:
        raise TypeError(f"{where}: expected a list of Values, got {type(given).__name__}") from None
    position: cython.Py_ssize_t
    for position in range(len(held)):
        if not isinstance(held[position], Value):
            _value(held[position], where, position)
    return held


def _is_array(given):
    """Whether NumPy is to go through ``given`` element by element."""
    if type(given) is float or type(given) is int:
        return False
    return _numbers.is_array(given)


# -- Classes that were changed: what was patched or overridden is what runs ---------------------------------


def _make_again(node):
    """Let the user's ``Value.__init__`` make a node that an operation has made."""
    node._unfold()
    operands: tuple = _operands_of(node)
    name = node._op
    kind: cython.int = node._kind
    marks: cython.int = node._marks
    by_first: cython.double = node._by_first
    by_second: cython.double = node._by_second
    Value.__init__(node, _number(node), operands, name)
    node._kind = kind
    node._by_first, node._by_second = by_first, by_second
    node._marks |= marks & WHOLE_NUMBER
    return node


def _as_written(node):
    """Whether this is a Value, no subclass, and none of its operations has been replaced."""
    return is_as_written(node)


def _operations_as_written():
    """Whether no operation of the class Value has been replaced."""
    return operations_as_written()


def _overrides(node):
    """Whether this is of a subclass that has operations of its own."""
    kind = type(node)
    if kind is Value:
        return False
    return any(getattr(kind, name) is not getattr(Value, name) for name in _OPERATIONS if name != "__init__")


def _free_in_turn(kind):
    """Let the objects of a class that extends Value be freed as Values are: in a loop, not by recursion."""
    if cython.compiled:
        take_over_other(kind)


def _look() -> int:
    """Say what was changed of the class: nothing (0), an operation (2), or how Values are made (1, 3)."""
    now = Value.__dict__
    changed = [name for name in _OPERATIONS if now.get(name) is not _written[name]]
    if not changed:
        return 0
    return 3 if {"__init__", "__new__", "__setattr__"} & set(changed) else 2


def _check_subclass(cls: Any, **options: Any) -> None:
    """Refuse a subclass that hides what the operations work with."""
    super(Value, cls).__init_subclass__(**options)
    _numbers.refuse_fields(cls)
    # Compiled, a node has all its fields from the start, whatever the __init__ of the user's leaves out.
    if not cython.compiled and "__init__" in vars(cls) and cls.__new__ is object.__new__:
        cls.__new__ = _new_and_clear


def _new_and_clear(cls: Any, *_: Any, **__: Any) -> Any:
    node = object.__new__(cls)
    _clear(node)
    return node


if cython.compiled:
    guard_methods(Value)
    guard_methods(Sweep)
    can_be_changed(Value)
    own_properties(Value)
    _set_quickly(Value)
Value.__init_subclass__ = classmethod(_check_subclass)  # type: ignore[arg-type]
# What a fused layer does in their place, or what they do in each other's.
_OPERATIONS = [
    "__init__", "__new__", "__setattr__", "__getattribute__", "__add__", "__radd__", "__mul__", "__rmul__",
    "__neg__", "__sub__", "__rsub__", "__truediv__", "__rtruediv__", "__pow__", "__rpow__", "relu", "tanh",
    "sigmoid", "data", "grad",
]  # fmt: skip
_written = {name: vars(Value).get(name) for name in _OPERATIONS}

if cython.compiled:
    share_nothing(cython.address(_node._nothing))
    take_over(Value, cython.sizeof(Value), _look)
    call_shortly(Value)
else:

    def new_node(kind: int, data: float, first: Value, by_first: float) -> Value:
        """Return a node with one operand so far."""
        node = Value.__new__(Value)
        _clear(node)
        node._kind, node._data = kind, data
        node._first, node._by_first = first, by_first
        track_like(node, first)
        return node

    def track_like(node: Value, operand: Node) -> None:
        """Remember that the garbage collector has to know a node, if it has to know the operand."""
        if operand._marks & TRACKED:
            _track(node)

    def is_as_written(node: Value) -> bool:
        """Whether the operations of this node are those above; not worth finding out without a compiler."""
        return False

    def makes_nodes_itself() -> bool:
        """Whether nodes need no ``__init__`` of the user's."""
        return Value.__init__ is _own_init

    def operations_as_written() -> bool:
        """Whether no operation of the class Value has been replaced."""
        return not _look()

    _own_init = Value.__init__

if cython.compiled:
    _sources.show(__name__)


def __getattr__(name: str) -> Any:
    # ``dot`` is at home in fused.py, which extends this module; people look for it here.
    if name == "dot":
        from micrograd.fused import dot

        return dot
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
