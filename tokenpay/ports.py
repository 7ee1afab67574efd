"""The ports: what tokenpay needs of the world, each filled by an adapter.

Every call that reaches outside raises ChainUnavailable, SignerUnavailable, PrinterUnavailable or another Unavailable
when no answer came; an answer that is wrong raises IntegrityError. None returns a guess.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from threading import Event
from typing import Literal, Protocol, runtime_checkable

from tokenpay.audit.signed_head import HeadStep, SignedHead, StreamHead
from tokenpay.audit.tree import TreeHead
from tokenpay.compliance.clearance import Clearance
from tokenpay.compliance.listed_party import ListedParty
from tokenpay.compliance.name_hit import NameHit
from tokenpay.compliance.risk.activity import Activity
from tokenpay.compliance.risk.assessment import Assessment
from tokenpay.compliance.screening_list import ScreeningList
from tokenpay.counter.slip import Slip
from tokenpay.errors import SignerRefused, TokenpayError
from tokenpay.ethereum.grants.authorization import Authorization
from tokenpay.ethereum.grants.grant import Signed
from tokenpay.ethereum.observed import AuthorizationLog, Block, Holding, Receipt, TokenFacts, TransferLog
from tokenpay.ethereum.transaction import SignedTransaction
from tokenpay.ethereum.typed_data import Domain
from tokenpay.money.address import Address
from tokenpay.money.asset import Asset
from tokenpay.money.rate import Rate
from tokenpay.parties.assertion import Assertion
from tokenpay.parties.attestation import Attestation
from tokenpay.parties.passkey_challenge import PasskeyChallenge
from tokenpay.payments.intent import Intent
from tokenpay.payments.outgoing import Call
from tokenpay.requests.request_claims import RequestClaims

SignedAuthorization = Signed[Authorization]


@dataclass(frozen=True, slots=True, kw_only=True)
class Broadcast:
    """What a node said to one set of signed bytes.

    `accepted`: it is in the node's pool or chain (`already known` included). `rejected`: the node
    refused it for `reason` and it did not enter the pool. `unknown`: no usable answer; send the same
    bytes again.
    """

    outcome: Literal["accepted", "rejected", "unknown"]
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningRequest:
    """EIP-1559 bytes to sign, the intent that they carry out, or recall by a no-op, and what cleared it.

    `domain` is the token's where the call carries an EIP-3009 authorization.
    """

    unsigned: bytes
    intent: Intent
    clearance: Clearance
    domain: Domain | None = None


class Chain(Protocol):
    """One EVM chain, read and written through some node. Block arguments are block numbers.

    Before the first answer is believed the node has said that it serves this chain: else every method
    raises IntegrityError.
    """

    @property
    def chain_id(self) -> int: ...

    def verify_chain_id(self) -> None:
        """Ask the node for its chain id and raise IntegrityError when it is not `chain_id`."""

    def head(self) -> Block:
        """Return the newest block."""

    def finalized(self) -> Block:
        """Return the newest block that the chain's finality rule calls final."""

    def blocks(self, numbers: Sequence[int]) -> list[Block]:
        """Return these blocks in the order asked; ChainUnavailable when the node lacks one."""

    def transfers(self, blocks: Sequence[Block], contracts: Sequence[Address]) -> list[TransferLog]:
        """Return every Transfer of these contracts in these blocks, asked by block hash, in chain order.

        Raises IntegrityError for an event that is none of its standard; its field `contract` says who wrote it.
        """

    def authorizations(self, blocks: Sequence[Block], contracts: Sequence[Address]) -> list[AuthorizationLog]:
        """Return every AuthorizationUsed of these contracts in these blocks, asked by block hash; raises likewise."""

    def receipts(self, transaction_hashes: Sequence[bytes]) -> list[Receipt | None]:
        """Return each transaction's receipt, or None where the node has none."""

    def holdings(self, holdings: Sequence[Holding], block: int) -> list[int]:
        """Return the units held at the end of block `block`, in the order asked.

        Raises WrongState for a token that does not tell; its field `contract` says which.
        """

    def token_facts(self, contract: Address) -> TokenFacts:
        """Return what a token says of itself at the head; NotFound where there is no code."""

    def transaction_count(self, address: Address, *, block: int | None = None, pending: bool = False) -> int:
        """Return the next nonce of `address` at the head, after block `block`, or with the node's pool counted in."""

    def priority_fee_wei(self) -> int:
        """Return the tip the node suggests, in wei per gas."""

    def estimate_gas(self, calls: Sequence[Call], *, sender: Address) -> list[int | TokenpayError]:
        """Return the gas that each call takes at the head, or why nobody can tell: WrongState where it would revert.

        Nothing that waits in a node's pool counts: each node has another, and some carry all of it out for each call.

        What is the trouble of all of them, such as a node that is away, is raised.
        """

    def broadcast(self, raw_transactions: Sequence[bytes]) -> list[Broadcast]:
        """Send signed transactions in order and return the node's word on each; never raises for one."""


