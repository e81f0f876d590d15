"""Finding the equal subgraphs in a batch's loss: one for each sample, added up.

The loss of a batch is a sum of terms that have the same shape. Taken away the sum itself and what the terms
share (the parameters), the graph falls into one component a sample. Components are compared exactly, node
by node with shared nodes by identity, so that node 7 of one sample corresponds to node 7 of every other.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Hashable
from dataclasses import dataclass

from micrograd.engine import Value

Users = dict[Value, list[Value]]

# A result that at most so many terms share belongs to one sample (as the prediction that both terms of a
# cross-entropy use); one that more terms share belongs to all of them.
_SHARED_WITHIN_A_SAMPLE = 4
_SUMS_TO_TRY = 5


@dataclass
class Batch:
    """Equal subgraphs under a sum.

    ``total`` is the node of the whole sum and ``additions`` all its nodes; ``members[k]`` are the nodes of
    sample k, in the same order for every sample; ``terms[k]`` are those that the sum adds. ``others`` are the
    sum's terms that belong to no sample, and ``unlike`` the number of samples that have another shape, whose
    nodes are in ``left_out``.
    """

    total: Value
    additions: set[Value]
    members: list[list[Value]]
    terms: list[list[Value]]
    others: list[Value]
    unlike: int
    left_out: set[Value]


def users_of(order: list[Value]) -> Users:
    """Return for each node the nodes that use it, once for each use, in the graph's order."""
    users: Users = {node: [] for node in order}
    for node in order:
        for operand in node._operands:
            users[operand].append(node)
    return users


def find_batch(order: list[Value], users: Users, parameters: set[Value]) -> Batch | None:
    """Return the batch that the graph is the loss of, or None.

    ``order`` is the graph in topological order. ``parameters`` are the model's, and belong to no sample;
    where they are not known (empty), the subgraphs must share at least as many leaves as they differ in.
    """
    if not order:
        return None
    waiting, seen, tried = deque([order[-1]]), {order[-1]}, 0
    while waiting and tried < _SUMS_TO_TRY:
        node = waiting.popleft()
        if _is_addition(node):
            tried += 1
            additions, terms = _flatten(node, users)
            batch = _batch_of(node, additions, terms, order, parameters)
            if batch is not None:
                return batch
            found = terms
        else:
            found = list(node._operands)
        for operand in found:
            if operand not in seen:
                seen.add(operand)
                waiting.append(operand)
    return None


def _is_addition(node: Value) -> bool:
    return node._op == "+" and not node._is_custom and node._computed is None and len(node._operands) == 2


def _flatten(total: Value, users: Users) -> tuple[set[Value], list[Value]]:
    """Return the additions that make up a sum, and its terms from the first to the last."""
    additions, terms, stack = {total}, [], list(reversed(total._operands))
    while stack:
        node = stack.pop()
        if _is_addition(node) and len(users[node]) == 1 and not node.label:
            additions.add(node)
            stack.extend(reversed(node._operands))
        else:
            terms.append(node)
    return additions, terms


def _batch_of(
    total: Value, additions: set[Value], terms: list[Value], order: list[Value], parameters: set[Value]
) -> Batch | None:
    results = [term for term in dict.fromkeys(terms) if term._operands]
    if len(results) < 2:
        return None
    component = _components(results, order)
    grouped: dict[int, list[Value]] = {}
    for term in results:
        if term in component:
            grouped.setdefault(component[term], []).append(term)
    signatures = {number: _signature(group, component, number) for number, group in grouped.items()}
    counts = Counter(signature for signature, _ in signatures.values())
    if not counts or max(counts.values()) < 2:
        return None
    shape = max(counts, key=lambda signature: counts[signature])
    chosen = [number for number in grouped if signatures[number][0] == shape]
    members = [signatures[number][1] for number in chosen]
    if not _are_samples(members, component, parameters):
        return None
    inside = {node for member in members for node in member}
    small = len(component) - len(inside) <= len(members[0])
    left_out = set() if small else {node for node in component if node not in inside}
    others = [t for t in dict.fromkeys(terms) if t not in inside and t not in left_out and not _is_zero(t)]
    return Batch(
        total=total,
        additions=additions,
        members=members,
        terms=[grouped[number] for number in chosen],
        others=others,
        unlike=0 if small else len(grouped) - len(chosen),
        left_out=left_out,
    )


def _is_zero(node: Value) -> bool:
    # sum() starts from 0.
    return not node._operands and node.data == 0 and not node.label


def _components(terms: list[Value], order: list[Value]) -> dict[Value, int]:
    """Return for each node below the terms the number of the component that it alone belongs to."""
    owners: dict[Value, tuple[int, ...]] = {term: (number,) for number, term in enumerate(terms)}
    everyone: tuple[int, ...] = (-1,)
    for node in reversed(order):
        of_node = owners.get(node)
        if of_node is None:
            continue
        for operand in node._operands:
            known = owners.get(operand)
            if known is None:
                owners[operand] = of_node
            elif known is not of_node and known != everyone:
                together = everyone if of_node == everyone else tuple(sorted({*known, *of_node}))
                owners[operand] = everyone if len(together) > _SHARED_WITHIN_A_SAMPLE else together
    parent = list(range(len(terms)))

    def find(number: int) -> int:
        while parent[number] != number:
            parent[number] = parent[parent[number]]
            number = parent[number]
        return number

    for node, of_node in owners.items():
        if node._operands and len(of_node) > 1:
            for number in of_node[1:]:
                parent[find(number)] = find(of_node[0])
    return {
        node: find(of_node[0])
        for node, of_node in owners.items()
        if of_node != everyone and len({find(number) for number in of_node}) == 1
    }


def _signature(terms: list[Value], component: dict[Value, int], number: int) -> tuple[Hashable, list[Value]]:
    """Return the exact shape of a component, and its nodes in the order in which the shape tells them."""
    position: dict[Value, int] = {}
    shape: list[Hashable] = []
    for term in terms:
        path = [(term, iter(term._operands))]
        while path:
            node, operands = path[-1]
            fresh = next((o for o in operands if o not in position and component.get(o) == number), None)
            if fresh is not None:
                path.append((fresh, iter(fresh._operands)))
                continue
            path.pop()
            if node in position:
                continue
            refer = tuple(position[o] if o in position else ("shared", id(o)) for o in node._operands)
            shape.append((node._op, refer, node._computed is None, node._is_custom, node.label))
            position[node] = len(position)
    return (tuple(shape), tuple(position[term] for term in terms)), list(position)


def _are_samples(members: list[list[Value]], component: dict[Value, int], parameters: set[Value]) -> bool:
    first = members[0]
    shared = {o for node in first for o in node._operands if o not in component}
    if parameters:
        return bool(shared) and not any(node in parameters for node in first)
    # Hidden neurons are equal subgraphs too, which share the inputs and differ in their weights; samples
    # share the weights and differ in inputs and target, which are fewer.
    rows = zip(*members)
    different = sum(1 for row in rows if not row[0]._operands and any(v.data != row[0].data for v in row))
    return len([o for o in shared if not o._operands]) >= max(1, different)
