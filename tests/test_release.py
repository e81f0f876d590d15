"""What a package says of itself: its version by Git's tags, addresses without passwords, images that PyPI shows."""

from __future__ import annotations

import re
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest
from packaging.version import Version

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tools"))

import release  # noqa: E402


@pytest.fixture(autouse=True)
def _nothing_from_outside(monkeypatch):
    for name in ("MICROGRAD_PROJECT_URL", "CI_PROJECT_URL", "CI_COMMIT_TAG"):
        monkeypatch.delenv(name, raising=False)


def git(folder: Path, *arguments: str) -> str:
    who = (
        "-c",
        "user.name=A",
        "-c",
        "user.email=a@b.c",
        "-c",
        "commit.gpgsign=false",
        "-c",
        "tag.gpgsign=false",
    )
    done = subprocess.run(["git", *who, *arguments], cwd=folder, capture_output=True, text=True, check=True)
    return done.stdout.strip()


@pytest.fixture
def checkout(tmp_path) -> Path:
    folder = tmp_path / "checkout"
    folder.mkdir()
    git(folder, "init", "-q")
    for name in (".git_archival.txt", ".gitattributes"):
        (folder / name).write_bytes((ROOT / name).read_bytes())
    git(folder, "add", "--all")
    git(folder, "commit", "-q", "-m", "one")
    return folder


def test_the_version_follows_the_tags(checkout):
    assert re.fullmatch(rf"{re.escape(release.NEXT)}\.dev1\+g[0-9a-f]{{7}}", release.version(checkout))
    git(checkout, "tag", "v1.2.0")
    assert release.version(checkout) == "1.2.0"
    git(checkout, "commit", "-q", "--allow-empty", "-m", "two")
    later = release.version(checkout)
    assert re.fullmatch(r"1\.2\.1\.dev1\+g[0-9a-f]{7,}", later)
    assert Version("1.2.0") < Version(later) < Version("1.2.1")
    git(checkout, "tag", "not-a-version")
    assert release.version(checkout) == later


def test_an_archive_of_a_tag_knows_its_version(checkout, tmp_path):
    git(checkout, "tag", "v1.2.0")
    git(checkout, "archive", "--output", str(tmp_path / "archive.tar"), "HEAD")
    unpacked = tmp_path / "unpacked"
    with tarfile.open(tmp_path / "archive.tar") as archive:
        archive.extractall(unpacked)
    assert release.version(unpacked) == "1.2.0"


def test_elsewhere_it_is_the_release_that_is_worked_on(tmp_path):
    assert release.version(tmp_path) == release.NEXT
    (tmp_path / ".git_archival.txt").write_bytes((ROOT / ".git_archival.txt").read_bytes())
    assert release.version(tmp_path) == release.NEXT


def test_gitlab_tells_the_tag(checkout, monkeypatch):
    monkeypatch.setenv("CI_COMMIT_TAG", "v2.0.1")
    assert release.version(checkout) == "2.0.1"
    monkeypatch.setenv("CI_COMMIT_TAG", "tp1")
    assert release.version(checkout).startswith(release.NEXT)


def test_an_sdist_keeps_its_own(tmp_path):
    (tmp_path / "PKG-INFO").write_text("Metadata-Version: 2.4\nName: micrograd-lab\nVersion: 3.1\n")
    assert release.version(tmp_path) == "3.1"


@pytest.mark.parametrize(
    ("remote", "expected"),
    [
        (
            "https://gitlab.example.org/team/micrograd-lab.git",
            "https://gitlab.example.org/team/micrograd-lab",
        ),
        ("https://user:secret@gitlab.example.org/team/lab", "https://gitlab.example.org/team/lab"),
        ("git@gitlab.example.org:team/lab.git", "https://gitlab.example.org/team/lab"),
        ("ssh://git@gitlab.example.org/team/lab.git", "https://gitlab.example.org/team/lab"),
        ("/srv/git/lab.git", None),
        ("file:///srv/git/lab.git", None),
    ],
)
def test_the_address_is_origins_without_its_password(checkout, remote, expected):
    git(checkout, "remote", "add", "origin", remote)
    assert release.address(checkout) == expected
    assert set(release.urls(checkout)) >= {"Homepage"}


def test_the_readmes_images_and_links_lead_somewhere_from_anywhere(monkeypatch):
    monkeypatch.setenv("MICROGRAD_PROJECT_URL", "https://gitlab.example.org/team/lab")
    text = release.readme()
    images = re.findall(r"!\[[^\]]*\]\(([^)]+)\)", text)
    links = re.findall(r"(?<!!)\[[^\]]*\]\(([^)]+)\)", text)
    assert images
    assert len(links) > 5
    assert all(image.startswith("https://gitlab.example.org/team/lab/-/raw/") for image in images)
    assert all("://" in link for link in links)
    assert all((ROOT / image.split("/HEAD/")[1]).exists() for image in images)
    # Nothing else changed.
    assert re.sub(r"https://gitlab\.example\.org/team/lab/-/(raw|blob)/HEAD/", "", text) == (
        ROOT / "README.md"
    ).read_text(encoding="utf-8")


def test_the_release_job_is_there_and_builds_for_every_system():
    yaml = pytest.importorskip("yaml")
    jobs = yaml.safe_load((ROOT / ".gitlab-ci.yml").read_text(encoding="utf-8"))
    wheels = {name.partition(": ")[2]: job for name, job in jobs.items() if name.startswith("wheels: ")}
    assert wheels.keys() == {"linux", "macos", "windows", "pure"}
    assert "CI_COMMIT_TAG" in str(jobs[".wheels"]["rules"])
    for name, job in wheels.items():
        assert job["extends"] == ".wheels"
        command = job["script"][-1]
        assert f"cibuildwheel --platform {name}" in command or name == "pure"
        assert "wheelhouse" in command
        # What it names for all of them is not lost by what it names for itself.
        assert set(job.get("variables", {})) & set(jobs[".wheels"]["variables"]) == set()
