"""What is said when a bank is founded: read from a file, and asked of the people who are there."""

import re
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, ValidationError

from tokenpay.cli.desk import ask_secret
from tokenpay.cli.files import read_text
from tokenpay.compliance.list_rule import ListRule
from tokenpay.compliance.lists.form import ListForm
from tokenpay.compliance.payee_rules import NewPayee
from tokenpay.compliance.policy import AssetLimits, Hours, Policy
from tokenpay.compliance.risk.risk_lines import RiskLines
from tokenpay.compliance.scoped_limit import Period, Scope, ScopedLimit
from tokenpay.compliance.travel_rule import TravelRule
from tokenpay.errors import InvalidInput
from tokenpay.money.tariff import Tariff
from tokenpay.operations.found import Founder
from tokenpay.parties.operator import Role
from tokenpay.primitives.strict_json import read_json
from tokenpay.settings import ChainSettings, PasskeySettings

_MAX_CHARACTERS, _MAX_DEPTH = 2**22, 20
_STRICT = ConfigDict(frozen=True, extra="forbid", strict=True, hide_input_in_errors=True)


def _number(value: object) -> object:
    """Let digits stand for their number: many writers of JSON keep 53 bits of one."""
    return int(value) if isinstance(value, str) and re.fullmatch(r"[0-9]{1,78}", value) else value


Units = Annotated[int, BeforeValidator(_number)]


class Person(BaseModel):
    """One who is there; a password that is left out is asked for."""

    model_config = _STRICT

    id: str
    name: str
    role: Role = Role.SUPERVISOR
    branch: str = "main"
    password: SecretStr | None = None


class Limits(BaseModel):
    """An asset's limits in smallest units, as numbers or as text."""

    model_config = _STRICT

    payment_units: Units = 0
    alone_units: Units = 0
    customer_day_units: Units = 0
    operator_day_units: Units = 0
    passkey_units: Units | None = None
    rekey_units: Units | None = None


class Exchange(BaseModel):
    """What the bank takes for exchanging a token (an asset id) against a currency's cash."""

    model_config = _STRICT

    token: str
    currency: str
    sell_basis_points: int
    buy_basis_points: int
    fee_basis_points: int = 0
    fee_minimum_units: Units = 0
    quote_lifetime_s: int
    rate_max_age_s: int


class Scoped(BaseModel):
    """A limit for a role, branch, operator or customer, and for one payment, a day, a week or a month."""

    model_config = _STRICT

    asset: str
    of: Scope
    name: str = ""
    period: Period
    units: Units = 0


class FirstPayment(BaseModel):
    """What a customer's first payment to a payee waits for, above what is free by asset id."""

    model_config = _STRICT

    free_units: dict[str, Units] = {}
    second_person: bool = True
    wait_s: int = 0


class OpeningHours(BaseModel):
    """Minutes of the local day; weekdays count from Monday 0."""

    model_config = _STRICT

    opens_minute: int
    closes_minute: int
    weekdays: frozenset[int]
    utc_offset_minutes: int = 0


class Travelling(BaseModel):
    """The Travel Rule: thresholds in smallest units by asset id, and how long data is kept."""

    model_config = _STRICT

    units: dict[str, Units] = {}
    kept_s: int = TravelRule().kept_s


class RequiredList(BaseModel):
    """A screening list that must be loaded; see ListRule."""

    model_config = _STRICT

    name: str
    form: ListForm | None = None
    max_age_s: int | None = None
    keeps_percent: int = 80
    public_keys: tuple[str, ...] = ()


class Risk(BaseModel):
    """From which score on a payment waits, from which it is a case, and whether habits are asked; see RiskLines."""

    model_config = _STRICT

    second_person_score: int = RiskLines().second_person_score
    case_score: int = RiskLines().case_score
    habit: bool = False


