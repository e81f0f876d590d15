"""Python typed in the site's playground is compiled in the tab, with every other host out of reach."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import pytest

sync_api = pytest.importorskip("playwright.sync_api", reason="NO BROWSER TEST: playwright is not installed")

from served_site import ARGUMENTS, CHROMIUM, copy_of_site, served, site, watch  # noqa: E402

import micrograd  # noqa: E402
from micrograd.nn import MLP  # noqa: E402
from micrograd.site.words import say  # noqa: E402

pytestmark = [
    pytest.mark.site,
    pytest.mark.skipif(CHROMIUM is None, reason="NO BROWSER TEST: Chromium is not installed"),
]
MINUTE = 60_000
TYPED = """
import random
from micrograd.draw import play
from micrograd.nn import MLP

random.seed(5)
model = MLP(3, [4, 1], activation="tanh")
X = [[random.gauss(0, 1) for _ in range(3)] for _ in range(30)]
y = [x[0] * x[1] for x in X]
print("thirty samples")
play(lambda x, y: (model(x) - y) ** 2 + 0.01 * model.parameters()[0] ** 2, model, X, y)
"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with sync_api.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


def made(page: Any, source: str) -> str:
    """Type a program, run it, and return what the page says of it."""
    page.locator("#source").fill(source)
    page.locator("#make").click()
    page.wait_for_function("!document.getElementById('make').disabled", timeout=2 * MINUTE)
    return page.locator("#made").inner_text()


def live(page: Any) -> Any:
    """Return the frame of the page that was made, once it is there."""
    page.wait_for_function(
        "document.getElementById('live').src.startsWith('blob:') && frames[0].playground", timeout=MINUTE
    )
    frame = page.frames[1]
    frame.evaluate("playground.ready")
    return frame


def test_a_network_and_a_loss_typed_in_python(browser) -> None:
    with served(site()) as address:
        context = browser.new_context()
        outside, errors = watch(context)
        page = context.new_page()
        page.goto(f"{address}/playground/fr.html")
        assert made(page, TYPED) == say("is made", "fr")
        assert page.locator("#printed").inner_text() == "thirty samples\n"
        frame = live(page)
        frame.evaluate("playground.step(50)")
        state = frame.evaluate("playground.state()")
        random.seed(5)
        model = MLP(3, [4, 1], activation="tanh")
        X = [[random.gauss(0, 1) for _ in range(3)] for _ in range(30)]
        y = [x[0] * x[1] for x in X]
        program = micrograd.compile(
            lambda x, y: (model(x) - y) ** 2 + 0.01 * model.parameters()[0] ** 2, model
        )
        program.train(X, y, 50, 0.1)
        assert state["parameters"] == pytest.approx([p.data for p in model.parameters()], rel=1e-9)
        assert frame.locator("html").get_attribute("lang") == "fr"

        # What is wrong is said with its line, and the page that stands stays.
        assert made(page, TYPED.replace("MLP(3", "MPL(3")) == say("not made", "fr")
        told = page.locator("#printed").inner_text()
        assert "model = MPL(3" in told and "NameError" in told
        assert live(page).evaluate("playground.state()") == state

        # What never ends is stopped, and the next program runs.
        page.locator("#source").fill("while True: pass")
        page.locator("#make").click()
        page.wait_for_timeout(300)
        page.locator("#stop").click()
        assert page.locator("#made").inner_text() == say("stopped", "fr")
        page.goto(f"{address}/playground/xor.en.html")
        page.locator("summary").click()
        source = page.locator("#source").input_value()
        assert made(page, source.replace("[4, 1]", "[3, 1]")) == say("is made", "en")
        assert len(live(page).evaluate("playground.state().parameters")) == 3 * 3 + 4
        assert outside == [] and errors == []
        context.close()


@pytest.mark.parametrize("broken", ["pyodide.asm.wasm", "graphviz.js", "own.mjs"])
def test_a_file_that_did_not_arrive_is_named(browser, broken, tmp_path) -> None:
    public = copy_of_site(tmp_path)
    path = public / "lab" / "static" / "pyodide" / broken
    whole = path.read_bytes()
    path.unlink()
    path.write_bytes(whole[: len(whole) // 2])
    with served(public) as address:
        page = browser.new_page()
        page.goto(f"{address}/playground/en.html")
        told = made(page, TYPED)
        assert told.startswith(say("broken", "en")) and broken in told
        page.close()
