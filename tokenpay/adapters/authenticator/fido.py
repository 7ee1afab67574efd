"""Security keys (FIDO2, CTAP 2) through python-fido2: the terminal is the client that WebAuthn speaks of."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from threading import Event, Timer
from typing import TypeVar

import cbor2
from fido2.client import ClientError, Fido2Client, PinRequiredError, UserInteraction
from fido2.ctap import CtapDevice, CtapError
from fido2.ctap2.pin import ClientPin
from fido2.hid import CtapHidDevice
from fido2.payment import PaymentClientDataCollector
from fido2.webauthn import (
    AttestationConveyancePreference,
    AuthenticatorSelectionCriteria,
    AuthenticatorTransport,
    PublicKeyCredentialCreationOptions,
    PublicKeyCredentialDescriptor,
    PublicKeyCredentialParameters,
    PublicKeyCredentialRequestOptions,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialType,
    PublicKeyCredentialUserEntity,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from tokenpay.errors import AuthenticatorUnavailable
from tokenpay.parties.assertion import Assertion, PaymentShown
from tokenpay.parties.attestation import Attestation
from tokenpay.parties.cose_key import ALGORITHMS
from tokenpay.parties.passkey_challenge import PasskeyChallenge
from tokenpay.parties.relying_party import RelyingParty
from tokenpay.ports import Presence

T = TypeVar("T")
WAIT_S = 60.0
_KEY = PublicKeyCredentialType.PUBLIC_KEY
_VERIFY = UserVerificationRequirement.REQUIRED
_HELD = "this authenticator holds a key of the bank's staff already, or of this person: one device serves one person"
_OTHERS = "this authenticator holds none of your passkeys"
_REFUSALS = {
    CtapError.ERR.PIN_INVALID: "the authenticator's PIN was wrong",
    CtapError.ERR.PIN_BLOCKED: "the authenticator has locked its PIN after too many wrong ones",
    CtapError.ERR.PIN_AUTH_BLOCKED: "the authenticator wants to be taken out and put in again, after wrong PINs",
    CtapError.ERR.UV_BLOCKED: "the authenticator has locked its reader after too many wrong fingers",
    CtapError.ERR.UV_INVALID: "the authenticator did not know the finger",
    CtapError.ERR.OPERATION_DENIED: "the authenticator refused",
    CtapError.ERR.KEY_STORE_FULL: "the authenticator has no room for another key",
}


def usb_devices() -> Iterator[CtapDevice]:
    """Yield the security keys on this machine's USB ports."""
    return CtapHidDevice.list_devices()


