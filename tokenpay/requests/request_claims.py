"""What a signed request says, and its one spelling in CBOR (RFC 8949 section 4.2, CWT of RFC 8392)."""

from dataclasses import dataclass
from typing import Any, Self, TypeVar

import cbor2

from tokenpay.errors import InvalidAddress, InvalidAsset, InvalidRequest
from tokenpay.money.address import Address
from tokenpay.money.amount import MAX_UNITS
from tokenpay.money.asset import parse_caip19
from tokenpay.requests.payment_request import MAX_REMITTANCE
from tokenpay.requests.reference import check_reference_id, reference_bytes, reference_id
from tokenpay.requests.visible import is_visible

T = TypeVar("T", str, bytes, int)

MAX_NAME = 70  # ISO 20022 Max70Text
_MAX_TIME_S = 2**53 - 1
# The numbers of CWT for what every token says, and one private claim with what only a request says.
_ISSUER, _EXPIRES, _ISSUED, _ID, _REQUEST = 1, 4, 6, 7, -65537
_PAYEE, _ASSET, _UNITS, _DEPOSIT, _REMITTANCE = 1, 2, 3, 4, 5
_CLAIMS = {_ISSUER, _EXPIRES, _ISSUED, _ID, _REQUEST}
_PARTS = {_PAYEE, _ASSET, _UNITS, _DEPOSIT, _REMITTANCE}


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestClaims:
    """What the bank signs; raises InvalidRequest when the parts do not agree.

    `asset_id` is CAIP-19, `units` smallest units or None for an open amount, `id` the single use reference.
    The request may be paid from `issued_at_s` on and before `expires_at_s`.
    """

    bank: str
    id: str
    payee_name: str
    asset_id: str
    units: int | None
    deposit_address: Address
    issued_at_s: int
    expires_at_s: int
    remittance_information: str = ""

    def __post_init__(self) -> None:
        check_reference_id(self.id)
        for name in (self.bank, self.payee_name):
            if not 0 < len(name) <= MAX_NAME or name != name.strip() or not is_visible(name):
                raise InvalidRequest(f"a name is 1 to {MAX_NAME} visible characters, with no space around them")
        if len(self.remittance_information) > MAX_REMITTANCE or not is_visible(self.remittance_information):
            raise InvalidRequest(f"the remittance information is up to {MAX_REMITTANCE} visible characters")
        if self.units is not None and not 0 < self.units <= MAX_UNITS:
            raise InvalidRequest("the amount is above zero and up to 2**256 - 1 smallest units")
        if not 0 <= self.issued_at_s < self.expires_at_s <= _MAX_TIME_S:
            raise InvalidRequest("a request expires after it was made")
        chain_id, contract = parse_caip19(self.asset_id)
        if contract is not None and self.asset_id != f"eip155:{chain_id}/erc20:{contract.text}":
            raise InvalidRequest("the asset is not written as CAIP-19 with a checksummed contract")
        if contract == self.deposit_address:
            raise InvalidRequest("a token's own contract cannot be a deposit address")

    @property
    def chain_id(self) -> int:
        """The chain of the asset and of the deposit address."""
        return parse_caip19(self.asset_id)[0]

    @property
    def contract(self) -> Address | None:
        """The token's contract; None for a native coin."""
        return parse_caip19(self.asset_id)[1]

    def to_cbor(self) -> bytes:
        """Return the claims in their one spelling."""
        # cbor2 sorts keys by length first, RFC 8949 section 4.2.1 by their bytes: for these keys it is one order.
        return cbor2.dumps(
            {
                _ISSUER: self.bank,
                _EXPIRES: self.expires_at_s,
                _ISSUED: self.issued_at_s,
                _ID: reference_bytes(self.id),
                _REQUEST: {
                    _PAYEE: self.payee_name,
                    _ASSET: self.asset_id,
                    _UNITS: self.units,
                    _DEPOSIT: self.deposit_address.caip10(self.chain_id),
                    _REMITTANCE: self.remittance_information,
                },
            },
            canonical=True,
        )

    @classmethod
    def of_cbor(cls, payload: bytes) -> Self:
        """Read what `to_cbor` wrote, every claim there and no other; raises InvalidRequest.

        Whether it is the one spelling is for the caller to compare.
        """
        claims = load_cbor(payload)
        request = _exactly(claims, _CLAIMS)[_REQUEST]
        parts = _exactly(request, _PARTS)
        units = parts[_UNITS]
        try:
            chain_id, deposit_address = Address.parse_caip10(_as(str, parts[_DEPOSIT]))
            read = cls(
                bank=_as(str, claims[_ISSUER]),
                id=reference_id(_as(bytes, claims[_ID])),
                payee_name=_as(str, parts[_PAYEE]),
                asset_id=_as(str, parts[_ASSET]),
                units=None if units is None else _as(int, units),
                deposit_address=deposit_address,
                issued_at_s=_as(int, claims[_ISSUED]),
                expires_at_s=_as(int, claims[_EXPIRES]),
                remittance_information=_as(str, parts[_REMITTANCE]),
            )
        except (InvalidAddress, InvalidAsset) as error:
            raise InvalidRequest(error.message) from None
        if chain_id != read.chain_id:
            raise InvalidRequest("the deposit address is on another chain than the asset")
        return read


class _BignumOnly(dict[int, Any]):
    """The tags that may be read: none but 2, so that no regular expression, date or shared value is ever made."""

    def __missing__(self, tag: int) -> Any:
        if tag == 2:
            raise KeyError(tag)
        return _refuse


def _refuse(*_: object) -> None:
    raise ValueError


def load_cbor(data: bytes) -> Any:
    """Read one item of plain CBOR, as immutable values; raises InvalidRequest. Bytes after it are not looked at."""
    try:
        return cbor2.loads(
            data,
            semantic_decoders=_BignumOnly(),
            max_depth=3,
            allow_indefinite=False,
            allow_duplicate_keys=False,
            immutable=True,
        )
    except Exception:  # every way in which bytes can fail to be CBOR
        raise InvalidRequest("the bytes are not plain CBOR") from None


def _exactly(value: Any, keys: set[int]) -> Any:
    if not isinstance(value, cbor2.frozendict) or value.keys() != keys:
        raise InvalidRequest("the claims are not those of a request")
    return value


def _as(kind: type[T], value: Any) -> T:
    if type(value) is not kind:
        raise InvalidRequest("a claim is of the wrong kind")
    return value
