"""What was written stays: attacks with raw SQL, by somebody who may write every row and is not the bank."""

# ruff: noqa: E501, S608 - each attack stands on its line

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

import tokenpay as tp
from tests.copied_database import postgresql_database
from tests.integration.guarded_bank import guarded_bank
from tests.unguarded import unguarded
from tests.world import World
from tokenpay.store import migrate
from tokenpay.store.guard_rules import CHANGES, ONCE, REMOVED
from tokenpay.store.guards import missing_guards
from tokenpay.store.tables import metadata

FINAL, HELD = "WHERE state = 'final'", "WHERE state = 'held'"
_ACCOUNT = "id, kind, owner, asset_id, debits_pending, debits_posted, credits_pending, credits_posted"
_RECORD = "at_s, actor, action, subject, details"
_LAST = "FROM audit_records AS r JOIN audit_heads AS h ON h.stream = r.stream AND h.seq = r.seq WHERE r.stream = 'main'"
_ENTRY = "account_id, {seq}, transfer_id, side, units, debits_after, credits_after, block_number, at_s FROM entries"

# What is done, and the guard that refuses it.
ATTACKS: dict[str, tuple[str, str]] = {
    "an entry of more": ("UPDATE entries SET units = {seven}", "entries"),
    "an entry of another time": ("UPDATE entries SET at_s = 1", "entries"),
    "an entry gone": ("DELETE FROM entries", "entries"),
    "an entry twice": (f"INSERT INTO entries SELECT {_ENTRY.format(seq='seq + 1')}", "entries_fits"),
    "an entry without its transfer's amount": (
        "INSERT INTO entries SELECT id, version + 1, (SELECT min(id) FROM transfers), 'debit', {seven}, {seven}, {seven},"
        " NULL, 1 FROM accounts WHERE kind = 'customer'",
        "entries_fits",
    ),
    "a transfer of more": ("UPDATE transfers SET units = {seven}", "transfers_kept"),
    "a transfer to somebody else": ("UPDATE transfers SET credit_account = debit_account", "transfers_kept"),
    "a posted transfer pending again": (
        "UPDATE transfers SET state = 'pending' WHERE state = 'posted'",
        "transfers_settled_once",
    ),
    "a posted transfer voided": (
        "UPDATE transfers SET state = 'voided' WHERE state = 'posted'",
        "transfers_settled_once",
    ),
    "a transfer posted for more than it holds": (
        "UPDATE transfers SET posted_units = {many} WHERE state = 'pending'",
        "transfers_settled_once",
    ),
    "a transfer gone": ("DELETE FROM transfers", "transfers"),
    "an account that owes less": (
        "UPDATE accounts SET debits_posted = {zero}, version = version + 1 WHERE debits_posted > {zero}",
        "accounts_",
    ),
    "an account that got less": (
        "UPDATE accounts SET credits_posted = {zero}, version = version + 1 WHERE credits_posted > {zero}",
        "accounts_",
    ),
    "an account moved and not counted": (
        "UPDATE accounts SET credits_posted = {many} WHERE kind = 'funding'",
        "accounts_posted_stays",
    ),
    "an account counted and not moved": ("UPDATE accounts SET version = version + 1", "accounts_posted_stays"),
    "an account of somebody else": ("UPDATE accounts SET owner = 'eve'", "accounts_kept"),
    "an account opened rich": (
        f"INSERT INTO accounts ({_ACCOUNT}, available_units, version) SELECT 'funding/x', 'funding', 'x', min(id),"
        " {zero}, {zero}, {zero}, {seven}, NULL, 0 FROM assets",
        "accounts_opens_empty",
    ),
    "an account gone": ("DELETE FROM accounts", "accounts"),
    "a payment of another content": ("UPDATE payments SET intent = replace(intent, '2', '3')", "payments_kept"),
    "a payment of another hash": ("UPDATE payments SET intent_hash = transaction_hash", "payments_kept"),
    "a payment to another payee": ("UPDATE payments SET creditor = debtor", "payments_kept"),
    "a payment by another maker": ("UPDATE payments SET maker = 'bob'", "payments_kept"),
    "a final payment cancelled": (f"UPDATE payments SET state = 'cancelled' {FINAL}", "payments_goes_its_way"),
    "a cancelled payment revived": (
        "UPDATE payments SET state = 'cleared' WHERE state = 'cancelled'",
        "payments_goes_its_way",
    ),
    "a held payment sent": (f"UPDATE payments SET state = 'sent' {HELD}", "payments_goes_its_way"),
    "what became final told anew": (f"UPDATE payments SET reasons = '[]' {FINAL}", "payments_goes_its_way"),
    "a payment gone": ("DELETE FROM payments", "payments"),
    "the words of a payment gone": ("DELETE FROM payment_words", "payment_words"),
    "a passkey of somebody else": ("UPDATE passkeys SET operator_id = 'bob'", "passkeys_kept"),
    "a revoked passkey in force again": (
        "UPDATE passkeys SET state = 'active', revoked_at_s = NULL WHERE state = 'revoked'",
        "passkeys_goes_its_way",
    ),
    "a passkey in force that nobody confirmed": (
        "UPDATE passkeys SET state = 'active' WHERE state = 'waiting'",
        "passkeys_goes_its_way",
    ),
    "a passkey that counts back": ("UPDATE passkeys SET counter = 0 WHERE counter > 0", "passkeys_never_back"),
    "a passkey counted as far as no authenticator counts": (
        "UPDATE passkeys SET counter = 9223372036854775807",
        "passkeys_never_back",
    ),
    "a passkey confirmed by another": (
        "UPDATE passkeys SET confirmed_by = 'bob' WHERE state = 'active'",
        "passkeys_confirmed_once",
    ),
    "a passkey that begins in force": (
        "INSERT INTO passkeys (id, public_key, aaguid, operator_id, name, transports, backup_eligible, counter, state,"
        " registered_by, registered_at_s, registered_signature) SELECT 'ff', aaguid, aaguid, operator_id, 'x', '[]',"
        " backup_eligible, 0, 'active', operator_id, 1, aaguid FROM passkeys WHERE state = 'waiting'",
        "passkeys_begins",
    ),
    "a passkey of the staff that stands as a customer's": (
        "INSERT INTO passkeys (id, public_key, aaguid, operator_id, customer_id, name, transports, backup_eligible,"
        " counter, state, registered_by, registered_at_s, registered_signature) SELECT 'ff', aaguid, aaguid, 'bob',"
        " (SELECT min(id) FROM customers), 'x', '[]', backup_eligible, 0, 'active', 'tom', 1, aaguid FROM passkeys"
        " WHERE state = 'waiting'",
        "passkeys_of_its_owner",
    ),
    "a challenge answered again": (
        "UPDATE passkey_challenges SET answered_at_s = NULL WHERE answered_at_s IS NOT NULL",
        "passkey_challenges_answered_once",
    ),
    "an approval by somebody else": ("UPDATE approvals SET operator_id = 'bob'", "approvals_kept"),
    "an approval by a teller": (
        "INSERT INTO approvals SELECT id, 'tom', 'checker', intent_hash, 1, intent_hash FROM payments"
        " WHERE state = 'held' AND maker <> 'tom'",
        "approvals_by_another",
    ),
    "an approval gone": ("DELETE FROM approvals", "approvals"),
    "a clearance of another policy": ("UPDATE clearances SET policy_version = 1", "clearances_kept"),
    "a clearance gone": ("DELETE FROM clearances", "clearances"),
    "a policy changed": ("UPDATE policies SET content = '{{}}'", "policies_kept"),
    "a policy that nobody proposed": (
        "INSERT INTO policies SELECT version + 1, content, at_s, maker, checker FROM policies",
        "policies_",
    ),
    "a verdict on a name changed": ("UPDATE name_verdicts SET hits = '[]'", "name_verdicts_kept"),
    "a release of other names": ("UPDATE name_releases SET mark = 'x'", "name_releases_kept"),
    "a release confirmed by a teller": (
        "UPDATE name_releases SET confirmed_by = 'tom', confirmed_at_s = 1, confirmed_signature = signature",
        "name_releases_by_a_supervisor",
    ),
    "a release that begins confirmed": (
        "INSERT INTO name_releases SELECT 'x', party, mark, list_name, entry_id, content, reason, asked_by, 1, signature,"
        " 'bob', 1, signature FROM name_releases",
        "name_releases_begins_open",
    ),
    "a release by a teller": (
        "INSERT INTO name_releases SELECT 'x', party, mark, list_name, entry_id, content, reason, 'tom', 1, signature,"
        " NULL, NULL, NULL FROM name_releases",
        "name_releases_of_a_supervisor",
    ),
    "a proposal of another content": ("UPDATE policy_proposals SET content = '{{}}'", "policy_proposals_kept"),
    "a proposal approved by a teller": (
        "UPDATE policy_proposals SET state = 'approved', decided_by = 'tom', decided_at_s = 1,"
        " decided_signature = signature WHERE state = 'open'",
        "policy_proposals_by_a_supervisor",
    ),
    "a proposal in force that no policy is": (
        "UPDATE policy_proposals SET state = 'in_force', decided_by = 'bob', decided_at_s = 1,"
        " decided_signature = signature WHERE state = 'open'",
        "policy_proposals_",
    ),
    "what is in force withdrawn": (
        "UPDATE policy_proposals SET state = 'withdrawn', decided_by = proposed_by, decided_signature = NULL"
        " WHERE state = 'in_force'",
        "policy_proposals_goes_its_way",
    ),
    "a proposal by a teller": (
        "INSERT INTO policy_proposals SELECT 'x', version, content, 'tom', 1, signature, 'open', NULL, NULL, NULL, ''"
        " FROM policy_proposals WHERE state = 'open'",
        "policy_proposals_",
    ),
    "a proposal that begins approved": (
        "INSERT INTO policy_proposals SELECT 'x', version, content, 'ann', 1, signature, 'approved', 'bob', 1, signature,"
        " '' FROM policy_proposals WHERE state = 'open'",
        "policy_proposals_",
    ),
    "a proposal of a version to come": (
        "INSERT INTO policy_proposals SELECT 'x', version + 1, content, 'ann', 1, signature, 'open', NULL, NULL, NULL, ''"
        " FROM policy_proposals WHERE state = 'open'",
        "policy_proposals_follows",
    ),
    "a proposal gone": ("DELETE FROM policy_proposals", "policy_proposals"),
    "a policy gone": ("DELETE FROM policies WHERE version > 1", "policies"),
    "an audit record of somebody else": ("UPDATE audit_records SET actor = 'eve'", "audit_records_kept"),
    "an audit record gone": ("DELETE FROM audit_records", "audit_records"),
    "an audit record gone that another archive does not hold": (
        "DELETE FROM audit_records WHERE stream = 'engine'",
        "audit_records_archived_first",
    ),
    "what was typed changed": ("UPDATE audit_texts SET text = 'x'", "audit_texts_"),
    "what was typed erased before its time": (
        "UPDATE audit_texts SET text = NULL, salt = NULL, erased_at_s = at_s",
        "audit_texts_",
    ),
    "what was typed about another": ("UPDATE audit_texts SET customer_id = NULL", "audit_texts_kept"),
    "what was typed gone": ("DELETE FROM audit_texts", "audit_texts"),
    "a text of no record": (
        "INSERT INTO audit_texts SELECT 'ff', stream, seq, 'x', customer_id, at_s, salt, text, NULL FROM audit_texts LIMIT 1",
        "audit_texts_of_its_record",
    ),
    "a name changed": ("UPDATE customers SET name = 'Eve'", "customers_only_erased"),
    "a customer who is found no more": ("UPDATE customers SET folded_name = 'eve'", "customers_only_erased"),
    "a name erased of who is a customer": (
        "UPDATE customers SET name = '(erased)', erased_at_s = 9999999999",
        "customers_",
    ),
    "a customer closed at no time": (
        "UPDATE customers SET status = 'closed'",
        "customers_closed_for_good",
    ),
    "a customer closed years ago": (
        "UPDATE customers SET status = 'closed', closed_at_s = 1 WHERE status <> 'closed'",
        "customers_closed_now",
    ),
    "an erasure that a teller asks for": (
        "INSERT INTO erasures SELECT id, 'tom', 1, NULL, NULL, NULL FROM customers",
        "erasures_of_a_supervisor",
    ),
    "an erasure that begins agreed to": (
        "INSERT INTO erasures SELECT id, 'ann', 1, 'bob', 1, NULL FROM customers",
        "erasures_begins_asked",
    ),
    "an erasure agreed by who asks for it anew": (
        "UPDATE erasures SET asked_by = 'ann', agreed_by = 'bob', agreed_at_s = 1",
        "erasures_",
    ),
    "an erasure asked for by a teller": ("UPDATE erasures SET asked_by = 'tom'", "erasures_asked_anew"),
    "a note written over": ("UPDATE cases SET note = 'x'", "cases_"),
    "a challenge gone that proves something": (
        "DELETE FROM passkey_challenges WHERE id IN (SELECT challenge_id FROM passkey_consents)",
        "passkey_challenges_proves_nothing",
    ),
    "what was typed at a refusal erased for nobody": (
        "UPDATE payments SET reasons = '[]' WHERE state = 'refused'",
        "payments_only_erased",
    ),
    "an archive of no record": (
        "INSERT INTO audit_archives SELECT stream, seq - 1, at_s, hash FROM audit_heads WHERE stream = 'main'",
        "audit_archives_ends_an_archive",
    ),
    "an archive of the whole stream": (
        "INSERT INTO audit_archives SELECT stream, seq, at_s, hash FROM audit_heads WHERE stream = 'main'",
        "audit_archives_ends_an_archive",
    ),
    "an audit record left out": (
        f"INSERT INTO audit_records SELECT r.stream, r.seq + 2, {_RECORD.replace('at_s', 'r.at_s', 1)}, r.hash, r.hash {_LAST}",
        "audit_records_follows",
    ),
    "an audit record beside another": (
        f"INSERT INTO audit_records SELECT r.stream, r.seq + 1, {_RECORD.replace('at_s', 'r.at_s', 1)}, previous, r.hash {_LAST}",
        "audit_records_follows",
    ),
    "a head moved back": ("UPDATE audit_heads SET seq = seq - 1", "audit_heads_moves_to_its_record"),
    "a head of no record": ("UPDATE audit_heads SET seq = seq + 1", "audit_heads_moves_to_its_record"),
    "a head of another hash": (
        "UPDATE audit_heads SET hash = (SELECT min(previous) FROM audit_records)",
        "audit_heads_moves_to_its_record",
    ),
    "a stream forgotten": ("DELETE FROM audit_heads", "audit_heads"),
    "a stream begun in the middle": (
        "INSERT INTO audit_heads SELECT 'x', seq, hash, at_s FROM audit_heads WHERE stream = 'main'",
        "audit_heads_begins",
    ),
    "a signed head changed": ("UPDATE signed_heads SET content = 'x'", "signed_heads_kept"),
    "a signed head gone": ("DELETE FROM signed_heads", "signed_heads"),
    "a signed head of no record": (
        "INSERT INTO signed_heads SELECT stream, size + 1, hash, content, nodes, older, proof FROM signed_heads"
        " WHERE stream = 'main'",
        "signed_heads_is_of_a_record",
    ),
    "a place outside that has less than it had": ("UPDATE head_sinks SET size = size - 1", "head_sinks_never_back"),
    "an event changed": ("UPDATE outbox SET content = '{{}}'", "outbox_kept"),
    "an event gone": ("DELETE FROM outbox", "outbox"),
    "a key bound to another payment": ("UPDATE keys SET result_id = 'gone'", "keys_kept"),
    "a payment's key freed, to pay again": (
        "DELETE FROM keys WHERE result_id IN (SELECT id FROM payments)",
        "keys_",
    ),
    "signed bytes exchanged": ("UPDATE signed SET raw = transaction_hash", "signed_kept"),
    "signed bytes gone": ("DELETE FROM signed", "signed"),
    "a node's answer changed": (
        "UPDATE attempts SET outcome = 'rejected' WHERE outcome = 'accepted'",
        "attempts_answered_once",
    ),
    "an attempt gone": ("DELETE FROM attempts", "attempts"),
    "a deposit of more": ("UPDATE deposits SET units = {seven}", "deposits_kept"),
    "a final deposit judged again": (
        "UPDATE deposits SET state = 'seen' WHERE state = 'final'",
        "deposits_judged_once",
    ),
    "a deposit gone": ("DELETE FROM deposits", "deposits"),
    "a request to another address": ("UPDATE requests SET deposit_address = NULL", "requests_kept"),
    "a request for another payee": ("UPDATE requests SET payee = payee", "requests_kept"),
    "a treasury elsewhere": ("UPDATE chains SET treasury = 'eve'", "chains_kept"),
    "finality taken back": ("UPDATE chains SET final_number = 0", "chains_never_back"),
    "a block of another hash": ("UPDATE blocks SET hash = hash", "blocks_kept"),
    "an authorization freed that left": (
        "DELETE FROM carried WHERE payment_id IN (SELECT id FROM payments WHERE nonce IS NOT NULL)",
        "carried_not_once_assigned",
    ),
    "a teller made a supervisor": ("UPDATE operators SET role = 'supervisor' WHERE id = 'tom'", "operators_kept"),
    "an operator with another key": ("UPDATE operators SET public_key = hash FROM audit_heads", "operators_kept"),
    "a way in that ended opened again": (
        "UPDATE operators SET active = {true} WHERE NOT active",
        "operators_gone_for_good",
    ),
    "an operator gone": ("DELETE FROM operators WHERE id = 'nobody' OR id = 'tom'", "operators"),
    "somebody whom nobody admitted": (
        "INSERT INTO operators SELECT 'eve', 'Eve', 'teller', branch, active, hash, 0, 0, NULL FROM operators, audit_heads"
        " WHERE id = 'ann'",
        "operators_of_an_admission",
    ),
    "somebody who is only to be admitted": (
        "INSERT INTO operators SELECT operator_id, name, role, branch, {true}, public_key, 0, 0, NULL FROM staff_changes"
        " WHERE state = 'open'",
        "operators_of_an_admission",
    ),
    "a teller dismissed by nobody": (
        "UPDATE operators SET active = NOT {true} WHERE id = 'tom'",
        "operators_of_a_dismissal",
    ),
    "one of two supervisors dismissed": (
        "UPDATE operators SET active = NOT {true} WHERE id = 'ann'",
        "operators_",
    ),
    "an admission of another": ("UPDATE staff_changes SET role = 'auditor'", "staff_changes_kept"),
    "an admission that begins approved": (
        "INSERT INTO staff_changes SELECT 'x', kind, 'eve', name, role, branch, public_key, 'ann', 1, signature, 'approved',"
        " 'bob', 1, signature, '' FROM staff_changes WHERE state = 'open'",
        "staff_changes_begins",
    ),
    "an admission by a teller": (
        "INSERT INTO staff_changes SELECT 'x', kind, 'eve', name, role, branch, public_key, 'tom', 1, signature, 'open',"
        " NULL, NULL, NULL, '' FROM staff_changes WHERE state = 'open'",
        "staff_changes_of_a_supervisor",
    ),
    "a dismissal by a teller": (
        "INSERT INTO staff_changes SELECT 'x', 'dismiss', id, name, role, branch, public_key, 'tom', 1, public_key,"
        " 'approved', NULL, NULL, NULL, '' FROM operators WHERE id = 'bob'",
        "staff_changes_of_a_supervisor",
    ),
    "a dismissal of another person by that id": (
        "INSERT INTO staff_changes SELECT 'x', 'dismiss', id, 'Bobby', role, branch, public_key, 'ann', 1, public_key,"
        " 'approved', NULL, NULL, NULL, '' FROM operators WHERE id = 'bob'",
        "staff_changes_of_who_is_here",
    ),
    "an admission approved by a teller": (
        "UPDATE staff_changes SET state = 'approved', decided_by = 'tom', decided_at_s = 1, decided_signature = signature"
        " WHERE state = 'open'",
        "staff_changes_by_a_supervisor",
    ),
    "an admission in force that nobody approved": (
        "UPDATE staff_changes SET state = 'in_force', decided_by = 'bob', decided_at_s = 1, decided_signature = signature"
        " WHERE state = 'open'",
        "staff_changes_",
    ),
    "an admission taken back that is in force": (
        "UPDATE staff_changes SET state = 'refused', decided_signature = NULL WHERE state = 'in_force' AND kind = 'admit'",
        "staff_changes_goes_its_way",
    ),
    "a newcomer's password gone": ("DELETE FROM waiting_credentials", "waiting_credentials_is_waited_for"),
    "a password for who has one": (
        "INSERT INTO waiting_credentials SELECT s.id, salt, nonce, cost, sealed FROM waiting_credentials, staff_changes AS s"
        " WHERE s.state = 'in_force' AND s.kind = 'admit'",
        "waiting_credentials_of_an_open_admission",
    ),
    "an introduction by somebody else": ("UPDATE introductions SET introduced_by = 'bob'", "introductions_kept"),
    "a password's seal exchanged": ("UPDATE credentials SET sealed = salt", "credentials_kept"),
    "a session that lasts": ("UPDATE sessions SET expires_at_s = 9999999999", "sessions_kept"),
    "a closed session opened": (
        "UPDATE sessions SET closed_at_s = NULL WHERE closed_at_s IS NOT NULL",
        "sessions_closed_for_good",
    ),
    "a shift that began with more": ("UPDATE shifts SET opening = '{{}}'", "shifts_kept"),
    "a second original": ("UPDATE receipts SET copies = 0", "receipts_copies_are_counted"),
    "a receipt gone": ("DELETE FROM receipts", "receipts"),
    "a case opened again": (
        "UPDATE cases SET resolved_at_s = NULL WHERE resolved_at_s IS NOT NULL",
        "cases_resolved_once",
    ),
    "a case gone": ("DELETE FROM cases", "cases"),
    "a match closed by one person": (
        "UPDATE cases SET resolved_by = 'ann', resolved_at_s = 1, resolution = 'x' WHERE kind = 'screening_match'",
        "cases_match_by_two",
    ),
    "a possible match closed by one person": (
        "UPDATE cases SET resolved_by = 'tom', resolved_at_s = 1, resolution = 'x' WHERE kind = 'possible_match'",
        "cases_match_by_two",
    ),
    "a case of no known kind": (
        "INSERT INTO cases (id, kind, subject, note, opened_at_s, resolution, resolved_by)"
        " VALUES ('CS-x', 'zzz', 's', 'n', 1, '', '')",
        "cases_of_a_known_kind",
    ),
    "a match that nobody made": ("UPDATE cases SET makers = '' WHERE makers <> ''", "cases_makers_stand"),
    "deposit addresses of somebody else": (
        "UPDATE bank SET value = 'xpub' WHERE name = 'deposit_xpub'",
        "bank_founding_stands",
    ),
    "a fact gone": ("DELETE FROM bank", "bank"),
    "a token of other decimals": ("UPDATE assets SET decimals = 18", "assets_kept"),
    "the engine locked out": (
        "UPDATE operators SET locked_until_s = 9 WHERE id = 'engine'",
        "operators_the_engine_is_not_locked",
    ),
    "the engine's own key gone": (
        "DELETE FROM credentials WHERE operator_id = 'engine'",
        "credentials_the_engine_keeps_its_own",
    ),
    "another code of a token in use": ("UPDATE assets SET code_hash = NULL", "assets_pinned_while_frozen"),
    "a limit's day moved": ("UPDATE limit_uses SET day = '2001-01-01'", "limit_uses_kept"),
    "a limit's counter gone": ("DELETE FROM limit_counters", "limit_counters"),
    "a list's address exchanged": ("UPDATE listed_addresses SET canonical = canonical", "listed_addresses_kept"),
    "a list's party exchanged": ("UPDATE listed_parties SET kind = kind", "listed_parties_kept"),
    "a list made young": ("UPDATE screening_lists SET dated_s = dated_s", "screening_lists_kept"),
}

