"""What a playground with choices is made of: losses, layouts and explanations for any network of up to three layers.

A page puts a network together from these: how one neuron looks, with so many inputs; how layers and the loss stand
beside each other; and what there is to say about each kind of node. All is read off real graphs of small networks,
which takes some seconds and depends on nothing of the user's: so it lies ready in ``page/choices.json.z``, which
``make ready`` writes anew and the tests compare.
"""

from __future__ import annotations

import functools
import json
import random
import zlib
from collections.abc import Callable
from importlib import resources
from typing import Any

from micrograd.compiler.encode import FUNCTIONS, GROUPS, KINDS, LAYOUT
from micrograd.draw.folding import fold
from micrograd.draw.layout import (
    CARD,
    FOLDED_LAYER,
    FOLDED_NEURON,
    PADDING,
    TITLE,
    Container,
    containers_of,
    lay_out,
)
from micrograd.draw.ready_made import template
from micrograd.draw.scene import Pool, _node, _tellings
from micrograd.draw.source import source_of
from micrograd.draw.view import View, view_of
from micrograd.engine import Value
from micrograd.nn import ACTIVATIONS, MLP
from micrograd.operations import NOTHING, OPERATIONS

MOST_NEURONS, MOST_LAYERS = 16, 3
KEPT = "choices.json.z"
Loss = Callable[[Value, Value], Value]


def _handout(score: Value, y: Value) -> Value:
    """The handout's: sigmoid's value, and the gradient as if it were not there."""
    return (score - score.detach() + score.sigmoid().detach() - y) ** 2


def _squared(score: Value, y: Value) -> Value:
    return (score.sigmoid() - y) ** 2


def _entropy(score: Value, y: Value) -> Value:
    return score.softplus() - score * y


def _hinge(score: Value, y: Value) -> Value:
    return (1 - score * (2 * y - 1)).relu()


def _plain(score: Value, y: Value) -> Value:
    return (score - y) ** 2


CLASS_LOSSES: dict[str, Loss] = {
    "handout": _handout,
    "squared": _squared,
    "entropy": _entropy,
    "hinge": _hinge,
}
CURVE_LOSSES: dict[str, Loss] = {"plain": _plain}


@functools.cache
def ingredients() -> dict[str, Any]:
    """Return everything that a page needs to put networks together, ready for JSON."""
    packed = (resources.files("micrograd.draw") / "page" / KEPT).read_bytes()
    told: dict[str, Any] = json.loads(zlib.decompress(packed))
    return told


def packed_anew() -> bytes:
    """Make the ingredients anew, and return them as they are kept."""
    text = json.dumps({**pictures(), "ready": programs()}, ensure_ascii=False, separators=(",", ":"))
    return zlib.compress(text.encode(), 9)


def programs() -> dict[str, Any]:
    """Return the ready-made programs of all depths, activations and losses."""
    return {
        f"{features} {depth} {activation} {name}": template(features, depth, activation, loss)
        for features, losses in ((2, CLASS_LOSSES), (1, CURVE_LOSSES))
        for name, loss in losses.items()
        for depth in range(MOST_LAYERS + 1)
        for activation in ACTIVATIONS
    }


def pictures() -> dict[str, Any]:
    """Return everything else: the program's language, layouts, and what there is to say."""
    tellings: dict[str, Any] = {}
    told: dict[str, Any] = {
        "kinds": KINDS,
        "layout": LAYOUT,
        "functions": FUNCTIONS,
        "still": [operation.name for operation in OPERATIONS.values() if operation.slope == NOTHING],
        "lanes": GROUPS["float64"],
        "frame": {
            "padding": PADDING,
            "title": TITLE,
            "card": CARD,
            "neuron": FOLDED_NEURON,
            "layer": FOLDED_LAYER,
        },
        "activations": ACTIVATIONS,
        "tails": {},
        "pages": {},
        "neurons": {},
    }
    for features, losses in ((2, CLASS_LOSSES), (1, CURVE_LOSSES)):
        for name, loss in losses.items():
            for depth in range(MOST_LAYERS + 1):
                sample = _Sample(features, [2] * depth + [1], "tanh", loss)
                told["pages"][f"{features} {depth} {name}"] = sample.page(depth)
                _add(tellings, sample)
            _add(tellings, _Sample(features, [1, 1], "tanh", loss))
            told["tails"][name] = sample.tail()
    for inputs in range(1, MOST_NEURONS + 1):
        sample = _Sample(inputs, [2, 1], "tanh", _plain)
        told["neurons"][f"{inputs} activated"] = sample.neuron("layers.0.neurons.0")
        sample = _Sample(1, [inputs, 1], "tanh", _plain)
        told["neurons"][f"{inputs} plain"] = sample.neuron("layers.1.neurons.0")
        _add(tellings, sample)
        for activation in ACTIVATIONS:
            for features in (1, 2):
                _add(tellings, _Sample(features, [1, inputs, 1], activation, _plain))
        # Without an activation, it is a sum that the next layer uses.
        for before in (1, 2):
            _add(tellings, _Sample(1, [before, 1, inputs, 1], "linear", _plain))
    known = [*{str(telling): telling for telling in tellings.values()}.values()]
    told["tellings"] = known
    told["telling"] = {key: known.index(telling) for key, telling in tellings.items()}
    return told


def _add(tellings: dict[str, Any], sample: _Sample) -> None:
    for key, telling in sample.tellings().items():
        if tellings.setdefault(key, telling) != telling:
            raise AssertionError(f"two nodes of the kind {key!r} are explained in different ways")