class Rules(BaseModel):
    """A policy: limits, what is exchanged against cash, which lists must be loaded, and the Travel Rule in force.

    What it leaves out is zero, and zero allows nothing.
    """

    model_config = _STRICT

    limits: dict[str, Limits] = {}
    hours: OpeningHours | None = None
    list_max_age_s: int = 0
    held_for_s: int = 86_400
    tariffs: tuple[Exchange, ...] = ()
    travel_rule: Travelling | None = None
    lists: tuple[RequiredList, ...] = ()
    scoped: tuple[Scoped, ...] = ()
    payees: dict[str, frozenset[str]] = {}
    new_payee: FirstPayment | None = None
    private_transfers: bool = True
    risk: Risk = Risk()
    fee_caps_wei: dict[Annotated[str, Field(pattern=r"^[1-9][0-9]{0,17}$")], int] = {}

    def policy(self, version: int = 1) -> Policy:
        """Return the policy that these rules are."""
        return Policy(
            version=version,
            limits={asset_id: AssetLimits(**limits.model_dump()) for asset_id, limits in self.limits.items()},
            hours=Hours() if self.hours is None else Hours(**self.hours.model_dump()),
            list_max_age_s=self.list_max_age_s,
            held_for_s=self.held_for_s,
            tariffs=tuple(Tariff(**tariff.model_dump()) for tariff in self.tariffs),
            travel_rule=None if self.travel_rule is None else TravelRule(**self.travel_rule.model_dump()),
            lists=tuple(ListRule(**rule.model_dump()) for rule in self.lists),
            scoped=tuple(
                ScopedLimit(asset_id=it.asset, of=it.of, name=it.name, period=it.period, units=it.units)
                for it in self.scoped
            ),
            payees=self.payees,
            new_payee=None if self.new_payee is None else NewPayee(**self.new_payee.model_dump()),
            private_transfers=self.private_transfers,
            risk=RiskLines(**self.risk.model_dump()),
            fee_caps_wei={int(chain_id): cap_wei for chain_id, cap_wei in self.fee_caps_wei.items()},
        )


class Ceremony(BaseModel):
    model_config = _STRICT

    name: str
    founders: Annotated[tuple[Person, ...], Field(min_length=2)]
    chains: tuple[ChainSettings, ...] = ()
    policy: Rules = Rules()
    database: str = ""
    passkeys: PasskeySettings | None = None

    def people(self) -> list[Founder]:
        """Return the founders, each with a password."""
        return [
            Founder(
                id=person.id, name=person.name, role=person.role, branch=person.branch, password=_password_of(person)
            )
            for person in self.founders
        ]


def hold(path: Path | None) -> Ceremony:
    """Return what a file says, or ask two supervisors; raises InvalidInput, which names the place and no value."""
    try:
        return Ceremony.model_validate_json(_text(path, "ceremony")) if path is not None else _asked()
    except ValidationError as error:
        raise InvalidInput(f"the ceremony is wrong at {_place(error)}") from None


def read_rules(path: Path) -> Rules:
    """Return the rules that a file says; raises InvalidInput, which names the place and no value."""
    try:
        return Rules.model_validate_json(_text(path, "policy"))
    except ValidationError as error:
        raise InvalidInput(f"the policy is wrong at {_place(error)}") from None


def _text(path: Path, what: str) -> str:
    """Return a file of JSON that says everything once: of two limits for one asset, the last would count unseen."""
    text = read_text(path)
    try:
        read_json(text, max_characters=_MAX_CHARACTERS, max_depth=_MAX_DEPTH)
    except InvalidInput as error:
        raise InvalidInput(f"the {what} {error.message}", file=path.name) from None
    return text


def _place(error: ValidationError) -> str:
    first = error.errors()[0]
    # A name that is not ours may be anything: the place that holds it is named instead.
    known = first["loc"][:-1] if first["type"] == "extra_forbidden" else first["loc"]
    return ".".join(map(str, known)) or "its first letter"


def _asked() -> Ceremony:
    name = _ask("Name of the bank: ")
    people = []
    for number in ("First", "Second"):
        person = {"id": _ask(f"{number} supervisor's id: "), "name": _ask(f"{number} supervisor's name: ")}
        people.append(Person.model_validate(person))
    return Ceremony(name=name, founders=tuple(people))


def _ask(prompt: str) -> str:
    try:
        return input(prompt).strip()
    except (EOFError, OSError, UnicodeDecodeError):
        raise InvalidInput("nobody answers: give a ceremony file") from None


def _password_of(person: Person) -> str:
    if person.password is not None:
        return person.password.get_secret_value()
    password = ask_secret(f"Password of {person.id}: ", "write each founder's into the ceremony's file")
    if ask_secret("The same again: ") != password:
        raise InvalidInput("the two passwords differ")
    return password
