"""What only the fake chain can be told to do: lie, lose, fork and be still, the same way each time."""

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, strategies as st

from tests.fixtures_chain import ETHER, fake_world, new_address, new_key, signed_payment
from tokenpay.devnet.setup import OutsideWallet
from tokenpay.errors import ChainUnavailable, NotFound, WrongState
from tokenpay.ethereum import erc20
from tokenpay.ethereum.observed import Block, Holding, Receipt
from tokenpay.ethereum.transaction import SignedTransaction
from tokenpay.money.address import Address
from tokenpay.payments.outgoing import Call
from tokenpay.testing import OUTSIDER, FakeChain

TOKEN = Address(b"\x70" * 20)
ALICE, BOB = Address(b"\xa1" * 20), Address(b"\xb0" * 20)


@pytest.fixture
def fake() -> FakeChain:
    chain = FakeChain(confirmations=2)
    chain.add_token(TOKEN)
    return chain


def held(chain: FakeChain, who: Address, contract: Address | None = TOKEN) -> int:
    return chain.holdings([Holding(address=who, contract=contract)], chain.head().number)[0]


def payment(person: OutsideWallet, **changes: Any) -> SignedTransaction:
    return signed_payment(person, **({"to": BOB.raw, "max_priority_fee_wei": 10, "nonce": 0} | changes))


def the_receipt(chain: FakeChain, transaction_hash: bytes) -> Receipt:
    (found,) = chain.receipts([transaction_hash])
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("told", "logged_units", "holds"),
    [
        ({}, [100], 100),
        ({"received": 99}, [100], 99),
        ({"received": 0}, [100], 0),
        ({"logged": False}, [], 100),
    ],
)
def test_a_deposit_arrives_as_it_is_told(fake: FakeChain, told: dict, logged_units: list[int], holds: int) -> None:
    transaction_hash = fake.deposit(TOKEN, ALICE, 100, **told)
    logs = fake.transfers([fake.mine()], [TOKEN])
    assert [log.units for log in logs] == logged_units
    assert all((log.sender, log.transaction_hash) == (OUTSIDER, transaction_hash) for log in logs)
    assert held(fake, ALICE) == holds


def test_two_deposits_in_one_transaction_are_two_logs(fake: FakeChain) -> None:
    both = [fake.deposit(TOKEN, ALICE, 5, transaction_hash=b"\x01" * 32) for _ in range(2)]
    logs = fake.transfers([fake.mine()], [TOKEN])
    assert [(log.units, log.log_index) for log in logs] == [(5, 0), (5, 1)]
    assert {log.transaction_hash for log in logs} == set(both)


def test_coin_arrives_without_a_log(fake: FakeChain) -> None:
    fake.deposit(None, ALICE, 7)
    assert fake.transfers([fake.mine()], [TOKEN]) == []
    assert held(fake, ALICE, None) == 7


@pytest.mark.parametrize(
    ("manners", "units", "holds"), [({"fee_percent": 10}, [50], 45), ({"returns_false": True}, [], 0)]
)
def test_a_token_has_its_manners(fake: FakeChain, manners: dict, units: list[int], holds: int) -> None:
    world = fake_world(fake)
    person = world.person(units=50)
    fake.add_token(world.token, **manners)
    sent = person.transfer(world.token, ALICE, 50)
    logs = fake.transfers([fake.mine()], [world.token])
    assert the_receipt(fake, sent).succeeded
    assert [log.units for log in logs] == units
    assert held(fake, ALICE, world.token) == holds


def test_other_code_has_another_hash(fake: FakeChain) -> None:
    before = fake.token_facts(TOKEN)
    fake.add_token(TOKEN, code=b"other")
    assert fake.token_facts(TOKEN).code_hash != before.code_hash