@runtime_checkable
class ManyNodes(Chain, Protocol):
    """A chain that is read and written through several nodes, of which a quorum must agree."""

    def troubles(self) -> tuple[str, ...]:
        """Return a line for each node that is down, behind or contradicts the others, though a quorum may hold."""


class Signer(Protocol):
    """Holds the bank's keys, or reaches what holds them, and signs what it has itself parsed and allowed."""

    def treasury(self) -> Address:
        """Return the address that pays, and pays the gas."""

    def deposit_xpub(self) -> str:
        """Return the extended public key whose children are the deposit addresses (BIP-32)."""

    def request_key(self) -> bytes:
        """Return the 32 bytes of the Ed25519 public key that requests are signed with."""

    def sign_transactions(self, asked: Sequence[SigningRequest]) -> list[SignedTransaction | SignerRefused]:
        """Sign what does what its intent says, or nothing; return, in the order asked, it or the rule it breaks.

        Raises SignerUnavailable when no answer came: then nothing that was signed has left.
        """

    def sign_sweep(
        self, authorization: Authorization, *, index: int, intent: Intent, clearance: Clearance
    ) -> SignedAuthorization:
        """Sign, with the key of deposit address `index`, an authorization that pays the treasury itself."""

    def sign_request(self, claims: RequestClaims, *, index: int) -> str:
        """Sign, as `TKS:` text, a request for money to deposit address `index`; SignerRefused for any other."""

    def head_key(self) -> bytes:
        """Return the 32 bytes of the Ed25519 public key that heads of audit streams are signed with."""

    def last_head(self, stream: str) -> TreeHead | None:
        """Return the tree of the newest head that was signed of a stream, None where none was."""

    def sign_head(self, head: StreamHead, proof: Sequence[bytes]) -> SignedHead:
        """Sign a head whose tree `proof` shows to begin with all records of the one signed last (RFC 6962, 2.1.2).

        Raises SignerRefused for a head that is smaller, or of other records: what was signed is never contradicted.
        """


class DataKeys(Protocol):
    """Opens what was sealed for the bank because it names people, and signs what the bank tells other institutions."""

    def public(self) -> bytes:
        """Return 64 bytes: the X25519 public key to seal to, and the Ed25519 public key to verify with."""

    def open(self, sealed: bytes, *, bound_to: bytes) -> bytes:
        """Return what was sealed for the bank, bound to this; raises IntegrityError for anything else."""

    def sign(self, message: bytes) -> bytes:
        """Return an Ed25519 signature of 64 bytes (RFC 8032)."""


class TravelRuleExchange(Protocol):
    """Hands Travel Rule messages to other institutions, and has those that came; it cannot read what is sealed in them.

    Every method raises Unavailable where no answer came.
    """

    def send(self, recipient: str, name: str, content: bytes) -> bool:
        """Hand a message over whole; return False where one of this name still lies there for this recipient."""

    def received(self) -> list[tuple[str, bytes]]:
        """Return what came and is not done with, as (name, content), in the order of the names."""

    def done(self, name: str) -> None:
        """Take a message away; one that is gone is done with."""

    def set_aside(self, name: str) -> None:
        """Put a message away that was refused, for people to look at."""


