"""Payment requests as `ethereum:` text (ERC-681 within ERC-831): what ordinary wallets scan.

A token's target is the token contract, the payee is `address=` and the amount `uint256=`, in smallest
units. Without a function the target is the payee and `value=` is in wei. Any other function is recognised,
with the parameters whose types and order make it that function, and never paid.
"""

import re
from dataclasses import dataclass
from functools import partial
from typing import Self

from tokenpay.errors import InvalidAddress, InvalidRequest
from tokenpay.money.address import MAX_CHAIN_ID, Address
from tokenpay.money.amount import MAX_UNITS
from tokenpay.requests.contract_call import ContractCall
from tokenpay.requests.ens import EnsName, Resolver
from tokenpay.requests.payment_request import PaymentRequest
from tokenpay.requests.reason import Reason, refusal

_CHAIN = re.compile(r"[1-9][0-9]{0,18}")
_NUMBER = re.compile(r"\+?(?=[.0-9])([0-9]{0,78})(?:\.([0-9]{1,78}))?(?:[eE]([0-9]{1,3}))?")
_FUNCTION = re.compile(r"[A-Za-z_$][A-Za-z0-9_$]{0,63}")
_TYPE = re.compile(r"(?:u?int(?:[0-9]{1,3})?|address|bool|bytes(?:[0-9]{1,2})?|string)(?:\[[0-9]{0,3}\]){0,4}")
_GAS = frozenset({"gas", "gasLimit", "gasPrice"})
# ERC-831 prefixes that are known: one pays, the others have their own reasons to be refused.
_OTHER_PREFIXES = {"tx": Reason.RECEIPT, "wc": Reason.WALLET_CONNECT}

