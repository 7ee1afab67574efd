"""A bank under everything that can happen to it, in any order: the state machine behind test_money_machine."""

from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack, suppress
from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, invariant, multiple, rule

from tests.properties.money_checks import check_books
from tests.properties.shaky_line import ShakyLine
from tests.properties.small_bank import CHAIN_ID, COIN, CONFIRMATIONS, DEUR, ETHER, LIMITS, TOKEN, Template, units
from tokenpay.errors import ChainUnavailable, InvalidInput, NotPermitted, WrongState
from tokenpay.ethereum.grants.authorization import Authorization, calldata
from tokenpay.ethereum.grants.grant import Signed, sign as sign_authorization
from tokenpay.ethereum.transaction import DynamicFeeTransaction, sign
from tokenpay.ledger.account import Account
from tokenpay.money.address import Address
from tokenpay.operations.approve import approve
from tokenpay.operations.cancel import cancel
from tokenpay.operations.collect import collect
from tokenpay.operations.customers import enrol_customer, freeze_customer, unfreeze_customer
from tokenpay.operations.issue_request import cancel_request, issue_request
from tokenpay.operations.pay import pay
from tokenpay.operations.read import get_payment, list_cases, payment_of_key
from tokenpay.operations.recognise_holding import recognise_holding
from tokenpay.operations.reconcile import reconcile
from tokenpay.operations.refund import refund
from tokenpay.operations.refuse import refuse
from tokenpay.operations.reverse import reverse
from tokenpay.operations.sweep import sweep
from tokenpay.parties.session import Session
from tokenpay.payments.intent import Party
from tokenpay.payments.payment import ENDED, UNSENT, Payment, PaymentState, Refusal
from tokenpay.primitives.keccak import keccak256
from tokenpay.primitives.secp256k1 import PrivateKey
from tokenpay.requests.payment_request import PaymentRequest, Terms

EDGES = (1, LIMITS.alone_units, LIMITS.alone_units + 1, LIMITS.payment_units, LIMITS.payment_units + 1)
AMOUNTS = st.sampled_from(EDGES) | st.integers(1, 1_200)
PAYER = PrivateKey.from_bytes(keccak256(b"payer"))
CARRIER = PrivateKey.from_bytes(keccak256(b"carrier"))


def address_of(key: PrivateKey) -> Address:
    return Address(key.public_key.address_bytes())


