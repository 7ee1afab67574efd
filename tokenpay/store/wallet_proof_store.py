"""Challenges to wallets, and what they proved."""

from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from tokenpay.compliance.wallet_proof import WalletProof
from tokenpay.errors import NotFound
from tokenpay.money.address import Address
from tokenpay.payments.intent import ChainParty
from tokenpay.store.door import readable, stored
from tokenpay.store.tables import wallet_proofs

_ANSWER = ("signature", "proved_by", "proved_at_s", "valid_until_s")


class WalletProofStore:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, proof: WalletProof) -> None:
        """Enter a challenge that was not answered yet."""
        self._connection.execute(
            insert(wallet_proofs),
            {
                "id": proof.id,
                "customer_id": proof.customer_id,
                "chain_id": proof.wallet.chain_id,
                "address": proof.wallet.address.text,
                "own": proof.own,
                "challenge": proof.challenge,
                "begun_by": proof.begun_by,
                "begun_at_s": proof.begun_at_s,
                "expires_at_s": proof.expires_at_s,
                **_answer(proof),
            },
        )

    def get(self, proof_id: str, *, lock: bool = False) -> WalletProof:
        """Return a challenge or proof; raises NotFound."""
        query = select(wallet_proofs).where(wallet_proofs.c.id == proof_id)
        row = self._connection.execute(query.with_for_update(key_share=True) if lock else query).one_or_none()
        if row is None:
            raise NotFound("there is no such wallet proof", proof=proof_id)
        return _proof(row)

    def prove(self, proof: WalletProof) -> None:
        """Write the answer to a challenge."""
        self._connection.execute(update(wallet_proofs).where(wallet_proofs.c.id == proof.id).values(_answer(proof)))

    def all_standing(self, *, now_s: int) -> list[WalletProof]:
        """Return every proof that holds now and can be read: of an address that is none no list says anything."""
        column = wallet_proofs.c
        query = select(wallet_proofs).where(column.proved_at_s <= now_s, column.valid_until_s > now_s)
        return readable(self._connection.execute(query.order_by(column.id)), _proof)

    def standing(self, wallet: ChainParty, customer_id: str, *, now_s: int) -> list[WalletProof]:
        """Return the proofs of a wallet, for this customer, that hold now, newest first."""
        column = wallet_proofs.c
        query = select(wallet_proofs).where(
            column.customer_id == customer_id,
            column.chain_id == wallet.chain_id,
            column.address == wallet.address.text,
            column.proved_at_s <= now_s,
            column.valid_until_s > now_s,
        )
        rows = self._connection.execute(query.order_by(column.proved_at_s.desc(), column.id))
        return [_proof(row) for row in rows]


def _answer(proof: WalletProof) -> dict[str, Any]:
    return {name: getattr(proof, name) for name in _ANSWER}


@stored
def _proof(row: Row[Any]) -> WalletProof:
    content = dict(row._mapping)
    wallet = ChainParty(content.pop("chain_id"), Address.parse(content.pop("address")))
    return WalletProof(wallet=wallet, **content)
