"""Cells run again and out of order: a picture shows what is, and says what no longer fits together."""

from __future__ import annotations

import random
import re
from typing import Any

import pytest

pytest.importorskip("graphviz")
pytest.importorskip("latex2mathml")

from micrograd.draw import draw_dot, explain, explore
from micrograd.draw.scene import scene_of
from micrograd.draw.words import WORDS
from micrograd.engine import Value
from micrograd.nn import MLP


def made(sizes: list[int], samples: int = 1) -> tuple[Value, MLP]:
    random.seed(42)
    model = MLP(2, sizes)
    points = [[Value(0.888 + k), Value(0.777 - k)] for k in range(samples)]
    loss = sum((model(x).sigmoid() - k % 2) ** 2 for k, x in enumerate(points)) / samples
    loss.backward()
    return loss, model


def corrected(loss: Value, model: MLP) -> None:
    for p in model.parameters():
        p.data -= 0.1 * p.grad


CHANGES: dict[str, Any] = {
    "staleGraph": corrected,
    "zeroedGraph": lambda loss, model: model.zero_grad(),
    "accumulatedGraph": lambda loss, model: loss.backward(),
}


def said(loss: Value, model: MLP) -> set[str]:
    """The notices of the explorer, after looking that ``draw_dot`` has the same."""
    found = scene_of(loss, model)["notices"]
    text = re.sub(r"\\l|\s+", " ", draw_dot(loss).source)
    for key in CHANGES:
        assert (WORDS[key]["en"][:40] in text) == (key in found)
    return set(found)


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "en_US.UTF-8")


@pytest.mark.parametrize("samples", [1, 4])
@pytest.mark.parametrize("sizes", [[1], [2, 1]])
@pytest.mark.parametrize("change", [None, *CHANGES])
def test_what_was_changed_since_is_said(sizes: list[int], samples: int, change: str | None) -> None:
    loss, model = made(sizes, samples)
    if change:
        CHANGES[change](loss, model)
    assert said(loss, model) == ({change} if change else set())


def test_the_numbers_are_those_that_are_there_now() -> None:
    loss, model = made([1])
    weight = model.parameters()[0]
    weight.data = 0.12345
    assert "data 0.1235" in draw_dot(loss).source
    assert 0.12345 in [node["data"] for node in scene_of(loss, model)["nodes"]]
    # Computed again, all is well.
    model.zero_grad()
    again = (model([Value(0.888), Value(0.777)]).sigmoid() - 1) ** 2
    again.backward()
    assert said(again, model) == set()


def test_a_result_that_was_not_swept_does_not_pass_for_one_that_was() -> None:
    """As after the training of task 5: a new error, and the parameters' gradients of the one before."""
    _, model = made([1])
    again = (model([Value(0.888), Value(0.777)]).sigmoid() - 1) ** 2
    assert said(again, model) == {"otherSweep"}
    assert "backward() has not been called on this result" in draw_dot(again).source.replace("\\l", " ")
    model.zero_grad()
    assert said(again, model) == set()


def test_a_model_that_was_built_anew_is_not_the_graphs() -> None:
    loss, _ = made([2, 1])
    _, other = made([2, 1])
    assert said(loss, other) == {"otherModel"}
    assert scene_of(loss, None)["notices"] == []


def test_the_still_picture_says_it_too() -> None:
    loss, model = made([1])
    corrected(loss, model)
    assert "Values have changed since" in explore(loss, model, lang="en").svg()
    assert "Des valeurs ont changé depuis" in explore(loss, model, lang="fr").svg()


def test_a_gradient_that_was_reset_is_not_taken_for_another_sweeps() -> None:
    loss, model = made([1])
    model.zero_grad()
    text = explain(model.parameters()[0], "en", root=loss, model=model)
    assert "was reset since" in text
    assert "earlier backward sweep" not in text


def test_an_overwritten_value_is_told_in_the_notebooks_language(monkeypatch: pytest.MonkeyPatch) -> None:
    loss, _ = made([1])
    node = loss._operands[0]
    node.data = 0.25
    assert "then overwritten" in draw_dot(loss).source
    monkeypatch.setenv("LC_ALL", "fr_FR.UTF-8")
    source = draw_dot(loss).source
    assert "puis remplacé" in source
    assert "overwritten" not in source
