"""One case: what happened, its money, what was done about it, and what may be done now."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from textual import on
from textual.containers import VerticalScroll
from textual.widget import Widget
from textual.widgets import Static

import tokenpay as tp
from terminal_app.commands.anywhere import BACK, HELP
from terminal_app.commands.command import Command
from terminal_app.commands.supervisor import CREDIT_CASE, REFUND_CASE, RELEASE_HIT, RESOLVE_CASE
from terminal_app.language import _
from terminal_app.lookups import blinded, names_of
from terminal_app.screens.case_money import CreditFromCase, RefundFromCase
from terminal_app.screens.find_customer import FindCustomer
from terminal_app.screens.payment import PaymentScreen
from terminal_app.screens.reason import ReasonScreen
from terminal_app.screens.room import Room
from terminal_app.screens.sure import Sure
from terminal_app.sentences import in_form, note_text
from terminal_app.views import PURPOSES, PaymentView, amount_text, labelled, payment_view, time_text
from terminal_app.widgets.listing import Listing

KINDS = {
    tp.CaseKind.LATE_PAYMENT: _("paid too late"),
    tp.CaseKind.OVERPAYMENT: _("paid too much"),
    tp.CaseKind.UNMATCHED_DEPOSIT: _("money nobody asked for"),
    tp.CaseKind.SCREENING_MATCH: _("on a screening list"),
    tp.CaseKind.SCREENING_UNAVAILABLE: _("could not be screened"),
    tp.CaseKind.POSSIBLE_MATCH: _("a name on a list, perhaps"),
    tp.CaseKind.ASSET_CHANGED: _("a token changed"),
    tp.CaseKind.CHAIN_HALTED: _("a chain is halted"),
    tp.CaseKind.PAYMENT_STUCK: _("a payment is stuck"),
    tp.CaseKind.TRAVEL_RULE: _("no data on who sent it"),
    tp.CaseKind.RISK: _("unusual payments"),
    tp.CaseKind.VARIANCE: _("books and count differ"),
    tp.CaseKind.OTHER: _("other"),
}
NEXT_STEPS = {
    tp.CaseKind.LATE_PAYMENT: _("Ask whose it is: F3 credits a customer, F4 refunds an address the payer states."),
    tp.CaseKind.OVERPAYMENT: _("Ask what is wanted: F3 credits a customer, F4 refunds an address the payer states."),
    tp.CaseKind.UNMATCHED_DEPOSIT: _("Find out whose it is before it is credited (F3) or refunded (F4)."),
    tp.CaseKind.SCREENING_MATCH: _("Do not send it back by yourself: ask compliance. What leaves needs two people."),
    tp.CaseKind.POSSIBLE_MATCH: _(
        "Compare birth and papers with the entry. Not them: F5, and another supervisor confirms. The customer is told "
        "nothing of it."
    ),
    tp.CaseKind.TRAVEL_RULE: _("Have the sender's bank send data, or the wallet proved; then credit it (F3)."),
    tp.CaseKind.SCREENING_UNAVAILABLE: _("Load the list anew, then decide."),
    tp.CaseKind.RISK: _("Look at what the customer does, and ask compliance. The customer is told nothing of it."),
    tp.CaseKind.CHAIN_HALTED: _(
        "Find out why before the chain goes on: resolve the case; another supervisor resumes the chain."
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseView:
    """A case with what stands under it, the payments that were made of it, and the hits that it is about."""

    case: tp.Case
    hits: tuple[tp.StandingHit, ...]
    money: tuple[tp.Amount, ...]
    payments: tuple[PaymentView, ...]


def hit_text(standing: tp.StandingHit) -> str:
    """Return a hit in a line: the entry, how sure, why, and what people said of it."""
    hit, asked = standing.hit, standing.asked
    said = ""
    if asked is not None:
        by_two = _("not them, say {who} and {other}").format(who=asked.asked_by, other=asked.confirmed_by)
        said = by_two if asked.confirmed_by else _("not them, says {who}").format(who=asked.asked_by)
    score = in_form(f"{hit.score / 1_000:.2f}")
    facts = (hit.listed, f"{hit.list_name} {hit.entry_id}", score, ", ".join(map(note_text, hit.why)), said)
    return " · ".join(fact for fact in facts if fact)


def case_shown(bank: tp.Bank, case_id: str, *, by: tp.Session) -> CaseView:
    case = tp.get_case(bank, case_id, by=by)
    about = tp.find_payments(bank, by=by, related=case_id, limit=1000)
    held = tp.find_payments(bank, by=by, related=case.about, limit=1000) if case.about else []  # kept from a teller
    paid = sorted({payment.id: payment for payment in (*about, *held)}.values(), key=lambda p: p.intent.created_at_s)
    names = names_of(bank, paid, by=by)
    return CaseView(
        case=case,
        hits=tuple(tp.case_hits(bank, case_id, by=by)),
        money=tuple(tp.case_balances(bank, case_id, by=by)),
        payments=blinded(bank, paid, [payment_view(payment, names) for payment in paid], by=by),
    )


class CaseScreen(Room):
    heading = _("Case")
    purpose = _(
        "What happened, the money that waits, and the payments made of it; Enter opens one. A supervisor credits a "
        "customer, refunds an address that the payer states, and resolves the case when no money stands under it."
    )
    commands = (HELP, BACK, CREDIT_CASE, REFUND_CASE, RELEASE_HIT, RESOLVE_CASE)

    def __init__(self, case_id: str) -> None:
        super().__init__()
        self._case_id = case_id
        self._seen: CaseView | None = None

    def body(self) -> Iterator[Widget]:
        with VerticalScroll(id="told", can_focus=False):
            yield Static(_("Looking…"), id="standing", markup=False)
            yield Static(id="facts", markup=False)
        yield Listing(_("When"), _("What"), _("Amount"), _("Stands"), _("To"), id="history")

    def on_mount(self) -> None:
        self.query_one(Listing).focus()

    def look(self) -> None:
        self.ask(lambda: case_shown(self.bank, self._case_id, by=self.by), self.show)

    def show(self, seen: CaseView) -> None:
        self._seen = seen
        self.waiting = False
        case = seen.case
        mark, word = ("○", _("STILL OPEN")) if case.is_open else ("✓", _("RESOLVED"))
        self.query_one("#standing", Static).update(f"{mark} {word} · {KINDS[case.kind]}")
        resolved = "" if case.resolved_at_s is None else f"{case.resolved_by}, {time_text(case.resolved_at_s)}"
        todo = NEXT_STEPS.get(case.kind, "") if case.is_open and (seen.money or case.kind in WITHOUT_MONEY) else ""
        if case.is_open and case.asked_by:
            todo = _("{who} says what was done: another supervisor says so too, with F9.").format(who=case.asked_by)
        settled = _("F9 resolves it with what was done.") if case.is_open and not seen.money and not todo else ""
        facts = labelled(
            (
                (_("Money"), ", ".join(map(amount_text, seen.money)) or _("none")),
                (_("Note"), note_text(case.note)),
                *((_("Hit"), hit_text(standing)) for standing in seen.hits),
                (_("Case"), f"{case.id}, {time_text(case.opened_at_s)}"),
                (_("About"), case.subject),
                (_("Done"), case.resolution),
                (_("By"), resolved),
                (_("Next"), todo or (settled if self.terminal.may(RESOLVE_CASE) else "")),
            )
        )
        self.query_one("#facts", Static).update(facts)
        self.query_one(Listing).fill(
            (p.id, (p.made_at, PURPOSES[p.purpose], p.amount, p.standing, p.creditor)) for p in seen.payments
        )
        self.refresh_bindings()

    def offers(self, command: Command) -> bool:
        if command in (HELP, BACK) or command not in self.commands:
            return super().offers(command)
        if self._seen is None or not super().offers(command):
            return False
        case, money = self._seen.case, bool(self._seen.money)
        return {
            CREDIT_CASE: case.is_open and money and case.kind is not tp.CaseKind.SCREENING_MATCH,
            REFUND_CASE: case.is_open and money,
            RELEASE_HIT: self._next_hit() is not None,
            RESOLVE_CASE: case.is_open and not money,
        }.get(command, True)

    @on(Listing.RowSelected)
    def open_row(self) -> None:
        chosen = self.query_one(Listing).chosen
        if chosen:
            self.terminal.push_screen(PaymentScreen(chosen))

    def action_credit_case(self) -> None:
        if self._seen is not None:
            case, money = self._seen.case, self._seen.money
            self.terminal.push_screen(FindCustomer(lambda customer: CreditFromCase(case, money, customer)))

    def action_refund_case(self) -> None:
        if self._seen is not None:
            self.terminal.push_screen(RefundFromCase(self._seen.case, self._seen.money))

    def _next_hit(self) -> tp.StandingHit | None:
        """Return the hit that this operator may act on: first what another one said, then what nobody said yet."""
        standing = [each for each in self._seen.hits if not each.released] if self._seen is not None else []
        me = self.by.operator.id
        others = (each for each in standing if each.asked is not None and each.asked.asked_by != me)
        return next(others, next((each for each in standing if each.asked is None), None))

    def action_release_hit(self) -> None:
        standing = self._next_hit()
        if standing is None:
            return
        asked, hit = standing.asked, standing.hit
        if asked is None:
            question = _("Why is this not {listed}, {entry} of {list}?").format(
                listed=hit.listed, entry=hit.entry_id, list=hit.list_name
            )
            self.terminal.push_screen(ReasonScreen(question, lambda reason: self._release(standing, reason)))
            return
        question = _("{who} says: not {listed}, {entry} of {list}. {reason}").format(
            who=asked.asked_by, listed=hit.listed, entry=hit.entry_id, list=hit.list_name, reason=asked.reason
        )
        self.terminal.push_screen(Sure(question, lambda: self._confirm(asked)))

    def _release(self, standing: tp.StandingHit, reason: str) -> None:
        def call() -> CaseView:
            hit = standing.hit
            tp.release_hit(
                self.bank, self._case_id, list_name=hit.list_name, entry_id=hit.entry_id, reason=reason, by=self.by
            )
            return case_shown(self.bank, self._case_id, by=self.by)

        self.ask(call, self.show)

    def _confirm(self, asked: tp.NameRelease) -> None:
        def call() -> CaseView:
            tp.confirm_release(self.bank, asked.id, by=self.by)
            return case_shown(self.bank, self._case_id, by=self.by)

        self.ask(call, self.show)

    def action_resolve_case(self) -> None:
        self.terminal.push_screen(ReasonScreen(_("What was done about this case?"), self._resolve, most=500))

    def _resolve(self, resolution: str) -> None:
        def call() -> CaseView:
            tp.resolve_case(self.bank, self._case_id, resolution=resolution, by=self.by)
            return case_shown(self.bank, self._case_id, by=self.by)

        self.ask(call, self.show)


WITHOUT_MONEY = (
    tp.CaseKind.CHAIN_HALTED,
    tp.CaseKind.POSSIBLE_MATCH,
    tp.CaseKind.RISK,
    tp.CaseKind.SCREENING_UNAVAILABLE,
)
