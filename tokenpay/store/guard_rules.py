"""What may still happen to a row that was written: rules that no constraint can say, in words both databases know.

A rule says when a change is refused. On PostgreSQL one may also wait for the commit, and some changes are reserved
to the engine's role.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from tokenpay.compliance.case import MATCHES, CaseKind
from tokenpay.ledger.chart import ASSETS, LIABILITIES
from tokenpay.parties.customer import ERASED_NAME
from tokenpay.parties.folded import folded
from tokenpay.parties.passkey import MAX_COUNTER, TRANSITIONS as PASSKEY_TRANSITIONS
from tokenpay.payments.intent import Purpose
from tokenpay.payments.payment import ENDED, LEAVING, ON_ITS_WAY, TRANSITIONS

ENGINE = "tokenpay_engine"
"""The database role that carries money on and off the chain."""

_PLACE = ("state", "reasons", "updated_at_s")
_ON_CHAIN = (
    "nonce", "gas_limit", "fee_cap_wei", "deposit_index", "included_block", "included_hash", "transaction_hash",
)  # fmt: skip
_TOTALS = ("debits_pending", "debits_posted", "credits_pending", "credits_posted", "available_units", "version")
_PINNED = ("code_hash", "domain_separator", "token_name", "token_version")

CHANGES: dict[str, tuple[str, ...]] = {
    "accounts": _TOTALS,
    "approvals": (),
    "assets": ("active", "checked_at_s", *_PINNED),
    "attempts": ("outcome", "reason"),
    "audit_archives": (),
    "audit_heads": ("seq", "hash", "at_s"),
    "audit_records": (),
    "audit_texts": ("salt", "text", "erased_at_s"),
    "authorizations": (),
    "bank": ("value",),
    "batch_outcomes": (),
    "blocks": (),
    "carried": (),
    "cases": ("note", "resolution", "resolved_by", "resolved_at_s", "makers", "asked_by"),
    "chains": ("next_nonce", "head_number", "final_number", "halted", "seen_at_s", "trouble"),
    "clearances": (),
    "credentials": (),
    "customers": ("status", "kind", "name", "folded_name", "closed_at_s", "erased_at_s"),
    "deposits": ("state", "outcome"),
    "entries": (),
    "erasures": ("asked_by", "asked_at_s", "agreed_by", "agreed_at_s", "erased_at_s"),
    "head_sinks": ("size", "at_s", "trouble"),
    "introductions": (),
    "keys": (),
    "leases": ("holder", "until_s"),
    "limit_counters": ("used_units",),
    "limit_uses": (),
    "listed_addresses": (),
    "listed_names": (),
    "listed_parties": (),
    "name_releases": ("confirmed_by", "confirmed_at_s", "confirmed_signature"),
    "name_verdicts": (),
    "operators": ("active", "failures", "locked_until_s"),
    "outbox": (),
    "passkey_challenges": ("answered_at_s",),
    "passkey_consents": (),
    "passkeys": (
        "counter",
        "state",
        "confirmed_by",
        "confirmed_at_s",
        "confirmed_signature",
        "revoked_by",
        "revoked_at_s",
    ),
    "payment_words": (),
    "payments": (*_PLACE, *_ON_CHAIN, "recalled_by"),
    "policies": (),
    "policy_proposals": ("state", "decided_by", "decided_at_s", "decided_signature", "reason"),
    "quotes": ("payment_id",),
    "receipts": ("copies",),
    "requests": ("state", "credited_units"),
    "screening_lists": ("doubted_hash", "doubted_by"),
    "sessions": ("closed_at_s",),
    "shifts": ("state", "closing", "expected", "closed_at_s"),
    "signed": (),
    "signed_heads": (),
    "staff_changes": ("state", "decided_by", "decided_at_s", "decided_signature", "reason"),
    "transfers": ("state", "posted_units", "clearance_id"),
    "travel_rules": ("salt", "sealed", "erased_at_s"),
    "waiting_credentials": (),
    "wallet_proofs": ("signature", "proved_by", "proved_at_s", "valid_until_s"),
}
"""Which columns of a written row may still change: all others stand as they were written."""

REMOVED = frozenset({
    "audit_records", "authorizations", "blocks", "carried", "credentials", "head_sinks", "keys", "limit_uses",
    "listed_addresses", "listed_names", "listed_parties", "name_releases", "name_verdicts", "passkey_challenges",
    "screening_lists", "shifts", "waiting_credentials",
})  # fmt: skip
"""Where rows may go again: what was archived, what a reorg orphans, is replaced, or a unit of work takes back."""

ENGINE_REMOVES = frozenset({"name_releases", "passkey_challenges"})
"""Where a terminal removes none."""

OWNER_REMOVES = frozenset({"audit_records"})
"""Where only the owner of the tables removes rows."""

ONCE = {
    "audit_texts": "hash = NEW.hash OR stream = NEW.stream AND seq = NEW.seq AND name = NEW.name",
    "approvals": "payment_id = NEW.payment_id AND (operator_id = NEW.operator_id OR part = NEW.part)",
    "clearances": "id = NEW.id OR payment_id = NEW.payment_id",
    "erasures": "customer_id = NEW.customer_id",
    "introductions": "operator_id = NEW.operator_id",
    "name_releases": "id = NEW.id",
    "outbox": "id = NEW.id",
    "passkey_challenges": "id = NEW.id",
    "passkey_consents": "payment_id = NEW.payment_id AND (operator_id = NEW.operator_id OR passkey_id = NEW.passkey_id)"
    " OR challenge_id = NEW.challenge_id",
    "passkeys": "id = NEW.id OR public_key = NEW.public_key",
    "payments": "id = NEW.id",
    "policies": "version = NEW.version",
    "policy_proposals": "id = NEW.id OR version = NEW.version AND state IN ('open', 'approved', 'in_force')"
    " AND NEW.state IN ('open', 'approved', 'in_force')",
    "signed": "payment_id = NEW.payment_id AND version = NEW.version",
    "staff_changes": "id = NEW.id OR kind = NEW.kind AND operator_id = NEW.operator_id"
    " AND state IN ('open', 'approved', 'in_force') AND NEW.state IN ('open', 'approved', 'in_force')",
    "transfers": "id = NEW.id",
    "travel_rules": "id = NEW.id OR (subject = NEW.subject AND seq = NEW.seq)",
    "wallet_proofs": "id = NEW.id",
}
"""What SQLite's INSERT OR REPLACE would write over: it fires no DELETE trigger."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A change of one row is refused where `refused` holds; one that `looks` at other rows has its own function."""

    name: str
    table: str
    event: Literal["INSERT", "UPDATE", "DELETE", "INSERT OR UPDATE"]
    refused: str
    looks: bool = False
    only: Literal["", "sqlite", "postgresql"] = ""
    at_commit: str = ""
    """PostgreSQL asks at the commit, of the rows that this condition picks."""


