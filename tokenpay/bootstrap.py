"""Where a bank is put together: the only place that knows who fills each port."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from shutil import rmtree

from pydantic import ValidationError

from tokenpay.adapters.exchange.folder import FolderExchange
from tokenpay.adapters.rates.rate_table import FILE_NAME as RATES, RateTable
from tokenpay.adapters.risk.habit import HabitScorer
from tokenpay.adapters.risk.rules import RuleScorer
from tokenpay.adapters.screening.name_screener import NameScreener
from tokenpay.adapters.signer.local import LocalSigner
from tokenpay.adapters.signer.memory import SignerMemory
from tokenpay.adapters.signer.rules import PasskeyRules, SignerRules, TrustedOperator
from tokenpay.adapters.signer.wallet_file import create_wallet, open_wallet, write_private
from tokenpay.adapters.system import SystemClock, SystemEntropy
from tokenpay.bank import Bank
from tokenpay.compliance.decision import passkey_units_of
from tokenpay.compliance.policy import Policy
from tokenpay.devnet.process import Devnet, start_devnet
from tokenpay.errors import IntegrityError, InvalidInput, SignerUnavailable, StoreUnavailable
from tokenpay.operations.found import Founder, check_founders, found
from tokenpay.operations.open_session import open_session
from tokenpay.parties.assertion import Assertion
from tokenpay.parties.attestation import Attestation
from tokenpay.parties.credential import (
    DEFAULT_COST,
    PIN_KEY_BYTES,
    Credential,
    pin_key_mark,
    seal_new_key,
)
from tokenpay.parties.customer import checked_name
from tokenpay.parties.operator import ENGINE_ID, Operator, Role
from tokenpay.parties.passkey_challenge import PasskeyChallenge
from tokenpay.parties.relying_party import RelyingParty
from tokenpay.parties.session import Session
from tokenpay.ports import Authenticator, Chain, Clock, Entropy, HeadSink, Presence, Printer, RateSource
from tokenpay.settings import (
    FILE_NAME,
    KEYS,
    PIN_KEY_NAME,
    BankSettings,
    ChainSettings,
    PasskeySettings,
    PrinterSettings,
    database_url,
    read_settings,
    write_settings,
)
from tokenpay.store.memory_image import put_image, take_image
from tokenpay.store.migrate import create_database, drop_database, store_needs_upgrade, upgrade_store
from tokenpay.store.unit_of_work import Store
from tokenpay.wallets import mnemonic
from tokenpay.wallets.kdf import STRONG, Scrypt

AUTHENTICATORS = "authenticators"
PIN_KEY_MARK = "pin_key_mark"
_PIN_KEY = re.compile(rf"[0-9a-f]{{{2 * PIN_KEY_BYTES}}}")
EMBEDDED_BLOCK_TIME_S = 1.0
SCORERS = (RuleScorer(), HabitScorer())
ENGINE_PASSWORD = "engine.password"  # noqa: S105 - a file's name


@dataclass(frozen=True, slots=True, kw_only=True)
class Founded:
    """A new bank's folder, and its keys as words to keep on paper; shown once, stored nowhere in clear."""

    directory: Path
    recovery_phrase: str = field(repr=False)


