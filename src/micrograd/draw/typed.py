"""A live page from Python that somebody typed: the text is run, and its last line is the page.

It runs in a browser's Python, where nothing can be harmed but the tab; and it makes the pages of the site's gallery.
"""

from __future__ import annotations

import ast
import contextlib
import io
import linecache
import traceback
from typing import Any

from micrograd.draw.playground import Playground
from micrograd.draw.words import say
from micrograd.language import Language

_NAME = "<your Python>"
_MOST_LINES = 7  # of what led to an error


def made_from(source: str, language: Language) -> dict[str, str]:
    """Run ``source`` and return ``{"page": ..., "fault": ..., "printed": ...}``: HTML, or what is wrong and where."""
    printed = io.StringIO()
    page = fault = ""
    with contextlib.redirect_stdout(printed):
        try:
            page = page_from(source, language).html()
        except (Exception, SystemExit) as error:
            fault = _told(error, language)
    return {"page": page, "fault": fault, "printed": printed.getvalue()}


def page_from(source: str, language: Language) -> Playground:
    """Run ``source`` and return the page that its last line makes, in ``language``.

    Raises what the program raises, ``SyntaxError`` where it is no Python, and ``TypeError`` where its last line is no
    page of ``play``.
    """
    linecache.cache[_NAME] = (len(source), None, source.splitlines(keepends=True), _NAME)
    body = ast.parse(source, _NAME).body
    names: dict[str, Any] = {"__name__": "__main__"}
    last = body.pop() if body and isinstance(body[-1], ast.Expr) else None
    exec(compile(ast.Module(body, []), _NAME, "exec"), names)
    found = None
    if isinstance(last, ast.Expr):
        found = eval(compile(ast.Expression(last.value), _NAME, "eval"), names)
    if not isinstance(found, Playground):
        raise TypeError(say("noPage", language))
    return found.speaking(language)


def _told(error: BaseException, language: Language) -> str:
    """Return an error as its author needs it: the lines of the program that led to it, and what is wrong."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename == _NAME]
    lines = [f"{say('lineOfYours', language, line=frame.lineno)} {frame.line}" for frame in frames]
    if len(lines) > _MOST_LINES:
        lines[3 : 3 - _MOST_LINES] = ["…"]
    last = "".join(traceback.format_exception_only(type(error), error)).strip()
    return "\n".join([*lines, last])
