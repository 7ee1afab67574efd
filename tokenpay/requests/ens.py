"""ENS names: recognised, and turned into an address by nobody but a resolver that the caller brings."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

from tokenpay.money.address import Address
from tokenpay.requests.reason import Reason, refusal

Resolver = Callable[[str], Address | None]
"""Takes a name in small letters and returns its address, None where it has none, or raises an error of its own."""

# The part of ENSIP-15 in which no two names look alike beyond what ASCII allows: no other letters, no underscore.
_NAME = re.compile(r"(?=.{3,255}\Z)(?:[a-z0-9-]{1,63}\.)+(?=[0-9-]*[a-z])[a-z0-9-]{2,63}")
_PUNYCODE = re.compile(r"(?:^|\.)[^.]{2}--")  # where ASCII stands for other letters


@dataclass(frozen=True, slots=True, kw_only=True)
class EnsName:
    """A name that stands where an address should, in small letters; raises InvalidRequest for an unsafe one."""

    name: str

    def __post_init__(self) -> None:
        if not self.name.isascii() or _PUNYCODE.search(self.name) is not None:
            raise refusal(Reason.LOOKALIKE)
        if _NAME.fullmatch(self.name) is None:
            raise refusal(Reason.BAD_NAME)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a name as people write it; capital letters stand for small ones. Raises InvalidRequest."""
        return cls(name=text.lower() if text.isascii() else text)  # some other letters have small ones in ASCII

    def __str__(self) -> str:
        return self.name

    def resolve(self, resolver: Resolver) -> Address:
        """Return the address that `resolver` knows; raises InvalidRequest where it knows none."""
        address = resolver(self.name)
        if address is None:
            raise refusal(Reason.UNKNOWN_NAME)
        return address
