"""The checks' two halves in one process: what they accept, what they catch, on many random cases."""

from __future__ import annotations

import json
import math
import random

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from micrograd import data
from micrograd.engine import Value
from micrograd.lab import checks
from micrograd.lab.checks import View, graphs, moons, reference, trails
from micrograd.lab.checks.observing import network
from micrograd.lab.checks.submitted import UnreadableError, read
from micrograd.lab.content.tasks import CHECKED_POINTS, TASKS, WORDS_POINTS

seeds = st.integers(min_value=0, max_value=2**32)


def look(task: int, seed: int = 0, outputs: list | None = None, **variables):
    """What the checks find in these variables."""
    asked = checks.questions(task, random.Random(seed))
    observed = checks.observe(task, View(variables, outputs or []), asked)
    # What travels between the processes is JSON.
    return checks.judge(task, json.loads(json.dumps(asked)), json.loads(json.dumps(observed)))


def hints(findings) -> set[str]:
    return {finding.hint for finding in findings if finding.state in ("wrong", "missing") and finding.weight}


def sigmoid_written(out):
    out.data = 1 / (1 + math.exp(-out.data))
    return out


def sigmoid_operation(out):
    return out.sigmoid()


def binary(out):
    return 1 if out.data > 0.5 else 0


PICTURE, PAGE = ["image/svg+xml"], ["text/html"]
NUMBERS = [0.236, -0.4858, 0.1234, 0.777]


@pytest.mark.parametrize(
    ("output", "is_graph"),
    [
        ({"by": "micrograd.draw.explorer", "kinds": PAGE}, True),
        ({"by": "micrograd.nn", "kinds": PAGE}, False),
        ({"by": "graphviz.sources", "kinds": PICTURE, "numbers": NUMBERS}, True),
        ({"by": "graphviz.graphs", "kinds": PICTURE, "numbers": [8.0], "dot": True}, False),
        ({"by": "pandas.core.frame", "kinds": PAGE}, False),
        ({"by": "PIL.Image", "kinds": ["image/png"]}, True),
        ({"by": "", "kinds": PICTURE}, False),
        ({"by": "__main__", "kinds": PAGE, "numbers": [1.0, 2.0, 3.0]}, False),
        ({"by": "IPython.core.display", "kinds": PICTURE, "numbers": NUMBERS}, True),
        ({"by": "IPython.core.display", "kinds": ["image/png"], "dot": True}, True),
        ({"by": "matplotlib.figure", "kinds": ["image/png"], "numbers": [0.0, 1.0]}, False),
        ({"by": "matplotlib.figure", "kinds": ["image/png"], "numbers": [0.24, -0.49, 0.12]}, True),
        ({"by": "micrograd.draw.explorer", "kinds": ["text/plain"]}, False),
    ],
)
def test_a_picture_is_a_graph_if_somebody_drew_one(output, is_graph):
    sweep = trails.Sweep([0.236, 0.0, 0.777], [0, 0, 0], [-0.4858, 0.1234, 0.0], None, "")
    view = View({}, [output])
    assert graphs.graph_shown(view, [trails.Trail(None, [], sweeps=[sweep])]) is is_graph


# The formulas, against the engine


@given(seeds, st.integers(1, 5), st.booleans())
@settings(max_examples=50)
def test_the_reference_agrees_with_the_engine(seed, hidden, exact):
    generator = random.Random(seed)
    parameters = reference.random_network(generator, hidden)
    samples, labels = reference.random_samples(generator, 6)
    model = network(parameters, hidden)
    sigmoid = sigmoid_operation if exact else sigmoid_written
    outputs = [model(x) for x in samples]
    assert [out.data for out in outputs] == pytest.approx([reference.output(parameters, x) for x in samples])
    loss = sum((sigmoid(out) - label) ** 2 for out, label in zip(outputs, labels)) / len(labels)
    loss.backward()
    expected = reference.gradient(parameters, samples, labels, exact)
    assert [p.grad for p in model.parameters()] == pytest.approx(expected, rel=1e-9, abs=1e-12)


# Task 2


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("sigmoid", [sigmoid_written, sigmoid_operation, lambda out: 1 / (1 + (-out).exp())])
def test_any_right_sigmoid_is_right(seed, sigmoid):
    assert checks.share(look(2, seed, sigmoid=sigmoid, sigmoid_operation=sigmoid_operation)) == 1


