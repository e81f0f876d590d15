"""The pages that train are for everybody: axe finds nothing serious in them, in both languages, light and dark."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playground_pages import X, Y, browser, browser_test, moons, opened

from micrograd.draw import play
from micrograd.draw.playground import choices_page

__all__ = ["browser", "opened"]  # fixtures

AXE = (
    Path(__file__).resolve().parent.parent
    / "tools"
    / "javascript"
    / "node_modules"
    / "axe-core"
    / "axe.min.js"
)
needs_axe = pytest.mark.skipif(not AXE.exists(), reason="axe-core is not installed (make lint fetches it)")


def serious(page: Any) -> list[str]:
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("axe.run()")
    problems = []
    for violation in found["violations"]:
        nodes = violation["nodes"]
        if violation["id"] == "label-content-name-mismatch":
            # A card's name says in full what stands on it in short: "valeur" for "val.".
            nodes = [node for node in nodes if 'class="card' not in node["html"]]
        if nodes and violation["impact"] in ("serious", "critical"):
            problems.append(f"{violation['id']}: {nodes[0]['html'][:120]} ({len(nodes)})")
    return problems


@browser_test
@needs_axe
@pytest.mark.parametrize(("lang", "scheme"), [("fr", "light"), ("en", "dark")])
def test_axe_finds_nothing_serious(lang, scheme, opened, tmp_path) -> None:
    loss, model = moons([3, 1])
    page = opened(play(loss, model, X, Y, lang=lang), color_scheme=scheme)
    page.select_option("#held-back", "0.2")
    page.select_option("#optimizer", "momentum")
    page.evaluate("playground.step(3)")
    page.locator("[data-unit^=g]").first.dispatch_event("click")
    assert serious(page) == []
    page.click("#show-python")
    assert serious(page) == []
    path = tmp_path / "choices.html"
    path.write_text(choices_page(lang), encoding="utf-8")
    page = opened(path, color_scheme=scheme)
    page.click("#task-9")
    assert serious(page) == []
    page.select_option("#data-kind", "table")
    page.fill("#table-text", "1,2\n3,x\n4,5")
    page.click("#use-table")
    assert serious(page) == []


@browser_test
def test_with_less_movement_the_picture_changes_seldom_and_training_goes_on(opened) -> None:
    loss, model = moons([3, 1])
    page = opened(play(loss, model, X, Y), reduced_motion="reduce")
    page.click("#play")
    seen = set()
    for _ in range(10):
        seen.add(page.text_content("#training-state"))
        page.wait_for_timeout(50)
    page.click("#play")
    assert len(seen) <= 4
    assert page.evaluate("playground.state().step") > 10


@browser_test
def test_the_print_shows_charts_and_graph_without_controls(opened) -> None:
    loss, model = moons([3, 1])
    page = opened(play(loss, model, X, Y))
    page.emulate_media(media="print")
    assert page.locator("#plane").is_visible() and page.locator("#picture").is_visible()
    assert not page.locator("#play").is_visible()
