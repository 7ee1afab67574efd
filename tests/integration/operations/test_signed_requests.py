"""sign_issued_request, bank_key, and what a scan of a signed request tells."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

import tokenpay as tp
from tests.world import CONTRACT, STRANGER, TOKEN, World, address_of, euro
from tokenpay.errors import InvalidRequest
from tokenpay.requests.request_claims import RequestClaims
from tokenpay.requests.signed_request import sign_claims
from tokenpay.wallets.hd import ExtendedPrivateKey
from tokenpay.wallets.secret import Secret

pytestmark = pytest.mark.one_database

R = tp.Resolution
OTHER_KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))


def signed(world: World, request: tp.PaymentRequest) -> str:
    return tp.sign_issued_request(world.bank, request.id, by=world.tom)


def resolution(world: World, text: str) -> tp.Resolution:
    """How a text resolves that is not to be trusted or paid."""
    found = tp.resolve_request(world.bank, text)
    assert (found.trusted, found.request, found.payee, found.amount) == (False, None, None, None)
    assert not found.resolution.payable
    return found.resolution


def bank_signs(world: World, request: tp.PaymentRequest, **changes: Any) -> str:
    """A text that the bank's own key signed, whatever it says."""
    signer: Any = world.bank.required_signer()
    claims = RequestClaims.of(request, bank=world.bank.name, payee_name=world.boris.name)
    return sign_claims(replace(claims, **changes), key=signer._request_key)


def folder_of(world: World) -> Path:
    assert world.bank.directory is not None
    return world.bank.directory


# --- signing


def test_whoever_trusts_the_banks_key_reads_the_whole_request(world: World) -> None:
    request = world.request("12.5", payee=world.boris, remittance_information="Invoice 7")
    text = signed(world, request)
    key = tp.bank_key(world.bank)
    claims = tp.verify_request(text, trusted_keys=[key], now_s=world.clock.now_s()).claims
    assert claims == RequestClaims.of(request, bank="Test", payee_name="Boris")
    assert (claims.units, claims.deposit_address) == (euro("12.5").units, address_of(request))
    assert signed(world, request) == text
    event = tp.read_events(world.bank, by=world.tom, limit=1000)[-1]
    assert (event.kind, event.subject, event.content) == ("request.signed", request.id, {"key": key.thumbprint.hex()})
    world.prove()


def test_only_what_waits_for_money_is_signed(world: World) -> None:
    paid, cancelled, expired = (world.request(20, payee=world.boris, expires_in_s=600) for _ in range(3))
    world.paid(20, request_id=paid.id)
    tp.cancel_request(world.bank, cancelled.id, by=world.tom)
    part = world.request(50, payee=world.boris)
    world.paid(20, request_id=part.id)
    assert tp.resolve_request(world.bank, signed(world, part)).amount == euro(30)
    world.clock.advance(600)
    for request in (paid, cancelled, expired):
        with pytest.raises(tp.WrongState):
            signed(world, request)
    with pytest.raises(tp.NotFound):
        tp.sign_issued_request(world.bank, "0" * 26, by=world.tom)
    frozen = world.request(20)
    world.chain.add_token(CONTRACT, code=b"other")
    tp.check_asset(world.bank, TOKEN.id, by=world.ann)
    with pytest.raises(tp.WrongState):
        signed(world, frozen)


def test_who_may_sign_and_what_has_no_address(world: World) -> None:
    request = world.request(20)
    with pytest.raises(tp.NotPermitted):
        tp.sign_issued_request(world.bank, request.id, by=world.engine)
    with pytest.raises(tp.SignerUnavailable):
        tp.sign_issued_request(replace(world.bank, signer=None), request.id, by=world.tom)
    coin = tp.find_asset(world.bank, "ETH")
    bare = tp.issue_request(world.bank, payee=world.anna.id, asset=coin, amount=None, by=world.tom, key="coin")
    with pytest.raises(InvalidRequest):
        signed(world, bare)
    tp.close_session(world.bank, by=world.tom)
    with pytest.raises(tp.SessionExpired):
        signed(world, request)


def test_an_edited_address_is_not_signed_even_with_its_public_key(world: World) -> None:
    request = world.request(20)
    world.sql("UPDATE requests SET deposit_address = :to WHERE id = :id", to=STRANGER.text, id=request.id)
    with pytest.raises(tp.IntegrityError):
        signed(world, request)
    key = tp.bank_key(world.bank)
    xpub = ExtendedPrivateKey.from_seed(Secret(bytes(64))).public().xpub()
    world.sql("UPDATE bank SET value = :xpub WHERE name = 'deposit_xpub'", xpub=xpub)
    theirs = world.request(30)
    with pytest.raises(tp.SignerRefused):
        signed(world, theirs)
    assert tp.bank_key(world.bank) == key
    assert "request.signed" not in {event.kind for event in tp.read_events(world.bank, by=world.tom, limit=1000)}


def test_a_signer_that_signs_something_else_is_noticed(world: World) -> None:
    request, other = world.request(20, payee=world.boris), world.request(30, payee=world.boris)

    class Lying:
        def __init__(self, text: str) -> None:
            self.text = text

        def sign_request(self, *_: object, **__: object) -> str:
            return self.text

    for text in (signed(world, other), signed(world, request)[:-1], "TKP:" + request.id, ""):
        with pytest.raises(tp.IntegrityError):
            tp.sign_issued_request(replace(world.bank, signer=Lying(text)), request.id, by=world.tom)  # type: ignore[arg-type]


# --- scanning


