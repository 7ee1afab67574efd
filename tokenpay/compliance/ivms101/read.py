"""Read a document of IVMS101, strictly: what the standard does not know is refused, and nothing is guessed."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from enum import StrEnum
from typing import Any, TypeVar

from tokenpay.compliance.ivms101.document import (
    Beneficiary,
    Form,
    Intermediary,
    Ivms101,
    Originator,
    Person,
    TransliterationMethod,
)
from tokenpay.compliance.ivms101.elements import ELEMENTS, ENTITIES, VERSION, Element, Local
from tokenpay.compliance.ivms101.natural_person import NaturalPersonNameId
from tokenpay.compliance.ivms101.rule import Rule
from tokenpay.errors import InvalidInput, InvalidTravelRule
from tokenpay.primitives.strict_json import read_json

MAX_CHARACTERS = 65_536
_MAX_DEPTH = 16
Code = TypeVar("Code", bound=StrEnum)


def read_ivms101(text: str, *, today: date) -> Ivms101:
    """Return the document in a JSON text; the form is what its payload version says, and 2020 where it says none.

    `today` is what dates of birth lie before. Raises InvalidTravelRule with the `rule` that is broken and the place
    `at` which; neither repeats what was given.
    """
    try:
        value = read_json(text, max_characters=MAX_CHARACTERS, max_depth=_MAX_DEPTH)
    except InvalidInput as error:
        raise InvalidTravelRule(f"the document {error.message}", rule=Rule.JSON) from None
    document = _Reading().document(value)
    document.check_at(today)
    return document


class _Reading:
    """One document on its way: its form, and which of its names each element has."""

    def __init__(self) -> None:
        self._form = Form.OF_2020
        self._names: dict[str, str] = {}

    def document(self, value: object) -> Ivms101:
        entities = self._entities(value)
        methods = self._metadata(entities)
        steps = _many(self._within(entities, "TransferPath", "transferPath") or [], "TransferPath.transferPath")
        parts = {
            "originator": self._component(Originator, _required(entities, "Originator"), "Originator"),
            "beneficiary": self._component(Beneficiary, _required(entities, "Beneficiary"), "Beneficiary"),
            "originating_vasp": self._vasp(entities, "OriginatingVASP"),
            "beneficiary_vasp": self._vasp(entities, "BeneficiaryVASP"),
            "transfer_path": tuple(
                self._component(Intermediary, step, f"TransferPath.transferPath[{number}]")
                for number, step in enumerate(steps)
            ),
        }
        spelled = frozenset(f"{holder}{name}" for holder, name in self._spelled())
        made: Ivms101 = _made(
            Ivms101, "document", form=self._form, transliteration_methods=methods, spelled=spelled, **parts
        )
        return made

    def _spelled(self) -> Iterator[tuple[str, str]]:
        """Yield (component and a dot, name) of what is written otherwise than the standard's tables do."""
        for first, name in self._names.items():
            holder, dot, standard = first.rpartition(".")
            if name != standard:
                yield f"{holder}{dot}", name

    def _name(self, holder: str, names: tuple[str, ...], given: Mapping[str, object], at: str) -> str | None:
        """Return which of its names an element has, the same in the whole document; None where it is not there."""
        found = [name for name in names if name in given]
        if not found:
            return None
        if len(found) > 1 or self._names.setdefault(f"{holder}{names[0]}", found[0]) != found[0]:
            raise InvalidTravelRule("an element has two spellings", rule=Rule.TWO_SPELLINGS, at=at)
        return found[0]

    def _entities(self, value: object) -> dict[str, object]:
        given = _object(value, "document")
        _known(given, {name for names in ENTITIES.items() for name in names}, "document")
        found = {entity: self._name("", (entity, small), given, entity) for entity, small in ENTITIES.items()}
        return {entity: given[name] for entity, name in found.items() if name is not None}

    def _metadata(self, entities: Mapping[str, object]) -> tuple[TransliterationMethod, ...]:
        """Take the form from the payload version, and return the transliteration methods."""
        metadata = _object(entities.get("PayloadMetadata", {}), "PayloadMetadata")
        _known(metadata, {"transliterationMethod", "payloadVersion"}, "PayloadMetadata")
        if "payloadVersion" in metadata:
            self._form = _code(Form, metadata["payloadVersion"], "PayloadMetadata.payloadVersion")
            if self._form is Form.OF_2020:  # that edition has no such element, and its code is told all the same
                holder, dot, name = VERSION.rpartition(".")
                self._names[f"{holder}{dot}"] = name
        at = "PayloadMetadata.transliterationMethod"
        methods = _many(metadata.get("transliterationMethod", []), at)
        return tuple(_code(TransliterationMethod, method, f"{at}[{number}]") for number, method in enumerate(methods))

    def _within(self, entities: Mapping[str, object], entity: str, element: str) -> object:
        """Return what an entity's one element holds; None where it is not there."""
        holder = _object(entities.get(entity, {}), entity)
        _known(holder, {element}, entity)
        return holder.get(element)

    def _vasp(self, entities: Mapping[str, object], entity: str) -> Person | None:
        element = ENTITIES[entity]
        value = self._within(entities, entity, element)
        return None if value is None else self._component(Person, value, f"{entity}.{element}")

    def _component(self, kind: Any, value: object, at: str) -> Any:
        given = _object(value, at)
        elements = [element for element in ELEMENTS[kind] if self._form in element.forms]
        _known(given, {name for element in elements for name in element.names}, at)
        values = {}
        for element in elements:
            name = self._name(f"{kind.__name__}.", element.names, given, f"{at}.{element.name}")
            if name is not None:
                values[element.attribute] = self._value(element, given[name], f"{at}.{name}")
            elif element.required:
                raise InvalidTravelRule("an element is missing", rule=Rule.MISSING_ELEMENT, at=f"{at}.{element.name}")
        return _made(NaturalPersonNameId if kind is Local else kind, at, **values)

    def _value(self, element: Element, value: object, at: str) -> Any:
        if not element.many:
            return self._one(element, value, at)
        items = _many(value, at)
        if element.required and not items:
            raise InvalidTravelRule("there is at least one", rule=Rule.MULTIPLICITY, at=at)
        return tuple(self._one(element, item, f"{at}[{number}]") for number, item in enumerate(items))

    def _one(self, element: Element, value: object, at: str) -> Any:
        holds = element.holds
        if holds in ELEMENTS:
            return self._component(holds, value, at)
        if issubclass(holds, StrEnum):
            return _code(holds, value, at)
        if type(value) is not holds:
            raise InvalidTravelRule("a value is of another kind than the standard's", rule=Rule.KIND_OF_VALUE, at=at)
        return value


