"""What can change between two calls of a program: each entry makes a loss, and a function that changes something."""

from __future__ import annotations

import array
import collections
import contextvars
import dataclasses
import enum
import functools
import math
import threading
import types
from typing import Any

import numpy as np

from micrograd.engine import Value
from micrograd.nn import MLP, Layer, Module, Neuron

FEATURES = 2
RATE = 1.0
CONFIG = types.ModuleType("config_of_changes")
CONFIG.rate = 1.0


class Settings:
    rate = 1.0


class Derived(Settings):
    pass


class Meta(type):
    rate = 1.0


class WithMeta(metaclass=Meta):
    pass


class Slotted:
    __slots__ = ("rate",)

    def __init__(self):
        self.rate = 1.0


@dataclasses.dataclass(slots=True)
class SlottedData:
    rate: float = 1.0


@dataclasses.dataclass(frozen=True)
class Frozen:
    inner: Any


class Scale:
    def __call__(self, v):
        return v * 2


class Computed:
    def __init__(self):
        self._rate = 1.0

    @property
    def rate(self):
        return self._rate

    @functools.cached_property
    def fixed(self):
        return self._rate

    @staticmethod
    def by_static(v):
        return v * RATE

    @classmethod
    def by_class(cls, v):
        return v * Settings.rate

    def __getitem__(self, name):
        return self._rate


class Kind(enum.Enum):
    HARD = 1
    SOFT = 2


class Net(Module):
    def __init__(self):
        self.first = Layer(FEATURES, 3, activation="tanh")
        self.last = Neuron(3, nonlin=False)
        self.scale = 1.0

    def __call__(self, x):
        return self.last([v * self.scale for v in self.first(x)])


class Dropped(Net):
    """Keeps its hidden outputs, as one does to look at them."""

    def __call__(self, x):
        self.hidden = self.first(x)
        return self.last(self.hidden) * self.scale


def _of_list(v, factors=(1.0,)):
    return v * factors[0]


def _named(v, *, rate=1.0):
    return v * rate


def _setter(owner: Any, name: str, number: Any) -> Any:
    return lambda: setattr(owner, name, number)


def _put(owner: Any, key: Any, item: Any) -> Any:
    return lambda: owner.__setitem__(key, item)


def _with(factor: Any, change: Any) -> Any:
    """A loss with a factor that ``factor()`` reads, and the change."""
    return lambda m: (lambda x, y: (m(x) * factor() - y) ** 2, change)


def _closure(m):
    rate = 1.0

    def change():
        nonlocal rate
        rate = 3.0

    return lambda x, y: m(x) * rate - y, change


def _of_function(m):
    def scaled(v):
        return v * scaled.rate

    scaled.rate = 1.0
    return lambda x, y: scaled(m(x)) - y, _setter(scaled, "rate", 3.0)


def _defaults(attribute, old, new, make):
    def entry(m):
        function = make()
        return lambda x, y: function(m(x)) - y, _setter(function, attribute, new)

    return entry


def _copy(function):
    copied = types.FunctionType(
        function.__code__, globals(), function.__name__, function.__defaults__, function.__closure__
    )
    copied.__kwdefaults__ = dict(function.__kwdefaults__) if function.__kwdefaults__ else None
    return copied


def _code(m):
    one, other = _copy(lambda v: v * 2), lambda v: v.tanh()
    return lambda x, y: one(m(x)) - y, _setter(one, "__code__", other.__code__)


def _model(change):
    return lambda m: (lambda x, y: (m(x) - y) ** 2, lambda: change(m))


def _frozen_net(change):
    def entry(m):
        frozen = MLP(FEATURES, [3, 1])
        return lambda x, y: (m(x) - frozen(x)) ** 2 - y, lambda: change(frozen)

    return entry