Arguments = list[tuple[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Eip681:
    """A request to pay `units` of a token (`contract`) or of native coin (no contract); None leaves them open.

    `ignored` names the gas parameters the text carried: the payer's own wallet decides on gas. `names` are
    the ENS names that a resolver turned into the addresses. Neither is written back.
    """

    chain_id: int
    payee: Address
    contract: Address | None = None
    units: int | None = None
    ignored: tuple[str, ...] = ()
    names: tuple[EnsName, ...] = ()

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
    def parse(cls, text: str, *, resolver: Resolver | None = None) -> "Eip681":
        """Read `ethereum:` text that asks for a payment; raises InvalidRequest with its `reason`.

        Strict: no function but `transfer`, no unknown or repeated parameter. Chain 1 unless said.
        """
        read = read_eip681(text, resolver=resolver)
        if isinstance(read, EnsName):
            raise refusal(Reason.ENS_NAME)
        if isinstance(read, ContractCall):
            raise refusal(Reason.UNKNOWN_FUNCTION)
        return read

    def __str__(self) -> str:
        if self.contract is None:
            value = "" if self.units is None else f"?value={self.units}"
            return f"ethereum:{self.payee}@{self.chain_id}{value}"
        amount = "" if self.units is None else f"&uint256={self.units}"
        return f"ethereum:{self.contract}@{self.chain_id}/transfer?address={self.payee}{amount}"


def read_eip681(text: str, *, resolver: Resolver | None = None) -> Eip681 | ContractCall | EnsName:
    """Read any `ethereum:` text; raises InvalidRequest with its `reason`, and what the resolver raises.

    Without a resolver the answer is the ENS name that stands in it: the payee's, or else the contract's.
    """
    target, chain_id, function, parameters = _parts(text)
    names: list[EnsName] = []
    place = partial(_place, resolver=resolver, names=names)
    ignored = tuple(sorted(key for key, _ in parameters if key in _GAS))
    arguments = [(key, value) for key, value in parameters if key not in _GAS]
    if len(ignored) != len(set(ignored)):
        raise refusal(Reason.DUPLICATE_PARAMETER)
    contract: Address | EnsName | None = None
    if function is None:
        payee, number = place(target), _value(arguments)
    elif _is_transfer(function, arguments):
        given = dict(arguments)
        payee, contract, number = place(given["address"]), place(target), given.get("uint256")
    else:
        called = place(target)
        return called if isinstance(called, EnsName) else _call(chain_id, called, function, arguments, ignored)
    units = None if number is None else _units(number)
    if isinstance(payee, EnsName):
        return payee
    if isinstance(contract, EnsName):
        return contract
    return Eip681(chain_id=chain_id, payee=payee, contract=contract, units=units, ignored=ignored, names=tuple(names))


def _parts(text: str) -> tuple[str, int, str | None, Arguments]:
    """Return target, chain id, function and parameters."""
    scheme, colon, rest = text.partition(":")
    if scheme.lower() != "ethereum" or not colon:
        raise refusal(Reason.UNKNOWN_FORMAT)
    if not rest.startswith("0x"):
        # ERC-831: a payload that does not start 0x has a prefix; a name may hold dashes of its own.
        prefix, dash, payload = rest.partition("-")
        if prefix == "pay" and dash:
            rest = payload
        elif "." not in prefix:
            raise refusal(_OTHER_PREFIXES.get(prefix, Reason.UNKNOWN_PREFIX))
    path, question, query = rest.partition("?")
    place, slash, function = path.partition("/")
    target, at, chain = place.partition("@")
    if slash and _FUNCTION.fullmatch(function) is None:
        raise refusal(Reason.UNKNOWN_FUNCTION)
    if at and _CHAIN.fullmatch(chain) is None:
        raise refusal(Reason.BAD_CHAIN)
    parameters = [parameter.partition("=")[::2] for parameter in query.split("&")] if question else []
    return target, int(chain) if at else 1, function if slash else None, parameters


def _place(text: str, *, resolver: Resolver | None, names: list[EnsName]) -> Address | EnsName:
    """Read an address, or a name and, where there is a resolver, its address."""
    try:
        return Address.parse(text)
    except InvalidAddress:
        if "." not in text:
            raise refusal(Reason.BAD_ADDRESS) from None
    name = EnsName.parse(text)
    if resolver is None:
        return name
    names.append(name)
    return name.resolve(resolver)


def _is_transfer(function: str, arguments: Arguments) -> bool:
    """Return whether this is `transfer(address,uint256)`, of an open amount perhaps.

    The order of the parameters is the function's: turned round, it is another one. Raises InvalidRequest for a
    transfer that is incomplete or says a thing twice.
    """
    types = [key for key, _ in arguments]
    if function != "transfer" or not set(types) <= {"address", "uint256", "value"}:
        return False
    if "value" in types:
        raise refusal(Reason.UNKNOWN_PARAMETER)
    if len(types) != len(set(types)):
        raise refusal(Reason.DUPLICATE_PARAMETER)
    if "address" not in types:
        raise refusal(Reason.NO_PAYEE)
    return types[0] == "address"


def _call(
    chain_id: int, contract: Address, function: str, arguments: Arguments, ignored: tuple[str, ...]
) -> ContractCall:
    parameters = tuple((key, value) for key, value in arguments if key != "value")
    if not all(_TYPE.fullmatch(type) for type, _ in parameters):
        raise refusal(Reason.UNKNOWN_PARAMETER)
    number = _value([(key, value) for key, value in arguments if key == "value"])
    return ContractCall(
        chain_id=chain_id,
        contract=contract,
        function=function,
        parameters=parameters,
        value_wei=None if number is None else _units(number),
        ignored=ignored,
    )


def _value(arguments: Arguments) -> str | None:
    """Return the one parameter `value`, or None; raises InvalidRequest for any other or a second."""
    if any(key != "value" for key, _ in arguments):
        raise refusal(Reason.UNKNOWN_PARAMETER)
    if len(arguments) > 1:
        raise refusal(Reason.DUPLICATE_PARAMETER)
    return arguments[0][1] if arguments else None


def _units(text: str) -> int:
    """Read an ERC-681 number: its exponent is at least as large as its decimals. Integers only, no float."""
    match = _NUMBER.fullmatch(text)
    if match is None:
        raise refusal(Reason.BAD_NUMBER)
    whole, decimals, exponent = match[1], match[2] or "", int(match[3] or 0)
    if exponent < len(decimals):
        raise refusal(Reason.BAD_NUMBER)
    return int(whole + decimals + "0" * (exponent - len(decimals)))
