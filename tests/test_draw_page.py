"""The explorer's page in a real browser: clicks, folds, the film, numbers, keys, languages, hostile names."""

from __future__ import annotations

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

from micrograd.draw import explore, figures, trace
from micrograd.draw.view import view_of
from micrograd.engine import Value
from micrograd.operations import BINARY, METHODS

CHROMIUM = os.environ.get("CHROMIUM") or next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="NO BROWSER TEST: Chromium is not installed")


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with sync_api.sync_playwright() as playwright:
        # A container's root may not use Chromium's sandbox; the pages are our own.
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


DESK = {"width": 1440, "height": 810}


class Opened:
    """A tab that shows the explorer, and whatever went wrong in it."""

    def __init__(self, browser: Any, **options: Any) -> None:
        self.wrong: list[str] = []
        self.page = browser.new_context(viewport=DESK, **options).new_page()
        self.page.on("console", lambda message: self.wrong.append(message.text))
        self.page.on("pageerror", lambda error: self.wrong.append(str(error)))
        self.page.on("dialog", lambda dialog: (self.wrong.append("dialog"), dialog.dismiss()))
        self.page.on("request", lambda request: self._request(request.url))

    def show(self, path: Path, size: dict[str, int]) -> None:
        self.page.mouse.move(0, 0)
        self.page.set_viewport_size(size)
        self.page.goto(path.as_uri())
        self.page.wait_for_selector("html[data-ready=yes]")

    def _request(self, url: str) -> None:
        if not url.startswith(("file:", "data:")):
            self.wrong.append(f"request: {url}")

    def text(self, selector: str) -> str:
        return self.page.locator(selector).first.text_content() or ""

    def select(self, node: int) -> None:
        self.page.locator(f'[data-unit="n{node}"]').dispatch_event("click")

    def values(self, selector: str) -> list[str]:
        return self.page.eval_on_selector_all(selector, "all => all.map(one => one.dataset.value)")


@pytest.fixture(scope="module")
def tab(browser: Any) -> Opened:
    """One for all tests: making another takes longer than what most of them do in it. The page keeps nothing."""
    return Opened(browser)


@pytest.fixture
def opened(browser: Any, tab: Opened, tmp_path: Path) -> Iterator[Any]:
    """Show a graph, in the tab of all tests or, with options, in one of its own."""
    others: list[Opened] = []
    tab.wrong.clear()

    def open_page(
        root: Value, model: Any = None, lang: str = "fr", viewport: dict[str, int] = DESK, **options: Any
    ) -> Opened:
        path = explore(root, model, lang=lang).save(tmp_path / f"page{len(list(tmp_path.iterdir()))}.html")
        if options:
            others.append(Opened(browser, **options))
        shown = others[-1] if options else tab
        shown.show(path, viewport)
        return shown

    yield open_page
    for one in (tab, *others):
        assert one.wrong == []
    for one in others:
        one.page.context.close()


@pytest.mark.parametrize("lang", ["fr", "en"])
@pytest.mark.parametrize("task", TASKS)
def test_every_number_of_every_task_is_the_engines(task: str, lang: str, opened: Any) -> None:
    root, model = TASKS[task]()
    page = opened(root, model, lang)
    view = view_of(root, model)
    page.page.click("#unfold-all")
    sample = 0
    if view.samples:
        sample = 37
        page.page.fill("#sample", str(sample))
        page.page.press("#sample", "Enter")
    shown = page.page.eval_on_selector_all(
        "[data-unit^=n]",
        "all => all.map(c => [c.dataset.unit, ...[...c.querySelectorAll('.figure')]"
        ".map(f => [f.textContent, f.dataset.value])])",
    )
    assert len(shown) == len(view.nodes)
    for unit, data, grad in shown:
        node = view.nodes[int(unit[1:])]
        value = node.values[sample if len(node.values) > 1 else 0]
        gradient = value.grad + sum(copy[sample if len(copy) > 1 else 0].grad for copy in node.copies)
        assert (data[0], float(data[1])) == (figures.write(value.data), value.data)
        assert (grad[0], float(grad[1])) == (figures.write(gradient), gradient)
    assert not any("-0.0000" in text for text in page.page.locator("body").all_inner_texts())
    slopes = {float(value) for value in page.values(".slope")}
    assert slopes <= {float(d) for n in view.nodes for v in n.values for d in v._local_derivatives} | {1.0}


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_a_click_explains_a_node_number_by_number(lang: str, opened: Any) -> None:
    root, model = one_sample([1])
    page = opened(root, model, lang)
    nodes = trace(root)[0]
    for position, node in enumerate(nodes):
        page.select(position)
        total = page.values("#explanation [data-total=grad]")
        assert [float(value) for value in total] == [node.grad]
        derivatives = [float(value) for value in page.values("#explanation [data-derivative]")]
        assert derivatives == list(node._local_derivatives)
        contributions = [float(v) for v in page.values("#explanation .backward .number")]
        users = [(d, u.grad) for u in nodes for o, d in zip(u._operands, u._local_derivatives) if o is node]
        assert contributions == [number for pair in users for number in pair]
    weight = nodes.index(model.parameters()[0])
    page.select(weight)
    assert float(page.values("[data-total=step]")[0]) == nodes[weight].data - 0.1 * nodes[weight].grad
    page.page.fill("#rate", "0.5")
    page.page.press("#rate", "Enter")
    assert float(page.values("[data-total=step]")[0]) == nodes[weight].data - 0.5 * nodes[weight].grad
    assert ("paramètre" if lang == "fr" else "parameter") in page.text("#explanation")


