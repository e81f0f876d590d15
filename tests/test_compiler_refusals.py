"""What cannot be compiled is refused, in words for the one who wrote it; and so is bad data."""

from __future__ import annotations

import random
from functools import partial

import numpy as np
import pytest

import micrograd
from micrograd import CompileError, optim
from micrograd.compiler import row_check
from micrograd.compiler.parameters import Parameters
from micrograd.engine import Value
from micrograd.nn import MLP

X = np.array([[0.5, -1.0], [2.0, 0.25], [-0.75, 1.5], [1.0, 1.0]])
Y = np.array([1.0, 0.0, 1.0, 0.0])


@pytest.fixture
def model():
    random.seed(1)
    return MLP(2, [3, 1])


def run(loss, model, X=X, Y=Y):
    return micrograd.compile(loss, model)(X, Y)


def test_an_operation_of_the_users_own_is_named(model):
    def softplus(value):
        out = Value(np.log1p(np.exp(value.data)), (value,), "softplus")

        def backward():
            value.grad += out.grad / (1 + np.exp(-value.data))

        out._backward = backward
        return out

    with pytest.raises(CompileError, match=r"'softplus' is your own"):
        micrograd.compile(lambda x, y: softplus(model(x)) - y, model)


def test_an_operation_named_like_the_engines_is_still_the_users_own(model):
    def loss(x, y):
        out = model(x)
        squashed = Value(out.sigmoid().data, (out,), "sigmoid")
        squashed._backward = lambda: None
        return squashed - y

    with pytest.raises(CompileError, match=r"'sigmoid' is your own"):
        run(loss, model)


@pytest.mark.parametrize(
    ("loss", "place"),
    [
        (lambda model, x, y: model(x) if x[0].data > 0 else -model(x), r"x\[0\]\.data"),
        (lambda model, x, y: model(x) - y if y.data > 0.5 else model(x) + y, r"y\.data"),
        (lambda model, x, y: model(x) - 1 if y == 1 else model(x), "y == "),
        (lambda model, x, y: model(x) * x[0].data, r"x\[0\]\.data"),
        (lambda model, x, y: model(x) * Value(float(y)), r"float\(y\)"),
        (lambda model, x, y: model(x) * model.parameters()[0].data, r"layers\.0\.neurons\.0\.w\.0\.data"),
        (
            lambda model, x, y: model(x) ** 2 if model.parameters()[0].data > 0.2 else model(x),
            r"layers\.0\.neurons\.0\.w\.0\.data",
        ),
    ],
)
def test_a_look_at_a_number_is_refused(model, loss, place):
    model.parameters()[0].data = 0.19
    with pytest.raises(CompileError, match=r"depends on the data: the function looks at a number, " + place):
        run(lambda x, y: loss(model, x, y), model)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("sizes", [[1], [4, 1], [16, 16, 1], [32, 32, 1]])
def test_a_branch_that_no_sample_takes_before_training_is_found(sizes, seed):
    # A hinge loss with an `if`: all margins are positive as long as the outputs are small.
    random.seed(seed)
    model = MLP(2, sizes)
    for parameter in model.parameters():
        parameter.data *= 0.1

    def hinge(x, y):
        margin = 1 - (2 * y - 1) * model(x)
        return margin if margin.data > 0 else Value(0)

    with pytest.raises(CompileError, match=r"depends on the data: the function looks at a number"):
        run(hinge, model)


def test_numbers_of_a_sample_do_arithmetic_from_both_sides(model):
    w = model.parameters()[0]
    w.data = 1.5

    def loss(x, y):
        return (
            (w + x[0]) * (w - x[1]) / (x[1] * x[1] + 2)
            - w / (x[0] + 9)
            + (x[0] * x[0] + 1) ** w
            + w ** (y + 2)
        )

    value, _ = run(loss, model)
    expected = [loss([Value(float(a)) for a in row], Value(float(y))).data for row, y in zip(X, Y)]
    assert value == pytest.approx(sum(expected) / 4, rel=1e-14)


def test_the_first_difference_is_named_in_the_users_words(model):
    turns = iter(range(10**6))

    def loss(x, y):
        return (x[1] * x[0]).exp() if next(turns) < 7 else (x[1] * x[0]).tanh() - y

    with pytest.raises(CompileError, match=r"not always the same") as refusal:
        run(loss, model)
    assert "`exp((x[0] * x[1]))`" in str(refusal.value)
    assert "`tanh((x[0] * x[1]))`" in str(refusal.value)


def test_a_branch_that_only_rare_samples_take_is_found_by_the_features_that_differ_most():
    w = Value(1.0)
    many = np.zeros((500, 1))
    many[321] = 5.0
    with pytest.raises(CompileError, match=r"depends on the data"):
        run(lambda x, y: w * x[0] if x[0].data < 4 else w * w, [w], many, np.zeros(500))


def test_looking_at_the_model_leaves_it_as_it_was(model):
    before = [(p.data, type(p.data), p.grad) for p in model.parameters()]
    run(lambda x, y: (model(x) - y) ** 2, model)
    assert [(p.data, type(p.data), p.grad) for p in model.parameters()] == before


