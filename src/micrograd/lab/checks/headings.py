"""Which task a piece of a notebook belongs to, by its headings: "Tâche 3", "### T3", "# Task 3" in code, "3."."""

from __future__ import annotations

import ast
import re
from bisect import bisect
from collections.abc import Iterable
from typing import NamedTuple

# A submission's text may be anything: no two neighbouring parts of a pattern take the same characters without a bound,
# so that none of them tries ever new ways to share a long row of blanks.
_BLANK = r"\s{0,9}"
_ALSO = (
    rf"{_BLANK}(,|/|et|and|&|\+|à|a|to|-|–|—){_BLANK}"
    rf"(?:t[âa]ches?{_BLANK}|tasks?{_BLANK}|t\s?)?(\d{{1,2}})(?![\d.])"
)
_MORE = "((?:" + _ALSO.replace("(,", "(?:,").replace(r"(\d{1,2})", r"\d{1,2}") + "){0,9})"
_START = r"^[#>*_=\-% \t]*"
_FLAGS = re.IGNORECASE | re.MULTILINE
_NUMBER = rf"(\d{{1,2}})(?!\d){_MORE}"
_KINDS = (
    re.compile(
        rf"{_START}(?:(?:t[âa]ches?|tasks?){_BLANK}(?:(?:n?[°º]|no\.?|num[ée]ro){_BLANK})?(?:[:#]{_BLANK})?|t\s?){_NUMBER}",
        _FLAGS,
    ),
    re.compile(
        rf"{_START}(?:exercices?|exercises?|questions?|[ée]tapes?|steps?|ex\.?|q\.?){_BLANK}(?:n?[°º]?{_BLANK}){_NUMBER}",
        _FLAGS,
    ),
    re.compile(
        r"^[ \t]*(?:#{1,6}[ \t]*)?\**(\d{1,2})"
        r"(?:[ \t]{0,9}[.):](?!\d)|[ \t]{1,9}[-–—]|[ \t]{0,9}(?:\*+[ \t]{0,9})?$)()",
        re.MULTILINE,
    ),
)
"""The kinds of headings, the clearest first; a notebook is read by the first kind of which it has one."""
_FURTHER = re.compile(_ALSO, re.IGNORECASE)
_TO = {"à", "a", "to", "-", "–", "—"}
_COMMENT = re.compile(r"^#.*$", re.MULTILINE)


class Heading(NamedTuple):
    """A heading in a text: where it begins and ends, and the tasks that it names."""

    start: int
    end: int
    tasks: tuple[int, ...]


def kind_of(texts: Iterable[str], sources: Iterable[str]) -> int | None:
    """Return which kind of headings a notebook's Markdown cells and code cells use, None where there is none."""
    texts, sources = list(texts), list(sources)
    for kind in range(len(_KINDS)):
        if any(in_text(text, kind) for text in texts) or any(in_code(source, kind) for source in sources):
            return kind
    return None


def in_text(text: str, kind: int) -> list[Heading]:
    """Return the headings of that kind in a Markdown cell."""
    found = []
    for match in _KINDS[kind].finditer(text):
        tasks = [int(match[1])]
        for joint, number in _FURTHER.findall(match[2]):
            if joint.lower() in _TO and tasks[-1] < int(number) <= 10:
                tasks += range(tasks[-1] + 1, int(number) + 1)
            elif joint.lower() not in _TO:
                tasks.append(int(number))
        tasks = list(dict.fromkeys(task for task in tasks if 1 <= task <= 10))
        if tasks:
            found.append(Heading(match.start(), match.end(), tuple(tasks)))
    return found


def in_code(source: str, kind: int) -> list[Heading]:
    """Return the headings of that kind among the comments at the left margin of a code cell."""
    found = []
    for comment in _COMMENT.finditer(source):
        for heading in in_text(comment.group(), kind):
            found.append(Heading(comment.start(), comment.end(), heading.tasks))
    return found


def pieces(source: str, kind: int) -> list[tuple[tuple[int, ...], str]]:
    """Cut a code cell at the headings in its comments: pairs of tasks and source, no tasks before the first one.

    Only between two statements: a comment inside a function, or in a cell of another language, cuts nothing.
    """
    headings = in_code(source, kind)
    if not headings:
        return [((), source)]
    inside = _inside_statements(source)
    if source.lstrip().startswith("%%"):
        inside = set(range(len(source.splitlines()) + 2))
    ends = [match.start() for match in re.finditer("\n", source)]
    cuts = [h for h in headings if bisect(ends, h.start) + 1 not in inside]
    if not cuts:
        return [(headings[0].tasks, source)]
    result: list[tuple[tuple[int, ...], str]] = []
    if source[: cuts[0].start].strip():
        result.append(((), source[: cuts[0].start]))
    for heading, following in zip(cuts, [*cuts[1:], None]):
        result.append((heading.tasks, source[heading.start : following.start if following else len(source)]))
    return result


def _inside_statements(source: str) -> set[int]:
    """Return the lines that lie inside of a statement, beyond its first one."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        plain = "\n".join("pass" if line[:1] in "%!" else line for line in source.split("\n"))
        try:
            tree = ast.parse(plain)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return set(range(source.count("\n") + 2))
    lines: set[int] = set()
    for statement in tree.body:
        lines.update(range(statement.lineno + 1, (statement.end_lineno or statement.lineno) + 1))
    return lines