def test_a_number_leads_to_where_it_comes_from(opened: Any) -> None:
    root, model = one_sample([2, 1])
    page = opened(root, model)
    page.page.click("#fold-all")
    folded = page.page.locator("[data-unit^=g]").count()
    page.page.locator("[data-unit^=n].result").dispatch_event("click")
    page.page.locator("#explanation .forward .number").first.click()
    page.page.locator("#explanation .forward .number").first.click()
    # The operand lies in a folded neuron, which unfolds.
    assert page.page.locator("[data-unit^=g]").count() < folded
    assert page.page.locator("#picture .card.selected").count() == 1
    assert "remplacée" in page.text("#explanation")


def test_what_was_written_over_says_so(opened: Any) -> None:
    root, model = one_sample([1])
    page = opened(root, model, "en")
    assert "overwritten" in page.text("#picture .card.overwritten .mark")
    node = next(k for k, n in enumerate(trace(root)[0]) if n._computed is not None)
    page.select(node)
    text = page.text("#explanation .attention")
    value = trace(root)[0][node]
    for number in (
        value._computed,
        value.data,
        value.data * (1 - value.data),
        value.grad * value.data * (1 - value.data),
    ):
        assert figures.write(number) in text
    assert "sigmoid" in text


def test_neurons_and_layers_fold_and_unfold(opened: Any) -> None:
    root, model = batch(16)
    page = opened(root, model)
    cards = page.page.locator("#picture .card[data-unit]")
    # So many neurons below each other would be too small to read: the layer opens folded.
    assert cards.count() <= 10
    page.page.locator("#picture .card.layer .fold").click()
    assert cards.count() < 60
    start = cards.count()
    page.page.locator("#picture .card.neuron .fold").first.click()
    assert cards.count() > start
    page.page.locator(".frame.neuron .fold").first.click()
    assert cards.count() == start
    page.page.locator(".frame.layer .fold").first.click()
    assert cards.count() < start
    assert page.page.locator("#picture .card.layer .bar").count() == 16
    page.page.click("#unfold-all")
    assert cards.count() == len(view_of(root, model).nodes)
    page.page.click("#fold-all")
    assert page.page.locator("#picture .card.folded").count() == 2


@pytest.mark.parametrize("task", TASKS)
def test_cards_and_frames_do_not_overlap(task: str, opened: Any) -> None:
    root, model = TASKS[task]()
    page = opened(root, model)
    for action in ("#fold-all", "#unfold-all", ".frame.neuron .fold"):
        page.page.locator(action).first.dispatch_event("click") if action[0] == "." else page.page.click(
            action
        )
        boxes = page.page.eval_on_selector_all(
            ".card[data-unit] > .outline:not(.behind)",
            "all => all.map(o => o.getBoundingClientRect()).map(b => [b.x, b.y, b.right, b.bottom])",
        )
        for k, a in enumerate(boxes):
            for b in boxes[:k]:
                assert a[2] <= b[0] + 0.5 or b[2] <= a[0] + 0.5 or a[3] <= b[1] + 0.5 or b[3] <= a[1] + 0.5


