"""What can be read of objects that are written in C, and keep no attributes: sets, queues, arrays, iterators.

Each entry gives a function that reads the state as a tuple, or as bytes, and the objects that are to be looked at too.
"""

from __future__ import annotations

import collections
import contextvars
import threading
import types
import weakref
from collections.abc import Callable, Iterable
from typing import Any

# Of larger arrays, so many bytes, evenly spread.
_BYTES = 1 << 19

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
    if hasattr(type(found), "__array_interface__") or _has_buffer(found):
        return lambda: _bytes_of(found), []
    if hasattr(type(found), "__next__"):
        return lambda: _of_iterator(found), []
    return None


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
