"""Folding: which nodes of a view make up a neuron, and which neurons a layer."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from micrograd.draw.view import View

# A page opens unfolded as long as it shows no more cards than this.
READABLE_UNFOLDED = 24
READABLE_FOLDED = 60
# A layer of more neurons opens folded: below each other, they would be too small to read.
READABLE_LAYER = 6


@dataclass
class Group:
    """Nodes that fold to one: a neuron, or a layer of neurons.

    ``parent`` is the position of the layer that a neuron is in, or None; ``nodes`` are those directly in the
    group; ``output`` is the neuron's last node (None for a layer).
    """

    kind: str
    name: str
    parent: int | None
    nodes: list[int] = field(default_factory=list)
    output: int | None = None
    is_open: bool = False


@dataclass
class Folding:
    """The groups of a view, and for each node the group that it is directly in (None where in none)."""

    groups: list[Group]
    group_of: list[int | None]

    def container_path(self, group: int | None) -> list[int | None]:
        """Return the containers around an item in ``group``: from the page itself (None) to the group."""
        path: list[int | None] = []
        while group is not None:
            path.append(group)
            group = self.groups[group].parent
        return [None, *reversed(path)]


def fold(view: View) -> Folding:
    """Return the groups of a view, opened as far as the page stays readable."""
    groups: list[Group] = []
    group_of: list[int | None] = [None] * len(view.nodes)
    users: list[set[int]] = [set() for _ in view.nodes]
    for number, node in enumerate(view.nodes):
        for operand in node.operands:
            users[operand].add(number)
    layers: dict[tuple[str, int], int] = {}
    sizes: dict[tuple[str, int], int] = {}
    for neuron in view.neurons:
        key = (neuron.layer, neuron.use)
        sizes[key] = sizes.get(key, 0) + 1
    for neuron in view.neurons:
        key = (neuron.layer, neuron.use)
        if neuron.layer and sizes[key] > 1 and key not in layers:
            layers[key] = len(groups)
            groups.append(Group("layer", neuron.layer, None, is_open=True))
        number = len(groups)
        groups.append(Group("neuron", neuron.owner, layers.get(key), output=view.position[neuron.output]))
        inside = {view.position[node] for node in neuron.nodes}
        for position in sorted(inside):
            for operand in view.nodes[position].operands:
                # What only this neuron uses goes with it: its parameters, and inputs of its own.
                is_leaf = not view.nodes[operand].operands
                if is_leaf and group_of[operand] is None and users[operand] <= inside:
                    inside = inside | {operand}
        for position in sorted(inside):
            group_of[position] = number
            groups[number].nodes.append(position)
    _lift_lone_inputs(view, groups, group_of)
    folding = Folding(groups, group_of)
    _open(folding, len(view.nodes))
    return folding


def _lift_lone_inputs(view: View, groups: list[Group], group_of: list[int | None]) -> None:
    # An input of the model stays outside of its neuron, so that the folded picture shows what goes in.
    many = {view.position[neuron.output] for neuron in view.neurons if not neuron.shows_inputs}
    for position, node in enumerate(view.nodes):
        number = group_of[position]
        if node.role == "input" and number is not None and groups[number].output not in many:
            group_of[position] = None
            groups[number].nodes.remove(position)


def _open(folding: Folding, nodes: int) -> None:
    neurons = [group for group in folding.groups if group.kind == "neuron"]
    if nodes <= READABLE_UNFOLDED:
        for group in neurons:
            group.is_open = True
        return
    loose = sum(1 for group in folding.group_of if group is None)
    is_crowded = loose + len(neurons) > READABLE_FOLDED
    size = Counter(neuron.parent for neuron in neurons)
    for number, group in enumerate(folding.groups):
        if group.kind == "layer" and (is_crowded or size[number] > READABLE_LAYER):
            group.is_open = False
