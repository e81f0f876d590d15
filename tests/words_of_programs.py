"""Prints the words of some programs, made by the compiler's front alone: here, and in the browser's Python."""

from __future__ import annotations

import hashlib
import json
import random
import sys

from micrograd.compiler import same_graph
from micrograd.compiler.codes import code_for
from micrograd.compiler.encode import written
from micrograd.compiler.parameters import Parameters
from micrograd.nn import MLP


def words(sizes: list[int]) -> str:
    """Return a fingerprint of the program of a network's loss, with its gradient."""
    random.seed(7)
    model = MLP(2, sizes)
    samples = [([0.5, -1.5], [1.0]), ([2.0, 0.25], [0.0])]
    parameters = Parameters(model)
    graph = same_graph.trace_samples(lambda x, y: (model(x).sigmoid() - y) ** 2, parameters, samples)
    text = json.dumps(written(code_for(graph.expressions, graph.results, 2, True)), sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


if __name__ == "__main__":
    found = [words(sizes) for sizes in ([1], [2, 1], [16, 1], [8, 8, 1])]
    assert "numpy" not in sys.modules
    print(json.dumps(found))
