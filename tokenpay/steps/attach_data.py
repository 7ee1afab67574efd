"""Attach data to a transfer: checked against it, sealed, and the gate asked again where it was waited for."""

from datetime import UTC, datetime

from tokenpay.bank import Bank
from tokenpay.compliance.ivms101.document import Ivms101
from tokenpay.compliance.ivms101.read import read_ivms101
from tokenpay.compliance.ivms101.rule import Rule
from tokenpay.compliance.ivms101.write import write_ivms101
from tokenpay.compliance.travel_record import SALT_BYTES, TravelRecord, Way, salted_digest
from tokenpay.compliance.travel_rule import TravelRule, check_incoming, check_institution, check_outgoing, counterparty
from tokenpay.errors import InvalidInput, InvalidTravelRule, KeyReused, NotFound, WrongState
from tokenpay.parties.operator import Operator
from tokenpay.payments.intent import ChainParty, is_uetr, parse_party
from tokenpay.payments.payment import UNPAID, Payment, PaymentState
from tokenpay.primitives.canonical import Value
from tokenpay.steps.authorize import customers_of
from tokenpay.steps.case_money import sender_unknown
from tokenpay.steps.decide_again import decide_again
from tokenpay.steps.gate_open import gate_is_open
from tokenpay.steps.identifiers import new_id
from tokenpay.steps.record import record
from tokenpay.steps.seal_data import data_key, seal
from tokenpay.steps.travel_facts import standing_proofs
from tokenpay.store.unit_of_work import UnitOfWork

MOST_RECORDS = 20
"""Whom data names counts also when other data came since, and everybody is compared: somebody could keep that up."""


def attach_data(
    uow: UnitOfWork,
    bank: Bank,
    operator: Operator,
    subject: str,
    document: Ivms101,
    *,
    key: str,
    received: bool = False,
) -> TravelRecord:
    """Return the record that this key stands for, or a new one; raises as `attach_travel_rule` does.

    `received`: it came in another institution's message, which the key stands for.
    """
    now_s = bank.clock.now_s()
    text = _readable(document, now_s)
    record_id = new_id(bank, "TR")
    content = {"subject": subject}  # the key outlives the data, so it says nothing of it
    known = uow.keys.claim(
        key, verb="attach_travel_rule", content=content, result_id=record_id, at_s=now_s, received=received
    )
    if known is not None:
        return _same(uow, known, document)
    payment = uow.payments.lock(subject) if is_uetr(subject) else None
    way = _check_deposit(uow, subject, document, now_s) if payment is None else _check(uow, payment, document, now_s)
    if way is Way.OUT and bank.settings.travel is not None:
        check_institution(counterparty(document, outgoing=False)[0], bank.settings.travel.legal_name)
    seq = uow.travel_rules.next_seq(subject)
    if seq > MOST_RECORDS:
        raise InvalidInput(f"data was attached to this transfer {MOST_RECORDS} times, and all of it counts")
    salt = bank.entropy.random(SALT_BYTES)
    institution, country = counterparty(document, outgoing=way is Way.OUT)
    rule = uow.policies.newest().travel_rule or TravelRule()
    attached = TravelRecord(
        id=record_id,
        subject=subject,
        seq=seq,
        way=way,
        institution=institution,
        country=country,
        digest=salted_digest(document, salt),
        attached_by=operator.id,
        attached_at_s=now_s,
        keep_until_s=now_s + rule.kept_s,
    )
    sealed = seal(text.encode(), to=data_key(uow), bound_to=attached.bound_to)
    uow.travel_rules.add(attached, salt=salt, sealed=sealed)
    _record(uow, bank, operator, attached, payment)
    return attached


def _readable(document: Ivms101, now_s: int) -> str:
    """Return a document as it will be kept; raises InvalidTravelRule for one that would not open as what it is.

    It grows as it is written, one letter to six characters: what was short enough to be taken may not be kept.
    """
    text = write_ivms101(document)
    if read_ivms101(text, today=datetime.fromtimestamp(now_s, UTC).date()) != document:
        raise InvalidTravelRule("the document is not the one that it would be read back as", rule=Rule.JSON)
    return text


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
        proved = bool(standing_proofs(uow, intent.creditor, customer_id, now_s=now_s))
        check_outgoing(document, payee=intent.creditor, customer_id=customer_id, wallet_proved=proved)
        return Way.OUT
    if isinstance(intent.debtor, ChainParty):
        customer_id = "".join(customers_of(intent.creditor))
        proved = bool(standing_proofs(uow, intent.debtor, customer_id, now_s=now_s))
        check_incoming(document, account=None, customer_id=customer_id, wallet_proved=proved)
        return Way.IN
    if sender_unknown(uow, intent):  # whatever is told of it stands with the payment: there may be no deposit
        customer_id = "".join(customers_of(intent.creditor))
        check_incoming(document, account=None, customer_id=customer_id, wallet_proved=False)
        return Way.IN
    raise InvalidInput(
        "a payment in the bank's own books does not travel; data of a deposit is attached to the deposit"
    )


def _check_deposit(uow: UnitOfWork, deposit_id: str, document: Ivms101, now_s: int) -> Way:
    for deposit in uow.deposits.find(deposit_id=deposit_id, lock=True):
        customer_id = "".join(customers_of(parse_party(uow.requests.get(deposit.request_id).request.payee)))
        sender = None if deposit.sender is None else ChainParty(deposit.chain_id, deposit.sender)
        proofs = [] if sender is None else standing_proofs(uow, sender, customer_id, now_s=now_s)
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
    if payment is not None and payment.state is PaymentState.HELD and gate_is_open(uow, bank):
        payment = decide_again(uow, bank, operator, payment, approvals=uow.approvals.of(payment.id))
        details["state"] = payment.state.value
    record(uow, bank, operator, "travel_rule.attached", attached.subject, details)
