"""A passkey whose private half the test holds: it makes exactly the bytes that a test wants, right or wrong."""

import json
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, EllipticCurvePrivateKey, derive_private_key
from cryptography.hazmat.primitives.hashes import SHA256

from tokenpay.parties.assertion import Assertion
from tokenpay.parties.attestation import Attestation
from tokenpay.parties.cose_key import p256_cose_key
from tokenpay.parties.relying_party import RelyingParty, websafe

PARTY = RelyingParty(id="bank.example", origins=("https://bank.example", "https://pay.bank.example"))
CHALLENGE = bytes(range(32))
PRESENT, VERIFIED, ELIGIBLE, BACKED_UP, ATTESTED, EXTENDED = 0x01, 0x04, 0x08, 0x10, 0x40, 0x80


@dataclass(kw_only=True)
class KeyOnPaper:
    number: int = 7
    aaguid: bytes = bytes(16)
    party: str = PARTY.id
    count: int = 0
    private: EllipticCurvePrivateKey = field(init=False)

    def __post_init__(self) -> None:
        self.private = derive_private_key(self.number, SECP256R1())

    @property
    def id(self) -> bytes:
        return sha256(b"key on paper %d" % self.number).digest()

    @property
    def public_key(self) -> bytes:
        point = self.private.public_key().public_numbers()
        return p256_cose_key(point.x.to_bytes(32), point.y.to_bytes(32))

    def sign(
        self,
        challenge: bytes = CHALLENGE,
        *,
        said: dict[str, Any] | None = None,
        flags: int = PRESENT | VERIFIED,
        count: int | None = None,
        rest: bytes = b"",
        rp_hash: bytes | None = None,
    ) -> Assertion:
        """Sign a challenge; `said` replaces what the client says, and None takes a word away."""
        self.count = self.count + 1 if count is None else count
        data = (rp_hash or sha256(self.party.encode()).digest()) + bytes([flags]) + self.count.to_bytes(4) + rest
        client_data = self.client_data("webauthn.get", challenge, said)
        signature = self.private.sign(data + sha256(client_data).digest(), ECDSA(SHA256()))
        return Assertion(credential_id=self.id, client_data=client_data, authenticator_data=data, signature=signature)

    def make(
        self,
        challenge: bytes = CHALLENGE,
        *,
        said: dict[str, Any] | None = None,
        flags: int = PRESENT | VERIFIED | ATTESTED,
        form: str = "none",
        statement: dict[str, Any] | None = None,
        credential: bytes | None = None,
    ) -> Attestation:
        """Make the key for a challenge, with no statement or `packed` and signed by itself."""
        made = self.aaguid + len(self.id).to_bytes(2) + self.id + self.public_key
        data = sha256(self.party.encode()).digest() + bytes([flags]) + bytes(4)
        data += (made if credential is None else credential) if flags & ATTESTED else b""
        client_data = self.client_data("webauthn.create", challenge, said)
        if statement is None:
            signature = self.private.sign(data + sha256(client_data).digest(), ECDSA(SHA256()))
            statement = {"alg": -7, "sig": signature} if form == "packed" else {}
        written = cbor2.dumps({"fmt": form, "attStmt": statement, "authData": data}, canonical=True)
        return Attestation(client_data=client_data, attestation_object=written, transports=("usb",))

    def client_data(self, kind: str, challenge: bytes, said: dict[str, Any] | None) -> bytes:
        words = {"type": kind, "challenge": websafe(challenge), "origin": PARTY.origins[0], "crossOrigin": False}
        words |= said or {}
        return json.dumps({name: word for name, word in words.items() if word is not None}).encode()