def test_a_signed_request_resolves_as_its_reference_does(world: World) -> None:
    request = world.request(50, payee=world.boris)
    text = signed(world, request)
    for scanned in (text, f" {text}\r\n"):
        assert tp.resolve_request(world.bank, scanned) == tp.resolve_request(world.bank, request.reference)
    found = tp.resolve_request(replace(world.bank, signer=None), text)
    assert (found.resolution, found.trusted, found.request) == (R.OPEN, True, request)
    world.paid(50, request_id=request.id)
    assert tp.resolve_request(world.bank, text).resolution is R.PAID
    cancelled = world.request(50, payee=world.boris)
    text = signed(world, cancelled)
    tp.cancel_request(world.bank, cancelled.id, by=world.tom)
    assert tp.resolve_request(world.bank, text).resolution is R.CANCELLED
    open_amount = world.request(None, payee=world.boris)
    assert tp.resolve_request(world.bank, signed(world, open_amount)).request == open_amount


def test_a_changed_text_is_not_genuine(world: World) -> None:
    text = signed(world, world.request(50, payee=world.boris))
    letters = range(len("TKS:") + 8, len(text), 37)
    said = {resolution(world, text[:at] + ("A" if text[at] != "A" else "B") + text[at + 1 :]) for at in letters}
    assert said <= {R.NOT_GENUINE, R.OTHER_BANK}  # a changed name of the key is another bank's
    assert R.NOT_GENUINE in said
    for damaged in (text[:-8], text + "AAAAAAAA", "TKS:A", "TKS:" + "A" * 3_000):
        assert resolution(world, damaged) is R.NOT_GENUINE
    for unreadable in (text.lower(), "TKS:", text + "=", text.replace("TKS:", "TKS: ")):
        found = tp.resolve_request(world.bank, unreadable)
        assert found.unreadable == tp.Unreadable(reason=tp.read_request("TKS:").reason)  # type: ignore[union-attr]


def test_another_banks_request_is_named_so(world: World) -> None:
    request = world.request(50, payee=world.boris)
    theirs = tp.sign_request(request, key=OTHER_KEY, bank=world.bank.name, payee_name="Boris")
    assert resolution(world, theirs) is R.OTHER_BANK
    assert resolution(world, bank_signs(world, request, bank="Other Bank")) is R.OTHER_BANK


def test_time_is_the_requests_own(world: World) -> None:
    request = world.request(50, payee=world.boris, expires_in_s=600)
    text = signed(world, request)
    world.clock.advance(-1)
    assert resolution(world, text) is R.NOT_YET_VALID
    world.clock.advance(600)
    assert tp.resolve_request(world.bank, text).resolution is R.OPEN
    world.clock.advance(1)
    assert resolution(world, text) is R.SIGNED_EXPIRED


def test_what_the_bank_signed_and_no_longer_says_is_altered(world: World) -> None:
    request = world.request(50, payee=world.boris)
    changes: list[dict[str, Any]] = [
        {"payee_name": "Anna"},
        {"asset_id": f"eip155:1/erc20:{CONTRACT}"},
        {"units": 1},
        {"units": None},
        {"deposit_address": STRANGER},
        {"issued_at_s": request.created_at_s - 1},
        {"expires_at_s": request.expires_at_s + 1},
        {"remittance_information": "x"},
    ]
    for change in changes:
        assert resolution(world, bank_signs(world, request, **change)) is R.ALTERED, change
    assert resolution(world, bank_signs(world, request, id="0" * 26)) is R.UNKNOWN_REFERENCE
    text = signed(world, request)
    world.sql("UPDATE requests SET remittance_information = 'other' WHERE id = :id", id=request.id)
    assert resolution(world, text) is R.ALTERED
    coin = tp.find_asset(world.bank, "ETH")
    bare = tp.issue_request(world.bank, payee=world.boris.id, asset=coin, amount=None, by=world.tom, key="coin")
    assert resolution(world, bank_signs(world, replace(bare, deposit_address=STRANGER))) is R.ALTERED


# --- the key in the books


def test_a_bank_from_before_has_its_key_when_the_signer_is_next_opened(world: World) -> None:
    request = world.request(50, payee=world.boris)
    text, key = signed(world, request), tp.bank_key(world.bank)
    world.sql("DELETE FROM bank WHERE name = 'request_key'")
    ports: dict[str, Any] = {"clock": world.clock, "chain_ports": {}}
    for _ in range(2):
        with tp.open_bank(folder_of(world), **ports) as terminal:
            with pytest.raises(tp.NotFound):
                tp.bank_key(terminal)
            assert tp.resolve_request(terminal, text).resolution is R.OTHER_BANK
    with pytest.raises(tp.NotFound):
        signed(world, request)
    for _ in range(2):
        with tp.open_bank(folder_of(world), signer=True, **ports) as bank:
            assert tp.bank_key(bank) == key
    assert tp.resolve_request(world.bank, text).request == request


def test_a_key_in_the_books_that_is_not_the_signers_is_noticed(world: World) -> None:
    theirs = OTHER_KEY.public_key().public_bytes_raw().hex()
    request = world.request(50)
    text = signed(world, request)
    world.sql("UPDATE bank SET value = :key WHERE name = 'request_key'", key=theirs)
    with pytest.raises(tp.IntegrityError), tp.open_bank(folder_of(world), signer=True):
        pass
    with pytest.raises(tp.IntegrityError):
        signed(world, request)
    for value in ("no key", theirs[:-2]):
        world.sql("UPDATE bank SET value = :key WHERE name = 'request_key'", key=value)
        for ask in (lambda: tp.bank_key(world.bank), lambda: tp.resolve_request(world.bank, text)):
            with pytest.raises(tp.IntegrityError):
                ask()
