"""A bank's folder may have any name that is text: its books lie in it, and a backup finds them."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

import tokenpay as tp
from tests.integration.cli.conftest import Said
from tests.world import PASSWORDS
from tokenpay.errors import InvalidInput
from tokenpay.settings import BankSettings, database_url, read_settings, write_settings
from tokenpay.store.unit_of_work import Store

FOUNDERS = [
    tp.Founder(id=id, name=id.title(), password=PASSWORDS[id], role=tp.Role.SUPERVISOR) for id in ("ann", "bob")
]


def found(folder: Path, *, database: str = "") -> None:
    tp.found_bank(
        folder, name="Odd", founders=FOUNDERS, policy=tp.Policy(), chains=[], database=database, demo=True,
        password_cost=2**10,
    )  # fmt: skip


@pytest.mark.parametrize(
    "name",
    ["what?mode=ro", "no#1", "100%", "a%20b", "a b", "a+b&c=d;e", "Zürich/支店", "file:x", ":memory:", "$HOME", "'\""],
)
@pytest.mark.parametrize("relative", [False, True])
def test_the_books_lie_in_the_folder(
    name: str, relative: bool, run: Callable[..., Said], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    folder = Path(name) if relative else tmp_path / name
    found(folder)
    assert {path.name for path in folder.iterdir()} == {"bank.db", "bank.json", "keys", "pin.key"}
    assert run("bank", "show", "--bank", folder).code == 0
    assert run("doctor", "--bank", folder, "--json").json["healthy"]
    assert run("backup", tmp_path / "backup.tar.gz", "--bank", folder).code == 0
    copy = folder.with_name(f"{folder.name} copy")
    assert run("restore", tmp_path / "backup.tar.gz", "--bank", copy).code == 0
    assert run("bank", "show", "--bank", copy).code == 0
    assert {path.name for path in tmp_path.iterdir()} == {
        "backup.tar.gz", Path(name).parts[0], *([copy.name] if Path(name).parent == Path() else []),
    }  # fmt: skip


def test_a_database_named_without_its_folder_lies_in_the_banks(
    run: Callable[..., Said], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    found(Path("bank"), database="sqlite:///books.sqlite")
    assert (tmp_path / "bank" / "books.sqlite").exists()
    monkeypatch.chdir("/")
    assert run("bank", "show", "--bank", tmp_path / "bank").code == 0


def test_a_folder_whose_name_is_no_text_is_refused(run: Callable[..., Said], tmp_path: Path) -> None:
    folder = tmp_path / os.fsdecode(b"b\xff")
    with pytest.raises(InvalidInput):
        found(folder)
    folder.mkdir(exist_ok=True)
    write_settings(folder, BankSettings())
    assert run("bank", "show", "--bank", folder).error == "input.invalid"
    with pytest.raises(InvalidInput):
        database_url(folder, read_settings(folder))


@pytest.mark.parametrize(
    "url",
    [
        "sqlite:////tmp/bank?mode=ro",
        "sqlite://host/bank",
        "sqlite://user:word@/bank",
        "postgresql://user:word@host:port/bank",
        "postgresql://host:99999999/bank",
        "sqlite:////tmp/a%00b",
    ],
)
def test_what_no_database_url_says(url: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        Store(url)
    assert "word" not in str(caught.value)