def _class_attribute(owner_of, name, number):
    def entry(m):
        # A class of its own each time: a changed one would stay changed.
        class Base:
            rate = 1.0

            def apply(self, v):
                return v * 2

            def __call__(self, v):
                return v * 3

        class Middle(Base):
            pass

        class Last(Middle):
            pass

        one = Last()
        owner = {"base": Base, "middle": Middle, "last": Last, "instance": one}[owner_of]
        return lambda x, y: one(one.apply(m(x))) * one.rate - y, _setter(owner, name, number)

    return entry


def _net(kind, change):
    def entry(_):
        net = kind()
        return lambda x, y: (net(x) - y) ** 2, lambda: change(net), net

    return entry


def _numpy_global(m):
    array_ = np.ones(2)
    return lambda x, y: sum(float(a) * v for a, v in zip(array_, x)) * m(x) - y, _put(array_, 1, 5.0)


def _partial(m):
    settings = {"rate": 1.0}
    scaled = functools.partial(lambda v, s: v * s["rate"], s=settings)
    return lambda x, y: scaled(m(x)) - y, _put(settings, "rate", 3.0)


def _added_global(m):
    globals().pop("ADDED_LATER", None)
    return (
        lambda x, y: m(x) * globals().get("ADDED_LATER", 1.0) - y,
        lambda: globals().__setitem__("ADDED_LATER", 3.0),
    )


def _no_bias(m):
    m.layers[1].neurons[0].b.data = 0.5
    return lambda x, y: (m(x) - y) ** 2, _setter(m.layers[1].neurons[0], "b", None)


def _getattr(m):
    owner = types.SimpleNamespace()
    return lambda x, y: m(x) * getattr(owner, "rate", 1.0) - y, _setter(owner, "rate", 3.0)


def _large_list(m):
    factors = [1.0] * 5000
    return lambda x, y: m(x) * factors[4321] - y, _put(factors, 4321, 3.0)


def _deep(m):
    deep = {"a": [{"b": types.SimpleNamespace(c=[({"d": [1.0]},)])}]}
    return lambda x, y: m(x) * deep["a"][0]["b"].c[0][0]["d"][0] - y, _put(
        deep["a"][0]["b"].c[0][0]["d"], 0, 3.0
    )


def _dispatch(m):
    @functools.singledispatch
    def apply(v):
        return v * 2

    def register():
        apply.register(Value, lambda v: v.tanh())

    return lambda x, y: apply(m(x)) - y, register


def _decorated(m):
    factor = {"rate": 1.0}

    def scaled(function):
        @functools.wraps(function)
        def inner(*arguments):
            return function(*arguments) * factor["rate"]

        return inner

    return scaled(lambda x, y: m(x) - y), _put(factor, "rate", 3.0)


def _bound(m):
    one = Computed()
    return (lambda one=one: lambda x, y: m(x) * one["any"] - y)(), _setter(one, "_rate", 3.0)


def _parameter_attribute(m):
    parameters = m.parameters()
    for parameter in parameters:
        parameter.decays = True
    return (
        lambda x, y: m(x) - y + sum(p * p for p in parameters if p.decays),
        _setter(parameters[0], "decays", False),
    )


def _replaced_operation(m):
    original = Value.tanh

    def change():
        Value.tanh = Value.sigmoid

    def undo():
        Value.tanh = original

    return lambda x, y: m(x).tanh() - y, change, None, undo


def _holder(make, read, change):
    def entry(m):
        held = make()
        return lambda x, y: m(x) * read(held) - y, lambda: change(held)

    return entry


def _threadlocal():
    local = threading.local()
    local.rate = 1.0
    return local


def _variable():
    variable = contextvars.ContextVar("rate")
    variable.set(1.0)
    return variable


def _replace_all(owner, attributes):
    owner.__dict__ = attributes


slotted, slotted_data, computed = Slotted(), SlottedData(), Computed()

