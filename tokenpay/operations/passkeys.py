"""The passkeys of people: registered by their owner and a second person, or for a customer at the counter; revoked."""

from hashlib import sha256

from tokenpay.bank import Bank
from tokenpay.compliance.passkey_consent import NONCE_BYTES
from tokenpay.errors import InvalidInput, NotFound, NotPermitted, WrongState
from tokenpay.parties.attestation import Attestation, verify_attestation
from tokenpay.parties.credential import CredentialKind
from tokenpay.parties.operator import Operator, Permission
from tokenpay.parties.passkey import Passkey, PasskeyFacts, PasskeyState, VouchPart, check_name
from tokenpay.parties.passkey_challenge import LIFETIME_S, PasskeyAnswer, PasskeyChallenge
from tokenpay.parties.session import Session
from tokenpay.steps.authorize import authorize
from tokenpay.steps.record import record
from tokenpay.steps.take_answer import refusals_recorded, take_challenge
from tokenpay.store.passkey_store import AskedChallenge
from tokenpay.store.unit_of_work import UnitOfWork

MAX_KEYS = 10
MAX_OTHERS = 256
"""A device is asked of each key that it may not hold, and takes its time: so many are the latest weeks of a branch."""
_CHALLENGE = b"tokenpay/passkey-registration/1"


def begin_passkey(bank: Bank, *, by: Session, customer_id: str = "") -> PasskeyChallenge:
    """Return the challenge for a new passkey: the operator's own, or a customer's who has a way in of their own.

    A device that holds a key of the staff already, or of this customer, makes no other: one authenticator serves one
    person. For the staff, nor does one that holds one of the customers' newest 256. Raises NotFound, NotPermitted in a
    session that a PIN opened, WrongState for who has ten keys, AuthenticatorUnavailable where the bank has no domain
    for passkeys.
    """
    party, now_s = bank.required_relying_party(), bank.clock.now_s()
    with bank.store.unit_of_work() as uow:
        operator = _who_registers(uow, bank, by, customer_id)
        owner = _owner(uow, operator, customer_id)
        keys = uow.passkeys.of(owner.id)
        if sum(key.state is not PasskeyState.REVOKED for key in keys) >= MAX_KEYS:
            raise WrongState(f"a person has at most {MAX_KEYS} passkeys: revoke one first")
        others = [] if customer_id else uow.passkeys.newest_of_customers(MAX_OTHERS)
        taken = {key.id: key for key in (*uow.passkeys.of_staff(), *keys, *others)}
        nonce = bank.entropy.random(NONCE_BYTES)
        asked = AskedChallenge(
            id=nonce.hex(),
            operator_id=owner.id,
            asked_by=operator.id,
            payment_id=None,
            asked_at_s=now_s,
            expires_at_s=now_s + LIFETIME_S,
        )
        uow.passkeys.ask(asked)
    return PasskeyChallenge(
        id=asked.id,
        challenge=_challenge(nonce, owner.id),
        party=party,
        operator_id=owner.id,
        expires_at_s=asked.expires_at_s,
        credentials=tuple((key.facts.credential_id, key.transports) for key in taken.values()),
    )


def register_passkey(bank: Bank, *, name: str, answer: PasskeyAnswer, by: Session) -> Passkey:
    """Enter the key that a device made for `begin_passkey`'s challenge, vouched for by who began.

    An operator's own waits for `confirm_passkey`; a customer's is in force. Raises InvalidInput, IntegrityError,
    NotFound, WrongState for a challenge that was answered before or is too old, NotPermitted for a program that stands
    for a device outside a demo bank, Conflict for a key that somebody has already.
    """
    if not isinstance(answer.given, Attestation):
        raise InvalidInput("a signature is no new key")
    party, now_s = bank.required_relying_party(), bank.clock.now_s()
    check_name(name)
    with refusals_recorded(bank, answer, by.operator.id, by=by) as answering, bank.store.unit_of_work() as uow:
        customer_id = _customer_of(uow, answer.challenge_id)
        operator = _who_registers(uow, bank, by, customer_id)
        asked = take_challenge(uow, bank, operator, answering)
        if asked.payment_id is not None:
            raise InvalidInput("the challenge is for a payment, not for a new key")
        challenge = _challenge(bytes.fromhex(asked.id), asked.operator_id)
        credential, data = verify_attestation(answer.given, party=party, challenge=challenge)
        facts = PasskeyFacts(
            credential_id=credential.id,
            public_key=credential.public_key,
            aaguid=credential.aaguid,
            operator_id=asked.operator_id,
        )
        if facts.software and not uow.facts.get("demo", ""):
            raise NotPermitted("a program stands for an authenticator in a demo bank only")
        passkey = Passkey(
            facts=facts,
            name=name,
            transports=answer.given.transports,
            backup_eligible=data.backup_eligible,
            counter=data.counter,
            state=PasskeyState.ACTIVE if customer_id else PasskeyState.WAITING,
            registered=facts.vouch(by, VouchPart.REGISTERED, at_s=now_s),
            customer_id=customer_id,
        )
        uow.passkeys.add(passkey)
        details = {"owner": passkey.operator_id, "aaguid": facts.aaguid.hex()}
        record(uow, bank, operator, "passkey.registered", passkey.id, details)
        return passkey


