"""Passkeys, and what they were asked."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, exists, insert, select, update

from tokenpay.errors import NotFound
from tokenpay.parties.passkey import Passkey, PasskeyFacts, PasskeyState, Vouch, VouchPart
from tokenpay.payments.payment import ENDED
from tokenpay.primitives.canonical import canonical_text, parse_canonical
from tokenpay.store.door import readable, stored
from tokenpay.store.tables import passkey_challenges, passkey_consents, passkeys, payments

_ONE = select(passkeys).where(passkeys.c.id == bindparam("passkey"))
_ENDED = sorted(state.value for state in ENDED)
_ORDER = (passkeys.c.registered_at_s, passkeys.c.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedChallenge:
    """`operator_id` is whose passkey was asked, `asked_by` who asked; without a payment, for a new key."""

    id: str
    operator_id: str
    asked_by: str
    payment_id: str | None
    asked_at_s: int
    expires_at_s: int
    answered_at_s: int | None = None


class PasskeyStore:
    """A passkey is read once in a unit of work, unless it is locked."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._known: dict[str, Passkey] = {}

    def add(self, passkey: Passkey) -> None:
        """Enter a key; Conflict when the key, or its id, is there already: whoever it belongs to."""
        facts, registered = passkey.facts, passkey.registered
        self._connection.execute(
            insert(passkeys),
            {
                "id": passkey.id,
                "public_key": facts.public_key,
                "aaguid": facts.aaguid,
                "operator_id": facts.operator_id,
                "customer_id": passkey.customer_id or None,
                "name": passkey.name,
                "transports": canonical_text(list(passkey.transports)),
                "backup_eligible": passkey.backup_eligible,
                "counter": passkey.counter,
                "state": passkey.state,
                "registered_by": registered.by,
                "registered_at_s": registered.at_s,
                "registered_signature": registered.signature,
            },
        )

    def get(self, passkey_id: str, *, lock: bool = False) -> Passkey:
        """Return a key; raises NotFound."""
        if not lock and passkey_id in self._known:
            return self._known[passkey_id]
        query = _ONE.with_for_update(key_share=True) if lock else _ONE
        row = self._connection.execute(query, {"passkey": passkey_id}).one_or_none()
        if row is None:
            raise NotFound("there is no such passkey")
        return self._known.setdefault(row.id, _passkey(row)) if not lock else self._keep(_passkey(row))

    def of(self, operator_id: str) -> list[Passkey]:
        """Return the keys of one person, oldest first, revoked ones too; what cannot be read is none."""
        query = select(passkeys).where(passkeys.c.operator_id == operator_id).order_by(*_ORDER)
        return readable(self._connection.execute(query), _passkey)

    def of_staff(self) -> list[Passkey]:
        """Return the keys of the bank's own people, oldest first, revoked ones too; what cannot be read is none."""
        query = select(passkeys).where(passkeys.c.customer_id.is_(None)).order_by(*_ORDER)
        return readable(self._connection.execute(query), _passkey)

    def newest_of_customers(self, limit: int) -> list[Passkey]:
        """Return customers' keys in force, newest first."""
        theirs = passkeys.c.customer_id.is_not(None) & (passkeys.c.state == PasskeyState.ACTIVE)
        query = select(passkeys).where(theirs).order_by(passkeys.c.registered_at_s.desc(), passkeys.c.id).limit(limit)
        return readable(self._connection.execute(query), _passkey)

    def count_on(self, passkey_id: str, counter: int) -> None:
        """Note what the authenticator counted to."""
        self._change(passkey_id, counter=counter)

    def confirm(self, passkey_id: str, vouch: Vouch) -> None:
        """Note that a second person has seen whose key it is."""
        self._change(
            passkey_id,
            state=PasskeyState.CONFIRMED,
            confirmed_by=vouch.by,
            confirmed_at_s=vouch.at_s,
            confirmed_signature=vouch.signature,
        )

    def activate(self, passkey_ids: Iterable[str]) -> None:
        """Note that the signer trusts these keys."""
        for passkey_id in sorted(passkey_ids):
            self._change(passkey_id, state=PasskeyState.ACTIVE)

    def revoke(self, passkey_id: str, *, by: str, at_s: int) -> None:
        """Let a key be used no more."""
        self._change(passkey_id, state=PasskeyState.REVOKED, revoked_by=by, revoked_at_s=at_s)

    def ask(self, asked: AskedChallenge) -> None:
        """Enter a challenge that waits for its answer."""
        self._connection.execute(
            insert(passkey_challenges),
            {
                "id": asked.id,
                "operator_id": asked.operator_id,
                "asked_by": asked.asked_by,
                "payment_id": asked.payment_id,
                "asked_at_s": asked.asked_at_s,
                "expires_at_s": asked.expires_at_s,
            },
        )

    def asked(self, challenge_id: str) -> AskedChallenge:
        """Return a challenge, locked: two who answer it come one after the other. Raises NotFound."""
        query = select(passkey_challenges).where(passkey_challenges.c.id == challenge_id).with_for_update()
        row = self._connection.execute(query).one_or_none()
        if row is None:
            raise NotFound("there is no such challenge")
        return _challenge(row)

    def forget(self, *, before_s: int) -> int:
        """Remove challenges that ended before then and prove nothing; return how many.

        One that a consent answers stays with it, and so does one of a payment that has not ended: put in again, an
        answer to it that never came would count.
        """
        column = passkey_challenges.c
        proves = exists().where(passkey_consents.c.challenge_id == column.id)
        waits = exists().where(payments.c.id == column.payment_id, payments.c.state.not_in(_ENDED))
        ended = column.expires_at_s < before_s
        return self._connection.execute(delete(passkey_challenges).where(ended, ~proves, ~waits)).rowcount

    def answer(self, challenge_id: str, *, at_s: int) -> None:
        """Note that a challenge was answered: nobody answers it again."""
        self._connection.execute(
            update(passkey_challenges).where(passkey_challenges.c.id == challenge_id).values(answered_at_s=at_s)
        )

    def _keep(self, passkey: Passkey) -> Passkey:
        self._known[passkey.id] = passkey
        return passkey

    def _change(self, passkey_id: str, **values: object) -> None:
        self._connection.execute(update(passkeys).where(passkeys.c.id == passkey_id).values(**values))
        self._known.pop(passkey_id, None)


@stored
def _challenge(row: Row[Any]) -> AskedChallenge:
    return AskedChallenge(**row._mapping)


@stored
def _passkey(row: Row[Any]) -> Passkey:
    facts = PasskeyFacts(
        credential_id=bytes.fromhex(row.id),
        public_key=row.public_key,
        aaguid=row.aaguid,
        operator_id=row.operator_id,
    )
    registered = Vouch(
        part=VouchPart.REGISTERED, by=row.registered_by, at_s=row.registered_at_s, signature=row.registered_signature
    )
    confirmed = None
    if row.confirmed_by is not None:
        confirmed = Vouch(
            part=VouchPart.CONFIRMED, by=row.confirmed_by, at_s=row.confirmed_at_s, signature=row.confirmed_signature
        )
    return Passkey(
        facts=facts,
        name=row.name,
        transports=tuple(parse_canonical(row.transports)),
        backup_eligible=row.backup_eligible,
        counter=row.counter,
        state=PasskeyState(row.state),
        registered=registered,
        confirmed=confirmed,
        customer_id=row.customer_id or "",
        revoked_at_s=row.revoked_at_s,
        revoked_by=row.revoked_by or "",
    )
