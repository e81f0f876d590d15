"""What a page shows of a graph: its nodes with the numbers of every sample, and which were left out."""

from __future__ import annotations

from collections import deque
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from micrograd.draw.naming import inputs_given, parameters_of, short
from micrograd.draw.neurons import NeuronInGraph, find_neurons
from micrograd.draw.samples import Batch, Users, find_batch, users_of
from micrograd.engine import Value, topological_order

# A page shows no more nodes than this, unfolded; of a larger graph the part next to the result.
MOST_NODES = 4000
# Nor more cards than this with all neurons folded: a folded layer is one card, however large.
MOST_CARDS = 150
# So many numbers make about 2 MB.
MOST_NUMBERS = 90_000


@dataclass
class ViewNode:
    """A node of the page.

    ``values`` holds the Value it stands for: one for each sample, or a single one that all samples share.
    ``copies`` holds further Values that are the same number again (an input given as a plain number, of which
    each neuron makes its own node), in the same form. ``operands`` are positions in the view. ``uses`` counts
    the nodes of the view that stand for the same parameter: one for each use of its neuron. ``unseen`` counts
    the nodes that use it and were left out.
    """

    values: list[Value]
    role: str
    name: str = ""
    full_name: str = ""
    copies: list[list[Value]] = field(default_factory=list)
    operands: list[int] = field(default_factory=list)
    terms: int = 0
    hidden: int = 0
    uses: int = 1
    unseen: int = 0


@dataclass
class View:
    """The nodes in topological order, the neurons among them, and what is not shown.

    ``position`` tells where a Value stands among the nodes, ``use`` where a parameter does for one of the nodes
    that use it, if that is another place.
    """

    nodes: list[ViewNode]
    position: dict[Value, int]
    neurons: list[NeuronInGraph]
    users: Users
    total_nodes: int
    samples: int = 0
    all_samples: int = 0
    unlike: int = 0
    hidden: int = 0
    use: dict[tuple[Value, Value], int] = field(default_factory=dict)


def view_of(root: Value, model: Any = None, inputs: Any = None) -> View:
    """Return what the page shows of the graph that ends in ``root``."""
    parameters = parameters_of(model)
    given = inputs_given(inputs)
    order = topological_order(root)
    users = users_of(order)
    batch = find_batch(order, users, set(parameters))
    if batch is None:
        shown, hidden = _nearest(root, order, users, parameters, model, batch)
        return _assemble(root, shown, users, parameters, given, model, None, len(order), hidden)
    apart = {node for member in batch.members[1:] for node in member}
    apart |= (batch.additions - {batch.total}) | batch.left_out
    shown = [node for node in order if node not in apart and not _only_zero(node, batch, users)]
    shown, hidden = _nearest(root, shown, users, parameters, model, batch)
    return _assemble(root, shown, users, parameters, given, model, batch, len(order), hidden)


def _only_zero(node: Value, batch: Batch, users: Users) -> bool:
    return (
        not node._operands
        and node is not batch.total
        and node not in batch.others
        and bool(users[node])
        and all(user in batch.additions for user in users[node])
    )


def _nearest(
    root: Value,
    order: list[Value],
    users: Users,
    parameters: dict[Value, str],
    model: Any,
    batch: Batch | None,
) -> tuple[list[Value], int]:
    """Return the nodes next to the result, as many as fit and whole neurons only, and how many others are."""
    if len(order) <= MOST_CARDS:
        return order, 0
    allowed = set(order)
    neurons: dict[Value, list[Value]] = {}
    cards_of: dict[Value, set[Hashable]] = {}
    for neuron in find_neurons(order, _users_within(allowed, order, users), parameters, model):
        leaves = [o for node in neuron.nodes for o in node._operands if not o._operands]
        own = [leaf for leaf in leaves if leaf in parameters or len(users[leaf]) == 1]
        whole = [*neuron.nodes, *own]
        place = (neuron.layer or neuron.owner, neuron.use)
        inputs = [(*place, k) for k in neuron.inputs] if neuron.shows_inputs else []
        cards: set[Hashable] = {place, *inputs}
        for node in neuron.nodes:
            neurons[node], cards_of[node] = whole, cards
    near, taken, shown = {root}, set(cards_of.get(root, {root})), 1
    waiting = deque([root])
    while waiting:
        for operand in _operands_shown(waiting.popleft(), batch):
            if operand in near or operand not in allowed:
                continue
            unit = neurons.get(operand, [operand])
            more = taken | cards_of.get(operand, {operand})
            if shown + len(unit) <= MOST_NODES and len(more) <= MOST_CARDS:
                shown, taken = shown + len(unit), more
                waiting.extend(node for node in unit if node not in near)
                near.update(unit)
    return [node for node in order if node in near], len(order) - len(near)


