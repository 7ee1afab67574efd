"""The files of a local signer: an encrypted wallet, and the rules that are sealed with it."""

import os
from pathlib import Path
from uuid import UUID

from tokenpay.adapters.signer.head_memory import HeadMemory
from tokenpay.adapters.signer.local import LocalSigner
from tokenpay.adapters.signer.memory import SignerMemory
from tokenpay.adapters.signer.rules import SignerRules
from tokenpay.errors import IntegrityError, InvalidInput, SignerUnavailable
from tokenpay.parties.credential import MIN_PASSWORD
from tokenpay.ports import Entropy
from tokenpay.primitives.new_file import sync_folder
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
    kept = password if password is not None else entropy.random(24).hex()
    write_private(directory / WALLET, _encrypted(seed, kept, entropy=entropy, kdf=kdf))
    write_private(directory / RULES, rules.seal(seed.reveal()))
    write_private(directory / MEMORY, "")
    if password is None:
        write_private(directory / WALLET_PASSWORD, kept)


def change_wallet_password(directory: Path, password: str | None, new: str, *, entropy: Entropy) -> None:
    """Encrypt a wallet anew under another password, at the cost that it had; one that was kept beside it goes.

    The wallet is there whole at any moment, under the one or the other. Raises InvalidInput for a password of less than
    8 characters, SignerUnavailable, WrongPassword, InvalidKeystore.
    """
    before, seed = _wallet(directory), open_seed(directory, password)
    text = _encrypted(seed, new, entropy=entropy, kdf=keystore.Keystore.parse(before).kdf)
    if keystore.decrypt(text, new).reveal() != seed.reveal():
        raise IntegrityError("the wallet does not open as it was to be written: it is as it was")
    with SignerMemory(directory / MEMORY).held():
        if _wallet(directory) != before:
            raise SignerUnavailable("the wallet's password was changed meanwhile")
        replace_private(directory / WALLET, text)
        (directory / WALLET_PASSWORD).unlink(missing_ok=True)


def _encrypted(seed: Secret, password: str, *, entropy: Entropy, kdf: Kdf) -> str:
    if len(password) < MIN_PASSWORD:
        raise InvalidInput(f"a wallet's password has at least {MIN_PASSWORD} characters")
    salt, iv, uuid = entropy.random(32), entropy.random(16), UUID(bytes=entropy.random(16), version=4)
    return keystore.encrypt(seed, password, salt=salt, iv=iv, uuid=uuid, kdf=kdf)


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
    wallet = _wallet(directory)
    if password is None:
        remedy = f"no password for the wallet: set {PASSWORD_VARIABLE} or put back keys/{WALLET_PASSWORD}"
        password = os.environ.get(PASSWORD_VARIABLE) or _read(directory / WALLET_PASSWORD, remedy).strip()
    return keystore.decrypt(wallet, password)


def _wallet(directory: Path) -> str:
    return _read(directory / WALLET, f"keys/{WALLET} is not on this machine")


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


def replace_private(path: Path, text: str) -> None:
    """Write over a file that only its owner can read, whole or not at all; raises SignerUnavailable."""
    draft = path.with_suffix(".partial")
    try:
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(text)
            file.flush()
            os.fsync(descriptor)
        draft.replace(path)
        sync_folder(path.parent)
    except OSError as error:
        raise SignerUnavailable(f"keys/{path.name} cannot be written: {error.strerror}") from None
    finally:
        draft.unlink(missing_ok=True)
