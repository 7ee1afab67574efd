"""Data that travels with a transfer under the Travel Rule: attach it, read it, erase it when its time is over."""

from dataclasses import dataclass
from datetime import UTC, date, datetime

from tokenpay.bank import Bank
from tokenpay.compliance.ivms101.document import Ivms101
from tokenpay.compliance.ivms101.read import read_ivms101
from tokenpay.compliance.ivms101.write import write_ivms101
from tokenpay.compliance.travel_record import SALT_BYTES, TravelRecord, Way, salted_digest
from tokenpay.compliance.travel_rule import TravelRule, check_incoming, check_outgoing, counterparty
from tokenpay.errors import InvalidInput, KeyReused, NotFound, WrongState
from tokenpay.parties.operator import Operator, Permission
from tokenpay.parties.session import Session
from tokenpay.payments.intent import ChainParty, is_uetr, parse_party
from tokenpay.payments.payment import UNPAID, Payment, PaymentState
from tokenpay.primitives.canonical import Value
from tokenpay.steps.authorize import authorize, customers_of
from tokenpay.steps.decide_again import decide_again
from tokenpay.steps.identifiers import new_id
from tokenpay.steps.record import record
from tokenpay.steps.seal_data import data_key, seal
from tokenpay.store.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class TravelData:
    """A record, and the document that stands behind it: None once that was erased."""

    record: TravelRecord
    document: Ivms101 | None


def attach_travel_rule(bank: Bank, subject: str, document: Ivms101, *, by: Session, key: str) -> TravelRecord:
    """Attach IVMS101 data to a payment over a chain, or to a deposit, by its id, and seal it.

    A payment that was held for it goes through the gate again at once; a deposit that is not settled yet is credited
    when it is, and money that stands under a case may be paid out of it. What is attached later replaces what stood.
    Raises InvalidTravelRule where the document does not tell of this transfer, NotFound, WrongState for a payment that
    ended unpaid, KeyReused, SignerUnavailable where the bank has no data key yet.
    """
    now_s = bank.clock.now_s()
    document.check_at(_day(now_s))
    with bank.store.unit_of_work() as uow:
        operator = authorize(uow, bank, by, Permission.PAY)
        record_id = new_id(bank, "TR")
        content = {"subject": subject}  # the key outlives the data, so it says nothing of it
        known = uow.keys.claim(key, verb="attach_travel_rule", content=content, result_id=record_id, at_s=now_s)
        if known is not None:
            return _same(uow, known, document)
        payment = uow.payments.lock(subject) if is_uetr(subject) else None
        way = (
            _check_deposit(uow, subject, document, now_s) if payment is None else _check(uow, payment, document, now_s)
        )
        salt = bank.entropy.random(SALT_BYTES)
        institution, country = counterparty(document, outgoing=way is Way.OUT)
        rule = uow.policies.newest().travel_rule or TravelRule()
        attached = TravelRecord(
            id=record_id,
            subject=subject,
            seq=uow.travel_rules.next_seq(subject),
            way=way,
            institution=institution,
            country=country,
            digest=salted_digest(document, salt),
            attached_by=operator.id,
            attached_at_s=now_s,
            keep_until_s=now_s + rule.kept_s,
        )
        sealed = seal(write_ivms101(document).encode(), to=data_key(uow), bound_to=attached.bound_to)
        uow.travel_rules.add(attached, salt=salt, sealed=sealed)
        _record(uow, bank, operator, attached, payment)
        return attached


def get_travel_rule(bank: Bank, subject: str, *, by: Session) -> TravelData:
    """Return the data that stands for a payment or deposit; who read it is recorded.

    Raises NotFound where none was attached, SignerUnavailable on a machine without the bank's keys, IntegrityError
    where it was changed.
    """
    with bank.store.unit_of_work() as uow:
        operator = authorize(uow, bank, by, Permission.CASE)
        standing = uow.travel_rules.newest(subject)
        if standing is None:
            raise NotFound("no data was attached to this transfer")
        kept = uow.travel_rules.sealed(standing.id)
        document = None if kept is None else _opened(bank, standing, kept[1])
        record(uow, bank, operator, "travel_rule.read", subject, {"record": standing.id})
    return TravelData(record=standing, document=document)


