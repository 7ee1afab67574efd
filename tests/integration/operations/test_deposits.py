"""Deposits: what arrives, as the chain really holds it, ends where the design says, and the books stay whole."""

from collections.abc import Sequence
from typing import Any

import pytest

import tokenpay as tp
from tests.travel_data import travel_data
from tests.world import CHAIN_ID, COIN, CONTRACT, LIMITS, LISTED, OUTSIDE, START, TOKEN, World, address_of, euro
from tokenpay.ethereum.observed import Block
from tokenpay.ledger.chart import AccountKind
from tokenpay.payments.deposit import DepositOutcome as O, DepositState as D
from tokenpay.payments.payment import PaymentState as S

pytestmark = pytest.mark.one_database

R = tp.RequestState
ANOTHER = tp.Address(b"\x22" * 20)


def found(world: World, request: tp.PaymentRequest) -> list[tuple[str, str | None]]:
    """(state, outcome) of a request's deposits, in chain order."""
    deposits = tp.request_deposits(world.bank, request.id, by=world.tom)
    return [(deposit.state.value, deposit.outcome.value if deposit.outcome else None) for deposit in deposits]


def state(world: World, request: tp.PaymentRequest) -> tp.RequestState:
    return tp.get_request(world.bank, request.id, by=world.tom).state


def aside(world: World, kind: tp.CaseKind, account: AccountKind = AccountKind.SUSPENSE) -> int:
    """Units that stand under the one case of this kind."""
    return world.account(account, world.case(kind).id).posted_units


def arrived(world: World, request: tp.PaymentRequest, *wholes: int | str, **manner: object) -> None:
    """Let amounts arrive in one block and become final."""
    for whole in wholes:
        world.deposit(request, whole, **manner)
    world.to_finality()


# --- seen, final


