"""What tokenpay, eth-account, ethers and viem do with inputs that are invalid by one rule each.

A module here with `rows(peers) -> list[Row]` is a section of docs/reference/comparison.md, named for the module and
introduced by its docstring. `python -m tests.comparison` writes the page.
"""

from collections.abc import Mapping
from dataclasses import dataclass

PEERS = ("eth-account", "ethers", "viem")
REFUSES, ACCEPTS = "refuses", "**accepts**"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One invalid input: what is wrong with it, the rule by which tokenpay refuses it, and the answer of each peer."""

    what: str
    rule: str
    answers: Mapping[str, str]
