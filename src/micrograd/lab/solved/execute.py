"""Run a notebook in a kernel of the running environment, and look at its variables on the way."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import sys
import tempfile
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from copy import deepcopy
from pathlib import Path
from typing import Any, NamedTuple

from micrograd._needs import needs
from micrograd.lab.content.nodes import KERNEL, code_cell
from micrograd.lab.errors import LabError
from micrograd.language import Language

with needs("lab"):
    import matplotlib
    from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
    from jupyter_client.manager import AsyncKernelManager
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError, DeadKernelError
    from nbformat import NotebookNode

Probes = Mapping[str, Mapping[str, str]]
"""For each cell's ID, what to evaluate after that cell: expressions by name."""

_PROBE_TYPE = "application/vnd.micrograd.probe+json"
_ADDRESS = re.compile(r" at 0x[0-9A-Fa-f]+")
# Figures come out the same, byte for byte, wherever the same matplotlib draws them.
_SETUP = """
%matplotlib inline
%config InlineBackend.figure_formats = ["png"]
%config InlineBackend.print_figure_kwargs = dict(bbox_inches="tight", dpi=144, metadata=dict(Software=None))
"""


class Execution(NamedTuple):
    """A notebook that ran to its end, and what the probes saw."""

    notebook: NotebookNode
    values: dict[str, Any]


def execute(
    notebook: NotebookNode,
    language: Language,
    probes: Probes | None = None,
    on_cell: Callable[[str], None] | None = None,
    timeout: float | None = 600,
) -> Execution:
    """Run every cell of ``notebook`` and return it with its outputs; the one given stays as it is.

    ``language`` is the language that the libraries speak inside the notebook. ``probes`` maps a cell's ID to
    expressions by name; they are evaluated in the notebook's variables after that cell has run, and have to
    give what JSON can carry. ``on_cell`` is called with the ID of each cell before it runs. ``timeout`` is in
    seconds for each cell. Raises ``LabError`` if a cell fails, takes longer, or ends the kernel.
    """
    probes = probes or {}
    running = deepcopy(notebook)
    running.cells = [_hidden(_SETUP)]
    for cell in notebook.cells:
        running.cells.append(deepcopy(cell))
        if cell.id in probes:
            running.cells.append(_hidden(_probe(probes[cell.id])))

    begun = "?"

    def started(cell: NotebookNode, cell_index: int) -> None:
        nonlocal begun
        if not _is_hidden(cell):
            begun = cell.id
            if on_cell:
                on_cell(begun)

    with tempfile.TemporaryDirectory(prefix="micrograd-lab-", ignore_cleanup_errors=True) as scratch:
        client = _Client(
            running,
            # The first cell of ours loads matplotlib, which may take its time the first time.
            timeout_func=lambda cell: None if _is_hidden(cell) else timeout,
            record_timing=False,
            coalesce_streams=True,
            resources={"metadata": {"path": scratch}},
            on_cell_start=started,
        )
        try:
            client.execute(env=_environment(language, Path(scratch)))
        except (asyncio.CancelledError, DeadKernelError) as error:
            if client.interrupted:
                raise KeyboardInterrupt from None
            raise LabError(f"cell {begun!r}: {error}") from error
        except CellExecutionError as error:
            raise LabError(f"cell {begun!r}: {error.ename}: {error.evalue}") from error
        except TimeoutError as error:
            raise LabError(f"cell {begun!r} took longer than {timeout} seconds") from error

    values: dict[str, Any] = {}
    for cell in running.cells:
        for output in cell.get("outputs", []):
            if _PROBE_TYPE in output.get("data", {}):
                values.update(output["data"][_PROBE_TYPE])
    running.cells = [cell for cell in running.cells if not _is_hidden(cell)]
    _make_repeatable(running)
    return Execution(running, values)


def merge(*several: Probes) -> Probes:
    """Return all the probes as one."""
    cells = {cell for probes in several for cell in probes}
    return {
        cell: {name: expression for probes in several for name, expression in probes.get(cell, {}).items()}
        for cell in cells
    }


def show_probe(expressions: Mapping[str, str], variables: dict[str, Any]) -> None:
    """Evaluate the expressions in the notebook's variables and send the results; runs inside the kernel."""
    from IPython.display import display

    def plain(value: Any) -> Any:
        return value.item() if hasattr(value, "item") else str(value)

    # Names of their own, so that looking never changes what a later cell sees.
    scope = {**variables}
    found = {name: eval(expression, scope) for name, expression in expressions.items()}
    display({_PROBE_TYPE: json.loads(json.dumps(found, default=plain))}, raw=True)  # type: ignore[no-untyped-call]


class _OwnKernel(KernelSpecManager):
    """The Python that is running, whatever kernels the user has installed."""

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        return KernelSpec(
            argv=[sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}", "--log-level=ERROR"],
            name=kernel_name,
            display_name=KERNEL["display_name"],
            language=KERNEL["language"],
        )


class _Client(NotebookClient):
    interrupted = False

    def create_kernel_manager(self) -> AsyncKernelManager:
        self.km = AsyncKernelManager(kernel_name="python3", kernel_spec_manager=_OwnKernel())
        return self.km

    @asynccontextmanager
    async def async_setup_kernel(self, **kwargs: Any) -> AsyncGenerator[None, None]:
        loop, task = asyncio.get_running_loop(), asyncio.current_task()

        def interrupt() -> None:
            self.interrupted = True
            if task:
                task.cancel()

        def cancel_on_interrupt() -> None:
            with suppress(NotImplementedError, RuntimeError):
                loop.add_signal_handler(signal.SIGINT, interrupt)

        # Ctrl-C would only end the kernel, and look like a notebook that had ended it. Soon, that is, after
        # the client has set its own handler.
        loop.call_soon(cancel_on_interrupt)
        async with super().async_setup_kernel(**kwargs):
            yield


def _environment(language: Language, scratch: Path) -> dict[str, str]:
    environment = dict(os.environ)
    # LC_ALL would overrule LC_MESSAGES; what it says about everything else stays.
    everything = environment.pop("LC_ALL", None)
    if everything:
        environment["LC_CTYPE"] = everything
    environment["LC_MESSAGES"] = {"fr": "fr_FR.UTF-8", "en": "en_US.UTF-8"}[language]
    # The user's own IPython profile and matplotlib style would change the outputs.
    environment["IPYTHONDIR"] = str(scratch)
    environment["MATPLOTLIBRC"] = str(Path(matplotlib.get_data_path()) / "matplotlibrc")
    environment.pop("MPLBACKEND", None)
    return environment


def _hidden(source: str) -> NotebookNode:
    return code_cell(source.strip(), metadata={"micrograd": {"kind": "hidden"}})


def _is_hidden(cell: NotebookNode) -> bool:
    return bool(cell.metadata.get("micrograd", {}).get("kind") == "hidden")


def _probe(expressions: Mapping[str, str]) -> str:
    return (
        "__import__('micrograd.lab.solved.execute', fromlist=['show_probe'])"
        f".show_probe({dict(expressions)!r}, globals())"
    )


def _make_repeatable(notebook: NotebookNode) -> None:
    """Take out of the outputs what changes from run to run: counters, memory addresses."""
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    for count, cell in enumerate(code, 1):
        cell.execution_count = count
        cell.metadata.pop("execution", None)
        for output in cell.outputs:
            if "execution_count" in output:
                output.execution_count = count
            data = output.get("data", {})
            if "text/plain" in data:
                data["text/plain"] = _ADDRESS.sub("", data["text/plain"])