def found_bank(
    directory: Path,
    *,
    name: str,
    founders: Sequence[Founder],
    policy: Policy,
    chains: Sequence[ChainSettings],
    database: str = "",
    key_password: str | None = None,
    passkeys: PasskeySettings | None = None,
    demo: bool = False,
    password_cost: int = DEFAULT_COST,
    clock: Clock | None = None,
    entropy: Entropy | None = None,
    chain_ports: Mapping[int, Chain] | None = None,
) -> Founded:
    """Found a bank in an empty folder: people, policy, keys and books in one ceremony.

    Two supervisors sign the first policy; what it does not set is zero. Without `key_password` one is
    made and kept beside the wallet: whoever owns the folder then owns the money. An empty `database`
    is an SQLite file in the folder. `passkeys` names the domain that passkeys are made for. Raises InvalidInput,
    StoreUnavailable, ChainUnavailable.
    """
    name = checked_name(name)
    check_founders(founders)
    entropy = entropy or SystemEntropy()
    try:
        settings = BankSettings(database=database, chains=tuple(chains), passkeys=passkeys)
    except ValidationError:
        raise InvalidInput("a bank names its database by a URL, and each of its chains once") from None
    words = mnemonic.generate(entropy.random(16))
    people, engine_password = _staff(founders, entropy, password_cost)
    rules = _rules(people, settings, policy, demo=demo)
    url = database_url(directory, settings)
    _make_folder(directory)
    create_database(url)
    try:
        keys = directory / KEYS
        keys.mkdir(mode=0o700)
        kdf = Scrypt(n=2**13) if demo else STRONG
        create_wallet(keys, mnemonic.to_seed(words), rules, key_password, entropy=entropy, kdf=kdf)
        write_private(keys / ENGINE_PASSWORD, engine_password)
        with _put_together(directory, settings, True, key_password, clock, entropy, chain_ports, name=name) as bank:
            found(bank, people=people, policy=policy, demo=demo)
            make_pin_key(bank)
        write_settings(directory, settings)  # last: a folder with settings is a bank
    except BaseException:
        (directory / PIN_KEY_NAME).unlink(missing_ok=True)
        (directory / FILE_NAME).unlink(missing_ok=True)
        rmtree(directory / KEYS, ignore_errors=True)
        drop_database(url)
        raise
    return Founded(directory=directory, recovery_phrase=words.phrase())


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundedInMemory:
    """A bank that lives in this process, and the password its engine signs in with."""

    bank: Bank
    engine_password: str = field(repr=False)


def found_in_memory(
    *,
    name: str,
    founders: Sequence[Founder],
    policy: Policy,
    chains: Sequence[ChainSettings],
    clock: Clock,
    entropy: Entropy,
    chain_ports: Mapping[int, Chain],
    rates: RateSource,
    password_cost: int = DEFAULT_COST,
) -> FoundedInMemory:
    """Found a bank whose books and keys end with this process, for simulations: the rules are those of any bank.

    Raises InvalidInput, ChainUnavailable.
    """
    check_founders(founders)
    settings = BankSettings(chains=tuple(chains))
    seed = mnemonic.to_seed(mnemonic.generate(entropy.random(16)))
    people, engine_password = _staff(founders, entropy, password_cost)
    store = Store("sqlite://")
    put_image(store, _empty_books())
    signer = LocalSigner(seed, _rules(people, settings, policy, demo=True), SignerMemory(None))
    bank = Bank(
        name=checked_name(name),
        directory=None,
        settings=settings,
        store=store,
        clock=clock,
        entropy=entropy,
        chains=chain_ports,
        signer=signer,
        data_keys=signer.data_keys,
        rates=rates,
        scorers=SCORERS,
    )
    found(bank, people=people, policy=policy, demo=True)
    return FoundedInMemory(bank=bank, engine_password=engine_password)


@cache
def _empty_books() -> bytes:
    """Return a new bank's database as it is before anything stands in it; making one takes a third of a second."""
    store = Store("sqlite://")
    try:
        upgrade_store(store)
        return take_image(store)
    finally:
        store.close()


@contextmanager
def open_bank(
    directory: Path,
    *,
    signer: bool = False,
    key_password: str | None = None,
    clock: Clock | None = None,
    entropy: Entropy | None = None,
    chain_ports: Mapping[int, Chain] | None = None,
    rates: RateSource | None = None,
    printer: Printer | None = None,
) -> Iterator[Bank]:
    """Open a founded bank; only what signs (`signer`) opens the wallet.

    The embedded chain is started or joined when it is first asked. `chain_ports`, `rates` and `printer` are filled
    by hand; else `bank.json` says what they are, and rates come from the table in the folder.
    Raises StoreUnavailable, InvalidInput, WrongPassword, SignerUnavailable.
    """
    settings = read_settings(directory)
    with _put_together(directory, settings, signer, key_password, clock, entropy, chain_ports, rates) as bank:
        yield bank if printer is None else replace(bank, printer=printer)


