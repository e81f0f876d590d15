"""Reaching into a page that trains, and what one takes along: each is compared with the same done in Python."""

from __future__ import annotations

import json
import math
import random
import re
from collections.abc import Callable
from typing import Any

import pytest
from playground_pages import X, Y, browser, browser_test, moons, one_page, opened, shown

np = pytest.importorskip("numpy")

import micrograd  # noqa: E402
from micrograd.draw import play  # noqa: E402
from micrograd.engine import Value  # noqa: E402
from micrograd.nn import MLP, Neuron  # noqa: E402

__all__ = ["browser", "one_page", "opened", "shown"]  # fixtures


def set_field(page: Any, name: str, value: object) -> None:
    page.fill(f"#{name}", str(value))


def go_back(page: Any, step: int) -> None:
    page.evaluate(
        "k => { const b = document.getElementById('back'); b.value = k; b.dispatchEvent(new Event('input')) }",
        step,
    )


def states_of(page: Any, steps: int, one: Callable[[], object]) -> list[Any]:
    """The states of a page before the first of so many steps, and after each."""
    states = [page.evaluate("playground.state()")]
    for _ in range(steps):
        one()
        states.append(page.evaluate("playground.state()"))
    return states


def redone(page: Any) -> list[float]:
    """The parameters that the page's own Python ends with, in the order of ``model.parameters()``."""
    text = page.evaluate("playground.python()")
    names: dict[str, Any] = {"__name__": "__main__"}
    exec(compile(text, "training.py", "exec"), names)
    model = names["model"]
    return [float(p.data) for p in (model if isinstance(model, list) else model.parameters())]


def assert_same(page: Any) -> None:
    found = page.evaluate("playground.state().parameters")
    assert redone(page) == pytest.approx(found, rel=1e-7, abs=1e-9)


@browser_test
def test_the_python_of_a_page_does_all_that_was_done(shown, capsys) -> None:
    loss, model = moons([4, 1], activation="tanh")
    page = shown(play(loss, model, X, Y, lang="en"))
    assert_same(page)
    set_field(page, "seed", 5)
    page.evaluate("playground.step(7)")
    page.select_option("#schedule", "falling")
    set_field(page, "learning-rate", 0.5)
    set_field(page, "schedule-steps", 30)
    page.evaluate("playground.step(20)")
    page.evaluate("playground.setParameter(3, -0.75)")
    page.select_option("#optimizer", "momentum")
    set_field(page, "momentum", 0.5)
    page.evaluate("playground.step(10)")
    assert_same(page)
    # Points: moved, relabelled, added, removed.
    page.focus("#plane")
    for key in ("PageDown", "PageDown", "ArrowLeft", "ArrowUp", "Enter", "Insert", "PageUp", "Delete"):
        page.press("#plane", key)
    page.select_option("#held-back", "0.2")
    page.evaluate("playground.step(11)")
    page.select_option("#neuron", "1")
    page.click("#switch")
    page.select_option("#optimizer", "adam")
    set_field(page, "batch-size", 9)
    page.evaluate("playground.step(15)")
    assert_same(page)
    page.click("#switch")
    page.evaluate("playground.step(5)")
    assert_same(page)
    step = page.evaluate("playground.state().step")
    go_back(page, step - 10)
    assert page.evaluate("playground.state().step") < step
    page.evaluate("playground.step(3)")
    assert_same(page)
    assert "[step" not in capsys.readouterr().out


@browser_test
@pytest.mark.parametrize("schedule", ["constant", "falling", "cosine", "staircase"])
def test_schedules_are_those_of_python(schedule, shown) -> None:
    loss, model = moons([2, 1])
    page = shown(play(loss, model, X, Y))
    set_field(page, "learning-rate", 0.3)
    page.evaluate("playground.step(3)")
    page.select_option("#schedule", schedule)
    if schedule != "constant":
        set_field(page, "schedule-steps", 12)
    page.evaluate("playground.step(20)")
    assert_same(page)


@browser_test
def test_python_of_other_models_and_losses(shown) -> None:
    w = [Value(0.5, label="a"), Value(-0.2)]
    cases = [
        (lambda x, y: abs(w[0] * x[0] - y) + (x[1] * w[1]).exp() / 3 - 2 * w[0] ** 2 * 0.01, w, Y),
        (lambda x: (w[0] * x[0] + w[1]) ** 2 + x[1].maximum(0.3) * 0.1, w, None),
    ]
    shared = MLP(2, [3, 2], activation="sigmoid")
    cases.append(
        (lambda x, y: sum((o - t) ** 2 for o, t in zip(shared(x), y)), shared, [[v, 1 - v] for v in Y])
    )
    features = MLP(3, [2, 1], bias=False)
    cases.append(
        (lambda x, y: (features([x[0], x[1] ** 2, x[0] * x[1]]) - y) ** 2 + 0.01 * features.parameters()[0] ** 2,
         features, Y)
    )  # fmt: skip
    lone = Neuron(2, activation="tanh")
    cases.append((lambda x, y: (1 - (2 * y - 1) * lone(x)).relu(), lone, Y))
    for loss, model, labels in cases:
        page = shown(play(loss, model, X, labels))
        page.evaluate("playground.step(12)")
        page.evaluate("playground.setParameter(1, 0.375)")
        page.evaluate("playground.step(3)")
        assert_same(page)


