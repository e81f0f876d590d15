"""The lab in a browser tab, done as a student does it, with every other host out of reach."""

from __future__ import annotations

import json
import os
import time
import urllib.request
from pathlib import Path
from typing import Any

import nbformat
import pytest

sync_api = pytest.importorskip("playwright.sync_api", reason="NO BROWSER TEST: playwright is not installed")

from served_site import ARGUMENTS, CHROMIUM, copy_of_site, served, site, watch  # noqa: E402

from micrograd.lab.checks.submitted import read  # noqa: E402
from micrograd.lab.content import assignment  # noqa: E402
from micrograd.lab.content.tasks import CHECKED_POINTS, NUMBERS  # noqa: E402
from micrograd.lab.sandbox import confined  # noqa: E402
from micrograd.lab.sandbox.isolation import Isolation  # noqa: E402
from micrograd.lab.student.verdict import as_json  # noqa: E402
from micrograd.language import LANGUAGES  # noqa: E402
from micrograd.site import parts, pyodide  # noqa: E402
from micrograd.site.words import say  # noqa: E402

pytestmark = [
    pytest.mark.site,
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="NO BROWSER TEST: Chromium is not installed"),
]
MINUTE = 60_000


@pytest.fixture(scope="module")
def playwright():
    with sync_api.sync_playwright() as started:
        yield started


@pytest.fixture
def profile(playwright, tmp_path):
    """A function that opens a browser with the same user's data each time it is called."""
    opened: list[Any] = []

    def open_browser() -> Any:
        context = playwright.chromium.launch_persistent_context(
            str(tmp_path / "profile"),
            executable_path=CHROMIUM,
            args=ARGUMENTS,
            viewport={"width": 1280, "height": 900},
            accept_downloads=True,
        )
        opened.append(context)
        return context

    yield open_browser
    for context in opened:
        context.close()


class Lab:
    """The page around a notebook, and the notebook in it."""

    def __init__(self, page: Any, address: str, language: str, edition: str = "") -> None:
        self.page, self.language = page, language
        page.goto(f"{address}/lab/{language}.html{edition}")
        self.notebook = page.frame_locator("#notebook")
        self.notebook.locator(".jp-Cell").first.wait_for(timeout=MINUTE)

    def wait_for_python(self) -> None:
        text = say("ready", self.language)
        self.page.wait_for_function(
            "text => document.getElementById('state').textContent === text", arg=text, timeout=3 * MINUTE
        )

    def notice(self) -> str:
        line = self.page.locator(".notice").first
        line.wait_for(timeout=MINUTE)
        return " ".join(line.inner_text().split())

    def fill_in(self, solved: dict[str, str]) -> None:
        """Go from cell to cell with the keyboard, write what is to be written, run each."""
        keyboard, frame = self.page.keyboard, self.page.frames[1]
        self.notebook.locator(".jp-Cell").first.click()
        keyboard.press("Escape")
        for name in frame.evaluate(CELLS):
            if name in solved:
                keyboard.press("Enter")
                keyboard.press("Control+a")
                keyboard.insert_text(solved[name])
            keyboard.press("Shift+Enter")

    def write(self, name: str, source: str) -> None:
        """Write into one cell, and leave it."""
        self.page.frames[1].evaluate(
            f"name => {NOTEBOOK}.content.activeCellIndex = ({CELLS})().indexOf(name)", name
        )
        self.notebook.locator(".jp-Cell.jp-mod-active .cm-content").click()
        self.page.keyboard.press("Control+a")
        self.page.keyboard.insert_text(source)

    def outputs(self) -> dict[str, str]:
        """Return what each code cell shows, once nothing runs any more."""
        self.page.frames[1].wait_for_function(IDLE, timeout=3 * MINUTE)
        return self.page.frames[1].evaluate(OUTPUTS)

    def save(self) -> None:
        self.page.keyboard.press("Control+s")
        text = say("saved", self.language)
        self.page.wait_for_function(
            "text => document.getElementById('state').textContent === text", arg=text, timeout=MINUTE
        )

    def take_along(self, folder: Path) -> Path:
        with self.page.expect_download() as download:
            self.page.locator("#take").click()
        path = folder / download.value.suggested_filename
        download.value.save_as(path)
        return path


