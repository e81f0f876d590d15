"""What ``inspect``, Jupyter's ``?`` and ``??``, and ``pickle`` find of the engine, compiled as plain."""

from __future__ import annotations

import copy
import gc
import inspect
import pickle
import re
import sys
import weakref
from pathlib import Path

import pytest

from micrograd import engine, fused, matrix, nn, updates
from micrograd.engine import Value
from micrograd.nn import MLP, Layer, Module, Neuron

CLASSES = [Value, Module, Neuron, Layer, MLP]
MODULES = [engine, fused, matrix, nn, updates]


def named_methods(kind):
    """The methods of a class that are not special ones, by name."""
    return {
        name: method
        for name, method in vars(kind).items()
        if callable(method) and not (name.startswith("__") and name.endswith("__"))
    }


METHODS = [(kind, name) for kind in CLASSES for name in named_methods(kind)]
FUNCTIONS = [
    (module, name)
    for module in MODULES
    for name, thing in vars(module).items()
    if callable(thing) and not isinstance(thing, type) and getattr(thing, "__module__", "") == module.__name__
    if not name.endswith("_cython__")  # what Cython adds
]


def test_they_are_many():
    assert {"backward", "relu", "tanh", "exp", "log", "softplus", "sqrt", "detach"} <= {
        name for kind, name in METHODS if kind is Value
    }
    assert {name for _, name in FUNCTIONS} >= {"topological_order", "dot", "descend"}


@pytest.mark.parametrize(("kind", "name"), METHODS, ids=lambda x: getattr(x, "__name__", x))
def test_the_source_of_a_method(kind, name):
    method = getattr(kind, name)
    assert inspect.getsource(method).lstrip().startswith(f"def {name}(self")
    assert inspect.getsourcefile(inspect.unwrap(method)).endswith(f"{kind.__module__.split('.')[-1]}.py")
    assert next(iter(inspect.signature(method).parameters)) == "self"


@pytest.mark.parametrize(("module", "name"), FUNCTIONS, ids=lambda x: getattr(x, "__name__", x))
def test_the_source_of_a_function(module, name):
    if name not in ("__getattr__", "_own_init"):
        # Python's own inspect shows decorators too.
        assert re.match(rf"\s*(@.*\n\s*)*def {name}\(", inspect.getsource(getattr(module, name)))
    assert "args" not in inspect.signature(getattr(module, name)).parameters


#: From 3.13 on, ``inspect`` asks a class's module alone for its file. Jupyter's ``??`` asks the class.
NOT_OF_CLASSES = pytest.mark.skipif(
    engine.COMPILED and sys.version_info >= (3, 13),
    reason="this Python's inspect finds no compiled class's source",
)


@NOT_OF_CLASSES
@pytest.mark.parametrize("kind", CLASSES)
def test_the_source_of_a_class(kind):
    source = inspect.getsource(kind)
    assert f"class {kind.__name__}" in source.split('"""')[0]
    assert source.rstrip() in Path(engine.__file__).with_name(f"{kind.__module__[10:]}.py").read_text()
    last = list(named_methods(kind))[-1]
    assert f"def {last}(" in source


def test_signatures():
    assert list(inspect.signature(Value).parameters) == ["data", "_children", "_op", "label"]
    assert list(inspect.signature(Neuron).parameters) == ["nin", "nonlin", "activation", "bias"]
    assert list(inspect.signature(Layer).parameters) == ["nin", "nout", "kwargs"]
    shown = inspect.signature(MLP).parameters
    assert list(shown) == ["nin", "nouts", "activation", "bias"]
    assert (shown["activation"].default, shown["bias"].default) == ("relu", True)
    assert str(inspect.signature(Value(1.0).relu)) == "() -> 'Value'"
    assert list(inspect.signature(Value.maximum).parameters) == ["self", "other"]
    assert list(inspect.signature(Module.load_state_dict).parameters) == ["self", "state"]


@NOT_OF_CLASSES
def test_signatures_and_sources_are_the_same_in_both_modes(python):
    if not engine.COMPILED:
        pytest.skip("the engine is not compiled here: THE TWO MODES ARE NOT COMPARED")
    script = """
        import inspect
        from micrograd import engine, fused, nn, updates
        for module in engine, fused, nn, updates:
            for name, thing in sorted(vars(module).items()):
                if name in ("FusedLayer", "Sweep", "Module") or getattr(thing, "__module__", "") != module.__name__:
                    continue
                if name[0] != "_" and callable(thing):
                    print(name, inspect.signature(thing), inspect.getsource(thing))
                    for inner in sorted(vars(thing)) if isinstance(thing, type) else ():
                        if inner[0] != "_" and callable(getattr(thing, inner)):
                            print(inner, inspect.signature(getattr(thing, inner)))
    """
    compiled, plain = python(script), python(script, MICROGRAD_PURE="1")
    only_plain = {"new_node", "is_as_written", "makes_nodes_itself", "operations_as_written"}
    assert "class Value(Node):" in compiled and "topological_order" in compiled
    for line in compiled.splitlines():
        assert line in plain
    assert not only_plain & {line.split(" ")[0] for line in compiled.splitlines()}