def open_printer(settings: PrinterSettings) -> Printer:
    """Return the receipt printer that the settings name; it is reached when it first prints."""
    if settings.kind == "text":
        from tokenpay.adapters.printer.text import TextPrinter

        return TextPrinter(Path(settings.path), width=settings.width)
    if settings.kind == "pdf":
        from tokenpay.adapters.printer.pdf import PdfPrinter

        return PdfPrinter(Path(settings.path), width=settings.width)
    from tokenpay.adapters.printer.escpos import EscposPrinter

    return EscposPrinter(settings)


def missing_extras(bank: Bank, policy: Policy) -> tuple[str, ...]:
    """Return the extras that a policy asks of each machine that takes payments, and this one does not have.

    Without `risk`, what a policy that asks for customers' habits would ask about is held instead.
    """
    habit = policy.risk is not None and policy.risk.habit
    asked = habit and any(isinstance(scorer, HabitScorer) for scorer in bank.scorers)
    return ("risk",) if asked and find_spec("river") is None else ()


def make_pin_key(bank: Bank) -> None:
    """Make the key that PINs are stretched with and keep it in the bank's folder; the books keep its mark alone.

    Changes nothing in a bank that has one: terminals get a copy. Raises SignerUnavailable for a bank without a folder.
    """
    if bank.directory is None:
        raise SignerUnavailable("a bank without a folder keeps no PIN key")
    with bank.store.unit_of_work() as uow:
        uow.facts.lock("deposit_xpub")  # the lock keeps two from making one each
        if uow.facts.get(PIN_KEY_MARK, ""):
            return
        key = bank.pin_key or bank.entropy.random(PIN_KEY_BYTES)
        uow.facts.set(PIN_KEY_MARK, pin_key_mark(key))
        if bank.pin_key is None:
            write_private(bank.directory / PIN_KEY_NAME, key.hex() + "\n")


def _read_pin_key(directory: Path) -> bytes | None:
    try:
        text = (directory / PIN_KEY_NAME).read_text("ascii", "replace").strip()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise StoreUnavailable(f"{PIN_KEY_NAME} cannot be read: {error.strerror}") from None
    if _PIN_KEY.fullmatch(text) is None:
        raise InvalidInput(f"{PIN_KEY_NAME} is damaged: copy it again from a machine of the bank")
    return bytes.fromhex(text)


def engine_session(bank: Bank) -> Session:
    """Sign in as the engine, with the password kept in the bank's folder; raises SignerUnavailable without it."""
    if bank.directory is None:
        raise SignerUnavailable("a bank without a folder has no engine of its own")
    try:
        password = (bank.directory / KEYS / ENGINE_PASSWORD).read_text("utf-8", "replace").strip()
    except OSError:
        raise SignerUnavailable("this machine does not have the engine's password") from None
    return open_session(bank, operator_id=ENGINE_ID, password=password, terminal="engine")


@contextmanager
def _put_together(
    directory: Path,
    settings: BankSettings,
    signer: bool,
    key_password: str | None,
    clock: Clock | None,
    entropy: Entropy | None,
    chain_ports: Mapping[int, Chain] | None,
    rates: RateSource | None = None,
    *,
    name: str | None = None,
) -> Iterator[Bank]:
    url = database_url(directory, settings)
    with ExitStack() as stack:
        store = Store(url, machine_clock=clock is None)
        stack.callback(store.close)
        pin_key = _read_pin_key(directory)
        wallet = open_wallet(directory / KEYS, key_password) if signer else None
        if name is None:
            if store_needs_upgrade(store):
                raise StoreUnavailable("the database needs `tokenpay bank migrate` first")
            with store.read() as uow:
                name = uow.facts.get("name")
                mark = uow.facts.get(PIN_KEY_MARK, "")
            if pin_key is not None and mark and pin_key_mark(pin_key) != mark:
                raise IntegrityError(f"{PIN_KEY_NAME} is not this bank's: copy the bank's own, or take it away")
            if wallet is not None:
                _check_keys(store, wallet)
        yield Bank(
            name=name,
            directory=directory,
            settings=settings,
            store=store,
            clock=clock or SystemClock(),
            entropy=entropy or SystemEntropy(),
            chains=chain_ports if chain_ports is not None else _Chains(directory, settings, stack),
            signer=wallet,
            data_keys=None if wallet is None else wallet.data_keys,
            travel_exchange=None if settings.travel is None else FolderExchange(directory / settings.travel.path),
            rates=rates or RateTable(directory / RATES),
            pin_key=pin_key,
            printer=None if settings.printer is None else open_printer(settings.printer),
            authenticator=_authenticator(directory, settings, store, entropy or SystemEntropy()),
            head_sinks=open_head_sinks(directory, settings) if signer else (),
            scorers=SCORERS,
            screener=NameScreener(),
        )


