"""Each rule of EMVCo by the smallest code that breaks it and no other."""

import pytest

from tokenpay.errors import InvalidRequest
from tokenpay.requests.emvco import EmvcoRequest
from tokenpay.requests.emvco_check import broken_rules
from tokenpay.requests.emvco_object import DataObject, checksum
from tokenpay.requests.emvco_rule import MAX_TEXT, Rule
from tokenpay.requests.reason import Reason, reason_of

# The fields of a code that breaks no rule; 26 holds a template named "a".
FIELDS = {"00": "01", "26": "0001a", "52": "0000", "53": "978", "58": "DE", "59": "A", "60": "B"}


def text(fields: list[tuple[str, str]]) -> str:
    written = "".join(str(DataObject(id, value)) for id, value in fields) + "6304"
    return written + checksum(written)


def code(*, without: str = "", **changed: str) -> str:
    """The code of FIELDS with some changed or added (`t54="1"`), and one left out."""
    fields = {**FIELDS, **{name[1:]: value for name, value in changed.items()}}
    return text([(id, value) for id, value in sorted(fields.items()) if id != without])


GOOD = code()

BROKEN: dict[Rule, list[str]] = {
    Rule.STRUCTURE: [
        *("0", "000", "0002", "00020", "0a0201", "000x01", "٠٠0201", "００0201", "00-101"),
        *(GOOD + "0", GOOD[:-1]),
    ],
    Rule.LENGTH: [code(**{f"t{id}": "0001a0190" + "x" * 90 for id in range(27, 32)})],
    Rule.VISIBLE: [code(t65="\u202eA"), code(t64="0002EN0103A\u200bB"), code(t65="\x00"), code(t65="\u3164")],
    Rule.CHECKSUM_LAST: [GOOD[:-8], GOOD + "6501a"],
    Rule.CHECKSUM: [GOOD[:-4] + "0000", GOOD.replace("978", "826"), GOOD[:-4] + "GHIJ"],
    Rule.UNIQUE_IDS: [text([*FIELDS.items(), ("65", "x"), ("65", "y")]), text([*FIELDS.items(), ("59", "A")])],
    Rule.CHECKSUM_CASE: [code(t59="AA")[:-4] + code(t59="AA")[-4:].lower()],
    Rule.FORMAT_FIRST: [text([*list(FIELDS.items())[1:], ("00", "01")]), code(without="00")],
    Rule.FORMAT: [code(t00="02"), code(t00="1"), code(t00="001")],
    Rule.EMPTY: [code(t65=""), code(t26="0001a0100"), code(t62="1200"), code(t64="0002EN0101A0300")],
    Rule.CHARACTERS: [code(t59="Ä"), code(t03="ü"), code(t26="0001a0101é"), code(t62="0101é")],
    Rule.TEMPLATE: [
        code(t26="a"), code(t51="0001"), code(t80="0099a"), code(t62="x"), code(t64="EN"), code(t62="5001x")
    ],
    Rule.TEMPLATE_IDS: [code(t26="0001a01011" + "01012"), code(t62="0101a0101b"), code(t64="0002EN0101A0101B")],
    Rule.TEMPLATE_NAME: [code(t26="0101a"), code(t99="0101a"), code(t26="0033" + "a" * 33), code(t62="50050101x")],
    Rule.POINT: [code(t01="10"), code(t01="1"), code(t01="13"), code(t01="٠١")],
    Rule.ACCOUNT_MISSING: [code(without="26")],
    Rule.CATEGORY_MISSING: [code(without="52")],
    Rule.CATEGORY: [code(t52="000"), code(t52="00000"), code(t52="000A")],
    Rule.CURRENCY_MISSING: [code(without="53")],
    Rule.CURRENCY: [code(t53="97"), code(t53="EUR"), code(t53="000"), code(t53="0978")],
    Rule.AMOUNT: [code(t54=bad) for bad in (".5", "1,5", "1.2.3", "-1", "+1", "1e3", " 1", "12345678901.23", "0x1")],
    Rule.AMOUNT_ZERO: [code(t54=zero) for zero in ("0", "0.00", "00", "0.")],
    Rule.AMOUNT_DECIMALS: [code(t54="1.000"), code(t53="392", t54="1.0"), code(t53="048", t54="1.0000")],
    Rule.TIP: [code(t55="00"), code(t55="04"), code(t55="1")],
    Rule.FEE: [
        *(code(t55="02"), code(t55="03"), code(t56="1"), code(t57="1")),
        *(code(t55="01", t56="1"), code(t55="02", t57="1")),
    ],
    Rule.FEE_FIXED: [code(t55="02", t56=bad) for bad in ("0", "x", "1.001", "1" * 14)],
    Rule.FEE_PERCENT: [code(t55="03", t57=bad) for bad in ("0", "00.00", "100", "1.001", "x", ".5", "1.")],
    Rule.COUNTRY_MISSING: [code(without="58")],
    Rule.COUNTRY: [code(t58="de"), code(t58="DEU"), code(t58="D1")],
    Rule.NAME_MISSING: [code(without="59")],
    Rule.NAME: [code(t59="A" * 26)],
    Rule.CITY_MISSING: [code(without="60")],
    Rule.CITY: [code(t60="B" * 16)],
    Rule.POSTAL_CODE: [code(t61="1" * 11)],
    Rule.ADDITIONAL: [
        code(t62=bad)
        for bad in ("0126" + "a" * 26, "0826" + "a" * 26, "0901B", "0902AA", "0904AMEA", "1021" + "1" * 21, "11021A")
    ],
    Rule.LANGUAGE: [
        *(code(t64=bad) for bad in ("0002EN", "0101A", "0003ENG0101A", "0002E10101A")),
        *(code(t64=bad) for bad in ("0002EN0126" + "A" * 26, "0002EN0101A0216" + "A" * 16)),
    ],
}  # fmt: skip

