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
from urllib.parse import quote

from micrograd._origin import install
from micrograd.lab.content.nodes import KERNEL
from micrograd.lab.errors import LabError
from micrograd.lab.sandbox.dot_program import with_dot
from micrograd.lab.student.find_notebook import find_notebook, language_of
from micrograd.lab.student.words import say
from micrograd.language import Language, choose


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
    notebook = find_notebook(arguments.notebook, choose(arguments.lang))
    language = language_of(notebook, arguments.lang)
    if importlib.util.find_spec("jupyterlab") is None:
        raise LabError(say("no jupyterlab", language, command=install("lab")))
    print(say("opening", language, path=notebook), flush=True)
    with tempfile.TemporaryDirectory(prefix="micrograd-kernel-") as kernels:
        write_kernel(Path(kernels))
        write_settings(Path(kernels), language)
        # Looked at before the user's own folders, whose "python3" may be another Python, without micrograd.
        path = os.pathsep.join(filter(None, [kernels, os.environ.get("JUPYTER_PATH", "")]))
        # Whichever address of the server is opened, the one that it prints too, it leads to the notebook.
        opened = f"--LabApp.default_url=/lab/tree/{quote(notebook.name)}"
        command = [sys.executable, "-m", "jupyterlab", opened, f"--ServerApp.port={arguments.port}"]
        command += ["--no-browser"] if arguments.no_browser else []
        if hasattr(os, "geteuid") and os.geteuid() == 0:
            command.append("--allow-root")  # in a container, where everything runs as root
        programs = with_dot(Path(kernels) / "programs", os.environ.get("PATH", os.defpath))
        settings = os.pathsep.join(filter(None, [kernels, os.environ.get("JUPYTER_CONFIG_PATH", "")]))
        environment = {**os.environ, "JUPYTER_PATH": path, "JUPYTER_CONFIG_PATH": settings, "PATH": programs}
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
    kernel = folder / "kernels" / KERNEL["name"]
    kernel.mkdir(parents=True)
    specification = {
        "argv": [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"],
        "display_name": KERNEL["display_name"],
        "language": KERNEL["language"],
        "metadata": {"debugger": True},
    }
    (kernel / "kernel.json").write_text(json.dumps(specification), encoding="utf-8")


def write_settings(folder: Path, language: Language) -> None:
    """Write JupyterLab's default settings for the lab, to be found through ``JUPYTER_CONFIG_PATH``.

    No window asks over the notebook about JupyterLab's news; what the user has set himself stays as he set it.
    """
    settings = {
        "@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False},
        "@jupyterlab/translation-extension:plugin": {"locale": {"fr": "fr_FR", "en": "en"}[language]},
    }
    (folder / "labconfig").mkdir()
    (folder / "labconfig" / "default_setting_overrides.json").write_text(
        json.dumps(settings), encoding="utf-8"
    )
