"""Random programs with equal bits compiled and plain: ``make modes PROGRAMS=10000``; the tests run some of them.

    python tests/both_modes.py PROGRAMS [FIRST]

Each program is drawn from its number: leaves, operations, networks, operations of the user's own, whole sweeps and
single steps, numbers overwritten, what is refused. It says all numbers of all nodes in a line, to the last bit.
"""

from __future__ import annotations

import math
import os
import random
import subprocess
import sys
from pathlib import Path

NUMBERS = (
    0,
    1,
    -1,
    2,
    3,
    0.0,
    -0.0,
    0.5,
    -0.25,
    1.7,
    -3.3,
    1e-8,
    1e8,
    709.0,
    -710.0,
    2**53,
    math.inf,
    math.nan,
)


def say(seed: int) -> str:
    """Return all that a program has computed, in a line."""
    from programs import OUR_OPERATIONS

    from micrograd.engine import Value, dot, topological_order
    from micrograd.nn import MLP, Layer, Neuron

    draw = random.Random(seed)
    random.seed(seed)
    tame = draw.random() < 0.7
    leaves = [Value(draw.uniform(-2, 2) if tame else draw.choice(NUMBERS)) for _ in range(draw.randint(1, 4))]
    values, models, said = list(leaves), [], []
    operations = list(OUR_OPERATIONS.values())

    def own(a: Value, b: Value) -> Value:
        out = Value(a.data * 2 - b.data, (a, b), "own")

        def _backward() -> None:
            a.grad += 2 * out.grad
            b.grad -= out.grad

        out._backward = _backward
        return out

    def network(a: Value, b: Value) -> Value:
        activation = draw.choice(("relu", "tanh", "sigmoid", "linear"))
        if not models or draw.random() < 0.5:
            bias = draw.random() < 0.8
            models.append(
                draw.choice(
                    (
                        lambda: Neuron(2, activation=activation, bias=bias),
                        lambda: Layer(2, 3, activation=activation, bias=bias),
                        lambda: MLP(2, [3, 2], activation=activation, bias=bias),
                        lambda: MLP(2, [2, 3, 1], activation=activation, bias=bias),
                    )
                )()
            )
        out = draw.choice(models)([a, draw.choice((b, 1, -0.5))])
        return sum(out, Value(0)) if isinstance(out, list) else out

    def step() -> None:
        a, b = (draw.choice(values[-6:]) for _ in range(2))
        what = draw.random()
        if what < 0.7:
            values.append(draw.choice(operations)(a, b))
        elif what < 0.82:
            values.append(network(a, b))
        elif what < 0.86:
            values.append(own(a, b))
        elif what < 0.9:
            values.append(dot([a, b], [b, 0.5], draw.choice((None, a, 2))))
        elif what < 0.93:
            draw.choice(values).data = draw.choice(NUMBERS[:11])
        elif what < 0.95:
            a.backward()
        elif what < 0.97:
            a.grad = draw.choice((1, 0.5))
            a._backward()
        elif what < 0.98:
            said.append(
                repr(sorted(f"{one.data!r} {one._op}" for one in a._prev))
            )  # as text: NaN has no order
        else:
            for model in models:
                model.zero_grad()

    for _ in range(draw.randint(2, 25)):
        try:
            step()
        except Exception as error:
            said.append(f"{type(error).__name__}: {error}")
    for _ in range(2):
        try:
            values[-1].backward()
        except Exception as error:
            said.append(f"{type(error).__name__}: {error}")
    for node in topological_order(values[-1]):
        said.append(f"{node._op} {node.data!r} {node.grad!r} {node._local_derivatives!r} {node._computed!r}")
    said += [repr(p) for model in models for p in model.parameters()]
    return " | ".join([*said, *map(repr, leaves)]).replace("\n", " ")


def lines(first: int, count: int, mode: str) -> list[str]:
    """Return what so many programs say in a process of its own, plain where ``mode`` is "1"."""
    command = [sys.executable, __file__, "--say", str(first), str(count)]
    environment = {**os.environ, "MICROGRAD_PURE": mode}
    return subprocess.run(
        command, env=environment, capture_output=True, text=True, check=True
    ).stdout.splitlines()


def compare(first: int, count: int) -> int:
    """Compare both modes on so many programs; return how many nodes and numbers were compared."""
    compiled, plain = lines(first, count, ""), lines(first, count, "1")
    assert (compiled[0], plain[0]) == ("compiled", "plain"), "the engine is not compiled here"
    assert len(compiled) == len(plain) == count + 1
    for seed, (one, other) in enumerate(zip(compiled[1:], plain[1:]), first):
        assert one == other, f"program {seed}:\n{one}\n{other}"
    return sum(line.count(" | ") for line in compiled)


def main() -> None:
    """Compare, or say what the other process compares."""
    if sys.argv[1] == "--say":
        sys.path.insert(0, str(Path(__file__).resolve().parent))
        from micrograd.engine import COMPILED

        print("compiled" if COMPILED else "plain")
        for seed in range(int(sys.argv[2]), int(sys.argv[2]) + int(sys.argv[3])):
            print(say(seed))
        return
    count, first = int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 0
    for begin in range(first, first + count, 1000):
        size = min(1000, first + count - begin)
        print(
            f"programs {begin} to {begin + size - 1}: {compare(begin, size)} nodes and errors alike",
            flush=True,
        )


if __name__ == "__main__":
    main()
