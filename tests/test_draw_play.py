"""The page that trains, in a real browser: its training is the program's, its numbers are the engine's."""

from __future__ import annotations

import json
import math
import random
import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from playground_pages import OVERFLOWING, X, Y, browser, browser_test, moons, one_page, opened, shown

np = pytest.importorskip("numpy")

import micrograd  # noqa: E402
from micrograd import data  # noqa: E402
from micrograd.draw import play  # noqa: E402
from micrograd.engine import Value  # noqa: E402
from micrograd.nn import MLP  # noqa: E402

__all__ = ["browser", "one_page", "opened", "shown"]  # fixtures


def test_the_model_is_left_alone_and_the_page_is_small() -> None:
    loss, model = moons([16, 1])
    for p in model.parameters():
        p.grad = 0.5
    before = [(p.data, p.grad) for p in model.parameters()]
    made = play(loss, model, *data.make_moons(100, noise=0.1, random_state=42))
    assert [(p.data, p.grad) for p in model.parameters()] == before
    assert len(made.html()) < 500_000
    assert repr(made) == "Playground(65 parameters, 100 samples)"
    bundle = made._repr_mimebundle_()
    assert "allow-downloads" in bundle["text/html"] and "<svg" in bundle["image/svg+xml"]


def test_what_cannot_be_played_is_refused() -> None:
    loss, model = moons([2, 1])
    with pytest.raises(ValueError, match="a page takes 200000"):
        play(loss, model, np.zeros((100_000, 2)) + 0.5, np.ones(100_000))
    with pytest.raises(ValueError, match="shape"):
        play(loss, model, [1.0, 2.0], [1.0])
    with pytest.raises(micrograd.CompileError):
        play(lambda x, y: (model(x) - y) ** 2 if x[0].data > 0 else model(x), model, X, Y)


@browser_test
@pytest.mark.parametrize(
    ("shape", "activation"), [([2, 1], "relu"), ([16, 1], "tanh"), ([5, 3, 1], "sigmoid")]
)
def test_a_hundred_steps_are_those_of_the_program(shape, activation, shown) -> None:
    loss, model = moons(shape, activation=activation)
    page = shown(play(loss, model, X, Y))
    program = micrograd.compile(loss, model, threads=1)
    for steps in (0, 1, 99):
        page.evaluate("n => playground.step(n)", steps)
        if steps:
            program.train(X, Y, steps, 0.1)
        found = page.evaluate("playground.state()")
        value, gradient = program(X, Y)
        assert found["loss"] == pytest.approx(value, rel=1e-12)
        assert found["gradients"] == pytest.approx(gradient.tolist(), rel=1e-9, abs=1e-13)
        assert found["parameters"] == pytest.approx([p.data for p in model.parameters()], rel=1e-10)
    assert found["step"] == 100
    page.click("#reset")
    assert page.evaluate("playground.state().step") == 0


