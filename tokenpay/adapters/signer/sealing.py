"""How a signer is told of anything new: with the wallet's password, whole or not at all, and never back again."""

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from tokenpay.adapters.signer.memory import SignerMemory
from tokenpay.adapters.signer.rules import SignerRules
from tokenpay.adapters.signer.wallet_file import MEMORY, RULES, open_seed, read_rules
from tokenpay.errors import SignerUnavailable


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
        _replace(directory / RULES, told.seal(seed.reveal()))
        memory.note_rules(told.version)
    return told


def _replace(path: Path, text: str) -> None:
    draft = path.with_suffix(".partial")
    try:
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(text)
            file.flush()
            os.fsync(descriptor)
        draft.replace(path)
    except OSError as error:
        raise SignerUnavailable(f"keys/{path.name} cannot be written: {error.strerror}") from None
    finally:
        draft.unlink(missing_ok=True)
