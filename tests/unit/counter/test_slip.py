"""Receipts on paper: nothing is wider than it, nothing is cut off, and every one says how much it proves."""

from dataclasses import fields, replace

import pytest
from hypothesis import given, strategies as st

from tests.unit.counter.samples import ADDRESS, HASH, PAYEE, TEXT, paper, receipt, squeezed
from tests.unit.payments.samples import EURO, TOKEN, intent
from tokenpay.counter.language import Language
from tokenpay.counter.make_receipt import Letterhead, payment_receipt
from tokenpay.counter.receipt import ReceiptKind, ReceiptLine, ReceiptParty, Standing
from tokenpay.counter.receipt_words import word
from tokenpay.counter.shift_report import CashLine
from tokenpay.counter.slip import WIDTHS, SlipQr, columns, lay_out, wrapped
from tokenpay.errors import InvalidInput
from tokenpay.ledger.chart import AccountKind
from tokenpay.money.amount import Amount
from tokenpay.payments.deposit import DepositOutcome
from tokenpay.payments.intent import Purpose
from tokenpay.payments.payment import UNPAID, Payment, PaymentState
from tokenpay.requests.request_state import RequestState

HEAD = Letterhead(bank="Example Bank", branch="main", names={"C00000001": "Anna Berger", "C00000002": "Bert Ohm"})


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_is_wider_than_the_paper_and_nothing_is_cut_off(width, language):
    told = receipt().issued(number="RC-0123456789ABCDEF", copy=3, at_s=1_700_000_060)
    slip = lay_out(told, width=width, language=language)
    assert all(columns(text) <= width for text in paper(slip))
    whole = squeezed(slip)
    amount = f"{language.number(told.amount.number())}USDX"
    for part in (told.bank, told.payer.name, ADDRESS, HASH, TEXT, told.subject, amount):
        assert "".join(part.split()) in whole, part
    assert [line.text for line in slip.lines if isinstance(line, SlipQr)] == [told.subject]


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize(
    ("language", "issued", "amount"),
    [
        (Language.ENGLISH, "Issued 2023-11-14 22:14 UTC", "Amount 12 500.500000 USDX"),
        (Language.RUSSIAN, "Выдано 14.11.2023 22:14 UTC", "Сумма 12 500,500000 USDX"),
        (Language.BELARUSIAN, "Выдадзена 14.11.2023 22:14 UTC", "Сума 12 500,500000 USDX"),
    ],
)
def test_amounts_and_moments_are_written_as_the_language_writes_them(language, issued, amount, width):
    told = receipt(amount=Amount.parse("12500.5", TOKEN)).issued(number="RC-1", copy=0, at_s=1_700_000_060)
    said = {" ".join(line.split()) for line in paper(lay_out(told, width=width, language=language))}
    assert {issued, amount} <= said


@given(st.integers(0, 10**30), st.integers(0, 10**18 - 1), st.sampled_from(Language))
def test_a_number_says_the_same_in_every_language(whole, decimals, language):
    plain = f"{whole}.{decimals:018}"
    written = language.number(plain)
    assert written.replace("\N{NO-BREAK SPACE}", "").replace(language.decimal, ".") == plain
    groups = written.partition(language.decimal)[0].split("\N{NO-BREAK SPACE}")
    assert len(groups[0]) <= 3
    assert {len(group) for group in groups[1:]} <= {3}


def test_an_address_is_grouped_in_fours_and_no_group_is_parted():
    lines = wrapped(ADDRESS, 32)
    groups = " ".join(lines).removeprefix("eip155:31337: ").split()
    assert groups[0] == "0xabAB"[:2] + str(PAYEE)[2:6]
    assert {len(group) for group in groups[1:]} == {4}
    assert "".join(groups) == str(PAYEE)


@given(st.text(max_size=120), st.sampled_from(WIDTHS))
def test_wrapping_loses_no_letter(text, width):
    lines = wrapped(text, width)
    assert "".join("".join(lines).split()) == "".join(text.split())
    assert all(columns(line) <= width for line in lines)


@pytest.mark.parametrize(("copy", "mark"), [(None, "NOT ISSUED: NO RECEIPT"), (0, "ORIGINAL"), (2, "COPY 2")])
def test_it_says_whether_it_is_the_original(copy, mark):
    told = receipt() if copy is None else receipt().issued(number="RC-1", copy=copy, at_s=1)
    assert mark in paper(lay_out(told))
    assert told.is_original is (copy == 0)


