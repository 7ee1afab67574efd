"""What the books make of tokens that are not as they should be, each a real contract on a real anvil.

docs/concepts/odd_tokens.md says it in words, a line for each test.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

import pytest

import tokenpay as tp
from tests.fixtures_chain import ANVIL_CHAIN_ID, code_of, new_address, running_anvil
from tests.properties.anvil_bank import ANVIL_OPTIONS, RESEND_AFTER_S, START_UNITS, AnvilBank, Template, founded
from tokenpay.ethereum.abi import address_word, selector, uint_word
from tokenpay.operations.assets import CHECK_EVERY_S

ODD = (
    "BlockListToken",
    "FalseToken",
    "FeeToken",
    "Forger",
    "HookToken",
    "LyingToken",
    "PausingToken",
    "RebasingToken",
    "SilentToken",
    "ToldFeeToken",
)
KEEPS, SENDS_HALF_BACK, REFUSES, BURNS_ALL_GAS = range(4)
ON = uint_word(1)


@dataclass(kw_only=True)
class Odd:
    """A bank with an odd token in use, and what its people see."""

    anvil: AnvilBank
    token: tp.Asset

    def happens(self, function: str, *words: bytes, at: tp.Address | None = None) -> None:
        """Call the token's contract, or another, in a block of its own."""
        contract = at or self.token.contract
        assert contract is not None
        self.anvil.payer.call(contract, selector(function) + b"".join(words))
        self.anvil.mine()

    def deployed(self, name: str) -> tp.Address:
        """Create another contract in a block of its own, and return where it is."""
        address = self.anvil.payer.deploy(code_of(name))
        self.anvil.mine()
        return address

    def comes(self, units: int, *, key: str) -> tp.Address:
        """Let somebody pay a request of the customer; returns where it came."""
        asked = self.anvil.request(units, key=key, asset=self.token)
        self.gives(asked, units)
        self.turn()
        return asked

    def gives(self, recipient: tp.Address, units: int) -> None:
        self.happens("transfer(address,uint256)", address_word(recipient), uint_word(units))

    def endow(self) -> None:
        """Give the customer START_UNITS, and the treasury as many of the bank's own."""
        self.gives(self.anvil.treasury, START_UNITS)
        self.comes(START_UNITS, key="endow")
        tp.recognise_holding(self.anvil.bank, asset_id=self.token.id, by=self.anvil.sessions["ann"])
        assert (self.has(), self.differs()) == (START_UNITS, {})

    def turn(self) -> None:
        assert self.anvil.turn().error is None

    def sent(self, recipient: tp.Address, units: int) -> str:
        """Pay out so much, to the node's pool; returns the payment's id."""
        payment = self.anvil.pay_out(recipient, units, key=f"out {recipient}", asset=self.token)
        self.turn()
        assert self.payment(payment.id).state is tp.PaymentState.SENT
        return payment.id

    def ended(self, payment_id: str) -> tp.Payment:
        """The payment after one block more, which is final."""
        self.anvil.mine()
        self.turn()
        return self.payment(payment_id)

    def paid(self, recipient: tp.Address, units: int) -> tp.Payment:
        return self.ended(self.sent(recipient, units))

    def meanwhile(self, function: str, *words: bytes, at: tp.Address | None = None) -> None:
        """Let a call come before what waits in the node's pool, which forgets it: the engine sends it again."""
        self.anvil.rpc.call("anvil_dropAllTransactions")
        self.happens(function, *words, at=at)
        self.anvil.clock.advance(RESEND_AFTER_S + 1)
        self.turn()

    def payment(self, payment_id: str) -> tp.Payment:
        return tp.get_payment(self.anvil.bank, payment_id, by=self.anvil.sessions["tom"])

    def has(self) -> int:
        """What the customer has of the token."""
        held = tp.balances(self.anvil.bank, self.anvil.customer, by=self.anvil.sessions["tom"])
        return sum(amount.units for amount in held if amount.asset == self.token)

    def holds(self, who: tp.Address) -> int:
        return self.anvil.held(self.token.contract, who)

    def differs(self) -> dict[str, int]:
        """Where the chain has another amount of the token than the books, and by how much."""
        proof = tp.reconcile(self.anvil.bank, by=self.anvil.sessions["ann"])
        assert all(total.balances for total in proof.totals)
        lines = (line for line in proof.custody if line.asset_id == self.token.id and not line.agrees)
        return {line.address: line.chain_units - line.ledger_units for line in lines}

    def cases(self) -> list[tuple[tp.CaseKind, str]]:
        return [(case.kind, case.note) for case in tp.list_cases(self.anvil.bank, by=self.anvil.sessions["ann"])]

    def in_use(self) -> bool:
        (found,) = (known for known in tp.list_assets(self.anvil.bank) if known.asset == self.token)
        return found.active


