"""Is ``backward()`` right? Its gradients against finite differences, operand by operand."""

from __future__ import annotations

import inspect
import math
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import micrograd._namesake  # noqa: F401  -- warns where PyPI's micrograd has taken our engine's place
from micrograd import _looks, _node
from micrograd.engine import Value, topological_order
from micrograd.gradcheck_report import Comparison, GradcheckReport, Overwritten
from micrograd.language import choose

__all__ = ["Comparison", "GradcheckReport", "gradcheck"]

_EPSILON = sys.float_info.epsilon
# Where the two errors of a central difference balance: truncation grows as step**2, rounding as
# epsilon / step, so that their sum is smallest for a step of the order of epsilon**(1/3).
_STEP: float = _EPSILON ** (1 / 3)
# Other steps to try where that one does badly: larger ones where the output is so large that its
# rounding drowns the difference, smaller ones beside a pole, a kink or the edge of the domain.
_WIDENINGS = (1.0, 1 / 16, 16.0, 1 / 256, 256.0, 1 / 4096, 2.0**-20, 2.0**-28)
# However uncertain a finite difference is, it never excuses a gradient that is off by more than this.
_LARGEST_UNCERTAINTY = 0.01


def gradcheck(
    fn: Callable[..., Value],
    *inputs: Any,
    relative_tolerance: float = 1e-6,
    absolute_tolerance: float = 1e-8,
    lang: str | None = None,
) -> GradcheckReport:
    """Compare the gradients that ``backward()`` gives for ``fn(*inputs)`` with finite differences.

    ``fn`` is called with ``inputs`` and returns a Value. An input is a Value, a number (``fn`` gets it
    as a Value), a list of inputs (nested as deep as you like; a NumPy array counts as one), or a
    module: then each of its parameters is checked. ``fn`` may also use the Values from where it was
    written, without looking at its arguments: they are nudged in place, one at a time. Data and
    gradients of the inputs, and the gradients of everything else that ``fn`` used, are afterwards as
    they were. ``fn`` is called at least five times per operand, and has to return the same for the same
    inputs every time.

    The numerical derivative is the central difference ``(f(x + h) - f(x - h)) / (2 h)`` with
    ``h = epsilon**(1/3) * max(1, |x|)``, about 6e-6, where truncation (``h**2 / 6`` times the third
    derivative) and rounding (``epsilon * |f| / h``) balance (Press et al., *Numerical Recipes*, 3rd
    edition, section 5.7; Nocedal and Wright, *Numerical Optimization*, 2nd edition, section 8.1). The
    two errors are estimated, the first from the difference between the steps ``h`` and ``h / 2``; where
    they come out large, steps up to 256 times larger and 2**28 times smaller are tried and the best is
    kept. What ``fn`` detaches keeps the number that it had at the start, as the gradient has it.

    A gradient is right if it differs from the numerical one by at most ``absolute_tolerance +
    relative_tolerance * max(|got|, |expected|)`` plus the estimated error of the numerical one, of
    which at most 1 % of the gradient is granted. Where the function has a kink (``relu`` at 0), there
    is no derivative, and any number between the slopes on the left and on the right is right (a
    subgradient).

    Returns a report: true if every gradient is right (``report.ok``), readable as text, in French or
    English by ``lang``, and ``report.assert_ok()`` raises AssertionError with that text. Raises
    TypeError for an input that is none of the above and for an ``fn`` that does not return a Value,
    ValueError for a Value that is itself the result of an operation, for an ``fn`` that gives different
    results for the same inputs, and for one that cannot be evaluated around them.
    """
    language = choose(lang)
    operands: list[_Operand] = []
    names = _argument_names(fn, len(inputs), "entrée" if language == "fr" else "input")
    arguments = [_collect(given, name, operands) for given, name in zip(inputs, names)]
    function = _Function(fn, arguments, operands)
    tolerance = (relative_tolerance, absolute_tolerance)
    gradients = [operand.value.grad for operand in operands]
    try:
        output, got, overwritten = function.backward()
        comparisons = tuple(
            _compare(function, position, gradient, output, tolerance) for position, gradient in enumerate(got)
        )
    finally:
        function.restore()
        for operand, gradient in zip(operands, gradients):
            operand.value.grad = gradient
    return GradcheckReport(comparisons, overwritten, language)


