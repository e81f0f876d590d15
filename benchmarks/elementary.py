"""Single operations, ours and PyPI's micrograd: building the node, and its share of ``backward()``.

python benchmarks/elementary.py [--quick] [--json FILE]
"""

from __future__ import annotations

import argparse
import itertools
import json
from collections.abc import Callable

from peers import pypi_micrograd
from table import duration, markdown, ratio
from timing import Turns, repeated

from micrograd.engine import Value

# micrograd sorts the graph by recursion, which ends at a depth of 1,000.
LENGTH = 400
BAR = 30
START, OTHER = 1.0001, 0.9999

OPERATIONS = ["a + b", "a - b", "a * b", "a / b", "a ** 3", "a + 1.5", "a.relu()"]
OURS_ALONE = ["a.exp()", "a.log()", "a.tanh()", "a.sigmoid()", "a ** b", "a.maximum(b)"]
CHAIN = "chain of * and +, with backward()"


def build(kind: type, operation: str) -> Callable[[], object]:
    """Return a function that does an operation many times, and keeps the nodes as a graph keeps them."""
    # As in timeit, the loop itself costs as little as a loop can.
    program = f"lambda a, b, repeat: lambda: [{operation} for _ in repeat(None, {LENGTH})]"
    start: Callable[..., Callable[[], object]] = eval(program)
    return start(kind(START), kind(OTHER), itertools.repeat)


def build_and_sweep(kind: type) -> Callable[[], object]:
    """Return a function that builds a chain of products and sums, and propagates the gradient through it."""
    a, b = kind(START), kind(OTHER)

    def run() -> None:
        out = a
        for _ in range(LENGTH // 2):
            out = out * b + a
        out.backward()

    return run


def main() -> None:
    """Print the table; write the figures where the user asks for it."""
    parser = argparse.ArgumentParser(description="Single operations, ours and micrograd's.")
    parser.add_argument("--quick", action="store_true", help="fewer turns")
    parser.add_argument("--json", metavar="FILE", help="write the figures there too")
    arguments = parser.parse_args()
    turns = 7 if arguments.quick else 21
    peer = pypi_micrograd()
    rows, figures = [], []
    for name in [*OPERATIONS, *OURS_ALONE, CHAIN]:
        kinds = {"ours": Value}
        if peer and name not in OURS_ALONE:
            kinds["micrograd"] = peer.Value
        contenders = {
            who: repeated(build_and_sweep(kind) if name == CHAIN else build(kind, name))
            for who, kind in kinds.items()
        }
        measured = Turns(contenders, turns, 0.01)
        times = {who: seconds / LENGTH for who, seconds in measured.medians().items()}
        row = [name, duration(times["ours"])]
        if "micrograd" in times:
            row += [duration(times["micrograd"]), ratio(measured.ratio("micrograd", "ours"), BAR)]
        else:
            row += ["has none" if peer else "-", ""]
        rows.append(row)
        figures.append({"operation": name, "seconds": times})
    print(markdown(["a node", "ours", "micrograd", "ratio"], rows))
    if arguments.json:
        with open(arguments.json, "w", encoding="utf-8") as file:
            json.dump(figures, file, indent=1)


if __name__ == "__main__":
    main()
