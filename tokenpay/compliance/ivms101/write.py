"""Write a document of IVMS101, in the names of its form and in the spelling it was read in."""

from dataclasses import replace
from typing import Any

from tokenpay.compliance.ivms101.document import Beneficiary, Form, Ivms101, Originator
from tokenpay.compliance.ivms101.elements import ELEMENTS, ENTITIES, VERSION, Element
from tokenpay.compliance.ivms101.rule import Rule
from tokenpay.errors import InvalidTravelRule
from tokenpay.primitives.canonical import Value, canonical_text


def write_ivms101(document: Ivms101) -> str:
    """Return the one JSON text of a document: sorted names, no spaces, ASCII."""
    return canonical_text(content_of(document))


def content_of(document: Ivms101) -> dict[str, Value]:
    """Return a document as JSON holds it; what is absent is not written."""
    form, spelled = document.form, document.spelled
    metadata: dict[str, Value] = {}
    if document.transliteration_methods:
        metadata["transliterationMethod"] = [method.value for method in document.transliteration_methods]
    if form is Form.OF_2023 or VERSION in spelled:
        metadata["payloadVersion"] = form.value
    content: dict[str, Value] = {
        "Originator": _component(document.originator, document),
        "Beneficiary": _component(document.beneficiary, document),
    }
    for entity, vasp in (
        ("OriginatingVASP", document.originating_vasp),
        ("BeneficiaryVASP", document.beneficiary_vasp),
    ):
        if vasp is not None:
            content[entity] = {ENTITIES[entity]: _component(vasp, document)}
    if document.transfer_path:
        content["TransferPath"] = {"transferPath": [_component(step, document) for step in document.transfer_path]}
    if metadata:
        content["PayloadMetadata"] = metadata
    small = {entity: name for entity, name in ENTITIES.items() if name in spelled}
    return {small.get(entity, entity): value for entity, value in content.items()}


def in_form(document: Ivms101, form: Form) -> Ivms101:
    """Return a document in the names of another edition, in the standard's spelling.

    Account numbers move between a side and its first person. Raises InvalidTravelRule where that would lose whose
    they are, and where the other edition has no room for them.
    """
    if form is document.form:
        return document
    originator = replace(document.originator, **_accounts_in(document.originator, form))
    beneficiary = replace(document.beneficiary, **_accounts_in(document.beneficiary, form))
    return replace(document, form=form, spelled=frozenset(), originator=originator, beneficiary=beneficiary)


def _accounts_in(side: Originator | Beneficiary, form: Form) -> dict[str, Any]:
    first, others = side.persons[0], side.persons[1:]
    if any(person.account_numbers for person in others):
        raise InvalidTravelRule("the 2020 form cannot say whose an account number is", rule=Rule.FORM)
    old = form is Form.OF_2020
    owner = replace(first, account_numbers=() if old else side.account_numbers)
    return {"persons": (owner, *others), "account_numbers": first.account_numbers if old else ()}


def _component(noun: Any, document: Ivms101, kind: type[Any] | None = None) -> dict[str, Value]:
    kind = kind or type(noun)
    content: dict[str, Value] = {}
    for element in ELEMENTS[kind]:
        value = getattr(noun, element.attribute)
        if document.form in element.forms and value is not None and value != ():
            content[_name(kind, element, document)] = (
                [_one(item, element, document) for item in value] if element.many else _one(value, element, document)
            )
    return content


def _name(kind: type[Any], element: Element, document: Ivms101) -> str:
    others = (name for name in element.others if f"{kind.__name__}.{name}" in document.spelled)
    return next(others, element.name)


def _one(value: Any, element: Element, document: Ivms101) -> Value:
    if element.holds in ELEMENTS:
        return _component(value, document, element.holds)
    content: Value = value.value if hasattr(value, "value") else value
    return content
