"""Every code block of the documentation runs, page by page and in the page's order, as a reader would run it.

A page's Python blocks share one Python of their own, its shell blocks one shell, in an empty folder. Where a page says
after ``print(...)`` what is printed, that is printed. In a shell, addresses are those of repositories made for it,
installing looks at what would be installed, and opening the notebook is doing the work.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import NamedTuple

import pytest
from environments import ROOT, copy_project

PAGES = sorted(
    ["README.md", "CONTRIBUTING.md", *(f"docs/{path.name}" for path in (ROOT / "docs").glob("*.md"))]
)
BLOCK = re.compile(r"^( *)```(.*)\n((?:.*\n)*?)\1```$", re.MULTILINE)


class Block(NamedTuple):
    """A fenced block of a page."""

    page: str
    language: str
    code: str


def blocks(page: str, language: str | None = None) -> list[Block]:
    text = (ROOT / page).read_text(encoding="utf-8")
    found = [Block(page, match[2], textwrap.dedent(match[3])) for match in BLOCK.finditer(text)]
    assert len(found) * 2 == len(re.findall(r"^ *```", text, re.MULTILINE)), f"{page}: a block is not closed"
    return [block for block in found if language in (None, block.language)]


def pages(language: str) -> list[str]:
    return [page for page in PAGES if blocks(page, language)]


@pytest.mark.parametrize("page", PAGES)
def test_every_block_says_what_it_is(page):
    """Python and shell are run below; ``text`` is a drawing.

    ``py``, an excerpt or a program that fails as it should, and ``pycon``, a session, are compared by the tests of
    their pages (test_engine_tour.py, test_micrograd_page.py).
    """
    allowed = {"python", "sh", "text"}
    if page in ("docs/engine-tour.md", "docs/engine-tour.fr.md", "docs/micrograd.md"):
        allowed |= {"py", "pycon"}
    # In braces stand the directives of the site's builder.
    assert {block.language for block in blocks(page) if block.language[:1] != "{"} <= allowed


# In Pyodide a cell may wait, and the page's JavaScript is the module js. Here Graphviz's process answers for it.
PYODIDE = """
import types, sys
from micrograd.draw import graphviz_program
async def instance():
    return types.SimpleNamespace(renderString=lambda source, options: graphviz_program.piped(source, options["format"]))
sys.modules["js"] = types.SimpleNamespace(
    Viz=types.SimpleNamespace(instance=instance), Object=types.SimpleNamespace(fromEntries=dict))
