"""Losses, against hand-written formulas, finite differences and, where it is installed, PyTorch."""

from __future__ import annotations

import itertools
import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

import micrograd
from micrograd import losses
from micrograd.engine import Value
from micrograd.nn import MLP

number = st.floats(-30, 30, allow_subnormal=False)
samples = st.lists(st.tuples(number, st.booleans()), min_size=1, max_size=8)
logits_and_class = st.lists(number, min_size=2, max_size=6).flatmap(
    lambda z: st.tuples(st.just(z), st.integers(0, len(z) - 1))
)


def values(numbers):
    return [Value(float(x)) for x in numbers]


def gradients(loss, inputs):
    loss.backward()
    return [x.grad for x in inputs]


def sigmoid(x):
    return 1 / (1 + math.exp(-x)) if x >= 0 else math.exp(x) / (1 + math.exp(x))


@given(st.lists(st.tuples(number, number), min_size=1, max_size=8))
def test_mse_by_hand(pairs):
    p, y = values(a for a, _ in pairs), [b for _, b in pairs]
    loss = losses.mse(p, y)
    n = len(pairs)
    assert loss.data == pytest.approx(sum((a - b) ** 2 for a, b in pairs) / n, rel=1e-12)
    assert gradients(loss, p) == pytest.approx([2 * (a - b) / n for a, b in pairs], rel=1e-12, abs=1e-14)


def test_mse_of_one_sample_and_of_several_outputs():
    assert losses.mse(Value(3.0), 1).data == 4
    assert losses.mse(Value(3.0), [1]).data == 4  # the handout's target is the list [1]
    assert losses.mse([Value(3.0)], 1).data == 4
    assert losses.mse([values([1, 2]), values([3, 5])], [[1, 1], [1, 1]]).data == (0 + 1) / 4 + (4 + 16) / 4


@given(samples)
def test_binary_cross_entropy_of_logits_by_hand(pairs):
    z, y = values(a for a, _ in pairs), [int(b) for _, b in pairs]
    loss = losses.binary_cross_entropy_with_logits(z, y)
    n = len(pairs)
    expected = sum(math.log1p(math.exp(-abs(a))) + max(a, 0) - a * b for a, b in pairs) / n
    assert loss.data == pytest.approx(expected, rel=1e-9, abs=1e-14)
    assert gradients(loss, z) == pytest.approx([(sigmoid(a) - b) / n for a, b in pairs], rel=1e-9, abs=1e-15)


@given(samples)
def test_binary_cross_entropy_agrees_with_and_without_logits(pairs):
    z, y = values(a for a, _ in pairs), [int(b) for _, b in pairs]
    of_logits = losses.binary_cross_entropy_with_logits(z, y)
    of_probabilities = losses.binary_cross_entropy([x.sigmoid() for x in z], y)
    # 1 - sigmoid(30) has lost all but three digits: that is what the logits are for.
    assert of_probabilities.data == pytest.approx(of_logits.data, rel=2e-3, abs=1e-13)


@pytest.mark.parametrize("z", [-1e300, -1000.0, -745.0, 745.0, 1000.0, 1e300])
@pytest.mark.parametrize("y", [0, 1])
def test_logits_of_any_size_neither_overflow_nor_lose_their_gradient(z, y):
    logit = Value(z)
    loss = losses.binary_cross_entropy_with_logits(logit, y)
    right = (z > 0) == (y == 1)
    assert loss.data == (0 if right else abs(z))
    assert gradients(loss, [logit]) == pytest.approx([0 if right else math.copysign(1, z)], abs=1e-300)


def test_the_derivative_at_a_logit_of_zero():
    # An untrained output is exactly 0, where |z| and max(0, z) have corners but softplus has none.
    logit = Value(0.0)
    assert gradients(losses.binary_cross_entropy_with_logits(logit, 1), [logit]) == [-0.5]


@pytest.mark.parametrize("y", [0, 1])
@pytest.mark.parametrize("p", [0.0, 1.0])
def test_probabilities_of_zero_and_one_give_a_finite_loss(p, y):
    probability = Value(p)
    loss = losses.binary_cross_entropy(probability, y)
    assert loss.data == pytest.approx(0 if p == y else 100)
    assert all(math.isfinite(g) for g in gradients(loss, [probability]))


@given(st.lists(st.tuples(number, st.sampled_from([-1, 1])), min_size=1, max_size=8))
def test_hinge_by_hand(pairs):
    s, y = values(a for a, _ in pairs), [b for _, b in pairs]
    loss = losses.hinge(s, y)
    n = len(pairs)
    assert loss.data == pytest.approx(sum(max(0, 1 - a * b) for a, b in pairs) / n, rel=1e-12, abs=1e-14)
    assert gradients(loss, s) == pytest.approx([-b / n if a * b < 1 else 0 for a, b in pairs], abs=1e-14)


