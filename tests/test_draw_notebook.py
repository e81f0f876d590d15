"""The explorer and ``draw_dot`` where notebooks show them: in frames of any width, dark, without scripts, saved."""

from __future__ import annotations

import base64
import json
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("graphviz")
pytest.importorskip("latex2mathml")
pytest.importorskip("playwright.sync_api", reason="NO BROWSER TEST: playwright is not installed")

from draw_tasks import TASKS, batch, one_sample
from playwright import sync_api

from micrograd.draw import draw_dot, explore

CHROMIUM = os.environ.get("CHROMIUM") or next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="NO BROWSER TEST: Chromium is not installed")

# In an order in which a frame grows and shrinks.
WIDTHS = (390, 1920, 600, 1440, 700, 1280, 828, 955, 390)

# How high every number of the picture is, in pixels of the screen: the size of its font.
HEIGHTS = """() => [...document.querySelectorAll("#picture .figure, #picture .slope")]
    .filter((text) => getComputedStyle(text).display !== "none")
    .map((text) => parseFloat(getComputedStyle(text).fontSize) * text.getScreenCTM().a)"""
RESULT_IN_SIGHT = """() => {
    const [stage, card] = ["#stage", "#picture .card.result > .outline"]
        .map((one) => document.querySelector(one).getBoundingClientRect());
    return stage.left <= card.left && card.right <= stage.right && stage.top <= card.top && card.bottom <= stage.bottom;
}"""


# What lies over the picture, on the result or on any number.
COVERED = """() => {
    const isOver = (a, b) =>
        a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 1 && b.top < a.bottom - 1;
    const boxes = (names) => [...document.querySelectorAll(names)].filter((one) => one.getClientRects().length)
        .map((one) => one.getBoundingClientRect());
    const lettersOf = ({ left, right, top, bottom }) => ({ left, right, top: top + 4, bottom: bottom - 4 });
    const figures = boxes("#picture .figure").map(lettersOf);
    return [...boxes("#map, #zoom, #legend").filter((box) => isOver(box, boxes("#picture .card.result > .outline")[0])),
        ...boxes("#legend").filter((box) => figures.some((figure) => isOver(box, figure))),
        ...figures.filter((a, k) => figures.slice(k + 1).some((b) => isOver(a, b)))].length;
}"""


