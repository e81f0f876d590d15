"""Where this installation came from, and so what pip has to be given to get the same once more.

A name alone would not do: the distribution need not be on any index, and then whoever takes its name there would
run code on the machines of all who follow such an advice.
"""

from __future__ import annotations

from typing import Any

DISTRIBUTION = "micrograd-lab"


def requirement(extra: str = "") -> str:
    """Return the requirement for this very distribution, with an extra of its own, as pip reads it.

    It names the repository's commit, the file with its hash, or the folder that this installation came from, as pip
    noted them down (PEP 610); the version, where it came from an index.
    """
    name = f"{DISTRIBUTION}[{extra}]" if extra else DISTRIBUTION
    noted, version = _noted()
    if not noted:
        return f"{name}=={version}" if version else name
    if "vcs_info" in noted:
        source = noted["vcs_info"]
        return f"{name} @ {source['vcs']}+{noted['url']}@{source['commit_id']}"
    digest = noted.get("archive_info", {}).get("hashes", {}).get("sha256")
    return f"{name} @ {noted['url']}" + (f"#sha256={digest}" if digest else "")


def install(extra: str = "") -> str:
    """Return the command that installs this distribution once more, with an extra of its own."""
    return f'pip install "{requirement(extra)}"'


def missing_source() -> str | None:
    """Return the file or folder that this installation came from where it is no longer there; else None."""
    from pathlib import Path
    from urllib.parse import urlsplit
    from urllib.request import url2pathname

    url = urlsplit(_noted()[0].get("url", ""))
    if url.scheme != "file" or Path(path := url2pathname(url.path)).exists():
        return None
    return path


def _noted() -> tuple[dict[str, Any], str]:
    """Return what pip wrote down of the installation, and its version; both empty where there is none."""
    import json
    from importlib.metadata import PackageNotFoundError, distribution

    try:
        found = distribution(DISTRIBUTION)
        noted: dict[str, Any] = json.loads(found.read_text("direct_url.json") or "{}")
    except (PackageNotFoundError, ValueError):
        return {}, ""
    return noted, found.version
