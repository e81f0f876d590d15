"""Playgrounds opened in a real browser, for the tests of several files."""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("numpy")
pytest.importorskip("graphviz")
pytest.importorskip("latex2mathml")
pytest.importorskip("playwright.sync_api", reason="NO BROWSER TEST: playwright is not installed")

from playwright import sync_api
from playwright.sync_api import expect
from shared import once

from micrograd import data
from micrograd.draw import Playground, play
from micrograd.draw.playground import choices_page
from micrograd.engine import Value
from micrograd.nn import MLP

__all__ = [
    "CHROMIUM",
    "OVERFLOWING",
    "X",
    "Y",
    "browser",
    "browser_test",
    "choices_file",
    "expect",
    "moons",
    "one_page",
    "open_once",
    "opened",
    "shown",
]

CHROMIUM = os.environ.get("CHROMIUM") or next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
browser_test = pytest.mark.skipif(CHROMIUM is None, reason="NO BROWSER TEST: Chromium is not installed")
X, Y = data.make_moons(60, noise=0.1, random_state=1)


# Every host but loopback is looked up in vain.
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1"]
LOCAL = ("file:", "data:", "blob:", "http://127.0.0.1:")


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def opened(browser: Any, tmp_path: Path) -> Iterator[Callable[..., Any]]:
    """Open a playground, or a file; whatever goes wrong in the page fails the test."""
    wrong: list[str] = []
    contexts: list[Any] = []

    def open_page(
        what: Playground | Path,
        address: str = "",
        path: Path | None = None,
        at: str | None = None,
        **options: Any,
    ) -> Any:
        what = path or what
        path = what if isinstance(what, Path) else what.save(tmp_path / f"play{len(contexts)}.html")
        contexts.append(browser.new_context(**{"viewport": {"width": 1280, "height": 900}, **options}))
        page = contexts[-1].new_page()
        _listen(page, wrong)
        page.goto((path.as_uri() if at is None else f"{at}/{path.name}") + address)
        page.wait_for_selector("html[data-ready=yes]")
        page.evaluate("playground.ready")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert wrong == []


def _listen(page: Any, wrong: list[str]) -> None:
    page.on("console", lambda message: wrong.append(message.text))
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("dialog", lambda dialog: (wrong.append("dialog"), dialog.dismiss()))
    page.on("request", lambda request: None if request.url.startswith(LOCAL) else wrong.append(request.url))


# What a page does when it is loaded, in one that is: loading takes most of a short test's time.
_SHOW = """([scene, play]) => {
    const { panel } = playground.internals();
    panel.play(false);
    const trainer = new panel.trainer.constructor(panel.kernels, play);
    panel.trainer.release();
    panel.useTrainer(trainer);
    Object.assign(panel.state, { speed: 5, tool: "move", promise: null });
    panel.promiseFrom = null;
    panel.page.show({ ...scene, live: play });
    panel.attachMaps(document.getElementById("picture"));
    panel.build();
    panel.update();
    scrollTo(0, 0);
}"""


def open_once(browser: Any, path: Path) -> Iterator[tuple[Any, list[str]]]:
    """Open a file, and give its page and what goes wrong in it, until the tests of a module are done."""
    wrong: list[str] = []
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    _listen(page, wrong)
    page.goto(path.as_uri())
    page.wait_for_selector("html[data-ready=yes]")
    page.evaluate("playground.ready")
    yield page, wrong
    context.close()


@pytest.fixture(scope="module")
def one_page(browser: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Any, list[str]]]:
    """One playground for the tests of a file, in English, and what goes wrong in it."""
    loss, model = moons([1])
    path = play(loss, model, X, Y, lang="en").save(tmp_path_factory.mktemp("one") / "page.html")
    yield from open_once(browser, path)


@pytest.fixture
def shown(one_page: tuple[Any, list[str]]) -> Iterator[Callable[[Playground], Any]]:
    """Show a playground in the page that is open, as it is at first; what goes wrong there fails the test."""
    page, wrong = one_page

    def show(made: Playground) -> Any:
        page.evaluate(_SHOW, [made._scene, {**made._play, "kernels": ""}])
        return page

    yield show
    found = wrong[:]
    wrong.clear()
    assert found == []


# The controls that reach beyond the part of the panel in which they stand, or beyond the window.
OVERFLOWING = """() => {
    const found = [];
    for (const place of document.querySelectorAll("#panel .part, #toolbar, #film")) {
        // On a phone, a part's fields stand in the panel itself.
        const box = place.getBoundingClientRect();
        const right = Math.min((box.width ? box : place.parentElement.getBoundingClientRect()).right, innerWidth);
        for (const one of place.querySelectorAll("input, select, button, label, .facts, #caption")) {
            const at = one.getBoundingClientRect();
            const isBeyond = at.right > right + 1 || at.left < -1;
            if (at.width > 2 && isBeyond) found.push(`${one.id || one.textContent} ${at.right} > ${right}`);
        }
    }
    return found;
}"""


def choices_file() -> Path:
    """Return the page with choices, in English, made once in a run of the tests."""
    return (
        once(
            "choices", lambda folder: (folder / "page.html").write_text(choices_page("en"), encoding="utf-8")
        )
        / "page.html"
    )


def moons(shape: list[int], **options: Any) -> tuple[Callable[..., Value], MLP]:
    random.seed(7)
    model = MLP(2, shape, **options)
    return lambda x, y: (model(x).sigmoid() - y) ** 2, model
