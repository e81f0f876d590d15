"""What needs neither a C compiler nor NumPy is tested on the browser's Python, 3.14, under Node; and the light edition
on this one without the libraries that it promises to do without."""

from __future__ import annotations

import csv
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import nbformat
import pytest
import words_of_programs
from shared import once

from micrograd import cli
from micrograd.lab.content import assignment
from micrograd.lab.content.tasks import CHECKED_POINTS, NUMBERS
from micrograd.site import parts

ROOT = Path(__file__).parents[1]
TESTS = (
    *("engine_operations", "nn", "gradcheck", "losses", "optim", "data", "compiler_front"),
    *("lab_checks", "lab_light", "draw_layered"),
)
SIZES = ([1], [2, 1], [16, 1], [8, 8, 1])


def libraries(folder: Path) -> None:
    """Fetch pytest and what the tests need beside it, as pure wheels, and unpack them."""
    wheels = folder / "wheels"
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--require-hashes", "--no-deps"]
    command += ["--only-binary", ":all:", "--dest", str(wheels), "-r", str(ROOT / "tests" / "pyodide.txt")]
    subprocess.run(command, check=True, capture_output=True, timeout=300)
    for wheel in wheels.glob("*.whl"):
        zipfile.ZipFile(wheel).extractall(folder / "unpacked")


@pytest.mark.site
@pytest.mark.slow
def test_the_engine_and_the_compilers_front_in_the_browsers_python():
    node = shutil.which("node")
    if node is None:
        pytest.skip("NOTHING IS TESTED IN PYODIDE: Node is not installed")
    unpacked = once("pyodide-libraries", libraries) / "unpacked"
    pyodide = parts.npm_package(parts.PYODIDE, parts.cache_folder())
    peers = Path(os.environ.get("MICROGRAD_PEERS", ROOT / ".peers")).resolve()
    words = json.dumps([words_of_programs.words(sizes) for sizes in SIZES])
    command = [node, str(ROOT / "tests" / "in_pyodide.mjs"), *map(str, (pyodide, ROOT, unpacked, peers))]
    command += [*(f"tests/test_{name}.py" for name in TESTS), "-m", "not slow", "--deselect"]
    command += ["tests/test_compiler_front.py::test_it_needs_no_numpy"]  # it starts a process
    done = subprocess.run(
        command,
        env={**os.environ, "MICROGRAD_WORDS": words},
        capture_output=True,
        text=True,
        timeout=900,
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    assert int(re.search(r"(\d+) passed", done.stdout)[1]) > 300


ALONE = """
import json, sys
for name in ("numpy matplotlib sklearn scipy pandas graphviz latex2mathml nbformat tqdm psutil jinja2 mistune".split()):
    sys.modules[name] = None
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output
shell = InteractiveShell.instance()
import micrograd.lab.check
said = {}
for name, source in json.loads(sys.stdin.read()):
    with capture_output() as shown:
        result = shell.run_cell(source, store_history=True, cell_id=name)
    said[name] = shown.stdout if result.success else f"FAILED {shown.stdout[-600:]}"
print(json.dumps(said))
"""


@pytest.mark.slow
@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_light_edition_is_done_and_checked_without_other_libraries(language):
    cells = [(c.id, c.source) for c in assignment.teacher(language, "light").cells if c.cell_type == "code"]
    done = subprocess.run(
        [sys.executable, "-c", ALONE],
        input=json.dumps(cells),
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    said = json.loads(done.stdout.splitlines()[-1])
    assert not [text for text in said.values() if text.startswith("FAILED")]
    for task in NUMBERS:
        assert said[f"task-{task}-check"].startswith("✓"), said[f"task-{task}-check"]


@pytest.mark.site
@pytest.mark.slow
@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_light_notebook_is_submitted_and_graded_like_a_full_one(language, tmp_path, monkeypatch):
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "gitconfig"))
    for key, value in (("user.name", "J"), ("user.email", "j@example.org"), ("init.defaultBranch", "main")):
        subprocess.run(["git", "config", "--global", key, value], check=True)
    options = ["--lang", language]
    made = ["lab", "new", "jdupont", *options, "--edition", "light", "--folder", str(tmp_path)]
    assert cli.main(made) == 0
    (path,) = tmp_path.rglob("gradient.ipynb")
    path.write_text(nbformat.writes(assignment.teacher(language, "light")), encoding="utf-8")
    project, remote = path.parents[1], tmp_path / "remote.git"
    subprocess.run(["git", "init", "-q", "--bare", str(remote)], check=True)
    subprocess.run(["git", "remote", "add", "origin", str(remote)], cwd=project, check=True)
    assert cli.main(["lab", "submit", str(project), *options, "--yes"]) == 0
    handed_in, output = tmp_path / "handed-in", tmp_path / "grades"
    subprocess.run(["git", "clone", "-q", str(remote), str(handed_in / "light")], check=True)
    (handed_in / "full.ipynb").write_text(nbformat.writes(assignment.teacher(language)), encoding="utf-8")
    assert cli.main(["lab", "grade", str(handed_in), *options, "--output", str(output), "--jobs", "2"]) == 0
    text = (output / "grades.csv").read_text(encoding="utf-8-sig")
    delimiter = ";" if ";" in text.splitlines()[0] else ","
    light, full = sorted(csv.reader(text.splitlines()[1:], delimiter=delimiter), reverse=True)
    points = slice(4, 4 + len(NUMBERS) + 1)  # of each task, and altogether
    assert (light[0], full[0]) == ("light", "full")
    assert light[points] == full[points] and light[points][-1] == str(CHECKED_POINTS)
