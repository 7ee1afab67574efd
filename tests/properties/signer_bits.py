"""Every single bit of an approved payment, flipped before a signer: what it is asked to sign, and all that approves it.

An attacker who writes the whole database is assumed: with the intent they change its hash wherever it stands.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, replace
from hashlib import sha256
from typing import Any

from tests.unit.parties.key_on_paper import PARTY, KeyOnPaper
from tests.unit.payments.samples import CHAIN_ID, MONDAY_NOON_S, PAYEE, TOKEN, intent
from tokenpay.adapters.signer.local import LocalSigner
from tokenpay.adapters.signer.memory import Place, SignerMemory
from tokenpay.adapters.signer.rules import PasskeyRules, SignerRules, TrustedOperator, TrustedPasskey
from tokenpay.compliance.approval import Approval, Part, give
from tokenpay.compliance.clearance import Clearance
from tokenpay.compliance.passkey_consent import PasskeyConsent, consent_challenge, payment_shown
from tokenpay.errors import SignerRefused, TokenpayError
from tokenpay.ethereum.transaction import DynamicFeeTransaction, decode_unsigned, encode_unsigned
from tokenpay.money.asset import Asset
from tokenpay.parties.credential import public_key_of
from tokenpay.parties.operator import Operator, Role
from tokenpay.parties.session import Session
from tokenpay.payments.intent import Intent
from tokenpay.payments.outgoing import call_of
from tokenpay.ports import SigningRequest
from tokenpay.primitives.canonical import parse_canonical
from tokenpay.store.payment_store import _read
from tokenpay.wallets.secret import Secret

FEES = frozenset({"max_priority_fee_wei", "max_fee_wei", "gas_limit"})
"""What nobody approves: the engine pays what the chain asks, below the signer's own cap."""
CAP_WEI = 10**16
NONCE = 7
ASSETS = {asset.id: asset for asset in (TOKEN, Asset.native(CHAIN_ID))}
KEYS = {"mia": KeyOnPaper(number=11), "vera": KeyOnPaper(number=12)}


def _session(id: str, role: Role) -> Session:
    key = sha256(id.encode()).digest()
    operator = Operator(id=id, name=id, role=role, branch="main", public_key=public_key_of(key))
    return Session(id=id, operator=operator, terminal="T1", opened_at_s=1, expires_at_s=2, key=key)


SESSIONS = {"mia": _session("mia", Role.TELLER), "vera": _session("vera", Role.SUPERVISOR)}
PARTS = {"mia": Part.MAKER, "vera": Part.CHECKER}


def signer() -> LocalSigner:
    """A signer that lets nobody pay alone, or without a passkey, and remembers nothing yet."""
    rules = SignerRules(
        operators={
            id: TrustedOperator(public_key=session.public_key, role=session.role) for id, session in SESSIONS.items()
        },
        fee_caps_wei={CHAIN_ID: CAP_WEI},
        alone_units={},
        passkeys=PasskeyRules(
            party=PARTY,
            units={TOKEN.id: 0},
            keys={key.id.hex(): TrustedPasskey(operator_id=id, public_key=key.public_key) for id, key in KEYS.items()},
        ),
    )
    return LocalSigner(Secret(bytes(range(64))), rules, SignerMemory(None))


def approved() -> SigningRequest:
    """An intent that two people approved with their passkeys, and the transaction that carries it out."""
    frozen = intent(creditor=PAYEE)
    call = call_of(frozen, None)
    transaction = DynamicFeeTransaction(
        chain_id=CHAIN_ID,
        nonce=NONCE,
        max_priority_fee_wei=10**8,
        max_fee_wei=10**9,
        gas_limit=60_000,
        to=call.to.raw,
        value_wei=call.value_wei,
        data=call.data,
    )
    clearance = Clearance(
        id="CL-1",
        payment_id=frozen.uetr,
        intent_hash=frozen.hash(),
        policy_version=1,
        screenings=(),
        approvals=tuple(_approval(id, frozen) for id in SESSIONS),
        cleared_at_s=MONDAY_NOON_S,
    )
    return SigningRequest(unsigned=encode_unsigned(transaction), intent=frozen, clearance=clearance)


def _approval(id: str, frozen: Intent) -> Approval:
    part, nonce, asked_at_s = PARTS[id], sha256(id.encode()).digest(), MONDAY_NOON_S + 5
    shown = payment_shown(frozen)
    payment = {
        "rpId": PARTY.id,
        "topOrigin": PARTY.origins[0],
        "payeeName": shown.payee,
        "total": {"currency": shown.currency, "value": shown.value},
        "instrument": {"displayName": shown.instrument, "icon": ""},
    }
    challenge = consent_challenge(frozen.hash(), id, part, nonce=nonce, asked_at_s=asked_at_s)
    assertion = KEYS[id].sign(challenge, said={"type": "payment.get", "payment": payment}, count=1)
    given = give(SESSIONS[id], frozen.hash(), part=part, at_s=MONDAY_NOON_S + 3)
    # Stored and read again: nobody remembers having signed it.
    return replace(given, passkey=PasskeyConsent(nonce=nonce, asked_at_s=asked_at_s, assertion=assertion))


