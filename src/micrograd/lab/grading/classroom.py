"""Grade all submissions: side by side on this machine, or on a Dask cluster."""

from __future__ import annotations

import hashlib
import queue
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from importlib import resources
from pathlib import Path
from typing import Any

from micrograd import __version__
from micrograd._origin import install
from micrograd.lab.errors import LabError
from micrograd.lab.grading import collect
from micrograd.lab.grading.grade_one import grade, nothing, read_and_grade, read_only
from micrograd.lab.grading.guard import FailedError, Guard, reason
from micrograd.lab.grading.markdown import written
from micrograd.lab.grading.store import Store, light
from micrograd.lab.grading.words import WORDS, failure
from micrograd.lab.sandbox.isolation import Isolation, Kind, find
from micrograd.lab.sandbox.limits import Limits
from micrograd.language import Language

_READING_SECONDS = 240.0
_JUDGING_SECONDS = 90.0
_MARKDOWN_SECONDS = 10.0
_MOST_AT_ONCE = 64

Step = Callable[[collect.Source, "str | None"], "tuple[str, str, dict[str, Any], dict[str, Any] | None]"]


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
    only: frozenset[str] | None = None
    """The keys of the submissions to grade anew, None for all; the others keep what they have."""
    only_task: int | None = None
    """The task that gets new points and remarks, None for all; the others keep what they have."""


def grade_class(
    sources: list[collect.Source],
    store: Store,
    output: Path,
    settings: Settings,
    on_result: Callable[[dict[str, Any], bool], None] | None = None,
) -> list[dict[str, Any]]:
    """Grade the submissions and return their results in the order of ``sources``, without what only a page shows.

    Each result is kept in ``store`` as soon as it is there, and taken from there when its submission has not
    changed. ``on_result`` is called with each result and whether it was kept from before. Whatever happens to one
    submission is a result like another. Raises ``LabError`` if the scheduler does not answer.
    """
    results: dict[str, dict[str, Any]] = {}
    wanted = []
    for source in sources:
        if settings.only is None or source.name in settings.only:
            wanted.append(source)
        else:
            kept = store.get(source.name)
            result = kept["result"] if kept else nothing(source.name, "not-asked")
            results[source.name] = {**result, **_whose(source)}
            if on_result:
                on_result(results[source.name], True)
    with Guard() as guard, ExitStack() as stack:
        step, at_once = stack.enter_context(_steps(guard, store, output, settings))
        for source, graded in _as_they_come(wanted, store, step, at_once, settings, guard):
            content_hash, content, reading, result = graded
            kept = store.get(source.name)
            whose = {**_whose(source), **reading}
            if result is None and kept:
                # The tag may have come since: it is no part of the content.
                results[source.name] = {**kept["result"], **whose}
            else:
                result = {**(result or nothing(source.name, "not-graded")), **whose}
                if settings.only_task and kept and kept.get("content") == content:
                    content_hash, result = kept["hash"], _one_task(settings.only_task, result, store)
                else:
                    result["written"] = _written(result["answers"], guard)
                try:
                    store.put(source.name, content_hash, content, result)
                except (OSError, ValueError, RecursionError) as error:
                    why = failure(*reason(error), settings.language)
                    result["notes"] = [*result["notes"], ("not-kept", {"reason": why})]
                results[source.name] = light(result)
            if on_result:
                on_result(results[source.name], graded[3] is None)
    return [results[source.name] for source in sources]


def _as_they_come(
    sources: list[collect.Source], store: Store, step: Step, at_once: int, settings: Settings, guard: Guard
) -> Iterator[tuple[collect.Source, Any]]:
    """Yield each source with what its step returned, in any order; a step that fails is a result, too."""
    done: queue.Queue[tuple[collect.Source, Any]] = queue.Queue()

    def work(source: collect.Source) -> None:
        anew = settings.again or settings.only is not None or settings.only_task is not None
        try:
            kept = None if anew else store.get(source.name)
            done.put((source, step(source, kept["hash"] if kept else None)))
        except BaseException as error:  # also what a cluster raises when it stops
            why = failure(*reason(error), settings.language)
            done.put((source, ("", "", {}, nothing(source.name, "not-graded", why))))

    # Threads are enough: each waits for a process of its own.
    pool = ThreadPoolExecutor(max_workers=min(at_once, _MOST_AT_ONCE))
    try:
        for source in sources:
            pool.submit(work, source)
        for _ in sources:
            yield done.get()
    finally:
        # After Ctrl-C: what is running ends with its process, what waits does not begin.
        pool.shutdown(wait=False, cancel_futures=True)
        if not done.empty() or any(thread.is_alive() for thread in pool._threads):
            guard.close()
        pool.shutdown(wait=True, cancel_futures=True)


