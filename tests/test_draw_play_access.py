"""The pages that train are for everybody: axe finds nothing serious in them, in both languages, light and dark."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playground_pages import X, Y, browser, browser_test, choices_file, moons, one_page, opened, shown

from micrograd.draw import play

__all__ = ["browser", "one_page", "opened", "shown"]  # fixtures

AXE = (
    Path(__file__).resolve().parent.parent
    / "tools"
    / "javascript"
    / "node_modules"
    / "axe-core"
    / "axe.min.js"
)
needs_axe = pytest.mark.skipif(not AXE.exists(), reason="axe-core is not installed (make lint fetches it)")


def serious(page: Any, within: str = "html", rules: list[str] | None = None) -> list[str]:
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate(
        "([within, rules]) => axe.run(within, rules ? { runOnly: rules } : {})", [within, rules]
    )
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
def test_axe_finds_nothing_serious(opened) -> None:
    loss, model = moons([3, 1])
    page = opened(play(loss, model, X, Y, lang="fr"))
    page.select_option("#held-back", "0.2")
    page.select_option("#optimizer", "momentum")
    page.evaluate("playground.step(3)")
    page.locator("[data-unit^=g]").first.dispatch_event("click")
    assert serious(page) == []
    page.emulate_media(color_scheme="dark")
    assert serious(page, rules=["color-contrast"]) == []
    page.click("#show-python")
    assert serious(page, "#python") == []
    page = opened(choices_file(), color_scheme="dark")
    page.click("#task-9")
    assert serious(page, "#panel") == []
    page.emulate_media(color_scheme="light")
    assert serious(page, "#panel", ["color-contrast"]) == []
    page.select_option("#data-kind", "table")
    page.fill("#table-text", "1,2\n3,x\n4,5")
    page.click("#use-table")
    assert serious(page, "#table") == []


@browser_test
def test_with_less_movement_the_picture_changes_seldom_and_training_goes_on(shown) -> None:
    loss, model = moons([3, 1])
    page = shown(play(loss, model, X, Y))
    page.emulate_media(reduced_motion="reduce")
    page.click("#play")
    seen = set()
    for _ in range(10):
        seen.add(page.text_content("#training-state"))
        page.wait_for_timeout(50)
    page.click("#play")
    assert len(seen) <= 4
    page.emulate_media(reduced_motion="no-preference")
    assert page.evaluate("playground.state().step") > 10


@browser_test
def test_the_print_shows_charts_and_graph_without_controls(shown) -> None:
    loss, model = moons([3, 1])
    page = shown(play(loss, model, X, Y))
    page.emulate_media(media="print")
    assert page.locator("#plane").is_visible() and page.locator("#picture").is_visible()
    assert not page.locator("#play").is_visible()
    page.emulate_media(media="screen")
