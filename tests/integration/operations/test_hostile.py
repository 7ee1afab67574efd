"""What somebody tried who wanted money that was not theirs, or wanted the bank to stand still: each once worked."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa

import tokenpay as tp
from tests.integration.operations.test_collect import PAYER, PAYER_ADDRESS, authorization, carry, collect, collecting
from tests.unguarded import unguarded
from tests.world import CHAIN_ID, COIN, CONTRACT, LISTED, OUTSIDE, STRANGER, TOKEN, World, address_of, euro
from tokenpay.ethereum.grants.grant import sign
from tokenpay.ethereum.observed import Holding
from tokenpay.ledger.chart import AccountKind
from tokenpay.payments.payment import PaymentState as S
from tokenpay.steps.enter_case import enter_case
from tokenpay.store.case_store import CaseStore

pytestmark = pytest.mark.one_database


@pytest.mark.parametrize("sent", [True, False])
def test_a_nonce_signed_twice_does_not_end_a_collection_as_paid(world: World, sent: bool) -> None:
    """The payer signs the same nonce to the request and to somebody else, and has the other carried first."""
    _request, given, payment = collecting(world)
    if sent:
        world.turn()
    carry(world, sign(replace(given, recipient=STRANGER), PAYER))
    world.to_finality()
    assert (world.holding(STRANGER), world.units(world.boris)) == (euro(50).units, 0)
    standing = world.now(payment)
    assert standing.state is (S.FAILED if sent else S.CANCELLED)
    assert [reason.code for reason in standing.reasons] == ["authorization.used"]
    world.prove()


@pytest.mark.every_database
def test_an_authorization_that_was_carried_in_vain_may_be_carried_again(world: World) -> None:
    """The payer's tokens were elsewhere when ours was included; what they signed is as good as before."""
    world.chain.deposit(CONTRACT, PAYER_ADDRESS, euro(50).units)
    world.mine()
    request = world.request(50, payee=world.boris)
    given = authorization(world, request)
    first = collect(world, request, given)
    assert isinstance(first, tp.Payment)
    world.turn()
    world.chain.add_token(CONTRACT, paused=True)
    world.to_finality()
    assert world.now(first).state is S.FAILED
    world.chain.add_token(CONTRACT)
    again = collect(world, request, given, key="again")
    assert isinstance(again, tp.Payment)
    world.to_finality()
    assert (world.now(again).state, world.units(world.boris)) == (S.FINAL, euro(50).units)
    world.prove()


def test_a_payment_is_refunded_in_its_own_asset_only(world: World) -> None:
    payment = world.paid(1)
    back = {"of": payment.id, "to": f"customer/{world.anna.id}", "by": world.tom, "key": "r"}
    with pytest.raises(tp.AssetMismatch):
        tp.refund(world.bank, amount=tp.Amount(COIN, 1), **back)  # type: ignore[arg-type]


def test_a_teller_does_not_undo_what_two_supervisors_reversed(world: World) -> None:
    payment = world.paid(50)
    undone = tp.reverse(world.bank, payment.id, by=world.ann, key="v")
    assert isinstance(undone, tp.Payment)
    undone = tp.approve(world.bank, undone.id, by=world.bob)
    with pytest.raises(tp.WrongState):
        tp.refund(
            world.bank, of=undone.id, to=f"customer/{world.boris.id}", amount=euro(50), by=world.tom, key="r"
        )  # fmt: skip


@pytest.mark.parametrize("how", ["refund", "reverse"])
def test_a_refund_that_was_reversed_may_be_made_again(world: World, how: str) -> None:
    payment = world.paid(50)
    back: dict[str, Any] = {"of": payment.id, "to": f"customer/{world.anna.id}", "amount": euro(50), "by": world.tom}
    first = tp.refund(world.bank, **back, key="1")
    assert isinstance(first, tp.Payment)
    assert isinstance(tp.refund(world.bank, **back, key="2"), tp.Refusal)
    undone = tp.reverse(world.bank, first.id, by=world.ann, key="undo")
    assert isinstance(undone, tp.Payment)
    assert isinstance(tp.refund(world.bank, **back, key="2"), tp.Refusal)  # two people have not decided yet
    tp.approve(world.bank, undone.id, by=world.bob)
    if how == "refund":
        again = tp.refund(world.bank, **back, key="2")
    else:
        again = tp.reverse(world.bank, payment.id, by=world.ann, key="2")
    assert isinstance(again, tp.Payment)
    assert isinstance(tp.refund(world.bank, **back, key="3"), tp.Refusal)
    world.prove()


