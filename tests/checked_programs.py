"""Generated programs on every machine, judged by ``backward()``; ``python tests/checked_programs.py SECONDS`` for more.

A program is skipped where rounding may decide: beside a kink, or with numbers far from 1.
"""

from __future__ import annotations

import math
import os
import random
import sys
import time
import traceback
from typing import Any

import numpy as np
from compiled import MACHINES, machine_of
from generated_programs import Model, Program, data_of, generate, run
from programs import absolute_gradients

from micrograd.compiler.codes import code_for
from micrograd.compiler.parameters import Parameters
from micrograd.compiler.trace import read
from micrograd.compiler.trace import run as run_once
from micrograd.engine import Value, dot, topological_order

_KINKS = {"ReLU", "abs", "max", "min"}
_LARGEST = 1e4


class Skip(Exception):
    """The program says nothing."""


def is_well_posed(root: Value) -> bool:
    """Whether rounding in another order changes little: no large numbers, nothing beside a kink but exact ties.

    A tie is exact where everything below it is whole, or a whole sum times one number.
    """
    whole: dict[Value, bool] = {}
    for node in topological_order(root):
        x = node.data
        operands = node._operands
        if not math.isfinite(x) or abs(x) > _LARGEST:
            return False
        whole[node] = x == int(x) and all(whole[operand] for operand in operands)
        if node._op in _KINKS:
            first = operands[0].data
            distance = first - operands[1].data if len(operands) == 2 else first
            exact = all(whole[o] or _is_scaled(o, whole) for o in operands)
            if abs(distance) < 1e-7 * max(1.0, abs(first)) and not (distance == 0 and exact):
                return False
    return True


def _is_scaled(node: Value, whole: dict[Value, bool]) -> bool:
    operands = node._operands
    return (
        node._op == "*"
        and sum(whole[o] for o in operands) == 1
        and not any(o._operands for o in operands[1:])
    )


def check(program: Program) -> None:
    """Raise ``AssertionError`` where a machine differs from ``backward()``; ``Skip`` where that says nothing."""
    X, Y, rows, weights = data_of(program)
    model = Model(Value, program.numbers())

    def loss(x: Any, y: Any) -> Any:
        result = run(program, model, x, y, dot)
        if program.seed % 3 == 0:
            (result.tanh() + x[0]).sin()  # which could fail, is checked, and has no part in the gradient
        return result

    results = [loss([Value(n) for n in x], Value(y)) for x, y in zip(X, Y)]
    parameters = model.parameters()
    if not parameters or not all(is_well_posed(result) for result in results):
        raise Skip
    shares = np.zeros(len(X))
    np.add.at(shares, rows, weights)
    shares /= sum(weights)
    expected, gradient, scale = 0.0, np.zeros(len(parameters)), np.zeros(len(parameters))
    for result, share in zip(results, shares):
        for parameter in parameters:
            parameter.grad = 0.0
        result.backward()
        expected += share * result.data
        gradient += share * np.array([parameter.grad for parameter in parameters])
        sizes = absolute_gradients(result)
        scale += share * np.array([sizes.get(id(parameter), 0.0) for parameter in parameters])
    if scale.max() > _LARGEST:
        raise Skip
    known = Parameters(parameters)
    graph = read(run_once(loss, known, (X[0], [Y[0]])), known, set())
    code = code_for(graph.expressions, graph.results, program.features, True, sorted(graph.checks.values()))
    table = np.array(X)[rows]
    targets = np.array(Y)[rows].reshape(-1, 1)
    own = np.array(weights) if program.weighted else None
    numbers = np.array([float(parameter.data) for parameter in parameters])
    captured = np.array([float(leaf.data) for leaf in graph.captured])
    for name in MACHINES:
        machine = machine_of(code, name)
        flags = np.frombuffer(machine.flags_for(len(table)), dtype=np.uint8)
        first = None
        for threads in (1, 2):
            value, ours = machine.gradient(
                numbers, table, targets, threads, captured=captured, weights=own, flags=flags
            )
            assert abs(value - expected) <= 1e-9 * max(1.0, abs(expected)), (name, value, expected)
            wrong = np.abs(ours - gradient) > 1e-9 * np.maximum(scale, 1.0)
            assert not wrong.any(), (name, np.argwhere(wrong)[0], ours[wrong][0], gradient[wrong][0])
            assert not flags.any(), (name, "a flag without a reason")
            assert first is None or (first[0] == value and (first[1] == ours).all()), (name, "threads")
            first = value, ours


def failure(program: Program) -> str | None:
    """What is wrong with a program, or None."""
    try:
        check(program)
    except Skip:
        return None
    except Exception:
        return traceback.format_exc(limit=-2)
    return None


def smallest(program: Program) -> Program:
    """A smaller program that fails as well, of which no part can be left out."""
    found = True
    while found:
        found = False
        for candidate in program.shrunk():
            if failure(candidate) is not None:
                program, found = candidate, True
                break
    return program


def check_seeds(first: int, count: int) -> int:
    """Check as many programs; return how many of them said something. Raises with the smallest one that fails."""
    checked = 0
    for seed in range(first, first + count):
        program = generate(seed)
        try:
            check(program)
            checked += 1
        except Skip:
            continue
        except Exception:
            small = smallest(program)
            raise AssertionError(
                f"seed {seed}; the smallest program that fails: {small!r}\n{failure(small)}"
            ) from None
    return checked


def main() -> None:
    """Check programs for so many seconds, from a seed that is printed."""
    os.environ.setdefault("MICROGRAD_DEBUG", "1")
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 600.0
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else random.SystemRandom().randrange(1 << 40)
    print(f"seed {seed}, {seconds:.0f} s, machines: {', '.join(MACHINES)}", flush=True)
    end, at, checked, said = time.monotonic() + seconds, seed, 0, time.monotonic()
    while time.monotonic() < end:
        checked += check_seeds(at, 50)
        at += 50
        if time.monotonic() - said > 60:
            said = time.monotonic()
            print(f"{checked} programs checked, seeds {seed} to {at - 1}", flush=True)
    print(
        f"done: {checked} programs checked of {at - seed} made, seeds {seed} to {at - 1}: all right",
        flush=True,
    )


if __name__ == "__main__":
    main()
