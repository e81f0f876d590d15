"""A file is written whole or not at all."""

import pytest

from micrograd._whole_file import write_whole


def test_what_was_there_stays_until_all_is_written(tmp_path):
    path = tmp_path / "page.html"
    path.write_text("before")

    def parts():
        yield "half"
        assert path.read_text() == "before"
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_whole(path, parts())
    assert path.read_text() == "before"
    assert list(tmp_path.iterdir()) == [path]


def test_it_is_written_as_it_is_for_whoever_may_read_here(tmp_path):
    path = write_whole(tmp_path / "été.csv", ["a;b\r\n", "∂\n"])
    assert path.read_bytes() == "a;b\r\n∂\n".encode()
    (tmp_path / "plain").touch()
    assert path.stat().st_mode == (tmp_path / "plain").stat().st_mode


def test_what_utf8_does_not_have(tmp_path):
    with pytest.raises(UnicodeError):
        write_whole(tmp_path / "a", ["\ud800"])
    assert not list(tmp_path.iterdir())
    assert write_whole(tmp_path / "a", ["\ud800"], errors="replace").read_text() == "?"


def test_a_folder_that_is_not_there_is_an_error(tmp_path):
    with pytest.raises(FileNotFoundError):
        write_whole(tmp_path / "none" / "a", ["x"])
