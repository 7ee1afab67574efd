"""A customer's own account: what they have, what is under way, and what moved."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from textual import on
from textual.widget import Widget
from textual.widgets import Static

import tokenpay as tp
from terminal_app.commands.anywhere import HELP
from terminal_app.commands.command import Command
from terminal_app.commands.self_service import LEAVE, PAY_OWN, RECEIVE, UNANSWERED
from terminal_app.language import _
from terminal_app.self_service.lookups import AccountView, own_account
from terminal_app.self_service.pay import OwnPay
from terminal_app.self_service.payment import OwnPayment
from terminal_app.self_service.receive import Receive
from terminal_app.self_service.unanswered import Unanswered, written_down
from terminal_app.self_service.watching import Watching
from terminal_app.widgets.listing import Listing


class Account(Watching):
    heading = _("Your account")
    purpose = _(
        "What you have, payments that are not final, and what moved, newest first. Enter opens a payment. F3 shows a "
        "code that somebody pays you by, F4 pays, F10 signs you out."
    )
    commands = (HELP, RECEIVE, PAY_OWN, UNANSWERED, LEAVE)

    def __init__(self) -> None:
        super().__init__()
        self._customer: tp.Customer | None = None
        self._payments: frozenset[str] = frozenset()

    def body(self) -> Iterator[Widget]:
        yield Static(_("Looking…"), id="who", markup=False)
        yield Static(id="balances", markup=False)
        yield Listing(_("When"), _("What"), _("Amount"), _("Balance after, or to whom"), id="moved")

    def on_mount(self) -> None:
        self.query_one(Listing).focus()

    def question(self) -> Callable[[], AccountView]:
        return partial(own_account, self.bank, by=self.by)

    def show(self, seen: AccountView) -> None:
        self._customer = seen.customer
        self.query_one("#who", Static).update(f"{seen.customer.name} · {seen.customer.id}")
        self.query_one("#balances", Static).update("\n".join(seen.balances))
        self._payments = frozenset(payment.id for payment in seen.payments)
        rows = [(it.id, (it.made_at, it.standing, it.amount, it.creditor)) for it in seen.payments]
        self.query_one(Listing).fill([*rows, *seen.moved])
        if not self._active:
            self.say(_("! You can look here. To pay and to receive, ask at the counter."))
        self.refresh_bindings()

    @property
    def _active(self) -> bool:
        return self._customer is not None and self._customer.status is tp.CustomerStatus.ACTIVE

    def offers(self, command: Command) -> bool:
        if command in (RECEIVE, PAY_OWN):
            return self._active and super().offers(command)
        if command is UNANSWERED:
            return self._active and super().offers(command) and self._unanswered
        return super().offers(command)

    @property
    def _unanswered(self) -> bool:
        session = self.terminal.session
        try:
            return session is not None and bool(written_down(self.terminal.memory, session))
        except tp.IntegrityError:
            return True  # the room says what is wrong

    @on(Listing.RowSelected)
    def open_row(self) -> None:
        chosen = self.query_one(Listing).chosen or ""
        if chosen in self._payments:
            self._open(chosen)
        elif chosen:
            related = chosen.rpartition("#")[2]
            self.ask(
                partial(tp.get_payment, self.bank, related, by=self.by),
                lambda payment: self._open(payment.id),
                self._no_payment,
            )

    def _open(self, payment_id: str) -> None:
        self.terminal.push_screen(OwnPayment(payment_id))

    def _no_payment(self, error: tp.TokenpayError) -> None:
        if isinstance(error, tp.NotFound | tp.NotPermitted):
            self.say(_("This money came from the chain: there is no more to show."))
        else:
            self.failed(error)

    def action_receive(self) -> None:
        if self._customer is not None:
            self.terminal.push_screen(Receive(self._customer))

    def action_pay(self) -> None:
        if self._customer is not None:
            self.terminal.push_screen(OwnPay(self._customer))

    def action_unanswered(self) -> None:
        self.terminal.push_screen(Unanswered())
