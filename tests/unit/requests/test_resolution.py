import pytest

from tests.unit.requests.samples import PAYEE, request
from tokenpay.errors import InvalidRequest
from tokenpay.requests.reason import Reason
from tokenpay.requests.request_state import RequestState
from tokenpay.requests.resolution import Resolution, Resolved
from tokenpay.requests.scanned import Unreadable

OURS = {Resolution.OPEN, Resolution.PART_PAID, Resolution.PAID, Resolution.EXPIRED, Resolution.CANCELLED}


@pytest.mark.parametrize(
    ("state", "resolution"),
    [
        (RequestState.OPEN, Resolution.OPEN),
        (RequestState.PART_PAID, Resolution.PART_PAID),
        (RequestState.PAID, Resolution.PAID),
        (RequestState.OVERPAID, Resolution.PAID),
        (RequestState.LATE_PAID, Resolution.PAID),
        (RequestState.EXPIRED, Resolution.EXPIRED),
        (RequestState.CANCELLED, Resolution.CANCELLED),
    ],
)
def test_a_request_of_ours_resolves_by_its_state(state, resolution):
    resolved = Resolved(resolution=Resolution.of(state), request=request())
    assert resolved.resolution is resolution
    assert resolved.trusted
    assert resolved.message == resolution.message


def test_what_may_be_paid():
    payable = {resolution for resolution in Resolution if resolution.payable}
    assert payable == {Resolution.OPEN, Resolution.PART_PAID, Resolution.FOREIGN_ADDRESS}


@pytest.mark.parametrize("resolution", sorted(set(Resolution) - OURS - {Resolution.UNREADABLE}))
def test_what_is_not_ours_is_not_trusted(resolution):
    assert not Resolved(resolution=resolution, payee=PAYEE).trusted


def test_a_frozen_token_may_stand_in_a_request_of_ours():
    assert Resolved(resolution=Resolution.FROZEN_TOKEN, request=request()).trusted


def test_unreadable_text_says_why():
    resolved = Resolved(resolution=Resolution.UNREADABLE, unreadable=Unreadable(reason=Reason.SECRET))
    assert resolved.message == Reason.SECRET.message
    assert not resolved.trusted


@pytest.mark.parametrize(
    "parts",
    [
        *({"resolution": resolution} for resolution in sorted(OURS)),
        *({"resolution": r, "request": request()} for r in sorted(set(Resolution) - OURS - {Resolution.FROZEN_TOKEN})),
        {"resolution": Resolution.UNREADABLE},
        {"resolution": Resolution.FOREIGN_ADDRESS, "unreadable": Unreadable(reason=Reason.EMPTY)},
    ],
)
def test_parts_that_do_not_agree_are_refused(parts):
    with pytest.raises(InvalidRequest):
        Resolved(**parts)
