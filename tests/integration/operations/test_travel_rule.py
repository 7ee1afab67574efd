"""The Travel Rule on the money path: what waits for data, what lets it go, who reads it, and when it is erased."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

import tokenpay as tp
from tests.travel_data import travel_data
from tests.world import CHAIN_ID, LISTED, OUTSIDE, STRANGER, TOKEN, World, address_of, euro
from tokenpay.compliance.travel_rule import YEAR_S, Lack
from tokenpay.ethereum.personal_message import sign_personal_message
from tokenpay.primitives.secp256k1 import PrivateKey

pytestmark = pytest.mark.one_database

THRESHOLD = 50
RULE = tp.TravelRule(units={TOKEN.id: euro(THRESHOLD).units})
MISSING = ["travel_rule.data_missing"]
WALLET_KEY = PrivateKey.from_bytes(b"\x07" * 32)
WALLET = tp.Address(WALLET_KEY.public_key.address_bytes())
OWN = WALLET.caip10(CHAIN_ID)


@pytest.fixture
def world(world: World) -> World:
    world.decree(travel_rule=RULE)
    return world


def sent(world: World, whole: int = THRESHOLD, **changes: Any) -> tp.Payment:
    return world.paid(whole, creditor=changes.pop("creditor", OUTSIDE), **changes)


def attach(world: World, subject: str, given: tp.Ivms101 | None = None, **changes: Any) -> tp.TravelRecord:
    data = travel_data(world.anna.id) if given is None else given
    return tp.attach_travel_rule(world.bank, subject, data, **{"by": world.tom, "key": world.key(), **changes})


def codes(payment: tp.Payment | tp.Refusal) -> list[str]:
    return [reason.code for reason in payment.reasons]


def signed(proof: tp.WalletProof, key: PrivateKey = WALLET_KEY) -> bytes:
    made = sign_personal_message(proof.challenge.encode(), key)
    return made.r.to_bytes(32) + made.s.to_bytes(32) + bytes([27 + made.y_parity])


def test_below_the_threshold_and_in_the_books_nothing_waits(world: World) -> None:
    assert sent(world, THRESHOLD - 1).state == "cleared"
    assert world.paid(THRESHOLD).state == "final"


def test_without_a_rule_nothing_waits_and_without_a_threshold_everything_does(world: World) -> None:
    world.decree(travel_rule=None)
    assert sent(world).state == "cleared"
    world.decree(travel_rule=tp.TravelRule())
    assert codes(sent(world, 1)) == MISSING


@pytest.mark.every_database
def test_data_lets_a_payment_go_and_it_arrives(world: World) -> None:
    payment = sent(world)
    assert payment.state == "held"
    assert codes(payment) == MISSING
    record = attach(world, payment.id)
    assert (record.way, record.institution, record.country) == (tp.Way.OUT, "Second Bank", "DE")
    assert record.keep_until_s == record.attached_at_s + 5 * YEAR_S
    assert world.now(payment).state == "cleared"
    world.sweep()
    world.to_finality()
    assert world.now(payment).state == "final"
    world.prove()


def test_nobody_types_it_away(world: World) -> None:
    payment = sent(world)
    held = tp.approve(world.bank, payment.id, by=world.ann)
    assert held.state == "held"
    assert codes(held) == MISSING
    attach(world, payment.id)
    assert world.now(payment).state == "cleared"


def test_data_alone_is_no_second_person(world: World) -> None:
    payment = sent(world, 200)
    assert codes(payment) == ["approval.second_person", *MISSING]
    attach(world, payment.id)
    assert codes(world.now(payment)) == ["approval.second_person"]
    assert tp.approve(world.bank, payment.id, by=world.ann).state == "cleared"


@pytest.mark.parametrize(
    ("changes", "lack"),
    [
        ({"ours": False}, Lack.ORIGINATING_VASP),
        ({"theirs": False}, Lack.BENEFICIARY_VASP),
        ({"payer": "C99999999"}, Lack.ORIGINATOR_CUSTOMER),
        ({"account": tp.Address(b"\xcc" * 20).text}, Lack.BENEFICIARY_ACCOUNT),
        ({"account": STRANGER.caip10(1)}, Lack.BENEFICIARY_ACCOUNT),
        ({"account": "DE89370400440532013000"}, Lack.BENEFICIARY_ACCOUNT),
    ],
)
def test_data_of_another_transfer_lets_nothing_go(world: World, changes: dict[str, Any], lack: Lack) -> None:
    payment = sent(world)
    with pytest.raises(tp.InvalidTravelRule) as refused:
        attach(world, payment.id, travel_data(**{"payer": world.anna.id, **changes}))
    assert refused.value.fields["rule"] == lack
    assert codes(world.now(payment)) == MISSING


@pytest.mark.parametrize("account", [STRANGER.text, STRANGER.text.lower(), OUTSIDE])
def test_an_address_is_named_in_any_of_its_forms(world: World, account: str) -> None:
    payment = sent(world)
    attach(world, payment.id, travel_data(world.anna.id, account=account))
    assert world.now(payment).state == "cleared"


def test_the_same_key_and_document_again_is_the_same_record(world: World) -> None:
    payment, key = sent(world), world.key()
    record = attach(world, payment.id, key=key)
    assert attach(world, payment.id, key=key) == record
    with pytest.raises(tp.KeyReused) as refused:
        attach(world, payment.id, travel_data(world.anna.id, family="Other"), key=key)
    assert refused.value.fields["field"] == "document"
    with pytest.raises(tp.KeyReused):
        attach(world, sent(world).id, key=key)


def test_what_is_attached_later_stands(world: World) -> None:
    payment = sent(world)
    first = attach(world, payment.id)
    second = attach(world, payment.id, travel_data(world.anna.id, family="Corrected"))
    assert (first.seq, second.seq) == (1, 2)
    read = tp.get_travel_rule(world.bank, payment.id, by=world.ann)
    assert read.record == second
    assert read.document == travel_data(world.anna.id, family="Corrected")


def test_a_supervisor_reads_it_where_the_keys_are_and_that_is_recorded(world: World) -> None:
    payment = sent(world)
    attach(world, payment.id)
    with pytest.raises(tp.NotPermitted):
        tp.get_travel_rule(world.bank, payment.id, by=world.tom)
    terminal = replace(world.bank, signer=None, data_keys=None)
    with pytest.raises(tp.SignerUnavailable):
        tp.get_travel_rule(terminal, payment.id, by=world.ann)
    assert tp.get_travel_rule(world.bank, payment.id, by=world.ann).document == travel_data(world.anna.id)
    assert "travel_rule.read" in actions(world)
    with pytest.raises(tp.NotFound):
        tp.get_travel_rule(world.bank, sent(world).id, by=world.ann)


def actions(world: World) -> list[str]:
    with world.bank.store.read() as uow:
        return [record.action for record in uow.audit.records("main")]


def test_a_terminal_without_keys_attaches(world: World) -> None:
    payment = sent(world)
    tp.attach_travel_rule(
        replace(world.bank, signer=None, data_keys=None), payment.id, travel_data(world.anna.id), by=world.tom, key="k"
    )
    assert world.now(payment).state == "cleared"


def test_nothing_of_a_person_stands_in_clear(world: World) -> None:
    payment = sent(world)
    attach(world, payment.id, travel_data(world.anna.id, family="Zyzzyva"))
    with world.bank.store.read() as uow:
        from tokenpay.store.tables import metadata

        dumped = "".join(str(uow.connection.execute(table.select()).all()) for table in metadata.tables.values())
    assert "Zyzzyva" not in dumped
    assert "Smith" not in dumped


@pytest.mark.parametrize("change", ["another record", "one bit"])
def test_what_was_sealed_opens_as_that_record_alone(world: World, change: str) -> None:
    payments = [sent(world), sent(world)]
    told = [travel_data(world.anna.id, family=family) for family in ("First", "Second")]
    records = [attach(world, payment.id, data) for payment, data in zip(payments, told, strict=True)]
    with world.bank.store.read() as uow:
        kept = [uow.travel_rules.sealed(record.id) for record in records]
    assert kept[0] is not None
    assert kept[1] is not None
    sealed = kept[1][1] if change == "another record" else kept[0][1][:-1] + bytes([kept[0][1][-1] ^ 1])
    world.sql("UPDATE travel_rules SET sealed = :sealed WHERE id = :id", sealed=sealed, id=records[0].id)
    with pytest.raises(tp.IntegrityError):
        tp.get_travel_rule(world.bank, payments[0].id, by=world.ann)


@pytest.mark.every_database
def test_it_is_erased_when_its_time_is_over_and_not_before(world: World) -> None:
    payment = sent(world)
    record, key = attach(world, payment.id), "again"
    attach(world, payment.id, travel_data(world.anna.id, family="Again"), key=key)
    assert tp.erase_travel_rule(world.bank, by=world.ann) == []
    # PostgreSQL believes no clock that runs years ahead of its own.
    world.sql("UPDATE travel_rules SET keep_until_s = :soon", soon=world.clock.now_s() + 60)
    world.next_day()
    erased = tp.erase_travel_rule(world.bank, by=world.ann)
    assert [each.subject for each in erased] == [payment.id] * 2
    assert erased[0].digest == record.digest
    assert erased[0].erased_at_s == world.clock.now_s()
    assert tp.get_travel_rule(world.bank, payment.id, by=world.ann).document is None
    assert tp.erase_travel_rule(world.bank, by=world.ann) == []
    assert attach(world, payment.id, travel_data(world.anna.id, family="Anything"), key=key) == erased[1]


def test_a_payment_that_ended_unpaid_takes_no_data(world: World) -> None:
    payment = sent(world)
    tp.cancel(world.bank, payment.id, by=world.tom)
    with pytest.raises(tp.WrongState):
        attach(world, payment.id)
    with pytest.raises(tp.InvalidInput):
        attach(world, world.paid(1).id)
    with pytest.raises(tp.NotFound):
        attach(world, "31337-00-0")


def test_a_rule_that_comes_later_keeps_a_cleared_payment_back(world: World) -> None:
    world.decree(travel_rule=None)
    world.sweep()
    payment = sent(world)
    assert payment.state == "cleared"
    world.decree(travel_rule=RULE)
    world.turn()
    assert world.now(payment).state == "cleared"
    attach(world, payment.id)
    world.to_finality()
    assert world.now(payment).state == "final"


# A wallet of the customer's own


@pytest.fixture
def proof(world: World) -> tp.WalletProof:
    return tp.begin_wallet_proof(world.bank, customer_id=world.anna.id, wallet=OWN, by=world.tom)


def test_a_signed_challenge_lets_payments_to_ones_own_wallet_go(world: World, proof: tp.WalletProof) -> None:
    payment, other = sent(world, creditor=OWN), sent(world)
    assert codes(payment) == MISSING
    proved = tp.prove_wallet(world.bank, proof.id, signed(proof), by=world.tom)
    assert world.now(payment).state == "cleared"
    assert codes(world.now(other)) == MISSING
    assert sent(world, creditor=OWN).state == "cleared"
    assert tp.prove_wallet(world.bank, proof.id, signed(proof), by=world.tom) == proved


def test_a_proved_wallet_that_is_listed_since_is_a_case(world: World, proof: tp.WalletProof) -> None:
    tp.prove_wallet(world.bank, proof.id, signed(proof), by=world.tom)
    listed = f"{LISTED.text}\n{WALLET.text}".encode()
    given: dict[str, Any] = {"form": tp.ListForm.OWN, "files": [listed], "dated_s": world.clock.now_s() + 1}
    tp.load_list(world.bank, name="ofac", by=world.ann, **given)
    assert world.cases() == [("screening_match", OWN)]


@pytest.mark.one_database
def test_a_row_alone_proves_no_wallet(world: World) -> None:
    for change in (
        "signature = zeroblob(65)",
        "challenge = challenge || '.'",
        "own = NOT own",
        "valid_until_s = valid_until_s + 1",
        "begun_at_s = begun_at_s - 1",
        f"customer_id = '{world.boris.id}'",
    ):
        proof = tp.begin_wallet_proof(world.bank, customer_id=world.anna.id, wallet=OWN, by=world.tom)
        tp.prove_wallet(world.bank, proof.id, signed(proof), by=world.tom)
        assert sent(world, creditor=OWN).state == "cleared"
        world.sql(f"UPDATE wallet_proofs SET {change}")  # noqa: S608
        assert codes(sent(world, creditor=OWN)) == MISSING, change


def test_the_challenge_says_who_asks_for_whom_and_until_when(world: World, proof: tp.WalletProof) -> None:
    told = (world.bank.name, world.anna.id, OWN, proof.id, str(proof.expires_at_s), "moves no money")
    assert all(part in proof.challenge for part in told)
    again = tp.begin_wallet_proof(world.bank, customer_id=world.anna.id, wallet=OWN, by=world.tom)
    assert again.challenge != proof.challenge


def test_only_the_wallets_key_over_this_challenge_proves_it(world: World, proof: tp.WalletProof) -> None:
    again = tp.begin_wallet_proof(world.bank, customer_id=world.anna.id, wallet=OWN, by=world.tom)
    bad = {
        "another key": signed(proof, PrivateKey.from_bytes(b"\x08" * 32)),
        "another challenge": signed(again),
        "one bit": signed(proof)[:10] + bytes([signed(proof)[10] ^ 1]) + signed(proof)[11:],
        "too short": signed(proof)[:64],
        "another v": signed(proof)[:64] + b"\x05",
    }
    for signature in bad.values():
        with pytest.raises(tp.InvalidInput):
            tp.prove_wallet(world.bank, proof.id, signature, by=world.tom)
    assert codes(sent(world, creditor=OWN)) == MISSING


def test_a_challenge_is_answered_once_and_in_time(world: World, proof: tp.WalletProof) -> None:
    tp.prove_wallet(world.bank, proof.id, signed(proof), by=world.tom)
    with pytest.raises(tp.WrongState):
        tp.prove_wallet(world.bank, proof.id, signed(proof)[:64] + bytes([signed(proof)[64] - 27]), by=world.tom)
    late = tp.begin_wallet_proof(world.bank, customer_id=world.boris.id, wallet=OWN, by=world.tom)
    world.clock.advance(late.expires_at_s - world.clock.now_s())
    with pytest.raises(tp.WrongState):
        tp.prove_wallet(world.bank, late.id, signed(late), by=world.tom)


@pytest.mark.every_database
@pytest.mark.one_database
def test_a_proof_is_one_customers_and_holds_for_a_year(world: World, proof: tp.WalletProof) -> None:
    proved = tp.prove_wallet(world.bank, proof.id, signed(proof), by=world.tom)
    for _ in range(2):
        world.endow(world.boris, THRESHOLD - 1)
    assert codes(sent(world, creditor=OWN, debtor=f"customer/{world.boris.id}")) == MISSING
    world.clock.advance((proved.valid_until_s or 0) - world.clock.now_s())
    world.next_day()
    world.decree(list_max_age_s=10 * YEAR_S)
    assert codes(sent(world, creditor=OWN)) == MISSING


def test_somebody_elses_wallet_needs_the_proof_and_who_it_is(world: World) -> None:
    payment = sent(world, creditor=OWN)
    whose = travel_data(world.anna.id, account=OWN, theirs=False)
    proof = tp.begin_wallet_proof(world.bank, customer_id=world.anna.id, wallet=OWN, own=False, by=world.tom)
    with pytest.raises(tp.InvalidTravelRule):
        attach(world, payment.id, whose)
    tp.prove_wallet(world.bank, proof.id, signed(proof), by=world.tom)
    assert codes(world.now(payment)) == MISSING
    attach(world, payment.id, whose)
    assert world.now(payment).state == "cleared"


# Deposits


def received(world: World, whole: int = THRESHOLD, **manner: Any) -> tuple[tp.PaymentRequest, tp.Deposit]:
    request = world.request(whole, payee=world.boris)
    world.deposit(request, whole, **manner)
    world.mine()
    world.turn()
    (deposit,) = tp.request_deposits(world.bank, request.id, by=world.tom)
    return request, deposit


def outcome(world: World, request: tp.PaymentRequest) -> Any:
    (deposit,) = tp.request_deposits(world.bank, request.id, by=world.tom)
    return deposit.outcome


def incoming(request: tp.PaymentRequest, **changes: Any) -> tp.Ivms101:
    return travel_data("their-customer", **{"account": address_of(request).caip10(CHAIN_ID), **changes})


@pytest.mark.every_database
@pytest.mark.one_database
def test_a_deposit_without_data_goes_to_a_case_and_one_below_is_credited(world: World) -> None:
    request, deposit = received(world)
    world.to_finality()
    assert outcome(world, request) == "suspense"
    assert world.cases() == [("travel_rule", deposit.id)]
    below, _ = received(world, THRESHOLD - 1)
    world.to_finality()
    assert outcome(world, below) == "credited"
    world.prove()


def test_a_deposit_with_data_is_credited(world: World) -> None:
    request, deposit = received(world)
    record = attach(world, deposit.id, incoming(request))
    assert (record.way, record.institution, record.country) == (tp.Way.IN, "First Token Bank", "BY")
    world.to_finality()
    assert outcome(world, request) == "credited"
    assert world.cases() == []


def test_a_deposit_from_ones_own_wallet_is_credited(world: World) -> None:
    proof = tp.begin_wallet_proof(world.bank, customer_id=world.boris.id, wallet=OWN, by=world.tom)
    tp.prove_wallet(world.bank, proof.id, signed(proof), by=world.tom)
    request, _ = received(world, sender=WALLET)
    world.to_finality()
    assert outcome(world, request) == "credited"


@pytest.mark.every_database
@pytest.mark.one_database
def test_money_of_a_case_waits_for_the_deposits_data(world: World) -> None:
    request, deposit = received(world)
    world.to_finality()
    case = world.case(tp.CaseKind.TRAVEL_RULE)
    payment = world.paid(THRESHOLD, debtor=f"suspense/{case.id}", by=world.ann)
    assert codes(payment) == MISSING
    with pytest.raises(tp.InvalidTravelRule):
        attach(world, deposit.id, incoming(request, ours=False))
    attach(world, deposit.id, incoming(request))
    assert tp.approve(world.bank, payment.id, by=world.bob).state == "final"
    assert world.units(world.boris) == euro(THRESHOLD).units
    world.prove()


def _unscreened(world: World) -> None:
    world.decree(list_max_age_s=1)


ANY_CASE: dict[str, tuple[Callable[[World], None], dict[str, Any], int]] = {
    "screening_unavailable": (_unscreened, {}, THRESHOLD),
    "unmatched_deposit": (lambda world: None, {"received": euro(THRESHOLD - 10).units}, THRESHOLD - 10),
}
"""By the kind of case: what comes before the deposit, its manner, and what stands under the case then."""


@pytest.mark.parametrize("kind", ANY_CASE)
def test_money_of_any_case_waits_for_the_deposits_data(world: World, kind: str) -> None:
    """Why it stands aside does not matter: data is asked of the whole deposit, in whatever parts it is paid out."""
    before, manner, stands = ANY_CASE[kind]
    before(world)
    request, deposit = received(world, **manner)
    world.to_finality()
    world.decree(list_max_age_s=30 * 86_400)
    case = world.case(tp.CaseKind(kind))
    refund: dict[str, Any] = {"of": case.id, "amount": euro(stands // 3), "by": world.ann}
    boris = f"customer/{world.boris.id}"
    assert [codes(tp.refund(world.bank, to=to, key=world.key(), **refund)) for to in (boris, OUTSIDE)] == [MISSING] * 2
    attach(world, deposit.id, incoming(request))
    assert codes(tp.refund(world.bank, to=boris, key=world.key(), **refund)) == []
    world.prove()


# Reports


@pytest.mark.every_database
def test_reports_tell_the_country_and_what_is_large(world: World) -> None:
    start_s = world.clock.now_s()
    request, deposit = received(world, sender=STRANGER)
    attach(world, deposit.id, incoming(request))
    world.to_finality()
    received(world, THRESHOLD - 1)
    world.to_finality()
    span: dict[str, Any] = {"since_s": start_s, "until_s": world.clock.now_s() + 1, "by": world.ann}
    told = [(it.purpose, it.country, it.count, str(it.amount)) for it in tp.volumes(world.bank, **span)]
    assert told == [("deposit", "", 1, "49.00 DEUR"), ("deposit", "BY", 1, "50.00 DEUR")]
    (large,) = tp.large_transfers(world.bank, **span)
    assert (large.id, large.country, large.institution, large.data) == (deposit.id, "BY", "First Token Bank", True)
    assert (large.debtor, large.creditor) == (OUTSIDE, address_of(request).caip10(CHAIN_ID))
    lower = tp.large_transfers(world.bank, units={TOKEN.id: euro(THRESHOLD - 1).units}, **span)
    assert [str(it.amount) for it in lower] == ["50.00 DEUR", "49.00 DEUR"]
    assert tp.large_transfers(world.bank, units={}, **span) == []


def test_cases_beyond_routine_are_reported(world: World) -> None:
    start_s = world.clock.now_s()
    _, deposit = received(world)
    world.to_finality()
    tp.open_case(world.bank, kind=tp.CaseKind.VARIANCE, subject="till", note="", by=world.ann)
    span: dict[str, Any] = {"since_s": start_s, "until_s": world.clock.now_s() + 1, "by": world.ann}
    assert [case.subject for case in tp.suspicious_cases(world.bank, **span)] == [deposit.id]
    for since_s, until_s in ((-1, 5), (5, 4), (0, 401 * 86_400)):
        with pytest.raises(tp.InvalidInput):
            tp.suspicious_cases(world.bank, since_s=since_s, until_s=until_s, by=world.ann)
