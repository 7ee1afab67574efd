"""Merchant-presented codes of EMVCo (EMV QRCPS-MPM 1.1): any code is read and written back as it was."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Self

from tokenpay.errors import InvalidAmount, InvalidRequest, PrecisionLost
from tokenpay.money.amount import Amount
from tokenpay.money.asset import Asset, AssetKind
from tokenpay.money.currency import CURRENCIES
from tokenpay.requests.emvco_check import AMOUNT_FORM, NO_CURRENCY, PERCENT_FORM, lesser_rules, unsafe_rules
from tokenpay.requests.emvco_object import DataObject, checksum, read_objects, value_of, write_objects
from tokenpay.requests.emvco_rule import Rule
from tokenpay.requests.merchant import AdditionalData, LocalName, Merchant, Tip, TipKind
from tokenpay.requests.payment_request import PaymentRequest
from tokenpay.requests.reason import Reason, refusal
from tokenpay.requests.token_template import TokenTemplate

STATIC, DYNAMIC = "11", "12"
_BY_NUMERIC = {numeric: code for code, (numeric, _) in CURRENCIES.items()}
_REASONS = {
    Rule.STRUCTURE: Reason.EMVCO_STRUCTURE,
    Rule.LENGTH: Reason.EMVCO_LENGTH,
    Rule.VISIBLE: Reason.INVISIBLE,
    Rule.UNIQUE_IDS: Reason.DUPLICATE_PARAMETER,
    Rule.CHECKSUM_LAST: Reason.EMVCO_CHECKSUM,
    Rule.CHECKSUM: Reason.EMVCO_CHECKSUM,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class EmvcoRequest:
    """A merchant-presented code: its data objects in their own order, the checksum (63) last.

    What the properties say is a claim of whoever made the code. Raises InvalidRequest, with its `reason` and
    `rule`, for what cannot be read safely; `warnings` are the other rules that it breaks.
    """

    objects: tuple[DataObject, ...]

    def __post_init__(self) -> None:
        for rule in unsafe_rules(self.objects):
            raise refusal(_REASONS[rule], rule=rule.value)
        _ = self.token  # our own template is never read in part

    @classmethod
    def parse(cls, text: str, *, strict: bool = False) -> Self:
        """Read a code; `strict` refuses one that breaks any rule, and names them all in the error's `rule`."""
        read = cls(objects=read_objects(text))
        if strict and read.warnings:
            raise refusal(Reason.EMVCO_RULES, rule=" ".join(read.warnings))
        return read

    @classmethod
    def made_of(cls, objects: Iterable[DataObject]) -> Self:
        """Return the code of these data objects with its checksum; raises InvalidRequest when it breaks any rule."""
        text = write_objects(objects) + "6304"
        return cls.parse(text + checksum(text), strict=True)

    @classmethod
    def of(cls, request: PaymentRequest, merchant: Merchant) -> Self:
        """Return a request of ours as a dynamic code; raises InvalidRequest when its amount has no room in one."""
        token = TokenTemplate.of(request)
        if request.asset.kind is AssetKind.CASH:
            return cls.asking(token, merchant, currency=request.asset, amount=request.amount)
        return cls.asking(token, merchant)

    @classmethod
    def asking(
        cls,
        token: TokenTemplate,
        merchant: Merchant,
        *,
        currency: Asset | None = None,
        amount: Amount | None = None,
        static: bool = False,
    ) -> Self:
        """Return a code that carries `token`; `static` for a sticker that many payers scan. Raises InvalidRequest.

        Cash stands in 53 and 54. A token has no ISO 4217 code: 53 says "no currency", its units are in `token`.
        """
        if currency is not None and (currency.kind is not AssetKind.CASH or token.on_chain is not None):
            raise InvalidRequest("a code asks for a token, or for an amount in cash")
        if amount is not None and amount.asset != currency:
            raise InvalidRequest("the amount is not of the currency that is asked for")
        parts = [
            ("00", "01"),
            ("01", STATIC if static else DYNAMIC),
            *((found.id, found.value) for found in token.objects()),
            ("52", merchant.category),
            ("53", NO_CURRENCY if currency is None else CURRENCIES[currency.symbol][0]),
            *(() if amount is None else (("54", amount.number()),)),
            ("58", merchant.country),
            ("59", merchant.name),
            ("60", merchant.city),
            *((("61", merchant.postal_code),) if merchant.postal_code else ()),
        ]
        return cls.made_of(DataObject(id, value) for id, value in parts)

    def __str__(self) -> str:
        return write_objects(self.objects)

    @property
    def warnings(self) -> tuple[Rule, ...]:
        """The rules that the code breaks though it can be read, in the order of `Rule`."""
        broken = set(lesser_rules(self.objects))
        return tuple(rule for rule in Rule if rule in broken)

    @property
    def beyond_ascii(self) -> bool:
        """Whether letters stand somewhere that may look like others: show them marked, never compare by eye."""
        return not all(found.value.isascii() for found in self.objects)

    @property
    def static(self) -> bool:
        """Whether the code says that it is shown for more than one payment (01 is 11)."""
        return self._value("01") == STATIC

    @property
    def merchant(self) -> Merchant:
        """Who is paid, as the code claims."""
        return Merchant(
            name=self._value("59"),
            city=self._value("60"),
            country=self._value("58"),
            category=self._value("52"),
            postal_code=self._value("61"),
        )

    @property
    def local_name(self) -> LocalName | None:
        """The merchant's name in the language of its own (64), if there is one."""
        inside = self._inside("64")
        language, name = value_of(inside, "00"), value_of(inside, "01")
        if language is None or name is None:
            return None
        return LocalName(language=language, name=name, city=value_of(inside, "02") or "")

    @property
    def currency_numeric(self) -> str:
        """The currency (53) as three digits of ISO 4217; empty where it is left out."""
        return self._value("53")

    @property
    def currency(self) -> Asset | None:
        """The currency (53), where it circulates as cash."""
        code = _BY_NUMERIC.get(self.currency_numeric)
        return None if code is None else Asset.cash(code)

    @property
    def amount_text(self) -> str:
        """The amount (54) as it stands; empty where it is left out to the payer."""
        return self._value("54")

    @property
    def amount(self) -> Amount | None:
        """The amount (54) in cash; None where it is left out, or cannot be read exactly in the currency."""
        return self._amount("54")

    @property
    def tip(self) -> Tip | None:
        """The tip or fee (55 to 57), or None; where the fields do not agree, `warnings` say so."""
        kind = self._value("55")
        if kind not in set(TipKind):
            return None
        percent = self._value("57")
        return Tip(
            kind=TipKind(kind),
            fixed=self._amount("56"),
            percent=Decimal(percent) if PERCENT_FORM.fullmatch(percent) else None,
        )

    @property
    def additional(self) -> AdditionalData:
        """The labels in the additional data (62)."""
        inside = self._inside("62")
        names = [field.name for field in fields(AdditionalData)]
        return AdditionalData(**{name: value_of(inside, f"{id:02}") or "" for id, name in enumerate(names, 1)})

    @property
    def token(self) -> TokenTemplate | None:
        """What our own template asks for, if the code carries it."""
        return TokenTemplate.find(self.objects)

    @property
    def priced(self) -> bool:
        """Whether the code names an amount, a tip or a fee (54 to 57), readable or not."""
        return any("54" <= found.id <= "57" for found in self.objects)

    def agrees_with(self, request: PaymentRequest) -> bool:
        """Return whether a code with our template says of `request` nothing but what is true of it."""
        money = [found.id for found in self.objects if "54" <= found.id <= "57"]
        if money and (money != ["54"] or request.amount is None or self.amount != request.amount):
            return False
        return self.token is not None and self.token.agrees_with(request) and self.currency in (None, request.asset)

    def _value(self, id: str) -> str:
        return value_of(self.objects, id) or ""

    def _inside(self, id: str) -> tuple[DataObject, ...] | None:
        return next((found.objects for found in self.objects if found.id == id), None)

    def _amount(self, id: str) -> Amount | None:
        text, currency = self._value(id), self.currency
        if currency is None or AMOUNT_FORM.fullmatch(text) is None:
            return None
        try:
            return Amount.of(Decimal(text), currency)
        except (InvalidAmount, PrecisionLost):
            return None


def is_emvco(text: str) -> bool:
    """Return whether `text` claims to be such a code: it begins like one, or ends in a checksum."""
    return text[:6] == "000201" or (text[-8:-4] == "6304" and text[:4].isascii() and text[:4].isdigit())