def _listed(values: Iterable[str]) -> str:
    return ", ".join(f"'{value}'" for value in sorted(values))


_WAYS = _listed(
    f"{before}>{after}" for before, following in TRANSITIONS.items() if following for after in (before, *following)
)
_PASSKEY_WAYS = _listed(
    f"{before}>{after}"
    for before, following in PASSKEY_TRANSITIONS.items()
    if following
    for after in (before, *following)
)
_POSTED_CHANGED = "NEW.debits_posted <> OLD.debits_posted OR NEW.credits_posted <> OLD.credits_posted"
_ENTRY_FITS = """SELECT 1 FROM transfers AS t JOIN accounts AS a ON a.id = NEW.account_id
  WHERE t.id = NEW.transfer_id AND t.state = 'posted' AND t.posted_units = NEW.units
  AND NEW.account_id = CASE NEW.side WHEN 'debit' THEN t.debit_account ELSE t.credit_account END
  AND (a.version > NEW.seq OR a.version = NEW.seq
  AND a.debits_posted = NEW.debits_after AND a.credits_posted = NEW.credits_after)"""
# SQLite has no numbers of this size: there, only the proof of the ledger adds up.
_ENTRY_ADDS = """SELECT 1 FROM (SELECT 1) AS one
  LEFT JOIN entries AS e ON e.account_id = NEW.account_id AND e.seq = NEW.seq - 1
  WHERE (NEW.seq = 1 OR e.seq IS NOT NULL)
  AND NEW.debits_after = coalesce(e.debits_after, 0) + CASE NEW.side WHEN 'debit' THEN NEW.units ELSE 0 END
  AND NEW.credits_after = coalesce(e.credits_after, 0) + CASE NEW.side WHEN 'credit' THEN NEW.units ELSE 0 END"""
_OTHER_HALF = "SELECT 1 FROM entries WHERE transfer_id = NEW.transfer_id AND side = NEW.side"
_AVAILABLE = f"""CASE WHEN NEW.kind IN ({_listed(ASSETS)})
  THEN NEW.debits_posted - NEW.credits_posted - NEW.credits_pending WHEN NEW.kind IN ({_listed(LIABILITIES)})
  THEN NEW.credits_posted - NEW.debits_posted - NEW.debits_pending END"""
_FOUNDING = _listed({"demo", "deposit_xpub", "request_key", "head_key", "data_key", "pin_key_mark"})
_BOTH = """SELECT count(*) FILTER (WHERE side = 'debit') = 1 AND count(*) FILTER (WHERE side = 'credit') = 1
  FROM entries WHERE transfer_id = NEW.id"""
