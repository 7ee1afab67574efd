"""The signer trusts what it parses and the keys it was founded with: every single change of a payment fails."""

import json
import traceback
from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from typing import Any

import pytest

import tokenpay as tp
from tests.armed import reopen_signer
from tests.world import (
    CHAIN_ID,
    COIN,
    CONTRACT,
    LIMITS,
    OUTSIDE,
    PASSWORDS,
    SETTINGS,
    TOKEN,
    World,
    address_of,
    euro,
    forge,
)
from tokenpay.adapters.signer.memory import Place, SignerMemory
from tokenpay.adapters.signer.policy_sealing import seal_policy_rules
from tokenpay.adapters.signer.wallet_file import MEMORY
from tokenpay.compliance.approval import Approval, Part, give
from tokenpay.compliance.clearance import Clearance
from tokenpay.compliance.policy_proposal import PolicyProposal
from tokenpay.errors import SignedBefore, answered
from tokenpay.ethereum.erc20 import transfer
from tokenpay.ethereum.grants.authorization import Authorization, decode_calldata
from tokenpay.ethereum.transaction import (
    AccessListTransaction,
    DynamicFeeTransaction,
    LegacyTransaction,
    SetCodeAuthorization,
    SetCodeTransaction,
    Transaction,
    encode_unsigned,
)
from tokenpay.ethereum.typed_data import Domain
from tokenpay.ledger.chart import AccountKind
from tokenpay.payments.intent import CASH, BookParty, ChainParty, Intent, Purpose
from tokenpay.payments.outgoing import call_of
from tokenpay.payments.payment import PaymentState as S
from tokenpay.ports import SigningRequest
from tokenpay.steps.identifiers import new_uetr

pytestmark = pytest.mark.one_database

OTHER = tp.Address(b"\xab" * 20)
DOMAIN = Domain(name="Demo Euro", version="1", chain_id=CHAIN_ID, verifying_contract=CONTRACT)


def cleared(world: World, whole: int = 20) -> tp.Payment:
    payment = world.paid(whole, creditor=OUTSIDE)
    if payment.state is S.HELD:
        payment = tp.approve(world.bank, payment.id, by=world.ann)
    assert payment.state is S.CLEARED
    return payment


def clearance_of(world: World, payment: tp.Payment) -> Clearance:
    with world.bank.store.read() as uow:
        return uow.clearances.of(payment.id)


def transaction_of(intent: Intent, carried: bytes | None = None, **changes: Any) -> DynamicFeeTransaction:
    call = call_of(intent, carried)
    content = {
        "chain_id": CHAIN_ID,
        "nonce": 7,
        "max_priority_fee_wei": 10**8,
        "max_fee_wei": 10**9,
        "gas_limit": 60_000,
        "to": call.to.raw,
        "value_wei": call.value_wei,
        "data": call.data,
    }
    return DynamicFeeTransaction(**{**content, **changes})


def sign(
    world: World, transaction: Transaction, intent: Intent, clearance: Clearance, domain: Domain | None = None
) -> Any:
    asked = SigningRequest(unsigned=encode_unsigned(transaction), intent=intent, clearance=clearance, domain=domain)
    return answered(world.bank.required_signer().sign_transactions([asked])[0])


def refused(world: World, *args: Any, **named: Any) -> str:
    with pytest.raises(tp.SignerRefused) as caught:
        sign(world, *args, **named)
    return caught.value.message


def consent(world: World, intent: Intent, *sessions: tp.Session) -> Clearance:
    """A clearance as somebody would write it who has these people's keys and the database."""
    parts = (Part.MAKER, Part.CHECKER)
    approvals = tuple(
        give(session, intent.hash(), part=part, at_s=intent.created_at_s)
        for session, part in zip(sessions, parts, strict=False)
    )
    return Clearance(
        id="CL-1", payment_id=intent.uetr, intent_hash=intent.hash(), policy_version=1, screenings=(),
        approvals=approvals, cleared_at_s=intent.created_at_s,
    )  # fmt: skip


def intent_of(world: World, maker: tp.Session, **changes: Any) -> Intent:
    now_s = world.clock.now_s()
    content = {
        "uetr": new_uetr(world.bank),
        "purpose": Purpose.PAYMENT,
        "debtor": BookParty(AccountKind.CUSTOMER, world.anna.id),
        "creditor": ChainParty(CHAIN_ID, OTHER),
        "amount": euro(20),
        "maker": maker.operator.id,
        "created_at_s": now_s,
        "expires_at_s": now_s + 600,
    }
    return Intent(**{**content, **changes})