class FidoAuthenticator:
    """Asks the one device that is there; `devices` finds it, and each is closed after it was asked."""

    def __init__(self, devices: Callable[[], Iterator[CtapDevice]] = usb_devices, *, wait_s: float = WAIT_S) -> None:
        self._devices = devices
        self._wait_s = wait_s

    def make(self, asked: PasskeyChallenge, person: Presence) -> Attestation:
        options = PublicKeyCredentialCreationOptions(
            rp=PublicKeyCredentialRpEntity(id=asked.party.id, name=asked.party.id),
            user=PublicKeyCredentialUserEntity(id=asked.operator_id.encode(), name=asked.operator_id),
            challenge=asked.challenge,
            pub_key_cred_params=[PublicKeyCredentialParameters(type=_KEY, alg=alg) for alg in ALGORITHMS],
            exclude_credentials=_descriptors(asked),
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.DISCOURAGED, user_verification=_VERIFY
            ),
            attestation=AttestationConveyancePreference.NONE,
        )
        made = self._ask(asked.party, person, _HELD, lambda client: client.make_credential(options, person.stop))
        attested = made.response.attestation_object
        itself = attested.fmt == "packed" and set(attested.att_stmt) == {"alg", "sig"}
        # Who made the device is nobody's business here: its statement could tell one device from another.
        written = {
            "fmt": attested.fmt if itself else "none",
            "attStmt": dict(attested.att_stmt) if itself else {},
            "authData": bytes(attested.auth_data),
        }
        return Attestation(
            client_data=bytes(made.response.client_data),
            attestation_object=cbor2.dumps(written, canonical=True),
            transports=("usb",),
        )

    def sign(self, asked: PasskeyChallenge, person: Presence) -> Assertion:
        options = PublicKeyCredentialRequestOptions(
            challenge=asked.challenge,
            rp_id=asked.party.id,
            allow_credentials=_descriptors(asked),
            user_verification=_VERIFY,
            extensions=None if asked.shown is None else {"payment": _payment(asked.party, asked.shown)},
        )
        found = self._ask(asked.party, person, _OTHERS, lambda client: client.get_assertion(options, person.stop))
        given = found.get_response(0)
        return Assertion(
            credential_id=given.raw_id,
            client_data=bytes(given.response.client_data),
            authenticator_data=bytes(given.response.authenticator_data),
            signature=given.response.signature,
        )

    def _ask(self, party: RelyingParty, person: Presence, ineligible: str, call: Callable[[Fido2Client], T]) -> T:
        collector = PaymentClientDataCollector(party.origins[0])
        waited = Event()

        def end() -> None:
            waited.set()
            person.stop.set()

        timer = Timer(self._wait_s, end)
        timer.daemon = True
        try:
            with self._device() as device:
                timer.start()
                return call(Fido2Client(device, collector, user_interaction=_Person(person)))
        except PinRequiredError:
            raise AuthenticatorUnavailable("the authenticator needs its PIN, and none was given") from None
        except ClientError as error:
            if person.stop.is_set():
                why = (
                    "nobody touched the authenticator in time"
                    if waited.is_set()
                    else "the authenticator was not waited for"
                )
                raise AuthenticatorUnavailable(why) from None
            raise AuthenticatorUnavailable(_why(error, ineligible)) from None
        except OSError:
            raise AuthenticatorUnavailable("the authenticator was taken away, or may not be opened here") from None
        except AuthenticatorUnavailable:
            raise
        except Exception:  # whatever a device or its driver may say: it is no answer
            raise AuthenticatorUnavailable("the authenticator gave no usable answer") from None
        finally:
            timer.cancel()

    @contextmanager
    def _device(self) -> Iterator[CtapDevice]:
        devices = list(self._devices())
        try:
            if not devices:
                raise AuthenticatorUnavailable("no authenticator is plugged in")
            if len(devices) > 1:
                raise AuthenticatorUnavailable("several authenticators are plugged in: leave one")
            yield devices[0]
        finally:
            for device in devices:
                device.close()


class _Person(UserInteraction):
    """The person as the client reaches them."""

    def __init__(self, person: Presence) -> None:
        self._person = person

    def prompt_up(self) -> None:
        self._person.touch()

    def request_uv(self, permissions: ClientPin.PERMISSION, rp_id: str | None) -> bool:
        self._person.touch()
        return True

    def request_pin(self, permissions: ClientPin.PERMISSION, rp_id: str | None) -> str | None:
        return self._person.pin()


def _descriptors(asked: PasskeyChallenge) -> Sequence[PublicKeyCredentialDescriptor]:
    known = {transport.value: transport for transport in AuthenticatorTransport}
    return [
        PublicKeyCredentialDescriptor(
            type=_KEY, id=id, transports=[known[name] for name in transports if name in known] or None
        )
        for id, transports in asked.credentials
    ]


def _payment(party: RelyingParty, shown: PaymentShown) -> dict[str, object]:
    """Return what the client writes down of what it showed (Secure Payment Confirmation, 5.2)."""
    return {
        "isPayment": True,
        "rpId": party.id,
        "topOrigin": party.origins[0],
        "payeeName": shown.payee,
        "total": {"currency": shown.currency, "value": shown.value},
        "instrument": {"displayName": shown.instrument, "icon": "data:,", "iconMustBeShown": False},
    }


def _why(error: ClientError, ineligible: str) -> str:
    if error.code is ClientError.ERR.DEVICE_INELIGIBLE:
        return ineligible
    if error.code is ClientError.ERR.TIMEOUT:
        return "nobody touched the authenticator in time"
    if error.code is ClientError.ERR.CONFIGURATION_UNSUPPORTED:
        return "the authenticator cannot verify its person: give it a PIN or a fingerprint first"
    cause = error.cause
    if isinstance(cause, CtapError) and isinstance(cause.code, CtapError.ERR):
        return _REFUSALS.get(cause.code, f"the authenticator refused: {cause.code.name}")
    return "the authenticator gave no usable answer"