class RateSource(Protocol):
    """Says what tokens cost in cash. How old a rate may be is the policy's to say."""

    def rate(self, token: Asset, cash: Asset) -> Rate:
        """Return the newest rate, dated; RateUnavailable where there is none to be had."""


@runtime_checkable
class RateBook(RateSource, Protocol):
    """A RateSource that is the bank's own to write."""

    def last(self, token: Asset, cash: Asset) -> Rate | None:
        """Return what stands there, None where nothing does; RateUnavailable where that cannot be read."""

    def write(self, rate: Rate) -> None:
        """Put a rate there, whole or not at all; RateUnavailable where it cannot be."""


class HeadSink(Protocol):
    """A place outside the bank that keeps signed heads: a folder elsewhere, paper, another database."""

    @property
    def name(self) -> str:
        """What the place is called in the books: it stays the same as long as the place does."""

    def keep(self, step: HeadStep) -> None:
        """Keep a head there for good; the same head again changes nothing.

        Raises SinkUnavailable when it is not sure that it is kept, and IntegrityError where another head of that
        stream and size is kept already.
        """


class RiskScorer(Protocol):
    """Says what a customer's movements say of a payment. It can hold one, and let none go."""

    @property
    def name(self) -> str:
        """What the scorer is called where it gave no answer."""

    def assess(self, intent: Intent, activity: Activity, now_s: int) -> Assessment:
        """Return what this payment shows after these movements.

        It is asked in the unit of work of the payment, before the payment stands in `activity`, and answers by what
        it is given alone. Whatever it raises holds the payment.
        """


class Screener(Protocol):
    """Compares names with those of screening lists. Only the engine asks it: the books keep what it says."""

    def method(self) -> str:
        """Return by what names are compared: where that changes, everybody is compared anew. Raises MissingExtra."""

    def holds(self, known: ScreeningList) -> bool:
        """Tell whether names can be compared with this version of a list at once."""

    def take(self, known: ScreeningList, parties: Sequence[ListedParty]) -> int:
        """Make ready to compare names with this version of a list, in the place of the one of its name.

        Returns how many of its names nothing can be compared with, as one without a letter.
        """

    def compare(self, known: ScreeningList, name: str) -> tuple[NameHit, ...]:
        """Return the entries of a list that was taken which a name may mean, best first.

        Raises UnreadableName for one that cannot be compared. Whatever else it raises is no answer either.
        """


class Printer(Protocol):
    """Puts receipts on paper, or what stands for it."""

    @property
    def width(self) -> int:
        """Columns of a line: 32, 42 or 48."""

    def print(self, slip: Slip) -> None:
        """Print a slip whole, and open the cash drawer where the slip says so and there is one.

        Raises PrinterUnavailable when it is not sure that all of it was taken: it may be printed again.
        """


def _no_pin() -> str | None:
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Presence:
    """The person before an authenticator, as their screen reaches them; all of it is called from the asking thread.

    `touch` is called when the device waits for them, `pin` when it has no fingerprint reader: it returns the device's
    own PIN, which nobody keeps, or None. Setting `stop` ends the waiting.
    """

    touch: Callable[[], None] = lambda: None
    pin: Callable[[], str | None] = _no_pin
    stop: Event = field(default_factory=Event)


class Authenticator(Protocol):
    """Reaches devices that hold people's passkeys: what verifies a finger, a face or a PIN stays on the device.

    Raises AuthenticatorUnavailable where no device is there, it is taken away, nobody touches it in time, the person
    stops, or it refuses. Nothing it returns is believed before it is verified.
    """

    def make(self, asked: PasskeyChallenge, person: Presence) -> Attestation:
        """Let a device make a new key for `asked.operator_id`; one that holds any of `asked.credentials` refuses."""

    def sign(self, asked: PasskeyChallenge, person: Presence) -> Assertion:
        """Let a device sign the challenge with one of `asked.credentials`, once it has verified its person."""


class Clock(Protocol):
    """Tells the time."""

    def now_s(self) -> int:
        """Return the time in whole Unix seconds."""


class Entropy(Protocol):
    """Gives bytes that nobody can foresee."""

    def random(self, size: int) -> bytes:
        """Return this many unpredictable bytes."""