def erase_travel_rule(bank: Bank, *, by: Session) -> list[TravelRecord]:
    """Erase every document whose time of keeping is over, and return their records as they stand now.

    That there was one, whose institution it named, and a digest that nobody can undo without the salt stay.
    """
    now_s = bank.clock.now_s()
    with bank.store.unit_of_work() as uow:
        operator = authorize(uow, bank, by, Permission.CONTROL)
        erased = uow.travel_rules.outdated(now_s=now_s)
        for outdated in erased:
            uow.travel_rules.erase(outdated.id, at_s=now_s)
            record(uow, bank, operator, "travel_rule.erased", outdated.subject, {"record": outdated.id})
        return [uow.travel_rules.get(outdated.id) for outdated in erased]


def _same(uow: UnitOfWork, record_id: str, document: Ivms101) -> TravelRecord:
    """Return what a key stands for; raises KeyReused where its document was another, as far as that can be told."""
    before = uow.travel_rules.get(record_id)
    kept = uow.travel_rules.sealed(record_id)
    if kept is not None and salted_digest(document, kept[0]) != before.digest:
        raise KeyReused("this key was used with another document", field="document")
    return before


def _check(uow: UnitOfWork, payment: Payment, document: Ivms101, now_s: int) -> Way:
    intent = payment.intent
    if payment.state in UNPAID:
        raise WrongState(f"the payment is {payment.state}: nothing travels", payment=payment.id)
    if isinstance(intent.creditor, ChainParty):
        customer_id = "".join(customers_of(intent.debtor))
        proved = bool(uow.wallet_proofs.standing(intent.creditor, customer_id, now_s=now_s))
        check_outgoing(document, payee=intent.creditor, customer_id=customer_id, wallet_proved=proved)
        return Way.OUT
    if isinstance(intent.debtor, ChainParty):
        customer_id = "".join(customers_of(intent.creditor))
        proved = bool(uow.wallet_proofs.standing(intent.debtor, customer_id, now_s=now_s))
        check_incoming(document, account=None, customer_id=customer_id, wallet_proved=proved)
        return Way.IN
    raise InvalidInput(
        "a payment in the bank's own books does not travel; data of a deposit is attached to the deposit"
    )


def _check_deposit(uow: UnitOfWork, deposit_id: str, document: Ivms101, now_s: int) -> Way:
    for deposit in uow.deposits.find(deposit_id=deposit_id, lock=True):
        customer_id = "".join(customers_of(parse_party(uow.requests.get(deposit.request_id).request.payee)))
        sender = None if deposit.sender is None else ChainParty(deposit.chain_id, deposit.sender)
        proofs = [] if sender is None else uow.wallet_proofs.standing(sender, customer_id, now_s=now_s)
        account = ChainParty(deposit.chain_id, deposit.address)
        check_incoming(document, account=account, customer_id=customer_id, wallet_proved=bool(proofs))
        return Way.IN
    raise NotFound("there is no such payment or deposit", subject=deposit_id)


def _record(uow: UnitOfWork, bank: Bank, operator: Operator, attached: TravelRecord, payment: Payment | None) -> None:
    """Record what was attached, and where the payment stands since."""
    details: dict[str, Value] = {
        "record": attached.id,
        "way": attached.way.value,
        "digest": attached.digest.hex(),
        "country": attached.country,
    }
    if payment is not None and payment.state is PaymentState.HELD:
        payment = decide_again(uow, bank, operator, payment, approvals=uow.approvals.of(payment.id))
        details["state"] = payment.state.value
    record(uow, bank, operator, "travel_rule.attached", attached.subject, details)


def _opened(bank: Bank, standing: TravelRecord, sealed: bytes) -> Ivms101:
    text = bank.required_data_keys().open(sealed, bound_to=standing.bound_to).decode()
    return read_ivms101(text, today=_day(standing.attached_at_s))


def _day(at_s: int) -> date:
    return datetime.fromtimestamp(at_s, UTC).date()
