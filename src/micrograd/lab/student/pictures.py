"""Which cells of a running notebook showed a picture: noted as IPython shows it, whatever its version remembers."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import wraps
from typing import Any

from micrograd.lab.checks.graphs import shows_picture


def watch(shell: Any, saw: Callable[[], None]) -> bool:
    """Call ``saw`` for each picture that a shell shows from now on; return whether it can be watched."""
    watched = 0
    # What `display` shows, matplotlib's figures among it; and what a cell's last line shows.
    for owner, name in (("display_pub", "publish"), ("displayhook", "write_format_data")):
        with suppress(Exception):  # a shell of another build
            part = getattr(shell, owner)
            setattr(part, name, _noting(getattr(part, name), saw))
            watched += 1
    return watched == 2


def _noting(show: Callable[..., Any], saw: Callable[[], None]) -> Callable[..., Any]:
    @wraps(show)
    def noting(*arguments: Any, **options: Any) -> Any:
        for bundle in (*arguments[:1], *options.values()):
            if isinstance(bundle, dict) and shows_picture(kind for kind in bundle if isinstance(kind, str)):
                saw()
        return show(*arguments, **options)

    return noting
