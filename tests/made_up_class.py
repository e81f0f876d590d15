"""A class of made-up students, for the tests of the course kit: right in several styles, wrong in each likely way."""

from __future__ import annotations

import json
from collections.abc import Mapping

import nbformat
from checked_notebook import SLOW
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from micrograd.lab.content import assignment

ANSWERS = {
    "task-1-answer": "Le dernier paramètre est le biais.",
    "task-4-answer": "Dérivée locale fois gradient reçu, de proche en proche.",
    "task-8-answer": "Un neurone éteint ne reçoit aucun gradient.",
}

_MODEL_LOSS = """\
def model_loss(model, X, y):
    total, right = 0, 0
    for sample, label in zip(X, y):
        output = sigmoid(model(sample))
        total = total + (label - output) ** 2
        right += binary(output) == label
    return total / len(y), right / len(y)
"""
_TRAIN = """\
def train(model, X, y, steps):
    for k in range(steps):
        loss, accuracy = model_loss(model, X, y)
        print(f"[step {k}] loss {loss.data}, accuracy {accuracy}")
        model.zero_grad()
        loss.backward()
        rate = 1.0 - 0.9 * k / 100
        for p in model.parameters():
            p.data = p.data - rate * p.grad
"""
_RUNS = {
    "task-9-run": "model = MLP(2, [2, 1])\ntrain(model, X, y, 10)",
    "task-10-run": "big = MLP(2, [16, 1])\ntrain(big, X, y, 100)",
}
_NO_CURVES = {"task-10-curves": "...", "task-10-boundary": "decision_boundary(big, X, y)\nplt.show()"}
#: The data of scikit-learn, which takes longer to import than most notebooks take to run.
LIGHT_MOONS = {
    "task-6-moons": """\
from micrograd.data import make_moons
random.seed(42)
X, y = make_moons(n_samples=100, noise=0.1, random_state=42)
"""
}

#: Loops instead of comprehensions, (y - o)**2, accuracy in percent, the model's own names.
LOOPS: dict[str, str] = {
    "task-2-operation": "def sigmoid_operation(out):\n    return 1 / (1 + (-out).exp())",
    "task-3-error": """\
x = [0.888, 0.777]
target = [1]
output = sigmoid(perceptron(x))
error = (target[0] - output) ** 2
error.backward()
""",
    "task-3-graph": "from micrograd.draw import draw_dot\ndisplay(draw_dot(error))",
    "task-4-by-hand": "d = 2 * (output.data - 1)\nprint(round(d * 0.888, 4), round(d * 0.777, 4), round(d, 4))",
    "task-4-exact": "...",
    "task-5-binary": "def binary(out):\n    return int(out.data > 0.5)",
    "task-5-update": """\
while not binary(sigmoid(perceptron(x))):
    perceptron.zero_grad()
    ((sigmoid(perceptron(x)) - 1) ** 2).backward()
    for p in perceptron.parameters():
        p.data += -0.05 * p.grad
""",
    "task-7-model-loss": _MODEL_LOSS.replace("right / len(y)", "100 * right / len(y)"),
    "task-7-try": "model_loss(perceptron, X, y)",
    "task-9-train": _TRAIN,
    **_RUNS,
    **_NO_CURVES,
}

#: The sigmoid as an operation everywhere, NumPy where it works, results as lists.
OPERATIONS: dict[str, str] = {
    "task-1-perceptron": "from micrograd.nn import MLP\nperceptron = MLP(nin=2, nouts=[1])",
    "task-2-sigmoid": "def sigmoid(out):\n    return out.sigmoid()",
    "task-3-error": """\
x = np.array([0.888, 0.777])
target = 1
output = sigmoid(perceptron(x))
error = (output - target) ** 2
error.backward()
""",
    "task-4-by-hand": """\
o = output.data
by_hand = [2 * (o - 1) * o * (1 - o) * value for value in (0.888, 0.777, 1)]
""",
    "task-4-exact": "...",
    "task-3-graph": "from micrograd.draw import draw_dot\ndraw_dot(error)",
    "task-5-binary": "binary = lambda out: np.where(out.data > 0.5, 1, 0)",
    "task-5-update": """\
for step in range(60):
    loss = (sigmoid(perceptron(x)) - target) ** 2
    perceptron.zero_grad()
    loss.backward()
    for p in perceptron.parameters():
        p.data -= 0.5 * p.grad
""",
    "task-7-model-loss": """\
def model_loss(model, X, y):
    outputs = [sigmoid(model(list(map(float, sample)))) for sample in X]
    loss = sum((o - float(t)) ** 2 for o, t in zip(outputs, y)) * (1 / len(outputs))
    return [loss, np.mean([binary(o) == t for o, t in zip(outputs, y)])]
""",
    "task-8-graph": "small_loss = (sigmoid(small(X[0])) - y[0]) ** 2\nsmall_loss.backward()\ndraw_dot(small_loss)",
    "task-8-size": "...",
    "task-9-train": _TRAIN.replace("1.0 - 0.9 * k / 100", "1.0 - 0.9 * k / max(steps, 1)"),
    **_RUNS,
    **_NO_CURVES,
}

