"""What a wallet's owner reads before they sign: who asks, whose it is, for whom and until when."""

import pytest

from tokenpay.compliance.wallet_proof import challenge_text
from tokenpay.money.address import Address
from tokenpay.payments.intent import ChainParty

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
