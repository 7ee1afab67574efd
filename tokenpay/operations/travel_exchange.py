"""Exchange Travel Rule data with other institutions: hand over what was attached, take in what came."""

from dataclasses import dataclass
from enum import StrEnum

from tokenpay.bank import Bank
from tokenpay.compliance.travel_message import Envelope, TravelMessage
from tokenpay.compliance.travel_record import TravelRecord, Way
from tokenpay.compliance.travel_rule import check_institution, counterparty
from tokenpay.errors import IntegrityError, InvalidInput, KeyReused, NotFound, TokenpayError, Unavailable, WrongState
from tokenpay.parties.operator import Permission
from tokenpay.parties.session import Session
from tokenpay.payments.deposit import Deposit, DepositState
from tokenpay.payments.intent import ChainParty
from tokenpay.payments.payment import UNPAID
from tokenpay.settings import TravelSettings
from tokenpay.steps.attach_data import attach_data
from tokenpay.steps.authorize import authorize
from tokenpay.steps.record import record
from tokenpay.steps.seal_data import open_document, seal
from tokenpay.store.key_store import RECEIVED_PREFIX
from tokenpay.store.unit_of_work import UnitOfWork

_REFUSED = (InvalidInput, IntegrityError, NotFound, KeyReused)
_UNFORESEEN = (ArithmeticError, LookupError, RecursionError, TypeError, ValueError)
"""What a message may still do to who reads it: it is that message's own end, and no other's."""
MESSAGE, ACKNOWLEDGEMENT = ".json", ".ack"


class Taken(StrEnum):
    """What became of something that came: attached, acknowledged by who got ours, waits for its deposit, or refused."""

    ATTACHED = "attached"
    ACKNOWLEDGED = "acknowledged"
    WAITS = "waits"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenIn:
    """`id` is the sender's own of its message; `subject` the deposit it was attached to, or what was acknowledged."""

    id: str
    sender: str
    outcome: Taken
    subject: str = ""
    reason: str = ""


def send_travel_rule(bank: Bank, payment_id: str, *, to: str, by: Session) -> TravelRecord:
    """Hand the data of a payment out to the institution `to`, sealed to its key and signed with the bank's.

    Again, it is the same message: it is handed over once more where the first no longer lies there.
    Raises NotFound for an institution that the settings do not name or a payment without data, InvalidTravelRule where
    the data is not from this bank for that institution, WrongState for what was erased or ended unpaid, Unavailable
    where no exchange answers, SignerUnavailable without the bank's keys.
    """
    exchange, settings = bank.required_travel_exchange(), _settings(bank)
    key = settings.key(to)
    with bank.store.read() as uow:
        operator = authorize(uow, bank, by, Permission.CASE)
        payment, standing = uow.payments.get(payment_id), uow.travel_rules.newest(payment_id)
        kept = None if standing is None else uow.travel_rules.sealed(standing.id)
    if standing is None:
        raise NotFound("no data was attached to this payment", payment=payment_id)
    if kept is None or standing.way is not Way.OUT or payment.state in UNPAID:
        raise WrongState("there is nothing to tell of this payment any more", payment=payment_id)
    intent = payment.intent
    if not isinstance(intent.creditor, ChainParty):
        raise InvalidInput("only a payment to an address travels")
    with bank.store.read() as uow:
        treasury = uow.chains.treasury(intent.creditor.chain_id)
    document = open_document(bank, standing, kept[1])
    check_institution(standing.institution, settings.institution(to).legal_name)
    check_institution(counterparty(document, outgoing=False)[0], settings.legal_name)
    message = TravelMessage(
        payer=ChainParty(intent.creditor.chain_id, treasury),
        payee=intent.creditor,
        asset_id=intent.amount.asset.id,
        units=intent.amount.units,
        sent_at_s=bank.clock.now_s(),
        document=document,
    )
    bare = Envelope(id=standing.id, sender=settings.id, recipient=to, sealed=b"")
    sealed = seal(message.content(), to=key, bound_to=bare.bound_to)
    exchange.send(to, standing.id + MESSAGE, _signed(bank, standing.id, to, sealed))
    with bank.store.unit_of_work() as uow:
        operator = authorize(uow, bank, by, Permission.CASE)
        record(uow, bank, operator, "travel_rule.sent", payment_id, {"record": standing.id, "to": to})
    return standing


def receive_travel_rule(bank: Bank, *, by: Session) -> list[TakenIn]:
    """Take in what other institutions sent: data is attached to the deposit it is about, and acknowledged.

    A message whose deposit was not seen yet waits where it lies. What nobody we know signed, or what does not tell of a
    transfer to this bank, is refused and set aside. Raises Unavailable where no exchange answers, SignerUnavailable
    without the bank's keys.
    """
    exchange = bank.required_travel_exchange()
    bank.required_data_keys()
    with bank.store.read() as uow:
        authorize(uow, bank, by, Permission.TRAVEL)
    taken = []
    for name, content in exchange.received():
        outcome = _take(bank, name, content, by=by)
        if outcome.outcome is Taken.REFUSED:
            exchange.set_aside(name)
        elif outcome.outcome is Taken.ATTACHED:
            exchange.send(outcome.sender, outcome.id + ACKNOWLEDGEMENT, _signed(bank, outcome.id, outcome.sender, b""))
        if outcome.outcome in (Taken.ATTACHED, Taken.ACKNOWLEDGED):
            exchange.done(name)
        taken.append(outcome)
    return taken


