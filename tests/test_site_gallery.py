"""Every page of the gallery does what its two sentences say."""

from __future__ import annotations

import pytest
from playground_pages import browser, browser_test, one_page, shown

from micrograd.site import gallery

__all__ = ["browser", "one_page", "shown"]  # fixtures

EXAMPLES = {example.name: example for example in gallery.GALLERY}


@browser_test
@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_does_what_its_sentences_say(name, shown) -> None:
    page = shown(gallery.page_of(EXAMPLES[name], "en"))
    page.fill("#learning-rate", f"{EXAMPLES[name].learning_rate:g}")
    before = page.evaluate("playground.state()")
    page.evaluate("playground.step(100)")
    after = page.evaluate("playground.state()")
    if name == "line":
        assert after["loss"] < 0.1 * before["loss"]
        assert after["parameters"] == pytest.approx([2, -1], abs=0.2)
    elif name == "xor":
        assert after["loss"] < 0.5 * before["loss"]
    elif name == "dead_relu":
        assert after["parameters"] == before["parameters"]
        assert not any(before["gradients"])
    elif name == "vanishing":
        assert abs(before["gradients"][0]) < 1e-3 * abs(before["gradients"][-2])
    elif name == "too_large":
        assert not after["loss"] < 10 * before["loss"]
    else:
        assert name == "overfitting"
        assert after["loss"] < before["loss"]


def test_what_stands_in_the_editor_makes_a_page() -> None:
    page = gallery.page_of(gallery.OWN, "fr")
    assert repr(page) == "Playground(51 parameters, 80 samples)"
