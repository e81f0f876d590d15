"""The lab's content: the same code in both languages, every number measured, outputs up to date."""

import ast
import json
import re
from importlib import resources
from pathlib import Path

import pytest

pytest.importorskip("nbclient", reason="the lab's libraries are not installed")

import nbformat
from executed_lab import executed

from micrograd.lab.content import closing
from micrograd.lab.content.names import FILE_NAMES
from micrograd.lab.content.printed import FRENCH, in_language
from micrograd.lab.content.tasks import TASKS
from micrograd.lab.content.weaving import build, cells_of, strip_solutions
from micrograd.lab.solved import numbers
from micrograd.language import LANGUAGES

CONTENT = resources.files("micrograd.lab") / "content"
COMMITTED = Path(__file__).parent.parent / "tp1-gradient_descent"
FIGURES = {
    "task-3-graph": "image/svg+xml",
    "task-4-explore": "image/svg+xml",
    "task-6-plot": "image/png",
    "task-8-graph": "image/svg+xml",
    "task-8-explore": "image/svg+xml",
    "task-9-boundary": "image/png",
    "task-10-curves": "image/png",
    "task-10-boundary": "image/png",
    "playground-page": "image/svg+xml",
}


# What this cell prints is how long something took.
VOLATILE = ("compiled-time",)


def committed(language):
    return nbformat.read(COMMITTED / FILE_NAMES[language], as_version=4)


def prose(language):
    return {cell.id: cell.source for cell in cells_of(language) if cell.kind != "code"}


def printed(cell):
    return "".join(output.get("text", "") for output in cell.get("outputs", []))


def test_both_languages_have_the_same_cells_and_the_same_code():
    french, english = build("fr"), build("en")
    assert [(c.id, c.cell_type, c.metadata) for c in french.cells] == [
        (c.id, c.cell_type, c.metadata) for c in english.cells
    ]
    code = [c.source for c in french.cells if c.cell_type == "code"]
    theirs = [c.source for c in english.cells if c.cell_type == "code"]
    # What is printed is said in the notebook's language; nothing else differs.
    assert code == [in_language(source, "fr") for source in theirs]
    written = "\n".join([*theirs, *closing.code("en").values()])
    assert [text for text in FRENCH if text not in written] == []
    assert len(code) > 20
    for c in french.cells:
        if c.cell_type == "markdown":
            assert c.source != next(e.source for e in english.cells if e.id == c.id)


@pytest.mark.parametrize("language", LANGUAGES)
def test_committed_notebooks_have_the_same_code_in_both_languages(language):
    other = committed("fr" if language == "en" else "en")
    code, theirs = (
        [in_language(c.source, "fr") for c in notebook.cells if c.cell_type == "code"]
        for notebook in (committed(language), other)
    )
    assert code == theirs


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("solved", [True, False])
def test_the_notebook_is_valid_and_says_what_each_cell_is(language, solved):
    notebook = build(language, solved=solved)
    nbformat.validate(notebook)
    assert notebook.metadata["micrograd"]["language"] == language
    for cell in notebook.cells:
        about = cell.metadata["micrograd"]
        assert about["kind"] in ("text", "answer", "code")
        assert (about["kind"] == "code") == (cell.cell_type == "code")
        found = re.match(r"task-(\d+)-", cell.id)
        assert about["task"] == (int(found.group(1)) if found else None)
    assert {cell.metadata["micrograd"]["task"] for cell in notebook.cells} == {None, *range(1, 11)}


def test_every_code_cell_of_the_content_is_used_exactly_once():
    text = (CONTENT / "cells.py").read_text(encoding="utf-8")
    defined = re.findall(r"^# %% (\S+)$", text, re.MULTILINE)
    assert sorted(defined) == sorted(c.id for c in cells_of("fr") if c.kind == "code")


