"""Whether the logs of one block are to be believed, judged by what the bank really holds more."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class GroupVerdict(StrEnum):
    AGREED = "agreed"
    DISAGREED = "disagreed"


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupMatch:
    """`held_units` is what the bank really holds more because of the group: never more than that is booked."""

    verdict: GroupVerdict
    held_units: int


def match_group(*, logged_units: Sequence[int], change_units: int, sent_units: int) -> GroupMatch:
    """Judge all deposits of one (asset, address, block) by the change of the balance in that block.

    `change_units` is balance after less balance before, `sent_units` what the bank itself sent from
    the address in the block. The logs are believed only when change + sent equals their sum.
    """
    received = change_units + sent_units
    if received == sum(logged_units):
        return GroupMatch(verdict=GroupVerdict.AGREED, held_units=received)
    return GroupMatch(verdict=GroupVerdict.DISAGREED, held_units=max(received, 0))
