"""The files of a local signer: an encrypted wallet, and the rules that are sealed with it."""

import os
from pathlib import Path
from uuid import UUID

from tokenpay.adapters.signer.local import LocalSigner
from tokenpay.adapters.signer.memory import SignerMemory
from tokenpay.adapters.signer.rules import SignerRules
from tokenpay.errors import SignerUnavailable
from tokenpay.ports import Entropy
from tokenpay.wallets import keystore
from tokenpay.wallets.kdf import STRONG, Kdf
from tokenpay.wallets.secret import Secret

WALLET, RULES, MEMORY = "wallet.json", "signer.json", "signed.jsonl"
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
    """Write a wallet and its rules. Without a password one is made and kept beside it: the folder is then the key."""
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

    Raises SignerUnavailable, WrongPassword, InvalidKeystore, IntegrityError.
    """
    try:
        if password is None:
            password = (
                os.environ.get(PASSWORD_VARIABLE) or (directory / WALLET_PASSWORD).read_text("utf-8", "replace").strip()
            )
        # Bytes that are no text are a damaged file: what reads it next says so.
        wallet, rules = ((directory / name).read_text("utf-8", "replace") for name in (WALLET, RULES))
    except OSError:
        raise SignerUnavailable("the wallet, or its password, is not on this machine") from None
    seed = keystore.decrypt(wallet, password)
    return LocalSigner(seed, SignerRules.unseal(rules, seed.reveal()), SignerMemory(directory / MEMORY))


def write_private(path: Path, text: str) -> None:
    """Write a new file that only its owner can read."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
