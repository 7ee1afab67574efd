"""The Chain port means the same on the fake chain, on the embedded one and on anvil."""

from collections.abc import Callable

import pytest

from tests.fixtures_chain import CONFIRMATIONS, ETHER, World, new_address, new_key, signed_payment, wait_until
from tokenpay.adapters.chain.rpc import MAX_BATCH
from tokenpay.devnet.setup import OutsideWallet
from tokenpay.errors import ChainUnavailable, IntegrityError, NotFound, WrongState, answered
from tokenpay.ethereum import erc20
from tokenpay.ethereum.grants.authorization import Authorization, calldata
from tokenpay.ethereum.grants.grant import sign
from tokenpay.ethereum.observed import Block, Holding
from tokenpay.ethereum.typed_data import Domain
from tokenpay.payments.outgoing import Call


def since(world: World, before: Block) -> list[Block]:
    return world.chain.blocks(range(before.number + 1, world.chain.head().number + 1))


def test_chain_id_is_that_of_the_node(world: World) -> None:
    world.chain.verify_chain_id()


def test_another_chain_id_is_noticed(world: World) -> None:
    with pytest.raises(IntegrityError, match="not"):
        world.on_another_chain().verify_chain_id()
    with pytest.raises(IntegrityError, match="not"):
        world.on_another_chain().head()


def test_blocks_come_in_the_order_asked_and_link(world: World) -> None:
    world.mine(3)
    head = world.chain.head()
    numbers = [head.number, head.number - 2, head.number - 1]
    last, first, middle = world.chain.blocks(numbers)
    assert [last.number, first.number, middle.number] == numbers
    assert last == head
    assert (last.parent_hash, middle.parent_hash) == (middle.hash, first.hash)
    assert first.timestamp_s <= middle.timestamp_s <= last.timestamp_s
    assert world.chain.blocks([]) == []


def test_a_block_beyond_the_head_is_no_answer(world: World) -> None:
    with pytest.raises(ChainUnavailable):
        world.chain.blocks([world.chain.head().number + 1_000])


def test_final_is_what_enough_blocks_stand_above(world: World) -> None:
    world.mine(CONFIRMATIONS + 1)
    head = world.chain.head()
    assert world.chain.finalized() == world.chain.blocks([head.number - CONFIRMATIONS])[0]


def test_transfers_of_pinned_contracts_only_in_chain_order(world: World) -> None:
    sender, recipient = world.person(units=50), new_address()
    before = world.chain.head()
    sent = []
    for units in (7, 7, 9):
        sent.append(sender.transfer(world.token, recipient, units))
        world.mine(1)
    blocks = since(world, before)
    logs = world.chain.transfers(blocks, [world.token])
    assert [(log.units, log.sender, log.recipient, log.transaction_hash) for log in logs] == [
        (units, sender.address, recipient, of) for units, of in zip((7, 7, 9), sent, strict=True)
    ]
    by_number = {block.number: block.hash for block in blocks}
    assert all(by_number[log.block_number] == log.block_hash for log in logs)
    assert len({(log.block_hash, log.log_index) for log in logs}) == 3
    assert world.chain.transfers(blocks, [new_address()]) == []
    assert world.chain.transfers(blocks, []) == []
    assert world.chain.transfers([], [world.token]) == []


def test_a_mint_has_no_sender(world: World) -> None:
    before, recipient = world.chain.head(), new_address()
    world.give(recipient, 5)
    world.mine(1)
    (log,) = world.chain.transfers(since(world, before), [world.token])
    assert (log.sender, log.recipient, log.units) == (None, recipient, 5)


def test_logs_of_a_block_that_does_not_stand_are_no_answer(world: World) -> None:
    head = world.chain.head()
    orphan = Block(number=head.number, hash=b"\x01" * 32, parent_hash=head.parent_hash, timestamp_s=0, base_fee_wei=0)
    with pytest.raises(ChainUnavailable):
        world.chain.transfers([orphan], [world.token])