def test_a_node_whose_data_was_overwritten_is_refused(model):
    def loss(x, y):
        out = model(x) * 2
        out.data = 1 / (1 + np.exp(-out.data))  # the handout's sigmoid
        return (out - y) ** 2

    with pytest.raises(CompileError, match=r"overwritten.*sigmoid"):
        run(loss, model)


def test_a_loss_that_is_no_value_is_refused(model):
    with pytest.raises(CompileError, match=r"returned.*float.*not its .data"):
        run(lambda x, y: model(x).data, model)
    with pytest.raises(TypeError, match=r"loss must be a function"):
        micrograd.compile(0.5, model)


def test_a_loss_of_several_values_is_refused(model):
    with pytest.raises(CompileError, match=r"list of 2 Values.*add them up"):
        micrograd.compile(lambda x, y: [model(x) - y, model(x)], model)


def test_a_function_that_takes_other_arguments_is_refused_in_our_words(model):
    def mean(x):
        return model(x)

    with pytest.raises(TypeError, match=r"mean is called with the features of a sample and its target"):
        run(mean, model)
    with pytest.raises(TypeError, match=r"called with the features of a sample alone.*loss\(x, y\) where"):
        run(lambda x, y: model(x) - y, model, Y=None)


def test_errors_of_the_loss_come_through(model):
    def loss(x, y):
        raise KeyError("mine")

    with pytest.raises(KeyError, match=r"mine"):
        run(loss, model)


def test_a_model_without_parameters_is_refused():
    with pytest.raises(TypeError, match=r"parameters"):
        micrograd.compile(lambda x, y: y, 3)
    with pytest.raises(TypeError, match=r"must be micrograd Values.*float"):
        micrograd.compile(lambda x, y: y, [1.0])
    with pytest.raises(TypeError, match=r"result of an operation"):
        micrograd.compile(lambda x, y: y, [Value(1.0) + 1])


@pytest.mark.parametrize(
    ("X", "Y", "error", "message"),
    [
        (np.where(X == 2.0, np.nan, X), Y, ValueError, "X holds nan in row 1, column 0"),
        (np.where(X == 1.5, np.inf, X), Y, ValueError, "X holds inf in row 2, column 1"),
        (X, [1.0, 0.0, np.nan, 0.0], ValueError, "Y holds nan in row 2"),
        (X, Y[:3], ValueError, "X has 4 samples and Y has 3"),
        (X[:, 0], Y, ValueError, r"X has shape \(4,\).*reshape"),
        (X[:0], Y[:0], ValueError, "X is empty"),
        (X, Y.reshape(2, 2, 1), ValueError, "Y has shape"),
        ([["a", "b"]] * 4, Y, TypeError, "X must hold real numbers"),
        (X + 1j, Y, TypeError, "X must hold real numbers.*complex"),
        ([[1.0, 2.0], [1.0]], [1.0, 0.0], ValueError, "X must be a table.*same length"),
        (np.ma.masked_greater(X, 1.9), Y, ValueError, "X has masked elements"),
        (X, ["yes", "no", "yes", "no"], TypeError, "Y must hold real numbers"),
    ],
)
def test_bad_data_is_refused_at_the_door(model, X, Y, error, message):
    program = micrograd.compile(lambda x, y: (model(x) - y) ** 2, model)
    before = [p.data for p in model.parameters()]
    with pytest.raises(error, match=message):
        program(X, Y)
    with pytest.raises(error, match=message):
        program.train(X, Y, 5, 0.1)
    assert [p.data for p in model.parameters()] == before


def test_large_numbers_are_not_taken_for_infinite_ones(model):
    program = micrograd.compile(lambda x, y: x[0] * 1e-300 + y * 0, model)
    value, _ = program(X * 1e200, Y)
    assert value == pytest.approx(X[:, 0].mean() * 1e-100)


@pytest.mark.parametrize(
    "convert",
    [
        lambda a: a.tolist(),
        lambda a: a.astype(np.float32),
        lambda a: a.astype(">f8"),
        np.asfortranarray,
        lambda a: a[::-1][::-1],
        lambda a: np.frombuffer(b"?" + a.tobytes(), "f8", offset=1).reshape(a.shape),
        tuple,
    ],
)
def test_data_may_come_in_many_forms(model, convert):
    program = micrograd.compile(lambda x, y: (model(x) - y) ** 2, model)
    expected, gradient = program(X, Y)
    value, other = program(convert(X), convert(Y))
    assert value == expected
    np.testing.assert_array_equal(gradient, other)