def _authenticator(directory: Path, settings: BankSettings, store: Store, entropy: Entropy) -> Authenticator | None:
    """Return how this machine reaches authenticators; its client is imported when one is first asked."""
    if settings.passkeys is None:
        return None

    def security_keys() -> Authenticator:
        from tokenpay.adapters.authenticator.fido import FidoAuthenticator

        return FidoAuthenticator()

    def program() -> Authenticator:
        from tokenpay.adapters.authenticator.software import SoftwareAuthenticator

        with store.read() as uow:
            demo = bool(uow.facts.get("demo", ""))
        return SoftwareAuthenticator(directory / AUTHENTICATORS, entropy, demo=demo)

    return _WhenAsked(security_keys if settings.passkeys.authenticator == "usb" else program)


class _WhenAsked:
    """An authenticator whose client, which takes a while to import, is there when it is asked."""

    def __init__(self, reach: Callable[[], Authenticator]) -> None:
        self._reach = reach

    def make(self, asked: PasskeyChallenge, person: Presence) -> Attestation:
        return self._reach().make(asked, person)

    def sign(self, asked: PasskeyChallenge, person: Presence) -> Assertion:
        return self._reach().sign(asked, person)


def open_head_sinks(directory: Path | None, settings: BankSettings) -> tuple[HeadSink, ...]:
    """Return the places that signed heads go to, as the settings name them; each is reached when a head is sent."""
    sinks: list[HeadSink] = []
    if settings.heads.folder and directory is not None:
        from tokenpay.adapters.head_sink.folder import FolderSink

        sinks.append(FolderSink(directory / settings.heads.folder, name=settings.heads.folder))
    if settings.heads.printer and settings.printer is not None:
        from tokenpay.adapters.head_sink.paper import PaperSink

        sinks.append(PaperSink(open_printer(settings.printer)))
    if settings.heads.database:
        from tokenpay.adapters.head_sink.database import DatabaseSink

        sinks.append(DatabaseSink(settings.heads.database))
    return tuple(sinks)


def _check_keys(store: Store, signer: LocalSigner) -> None:
    """Raise IntegrityError where the books name addresses that are not the signer's: money would go to them.

    A bank that was founded before requests or heads were signed, or data was sealed, learns those keys here.
    """
    ours = {
        "request_key": signer.request_key().hex(),
        "head_key": signer.head_key().hex(),
        "data_key": signer.data_keys.public().hex(),
    }
    with store.read() as uow:
        treasuries = {chain.treasury for chain in uow.chains.all()}
        if uow.facts.get("deposit_xpub") != signer.deposit_xpub() or treasuries - {signer.treasury()}:
            raise IntegrityError("the books name addresses that the bank's own keys do not have")
        known = {name: uow.facts.get(name, "") for name in ours}
    for name, key in ours.items():
        if not known[name]:
            with store.unit_of_work() as uow:
                uow.facts.lock("deposit_xpub")  # the lock keeps two who open from writing it twice
                uow.facts.set(name, key)
        elif known[name] != key:
            raise IntegrityError(f"the books name a {name.replace('_', ' ')} that is not the bank's own")


