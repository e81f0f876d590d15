"""The lab in a live JupyterLab, in a browser: solved cell by cell, saved, opened again, trusted and not."""

from __future__ import annotations

import base64
import json
import re
import shutil
import time
import urllib.parse
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("playwright.sync_api", reason="NO BROWSER TEST: playwright is not installed")
pytest.importorskip("jupyterlab", reason="NO TEST IN JUPYTERLAB: it is not installed")
pytest.importorskip("nbformat", reason="NO TEST IN JUPYTERLAB: nbformat is not installed")

import nbformat
from live_lab import SECONDS, Lab, server
from playwright import sync_api

from micrograd.draw.notebook_frame import MARK
from micrograd.draw.words import WORDS
from micrograd.lab.content import assignment, weaving
from micrograd.lab.content.names import ASSIGNMENT, FILE_NAME
from micrograd.lab.content.tasks import NUMBERS
from micrograd.lab.student import new

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
LANGUAGES = ("fr", "en")
NOTEBOOKS = {"fr": FILE_NAME, "en": "english.ipynb"}
WIDTHS = (1280, 1440)
EXPLORERS = ("task-4-explore", "task-8-explore")
PAGES = (*EXPLORERS, "playground-page")
PICTURES = ("task-3-graph", "task-8-graph")
PLOTS = ("task-6-plot", "task-9-boundary", "task-10-curves", "task-10-boundary")
LINES = {"fr": "ouvrez le notebook dans Jupyter", "en": "open the notebook in Jupyter"}
TASK = {"fr": "✓ Tâche {}\N{NO-BREAK SPACE}:", "en": "✓ Task {}:"}

HEIGHTS = """() => [...document.querySelectorAll("#picture .figure, #picture .slope")]
    .filter((text) => getComputedStyle(text).display !== "none")
    .map((text) => parseFloat(getComputedStyle(text).fontSize) * text.getScreenCTM().a)"""
RESULT_IN_SIGHT = """() => {
    const [stage, card] = ["#stage", "#picture .card.result > .outline"]
        .map((one) => document.querySelector(one).getBoundingClientRect());
    return stage.left <= card.left && card.right <= stage.right && stage.top <= card.top && card.bottom <= stage.bottom;
}"""
BRIGHTNESS = """getComputedStyle(document.body).backgroundColor.match(/[0-9.]+/g).slice(0, 3)
    .reduce((sum, one) => sum + Number(one), 0)"""

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="NO BROWSER TEST: there is no Chromium"),
]


@pytest.fixture(scope="module")
def project(tmp_path_factory: Any) -> Path:
    """A student's French project, with the English notebook beside its own."""
    made = new.make_project("student01", tmp_path_factory.mktemp("live"), "fr")[0]
    english = nbformat.writes(assignment.student("en")) + "\n"
    (made / ASSIGNMENT / NOTEBOOKS["en"]).write_text(english, encoding="utf-8")
    return made


@pytest.fixture(scope="module")
def lab(project: Path, tmp_path_factory: Any) -> Iterator[Lab]:
    """One JupyterLab for both notebooks, in one browser."""
    home = tmp_path_factory.mktemp("home")
    with server(project, home, 18930) as address, sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": WIDTHS[0], "height": 800}, color_scheme="light")
        page.set_default_timeout(SECONDS * 1000)
        lab = Lab(page, address)
        lab.load()
        yield lab
        browser.close()


def solutions(language: str) -> dict[str, str]:
    """The solved code of every cell that a student is to write."""
    cells = assignment.student(language).cells
    given = {cell.id for cell in cells if cell.cell_type == "code" and "..." in cell.source}
    return {cell.id: cell.source for cell in weaving.build(language, markers=False).cells if cell.id in given}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_lab_solved_in_a_live_jupyterlab(language: str, lab: Lab, project: Path) -> None:
    path = project / ASSIGNMENT / NOTEBOOKS[language]
    handed_out = path.read_bytes()
    lab.open(path.name)
    assert not lab.is_changed

    lab.write(solutions(language))
    # What only draws with Matplotlib is as slow as the rest together, and the same in both languages.
    left_out = () if language == LANGUAGES[0] else PLOTS
    code = [cell.id for cell in assignment.student(language).cells if cell.cell_type == "code"]
    lab.run(*(name for name in code if name not in left_out))
    for task in NUMBERS:
        assert lab.printed(f"task-{task}-check").startswith(TASK[language].format(task))
    # News would have come by now.
    assert lab.page.locator(".jp-Dialog, .Toastify__toast").count() == 0
    assert path.read_bytes() == handed_out
    for width in WIDTHS:
        lab.page.set_viewport_size({"width": width, "height": 800})
        for cell in EXPLORERS:
            assert_explorer_can_be_read(lab, cell, language)
        for cell in PICTURES:
            assert_picture_fits(lab.cell(cell))
    lab.save()
    saved = json.loads(path.read_text(encoding="utf-8"))
    cells = saved["cells"]
    pages = [
        output for cell in cells for output in cell.get("outputs", ()) if MARK in str(output.get("metadata"))
    ]
    assert [page["metadata"][MARK] for page in pages] == ["picture", "line", "page"] * len(PAGES)
    for cell in cells:
        if cell["id"] != EXPLORERS[0] and "outputs" in cell:
            cell["outputs"] = []
    assert len(json.dumps(saved, ensure_ascii=False, indent=1)) < 300_000


