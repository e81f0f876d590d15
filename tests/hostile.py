"""Objects that do harm where they are let in, and programs made of them, for ``tools/fuzz_safety.py`` and the tests.

A *program* is a few dozen steps drawn from a seed: make something, call something, read, write or delete an
attribute, change a list while it may be read. What can be called is found by looking at the modules, so an entry
that is new tomorrow is tried tomorrow. Whether a step raises does not matter; that the interpreter lives does.
"""

from __future__ import annotations

import builtins
import contextlib
import copy
import functools
import gc
import importlib
import inspect
import io
import itertools
import numbers
import operator
import pickle
import pkgutil
import random
import threading
import types
import warnings
from array import array
from collections.abc import Callable
from typing import Any

import micrograd
from micrograd.engine import Value
from micrograd.nn import MLP, Layer, Module, Neuron

# What writes files, opens windows or runs other programs has tests of its own, and is no part of the engine.
NOT_TRIED = {"cli", "draw", "lab", "plot", "sklearn", "__main__", "_plain_python", "_namesake"}
# Steps that end or block the process in any Python.
NOT_CALLED = {"peak", "compile", "gradcheck"}


def modules() -> list[types.ModuleType]:
    """The engine's modules, those that stand right on it, and the compiler's kernels where they were built."""
    names = [info.name for info in pkgutil.iter_modules(micrograd.__path__) if info.name not in NOT_TRIED]
    found = [importlib.import_module(f"micrograd.{name}") for name in names if name != "compiler"]
    with contextlib.suppress(ImportError):
        found.append(importlib.import_module("micrograd.compiler._kernels"))
    return found


@functools.lru_cache(maxsize=1)
def entries() -> dict[str, Callable[..., Any]]:
    """Everything that can be called: functions, classes, and each method of each class, by its name."""
    found: dict[str, Callable[..., Any]] = {}
    for module in modules():
        for name, thing in vars(module).items():
            if not callable(thing) or not str(getattr(thing, "__module__", "")).startswith("micrograd"):
                continue
            # A protocol is for type checkers; as an object it is a list of None without an end.
            if name in NOT_CALLED or getattr(thing, "_is_protocol", False):
                continue
            found[f"{module.__name__}.{name}"] = thing
            if isinstance(thing, type):
                found[f"{module.__name__}.{name}.__new__"] = thing.__new__
                for attribute, method in inspect.getmembers(thing, callable):
                    if getattr(object, attribute, None) is method or attribute in ("__class__", "__new__"):
                        continue
                    if attribute not in NOT_CALLED:
                        found[f"{module.__name__}.{name}.{attribute}"] = method
    return dict(sorted(found.items()))


class Hostile:
    """A number whose every look at it runs ``harm``."""

    def __init__(self, harm: Callable[[], Any]) -> None:
        self.harm = harm
        self.left = 3

    def _do(self) -> None:
        if self.left > 0:
            self.left -= 1
            self.harm()

    def __float__(self) -> float:
        self._do()
        return 1.5

    def __index__(self) -> int:
        self._do()
        return 2

    __int__ = __index__

    def __len__(self) -> int:
        self._do()
        return 2

    def __bool__(self) -> bool:
        self._do()
        return True

    def __iter__(self) -> Any:
        self._do()
        return iter([1.0, Value(2.0)])

    def __getitem__(self, key: Any) -> Any:
        self._do()
        return 1.0

    def __eq__(self, other: object) -> bool:
        self._do()
        return True

    def __hash__(self) -> int:
        self._do()
        return 1

    def __repr__(self) -> str:
        self._do()
        return "hostile"

    def __call__(self, *_: Any, **__: Any) -> Any:
        self._do()
        return Value(0.5)

    def __radd__(self, other: Any) -> Any:
        self._do()
        return other

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") or name in ("harm", "left"):
            raise AttributeError(name)
        self._do()
        return None

    def __del__(self) -> None:
        with contextlib.suppress(Exception):
            self._do()


