# cython: language_level=3, wraparound=False, nonecheck=True, auto_pickle=False
"""Places that a function reads from, and what stood in them: compared at every call of a compiled program.

Plain Python that Cython compiles, as the engine is: compiled, most places cost a comparison of two addresses. A place
keeps alive what stood in it, so that its identity stays its own; a number that was replaced by an equal one has not
changed.
"""

from __future__ import annotations

import operator
import types
from collections.abc import Callable
from typing import Any

from micrograd import _sources
from micrograd.engine import Value
from micrograd.nn import MLP, Layer, Module, Neuron

try:
    import cython
except ImportError:
    from micrograd import _cython as cython

if cython.compiled:
    from cython.cimports.cpython.dict import PyDict_GetItemWithError, PyDict_Next, PyDict_Size
    from cython.cimports.cpython.ref import PyObject
    from cython.cimports.cpython.sequence import PySequence_Fast_GET_SIZE, PySequence_Fast_ITEMS
    from cython.cimports.libc.string import memcmp
    from cython.cimports.micrograd._attributes import (
        class_version,
        code_of,
        defaults_of,
        dictionary_of,
        dictionary_place,
        has_attributes,
        named_defaults_of,
    )
    from cython.cimports.micrograd._guard import guard_methods
    from cython.cimports.micrograd._memory import address
else:
    from micrograd._memory import class_version, has_attributes

# Of these, one that is equal to another is as good.
PLAIN = (bool, int, float, complex, str, bytes)

ABSENT: Any = type("Absent", (), {"__repr__": lambda self: "(nothing)"})()


@cython.cclass
class Place:
    """Something that can be looked at again; of its own accord, it never changes.

    Only what was ``made``, by its ``__init__``, is looked at: comparing addresses relies on what that has checked.
    """

    def changed(self) -> bool:
        """Whether something else stands there now."""
        return False


@cython.final
@cython.cclass
class Cell(Place):
    """A variable of a closure."""

    def __init__(self, cell: Any) -> None:
        self.cell = cell
        self.known = content_of(cell)
        self.made = True

    def changed(self) -> bool:
        now = content_of(self.cell)
        if now is self.known:
            return False
        if _differ(now, self.known):
            return True
        self.known = now
        return False


@cython.final
@cython.cclass
class Item(Place):
    """What a dictionary has under a name, or that it has nothing there."""

    def __init__(self, dictionary: Any, name: Any) -> None:
        _expect(dictionary, dict)
        self.dictionary = dictionary
        self.name = name
        self.known = dict.get(dictionary, name, ABSENT)
        self.made = True

    def changed(self) -> bool:
        if cython.compiled:
            found = PyDict_GetItemWithError(self.dictionary, self.name)
            if found == address(self.known) or (found == cython.NULL and self.known is ABSENT):
                return False
        now = dict.get(self.dictionary, self.name, ABSENT)
        if now is self.known:
            return False
        if _differ(now, self.known):
            return True
        self.known = now
        return False


@cython.final
@cython.cclass
class Items(Place):
    """All that is in a dictionary, in order; ``owner`` is the object whose attributes they are, or None."""

    def __init__(self, dictionary: Any, owner: Any = None) -> None:
        _expect(dictionary, dict)
        self.dictionary = dictionary
        self.owner = owner
        self._remember()
        self.made = True

    def _remember(self) -> None:
        self.keys, self.values = self._content()

    def _content(self) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
        """Return the keys and what stands under them."""
        if not cython.compiled and isinstance(self.owner, Module):
            # What a compiled layer keeps in C, its weights' numbers, which it reads again when it is called.
            own = {name: found for name, found in dict.items(self.dictionary) if name != "_matrix"}
            return tuple(own), tuple(own.values())
        return tuple(dict.keys(self.dictionary)), tuple(dict.values(self.dictionary))

    def changed(self) -> bool:
        if self.owner is not None and _own(self.owner) is not self.dictionary:
            return True
        if not cython.compiled:
            keys_now, now = self._content()
            if len(now) == len(self.values) and all(map(operator.is_, now, self.values)):
                return self.keys != keys_now
        else:
            if PyDict_Size(self.dictionary) != len(self.keys):
                return True
            position: cython.Py_ssize_t = 0
            i: cython.Py_ssize_t = 0
            keys = PySequence_Fast_ITEMS(self.keys)
            values = PySequence_Fast_ITEMS(self.values)
            key: cython.pointer(PyObject) = cython.NULL  # type: ignore[valid-type]
            value: cython.pointer(PyObject) = cython.NULL  # type: ignore[valid-type]
            while PyDict_Next(
                self.dictionary, cython.address(position), cython.address(key), cython.address(value)
            ):
                if key != keys[i] or value != values[i]:
                    return self._differs()
                i += 1
            return False
        return self._differs()

    def _differs(self) -> bool:
        """Whether it is more than numbers that were replaced by equal ones."""
        keys, values = self._content()
        if _all_same(keys, self.keys) and _all_same(values, self.values):
            self.keys, self.values = keys, values
            return False
        return True


