"""Approvals: who consented to which payment."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, Row, bindparam, insert, select

from tokenpay.compliance.approval import Approval, Part
from tokenpay.compliance.passkey_consent import PasskeyConsent
from tokenpay.parties.assertion import Assertion
from tokenpay.store.door import stored
from tokenpay.store.introduction_store import IntroductionStore
from tokenpay.store.passkey_store import PasskeyStore
from tokenpay.store.tables import approvals, passkey_consents
from tokenpay.store.writes import Writes

_ADD = insert(approvals)
_ADD_CONSENT = insert(passkey_consents)
_CONSENT = ("passkey_id", "challenge_id", "asked_at_s", "client_data", "authenticator_data")
_OF = (
    select(
        approvals,
        *(passkey_consents.c[name] for name in _CONSENT),
        passkey_consents.c.signature.label("passkey_signature"),
    )
    .outerjoin(
        passkey_consents,
        (passkey_consents.c.payment_id == approvals.c.payment_id)
        & (passkey_consents.c.operator_id == approvals.c.operator_id),
    )
    .where(approvals.c.payment_id.in_(bindparam("payments", expanding=True)))
    .order_by(approvals.c.payment_id, approvals.c.part.desc())
)


class ApprovalStore:
    """What was kept is read once in a unit of work."""

    def __init__(
        self, connection: Connection, writes: Writes, introductions: IntroductionStore, passkeys: PasskeyStore
    ) -> None:
        self._connection = connection
        self._writes = writes
        self._introductions = introductions
        self._passkeys = passkeys
        self._kept: dict[str, tuple[Approval, ...]] = {}

    def add(self, payment_id: str, approval: Approval) -> None:
        """Enter a consent; Conflict when this person, or this part, has one already."""
        row = {
            "payment_id": payment_id,
            "operator_id": approval.operator_id,
            "part": approval.part,
            "intent_hash": approval.intent_hash,
            "at_s": approval.at_s,
            "signature": approval.signature,
        }
        self._writes.enter(_ADD, [row])
        self._kept.pop(payment_id, None)

    def add_passkey(self, payment_id: str, approval: Approval, consent: PasskeyConsent) -> None:
        """Enter what a person's passkey signed beside their approval; Conflict when they, or the key, have signed."""
        assertion = consent.assertion
        row = {
            "payment_id": payment_id,
            "operator_id": approval.operator_id,
            "passkey_id": assertion.credential_id.hex(),
            "challenge_id": consent.nonce.hex(),
            "asked_at_s": consent.asked_at_s,
            "client_data": assertion.client_data,
            "authenticator_data": assertion.authenticator_data,
            "signature": assertion.signature,
        }
        self._writes.enter(_ADD_CONSENT, [row])
        self._kept.pop(payment_id, None)

    def of(self, payment_id: str) -> tuple[Approval, ...]:
        """Return a payment's approvals, its maker's first; a customer's with who introduced them."""
        return self._kept[payment_id] if payment_id in self._kept else self._of([payment_id])[payment_id]

    def keep(self, payment_ids: Iterable[str]) -> None:
        """Read the approvals of all of these payments at once."""
        self._kept.update(self._of(payment_ids))

    def _of(self, payment_ids: Iterable[str]) -> dict[str, tuple[Approval, ...]]:
        given: dict[str, list[Approval]] = {id: [] for id in payment_ids}
        for row in self._connection.execute(_OF, {"payments": sorted(given)}):
            given[row.payment_id].append(self._approval(row))
        introduced = self._introductions.of(it.operator_id for their in given.values() for it in their)
        return {
            id: tuple(replace(it, introduction=introduced.get(it.operator_id)) for it in their)
            for id, their in given.items()
        }

    def _approval(self, row: Row[Any]) -> Approval:
        approval = _approval(row)
        if row.passkey_id is None:
            return approval
        return replace(approval, passkey=_consent(row).of(self._passkeys.get(row.passkey_id)))


@stored
def _consent(row: Row[Any]) -> PasskeyConsent:
    assertion = Assertion(
        credential_id=bytes.fromhex(row.passkey_id),
        client_data=row.client_data,
        authenticator_data=row.authenticator_data,
        signature=row.passkey_signature,
    )
    return PasskeyConsent(nonce=bytes.fromhex(row.challenge_id), asked_at_s=row.asked_at_s, assertion=assertion)


@stored
def _approval(row: Row[Any]) -> Approval:
    return Approval(
        intent_hash=row.intent_hash,
        operator_id=row.operator_id,
        part=Part(row.part),
        at_s=row.at_s,
        signature=row.signature,
    )
