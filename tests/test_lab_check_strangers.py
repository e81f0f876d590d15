"""Work by people who have not read the checks, and in unusual manners: right, or one mistake that is named once."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

pytest.importorskip("sklearn.datasets", reason="scikit-learn is missing, THE CHECKS ARE NOT TESTED")
pytest.importorskip("pandas", reason="pandas is missing, NOTEBOOKS WITH FRAMES ARE NOT TESTED")

import notebooks_by_strangers as strangers
import notebooks_in_manners as manners
import scaffolds_by_strangers as scaffolds
from checked_notebook import WHOLE_CORPUS, hints, is_right, own, scaffold, verdicts

from micrograd.lab.checks import NUMBERS
from micrograd.lab.checks.submitted import read

_WAITING = {"after-task"}
#: A Python engine of a student's own takes seconds: one of those notebooks is enough for every day.
_LONG = {"an engine with a sigmoid", "a derivative without its 2", "three neurons for two"}


def _chosen(names: Iterable[str]) -> list[str]:
    return [name for name in names if WHOLE_CORPUS or name not in _LONG]


def _every_other(names: Iterable[str]) -> list[str]:
    """Of mistakes, each of which our own corpus makes every day too."""
    return list(names)[:: 1 if WHOLE_CORPUS else 2]


def _notebook(name: str) -> bytes:
    for notebooks in (strangers, manners):
        if name in notebooks.RIGHT:
            return own(*notebooks.right(name))
        if name in notebooks.MISTAKES:
            return own(*notebooks.mistaken(name))
    cells = scaffolds.RIGHT[name] if name in scaffolds.RIGHT else scaffolds.MISTAKES[name][0]
    return scaffold(scaffolds.sources(cells))


def _wrong(found):
    return {task: hints(findings) for task, findings in found.items() if not is_right(findings)}


_AGAIN = (
    [name for kind in (strangers, manners, scaffolds) for name in (*kind.RIGHT, *kind.MISTAKES)]
    if WHOLE_CORPUS
    else ["a new model at each step", "below zero", "7 uses global model"]
)


@pytest.mark.parametrize("name", _AGAIN)
def test_another_run_comes_to_the_same_verdict(name):
    content = _notebook(name)
    first, *others = (verdicts(content) for _ in range(3))
    assert others == [first, first]


@pytest.mark.parametrize("name", _chosen([*strangers.RIGHT, *manners.RIGHT]))
def test_right_work_is_right_in_every_task(name):
    content = _notebook(name)
    assert read(content).recognised == tuple(NUMBERS)
    assert _wrong(verdicts(content)) == {}


@pytest.mark.parametrize("name", scaffolds.RIGHT)
def test_right_cells_of_the_scaffold_are_right_in_every_task(name):
    assert _wrong(verdicts(_notebook(name))) == {}


@pytest.mark.parametrize("name", _every_other(_chosen([*strangers.MISTAKES, *manners.MISTAKES])))
def test_a_mistake_is_named_once(name):
    _, _, task, hint, repeated = {**strangers.MISTAKES, **manners.MISTAKES}[name]
    wrong = _wrong(verdicts(_notebook(name)))
    assert wrong.pop(task) == {hint}
    assert set(wrong) <= set(repeated) | {number for number, said in wrong.items() if said <= _WAITING}


@pytest.mark.parametrize("name", _every_other(scaffolds.MISTAKES))
def test_a_mistake_in_the_scaffold_is_named_once_and_what_stands_on_it_waits(name):
    _, task, hint, waiting = scaffolds.MISTAKES[name]
    wrong = _wrong(verdicts(_notebook(name)))
    assert wrong.pop(task) == {hint}
    assert wrong == dict.fromkeys(waiting, _WAITING)


def test_a_sigmoid_that_cannot_be_called_is_nobodys_mistake():
    found = verdicts(_notebook("a sigmoid without arguments, on a global variable"))
    assert [(f.state, f.hint) for f in found[2]] == [("unseen", "sigmoid-unseen")]


def test_there_are_enough_of_them():
    names = [name for kind in (strangers, manners, scaffolds) for name in (*kind.RIGHT, *kind.MISTAKES)]
    assert len(names) == len(set(names))
    assert len(strangers.RIGHT) + len(scaffolds.RIGHT) >= 60
    assert len(strangers.MISTAKES) + len(scaffolds.MISTAKES) >= 60
    tasks = [task for _, _, task, *_ in strangers.MISTAKES.values()]
    tasks += [task for _, task, *_ in scaffolds.MISTAKES.values()]
    assert min(tasks.count(task) for task in NUMBERS) >= 5
