# cython: language_level=3, wraparound=False, nonecheck=True, auto_pickle=False
"""Neurons, layers of them, and multi-layer perceptrons, made of Values."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from numbers import Integral, Real
from typing import TYPE_CHECKING, Any

from micrograd import _numbers, _sources
from micrograd.engine import Value
from micrograd.fused import dot

if TYPE_CHECKING:
    from micrograd import _cython as cython
else:
    try:
        import cython
    except ImportError:
        from micrograd import _cython as cython

if cython.compiled:
    from cython.cimports.micrograd._attributes import can_be_changed, class_version
    from cython.cimports.micrograd._guard import guard_methods
    from cython.cimports.micrograd._layers import has_own_attributes, know_neurons, same_neurons
    from cython.cimports.micrograd._memory import enter_recursion, leave_recursion
    from cython.cimports.micrograd._node import _zero
    from cython.cimports.micrograd.engine import _operations_as_written, _values
    from cython.cimports.micrograd.fused import FusedLayer, _neuron, layer, squares_of
    from cython.cimports.micrograd.matrix import Matrix, matrix_of
else:
    from micrograd._memory import can_be_changed, class_version, enter_recursion, leave_recursion
    from micrograd._memory import has_attributes as has_own_attributes
    from micrograd._node import _zero
    from micrograd.engine import _operations_as_written, _values
    from micrograd.fused import FusedLayer, _neuron, layer, squares_of
    from micrograd.matrix import Matrix, matrix_of

# In the order of the fused layers' codes.
ACTIVATIONS = ("linear", "relu", "tanh", "sigmoid")
# Uncompiled, what a compiled class keeps in its C fields stands among the attributes of the user's.
OWN = ("w", "b", "nonlin", "neurons", "layers", "_code", "_matrix")

# To a type checker b is a Value, so that those who have biases need not ask.
_NO_BIAS: Any = None

if TYPE_CHECKING:
    from typing import Literal, TypeAlias

    from micrograd._output import Output

    Activation: TypeAlias = Literal["linear", "relu", "tanh", "sigmoid"]
    Count: TypeAlias = (
        int  # under a name of its own, because Cython would make 2 of a 2.5 that is to be an int
    )
    Wanted: TypeAlias = bool  # likewise, of a 0.5


@cython.trashcan(True)  # long chains are freed without recursion
@cython.cclass
class _Referable:
    """What weak references can refer to: apart, because Cython loses a dictionary that stands in the same class."""


@cython.trashcan(True)
@cython.cclass
class Module(_Referable):
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
        return iter(_named(self._attributes()))

    def parameters(self) -> list[Value]:
        """Return the parameters: for each neuron in turn its weights, then its bias."""
        return [value for _, value in self.named_parameters()]

    def zero_grad(self) -> None:
        """Set the gradient of every parameter to 0, as is due before each new backward sweep."""
        _zero(_values(self.parameters(), "parameters()"))

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


def _named(attributes: dict[str, Any]) -> list[tuple[str, Value]]:
    """Return the Values among a module's attributes, and in the lists and modules among them, with their names.

    Raises ``ValueError`` where something contains itself.
    """
    found: list[tuple[str, Value]] = []
    # What is still to be looked at, the next at the end; and what is being looked at, by identity.
    todo: list[tuple[str, Any]] = [*reversed(attributes.items())]
    inside: dict[int, tuple[str, Any]] = {}
    while todo:
        name, item = todo.pop()
        if item is _LEFT:
            inside.popitem()
        elif isinstance(item, Value):
            found.append((name, item))
        elif isinstance(item, (Module, list, tuple)) or _is_array_of_objects(item):
            if id(item) in inside:
                raise ValueError(f"{name} is {inside[id(item)][0]} itself, so its parameters have no end")
            inside[id(item)] = (name, item)
            todo.append((name, _LEFT))
            todo += [(f"{name}.{inner}", part) for inner, part in reversed(_parts(item))]
    return found


_HIGHEST = 65535  # neurons in a fused layer; a node has two bytes for its row

_LEFT = object()  # marks the end of what is inside a list or a module


def _parts(item: Any) -> list[tuple[Any, Any]]:
    if not isinstance(item, Module):
        return list(enumerate(item))
    if type(item).named_parameters is Module.named_parameters:
        return list(item._attributes().items())
    return list(item.named_parameters())


def _is_array_of_objects(item: Any) -> bool:
    """Whether it is a NumPy array of Values or of lists, and not of numbers."""
    return hasattr(item, "tolist") and getattr(getattr(item, "dtype", None), "kind", None) == "O"


@cython.trashcan(True)
@cython.cclass
class Neuron(Module):
    """``activation(b + w[0]*x[0] + w[1]*x[1] + ...)``.

    ``nin`` is the number of inputs. The weights are drawn from Python's ``random``, uniformly between -1
    and 1; the bias starts at 0, and with ``bias=False`` there is none: ``b`` is None. With ``nonlin=False``
    there is no activation; else it is ``activation``: "relu", "tanh", "sigmoid" or "linear". ``w``, a list,
    tuple or array of Values, and ``b``, a Value or None, may be replaced at any time.
    """

    def __cinit__(self, *_: Any, **__: Any) -> None:
        self._code = 1  # ReLU, for a subclass whose __init__ knows of nonlin only

    def __init__(
        self, nin: Count, nonlin: bool = True, activation: Activation = "relu", bias: Wanted = True
    ) -> None:
        _positive(nin, "nin, the number of inputs of a neuron,")
        with_bias = _yes_or_no(bias, "bias")
        own = cython.cast(object, self)  # whatever a subclass has in the place of a field is what counts
        own.w = weights = [Value(random.uniform(-1, 1)) for _ in range(nin)]
        own.b = bias_or_none = Value(0) if with_bias else _NO_BIAS
        own.nonlin = nonlin and activation != "linear"
        if TYPE_CHECKING:
            self.w, self.b, self.nonlin = weights, bias_or_none, nonlin
        self.activation = activation
        self._matrix = None

    def _attributes(self) -> dict[str, Any]:
        own = cython.cast(object, self)
        parts = {"w": own.w, "b": own.b, "nonlin": own.nonlin, "activation": ACTIVATIONS[self._code]}
        return {**parts, **_others(self)}

    def parameters(self) -> list[Value]:
        """Return the weights, then the bias if there is one."""
        own = cython.cast(object, self)
        return [*own.w] if own.b is None else [*own.w, own.b]

    @property
    def activation(self) -> str:
        """The name of the activation: "linear" where there is none."""
        own = cython.cast(object, self)
        return ACTIVATIONS[self._code] if own.nonlin else "linear"

    @activation.setter
    def activation(self, name: Activation) -> None:
        if name not in ACTIVATIONS:
            raise ValueError(f"unknown activation {name!r}: choose one of {', '.join(ACTIVATIONS)}")
        self._code = ACTIVATIONS.index(name)

    def __call__(self, x: Iterable[Value | float]) -> Value:
        # Kept here by names of our own: the inputs may run the user's code, which may change the neuron.
        matrix = self._matrix
        weights, bias, nonlin = self.w, self.b, self.nonlin
        if type(self) is not Neuron or not _neurons_as_written():
            own = cython.cast(object, self)
            weights, bias, nonlin = own.w, own.b, bool(own.nonlin)
        if type(x) is not list and hasattr(x, "__next__"):
            x = list(x)
        if not _operations_as_written():
            return self._by_hand(x)
        if matrix is None or not matrix.holds(0, weights, bias) or not matrix.is_current():
            matrix = self._matrix = matrix_of([weights], [bias])
        if matrix.width and not matrix.overridden:
            fused: FusedLayer = layer(matrix, x, None, self._code if nonlin else 0)
            if fused is not None:
                return _neuron(fused, 0)
        return self._by_hand(x)

    def _by_hand(self, x: Iterable[Value | float]) -> Value:
        """Do it with the operations themselves, where the user has replaced some of them."""
        own = cython.cast(object, self)
        inputs, weights = list(x), list(own.w)
        if len(inputs) != len(weights):
            raise _numbers.wrong_count(len(weights), len(inputs), inputs[0] if inputs else None)
        total = own.b
        for weight, given in zip(weights, inputs):
            product = weight * given
            total = product if total is None else total + product
        if total is None:
            raise _numbers.no_weights()
        name = self.activation
        return total if name == "linear" else getattr(total, name)()

    def __repr__(self) -> str:
        name = "ReLU" if self.activation == "relu" else self.activation.capitalize()
        own = cython.cast(object, self)
        return f"{name}Neuron({len(own.w)}{', bias=False' if own.b is None else ''})"


@cython.trashcan(True)
@cython.cclass
class Layer(Module):
    """``nout`` neurons with the same ``nin`` inputs; ``kwargs`` go to each ``Neuron``."""

    def __init__(self, nin: Count, nout: Count, **kwargs: Any) -> None:
        _positive(nout, "nout, the number of neurons of a layer,")
        make = globals()["Neuron"]  # a name that the user may have given to a class of his own
        own = cython.cast(object, self)
        own.neurons = neurons = [make(nin, **kwargs) for _ in range(nout)]
        if TYPE_CHECKING:
            self.neurons = neurons
        self._matrix = None

    def _attributes(self) -> dict[str, Any]:
        own = cython.cast(object, self)
        return {"neurons": own.neurons, **_others(self)}

    def parameters(self) -> list[Value]:
        """Return the parameters of each neuron in turn."""
        own = cython.cast(object, self)
        return _all_parameters(own.neurons)

    def __call__(self, x: Iterable[Value | float]) -> Output:
        if type(x) is not list and hasattr(x, "__next__"):
            x = list(x)
        own = cython.cast(object, self)
        neurons = own.neurons
        fused: FusedLayer = self._fuse(x, None) if neurons is self.neurons else None
        if fused is not None:
            return _outputs_of(fused)
        outputs = [neuron(x) for neuron in neurons]
        return outputs[0] if len(outputs) == 1 else outputs

    def _fuse(self, inputs: Any, before: FusedLayer | None) -> FusedLayer | None:
        """The whole layer as one node, of some inputs or of the layer before; None where the neurons are not
        all alike.
        """
        matrix = self._alike()
        return None if matrix is None else layer(matrix, inputs, before, self._code)

    def _squares(self) -> list[Value] | None:
        """Of each neuron the sum of its squared weights; None where the neurons are not all alike."""
        matrix = self._alike()
        return None if matrix is None else squares_of(matrix)

    def _alike(self) -> Matrix | None:
        """The weights of the neurons as they are now; None where the neurons are not all alike."""
        if not (_operations_as_written() and _neurons_as_written()):
            return None
        known: Matrix = self._matrix
        if _is_unchanged(self, known) and known.is_current():
            return known
        neurons: list = self.neurons if type(self.neurons) is list else list(self.neurons)
        if len(neurons) > _HIGHEST:
            return None
        matrix = known
        code: cython.int = -1
        same: cython.bint = matrix is not None and len(neurons) == matrix.height
        j: cython.Py_ssize_t = 0
        for one in neurons:
            if type(one) is not Neuron:
                return None
            activation: cython.int = cython.cast(Neuron, one)._code if cython.cast(Neuron, one).nonlin else 0
            if code != -1 and code != activation:
                return None
            code = activation
            same = (
                same
                and j < matrix.height
                and matrix.holds(j, cython.cast(Neuron, one).w, cython.cast(Neuron, one).b)
            )
            j += 1
        if code == -1:
            return None
        # The user's code may run where weights are neither a list nor a tuple, and change the list of neurons.
        if matrix is None or not same or j != matrix.height or not matrix.is_current():
            matrix = self._matrix = matrix_of([one.w for one in neurons], [one.b for one in neurons])
        self._code = code
        return None if matrix.overridden or matrix.width == 0 else matrix

    def __repr__(self) -> str:
        own = cython.cast(object, self)
        return f"Layer of [{', '.join(str(neuron) for neuron in own.neurons)}]"


@cython.trashcan(True)
@cython.cclass
class MLP(Module):
    """A multi-layer perceptron: layers one after the other, the last of them without an activation.

    ``nin`` is the number of inputs, ``nouts`` the number of neurons of each layer, ``activation`` that of
    the hidden layers ("relu", "tanh", "sigmoid" or "linear"); with ``bias=False`` no neuron has a bias. Called
    with one sample, a list of ``nin`` numbers or Values, it returns the output: a Value, or a list where the
    last layer has several neurons.
    """

    def __init__(
        self, nin: Count, nouts: Sequence[Count], activation: Activation = "relu", bias: Wanted = True
    ) -> None:
        try:
            sizes = [nin, *nouts]
        except TypeError:
            raise TypeError(
                f"nouts: expected a list with the number of neurons of each layer, such as [16, 1], got {nouts!r}"
            ) from None
        if len(sizes) == 1:
            raise ValueError("nouts is empty: give the number of neurons of each layer, such as [16, 1]")
        last = len(sizes) - 2
        make = globals()["Layer"]
        own = cython.cast(object, self)
        own.layers = layers = [
            make(sizes[i], sizes[i + 1], nonlin=i != last, activation=activation, bias=bias)
            for i in range(len(sizes) - 1)
        ]
        if TYPE_CHECKING:
            self.layers = layers

    def _attributes(self) -> dict[str, Any]:
        own = cython.cast(object, self)
        return {"layers": own.layers, **_others(self)}

    def parameters(self) -> list[Value]:
        """Return the parameters of each layer in turn."""
        own = cython.cast(object, self)
        return _all_parameters(own.layers)

    def __call__(self, x: Iterable[Value | float]) -> Output:
        signal: Any = list(x) if type(x) is not list and hasattr(x, "__next__") else x
        fused: FusedLayer = None
        own = cython.cast(object, self)
        for one in own.layers:
            # From layer to layer, all outputs travel as one node.
            if type(one) is Layer and _layers_as_written():
                known: Layer = one
                after: FusedLayer = known._fuse(signal, fused)
                if after is not None:
                    fused = after
                    continue
            if fused is not None:
                signal, fused = fused.neurons(), None
            signal = one(signal)
            if isinstance(signal, Value):
                signal = [signal]
        if fused is not None:
            return _outputs_of(fused)
        return signal[0] if len(signal) == 1 else signal

    def __repr__(self) -> str:
        own = cython.cast(object, self)
        return f"MLP of [{', '.join(str(one) for one in own.layers)}]"


# Fewer weights are put into one sum, which a program computes at once.
_MANY_WEIGHTS = 4096


def squared_weights(model: MLP | Layer | Neuron) -> Value:
    """Return the sum of the squares of all weights of an ``MLP``, a ``Layer`` or a ``Neuron``, without the biases.

    Times a number, it is an L2 penalty: ``losses.mse(model(x), y) + 1e-4 / 2 * nn.squared_weights(model)``. Raises
    ``TypeError`` for what is none of the three.
    """
    layers: list = list(model.layers) if isinstance(model, MLP) else [model]
    rows: list = []
    for one in layers:
        if not isinstance(one, (Layer, Neuron)):
            raise TypeError(f"expected an MLP, a Layer or a Neuron, got {type(one).__name__}")
        rows.extend(_rows_of(one))
    if sum(map(len, rows)) < _MANY_WEIGHTS:
        weights = [weight for row in rows for weight in row]
        return dot(weights, weights)
    squares: list = []
    for one in layers:
        found: Any = cython.cast(Layer, one)._squares() if type(one) is Layer else None
        if found is None:
            found = [dot(own, own) for own in _rows_of(one)]
        squares.extend(found)
    total = squares[0]
    for square in squares[1:]:
        total = total + square
    return total


def _rows_of(one):
    """Return the weights of each neuron."""
    return [neuron.w for neuron in one.neurons] if isinstance(one, Layer) else [one.w]


def _outputs_of(fused):
    return _neuron(fused, 0) if fused.matrix.height == 1 else fused.neurons()


def _is_unchanged(layer, matrix):
    """Whether a layer's neurons have the weights and the activation that they had when its matrix was made.

    Runs nothing of the user's, because this happens at every call. False where it takes more to find out.
    """
    if not cython.compiled or matrix is None or matrix.overridden or matrix.width == 0:
        return False
    return same_neurons(layer.neurons, Neuron, matrix.known, matrix.height, matrix.width, layer._code)


if not cython.compiled:
    # What a compiled object has from the start, whatever the __init__ of a subclass leaves out.
    Neuron._code, Neuron._matrix, Layer._code, Layer._matrix = 1, None, 0, None


# -- Classes that the user has changed: what he has put there is what runs ----------------------------------

_written = {kind: dict(vars(kind)) for kind in (Neuron, Layer)}
_neuron_version = _layer_version = 0
_neuron_as_written = _layer_as_written = True


def _same(kind: Any) -> bool:
    now = vars(kind)
    return all(now.get(name) is found for name, found in _written[kind].items())


def _neurons_as_written() -> bool:
    """Whether nothing of the class Neuron was replaced since this file was read."""
    global _neuron_version, _neuron_as_written
    version: cython.Py_ssize_t = class_version(Neuron)
    if version != _neuron_version or version == 0:
        _neuron_as_written = _same(Neuron)
        _neuron_version = version
    return _neuron_as_written


def _layers_as_written() -> bool:
    """Whether nothing of the class Layer was replaced since this file was read."""
    global _layer_version, _layer_as_written
    version: cython.Py_ssize_t = class_version(Layer)
    if version != _layer_version or version == 0:
        _layer_as_written = _same(Layer)
        _layer_version = version
    return _layer_as_written


for _kind in (Module, Neuron, Layer, MLP):
    can_be_changed(_kind)


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


def _all_parameters(modules: Any) -> list[Value]:
    """Return the parameters of each module in turn."""
    # Compiled functions count their calls themselves: one of these may contain itself.
    enter_recursion(" while collecting parameters")
    try:
        found: list = []
        for one in modules:
            # Where nothing of the user's is in the way, without a call for each neuron.
            if type(one) is Neuron and not has_own_attributes(one) and _neurons_as_written():
                neuron = cython.cast(Neuron, one)
                found.extend(neuron.w)
                if neuron.b is not None:
                    found.append(neuron.b)
            else:
                found.extend(one.parameters())
        return found
    finally:
        leave_recursion()


def _positive(given: Any, what: str) -> None:
    if not isinstance(given, Integral) or given < 1:
        kind = ValueError if isinstance(given, Real) else TypeError
        raise kind(f"{what} must be a whole number from 1 on, got {given!r}")


def _yes_or_no(given: Any, what: str) -> bool:
    """Whether something is wanted; None is a no, and a number a misunderstanding."""
    if given is None or type(given).__name__ in ("bool", "bool_"):  # Python's, or NumPy's
        return bool(given)
    raise TypeError(f"{what}: expected True or False, got {given!r}")


if cython.compiled:
    guard_methods(Module)
    guard_methods(Neuron)
    guard_methods(Layer)
    guard_methods(MLP)
    know_neurons(cython.sizeof(Neuron))
    _sources.show(__name__)
