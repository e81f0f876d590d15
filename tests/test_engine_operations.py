"""Every operation's value and local derivatives, against mpmath and against known limits."""

import math
import warnings

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from micrograd.engine import Value

mpmath = pytest.importorskip("mpmath", reason="mpmath is not installed: NO OPERATION IS COMPARED WITH IT")

anything = st.floats(-50, 50, allow_subnormal=False)
positive = st.floats(1e-3, 50)
nonzero = anything.filter(lambda x: abs(x) > 1e-3)

ONE_OPERAND = {
    "relu": (lambda v: v.relu(), lambda x: max(x, mpmath.mpf(0)), nonzero),
    "exp": (lambda v: v.exp(), mpmath.exp, anything),
    "log": (lambda v: v.log(), mpmath.log, positive),
    "sqrt": (lambda v: v.sqrt(), mpmath.sqrt, positive),
    "sin": (lambda v: v.sin(), mpmath.sin, anything),
    "cos": (lambda v: v.cos(), mpmath.cos, anything),
    "abs": (lambda v: abs(v), abs, nonzero),
    "tanh": (lambda v: v.tanh(), mpmath.tanh, anything),
    "sigmoid": (lambda v: v.sigmoid(), lambda x: 1 / (1 + mpmath.exp(-x)), anything),
    "softplus": (lambda v: v.softplus(), lambda x: mpmath.log1p(mpmath.exp(x)), anything),
    "negative": (lambda v: -v, lambda x: -x, anything),
    "square": (lambda v: v**2, lambda x: x**2, anything),
    "cube": (lambda v: v**3, lambda x: x**3, anything),
    "inverse": (lambda v: v**-1, lambda x: 1 / x, nonzero),
    "inverse square": (lambda v: v**-2.0, lambda x: x**-2, nonzero),
    "square root": (lambda v: v**0.5, mpmath.sqrt, positive),
    "power 1.7": (lambda v: v**1.7, lambda x: x ** mpmath.mpf(1.7), positive),
    "number minus": (lambda v: 3 - v, lambda x: 3 - x, anything),
    "number over": (lambda v: 3 / v, lambda x: 3 / x, nonzero),
    "over number": (lambda v: v / 7, lambda x: x / 7, anything),
}
TWO_OPERANDS = {
    "+": (lambda a, b: a + b, lambda x, y: x + y, anything, anything),
    "-": (lambda a, b: a - b, lambda x, y: x - y, anything, anything),
    "*": (lambda a, b: a * b, lambda x, y: x * y, anything, anything),
    "/": (lambda a, b: a / b, lambda x, y: x / y, anything, nonzero),
    "**": (lambda a, b: a**b, lambda x, y: x**y, st.floats(0.1, 5), st.floats(-5, 5)),
    "maximum": (lambda a, b: a.maximum(b), max, anything, anything),
    "minimum": (lambda a, b: a.minimum(b), min, anything, anything),
}


def close(ours, exact, terms=0.0):
    """To a few units in the last place, or of the largest term where terms cancel."""
    # mpmath's numerical derivative is good to about 25 digits after the point.
    return abs(mpmath.mpf(ours) - exact) <= 2e-15 * max(abs(exact), terms) + mpmath.mpf(1e-22)


@pytest.mark.parametrize("name", ONE_OPERAND)
def test_value_and_derivative_by_one_operand(name):
    ours, exact, domain = ONE_OPERAND[name]

    @given(domain)
    def check(x):
        leaf = Value(x)
        node = ours(leaf)
        node.backward()
        with mpmath.workdps(60):
            assert close(node.data, exact(mpmath.mpf(x)), abs(x)), (node.data, exact(mpmath.mpf(x)))
            # 1 - tanh**2 and sigmoid * (1 - sigmoid) are sums of terms of the size of 1.
            terms = 1.0 if name in ("tanh", "sigmoid") else 0.0
            derivative = mpmath.diff(exact, mpmath.mpf(x))
            assert close(leaf.grad, derivative, terms), (leaf.grad, derivative)

    check()


@pytest.mark.parametrize("name", TWO_OPERANDS)
def test_value_and_derivatives_by_two_operands(name):
    ours, exact, first, second = TWO_OPERANDS[name]

    @given(first, second)
    def check(x, y):
        if name in ("maximum", "minimum"):
            assume(abs(x - y) > 1e-6)
        a, b = Value(x), Value(y)
        node = ours(a, b)
        node.backward()
        with mpmath.workdps(60):
            x, y = mpmath.mpf(x), mpmath.mpf(y)
            assert close(node.data, exact(x, y), max(abs(x), abs(y)) if name == "-" else 0)
            assert close(a.grad, mpmath.diff(lambda t: exact(t, y), x)), a.grad
            assert close(b.grad, mpmath.diff(lambda t: exact(x, t), y)), b.grad

    check()


