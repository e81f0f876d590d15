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

from micrograd import data
from micrograd.draw import Playground
from micrograd.engine import Value
from micrograd.nn import MLP

__all__ = ["CHROMIUM", "X", "Y", "browser", "browser_test", "expect", "moons", "opened"]

CHROMIUM = os.environ.get("CHROMIUM") or next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
browser_test = pytest.mark.skipif(CHROMIUM is None, reason="NO BROWSER TEST: Chromium is not installed")
X, Y = data.make_moons(60, noise=0.1, random_state=1)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


@pytest.fixture
def opened(browser: Any, tmp_path: Path) -> Iterator[Callable[..., Any]]:
    """Open a playground, or a file; whatever goes wrong in the page fails the test."""
    wrong: list[str] = []
    contexts = []

    def open_page(
        what: Playground | Path, address: str = "", path: Path | None = None, **options: Any
    ) -> Any:
        what = path or what
        path = what if isinstance(what, Path) else what.save(tmp_path / f"play{len(contexts)}.html")
        contexts.append(browser.new_context(**{"viewport": {"width": 1280, "height": 900}, **options}))
        page = contexts[-1].new_page()
        page.on("console", lambda message: wrong.append(message.text))
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("dialog", lambda dialog: (wrong.append("dialog"), dialog.dismiss()))
        page.on(
            "request",
            lambda r: None if r.url.startswith(("file:", "data:", "blob:")) else wrong.append(r.url),
        )
        page.goto(path.as_uri() + address)
        page.wait_for_selector("html[data-ready=yes]")
        page.evaluate("playground.ready")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert wrong == []


def moons(shape: list[int], **options: Any) -> tuple[Callable[..., Value], MLP]:
    random.seed(7)
    model = MLP(2, shape, **options)
    return lambda x, y: (model(x).sigmoid() - y) ** 2, model
