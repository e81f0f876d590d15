"""Say which extra to install where an optional library is missing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from micrograd._origin import install


@contextmanager
def needs(extra: str) -> Iterator[None]:
    """Turn a missing library, inside the ``with`` block, into an error that names the extra to install."""
    try:
        yield
    except ModuleNotFoundError as error:
        # A module of our own that is missing is a fault of ours, which no extra would mend.
        if error.name is None or error.name.partition(".")[0] == "micrograd":
            raise
        library = error.name.partition(".")[0]
        raise ImportError(
            f"{library} is not installed: get what {extra} needs by: {install(extra)}",
            name=error.name,
        ) from error
