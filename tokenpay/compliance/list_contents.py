"""Whom and what a list names: what tells how much of it a new version leaves standing."""

from collections.abc import Iterable
from dataclasses import dataclass

from tokenpay.compliance.canonical_address import canonical_addresses, is_evm
from tokenpay.compliance.listed_party import ListedParty


@dataclass(frozen=True, slots=True, kw_only=True)
class ListContents:
    """Entries by the list's own id and kind, their names, addresses in the form that all their writings meet in.

    A name counts with its entry and that one's kind: under another kind it is compared otherwise, or with nobody. An
    address is met whichever entry has it.
    """

    parties: frozenset[tuple[str, str]]
    names: frozenset[tuple[str, str, str]]
    addresses: frozenset[str]

    @classmethod
    def of(cls, parties: Iterable[ListedParty]) -> "ListContents":
        """Return what these entries name."""
        everybody = list(parties)
        listed = [address.text for party in everybody for address in party.addresses]
        return cls(
            parties=frozenset((party.id, party.kind.value) for party in everybody),
            names=frozenset((party.id, party.kind.value, name) for party in everybody for name in party.names),
            addresses=frozenset(one for text in listed for one in canonical_addresses(text) or (text,)),
        )

    @property
    def evm_addresses(self) -> frozenset[str]:
        """Those that a payment of this bank could go to."""
        return frozenset(address for address in self.addresses if is_evm(address))
