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
    `losses` says how many parties, names and addresses went, and of how many, since the day of the last loading began
    or two people agreed in it.
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
    losses: Mapping[str, tuple[int, int]] = field(default_factory=dict)

    @property
    def label(self) -> str:
        """The name and the version, as verdicts carry them: `ofac/12`."""
        return f"{self.name}/{self.version}"

    @property
    def address_count(self) -> int:
        return sum(self.addresses.values())


def losses(
    new: ScreeningList, old: ScreeningList, *, now: ListContents, before: ListContents, same_day: bool
) -> dict[str, tuple[int, int]]:
    """Return how many of what stood on `old` are gone, and of how many, once `new`, which names `now`, stands there.

    On the `same_day` what went before is counted too, and measured by what stood there first: a file's own date is
    written by whoever makes it, and ten of them can be loaded within an hour. Of a form without a date nothing goes.
    """
    counted = {
        "parties": (len(before.parties - now.parties), len(before.parties)),
        "names": (len(before.names - now.names), len(before.names)),
        "addresses": (len(before.addresses - now.addresses), len(before.addresses)),
    }
    if before.evm_addresses != before.addresses:
        counted["EVM addresses"] = len(before.evm_addresses - now.evm_addresses), len(before.evm_addresses)
        for ticker, listed in old.addresses.items():
            counted[f"addresses of {ticker}"] = max(listed - new.addresses.get(ticker, 0), 0), listed
    if not same_day or new.form in UNDATED:
        return counted
    since = {what: old.losses.get(what, (0, listed)) for what, (_, listed) in counted.items()}
    going_on = {what: (gone + counted[what][0], of) for what, (gone, of) in since.items()}
    return going_on | {what: lost for what, lost in old.losses.items() if what not in counted}


def doubts_about(
    new: ScreeningList, old: ScreeningList, *, lost: Mapping[str, tuple[int, int]], keeps_percent: int
) -> tuple[str, ...]:
    """Return why one person alone may not put `new`, by which so much is `lost`, in the place of `old`; () if they may.

    What counts is how much of the old one stands on the new one, and not how much stands there. A form that carries no
    date may be loaded many times a day, a little shorter each time: from it nothing goes without a second person.
    """
    least = 100 if new.form in UNDATED else keeps_percent
    kept = {what: (max(of - gone, 0), of) for what, (gone, of) in lost.items()}
    doubts = [f"fewer {what}: {stays} of {of}" for what, (stays, of) in kept.items() if 100 * stays < least * of]
    if new.form is not old.form:
        doubts.append(f"another form: {new.form}, not {old.form}")
    if new.dated_s == old.dated_s and new.source_hash != old.source_hash:
        doubts.append("the same date and another content")
    if old.signed_by and not new.signed_by:
        doubts.append("unsigned, and the one in place is signed")
    return tuple(doubts)
