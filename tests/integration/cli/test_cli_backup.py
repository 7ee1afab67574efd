"""A bank copied while it works, and put back: whole, proved, and careful with what the copy does not know."""

import io
import json
import sqlite3
import subprocess
import tarfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text

from tests.integration.cli.conftest import Desk
from tests.world import CHAIN_ID, OUTSIDE

Files = dict[str, bytes]


def unpacked(path: Path) -> Files:
    with tarfile.open(path) as archive:
        return {member.name: archive.extractfile(member).read() for member in archive}  # type: ignore[union-attr]


def packed(path: Path, files: Files) -> Path:
    with tarfile.open(path, "w:gz") as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return path


@pytest.fixture
def backup(desk: Desk, tmp_path: Path) -> Path:
    path = tmp_path / "bank.tar.gz"
    assert desk("backup", path).code == 0
    return path


def test_a_restored_bank_goes_on(desk: Desk, tmp_path: Path) -> None:
    file, place = tmp_path / "bank.tar.gz", tmp_path / "restored"
    made = desk("backup", file, "--with-passwords", "--json").json
    assert set(made["files"]) >= {"bank.json", "bank.db", "keys/wallet.json", "keys/signer.json"}
    assert file.stat().st_mode & 0o777 == 0o600
    said = desk("restore", file, "--bank", place, "--json").json
    assert [step.split()[0] for step in said["next"]] == ["tokenpay", "do", "tokenpay"]
    assert {oct(path.stat().st_mode & 0o077) for path in (place, *place.rglob("*"))} == {"0o0"}
    known = desk("customer", "balances", desk.world.anna.id, "--bank", place, "--json").json["balances"]
    assert known[0]["number"] == "1000.000000"
    assert desk("ledger", "reconcile", "--bank", place, "--json").json["holds"] is True
    assert desk("engine", "run", "--once", "--bank", place).code == 0
    desk("customer", "enrol", "Only there", "--bank", place)
    assert desk("customer", "find", "Only there", "--json").json["customers"] == []


def test_passwords_stay_where_they_are_unless_asked_for(desk: Desk, backup: Path, tmp_path: Path) -> None:
    assert not [name for name in unpacked(backup) if name.endswith(".password")]
    secret = (desk.folder / "keys" / "wallet.password").read_bytes()
    assert not [name for name, content in unpacked(backup).items() if secret in content]
    said = desk("restore", backup, "--bank", tmp_path / "restored", "--json").json
    assert "put keys/wallet.password and keys/engine.password back" in said["next"][0]
    refused = desk("chain", "submit", CHAIN_ID, "--bank", tmp_path / "restored")
    assert refused.error == "signer.unavailable"
    assert "set TOKENPAY_KEY_PASSWORD or put back keys/wallet.password" in refused.err
    assert "warn  keys: keys/engine.password is not here" in desk("doctor", "--bank", tmp_path / "restored").out


