"""The corpus of right ways and mistakes: each judged as it should be, in every task, three times over."""

from __future__ import annotations

import pytest

pytest.importorskip("sklearn.datasets", reason="scikit-learn is missing, THE CHECKS ARE NOT TESTED")
pytest.importorskip("nbformat", reason="nbformat is missing, THE CHECKS ARE NOT TESTED")

from checked_notebook import WHOLE_CORPUS, hints, is_right, scaffold, verdicts
from corpus_of_notebooks import MISTAKES, RIGHT

from micrograd.lab import checks


def told(found):
    return {task: [(f.name, f.state, f.hint) for f in findings] for task, findings in found.items()}


#: Strangers' right ways are judged every day; of our own every third one, and all of them by ``make corpus``.
_EVERY_DAY = list(RIGHT)[:: 1 if WHOLE_CORPUS else 3]


@pytest.mark.parametrize("name", _EVERY_DAY)
def test_right_work_is_right_in_every_task(name):
    found = verdicts(scaffold(RIGHT[name]))
    assert {task: hints(findings) for task, findings in found.items() if not is_right(findings)} == {}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_gets_its_hint_and_the_other_tasks_keep_their_check_marks(name):
    cells, task, hint, waiting = MISTAKES[name]
    found = verdicts(scaffold(cells))
    assert hint in hints(found[task])
    assert len(hints(found[task])) == 1, hints(found[task])
    wrong = {other for other in checks.NUMBERS if not is_right(found[other])}
    assert task in wrong
    assert wrong - {task} <= set(waiting)


@pytest.mark.parametrize("name", ["before the sigmoid", "sum", "no reset in task 5", "p.grad printed"])
def test_another_run_comes_to_the_same_verdict(name):
    first, *others = (told(verdicts(scaffold(MISTAKES[name][0]))) for _ in range(3))
    assert others == [first, first]


def test_there_are_enough_of_them():
    assert len(RIGHT) >= 60
    assert len(MISTAKES) >= 60
