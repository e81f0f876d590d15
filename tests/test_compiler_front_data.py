"""The compiler's front by itself: a page made where there is no NumPy is the page made where there is."""

from __future__ import annotations

import json
import math
import random

import pytest

from micrograd.compiler import CompileError
from micrograd.compiler.front import front, tables, telling_rows
from micrograd.compiler.parameters import Parameters
from micrograd.engine import Value
from micrograd.nn import MLP

PAGES = """
import json, random, sys
{before}
from micrograd.draw import play, use_layout
from micrograd.data import make_blobs, make_moons
from micrograd.engine import Value
from micrograd.nn import MLP

random.seed(3)
X, y = make_moons(20, noise=0.1, random_state=1)
model, frozen = MLP(2, [4, 3, 1], activation="tanh"), Value(0.25)
w = [Value(0.5, label="a"), Value(-0.2)]
shared = MLP(2, [3, 2])
pages = [
    play(lambda x, y: (model(x).sigmoid() - y) ** 2 + frozen * model.parameters()[0] ** 2, model, X, y),
    play(lambda x: (w[0] * x[0] + w[1]).exp(), w, [[0.5], [0.25]]),
    play(lambda x, y: sum((o - t) ** 2 for o, t in zip(shared(x), y)), shared, X, [[v, 1 - v] for v in y]),
]
print(json.dumps([[page._scene, page._play] for page in pages]))
"""


def test_a_page_made_without_numpy_is_the_same(python) -> None:
    pytest.importorskip("numpy")
    pytest.importorskip("graphviz")
    with_it, without = (python(PAGES.format(before=before)) for before in ("", "sys.modules['numpy'] = None"))
    assert json.loads(with_it) == json.loads(without)


def test_the_rows_to_trace_on_are_those_of_the_compiler() -> None:
    np = pytest.importorskip("numpy")
    from micrograd.compiler.samples import choose_samples

    draw = random.Random(5)
    for samples, features, targets in ((1, 1, 1), (30, 3, 1), (20, 12, 2), (7, 2, 0)):
        X = [[draw.choice([0.0, 1.0, draw.gauss(0, 1)]) for _ in range(features)] for _ in range(samples)]
        Y = [[draw.gauss(0, 1) for _ in range(targets)] for _ in range(samples)]
        chosen = choose_samples(np.array(X), np.array(Y).reshape(samples, targets))
        assert [(X[row], Y[row]) for row in telling_rows(X, Y)] == chosen


def test_data_are_taken_as_a_program_takes_them() -> None:
    np = pytest.importorskip("numpy")
    assert tables([[1, 2], (3, True)], [0, 1]) == ([[1.0, 2.0], [3.0, 1.0]], [[0.0], [1.0]])
    assert tables(np.array([[1.0], [2.0]]), np.array([[1, 2], [3, 4]])) == ([[1.0], [2.0]], [[1, 2], [3, 4]])
    assert tables([[Value(2.0)]]) == ([[2.0]], [[]])
    for X, Y, error, words in (
        ([1.0, 2.0], [1.0], ValueError, "expected \\(samples, features\\)"),
        ([], [], ValueError, "empty"),
        ([[]], None, ValueError, "no features"),
        ([[1.0], [1.0, 2.0]], [1, 2], ValueError, "same length"),
        ([[1.0]], [1.0, 2.0], ValueError, "1 samples and Y has 2"),
        ([[1.0], [math.nan]], [1.0, 2.0], ValueError, "X holds nan in row 1, column 0"),
        ([[1.0]], ["1"], TypeError, "Y must hold real numbers, and it holds '1'"),
        ([[1.0]], [None], TypeError, "Y must hold real numbers"),
        ("12", [1.0], TypeError, "it is a str"),
        (3, [1.0], TypeError, "it is a int"),
    ):
        with pytest.raises(error, match=words):
            tables(X, Y)


def test_what_a_program_refuses_the_front_refuses() -> None:
    model = MLP(2, [2, 1])
    parameters = Parameters(model)
    with pytest.raises(CompileError):
        front(
            lambda x, y: model(x) if x[0].data > 0 else -model(x), parameters, [[1.0, 2.0], [-1.0, 2.0]],
            [[1.0], [0.0]], with_gradient=True,
        )  # fmt: skip
    with pytest.raises(ValueError, match="row 1 of the data"):
        front(
            lambda x, y: x[0].log() * model(x), parameters, [[1.0, 2.0], [-1.0, 2.0]], [[1.0], [0.0]],
            with_gradient=True,
        )  # fmt: skip
    with pytest.raises(CompileError, match="list of 2 Values"):
        front(lambda x, y: [x[0], x[1]], parameters, [[1.0, 2.0]], [[1.0]], with_gradient=True)