#: One for each of the ten likely mistakes: the cells that differ from ``LOOPS``, and the hint it has to get.
MISTAKES: dict[str, tuple[dict[str, str], int, str]] = {
    "gradients-not-reset": (
        {"task-9-train": _TRAIN.replace("        model.zero_grad()\n", "")}, 9, "gradients-not-reset"),
    "sigmoid-twice": (
        {"task-7-model-loss": _MODEL_LOSS.replace("sigmoid(model(sample))", "sigmoid(sigmoid(model(sample)))")},
        7,
        "sigmoid-twice",
    ),
    "sum-for-mean": ({"task-7-model-loss": _MODEL_LOSS.replace("total / len(y)", "total")}, 7, "sum-for-mean"),
    "labels-minus-one": (
        {"task-6-moons": "np.random.seed(42)\nrandom.seed(42)\nfrom sklearn.datasets import make_moons\n"
         "X, y = make_moons(100, noise=0.1)\ny = 2 * y - 1"},
        6,
        "labels-minus-one",
    ),
    "rate-constant": ({"task-9-train": _TRAIN.replace("1.0 - 0.9 * k / 100", "1.0")}, 9, "rate-constant"),
    "accuracy-before-sigmoid": (
        {"task-7-model-loss": _MODEL_LOSS.replace(
            "        output = ", "        right += (model(sample).data > 0.5) == label\n        output = ").replace(
            "        right += binary(output) == label\n", "")},
        7,
        "accuracy-before-sigmoid",
    ),
    "threshold-zero": ({"task-5-binary": "def binary(out):\n    return int(out.data > 0)"}, 5, "threshold-zero"),
    "seeds-not-set": (
        {"seeds": "import random\nimport numpy as np",
         "task-6-moons": "from sklearn.datasets import make_moons\nX, y = make_moons(100, noise=0.1)"},
        6,
        "seeds-not-set",
    ),
    "wrong-sign": ({"task-9-train": _TRAIN.replace("p.data - rate", "p.data + rate")}, 9, "wrong-sign"),
    "model-loss-trains": (
        {"task-7-model-loss": _MODEL_LOSS.replace(
            "    return", "    loss = total / len(y)\n    loss.backward()\n    for p in model.parameters():\n"
            "        p.data -= 0.1 * p.grad\n    return")},
        7,
        "model-loss-trains",
    ),
    "not-moons": (
        {"task-6-moons": "np.random.seed(42)\nrandom.seed(42)\nX = np.random.rand(100, 2)\n"
         "y = (X[:, 0] > X[:, 1]).astype(int)"},
        6,
        "not-moons",
    ),
}  # fmt: skip


def notebook(
    cells: Mapping[str, str] | None = None, lang: str = "fr", answered: bool = True, light: bool = True
) -> bytes:
    """The scaffold filled in: the solved lab's cells, but for those given by ID.

    If these are given, a ``light`` one is without the cells that only draw, and without scikit-learn: it takes a
    quarter of the time.
    """
    filled = assignment.teacher(lang)
    if cells and light:
        cells = {**LIGHT_MOONS, **cells}
        filled.cells = [cell for cell in filled.cells if not cell.id.startswith(SLOW)]
    for cell in filled.cells:
        if cells and cell.id in cells:
            cell.source = cells[cell.id]
        elif cell.id in ANSWERS:
            cell.source = ANSWERS[cell.id] if answered else assignment.ANSWER_STUB[assignment.choose(lang)]
    return nbformat.writes(filled).encode()


def mistaken(name: str, light: bool = True) -> bytes:
    """A notebook that is right but for one mistake."""
    return notebook({**LOOPS, **MISTAKES[name][0]}, light=light)


def empty(lang: str = "fr") -> bytes:
    """The scaffold as it is handed out."""
    return nbformat.writes(assignment.student(lang)).encode()


def from_scratch(light: bool = True) -> bytes:
    """A notebook of the student's own, as the handout asks for: no cell of ours, only headings; no ``train``."""
    cells = [new_code_cell("import random\nimport numpy as np\nnp.random.seed(42)\nrandom.seed(42)")]
    solved = {
        cell.id: cell.source for cell in nbformat.reads(notebook(LOOPS, light=light), as_version=4).cells
    }
    for task in range(1, 11):
        cells.append(new_markdown_cell(f"# Tâche {task}"))
        for name, source in solved.items():
            if (
                name.startswith(f"task-{task}-")
                and "check" not in name
                and name not in ("task-9-train", *_RUNS)
            ):
                is_code = name not in ANSWERS and not name.endswith(("statement", "question"))
                if is_code or name in ANSWERS:
                    cells.append((new_code_cell if is_code else new_markdown_cell)(source))
        for name, steps, model in (("task-9-run", 10, "[2, 1]"), ("task-10-run", 100, "[16, 1]")):
            if name.startswith(f"task-{task}-"):
                loop = _TRAIN.partition("\n")[2].replace("\n    ", "\n").removeprefix("    ")
                source = f"steps = {steps}\nbig = model = MLP(2, {model})\n{loop}"
                cells.insert(-1 if task == 10 else len(cells), new_code_cell(source))
    for cell in cells:
        cell.pop("id")
    return json.dumps({**new_notebook(), "nbformat_minor": 4, "cells": cells}).encode()


def hostile(source: str, after: str = "task-5-update", light: bool = True) -> bytes:
    """A right notebook with one more cell, after the cell of that ID."""
    filled = nbformat.reads(notebook(LOOPS, light=light), as_version=4)
    position = next(index for index, cell in enumerate(filled.cells) if cell.id == after)
    filled.cells.insert(position + 1, new_code_cell(source))
    return nbformat.writes(filled).encode()