class TestSubclasses:
    class Heir(MLP):
        """Of the user's, with nothing of its own."""

    class Other(MLP):
        def __init__(self, size):
            super().__init__(size, [1])

    def test_that_are_made_alike_have_the_same_signature(self):
        assert inspect.signature(self.Heir) == inspect.signature(MLP)

    def test_that_are_made_otherwise_have_their_own(self):
        assert list(inspect.signature(self.Other).parameters) == ["size"]

    def test_show_their_own_source(self):
        assert "of the user's" in inspect.getsource(self.Heir).lower()
        assert inspect.getsource(self.Heir.parameters) == inspect.getsource(MLP.parameters)


def test_what_is_replaced_shows_what_replaced_it(monkeypatch):
    def relu(self, slope=0.1):
        return self * slope

    monkeypatch.setattr(Value, "relu", relu)
    assert list(inspect.signature(Value.relu).parameters) == ["self", "slope"]
    assert "slope=0.1" in inspect.getsource(Value.relu)


def test_what_shows_the_source_is_not_called_by_mistake():
    if engine.COMPILED:
        with pytest.raises(TypeError, match="call the function itself"):
            inspect.unwrap(Value.relu)(Value(1.0))


def test_functions_are_pickled_and_copied_by_name():
    for function in (Value.relu, Value.backward, MLP.parameters, fused.dot, engine.topological_order):
        assert pickle.loads(pickle.dumps(function)) is function
        assert copy.deepcopy(function) is function
    for kind in CLASSES:
        assert pickle.loads(pickle.dumps(kind)) is kind


def test_jupyter_shows_them(tmp_path):
    pytest.importorskip("IPython")
    from IPython.core.interactiveshell import InteractiveShell

    shell = InteractiveShell()
    shell.user_ns.update(MLP=MLP, Neuron=Neuron, Layer=Layer, Value=Value, model=MLP(2, [1]), x=Value(1.0))

    def shown(name, detail):
        mime = shell.object_inspect_mime(name, detail)
        return mime["text/plain"]

    brief = shown("MLP", 0)
    assert "nouts" in brief and "bias" in brief and "multi-layer perceptron" in brief
    for name, line in {
        "MLP": "class MLP(Module):", "Neuron": "class Neuron(Module):", "Layer": "class Layer(Module):",
        "Value": "class Value(Node):", "Value.backward": "sweep = Sweep()", "Value.relu": "return _relu(self",
        "x.backward": "sweep = Sweep()", "model.parameters": "_all_parameters(own.layers)",
    }.items():  # fmt: skip
        # Coloured, with codes between the words.
        assert line.replace(" ", "") in _plain(shown(name, 1)).replace(" ", ""), name


def _plain(text):
    return re.sub(r"\x1b\[[0-9;]*m", "", text)


class TestNamesOfClasses:
    """A class is one as Python makes them: what may be assigned to it has its place in memory."""

    @pytest.mark.parametrize("kind", [*CLASSES, engine.Sweep, fused.FusedLayer, matrix.Matrix])
    def test_a_name_can_be_given_and_taken_back(self, kind):
        name, qualified = kind.__name__, kind.__qualname__
        try:
            kind.__name__, kind.__qualname__ = "Other", "Another"
            assert (kind.__name__, kind.__qualname__) == ("Other", "Another")
            assert "Another" in repr(kind)
        finally:
            kind.__name__, kind.__qualname__ = name, qualified
        assert repr(kind) == f"<class '{kind.__module__}.{name}'>"

    def test_new_is_replaced(self, python):
        if not engine.COMPILED:
            pytest.skip("Python itself cannot make a plain Value after that")
        script = """
            from micrograd.engine import Value
            from micrograd.nn import MLP
            kept = [Value(1.0) + k for k in range(9)]
            Value.__new__ = lambda kind, *_: object()
            try:
                print(Value(1.0), (kept[0] + kept[1]).data, len([kept[0] * 2 for _ in range(20_000)]))
            except Exception as error:
                print(type(error).__name__)
            del Value.__new__
            print(Value(2.0) * 3)
        """
        assert python(script).splitlines()[-1] == "Value(data=6.0, grad=0)"

    def test_weak_references_and_attributes_of_modules(self):
        model = MLP(2, [1])
        model.tag, reference = "mine", weakref.ref(model)
        assert vars(model)["tag"] == "mine"
        assert reference() is model
        del model
        gc.collect()
        assert reference() is None
