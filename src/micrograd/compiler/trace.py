"""Run a function of one sample on Values and write down the graph it leaves behind, without its data."""

from __future__ import annotations

import inspect
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

from micrograd.compiler import looks
from micrograd.compiler.chance import Draws
from micrograd.compiler.errors import CompileError
from micrograd.compiler.expressions import (
    BINARY,
    CAPTURED,
    CONSTANT_POWER,
    FIXED,
    FUNCTIONS,
    POWER,
    Expressions,
    Places,
    evenly,
)
from micrograd.compiler.given import GIVEN, values_for
from micrograd.compiler.parameters import Parameters
from micrograd.compiler.witness import Calls
from micrograd.engine import Value
from micrograd.operations import METHODS

if TYPE_CHECKING:
    from micrograd.compiler.references import References

# One sample: its features, and its targets.
Sample = tuple[Sequence[float], Sequence[float]]


class Run:
    """What one run of a function leaves behind: its results and the Values that it was given."""

    def __init__(
        self,
        roots: list[Value],
        is_list: bool,
        inputs: list[Value],
        overwritten: dict[Value, float],
        leaving: Sequence[Value] = (),
    ) -> None:
        self.roots = roots
        self.is_list = is_list
        self.inputs = inputs
        # Nodes that other numbers have no value for: then the function fails, whether it uses them or not.
        self.leaving = leaving
        # Values that the function has written to, and what their data were before.
        self.overwritten = overwritten


class Graph:
    """The expressions of one run, and which of them are the function's results.

    ``captured`` are the Values that are neither parameters nor of the sample and were there before the run: a program
    reads their numbers anew at each call. The results need the first ``size`` expressions, and the first ``leaves`` of
    the captured Values. ``checks`` are the expressions that some samples or parameters have no value for, whether the
    results need them or not: programs compute them all, since the function fails there. They have keys by which they
    are known in other graphs with the same results.
    """

    def __init__(
        self,
        expressions: Expressions,
        results: list[int],
        is_list: bool,
        captured: list[Value],
        size: int,
        leaves: int,
        checks: dict[int, int],
    ) -> None:
        self.expressions = expressions
        self.results = results
        self.is_list = is_list
        self.captured = captured
        self.size = size
        self.leaves = leaves
        self.checks = checks
        # What the function reads besides, once the graph is known to be always the same.
        self.references: References | None = None


class DrawsError(CompileError):
    """The state of a random generator has changed while a function ran."""


def run(
    function: Callable[..., Any],
    parameters: Parameters,
    sample: Sample,
    generators: Iterable[tuple[str, Any]] = (),
    calls: Calls | None = None,
) -> Run:
    """Run ``function(x, y)`` on one sample, as ``_run`` does; what other threads draw is not the function's doing."""
    known = list(generators)
    for _ in range(_MOST_RUNS_BESIDE_OTHERS if threading.active_count() > 1 else 0):
        try:
            return _run(function, parameters, sample, known, calls)
        except DrawsError:
            time.sleep(0.001)  # a function that draws does so each time
    return _run(function, parameters, sample, known, calls)


# How often a function is run before what was drawn meanwhile is taken for its own, where there are other threads.
_MOST_RUNS_BESIDE_OTHERS = 20


