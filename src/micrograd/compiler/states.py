"""What can be read of objects that are written in C, and keep no attributes: sets, queues, arrays, iterators.

Each entry gives a function that reads the state as a tuple, or as bytes, and the objects that are to be looked at too.
"""

from __future__ import annotations

import collections
import contextvars
import pickle
import threading
import types
import weakref
from collections.abc import Callable, Iterable
from typing import Any

# Of larger arrays, so many bytes, evenly spread.
_BYTES = 1 << 19

_OBJECTS = 1 << 14
_HEAP_TYPE = 1 << 9  # in a type's flags: made by a class statement, so that it has attributes or slots
_VIEWS: Any = (type({}.keys()), type({}.values()), type({}.items()))

State = tuple[Callable[[], Any], Iterable[Any]]


def state_to_read(found: Any) -> State | None:
    """Return how to read the state of ``found``, or None for an object whose attributes are all that there is."""
    if isinstance(found, (set, frozenset)):
        return lambda: tuple(sorted(map(id, found))), list(found)
    if isinstance(found, collections.deque):
        return lambda: (*found, found.maxlen), list(found)
    if isinstance(found, types.MappingProxyType):
        return lambda: (*found.keys(), *found.values()), list(found.values())
    if isinstance(found, weakref.ReferenceType):
        return lambda: (found(),), [found()]
    if isinstance(found, contextvars.ContextVar):
        return lambda: (found.get(None),), [found.get(None)]
    if isinstance(found, threading.local):
        return lambda: (*vars(found), *vars(found).values()), list(vars(found).values())
    if isinstance(found, types.GeneratorType):
        return lambda: _of_generator(found), []
    if isinstance(found, _VIEWS):
        return lambda: tuple(found), list(found)
    if isinstance(found, (types.BuiltinMethodType, types.MethodWrapperType)):
        return None if found.__self__ is None else (lambda: (found.__self__,), [found.__self__])
    if type(found).__module__.partition(".")[0] == "pandas" and hasattr(found, "_mgr"):
        return lambda: _of_table(found), _of_table(found)
    if hasattr(type(found), "__array__") and not _is_of_a_program(type(found)):
        if hasattr(type(found), "dtype") and getattr(found.dtype, "hasobject", False):
            return lambda: tuple(_objects_in(found)), _objects_in(found)
        return lambda: _bytes_of(found), []
    if _has_buffer(found):
        return lambda: _bytes_of(found), []
    if hasattr(type(found), "__next__"):
        return lambda: _of_iterator(found), []
    if isinstance(found, collections.defaultdict):
        return lambda: (found.default_factory,), [found.default_factory]
    if isinstance(found, collections.OrderedDict):
        return lambda: (*found.keys(), *found.values()), []  # which has an order of its own
    return _pickled(found)


def _is_of_a_program(kind: type) -> bool:
    """Whether it is the user's own code that would run when an object is read as an array."""
    code = getattr(getattr(kind, "__array__", None), "__code__", None)
    return code is not None and "-packages" not in code.co_filename


def _pickled(found: Any) -> State | None:
    """Read an object written in C that has no attributes as what it is pickled to, if it can be and may change."""
    kind = type(found)
    own: Any = kind.__hash__
    if kind.__flags__ & _HEAP_TYPE or callable(found) or (own is not None and own is not object.__hash__):
        return None
    if isinstance(found, (list, tuple, dict)) or len(_bytes_to_keep(found)) in (0, _BYTES):
        return None
    return lambda: _bytes_to_keep(found), []


def _bytes_to_keep(found: Any) -> bytes:
    try:
        return pickle.dumps(found)[:_BYTES]
    except Exception:
        return b""


def _objects_in(array: Any) -> list[Any]:
    """Return the objects that an array of NumPy's holds; of very many, some, evenly spread."""
    flat = array.reshape(-1)
    found = flat[:: max(1, len(flat) // _OBJECTS)].tolist()
    return [item for record in found for item in record] if array.dtype.names else found


def _of_table(table: Any) -> tuple[Any, ...]:
    """Return the parts of a DataFrame or a Series: another one is there where a column was replaced."""
    manager = table._mgr
    return (manager, *manager.axes, *[block.values for block in manager.blocks])


def _of_generator(generator: Any) -> tuple[Any, ...]:
    frame = generator.gi_frame
    return () if frame is None else (frame.f_lasti, *frame.f_locals.values())


def _of_iterator(iterator: Any) -> tuple[Any, ...]:
    """Return how far an iterator has come, where it tells."""
    found: list[Any] = []
    for name in ("__length_hint__", "__reduce__"):
        try:
            found.append(getattr(type(iterator), name)(iterator))
        except Exception:
            continue
    return (repr(found) if found else repr(iterator),)


def _has_buffer(found: Any) -> bool:
    try:
        memoryview(found).release()
    except (TypeError, BufferError, ValueError):
        return False
    return True


def _bytes_of(found: Any) -> bytes:
    """Return the numbers of an array, and its shape; of a large one, some of them."""
    try:
        with memoryview(found) as view:
            shape = repr((view.shape, view.format)).encode()
            if view.nbytes <= _BYTES:
                return shape + view.tobytes()
    except (TypeError, BufferError, ValueError):
        pass
    import numpy as np

    array = np.asarray(found)
    step = max(1, array.nbytes // _BYTES)
    few = array if step == 1 else array.ravel()[::step] if array.flags.c_contiguous else array.flat[::step]
    return repr((array.shape, array.dtype)).encode() + few.tobytes()