@pytest.mark.parametrize("keep", [True, False])
def test_a_reorg_orphans_what_it_replaces(fake: FakeChain, keep: bool) -> None:
    world = fake_world(fake)
    person = world.person()
    before = fake.head()
    fake.deposit(world.token, ALICE, 5)
    sent = person.pay(BOB, 3)
    orphans = [fake.mine(), fake.mine()]
    head = fake.reorg(2, keep_transactions=keep, keep_deposits=keep)
    assert head.number == orphans[-1].number
    stands = fake.blocks([block.number for block in orphans])
    assert not {block.hash for block in stands} & {block.hash for block in orphans}
    assert stands[0].parent_hash == before.hash
    assert held(fake, ALICE, world.token) == (5 if keep else 0)
    assert (fake.receipts([sent])[0] is not None, held(fake, BOB, None)) == ((True, 3) if keep else (False, 0))
    assert fake.waiting == []
    assert fake.transaction_count(person.address) == int(keep)
    with pytest.raises(ChainUnavailable):
        fake.transfers(orphans, [world.token])


def test_no_reorg_goes_below_the_first_block(fake: FakeChain) -> None:
    fake.mine(2)
    for depth in (0, 3):
        with pytest.raises(WrongState):
            fake.reorg(depth)


def test_a_lost_answer_is_taken_and_a_lost_request_is_not(fake: FakeChain) -> None:
    world = fake_world(fake)
    person = world.person()
    raw = payment(person).raw
    fake.lose_requests = 1
    assert (fake.broadcast([raw])[0].outcome, fake.waiting) == ("unknown", [])
    fake.lose_answers = 1
    assert fake.broadcast([raw])[0].outcome == "unknown"
    assert len(fake.waiting) == 1
    assert fake.broadcast([raw])[0].outcome == "accepted"
    fake.mine()
    assert fake.broadcast([raw])[0].outcome == "accepted"
    assert held(fake, BOB, None) == 1


def test_nobody_home(fake: FakeChain) -> None:
    block = fake.mine()
    fake.unreachable = True
    for ask in (
        fake.verify_chain_id,
        fake.head,
        fake.finalized,
        fake.priority_fee_wei,
        lambda: fake.blocks([0]),
        lambda: fake.transfers([block], [TOKEN]),
        lambda: fake.authorizations([block], [TOKEN]),
        lambda: fake.receipts([bytes(32)]),
        lambda: held(fake, ALICE),
        lambda: fake.token_facts(TOKEN),
        lambda: fake.transaction_count(ALICE),
        lambda: fake.estimate_gas([Call(to=BOB)], sender=ALICE),
    ):
        with pytest.raises(ChainUnavailable):
            ask()
    assert [said.outcome for said in fake.broadcast([b"", b""])] == ["unknown", "unknown"]
    fake.unreachable = False
    assert fake.head() == block


def test_what_waits_can_be_dropped_bumped_or_too_cheap(fake: FakeChain) -> None:
    world = fake_world(fake)
    person = world.person()
    cheap = payment(person, max_fee_wei=10**9)
    assert fake.broadcast([cheap.raw])[0].outcome == "accepted"
    fake.base_fee_wei = 10**9 + 1
    fake.mine()
    assert fake.waiting == [cheap.hash]
    for fees in ({"max_fee_wei": 2 * 10**9}, {"max_priority_fee_wei": 11}):
        said = fake.broadcast([payment(person, **({"max_fee_wei": 10**9} | fees)).raw])
        assert said[0].reason == "underpriced"
    bump = payment(person, max_fee_wei=11 * 10**8, max_priority_fee_wei=11)
    assert fake.broadcast([bump.raw])[0].outcome == "accepted"
    assert fake.waiting == [bump.hash]
    fake.drop(bump.hash)
    with pytest.raises(NotFound):
        fake.drop(bump.hash)
    fake.mine()
    assert fake.transaction_count(person.address) == 0


def test_gaps_wait_or_are_refused(fake: FakeChain) -> None:
    world = fake_world(fake)
    person = world.person()
    third, second, first = (payment(person, nonce=nonce) for nonce in (2, 1, 0))
    fake.refuse_gaps = True
    assert fake.broadcast([third.raw])[0].reason == "other: nonce too high"
    fake.refuse_gaps = False
    fake.broadcast([third.raw, second.raw])
    fake.mine()
    assert held(fake, BOB, None) == 0
    fake.broadcast([first.raw])
    fake.mine()
    assert held(fake, BOB, None) == 3


