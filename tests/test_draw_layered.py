"""Pictures where Graphviz is missing, or everything else too: laid out in plain Python."""

from __future__ import annotations

import itertools
import json
import sys
import xml.etree.ElementTree as ElementTree
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from micrograd.draw import draw_dot, explore, graphviz_program
from micrograd.draw.layered import lay_out
from micrograd.draw.layered.dot_language import parse
from micrograd.draw.layered.positions import position
from micrograd.draw.layered.ranks import arrange
from micrograd.draw.plain_digraph import PlainDigraph
from micrograd.engine import Value
from micrograd.nn import MLP

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """No library but ours."""
    for name in ("graphviz", "latex2mathml", "latex2mathml.converter", "numpy"):
        monkeypatch.setitem(sys.modules, name, None)


@pytest.fixture
def without_program(monkeypatch: pytest.MonkeyPatch) -> None:
    """The graphviz package, and no Graphviz."""
    dot_command = pytest.importorskip("graphviz.backend.dot_command")
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr(dot_command, "DOT_BINARY", "dot")
    monkeypatch.setattr(graphviz_program, "_bundled_program", lambda: None)


def loss() -> Value:
    model = MLP(2, [3, 1])
    return (model([Value(1.0, label="x"), Value(-2.0, label="y")]) - 1.0) ** 2


def boxes_of(drawing: Any) -> dict[str, tuple[float, float, float, float]]:
    return {
        name: (x - w / 2, y - h / 2, x + w / 2, y + h / 2)
        for name, shape, x, y in drawing.nodes
        for w, h in [shape.size]
    }


@st.composite
def graphs(draw: Any) -> tuple[str, str]:
    """A graph in which later nodes use earlier ones, or, rarely, the other way."""
    count = draw(st.integers(1, 14))
    node = st.integers(0, count - 1)
    pairs = draw(st.lists(st.tuples(node, node), max_size=25))
    text = st.text(st.sampled_from("ab∂w {}|<>&;\\\"'\n"), max_size=12)
    rankdir = draw(st.sampled_from(["LR", "TB"]))
    dot = PlainDigraph(graph_attr={"rankdir": rankdir})
    for k in range(count):
        shape = draw(st.sampled_from(["record", "box", "ellipse"]))
        label = draw(text).replace("\\", "\\\\")
        dot.node(f"n{k}", "".join(f"\\{c}" if c in "{}|<>" else c for c in label), shape=shape)
    for a, b in pairs:
        tail, head = (a, b) if draw(st.integers(0, 9)) else (b, a)
        dot.edge(
            f"n{min(tail, head)}", f"n{max(tail, head)}", **({"label": "0.5"} if draw(st.booleans()) else {})
        )
    if draw(st.integers(0, 9)) == 0:
        dot.edge(f"n{count - 1}", "n0")  # closes a circle
    return dot.source, rankdir


@settings(max_examples=60)
@given(graphs())
def test_nothing_lies_on_something_else(given_graph: tuple[str, str]) -> None:
    source, rankdir = given_graph
    drawing = position(arrange(parse(source)))
    boxes = boxes_of(drawing)
    width, height = drawing.size
    for left, top, right, bottom in boxes.values():
        assert left >= 0
        assert top >= 0
        assert right <= width
        assert bottom <= height
    for a, b in itertools.combinations(boxes.values(), 2):
        assert a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1]
    along = 0 if rankdir == "LR" else 1
    for edge, curve, _ in drawing.edges:
        assert len(curve) % 3 == 1
        # From the side of the tail to the side of the head, and through no other node.
        tail, head = boxes[edge.tail], boxes[edge.head]
        if tail[along] > head[along]:
            tail, head, curve = head, tail, curve[::-1]
        assert curve[0][along] == pytest.approx(tail[along + 2], abs=0.1)
        assert curve[-1][along] == pytest.approx(head[along], abs=0.1)
        others = [box for name, box in boxes.items() if name not in (edge.tail, edge.head)]
        for x, y in points(curve):
            assert not any(a + 0.5 < x < c - 0.5 and b + 0.5 < y < d - 0.5 for a, b, c, d in others)
    ElementTree.fromstring(lay_out(source, "svg").encode())
    assert lay_out(source, "svg") == lay_out(source, "svg")


