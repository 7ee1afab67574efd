"""The library does not know the terminal, and the terminal knows the library by its front door alone."""

import ast
import os
import subprocess
import sys
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]
FILES = sorted((REPOSITORY / "terminal_app").rglob("*.py"))


def python(program: str, *words: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
    environment.pop("TOKENPAY_BANK", None)
    return subprocess.run(
        [sys.executable, *(("-c", program) if program else ()), *words],
        cwd=REPOSITORY,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_library_imports_no_screen() -> None:
    program = (
        "import sys, tokenpay as tp; [getattr(tp, name) for name in tp.__all__]; "
        "print([name for name in sys.modules if name.split('.')[0] in ('textual', 'rich', 'terminal_app')])"
    )
    assert python(program).stdout.strip() == "[]"


def test_the_terminal_comes_in_by_the_front_door() -> None:
    inside = []
    for path in FILES:
        for node in ast.walk(ast.parse(path.read_text())):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            inside += [f"{path.name}: {name}" for name in names if name.startswith("tokenpay.")]
    assert FILES
    assert not inside


def test_the_door_is_shown_before_the_store_is_loaded() -> None:
    program = (
        "import sys, terminal_app.app; "
        "print(sorted({'sqlalchemy', 'pydantic', 'cryptography', 'textual_plotext'} & set(sys.modules)))"
    )
    assert python(program).stdout.strip() == "[]"


def test_no_bank_is_one_line_that_says_how_to_get_one(tmp_path: Path) -> None:
    done = python("", "-m", "terminal_app", "--bank", str(tmp_path / "none"))
    assert done.returncode == 5
    assert len(done.stderr.splitlines()) == 1
    assert "tokenpay-terminal demo" in done.stderr
    assert "tokenpay bank found" in done.stderr


def test_a_missing_extra_is_one_line(tmp_path: Path) -> None:
    program = (
        "import sys, importlib.util as u; real = u.find_spec; "
        "u.find_spec = lambda name, *a: None if name == 'textual' else real(name, *a); "
        "from terminal_app.program import main; sys.exit(main([]))"
    )
    done = python(program)
    assert (done.returncode, done.stderr.count("\n")) == (5, 1)
    assert 'pip install "tokenpay[terminal]"' in done.stderr
