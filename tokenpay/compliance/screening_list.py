"""A list that is in place: its own date, what it was read from, and how much stands on it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from tokenpay.compliance.list_contents import ListContents
from tokenpay.compliance.lists.form import UNDATED, ListForm


@dataclass(frozen=True, slots=True, kw_only=True)
class ScreeningList:
    """`dated_s` is the list's own date, not the one it was loaded on; `version` counts what was loaded under this name.

    `source_hash` is the SHA-256 of its file (of several files: of their hashes in hexadecimal, one a line). `parties`,
    `names` and `addresses` (by ticker, as listed) say how much stands on it. `signed_by` is the public key whose
    signature it carried, `loaded_by` and `confirmed_by` the operators who took it. `doubted_hash` is a newer file that
    one operator, `doubted_by`, has loaded and a second one must load as well: until then this list says nothing.
    """

    name: str
    form: ListForm
    version: int
    dated_s: int
    source_hash: str
    parties: int
    names: int = 0
    addresses: Mapping[str, int] = field(default_factory=dict)
    signed_by: str = ""
    loaded_at_s: int = 0
    loaded_by: str = ""
    confirmed_by: str = ""
    doubted_hash: str = ""
    doubted_by: str = ""

    @property
    def label(self) -> str:
        """The name and the version, as verdicts carry them: `ofac/12`."""
        return f"{self.name}/{self.version}"

    @property
    def address_count(self) -> int:
        return sum(self.addresses.values())


def doubts_about(
    new: ScreeningList, old: ScreeningList, *, now: ListContents, before: ListContents, keeps_percent: int
) -> tuple[str, ...]:
    """Return why one person alone may not put `new`, which names `now`, in the place of `old`; () when they may.

    What counts is how much of the old one stands on the new one, and not how much stands there. A form that carries no
    date may be loaded many times a day, a little shorter each time: from it nothing goes without a second person.
    """
    least = 100 if new.form in UNDATED else keeps_percent
    counted = [
        ("parties", len(before.parties & now.parties), len(before.parties)),
        ("names", len(before.names & now.names), len(before.names)),
        ("addresses", len(before.addresses & now.addresses), len(before.addresses)),
    ]
    if before.evm_addresses != before.addresses:
        counted.append(("EVM addresses", len(before.evm_addresses & now.evm_addresses), len(before.evm_addresses)))
        counted += [
            (f"addresses of {ticker}", min(new.addresses.get(ticker, 0), listed), listed)
            for ticker, listed in old.addresses.items()
        ]
    doubts = [f"fewer {what}: {stays} of {listed}" for what, stays, listed in counted if 100 * stays < least * listed]
    if new.form is not old.form:
        doubts.append(f"another form: {new.form}, not {old.form}")
    if new.dated_s == old.dated_s and new.source_hash != old.source_hash:
        doubts.append("the same date and another content")
    if old.signed_by and not new.signed_by:
        doubts.append("unsigned, and the one in place is signed")
    return tuple(doubts)
