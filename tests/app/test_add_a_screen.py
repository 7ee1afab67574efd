"""The guide for who adds a screen: what it says is done to a copy of the terminal, and tested there."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]
GUIDE = REPOSITORY / "docs" / "guides" / "add_a_screen.md"
BLOCK = re.compile(r'^```(py|diff) (file|end)="([^"]+)"\n(.*?)^```$', re.DOTALL | re.MULTILINE)
COPIED = ("terminal_app", "tests")


def copied(folder: Path) -> None:
    """Put what the guide changes into a folder, and lead to the rest."""
    for name in COPIED:
        shutil.copytree(REPOSITORY / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("tokenpay", "pyproject.toml", "docs"):
        (folder / name).symlink_to(REPOSITORY / name)


def changed(text: str, hunk: str) -> str:
    """Return a file's text with the lines of one hunk changed; they stand there once."""
    lines = hunk.splitlines(keepends=True)
    old = "".join(line[1:] for line in lines if line[0] in " -")
    assert text.count(old) == 1, f"not once in the file: {old}"
    return text.replace(old, "".join(line[1:] for line in lines if line[0] in " +"))


def test_the_guide_adds_a_screen(tmp_path: Path) -> None:
    copied(tmp_path)
    blocks = BLOCK.findall(GUIDE.read_text())
    assert [kind for kind, *_ in blocks].count("py") == 3
    for kind, place, name, text in blocks:
        file = tmp_path / name
        if kind == "diff":
            file.write_text(changed(file.read_text(), text))
        elif place == "end":
            file.write_text(f"{file.read_text()}{text}")
        else:
            assert not file.exists()
            file.write_text(text)
    walked = "tests/app/test_widths.py::test_every_screen_is_walked"
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/app/test_lists.py", walked],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path), "LANGUAGE": "en"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-1000:]
    assert "2 passed" in done.stdout