def test_receipts_of_success_failure_and_nothing(world: World) -> None:
    person = world.person(units=5)
    good = person.transfer(world.token, new_address(), 5)
    world.mine(1)
    failing = signed_payment(
        person, to=world.token.raw, data=erc20.transfer(new_address(), 1), gas_limit=100_000, value_wei=0
    )
    (said,) = world.chain.broadcast([failing.raw])
    world.mine(1)
    worked, failed, nothing = world.chain.receipts([good, failing.hash, b"\x07" * 32])
    assert said.outcome == "accepted"
    assert nothing is None
    assert worked is not None
    assert failed is not None
    assert (worked.succeeded, failed.succeeded) == (True, False)
    assert worked.transaction_hash == good
    assert world.chain.blocks([worked.block_number])[0].hash == worked.block_hash
    (spent,) = world.chain.holdings([Holding(address=person.address, contract=None)], failed.block_number)
    assert spent == ETHER - worked.fee_wei - failed.fee_wei
    assert worked.fee_wei >= worked.gas_used > 0


def test_holdings_are_those_at_the_end_of_the_block_asked(world: World) -> None:
    person, other = world.person(units=10), new_address()
    asked = [Holding(address=who, contract=world.token) for who in (person.address, other)]
    asked.append(Holding(address=other, contract=None))
    before = world.chain.head().number
    person.transfer(world.token, other, 4)
    world.mine(1)
    person.pay(other, 123)
    world.mine(1)
    assert world.chain.holdings(asked, before) == [10, 0, 0]
    assert world.chain.holdings(asked, world.chain.head().number) == [6, 4, 123]
    with pytest.raises(ChainUnavailable):
        world.chain.holdings(asked, world.chain.head().number + 1_000)


def test_token_facts_prove_the_signing_domain(world: World) -> None:
    facts = world.chain.token_facts(world.token)
    assert (facts.symbol, facts.decimals, facts.name, facts.version) == ("DEUR", 6, "Demo Euro", "1")
    domain = Domain(
        name=facts.name, version=facts.version, chain_id=world.chain.chain_id, verifying_contract=world.token
    )
    assert facts.domain_separator == domain.separator
    assert world.chain.token_facts(world.token) == facts


def test_where_there_is_no_code_there_is_no_token(world: World) -> None:
    with pytest.raises(NotFound):
        world.chain.token_facts(new_address())


def test_the_next_nonce_counts_what_is_mined(world: World) -> None:
    person = world.person()
    before = world.chain.head().number
    assert [world.chain.transaction_count(person.address, pending=p) for p in (False, True)] == [0, 0]
    person.pay(new_address(), 1)
    assert world.chain.transaction_count(person.address, pending=True) == 1
    world.mine(1)
    assert world.chain.transaction_count(person.address) == 1
    after = world.chain.head().number
    assert [world.chain.transaction_count(person.address, block=number) for number in (before, after)] == [0, 1]


def test_gas_is_estimated_and_a_revert_is_named(world: World) -> None:
    person = world.person(units=1)

    def gas(units: int) -> int:
        data = erc20.transfer(new_address(), units)
        return answered(world.chain.estimate_gas([Call(to=world.token, data=data)], sender=person.address)[0])

    assert 21_000 < gas(1) < 200_000
    with pytest.raises(WrongState):
        gas(2)
    assert world.chain.priority_fee_wei() >= 0


def test_what_waits_in_the_pool_counts_for_no_estimate(anvil_world: World) -> None:
    """Else nodes with other pools differ, and some carry all of theirs out for each call that they are asked about."""
    person, rpc = anvil_world.person(units=2), anvil_world.rpc
    assert rpc is not None
    call = Call(to=anvil_world.token, data=erc20.transfer(new_address(), 2))
    rpc.call("evm_setAutomine", False)
    try:
        all_of_it = signed_payment(person, to=call.to.raw, data=call.data, gas_limit=100_000, value_wei=0)
        (said,) = anvil_world.chain.broadcast([all_of_it.raw])
        (gas,) = anvil_world.chain.estimate_gas([call], sender=person.address)
    finally:
        rpc.call("evm_setAutomine", True)
        anvil_world.mine(1)
    assert said.outcome == "accepted"
    assert answered(gas) > 21_000
    assert isinstance(anvil_world.chain.estimate_gas([call], sender=person.address)[0], WrongState)


