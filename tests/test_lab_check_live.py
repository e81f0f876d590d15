"""A notebook run cell by cell, with checks in between: the same verdicts as on the saved file."""

from __future__ import annotations

import json

import notebooks_by_strangers as strangers
import pytest

pytest.importorskip("sklearn.datasets", reason="scikit-learn is missing, THE CHECKS ARE NOT TESTED")
pytest.importorskip("IPython", reason="IPython is missing, THE LIVE KERNEL IS NOT TESTED")

from checked_notebook import WHOLE_CORPUS, hints, is_right, own, scaffold, verdicts
from corpus_of_notebooks import MISTAKES, RIGHT
from notebooks_from_nothing import ANNE, JULIE, LEA, TOM, changed

from micrograd.lab.checks import NUMBERS, listening, recording
from micrograd.lab.checks.submitted import read
from micrograd.lab.student import in_notebook

_SAME = [
    "no graph", "nothing printed", "sigmoid sign", "p.grad printed", "no reset in task 5", "before the sigmoid",
    "no graph of small", "no update", "task 10 undone", "negative rate",
]  # fmt: skip


class Kernel:
    """An IPython shell, watched as a notebook's kernel is."""

    def __init__(self):
        from IPython.core.interactiveshell import InteractiveShell

        InteractiveShell.clear_instance()
        self.shell = InteractiveShell.instance()  # the one to which `display` speaks
        self.shell.history_manager.enabled = False
        self.shell.history_manager.outputs.clear()  # all shells of a process share what is remembered
        self.shell.user_ns["check"] = lambda task: None
        self.live = in_notebook.LiveNotebook(self.shell)

    def run(self, source, name=None):
        listening.activate(self.live._recorder)  # judging the file in this process has listened in between
        self.shell.run_cell(source, store_history=True, silent=False, cell_id=name)

    def check(self, task):
        self.run(f"check({task})")
        return self.live.check(task)


@pytest.fixture
def kernel(monkeypatch):
    import matplotlib

    matplotlib.use("Agg")
    made = Kernel()
    yield made
    made.shell.events.unregister("pre_run_cell", made.live._begin)
    made.shell.events.unregister("post_run_cell", made.live._end)
    listening.activate(recording.Recorder({}))
    type(made.shell).clear_instance()


def told(findings):
    return is_right(findings), hints(findings)


def scaffold_cells(content):
    cells = [cell for cell in json.loads(content)["cells"] if cell["cell_type"] == "code"]
    return [(cell["id"], "".join(cell["source"])) for cell in cells if not cell["id"].endswith("-check")]


def in_turn(kernel, cells):
    """Run cells of the scaffold in order; check each task after its last cell, and all of them again at the end."""
    tasks = {name: int(name.split("-")[1]) for name, _ in cells if name.startswith("task-")}
    last = {task: name for name, task in tasks.items()}
    found = {}
    for name, source in cells:
        kernel.run(source, name)
        if name in tasks and last[tasks[name]] == name:
            found[tasks[name]] = told(kernel.check(tasks[name]))
    return found


@pytest.mark.parametrize("name", MISTAKES if WHOLE_CORPUS else _SAME)
def test_a_mistake_is_told_in_the_kernel_as_in_the_file(kernel, name, capsys):
    content = scaffold(MISTAKES[name][0])
    expected = {task: told(findings) for task, findings in verdicts(content).items()}
    found = in_turn(kernel, scaffold_cells(content))
    assert {task: found[task] for task in NUMBERS} == expected


@pytest.mark.parametrize(
    "name",
    RIGHT
    if WHOLE_CORPUS
    else ["error used again", "single samples", "an optimizer for training", "compiled"],
)
def test_right_work_stays_right_when_cells_run_again_and_out_of_order(kernel, name, capsys):
    cells = scaffold_cells(scaffold(RIGHT[name]))
    assert in_turn(kernel, cells) == dict.fromkeys(NUMBERS, (True, set()))
    sources = dict(cells)
    for again in (
        "task-7-model-loss",
        "task-2-sigmoid",
        "task-9-run",
        "task-5-binary",
        "task-9-run",
        "task-6-moons",
    ):
        kernel.run(sources[again], again)
    assert {task: told(kernel.check(task)) for task in reversed(NUMBERS)} == dict.fromkeys(
        NUMBERS, (True, set())
    )


def test_a_mistake_that_was_mended_is_right_and_one_that_was_made_is_wrong(kernel, capsys):
    cells = scaffold_cells(scaffold(MISTAKES["sum"][0]))
    good = dict(scaffold_cells(scaffold({})))
    bad = dict(cells)["task-7-model-loss"]
    assert in_turn(kernel, cells)[7] == (False, {"sum-for-mean"})
    kernel.run(good["task-7-model-loss"], "task-7-model-loss")
    assert told(kernel.check(7)) == (True, set())
    kernel.run(bad, "task-7-model-loss")
    assert told(kernel.check(7)) == (False, {"sum-for-mean"})


_OWN = [JULIE, LEA, ANNE, TOM, changed(JULIE, ("    petit.zero_grad()\n", "")), strangers.right("objects"),
        strangers.right("merged tasks"), strangers.mistaken("a new model at each step")]  # fmt: skip
if WHOLE_CORPUS:
    _OWN += [strangers.right(name) for name in strangers.RIGHT]
    _OWN += [strangers.mistaken(name) for name in strangers.MISTAKES]


@pytest.mark.parametrize("cells", _OWN)
def test_a_notebook_of_ones_own_gets_the_same_verdict(kernel, cells, capsys):
    content = own(*cells)
    submitted = read(content)
    expected = {task: told(findings) for task, findings in verdicts(content).items()}
    last = {task: index for index, cell in enumerate(submitted.cells) for task in cell.tasks}
    found = {}
    for index, cell in enumerate(submitted.cells):
        kernel.run(cell.source.replace("%matplotlib inline\n", ""))  # what this shell is not
        for task in sorted(cell.tasks):
            if last[task] == index:
                found[task] = told(kernel.check(task))
    assert found == expected


def test_jupyters_own_kernel_is_seen_to_show_a_graph_or_none():
    nbclient = pytest.importorskip("nbclient", reason="nbclient is missing, JUPYTER'S KERNEL IS NOT TESTED")
    from nbformat.v4 import new_code_cell, new_notebook

    undrawn = {"task-3-graph": "from micrograd.draw import draw_dot\nprint(error)"}
    cells = [new_code_cell("from micrograd.lab.check import check")]
    for name, source in scaffold_cells(scaffold(undrawn)):
        if name == "seeds" or name.startswith(("task-1-", "task-2-", "task-3-")):
            cells.append(new_code_cell(source, id=name))
    more = ["check(3, 'en')", "draw_dot(error)", "check(3, 'en')"]
    notebook = new_notebook(cells=[*cells, *map(new_code_cell, more)])
    nbclient.NotebookClient(notebook, timeout=60).execute()
    first, second = ("".join(o["text"] for o in notebook.cells[place].outputs) for place in (-3, -1))
    assert "no graph is shown in this task" in first
    assert second.startswith("✓")
