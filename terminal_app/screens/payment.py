"""One payment: what it is, where it stands, why it waits, and what may still be done about it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial

from textual.containers import VerticalScroll
from textual.widget import Widget
from textual.widgets import Static

import tokenpay as tp
from terminal_app.commands.anywhere import BACK, HELP
from terminal_app.commands.command import Command
from terminal_app.commands.counter import APPROVE, CANCEL_PAYMENT, RECALL, REFUND, REFUSE, REVERSE
from terminal_app.commands.passkey import TOUCH
from terminal_app.commands.till import RECEIPT
from terminal_app.language import _, ngettext
from terminal_app.lookups import STALE_S, payment_shown
from terminal_app.screens.confirm import Confirm
from terminal_app.screens.reason import ReasonScreen
from terminal_app.screens.receipt import ReceiptScreen
from terminal_app.screens.refund import Refund, reversal
from terminal_app.screens.retype import Retype
from terminal_app.screens.room import Room
from terminal_app.screens.sure import Sure
from terminal_app.screens.touch import Touch
from terminal_app.views import UNDER_WAY, PaymentView, labelled

Verb = Callable[..., tp.Payment]


class PaymentScreen(Room):
    heading = _("Payment")
    purpose = _(
        "Where the payment stands, by itself up to date. Held means it waits: it is not lost and is not paid again. "
        "A second person reads every line here before they approve. Cancel stops what has not left; what has left can "
        "be asked back until a block has it; a refund is a new payment back; a reversal undoes the whole, with a "
        "second person."
    )
    commands = (HELP, BACK, REFUND, REVERSE, CANCEL_PAYMENT, RECALL, RECEIPT, TOUCH, APPROVE, REFUSE)
    shows_palette = False

    def __init__(self, payment_id: str) -> None:
        super().__init__()
        self._payment_id = payment_id
        self._seen: PaymentView | None = None

    def body(self) -> Iterator[Widget]:
        with VerticalScroll():
            yield Static(_("Looking…"), id="standing", markup=False)
            yield Static(id="facts", markup=False)

    def look(self) -> None:
        self.ask(self._call, self.show)

    def said_first(self, payment: tp.Payment) -> str:
        """Return what is to be done about it now, above all else; empty for most."""
        return ""

    def _call(self) -> PaymentView:
        return self._shown(tp.get_payment(self.bank, self._payment_id, by=self.by))

    def _shown(self, payment: tp.Payment) -> PaymentView:
        return replace(payment_shown(self.bank, payment, by=self.by), todo=self.said_first(payment))

    def show(self, seen: PaymentView) -> None:
        self._seen = seen
        self.waiting = False
        still_s = self.bank.clock.now_s() - seen.updated_at_s
        lines = [
            *([seen.todo, ""] if seen.todo else []),
            seen.standing,
            seen.meaning,
            seen.words,
            *(f"  · {why}" for why in (seen.explained if self.terminal.may(APPROVE) else seen.reasons)),
        ]
        if seen.state in UNDER_WAY and still_s > STALE_S:
            stuck = ngettext(
                "! It has not moved for {seconds} second: does the engine run?",
                "! It has not moved for {seconds} seconds: does the engine run?",
                still_s,
            )
            lines.append(stuck.format(seconds=still_s))
        self.query_one("#standing", Static).update("\n".join(lines))
        self.query_one("#facts", Static).update("\n".join((facts(seen), *seen.later)))
        if seen.maker == self.by.operator.id and seen.state is tp.PaymentState.HELD and self.terminal.may(APPROVE):
            self.say(_("You made this payment: another person decides."))
        self.refresh_bindings()

    def offers(self, command: Command) -> bool:
        may, seen = super().offers(command), self._seen
        if command in (HELP, BACK) or command not in self.commands:
            return may
        if not may or seen is None:
            return False
        if command is RECEIPT:
            return seen.blind is None
        if command in (REFUND, REVERSE):
            return seen.rest is not None if command is REFUND else seen.reversible
        mine, held = seen.maker == self.by.operator.id, seen.state is tp.PaymentState.HELD
        if command is CANCEL_PAYMENT:
            return (held or seen.state is tp.PaymentState.CLEARED) and (mine or self.terminal.may(APPROVE))
        if command is RECALL:
            return seen.recallable
        if command is TOUCH:
            return mine and waits_for_a_key(seen)
        return held and not mine

    def action_receipt(self) -> None:
        self.terminal.push_screen(ReceiptScreen(self._payment_id))

    def action_refund(self) -> None:
        if self._seen is not None and self._seen.rest is not None:
            self.terminal.push_screen(Refund(self._seen, self._seen.rest))

    def action_reverse(self) -> None:
        if self._seen is not None:
            self.terminal.push_screen(Confirm(reversal(self._seen)))

    def action_cancel_payment(self) -> None:
        self._sure(_("Cancel this payment? Nothing has left; its funds are free again."), tp.cancel)

    def action_recall(self) -> None:
        question = _(
            "Why do you ask it back? Nothing is sent to the payee any more, but a block may already have it: then it "
            "is paid. Its funds are free again once a final block says that it was not."
        )
        asking = ReasonScreen(question, lambda reason: self._act(partial(tp.recall, reason=reason)))
        self.terminal.push_screen(asking)

    def action_approve(self) -> None:
        seen = self._seen
        if seen is not None and seen.blind is not None:
            self.terminal.push_screen(Retype(seen.blind, self._approve_retyped))
            return
        self._sure(_("Approve exactly this payment?"), tp.approve, partial(self._approved, tp.approve))

    def _approve_retyped(self, typed: tp.Rekeyed) -> None:
        verb = partial(tp.approve, rekeyed=typed)
        self._act(verb, partial(self._approved, verb))

    def _approved(self, verb: Verb, seen: PaymentView) -> None:
        """Show what became of it; where a passkey is still wanted, ask for the approver's own."""
        self.show(seen)
        if waits_for_a_key(seen):
            self._touch(verb)

    def action_touch_key(self) -> None:
        if self._seen is not None:
            self._touch(tp.confirm_payment)

    def _touch(self, verb: Verb) -> None:
        def use(answer: tp.PasskeyAnswer) -> PaymentView:
            return self._shown(verb(self.bank, self._payment_id, passkey=answer, by=self.by))

        ask_for = partial(tp.ask_passkey, self.bank, self._payment_id, by=self.by)
        self.terminal.push_screen(Touch(ask_for, use, self.show))

    def action_refuse(self) -> None:
        question = _("Why do you refuse? Its funds are free again, and the teller reads the reason.")
        refuse = ReasonScreen(question, lambda reason: self._act(partial(tp.refuse, reason=reason)))
        self.terminal.push_screen(refuse)

    def _sure(self, question: str, verb: Verb, then: Callable[[PaymentView], None] | None = None) -> None:
        if self._seen is not None:
            self.terminal.push_screen(
                Sure(f"{question}\n{self._seen.words}\n\n{facts(self._seen)}", partial(self._act, verb, then))
            )

    def _act(self, verb: Verb, then: Callable[[PaymentView], None] | None = None) -> None:
        if self.waiting:
            return
        self.waiting = True

        def call() -> PaymentView:
            return self._shown(verb(self.bank, self._payment_id, by=self.by))

        self.ask(call, then or self.show)

    def failed(self, error: tp.TokenpayError) -> None:
        self.waiting = False
        super().failed(error)


def waits_for_a_key(seen: PaymentView) -> bool:
    """Tell whether somebody who signs this payment has yet to touch their security key."""
    return seen.state is tp.PaymentState.HELD and "approval.passkey" in seen.codes


def facts(seen: PaymentView) -> str:
    """Return the content of a payment, a line each, a chain payee whole and in fours."""
    lines = [
        (_("Amount"), seen.amount),
        (_("Cash"), seen.cash),
        (_("Fee"), seen.fee),
        (_("From"), seen.debtor),
        (_("To"), seen.creditor),
        ("", seen.fours),
        (_("For"), seen.about),
        (_("Made by"), f"{seen.maker}, {seen.made_at}"),
        (_("Id"), seen.id),
    ]
    return labelled(lines)
