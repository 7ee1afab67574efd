"""Which rules a merchant-presented code breaks (EMV QRCPS-MPM 1.1, sections 3 and 4)."""

import re
from collections.abc import Iterator
from decimal import Decimal

from tokenpay.errors import InvalidRequest
from tokenpay.money.currency import CURRENCIES
from tokenpay.requests.emvco_object import DataObject, checksum, read_objects, value_of, write_objects
from tokenpay.requests.emvco_rule import MAX_TEXT, Rule
from tokenpay.requests.visible import is_visible

NO_CURRENCY = "999"  # the numeric code of ISO 4217 for transactions in no currency
DECIMALS = dict(CURRENCIES.values())
"""Numeric code to number of decimals, of currencies that circulate as cash."""
# ISO 4217 codes of funds, metals and units of account: known, but nobody pays with them at a counter.
_NOT_CASH = frozenset(
    map(str, [396, 926, 927, 940, 947, 948, *range(955, 966), 970, 979, 984, 990, 994, 997, int(NO_CURRENCY)])
)
ACCOUNT_TEMPLATES = frozenset(f"{id}" for id in range(26, 52))
UNRESERVED_TEMPLATES = frozenset(f"{id}" for id in range(80, 100))
_SYSTEM_TEMPLATES = frozenset(f"{id}" for id in range(50, 100))  # inside 62
_ACCOUNTS = frozenset(f"{id:02}" for id in range(2, 52))
_NAMED_TEMPLATES = ACCOUNT_TEMPLATES | UNRESERVED_TEMPLATES
# The format "S", any letters, stands for 62 and above at the root; all else is "ans", printable ASCII.
_ADDITIONAL_ASCII = frozenset(f"{id:02}" for id in range(1, 12))


AMOUNT_FORM = re.compile(r"(?=.{1,13}\Z)[0-9]+(?:\.[0-9]*)?")
PERCENT_FORM = re.compile(r"(?=.*[1-9])[0-9]{1,2}(?:\.[0-9]{1,2})?")
_FORMS = {
    "00": (Rule.FORMAT, re.compile("01")),
    "01": (Rule.POINT, re.compile("1[12]")),
    "52": (Rule.CATEGORY, re.compile("[0-9]{4}")),
    "54": (Rule.AMOUNT, AMOUNT_FORM),
    "55": (Rule.TIP, re.compile("0[123]")),
    "56": (Rule.FEE_FIXED, AMOUNT_FORM),
    "57": (Rule.FEE_PERCENT, PERCENT_FORM),
    "58": (Rule.COUNTRY, re.compile("[A-Z]{2}")),
    "59": (Rule.NAME, re.compile(".{1,25}")),
    "60": (Rule.CITY, re.compile(".{1,15}")),
    "61": (Rule.POSTAL_CODE, re.compile(".{1,10}")),
}
_MANDATORY = {
    "52": Rule.CATEGORY_MISSING,
    "53": Rule.CURRENCY_MISSING,
    "58": Rule.COUNTRY_MISSING,
    "59": Rule.NAME_MISSING,
    "60": Rule.CITY_MISSING,
}
_LABEL = re.compile(".{1,25}")
_ADDITIONAL_FORMS = {
    **{f"{id:02}": _LABEL for id in range(1, 9)},
    "09": re.compile("(?!.*(.).*\\1)[AME]{1,3}"),
    "10": re.compile(".{1,20}"),
    "11": re.compile(".{3}"),
}
_LANGUAGE_FORMS = {"00": re.compile("[a-zA-Z]{2}"), "01": _LABEL, "02": re.compile(".{1,15}")}


def broken_rules(text: str) -> tuple[Rule, ...]:
    """Return every rule that `text` breaks, in the order of `Rule`; without a structure only that."""
    try:
        objects = read_objects(text)
    except InvalidRequest:
        return (Rule.STRUCTURE,)
    broken = {*unsafe_rules(objects), *lesser_rules(objects)}
    return tuple(rule for rule in Rule if rule in broken)


