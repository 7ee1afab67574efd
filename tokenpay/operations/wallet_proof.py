"""Proofs that a wallet is its owner's own: a challenge of the bank, and the wallet's signature over it."""

from tokenpay.bank import Bank
from tokenpay.compliance.wallet_proof import CHALLENGE_VALID_S, WalletProof, challenge_text
from tokenpay.errors import InvalidInput
from tokenpay.parties.operator import Permission
from tokenpay.parties.session import Session
from tokenpay.payments.intent import ChainParty, parse_party
from tokenpay.payments.payment import PaymentState
from tokenpay.primitives.canonical import Value
from tokenpay.steps.authorize import authorize
from tokenpay.steps.decide_again import decide_again
from tokenpay.steps.gate_open import gate_is_open
from tokenpay.steps.identifiers import new_id
from tokenpay.steps.record import record
from tokenpay.store.unit_of_work import UnitOfWork


def begin_wallet_proof(
    bank: Bank, *, customer_id: str, wallet: ChainParty | str, by: Session, own: bool = True
) -> WalletProof:
    """Return a challenge that the owner of a wallet signs within an hour (EIP-191, `personal_sign`).

    `wallet` is a CAIP-10 address. `own`: it is the customer's; else it is somebody's whom they pay or are paid by,
    and the data of the transfer says whose. Raises InvalidInput, NotFound.
    """
    party = parse_party(wallet) if isinstance(wallet, str) else wallet
    if not isinstance(party, ChainParty):
        raise InvalidInput("a wallet is an address on a chain, as in `Address.caip10(chain_id)`")
    now_s = bank.clock.now_s()
    with bank.store.unit_of_work() as uow:
        operator = authorize(uow, bank, by, Permission.PAY)
        uow.customers.get(customer_id)
        uow.chains.get(party.chain_id)
        id = new_id(bank, "WP")
        proof = WalletProof(
            id=id,
            customer_id=customer_id,
            wallet=party,
            own=own,
            challenge=challenge_text(
                bank=bank.name, id=id, customer_id=customer_id, wallet=party, own=own, from_s=now_s
            ),
            begun_by=operator.id,
            begun_at_s=now_s,
            expires_at_s=now_s + CHALLENGE_VALID_S,
        )
        uow.wallet_proofs.add(proof)
        record(uow, bank, operator, "wallet.challenged", id, _details(proof))
        return proof


def prove_wallet(bank: Bank, proof_id: str, signature: bytes, *, by: Session) -> WalletProof:
    """Check the 65 bytes that a wallet signed over a challenge, and keep them as a proof that holds for a year.

    Every payment that was held for missing data and goes from this customer to their own wallet passes the gate again
    at once, or once payments run and the bank is open. The same signature again returns the proof as it is. Raises
    InvalidInput for any other signature, NotFound, WrongState for a challenge that is over or was answered otherwise.
    """
    now_s = bank.clock.now_s()
    with bank.store.unit_of_work() as uow:
        operator = authorize(uow, bank, by, Permission.PAY)
        asked = uow.wallet_proofs.get(proof_id)
        held = _held(uow, asked) if asked.own and gate_is_open(uow, bank) else []
        locked = uow.payments.lock_all(held)
        asked = uow.wallet_proofs.get(proof_id, lock=True)
        if asked.signature is not None and asked.signature == signature:
            return asked
        proof = asked.answered(signature, by=operator.id, at_s=now_s)
        uow.wallet_proofs.prove(proof)
        record(uow, bank, operator, "wallet.proved", proof_id, _details(proof))
        for payment in locked.values():
            if payment.state is PaymentState.HELD:
                changed = decide_again(uow, bank, operator, payment, approvals=uow.approvals.of(payment.id))
                details = {"proof": proof_id, "state": changed.state.value}
                record(uow, bank, operator, "travel_rule.met", payment.id, details)
        return proof


def _held(uow: UnitOfWork, proof: WalletProof) -> list[str]:
    """Return the payments that wait for data and go from the customer to this wallet."""
    return [
        payment.id
        for payment in uow.payments.find(states=[PaymentState.HELD], chain_id=proof.wallet.chain_id, whole=False)
        if payment.intent.creditor == proof.wallet
        and str(payment.intent.debtor) == f"customer/{proof.customer_id}"
        and any(reason.code == "travel_rule.data_missing" for reason in payment.reasons)
    ]


def _details(proof: WalletProof) -> dict[str, Value]:
    return {"customer": proof.customer_id, "wallet": str(proof.wallet), "own": proof.own}