def every_operation() -> Value:
    a, b = Value(0.7, label="a"), Value(-1.3, label="b")
    terms = [a * b, a**3, abs(b), b.tanh(), b.relu(), a / b, a ** Value(0.25), a * 0.00123456, a - 123456.789]
    binary = {operation.kernel for operation in BINARY}
    terms += [getattr(a, method)(*([b] if method in binary else [])) for method in METHODS]
    total = terms[0]
    for term in terms[1:]:
        total = total + term
    total.backward()
    return total


@pytest.mark.parametrize("width", [390, 1024, 1360])
def test_formulas_and_numbers_have_room(width: int, opened: Any) -> None:
    root = every_operation()
    page = opened(root, None, "fr", viewport={"width": width, "height": 700})
    for position in range(len(trace(root)[0])):
        page.select(position)
        # Whatever is wider than its section can only be seen by scrolling.
        wide = page.page.eval_on_selector_all(
            "#explanation section", "all => all.filter(s => s.scrollWidth > s.clientWidth + 1).length"
        )
        assert wide == 0, position
    overlapping = page.page.eval_on_selector_all(
        "#picture .card[data-unit]",
        """all => all.filter(card => {
            const box = (one) => one.getBoundingClientRect();
            const border = box(card.querySelector('.outline'));
            return ['data', 'grad'].some(kind => {
                const figure = box(card.querySelector(`.figure.${kind}`));
                const word = box(card.querySelector(`.what[data-of=${kind}]`));
                return figure.left < border.left || figure.right > border.right
                    || (word.width && word.right > figure.left);
            });
        }).map(card => card.textContent)""",
    )
    assert overlapping == []


def test_what_is_shown_can_be_checked_by_hand(opened: Any) -> None:
    root = every_operation()
    page = opened(root)

    def read(text: str) -> tuple[float, float]:
        number = text.replace("−", "-")
        mantissa, _, exponent = number.partition("e")
        digits = len(mantissa.partition(".")[2])
        exact = "." not in number
        return float(number), 0.0 if exact else 0.5 * 10.0 ** (int(exponent or 0) - digits)

    checked = 0
    for position in range(len(trace(root)[0])):
        page.select(position)
        numbers = [read(t) for t in page.page.locator("#explanation .backward .number").all_text_contents()]
        (total,) = map(read, page.page.locator("#explanation [data-total=grad]").all_text_contents())
        if not numbers:
            continue
        pairs = list(zip(numbers[::2], numbers[1::2]))
        error = sum(abs(x) * dy + abs(y) * dx + dx * dy for (x, dx), (y, dy) in pairs) + total[1]
        assert abs(sum(x * y for (x, _), (y, _) in pairs) - total[0]) <= error * 1.0001
        # Rounding must not leave less than three digits to compare.
        assert error <= max(2e-3 * abs(total[0]), 2e-3), position
        checked += 1
    assert checked > 30


def test_a_graph_opens_in_a_size_that_can_be_read(opened: Any) -> None:
    x = Value(1.0, label="x")
    for _ in range(400):
        x = x * 1.001
    x.backward()
    for root, model in [(x, None), *(make() for make in TASKS.values())]:
        page = opened(root, model, viewport={"width": 1360, "height": 768})
        height = page.page.locator("#picture .card.result .figure").first.bounding_box()["height"]
        assert height >= 9
        card = page.page.locator("#picture .card.result").bounding_box()
        stage = page.page.locator("#stage").bounding_box()
        assert stage["x"] <= card["x"]
        assert card["x"] + card["width"] <= stage["x"] + stage["width"]


def test_a_group_that_unfolds_stays_where_it_is(opened: Any) -> None:
    root, model = batch(16)
    page = opened(root, model, viewport={"width": 1360, "height": 768})
    before = page.page.locator("#picture .card.layer .outline").last.bounding_box()
    page.page.locator("#picture .card.layer .fold").click()
    after = page.page.locator("#picture .frame.layer .outline").bounding_box()
    assert abs(before["x"] - after["x"]) < 2
    assert abs(before["y"] - after["y"]) < 2
    assert page.page.locator("#picture .figure").first.bounding_box()["height"] >= 9


