"""The template with which an EMVCo code asks for a token: chain, payee, contract, units and our short reference.

A bank may put it beside the templates of other schemes (26 to 51) or among the unreserved ones (80 to 99).
One template holds 99 characters, so the fields may be spread over several, each with the same name under 00.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from tokenpay.errors import InvalidAddress, InvalidAsset
from tokenpay.money.address import Address, caip2, parse_caip2
from tokenpay.money.asset import AssetKind
from tokenpay.requests.eip681 import Eip681
from tokenpay.requests.emvco_check import ACCOUNT_TEMPLATES, UNRESERVED_TEMPLATES
from tokenpay.requests.emvco_object import MAX_VALUE, DataObject
from tokenpay.requests.payment_request import PaymentRequest
from tokenpay.requests.reason import Reason, refusal
from tokenpay.requests.reference import check_reference_id

# A UUID without hyphens, as EMVCo allows for a globally unique id: it needs no registry and belongs to no domain.
TEMPLATE_NAME = "d1c2374b16bc4332911b9581a6df4bd1"
_CHAIN, _REFERENCE, _PAYEE, _CONTRACT, _UNITS = "01", "02", "03", "04", "05"
_HOLDERS = ACCOUNT_TEMPLATES | UNRESERVED_TEMPLATES
_FIELDS = frozenset({_CHAIN, _REFERENCE, _PAYEE, _CONTRACT, _UNITS})
_NAME = DataObject("00", TEMPLATE_NAME)
MAX_UNITS_DIGITS = MAX_VALUE - len(str(_NAME)) - 4
_WHOLE = re.compile(f"[1-9][0-9]{{0,{MAX_UNITS_DIGITS - 1}}}")
_FIRST_ID = 26


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenTemplate:
    """What an EMVCo code asks for on a chain: a reference of ours (its 26 characters), a payee there, or both.

    Without a contract it is the chain's native coin, without `units` (smallest ones) any amount.
    Raises InvalidRequest when the parts do not agree.
    """

    reference: str | None = None
    chain_id: int | None = None
    payee: Address | None = None
    contract: Address | None = None
    units: int | None = None

    def __post_init__(self) -> None:
        if self.reference is not None:
            check_reference_id(self.reference)
        if self.payee is None and (self.reference is None or (self.chain_id, self.contract, self.units) != (None,) * 3):
            raise refusal(Reason.BAD_TEMPLATE)
        if self.payee is not None and self.chain_id is None:
            raise refusal(Reason.BAD_TEMPLATE)
        if self.units is not None and len(str(self.units)) > MAX_UNITS_DIGITS:
            raise refusal(Reason.BAD_NUMBER)
        _ = self.on_chain  # holds the chain, the amount and the payee to the rules of ERC-681

    @classmethod
    def of(cls, request: PaymentRequest) -> Self:
        """Return what a request of ours asks for; a request in cash has its reference only."""
        if request.deposit_address is None or request.asset.kind is AssetKind.CASH:
            return cls(reference=request.id)
        return cls(
            reference=request.id,
            chain_id=request.asset.chain_id,
            payee=request.deposit_address,
            contract=request.asset.contract,
            units=None if request.amount is None else request.amount.units,
        )

    @classmethod
    def find(cls, objects: Iterable[DataObject]) -> Self | None:
        """Return our template among the data objects of a code, or None; raises InvalidRequest for a wrong one.

        Every value is in the one spelling in which it is written here: EIP-55, CAIP-2, no leading zeros.
        """
        named = [found for found in objects if TEMPLATE_NAME in found.value and found.id in _HOLDERS]
        values: dict[str, str] = {}
        for template in named:
            inside = template.objects
            if not inside or inside[0] != _NAME:
                raise refusal(Reason.BAD_TEMPLATE)
            for found in inside[1:]:
                if found.id not in _FIELDS or found.id in values:
                    raise refusal(Reason.BAD_TEMPLATE)
                values[found.id] = found.value
        return cls._read(values) if named else None

    @classmethod
    def _read(cls, values: dict[str, str]) -> Self:
        units = values.get(_UNITS)
        if units is not None and _WHOLE.fullmatch(units) is None:
            raise refusal(Reason.BAD_NUMBER)
        try:
            chain_id = parse_caip2(values[_CHAIN]) if _CHAIN in values else None
        except InvalidAsset:
            raise refusal(Reason.BAD_CHAIN) from None
        return cls(
            reference=values.get(_REFERENCE),
            chain_id=chain_id,
            payee=_address(values.get(_PAYEE)),
            contract=_address(values.get(_CONTRACT)),
            units=None if units is None else int(units),
        )

    @property
    def on_chain(self) -> Eip681 | None:
        """The same as an ERC-681 request; None for a reference alone."""
        if self.payee is None or self.chain_id is None:
            return None
        return Eip681(chain_id=self.chain_id, payee=self.payee, contract=self.contract, units=self.units)

    def agrees_with(self, request: PaymentRequest) -> bool:
        """Return whether this is as `of` writes it for `request`, or its reference alone."""
        return self in (TokenTemplate.of(request), TokenTemplate(reference=request.id))

    def objects(self) -> tuple[DataObject, ...]:
        """Return the templates, from 26 on, as few as hold the fields in their order."""
        fields = [
            DataObject(id, str(value))
            for id, value in (
                (_CHAIN, None if self.chain_id is None else caip2(self.chain_id)),
                (_REFERENCE, self.reference),
                (_PAYEE, self.payee),
                (_CONTRACT, self.contract),
                (_UNITS, self.units),
            )
            if value is not None
        ]
        contents = [str(_NAME)]
        for part in map(str, fields):
            if len(contents[-1]) + len(part) > MAX_VALUE:
                contents.append(str(_NAME))
            contents[-1] += part
        return tuple(DataObject(str(id), content) for id, content in enumerate(contents, _FIRST_ID))


def _address(text: str | None) -> Address | None:
    if text is None:
        return None
    try:
        address = Address.parse(text)
    except InvalidAddress:
        raise refusal(Reason.BAD_ADDRESS) from None
    if address.text != text:
        raise refusal(Reason.BAD_ADDRESS)
    return address
