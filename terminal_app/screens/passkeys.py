"""The passkeys of the bank's people, and what may be done with the chosen one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from textual import on
from textual.widget import Widget
from textual.widgets import Static

import tokenpay as tp
from terminal_app.commands.anywhere import BACK, HELP
from terminal_app.commands.command import Command
from terminal_app.commands.passkey import CONFIRM_KEY, NEW_KEY, REVOKE_KEY
from terminal_app.language import _
from terminal_app.screens.key_name import KeyName
from terminal_app.screens.room import Room
from terminal_app.screens.sure import Sure
from terminal_app.screens.touch import Touch
from terminal_app.views import labelled, time_text
from terminal_app.widgets.listing import Listing

STANDING = {
    tp.PasskeyState.WAITING: _("○ waits for a second person"),
    tp.PasskeyState.CONFIRMED: _("○ waits for the signer to be told"),
    tp.PasskeyState.ACTIVE: _("✓ in force"),
    tp.PasskeyState.REVOKED: _("✗ revoked"),
}


Verb = Callable[..., tp.Passkey]


class Passkeys(Room):
    heading = _("Passkeys")
    purpose = _(
        "Keys on security keys, with which people sign large payments. A new one is confirmed by a supervisor who is "
        "not its owner, and in force when the signer was told of it with the wallet's password (tokenpay passkey "
        "trust). Revoke a lost one at once."
    )
    commands = (HELP, BACK, NEW_KEY, CONFIRM_KEY, REVOKE_KEY)

    def __init__(self) -> None:
        super().__init__()
        self._keys: dict[str, tp.Passkey] = {}

    def body(self) -> Iterator[Widget]:
        yield Static(_("Looking…"), id="summary", markup=False)
        yield Listing(_("Whose"), _("Name"), _("Stands"), id="keys")
        yield Static(id="whole", markup=False)

    def on_mount(self) -> None:
        self.query_one(Listing).focus()

    def look(self) -> None:
        self.ask(partial(tp.list_passkeys, self.bank, by=self.by), self.show)

    def show(self, keys: list[tp.Passkey]) -> None:
        self._keys = {key.id: key for key in keys}
        self.query_one(Listing).fill((key.id, (key.operator_id, key.name, STANDING[key.state])) for key in keys)
        some = _("Passkeys: {count}").format(count=len(keys))
        self.query_one("#summary", Static).update(some if keys else _("Nobody has a passkey yet. F3 makes one."))
        self.show_whole()

    @on(Listing.RowHighlighted)
    def show_whole(self) -> None:
        key = self._chosen
        lines = (
            []
            if key is None
            else [
                (_("Made"), f"{key.registered.by}, {time_text(key.registered.at_s)}"),
                (_("Confirmed by"), "" if key.confirmed is None else key.confirmed.by),
                (_("Revoked by"), key.revoked_by),
                (_("Id"), key.id),
            ]
        )
        self.query_one("#whole", Static).update(labelled(lines))
        self.refresh_bindings()

    @property
    def _chosen(self) -> tp.Passkey | None:
        return self._keys.get(self.query_one(Listing).chosen or "")

    def offers(self, command: Command) -> bool:
        may = super().offers(command)
        if command not in (CONFIRM_KEY, REVOKE_KEY) or not may:
            return may
        key = self._chosen if self.is_mounted else None
        if key is None:
            return False
        mine = key.operator_id == self.by.operator.id
        if command is CONFIRM_KEY:
            return key.state is tp.PasskeyState.WAITING and not mine
        return key.state is not tp.PasskeyState.REVOKED and (mine or self.terminal.may(CONFIRM_KEY))

    def action_new_key(self) -> None:
        self.terminal.push_screen(KeyName(self._make))

    def _make(self, name: str) -> None:
        use = partial(self._register, name)
        self.terminal.push_screen(Touch(partial(tp.begin_passkey, self.bank, by=self.by), use, self._made, make=True))

    def _register(self, name: str, answer: tp.PasskeyAnswer) -> tp.Passkey:
        return tp.register_passkey(self.bank, name=name, answer=answer, by=self.by)

    def _made(self, key: tp.Passkey) -> None:
        self.look()
        self.say(_("✓ The key {name} is made: a supervisor confirms it.").format(name=key.name))

    def action_confirm_key(self) -> None:
        key = self._chosen
        if key is not None:
            question = _("Is the key {name} that of {owner}, whom you see with it?")
            asked = question.format(name=key.name, owner=key.operator_id)
            self.terminal.push_screen(Sure(asked, partial(self._change, tp.confirm_passkey, key.id)))

    def action_revoke_key(self) -> None:
        key = self._chosen
        if key is not None:
            question = _(
                "Revoke the key {name} of {owner}? It signs nothing more, and what it signed and has not left ends."
            )
            asked = question.format(name=key.name, owner=key.operator_id)
            self.terminal.push_screen(Sure(asked, partial(self._change, tp.revoke_passkey, key.id)))

    def _change(self, verb: Verb, key_id: str) -> None:
        self.ask(lambda: verb(self.bank, key_id, by=self.by), self._changed)

    def _changed(self, key: tp.Passkey) -> None:
        self.look()
        self.say(f"{STANDING[key.state]}: {key.name}")