def test_no_money_comes_to_stand_on_a_resolved_case(world: World) -> None:
    request = world.request(50, payee=world.boris)
    world.deposit(request, 80)
    world.to_finality()
    case = world.case(tp.CaseKind.OVERPAYMENT)
    for to in (f"suspense/{case.id}", f"blocked/{case.id}", "suspense/CS-OTHER"):
        with pytest.raises(tp.InvalidInput):
            tp.refund(world.bank, of=case.id, to=to, amount=euro(30), by=world.ann, key="r")
    out = tp.pay(
        world.bank, debtor=f"suspense/{case.id}", creditor=f"customer/{world.anna.id}", amount=euro(30),
        by=world.ann, key="out",
    )  # fmt: skip
    assert isinstance(out, tp.Payment)
    undo = tp.reverse(world.bank, out.id, by=world.ann, key="undo")
    assert isinstance(undo, tp.Payment)
    with pytest.raises(tp.WrongState, match="money"):
        tp.resolve_case(world.bank, case.id, resolution="done", by=world.bob)
    tp.refuse(world.bank, undo.id, reason="no", by=world.bob)
    tp.resolve_case(world.bank, case.id, resolution="done", by=world.bob)
    with pytest.raises(tp.WrongState, match="open case"):
        tp.reverse(world.bank, out.id, by=world.ann, key="undo again")