def test_the_same_bytes_again_are_accepted_before_and_after_they_are_mined(world: World) -> None:
    person = world.person()
    payment = signed_payment(person)
    first, again = world.chain.broadcast([payment.raw, payment.raw])
    world.mine(1)
    (late,) = world.chain.broadcast([payment.raw])
    assert (first.outcome, again.outcome, late.outcome) == ("accepted", "accepted", "accepted")
    assert world.chain.receipts([payment.hash])[0] is not None
    assert world.chain.transaction_count(person.address) == 1


@pytest.mark.parametrize(
    ("reason", "change"),
    [
        ("nonce_too_low", {"nonce": 0}),
        ("insufficient_funds", {"value_wei": 2 * ETHER}),
        ("other: ", {"chain_id": 1}),
        ("other: ", {"gas_limit": 20_999}),
        ("other: ", {"max_priority_fee_wei": 10**12}),
    ],
)
def test_refusals_name_their_reason(world: World, reason: str, change: dict[str, int]) -> None:
    person = world.person()
    person.pay(new_address(), 1)
    world.mine(1)
    (said,) = world.chain.broadcast([signed_payment(person, **change).raw])
    assert said.outcome == "rejected"
    assert said.reason.startswith(reason)
    assert world.chain.transaction_count(person.address, pending=True) == 1


@pytest.mark.parametrize("spoil", [lambda raw: raw[:-1], lambda raw: raw + b"\x00", lambda _: b"", lambda _: b"\x02"])
def test_bytes_that_are_no_transaction_are_not_accepted(world: World, spoil: Callable[[bytes], bytes]) -> None:
    person = world.person()
    good = signed_payment(person)
    bad, taken = world.chain.broadcast([spoil(good.raw), good.raw])
    assert bad.outcome != "accepted"  # anvil reads past a byte too many and names another hash: that is no answer
    assert taken.outcome == "accepted"


def test_a_nonce_above_the_next_is_not_mined(world: World) -> None:
    person = world.person()
    early = signed_payment(person, nonce=1)
    world.chain.broadcast([early.raw])
    world.mine(1)
    assert world.chain.receipts([early.hash]) == [None]
    assert world.chain.transaction_count(person.address, pending=True) == 0


def test_more_than_a_batch_is_sent_in_order(world: World) -> None:
    person = world.person()
    payments = [signed_payment(person, nonce=nonce) for nonce in range(MAX_BATCH + 5)]
    hashes = [payment.hash for payment in payments]
    said = world.chain.broadcast([payment.raw for payment in payments])
    assert {word.outcome for word in said} == {"accepted"}

    def included() -> bool:
        world.mine(1)  # anvil mines some on its own, a moment later, and may forget what came while it did
        return None not in world.chain.receipts(hashes)

    wait_until(included)
    receipts = world.chain.receipts(hashes)
    assert all(receipt is not None and receipt.succeeded for receipt in receipts)


def test_an_authorization_is_carried_by_anyone_once(world: World) -> None:
    holder_key, carrier, recipient = new_key(), world.person(), new_address()
    holder = OutsideWallet(chain=world.chain, key=holder_key).address
    world.give(holder, 8)
    world.mine(1)
    facts = world.chain.token_facts(world.token)
    authorization = Authorization(
        domain=Domain(
            name=facts.name, version=facts.version, chain_id=world.chain.chain_id, verifying_contract=world.token
        ),
        sender=holder,
        recipient=recipient,
        units=8,
        valid_after_s=0,
        valid_before_s=2**40,
        nonce=b"\x09" * 32,
    )
    call = calldata(sign(authorization, holder_key))
    before = world.chain.head()
    carried = carrier.call(world.token, call)
    world.mine(1)
    blocks = since(world, before)
    (used,) = world.chain.authorizations(blocks, [world.token])
    (moved,) = world.chain.transfers(blocks, [world.token])
    assert (used.authorizer, used.nonce, used.transaction_hash) == (holder, authorization.nonce, carried)
    assert (moved.sender, moved.recipient, moved.units) == (holder, recipient, 8)
    assert used.log_index != moved.log_index
    with pytest.raises(WrongState):
        carrier.call(world.token, call)