# All of that once the page has seen its new size, and is drawn.
SEEN = f"""async () => {{
    for (let frame = 0; frame < 3; frame++) await new Promise(requestAnimationFrame);
    return [({HEIGHTS})(), ({RESULT_IN_SIGHT})(), ({COVERED})(), document.documentElement.scrollWidth];
}}"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def tab(browser: Any) -> Any:
    """One for most tests: making another takes longer than what they do in it."""
    return browser.new_page()


@pytest.fixture
def page(tab: Any) -> Any:
    tab.goto("about:blank")
    tab.emulate_media(color_scheme="light")
    tab.mouse.move(0, 0)
    return tab


def in_frame(page: Any) -> Any:
    """Return the frame of the explorer once it is ready."""
    page.frame_locator("iframe").locator("html[data-ready=yes]").wait_for(state="attached")
    return page.frames[-1]


def show(page: Any, output: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.set_content(f'<!DOCTYPE html><meta charset=utf-8><body style="margin:0">{output}')


def show_file(page: Any, path: Path, width: int, height: int) -> None:
    page.set_viewport_size({"width": width, "height": height})
    page.goto(path.as_uri())
    page.wait_for_selector("html[data-ready=yes]", state="attached")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("task", TASKS)
def test_numbers_can_be_read_at_every_width(task: str, scheme: str, page: Any, tmp_path: Path) -> None:
    path = explore(*TASKS[task](), lang="fr" if scheme == "light" else "en").save(tmp_path / "page.html")
    page.emulate_media(color_scheme=scheme)
    show_file(page, path, 1280, 720)
    # Every width in one page: a frame gets and loses its width as the window does.
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 780 if width < 500 else 640})
        heights, is_in_sight, covered, needed = page.evaluate(SEEN)
        assert heights
        assert min(heights) >= 11, width
        assert is_in_sight, width
        assert covered == 0, width
        assert needed <= width


@pytest.mark.parametrize("before", ["display:none", "width:10px", "width:1900px"])
def test_a_frame_that_gets_its_width_later_can_be_read(before: str, page: Any) -> None:
    show(page, f'<div id=cell style="{before}">{explore(*one_sample([1]))._repr_html_()}</div>', 1000)
    if before != "display:none":
        in_frame(page)
    page.evaluate("document.getElementById('cell').style.cssText = 'width:828px'")
    frame = in_frame(page)
    # A busy machine may take its time to give the frame its width.
    for _ in range(100):
        heights, is_in_sight, _, _ = frame.evaluate(SEEN)
        is_right = frame.evaluate("innerWidth") in range(800, 829) and min(heights) >= 11 and is_in_sight
        if is_right:
            break
    assert is_right


def test_what_was_moved_by_hand_stays_when_the_frame_changes(page: Any, tmp_path: Path) -> None:
    show_file(page, explore(*batch(2)).save(tmp_path / "page.html"), 900, 640)
    page.click("#zoom-in")
    before = page.get_attribute("#world", "transform")
    page.set_viewport_size({"width": 880, "height": 640})
    page.wait_for_timeout(80)
    assert page.get_attribute("#world", "transform") == before


def test_a_map_shows_what_is_out_of_sight_and_leads_there(page: Any, tmp_path: Path) -> None:
    show_file(page, explore(*one_sample([1])).save(tmp_path / "page.html"), 390, 700)
    assert page.locator("#map").is_visible()
    before = page.get_attribute("#world", "transform")
    page.locator("#map").click(position={"x": 4, "y": 4})
    assert page.get_attribute("#world", "transform") != before
    page.set_viewport_size({"width": 1600, "height": 900})
    page.click("#zoom-fit")
    assert not page.locator("#map").is_visible()


def test_cards_and_rows_do_not_overlap(page: Any, tmp_path: Path) -> None:
    for task in TASKS:
        show_file(page, explore(*TASKS[task]()).save(tmp_path / f"{task}.html"), 1280, 720)
        for width in (390, 700, 955):
            page.set_viewport_size({"width": width, "height": 640})
            page.wait_for_timeout(60)
            page.click("#unfold-all")
            boxes = page.eval_on_selector_all(
                ".card[data-unit] > .outline:not(.behind)",
                "all => all.map(o => o.getBoundingClientRect()).map(b => [b.x, b.y, b.right, b.bottom])",
            )
            for k, a in enumerate(boxes):
                for b in boxes[:k]:
                    assert (
                        a[2] <= b[0] + 0.5 or b[2] <= a[0] + 0.5 or a[3] <= b[1] + 0.5 or b[3] <= a[1] + 0.5
                    )


def test_saving_printing_and_the_whole_screen_work_in_the_notebooks_frame(browser: Any) -> None:
    page, said = browser.new_page(), []
    show(page, explore(*one_sample([1]))._repr_html_(), 900)
    page.on("console", lambda message: said.append(message.text))
    frame = in_frame(page)
    with page.expect_download() as download:
        frame.click("#save")
    saved = Path(download.value.path()).read_text(encoding="utf-8")
    other = browser.new_page()
    other.set_content(saved)
    other.wait_for_selector("html[data-ready=yes]", state="attached")
    assert (
        other.locator("#picture .card[data-unit]").count()
        == frame.locator("#picture .card[data-unit]").count()
    )
    other.close()
    frame.click("#print")
    page.wait_for_timeout(50)
    # A sandbox that forbids it would say that the call was ignored.
    assert said == []
    frame.click("#whole-screen")
    page.wait_for_function("document.fullscreenElement !== null")
    page.close()


def test_the_page_is_dark_where_the_notebook_is(page: Any) -> None:
    show(page, explore(*one_sample([1]))._repr_html_(), 900)
    frame = in_frame(page)
    background = "getComputedStyle(document.body).backgroundColor"

    def brightness() -> int:
        page.wait_for_timeout(60)
        return sum(map(int, re.findall(r"\d+", frame.evaluate(background))[:3]))

    assert brightness() > 600
    page.evaluate("document.body.dataset.jpThemeLight = 'false'")
    assert brightness() < 150
    page.evaluate("document.body.dataset.jpThemeLight = 'true'")
    assert brightness() > 600
    # Who chose in the page keeps the choice.
    frame.click("#theme")
    page.evaluate("document.body.dataset.jpThemeLight = 'true'; document.body.classList.add('x')")
    assert brightness() < 150


def without_scripts(output: str) -> str:
    """Return HTML as a forge's sanitiser leaves it: no scripts, no styles, no frames."""
    for tag in ("script", "style", "iframe"):
        output = re.sub(rf"<{tag}\b.*?</{tag}>", "", output, flags=re.DOTALL)
    return output


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_where_scripts_are_stripped_a_still_picture_stands(lang: str, page: Any) -> None:
    loss, model = one_sample([1])
    bundle = explore(loss, model, lang=lang)._repr_mimebundle_()
    assert "0.3847" in bundle["image/svg+xml"]
    assert "<script" not in bundle["image/svg+xml"]
    for keep_styles in (True, False):
        still = without_scripts(bundle["text/html"])
        still = still if keep_styles else re.sub(r' style="[^"]*"', "", still)
        show(page, still, 850)
        size = page.locator("img").bounding_box()
        assert size["width"] > 300
        assert size["height"] > 200
        line = page.locator("p").bounding_box()
        assert line["y"] >= size["y"] + size["height"] - 1
        assert line["y"] + line["height"] <= (640 if keep_styles else 1200)
        assert (
            "ouvrez le notebook dans Jupyter" if lang == "fr" else "open the notebook in Jupyter"
        ) in page.inner_text("p")
    # And where they are not, the page covers it.
    show(page, bundle["text/html"], 850)
    frame, image = page.locator("iframe").bounding_box(), page.locator("img").bounding_box()
    assert frame["y"] <= image["y"]
    assert frame["y"] + frame["height"] >= image["y"] + image["height"]
    assert page.evaluate("document.elementFromPoint(425, 300).localName") == "iframe"


