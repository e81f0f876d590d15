"""Which of a notebook's names plays which part: the handout fixes ``model_loss`` only.

The scaffold's names come first; where they are missing, a function is known by its name in part or by what it does,
and data by their shape.
"""

from __future__ import annotations

import inspect
import os
import re
from collections.abc import Callable
from types import FunctionType, MethodType
from typing import Any

from micrograd.engine import Value
from micrograd.lab.checks.belongings import Place, is_own, lies_beside, places
from micrograd.lab.checks.networks import is_model
from micrograd.lab.checks.observing import View, attempt, is_node, number, numbers, rows
from micrograd.lab.checks.reference import close, sigmoid
from micrograd.nn import Neuron

_SIGMOID = re.compile(r"sig|logist|^activation$|^act$|^σ", re.IGNORECASE)
_BINARY = re.compile(r"bin|label|[ée]tiquette|pred|seuil|thresh|class|step|decision|heaviside", re.IGNORECASE)
_LONG = re.compile(
    r"train|entra|learn|appren|loss|perte|plot|draw|show|affich|trace|main|test|check", re.IGNORECASE
)
_PROBES = (0.7, -1.3, 2.1)
_EXPONENTIALS = {"exp", "e", "tanh", "expit", "sigmoid"}
_MOST = 40
_MOST_SAMPLES = 4000


def called(function: Any, z: float, own_style: bool = False) -> dict[str, Any]:
    """Call a function of one number on a node, or on a plain number where it was written for those.

    The result tells ``kind`` of what came back, its ``number``, the ``gradient`` that came through it, and whether
    the function is one ``on`` nodes or on numbers. With ``own_style``, a function that writes into its argument and
    returns nothing has given what it wrote.
    """

    def on_node() -> dict[str, Any]:
        leaf = Value(z)
        node = leaf * 1.0
        result = function(node)
        if own_style and result is None and node.data != z:
            result = node
        if result is Ellipsis or result is None:
            return {"kind": "nothing", "number": None, "gradient": None, "on": "node"}
        gradient = None
        if isinstance(result, Value):
            result.backward()
            gradient = float(leaf.grad)
        return {"kind": type(result).__name__, "number": number(result), "gradient": gradient, "on": "node"}

    def on_number(wrapped: Callable[[float], Any] = float) -> dict[str, Any]:
        given = wrapped(z)
        result = function(given)
        if own_style and result is None and number(given) != z:
            result = given  # a list of nodes, into which it wrote
        if result is None or result is Ellipsis:
            return {"kind": "nothing", "number": None, "gradient": None, "on": "number"}
        kind = type(result).__name__
        return {"kind": kind, "number": number(result), "gradient": None, "on": "number"}

    outcome = attempt(on_node)
    value = outcome.get("value")
    if value is not None and (value["kind"] == "nothing" or value["gradient"] is not None):
        return outcome
    # It stopped, or gave a plain number: was it written for numbers?
    plain = attempt(on_number)
    if _has_number(plain) and (value is None or close(value["number"] or 0, plain["value"]["number"])):
        return plain
    if own_style and not _has_number(outcome):  # or for all outputs at once
        for wrapped in _ALL_AT_ONCE:
            several = attempt(lambda: on_number(wrapped))  # noqa: B023
            if _has_number(several):
                return several
    return outcome


def _has_number(outcome: dict[str, Any]) -> bool:
    return "value" in outcome and outcome["value"]["number"] is not None


def _array_of_nodes(z: float) -> Any:
    import numpy as np

    return np.array([Value(z)], dtype=object)


def _array_of_numbers(z: float) -> Any:
    import numpy as np

    return np.array([z])


_ALL_AT_ONCE: tuple[Callable[[float], Any], ...] = (
    lambda z: [Value(z)],
    lambda z: [z],
    _array_of_nodes,
    _array_of_numbers,
)
"""The outputs of a whole table of samples, as a function for all of them takes them."""


def sigmoid_of(view: View) -> Place | None:
    """Return the student's sigmoid and where it is kept; None where there is none."""
    return _function(view, "sigmoid", _SIGMOID, _is_sigmoid, exclude="sigmoid_operation")


def binary_of(view: View) -> Place | None:
    """Return the student's function that gives the label, and where it is kept; None where there is none."""
    return _function(view, "binary", _BINARY, _is_binary)


