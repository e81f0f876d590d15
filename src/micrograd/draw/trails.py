"""Where a number that is not finite began: the trail of a value leads to its operands, of a gradient to its users.

The page's ``trails.js`` follows the same rules, and a test compares them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple, Protocol

Node = Any


class Numbers(Protocol):
    """A graph with its numbers, as an explanation asks for them.

    Nodes are whatever the graph tells them by. ``users`` are pairs of a node and the position of the operand that
    it uses; ``slope`` is the local derivative by that operand, None where nobody knows it.
    """

    @property
    def root(self) -> Node:
        """The result; None where it is not known."""

    def operands(self, node: Node) -> Sequence[Node]:
        """Return the operands of a node."""

    def users(self, node: Node) -> Sequence[tuple[Node, int]]:
        """Return what uses a node."""

    def number(self, kind: str, node: Node) -> float:
        """Return a number of a node: its ``data``, ``computed``, ``grad``, ``ignored`` or ``elsewhere``."""

    def slope(self, node: Node, use: int) -> float | None:
        """Return a local derivative."""

    def line(self, node: Node) -> str:
        """Return the line of code where a node was made, or an empty text."""


class Step(NamedTuple):
    """One step towards the result: what ``user`` passes on to ``node`` is not finite."""

    node: Node
    user: Node
    slope: float | None
    grad: float

    @property
    def product(self) -> float:
        """What is passed on; NaN where the local derivative is not known."""
        return math.nan if self.slope is None else self.slope * self.grad


def of_value(node: Node, graph: Numbers) -> list[Node]:
    """Return the nodes from this one back to the first that is not finite though all of its operands are."""
    trail, at = [node], node
    while True:
        broken = [o for o in graph.operands(at) if not math.isfinite(graph.number("data", o))]
        if not broken:
            return trail
        at = broken[0]
        trail.append(at)


def of_gradient(node: Node, graph: Numbers) -> list[Step]:
    """Return the steps from this node towards the result, up to where a product of finite factors is not finite.

    Or where one factor is a local derivative that is not finite, or where an operation of the user's passes it on.
    The list is empty where no user that the graph knows passes it on.
    """
    trail: list[Step] = []
    at = node
    while True:
        steps = [
            Step(at, user, graph.slope(user, use), graph.number("grad", user))
            for user, use in graph.users(at)
        ]
        broken = [step for step in steps if step.slope is not None and not math.isfinite(step.product)]
        # What begins here comes before what only passes through.
        broken.sort(key=lambda step: not math.isfinite(step.grad))
        broken = broken or [step for step in steps if step.slope is None]
        if not broken:
            return trail
        trail.append(broken[0])
        if broken[0].slope is None or math.isfinite(broken[0].grad):
            return trail
        at = broken[0].user
