"""The lab in a live JupyterLab, in a browser: solved cell by cell, saved, opened again, trusted and not."""

from __future__ import annotations

import base64
import json
import re
import shutil
import subprocess
import urllib.parse
from collections.abc import Iterator
from typing import Any

import pytest

pytest.importorskip("playwright.sync_api", reason="NO BROWSER TEST: playwright is not installed")
pytest.importorskip("jupyterlab", reason="NO TEST IN JUPYTERLAB: it is not installed")
pytest.importorskip("nbformat", reason="NO TEST IN JUPYTERLAB: nbformat is not installed")

from live_lab import SECONDS, Lab, server
from playwright import sync_api

from micrograd.draw.notebook_frame import MARK
from micrograd.lab.content import weaving
from micrograd.lab.content.tasks import NUMBERS
from micrograd.lab.student import new

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
LANGUAGES = ("fr", "en")
WIDTHS = (1280, 1440)
EXPLORERS = ("task-4-explore", "task-8-explore")
PICTURES = ("task-3-graph", "task-8-graph")
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
BRIGHTNESS = """() => getComputedStyle(document.body).backgroundColor.match(/[0-9.]+/g).slice(0, 3)
    .reduce((sum, one) => sum + Number(one), 0)"""

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="NO BROWSER TEST: there is no Chromium"),
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


@pytest.fixture(scope="module", params=LANGUAGES)
def place(request: pytest.FixtureRequest, browser: Any, tmp_path_factory: Any) -> Iterator[Any]:
    """A student's project with JupyterLab open on it, the language, and the page's notebook."""
    folder = tmp_path_factory.mktemp(f"live-{request.param}")
    project = new.make_project("student01", folder, request.param)[0]
    with server(project, folder / "home", 18930 + LANGUAGES.index(request.param)) as address:
        page = browser.new_page(viewport={"width": WIDTHS[0], "height": 800}, color_scheme="light")
        page.set_default_timeout(SECONDS * 1000)
        yield Lab(page, address), request.param, project
        page.close()


def solutions(language: str) -> dict[str, str]:
    """The solved code of every cell that a student is to write."""
    return {
        cell.id: cell.source
        for cell in weaving.build(language, markers=False).cells
        if cell.cell_type == "code"
    }


def test_the_lab_solved_in_a_live_jupyterlab(place: Any) -> None:
    lab, language, project = place
    path = project / "tp1-gradient_descent" / "gradient.ipynb"
    lab.open()
    lab.page.wait_for_timeout(2500)  # the time in which news would come, and a kernel says what it is
    assert not lab.is_changed
    assert lab.page.locator(".jp-Dialog, .Toastify__toast").count() == 0
    assert subprocess.check_output(["git", "status", "--porcelain"], cwd=project) == b""

    ids = [cell["id"] for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]]
    given = {
        cell["id"]
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]
        if "..." in "".join(cell["source"])
    }
    lab.write({name: source for name, source in solutions(language).items() if name in given})
    lab.run(*(one for one in ids if not one.endswith(("-statement", "-question", "-answer"))))
    for task in NUMBERS:
        assert lab.printed(f"task-{task}-check").startswith(TASK[language].format(task))
    for width in WIDTHS:
        lab.page.set_viewport_size({"width": width, "height": 800})
        for cell in EXPLORERS:
            assert_explorer_can_be_read(lab, cell, language)
        for cell in PICTURES:
            assert_picture_fits(lab.cell(cell))

    lab.do("apputils:change-theme", theme="JupyterLab Dark")
    frame = lab.explorer(EXPLORERS[0])
    lab.page.wait_for_timeout(500)
    assert frame.evaluate(BRIGHTNESS) < 150
    lab.do("apputils:change-theme", theme="JupyterLab Light")
    lab.page.wait_for_timeout(500)
    assert frame.evaluate(BRIGHTNESS) > 600

    lab.do("docmanager:save")
    lab.page.wait_for_function("!window.jupyterapp.shell.currentWidget.model.dirty")
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    pages = [
        output for cell in cells for output in cell.get("outputs", ()) if MARK in str(output.get("metadata"))
    ]
    assert [page["metadata"][MARK] for page in pages] == ["picture", "line", "page"] * len(EXPLORERS)


def test_saved_and_opened_again_the_explorer_is_live(place: Any) -> None:
    lab, language, _ = place
    lab.open()
    for cell in EXPLORERS:
        assert_explorer_can_be_read(lab, cell, language)
    for cell in PICTURES:
        assert_picture_fits(lab.cell(cell))
    assert not lab.is_changed


def test_a_notebook_that_is_not_trusted_shows_the_picture_and_one_line(place: Any) -> None:
    lab, language, project = place
    notebook = project / "tp1-gradient_descent" / "gradient.ipynb"
    saved = json.loads(notebook.read_text(encoding="utf-8"))
    # Another text than the one that was signed: nobody here has run it.
    saved["cells"][0]["source"].append(" ")
    saved["cells"][[cell["id"] for cell in saved["cells"]].index("seeds")]["outputs"] = [
        {"output_type": "stream", "name": "stdout", "text": ["from elsewhere"]}
    ]
    (notebook.parent / "other.ipynb").write_text(json.dumps(saved), encoding="utf-8")
    lab.open("other.ipynb")
    for cell in EXPLORERS:
        shown = lab.cell(cell)
        size = stills(shown).bounding_box()
        assert size["width"] > 300
        assert size["height"] > 150
        written = shown.locator(".jp-OutputArea").inner_text().strip()
        assert written.count(LINES[language]) == 1
        assert len(written) < 200
        assert shown.locator("iframe").count() == 0


def stills(cell: Any) -> Any:
    """The pictures that can be seen in a cell's output; its buttons have pictures too."""
    inside = ".jp-OutputArea-output"
    return cell.locator(f"{inside} img:visible, {inside} svg:visible")


def assert_explorer_can_be_read(lab: Lab, cell: str, language: str) -> None:
    frame = lab.explorer(cell)
    lab.page.wait_for_timeout(300)
    heights = frame.evaluate(HEIGHTS)
    assert min(heights) >= 11
    assert frame.evaluate(RESULT_IN_SIGHT)
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