class _Sample:
    """A small network's graph, of one sample's loss."""

    def __init__(self, features: int, widths: list[int], activation: Any, loss: Loss) -> None:
        state = random.getstate()
        # The same at each time: what is kept can be compared.
        random.seed(0)
        try:
            self.model = MLP(features, widths, activation=activation)
        finally:
            random.setstate(state)
        self.x = [Value(0.5 + 0.25 * k, label=f"x{k}") for k in range(features)]
        self.y = Value(1.0, label="y")
        self.root = loss(self.model(self.x), self.y)
        self.view = view_of(self.root, self.model, {value.label: value for value in (*self.x, self.y)})
        self.folding = fold(self.view)
        self.containers = {container.group: container for container in containers_of(self.view, self.folding)}

    def tellings(self) -> dict[str, Any]:
        """Return what there is to say about each node, by what kind of node it is."""
        pool = Pool()
        nodes = [_node(node, self.view, self.folding, k, pool) for k, node in enumerate(self.view.nodes)]
        told = _tellings(self.view, nodes)
        return {_key(nodes, k): told[node["telling"]] for k, node in enumerate(nodes)}

    def tail(self) -> dict[str, Any]:
        """Return the nodes after the network: the loss, and how Python writes it."""
        names = self._outer_names()
        nodes = []
        for number, name in names.items():
            node = self.view.nodes[number]
            if name[0] != "t":
                continue
            first = node.values[0]
            nodes.append(
                {
                    "role": node.role,
                    "name": node.name,
                    "op": first._op if node.operands else "",
                    "sign": _sign(self.view, number),
                    "operands": [names.get(operand, "score") for operand in node.operands],
                    "value": float(first.data),
                }
            )
        parameters = self.model.parameters()
        source = source_of(self.root, self.model, parameters, self.x, [self.y], self.view.neurons)
        return {"nodes": nodes, "source": source["loss"]}

    def _outer_names(self) -> dict[int, str]:
        """Return names of the nodes that are in no group: x0, x1; t0, t1, ... for the loss's."""
        outer = [k for k in range(len(self.view.nodes)) if self.folding.group_of[k] is None]
        tail = [k for k in outer if self.view.nodes[k].values[0] not in self.x]
        names = {k: self.view.nodes[k].name for k in outer}
        return names | {k: f"t{place}" for place, k in enumerate(tail)}

    def page(self, depth: int) -> dict[str, Any]:
        """Return how the page's items stand: x0, layer0, layer1, ..., t0, t1, ..."""
        names = {f"n{k}": name for k, name in self._outer_names().items()}
        groups = [k for k, group in enumerate(self.folding.groups) if group.parent is None]
        names |= {f"g{k}": f"layer{place}" for place, k in enumerate(groups)}
        return self._laid_out(self.containers[None], names)

    def neuron(self, name: str) -> dict[str, Any]:
        """Return how the items of a neuron stand: w0, p0, b, s0, ..., the activation a; entries i0, ..., the exit o."""
        number = next(k for k, group in enumerate(self.folding.groups) if group.name == name)
        container = self.containers[number]
        names: dict[str, str] = {}
        counts = {"*": 0, "+": 0}
        for k in self.folding.groups[number].nodes:
            node = self.view.nodes[k]
            op = node.values[0]._op if node.operands else ""
            if op in counts:
                names[f"n{k}"] = f"{'p' if op == '*' else 's'}{counts[op]}"
                counts[op] += 1
            else:
                names[f"n{k}"] = "a" if op else node.name
        entries = [item for item in container.items if item[0] == "i"]
        names |= {item: f"i{place}" for place, item in enumerate(entries)}
        names |= {item: "o" for item in container.items if item[0] == "o"}
        return self._laid_out(container, names)

    def _laid_out(self, container: Container, names: dict[str, str]) -> dict[str, Any]:
        sizes: dict[str, tuple[float, float]] = {}
        for item in container.items:
            sizes[item] = CARD if item[0] == "n" else (1, 14)
            if item[0] == "g":
                is_neuron = self.folding.groups[int(item[1:])].kind == "neuron"
                sizes[item] = FOLDED_NEURON if is_neuron else FOLDED_LAYER
        found = lay_out(container, sizes, self.folding, {})
        return {
            "size": found["size"],
            "items": {names[item]: place for item, place in found["items"].items()},
            "curves": {
                f"{names[segment.tail]} {names[segment.head]}": curve
                for segment, curve in zip(container.segments, found["curves"])
            },
        }


def _sign(view: View, number: int) -> str:
    from micrograd.draw.rules import sign_of

    node = view.nodes[number]
    return sign_of(node.values[0]._op) if node.operands else ""


def _factors(nodes: list[dict[str, Any]], number: int) -> str:
    roles = [nodes[o]["role"] for o in nodes[number]["operands"]]
    return f"({','.join(roles)})" if nodes[number]["op"] == "*" else ""


def _key(nodes: list[dict[str, Any]], number: int) -> str:
    """Return what kind of node it is: the same text as ``kindOf`` in ``networks.js`` makes of it."""
    node = nodes[number]
    operands = [f"{nodes[o]['role']}{nodes[o]['op']}{_factors(nodes, o)}" for o in node["operands"]]
    users = sum(other["operands"].count(number) for other in nodes)
    return " ".join([node["role"], node["op"], str(users), str(len(set(node["operands"]))), *operands])
