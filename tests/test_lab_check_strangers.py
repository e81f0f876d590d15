"""Notebooks by people who have not read the checks: right in every task, and one mistake named once."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

pytest.importorskip("sklearn.datasets", reason="scikit-learn is missing, THE CHECKS ARE NOT TESTED")
pytest.importorskip("pandas", reason="pandas is missing, NOTEBOOKS WITH FRAMES ARE NOT TESTED")

import notebooks_by_strangers as strangers
from checked_notebook import WHOLE_CORPUS, hints, is_right, own, verdicts

from micrograd.lab.checks import NUMBERS
from micrograd.lab.checks.submitted import read

_WAITING = {"after-task"}
#: A Python engine of a student's own takes seconds: one of those notebooks is enough for every day.
_LONG = {"an engine with a sigmoid", "a derivative without its 2", "three neurons for two"}


def _chosen(names: Iterable[str]) -> list[str]:
    return [name for name in names if WHOLE_CORPUS or name not in _LONG]


_AGAIN = (
    [*strangers.RIGHT, *strangers.MISTAKES]
    if WHOLE_CORPUS
    else ["frames", "a new model at each step", "below zero"]
)


@pytest.mark.parametrize("name", _AGAIN)
def test_another_run_comes_to_the_same_verdict(name):
    if name in strangers.RIGHT:
        content = own(*strangers.right(name))
    else:
        content = own(*strangers.mistaken(name))
    first, *others = (verdicts(content) for _ in range(3))
    assert others == [first, first]


@pytest.mark.parametrize("name", _chosen(strangers.RIGHT))
def test_right_work_is_right_in_every_task(name):
    content = own(*strangers.right(name))
    assert read(content).recognised == tuple(NUMBERS)
    found = verdicts(content)
    assert {task: hints(findings) for task, findings in found.items() if not is_right(findings)} == {}


@pytest.mark.parametrize("name", _chosen(strangers.MISTAKES))
def test_a_mistake_is_named_once(name):
    _, _, task, hint, repeated = strangers.MISTAKES[name]
    found = verdicts(own(*strangers.mistaken(name)))
    wrong = {number: hints(findings) for number, findings in found.items() if not is_right(findings)}
    assert wrong.pop(task) == {hint}
    assert set(wrong) <= set(repeated) | {number for number, said in wrong.items() if said <= _WAITING}


def test_there_are_enough_of_them():
    assert len(strangers.RIGHT) >= 40
    assert len(strangers.MISTAKES) >= 40