@pytest.mark.parametrize(
    ("sigmoid", "hint"),
    [
        (lambda out: out.sigmoid().sigmoid(), "sigmoid-twice"),
        (lambda out: (-out).sigmoid(), "sigmoid-sign"),
        (lambda out: 1 / (1 + math.exp(-out.data)), "sigmoid-plain-number"),
        (lambda out: out.exp(), "sigmoid-outside"),
        (lambda out: out.tanh(), "sigmoid-tanh"),
        (lambda out: out * 1, "sigmoid-unchanged"),
        (lambda out: out.sigmoid() * (1 - out.sigmoid()), "sigmoid-derivative"),
        (lambda out: out.tanh() * 0.5 + 0.5, "sigmoid-value"),
        (lambda out: None, "returns-nothing"),
        (lambda out: "0.5x", "returns-no-number"),
        (lambda out: out / 0, "function-failed"),
        (lambda out, more: out, "function-failed"),
    ],
)
@pytest.mark.parametrize("seed", range(3))
def test_each_wrong_sigmoid_gets_its_hint(seed, sigmoid, hint):
    assert hints(look(2, seed, sigmoid=sigmoid, sigmoid_operation=sigmoid_operation)) == {hint}


def test_an_operation_that_the_graph_does_not_know_is_noticed():
    found = look(2, sigmoid=sigmoid_written, sigmoid_operation=sigmoid_written)
    assert hints(found) == {"operation-gradient"}


# Task 5


def number_of_numpy(number):
    return pytest.importorskip("numpy").float64(number)


@pytest.mark.parametrize(
    ("function", "hint"),
    [
        (binary, None),
        (lambda out: out.data > 0.5, None),
        (lambda out: number_of_numpy(out.data > 0.5), None),
        (lambda out: Value(1 if out.data > 0.5 else 0), None),
        (lambda number: int(number > 0.5) if isinstance(number, float) else 1 / 0, None),
        (lambda out: int(out.data > 0), "threshold-zero"),
        (lambda out: 1 if out.data > 0.5 else -1, "labels-minus-one"),
        (lambda out: int(out.data < 0.5), "binary-swapped"),
        (lambda out: int(out.data > 0.7), "binary-value"),
        (lambda out: None, "returns-nothing"),
    ],
)
@pytest.mark.parametrize("seed", range(3))
def test_binary(seed, function, hint):
    found = [finding for finding in look(5, seed, binary=function) if finding.name == "binary"]
    assert hints(found) == ({hint} if hint else set())


# Task 6


@given(st.integers(0, 10_000))
@settings(max_examples=40)
def test_moons_of_any_seed_are_moons_with_other_seeds(seed):
    assume(seed != 42)
    X, y = data.make_moons(100, noise=0.1, random_state=seed)
    assert hints(look(6, X=X, y=y)) == {"seeds-not-set"}


@given(seeds)
@settings(max_examples=40)
def test_random_points_are_no_moons(seed):
    generator = random.Random(seed)
    draw = (lambda: generator.uniform(-1, 2)) if seed % 2 else (lambda: generator.gauss(0, 1))
    y = generator.sample([0, 1] * 50, 100)
    assert hints(look(6, X=[[draw(), draw()] for _ in y], y=y)) == {"not-moons"}


def test_the_handouts_moons_in_any_form():
    datasets = pytest.importorskip(
        "sklearn.datasets", reason="scikit-learn is missing, ITS MOONS ARE NOT CHECKED"
    )
    pandas = pytest.importorskip("pandas")
    X, y = datasets.make_moons(100, noise=0.1, random_state=42)
    for samples, labels in ((X, y), (X.tolist(), y.tolist()), (pandas.DataFrame(X), pandas.Series(y))):
        assert checks.share(look(6, X=samples, y=labels)) == 1
    assert hints(look(6, X=X, y=1 - y)) == {"labels-swapped"}
    assert hints(look(6, X=X, y=2 * y - 1)) == {"labels-minus-one"}
    assert hints(look(6, X=X[:50], y=y[:50])) == {"moons-count"}
    assert hints(look(6, X=datasets.make_moons(100, noise=0.3, random_state=1)[0], y=y)) - {"not-moons"} <= {
        "moons-noise"
    }
    assert hints(look(6)) == {"no-moons"}


# Task 7


