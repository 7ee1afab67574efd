"""A bank as the verbs see it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tokenpay.errors import NotFound, PinKeyUnavailable, PrinterUnavailable, RateUnavailable, SignerUnavailable
from tokenpay.ports import Chain, Clock, Entropy, Printer, RateSource, Signer
from tokenpay.settings import BankSettings
from tokenpay.store.unit_of_work import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Bank:
    """Ports, store and settings in one frozen record. A terminal's bank has no signer.

    `pin_key` is 32 bytes of the bank that lie beside its settings and in no database.
    """

    name: str
    directory: Path | None
    settings: BankSettings
    store: Store
    clock: Clock
    entropy: Entropy
    chains: Mapping[int, Chain] = field(default_factory=dict)
    signer: Signer | None = None
    rates: RateSource | None = None
    pin_key: bytes | None = field(default=None, repr=False)
    printer: Printer | None = None

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

    def required_signer(self) -> Signer:
        """Return the signer; raises SignerUnavailable where there is none."""
        if self.signer is None:
            raise SignerUnavailable("this machine holds no keys: the engine signs")
        return self.signer

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