@dataclass(frozen=True)
class _Operand:
    """One scalar to differentiate by: where it lives, what it is called, where it started."""

    value: Value
    name: str
    start: float


class _Detached(_looks.Listener):
    """Gives ``detach`` the numbers of the first call of a function in every later one.

    To the gradient, what is detached is a constant; so it must not move with the operands here either.
    """

    def __init__(self) -> None:
        self.numbers: list[float] = []
        self.position = 0

    def held(self, number: float) -> float:
        """Return what the detach at this position held on to in the first call."""
        if self.position == len(self.numbers):
            self.numbers.append(number)
        self.position += 1
        return self.numbers[self.position - 1]


class _Function:
    """``fn`` as a function of the operands' data, always called from the same starting point."""

    def __init__(self, fn: Callable[..., Value], arguments: list[Any], operands: list[_Operand]) -> None:
        self.fn = fn
        self.arguments = arguments
        self.operands = operands
        self.detached = _Detached()

    def restore(self) -> None:
        for operand in self.operands:
            operand.value.data = operand.start

    def graph(self) -> Value:
        # fn may have overwritten an operand's data in the call before (the handout's sigmoid does).
        self.detached.position = 0
        before = _looks.replace(self.detached)
        _node._listen(1)
        try:
            output = self.fn(*self.arguments)
        finally:
            _node._listen(-1)
            _looks.replace(before)
        if not isinstance(output, Value):
            raise TypeError(
                f"gradcheck needs a function that returns a Value, but this one returned {output!r} "
                f"({type(output).__name__}); compute with the Values themselves, not with their .data"
            )
        return output

    def at(self, position: int | None = None, x: float = 0.0) -> float:
        """The output with the operand at ``position`` moved to ``x``, all others where they started."""
        self.restore()
        if position is not None:
            self.operands[position].value.data = x
        return float(self.graph().data)

    def backward(self) -> tuple[float, list[float], tuple[Overwritten, ...]]:
        """The output, ``backward()``'s gradient for each operand, and the nodes whose data changed."""
        self.restore()
        seen = self.graph()
        output = float(seen.data)
        order = topological_order(seen)
        overwritten = [
            Overwritten(node._op, float(node._computed), float(node.data))
            for node in order
            if node._computed is not None
        ]
        overwritten += [
            Overwritten(operand.name, float(operand.start), float(operand.value.data))
            for operand in self.operands
            if not _same(operand.value.data, operand.start)
        ]
        gradients = [(node, node.grad) for node in order]
        # Looking at a graph unfolds its fused neurons. The sweep runs over one that nobody has looked
        # at, as in a training loop.
        self.restore()
        swept = self.graph()
        if not _same(float(swept.data), output):
            raise ValueError(
                "gradcheck needs a function that returns the same for the same inputs, but this one gave "
                f"{output!r} first and then {float(swept.data)!r}: it draws random numbers, or changes "
                "something that it uses again in the next call"
            )
        for node, _ in gradients:
            node.grad = 0
        for operand in self.operands:
            operand.value.grad = 0
        try:
            swept.backward()
            return output, [float(operand.value.grad) for operand in self.operands], tuple(overwritten)
        finally:
            for node, gradient in gradients:
                node.grad = gradient


def _compare(
    function: _Function, position: int, got: float, output: float, tolerance: tuple[float, float]
) -> Comparison:
    operand = function.operands[position]
    expected, uncertainty = _central_difference(function, position, output, tolerance)
    scale = max(abs(got), abs(expected))
    relative, absolute = tolerance
    allowed = absolute + relative * scale + min(uncertainty, _LARGEST_UNCERTAINTY * scale)
    ok = abs(got - expected) <= allowed or _same(got, expected)
    comparison = Comparison(operand.name, position, float(operand.start), expected, got, allowed, ok)
    if ok:
        return comparison
    slopes = _kink(function, position, output)
    if slopes is None:
        return comparison
    return replace(comparison, slopes=slopes, ok=min(slopes) - allowed <= got <= max(slopes) + allowed)


