"""What a function can read besides its arguments, and whether any of it has changed since it was traced.

A program is made from what these places held. From the function, all that it can reach is looked through: variables of
closures, globals, defaults, attributes of objects, of classes and of modules, lists and dictionaries, the parts of
models. Of modules and of other packages' objects, where almost everything could be reached, only what has a name that
some code of the function's uses. The places are compared at every call (``_watch``).
"""

from __future__ import annotations

import abc
import functools
import io
import itertools
import logging
import operator
import os
import sys
import sysconfig
import threading
import types
from collections import deque
from collections.abc import Callable, Iterable
from typing import Any

from micrograd import _watch
from micrograd._watch import ABSENT, attributes_of, content_of
from micrograd.compiler.chance import state_of
from micrograd.compiler.names import (
    finds_by_text,
    global_names,
    imported,
    nested,
    reads_attributes,
    texts_of,
)
from micrograd.compiler.states import state_to_read
from micrograd.compiler.witness import Calls
from micrograd.engine import Value
from micrograd.nn import MLP, Layer, Module, Neuron

_ATOMS = frozenset(
    {bool, int, float, complex, str, bytes, type(None), type(Ellipsis), range, slice, types.CodeType}
)
# No function reads more than that without being slower than any comparison.
_MOST_OBJECTS = 20_000
# A list that a function makes longer and longer is tried up to that.
_LONGEST = 20_000
_INSTALLED = tuple(
    {sysconfig.get_paths()[name] + os.sep for name in ("stdlib", "platstdlib", "purelib", "platlib")}
)
_OUTSIDE = (
    io.IOBase,
    logging.Logger,
    logging.Handler,
    threading.Thread,
    types.FrameType,
    types.TracebackType,
)
_HEAP_TYPE = (
    1 << 9
)  # in a type's flags: made by a class statement, so that objects may change into another such
_WRAPPERS = (classmethod, staticmethod, property, functools.cached_property, functools.partialmethod)


class Counter:
    """A number that the function itself changes when it runs: what it was, and how to put another there."""

    def __init__(self, now: Any, read: Callable[[], Any], put: Callable[[Any], None]) -> None:
        self.before = self.now = now
        self.read, self.put = read, put

    def moves_on(self) -> bool:
        """Read it again, after a run; return whether it is another number."""
        self.before, self.now = self.now, self.read()
        return bool(self.now != self.before)


