"""What each repository writes, it reads back as it was; what is not there has one clear answer."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import text

from tests.decree import decree
from tests.integration.store_samples import NOW_S, add_cleared, consent, operator, session, uetr
from tests.unguarded import unguarded
from tests.unit.payments.samples import (
    ANNA,
    CHAIN_ID,
    COIN,
    CONTRACT,
    EURO,
    OUTSIDE,
    PAYEE,
    TOKEN,
    TREASURY,
    intent,
)
from tokenpay.compliance.approval import Part
from tokenpay.compliance.case import Case, CaseKind
from tokenpay.compliance.clearance import Clearance
from tokenpay.compliance.listed_party import ListedAddress, ListedKind, ListedParty
from tokenpay.compliance.lists.form import ListForm
from tokenpay.compliance.policy import AssetLimits, Hours, Policy
from tokenpay.compliance.screening import ListHit, Screening, Verdict
from tokenpay.compliance.screening_list import ScreeningList
from tokenpay.errors import Conflict, IntegrityError, NotFound
from tokenpay.ethereum.observed import AuthorizationLog, Block, TokenFacts
from tokenpay.money.address import Address
from tokenpay.money.amount import MAX_UNITS, Amount
from tokenpay.money.tariff import Tariff
from tokenpay.parties.credential import CredentialKind
from tokenpay.parties.customer import CustomerStatus
from tokenpay.payments.attempt import AttemptOutcome, SignedPayment
from tokenpay.payments.deposit import Deposit, DepositOutcome, DepositState
from tokenpay.payments.intent import Purpose
from tokenpay.payments.payment import Payment, PaymentState, Reason
from tokenpay.requests.payment_request import PaymentRequest, Terms
from tokenpay.requests.reference import reference_id
from tokenpay.requests.request_state import RequestState
from tokenpay.store.asset_store import RegisteredAsset
from tokenpay.store.carried_store import Carried
from tokenpay.store.request_store import IssuedRequest
from tokenpay.store.unit_of_work import Store, UnitOfWork

TARIFF = Tariff(
    token=TOKEN.id,
    currency="EUR",
    sell_basis_points=1,
    buy_basis_points=2,
    fee_minimum_units=MAX_UNITS,
    quote_lifetime_s=3,
    rate_max_age_s=4,
)
SENT = Payment(
    intent=intent(uetr=uetr(1), creditor=PAYEE, amount=Amount(TOKEN, MAX_UNITS), request_id="R", related="P"),
    state=PaymentState.SENT,
    updated_at_s=NOW_S,
    reasons=(Reason(code="a.code", message="a reason"),),
    nonce=2**62,
    gas_limit=21_000,
    fee_cap_wei=MAX_UNITS,
    index=4,
    included_block=9,
    included_hash=b"\x01" * 32,
    transaction_hash=b"\x02" * 32,
)
REQUEST = PaymentRequest(
    id=reference_id(bytes(16)),
    payee="customer/C00000001",
    asset=TOKEN,
    amount=Amount(TOKEN, 5),
    created_at_s=NOW_S,
    expires_at_s=NOW_S + 60,
    remittance_information="rent",
    deposit_address=OUTSIDE,
    terms=Terms.EXACT,
)
OPEN = IssuedRequest(request=REQUEST, state=RequestState.OPEN, credited_units=0, deposit_index=0)


# --- payments ---------------------------------------------------------------------------------


def test_a_payment_comes_back_whole(store: Store) -> None:
    plain = Payment(intent=intent(uetr=uetr(2)), state=PaymentState.HELD, updated_at_s=NOW_S)
    with store.unit_of_work() as work:
        work.payments.add(SENT, branch="main")
        work.payments.add(plain, branch="main")
    with store.unit_of_work() as work:
        assert work.payments.get(SENT.id) == work.payments.lock(SENT.id) == SENT
        assert work.payments.get(plain.id) == plain
        assert work.payments.branch(plain.id) == "main"
        assert work.payments.find() == [SENT, plain]
        assert work.payments.find(limit=1) == [SENT]
        assert work.payments.find(states=[PaymentState.HELD]) == [plain]
        assert work.payments.find(related="P", request_id="R", purpose=Purpose.PAYMENT, chain_id=CHAIN_ID) == [SENT]
        assert work.payments.find(purpose=Purpose.REFUND) == []


def test_more_are_locked_at_once_than_one_statement_takes(store: Store) -> None:
    more = 66_000 if store.engine.dialect.name == "postgresql" else 251_000
    with store.unit_of_work() as work:
        work.payments.add(SENT, branch="main")
    with store.unit_of_work() as work:
        assert work.payments.lock_all([SENT.id, *(f"P{number}" for number in range(more))]) == {SENT.id: SENT}


def test_a_payment_moves_only_from_where_it_stood(store: Store) -> None:
    with store.unit_of_work() as work:
        work.payments.add(SENT, branch="main")
        included = SENT.to(PaymentState.INCLUDED, at_s=NOW_S + 1)
        work.payments.update(included, was=PaymentState.SENT)
        assert work.payments.get(SENT.id) == included
        with pytest.raises(IntegrityError, match="moved"):
            work.payments.update(included, was=PaymentState.SENT)


@pytest.mark.parametrize(
    "tampering",
    [
        """UPDATE payments SET intent = replace(intent, '"units":"1', '"units":"9')""",
        "UPDATE payments SET intent = replace(intent, 'rent', 'tent')",
        "UPDATE payments SET id = '00000000-0000-4000-8000-000000000009'",
    ],
)
def test_a_payment_whose_content_was_changed_is_not_read(store: Store, tampering: str) -> None:
    with store.unit_of_work() as work:
        work.payments.add(replace(SENT, intent=intent(uetr=uetr(1), amount=Amount(TOKEN, 1))), branch="main")
    with store.unit_of_work() as work, unguarded(work.connection):
        work.connection.execute(text("DELETE FROM payment_words"))
        work.connection.execute(text(tampering))
    with store.read() as work, pytest.raises(IntegrityError, match="content"):
        work.payments.find()


def test_a_payment_is_not_read_with_other_decimals(store: Store) -> None:
    with store.unit_of_work() as work:
        work.payments.add(SENT, branch="main")
        with unguarded(work.connection):
            work.connection.execute(text("UPDATE assets SET decimals = 18"))
    with store.read() as work, pytest.raises(IntegrityError, match="decimals"):
        work.payments.get(SENT.id)


def test_no_two_payments_of_a_chain_have_one_nonce(store: Store) -> None:
    other = replace(SENT, intent=replace(SENT.intent, uetr=uetr(2)))
    with store.unit_of_work() as work:
        work.payments.add(SENT, branch="main")
    with pytest.raises(Conflict), store.unit_of_work() as work:
        work.payments.add(other, branch="main")


def version(number: int, clearance: Clearance) -> SignedPayment:
    return SignedPayment(
        payment_id=clearance.payment_id,
        version=number,
        chain_id=CHAIN_ID,
        nonce=7,
        raw=b"raw",
        transaction_hash=bytes([number]) * 32,
        max_fee_wei=MAX_UNITS,
        priority_fee_wei=0,
        signed_at_s=NOW_S,
        clearance_id=clearance.id,
    )


def test_signed_bytes_and_attempts_come_back_in_order(store: Store) -> None:
    with store.unit_of_work() as work:
        clearance = add_cleared(work)
        versions = [version(number, clearance) for number in (1, 2)]
        for signed in reversed(versions):
            work.attempts.add_signed(signed)
        (first,) = work.attempts.begin(versions[:1], at_s=NOW_S)
        (second,) = work.attempts.begin(versions[:1], at_s=NOW_S + 1)
        work.attempts.end(second, outcome=AttemptOutcome.REJECTED, reason="fee too low")
    with store.read() as work:
        assert work.attempts.signed(uetr(1)) == versions
        assert work.attempts.all_of([uetr(1)])[uetr(1)] == [
            first,
            replace(second, outcome=AttemptOutcome.REJECTED, reason="fee too low"),
        ]
        assert (first.seq, first.outcome) == (1, AttemptOutcome.UNKNOWN)


def test_nothing_is_signed_under_the_clearance_of_another_payment(store: Store) -> None:
    with store.unit_of_work() as work:
        one, two = add_cleared(work, 1), add_cleared(work, 2)
    with pytest.raises(Conflict), store.unit_of_work() as work:
        work.attempts.add_signed(replace(version(1, one), clearance_id=two.id))


def test_an_authorization_is_carried_once(store: Store) -> None:
    carry = Carried(payment_id=uetr(1), calldata=b"data", authorizer=OUTSIDE.text, nonce=b"\x05" * 32)
    with store.unit_of_work() as work:
        add_cleared(work, 1)
        add_cleared(work, 2)
        work.carried.add(carry)
        assert work.carried.of(uetr(1)) == carry
        assert work.carried.of(uetr(2)) is None
    with pytest.raises(Conflict), store.unit_of_work() as work:
        work.carried.add(replace(carry, payment_id=uetr(2)))


# --- compliance -------------------------------------------------------------------------------


@pytest.mark.parametrize("tariffs", [(), (TARIFF,), (TARIFF, replace(TARIFF, currency="USD"))])
def test_the_newest_policy_is_read_back(store: Store, tariffs: tuple[Tariff, ...]) -> None:
    policy = Policy(
        version=2,
        limits={TOKEN.id: AssetLimits(payment_units=MAX_UNITS, alone_units=1), EURO.id: AssetLimits()},
        hours=Hours(opens_minute=1, closes_minute=2, weekdays=frozenset({0, 6}), utc_offset_minutes=-90),
        list_max_age_s=5,
        held_for_s=6,
        tariffs=tariffs,
    )
    with store.unit_of_work() as work:
        decree(work, policy, maker=session("mia"), checker=session("moe"), at_s=NOW_S)
    with store.read() as work:
        assert work.policies.newest() == policy


def test_a_clearance_comes_back_with_what_it_rested_on(store: Store) -> None:
    with store.unit_of_work() as work:
        content = intent(uetr=uetr(5), creditor=PAYEE)
        work.payments.add(Payment(intent=content, state=PaymentState.CLEARED, updated_at_s=NOW_S), branch="main")
        clearance = Clearance(
            id="CL",
            payment_id=uetr(5),
            intent_hash=content.hash(),
            policy_version=1,
            screenings=(
                Screening(subject=str(PAYEE), verdict=Verdict.CLEAR, list_name="l", list_dated_s=3),
                Screening(
                    subject=str(PAYEE),
                    verdict=Verdict.MATCH,
                    list_name="l",
                    list_version=2,
                    entry_id="7",
                    why="stale",
                    against=("l/2",),
                ),
            ),
            approvals=(consent("mia", content, Part.MAKER), consent("moe", content, Part.CHECKER)),
            cleared_at_s=NOW_S,
        )
        for approval in clearance.approvals:
            work.approvals.add(uetr(5), approval)
        work.clearances.add(clearance)
    with store.read() as work:
        assert work.clearances.of(uetr(5)) == clearance
        with pytest.raises(IntegrityError, match="no clearance"):
            work.clearances.of(uetr(6))


def listed(id: str, *addresses: Address, name: str = "") -> ListedParty:
    return ListedParty(
        id=id,
        kind=ListedKind.PERSON if name else ListedKind.UNKNOWN,
        names=(name, f"{name} alias") if name else (),
        addresses=tuple(ListedAddress(ticker="ETC", text=address.text.upper()) for address in addresses),
        programs=("SDGT",),
    )


def test_a_list_takes_the_place_of_the_one_before(store: Store) -> None:
    first = ScreeningList(
        name="ofac",
        form=ListForm.OFAC_CLASSIC,
        version=1,
        dated_s=1,
        source_hash="aa",
        parties=2,
        names=2,
        addresses={"ETC": 3},
        loaded_at_s=NOW_S,
        loaded_by="mia",
    )
    second = replace(first, version=2, dated_s=2, parties=1, confirmed_by="moe")
    other = replace(first, name="own", form=ListForm.OWN, parties=0)
    everybody = [listed("1", OUTSIDE, CONTRACT, name="Ada"), listed("2", OUTSIDE)]
    with store.unit_of_work() as work:
        work.lists.replace(first, everybody)
        work.lists.replace(other, [])
        assert work.lists.hits(OUTSIDE) == {ListHit(list_name="ofac", entry_id=id) for id in ("1", "2")}
        assert list(work.lists.parties("ofac")) == everybody
        assert list(work.lists.parties("ofac", "2")) == everybody[1:]
        assert list(work.lists.names("ofac")) == [("1", "Ada"), ("1", "Ada alias")]
        work.lists.doubt("ofac", source_hash="bb", by="mia")
        assert work.lists.find("ofac") == replace(first, doubted_hash="bb", doubted_by="mia")
        work.lists.replace(second, [listed("9", CONTRACT)])
        assert work.lists.hits(OUTSIDE) == frozenset()
        assert work.lists.hits(CONTRACT) == {ListHit(list_name="ofac", entry_id="9")}
        assert work.lists.hits_of([f"0x{CONTRACT.raw.hex()}"]) == work.lists.hits(CONTRACT)
        assert (work.lists.all(), work.lists.find("un")) == ((second, other), None)
        assert list(work.lists.names("ofac")) == []


def test_a_list_is_never_confirmed_by_who_loaded_it(store: Store) -> None:
    known = ScreeningList(
        name="own",
        form=ListForm.OWN,
        version=1,
        dated_s=1,
        source_hash="aa",
        parties=0,
        loaded_by="a",
        confirmed_by="a",
    )
    with pytest.raises(Conflict), store.unit_of_work() as work:
        work.lists.replace(known, [])


def test_limits_count_and_give_back(store: Store) -> None:
    day = {"asset_id": TOKEN.id, "day": "2026-09-28"}
    with store.unit_of_work() as work:
        add_cleared(work)
        used = work.limits.lock_used(["operator/mia", "customer/C1"], **day)
        assert used == {"customer/C1": 0, "operator/mia": 0}
        work.limits.use(uetr(1), used, units=40, **day)
        assert work.limits.lock_used(["customer/C1"], **day) == {"customer/C1": 40}
        assert work.limits.lock_used(["customer/C1"], asset_id=TOKEN.id, day="2026-09-29") == {"customer/C1": 0}
    for left in (0, 0):  # what is given back is given back once
        with store.unit_of_work() as work:
            work.limits.give_back(uetr(1), units={TOKEN.id: 40})
            assert work.limits.lock_used(["operator/mia"], **day) == {"operator/mia": left}


def test_many_at_once_count_in_one_counter_without_losing_one(store: Store) -> None:
    day = {"asset_id": TOKEN.id, "day": "2026-09-28"}
    count = 8
    with store.unit_of_work() as work:
        for number in range(count):
            add_cleared(work, number)
    ready = Barrier(count)

    def one(number: int) -> None:
        ready.wait()
        with store.unit_of_work() as work:
            scopes = ["operator/mia", "customer/C1"]
            used = work.limits.lock_used(scopes if number % 2 else scopes[::-1], **day)
            work.limits.use(uetr(number), used, units=5, **day)

    with ThreadPoolExecutor(count) as pool:
        list(pool.map(one, range(count)))
    with store.unit_of_work() as work:
        assert set(work.limits.lock_used(["operator/mia", "customer/C1"], **day).values()) == {5 * count}


def test_a_case_is_opened_once_and_resolved(store: Store) -> None:
    case = Case(id="K1", kind=CaseKind.OVERPAYMENT, subject="D1", note="too much", opened_at_s=NOW_S)
    with store.unit_of_work() as work:
        assert work.cases.find(case.kind, case.subject) == []
        assert work.cases.add(case)
        assert work.cases.find(case.kind, case.subject) == [work.cases.get("K1", lock=True)] == [case]
        assert work.cases.find(CaseKind.LATE_PAYMENT, case.subject) == []
    with store.unit_of_work() as work:
        assert not work.cases.add(replace(case, id="K2", note="again"))
        assert work.cases.all() == [case]
    with store.unit_of_work() as work:
        work.cases.resolve("K1", resolution="refunded", by="moe", at_s=NOW_S + 1)
        assert work.cases.all() == []
        (closed,) = work.cases.all(open_only=False)
        assert (closed.is_open, closed.resolution, closed.resolved_by) == (False, "refunded", "moe")


def test_cases_about_one_thing_are_found_however_many_they_are(store: Store) -> None:
    subjects = ["D1", *(f"D1#{number}" for number in range(2, 24))]
    with store.unit_of_work() as work:
        for number, subject in enumerate([*subjects, "D11", "D2"]):
            case = Case(id=f"K{number}", kind=CaseKind.OTHER, subject=subject, note="", opened_at_s=NOW_S + number)
            assert work.cases.add(case)
        assert [case.subject for case in work.cases.find(CaseKind.OTHER, "D1")] == subjects
        assert [case.subject for case in work.cases.about({"D1", "D2", "D3"})] == [*subjects, "D2"]
        assert work.cases.find(CaseKind.OTHER, "D3") == []
        opened = work.cases.opened(NOW_S + 1, NOW_S + 3)
        assert [case.subject for case in opened] == subjects[1:3]


# --- requests and deposits --------------------------------------------------------------------


def test_a_request_comes_back_whole(store: Store) -> None:
    any_amount = IssuedRequest(
        request=replace(
            REQUEST,
            id=reference_id(b"\x01" * 16),
            asset=EURO,
            amount=None,
            deposit_address=None,
            terms=Terms.PARTS,
            created_at_s=NOW_S - 1,
        ),
        state=RequestState.OPEN,
    )
    with store.unit_of_work() as work:
        assert work.requests.next_index() == 0
        work.requests.add(OPEN)
        work.requests.add(any_amount)
        assert work.requests.next_index() == 1
        assert work.requests.get(REQUEST.id, lock=True) == OPEN
        assert work.requests.get(any_amount.request.id) == any_amount
        assert work.requests.find(payee=ANNA.owner) == [OPEN, any_amount]
        assert work.requests.find(states=[RequestState.PAID]) == []
        assert work.requests.by_address(CHAIN_ID, [OUTSIDE, TREASURY]) == {OUTSIDE.text: OPEN}
        assert work.requests.by_address(CHAIN_ID + 1, [OUTSIDE]) == {}
        assert work.requests.expired(now_s=REQUEST.expires_at_s - 1, except_chains=(), limit=9) == []
        assert len(work.requests.expired(now_s=REQUEST.expires_at_s, except_chains=(), limit=9)) == 2
        work.requests.update(REQUEST.id, state=RequestState.PAID, credited_units=5)
        paid = work.requests.get(REQUEST.id)
        assert (paid.state, paid.credited_units) == (RequestState.PAID, 5)
        assert work.requests.expired(now_s=REQUEST.expires_at_s, except_chains=(), limit=9) == [any_amount]


@pytest.mark.parametrize("changes", [{"deposit_index": 1}, {}])
def test_no_two_requests_share_an_address_or_an_index(store: Store, changes: dict[str, Any]) -> None:
    address = REQUEST.deposit_address if changes else CONTRACT
    second = replace(REQUEST, id=reference_id(b"\x01" * 16), asset=COIN, amount=None, terms=Terms.PARTS)
    with store.unit_of_work() as work:
        work.requests.add(OPEN)
    with pytest.raises(Conflict), store.unit_of_work() as work:
        work.requests.add(replace(OPEN, request=replace(second, deposit_address=address), **changes))


DEPOSIT = Deposit(
    chain_id=CHAIN_ID,
    block_hash=b"\x0b" * 32,
    log_index=3,
    block_number=10,
    transaction_hash=b"\x0c" * 32,
    address=OUTSIDE,
    sender=None,
    amount=Amount(TOKEN, MAX_UNITS),
    request_id=REQUEST.id,
    state=DepositState.SEEN,
    seen_at_s=NOW_S,
)


def test_a_deposit_comes_back_whole_and_is_entered_once(store: Store) -> None:
    second = replace(DEPOSIT, log_index=4, sender=TREASURY, block_number=11, block_hash=b"\x0d" * 32)
    with store.unit_of_work() as work:
        work.requests.add(OPEN)
        work.deposits.add(second)
        work.deposits.add(DEPOSIT)
        assert work.deposits.find(lock=True) == [DEPOSIT, second]
        assert work.deposits.find(up_to_block=10, chain_id=CHAIN_ID) == [DEPOSIT]
        assert work.deposits.find(from_block=11, request_id=REQUEST.id) == [second]
        assert work.deposits.find(deposit_id=second.id, states=[DepositState.SEEN]) == [second]
        final = replace(DEPOSIT, state=DepositState.FINAL, outcome=DepositOutcome.CREDITED)
        work.deposits.update(final)
        assert work.deposits.find(states=[DepositState.FINAL]) == [final]
    with pytest.raises(Conflict), store.unit_of_work() as work:
        work.deposits.add(DEPOSIT)


# --- the chain --------------------------------------------------------------------------------


def test_a_chain_is_followed_and_its_orphans_are_forgotten(store: Store) -> None:
    blocks = [
        Block(number=n, hash=bytes([n]) * 32, parent_hash=bytes([n - 1]) * 32, timestamp_s=n, base_fee_wei=0)
        for n in (1, 2, 3)
    ]
    used = AuthorizationLog(
        contract=CONTRACT,
        authorizer=OUTSIDE,
        nonce=b"\x05" * 32,
        block_number=2,
        block_hash=blocks[1].hash,
        log_index=0,
        transaction_hash=bytes(32),
    )
    asked: dict[str, Any] = {"contract": CONTRACT, "authorizer": OUTSIDE.text, "nonce": used.nonce}
    with store.unit_of_work() as work:
        for block in blocks:
            work.chains.add_block(CHAIN_ID, block)
        work.chains.add_authorization(CHAIN_ID, used)
        work.chains.advance(CHAIN_ID, head_number=3)
        work.chains.advance(CHAIN_ID, final_number=1)
        work.chains.set_next_nonce(CHAIN_ID, 2**62)
        work.chains.set_halted(CHAIN_ID, "reorg below finality")
        chain = work.chains.get(CHAIN_ID, lock=True)
        assert (chain.head_number, chain.final_number, chain.next_nonce) == (3, 1, 2**62)
        assert (chain.halted, chain.treasury, work.chains.all()) == ("reorg below finality", TREASURY, [chain])
        assert work.chains.block(CHAIN_ID, 2) == (blocks[1].hash, 2)
        assert work.chains.authorization_used(CHAIN_ID, **asked, up_to_block=2)
        assert not work.chains.authorization_used(CHAIN_ID, **asked, up_to_block=1)
        assert not work.chains.authorization_used(CHAIN_ID, **{**asked, "nonce": bytes(32)}, up_to_block=2)
        work.chains.drop_blocks(CHAIN_ID, from_number=2)
        assert work.chains.block(CHAIN_ID, 2) is None
        assert work.chains.block(CHAIN_ID, 1) == (blocks[0].hash, 1)
        assert not work.chains.authorization_used(CHAIN_ID, **asked, up_to_block=9)


def test_an_asset_is_frozen_and_thawed(store: Store) -> None:
    full = RegisteredAsset(
        asset=replace(COIN, id=f"eip155:{CHAIN_ID}/slip44:1", symbol="TETH"),
        active=True,
        checked_at_s=NOW_S,
        token_name="Name",
        token_version="2",
        domain_separator=b"\x01" * 32,
        code_hash=b"\x02" * 32,
    )
    with store.unit_of_work() as work:
        work.assets.add(full)
        assert work.assets.get(full.asset.id) == full
        assert [registered.asset for registered in work.assets.all()] == [TOKEN, full.asset, COIN, EURO]
        assert [registered.asset for registered in work.assets.all(chain_id=1)] == []
        work.assets.freeze(full.asset.id, at_s=NOW_S + 1)
        assert work.assets.get(full.asset.id) == replace(full, active=False, checked_at_s=NOW_S + 1)
        facts = TokenFacts(
            contract=CONTRACT,
            symbol="other",
            decimals=18,
            name="Now",
            version="3",
            domain_separator=None,
            code_hash=b"\x03" * 32,
        )
        work.assets.unfreeze(full.asset.id, facts, at_s=NOW_S + 2)
        assert work.assets.get(full.asset.id, lock=True) == replace(
            full,
            checked_at_s=NOW_S + 2,
            token_name="Now",
            token_version="3",
            domain_separator=None,
            code_hash=b"\x03" * 32,
        )


# --- people -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("now_s", "live"), [(NOW_S - 1, False), (NOW_S, True), (NOW_S + 59, True), (NOW_S + 60, False)]
)
def test_a_session_lives_from_its_opening_to_its_expiry(store: Store, now_s: int, live: bool) -> None:
    with store.unit_of_work() as work:
        work.sessions.add(
            "S1",
            operator_id="mia",
            terminal="T1",
            opened_at_s=NOW_S,
            expires_at_s=NOW_S + 60,
            opened_with=CredentialKind.PASSWORD,
        )
        assert work.sessions.live_operator("S1", now_s=now_s) == (operator("mia") if live else None)
        work.sessions.close("S1", at_s=NOW_S)
        assert work.sessions.live_operator("S1", now_s=now_s) is None


def test_wrong_passwords_lock_an_operator_for_a_while(store: Store) -> None:
    def count(work: UnitOfWork) -> tuple[int, int]:
        work.operators.count_failure("mia", lock_after=3, locked_until_s=NOW_S + 60)
        return work.operators.failures("mia")

    with store.unit_of_work() as work:
        assert [count(work) for _ in range(3)] == [(1, 0), (2, 0), (0, NOW_S + 60)]
        assert work.operators.failures("moe") == (0, 0)
        count(work)
        work.operators.clear_failures("mia")
        assert work.operators.failures("mia") == (0, NOW_S + 60)


def test_customers_are_found_by_part_of_their_name_or_number(store: Store) -> None:
    with store.unit_of_work() as work:
        bert = replace(work.customers.get("C00000002"), status=CustomerStatus.FROZEN)
        work.customers.set_status(bert.id, CustomerStatus.FROZEN, at_s=NOW_S)
        assert work.customers.find("BER") == [bert]
        assert work.customers.find("00002") == [bert]
        assert len(work.customers.find("c0000")) == 2
        work.customers.add(replace(bert, id="C9", name="Édith Ölmez"))
        assert [customer.id for customer in work.customers.find("Édith ö")] == ["C9"]
        assert [customer.id for customer in work.customers.find(" ölmez  c9 édith ")] == ["C9"]
        work.customers.add(replace(bert, id="C8", name="Пётр Ёлкин"))
        for words in ("елкин петр", "ЁЛКИН", "пётр"):
            assert [customer.id for customer in work.customers.find(words)] == ["C8"]
        for pattern in ("%", "_nna", "A%a", "/"):
            assert work.customers.find(pattern) == []


FOUND = [
    ("Jürgen Müller", "jurgen MULLER", "Muller Jürgen", "JU\N{COMBINING DIAERESIS}RGEN", "Mueller", "JUERGEN mull"),
    ("Jurgen Muller", "Müller", "MÜLLER jürgen"),
    ("Juergen Mueller", "Müller", "MU\N{COMBINING DIAERESIS}LLER", "mueller jürgen"),
    ("Åse Bjørn-Kjær", "Aase", "BJOERN", "bjorn kjaer"),
    ("Nguyễn Thị Ánh", "nguyen thi anh", "NGUYỄN", "Ánh"),
    ("Łukasz Żółć", "lukasz zolc", "ŁUKASZ", "Żółć"),
    ("Große Straße", "Strasse", "STRASSE grosse", "straße"),
    ("Søren Ægir", "soren aegir", "SØREN"),
    ("Пётр Йович", "петр йович", "ПЕТР И\N{COMBINING BREVE}ОВИЧ", "пётр"),
    ("Уладзімір Ўласаў", "ўласаў", "У\N{COMBINING BREVE}ЛАСАУ\N{COMBINING BREVE}"),
    ("Дар\N{RIGHT SINGLE QUOTATION MARK}я О'Нил", "дар'я", "О\N{RIGHT SINGLE QUOTATION MARK}НИЛ"),
]


@pytest.mark.one_database
def test_customers_are_found_with_and_without_their_accents(store: Store) -> None:
    with store.unit_of_work() as work:
        like = work.customers.get("C00000001")
        for number, (name, *_asked) in enumerate(FOUND):
            work.customers.add(replace(like, id=f"D{number}", name=name))
        for number, (name, *asked) in enumerate(FOUND):
            for text in (name, *asked):
                assert f"D{number}" in {customer.id for customer in work.customers.find(text)}, (name, text)
            assert work.customers.get(f"D{number}").name == name
        assert work.customers.find("Mahler") == []


# --- what is not there ------------------------------------------------------------------------

NOT_THERE: list[Callable[[UnitOfWork], object]] = [
    lambda work: work.payments.get(uetr(9)),
    lambda work: work.payments.lock(uetr(9)),
    lambda work: work.requests.get("none"),
    lambda work: work.assets.get("iso4217:USD"),
    lambda work: work.chains.get(1),
    lambda work: work.operators.get("none"),
    lambda work: work.operators.failures("none"),
    lambda work: work.operators.credential("none", CredentialKind.PASSWORD),
    lambda work: work.operators.credential("mia", CredentialKind.PIN),
    lambda work: work.customers.get("none"),
    lambda work: work.facts.get("none"),
    lambda work: work.cases.get("none"),
]


@pytest.mark.parametrize("ask", NOT_THERE)
def test_what_is_not_there_is_not_found(store: Store, ask: Callable[[UnitOfWork], object]) -> None:
    with store.unit_of_work() as work, pytest.raises(NotFound):
        ask(work)