_RICH = "available_units = CASE WHEN available_units IS NULL THEN NULL ELSE available_units + 7 END"
POSTGRESQL: dict[str, tuple[str, str]] = {
    "all entries at once": ("TRUNCATE entries", "entries_kept"),
    "all audit records at once": ("TRUNCATE audit_records", "audit_records_kept"),
    "the whole bank at once": ("TRUNCATE accounts CASCADE", "accounts_kept"),
    "money without an entry": (
        f"UPDATE accounts SET credits_posted = credits_posted + 7, version = version + 1, {_RICH} WHERE kind = 'customer'",
        "accounts_moved_by_an_entry",
    ),
    "what is available out of nothing": (f"UPDATE accounts SET {_RICH} WHERE kind = 'customer'", "accounts_adds_up"),
    "a transfer without entries": (
        "INSERT INTO transfers SELECT 'x' || id, debit_account, debit_kind, credit_account, credit_kind, asset_id, units,"
        " posted_units, state, payment_id, deposit_id, clearance_id, created_at_s, shift_id FROM transfers"
        " WHERE state = 'posted'",
        "transfers_in_two_entries",
    ),
    "a record that its head does not follow": (
        f"INSERT INTO audit_records SELECT r.stream, r.seq + 1, r.at_s, actor, action, subject, details, r.hash,"
        f" decode(repeat('ab', 32), 'hex') {_LAST}",
        "audit_records_is_the_head",
    ),
    "an event before all others": (
        "INSERT INTO outbox (written_by, at_s, kind, subject, content) VALUES (1, 1, 'k', 's', '{{}}')",
        "outbox_own_writer",
    ),
    "an event that holds all others back": (
        "INSERT INTO outbox (written_by, at_s, kind, subject, content) VALUES (9000000000000000000, 1, 'k', 's', '{{}}')",
        "outbox_own_writer",
    ),
    "a key of another unit of work": (
        "DELETE FROM keys WHERE result_id NOT IN (SELECT id FROM payments)",
        "keys_own_unit_of_work",
    ),
}


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def world(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder: Path = tmp_path_factory.mktemp("guarded")
    if request.param == "sqlite":
        with guarded_bank(folder / "bank", f"sqlite:///{folder / 'books.db'}") as found:
            yield found
        return
    server = request.getfixturevalue("postgresql_server")
    with postgresql_database(server, "guarded") as url, guarded_bank(folder / "bank", url) as found:
        yield found


def rows(world: World) -> dict[str, list[str]]:
    with world.bank.store.read() as uow:
        return {name: sorted(map(str, uow.connection.execute(t.select()))) for name, t in metadata.tables.items()}


def refused_by(world: World, statement: str) -> str:
    """Do it and commit; return the name of the guard that refused, or that nothing did."""
    sqlite = world.bank.store.engine.dialect.name == "sqlite"
    numbers = {"zero": 0, "seven": 7, "many": 10**30}
    written = {name: f"'{n:078}'" if sqlite else str(n) for name, n in numbers.items()}
    try:
        with world.bank.store.engine.begin() as connection:
            done = connection.exec_driver_sql(statement.format(**written, true="1" if sqlite else "true"))
            return f"nothing: {done.rowcount} rows"
    except IntegrityError as error:
        said: Any = error.orig
        return str(said).rpartition("constraint failed: ")[2] if sqlite else str(said.diag.constraint_name)


def replaced(world: World) -> dict[str, tuple[str, str]]:
    if world.bank.store.engine.dialect.name == "postgresql":
        return POSTGRESQL
    also = {
        "policies": "",
        "policy_proposals": "",
        "staff_changes": "",
    }  # what must follow the newest version is refused as that, too
    return {
        f"{t} replaced": (f"REPLACE INTO {t} SELECT * FROM {t}", f"{t}_{also.get(t, 'written_once')}") for t in ONCE
    }


def every_column(world: World, filled: set[str]) -> Iterator[tuple[str, tuple[str, str]]]:
    """The plainest attacks: each column that may not change written over, each row that may not go removed."""
    postgresql = world.bank.store.engine.dialect.name == "postgresql"
    for name in filled:
        for column in metadata.tables[name].columns:
            if column.name not in CHANGES[name] and not (postgresql and column.identity):
                yield f"{name}.{column.name}", (f"UPDATE {name} SET {column.name} = {column.name}", f"{name}_kept")
        if name not in REMOVED:
            yield name, (f"DELETE FROM {name}", f"{name}_")


def test_what_was_written_stays(world: World) -> None:
    before = rows(world)
    filled = {name for name, found in before.items() if found}
    assert len(filled) > 32, metadata.tables.keys() - filled
    attacks = ATTACKS | replaced(world) | dict(every_column(world, filled))
    said = {name: refused_by(world, statement) for name, (statement, _) in attacks.items()}
    unlike = {name: said[name] for name, (_, guard) in attacks.items() if not said[name].startswith(f"guard_{guard}")}
    assert unlike == {}
    assert rows(world) == before
    world.prove()
    world.to_finality()
    assert world.paid(5).state is tp.PaymentState.FINAL
    world.prove()


# --- the guards themselves -----------------------------------------------------------------------


def test_every_table_and_column_is_known_to_the_guards() -> None:
    assert {
        name: set(columns) - {c.name for c in metadata.tables[name].columns} for name, columns in CHANGES.items()
    } == {name: set() for name in metadata.tables}


def test_guards_stand_after_every_migration_and_only_of_the_newest_revision(database_url: str) -> None:
    migrate.create_database(database_url)
    engine = sa.create_engine(database_url)
    with engine.connect() as connection:
        assert missing_guards(connection) == []
    migrate.downgrade(database_url, "0006")
    with engine.connect() as connection:
        all_of_them = missing_guards(connection)
    assert len(all_of_them) > 60
    migrate.upgrade(database_url)
    with engine.begin() as connection:
        assert missing_guards(connection) == []
        with unguarded(connection):
            assert missing_guards(connection) == all_of_them
        assert missing_guards(connection) == []
    engine.dispose()


def test_a_guard_that_is_switched_off_is_missed(postgresql_url: str) -> None:
    migrate.create_database(postgresql_url)
    engine = sa.create_engine(postgresql_url)
    with engine.begin() as connection:
        connection.exec_driver_sql('ALTER TABLE entries DISABLE TRIGGER "guard_entries_kept"')
        assert missing_guards(connection) == ["guard_entries_kept"]
    engine.dispose()
