"""What a merchant's code says, and codes of our own."""

from dataclasses import replace
from decimal import Decimal

import pytest

from tests.unit.requests.samples import ACME, COIN, CONTRACT, EURO, FOREIGN, PAYEE, TOKEN, request
from tokenpay.errors import InvalidRequest
from tokenpay.money.amount import Amount
from tokenpay.money.asset import Asset
from tokenpay.requests.eip681 import Eip681
from tokenpay.requests.emvco import EmvcoRequest
from tokenpay.requests.emvco_object import DataObject, checksum, read_objects, value_of
from tokenpay.requests.emvco_rule import Rule
from tokenpay.requests.merchant import AdditionalData, LocalName, Merchant, Tip, TipKind
from tokenpay.requests.reason import Reason, reason_of
from tokenpay.requests.token_template import TEMPLATE_NAME, TokenTemplate

OPEN_EURO = request(asset=EURO, amount=None, deposit_address=None)


def changed(code: EmvcoRequest, **values: str | None) -> EmvcoRequest:
    """A code with other values (`t54="1"`), or without a field (None), read leniently."""
    fields = {found.id: found.value for found in code.objects if found.id != "63"}
    wanted = {**fields, **{name[1:]: value for name, value in values.items()}}
    text = "".join(str(DataObject(id, value)) for id, value in wanted.items() if value is not None) + "6304"
    return EmvcoRequest.parse(text + checksum(text))


def test_the_example_of_the_standard_reads_as_it_is_meant():
    text = (
        "00020101021229300012D156000000000510A93FO3230Q31280012D15600000001030812345678520441115802CN5914BEST TRANSPORT"
        "6007BEIJING64200002ZH0104最佳运输0202北京540523.7253031565502016233030412340603***0708A60086670902ME91320016"
        "A0112233449988770708123456786304A13A"
    )
    code = EmvcoRequest.parse(text, strict=True)
    assert code.merchant == Merchant(name="BEST TRANSPORT", city="BEIJING", country="CN", category="4111")
    assert code.local_name == LocalName(language="ZH", name="最佳运输", city="北京")
    assert code.amount == Amount.parse("23.72", Asset.cash("CNY"))
    assert code.tip == Tip(kind=TipKind.ASKED)
    assert code.additional == AdditionalData(
        store_label="1234", customer_label="***", terminal_label="A6008667", asked_of_consumer="ME"
    )
    assert (code.static, code.priced, code.beyond_ascii, code.token) == (False, True, True, None)
    nested = next(found for found in code.objects if found.id == "29").objects
    assert nested == (DataObject("00", "D15600000000"), DataObject("05", "A93FO3230Q"))
    assert str(code) == text


@pytest.mark.parametrize(
    ("values", "amount"),
    [
        ({"t54": "98.73"}, Amount(EURO, 9873)),
        ({"t54": "98."}, Amount(EURO, 9800)),
        ({"t54": "098.7"}, Amount(EURO, 9870)),
        ({"t53": "392", "t54": "500"}, Amount(Asset.cash("JPY"), 500)),
        ({"t53": "048", "t54": "1.234"}, Amount(Asset.cash("BHD"), 1234)),
        ({"t54": None}, None),
        ({"t54": "98.731"}, None),
        ({"t54": "98,73"}, None),
        ({"t54": "-1"}, None),
        ({"t54": "1e3"}, None),
        ({"t53": "392", "t54": "1.5"}, None),
        ({"t53": "999", "t54": "1.5"}, None),
        ({"t53": "xyz", "t54": "1.5"}, None),
        ({"t53": None, "t54": "1.5"}, None),
    ],
)
def test_an_amount_is_exact_or_not_there(values, amount):
    code = changed(FOREIGN, **values)
    assert code.amount == amount
    assert code.amount_text == (values["t54"] or "")
    assert code.currency_numeric == (values.get("t53", "978") or "")
    assert amount is not None or values["t54"] is None or code.warnings or values.get("t53") == "999"


@pytest.mark.parametrize(
    ("values", "tip"),
    [
        ({}, None),
        ({"t55": "01"}, Tip(kind=TipKind.ASKED)),
        ({"t55": "02", "t56": "0.50"}, Tip(kind=TipKind.FIXED, fixed=Amount(EURO, 50))),
        ({"t55": "03", "t57": "12.5"}, Tip(kind=TipKind.PERCENT, percent=Decimal("12.5"))),
        ({"t55": "03", "t57": "abc"}, Tip(kind=TipKind.PERCENT)),
        ({"t55": "04"}, None),
    ],
)
def test_a_tip_or_fee(values, tip):
    code = changed(FOREIGN, **values)
    assert code.tip == tip
    assert code.priced
    assert changed(code, t54=None).priced is ("t55" in values)


