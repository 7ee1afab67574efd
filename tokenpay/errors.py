"""Everything tokenpay raises, as one tree.

TokenpayError
├── InvalidInput            what was given cannot be read; nothing was done
│   ├── InvalidAmount, InvalidAsset, InvalidAddress, InvalidRequest, InvalidQr
│   ├── InvalidTransaction, InvalidTypedData, InvalidAuthorization
│   ├── InvalidMnemonic, InvalidPath, InvalidKeystore
│   └── InvalidTravelRule, UnreadableName
├── Denied                  who asks may not do this, or could not prove who they are
│   └── WrongPassword, SessionExpired, NotPermitted, NotRekeyed
├── NotFound                a name that this bank does not know
├── Conflict                it contradicts what already stands
│   └── KeyReused, WrongState
├── MoneyError              amounts that may not meet, or are not there
│   └── AssetMismatch, InsufficientFunds, PrecisionLost
├── Unavailable             something needed does not answer; safe to try again
│   ├── SignerUnavailable, RateUnavailable, PinKeyUnavailable, PrinterUnavailable, MissingExtra
│   ├── AuthenticatorUnavailable, SinkUnavailable
│   ├── StoreUnavailable
│   │   └── StoreHalted     its disk failed: this program only reads until it is started again
│   └── ChainUnavailable
│       └── NoQuorum        too few of a chain's nodes say the same: nothing moves there meanwhile
├── Halted                  stopped on purpose until people act
├── SignerRefused           the signer parsed the bytes and will not sign them
│   └── SignedBefore        it remembers another signature: the books do not say what happened
└── IntegrityError          a proof does not hold: stop and look

A refusal or a hold by the bank's own rules is not an error: it is a typed result of the verb.
Messages are one line. They and the fields never hold a secret or a customer's data.
"""

from typing import ClassVar, TypeVar

T = TypeVar("T")


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
    """What was given cannot be read; nothing was done."""

    code = "input.invalid"


class InvalidAmount(InvalidInput):
    """Not an amount: plain digits, and a point before decimals."""

    code = "amount.invalid"


class InvalidAsset(InvalidInput):
    """Not an asset, a chain or a currency."""

    code = "asset.invalid"


class InvalidAddress(InvalidInput):
    """Not an address, or its checksum is wrong."""

    code = "address.invalid"


class InvalidRequest(InvalidInput):
    """Not a payment request, or its parts do not agree."""

    code = "request.invalid"


class InvalidQr(InvalidInput):
    """No readable QR code, or more than one can hold."""

    code = "qr.invalid"


class InvalidTransaction(InvalidInput):
    """Bytes that are no valid transaction."""

    code = "transaction.invalid"


class InvalidTypedData(InvalidInput):
    """Typed data that does not agree with its types (EIP-712)."""

    code = "typed_data.invalid"


class InvalidAuthorization(InvalidInput):
    """Not a valid authorization (EIP-2612, EIP-3009)."""

    code = "authorization.invalid"


class InvalidMnemonic(InvalidInput):
    """Not a BIP-39 mnemonic."""

    code = "mnemonic.invalid"


class InvalidPath(InvalidInput):
    """Not a BIP-32 path."""

    code = "path.invalid"


class InvalidKeystore(InvalidInput):
    """Not a version 3 keystore file."""

    code = "keystore.invalid"


class InvalidTravelRule(InvalidInput):
    """Not a document of IVMS101, or not about the transfer it is given for; `rule` names what it breaks."""

    code = "travel_rule.invalid"


class UnreadableName(InvalidInput):
    """A name without a word that could be compared with those of a list: whether it is listed, nobody can tell."""

    code = "name.unreadable"


class Denied(TokenpayError):
    """Who asks may not do this, or could not prove who they are."""

    code = "denied"


class WrongPassword(Denied):
    """The password does not open this."""

    code = "password.wrong"


class SessionExpired(Denied):
    """The session has ended: sign in again."""

    code = "session.expired"


class NotPermitted(Denied):
    """This role, or this person, may not do this."""

    code = "session.not_permitted"


class NotRekeyed(Denied):
    """A large payment was not typed again by its checker, or otherwise than it was made."""

    code = "approval.not_rekeyed"


class NotFound(TokenpayError):
    """A name that this bank does not know."""

    code = "not_found"


class Conflict(TokenpayError):
    """It contradicts what already stands."""

    code = "conflict"


class KeyReused(Conflict):
    """The same key came with other content; `field` names the first that differs."""

    code = "key.reused"


class WrongState(Conflict):
    """Not possible in the state it is in."""

    code = "state.wrong"


class MoneyError(TokenpayError):
    """Amounts that may not meet, or are not there."""

    code = "money"


class AssetMismatch(MoneyError):
    """Amounts of two assets met."""

    code = "money.asset_mismatch"


class InsufficientFunds(MoneyError):
    """Less is there than was asked for."""

    code = "money.insufficient_funds"


class PrecisionLost(MoneyError):
    """More decimals than the asset has, and no rounding named."""

    code = "money.precision_lost"


class Unavailable(TokenpayError):
    """Something needed does not answer; safe to try again."""

    code = "unavailable"


class StoreUnavailable(Unavailable):
    """The database does not answer."""

    code = "store.unavailable"


class StoreHalted(StoreUnavailable):
    """The disk under the database failed: the bank that is open here writes no more until it is opened again."""

    code = "store.halted"


class ChainUnavailable(Unavailable):
    """No node of the chain gives a usable answer."""

    code = "chain.unavailable"


class NoQuorum(ChainUnavailable):
    """Too few nodes of a chain say the same to be believed: they are down, behind, or contradict each other."""

    code = "chain.no_quorum"


class SignerUnavailable(Unavailable):
    """The signer does not answer, or this machine holds no keys."""

    code = "signer.unavailable"


class RateUnavailable(Unavailable):
    """No rate, or none that is young enough: nothing is quoted."""

    code = "rate.unavailable"


class PinKeyUnavailable(Unavailable):
    """This machine does not have the bank's PIN key: nobody signs in with a PIN here."""

    code = "pin_key.unavailable"


class PrinterUnavailable(Unavailable):
    """The printer does not answer, or this machine has none; what was to be printed stands in the books as before."""

    code = "printer.unavailable"


class AuthenticatorUnavailable(Unavailable):
    """No authenticator, or it gave no answer: it is not there, was taken away, nobody touched it, or it was stopped."""

    code = "authenticator.unavailable"


class SinkUnavailable(Unavailable):
    """A place outside the bank that keeps signed heads does not take one; it is sent again until it does."""

    code = "sink.unavailable"


class MissingExtra(Unavailable):
    """An optional package is absent; the message is the exact command that installs it."""

    code = "extra.missing"

    def __init__(self, extra: str, needed_for: str) -> None:
        super().__init__(f'{needed_for} needs an extra: pip install "tokenpay[{extra}]"', extra=extra)


class Halted(TokenpayError):
    """Stopped on purpose until people act."""

    code = "halted"


class SignerRefused(TokenpayError):
    """The signer parsed the bytes and will not sign them."""

    code = "signer.refused"


class SignedBefore(SignerRefused):
    """The signer remembers signing this payment, or at this nonce, otherwise: the books were changed or are old."""

    code = "signer.signed_before"


class IntegrityError(TokenpayError):
    """A proof does not hold: stop and look."""

    code = "integrity"


def answered(answer: T | TokenpayError) -> T:
    """Return one of several answers, or raise the error that stands in its place."""
    if isinstance(answer, TokenpayError):
        raise answer
    return answer
