"""What a passkey's signature proves, and every way in which it proves nothing."""

import json
from dataclasses import replace
from typing import Any

import cbor2
import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from tests.unit.parties.key_on_paper import (
    ATTESTED,
    BACKED_UP,
    CHALLENGE,
    ELIGIBLE,
    EXTENDED,
    PARTY,
    PRESENT,
    VERIFIED,
    KeyOnPaper,
)
from tokenpay.errors import IntegrityError, InvalidInput
from tokenpay.parties.assertion import Assertion, PaymentShown, VerifiedAssertion, check_counter, verify_assertion
from tokenpay.parties.cose_key import check_cose_key, verify_signature
from tokenpay.parties.relying_party import RelyingParty, websafe

KEY = KeyOnPaper()
SHOWN = PaymentShown(payee="customer/C2", currency="DEUR", value="12.500000", instrument="customer/C1")
PAYMENT: dict[str, Any] = {
    "rpId": PARTY.id,
    "topOrigin": PARTY.origins[0],
    "payeeName": "customer/C2",
    "total": {"currency": "DEUR", "value": "12.500000"},
    "instrument": {"displayName": "customer/C1", "icon": "https://bank.example/card.png"},
}


def verify(assertion: Assertion, **given: Any) -> VerifiedAssertion:
    given = {"public_key": KEY.public_key, "party": PARTY, "challenge": CHALLENGE, **given}
    return verify_assertion(assertion, **given)


def confirmed(**changes: Any) -> Assertion:
    """A Secure Payment Confirmation that showed the payment with these changes; None takes a word away."""
    payment = {name: word for name, word in {**PAYMENT, **changes}.items() if word is not None}
    return KEY.sign(said={"type": "payment.get", "payment": payment})


def test_an_assertion_as_it_was_asked_for_is_verified() -> None:
    verified = verify(KEY.sign(count=5))
    assert (verified.credential_id, verified.counter, verified.backed_up, verified.shown) == (KEY.id, 5, False, False)
    assert verify(KEY.sign(said={"origin": PARTY.origins[1], "crossOrigin": None})).shown is False
    assert verify(KEY.sign(flags=PRESENT | VERIFIED | ELIGIBLE | BACKED_UP)).backed_up
    extended = KEY.sign(flags=PRESENT | VERIFIED | EXTENDED, rest=cbor2.dumps({"thirdPartyPayment": True}))
    assert verify(extended).shown is False
    assert verify(KEY.sign(said={"later_word": "clients may say more"})).shown is False


_P = 2**255 - 19
_OF_ORDER_8 = int.from_bytes(
    bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"), "little"
)


@pytest.mark.parametrize("sign", [0, 1 << 255])
@pytest.mark.parametrize("y", [0, 1, _P - 1, _P, _P + 1, _OF_ORDER_8, _P - _OF_ORDER_8])
def test_a_key_under_which_anybody_signs_is_none(y: int, sign: int) -> None:
    encoded = (y | sign).to_bytes(32, "little")
    with pytest.raises(InvalidInput, match="anybody signs"):
        check_cose_key(cbor2.dumps({1: 1, 3: -8, -1: 6, -2: encoded}, canonical=True))
    if y < _P and not sign:  # as written by who follows RFC 8032: every eighth message, at the least, is signed by this
        anybodys = (1).to_bytes(64, "little")

        def holds(message: bytes) -> bool:
            try:
                Ed25519PublicKey.from_public_bytes(encoded).verify(anybodys, message)
            except InvalidSignature:
                return False
            return True

        assert any(holds(bytes([number])) for number in range(256))


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"challenge": bytes(32)}, "another challenge"),
        ({"said": {"challenge": None}}, "another challenge"),
        ({"said": {"challenge": websafe(CHALLENGE) + "="}}, "another challenge"),
        ({"said": {"challenge": 5}}, "another challenge"),
        ({"said": {"type": "webauthn.create"}}, "something else"),
        ({"said": {"type": None}}, "something else"),
        ({"said": {"type": "payment.get", "payment": PAYMENT}}, "something else"),
        ({"said": {"payment": PAYMENT}}, "something else"),
        ({"said": {"origin": "https://bank.example.evil.example"}}, "another place"),
        ({"said": {"origin": "http://bank.example"}}, "another place"),
        ({"said": {"origin": "https://other.bank.example"}}, "another place"),
        ({"said": {"origin": None}}, "another place"),
        ({"said": {"crossOrigin": True}}, "somebody else"),
        ({"said": {"crossOrigin": 0}}, "somebody else"),
        ({"said": {"crossOrigin": "false"}}, "somebody else"),
        ({"said": {"topOrigin": "https://bank.example"}}, "somebody else"),
        ({"flags": VERIFIED}, "nobody touched"),
        ({"flags": PRESENT}, "did not verify its person"),
        ({"flags": 0}, "nobody touched"),
        ({"flags": 0xFF & ~VERIFIED, "rest": b""}, "did not verify its person"),
        ({"rp_hash": bytes(32)}, "another relying party"),
    ],
)
def test_one_that_was_asked_for_otherwise_is_refused(changes: dict[str, Any], why: str) -> None:
    with pytest.raises(IntegrityError, match=why):
        verify(KEY.sign(**changes))


