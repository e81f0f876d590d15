"""The compiled engine and the uncompiled one give the same results, to the last bit."""

import re
from pathlib import Path

import pytest

from micrograd import _kinds, engine

SCRIPT = """
    import math, random
    from micrograd import engine
    from micrograd.engine import Value, dot, topological_order
    from micrograd.nn import MLP
    from micrograd.operations import BINARY, METHODS

    def show(*nodes):
        for node in nodes:
            print(node._op, repr(node.data), repr(node.grad), node._computed, node.label, node._is_custom,
                  node._local_derivatives)

    random.seed(0)
    for activation in ("relu", "tanh", "sigmoid", "linear"):
        model = MLP(2, [5, 3, 1], activation=activation)
        print(model)
        for step in range(10):
            losses = [(model([random.gauss(0, 1), k]).sigmoid() - k % 2) ** 2 for k in range(8)]
            loss = sum(losses) / len(losses) + 1e-4 * sum(p * p for p in model.parameters())
            model.zero_grad()
            loss.backward()
            for p in model.parameters():
                p.data -= 0.1 * p.grad
        show(*topological_order(loss))
        print(model.state_dict())

    numbers = [0, 1, -1, 2, 0.1, -0.0, 3.7, -2.5, 1e-8, 1e8, 700.0, -700.0, math.inf, -math.inf, math.nan]
    functions = [
        lambda a, b: a + b, lambda a, b: a - b, lambda a, b: a * b, lambda a, b: a / b, lambda a, b: a ** b,
        lambda a, b: a ** 2, lambda a, b: a ** 0, lambda a, b: a ** -1, lambda a, b: a ** 0.5,
        lambda a, b: a ** 1.7, lambda a, b: 2 - a, lambda a, b: 2 / a, lambda a, b: -a,
        lambda a, b: a.maximum(0), lambda a, b: 2 ** a, lambda a, b: abs(a),
        lambda a, b: dot([a, b], [b, 0.5], a), lambda a, b: dot([a], [3]), lambda a, b: a + "1", lambda a, b: a * None,
    ]
    binary = {operation.kernel for operation in BINARY}
    functions += [lambda a, b, m=m: getattr(a, m)(*([b] if m in binary else [])) for m in METHODS]
    for i, function in enumerate(functions):
        for x in numbers:
            for y in numbers:
                a, b = Value(x), Value(y)
                try:
                    node = function(a, b)
                    node.backward()
                    node.backward()
                except Exception as error:
                    print(i, x, y, type(error).__name__, error)
                else:
                    print(i, x, y, node, a, b)
                    show(*topological_order(node))
"""


def test_same_results_to_the_last_bit(python):
    if not engine.COMPILED:
        pytest.skip("the engine is not compiled here: THE TWO MODES ARE NOT COMPARED")
    compiled, pure = python(SCRIPT).splitlines(), python(SCRIPT, MICROGRAD_PURE="1").splitlines()
    assert len(compiled) > 5000
    for line, (ours, theirs) in enumerate(zip(compiled, pure)):
        assert ours == theirs, f"line {line}"
    assert len(compiled) == len(pure)


def test_the_numbers_of_kinds_and_marks_are_the_same_in_python_and_in_c():
    folder = Path(_kinds.__file__).parent
    if not (folder / "_attributes.h").exists():
        pytest.skip("an installed package has no C header")
    ours = {name: value for name, value in vars(_kinds).items() if name.isupper() and isinstance(value, int)}
    types = (folder / "_kinds.pxd").read_text(encoding="utf-8")
    assert {name: int(value) for name, value in re.findall(r"^ +(\w+) = (\d+)$", types, re.MULTILINE)} == ours
    header = (folder / "_attributes.h").read_text(encoding="utf-8")
    for name, mark in (
        ("NODE_HAS_WHOLE_DATA", _kinds.WHOLE_DATA),
        ("NODE_HAS_WHOLE_GRAD", _kinds.WHOLE_GRAD),
        ("NODE_IS_TRACKED", _kinds.TRACKED),
        ("NODE_IS_CUSTOM", _kinds.CUSTOM),
    ):
        assert re.search(rf"#define {name} {mark}\b", header)
    assert "#define LARGEST_WHOLE 9007199254740992.0\n" in header
    kinds = re.search(r"cdef enum:\n((?: +\w+ = \d+\n)+)", types)[1]
    assert [int(number) for number in re.findall(r"= (\d+)", kinds)] == list(range(len(_kinds.NAMES)))


def test_the_environment_chooses_the_uncompiled_engine(python):
    script = "from micrograd import engine\nprint(engine.COMPILED, engine.__file__.endswith('.py'))"
    assert python(script, MICROGRAD_PURE="1") == "False True\n"


def test_pickles_are_read_in_either_mode(python, tmp_path):
    script = """
        import pickle, random, sys
        from micrograd.nn import MLP
        random.seed(0)
        {action}
    """
    path = str(tmp_path / "model.pickle")
    write = f"pickle.dump(MLP(2, [2, 1]), open({path!r}, 'wb'))"
    read = f"print(repr(pickle.load(open({path!r}, 'rb')).state_dict()) == repr(MLP(2, [2, 1]).state_dict()))"
    for writer, reader in (("", "1"), ("1", "")):
        python(script.format(action=write), MICROGRAD_PURE=writer)
        assert python(script.format(action=read), MICROGRAD_PURE=reader) == "True\n"


def test_random_programs_have_equal_bits():
    """Some; ``make modes`` runs ten thousand."""
    if not engine.COMPILED:
        pytest.skip("the engine is not compiled here: THE TWO MODES ARE NOT COMPARED")
    import both_modes

    assert both_modes.compare(1_000_000, 150) > 1000
