"""A new file: whole or not at all, and never over another."""

import errno
import os
from pathlib import Path

import pytest

from tokenpay.primitives.new_file import new_file


@pytest.fixture(params=["links", "no links"])
def folder(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder on a file system that knows links, and on one that does not, as FAT."""

    def refused(draft: Path, path: Path) -> None:
        raise OSError(errno.EPERM, os.strerror(errno.EPERM))

    if request.param == "no links":
        monkeypatch.setattr(os, "link", refused)
    return tmp_path


def test_it_is_there_when_all_went_well(folder: Path) -> None:
    with new_file(folder / "a", mode=0o600) as draft:
        draft.write_text("whole")
        assert not (folder / "a").exists()
    assert (folder / "a").read_text() == "whole"
    assert (folder / "a").stat().st_mode & 0o777 == 0o600
    assert os.listdir(folder) == ["a"]


def test_nothing_is_left_of_what_failed(folder: Path) -> None:
    def fail() -> None:
        with new_file(folder / "a") as draft:
            draft.write_text("half")
            raise ValueError("half")

    with pytest.raises(ValueError, match="half"):
        fail()
    assert os.listdir(folder) == []


@pytest.mark.parametrize("late", [False, True])
def test_what_is_there_stays(folder: Path, late: bool) -> None:
    def other() -> None:
        (folder / "a").write_text("other")

    def write() -> None:
        with new_file(folder / "a") as draft:
            draft.write_text("mine")
            other()

    if not late:
        other()
    with pytest.raises(FileExistsError):
        write()
    assert os.listdir(folder) == ["a"]
    assert (folder / "a").read_text() == "other"


def test_a_link_that_leads_nowhere_is_something_too(folder: Path) -> None:
    (folder / "a").symlink_to(folder / "nowhere")
    with pytest.raises(FileExistsError), new_file(folder / "a"):
        raise AssertionError("a draft was made")