def own_sigmoid(view: View, z: float) -> float | None:
    """Return what the student's sigmoid makes of a number, right or wrong; None where there is no telling."""
    place = sigmoid_of(view)
    if place is None:
        return None
    value = called(place.value, z, own_style=True).get("value") or {}
    result: float | None = value.get("number")
    return result


def perceptron_of(view: View) -> Any:
    """Return the model of task 1: by its name, else the first one with three parameters, else None."""
    named = view.get("perceptron")
    if callable(named) and hasattr(named, "parameters"):
        return named
    # The scaffold's cell below asks for a bare neuron to compare with, which is no model.
    models = [model for model in view.models([2, 1]) if not (view.scaffold and isinstance(model, Neuron))]
    return next(iter(models), None)


def data_of(view: View) -> dict[str, Any]:
    """Return the notebook's points ``X`` and labels ``y`` as plain numbers, each None where it is not there."""
    given: dict[str, Any] = {"X": rows(view.get("X")), "y": numbers(view.get("y"))}
    if given["X"] and given["y"] and len(given["X"][0]) == 2:
        return given
    for samples, labels in pairs(view):
        return {"X": samples, "y": labels}
    return given


def keeps_lists(view: View) -> bool:
    """Tell whether the notebook keeps its points in lists, as without NumPy, and its functions may count on that."""
    return isinstance(view.get("X"), (list, tuple))


def pairs(view: View) -> list[tuple[list[list[float]], list[float]]]:
    """Return every pair of points in the plane and as many labels among the variables, the usual names first."""
    points: list[list[list[float]]] = []
    labels: list[list[float]] = []
    found: list[tuple[list[list[float]], list[float]]] = []
    kept = sorted(
        places(view.variables),
        key=lambda place: (place.owner is not None, place.name not in ("X", "y"), len(place.name)),
    )
    for place in kept:
        value = place.value
        if isinstance(value, (str, bytes, dict, type)) or callable(value) or not hasattr(value, "__len__"):
            continue
        size = attempt(lambda: len(value)).get("value", 0)  # noqa: B023
        if size == 2 and isinstance(value, tuple):  # what make_moons returned, kept as it was
            table, column = rows(value[0]), numbers(value[1])
            if table and column and len(table) == len(column) > 3 and len(table[0]) == 2:
                found.append((table, column))
        if not 3 < size <= _MOST_SAMPLES:
            continue
        both = attempt(lambda: _samples_with_labels(value)).get("value")  # noqa: B023
        if both is not None:
            found.append(both)
            continue
        column = attempt(lambda: numbers(value)).get("value")  # noqa: B023
        if column and len(set(column)) == 2 and not hasattr(type(value), "columns"):
            labels.append(column)
            continue
        table = attempt(lambda: rows(value)).get("value")  # noqa: B023
        if table and all(len(row) == 2 for row in table):
            points.append(table)
        elif table and all(len(row) == 3 for row in table) and len({row[2] for row in table}) == 2:
            found.append(([row[:2] for row in table], [row[2] for row in table]))
    together = [(p, q) for p in points for q in labels if len(p) == len(q)]
    return (together + found)[:6]


def _samples_with_labels(value: Any) -> tuple[list[list[float]], list[float]] | None:
    """Return the points and labels of a list of pairs (point, label), None for anything else."""
    if not isinstance(value, (list, tuple)) or len(value) > _MOST_SAMPLES:
        return None
    points, labels = [], []
    for pair in value:
        if not isinstance(pair, (list, tuple)) or len(pair) != 2 or hasattr(pair[1], "__len__"):
            return None
        point, label = numbers(pair[0]), number(pair[1])
        if point is None or len(point) != 2 or label is None:
            return None
        points.append(point)
        labels.append(label)
    return points, labels


def right_sigmoid(value: Any) -> Any:
    """Stand in for a student's sigmoid: writes into a node's ``data`` and returns it, as task 2 asks; or a number."""
    if is_node(value):
        value.data = sigmoid(float(value.data))
        return value
    return sigmoid(float(value))


def right_binary(value: Any) -> int:
    """Stand in for a student's ``binary``."""
    found = number(value)
    return int(found is not None and found > 0.5)


def is_right_sigmoid(function: Any, own_style: bool = True) -> bool:
    """Tell whether a function gives a sigmoid's numbers, on nodes that still belong to their graph."""
    return _is_sigmoid(function, own_style) and not cuts_off(function)