@pytest.fixture(scope="module")
def template(anvil_binary: Path) -> Iterator[Template]:
    with running_anvil(anvil_binary, *ANVIL_OPTIONS) as url, founded(url, odd=ODD) as made:
        yield made


@pytest.fixture
def odd(template: Template, request: pytest.FixtureRequest) -> Iterator[Odd]:
    copy: AbstractContextManager[AnvilBank] = template.copy(confirmations=0)
    with copy as anvil:
        yield Odd(anvil=anvil, token=anvil.odd[request.param])


def of(contract: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("odd", [contract], indirect=True)


@of("SilentToken")
def test_a_token_that_returns_nothing_is_one_like_others(odd: Odd) -> None:
    odd.endow()
    payee = new_address()
    assert odd.paid(payee, 1_000).state is tp.PaymentState.FINAL
    assert (odd.holds(payee), odd.has(), odd.differs()) == (1_000, START_UNITS - 1_000, {})


@of("FalseToken")
def test_a_transfer_that_says_false_has_paid_nobody(odd: Odd) -> None:
    odd.endow()
    payee = new_address()
    odd.happens("refuse(bool)", ON)
    failed = odd.paid(payee, 1_000)
    assert [reason.code for reason in failed.reasons] == ["chain.nothing_moved"]
    assert (failed.state, odd.holds(payee), odd.has(), odd.differs()) == (tp.PaymentState.FAILED, 0, START_UNITS, {})


@of("FalseToken")
def test_a_deposit_that_was_refused_with_false_is_none(odd: Odd) -> None:
    odd.happens("refuse(bool)", ON)
    odd.comes(1_000, key="asked")
    assert (odd.has(), odd.cases(), odd.differs()) == (0, [], {})


@of("FeeToken")
def test_what_a_fee_left_of_a_deposit_waits_under_a_case(odd: Odd) -> None:
    asked = odd.comes(1_000, key="asked")
    assert (odd.has(), odd.holds(asked), odd.differs()) == (0, 990, {})
    assert odd.cases() == [(tp.CaseKind.UNMATCHED_DEPOSIT, "the token's logs are not what the balance changed by")]


@of("FeeToken")
def test_a_fee_that_is_not_told_of_a_payment_is_between_the_payee_and_the_token(odd: Odd) -> None:
    odd.happens("waive(bool)", ON)
    odd.endow()
    odd.happens("waive(bool)", uint_word(0))
    payee = new_address()
    payment = odd.paid(payee, 1_000)
    assert (payment.state, odd.holds(payee), odd.has()) == (tp.PaymentState.FINAL, 990, START_UNITS - 1_000)
    assert (odd.cases(), odd.in_use(), odd.differs()) == ([], True, {})


@of("ToldFeeToken")
def test_a_fee_that_is_told_leaves_a_request_paid_in_part(odd: Odd) -> None:
    odd.comes(1_000, key="asked")
    assert (odd.has(), odd.cases(), odd.differs()) == (990, [], {})


@of("ToldFeeToken")
def test_a_fee_that_is_told_of_a_payment_freezes_the_token(odd: Odd) -> None:
    odd.gives(odd.anvil.treasury, START_UNITS)
    odd.comes(START_UNITS, key="endow")
    tp.recognise_holding(odd.anvil.bank, asset_id=odd.token.id, by=odd.anvil.sessions["ann"])
    before, payee = odd.has(), new_address()
    payment = odd.paid(payee, 1_000)
    assert (payment.state, odd.holds(payee), before - odd.has()) == (tp.PaymentState.FINAL, 990, 1_000)
    told = f"of 1000 units it moved 1000, and 990 came, in payment {payment.id}"
    assert (odd.cases(), odd.in_use(), odd.differs()) == ([(tp.CaseKind.ASSET_CHANGED, told)], False, {})


@of("Forger")
def test_a_log_without_money_credits_nobody(odd: Odd) -> None:
    odd.comes(1_000, key="asked")
    assert (odd.has(), odd.differs()) == (0, {})
    assert odd.cases() == [(tp.CaseKind.UNMATCHED_DEPOSIT, "the token's logs are not what the balance changed by")]


@of("SilentToken")
def test_a_log_of_another_contract_is_not_the_tokens(odd: Odd) -> None:
    forger = odd.deployed("Forger")
    odd.anvil.mine()
    asked = odd.anvil.request(1_000, key="asked", asset=odd.token)
    payer = address_word(odd.anvil.payer.address)
    odd.happens("forge(address,address,uint256)", payer, address_word(asked), uint_word(1_000), at=forger)
    watched = odd.anvil.turn().watched
    assert watched is not None
    assert (watched.deposits, odd.has(), odd.differs()) == (0, 0, {})


@of("FalseToken")
def test_a_log_of_another_contract_beside_a_payment_pays_nobody(odd: Odd) -> None:
    odd.endow()
    forger, payee = odd.deployed("Forger"), new_address()
    odd.happens("refuse(bool)", ON)
    payment_id = odd.sent(payee, 1_000)
    treasury = address_word(odd.anvil.treasury)
    odd.happens("forge(address,address,uint256)", treasury, address_word(payee), uint_word(1_000), at=forger)
    odd.turn()
    failed = odd.payment(payment_id)
    assert [reason.code for reason in failed.reasons] == ["chain.nothing_moved"]
    assert (failed.state, odd.has(), odd.differs()) == (tp.PaymentState.FAILED, START_UNITS, {})


@of("LyingToken")
def test_a_payment_that_was_logged_and_not_made_leaves_the_treasury_with_more_than_the_books(odd: Odd) -> None:
    odd.endow()
    payee = new_address()
    odd.happens("lie(bool)", ON)
    payment = odd.paid(payee, 1_000)
    assert (payment.state, odd.holds(payee)) == (tp.PaymentState.FINAL, 0)
    assert odd.differs() == {odd.anvil.treasury.text: 1_000}


@of("PausingToken")
def test_what_a_paused_token_would_not_move_waits_with_a_case(odd: Odd) -> None:
    odd.endow()
    odd.happens("pause(bool)", ON)
    payment = odd.anvil.pay_out(new_address(), 1_000, key="out", asset=odd.token)
    odd.turn()
    assert odd.payment(payment.id).state is tp.PaymentState.CLEARED
    assert odd.cases() == [(tp.CaseKind.PAYMENT_STUCK, "the call would fail on the chain: execution reverted: paused")]
    odd.happens("pause(bool)", uint_word(0))
    odd.turn()
    assert odd.ended(payment.id).state is tp.PaymentState.FINAL
    assert (odd.has(), odd.differs()) == (START_UNITS - 1_000, {})


@of("PausingToken")
def test_what_was_sent_and_then_paused_fails_and_is_the_payers_again(odd: Odd) -> None:
    odd.endow()
    payment_id = odd.sent(new_address(), 1_000)
    odd.meanwhile("pause(bool)", ON)
    failed = odd.ended(payment_id)
    assert [reason.code for reason in failed.reasons] == ["chain.reverted"]
    assert (odd.has(), odd.differs(), odd.in_use()) == (START_UNITS, {}, True)


@of("BlockListToken")
@pytest.mark.parametrize("listed", ["payee", "treasury"])
def test_whom_the_issuer_blocks_is_not_paid_and_does_not_pay(odd: Odd, listed: str) -> None:
    odd.endow()
    payee = new_address()
    blocked = odd.anvil.treasury if listed == "treasury" else payee
    odd.happens("list(address,bool)", address_word(blocked), ON)
    payment = odd.anvil.pay_out(payee, 1_000, key="out", asset=odd.token)
    odd.turn()
    assert odd.payment(payment.id).state is tp.PaymentState.CLEARED
    assert odd.cases() == [(tp.CaseKind.PAYMENT_STUCK, "the call would fail on the chain: execution reverted: listed")]
    tp.cancel(odd.anvil.bank, payment.id, by=odd.anvil.sessions["ann"])
    assert (odd.has(), odd.differs()) == (START_UNITS, {})


@of("BlockListToken")
def test_a_deposit_is_credited_while_the_treasury_is_blocked(odd: Odd) -> None:
    odd.happens("list(address,bool)", address_word(odd.anvil.treasury), ON)
    odd.comes(1_000, key="asked")
    assert (odd.has(), odd.cases(), odd.differs()) == (1_000, [], {})


@of("RebasingToken")
def test_a_token_that_shrinks_pays_nobody_with_what_is_others(odd: Odd) -> None:
    odd.endow()
    odd.happens("rebase(uint256)", uint_word(90))
    odd.anvil.clock.advance(CHECK_EVERY_S)
    odd.turn()  # the block is settled,
    odd.anvil.clock.advance(CHECK_EVERY_S)
    odd.turn()  # and now the treasury is compared there
    (case,) = odd.cases()
    assert case[0] is tp.CaseKind.ASSET_CHANGED
    assert case[1].startswith("the treasury holds 4500 units")
    assert not odd.in_use()
    refused = tp.pay(
        odd.anvil.bank,
        debtor=f"customer/{odd.anvil.customer}",
        creditor=new_address().caip10(ANVIL_CHAIN_ID),
        amount=tp.Amount(odd.token, 1_000),
        by=odd.anvil.sessions["tom"],
        key="out",
    )
    assert isinstance(refused, tp.Refusal)
    assert set(odd.differs().values()) == {-500}


@of("RebasingToken")
def test_a_token_that_grows_is_a_difference_until_it_is_recognised(odd: Odd) -> None:
    odd.endow()
    odd.happens("rebase(uint256)", uint_word(110))
    odd.turn()
    odd.anvil.clock.advance(CHECK_EVERY_S)
    odd.turn()
    assert (set(odd.differs().values()), odd.cases(), odd.in_use()) == ({500}, [], True)
    tp.recognise_holding(odd.anvil.bank, asset_id=odd.token.id, by=odd.anvil.sessions["ann"])
    assert odd.anvil.treasury.text not in odd.differs()


@of("RebasingToken")
@pytest.mark.parametrize("percent", [90, 110])
def test_a_deposit_in_the_block_of_a_change_waits_under_a_case(odd: Odd, percent: int) -> None:
    odd.comes(1_000, key="before")
    address = odd.anvil.request(1_000, key="asked", asset=odd.token)
    contract = odd.token.contract
    assert contract is not None
    odd.anvil.payer.transfer(contract, address, 1_000)
    odd.anvil.payer.call(contract, selector("rebase(uint256)") + uint_word(percent))
    odd.anvil.mine()
    odd.turn()
    assert odd.has() == 1_000
    assert odd.cases() == [(tp.CaseKind.UNMATCHED_DEPOSIT, "the token's logs are not what the balance changed by")]
    assert odd.differs().get(address.text, 0) >= 0


@of("HookToken")
@pytest.mark.parametrize("does", [KEEPS, SENDS_HALF_BACK])
def test_what_a_payee_sends_back_at_once_is_paid_and_stands_as_a_difference(odd: Odd, does: int) -> None:
    odd.endow()
    payee = odd.deployed("HookPayee")
    odd.happens("does(uint256)", uint_word(does), at=payee)
    payment = odd.paid(payee, 1_000)
    assert (payment.state, odd.has()) == (tp.PaymentState.FINAL, START_UNITS - 1_000)
    assert odd.differs() == ({odd.anvil.treasury.text: 500} if does == SENDS_HALF_BACK else {})
    assert odd.in_use()


@of("HookToken")
@pytest.mark.parametrize("does", [REFUSES, BURNS_ALL_GAS])
def test_a_payee_that_breaks_the_payment_costs_no_more_than_the_gas_that_was_reserved(odd: Odd, does: int) -> None:
    odd.endow()
    payee = odd.deployed("HookPayee")
    odd.anvil.mine()
    odd.turn()
    payment_id = odd.sent(payee, 1_000)
    odd.meanwhile("does(uint256)", uint_word(does), at=payee)
    failed = odd.ended(payment_id)
    assert [reason.code for reason in failed.reasons] == ["chain.reverted"]
    assert (odd.has(), odd.differs()) == (START_UNITS, {})