def _operands_shown(node: Value, batch: Batch | None) -> Sequence[Value]:
    """Return a node's operands; of a batch's sum, the terms of its first sample and those of no sample."""
    if batch is not None and node is batch.total:
        return [*batch.terms[0], *batch.others]
    return node._operands


def _users_within(nodes: set[Value], order: list[Value], users: Users) -> Users:
    return {node: [user for user in users[node] if user in nodes] for node in order}


def _assemble(
    root: Value,
    shown: list[Value],
    users: Users,
    parameters: dict[Value, str],
    given: dict[Value, str],
    model: Any,
    batch: Batch | None,
    total_nodes: int,
    hidden: int,
) -> View:
    visible = set(shown)
    here = _users_within(visible, shown, users)
    neurons = find_neurons(shown, here, parameters, model) if parameters else []
    named = {leaf: f"x{k}" for n in neurons for k, leaf in n.inputs.items() if not leaf._operands}
    samples = _samples_to_show(batch, len(shown)) if batch else 0
    rows: dict[Value, list[Value]] = {}
    if batch is not None:
        rows = {node: [m[i] for m in batch.members[:samples]] for i, node in enumerate(batch.members[0])}
    view = View([], {}, neurons, users, total_nodes, samples, len(batch.members) if batch else 0)
    view.unlike = batch.unlike if batch else 0
    view.hidden = hidden
    same = _copies(neurons, named, here)
    user_of = _uses_apart(neurons, here, parameters)
    operations = constants = 0
    for node in shown:
        if node in same:
            first = view.position[same[node]]
            view.position[node] = first
            view.nodes[first].copies.append(rows.get(node, [node]))
            continue
        role = _role(node, root, parameters, {**named, **given})
        name = node.label or given.get(node) or named.get(node) or ""
        if node in parameters:
            name = node.label or short(parameters[node])
        elif role == "operation":
            operations += 1
            name = name or f"v{operations}"
        elif role == "constant":
            constants += 1
            name = f"c{constants}"
        elif role == "result":
            name = name or "L"
        drawn = ViewNode(rows.get(node, [node]), role, str(name), parameters.get(node, ""))
        if batch is not None and node is batch.total:
            drawn.role = "sum" if role == "operation" else "result"
            drawn.terms = len(batch.members) + len(batch.others)
        operands = _operands_shown(node, batch)
        present = [operand for operand in operands if operand in view.position]
        drawn.operands = [view.use.get((operand, node), view.position[operand]) for operand in present]
        drawn.hidden = len(operands) - len(present)
        if hidden and batch is None:
            drawn.unseen = len(users[node]) - len(here[node])
        view.position[node] = len(view.nodes)
        view.nodes.append(drawn)
        for user in user_of.get(node, [])[1:]:
            view.use[node, user] = len(view.nodes)
            view.nodes.append(replace(drawn))
        drawn_for = view.nodes[view.position[node] :]
        for one in drawn_for:
            one.uses = len(drawn_for)
    return view


def _uses_apart(
    neurons: list[NeuronInGraph], here: Users, parameters: dict[Value, str]
) -> dict[Value, list[Value]]:
    """Return for each parameter of a neuron that is used several times the nodes that use it.

    It is drawn once for each, so that every use of the neuron folds with parameters of its own; what uses it
    outside of its neuron (a penalty on the weights, for example) shares the first.
    """
    inside = {node: number for number, neuron in enumerate(neurons) for node in neuron.nodes}
    apart = {}
    for parameter in parameters:
        users = [user for user in dict.fromkeys(here.get(parameter, ())) if user in inside]
        if len({inside[user] for user in users}) == len(users) > 1:
            apart[parameter] = users
    return apart


def _role(node: Value, root: Value, parameters: dict[Value, str], inputs: dict[Value, str]) -> str:
    if node is root and node._operands:
        return "result"
    if node in parameters:
        return "parameter"
    if node._operands:
        return "operation"
    return "input" if node in inputs or node.label else "constant"


def _copies(neurons: list[NeuronInGraph], named: dict[Value, str], here: Users) -> dict[Value, Value]:
    """Return for each input that is a copy of another neuron's the first of them."""
    first: dict[tuple[str, int, int, float], Value] = {}
    same: dict[Value, Value] = {}
    for neuron in neurons:
        for k, leaf in neuron.inputs.items() if neuron.shows_inputs else ():
            if leaf in named and not leaf.label and len(here.get(leaf, ())) == 1 and neuron.layer:
                original = first.setdefault((neuron.layer, neuron.use, k, leaf.data), leaf)
                if original is not leaf:
                    same[leaf] = original
    return same


def _samples_to_show(batch: Batch, nodes: int) -> int:
    return max(1, min(len(batch.members), MOST_NUMBERS // (2 * max(1, nodes))))