CHANGES: dict[str, Any] = {
    "a closure": _closure,
    "a global": _with(lambda: RATE, lambda: globals().__setitem__("RATE", globals()["RATE"] + 2)),
    "an attribute of a module": _with(lambda: CONFIG.rate, lambda: setattr(CONFIG, "rate", CONFIG.rate + 2)),
    "an attribute of a class": _with(
        lambda: Settings.rate, lambda: setattr(Settings, "rate", Settings.rate + 2)
    ),
    "an inherited attribute": _with(
        lambda: Derived.rate, lambda: setattr(Settings, "rate", Settings.rate + 2)
    ),
    "an attribute of a metaclass": _with(lambda: WithMeta.rate, lambda: setattr(Meta, "rate", Meta.rate + 2)),
    "a slot": _with(lambda: slotted.rate, lambda: setattr(slotted, "rate", slotted.rate + 2)),
    "a slot of a dataclass": _with(
        lambda: slotted_data.rate, lambda: setattr(slotted_data, "rate", slotted_data.rate + 2)
    ),
    "a property": _with(lambda: computed.rate, lambda: setattr(computed, "_rate", computed._rate + 2)),
    "a class method": lambda m: (
        lambda x, y: Computed.by_class(m(x)) - y,
        lambda: setattr(Settings, "rate", Settings.rate + 2),
    ),
    "a static method's global": lambda m: (
        lambda x, y: Computed.by_static(m(x)) - y,
        lambda: globals().__setitem__("RATE", globals()["RATE"] + 2),
    ),
    "an attribute of a function": _of_function,
    "defaults": _defaults("__defaults__", None, ((3.0,),), lambda: _copy(_of_list)),
    "defaults by name": _defaults("__kwdefaults__", None, {"rate": 3.0}, lambda: _copy(_named)),
    "the code of a function": _code,
    "a base class's attribute": _class_attribute("base", "rate", 3.0),
    "a class's attribute that hides another": _class_attribute("middle", "rate", 3.0),
    "an instance's attribute that hides another": _class_attribute("instance", "rate", 3.0),
    "a replaced method": _class_attribute("base", "apply", lambda self, v: v.tanh()),
    "a replaced __call__": _class_attribute("last", "__call__", lambda self, v: v.tanh()),
    "a method of one instance": _class_attribute("instance", "apply", lambda v: v.tanh()),
    "the activation of a layer": _model(
        lambda m: [setattr(n, "activation", "tanh") for n in m.layers[0].neurons]
    ),
    "the activation of one neuron": _model(
        lambda m: setattr(m.layers[0].neurons[1], "activation", "sigmoid")
    ),
    "nonlin": _model(lambda m: setattr(m.layers[0].neurons[0], "nonlin", False)),
    "a layer taken out": _model(lambda m: m.layers.__setitem__(0, Layer(FEATURES, 3, activation="tanh"))),
    "the layers": _model(lambda m: setattr(m, "layers", [Layer(FEATURES, 1, nonlin=False)])),
    "neurons in another order": _model(lambda m: m.layers[0].neurons.reverse()),
    "a weight": _model(lambda m: m.layers[0].neurons[0].w.__setitem__(1, Value(0.75))),
    "the weights": _model(lambda m: setattr(m.layers[0].neurons[0], "w", [Value(0.5), Value(0.25)])),
    "a bias": _model(lambda m: setattr(m.layers[0].neurons[0], "b", Value(0.75))),
    "no bias": _no_bias,
    "a frozen net's activation": _frozen_net(
        lambda f: [setattr(n, "activation", "tanh") for n in f.layers[0].neurons]
    ),
    "a frozen net's layers": _frozen_net(lambda f: f.layers.insert(1, Layer(3, 3, activation="tanh"))),
    "a frozen net's neurons": _frozen_net(
        lambda f: setattr(f.layers[0], "neurons", f.layers[0].neurons[::-1])
    ),
    "a frozen net's numbers": _frozen_net(lambda f: setattr(f.layers[0].neurons[0].w[0], "data", 0.75)),
    "a module's own number": _net(Net, lambda n: setattr(n, "scale", 3.0)),
    "a module's own layer": _net(
        Net, lambda n: setattr(n, "first", Layer(FEATURES, 3, activation="sigmoid"))
    ),
    "a module that keeps its outputs": _net(Dropped, lambda n: setattr(n, "scale", 3.0)),
    "an array": _numpy_global,
    "a partial's dictionary": _partial,
    "a global that is added": _added_global,
    "an attribute that is added": _getattr,
    "an item of a large list": _large_list,
    "deep inside": _deep,
    "a registered function": _dispatch,
    "what a decorator reads": _decorated,
    "an item by a method": _bound,
    "an attribute of a parameter": _parameter_attribute,
    "an operation of the engine": _replaced_operation,
    "a deque": _holder(lambda: collections.deque([1.0]), lambda d: d[0], lambda d: d.appendleft(3.0)),
    "an array of the library": _holder(
        lambda: array.array("d", [1.0]), lambda a: a[0], lambda a: a.__setitem__(0, 3.0)
    ),
    "bytes in place": _holder(lambda: bytearray(b"\1"), lambda a: a[0], lambda a: a.__setitem__(0, 3)),
    "a set": _holder(lambda: {1}, len, lambda s: s.add(2)),
    "a default dictionary": _holder(
        lambda: collections.defaultdict(float, a=1.0), lambda d: d["a"], lambda d: d.__setitem__("a", 3.0)
    ),
    "a counter": _holder(lambda: collections.Counter(a=1), lambda d: d["a"], lambda d: d.update("aa")),
    "a chain of dictionaries": _holder(
        lambda: collections.ChainMap({}, {"a": 1.0}), lambda d: d["a"], lambda d: d.__setitem__("a", 3.0)
    ),
    "a user's dictionary": _holder(
        lambda: collections.UserDict(a=1.0), lambda d: d["a"], lambda d: d.__setitem__("a", 3.0)
    ),
    "a view of a dictionary": _holder(
        lambda: {"a": [1.0]},
        lambda d: types.MappingProxyType(d)["a"][0],
        lambda d: d["a"].__setitem__(0, 3.0),
    ),
    "a namespace": _holder(
        lambda: types.SimpleNamespace(rate=1.0), lambda n: n.rate, lambda n: setattr(n, "rate", 3.0)
    ),
    "a thread's own": _holder(_threadlocal, lambda t: t.rate, lambda t: setattr(t, "rate", 3.0)),
    "a context's variable": _holder(_variable, lambda v: v.get(), lambda v: v.set(3.0)),
    "what a frozen dataclass holds": _holder(
        lambda: Frozen({"a": 1.0}), lambda f: f.inner["a"], lambda f: f.inner.update(a=3.0)
    ),
    "all attributes at once": _holder(
        lambda: types.SimpleNamespace(o=Computed()),
        lambda n: n.o.rate,
        lambda n: _replace_all(n.o, {"_rate": 3.0}),
    ),
    "keys in another order": _holder(
        lambda: {"a": 1.0, "b": 3.0}, lambda d: next(iter(d.values())), lambda d: d.update(a=d.pop("a"))
    ),
    "a matrix": _holder(
        lambda: np.ones((64, 64)), lambda a: float(a[3, 7]), lambda a: a.__setitem__((3, 7), 3.0)
    ),
    "another member of an enumeration": _holder(
        lambda: {"kind": Kind.HARD}, lambda d: d["kind"].value, lambda d: d.update(kind=Kind.SOFT)
    ),
    "the sign of zero": _holder(
        lambda: [0.0], lambda z: math.copysign(1.0, z[0]) + 2.0, lambda z: z.__setitem__(0, -0.0)
    ),
    "an object that is called": _holder(
        lambda: [Scale()], lambda s: s[0](1), lambda s: s.__setitem__(0, lambda v: v * 5)
    ),
}