def cuts_off(function: Any) -> bool:
    """Tell whether a sigmoid of nodes returns a fresh one, from which nothing comes back to its argument."""
    calls = [called(function, z, own_style=True).get("value") or {} for z in _PROBES]
    return all(call.get("on") == "node" and call.get("gradient") == 0 for call in calls)


def is_right_binary(function: Any) -> bool:
    """Tell whether a function gives the labels of task 5."""
    return _is_binary(function)


def _function(
    view: View, name: str, pattern: re.Pattern[str], behaves: Callable[[Any], bool], exclude: str = ""
) -> Place | None:
    named = view.get(name)
    if callable(named) and not isinstance(named, type):
        return Place(name, named)
    likely: list[Place] = []
    others: list[Place] = []
    for place in places(view.variables):
        if isinstance(place.value, type) and pattern.search(place.name):
            place = _made(place)
        if place.name == exclude or not _takes_one(place.value):
            continue
        if pattern.search(place.name):
            likely.append(place)
        elif not _LONG.search(place.name):
            others.append(place)
    for found in (*likely, *others)[:_MOST]:
        if behaves(found.value):
            return found
    return likely[0] if likely else None


def works_on_variables(view: View) -> bool:
    """Tell whether there is a sigmoid that is called without arguments, on what the notebook's variables hold."""
    for place in places(view.variables):
        if isinstance(place.value, FunctionType) and _SIGMOID.search(place.name):
            needed = attempt(lambda: len(inspect.signature(place.value).parameters)).get("value")  # noqa: B023
            if needed == 0 and _EXPONENTIALS & {*place.value.__code__.co_names}:
                return True
    return False


def _made(place: Place) -> Place:
    """Return an object of an own class that is made without arguments and called like a function."""
    kind = place.value
    if not is_own(kind) or not isinstance(vars(kind).get("__call__"), FunctionType):
        return place
    made = attempt(kind).get("value")
    return place if made is None else Place(place.name, made)


def _takes_one(value: Any) -> bool:
    """Tell whether it is a function of the notebook's own that can be called with one argument."""
    function = value.__func__ if isinstance(value, MethodType) else value
    if not isinstance(function, FunctionType):
        if type(value).__name__ == "vectorize":
            return True
        called = vars(type(value)).get("__call__")
        if not isinstance(called, FunctionType) or not is_own(type(value)) or is_model(value):
            return False
        value, function = MethodType(called, value), called  # an object that is called like a function
    theirs = (function.__module__, function.__globals__.get("__name__"))
    if "__main__" not in theirs and not _is_beside(function):
        return False
    if function is value and function.__code__.co_varnames[:1] == ("self",):
        return False  # a method, without an object to call it on
    try:
        parameters = list(inspect.signature(value).parameters.values())
    except (TypeError, ValueError):
        return False
    needed = [
        p
        for p in parameters
        if p.default is p.empty and p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)
    ]
    return len(needed) == 1 and not any(p.kind is p.KEYWORD_ONLY and p.default is p.empty for p in parameters)


def _is_beside(function: FunctionType) -> bool:
    """Tell whether a function comes from a module of the student's, which lies beside the notebook."""
    return lies_beside(function.__code__.co_filename, os.getcwd())


def _is_sigmoid(function: Any, own_style: bool = True) -> bool:
    for z in _PROBES:
        got = (called(function, z, own_style).get("value") or {}).get("number")
        if got is None or not close(got, sigmoid(z)):
            return False
    return True


def _is_binary(function: Any) -> bool:
    for value, label in ((0.81, 1.0), (0.53, 1.0), (0.47, 0.0), (0.12, 0.0)):
        got = label_of(function, value).get("value")
        if got != label:
            return False
    return True


def failure_on_nodes(view: View, function: Any) -> str | None:
    """Return how a function of numbers fails on nodes, where the cells of task 5 stopped; None where it does not."""
    if not any(cell.stopped for cell in view.own_cells(5) if 5 in cell.tasks):
        return None
    error: str | None = attempt(lambda: function(Value(0.8))).get("error")
    return error


def label_of(function: Any, value: float) -> dict[str, Any]:
    """Call a function that gives a label on a node, or on a plain number where it was written for one."""
    result = attempt(lambda: number(function(Value(value))))
    if "error" in result or result.get("value") is None:
        plain = attempt(lambda: number(function(value)))
        result = plain if "error" not in plain else result
    if "error" in result:
        for wrapped in _ALL_AT_ONCE:
            several = attempt(lambda: number(function(wrapped(value))))  # noqa: B023
            if several.get("value") is not None:
                return several
    return result
