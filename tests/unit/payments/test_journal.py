"""What the journal may be asked, and how one of its pages says where the next begins."""

from collections.abc import Sequence
from dataclasses import FrozenInstanceError
from typing import Any

import pytest

from tests.unit.payments.samples import MONDAY_NOON_S, UETR, intent
from tokenpay.errors import InvalidInput
from tokenpay.payments.intent import MAX_REMITTANCE
from tokenpay.payments.journal import MAX_WORDS, JournalCursor, JournalEntry, JournalFilter, page_of
from tokenpay.payments.payment import Payment, PaymentState

UETRS = [UETR.replace("0f8f", f"0f8{digit}") for digit in "abc"]


def entries(uetrs: Sequence[str] = UETRS) -> list[JournalEntry]:
    return [
        JournalEntry(
            payment=Payment(intent=intent(uetr=uetr), state=PaymentState.FINAL, updated_at_s=MONDAY_NOON_S),
            branch="main",
        )
        for uetr in uetrs
    ]


@pytest.mark.parametrize(
    "asked",
    [
        {"text": " "},
        {"text": "\n\t"},
        {"text": "x" * (MAX_REMITTANCE + 1)},
        {"text": " ".join(str(number) for number in range(MAX_WORDS + 1))},
        {"from_s": 1.0},
        {"until_s": "1"},
        {"from_s": True},
        {"from_s": 7, "until_s": 7},
        {"from_s": 8, "until_s": 7},
    ],
)
def test_what_cannot_be_asked(asked: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput):
        JournalFilter(**asked)


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"text": "x" * MAX_REMITTANCE},
        {"text": " ".join(str(number) for number in range(MAX_WORDS))},
        {"from_s": 7},
        {"until_s": 7},
        {"from_s": 7, "until_s": 8},
    ],
)
def test_what_may_be_asked_to_its_last_value(asked: dict[str, Any]) -> None:
    asked_for = JournalFilter(**asked)
    assert {name: getattr(asked_for, name) for name in asked} == asked


def test_nothing_asked_is_everything() -> None:
    everything = JournalFilter()
    assert not any((everything.customer_id, everything.operator_id, everything.branch, everything.asset_id))
    assert not any((everything.states, everything.purposes, everything.text, everything.words))
    assert everything.from_s is everything.until_s is None


def test_the_longest_word_is_looked_for_first() -> None:
    assert JournalFilter(text="Rent for OCTOBER, for rent").words == ("october", "rent", "for")
    assert JournalFilter(text="bb aa").words == ("aa", "bb")


def test_a_page_ends_at_its_limit_and_names_the_next_one_only_where_there_is_one() -> None:
    three = entries()
    page = page_of(three, limit=2)
    assert page.entries == tuple(three[:2])
    assert page.following == f"{MONDAY_NOON_S}/{UETRS[1]}"
    last = page_of(three, limit=3)
    assert (last.entries, last.following) == (tuple(three), "")
    assert (page_of([], limit=2).entries, page_of([], limit=2).following) == ((), "")


def test_an_entry_has_no_names_unless_given_and_its_cursor_reads_back_from_its_text() -> None:
    entry = entries()[0]
    assert (entry.debtor_name, entry.creditor_name) == ("", "")
    cursor = entry.cursor
    assert (cursor.created_at_s, cursor.payment_id) == (MONDAY_NOON_S, UETRS[0])
    assert JournalCursor.parse(str(cursor)) == cursor


@pytest.mark.parametrize("text", ["", "1", f"/{UETR}", f"x/{UETR}", f"-1/{UETR}", f"1/{UETR}x", f"1/{UETR}\n", "1/"])
def test_no_page_gave_this_cursor(text: str) -> None:
    with pytest.raises(InvalidInput, match="cursor"):
        JournalCursor.parse(text)


def test_what_was_asked_and_found_cannot_be_changed() -> None:
    for noun, name in ((JournalFilter(), "text"), (entries()[0], "branch"), (page_of([], limit=1), "following")):
        with pytest.raises(FrozenInstanceError):
            setattr(noun, name, "other")