def test_a_request_of_ours_as_a_code_and_back():
    code = EmvcoRequest.of(request(), replace(ACME, postal_code="10115"))
    assert EmvcoRequest.parse(str(code), strict=True) == code
    assert (
        code.token
        == TokenTemplate.of(request())
        == TokenTemplate(reference=request().id, chain_id=8453, payee=PAYEE, contract=CONTRACT, units=100)
    )
    assert code.merchant == replace(ACME, postal_code="10115")
    assert (code.currency, code.amount, code.priced, code.static) == (None, None, False, False)
    assert code.agrees_with(request())
    assert [found.id for found in code.objects] == [
        "00",
        "01",
        "26",
        "27",
        "28",
        "52",
        "53",
        "58",
        "59",
        "60",
        "61",
        "63",
    ]
    assert all(value_of(code.objects[at].objects, "00") == TEMPLATE_NAME for at in (2, 3, 4))
    assert value_of(code.objects, "53") == "999"
    assert len(str(code)) < 400


def test_a_request_in_cash_has_its_amount_where_every_reader_looks():
    due = request(asset=EURO, amount=Amount(EURO, 1250), deposit_address=None)
    code = EmvcoRequest.of(due, ACME)
    assert (code.amount, code.token) == (Amount(EURO, 1250), TokenTemplate(reference=due.id))
    assert value_of(code.objects, "54") == "12.50"
    left_open = EmvcoRequest.of(OPEN_EURO, ACME)
    assert (left_open.currency, left_open.amount, left_open.priced) == (EURO, None, False)
    assert code.agrees_with(due)
    assert left_open.agrees_with(OPEN_EURO)
    assert not left_open.agrees_with(request(id="0" * 26, asset=EURO, amount=None, deposit_address=None))


def test_a_sticker_asks_for_a_token_without_a_reference():
    sticker = TokenTemplate(chain_id=8453, payee=PAYEE, contract=CONTRACT)
    code = EmvcoRequest.asking(sticker, ACME, static=True)
    assert (code.static, code.token) == (True, sticker)
    assert EmvcoRequest.parse(str(code), strict=True) == code
    assert not code.agrees_with(request())


@pytest.mark.parametrize(
    "made",
    [
        lambda: EmvcoRequest.of(request(), replace(ACME, name="")),
        lambda: EmvcoRequest.of(request(), replace(ACME, name="A" * 26)),
        lambda: EmvcoRequest.of(request(), replace(ACME, name="Пекарня")),
        lambda: EmvcoRequest.of(request(), replace(ACME, city="\u202e")),
        lambda: EmvcoRequest.of(request(), replace(ACME, city="\ud800")),
        lambda: EmvcoRequest(objects=(*FOREIGN.objects[:-1], DataObject("65", "\ud800"), FOREIGN.objects[-1])),
        lambda: EmvcoRequest.of(request(), replace(ACME, country="Germany")),
        lambda: EmvcoRequest.of(request(), replace(ACME, category="x")),
        lambda: EmvcoRequest.of(request(amount=Amount(TOKEN, 10**59)), ACME),
        lambda: EmvcoRequest.of(request(asset=EURO, amount=Amount(EURO, 10**13), deposit_address=None), ACME),
        lambda: EmvcoRequest.asking(TokenTemplate.of(request()), ACME, currency=EURO),
        lambda: EmvcoRequest.asking(TokenTemplate(reference=request().id), ACME, currency=TOKEN),
        lambda: EmvcoRequest.asking(TokenTemplate(reference=request().id), ACME, amount=Amount(EURO, 1)),
        lambda: EmvcoRequest.made_of([DataObject("00", "01")]),
        lambda: EmvcoRequest(objects=FOREIGN.objects[:-1]),
        lambda: EmvcoRequest(objects=()),
        lambda: DataObject("00", "x" * 100),
        lambda: DataObject("0", "x"),
        lambda: DataObject("٠٠", "x"),
    ],
)
def test_what_cannot_be_written(made):
    with pytest.raises(InvalidRequest):
        made()


def test_the_most_units_that_a_code_holds():
    most = Amount(TOKEN, 10**59 - 1)
    assert EmvcoRequest.of(request(amount=most), ACME).token == TokenTemplate.of(request(amount=most))


