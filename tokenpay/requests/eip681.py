"""Payment requests as `ethereum:` text (ERC-681 within ERC-831): what ordinary wallets scan.

A token's target is the token contract, the payee is `address=` and the amount `uint256=`, in smallest
units. Without a function the target is the payee and `value=` is in wei. Nothing else is written or read.
"""

import re
from dataclasses import dataclass
from typing import Self

from tokenpay.errors import InvalidAddress, InvalidRequest
from tokenpay.money.address import MAX_CHAIN_ID, Address
from tokenpay.money.amount import MAX_UNITS
from tokenpay.requests.payment_request import PaymentRequest
from tokenpay.requests.reason import Reason, refusal

_CHAIN = re.compile(r"[1-9][0-9]{0,18}")
_NUMBER = re.compile(r"\+?(?=[.0-9])([0-9]{0,78})(?:\.([0-9]{1,78}))?(?:[eE]([0-9]{1,3}))?")
_GAS = frozenset({"gas", "gasLimit", "gasPrice"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Eip681:
    """A request to pay `units` of a token (`contract`) or of native coin (no contract); None leaves them open.

    `ignored` names the gas parameters the text carried: the payer's own wallet decides on gas.
    """

    chain_id: int
    payee: Address
    contract: Address | None = None
    units: int | None = None
    ignored: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not 0 < self.chain_id <= MAX_CHAIN_ID:
            raise refusal(Reason.BAD_CHAIN)
        if self.units is not None and not 0 < self.units <= MAX_UNITS:
            raise refusal(Reason.BAD_NUMBER)
        if self.payee == self.contract:
            raise refusal(Reason.PAYEE_IS_TOKEN)

    @classmethod
    def of(cls, request: PaymentRequest) -> Self:
        """Return a request of ours in this form; InvalidRequest when it cannot be paid on a chain."""
        if request.deposit_address is None or request.asset.chain_id is None:
            raise InvalidRequest("this request has no deposit address: it can be paid in this bank only")
        return cls(
            chain_id=request.asset.chain_id,
            payee=request.deposit_address,
            contract=request.asset.contract,
            units=None if request.amount is None else request.amount.units,
        )

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `ethereum:` text; raises InvalidRequest with its `reason`.

        Strict: no name, no function but `transfer`, no unknown or repeated parameter. Chain 1 unless said.
        """
        scheme, colon, rest = text.partition(":")
        if scheme.lower() != "ethereum" or not colon:
            raise refusal(Reason.UNKNOWN_FORMAT)
        if not rest.startswith("0x"):
            # ERC-831: a payload that does not start 0x has a prefix; a name may hold dashes of its own.
            prefix, _, rest = rest.partition("-")
            if prefix != "pay":
                raise refusal(Reason.ENS_NAME if "." in prefix else Reason.UNKNOWN_PREFIX)
        path, question, query = rest.partition("?")
        place, slash, function = path.partition("/")
        target, at, chain = place.partition("@")
        if slash and function != "transfer":
            raise refusal(Reason.UNKNOWN_FUNCTION)
        if at and _CHAIN.fullmatch(chain) is None:
            raise refusal(Reason.BAD_CHAIN)
        parameters = _parameters(query, known={"address", "uint256"} if slash else {"value"}) if question else {}
        if slash and "address" not in parameters:
            raise refusal(Reason.NO_PAYEE)
        number = parameters.get("uint256" if slash else "value")
        return cls(
            chain_id=int(chain) if at else 1,
            payee=_address(parameters["address"] if slash else target),
            contract=_address(target) if slash else None,
            units=None if number is None else _units(number),
            ignored=tuple(sorted(_GAS & parameters.keys())),
        )

    def __str__(self) -> str:
        if self.contract is None:
            value = "" if self.units is None else f"?value={self.units}"
            return f"ethereum:{self.payee}@{self.chain_id}{value}"
        amount = "" if self.units is None else f"&uint256={self.units}"
        return f"ethereum:{self.contract}@{self.chain_id}/transfer?address={self.payee}{amount}"


def _parameters(query: str, *, known: set[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for parameter in query.split("&"):
        key, _, value = parameter.partition("=")
        if key not in known | _GAS:
            raise refusal(Reason.UNKNOWN_PARAMETER)
        if key in found:
            raise refusal(Reason.DUPLICATE_PARAMETER)
        found[key] = value
    return found


def _address(text: str) -> Address:
    try:
        return Address.parse(text)
    except InvalidAddress:
        raise refusal(Reason.ENS_NAME if "." in text else Reason.BAD_ADDRESS) from None


def _units(text: str) -> int:
    """Read an ERC-681 number: its exponent is at least as large as its decimals. Integers only, no float."""
    match = _NUMBER.fullmatch(text)
    if match is None:
        raise refusal(Reason.BAD_NUMBER)
    whole, decimals, exponent = match[1], match[2] or "", int(match[3] or 0)
    if exponent < len(decimals):
        raise refusal(Reason.BAD_NUMBER)
    return int(whole + decimals + "0" * (exponent - len(decimals)))
