"""A student's JupyterLab as ``micrograd lab open`` starts it, driven in a browser."""

from __future__ import annotations

import contextlib
import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

SECONDS = 120

# In the page. JupyterLab shows its application only where its configuration says so.
_RUNS = """() => window.jupyterapp?.commands.hasCommand("docmanager:open")
    && window.jupyterapp.shell.currentWidget?.content?.widgets?.length > 1"""
_SHOWN = """(name) => {
    const notebook = window.jupyterapp.shell.currentWidget;
    return notebook?.context?.path === name && notebook.content.widgets.length > 1;
}"""
_READY = """() => {
    const context = window.jupyterapp.shell.currentWidget.sessionContext;
    return context?.isReady && context.session?.kernel?.status === "idle";
}"""
# What a kernel says of itself is what JupyterLab may write into a notebook that nobody has touched.
_KERNEL_HAS_SAID = (
    "async () => { await window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.info; }"
)
_SOURCES = """(sources) => {
    for (const cell of window.jupyterapp.shell.currentWidget.content.widgets)
        if (cell.model.id in sources) cell.model.sharedModel.setSource(sources[cell.model.id]);
}"""
# Runs cells one by one, as Shift+Enter does, and returns what stopped.
_RUN = """async (ids) => {
    const notebook = window.jupyterapp.shell.currentWidget.content, failed = [];
    for (const id of ids) {
        const at = notebook.widgets.findIndex((cell) => cell.model.id === id);
        notebook.activeCellIndex = at;
        notebook.deselectAll();
        await window.jupyterapp.commands.execute("notebook:run-cell");
        for (const output of notebook.widgets[at].model.outputs?.toJSON() ?? [])
            if (output.output_type === "error") failed.push(`${id}: ${output.ename}: ${output.evalue}`);
    }
    return failed;
}"""
_PRINTED = """(id) => window.jupyterapp.shell.currentWidget.content.widgets.find((cell) => cell.model.id === id)
    .model.outputs.toJSON().map((output) => output.text ?? "").flat().join("")"""
_PICTURE = """(id) => window.jupyterapp.shell.currentWidget.content.widgets.find((cell) => cell.model.id === id)
    .model.outputs.toJSON().map((output) => output.data?.["image/svg+xml"] ?? "").flat().join("")"""
_GO_TO = """async (id) => {
    const notebook = window.jupyterapp.shell.currentWidget.content;
    const at = notebook.widgets.findIndex((cell) => cell.model.id === id);
    notebook.activeCellIndex = at;
    await notebook.scrollToItem(at, "start");
    // Another notebook that is open has a cell of this ID too.
    for (const other of document.querySelectorAll("[data-id]")) other.removeAttribute("data-id");
    notebook.widgets[at].node.setAttribute("data-id", id);
}"""


class Lab:
    """One JupyterLab on one student's notebook, in a page of a browser."""

    def __init__(self, page: Any, address: str) -> None:
        self.page = page
        self._address = address

    def load(self) -> None:
        """Load the address that the command printed, without the notebooks that were open before."""
        self.page.goto(self._address + "&reset")
        self.page.wait_for_function(_RUNS)

    def open(self, name: str, *, and_wait_for_the_kernel: bool = True) -> None:
        """Open a notebook, beside those that are open."""
        self.do("docmanager:open", path=name)
        self.page.wait_for_function(_SHOWN, arg=name)
        if and_wait_for_the_kernel:
            self.page.wait_for_function(_READY)
            self.page.evaluate(_KERNEL_HAS_SAID)

    def do(self, command: str, **arguments: Any) -> None:
        """Run a command of JupyterLab's and wait for it."""
        script = "([command, given]) => window.jupyterapp.commands.execute(command, given).then(() => {})"
        self.page.evaluate(script, [command, arguments])

    def write(self, sources: dict[str, str]) -> None:
        """Write sources into the cells of these IDs."""
        self.page.evaluate(_SOURCES, sources)

    def run(self, *ids: str) -> None:
        """Run cells one after the other; none may stop."""
        failed = self.page.evaluate(_RUN, list(ids))
        assert not failed, failed

    def save(self) -> None:
        """Save the notebook and wait until it is."""
        self.do("docmanager:save")
        self.page.wait_for_function("!window.jupyterapp.shell.currentWidget.model.dirty")

    def picture(self, cell: str) -> str:
        """Return the SVG that a cell has shown last, as text."""
        return str(self.page.evaluate(_PICTURE, cell))

    def printed(self, cell: str) -> str:
        """Return what a cell printed."""
        return str(self.page.evaluate(_PRINTED, cell))

    def cell(self, cell: str) -> Any:
        """Scroll to a cell and return where it is in the page."""
        self.page.evaluate(_GO_TO, cell)
        found = self.page.locator(f'[data-id="{cell}"]')
        found.scroll_into_view_if_needed()
        return found

    def explorer(self, cell: str) -> Any:
        """Scroll to a cell's explorer and return its frame once it is ready."""
        frame = self.cell(cell).locator("iframe.micrograd-page")
        frame.wait_for()
        frame.scroll_into_view_if_needed()
        inside = frame.element_handle().content_frame()
        inside.wait_for_selector("html[data-ready=yes]", state="attached")
        return inside

    @property
    def is_changed(self) -> bool:
        """Whether JupyterLab counts the notebook as changed since it was saved."""
        return bool(self.page.evaluate("window.jupyterapp.shell.currentWidget.model.dirty"))


@contextlib.contextmanager
def server(project: Path, home: Path, port: int) -> Iterator[str]:
    """Run ``micrograd lab open`` on a project, for a user without any settings; give the address that it prints."""
    settings = home / "jupyter"
    settings.mkdir(parents=True)
    # Only for the tests: without it, a page keeps its application to itself.
    (settings / "jupyter_server_config.json").write_text(
        json.dumps({"LabApp": {"expose_app_in_browser": True}})
    )
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("JUPYTER")},
        "HOME": str(home),
        "JUPYTER_CONFIG_DIR": str(settings),
        "JUPYTER_DATA_DIR": str(home / "data"),
        "IPYTHONDIR": str(home / "ipython"),
        "JUPYTERLAB_SETTINGS_DIR": str(home / "settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(home / "workspaces"),
        "LC_ALL": "C.UTF-8",
    }
    command = [
        sys.executable,
        "-m",
        "micrograd",
        "lab",
        "open",
        str(project),
        "--no-browser",
        "--port",
        str(port),
    ]
    running = subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    said: list[str] = []
    try:
        assert running.stdout is not None
        for line in running.stdout:
            said.append(line)
            found = re.search(r"http://127\.0\.0\.1:\d+/lab/tree/gradient\.ipynb\?token=\w+", line)
            if found:
                break
        else:
            raise AssertionError("".join(said))
        # Nobody reads on, and a full pipe would stop the server.
        reader = threading.Thread(target=running.stdout.read, daemon=True)
        reader.start()
        yield found.group()
    finally:
        running.terminate()
        running.wait(timeout=60)
        if running.stdout:
            running.stdout.close()
