"""The site, made once for all tests that look at it, served on loopback, and a Chromium that reaches nothing else."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from shared import once

from micrograd.lab.errors import LabError
from micrograd.site.build import write_site
from micrograd.site.serve import server

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
# The site is looked up at every host but loopback in vain: what asks for one fails at once.
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
]


def site() -> Path:
    """Return the folder of the site, made at the first call; skip where its parts cannot be fetched."""
    pytest.importorskip("jupyterlite_core", reason="NO SITE IS MADE: the extra `site` is not installed")

    def make(folder: Path) -> None:
        write_site(folder / "public")

    try:
        return once("site", make) / "public"
    except LabError as error:
        if "download" in str(error) or "npm" in str(error) or "pip" in str(error):
            pytest.skip(f"NO SITE IS MADE, its parts cannot be fetched: {error}")
        raise


def copy_of_site(folder: Path) -> Path:
    """Return a copy of the site, to change files of: they are links until they are replaced."""
    target = folder / "public"
    shutil.copytree(site(), target, copy_function=os.link)
    return target


@contextmanager
def served(folder: Path, port: int = 0) -> Iterator[str]:
    """Serve a folder and give its address."""
    serving = server(folder, port)
    threading.Thread(target=serving.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{serving.server_address[1]}"
    finally:
        serving.shutdown()
        serving.server_close()


def watch(context: Any) -> tuple[list[str], list[str]]:
    """Return two lists that fill up: requests to other hosts, and errors that pages write to their console."""
    outside: list[str] = []
    errors: list[str] = []

    def asked(request: Any) -> None:
        if not request.url.startswith(("http://127.0.0.1:", "blob:", "data:", "about:")):
            outside.append(request.url)

    def told(message: Any) -> None:
        if message.type == "error":
            errors.append(f"{message.text} {message.location.get('url', '')}")

    context.on("request", asked)
    context.on("console", told)
    context.on("weberror", lambda error: errors.append(str(error.error)))
    return outside, errors


Wait = Callable[[str], None]