# Two rules of one field cannot always be told apart: an empty field has the wrong form too.
AS_WELL = {code(t01="٠١"): {Rule.CHARACTERS}}


def test_every_rule_has_a_code_that_breaks_it():
    assert set(BROKEN) == set(Rule)


@pytest.mark.parametrize(("rule", "broken"), [(rule, broken) for rule, codes in BROKEN.items() for broken in codes])
def test_a_code_that_breaks_one_rule(rule, broken):
    assert set(broken_rules(broken)) == {rule} | AS_WELL.get(broken, set())
    with pytest.raises(InvalidRequest) as strict:
        EmvcoRequest.parse(broken, strict=True)
    if not rule.unsafe:
        assert reason_of(strict.value) is Reason.EMVCO_RULES
        assert strict.value.fields["rule"] == " ".join(broken_rules(broken))
        read = EmvcoRequest.parse(broken)
        assert read.warnings == broken_rules(broken)
        assert str(read) == broken
        return
    with pytest.raises(InvalidRequest) as lenient:
        EmvcoRequest.parse(broken)
    assert reason_of(lenient.value) is reason_of(strict.value)
    assert reason_of(lenient.value) is not Reason.EMVCO_RULES


@pytest.mark.parametrize(
    "good",
    [
        GOOD,
        code(without="26", t02="4111"),
        code(t01="11"),
        code(t01="12", t54="0.01"),
        code(t54="9999999999.99"),
        code(t54="98."),
        code(t54="98"),
        code(t53="392", t54="98."),
        code(t53="048", t54="1.000"),
        code(t53="999"),
        code(t53="960", t54="1.0001"),
        code(t55="01"),
        code(t55="02", t56="0.50"),
        code(t55="03", t57="00.01"),
        code(t55="03", t57="99.99"),
        code(t55="03", t57="3"),
        code(t61="1234567890"),
        code(t62="01011" + "0703***" + "0903AME" + "11030AB"),
        code(t62="50050001x"),
        code(t62="1204Ключ"),
        code(t64="0002RU0106Пекарь0206Москва"),
        code(t65="anything: 最佳运输"),
        code(t80="0001b0102éé"),
        code(t26="0032" + "a" * 32),
        code(t59="A" * 25, t60="B" * 15),
        text([("00", "01"), *reversed(list(FIELDS.items())[1:])]),
    ],
)
def test_a_code_that_breaks_none(good):
    assert broken_rules(good) == ()
    assert str(EmvcoRequest.parse(good, strict=True)) == good


def test_all_broken_rules_are_told_in_their_order():
    several = text([("60", ""), ("01", "99"), ("54", "0"), ("52", "x")])
    told = broken_rules(several)
    assert told == tuple(rule for rule in Rule if rule in told)
    assert set(told) == {
        Rule.FORMAT_FIRST, Rule.EMPTY, Rule.POINT, Rule.ACCOUNT_MISSING, Rule.CATEGORY, Rule.CURRENCY_MISSING,
        Rule.AMOUNT_ZERO, Rule.COUNTRY_MISSING, Rule.NAME_MISSING, Rule.CITY,
    }  # fmt: skip


def test_the_longest_code():
    filler = {f"t{id}": "0001a0188" + "x" * 88 for id in range(27, 31)}
    most = MAX_TEXT - len(code(**filler)) - 4
    assert len(code(**filler, t65="y" * most)) == MAX_TEXT
    assert broken_rules(code(**filler, t65="y" * most)) == ()
    assert broken_rules(code(**filler, t65="y" * (most + 1))) == (Rule.LENGTH,)


@pytest.mark.parametrize("rule", list(Rule))
def test_every_rule_has_a_code_of_its_name_and_one_line(rule):
    assert rule.value == rule.name.lower()
    assert "\n" not in rule.message