class _Chains(Mapping[int, Chain]):
    """Chains that are reached when they are first asked for: their clients take seconds to import."""

    def __init__(self, directory: Path, settings: BankSettings, stack: ExitStack) -> None:
        self._directory = directory
        self._settings = {chain.chain_id: chain for chain in settings.chains}
        self._open: dict[int, Chain] = {}
        self._devnets: dict[int, Devnet] = {}
        self._stack = stack

    def __getitem__(self, chain_id: int) -> Chain:
        if chain_id not in self._open or not self._serves(chain_id):
            self._open[chain_id] = self._reach(self._settings[chain_id])
        return self._open[chain_id]

    def __iter__(self) -> Iterator[int]:
        return iter(self._settings)

    def __len__(self) -> int:
        return len(self._settings)

    def _serves(self, chain_id: int) -> bool:
        """Whether an embedded chain is still there: whoever started it may have ended it."""
        return chain_id not in self._devnets or self._devnets[chain_id].serves

    def _reach(self, settings: ChainSettings) -> Chain:
        from tokenpay.adapters.chain.json_rpc import Confirmations, FinalizedTag, JsonRpcChain
        from tokenpay.adapters.chain.quorum import QuorumChain

        urls = settings.nodes
        if settings.embedded:
            devnet = start_devnet(self._directory / "devnet", block_time_s=EMBEDDED_BLOCK_TIME_S)
            self._devnets[settings.chain_id] = self._stack.enter_context(devnet)
            urls = (devnet.url,)
        finality = FinalizedTag() if settings.confirmations is None else Confirmations(settings.confirmations)
        nodes = [JsonRpcChain(url, settings.chain_id, finality=finality, timeout_s=settings.patience_s) for url in urls]
        if len(nodes) == 1:
            return nodes[0]
        quorum = QuorumChain(nodes, quorum=settings.agreeing, timeout_s=settings.patience_s)
        self._stack.callback(quorum.close)
        return quorum


def _make_folder(directory: Path) -> None:
    try:
        if directory.exists() and any(path.name != "devnet" for path in directory.iterdir()):
            raise InvalidInput("the folder for a new bank is not empty")
        directory.mkdir(parents=True, exist_ok=True)
    except OSError:
        raise StoreUnavailable("the folder for the new bank cannot be made") from None


def _rules(
    people: Sequence[tuple[Operator, Credential]], settings: BankSettings, policy: Policy, *, demo: bool
) -> SignerRules:
    """Return what a signer trusts from the day the bank is founded; raises InvalidInput for a bad domain."""
    named, units = settings.passkeys, passkey_units_of(policy)
    if named is None and units:
        raise InvalidInput("a policy that asks for passkeys needs a domain that they are made for")
    passkeys = None
    if named is not None:
        passkeys = PasskeyRules(party=RelyingParty(id=named.domain, origins=named.origins), units=units, keys={})
    return SignerRules(
        operators={
            operator.id: TrustedOperator(public_key=operator.public_key, role=operator.role) for operator, _ in people
        },
        fee_caps_wei={
            chain.chain_id: policy.fee_caps_wei.get(chain.chain_id, chain.fee_cap_wei) for chain in settings.chains
        },
        alone_units={asset_id: limits.alone_units for asset_id, limits in policy.limits.items()},
        demo=demo,
        passkeys=passkeys,
    )


def _staff(founders: Sequence[Founder], entropy: Entropy, cost: int) -> tuple[list[tuple[Operator, Credential]], str]:
    """Return the founders and the engine as the bank's people, and the password that was made for the engine."""
    password = entropy.random(24).hex()
    engine = Founder(id=ENGINE_ID, name="engine", password=password, role=Role.ENGINE, branch="engine")
    return [_person(founder, entropy, cost) for founder in (*founders, engine)], password


def _person(founder: Founder, entropy: Entropy, cost: int) -> tuple[Operator, Credential]:
    credential = seal_new_key(founder.password, operator_id=founder.id, random=entropy.random, cost=cost)
    operator = Operator(
        id=founder.id,
        name=checked_name(founder.name),
        role=founder.role,
        branch=founder.branch,
        public_key=credential.public_key,
    )
    return operator, credential