@pytest.mark.parametrize(
    "changes",
    [
        {"flags": PRESENT | VERIFIED | BACKED_UP},
        {"rest": b"\x00"},
        {"flags": PRESENT | VERIFIED | EXTENDED},
        {"flags": PRESENT | VERIFIED | EXTENDED, "rest": cbor2.dumps([1])},
        {"flags": PRESENT | VERIFIED | EXTENDED, "rest": cbor2.dumps({"a": 1}) + b"\x00"},
        {"flags": PRESENT | VERIFIED | EXTENDED, "rest": b"\xa1\x18\x01\x01"},
        {"flags": PRESENT | VERIFIED | ATTESTED, "rest": bytes(16) + b"\x00\x01k" + KEY.public_key},
    ],
)
def test_bytes_that_mean_nothing_are_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput):
        verify(KEY.sign(**changes))


@pytest.mark.parametrize("client_data", [b"", b"{", b"[]", b"\xff", b"null", b'{"type":"webauthn.get","type":"x"}'])
def test_client_data_that_cannot_be_read_is_refused(client_data: bytes) -> None:
    with pytest.raises(InvalidInput):
        verify(replace(KEY.sign(), client_data=client_data))


def test_the_data_of_an_authenticator_has_its_length() -> None:
    for size in (0, 1, 36):
        with pytest.raises(InvalidInput):
            verify(replace(KEY.sign(), authenticator_data=bytes(size)))


def test_another_key_does_not_verify_it() -> None:
    with pytest.raises(IntegrityError, match="did not sign"):
        verify(KEY.sign(), public_key=KeyOnPaper(number=8).public_key)


def test_no_bit_of_an_assertion_is_free() -> None:
    whole = KEY.sign(said={"type": "payment.get", "payment": PAYMENT})
    assert verify(whole, shown=SHOWN).shown
    for name in ("client_data", "authenticator_data", "signature"):
        data: bytes = getattr(whole, name)
        for bit in range(8 * len(data)):
            flipped = bytearray(data)
            flipped[bit // 8] ^= 1 << bit % 8
            with pytest.raises((IntegrityError, InvalidInput)):
                verify(replace(whole, **{name: bytes(flipped)}), shown=SHOWN)


def test_a_payment_that_was_shown_as_it_is_is_taken() -> None:
    assert verify(confirmed(), shown=SHOWN).shown
    assert verify(confirmed(total={"currency": "DEUR", "value": "12.5"}), shown=SHOWN).shown  # the same number


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"total": {"currency": "DEUR", "value": "12.500001"}}, "another amount"),
        ({"total": {"currency": "DEUR", "value": "125.00000"}}, "another amount"),
        ({"total": {"currency": "DEUR", "value": "1.25e1"}}, "another amount"),
        ({"total": {"currency": "DEUR", "value": 12.5}}, "another amount"),
        ({"total": {"currency": "DEUR", "value": "-12.5"}}, "another amount"),
        ({"total": {"currency": "USD", "value": "12.500000"}}, "another amount"),
        ({"total": {"currency": "DEUR"}}, "another amount"),
        ({"payeeName": "customer/C3"}, "another payee"),
        ({"payeeName": None}, "another payee"),
        ({"payeeOrigin": "https://shop.example"}, "another payee"),
        ({"instrument": {"displayName": "customer/C9", "icon": ""}}, "another payer"),
        ({"rpId": "evil.example"}, "another bank"),
        ({"topOrigin": "https://evil.example"}, "another bank"),
        ({"topOrigin": None}, "another bank"),
    ],
)
def test_a_payment_that_was_shown_otherwise_is_refused(changes: dict[str, Any], why: str) -> None:
    with pytest.raises(IntegrityError, match=why):
        verify(confirmed(**changes), shown=SHOWN)


