"""Optimizers and schedules, against hand-written formulas and, where it is installed, PyTorch."""

from __future__ import annotations

import math
import random
import warnings
from array import array

import pytest
from hypothesis import given
from hypothesis import strategies as st

from micrograd import optim, updates
from micrograd.engine import Value
from micrograd.nn import MLP


def bowl(parameters):
    """A loss that is steeper along some parameters than along others."""
    total = Value(0.0)
    for i, parameter in enumerate(parameters):
        total = total + (parameter - 1.5) ** 2 * (0.1 + i)
    return total


def descend(optimizer, steps):
    path = []
    for _ in range(steps):
        optimizer.zero_grad()
        bowl(optimizer.parameters).backward()
        optimizer.step()
        path.append([parameter.data for parameter in optimizer.parameters])
    return path


START = [0.3, -2.0, 4.0]


@pytest.mark.parametrize(
    ("name", "options", "theirs"),
    [
        ("SGD", {"learning_rate": 0.05}, {"lr": 0.05}),
        ("SGD", {"learning_rate": 0.05, "momentum": 0.9}, {"lr": 0.05, "momentum": 0.9}),
        (
            "SGD",
            {"learning_rate": 0.05, "momentum": 0.8, "nesterov": True},
            {"lr": 0.05, "momentum": 0.8, "nesterov": True},
        ),
        ("Adam", {"learning_rate": 0.1}, {"lr": 0.1}),
        (
            "Adam",
            {"learning_rate": 0.1, "beta1": 0.5, "beta2": 0.9, "epsilon": 1e-3},
            {"lr": 0.1, "betas": (0.5, 0.9), "eps": 1e-3},
        ),
    ],
)
def test_steps_equal_pytorchs(name, options, theirs):
    torch = pytest.importorskip(
        "torch", reason="PyTorch is not installed: optimizers not compared with its own"
    )
    path = descend(getattr(optim, name)([Value(x) for x in START], **options), 40)

    parameters = [torch.tensor(x, dtype=torch.float64, requires_grad=True) for x in START]
    optimizer = getattr(torch.optim, name)(parameters, **theirs)
    for ours in path:
        optimizer.zero_grad()
        sum((p - 1.5) ** 2 * (0.1 + i) for i, p in enumerate(parameters)).backward()
        optimizer.step()
        assert ours == pytest.approx([p.item() for p in parameters], rel=1e-12)


def test_gradient_descent_is_the_handouts_update():
    random.seed(42)
    model = MLP(2, [2, 1])
    before = [p.data for p in model.parameters()]
    optimizer = optim.SGD(model.parameters(), learning_rate=0.1)
    (model([0.5, -1.0]) - 1.0).__pow__(2).backward()
    gradients = [p.grad for p in model.parameters()]
    assert optimizer.step() == 0.1
    assert [p.data for p in model.parameters()] == [b - 0.1 * g for b, g in zip(before, gradients)]


def test_momentum_by_hand():
    x = Value(1.0)
    optimizer = optim.SGD([x], learning_rate=0.1, momentum=0.5)
    velocity, expected = 0.0, 1.0
    for gradient in (1.0, -2.0, 3.0):
        x.grad = gradient
        optimizer.step()
        velocity = 0.5 * velocity + gradient
        expected -= 0.1 * velocity
        assert x.data == pytest.approx(expected, rel=1e-15)
    assert list(optimizer.velocity) == pytest.approx([velocity], rel=1e-15)


@given(st.floats(1e-6, 1e6), st.sampled_from([-1, 1]))
def test_adams_first_step_has_the_size_of_the_learning_rate(size, sign):
    x = Value(0.0)
    optimizer = optim.Adam([x], learning_rate=0.25, epsilon=1e-20)
    x.grad = sign * size
    optimizer.step()
    assert x.data == pytest.approx(-sign * 0.25, rel=1e-9)


@pytest.mark.parametrize(
    "make",
    [
        lambda p: optim.SGD(p, 0.05),
        lambda p: optim.SGD(p, 0.05, momentum=0.9, nesterov=True),
        lambda p: optim.Adam(p, 0.2),
        lambda p: optim.Adam(p, optim.Cosine(0.4, 0.001, steps=300)),
    ],
)
def test_descends_to_the_bottom(make):
    path = descend(make([Value(x) for x in START]), 400)
    assert path[-1] == pytest.approx([1.5, 1.5, 1.5], abs=0.05)


def test_steps_are_repeatable():
    assert descend(optim.Adam([Value(x) for x in START], 0.1), 50) == descend(
        optim.Adam([Value(x) for x in START], 0.1), 50
    )


