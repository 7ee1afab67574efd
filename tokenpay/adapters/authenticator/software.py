"""An authenticator that is a program: for tests, and for a bank that was founded as a demo. It verifies nobody."""

import json
import os
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from threading import Event
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, derive_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from fido2.ctap import STATUS, CtapDevice, CtapError
from fido2.ctap2.base import Ctap2
from fido2.hid import CAPABILITY, CTAPHID

from tokenpay.adapters.authenticator.fido import FidoAuthenticator
from tokenpay.errors import NotPermitted
from tokenpay.parties.assertion import Assertion
from tokenpay.parties.attestation import Attestation
from tokenpay.parties.cose_key import ES256, p256_cose_key
from tokenpay.parties.passkey import SOFTWARE_AAGUID
from tokenpay.parties.passkey_challenge import PasskeyChallenge
from tokenpay.ports import Entropy, Presence

_PRESENT, _VERIFIED, _ATTESTED = 0x01, 0x04, 0x40
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_ERR = CtapError.ERR


class SoftwareDevice(CtapDevice):
    """A CTAP 2 device that keeps its keys in a file, or in memory without one, and touches itself.

    `touched` is asked each time whether somebody touches it. It answers getInfo, makeCredential, getAssertion and
    selection, with user verification that is always given.
    """

    def __init__(
        self,
        entropy: Entropy,
        path: Path | None = None,
        *,
        touched: Callable[[Event], bool] = lambda _stop: True,
    ) -> None:
        self._entropy = entropy
        self._path = path
        self._touched = touched
        self._keys: dict[str, dict[str, Any]] = {}
        if path is not None and path.exists():
            self._keys = json.loads(path.read_text("utf-8"))

    @property
    def capabilities(self) -> int:
        return CAPABILITY.CBOR

    @classmethod
    def list_devices(cls) -> Iterator["SoftwareDevice"]:
        return iter(())

    def call(
        self,
        cmd: int,
        data: bytes = b"",
        event: Event | None = None,
        on_keepalive: Callable[[STATUS], None] | None = None,
    ) -> bytes:
        """Answer one CTAP command, as a device on a port would."""
        if cmd != CTAPHID.CBOR:
            raise CtapError(_ERR.INVALID_COMMAND)
        asked = cbor2.loads(data[1:]) if data[1:] else {}
        try:
            answer = self._answer(data[0], asked, event or Event(), on_keepalive)
        except CtapError as error:
            return bytes([int(error.code)])
        return b"\x00" + cbor2.dumps(answer, canonical=True)

    def _answer(
        self, command: int, asked: dict[int, Any], stop: Event, on_keepalive: Callable[[STATUS], None] | None
    ) -> dict[int, Any]:
        def touch() -> None:
            if on_keepalive is not None:
                on_keepalive(STATUS.UPNEEDED)
            if not self._touched(stop) or stop.is_set():
                raise CtapError(_ERR.KEEPALIVE_CANCEL)

        if command == Ctap2.CMD.GET_INFO:
            options = {"rk": False, "up": True, "uv": True, "plat": False}
            return {1: ["FIDO_2_0", "FIDO_2_1"], 3: SOFTWARE_AAGUID, 4: options, 6: [2], 7: 64, 8: 64}
        if command == Ctap2.CMD.MAKE_CREDENTIAL:
            return self._make(asked, touch)
        if command == Ctap2.CMD.GET_ASSERTION:
            return self._sign(asked, touch)
        if command == Ctap2.CMD.SELECTION:
            touch()
            return {}
        raise CtapError(_ERR.INVALID_COMMAND)

    def _make(self, asked: dict[int, Any], touch: Callable[[], None]) -> dict[int, Any]:
        client_data_hash, party = asked[1], asked[2]["id"]
        if not any(wanted.get("alg") == ES256 for wanted in asked[4]):
            raise CtapError(_ERR.UNSUPPORTED_ALGORITHM)
        touch()
        if any(self._holds(party, excluded["id"]) for excluded in asked.get(5, ())):
            raise CtapError(_ERR.CREDENTIAL_EXCLUDED)
        id, number = self._entropy.random(32), int.from_bytes(self._entropy.random(40)) % (_ORDER - 1) + 1
        self._keys[id.hex()] = {"party": party, "key": f"{number:064x}", "count": 0}
        point = derive_private_key(number, SECP256R1()).public_key().public_numbers()
        public_key = p256_cose_key(point.x.to_bytes(32), point.y.to_bytes(32))
        made = SOFTWARE_AAGUID + len(id).to_bytes(2) + id + public_key
        data = self._data(id, party, _PRESENT | _VERIFIED | _ATTESTED) + made
        self._keep()
        return {1: "packed", 2: data, 3: {"alg": ES256, "sig": self._signature(id, data, client_data_hash)}}

    def _sign(self, asked: dict[int, Any], touch: Callable[[], None]) -> dict[int, Any]:
        party, client_data_hash = asked[1], asked[2]
        wanted = [allowed["id"] for allowed in asked.get(3, ())]
        id = next((id for id in wanted if self._holds(party, id)), None)
        present = asked.get(5, {}).get("up", True)
        if present:
            touch()
        if id is None:
            raise CtapError(_ERR.NO_CREDENTIALS)
        data = self._data(id, party, _PRESENT | _VERIFIED if present else 0)
        self._keep()
        signature = self._signature(id, data, client_data_hash)
        return {1: {"id": id, "type": "public-key"}, 2: data, 3: signature}

    def _holds(self, party: str, id: bytes) -> bool:
        return self._keys.get(id.hex(), {}).get("party") == party

    def _data(self, id: bytes, party: str, flags: int) -> bytes:
        self._keys[id.hex()]["count"] += 1
        count: int = self._keys[id.hex()]["count"]
        return sha256(party.encode()).digest() + bytes([flags]) + count.to_bytes(4)

    def _signature(self, id: bytes, data: bytes, client_data_hash: bytes) -> bytes:
        private = derive_private_key(int(self._keys[id.hex()]["key"], 16), SECP256R1())
        return private.sign(data + client_data_hash, ECDSA(SHA256()))

    def _keep(self) -> None:
        if self._path is None:
            return
        draft = self._path.with_suffix(".partial")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(self._keys, file)
        draft.replace(self._path)


class SoftwareAuthenticator:
    """A software device for each person, in files of one folder, asked through the same client as a real one.

    Raises NotPermitted outside a bank that was founded as a demo: a program that touches itself proves nothing.
    """

    def __init__(self, directory: Path, entropy: Entropy, *, demo: bool) -> None:
        if not demo:
            raise NotPermitted("a program stands for an authenticator in a demo bank only")
        self._directory = directory
        self._entropy = entropy

    def make(self, asked: PasskeyChallenge, person: Presence) -> Attestation:
        return self._of(asked.operator_id).make(asked, person)

    def sign(self, asked: PasskeyChallenge, person: Presence) -> Assertion:
        return self._of(asked.operator_id).sign(asked, person)

    def _of(self, operator_id: str) -> FidoAuthenticator:
        self._directory.mkdir(mode=0o700, exist_ok=True)
        path = self._directory / f"{operator_id}.json"
        return FidoAuthenticator(lambda: iter((SoftwareDevice(self._entropy, path),)))
