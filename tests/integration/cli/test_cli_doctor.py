"""The doctor: every line says ok, warn or fail, and what is not ok has a remedy."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.integration.cli.conftest import Desk
from tests.integration.operations.test_change_staff import admitted
from tests.lying_node import nodes_of, quorum_of
from tests.world import CHAIN_ID, SETTINGS
from tokenpay.settings import BankSettings, read_settings, write_settings
from tokenpay.steps.halt import halt_chain

CHAIN = f"chain {CHAIN_ID}"


def unreachable(desk: Desk) -> None:
    desk.world.chain.unreachable = True


def another_chain(desk: Desk) -> None:
    desk.world.chain.node_chain_id = 1


def halted(desk: Desk) -> None:
    halt_chain(desk.world.bank, CHAIN_ID, reason="a test", by=desk.world.engine)


def far_behind(desk: Desk) -> None:
    desk.world.mine(30)


def clock_behind(desk: Desk) -> None:
    desk.world.chain.mine(timestamp_s=desk.world.clock.at_s + 120)


def chain_stands_still(desk: Desk) -> None:
    desk.world.clock.advance(3_600)


def old_list(desk: Desk) -> None:
    desk.world.clock.advance(40 * 86_400)


def unread_names(desk: Desk) -> None:
    desk.world.sql("INSERT INTO bank VALUES ('names_unread/ofac', '1 2')")


def stopped(desk: Desk) -> None:
    desk("bank", "stop", "--reason", "x", by="ann")


def readable_key(desk: Desk) -> None:
    (desk.folder / "keys" / "wallet.json").chmod(0o644)


def record_changed(desk: Desk) -> None:
    desk.world.sql("UPDATE audit_records SET actor = 'eve' WHERE seq = 2")


def signer_not_told_of_a_policy(desk: Desk) -> None:
    desk.world.limit(alone_units=1)


def signer_not_told_of_who_came(desk: Desk) -> None:
    admitted(desk.world)


def signer_rules_unreadable(desk: Desk) -> None:
    (desk.folder / "keys" / "signer.json").write_text("{")


def guard_down(desk: Desk) -> None:
    with desk.world.bank.store.engine.begin() as connection:
        connection.exec_driver_sql("DROP TRIGGER guard_entries_kept")


def wal(desk: Desk) -> None:
    import sqlite3

    desk.world.bank.store.close()
    with sqlite3.connect(desk.folder / "bank.db") as database:
        database.execute("PRAGMA journal_mode = WAL")
    database.close()


def database_gone(desk: Desk) -> None:
    (desk.folder / "bank.db").unlink()


def older_revision(desk: Desk) -> None:
    desk.world.sql("UPDATE alembic_version SET version_num = '0000'")


def newer_revision(desk: Desk) -> None:
    desk.world.sql("UPDATE alembic_version SET version_num = '9999'")


def unknown_revision(desk: Desk) -> None:
    desk.world.sql("UPDATE alembic_version SET version_num = 'zzzz'")


def policy_unreadable(desk: Desk) -> None:
    desk.world.sql("UPDATE policies SET content = '{}'")


def nonce_of_letters(desk: Desk) -> None:
    desk.world.sql("UPDATE chains SET next_nonce = 'next'")


def record_of_no_kind(desk: Desk) -> None:
    desk.world.sql("UPDATE audit_records SET seq = 'x' WHERE stream = 'engine' AND seq = 2")


def unnamed_chain(desk: Desk) -> None:
    write_settings(desk.folder, read_settings(desk.folder).model_copy(update={"chains": ()}))


ILLS: list[tuple[Callable[[Desk], None], str, str]] = [
    (unreachable, "fail", CHAIN),
    (another_chain, "fail", CHAIN),
    (halted, "fail", CHAIN),
    (unnamed_chain, "fail", CHAIN),
    (far_behind, "warn", CHAIN),
    (clock_behind, "warn", f"{CHAIN} clock"),
    (chain_stands_still, "warn", f"{CHAIN} clock"),
    (old_list, "warn", "lists"),
    (unread_names, "warn", "lists"),
    (stopped, "warn", "payments"),
    (signer_not_told_of_a_policy, "warn", "signer"),
    (signer_not_told_of_who_came, "warn", "signer"),
    (signer_rules_unreadable, "fail", "signer"),
    (readable_key, "fail", "permissions"),
    (record_changed, "fail", "audit"),
    (guard_down, "fail", "guards"),
    (wal, "warn", "journal"),
    (database_gone, "fail", "database"),
    (older_revision, "fail", "database"),
    (newer_revision, "fail", "database"),
    (unknown_revision, "fail", "database"),
    (policy_unreadable, "fail", "bank"),
    (nonce_of_letters, "fail", CHAIN),
    (record_of_no_kind, "fail", "audit"),
]


def findings(said: Any) -> list[tuple[str, str]]:
    return [(finding["state"], finding["subject"]) for finding in said.json["findings"]]


def test_a_healthy_bank(desk: Desk) -> None:
    said = desk("doctor", "--json")
    assert (said.code, said.json["healthy"]) == (0, True)
    # The demo keeps the wallet's password beside the wallet, and the doctor says so.
    assert [finding for finding in findings(said) if finding[0] != "ok"] == [("warn", "keys")]
    subjects = {subject for _, subject in findings(said)}
    assert {"python", "folder", "journal", "database", "audit", "lists", CHAIN, f"{CHAIN} clock"} <= subjects
    (desk.folder / "keys" / "wallet.password").unlink()
    lines = desk("doctor").out.splitlines()
    assert len(lines) == len(findings(said))
    assert all(line.startswith("ok    ") for line in lines)
    assert any("TOKENPAY_KEY_PASSWORD" in line for line in lines)


def test_a_signer_that_is_told_is_well_again(desk: Desk) -> None:
    signer_not_told_of_who_came(desk)
    assert "it was not told of who came or went: carol; tokenpay operator trust" in desk("doctor").out
    assert desk("operator", "trust", by="ann").code == 0
    assert ("ok", "signer") in findings(desk("doctor", "--json"))
    (desk.folder / "keys" / "signer.json").unlink()
    assert "signer" not in {subject for _, subject in findings(desk("doctor", "--json"))}


def test_guards_that_are_down_are_put_up_by_a_migration(desk: Desk) -> None:
    guard_down(desk)
    assert "guard_entries_kept first" in desk("doctor").out
    assert desk("bank", "migrate").code == 0
    assert ("ok", "guards") in findings(desk("doctor", "--json"))


@pytest.mark.parametrize(("ill", "state", "subject"), ILLS, ids=[ill.__name__ for ill, _, _ in ILLS])
def test_what_is_wrong_is_said_with_a_remedy(desk: Desk, ill: Callable[[Desk], None], state: str, subject: str) -> None:
    ill(desk)
    said = desk("doctor", "--json")
    assert (state, subject) in findings(said)
    assert said.code == (1 if state == "fail" else 0)
    assert all(finding["remedy"] for finding in said.json["findings"] if finding["state"] != "ok")


def test_a_node_whose_url_is_none(desk: Desk) -> None:
    write_settings(desk.folder, BankSettings(chains=(SETTINGS.model_copy(update={"url": "http://u:hunter2@[bad"}),)))
    said = desk.run("doctor", "--json")
    assert ("fail", CHAIN) in findings(said)
    assert "hunter2" not in said.out + said.err
    said = desk.run("ledger", "reconcile", by="ann", clock=desk.world.clock)
    assert (said.error, said.code) == ("input.invalid", 2)


def test_a_node_that_is_down_while_a_quorum_holds(desk: Desk) -> None:
    nodes = nodes_of(desk.world.chain)
    ports = {**desk.ports(), "chain_ports": {CHAIN_ID: quorum_of(nodes)}}
    nodes[1].down = True
    said = desk.run("doctor", by="tom", **ports)
    assert f"warn  {CHAIN}: node 2 gives no answer: the node is down; nodes are counted" in said.out
    nodes[2].down = True
    said = desk.run("doctor", "--json", by="tom", **ports)
    assert ("fail", CHAIN) in findings(said)


@pytest.mark.parametrize("name", ["wallet.json", "signer.json", "engine.password"])
def test_an_engine_that_cannot_run_here_is_told(desk: Desk, name: str) -> None:
    said = f"warn  keys: keys/{name} is not here: the engine cannot run on this machine; put it back"
    assert said not in desk("doctor").out
    (desk.folder / "keys" / name).unlink()
    assert said in desk("doctor").out


def test_a_machine_without_keys_is_well(desk: Desk) -> None:
    for path in (desk.folder / "keys").iterdir():
        path.unlink()
    assert "ok    keys: this machine holds none: the engine signs elsewhere\n" in desk("doctor").out


def test_a_folder_without_a_bank(run: Callable[..., Any], tmp_path: Path) -> None:
    said = run("doctor", "--bank", tmp_path)
    assert said.code == 1
    assert "fail  folder: there is no bank in this folder; " in said.out


def test_an_audit_record_cut_off_at_the_end_is_missed(desk: Desk) -> None:
    desk.world.sql(
        "DELETE FROM audit_records WHERE stream = 'engine' AND seq = "
        "(SELECT max(seq) FROM audit_records WHERE stream = 'engine')"
    )
    assert ("fail", "audit") in findings(desk("doctor", "--json"))
    for words in (("audit", "verify"), ("ledger", "reconcile")):
        said = desk(*words)
        assert (said.error, said.code) == ("integrity", 6)