# Accepted wherever a number is: its __float__ and __int__ are called in the midst of things.
numbers.Real.register(Hostile)


class Odd(Value):
    """A Value of the user's, which shows things of its own where the engine's are expected."""

    _operands = (None, 5, "x")  # type: ignore[assignment]
    _prev = frozenset({None})  # type: ignore[assignment]
    _op = None  # type: ignore[assignment]

    def __eq__(self, other: object) -> Any:
        return True

    def __hash__(self) -> int:
        return 7


class Unmade(Value):
    """A Value whose making was left out."""

    def __init__(self, *_: Any, **__: Any) -> None:
        pass


class Reversed(Value):
    """A Value whose operations are each other."""

    __add__ = Value.__radd__
    __mul__ = Value.__rmul__
    __sub__ = Value.__rsub__


class Nothing(Module):
    """A module whose parameters are none."""

    def parameters(self) -> Any:
        return [None, 3, Value(1.0)]


class World:
    """What a program has made so far, and what it can do next."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        random.seed(seed)
        self.entries = list(entries().items())
        self.things: list[Any] = []
        self.names: list[str] = []
        for _ in range(6):
            self.things.append(self.make())

    def some(self) -> Any:
        """Something that was made before, or is made now."""
        return self.random.choice(self.things) if self.random.random() < 0.6 else self.make()

    def shallow(self) -> Any:
        """Something to put into a list: lists of lists of lists, twice each, would take for ever to be shown."""
        chosen = self.some()
        if isinstance(chosen, (list, tuple, dict)):
            inner = list(itertools.islice(chosen, 3))
            return [one for one in inner if not isinstance(one, (list, tuple, dict))]
        return chosen

    def arguments(self) -> list[Any]:
        return [self.some() for _ in range(self.random.choice((0, 1, 1, 1, 2, 2, 3, 4)))]

    def number(self) -> Any:
        # No huge whole ones: as the size of a network they exhaust the memory, as they do in any Python.
        return self.random.choice((0, 1, -1, 2, 0.5, -2.5, 1e308, float("nan"), float("inf"), True))

    def value(self) -> Value:
        return Value(self.random.choice((0, 1, -1.5, 2, 0.25)))

    def network(self) -> Any:
        kind = self.random.randrange(4)
        activation = self.random.choice(("relu", "tanh", "sigmoid", "linear"))
        if kind == 0:
            return Neuron(2, activation=activation, bias=self.random.random() < 0.7)
        if kind == 1:
            return Layer(2, self.random.randint(1, 3), activation=activation)
        return MLP(2, [self.random.randint(1, 3), self.random.randint(1, 2)], activation=activation)

    def graph(self) -> Any:
        """A node with a few operations, and perhaps layers, below it."""
        node: Any = self.value()
        leaves = [node, self.value(), self.value()]
        for _ in range(self.random.randint(1, 6)):
            other = self.random.choice(leaves)
            step = self.random.randrange(8)
            if step == 0:
                node = node + other
            elif step == 1:
                node = node * other
            elif step == 2:
                node = (node - 0.5).tanh()
            elif step == 3:
                node = node * 3
            elif step == 4:
                outputs = self.network()([node, other])
                node = outputs[0] if isinstance(outputs, list) else outputs
            elif step == 5:
                node = self.custom(node, other)
            elif step == 6:
                node = node.relu()
            else:
                node = micrograd.engine.dot([node, other], [0.5, node])
            leaves.append(node)
            self.things.append(node)
        return node

    def custom(self, *operands: Value) -> Value:
        out = Value(1.0, operands, self.random.choice(("mine", "+", "")))
        out._backward = self.harm()
        return out

    def harm(self) -> Callable[[], Any]:
        """A function that does something bad when it is called, in the middle of something else."""
        what = self.random.randrange(12)
        chosen = self.some()

        def act() -> Any:
            if what == 0:
                for thing in tuple(self.things):  # which may hold the list of all things itself
                    if isinstance(thing, list):
                        del thing[1:]
            elif what == 1:
                gc.collect()
            elif what == 2 and isinstance(chosen, Value):
                chosen.__init__(2.0)  # type: ignore[misc]
            elif what == 3 and isinstance(chosen, Value):
                chosen.backward()
            elif what == 4 and isinstance(chosen, Value):
                _ = chosen._prev
            elif what == 5 and isinstance(chosen, Module):
                self.spoil(chosen)
            elif what == 6:
                raise KeyError("the user's")
            elif what == 7 and isinstance(chosen, Value):
                chosen.data = 7.5
                chosen._backward = lambda: None
            elif what == 8 and isinstance(chosen, Value):
                others = tuple(t for t in self.things if isinstance(t, Value))[:3]
                chosen.__init__(1.0, others, "cycle")  # type: ignore[misc]
            elif what == 9:
                self.things.clear()
                self.things.append(Value(1.0))
            elif what == 10:
                for thing in tuple(self.things):  # which may hold the list of all things itself
                    if isinstance(thing, list):
                        thing.extend([None, Value(1.0)])
            else:
                [Value(1.0) * 2 for _ in range(50)]
            return None

        return act

    def spoil(self, module: Any) -> None:
        """Put something where a network has its weights, neurons or layers."""
        what = self.random.choice(("w", "b", "nonlin", "activation", "neurons", "layers", "_matrix", "mine"))
        if self.random.random() < 0.5:
            setattr(module, what, self.some())
            return
        held = getattr(module, what, None)
        if isinstance(held, list) and held:
            position = self.random.randrange(len(held))
            action = self.random.randrange(4)
            if action == 0:
                held[position] = self.some()
            elif action == 1:
                del held[position]
            elif action == 2:
                held.append(self.some())
            else:
                self.spoil(held[position])

    def make(self) -> Any:
        """Something new: good, odd or hostile."""
        r = self.random
        what = r.randrange(24)
        if what < 2:
            return self.number()
        if what < 5:
            return self.value()
        if what < 7 and len(getattr(self, "things", ())) > 3:
            return self.graph()
        if what < 10:
            return self.network()
        if what < 12 and len(getattr(self, "things", ())) > 3:
            return Hostile(self.harm())
        if what == 12:
            return None
        if what == 13:
            return [
                self.value() if r.random() < 0.5 else self.number()
                for _ in range(r.choice((0, 1, 2, 2, 2, 3)))
            ]
        if what == 14 and len(getattr(self, "things", ())) > 3:
            return [self.shallow(), self.shallow()]
        if what == 15 and len(getattr(self, "things", ())) > 3:
            return (self.shallow(), self.shallow())
        if what == 16:
            return (x for x in [1.0, self.value()])
        if what == 17:
            return r.choice(("", "+", "relu", "w", b"x", "data"))
        if what == 18:
            return array(r.choice("dfq"), [0] * r.randrange(4))
        if what == 19:
            return r.choice((Odd, Unmade, Reversed))(1.0)
        if what == 20:
            return r.choice((Value, Neuron, Layer, MLP, Odd, Unmade, int, object, type(None)))
        if what == 21:
            return Nothing()
        if what == 22:
            kind = r.choice([thing for _, thing in self.entries if isinstance(thing, type)])
            with contextlib.suppress(TypeError):  # where more has to be given
                return kind.__new__(kind)
        found = [
            t for v in getattr(self, "things", ()) for t in gc.get_referents(v) if not isinstance(t, type)
        ]
        found = [t for t in found if not isinstance(t, int) and not _belongs_to_python(t)]
        return r.choice(found) if found else {}

    def step(self) -> Any:
        """Do one thing; what comes out may be used by the next."""
        r = self.random
        what = r.randrange(20)
        if what < 6:
            name, entry = r.choice(self.entries)
            self.names.append(name)
            arguments = self.arguments()
            owner = [t for t in self.things if type(t).__name__ == name.split(".")[-2]]
            if owner and r.random() < 0.8:
                arguments = [r.choice(owner), *arguments[:-1]]
            if r.random() < 0.2:
                keywords = {p: self.some() for p in _parameters(entry) if r.random() < 0.7}
                return entry(**keywords)
            return entry(*arguments)
        thing = self.some()
        self.names.append(type(thing).__name__)
        if what < 8 and isinstance(thing, Value):
            return thing.backward()
        if what < 10 and isinstance(thing, Module):
            return thing(self.some()) if r.random() < 0.3 else thing([self.some(), self.some()])  # type: ignore[operator]
        if what == 10 and isinstance(thing, Module):
            return self.spoil(thing)
        attributes = [a for a in dir(thing) if a not in ("__class__", "__del__")]
        attribute = r.choice(attributes)
        self.names.append(attribute)
        if what < 13:
            return getattr(thing, attribute)
        if what < 15:
            if not isinstance(thing, type):
                setattr(thing, attribute, self.some())
            return None
        if what == 15 and not isinstance(thing, type):
            return setattr(thing, "__class__", r.choice((Value, Odd, Unmade, Neuron, Nothing)))
        if what == 16:
            return r.choice((operator.add, operator.mul, operator.sub, operator.truediv, operator.pow))(
                thing, self.some()
            )
        if what == 17:
            return r.choice((copy.copy, copy.deepcopy, pickle.dumps, repr, float, hash, list, bool, abs))(
                thing
            )
        if what == 18:
            return gc.collect()
        found = getattr(thing, attribute)
        return found(*self.arguments()) if callable(found) else found

    def run(self, steps: int) -> None:
        """Do so many things, one after the other."""
        for _ in range(steps):
            try:
                made = self.step()
            except SystemError:
                # C that returned without a result or without an error: a fault of ours.
                raise
            except Exception:
                continue
            if len(self.things) > 60:
                del self.things[: self.random.randint(20, 50)]
            if made is not None and not _is_large(made) and not _belongs_to_python(made):
                self.things.append(made)

    def run_twice_at_once(self, steps: int, joined: Callable[[], Any]) -> None:
        """Do so many things in each of two threads, with the same objects."""
        failed: list[BaseException] = []

        def run() -> None:
            try:
                with joined():
                    self.run(steps)
            except BaseException as error:
                failed.append(error)

        both = [threading.Thread(target=run) for _ in range(2)]
        for one in both:
            one.start()
        for one in both:
            one.join()
        if failed:
            raise failed[0]


def _belongs_to_python(made: Any) -> bool:
    """Whether it does harm that has nothing to do with us: ``open(1)`` closes the standard output, for one."""
    if made is vars(builtins) or isinstance(made, types.ModuleType):
        return True
    return any(made is getattr(builtins, name, None) for name in _REACHES_OUT)


_REACHES_OUT = ("open", "input", "exec", "eval", "compile", "breakpoint", "exit", "quit", "__import__")


def _is_large(made: Any) -> bool:
    """Whether it is better not kept: as the size of something, or as often as it may be doubled."""
    if isinstance(made, int):
        return abs(made) > 100
    return isinstance(made, (list, tuple, dict, str, bytes, array)) and len(made) > 300


def _parameters(entry: Any) -> list[str]:
    try:
        return [p for p in inspect.signature(entry).parameters if p not in ("self", "args", "kwargs")]
    except (TypeError, ValueError):
        return ["data", "_children", "label"]


def run_program(seed: int, steps: int = 40, joined: Callable[[], Any] = contextlib.nullcontext) -> None:
    """Run the program of a seed, quietly; one in ten runs in two threads at once, each of them within ``joined()``."""
    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")
        # What a program has done to a module may fail the first steps of the next.
        try:
            world = World(seed)
        except SystemError:
            raise
        except Exception:
            return
        if seed % 10 == 9:
            world.run_twice_at_once(steps, joined)
        else:
            world.run(steps)
    if type(None) is not types.NoneType or None is not type(None)():
        raise SystemError("None is not what it was")
