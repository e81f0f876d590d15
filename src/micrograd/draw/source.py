"""The Python that makes a model and its loss again: read off the graph of one sample, whatever code it came from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from micrograd.draw.neurons import NeuronInGraph
from micrograd.engine import Value, topological_order
from micrograd.nn import MLP, Layer, Neuron
from micrograd.operations import OPERATIONS

# How strongly the text of an expression holds together, from weakest to strongest.
_SUM, _PRODUCT, _NEGATIVE, _POWER, _ATOM = range(5)


def source_of(
    root: Value,
    model: Any,
    parameters: Sequence[Value],
    x: Sequence[Value],
    y: Sequence[Value],
    neurons: Sequence[NeuronInGraph],
) -> dict[str, Any]:
    """Return the lines of Python that define ``model`` and ``loss(x, y)``.

    ``{"model": ..., "loss": ..., "imports": ..., "is_mlp": ...}``. An MLP that the loss calls once is written as one;
    any other model as a list of its parameters, and its graph operation by operation.
    """
    outputs = _outputs_of_mlp(root, model, neurons)
    if outputs is None:
        return {
            "model": "model = [Value(0.0) for _ in range({count})]".replace("{count}", str(len(parameters))),
            "loss": _Writer(root, parameters, x, y, {n.output: n.owner for n in neurons}).whole(),
            "imports": ["from micrograd.engine import Value"],
            "is_mlp": False,
        }
    shape = [len(layer.neurons) for layer in model.layers]
    options = "" if _activation(model) == "relu" else f', activation="{_activation(model)}"'
    options += "" if model.layers[0].neurons[0].b is not None else ", bias=False"
    return {
        "model": f"model = MLP({len(model.layers[0].neurons[0].w)}, {shape}{options})",
        "loss": _Writer(root, parameters, x, y, {}).after(outputs, _given(neurons)),
        "imports": ["from micrograd.engine import Value", "from micrograd.nn import MLP"],
        "is_mlp": True,
    }


def _activation(model: Any) -> str:
    return str(model.layers[0].neurons[0].activation) if len(model.layers) > 1 else "relu"


def _outputs_of_mlp(root: Value, model: Any, neurons: Sequence[NeuronInGraph]) -> list[Value] | None:
    """Return the outputs of the last layer where the model is an MLP as it was made, called once; else None."""
    if type(model) is not MLP or model._attributes().keys() != {"layers"}:
        return None
    if any(type(layer) is not Layer or layer._attributes().keys() != {"neurons"} for layer in model.layers):
        return None
    kinds = [(n.activation, len(n.w), n.b is None) for layer in model.layers for n in layer.neurons]
    hidden = {kind[0] for kind in kinds[: -len(model.layers[-1].neurons)]}
    widths = [len(layer.neurons) for layer in model.layers]
    expected = [widths[k - 1] if k else kinds[0][1] for k, width in enumerate(widths) for _ in range(width)]
    if (
        len(hidden) > 1
        or len({kind[2] for kind in kinds}) > 1
        or [kind[1] for kind in kinds] != expected
        or any(n.activation != "linear" for n in model.layers[-1].neurons)
        or any(type(n) is not Neuron for layer in model.layers for n in layer.neurons)
        or len(neurons) != len(kinds)
        or len(set(model.parameters())) != len(model.parameters())
    ):
        return None
    by_name = {neuron.owner: neuron.output for neuron in neurons}
    last = len(model.layers) - 1
    outputs = [by_name.get(f"layers.{last}.neurons.{k}") for k in range(widths[-1])]
    if None in outputs:
        return None
    # Nothing beyond the network may use what is inside of it, but for its parameters.
    inside = {node for neuron in neurons for node in neuron.nodes} - {*outputs}
    tail = _tail(root, {value for value in outputs if value is not None})
    if any(operand in inside for node in tail for operand in node._operands):
        return None
    return [value for value in outputs if value is not None]


def _given(neurons: Sequence[NeuronInGraph]) -> list[Value]:
    first = [neuron for neuron in neurons if neuron.owner.startswith("layers.0.")]
    return [value for _, value in sorted(first[0].inputs.items())] if first else []


def _tail(root: Value, ends: set[Value]) -> list[Value]:
    """Return the nodes below ``root`` that do not lie behind one of ``ends``, operands first."""
    found: dict[Value, None] = {}
    stack = [(root, False)]
    while stack:
        node, is_done = stack.pop()
        if is_done:
            found[node] = None
        elif node not in found and node not in ends:
            stack.append((node, True))
            stack.extend((operand, False) for operand in reversed(node._operands))
    return list(found)


class _Writer:
    def __init__(
        self,
        root: Value,
        parameters: Sequence[Value],
        x: Sequence[Value],
        y: Sequence[Value],
        switches: Mapping[Value, str],
    ) -> None:
        self.root = root
        self.switches = switches
        self.known: dict[Value, tuple[str, int]] = {}
        self.lines: list[str] = []
        self.x, self.y = list(x), list(y)
        for k, value in enumerate(parameters):
            self.known[value] = f"parameters[{k}]", _ATOM
        for k, value in enumerate(self.x):
            self.known[value] = f"x[{k}]", _ATOM
        for k, value in enumerate(self.y):
            self.known[value] = (f"y[{k}]" if len(self.y) > 1 else "y"), _ATOM
        self.named = set(self.known)
        self.uses: dict[Value, int] = {}

    def whole(self) -> str:
        """Return the function that does all that the graph does."""
        self._write(topological_order(self.root), every_node=True)
        return self._function("parameters = model")

    def after(self, outputs: list[Value], given: list[Value]) -> str:
        """Return the function that calls the model and does what comes after."""
        before = [node for value in given for node in topological_order(value)]
        self._write(list(dict.fromkeys(before)))
        if given == self.x:
            inputs = "x"
        else:
            inputs = "[" + ", ".join(self.known[value][0] for value in given) + "]"
        name = "score" if len(outputs) == 1 else "scores"
        self.lines.append(f"{name} = model({inputs})")
        for k, value in enumerate(outputs):
            self.known[value] = (name if len(outputs) == 1 else f"scores[{k}]"), _ATOM
        tail = _tail(self.root, set(outputs))
        self._write(tail)
        uses_parameters = any("parameters[" in line for line in [*self.lines, self.known[self.root][0]])
        return self._function("parameters = model.parameters()" if uses_parameters else "")

    def _function(self, first: str) -> str:
        lines = [*([first] if first else []), *self.lines, f"return {self.known[self.root][0]}"]
        arguments = "x, y" if self.y else "x"
        return f"def loss({arguments}):\n" + "".join(f"    {line}\n" for line in lines)

    def _write(self, nodes: Sequence[Value], every_node: bool = False) -> None:
        for node in nodes:
            for operand in node._operands:
                self.uses[operand] = self.uses.get(operand, 0) + 1
        for node in nodes:
            if node in self.known:
                continue
            if not node._operands:
                self.known[node] = _literal(float(node.data))
                continue
            text, strength = self._expression(node)
            is_shared = self.uses.get(node, 0) > 1
            if node in self.switches:
                text, strength, is_shared = (
                    f"{_in(text, strength, _POWER)} * on[{self.switches[node]!r}]",
                    _PRODUCT,
                    True,
                )
            if node is not self.root and (is_shared or (every_node and len(text) > 60) or len(text) > 90):
                name = f"v{sum(line.startswith('v') for line in self.lines) + 1}"
                self.lines.append(f"{name} = {text}")
                text, strength = name, _ATOM
            self.known[node] = text, strength

    def _expression(self, node: Value) -> tuple[str, int]:
        name = node._op
        operands = node._operands
        first, *others = (self.known[operand] for operand in operands)
        second = others[0] if others else ("", _ATOM)
        if self._is_number(operands[0]) and (name not in ("+", "*") or all(map(self._is_number, operands))):
            first = f"Value({first[0]})", _ATOM
        if name == "+":
            # What was written as a - b is a + b * -1.
            if operands[1] not in self.switches and (minus := self._negated(operands[1])) is not None:
                return f"{first[0]} - {_in(*minus, _PRODUCT)}", _SUM
            return f"{first[0]} + {_in(*second, _PRODUCT)}", _SUM
        if name == "*":
            minus = self._negated(node)
            if minus is not None:
                return f"-{_in(*minus, _POWER)}", _NEGATIVE
            return f"{_in(*first, _PRODUCT)} * {_in(*second, _NEGATIVE)}", _PRODUCT
        if name.startswith("**"):
            exponent = _in(*second, _ATOM) if name == "**" else name[2:]
            return f"{_in(*first, _ATOM)} ** {exponent}", _POWER
        if name == "abs":
            return f"abs({first[0]})", _ATOM
        method = OPERATIONS[name].kernel
        return f"{_in(*first, _ATOM)}.{method}({second[0]})", _ATOM

    def _is_number(self, node: Value) -> bool:
        return not node._operands and node not in self.named

    def _negated(self, node: Value) -> tuple[str, int] | None:
        """Return the text of a where the node is a * -1 and its text is not needed elsewhere; else None."""
        if node._op != "*" or node._is_custom or self.uses.get(node, 0) > 1 or node in self.switches:
            return None
        a, b = node._operands
        if not self._is_number(b) or b.data != -1 or self._is_number(a):
            return None
        return self.known[a]


def _in(text: str, strength: int, wanted: int) -> str:
    return text if strength >= wanted else f"({text})"


def _literal(number: float) -> tuple[str, int]:
    if number != number or number in (float("inf"), float("-inf")):
        return f'float("{number}")', _ATOM
    text = repr(number)
    return text, _NEGATIVE if text.startswith("-") else _ATOM
