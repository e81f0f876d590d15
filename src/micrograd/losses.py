"""Loss functions: how wrong a prediction is, as one Value to call ``backward()`` on.

Each takes one sample or a list of samples, for which it returns the mean. Predictions are Values, targets
numbers or Values, so the same function serves a loop of your own (``loss = mse(outputs, labels)``) and the
compiler (``micrograd.compile(lambda x, y: mse(model(x), y), model)``). The graph does not depend on the
numbers in it; the exception is a class given by its index.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, Protocol, TypeAlias

import micrograd._namesake  # noqa: F401  -- warns where PyPI's micrograd has taken our engine's place
from micrograd import _looks, _numbers
from micrograd.engine import Value

Number: TypeAlias = "Value | float"


class Numbers(Protocol):
    """A list of numbers or Values, or of such lists: a list, a tuple, a NumPy array, what a network returned."""

    def __len__(self) -> int: ...

    def __getitem__(self, index: int, /) -> Any: ...


# The smallest probability whose logarithm is taken; the loss of a single prediction is then at most 100,
# which is where PyTorch's binary_cross_entropy stops too.
SMALLEST_PROBABILITY = math.exp(-100.0)


def mse(predictions: Number | Numbers, targets: Number | Numbers) -> Value:
    """Return the mean squared error, the mean of ``(prediction - target)**2``.

    ``predictions`` and ``targets`` are one number each, or lists of the same length, or lists of lists
    (several outputs a sample). Raises ``ValueError`` when their lengths differ or there are none.
    """

    def one(p: Value, y: Number) -> Value:
        _refuse_unless(math.isfinite(_known(y, 0)), y, "a finite number")
        return (p - y) ** 2

    return _mean(one, predictions, targets)


def binary_cross_entropy(probabilities: Number | Numbers, targets: Number | Numbers) -> Value:
    """Return the mean of ``-(y log p + (1 - y) log(1 - p))``, with p the probability of class 1.

    ``probabilities`` come out of a sigmoid; one or a list. ``targets`` are from 0 to 1. Probabilities below
    e**-100 count as e**-100, which keeps the loss finite; their gradient is 0 then, so for training prefer
    ``binary_cross_entropy_with_logits``. Raises ``ValueError`` for a probability or target outside [0, 1].
    """

    def one(p: Value, y: Number) -> Value:
        _refuse_no_probability(p)
        _refuse_unless(
            0 <= _known(y, 0) <= 1, y, "a number from 0 to 1 (for labels -1 and 1, there is hinge)"
        )
        of_one = p.maximum(SMALLEST_PROBABILITY).log()
        of_zero = (1 - p).maximum(SMALLEST_PROBABILITY).log()
        return -(y * of_one + (1 - y) * of_zero)

    return _mean(one, probabilities, targets)


def binary_cross_entropy_with_logits(logits: Number | Numbers, targets: Number | Numbers) -> Value:
    """Return the binary cross-entropy of ``sigmoid(logit)``, without overflow and without a vanishing
    gradient.

    Computed as ``softplus(z) - y z``, which is equal to ``-(y log s(z) + (1 - y) log(1 - s(z)))``. ``logits``
    are outputs of the model without a sigmoid, one or a list; ``targets`` are from 0 to 1. Raises
    ``ValueError`` for another target.
    """

    def one(z: Value, y: Number) -> Value:
        _refuse_unless(
            0 <= _known(y, 0) <= 1, y, "a number from 0 to 1 (for labels -1 and 1, there is hinge)"
        )
        return softplus(z) - z * y

    return _mean(one, logits, targets)


def hinge(scores: Number | Numbers, targets: Number | Numbers) -> Value:
    """Return the mean of ``max(0, 1 - y * score)``, the margin loss of support vector machines.

    ``scores`` are outputs of the model, one or a list; ``targets`` are -1 or 1. Raises ``ValueError`` for
    another target.
    """

    def one(score: Value, y: Number) -> Value:
        _refuse_unless(_known(y, 1) in (-1, 1), y, "-1 or 1 (for labels 0 and 1, write 2 * y - 1)")
        return (1 - score * y).relu()

    return _mean(one, scores, targets)


def cross_entropy(logits: Number | Numbers, targets: Number | Numbers) -> Value:
    """Return the mean cross-entropy of ``softmax(logits)``: minus the logarithm of the right class's
    probability.

    ``logits`` is a list with one number a class, or a list of such lists, one a sample. Each target is the
    index of the right class, or a list with one probability a class (as the compiler needs it, since a
    program's graph is the same for all samples). Computed as ``log(sum(exp(z))) - z[target]``, with the
    largest logit taken out first, so nothing overflows. Raises ``ValueError`` for a class that does not exist
    and for lengths that differ.
    """
    given: Any = logits
    if not _is_list(given):
        raise TypeError(f"cross_entropy: logits: expected a list with one number a class, got {given!r}")
    if not len(given):
        raise ValueError("cross_entropy: no logits were given")
    if not _is_list(given[0]):
        return _cross_entropy_of_one(given, targets)
    several: Any = targets
    _same_length(given, targets)
    return _total([_cross_entropy_of_one(z, y) for z, y in zip(given, several)]) / len(given)


def softmax(logits: Sequence[Number]) -> list[Value]:
    """Return the probabilities ``exp(z_i) / sum(exp(z_j))`` of the classes, one Value each.

    The largest logit is taken out first, so nothing overflows. Raises ``ValueError`` when there are no
    logits.
    """
    powers, _ = _powers(logits)
    inverse = _total(powers) ** -1
    return [power * inverse for power in powers]


def log_sum_exp(logits: Sequence[Number]) -> Value:
    """Return ``log(sum(exp(z_i)))``, with the largest logit taken out first, so nothing overflows."""
    powers, largest = _powers(logits)
    return _total(powers).log() + largest


def softplus(z: Number) -> Value:
    """Return ``log(1 + exp(z))``, a smooth ``max(0, z)``, whose derivative is the sigmoid; nothing overflows.

    Computed as ``r + log(1 + exp(z - 2 r))`` with ``r = max(0, z)``: the exponent is ``-|z|``, written so
    that the derivative is right at 0 too, where those of ``|z|`` and ``max(0, z)`` are a convention.
    """
    z = _value(z)
    positive = z.relu()
    small = (z - positive - positive).exp()
    return positive + (small + 1).log()


def _cross_entropy_of_one(logits: Sequence[Number], target: Any) -> Value:
    if _is_list(target):
        _same_length(logits, target)
        chosen = _total([_value(z) * y for z, y in zip(logits, target)])
        return log_sum_exp(logits) * _total([_value(y) for y in target]) - chosen
    if isinstance(target, Value):
        raise TypeError(
            "cross_entropy: the target is a Value, but the index of a class chooses a node of the graph and "
            "is not a part of it: give a whole number, or one probability a class"
        )
    if not 0 <= _numbers.number(target, "target") < len(logits) or target != int(target):
        raise ValueError(f"cross_entropy: target is {target!r}: expected a class from 0 to {len(logits) - 1}")
    return log_sum_exp(logits) - logits[int(target)]


def _powers(logits: Sequence[Number]) -> tuple[list[Value], Value]:
    if not len(logits):
        raise ValueError("softmax of no logits: a list with one number a class was expected")
    values = [_value(z) for z in logits]
    largest = values[0]
    for value in values[1:]:
        largest = largest.maximum(value)
    return [(value - largest).exp() for value in values], largest


def _mean(one: Callable[[Value, Any], Value], predictions: Any, targets: Any) -> Value:
    if not _is_list(predictions):
        prediction = _value(predictions)
        if _is_list(targets):
            if len(targets) != 1:
                raise ValueError(f"1 prediction but {len(targets)} targets: give as many of each")
            targets = targets[0]
        return one(prediction, targets)
    if not len(predictions):
        raise ValueError("no predictions were given: the mean of nothing is not defined")
    if not _is_list(targets) and len(predictions) == 1:
        targets = [targets]
    _same_length(predictions, targets)
    losses = [_mean(one, p, y) for p, y in zip(predictions, targets)]
    return losses[0] if len(losses) == 1 else _total(losses) / len(losses)


def _total(values: Sequence[Value]) -> Value:
    total = values[0]
    for value in values[1:]:
        total = total + value
    return total


def _value(given: Number) -> Value:
    return given if isinstance(given, Value) else Value(given)


def _same_length(predictions: Any, targets: Any) -> None:
    if not _is_list(targets):
        # Not its number: while a loss is compiled, to read that would be a look at the data.
        shown = "a Value" if isinstance(targets, Value) else repr(targets)
        raise TypeError(f"{len(predictions)} predictions but one target, {shown}: give as many of each")
    if len(predictions) != len(targets):
        raise ValueError(f"{len(predictions)} predictions but {len(targets)} targets: give as many of each")


def _is_list(given: Any) -> bool:
    # A text is one thing, and no number.
    if isinstance(given, (str, bytes)):
        return False
    return hasattr(given, "__len__") and hasattr(given, "__getitem__") and getattr(given, "ndim", 1) > 0


def _known(target: Number, otherwise: float) -> float:
    """Return a target that is a number; a Value stands for any number, so what is allowed is returned."""
    return otherwise if isinstance(target, Value) else _numbers.number(target, "target")


def _refuse_no_probability(p: Value) -> None:
    probability = float(p._peek())
    if not 0 <= probability <= 1:
        raise _looks.failed(
            ValueError(
                f"probability {probability!r} is not between 0 and 1: apply a sigmoid to the output first, "
                "or use binary_cross_entropy_with_logits"
            )
        )
    if _looks.current() is not None and p._op != "sigmoid":
        # Whoever compiles this check hears of operations: this one is outside of its domain where the check raises.
        (p - p * p).sqrt()


def _refuse_unless(allowed: bool, target: Any, expected: str) -> None:
    if not allowed:
        raise ValueError(f"target is {target!r}: expected {expected}")