def test_the_explorer_is_dark_where_jupyterlab_is(lab: Lab) -> None:
    frame = lab.explorer(EXPLORERS[0])
    for theme, is_right in (("Dark", "< 150"), ("Light", "> 600")):
        lab.do("apputils:change-theme", theme=f"JupyterLab {theme}")
        until(frame, f"() => {BRIGHTNESS} {is_right}")


def test_cells_run_again_and_out_of_order_show_what_is_and_say_what_is_stale(lab: Lab) -> None:
    """In the English notebook, whose cells have all run once; each step as a student may take it."""

    def shown(explorer: str, picture: str) -> tuple[list[str], str]:
        lab.run(picture, explorer)
        notices = lab.explorer(explorer).locator("#notices .note").all_inner_texts()
        return notices, re.sub(r"(?:<[^>]*>|\s+)+", " ", lab.picture(picture))

    # Of task 5, the last error was not propagated any more, and it is the one that the name stands for now.
    notices, picture = shown("task-4-explore", "task-3-graph")
    assert notices == [WORDS["otherSweep"]["en"]]
    assert "backward() has not been called on this result" in picture
    # Task 3 again: the model of now, with its corrected weights.
    lab.run("task-3-error")
    notices, picture = shown("task-4-explore", "task-3-graph")
    assert notices == []
    output = re.search("output ([0-9.]+)", lab.printed("task-3-error"))[1]
    assert f"data {float(output):.4f}" in picture
    # Weights corrected, and the error not computed again.
    lab.write({"task-5-update": "for p in parameters:\n    p.data -= 0.1 * p.grad"})
    lab.run("task-5-update")
    notices, picture = shown("task-4-explore", "task-3-graph")
    assert [notice.split(" (")[0] for notice in notices] == [WORDS["staleGraph"]["en"].split(" (")[0]]
    assert "Values have changed since this graph was computed" in picture
    # A model built anew, and the loss still the old one's; then the loss of the new one.
    lab.run("task-8-models", "task-8-explore")
    assert lab.explorer("task-8-explore").locator("#notices .note").all_inner_texts() == [
        WORDS["otherModel"]["en"]
    ]
    assert shown("task-8-explore", "task-8-graph")[0] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_saved_and_opened_again_the_explorer_is_live(language: str, lab: Lab) -> None:
    if language == LANGUAGES[0]:
        lab.save()
        lab.load()
    lab.open(NOTEBOOKS[language])
    for cell in EXPLORERS:
        assert_explorer_can_be_read(lab, cell, language)
    for cell in PICTURES:
        assert_picture_fits(lab.cell(cell))
    assert not lab.is_changed


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_notebook_that_is_not_trusted_shows_the_picture_and_one_line(
    language: str, lab: Lab, project: Path
) -> None:
    path = project / ASSIGNMENT / NOTEBOOKS[language]
    saved = json.loads(path.read_text(encoding="utf-8"))
    # Another text than the one that was signed: nobody here has run it.
    saved["cells"][0]["source"].append(" ")
    saved["cells"][[cell["id"] for cell in saved["cells"]].index("seeds")]["outputs"] = [
        {"output_type": "stream", "name": "stdout", "text": ["from elsewhere"]}
    ]
    other = path.with_name(f"other-{path.name}")
    other.write_text(json.dumps(saved), encoding="utf-8")
    lab.open(other.name, and_wait_for_the_kernel=False)
    for cell in EXPLORERS:
        shown = lab.cell(cell)
        size = stills(shown).bounding_box()
        assert size["width"] > 300
        assert size["height"] > 150
        written = shown.locator(".jp-OutputArea").inner_text().strip()
        assert written.count(LINES[language]) == 1
        assert len(written) < 200
        assert shown.locator("iframe").count() == 0


def until(frame: Any, condition: str) -> None:
    """Wait until a function in an explorer's frame returns true; the page's own rules forbid what Playwright does."""
    end = time.monotonic() + SECONDS
    while not frame.evaluate(condition):
        assert time.monotonic() < end, condition
        frame.page.wait_for_timeout(50)


def stills(cell: Any) -> Any:
    """The pictures that can be seen in a cell's output; its buttons have pictures too."""
    inside = ".jp-OutputArea-output"
    return cell.locator(f"{inside} img:visible, {inside} svg:visible")


def assert_explorer_can_be_read(lab: Lab, cell: str, language: str) -> None:
    frame = lab.explorer(cell)
    # The frame has just got its width, or gets it now.
    until(frame, f"() => Math.min(...({HEIGHTS})()) >= 11 && ({RESULT_IN_SIGHT})()")
    assert frame.evaluate("document.documentElement.lang") == language
    # The still picture and its line give way to the page.
    assert LINES[language] not in lab.cell(cell).inner_text()
    assert stills(lab.cell(cell)).count() == 0


def assert_picture_fits(cell: Any) -> None:
    image = cell.locator(".jp-OutputArea img")
    box, room = image.bounding_box(), cell.locator(".jp-OutputArea-output").first.bounding_box()
    assert box["width"] <= room["width"] + 1
    address = image.get_attribute("src")
    body = address.split(",", 1)[1]
    svg = base64.b64decode(body).decode() if ";base64" in address else urllib.parse.unquote(body)
    drawn = float(re.search(r'viewBox="0.00 0.00 ([0-9.]+)', svg).group(1)) * 4 / 3
    sizes = [float(size) for size in re.findall(r'font-size="([0-9.]+)"', svg)]
    assert min(sizes) * 4 / 3 * box["width"] / drawn >= 11
