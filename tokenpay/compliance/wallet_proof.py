"""The proof that a wallet is somebody's own: a message over a challenge of this bank, signed by the wallet's key."""

from dataclasses import dataclass, replace

from tokenpay.errors import InvalidInput, WrongState
from tokenpay.ethereum.personal_message import recover_personal_message
from tokenpay.payments.intent import ChainParty
from tokenpay.primitives.secp256k1 import Signature

CHALLENGE_VALID_S = 3_600
PROOF_VALID_S = 366 * 86_400
SIGNATURE_BYTES = 65
_V = {0: 0, 1: 1, 27: 0, 28: 1}


@dataclass(frozen=True, slots=True, kw_only=True)
class WalletProof:
    """A challenge, and once it is answered what it proves.

    `own`: the wallet is the customer's own; else it belongs to somebody the customer pays or is paid by, whom the
    data of the transfer names. A challenge is answered once and before `expires_at_s`; the proof holds until
    `valid_until_s`.
    Contracts that are wallets sign otherwise (EIP-1271): they prove nothing here.
    """

    id: str
    customer_id: str
    wallet: ChainParty
    own: bool
    challenge: str
    begun_by: str
    begun_at_s: int
    expires_at_s: int
    signature: bytes | None = None
    proved_by: str = ""
    proved_at_s: int | None = None
    valid_until_s: int | None = None

    def answered(self, signature: bytes, *, by: str, at_s: int) -> "WalletProof":
        """Return the proof; raises InvalidInput for another key's signature, WrongState for what is over or used.

        `signature` is r, s and v (0, 1, 27 or 28): 65 bytes over the challenge as a personal message (EIP-191).
        """
        if self.proved_at_s is not None:
            raise WrongState("the challenge was answered already", proof=self.id)
        if not self.begun_at_s <= at_s < self.expires_at_s:
            raise WrongState("the challenge is no longer valid: begin a new one", proof=self.id)
        if recover_personal_message(self.challenge.encode(), _signature(signature)) != self.wallet.address:
            raise InvalidInput("the signature is not that of the wallet's key over this challenge", rule="wallet")
        return replace(self, signature=signature, proved_by=by, proved_at_s=at_s, valid_until_s=at_s + PROOF_VALID_S)

    def is_whole(self, bank: str) -> bool:
        """Tell whether the wallet's key signed this challenge of this bank, in its time: a row alone proves nothing."""
        if self.signature is None or self.proved_at_s is None or self.valid_until_s is None:
            return False
        asked = challenge_text(
            bank=bank,
            id=self.id,
            customer_id=self.customer_id,
            wallet=self.wallet,
            own=self.own,
            from_s=self.begun_at_s,
        )
        try:
            answered = replace(self, proved_at_s=None).answered(
                self.signature, by=self.proved_by, at_s=self.proved_at_s
            )
        except (InvalidInput, WrongState):
            return False
        return self.challenge == asked and self.expires_at_s == self.begun_at_s + CHALLENGE_VALID_S and self == answered


def challenge_text(*, bank: str, id: str, customer_id: str, wallet: ChainParty, own: bool, from_s: int) -> str:
    """Return what the wallet's owner reads and signs: who asks, whose it is, for whom, until when, and once."""
    whose = "This wallet is mine, and I am" if own else "This wallet is mine, and I pay or am paid by"
    return (
        f"{bank} asks for a proof that a wallet is its owner's own.\n\n{whose} customer {customer_id} of this bank.\n"
        f"Wallet: {wallet}\nProof: {id}\nIssued: {from_s}\nExpires: {from_s + CHALLENGE_VALID_S}\n\n"
        "Signing this moves no money and permits nothing."
    )


def _signature(raw: bytes) -> Signature:
    if len(raw) != SIGNATURE_BYTES or raw[64] not in _V:
        raise InvalidInput("a wallet's signature is 65 bytes: r, s and v")
    return Signature(_V[raw[64]], int.from_bytes(raw[:32]), int.from_bytes(raw[32:64]))
