"""One day of a small bank, told so that it can be cut off anywhere and told again from its start."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.properties.money_checks import check_books
from tests.properties.small_bank import CHAIN_ID, COIN, DEUR, START_UNITS, TOKEN, SmallBank, units
from tokenpay.money.address import Address
from tokenpay.operations.approve import approve
from tokenpay.operations.issue_request import issue_request
from tokenpay.operations.pay import pay
from tokenpay.operations.read import balances, payment_of_key
from tokenpay.operations.recognise_holding import recognise_holding
from tokenpay.operations.reconcile import reconcile
from tokenpay.operations.refund import refund
from tokenpay.operations.reverse import reverse
from tokenpay.operations.sweep import sweep
from tokenpay.parties.session import Session
from tokenpay.payments.payment import ENDED, Payment, PaymentState, Refusal
from tokenpay.primitives.keccak import keccak256

DEPOSITED, PAID_OUT = 150, 150
"""A whole day brings so much to the first customer, and takes as much from both: nobody gets richer or poorer."""
_MOST_TURNS = 40


@dataclass(kw_only=True)
class Answers:
    """What was answered, kept where no crash reaches it: (id, state) by key."""

    known: dict[str, tuple[str, str]] = field(default_factory=dict)

    def add(self, key: str, id: str, state: str) -> None:
        assert self.known.get(key, (id, ""))[0] == id, f"{key} stands for two results"
        self.known[key] = id, state

    def check(self, small: SmallBank) -> None:
        """Nothing that was answered is lost, and what had ended has not begun again."""
        for key, (id, state) in self.known.items():
            if state:
                payment = payment_of_key(small.bank, key, by=small.sessions["tom"])
                assert payment is not None, key
                assert payment.id == id
                assert PaymentState(state) not in ENDED or payment.state == state, (key, state, payment.state)


@dataclass(kw_only=True)
class Day:
    """Book payments, one that needs two people, pay-outs, a deposit, a sweep, a refund and a reversal.

    Every call has a key of its own, and what the world does is done once: a second telling repeats the
    calls that were answered and makes those that were not. `acknowledge(key, id, state)` hears every
    answer; `once(name, verb, ...)` lets the world do something, unless it has done it already.
    """

    small: SmallBank
    number: int
    acknowledge: Callable[[str, str, str], None]
    once: Callable[..., object]

    def live(self) -> None:
        """The whole day, until everything that left has arrived."""
        self.counter()
        for turn in range(_MOST_TURNS):
            error = self.small.turn().chains[0].error
            if error is not None:
                raise error
            if turn % 4 == 3:
                sweep(self.small.bank, asset_id=DEUR.id, by=self.by("engine"))
            if turn > 4 and self.is_over():
                return
            self.small.mine()
        raise AssertionError("the day does not end")

    def counter(self) -> None:
        """What tellers and supervisors do."""
        anna, boris = (f"customer/{customer}" for customer in self.small.customers)
        request = issue_request(
            self.small.bank,
            payee=self.small.customers[0],
            asset=DEUR,
            amount=units(DEPOSITED),
            by=self.by("tom"),
            key=self.key("ask"),
        )
        self.acknowledge(self.key("ask"), request.id, "")
        assert request.deposit_address is not None
        self.once(f"deposit {self.number}", "deposit", TOKEN, request.deposit_address, DEPOSITED)
        self.pay("out", anna, self.outsider.caip10(CHAIN_ID), 40)
        first = self.pay("first", anna, boris, 30)
        self.said("back", refund(self.small.bank, of=first.id, to=anna, amount=units(10), **self.who("bob", "back")))
        self.pay("second", anna, boris, 90)
        held = self.pay("held", boris, self.outsider.caip10(CHAIN_ID), 110)
        gift = self.pay("gift", anna, boris, 40)
        undone = self.said("undo", reverse(self.small.bank, gift.id, **self.who("ann", "undo")))
        self.said("undo", approve(self.small.bank, undone.id, by=self.by("bob")))
        self.said("held", approve(self.small.bank, held.id, by=self.by("ann")))

    def is_over(self) -> bool:
        with self.small.bank.store.read() as uow:
            return all(payment.state in ENDED for payment in uow.payments.find(limit=10**6))

    def check(self) -> None:
        """After a whole day all is where it was, and the outsider has what was paid to them, once."""
        check_books(self.small)
        assert reconcile(self.small.bank, by=self.by("ann")).holds
        for customer in self.small.customers:
            amounts = balances(self.small.bank, customer, by=self.by("tom"))
            assert [amount.units for amount in amounts] == [START_UNITS]
        assert self.small.held(TOKEN, self.outsider) == PAID_OUT
        for asset in (COIN, DEUR):
            assert recognise_holding(self.small.bank, asset_id=asset.id, by=self.by("ann")) == 0

    @property
    def outsider(self) -> Address:
        return Address(keccak256(f"outsider {self.number}".encode())[:20])

    def by(self, name: str) -> Session:
        return self.small.sessions[name]

    def key(self, name: str) -> str:
        return f"day-{self.number}-{name}"

    def who(self, name: str, key: str) -> dict[str, Any]:
        return {"by": self.by(name), "key": self.key(key)}

    def pay(self, name: str, debtor: str, creditor: str, amount: int) -> Payment:
        paid = pay(self.small.bank, debtor=debtor, creditor=creditor, amount=units(amount), **self.who("tom", name))
        return self.said(name, paid)

    def said(self, name: str, answer: Payment | Refusal) -> Payment:
        assert isinstance(answer, Payment), answer
        self.acknowledge(self.key(name), answer.id, answer.state)
        return answer