# --- the bytes


def test_what_was_approved_is_signed_at_one_nonce_and_any_fee(world: World) -> None:
    payment = cleared(world)
    clearance = clearance_of(world, payment)
    table: list[dict[str, Any]] = [{}, {"max_fee_wei": 10**10}, {"gas_limit": 200_000}]
    for changes in table:
        transaction = transaction_of(payment.intent, nonce=7, **changes)
        signed = sign(world, transaction, payment.intent, clearance)
        assert (signed.transaction, signed.sender) == (transaction, world.treasury)
    again = transaction_of(payment.intent, nonce=8)
    assert refused(world, again, payment.intent, clearance) == "this payment was signed before, at nonce 7"


def test_a_nonce_is_signed_for_one_payment(world: World) -> None:
    first, second = cleared(world), cleared(world, 30)
    sign(world, transaction_of(first.intent, nonce=7), first.intent, clearance_of(world, first))
    other = transaction_of(second.intent, nonce=7)
    said = refused(world, other, second.intent, clearance_of(world, second))
    assert said == "another payment was signed at this nonce before"


def test_a_no_op_takes_over_the_nonce_of_a_payment_which_is_not_signed_there_again() -> None:
    memory = SignerMemory(None)
    payment, other = (Place(payment=id, chain_id=CHAIN_ID, nonce=7) for id in (b"payment", b"other"))
    fill = Place(payment=b"fill", chain_id=CHAIN_ID, nonce=7, fills=True)
    assert memory.remember([payment, fill, fill]) == [None, None, None]
    assert all(isinstance(said, SignedBefore) for said in memory.remember([payment, other]))


