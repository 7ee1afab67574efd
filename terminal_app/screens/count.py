"""Count cash by notes and coins: to open a shift, to close it, or to take a delivery."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from textual import on
from textual.containers import Horizontal, VerticalScroll
from textual.widget import Widget
from textual.widgets import ContentSwitcher, Input, Label, Static

import tokenpay as tp
from terminal_app.acts import written_counts
from terminal_app.commands.anywhere import BACK, HELP
from terminal_app.commands.command import Command
from terminal_app.commands.shift import COUNTED, NEXT_CURRENCY
from terminal_app.language import _
from terminal_app.screens.confirm import Confirm, Draft
from terminal_app.screens.room import Room
from terminal_app.sentences import in_form
from terminal_app.views import amount_text
from terminal_app.widgets.count_form import CountForm

FIRST_DRAWER = "drawer-1"


class CountRoom(Room):
    """A form for each currency of the bank; what the count is for is said by who derives from it."""

    purpose = _(
        "Count every note and coin: how many pieces, Enter or the arrows go on. Or write it in the first line: 10x50, "
        "4x20. F10 shows the whole count once more; nothing is booked before it is confirmed there."
    )
    commands = (HELP, BACK, NEXT_CURRENCY, COUNTED)
    AUTO_FOCUS = ""  # the count comes first, whatever else is asked

    def __init__(self) -> None:
        super().__init__()
        self._currencies: tuple[str, ...] = ()

    def body(self) -> Iterator[Widget]:
        yield Static(self.subject(), id="subject", markup=False)
        yield from self.more_fields()
        with VerticalScroll(id="counting", can_focus=False):
            yield ContentSwitcher(id="forms")

    def subject(self) -> str:
        """Say what is counted."""
        raise NotImplementedError

    def more_fields(self) -> Iterator[Widget]:
        """Yield what is asked beside the count."""
        yield from ()

    def draft(self, counts: tuple[tp.CashCount, ...]) -> Draft:
        """Return what is to be confirmed; raises tp.InvalidInput."""
        raise NotImplementedError

    def look(self) -> None:
        if not self._currencies:
            self.ask(partial(tp.list_assets, self.bank), self._offer)

    async def _mount(self) -> None:
        switcher = self.query_one(ContentSwitcher)
        forms = [CountForm(currency) for currency in self._currencies]
        for form in forms:
            await switcher.add_content(form, set_current=form is forms[0])
        forms[0].begin()

    def _offer(self, known: list[tp.RegisteredAsset]) -> None:
        cash = sorted(it.asset.symbol for it in known if it.active and it.asset.kind is tp.AssetKind.CASH)
        countable = tuple(currency for currency in cash if _countable(currency))
        if self._currencies or not countable:
            self.say("" if countable else _("! This bank has no cash: register a currency first."))
            return
        self._currencies = countable
        self.call_later(self._mount)
        self.refresh_bindings()

    def offers(self, command: Command) -> bool:
        return super().offers(command) and (command is not NEXT_CURRENCY or len(self._currencies) > 1)

    def action_next_currency(self) -> None:
        switcher = self.query_one(ContentSwitcher)
        forms = list(self.query(CountForm))
        here = next(place for place, form in enumerate(forms) if form.id == switcher.current)
        following = forms[(here + 1) % len(forms)]
        switcher.current = following.id
        following.begin()

    @on(CountForm.Wrong)
    def wrong(self, message: CountForm.Wrong) -> None:
        self.failed(message.error)

    @on(CountForm.Counted)
    def counted(self, message: CountForm.Counted) -> None:
        self.say(_("F10 shows the whole count once more.") if message.ended else "")

    def action_counted(self) -> None:
        forms = list(self.query(CountForm))
        typed = next((form for form in forms if form.query_one(".quick", Input).value.strip()), None)
        if not forms:
            return
        if typed is not None:
            self.say(_("! A line is typed and not taken: Enter takes it."))
            return
        try:
            self.terminal.push_screen(Confirm(self.draft(tuple(form.count for form in forms))))
        except tp.TokenpayError as error:
            self.failed(error)


def _countable(currency: str) -> bool:
    try:
        return bool(tp.faces(currency))
    except tp.InvalidInput:
        return False


def count_lines(counts: tuple[tp.CashCount, ...]) -> tuple[tuple[str, str], ...]:
    """Return a count in words, a currency a line and what it is worth."""
    shown = [
        (count.currency, f"{amount_text(count.amount)}   {in_form(str(count))}") for count in counts if count.amount
    ]
    return tuple(shown) or ((_("Cash"), _("none at all: the drawer is empty")),)


def sum_text(counts: tuple[tp.CashCount, ...]) -> str:
    """Return what counts are worth, currency by currency."""
    return ", ".join(amount_text(count.amount) for count in counts if count.amount) or _("no cash")


class CountToOpen(CountRoom):
    heading = _("Open a shift")

    def subject(self) -> str:
        return _("What lies in the drawer now? From here on you answer for it.")

    def more_fields(self) -> Iterator[Widget]:
        with Horizontal(classes="line"):
            yield Label(_("Drawer"), classes="face")
            yield Input(FIRST_DRAWER, id="drawer", restrict=r"[A-Za-z0-9-]{0,64}", classes="quick")

    def look(self) -> None:
        if not self._currencies:
            self.ask(partial(tp.find_shifts, self.bank, by=self.by), self._remember)
        super().look()

    def _remember(self, before: list[tp.Shift]) -> None:
        """Offer the drawer that this terminal had last."""
        here = [shift.drawer for shift in before if shift.terminal == self.terminal.name_of_terminal]
        field = self.query_one("#drawer", Input)
        if here and field.value == FIRST_DRAWER:
            field.value = here[0]

    @on(Input.Submitted, "#drawer")
    def go_on(self) -> None:
        forms = self.query(CountForm)
        if forms:
            forms.first().begin()

    def draft(self, counts: tuple[tp.CashCount, ...]) -> Draft:
        drawer = self.query_one("#drawer", Input).value.strip()
        if not drawer:
            raise tp.InvalidInput(_("a shift is of a drawer: name it"))
        return Draft(
            act="open_shift",
            fields={"drawer": drawer, "counts": written_counts(counts)},
            amount=sum_text(counts),
            whom=drawer,
            lines=(
                (_("Open"), _("a shift of {drawer}, at this terminal").format(drawer=drawer)),
                (_("You"), self.by.operator.name),
                *count_lines(counts),
            ),
        )


class CountToClose(CountRoom):
    heading = _("Close a shift")

    def __init__(self, shift_id: str, drawer: str) -> None:
        super().__init__()
        self._shift_id = shift_id
        self._drawer = drawer

    def subject(self) -> str:
        return _("Count {drawer} blind: what the books expect is not shown.").format(drawer=self._drawer)

    def draft(self, counts: tuple[tp.CashCount, ...]) -> Draft:
        return Draft(
            act="close_shift",
            fields={"shift": self._shift_id, "counts": written_counts(counts)},
            amount=sum_text(counts),
            whom=self._drawer,
            lines=(
                (_("Close"), _("the shift of {drawer}").format(drawer=self._drawer)),
                *count_lines(counts),
                (_("Then"), _("a difference from the books is booked, or waits for a supervisor")),
            ),
        )


class CountDelivery(CountRoom):
    heading = _("Delivery")

    def subject(self) -> str:
        return _("Count what was delivered: it goes into the vault of {branch}.").format(branch=self.by.operator.branch)

    def draft(self, counts: tuple[tp.CashCount, ...]) -> Draft:
        delivered = tuple(count for count in counts if count.amount)
        if len(delivered) != 1:
            raise tp.InvalidInput(_("a delivery is of one currency, and of something: one after the other"))
        return Draft(
            act="deliver",
            fields={"counts": written_counts(delivered)},
            amount=sum_text(delivered),
            whom=self.by.operator.branch,
            lines=(
                (_("Take"), _("a delivery into the vault of {branch}").format(branch=self.by.operator.branch)),
                *count_lines(delivered),
            ),
        )
