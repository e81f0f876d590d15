"""Switching neurons off: programs of the same graph in which each neuron's output is multiplied by 1 or by 0.

The factors are leaves that are no parameters, so a program reads them anew at each call: what is switched off stays so
in training, forward and backward.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from micrograd.compiler import trace
from micrograd.compiler.codes import code_for
from micrograd.compiler.exchange import words_of
from micrograd.compiler.parameters import Parameters
from micrograd.draw.naming import parameters_of
from micrograd.draw.neurons import find_neurons
from micrograd.draw.samples import users_of
from micrograd.engine import Value, topological_order
from micrograd.operations import OPERATIONS

_WRITTEN: dict[str, Callable[[Value, Value], Value]] = {
    "+": lambda a, b: a + b,
    "*": lambda a, b: a * b,
    "**": lambda a, b: a**b,
}


@dataclass
class Switched:
    """A program in words, and for each switch the place of its factor among the program's constants (-1: none)."""

    words: dict[str, Any]
    places: list[int]


def order_of(roots: Iterable[Value]) -> list[Value]:
    """Return all nodes below some roots, operands before the nodes that use them, each once."""
    return list(dict.fromkeys(node for root in roots for node in topological_order(root)))


def owners(model: Any, roots: Sequence[Value]) -> dict[Value, str]:
    """Return the outputs of the model's neurons in a graph, with the names of their neurons."""
    order = order_of(roots)
    return {n.output: n.owner for n in find_neurons(order, users_of(order), parameters_of(model), model)}


def rebuilt(roots: Sequence[Value], factors: Mapping[Value, Value]) -> tuple[list[Value], dict[Value, Value]]:
    """Return a graph like the one below ``roots`` in which some nodes are multiplied by factors, and its nodes.

    Leaves are the same. Raises ``ValueError`` for an operation of the user's own.
    """
    made: dict[Value, Value] = {}
    for node in order_of(roots):
        operands = [made[operand] for operand in node._operands]
        new = _again(node, operands) if operands else node
        made[node] = new * factors[node] if node in factors else new
    return [made[root] for root in roots], made


def _again(node: Value, operands: list[Value]) -> Value:
    name = node._op
    if node._is_custom:
        raise ValueError(f"the operation {name!r} is your own, and a program has the engine's only")
    if name in _WRITTEN:
        return _WRITTEN[name](*operands)
    if name.startswith("**"):
        return operands[0] ** float(name[2:])
    if name == "abs":
        return abs(operands[0])
    result: Value = getattr(operands[0], OPERATIONS[name].kernel)(*operands[1:])
    return result


def program_of(
    roots: Sequence[Value],
    outputs: Mapping[Value, str],
    names: Sequence[str],
    parameters: Parameters,
    inputs: Sequence[Value],
    features: int,
    captured: Sequence[Value],
    *,
    with_gradient: bool,
) -> Switched:
    """Return the program of ``roots`` in which the neurons called ``names`` can be switched.

    ``outputs`` are the outputs of neurons in the graph; ``captured`` the leaves that are read anew at each call.
    """
    factors = {name: Value(1.0) for name in names}
    switched = {node: factors[name] for node, name in outputs.items() if name in factors}
    new, _ = rebuilt(roots, switched)
    run = trace.Run(new, True, list(inputs), {})
    graph = trace.read(run, parameters, {*captured, *factors.values()})
    code = code_for(graph.expressions, graph.results, features, with_gradient, sorted(graph.checks.values()))
    words = words_of(code, [float(value.data) for value in graph.captured])
    places = {value: place for place, value in enumerate(graph.captured)}
    return Switched(words, [places.get(factor, -1) for factor in factors.values()])