@cython.final
@cython.cclass
class Elements(Place):
    """What a list holds."""

    def __init__(self, elements: Any) -> None:
        _expect(elements, (list, tuple))
        self.elements = elements
        self.known = tuple(elements)
        self.made = True

    def changed(self) -> bool:
        if not cython.compiled:
            if len(self.elements) == len(self.known) and all(map(operator.is_, self.elements, self.known)):
                return False
        else:
            count: cython.Py_ssize_t = PySequence_Fast_GET_SIZE(self.elements)
            if count != PySequence_Fast_GET_SIZE(self.known):
                return True
            now = PySequence_Fast_ITEMS(self.elements)
            if memcmp(now, PySequence_Fast_ITEMS(self.known), count * cython.sizeof(cython.p_void)) == 0:
                return False
        return self._differs()

    def _differs(self) -> bool:
        now = tuple(self.elements)
        if _all_same(now, self.known):
            self.known = now
            return False
        return True


@cython.final
@cython.cclass
class Function(Place):
    """The code of a function of Python's, and its defaults."""

    def __init__(self, function: Any) -> None:
        _expect(function, types.FunctionType)
        self.function = function
        self.code = function.__code__
        self.defaults = function.__defaults__
        self.named = function.__kwdefaults__
        self.made = True

    def changed(self) -> bool:
        function: Any = self.function
        if cython.compiled:
            return (
                code_of(function) != address(self.code)
                or defaults_of(function) != _address_or_null(self.defaults)
                or named_defaults_of(function) != _address_or_null(self.named)
            )
        return (
            function.__code__ is not self.code
            or function.__defaults__ is not self.defaults
            or function.__kwdefaults__ is not self.named
        )


@cython.final
@cython.cclass
class Kind(Place):
    """The attributes of a class, and of those that it is derived from."""

    def __init__(self, kind: Any) -> None:
        _expect(kind, type)
        self.kind = kind
        self._remember()
        self.made = True

    def _remember(self) -> None:
        self.version = class_version(self.kind)
        self.known = [
            (base, tuple(vars(base).keys()), tuple(vars(base).values())) for base in self.kind.__mro__
        ]

    def changed(self) -> bool:
        version: cython.Py_ssize_t = class_version(self.kind)
        if version != 0 and version == self.version:
            return False
        if len(self.known) != len(self.kind.__mro__):
            return True
        for (base, keys, values), now in zip(self.known, self.kind.__mro__):
            attributes = vars(now)
            if base is not now or len(attributes) != len(keys):
                return True
            if not all(map(operator.is_, attributes.values(), values)) and not (
                _all_same(tuple(attributes.keys()), keys) and _all_same(tuple(attributes.values()), values)
            ):
                return True
        self.version = version
        return False


@cython.final
@cython.cclass
class OfKind(Place):
    """The class of an object."""

    def __init__(self, owner: Any) -> None:
        self.owner = owner
        self.kind = type(owner)
        self.made = True

    def changed(self) -> bool:
        return type(self.owner) is not self.kind


@cython.final
@cython.cclass
class Bare(Place):
    """Values that have no attributes of their own."""

    def __init__(self, values: Any) -> None:
        _expect(values, tuple)
        for value in values:
            if not isinstance(value, Value):
                _expect(value, Value)
        self.values = values
        self.made = True

    def changed(self) -> bool:
        for value in self.values:  # noqa: SIM110 -- a generator would cost more than the comparison
            if has_attributes(value):
                return True
        return False


@cython.cclass
class OfModule(Place):
    """The class of a module, and the attributes that the user has given it; what it is made of, each kind adds."""

    def _remember(self, module: Any) -> None:
        self.kind = type(module)
        self.attributes = _own(module)
        self.count = len(self.attributes)
        self.made = True

    def _is_another(self, module: Module) -> bool:
        if cython.compiled:
            place = dictionary_place(module)
            if place == cython.NULL or place[0] != address(self.attributes):
                return True
        elif attributes_of(module) is not self.attributes:
            return True
        return type(module) is not self.kind or len(self.attributes) != self.count