@pytest.mark.parametrize("edition", ["full", "light"])
def test_each_task_has_its_heading_in_each_language(edition):
    for language, third in (
        ("fr", "Tâche 3\N{NO-BREAK SPACE}: l’erreur et son graphe"),
        ("en", "Task 3: the error and its graph"),
    ):
        above = [re.match(r"## (.*)", c.source) for c in cells_of(language, edition) if c.task]
        titles = [heading[1] for heading in above if heading]
        assert titles == [task.heading(language) for task in TASKS]
        assert titles[2] == third


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_student_gets_no_solution(language):
    solved = {c.id: c for c in build(language).cells}
    given = build(language, solved=False).cells
    assert not any(c.metadata["micrograd"]["kind"] == "answer" for c in given)
    for cell in given:
        assert "SOLUTION" not in cell.source
        if cell.cell_type == "code":
            ast.parse(cell.source)
            for line in re.findall(
                r"### BEGIN SOLUTION\n(.*?)### END SOLUTION", solved[cell.id].source, re.DOTALL
            ):
                first = line.strip().splitlines()[0].strip()
                assert first not in cell.source
    # Nothing but the solutions is missing.
    assert len(given) == sum(c.metadata["micrograd"]["kind"] != "answer" for c in solved.values())


def test_without_markers_only_the_markers_are_missing():
    for marked, plain in zip(build("fr").cells, build("fr", markers=False).cells):
        kept = [line for line in marked.source.splitlines() if "SOLUTION" not in line]
        assert plain.source == "\n".join(kept).strip("\n")
        if marked.cell_type == "code":
            ast.parse(plain.source)


def test_strip_solutions_keeps_what_is_outside_and_the_indentation():
    source = "def f(x):\n    ### BEGIN SOLUTION\n    return x\n    ### END SOLUTION\n\nprint(f(1))"
    assert strip_solutions(source, "...") == "def f(x):\n    ...\n\nprint(f(1))"


@pytest.mark.slow
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_number_in_the_prose_is_what_the_notebook_brings_out(language):
    kept = json.loads((CONTENT / "numbers.json").read_text(encoding="utf-8"))
    measured = numbers.measured(executed(language))
    assert set(kept) == set(measured)
    for name, value in measured.items():
        assert value == pytest.approx(kept[name], rel=1e-9), name


def test_the_prose_quotes_each_measured_number_in_both_languages():
    kept = json.loads((CONTENT / "numbers.json").read_text(encoding="utf-8"))
    for language in LANGUAGES:
        text = (CONTENT / f"gradient.{language}.md").read_text(encoding="utf-8")
        assert set(re.findall(r"\{\{(\w+)", text)) == set(kept)
        assert "{{" not in "".join(prose(language).values())


def test_no_decimal_number_is_typed_into_the_prose_but_the_handouts():
    # The input, the noise, the threshold, and the coefficients of the learning rate.
    given = {"0.888", "0.777", "0.1", "0.5", "0.9"}
    for language, mark in (("fr", r"(?:,|\{,\})"), ("en", r"\.")):
        text = (CONTENT / f"gradient.{language}.md").read_text(encoding="utf-8")
        text = re.sub(r"\{\{.*?\}\}", "", text)
        typed = {
            re.sub(r"[^\d]+", ".", number)
            for number in re.findall(rf"\d+{mark}\d+", text) + re.findall(r"\d+\.\d+", text)
        }
        assert typed <= given, (language, typed - given)


def test_whole_numbers_typed_into_the_prose_are_right():
    kept = json.loads((CONTENT / "numbers.json").read_text(encoding="utf-8"))
    # The draws used up before task 9's model: what small and wide have drawn.
    weights = {hidden: 2 * hidden + hidden for hidden in (2, 16)}
    assert (weights[2], weights[16]) == (6, 48)
    assert sum(weights.values()) == 54
    assert kept["small_parameters"] == weights[2] + 3
    assert kept["wide_parameters"] == weights[16] + 17
    for language, ordinal in (("fr", "55ᵉ"), ("en", "55th")):
        text = prose(language)["task-9-answer"]
        for number in ("54", "48", ordinal):
            assert number in text


