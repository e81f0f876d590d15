"""Which names some code uses: what it reads from its module, imports, reads of objects, and finds by text."""

from __future__ import annotations

import dis
import functools
import types
from collections.abc import Iterator, Sequence

from micrograd.engine import Value
from micrograd.nn import MLP, Layer, Neuron

# Ways to whatever there is, by functions and by attributes: nobody can say which names are read.
_FUNCTIONS_BY_TEXT = frozenset({"globals", "locals", "vars", "eval", "exec"})
_BY_TEXT = frozenset(
    {"__dict__", "__globals__", "f_globals", "f_locals", "f_builtins", "f_back", "_getframe", "currentframe"}
    | {"attrgetter", "getmembers", "getattr_static", "__subclasses__"}
    | {"get_objects", "get_referrers", "get_referents"}
)
_ATTRIBUTES = frozenset({"getattr", "hasattr"})
# What finds something by a name, and in which place it is given the name.
_ASKING = {"getattr": 1, "hasattr": 1, "__import__": 0, "import_module": 0}
_LOADS = ("LOAD_GLOBAL", "LOAD_NAME")
# What is certainly no attribute of a user's on a Value.
_KNOWN = frozenset(name for kind in (list, dict, set, str, float, Neuron, Layer, MLP) for name in dir(kind))
_OF_VALUES = (_KNOWN | frozenset(dir(Value))) - {"label"}


def nested(code: types.CodeType) -> Iterator[types.CodeType]:
    """Yield some code, and the code of the functions and comprehensions in it."""
    yield code
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from nested(constant)


def texts_of(code: types.CodeType) -> list[str]:
    """Return the texts that stand in some code."""
    return [constant for constant in code.co_consts if type(constant) is str]


@functools.lru_cache(maxsize=4096)
def global_names(code: types.CodeType) -> tuple[str, ...]:
    """Return the names that some code reads from its module."""
    names: dict[str, None] = {}
    if any("globals" in inner.co_names for inner in nested(code)):
        names.update(dict.fromkeys(text for inner in nested(code) for text in texts_of(inner)))
    for inner in nested(code):
        for instruction in dis.get_instructions(inner):
            if instruction.opname.startswith(_LOADS):
                names[str(instruction.argval)] = None
    return tuple(names)


@functools.lru_cache(maxsize=4096)
def imported(code: types.CodeType) -> tuple[str, ...]:
    """Return the names of the modules that some code may import, or look up among those that are imported."""
    names: dict[str, None] = {}
    for inner in nested(code):
        if {"import_module", "__import__", "modules"} & set(inner.co_names):
            names.update(dict.fromkeys(texts_of(inner)))
        for instruction in dis.get_instructions(inner):
            if instruction.opname == "IMPORT_NAME":
                parts = str(instruction.argval).split(".")
                names.update(dict.fromkeys(".".join(parts[: i + 1]) for i in range(len(parts))))
    return tuple(names)


@functools.lru_cache(maxsize=4096)
def reads_attributes(code: types.CodeType) -> bool:
    """Return whether some code may read an attribute of the user's, or the label, of a Value."""
    for inner in nested(code):
        if _ATTRIBUTES & set(inner.co_names):
            return True
        for instruction in dis.get_instructions(inner):
            if instruction.opname in ("LOAD_ATTR", "LOAD_METHOD") and instruction.argval not in _OF_VALUES:
                return True
    return False


@functools.lru_cache(maxsize=4096)
def finds_by_text(code: types.CodeType) -> bool:
    """Return whether some code may look up names that do not stand in it."""
    return not _FUNCTIONS_BY_TEXT.isdisjoint(global_names(code)) or any(
        not _BY_TEXT.isdisjoint(inner.co_names) or _computes_names(inner) for inner in nested(code)
    )


def _computes_names(code: types.CodeType) -> bool:
    """Whether an attribute, or a module, is asked for by a name that is no constant."""
    if _ASKING.keys().isdisjoint(code.co_names):
        return False
    instructions = list(dis.get_instructions(code))
    return any(
        not _is_constant(instructions[at + 1 :], _ASKING[one.argval])
        for at, one in enumerate(instructions)
        if one.opname.startswith((*_LOADS, "LOAD_ATTR", "LOAD_METHOD")) and one.argval in _ASKING
    )


def _is_constant(instructions: Sequence[dis.Instruction], position: int) -> bool:
    """Whether the argument in a position of a call is a constant; the instructions are those after its function.

    How many arguments lie on the stack is counted: the last instruction that left ``position`` of them there stands
    before that argument. Where the code has branches, the answer may be a no.
    """
    if instructions and instructions[0].opname == "PUSH_NULL":
        instructions = instructions[1:]
    # Python 3.11 makes two instructions of a call.
    calls = ("PRECALL",) if "PRECALL" in dis.opmap else ("CALL", "CALL_FUNCTION", "CALL_METHOD")
    depth, since = 0, {0: 0}
    for at, one in enumerate(instructions):
        if one.opname in calls and one.arg == depth:
            end = since.get(position + 1, 0) if depth > position + 1 else at
            return end - since.get(position, end) == 1 and instructions[end - 1].opname == "LOAD_CONST"
        depth += dis.stack_effect(one.opcode, one.arg, jump=False)
        since[depth] = at + 1
        if depth < 0:
            return False
    return False
