"""The journal: every payment, newest first, searched as you type and read page by page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import TypeVar

from textual import events, on
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import DataTable, Input, Static

import tokenpay as tp
from terminal_app.commands.anywhere import BACK, HELP
from terminal_app.commands.till import (
    ALL_AGAIN,
    BY_ASSET,
    BY_CUSTOMER,
    BY_DATES,
    BY_OPERATOR,
    BY_PURPOSE,
    BY_STATE,
    EXPORT,
)
from terminal_app.language import _
from terminal_app.lookups import journal_shown
from terminal_app.screens.export import Export
from terminal_app.screens.find_customer import FindCustomer
from terminal_app.screens.journal_dates import JournalDates, dates_text
from terminal_app.screens.payment import PaymentScreen
from terminal_app.screens.room import Room
from terminal_app.views import (
    GONE,
    PURPOSES,
    STATES,
    UNDER_WAY,
    UNSEEN,
    halves_text,
    in_words,
    party_text,
    time_text,
    unseen_words,
)
from terminal_app.widgets.pages import Pages

PAGE = 100
NEAR_END = 30
"""So many rows before the last one the next page is asked for."""
PAUSE_S = 0.25
"""After so long without a letter the search begins."""
T = TypeVar("T")
SETS: tuple[tuple[str, frozenset[tp.PaymentState]], ...] = (
    (_("any"), frozenset()),
    (_("held"), frozenset({tp.PaymentState.HELD})),
    (_("under way"), frozenset(UNDER_WAY)),
    (_("final"), frozenset({tp.PaymentState.FINAL})),
    (_("moved nothing"), frozenset(GONE)),
)


class Journal(Room):
    heading = _("Journal")
    purpose = _(
        "Type whole words of what a payment is for, its id, or a reference. F3 to F8 narrow what is shown, F9 shows "
        "all again; the arrow keys go on as far as there is more. Enter opens a payment, F10 exports all that is shown."
    )
    commands = (
        HELP, BACK, BY_STATE, BY_PURPOSE, BY_DATES, BY_ASSET, BY_OPERATOR, BY_CUSTOMER, ALL_AGAIN, EXPORT,
    )  # fmt: skip
    shows_palette = False

    def __init__(self, customer: tp.Customer | None = None) -> None:
        super().__init__()
        self._customer = customer
        self._wanted = tp.JournalFilter(customer_id="" if customer is None else customer.id)
        self._following = ""
        self._asked = 0
        """Counts what was asked: an answer to an older question is dropped."""
        self._more_asked = False
        self._pages = 0
        self._entries: dict[str, tp.JournalEntry] = {}
        self._hidden: frozenset[str] = frozenset()
        self._pause: Timer | None = None
        self._assets: tuple[tp.Asset, ...] = ()
        self._operators: tuple[str, ...] = ()

    def body(self) -> Iterator[Widget]:
        yield Input(id="text", placeholder=_("words, id or reference"), max_length=140)
        yield Static(id="filters", markup=False)
        yield Pages(_("When"), _("Stands"), _("What"), _("Amount"), _("Who"), id="journal")
        yield Static(id="whole", markup=False)
        yield Static(_("Looking…"), id="summary", markup=False)

    def on_mount(self) -> None:
        self.query_one(Input).focus()
        self._show_filters()
        self.ask(self._choices, self._offer)

    def _choices(self) -> tuple[tuple[tp.Asset, ...], tuple[str, ...]]:
        assets = tuple(known.asset for known in tp.list_assets(self.bank))
        return assets, tuple(operator.id for operator in tp.list_operators(self.bank, by=self.by))

    def _offer(self, found: tuple[tuple[tp.Asset, ...], tuple[str, ...]]) -> None:
        self._assets, self._operators = found

    # Pages

    def look(self) -> None:
        """Read the first page. Where more has been read, the rows stay and only what they say is brought up to date."""
        self._asked += 1
        call = partial(journal_shown, self.bank, by=self.by, wanted=self._wanted, limit=PAGE)
        self.ask(call, partial(self.show, self._asked))

    def _look_anew(self) -> None:
        self._pages, self._following, self._more_asked = 0, "", False
        self._entries, self._hidden = {}, frozenset()
        self.query_one("#summary", Static).update(_("Looking…"))
        self._show_filters()
        self.look()

    def show(self, asked: int, found: tuple[tp.JournalPage, frozenset[str]]) -> None:
        if asked != self._asked:
            return  # an answer to what is no longer asked
        pages = self.query_one(Pages)
        rows = self._taken(found)
        if self._pages <= 1:
            pages.fill(rows)
            self._pages, self._following = 1, found[0].following
        else:
            pages.bring_up_to_date(rows)
        self.show_whole()
        self._sum_up()

    def show_whole(self) -> None:
        entry = self._entries.get(self.query_one(Pages).chosen or "")
        whole = "" if entry is None else whole_text(entry, hidden=entry.payment.id in self._hidden)
        self.query_one("#whole", Static).update(whole)

    def _taken(self, found: tuple[tp.JournalPage, frozenset[str]]) -> list[tuple[str, tuple[str, ...]]]:
        """Remember a page, and return its rows."""
        page, hidden = found
        ids = {entry.payment.id for entry in page.entries}
        self._hidden = (self._hidden - ids) | hidden
        self._entries.update((entry.payment.id, entry) for entry in page.entries)
        return [(entry.payment.id, cells(entry, hidden=entry.payment.id in hidden)) for entry in page.entries]

    def _sum_up(self) -> None:
        count = self.query_one(Pages).row_count
        words = _("Shown: {count}; more as you go down") if self._following else _("All that there is: {count}")
        nothing = _("Nothing is like this. F9 shows everything again.")
        self.query_one("#summary", Static).update(words.format(count=count) if count else nothing)

    @on(DataTable.RowHighlighted)
    def moved(self) -> None:
        """Say what the chosen row is, and read on before its end is reached."""
        self.show_whole()
        pages = self.query_one(Pages)
        if self._following and not self._more_asked and pages.cursor_row >= pages.row_count - NEAR_END:
            self._more_asked = True
            call = partial(journal_shown, self.bank, by=self.by, wanted=self._wanted, after=self._following, limit=PAGE)
            self.ask(call, partial(self._more, self._wanted), self._no_more)

    def _more(self, wanted: tp.JournalFilter, found: tuple[tp.JournalPage, frozenset[str]]) -> None:
        if wanted != self._wanted or not self._more_asked:
            return
        self._more_asked = False
        self._following = found[0].following
        self._pages += 1
        self.query_one(Pages).go_on(self._taken(found))
        self._sum_up()

    def _no_more(self, error: tp.TokenpayError) -> None:
        self._more_asked = False  # the next key down asks again
        self.failed(error)

    # Searching

    @on(Input.Changed, "#text")
    def typed(self) -> None:
        """Search a moment after the last letter, not at each."""
        if self._pause is not None:
            self._pause.stop()
        self._pause = self.set_timer(PAUSE_S, self.search)

    def search(self) -> None:
        if self._pause is not None:
            self._pause.stop()
        text = self.query_one(Input).value.strip()
        if text != self._wanted.text:
            self._narrow(text=text)

    @on(Input.Submitted, "#text")
    def to_rows(self) -> None:
        self.search()
        self.query_one(Pages).focus()

    def on_key(self, event: events.Key) -> None:
        if event.key in ("up", "down", "pageup", "pagedown") and self.query_one(Input).has_focus:
            self.query_one(Pages).focus()
            event.stop()

    def _narrow(self, **changed: object) -> None:
        try:
            self._wanted = replace(self._wanted, **changed)  # type: ignore[arg-type]
        except tp.TokenpayError as error:
            self.failed(error)
            return
        self.say("")
        self._look_anew()

    def _show_filters(self) -> None:
        wanted = self._wanted
        asset = next((asset.symbol for asset in self._assets if asset.id == wanted.asset_id), "")
        purpose = next(iter(wanted.purposes), None)
        any_word = SETS[0][0]
        parts = (
            _("F3 state: {what},").format(what=next(name for name, states in SETS if states == wanted.states)),
            _("F4 kind: {what},").format(what=any_word if purpose is None else PURPOSES[purpose]),
            _("F5 dates: {what},").format(what=dates_text(wanted.from_s, wanted.until_s) or any_word),
            _("F6 asset: {what},").format(what=asset or any_word),
            _("F7 made by: {what},").format(what=wanted.operator_id or any_word),
            _("F8 customer: {what}").format(what=any_word if self._customer is None else self._customer.name),
        )
        self.query_one("#filters", Static).update("\n".join((" ".join(parts[:3]), " ".join(parts[3:]))))

    def action_by_state(self) -> None:
        self._narrow(states=_next([states for _name, states in SETS], self._wanted.states))

    def action_by_purpose(self) -> None:
        choices = [frozenset[tp.Purpose](), *(frozenset({purpose}) for purpose in PURPOSES)]
        self._narrow(purposes=_next(choices, self._wanted.purposes))

    def action_by_asset(self) -> None:
        self._narrow(asset_id=_next(["", *(asset.id for asset in self._assets)], self._wanted.asset_id))

    def action_by_operator(self) -> None:
        self._narrow(operator_id=_next(["", *self._operators], self._wanted.operator_id))

    def action_by_dates(self) -> None:
        self.terminal.push_screen(JournalDates(self._wanted.from_s, self._wanted.until_s, self._between))

    def _between(self, from_s: int | None, until_s: int | None) -> None:
        self._narrow(from_s=from_s, until_s=until_s)

    def action_by_customer(self) -> None:
        """Open the journal of one customer above this one; there the same key shows all customers."""
        if self._customer is None:
            self.terminal.push_screen(FindCustomer(Journal))
            return
        self._customer = None
        self._narrow(customer_id="")

    def action_all_again(self) -> None:
        self._customer = None
        field = self.query_one(Input)
        with field.prevent(Input.Changed):
            field.value = ""
        self._wanted = tp.JournalFilter()
        self._look_anew()

    # From here

    @on(DataTable.RowSelected)
    def open_row(self) -> None:
        chosen = self.query_one(Pages).chosen
        if chosen:
            self.terminal.push_screen(PaymentScreen(chosen))

    def action_export(self) -> None:
        self.search()
        self.terminal.push_screen(Export(self._wanted))


def cells(entry: tp.JournalEntry, *, hidden: bool) -> tuple[str, ...]:
    """Return what the journal's row says of a payment; `hidden`: but for what its second person types."""
    payment, intent = entry.payment, entry.payment.intent
    mark, word, _meaning = STATES[payment.state]
    debtor = entry.debtor_name or party_text(intent.debtor, {})
    creditor = entry.creditor_name or party_text(intent.creditor, {})
    return (
        time_text(intent.created_at_s),
        f"{mark} {word}",
        PURPOSES[intent.purpose],
        UNSEEN if hidden else halves_text(intent),
        f"{debtor} → {UNSEEN if hidden else creditor}",
    )


def whole_text(entry: tp.JournalEntry, *, hidden: bool) -> str:
    """Return what the row has no room for: the payment in a sentence, what it is for, its maker and id."""
    payment, intent = entry.payment, entry.payment.intent
    sides = ((intent.debtor, entry.debtor_name), (intent.creditor, entry.creditor_name))
    names = {str(party): name for party, name in sides if name}
    if hidden:
        return f"{unseen_words(party_text(intent.debtor, names))}\n{intent.maker} · {payment.id}"
    about = f"{intent.remittance_information}\n" if intent.remittance_information else ""
    return f"{in_words(payment, names)}\n{about}{intent.maker} · {payment.id}"


def _next(choices: Sequence[T], chosen: T) -> T:
    """Return what follows what is chosen, and the first after the last."""
    at = choices.index(chosen) if chosen in choices else -1
    return choices[(at + 1) % len(choices)]
