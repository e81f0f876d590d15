# cython: language_level=3, cdivision=True, wraparound=False, nonecheck=True
"""Whole layers of neurons as one node of the graph, which unfolds when someone looks at it.

A layer of m neurons with n inputs is m * (2n + 1) elementary nodes. Here it is one ``FusedLayer``: it reads
the weights as one matrix, and computes ``activation(bias + w0*x0 + w1*x1 + ...)`` in the same order, so to
the same bits, as the elementary nodes would. Its outputs are Values of a kind of their own; a look at one of
them (``_prev``, ``_operands``) turns it into the elementary nodes, with their data and gradients.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from typing import TYPE_CHECKING, Any

from micrograd import _numbers, _sources
from micrograd.engine import Value

if TYPE_CHECKING:
    from micrograd import _cython as cython
else:
    try:
        import cython
    except ImportError:
        from micrograd import _cython as cython

if cython.compiled:
    from cython.cimports.libc.math import isfinite, tanh
    from cython.cimports.micrograd._functions import logistic, logistic_slope, tanh_slope
    from cython.cimports.micrograd._guard import guard_methods
    from cython.cimports.micrograd._kinds import (
        ADD,
        FUSED,
        MULTIPLY,
        RELU,
        SIGMOID,
        SWEPT,
        TANH,
        TRACKED,
        WHOLE_DATA,
        WHOLE_GRAD,
    )
    from cython.cimports.micrograd._layers import new_layer, take_over_layers
    from cython.cimports.micrograd._node import _keep_whole, _plain, _track
    from cython.cimports.micrograd.engine import (
        Sweep,
        _binary,
        _constant,
        _free_in_turn,
        _inherit,
        _is_awaited,
        _operations_as_written,
        _overrides,
        _row_of,
        _with_number,
    )
    from cython.cimports.micrograd.matrix import Matrix, matrix_of
else:
    from micrograd._functions import logistic, logistic_slope, tanh_slope
    from micrograd._kinds import (
        ADD,
        FUSED,
        MULTIPLY,
        RELU,
        SIGMOID,
        SWEPT,
        TANH,
        TRACKED,
        WHOLE_DATA,
        WHOLE_GRAD,
    )
    from micrograd._libm import isfinite, tanh
    from micrograd._node import _clear, _keep_whole, _plain, _track
    from micrograd.engine import (
        Sweep,
        _binary,
        _constant,
        _free_in_turn,
        _inherit,
        _is_awaited,
        _operations_as_written,
        _overrides,
        _row_of,
        _with_number,
    )
    from micrograd.matrix import Matrix, matrix_of

# What the nodes of a layer's activation show as their operation, by the activation's code.
ACTIVATION_SIGNS = ("", "ReLU", "tanh", "sigmoid")


@cython.final
@cython.no_gc_clear
@cython.cclass
class FusedLayer(Value):
    """``activation(weights @ inputs + biases)`` for one sample, as one node that only its neurons see.

    The inputs come from the layer before, whole (``source``), or as Values and numbers (``inputs``), or are
    numbers only (both None); of ``squares``, each neuron's are its own weights. ``state`` holds the outputs,
    the slopes of the activation there, and the gradients of the outputs: three numbers for each neuron.

    Only ``layer`` and ``squares_of`` below make one, so that the blocks of numbers are always as long as the
    matrix is high.
    """

    def __init__(self, *_: Any, **__: Any) -> None:
        raise _numbers.made_by_itself("FusedLayer")

    def apply(self) -> None:
        """Compute the outputs and slopes."""
        matrix = self.matrix
        x = self.numbers
        weights = matrix.numbers
        y = self.state
        m: cython.Py_ssize_t = matrix.height
        n: cython.Py_ssize_t = matrix.width
        i: cython.Py_ssize_t
        j: cython.Py_ssize_t
        if self.squares:
            for j in range(m):
                y[j] = 0.0
            for i in range(n):
                for j in range(m):
                    y[j] += weights[i * m + j] * weights[i * m + j]
            return
        if m == 1:  # as for any other number of neurons, without loops of one turn
            total: cython.double = weights[n]
            for i in range(n):
                total += weights[i] * x[i]
            y[0] = total
        else:
            for j in range(m):
                y[j] = weights[n * m + j]
            for i in range(n):
                xi: cython.double = x[i]
                for j in range(m):
                    y[j] += weights[i * m + j] * xi
        if self.activation == 1:
            for j in range(m):
                y[m + j] = 1.0 if y[j] > 0 else 0.0
                y[j] = 0.0 if y[j] < 0 else y[j]
        elif self.activation == 2:
            for j in range(m):
                y[m + j] = tanh_slope(y[j])
                y[j] = tanh(y[j])
        elif self.activation == 3:
            for j in range(m):
                y[m + j] = logistic_slope(y[j])
                y[j] = logistic(y[j])

    def _announce(self, sweep: Sweep) -> None:
        j: cython.Py_ssize_t
        m: cython.Py_ssize_t = self.matrix.height
        for j in range(m):
            self.state[2 * m + j] = 0.0
        self.matrix.expect(sweep)
        if self.inputs is not None:
            for given in self.inputs:
                if isinstance(given, Value):
                    sweep.expect(given)
        elif self.source is not None:
            sweep.expect(self.source)

    def _pass_on(self, sweep: Sweep) -> None:
        matrix = self.matrix
        x = self.numbers
        weights = matrix.numbers
        gradients = matrix.gradients
        pre = matrix.slopes_times_gradients  # the gradients before the activation
        state = self.state
        m: cython.Py_ssize_t = matrix.height
        n: cython.Py_ssize_t = matrix.width
        i: cython.Py_ssize_t
        j: cython.Py_ssize_t
        for j in range(m):
            pre[j] = state[2 * m + j] if self.activation == 0 else state[m + j] * state[2 * m + j]
        if self.squares:
            for i in range(n):
                for j in range(m):
                    gradient: cython.double = weights[i * m + j] * pre[j]
                    gradients[i * m + j] += gradient  # as the first factor, and as the second
                    gradients[i * m + j] += gradient
            matrix.release(sweep)
            return
        if m == 1:
            slope: cython.double = pre[0]
            for i in range(n):
                gradients[i] += x[i] * slope
        else:
            for i in range(n):
                xi: cython.double = x[i]
                for j in range(m):
                    gradients[i * m + j] += xi * pre[j]
        for j in range(m):
            gradients[n * m + j] += pre[j]
        if self.inputs is not None:
            for i in range(n):
                given = self.inputs[i]
                if isinstance(given, Value):
                    operand = cython.cast(Value, given)
                    operand._grad += _received(weights, pre, i * m, m)
                    sweep.release(operand)
        elif self.source is not None:
            below = self.source.state
            for i in range(n):
                below[2 * n + i] += _received(weights, pre, i * m, m)
            sweep.release(self.source)
        matrix.release(sweep)

    def input_values(self) -> tuple:
        """The inputs as they came, Values and numbers; from here on the layer before is seen one by one."""
        if self.inputs is None:
            if self.source is None:
                return tuple([self.numbers[i] for i in range(self.matrix.width)])
            self.inputs = tuple(self.source.neurons())
            self.only_values = True
        return self.inputs

    def neurons(self) -> list:
        """The outputs, as Values."""
        return [_neuron(self, j) for j in range(self.matrix.height)]

    # It shows no operands of its own: its outputs do.

    def _unfold(self) -> None:
        pass

    def _as_dot(self) -> Any:
        return None

    # -- What it does for one of its outputs, which is a Value of the kind FUSED: ``_first`` is the layer, ``_row``
    # the position in it.

    def _receive(self, row: cython.int, gradient: cython.double) -> None:
        self.state[2 * self.matrix.height + row] += gradient

    def _name_of(self, node: Value) -> str:
        if self.activation == 0:
            no_bias: cython.bint = self.squares or self.matrix.biases[node._row] is None
            return "*" if self.matrix.width == 1 and no_bias else "+"
        return ACTIVATION_SIGNS[self.activation]

    def _dot_of(self, node: Value) -> Any:
        if _is_awaited(self):
            _numbers.looked_at_too_soon()
        if self.squares:
            weights: tuple = self.matrix.rows[node._row]
            return weights, weights, None, ""
        inputs: tuple = self.input_values()
        if not self.only_values:  # else neurons of a layer are seen to share one tuple
            inputs = tuple([given if isinstance(given, Value) else _constant(given) for given in inputs])
        return (
            self.matrix.rows[node._row],
            inputs,
            self.matrix.biases[node._row],
            ACTIVATION_SIGNS[self.activation],
        )

    def _unfold_row(self, node: Value) -> None:
        if _is_awaited(node) or _is_awaited(self):
            _numbers.looked_at_too_soon()
        matrix = self.matrix
        m: cython.Py_ssize_t = matrix.height
        row: cython.Py_ssize_t = node._row
        slope: cython.double = 1.0 if self.activation == 0 else self.state[m + row]
        weights: tuple = matrix.rows[row]
        inputs: tuple = weights if self.squares else self.input_values()
        total: Value = None if self.squares else matrix.biases[row]
        number: cython.double = matrix.numbers[matrix.width * m + row]
        i: cython.Py_ssize_t
        for i in range(matrix.width):
            w: cython.double = matrix.numbers[i * m + row]
            x: cython.double = w if self.squares else self.numbers[i]
            if isinstance(inputs[i], Value):
                product: Value = _binary(MULTIPLY, w * x, weights[i], x, inputs[i], w)
            else:
                product = _with_number(MULTIPLY, w * x, weights[i], x, w, inputs[i])
            _inherit(product, node, slope)
            if total is None:
                total, number = product, w * x
            else:
                number += w * x
                total = _binary(ADD, number, total, 1.0, product, 1.0)
                _inherit(total, node, slope)
        if self.activation == 0:
            # Without an activation, this node is the last sum itself.
            node._marks |= total._marks & ~(WHOLE_DATA | WHOLE_GRAD | TRACKED)
            node._first, node._second = total._first, total._second
            node._by_first, node._by_second = total._by_first, total._by_second
            node._kind = total._kind
        else:
            node._first = total
            node._by_first = slope
            node._kind = RELU if self.activation == 1 else TANH if self.activation == 2 else SIGMOID


def _received(weights, slopes, start, m):
    """Return the gradient by one input: for each of ``m`` neurons its weight, from ``start`` on, times its slope."""
    received: cython.double = 0.0
    j: cython.Py_ssize_t
    # Last neuron first, as the sweep goes through elementary nodes: the bits are the same.
    for j in range(m - 1, -1, -1):
        received += weights[start + j] * slopes[j]
    return received


def layer(matrix, inputs, before, activation):
    """Return the ``FusedLayer`` of some neurons for one sample.

    Its inputs are the outputs of ``before``, another ``FusedLayer``, or where that is None ``inputs``: as many
    Values and numbers as each neuron has weights. ``activation`` is a position in ``ACTIVATION_SIGNS``.
    """
    node: FusedLayer = cython.cast(
        FusedLayer, new_layer(matrix, matrix.height, matrix.width, activation, FUSED)
    )
    if matrix.tracked:
        _track(node)
    if before is not None:
        if before.matrix.height != matrix.width:
            raise _numbers.wrong_count(matrix.width, before.matrix.height)
        node.source = before
        if before._marks & TRACKED:
            _track(node)
        node.numbers = before.state
    else:
        _take(node, inputs)
        if node.by_hand:
            return None
    node.apply()
    return node


def squares_of(matrix):
    """Return for each row of a matrix the sum of the squares of its weights, as ``dot(row, row)`` gives it.

    The weights are not looked at one by one: their numbers are read already, and the gradients are delivered with those
    that a layer of the same weights brings.
    """
    node: FusedLayer = cython.cast(FusedLayer, new_layer(matrix, matrix.height, matrix.width, 0, FUSED))
    node.squares = True
    if matrix.tracked:
        _track(node)
    node.apply()
    return node.neurons()


def _take(node, inputs):
    """Read the numbers of the inputs, and keep the inputs themselves where they are more than numbers."""
    n: cython.Py_ssize_t = node.matrix.width
    i: cython.Py_ssize_t
    if type(inputs) is tuple and len(inputs) == n:
        _take_all_kinds(node, inputs)
        return
    listed: list = inputs if type(inputs) is list else _list_of(inputs, n)
    if len(listed) != n:
        raise _numbers.wrong_count(n, len(listed), listed[0] if listed else None)
    x = node.numbers
    for i in range(n):
        item = listed[i]
        if type(item) is not float:
            # From here on the user's code may run, and change the list while it is read.
            _take_all_kinds(node, tuple(listed))
            return
        x[i] = item
        if not isfinite(x[i]):
            raise _numbers.not_finite(i, item)


def _take_all_kinds(node, given):
    """Read inputs that are not all floats; Values and whole numbers are kept as they are."""
    n: cython.Py_ssize_t = node.matrix.width
    i: cython.Py_ssize_t
    if len(given) != n:  # the list was changed while it was copied
        raise _numbers.wrong_count(n, len(given))
    items: list = None  # where another number has to be kept than was given
    only_floats: cython.bint = True
    only_values: cython.bint = True
    for i in range(n):
        item = given[i]
        if isinstance(item, Value):
            operand = cython.cast(Value, item)
            if type(item) is not Value:
                node.by_hand = node.by_hand or _overrides(operand)
            node.numbers[i] = operand._data
            only_floats = False
            # Data, that is; where a result is not finite, it is not the data that have to be cleaned.
            if operand._kind < FUSED and not isfinite(operand._data):
                raise _numbers.not_finite(i, operand._data)
            if operand._marks & TRACKED:
                _track(node)
        else:
            only_values = False
            if type(item) is not float:
                plain = _plain(item, f"inputs[{i}]")
                only_floats = only_floats and isinstance(plain, float)
                if plain is not item:
                    items = list(given) if items is None else items
                    items[i] = item = plain
            node.numbers[i] = float(item)
            if not isfinite(node.numbers[i]):
                raise _numbers.not_finite(i, node.numbers[i])
    if not only_floats:
        node.inputs = given if items is None else tuple(items)
        node.only_values = only_values


def _list_of(inputs, n):
    """Return a list of the inputs, which are any iterable; no more than shows that they are too many."""
    try:
        listed: list = list(islice(inputs, n + 1))
    except TypeError:
        raise TypeError(
            f"inputs: expected a list of {n} numbers or Values, got {type(inputs).__name__}"
        ) from None
    if len(listed) > n:
        count = len(inputs) if hasattr(type(inputs), "__len__") else n + 1
        raise _numbers.wrong_count(n, max(count, n + 1), listed[0])
    return listed


def _neuron(made_in, row):
    node: Value = _row_of(made_in)
    matrix = made_in.matrix
    node._kind = FUSED
    node._data = made_in.state[row]
    node._row = row
    # A node made after a sweep holds what the sweep brought it.
    node._grad = made_in.state[2 * matrix.height + row]
    if made_in._marks & SWEPT:
        node._marks = (node._marks & ~WHOLE_GRAD) | SWEPT
    if made_in.squares:
        for weight in matrix.rows[row]:
            if not cython.cast(Value, weight)._marks & WHOLE_DATA:
                return node
        _keep_whole(node, WHOLE_DATA)
    elif made_in.activation == 1 and node._data == 0:
        node._marks |= WHOLE_DATA
    elif matrix.whole and made_in.activation < 2:
        _keep_whole_inputs(node, made_in)
    return node


def _keep_whole_inputs(node, made_in):
    """Whole weights and whole inputs make a whole number."""
    inputs = made_in.inputs
    if inputs is not None:
        for given in inputs:
            if isinstance(given, float) or (
                isinstance(given, Value) and not cython.cast(Value, given)._marks & WHOLE_DATA
            ):
                return
        node._marks |= WHOLE_DATA


def dot(
    weights: Iterable[Value | float], inputs: Iterable[Value | float], bias: Value | float | None = None
) -> Value:
    """Return ``bias + weights[0]*inputs[0] + weights[1]*inputs[1] + ...`` as one node.

    Summed from left to right, as a loop would. Raises ``ValueError`` when there are not as many inputs as
    weights, or a number among the inputs is not finite; ``TypeError`` for what is not a Value or a number.
    """
    own: tuple = weights if type(weights) is tuple else tuple(weights)
    row: tuple = _as_weights(own)
    if bias is not None and not isinstance(bias, Value):
        bias = _constant(_plain(bias, "bias"))
    if not row:
        _list_of(inputs, 0)
        return Value(0) if bias is None else bias
    numbers: Any
    if not (type(inputs) is list or type(inputs) is tuple):
        numbers = _list_of(inputs, len(row))
    elif inputs is weights and row is own:
        numbers = row  # a sum of squares: its Values are kept once, and are seen to be the same
    else:
        numbers = inputs
    matrix: Matrix = matrix_of([row], [bias])
    if _operations_as_written() and not matrix.overridden:
        made: FusedLayer = layer(matrix, numbers, None, 0)
        if made is not None:
            return _neuron(made, 0)
    for weight, given in zip(row, numbers, strict=True):
        bias = weight * given if bias is None else bias + weight * given
    return bias


def _as_weights(given):
    """Return weights as Values; the tuple itself where they are."""
    for weight in given:
        if not isinstance(weight, Value):
            return tuple(
                [one if isinstance(one, Value) else _constant(_plain(one, "weights")) for one in given]
            )
    return given


if cython.compiled:
    take_over_layers(FusedLayer, cython.sizeof(FusedLayer))
else:

    def new_layer(matrix: Matrix, height: int, width: int, activation: int, kind: int) -> FusedLayer:
        """Return a layer whose numbers are all 0 still."""
        node = FusedLayer.__new__(FusedLayer)
        _clear(node)
        node._kind = kind
        node.matrix, node.activation = matrix, activation
        node.by_hand = node.only_values = node.squares = False
        node.source = node.inputs = None
        node.state, node.numbers = [0.0] * (3 * height), [0.0] * width
        return node


_free_in_turn(FusedLayer)

if cython.compiled:
    guard_methods(FusedLayer)
    _sources.show(__name__)
