"""Is the graph always the same? A function is traced several times, and its graphs are compared.

A look at a number is noticed where it happens (``looks``). What remains can be seen only from outside: a counter, a
cache, the time, a random generator that nobody knows of. So the function is run on several samples, several times on
the same one, and each time with other states of the global random generators.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from micrograd.compiler import chance, domains, futures
from micrograd.compiler.errors import CompileError
from micrograd.compiler.expressions import CONSTANT, describe, first_difference
from micrograd.compiler.given import input_names
from micrograd.compiler.parameters import Parameters
from micrograd.compiler.references import References
from micrograd.compiler.trace import DrawsError, Graph, Sample, check_signature, drawn, nodes_of, read, run
from micrograd.compiler.witness import Calls

# A small graph is compared with so many others, one that takes long to be written down with the fewest.
_MOST_COMPARISONS, _FEWEST_COMPARISONS, _OPERATIONS_TO_COMPARE = 10, 1, 3000
# A function that changes something of its own each time it is run (a counter) is run so often.
_MOST_RUNS_WITH_STATE, _OPERATIONS_WITH_STATE = 256, 30_000
# And at so many of the moments that it will come to.
_FEWEST_FUTURES = 12


def trace_samples(function: Callable[..., Any], parameters: Parameters, samples: Sequence[Sample]) -> Graph:
    """Return the graph of ``function``, one and the same in all runs on all samples.

    Raises ``CompileError`` that names the first place where two graphs differ; what the function raises on the first
    sample comes through.
    """
    check_signature(function, samples[0])
    with chance.put_back():
        first = run(function, parameters, samples[0])
        chance.shift(0)
        # What a function loads when it is first run, it has by now; so the second run and the third are listened to.
        calls, again = Calls(), Calls()
        second = run(function, parameters, samples[0], (), calls)
        references = References(function, calls)
        generators = references.generators
        third = run(function, parameters, samples[0], generators, again)
        _refuse_older(calls, again)
        nodes = nodes_of(first, parameters)
        graph = read(first, parameters, nodes_of(second, parameters))
        for other in (second, third):
            _compare(graph, read(other, parameters, nodes), parameters, samples[0], _SAME_SAMPLE)
        count = _comparisons(graph)
        for turn in range(1, count):
            chance.shift(turn)
            _compare_run(function, parameters, samples[0], graph, nodes, generators)
        for turn, sample in enumerate([*samples[1:], *_made_up(samples[0], count)][: 2 * count]):
            chance.shift(turn)
            _check(function, parameters, sample, graph, nodes, generators)
        name = references.advanced()
        if name is not None:
            raise CompileError(
                f"the function takes the next item of an iterator, {name!r}, which it goes on with from one run to the "
                "next: a program is made from one graph. Give what changes to the function as a feature"
            )
        if references.watch.changed():
            most = min(_MOST_RUNS_WITH_STATE, _OPERATIONS_WITH_STATE // cost(graph))
            for _ in range(most):
                _compare_run(function, parameters, samples[0], graph, nodes, generators)
            counters = references.counters()
            _compare_run(function, parameters, samples[0], graph, nodes, generators)
            counters = [counter for counter in counters if counter.moves_on()]
            for _ in futures.later(counters, max(_FEWEST_FUTURES, most)):
                _compare_run(function, parameters, samples[0], graph, nodes, generators)
    # Looking through a large model takes long, and is done again only where something is another.
    graph.references = References(function, calls) if references.changed() else references
    return graph


def _compare_run(
    function: Callable[..., Any],
    parameters: Parameters,
    sample: Sample,
    graph: Graph,
    nodes: set[Any],
    generators: Sequence[tuple[str, Any]],
) -> None:
    """Run the function on the same sample once more, and compare."""
    other = read(run(function, parameters, sample, generators), parameters, nodes)
    _compare(graph, other, parameters, sample, _SAME_SAMPLE)


def _refuse_older(calls: Calls, again: Calls) -> None:
    """Refuse what two runs have both gone on with: it has a state of its own, and other numbers each time."""
    if not calls.drawn.keys().isdisjoint(again.drawn):
        raise DrawsError(drawn("a generator of its own"))
    if not calls.resumed.keys().isdisjoint(again.resumed):
        frame = calls.resumed[next(iter(calls.resumed.keys() & again.resumed.keys()))]
        raise CompileError(
            f"the function takes the next number of the generator {frame.f_code.co_name!r}, which it goes on with from "
            "one run to the next: a program is made from one graph. Give what changes to the function as a feature"
        )


def is_still(
    function: Callable[..., Any], parameters: Parameters, samples: Iterable[Sample], graph: Graph
) -> bool:
    """Return whether ``graph`` is what the function gives now, on the first of the samples that it accepts.

    Raises what the function raises: at once, or, where only a sample's numbers may be to blame, if it accepts none.
    """
    refused: Exception = ValueError("there are no samples")
    for sample in samples:
        calls = Calls()
        with chance.put_back():
            try:
                one = run(function, parameters, sample, (), calls)
            except Exception as error:
                if not domains.is_of_a_number(error):
                    raise
                # Outside its domain with the parameters of now: that says nothing about its graph.
                refused = error
                continue
            other = read(one, parameters, set(graph.captured))
        graph.references = References(function, calls)
        return equal(graph, other)
    raise refused


def trace_without_data(function: Callable[..., Any], parameters: Parameters, features: int) -> Graph | None:
    """Return the graph on made-up samples with one target, or None when the function does not run on them."""
    for target, start in ((1.0, 0.7), (-1.0, -0.4)):
        sample = [start + 0.618 * math.sin(1.0 + 1.7 * i + start) for i in range(features)], [target]
        try:
            # Most functions that do not run on them end soon: before all that they can read is looked through.
            with chance.put_back():
                run(function, parameters, sample)
            return trace_samples(function, parameters, [sample])
        except CompileError:
            raise
        except Exception:
            # A loss may need real samples (a logarithm, a list of targets): they decide, when they come.
            continue
    return None


def _check(
    function: Callable[..., Any],
    parameters: Parameters,
    sample: Sample,
    graph: Graph,
    nodes: set[Any],
    generators: Sequence[tuple[str, Any]],
) -> None:
    try:
        other = run(function, parameters, sample, generators)
    except CompileError:
        raise
    except Exception:
        # The function does not accept these numbers; that says nothing about its graph.
        return
    _compare(graph, read(other, parameters, nodes), parameters, sample, "another sample")


def _made_up(sample: Sample, count: int) -> list[Sample]:
    """Return samples far from the given one, with features between -4 and 4: they may leave an operation's domain."""
    features, targets = sample
    made: list[Sample] = []
    for turn in range(min(3, count // 2)):
        draw = random.Random(turn).random  # a generator of our own: the user's is left alone
        made.append(([8.0 * (draw() - 0.5) for _ in features], targets))
    return made


def cost(graph: Graph) -> int:
    """Return about how many operations a graph has."""
    # Layers are read as they are: of their weights, each costs less than an operation does.
    table = graph.expressions
    return max(1, len(table) - table.parameters + table.parameters // 8)


def _comparisons(graph: Graph) -> int:
    return max(_FEWEST_COMPARISONS, min(_MOST_COMPARISONS, _OPERATIONS_TO_COMPARE // cost(graph)))


def equal(one: Graph, other: Graph) -> bool:
    """Return whether two graphs are the same computation, and fail for the same numbers."""
    return _same_results(one, other) and one.checks.keys() == other.checks.keys()


def _same_results(one: Graph, other: Graph) -> bool:
    return (
        _first_difference(one, other) is None
        and one.results == other.results
        and one.is_list == other.is_list
        and one.leaves == other.leaves
        and all(a is b for a, b in zip(one.captured[: one.leaves], other.captured))
    )


def _first_difference(one: Graph, other: Graph) -> int | None:
    return first_difference(one.expressions, other.expressions, one.size, other.size)


_SAME_SAMPLE = "the same sample, run again"


def _compare(one: Graph, other: Graph, parameters: Parameters, sample: Sample, where: str) -> None:
    """Raise where two graphs have other results. What only one of them fails at (a log that is shown now and then) is
    a side effect: it is no part of the graph any more.
    """
    if _same_results(one, other):
        one.checks = {key: place for key, place in one.checks.items() if key in other.checks}
        return
    place = _first_difference(one, other)
    names = [*parameters.names(), *input_names(len(sample[0]), len(sample[1]))]
    numbers_differ = place is not None and all(
        place < len(graph.expressions) and graph.expressions.operation[place] == CONSTANT
        for graph in (one, other)
    )
    shown = [_shown(graph, place, names, numbers_differ) for graph in (one, other)]
    if where == _SAME_SAMPLE:
        raise CompileError(
            f"the graph is not always the same: where it has {shown[0]} in one run, it has {shown[1]} on {where}. It "
            "depends on something that changes from run to run: a counter, a cache, the time, a random generator. A "
            "program is made from one graph: give what changes to the function as a feature, or keep it in a Value "
            "that is not a parameter, whose number is read anew at each call"
        )
    raise CompileError(
        f"the graph depends on the data: where it has {shown[0]} on one sample, it has {shown[1]} on {where}. "
        "A program is made from one graph for all samples: use relu, maximum, minimum or abs, sample_weight= for a "
        "factor that some samples have, and the Values themselves instead of their .data"
    )


def _shown(graph: Graph, place: int | None, names: Sequence[str], numbers_differ: bool) -> str:
    """Return what a graph has in a place; in the place of a constant, unless the numbers differ, what uses it."""
    table = graph.expressions
    if place is None:
        return f"`{describe(table, graph.results[-1], names)}`"
    while not numbers_differ and place < len(table) and table.operation[place] == CONSTANT:
        place += 1
    if place >= len(table):
        return f"nothing more after `{describe(table, graph.results[-1], names)}`"
    return f"`{describe(table, place, names)}`"