@pytest.mark.parametrize("state", PaymentState)
def test_it_never_leaves_open_how_much_it_proves(state):
    told = payment_receipt(Payment(intent=intent(), state=state, updated_at_s=1), HEAD, fees=[])
    said = paper(lay_out(told))
    (standing,) = [line for line in said if line.startswith(("PENDING", "FINAL", "ENDED"))]
    expected = "FINAL" if state is PaymentState.FINAL else "ENDED" if state in UNPAID else "PENDING"
    assert standing.startswith(expected)
    assert ("Outcome" in " ".join(said)) is (state in UNPAID)


def test_names_are_printed_as_the_banks_rules_allow():
    payment = Payment(intent=intent(), state=PaymentState.FINAL, updated_at_s=1)
    whole, without = (payment_receipt(payment, replace(HEAD, payer_named=named), fees=[]) for named in (True, False))
    assert whole.payer and whole.payee and without.payer and without.payee  # noqa: PT018
    assert (whole.payer.name, whole.payee.name) == ("Anna Berger", "Bert Ohm")
    assert (without.payer.name, without.payee.name) == ("", "Bert Ohm")
    assert "Anna" not in squeezed(lay_out(without))
    assert "C00000001" in squeezed(lay_out(without))


def test_a_transaction_is_named_only_when_it_is_final():
    sent = Payment(intent=intent(), state=PaymentState.INCLUDED, updated_at_s=1, transaction_hash=b"\x1f" * 32)
    assert payment_receipt(sent, HEAD, fees=[]).transaction == ""
    final = replace(sent, state=PaymentState.FINAL)
    assert payment_receipt(final, HEAD, fees=[]).transaction == HASH


def test_the_drawer_opens_once_and_only_for_cash_that_moved():
    cash = receipt(moves_cash=True)
    assert lay_out(cash.issued(number="RC-1", copy=0, at_s=1)).opens_drawer
    assert not lay_out(cash.issued(number="RC-1", copy=1, at_s=1)).opens_drawer
    assert not lay_out(cash).opens_drawer
    pending = replace(cash, standing=Standing.PENDING)
    assert not lay_out(pending.issued(number="RC-1", copy=0, at_s=1)).opens_drawer
    assert not lay_out(receipt().issued(number="RC-1", copy=0, at_s=1)).opens_drawer


def test_a_digest_is_of_what_is_proved_and_of_no_name():
    told = receipt()
    for same in (
        replace(told, payer=replace(told.payer, name="New Name")),
        replace(told, at_s=5),
        told.issued(number="RC-1", copy=4, at_s=9),
    ):
        assert same.digest() == told.digest()
    for other in (
        replace(told, standing=Standing.PENDING),
        replace(told, amount=Amount(TOKEN, 1)),
        replace(told, amount=Amount(EURO, 2**256 - 1)),
        replace(told, fees=(Amount(TOKEN, 1),)),
        replace(told, payee=ReceiptParty(kind="customer", owner="C9")),
        replace(told, lines=(ReceiptLine(label="credited", value=Amount(TOKEN, 1)),)),
        replace(told, subject="another"),
    ):
        assert other.digest() != told.digest()


@pytest.mark.parametrize("language", Language)
def test_there_are_words_for_all_there_is(language):
    labels = [
        *(f"{part}.{purpose}" for purpose in Purpose for part in ("title", "count")),
        *(f"{kind}.{standing}" for kind in ReceiptKind for standing in Standing),
        *(f"party.{kind}" for kind in AccountKind),
        *(f"state.{state}" for state in {*UNPAID - {PaymentState.FINAL}, *RequestState}),
        *(f"deposit.{outcome}" for outcome in DepositOutcome),
        *(f"cash.{field.name}" for field in fields(CashLine) if field.name != "currency"),
        *(f"paid_back.{purpose}" for purpose in (Purpose.REFUND, Purpose.REVERSAL)),
    ]
    missing = ("shift.ended",)  # a shift does not end unpaid
    assert all(word(label, language).strip() for label in labels if label not in missing)


def test_what_has_no_words_or_no_width_is_refused():
    with pytest.raises(InvalidInput, match="words"):
        word("nothing", Language.ENGLISH)
    with pytest.raises(InvalidInput, match="32, 42 or 48"):
        lay_out(receipt(), width=40)
