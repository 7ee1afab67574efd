"""Payouts through the engine, from cleared to final, beside what anvil takes of presigned transfers in bounded batches.

In one run and in turns, in wall time, so that both meet the same load: each round the engine carries so many cleared
payments to finality, and as many token transfers, signed beforehand, are sent in JSON-RPC batches until all are in
blocks. Blocks are made as soon as a side has sent what it has. The bank's books are a SQLite file.
"""

import gc
import time
from statistics import median

import tokenpay as tp
from tests.benchmarks import Row
from tests.benchmarks.interleaved import spread
from tests.fixtures_chain import ANVIL_CHAIN_ID, anvil_path, new_address, running_anvil
from tests.properties.anvil_bank import ANVIL_OPTIONS, ETHER, AnvilBank, founded
from tokenpay.adapters.chain.rpc import MAX_BATCH
from tokenpay.devnet.setup import OutsideWallet
from tokenpay.ethereum import erc20
from tokenpay.ethereum.transaction import DynamicFeeTransaction, sign

ROUNDS, PAYOUTS = 5, 400
CONFIRMATIONS = 1
GOAL = 0.4
GAS = 100_000


def run() -> list[Row]:
    """Take turns between the two sides, and compare round by round."""
    with (
        running_anvil(anvil_path(), *ANVIL_OPTIONS) as url,
        founded(url) as template,
        template.copy(confirmations=CONFIRMATIONS) as anvil,
    ):
        payouts(anvil, "warm")
        raw(anvil)
        gc.freeze()  # as the engine's own process does
        ways = {"engine": lambda number: payouts(anvil, str(number)), "raw": lambda _: raw(anvil)}
        rounds = []
        for number in range(ROUNDS):
            order = list(ways)[:: 1 if number % 2 else -1]
            rounds.append({name: ways[name](number) for name in order})
        gc.unfreeze()
        if not tp.reconcile(anvil.bank, by=anvil.sessions["ann"]).holds:
            raise RuntimeError("the books do not agree with the chain")
    shares = [each["raw"] / each["engine"] for each in rounds]
    return [
        Row(
            what=f"payouts through the engine, share of presigned transfers in batches of {MAX_BATCH}, wall time",
            figure=f"{median(shares):.2f}",
            spread=spread(shares, "{:.2f}"),
            goal=f"{GOAL} or more",
            missed=median(shares) < GOAL,
        ),
        *(_rate(name, [each[name] for each in rounds]) for name in ways),
    ]


def payouts(anvil: AnvilBank, name: str) -> float:
    """Return the seconds from cleared to final of so many payments; the engine mines when it has sent."""
    made = [anvil.pay_out(new_address(), 1, key=f"{name}-{number}") for number in range(PAYOUTS)]
    began_s = time.perf_counter()
    for blocks in (0, 1, CONFIRMATIONS):
        anvil.mine(blocks)
        error = anvil.turn().error
        if error is not None:
            raise error
    took_s = time.perf_counter() - began_s
    tom = anvil.sessions["tom"]
    if {tp.get_payment(anvil.bank, payment.id, by=tom).state for payment in made} != {tp.PaymentState.FINAL}:
        raise RuntimeError("not every payment is final")
    return took_s


def raw(anvil: AnvilBank) -> float:
    """Return the seconds in which anvil takes as many transfers, signed before, into blocks."""
    payer: OutsideWallet = anvil.payer
    assert anvil.asset.contract is not None
    anvil.rpc.call("anvil_setBalance", payer.address.text, hex(100 * ETHER))
    first, fee_wei = anvil.chain.transaction_count(payer.address), 2 * anvil.chain.head().base_fee_wei
    signed = [
        sign(
            DynamicFeeTransaction(
                chain_id=ANVIL_CHAIN_ID,
                nonce=first + number,
                max_priority_fee_wei=1,
                max_fee_wei=fee_wei,
                gas_limit=GAS,
                to=anvil.asset.contract.raw,
                data=erc20.transfer(new_address(), 1),
            ),
            payer.key,
        )
        for number in range(PAYOUTS)
    ]
    began_s = time.perf_counter()
    anvil.rpc.batch([("eth_sendRawTransaction", ["0x" + each.raw.hex()]) for each in signed])
    anvil.mine()
    receipts = anvil.chain.receipts([each.hash for each in signed])
    took_s = time.perf_counter() - began_s
    if not all(receipt is not None and receipt.succeeded for receipt in receipts):
        raise RuntimeError("not every transfer is in a block")
    return took_s


def _rate(name: str, seconds: list[float]) -> Row:
    rates = [PAYOUTS / each for each in seconds]
    return Row(what=f"… {name}", figure=f"{median(rates):,.0f} a second", spread=spread(rates, "{:,.0f}"))
