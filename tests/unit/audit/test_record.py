"""The audit chain: any change, loss or reordering is found."""

from dataclasses import replace
from hashlib import sha256
from typing import Any

import pytest

from tokenpay.audit.record import GENESIS, AuditHead, AuditRecord, verify_stream
from tokenpay.errors import IntegrityError

START = AuditHead(stream="branch/main")


def stream(length: int = 4) -> list[AuditRecord]:
    head, records = START, []
    for number in range(1, length + 1):
        record = AuditRecord.after(
            head, at_s=100 + number, actor="mia", action="payment.cleared", subject=f"P{number}", details={"n": number}
        )
        records.append(record)
        head = record.head()
    return records


def test_the_hash_is_over_everything_the_record_says() -> None:
    record = stream(1)[0]
    content = (
        '["tokenpay/audit/1","branch/main",1,101,"mia","payment.cleared","P1","{\\"n\\":1}","' + GENESIS.hex() + '"]'
    )
    assert record.hash == sha256(content.encode()).digest()


def test_a_whole_stream_leads_to_its_head() -> None:
    records = stream()
    assert verify_stream(records, START) == records[-1].head()
    assert verify_stream(records[2:], records[1].head()) == records[-1].head()
    assert verify_stream([], START) == START


@pytest.mark.parametrize(
    "change",
    [
        {"stream": "branch/other"},
        {"seq": 9},
        {"at_s": 1},
        {"at_s": 999},
        {"actor": "moe"},
        {"action": "payment.refused"},
        {"subject": "P9"},
        {"details": '{"n":9}'},
        {"previous": bytes(32)},
        {"hash": b"\x01" * 32},
    ],
)
@pytest.mark.parametrize("index", [1, 3])
def test_a_changed_record_is_found(change: dict[str, Any], index: int) -> None:
    records = stream()
    records[index] = replace(records[index], **change)
    with pytest.raises(IntegrityError) as caught:
        verify_stream(records, START)
    assert caught.value.fields["seq"] == index + 1


@pytest.mark.parametrize("order", [[1, 2, 3], [0, 2, 3], [0, 1, 3], [0, 2, 1, 3], [0, 0, 1, 2], [3, 2, 1, 0]])
def test_a_record_that_is_missing_or_moved_is_found(order: list[int]) -> None:
    records = stream()
    with pytest.raises(IntegrityError, match="missing or out of order"):
        verify_stream([records[index] for index in order], START)


def test_a_tail_that_was_cut_off_shows_in_the_head() -> None:
    records = stream()
    assert verify_stream(records[:-1], START) != records[-1].head()


def test_one_record_written_anew_breaks_those_after_it() -> None:
    records = stream()
    records[1] = AuditRecord.after(
        records[0].head(), at_s=102, actor="mia", action="payment.refused", subject="P2", details={"n": 2}
    )
    with pytest.raises(IntegrityError):
        verify_stream(records, START)


def test_time_in_a_stream_never_runs_back() -> None:
    head = AuditHead(stream="engine", seq=7, hash=b"\x02" * 32, at_s=500)
    record = AuditRecord.after(head, at_s=450, actor="engine", action="engine.stepped", subject="engine", details={})
    assert record.at_s == 500
    backwards = replace(record, at_s=450)
    with pytest.raises(IntegrityError):
        verify_stream([backwards], head)


def test_a_float_never_gets_into_the_record() -> None:
    with pytest.raises(TypeError):
        AuditRecord.after(START, at_s=1, actor="mia", action="a", subject="s", details={"amount": 0.1})  # type: ignore[dict-item]
