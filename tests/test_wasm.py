"""The kernels as WebAssembly: built from these sources, and equal to the native ones, under Node."""

from __future__ import annotations

import json
import math
import random
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

np = pytest.importorskip("numpy")

from checked_programs import is_well_posed  # noqa: E402
from generated_programs import Model, data_of, generate, run  # noqa: E402

import micrograd  # noqa: E402
from micrograd.compiler import wasm  # noqa: E402
from micrograd.compiler.encode import written  # noqa: E402
from micrograd.engine import Value, dot  # noqa: E402
from micrograd.nn import MLP  # noqa: E402

NODE = shutil.which("node")
SCRIPT = """
import { readFileSync } from "node:fs";
import { Kernels } from "./machine.mjs";

const kernels = await Kernels.load(readFileSync("kernels.wasm"));
const answers = [];
for (const { program, weights, X, Y, rates, kind, batches, momentum = 0.5 } of JSON.parse(readFileSync("given.json"))) {
  const loaded = kernels.program(program);
  const before = loaded.gradient(weights, X, Y);
  const optimizer = {
    kind, momentum: kind ? 0 : momentum, beta1: 0.9, beta2: 0.999, epsilon: 1e-8,
    weights: Float64Array.from(weights),
    first: new Float64Array(weights.length),
    second: new Float64Array(weights.length),
  };
  const { losses, state } = loaded.train(optimizer, X, Y, rates, batches);
  answers.push({
    loss: before.loss, gradient: [...before.gradient], left: before.left,
    losses: [...losses], state, weights: [...optimizer.weights],
  });
  loaded.release();
}
console.log(JSON.stringify(answers));
"""


