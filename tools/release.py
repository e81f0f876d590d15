"""What a package says of itself: its version, its addresses, and a README whose images PyPI shows.

The version comes from Git's tags: at ``v1.2.0`` it is 1.2.0, 34 commits later 1.2.1.dev34+g0a1b2c3. An sdist knows its
own; GitLab tells a release's tag in ``CI_COMMIT_TAG``; an archive that a forge made of a commit has Git's description
in ``.git_archival.txt``; anything else is the release that is worked on. The addresses come from
``MICROGRAD_PROJECT_URL`` (or GitLab's ``CI_PROJECT_URL``), or from Git's ``origin``.
"""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
#: Where no tag tells: the release that is worked on.
NEXT = "0.1.0"
DESCRIBED = re.compile(r"v?(\d+(?:\.\d+)*)(?:-(\d+)-g([0-9a-f]+))?$")
INDEX = "https://pypi.org/project/micrograd-lab/"


def version(root: Path = ROOT) -> str:
    """Return the version of the project in a folder."""
    packed = root / "PKG-INFO"
    if packed.exists():
        return next(
            line.partition(":")[2].strip()
            for line in packed.read_text(encoding="utf-8").splitlines()
            if line.startswith("Version:")
        )
    if re.fullmatch(r"v\d+(\.\d+)*", tag := os.environ.get("CI_COMMIT_TAG", "")):
        return version_of(tag)
    if described := git(root, "describe", "--tags", "--match", "v[0-9]*"):
        return version_of(described)
    if commit := git(root, "rev-parse", "--short=7", "HEAD"):
        return f"{NEXT}.dev{git(root, 'rev-list', '--count', 'HEAD')}+g{commit}"
    archived = root / ".git_archival.txt"
    if archived.exists() and DESCRIBED.match(described := archived.read_text(encoding="utf-8").strip()):
        return version_of(described)
    return NEXT


def version_of(described: str) -> str:
    """Return the version that ``git describe`` means: after a tag, a development version of the next release."""
    found = DESCRIBED.match(described)
    if not found:
        return NEXT
    release, distance, commit = found.groups()
    if distance is None:
        return release
    *before, last = release.split(".")
    return f"{'.'.join([*before, str(int(last) + 1)])}.dev{distance}+g{commit}"


def address(root: Path = ROOT) -> str | None:
    """Return the project's address on the web, without the password that a clone's may hold."""
    given = os.environ.get("MICROGRAD_PROJECT_URL") or os.environ.get("CI_PROJECT_URL")
    given = given or git(root, "config", "--get", "remote.origin.url") or ""
    found = re.match(r"(?:https?://|ssh://|git@)(?:[^@/]*@)?([\w.-]+(?::\d+)?)[:/](.+?)(?:\.git)?/?$", given)
    return f"https://{found[1]}/{found[2]}" if found else None


def urls(root: Path = ROOT) -> dict[str, str]:
    """Return the addresses that PyPI shows beside the text."""
    home = address(root)
    if home is None:
        return {"Homepage": INDEX}
    return {
        "Homepage": home,
        "Documentation": f"{home}/-/tree/HEAD/docs",
        "Changelog": f"{home}/-/blob/HEAD/CHANGELOG.md",
        "Issues": f"{home}/-/issues",
    }


def readme(root: Path = ROOT) -> str:
    """Return README.md with links and images that also lead somewhere from elsewhere, where the address is known."""
    text = (root / "README.md").read_text(encoding="utf-8")
    home = address(root)
    if home is None:
        return text
    text = re.sub(r"(!\[[^\]]*\]\()(?!\w+:)([^)]+)\)", rf"\1{home}/-/raw/HEAD/\2)", text)
    return re.sub(r"((?<!!)\[[^\]]*\]\()(?!\w+:|#)([^)]+)\)", rf"\1{home}/-/blob/HEAD/\2)", text)


def git(root: Path, *arguments: str) -> str | None:
    """Return what Git says of exactly this folder, not of one around it; None where it says nothing."""
    if not (root / ".git").exists():
        return None
    try:
        done = subprocess.run(["git", *arguments], cwd=root, capture_output=True, text=True)
    except OSError:
        return None
    return done.stdout.strip() or None if done.returncode == 0 else None