TRANSACTION_CHANGES: dict[str, dict[str, Any]] = {
    "chain": {"chain_id": 1},
    "another contract": {"to": OTHER.raw},
    "the payee itself": {"to": b"\xbb" * 20},
    "a new contract": {"to": None, "gas_limit": 100_000},
    "coin beside": {"value_wei": 1},
    "another payee": {"data": transfer(OTHER, euro(20).units)},
    "one unit more": {"data": transfer(tp.Address(b"\xbb" * 20), euro(20).units + 1)},
    "one unit less": {"data": transfer(tp.Address(b"\xbb" * 20), euro(20).units - 1)},
    "no data": {"data": b""},
    "a byte more": {"data": transfer(tp.Address(b"\xbb" * 20), euro(20).units) + b"\x00"},
    "another function": {"data": b"\x09\x5e\xa7\xb3" + transfer(tp.Address(b"\xbb" * 20), euro(20).units)[4:]},
    "an access list": {"access_list": ((CONTRACT.raw, ()),)},
    "gas above the cap": {"max_fee_wei": SETTINGS.fee_cap_wei // 60_000 + 1},
    "gas below what it takes": {"gas_limit": 20_999},
    "a tip above the fee": {"max_priority_fee_wei": 10**9 + 1},
}


@pytest.mark.parametrize("name", TRANSACTION_CHANGES)
def test_every_single_change_of_the_transaction_is_refused(world: World, name: str) -> None:
    payment = cleared(world)
    transaction = transaction_of(payment.intent, **TRANSACTION_CHANGES[name])
    assert refused(world, transaction, payment.intent, clearance_of(world, payment))


def test_bytes_that_are_no_transaction_are_refused(world: World) -> None:
    payment = cleared(world)
    good = encode_unsigned(transaction_of(payment.intent))
    for unsigned in (b"", b"\x02", good[:-1], good + b"\x00", b"\x01" + good[1:], b"\x02\xff" + good[2:]):
        asked = SigningRequest(unsigned=unsigned, intent=payment.intent, clearance=clearance_of(world, payment))
        assert isinstance(world.bank.required_signer().sign_transactions([asked])[0], tp.SignerRefused)


def test_a_payment_in_another_kind_of_transaction_is_refused(world: World) -> None:
    """Each would pay exactly what was approved; the first on every chain, the last with an account's code besides."""
    payment = cleared(world)
    dynamic = transaction_of(payment.intent)
    names = ("nonce", "gas_limit", "to", "value_wei", "data")
    shared: dict[str, Any] = {name: getattr(dynamic, name) for name in names}
    fees: dict[str, Any] = {"max_fee_wei": dynamic.max_fee_wei, "max_priority_fee_wei": dynamic.max_priority_fee_wei}
    grant = SetCodeAuthorization(chain_id=CHAIN_ID, address=OTHER.raw, nonce=0, y_parity=0, r=1, s=1)
    others = (
        LegacyTransaction(chain_id=None, gas_price_wei=10**9, **shared),
        LegacyTransaction(chain_id=CHAIN_ID, gas_price_wei=10**9, **shared),
        AccessListTransaction(chain_id=CHAIN_ID, gas_price_wei=10**9, **shared),
        SetCodeTransaction(chain_id=CHAIN_ID, authorization_list=(grant,), **fees, **(shared | {"gas_limit": 100_000})),
    )
    for other in others:
        said = refused(world, other, payment.intent, clearance_of(world, payment))
        assert said == "the transaction has a form that no payment has"


# --- the intent and the clearance


def test_every_single_change_of_the_intent_is_refused(world: World) -> None:
    """The transaction does what the changed intent says; it is the approvals that do not fit."""
    payment = cleared(world)
    intent, clearance = payment.intent, clearance_of(world, payment)
    changes: dict[str, Any] = {
        "uetr": new_uetr(world.bank),
        "purpose": Purpose.REFUND,
        "debtor": BookParty(AccountKind.CUSTOMER, world.boris.id),
        "creditor": ChainParty(CHAIN_ID, OTHER),
        "amount": euro(19),
        "maker": "ann",
        "created_at_s": intent.created_at_s - 1,
        "expires_at_s": intent.expires_at_s + 1,
        "request_id": "x",
        "related": "x",
        "remittance_information": "x",
    }
    assert {*changes, "cash"} == {
        field.name for field in fields(Intent) if field.init
    }  # cash is of exchanges: in the books alone
    for name, value in changes.items():
        changed = replace(intent, **{name: value})
        for forged in (clearance, replace(clearance, intent_hash=changed.hash(), payment_id=changed.uetr)):
            assert refused(world, transaction_of(changed), changed, forged), name


def test_the_clearance_of_another_payment_is_refused(world: World) -> None:
    first, second = cleared(world), cleared(world)
    assert refused(world, transaction_of(first.intent), first.intent, clearance_of(world, second))


def forged_approvals(world: World, payment: tp.Payment) -> Iterator[tuple[str, tuple[Approval, ...]]]:
    maker, checker = clearance_of(world, payment).approvals
    intent_hash, at_s = payment.intent.hash(), maker.at_s
    stranger = forge(world.bob, operator=replace(world.bob.operator, id="eve"))
    yield "no maker", (checker,)
    yield "no checker", (maker,)
    yield "nobody", ()
    yield "a forged signature", (maker, replace(checker, signature=bytes(64)))
    yield "another's signature", (maker, replace(checker, operator_id="bob"))
    yield "another time", (maker, replace(checker, at_s=checker.at_s + 1))
    yield "the maker as checker", (maker, give(world.tom, intent_hash, part=Part.CHECKER, at_s=at_s))
    yield "the maker's word used twice", (maker, replace(maker, part=Part.CHECKER))
    yield "somebody unknown", (maker, give(stranger, intent_hash, part=Part.CHECKER, at_s=at_s))
    yield "the engine as checker", (maker, give(world.engine, intent_hash, part=Part.CHECKER, at_s=at_s))
    yield "before it was made", (maker, give(world.ann, intent_hash, part=Part.CHECKER, at_s=at_s - 1))
    late = payment.intent.expires_at_s
    yield "after it expired", (maker, give(world.ann, intent_hash, part=Part.CHECKER, at_s=late))


def test_an_amount_for_two_people_needs_both_of_them_genuine(world: World) -> None:
    payment = cleared(world, 200)
    clearance = clearance_of(world, payment)
    transaction = transaction_of(payment.intent)
    assert sign(world, transaction, payment.intent, clearance)
    names = []
    for name, approvals in forged_approvals(world, payment):
        names.append(name)
        assert refused(world, transaction, payment.intent, replace(clearance, approvals=approvals)), name
    assert len(names) == 12


def test_a_supervisor_who_made_it_is_not_its_checker(world: World) -> None:
    intent = intent_of(world, world.ann, amount=euro(200))
    assert refused(world, transaction_of(intent), intent, consent(world, intent, world.ann, world.ann))
    assert sign(world, transaction_of(intent), intent, consent(world, intent, world.ann, world.bob))


@pytest.mark.parametrize("asset", [TOKEN, COIN])
@pytest.mark.parametrize("purpose", sorted(set(Purpose) - CASH - {Purpose.EXCHANGE}))  # an intent refuses those there
def test_no_purpose_gets_money_out_on_one_persons_word(world: World, purpose: Purpose, asset: tp.Asset) -> None:
    """With the database in hand one teller, or the engine, can write any intent. It must not be paid."""
    for maker in (world.tom, world.engine):
        debtor = ChainParty(CHAIN_ID, world.treasury)
        amount = tp.Amount(asset, 10**9)
        intent = intent_of(world, maker, purpose=purpose, debtor=debtor, amount=amount)
        data = transfer(OTHER, amount.units) if asset is TOKEN else b""
        to, value = (CONTRACT, 0) if asset is TOKEN else (OTHER, amount.units)
        transaction = transaction_of(replace(intent, purpose=Purpose.PAYMENT), to=to.raw, data=data, value_wei=value)
        assert refused(world, transaction, intent, consent(world, intent, maker), DOMAIN)


def test_blocked_money_needs_two_people_whatever_the_amount(world: World) -> None:
    intent = intent_of(world, world.ann, debtor=BookParty(AccountKind.BLOCKED, "CS-1"), amount=euro(1))
    assert refused(world, transaction_of(intent), intent, consent(world, intent, world.ann))


# --- sweeps


def swept(world: World) -> tuple[tp.Payment, Clearance, Authorization, int]:
    request = world.endow(world.boris, 50)
    (payment,) = tp.sweep(world.bank, asset_id=TOKEN.id, by=world.engine)
    authorization = Authorization(
        domain=DOMAIN, sender=address_of(request), recipient=world.treasury, units=euro(50).units,
        valid_after_s=0, valid_before_s=2**40, nonce=payment.intent.hash(), kind="receive",
    )  # fmt: skip
    assert payment.index is not None
    return payment, clearance_of(world, payment), authorization, payment.index


def test_a_deposit_address_signs_only_for_the_treasury_and_only_its_own(world: World) -> None:
    payment, clearance, good, index = swept(world)
    signer = world.bank.required_signer()
    assert signer.sign_sweep(good, index=index, intent=payment.intent, clearance=clearance)
    changes: list[dict[str, Any]] = [
        {"recipient": OTHER},
        {"units": good.units - 1},
        {"sender": OTHER},
        {"domain": replace(DOMAIN, chain_id=1)},
        {"domain": replace(DOMAIN, verifying_contract=OTHER)},
    ]
    for change in changes:
        with pytest.raises(tp.SignerRefused):
            signer.sign_sweep(replace(good, **change), index=index, intent=payment.intent, clearance=clearance)
    for wrong in (index + 1, 0, -1, 2**31):
        with pytest.raises(tp.SignerRefused):
            signer.sign_sweep(good, index=wrong, intent=payment.intent, clearance=clearance)
    other = replace(payment.intent, creditor=ChainParty(CHAIN_ID, OTHER))
    with pytest.raises(tp.SignerRefused):
        signer.sign_sweep(
            replace(good, recipient=OTHER), index=index, intent=other, clearance=consent(world, other, world.engine)
        )


@pytest.mark.every_database
def test_the_sweeps_transaction_is_the_authorization_that_was_cleared(world: World) -> None:
    payment, clearance, _, _ = swept(world)
    world.turn()
    with world.bank.store.read() as uow:
        carried = uow.carried.of(payment.id)
    assert carried is not None
    assert decode_calldata(carried.calldata, DOMAIN).grant.recipient == world.treasury
    nonce = tp.get_payment(world.bank, payment.id, by=world.tom).nonce
    transaction = transaction_of(payment.intent, carried.calldata, gas_limit=200_000, nonce=nonce)
    assert sign(world, transaction, payment.intent, clearance, DOMAIN)
    assert refused(world, transaction, payment.intent, clearance, None)
    assert refused(world, transaction, payment.intent, clearance, replace(DOMAIN, version="2"))
    plain = transaction_of(payment.intent, transfer(world.treasury, euro(50).units))
    assert refused(world, plain, payment.intent, clearance, DOMAIN)


# --- what the signer remembers


def test_what_was_signed_is_remembered_by_the_next_process(world: World) -> None:
    payment = cleared(world)
    assert world.bank.directory is not None
    sign(world, transaction_of(payment.intent), payment.intent, clearance_of(world, payment))
    with tp.open_bank(world.bank.directory, signer=True) as again:
        world.bank = replace(world.bank, signer=again.required_signer())
        assert sign(world, transaction_of(payment.intent), payment.intent, clearance_of(world, payment))
        assert refused(world, transaction_of(payment.intent, nonce=8), payment.intent, clearance_of(world, payment))


@pytest.mark.every_database
def test_a_database_that_forgot_a_payment_was_paid_does_not_pay_it_twice(world: World) -> None:
    payment = cleared(world)
    world.to_finality()
    world.sql("DELETE FROM attempts WHERE payment_id = :id", id=payment.id)
    world.sql("DELETE FROM signed WHERE payment_id = :id", id=payment.id)
    world.sql("UPDATE payments SET state = 'assigned', nonce = 50 WHERE id = :id", id=payment.id)
    world.sql("UPDATE chains SET next_nonce = 51")
    assert isinstance(world.turn().error, tp.Halted)
    assert [kind for kind, _ in world.cases()] == ["chain_halted"]
    assert world.chain.waiting == []
    assert world.holding(tp.Address(b"\xbb" * 20)) == euro(20).units


@pytest.mark.parametrize("line", [b"{\n", b"[1]\n", b"\xff\n"])
def test_without_its_record_the_signer_signs_nothing(world: World, line: bytes) -> None:
    payment = cleared(world)
    assert world.bank.directory is not None
    with (world.bank.directory / "keys" / MEMORY).open("ab") as record:
        record.write(line)
    for _ in range(2):
        with pytest.raises(tp.SignerUnavailable):
            sign(world, transaction_of(payment.intent), payment.intent, clearance_of(world, payment))
    assert isinstance(world.turn().error, tp.SignerUnavailable)


def test_a_torn_last_line_is_one_whose_signature_never_left(world: World) -> None:
    payment = cleared(world)
    assert world.bank.directory is not None
    path = world.bank.directory / "keys" / MEMORY
    with path.open("ab") as record:
        record.write(b'["00')
    sign(world, transaction_of(payment.intent), payment.intent, clearance_of(world, payment))
    assert path.read_bytes().endswith(f'"{payment.intent.hash().hex()}", {CHAIN_ID}, 7]\n'.encode())
    assert b'["00' not in path.read_bytes().splitlines()


def test_nothing_is_signed_that_could_not_be_written_down(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    payment = cleared(world)

    def full(*_: object) -> int:
        raise OSError("no space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("os.write", full)
        for _ in range(2):
            with pytest.raises(tp.SignerUnavailable):
                sign(world, transaction_of(payment.intent), payment.intent, clearance_of(world, payment))
    with pytest.raises(tp.SignerUnavailable, match="start again"):  # a sync that succeeds now proves nothing
        sign(world, transaction_of(payment.intent), payment.intent, clearance_of(world, payment))
    assert world.bank.directory is not None
    with tp.open_bank(world.bank.directory, signer=True) as again:
        world.bank = replace(world.bank, signer=again.required_signer())
        assert sign(world, transaction_of(payment.intent, nonce=9), payment.intent, clearance_of(world, payment))


def test_a_line_that_can_be_read_may_not_be_on_the_disk(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever wrote it may have been killed before it was synced: who signs syncs a line of their own, once."""
    payment = cleared(world)
    assert world.bank.directory is not None
    path = world.bank.directory / "keys" / MEMORY
    line = f'["{payment.intent.hash().hex()}", {CHAIN_ID}, 7]\n'.encode()
    with path.open("ab") as record:
        record.write(line)

    def failing(_: int) -> None:
        raise OSError("the disk is gone")

    with monkeypatch.context() as patch, tp.open_bank(world.bank.directory, signer=True) as other:
        patch.setattr("os.fsync", failing)
        elsewhere = replace(world, bank=replace(world.bank, signer=other.required_signer()))
        with pytest.raises(tp.SignerUnavailable):
            sign(elsewhere, transaction_of(payment.intent), payment.intent, clearance_of(world, payment))
    for _ in range(2):
        assert sign(world, transaction_of(payment.intent), payment.intent, clearance_of(world, payment))
    assert path.read_bytes().count(line) == 3


def test_each_of_many_is_signed_or_refused_for_itself(world: World) -> None:
    """Two ask for one nonce, one for two, and one is refused by a rule: only what is signed is remembered."""
    payments = [cleared(world) for _ in range(4)]
    assert world.bank.directory is not None
    path = world.bank.directory / "keys" / MEMORY
    before = path.read_bytes().count(b"\n")

    def asking(payment: tp.Payment, nonce: int, **changes: Any) -> SigningRequest:
        transaction = transaction_of(payment.intent, nonce=nonce, **changes)
        clearance = clearance_of(world, payment)
        return SigningRequest(unsigned=encode_unsigned(transaction), intent=payment.intent, clearance=clearance)

    asked = [
        asking(payments[0], 50),
        asking(payments[1], 50),
        asking(payments[2], 51),
        asking(payments[2], 52),
        asking(payments[3], 52, value_wei=1),
        asking(payments[2], 51, max_fee_wei=2 * 10**9),
    ]
    answers = world.bank.required_signer().sign_transactions(asked)
    assert [type(answer).__name__ for answer in answers] == [
        "SignedTransaction", "SignedBefore", "SignedTransaction", "SignedBefore", "SignerRefused", "SignedTransaction",
    ]  # fmt: skip
    assert path.read_bytes().count(b"\n") == before + 2
    again = world.bank.required_signer().sign_transactions(asked)
    assert [type(answer) for answer in again] == [type(answer) for answer in answers]
    assert path.read_bytes().count(b"\n") == before + 2


# --- what was edited


def test_an_edited_intent_is_noticed_before_anybody_signs(world: World) -> None:
    payment = cleared(world)
    world.sql("UPDATE payments SET intent = replace(intent, '20000000', '20000001') WHERE id = :id", id=payment.id)
    world.turn()
    with pytest.raises(tp.IntegrityError):
        tp.get_payment(world.bank, payment.id, by=world.tom)
    assert world.chain.waiting == []
    world.next_day()
    world.turn()  # it is past its time by now
    assert ("payment_stuck", payment.id) in world.cases()


@pytest.mark.parametrize(
    "edit",
    [
        "UPDATE approvals SET signature = :bytes WHERE payment_id = :id AND part = 'checker'",
        "UPDATE approvals SET operator_id = 'bob' WHERE payment_id = :id AND part = 'checker'",
        "DELETE FROM approvals WHERE payment_id = :id AND part = 'checker'",
        "DELETE FROM approvals WHERE payment_id = :id AND part = 'maker'",
    ],
)
@pytest.mark.every_database
def test_an_edited_approval_is_noticed_and_the_money_stays(world: World, edit: str) -> None:
    payment = cleared(world, 200)
    world.sql(edit, id=payment.id, **({"bytes": bytes(64)} if ":bytes" in edit else {}))
    submitted = world.turn().submitted
    assert submitted is not None
    assert (submitted.sent, submitted.stuck) == (0, 1)
    assert world.now(payment).state is S.CLEARED
    assert world.cases() == [("payment_stuck", payment.id)]
    assert world.chain.waiting == []
    world.prove()


def test_a_role_that_was_raised_in_the_database_means_nothing_to_the_signer(world: World) -> None:
    """Tom's row says supervisor now: the bank itself may be fooled."""
    payment = world.paid(200, creditor=OUTSIDE, by=world.ann)
    world.sql("UPDATE operators SET role = 'supervisor' WHERE id = 'tom'")
    assert tp.approve(world.bank, payment.id, by=world.tom).state is S.CLEARED
    world.turn()
    assert world.now(payment).state is S.FAILED
    assert world.chain.waiting == []


@pytest.mark.parametrize("what", ["role", "cap", "alone", "mac", "no json"])
def test_edited_rules_do_not_open(world: World, what: str) -> None:
    assert world.bank.directory is not None
    path = world.bank.directory / "keys" / "signer.json"
    document = json.loads(path.read_text())
    if what == "role":
        document["rules"]["operators"]["tom"]["role"] = "supervisor"
    elif what == "cap":
        document["rules"]["fee_caps_wei"][str(CHAIN_ID)] = "1"
    elif what == "alone":
        document["rules"]["alone_units"][TOKEN.id] = "99999999999"
    elif what == "mac":
        document["mac"] = "0" * 64
    path.write_text(json.dumps(document) if what != "no json" else "{")
    with pytest.raises(tp.IntegrityError), tp.open_bank(world.bank.directory, signer=True):
        pass
    with tp.open_bank(world.bank.directory) as bank:
        assert bank.signer is None  # a terminal needs no keys


def policy_of(world: World, version: int) -> PolicyProposal:
    with world.bank.store.read() as uow:
        signed = uow.policies.signed(version)
    assert signed is not None
    return signed


def test_a_signer_is_told_of_a_policy_that_two_people_signed(world: World) -> None:
    with pytest.raises(tp.WrongState, match="founded"):
        tp.seal_policy(world.bank, by=world.ann)
    world.limit(alone_units=euro(300).units)
    early = world.paid(200, creditor=OUTSIDE)
    world.to_finality()
    assert (world.now(early).state, world.now(early).reasons[0].code) == (S.FAILED, "signer.refused")
    with pytest.raises(tp.NotPermitted):
        tp.seal_policy(world.bank, by=world.tom)
    with pytest.raises(tp.WrongPassword):
        tp.seal_policy(world.bank, by=world.ann, key_password="not the wallet's")
    for _ in range(2):
        assert tp.seal_policy(world.bank, by=world.ann).version == 2
    told: list[Any] = [event for event in tp.read_events(world.bank, by=world.ann) if event.kind == "policy.sealed"]
    assert [(event.subject, event.content["rules"]) for event in told] == [("2", 1), ("2", 2)]
    reopen_signer(world)
    payment = world.paid(200, creditor=OUTSIDE)
    world.to_finality()
    assert world.now(payment).state is S.FINAL
    world.limit(alone_units=euro(10).units)  # a lower one is obeyed by the signer too, once it is told
    tp.seal_policy(world.bank, by=world.bob)
    reopen_signer(world)
    assert world.bank.required_signer()._rules.alone_units == {TOKEN.id: euro(10).units}  # type: ignore[attr-defined]


def test_a_signer_takes_fee_caps_from_a_policy_for_chains_that_it_knows(world: World) -> None:
    with pytest.raises(tp.InvalidInput, match="does not have"):
        tp.propose_policy(world.bank, replace(newest(world), fee_caps_wei={CHAIN_ID + 1: 5}), by=world.ann, key="p")
    world.decree(fee_caps_wei={CHAIN_ID: 7, CHAIN_ID + 1: 5})
    tp.seal_policy(world.bank, by=world.ann)
    reopen_signer(world)
    rules = world.bank.required_signer()._rules  # type: ignore[attr-defined]
    assert rules.fee_caps_wei == {CHAIN_ID: 7}
    with pytest.raises(tp.InvalidInput, match=f"on {CHAIN_ID}, {CHAIN_ID + 1}:"):
        tp.propose_policy(world.bank, replace(newest(world), fee_caps_wei={}), by=world.ann, key="q")
    world.decree(fee_caps_wei={})
    tp.seal_policy(world.bank, by=world.ann)
    reopen_signer(world)
    assert world.bank.required_signer()._rules.fee_caps_wei == {CHAIN_ID: 7}  # type: ignore[attr-defined]


def newest(world: World) -> tp.Policy:
    policy = tp.get_policy(world.bank, by=world.ann)
    return replace(policy, version=policy.version + 1)


def test_no_row_makes_a_signer_believe_a_policy(world: World) -> None:
    """Who owns the database and knows the wallet's password still needs two supervisors whom the signer knows."""
    assert world.bank.directory is not None
    keys = world.bank.directory / "keys"
    world.limit(alone_units=euro(300).units)
    world.limit(alone_units=euro(200).units)
    old, new = policy_of(world, 2), policy_of(world, 3)
    proposed = PolicyProposal.made("PP-3", new.policy, by=world.ann, at_s=1)
    by_a_teller = PolicyProposal.made("PP-3", new.policy, by=world.tom, at_s=1).approved(by=world.bob, at_s=1)
    richer = replace(new.policy, limits={TOKEN.id: replace(LIMITS, alone_units=euro(999).units)})
    table = {
        "not signed by two supervisors": (replace(new, decided_by="eve"), by_a_teller, proposed),
        "approved by another": (proposed.approved(by=world.ann, at_s=1),),
        "signatures of its two people": (
            replace(new, policy=richer),
            replace(new, proposed_by="bob", decided_by="ann"),
        ),
    }
    before = (keys / "signer.json").read_text()
    for why, proposals in table.items():
        for proposal in proposals:
            with pytest.raises(tp.IntegrityError, match=why):
                seal_policy_rules(keys, None, proposal, party=None)
    assert (keys / "signer.json").read_text() == before
    tp.seal_policy(world.bank, by=world.ann)
    with pytest.raises(tp.IntegrityError, match="newer policy"):
        seal_policy_rules(keys, None, old, party=None)


def test_an_older_copy_of_the_rules_does_not_open(world: World) -> None:
    assert world.bank.directory is not None
    path = world.bank.directory / "keys" / "signer.json"
    founded = path.read_text()
    world.limit(alone_units=euro(10).units)
    tp.seal_policy(world.bank, by=world.ann)
    newest = path.read_text()
    path.write_text(founded)
    with pytest.raises(tp.IntegrityError, match="older copy"), tp.open_bank(world.bank.directory, signer=True):
        pass
    with pytest.raises(tp.IntegrityError, match="older copy"):  # nor is anything sealed upon it
        tp.seal_policy(world.bank, by=world.ann)
    assert path.read_text() == founded
    path.write_text(newest)
    reopen_signer(world)
    memory = path.with_name("signed.jsonl")
    lines = memory.read_text()
    memory.write_text(lines.replace('["rules", 1]\n', ""))  # as after a ceremony that was cut off between the two files
    reopen_signer(world)
    assert memory.read_text() == lines


# --- secrets


def secrets(world: World) -> list[str]:
    assert world.bank.directory is not None
    signer: Any = world.bank.required_signer()
    keys = world.bank.directory / "keys"
    wallet = (signer._treasury, signer._deposits)
    raws = [
        *(by._key.private_bytes_raw() for by in (world.ann, world.tom, world.engine)),
        *(extended.key.reveal() for extended in wallet),
    ]
    raws.append(signer._request_key.private_bytes_raw())
    texts = [raw.hex() for raw in raws] + [repr(raw)[2:-1] for raw in raws]
    return texts + [path.read_text().strip() for path in keys.glob("*.password")] + list(PASSWORDS.values())


def everything(root: object) -> Iterator[object]:
    """Walk an object as a careless log line might: its attributes, slots, items and chained errors."""
    seen: set[int] = set()
    stack = [root]
    while stack:
        thing = stack.pop()
        if id(thing) in seen or isinstance(thing, (str, bytes, int, type(None))):
            continue
        seen.add(id(thing))
        yield thing
        if isinstance(thing, BaseException):
            stack += [thing.__cause__, thing.__context__, *thing.args]
        if is_dataclass(thing) and not isinstance(thing, type):
            stack += [getattr(thing, field.name, None) for field in fields(thing)]
        if isinstance(thing, dict):
            stack += [*thing.keys(), *thing.values()]
        elif isinstance(thing, (list, tuple, set, frozenset)):
            stack += list(thing)


def test_nothing_that_can_be_printed_holds_a_secret(world: World) -> None:
    hidden = secrets(world)
    assert len(hidden) == 17
    signer: Any = world.bank.required_signer()
    printed = [world.bank, world.ann, world.tom, world.engine, signer, vars(signer), world.bank.settings]
    for root in printed:
        for thing in everything(root):
            for text in (repr(thing), str(thing)):
                assert not [secret for secret in hidden if secret in text], type(thing)
    for record in tp.read_events(world.bank, by=world.ann, limit=1000):
        assert not [secret for secret in hidden if secret in repr(record)]


def wrong(world: World) -> Iterator[BaseException]:
    """Errors of every kind that a secret was near."""
    payment = cleared(world)
    folder = world.bank.directory
    assert folder is not None

    def opened(**named: Any) -> None:
        with tp.open_bank(folder, signer=True, **named):
            pass

    tries: list[Any] = [
        lambda: opened(key_password="wrong-secret-1"),
        lambda: tp.open_session(world.bank, operator_id="tom", password="wrong-secret-2", terminal="t"),
        lambda: tp.open_session(world.bank, operator_id="nobody", password="wrong-secret-3", terminal="t"),
        lambda: tp.open_session(world.bank, operator_id="tom", password="wrong-\ud800-secret-4", terminal="t"),
        lambda: sign(world, transaction_of(payment.intent, value_wei=1), payment.intent, clearance_of(world, payment)),
        lambda: world.sql("UPDATE keys SET verb = verb WHERE false"),
        lambda: tp.approve(world.bank, payment.id, by=forge(world.ann, id="0" * 32)),
        lambda: tp.approve(world.bank, payment.id, by=world.tom),
    ]
    for attempt in tries:
        with pytest.raises((tp.TokenpayError, AssertionError)) as caught:
            attempt()
        yield caught.value


def test_no_error_nor_its_chain_tells_a_secret(world: World) -> None:
    hidden = [*secrets(world), "wrong-secret", "secret-4"]
    for error in wrong(world):
        chain = "".join(traceback.format_exception(error, limit=0))
        for thing in everything(error):
            chain += repr(thing) + str(thing)
            if isinstance(thing, tp.TokenpayError):
                chain += repr(thing.fields)
        assert not [secret for secret in hidden if secret in chain], type(error)


def test_a_session_is_not_copied_out_of_its_process(world: World) -> None:
    import copy
    import pickle

    for out in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError):
            out(world.ann)
