"""For whom a passkey signs: the bank as WebAuthn names it, and the client's own word on what it was asked for."""

import hmac
import re
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from typing import Any
from urllib.parse import urlsplit

from tokenpay.errors import IntegrityError, InvalidInput
from tokenpay.primitives.strict_json import read_json

_NAME = re.compile(r"[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?")
_MAX_CHARACTERS, _MAX_DEPTH = 8_192, 6


class Ceremony(StrEnum):
    """What a passkey was asked to do (WebAuthn 5.8.1, Secure Payment Confirmation 5.2)."""

    CREATE = "webauthn.create"
    GET = "webauthn.get"
    PAY = "payment.get"


@dataclass(frozen=True, slots=True, kw_only=True)
class RelyingParty:
    """`id` is a domain name of the bank, `origins` are the places under it where its people are asked (https://…).

    Raises InvalidInput, also for an origin outside the domain.
    """

    id: str
    origins: tuple[str, ...]

    def __post_init__(self) -> None:
        if _NAME.fullmatch(self.id) is None:
            raise InvalidInput("a relying party is named by a domain name in small letters")
        if not self.origins or not all(self._holds(origin) for origin in self.origins):
            raise InvalidInput("an origin of passkeys is https:// and the relying party's domain or one within it")

    def _holds(self, origin: str) -> bool:
        host = urlsplit(origin).hostname or ""
        bare = origin == origin.rstrip("/") and origin.count("/") == 2
        return bare and origin.startswith("https://") and (host == self.id or host.endswith(f".{self.id}"))

    @property
    def hash(self) -> bytes:
        """The 32 bytes by which an authenticator knows the bank."""
        return sha256(self.id.encode()).digest()

    def check_client_data(
        self, client_data: bytes, *, challenge: bytes, ceremonies: frozenset[Ceremony]
    ) -> tuple[Ceremony, Mapping[str, Any]]:
        """Return what a client says that it asked for; every word that it must say is as the bank asked.

        Raises InvalidInput for what is no client data, IntegrityError for another type, challenge or origin, or one
        that was asked for from within a page of somebody else.
        """
        try:
            said = read_json(client_data.decode(), max_characters=_MAX_CHARACTERS, max_depth=_MAX_DEPTH)
        except (UnicodeDecodeError, InvalidInput):
            raise InvalidInput("a passkey's client data is not readable") from None
        if not isinstance(said, dict):
            raise InvalidInput("a passkey's client data is not readable")
        kind = next((known for known in ceremonies if said.get("type") == known.value), None)
        if kind is None:
            raise IntegrityError("the passkey was asked for something else")
        if not _same(said.get("challenge"), websafe(challenge)):
            raise IntegrityError("the passkey answered another challenge")
        if said.get("origin") not in self.origins:
            raise IntegrityError("the passkey was asked from another place than this bank")
        if said.get("crossOrigin", False) is not False or "topOrigin" in said:
            raise IntegrityError("the passkey was asked from within a page of somebody else")
        return kind, said


def websafe(data: bytes) -> str:
    """Return bytes as base64url without padding (RFC 4648, section 5)."""
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def _same(said: object, expected: str) -> bool:
    return isinstance(said, str) and said.isascii() and hmac.compare_digest(said, expected)