def _take(bank: Bank, name: str, content: bytes, *, by: Session) -> TakenIn:
    id, _, ending = name.rpartition(".")
    sender = ""
    try:
        envelope = Envelope.read(content)
        settings = _settings(bank)
        if envelope.id != id or envelope.recipient != settings.id or bool(envelope.sealed) is (ending == "ack"):
            raise InvalidInput("a message is not what its name says, or is somebody else's")
        envelope.verify(settings.key(envelope.sender))
        sender = envelope.sender
        if ending == "ack":
            return _acknowledged(bank, envelope, by=by)
        opened = bank.required_data_keys().open(envelope.sealed, bound_to=envelope.bound_to)
        message = TravelMessage.read(opened)
        told = counterparty(message.document, outgoing=False)[0]
        check_institution(told, settings.institution(sender).legal_name)
        return _attached(bank, envelope, message, by=by)
    except (*_REFUSED, *_UNFORESEEN) as error:
        code = error.code if isinstance(error, _REFUSED) else TokenpayError.code
        reason = error.message if isinstance(error, _REFUSED) else "the message cannot be read"
        with bank.store.unit_of_work() as uow:
            operator = authorize(uow, bank, by, Permission.TRAVEL)
            record(uow, bank, operator, "travel_rule.refused", id, {"sender": sender, "code": code})
        return TakenIn(id=id, sender=sender, outcome=Taken.REFUSED, reason=reason)


def _acknowledged(bank: Bank, envelope: Envelope, *, by: Session) -> TakenIn:
    with bank.store.unit_of_work() as uow:
        operator = authorize(uow, bank, by, Permission.TRAVEL)
        ours = uow.travel_rules.get(envelope.id)
        check_institution(ours.institution, _settings(bank).institution(envelope.sender).legal_name)
        details = {"record": ours.id, "by": envelope.sender}
        record(uow, bank, operator, "travel_rule.acknowledged", ours.subject, details)
    return TakenIn(id=ours.id, sender=envelope.sender, outcome=Taken.ACKNOWLEDGED, subject=ours.subject)


def _attached(bank: Bank, envelope: Envelope, message: TravelMessage, *, by: Session) -> TakenIn:
    key = f"{RECEIVED_PREFIX}{envelope.sender}/{envelope.id}"  # the same message again is the same act
    with bank.store.unit_of_work() as uow:
        operator = authorize(uow, bank, by, Permission.TRAVEL)
        known = uow.keys.result(key)
        if known is not None:
            subject = uow.travel_rules.get(known).subject
        else:
            deposit = _deposit(uow, message)
            if deposit is None:
                return TakenIn(id=envelope.id, sender=envelope.sender, outcome=Taken.WAITS)
            subject = deposit.id
        attach_data(uow, bank, operator, subject, message.document, key=key, received=True)
    return TakenIn(id=envelope.id, sender=envelope.sender, outcome=Taken.ATTACHED, subject=subject)


def _deposit(uow: UnitOfWork, message: TravelMessage) -> Deposit | None:
    """Return the first deposit of exactly this amount, from the one address to the other, that no data stands with.

    None: none yet. Raises NotFound where the address is no request's of this bank, or the asset none that it knows:
    nothing of it will ever be seen.
    """
    payee = message.payee
    if not uow.requests.by_address(payee.chain_id, [payee.address]):
        raise NotFound("the address is not one of this bank's requests")
    uow.assets.get(message.asset_id)
    found = uow.deposits.find(
        chain_id=payee.chain_id, address=payee.address, states=[DepositState.SEEN, DepositState.FINAL]
    )
    told = (message.asset_id, message.units, message.payer.address)
    fitting = (it for it in found if (it.amount.asset.id, it.amount.units, it.sender) == told)
    return next((deposit for deposit in fitting if not uow.travel_rules.stands(deposit.id)), None)


def _signed(bank: Bank, id: str, recipient: str, sealed: bytes) -> bytes:
    bare = Envelope(id=id, sender=_settings(bank).id, recipient=recipient, sealed=sealed)
    signature = bank.required_data_keys().sign(bare.signed)
    return Envelope(id=id, sender=bare.sender, recipient=recipient, sealed=sealed, signature=signature).text()


def _settings(bank: Bank) -> TravelSettings:
    if bank.settings.travel is None:
        raise Unavailable("bank.json does not say what this bank is called among institutions")
    return bank.settings.travel