@given(logits_and_class)
def test_cross_entropy_by_hand(case):
    numbers, target = case
    z = values(numbers)
    loss = losses.cross_entropy(z, target)
    probabilities = [math.exp(a - max(numbers)) for a in numbers]
    total = sum(probabilities)
    expected = max(numbers) + math.log(total) - numbers[target]
    assert loss.data == pytest.approx(expected, rel=1e-12, abs=1e-13)
    assert gradients(loss, z) == pytest.approx(
        [p / total - (i == target) for i, p in enumerate(probabilities)], rel=1e-9, abs=1e-14
    )


@given(logits_and_class)
def test_a_class_and_its_indicator_give_the_same_loss(case):
    numbers, target = case
    a, b = values(numbers), values(numbers)
    by_class = losses.cross_entropy(a, target)
    by_indicator = losses.cross_entropy(b, [float(i == target) for i in range(len(numbers))])
    assert by_class.data == pytest.approx(by_indicator.data, rel=1e-12, abs=1e-14)
    assert gradients(by_class, a) == pytest.approx(gradients(by_indicator, b), rel=1e-12, abs=1e-14)


def test_cross_entropy_of_a_batch_is_the_mean():
    rows = [[1.0, 2.0, 3.0], [-1.0, 0.0, 1.0]]
    batch = losses.cross_entropy([values(row) for row in rows], [2, 0])
    each = [losses.cross_entropy(values(row), y).data for row, y in zip(rows, [2, 0])]
    assert batch.data == pytest.approx(sum(each) / 2, rel=1e-14)


@given(st.lists(st.floats(-1e4, 1e4), min_size=1, max_size=8))
def test_softmax_is_a_distribution_in_the_order_of_the_logits(numbers):
    probabilities = [p.data for p in losses.softmax(values(numbers))]
    assert sum(probabilities) == pytest.approx(1)
    assert all(0 <= p <= 1 for p in probabilities)
    ranked = [p for _, p in sorted(zip(numbers, probabilities))]
    assert all(a <= b for a, b in itertools.pairwise(ranked))


def test_the_targets_may_be_values():
    # As in a loss that is compiled, where features and targets of a sample are Values.
    assert losses.mse(Value(2.0), Value(0.5)).data == 2.25
    assert losses.hinge(Value(2.0), Value(-1.0)).data == 3
    assert losses.binary_cross_entropy_with_logits(Value(0.0), Value(1.0)).data == pytest.approx(math.log(2))
    assert losses.cross_entropy(values([0, 0]), values([0, 1])).data == pytest.approx(math.log(2))


@given(st.lists(st.tuples(number, number, st.booleans()), min_size=1, max_size=5))
def test_against_pytorch(rows):
    torch = pytest.importorskip("torch", reason="PyTorch is not installed: losses not compared with its own")
    functional = torch.nn.functional
    y = [int(b) for _, _, b in rows]
    signs = [2 * b - 1 for b in y]
    a = [row[0] for row in rows]
    pairs = [[row[0], row[1]] for row in rows]

    def same(ours, inputs, theirs, shape):
        tensor = torch.tensor(shape, dtype=torch.float64, requires_grad=True)
        loss = theirs(tensor)
        loss.backward()
        assert ours.data == pytest.approx(loss.item(), rel=1e-9, abs=1e-12)
        assert gradients(ours, inputs) == pytest.approx(tensor.grad.flatten().tolist(), rel=1e-9, abs=1e-12)

    floats = torch.tensor(y, dtype=torch.float64)
    v = values(a)
    same(losses.mse(v, y), v, lambda t: functional.mse_loss(t, floats), a)
    v = values(a)
    ours = losses.binary_cross_entropy_with_logits(v, y)
    same(ours, v, lambda t: functional.binary_cross_entropy_with_logits(t, floats), a)
    v = [values(row) for row in pairs]
    flat = [x for row in v for x in row]
    same(losses.cross_entropy(v, y), flat, lambda t: functional.cross_entropy(t, torch.tensor(y)), pairs)
    v = values(a)
    ours = losses.hinge(v, signs)
    same(ours, v, lambda t: torch.relu(1 - torch.tensor(signs) * t).mean(), a)