@contextmanager
def _steps(guard: Guard, store: Store, output: Path, settings: Settings) -> Iterator[tuple[Step, int]]:
    """Give what grades one submission, and how many of them may be at it at once."""
    place = (output / "clones", settings.tag, settings.deadline)
    how: tuple[Language, Limits, Isolation | Kind | None]
    how = (settings.language, settings.limits, settings.isolation)
    basis = _basis(settings)
    seconds = settings.limits.seconds + _READING_SECONDS + _JUDGING_SECONDS

    def here(source: collect.Source, known: str | None) -> Any:
        return guard.call(read_and_grade, source, place, how, basis, known, seconds=seconds)

    if not settings.scheduler:
        # Tried once, here, rather than by each process.
        how = (settings.language, settings.limits, find(settings.isolation))
        yield here, settings.jobs
        return
    with _client(settings) as client:

        def there(source: collect.Source, known: str | None) -> Any:
            handed, content_hash = guard.call(read_only, source, place, basis, seconds=_READING_SECONDS)
            result = None
            if content_hash != known:
                # A worker that is lost takes its submission with it; another one gets it then.
                future = client.submit(grade, handed, *how, pure=False, retries=2)
                result = future.result()
            return content_hash, handed.content_hash(), handed.about_reading(), result

        yield there, max(2, 2 * sum(client.nthreads().values()))


@contextmanager
def _client(settings: Settings) -> Iterator[Any]:
    try:
        import distributed
    except ImportError:
        raise LabError(f"distributed is not installed: {install('grade')}") from None
    make: Callable[..., Any] = distributed.Client
    try:
        client = make(settings.scheduler, timeout=10)
    except (OSError, ValueError, TimeoutError) as error:
        message = WORDS["no scheduler"][settings.language]
        raise LabError(message.format(address=settings.scheduler, reason=error)) from None
    with client:
        yield client


def _one_task(task: int, new: dict[str, Any], store: Store) -> dict[str, Any]:
    """Return the result that was kept, with one task's part of the new one."""
    old = store.full(light(new))
    kept = (store.get(new["name"]) or {"result": new})["result"]
    merged = {**old, **kept, **{part: old[part] for part in ("shown", "answers", "written")}}
    if new["problem"]:
        return merged
    merged["tasks"] = {**kept["tasks"], str(task): new["tasks"][str(task)]}
    merged["shown"] = [
        *(item for item in old["shown"] if item["task"] != task),
        *(item for item in new["shown"] if item["task"] == task),
    ]
    return {**merged, **{part: new[part] for part in ("given", "number", "tag", "tagged_at", "found")}}


def _written(answers: dict[str, str], guard: Guard) -> dict[str, str]:
    """Return the answers in words as HTML; those that take too long stay the text that they are."""
    if not answers:
        return {}
    try:
        converted: dict[str, str] = guard.call(written, answers, seconds=_MARKDOWN_SECONDS)
    except FailedError:
        return {}
    return converted


def _whose(source: collect.Source) -> dict[str, Any]:
    return {"name": source.name, "given": source.given, "number": source.number}


def _basis(settings: Settings) -> str:
    """Return what a grade depends on besides the submission: the checks themselves, and the limits."""
    digest = hashlib.sha256(__version__.encode())
    package = resources.files("micrograd.lab")
    for folder in ("checks", "sandbox"):
        for file in sorted((package / folder).iterdir(), key=lambda entry: entry.name):
            if file.name.endswith(".py"):
                digest.update(file.read_bytes())
    return f"{digest.hexdigest()} {asdict(settings.limits)} {settings.language} {settings.isolation}"
