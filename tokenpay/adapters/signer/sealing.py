"""How a signer is told of anything new: with the wallet's password, whole or not at all, and never back again."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from tokenpay.adapters.signer.memory import SignerMemory
from tokenpay.adapters.signer.rules import SignerRules
from tokenpay.adapters.signer.wallet_file import MEMORY, RULES, open_seed, read_rules, replace_private


def seal_anew(directory: Path, password: str | None, change: Callable[[SignerRules], SignerRules]) -> SignerRules:
    """Put what `change` makes of a signer's rules in their place, as the version after them, and return it.

    Ceremonies wait for each other. Raises what `change` raises, and writes nothing then; IntegrityError for rules that
    are older than ones that were sealed; SignerUnavailable, WrongPassword.
    """
    seed = open_seed(directory, password)
    memory = SignerMemory(directory / MEMORY)
    with memory.held():
        rules = SignerRules.unseal(read_rules(directory), seed.reveal())
        memory.check_rules(rules.version)
        told = replace(change(rules), version=rules.version + 1)
        replace_private(directory / RULES, told.seal(seed.reveal()))
        memory.note_rules(told.version)
    return told