@pytest.mark.parametrize(
    ("make", "error", "words"),
    [
        (lambda: losses.mse([], []), ValueError, "no predictions"),
        (lambda: losses.mse(values([1, 2]), [1]), ValueError, "2 predictions but 1 targets"),
        (lambda: losses.mse(Value(1.0), [1, 2]), ValueError, "1 prediction but 2 targets"),
        (lambda: losses.mse(values([1, 2]), 1), TypeError, "one target, 1"),
        (lambda: losses.mse(Value(1.0), math.nan), ValueError, "target is nan"),
        (
            lambda: losses.binary_cross_entropy(Value(1.2), 1),
            ValueError,
            r"1\.2 is not between 0 and 1.*sigmoid",
        ),
        (lambda: losses.binary_cross_entropy(Value(0.5), -1), ValueError, "target is -1.*hinge"),
        (lambda: losses.binary_cross_entropy_with_logits(Value(0.5), 2), ValueError, "target is 2"),
        (lambda: losses.hinge(Value(0.5), 0), ValueError, r"target is 0.*2 \* y - 1"),
        (lambda: losses.cross_entropy([], 0), ValueError, "no logits"),
        (
            lambda: losses.cross_entropy(values([1, 2]), 2),
            ValueError,
            "target is 2: expected a class from 0 to 1",
        ),
        (lambda: losses.cross_entropy(values([1, 2]), -1), ValueError, "target is -1"),
        (lambda: losses.cross_entropy(values([1, 2]), Value(1)), TypeError, "one probability a class"),
        (lambda: losses.cross_entropy([values([1, 2])], [0, 1]), ValueError, "1 predictions but 2 targets"),
        (lambda: losses.softmax([]), ValueError, "no logits"),
        (lambda: losses.mse(Value(1.0), None), TypeError, "target: .* got NoneType"),
        (lambda: losses.mse(values([1]), ["1"]), TypeError, r"target: .* got str: '1' \(convert it first"),
        (lambda: losses.mse((v for v in values([1, 2])), [1, 2]), TypeError, "got generator"),
        (lambda: losses.hinge(Value(0.5), "a"), TypeError, "target: .* got str: 'a'"),
        (
            lambda: losses.cross_entropy(values([1, 2]), math.nan),
            ValueError,
            "target is nan: expected a class",
        ),
        (lambda: losses.cross_entropy(values([1, 2]), "a"), TypeError, "target: .* got str: 'a'"),
        (lambda: losses.cross_entropy(values([1, 2]), None), TypeError, "target: .* got NoneType"),
        (lambda: losses.cross_entropy(Value(1.0), 0), TypeError, "logits: expected a list .* got Value"),
    ],
)
def test_bad_input_is_refused(make, error, words):
    with pytest.raises(error, match=words):
        make()


# -- Compiled ---------------------------------------------------------------------------------------------


COMPILED = {
    "mse": (1, lambda model, x, y: losses.mse(model(x), y), lambda generator: generator.normal(size=20)),
    "mse of two outputs": (
        2,
        lambda model, x, y: losses.mse(model(x), y),
        lambda generator: generator.normal(size=(20, 2)),
    ),
    "binary cross-entropy": (
        1,
        lambda model, x, y: losses.binary_cross_entropy(model(x).sigmoid(), y),
        lambda generator: generator.integers(0, 2, 20).astype(float),
    ),
    "binary cross-entropy of logits": (
        1,
        lambda model, x, y: losses.binary_cross_entropy_with_logits(model(x), y),
        lambda generator: generator.integers(0, 2, 20).astype(float),
    ),
    "hinge": (
        1,
        lambda model, x, y: losses.hinge(model(x), y),
        lambda generator: generator.choice([-1.0, 1.0], 20),
    ),
    "cross-entropy": (
        3,
        lambda model, x, y: losses.cross_entropy(model(x), y),
        lambda generator: (generator.integers(0, 3, 20)[:, None] == [0, 1, 2]).astype(float),
    ),
}


@pytest.mark.parametrize("name", COMPILED)
def test_a_compiled_loss_equals_the_one_on_values(name):
    numpy = pytest.importorskip("numpy", reason="NumPy is not installed: no loss is compiled")
    outputs, loss, targets = COMPILED[name]
    random.seed(1)
    model = MLP(2, [4, outputs])
    generator = numpy.random.default_rng(1)
    X, Y = generator.normal(size=(20, 2)), targets(generator)
    mean, gradients_compiled = micrograd.compile(lambda x, y: loss(model, x, y), model)(X, Y)
    total = Value(0.0)
    for x, y in zip(X.tolist(), Y.tolist()):
        total = total + loss(model, x, y) / 20
    assert mean == pytest.approx(total.data, rel=1e-12)
    assert gradients(total, model.parameters()) == pytest.approx(
        gradients_compiled.tolist(), rel=1e-9, abs=1e-14
    )
