# cython: language_level=3, boundscheck=False, wraparound=False
"""Neurons, layers of them, and multi-layer perceptrons, made of Values."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from numbers import Integral, Real
from typing import TYPE_CHECKING, Any

from micrograd import _numbers
from micrograd.engine import Value

try:
    import cython
except ImportError:
    from micrograd import _cython as cython

if cython.compiled:
    from cython.cimports.micrograd.engine import _zero
    from cython.cimports.micrograd.fused import FusedLayer, layer
    from cython.cimports.micrograd.matrix import Matrix
else:
    from micrograd.engine import _zero
    from micrograd.fused import FusedLayer, layer
    from micrograd.matrix import Matrix

# In the order of the fused layers' codes.
ACTIVATIONS = ("linear", "relu", "tanh", "sigmoid")
# Uncompiled, what a compiled class keeps in its C fields stands among the attributes of the user's.
OWN = ("w", "b", "nonlin", "neurons", "layers", "_code", "_matrix")

if TYPE_CHECKING:
    from typing import Literal, TypeAlias

    Activation: TypeAlias = Literal["linear", "relu", "tanh", "sigmoid"]
    Count: TypeAlias = (
        int  # under a name of its own, because Cython would make 2 of a 2.5 that is to be an int
    )


@cython.cclass
class Module:
    """Something with parameters: what neurons, layers and models of your own have in common.

    A subclass keeps its Values, lists of Values and other Modules as attributes; they are found there.
    """

    def _attributes(self) -> dict[str, Any]:
        """What the module is made of, by name."""
        return getattr(self, "__dict__", {})

    def __reduce__(self) -> Any:
        return _rebuild, (type(self), self._attributes())

    def named_parameters(self) -> Iterator[tuple[str, Value]]:
        """Yield each parameter with its name, such as ``("layers.0.neurons.1.w.0", value)``."""
        for name, attribute in self._attributes().items():
            yield from _named(name, attribute)

    def parameters(self) -> list[Value]:
        """Return the parameters: for each neuron in turn its weights, then its bias."""
        return [value for _, value in self.named_parameters()]

    def zero_grad(self) -> None:
        """Set the gradient of every parameter to 0, as is due before each new backward sweep."""
        for parameter in self.parameters():
            _zero(parameter)

    def state_dict(self) -> dict[str, float]:
        """Return the numbers of all parameters by their names."""
        return {name: value.data for name, value in self.named_parameters()}

    def load_state_dict(self, state: Mapping[str, float]) -> None:
        """Set all parameters to the numbers of a ``state_dict()``, or none of them.

        Raises ``ValueError`` when names are missing or unknown, ``TypeError`` for what is not a number.
        """
        parameters = dict(self.named_parameters())
        missing = [name for name in parameters if name not in state]
        unknown = [name for name in state if name not in parameters]
        if missing or unknown:
            parts = [
                f"{what}: {', '.join(names)}"
                for what, names in (("missing", missing), ("unknown", unknown))
                if names
            ]
            raise ValueError(f"this state is of another model than {self!r}: {'; '.join(parts)}")
        numbers = {name: _numbers.number(state[name], name) for name in parameters}
        for name, parameter in parameters.items():
            parameter.data = numbers[name]


def _named(name: str, found: Any) -> Iterator[tuple[str, Value]]:
    if isinstance(found, Value):
        yield name, found
    elif isinstance(found, Module):
        for inner, value in found.named_parameters():
            yield f"{name}.{inner}", value
    elif isinstance(found, (list, tuple)):
        for position, item in enumerate(found):
            yield from _named(f"{name}.{position}", item)


@cython.cclass
class Neuron(Module):
    """``activation(b + w[0]*x[0] + w[1]*x[1] + ...)``.

    ``nin`` is the number of inputs. The weights are drawn from Python's ``random``, uniformly between -1
    and 1; the bias starts at 0. With ``nonlin=False`` there is no activation; else it is ``activation``:
    "relu", "tanh", "sigmoid" or "linear".
    """

    def __init__(self, nin: Count, nonlin: bool = True, activation: Activation = "relu") -> None:
        _positive(nin, "nin, the number of inputs of a neuron,")
        self.w = [Value(random.uniform(-1, 1)) for _ in range(nin)]
        self.b = Value(0)
        self.nonlin = nonlin and activation != "linear"
        self.activation = activation
        self._matrix = None

    def _attributes(self) -> dict[str, Any]:
        own = {"w": self.w, "b": self.b, "nonlin": self.nonlin, "activation": ACTIVATIONS[self._code]}
        return {**own, **_others(self)}

    def parameters(self) -> list[Value]:
        """Return the weights, then the bias."""
        return [*self.w, self.b]

    @property
    def activation(self) -> str:
        """The name of the activation: "linear" where there is none."""
        return ACTIVATIONS[self._code] if self.nonlin else "linear"

    @activation.setter
    def activation(self, name: Activation) -> None:
        if name not in ACTIVATIONS:
            raise ValueError(f"unknown activation {name!r}: choose one of {', '.join(ACTIVATIONS)}")
        self._code = ACTIVATIONS.index(name)

    def __call__(self, x: Iterable[Value | float]) -> Value:
        if self._matrix is None or not self._matrix.holds(0, self.w, self.b) or not self._matrix.is_current():
            self._matrix = Matrix([self.w], [self.b])
        return layer(self._matrix, x, self._code if self.nonlin else 0).neurons()[0]

    def __repr__(self) -> str:
        name = "ReLU" if self.activation == "relu" else self.activation.capitalize()
        return f"{name}Neuron({len(self.w)})"


@cython.cclass
class Layer(Module):
    """``nout`` neurons with the same ``nin`` inputs; ``kwargs`` go to each ``Neuron``."""

    def __init__(self, nin: Count, nout: Count, **kwargs: Any) -> None:
        _positive(nout, "nout, the number of neurons of a layer,")
        self.neurons = [Neuron(nin, **kwargs) for _ in range(nout)]
        self._matrix = None

    def _attributes(self) -> dict[str, Any]:
        return {"neurons": self.neurons, **_others(self)}

    def parameters(self) -> list[Value]:
        """Return the parameters of each neuron in turn."""
        return [parameter for neuron in self.neurons for parameter in neuron.parameters()]

    def __call__(self, x: Iterable[Value | float]) -> Any:
        fused = self._fuse(x)
        outputs = [neuron(x) for neuron in self.neurons] if fused is None else fused.neurons()
        return outputs[0] if len(outputs) == 1 else outputs

    def _fuse(self, inputs: Any) -> FusedLayer | None:
        """The whole layer as one node; None where the neurons are not all alike."""
        neurons: list = self.neurons
        code: cython.int = -1
        known: cython.bint = self._matrix is not None and len(neurons) == self._matrix.height
        j: cython.Py_ssize_t
        for j in range(len(neurons)):
            if type(neurons[j]) is not Neuron:
                return None
            neuron = cython.cast(Neuron, neurons[j])
            activation: cython.int = neuron._code if neuron.nonlin else 0
            if code != -1 and code != activation:
                return None
            code = activation
            known = known and self._matrix.holds(j, neuron.w, neuron.b)
        if code == -1:
            return None
        if not known or not self._matrix.is_current():
            self._matrix = Matrix([neuron.w for neuron in neurons], [neuron.b for neuron in neurons])
        return layer(self._matrix, inputs, code)

    def __repr__(self) -> str:
        return f"Layer of [{', '.join(str(neuron) for neuron in self.neurons)}]"


@cython.cclass
class MLP(Module):
    """A multi-layer perceptron: layers one after the other, the last of them without an activation.

    ``nin`` is the number of inputs, ``nouts`` the number of neurons of each layer, ``activation`` that of
    the hidden layers ("relu", "tanh", "sigmoid" or "linear"). Called with one sample, a list of ``nin``
    numbers or Values, it returns the output: a Value, or a list where the last layer has several neurons.
    """

    def __init__(self, nin: Count, nouts: Sequence[Count], activation: Activation = "relu") -> None:
        try:
            sizes = [nin, *nouts]
        except TypeError:
            raise TypeError(
                f"nouts: expected a list with the number of neurons of each layer, such as [16, 1], got {nouts!r}"
            ) from None
        if len(sizes) == 1:
            raise ValueError("nouts is empty: give the number of neurons of each layer, such as [16, 1]")
        last = len(sizes) - 2
        self.layers = [
            Layer(sizes[i], sizes[i + 1], nonlin=i != last, activation=activation)
            for i in range(len(sizes) - 1)
        ]

    def _attributes(self) -> dict[str, Any]:
        return {"layers": self.layers, **_others(self)}

    def parameters(self) -> list[Value]:
        """Return the parameters of each layer in turn."""
        return [parameter for one in self.layers for parameter in one.parameters()]

    def __call__(self, x: Iterable[Value | float]) -> Any:
        signal: Any = x
        for one in self.layers:
            # From layer to layer, all outputs travel as one node.
            fused = cython.cast(Layer, one)._fuse(signal) if type(one) is Layer else None
            if fused is not None:
                signal = fused
            else:
                signal = one(_separate(signal))
                if isinstance(signal, Value) and not isinstance(signal, FusedLayer):
                    signal = [signal]
        outputs = _separate(signal)
        return outputs[0] if len(outputs) == 1 else outputs

    def __repr__(self) -> str:
        return f"MLP of [{', '.join(str(one) for one in self.layers)}]"


def _rebuild(kind: type[Module], attributes: dict[str, Any]) -> Module:
    """Make a copy of a module from its attributes (for pickle and copy)."""
    module: Any = kind.__new__(kind)
    if not cython.compiled:
        module._matrix = None
    for name, attribute in attributes.items():
        setattr(module, name, attribute)
    return module


def _others(module: Module) -> dict[str, Any]:
    """The attributes that are not the module's own."""
    return {name: found for name, found in vars(module).items() if name not in OWN}


def _separate(signal: Any) -> Any:
    return cython.cast(FusedLayer, signal).neurons() if isinstance(signal, FusedLayer) else signal


def _positive(given: Any, what: str) -> None:
    if not isinstance(given, Integral) or given < 1:
        kind = ValueError if isinstance(given, Real) else TypeError
        raise kind(f"{what} must be a whole number from 1 on, got {given!r}")
