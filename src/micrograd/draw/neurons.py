"""Finding a model's neurons in a graph, by the names of its parameters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from micrograd.draw.naming import place
from micrograd.draw.samples import Users
from micrograd.engine import Value
from micrograd.fused import ACTIVATION_SIGNS

# Beyond so many, a card for each input of the model would hide everything else.
_MOST_INPUTS_SHOWN = 24


@dataclass
class NeuronInGraph:
    """One use of a neuron: ``activation(b + w0*x0 + ...)``.

    ``owner`` is its name in the model (``layers.0.neurons.1``), ``use`` counts the calls of the same neuron
    in one graph. ``nodes`` are its operations, ``output`` the last of them; ``inputs[k]`` is what its weight
    k multiplies.
    """

    owner: str
    use: int
    nodes: list[Value]
    output: Value
    inputs: dict[int, Value]

    @property
    def layer(self) -> str:
        """The name of the neuron's layer, or an empty text where it is in none."""
        head, _, tail = self.owner.rpartition(".neurons.")
        return head if tail.isdigit() else ""

    @property
    def shows_inputs(self) -> bool:
        """Whether numbers that were given to the neuron stand beside it, rather than fold with it."""
        return len(self.inputs) <= _MOST_INPUTS_SHOWN


def find_neurons(
    order: list[Value], users: Users, parameters: dict[Value, str], model: Any
) -> list[NeuronInGraph]:
    """Return the uses of the model's neurons, in the order of the graph."""
    owner: dict[Value, str] = {}
    product: dict[Value, tuple[int, Value]] = {}
    for node in order:
        if node._is_custom:
            continue
        if node._op == "*":
            weights = [o for o in node._operands if place(parameters.get(o, ""))[1] == "w"]
            if len(weights) == 1:
                owner[node], _, index = place(parameters[weights[0]])
                other = node._operands[1] if node._operands[0] is weights[0] else node._operands[0]
                product[node] = (index, other)
        elif node._op == "+":
            owners = {_owner_of_term(operand, owner, parameters, users) for operand in node._operands}
            if len(owners) == 1 and None not in owners:
                owner[node] = next(iter(owners)) or ""
    found: list[NeuronInGraph] = []
    uses: dict[str, int] = {}
    for node in order:
        if node._op != "+" or node not in owner:
            continue
        if any(owner.get(user) == owner[node] and user._op == "+" for user in users[node]):
            continue
        name = owner[node]
        nodes = _collect(node, owner)
        inputs = dict(product[n] for n in nodes if n in product)
        output = node
        following = users[node]
        if len(following) == 1 and following[0]._op in ACTIVATION_SIGNS[1:] and _has_activation(model, name):
            output = following[0]
            nodes.append(output)
        found.append(NeuronInGraph(name, uses.get(name, 0), nodes, output, inputs))
        uses[name] = uses.get(name, 0) + 1
    return found


def _owner_of_term(
    operand: Value, owner: dict[Value, str], parameters: dict[Value, str], users: Users
) -> str | None:
    if operand in owner:
        # A term that is used elsewhere too is more than a part of the neuron.
        return owner[operand] if len(users[operand]) == 1 else None
    of_parameter, kind, _ = place(parameters.get(operand, ""))
    return of_parameter if kind == "b" else None


def _collect(total: Value, owner: dict[Value, str]) -> list[Value]:
    nodes, stack = [], [total]
    while stack:
        node = stack.pop()
        nodes.append(node)
        # What a product multiplies is an input, even if an earlier use of the same neuron made it.
        if node._op == "+":
            stack.extend(o for o in node._operands if owner.get(o) == owner[total])
    nodes.reverse()
    return nodes


def _has_activation(model: Any, owner: str) -> bool:
    part = model
    for name in filter(None, owner.split(".")):
        try:
            part = part[int(name)] if name.isdigit() else getattr(part, name)
        except (AttributeError, IndexError, TypeError):
            return False
    return bool(getattr(part, "nonlin", False))