@pytest.mark.parametrize(
    "told",
    [
        {"t54": "1.00", "t53": "978"},
        {"t53": "978"},
        {"t54": "1"},
        {"t55": "01"},
        {"t28": None},
    ],
)
def test_a_code_with_our_reference_that_says_anything_else_does_not_agree(told):
    assert not changed(EmvcoRequest.of(request(), ACME), **told).agrees_with(request())


@pytest.mark.parametrize("told", [{"t54": "12.51"}, {"t54": "x"}, {"t53": "840"}, {"t55": "01"}, {"t53": "999"}])
def test_nor_does_one_in_cash(told):
    due = request(asset=EURO, amount=Amount(EURO, 1250), deposit_address=None)
    assert not changed(EmvcoRequest.of(due, ACME), **told).agrees_with(due)
    assert not changed(EmvcoRequest.of(OPEN_EURO, ACME), t54="x").agrees_with(OPEN_EURO)


@pytest.mark.parametrize("place", ["30", "51", "80", "99"])
def test_our_template_stands_beside_those_of_others(place):
    both = changed(FOREIGN, t54=None, **{f"t{place}": str(TokenTemplate(reference=request().id).objects()[0].value)})
    assert both.token == TokenTemplate(reference=request().id)
    assert both.warnings == ()


NAME = f"0032{TEMPLATE_NAME}"


@pytest.mark.parametrize(
    ("reason", "template"),
    [
        (Reason.BAD_TEMPLATE, NAME),
        (Reason.BAD_TEMPLATE, f"{NAME}0111eip155:8453"),
        (Reason.BAD_TEMPLATE, f"{NAME}0342{PAYEE}"),
        (Reason.BAD_TEMPLATE, f"{NAME}0226{request().id}0511".replace("0511", "0501" + "5")),
        (Reason.BAD_TEMPLATE, f"{NAME}0226{request().id}0601x"),
        (Reason.BAD_TEMPLATE, f"{NAME}0226{request().id}x"),
        (Reason.BAD_TEMPLATE, f"0226{request().id}{NAME}"),
        (Reason.BAD_TEMPLATE, f"0133{TEMPLATE_NAME}x"),
        (Reason.BAD_REFERENCE, f"{NAME}0226{request().id.lower()}"),
        (Reason.BAD_REFERENCE, f"{NAME}0203ABC"),
    ],
)
def test_our_own_template_is_never_read_in_part(reason, template):
    with pytest.raises(InvalidRequest) as refused:
        changed(FOREIGN, t30=template)
    assert reason_of(refused.value) is reason


@pytest.mark.parametrize(
    ("reason", "field", "value"),
    [
        (Reason.BAD_CHAIN, "01", "eip155:08453"),
        (Reason.BAD_CHAIN, "01", "8453"),
        (Reason.BAD_ADDRESS, "03", PAYEE.text.lower()),
        (Reason.BAD_ADDRESS, "03", PAYEE.text[:-1] + "e"),
        (Reason.BAD_ADDRESS, "04", "0x" + "0" * 40),
        (Reason.PAYEE_IS_TOKEN, "04", PAYEE.text),
        (Reason.BAD_NUMBER, "05", "0100"),
        (Reason.BAD_NUMBER, "05", "0"),
        (Reason.BAD_NUMBER, "05", "1e3"),
        (Reason.BAD_NUMBER, "05", "1.5"),
    ],
)
def test_each_value_has_one_spelling(reason, field, value):
    values = {"01": "eip155:8453", "03": PAYEE.text, "04": CONTRACT.text, "05": "5", field: value}
    templates = {f"t{30 + int(id)}": f"{NAME}{DataObject(id, text)}" for id, text in values.items()}
    with pytest.raises(InvalidRequest) as refused:
        changed(FOREIGN, t54=None, **templates)
    assert reason_of(refused.value) is reason


def test_a_field_that_stands_in_two_templates_is_refused():
    reference = TokenTemplate(reference=request().id).objects()[0].value
    with pytest.raises(InvalidRequest) as refused:
        changed(FOREIGN, t30=reference, t80=reference)
    assert reason_of(refused.value) is Reason.BAD_TEMPLATE


def test_native_coin_has_no_contract():
    token = EmvcoRequest.of(request(asset=COIN, amount=Amount(COIN, 5)), ACME).token
    assert token == TokenTemplate(reference=request().id, chain_id=8453, payee=PAYEE, units=5)
    assert token.on_chain == Eip681(chain_id=8453, payee=PAYEE, units=5)


def test_what_is_no_template_is_kept_as_it_is():
    odd = changed(FOREIGN, t81="not data objects")
    assert odd.warnings == (Rule.TEMPLATE,)
    assert odd.objects[-2].objects is None
    assert read_objects(str(odd)) == odd.objects