def test_the_explorer_opens_in_the_notebooks_language(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    loss, model = one_sample([1])
    monkeypatch.setenv("LC_ALL", "en_US.UTF-8")
    texts = {
        "fr": "On cherche la valeur des poids qui donne la plus petite erreur pour les points du jeu.",
        "en": "We look for the weights that give the smallest error on the points of the data set.",
    }
    for lang, text in texts.items():
        path = tmp_path / f"{lang}.ipynb"
        path.write_text(json.dumps({"cells": [{"cell_type": "markdown", "source": [text]}]}))
        monkeypatch.setenv("JPY_SESSION_NAME", str(path))
        assert f'<html lang="{lang}">' in explore(loss, model).html()
        assert '<html lang="en">' in explore(loss, model, lang="en").html()
    for broken in ("[", "{}", '{"cells": 3}', '{"cells": []}'):
        path.write_text(broken)
        assert '<html lang="en">' in explore(loss, model).html()
    monkeypatch.setenv("JPY_SESSION_NAME", str(tmp_path / "missing.ipynb"))
    assert '<html lang="en">' in explore(loss, model).html()


@pytest.mark.parametrize("width", [850, 1350])
@pytest.mark.parametrize("layers", [[1], [2, 1]])
def test_draw_dot_fits_a_cell_and_can_be_read(layers: list[int], width: int, page: Any) -> None:
    loss, _ = one_sample(layers)
    picture = draw_dot(loss)
    svg = picture._repr_mimebundle_()["image/svg+xml"]
    # Jupyter shows it as an image.
    address = "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode()
    show(page, f'<img src="{address}" style="max-width:100%">', width)
    assert page.locator("img").bounding_box()["width"] <= width
    page.set_content(f'<body style="margin:0">{svg[svg.index("<svg") :]}')
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    sizes = page.eval_on_selector_all(
        "text", "all => all.map(t => parseFloat(getComputedStyle(t).fontSize) * t.getScreenCTM().a)"
    )
    assert min(sizes) >= 11
    # What somebody asked for is what is written.
    assert "rankdir=LR" in picture.source
    assert "rankdir=LR" in draw_dot(loss, rankdir="LR").source
