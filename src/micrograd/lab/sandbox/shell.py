"""An IPython shell without a kernel: it runs cells as Jupyter does, and keeps their outputs.

Starting a kernel takes longer than running the lab. The shell is the same one that a kernel wraps, so magics,
``!commands``, ``await``, rich display and figures behave as they do in Jupyter.
"""

from __future__ import annotations

import base64
import io
import json
import re
import sys
from typing import Any

from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.formatters import DisplayFormatter
from IPython.core.interactiveshell import InteractiveShell
from traitlets import Type

from micrograd.lab.checks.belongings import is_own
from micrograd.lab.checks.graphs import BY_HAND, LABELLED, PLOTTED
from micrograd.lab.checks.observing import numbers_in

_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
_KEPT = ("text/plain", "image/png", "image/svg+xml", "image/jpeg")
_FAR_BEYOND = 20
_MOST_ITEMS = 1000
"""How many outputs of one cell are kept: displays, errors, and changes between standard output and standard error."""
_MOST_ERRORS = 50
_MOST_READ, _LONGEST_READ = 20, 200_000
"""How many pictures of one cell that it wrote itself are read for the numbers in them, and how far."""


class TooMuchOutput(Exception):
    """A cell prints without end."""


class Outputs:
    """The outputs of the cell that is running: streams, results, figures, errors; never more than allowed."""

    def __init__(self, printed: int, shown: int) -> None:
        self.items: list[dict[str, Any]] = []
        self._most_printed, self._left_to_show = printed, shown
        self._printed = self._added = self._read = 0
        self._formatted: tuple[Any, str, list[str]] = (None, "", [])

    def begin(self) -> None:
        """Start a new cell."""
        self.items, self._printed, self._added, self._read = [], 0, 0, 0

    def formatted(self, data: Any, thing: Any) -> None:
        """Note of what the data are that will be shown next."""
        kind = type(thing)
        by = str(kind.__module__) if _is_librarys(kind) and not is_own(kind) else "__main__"
        self._formatted = data, by, _labels(thing) if by.partition(".")[0] == PLOTTED else []

    def text(self, name: str, text: str) -> None:
        """Take over printed text; what is beyond the limit is dropped."""
        room = max(0, self._most_printed - self._printed)
        self._printed += len(text)
        kept = text[:room]
        if kept and self.items and self.items[-1].get("name") == name:
            self.items[-1]["text"] += kept
        elif kept:
            self._add({"type": "stream", "name": name, "text": kept})
        if room and len(text) > room:
            self._add({"type": "cut", "limit": self._most_printed})
        if self._printed > _FAR_BEYOND * self._most_printed:
            raise TooMuchOutput(f"this cell has printed more than {self._printed // 1_000_000} MB")

    def show(self, data: dict[str, Any], result: bool) -> None:
        """Take over something displayed, in the kinds that the report shows."""
        kept: dict[str, str] = {}
        for kind in _KEPT:
            value = data.get(kind)
            if isinstance(value, bytes):
                value = base64.b64encode(value).decode()
            if isinstance(value, str) and len(value) <= self._left_to_show:
                value = value[: self._most_printed] if kind == "text/plain" else value
                size = len(json.dumps(value))  # as it travels, where a letter may take twelve bytes
                if size <= self._left_to_show:
                    kept[kind] = value
                    self._left_to_show -= size
        kinds = [kind[:100] for kind in data if isinstance(kind, str)][:20]
        shown = {"type": "result" if result else "display", "data": kept, "kinds": kinds}
        _, by, labels = self._formatted if data is self._formatted[0] else (None, "", [])
        texts = (
            [data.get("text/html"), data.get("image/svg+xml")]
            if by.partition(".")[0] in (*BY_HAND, LABELLED)
            else labels
        )
        self._add({**shown, "by": by, **self._numbers(texts)})

    def _numbers(self, texts: list[Any]) -> dict[str, Any]:
        """Return the numbers in what a cell wrote itself."""
        if self._read >= _MOST_READ:
            return {}
        written = [text[:_LONGEST_READ] for text in texts if isinstance(text, str)]
        self._read += bool(written)
        return {"numbers": [number for text in written for number in numbers_in(text)]} if written else {}

    def error(self, name: str, message: str, traceback: str) -> None:
        """Take over the error that ended the cell."""
        if len(self.items) < _MOST_ITEMS + _MOST_ERRORS:
            self.items.append(
                {
                    "type": "error",
                    "name": name[:200],
                    "message": message[:2000],
                    "traceback": traceback[-8000:],
                }
            )

    def _add(self, item: dict[str, Any]) -> None:
        """Keep an output; of very many the first ones, and far beyond that the cell is stopped."""
        self._added += 1
        if len(self.items) < _MOST_ITEMS:
            self.items.append(item)
        elif self._added == _MOST_ITEMS + 1:
            self.items.append({"type": "cut", "limit": _MOST_ITEMS})
        if self._added > _FAR_BEYOND * _MOST_ITEMS:
            raise TooMuchOutput(f"this cell has shown more than {_FAR_BEYOND * _MOST_ITEMS:,} outputs")


