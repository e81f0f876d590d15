"""The static picture: trace() and draw_dot()."""

from __future__ import annotations

import shutil
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from micrograd.engine import Value
from micrograd.nn import MLP

graphviz = pytest.importorskip("graphviz")

from micrograd.draw import draw_dot, explore, figures, graphviz_program, trace, use_layout  # noqa: E402


def perceptron_loss() -> Value:
    model = MLP(2, [1])
    output = model([0.888, 0.777])
    loss = (output - 1) ** 2
    loss.backward()
    return loss


def svg_texts(picture: graphviz.Digraph) -> list[str]:
    tree = ElementTree.fromstring(picture.pipe(format="svg", encoding="utf-8"))
    return ["".join(text.itertext()).strip() for text in tree.iter("{http://www.w3.org/2000/svg}text")]


def test_trace_lists_operands_first_and_each_edge_once() -> None:
    x = Value(3.0)
    y = x * x + 1
    nodes, edges = trace(y)
    assert nodes[-1] is y
    assert len(nodes) == len(set(nodes)) == 4
    assert edges.count((x, nodes[nodes.index(x) + 1])) == 1
    assert len(edges) == 3
    position = {node: i for i, node in enumerate(nodes)}
    assert all(position[operand] < position[node] for operand, node in edges)
    assert {(o, n) for n in nodes for o in n._prev} == set(edges)


@pytest.mark.parametrize(
    ("wrong", "hint"), [([Value(1)], "its elements"), (1.5, "plain number"), ("x", "got str")]
)
def test_what_is_no_value_is_refused(wrong: object, hint: str) -> None:
    with pytest.raises(TypeError, match=hint):
        draw_dot(wrong)  # type: ignore[arg-type]


def test_each_value_is_a_record_with_data_and_gradient() -> None:
    loss = perceptron_loss()
    texts = svg_texts(draw_dot(loss))
    for node in trace(loss)[0]:
        assert f"data {figures.write(node.data)}" in texts
        assert f"grad {figures.write(node.grad)}" in texts
    assert [text for text in texts if text in "*+" or text == "**2"].count("*") == 2


def test_names_are_the_same_from_run_to_run() -> None:
    program = (
        "import random; random.seed(1)\n"
        "from micrograd.nn import MLP; from micrograd.draw import draw_dot\n"
        "print(draw_dot(MLP(2, [2, 1])([1.0, 2.0])).source)"
    )
    first, second = (subprocess.check_output([sys.executable, "-c", program]) for _ in range(2))
    assert first == second


def test_local_derivatives_stand_on_the_edges_when_asked() -> None:
    a, b = Value(2.0), Value(-3.0)
    product = a * b
    assert "label" not in "".join(line for line in draw_dot(product).source.splitlines() if "->" in line)
    texts = svg_texts(draw_dot(product, local_derivatives=True))
    assert {"-3.0000", "2.0000"} <= set(texts)
    square = a * a
    assert draw_dot(square, local_derivatives=True).source.count("-> n1_op") == 2


@pytest.mark.parametrize(
    "label", ["a<b>{c}|d", "</script>\\n\\l", 'say "hi" & \\', "été ∂L", "line\nbreak", "<b>"]
)
def test_a_label_is_shown_as_it_is(label: str) -> None:
    texts = svg_texts(draw_dot(Value(1.0, label=label)))
    assert label.replace("\n", " ") in texts


def test_the_name_of_an_operation_is_shown_as_it_is() -> None:
    a = Value(1.0)
    assert "<b>\\n" in svg_texts(draw_dot(Value(2.0, (a,), "<b>\\n")))


def test_zero_has_no_sign() -> None:
    value = Value(-0.0) * 1
    value.grad = -1e-9
    assert "-0.0000" not in draw_dot(value, local_derivatives=True).source
    assert (figures.write(-0.0), figures.exact(-0.0)) == ("0.0000", "0.0")
    assert figures.write(-1e-9) == "-1.0000e-9"
    assert (figures.write(float("-inf")), figures.write(float("nan"))) == ("-inf", "nan")


def test_overwritten_data_is_told() -> None:
    x = Value(2.0) * 3
    x.data = 0.5
    assert any("computed 6.0000, then overwritten" in text for text in svg_texts(draw_dot(x)))


def test_a_picture_that_nobody_could_read_is_refused() -> None:
    x = Value(0.0)
    for _ in range(400):
        x = x + 1
    with pytest.raises(ValueError, match=r"801 nodes.*300.*explore"):
        draw_dot(x)
    assert draw_dot(x, max_nodes=1000).source.count("shape=record") == 801