def _run(
    function: Callable[..., Any],
    parameters: Parameters,
    sample: Sample,
    generators: Iterable[tuple[str, Any]] = (),
    calls: Calls | None = None,
) -> Run:
    """Run ``function(x, y)`` on one sample, and see to it that nothing but the graph comes out of it.

    ``x`` is a list of Values; ``y`` is a Value, a list of Values when there are several targets, and is left out
    of the call when there are none. ``generators`` are random generators of the function's own, by name; ``calls``
    listens to what is called. Raises ``CompileError`` when the function looks at a number, writes to a parameter, draws
    a random number, asks for the time, catches an error of the engine's, or returns something else than Values. What it
    raises itself comes through.
    """
    features, targets = sample
    x, y = values_for(features, targets)
    arguments: list[Any] = [list(x)]
    if y:
        arguments.append(list(y) if len(y) > 1 else y[0])
    draws = Draws(generators)
    notes = looks.Notes(parameters.held)
    try:
        with notes, calls or nullcontext():
            result = function(*arguments)
    except Exception as error:
        if notes.looks and not isinstance(error, CompileError):
            # On another sample it may raise nothing: the look is what has to be said.
            raise looks.refuse(notes.looks[0], name_of(notes.looks[0].node, parameters)) from error
        raise
    finally:
        for value, (before, _) in notes.overwritten.items():
            if value in parameters.place:
                value.data = before
        for value, gradient in notes.gradients:
            value.grad = gradient
    is_list = isinstance(result, (list, tuple))
    roots = list(result) if is_list else [result]
    for value in roots:
        if not isinstance(value, Value):
            raise CompileError(
                f"the function returned {_shown(result)}, but a program is made from a micrograd Value: return the "
                "Value itself, not its .data and not a float"
            )
    # A Value that is made has 0.0 before it has its number; one that is kept is there in the next run.
    overwritten = {
        value: before
        for value, (before, _) in notes.overwritten.items()
        if not (before == 0 and type(before) is float)
    }
    one = Run(roots, is_list, [*x, *y], overwritten, notes.leaving)
    if notes.looks:
        # Where an operation of the user's own was the reason to look, that is what has to be said.
        for node in nodes_of(one, parameters):
            if node._operands:
                _refuse_foreign(node)
                _refuse_overwritten(node)
    _refuse_noted(notes, draws, parameters)
    if calls is not None:
        _refuse_called(calls)
    return one


def _refuse_noted(notes: looks.Notes, draws: Draws, parameters: Parameters) -> None:
    if notes.looks:
        look = notes.looks[0]
        raise looks.refuse(look, name_of(look.node, parameters))
    for value, (_, place) in notes.overwritten.items():
        if value in parameters.place:
            raise CompileError(
                f"the function writes to the parameter {name_of(value, parameters)}, in {place}"
                f"{'' if place.text else '. '}It is run while the program is made, and not again in each step: change "
                "parameters in a callback of train (clipping), or add a penalty to the loss (decay). The parameters "
                "are as they were"
            )
    if notes.errors:
        raise looks.refuse_caught(notes.errors[0])
    name = draws.drawn()
    if name is not None:
        raise DrawsError(drawn(name))


def _refuse_called(calls: Calls) -> None:
    for name, place in calls.chance:
        raise DrawsError(drawn(f"{name}, in {place}"))
    for name, place in calls.clocks:
        raise CompileError(
            f"the function asks for the time ({name}), in {place}{'' if place.text else '. '}A program runs no Python, "
            "so the answer would stay what it is now: give the time to the function as a feature, or keep what follows "
            "from it in a Value that is not a parameter, whose number is read anew at each call. (To print or to "
            "collect times is no harm.)"
        )


def drawn(name: str) -> str:
    """Say that a generator was drawn from."""
    return (
        f"the function draws random numbers ({name}), and a program would use the same ones for all samples and "
        "steps: draw them before, and give them to the function as features (masks for dropout, noise)"
    )


def name_of(node: Value, parameters: Parameters) -> str:
    """Return what a node is called: by its place in the model, its label, or its operation."""
    if node in parameters.place:
        return parameters.names()[parameters.place[node]]
    return node.label or GIVEN.get(node) or (f"the result of {node._op}" if node._op else "a Value")


def nodes_of(one: Run, parameters: Parameters) -> set[Value]:
    """Return all nodes that results of a run depend on, or it may fail at, but parameters and the sample's."""
    found: set[Value] = set()
    known = {*one.inputs}
    seen_inputs: tuple[Value, ...] = ()
    stack = [*one.leaving, *one.roots]
    while stack:
        node = stack.pop()
        if node in found or node in known or node in parameters.place:
            continue
        found.add(node)
        neuron = None if node._is_custom else node._dot
        if neuron is None:
            stack.extend(node._operands)
            continue
        weights, inputs, bias, _ = neuron
        if not _same(inputs, seen_inputs):
            seen_inputs = inputs
            # In a penalty they are parameters, and as many as there are.
            if not _same(inputs, weights) and not all(map(parameters.place.__contains__, inputs)):
                stack.extend(inputs)
        if parameters.row(weights) is None:
            stack.extend(weights)
        if bias is not None:
            stack.append(bias)
    return found


