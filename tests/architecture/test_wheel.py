"""The wheel: what a user installs holds every file the library reads, and nothing else."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]
PACKAGES = ("tokenpay", "terminal_app")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, cwd=REPOSITORY, check=True, capture_output=True)
    (path,) = folder.glob("*.whl")
    return set(zipfile.ZipFile(path).namelist())


def test_the_wheel_holds_every_file_of_both_packages(wheel: set[str]) -> None:
    files = {
        path.relative_to(REPOSITORY).as_posix()
        for package in PACKAGES
        for path in (REPOSITORY / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert {name for name in wheel if name.split("/")[0] in PACKAGES} == files


def test_the_wheel_holds_nothing_else_but_its_description(wheel: set[str]) -> None:
    tops = {name.split("/")[0] for name in wheel}
    assert {top for top in tops if not top.endswith(".dist-info")} == set(PACKAGES)


@pytest.mark.parametrize(
    "ending",
    [
        "tokenpay/py.typed",
        "terminal_app/py.typed",
        "/english.txt",
        ".sol",
        ".json",
        "/migrations/env.py",
        ".dist-info/licenses/LICENSE",
        ".dist-info/entry_points.txt",
    ],
)
def test_what_the_library_reads_at_run_time_is_in_the_wheel(wheel: set[str], ending: str) -> None:
    assert [name for name in wheel if name.endswith(ending)]
