"""Read an audit stream: each record, with what people typed beside it as far as that still stands."""

from collections import defaultdict
from dataclasses import dataclass

from tokenpay.audit.record import AuditRecord
from tokenpay.audit.text import AuditText
from tokenpay.bank import Bank
from tokenpay.errors import InvalidInput
from tokenpay.parties.operator import Permission
from tokenpay.parties.session import Session
from tokenpay.steps.authorize import authorize

MOST_RECORDS = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldRecord:
    """A record and the texts beside it; one that was erased has no text, and says when it went."""

    record: AuditRecord
    texts: tuple[AuditText, ...] = ()


def read_audit(bank: Bank, *, stream: str, after_seq: int = 0, limit: int = 100, by: Session) -> list[ToldRecord]:
    """Return up to `limit` records of a stream after number `after_seq`, oldest first; what was archived is not there.

    What is read is not verified: `verify_audit` does that. Raises InvalidInput for a limit that is not 1 to 1,000, or
    a negative number.
    """
    if not 0 < limit <= MOST_RECORDS or after_seq < 0:
        raise InvalidInput(f"1 to {MOST_RECORDS:,} records are read at once, after number 0 or a later one")
    with bank.store.read() as uow:
        authorize(uow, bank, by, Permission.REPORT)
        records = uow.audit.some_records(stream, after_seq=after_seq, limit=limit)
        texts: defaultdict[int, list[AuditText]] = defaultdict(list)
        if records:
            for text in uow.audit_texts.within(stream, first=records[0].seq, last=records[-1].seq):
                texts[text.seq].append(text)
    return [ToldRecord(record=each, texts=tuple(texts[each.seq])) for each in records]