def test_no_money_goes_under_a_case_that_is_just_closed(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who looked before it was closed finds it closed under the lock, and opens another."""
    given: dict[str, Any] = {"kind": tp.CaseKind.OVERPAYMENT, "subject": "deposit", "note": "too much"}
    seen = tp.open_case(world.bank, **given, by=world.ann)
    tp.resolve_case(world.bank, seen.id, resolution="done", by=world.bob)
    find, stale = CaseStore.find, [[seen]]
    monkeypatch.setattr(CaseStore, "find", lambda *of: stale.pop() if stale else find(*of))
    with world.bank.store.unit_of_work() as uow:
        entered = enter_case(uow, world.bank, world.engine.operator, **given)
    assert entered.is_open
    assert entered.id != seen.id


@pytest.mark.every_database
def test_a_payment_of_a_terminal_s_own_sql_keeps_nobody_from_paying_or_looking(world: World) -> None:
    """It names no units, stands as final, and says that it is about a real payment: it is none that was ever made."""
    world.decree(new_payee=tp.NewPayee(free_units={TOKEN.id: euro(500).units}))
    request = world.request(50, payee=world.boris)
    paid = world.paid(20)
    columns = (
        "purpose, rail, branch, asset_id, chain_id, request_id, created_at_s, expires_at_s, debtor, creditor, maker,"
        " reasons, updated_at_s, state"
    )
    copy = (
        f"INSERT INTO payments (id, intent, intent_hash, related, {columns}) SELECT :id, '{{', :hash, :about, {columns}"
    )
    with world.bank.store.engine.begin() as connection:
        for number, about in enumerate((paid.id, address_of(request).text)):
            values = {"id": f"junk-{number}", "hash": bytes([number]) * 32, "about": about, "of": paid.id}
            connection.execute(sa.text(f"{copy} FROM payments WHERE id = :of"), values)
    again = world.paid(5)
    back = tp.refund(world.bank, of=paid.id, to=f"customer/{world.anna.id}", amount=euro(20), by=world.tom, key="back")
    assert isinstance(back, tp.Payment)
    world.deposit(request, 50)
    world.to_finality()
    world.sweep()
    first = tp.journal(world.bank, by=world.tom, limit=2)
    rest = tp.journal(world.bank, by=world.tom, limit=50, after=first.following)
    found = {entry.payment.id for page in (first, rest) for entry in page.entries}
    assert {paid.id, again.id, back.id} <= found
    now_s = world.clock.now_s()
    moved = tp.volumes(world.bank, since_s=now_s - 86_400, until_s=now_s + 1, by=world.ann)
    assert sum(it.count for it in moved if it.purpose == "payment") == 2
    world.prove()


def test_an_event_of_a_terminal_s_own_sql_stops_no_reader(world: World) -> None:
    after = tp.newest_event(world.bank, by=world.tom)
    with world.bank.store.engine.begin() as connection:
        connection.execute(
            sa.text("INSERT INTO outbox (at_s, kind, subject, content, written_by) VALUES (1, 'x', 'y', '{', 0)")
        )
    payment = world.paid(1)
    junk, *events = tp.read_events(world.bank, by=world.tom, after=after)
    assert (junk.kind, junk.content) == ("x", None)
    assert payment.id in {event.subject for event in events}


def test_payments_that_cannot_go_do_not_starve_one_that_can(world: World) -> None:
    stuck = [world.paid(20, creditor=OUTSIDE) for _ in range(3)]
    world.chain.add_token(CONTRACT, paused=True)
    assert tp.submit(world.bank, chain_id=CHAIN_ID, by=world.engine, limit=2).stuck == 2
    world.chain.add_token(CONTRACT)
    (untried,) = [payment for payment in stuck if not world.now(payment).reasons]
    assert tp.submit(world.bank, chain_id=CHAIN_ID, by=world.engine, limit=1).assigned == 1
    assert world.now(untried).nonce is not None
    world.to_finality()
    assert {world.now(payment).state for payment in stuck} == {S.FINAL}
    world.prove()


@pytest.mark.every_database
@pytest.mark.parametrize("whole", [20, 200], ids=["cleared", "held"])
def test_a_payment_that_cannot_be_read_stops_nobody_and_is_told_when_its_time_is_over(world: World, whole: int) -> None:
    broken = world.paid(whole, creditor=OUTSIDE)
    held = world.paid(200, creditor=OUTSIDE)
    other = world.paid(20, creditor=OUTSIDE)
    world.sql("UPDATE payments SET intent = '{' WHERE id = :id", id=broken.id)
    world.to_finality()
    assert world.now(other).state is S.FINAL
    assert held in tp.find_payments(world.bank, by=world.ann, states=[S.HELD])
    world.next_day()
    world.next_day()
    cycle = tp.run_once(world.bank, by=world.engine)
    assert (cycle.error, cycle.chains[0].error) == (None, None)
    assert world.now(held).state is S.EXPIRED
    assert world.cases() == [("payment_stuck", broken.id)]


def test_what_people_call_a_case_does_not_confuse_the_numbers_of_cases(world: World) -> None:
    subject = LISTED.caip10(CHAIN_ID)
    for typed in (f"{subject}#2", f"{subject}#3"):
        case = tp.open_case(world.bank, kind=tp.CaseKind.SCREENING_MATCH, subject=typed, note="", by=world.ann)
        for by in (world.ann, world.bob):
            tp.resolve_case(world.bank, case.id, resolution="typed", by=by)
    assert world.refused(20, creditor=subject) == ["screening.match"]
    assert world.refused(20, creditor=subject) == ["screening.match"]
    assert [kind for kind, _ in world.cases()] == ["screening_match"]


@pytest.mark.parametrize(
    "edit",
    [
        "UPDATE accounts SET version = version + 1 WHERE id = :boris",
        "UPDATE entries SET seq = seq + 1 WHERE account_id = :boris",
        "DELETE FROM entries WHERE account_id = :boris",
        "UPDATE transfers SET state = 'voided' WHERE debit_account = :anna AND credit_account = :boris",
    ],
)
def test_edited_books_do_not_reconcile(world: World, edit: str) -> None:
    world.paid(10)
    assert tp.reconcile(world.bank, by=world.ann).holds
    boris, anna = (f"customer/{who.id}/{TOKEN.id}" for who in (world.boris, world.anna))
    world.sql(edit, **{name: id for name, id in (("boris", boris), ("anna", anna)) if f":{name}" in edit})
    proof = tp.reconcile(world.bank, by=world.ann)
    assert not proof.holds
    assert boris in proof.disagreeing


def test_money_moved_between_two_rows_is_seen(world: World) -> None:
    """Debits still equal credits, and every custody account the chain: only the entries say otherwise."""
    world.paid(10)
    boris, anna = (f"customer/{who.id}/{TOKEN.id}" for who in (world.boris, world.anna))
    with world.bank.store.read() as uow:
        before = {account.id: account for account in uow.ledger.accounts()}
    units = euro(5).units
    with world.bank.store.unit_of_work() as uow, unguarded(uow.connection):
        from sqlalchemy import update

        from tokenpay.store.tables import accounts

        for id, column, sign in ((boris, "credits_posted", 1), (anna, "debits_posted", -1)):
            changed = getattr(before[id], column) + units
            values = {column: changed, "available_units": before[id].posted_units + sign * units}
            uow.connection.execute(update(accounts).where(accounts.c.id == id).values(**values))
    proof = tp.reconcile(world.bank, by=world.ann)
    assert all(total.balances for total in proof.totals)
    assert set(proof.disagreeing) == {anna, boris}
    assert not proof.holds


def test_a_clock_that_ran_ahead_stops_neither_the_brake_nor_the_bank_for_good(world: World) -> None:
    world.clock.advance(3 * 86_400)
    with pytest.raises(tp.WrongPassword):
        tp.open_session(world.bank, operator_id="tom", password="wrong password", terminal="t")
    world.clock.advance(-3 * 86_400)
    with pytest.raises(tp.Halted):
        world.paid(10)
    tp.stop_payments(world.bank, reason="the clock is wrong", by=world.ann)
    tp.freeze_customer(world.bank, world.boris.id, reason="look", by=world.ann)
    with pytest.raises(tp.NotPermitted):
        tp.accept_clock(world.bank, by=world.tom)
    assert tp.accept_clock(world.bank, by=world.ann) == ["main"]
    assert tp.accept_clock(world.bank, by=world.ann) == []
    tp.unfreeze_customer(world.bank, world.boris.id, reason="well", by=world.ann)
    tp.resume_payments(world.bank, by=world.ann)
    tp.resume_payments(world.bank, by=world.bob)
    world.paid(10)
    tp.verify_audit(world.bank, by=world.ann)


def test_a_second_stop_takes_back_what_was_asked(world: World) -> None:
    tp.stop_payments(world.bank, reason="one", by=world.bob)
    assert not tp.resume_payments(world.bank, by=world.bob)
    tp.stop_payments(world.bank, reason="fraud seen", by=world.ann)
    assert not tp.resume_payments(world.bank, by=world.ann)
    assert tp.resume_payments(world.bank, by=world.bob)


def test_a_chain_has_one_coin(world: World) -> None:
    with pytest.raises(tp.InvalidAsset):
        tp.register_asset(world.bank, tp.Asset.native(CHAIN_ID, slip44=1), by=world.ann)
    with pytest.raises(tp.NotFound):
        tp.register_asset(world.bank, tp.Asset.native(1), by=world.ann)


def test_nothing_is_recognised_while_a_sweep_may_explain_it(world: World) -> None:
    world.endow(world.boris, 50)
    tp.sweep(world.bank, asset_id=TOKEN.id, by=world.engine)
    world.turn()
    with pytest.raises(tp.WrongState):
        tp.recognise_holding(world.bank, asset_id=TOKEN.id, by=world.ann)
    assert tp.recognise_holding(world.bank, asset_id=COIN.id, by=world.ann) == 0
    world.to_finality()
    assert tp.recognise_holding(world.bank, asset_id=TOKEN.id, by=world.ann) == 0


def test_what_leaves_keeps_nobody_from_recognising_what_came(world: World) -> None:
    """A bank that pays all day has a payment on its way at every moment."""

    def recognised() -> None:
        for by in (world.ann, world.bob):
            tp.recognise_holding(world.bank, asset_id=TOKEN.id, by=by)

    for turns in range(5):
        world.paid(20, creditor=OUTSIDE)
        world.chain.deposit(CONTRACT, world.treasury, euro(3).units)
        world.turn()
        world.mine(turns)
        world.turn()
        recognised()
    world.to_finality()
    world.to_finality()
    recognised()
    assert world.account(AccountKind.FUNDING, "bank").posted_units == euro(15).units
    world.prove()


def test_a_treasury_is_proved_in_every_asset_the_bank_uses(world: World) -> None:
    assert tp.reconcile(world.bank, by=world.ann).holds
    contract = tp.Address(b"\x22" * 20)
    world.chain.add_token(contract, symbol="OTHER", decimals=6)
    other = tp.Asset.token(CHAIN_ID, contract, symbol="OTHER", decimals=6)
    tp.register_asset(world.bank, other, by=world.ann)
    world.chain.deposit(contract, world.treasury, 77)
    world.to_finality()
    proof = tp.reconcile(world.bank, by=world.ann)
    wrong = [(it.address, it.asset_id, it.ledger_units, it.chain_units) for it in proof.custody if not it.agrees]
    assert wrong == [(world.treasury.text, other.id, 0, 77)]
    assert not proof.holds


def test_a_token_that_answers_nothing_and_is_not_held_keeps_nothing_from_being_proved(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    contract = tp.Address(b"\x22" * 20)
    world.chain.add_token(contract, symbol="OTHER", decimals=6)
    other = tp.Asset.token(CHAIN_ID, contract, symbol="OTHER", decimals=6)
    tp.register_asset(world.bank, other, by=world.ann)
    holdings = world.chain.holdings

    def silent(asked: Sequence[Holding], number: int) -> list[int]:
        if contract in {each.contract for each in asked}:
            raise tp.WrongState("a token does not tell what an address holds", contract=contract.text)
        return holdings(asked, number)

    monkeypatch.setattr(world.chain, "holdings", silent)
    assert tp.reconcile(world.bank, by=world.ann).holds


@pytest.mark.every_database
def test_what_a_payee_sends_back_is_nobody_s_income_by_one_person(world: World) -> None:
    """Until anything has left, nothing can have come back: what the bank begins with is one person's to tell."""
    world.chain.deposit(CONTRACT, world.treasury, euro(3).units)
    world.endow(world.anna, 100)
    world.sweep()
    bank, treasury = world.bank, world.treasury
    assert tp.recognise_holding(bank, asset_id=TOKEN.id, by=world.ann) == euro(3).units
    world.paid(90, creditor=OUTSIDE)
    world.turn()
    world.chain.deposit(CONTRACT, treasury, euro(90).units)
    world.to_finality()
    world.to_finality()
    funding = world.account(AccountKind.FUNDING, "bank").posted_units
    assert tp.recognise_holding(bank, asset_id=TOKEN.id, by=world.ann) is None
    with pytest.raises(tp.NotPermitted, match="two people"):
        tp.recognise_holding(bank, asset_id=TOKEN.id, by=world.ann)
    world.chain.deposit(CONTRACT, treasury, 1)
    world.to_finality()
    assert tp.recognise_holding(bank, asset_id=TOKEN.id, by=world.bob) is None, "that is not what Ann was told of"
    assert tp.recognise_holding(bank, asset_id=TOKEN.id, address=treasury, by=world.ann) == euro(90).units + 1
    assert world.account(AccountKind.FUNDING, "bank").posted_units == funding
    case = world.case(tp.CaseKind.UNMATCHED_DEPOSIT)
    back = tp.refund(bank, of=case.id, to=f"customer/{world.anna.id}", amount=euro(90), by=world.ann, key=world.key())
    assert isinstance(back, tp.Payment)
    assert back.state is tp.PaymentState.HELD, "nobody knows who sent it"
    tp.approve(bank, back.id, by=world.bob)
    assert world.now(back).state is tp.PaymentState.FINAL
    world.prove()


def test_a_node_of_another_chain_halts_the_chain(world: World) -> None:
    world.chain.node_chain_id = 1
    error = world.turn().error
    assert isinstance(error, tp.Halted)
    assert [kind for kind, _ in world.cases()] == ["chain_halted"]


def test_an_address_alone_is_no_payee(world: World) -> None:
    with pytest.raises(tp.InvalidInput, match="caip10"):
        world.pay(20, creditor=STRANGER)  # type: ignore[arg-type]


def test_a_signer_whose_memory_is_gone_signs_nothing(world: World) -> None:
    assert world.bank.directory is not None
    payment = world.paid(20, creditor=OUTSIDE)
    (world.bank.directory / "keys" / "signed.jsonl").unlink()
    error = world.turn().error
    assert isinstance(error, tp.SignerUnavailable)
    assert world.now(payment).transaction_hash is None