_OWN_WRITER = "NEW.written_by <> pg_current_xact_id()::text::bigint"
_PROPOSAL_WAYS = _listed({
    "open>approved", "open>refused", "open>withdrawn", "approved>in_force", "approved>refused",
})  # fmt: skip
_CHANGED = "SELECT 1 FROM staff_changes WHERE state = 'approved' AND operator_id = NEW.id"
_AS_SIGNED = "name = NEW.name AND role = NEW.role AND branch = NEW.branch AND public_key = NEW.public_key"
_ITS_OPERATOR = "SELECT 1 FROM operators WHERE id = NEW.operator_id"
_FOUNDED = "SELECT 1 FROM policies"
_MADE_BY_THEM = "SELECT 1 FROM payments WHERE id = NEW.payment_id AND maker = NEW.operator_id"
_MORE_THAN_SIGNED = "NEW.size > coalesce((SELECT max(size) FROM signed_heads WHERE stream = NEW.stream), 0)"
_INTRODUCED_BY_THEM = (
    "SELECT 1 FROM payments AS p JOIN introductions AS i ON i.operator_id = p.maker"
    " WHERE p.id = NEW.payment_id AND i.introduced_by = NEW.operator_id"
)
_KEY_BY_THEM = (
    "SELECT 1 FROM passkey_consents AS c JOIN passkeys AS k ON k.id = c.passkey_id"
    " WHERE c.payment_id = NEW.payment_id AND k.customer_id IS NOT NULL AND k.registered_by = NEW.operator_id"
)
_KEY_BY_THE_CHECKER = (
    "SELECT 1 FROM passkeys AS k JOIN approvals AS a ON a.operator_id = k.registered_by"
    " WHERE k.id = NEW.passkey_id AND k.customer_id IS NOT NULL AND a.payment_id = NEW.payment_id"
)
_ASKS_BACK = "SELECT 1 FROM operators WHERE active AND role IN ('supervisor', 'engine') AND id = NEW.recalled_by"
_SUPERVISOR = "SELECT 1 FROM operators WHERE active AND role = 'supervisor' AND id = NEW"
_KEPT_S = 5 * 366 * 86_400
"""No text goes sooner, whatever the policy says: what FATF Recommendation 11 asks at the least."""
_PROVES = "SELECT 1 FROM passkey_consents WHERE challenge_id = OLD.id"
_ITS_PAYMENT = "SELECT 1 FROM payments WHERE id = OLD.payment_id"
_OF_ERASED = (
    "SELECT 1 FROM erasures WHERE agreed_by IS NOT NULL AND 'customer/' || customer_id IN (NEW.debtor, NEW.creditor)"
)
_AGREED = "SELECT 1 FROM erasures WHERE agreed_by IS NOT NULL AND customer_id = NEW"
_GENESIS = f"'\\x{'00' * 32}'::bytea"