@dataclass(frozen=True, kw_only=True)
class Flip:
    """What is asked with one bit changed; None: the change leaves no intent that could be asked, or the very same."""

    what: str
    request: SigningRequest | None


def flips(request: SigningRequest) -> Iterator[Flip]:
    """Yield every single-bit change of the transaction, the intent, and all that approves it."""
    for changed in _bits(request.unsigned):
        yield Flip(what="transaction", request=replace(request, unsigned=changed))
    text = json.dumps(request.intent.content(), sort_keys=True, separators=(",", ":")).encode()
    for changed in _bits(text):
        yield Flip(what="intent", request=_with_intent(request, changed))
    for place, approval in enumerate(request.clearance.approvals):
        for what, made in _approval_flips(approval):
            approvals = [*request.clearance.approvals]
            approvals[place] = made
            clearance = replace(request.clearance, approvals=tuple(approvals))
            yield Flip(what=what, request=replace(request, clearance=clearance))
    for changed in _bits(request.clearance.intent_hash):
        clearance = replace(request.clearance, intent_hash=changed)
        yield Flip(what="clearance", request=replace(request, clearance=clearance))


def _with_intent(request: SigningRequest, text: bytes) -> SigningRequest | None:
    """Put another intent in the place of the approved one, with its hash wherever the hash stands."""
    try:
        content = parse_canonical(text.decode())
        other = _read(content, ASSETS[content["asset"]], cash=None)
    except (TokenpayError, ValueError, TypeError, LookupError, AttributeError):  # as the store refuses a row
        return None
    if other == request.intent:
        return None  # the stored text names its own form, which no reader takes from it: the intent is what it was
    approvals = tuple(replace(given, intent_hash=other.hash()) for given in request.clearance.approvals)
    clearance = replace(request.clearance, payment_id=other.uetr, intent_hash=other.hash(), approvals=approvals)
    return replace(request, intent=other, clearance=clearance)


def _approval_flips(approval: Approval) -> Iterator[tuple[str, Approval]]:
    for changed in _bits(approval.intent_hash):
        yield "approval intent_hash", replace(approval, intent_hash=changed)
    for changed in _bits(approval.signature):
        yield "approval signature", replace(approval, signature=changed)
    for number in _numbers(approval.at_s):
        yield "approval at_s", replace(approval, at_s=number)
    for changed in _bits(approval.operator_id.encode()):
        yield "approval operator", replace(approval, operator_id=changed.decode("latin-1"))
    consent = approval.passkey
    if consent is None:
        raise ValueError("everybody has a passkey here")
    for number in _numbers(consent.asked_at_s):
        yield "passkey asked_at_s", replace(approval, passkey=replace(consent, asked_at_s=number))
    for changed in _bits(consent.nonce):
        yield "passkey nonce", replace(approval, passkey=replace(consent, nonce=changed))
    for field in fields(consent.assertion):
        for changed in _bits(getattr(consent.assertion, field.name)):
            assertion = replace(consent.assertion, **{field.name: changed})
            yield f"passkey {field.name}", replace(approval, passkey=replace(consent, assertion=assertion))


def _bits(data: bytes) -> Iterator[bytes]:
    for bit in range(8 * len(data)):
        flipped = bytearray(data)
        flipped[bit // 8] ^= 1 << bit % 8
        yield bytes(flipped)


def _numbers(number: int) -> Iterator[int]:
    return (number ^ 1 << bit for bit in range(63))


@dataclass(kw_only=True)
class Tally:
    """Of each kind of change: how many were tried, how many the signer refused, how many could not even be asked."""

    tried: int = 0
    refused: int = 0
    unreadable: int = 0
    fees: int = 0
    """Signed, and the same payment at another fee below the cap."""


def judge(chosen: Callable[[int], bool] = lambda _number: True) -> tuple[dict[str, Tally], list[str]]:
    """Ask a fresh signer for each chosen change; return the tallies, and what was signed and should not have been."""
    request, keys, wrong = approved(), signer(), list[str]()
    tallies: dict[str, Tally] = {}
    whole = decode_unsigned(request.unsigned)
    for number, flip in enumerate(flips(request)):
        if not chosen(number):
            continue
        tally = tallies.setdefault(flip.what, Tally())
        tally.tried += 1
        if flip.request is None:
            tally.unreadable += 1
            continue
        answer = having_signed(keys, request).sign_transactions([flip.request])[0]
        if isinstance(answer, SignerRefused):
            tally.refused += 1
        elif flip.what == "transaction" and _same_payment(answer.transaction, whole):
            tally.fees += 1
        else:
            wrong.append(f"{flip.what}, change {number}")
    return tallies, wrong


def having_signed(keys: LocalSigner, request: SigningRequest) -> LocalSigner:
    """The signer as it is when it has signed the approved payment, and nothing else."""
    memory = SignerMemory(None)
    memory.remember([Place(payment=request.intent.hash(), chain_id=CHAIN_ID, nonce=NONCE)])
    keys._memory = memory
    return keys


def _same_payment(signed: Any, whole: Any) -> bool:
    names = {field.name for field in fields(whole)} - FEES
    cheap = signed.gas_limit * signed.max_fee_wei <= CAP_WEI
    return cheap and all(getattr(signed, name) == getattr(whole, name) for name in names)
