"""The student's way to the letter, from each kind of installation: ``make student``.

    python tests/student_way.py [--origins checkout,wheel,sdist] [--language fr] [FOLDER]

Installs the project as a teacher's students may have it (an editable checkout, a wheel, an sdist), each into an empty
environment by pip; runs ``micrograd lab new`` in an empty folder; then runs the commands of the README that it wrote,
line by line in one shell: environment, installation, opening (until JupyterLab serves the notebook to a browser),
check, and handing in to a bare repository. It takes some minutes, and what pip installs from.
"""

from __future__ import annotations

import argparse
import os
import re
import shlex
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from environments import copy_project, pip, python_of, run, sdist, wheel

BLOCK = re.compile(r"^```\w*\n(.*?)^```$", re.MULTILINE | re.DOTALL)
ADDRESSES = ("ADDRESS_OF_THE_PROJECT", "ADRESSE_DU_PROJET")
ORIGINS = ("checkout", "wheel", "sdist")
# Where this machine's pip looks, which the student's pip does too.
PIP = Path.home() / ".config" / "pip" / "pip.conf"

# A browser writes down what it is asked to open; then the server is asked for the notebook, and ended.
OPEN = """\
OPENED={opened} BROWSER={browser} {line} >{log} 2>&1 & server=$!
for _ in $(seq 600); do [ -s {opened} ] && break; sleep 0.2; done
python - {log} <<'END'
import re, sys, urllib.request
said = open(sys.argv[1]).read()
address = re.search(r"http://127[.]0[.]0[.]1:[0-9]+/lab/tree/gradient[.]ipynb[?]token=[0-9a-f]+", said)
place = address[0].replace("/lab/tree/", "/api/contents/")
assert urllib.request.urlopen(place, timeout=60).status == 200
assert b"jupyter-config-data" in urllib.request.urlopen(address[0], timeout=60).read()
END
answered=$?; [ -s {opened} ] || answered=1
kill $server; wait $server; (exit $answered)
"""


def commands(readme: Path, remote: Path) -> list[str]:
    """Return the README's commands, line by line, with the address of the student's own project filled in."""
    text = readme.read_text(encoding="utf-8")
    lines = [line for block in BLOCK.findall(text) for line in block.splitlines() if line.strip()]
    filled = [re.sub("|".join(ADDRESSES), str(remote), line) for line in lines]
    assert sum(str(remote) in line for line in filled) == 1
    return filled


def follow(project: Path, *, stand_ins: str = "", **environment: str) -> list[tuple[str, int, str]]:
    """Run the commands of a project's README in one shell; return each with its status and what it printed.

    Their project on the forge is a bare repository beside it. ``stand_ins`` are functions of the shell for what would
    take too long; with them, JupyterLab is not opened.
    """
    place = Path(tempfile.mkdtemp(prefix="way-", dir=project.parent))
    remote = place / "remote.git"
    run("git", "init", "--quiet", "--bare", remote)
    browser = place / "browser"
    browser.write_text('#!/bin/sh\necho "$1" > "$OPENED"\n', encoding="utf-8")
    browser.chmod(0o755)
    lines = commands(project / "README.md", remote)
    script = stand_ins + "\n"
    for number, line in enumerate(lines):
        out, shown = shlex.quote(str(place / f"{number}.out")), line
        if " lab open" in line and not stand_ins:
            names = {name: shlex.quote(str(place / name)) for name in ("opened", "log")}
            command = line.partition("#")[0].strip()
            shown = OPEN.format(line=command, browser=shlex.quote(f"{browser} %s"), **names)
        script += f"{{ {shown}\n}} >{out} 2>&1\necho $? >>{shlex.quote(str(place / 'statuses'))}\n"
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("JUPYTER", "PYTHON", "VIRTUAL_ENV"))}
    subprocess.run(
        ["bash", "-c", script],
        cwd=project,
        env={**kept, **environment},
        stdin=subprocess.DEVNULL,
        timeout=1800,
    )
    statuses = map(int, (place / "statuses").read_text().split())
    printed = [(place / f"{number}.out").read_text(errors="replace") for number in range(len(lines))]
    return list(zip(lines, statuses, printed, strict=True))


def installed(origin: str, folder: Path) -> Path:
    """Install the project into an environment of its own, as pip does from that origin; return its Python."""
    run(sys.executable, "-m", "venv", "--without-pip", folder / "environment")
    python = python_of(folder / "environment")
    if origin == "checkout":
        pip(python, "install", "--quiet", "--editable", f"{copy_project(folder / 'checkout')}[lab]")
    else:
        pip(python, "install", "--quiet", f"{ {'wheel': wheel, 'sdist': sdist}[origin]() }[lab]")
    return python


def main() -> int:
    """Go the way from each origin and say how it went; return 1 where a command failed."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", nargs="?", type=Path, default=Path.home(), help="where to make the folders")
    parser.add_argument("--origins", default=",".join(ORIGINS))
    parser.add_argument("--language", choices=("fr", "en"), default="fr")
    options = parser.parse_args()
    failed = 0
    for origin in options.origins.split(","):
        with tempfile.TemporaryDirectory(prefix=f"student-{origin}-", dir=options.folder) as name:
            begun, folder = time.perf_counter(), Path(name)
            python = installed(origin, folder)
            (folder / "empty").mkdir()
            micrograd = python.with_name("micrograd")
            home = {"HOME": name, **({"PIP_CONFIG_FILE": str(PIP)} if PIP.exists() else {})}
            run(
                micrograd, "lab", "new", "student01", "--lang", options.language, cwd=folder / "empty", **home
            )
            project = folder / "empty" / "BUT3-DL-student01"
            print(f"{origin}: {(project / 'requirements.txt').read_text(encoding='utf-8').splitlines()[-1]}")
            for line, status, printed in follow(project, **home):
                # Nothing is done yet, which is what the check says.
                is_right = status == (1 if " lab check" in line else 0)
                failed += not is_right
                print(f"  {'ok ' if is_right else 'NOT'} {status}  {line}")
                if not is_right:
                    print(printed[-3000:])
            print(f"  {time.perf_counter() - begun:.0f} s")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