RULES = (
    Rule(name="founding_stands", table="bank", event="UPDATE",
         refused=f"OLD.name IN ({_FOUNDING}) AND OLD.value <> '' AND NEW.value <> OLD.value"),
    Rule(name="pinned_while_frozen", table="assets", event="UPDATE",
         refused="(OLD.active OR NOT NEW.active) AND ("
         + " OR ".join(f"NEW.{column} IS DISTINCT FROM OLD.{column}" for column in _PINNED) + ")"),
    Rule(name="the_engine_is_not_locked", table="operators", event="UPDATE",
         refused="NEW.role = 'engine' AND NEW.locked_until_s <> OLD.locked_until_s"),
    Rule(name="the_engine_keeps_its_own", table="credentials", event="DELETE", refused="OLD.operator_id = 'engine'"),
    Rule(name="gone_for_good", table="operators", event="UPDATE", refused="NEW.active AND NOT OLD.active"),
    # Those of the founding are there before there is a policy.
    Rule(name="of_an_admission", table="operators", event="INSERT", looks=True,
         refused=f"NEW.role <> 'customer' AND EXISTS ({_FOUNDED})"
         f" AND NOT EXISTS ({_CHANGED} AND kind = 'admit' AND {_AS_SIGNED})"),
    Rule(name="of_a_dismissal", table="operators", event="UPDATE", looks=True,
         refused="NEW.role <> 'customer' AND OLD.active AND NOT NEW.active"
         f" AND NOT EXISTS ({_CHANGED} AND kind = 'dismiss')"),
    Rule(name="two_stay", table="operators", event="UPDATE", looks=True,
         refused="NEW.role = 'supervisor' AND OLD.active AND NOT NEW.active"
         " AND (SELECT count(*) FROM operators WHERE active AND role = 'supervisor') < 3"),
    Rule(name="begins", table="staff_changes", event="INSERT",
         refused="NEW.state <> CASE NEW.kind WHEN 'admit' THEN 'open' ELSE 'approved' END"),
    Rule(name="of_a_supervisor", table="staff_changes", event="INSERT", looks=True,
         refused=f"NOT EXISTS ({_SUPERVISOR}.proposed_by)"),
    Rule(name="of_who_is_here", table="staff_changes", event="INSERT", looks=True,
         refused=f"NEW.kind = 'dismiss' AND NOT EXISTS ({_ITS_OPERATOR} AND active AND {_AS_SIGNED})"),
    Rule(name="by_a_supervisor", table="staff_changes", event="UPDATE", looks=True,
         refused=f"OLD.state = 'open' AND NEW.state = 'approved' AND NOT EXISTS ({_SUPERVISOR}.decided_by)"),
    Rule(name="goes_its_way", table="staff_changes", event="UPDATE",
         refused=f"OLD.state || '>' || NEW.state NOT IN ({_PROPOSAL_WAYS}) OR OLD.state = 'approved'"
         " AND NEW.state = 'in_force' AND (NEW.decided_by IS DISTINCT FROM OLD.decided_by"
         " OR NEW.decided_at_s IS DISTINCT FROM OLD.decided_at_s"
         " OR NEW.decided_signature IS DISTINCT FROM OLD.decided_signature)"),
    Rule(name="stands_so", table="staff_changes", event="UPDATE", looks=True,
         refused=f"NEW.state = 'in_force' AND NOT EXISTS ({_ITS_OPERATOR} AND {_AS_SIGNED}"
         " AND active = (NEW.kind = 'admit'))"),
    Rule(name="of_an_open_admission", table="waiting_credentials", event="INSERT", looks=True,
         refused="NOT EXISTS (SELECT 1 FROM staff_changes WHERE id = NEW.change_id AND kind = 'admit'"
         " AND state = 'open')"),
    Rule(name="is_waited_for", table="waiting_credentials", event="DELETE", looks=True,
         refused="EXISTS (SELECT 1 FROM staff_changes WHERE id = OLD.change_id AND state IN ('open', 'approved'))"),
    Rule(name="goes_its_way", table="passkeys", event="UPDATE",
         refused=f"OLD.state || '>' || NEW.state NOT IN ({_PASSKEY_WAYS})"),
    Rule(name="never_back", table="passkeys", event="UPDATE",
         refused=f"NEW.counter < OLD.counter OR NEW.counter > {MAX_COUNTER}"),
    Rule(name="confirmed_once", table="passkeys", event="UPDATE",
         refused="OLD.confirmed_by IS NOT NULL AND (NEW.confirmed_by IS NULL OR NEW.confirmed_by <> OLD.confirmed_by"
         " OR NEW.confirmed_signature <> OLD.confirmed_signature OR NEW.confirmed_at_s <> OLD.confirmed_at_s)"),
    Rule(name="begins", table="passkeys", event="INSERT",
         refused="NEW.state <> CASE WHEN NEW.customer_id IS NULL THEN 'waiting' ELSE 'active' END"
         " OR NEW.confirmed_by IS NOT NULL"),
    Rule(name="of_its_owner", table="passkeys", event="INSERT", looks=True,
         refused="NOT EXISTS (SELECT 1 FROM operators WHERE id = NEW.operator_id"
         " AND coalesce(customer_id, '') = coalesce(NEW.customer_id, ''))"),
    Rule(name="answered_once", table="passkey_challenges", event="UPDATE", refused="OLD.answered_at_s IS NOT NULL"),
    Rule(name="proves_nothing", table="passkey_challenges", event="DELETE", looks=True,
         refused=f"EXISTS ({_PROVES}) OR EXISTS ({_ITS_PAYMENT} AND state NOT IN ({_listed(ENDED)}))"),
    Rule(name="closed_for_good", table="sessions", event="UPDATE", refused="OLD.closed_at_s IS NOT NULL"),
    Rule(name="closed_for_good", table="shifts", event="UPDATE", refused="OLD.state = 'closed'"),
    Rule(name="only_a_new_one_goes", table="shifts", event="DELETE", refused="OLD.state <> 'open'"),
    Rule(name="copies_are_counted", table="receipts", event="UPDATE", refused="NEW.copies <> OLD.copies + 1"),
    Rule(name="opens_empty", table="accounts", event="INSERT",
         refused="NEW.version <> 0 OR NEW.debits_posted <> {zero} OR NEW.credits_posted <> {zero}"
         " OR NEW.debits_pending <> {zero} OR NEW.credits_pending <> {zero}"),
    Rule(name="posted_stays", table="accounts", event="UPDATE",
         refused="NEW.debits_posted < OLD.debits_posted OR NEW.credits_posted < OLD.credits_posted"
         f" OR NEW.version < OLD.version OR (NEW.version > OLD.version) <> ({_POSTED_CHANGED})"),
    Rule(name="adds_up", table="accounts", event="UPDATE", only="postgresql",
         refused=f"NEW.available_units IS DISTINCT FROM {_AVAILABLE}"),
    Rule(name="moved_by_an_entry", table="accounts", event="UPDATE", looks=True,
         at_commit="NEW.version <> OLD.version",
         refused="NOT EXISTS (SELECT 1 FROM entries WHERE account_id = NEW.id AND seq = NEW.version"
         " AND debits_after = NEW.debits_posted AND credits_after = NEW.credits_posted)"),
    Rule(name="goes_its_way", table="payments", event="UPDATE",
         refused=f"OLD.state || '>' || NEW.state NOT IN ({_WAYS}) AND NOT (OLD.state = 'refused'"
         " AND NEW.state = 'refused' AND NEW.updated_at_s = OLD.updated_at_s)"),
    Rule(name="asked_back_later", table="payments", event="INSERT", refused="NEW.recalled_by IS NOT NULL"),
    Rule(name="asked_back_once", table="payments", event="UPDATE",
         refused="NEW.recalled_by IS DISTINCT FROM OLD.recalled_by AND (OLD.recalled_by IS NOT NULL"
         f" OR OLD.purpose = '{Purpose.FILL}' OR OLD.state NOT IN ({_listed(LEAVING)}))"),
    Rule(name="asked_back_by_somebody", table="payments", event="UPDATE", looks=True,
         refused=f"NEW.recalled_by IS DISTINCT FROM OLD.recalled_by AND NOT EXISTS ({_ASKS_BACK})"),
    Rule(name="only_erased", table="payments", event="UPDATE", looks=True, only="sqlite",
         refused=f"OLD.state = 'refused' AND NOT EXISTS ({_OF_ERASED})"),
    Rule(name="only_erased", table="payments", event="UPDATE", looks=True, only="postgresql",
         at_commit="OLD.state = 'refused'", refused=f"NOT EXISTS ({_OF_ERASED})"),
    Rule(name="taken_once", table="quotes", event="UPDATE", refused="OLD.payment_id IS NOT NULL"),
    Rule(name="settled_once", table="transfers", event="UPDATE",
         refused="OLD.state <> 'pending' OR NEW.posted_units > OLD.units"),
    Rule(name="in_two_entries", table="transfers", event="INSERT OR UPDATE", looks=True,
         at_commit="NEW.state = 'posted'", refused=f"NOT ({_BOTH})"),
    Rule(name="fits", table="entries", event="INSERT", looks=True, only="sqlite",
         refused=f"NOT EXISTS ({_ENTRY_FITS}) OR EXISTS ({_OTHER_HALF})"),
    Rule(name="fits", table="entries", event="INSERT", looks=True, only="postgresql",
         refused=f"NOT EXISTS ({_ENTRY_FITS}) OR NOT EXISTS ({_ENTRY_ADDS}) OR EXISTS ({_OTHER_HALF})"),
    Rule(name="judged_once", table="deposits", event="UPDATE", refused="OLD.state = 'final'"),
    Rule(name="never_back", table="chains", event="UPDATE", refused="NEW.final_number < OLD.final_number"),
    Rule(name="not_once_assigned", table="carried", event="DELETE", looks=True,
         refused="EXISTS (SELECT 1 FROM payments"
         " WHERE id = OLD.payment_id AND nonce IS NOT NULL AND state <> 'failed')"),
    Rule(name="answered_once", table="attempts", event="UPDATE", refused="OLD.outcome <> 'unknown'"),
    Rule(name="resolved_once", table="cases", event="UPDATE",
         refused="OLD.resolved_at_s IS NOT NULL AND (NEW.note <> '' OR NEW.resolution <> ''"
         " OR NEW.resolved_by <> OLD.resolved_by OR NEW.resolved_at_s IS DISTINCT FROM OLD.resolved_at_s"
         " OR NEW.asked_by <> OLD.asked_by)"),
    Rule(name="of_a_known_kind", table="cases", event="INSERT", refused=f"NEW.kind NOT IN ({_listed(CaseKind)})"),
    Rule(name="match_by_two", table="cases", event="UPDATE",
         refused=f"OLD.kind IN ({_listed(MATCHES)}) AND OLD.resolved_at_s IS NULL AND NEW.resolved_at_s IS NOT NULL"
         " AND OLD.asked_by IN ('', NEW.resolved_by)"),
    Rule(name="makers_stand", table="cases", event="UPDATE",
         refused="substr(NEW.makers, 1, length(OLD.makers)) <> OLD.makers"),
    Rule(name="note_stands", table="cases", event="UPDATE",
         refused="OLD.resolved_at_s IS NULL AND NEW.note <> OLD.note"),
    Rule(name="bound_to_a_payment", table="keys", event="DELETE", looks=True,
         refused="EXISTS (SELECT 1 FROM payments WHERE id = OLD.result_id)"),
    Rule(name="own_unit_of_work", table="keys", event="DELETE", only="postgresql",
         refused="OLD.xmin <> pg_current_xact_id()::xid"),
    Rule(name="begins", table="audit_heads", event="INSERT", only="sqlite",
         refused="NEW.seq <> 0 OR NEW.at_s <> 0 OR NEW.hash <> zeroblob(32)"),
    Rule(name="begins", table="audit_heads", event="INSERT", only="postgresql",
         refused=f"NEW.seq <> 0 OR NEW.at_s <> 0 OR NEW.hash <> {_GENESIS}"),
    Rule(name="moves_to_its_record", table="audit_heads", event="UPDATE", looks=True,
         refused="NEW.seq <= OLD.seq OR NOT EXISTS (SELECT 1 FROM audit_records WHERE stream = NEW.stream"
         " AND seq = NEW.seq AND hash = NEW.hash AND at_s = NEW.at_s)"),
    Rule(name="follows", table="audit_records", event="INSERT", looks=True,
         refused="NOT EXISTS (SELECT 1 FROM audit_heads WHERE stream = NEW.stream AND seq = NEW.seq - 1"
         " AND hash = NEW.previous) AND NOT EXISTS (SELECT 1 FROM audit_records WHERE stream = NEW.stream"
         " AND seq = NEW.seq - 1 AND hash = NEW.previous)"),
    Rule(name="is_the_head", table="audit_records", event="INSERT", looks=True, at_commit="true",
         refused="NOT EXISTS (SELECT 1 FROM audit_heads WHERE stream = NEW.stream AND seq >= NEW.seq)"),
    Rule(name="archived_first", table="audit_records", event="DELETE", looks=True,
         refused="NOT EXISTS (SELECT 1 FROM audit_archives WHERE stream = OLD.stream AND seq >= OLD.seq)"),
    Rule(name="ends_an_archive", table="audit_archives", event="INSERT", looks=True,
         refused="NOT EXISTS (SELECT 1 FROM audit_records WHERE stream = NEW.stream AND seq = NEW.seq"
         " AND hash = NEW.hash AND at_s = NEW.at_s) OR NOT EXISTS (SELECT 1 FROM audit_heads"
         " WHERE stream = NEW.stream AND seq > NEW.seq)"),
    Rule(name="of_its_record", table="audit_texts", event="INSERT", looks=True,
         refused="NEW.erased_at_s IS NOT NULL OR NOT EXISTS (SELECT 1 FROM audit_records WHERE stream = NEW.stream"
         " AND seq = NEW.seq AND replace(details, '\"' || NEW.hash || '\"', '') <> details)"),
    Rule(name="only_erased", table="audit_texts", event="UPDATE",
         refused=f"OLD.erased_at_s IS NOT NULL OR NEW.erased_at_s IS NULL OR NEW.erased_at_s < OLD.at_s + {_KEPT_S}"),
    Rule(name="two_agreed", table="audit_texts", event="UPDATE", looks=True,
         refused=f"NEW.customer_id IS NOT NULL AND NOT EXISTS ({_AGREED}.customer_id)"),
    Rule(name="closed_for_good", table="customers", event="UPDATE",
         refused="OLD.status = 'closed' AND (NEW.status <> 'closed'"
         " OR NEW.closed_at_s IS DISTINCT FROM OLD.closed_at_s)"
         " OR OLD.status <> 'closed' AND (NEW.status = 'closed') <> (NEW.closed_at_s IS NOT NULL)"),
    # From then on is counted how long what is known of them is kept.
    Rule(name="closed_now", table="customers", event="UPDATE", looks=True,
         refused="OLD.status <> 'closed' AND NEW.status = 'closed'"
         " AND NEW.closed_at_s < (SELECT max(at_s) FROM audit_heads) - 86400"),
    Rule(name="only_erased", table="customers", event="UPDATE",
         refused="OLD.erased_at_s IS NOT NULL"
         " OR NEW.erased_at_s IS NULL AND (NEW.name <> OLD.name OR NEW.folded_name <> OLD.folded_name)"
         f" OR NEW.erased_at_s IS NOT NULL AND (NEW.name <> '{ERASED_NAME}'"
         f" OR NEW.folded_name <> '{folded(ERASED_NAME)}' OR OLD.closed_at_s IS NULL"
         f" OR NEW.erased_at_s < OLD.closed_at_s + {_KEPT_S})"),
    Rule(name="two_agreed", table="customers", event="UPDATE", looks=True,
         refused=f"NEW.erased_at_s IS NOT NULL AND NOT EXISTS ({_AGREED}.id)"),
    Rule(name="begins_asked", table="erasures", event="INSERT", refused="NEW.agreed_by IS NOT NULL"),
    Rule(name="of_a_supervisor", table="erasures", event="INSERT", looks=True,
         refused=f"NOT EXISTS ({_SUPERVISOR}.asked_by)"),
    Rule(name="once_agreed", table="erasures", event="UPDATE",
         refused="OLD.erased_at_s IS NOT NULL OR OLD.agreed_by IS NOT NULL AND (NEW.agreed_by IS NULL"
         " OR NEW.agreed_by <> OLD.agreed_by OR NEW.agreed_at_s <> OLD.agreed_at_s"
         " OR NEW.asked_by <> OLD.asked_by OR NEW.asked_at_s <> OLD.asked_at_s)"),
    Rule(name="asked_anew", table="erasures", event="UPDATE", looks=True,
         refused="NEW.asked_by <> OLD.asked_by"
         f" AND (NEW.agreed_by IS NOT NULL OR NOT EXISTS ({_SUPERVISOR}.asked_by))"),
    Rule(name="of_another_supervisor", table="erasures", event="UPDATE", looks=True,
         refused="OLD.agreed_by IS NULL AND NEW.asked_by = OLD.asked_by"
         f" AND NOT (EXISTS ({_SUPERVISOR}.agreed_by) AND EXISTS ({_SUPERVISOR}.asked_by))"),
    Rule(name="by_its_maker", table="approvals", event="INSERT", looks=True,
         refused=f"NEW.part = 'maker' AND NOT EXISTS ({_MADE_BY_THEM})"),
    Rule(name="by_another", table="approvals", event="INSERT", looks=True,
         refused=f"NEW.part = 'checker' AND (EXISTS ({_MADE_BY_THEM}) OR NOT EXISTS ({_SUPERVISOR}.operator_id)"
         f" OR EXISTS ({_INTRODUCED_BY_THEM}) OR EXISTS ({_KEY_BY_THEM}))"),
    Rule(name="of_a_key_by_another", table="passkey_consents", event="INSERT", looks=True,
         refused=f"EXISTS ({_KEY_BY_THE_CHECKER})"),
    Rule(name="by_two_people", table="policies", event="INSERT", looks=True,
         refused="NEW.version <> 1 AND NOT EXISTS (SELECT 1 FROM policy_proposals WHERE version = NEW.version"
         " AND content = NEW.content AND state = 'approved' AND proposed_by = NEW.maker AND decided_by = NEW.checker)"),
    Rule(name="follows", table="policies", event="INSERT", looks=True,
         refused="NEW.version <> (SELECT coalesce(max(version), 0) + 1 FROM policies)"),
    Rule(name="begins_open", table="policy_proposals", event="INSERT", refused="NEW.state <> 'open'"),
    Rule(name="follows", table="policy_proposals", event="INSERT", looks=True,
         refused="NEW.version <> (SELECT max(version) + 1 FROM policies)"),
    Rule(name="of_a_supervisor", table="policy_proposals", event="INSERT", looks=True,
         refused=f"NOT EXISTS ({_SUPERVISOR}.proposed_by)"),
    Rule(name="by_a_supervisor", table="policy_proposals", event="UPDATE", looks=True,
         refused=f"OLD.state = 'open' AND NEW.state = 'approved' AND NOT EXISTS ({_SUPERVISOR}.decided_by)"),
    Rule(name="goes_its_way", table="policy_proposals", event="UPDATE",
         refused=f"OLD.state || '>' || NEW.state NOT IN ({_PROPOSAL_WAYS}) OR OLD.state = 'approved'"
         " AND NEW.state = 'in_force' AND (NEW.decided_by <> OLD.decided_by OR NEW.decided_at_s <> OLD.decided_at_s"
         " OR NEW.decided_signature <> OLD.decided_signature)"),
    Rule(name="stands_as_a_policy", table="policy_proposals", event="UPDATE", looks=True,
         refused="NEW.state = 'in_force' AND NOT EXISTS (SELECT 1 FROM policies WHERE version = NEW.version"
         " AND content = NEW.content AND maker = NEW.proposed_by AND checker = NEW.decided_by)"),
    Rule(name="begins_open", table="name_releases", event="INSERT", refused="NEW.confirmed_by IS NOT NULL"),
    Rule(name="of_a_supervisor", table="name_releases", event="INSERT", looks=True,
         refused=f"NOT EXISTS ({_SUPERVISOR}.asked_by)"),
    Rule(name="by_a_supervisor", table="name_releases", event="UPDATE", looks=True,
         refused=f"NOT EXISTS ({_SUPERVISOR}.confirmed_by)"),
    Rule(name="confirmed_once", table="name_releases", event="UPDATE", refused="OLD.confirmed_by IS NOT NULL"),
    Rule(name="only_erased", table="travel_rules", event="UPDATE",
         refused="OLD.erased_at_s IS NOT NULL OR NEW.erased_at_s IS NULL OR NEW.erased_at_s < OLD.keep_until_s"),
    Rule(name="answered_once", table="wallet_proofs", event="UPDATE", refused="OLD.proved_at_s IS NOT NULL"),
    Rule(name="is_of_a_record", table="signed_heads", event="INSERT", looks=True,
         refused="NOT EXISTS (SELECT 1 FROM audit_records WHERE stream = NEW.stream AND seq = NEW.size"
         " AND hash = NEW.hash) OR EXISTS (SELECT 1 FROM signed_heads WHERE stream = NEW.stream"
         " AND size >= NEW.size)"),
    Rule(name="never_back", table="head_sinks", event="UPDATE", refused="NEW.size < OLD.size"),
    Rule(name="has_what_was_signed", table="head_sinks", event="INSERT", looks=True, refused=_MORE_THAN_SIGNED),
    Rule(name="gets_what_was_signed", table="head_sinks", event="UPDATE", looks=True, refused=_MORE_THAN_SIGNED),
    Rule(name="own_writer", table="outbox", event="INSERT", only="postgresql", refused=_OWN_WRITER),
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Reserved:
    """A change that only the engine's role makes, besides the owner of the tables.

    PostgreSQL asks its triggers in the order of their names: who may not is told so before anything else.
    """

    name: str
    table: str
    event: Literal["INSERT", "UPDATE", "INSERT OR UPDATE"]
    when: str


_CHAIN_KINDS = "('custody', 'gas')"
_ON_ITS_WAY = _listed({*ON_ITS_WAY, "failed"})
_ASKED_BACK = "OLD.recalled_by IS NULL AND NEW.recalled_by IS NOT NULL AND " + " AND ".join(
    f"NEW.{column} = OLD.{column}" for column in _PLACE
)
_CARRIED = f"NEW.state IN ({_ON_ITS_WAY}) OR NEW.state = 'final' AND NEW.rail <> 'book'"
_STAFF = "NEW.role <> 'customer'"
_OPEN_FACTS = "NEW.name NOT IN ('stopped', 'resume_asked_by') AND NEW.name NOT LIKE 'rate_asked/%'"
_POSTED_ON_CHAIN = f"NEW.state = 'posted' AND (NEW.debit_kind IN {_CHAIN_KINDS} OR NEW.credit_kind IN {_CHAIN_KINDS})"

RESERVED = (
    Reserved(name="by_the_engine", table="entries", event="INSERT",
             when=f"NEW.block_number IS NOT NULL OR split_part(NEW.account_id, '/', 1) IN {_CHAIN_KINDS}"),
    Reserved(name="by_the_engine", table="accounts", event="UPDATE",
             when=f"OLD.kind IN {_CHAIN_KINDS} AND ({_POSTED_CHANGED})"),
    Reserved(name="by_the_engine", table="transfers", event="INSERT OR UPDATE",
             when=f"NEW.deposit_id IS NOT NULL OR {_POSTED_ON_CHAIN}"),
    Reserved(name="by_the_engine", table="payments", event="INSERT",
             when=f"{_CARRIED} OR NEW.nonce IS NOT NULL OR NEW.transaction_hash IS NOT NULL"),
    Reserved(name="by_the_engine_later", table="payments", event="UPDATE",
             when=f"(OLD.state IN ({_ON_ITS_WAY}) OR OLD.state = 'refused' OR {_CARRIED}) AND NOT ({_ASKED_BACK}) OR "
             + " OR ".join(f"NEW.{column} IS DISTINCT FROM OLD.{column}" for column in _ON_CHAIN)),
    Reserved(name="by_the_engine", table="keys", event="INSERT", when="NEW.key LIKE 'engine/%'"),
    Reserved(name="by_the_engine", table="audit_records", event="INSERT", when="NEW.stream = 'engine'"),
    Reserved(name="by_the_engine", table="bank", event="INSERT OR UPDATE", when=_OPEN_FACTS),
    Reserved(name="by_the_engine", table="policy_proposals", event="UPDATE", when="NEW.state = 'in_force'"),
    Reserved(name="by_the_engine_later", table="passkeys", event="UPDATE",
             when="NEW.state = 'active' AND OLD.state <> 'active'"),
    Reserved(name="by_the_engine", table="travel_rules", event="UPDATE", when="true"),
    Reserved(name="by_the_engine", table="cases", event="UPDATE", when="OLD.resolved_at_s IS NOT NULL"),
    Reserved(name="by_the_engine", table="audit_texts", event="UPDATE", when="true"),
    Reserved(name="by_the_engine", table="customers", event="UPDATE", when="NEW.erased_at_s IS NOT NULL"),
    Reserved(name="by_the_engine", table="erasures", event="UPDATE", when="NEW.erased_at_s IS NOT NULL"),
    Reserved(name="by_the_engine", table="staff_changes", event="UPDATE", when="NEW.state = 'in_force'"),
    Reserved(name="by_the_engine", table="operators", event="INSERT", when=_STAFF),
    Reserved(name="by_the_engine_later", table="operators", event="UPDATE",
             when=f"{_STAFF} AND NEW.active <> OLD.active"),
)  # fmt: skip
