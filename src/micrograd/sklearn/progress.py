"""The progress bar of ``verbose``."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from micrograd._needs import needs


@contextmanager
def progress_bar(name: str, epochs: int, shown: bool) -> Iterator[Callable[[int, float], None] | None]:
    """Show a bar of ``epochs``; yield a function to call once an epoch with the step and the loss.

    Where nothing is to be ``shown``, yields None. Raises ``ImportError`` when tqdm is needed and missing.
    """
    if not shown:
        yield None
        return
    with needs("sklearn"):
        from tqdm.auto import tqdm
    with tqdm(total=epochs, desc=name, unit="epoch") as bar:

        def report(step: int, loss: float) -> None:
            bar.set_postfix(loss=f"{loss:.6g}", refresh=False)
            bar.update()

        yield report
