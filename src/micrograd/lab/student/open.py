"""``micrograd lab open``: JupyterLab on the lab's notebook, with a kernel that has everything."""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

from micrograd.lab.errors import LabError
from micrograd.lab.sandbox.dot_program import with_dot
from micrograd.lab.student.find_notebook import find_notebook
from micrograd.lab.student.words import say
from micrograd.language import choose


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's options to its parser."""
    parser.add_argument(
        "notebook", nargs="?", type=Path, help="the notebook, or the project it is in (default: the one here)"
    )
    parser.add_argument("--no-browser", action="store_true", help="only say the address")
    parser.add_argument(
        "--port", type=int, default=8888, help="the server's port (default: 8888, or the next free one)"
    )


def main(arguments: argparse.Namespace) -> int:
    """Run JupyterLab until it is stopped and return its exit code. Raises ``LabError`` without a notebook."""
    language = choose(arguments.lang)
    notebook = find_notebook(arguments.notebook, language)
    if importlib.util.find_spec("jupyterlab") is None:
        raise LabError("jupyterlab is not installed: pip install 'micrograd-lab[lab]'")
    print(say("opening", language, path=notebook), flush=True)
    with tempfile.TemporaryDirectory(prefix="micrograd-kernel-") as kernels:
        write_kernel(Path(kernels))
        # Looked at before the user's own folders, whose "python3" may be another Python, without micrograd.
        path = os.pathsep.join(filter(None, [kernels, os.environ.get("JUPYTER_PATH", "")]))
        command = [sys.executable, "-m", "jupyterlab", notebook.name, f"--ServerApp.port={arguments.port}"]
        command += ["--no-browser"] if arguments.no_browser else []
        if hasattr(os, "geteuid") and os.geteuid() == 0:
            command.append("--allow-root")  # in a container, where everything runs as root
        programs = with_dot(Path(kernels) / "programs", os.environ.get("PATH", os.defpath))
        environment = {**os.environ, "JUPYTER_PATH": path, "PATH": programs}
        # Ended from outside, the server ends too, instead of living on with a kernel that is gone.
        for name in ("SIGTERM", "SIGHUP"):
            if hasattr(signal, name):
                signal.signal(getattr(signal, name), signal.default_int_handler)
        server = subprocess.Popen(command, cwd=notebook.parent, env=environment)
        try:
            return server.wait()
        except KeyboardInterrupt:
            server.terminate()
            return server.wait()
        finally:
            if server.poll() is None:
                server.terminate()
                server.wait()


def write_kernel(folder: Path) -> None:
    """Write a kernel named ``python3`` that is the Python that is running, to be found through ``JUPYTER_PATH``."""
    kernel = folder / "kernels" / "python3"
    kernel.mkdir(parents=True)
    specification = {
        "argv": [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"],
        "display_name": "Python 3 (micrograd)",
        "language": "python",
        "metadata": {"debugger": True},
    }
    (kernel / "kernel.json").write_text(json.dumps(specification), encoding="utf-8")
