"""The ledger under any sequence of transfers: it balances, nothing is overdrawn, and a refusal changes nothing."""

from hypothesis import settings, strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from tokenpay.errors import InsufficientFunds
from tokenpay.ledger.account import Account
from tokenpay.ledger.chart import AccountKind
from tokenpay.ledger.transfer import Movement, Transfer, TransferState, post, post_pending, reserve, void

OWED = {AccountKind.CUSTOMER, AccountKind.SUSPENSE, AccountKind.BLOCKED}
HELD = {AccountKind.CUSTODY, AccountKind.DRAWER, AccountKind.VAULT}
ASSETS = ("iso4217:EUR", "iso4217:USD")
OPENED = [Account(kind=kind, owner=owner, asset_id=asset) for kind in AccountKind for owner in "XY" for asset in ASSETS]
PAIRS = [(a.id, b.id) for a in OPENED for b in OPENED if a.asset_id == b.asset_id and a.id != b.id]
UNITS = st.integers(min_value=1, max_value=50) | st.sampled_from([2**255, 2**256 - 1])
# Money has to come in before much can go out.
FUNDING = [pair for pair in PAIRS if pair[0].startswith("custody") and pair[1].startswith(("funding", "customer"))]


class Ledger(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.accounts = {account.id: account for account in OPENED}
        self.transfers: dict[str, Transfer] = {}

    def new(self, pair: tuple[str, str], units: int) -> Transfer:
        debit, credit = pair
        return Transfer(
            id=str(len(self.transfers)),
            debit=debit,
            credit=credit,
            asset_id=self.accounts[debit].asset_id,
            units=units,
            state=TransferState.PENDING,
            created_at_s=0,
        )

    def take(self, moved: Movement) -> None:
        self.transfers[moved.transfer.id] = moved.transfer
        for account in (moved.debit, moved.credit):
            self.accounts[account.id] = account

    def pending(self) -> list[Transfer]:
        return [transfer for transfer in self.transfers.values() if transfer.state is TransferState.PENDING]

    def sides(self, transfer: Transfer) -> tuple[Account, Account]:
        return self.accounts[transfer.debit], self.accounts[transfer.credit]

    @rule(pair=st.sampled_from(PAIRS) | st.sampled_from(FUNDING), units=UNITS, at_once=st.booleans())
    def enter(self, pair: tuple[str, str], units: int, at_once: bool) -> None:
        transfer = self.new(pair, units)
        debit, credit = self.sides(transfer)
        try:
            self.take((post if at_once else reserve)(transfer, debit, credit))
        except InsufficientFunds:
            # Only the side that is lowered, and bounded, can be why.
            lowered = [debit.available_units if debit.kind in OWED else None]
            lowered.append(credit.available_units if credit.kind in HELD else None)
            assert any(available is not None and available < units for available in lowered)

    @rule(data=st.data())
    def post_one(self, data: st.DataObject) -> None:
        if waiting := self.pending():
            transfer = data.draw(st.sampled_from(waiting))
            units = data.draw(st.none() | st.integers(min_value=1, max_value=transfer.units))
            self.take(post_pending(transfer, *self.sides(transfer), units))

    @rule(data=st.data())
    def void_one(self, data: st.DataObject) -> None:
        if waiting := self.pending():
            transfer = data.draw(st.sampled_from(waiting))
            self.take(void(transfer, *self.sides(transfer)))

    @invariant()
    def debits_equal_credits(self) -> None:
        for asset in ASSETS:
            held = [account for account in self.accounts.values() if account.asset_id == asset]
            assert sum(a.debits_posted for a in held) == sum(a.credits_posted for a in held)
            assert sum(a.debits_pending for a in held) == sum(a.credits_pending for a in held)
            assert sum(a.debits_posted for a in held) == sum(
                transfer.posted_units for transfer in self.transfers.values() if transfer.asset_id == asset
            )

    @invariant()
    def nothing_is_overdrawn(self) -> None:
        assert all((account.available_units or 0) >= 0 for account in self.accounts.values())
        bounded = [account for account in self.accounts.values() if account.kind in OWED | HELD]
        assert all(account.posted_units >= 0 for account in bounded)

    @invariant()
    def what_is_pending_is_what_waits(self) -> None:
        for account in self.accounts.values():
            waiting = self.pending()
            assert account.debits_pending == sum(t.units for t in waiting if t.debit == account.id)
            assert account.credits_pending == sum(t.units for t in waiting if t.credit == account.id)

    def teardown(self) -> None:
        for transfer in self.pending():
            self.take(void(transfer, *self.sides(transfer)))
        assert all(a.debits_pending == a.credits_pending == 0 for a in self.accounts.values())


Ledger.TestCase.settings = settings(stateful_step_count=40)
TestLedger = Ledger.TestCase