def in_node(given: list[dict[str, Any]], folder: Path) -> list[dict[str, Any]]:
    (folder / "kernels.wasm").write_bytes(wasm.kernels())
    (folder / "machine.mjs").write_text(wasm.script(), encoding="utf-8")
    (folder / "run.mjs").write_text(SCRIPT, encoding="utf-8")
    (folder / "given.json").write_text(json.dumps(given), encoding="utf-8")
    done = subprocess.run([NODE, "run.mjs"], cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    answers: list[dict[str, Any]] = json.loads(done.stdout)
    return answers


def test_the_module_is_built_from_these_sources() -> None:
    assert wasm.fingerprint_of(wasm.kernels()) == wasm.fingerprint(wasm.sources()), (
        "run make wasm: a source has changed"
    )


def test_a_change_of_any_source_is_noticed() -> None:
    files = wasm.sources()
    assert {*wasm.KERNELS, *wasm.OWN} <= files.keys()
    for name in files:
        assert wasm.fingerprint({**files, name: files[name] + b" "}) != wasm.fingerprint(files)


LOSSES = {
    "squared": lambda model: lambda x, y: (model(x).sigmoid() - y) ** 2,
    "cross-entropy": lambda model: (
        lambda x, y: -(y * model(x).sigmoid().log()) - (1 - y) * (1 - model(x).sigmoid()).log()
    ),
    "hinge": lambda model: (
        lambda x, y: (1 - (2 * y - 1) * model(x)).relu() + 0.01 * sum(p * p for p in model.parameters())
    ),
}


@pytest.mark.skipif(NODE is None, reason="node is not installed: THE KERNELS FOR PAGES ARE NOT RUN")
def test_gradients_and_trainings_are_the_native_ones(tmp_path: Path) -> None:
    generator = np.random.default_rng(0)
    given, expected = [], []
    for case, (shape, activation, loss, samples, kind, batch) in enumerate(
        (shape, activation, loss, samples, kind, batch)
        for shape in ([2, 1], [16, 1], [5, 7, 1])
        for activation in ("relu", "tanh", "sigmoid")
        for loss in LOSSES
        for samples, kind, batch in ((100, 0, None), (33, 1, 8))
    ):
        random.seed(case)
        model = MLP(2, shape, activation=activation)
        X = generator.normal(size=(samples, 2))
        Y = (X[:, 0] > 0).astype(float)
        program = micrograd.compile(LOSSES[loss](model), model, threads=1)
        value, gradient = program(X, Y)
        weights = [p.data for p in model.parameters()]
        order = list(range(samples))
        random.shuffle(order)
        starts = list(range(0, samples + 1, batch or samples))
        steps = 20 if batch is None else len(starts) - 1
        given.append(
            {
                "program": written(program.codes[-1]),
                "weights": [float(w) for w in weights],
                "X": X.ravel().tolist(),
                "Y": Y.tolist(),
                "rates": [0.1 - 0.001 * k for k in range(steps)],
                "kind": kind,
                "batches": None if batch is None else {"order": order, "starts": starts},
            }
        )
        expected.append((value, gradient, _trained(program, model, X, Y, given[-1])))
    for answer, (value, gradient, (losses, weights)) in zip(in_node(given, tmp_path), expected):
        assert answer["loss"] == pytest.approx(value, rel=1e-13)
        assert answer["gradient"] == pytest.approx(gradient.tolist(), rel=1e-10, abs=1e-13)
        assert (answer["state"], answer["left"]) == ("running", False)
        assert answer["losses"] == pytest.approx(losses, rel=1e-9, abs=1e-12)
        assert answer["weights"] == pytest.approx(weights, rel=1e-8, abs=1e-10)


def _trained(
    program: Any, model: MLP, X: Any, Y: Any, given: dict[str, Any]
) -> tuple[list[float], list[float]]:
    """What the native kernels make of the same steps: one call for each batch."""
    batches = given["batches"]
    losses = []
    for k, rate in enumerate(given["rates"]):
        rows = (
            slice(None)
            if batches is None
            else batches["order"][batches["starts"][k] : batches["starts"][k + 1]]
        )
        settings = {"optimizer": "Adam"} if given["kind"] else {"momentum": 0.5}
        losses += program.train(X[rows], Y[rows], 1, rate, resume=k > 0, **settings).tolist()
    return losses, [p.data for p in model.parameters()]


@pytest.mark.skipif(NODE is None, reason="node is not installed: THE KERNELS FOR PAGES ARE NOT RUN")
def test_what_cannot_go_on_is_told(tmp_path: Path) -> None:
    w = micrograd.engine.Value(-1.0)
    program = micrograd.compile(lambda x: (w * x[0]).log() + w, [w])
    program([[-1.0]])
    outside = {
        "program": written(program.codes[-1]), "weights": [-1.0], "X": [1.0, 2.0], "Y": [], "rates": [0.1], "kind": 0,
        "batches": None,
    }  # fmt: skip
    program = micrograd.compile(lambda x: (w * x[0]) ** 2, [w])
    program([[-1.0]])
    diverging = {**outside, "program": written(program.codes[-1]), "X": [1e200], "rates": [1e200] * 3}
    answers = in_node([outside, diverging], tmp_path)
    assert (answers[0]["left"], answers[0]["state"]) == (True, "outside of the domain")
    assert answers[0]["losses"] == [] and answers[0]["weights"] == [-1.0]
    assert answers[1]["state"] in ("loss not finite", "weights not finite", "outside of the domain")
    assert np.isfinite(answers[1]["weights"]).all()


def test_a_program_is_written_out_as_json() -> None:
    random.seed(1)
    model = MLP(2, [3, 1])
    scale = Value(2.0)
    program = micrograd.compile(
        lambda x, y: scale * (model(x) - (y[0] if isinstance(y, list) else y)) ** 2, model
    )
    scale.data = 3.0
    told = json.loads(program.to_json())
    assert (told["format"], told["version"]) == ("micrograd program", 1)
    assert told["names"] == [name for name, _ in model.named_parameters()]
    assert told["weights"] == [p.data for p in model.parameters()]
    assert told["order"] == list(range(13))
    assert (told["parameters"], told["captured"], told["constants"]) == (13, 1, [3.0])
    words = written(program.codes[-1])
    assert {key: told[key] for key in words if key != "constants"} == {
        key: value for key, value in words.items() if key != "constants"
    }
    # Of several, one has to be chosen.
    program([[1.0, 2.0]], [[1.0, 2.0]])
    with pytest.raises(ValueError, match="2 programs were compiled"):
        program.to_json()
    assert json.loads(program.to_json([[1.0, 2.0]], [1.0]))["targets"] == 1
    assert json.loads(program.to_json([[1.0, 2.0]], [[1.0, 2.0]]))["targets"] == 2


def test_what_json_has_no_word_for_is_written_by_name() -> None:
    w, far = Value(1.0), Value(float("inf"))
    program = micrograd.compile(lambda x: (w * x[0]).minimum(far).maximum(-math.inf), [w, w])
    program([[1.0]])
    told = json.loads(program.to_json())
    assert told["constants"] == ["Infinity"]
    assert "-Infinity" in told["numbers"] + told["initial"]
    assert told["order"] == [0, 0] and told["weights"] == [1.0]


def generated(count: int) -> list[tuple[dict[str, Any], tuple[float, Any, Any, list[float]]]]:
    """Programs of the generator, with what the native kernels make of them."""
    found: list[Any] = []
    seed = 0
    while len(found) < count:
        seed += 1
        made = generate(seed)
        X, Y, rows, _ = data_of(made)
        model = Model(Value, made.numbers())

        def loss(x: Any, y: Any, made: Any = made, model: Any = model) -> Any:
            return run(made, model, x, y, dot)

        try:
            results = [loss([Value(n) for n in x], Value(y)) for x, y in zip(X, Y, strict=True)]
        except (ArithmeticError, ValueError):
            continue
        parameters = model.parameters()
        if not parameters or not all(map(is_well_posed, results)):
            continue
        X, Y = np.array(X)[rows][:57], np.array(Y, dtype=float)[rows][:57]
        program = micrograd.compile(loss, parameters, threads=1)
        try:
            before, gradient = program(X, Y)
            if np.abs(gradient).max() > 1e3:
                continue
            told = json.loads(program.to_json())
            losses = program.train(X, Y, 100, 1e-4)
        except (micrograd.DivergenceError, micrograd.CompileError, ArithmeticError, ValueError):
            continue
        given = {
            "program": told, "weights": told["weights"], "X": X.ravel().tolist(), "Y": Y.tolist(),
            "rates": [1e-4] * 100, "kind": 0, "batches": None, "momentum": 0,
        }  # fmt: skip
        order = [told["order"].index(place) for place in range(len(told["weights"]))]
        after = [float(parameters[k].data) for k in order]
        found.append((given, (before, gradient[order], losses, after)))
    return found


def assert_equal(answer: dict[str, Any], expected: tuple[float, Any, Any, list[float]], seed: int) -> None:
    before, gradient, losses, after = expected
    scale = max(1.0, np.abs(gradient).max())
    assert answer["loss"] == pytest.approx(before, rel=1e-9, abs=1e-9), seed
    assert answer["gradient"] == pytest.approx(gradient.tolist(), rel=1e-9, abs=1e-9 * scale), seed
    assert answer["losses"] == pytest.approx(losses.tolist(), rel=1e-8, abs=1e-8), seed
    assert answer["weights"] == pytest.approx(after, rel=1e-8, abs=1e-8), seed


@pytest.mark.skipif(NODE is None, reason="node is not installed: THE KERNELS FOR PAGES ARE NOT RUN")
def test_a_hundred_generated_programs_are_the_native_ones(tmp_path: Path) -> None:
    cases = generated(100)
    answers = in_node([given for given, _ in cases], tmp_path)
    for k, (answer, (_, expected)) in enumerate(zip(answers, cases)):
        assert answer["state"] == "running"
        assert_equal(answer, expected, k)
