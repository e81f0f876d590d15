"""Grade all submissions: side by side on this machine, or on a Dask cluster."""

from __future__ import annotations

import hashlib
import warnings
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import asdict, dataclass
from datetime import datetime
from importlib import resources
from pathlib import Path
from typing import Any

from micrograd import __version__
from micrograd._origin import install
from micrograd.lab.errors import LabError
from micrograd.lab.grading import collect
from micrograd.lab.grading.grade_one import grade
from micrograd.lab.grading.handed_in import HandedIn
from micrograd.lab.grading.store import Store
from micrograd.lab.grading.words import WORDS
from micrograd.lab.sandbox.isolation import Kind
from micrograd.lab.sandbox.limits import Limits
from micrograd.language import Language


@dataclass(frozen=True)
class Settings:
    """How a class is graded."""

    language: Language
    limits: Limits
    tag: str = "tp1"
    deadline: datetime | None = None
    jobs: int = 1
    scheduler: str = ""
    isolation: Kind | None = None
    again: bool = False
    """Grade everything anew, even what has not changed."""


def grade_class(
    sources: list[collect.Source],
    output: Path,
    settings: Settings,
    on_result: Callable[[dict[str, Any], bool], None] | None = None,
) -> list[dict[str, Any]]:
    """Grade the submissions and return their results in the order of ``sources``.

    Each result is kept under ``output`` as soon as it is there, and taken from there when its submission has not
    changed. ``on_result`` is called with each result and whether it was kept from before. Raises ``LabError`` if
    nothing can be written to ``output`` or the scheduler does not answer.
    """
    store = Store(output, settings.language)
    basis = _basis(settings)
    results: dict[str, dict[str, Any]] = {}
    waiting: list[tuple[HandedIn, str]] = []

    def read(source: collect.Source) -> HandedIn:
        return collect.read(source, output / "clones", settings.tag, settings.deadline)

    def take(handed: HandedIn, result: dict[str, Any], kept: bool) -> None:
        # The tag may have come since: it is no part of the content.
        results[handed.name] = {**result, "tag": handed.tag, "tagged_at": handed.tagged_at}
        if on_result:
            on_result(results[handed.name], kept)

    # Reading is waiting, mostly (for remotes), whatever grading is.
    with ThreadPoolExecutor(max_workers=4) as pool:
        for handed in pool.map(read, sources):
            content_hash = handed.content_hash(basis)
            kept = None if settings.again else store.get(handed.name, content_hash)
            if kept is not None:
                take(handed, kept, True)
            else:
                waiting.append((handed, content_hash))
    by_name = {handed.name: (handed, content_hash) for handed, content_hash in waiting}
    graded = _graded([handed for handed, _ in waiting], settings, store.secret)
    with warnings.catch_warnings(), closing(graded):
        # Ctrl-C is said by the command itself.
        warnings.filterwarnings("ignore", message=".*still being processed by the workers")
        for result in graded:
            handed, content_hash = by_name[result["name"]]
            store.put(handed.name, content_hash, result)
            take(handed, result, False)
    return [results[source.name] for source in sources]


def _graded(waiting: list[HandedIn], settings: Settings, secret: str) -> Generator[dict[str, Any]]:
    """Yield the results as they come, in any order."""
    from joblib import Parallel, delayed, parallel_config

    if not waiting:
        return
    call = delayed(grade)
    calls = [
        call(handed, settings.language, settings.limits, secret, settings.isolation) for handed in waiting
    ]
    if not settings.scheduler:
        # Threads are enough: each waits for a process of its own.
        with parallel_config(backend="threading", n_jobs=settings.jobs):
            yield from Parallel(return_as="generator_unordered")(calls)
        return
    with _client(settings), parallel_config(backend="dask"):
        yield from Parallel(return_as="generator_unordered")(calls)


def _client(settings: Settings) -> Any:
    words = WORDS[settings.language]
    try:
        import distributed
    except ImportError:
        raise LabError(f"distributed is not installed: {install('grade')}") from None
    try:
        make: Callable[..., Any] = distributed.Client
        return make(settings.scheduler, timeout=10)
    except (OSError, ValueError, TimeoutError) as error:
        raise LabError(words["no scheduler"].format(address=settings.scheduler, reason=error)) from None


def _basis(settings: Settings) -> str:
    """Return what a grade depends on besides the submission: the checks themselves, and the limits."""
    digest = hashlib.sha256(__version__.encode())
    package = resources.files("micrograd.lab")
    for folder in ("checks", "sandbox"):
        for file in sorted((package / folder).iterdir(), key=lambda entry: entry.name):
            if file.name.endswith(".py"):
                digest.update(file.read_bytes())
    return f"{digest.hexdigest()} {asdict(settings.limits)} {settings.language} {settings.isolation}"
