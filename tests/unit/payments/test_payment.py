"""Where a payment may go from where it stands: the table of the design, and nothing else."""

from dataclasses import replace

import pytest

from tests.unit.payments.samples import intent
from tokenpay.errors import WrongState
from tokenpay.payments.payment import ENDED, UNSENT, Payment, PaymentState, Reason

S = PaymentState
OPEN_WAYS = {
    (S.HELD, S.CLEARED),
    (S.HELD, S.FINAL),
    (S.HELD, S.REFUSED),
    (S.HELD, S.CANCELLED),
    (S.HELD, S.EXPIRED),
    (S.CLEARED, S.REFUSED),
    (S.CLEARED, S.ASSIGNED),
    (S.CLEARED, S.CANCELLED),
    (S.CLEARED, S.EXPIRED),
    (S.CLEARED, S.FINAL),
    (S.ASSIGNED, S.SIGNED),
    (S.ASSIGNED, S.FAILED),
    (S.SIGNED, S.SENT),
    (S.SIGNED, S.INCLUDED),
    (S.SENT, S.INCLUDED),
    (S.SENT, S.SIGNED),
    (S.INCLUDED, S.FINAL),
    (S.INCLUDED, S.FAILED),
    (S.INCLUDED, S.SENT),
}
WHY = (Reason(code="some.code", message="for a reason"),)


def payment(state: PaymentState) -> Payment:
    return Payment(intent=intent(), state=state, updated_at_s=10, reasons=WHY, nonce=3)


@pytest.mark.parametrize("before", S)
@pytest.mark.parametrize("after", S)
def test_a_payment_goes_only_the_open_ways(before: PaymentState, after: PaymentState) -> None:
    if (before, after) not in OPEN_WAYS:
        with pytest.raises(WrongState, match=f"{before} payment cannot become {after}"):
            payment(before).to(after, at_s=20)
        return
    moved = payment(before).to(after, at_s=20)
    assert (moved.state, moved.updated_at_s, moved.nonce, moved.intent) == (after, 20, 3, intent())


def test_reasons_stay_until_others_come() -> None:
    assert payment(S.HELD).to(S.CLEARED, at_s=20).reasons == WHY
    assert payment(S.HELD).to(S.CLEARED, at_s=20, reasons=()).reasons == ()


def test_a_payment_whose_block_is_gone_is_in_none_and_in_no_transaction_of_one() -> None:
    included = replace(payment(S.INCLUDED), included_block=7, included_hash=b"\x01" * 32, transaction_hash=b"\x02" * 32)
    assert included.not_included(at_s=20) == replace(payment(S.SENT), updated_at_s=20)
    with pytest.raises(WrongState):
        payment(S.FINAL).not_included(at_s=20)


def test_an_end_leads_nowhere_and_nothing_unsent_has_a_nonce_yet() -> None:
    assert {state for state in S if state not in {before for before, _ in OPEN_WAYS}} == ENDED
    assert {S.HELD, S.CLEARED} == UNSENT


def test_a_payment_is_named_by_its_uetr() -> None:
    assert payment(S.HELD).id == intent().uetr