def _central_difference(
    function: _Function, position: int, output: float, tolerance: tuple[float, float]
) -> tuple[float, float]:
    """The best central difference over the steps tried, and an estimate of its error."""
    relative, absolute = tolerance
    best, least = (math.nan, math.inf), math.inf
    refused: Exception | None = None
    for widening in _WIDENINGS:
        step = _step(function, position) * widening
        try:
            coarse = _difference(function, position, step)
            fine = _difference(function, position, step / 2)
        except (ArithmeticError, ValueError) as error:
            refused = error
            continue
        rounding = 4 * _EPSILON * abs(output) / step
        error_estimate = abs(fine - coarse) + rounding
        # Measured by what is tolerated: across a pole, the differences of long steps are small, and so are the
        # errors, but not next to the differences.
        badness = error_estimate / max(absolute + relative * abs(fine), sys.float_info.min)
        if badness < least:
            best, least = (fine, error_estimate), badness
        if least <= 1:
            break
    if math.isinf(best[1]) and refused is not None:
        operand = function.operands[position]
        raise ValueError(
            "gradcheck cannot evaluate the function on both sides of "
            f"{operand.name} = {operand.start!r}: {refused}"
        ) from refused
    return best


def _difference(function: _Function, position: int, step: float) -> float:
    x = function.operands[position].start
    above, below = x + step, x - step
    # Dividing by the distance between the two floats, not by 2 * step, takes their rounding out.
    return (function.at(position, above) - function.at(position, below)) / (above - below)


def _kink(function: _Function, position: int, output: float) -> tuple[float, float] | None:
    """The slopes on the left and on the right if they differ however small the step, else None."""
    x = function.operands[position].start
    jumps, slopes = [], (math.nan, math.nan)
    for step in (_step(function, position), _step(function, position) / 16):
        try:
            left = (output - function.at(position, x - step)) / (x - (x - step))
            right = (function.at(position, x + step) - output) / ((x + step) - x)
        except (ArithmeticError, ValueError):
            return None
        jumps.append(right - left)
        slopes = (left, right)
    # A smooth function's jump shrinks with the step; a kink's stays.
    rounding = 64 * _EPSILON * abs(output) / _step(function, position)
    stays = abs(jumps[1] - jumps[0]) <= 0.1 * abs(jumps[0])
    return slopes if stays and abs(jumps[1]) > 10 * rounding else None


def _step(function: _Function, position: int) -> float:
    return _STEP * max(1.0, abs(function.operands[position].start))


def _same(a: float, b: float) -> bool:
    return a == b or (math.isnan(a) and math.isnan(b))


def _collect(given: Any, name: str, operands: list[_Operand]) -> Any:
    """Turn one input into what ``fn`` gets for it, and note the operands found in it."""
    if hasattr(given, "named_parameters"):
        for parameter_name, parameter in given.named_parameters():
            operands.append(_Operand(parameter, parameter.label or parameter_name, parameter.data))
        return given
    if hasattr(given, "tolist"):
        given = given.tolist()
    if isinstance(given, (list, tuple)):
        return [_collect(item, f"{name}[{i}]", operands) for i, item in enumerate(given)]
    if isinstance(given, (int, float)):
        given = Value(given)
    if not isinstance(given, Value):
        raise TypeError(
            f"gradcheck differentiates by Values, numbers, lists of them, or a module's parameters; "
            f"{name} is {given!r} ({type(given).__name__})"
        )
    if given._operands:
        raise ValueError(
            f"gradcheck differentiates by leaves, but {name} is the result of an operation ({given._op!r}); "
            f"give it Value({given.data!r}), or the leaves that it was computed from"
        )
    operands.append(_Operand(given, given.label or name, given.data))
    return given


def _argument_names(fn: Callable[..., Any], count: int, word: str) -> Iterator[str]:
    """What ``fn`` calls its arguments, and ``input 2`` where it has no name for them."""
    try:
        parameters = list(inspect.signature(fn).parameters.values())
    except (TypeError, ValueError):
        parameters = []
    named = [p.name for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    for position in range(count):
        yield named[position] if position < len(named) else f"{word} {position + 1}"