@pytest.mark.slow
def test_only_the_handouts_learning_rate_gives_its_log():
    """The prose says that neither 0.9**k nor 1 - 0.1 k gives the handout's log."""
    import random

    import numpy as np
    from sklearn.datasets import make_moons

    from micrograd.lab.solved.facts import expected
    from micrograd.nn import MLP

    scope = {"random": random, "np": np, "MLP": MLP}
    for name in ("task-2-sigmoid", "task-5-binary", "task-7-model-loss"):
        exec(next(c.source for c in cells_of("en") if c.id == name), scope)

    def losses(rate):
        np.random.seed(42)  # noqa: NPY002 - the handout's
        random.seed(42)
        X, y = make_moons(n_samples=100, noise=0.1)
        MLP(2, [2, 1]), MLP(2, [16, 1])
        model = MLP(2, [2, 1])
        log = []
        for k in range(10):
            loss, _ = scope["model_loss"](model, X, y)
            log.append(loss.data)
            model.zero_grad()
            loss.backward()
            for p in model.parameters():
                p.data -= rate(k) * p.grad
        return log

    printed_log = [line["loss"] for line in expected()["9"]["log"]]
    assert losses(lambda k: 1.0 - 0.9 * k / 100) == pytest.approx(printed_log, abs=1e-15)
    for other in (lambda k: 0.9**k, lambda k: 1 - 0.1 * k):
        assert max(abs(a - b) for a, b in zip(losses(other), printed_log)) > 1e-2


def test_french_prose_is_set_as_french():
    text = "\n".join(prose("fr").values())
    assert not re.search(r"[^\s\N{NO-BREAK SPACE}] [;?!»](\s|$)", text)
    assert not re.search(r"« ", text)
    assert "l’erreur" in text


@pytest.mark.slow
@pytest.mark.parametrize("language", LANGUAGES)
def test_committed_notebooks_are_the_contents_executed(language):
    """If this fails, run ``python -m micrograd.lab.content.weaving``."""
    was, now = committed(language), executed(language).notebook
    assert [(c.id, c.source, c.metadata) for c in was.cells] == [
        (c.id, c.source, c.metadata) for c in now.cells
    ]
    number = re.compile(r"-?\d+\.\d+(?:e-?\d+)?")
    for before, after in zip(was.cells, now.cells):
        if before.cell_type != "code" or before.id in VOLATILE:
            continue
        assert number.sub("#", printed(before)) == number.sub("#", printed(after)), before.id
        # NumPy and the two engines may differ in the last bits.
        assert [float(x) for x in number.findall(printed(before))] == pytest.approx(
            [float(x) for x in number.findall(printed(after))], abs=1e-9
        ), before.id
        # The explorer's page is left out of the committed notebooks.
        kept = [one for one in after.outputs if one.get("metadata", {}).get("micrograd") != "page"]
        kinds = [sorted(output.get("data", {})) for output in kept]
        assert kinds == [sorted(output.get("data", {})) for output in before.outputs], before.id


@pytest.mark.parametrize("language", LANGUAGES)
def test_committed_notebooks_hold_all_figures_and_nothing_of_the_machine(language):
    notebook = committed(language)
    found = {
        cell.id: kind
        for cell in notebook.cells
        for output in cell.get("outputs", [])
        for kind in sorted(output.get("data", {}))
        if kind.startswith("image/")
    }
    assert found == FIGURES
    text = (COMMITTED / FILE_NAMES[language]).read_text(encoding="utf-8")
    assert not re.search(r" at 0x[0-9a-f]+", text)
    assert '"execution": ' not in text
    assert "/tmp" not in text
    assert str(Path.home()) + "/" not in text
    assert not any(output.output_type == "error" for c in notebook.cells for output in c.get("outputs", []))


@pytest.mark.slow
def test_the_compiled_training_is_the_same():
    ran = {cell.id: printed(cell) for cell in executed("en").notebook.cells if cell.cell_type == "code"}
    assert "same losses: True" in ran["compiled-train"]
    # How much faster is for the benchmarks to say; that it says so, for this test.
    assert re.search(r"^\d+ times faster$", ran["compiled-time"], re.MULTILINE)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_ten_tasks_are_answered_in_words(language):
    answered = {cell.task for cell in cells_of(language) if cell.kind == "answer"}
    assert answered == set(range(1, 11))