class MoneyMachine(RuleBasedStateMachine):
    """Rules act as tellers, supervisors, payers, miners, thieves and a bad line; `check_books` follows each."""

    template: ClassVar[Template]
    seen: ClassVar[Counter[str]] = Counter()
    requests: Bundle[PaymentRequest] = Bundle("requests")
    payments: Bundle[str] = Bundle("payments")
    grants: Bundle[Signed[Authorization]] = Bundle("grants")

    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()
        self.small = self.stack.enter_context(self.template.copy())
        self.small.port = self.line = ShakyLine(self.small.chain)
        self.small.reopen()
        self.keys = 0
        self.said: list[tuple[str, Callable[[str], Any], str]] = []
        """(key, the call, the id it answered with) of every call that was answered."""
        self.answered: dict[str, PaymentState] = {}

    def teardown(self) -> None:
        try:
            self.come_to_rest()
        finally:
            self.stack.close()

    def come_to_rest(self) -> None:
        """Whatever happened: once the line and the chain are well, everything that left ends and the books hold."""
        self.line.calls_left, self.small.chain.unreachable = None, False
        self.small.chain.lose_answers = self.small.chain.lose_requests = 0
        self.small.chain.base_fee_wei = 10**9
        self.small.sign_in()
        for _ in range(8):
            self.small.clock.advance(200)  # past every resend and bump
            self.turn_well()
            self.small.mine()
        self.turn_well()
        check_books(self.small)
        for asset in (DEUR, COIN):
            assert recognise_holding(self.small.bank, asset_id=asset.id, by=self.by("ann")) == 0
        self.count()
        with self.small.bank.store.read() as uow:
            left = [payment for payment in uow.payments.find() if payment.state not in ENDED]
        assert all(payment.state in UNSENT for payment in left), left

    def count(self) -> None:
        """Note what became of everything, so that a run can say what it has seen."""
        with self.small.bank.store.read() as uow:
            for payment in uow.payments.find(limit=10**6):
                self.seen[f"{payment.intent.rail} {payment.intent.purpose} {payment.state}"] += 1
            for deposit in uow.deposits.find(limit=10**6):
                self.seen[f"deposit {deposit.state} {deposit.outcome or ''}".strip()] += 1
            for case in uow.cases.all(open_only=False):
                self.seen[f"case {case.kind}"] += 1

    def turn_well(self) -> None:
        errors = [chain.error for chain in self.small.turn().chains]
        assert errors == [None], errors
        assert reconcile(self.small.bank, by=self.by("ann")).holds

    # --- what people say, and say again

    def say(self, call: Callable[[str], Any]) -> Any:
        """Make a call under a new key and remember what it answered."""
        self.keys += 1
        key = f"key-{self.keys}"
        answer = call(key)
        if isinstance(answer, Refusal):
            assert payment_of_key(self.small.bank, key, by=self.by("tom")) is None
            return answer
        self.said.append((key, call, answer.id))
        if isinstance(answer, Payment):
            self.answered[answer.id] = answer.state
        return answer

    def paid(self, call: Callable[[str], Payment | Refusal]) -> Any:
        answer = self.say(call)
        return multiple() if isinstance(answer, Refusal) else answer.id

    def by(self, name: str) -> Session:
        return self.small.sessions[name]

    @rule(data=st.data())
    def say_again(self, data: st.DataObject) -> None:
        """The same key and content give the same payment, and nothing moves."""
        if not self.said:
            return
        key, call, id = self.said[data.draw(st.integers(0, len(self.said) - 1))]
        before = self.accounts()
        assert call(key).id == id
        assert self.accounts() == before

    def accounts(self) -> list[Account]:
        with self.small.bank.store.read() as uow:
            return uow.ledger.accounts()

    # --- at the counter

    @rule(number=st.integers(0, 9))
    def enrol(self, number: int) -> None:
        if len(self.small.customers) < 4:
            customer = self.say(
                lambda key: enrol_customer(self.small.bank, name=f"N{number}", by=self.by("tom"), key=key)
            )
            self.small.customers.append(customer.id)

    @initialize(target=requests)
    def ask_first(self) -> Any:
        return self.ask_for(0, 50, Terms.PARTS, 3_600)

    @rule(
        target=requests,
        who=st.integers(0, 3),
        amount=st.none() | AMOUNTS,
        terms=st.sampled_from(Terms),
        expires_in_s=st.sampled_from((60, 900, 86_400)),
    )
    def ask(self, who: int, amount: int | None, terms: Terms, expires_in_s: int) -> Any:
        return self.ask_for(who, amount, terms, expires_in_s)

    def ask_for(self, who: int, amount: int | None, terms: Terms, expires_in_s: int) -> Any:
        payee = self.customer(who)
        if amount is None and terms is Terms.EXACT:
            return multiple()
        try:
            return self.say(
                lambda key: issue_request(
                    self.small.bank,
                    payee=payee,
                    asset=DEUR,
                    amount=None if amount is None else units(amount),
                    by=self.by("tom"),
                    key=key,
                    terms=terms,
                    expires_in_s=expires_in_s,
                )
            )
        except WrongState:
            return multiple()  # the payee is frozen

    def customer(self, who: int) -> str:
        return self.small.customers[who % len(self.small.customers)]

    @rule(target=payments, debtor=st.integers(0, 3), creditor=st.integers(0, 3), amount=AMOUNTS)
    def pay_in_the_books(self, debtor: int, creditor: int, amount: int) -> Any:
        payer, payee = self.customer(debtor), self.customer(creditor)
        if payer == payee:
            return multiple()
        return self.paid(lambda key: self.pay(f"customer/{payer}", f"customer/{payee}", amount, key))

    @rule(target=payments, debtor=st.integers(0, 3), request=requests, change=st.integers(-1, 1))
    def pay_a_request(self, debtor: int, request: PaymentRequest, change: int) -> Any:
        payer = f"customer/{self.customer(debtor)}"
        amount = (request.amount.units if request.amount else 40) + change
        if payer == request.payee or amount < 1:
            return multiple()
        return self.paid(lambda key: self.pay(payer, request.payee, amount, key, request.id))

    @rule(target=payments, debtor=st.integers(0, 3), amount=AMOUNTS)
    def pay_out(self, debtor: int, amount: int) -> Any:
        payer = f"customer/{self.customer(debtor)}"
        outsider = Address(keccak256(f"outsider {self.keys}".encode())[:20]).caip10(CHAIN_ID)
        return self.paid(lambda key: self.pay(payer, outsider, amount, key))

    def pay(self, debtor: str, creditor: str, amount: int, key: str, request_id: str = "") -> Payment | Refusal:
        return pay(
            self.small.bank,
            debtor=debtor,
            creditor=creditor,
            amount=units(amount),
            by=self.by("tom"),
            key=key,
            request_id=request_id,
        )

    @rule(payment_id=payments, who=st.sampled_from(("ann", "bob")))
    def let_go(self, payment_id: str, who: str) -> None:
        with suppress(WrongState, NotPermitted):
            approve(self.small.bank, payment_id, by=self.by(who))

    @rule(payment_id=payments, verb=st.sampled_from((cancel, refuse)))
    def stop(self, payment_id: str, verb: Callable[..., Payment]) -> None:
        reason = {"reason": "no"} if verb is refuse else {}
        with suppress(WrongState):
            verb(self.small.bank, payment_id, by=self.by("bob"), **reason)

    @rule(target=payments, payment_id=payments, amount=AMOUNTS)
    def pay_back(self, payment_id: str, amount: int) -> Any:
        to = get_payment(self.small.bank, payment_id, by=self.by("bob")).intent.debtor
        try:
            return self.paid(lambda key: self.refund(payment_id, to, amount, key))
        except (WrongState, InvalidInput):
            return multiple()

    @rule(target=payments, who=st.integers(0, 3), amount=AMOUNTS, number=st.integers(0, 9))
    def pay_back_suspense(self, who: int, amount: int, number: int) -> Any:
        cases = list_cases(self.small.bank, by=self.by("bob"))
        if not cases:
            return multiple()
        case, to = cases[number % len(cases)].id, f"customer/{self.customer(who)}"
        return self.paid(lambda key: self.refund(case, to, amount, key))

    def refund(self, of: str, to: Party | str, amount: int, key: str) -> Payment | Refusal:
        return refund(self.small.bank, of=of, to=to, amount=units(amount), by=self.by("bob"), key=key)

    @rule(target=payments, payment_id=payments)
    def undo(self, payment_id: str) -> Any:
        try:
            return self.paid(lambda key: reverse(self.small.bank, payment_id, by=self.by("ann"), key=key))
        except WrongState:
            return multiple()

    @rule(who=st.integers(0, 3), frozen=st.booleans())
    def freeze(self, who: int, frozen: bool) -> None:
        verb = freeze_customer if frozen else unfreeze_customer
        verb(self.small.bank, self.customer(who), reason="r", by=self.by("ann"))

    @rule(request=consumes(requests))
    def stop_asking(self, request: PaymentRequest) -> None:
        with suppress(WrongState):
            cancel_request(self.small.bank, request.id, by=self.by("tom"))

    @rule(asset=st.sampled_from((DEUR, COIN)))
    def recognise(self, asset: Any) -> None:
        """The books miss nothing that the chain holds: there is never anything to recognise."""
        with suppress(ChainUnavailable, WrongState):  # or something of the bank's is on its way
            assert recognise_holding(self.small.bank, asset_id=asset.id, by=self.by("ann")) == 0

    # --- on the chain

    @rule(request=requests, kind=st.sampled_from(("ok", "over", "under", "forged", "fee", "mint", "coin")))
    def deposit(self, request: PaymentRequest, kind: str) -> None:
        asked = request.amount.units if request.amount else 70
        logged = {"over": asked + 7, "under": max(asked - 3, 1)}.get(kind, asked)
        received = {"forged": 0, "fee": logged - logged // 10}.get(kind, logged)
        contract = None if kind == "coin" else TOKEN
        extra: dict[str, Any] = {"sender": None} if kind == "mint" else {}
        assert request.deposit_address is not None
        self.small.chain.deposit(contract, request.deposit_address, logged, received=received, **extra)

    @rule(target=grants, request=requests, amount=AMOUNTS, lifetime_s=st.sampled_from((20, 10**6)))
    def take_from_an_address(self, request: PaymentRequest, amount: int, lifetime_s: int) -> Any:
        """A customer's authorization, collected by the bank."""
        assert request.deposit_address is not None
        with self.small.bank.store.read() as uow:
            domain = uow.assets.get(DEUR.id).domain()
        self.small.chain.deposit(TOKEN, address_of(PAYER), amount)
        self.small.mine()
        authorization = Authorization(
            domain=domain,
            sender=address_of(PAYER),
            recipient=request.deposit_address,
            units=amount,
            valid_after_s=0,
            valid_before_s=self.small.clock.now_s() + lifetime_s,
            nonce=keccak256(f"grant {self.keys}".encode()),
        )
        signed = sign_authorization(authorization, PAYER)
        self.say(
            lambda key: collect(
                self.small.bank,
                request_id=request.id,
                authorization=authorization,
                signature=signed.signature,
                by=self.by("tom"),
                key=key,
            )
        )
        return signed

    @rule(grant=grants)
    def carry_for_them(self, grant: Signed[Authorization]) -> None:
        """Anybody may carry an authorization, and somebody does."""
        chain, who = self.small.chain, address_of(CARRIER)
        if chain.unreachable:
            return
        chain.deposit(None, who, ETHER)
        self.small.mine()
        transaction = DynamicFeeTransaction(
            chain_id=CHAIN_ID,
            nonce=chain.transaction_count(who, pending=True),
            max_priority_fee_wei=1,
            max_fee_wei=10**12,
            gas_limit=200_000,
            to=TOKEN.raw,
            value_wei=0,
            data=calldata(grant),
        )
        chain.broadcast([sign(transaction, CARRIER).raw])

    @rule(blocks=st.integers(1, 4))
    def mine(self, blocks: int) -> None:
        self.small.mine(blocks)

    @rule(depth=st.integers(1, CONFIRMATIONS), keep_transactions=st.booleans(), keep_deposits=st.booleans())
    def reorganise(self, depth: int, keep_transactions: bool, keep_deposits: bool) -> None:
        self.small.chain.reorg(depth, keep_transactions=keep_transactions, keep_deposits=keep_deposits)

    @rule(
        request=requests,
        kind=st.sampled_from(("ok", "over", "forged", "fee")),
        depth=st.integers(1, CONFIRMATIONS),
        keep=st.booleans(),
    )
    def deposit_through_a_reorg(self, request: PaymentRequest, kind: str, depth: int, keep: bool) -> None:
        """A deposit is seen, and its block is replaced before it was final."""
        self.turn(None)
        self.deposit(request, kind)
        self.small.mine(depth)
        self.turn(None)
        self.reorganise(depth, True, keep)
        self.turn(None)

    @rule(
        target=payments,
        debtor=st.integers(0, 3),
        amount=st.integers(1, LIMITS.alone_units),
        depth=st.integers(0, CONFIRMATIONS),
        keep=st.booleans(),
        paused=st.booleans(),
    )
    def pay_out_through_a_reorg(self, debtor: int, amount: int, depth: int, keep: bool, paused: bool) -> Any:
        """A payment is sent, the token may refuse it in its block, and that block may be replaced."""
        made = self.pay_out(debtor, amount)
        self.turn(None)
        self.pause(paused)
        self.small.mine(max(depth, 1))
        self.turn(None)
        if depth:
            self.pause(False)
            self.reorganise(depth, keep, True)
            self.turn(None)
        return made

    @rule(paused=st.booleans())
    def pause(self, paused: bool) -> None:
        """While a token is paused, every transfer of it reverts."""
        self.small.chain.add_token(TOKEN, decimals=DEUR.decimals, paused=paused)

    @rule(number=st.integers(0, 9))
    def forget(self, number: int) -> None:
        """The node loses one of the transactions that wait."""
        waiting = self.small.chain.waiting
        if waiting:
            self.small.chain.drop(waiting[number % len(waiting)])

    @rule(answers=st.integers(0, 2), requests=st.integers(0, 2), refuse_gaps=st.booleans())
    def lose(self, answers: int, requests: int, refuse_gaps: bool) -> None:
        chain = self.small.chain
        chain.lose_answers, chain.lose_requests, chain.refuse_gaps = answers, requests, refuse_gaps

    @rule(fee_wei=st.sampled_from((10**8, 10**9, 3 * 10**9, 10**12)))
    def change_fee(self, fee_wei: int) -> None:
        self.small.chain.base_fee_wei = fee_wei

    @rule(unreachable=st.booleans())
    def reach(self, unreachable: bool) -> None:
        self.small.chain.unreachable = unreachable

    # --- the engine, time, and the machine it runs on

    @rule(calls=st.none() | st.integers(0, 12))
    def turn(self, calls: int | None) -> None:
        """A turn of the engine, on a line that may break in the middle."""
        self.line.calls_left = calls
        cycle = self.small.turn()
        broken, self.line.calls_left = self.line.broke, None
        error = cycle.chains[0].error
        assert error is None or isinstance(error, ChainUnavailable), error
        if not self.small.chain.unreachable:
            assert broken or error is None
            assert reconcile(self.small.bank, by=self.by("ann")).holds

    @rule()
    def turns(self) -> None:
        """Enough turns and blocks for a payment to become final."""
        for _ in range(CONFIRMATIONS + 2):
            self.turn(None)
            self.small.mine()
        self.turn(None)

    @rule()
    def empty_the_addresses(self) -> None:
        sweep(self.small.bank, asset_id=DEUR.id, by=self.by("engine"))

    @rule(seconds=st.sampled_from((1, 40, 130, 900, 43_000, 90_000)))
    def wait(self, seconds: int) -> None:
        self.small.clock.advance(seconds)
        self.small.sign_in()

    @rule()
    def restart(self) -> None:
        self.small.reopen()

    # --- always

    @invariant()
    def the_books_are_right(self) -> None:
        check_books(self.small)

    @invariant()
    def nothing_answered_is_lost(self) -> None:
        tom = self.by("tom")
        for key, _, id in self.said:
            if id in self.answered:
                payment = payment_of_key(self.small.bank, key, by=tom)
                assert payment is not None
                assert payment.id == id
                before = self.answered[id]
                assert before not in ENDED or payment.state is before, (before, payment)
                self.answered[id] = payment.state