def test_zero_grad_resets_every_gradient():
    values = [Value(1.0), Value(2.0)]
    bowl(values).backward()
    assert all(v.grad for v in values)
    optim.SGD(values).zero_grad()
    assert [repr(v) for v in values] == ["Value(data=1.0, grad=0)", "Value(data=2.0, grad=0)"]


def test_a_whole_number_becomes_a_float():
    x = Value(0)
    x.grad = 1.0
    optim.SGD([x], 0.5).step()
    assert x.data == -0.5
    assert "data=-0.5" in repr(x)


@pytest.mark.parametrize("make", [lambda p: optim.SGD(p, 0.1, momentum=0.9), lambda p: optim.Adam(p, 0.1)])
@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_a_gradient_that_is_not_finite_changes_nothing(make, bad):
    values = [Value(1.0), Value(2.0)]
    optimizer = make(values)
    values[0].grad, values[1].grad = 1.0, bad
    with pytest.raises(FloatingPointError, match=r"step 0: the gradient of parameter 1 .*learning rate"):
        optimizer.step()
    assert [v.data for v in values] == [1.0, 2.0]
    assert optimizer.steps_taken == 0


@pytest.mark.parametrize(
    ("make", "error", "words"),
    [
        (lambda: optim.SGD([]), ValueError, "parameters is empty"),
        (lambda: optim.SGD(Value(1.0)), TypeError, r"\[value\]"),
        (lambda: optim.SGD(MLP(1, [1])), TypeError, r"model\.parameters\(\)"),
        (lambda: optim.SGD(3), TypeError, "parameters is 3"),
        (lambda: optim.SGD([Value(1.0), 2.0]), TypeError, r"parameters\[1\] is 2\.0"),
        (lambda: optim.SGD([Value(1.0) * 0.1]), ValueError, r"parameters\[0\] is the result of an operation"),
        (lambda: optim.SGD([Value(1.0)], learning_rate=-1), ValueError, "learning_rate is -1"),
        (lambda: optim.SGD([Value(1.0)], learning_rate=0), ValueError, "learning_rate is 0"),
        (lambda: optim.SGD([Value(1.0)], learning_rate=math.nan), ValueError, "learning_rate is nan"),
        (lambda: optim.SGD([Value(1.0)], learning_rate="fast"), TypeError, "learning_rate is 'fast'"),
        (lambda: optim.SGD(momentum=1.0), ValueError, r"momentum is 1\.0"),
        (lambda: optim.SGD(momentum=-0.1), ValueError, r"momentum is -0\.1"),
        (lambda: optim.SGD(nesterov=True), ValueError, "nesterov"),
        (lambda: optim.Adam(beta1=1), ValueError, "beta1 is 1"),
        (lambda: optim.Adam(beta2=1.5), ValueError, r"beta2 is 1\.5"),
        (lambda: optim.Adam(epsilon=0), ValueError, "epsilon is 0"),
        (lambda: optim.Adam(epsilon=None), TypeError, "epsilon is None"),
        (lambda: optim.Adam().step(), RuntimeError, r"optim\.Adam\(model\.parameters"),
        (lambda: optim.Linear(1.0, -0.1, 100), ValueError, r"end is -0\.1"),
        (lambda: optim.Linear(0, 0.1, 100), ValueError, "start is 0"),
        (lambda: optim.Linear(1.0, 0.1, 0), ValueError, "steps is 0"),
        (lambda: optim.Linear(1.0, 0.1, 2.5), TypeError, r"steps is 2\.5"),
        (lambda: optim.Exponential(1.0, 1.1), ValueError, r"factor is 1\.1"),
        (lambda: optim.Exponential(1.0, 0), ValueError, "factor is 0"),
        (lambda: optim.Staircase(1.0, 0.5, True), TypeError, "every is True"),
        (lambda: optim.InverseTime(1.0, 0), ValueError, "decay is 0"),
        (lambda: optim.Cosine(math.inf, 0, 10), ValueError, "start is inf"),
        (lambda: optim.WarmUp(5, "x"), TypeError, "learning_rate is 'x'"),
        (lambda: optim.Constant(-3), ValueError, "rate is -3"),
        (lambda: optim.rate_at(lambda k: -1.0, 7), ValueError, "step 7 is -1"),
        (lambda: optim.rate_at(lambda k: None, 7), TypeError, "step 7 is None"),
    ],
)
def test_bad_parameters_are_refused_by_name_and_value(make, error, words):
    with pytest.raises(error, match=words):
        make()


def test_the_same_parameter_twice_is_refused():
    shared = Value(1.0)
    with pytest.raises(ValueError, match=r"parameters\[2\] is the same Value as parameters\[0\]"):
        optim.SGD([shared, Value(1.0), shared])


# -- Schedules -----------------------------------------------------------------------------------------------


