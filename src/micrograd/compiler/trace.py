"""Run a function of one sample on Values and write down the graph it leaves behind, without its data."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from micrograd.compiler.errors import CompileError
from micrograd.compiler.expressions import BINARY, CONSTANT_POWER, FUNCTIONS, POWER, Expressions
from micrograd.compiler.parameters import Parameters
from micrograd.engine import Value

# One sample: its features, and its targets.
Sample = tuple[Sequence[float], Sequence[float]]


class SampleValue(Value):
    """A number of a sample. It compares like the number, so that ``if y == 1`` is seen to depend on the data."""

    __slots__ = ()
    __hash__ = Value.__hash__

    def __eq__(self, other: object) -> bool:
        return self is other if isinstance(other, Value) else self.data == other

    def __bool__(self) -> bool:
        return bool(self.data)


class Graph:
    """The expressions of one trace and which of them are the function's results."""

    def __init__(self, expressions: Expressions, results: list[int], is_list: bool) -> None:
        self.expressions = expressions
        self.results = results
        self.is_list = is_list


def trace(function: Callable[..., Any], parameters: Parameters, sample: Sample) -> Graph:
    """Run ``function(x, y)`` on one sample and return its graph.

    ``x`` is a list of Values; ``y`` is a Value, a list of Values when there are several targets, and is left out
    of the call when there are none. Raises ``CompileError`` when the result is not a Value (or a list of them),
    or when a node of the graph is not one of the engine's operations.
    """
    features, targets = sample
    x = [SampleValue(float(number), label=f"x[{i}]") for i, number in enumerate(features)]
    y = [
        SampleValue(float(number), label=f"y[{i}]" if len(targets) > 1 else "y")
        for i, number in enumerate(targets)
    ]
    arguments: list[Any] = [list(x)]
    if y:
        arguments.append(list(y) if len(y) > 1 else y[0])
    result = function(*arguments)
    is_list = isinstance(result, (list, tuple))
    results = list(result) if is_list else [result]
    for value in results:
        if not isinstance(value, Value):
            raise CompileError(
                f"the function returned {_shown(result)}, but a program is made from a micrograd Value: return the "
                "Value itself, not its .data and not a float"
            )
    expressions = Expressions(len(parameters), len(x) + len(y))
    places = dict(parameters.place)
    for place, value in enumerate([*x, *y], start=len(parameters)):
        places[value] = place
    _read(results, expressions, places, parameters)
    return Graph(expressions, [places[value] for value in results], is_list)


def _read(
    roots: Iterable[Value], expressions: Expressions, places: dict[Value, int], parameters: Parameters
) -> None:
    """Put every node that ``roots`` depend on into the table, operands first, without recursion."""
    # Neighbours in a layer have the same inputs: their expressions are looked up once.
    last_inputs: tuple[Value, ...] = ()
    last_places: tuple[int, ...] = ()
    for root in roots:
        stack = [(root, False)]
        while stack:
            node, operands_are_known = stack.pop()
            if node in places:
                continue
            neuron = getattr(node, "_dot", None)
            if neuron is not None and not node._is_custom:
                weights, inputs, bias, activation = neuron
                if not operands_are_known:
                    _refuse_overwritten(node)
                    stack.append((node, True))
                    missing = [] if inputs == last_inputs else [x for x in inputs if x not in places]
                    if parameters.row(weights) is None:
                        missing.extend(weight for weight in weights if weight not in places)
                    stack.extend((operand, False) for operand in reversed(missing))
                    if bias is not None and bias not in places:
                        stack.append((bias, False))
                    continue
                if inputs != last_inputs:
                    last_inputs, last_places = inputs, tuple([places[operand] for operand in inputs])
                row = parameters.row(weights)
                place = expressions.dot(
                    tuple([places[weight] for weight in weights]) if row is None else row,
                    last_places,
                    None if bias is None else places[bias],
                    row is not None,
                )
                if activation:
                    place = expressions.apply(activation, (place,), 0.0, float(node.data))
                places[node] = place
                continue
            operands = node._operands
            if not operands:
                places[node] = expressions.constant(float(node.data))
            elif operands_are_known:
                places[node] = _operation(node, operands, expressions, places)
            else:
                _refuse_foreign(node)
                _refuse_overwritten(node)
                stack.append((node, True))
                # The last one on the stack is the first to be read: operands are read in their order.
                stack.extend((operand, False) for operand in reversed(operands) if operand not in places)


def _operation(
    node: Value, operands: Sequence[Value], expressions: Expressions, places: dict[Value, int]
) -> int:
    name = node._op
    number = 0.0
    if name.startswith(POWER) and name != POWER:
        number = float(name[len(POWER) :])
        name = CONSTANT_POWER
    return expressions.apply(name, tuple(places[operand] for operand in operands), number, float(node.data))


def check_signature(function: Callable[..., Any], sample: Sample) -> None:
    """Raise ``TypeError`` where a function does not take the arguments that ``trace`` gives it."""
    arguments = sample if sample[1] else sample[:1]
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):
        return  # written in another language than Python
    try:
        signature.bind(*arguments)
    except TypeError as error:
        given = (
            "the features of a sample and its target"
            if len(arguments) == 2
            else "the features of a sample alone"
        )
        name = getattr(function, "__name__", type(function).__name__)
        raise TypeError(
            f"{name} is called with {given}, and does not take that: {error}. A loss is a function loss(x, y) where "
            "there are targets Y, and loss(x) where there are none"
        ) from None


def _refuse_foreign(node: Value) -> None:
    name = node._op
    known = name in FUNCTIONS or name in BINARY or name.startswith(POWER)
    if known and not node._is_custom and node._local_derivatives:
        return
    raise CompileError(
        f"the operation {name!r} is your own (made with Value(data, operands, {name!r}) and _backward), and a program "
        "can only be compiled from the engine's operations, because the compiler cannot look into a Python function: "
        "write it with + - * / ** relu exp log sqrt sin cos abs max min tanh sigmoid, or train with backward()"
    )


def _refuse_overwritten(node: Value) -> None:
    if node._computed is None:
        return
    name = node.label or node._op
    raise CompileError(
        f"the .data of the node {name!r} was overwritten after it had been computed ({node._computed:.6g} became "
        f"{float(node.data):.6g}); its gradient would not know of that, and neither would a program: use an operation "
        "instead (for the sigmoid: node.sigmoid())"
    )


def _shown(result: object) -> str:
    text = repr(result)
    return f"{text if len(text) <= 60 else text[:57] + '...'} (a {type(result).__name__})"