class References:
    """What ``function``, or an object that can be called, can read, with what stood there when it was looked at.

    ``calls`` is what was seen of a run of it, if there was one.
    """

    def __init__(self, function: Any, calls: Calls | None = None) -> None:
        self.watch = _watch.Watch()
        self.generators: list[tuple[str, Any]] = []
        # Something was read that cannot be compared, such as a file: nobody can say that nothing has changed.
        self.cannot_tell = calls is not None and calls.reads_outside
        # Values without attributes of their own, and whether some code would look for any.
        self._bare: list[Value] = []
        self._reads_attributes = False
        self._alive: dict[Any, Any] = {}
        self._kinds: dict[type, None] = {}
        self._names: set[str] = set()
        self._codes: set[types.CodeType] = set()
        # Dictionaries of which only what is named counts, and what has been looked at of them.
        self._filtered: list[tuple[Any, set[str], bool]] = []
        self._numbers: list[tuple[Any, Callable[[], Any], Callable[[Any], None]]] = []
        self._iterators: list[tuple[str, Callable[[], Any], Any]] = []
        self._queue: deque[tuple[str, Any]] = deque([("the function", function)])
        if calls is not None:
            for code, names in calls.codes():
                self._read_code(code)
                if names is not None:
                    self._users_code(code, names)
            self._queue.extend(("an argument", held) for held in calls.held)
            if calls.reads_environment:
                self.watch.add(_watch.Items(os.environ._data))  # type: ignore[attr-defined]
        self._look()
        if not self._names.isdisjoint(("isinstance", "issubclass")):
            self.watch.add(_watch.Reading(lambda: (abc.get_cache_token(),)))  # what was registered as what
        if "Decimal" in self._names and "decimal" in sys.modules:
            self.watch.add(_watch.Reading(lambda: (repr(sys.modules["decimal"].getcontext()),)))
        if self._reads_attributes:
            self.watch.add(_watch.Bare(tuple(self._bare)))
        self._bare.clear()

    def changed(self) -> bool:
        """Return whether something stands in one of the places that did not stand there before."""
        return self.cannot_tell or self.watch.changed()

    def covers(self, model: Any) -> bool:
        """Whether all that ``model.parameters()`` returns is among the places: it is made of our modules only."""
        return len(self._alive) < _MOST_OBJECTS and self._is_ours(model)

    def counters(self) -> list[Counter]:
        """Return the numbers that are others now."""
        found = []
        for before, read, put in self._numbers:
            now = read()
            if type(now) is type(before) and now != before:
                found.append(Counter(now, read, put))
        return found

    def advanced(self) -> str | None:
        """Return the name of an iterator that has gone on, or None."""
        for name, read, known in self._iterators:
            if read() != known:
                return name
        return None

    def _is_ours(self, model: Any) -> bool:
        if type(model) is Neuron:
            return id(model) in self._alive and type(model.w) is list and len(attributes_of(model) or ()) <= 7
        if type(model) is Layer or type(model) is MLP:
            parts: Any = getattr(model, "neurons" if type(model) is Layer else "layers")
            return id(model) in self._alive and type(parts) is list and all(map(self._is_ours, parts))
        return False

    # -- Looking through --------------------------------------------------------------------------------------

    def _look(self) -> None:
        while True:
            while self._queue and len(self._alive) < _MOST_OBJECTS:
                name, found = self._queue.popleft()
                if type(found) in _ATOMS or id(found) in self._alive:
                    continue
                self._alive[id(found)] = found
                self._parts(name, found)
            if self._queue or not self._look_for_names():
                return

    def _look_for_names(self) -> bool:
        """Of what counts by name, look at what has a name that is used by now; return whether there was anything."""
        any_more = False
        for attributes, seen, is_class in self._filtered:
            wanted = self._names | {n for n in attributes if _is_special(n)} if is_class else self._names
            for name in [name for name in wanted if name not in seen]:
                if name in attributes or not is_class:
                    seen.add(name)
                    any_more = True
                    if not is_class:
                        self.watch.add(_watch.Item(attributes, name))
                    if name in attributes:
                        self._queue.append((name, attributes[name]))
        return any_more

    def _parts(self, name: str, found: Any) -> None:
        """Remember the places of an object, and queue what stands in them."""
        kind = type(found)
        if kind is types.FunctionType:
            self._function(found)
        elif kind is types.MethodType:
            self._more(function=found.__func__, owner=found.__self__)
        elif kind is types.CellType:
            self.watch.add(_watch.Cell(found))
            self._more(content=content_of(found))
        elif state_of(found) is not None:
            self.generators.append((name, found))
        elif isinstance(found, Value):
            self._kind(kind)
            self._value(found)
        elif isinstance(found, _WRAPPERS):
            self._wrapper(found)
        elif isinstance(found, functools.partial):
            self._more(function=found.func, arguments=found.args, keywords=found.keywords)
            self._attributes(found, whole=True)
        elif isinstance(found, logging.Logger):
            self.watch.add(_watch.Reading(functools.partial(_levels, found)))
        elif isinstance(found, _OUTSIDE):
            return  # what comes from there is noticed when it is asked for
        elif isinstance(found, types.ModuleType):
            self.watch.add(_watch.OfKind(found))
            self._filtered.append((vars(found), set(), False))
        elif isinstance(found, type):
            self._kind(found)
        else:
            self._object(name, found)

    def _more(self, **parts: Any) -> None:
        self._queue.extend(parts.items())

    def _value(self, found: Value) -> None:
        if type(found) is not Value:
            self.watch.add(_watch.OfKind(found))
        if _watch.is_bare(found):
            self._bare.append(found)
        else:
            self._attributes(found, whole=True)

    def _object(self, name: str, found: Any) -> None:
        kind = type(found)
        self._kind(kind)
        if kind.__flags__ & _HEAP_TYPE and not isinstance(found, Module):
            self.watch.add(_watch.OfKind(found))
        if isinstance(found, (list, tuple)):
            self._sequence(found)
        elif isinstance(found, dict):
            self.watch.add(_watch.Items(found))
            self._note_items(found)
            self._queue.extend((str(key), item) for key, item in list(dict.items(found)))
            self._queue.extend(("a key", key) for key in list(dict.keys(found)))
            if (reader := state_to_read(found)) is not None:
                self._reading(found, *reader)
        elif isinstance(found, Module):
            self._module(found)
            return
        elif kind in (operator.attrgetter, operator.methodcaller):
            texts = [text for text in found.__reduce__()[1] if type(text) is str]
            self._names.update(part for text in texts for part in text.split("."))
        elif (reader := state_to_read(found)) is not None:
            if type(found) is deque:
                self._note(len(found), found.__len__, functools.partial(_fill_up, found))
            self._reading(found, *reader)
            if hasattr(kind, "__next__") and kind is not itertools.count:
                self._iterators.append((name, reader[0], reader[0]()))
        whole = not _is_installed(kind)
        self._attributes(found, whole)
        for owner in kind.__mro__:
            for member in vars(owner).values() if whole else ():
                if isinstance(member, types.MemberDescriptorType):
                    self._slot(found, member)
        wrapped = (attributes_of(found) or {}).get("__wrapped__")
        if wrapped is not None:
            self._more(wrapped=wrapped)

    def _attributes(self, found: Any, whole: bool) -> None:
        attributes = attributes_of(found)
        if type(attributes) is not dict:
            return
        if whole:
            self.watch.add(_watch.Items(attributes, found))
            self._note_items(attributes)
            self._queue.extend((str(name), item) for name, item in list(attributes.items()))
        else:
            self._filtered.append((attributes, set(), False))

    def _slot(self, found: Any, member: Any) -> None:
        def read() -> tuple[Any]:
            try:
                return (member.__get__(found, type(found)),)
            except (AttributeError, TypeError):  # not there, or the object is of another class by now
                return (ABSENT,)

        self.watch.add(_watch.Reading(read))
        content = read()[0]
        if type(content) in (int, float):
            self._numbers.append((content, lambda: read()[0], lambda number: member.__set__(found, number)))
        self._more(slot=content)

    def _sequence(self, found: Any) -> None:
        if isinstance(found, list):
            self.watch.add(_watch.Elements(found))
            self._note(len(found), found.__len__, functools.partial(_fill_up, found))
        if _watch.are_bare(found):
            self._kind(Value)
            self._bare.extend(found)  # of thousands of weights, hardly one has attributes of its own
            return
        kinds = set(map(type, found))
        if not kinds <= _ATOMS:
            for kind in kinds:
                if issubclass(kind, Value):
                    self._kind(kind)
            self._queue.extend((str(i), item) for i, item in enumerate(found))
        if isinstance(found, list) and len(found) <= 64 and not kinds.isdisjoint((int, float)):
            for i, item in enumerate(found):
                if type(item) in (int, float):
                    self._note(
                        item, functools.partial(_element, found, i), functools.partial(found.__setitem__, i)
                    )

    def _module(self, found: Module) -> None:
        """The parts of a neuron, a layer or a model of ours, and what a subclass has besides."""
        if isinstance(found, Neuron):
            self.watch.add(_watch.OfNeuron(found))
            self._more(w=found.w, b=found.b)
        elif isinstance(found, Layer):
            self.watch.add(_watch.OfLayer(found))
            self._more(neurons=found.neurons)
        elif isinstance(found, MLP):
            self.watch.add(_watch.OfMLP(found))
            self._more(layers=found.layers)
        attributes = attributes_of(found)
        if attributes:
            self.watch.add(_watch.Items(attributes, found))
            self._note_items(attributes)
            self._queue.extend(attributes.items())
        elif not isinstance(found, (Neuron, Layer, MLP)):
            self.watch.add(_watch.Items(attributes, found))

    def _reading(self, found: Any, read: Callable[[], Any], parts: Iterable[Any]) -> None:
        self.watch.add(_watch.Reading(read))
        self._queue.extend(("item", part) for part in parts)

    def _wrapper(self, found: Any) -> None:
        for name in ("__func__", "fget", "func"):
            inner = getattr(found, name, None)
            if inner is not None:
                self._more(function=inner)

    def _kind(self, kind: type) -> None:
        """The attributes of a class: a change of any is noticed, and those that are named are followed."""
        if kind in self._kinds:
            return
        self._kinds[kind] = None
        if kind.__module__ == "builtins":
            return
        self.watch.add(_watch.Kind(kind))
        if type(kind) is not type:
            self._kind(type(kind))
        for owner in kind.__mro__:
            if not _is_installed(owner):
                self._filtered.append((vars(owner), set(), True))
                for name, item in list(vars(owner).items()):
                    if type(item) in (int, float):
                        put = functools.partial(type.__setattr__, owner, name)
                        self._note(item, functools.partial(vars(owner).get, name), put)

    # -- Functions --------------------------------------------------------------------------------------------

    def _function(self, function: types.FunctionType) -> None:
        self.watch.add(_watch.Function(function))
        for name, cell in zip(function.__code__.co_freevars, function.__closure__ or ()):
            content = content_of(cell)
            self.watch.add(_watch.Cell(cell))
            if type(content) in (int, float):
                self._note(content, functools.partial(content_of, cell), functools.partial(_fill, cell))
            self._queue.append((name, content))
        self._more(defaults=function.__defaults__, named=function.__kwdefaults__)
        if _is_installed(function):
            wrapped = vars(function).get("__wrapped__")
            self._more(wrapped=wrapped)
            return
        self._attributes(function, whole=True)
        self._users_code(function.__code__, function.__globals__)

    def _users_code(self, code: types.CodeType, variables: dict[str, Any]) -> None:
        self._read_code(code)
        self._globals(code, variables)
        self._modules(code, variables.get("__package__"))
        self._reads_attributes |= reads_attributes(code)
        self.cannot_tell |= finds_by_text(code)

    def _read_code(self, code: types.CodeType) -> None:
        """Learn the names that some code uses."""
        for inner in nested(code):
            if inner not in self._codes:
                self._codes.add(inner)
                self._names.update(inner.co_names)
                self._names.update(text for text in texts_of(inner) if text.isidentifier())

    def _modules(self, code: types.CodeType, package: Any) -> None:
        """What some code imports while it runs: the modules may be others, and may have changed."""
        for name in imported(code):
            for full in (name, f"{package}.{name}".rstrip(".")) if package else (name,):
                if full in sys.modules and ("module", full) not in self._alive:
                    self._alive["module", full] = None
                    self.watch.add(_watch.Item(sys.modules, full))
                    self._queue.append((full, sys.modules[full]))

    def _globals(self, code: types.CodeType, variables: dict[str, Any]) -> None:
        builtins = variables.get("__builtins__")
        builtins = vars(builtins) if isinstance(builtins, types.ModuleType) else builtins
        for name in global_names(code):
            if (id(variables), name) in self._alive:
                continue
            self._alive[id(variables), name] = None
            self.watch.add(_watch.Item(variables, name))
            if name in variables:
                item = variables[name]
                if type(item) in (int, float):
                    self._note(
                        item,
                        functools.partial(variables.get, name),
                        functools.partial(variables.__setitem__, name),
                    )
                elif type(item) is itertools.count:
                    self._note_count(item, functools.partial(variables.__setitem__, name))
                self._queue.append((name, item))
            elif isinstance(builtins, dict):
                self.watch.add(_watch.Item(builtins, name))

    # -- Numbers that the function may change itself -------------------------------------------------------------

    def _note(self, number: Any, read: Callable[[], Any], put: Callable[[Any], None]) -> None:
        self._numbers.append((number, read, put))

    def _note_items(self, items: dict[Any, Any]) -> None:
        for key, item in list(dict.items(items)):
            if type(item) in (int, float):
                self._note(
                    item,
                    functools.partial(dict.get, items, key),
                    functools.partial(dict.__setitem__, items, key),
                )
            elif type(item) is itertools.count:
                self._note_count(item, functools.partial(dict.__setitem__, items, key))

    def _note_count(self, counter: Any, put: Callable[[Any], None]) -> None:
        def put_another(number: Any) -> None:
            put(counter if number == _number_of(counter) else itertools.count(number))

        self._note(_number_of(counter), functools.partial(_number_of, counter), put_another)


