"""A reorg on a real anvil, so many blocks deep, with a payment out and a deposit in every state at once.

Block P carries what is to be final before the reorg; the blocks above it, as many as the reorg is deep, are orphaned.
With as many confirmations as that, P is final and the oldest orphaned block just not: the edge. With one less that
block is final too, and the reorg is beyond finality.

What anvil 1.7.1 does: `anvil_reorg` forgets the transactions of orphaned blocks, as a node does that lost its pool, and
puts those that it is given into the new ones; the pool stays as it is. `anvil_loadState` brings orphaned blocks back.
After some 700 blocks, made and set back, its reorg forgets contracts too: a call of the token then succeeds and does
nothing, which the harness sees, and the next depth has a new anvil.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from enum import StrEnum
from unittest.mock import patch

import tokenpay as tp
from tests.fixtures_chain import ANVIL_CHAIN_ID, new_address
from tests.properties.anvil_bank import RESEND_AFTER_S, START_UNITS, AnvilBank, Template
from tests.properties.money_checks import check_books
from tokenpay.money.address import Address
from tokenpay.operations import submit
from tokenpay.payments.payment import PaymentState as S
from tokenpay.steps import groups
from tokenpay.testing.simulator.power_cut import PowerCut, Steps


class PaymentIs(StrEnum):
    """Where a payment stands when the reorg comes, and what becomes of its transaction; in the order of nonces."""

    FINAL = "final"
    MOVED = "included in the oldest orphaned block, and in the newest one instead"
    GONE = "included in the oldest orphaned block, and forgotten"
    POOLED = "sent, in the node's pool"
    LOST = "sent, and lost by the node"
    SIGNED = "signed, and cut off before it was sent"
    ASSIGNED = "assigned, and cut off before it was signed"
    NOT_BEGUN = "not begun"


class DepositIs(StrEnum):
    """Where a deposit stands when the reorg comes, and what becomes of its transaction; in the order of nonces."""

    FINAL = "final"
    MOVED = "seen in the oldest orphaned block, and in the newest one instead"
    GONE = "seen in the oldest orphaned block, and gone"


class Then(StrEnum):
    """What the reorg leads to."""

    STAYS = "the new blocks stay"
    RETURNS = "the orphaned blocks come back"
    BEYOND = "beyond finality, until the orphaned blocks come back"


_INCLUDED = (PaymentIs.MOVED, PaymentIs.GONE)
_BEFORE = {
    PaymentIs.FINAL: S.FINAL,
    PaymentIs.MOVED: S.INCLUDED,
    PaymentIs.GONE: S.INCLUDED,
    PaymentIs.POOLED: S.SENT,
    PaymentIs.LOST: S.SENT,
    PaymentIs.SIGNED: S.SIGNED,
    PaymentIs.ASSIGNED: S.ASSIGNED,
    PaymentIs.NOT_BEGUN: S.CLEARED,
}
PAID_UNITS = {state: 70 + number for number, state in enumerate(PaymentIs)}
DEPOSIT_UNITS = {state: 30 + number for number, state in enumerate(DepositIs)}
_SEEN, _ORPHANED, _FINAL = tp.DepositState.SEEN, tp.DepositState.ORPHANED, tp.DepositState.FINAL


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    depth: int
    then: Then

    @property
    def confirmations(self) -> int:
        return self.depth - (self.then is Then.BEYOND)

    def __str__(self) -> str:
        return f"{self.depth} deep: {self.then}"


def cases(depths: Iterable[int]) -> Iterator[Case]:
    """Every depth, with each thing it may lead to."""
    for depth in depths:
        for then in Then:
            yield Case(depth=depth, then=then)


def live(template: Template, case: Case) -> None:
    """Live one case on a chain and a bank that are set back for it; an AssertionError says what is wrong."""
    with template.copy(confirmations=case.confirmations) as anvil:
        Reorg(anvil=anvil, case=case).live()


@dataclass(kw_only=True)
class Reorg:
    anvil: AnvilBank
    case: Case
    payees: dict[PaymentIs, Address] = field(default_factory=lambda: {state: new_address() for state in PaymentIs})
    _payments: dict[PaymentIs, str] = field(default_factory=dict)
    _deposited: dict[DepositIs, bytes] = field(default_factory=dict)
    _orphaned_blocks: str = ""
    _orphaned_head: bytes = b""

    def live(self) -> None:
        self._before()
        if self.case.then is Then.BEYOND:
            self._halts()
        else:
            self._is_followed()
        stays = self.case.then is Then.STAYS
        self._to_the_end()
        self._check_end({state for state in DepositIs if not (stays and state is DepositIs.GONE)})

    # Before

    def _before(self) -> None:
        anvil, case = self.anvil, self.case
        self._pay(PaymentIs.FINAL)
        self._turn()
        self._deposit(DepositIs.FINAL)
        anvil.mine()
        self._turn()
        for state in _INCLUDED:
            self._pay(state)
        self._turn()
        for deposit in (DepositIs.MOVED, DepositIs.GONE):
            self._deposit(deposit)
        anvil.mine(case.depth)
        self._turn()
        for state in (PaymentIs.POOLED, PaymentIs.LOST):
            self._pay(state)
        self._turn()
        dropped = "0x" + self._sent_hash(PaymentIs.LOST).hex()
        assert anvil.rpc.call("anvil_dropTransaction", dropped) == dropped
        for state in (PaymentIs.SIGNED, PaymentIs.ASSIGNED):
            self._pay(state)
        self._cut_at_signature(2)
        self._pay(PaymentIs.NOT_BEGUN)
        beyond = case.then is Then.BEYOND
        final = {state: S.FINAL for state in _INCLUDED} if beyond else {}
        assert self._states() == {**_BEFORE, **final}, self._states()
        above = [_FINAL if beyond else _SEEN]
        seen = self._seen()
        assert seen == {DepositIs.FINAL: [_FINAL], DepositIs.MOVED: above, DepositIs.GONE: above}, seen
        if case.then is not Then.STAYS:
            self._orphaned_head = anvil.chain.head().hash
            self._orphaned_blocks = anvil.rpc.call("anvil_dumpState", True)

    def _pay(self, state: PaymentIs) -> None:
        self.anvil.clock.advance(1)  # the oldest goes first
        paid = self.anvil.pay_out(self.payees[state], PAID_UNITS[state], key=f"out-{state.name}")
        self._payments[state] = paid.id

    def _deposit(self, state: DepositIs) -> None:
        contract, units = self.anvil.asset.contract, DEPOSIT_UNITS[state]
        assert contract is not None
        place = self.anvil.request(units, key=f"in-{state.name}")
        self._deposited[state] = self.anvil.payer.transfer(contract, place, units)

    def _cut_at_signature(self, number: int) -> None:
        """Cut the engine off before the second signature of a turn, and open the bank again.

        What was signed first is not sent by then, as when two engines are cut off, and what was to be signed has its
        nonce.
        """
        anvil, bank = self.anvil, self.anvil.bank
        steps = Steps(number, only="before sign_transactions")
        anvil.use(replace(bank, signer=steps.around(bank.signer)))
        with patch.object(groups, "TOGETHER", 1), patch.object(submit._Turn, "_send"):  # else both go together
            try:
                anvil.turn()
            except PowerCut:
                anvil.close()
                anvil.open()
            else:
                raise AssertionError("the engine was not cut off")

    def _sent_hash(self, state: PaymentIs) -> bytes:
        with self.anvil.bank.store.read() as uow:
            return uow.attempts.signed(self._payments[state])[-1].transaction_hash

    # The reorg

    def _reorganise(self) -> None:
        anvil = self.anvil
        moved = [self._sent_hash(PaymentIs.MOVED), self._deposited[DepositIs.MOVED]]
        newest = [[anvil.raw(hash), self.case.depth - 1] for hash in moved]
        was = anvil.chain.head()
        anvil.rpc.call("anvil_reorg", self.case.depth, newest)
        now = anvil.chain.head()
        assert (now.number, now.hash != was.hash) == (was.number, True)
        gone = [self._sent_hash(PaymentIs.GONE), self._deposited[DepositIs.GONE]]
        told = anvil.chain.receipts([*moved, *gone])
        there = [(receipt.block_hash, receipt.succeeded) if receipt else None for receipt in told]
        assert there == [(now.hash, True), (now.hash, True), None, None], there
        assert len(anvil.rpc.call("eth_getLogs", {"blockHash": "0x" + now.hash.hex()})) == len(moved), "no token"

    def _come_back(self) -> None:
        """The orphaned blocks are the chain again; the others go first, or anvil would keep both."""
        self.anvil.rpc.call("anvil_rollback", self.case.depth)
        self.anvil.rpc.call("anvil_loadState", self._orphaned_blocks)
        assert self.anvil.chain.head().hash == self._orphaned_head

    def _is_followed(self) -> None:
        """The first look takes back what is orphaned and sees what is there instead; nothing else has happened."""
        self._reorganise()
        self._turn()
        stays = {DepositIs.FINAL: [_FINAL], DepositIs.MOVED: [_ORPHANED, _SEEN], DepositIs.GONE: [_ORPHANED]}
        assert self._seen() == stays, self._seen()
        states = self._states()
        assert [states[state] for state in (PaymentIs.FINAL, *_INCLUDED)] == [S.FINAL, S.INCLUDED, S.SENT]
        self._check()
        if self.case.then is Then.RETURNS:
            self._come_back()
            self._turn()
            again = {DepositIs.FINAL: [_FINAL], DepositIs.MOVED: [_ORPHANED, _SEEN], DepositIs.GONE: [_SEEN]}
            assert self._seen() == again, self._seen()
            assert [self._states()[state] for state in _INCLUDED] == [S.INCLUDED, S.INCLUDED]
            self._check()

    def _halts(self) -> None:
        """The first look halts the chain; then nothing is sent or credited until two people let it go on."""
        anvil, books = self.anvil, self._books()
        self._reorganise()
        used = anvil.chain.transaction_count(anvil.treasury, pending=True)
        for _ in range(2):
            assert isinstance(anvil.turn().error, tp.Halted)
            (case,) = tp.list_cases(anvil.bank, by=anvil.sessions["ann"])
            assert case.kind is tp.CaseKind.CHAIN_HALTED
            anvil.clock.advance(RESEND_AFTER_S + 1)
        assert self._books() == books
        assert anvil.chain.transaction_count(anvil.treasury, pending=True) == used
        self._come_back()
        assert isinstance(anvil.turn().error, tp.Halted)
        tp.resolve_case(anvil.bank, case.id, resolution="the blocks are there again", by=anvil.sessions["ann"])
        tp.resume_chain(anvil.bank, ANVIL_CHAIN_ID, by=anvil.sessions["bob"])

    # The end

    def _to_the_end(self) -> None:
        """Let what the node lost be sent again, and make it all final."""
        for _ in range(2):
            self.anvil.clock.advance(RESEND_AFTER_S + 1)
            self._turn()
            self.anvil.mine()
        self._turn()
        self.anvil.mine(self.case.depth)
        self._turn()

    def _check_end(self, deposited: set[DepositIs]) -> None:
        """Each payment has left once, each deposit is credited once or not at all, and nothing is reserved."""
        anvil = self.anvil
        assert set(self._states().values()) == {S.FINAL}, self._states()
        held = {state: anvil.held(anvil.asset.contract, payee) for state, payee in self.payees.items()}
        assert held == PAID_UNITS, held
        assert len(anvil.receipts()) == len(PAID_UNITS)
        found = self._seen()
        assert {state for state, of in found.items() if _FINAL in of} == deposited, found
        assert all(of.count(_FINAL) <= 1 and _SEEN not in of for of in found.values()), found
        (has,) = tp.balances(anvil.bank, anvil.customer, by=anvil.sessions["tom"])
        credited = sum(DEPOSIT_UNITS[state] for state in deposited)
        assert has.units == START_UNITS - sum(PAID_UNITS.values()) + credited
        assert self._pending() == 0
        assert tp.list_cases(anvil.bank, by=anvil.sessions["ann"]) == []
        self._check()

    # What is looked at

    def _turn(self) -> None:
        error = self.anvil.turn().error
        if error is not None:
            raise error

    def _check(self) -> None:
        check_books(self.anvil)
        assert tp.reconcile(self.anvil.bank, by=self.anvil.sessions["ann"]).holds

    def _states(self) -> dict[PaymentIs, tp.PaymentState]:
        with self.anvil.bank.store.read() as uow:
            found = {payment.id: payment.state for payment in uow.payments.find(limit=100)}
        return {state: found[id] for state, id in self._payments.items()}

    def _seen(self) -> dict[DepositIs, list[tp.DepositState]]:
        """The states of what was seen of each deposit, a sighting for each block it was in."""
        with self.anvil.bank.store.read() as uow:
            found = uow.deposits.find(chain_id=ANVIL_CHAIN_ID)
        return {
            state: sorted(deposit.state for deposit in found if deposit.amount.units == units)
            for state, units in DEPOSIT_UNITS.items()
        }

    def _pending(self) -> int:
        with self.anvil.bank.store.read() as uow:
            return sum(account.debits_pending + account.credits_pending for account in uow.ledger.accounts())

    def _books(self) -> tuple[object, ...]:
        """All that stands in the ledger, and where the payments and deposits stand."""
        with self.anvil.bank.store.read() as uow:
            return uow.ledger.accounts(), self._states(), self._seen()