def unsafe_rules(objects: tuple[DataObject, ...]) -> Iterator[Rule]:
    """Yield the rules broken by data objects that cannot be read safely, the checksum among them."""
    text = write_objects(objects)
    if len(text) > MAX_TEXT:
        yield Rule.LENGTH
    if not is_visible(text):
        yield Rule.VISIBLE
    if not objects or objects[-1].id != "63" or len(objects[-1].value) != 4:
        yield Rule.CHECKSUM_LAST
    elif checksum(text[:-4]) != objects[-1].value.upper():
        yield Rule.CHECKSUM
    if len({found.id for found in objects}) != len(objects):
        yield Rule.UNIQUE_IDS


def lesser_rules(objects: tuple[DataObject, ...]) -> Iterator[Rule]:
    """Yield the other rules that data objects break, in no order, some perhaps twice."""
    values = {found.id: found.value for found in objects}
    if "63" in values and values["63"] != values["63"].upper():
        yield Rule.CHECKSUM_CASE
    if not objects or objects[0].id != "00":
        yield Rule.FORMAT_FIRST
    if not _ACCOUNTS & values.keys():
        yield Rule.ACCOUNT_MISSING
    yield from (rule for id, rule in _MANDATORY.items() if id not in values)
    for found in objects:
        if not found.value:
            yield Rule.EMPTY
        if found.id < "62" and not found.value.isascii():
            yield Rule.CHARACTERS
        form = _FORMS.get(found.id)
        if form is not None and form[1].fullmatch(found.value) is None:
            yield form[0]
        if found.id in _NAMED_TEMPLATES:
            yield from _named(found)
        elif found.id == "62":
            yield from _additional(found)
        elif found.id == "64":
            yield from _language(found)
    yield from _money(values)


def _money(values: dict[str, str]) -> Iterator[Rule]:
    currency = values.get("53", NO_CURRENCY)
    if currency not in DECIMALS and currency not in _NOT_CASH:
        yield Rule.CURRENCY
    amount = values.get("54", "")
    if AMOUNT_FORM.fullmatch(amount):
        if not Decimal(amount):
            yield Rule.AMOUNT_ZERO
        if not _fits(amount, currency):
            yield Rule.AMOUNT_DECIMALS
    fee = values.get("56", "")
    if AMOUNT_FORM.fullmatch(fee) and not (Decimal(fee) and _fits(fee, currency)):
        yield Rule.FEE_FIXED
    tip = values.get("55")
    if ("56" in values) is not (tip == "02") or ("57" in values) is not (tip == "03"):
        yield Rule.FEE


def _fits(amount: str, currency: str) -> bool:
    return len(amount.partition(".")[2]) <= DECIMALS.get(currency, len(amount))


def _named(template: DataObject) -> Iterator[Rule]:
    """Yield what is wrong with a template that names its owner under 00."""
    yield from _template(template)
    if template.objects is not None:
        name = value_of(template.objects, "00")
        if name is None or not 1 <= len(name) <= 32:
            yield Rule.TEMPLATE_NAME


def _template(template: DataObject) -> Iterator[Rule]:
    inside = template.objects
    if inside is None:
        yield Rule.TEMPLATE
        return
    if len({found.id for found in inside}) != len(inside):
        yield Rule.TEMPLATE_IDS
    if not all(found.value for found in inside):
        yield Rule.EMPTY


def _additional(template: DataObject) -> Iterator[Rule]:
    yield from _template(template)
    for found in template.objects or ():
        form = _ADDITIONAL_FORMS.get(found.id)
        # Three stars ask the payer to fill the field in.
        if form is not None and found.value != "***" and form.fullmatch(found.value) is None:
            yield Rule.ADDITIONAL
        if found.id in _ADDITIONAL_ASCII and not found.value.isascii():
            yield Rule.CHARACTERS
        if found.id in _SYSTEM_TEMPLATES:
            yield from _named(found)


def _language(template: DataObject) -> Iterator[Rule]:
    yield from _template(template)
    inside = template.objects
    if inside is None:
        return
    for id, form in _LANGUAGE_FORMS.items():
        value = value_of(inside, id)
        if (value is None and id != "02") or (value is not None and form.fullmatch(value) is None):
            yield Rule.LANGUAGE