def test_the_whole_pool_must_be_paid_for(fake: FakeChain) -> None:
    world = fake_world(fake)
    person = world.person()
    said = fake.broadcast([payment(person, nonce=n, value_wei=6 * ETHER // 10).raw for n in range(2)])
    assert [word.reason for word in said] == ["", "insufficient_funds"]


def test_too_little_gas_fails_and_costs(fake: FakeChain) -> None:
    world = fake_world(fake)
    person = world.person(units=5)
    call = payment(
        person,
        max_fee_wei=10**9,
        max_priority_fee_wei=0,
        gas_limit=49_999,
        to=world.token.raw,
        data=erc20.transfer(ALICE, 5),
        value_wei=0,
    )
    fake.broadcast([call.raw])
    fake.mine()
    receipt = the_receipt(fake, call.hash)
    assert (receipt.succeeded, receipt.gas_used, receipt.fee_wei) == (False, 49_999, 49_999 * 10**9)
    assert held(fake, person.address, None) == ETHER - receipt.fee_wei
    assert held(fake, person.address, world.token) == 5


def told(script: list[tuple[str, int]]) -> list[Block]:
    """Play a script on a new chain and return its blocks."""
    chain = FakeChain()
    chain.add_token(TOKEN)
    for verb, number in script:
        if verb == "deposit":
            chain.deposit(TOKEN, ALICE, number)
        elif verb == "mine":
            chain.mine(number)
        elif chain.head().number >= number:
            chain.reorg(number)
    return chain.blocks(range(chain.head().number + 1))


steps = st.lists(st.tuples(st.sampled_from(["deposit", "mine", "reorg"]), st.integers(1, 4)), max_size=12)


@given(steps)
def test_the_same_script_makes_the_same_chain_and_every_block_its_own_hash(script: list[tuple[str, int]]) -> None:
    blocks = told(script)
    assert blocks == told(script)
    assert len({block.hash for block in blocks}) == len(blocks)
    for below, above in pairwise(blocks):
        assert (above.number, above.parent_hash) == (below.number + 1, below.hash)


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2), st.integers(0, 30)), max_size=8))
def test_tokens_and_coin_are_neither_made_nor_lost(payments: list[tuple[int, int, int]]) -> None:
    fake = FakeChain()
    world = fake_world(fake)
    people = [world.person(units=20) for _ in range(3)]
    hashes = []
    for payer, payee, units in payments:
        try:
            hashes.append(people[payer].transfer(world.token, people[payee].address, units))
        except WrongState:
            continue  # more than is there
        fake.mine()
    everyone = [person.address for person in people]
    assert sum(held(fake, who, world.token) for who in everyone) == 60
    fees = sum(the_receipt(fake, of).fee_wei for of in hashes)
    assert sum(held(fake, who, None) for who in everyone) == 3 * ETHER - fees


def test_a_person_without_coin_is_told_so() -> None:
    world = fake_world()
    wallet = OutsideWallet(chain=world.chain, key=new_key())
    with pytest.raises(WrongState, match="insufficient_funds"):
        wallet.pay(new_address(), 0)


def test_states_that_were_forgotten_are_not_told(fake: FakeChain) -> None:
    fake.deposit(TOKEN, ALICE, 5)
    fake.mine(6)
    fake.forget_states(2)
    asked = [Holding(address=ALICE, contract=TOKEN)]
    with pytest.raises(ChainUnavailable, match="forgotten"):
        fake.holdings(asked, fake.height - 2)
    assert fake.holdings(asked, fake.height - 1) == [5]
    assert fake.mined(1).transfers[0].units == 5
    fake.deposit(TOKEN, ALICE, 2)
    fake.mine()
    assert held(fake, ALICE) == 7


def test_a_receipt_leaves_with_its_block_and_comes_back_with_another(fake: FakeChain) -> None:
    wallet = OutsideWallet(chain=fake, key=new_key())
    fake.deposit(None, wallet.address, ETHER)
    fake.mine()
    paid = signed_payment(wallet)
    fake.broadcast([paid.raw])
    first = fake.mine()
    assert fake.receipts([paid.hash]) != [None]
    fake.reorg(1, keep_transactions=False)
    assert fake.receipts([paid.hash]) == [None]
    fake.broadcast([paid.raw])
    fake.mine()
    (receipt,) = fake.receipts([paid.hash])
    assert receipt is not None
    assert receipt.block_number == first.number + 1
