"""One explanation: Python and the page choose the same to say of a node, whatever the numbers."""

from __future__ import annotations

import json
import math
import random
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("graphviz")

from draw_tasks import batch, one_sample

from micrograd.draw import explain, laying_out, lines, remember_lines
from micrograd.draw.choosing import Choice
from micrograd.draw.scene import scene_of
from micrograd.draw.words import WORDS
from micrograd.engine import Value
from micrograd.nn import MLP

PAGE = Path(laying_out.__file__).parent / "page"
NODE = shutil.which("node") or shutil.which("nodejs")
STATES = 1000

RUN = """
import { readFileSync } from "node:fs";
import { Choice } from "./choosing.js";
import { Graph } from "./graph.js";
const special = { nan: NaN, inf: Infinity, "-inf": -Infinity };
const read = (number) => (number === null ? undefined : typeof number === "string" ? special[number] : number);
const { scenes, states } = JSON.parse(readFileSync(process.argv[2], "utf8"));
const written = (key, value) => (typeof value === "number" && !Number.isFinite(value)
  ? (Number.isNaN(value) ? "nan" : value > 0 ? "inf" : "-inf") : value === undefined ? null : value);
for (const { scene, numbers, rate, nodes } of states) {
  const graph = new Graph(scenes[scene], {
    number: (kind, node) => read(numbers[kind][node]),
    slope: (node, use) => read(numbers.slopes[node][use]),
  });
  const { tellings } = scenes[scene];
  const chosen = nodes.map((node) => new Choice(node, graph, rate).sections(tellings[graph.nodes[node].telling]));
  console.log(JSON.stringify(chosen, written));
}
"""


class StateOfScene:
    """A scene's structure with other numbers."""

    def __init__(self, scene: dict[str, Any], numbers: dict[str, Any]) -> None:
        self._nodes, self._numbers = scene["nodes"], numbers
        self.root = len(self._nodes) - 1
        self._users: list[list[tuple[int, int]]] = [[] for _ in self._nodes]
        for head, node in enumerate(self._nodes):
            for use, operand in enumerate(node["operands"]):
                self._users[operand].append((head, use))

    def operands(self, node: int) -> list[int]:
        return list(self._nodes[node]["operands"])

    def users(self, node: int) -> list[tuple[int, int]]:
        return self._users[node]

    def number(self, kind: str, node: int) -> float:
        return float(self._numbers[kind][node])

    def slope(self, node: int, use: int) -> float | None:
        found = self._numbers["slopes"][node][use]
        return None if found is None else float(found)

    def line(self, node: int) -> str:
        return str(self._nodes[node].get("line", ""))


def by_hand() -> Value:
    a, b = Value(0.5, label="a"), Value(-1.0, label="b")
    made = Value(0.7, (a, b), "mine")
    made._backward = lambda: None
    loss = (made * b + made) * a
    loss.backward()
    return loss


def of_every_kind() -> Value:
    a, b, one = Value(0.7, label="a"), Value(1.3, label="b"), Value(-1)
    total = (
        (a - b) * one
        + a / b
        + (a * b).relu()
        + (b**0.5).log()
        + a.maximum(b).tanh()
        + a * -1
        + (-3 + b)
        + a**b
    )
    total.backward()
    return total


def with_lines() -> Value:
    with remember_lines():
        a = Value(0.0, label="a")
        root = (a + 0.5).sqrt()
        loss = root * root * 0 + a
        loss.backward()
    return loss


def scenes() -> list[dict[str, Any]]:
    random.seed(4)
    model = MLP(2, [2])
    used_twice = sum(model(model([0.3, -0.4])))
    assert isinstance(used_twice, Value)
    used_twice.backward()
    penalty = Value(1.5, label="w")
    overwritten = (penalty * 3) ** 2
    overwritten.data = 4.0
    loss = overwritten - 1
    loss.backward()
    graphs = [one_sample([1]), batch(2, 5), (used_twice, model)]
    graphs += [(made, None) for made in (by_hand(), of_every_kind(), loss, with_lines(), Value(2.0))]
    return [scene_of(*graph) for graph in graphs]