@pytest.mark.parametrize("payment", [None, [], "payment", {"total": []}, {**PAYMENT, "total": None}])
def test_a_confirmation_without_its_payment_is_refused(payment: Any) -> None:
    with pytest.raises((IntegrityError, InvalidInput)):
        verify(KEY.sign(said={"type": "payment.get", "payment": payment}), shown=SHOWN)


def test_a_counter_only_goes_up() -> None:
    for before, now in ((0, 0), (0, 1), (1, 2), (1, 2**32 - 1)):
        check_counter(before, now)
    for before, now in ((1, 1), (2, 1), (1, 0), (2**32 - 1, 0)):
        with pytest.raises(IntegrityError, match="counter"):
            check_counter(before, now)


def test_ed25519_keys_sign_too() -> None:
    private = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
    cose = cbor2.dumps({1: 1, 3: -8, -1: 6, -2: private.public_key().public_bytes_raw()}, canonical=True)
    verify_signature(cose, b"message", private.sign(b"message"))
    with pytest.raises(IntegrityError):
        verify_signature(cose, b"massage", private.sign(b"message"))


_POINT = cbor2.loads(KEY.public_key)


@pytest.mark.parametrize(
    "cose",
    [
        b"",
        b"\xa0",
        cbor2.dumps([]),
        KEY.public_key + b"\x00",
        cbor2.dumps(dict(reversed(_POINT.items()))),
        cbor2.dumps({**_POINT, -1: 2}, canonical=True),
        cbor2.dumps({**_POINT, 3: -257}, canonical=True),
        cbor2.dumps({**_POINT, 2: b"kid"}, canonical=True),
        cbor2.dumps({**_POINT, -2: bytes(32)}, canonical=True),
        cbor2.dumps({**_POINT, -3: b"short"}, canonical=True),
        cbor2.dumps({key: value for key, value in _POINT.items() if key != -3}, canonical=True),
        cbor2.dumps({1: 1, 3: -8, -1: 6, -2: bytes(31)}, canonical=True),
        cbor2.dumps({1: 1, 3: -8, -1: 6, -2: bytes(32), -3: bytes(32)}, canonical=True),
    ],
)
def test_what_is_no_public_key_verifies_nothing(cose: bytes) -> None:
    with pytest.raises(InvalidInput):
        verify_signature(cose, b"", b"")


@pytest.mark.parametrize(
    ("id", "origins"),
    [
        ("Bank.example", ("https://bank.example",)),
        ("", ("https://bank.example",)),
        ("bank.example", ()),
        ("bank.example", ("http://bank.example",)),
        ("bank.example", ("https://evilbank.example",)),
        ("bank.example", ("https://bank.example/",)),
        ("bank.example", ("https://bank.example/pay",)),
        ("bank.example", ("https://bank.example", "https://evil.example")),
    ],
)
def test_a_relying_party_is_one_domain(id: str, origins: tuple[str, ...]) -> None:
    with pytest.raises(InvalidInput):
        RelyingParty(id=id, origins=origins)


def test_client_data_is_compared_as_it_was_signed() -> None:
    signed = KEY.sign()
    spaced = json.dumps(json.loads(signed.client_data), indent=1).encode()
    with pytest.raises(IntegrityError, match="did not sign"):
        verify(replace(signed, client_data=spaced))
