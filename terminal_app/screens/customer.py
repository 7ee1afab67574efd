"""One customer: what they have and what moved."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from textual import on
from textual.widget import Widget
from textual.widgets import Static

import tokenpay as tp
from terminal_app.commands.anywhere import BACK, HELP
from terminal_app.commands.command import Command
from terminal_app.commands.counter import (
    FREEZE,
    PAY_HERE,
    REQUESTS_HERE,
    SELF_SERVICE,
    STATEMENT,
    TAKE_HERE,
    UNFREEZE,
)
from terminal_app.commands.till import EXCHANGE_HERE
from terminal_app.language import _
from terminal_app.lookups import CustomerView, customer_shown
from terminal_app.screens.exchange import Exchange
from terminal_app.screens.pay_out import PayOut
from terminal_app.screens.payment import PaymentScreen
from terminal_app.screens.reason import ReasonScreen
from terminal_app.screens.request import RequestScreen
from terminal_app.screens.requests import Requests
from terminal_app.screens.room import Room
from terminal_app.screens.self_service import SelfServiceScreen
from terminal_app.screens.statement import StatementScreen
from terminal_app.screens.take_payment import TakePayment
from terminal_app.views import STATUSES, time_text
from terminal_app.widgets.listing import Listing


class CustomerScreen(Room):
    heading = _("Customer")
    purpose = _("What the customer has, what is not over yet, and what moved, newest first. Enter opens a row.")
    commands = (
        HELP,
        BACK,
        TAKE_HERE,
        PAY_HERE,
        EXCHANGE_HERE,
        STATEMENT,
        REQUESTS_HERE,
        FREEZE,
        UNFREEZE,
        SELF_SERVICE,
    )
    shows_palette = False

    def __init__(self, customer: tp.Customer) -> None:
        super().__init__()
        self._customer = customer
        self._payments: frozenset[str] = frozenset()
        self._requests: frozenset[str] = frozenset()

    def body(self) -> Iterator[Widget]:
        yield Static(f"{self._customer.name} · {self._customer.id}", id="who", markup=False)
        yield Static(_("Looking…"), id="balances", markup=False)
        yield Listing(_("When"), _("What"), _("Amount"), _("Balance after, or to whom"), id="moved")

    def on_mount(self) -> None:
        self.query_one(Listing).focus()

    def look(self) -> None:
        self.ask(partial(customer_shown, self.bank, self._customer.id, by=self.by), self.show)

    def show(self, seen: CustomerView) -> None:
        customer = self._customer = seen.customer
        status = "" if customer.status is tp.CustomerStatus.ACTIVE else f" · ! {STATUSES[customer.status].upper()}"
        self.query_one("#who", Static).update(f"{customer.name} · {customer.id} · {customer.branch}{status}")
        self.query_one("#balances", Static).update("\n".join(seen.balances))
        self._payments = frozenset(payment.id for payment in seen.payments)
        self._requests = frozenset(request.id for request in seen.requests)
        rows = [
            (request.id, (time_text(request.made_at_s), request.standing, request.asks, request.remittance))
            for request in seen.requests
        ]
        rows += [
            (payment.id, (payment.made_at, payment.standing, payment.amount, payment.creditor))
            for payment in reversed(seen.payments)
        ]
        self.query_one(Listing).fill([*rows, *seen.moved])
        self.refresh_bindings()

    def offers(self, command: Command) -> bool:
        status = self._customer.status
        active = status is tp.CustomerStatus.ACTIVE
        frozen = status is tp.CustomerStatus.FROZEN
        applies = {TAKE_HERE: active, PAY_HERE: active, EXCHANGE_HERE: active, FREEZE: active, UNFREEZE: frozen}
        return applies.get(command, True) and super().offers(command)

    @on(Listing.RowSelected)
    def open_row(self) -> None:
        chosen = self.query_one(Listing).chosen or ""
        if chosen in self._payments:
            self.terminal.push_screen(PaymentScreen(chosen))
        elif chosen in self._requests:
            self.terminal.push_screen(RequestScreen(chosen))
        elif chosen:
            self._open_related(chosen.rpartition("#")[2])

    def _open_related(self, related: str) -> None:
        """Open the payment behind a line; money that came in from the chain has none."""
        self.ask(
            partial(tp.get_payment, self.bank, related, by=self.by),
            self._open_payment,
            lambda error: self.say(_("This line is money from the chain: {id}").format(id=related)),
        )

    def _open_payment(self, payment: tp.Payment) -> None:
        self.terminal.push_screen(PaymentScreen(payment.id))

    def action_take_payment(self) -> None:
        self.terminal.push_screen(TakePayment(self._customer))

    def action_pay_out(self) -> None:
        self.terminal.push_screen(PayOut(self._customer))

    def action_self_service(self) -> None:
        self.terminal.push_screen(SelfServiceScreen(self._customer))

    def action_exchange(self) -> None:
        self.terminal.push_screen(Exchange(self._customer))

    def action_statement(self) -> None:
        self.terminal.push_screen(StatementScreen(self._customer))

    def action_requests(self) -> None:
        self.terminal.push_screen(Requests(self._customer))

    def action_freeze(self) -> None:
        question = _("Why is {name} frozen? They can pay nothing and be paid nothing in the books.")
        self._ask_why(question, tp.freeze_customer)

    def action_unfreeze(self) -> None:
        self._ask_why(_("Why may {name} pay and be paid again?"), tp.unfreeze_customer)

    def _ask_why(self, question: str, verb: Callable[..., tp.Customer]) -> None:
        def act(reason: str) -> None:
            self.ask(partial(verb, self.bank, self._customer.id, reason=reason, by=self.by), self._changed)

        self.terminal.push_screen(ReasonScreen(question.format(name=self._customer.name), act))

    def _changed(self, customer: tp.Customer) -> None:
        self._customer = customer
        self.refresh_bindings()
        self.look()
