"""Whole notebooks of a student's own, as the handout asks: right ones, and the same ones with one mistake."""

from __future__ import annotations

import sys

import pytest

pytest.importorskip("sklearn.datasets", reason="scikit-learn is missing, THE CHECKS ARE NOT TESTED")
pytest.importorskip("pandas", reason="pandas is missing, NOTEBOOKS WITH FRAMES ARE NOT TESTED")

from checked_notebook import WHOLE_CORPUS, hints, is_right, own, verdicts
from notebooks_from_nothing import ANNE, BESIDE_MODULE, MISTAKES, RIGHT, changed

from micrograd.lab.checks import NUMBERS
from micrograd.lab.checks.submitted import read


@pytest.fixture(autouse=True)
def beside(tmp_path, monkeypatch):
    (tmp_path / "outils.py").write_text(BESIDE_MODULE)
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "outils", raising=False)
    yield
    sys.modules.pop("outils", None)


def wrong(found):
    return {task: hints(findings) for task, findings in found.items() if not is_right(findings)}


#: An engine in Python of the student's own takes seconds; test_lab_check_strangers.py has another every day.
_EVERY_DAY = [name for name in RIGHT if WHOLE_CORPUS or name != "yanis"]


@pytest.mark.parametrize("name", _EVERY_DAY)
def test_right_work_from_nothing_is_right_in_every_task(name):
    assert read(own(*RIGHT[name])).recognised == tuple(NUMBERS)
    assert wrong(verdicts(own(*RIGHT[name]))) == {}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_in_such_a_notebook_is_named_once(name):
    cells, task, hint, waiting = MISTAKES[name]
    found = wrong(verdicts(own(*cells)))
    assert found.get(task) == {hint}
    assert set(found) - {task} <= set(waiting)


@pytest.mark.parametrize("seed", range(60 if WHOLE_CORPUS else 3))
def test_a_right_training_is_right_from_any_weights(seed):
    again = ("sixteen = MLP", f"random.seed({seed + 99})\nsixteen = MLP")
    cells = changed(ANNE, ("two = MLP", f"random.seed({seed})\ntwo = MLP"), again)
    assert wrong(verdicts(own(*cells))) == {}


@pytest.mark.slow
@pytest.mark.parametrize(
    "name", ["paul, fifty points", None, *(["tom, no training"] if WHOLE_CORPUS else [])]
)
def test_behind_the_walls_the_verdict_is_the_same(name):
    from micrograd.lab.sandbox.confined import run_confined
    from micrograd.lab.sandbox.isolation import Isolation

    cells = MISTAKES[name][0] if name else RIGHT["paul"]
    content = own(*cells)
    submitted = read(content)
    files = {"outils.py": BESIDE_MODULE.encode()}
    run = run_confined(submitted.cells, Isolation("limits"), "fr", files=files, words=submitted.answers)
    assert run.end == "finished"
    assert (
        wrong(run.findings)
        == wrong(verdicts(content))
        == ({MISTAKES[name][1]: {MISTAKES[name][2]}} if name else {})
    )


def test_grade_says_which_tasks_it_recognised(monkeypatch):
    from micrograd.lab.grading import grade_one, words
    from micrograd.lab.grading.handed_in import HandedIn
    from micrograd.lab.sandbox import confined
    from micrograd.lab.sandbox.isolation import Isolation
    from micrograd.lab.sandbox.limits import Limits

    def nothing_ran(cells, *_, **__):
        return confined.ConfinedRun(outputs=[[] for _ in cells])

    def notes(*cells):
        graded = grade_one.grade(HandedIn("ada", own(*cells)), "fr", Limits(), Isolation("limits"))
        return [(key, values) for key, values in graded["notes"] if key == "unrecognised"]

    monkeypatch.setattr(confined, "run_confined", nothing_ran)
    assert notes(*RIGHT["paul"]) == []
    [note] = notes("# T1\nx = 1", ("md", "### Tâches 2 et 3"), "y = 2", "# Task 5\nz = 3")
    assert words.note_text(note, "fr") == (
        "tâches reconnues\N{NO-BREAK SPACE}: 1–3, 5\N{NO-BREAK SPACE}; sans titre\N{NO-BREAK SPACE}: 4, 6–10"
    )
    assert words.note_text(note, "en") == "recognised tasks: 1–3, 5; without a title: 4, 6–10"
    [(_, values)] = notes("print('no title at all')")
    assert values == {"found": "–", "missing": "1–10"}
