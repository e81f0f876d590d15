"""Random programs over scalars, run on any engine, and what is needed to compare two graphs."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from micrograd.engine import Value, topological_order

# What micrograd 0.1.0 knows. The second operand is ignored by functions of one operand.
MICROGRAD_OPERATIONS: dict[str, Callable[[Any, Any], Any]] = {
    "add": lambda a, b: a + b,
    "add number": lambda a, b: a + 1.5,
    "number add": lambda a, b: 2 + a,
    "subtract": lambda a, b: a - b,
    "subtract number": lambda a, b: a - 0.75,
    "number subtract": lambda a, b: 1 - a,
    "multiply": lambda a, b: a * b,
    "multiply number": lambda a, b: a * -0.5,
    "number multiply": lambda a, b: 3 * a,
    "negative": lambda a, b: -a,
    "square": lambda a, b: a**2,
    "cube": lambda a, b: a**3,
    "divide": lambda a, b: a / (b**2 + 1),
    "divide by number": lambda a, b: a / 3,
    "number divide": lambda a, b: 2 / (a**2 + 0.5),
    "fractional power": lambda a, b: (a**2 + 1) ** 0.5,
    "relu": lambda a, b: a.relu(),
    "same twice": lambda a, b: a * a + a,
}
INTEGER_OPERATIONS = [
    "add", "subtract", "multiply", "negative", "square", "relu", "number add", "number subtract",
    "number multiply", "same twice",
]  # fmt: skip
OUR_OPERATIONS: dict[str, Callable[[Any, Any], Any]] = {
    **MICROGRAD_OPERATIONS,
    "tanh": lambda a, b: a.tanh(),
    "sigmoid": lambda a, b: a.sigmoid(),
    "softplus": lambda a, b: a.softplus(),
    "exp": lambda a, b: a.tanh().exp(),
    "log": lambda a, b: (a**2 + 1).log(),
    "sqrt": lambda a, b: (a**2 + 1).sqrt(),
    "sin": lambda a, b: a.sin(),
    "cos": lambda a, b: a.cos(),
    "abs": lambda a, b: abs(a),
    "power": lambda a, b: (a**2 + 0.5) ** b.tanh(),
    "maximum": lambda a, b: a.maximum(b),
    "minimum": lambda a, b: a.minimum(b),
}


@dataclass(frozen=True)
class Program:
    """Leaves, and instructions ``(operation, first operand, second operand)`` over all values so far."""

    leaves: tuple[float, ...]
    instructions: tuple[tuple[str, int, int], ...]

    def run(
        self, make: Callable[[float], Any], operations: dict[str, Callable[[Any, Any], Any]]
    ) -> tuple[list[Any], Any]:
        """The leaves that ``make`` made, and the last value."""
        leaves = [make(x) for x in self.leaves]
        values = list(leaves)
        for operation, i, j in self.instructions:
            # Counting from the end makes most instructions use recent values: deep graphs, little dead code.
            values.append(operations[operation](values[-1 - i % len(values)], values[-1 - j % len(values)]))
        return leaves, values[-1]


def programs(
    operations: Sequence[str], leaves: st.SearchStrategy[float] | None = None, longest: int = 12
) -> st.SearchStrategy[Program]:
    instruction = st.tuples(st.sampled_from(list(operations)), st.integers(0, 5), st.integers(0, 5))
    numbers = st.floats(-3, 3, allow_subnormal=False) if leaves is None else leaves
    return st.builds(
        Program,
        st.lists(numbers, min_size=1, max_size=4).map(tuple),
        st.lists(instruction, min_size=1, max_size=longest).map(tuple),
    )


def absolute_gradients(root: Value, subtracted: tuple[str, ...] = ()) -> dict[int, float]:
    """For each node, the sum over all paths of the product of |local derivative|, by the node's id.

    Summing the paths in another order changes a gradient by at most a few units in the last place of
    this, and of nothing smaller: terms may cancel. The derivatives of the operations ``subtracted`` count as
    1: the other side computes them as a difference from it, such as 1 - tanh(x)**2, and is as exact as that.
    """
    order = topological_order(root)
    total = {id(node): 0.0 for node in order}
    total[id(root)] = 1.0
    for node in reversed(order):
        for operand, derivative in zip(node._operands, node._local_derivatives):
            size = 1.0 if node._op in subtracted else abs(derivative)
            total[id(operand)] += size * total[id(node)]
    return total


def assert_close(ours: float, theirs: float, scale: float, what: object = "") -> None:
    """To 1e-12 of ``scale``, the size of the terms that were summed."""
    if math.isnan(theirs):
        assert math.isnan(ours), what
    else:
        assert ours == theirs or abs(ours - theirs) <= 1e-12 * max(scale, abs(theirs)), (what, ours, theirs)


def assert_same_graph(ours: Value, theirs: Any) -> int:
    """Both roots span the same graph: operations, data, sharing, operands, gradients; returns its size.

    Data are equal to the last bit, but that Python's x**2, which micrograd takes, may be off by one where our
    x*x is not; gradients to 1e-12 of the terms they are sums of. ``_prev`` holds the operands, as a set.
    Operands of + and * may come in either order.
    """
    scales = absolute_gradients(ours)
    nodes = topological_order(ours)
    squares = any(node._op.startswith("**") for node in nodes)
    sizes = [abs(node.data) for node in nodes if math.isfinite(node.data)]
    slack = 1e-14 * max(sizes, default=0.0) if squares else 0.0
    partner: dict[int, Any] = {}
    inverse: dict[int, int] = {}
    todo = [(ours, theirs)]
    while todo:
        our, their = todo.pop()
        if id(our) in partner:
            assert partner[id(our)] is their, f"{our} stands for two of micrograd's nodes"
            continue
        assert id(their) not in inverse, f"micrograd's {their} stands for two of ours"
        partner[id(our)], inverse[id(their)] = their, id(our)
        assert our._op == their._op, (our, their)
        assert _alike(our, their, slack), (our, their)
        assert_close(our.grad, their.grad, scales[id(our)], (our, their))
        assert isinstance(our._prev, set)
        assert {id(node) for node in our._prev} == {id(node) for node in our._operands}
        assert len(our._operands) == len(their._operands)
        operands = list(our._operands)
        if our._op in ("+", "*") and not all(
            _alike(our, their, slack) for our, their in zip(operands, their._operands)
        ):
            operands.reverse()
        todo += zip(operands, their._operands)
    return len(partner)


def _alike(our: Value, their: Any, slack: float) -> bool:
    same = our.data == their.data or (math.isnan(our.data) and math.isnan(their.data))
    return bool(our._op == their._op and (same or abs(our.data - their.data) <= slack))


def lecture_walk(root: Any) -> list[Any]:
    """The well-known lecture's backward pass by hand: recursion over ``_prev``, then ``_backward()``."""
    order: list[Any] = []
    visited: set[Any] = set()

    def visit(node: Any) -> None:
        if node not in visited:
            visited.add(node)
            for operand in node._prev:
                visit(operand)
            order.append(node)

    visit(root)
    root.grad = 1.0
    for node in reversed(order):
        node._backward()
    return order
