"""Answers taken out of the installed package are marked as such."""

from __future__ import annotations

# ruff: noqa: E501
import pytest

pytest.importorskip("IPython", reason="IPython is missing, BORROWED ANSWERS ARE NOT TESTED")

from checked_notebook import scaffold
from corpus_of_notebooks import RIGHT

from micrograd.lab import checks
from micrograd.lab.checks.submitted import read
from micrograd.lab.sandbox.borrowing import says_so
from micrograd.lab.sandbox.confined import run_confined
from micrograd.lab.sandbox.isolation import Isolation

BORROWED = [
    "from micrograd.lab.content import cells",
    "import micrograd.lab.solved.run as r",
    "from micrograd import nn, lab",
    "open(micrograd.__path__[0] + '/x'); 'micrograd/lab/content/cells.py'",
    "!micrograd lab run --out solved",
]


@pytest.mark.parametrize("source", BORROWED)
def test_code_that_names_the_labs_rooms_is_noticed(source):
    assert says_so(source)


@pytest.mark.parametrize(
    "source",
    [
        "from micrograd.lab.check import check; check(3)",
        "from micrograd.lab import check",
        "import micrograd\nfrom micrograd import nn, optim",
        "# see micrograd.lab.content\nx = 1",
        "label = 'micrograd labels'",
    ],
)
def test_the_check_line_and_the_library_are_nobodys_answers(source):
    assert not says_so(source)


@pytest.mark.slow
@pytest.mark.parametrize(
    "taken",
    [
        "import importlib\ncells = importlib.import_module('micro' + 'grad.lab.con' + 'tent.cells')\n",
        "import micrograd, os\nplace = os.path.join(os.path.dirname(micrograd.__file__), 'l' + 'ab', 'content', 'cells.py')\ntext = open(place).read()\n",
    ],
)
def test_a_task_whose_answer_was_taken_from_the_package_is_marked_and_no_other(taken):
    cells = RIGHT["a loop in the cell"]
    loss = "def model_loss(model, X, y):\n    o = [sigmoid_operation(model(x)) for x in X]\n    right = sum(binary(a) == b for a, b in zip(o, y))\n    return sum((a - b) ** 2 for a, b in zip(o, y)) / len(y), right / len(y)"
    submitted = read(scaffold({**cells, "task-7-model-loss": taken + loss}))
    run = run_confined(submitted.cells, Isolation("limits"), "en", words=submitted.answers)
    assert [finding.hint for finding in run.findings[7]] == ["from-package"]
    assert ("imports", {"what": "micrograd.lab"}) in run.notes
    others = [task for task in checks.NUMBERS if task != 7]
    assert all(f.hint != "from-package" for task in others for f in run.findings[task])
    assert checks.points(7, run.findings[7]) == 0
