"""The published examples of IVMS101, each read and written as it came or refused for the rule that it breaks."""

import json
from datetime import date
from pathlib import Path

import pytest

from tokenpay.compliance.ivms101.document import Form
from tokenpay.compliance.ivms101.read import read_ivms101
from tokenpay.compliance.ivms101.rule import Rule
from tokenpay.compliance.ivms101.write import in_form, write_ivms101
from tokenpay.errors import InvalidTravelRule

TODAY = date(2026, 1, 2)
NO_LEI, LEI = "XXXXXXXXXXXXXXXXXXXX", "529900T8BM49AURSDO55"
LEGAL, NATURAL = Rule.C11, None
ASSISTED = "legal-2-"
"""Who acts for a company stands beside it as an originator, by name alone: C1 asks for more of everybody who pays."""
EXAMPLES = {
    "asset-transfer-authorization-request-legal-2-legal-example": LEGAL,
    "asset-transfer-authorization-request-legal-2-natual-example": LEGAL,
    "asset-transfer-authorization-request-natual-2-legal-example": LEGAL,
    "asset-transfer-authorization-request-natual-2-natual-example": NATURAL,
    "asset-transfer-authorization-response-legal-2-legal-example": LEGAL,
    "asset-transfer-authorization-response-legal-2-natual-example": LEGAL,
    "asset-transfer-authorization-response-natual-2-legal-example": LEGAL,
    "asset-transfer-authorization-response-natual-2-natual-example": NATURAL,
    "complete-example": NATURAL,
    "complete-example-legal-person": LEGAL,
    "virtual-asset-address-search-request-example": Rule.MISSING_ELEMENT,
}
"""By name: the rule that an example breaks, or None. Those with a legal person have a LEI of twenty X."""


def test_every_published_example_is_named_here(vectors: Path) -> None:
    assert {path.stem for path in (vectors / "ivms101").glob("*example*.json")} == set(EXAMPLES)


@pytest.mark.parametrize(("name", "rule"), EXAMPLES.items())
def test_an_example_is_read_or_refused_by_name(vectors: Path, name: str, rule: Rule | None) -> None:
    text = (vectors / "ivms101" / f"{name}.json").read_text()
    if rule is not None:
        with pytest.raises(InvalidTravelRule) as refused:
            read_ivms101(text, today=TODAY)
        assert refused.value.fields["rule"] == rule
        assert rule is not Rule.C11 or NO_LEI in text
        text = text.replace(NO_LEI, LEI)
    if ASSISTED in name or name == "complete-example-legal-person":
        with pytest.raises(InvalidTravelRule) as refused:
            read_ivms101(text, today=TODAY)
        assert refused.value.fields["rule"] == Rule.C1
        content = json.loads(text)
        content["Originator"]["originatorPersons"][1]["naturalPerson"]["customerIdentification"] = "7"
        text = json.dumps(content)
    if rule is not Rule.MISSING_ELEMENT:
        document = read_ivms101(text, today=TODAY)
        assert json.loads(write_ivms101(document)) == json.loads(text)
        newer = in_form(document, Form.OF_2023)
        assert read_ivms101(write_ivms101(newer), today=TODAY) == newer
        assert in_form(newer, Form.OF_2020) == document
