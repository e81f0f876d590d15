"""Whoever adds an operation learns which table of the tests, or of the words, has forgotten it."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
import test_compiler_domains
import test_compiler_functions
import test_engine_operations
from generated_programs import _ELEMENTWISE, _PAIRWISE, SMOOTH_STEPS, WHOLE_STEPS
from programs import OUR_OPERATIONS

from micrograd.draw import words
from micrograd.draw.rules import RULES
from micrograd.engine import Value, topological_order
from micrograd.operations import FUNCTIONS, OPERATIONS

# It passes no gradient: there is nothing that finite differences and mpmath could be compared with.
DIFFERENTIATED = OPERATIONS.keys() - {"detach"}
OF_ONE_OPERAND = {o.name for o in FUNCTIONS} & DIFFERENTIATED


def made_by(results: Iterable[object]) -> set[str]:
    """Return the operations of all nodes of these graphs; constant powers are one."""
    nodes = [node for result in results if isinstance(result, Value) for node in topological_order(result)]
    return {"**k" if node._op.startswith("**") and len(node._op) > 2 else node._op for node in nodes}


def two() -> tuple[Value, Value]:
    return Value(0.7), Value(1.3)


TABLES = {
    "tests/programs.py, OUR_OPERATIONS": (
        DIFFERENTIATED,
        lambda: made_by(function(*two()) for function in OUR_OPERATIONS.values()),
    ),
    "tests/generated_programs.py, its steps": (
        OPERATIONS.keys(),
        lambda: made_by(
            [
                *(
                    _ELEMENTWISE[name](Value(0.7))
                    for name in _ELEMENTWISE.keys() & {*WHOLE_STEPS, *SMOOTH_STEPS}
                ),
                *(_PAIRWISE[name](*two()) for name in _PAIRWISE.keys() & {*WHOLE_STEPS, *SMOOTH_STEPS}),
            ]
        ),
    ),
    "tests/test_engine_operations.py, ONE_OPERAND and TWO_OPERANDS": (
        DIFFERENTIATED,
        lambda: made_by(
            [
                *(row[0](Value(0.7)) for row in test_engine_operations.ONE_OPERAND.values()),
                *(row[0](*two()) for row in test_engine_operations.TWO_OPERANDS.values()),
            ]
        ),
    ),
    "tests/test_compiler_functions.py, FUNCTIONS": (
        OF_ONE_OPERAND,
        lambda: made_by(row[0](Value(0.7)) for row in test_compiler_functions.FUNCTIONS.values()),
    ),
    "tests/test_compiler_domains.py, CASES": (
        {o.name for o in OPERATIONS.values() if o.leaves},
        lambda: made_by(
            function(Value(1.0), Value(inside))
            for function, inside, _ in test_compiler_domains.CASES.values()
        ),
    ),
    "draw/rules.py": (OPERATIONS.keys(), RULES.keys),
    "draw/words.py, FUNCTIONS": (OF_ONE_OPERAND - {"**k"}, words.FUNCTIONS.keys),
}


@pytest.mark.parametrize("table", TABLES)
def test_no_table_has_forgotten_an_operation(table: str) -> None:
    wanted, found = TABLES[table]
    missing = wanted - found()
    assert not missing, f"{table}: nothing there for {', '.join(sorted(missing))}"
