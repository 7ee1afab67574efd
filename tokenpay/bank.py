"""A bank as the verbs see it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tokenpay.errors import (
    AuthenticatorUnavailable,
    NotFound,
    PinKeyUnavailable,
    PrinterUnavailable,
    RateUnavailable,
    SignerUnavailable,
    Unavailable,
)
from tokenpay.parties.relying_party import RelyingParty
from tokenpay.ports import (
    Authenticator,
    Chain,
    Clock,
    DataKeys,
    Entropy,
    HeadSink,
    Printer,
    RateSource,
    RiskScorer,
    Screener,
    Signer,
    TravelRuleExchange,
)
from tokenpay.settings import BankSettings
from tokenpay.store.unit_of_work import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Bank:
    """Ports, store and settings in one frozen record. A terminal's bank has no signer.

    `pin_key` is 32 bytes of the bank that lie beside its settings and in no database. Without `scorers`, every payment
    of a customer waits.
    """

    name: str
    directory: Path | None
    settings: BankSettings
    store: Store
    clock: Clock
    entropy: Entropy
    chains: Mapping[int, Chain] = field(default_factory=dict)
    signer: Signer | None = None
    data_keys: DataKeys | None = None
    travel_exchange: TravelRuleExchange | None = None
    rates: RateSource | None = None
    pin_key: bytes | None = field(default=None, repr=False)
    printer: Printer | None = None
    authenticator: Authenticator | None = None
    head_sinks: tuple[HeadSink, ...] = ()
    scorers: Sequence[RiskScorer] = ()
    screener: Screener | None = None

    def chain(self, chain_id: int) -> Chain:
        """Return the port to one chain; raises NotFound."""
        if chain_id not in self.chains:
            raise NotFound("this bank does not work on the chain", chain_id=chain_id)
        return self.chains[chain_id]

    def required_pin_key(self) -> bytes:
        """Return what PINs are stretched with; raises PinKeyUnavailable where there is none."""
        if self.pin_key is None:
            raise PinKeyUnavailable("this machine does not have the bank's PIN key: copy pin.key beside bank.json")
        return self.pin_key

    def relying_party(self) -> RelyingParty | None:
        """Return whom passkeys are made for, where the bank's settings say so; raises InvalidInput for a bad domain."""
        named = self.settings.passkeys
        return None if named is None else RelyingParty(id=named.domain, origins=named.origins)

    def required_relying_party(self) -> RelyingParty:
        """Return whom passkeys are made for; raises AuthenticatorUnavailable where the settings name no domain."""
        party = self.relying_party()
        if party is None:
            raise AuthenticatorUnavailable("this bank has no domain for passkeys: bank.json names one")
        return party

    def required_authenticator(self) -> Authenticator:
        """Return how this machine reaches authenticators; raises AuthenticatorUnavailable where it cannot."""
        if self.authenticator is None:
            raise AuthenticatorUnavailable("this machine reaches no authenticators")
        return self.authenticator

    def required_signer(self) -> Signer:
        """Return the signer; raises SignerUnavailable where there is none."""
        if self.signer is None:
            raise SignerUnavailable("this machine holds no keys: the engine signs")
        return self.signer

    def required_data_keys(self) -> DataKeys:
        """Return what opens personal data; raises SignerUnavailable where there is none."""
        if self.data_keys is None:
            raise SignerUnavailable("this machine does not open personal data: its keys lie where the engine signs")
        return self.data_keys

    def required_travel_exchange(self) -> TravelRuleExchange:
        """Return what reaches other institutions; raises Unavailable where there is none."""
        if self.travel_exchange is None:
            raise Unavailable("this machine reaches no institution: bank.json says where messages lie")
        return self.travel_exchange

    def required_screener(self) -> Screener:
        """Return what compares names with lists; raises Unavailable where there is none."""
        if self.screener is None:
            raise Unavailable("this bank has nothing that compares names with screening lists")
        return self.screener

    def required_rates(self) -> RateSource:
        """Return the source of rates; raises RateUnavailable where there is none."""
        if self.rates is None:
            raise RateUnavailable("this bank has no source of rates")
        return self.rates

    def required_printer(self) -> Printer:
        """Return the printer; raises PrinterUnavailable where there is none."""
        if self.printer is None:
            raise PrinterUnavailable("this machine has no printer: bank.json names one")
        return self.printer