def points(curve: list[tuple[float, float]]) -> list[tuple[float, float]]:
    found = []
    for k in range(0, len(curve) - 1, 3):
        (a, b, c, d) = curve[k : k + 4]
        for t in (0.0, 0.25, 0.5, 0.75, 1.0):
            s = 1 - t
            weights = (s**3, 3 * s * s * t, 3 * s * t * t, t**3)
            found.append(
                (
                    sum(w * p[0] for w, p in zip(weights, (a, b, c, d))),
                    sum(w * p[1] for w, p in zip(weights, (a, b, c, d))),
                )
            )
    return found


def test_a_tree_has_no_crossings() -> None:
    leaves = [Value(float(k)) for k in range(16)]
    while len(leaves) > 1:
        leaves = [a * b for a, b in zip(leaves[::2], leaves[1::2])]
    arranged = arrange(parse(draw_dot(leaves[0]).source))
    for rank, following in itertools.pairwise(arranged.ranks):
        at = {place: k for k, place in enumerate(following)}
        heads = [at[head] for place in rank for head in place.after]
        assert heads == sorted(heads)


def test_draw_dot_needs_no_other_library(alone: None, tmp_path: Any) -> None:
    dot = draw_dot(loss(), local_derivatives=True)
    assert isinstance(dot, PlainDigraph)
    picture = ElementTree.fromstring(dot.pipe("svg"))
    texts = [element.text for element in picture.iter(f"{SVG}text")]
    assert {"x", "data -2.0000", "ReLU", "*"} <= {*texts}
    bundle = dot._repr_mimebundle_()  # type: ignore[attr-defined]
    assert "<svg" in bundle["image/svg+xml"]
    written = dot.render(str(tmp_path / "graph"))
    assert written.endswith("graph.svg")
    ElementTree.parse(written)
    with pytest.raises(ImportError, match=r"png needs Graphviz: pip install .micrograd-lab\[draw\]"):
        dot.render(str(tmp_path / "other"), format="png")
    assert not (tmp_path / "other").exists()
    with pytest.raises(ValueError, match="attr: expected"):
        dot.attr("nodes", color="red")


def test_the_source_is_graphvizs_own(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("graphviz")
    root = loss()
    root.label = 'a "b" \\ {c} | <d> é\n'
    usual = draw_dot(root, local_derivatives=True).source
    monkeypatch.setitem(sys.modules, "graphviz", None)
    assert draw_dot(root, local_derivatives=True).source.split() == usual.split()


def test_explorer_and_playground_need_no_other_library(alone: None) -> None:
    from micrograd.draw import play

    model = MLP(2, [3, 1])
    page = explore(loss(), model)
    assert "<svg" in page.svg()
    assert "\\u003cmath" in page.html()
    made = play(lambda x, y: (model(x) - y) ** 2, model, [[1.0, 2.0], [0.0, 1.0]], [1.0, -1.0])
    assert "<svg" in made._repr_mimebundle_()["image/svg+xml"]


def test_only_the_places_differ_from_graphvizs(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("graphviz")
    root = loss()
    usual = explore(root)._scene
    monkeypatch.setitem(sys.modules, "graphviz", None)
    other = explore(root)._scene
    for scene in (usual, other):
        for container in scene["containers"]:
            for layout in container["layouts"]:
                layout["size"] = [0, 0]
                layout["items"] = sorted(layout["items"])
                layout["curves"] = len(layout["curves"])
    assert usual == other


def test_a_missing_program_is_no_obstacle(without_program: None) -> None:
    dot = draw_dot(Value(1.0, label="w"))
    assert b"data 1.0000" in dot.pipe()
    with pytest.raises(ImportError, match="png needs Graphviz"):
        dot.pipe("png")


def test_json_for_the_explorer() -> None:
    told = json.loads(
        lay_out("digraph { graph [rankdir=LR]; a:e -> b:w [id=0]; { graph [rank=sink] c } }", "json0")
    )
    assert [thing["name"] for thing in told["objects"]] == ["a", "b", "c"]
    assert told["edges"][0]["id"] == "0"
    x = [float(thing["pos"].split(",")[0]) for thing in told["objects"]]
    assert x == sorted(x)


@pytest.mark.parametrize(
    "source", ["graph { a -- b }", "digraph", "digraph { a -> ", "digraph { a [label= }", "§"]
)
def test_what_is_no_directed_graph_is_refused(source: str) -> None:
    with pytest.raises(ValueError, match="dot language"):
        lay_out(source, "svg")
