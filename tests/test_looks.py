"""What a listener is told of: every look that shows a number of a graph to Python, and nothing else."""

from __future__ import annotations

import copy
import pickle
import threading

import pytest

from micrograd import _looks, _node, operations
from micrograd.engine import Value
from micrograd.losses import binary_cross_entropy
from micrograd.nn import MLP


class Notes(_looks.Listener):
    def __init__(self):
        self.looks, self.writes, self.errors = [], [], []

    def seen(self, node, how):
        self.looks.append(how)

    def written(self, node, before):
        self.writes.append((node, before))

    def failed(self, error):
        self.errors.append(error)

    def __enter__(self):
        self.before = _looks.replace(self)
        _node._listen(1)
        return self

    def __exit__(self, *_):
        _node._listen(-1)
        _looks.replace(self.before)


LOOKS = {
    ".data": lambda v: v.data,
    ".grad": lambda v: v.grad,
    "float()": lambda v: float(v),
    "repr()": lambda v: f"{v}",
    "copy or pickle": lambda v: copy.copy(v),
    "._local_derivatives": lambda v: v._local_derivatives,
    "._computed": lambda v: v._computed,
    ".backward()": lambda v: v.backward(),
}


@pytest.mark.parametrize("how", LOOKS)
def test_each_way_of_looking_is_told(how):
    v = Value(2.0)
    with Notes() as notes:
        LOOKS[how](v)
    assert notes.looks == [how]
    LOOKS[how](v)
    assert notes.looks == [how]


def test_sorting_and_pickling_are_looks():
    v, w = Value(2.0), Value(1.0)
    with Notes() as notes:
        sorted([v, w], key=float)
        pickle.dumps(v)
    assert notes.looks == ["float()", "float()", "copy or pickle"]


def test_what_shows_no_number_is_no_look():
    model, x = MLP(2, [3, 1]), [Value(1.0), Value(2.0)]
    with Notes() as notes:
        out = model(x)
        assert out
        assert isinstance(out, Value)
        assert out is not x[0]
        assert out != x[0]
        assert len({hash(out), hash(x[0])}) == 2
        total = sum([out, *x]) / x[0] ** 2 - (x[1].detach().maximum(0) + out).relu()
        binary_cross_entropy(total.sigmoid(), x[0])
        model.zero_grad()
        list(model.named_parameters())
    assert notes.looks == notes.errors == []


def test_an_overwritten_number_is_told_with_the_one_before():
    v = Value(3)
    with Notes() as notes:
        v.data = 4.5
    assert notes.writes == [(v, 3)]


@pytest.mark.parametrize(
    "fail",
    [
        lambda v: v.log(),
        lambda v: v**0.5,
        lambda v: 1 / (v * 0),
        lambda v: (v * -1000).exp(),
        lambda v: v**v,
        lambda v: (v * 0) ** -1,
        lambda v: binary_cross_entropy(v, 1),
        lambda v: MLP(1, [1])([float("nan")]),
    ],
)
def test_an_error_of_the_engine_is_told_though_it_is_caught(fail):
    with Notes() as notes:
        try:
            fail(Value(-2.5))
        except (ArithmeticError, ValueError) as error:
            caught = error
    assert notes.errors == [caught]


def test_another_thread_may_look_meanwhile():
    v = Value(1.0)
    with Notes() as notes:
        other = threading.Thread(target=lambda: v.data)
        other.start()
        other.join()
    assert notes.looks == []


DONE = {
    "+": lambda v: v + v, "*": lambda v: v * 3, "**": lambda v: v**v, "**k": lambda v: v**3,
    "max": lambda v: v.maximum(1), "min": lambda v: v.minimum(1), "ReLU": Value.relu, "abs": abs,
}  # fmt: skip


@pytest.mark.parametrize("name", operations.OPERATIONS)
def test_nodes_that_some_numbers_have_no_result_for_are_told(name):
    """As the table of operations says; the compiler checks them wherever they are."""
    told = []

    class Hearing(_looks.Listener):
        def made(self, node):
            told.append(node)

    before = _looks.replace(Hearing())
    _node._listen(1)
    try:
        node = DONE.get(name, getattr(Value, name, None))(Value(0.5))
    finally:
        _node._listen(-1)
        _looks.replace(before)
    assert told == ([node] if operations.OPERATIONS[name].leaves else [])