def _same(some: tuple[Value, ...], others: tuple[Value, ...]) -> bool:
    """Whether these are the same Values; most often it is one tuple, whose items need no look then."""
    return some is others or some == others


def read(one: Run, parameters: Parameters, others: set[Value]) -> Graph:
    """Return the graph of a run; ``others`` are the nodes of another run, so what is among them is older than both.

    Raises ``CompileError`` when a node of the graph is not one of the engine's operations, or is an older result in
    which parameters or another sample have a part.
    """
    expressions = Expressions(len(parameters), len(one.inputs))
    reader = _Reader(expressions, parameters, others, one.overwritten)
    for place, value in enumerate(one.inputs, start=len(parameters)):
        reader.places[value] = place
    reader.read(one.roots)
    size, leaves = len(expressions), len(reader.captured)
    reader.read(one.leaving)
    places = [*reader.finite(), *map(reader.place, one.leaving)]
    keys = _keys(expressions, size, reader.captured)
    checks = {
        keys[place - size] if place >= size else place: place
        for place in places
        if expressions.depends[place] != FIXED
    }
    results = list(map(reader.place, one.roots))
    return Graph(expressions, results, one.is_list, reader.captured, size, leaves, checks)


def _keys(table: Expressions, size: int, captured: Sequence[Value]) -> list[int]:
    """Return for each expression from ``size`` on a key, the same in all tables with the same beginning."""
    keys: list[int] = []
    for place in range(size, len(table)):
        operation, number = table.operation[place], table.number[place]
        leaf = id(captured[int(number)]) if operation == CAPTURED else 0
        operands = [keys[one - size] if one >= size else one for one in table.operands_of(place)]
        keys.append(hash((operation, leaf, number.hex(), *operands)))
    return keys