"""
# As a notebook runs its cells: one after another in the same names, and a cell may wait.
CELLS = """
import ast, asyncio, inspect, json
names = {"__name__": "__main__"}
async def run(cells):
    for cell in cells:
        waiting = eval(compile(cell, "<cell>", "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT), names)
        if inspect.isawaitable(waiting):
            await waiting
asyncio.run(run(json.loads(sys.stdin.read())))
"""


@pytest.mark.parametrize("page", [page for page in pages("python") if page != "docs/teacher.md"])
def test_python(page, tmp_path):
    pytest.importorskip("sklearn", reason="the lab's libraries are missing: THE DOCUMENTATION IS NOT RUN")
    cells = [block.code for block in blocks(page, "python")]
    if "await" in "".join(cells):
        # The page that has been loaded lays out a picture, after all.
        cells.append(
            "from micrograd.draw import draw_dot\nassert 'svg' in draw_dot(loss)._repr_image_svg_xml()"
        )
    ran = subprocess.run(
        [sys.executable, "-c", PYODIDE + CELLS],
        input=json.dumps(cells),
        capture_output=True,
        text=True,
        cwd=tmp_path,
        timeout=300,
    )
    assert ran.returncode == 0, ran.stderr[-4000:]
    promised = re.findall(r"(?m)^print\(.*\)  # (.*)$", "\n".join(cells))
    printed = ran.stdout.splitlines()
    for line, promise in zip(printed, promised):
        assert line == promise or (promise.startswith("an MLP") and line.startswith("MLP of [Layer"))
    assert len(printed) >= len(promised)


PRELUDE = r"""
set -u
there() { [ -e "$1" ] || { echo "$1 is not there"; return 1; }; }
pip() { # install PLACE[EXTRA]: what would be installed is there, and has that extra
  [ "$1" = install ] && python - "$2" <<'END'
import sys
from importlib.metadata import metadata
place, _, extra = sys.argv[1].rstrip("]").partition("[")
assert open(place + "/pyproject.toml")
assert not extra or extra in metadata("micrograd-lab").get_all("Provides-Extra"), extra
END
}
python3() { # -m venv FOLDER: the environment is this one
  [ "$1 $2" = "-m venv" ] && mkdir -p "$3/bin" && : >"$3/bin/activate"
}
sudo() { # apt install PACKAGE: one that continuous integration installs too
  [ "$1 $2" = "apt install" ] && grep -q ":$3\b" "$PROJECT/.ci/run"
}
make() { command make --no-print-directory --dry-run "$@" >/dev/null; }
micrograd() {
  if [ "$1 $2" = "lab open" ]; then
    there tp1-gradient_descent/gradient.ipynb && cp "$SOLVED" tp1-gradient_descent/gradient.ipynb
  elif [ "$1 $2" = "lab site" ]; then # what it builds takes minutes, and has tests of its own
    command micrograd "$@" --help >/dev/null
  else
    command micrograd "$@"
  fi
}
"""


@pytest.fixture(scope="module")
def solved(tmp_path_factory) -> Path:
    from checked_notebook import scaffold
    from made_up_class import LIGHT_MOONS

    path = tmp_path_factory.mktemp("solved") / "gradient.ipynb"
    path.write_bytes(scaffold(LIGHT_MOONS))  # without the cells that only draw: it is run half a dozen times
    return path


def shell(page: str, folder: Path, solved: Path) -> list[tuple[str, int]]:
    """Run a page's shell blocks and return each command with its status."""
    if not shutil.which("bash"):
        pytest.skip("no bash: THE COMMANDS OF THE DOCUMENTATION ARE NOT RUN")
    pytest.importorskip("nbformat", reason="the lab's libraries are missing: THE DOCUMENTATION IS NOT RUN")
    project, submissions, remote = (folder / name for name in ("project", "submissions", "remote.git"))
    git = ["git", "-c", "user.name=A", "-c", "user.email=a@b.c", "-c", "init.defaultBranch=main"]
    copy_project(project)
    for command in (["init", "-q"], ["add", "--all"], ["commit", "-q", "-m", "as it is"]):
        subprocess.run([*git, *command], cwd=project, check=True)
    subprocess.run([*git, "init", "-q", "--bare", remote], check=True)
    submissions.mkdir()
    shutil.copy(solved, submissions / "jdupont.ipynb")
    places = {
        "ADDRESS_OF_MICROGRAD_LAB": f"{project} micrograd-lab",
        "ADRESSE_DE_MICROGRAD_LAB": f"{project} micrograd-lab",
        "git clone …": f"git clone {project} micrograd-lab",
        "ADDRESS_OF_THE_PROJECT": str(remote),
        "ADRESSE_DU_PROJET": str(remote),
        "SUBMISSIONS": str(submissions),
    }
    commands = [line for block in blocks(page, "sh") for line in block.code.splitlines() if line.strip()]
    script = PRELUDE
    for line in commands:
        done = re.sub("|".join(map(re.escape, places)), lambda match: places[match[0]], line)
        script += f'{done}\necho "$?" >&3\n'
    # Where the reader is: in an empty folder, or in the project.
    start = folder / "reader" if any("git clone" in line for line in commands) else project
    start.mkdir(exist_ok=True)
    numbers = folder / "statuses"
    (folder / "home").mkdir()
    environment = {
        **os.environ,
        "HOME": str(folder / "home"),
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
        "PROJECT": str(ROOT),
        "SOLVED": str(solved),
        **{f"GIT_{who}_{what}": "j@d.fr" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")},
    }
    ran = subprocess.run(
        ["bash", "-c", f"exec 3>{numbers}\n{script}"],
        cwd=start,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=300,
    )
    statuses = list(map(int, numbers.read_text().split()))
    print(ran.stdout[-6000:])  # shown where the test fails
    assert len(statuses) == len(commands)
    return list(zip(commands, statuses))


@pytest.mark.slow
# The student's page has the same commands in both languages, which is tested below.
@pytest.mark.parametrize("page", [page for page in pages("sh") if page != "docs/student.en.md"])
def test_shell(page, tmp_path, solved):
    ran = shell(page, tmp_path, solved)
    assert ran
    assert not [command for command, status in ran if status != 0]


def test_pages_in_two_languages_have_the_same_commands():
    def commands(page: str) -> list[str]:
        lines = [line for block in blocks(page, "sh") for line in block.code.splitlines()]
        return [re.sub(r"\bAD[A-Z_]+", "ADDRESS", line.partition("#")[0]).strip() for line in lines]

    assert commands("docs/student.fr.md") == commands("docs/student.en.md")
    assert len(commands("docs/student.en.md")) > 5


def test_the_teachers_line_for_a_course_of_her_own(tmp_path):
    pytest.importorskip("nbgrader", reason="nbgrader is not installed: ITS CONFIGURATION IS NOT TRIED")
    from traitlets.config import PyFileConfigLoader

    from micrograd.lab.content.nbgrader_copies import EachCellOnce

    (block,) = blocks("docs/teacher.md", "python")
    (tmp_path / "nbgrader_config.py").write_text("c = get_config()\n" + block.code, encoding="utf-8")
    loaded = PyFileConfigLoader("nbgrader_config.py", path=str(tmp_path)).load_config()
    assert loaded.Autograde.sanitize_preprocessors[0] is EachCellOnce


def test_the_names_are_as_many_as_the_page_says():
    lines = (ROOT / "examples" / "names.txt").read_text(encoding="utf-8").splitlines()
    count = sum(1 for line in lines if line and "#" not in line)
    assert f"{count:,} names" in (ROOT / "docs" / "training.md").read_text(encoding="utf-8")


LINK = re.compile(r"\]\(([^)\s#]+)(?:#[^)]*)?\)")


@pytest.mark.parametrize("page", [*PAGES, "CHANGELOG.md", "SECURITY.md"])
def test_links_lead_somewhere(page):
    text = (ROOT / page).read_text(encoding="utf-8")
    local = [link for link in LINK.findall(text) if "://" not in link]
    assert not [link for link in local if not ((ROOT / page).parent / link).exists()]