def confirm_passkey(bank: Bank, passkey_id: str, *, by: Session) -> Passkey:
    """Vouch, as a second person, that a waiting key is its owner's; again changes nothing.

    It is in force when the signer has been told of it. Raises NotFound, NotPermitted for its owner, WrongState for one
    that is revoked.
    """
    with bank.store.unit_of_work() as uow:
        operator = authorize(uow, bank, by, Permission.CONTROL)
        passkey = uow.passkeys.get(passkey_id, lock=True)
        if passkey.operator_id == operator.id:
            raise NotPermitted("nobody confirms a passkey of their own")
        if passkey.state is PasskeyState.REVOKED:
            raise WrongState("the passkey is revoked", passkey=passkey_id)
        if passkey.state is not PasskeyState.WAITING:
            return passkey
        vouch = passkey.facts.vouch(by, VouchPart.CONFIRMED, at_s=bank.clock.now_s())
        uow.passkeys.confirm(passkey_id, vouch)
        record(uow, bank, operator, "passkey.confirmed", passkey_id, {"owner": passkey.operator_id})
        return uow.passkeys.get(passkey_id)


def revoke_passkey(bank: Bank, passkey_id: str, *, by: Session) -> Passkey:
    """Let a key sign nothing more, at once; what it signed and has not left does not leave. Again changes nothing.

    Its owner may, and a supervisor; of a customer's key, who may enrol. Raises NotFound, NotPermitted.
    """
    with bank.store.unit_of_work() as uow:
        operator = authorize(uow, bank, by, _who_revokes(uow, passkey_id, by))
        passkey = uow.passkeys.get(passkey_id, lock=True)
        if passkey.state is PasskeyState.REVOKED:
            return passkey
        uow.passkeys.revoke(passkey_id, by=operator.id, at_s=bank.clock.now_s())
        details = {"owner": passkey.operator_id}
        record(uow, bank, operator, "passkey.revoked", passkey_id, details, whatever_the_clock=True)
        return uow.passkeys.get(passkey_id)


def list_passkeys(bank: Bank, *, by: Session, customer_id: str = "") -> list[Passkey]:
    """Return the staff's passkeys, oldest first, or those of a customer's own way in; revoked ones too."""
    with bank.store.read() as uow:
        authorize(uow, bank, by, Permission.READ)
        if not customer_id:
            return uow.passkeys.of_staff()
        uow.customers.get(customer_id)
        owner = uow.operators.of_customer(customer_id)
        return [] if owner is None else uow.passkeys.of(owner.id)


def _who_registers(uow: UnitOfWork, bank: Bank, by: Session, customer_id: str) -> Operator:
    operator = authorize(uow, bank, by, Permission.ENROL if customer_id else Permission.CREDENTIAL)
    if not customer_id and uow.sessions.opened_with(by.id) != CredentialKind.PASSWORD:
        raise NotPermitted("a session that a PIN opened registers no passkey of its own: use the password")
    return operator


def _who_revokes(uow: UnitOfWork, passkey_id: str, by: Session) -> Permission:
    try:
        passkey = uow.passkeys.get(passkey_id)
    except NotFound:
        return Permission.CREDENTIAL  # what is not there is told to who may revoke a key of their own
    if passkey.customer_id:
        return Permission.ENROL
    return Permission.CREDENTIAL if passkey.operator_id == by.operator.id else Permission.CONTROL


def _owner(uow: UnitOfWork, operator: Operator, customer_id: str) -> Operator:
    if not customer_id:
        return operator
    uow.customers.get(customer_id)
    owner = uow.operators.of_customer(customer_id)
    if owner is None:
        raise NotFound("the customer has no way in of their own: open one first", customer=customer_id)
    return owner


def _customer_of(uow: UnitOfWork, challenge_id: str) -> str:
    try:
        return uow.operators.get(uow.passkeys.asked(challenge_id).operator_id).customer_id
    except NotFound:
        return ""  # said to who is signed in, when the challenge is taken


def _challenge(nonce: bytes, operator_id: str) -> bytes:
    return sha256(_CHALLENGE + nonce + operator_id.encode()).digest()