class _Reader:
    """Puts the nodes of one run into a table of expressions."""

    def __init__(
        self,
        expressions: Expressions,
        parameters: Parameters,
        others: set[Value],
        overwritten: dict[Value, float],
    ) -> None:
        self.overwritten = overwritten
        self.expressions = expressions
        self.parameters = parameters
        self.others = others
        # Of all nodes but the parameters, which are many, and have their places already.
        self.places: dict[Value, int] = {}
        self.captured: list[Value] = []
        # What neurons were given, each once.
        self.inputs: dict[Places, None] = {}

    def place(self, node: Value) -> int:
        """Return the place in the table of a node that has been read, or of a parameter."""
        place = self.places.get(node)
        return self.parameters.place[node] if place is None else place

    def finite(self) -> list[int]:
        """Return expressions that fail where a layer refuses a leaf among its inputs: one that is not finite."""
        if not self.captured:
            return []
        table = self.expressions
        leaves = {i: None for inputs in self.inputs for i in inputs if table.operation[i] == CAPTURED}
        return [table.apply("cos", (leaf,), 0.0, 0.0) for leaf in leaves]

    def read(self, roots: Iterable[Value]) -> None:
        """Put every node that ``roots`` depend on into the table, operands first, without recursion."""
        expressions, places, parameters = self.expressions, self.places, self.parameters
        given = parameters.place
        # Neighbours in a layer have the same inputs: their expressions are looked up once.
        last_inputs: tuple[Value, ...] = ()
        last_places: Places = range(0)
        # A neuron makes a node of each plain number among its inputs at every look: one look has to do.
        neurons: dict[Value, Any] = {}
        for root in roots:
            stack = [(root, False)]
            while stack:
                node, operands_are_known = stack.pop()
                if node in places or node in given:
                    continue
                if node in self.others:
                    places[node] = self._older(node)
                    continue
                neuron = neurons.pop(node, None) or (None if node._is_custom else node._dot)
                if neuron is not None:
                    weights, inputs, bias, activation = neuron
                    row = parameters.row(weights)
                    if not operands_are_known:
                        _refuse_overwritten(node)
                        stack.append((node, True))
                        neurons[node] = neuron
                        is_penalty = row is not None and _same(inputs, weights)
                        missing = (
                            []
                            if is_penalty or _same(inputs, last_inputs)
                            else [x for x in inputs if x not in places and x not in given]
                        )
                        if row is None:
                            missing.extend(w for w in weights if w not in places and w not in given)
                        stack.extend((operand, False) for operand in reversed(missing))
                        if bias is not None:
                            stack.append((bias, False))
                        continue
                    if not _same(inputs, last_inputs):
                        last_inputs = inputs
                        last_places = (
                            row
                            if row is not None and _same(inputs, weights)
                            else evenly(tuple(map(self.place, inputs)))
                        )
                        self.inputs[last_places] = None
                    place = expressions.dot(
                        evenly(tuple(map(self.place, weights))) if row is None else row,
                        last_places,
                        None if bias is None else self.place(bias),
                        row is not None,
                    )
                    if activation:
                        place = expressions.apply(activation, (place,), 0.0, float(node.data))
                    places[node] = place
                    continue
                operands = node._operands
                if not operands:
                    if node in GIVEN:
                        raise _of_another_sample(node)
                    places[node] = expressions.constant(float(node.data))
                elif operands_are_known:
                    places[node] = self._operation(node, operands)
                else:
                    _refuse_foreign(node)
                    _refuse_overwritten(node)
                    stack.append((node, True))
                    # The last one on the stack is the first to be read: operands are read in their order.
                    stack.extend((operand, False) for operand in reversed(operands) if operand not in places)

    def _operation(self, node: Value, operands: Sequence[Value]) -> int:
        name = node._op
        number = 0.0
        if name.startswith(POWER) and name != POWER:
            number = float(name[len(POWER) :])
            name = CONSTANT_POWER
        places = tuple(map(self.place, operands))
        return self.expressions.apply(name, places, number, float(node.data))

    def _older(self, node: Value) -> int:
        """Return the place of a Value that was there before the function was run: its number is read at each call."""
        stack, seen = [node], {node}
        while stack:
            below = stack.pop()
            if below in self.parameters.place:
                name = node.label or node._op
                raise CompileError(
                    f"the node {name!r} was computed before the function was run, from the parameter "
                    f"{name_of(below, self.parameters)}: when that changes, the node does not, and neither its value "
                    "nor its gradient would be right. Compute it inside the function (what depends on parameters alone "
                    "is computed once a step, not once a sample)"
                )
            if below in GIVEN:
                raise _of_another_sample(below)
            fresh = [operand for operand in below._operands if operand not in seen]
            seen.update(fresh)
            stack.extend(fresh)
        if node in self.overwritten:
            node.data = self.overwritten[node]
            raise CompileError(
                f"the function writes to {name_of(node, self.parameters)}, which it uses from one run to the next: a "
                "program runs no Python, so the number would stay as it is. Write to it in a callback of train, or "
                "compute it from the sample and the parameters"
            )
        self.captured.append(node)
        return self.expressions.captured(len(self.captured) - 1)


def check_signature(function: Callable[..., Any], sample: Sample) -> None:
    """Raise ``TypeError`` where a function does not take the arguments that ``run`` gives it."""
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


def _of_another_sample(node: Value) -> CompileError:
    return CompileError(
        f"the graph holds {GIVEN[node]} of another sample: the function keeps something of one sample for the next, "
        "and a program computes each sample by itself"
    )


def _refuse_foreign(node: Value) -> None:
    name = node._op
    known = name in FUNCTIONS or name in BINARY or name.startswith(POWER)
    if known and not node._is_custom and node._local_derivatives:
        return
    raise CompileError(
        f"the operation {name!r} is your own (made with Value(data, operands, {name!r}) and _backward), and a program "
        "can only be compiled from the engine's operations, because the compiler cannot look into a Python function: "
        f"write it with + - * / ** abs {' '.join(METHODS)}, or train with backward()"
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
