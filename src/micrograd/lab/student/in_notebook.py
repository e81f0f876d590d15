"""``check(task)`` inside the notebook: a task judged by what its cells did, and by the variables that are there now."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable
from typing import Any

from micrograd.lab import checks
from micrograd.lab.checks import Finding, View, headings, listening
from micrograd.lab.checks.recording import Recorder
from micrograd.lab.checks.trails import Cell
from micrograd.lab.content.tasks import task as task_of
from micrograd.lab.student import pictures
from micrograd.lab.student.verdict import print_task
from micrograd.language import choose

_CHECK_LINE = re.compile(r"\bcheck\(\s*(\d+)")
_ONLY_A_CHECK = re.compile(
    r"^\s*(?:from micrograd\.lab[\w.]* import check\s*(?:;\s*)?)?check\(.*\)\s*(?:;\s*)?$"
)
# So many stand in a line of an output on a small laptop.
_CHARACTERS = 96
_ID = re.compile(r"^task-(\d{1,2})-")


def check(number: int, lang: str | None = None) -> float | None:
    """Check one task from inside the notebook and print what came out, in ``lang``.

    Under nbgrader's ``autograde`` and ``validate`` it returns the task's points, which nbgrader reads; otherwise
    nothing. Raises ``ValueError`` for a task that the lab does not have.
    """
    language = choose(lang)
    task_of(number)
    if _live is None and listening.is_active():
        return None  # this notebook is being checked as a whole, and by somebody else
    findings = _notebook().check(number)
    print_task(number, findings, language, sys.stdout, _CHARACTERS)
    if os.environ.get("NBGRADER_EXECUTION"):
        return checks.points(number, findings)
    return None


class LiveNotebook:
    """A notebook that is running: its cells, in the order in which they ran, and what was right in it already."""

    def __init__(self, shell: Any) -> None:
        self._shell = shell
        variables = shell.user_ns if shell is not None else sys.modules["__main__"].__dict__
        self._recorder = Recorder(variables)
        self._counts: dict[int, int] = {}  # a cell's execution count, by the cell's place
        self._task_of: dict[
            str, int
        ] = {}  # what a check line has said of a cell without an ID, by its source
        self._checked_last: list[Cell] = []  # the cells that belong to the task that was checked last
        self._right: dict[tuple[int, tuple[str, ...]], list[Finding]] = {}
        self._drew: dict[
            int, bool
        ] = {}  # whether a cell that was watched showed a picture, by the cell's place
        if shell is None:
            return
        for count, source in enumerate(shell.user_ns.get("In", [])[:-1]):
            if source.strip():  # what ran before anybody watched: its code is known, what it did is not
                self._recorder.cells.append(self._cell(source, None))
                self._counts[len(self._recorder.cells) - 1] = count
        listening.install(shell, self._recorder)
        self._sees_pictures = pictures.watch(shell, self._saw_picture)
        shell.events.register("pre_run_cell", self._begin)
        shell.events.register("post_run_cell", self._end)

    def check(self, number: int) -> list[Finding]:
        """Judge a task, with those that it stands on, and return its findings."""
        self._recorder.pause()
        self._sort(number)
        looked = (*checks.NEEDS[number], number, *checks.SHOWN_BY.get(number, ()))
        found = {task: self._look(task) for task in looked}
        findings = checks.settle(found)[number]
        sources = tuple(self._sources(number))
        if sources and all(f.state == "right" or not f.weight for f in findings):
            self._right[number, sources] = findings
        # What its cells showed once stays shown, whatever other cells did to their variables since.
        return self._right.get((number, sources), findings)

    def _look(self, task: int) -> list[Finding]:
        cells = self._recorder.cells
        scaffold = any(_ID.match(cell.name) or "sigmoid_operation" in cell.source for cell in cells)
        variables = self._recorder.variables
        outputs, drawn = self._outputs(task), self._drawn(task)
        view = View(variables, outputs, complete=False, cells=cells, scaffold=scaffold, drawn=drawn)
        asked = checks.questions(task, checks.generator_for(task, self._sources(task)))
        return checks.judge(task, asked, checks.observe(task, view, asked))

    def _sources(self, task: int) -> list[str]:
        latest: dict[str, str] = {}
        for cell in self._recorder.cells:
            if task in cell.tasks:
                latest[cell.name or cell.source] = cell.source
        return list(latest.values())

    def _begin(self, info: Any) -> None:
        source = getattr(info, "raw_cell", "") or ""
        if source.strip() and not _ONLY_A_CHECK.match(source):
            listening.watch_programs()
            self._recorder.begin(self._cell(source, getattr(info, "cell_id", None)))
            if self._sees_pictures:
                self._drew[len(self._recorder.cells) - 1] = False
            # Until it has ended and its number is known: whoever checks in its last line sees what it showed.
            self._counts[len(self._recorder.cells) - 1] = self._shell.execution_count

    def _end(self, result: Any) -> None:
        count = getattr(result, "execution_count", None)
        if count is not None and self._recorder.is_running:
            self._counts[len(self._recorder.cells) - 1] = count
        self._recorder.end(stopped=getattr(result, "success", True) is False)

    def _cell(self, source: str, name: str | None) -> Cell:
        from micrograd.lab.checks.submitted import given_sources, is_given

        name = name if name and (_ID.match(name) or name in given_sources()) else ""
        match = _ID.match(name)
        tasks: tuple[int, ...] = (int(match.group(1)),) if match else ()
        if not match:
            tasks = tuple(sorted({task for heading in headings.in_code(source, 0) for task in heading.tasks}))
        if not tasks and source in self._task_of:
            tasks = (self._task_of[source],)
        return Cell(source, name, tasks, is_given(source, name))

    def _sort(self, number: int) -> None:
        """Let the cells since the last check line that are nobody's yet belong to the task that is checked now.

        Where none ran since, and the task has none, it was done together with the one that was checked before.
        """
        fresh = []
        for cell in self._recorder.cells:
            if _CHECK_LINE.search(cell.source) and _ONLY_A_CHECK.match(cell.source):
                continue
            if not cell.tasks and not cell.name and cell.source not in self._task_of:
                self._task_of[cell.source] = number
                cell.tasks = (number,)
                fresh.append(cell)
        if fresh:
            self._checked_last = fresh
        elif not any(number in cell.tasks for cell in self._recorder.cells):
            for cell in self._checked_last:
                cell.tasks = (*cell.tasks, number)

    def _saw_picture(self) -> None:
        if self._recorder.is_running:
            self._drew[len(self._recorder.cells) - 1] = True

    def _drawn(self, task: int) -> bool | None:
        """Tell whether the task's own cells showed a picture; None where one of them was not seen from end to end."""
        own = [
            index for index, cell in enumerate(self._recorder.cells) if task in cell.tasks and not cell.given
        ]
        if any(self._drew.get(index) for index in own):
            return True
        is_running = self._recorder.is_running and len(self._recorder.cells) - 1 in own
        return False if own and not is_running and all(index in self._drew for index in own) else None

    def _outputs(self, task: int) -> list[dict[str, Any]]:
        """Return what the task's own cells showed, as far as IPython remembers (from 9 on)."""
        remembered = getattr(getattr(self._shell, "history_manager", None), "outputs", {})
        outputs = []
        for index, cell in enumerate(self._recorder.cells):
            if task not in cell.tasks or cell.given:
                continue
            for output in remembered.get(self._counts.get(index), []):
                bundle = output.bundle
                text = bundle.get("stream", bundle.get("text/plain", ""))
                outputs.append({"text": "".join(text), "kinds": [kind for kind in bundle if "/" in kind]})
        return outputs


_live: LiveNotebook | None = None


def watch() -> None:
    """Watch the cells of the notebook that runs in this process from now on; nothing happens without one."""
    if "IPython" in sys.modules and not listening.is_active():
        import IPython

        current: Callable[[], Any] = IPython.get_ipython
        if current() is not None:
            _notebook()


def _notebook() -> LiveNotebook:
    global _live
    if _live is None:
        import IPython

        current: Callable[[], Any] = IPython.get_ipython
        _live = LiveNotebook(current())
    return _live