@browser_test
def test_what_is_typed_counts_at_once_and_what_is_wrong_never(shown) -> None:
    loss, model = moons([2, 1])
    page = shown(play(loss, model, X, Y))
    set_field(page, "learning-rate", 0.25)  # and the field is not left
    page.evaluate("playground.step(4)")
    micrograd.compile(loss, model).train(X, Y, 4, 0.25)
    assert page.evaluate("playground.state().parameters") == pytest.approx(
        [p.data for p in model.parameters()], rel=1e-10
    )
    for name, wrong in (
        ("learning-rate", "-1"),
        ("batch-size", "0"),
        ("seed", "-3"),
        ("chosen-sample", "900"),
    ):
        good = page.input_value(f"#{name}")
        page.fill(f"#{name}", wrong)
        assert page.get_attribute(f"#{name}", "aria-invalid") is not None
        page.press(f"#{name}", "Tab")
        assert page.input_value(f"#{name}") == good
    for call in ("step(-1)", "step(0.5)", "setParameter(99, 1)", "setParameter(0, NaN)", "setSample(60)"):
        message = page.evaluate(
            f"(async () => {{ try {{ await playground.{call}; return ''; }} catch (e) {{ return e.message; }} }})()"
        )
        assert "expected a" in message, call
    assert page.evaluate("playground.state().step") == 4


class Off(Neuron):
    def __call__(self, x):
        return 0.0 * super().__call__(x)


@browser_test
@pytest.mark.parametrize("activation", ["relu", "sigmoid"])
def test_a_neuron_that_is_switched_off_gives_0_and_does_not_learn(activation, shown) -> None:
    loss, model = moons([3, 2, 1], activation=activation)
    page = shown(play(loss, model, X, Y, lang="en"))
    page.select_option("#neuron", "1")
    page.click("#switch")
    assert page.text_content("#switch") == "Switch this neuron on"
    before = model.layers[0].neurons[1]
    off = Off(2, activation=activation)
    off.w, off.b = before.w, before.b
    model.layers[0].neurons[1] = off
    program = micrograd.compile(loss, model)
    page.evaluate("playground.step(30)")
    program.train(X, Y, 30, 0.1)
    found = page.evaluate("playground.state()")
    value, gradient = program(X, Y)
    assert found["loss"] == pytest.approx(value, rel=1e-12)
    assert found["gradients"] == pytest.approx(gradient.tolist(), rel=1e-9, abs=1e-13)
    assert found["parameters"] == pytest.approx([p.data for p in model.parameters()], rel=1e-10)
    assert found["gradients"][3:6] == [0, 0, 0]
    # In the picture, it gives 0, and nothing goes through it.
    page.click("#unfold-all")
    card = page.locator("[data-unit^=n]", has_text=re.compile("ReLU|σ")).nth(1)
    assert card.locator(".figure.data").get_attribute("data-value") == "0"
    page.click("#switch")
    model.layers[0].neurons[1] = before
    assert page.evaluate("playground.state().loss") == pytest.approx(
        micrograd.compile(loss, model)(X, Y)[0], rel=1e-12
    )


@browser_test
def test_a_weight_is_pulled_in_the_picture_and_typed_in_its_explanation(shown) -> None:
    loss, model = moons([2, 1])
    page = shown(play(loss, model, X, Y, lang="en"))
    page.click("#unfold-all")
    before = page.evaluate("playground.state()")
    x, y = page.evaluate("""() => {
        document.getElementById("film").scrollIntoView({ block: "end" });
        for (const card of document.querySelectorAll(".card.parameter")) {
            const { left, top, width, height } = card.getBoundingClientRect();
            const at = [left + width / 2, top + height / 2];
            if (top > 60 && card.contains(document.elementFromPoint(...at))) return at;
        }
    }""")
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x, y - 40, steps=4)
    page.mouse.up()
    after = page.evaluate("playground.state()")
    [(i, (old, new))] = [
        (i, pair)
        for i, pair in enumerate(zip(before["parameters"], after["parameters"]))
        if pair[0] != pair[1]
    ]
    assert new - old == pytest.approx(0.4, abs=0.05)
    # The promise is of the whole way, not of its last bit.
    promised = float(re.search(r"Δloss ≈ (\S+);", page.text_content("#promise"))[1])
    assert promised == pytest.approx(before["gradients"][i] * (new - old), rel=1e-2)
    page.mouse.click(x, y)
    page.fill("#weight-here", "0.125")
    assert page.evaluate("playground.state().parameters")[i] == 0.125
    page.press("#weight-here", "Tab")
    page.evaluate("playground.step(1)")
    assert page.input_value("#weight-here") == str(
        float(f"{page.evaluate('playground.state().parameters')[i]:.6g}")
    )


