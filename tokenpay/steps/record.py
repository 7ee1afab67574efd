"""What every change leaves behind: a line in the branch's audit stream and an event for those who follow."""

from collections.abc import Mapping

from tokenpay.audit.text import SALT_BYTES, TEXTS, AuditText, text_hash
from tokenpay.bank import Bank
from tokenpay.parties.operator import Operator
from tokenpay.primitives.canonical import Value
from tokenpay.store.unit_of_work import UnitOfWork


def record(
    uow: UnitOfWork,
    bank: Bank,
    operator: Operator,
    action: str,
    subject: str,
    details: Mapping[str, Value] | None = None,
    *,
    texts: Mapping[str, str] | None = None,
    about: str | None = None,
    stream: str = "",
    whatever_the_clock: bool = False,
) -> None:
    """Write the event of one change at once, and its audit record as the last step of the unit of work.

    The record goes to the operator's branch unless another `stream` is named.
    `details` carries no personal data: streams cannot forget. What a person typed goes to `texts`, `about` a customer
    where it is: it stands beside the stream, and record and event carry its salted hash. Raises Halted where the clock
    cannot be believed; who signs in, stops or freezes does so `whatever_the_clock` says.
    """
    now_s = bank.clock.now_s()
    salted = {name: (text, bank.entropy.random(SALT_BYTES)) for name, text in (texts or {}).items()}
    hashes = {name: text_hash(text, salt) for name, (text, salt) in salted.items()}
    said = {**(details or {}), TEXTS: hashes} if hashes else details
    uow.outbox.add(action, subject, at_s=now_s, content=said)

    def write() -> None:
        line = uow.audit.append(
            stream or operator.branch,
            at_s=now_s,
            actor=operator.id,
            action=action,
            subject=subject,
            details=said or {},
            whatever_the_clock=whatever_the_clock,
        )
        if salted:
            uow.audit_texts.add(
                AuditText(
                    hash=hashes[name],
                    stream=line.stream,
                    seq=line.seq,
                    name=name,
                    customer_id=about,
                    at_s=line.at_s,
                    salt=salt,
                    text=text,
                )
                for name, (text, salt) in salted.items()
            )

    uow.at_last(write)