def losses(mistake: str):
    """A ``model_loss`` with one mistake, or none."""

    def model_loss(model, X, y):
        outputs = [sigmoid_operation(model(x)) for x in X]
        if mistake == "sigmoid-twice":
            outputs = [sigmoid_operation(out) for out in outputs]
        if mistake == "no-sigmoid-on-output":
            outputs = [model(x) for x in X]
        targets = [2 * label - 1 for label in y] if mistake == "labels-minus-one" else y
        power = 1 if mistake == "not-squared" else 2
        total = sum(abs(out - label) ** power for out, label in zip(outputs, targets))
        loss = total if mistake == "sum-for-mean" else total / len(y)
        loss = loss / 2 if mistake == "half-mean" else loss
        loss = loss**0.5 if mistake == "root" else loss
        loss = (
            loss.data
            if mistake == "loss-plain-number"
            else Value(loss.data)
            if mistake == "loss-cut-off"
            else loss
        )
        threshold = 0 if mistake in ("threshold-zero", "no-sigmoid-on-output") else 0.5
        right = sum(bool(out.data > threshold) == bool(label) for out, label in zip(outputs, y)) / len(y)
        right = 1 - right if mistake == "accuracy-errors" else right
        right = right * len(y) if mistake == "accuracy-count" else right
        if mistake == "model-loss-trains":
            model.parameters()[0].data += 0.1
        if mistake == "percent":
            return loss, 100 * right
        if mistake == "dictionary":
            return {"loss": loss, "accuracy": right}
        if mistake == "swapped":
            return right, loss
        return loss if mistake == "accuracy-missing" else (loss, right)

    return model_loss


@given(seeds, st.sampled_from(["", "percent", "dictionary", "swapped"]))
@settings(max_examples=40)
def test_a_right_model_loss_is_right_on_any_data(seed, style):
    assert checks.share(look(7, seed, model_loss=losses(style))) == 1


@given(
    seeds,
    st.sampled_from(
        [
            "sum-for-mean",
            "no-sigmoid-on-output",
            "labels-minus-one",
            "not-squared",
            "half-mean",
            "root",
            "loss-plain-number",
            "loss-cut-off",
            "threshold-zero",
            "accuracy-errors",
            "accuracy-count",
            "accuracy-missing",
            "model-loss-trains",
            "sigmoid-twice",
        ]
    ),
)
@settings(max_examples=120)
def test_each_mistake_in_model_loss_gets_its_hint_on_any_data(seed, mistake):
    assert hints(look(7, seed, model_loss=losses(mistake))) == {mistake}


# Looking changes nothing


@pytest.mark.parametrize("task", checks.NUMBERS)
def test_looking_leaves_the_random_generators_alone(task):
    random.seed(1)
    np = pytest.importorskip("numpy")
    np.random.seed(1)
    expected = random.Random(1).random(), np.random.RandomState(1).rand()
    look(task, model_loss=losses(""), sigmoid=sigmoid_written)
    assert (random.random(), np.random.rand()) == expected


# Reading notebooks


def test_tasks_are_found_by_their_headings():
    def cell(kind: str, source: str) -> dict:
        return {"cell_type": kind, "source": source, "metadata": {}}

    cells = [
        cell("code", "import random"),
        cell("markdown", "## **Tâche 1** : un perceptron\nLe biais."),
        cell("code", "a"),
        cell("markdown", "Une remarque."),
        cell("markdown", "# Task 2"),
        cell("code", ["b\n", "c"]),
        cell("markdown", "### tache 10"),
        cell("code", "d"),
        cell("markdown", "# Tâche 99"),
        cell("code", "e"),
        cell("raw", "f"),
    ]
    submitted = read(json.dumps({"cells": cells}).encode())
    assert [(c.source, c.task) for c in submitted.cells] == [
        ("import random", None), ("a", 1), ("b\nc", 2), ("d", 10), ("e", 10),
    ]  # fmt: skip
    assert submitted.answers[1] == "un perceptron\nLe biais.\n\nUne remarque."
    assert not submitted.scaffold


KEYS = (
    st.sampled_from(["cells", "source", "metadata", "cell_type", "nbgrader", "micrograd", "task", "id"])
    | st.text()
)
ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(KEYS, inner),
)


@given(ANY_JSON)
@settings(max_examples=50)
def test_any_json_is_read_or_refused(content):
    for notebook in (
        content,
        {"cells": content},
        {"cells": [content]},
        {"cells": [{"metadata": content, "source": content}]},
    ):
        try:
            read(json.dumps(notebook).encode())
        except UnreadableError:
            continue


def test_the_points_add_up_to_twenty():
    assert CHECKED_POINTS + WORDS_POINTS == 20
    assert [task.number for task in TASKS] == list(range(1, 11))
    assert moons.SAMPLES == 100
