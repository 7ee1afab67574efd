"""Everything tokenpay raises, as one tree.

TokenpayError
├── InvalidInput            what was given cannot be read; nothing was done
│   ├── InvalidAmount, InvalidAsset, InvalidAddress, InvalidRequest, InvalidQr
│   ├── InvalidTransaction, InvalidTypedData, InvalidAuthorization
│   └── InvalidMnemonic, InvalidPath, InvalidKeystore
├── Denied                  who asks may not do this, or could not prove who they are
│   └── WrongPassword, SessionExpired, NotPermitted
├── NotFound                a name that this bank does not know
├── Conflict                it contradicts what already stands
│   └── KeyReused, WrongState, Unresolved
├── MoneyError              amounts that may not meet, or are not there
│   └── AssetMismatch, InsufficientFunds, PrecisionLost
├── Unavailable             something needed does not answer; safe to try again
│   └── StoreUnavailable, ChainUnavailable, SignerUnavailable, MissingExtra
├── Halted                  stopped on purpose until people act
├── SignerRefused           the signer parsed the bytes and will not sign them
└── IntegrityError          a proof does not hold: stop and look

A refusal or a hold by the bank's own rules is not an error: it is a typed result of the verb.
Messages are one line. They and the fields never hold a secret or a customer's data.
"""

from typing import ClassVar


class TokenpayError(Exception):
    """The root: `code` is stable and machine-readable, `fields` are safe to log."""

    code: ClassVar[str] = "error"

    def __init__(self, message: str, /, **fields: str | int) -> None:
        super().__init__(message)
        self.message = message
        self.fields = fields

    @property
    def docs(self) -> str:
        """The page of the reference that explains this code."""
        return f"reference/errors#{self.code.replace('.', '-')}"


class InvalidInput(TokenpayError):
    code = "input.invalid"


class InvalidAmount(InvalidInput):
    code = "amount.invalid"


class InvalidAsset(InvalidInput):
    code = "asset.invalid"


class InvalidAddress(InvalidInput):
    code = "address.invalid"


class InvalidRequest(InvalidInput):
    code = "request.invalid"


class InvalidQr(InvalidInput):
    code = "qr.invalid"


class InvalidTransaction(InvalidInput):
    code = "transaction.invalid"


class InvalidTypedData(InvalidInput):
    code = "typed_data.invalid"


class InvalidAuthorization(InvalidInput):
    code = "authorization.invalid"


class InvalidMnemonic(InvalidInput):
    code = "mnemonic.invalid"


class InvalidPath(InvalidInput):
    code = "path.invalid"


class InvalidKeystore(InvalidInput):
    code = "keystore.invalid"


class Denied(TokenpayError):
    code = "denied"


class WrongPassword(Denied):
    code = "password.wrong"


class SessionExpired(Denied):
    code = "session.expired"


class NotPermitted(Denied):
    code = "session.not_permitted"


class NotFound(TokenpayError):
    code = "not_found"


class Conflict(TokenpayError):
    code = "conflict"


class KeyReused(Conflict):
    """The same key came with other content; `field` names the first that differs."""

    code = "key.reused"


class WrongState(Conflict):
    code = "state.wrong"


class Unresolved(Conflict):
    """A scanned request cannot be paid; the outcome says why."""

    code = "request.unresolved"


class MoneyError(TokenpayError):
    code = "money"


class AssetMismatch(MoneyError):
    code = "money.asset_mismatch"


class InsufficientFunds(MoneyError):
    code = "money.insufficient_funds"


class PrecisionLost(MoneyError):
    code = "money.precision_lost"


class Unavailable(TokenpayError):
    code = "unavailable"


class StoreUnavailable(Unavailable):
    code = "store.unavailable"


class ChainUnavailable(Unavailable):
    code = "chain.unavailable"


class SignerUnavailable(Unavailable):
    code = "signer.unavailable"


class MissingExtra(Unavailable):
    """An optional package is absent; the message is the exact command that installs it."""

    code = "extra.missing"

    def __init__(self, extra: str, needed_for: str) -> None:
        super().__init__(f'{needed_for} needs an extra: pip install "tokenpay[{extra}]"', extra=extra)


class Halted(TokenpayError):
    code = "halted"


class SignerRefused(TokenpayError):
    code = "signer.refused"


class IntegrityError(TokenpayError):
    code = "integrity"
