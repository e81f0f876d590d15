"""Right in unusual ways, and mistaken in ways that look like other mistakes."""

from __future__ import annotations

import math
import random

import pytest
from test_lab_checks import binary, hints, look, sigmoid_operation

np = pytest.importorskip("numpy", reason="numpy is missing, THE CHECKS ARE NOT TESTED")
datasets = pytest.importorskip(
    "sklearn.datasets", reason="scikit-learn is missing, THE CHECKS ARE NOT TESTED"
)

from micrograd.lab import checks  # noqa: E402
from micrograd.lab.checks import moons  # noqa: E402
from micrograd.nn import MLP  # noqa: E402

OUTPUT = 0.3
GRADIENTS = [2 * (OUTPUT - 1) * value for value in (0.888, 0.777, 1.0)]


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize(
    "function", [lambda out: round(out.data), lambda out: math.floor(out.data + 0.5), binary]
)
def test_a_label_by_rounding_is_right_whatever_it_does_outside_of_0_and_1(seed, function):
    found = [finding for finding in look(5, seed, binary=function) if finding.name == "binary"]
    assert hints(found) == set()


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("digits", [lambda a: round(a, 2), lambda a: round(100 * a), lambda a: round(a, 4)])
def test_a_rounded_accuracy_is_right(seed, digits):
    def model_loss(model, X, y):
        outputs = [sigmoid_operation(model(x)) for x in X]
        right = sum(binary(out) == label for out, label in zip(outputs, y)) / len(y)
        return sum((out - label) ** 2 for out, label in zip(outputs, y)) / len(y), digits(right)

    assert checks.share(look(7, seed, model_loss=model_loss)) == 1


@pytest.mark.parametrize("seed", range(10))
def test_predictions_of_minus_one_are_not_taken_for_a_threshold_at_zero(seed):
    def model_loss(model, X, y):
        outputs = [sigmoid_operation(model(x)) for x in X]
        right = sum((1 if out.data > 0.5 else -1) == label for out, label in zip(outputs, y))
        return sum((out - label) ** 2 for out, label in zip(outputs, y)) / len(y), right / len(y)

    assert hints(look(7, seed, model_loss=model_loss)) == {"labels-minus-one"}


@pytest.mark.parametrize(
    "variables",
    [
        {"by_hand": np.array(GRADIENTS)},
        {"by_hand": {"all": np.array([GRADIENTS])}},
        {"a": np.float64(GRADIENTS[0]), "b": GRADIENTS[1], "c": (GRADIENTS[2],)},
    ],
)
def test_gradients_by_hand_are_found_in_arrays(variables):
    assert checks.share(look(4, output=OUTPUT, **variables)) == 1


def test_gradients_by_hand_are_found_in_a_formula_with_decimal_commas():
    formula = " et ".join(f"${value:.3f}$".replace(".", "{,}").replace("-", "−") for value in GRADIENTS)
    assert checks.share(look(4, outputs=[{"text": formula, "kinds": []}], output=OUTPUT)) == 1


def test_an_object_that_answers_to_every_name_is_no_array():
    class Anything:
        def __getattr__(self, name):
            raise RuntimeError(name)

    assert hints(look(4, output=OUTPUT, thing=Anything())) == {"no-by-hand"}


@pytest.mark.parametrize("noise", [None, 0.01, 0.3, 1.0])
def test_moons_with_another_noise_are_not_called_random(noise):
    np.random.seed(42)
    X, y = datasets.make_moons(100, noise=noise)
    assert hints(look(6, X=X, y=y)) == {"moons-noise"}


def test_gradients_that_were_reset_after_the_drawing_count():
    small = MLP(2, [2, 1])
    loss = (sigmoid_operation(small([1.0, 2.0])) - 1) ** 2
    picture = [{"text": "", "kinds": ["image/svg+xml"]}]
    assert hints(look(8, outputs=picture, small=small, loss=loss)) == {"no-backward-small"}
    loss.backward()
    small.zero_grad()
    assert hints(look(8, outputs=picture, small=small, loss=loss)) == set()
    other = MLP(2, [2, 1])
    assert hints(look(8, outputs=picture, small=other, loss=loss)) == {"no-backward-small"}


def test_the_simulated_points_are_the_handouts():
    points, labels = datasets.make_moons(100, noise=0.1, random_state=42)
    assert [list(point) for point in points] == moons.handout_moons()
    assert list(labels).count(1) == 50


@pytest.mark.parametrize("seed", range(5))
def test_a_model_loss_of_other_data_is_named(seed):
    X, y = datasets.make_moons(30, noise=0.1, random_state=seed)

    def model_loss(model, samples, labels):
        outputs = [sigmoid_operation(model(x)) for x in X]
        loss = sum((out - label) ** 2 for out, label in zip(outputs, y)) / len(y)
        return loss, sum(binary(out) == label for out, label in zip(outputs, y)) / len(y)

    assert "other-data" in hints(look(7, seed, model_loss=model_loss))


# What a student's objects do to the checks


class Unreadable(list):
    def __iter__(self):
        raise ValueError("not \x1b[2Jtoday\nnor tomorrow")


def test_variables_that_cannot_be_read_are_said_not_to_be_instead_of_tampered_with():
    (finding,) = look(6, X=Unreadable([1]), y=[1])
    assert finding.hint == "not-observable"
    assert finding.advice("en").endswith("ValueError: not today nor tomorrow")


def test_a_function_that_exits_has_failed():
    def leave(out):
        raise SystemExit(3)

    assert "function-failed" in hints(look(2, sigmoid=leave))


def test_an_exception_without_a_message_is_still_an_exception():
    class Silent(Exception):
        def __str__(self):
            raise ValueError

    def fail(out):
        raise Silent

    assert "function-failed" in hints(look(2, sigmoid=fail))


def test_what_comes_from_the_student_is_short_and_plain_in_a_hint():
    asked = checks.questions(7, random.Random(0))
    (finding, *_) = checks.judge(7, asked, {"error": "x\x1b]0;title\x07\r\n" * 100_000})
    assert finding.advice("fr").count("x") < 400
    assert "\x1b" not in finding.advice("fr")
    assert "\n" not in finding.advice("fr")