@browser_test
def test_points_are_added_and_removed_with_the_mouse(shown) -> None:
    loss, model = moons([2, 1])
    page = shown(play(loss, model, X, Y, lang="en"))
    page.click("[data-tool=add-1]")
    box = page.locator("#plane").bounding_box()
    page.mouse.click(box["x"] + 10, box["y"] + 10)
    assert page.input_value("#chosen-sample") == str(len(X))
    added = re.search(r"X\.append\((.*)\)\ny\.append\((.*)\)", page.evaluate("playground.python()"))
    point, label = json.loads(added[1]), float(added[2])
    assert label == 1.0
    assert page.evaluate("playground.state().loss") == pytest.approx(
        micrograd.compile(loss, model)([*X, point], [*Y, label])[0], rel=1e-12
    )
    page.click("[data-tool=remove]")
    page.mouse.click(box["x"] + 10, box["y"] + 10)
    assert page.evaluate("playground.state().loss") == pytest.approx(
        micrograd.compile(loss, model)(X, Y)[0], rel=1e-12
    )


@browser_test
def test_held_back_data_are_not_trained_on(shown) -> None:
    loss, model = moons([3, 1])
    page = shown(play(loss, model, X, Y, lang="en"))
    page.select_option("#held-back", "0.3")
    page.evaluate("playground.step(25)")
    order = list(range(60))
    random.Random(0).shuffle(order)
    used = sorted(order[:42])
    micrograd.compile(loss, model).train([X[k] for k in used], [Y[k] for k in used], 25, 0.1)
    assert page.evaluate("playground.state().parameters") == pytest.approx(
        [p.data for p in model.parameters()], rel=1e-10
    )
    held = sorted(order[42:])
    value = micrograd.compile(loss, model)([X[k] for k in held], [Y[k] for k in held])[0]
    shown = re.search(r"held back (\S+)", page.text_content("#training-state"))[1]
    assert float(shown) == pytest.approx(value, rel=1e-3)


@browser_test
def test_one_input_has_a_curve_and_more_than_two_have_axes_to_choose(shown) -> None:
    random.seed(1)
    model = MLP(1, [4, 1], activation="tanh")
    points = [[k / 10] for k in range(-10, 11)]
    page = shown(play(lambda x, y: (model(x) - y) ** 2, model, points, [math.sin(3 * x[0]) for x in points]))
    page.focus("#plane")
    before = page.evaluate("playground.state().loss")
    page.press("#plane", "ArrowUp")
    assert page.evaluate("playground.state().loss") != before
    page.evaluate("playground.step(5)")
    assert_same(page)
    deep = MLP(4, [2, 1])
    data = np.random.default_rng(0).normal(size=(30, 4))
    page = shown(play(lambda x, y: (deep(x) - y) ** 2, deep, data, (data[:, 0] > 0).astype(float)))
    picture = "document.getElementById('plane').toDataURL()"
    before = page.evaluate(picture)
    page.select_option("#axis-1", "3")
    assert page.evaluate(picture) != before


@browser_test
def test_several_classes_are_as_many_outputs(shown) -> None:
    random.seed(2)
    model = MLP(2, [6, 3], activation="tanh")
    points = np.random.default_rng(1).normal(size=(60, 2))
    labels = (points[:, 0] > 0).astype(int) + (points[:, 1] > 0.3)

    def loss(x: Any, y: Any) -> Value:
        return sum((o - (1 - (y - k).detach() ** 2).maximum(0.0)) ** 2 for k, o in enumerate(model(x)))

    page = shown(play(loss, model, points, labels, lang="en"))
    page.evaluate("playground.step(300)")
    micrograd.compile(loss, model).train(points, labels, 300, 0.1)
    outputs = np.array([[o.data for o in model(list(map(float, p)))] for p in points])
    expected = 100 * (outputs.argmax(axis=1) == labels).mean()
    assert float(re.search(r"accuracy ([\d.]+)%", page.text_content("#training-state"))[1]) == pytest.approx(
        expected, abs=0.06
    )
    assert page.locator(".tools [data-tool]").count() == 6


