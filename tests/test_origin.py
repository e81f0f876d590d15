"""What pip is given to install the same distribution once more."""

import json
from importlib import metadata

import pytest

from micrograd import _origin
from micrograd._needs import needs

ADDRESS = "https://gitlab.example/lab/micrograd-lab.git"


class Distribution:
    version = "1.2.3"

    def __init__(self, noted):
        self.noted = noted

    def read_text(self, name):
        assert name == "direct_url.json"
        return None if self.noted is None else json.dumps(self.noted)


@pytest.fixture
def installed(monkeypatch):
    def install(noted):
        monkeypatch.setattr(metadata, "distribution", lambda name: Distribution(noted))

    return install


@pytest.mark.parametrize(
    ("noted", "expected"),
    [
        (
            {"url": ADDRESS, "vcs_info": {"vcs": "git", "commit_id": "0f1e", "requested_revision": "main"}},
            f"micrograd-lab[lab] @ git+{ADDRESS}@0f1e",
        ),
        (
            {"url": "file:///m/a.whl", "archive_info": {"hash": "sha256=ab", "hashes": {"sha256": "ab"}}},
            "micrograd-lab[lab] @ file:///m/a.whl#sha256=ab",
        ),
        ({"url": "file:///m/a.whl", "archive_info": {}}, "micrograd-lab[lab] @ file:///m/a.whl"),
        ({"url": "file:///m/lab", "dir_info": {"editable": True}}, "micrograd-lab[lab] @ file:///m/lab"),
        (None, "micrograd-lab[lab]==1.2.3"),
    ],
)
def test_the_requirement_names_what_was_installed(installed, noted, expected):
    installed(noted)
    assert _origin.requirement("lab") == expected
    assert _origin.requirement() == expected.replace("[lab]", "")
    assert _origin.install("lab") == f'pip install "{expected}"'


def test_a_source_that_is_gone_is_noticed(installed, tmp_path):
    wheel = tmp_path / "a b.whl"
    installed({"url": wheel.as_uri(), "archive_info": {}})
    assert _origin.missing_source() == str(wheel)
    wheel.touch()
    assert _origin.missing_source() is None
    for noted in (None, {"url": ADDRESS, "vcs_info": {"vcs": "git", "commit_id": "0f1e"}}):
        installed(noted)
        assert _origin.missing_source() is None


def test_a_missing_library_names_what_can_be_installed(installed):
    installed({"url": ADDRESS, "vcs_info": {"vcs": "git", "commit_id": "0f1e"}})
    with pytest.raises(ImportError, match=r'pip install "micrograd-lab\[plot\] @ git\+https'), needs("plot"):
        raise ModuleNotFoundError("No module named 'matplotlib'", name="matplotlib")