def test_rankdir_and_format() -> None:
    assert "rankdir=TB" in draw_dot(Value(1), rankdir="TB").source
    assert draw_dot(Value(1), format="png").pipe()[:4] == b"\x89PNG"
    with pytest.raises(ValueError, match="rankdir"):
        draw_dot(Value(1), rankdir="up")


def test_it_shows_itself_in_a_notebook() -> None:
    bundle = draw_dot(perceptron_loss())._repr_mimebundle_()
    assert "<svg" in bundle["image/svg+xml"]


def test_graphviz_need_not_be_installed_by_hand(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    from graphviz.backend import dot_command

    pytest.importorskip("importlib.metadata").distribution("graphviz-pure")
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr(dot_command, "DOT_BINARY", "dot")
    graphviz_program._bundled_program.cache_clear()
    assert "data 1.0000" in svg_texts(draw_dot(Value(1.0, label="∂L/∂w")))
    assert "graphviz-pure" in str(dot_command.DOT_BINARY)
    assert capfd.readouterr().err == ""


@pytest.fixture
def without_processes(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Python as in a browser: it starts no program. The fixture is the function that could."""
    process = subprocess.Popen

    def refuse(*args: object, **options: object) -> None:
        raise OSError("emscripten does not support processes.")

    monkeypatch.setattr(sys, "platform", "emscripten")
    monkeypatch.setattr(subprocess, "Popen", refuse)
    yield process
    use_layout(None)


def test_where_there_are_no_processes_somebody_else_lays_out(
    without_processes: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    loss = perceptron_loss()
    asked = []

    def layout(source: str, format: str) -> str:
        asked.append(format)
        # What JavaScript's Graphviz would answer.
        with monkeypatch.context() as real:
            real.setattr(subprocess, "Popen", without_processes)
            return str(graphviz_program.piped(source, format))

    use_layout(layout)
    page = explore(loss).html()
    assert set(asked) == {"json0"}
    assert "<svg" in draw_dot(loss)._repr_mimebundle_()["image/svg+xml"]
    written = draw_dot(loss).render(tmp_path / "graph")
    assert "<svg" in Path(written).read_text()
    assert set(asked) == {"json0", "svg"}
    use_layout(None)
    monkeypatch.undo()
    assert explore(loss).html() == page
    with pytest.raises(TypeError, match="use_layout"):
        use_layout("dot")  # type: ignore[arg-type]


def test_importing_draws_in_nothing_heavy() -> None:
    heavy = {"graphviz", "numpy", "latex2mathml"}
    program = "import sys, micrograd.draw; print(*sys.modules)"
    assert not heavy & set(subprocess.check_output([sys.executable, "-c", program], text=True).split())


def test_the_text_stays_within_its_box_in_a_browser() -> None:
    """Also where the browser has other fonts than whoever laid the picture out."""
    sync_api = pytest.importorskip("playwright.sync_api")
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        pytest.skip("no Chromium: THE TEXT OF THE STATIC PICTURE IS NOT MEASURED")
    out = Value(2.0, label="the output") * -3.5
    out.data, out.label = -123.4567, "somewhat longer"
    loss = (out - 1.0) ** 2
    loss.backward()
    svg = draw_dot(loss, local_derivatives=True).pipe(format="svg", encoding="utf-8")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page()
        page.set_content(svg[svg.index("<svg") :])
        boxes = page.evaluate(BOXES)
        browser.close()
    assert len(boxes) > 5
    for box, texts in boxes:
        assert texts == sorted(texts)
        edges = [box[0], *(edge for text in texts for edge in text), box[1]]
        assert edges == sorted(edges), "a text reaches out of its box or into its neighbour"


# Of each record: from where to where it reaches from left to right, and its texts do.
BOXES = """() => [...document.querySelectorAll("g.node")].filter(g => g.querySelector("polygon")).map(g => {
    const reach = element => { const b = element.getBoundingClientRect(); return [b.left, b.right]; };
    return [reach(g.querySelector("polygon")), [...g.querySelectorAll("text")].map(reach)];
})"""


@pytest.mark.parametrize("digits", [-1, 1.5, "4", None, True])
def test_digits_are_a_whole_number(digits: object) -> None:
    with pytest.raises(ValueError, match=r"digits: expected a whole number .* got "):
        draw_dot(Value(1.0), digits=digits)  # type: ignore[arg-type]