@browser_test
def test_going_back_keeps_what_came_until_another_way_is_gone(shown) -> None:
    loss, model = moons([3, 1])
    page = shown(play(loss, model, X, Y))
    states = states_of(page, 6, lambda: page.click("#step"))
    for step in (2, 5, 0, 6):
        go_back(page, step)
        assert page.evaluate("playground.state()") == states[step]
    go_back(page, 3)
    page.click("#step")
    assert page.evaluate("playground.state()") == states[4]
    assert page.get_attribute("#back", "max") == "4"


@browser_test
def test_each_step_can_be_gone_back_to_though_few_are_kept(shown) -> None:
    loss, model = moons([3, 1])
    page = shown(play(loss, model, X, Y))
    states = states_of(page, 7, lambda: page.evaluate("playground.step(1)"))
    page.click("#reset")
    page.evaluate("playground.internals().panel.trainer.train(7, 1)")
    page.evaluate("playground.internals().panel.update()")
    page.focus("#back")
    for key, step in (("ArrowLeft", 6), ("ArrowLeft", 5), ("Home", 0), ("ArrowRight", 1), ("ArrowRight", 2)):
        page.press("#back", key)
        assert page.evaluate("playground.state()") == states[step]
    # What cannot be done again, Adam's steps, is gone to where it was kept: on the way of the keys.
    page.select_option("#optimizer", "adam")
    page.click("#reset")
    page.evaluate("playground.internals().panel.trainer.train(7, 1)")
    page.evaluate("playground.internals().panel.update()")
    for key, step in (("ArrowLeft", 0), ("ArrowRight", 7)):
        page.press("#back", key)
        assert page.evaluate("playground.state().step") == step


@browser_test
def test_what_was_done_to_points_is_undone(shown) -> None:
    loss, model = moons([2, 1])
    page = shown(play(loss, model, X, Y, lang="en"))
    before = page.evaluate("playground.state()")
    page.focus("#plane")
    for key in ("ArrowLeft", "Enter", "Insert"):
        page.press("#plane", key)
    changed = page.evaluate("playground.state()")
    assert changed["loss"] != before["loss"]
    page.press("#plane", "Delete")
    page.press("#plane", "Control+z")
    assert page.evaluate("playground.state().loss") == pytest.approx(changed["loss"], rel=1e-12)
    for _ in range(3):
        page.click("#undo")
    assert page.evaluate("playground.state()") == before
    assert page.is_disabled("#undo")
    # A dialog is closed by the key that closes dialogs.
    page.click("#show-python")
    page.press("#python", "Escape")
    page.wait_for_selector("#python", state="detached")


@browser_test
def test_the_film_ends_with_the_corrections(shown) -> None:
    loss, model = moons([2, 1])
    page = shown(play(loss, model, X, Y, lang="en"))
    page.click("#unfold-all")
    page.click("#step-back")
    text = page.text_content("#caption")
    assert "Correction" in text
    before, after = re.search(r": (\S+) → (\S+)", text).groups()
    told = page.evaluate("playground.state().parameters")
    k = next(k for k, p in enumerate(told) if math.isclose(p, float(before), rel_tol=1e-3, abs_tol=1e-6))
    page.click("#step")
    assert page.evaluate("playground.state().parameters")[k] == pytest.approx(
        float(after), rel=1e-3, abs=1e-6
    )


@browser_test
def test_the_python_is_shown_and_saved_as_a_notebook(shown) -> None:
    loss, model = moons([2, 1])
    page = shown(play(loss, model, X, Y, lang="en"))
    page.evaluate("playground.step(3)")
    page.click("#show-python")
    assert page.text_content("#python pre") == page.evaluate("playground.python()")
    with page.expect_download() as download:
        page.click("#save-notebook")
    notebook = json.loads(download.value.path().read_text())
    import nbformat

    nbformat.validate(notebook)
    assert "".join(notebook["cells"][1]["source"]) + "\n" == page.evaluate("playground.python()")
    page.click("#close-python")
    page.wait_for_selector("#python", state="detached")


@browser_test
def test_generated_programs_run_the_same_in_the_page(shown) -> None:
    from test_wasm import assert_equal, generated

    answer = """({ program, weights, X, Y, rates }) => {
        const { kernels } = playground.internals();
        const loaded = kernels.program(program);
        const before = loaded.gradient(weights, X, Y);
        const optimizer = { kind: 0, momentum: 0, weights: Float64Array.from(weights),
            first: new Float64Array(weights.length), second: new Float64Array(weights.length) };
        const { losses } = loaded.train(optimizer, X, Y, rates);
        loaded.release();
        const weightsNow = [...optimizer.weights];
        return { loss: before.loss, gradient: [...before.gradient], losses: [...losses], weights: weightsNow };
    }"""
    loss, model = moons([2, 1])
    page = shown(play(loss, model, X, Y))
    for k, (given, expected) in enumerate(generated(12)):
        assert_equal(page.evaluate(answer, given), expected, k)
