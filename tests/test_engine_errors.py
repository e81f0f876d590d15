"""Bad input is refused at the door, by an error that says what was given and what was expected."""

import copy
import math
import warnings

import pytest

from micrograd.engine import Value

DOMAIN = [
    ("log of zero", lambda: Value(0.0).log(), ["log"], ["0"]),
    ("log of a negative number", lambda: Value(-2.5).log(), ["log"], ["-2.5"]),
    ("sqrt of a negative number", lambda: Value(-2.5).sqrt(), ["sqrt", "square root"], ["-2.5"]),
    ("Value / 0", lambda: Value(3.0) / 0, ["/", "**-1", "divi"], ["0"]),
    ("Value / 0.0", lambda: Value(3.0) / 0.0, ["/", "**-1", "divi"], ["0"]),
    ("Value / Value(0)", lambda: Value(3.0) / Value(0.0), ["/", "**-1", "divi"], ["0"]),
    ("1 / Value(0)", lambda: 1 / Value(0), ["/", "**-1", "divi"], ["0"]),
    ("0 to a negative power", lambda: Value(0.0) ** -2, ["**", "power"], ["0", "-2"]),
    ("0 to a negative fraction", lambda: Value(0.0) ** -0.5, ["**", "power"], ["0", "-0.5"]),
    ("0 to the power of a negative Value", lambda: Value(0.0) ** Value(-2.0), ["**", "power"], ["0", "-2"]),
    ("negative to a fraction", lambda: Value(-8.0) ** (1 / 3), ["**", "power"], ["-8", "0.333"]),
    ("negative to a half", lambda: Value(-8.0) ** 0.5, ["**", "power"], ["-8", "0.5"]),
    ("negative to a fractional Value", lambda: Value(-8.0) ** Value(0.5), ["**", "power"], ["-8", "0.5"]),
]


@pytest.mark.parametrize(
    ("make", "operation", "values"), [row[1:] for row in DOMAIN], ids=[row[0] for row in DOMAIN]
)
def test_outside_the_domain_the_error_names_operation_and_value(make, operation, values):
    with pytest.raises((ValueError, ZeroDivisionError)) as caught:
        make()
    message = str(caught.value)
    assert any(name in message for name in operation), message
    for value in values:
        assert value in message


def test_a_negative_base_with_a_value_as_exponent_says_why_and_what_to_do():
    with pytest.raises(ValueError, match=r"^-2 \*\* Value\(3\): .* write the exponent as a number"):
        Value(-2) ** Value(3)
    assert (Value(-2) ** 3).data == -8


@pytest.mark.parametrize("make", [lambda v: v.sqrt(), lambda v: v**0.5])
def test_an_infinite_derivative_is_infinite(make):
    leaf = Value(0.0)
    node = make(leaf)
    node.backward()
    assert node.data == 0
    assert leaf.grad == math.inf


NOT_NUMBERS = [
    ("None", None, "NoneType"),
    ("a string", "3.0", "str"),
    ("a complex number", 1 + 2j, "complex"),
    ("a list", [1.0], "list"),
    ("a dictionary", {"data": 1.0}, "dict"),
    ("bytes", b"3", "bytes"),
]
not_numbers = pytest.mark.parametrize(
    ("given", "kind"), [row[1:] for row in NOT_NUMBERS], ids=[r[0] for r in NOT_NUMBERS]
)


def assert_names(error, given, kind):
    assert kind in str(error.value) or repr(given) in str(error.value) or str(given) in str(error.value), (
        error.value
    )


@not_numbers
def test_a_value_is_a_number(given, kind):
    with pytest.raises(TypeError) as caught:
        Value(given)
    assert_names(caught, given, kind)


@not_numbers
@pytest.mark.parametrize(
    "operation",
    [
        lambda v, x: v + x,
        lambda v, x: x + v,
        lambda v, x: v - x,
        lambda v, x: x - v,
        lambda v, x: v * x,
        lambda v, x: x * v,
        lambda v, x: v / x,
        lambda v, x: x / v,
        lambda v, x: v**x,
        lambda v, x: v.maximum(x),
        lambda v, x: v.minimum(x),
    ],
    ids=["+", "r+", "-", "r-", "*", "r*", "/", "r/", "**", "max", "min"],
)
def test_an_operand_is_a_value_or_a_number(operation, given, kind):
    with pytest.raises(TypeError) as caught:
        operation(Value(2.0), given)
    assert_names(caught, given, kind)