NOTEBOOK = "window.jupyterapp.shell.currentWidget"
CELLS = f"() => [...{NOTEBOOK}.content.model.cells].map((cell) => cell.id)"
IDLE = f"""() => [...{NOTEBOOK}.content.model.cells].every((cell) =>
  cell.type !== 'code' || !cell.sharedModel.getSource().trim() || cell.executionCount)
  && {NOTEBOOK}.sessionContext.session.kernel.status === 'idle'"""
OUTPUTS = f"""() => Object.fromEntries([...{NOTEBOOK}.content.model.cells].filter((cell) => cell.type === 'code')
  .map((cell) => [cell.id, cell.toJSON().outputs.map((output) => [output.text ?? '', output.evalue ?? '',
    ...Object.keys(output.data ?? {{}})].flat().join(' ')).join(' ')]))"""


def solution(language: str, edition: str = "light") -> dict[str, str]:
    """Return what a student writes, by cell: where something is to be filled in, without the marks around it."""
    given = {cell.id: cell.source for cell in assignment.student(language, edition).cells}
    solved = {cell.id: cell.source for cell in assignment.teacher(language, edition).cells}
    return {
        name: "\n".join(line for line in solved[name].splitlines() if " SOLUTION" not in line)
        for name, source in given.items()
        if solved[name] != source
    }


def points(notebook: bytes, language: str) -> Any:
    submitted = read(notebook)
    result = confined.run_confined(submitted.cells, Isolation("limits"), language, words=submitted.answers)
    found = as_json(submitted, result, list(NUMBERS), language)
    return found["points"], [(task["task"], task["points"], task.get("answered")) for task in found["tasks"]]


@pytest.mark.parametrize("language", LANGUAGES)
def test_ten_tasks_from_the_front_page_to_the_grade(profile, language, tmp_path):
    with served(site()) as address:
        context = profile()
        outside, errors = watch(context)
        page = context.new_page()
        page.goto(f"{address}/index{'.fr' if language == 'fr' else ''}.html")
        page.get_by_role("link", name=say("student door", language)).click()
        page.wait_for_url(f"**/lab/{language}.html")
        begun = time.perf_counter()
        lab = Lab(page, address, language)
        lab.wait_for_python()
        print(f"Python was there {time.perf_counter() - begun:.1f} s after the page")
        lab.fill_in(solution(language))
        outputs = lab.outputs()
        for task in NUMBERS:
            assert outputs[f"task-{task}-check"].startswith("✓"), outputs[f"task-{task}-check"]
        assert "image/svg+xml" in outputs["task-3-graph"]
        assert "application/javascript" in outputs["task-4-explore"]
        assert "image/svg+xml" in outputs["task-9-boundary"]
        assert "application/javascript" in outputs["playground-page"]
        spoken = lab.page.frames[1].evaluate(f"() => JSON.stringify({NOTEBOOK}.content.model.toJSON())")
        assert ("frontière de décision" in spoken) == (language == "fr")
        lab.save()
        taken = lab.take_along(tmp_path)
        assert taken.name == "gradient.ipynb"
        assert say("taken", language)[:30] in lab.notice()
        assert not outside
        assert not errors

        page.reload()
        lab = Lab(page, address, language)
        assert lab.page.frames[1].evaluate(OUTPUTS) == outputs
        context.close()

        port = int(address.rpartition(":")[2])
    with served(site(), port) as address:
        context = profile()
        lab = Lab(context.new_page(), address, language)
        assert lab.page.frames[1].evaluate(OUTPUTS) == outputs

    # What was taken along is judged like the same work done at a desk.
    notebook = nbformat.read(taken, as_version=4)
    nbformat.validate(notebook)
    assert notebook.metadata.kernelspec.name == "python3"
    at_the_desk = points(nbformat.writes(assignment.teacher(language, "light")).encode(), language)
    assert points(taken.read_bytes(), language) == at_the_desk
    assert at_the_desk[0] == CHECKED_POINTS


