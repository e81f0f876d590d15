"""The lab as an assignment of the real nbgrader: its own commands, on our notebook."""

from __future__ import annotations

import copy
import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from made_up_class import LOOPS, empty, mistaken, notebook

from micrograd import cli
from micrograd.lab.content import assignment
from micrograd.lab.content.names import ASSIGNMENT, FILE_NAME
from micrograd.lab.content.tasks import CHECKED_POINTS, TASKS, WORDS_POINTS

pytestmark = [
    pytest.mark.slow,
    # Not imported here, which takes most of a second: all processes look at all files before the first test.
    pytest.mark.skipif(
        not importlib.util.find_spec("nbgrader"),
        reason="nbgrader is missing, OUR NOTEBOOK IS NOT TESTED WITH IT",
    ),
]

NAME = ASSIGNMENT


def with_copies() -> bytes:
    """A right notebook in which cells of every kind were copied, and one lost the content of its metadata."""
    whole = json.loads(notebook(LOOPS))
    for name in ("task-7-check", "task-1-answer", "task-7-model-loss", "task-2-statement"):
        index = next(i for i, cell in enumerate(whole["cells"]) if cell["id"] == name)
        whole["cells"].insert(index + 1, copy.deepcopy(whole["cells"][index]))
    whole["cells"][-1]["metadata"]["nbgrader"] = {}
    return json.dumps(whole).encode()


def nbgrader(course: Path, *arguments: str) -> str:
    program = "import sys; from nbgrader.apps.nbgraderapp import main; sys.exit(main())"
    environment = {
        **os.environ,
        "HOME": str(course.parent),
        "JUPYTER_CONFIG_DIR": str(course.parent / "jupyter"),
    }
    environment["PATH"] = _with_scripts()
    command = [sys.executable, "-c", program, *arguments]
    done = subprocess.run(command, cwd=course, env=environment, capture_output=True, text=True, timeout=400)
    assert done.returncode == 0, done.stderr
    return done.stderr


def _with_scripts() -> str:
    """The search path with this environment's programs on it: nbgrader calls one of them by its name."""
    return os.pathsep.join((os.path.dirname(sys.executable), os.environ.get("PATH", os.defpath)))


@pytest.fixture(autouse=True, scope="module")
def scripts():
    before = os.environ.get("PATH")
    os.environ["PATH"] = _with_scripts()
    yield
    os.environ["PATH"] = before or os.defpath


@pytest.fixture(scope="module")
def course(tmp_path_factory) -> Path:
    """A course through which nbgrader's whole pipeline has gone."""
    folder = tmp_path_factory.mktemp("nbgrader") / "course"
    assert (
        cli.main(["lab", "new", "course", "--folder", str(folder.parent), "--nbgrader", "--lang", "fr"]) == 0
    )
    nbgrader(folder, "generate_assignment", NAME)
    submitted = {"copies": with_copies(), "student02": mistaken("sum-for-mean"), "student03": empty()}
    for student, content in submitted.items():
        path = folder / "submitted" / student / NAME / FILE_NAME
        path.parent.mkdir(parents=True)
        path.write_bytes(content)
    nbgrader(folder, "autograde", NAME)
    nbgrader(folder, "generate_feedback", NAME, "--student", "student02")
    return folder


def scores(course: Path) -> dict[str, dict[str, tuple[float | None, float]]]:
    from nbgrader.api import Gradebook

    with Gradebook(f"sqlite:///{course}/gradebook.db") as gradebook:
        return {
            submission.student.id: {
                grade.name: (grade.auto_score, grade.max_score)
                for part in submission.notebooks
                for grade in part.grades
            }
            for submission in gradebook.assignment_submissions(NAME)
        }


def test_generate_assignment_makes_the_notebook_that_we_hand_out(course):
    released = nbformat.read(course / "release" / NAME / FILE_NAME, as_version=4)
    ours = assignment.student("fr")
    assert [cell.metadata.nbgrader.grade_id for cell in released.cells] == [cell.id for cell in ours.cells]
    assert [cell.source for cell in released.cells] == [cell.source for cell in ours.cells]
    for theirs, cell in zip(released.cells, ours.cells):
        flags = ("grade", "solution", "locked", "points")
        assert [theirs.metadata.nbgrader.get(f) for f in flags] == [
            cell.metadata.nbgrader.get(f) for f in flags
        ]


def test_autograde_gives_the_points_of_the_checks(course):
    graded = scores(course)
    points = {student: sum(score or 0 for score, _ in given.values()) for student, given in graded.items()}
    assert points["copies"] == CHECKED_POINTS
    assert graded["student02"]["task-7-check"] == (2, 3)
    assert points["student02"] < CHECKED_POINTS
    assert points["student03"] == 0
    most = sum(most for _, most in graded["copies"].values())
    assert most == CHECKED_POINTS + WORDS_POINTS == 20


def test_answers_in_words_wait_for_the_teacher_unless_they_are_missing(course):
    graded = scores(course)
    worded = [f"task-{task.number}-answer" for task in TASKS if task.words]
    assert [graded["copies"][name][0] for name in worded] == [None] * len(worded)
    assert [graded["student03"][name][0] for name in worded] == [0] * len(worded)


def test_generate_feedback_shows_the_hints(course):
    page = (course / "feedback" / "student02" / NAME / "gradient.html").read_text(encoding="utf-8")
    assert "la moyenne est demandée" in page
    assert "Tâche 7" in page


def test_an_existing_folder_is_no_course(tmp_path, capsys):
    (tmp_path / "course").mkdir()
    assert cli.main(["lab", "new", "course", "--folder", str(tmp_path), "--nbgrader", "--lang", "en"]) == 2
    assert "exists" in capsys.readouterr().err
    assert list((tmp_path / "course").iterdir()) == []
