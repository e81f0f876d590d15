"""A model's parameters: their names, and their way from the Values into an array and back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from micrograd import updates
from micrograd.compiler.expressions import evenly
from micrograd.compiler.given import GIVEN
from micrograd.engine import Value, topological_order

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from micrograd.compiler.expressions import Places


class Parameters:
    """The distinct parameters of a model (one that is listed twice is one), in the model's order.

    ``model`` has ``parameters()``, or is itself an iterable of Values. Raises ``TypeError`` when it is neither.
    """

    def __init__(self, model: Any) -> None:
        found = _found(model)
        listed = _checked(found)
        self.place = updates.Index(listed)
        self.held = self.place.values
        self.some_repeat = len(self.held) != len(listed)
        # Most often one and the same: each list of many Values is one more that the garbage collector goes through.
        self._listed: Sequence[Any] = listed if self.some_repeat else self.held
        self._found: Sequence[Any] = self._listed if found is listed else found
        self._listed_places = (
            [*map(self.place.__getitem__, listed)] if self.some_repeat else range(len(listed))
        )
        self.model = model

    def __len__(self) -> int:
        return len(self.held)

    def are(self, held: object) -> bool:
        """Return whether a list has just these parameters, in this order."""
        return updates.are_the_same(held, self.held)

    @property
    def values(self) -> list[Value]:
        """The parameters, as a list."""
        return list(self.held)

    def read(self) -> NDArray[np.float64]:
        """Return the parameters' values as they are now."""
        import numpy as np  # here, because tracing a function needs none

        numbers = np.empty(len(self.held))
        updates.read(self.place, numbers)
        return numbers

    def write(self, numbers: NDArray[np.float64]) -> None:
        """Put ``numbers`` into the parameters' ``.data``."""
        updates.write(self.place, numbers)

    def in_order(self, gradient: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return a gradient by the distinct parameters in the order of ``model.parameters()``."""
        return gradient[self._listed_places] if self.some_repeat else gradient

    def order(self) -> list[int]:
        """Return for each of ``model.parameters()`` its place among the distinct ones."""
        return list(self._listed_places)

    def row(self, weights: tuple[Value, ...]) -> Places | None:
        """Return the places of a neuron's weights, or None when they are not all parameters."""
        places = self.place.row(weights)
        return places if places is None or isinstance(places, range) else evenly(tuple(places))

    def is_current(self) -> bool:
        """Return whether the model still has these parameters, and not others in their place."""
        source = getattr(self.model, "parameters", None)
        if not callable(source) and not isinstance(self.model, (list, tuple, dict)):
            return True  # an iterator, say, that can be asked once
        found = list(source() if callable(source) else self.model)
        if updates.are_the_same(found, self._found):
            return True
        if not updates.are_the_same(_without_results(found), self._listed):
            return False
        self._found = found
        return True

    def names(self) -> list[str]:
        """Return each parameter's name in the model, or its label, or its number."""
        named = getattr(self.model, "named_parameters", None)
        known: dict[Value, str] = {}
        if callable(named):
            for name, value in named():
                known.setdefault(value, name)
        return [known.get(value) or value.label or f"parameters[{i}]" for i, value in enumerate(self.held)]


def _found(model: Any) -> list[Any]:
    source = getattr(model, "parameters", None)
    try:
        return list(source() if callable(source) else model)
    except TypeError:
        raise TypeError(
            f"model must have parameters(), as a micrograd Module has, or be a list of Values; it is a "
            f"{type(model).__name__}"
        ) from None


def _without_results(found: list[Any]) -> list[Any]:
    """Leave out what a model has kept of a sample (its inputs, hidden outputs): these are no parameters."""
    # Another thread may be tracing: its samples come and go while these are looked at.
    given = {value for reference in GIVEN.keyrefs() if (value := reference()) is not None}
    if updates.are_leaves(found) and (not given or given.isdisjoint(found)):
        return found
    leaves = {v for v in found if isinstance(v, Value) and v not in given and not v._operands}
    return [value for value in found if not (isinstance(value, Value) and _is_of_a_sample(value, leaves))]


def _is_of_a_sample(value: Value, parameters: set[Value]) -> bool:
    if value in GIVEN:
        return True
    return bool(value._operands) and any(
        below in parameters or below in GIVEN for below in topological_order(value)
    )


def _checked(found: list[Any]) -> list[Value]:
    listed = _without_results(found)
    if listed is found and updates.are_leaves(found):
        return listed
    for value in listed:
        if not isinstance(value, Value):
            raise TypeError(
                f"the model's parameters must be micrograd Values, and one is a {type(value).__name__}"
            )
        if value._operands:
            name = value.label or value._op
            raise TypeError(
                f"a parameter must be a Value of its own, and {name!r} is the result of an operation"
            )
    return listed


def features_of(model: Any) -> int | None:
    """Return how many features a Neuron, Layer or MLP takes, or None when the model does not tell."""
    try:
        if hasattr(model, "layers"):
            model = model.layers[0]
        if hasattr(model, "neurons"):
            model = model.neurons[0]
        return len(model.w) or None
    except (AttributeError, TypeError, IndexError):
        return None
