"""The GPT example: it learns, it can be repeated, and it equals the same model in plain Python."""

from __future__ import annotations

import importlib.util
import math
import random
import sys
from pathlib import Path

import pytest

from micrograd.engine import Value

ROOT = Path(__file__).parents[1]


def load(path):
    spec = importlib.util.spec_from_file_location(f"{path.parent.name}_{path.stem}", path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def gpt():
    return load(ROOT / "examples" / "gpt.py")


@pytest.fixture(scope="module")
def benchmark():
    return load(ROOT / "benchmarks" / "gpt.py")


@pytest.fixture
def names_file(tmp_path):
    def write(*lines):
        path = tmp_path / "names.txt"
        path.write_text("\n".join(lines), encoding="utf-8")
        return path

    return write


def test_losses_equal_those_of_plain_python(benchmark):
    result = benchmark.measure(steps=2, repeats=1)
    assert result.losses == pytest.approx(result.plain_losses, rel=0, abs=1e-9)
    assert result.losses[0] != result.losses[1]


def test_gradients_equal_those_of_plain_python(benchmark, gpt):
    model = gpt.GPT(5, random.Random(0))
    plain = benchmark.PlainGPT(model.state_dict(), gpt.HEADS)
    symbols = [4, 0, 2, 1, 4]
    gpt.loss_of(model, symbols).backward()
    plain.loss_of(symbols).backward()
    gradients = {name: parameter.grad for name, parameter in model.named_parameters()}
    assert gradients == pytest.approx(
        {name: value.grad for name, value in plain.by_name.items()}, rel=1e-9, abs=1e-13
    )
    assert sum(gradient != 0 for gradient in gradients.values()) > 2000


def test_plain_python_is_differentiated_rightly(benchmark):
    # The yardstick itself, against finite differences.
    def function(x, y):
        return ((x * y + y**3).relu() + (x - y).exp() * 0.5).log() / (x * x + 1.0)

    x, y = benchmark.PlainValue(0.7), benchmark.PlainValue(1.3)
    function(x, y).backward()
    step = 1e-6
    for value in (x, y):
        at = value.data
        value.data = at + step
        above = function(x, y).data
        value.data = at - step
        below = function(x, y).data
        value.data = at
        assert value.grad == pytest.approx((above - below) / (2 * step), rel=1e-7)


def test_losses_fall_and_can_be_repeated(gpt, capsys):
    names = gpt.read_names(gpt.NAMES)
    alphabet = gpt.Alphabet(names)
    samples = [alphabet.encode(name) for name in random.Random(1).sample(names, 150)]
    losses = gpt.train(gpt.GPT(alphabet.size, random.Random(1)), samples, 150)
    assert losses[0] == pytest.approx(math.log(alphabet.size), abs=0.3)  # an untrained model knows nothing
    assert sum(losses[-50:]) / 50 < sum(losses[:25]) / 25 - 0.4
    assert losses == gpt.train(gpt.GPT(alphabet.size, random.Random(1)), samples, 150)
    assert "step 150/150" in capsys.readouterr().err


def test_a_single_name_is_learnt_by_heart(gpt):
    alphabet = gpt.Alphabet(["zoé"])
    model = gpt.GPT(alphabet.size, random.Random(3))
    losses = gpt.train(model, [alphabet.encode("zoé")], 150)
    assert losses[-1] < 0.05
    invented = {gpt.invent(model, alphabet, random.Random(seed), 0.2) for seed in range(5)}
    assert invented == {"zoé"}


def test_a_symbol_is_guessed_from_those_before_it_only(gpt):
    model = gpt.GPT(6, random.Random(0))

    def logits(symbols):
        memory = []
        return [[logit.data for logit in model(symbol, memory)] for symbol in symbols]

    assert logits([5, 1, 2, 3])[:3] == logits([5, 1, 2, 4])[:3]
    assert logits([5, 1, 2])[2] != logits([5, 2, 2])[2]


def test_rms_norm_makes_the_mean_square_one(gpt):
    normed = gpt.rms_norm([Value(float(x)) for x in (3, -1, 4, 1)])
    assert sum(x.data**2 for x in normed) / 4 == pytest.approx(1, rel=1e-4)


def test_the_names_that_are_shipped(gpt):
    names = gpt.read_names(gpt.NAMES)
    assert len(names) > 1000
    assert len(set(names)) == len(names)
    assert all(name.isalpha() and 2 <= len(name) < gpt.LONGEST for name in names)
    assert "MIT" in gpt.NAMES.read_text(encoding="utf-8").split("\n\n")[0]


def test_the_program_invents_names(gpt, names_file, capsys):
    path = names_file("# some names", "Anna", "", "Hanna", "Nana")
    assert gpt.main(["--names", str(path), "--steps", "30", "--invent", "4", "--seed", "7"]) == 0
    first = capsys.readouterr().out
    assert "3 names, 4 symbols" in first
    assert first.count("\n  ") == 4
    assert gpt.main(["--names", str(path), "--steps", "30", "--invent", "4", "--seed", "7"]) == 0
    assert capsys.readouterr().out == first


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--steps", "0"], "--steps is 0"),
        (["--invent", "-1"], "--invent is -1"),
        (["--temperature", "0"], r"--temperature is 0.0"),
        (["--temperature", "nan"], r"--temperature is nan"),
    ],
)
def test_bad_options_are_refused(gpt, capsys, arguments, words):
    with pytest.raises(SystemExit) as stop:
        gpt.main(arguments)
    assert stop.value.code == 2
    assert words in capsys.readouterr().err


def test_bad_files_are_refused(gpt, names_file, capsys, tmp_path):
    for path, words in [
        (names_file("", "# nothing"), "holds no names"),
        (tmp_path / "missing.txt", "missing.txt"),
    ]:
        assert gpt.main(["--names", str(path)]) == 2
        assert words in capsys.readouterr().err
    assert gpt.main(["--names", str(names_file("A" * 16))]) == 2
    assert "15 at most" in capsys.readouterr().err
