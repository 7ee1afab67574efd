"""What a wallet's owner reads before they sign: who asks, whose it is, for whom and until when."""

from dataclasses import replace
from typing import Any

import pytest

from tokenpay.compliance.wallet_proof import CHALLENGE_VALID_S, PROOF_VALID_S, WalletProof, challenge_text
from tokenpay.errors import InvalidInput, WrongState
from tokenpay.ethereum.personal_message import sign_personal_message
from tokenpay.money.address import Address
from tokenpay.payments.intent import ChainParty
from tokenpay.primitives.secp256k1 import PrivateKey

WALLET = ChainParty(1, Address(b"\x11" * 20))


@pytest.mark.parametrize(
    ("own", "whose"),
    [
        (True, "This wallet is mine, and I am customer C7 of this bank."),
        (False, "This wallet is mine, and I pay or am paid by customer C7 of this bank."),
    ],
)
def test_the_challenge_says_all_that_is_signed(own: bool, whose: str) -> None:
    assert challenge_text(bank="Small", id="WP-1", customer_id="C7", wallet=WALLET, own=own, from_s=100) == (
        f"Small asks for a proof that a wallet is its owner's own.\n\n{whose}\n"
        f"Wallet: eip155:1:0x{'11' * 20}\nProof: WP-1\nIssued: 100\nExpires: 3700\n\n"
        "Signing this moves no money and permits nothing."
    )


KEYS = [PrivateKey.from_bytes(bytes(31) + bytes([number])) for number in range(1, 20)]


def begun(key: PrivateKey, **changes: Any) -> WalletProof:
    wallet = ChainParty(1, Address(key.public_key.address_bytes()))
    text = challenge_text(bank="Small", id="WP-1", customer_id="C7", wallet=wallet, own=True, from_s=100)
    parts: dict[str, Any] = {"id": "WP-1", "customer_id": "C7", "wallet": wallet, "own": True, "challenge": text}
    times = {"begun_by": "tim", "begun_at_s": 100, "expires_at_s": 100 + CHALLENGE_VALID_S}
    return WalletProof(**{**parts, **times, **changes})


@pytest.mark.parametrize("added", [0, 27])
def test_a_wallet_signs_with_either_parity_in_either_writing(added: int) -> None:
    parities = set()
    for key in KEYS:
        proof = begun(key)
        made = sign_personal_message(proof.challenge.encode(), key)
        parities.add(made.y_parity)
        raw = made.r.to_bytes(32) + made.s.to_bytes(32) + bytes([made.y_parity + added])
        answered = proof.answered(raw, by="vera", at_s=200)
        assert (answered.proved_by, answered.proved_at_s, answered.valid_until_s) == ("vera", 200, 200 + PROOF_VALID_S)
        assert answered.is_whole("Small")
        assert not answered.is_whole("Other")
        losses: list[dict[str, Any]] = [{"signature": None}, {"proved_at_s": None}, {"valid_until_s": None}]
        assert not any(replace(answered, **lost).is_whole("Small") for lost in losses)
        other = bytes([1 - made.y_parity + added])
        with pytest.raises(InvalidInput):
            proof.answered(raw[:64] + other, by="vera", at_s=200)
        with pytest.raises(WrongState):
            answered.answered(raw, by="vera", at_s=200)
    assert parities == {0, 1}


@pytest.mark.parametrize(("at_s", "good"), [(99, False), (100, True), (3_699, True), (3_700, False)])
def test_a_challenge_is_answered_in_its_time(at_s: int, good: bool) -> None:
    proof, key = begun(KEYS[0]), KEYS[0]
    made = sign_personal_message(proof.challenge.encode(), key)
    raw = made.r.to_bytes(32) + made.s.to_bytes(32) + bytes([made.y_parity])
    if good:
        assert proof.answered(raw, by="vera", at_s=at_s).signature == raw
        return
    with pytest.raises(WrongState):
        proof.answered(raw, by="vera", at_s=at_s)
