"""A change of the staff: every field of it is signed, by two people who admit and by one who dismisses."""

from dataclasses import replace
from typing import Any

import pytest

from tokenpay.compliance.policy_proposal import ProposalState
from tokenpay.compliance.staff_change import StaffChange, StaffChangeKind
from tokenpay.errors import IntegrityError, InvalidInput
from tokenpay.parties.credential import public_key_of
from tokenpay.parties.operator import ENGINE_ID, Operator, Role
from tokenpay.parties.session import Session


def operator(id: str, seed: int, **changes: Any) -> Operator:
    content = {"id": id, "name": id.title(), "role": Role.SUPERVISOR, "branch": "main"}
    return Operator(**{**content, "public_key": public_key_of(bytes([seed] * 32)), **changes})


def session(id: str, seed: int) -> Session:
    return Session(
        id=id, operator=operator(id, seed), terminal="T1", opened_at_s=0, expires_at_s=9, key=bytes([seed] * 32)
    )


ANN, BOB = session("ann", 1), session("bob", 2)
CAROL = operator("carol", 3)
ADMITTED = StaffChange.admission("ST-1", CAROL, by=ANN, at_s=5).approved(by=BOB, at_s=7)
DISMISSED = StaffChange.dismissal("ST-2", CAROL, reason="left", by=ANN, at_s=9)
KEYS = (ANN.public_key, BOB.public_key)


def test_two_admit_and_one_dismisses() -> None:
    assert (ADMITTED.state, DISMISSED.state) == (ProposalState.APPROVED, ProposalState.APPROVED)
    assert ADMITTED.signed == (("ann", 5), ("bob", 7))
    assert DISMISSED.signed == (("ann", 9),)
    ADMITTED.verify(*KEYS)
    DISMISSED.verify(KEYS[0])
    assert StaffChange.admission("ST-1", CAROL, by=ANN, at_s=5).approved(by=BOB, at_s=1).decided_at_s == 5


OF_THE_OPERATOR: dict[str, Any] = {
    "id": "carola",
    "name": "Caroline",
    "role": Role.TELLER,
    "branch": "other",
    "public_key": public_key_of(bytes([4] * 32)),
}
OTHER: dict[str, Any] = {
    "id": "ST-other",
    "proposed_by": "eve",
    "proposed_at_s": 6,
    "signature": b"\0" * 64,
    **{f"operator.{field}": replace(CAROL, **{field: value}) for field, value in OF_THE_OPERATOR.items()},
}
DECIDED: dict[str, Any] = {"decided_by": "eve", "decided_at_s": 8, "decided_signature": ADMITTED.signature}


@pytest.mark.parametrize("field", [*OTHER, *DECIDED, "kind"])
def test_every_field_is_signed(field: str) -> None:
    value: Any = {**OTHER, **DECIDED, "kind": StaffChangeKind.DISMISS}[field]
    changed = replace(ADMITTED, **{field.partition(".")[0]: value})
    with pytest.raises(IntegrityError):
        changed.verify(*KEYS[: len(changed.signed)])
    if field in OTHER:
        with pytest.raises(IntegrityError):
            replace(DISMISSED, **{field.partition(".")[0]: value}).verify(KEYS[0])


def test_what_is_not_signed_by_who_must_sign_it() -> None:
    for change, keys in (
        (StaffChange.admission("ST-1", CAROL, by=ANN, at_s=5), KEYS),  # nobody decided
        (replace(ADMITTED, decided_by="ann"), KEYS),
        (replace(DISMISSED, kind=StaffChangeKind.ADMIT), KEYS),  # one signature is no admission
        (replace(DISMISSED, operator=ANN.operator), KEYS[:1]),
        (ADMITTED, (KEYS[0], KEYS[0])),
        (ADMITTED, KEYS[::-1]),
        (ADMITTED, KEYS[:1]),
        (ADMITTED, (b"", b"")),
        (DISMISSED, KEYS[1:]),
        (DISMISSED, ()),
    ):
        with pytest.raises(IntegrityError):
            change.verify(*keys)


@pytest.mark.parametrize(
    "who",
    [
        {"id": ENGINE_ID, "role": Role.ENGINE, "branch": ENGINE_ID},
        {"id": "c1.1", "role": Role.CUSTOMER, "customer_id": "C1"},
    ],
)
def test_staff_are_people_of_the_bank(who: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput):
        StaffChange.admission("ST-3", operator(who.pop("id"), 3, **who), by=ANN, at_s=1)
