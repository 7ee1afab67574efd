"""The Authenticator port means the same on every device: an answer that verifies, or AuthenticatorUnavailable.

Both stand behind python-fido2's own client. What is on the USB port is a device of ours at its transport.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from threading import Event, Timer
from typing import Any

import cbor2
import pytest
from fido2.ctap import CtapDevice, CtapError
from fido2.hid import CtapHidDevice

from tokenpay.adapters.authenticator.fido import FidoAuthenticator
from tokenpay.adapters.authenticator.software import SoftwareAuthenticator, SoftwareDevice
from tokenpay.errors import AuthenticatorUnavailable, NotPermitted
from tokenpay.parties.assertion import PaymentShown, verify_assertion
from tokenpay.parties.attestation import verify_attestation
from tokenpay.parties.passkey import SOFTWARE_AAGUID
from tokenpay.parties.passkey_challenge import PasskeyChallenge
from tokenpay.parties.relying_party import RelyingParty
from tokenpay.ports import Authenticator, Presence
from tokenpay.testing.fake_system import FakeEntropy

PARTY = RelyingParty(id="bank.example", origins=("https://bank.example",))
SHOWN = PaymentShown(payee="customer/C2", currency="DEUR", value="12.50", instrument="customer/C1")
ASKED = PasskeyChallenge(
    id="aa", challenge=bytes(range(32)), party=PARTY, operator_id="ann", expires_at_s=180, credentials=()
)
ERR = CtapError.ERR


class Key(SoftwareDevice):
    """A security key at the transport: it may refuse a command with a CTAP error, or be pulled out."""

    refuses: dict[int, Exception]
    answers: dict[int, bytes]
    options: dict[str, bool]

    def __init__(self, entropy: FakeEntropy, **named: Any) -> None:
        super().__init__(entropy, **named)
        self.refuses, self.answers, self.options, self.closed = {}, {}, {}, 0

    def call(self, cmd: int, data: bytes = b"", event: Any = None, on_keepalive: Any = None) -> bytes:
        if data and data[0] in self.refuses:
            raise self.refuses[data[0]]
        if data and data[0] in self.answers:
            return self.answers[data[0]]
        answer = super().call(cmd, data, event, on_keepalive)
        if data[0] == 4 and self.options:
            info = cbor2.loads(answer[1:])
            return b"\x00" + cbor2.dumps({**info, 4: {**info[4], **self.options}}, canonical=True)
        return answer

    def close(self) -> None:
        self.closed += 1


@pytest.fixture
def key() -> Key:
    return Key(FakeEntropy(5))


@pytest.fixture(params=["usb", "software"])
def authenticator(request: pytest.FixtureRequest, key: Key, tmp_path: Path, monkeypatch: Any) -> Authenticator:
    if request.param == "software":
        return SoftwareAuthenticator(tmp_path / "devices", FakeEntropy(6), demo=True)

    def on_the_port() -> Iterator[CtapDevice]:
        return iter((key,))

    monkeypatch.setattr(CtapHidDevice, "list_devices", on_the_port)
    return FidoAuthenticator()


def made(authenticator: Authenticator) -> tuple[Any, PasskeyChallenge]:
    """Make a key; return it, and the challenge that asks for its signature."""
    credential, _data = verify_attestation(
        authenticator.make(ASKED, Presence()), party=PARTY, challenge=ASKED.challenge
    )
    return credential, replace(ASKED, credentials=((credential.id, ("usb",)),))


def why(call: Callable[[], object]) -> str:
    with pytest.raises(AuthenticatorUnavailable) as caught:
        call()
    return caught.value.message


def test_a_key_is_made_and_signs_what_it_is_asked(authenticator: Authenticator) -> None:
    credential, asked = made(authenticator)
    assert credential.aaguid == SOFTWARE_AAGUID
    touched: list[int] = []
    person = Presence(touch=lambda: touched.append(1))
    given: dict[str, Any] = {"public_key": credential.public_key, "party": PARTY, "challenge": ASKED.challenge}
    plain = verify_assertion(authenticator.sign(asked, person), **given)
    shown = verify_assertion(authenticator.sign(replace(asked, shown=SHOWN), person), shown=SHOWN, **given)
    assert (plain.credential_id, plain.shown, shown.shown) == (credential.id, False, True)
    assert 0 < plain.counter < shown.counter
    assert touched


def test_a_device_makes_no_second_key_where_it_is_told_of_the_first(authenticator: Authenticator) -> None:
    _credential, asked = made(authenticator)
    assert "one device serves one person" in why(lambda: authenticator.make(asked, Presence()))


def test_a_device_without_the_key_signs_nothing(authenticator: Authenticator) -> None:
    made(authenticator)
    asked = replace(ASKED, credentials=((b"another", ()),))
    assert "none of your passkeys" in why(lambda: authenticator.sign(asked, Presence()))


def test_a_program_refuses_outside_a_demo_bank(tmp_path: Path) -> None:
    with pytest.raises(NotPermitted, match="demo"):
        SoftwareAuthenticator(tmp_path / "devices", FakeEntropy(6), demo=False)
    assert not (tmp_path / "devices").exists()


# --- a security key


def usb(*devices: CtapDevice, **named: Any) -> FidoAuthenticator:
    return FidoAuthenticator(lambda: iter(devices), **named)


def test_one_device_is_plugged_in_and_each_is_closed(key: Key) -> None:
    assert why(lambda: usb().make(ASKED, Presence())) == "no authenticator is plugged in"
    assert "leave one" in why(lambda: usb(key, key).make(ASKED, Presence()))
    made(usb(key))
    assert key.closed == 3


@pytest.mark.parametrize(
    ("refusal", "said"),
    [
        (OSError(5, "gone"), "taken away"),
        (CtapError(ERR.KEEPALIVE_CANCEL), "in time"),
        (CtapError(ERR.USER_ACTION_TIMEOUT), "in time"),
        (CtapError(ERR.UV_INVALID), "did not know the finger"),
        (CtapError(ERR.OPERATION_DENIED), "refused"),
        (CtapError(ERR.KEY_STORE_FULL), "give it a PIN|no room|cannot verify"),
        (CtapError(ERR.INTEGRITY_FAILURE), "refused: INTEGRITY_FAILURE"),
        (CtapError(0x7E), "no usable answer"),
        (ValueError("not canonical"), "no usable answer"),
    ],
)
def test_what_a_device_says_no_with_is_said_plainly(key: Key, refusal: Exception, said: str) -> None:
    _credential, asked = made(usb(key))
    for command in (1, 2):
        key.refuses = {command: refusal}
        call = usb(key).make if command == 1 else usb(key).sign
        with pytest.raises(AuthenticatorUnavailable, match=said):
            call(ASKED if command == 1 else asked, Presence())


@pytest.mark.parametrize("answer", [b"", b"\x00", b"\x00\xa0", b"\x00\xff", b"\x00" + cbor2.dumps({1: 1, 2: 2, 3: 3})])
def test_what_means_nothing_is_no_answer(key: Key, answer: bytes) -> None:
    key.answers = {1: answer}
    assert "no usable answer" in why(lambda: usb(key).make(ASKED, Presence()))


def test_a_device_that_verifies_nobody_is_not_taken(key: Key) -> None:
    key.options = {"uv": False}
    assert "give it a PIN or a fingerprint" in why(lambda: usb(key).make(ASKED, Presence()))


def test_a_device_that_wants_its_pin_gets_it_from_the_person(key: Key) -> None:
    key.options = {"uv": False, "clientPin": True}
    asked: list[str] = []

    def pin() -> str | None:
        asked.append("pin")
        return None

    assert "needs its PIN" in why(lambda: usb(key).make(ASKED, Presence(pin=pin)))
    assert asked == ["pin"]


def waits(stop: Event) -> bool:
    """Nobody touches: the device waits until it is told to stop."""
    return not stop.wait(5)


def test_nobody_is_waited_for_for_ever() -> None:
    key = Key(FakeEntropy(5), touched=waits)
    assert "in time" in why(lambda: usb(key, wait_s=0.05).make(ASKED, Presence()))


def test_the_person_may_stop_it() -> None:
    key, person = Key(FakeEntropy(5), touched=waits), Presence()
    Timer(0.05, person.stop.set).start()
    assert "was not waited for" in why(lambda: usb(key).make(ASKED, person))


def test_a_device_that_lost_its_key_between_touches_is_no_answer(key: Key) -> None:
    _credential, asked = made(usb(key))
    key._keys.clear()
    assert "none of your passkeys" in why(lambda: usb(key).sign(asked, Presence()))
