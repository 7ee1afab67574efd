"""What the tests are made of is compiled before their processes start, which would each compile all of it at once."""

import compileall
import os
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest
from _pytest.assertion.rewrite import PYC_TAIL, _rewrite_test, _write_pyc, assertstate_key, get_cache_dir

REPOSITORY = Path(__file__).parents[1]


def compile_all(config: pytest.Config) -> None:
    """Compile every source file, by as many processes as there are cores; those that are compiled cost little."""
    if sys.dont_write_bytecode:
        return
    sources = sorted(
        path for part in ("tests", "tokenpay", "terminal_app") for path in (REPOSITORY / part).rglob("*.py")
    )
    count = os.cpu_count() or 1
    started = []
    for number in range(count):
        process = os.fork()
        if process == 0:
            try:
                _compile(config, sources[number::count])
            finally:
                os._exit(0)  # whatever could not be compiled here is said where it is imported
        started.append(process)
    for process in started:
        os.waitpid(process, 0)


def _compile(config: pytest.Config, sources: Iterable[Path]) -> None:
    for source in sources:
        if source.name.startswith("test_") or source.name == "conftest.py":
            _rewrite(config, source)
        else:
            compileall.compile_file(source, quiet=2)


def _rewrite(config: pytest.Config, source: Path) -> None:
    """Compile a file of tests as pytest does, whose asserts tell more."""
    place = get_cache_dir(source)
    compiled = place / f"{source.stem}{PYC_TAIL}"
    if compiled.exists() and compiled.stat().st_mtime_ns > source.stat().st_mtime_ns:
        return
    place.mkdir(exist_ok=True)
    digest, code = _rewrite_test(source, config)
    _write_pyc(config.stash[assertstate_key], code, digest, compiled)