def distribution_in_reach() -> bool:
    """Whether Pyodide's own distribution, from which the full edition takes its libraries, can be fetched here."""
    address = pyodide.HOME.format(version=parts.PYODIDE[1]) + "pyodide-lock.json"
    try:
        with urllib.request.urlopen(address, timeout=5) as answer:
            return answer.status == 200
    except OSError:
        return False


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_full_edition_does_the_ten_tasks_where_the_distribution_is_in_reach(
    playwright, language, tmp_path
):
    if not distribution_in_reach():
        pytest.skip("THE FULL EDITION IS NOT TRIED IN A BROWSER: Pyodide's distribution is out of reach here")
    with served(site()) as address:
        context = playwright.chromium.launch_persistent_context(
            str(tmp_path / "profile"),
            executable_path=CHROMIUM,
            args=["--no-sandbox", "--disable-gpu"],
            viewport={"width": 1280, "height": 900},
        )
        lab = Lab(context.new_page(), address, language, "?edition=full")
        assert lab.notice() == say("needs internet", language)
        lab.wait_for_python()
        lab.fill_in(solution(language, "full"))
        outputs = lab.outputs()
        for task in NUMBERS:
            assert outputs[f"task-{task}-check"].startswith("✓"), outputs[f"task-{task}-check"]
        assert "image/png" in outputs["task-9-boundary"]
        context.close()


def test_a_second_tab_a_newer_edition_and_a_full_storage_are_said(profile, tmp_path):
    public = copy_of_site(tmp_path)
    published = public / "lab" / "files" / "en" / "light" / "gradient.ipynb"
    # Published a year ago: browsers keep such a file for weeks without asking.
    replace(published, published.read_text(encoding="utf-8"))
    os.utime(published, (time.time() - 365 * 86400,) * 2)
    with served(public) as address:
        context = profile()
        page = context.new_page()
        lab = Lab(page, address, "en")
        lab.wait_for_python()
        assert not page.locator(".notice").count()

        other = context.new_page()
        assert Lab(other, address, "en").notice() == say("other tab", "en")
        other.close()

        lab.write("task-1-perceptron", "mine = 1")
        lab.save()
        newer = json.loads(published.read_text(encoding="utf-8"))
        newer["metadata"]["micrograd"]["published"] = "newer"
        newer["cells"][0]["source"] = "# A newer edition"
        replace(published, json.dumps(newer))
        page.reload()
        lab = Lab(page, address, "en")
        assert lab.notice().startswith(say("newer", "en"))
        assert "mine = 1" in json.dumps(lab.page.frames[1].evaluate(SOURCES))
        page.get_by_role("button", name=say("open newer", "en")).click()
        lab.notebook.get_by_role("heading", name="A newer edition").wait_for(timeout=MINUTE)

        lab = Lab(page, address, "en")
        assert "mine = 1" in json.dumps(lab.page.frames[1].evaluate(SOURCES))
        lab.wait_for_python()
        session = context.new_cdp_session(page)
        session.send("Storage.overrideQuotaForOrigin", {"origin": address, "quotaSize": 1})
        lab.write("task-1-perceptron", "mine = '" + "x" * 2_000_000 + "'")
        page.keyboard.press("Control+s")
        page.get_by_text(say("not saved", "en")[:40]).first.wait_for(timeout=MINUTE)
        taken = lab.take_along(tmp_path)
        assert "x" * 2_000_000 in taken.read_text(encoding="utf-8")


SOURCES = f"() => [...{NOTEBOOK}.content.model.cells].map((cell) => cell.sharedModel.getSource())"


def replace(path: Path, text: str) -> None:
    """Write a file anew; the one that it is linked to stays."""
    path.unlink()
    path.write_text(text, encoding="utf-8")


@pytest.mark.parametrize(
    ("broken", "how"),
    [
        ("pyodide.asm.wasm", "missing"),
        ("pyodide.asm.wasm", "cut off"),
        ("python_stdlib.zip", "cut off"),
        ("graphviz.js", "altered"),
        ("pyodide-lock.json", "missing"),
        ("pyodide.mjs", "missing"),
    ],
)
def test_a_broken_download_is_said(profile, tmp_path, broken, how):
    public = copy_of_site(tmp_path)
    path = public / "lab" / "static" / "pyodide" / broken
    whole = path.read_bytes()
    path.unlink()
    if how == "cut off":
        path.write_bytes(whole[: len(whole) // 2])
    elif how == "altered":
        middle = len(whole) // 2
        path.write_bytes(whole[:middle] + bytes(64) + whole[middle + 64 :])
    with served(public) as address:
        lab = Lab(profile().new_page(), address, "fr")
        told = lab.notice()
        assert told.startswith(" ".join(say("broken", "fr").split())), told
        assert broken in told
        assert lab.page.locator("#state").inner_text() == say("failed", "fr")