def told(number: Any) -> Any:
    return str(number) if isinstance(number, float) and not math.isfinite(number) else number


def numbers_of(scene: dict[str, Any], draw: random.Random) -> dict[str, Any]:
    """Return numbers for all nodes: consistent gradients for half of the states, after one sweep or several."""
    odd = [0.0, -0.0, 1.0, -1.0, math.nan, math.inf, -math.inf, 1e308, 1e-320]
    strange = draw.choice([0.0, 0.0, 0.05, 0.4])

    def number() -> float:
        return (
            draw.choice(odd)
            if draw.random() < strange
            else draw.choice([draw.gauss(0, 2), float(draw.randint(-2, 2))])
        )

    nodes = scene["nodes"]
    slopes = [
        [number() for _ in node["operands"]] if not node.get("custom") else [None] * 9 for node in nodes
    ]
    grads = [number() for _ in nodes]
    if draw.random() < 0.6:
        grads = [0.0] * len(nodes)
        grads[-1] = 1.0
        for head in reversed(range(len(nodes))):
            for use, operand in enumerate(nodes[head]["operands"]):
                slope = slopes[head][use]
                grads[operand] += 0.0 if slope is None else slope * grads[head]
        if draw.random() < 0.3:
            grads = [grad if node["operands"] else 2 * grad for node, grad in zip(nodes, grads)]
        if draw.random() < 0.1:
            grads = [0.0] * len(nodes)
    elsewhere = [draw.choice([0.0, 0.0, number()]) for _ in nodes]
    data = [number() for _ in nodes]
    computed = [number() if "computed" in node else d for node, d in zip(nodes, data)]
    return {
        "data": data, "computed": computed, "grad": grads, "elsewhere": elsewhere,
        "ignored": [number() for _ in nodes], "slopes": slopes,
    }  # fmt: skip


@pytest.mark.skipif(NODE is None, reason="THE PAGE'S CHOICE IS NOT COMPARED: Node is not installed")
def test_python_and_the_page_choose_the_same(tmp_path: Path) -> None:
    draw = random.Random(7)
    made = scenes()
    states = []
    for k in range(STATES):
        scene = made[k % len(made)]
        nodes = draw.sample(range(len(scene["nodes"])), min(6, len(scene["nodes"])))
        states.append(
            {"scene": k % len(made), "numbers": numbers_of(scene, draw), "rate": 0.1, "nodes": nodes}
        )
    for name in ("choosing.js", "trails.js", "graph.js"):
        shutil.copy(PAGE / name, tmp_path / name)
    (tmp_path / "package.json").write_text('{"type": "module"}')
    (tmp_path / "run.js").write_text(RUN)
    plain = json.loads(
        json.dumps(states),
        parse_constant=lambda name: {"NaN": "nan"}.get(name, name.replace("Infinity", "inf")),
    )
    (tmp_path / "states.json").write_text(json.dumps({"scenes": made, "states": plain}))
    assert NODE is not None
    command = [NODE, "run.js", "states.json"]
    printed = subprocess.run(
        command, cwd=tmp_path, check=True, capture_output=True, text=True
    ).stdout.splitlines()
    said: set[str] = set()
    for state, line in zip(states, printed, strict=True):
        scene = made[state["scene"]]
        graph = StateOfScene(scene, state["numbers"])
        chosen = [
            Choice(node, graph, state["rate"]).sections(scene["tellings"][scene["nodes"][node]["telling"]])
            for node in state["nodes"]
        ]
        ours = json.loads(
            json.dumps(chosen),
            parse_constant=lambda name: {"NaN": "nan"}.get(name, name.replace("Infinity", "inf")),
        )
        assert ours == json.loads(line)
        said |= {word for word in WORDS if f'"{word}"' in line}
    # The states are many enough to choose everything that depends on a number.
    assert {
        "elsewhere", "rootUnswept", "rootNotOne", "stepUp", "stepDown", "stepNone", "stepBroken", "reluClosed",
        "negation", "subtraction", "valueGiven", "valueBeginsHere", "valueWay", "gradientProduct", "gradientByHand",
        "gradientWay", "gradientFromElsewhere", "gradientNotFinite", "madeAt", "overwritten",
    } <= said  # fmt: skip