@pytest.mark.parametrize("name", [name for name in ONE_OPERAND if not name.startswith(("number", "over"))])
def test_a_node_carries_its_local_derivative(name):
    ours, _, _ = ONE_OPERAND[name]
    leaf = Value(0.7)
    node = ours(leaf)
    node.backward()
    assert all(type(derivative) is float for derivative in node._local_derivatives)
    assert leaf.grad == node._local_derivatives[node._operands.index(leaf)]


@pytest.mark.parametrize("name", ["+", "*", "**", "maximum", "minimum"])
def test_a_node_carries_one_local_derivative_for_each_operand(name):
    ours, _, _, _ = TWO_OPERANDS[name]
    a, b = Value(1.3), Value(0.7)
    node = ours(a, b)
    node.backward()
    assert node._operands == (a, b)
    assert node._local_derivatives == (a.grad, b.grad)


@given(st.floats(-20, 20))
def test_values_are_those_of_pythons_math(x):
    assert Value(x).exp().data == math.exp(x)
    assert Value(x).sin().data == math.sin(x)
    assert Value(x).cos().data == math.cos(x)
    assert Value(x).tanh().data == math.tanh(x)
    assert (Value(x) ** 3).data == x**3
    assert Value(abs(x) + 0.1).log().data == math.log(abs(x) + 0.1)
    assert Value(abs(x)).maximum(0.1).sqrt().data == math.sqrt(max(abs(x), 0.1))


def test_sigmoid_and_tanh_saturate_exactly_and_silently():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for x, sigmoid, tanh in ((1000.0, 1.0, 1.0), (-1000.0, 0.0, -1.0), (1000, 1, 1), (-1000, 0, -1)):
            for node, expected in ((Value(x).sigmoid(), sigmoid), (Value(x).tanh(), tanh)):
                assert node.data == expected
                node.backward()
                assert node._operands[0].grad == 0
        assert Value(math.inf).sigmoid().data == 1
        assert Value(-math.inf).sigmoid().data == 0
        assert Value(-math.inf).tanh().data == -1


def test_small_sigmoids_keep_their_digits():
    for x in (-30.0, -200.0, -700.0):
        assert math.isclose(Value(x).sigmoid().data, math.exp(x), rel_tol=1e-12)


def test_exp_vanishes_silently():
    leaf = Value(-1000.0)
    node = leaf.exp()
    node.backward()
    assert (node.data, leaf.grad) == (0, 0)


@pytest.mark.parametrize("zero", [0, 0.0, -0.0])
def test_derivatives_at_kinks(zero):
    for make in (lambda v: v.relu(), abs):
        leaf = Value(zero)
        node = make(leaf)
        node.backward()
        assert node.data == 0
        assert leaf.grad == 0


@pytest.mark.parametrize("make", [lambda a, b: a.maximum(b), lambda a, b: a.minimum(b)])
def test_on_a_tie_each_operand_gets_half_of_the_gradient(make):
    a, b = Value(2.5), Value(2.5)
    make(a, b).backward()
    assert (a.grad, b.grad) == (0.5, 0.5)
    a = Value(0)
    (make(a, 0) * 4).backward()
    assert a.grad == 2
    for zero in (0.0, -0.0):
        b = Value(zero)
        make(Value(0.0), b).backward()
        assert b.grad == 0.5


def test_detach_gives_the_value_and_no_gradient():
    a = Value(3.0)
    out = a * a.detach()
    out.backward()
    assert (out.data, a.grad) == (9, 3)
    detached = Value(2).detach()
    assert (detached._op, type(detached.data), detached._local_derivatives) == ("detach", int, (0.0,))


def test_maximum_and_minimum_with_numbers():
    a = Value(-1.5)
    assert a.maximum(0).data == 0
    assert a.minimum(0).data == -1.5
    (a.maximum(-2) * 3).backward()
    assert a.grad == 3


def test_maximum_of_a_value_and_itself_has_derivative_one():
    a = Value(2.0)
    a.maximum(a).backward()
    assert a.grad == 1


def test_powers_at_zero():
    for exponent, value, derivative in ((0, 1, 0), (1, 0, 1), (2, 0, 0), (3.0, 0, 0), (1.5, 0, 0)):
        leaf = Value(0.0)
        node = leaf**exponent
        node.backward()
        assert (node.data, leaf.grad) == (value, derivative), exponent


def test_negative_base_with_whole_exponent():
    leaf = Value(-2.0)
    node = leaf**3
    node.backward()
    assert (node.data, leaf.grad) == (-8, 12)
    leaf = Value(-2.0)
    node = leaf**-2.0
    node.backward()
    assert (node.data, leaf.grad) == (0.25, 0.25)


def test_value_to_the_power_of_itself():
    leaf = Value(2.0)
    node = leaf**leaf
    node.backward()
    assert node.data == 4
    assert math.isclose(leaf.grad, 4 * (math.log(2) + 1), rel_tol=1e-15)


def test_infinity_and_nan_pass_through():
    assert (Value(math.inf) + 1).data == math.inf
    assert math.isnan((Value(math.nan) * 2).data)
    assert (Value(1e308) * 10).data == math.inf