def test_linear_is_the_handouts_schedule_to_the_last_bit():
    schedule = optim.Linear(1.0, 0.1, steps=100)
    assert [schedule(k) for k in range(100)] == [1.0 - 0.9 * k / 100 for k in range(100)]
    assert schedule(100) == schedule(5000) == 0.1


@given(st.integers(0, 10_000))
def test_schedules_by_their_formulas(k):
    assert optim.Constant(0.3)(k) == 0.3
    assert optim.Exponential(0.5, 0.99)(k) == 0.5 * 0.99**k
    assert optim.Staircase(0.5, 0.1, every=30)(k) == 0.5 * 0.1 ** (k // 30)
    assert optim.InverseTime(0.5, 0.01)(k) == pytest.approx(0.5 / (1 + 0.01 * k), rel=1e-15)
    # Half a wave: sin² of the rest of the way.
    rest = math.pi / 2 * (1 - min(k, 200) / 200)
    assert optim.Cosine(0.5, 0.1, steps=200)(k) == pytest.approx(0.1 + 0.4 * math.sin(rest) ** 2, rel=1e-12)


@given(
    st.sampled_from(
        [
            optim.Linear(1.0, 0.0, 50),
            optim.Exponential(1.0, 0.9),
            optim.Staircase(1.0, 0.5, 7),
            optim.InverseTime(1.0, 0.1),
            optim.Cosine(1.0, 0.0, 50),
        ]
    ),
    st.integers(0, 200),
)
def test_schedules_never_rise_and_never_fall_below_zero(schedule, k):
    assert schedule(0) == 1.0
    assert 0 <= schedule(k + 1) <= schedule(k)


def test_warm_up_climbs_in_equal_steps_and_hands_over():
    schedule = optim.WarmUp(4, optim.Linear(1.0, 0.0, steps=10))
    assert [schedule(k) for k in range(4)] == pytest.approx([0.2, 0.4, 0.6, 0.8])
    assert [schedule(4 + k) for k in range(12)] == [optim.Linear(1.0, 0.0, 10)(k) for k in range(12)]
    assert optim.WarmUp(1, 0.5)(0) == 0.25


def test_a_function_is_a_schedule():
    x = Value(0.0)
    optimizer = optim.SGD([x], learning_rate=lambda k: 1 - 0.9 * k / 100)
    x.grad = 1.0
    assert [optimizer.step() for _ in range(3)] == [1.0, 1 - 0.9 / 100, 1 - 0.9 * 2 / 100]


@given(st.floats(0.5, 4.0), st.floats(-5.0, 5.0))
def test_small_steps_of_gradient_descent_lower_the_loss(steepness, start):
    x = Value(start)
    loss = (x - 1.0) ** 2 * steepness
    before = loss.data
    optimizer = optim.SGD([x], learning_rate=0.1)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        loss.backward()
        optimizer.step()
    assert ((x - 1.0) ** 2 * steepness).data <= before


def test_numbers_are_put_into_parameters_as_a_user_would_assign_them():
    from array import array

    from micrograd import updates

    parameters = [Value(1), Value(2.5)]
    product = parameters[0] * parameters[1]
    updates.write(parameters, array("d", [3.0, -1.0]))
    assert [repr(p.data) for p in parameters] == ["3.0", "-1.0"]
    assert product.data == 2.5
    with pytest.raises(ValueError, match="numbers has 1 numbers, but there are 2 parameters"):
        updates.write(parameters, array("d", [0.0]))
    assert parameters[0].data == 3.0


def test_all_numbers_at_once_are_written_as_one_by_one():
    """And a layer that has read some of them notices."""
    random.seed(1)
    model = MLP(3, [4, 1])
    x = [0.3, -1.0, 2.0]
    first = model(x).data
    numbers = array("d", [0.1 * i - 0.6 for i in range(len(model.parameters()))])
    updates.write(model.parameters(), numbers)
    assert [p.data for p in model.parameters()] == list(numbers)
    assert updates.numbers_of(tuple(model.parameters())) == numbers.tobytes()
    written = model(x).data
    assert written != first
    for parameter, number in zip(model.parameters(), numbers):
        parameter.data = number
    assert model(x).data == written


def test_which_values_are_leaves_and_which_gradients_are_new():
    class Own(Value):
        pass

    a, b = Value(1), Value(2.0)
    assert updates.are_leaves([a, b])
    assert not any(map(updates.are_leaves, ([], [a, a * b], [a, None], [Own(1.0)], [a.relu()])))
    assert updates.have_fresh_gradients((a, b))
    (a * b).backward()
    assert not updates.have_fresh_gradients((a, b))
    a.grad = b.grad = 0
    assert updates.have_fresh_gradients((a, b))
    a.grad = 0.0
    assert not updates.have_fresh_gradients((a, b))