def test_between_two_blocks_nothing_is_written(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """An engine turns once a second, and each write would wait for the disk and keep a teller waiting."""
    world.deposit(world.request(50), 50)
    world.mine()
    world.turn()
    head = world.chain.head().number

    def written(*_: object) -> None:
        raise AssertionError("a unit of work that may write was opened")

    monkeypatch.setattr(world.bank.store, "unit_of_work", written)
    assert tp.watch(world.bank, chain_id=CHAIN_ID, by=world.engine) == tp.Watched(head_number=head)
    world.mine()
    with pytest.raises(AssertionError, match="may write"):
        tp.watch(world.bank, chain_id=CHAIN_ID, by=world.engine)


def test_a_deposit_is_seen_at_once_and_spendable_when_final(world: World) -> None:
    request = world.request(50, payee=world.boris)
    world.deposit(request, 50)
    world.mine()
    world.turn()
    standing = tp.statement(world.bank, customer_id=world.boris.id, asset_id=TOKEN.id, by=world.tom)
    assert (standing.incoming, standing.available, standing.balance) == (euro(50), euro(0), euro(0))
    assert (found(world, request), state(world, request)) == ([(D.SEEN, None)], R.OPEN)
    held = world.paid(200, creditor=f"customer/{world.boris.id}")  # what a second person may refuse is not coming
    assert held.state is tp.PaymentState.HELD
    standing = tp.statement(world.bank, customer_id=world.boris.id, asset_id=TOKEN.id, by=world.tom)
    assert standing.incoming == euro(50)
    tp.cancel(world.bank, held.id, by=world.tom)
    boris, anna = f"customer/{world.boris.id}", f"customer/{world.anna.id}"
    assert world.refused(1, debtor=boris, creditor=anna) == ["funds.insufficient"]
    world.mine(2)
    world.turn()
    assert (found(world, request), state(world, request)) == ([(D.FINAL, O.CREDITED)], R.PAID)
    assert world.available(world.boris) == euro(50).units
    world.prove()


@pytest.mark.every_database
def test_turning_again_and_again_credits_once(world: World) -> None:
    request = world.request(50, payee=world.boris)
    arrived(world, request, 50)
    for _ in range(3):
        world.turn()
    assert world.units(world.boris) == euro(50).units
    assert len(found(world, request)) == 1


@pytest.mark.every_database
def test_two_deposits_to_one_address_in_one_block_are_two(world: World) -> None:
    request = world.request(50, payee=world.boris)
    world.deposit(request, 20, transaction_hash=b"\x01" * 32)
    world.deposit(request, 30, transaction_hash=b"\x01" * 32)  # of one transaction even
    world.to_finality()
    assert found(world, request) == [(D.FINAL, O.CREDITED)] * 2
    assert (world.units(world.boris), state(world, request)) == (euro(50).units, R.PAID)
    world.prove()


def test_one_in_and_one_out_in_one_block(world: World) -> None:
    request = world.request(None, payee=world.boris)
    arrived(world, request, 50)
    later = tp.sweep(world.bank, asset_id=TOKEN.id, by=world.engine)
    world.turn()
    world.deposit(request, 30)
    world.to_finality()
    assert [world.now(payment).state for payment in later] == [S.FINAL]
    deposits = tp.request_deposits(world.bank, request.id, by=world.tom)
    assert deposits[1].block_number == world.now(later[0]).included_block
    assert found(world, request) == [(D.FINAL, O.CREDITED), (D.FINAL, O.SUSPENSE)]  # an open amount is paid once
    assert aside(world, tp.CaseKind.OVERPAYMENT) == euro(30).units
    assert world.holding(address_of(request)) == euro(30).units
    world.prove()


@pytest.mark.every_database
def another_token(world: World) -> tuple[tp.Asset, tp.PaymentRequest]:
    world.chain.add_token(ANOTHER, symbol="OTHER")
    other = tp.Asset.token(CHAIN_ID, ANOTHER, symbol="OTHER", decimals=6)
    tp.register_asset(world.bank, other, by=world.ann)
    given: dict[str, Any] = {"payee": world.boris.id, "amount": None, "by": world.tom, "key": world.key()}
    return other, tp.issue_request(world.bank, asset=other, **given)


def is_active(world: World, asset: tp.Asset) -> bool:
    return next(known.active for known in tp.list_assets(world.bank) if known.asset == asset)


def test_a_token_whose_events_cannot_be_read_is_frozen_and_halts_no_chain(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    other, theirs = another_token(world)
    request, payment = world.request(50, payee=world.boris), world.paid(20, creditor=OUTSIDE)
    transfers = world.chain.transfers

    def told(blocks: Any, contracts: Any) -> Any:
        if ANOTHER in contracts:
            raise tp.IntegrityError("it is not one of ERC-20", contract=ANOTHER.text)
        return transfers(blocks, contracts)

    monkeypatch.setattr(world.chain, "transfers", told)
    world.deposit(request, 50)
    world.chain.deposit(ANOTHER, address_of(theirs), 7)
    world.to_finality()
    assert (is_active(world, other), is_active(world, TOKEN)) == (False, True)
    assert world.cases() == [("asset_changed", other.id)]
    assert (world.units(world.boris), world.now(payment).state) == (euro(50).units, S.FINAL)
    monkeypatch.undo()
    assert tp.recognise_holding(world.bank, asset_id=other.id, address=address_of(theirs), by=world.ann) == 7
    world.prove()


def test_a_payment_whose_token_cannot_be_read_any_more_stays_reserved_with_a_case(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    payment = world.paid(20, creditor=OUTSIDE)
    world.turn()

    def told(*_: Any) -> Any:
        raise tp.IntegrityError("it is not one of ERC-20", contract=CONTRACT.text)

    monkeypatch.setattr(world.chain, "transfers", told)
    world.to_finality()
    assert world.now(payment).state is S.INCLUDED
    assert world.cases() == [("asset_changed", TOKEN.id), ("payment_stuck", payment.id)]
    assert world.available(world.anna) == euro(START - 20).units
    monkeypatch.undo()
    world.to_finality()
    assert world.now(payment).state is S.FINAL
    world.prove()


def test_a_token_that_does_not_tell_what_an_address_holds_keeps_its_own_deposits_alone(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    other, theirs = another_token(world)
    request = world.request(50, payee=world.boris)
    holdings = world.chain.holdings

    def told(asked: Any, block: int) -> Any:
        if any(holding.contract == ANOTHER for holding in asked):
            raise tp.WrongState("it does not tell", contract=ANOTHER.text)
        return holdings(asked, block)

    monkeypatch.setattr(world.chain, "holdings", told)
    world.deposit(request, 50)
    world.chain.deposit(ANOTHER, address_of(theirs), 7)
    world.to_finality()
    assert found(world, request) == [(D.FINAL, O.CREDITED)]
    assert [state for state, _ in found(world, theirs)] == [D.SEEN]
    assert world.cases() == [("asset_changed", other.id)]
    monkeypatch.undo()
    world.to_finality()
    assert found(world, theirs) == [(D.FINAL, O.CREDITED)]
    world.prove()


def test_what_a_deposit_brought_is_not_recognised_before_it_is_judged(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It would stand in the books twice: in suspense, and on its payee's account."""
    request = world.request(50, payee=world.boris)

    def told(*_: Any) -> Any:
        raise tp.WrongState("it does not tell", contract=CONTRACT.text)

    monkeypatch.setattr(world.chain, "holdings", told)
    world.deposit(request, 50)
    world.to_finality()
    monkeypatch.undo()
    with pytest.raises(tp.WrongState, match="not judged yet"):
        tp.recognise_holding(world.bank, asset_id=TOKEN.id, by=world.ann, address=address_of(request))
    world.to_finality()
    assert found(world, request) == [(D.FINAL, O.CREDITED)]
    assert tp.recognise_holding(world.bank, asset_id=TOKEN.id, by=world.ann, address=address_of(request)) == 0
    world.prove()


def test_many_requests_in_one_block(world: World) -> None:
    requests = [world.request(10 + n, payee=world.boris) for n in range(5)]
    for n, request in enumerate(requests):
        world.deposit(request, 10 + n)
    world.to_finality()
    assert {state(world, request) for request in requests} == {R.PAID}
    assert world.units(world.boris) == euro(60).units
    world.prove()


# --- tokens and logs that lie


def test_a_token_that_takes_a_fee_goes_to_suspense_with_what_really_came(world: World) -> None:
    request = world.request(50, payee=world.boris)
    arrived(world, request, 50, received=euro(49).units)
    assert (found(world, request), state(world, request)) == ([(D.FINAL, O.SUSPENSE)], R.OPEN)
    assert aside(world, tp.CaseKind.UNMATCHED_DEPOSIT) == euro(49).units
    assert world.units(world.boris) == 0
    world.prove()


def test_a_forged_log_credits_nobody(world: World) -> None:
    request = world.request(50, payee=world.boris)
    arrived(world, request, 50, received=0)
    assert (found(world, request), state(world, request)) == ([(D.FINAL, O.NOTHING)], R.OPEN)
    assert aside(world, tp.CaseKind.UNMATCHED_DEPOSIT) == 0
    assert world.account(AccountKind.CUSTOMER, world.boris.id).incoming_units == 0, "nothing is waited for any more"
    assert world.units(world.boris) == 0
    world.prove()


def test_a_report_tells_what_came_and_when_it_was_judged(world: World) -> None:
    request = world.request(100, payee=world.boris)
    began_s = world.clock.now_s()
    world.next_day()
    world.deposit(request, 20)
    world.mine()
    world.turn()
    judged_s = world.clock.now_s() + 86_400
    world.next_day()
    arrived(world, request, 50, received=0)
    arrived(world, request, 40, received=euro(39).units)
    arrived(world, request, 85)
    span: dict[str, Any] = {"since_s": began_s, "by": world.ann}
    assert tp.volumes(world.bank, until_s=judged_s, **span) == []
    told = tp.volumes(world.bank, until_s=world.clock.now_s() + 1, **span)
    assert [(it.count, it.amount) for it in told] == [(3, euro(20 + 39 + 85))]
    large = tp.large_transfers(world.bank, until_s=world.clock.now_s() + 1, units={TOKEN.id: euro(85).units}, **span)
    assert [it.amount for it in large] == [euro(85)], "80 of it are credited, 5 stand under a case"


def test_a_forged_log_beside_a_real_one_takes_both_aside(world: World) -> None:
    request = world.request(50, payee=world.boris)
    world.deposit(request, 50, received=0)
    world.deposit(request, 50)
    world.to_finality()
    assert world.units(world.boris) == 0
    assert sorted(found(world, request)) == [(D.FINAL, O.NOTHING), (D.FINAL, O.SUSPENSE)]
    with world.bank.store.read() as uow:
        suspense = uow.ledger.accounts(kind=AccountKind.SUSPENSE)
    assert sum(account.posted_units for account in suspense) == euro(50).units
    world.prove()


def test_a_log_of_a_contract_that_nobody_pinned_is_nothing(world: World) -> None:
    fake = tp.Address(b"\x66" * 20)
    world.chain.add_token(fake)  # the same symbol, the same decimals
    request = world.request(50, payee=world.boris)
    world.chain.deposit(fake, address_of(request), euro(50).units)
    world.to_finality()
    assert (found(world, request), state(world, request)) == ([], R.OPEN)
    world.prove()


def test_another_token_of_the_bank_does_not_pay_a_request(world: World) -> None:
    """One unit is one unit of something else: the request stays open and a person looks."""
    contract = tp.Address(b"\x22" * 20)
    world.chain.add_token(contract, symbol="JUNK", decimals=6)
    junk = tp.Asset.token(CHAIN_ID, contract, symbol="JUNK", decimals=6)
    tp.register_asset(world.bank, junk, by=world.ann)
    request = world.request(50, payee=world.boris)
    world.chain.deposit(contract, address_of(request), 50 * 10**6)
    world.to_finality()
    assert state(world, request) is R.OPEN
    assert found(world, request) == [(D.FINAL, O.SUSPENSE)]
    case = world.case(tp.CaseKind.UNMATCHED_DEPOSIT)
    assert world.account(AccountKind.SUSPENSE, case.id, junk).posted_units == 50 * 10**6
    arrived(world, request, 50)
    assert state(world, request) is R.PAID
    world.prove()


@pytest.mark.every_database
@pytest.mark.one_database
def test_tokens_that_came_without_a_log_are_recognised_by_a_person(world: World) -> None:
    request = world.request(50, payee=world.boris)
    arrived(world, request, 50)
    arrived(world, request, 7, logged=False)
    assert not tp.reconcile(world.bank, by=world.ann).holds
    units = tp.recognise_holding(world.bank, asset_id=TOKEN.id, address=address_of(request), by=world.ann)
    assert units == aside(world, tp.CaseKind.UNMATCHED_DEPOSIT) == euro(7).units
    assert tp.recognise_holding(world.bank, asset_id=TOKEN.id, address=address_of(request), by=world.ann) == 0
    world.prove()


def test_a_deposit_of_a_token_that_was_frozen_goes_to_suspense(world: World) -> None:
    request = world.request(50, payee=world.boris)
    world.deposit(request, 50)
    world.chain.add_token(CONTRACT, code=b"other code")
    world.clock.advance(60)
    world.to_finality()
    assert not tp.list_assets(world.bank)[0].active
    assert (found(world, request), world.units(world.boris)) == ([(D.FINAL, O.SUSPENSE)], 0)
    world.prove()


# --- what becomes of it: terms, expiry, screening

TERMS: dict[str, tuple[list[str], dict[str, Any], tp.RequestState, int, str | None, int | str]] = {
    "part": (["20"], {}, R.PART_PAID, 20, None, 0),
    "parts": (["20", "30"], {}, R.PAID, 50, None, 0),
    "over": (["80"], {}, R.OVERPAID, 50, "overpayment", 30),
    "exact": (["50"], {"terms": tp.Terms.EXACT}, R.PAID, 50, None, 0),
    "exact, less": (["49.999999"], {"terms": tp.Terms.EXACT}, R.OPEN, 0, "unmatched_deposit", "49.999999"),
    "exact, more": (["50.000001"], {"terms": tp.Terms.EXACT}, R.OPEN, 0, "unmatched_deposit", "50.000001"),
}


@pytest.mark.parametrize("name", TERMS)
def test_what_is_under_or_over_follows_the_terms(world: World, name: str) -> None:
    amounts, terms, becomes, credited, kind, left = TERMS[name]
    request = world.request(50, payee=world.boris, **terms)
    arrived(world, request, *amounts)
    assert state(world, request) is becomes
    assert world.units(world.boris) == euro(credited).units
    assert world.account(AccountKind.CUSTOMER, world.boris.id).incoming_units == 0
    if kind is not None:
        assert aside(world, tp.CaseKind(kind)) == euro(left).units
        with world.bank.store.read() as uow:  # what stands under the case is the deposit's all the same
            of_one = uow.ledger.transfers(deposit_id=world.case(tp.CaseKind(kind)).subject)
        assert sum(transfer.posted_units for transfer in of_one) == euro(amounts[-1]).units
    else:
        assert world.cases() == []
    world.prove()


def test_an_open_amount_is_paid_by_whatever_comes_first(world: World) -> None:
    request = world.request(None, payee=world.boris)
    arrived(world, request, 17)
    assert (state(world, request), world.units(world.boris)) == (R.PAID, euro(17).units)


def test_what_was_sent_in_time_counts_although_it_is_final_after_the_expiry(world: World) -> None:
    request = world.request(50, payee=world.boris, expires_in_s=13)
    world.deposit(request, 50)
    world.mine()
    world.clock.advance(13)
    tp.expire(world.bank, by=world.engine)
    assert state(world, request) is R.EXPIRED
    world.to_finality()
    assert (state(world, request), world.units(world.boris)) == (R.PAID, euro(50).units)


@pytest.mark.parametrize("why", ["late", "cancelled", "closed"])
def test_what_comes_to_a_request_that_ended_goes_to_suspense(world: World, why: str) -> None:
    request = world.request(50, payee=world.boris, expires_in_s=20 if why == "late" else 900)
    kind = tp.CaseKind.LATE_PAYMENT
    if why == "late":
        world.mine(2)
    else:
        tp.cancel_request(world.bank, request.id, by=world.tom)
    if why == "closed":
        tp.close_customer(world.bank, world.boris.id, reason="moved", by=world.ann)
        kind = tp.CaseKind.UNMATCHED_DEPOSIT
    arrived(world, request, 50)
    assert (found(world, request), world.units(world.boris)) == ([(D.FINAL, O.SUSPENSE)], 0)
    assert aside(world, kind) == euro(50).units
    assert state(world, request) is (R.LATE_PAID if why == "late" else R.CANCELLED)
    world.prove()


def test_a_frozen_customer_is_still_credited(world: World) -> None:
    request = world.request(50, payee=world.boris)
    tp.freeze_customer(world.bank, world.boris.id, reason="court", by=world.ann)
    arrived(world, request, 50)
    assert world.units(world.boris) == euro(50).units
    boris = f"customer/{world.boris.id}"
    assert world.refused(10, debtor=boris, creditor=f"customer/{world.anna.id}") == ["customer.frozen"]


def test_minted_tokens_have_no_sender_to_screen_and_need_two_people(world: World) -> None:
    request = world.request(50, payee=world.boris)
    arrived(world, request, 50, sender=None)
    assert (found(world, request), world.units(world.boris)) == ([(D.FINAL, O.SUSPENSE)], 0)
    case = world.case(tp.CaseKind.SCREENING_UNAVAILABLE)
    assert world.account(AccountKind.SUSPENSE, case.id).posted_units == euro(50).units
    released_by_two(world, case, euro(50))


def test_coin_that_nobody_knows_the_sender_of_needs_two_people_and_data(world: World) -> None:
    """A log tells of no coin: who sent it, perhaps somebody on a list, the bank never learns."""
    limits = tp.AssetLimits(
        payment_units=10**18, alone_units=10**18, customer_day_units=10**18, operator_day_units=10**18
    )
    world.decree(limits={TOKEN.id: LIMITS, COIN.id: limits}, travel_rule=tp.TravelRule(units={COIN.id: 10**17}))
    request = world.request(50, payee=world.boris)
    world.chain.deposit(None, address_of(request), 10**17, sender=LISTED)
    world.to_finality()
    tp.recognise_holding(world.bank, asset_id=COIN.id, address=address_of(request), by=world.ann)
    part = tp.Amount(COIN, 10**16)  # a part of it is asked after as all of it is
    case = world.case(tp.CaseKind.UNMATCHED_DEPOSIT)
    payment = released_by_two(world, case, part, first="travel_rule.data_missing")
    told = travel_data("their-customer", account=world.boris.id)
    tp.attach_travel_rule(world.bank, payment.id, told, by=world.tom, key=world.key())
    assert world.now(payment).state is S.FINAL


def released_by_two(world: World, case: tp.Case, amount: tp.Amount, *, first: str = "") -> tp.Payment:
    """Credit Boris out of a case: the one who does it alone may not; `first` is what it waits for besides."""
    given: dict[str, Any] = {"by": world.ann, "key": world.key()}
    payment = tp.refund(world.bank, of=case.id, to=f"customer/{world.boris.id}", amount=amount, **given)
    assert isinstance(payment, tp.Payment)
    assert [reason.code for reason in payment.reasons] == ["approval.second_person", *([first] if first else [])]
    payment = tp.approve(world.bank, payment.id, by=world.bob)
    assert [reason.code for reason in payment.reasons] == ([first] if first else [])
    assert payment.state is (S.HELD if first else S.FINAL)
    return payment


@pytest.mark.every_database
@pytest.mark.one_database
def test_a_listed_sender_is_blocked_and_nothing_is_sent_back(world: World) -> None:
    request = world.request(50, payee=world.boris)
    arrived(world, request, 50, sender=LISTED)
    assert (found(world, request), state(world, request)) == ([(D.FINAL, O.BLOCKED)], R.OPEN)
    assert aside(world, tp.CaseKind.SCREENING_MATCH, AccountKind.BLOCKED) == euro(50).units
    before = len(tp.find_payments(world.bank, by=world.ann))
    world.to_finality()
    assert len(tp.find_payments(world.bank, by=world.ann)) == before
    assert world.holding(LISTED) == 0
    with pytest.raises(tp.WrongState):
        tp.resolve_case(world.bank, world.case(tp.CaseKind.SCREENING_MATCH).id, resolution="x", by=world.ann)
    world.prove()


def test_without_a_usable_list_a_deposit_waits_in_suspense(world: World) -> None:
    request = world.request(50, payee=world.boris)
    world.decree(list_max_age_s=1)
    arrived(world, request, 50)
    assert (found(world, request), world.units(world.boris)) == ([(D.FINAL, O.SUSPENSE)], 0)
    assert aside(world, tp.CaseKind.SCREENING_UNAVAILABLE) == euro(50).units
    world.prove()


def test_the_list_counts_at_finality_not_at_first_sight(world: World) -> None:
    request = world.request(50, payee=world.boris)
    sender = tp.Address(b"\xcc" * 20)
    world.deposit(request, 50, sender=sender)
    world.mine()
    world.turn()
    tp.load_list(
        world.bank,
        name="un",
        form=tp.ListForm.OWN,
        files=[sender.text.upper().encode()],
        dated_s=world.clock.now_s(),
        by=world.ann,
    )
    world.to_finality()
    assert found(world, request) == [(D.FINAL, O.BLOCKED)]


# --- reorgs


@pytest.mark.parametrize("kept", [True, False])
def test_an_orphaned_deposit_is_taken_back_and_counts_where_it_comes_again(world: World, kept: bool) -> None:
    request = world.request(50, payee=world.boris)
    world.deposit(request, 50)
    world.mine()
    world.turn()
    assert world.account(AccountKind.CUSTOMER, world.boris.id).incoming_units == euro(50).units
    world.chain.reorg(1, keep_deposits=kept)
    world.turn()
    assert found(world, request) == [(D.ORPHANED, None)] + [(D.SEEN, None)] * kept
    assert world.account(AccountKind.CUSTOMER, world.boris.id).incoming_units == euro(50).units * kept
    if not kept:
        world.deposit(request, 50)  # the same money, in another transaction
    world.to_finality()
    assert sorted(found(world, request)) == [(D.FINAL, O.CREDITED), (D.ORPHANED, None)]
    assert (world.units(world.boris), state(world, request)) == (euro(50).units, R.PAID)
    world.prove()


def test_a_deposit_that_never_comes_again_leaves_nothing(world: World) -> None:
    request = world.request(50, payee=world.boris)
    world.deposit(request, 50)
    world.mine()
    world.turn()
    world.chain.reorg(1)
    world.to_finality()
    assert (found(world, request), state(world, request)) == ([(D.ORPHANED, None)], R.OPEN)
    account = world.account(AccountKind.CUSTOMER, world.boris.id)
    assert (account.incoming_units, account.posted_units) == (0, 0)
    world.prove()


@pytest.mark.every_database
def test_a_block_that_comes_back_brings_its_deposits_back(world: World) -> None:
    request = world.request(50, payee=world.boris)
    world.deposit(request, 50)
    world.mine()
    block = world.chain._mined[-1]
    world.turn()
    world.chain.reorg(1)
    world.turn()
    assert found(world, request) == [(D.ORPHANED, None)]
    world.chain._mined[-1] = block
    world.turn()
    assert found(world, request) == [(D.SEEN, None)]
    world.to_finality()
    assert (found(world, request), world.units(world.boris)) == ([(D.FINAL, O.CREDITED)], euro(50).units)
    world.prove()


def test_a_reorg_up_to_finality_is_followed_and_one_block_more_halts_the_chain(world: World) -> None:
    request = world.request(50, payee=world.boris)
    world.deposit(request, 50)
    world.mine(3)
    world.turn()
    assert found(world, request) == [(D.FINAL, O.CREDITED)]
    world.chain.reorg(2)
    assert world.turn().error is None
    world.chain.reorg(3)
    assert isinstance(world.turn().error, tp.Halted)
    assert [kind for kind, _ in world.cases()] == ["chain_halted"]
    assert isinstance(world.turn().error, tp.Halted)
    assert len(world.cases()) == 1
    with pytest.raises(tp.WrongState):
        tp.resume_chain(world.bank, CHAIN_ID, by=world.ann)
    assert world.paid(20).state is S.FINAL  # the bank's own books go on
    with pytest.raises(tp.Halted):
        tp.submit(world.bank, chain_id=CHAIN_ID, by=world.engine)


@pytest.mark.every_database
def test_a_reorg_beyond_finality_halts_before_its_blocks_are_as_many(world: World) -> None:
    request = world.request(50, payee=world.boris)
    world.deposit(request, 50)
    world.mine(3)
    world.turn()
    assert found(world, request) == [(D.FINAL, O.CREDITED)]
    world.chain.reorg(3)
    new = world.chain._mined[-3:]
    del world.chain._mined[-3:]
    turn = world.turn()  # what is left is what was there: so far it may be a node that lags
    assert (turn.error, turn.watched and turn.watched.blocks) == (None, 0)
    world.chain._mined.append(new[0])
    assert isinstance(world.turn().error, tp.Halted)
    assert [kind for kind, _ in world.cases()] == ["chain_halted"]


def test_a_chain_that_is_far_ahead_is_taken_in_by_turns(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is final is judged on the way; nothing is sent, and nothing expires that was paid in a block to come."""
    sent, early, late = world.paid(5, creditor=OUTSIDE), world.request(50), world.request(7, expires_in_s=6_000)
    world.deposit(early, 50)
    world.mine(400)
    world.deposit(late, 7)
    world.mine(200)
    world.clock.at_s = max(world.clock.at_s, late.expires_at_s + 1)
    before = world.chain.head().number - 600
    with monkeypatch.context() as slow:
        slow.setattr("tokenpay.engine._CATCH_UP_S", 0)
        cycle = tp.run_once(world.bank, by=world.engine)
        first = cycle.chains[0]
        assert first.watched == tp.Watched(head_number=before + 256, blocks=256, deposits=1, behind=344)
        assert first.settled is not None
        assert first.settled.deposits == 1
        assert (first.submitted, first.error, cycle.comes_nearer) == (None, None, True)
        assert (world.now(sent).state, cycle.expired) == (S.CLEARED, tp.Expired())
    cycle = tp.run_once(world.bank, by=world.engine)
    assert cycle.chains[0].watched == tp.Watched(head_number=before + 600, blocks=344, deposits=1)
    assert not cycle.comes_nearer
    assert [state(world, request) for request in (early, late)] == [R.PAID, R.PAID]
    assert world.now(sent).state is not S.CLEARED


def test_a_node_that_breaks_off_far_ahead_lets_nothing_expire(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    sent, request = world.paid(5, creditor=OUTSIDE), world.request(7, expires_in_s=6_000)
    world.mine(400)
    world.deposit(request, 7)
    world.mine(200)
    world.clock.at_s = max(world.clock.at_s, request.expires_at_s + 1)
    blocks, before = world.chain.blocks, world.chain.head().number - 600

    def breaks_off(numbers: Sequence[int]) -> list[Block]:
        if max(numbers) > before + 256:
            raise tp.ChainUnavailable("the node gives no answer")
        return blocks(numbers)

    with monkeypatch.context() as broken:
        broken.setattr(world.chain, "blocks", breaks_off)
        cycle = tp.run_once(world.bank, by=world.engine)
    turn = cycle.chains[0]
    assert isinstance(turn.error, tp.ChainUnavailable)
    assert (turn.watched and turn.watched.behind, cycle.expired) == (344, tp.Expired())
    assert world.now(sent).state is S.CLEARED
    cycle = tp.run_once(world.bank, by=world.engine)
    assert (cycle.chains[0].error, state(world, request)) == (None, R.PAID)


def test_a_node_that_lags_behind_changes_nothing(world: World) -> None:
    request = world.request(50, payee=world.boris)
    world.deposit(request, 50)
    world.mine()
    world.turn()
    top = world.chain._mined.pop()
    assert world.turn().error is None
    assert found(world, request) == [(D.SEEN, None)]
    world.chain._mined.append(top)
    world.to_finality()
    assert world.units(world.boris) == euro(50).units


def test_an_unreachable_node_is_waited_for(world: World) -> None:
    request = world.request(50, payee=world.boris)
    world.deposit(request, 50)
    world.mine(3)
    world.chain.unreachable = True
    assert isinstance(world.turn().error, tp.ChainUnavailable)
    assert found(world, request) == []
    world.chain.unreachable = False
    world.to_finality()
    assert world.units(world.boris) == euro(50).units
    world.prove()


@pytest.mark.every_database
def test_a_stop_between_deposits_loses_and_doubles_nothing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    from tokenpay.steps import settle_deposits as judged

    requests = [world.request(50, payee=world.boris) for _ in range(3)]
    for request in requests:
        world.deposit(request, 50)
    world.mine(3)
    real = judged._settle_group
    calls: list[int] = []

    def stops_after_one(*args: object, **named: object) -> None:
        if calls:
            raise KeyboardInterrupt
        calls.append(1)
        real(*args, **named)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(judged, "_settle_group", stops_after_one)
        with pytest.raises(KeyboardInterrupt):
            world.turn()
    assert world.units(world.boris) == euro(50).units
    world.turn()
    assert world.units(world.boris) == euro(150).units
    assert world.units(world.anna) == euro(START).units
    world.prove()