@pytest.mark.parametrize("task", TASKS)
def test_the_film_plays_to_its_end(task: str, opened: Any) -> None:
    root, model = TASKS[task]()
    page = opened(root, model, "en")
    page.page.click("#to-start")
    assert set(page.page.locator(".figure").all_text_contents()) == {"·"}
    count = int(page.page.get_attribute("#film-slider", "max") or 0)
    assert count == 2 * page.page.locator("#picture .card[data-unit]").count()
    # In the page: as many clicks from here take a second.
    told = page.page.evaluate(
        """(count) => Array.from({ length: count }, () => {
            document.getElementById("step-forward").click();
            const unknown = [...document.querySelectorAll(".figure")].filter((one) => one.textContent.includes("·"));
            return [document.getElementById("caption").textContent, unknown.length];
        })""",
        count,
    )
    assert ["Value" in caption for caption, _ in told] == [step < count // 2 for step in range(count)]
    assert ["Gradient" in caption for caption, _ in told] == [step >= count // 2 for step in range(count)]
    seen = [unknown for _, unknown in told]
    assert seen == sorted(seen, reverse=True)
    assert page.page.locator(".figure").filter(has_text="·").count() == 0
    page.page.click("#step-back")
    assert page.page.locator(".figure").filter(has_text="·").count() >= 0
    page.page.select_option("#speed", "16")
    page.page.click("#to-start")
    page.page.click("#play")
    for _ in range(300):
        if page.page.get_attribute("#play", "aria-label") == "Play":
            break
        page.page.wait_for_timeout(100)
    assert page.page.input_value("#film-slider") == page.page.get_attribute("#film-slider", "max")
    assert page.page.locator(".figure").filter(has_text="·").count() == 0


def test_values_come_before_what_is_computed_from_them(opened: Any) -> None:
    root, model = one_sample([1])
    page = opened(root, model)
    page.page.click("#to-start")
    known: set[str] = set()
    nodes = trace(root)[0]
    for _ in nodes:
        page.page.click("#step-forward")
        now = set(
            page.page.eval_on_selector_all(
                "#picture .card:not(.pending)", "all => all.map(c => c.dataset.unit)"
            )
        )
        (new,) = now - known
        assert {f"n{nodes.index(o)}" for o in nodes[int(new[1:])]._operands} <= known
        known = now


def test_everything_can_be_done_by_keyboard(opened: Any) -> None:
    root, model = one_sample([2, 1])
    page = opened(root, model, "en")
    keyboard = page.page.keyboard
    page.page.locator('#picture .card[tabindex="0"]').focus()
    keyboard.press("Enter")
    assert page.text("#explanation h2").strip().endswith("result")
    for _ in range(3):
        keyboard.press("ArrowLeft")
    assert page.page.evaluate("document.activeElement.dataset.unit") == page.page.get_attribute(
        "#picture .card.selected", "data-unit"
    )
    assert page.page.get_attribute("#picture .card.selected", "data-unit") != "n27"
    page.page.locator("#picture .card.folded.neuron").last.focus()
    before = page.page.locator("#picture .card[data-unit]").count()
    keyboard.press("f")
    assert page.page.locator("#picture .card[data-unit]").count() > before
    keyboard.press(",")
    assert page.page.input_value("#film-slider") != page.page.get_attribute("#film-slider", "max")
    keyboard.press(".")
    keyboard.press("/")
    keyboard.type("w1")
    assert page.text("#found")
    keyboard.press("Enter")
    assert page.text("#explanation h2").startswith("• w1")
    keyboard.press("Escape")
    assert page.page.locator("#search").input_value() == ""
    # Every control has a name, and a role that says what it is.
    assert page.page.locator("#picture [role=button] [role=button]").count() == 0
    nameless = page.page.eval_on_selector_all(
        "button, input, select, [role=button], [role=link]",
        "all => all.filter(c => !(c.getAttribute('aria-label') || c.textContent.trim() || c.labels?.length))"
        ".length",
    )
    assert nameless == 0
    assert re.search(
        r"parameter.*data.*grad", page.page.get_attribute("#picture .card.parameter", "aria-label") or ""
    )


def test_the_language_can_be_changed(opened: Any) -> None:
    root, model = batch(2)
    page = opened(root, model, "fr")
    assert page.page.get_attribute("html", "lang") == "fr"
    assert "Exemple" in page.text("#toolbar")
    page.page.click("#language-en")
    assert page.page.get_attribute("html", "lang") == "en"
    page.page.locator("#picture .card.result").dispatch_event("click")
    text = page.page.inner_text("body")
    for french in ("Exemple", "valeur", "Dérivées", "gradient de descente", "Calcul"):
        assert french not in text


def test_the_samples_can_be_gone_through(opened: Any) -> None:
    root, model = batch(2)
    page = opened(root, model)
    view = view_of(root, model)
    position = next(k for k, n in enumerate(view.nodes) if n.name == "x0")
    for sample in (1, 2):
        page.page.click("#next-sample")
        assert (
            float(page.values(f'[data-unit="n{position}"] .data')[0])
            == view.nodes[position].values[sample].data
        )
    page.page.locator("#sample-slider").fill("99")
    assert float(page.values(f'[data-unit="n{position}"] .data')[0]) == view.nodes[position].values[99].data
    page.page.click("#unfold-all")
    weight = next(k for k, n in enumerate(view.nodes) if n.name == "w0")
    page.select(weight)
    assert "99 autres exemples" in page.text("#explanation .backward")
    assert float(page.values("[data-total=grad]")[0]) == view.nodes[weight].values[0].grad


def test_names_from_the_program_cannot_become_markup(opened: Any) -> None:
    hostile = "</script><img src=x onerror=alert(1)><b>&lt;[[DATA]]{name}$&"
    a = Value(1.5, label=hostile)
    made = Value(3.0, (a,), hostile)
    loss = made * a
    loss.label = "<svg onload=alert(2)>"
    loss.backward()
    page = opened(loss)
    for node in range(3):
        page.select(node)
        assert page.page.locator("img, #explanation b, [onload]").count() == 0
    page.select(0)
    assert hostile in page.text("#explanation h2")
    page.page.fill("#search", "<img")
    assert "2" in page.text("#found")


def test_a_phone_shows_it_too(opened: Any) -> None:
    root, model = batch(16)
    page = opened(root, model, viewport={"width": 390, "height": 780}, has_touch=True)
    assert page.page.evaluate("document.documentElement.scrollWidth") <= 390
    page.page.locator("#picture .card.result").dispatch_event("click")
    page.page.wait_for_timeout(50)
    assert page.page.locator("#explanation").bounding_box()["width"] <= 390
    card = page.page.locator("#picture .card.selected").bounding_box()
    assert 0 <= card["x"] < 390
    assert card["y"] < page.page.locator("#explanation").bounding_box()["y"]
    assert page.page.evaluate("document.documentElement.scrollWidth") <= 390


def test_light_dark_zoom_and_print(opened: Any) -> None:
    root, model = one_sample([1])
    page = opened(root, model, color_scheme="dark")
    background = "getComputedStyle(document.body).backgroundColor"
    dark = page.page.evaluate(background)
    page.page.click("#theme")
    light = page.page.evaluate(background)
    assert (
        sum(map(int, re.findall(r"\d+", light)[:3])) > 600 > 150 > sum(map(int, re.findall(r"\d+", dark)[:3]))
    )
    before = page.page.locator("#picture .card.result").bounding_box()["width"]
    page.page.click("#zoom-in")
    assert page.page.locator("#picture .card.result").bounding_box()["width"] > before * 1.2
    page.page.click("#zoom-fit")
    assert abs(page.page.locator("#picture .card.result").bounding_box()["width"] - before) < 1
    page.page.mouse.move(300, 600)
    page.page.mouse.down()
    page.page.mouse.move(400, 650, steps=4)
    page.page.mouse.up()
    page.page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.page.emulate_media(media="print")
    stage = page.page.locator("#stage").bounding_box()
    for role in ("input", "result"):
        card = page.page.locator(f"#picture .card.{role}").first.bounding_box()
        assert stage["x"] <= card["x"]
        assert card["x"] + card["width"] <= stage["x"] + stage["width"]
    assert not page.page.locator("#film").is_visible()
    assert page.page.locator("#picture").is_visible()
    # On a sheet of paper, whatever the window's shape, its numbers can be read; and then it is as it was.
    page.page.set_viewport_size({"width": 700, "height": 1000})
    heights = page.page.eval_on_selector_all(
        "#picture .figure",
        "all => all.map((one) => parseFloat(getComputedStyle(one).fontSize) * one.getScreenCTM().a)",
    )
    assert min(heights) >= 11
    page.page.emulate_media(media="screen")
    page.page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.page.get_attribute("#picture", "viewBox") is None


def test_the_picture_cannot_be_pushed_out_of_sight(opened: Any) -> None:
    page = opened(*one_sample([1]))
    for x, y in ((2000, 0), (-2000, 0), (0, 2000), (0, -2000)):
        page.page.click("#zoom-fit")
        page.page.mouse.move(200, 600)
        page.page.mouse.down()
        page.page.mouse.move(200 + x, 600 + y, steps=3)
        page.page.mouse.up()
        world = page.page.locator("#world").bounding_box()
        stage = page.page.locator("#stage").bounding_box()
        for start, size in (("x", "width"), ("y", "height")):
            assert world[start] + world[size] > stage[start]
            assert world[start] < stage[start] + stage[size]


def test_two_fingers_zoom_and_one_moves(opened: Any) -> None:
    page = opened(*batch(2, 4), viewport={"width": 390, "height": 780}, has_touch=True, is_mobile=True)
    session = page.page.context.new_cdp_session(page.page)

    def touch(kind: str, *points: tuple[int, int]) -> None:
        where = [{"x": x, "y": y, "id": k} for k, (x, y) in enumerate(points)]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": where})

    def result() -> dict[str, float]:
        return dict(page.page.locator("#picture .card.result .outline").bounding_box())

    before = result()
    touch("touchStart", (100, 400))
    touch("touchMove", (120, 410))
    touch("touchMove", (130, 430))
    touch("touchEnd")
    moved = result()
    assert (moved["x"] - before["x"], moved["y"] - before["y"]) == pytest.approx((30, 30), abs=0.5)
    touch("touchStart", (150, 400), (250, 400))
    touch("touchMove", (125, 400), (275, 400))
    touch("touchEnd")
    assert result()["width"] == pytest.approx(1.5 * before["width"], rel=0.01)
    assert page.page.evaluate("visualViewport.scale") == 1


def test_a_notebook_shows_it_in_a_frame(browser: Any, tmp_path: Path) -> None:
    root, model = one_sample([1])
    path = tmp_path / "notebook.html"
    path.write_text(f"<meta charset=utf-8>{explore(root, model)._repr_html_()}", encoding="utf-8")
    page, wrong = browser.new_page(), []
    page.on("console", lambda message: wrong.append(message.text))
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.goto(path.as_uri())
    frame = page.frame_locator("iframe")
    frame.locator("#picture .card.result").click()
    assert "L" in (frame.locator("#explanation h2").text_content() or "")
    assert wrong == []
    page.close()


def test_deep_empty_and_broken_graphs_say_what_they_show(opened: Any) -> None:
    x = Value(1.0)
    for _ in range(50_000):
        x = x + 1e-5
    x.backward()
    page = opened(x, None, "en")
    assert "100,001 nodes" in page.text("#notices")
    assert "99,851" in page.text("#notices")
    assert page.page.locator("#picture .card[data-unit]").count() == 150
    page = opened(Value(3.0), None, "en")
    assert "single node" in page.text("#notices")
    page.select(0)
    assert "depends on nothing" in page.text("#explanation")
    a = Value(float("inf"), label="a")
    broken = a * 0 + 1
    broken.backward()
    page = opened(broken, None, "en")
    assert "nan" in page.page.locator("#picture").text_content()
    assert page.page.locator("#picture .card.broken").count() >= 2
    for node in range(page.page.locator("#picture .card[data-unit]").count()):
        page.select(node)
    w = Value(1.0, label="w")
    page = opened(w * 2, None, "en")
    assert "backward() has not been called" in page.text("#notices")


def test_the_page_writes_numbers_as_python_does(opened: Any) -> None:
    numbers = [
        0.0,
        -0.0,
        1.0,
        -1e-9,
        12345.678,
        999999.9,
        1e6,
        1234567.0,
        1e-3,
        9.99e-4,
        1e300,
        -2.5e-300,
        0.00005,
        0.15625,
        -0.09375,
        2.00005,
        0.0123456,
        0.00123456,
        0.09999999,
    ]
    numbers += [float("nan"), float("inf"), float("-inf"), 0.5, -0.15686512]
    root = Value(0.0, [Value(number) for number in numbers], "together")
    page = opened(root, None, "en")
    shown = page.page.locator("#picture .figure.data").all_text_contents()
    assert shown == [figures.write(number) for number in [*numbers, 0.0]]