@cython.final
@cython.cclass
class OfNeuron(OfModule):
    """What a neuron is made of; the weights are a place of their own."""

    def __init__(self, neuron: Neuron) -> None:
        self.neuron = neuron
        self.w, self.b = neuron.w, neuron.b
        self.nonlin, self.code = neuron.nonlin, neuron._code
        self._remember(neuron)

    def changed(self) -> bool:
        neuron: Neuron = self.neuron
        return (
            neuron.w is not self.w
            or neuron.b is not self.b
            or neuron.nonlin != self.nonlin
            or neuron._code != self.code
            or self._is_another(neuron)
        )


@cython.final
@cython.cclass
class OfLayer(OfModule):
    """The neurons of a layer."""

    def __init__(self, layer: Layer) -> None:
        self.layer = layer
        self.neurons = layer.neurons
        self._remember(layer)

    def changed(self) -> bool:
        return self.layer.neurons is not self.neurons or self._is_another(self.layer)


@cython.final
@cython.cclass
class OfMLP(OfModule):
    """The layers of a perceptron."""

    def __init__(self, model: MLP) -> None:
        self.model = model
        self.layers = model.layers
        self._remember(model)

    def changed(self) -> bool:
        return self.model.layers is not self.layers or self._is_another(self.model)


@cython.final
@cython.cclass
class Reading(Place):
    """Whatever a function reads: numbers and objects in a tuple, or bytes."""

    def __init__(self, read: Callable[[], Any]) -> None:
        self.read = read
        self.known = read()
        self.made = True

    def changed(self) -> bool:
        now = self.read()
        if isinstance(now, bytes):
            return bool(now != self.known)
        return not _all_same(now, self.known)


@cython.final
@cython.cclass
class Watch:
    """Many places, looked at together."""

    def __init__(self) -> None:
        self.places: list[Place] = []
        # The same, in what nobody can change: each was looked at, and C may rely on what it is.
        self.settled: tuple[Place, ...] = ()

    def add(self, place: Place) -> None:
        """Look at this place too."""
        _expect_made(place)
        self.places.append(place)

    def changed(self) -> bool:
        """Return whether something else stands in one of the places now."""
        if len(self.settled) != len(self.places):
            self._settle()
        for one in self.settled:
            place = cython.cast(Place, one)
            if place.changed():
                return True
        return False

    def _settle(self) -> None:
        settled = tuple(self.places)
        for place in settled:
            _expect_made(place)
        self.settled = settled

    def __len__(self) -> int:
        return len(self.places)


def _expect(given, kind):
    """Let nothing else in: it is read as C from here on."""
    if not isinstance(given, kind):
        raise TypeError(f"this place cannot be in {type(given).__name__}: {given!r}")


def _expect_made(place):
    """Let nothing else into a watch."""
    if not isinstance(place, Place) or not cython.cast(Place, place).made:
        raise TypeError(f"expected a place, made, got {type(place).__name__}")


def content_of(cell):
    """Return what a variable of a closure holds, or ``ABSENT``."""
    try:
        return cell.cell_contents
    except ValueError:
        return ABSENT  # not assigned yet


def is_bare(value):
    """Whether a Value has no attributes of its own."""
    _expect(value, Value)
    return not has_attributes(value)


def are_bare(found):
    """Whether a list or tuple has nothing but Values, of no class of the user's, without attributes of their own."""
    values = tuple(found)
    for value in values:
        if type(value) is not Value or has_attributes(value):
            return False
    return len(values) > 0


def attributes_of(owner):
    """Return the dictionary of an object's attributes, or None; nothing of the object's own is run."""
    try:
        return object.__getattribute__(owner, "__dict__")
    except AttributeError:
        return None


def _own(owner):
    """Return the dictionary of the attributes of an object that has one."""
    return dictionary_of(owner, cython.NULL) if cython.compiled else attributes_of(owner)


if cython.compiled:

    @cython.cfunc  # type: ignore[untyped-decorator]
    def _address_or_null(found) -> cython.pointer(PyObject):  # type: ignore[valid-type]
        return cython.NULL if found is None else address(found)


def _differ(one, other):
    return not (
        type(one) is type(other)
        and isinstance(one, PLAIN)
        # Of the numbers that are equal, 0.0 and -0.0 are two.
        and ((one == other and (one or repr(one) == repr(other))) or (one != one and other != other))
    )


def _all_same(some, others):
    return len(some) == len(others) and all(
        one is other or not _differ(one, other) for one, other in zip(some, others)
    )


if cython.compiled:
    for _kind in (
        Place,
        Cell,
        Item,
        Items,
        Elements,
        Function,
        Kind,
        OfKind,
        Bare,
        OfModule,
        OfNeuron,
        OfLayer,
        OfMLP,
        Reading,
        Watch,
    ):
        guard_methods(_kind)
    _sources.show(__name__)