def read(text: str) -> float:
    return float(text.strip("()"))


def test_no_equation_is_false_after_two_sweeps() -> None:
    a, b = Value(2.0, label="a"), Value(3.0, label="b")
    loss = a * b + a
    for sweeps in (1, 2, 3):
        loss.backward()
        text = explain(a, "en", root=loss)
        lines = text.splitlines()
        start = next(k for k, line in enumerate(lines) if line.startswith(("  ∂L/∂a = ", "  a.grad = ")))
        total = read(lines[start].split(" = ")[1])
        assert total == a.grad == 4.0 * sweeps
        # The derivative is 4; what the sweeps before have left makes it no other number.
        assert lines[start].startswith("  ∂") == (sweeps == 1)
        terms = []
        for line in lines[start + 1 :]:
            if line.startswith(("  = ", "  + ")):
                terms.append(math.prod(read(factor) for factor in line[4:].split("   [")[0].split(" × ")))
        assert sum(terms) == total
        assert ("zero_grad" in text) == (sweeps > 1)
    assert "a.grad" in explain(a, "fr")


def test_before_a_sweep_nothing_is_said_to_be_a_derivative() -> None:
    a = Value(2.0, label="a")
    loss = a * 3
    for node in (a, loss):
        text = explain(node, "en", root=loss)
        assert "backward() has not been called" in text
        assert "∂L/∂" not in text.partition("Where its gradient comes from")[2]


def test_a_gradient_that_is_nan_is_told_apart_from_a_value_that_is() -> None:
    with remember_lines():
        z = Value(0.0, label="z")
        shifted = z + 0
        root = shifted.sqrt()  # the infinite derivative
        loss = root * 0 + 1
        loss.backward()
    assert math.isnan(z.grad)
    assert math.isfinite(loss.data)
    text = explain(z, "en", root=loss).partition("How its value")[0]
    assert "value of z" not in text
    assert "1 × nan = nan" in text
    assert "inf × 0.0000 = nan" in text
    assert "z ← v1 ← v2" in text
    assert "root = shifted.sqrt()  # the infinite derivative" in text
    number = next(
        k for k, line in enumerate(Path(__file__).read_text().splitlines(), 1) if "# the infinite" in line
    )
    assert f"test_draw_choosing.py:{number}:" in text
    # An infinite value is told by where it began.
    with remember_lines():
        x = Value(800.0, label="x")
        big = (x * 0.5).exp() * (x * 0.5).exp()
        loss = big + 1
    text = explain(loss, "fr", root=loss).partition("Calcul de la valeur")[0]
    assert "La valeur de L" in text
    assert "Le gradient" not in text
    assert "big = (x * 0.5).exp()" in text


def test_a_subtraction_is_noticed_in_the_terminal() -> None:
    a, b = Value(2.0, label="a"), Value(3.0, label="b")
    difference = a - b
    assert "a − b" in explain(difference, "en", root=difference)
    assert "a − b" in explain(difference._operands[1], "fr", root=difference)
    assert "To add the opposite" not in explain(a + b, "en")


def test_lines_are_remembered_only_where_somebody_asks() -> None:
    assert lines.line_of(Value(1.0) * 2) == ""
    model = MLP(2, [2, 1])

    def loss_of(x: list[float]) -> Value:
        made = model(x)
        return made * made

    with remember_lines():
        total = sum([loss_of([0.1, k]) for k in range(3)])
    assert isinstance(total, Value)
    found = {lines.line_of(node).partition(": ")[2] for node in laid_below(total)}
    assert found >= {"made = model(x)", "return made * made", ""}
    assert any("sum([loss_of" in line for line in found)
    after = total * 2
    assert lines.line_of(after) == ""
    with pytest.raises(ZeroDivisionError), remember_lines():
        1 / 0  # noqa: B018
    assert lines.line_of(total) == ""


def laid_below(root: Value) -> list[Value]:
    from micrograd.draw import trace

    return trace(root)[0]