def test_data_frames(model):
    pandas = pytest.importorskip("pandas")
    program = micrograd.compile(lambda x, y: (model(x) - y) ** 2, model)
    expected, _ = program(X, Y)
    assert program(pandas.DataFrame(X, columns=["a", "b"]), pandas.Series(Y))[0] == expected
    assert program(pandas.DataFrame(X).convert_dtypes(), pandas.DataFrame({"y": Y}))[0] == expected
    missing = pandas.DataFrame(X).convert_dtypes().mask(lambda column: column > 1.9)
    with pytest.raises(TypeError, match=r"X must hold real numbers, and it holds <NA>"):
        program(missing, Y)
    mixed = pandas.DataFrame({"a": X[:, 0], "b": ["?"] * 4})
    with pytest.raises(TypeError, match=r"X must hold real numbers, and it holds '\?'"):
        program(mixed, Y)
    assert program([[Value(a) for a in row] for row in X.tolist()], Y.astype(object))[0] == expected


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"steps": -1}, ValueError, "steps must be at least 0"),
        ({"steps": 1.5}, TypeError, "steps must be a whole number"),
        ({"learning_rate": float("nan")}, ValueError, "learning_rate must be finite"),
        ({"learning_rate": "fast"}, TypeError, "learning_rate must be a number"),
        ({"learning_rate": -0.1}, ValueError, "learning_rate must be 0 or above"),
        ({"learning_rate": lambda k: 1.0 - k}, ValueError, r"learning_rate\(2\) must be 0 or above"),
        ({"learning_rate": None}, TypeError, "learning_rate is missing"),
        ({"seed": -1}, ValueError, "seed must be a whole number, 0 or above"),
        ({"seed": "today"}, ValueError, "seed must be a whole number, 0 or above"),
        ({"learning_rate": lambda k: "slow"}, TypeError, r"learning_rate\(0\) must be a number"),
        ({"batch_size": 0}, ValueError, "batch_size must be at least 1"),
        ({"optimizer": "RMSprop"}, ValueError, "'SGD', 'Adam'.*RMSprop"),
        ({"momentum": 1.0}, ValueError, "momentum"),
        ({"optimizer": "Adam", "betas": (0.9, 1.0)}, ValueError, "beta2"),
        ({"optimizer": "Adam", "betas": 0.9}, ValueError, "betas must be two numbers"),
        ({"optimizer": "Adam", "momentum": 0.9}, ValueError, "momentum is 0.9, and only.*betas"),
        (
            {"optimizer": optim.SGD(momentum=0.5), "momentum": 0.9},
            ValueError,
            "momentum is 0.9, and only.*its own",
        ),
        ({"callback": 3}, TypeError, "callback must be a function"),
        ({"callback_every": 0}, ValueError, "callback_every"),
        ({"patience": 0}, ValueError, "patience"),
        ({"tolerance": float("inf")}, ValueError, "tolerance"),
    ],
)
def test_settings_that_make_no_sense_are_refused(model, arguments, error, message):
    program = micrograd.compile(lambda x, y: (model(x) - y) ** 2, model)
    before = [p.data for p in model.parameters()]
    with pytest.raises(error, match=message):
        program.train(X, Y, **{"steps": 3, "learning_rate": 0.1, **arguments})
    assert [p.data for p in model.parameters()] == before


def test_threads_must_be_at_least_one(model):
    with pytest.raises(ValueError, match=r"threads must be at least 1"):
        micrograd.compile(lambda x, y: model(x), model, threads=0)


def test_predict_needs_a_model_that_can_be_called():
    w = Value(1.0)
    program = micrograd.compile(lambda x, y: w * x[0] - y, [w])
    with pytest.raises(TypeError, match=r"list cannot be"):
        program.predict(X)


@pytest.mark.parametrize("wrong", range(4))
@pytest.mark.parametrize("part", ["loss", "gradient"])
def test_one_wrong_row_of_those_that_are_checked_together_is_found(wrong, part):
    model = MLP(2, [3, 1])
    parameters = Parameters(model)
    samples = [([0.1 * i, 1.0], [0.5]) for i in range(4)]
    weights = [0.7, 1.3, 0.9, 1.1]

    def loss(x, y):
        return (model(x) - y) ** 2

    def answer(error):
        values, gradients = [], []
        for x, (y,) in samples:
            model.zero_grad()
            one = loss(list(map(Value, x)), Value(y))
            one.backward()
            values.append(one.data)
            gradients.append([value.grad for value in model.parameters()])
        if error and part == "loss":
            values[wrong] += error
        elif error:
            gradients[wrong][-1] += error
        return [np.average(values, weights=weights)], np.average(gradients, axis=0, weights=weights)

    for error, agree in ((0.0, True), (1e-7, False)):
        found = row_check.agree_on_average(loss, parameters, samples, weights, partial(answer, error))
        assert found is agree


def test_an_error_in_a_row_that_is_checked_leaves_it_to_the_closer_look():
    model = MLP(1, [1])
    samples = [([1.0], [1.0]), ([2.0], [0.0])]
    found = row_check.agree_on_average(
        lambda x, y: model(x) * y.log(), Parameters(model), samples, [1.0, 1.0], lambda: ([0.0], np.empty(2))
    )
    assert found is False


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("factor", [float("nan"), float("inf")])
def test_a_loss_that_is_not_finite_from_the_start_is_what_the_error_says(factor):
    model = MLP(2, [4, 1])
    wrong = Value(factor)
    with pytest.raises(
        CompileError, match=r"in row 0, the function returns (nan|inf|-inf), and there is no gradient"
    ):
        micrograd.compile(lambda x, y: (model(x) - y) ** 2 * wrong, model)([[1.0, 2.0]], [1.0])