def _number_of(counter: Any) -> float | None:
    """Return what an ``itertools.count`` gives next."""
    text = repr(counter)[len("count(") : -1].partition(",")[0]
    try:
        return int(text)
    except ValueError:
        return None


def _fill(cell: types.CellType, content: Any) -> None:
    cell.cell_contents = content


def _fill_up(elements: Any, count: int) -> None:
    """Let a list be so long, within reason, with more of its last element."""
    while len(elements) > count:
        elements.pop()
    if elements:
        elements.extend([elements[-1]] * (min(count, _LONGEST) - len(elements)))


def _element(elements: list[Any], i: int) -> Any:
    return elements[i] if i < len(elements) else None


def _levels(logger: logging.Logger) -> tuple[Any, ...]:
    """Return what decides whether a logger shows something."""
    return logger.level, logger.getEffectiveLevel(), logger.disabled, logger.manager.disable


def _is_special(name: Any) -> bool:
    return isinstance(name, str) and name.startswith("__") and name.endswith("__")


@functools.lru_cache(maxsize=512)
def _is_installed_module(name: str) -> bool:
    if name.partition(".")[0] in ("micrograd", "builtins", *sys.stdlib_module_names):
        return name != "__main__"
    file = getattr(sys.modules.get(name), "__file__", None)
    return isinstance(file, str) and file.startswith(_INSTALLED)


def _is_installed(found: Any) -> bool:
    """Whether a function or a class is Python's, ours, or another package's."""
    if isinstance(found, types.FunctionType):
        module = found.__module__
        file = found.__code__.co_filename
        return isinstance(module, str) and _is_installed_module(module) and not file.startswith("<ipython")
    home: Any = type.__getattribute__(found, "__module__") if isinstance(found, type) else None
    return isinstance(home, str) and _is_installed_module(home)
