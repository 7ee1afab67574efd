"""The Travel Rule: which transfers to and from other institutions travel with who pays and who is paid."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from tokenpay.compliance.ivms101.document import Ivms101, Person
from tokenpay.errors import InvalidInput, InvalidTravelRule
from tokenpay.money.address import Address
from tokenpay.money.amount import Amount
from tokenpay.payments.intent import OWN_MONEY, ChainParty, Intent

YEAR_S = 366 * 86_400
_MAX_UNITS = 10**78


@dataclass(frozen=True, slots=True, kw_only=True)
class TravelRule:
    """From so many smallest units on, by asset id, a transfer needs data; what is not named needs it from the first.

    `kept_s` is how long the data is kept: five years at least (FATF Recommendation 11). Raises InvalidInput.
    """

    units: Mapping[str, int] = field(default_factory=dict)
    kept_s: int = 5 * YEAR_S

    def __post_init__(self) -> None:
        if not all(type(units) is int and 0 <= units < _MAX_UNITS for units in self.units.values()):
            raise InvalidInput("a threshold is a whole number of smallest units, of 78 digits at most")
        if type(self.kept_s) is not int or not 5 * YEAR_S <= self.kept_s <= 100 * YEAR_S:
            raise InvalidInput("data of the Travel Rule is kept for 5 to 100 years")

    def asks_of(self, amount: Amount) -> bool:
        """Tell whether a transfer of this amount needs data."""
        return amount.units >= self.units.get(amount.asset.id, 0)


class Lack(StrEnum):
    """What a document that is well made lacks as data of one transfer."""

    ORIGINATING_VASP = "originating_vasp"
    BENEFICIARY_VASP = "beneficiary_vasp"
    ORIGINATOR_CUSTOMER = "originator_customer"
    BENEFICIARY_ACCOUNT = "beneficiary_account"
    OTHER_INSTITUTION = "other_institution"


@dataclass(frozen=True, slots=True, kw_only=True)
class TravelFacts:
    """What the gate knows of a payment: data stands with it, or the customer proved the wallet to be their own.

    `of_case`: the money stands under a case that waits for data.
    """

    data: bool = False
    own_wallet: bool = False
    of_case: bool = False


def lacks_data(rule: TravelRule | None, intent: Intent, facts: TravelFacts) -> bool:
    """Tell whether a payment waits for data. Without a rule none does; the bank's own money never does."""
    if rule is None or intent.purpose in OWN_MONEY:
        return False
    crosses = isinstance(intent.debtor, ChainParty) or isinstance(intent.creditor, ChainParty)
    if not facts.of_case and not (crosses and rule.asks_of(intent.amount)):
        return False
    return not (facts.data or facts.own_wallet)


def check_outgoing(document: Ivms101, *, payee: ChainParty, customer_id: str, wallet_proved: bool) -> None:
    """Raise InvalidTravelRule unless a document tells of this transfer to `payee`.

    It names the customer who pays by their number (in the books' own money from a case there is none), the payee's
    address among the beneficiary's accounts, this bank, and the payee's institution: or the wallet is proved to be
    nobody's but the payee's own.
    """
    if document.originating_vasp is None:
        raise _lack("the institution that sends, this bank, is not named", Lack.ORIGINATING_VASP)
    told = (*document.originator.accounts, *(person.customer_id for person in document.originator.persons))
    if customer_id and customer_id not in told:
        raise _lack("the originator is not told by the number of the customer who pays", Lack.ORIGINATOR_CUSTOMER)
    if not names_account(document.beneficiary.accounts, payee):
        raise _lack("the beneficiary's accounts do not name the address that is paid", Lack.BENEFICIARY_ACCOUNT)
    if document.beneficiary_vasp is None and not wallet_proved:
        raise _lack("the institution that is paid is not named, and no wallet is proved", Lack.BENEFICIARY_VASP)


def check_incoming(document: Ivms101, *, account: ChainParty | None, customer_id: str, wallet_proved: bool) -> None:
    """Raise InvalidTravelRule unless a document tells of a transfer to this address of the bank, or to this customer.

    It names the institution that sent: or the sender's wallet is proved to be nobody's but its owner's.
    """
    if document.originating_vasp is None and not wallet_proved:
        raise _lack("the institution that sent is not named", Lack.ORIGINATING_VASP)
    accounts = document.beneficiary.accounts
    if customer_id not in accounts and (account is None or not names_account(accounts, account)):
        raise _lack("the beneficiary's accounts name neither the address nor the customer", Lack.BENEFICIARY_ACCOUNT)


def names_account(accounts: Collection[str], party: ChainParty) -> bool:
    """Tell whether an address stands among account numbers: as CAIP-10 with its chain, or as it is on any."""
    return any(_read(number, party.chain_id) == party for number in accounts)


def counterparty(document: Ivms101, *, outgoing: bool) -> tuple[str, str]:
    """Return the other institution's legal name and country, as far as the document tells."""
    vasp = document.beneficiary_vasp if outgoing else document.originating_vasp
    if vasp is not None and vasp.legal is not None:
        return vasp.legal.legal_name, _country(vasp)
    persons = document.beneficiary.persons if outgoing else document.originator.persons
    return "", next((country for person in persons if (country := _country(person))), "")


def check_institution(named: str, legal_name: str) -> None:
    """Raise InvalidTravelRule unless a document names this institution, in whatever case and spacing."""
    if " ".join(named.split()).casefold() != " ".join(legal_name.split()).casefold():
        raise _lack("the document names another institution than the one it is from or for", Lack.OTHER_INSTITUTION)


def _country(person: Person) -> str:
    if person.legal is not None:
        stated, addresses = person.legal.country_of_registration, person.legal.addresses
    elif person.natural is not None:
        stated, addresses = person.natural.country_of_residence, person.natural.addresses
    else:
        return ""
    return stated or next((address.country for address in addresses), "")


def _read(number: str, chain_id: int) -> ChainParty | None:
    try:
        if number.startswith("eip155:"):
            return ChainParty(*Address.parse_caip10(number))
        return ChainParty(chain_id, Address.parse(number))
    except InvalidInput:
        return None


def _lack(message: str, lack: Lack) -> InvalidTravelRule:
    return InvalidTravelRule(message, rule=lack, at="document")