def test_a_copy_older_than_its_chain_halts_and_says_so(desk: Desk, tmp_path: Path) -> None:
    file, place = tmp_path / "bank.tar.gz", tmp_path / "restored"
    desk("backup", file, "--with-passwords")
    words = ("--from", f"customer/{desk.world.anna.id}", "--to", OUTSIDE, "--asset", "DEUR", "--amount", "50")
    desk("payment", "pay", *words)
    desk("chain", "submit", CHAIN_ID)
    desk.world.mine(3)
    desk("restore", file, "--bank", place)

    warned = desk("doctor", "--bank", place)
    assert warned.code == 1
    assert "on the chain and" in warned.out
    halted = desk("chain", "submit", CHAIN_ID, "--bank", place)
    assert (halted.error, halted.code) == ("halted", 5)
    assert "the treasury's next nonce is" in halted.err
    assert desk("engine", "run", "--once", "--bank", place).error == "halted"
    (case,) = desk("case", "list", "--bank", place, "--json", by="ann").json["cases"]
    assert case["kind"] == "chain_halted"
    assert desk("chain", "resume", CHAIN_ID, "--bank", place, by="ann").error == "state.wrong"
    assert "halted: the treasury" in desk("doctor", "--bank", place).out
    assert desk("chain", "submit", CHAIN_ID).code == 0

    desk("case", "resolve", case["id"], "--resolution", "paid 50 to a supplier", "--bank", place, by="ann")
    assert desk("chain", "resume", CHAIN_ID, "--bank", place, by="bob").code == 0
    assert desk("chain", "submit", CHAIN_ID, "--bank", place).code == 0


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk that is full after some pages."""
    disk = tmp_path / "disk"
    disk.mkdir()
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=128k", "tmpfs", disk], check=False, capture_output=True)
    if made.returncode:
        pytest.skip("only root makes a disk")
    yield disk
    subprocess.run(["umount", disk], check=True)


def test_a_disk_that_is_full_says_nothing_of_the_backup(desk: Desk, backup: Path, small_disk: Path) -> None:
    said = desk("restore", backup, "--bank", small_disk / "bank")
    assert (said.error, "No space left" in said.err) == ("store.unavailable", True)
    assert list(small_disk.iterdir()) == []


def test_no_address_is_given_out_again_however_often_a_copy_comes_back(
    desk: Desk, backup: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def issued(*place: Any) -> str:
        words = ("request", "issue", desk.world.anna.id, "--asset", "DEUR", "--amount", "5", "--json", *place)
        return str(desk(*words).json["deposit_address"])

    now, addresses = time.time(), [issued()]
    for hours in (1, 2):
        monkeypatch.setattr(time, "time", lambda hours=hours: now + hours * 3_600)
        assert desk("restore", backup, "--bank", tmp_path / str(hours)).code == 0
        addresses.append(issued("--bank", tmp_path / str(hours)))
    assert len(set(addresses)) == 3, addresses


def test_a_clock_that_is_far_ahead_uses_up_no_addresses(desk: Desk) -> None:
    desk.world.clock.advance(100 * 366 * 86_400)
    assert desk("bank", "restored", "--json").json["addresses_from"] < 2**29


def test_a_copy_is_one_state_whoever_writes_meanwhile(desk: Desk, tmp_path: Path) -> None:
    with desk.world.bank.store.unit_of_work() as uow:
        uow.facts.set("name", "half done")
        assert desk("backup", tmp_path / "bank.tar.gz").code == 0
    (tmp_path / "copy.db").write_bytes(unpacked(tmp_path / "bank.tar.gz")["bank.db"])
    with sqlite3.connect(tmp_path / "copy.db") as copy:
        assert copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert copy.execute("SELECT value FROM bank WHERE name = 'name'").fetchone() == ("Test",)
    copy.close()


def _changed(name: str) -> Callable[[Files], Files]:
    return lambda files: {**files, name: files[name][:-1] + bytes([files[name][-1] ^ 1])}


def _without(name: str) -> Callable[[Files], Files]:
    return lambda files: {other: content for other, content in files.items() if other != name}


def _with(name: str) -> Callable[[Files], Files]:
    return lambda files: {**files, name: b"x"}


def _renamed(files: Files) -> Files:
    """A manifest that names a file outside the folder, with its right checksum."""
    manifest: dict[str, Any] = json.loads(files["manifest.json"])
    manifest["files"]["../escaped"] = manifest["files"].pop("keys/signer.json")
    content = {("../escaped" if name == "keys/signer.json" else name): data for name, data in files.items()}
    return {**content, "manifest.json": json.dumps(manifest).encode()}


def _last(files: Files) -> Files:
    return {**_without("manifest.json")(files), "manifest.json": files["manifest.json"]}


DAMAGE: dict[str, Callable[[Files], Files]] = {
    "books changed": _changed("bank.db"),
    "settings changed": _changed("bank.json"),
    "key changed": _changed("keys/wallet.json"),
    "books missing": _without("bank.db"),
    "no manifest": _without("manifest.json"),
    "manifest damaged": _changed("manifest.json"),
    "manifest not first": _last,
    "a file more": _with("keys/other.json"),
    "a file outside": _with("../escaped"),
    "a file outside that is named": _renamed,
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_backup_restores_nothing(desk: Desk, backup: Path, tmp_path: Path, damage: str) -> None:
    file = packed(tmp_path / "damaged.tar.gz", DAMAGE[damage](unpacked(backup)))
    before = sorted(tmp_path.rglob("*"))
    said = desk("restore", file, "--bank", tmp_path / "restored")
    assert (said.error, said.code) == ("integrity", 6)
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize("kept", [0.5, 0.99])
def test_a_backup_cut_short_restores_nothing(desk: Desk, backup: Path, tmp_path: Path, kept: float) -> None:
    data = backup.read_bytes()
    backup.write_bytes(data[: int(len(data) * kept)])
    assert desk("restore", backup, "--bank", tmp_path / "restored").error == "integrity"
    assert not (tmp_path / "restored").exists()


def test_a_backup_never_replaces_a_file(desk: Desk, backup: Path, tmp_path: Path) -> None:
    before = backup.read_bytes()
    assert desk("backup", backup).error == "input.invalid"
    assert backup.read_bytes() == before
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine").write_text("kept")
    assert desk("restore", backup, "--bank", tmp_path / "full").error == "input.invalid"
    assert (tmp_path / "full" / "mine").read_text() == "kept"
    (tmp_path / "empty").mkdir()
    assert desk("restore", backup, "--bank", tmp_path / "empty").code == 0


def test_books_in_postgresql_are_left_to_its_own_tool(
    run: Callable[..., Any], tmp_path: Path, postgresql_url: str
) -> None:
    founders = [{"id": name, "name": name, "password": "password1"} for name in ("eva", "kim")]
    (tmp_path / "c.json").write_text(json.dumps({"name": "PG", "founders": founders, "database": postgresql_url}))
    place = tmp_path / "bank"
    assert run("bank", "found", "--ceremony", tmp_path / "c.json", "--bank", place).code == 0
    made = run("backup", tmp_path / "b.tar.gz", "--bank", place, "--json").json
    assert "pg_dump --format=custom" in made["next"]
    assert "bank.db" not in made["files"]
    said = run("restore", tmp_path / "b.tar.gz", "--bank", tmp_path / "restored", "--json").json
    assert [step.split()[0] for step in said["next"]][2:] == ["restore", *["tokenpay"] * 2, "do", "tokenpay"]
    came_back = [run("bank", "restored", "--bank", place, "--json").json for _ in range(2)]
    assert [(said["events_from"], said["payments"]) for said in came_back] == [("0.0", "stopped")] * 2
    assert came_back[0]["addresses_from"] >= 1_000_000
    assert came_back[1]["addresses_from"] >= came_back[0]["addresses_from"] + 1_000_000
    assert "guards: the database keeps" in run("doctor", "--bank", place).out
    engine = create_engine(postgresql_url)
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM outbox WHERE written_by > 0")).scalar() == 0
    engine.dispose()
    assert run("bank", "show", "--bank", tmp_path / "restored", "--json").json["database"] == "postgresql"