@browser_test
def test_from_loopback_it_is_as_from_a_file(opened, tmp_path) -> None:
    class Files(SimpleHTTPRequestHandler):
        def __init__(self, *arguments: Any) -> None:
            super().__init__(*arguments, directory=str(tmp_path))

        def log_message(self, *_: Any) -> None:
            asked.append(self.path)

    asked: list[str] = []
    loss, model = moons([3, 1])
    made = play(loss, model, X, Y)
    with ThreadingHTTPServer(("127.0.0.1", 0), Files) as serving:
        threading.Thread(target=serving.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{serving.server_address[1]}"
        states = []
        for at in (None, address):
            page = opened(made, at=at)
            page.evaluate("playground.step(10)")
            states.append(page.evaluate("playground.state()"))
        with page.expect_download() as download:
            page.click("#save")
        assert Path(download.value.path()).stat().st_size > 100_000
        serving.shutdown()
    assert states[0] == states[1] and states[0]["step"] == 10
    # The page, and the icon that a browser asks any server for; nothing else.
    assert [path for path in asked if "favicon" not in path] == ["/play1.html"]
    program = micrograd.compile(loss, model)
    program.train(X, Y, 10, 0.1)
    assert states[0]["parameters"] == pytest.approx([p.data for p in model.parameters()], rel=1e-10)


@browser_test
def test_every_number_in_the_picture_is_the_engines(shown) -> None:
    loss, model = moons([3, 2, 1], activation="tanh")
    page = shown(play(loss, model, X, Y))
    page.click("#unfold-all")
    page.evaluate("playground.step(5)")
    page.evaluate("playground.setParameter(2, 0.75)")
    page.evaluate("playground.setSample(7)")
    for p, value in zip(model.parameters(), page.evaluate("playground.state().parameters")):
        p.data = value
    assert model.parameters()[2].data == 0.75
    model.zero_grad()
    x, y = [Value(number) for number in X[7]], Value(Y[7])
    root = loss(x, y)
    root.backward()
    shown = page.eval_on_selector_all(
        "[data-unit^=n]",
        "all => all.map(c => [...c.querySelectorAll('.figure')].map(f => Number(f.dataset.value)))",
    )
    numbers = {(round(data, 9), round(grad, 9)) for data, grad in shown}
    expected = [root, *x, y, *model.parameters()]
    for node in (*expected, *(o for n in (root, *root._operands) for o in n._operands)):
        assert any(
            math.isclose(node.data, d, abs_tol=1e-8) and math.isclose(node.grad, g, abs_tol=1e-8)
            for d, g in numbers
        ), node
    slopes = page.eval_on_selector_all(".slope", "all => all.map(one => Number(one.dataset.value))")
    assert any(math.isclose(slope, root._local_derivatives[0], abs_tol=1e-9) for slope in slopes)
    # The explanation follows.
    page.locator("[data-unit^=n]").last.dispatch_event("click")
    before = page.text_content("#explanation")
    page.evaluate("playground.step(50)")
    assert page.text_content("#explanation") != before


@browser_test
def test_a_change_of_a_weight_says_what_the_gradient_had_promised(shown) -> None:
    loss, model = moons([2, 1])
    page = shown(play(loss, model, X, Y, lang="en"))
    first = page.evaluate("playground.state()")
    page.select_option("#parameter", "1")
    page.fill("#parameter-value", str(first["parameters"][1] + 1e-4))
    page.press("#parameter-value", "Enter")
    after = page.evaluate("playground.state()")
    promised = first["gradients"][1] * 1e-4
    assert after["loss"] - first["loss"] == pytest.approx(promised, rel=1e-2)
    assert "promised" in page.text_content("#promise")


@browser_test
def test_optimizers_batches_and_the_way_back(shown) -> None:
    loss, model = moons([4, 1])
    page = shown(play(loss, model, X, Y))
    start = page.evaluate("playground.state()")
    page.select_option("#optimizer", "adam")
    page.fill("#batch-size", "10")
    page.press("#batch-size", "Enter")
    page.click("#ten-steps")
    program = micrograd.compile(loss, model, threads=1)
    # The orders of the epochs are those of Python's own generator.
    order = [k for epoch in range(2) for k in _order(epoch)]
    for k in range(10):
        rows = order[10 * k : 10 * k + 10]
        program.train([X[r] for r in rows], [Y[r] for r in rows], 1, 0.1, optimizer="Adam", resume=k > 0)
    found = page.evaluate("playground.state()")
    assert found["parameters"] == pytest.approx([p.data for p in model.parameters()], rel=1e-9)
    page.evaluate(
        "() => { const b = document.getElementById('back'); b.value = 0; b.dispatchEvent(new Event('change')) }"
    )
    assert page.evaluate("playground.state().parameters") == start["parameters"]


def _order(epoch: int) -> list[int]:
    order = list(range(len(X)))
    random.Random(epoch).shuffle(order)
    return order


@browser_test
def test_fresh_weights_are_pythons(shown) -> None:
    loss, model = moons([3, 1])
    page = shown(play(loss, model, X, Y))
    for seed in (0, 42, 2**32 - 1):
        page.fill("#seed", str(seed))
        page.press("#seed", "Enter")
        random.seed(seed)
        drawn = [float(p.data) for p in MLP(2, [3, 1]).parameters()]
        assert page.evaluate("playground.state().parameters") == drawn


@browser_test
def test_it_is_saved_as_it_is_and_opened_again(opened, tmp_path) -> None:
    loss, model = moons([2, 1])
    page = opened(play(loss, model, X, Y))
    page.evaluate("playground.step(7)")
    page.evaluate("playground.setParameter(0, 0.125)")
    state = page.evaluate("playground.state()")
    with page.expect_download() as download:
        page.click("#save")
    saved = tmp_path / "saved.html"
    download.value.save_as(saved)
    again = opened(saved)
    assert again.evaluate("playground.state()") == state
    again.evaluate("playground.step(1)")
    with again.expect_download() as download:
        again.click("#save-weights")
    told = json.loads(Path(download.value.path()).read_text())
    model.load_state_dict(told)
    assert [p.data for p in model.parameters()] == again.evaluate("playground.state().parameters")


@browser_test
def test_divergence_says_so_and_keeps_the_last_finite_weights(shown) -> None:
    w = Value(1.0, label="</script><b>w")
    page = shown(play(lambda x: (w * x[0] + 1) ** 4, [w], [[3.0], [2.0]]))
    page.fill("#learning-rate", "1e30")
    page.press("#learning-rate", "Enter")
    page.evaluate("playground.step(50)")
    assert "stopped" in page.text_content("#training-state")
    assert np.isfinite(page.evaluate("playground.state().parameters")).all()
    assert page.locator("#panel b").count() == 0
    page.click("#language-fr")
    assert "arrêté" in page.text_content("#training-state")
    page.click("#language-en")


@browser_test
def test_points_can_be_moved_and_relabelled(shown) -> None:
    loss, model = moons([2, 1])
    page = shown(play(loss, model, X, Y))
    before = page.evaluate("playground.state().loss")
    box = page.locator("#plane").bounding_box()
    spread = np.array(X)
    low, high = spread.min(axis=0), spread.max(axis=0)
    low, high = low - 0.1 * (high - low), high + 0.1 * (high - low)
    at = (spread[0] - low) / (high - low)
    x, y = box["x"] + at[0] * box["width"], box["y"] + (1 - at[1]) * box["height"]
    page.mouse.dblclick(x, y)
    relabelled = page.evaluate("playground.state().loss")
    assert relabelled != before
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 30, y + 20)
    page.mouse.up()
    assert page.evaluate("playground.state().loss") not in (before, relabelled)


@browser_test
def test_nothing_is_wider_than_the_page(opened) -> None:
    loss, model = moons([2, 1])
    page = opened(play(loss, model, X, Y, lang="fr"))
    for width in (1920, 1150, 1040, 828, 390):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.evaluate(OVERFLOWING) == []
    sizes = page.eval_on_selector_all(
        "#panel *",
        "all => all.filter(e => e.textContent.trim()).map(e => parseFloat(getComputedStyle(e).fontSize))",
    )
    assert min(sizes) >= 11