def _is_librarys(kind: type) -> bool:
    """Tell whether a class is of the module that it says it is of."""
    module = sys.modules.get(str(kind.__module__))
    if module is None or getattr(module, kind.__name__, None) is kind:
        return module is not None
    # One that a function made: its methods stand in the module's file.
    files = {getattr(getattr(part, "__code__", None), "co_filename", None) for part in vars(kind).values()}
    return getattr(module, "__file__", "") in files


def _labels(figure: Any) -> list[str]:
    """Return what stands written in a figure of matplotlib's."""
    try:
        texts = figure.findobj(lambda artist: hasattr(artist, "get_text"))
        return ["\n".join(str(text.get_text()) for text in texts[:_MOST_ITEMS])]
    except Exception:  # a figure of the student's may fail in any way
        return []


class Stream(io.TextIOBase):
    """A standard stream that writes into the cell's outputs."""

    encoding = "utf-8"

    def __init__(self, outputs: Outputs, name: str) -> None:
        self._outputs, self._name = outputs, name

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        self._outputs.text(self._name, text)
        return len(text)


def make_shell(outputs: Outputs) -> InteractiveShell:
    """Return a shell whose displays and errors go to ``outputs``."""

    class Publisher(DisplayPublisher):
        def publish(self, data: Any, metadata: Any = None, source: Any = None, **_: Any) -> None:
            outputs.show(data, result=False)

        def clear_output(self, wait: bool = False) -> None:
            outputs.items = []

    class Formatter(DisplayFormatter):
        def format(self, obj: Any, include: Any = None, exclude: Any = None) -> Any:
            data, metadata = super().format(obj, include, exclude)  # type: ignore[no-untyped-call]
            outputs.formatted(data, obj)
            return data, metadata

    class Hook(DisplayHook):
        def write_output_prompt(self) -> None:
            pass

        def write_format_data(self, format_dict: Any, md_dict: Any = None) -> None:
            outputs.show(format_dict, result=True)

        def finish_displayhook(self) -> None:
            self._is_active = False

    class Shell(InteractiveShell):
        display_pub_class = Type(Publisher)
        displayhook_class = Type(Hook)

        def init_display_formatter(self) -> None:
            self.display_formatter = Formatter(parent=self)
            self.configurables.append(self.display_formatter)  # type: ignore[arg-type]

        def enable_gui(self, gui: Any = None) -> None:
            """Figures are drawn into the outputs; there is no window."""

        def ask_exit(self) -> None:
            """Go on: ``quit()`` in one cell is no reason not to look at the others."""

        def _showtraceback(self, etype: Any, evalue: Any, stb: Any) -> None:
            try:
                message = str(evalue)
            except Exception:  # an exception of the student's own may fail even here
                message = ""
            outputs.error(str(getattr(etype, "__name__", etype)), message, _COLOUR.sub("", "\n".join(stb)))

    shell = Shell.instance(colors="NoColor") if _plain_colours() else Shell.instance()
    # The history would be written to a file, and is of no use to anybody.
    if shell.history_manager is not None:
        shell.history_manager.enabled = False
    return shell


def _plain_colours() -> bool:
    import IPython

    return bool(IPython.version_info[0] < 9)
