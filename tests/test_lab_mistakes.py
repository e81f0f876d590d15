"""The table of mistakes: each is met by a notebook, belongs to its tasks, and shows as a number of its own."""

from __future__ import annotations

import random
from itertools import combinations

import pytest

pytest.importorskip("nbformat", reason="nbformat is missing, THE CHECKS ARE NOT TESTED")

import corpus_of_notebooks as corpus
import notebooks_by_strangers as strangers
import notebooks_from_nothing as nothing
import notebooks_in_manners as manners
import scaffolds_by_strangers as scaffolds

from micrograd.lab import checks
from micrograd.lab.checks.mistakes import MISTAKES, shown_in
from micrograd.lab.checks.settling import NEEDS

_MET = [(task, hint) for _, task, hint, _ in (*corpus.MISTAKES.values(), *nothing.MISTAKES.values())]
_MET += [(task, hint) for _, task, hint, _ in scaffolds.MISTAKES.values()]
_MET += [(task, hint) for kind in (strangers, manners) for _, _, task, hint, _ in kind.MISTAKES.values()]
#: What no cells bring about by themselves, with the tests that do.
_ELSEWHERE = {
    "tampered": "test_lab_checks", "not-observable": "test_lab_checks", "not-run": "test_lab_sandbox",
    "too-slow": "test_lab_sandbox", "from-package": "test_lab_borrowing", "after-task": "test_lab_check_strangers",
    "by-hand-unseen": "test_lab_checks", "rate-not-handout": "test_lab_checks",
    "sigmoid-unseen": "test_lab_check_strangers",
}  # fmt: skip


def test_every_mistake_is_met_by_a_notebook():
    assert set(MISTAKES) - {hint for _, hint in _MET} - set(_ELSEWHERE) == set()


def test_a_mistake_is_met_in_its_tasks_only():
    assert [(task, hint) for task, hint in _MET if task not in MISTAKES[hint].tasks] == []


def test_each_hint_has_both_languages():
    assert all(mistake.fr and mistake.en and mistake.fr != mistake.en for mistake in MISTAKES.values())


def test_tasks_stand_on_earlier_ones_only():
    assert all(max(NEEDS[task], default=0) < task for task in checks.NUMBERS)


@pytest.mark.parametrize("seed", range(20))
def test_no_two_mistakes_give_the_same_on_what_is_drawn(seed):
    from micrograd.lab.checks.losses import accuracies, losses, written_as
    from micrograd.lab.checks.reference import output, sigmoid

    asked = checks.questions(7, random.Random(seed))
    z = [output(asked["parameters"], x) for x in asked["X"]]
    given = losses(z, asked["y"])
    assert len(given) > 20
    assert all(abs(a - b) >= 1e-3 for (_, a), (_, b) in combinations(given, 2))
    # A count of nine may not be taken for nine percent.
    written = [written_as(name, share) for name, share in accuracies(z, asked["y"])]
    assert len(written) == 8
    for one, other in combinations(written, 2):
        assert all(abs(a - b) > off + off_too for a, off in one for b, off_too in other)
    inputs = checks.questions(2, random.Random(seed))["inputs"]
    given = [
        tuple(gives(x) for x in inputs) for gives in (sigmoid, *(gives for _, gives in shown_in("sigmoid")))
    ]
    for one, other in combinations(given, 2):
        assert max(abs(a - b) for a, b in zip(one, other)) > 1e-3
