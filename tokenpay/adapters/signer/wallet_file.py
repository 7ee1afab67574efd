"""The files of a local signer: an encrypted wallet, and the rules that are sealed with it."""

import os
from pathlib import Path
from uuid import UUID

from tokenpay.adapters.signer.head_memory import HeadMemory
from tokenpay.adapters.signer.local import LocalSigner
from tokenpay.adapters.signer.memory import SignerMemory
from tokenpay.adapters.signer.rules import SignerRules
from tokenpay.errors import InvalidInput, SignerUnavailable
from tokenpay.parties.credential import MIN_PASSWORD
from tokenpay.ports import Entropy
from tokenpay.wallets import keystore
from tokenpay.wallets.kdf import STRONG, Kdf
from tokenpay.wallets.secret import Secret

WALLET, RULES, MEMORY = "wallet.json", "signer.json", "signed.jsonl"
HEADS = "heads.jsonl"
WALLET_PASSWORD = "wallet.password"  # noqa: S105 - a file's name
PASSWORD_VARIABLE = "TOKENPAY_KEY_PASSWORD"  # noqa: S105 - a variable's name


def create_wallet(
    directory: Path,
    seed: Secret,
    rules: SignerRules,
    password: str | None,
    *,
    entropy: Entropy,
    kdf: Kdf = STRONG,
) -> None:
    """Write a wallet and its rules. Without a password one is made and kept beside it: the folder is then the key.

    Raises InvalidInput for a password of less than 8 characters.
    """
    if password is not None and len(password) < MIN_PASSWORD:
        raise InvalidInput(f"a wallet's password has at least {MIN_PASSWORD} characters")
    kept = password if password is not None else entropy.random(24).hex()
    text = keystore.encrypt(
        seed,
        kept,
        salt=entropy.random(32),
        iv=entropy.random(16),
        uuid=UUID(bytes=entropy.random(16), version=4),
        kdf=kdf,
    )
    write_private(directory / WALLET, text)
    write_private(directory / RULES, rules.seal(seed.reveal()))
    write_private(directory / MEMORY, "")
    if password is None:
        write_private(directory / WALLET_PASSWORD, kept)


def open_wallet(directory: Path, password: str | None) -> LocalSigner:
    """Open a wallet with this password, the one in the environment, or the one kept beside it.

    Raises SignerUnavailable, WrongPassword, InvalidKeystore; IntegrityError for rules that were changed, or older than
    ones that were sealed or opened before.
    """
    seed, memory = open_seed(directory, password), SignerMemory(directory / MEMORY)
    with memory.held():
        rules = SignerRules.unseal(read_rules(directory), seed.reveal())
        memory.check_rules(rules.version)
        memory.note_rules(rules.version)  # a ceremony may have ended before it did
    return LocalSigner(seed, rules, memory, HeadMemory(directory / HEADS))


def open_seed(directory: Path, password: str | None) -> Secret:
    """Return what a wallet's keys are derived from; raises SignerUnavailable, WrongPassword, InvalidKeystore."""
    wallet = _read(directory / WALLET, f"keys/{WALLET} is not on this machine")
    if password is None:
        remedy = f"no password for the wallet: set {PASSWORD_VARIABLE} or put back keys/{WALLET_PASSWORD}"
        password = os.environ.get(PASSWORD_VARIABLE) or _read(directory / WALLET_PASSWORD, remedy).strip()
    return keystore.decrypt(wallet, password)


def read_rules(directory: Path) -> str:
    """Return a signer's sealed rules as they lie there; raises SignerUnavailable."""
    return _read(directory / RULES, f"keys/{RULES} is not on this machine")


def _read(path: Path, missing: str) -> str:
    try:
        return path.read_text("utf-8", "replace")  # bytes that are no text are a damaged file: its reader says so
    except FileNotFoundError:
        raise SignerUnavailable(missing) from None
    except OSError as error:
        raise SignerUnavailable(f"keys/{path.name} cannot be read: {error.strerror}") from None


def write_private(path: Path, text: str) -> None:
    """Write a new file that only its owner can read."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
