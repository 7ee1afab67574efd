"""A bank as the verbs see it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tokenpay.errors import NotFound, PrinterUnavailable, SignerUnavailable
from tokenpay.ports import Chain, Clock, Entropy, Printer, Signer
from tokenpay.settings import BankSettings
from tokenpay.store.unit_of_work import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Bank:
    """Ports, store and settings in one frozen record. A terminal's bank has no signer."""

    name: str
    directory: Path | None
    settings: BankSettings
    store: Store
    clock: Clock
    entropy: Entropy
    chains: Mapping[int, Chain] = field(default_factory=dict)
    signer: Signer | None = None
    printer: Printer | None = None

    def chain(self, chain_id: int) -> Chain:
        """Return the port to one chain; raises NotFound."""
        if chain_id not in self.chains:
            raise NotFound("this bank does not work on the chain", chain_id=chain_id)
        return self.chains[chain_id]

    def required_signer(self) -> Signer:
        """Return the signer; raises SignerUnavailable where there is none."""
        if self.signer is None:
            raise SignerUnavailable("this machine holds no keys: the engine signs")
        return self.signer

    def required_printer(self) -> Printer:
        """Return the printer; raises PrinterUnavailable where there is none."""
        if self.printer is None:
            raise PrinterUnavailable("this machine has no printer: bank.json names one")
        return self.printer