def _made(kind: Any, at: str, **values: object) -> Any:
    """Make a noun, and say at which place it was refused; a place that is further in was said already."""
    try:
        return kind(**values)
    except InvalidTravelRule as error:
        raise InvalidTravelRule(error.message, **{"at": at, **error.fields}) from None


def _object(value: object, at: str) -> Mapping[str, object]:
    if not isinstance(value, dict):
        raise InvalidTravelRule("an object is expected", rule=Rule.KIND_OF_VALUE, at=at)
    return value


def _many(value: object, at: str) -> Sequence[object]:
    if not isinstance(value, list):
        raise InvalidTravelRule("a list is expected", rule=Rule.KIND_OF_VALUE, at=at)
    return value


def _known(given: Mapping[str, object], names: Collection[str], at: str) -> None:
    if not given.keys() <= set(names):
        raise InvalidTravelRule("there is an element that this form does not know", rule=Rule.UNKNOWN_ELEMENT, at=at)


def _required(entities: Mapping[str, object], entity: str) -> object:
    if entity not in entities:
        raise InvalidTravelRule("an element is missing", rule=Rule.MISSING_ELEMENT, at=entity)
    return entities[entity]


def _code(codes: type[Code], value: object, at: str) -> Code:
    if not isinstance(value, str) or value not in codes._value2member_map_:
        raise InvalidTravelRule("a code is not in the standard's list", rule=Rule.CODE, at=at)
    return codes(value)
