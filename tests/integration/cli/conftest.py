"""The command line in this process, over a small bank on a fake chain."""

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.world import CHAIN_ID, PASSWORDS, Template, World, found_template, opened
from tokenpay.cli import main


@dataclass(frozen=True, kw_only=True)
class Said:
    """What a command printed, and its exit code."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def error(self) -> str:
        """The code in the one error line; nothing else is on standard error but a new key."""
        lines = [line for line in self.err.splitlines() if not line.startswith("key ")]
        assert len(lines) == 1, self.err
        assert lines[0].startswith("error ")
        assert self.out == ""
        return lines[0].split()[1].rstrip(":")


@dataclass(kw_only=True)
class Desk:
    """`desk(...)` runs one command at the bank, as Tom unless somebody else is named."""

    world: World
    folder: Path
    run: Callable[..., Said]

    def __call__(self, *words: object, by: str = "tom", password: str | None = None) -> Said:
        return self.run(*words, by=by, password=password, **self.ports())

    def ports(self) -> dict[str, Any]:
        world = self.world
        return {"clock": world.clock, "entropy": world.bank.entropy, "chain_ports": {CHAIN_ID: world.chain}}

    def rows(self) -> dict[str, list[str]]:
        """What each table holds, but for sessions and what signing in leaves in the audit."""
        left_out = {"sessions", "audit_records", "audit_heads", "outbox"}
        with closing(sqlite3.connect(self.folder / "bank.db")) as connection:
            names = [name for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
            return {
                name: sorted(map(repr, connection.execute(f'SELECT * FROM "{name}"')))  # noqa: S608
                for name in names
                if name not in left_out
            }


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Callable[..., Said]:
    """Run `tokenpay` with these words; `by` signs in, other names are ports."""
    monkeypatch.setenv("COLUMNS", "100")
    for name in ("TOKENPAY_BANK", "TOKENPAY_DEBUG", "TOKENPAY_KEY_PASSWORD"):
        monkeypatch.delenv(name, raising=False)

    def run(*words: object, by: str | None = None, password: str | None = None, **ports: Any) -> Said:
        with monkeypatch.context() as patch:
            patch.setenv("TOKENPAY_OPERATOR", by or "")
            patch.setenv("TOKENPAY_PASSWORD", password if password is not None else PASSWORDS.get(by or "", ""))
            patch.setenv("TOKENPAY_NEW_PIN", "402857")
            patch.setenv("TOKENPAY_NEW_PASSWORD", "another-secret")
            patch.setenv("TOKENPAY_NEW_KEY_PASSWORD", "another-key")
            capsys.readouterr()
            code = main([str(word) for word in words], **ports)
            out, err = capsys.readouterr()
        return Said(code=code, out=out, err=err)

    return run


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Template:
    folder = tmp_path_factory.mktemp("founded")
    return found_template(folder, f"sqlite:///{folder / 'bank.db'}")


@pytest.fixture
def desk(
    template: Template, tmp_path: Path, run: Callable[..., Said], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Desk]:
    folder = tmp_path / "bank"
    folder.mkdir(mode=0o700)
    with opened(template, folder, f"sqlite:///{folder / 'bank.db'}") as world:
        (folder / "bank.db").chmod(0o600)
        monkeypatch.setenv("TOKENPAY_BANK", str(folder))
        yield Desk(world=world, folder=folder, run=run)