@not_numbers
@pytest.mark.parametrize("attribute", ["data", "grad"])
def test_data_and_grad_stay_numbers(attribute, given, kind):
    value = Value(2.0)
    with pytest.raises(TypeError) as caught:
        setattr(value, attribute, given)
    assert_names(caught, given, kind)
    assert repr(value) == "Value(data=2.0, grad=0)"


@pytest.mark.parametrize("child", [1.0, None, "a"])
def test_children_are_values(child):
    with pytest.raises(TypeError):
        Value(1.0, (child,), "mine")


def test_backward_of_a_node_is_callable():
    value = Value(1.0)
    with pytest.raises(TypeError):
        value._backward = 3


numpy = pytest.importorskip(
    "numpy", reason="NumPy is not installed: NUMPY'S SCALARS AND ARRAYS ARE NOT TESTED"
)


@pytest.mark.parametrize("array", [numpy.array([1.0, 2.0]), numpy.array([[1, 2]]), numpy.array([])])
def test_an_array_is_no_number(array):
    with pytest.raises(TypeError, match="array"):
        Value(array)
    value = Value(1.0)
    for attribute in ("data", "grad"):
        with pytest.raises(TypeError, match="array"):
            setattr(value, attribute, array)
    for operation in (lambda v, x: v.maximum(x), lambda v, x: v.minimum(x)):
        with pytest.raises(TypeError, match="array"):
            operation(value, array)


SCALARS = [
    numpy.float64(0.75), numpy.float32(0.75), numpy.float16(0.75), numpy.int64(3), numpy.int32(-3),
    numpy.int8(2), numpy.uint8(2),
]  # fmt: skip


@pytest.mark.parametrize("scalar", SCALARS, ids=lambda scalar: type(scalar).__name__)
def test_numpy_scalars_are_numbers(scalar):
    number = scalar.item()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for operation in (
            lambda v, x: v + x,
            lambda v, x: x + v,
            lambda v, x: v - x,
            lambda v, x: x - v,
            lambda v, x: v * x,
            lambda v, x: x * v,
            lambda v, x: v / x,
            lambda v, x: x / v,
            lambda v, x: v**x,
            lambda v, x: v.maximum(x),
        ):
            ours, same = Value(0.5), Value(0.5)
            node, expected = operation(ours, scalar), operation(same, number)
            assert type(node) is Value
            assert type(node.data) in (int, float)
            node.backward()
            expected.backward()
            assert (node.data, ours.grad) == (expected.data, same.grad)
    assert repr(Value(scalar)) == repr(Value(number))
    value = Value(0.0)
    value.data = scalar
    assert float(value) == number
    assert "numpy" not in repr(value)
    assert "np." not in repr(value)
    value.grad = scalar
    assert value.grad == number


def test_int64_minus_value_comes_to_the_value():
    value = Value(0.25)
    difference = numpy.int64(1) - value
    assert type(difference) is Value
    difference.backward()
    assert (difference.data, value.grad) == (0.75, -1)


def test_numpys_sums_of_values_work():
    values = [Value(1.0), Value(2.0)]
    total = numpy.sum(values)
    total.backward()
    assert total.data == 3.0
    assert [value.grad for value in values] == [1, 1]


@pytest.mark.parametrize(
    "make", [lambda: pow(Value(2), 2, 3), lambda: pow(2, Value(2), 3), lambda: pow(Value(2), Value(2), 3)]
)
def test_a_power_modulo_a_number_is_refused(make):
    with pytest.raises(TypeError, match=r"pow\(\)"):
        make()


def test_a_copy_of_a_node_that_depends_on_itself_says_so():
    node = Value(2.0)
    square = node * node
    node.__init__(5.0, (square,))
    with pytest.raises(ValueError, match=r"cannot copy Value\(.*its own operand"):
        copy.deepcopy(node)
